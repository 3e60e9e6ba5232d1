//! Tests of the incentives. Helpers named `assert_..` do one thing and check its events and
//! balances.

mod bonds;
mod fees;
mod penalties;
mod random;

use crate::{mock::*, *};
use frame::{testing_prelude::*, token::fungible::hold::Inspect as _};
use ostraka_primitives::{
	task::{Committee, Seat},
	traits::{Ending, Escrow, Penalties, SeatReport},
	WorkerKey,
};

type Error = crate::Error<Test>;

const TASK: TaskId = 5;

fn requester() -> AccountId {
	account(0)
}

fn committee(members: &[u8]) -> Committee {
	let seats = members.iter().map(|number| Seat {
		account: account(*number),
		worker: WorkerKey::from_raw([*number; 32]),
		seal_key: [*number; 32],
	});
	BoundedVec::try_from(seats.collect::<Vec<_>>()).unwrap()
}

fn free(number: u8) -> Balance {
	Balances::free_balance(account(number))
}

fn in_escrow() -> Balance {
	Balances::balance_on_hold(&HoldReason::Escrow.into(), &requester())
}

fn deposit(number: u8) -> Balance {
	Balances::balance_on_hold(&HoldReason::Deposit.into(), &account(number))
}

fn bond(number: u8) -> Balance {
	Balances::balance_on_hold(&HoldReason::Bond.into(), &account(number))
}

fn assert_open(task: TaskId, fee: Balance, data_reward: Balance) {
	let (before, held, earlier) = (free(0), in_escrow(), free(39));
	events();
	assert_ok!(Incentives::open(task, &requester(), fee, data_reward));
	let requester = requester();
	let draw_fee = DRAW_FEE;
	assert_eq!(events(), [Event::EscrowOpened { task, requester, fee, data_reward, draw_fee }]);
	assert_eq!(free(0), before - fee - data_reward - DRAW_FEE);
	assert_eq!(in_escrow(), held + fee + data_reward);
	assert_eq!(free(39), earlier + DRAW_FEE);
}

/// Settles `TASK` with members 1, 2, .. and checks what each earned, what went back and what was
/// forfeited. Nobody was silent.
fn assert_settle(reports: &[SeatReport], ending: Ending, earned: &[Balance]) {
	assert_settle_with_silent(reports, ending, earned, 0);
}

/// As [`assert_settle`], with silent members that lack so much of what they earned.
fn assert_settle_with_silent(
	reports: &[SeatReport],
	ending: Ending,
	earned: &[Balance],
	withheld: Balance,
) {
	let members: Vec<u8> = (1..=reports.len() as u8).collect();
	let before: Vec<_> = members.iter().map(|number| free(*number)).collect();
	let (fee, requesters) = (Incentives::escrow(TASK).unwrap().fee, free(0));
	let (fees, held, burnt) = (free(39), in_escrow(), Burnt::get());
	events();
	Incentives::settle_fee(TASK, &committee(&members), reports, ending);
	let paid: Balance = earned.iter().sum();
	let mut expected = Vec::new();
	let mut slashes = 0;
	for ((number, report), amount) in members.iter().zip(reports).zip(earned) {
		let node = account(*number);
		if *amount > 0 {
			expected.push(Event::NodePaid { task: TASK, node: node.clone(), amount: *amount });
		}
		let slashed = if *report == SeatReport::Absent { ABSENCE } else { 0 };
		if slashed > 0 {
			slashes += slashed;
			expected.push(Event::Punished {
				task: TASK,
				culprit: node,
				fault: Fault::Absence,
				amount: ABSENCE,
				to_accuser: 0,
				to_victim: 0,
			});
		}
		assert_eq!(free(*number), before[usize::from(*number) - 1] + amount - slashed);
	}
	let forfeits = ending == Ending::Forfeited && !members.is_empty();
	let left = fee - paid - withheld;
	let forfeited = if forfeits { left } else { 0 };
	let (requester, returned) = (requester(), left - forfeited);
	expected.push(Event::FeeSettled { task: TASK, requester, paid, returned, forfeited, withheld });
	assert_eq!(events(), expected);
	assert_eq!((free(0), free(39)), (requesters + returned, fees + forfeited));
	assert_eq!(in_escrow(), held - fee);
	assert_eq!(Burnt::get(), burnt + slashes + withheld);
}

