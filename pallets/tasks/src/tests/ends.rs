//! How tasks fail: what each end costs whom, and that it comes in its own phase alone.

use super::*;
use frame::testing_prelude::*;
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::TaskBook,
};
use SecurityClass::*;

/// Lets the task, which is at its end, be settled in the next block: it has failed for this reason. Returns what the book
/// asked of its neighbours.
fn fails(task: TaskId, reason: FailReason) -> Vec<Did> {
	assert_eq!(status(task), Settling(Failed(reason)));
	assert!(events().contains(&Event::TaskFailed { task, reason }));
	next_block(Weight::MAX);
	assert_eq!(status(task), Settled(Failed(reason)));
	assert!(events().contains(&Event::TaskSettled { task, outcome: Failed(reason) }));
	journal(task)
}

/// [`fails`] before the draw: all goes back.
fn fails_undrawn(task: TaskId, reason: FailReason) {
	assert_eq!(fails(task, reason)[1..], settled_undrawn(task));
}

/// [`fails`] after the draw, and its whole fee is lost; before its end the book had asked for `before`.
fn is_forfeited(task: TaskId, reason: FailReason, before: &[Did]) {
	let expected = [before.to_vec(), settled_drawn(task, false, Ending::Forfeited)].concat();
	assert_eq!(fails(task, reason)[3..], expected);
	assert!(!events().iter().any(|event| matches!(event, Event::AcceptedSetFrozen { .. })));
}

#[test]
fn without_a_committee_the_task_fails() {
	build_and_execute(|| {
		let task = consented(Standard);
		let dealers = Tasks::dealers(task);
		world(|world| world.obstacle = Some(DrawError::TooFewNodes));
		run_to(11);
		assert_eq!(status(task), Drawing { until: 11 });
		run_to(12);
		fails_undrawn(task, NoCommittee);
		assert!(dealers.iter().all(|dealer| deposit(task, dealer) == Some(Deposit::Returned)));
	});
}

#[test]
fn without_a_dealing_in_the_first_quarter_the_task_fails() {
	build_and_execute(|| {
		let task = drawn(Standard);
		run_to(8);
		assert_eq!(status(task), Collecting { first_by: 8, until: 23 });
		run_to(9);
		is_forfeited(task, NoDealings, &[]);
	});
}

/// A dealing in the last block for the first one is in time, and the agenda looks again only at the end.
#[test]
fn one_dealing_in_the_first_quarter_is_enough() {
	build_and_execute(|| {
		let task = drawn(Standard);
		run_to(8);
		deal_one(task);
		run_to(9);
		assert_eq!(Agenda::<Test>::get().into_inner(), vec![Due { at: 24, task, epoch: None }]);
		run_to(23);
		assert_eq!(status(task), Collecting { first_by: 8, until: 23 });
		run_to(24);
		assert!(matches!(status(task), Verifying { .. }));
	});
}

/// A hook that lags past the whole window ends it as if it had come in time.
#[test]
fn a_lagging_hook_freezes_an_empty_set() {
	build_and_execute(|| {
		let task = drawn(Standard);
		world(|world| world.found = Found::First(0));
		while Tasks::now() < 30 {
			next_block(Weight::zero());
		}
		run_until(task, |status| matches!(status, Settling(_)));
		is_forfeited(task, TooFewDealers, &[Did::Froze { task }]);
	});
}

#[test]
fn with_too_few_accepted_dealers_nothing_is_released() {
	build_and_execute(|| {
		let task = drawn(Standard);
		world(|world| world.found = Found::First(2));
		deal_all(task);
		run_to(3 + VERIFY + 1);
		// Too late for all of them
		Tasks::all_attested(task);
		Tasks::all_committed(task);
		Tasks::all_revealed(task);
		is_forfeited(task, TooFewDealers, &[Did::Froze { task }]);
	});
}

