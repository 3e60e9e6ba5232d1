//! Slashes and reputation.

use super::*;
use frame::traits::Imbalance;

/// Slashes, and checks event, hold and issuance. Returns what was taken.
fn assert_slash(operator: &AccountId, amount: Balance) -> Balance {
	let (before, issuance) = (node(operator), Balances::total_issuance());
	events();
	let credit = slash(operator, amount);
	let taken = credit.peek();
	assert_eq!(taken, amount.min(before.held()));
	let after = node(operator);
	assert_eq!(after.held(), before.held() - taken);
	let slashed = Event::Slashed { operator: operator.clone(), amount: taken, stake: after.stake };
	assert!(taken == 0 || events().contains(&slashed));
	drop(credit);
	assert_eq!(Balances::total_issuance(), issuance - taken);
	taken
}

#[test]
fn a_slash_takes_bonded_stake_first() {
	build_and_execute(|| {
		let operator = assert_register(1, 1000, 1);
		assert_unbond(&operator, 300);
		assert_eq!(assert_slash(&operator, 200), 200);
		assert_eq!(node(&operator).stake, 500);
		assert_eq!(node(&operator).unbonding_total(), 300);
		assert!(is_candidate(&operator));
		assert_eq!(Candidates::<Test>::get()[0].stake, 500);
	});
}

#[test]
fn stake_on_its_way_out_is_slashed() {
	build_and_execute(|| {
		let operator = assert_register(1, 1000, 1);
		assert_chill(&operator);
		assert_unbond(&operator, 400);
		System::set_block_number(4);
		assert_unbond(&operator, 600);
		// The chunk that leaves last goes first.
		assert_eq!(assert_slash(&operator, 700), 700);
		let unbonding = node(&operator).unbonding;
		assert_eq!(unbonding.into_inner(), [Unlock { amount: 300, at: 1 + UNBONDING }]);
		System::set_block_number(1 + UNBONDING);
		assert_leave(&operator, 300);
	});
}

#[test]
fn a_slash_takes_what_is_there() {
	build_and_execute(|| {
		let operator = assert_register(1, 1000, 1);
		assert_unbond(&operator, 300);
		assert_eq!(assert_slash(&operator, Balance::MAX), 1000);
		assert_eq!(assert_slash(&operator, 1), 0);
		assert_eq!(node(&operator).held(), 0);
		Registry::note_conviction(&operator);
		// Nobody's stake is nothing.
		assert_storage_noop!(assert_eq!(slash(&account(9), 5).peek(), 0));
	});
}

#[test]
fn below_the_least_stake_and_its_buffer_a_node_is_chilled() {
	build_and_execute(|| {
		let operator = assert_register(1, MIN_STAKE + 5, 1);
		assert_slash(&operator, 5 + ABSENCE_BUFFER);
		assert!(is_candidate(&operator));
		events();
		drop(slash(&operator, 1));
		let cause = ChillCause::Slash;
		assert!(events().contains(&Event::Chilled { operator: operator.clone(), cause }));
		assert!(!is_candidate(&operator));
		// Entering asks for all of it.
		assert_bond(&operator, ABSENCE_BUFFER);
		assert_noop!(Registry::activate(signed(&operator)), Error::BelowLeastStake);
		assert_bond(&operator, 1);
		assert_activate(&operator);
	});
}

/// The buffer is for absences: an operator cannot take it out.
#[test]
fn the_buffer_is_not_unbonded() {
	build_and_execute(|| {
		let operator = assert_register(1, MIN_STAKE + 1, 1);
		assert_unbond(&operator, 1);
		assert_noop!(Registry::unbond(signed(&operator), 1), Error::BelowLeastStake);
		assert_slash(&operator, ABSENCE);
		assert_noop!(Registry::unbond(signed(&operator), 1), Error::BelowLeastStake);
	});
}

#[test]
fn free_places_follow_the_stake() {
	build_and_execute(|| {
		let operator = assert_register(1, 10 * SEAT_STAKE, 12);
		assert_eq!(free(&operator), 10);
		assert_slash(&operator, 1);
		assert_eq!(free(&operator), 9);
		// Stake on its way out covers no further seat.
		assert_unbond(&operator, 2 * SEAT_STAKE);
		assert_eq!(free(&operator), 7);
		assert_bond(&operator, 1);
		assert_eq!(free(&operator), 8);
		assert_set_capacity(&operator, 3);
		assert_eq!(free(&operator), 3);
		assert_set_capacity(&operator, 12);
		assert_bond(&operator, 100 * SEAT_STAKE);
		assert_eq!(free(&operator), 12);
	});
}

/// An absence as incentives see it.
fn absent(operator: &AccountId) {
	assert_slash(operator, ABSENCE);
	Registry::note_presence(operator, false);
}

