//! Challenges: the bond of who has no seat, and the stake of a member.

use super::*;
use frame::token::Preservation;

/// Holds a bond, of which nothing is stored but the hold itself, and nothing told.
fn assert_hold_bond(challenger: u8) {
	let before = free(challenger);
	events();
	assert_ok!(Incentives::hold_bond(TASK, &account(challenger)));
	assert_eq!(events(), []);
	assert_eq!((free(challenger), bond(challenger)), (before - BOND, BOND));
}

fn assert_release_bond(challenger: u8) {
	let before = free(challenger);
	events();
	Incentives::release_bond(TASK, &account(challenger));
	assert_eq!(events(), []);
	assert_eq!((free(challenger), bond(challenger)), (before + BOND, 0));
}

/// An account beyond those that are funded, with so much.
fn endow(number: u8, amount: Balance) {
	assert_ok!(<Balances as frame::token::fungible::Mutate<AccountId>>::transfer(
		&account(20),
		&account(number),
		amount,
		Preservation::Preserve,
	));
}

#[test]
fn who_challenges_rightly_has_its_bond_back_and_a_part_of_the_deposit() {
	build_and_execute(|| {
		assert_open(TASK, 0, 0);
		assert_hold_deposit(TASK, 11);
		let requesters = free(0);
		assert_hold_bond(1);
		assert_release_bond(1);
		assert_punished(11, Fault::BadDealing, (DEPOSIT, 100, 100), || {
			Incentives::punish_dealer(TASK, &account(11), &account(1))
		});
		assert_eq!((free(1), free(0)), (FUNDS + 100, requesters + 100));
		assert_eq!(notes(), []);
	});
}

#[test]
fn who_challenges_falsely_loses_its_bond_and_the_dealer_has_a_part_of_it() {
	build_and_execute(|| {
		assert_open(TASK, 0, 0);
		assert_hold_deposit(TASK, 11);
		let (requesters, dealers) = (free(0), free(11));
		assert_hold_bond(1);
		// A quarter of 202, rounded down
		assert_punished(1, Fault::FalseChallenge, (BOND, 0, 50), || {
			Incentives::forfeit_bond(TASK, &account(1), &account(11))
		});
		assert_eq!((free(1), bond(1)), (FUNDS - BOND, 0));
		assert_eq!((free(11), deposit(11)), (dealers + 50, DEPOSIT));
		assert_eq!(free(0), requesters);
		// It has no stake, and so no selection to be out of
		assert_eq!(notes(), []);
	});
}

#[test]
fn who_has_no_means_cannot_challenge() {
	build_and_execute(|| {
		let hold = |number| Incentives::hold_bond(TASK, &account(number));
		assert_noop!(hold(50), TokenError::FundsUnavailable);
		endow(50, EXISTENTIAL_DEPOSIT + BOND - 1);
		assert_noop!(hold(50), TokenError::FundsUnavailable);
		endow(51, EXISTENTIAL_DEPOSIT + BOND);
		assert_hold_bond(51);
		assert_punished(51, Fault::FalseChallenge, (BOND, 0, 50), || {
			Incentives::forfeit_bond(TASK, &account(51), &account(11))
		});
		assert_eq!(free(51), EXISTENTIAL_DEPOSIT);
		assert_noop!(hold(51), TokenError::FundsUnavailable);
	});
}

/// What is on hold for something else is no means.
#[test]
fn a_deposit_is_no_bond() {
	build_and_execute(|| {
		endow(50, EXISTENTIAL_DEPOSIT + DEPOSIT + BOND - 1);
		assert_hold_deposit(TASK, 50);
		let refused = Incentives::hold_bond(TASK, &account(50));
		assert_eq!(refused, Err(TokenError::FundsUnavailable.into()));
		assert_release_deposit(TASK, 50);
		assert_hold_bond(50);
		assert_release_bond(50);
	});
}

/// It challenges its own dealing, whether or not that is right: nothing comes back to it.
#[test]
fn a_challenger_that_is_the_dealer_gets_no_part() {
	build_and_execute(|| {
		assert_open(TASK, 0, 0);
		assert_hold_deposit(TASK, 11);
		assert_hold_bond(11);
		assert_punished(11, Fault::FalseChallenge, (BOND, 0, 0), || {
			Incentives::forfeit_bond(TASK, &account(11), &account(11))
		});
		assert_eq!((free(11), deposit(11)), (FUNDS - DEPOSIT - BOND, DEPOSIT));

		assert_hold_bond(11);
		assert_release_bond(11);
		assert_punished(11, Fault::BadDealing, (DEPOSIT, 0, 100), || {
			Incentives::punish_dealer(TASK, &account(11), &account(11))
		});
		assert_eq!(free(11), FUNDS - DEPOSIT - BOND);
	});
}

/// The dealer's friend challenges rightly, the requester is another friend: half of the deposit is lost all the same.
#[test]
fn friends_of_the_dealer_bring_back_no_more_than_half() {
	build_and_execute(|| {
		let friends = || free(0) + free(1) + free(11);
		assert_open(TASK, 0, 0);
		let before = friends();
		assert_hold_deposit(TASK, 11);
		assert_hold_bond(1);
		assert_release_bond(1);
		Incentives::punish_dealer(TASK, &account(11), &account(1));
		assert_eq!(before - friends(), DEPOSIT / 2);

		// And of a bond that one of them forfeits to another three quarters
		let before = friends();
		assert_hold_bond(1);
		Incentives::forfeit_bond(TASK, &account(1), &account(11));
		assert_eq!(before - friends(), BOND - BOND / 4);
	});
}

#[test]
fn a_members_false_challenge_costs_what_a_false_accusation_does() {
	build_and_execute(|| {
		let part = FALSE_ACCUSATION / 4;
		assert_punished(1, Fault::FalseChallenge, (FALSE_ACCUSATION, 0, part), || {
			Incentives::punish_false_challenger(TASK, &account(1), &account(11))
		});
		assert_eq!(free(11), FUNDS + part);
		assert_eq!(
			notes(),
			[Note::Slash(account(1), FALSE_ACCUSATION), Note::Conviction(account(1))]
		);
	});
}

#[test]
fn a_part_that_the_dealer_cannot_receive_is_burnt() {
	build_and_execute(|| {
		// A percent of 202 is below the existential deposit
		VictimShare::set(&Permill::from_percent(1));
		assert_hold_bond(1);
		events();
		Incentives::forfeit_bond(TASK, &account(1), &account(50));
		let failed = Event::PayoutFailed { task: TASK, account: account(50), amount: 2 };
		let punished = Event::Punished {
			task: TASK,
			culprit: account(1),
			fault: Fault::FalseChallenge,
			amount: BOND,
			to_accuser: 0,
			to_victim: 0,
		};
		assert_eq!(events(), [failed, punished]);
		assert_eq!((free(50), Burnt::get()), (0, BOND));
	});
}
