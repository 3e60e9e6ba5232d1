//! The hook under small meters: it lags, keeps order, and loses nothing.

use crate::{mock::*, *};
use frame::testing_prelude::*;
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::{Seed, TaskBook},
};
use SecurityClass::{Restricted, Standard};

/// What it costs to look at the agenda.
const LOOK: u64 = 1;
/// What a transition costs.
const ADVANCE: u64 = 2;
/// What it costs to look at a draw.
const WAIT: u64 = ADVANCE + 2;
/// What a draw costs that finds too few nodes, stake, capacity or verifiers.
const CHECK: u64 = WAIT + 4;
/// What a draw costs.
const DRAW: u64 = CHECK + 36;

fn is_drawn(task: TaskId) -> bool {
	is_drawn_status(status(task))
}

fn is_drawn_status(status: TaskStatus) -> bool {
	matches!(status, Collecting { .. })
}

/// Blocks in which it was looked whether a committee could be drawn for the task, but for its submission.
fn tries(task: TaskId) -> Vec<BlockNumber> {
	let checks = world(|world| world.checks.clone());
	checks.into_iter().filter(|(of, _)| *of == task).map(|(_, at)| at).skip(1).collect()
}

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
		let task = consented(Standard);
		for _ in 0..5 {
			next_block(Weight::zero());
		}
		assert_eq!(status(task), Drawing { until: 11 });
		// Enough for all but the last unit of a draw: it waits
		for _ in 0..2 {
			assert_eq!(next_block(units(LOOK + DRAW - 1)), units(LOOK + WAIT));
			assert_eq!(status(task), Drawing { until: 11 });
		}
		assert_eq!(next_block(units(LOOK + DRAW)), units(LOOK + DRAW));
		assert_eq!(status(task), Collecting { first_by: 9 + FIRST, until: 9 + COLLECT });
	});
}

/// A hook without weight ends no inviting either; who is late is refused all the same.
#[test]
fn inviting_that_lags_takes_nobody_in() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		let dealers = Tasks::dealers(task);
		for dealer in &dealers[..3] {
			assert_ok!(accept(task, dealer));
		}
		while Tasks::now() < 15 {
			next_block(Weight::zero());
		}
		assert_eq!(status(task), Inviting { until: 11 });
		assert_noop!(accept(task, &dealers[3]), Error::<Test>::DeadlineOver);
		assert_noop!(cancel(task), Error::<Test>::DeadlineOver);
		assert_eq!(next_block(units(LOOK + ADVANCE)), units(LOOK + ADVANCE));
		assert_eq!(status(task), Drawing { until: 16 + DRAW_BLOCKS });
	});
}

#[test]
fn a_draw_that_lags_past_its_last_block_fails() {
	build_and_execute(|| {
		world(|world| world.seed = Seed::Soon);
		let task = consented(Standard);
		while Tasks::now() < 11 {
			next_block(Weight::zero());
		}
		assert_eq!(status(task), Drawing { until: 11 });
		next_block(Weight::zero());
		assert_eq!(status(task), Drawing { until: 11 });
		run_to(13);
		assert_eq!(status(task), Settling(Failed(NoCommittee)));
	});
}

#[test]
fn calls_see_a_deadline_that_the_hook_missed() {
	build_and_execute(|| {
		let task = consented(Standard);
		run_to(2);
		deal_one(task);
		while Tasks::now() < 30 {
			next_block(Weight::zero());
		}
		// The state lags, but says itself that it is over
		assert_eq!(status(task), Collecting { first_by: 2 + FIRST, until: 2 + COLLECT });
		assert_noop!(cancel(task), Error::<Test>::DeadlineOver);
		// The next window is whole: it counts from the block in which the phase is entered
		next_block(Weight::MAX);
		assert_eq!(status(task), Verifying { until: 31 + 11 });
	});
}

