//! Escrow, fees, data rewards.

use super::*;
use Ending::{Completed, Forfeited, Returned};
use SeatReport::*;

#[test]
fn the_least_fee_grows_with_seats_length_and_dealers() {
	build_and_execute(|| {
		assert_eq!(Incentives::least_fee(3, 0, 0), 3 * BASE);
		assert_eq!(Incentives::least_fee(5, 8, 50), 5 * (BASE + PER_ELEMENT * 400));
		assert!(Incentives::least_fee(u8::MAX, u32::MAX, u32::MAX) > 1 << 60);
	});
}

#[test]
fn a_completed_task_pays_who_worked() {
	build_and_execute(|| {
		// 500 / 6 = 83, of which 20 are the base part.
		assert_open(TASK, 500, 0);
		let reports = [Right, Right, Excused, Uncommitted, Absent, Convicted];
		assert_settle(&reports, Completed, &[83, 83, 20, 0, 0, 0]);
		assert_eq!(
			notes(),
			[
				Note::Presence(account(1), true),
				Note::Presence(account(2), true),
				Note::Presence(account(4), true),
				Note::Slash(account(5), ABSENCE),
				Note::Presence(account(5), false),
			]
		);
		assert_close(TASK, 0);
	});
}

#[test]
fn a_failed_task_pays_the_base_part() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		assert_settle(&[Right, Absent, Excused], Returned, &[20, 0, 20]);
		assert_close(TASK, 0);
	});
}

#[test]
fn a_task_that_ended_early_pays_the_base_part() {
	build_and_execute(|| {
		assert_open(TASK, 500, 90);
		assert_settle(&[Idle; 5], Returned, &[20; 5]);
		assert_eq!(notes(), []);
		assert_close(TASK, 90);
	});
}

#[test]
fn without_a_committee_all_goes_back() {
	build_and_execute(|| {
		for ending in [Returned, Forfeited] {
			assert_open(TASK, 500, 90);
			assert_settle(&[], ending, &[]);
			assert_close(TASK, 90);
		}
		assert_eq!(free(0), FUNDS - 2 * DRAW_FEE);
	});
}

#[test]
fn a_fee_below_the_base_part_is_split() {
	build_and_execute(|| {
		assert_open(TASK, 17, 0);
		assert_settle(&[Right, Right, Right], Completed, &[5, 5, 5]);
		assert_close(TASK, 0);
	});
}

#[test]
fn nobody_gains_by_anothers_absence() {
	build_and_execute(|| {
		assert_open(TASK, 600, 0);
		assert_settle(&[Right, Right, Right], Completed, &[200; 3]);
		assert_close(TASK, 0);
		assert_open(TASK, 600, 0);
		assert_settle(&[Right, Absent, Absent], Completed, &[200, 0, 0]);
		assert_close(TASK, 0);
	});
}

/// Its result is right and in time, but the task waited for it.
#[test]
fn a_silent_member_is_paid_less() {
	build_and_execute(|| {
		// 500 / 4 = 125, of which 5 % are 6.25
		assert_open(TASK, 500, 0);
		let reports = [Right, Silent, Silent, Absent];
		assert_settle_with_silent(&reports, Completed, &[125, 118, 118, 0], 14);
		assert_eq!(
			notes(),
			[
				Note::Presence(account(1), true),
				Note::Presence(account(2), true),
				Note::Presence(account(3), true),
				Note::Slash(account(4), ABSENCE),
				Note::Presence(account(4), false),
			]
		);
		assert_close(TASK, 0);
	});
}

#[test]
fn a_failed_task_pays_a_silent_member_less_than_the_base_part() {
	build_and_execute(|| {
		for ending in [Returned, Forfeited] {
			assert_open(TASK, 500, 90);
			assert_settle_with_silent(&[Silent, Right, Absent], ending, &[19, 20, 0], 1);
			assert_close(TASK, 90);
		}
	});
}

