//! Settlement in chunks: everything once, nothing forgotten, nobody starved.

use super::*;
use crate::{
	machine::{dealing_was_over, ending},
	settle::affordable,
	types::Stage::{self, *},
};
use frame::testing_prelude::*;
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::TaskBook,
};
use SecurityClass::Standard;

/// A task that has a result, and is to be settled from the next block on.
pub(super) fn ended(invited: u32) -> TaskId {
	let task = submit_with(Standard, dealers(invited)).unwrap();
	accept_all(task);
	run_until(task, |status| matches!(status, Collecting { .. }));
	deal_all(task);
	run_until(task, |status| matches!(status, Committing { .. }));
	Tasks::all_committed(task);
	Tasks::all_revealed(task);
	assert_eq!(status(task), Settling(Completed));
	assert_eq!(stage(task), Some(Fee));
	task
}

pub(super) fn stage(task: TaskId) -> Option<Stage> {
	Tasks::stage(task)
}

#[test]
fn stages_follow_as_the_meter_allows() {
	build_and_execute(|| {
		let task = ended(20);
		world(|world| world.settle_steps = 100);

		// The look, the step's own weight, but not the fee's
		next_block(units(42));
		assert_eq!(stage(task), Some(Fee));
		// The fee's
		next_block(units(43));
		assert_eq!(stage(task), Some(Sharing));
		// 43 - 1 - 2 - 2 steps of the sharing
		next_block(units(43));
		assert_eq!(world(|world| world.steps_done[&task]), 38);
		next_block(units(43));
		assert_eq!(world(|world| world.steps_done[&task]), 76);
		assert_eq!(stage(task), Some(Sharing));
		// The sharing's last 24, and 13 entries of the cohort
		next_block(units(43));
		assert_eq!(stage(task), Some(Cohort));
		assert_eq!(Tasks::dealers(task).len(), 20 - 13);
		assert_eq!(status(task), Settling(Completed));
		// The rest of the cohort, but not the close
		next_block(units(1 + 2 + 1 + 8));
		assert_eq!(stage(task), Some(Close));
		next_block(units(1 + 2 + 9));
		assert_eq!(stage(task), Some(Close));
		next_block(units(1 + 2 + 10));
		assert_eq!(stage(task), None);
		assert_eq!(status(task), Settled(Completed));
		assert_eq!(journal(task)[4..], settled_drawn(task, true, Ending::Completed));
	});
}

#[test]
fn with_weight_a_task_is_settled_in_one_block() {
	build_and_execute(|| {
		let task = ended(400);
		next_block(Weight::MAX);
		assert_eq!(status(task), Settled(Completed));
	});
}

#[test]
fn a_long_settlement_lets_others_pass() {
	build_and_execute(|| {
		let long = ended(10);
		world(|world| world.settle_steps = 1000);
		next_block(units(200));
		assert_eq!(stage(long), Some(Sharing));
		// A second task, whose dealing ends meanwhile
		let other = consented(Standard);
		while !matches!(status(other), Collecting { .. }) {
			next_block(units(50));
		}
		deal_one(other);
		assert_eq!(stage(long), Some(Sharing));
		let Collecting { until, .. } = status(other) else { panic!("not collecting") };
		while Tasks::now() < until + 2 {
			next_block(units(20));
		}
		assert!(matches!(status(other), Verifying { .. }));
		assert_eq!(stage(long), Some(Sharing));
	});
}

#[test]
fn settlements_of_one_block_take_turns() {
	build_and_execute(|| {
		let tasks: Vec<_> = (0..3).map(|_| consented(Standard)).collect();
		run_to(2);
		for task in &tasks {
			assert_ok!(cancel(*task));
		}
		world(|world| world.settle_steps = 500);
		for _ in 0..9 {
			next_block(units(60));
		}
		// All three are under way, none is done
		assert!(tasks.iter().all(|task| stage(*task) == Some(Sharing)));
		for _ in 0..60 {
			next_block(units(60));
		}
		assert!(tasks.iter().all(|task| is_settled(status(*task))));
	});
}

/// Four are invited, the first three accept, the first two of these deal; then the task comes to this end.
pub(super) fn ended_with(outcome: Outcome) -> TaskId {
	let mut dealers = dealers(4).into_inner();
	dealers.sort();
	let (mut asked, recipient) = (plain(), account(5));
	let lacks = match outcome {
		Failed(DealerMissing) => {
			asked.required = vec![dealers[2].clone()].try_into().unwrap();
			Some(dealers[2].clone())
		},
		Failed(MaskMissing) => {
			asked.sealed_to = Some(recipient.clone());
			Some(recipient.clone())
		},
		_ => None,
	};
	let is_sealed = asked.sealed_to.is_some();
	let task = submit_on(asked).unwrap();
	if is_sealed {
		assert_ok!(accept(task, &recipient));
	}
	let willing = if outcome == Failed(TooFewAcceptances) { 2 } else { 3 };
	for dealer in &dealers[..willing] {
		assert_ok!(accept(task, dealer));
	}
	world(|world| {
		world.found = match outcome {
			Failed(UnsoundCommitments) => Found::Unsound,
			Failed(TooFewDealers) => Found::First(2),
			Failed(DealerMissing) => Found::First(4),
			_ => Found::First(3),
		};
		world.lacks = lacks.into_iter().collect();
		world.refuses.sets = match outcome {
			Failed(reason @ (NotCounted | Differencing)) => Some(reason),
			_ => None,
		};
		world.obstacle = (outcome == Failed(NoCommittee)).then_some(DrawError::TooFewNodes);
		world.has_result = outcome != Failed(TooFewShares);
	});
	run_until(task, |status| matches!(status, Collecting { .. } | Settling(_)));
	if let Collecting { .. } = status(task) {
		if outcome != Failed(NoDealings) {
			deal(task, &dealers[0]);
			deal(task, &dealers[1]);
		}
		if outcome == Failed(Cancelled) {
			assert_ok!(cancel(task));
		}
	}
	run_until(task, is_settled);
	assert_eq!(status(task), Settled(outcome));
	world(|world| world.obstacle = None);
	task
}

