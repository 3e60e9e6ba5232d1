//! Panels: verifiers' part of the fee, and what a false attestation costs.

use super::*;
use Ending::{Completed, Forfeited, Returned};
use SeatReport::*;

/// A quarter of what it costs, for who exposes it.
const PART: Balance = FALSE_ATTESTATION / 4;

fn ends(reports: &[SeatReport], verifiers: usize, exposer: Option<u8>, ending: Ending) -> End<'_> {
	End { reports, verifiers, exposer, ending }
}

#[test]
fn the_fee_is_divided_by_the_seats_of_both_kinds() {
	build_and_execute(|| {
		// 503 / 5 = 100
		assert_open(TASK, 503, 90);
		ends(&[Right; 5], 2, None, Completed).assert_settle(&[100; 5], 0);
		let present = [1, 2, 3, 4, 5].map(|number| Note::Presence(account(number), true));
		assert_eq!(notes(), present);
		assert_close(TASK, 90);
		assert_open(TASK, 503, 0);
		assert_eq!(Incentives::expected_reward(TASK, 5), 100);
		assert_close(TASK, 503);
	});
}

#[test]
fn who_attests_earns_its_base_part_of_a_task_that_fails() {
	build_and_execute(|| {
		for ending in [Returned, Forfeited] {
			assert_open(TASK, 500, 0);
			ends(&[Idle, Idle, Idle, Right, Idle], 2, None, ending).assert_settle(&[BASE; 5], 0);
			assert_close(TASK, 0);
		}
	});
}

/// Members earn what they would with a panel that is awake: its part goes back to the requester.
#[test]
fn a_sleeping_panel_is_absent() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		let reports = [Right, Silent, Right, Absent, Absent];
		ends(&reports, 2, None, Completed).assert_settle(&[100, 95, 100, 0, 0], 5);
		assert_eq!(
			notes(),
			[
				Note::Presence(account(1), true),
				Note::Presence(account(2), true),
				Note::Presence(account(3), true),
				Note::Slash(account(4), ABSENCE),
				Note::Presence(account(4), false),
				Note::Slash(account(5), ABSENCE),
				Note::Presence(account(5), false),
			]
		);
		assert_close(TASK, 0);
	});
}

/// Member or verifier: who attested to what an outsider showed to be invalid is paid nothing, and slashed.
#[test]
fn a_false_attestation_costs_stake_and_pays_who_exposed_it() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		let reports = [Right, FalseAttestation, Right, Right, FalseAttestation];
		ends(&reports, 2, Some(20), Completed).assert_settle(&[100, 0, 100, 100, 0], 0);
		assert_eq!(free(20), FUNDS + 2 * PART);
		assert_eq!(free(5), FUNDS - FALSE_ATTESTATION);
		assert_eq!(
			notes(),
			[
				Note::Presence(account(1), true),
				Note::Slash(account(2), FALSE_ATTESTATION),
				Note::Conviction(account(2)),
				Note::Presence(account(3), true),
				Note::Presence(account(4), true),
				Note::Slash(account(5), FALSE_ATTESTATION),
				Note::Conviction(account(5)),
			]
		);
		assert_close(TASK, 0);
	});
}

/// What it would have earned goes the way of an absent member's: to nobody who has a seat.
#[test]
fn nobody_with_a_seat_gains_by_a_false_attestation() {
	build_and_execute(|| {
		for (ending, earned) in [(Completed, 100), (Returned, BASE), (Forfeited, BASE)] {
			for fallen in [Absent, FalseAttestation] {
				assert_open(TASK, 500, 0);
				let reports = [Right, Right, Right, Right, fallen];
				let earned = [earned, earned, earned, earned, 0];
				ends(&reports, 2, None, ending).assert_settle(&earned, 0);
				assert_close(TASK, 0);
			}
		}
	});
}

/// Who attested itself and then exposes the others is slashed as they are, and has no part of its own.
#[test]
fn an_exposer_that_attested_has_no_part_of_its_own_slash() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		let reports = [FalseAttestation, Right, Right, FalseAttestation, FalseAttestation];
		ends(&reports, 2, Some(4), Completed).assert_settle(&[0, 100, 100, 0, 0], 0);
		assert_eq!(free(4), FUNDS - FALSE_ATTESTATION + 2 * PART);
		assert_eq!(Burnt::get(), 3 * FALSE_ATTESTATION - 2 * PART);
		assert_close(TASK, 0);
	});
}

/// Nobody to be paid: all of it is burnt.
#[test]
fn without_an_exposer_all_of_a_false_attestation_is_burnt() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		ends(&[FalseAttestation; 5], 2, None, Completed).assert_settle(&[0; 5], 0);
		assert_eq!(Burnt::get(), 5 * FALSE_ATTESTATION);
		assert_close(TASK, 0);
	});
}

