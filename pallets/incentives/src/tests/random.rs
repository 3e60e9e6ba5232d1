//! Random sequences of everything that can happen to a task's money: the invariants hold after each
//! step, no token is made or lost but by burning, and in the end nothing is left on hold.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
	Open {
		requester: u8,
		fee: Balance,
		data_reward: Balance,
		rent: Rent,
	},
	Settle {
		members: Vec<u8>,
		verifiers: Vec<u8>,
		reports: Vec<SeatReport>,
		exposer: Option<u8>,
		ending: Ending,
		held: Held,
	},
	PayDealer {
		dealer: u8,
		accepted: u32,
	},
	Close,
	HoldDeposit(u8),
	ReleaseDeposit(u8),
	ForfeitDeposit(u8),
	PunishDealer {
		dealer: u8,
		accuser: u8,
	},
	PunishFalseAccuser {
		accuser: u8,
		exposed: u8,
	},
	PunishWrongShare(u8),
	PunishFalseChallenger {
		node: u8,
		dealer: u8,
	},
	RightBond(u8),
	FalseBond {
		challenger: u8,
		dealer: u8,
	},
	/// Whether slashes of stake are deferred from now on.
	Defer(bool),
	ApplyDeferred,
	CancelDeferred,
}

/// Accounts that exist and, from 40 on, some that do not.
fn someone() -> impl Strategy<Value = u8> {
	prop_oneof![0u8..12, 40u8..44]
}

fn report() -> impl Strategy<Value = SeatReport> {
	prop_oneof![
		4 => Just(SeatReport::Right),
		2 => Just(SeatReport::Silent),
		1 => Just(SeatReport::Uncommitted),
		1 => Just(SeatReport::Excused),
		1 => Just(SeatReport::Absent),
		1 => Just(SeatReport::Idle),
		1 => Just(SeatReport::Convicted),
		2 => Just(SeatReport::FalseAttestation),
	]
}

fn ending() -> impl Strategy<Value = Ending> {
	prop_oneof![Just(Ending::Completed), Just(Ending::Returned), Just(Ending::Forfeited)]
}

/// Prices of rents, and what is kept for them: less than they come to, as much, or more than there is.
fn rent() -> impl Strategy<Value = Rent> {
	let price = || prop_oneof![Just(0u128), 0u128..50, Just(Balance::MAX)];
	let most = prop_oneof![Just(0u128), 0u128..1_000, 0u128..300_000, Just(Balance::MAX)];
	let all = (price(), price(), price(), most);
	all.prop_map(|(place, seats, byte, most)| Rent { place, seats, byte, most })
}

fn held() -> impl Strategy<Value = Held> {
	let blocks = || prop_oneof![Just(0u32), 0u32..100, Just(u32::MAX)];
	(blocks(), blocks(), blocks()).prop_map(|(place, seats, bytes)| Held { place, seats, bytes })
}

fn step() -> impl Strategy<Value = Step> {
	let amount = || prop_oneof![Just(0u128), 0u128..100, 0u128..300_000, Just(Balance::MAX)];
	prop_oneof![
		4 => (someone(), amount(), amount(), rent()).prop_map(
			|(requester, fee, data_reward, rent)| Step::Open { requester, fee, data_reward, rent }
		),
		2 => (
			prop::collection::vec(someone(), 0..8),
			prop::collection::vec(someone(), 0..5),
			prop::collection::vec(report(), 0..12),
			prop::option::of(someone()),
			ending(),
			held(),
		)
			.prop_map(|(members, verifiers, reports, exposer, ending, held)| Step::Settle {
				members,
				verifiers,
				reports,
				exposer,
				ending,
				held,
			}),
		3 => (someone(), 0u32..6)
			.prop_map(|(dealer, accepted)| Step::PayDealer { dealer, accepted }),
		2 => Just(Step::Close),
		4 => someone().prop_map(Step::HoldDeposit),
		1 => someone().prop_map(Step::ReleaseDeposit),
		1 => someone().prop_map(Step::ForfeitDeposit),
		1 => (someone(), someone())
			.prop_map(|(dealer, accuser)| Step::PunishDealer { dealer, accuser }),
		1 => (someone(), someone())
			.prop_map(|(accuser, exposed)| Step::PunishFalseAccuser { accuser, exposed }),
		1 => someone().prop_map(Step::PunishWrongShare),
		1 => (someone(), someone())
			.prop_map(|(node, dealer)| Step::PunishFalseChallenger { node, dealer }),
		1 => someone().prop_map(Step::RightBond),
		1 => (someone(), someone())
			.prop_map(|(challenger, dealer)| Step::FalseBond { challenger, dealer }),
		2 => any::<bool>().prop_map(Step::Defer),
		2 => Just(Step::ApplyDeferred),
		1 => Just(Step::CancelDeferred),
	]
}

