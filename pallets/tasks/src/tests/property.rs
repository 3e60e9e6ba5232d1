//! Random tasks, calls, neighbours and meters: only legal moves, all invariants, and everything
//! settles.

use crate::{
	machine::{Machine, Refused},
	mock::*,
	*,
};
use frame::testing_prelude::*;
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*, Windows},
	traits::TaskBook,
};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug)]
enum Op {
	Submit(SecurityClass),
	Cancel(TaskId),
	AllDealt(TaskId),
	AllCommitted(TaskId),
	AllRevealed(TaskId),
	Blocks { count: u32, units: u64 },
	Entropy(bool),
	Nodes(bool),
	Result(bool),
	Accepted(u32),
}

fn op() -> impl Strategy<Value = Op> {
	use SecurityClass::*;
	let class = prop_oneof![Just(Standard), Just(Confidential), Just(Restricted)];
	prop_oneof![
		3 => class.prop_map(Op::Submit),
		1 => (0u32..12).prop_map(Op::Cancel),
		2 => (0u32..12).prop_map(Op::AllDealt),
		2 => (0u32..12).prop_map(Op::AllCommitted),
		2 => (0u32..12).prop_map(Op::AllRevealed),
		6 => (1u32..8, prop_oneof![Just(0u64), 0u64..150, Just(100_000)])
			.prop_map(|(count, units)| Op::Blocks { count, units }),
		1 => any::<bool>().prop_map(Op::Entropy),
		1 => any::<bool>().prop_map(Op::Nodes),
		1 => any::<bool>().prop_map(Op::Result),
		1 => (0u32..12).prop_map(Op::Accepted),
	]
}

/// The state machine, as its picture shows it. `now` is the block of the move.
fn is_legal(from: TaskStatus, to: TaskStatus, now: BlockNumber) -> bool {
	match (from, to) {
		(Drawing { from, until }, Collecting { .. }) => from <= now && now <= until,
		(Drawing { until, .. }, Settling(Failed(NoCommittee))) => now > until,
		(Drawing { until, .. } | Collecting { until }, Settling(Failed(Cancelled))) => now <= until,
		(Collecting { .. }, Verifying { .. }) => true,
		(Verifying { until }, Committing { frozen_at, .. }) => now > until && frozen_at == now,
		(Verifying { until }, Settling(Failed(TooFewDealers))) => now > until,
		(Committing { .. }, Revealing { .. }) => true,
		(Revealing { .. }, Settling(Completed | Failed(TooFewShares))) => true,
		(Settling(outcome), Settled(after)) => outcome == after,
		_ => from == to,
	}
}

fn apply(op: Op) {
	let origin = RuntimeOrigin::signed(requester());
	match op {
		Op::Submit(class) => {
			let full = Agenda::<Test>::get().len() as u32 == MAX_OPEN;
			let refused = full || world(|world| world.obstacle.is_some());
			assert_eq!(submit(class).is_err(), refused);
		},
		Op::Cancel(task) => {
			let before = Statuses::<Test>::get(task);
			let may = before.is_some_and(|status| status.cancelled(Tasks::now()).is_ok());
			assert_eq!(Tasks::cancel(origin, task).is_ok(), may);
		},
		Op::AllDealt(task) => Tasks::all_dealt(task),
		Op::AllCommitted(task) => Tasks::all_committed(task),
		Op::AllRevealed(task) => Tasks::all_revealed(task),
		Op::Blocks { units: limit, .. } => {
			assert!(poll_block(units(limit)).all_lte(units(limit)));
		},
		Op::Entropy(known) => world(|world| world.seed = known.then_some([5; 32])),
		Op::Nodes(there) => {
			world(|world| world.obstacle = (!there).then_some(DrawError::TooFewNodes))
		},
		Op::Result(there) => world(|world| world.has_result = there),
		Op::Accepted(count) => world(|world| world.accepted = count),
	}
}

/// Applies an operation and checks every task's move.
fn checked(op: Op) {
	let before: BTreeMap<_, _> = Statuses::<Test>::iter().collect();
	apply(op);
	Tasks::do_try_state().unwrap();
	for (task, to) in Statuses::<Test>::iter() {
		match before.get(&task) {
			Some(from) => {
				assert!(is_legal(*from, to, Tasks::now()), "{from:?} to {to:?} by {op:?}")
			},
			None => assert!(matches!(to, Drawing { .. })),
		}
	}
}

