//! The upgrade of a chain that is there, to nodes with roles and classes with panels, to tasks with conditions, results for their
//! recipients, and rent: its tasks and results can be read, what is open ends, without rent, and gives back what is on hold, and of
//! its dealers nothing is remembered. With the feature `try-runtime` the migrations' own checks run around them.

mod chain;
mod checked;

use chain::{
	account,
	books::nothing_on_hold,
	pair,
	task::{agreed, deal_all, drawn, result, settled, start, status, submit},
	try_state, Chain,
};
use checked::Versions;
use codec::Encode;
use frame_support::{
	storage::unhashed,
	traits::{Hooks, StorageVersion},
	weights::{Weight, WeightMeter},
};
use ostraka_primitives::{
	consent::Policy,
	rent::Rent,
	role::Role,
	task::{
		ClassParameters, Conditions, FailReason, Outcome, SecurityClass, TaskResult, TaskStatus,
	},
	ProtocolVersion, TaskId,
};
use ostraka_runtime::{
	Consent, Executive, Incentives, Network, Registry, Runtime, RuntimeCall, System, Tasks, Vss,
};
use pallet_incentives::{Escrows, TaskEscrow};
use pallet_network::Classes;
use pallet_registry::{Candidates, Node, Nodes};
use pallet_tasks::{
	types::{Drawn, Invitation, Record},
	Booked, Cohorts, DrawnTasks, Invitations, Records, Settlements,
};
use pallet_vss::{types::SharingState, Results, Sharings};
use sp_core::sr25519;
use sp_io::hashing::twox_128;

/// The version that tasks of then follow.
const OLD_PROTOCOL: ProtocolVersion = 5;

/// What stood in state of a task before it had conditions.
fn old_record(record: &Record) -> Vec<u8> {
	let asked = (&record.requester, &record.spec, record.proof_length, record.class);
	let when = (record.windows, record.submitted_at, record.invited, record.cohort);
	let paid = (record.fee, record.data_reward);
	(OLD_PROTOCOL, asked, record.parameters, when, paid, &record.drawn).encode()
}

/// Likewise of its inviting.
fn old_invitation(invitation: &Invitation) -> Vec<u8> {
	let Invitation { requester, terms, class, parameters, submitted_at, .. } = invitation;
	let asked = (requester, terms, class, parameters, submitted_at);
	(asked, invitation.invited, invitation.accepted, invitation.consent).encode()
}

/// Likewise of what its draw fixed: the least number of dealers was the class's.
fn old_drawn(drawn: &Drawn) -> Vec<u8> {
	let lengths = (drawn.threshold, drawn.length, drawn.proof_length);
	let dealers = (drawn.accepted, drawn.conditions.least_dealers);
	let seated = (&drawn.committee, &drawn.panel);
	(OLD_PROTOCOL, drawn.task_hash, lengths, dealers, drawn.windows, seated).encode()
}

/// What stood in state of a result before one could be sealed.
fn old_result(result: &TaskResult) -> Vec<u8> {
	let TaskResult { accepted_set, dealers, commitment, vector, blinding, .. } = result;
	let marks = (result.panel, result.attested, result.disproven);
	(accepted_set, dealers, commitment, vector, blinding, marks).encode()
}

/// Likewise of an open task's dealings.
fn old_sharing(state: &SharingState) -> Vec<u8> {
	let counts = (state.dealings, state.excluded, state.freed);
	let hashes = (state.dealt, state.accepted_set, state.excluded_hash);
	let found = (&state.exposer, state.disproven, state.verifiers, state.exposed, state.finders);
	(&state.aggregate, counts, hashes, found).encode()
}

/// Likewise of a task's money.
fn old_escrow(escrow: &TaskEscrow) -> Vec<u8> {
	let TaskEscrow { requester, fee, base_per_seat, data_reward, data_left, settled, .. } = escrow;
	(requester, fee, base_per_seat, data_reward, data_left, settled).encode()
}

