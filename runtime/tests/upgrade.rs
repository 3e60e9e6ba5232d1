//! The upgrade of a chain that is there: its nodes compute, its classes ask for no panel, its tasks and results can be read, its
//! draws go on, and panels come once operators and root say so.

mod chain;

use chain::{
	account, operator,
	task::{agreed, deal_all, drawn, panel, result, settled, start},
	try_state,
};
use codec::{Compact, Encode};
use frame_support::{
	storage::unhashed,
	traits::{OnRuntimeUpgrade, StorageVersion},
};
use ostraka_primitives::{
	role::Role,
	task::{ClassParameters, Outcome, SecurityClass, TaskResult, TaskStatus},
	ProtocolVersion, TaskId,
};
use ostraka_runtime::{
	presets::TEST_NODES, Migrations, Network, Registry, Runtime, RuntimeCall, Tasks, Vss,
};
use pallet_network::{Classes, DEVELOPMENT};
use pallet_registry::{Candidates, Nodes};
use pallet_tasks::{types::Record, Records};
use pallet_vss::Results;

/// The version that tasks of then follow.
const OLD_PROTOCOL: ProtocolVersion = 4;

/// What stood in state before values had their last byte: the role of nodes, the verifiers of classes.
fn before(value: &impl Encode) -> Vec<u8> {
	let mut bytes = value.encode();
	bytes.pop();
	bytes
}

/// What stood in state of a task before classes had panels.
fn old_record(record: &Record) -> Vec<u8> {
	let asked = (&record.requester, &record.spec, record.proof_length, record.class);
	let mut bytes = (OLD_PROTOCOL, asked).encode();
	bytes.extend(before(&record.parameters));
	let paid = (record.fee, record.data_reward);
	let rest = (record.windows, record.submitted_at, record.invited, record.cohort, paid);
	bytes.extend((rest, &record.drawn).encode());
	bytes
}

/// What stood in state of a result before it had marks.
fn old_result(result: &TaskResult) -> Vec<u8> {
	let TaskResult { accepted_set, dealers, commitment, vector, blinding, .. } = result;
	(accepted_set, dealers, commitment, vector, blinding).encode()
}

/// Makes the state one of before nodes had roles, classes had panels and results had marks. A seat took up less stake then, so
/// selection has more free places.
fn go_back() {
	for (operator, node) in Nodes::<Runtime>::iter().collect::<Vec<_>>() {
		unhashed::put_raw(&Nodes::<Runtime>::hashed_key_for(operator), &before(&node));
	}
	let mut candidates = Candidates::<Runtime>::get().into_inner();
	candidates.iter_mut().for_each(|candidate| candidate.free += 1);
	let mut bytes = Compact(candidates.len() as u32).encode();
	bytes.extend(candidates.iter().flat_map(before));
	unhashed::put_raw(&Candidates::<Runtime>::hashed_key(), &bytes);
	let classes = Classes::<Runtime>::get().to_array();
	let bytes: Vec<u8> = classes.iter().flat_map(before).collect();
	unhashed::put_raw(&Classes::<Runtime>::hashed_key(), &bytes);
	for (task, record) in Records::<Runtime>::iter().collect::<Vec<_>>() {
		unhashed::put_raw(&Records::<Runtime>::hashed_key_for(task), &old_record(&record));
	}
	for (task, result) in Results::<Runtime>::iter().collect::<Vec<_>>() {
		unhashed::put_raw(&Results::<Runtime>::hashed_key_for(task), &old_result(&result));
	}
	StorageVersion::new(1).put::<Registry>();
	StorageVersion::new(1).put::<Network>();
	StorageVersion::new(1).put::<Tasks>();
	StorageVersion::new(1).put::<Vss>();
}

/// What a settled task with a panel is once it was one of before, and of a version of then.
fn without_panel(task: TaskId) -> (Record, TaskResult) {
	let record = Records::<Runtime>::get(task).unwrap();
	let result = Results::<Runtime>::get(task).unwrap();
	let parameters = ClassParameters { verifiers: 0, ..record.parameters };
	let record = Record { protocol: OLD_PROTOCOL, parameters, ..record };
	(record, TaskResult { panel: 0, attested: 0, disproven: 0, ..result })
}

