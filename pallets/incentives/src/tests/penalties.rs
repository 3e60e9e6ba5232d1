//! Deposits and slashes.

use super::*;

#[test]
fn a_deposit_comes_back() {
	build_and_execute(|| {
		assert_hold_deposit(TASK, 11);
		assert_hold_deposit(6, 11);
		assert_release_deposit(TASK, 11);
		assert_eq!(deposit(11), DEPOSIT);
		assert_release_deposit(6, 11);
	});
}

#[test]
fn a_deposit_is_held_once_and_wants_money() {
	build_and_execute(|| {
		assert_hold_deposit(TASK, 11);
		assert_noop!(Incentives::hold_deposit(TASK, &account(11)), Error::DepositExists);
		assert_noop!(Incentives::hold_deposit(TASK, &account(50)), TokenError::FundsUnavailable);
	});
}

#[test]
fn deposits_that_are_not_there_change_nothing() {
	build_and_execute(|| {
		assert_hold_deposit(TASK, 11);
		assert_storage_noop!(Incentives::release_deposit(6, &account(11)));
		assert_storage_noop!(Incentives::punish_dealer(TASK, &account(12), &account(1)));
		assert_release_deposit(TASK, 11);
		assert_storage_noop!(Incentives::punish_dealer(TASK, &account(11), &account(1)));
	});
}

#[test]
fn who_accepts_and_vanishes_loses_half_of_its_deposit() {
	build_and_execute(|| {
		assert_open(TASK, 0, 0);
		assert_hold_deposit(TASK, 11);
		assert_hold_deposit(6, 11);
		let requesters = free(0);
		assert_forfeit_deposit(TASK, 11, DEPOSIT / 2);
		assert_eq!((free(0), deposit(11)), (requesters, DEPOSIT));
		assert_eq!(notes(), []);
		// Only once, and nothing else can happen to it.
		assert_storage_noop!(Incentives::forfeit_deposit(TASK, &account(11)));
		assert_storage_noop!(Incentives::release_deposit(TASK, &account(11)));
		assert_storage_noop!(Incentives::punish_dealer(TASK, &account(11), &account(1)));
		assert_release_deposit(6, 11);
	});
}

#[test]
fn a_deposit_that_went_back_or_was_slashed_cannot_be_forfeited() {
	build_and_execute(|| {
		assert_hold_deposit(TASK, 11);
		assert_release_deposit(TASK, 11);
		assert_storage_noop!(Incentives::forfeit_deposit(TASK, &account(11)));
		assert_hold_deposit(TASK, 12);
		Incentives::punish_dealer(TASK, &account(12), &account(1));
		assert_storage_noop!(Incentives::forfeit_deposit(TASK, &account(12)));
	});
}

#[test]
fn who_could_not_pay_a_deposit_forfeits_none() {
	build_and_execute(|| {
		assert_noop!(Incentives::hold_deposit(TASK, &account(50)), TokenError::FundsUnavailable);
		assert_storage_noop!(Incentives::forfeit_deposit(TASK, &account(50)));
	});
}

#[test]
fn who_has_nothing_but_its_deposit_loses_no_more_than_a_part_of_it() {
	build_and_execute(|| {
		let funds = EXISTENTIAL_DEPOSIT + DEPOSIT;
		assert_ok!(<Balances as frame::token::fungible::Mutate<AccountId>>::transfer(
			&account(20),
			&account(50),
			funds,
			frame::token::Preservation::Preserve,
		));
		assert_hold_deposit(TASK, 50);
		assert_forfeit_deposit(TASK, 50, DEPOSIT / 2);
		assert_eq!(free(50), funds - DEPOSIT / 2);
	});
}

/// Seats are held by a task whose dealers are the requester's own, accept and never deal: it gets
/// back nothing of what they lose.
#[test]
fn vanishing_from_ones_own_task_costs_a_part_of_every_deposit() {
	build_and_execute(|| {
		let dealers = [0, 11, 12];
		let funds = || dealers.into_iter().map(free).sum::<Balance>();
		let before = funds();
		assert_open(TASK, 500, 0);
		for dealer in dealers {
			assert_hold_deposit(TASK, dealer);
		}
		settle(&[1], &[SeatReport::Idle], Ending::Forfeited);
		for dealer in dealers {
			assert_forfeit_deposit(TASK, dealer, DEPOSIT / 2);
		}
		assert_close(TASK, 0);
		assert_eq!(before - funds(), DRAW_FEE + 500 + 3 * DEPOSIT / 2);
	});
}

#[test]
fn the_least_part_of_a_deposit_is_something_and_the_most_is_all() {
	build_and_execute(|| {
		VanishedShare::set(&Permill::from_parts(1));
		assert_hold_deposit(TASK, 11);
		assert_forfeit_deposit(TASK, 11, 1);
		VanishedShare::set(&Permill::one());
		assert_hold_deposit(TASK, 12);
		assert_forfeit_deposit(TASK, 12, DEPOSIT);
	});
}

#[test]
fn a_bad_dealing_costs_the_deposit() {
	build_and_execute(|| {
		assert_open(TASK, 0, 0);
		assert_hold_deposit(TASK, 11);
		let requesters = free(0);
		assert_punished(11, Fault::BadDealing, (400, 100, 100), || {
			Incentives::punish_dealer(TASK, &account(11), &account(1))
		});
		assert_eq!(free(11), FUNDS - DEPOSIT);
		assert_eq!((free(1), free(0)), (FUNDS + 100, requesters + 100));
		assert_eq!(deposit(11), 0);
		assert_eq!(notes(), []);
		// Only once.
		assert_storage_noop!(Incentives::punish_dealer(TASK, &account(11), &account(1)));
	});
}

