//! Tasks that fell off the agenda: how that can come about, that they stand still, that anybody can put them back, and that
//! nothing else is gained by it.

use super::*;
use crate::types::Stage;
use frame::{deps::frame_support::storage::unhashed, testing_prelude::*};
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::{Seed, TaskBook},
};
use SecurityClass::{Restricted, Standard};

fn inviting() -> TaskId {
	submit(Standard).unwrap()
}

fn collecting() -> TaskId {
	drawn(Standard)
}

/// After the look for the first dealing.
fn collecting_on() -> TaskId {
	let task = dealt_one(Standard);
	run_to(3 + FIRST + 1);
	task
}

fn verifying() -> TaskId {
	let task = drawn(Standard);
	deal_all(task);
	task
}

fn committing() -> TaskId {
	let task = verifying();
	run_until(task, |status| matches!(status, Committing { .. }));
	task
}

fn revealing() -> TaskId {
	let task = committing();
	Tasks::all_committed(task);
	assert!(matches!(status(task), Revealing { .. }));
	task
}

/// Ways to a task in each phase that lasts until a block that its state names.
const PHASES: [fn() -> TaskId; 6] =
	[inviting, collecting, collecting_on, verifying, committing, revealing];

/// The hook goes by so many times with all the weight there is, and the task stays what it is.
fn stands_still(task: TaskId, blocks: BlockNumber) {
	let before = status(task);
	for _ in 0..blocks {
		poll_block(Weight::MAX);
		assert_eq!(status(task), before);
	}
	assert!(entries(task).is_empty());
}

/// A poke of a task that has fallen off: it is right, and its entry is this one.
fn is_put_back(task: TaskId, due: Due) {
	let before = status(task);
	assert_eq!(poke(task), Ok(Pays::No.into()));
	assert_eq!(entries(task), [due]);
	assert_eq!(status(task), before);
	assert_eq!(events().last(), Some(&Event::PutBack { task, at: due.at }));
}

fn entry(at: BlockNumber, task: TaskId) -> Due {
	Due { at, task, epoch: None }
}

fn paid(task: TaskId) -> usize {
	journal(task).iter().filter(|did| matches!(did, Did::Paid { .. })).count()
}

#[test]
fn a_task_that_fell_off_stands_still_until_somebody_pokes_it() {
	for phase in PHASES {
		build_and_execute(|| {
			let task = phase();
			let (before, due) = (status(task), fall_off(task));
			stands_still(task, 2 * Tasks::longest_task());
			is_put_back(task, due);
			// Overdue, so the next look takes it up
			next_block(Weight::MAX);
			assert_ne!(status(task), before);
			run_until(task, is_settled);
			assert_eq!(paid(task), 1);
		});
	}
}

#[test]
fn a_poke_brings_no_look_before_its_time() {
	for phase in PHASES {
		build_and_execute(|| {
			let task = phase();
			let (before, due) = (status(task), fall_off(task));
			is_put_back(task, due);
			assert!(due.at > Tasks::now());
			run_to(due.at - 1);
			assert_eq!(status(task), before);
			next_block(Weight::MAX);
			assert_ne!(status(task), before);
		});
	}
}

/// With a dealing in, the look for the first one is left out: it would find that, and wait for the deadline.
#[test]
fn a_task_with_a_dealing_waits_for_its_deadline() {
	build_and_execute(|| {
		let task = dealt_one(Standard);
		assert_eq!(fall_off(task), entry(3 + FIRST + 1, task));
		is_put_back(task, entry(3 + COLLECT + 1, task));
		run_to(3 + COLLECT);
		assert!(matches!(status(task), Collecting { .. }));
		run_to(3 + COLLECT + 1);
		assert!(matches!(status(task), Verifying { .. }));
	});
}

#[test]
fn a_wrong_poke_changes_nothing_and_pays() {
	for phase in PHASES {
		build_and_execute(|| {
			let task = phase();
			let agenda = Agenda::<Test>::get();
			for _ in 0..3 {
				// The error pays: its information after dispatch is compared too
				assert_noop!(poke(task), Error::<Test>::NothingToDo);
			}
			assert_eq!(poke(task).unwrap_err().post_info.pays_fee, Pays::Yes);
			// A hook that lags is none of its business
			while Tasks::now() < 100 {
				next_block(Weight::zero());
			}
			assert_noop!(poke(task), Error::<Test>::NothingToDo);
			assert_eq!(Agenda::<Test>::get(), agenda);

			run_until(task, is_settled);
			assert_noop!(poke(task), Error::<Test>::NothingToDo);
			assert!(Agenda::<Test>::get().is_empty());
			assert_noop!(poke(task + 1), Error::<Test>::UnknownTask);
			assert_noop!(Tasks::poke(RuntimeOrigin::none(), task), BadOrigin);
			assert_noop!(Tasks::poke(RuntimeOrigin::root(), task), BadOrigin);
		});
	}
}

