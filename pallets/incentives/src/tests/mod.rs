//! Tests of the incentives. Helpers named `assert_..` do one thing and check its events and
//! balances.

mod bonds;
mod deferral;
mod fees;
mod migration;
mod panels;
mod penalties;
mod random;
mod rents;

use crate::{mock::*, *};
use frame::{testing_prelude::*, token::fungible::hold::Inspect as _};
use ostraka_primitives::{
	rent::{Held, Rent},
	task::{Committee, Panel, Seat},
	traits::{Ending, Escrow, Penalties, SeatReport},
	WorkerKey,
};

type Error = crate::Error<Test>;

const TASK: TaskId = 5;

fn requester() -> AccountId {
	account(0)
}

fn seats<Bound: Get<u32>>(numbers: &[u8]) -> BoundedVec<Seat, Bound> {
	let seats = numbers.iter().map(|number| Seat {
		account: account(*number),
		worker: WorkerKey::from_raw([*number; 32]),
		seal_key: [*number; 32],
	});
	BoundedVec::try_from(seats.collect::<Vec<_>>()).unwrap()
}

fn committee(members: &[u8]) -> Committee {
	seats(members)
}

fn panel(verifiers: &[u8]) -> Panel {
	seats(verifiers)
}

/// Blocks that tasks of no rent were held.
const HELD: Held = Held { place: 9, seats: 4, bytes: 7 };

/// Settles `TASK`, that had no panel.
fn settle(members: &[u8], reports: &[SeatReport], ending: Ending) {
	Incentives::settle_fee(TASK, &committee(members), &panel(&[]), reports, None, ending, HELD);
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

/// Opens an escrow of which nothing is kept for rent.
fn assert_open(task: TaskId, fee: Balance, data_reward: Balance) {
	assert_open_with_rent(task, fee, data_reward, Rent::default());
}

fn assert_open_with_rent(task: TaskId, fee: Balance, data_reward: Balance, rent: Rent) {
	let (before, held, earlier) = (free(0), in_escrow(), free(39));
	events();
	assert_ok!(Incentives::open(task, &requester(), fee, data_reward, rent));
	let (requester, draw_fee, rent) = (requester(), DRAW_FEE, rent.most);
	let opened = Event::EscrowOpened { task, requester, fee, data_reward, draw_fee, rent };
	assert_eq!(events(), [opened]);
	assert_eq!(free(0), before - fee - data_reward - DRAW_FEE);
	assert_eq!(in_escrow(), held + fee + data_reward);
	assert_eq!(free(39), earlier + DRAW_FEE);
}

/// How `TASK` ends: accounts 1, 2, .. have its seats, the last `verifiers` of them on the panel.
struct End<'a> {
	reports: &'a [SeatReport],
	verifiers: usize,
	exposer: Option<u8>,
	ending: Ending,
}

impl End<'_> {
	/// Settles a task without rent, and checks what each earned, what silent members lacked, what went back, what was
	/// forfeited and what became of slashes.
	fn assert_settle(self, earned: &[Balance], withheld: Balance) {
		self.assert_settle_with_rent(earned, withheld, HELD, 0);
	}

	/// The same of a task that held its place and its seats so long and owes this rent.
	fn assert_settle_with_rent(
		self,
		earned: &[Balance],
		withheld: Balance,
		blocks: Held,
		rent: Balance,
	) {
		let Self { reports, verifiers, exposer, ending } = self;
		let numbers: Vec<u8> = (1..=reports.len() as u8).collect();
		let (members, on_panel) = numbers.split_at(numbers.len() - verifiers);
		let funds = || (0..40).map(free).collect::<Vec<_>>();
		let mut expected_funds = funds();
		let (fee, held, burnt) = (Incentives::escrow(TASK).unwrap().fee, in_escrow(), Burnt::get());
		let by = exposer.map(account);
		events();
		Incentives::settle_fee(
			TASK,
			&committee(members),
			&panel(on_panel),
			reports,
			by.as_ref(),
			ending,
			blocks,
		);
		let paid: Balance = earned.iter().sum();
		let mut expected = Vec::new();
		let mut slashed = 0;
		for ((number, report), amount) in numbers.iter().zip(reports).zip(earned) {
			let node = account(*number);
			if *amount > 0 {
				expected_funds[usize::from(*number)] += amount;
				expected.push(Event::NodePaid { task: TASK, node: node.clone(), amount: *amount });
			}
			let (fault, amount, exposer) = match report {
				SeatReport::Absent => (Fault::Absence, ABSENCE, None),
				SeatReport::FalseAttestation => {
					let other = exposer.filter(|by| by != number);
					(Fault::FalseAttestation, FALSE_ATTESTATION, other)
				},
				_ => continue,
			};
			let to_accuser = exposer.map_or(0, |_| amount / 4);
			if let Some(by) = exposer {
				expected_funds[usize::from(by)] += to_accuser;
			}
			expected_funds[usize::from(*number)] -= amount;
			slashed += amount - to_accuser;
			let culprit = node;
			expected.push(Event::Punished {
				task: TASK,
				culprit,
				fault,
				amount,
				to_accuser,
				to_victim: 0,
			});
		}
		let forfeits = ending == Ending::Forfeited && !members.is_empty();
		let left = fee - paid - withheld - rent;
		let forfeited = if forfeits { left } else { 0 };
		let (requester, returned) = (requester(), left - forfeited);
		expected_funds[0] += returned;
		expected_funds[39] += forfeited + rent;
		expected.push(Event::FeeSettled {
			task: TASK,
			requester,
			paid,
			returned,
			forfeited,
			withheld,
			rent,
		});
		assert_eq!(events(), expected);
		assert_eq!(funds(), expected_funds);
		assert_eq!(in_escrow(), held - fee);
		assert_eq!(Burnt::get(), burnt + slashed + withheld);
	}
}

/// Settles `TASK`, that had no panel, with members 1, 2, .. of whom nobody was silent.
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
	End { reports, verifiers: 0, exposer: None, ending }.assert_settle(earned, withheld);
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