#[test]
fn what_is_due_longest_comes_first() {
	build_and_execute(|| {
		let tasks: Vec<_> = (0..4).map(|_| consented(Standard)).collect();
		for drawn in 1..=4 {
			next_block(units(LOOK + DRAW));
			for (i, task) in tasks.iter().enumerate() {
				assert_eq!(is_drawn(*task), i < drawn);
			}
		}
	});
}

#[test]
fn draws_that_wait_do_not_starve_deadlines() {
	build_and_execute(|| {
		let early = consented(Standard);
		run_to(2);
		deal_one(early);
		run_to(14);
		world(|world| world.seed = Seed::Soon);
		for _ in 0..6 {
			consented(Standard);
		}
		// Weight for the look and for two waiting draws a block
		while Tasks::now() < 23 {
			next_block(units(LOOK + 2 * WAIT));
		}
		assert_eq!(status(early), Collecting { first_by: 2 + FIRST, until: 2 + COLLECT });
		// Due in block 23, before the looks that were put off to later blocks
		for _ in 0..2 {
			next_block(units(LOOK + 2 * WAIT));
		}
		assert!(matches!(status(early), Verifying { .. }));
	});
}

#[test]
fn draws_that_fail_hold_nothing_up() {
	build_and_execute(|| {
		let early = consented(Standard);
		run_to(2);
		deal_one(early);
		run_to(20);
		let tasks: Vec<_> = (0..7).map(|_| consented(Standard)).collect();
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		// Weight for a draw, and for a look at each of the others
		while Tasks::now() < 23 {
			next_block(units(LOOK + DRAW + 7 * WAIT));
		}
		assert_eq!(status(early), Verifying { until: 23 + 11 });
		assert!(tasks.iter().all(|task| matches!(status(*task), Drawing { .. })));
		// Each was tried once, as a try that fails costs little: two, four and one a block
		let at: Vec<_> = tasks.iter().map(|task| tries(*task)).collect();
		assert_eq!(at, [21, 21, 22, 22, 22, 22, 23].map(|block| vec![block]));
	});
}

#[test]
fn a_draw_that_failed_backs_off_but_not_past_its_window() {
	build_and_execute(|| {
		let task = consented(Standard);
		world(|world| world.obstacle = Some(DrawError::TooFewNodes));
		while matches!(status(task), Drawing { .. }) {
			next_block(Weight::MAX);
		}
		assert_eq!(tries(task), [2, 2 + RETRY, 2 + 2 * RETRY, 1 + DRAW_BLOCKS]);
		assert_eq!(Tasks::now(), 1 + DRAW_BLOCKS + 1);
		assert_eq!(status(task), Settling(Failed(NoCommittee)));
	});
}

/// Who makes a draw fail makes it rare: each pause is twice as long, up to a tenth of the window. A failed try takes the
/// weight of a look at the candidates, not that of a draw, and in between there is nothing to do.
#[test]
fn draws_that_fail_get_cheap_and_rare() {
	build_and_execute(|| {
		DrawWindow::set(1_000);
		let task = consented(Standard);
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		let mut all = Weight::zero();
		while matches!(status(task), Drawing { .. }) {
			let before = tries(task).len();
			let used = next_block(Weight::MAX);
			let tried = tries(task).len() > before;
			if matches!(status(task), Drawing { .. }) {
				assert_eq!(used, units(if tried { LOOK + CHECK } else { LOOK }));
				all += used;
			}
		}
		let tried = tries(task);
		assert_eq!(tried[..7], [2, 6, 14, 30, 62, 126, 226]);
		let pauses = tried[5..].windows(2).map(|pair| pair[1] - pair[0]);
		assert!(pauses.clone().all(|pause| pause <= 100));
		assert_eq!(pauses.filter(|pause| *pause < 100).count(), 1, "the last block has a try");
		assert_eq!(tried.last(), Some(&1_001));
		assert_eq!(tried.len(), 15);
		assert_eq!(all, units(1_000 * LOOK + 15 * CHECK));
	});
}