#[test]
fn a_second_poke_puts_no_second_entry_on_the_agenda() {
	for phase in PHASES {
		build_and_execute(|| {
			let task = phase();
			let due = fall_off(task);
			is_put_back(task, due);
			assert_noop!(poke(task), Error::<Test>::NothingToDo);
			assert_eq!(entries(task), [due]);
		});
	}
}

/// A phase that a call ends early needs no poke: whoever moves a task gives it its entry.
#[test]
fn a_call_that_moves_the_task_puts_it_back_as_well() {
	build_and_execute(|| {
		let task = drawn(Standard);
		fall_off(task);
		deal_all(task);
		assert_eq!(entries(task), [entry(3 + VERIFY + 1, task)]);
		assert_noop!(poke(task), Error::<Test>::NothingToDo);
	});
}

/// Each stage is stored before the next one begins, so that nobody is paid twice.
#[test]
fn a_settlement_goes_on_where_it_stood() {
	build_and_execute(|| {
		let task = drawn(Standard);
		assert_ok!(cancel(task));
		// Weight for the first stage
		next_block(units(45));
		assert_eq!(Tasks::stage(task), Some(Stage::Sharing));
		fall_off(task);
		stands_still(task, 20);
		is_put_back(task, entry(Tasks::now(), task));
		next_block(Weight::MAX);
		assert_eq!(status(task), Settled(Failed(Cancelled)));
		assert_eq!(paid(task), 1);
	});
}

#[test]
fn a_draw_whose_randomness_is_on_its_way_is_looked_at_in_the_next_block() {
	for seed in [Seed::Soon, Seed::Known([7; 32])] {
		build_and_execute(|| {
			world(|world| world.seed = seed);
			let task = consented(Standard);
			assert_eq!(fall_off(task), entry(2, task));
			stands_still(task, 3);
			is_put_back(task, entry(5, task));
			world(|world| world.seed = Seed::Known([7; 32]));
			run_to(5);
			assert!(matches!(status(task), Collecting { .. }));
		});
	}
}

#[test]
fn a_draw_that_waits_for_an_epoch_waits_on() {
	build_and_execute(|| {
		DrawWindow::set(100);
		world(|world| world.seed = Seed::Epoch(7));
		let task = consented(Restricted);
		next_block(Weight::MAX);
		let waits = Due { at: 101, task, epoch: Some(7) };
		assert_eq!(fall_off(task), waits);
		stands_still(task, 10);
		is_put_back(task, waits);
		run_to(50);
		assert_eq!(entries(task), [waits]);
		assert!(Tasks::note_relay_epoch(7, [7; 32]));
		world(|world| world.seed = Seed::Known([7; 32]));
		next_block(Weight::MAX);
		assert!(matches!(status(task), Collecting { .. }));
	});
}

/// Who makes a draw fail, and pokes it, would try it more often.
#[test]
fn a_draw_that_failed_has_its_pause() {
	build_and_execute(|| {
		DrawWindow::set(1_000);
		let task = consented(Standard);
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		let tries = || Draws::<Test>::get(task).unwrap().tries;
		// Tried in blocks 2, 6 and 14
		run_to(15);
		assert_eq!((tries(), fall_off(task)), (3, entry(30, task)));
		is_put_back(task, entry(15 + 16, task));
		run_to(30);
		assert_eq!(tries(), 3);
		run_to(31);
		assert_eq!(tries(), 4);
	});
}

#[test]
fn a_draw_has_its_try_in_the_last_block_of_its_window_and_none_after_it() {
	build_and_execute(|| {
		let task = consented(Standard);
		world(|world| world.obstacle = Some(DrawError::TooFewNodes));
		// Tried in blocks 2, 6 and 10
		run_to(10);
		assert_eq!(fall_off(task), entry(11, task));
		is_put_back(task, entry(11, task));
		run_to(11);
		assert_eq!(Draws::<Test>::get(task).unwrap().tries, 4);
		fall_off(task);
		stands_still(task, 9);
		world(|world| world.obstacle = None);
		is_put_back(task, entry(12, task));
		next_block(Weight::MAX);
		assert_eq!(status(task), Settling(Failed(NoCommittee)));
	});
}