/// A node with the least stake was out at its first absence.
#[test]
fn a_node_with_the_least_stake_outlasts_absences() {
	build_and_execute(|| {
		let operator = assert_register(1, MIN_STAKE, 1);
		for _ in 0..3 {
			absent(&operator);
			assert!(is_candidate(&operator));
			for _ in 0..4 {
				Registry::note_presence(&operator, true);
			}
		}
		assert_eq!(node(&operator).stake, MIN_STAKE - ABSENCE_BUFFER);
		// Then the buffer is gone, however rare they are.
		events();
		drop(slash(&operator, ABSENCE));
		let cause = ChillCause::Slash;
		assert!(events().contains(&Event::Chilled { operator: operator.clone(), cause }));
		Registry::note_presence(&operator, false);
		assert_eq!(events(), [Event::WasAbsent { operator: operator.clone(), recent: 2 }]);
		assert!(!is_candidate(&operator));
		assert_noop!(Registry::activate(signed(&operator)), Error::BelowLeastStake);
		assert_bond(&operator, 4 * ABSENCE);
		assert_activate(&operator);
	});
}

#[test]
fn many_absences_of_the_last_tasks_chill() {
	build_and_execute(|| {
		let operator = assert_register(1, 10 * MIN_STAKE, 1);
		let absent = || Registry::note_presence(&operator, false);
		for recent in 1..MAX_ABSENCES {
			absent();
			assert_eq!(events(), [Event::WasAbsent { operator: operator.clone(), recent }]);
		}
		assert!(is_candidate(&operator));
		absent();
		let cause = ChillCause::Absences;
		assert_eq!(
			events(),
			[
				Event::WasAbsent { operator: operator.clone(), recent: MAX_ABSENCES },
				Event::Chilled { operator: operator.clone(), cause }
			]
		);
		assert!(!is_candidate(&operator));
		let info = Pallet::node_info(&operator).unwrap();
		assert_eq!((info.completed, info.absences), (0, MAX_ABSENCES));
		// Back in selection, it has all its chances.
		assert_activate(&operator);
		for _ in 1..MAX_ABSENCES {
			absent();
			assert!(is_candidate(&operator));
		}
	});
}

/// An answer now and then made up for every absence before.
#[test]
fn answers_between_absences_do_not_hide_them() {
	build_and_execute(|| {
		let operator = assert_register(1, 10 * MIN_STAKE, 1);
		for _ in 1..MAX_ABSENCES {
			Registry::note_presence(&operator, false);
			Registry::note_presence(&operator, true);
			assert!(is_candidate(&operator));
		}
		Registry::note_presence(&operator, false);
		assert!(!is_candidate(&operator));
		let info = Pallet::node_info(&operator).unwrap();
		assert_eq!((info.completed, info.absences), (MAX_ABSENCES - 1, MAX_ABSENCES));
	});
}

/// One task of five is few: two among the last ten.
#[test]
fn rare_absences_are_forgotten() {
	build_and_execute(|| {
		let operator = assert_register(1, 10 * MIN_STAKE, 1);
		for _ in 0..20 {
			Registry::note_presence(&operator, false);
			assert!(is_candidate(&operator));
			for _ in 0..4 {
				Registry::note_presence(&operator, true);
			}
		}
		assert_eq!(Pallet::node_info(&operator).unwrap().absences, 20);
	});
}

#[test]
fn the_window_counts_the_last_tasks() {
	let mut reputation = Reputation::default();
	for round in 0u32..40 {
		assert_eq!(reputation.recent_absences(32), round.min(32));
		reputation.was_absent();
	}
	for answers in 1u32..=32 {
		reputation.answered();
		assert_eq!(reputation.recent_absences(32), 32 - answers);
		assert_eq!(reputation.recent_absences(10), 10 - answers.min(10));
		assert_eq!(reputation.recent_absences(0), 0);
	}
	assert_eq!((reputation.completed, reputation.absences), (32, 40));
}

#[test]
fn a_conviction_chills_at_once() {
	build_and_execute(|| {
		let operator = assert_register(1, MIN_STAKE, 1);
		events();
		Registry::note_conviction(&operator);
		let cause = ChillCause::Conviction;
		assert_eq!(
			events(),
			[
				Event::Convicted { operator: operator.clone(), convictions: 1 },
				Event::Chilled { operator: operator.clone(), cause }
			]
		);
		assert!(!is_candidate(&operator));
		// A second one while chilled counts.
		Registry::note_conviction(&operator);
		assert_eq!(events(), [Event::Convicted { operator: operator.clone(), convictions: 2 }]);
		assert_activate(&operator);
	});
}

#[test]
fn accounts_without_a_node_have_no_reputation() {
	build_and_execute(|| {
		assert_storage_noop!(Registry::note_presence(&account(1), true));
		assert_storage_noop!(Registry::note_presence(&account(1), false));
		assert_storage_noop!(Registry::note_conviction(&account(1)));
	});
}