/// A commitment outside the group that no member accused shows at the freeze. Nobody is convicted for it, the fee goes
/// back, and no result share is asked for.
#[test]
fn with_unsound_commitments_the_task_fails_and_everybody_gets_back_what_is_theirs() {
	build_and_execute(|| {
		let task = drawn(Standard);
		let dealers = Tasks::dealers(task);
		let (vanished, others) = dealers.split_first().unwrap();
		for dealer in others {
			deal(task, dealer);
		}
		world(|world| world.found = Found::Unsound);
		run_to(3 + COLLECT + 1);
		Tasks::all_attested(task);
		run_to(3 + COLLECT + 2);
		let asked = fails(task, UnsoundCommitments);
		let settled = settled_drawn(task, false, Ending::Returned);
		assert_eq!(asked[3..], [vec![Did::Froze { task }], settled].concat());
		assert!(!events().iter().any(|event| matches!(event, Event::AcceptedSetFrozen { .. })));
		assert!(others.iter().all(|dealer| deposit(task, dealer) == Some(Deposit::Returned)));
		// Dealing was over for who accepted and did not deal
		assert_eq!(deposit(task, vanished), Some(Deposit::Forfeited));
	});
}

/// It does not help that enough dealings would be there, nor that there are too few.
#[test]
fn unsound_commitments_fail_whatever_the_class_asks_for() {
	build_and_execute(|| {
		world(|world| world.found = Found::Unsound);
		for class in [Standard, Confidential, Restricted] {
			let task = consented(class);
			run_until(task, |status| matches!(status, Collecting { .. }));
			deal_all(task);
			run_until(task, is_settled);
			assert_eq!(status(task), Settled(Failed(UnsoundCommitments)));
		}
	});
}

#[test]
fn the_least_number_of_dealers_is_enough() {
	build_and_execute(|| {
		let task = dealt_one(Standard);
		world(|world| world.found = Found::First(3));
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Completed));
	});
}

#[test]
fn with_too_few_shares_the_task_fails() {
	build_and_execute(|| {
		let task = dealt_one(Standard);
		world(|world| world.has_result = false);
		run_until(task, |status| matches!(status, Settling(_)));
		let asked = fails(task, TooFewShares);
		let settled = settled_drawn(task, true, Ending::Returned);
		assert_eq!(asked[3..], [vec![Did::Froze { task }], settled].concat());
	});
}

#[test]
fn cancelled_while_inviting_nobody_is_paid() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		assert_ok!(cancel(task));
		fails_undrawn(task, Cancelled);
	});
}

#[test]
fn cancelled_while_collecting_it_costs_the_whole_fee() {
	build_and_execute(|| {
		let task = dealt_one(Standard);
		run_to(23);
		assert_ok!(cancel(task));
		// A dealing in the same block changes nothing
		Tasks::all_dealt(task);
		is_forfeited(task, Cancelled, &[]);
	});
}

#[test]
fn it_is_too_late_to_cancel_once_dealing_is_over() {
	build_and_execute(|| {
		let task = dealt_one(Standard);
		while !is_settled(status(task)) {
			next_block(Weight::MAX);
			if !matches!(status(task), Collecting { .. }) {
				assert_noop!(cancel(task), Error::<Test>::WrongPhase);
			}
		}
		assert_eq!(status(task), Settled(Completed));
	});
}

#[test]
fn an_end_is_only_noted_in_its_own_phase() {
	build_and_execute(|| {
		let ends: [fn(TaskId); 4] =
			[Tasks::all_dealt, Tasks::all_attested, Tasks::all_committed, Tasks::all_revealed];
		let unchanged_but_by = |task, own: Option<usize>| {
			let before = status(task);
			for (_, end) in (0..).zip(ends).filter(|(place, _)| Some(*place) != own) {
				end(task);
				assert_eq!(status(task), before);
			}
		};
		let task = submit(Standard).unwrap();
		unchanged_but_by(task, None);
		accept_all(task);
		unchanged_but_by(task, None);
		run_to(2);
		unchanged_but_by(task, Some(0));
		Tasks::all_dealt(task);
		unchanged_but_by(task, Some(1));
		Tasks::all_attested(task);
		unchanged_but_by(task, None);
		run_to(3);
		unchanged_but_by(task, Some(2));
		Tasks::all_committed(task);
		unchanged_but_by(task, Some(3));
		Tasks::all_revealed(task);
		unchanged_but_by(task, None);
		run_until(task, is_settled);
		unchanged_but_by(task, None);
		// Unknown tasks
		for end in ends {
			end(task + 1);
		}
		assert_eq!(<Tasks as TaskBook>::status(task + 1), None);
	});
}
