//! The hook under small meters: it lags, keeps order, and loses nothing.

use crate::{mock::*, *};
use frame::{deps::sp_runtime::TransactionOutcome, testing_prelude::*};
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::TaskBook,
};
use SecurityClass::Standard;

/// What it costs to look at the agenda.
const LOOK: u64 = 1;
/// What a transition costs.
const ADVANCE: u64 = 2;
/// What a draw costs, its transition included.
const DRAW: u64 = ADVANCE + 2 + 40;

#[test]
fn an_idle_block_costs_a_look() {
	build_and_execute(|| {
		assert_eq!(next_block(Weight::MAX), units(LOOK));
		submit(Standard).unwrap();
		assert_eq!(next_block(Weight::MAX), units(LOOK));
		assert_eq!(
			next_block(units(LOOK).saturating_sub(Weight::from_parts(1, 0))),
			Weight::zero()
		);
	});
}

#[test]
fn without_weight_nothing_moves_and_nothing_is_lost() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		for _ in 0..5 {
			next_block(Weight::zero());
		}
		assert_eq!(status(task), Drawing { from: 3, until: 13 });
		// Enough for all but the last unit of a draw: it waits
		for _ in 0..2 {
			next_block(units(LOOK + DRAW - 1));
			assert_eq!(status(task), Drawing { from: 3, until: 13 });
		}
		assert_eq!(next_block(units(LOOK + DRAW)), units(LOOK + DRAW));
		assert_eq!(status(task), Collecting { until: 9 + COLLECT });
	});
}

#[test]
fn a_draw_that_lags_past_its_last_block_fails() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		while Tasks::now() < 13 {
			next_block(Weight::zero());
		}
		assert_eq!(status(task), Drawing { from: 3, until: 13 });
		assert_ok!(frame::deps::frame_support::storage::with_transaction(|| {
			assert_ok!(Tasks::cancel(RuntimeOrigin::signed(requester()), task));
			TransactionOutcome::Rollback(DispatchResult::Ok(()))
		}));
		next_block(Weight::zero());
		let cancelled = Tasks::cancel(RuntimeOrigin::signed(requester()), task);
		assert_eq!(cancelled, Err(Error::<Test>::DeadlineOver.into()));
		run_to(15);
		assert_eq!(status(task), Settling(Failed(NoCommittee)));
	});
}

#[test]
fn calls_see_a_deadline_that_the_hook_missed() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		run_to(3);
		while Tasks::now() < 30 {
			next_block(Weight::zero());
		}
		// The state lags, but says itself that it is over
		assert_eq!(status(task), Collecting { until: 23 });
		assert_noop!(
			Tasks::cancel(RuntimeOrigin::signed(requester()), task),
			Error::<Test>::DeadlineOver
		);
		// The next window is whole: it counts from the block in which the phase is entered
		next_block(Weight::MAX);
		assert_eq!(status(task), Verifying { until: 31 + 11 });
	});
}

#[test]
fn what_is_due_longest_comes_first() {
	build_and_execute(|| {
		let tasks: Vec<_> = (0..4).map(|_| submit(Standard).unwrap()).collect();
		for drawn in 1..=4 {
			if drawn == 1 {
				run_to(2);
			}
			next_block(units(LOOK + DRAW));
			for (i, task) in tasks.iter().enumerate() {
				assert_eq!(matches!(status(*task), Collecting { .. }), i < drawn);
			}
		}
	});
}

#[test]
fn draws_that_wait_do_not_starve_deadlines() {
	build_and_execute(|| {
		let early = submit(Standard).unwrap();
		run_to(3);
		world(|world| world.seed = None);
		run_to(14);
		for _ in 0..6 {
			submit(Standard).unwrap();
		}
		// Weight for the look and for two waiting draws a block
		while Tasks::now() < 24 {
			next_block(units(LOOK + 2 * (ADVANCE + 2)));
		}
		// Due in block 24, before the tries that were put off to later blocks
		for _ in 0..3 {
			next_block(units(LOOK + 2 * (ADVANCE + 2)));
		}
		assert!(matches!(status(early), Verifying { .. }));
	});
}

#[test]
fn draws_that_fail_hold_nothing_up() {
	build_and_execute(|| {
		let early = submit(Standard).unwrap();
		run_to(20);
		assert_eq!(status(early), Collecting { until: 23 });
		let tasks: Vec<_> = (0..7).map(|_| submit(Standard).unwrap()).collect();
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		// Weight for a draw, and for a look at each of the others
		while Tasks::now() < 24 {
			next_block(units(LOOK + DRAW + 7 * ADVANCE));
		}
		assert_eq!(status(early), Verifying { until: 24 + 11 });
		assert!(tasks.iter().all(|task| matches!(status(*task), Drawing { .. })));
		// Three were tried
		assert_eq!(world(|world| world.asked.len()), 1 + 3);
	});
}