#[test]
fn a_draw_that_does_not_fit_lets_others_pass_and_comes_first_then() {
	build_and_execute(|| {
		let early = consented(Standard);
		run_to(2);
		deal_one(early);
		run_to(19);
		let late = consented(Standard);
		while Tasks::now() < 23 {
			next_block(units(LOOK + WAIT + ADVANCE));
		}
		assert_eq!(status(early), Verifying { until: 23 + 11 });
		assert_eq!(status(late), Drawing { until: 29 });
		assert_eq!(Agenda::<Test>::get()[0], Due { at: 20, task: late, epoch: None });
		next_block(units(LOOK + DRAW));
		assert_eq!(status(late), Collecting { first_by: 24 + FIRST, until: 24 + COLLECT });
	});
}

#[test]
fn a_draw_has_its_weight_kept_back() {
	build_and_execute(|| {
		let long = consented(Standard);
		run_to(2);
		assert_ok!(cancel(long));
		world(|world| world.settle_steps = 1000);
		// The settlement takes whatever there is, but for a draw
		assert_eq!(next_block(units(50)), units(50));
		let task = consented(Standard);
		let both = units(LOOK + DRAW + ADVANCE + 2 + 5);
		assert_eq!(next_block(both), both);
		assert_eq!(status(task), Collecting { first_by: 4 + FIRST, until: 4 + COLLECT });
		assert_eq!(status(long), Settling(Failed(Cancelled)));
	});
}

/// The attack: who takes many tasks back at once makes as many settlements due, of which each takes what a block has. The book
/// forgets relay blocks' randomness meanwhile, and a draw that it comes to too late has none.
#[test]
fn settlements_keep_no_draw_waiting_for_a_look() {
	build_and_execute(|| {
		let ended: Vec<_> = (1..MAX_OPEN).map(|_| submit(Standard).unwrap()).collect();
		let task = consented(Standard);
		for task in &ended {
			assert_ok!(cancel(*task));
		}
		// A look at the draw and a settlement
		let settlement = ADVANCE + 12;
		next_block(units(LOOK + WAIT + settlement));
		assert!(Draws::<Test>::get(task).unwrap().seed.is_some(), "its randomness is kept");
		let settled = |task: &&TaskId| matches!(status(**task), Settled(_));
		assert!(ended.iter().filter(settled).count() < ended.len(), "they fit into no block");
		world(|world| world.seed = Seed::Soon);
		next_block(units(LOOK + DRAW));
		assert!(is_drawn(task));
		run_to(20);
		assert!(ended.iter().all(|task| matches!(status(*task), Settled(_))));
	});
}

/// A task that ended before an upgrade to this book is on the agenda still.
#[test]
fn a_settlement_on_the_agenda_is_taken_over() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		assert_ok!(cancel(task));
		let at = Tasks::now();
		Unsettled::<Test>::kill();
		Agenda::<Test>::put(BoundedVec::truncate_from(vec![Due { at, task, epoch: None }]));
		next_block(Weight::MAX);
		assert!(Agenda::<Test>::get().is_empty());
		assert_eq!(Unsettled::<Test>::get().into_inner(), vec![task]);
		next_block(Weight::MAX);
		assert_eq!(status(task), Settled(Failed(Cancelled)));
		assert!(Unsettled::<Test>::get().is_empty());
	});
}

#[test]
fn draws_that_do_not_fit_take_turns() {
	build_and_execute(|| {
		let tasks: Vec<_> = (0..MAX_OPEN).map(|_| consented(Standard)).collect();
		// A share of two draws, and a look
		set_share(LOOK + 2 * DRAW + ADVANCE + 1);
		let mut drawn = Vec::new();
		while Tasks::now() < 6 {
			next_block(Weight::MAX);
			drawn.push(tasks.iter().filter(|task| is_drawn(**task)).count());
		}
		// A look at all eight leaves the weight of one; then no block looks at more than it can
		// draw
		assert_eq!(drawn, [1, 3, 5, 7, 8]);
	});
}