/// Neither the requester, who could keep attestations out of its blocks were it a collator, nor the other members.
#[test]
fn nobody_gains_by_anothers_silence() {
	build_and_execute(|| {
		let funds = || [0, 1, 2].map(free);
		let settle = |reports: &[SeatReport], earned: &[Balance], withheld| {
			let before = funds();
			assert_open(TASK, 600, 0);
			assert_settle_with_silent(reports, Completed, earned, withheld);
			assert_close(TASK, 0);
			let after = funds();
			[0, 1, 2].map(|number: usize| after[number] as i128 - before[number] as i128)
		};
		let all = settle(&[Right, Right, Right], &[200; 3], 0);
		let one_silent = settle(&[Right, Right, Silent], &[200, 200, 190], 10);
		assert_eq!(all, one_silent);
	});
}

#[test]
fn all_members_can_be_silent() {
	build_and_execute(|| {
		assert_open(TASK, 607, 0);
		assert_settle_with_silent(&[Silent; 3], Completed, &[191; 3], 33);
		assert_close(TASK, 0);
		SilentCut::set(&Perbill::from_parts(1));
		assert_open(TASK, 607, 0);
		assert_settle_with_silent(&[Silent; 3], Completed, &[201; 3], 3);
		assert_close(TASK, 0);
	});
}

/// What it cannot receive goes where the rest goes; what it lacks is withheld all the same.
#[test]
fn a_silent_member_that_cannot_receive_still_lacks_its_part() {
	build_and_execute(|| {
		assert_open(TASK, 20, 0);
		events();
		// It does not exist, and 9 is below the existential deposit
		settle(&[50, 1], &[Silent, Right], Completed);
		assert_eq!(
			events(),
			[
				Event::PayoutFailed { task: TASK, account: account(50), amount: 9 },
				Event::NodePaid { task: TASK, node: account(1), amount: 10 },
				Event::FeeSettled {
					task: TASK,
					requester: requester(),
					paid: 10,
					returned: 9,
					forfeited: 0,
					withheld: 1,
					rent: 0
				},
			]
		);
		assert_eq!(Burnt::get(), 1);
		assert_close(TASK, 0);
	});
}

/// What is withheld is taken from this task's fee alone.
#[test]
fn a_silence_takes_nothing_from_other_tasks() {
	build_and_execute(|| {
		assert_open(TASK, 500, 90);
		assert_open(6, 70, 10);
		assert_settle_with_silent(&[Silent, Silent], Completed, &[237; 2], 26);
		assert_eq!(in_escrow(), 90 + 80);
		assert_close(TASK, 90);
		assert_close(6, 80);
	});
}

#[test]
fn a_fee_is_settled_once() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		assert_settle(&[Right, Absent], Completed, &[250, 0]);
		assert_storage_noop!(settle(&[1, 2], &[Right, Absent], Completed));
		assert_storage_noop!(settle(&[1, 2], &[Idle, Idle], Forfeited));
		assert_storage_noop!(settle(&[1, 2], &[FalseAttestation; 2], Completed));
	});
}

/// It was cancelled after its draw, or too few dealt.
#[test]
fn a_forfeited_fee_goes_to_the_fees_but_for_the_base_part() {
	build_and_execute(|| {
		let issuance = Balances::total_issuance();
		assert_open(TASK, 500, 90);
		assert_settle(&[Idle, Idle, Convicted], Forfeited, &[20, 20, 0]);
		assert_eq!(notes(), []);
		assert_eq!(free(39), FUNDS + DRAW_FEE + 460);
		// Nothing was made or burnt, and nothing is left.
		assert_eq!((Balances::total_issuance(), Burnt::get()), (issuance, 0));
		assert_money_is_conserved();
		let again = || settle(&[1], &[Idle], Forfeited);
		assert_storage_noop!(again());
		// The data reward is no fee.
		assert_close(TASK, 90);
		assert_eq!(free(0), FUNDS - DRAW_FEE - 500);
	});
}