/// Makes the state one of before tasks had conditions and rent, results recipients, and dealers policies.
fn go_back() {
	for (task, record) in Records::<Runtime>::iter().collect::<Vec<_>>() {
		unhashed::put_raw(&Records::<Runtime>::hashed_key_for(task), &old_record(&record));
	}
	for (task, who, entry) in Cohorts::<Runtime>::iter().collect::<Vec<_>>() {
		let place: Option<u32> = entry.place();
		unhashed::put(&Cohorts::<Runtime>::hashed_key_for(task, who), &place);
	}
	for (task, invitation) in Invitations::<Runtime>::iter().collect::<Vec<_>>() {
		let key = Invitations::<Runtime>::hashed_key_for(task);
		unhashed::put_raw(&key, &old_invitation(&invitation));
	}
	for (task, drawn) in DrawnTasks::<Runtime>::iter().collect::<Vec<_>>() {
		unhashed::put_raw(&DrawnTasks::<Runtime>::hashed_key_for(task), &old_drawn(&drawn));
	}
	for (task, left) in Settlements::<Runtime>::iter().collect::<Vec<_>>() {
		unhashed::put(&Settlements::<Runtime>::hashed_key_for(task), &left.stage);
	}
	for (task, result) in Results::<Runtime>::iter().collect::<Vec<_>>() {
		unhashed::put_raw(&Results::<Runtime>::hashed_key_for(task), &old_result(&result));
	}
	for (task, state) in Sharings::<Runtime>::iter().collect::<Vec<_>>() {
		unhashed::put_raw(&Sharings::<Runtime>::hashed_key_for(task), &old_sharing(&state));
	}
	for (task, escrow) in Escrows::<Runtime>::iter().collect::<Vec<_>>() {
		unhashed::put_raw(&Escrows::<Runtime>::hashed_key_for(task), &old_escrow(&escrow));
	}
	Booked::<Runtime>::kill();
	let _ = unhashed::clear_prefix(&twox_128(b"Consent"), None, None);
	StorageVersion::new(2).put::<Tasks>();
	StorageVersion::new(2).put::<Vss>();
	StorageVersion::new(1).put::<Incentives>();
}

/// What stood in state of a node before it had a role.
fn old_node(node: &Node) -> Vec<u8> {
	let keys = (&node.worker, &node.seal_key, node.capacity);
	let stake = (node.stake, &node.unbonding, node.active_since);
	(keys, stake, &node.reputation, node.assigned, node.pinned).encode()
}

/// Likewise of a class before it had a panel.
fn old_class(class: ClassParameters) -> Vec<u8> {
	(class.seats, class.threshold, class.stake_factor, class.least_dealers).encode()
}

/// Makes the state one of before nodes had roles, and classes panels.
fn go_back_to_before_panels() {
	for (operator, node) in Nodes::<Runtime>::iter().collect::<Vec<_>>() {
		unhashed::put_raw(&Nodes::<Runtime>::hashed_key_for(operator), &old_node(&node));
	}
	let candidates = Candidates::<Runtime>::get().into_iter();
	let candidates: Vec<_> =
		candidates.map(|node| (node.account, node.stake, node.since, node.free)).collect();
	unhashed::put(&Candidates::<Runtime>::hashed_key(), &candidates);
	let classes = Classes::<Runtime>::get().to_array().map(old_class).concat();
	unhashed::put_raw(&Classes::<Runtime>::hashed_key(), &classes);
	StorageVersion::new(1).put::<Registry>();
	StorageVersion::new(1).put::<Network>();
}

/// What the executive runs of an upgrade, and nothing else: a pallet that is new gets its version, and then come the migrations.
/// Afterwards all six of our pallets have their version.
fn upgrade() -> Weight {
	let weight = Executive::execute_on_runtime_upgrade();
	assert_eq!(Versions::due(), [""; 0]);
	weight
}

/// The same with all checks that there are.
fn checked_upgrade() {
	checked::upgrade().unwrap();
	assert_eq!(Versions::due(), [""; 0]);
	try_state();
}

/// What a settled task is once it was one of then.
fn of_then(task: TaskId) -> (Record, TaskResult) {
	let record = Records::<Runtime>::get(task).unwrap();
	(Record { protocol: OLD_PROTOCOL, ..record }, Results::<Runtime>::get(task).unwrap())
}

/// A task for the mean over these dealers' rows, which completes.
fn completed(chain: &mut Chain, requester: &sr25519::Pair, dealers: &[sr25519::Pair]) -> TaskId {
	let task = agreed(chain, requester, SecurityClass::Standard, dealers, 0);
	drawn(chain, task);
	deal_all(chain, task, dealers);
	assert_eq!(settled(chain, task), TaskStatus::Settled(Outcome::Completed));
	task
}