/// The book forgets relay blocks' randomness while draws wait for their turn: a look keeps it.
#[test]
fn draws_that_wait_for_their_turn_keep_their_randomness() {
	build_and_execute(|| {
		let tasks: Vec<_> = (0..MAX_OPEN).map(|_| consented(Standard)).collect();
		set_share(LOOK + DRAW + 8 * WAIT);
		next_block(Weight::MAX);
		assert!(is_drawn(tasks[0]) && !is_drawn(tasks[1]));
		let waiting = &tasks[1..];
		assert!(waiting.iter().all(|task| Draws::<Test>::get(task).unwrap().seed.is_some()));
		world(|world| world.seed = Seed::Soon);
		run_to(11);
		assert!(waiting.iter().all(|task| !matches!(status(*task), Drawing { .. })));
		assert!(waiting.iter().all(|task| Tasks::task(*task).unwrap().drawn_at.is_some()));
	});
}

#[test]
fn the_hook_stays_within_its_share() {
	build_and_execute(|| {
		for _ in 0..MAX_OPEN {
			consented(Standard);
		}
		// A share of three draws
		let share = LOOK + 3 * DRAW + 1;
		set_share(share);
		let used = next_block(Weight::MAX);
		assert!(used.proof_size() <= units(share).proof_size());
		let open = Agenda::<Test>::get();
		let drawn = open.iter().filter(|due| is_drawn(due.task)).count();
		// The looks at the others took the weight of the third
		assert_eq!(drawn, 2);
		run_to(4);
		assert!(open.iter().all(|due| is_drawn(due.task)));
	});
}

/// What a draw finds to be eligible is what it draws from: one look at the candidates a try, whether it succeeds or not.
#[test]
fn a_draw_looks_at_the_candidates_once() {
	build_and_execute(|| {
		let task = consented(Standard);
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		run_to(2);
		assert_eq!(tries(task), [2]);
		world(|world| world.obstacle = None);
		run_until(task, is_drawn_status);
		assert_eq!(tries(task), [2, 2 + RETRY]);
	});
}

/// A draw that waits for a relay epoch leaves the agenda's block-by-block look, and is woken once the epoch is told of.
#[test]
fn a_draw_that_waits_for_an_epoch_is_woken_by_it() {
	build_and_execute(|| {
		DrawWindow::set(100);
		world(|world| world.seed = Seed::Epoch(7));
		let task = consented(Restricted);
		assert_eq!(next_block(Weight::MAX), units(LOOK + WAIT));
		let waits = Due { at: 101, task, epoch: Some(7) };
		assert_eq!(Agenda::<Test>::get().into_inner(), vec![waits]);
		while Tasks::now() < 50 {
			assert_eq!(next_block(Weight::MAX), units(LOOK));
		}
		// An earlier epoch wakes nobody
		assert!(Tasks::note_relay_epoch(6, [6; 32]));
		assert_eq!(next_block(Weight::MAX), units(LOOK));
		assert_eq!(Agenda::<Test>::get().into_inner(), vec![waits]);
		assert_eq!(world(|world| world.asked.len()), 1);

		// Nor does one that the hook has no weight to hear of; it is not lost
		assert!(Tasks::note_relay_epoch(7, [7; 32]));
		world(|world| world.seed = Seed::Known([7; 32]));
		next_block(Weight::zero());
		assert_eq!(Agenda::<Test>::get().into_inner(), vec![waits]);
		assert_eq!(next_block(Weight::MAX), units(LOOK + DRAW));
		assert!(is_drawn(task));
		assert_eq!(EpochTold::<Test>::get(), None);
	});
}

