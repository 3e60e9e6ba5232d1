//! The upgrade of a chain that is there, to tasks with conditions, results for their recipients, and rent: its tasks and results
//! can be read, what is open ends, without rent, and gives back what is on hold, and of its dealers nothing is remembered.

mod chain;

use chain::{
	account,
	books::nothing_on_hold,
	pair,
	task::{agreed, deal_all, drawn, result, settled, start, status, submit},
	try_state, Chain,
};
use codec::Encode;
use frame_support::{
	storage::unhashed,
	traits::{BeforeAllRuntimeMigrations, Hooks, OnRuntimeUpgrade, StorageVersion},
	weights::{Weight, WeightMeter},
};
use ostraka_primitives::{
	consent::Policy,
	rent::Rent,
	task::{Conditions, FailReason, Outcome, SecurityClass, TaskResult, TaskStatus},
	ProtocolVersion, TaskId,
};
use ostraka_runtime::{
	AllPalletsWithSystem, Consent, Incentives, Migrations, Runtime, RuntimeCall, System, Tasks, Vss,
};
use pallet_incentives::{Escrows, TaskEscrow};
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

/// What the executive runs of an upgrade: a pallet that is new gets its version, and then come the migrations.
fn upgrade() -> Weight {
	AllPalletsWithSystem::before_all_runtime_migrations();
	let weight = Migrations::on_runtime_upgrade();
	let versions = [
		StorageVersion::get::<Tasks>(),
		StorageVersion::get::<Vss>(),
		StorageVersion::get::<Incentives>(),
		StorageVersion::get::<Consent>(),
	];
	assert_eq!(versions, [4, 3, 2, 1].map(StorageVersion::new));
	weight
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
		let weight = upgrade();
		try_state();
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
		upgrade();
		assert_eq!(after(), (Some(before.0.clone()), Some(before.1.clone())));

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
