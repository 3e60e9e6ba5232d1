//! What is left of tasks for good: of one that failed before its draw its state alone, of all others their record too.

use super::{settlement::ended_with, *};
use frame::testing_prelude::*;
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::TaskBook,
};
use SecurityClass::*;

/// Asserts that of a settled task nothing is left but its state, which says why it failed, and that no call brings it back.
fn left_its_state_alone(task: TaskId, reason: FailReason) {
	assert_eq!(<Tasks as TaskBook>::status(task), Some(Settled(Failed(reason))));
	assert!(!Records::<Test>::contains_key(task), "{reason:?}");
	assert!(Tasks::task(task).is_none() && Tasks::task_info(task).is_none());
	assert_eq!(<Tasks as TaskBook>::spec(task), None);
	assert!(<Tasks as TaskBook>::view(task).is_none());

	assert_noop!(cancel(task), Error::<Test>::WrongPhase);
	assert_noop!(poke(task), Error::<Test>::NothingToDo);
	let dealer = RuntimeOrigin::signed(dealers(4)[0].clone());
	assert_noop!(Tasks::accept(dealer, task, [0; 32], DATASET), Error::<Test>::WrongPhase);
	let counted_by_it = Conditions { counting: Some(task), ..plain() };
	assert_noop!(submit_on(counted_by_it), Error::<Test>::WrongCounting);
}

/// Audit, 14: a record of up to 28 kB is left for the price of a draw that never comes.
#[test]
fn a_task_that_fails_before_its_draw_leaves_its_state_alone() {
	build_and_execute(|| {
		for reason in [NoCommittee, TooFewAcceptances] {
			left_its_state_alone(ended_with(Failed(reason)), reason);
		}
		let cancelled = submit(Standard).unwrap();
		assert_ok!(cancel(cancelled));
		assert_eq!(status(cancelled), Settling(Failed(Cancelled)));
		assert!(Tasks::task(cancelled).is_some(), "it stays until all is paid");
		run_until(cancelled, is_settled);
		left_its_state_alone(cancelled, Cancelled);
		assert_eq!(Records::<Test>::iter().count(), 0);
		assert_eq!(submit(Standard), Ok(cancelled + 1), "its number is used up");
	});
}

/// Dealers look at them: whoever asks for one draw after the other is to be told from others, and a result is nothing without what
/// was asked.
#[test]
fn a_task_that_was_drawn_keeps_its_record_however_it_ends() {
	build_and_execute(|| {
		for outcome in [
			Completed,
			Failed(Cancelled),
			Failed(TooFewDealers),
			Failed(TooFewShares),
			Failed(NoDealings),
			Failed(UnsoundCommitments),
			Failed(DealerMissing),
			Failed(NotCounted),
			Failed(Differencing),
			Failed(MaskMissing),
		] {
			let task = ended_with(outcome);
			let left = Tasks::task(task).unwrap();
			assert_eq!((left.status, left.requester), (Settled(outcome), requester()));
			assert!(left.task_hash.is_some() && left.drawn_at.is_some(), "{outcome:?}");
		}
	});
}

/// A record that is missing is noticed, unless its task failed.
#[test]
fn no_other_record_may_be_missing() {
	new_test_ext().execute_with(|| {
		for task in [ended_with(Completed), submit(Standard).unwrap()] {
			assert_ok!(Tasks::do_try_state());
			let record = Records::<Test>::take(task).unwrap();
			assert!(Tasks::do_try_state().is_err(), "task {task}");
			Records::<Test>::insert(task, record);
		}
		assert_ok!(Tasks::do_try_state());
		Statuses::<Test>::insert(9, Settled(Failed(Cancelled)));
		assert!(Tasks::do_try_state().is_err(), "there are not so many tasks");
	});
}
