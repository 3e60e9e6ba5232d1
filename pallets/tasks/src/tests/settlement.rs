//! Settlement in chunks: everything once, nothing forgotten, nobody starved.

use crate::{
	mock::*,
	settle::affordable,
	types::Stage::{self, *},
	*,
};
use frame::testing_prelude::*;
use ostraka_primitives::{
	task::{Outcome::*, TaskStatus::*},
	traits::TaskBook,
};
use SecurityClass::Standard;

/// A task that has a result, and is to be settled from the next block on.
fn ended(invited: u32) -> TaskId {
	let task = submit_with(Standard, dealers(invited)).unwrap();
	run_until(task, |status| matches!(status, Collecting { .. }));
	Tasks::all_dealt(task);
	run_until(task, |status| matches!(status, Committing { .. }));
	Tasks::all_committed(task);
	Tasks::all_revealed(task);
	assert_eq!(status(task), Settling(Completed));
	assert_eq!(stage(task), Some(Fee));
	task
}

fn stage(task: TaskId) -> Option<Stage> {
	Settlements::<Test>::get(task)
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
		assert_eq!(
			journal(task)[4..],
			vec![
				Did::Paid { task, seats: 3, reports: 3, due: Some(true), completed: true },
				Did::Freed { task, completed: true },
				Did::Released { task, seats: 3 },
				Did::Closed { task },
			]
		);
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
		let other = submit(Standard).unwrap();
		while !matches!(status(other), Collecting { .. }) {
			next_block(units(50));
		}
		assert_eq!(stage(long), Some(Sharing));
		let Collecting { until } = status(other) else { panic!("not collecting") };
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
		let tasks: Vec<_> = (0..3).map(|_| submit(Standard).unwrap()).collect();
		run_to(3);
		for task in &tasks {
			assert_ok!(Tasks::cancel(RuntimeOrigin::signed(requester()), *task));
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