#[test]
fn right_shares_earn_no_more_than_the_base_part_of_a_forfeited_fee() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		assert_settle(&[Right, Excused, Uncommitted, Absent], Forfeited, &[20, 20, 0, 0]);
		assert_close(TASK, 0);
	});
}

#[test]
fn a_forfeited_fee_takes_nothing_from_other_tasks() {
	build_and_execute(|| {
		assert_open(TASK, 500, 90);
		assert_open(6, 70, 10);
		assert_settle(&[Idle, Idle], Forfeited, &[20, 20]);
		assert_close(TASK, 90);
		assert_eq!(in_escrow(), 80);
		assert_close(6, 80);
	});
}

/// A requester that has two of the seven nodes cancels after the draw and asks again, until a
/// committee suits it.
#[test]
fn a_second_draw_costs_a_whole_fee() {
	build_and_execute(|| {
		let fee = 700;
		let price = |ending| {
			let funds = || free(0) + free(1) + free(2);
			let before = funds();
			assert_open(TASK, fee, 90);
			assert_settle(&[Idle; 7], ending, &[BASE; 7]);
			assert_close(TASK, 90);
			before - funds()
		};
		// What it would be if all but the base part came back.
		assert_eq!(price(Returned), DRAW_FEE + 5 * BASE);
		for _ in 0..10 {
			assert_eq!(price(Forfeited), DRAW_FEE + fee - 2 * BASE);
		}
	});
}

/// Nor do payments that fail bring any of it back.
#[test]
fn who_cannot_receive_leaves_a_forfeited_fee_to_the_fees() {
	build_and_execute(|| {
		assert_open(TASK, 18, 0);
		events();
		settle(&[50, 1], &[Idle, Idle], Forfeited);
		let requester = requester();
		assert_eq!(
			events(),
			[
				Event::PayoutFailed { task: TASK, account: account(50), amount: 9 },
				Event::NodePaid { task: TASK, node: account(1), amount: 9 },
				Event::FeeSettled {
					task: TASK,
					requester,
					paid: 9,
					returned: 0,
					forfeited: 9,
					withheld: 0,
					rent: 0
				},
			]
		);
		assert_eq!((free(0), free(39)), (FUNDS - DRAW_FEE - 18, FUNDS + DRAW_FEE + 9));
		assert_close(TASK, 0);
	});
}

/// A requester that knows of an outage asks, for the sake of the slashes.
#[test]
fn aiming_at_nodes_that_are_down_does_not_pay() {
	build_and_execute(|| {
		assert_open(TASK, 700, 0);
		assert_settle(&[Absent; 7], Returned, &[0; 7]);
		assert_close(TASK, 0);
		assert_eq!(free(0), FUNDS - DRAW_FEE);
		assert_eq!(Burnt::get(), 7 * ABSENCE);
	});
}

#[test]
fn a_seat_without_report_is_passed_over() {
	build_and_execute(|| {
		assert_open(TASK, 500, 0);
		settle(&[1, 2], &[Right], Completed);
		assert_eq!((free(1), free(2)), (FUNDS + 250, FUNDS));
		assert_eq!(notes(), [Note::Presence(account(1), true)]);
	});
}

#[test]
fn a_fee_that_was_not_settled_goes_back_at_close() {
	build_and_execute(|| {
		assert_open(TASK, 500, 90);
		assert_close(TASK, 590);
	});
}

#[test]
fn the_data_reward_is_split_and_its_dust_returned() {
	build_and_execute(|| {
		assert_open(TASK, 0, 100);
		for dealer in 11..14 {
			events();
			Incentives::pay_dealer(TASK, &account(dealer), 3);
			let paid = Event::DealerPaid { task: TASK, dealer: account(dealer), amount: 33 };
			assert_eq!(events(), [paid]);
			assert_eq!(free(dealer), FUNDS + 33);
		}
		// Were there one call too many, no more than the reward would be paid.
		Incentives::pay_dealer(TASK, &account(14), 3);
		assert_eq!(free(14), FUNDS + 1);
		Incentives::pay_dealer(TASK, &account(14), 0);
		assert_eq!(free(14), FUNDS + 1);
		assert_close(TASK, 0);
	});
}