#[test]
fn a_draw_that_failed_backs_off_but_not_past_its_window() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		world(|world| world.obstacle = Some(DrawError::TooFewNodes));
		let mut tried = Vec::new();
		while matches!(status(task), Drawing { .. }) {
			let before = world(|world| world.asked.len());
			next_block(Weight::MAX);
			if world(|world| world.asked.len()) > before {
				tried.push(Tasks::now());
			}
		}
		assert_eq!(tried, [3, 3 + RETRY, 3 + 2 * RETRY, 3 + DRAW_WINDOW]);
		assert_eq!(Tasks::now(), 3 + DRAW_WINDOW + 1);
		assert_eq!(status(task), Settling(Failed(NoCommittee)));
	});
}

#[test]
fn a_draw_that_does_not_fit_lets_others_pass_and_comes_first_then() {
	build_and_execute(|| {
		let early = submit(Standard).unwrap();
		run_to(20);
		let late = submit(Standard).unwrap();
		while Tasks::now() < 24 {
			next_block(units(LOOK + 2 * ADVANCE));
		}
		assert_eq!(status(early), Verifying { until: 24 + 11 });
		assert_eq!(status(late), Drawing { from: 22, until: 32 });
		assert_eq!(Agenda::<Test>::get()[0], Due { at: 22, task: late });
		next_block(units(LOOK + DRAW));
		assert_eq!(status(late), Collecting { until: 25 + COLLECT });
	});
}

#[test]
fn a_draw_has_its_weight_kept_back() {
	build_and_execute(|| {
		let long = submit(Standard).unwrap();
		run_to(3);
		let task = submit(Standard).unwrap();
		assert_ok!(Tasks::cancel(RuntimeOrigin::signed(requester()), long));
		world(|world| world.settle_steps = 1000);
		// The settlement takes whatever there is, and goes on behind the draw
		assert_eq!(next_block(units(50)), units(50));
		let both = units(LOOK + DRAW + ADVANCE + 2 + 5);
		assert_eq!(next_block(both), both);
		assert_eq!(status(task), Collecting { until: 5 + COLLECT });
		assert_eq!(status(long), Settling(Failed(Cancelled)));
	});
}

#[test]
fn draws_that_do_not_fit_take_turns() {
	build_and_execute(|| {
		let tasks: Vec<_> = (0..MAX_OPEN).map(|_| submit(Standard).unwrap()).collect();
		// A share of two draws, and a look
		let block = Limits::get().max_block;
		let share = units(LOOK + 2 * DRAW + ADVANCE + 1);
		PollShare::set(Perbill::from_rational(share.proof_size(), block.proof_size()));
		run_to(2);
		let mut drawn = Vec::new();
		while Tasks::now() < 7 {
			next_block(Weight::MAX);
			let is_drawn = |task: &&TaskId| matches!(status(**task), Collecting { .. });
			drawn.push(tasks.iter().filter(is_drawn).count());
		}
		// A look at all eight leaves the weight of one; then no block looks at more than it can
		// draw
		assert_eq!(drawn, [1, 3, 5, 7, 8]);
	});
}

#[test]
fn the_hook_stays_within_its_share() {
	build_and_execute(|| {
		for _ in 0..MAX_OPEN {
			submit(Standard).unwrap();
		}
		// A share of three draws
		let block = Limits::get().max_block;
		let share = units(LOOK + 3 * DRAW + 1);
		PollShare::set(Perbill::from_rational(share.proof_size(), block.proof_size()));
		run_to(2);
		let used = next_block(Weight::MAX);
		assert!(used.proof_size() <= share.proof_size());
		let open = Agenda::<Test>::get();
		let drawn = open.iter().filter(|due| matches!(status(due.task), Collecting { .. })).count();
		// The looks at the others took the weight of the third
		assert_eq!(drawn, 2);
		run_to(5);
		assert!(open.iter().all(|due| matches!(status(due.task), Collecting { .. })));
	});
}

#[test]
fn an_early_end_takes_the_agendas_entry_along() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		let other = submit(Standard).unwrap();
		run_to(5);
		Tasks::all_dealt(task);
		let at = |task| Agenda::<Test>::get().iter().find(|due| due.task == task).unwrap().at;
		assert_eq!((at(task), at(other)), (5 + 11 + 1, 24));
		assert_eq!(Agenda::<Test>::get().len(), 2);
		// Nothing happens at the deadline that was given up
		run_until(task, |status| matches!(status, Committing { .. }));
		let committing = status(task);
		run_to(24);
		assert_eq!(status(task), committing);
	});
}

#[test]
fn a_freeze_costs_by_the_invited() {
	build_and_execute(|| {
		let task = submit_with(Standard, dealers(50)).unwrap();
		run_to(3);
		Tasks::all_dealt(task);
		let Verifying { until } = status(task) else { panic!("not verifying") };
		run_to(until);
		let freeze = LOOK + ADVANCE + 4 + 50;
		next_block(units(freeze - 1));
		assert_eq!(status(task), Verifying { until });
		assert!(!journal(task).contains(&Did::Froze { task }));
		assert_eq!(next_block(units(freeze)), units(freeze));
		assert!(matches!(status(task), Committing { .. }));
	});
}