fn run(task: TaskId, step: Step) {
	let dispatch = |call: &dyn Fn() -> DispatchResult| {
		let _ = frame::deps::frame_support::storage::with_storage_layer(call);
	};
	match step {
		Step::Open { requester, fee, data_reward, rent } => {
			dispatch(&|| Incentives::open(task, &account(requester), fee, data_reward, rent))
		},
		Step::Settle { members, verifiers, reports, exposer, ending, held } => {
			let unsettled = Incentives::escrow(task).filter(|escrow| !escrow.settled);
			let (seated, by) = (committee(&members), exposer.map(account));
			events();
			Incentives::settle_fee(
				task,
				&seated,
				&panel(&verifiers),
				&reports,
				by.as_ref(),
				ending,
				held,
			);
			let (mut told, mut charged, mut exposed) = (None, None, 0);
			for event in events() {
				match event {
					Event::FeeSettled { paid, returned, forfeited, withheld, rent, .. } => {
						told = Some(paid + returned + forfeited + withheld + rent);
						charged = Some(rent);
					},
					Event::Punished { culprit, fault, amount, to_accuser, to_victim, .. } => {
						exposed += u32::from(fault == Fault::FalseAttestation);
						assert!(to_accuser <= amount / 4 && to_victim == 0);
						let of_another = by.as_ref().is_some_and(|by| *by != culprit);
						assert!(
							to_accuser == 0 || (of_another && fault == Fault::FalseAttestation)
						);
					},
					_ => {},
				}
			}
			let seats = members.len() + verifiers.len();
			let falsely = |report: &&SeatReport| **report == SeatReport::FalseAttestation;
			let exposable = reports.iter().take(seats).filter(falsely).count() as u32;
			let exposable = unsettled.as_ref().map_or(0, |_| exposable);
			// What is deferred is shared out later
			assert!(exposed == exposable || (Deferring::get() && exposed < exposable));
			let owed = |escrow: &TaskEscrow| escrow.rent.due(&held).min(escrow.fee);
			assert_eq!(charged, unsettled.as_ref().map(owed), "whatever the ending");
			assert_eq!(told, unsettled.map(|escrow| escrow.fee), "all of a fee is accounted for");
		},
		Step::PayDealer { dealer, accepted } => {
			Incentives::pay_dealer(task, &account(dealer), accepted)
		},
		Step::Close => Incentives::close(task),
		Step::HoldDeposit(dealer) => dispatch(&|| Incentives::hold_deposit(task, &account(dealer))),
		Step::ReleaseDeposit(dealer) => Incentives::release_deposit(task, &account(dealer)),
		Step::ForfeitDeposit(dealer) => Incentives::forfeit_deposit(task, &account(dealer)),
		Step::PunishDealer { dealer, accuser } => {
			Incentives::punish_dealer(task, &account(dealer), &account(accuser))
		},
		Step::PunishFalseAccuser { accuser, exposed } => {
			Incentives::punish_false_accuser(task, &account(accuser), &account(exposed))
		},
		Step::PunishWrongShare(node) => Incentives::punish_wrong_share(task, &account(node)),
		Step::PunishFalseChallenger { node, dealer } => {
			Incentives::punish_false_challenger(task, &account(node), &account(dealer))
		},
		Step::RightBond(challenger) => dispatch(&|| {
			Incentives::hold_bond(task, &account(challenger))?;
			Incentives::release_bond(task, &account(challenger));
			Ok(())
		}),
		Step::FalseBond { challenger, dealer } => dispatch(&|| {
			Incentives::hold_bond(task, &account(challenger))?;
			Incentives::forfeit_bond(task, &account(challenger), &account(dealer));
			Ok(())
		}),
		Step::Defer(deferring) => Deferring::set(&deferring),
		Step::ApplyDeferred => {
			apply_deferred();
		},
		Step::CancelDeferred => cancel_deferred(),
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

	#[test]
	fn money_is_conserved(steps in prop::collection::vec((0u32..4, step()), 1..60)) {
		build_and_execute(|| {
			for (task, step) in steps {
				run(task, step);
				Incentives::do_try_state().unwrap();
				assert_money_is_conserved();
			}
			while apply_deferred() {}
			assert_eq!(Balances::free_balance(stakes()), FUNDS, "all that was deferred is shared out");
			for task in 0..4 {
				Incentives::close(task);
				for number in 0..50 {
					Incentives::release_deposit(task, &account(number));
				}
			}
			assert_eq!(Escrows::<Test>::iter().count(), 0);
			assert_eq!(Deposits::<Test>::iter().count(), 0);
			for (_, info) in frame_system::Account::<Test>::iter() {
				assert_eq!(info.data.reserved, 0);
			}
		});
	}
}