#[test]
fn a_requester_can_be_its_own_dealer() {
	build_and_execute(|| {
		assert_open(TASK, 0, 100);
		Incentives::pay_dealer(TASK, &requester(), 2);
		assert_eq!(in_escrow(), 50);
		assert_close(TASK, 50);
		assert_eq!(free(0), FUNDS - DRAW_FEE);
	});
}

#[test]
fn who_cannot_receive_leaves_it_to_the_requester() {
	build_and_execute(|| {
		assert_open(TASK, 18, 18);
		events();
		// Accounts that do not exist, and 9 is below the existential deposit.
		settle(&[50, 1], &[Right, Right], Completed);
		Incentives::pay_dealer(TASK, &account(51), 2);
		let failed =
			|number| Event::PayoutFailed { task: TASK, account: account(number), amount: 9 };
		assert_eq!(
			events(),
			[
				failed(50),
				Event::NodePaid { task: TASK, node: account(1), amount: 9 },
				Event::FeeSettled {
					task: TASK,
					requester: requester(),
					paid: 9,
					returned: 9,
					forfeited: 0,
					withheld: 0,
					rent: 0
				},
				failed(51),
			]
		);
		assert_close(TASK, 18);
		assert_eq!(free(0), FUNDS - DRAW_FEE - 9);
	});
}

#[test]
fn escrows_of_one_requester_do_not_mix() {
	build_and_execute(|| {
		assert_open(TASK, 500, 90);
		assert_open(6, 70, 10);
		assert_settle(&[Right, Right], Completed, &[250, 250]);
		Incentives::pay_dealer(TASK, &account(11), 1);
		assert_close(TASK, 0);
		assert_eq!(in_escrow(), 80);
		assert_close(6, 80);
	});
}

#[test]
fn open_wants_money_and_a_new_task() {
	build_and_execute(|| {
		let open = |fee, data_reward| {
			Incentives::open(TASK, &requester(), fee, data_reward, Rent::default())
		};
		let with_layer = |fee, data_reward| {
			frame::deps::frame_support::storage::with_storage_layer(|| open(fee, data_reward))
		};
		assert_noop!(with_layer(Balance::MAX, 1), Error::TooMuch);
		let most = FUNDS - DRAW_FEE - EXISTENTIAL_DEPOSIT;
		assert_noop!(with_layer(most, 1), TokenError::FundsUnavailable);
		// Cannot even pay for the draw.
		assert!(Incentives::open(6, &account(50), 0, 0, Rent::default()).is_err());
		assert_open(TASK, most - 1, 1);
		assert_noop!(with_layer(0, 0), Error::EscrowExists);
	});
}

#[test]
fn unknown_tasks_have_no_money() {
	build_and_execute(|| {
		assert_storage_noop!(settle(&[1], &[Absent], Completed));
		assert_storage_noop!(settle(&[1], &[FalseAttestation], Completed));
		assert_storage_noop!(settle(&[1], &[Absent], Forfeited));
		assert_storage_noop!(Incentives::pay_dealer(9, &account(1), 1));
		assert_storage_noop!(Incentives::close(9));
		assert_eq!(Incentives::expected_reward(9, 3), 0);
	});
}

#[test]
fn expected_rewards_are_what_a_right_share_will_earn() {
	build_and_execute(|| {
		assert_open(TASK, 500, 90);
		assert_open(6, 50, 0);
		assert_eq!(Incentives::expected_reward(TASK, 5), 100);
		assert_eq!(Incentives::expected_rewards([(TASK, 5), (6, 5), (9, 5)]), 110);
		assert_settle(&[Right; 5], Completed, &[100; 5]);
		assert_eq!(Incentives::expected_rewards([(TASK, 5), (6, 5)]), 10);
		assert_eq!(Incentives::expected_rewards([]), 0);
	});
}