/// What the neighbours were asked to do for a settled task.
fn check_journal(task: TaskId) {
	let journal = journal(task);
	let count = |wanted: fn(&Did) -> bool| journal.iter().filter(|did| wanted(did)).count();
	assert_eq!(count(|did| matches!(did, Did::Opened { .. })), 1);
	assert_eq!(count(|did| matches!(did, Did::Paid { .. })), 1);
	assert_eq!(count(|did| matches!(did, Did::Closed { .. })), 1);
	let drawn = count(|did| matches!(did, Did::Drew { .. }));
	assert!(drawn <= 1);
	assert_eq!(drawn == 1, Tasks::task(task).unwrap().task_hash.is_some());
	assert_eq!(count(|did| matches!(did, Did::Shared { .. })), drawn);
	assert_eq!(count(|did| matches!(did, Did::Freed { .. })), drawn);
	assert_eq!(count(|did| matches!(did, Did::Released { .. })), drawn);
	assert!(matches!(journal.last(), Some(Did::Closed { .. })));
	let completed = status(task) == Settled(Completed);
	for did in journal {
		match did {
			Did::Paid { completed: said, .. } | Did::Freed { completed: said, .. } => {
				assert_eq!(said, completed)
			},
			_ => {},
		}
	}
}

fn any_status() -> impl Strategy<Value = TaskStatus> {
	let outcome = || {
		prop_oneof![
			Just(Completed),
			Just(Failed(NoCommittee)),
			Just(Failed(TooFewDealers)),
			Just(Failed(TooFewShares)),
			Just(Failed(Cancelled)),
		]
	};
	let block = || prop_oneof![0u32..100, Just(u32::MAX)];
	prop_oneof![
		(block(), block()).prop_map(|(from, until)| Drawing { from, until }),
		block().prop_map(|until| Collecting { until }),
		block().prop_map(|until| Verifying { until }),
		(block(), block()).prop_map(|(frozen_at, until)| Committing { frozen_at, until }),
		block().prop_map(|until| Revealing { until }),
		outcome().prop_map(Settling),
		outcome().prop_map(Settled),
	]
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

	#[test]
	fn tasks_move_legally_and_all_settle(ops in vec(op(), 1..100)) {
		build_and_execute(|| {
			for op in ops {
				let times = if let Op::Blocks { count, .. } = op { count } else { 1 };
				for _ in 0..times {
					checked(op);
				}
			}
			// With weight again, every task comes to its end
			let limit = Tasks::now() + Tasks::longest_task() + 5;
			while Tasks::now() < limit && !Agenda::<Test>::get().is_empty() {
				checked(Op::Blocks { count: 1, units: 100_000 });
			}
			for (task, status) in Statuses::<Test>::iter() {
				assert!(is_settled(status), "task {task} is stuck in {status:?}");
				check_journal(task);
			}
			assert!(Agenda::<Test>::get().is_empty());
		});
	}

	#[test]
	fn the_machine_refuses_all_but_its_edges(
		from in any_status(),
		now in prop_oneof![0u32..100, Just(u32::MAX)],
		accepted in 0u32..10,
		least in 0u32..10,
		has_result: bool,
	) {
		let windows = Windows { collect: 5, verify: 6, commit: 7, reveal: 8 };
		let moves = [
			from.drawn(now, &windows),
			from.undrawn(now),
			from.cancelled(now),
			from.dealt(now, &windows),
			from.frozen(now, &windows, accepted, least),
			from.committed(now, &windows),
			from.revealed(has_result),
			from.settled(),
		];
		for to in moves.into_iter().flatten() {
			prop_assert!(to != from && is_legal(from, to, now), "{:?} to {:?}", from, to);
		}
		let none = moves.iter().all(Result::is_err);
		// Whatever waits for nothing but time can be left, and nothing leaves `Settled`
		match from {
			Settled(_) => prop_assert!(none && from.due_at(now).is_none()),
			Drawing { from: first, until } if now < first && now > until => {},
			Verifying { until } => prop_assert_eq!(none, now <= until),
			_ => prop_assert!(!none),
		}
		prop_assert_eq!(
			from.frozen(now, &windows, accepted, least).err(),
			from.may_freeze(now).err()
		);
		if let Collecting { .. } = from {
			prop_assert_eq!(from.settled(), Err(Refused::WrongState));
		}
	}
}