/// Who accepted and did not deal loses a part of its deposit, but only where dealing was over; who dealt, and where it was
/// not over everybody, gets it back. Who did not accept has none.
#[test]
fn who_accepts_and_does_not_deal_forfeits() {
	use Deposit::*;
	build_and_execute(|| {
		let (back, lost) = (Some(Returned), Some(Forfeited));
		for (outcome, expected) in [
			(Completed, [back, back, lost, None]),
			(Failed(TooFewDealers), [back, back, lost, None]),
			(Failed(DealerMissing), [back, back, lost, None]),
			(Failed(NotCounted), [back, back, lost, None]),
			(Failed(Differencing), [back, back, lost, None]),
			(Failed(MaskMissing), [back, back, lost, None]),
			(Failed(TooFewShares), [back, back, lost, None]),
			(Failed(NoDealings), [lost, lost, lost, None]),
			(Failed(UnsoundCommitments), [back, back, lost, None]),
			(Failed(Cancelled), [back, back, back, None]),
			(Failed(NoCommittee), [back, back, back, None]),
			(Failed(TooFewAcceptances), [back, back, None, None]),
		] {
			let mut dealers = dealers(4).into_inner();
			dealers.sort();
			let task = ended_with(outcome);
			let found: Vec<_> = dealers.iter().map(|dealer| deposit(task, dealer)).collect();
			assert_eq!(found, expected, "{outcome:?}");
			assert_eq!(dealing_was_over(outcome), expected.contains(&lost));
			let drawn = Tasks::task(task).is_some_and(|task| task.drawn_at.is_some());
			let wanted = ending(outcome, drawn);
			let paid = |did: &Did| matches!(did, Did::Paid { ending, .. } if *ending == wanted);
			assert_eq!(journal(task).iter().filter(|did| paid(did)).count(), 1, "{outcome:?}");
		}
	});
}

/// Before the draw and by the committee's fault the fee goes back; by the requester's and for want of dealings it does not.
#[test]
fn the_ending_says_who_let_the_task_fail() {
	for (outcome, undrawn, drawn) in [
		(Completed, Ending::Completed, Ending::Completed),
		(Failed(NoCommittee), Ending::Returned, Ending::Returned),
		(Failed(TooFewAcceptances), Ending::Returned, Ending::Returned),
		(Failed(TooFewShares), Ending::Returned, Ending::Returned),
		(Failed(UnsoundCommitments), Ending::Returned, Ending::Returned),
		(Failed(Cancelled), Ending::Returned, Ending::Forfeited),
		(Failed(TooFewDealers), Ending::Returned, Ending::Forfeited),
		(Failed(NoDealings), Ending::Returned, Ending::Forfeited),
		(Failed(DealerMissing), Ending::Returned, Ending::Forfeited),
		(Failed(NotCounted), Ending::Returned, Ending::Forfeited),
		(Failed(Differencing), Ending::Returned, Ending::Forfeited),
		(Failed(MaskMissing), Ending::Returned, Ending::Forfeited),
	] {
		assert_eq!(ending(outcome, false), undrawn, "{outcome:?}");
		assert_eq!(ending(outcome, true), drawn, "{outcome:?}");
	}
}

/// Deposits are settled with the entries of the cohort, each once, however small the chunks are.
#[test]
fn deposits_are_settled_in_chunks() {
	build_and_execute(|| {
		let task = submit_with(Standard, dealers(20)).unwrap();
		let dealers = Tasks::dealers(task);
		accept_all(task);
		run_until(task, |status| matches!(status, Collecting { .. }));
		run_to(2 + FIRST + 1);
		assert_eq!(status(task), Settling(Failed(NoDealings)));
		let lost = || {
			let is_lost = |dealer: &&AccountId| deposit(task, dealer) == Some(Deposit::Forfeited);
			dealers.iter().filter(is_lost).count()
		};
		// Fee and sharing: 40 + 2 + 3; of the rest the cohort's base and four entries
		next_block(units(1 + 2 + 45 + 5));
		assert_eq!((stage(task), lost()), (Some(Cohort), 4));
		for entries in [8, 12, 16] {
			next_block(units(1 + 2 + 5));
			assert_eq!((stage(task), lost()), (Some(Cohort), entries));
		}
		next_block(Weight::MAX);
		assert_eq!(lost(), 20);
		assert_eq!(status(task), Settled(Failed(NoDealings)));
	});
}

#[test]
fn the_affordable_number_is_the_largest() {
	let cost = <() as WeightInfo>::free_cohort;
	assert_eq!(affordable(cost, Weight::zero()), 0);
	assert_eq!(affordable(cost, units(1)), 0);
	assert_eq!(affordable(cost, units(2)), 1);
	assert_eq!(affordable(cost, units(11)), 10);
	assert_eq!(affordable(cost, Weight::from_parts(u64::MAX, 550)), 4);
	assert_eq!(affordable(cost, Weight::MAX), MAX_DEALERS);
	assert_eq!(affordable(|_| Weight::zero(), Weight::zero()), MAX_DEALERS);
}