fn assert_close(task: TaskId, returned: Balance) {
	let (before, held) = (free(0), in_escrow());
	events();
	Incentives::close(task);
	assert_eq!(events(), [Event::EscrowClosed { task, requester: requester(), returned }]);
	assert_eq!(free(0), before + returned);
	assert_eq!(in_escrow(), held - returned);
	assert_eq!(Incentives::escrow(task), None);
}

fn assert_hold_deposit(task: TaskId, dealer: u8) {
	let (before, held) = (free(dealer), deposit(dealer));
	events();
	assert_ok!(Incentives::hold_deposit(task, &account(dealer)));
	let held_now = Event::DepositHeld { task, dealer: account(dealer), amount: DEPOSIT };
	assert_eq!(events(), [held_now]);
	assert_eq!(free(dealer), before - DEPOSIT);
	assert_eq!(deposit(dealer), held + DEPOSIT);
	assert_eq!(Incentives::deposit(task, account(dealer)), Some(DEPOSIT));
}

fn assert_release_deposit(task: TaskId, dealer: u8) {
	let (before, held) = (free(dealer), deposit(dealer));
	events();
	Incentives::release_deposit(task, &account(dealer));
	let returned = Event::DepositReturned { task, dealer: account(dealer), amount: DEPOSIT };
	assert_eq!(events(), [returned]);
	assert_eq!(free(dealer), before + DEPOSIT);
	assert_eq!(deposit(dealer), held - DEPOSIT);
	assert_eq!(Incentives::deposit(task, account(dealer)), None);
}

/// The dealer accepted and did not deal: it loses this much, and gets back the rest.
fn assert_forfeit_deposit(task: TaskId, dealer: u8, lost: Balance) {
	let (before, held, burnt) = (free(dealer), deposit(dealer), Burnt::get());
	events();
	Incentives::forfeit_deposit(task, &account(dealer));
	let mut expected = vec![Event::Punished {
		task,
		culprit: account(dealer),
		fault: Fault::NoDealing,
		amount: lost,
		to_accuser: 0,
		to_victim: 0,
	}];
	let amount = DEPOSIT - lost;
	if amount > 0 {
		expected.push(Event::DepositReturned { task, dealer: account(dealer), amount });
	}
	assert_eq!(events(), expected);
	assert_eq!((free(dealer), deposit(dealer)), (before + amount, held - DEPOSIT));
	assert_eq!(Burnt::get(), burnt + lost);
	assert_eq!(Incentives::deposit(task, account(dealer)), None);
}

/// Checks the event of a punishment and what was burnt.
fn assert_punished(
	culprit: u8,
	fault: Fault,
	(amount, to_accuser, to_victim): (Balance, Balance, Balance),
	punish: impl FnOnce(),
) {
	let burnt = Burnt::get();
	events();
	punish();
	let culprit = account(culprit);
	assert_eq!(
		events(),
		[Event::Punished { task: TASK, culprit, fault, amount, to_accuser, to_victim }]
	);
	assert_eq!(Burnt::get() - burnt, amount - to_accuser - to_victim);
	assert!(2 * (Burnt::get() - burnt) >= amount);
}

/// A hold that outlived what it was for would never be given back.
#[test]
fn try_state_sees_a_hold_that_outlived_what_it_was_for() {
	for (reason, complaint) in [
		(HoldReason::Escrow, "escrows differ from what is on hold"),
		(HoldReason::Deposit, "deposits differ from what is on hold"),
		(HoldReason::Bond, "a bond outlived its call"),
	] {
		new_test_ext().execute_with(|| {
			assert_open(TASK, 100, 50);
			assert_hold_deposit(TASK, 1);
			assert_ok!(Incentives::do_try_state());
			let reason: RuntimeHoldReason = reason.into();
			assert_ok!(<Balances as MutateHold<AccountId>>::hold(&reason, &account(2), 5));
			assert_eq!(Incentives::do_try_state(), Err(complaint.into()));
		});
	}
}
