//! What is left of tasks for good: of one that failed before its draw its state alone, of all others their record too; and what is
//! paid for it.

use super::{settlement::ended_with, *};
use crate::types::DrawnAt;
use frame::testing_prelude::*;
use ostraka_primitives::{
	consent::MAX_REQUIRED,
	spec::{Grouping, Name, Statistic, MAX_COLUMNS, MAX_GROUPS, MAX_NAME},
	task::{FailReason::*, Outcome::*, TaskResult, TaskStatus::*},
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

/// A name as long as a name may be.
fn name(number: u32) -> String {
	format!("{number:x>width$}", width = MAX_NAME as usize)
}

/// As many columns and groups as there may be: all but four kilobytes of the longest record.
fn longest() -> TaskSpec {
	let columns: Vec<_> = (0..MAX_COLUMNS).map(|number| column(&name(number))).collect();
	let of_group = |number| -> Name { name(number).into_bytes().try_into().unwrap() };
	let groups: Vec<_> = (0..MAX_GROUPS).map(of_group).collect();
	let grouping = Grouping { column: of_group(9_999), groups: groups.try_into().unwrap() };
	TaskSpec {
		statistic: Statistic::Contributors,
		columns: columns.try_into().unwrap(),
		group_by: Some(grouping),
		..mean()
	}
}

/// Has a task drawn that nobody deals to, the cheapest way to leave a record. Returns how many bytes stay of it, where a byte
/// costs one and places and seats nothing; that is what is due.
fn left_by(spec: TaskSpec) -> Balance {
	world(|world| (world.byte, world.rents) = (1, (0, 0)));
	let quote = Tasks::quote(&spec, Standard, 4, ACCEPT, COLLECT);
	let task = submit_spec_on(spec, plain()).unwrap();
	accept_all(task);
	run_until(task, is_settled);
	assert_eq!(status(task), Settled(Failed(NoDealings)));
	let (held, rent) = world(|world| (world.held[&task], world.rented[&task]));
	let bytes = Records::<Test>::get(task).unwrap().encoded_size() as Balance;
	assert_eq!(rent.due(&held), bytes);
	assert!(bytes < rent.most && rent.most == quote.rent.most);
	assert_eq!(rent.most, Balance::from(quote.bytes));
	bytes
}

/// Audit, 14: a record of up to 28 kB stayed for the same draw fee as one of 260 bytes. Now each byte of it is paid for.
#[test]
fn the_longest_records_are_paid_for_by_their_bytes() {
	build_and_execute(|| {
		let (short, long) = (left_by(mean()), left_by(longest()));
		assert_eq!(short, 260);
		assert!(long > 25_000, "{long}");
	});
}

/// Of a task that completes its result is paid for as well; of one that has left nothing, nothing is.
#[test]
fn who_leaves_nothing_pays_for_no_byte() {
	build_and_execute(|| {
		world(|world| (world.byte, world.rents) = (1, (0, 0)));
		let due = |outcome| {
			let task = ended_with(outcome);
			world(|world| world.rented[&task].due(&world.held[&task]))
		};
		let result = Balance::from(TaskResult::bytes(mean().length(), false));
		assert_eq!(due(Completed), 260 + result);
		assert_eq!(due(Failed(TooFewShares)), 260);
		assert_eq!([NoCommittee, TooFewAcceptances].map(|reason| due(Failed(reason))), [0, 0]);
	});
}

/// A requester is quoted a price before anybody knows its conditions: none make a record longer than was reckoned with.
#[test]
fn no_conditions_make_a_record_longer_than_was_quoted() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		let mut record = Records::<Test>::get(task).unwrap();
		assert!((record.encoded_size() as u32) < Record::longest(&mean()));
		let drawn = DrawnAt { block: 9, task_hash: [1; 32], accepted: 4, consent: [2; 32] };
		record.drawn = Some(drawn);
		let required: Vec<_> = (0..MAX_REQUIRED as u8).map(account).collect();
		record.conditions = Conditions {
			required: required.try_into().unwrap(),
			counting: Some(TaskId::MAX),
			sealed_to: Some(account(5)),
			..plain()
		};
		assert_eq!(record.encoded_size() as u32, Record::longest(&mean()));
		assert_eq!(record.stays(Failed(Cancelled)), Record::longest(&mean()));
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