/// What was computed before the upgrade can be read after it, and the weight counts all that is carried over.
#[test]
fn an_upgraded_chain_keeps_its_tasks_and_results() {
	let (mut chain, alice, dealers) = start(4);
	let task = completed(&mut chain, &alice, &dealers);
	assert_eq!(result(&mut chain, task), [10, 1000]);
	chain.look(|| {
		let before = of_then(task);
		go_back();
		assert!(Results::<Runtime>::get(task).is_none(), "not what is stored now");
		assert_eq!(
			Versions::due(),
			["Tasks 2 to 4", "Vss 2 to 3", "Incentives 1 to 2", "Consent 0 to 1"]
		);
		checked_upgrade();
		let after = || (Records::<Runtime>::get(task), Results::<Runtime>::get(task));
		assert_eq!(after(), (Some(before.0.clone()), Some(before.1.clone())));
		let told = Tasks::task(task).unwrap();
		assert_eq!(
			(told.status, told.protocol),
			(TaskStatus::Settled(Outcome::Completed), OLD_PROTOCOL)
		);
		assert_eq!(told.conditions, Conditions::of(&told.parameters));
		assert_eq!(Vss::result(task), Some(before.1.clone()));
		// Asked again, it finds its work done
		checked_upgrade();
		assert_eq!(after(), (Some(before.0.clone()), Some(before.1.clone())));

		go_back();
		let weight = upgrade();
		// Of another task it is a read and a write of its record, and of its result
		let another = task + 1;
		Records::<Runtime>::insert(another, &before.0);
		Results::<Runtime>::insert(another, &before.1);
		go_back();
		let more = <Runtime as frame_system::Config>::DbWeight::get().reads_writes(2, 2);
		assert_eq!(upgrade(), weight.saturating_add(more));
		Records::<Runtime>::remove(another);
		Results::<Runtime>::remove(another);
		try_state();
	});

	// The chain goes on. Of what its dealers dealt to before nothing is known, so that a set next to it passes once
	assert_eq!(result(&mut chain, task), [10, 1000]);
	let policy = Policy { least_difference: 2, ..Default::default() };
	let set = pallet_consent::Call::set_policy { dataset: [0; 32], policy };
	chain.submit(&dealers[0], RuntimeCall::Consent(set));
	let next = completed(&mut chain, &alice, &dealers[..3]);
	assert_eq!(result(&mut chain, next), [6, 600]);
	let known = |task| Consent::accepted_set(task).map(|set| set.dealers);
	assert_eq!(chain.look(|| (known(task), known(next))), (None, Some(3)));
}

/// All six migrations of ours run, one after the other, and each finds what it has to: before panels there were nodes that compute.
#[test]
fn a_chain_of_before_panels_is_carried_over() {
	let (mut chain, alice, dealers) = start(3);
	let task = completed(&mut chain, &alice, &dealers);
	chain.look(|| {
		let before = of_then(task);
		let compute = |(operator, node)| (operator, Node { role: Role::Compute, ..node });
		let nodes: Vec<_> = Nodes::<Runtime>::iter().map(compute).collect();
		let classes = Classes::<Runtime>::get().to_array();
		assert!(!nodes.is_empty() && classes.iter().all(|class| class.verifiers > 0));
		go_back();
		go_back_to_before_panels();
		let versions = Versions::of_all().map(|of| of.stored);
		assert_eq!(versions, [1, 1, 2, 2, 1, 0].map(StorageVersion::new));
		checked_upgrade();

		assert_eq!(Nodes::<Runtime>::iter().collect::<Vec<_>>(), nodes);
		let without = |class: ClassParameters| ClassParameters { verifiers: 0, ..class };
		assert_eq!(Classes::<Runtime>::get().to_array(), classes.map(without));
		let after = (Records::<Runtime>::get(task), Results::<Runtime>::get(task));
		assert_eq!(after, (Some(before.0), Some(before.1)));
	});
}