#[test]
fn an_epoch_that_was_left_out_wakes_with_the_next_one() {
	build_and_execute(|| {
		DrawWindow::set(100);
		world(|world| world.seed = Seed::Epoch(7));
		let tasks: Vec<_> = (0..3).map(|_| consented(Restricted)).collect();
		run_to(20);
		let standard = consented(Standard);
		world(|world| world.seed = Seed::Soon);
		run_to(21);
		assert!(Tasks::note_relay_epoch(9, [9; 32]));
		// Woken, but their randomness is still not there: they wait for another epoch
		world(|world| world.seed = Seed::Epoch(10));
		next_block(Weight::MAX);
		let all = Agenda::<Test>::get().into_inner();
		assert!(all.iter().all(|due| due.epoch == Some(10)));
		assert_eq!(all.len(), 4);
		assert!(Tasks::note_relay_epoch(10, [10; 32]));
		world(|world| world.seed = Seed::Known([1; 32]));
		next_block(Weight::MAX);
		assert!(tasks.iter().chain([&standard]).all(|task| is_drawn(*task)));
	});
}

/// Without its epoch a draw has a last look in the last block of its window, and fails in the next one.
#[test]
fn an_epoch_that_never_comes_ends_with_the_window() {
	build_and_execute(|| {
		world(|world| world.seed = Seed::Epoch(7));
		let task = consented(Restricted);
		run_to(10);
		assert_eq!(world(|world| world.asked.len()), 1);
		run_to(11);
		assert_eq!(world(|world| world.asked.len()), 2);
		assert_eq!(status(task), Drawing { until: 11 });
		run_to(12);
		assert_eq!(status(task), Settling(Failed(NoCommittee)));
	});
}

#[test]
fn an_early_end_takes_the_agendas_entry_along() {
	build_and_execute(|| {
		let task = consented(Standard);
		let other = consented(Standard);
		run_to(5);
		Tasks::all_dealt(task);
		let at = |task| Agenda::<Test>::get().iter().find(|due| due.task == task).unwrap().at;
		assert_eq!((at(task), at(other)), (5 + 11 + 1, 2 + FIRST + 1));
		assert_eq!(Agenda::<Test>::get().len(), 2);
		// Nothing happens at the deadlines that were given up
		run_until(task, |status| matches!(status, Committing { .. }));
		let committing = status(task);
		run_to(2 + COLLECT + 1);
		assert_eq!(status(task), committing);
	});
}

/// As does an early end of verification.
#[test]
fn attestations_take_the_agendas_entry_along() {
	build_and_execute(|| {
		let (task, other) = (consented(Standard), consented(Standard));
		run_to(5);
		Tasks::all_dealt(task);
		let entry = |at, task| Due { at, task, epoch: None };
		let waits = entry(2 + FIRST + 1, other);
		assert_eq!(Agenda::<Test>::get().into_inner(), vec![waits, entry(5 + 11 + 1, task)]);
		Tasks::all_attested(task);
		assert_eq!(Agenda::<Test>::get().into_inner(), vec![entry(6, task), waits]);
	});
}

/// And an early end of inviting.
#[test]
fn all_acceptances_take_the_agendas_entry_along() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		let entry = |at| vec![Due { at, task, epoch: None }];
		assert_eq!(Agenda::<Test>::get().into_inner(), entry(12));
		accept_all(task);
		assert_eq!(Agenda::<Test>::get().into_inner(), entry(2));
	});
}

#[test]
fn a_freeze_costs_by_those_who_accepted() {
	build_and_execute(|| {
		let task = submit_with(Standard, dealers(50)).unwrap();
		for dealer in &Tasks::dealers(task)[..30] {
			assert_ok!(accept(task, dealer));
		}
		run_until(task, |status| matches!(status, Collecting { .. }));
		Tasks::all_dealt(task);
		let Verifying { until } = status(task) else { panic!("not verifying") };
		run_to(until);
		// By those who accepted, and by the threshold, which is one
		let freeze = LOOK + ADVANCE + 4 + 30 + 1;
		next_block(units(freeze - 1));
		assert_eq!(status(task), Verifying { until });
		assert!(!journal(task).contains(&Did::Froze { task }));
		assert_eq!(next_block(units(freeze)), units(freeze));
		assert!(matches!(status(task), Committing { .. }));
	});
}
