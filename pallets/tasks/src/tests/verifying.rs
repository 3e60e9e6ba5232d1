//! Verification: how it ends early, and what does not end it.

use super::*;
use frame::{deps::frame_support::weights::WeightMeter, testing_prelude::*};
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::TaskBook,
};
use SecurityClass::Standard;

/// A task that is in verification since block 3, and until when.
fn verifying() -> (TaskId, BlockNumber) {
	let task = drawn(Standard);
	deal_all(task);
	let until = 3 + VERIFY;
	assert_eq!(status(task), Verifying { until });
	(task, until)
}

/// What the sharing asks before it takes an accusation that excludes a dealing.
fn may_accuse(task: TaskId) -> bool {
	let status = <Tasks as TaskBook>::status(task);
	matches!(status, Some(Verifying { until }) if Tasks::now() <= until)
}

fn is_frozen(task: TaskId) -> bool {
	journal(task).contains(&Did::Froze { task })
}

fn times_told(task: TaskId) -> usize {
	let told = |event: &&Event<Test>| **event == Event::VerificationComplete { task };
	events().iter().filter(told).count()
}

#[test]
fn when_all_have_attested_the_next_block_freezes() {
	build_and_execute(|| {
		let (task, until) = verifying();
		run_to(6);
		assert_eq!(status(task), Verifying { until });
		Tasks::all_attested(task);
		assert_eq!(status(task), Verifying { until: 6 });
		assert_eq!(events().last(), Some(&Event::VerificationComplete { task }));
		let entry = Due { at: 7, task, epoch: None };
		assert_eq!(Agenda::<Test>::get().into_inner(), vec![entry]);
		run_to(7);
		assert_eq!(status(task), Committing { frozen_at: 7, until: 7 + COMMIT });
		let frozen = Event::AcceptedSetFrozen { task, accepted: 4, commit_until: 7 + COMMIT };
		assert_eq!(events().last(), Some(&frozen));
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Completed));
		assert_eq!(times_told(task), 1);
	});
}

/// Members check in the block after the last dealing, so that all can have attested before any other block passes.
#[test]
fn the_first_block_of_verification_can_be_its_last() {
	build_and_execute(|| {
		let (task, _) = verifying();
		Tasks::all_attested(task);
		assert_eq!(status(task), Verifying { until: 3 });
		assert!(may_accuse(task));
		run_to(4);
		assert_eq!(status(task), Committing { frozen_at: 4, until: 4 + COMMIT });
	});
}

/// Who made the end come early, by the last attestation or by a conviction, does not shut out who has attested and finds a
/// fault after all: the rest of the block is theirs, whatever else it holds.
#[test]
fn an_early_end_leaves_its_own_block_to_who_accuses() {
	build_and_execute(|| {
		let (task, _) = verifying();
		run_to(6);
		let others: [fn(TaskId); 4] =
			[Tasks::all_attested, Tasks::all_dealt, Tasks::all_committed, Tasks::all_revealed];
		assert!(may_accuse(task));
		for end in others {
			end(task);
			assert_noop!(cancel(task), Error::<Test>::WrongPhase);
			// Nor does more work of the hook, were it to come in this block
			Tasks::poll(&mut WeightMeter::new());
			assert_eq!(status(task), Verifying { until: 6 });
			assert!(may_accuse(task) && !is_frozen(task));
		}
		next_block(Weight::MAX);
		assert!(!may_accuse(task) && is_frozen(task));
		assert_eq!(times_told(task), 1);
	});
}

/// A member that is silent, for whatever reason, costs the others the window, not an accusation.
#[test]
fn with_one_silent_member_the_whole_window_runs() {
	build_and_execute(|| {
		let (task, until) = verifying();
		while Tasks::now() < until {
			assert_eq!(status(task), Verifying { until });
			assert!(may_accuse(task) && !is_frozen(task));
			next_block(Weight::MAX);
		}
		assert!(may_accuse(task) && !is_frozen(task));
		run_to(until + 1);
		assert_eq!(status(task), Committing { frozen_at: until + 1, until: until + 1 + COMMIT });
		assert_eq!(times_told(task), 0);
	});
}

/// Requester, dealers and hook have nothing that ends it: only who has a seat can, all together.
#[test]
fn nothing_but_the_attestations_ends_verification_early() {
	build_and_execute(|| {
		let (task, until) = verifying();
		let dealer = dealers(4)[0].clone();
		while Tasks::now() < until {
			Tasks::all_dealt(task);
			Tasks::all_committed(task);
			Tasks::all_revealed(task);
			assert_noop!(cancel(task), Error::<Test>::WrongPhase);
			assert_noop!(accept(task, &dealer), Error::<Test>::WrongPhase);
			assert_ok!(Tasks::step(task, &mut WeightMeter::new()).map(|_| ()));
			// Attestations of another task are none of this one
			Tasks::all_attested(task + 1);
			assert_eq!(status(task), Verifying { until });
			next_block(Weight::MAX);
		}
		assert_eq!(status(task), Verifying { until });
		assert_eq!(times_told(task), 0);
	});
}

/// In the last block there is nothing to shorten, and a window that the hook has let lapse is not opened again.
#[test]
fn attestations_that_come_late_change_nothing() {
	build_and_execute(|| {
		let (task, until) = verifying();
		run_to(until);
		let due = Agenda::<Test>::get();
		Tasks::all_attested(task);
		assert_eq!(status(task), Verifying { until });
		while Tasks::now() < until + 3 {
			next_block(Weight::zero());
			Tasks::all_attested(task);
			assert_eq!(status(task), Verifying { until });
			assert!(!may_accuse(task));
		}
		assert_eq!(Agenda::<Test>::get(), due);
		assert_eq!(times_told(task), 0);
		next_block(Weight::MAX);
		assert!(is_frozen(task));
	});
}

/// A hook without weight comes later: nobody can accuse in between, as the last block is over.
#[test]
fn a_freeze_that_lags_gives_no_more_time() {
	build_and_execute(|| {
		let (task, _) = verifying();
		run_to(5);
		Tasks::all_attested(task);
		for _ in 0..3 {
			next_block(Weight::zero());
			assert_eq!(status(task), Verifying { until: 5 });
			assert!(!may_accuse(task) && !is_frozen(task));
		}
		next_block(Weight::MAX);
		assert_eq!(status(task), Committing { frozen_at: 9, until: 9 + COMMIT });
	});
}

/// An early end changes nothing of what the freeze finds.
#[test]
fn an_early_end_can_still_fail() {
	for (found, reason) in [(Found::First(2), TooFewDealers), (Found::Unsound, UnsoundCommitments)]
	{
		build_and_execute(|| {
			let (task, _) = verifying();
			world(|world| world.found = found);
			Tasks::all_attested(task);
			run_to(4);
			assert_eq!(status(task), Settling(Failed(reason)));
		});
	}
}