/// What the migrations' own checks are for, before and after: the classes are not of the version that the state says; a node does not
/// decode, and would be gone; a task is open. What they did to the state is thrown away.
#[cfg(feature = "try-runtime")]
#[test]
fn a_state_that_cannot_be_upgraded_is_refused() {
	use frame_support::{storage::with_transaction_unchecked, traits::OnRuntimeUpgrade};
	use sp_runtime::{TransactionOutcome, TryRuntimeError};

	fn refused(chain: &mut Chain, go_back: fn()) -> Option<TryRuntimeError> {
		let done = chain.look(|| {
			with_transaction_unchecked(|| {
				go_back();
				let done = ostraka_runtime::Migrations::try_on_runtime_upgrade(true);
				TransactionOutcome::Rollback(done)
			})
		});
		done.err()
	}
	fn say_that_classes_are_old() {
		StorageVersion::new(1).put::<Network>();
	}
	fn spoil_a_node() {
		go_back_to_before_panels();
		let operator = Nodes::<Runtime>::iter_keys().next().unwrap();
		unhashed::put_raw(&Nodes::<Runtime>::hashed_key_for(operator), &[7]);
	}

	let (mut chain, _, dealers) = start(3);
	chain.workers = false;
	let other = |why| Some(TryRuntimeError::Other(why));
	assert_eq!(refused(&mut chain, go_back_to_before_panels), None);
	assert_eq!(refused(&mut chain, go_back), None);
	assert_eq!(
		refused(&mut chain, say_that_classes_are_old),
		other("the classes are not those of version 1")
	);
	assert_eq!(refused(&mut chain, spoil_a_node), other("a node is lost"));
	submit(&mut chain, &pair("//Ferdie"), SecurityClass::Standard, &dealers, 0);
	assert_eq!(refused(&mut chain, go_back), other("a task is open: upgrade when it is settled"));
}

/// One that invites and one whose dealings are checked. They follow a version that is no longer served, so neither has a result;
/// but each comes to its end, and nothing stays on hold.
#[test]
fn open_tasks_come_to_their_end_on_an_upgraded_chain() {
	let (mut chain, alice, dealers) = start(3);
	chain.workers = false;
	let dealt = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	drawn(&mut chain, dealt);
	deal_all(&mut chain, dealt, &dealers);
	let inviting = submit(&mut chain, &pair("//Ferdie"), SecurityClass::Standard, &dealers, 0);
	chain::task::accept(&mut chain, inviting, &dealers[..2]);
	assert!(matches!(chain.look(|| status(dealt)), TaskStatus::Verifying { .. }));
	assert!(matches!(chain.look(|| status(inviting)), TaskStatus::Inviting { .. }));

	let from = chain.number() + 1;
	chain.look(|| {
		let stored = || {
			let cohorts = Cohorts::<Runtime>::iter_values().count();
			let invitations = Invitations::<Runtime>::iter_values().count();
			let drawn = DrawnTasks::<Runtime>::iter_values().count();
			(cohorts, invitations, drawn, Sharings::<Runtime>::iter().collect::<Vec<_>>())
		};
		let before = (stored(), Booked::<Runtime>::get());
		let (cohorts, invitations, drawn, sharings) = &before.0;
		assert_eq!((*cohorts, *invitations, *drawn, sharings.len()), (6, 2, 1, 1));
		assert_eq!((before.1.waiting, before.1.taken), (5, 5));
		go_back();
		upgrade();
		assert_eq!((stored(), Booked::<Runtime>::get()), before);
		// What was agreed on without rent has none
		let rents: Vec<_> = Escrows::<Runtime>::iter_values().map(|escrow| escrow.rent).collect();
		assert_eq!(rents, [Rent::default(); 2]);

		let open = || ![dealt, inviting].into_iter().all(|task| is_over(status(task)));
		for at in from..from + 200 {
			if open() {
				System::set_block_number(at);
				<Tasks as Hooks<u32>>::on_poll(at, &mut WeightMeter::new());
			}
		}
		let failed = |reason| TaskStatus::Settled(Outcome::Failed(reason));
		assert_eq!(status(dealt), failed(FailReason::TooFewShares));
		assert_eq!(status(inviting), failed(FailReason::TooFewAcceptances));
		let left = stored();
		assert_eq!((left.0, left.1, left.2, left.3.len()), (0, 0, 0, 0));
		let booked = Booked::<Runtime>::get();
		assert_eq!((booked.waiting, booked.taken), (0, 0));
		assert_eq!(Consent::accepted_set(dealt), None);
		try_state();
	});
	for who in dealers.iter().chain([&alice, &pair("//Ferdie")]) {
		nothing_on_hold(&mut chain, &account(who));
	}
}

fn is_over(status: TaskStatus) -> bool {
	matches!(status, TaskStatus::Settled(_))
}