/// Nothing says what to draw, or from what: all goes back when its window is over, and not before.
#[test]
fn a_draw_without_its_plan_falls_off_and_ends_with_its_window() {
	build_and_execute(|| {
		let task = consented(Standard);
		Draws::<Test>::remove(task);
		stands_still(task, 3);
		is_put_back(task, entry(12, task));
		while Tasks::now() < 11 {
			poll_block(Weight::MAX);
			assert_eq!(status(task), Drawing { until: 11 });
		}
		next_block(Weight::MAX);
		assert_eq!(status(task), Settling(Failed(NoCommittee)));
		next_block(Weight::MAX);
		assert_eq!(status(task), Settled(Failed(NoCommittee)));
		assert_eq!(journal(task)[1..], settled_undrawn(task));
	});
}

/// As it is after an upgrade that changes states and migrates none.
#[test]
fn a_task_whose_state_was_unreadable_for_a_while_is_put_back() {
	build_and_execute(|| {
		let task = inviting();
		let (before, due) = (status(task), entries(task)[0]);
		unhashed::put_raw(&Statuses::<Test>::hashed_key_for(task), &[0xff]);
		while Tasks::now() < due.at {
			assert_eq!(entries(task), [due]);
			assert_noop!(poke(task), Error::<Test>::UnknownTask);
			poll_block(Weight::MAX);
		}
		assert!(entries(task).is_empty());
		assert_noop!(poke(task), Error::<Test>::UnknownTask);

		Statuses::<Test>::insert(task, before);
		stands_still(task, 5);
		is_put_back(task, due);
		next_block(Weight::MAX);
		assert_eq!(status(task), Settling(Failed(TooFewAcceptances)));
	});
}

/// As it is after an upgrade that lowers the bound of open tasks: the whole agenda reads as empty.
#[test]
fn tasks_of_an_agenda_that_became_too_small_are_put_back_as_far_as_there_is_room() {
	build_and_execute(|| {
		let tasks: Vec<_> = (0..6).map(|_| inviting()).collect();
		MaxOpenTasks::set(4);
		for task in &tasks {
			stands_still(*task, 10);
		}
		assert_noop!(submit(Standard), Error::<Test>::TooManyOpenTasks);
		for task in &tasks[..4] {
			is_put_back(*task, entry(12, *task));
		}
		for task in &tasks[4..] {
			assert_noop!(poke(*task), Error::<Test>::TooManyOpenTasks);
		}
		assert_noop!(submit(Standard), Error::<Test>::TooManyOpenTasks);
		// One block ends their inviting, one settles them
		poll_block(Weight::MAX);
		poll_block(Weight::MAX);
		assert!(tasks[..4].iter().all(|task| is_settled(status(*task))));
		for task in &tasks[4..] {
			is_put_back(*task, entry(12, *task));
		}
		run_until(tasks[5], is_settled);
		assert!(is_settled(status(tasks[4])));
		assert!(tasks.iter().all(|task| paid(*task) == 1));
	});
}

/// Who is off the agenda leaves its place to others, and then finds none.
#[test]
fn a_full_agenda_takes_no_task_back_until_it_has_room() {
	build_and_execute(|| {
		MaxOpenPerAccount::set(MAX_OPEN + 1);
		let task = drawn(Standard);
		fall_off(task);
		let others: Vec<_> = (0..MAX_OPEN).map(|_| inviting()).collect();
		let full = |refused: DispatchResultWithPostInfo| {
			assert_eq!(refused, Err(Error::<Test>::TooManyOpenTasks.into()));
			let listed = Tasks::open_tasks();
			assert_eq!(listed.len(), others.len());
			assert!(others.iter().all(|other| listed.contains(other)));
		};
		full(poke(task));
		// Nor does the task itself find a place as it moves
		deal_all(task);
		assert_eq!(status(task), Verifying { until: 3 + VERIFY });
		full(poke(task));
		assert_ok!(cancel(others[0]));
		full(poke(task));

		poll_block(Weight::MAX);
		assert!(is_settled(status(others[0])));
		is_put_back(task, entry(3 + VERIFY + 1, task));
		assert_noop!(submit(Standard), Error::<Test>::TooManyOpenTasks);
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Completed));
	});
}
