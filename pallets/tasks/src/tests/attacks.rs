//! The audit's attacks on the draw, and what they cost now.

use crate::{mock::*, *};
use frame::testing_prelude::*;
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::{Ending, Seed},
};
use std::collections::BTreeSet;
use SecurityClass::{Restricted, Standard};

/// What the requester's fees came to: of each task its fee, and what became of it.
fn endings() -> Vec<(Balance, Ending)> {
	let journal = world(|world| world.journal.clone());
	let fee = |of: TaskId| {
		journal.iter().find_map(|did| match did {
			Did::Opened { task, fee, .. } if *task == of => Some(*fee),
			_ => None,
		})
	};
	let paid = |did: &Did| match did {
		Did::Paid { task, ending, .. } => Some((fee(*task).unwrap(), *ending)),
		_ => None,
	};
	journal.iter().filter_map(paid).collect()
}

fn committee(task: TaskId) -> BTreeSet<AccountId> {
	Tasks::committee(task).into_iter().map(|seat| seat.account).collect()
}

/// Audit, 1: a requester draws again until a committee suits, with the same cohort. Each try needs every acceptance anew
/// and costs the whole fee.
#[test]
fn each_try_of_a_redraw_needs_all_acceptances_and_costs_a_whole_fee() {
	const TRIES: usize = 10;
	build_and_execute(|| {
		let mut seen = BTreeSet::new();
		for _ in 0..TRIES {
			let task = submit(Standard).unwrap();
			accept_all(task);
			run_until(task, |status| matches!(status, Collecting { .. }));
			seen.insert(committee(task));
			// It does not suit
			assert_ok!(cancel(task));
			run_until(task, is_settled);
		}
		assert!(seen.len() > 1, "another task is another committee");
		assert_eq!(endings(), vec![(FEE, Ending::Forfeited); TRIES]);
		// Every dealer was asked every time
		let acceptances = |event: &&Event<Test>| matches!(event, Event::Accepted { .. });
		assert_eq!(events().iter().filter(acceptances).count(), 4 * TRIES);
		assert_eq!(world(|world| world.deposits.len()), 4 * TRIES);
	});
}

/// The same, waiting instead of taking back: who tells no dealer of the committee pays as much, and the dealers see it.
#[test]
fn to_let_the_dealers_wait_costs_a_whole_fee_too() {
	const TRIES: usize = 5;
	build_and_execute(|| {
		for _ in 0..TRIES {
			let task = consented(Standard);
			run_until(task, is_settled);
			assert_eq!(status(task), Settled(Failed(NoDealings)));
		}
		assert_eq!(endings(), vec![(FEE, Ending::Forfeited); TRIES]);
	});
}

/// Without the dealers' consent there is no try: what fails before its draw shows no committee, and asks for no seed.
#[test]
fn without_consent_nothing_is_drawn() {
	build_and_execute(|| {
		for _ in 0..5 {
			let task = submit(Standard).unwrap();
			for dealer in &Tasks::dealers(task)[..2] {
				assert_ok!(accept(task, dealer));
			}
			run_until(task, is_settled);
			assert!(!DrawnTasks::<Test>::contains_key(task) && Tasks::task(task).is_none());
		}
		let drew = |did: &Did| matches!(did, Did::Drew { .. });
		assert!(!world(|world| world.journal.iter().any(drew)));
		assert!(world(|world| world.asked.is_empty()));
	});
}

/// Audit, 1, of Restricted tasks: with many waiting, the requester computes all committees from the epoch's randomness as
/// soon as it is public, and takes back those that do not suit before they are drawn.
#[test]
fn who_knows_the_committees_beforehand_cannot_choose() {
	build_and_execute(|| {
		DrawWindow::set(100);
		world(|world| world.seed = Seed::Epoch(3));
		let tasks: Vec<_> = (0..MAX_OPEN).map(|_| consented(Restricted)).collect();
		run_to(20);
		assert!(Tasks::note_relay_epoch(3, [3; 32]));
		world(|world| world.seed = Seed::Known([3; 32]));
		// Nodes for none of them yet: all wait with their seed known
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		for task in &tasks {
			assert_noop!(cancel(*task), Error::<Test>::WrongPhase);
		}
		run_to(21);
		for task in &tasks {
			assert_noop!(cancel(*task), Error::<Test>::WrongPhase);
		}
		world(|world| world.obstacle = None);
		run_to(25);
		for task in &tasks {
			assert_ok!(cancel(*task));
		}
		run_to(30);
		assert_eq!(endings(), vec![(FEE, Ending::Forfeited); MAX_OPEN as usize]);
	});
}