#[test]
fn without_a_requester_its_part_is_burnt() {
	build_and_execute(|| {
		assert_hold_deposit(TASK, 11);
		assert_punished(11, Fault::BadDealing, (400, 100, 0), || {
			Incentives::punish_dealer(TASK, &account(11), &account(1))
		});
	});
}

#[test]
fn nobody_profits_from_its_own_slash() {
	build_and_execute(|| {
		assert_open(TASK, 0, 0);
		assert_hold_deposit(TASK, 0);
		assert_punished(0, Fault::BadDealing, (400, 0, 0), || {
			Incentives::punish_dealer(TASK, &requester(), &requester())
		});
	});
}

#[test]
fn a_false_accusation_makes_the_exposed_dealer_whole() {
	build_and_execute(|| {
		let part = FALSE_ACCUSATION / 4;
		assert_punished(1, Fault::FalseAccusation, (FALSE_ACCUSATION, 0, part), || {
			Incentives::punish_false_accuser(TASK, &account(1), &account(11))
		});
		assert_eq!(free(11), FUNDS + part);
		assert_eq!(
			notes(),
			[Note::Slash(account(1), FALSE_ACCUSATION), Note::Conviction(account(1))]
		);
	});
}

#[test]
fn a_wrong_share_makes_the_requester_whole() {
	build_and_execute(|| {
		assert_open(TASK, 0, 0);
		let (part, requesters) = (WRONG_SHARE / 4, free(0));
		assert_punished(1, Fault::WrongShare, (WRONG_SHARE, 0, part), || {
			Incentives::punish_wrong_share(TASK, &account(1))
		});
		assert_eq!(free(0), requesters + part);
		assert_eq!(notes(), [Note::Slash(account(1), WRONG_SHARE), Note::Conviction(account(1))]);
	});
}

#[test]
fn a_node_without_stake_is_still_convicted() {
	build_and_execute(|| {
		assert_punished(50, Fault::WrongShare, (0, 0, 0), || {
			Incentives::punish_wrong_share(TASK, &account(50))
		});
		assert_eq!(notes().last(), Some(&Note::Conviction(account(50))));
	});
}

#[test]
fn a_part_that_cannot_be_received_is_burnt() {
	build_and_execute(|| {
		// A percent of 801 is below the existential deposit.
		VictimShare::set(&Permill::from_percent(1));
		events();
		Incentives::punish_false_accuser(TASK, &account(1), &account(50));
		let punished = Event::Punished {
			task: TASK,
			culprit: account(1),
			fault: Fault::FalseAccusation,
			amount: FALSE_ACCUSATION,
			to_accuser: 0,
			to_victim: 0,
		};
		let failed = Event::PayoutFailed { task: TASK, account: account(50), amount: 8 };
		assert_eq!(events(), [failed, punished]);
		assert_eq!(Burnt::get(), FALSE_ACCUSATION);
	});
}

fn integrity_test() {
	<Incentives as Hooks<u32>>::integrity_test();
}

#[test]
fn parameters_fit_together() {
	build_and_execute(integrity_test);
}

#[test]
#[should_panic(expected = "an accuser gets at most a quarter")]
fn accusers_get_no_more_than_a_quarter() {
	build_and_execute(|| {
		AccuserShare::set(&Permill::from_parts(250_001));
		integrity_test();
	});
}

#[test]
#[should_panic(expected = "a victim gets at most a quarter")]
fn victims_get_no_more_than_a_quarter() {
	build_and_execute(|| {
		VictimShare::set(&Permill::from_parts(250_001));
		integrity_test();
	});
}

#[test]
#[should_panic(expected = "four times what an accusation costs")]
fn deposits_cover_accusations() {
	build_and_execute(|| {
		WorstAccuseFee::set(&(DEPOSIT / 4 + 1));
		integrity_test();
	});
}

#[test]
#[should_panic(expected = "four times what a challenge costs")]
fn deposits_cover_challenges() {
	build_and_execute(|| {
		WorstChallengeFee::set(&(DEPOSIT / 4 + 1));
		integrity_test();
	});
}

#[test]
#[should_panic(expected = "a bond is at least what a challenge costs")]
fn bonds_cover_challenges() {
	build_and_execute(|| {
		ChallengeBond::set(&(WorstChallengeFee::get() - 1));
		integrity_test();
	});
}

#[test]
#[should_panic(expected = "a false challenge must cost")]
fn a_false_challenge_is_not_free() {
	build_and_execute(|| {
		WorstChallengeFee::set(&0);
		ChallengeBond::set(&0);
		integrity_test();
	});
}

#[test]
#[should_panic(expected = "a false attestation must cost more than the base part")]
fn attesting_without_a_look_does_not_pay() {
	build_and_execute(|| {
		FalseAttestationSlash::set(&BASE);
		integrity_test();
	});
}

#[test]
#[should_panic(expected = "a silence must cost")]
fn silence_is_not_free() {
	build_and_execute(|| {
		SilentCut::set(&Perbill::zero());
		integrity_test();
	});
}

#[test]
#[should_panic(expected = "a right share must be paid")]
fn silence_does_not_cost_all() {
	build_and_execute(|| {
		SilentCut::set(&Perbill::one());
		integrity_test();
	});
}

#[test]
#[should_panic(expected = "an acceptance without a dealing must cost")]
fn vanishing_is_not_free() {
	build_and_execute(|| {
		VanishedShare::set(&Permill::zero());
		integrity_test();
	});
}
