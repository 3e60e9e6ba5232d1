//! Tests of the task book among fake neighbours.

mod attacks;
mod conditions;
mod consent;
mod ends;
mod left;
mod lifecycle;
mod panel;
mod parameters;
mod poke;
mod polling;
mod property;
mod reclaim;
mod relay;
mod rents;
mod sealed;
mod settlement;
mod submission;
mod verifying;

use crate::{mock::*, *};
use ostraka_primitives::traits::Ending;

/// The verification window of a Standard task with four dealers.
const VERIFY: BlockNumber = 11;

/// A task that was submitted in block 1, accepted by all in block 2, and whose committee is drawn, in block 3.
fn drawn(class: SecurityClass) -> TaskId {
	let task = submit(class).unwrap();
	run_to(2);
	accept_all(task);
	run_to(3);
	let (first_by, until) = (3 + FIRST, 3 + COLLECT);
	assert_eq!(status(task), TaskStatus::Collecting { first_by, until });
	task
}

/// [`drawn`], and somebody has dealt.
fn dealt_one(class: SecurityClass) -> TaskId {
	let task = drawn(class);
	deal_one(task);
	task
}

/// What the book asks of its neighbours when a task without a committee is settled.
fn settled_undrawn(task: TaskId) -> Vec<Did> {
	let ending = Ending::Returned;
	let (seats, panel, reports, due, exposer) = (0, 0, 0, None, None);
	vec![Did::Paid { task, seats, panel, reports, exposer, due, ending }, Did::Closed { task }]
}

/// What it asks when a task with a committee of three and no panel is settled, of which result shares were `due` or not.
fn settled_drawn(task: TaskId, due: bool, ending: Ending) -> Vec<Did> {
	settled_with_panel(task, 0, due, ending)
}

/// As [`settled_drawn`], with a panel of so many.
fn settled_with_panel(task: TaskId, panel: usize, due: bool, ending: Ending) -> Vec<Did> {
	let (due, exposer) = (Some(due), world(|world| world.exposer.clone()));
	vec![
		Did::Paid { task, seats: 3, panel, reports: 3 + panel, exposer, due, ending },
		Did::Freed { task, completed: ending == Ending::Completed },
		Did::Released { task, seats: 3, panel },
		Did::Closed { task },
	]
}