/// Audit, 3 and 5: who can make a draw fail would choose among seeds, could they change from try to try.
#[test]
fn a_draw_that_is_made_to_fail_gets_no_other_seed() {
	build_and_execute(|| {
		let task = consented(Standard);
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		for number in 1..=5 {
			world(|world| world.seed = Seed::Known([number; 32]));
			next_block(Weight::MAX);
		}
		assert_eq!(Draws::<Test>::get(task).unwrap().seed, Some([1; 32]));
		assert_eq!(world(|world| world.asked.len()), 1);
	});
}

/// Audit, 2: one account fills the book, and holds seats with dealers of its own that never deal.
#[test]
fn one_account_does_not_fill_the_book_and_its_dealers_pay() {
	build_and_execute(|| {
		MaxOpenPerAccount::set(3);
		let tasks: Vec<_> = (0..3).map(|_| consented(Standard)).collect();
		assert_noop!(submit(Standard), Error::<Test>::TooManyOfRequester);
		// There is room for everybody else
		let honest = submit_as(account(2), Standard, dealers(4)).unwrap();
		accept_all(honest);
		// Its seats are free again after a quarter of the window
		run_to(2 + FIRST + 2);
		for task in &tasks {
			assert_eq!(status(*task), Settled(Failed(NoDealings)));
			assert!(dealers(4)
				.iter()
				.all(|dealer| deposit(*task, dealer) == Some(Deposit::Forfeited)));
		}
	});
}

/// Audit, 4: to name a third of the operators as dealers costs nothing, and now bars nobody.
#[test]
fn naming_operators_bars_nobody() {
	build_and_execute(|| {
		let mut list: Vec<_> = (10..40).map(account).collect();
		list.extend(dealers(3));
		let task = submit_with(Standard, list.try_into().unwrap()).unwrap();
		for dealer in dealers(3) {
			assert_ok!(accept(task, &dealer));
		}
		run_to(13);
		let drew = |did: &Did| matches!(did, Did::Drew { barred, .. } if barred.is_empty());
		assert!(journal(task).iter().any(drew));
	});
}

/// Audit, 5: tasks whose draws fail take both draws of every block. Now a failed try takes the weight of a look, so that an
/// honest draw is not held up, in a share of one draw a block.
#[test]
fn failing_draws_do_not_hold_an_honest_one_up() {
	build_and_execute(|| {
		world(|world| world.candidates = (10..14).map(account).collect());
		// Nodes of those who accept leave two of four for three seats
		let list: Vec<_> = [10, 11, 120].map(account).to_vec();
		let failing = || {
			let task = submit_with(Standard, list.clone().try_into().unwrap()).unwrap();
			accept_all(task);
			task
		};
		let failing: Vec<_> = (0..6).map(|_| failing()).collect();
		let honest = consented(Standard);
		// A look at all seven, and one draw
		let share = 1 + 7 * 4 + 6 * 4 + 40;
		set_share(share);
		assert_eq!(next_block(Weight::MAX), units(share));
		assert!(matches!(status(honest), Collecting { .. }));
		assert!(failing.iter().all(|task| matches!(status(*task), Drawing { .. })));
	});
}

/// Audit, 7: tasks that wait for an epoch are looked at in every block.
#[test]
fn waiting_tasks_cost_nothing_while_they_wait() {
	build_and_execute(|| {
		DrawWindow::set(1_000);
		world(|world| world.seed = Seed::Epoch(3));
		for _ in 0..MAX_OPEN {
			consented(Restricted);
		}
		next_block(Weight::MAX);
		let idle = units(1);
		for _ in 0..100 {
			assert_eq!(next_block(Weight::MAX), idle);
		}
		assert_eq!(world(|world| world.asked.len()), MAX_OPEN as usize);
	});
}

/// Who accepts last knows as little of the seed as everybody: what is asked for comes after its acceptance.
#[test]
fn the_seed_comes_after_the_last_acceptance() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		let dealers = Tasks::dealers(task);
		for (number, dealer) in (100u32..).zip(&dealers) {
			next_block(Weight::MAX);
			world(|world| world.moment.number = number);
			assert_ok!(accept(task, dealer));
			let after = Draws::<Test>::get(task).map(|plan| plan.after.number);
			assert_eq!(after, (number == 103).then_some(103));
		}
		world(|world| world.moment.number = 110);
		next_block(Weight::MAX);
		let asked = world(|world| world.asked.clone());
		assert_eq!(asked.len(), 1);
		assert_eq!(asked[0].1.number, 103);
	});
}