/// A committee and a panel that are corrupt whole, exposed by somebody from outside.
#[test]
fn one_outsider_exposes_a_whole_committee_and_panel() {
	build_and_execute(|| {
		assert_open(TASK, 4_800, 0);
		let reports = [FalseAttestation; 30];
		ends(&reports, 10, Some(35), Completed).assert_settle(&[0; 30], 0);
		assert_eq!(free(35), FUNDS + 30 * PART);
		assert_close(TASK, 0);
	});
}

/// A requester whose own account dealt the invalid input, and who exposes it: it earns by those who did not look, and by
/// nobody else; it is no victim.
#[test]
fn a_planted_dealing_pays_only_by_those_who_do_not_look() {
	build_and_execute(|| {
		let plant = |reports: &[SeatReport], earned: &[Balance]| {
			let before = free(0) + free(20);
			assert_open(TASK, 500, 0);
			assert_hold_deposit(TASK, 20);
			Incentives::punish_dealer(TASK, &account(20), &requester());
			ends(reports, 2, Some(0), Completed).assert_settle(earned, 0);
			assert_close(TASK, 0);
			(free(0) + free(20)) as i128 - before as i128
		};
		let awake = plant(&[Right; 5], &[100; 5]);
		// Of the deposit the two parts come back, which is half
		assert_eq!(awake, -((DRAW_FEE + 500 + DEPOSIT / 2) as i128));
		let reports = [Right, Right, Right, FalseAttestation, FalseAttestation];
		let asleep = plant(&reports, &[100, 100, 100, 0, 0]);
		assert_eq!(asleep - awake, 2 * (PART + 100) as i128);
	});
}

/// An operator that exposes its own seat by another account of its own.
#[test]
fn exposing_ones_own_seat_does_not_pay() {
	build_and_execute(|| {
		let before = free(4) + free(20);
		assert_open(TASK, 500, 0);
		let reports = [Right, Right, Right, FalseAttestation, Right];
		ends(&reports, 2, Some(20), Completed).assert_settle(&[100, 100, 100, 0, 100], 0);
		assert_eq!(free(4) + free(20), before - (FALSE_ATTESTATION - PART));
		assert_close(TASK, 0);
	});
}

#[test]
fn a_verifier_without_stake_is_still_convicted() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		events();
		let exposer = account(20);
		Incentives::settle_fee(
			TASK,
			&committee(&[1]),
			&panel(&[50]),
			&[Right, FalseAttestation],
			Some(&exposer),
			Completed,
			HELD,
		);
		let culprit = account(50);
		let punished = Event::Punished {
			task: TASK,
			culprit: culprit.clone(),
			fault: Fault::FalseAttestation,
			amount: 0,
			to_accuser: 0,
			to_victim: 0,
		};
		assert_eq!(events()[1], punished);
		assert_eq!(notes().last(), Some(&Note::Conviction(culprit)));
		assert_close(TASK, 0);
	});
}

#[test]
fn an_exposer_that_cannot_receive_leaves_its_part_to_be_burnt() {
	build_and_execute(|| {
		// A percent of 607 is below the existential deposit
		AccuserShare::set(&Permill::from_percent(1));
		assert_open(TASK, 500, 0);
		events();
		let exposer = account(50);
		Incentives::settle_fee(
			TASK,
			&committee(&[]),
			&panel(&[4]),
			&[FalseAttestation],
			Some(&exposer),
			Completed,
			HELD,
		);
		let failed = Event::PayoutFailed { task: TASK, account: exposer, amount: 6 };
		assert_eq!(events()[0], failed);
		assert_eq!(Burnt::get(), FALSE_ATTESTATION);
		assert_close(TASK, 0);
	});
}

/// It would be slashed again.
#[test]
fn a_false_attestation_is_punished_once() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		let (members, verifiers, by) = (committee(&[1]), panel(&[4]), account(20));
		let reports = [Right, FalseAttestation];
		let settle = || {
			let exposer = Some(&by);
			Incentives::settle_fee(TASK, &members, &verifiers, &reports, exposer, Completed, HELD);
		};
		settle();
		notes();
		assert_storage_noop!(settle());
		assert_eq!(notes(), []);
		assert_eq!(free(4), FUNDS - FALSE_ATTESTATION);
	});
}

/// A task that had no panel pays, to the unit, what it paid before there were any.
#[test]
fn an_empty_panel_changes_nothing() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		ends(&[Right; 3], 0, Some(20), Completed).assert_settle(&[166; 3], 0);
		assert_close(TASK, 0);
	});
}