/// What was computed before the upgrade can be read after it, and the weight counts all that is carried over.
#[test]
fn an_upgraded_chain_keeps_its_tasks_and_results() {
	let (mut chain, alice, dealers) = start(3);
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	drawn(&mut chain, task);
	deal_all(&mut chain, task, &dealers);
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));
	assert_eq!(result(&mut chain, task), [6, 600]);
	chain.look(|| {
		let candidates = Candidates::<Runtime>::get();
		let free: Vec<_> = candidates.iter().map(|candidate| candidate.free).collect();
		let before = without_panel(task);
		go_back();
		let weight = Migrations::on_runtime_upgrade();
		try_state();
		let after = || (Records::<Runtime>::get(task), Results::<Runtime>::get(task));
		assert_eq!(after(), (Some(before.0.clone()), Some(before.1.clone())));
		let told = Tasks::task(task).unwrap();
		assert_eq!(
			(told.status, told.protocol),
			(TaskStatus::Settled(Outcome::Completed), OLD_PROTOCOL)
		);
		assert_eq!(Vss::result(task), Some(before.1.clone()));
		let now = Candidates::<Runtime>::get();
		assert_eq!(now.iter().map(|candidate| candidate.free).collect::<Vec<_>>(), free);
		// Asked again, it finds its work done
		Migrations::on_runtime_upgrade();
		assert_eq!(after(), (Some(before.0.clone()), Some(before.1.clone())));

		// Of another task it is a read and a write of its record, and of its result
		let another = task + 1;
		Records::<Runtime>::insert(another, &before.0);
		Results::<Runtime>::insert(another, &before.1);
		go_back();
		let more = <Runtime as frame_system::Config>::DbWeight::get().reads_writes(2, 2);
		assert_eq!(Migrations::on_runtime_upgrade(), weight.saturating_add(more));
		Records::<Runtime>::remove(another);
		Results::<Runtime>::remove(another);
		try_state();
	});
	// The chain goes on
	assert_eq!(result(&mut chain, task), [6, 600]);
	let next = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	assert_eq!(drawn(&mut chain, next).len(), 3);
	assert!(panel(&mut chain, next).is_empty());
}

#[test]
fn an_upgraded_chain_draws_committees_alone_until_it_is_asked_for_panels() {
	let (mut chain, alice, dealers) = start(3);
	let roles = || Nodes::<Runtime>::iter_values().map(|node| node.role).collect::<Vec<_>>();
	chain.look(|| {
		go_back();
		Migrations::on_runtime_upgrade();
		try_state();
		assert_eq!(roles(), [Role::Compute; 10]);
		let candidates = Candidates::<Runtime>::get();
		assert_eq!(candidates.len(), 10);
		let classes = Classes::<Runtime>::get().to_array();
		for (class, with_panels) in classes.into_iter().zip(DEVELOPMENT.to_array()) {
			assert_eq!((class.verifiers, class.seats), (0, with_panels.seats));
		}
		// Asked again, it finds its work done
		Migrations::on_runtime_upgrade();
		assert_eq!(Candidates::<Runtime>::get(), candidates);
	});

	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	assert_eq!(drawn(&mut chain, task).len(), 3);
	assert!(panel(&mut chain, task).is_empty());
	deal_all(&mut chain, task, &dealers);
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));
	assert_eq!(result(&mut chain, task), [6, 600]);
	let marked = chain.look(|| Vss::result(task)).unwrap();
	assert_eq!((marked.panel, marked.attested, marked.disproven), (0, 0, 0));

	let verify = RuntimeCall::Registry(pallet_registry::Call::set_role { role: Role::Verify });
	let operators: Vec<_> = (TEST_NODES + 1..=10).map(operator).collect();
	chain.submit_all(operators.iter().map(|who| (who, verify.clone())).collect());
	let root = || frame_system::RawOrigin::Root.into();
	chain.look(|| assert_eq!(Network::set_classes(root(), DEVELOPMENT), Ok(())));
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	drawn(&mut chain, task);
	let verifiers: Vec<_> = operators.iter().map(account).collect();
	let panel = panel(&mut chain, task);
	assert_eq!(panel.len(), 2);
	assert!(panel.iter().all(|seat| verifiers.contains(&seat.account)));
}
