//! Slashes of stake that are shared out later, or never: what the registry defers, and Root may cancel.

use super::*;
use frame::token::{fungible::Mutate, Preservation};

/// A fault of account 1: its kind, what it costs, what it does to what is known of the node, and the punishment.
type Faulty = (Fault, Balance, Note, fn());

/// The four faults of nodes.
fn faults() -> [Faulty; 4] {
	let (convicted, absent) = (Note::Conviction(account(1)), Note::Presence(account(1), false));
	[
		(Fault::FalseAccusation, FALSE_ACCUSATION, convicted.clone(), || {
			Incentives::punish_false_accuser(TASK, &account(1), &account(11))
		}),
		(Fault::FalseChallenge, FALSE_ACCUSATION, convicted.clone(), || {
			Incentives::punish_false_challenger(TASK, &account(1), &account(11))
		}),
		(Fault::WrongShare, WRONG_SHARE, convicted, || {
			Incentives::punish_wrong_share(TASK, &account(1))
		}),
		(Fault::Absence, ABSENCE, absent, || Incentives::punish_absence(TASK, &account(1))),
	]
}

/// Defers what follows.
fn defer() {
	Deferring::set(&true);
}

/// What a node is known for is as it was without deferral, at once; the money is shared out as it was, but later.
#[test]
fn a_fault_is_noted_at_once_and_paid_for_later() {
	for (fault, amount, noted, punish) in faults() {
		build_and_execute(|| {
			assert_open(TASK, 0, 0);
			let victim = match fault {
				Fault::WrongShare => Some(0),
				Fault::Absence => None,
				_ => Some(11),
			};
			defer();
			let had = victim.map(free);
			events();
			punish();
			assert_eq!(events(), [], "{fault:?}");
			assert_eq!((free(1), Burnt::get()), (FUNDS - amount, 0));
			assert_eq!(victim.map(free), had, "{fault:?}");
			assert_eq!(notes(), [Note::Slash(account(1), amount), noted]);

			let part = if victim.is_some() { amount / 4 } else { 0 };
			assert_punished(1, fault, (amount, 0, part), || assert!(apply_deferred()));
			assert_eq!(victim.map(free), had.map(|had| had + part), "{fault:?}");
			assert_eq!(free(1), FUNDS - amount);
			assert_eq!(notes(), []);
			assert!(!apply_deferred(), "once");
		});
	}
}

#[test]
fn what_is_cancelled_nobody_has_a_part_of() {
	for (_, _, _, punish) in faults() {
		build_and_execute(|| {
			assert_open(TASK, 0, 0);
			let funds = || (0..40).map(free).collect::<Vec<_>>();
			let before = funds();
			defer();
			punish();
			cancel_deferred();
			events();
			assert!(!apply_deferred());
			assert_eq!((funds(), Burnt::get()), (before, 0));
			assert_eq!(events(), []);
		});
	}
}

/// Who has a part is fixed when the fault is proven: the task is gone when it is paid.
#[test]
fn the_victim_is_paid_when_its_task_is_long_gone() {
	build_and_execute(|| {
		assert_open(TASK, 0, 0);
		defer();
		Incentives::punish_wrong_share(TASK, &account(1));
		assert_close(TASK, 0);
		let requesters = free(0);
		let part = WRONG_SHARE / 4;
		assert_punished(1, Fault::WrongShare, (WRONG_SHARE, 0, part), || {
			apply_deferred();
		});
		assert_eq!(free(0), requesters + part);
	});
}

/// Who is to have a part left meanwhile, and would stay below the existential deposit with it: it goes where the rest goes.
#[test]
fn the_part_of_an_account_that_is_gone_is_burnt() {
	build_and_execute(|| {
		VictimShare::set(&Permill::from_percent(1));
		defer();
		Incentives::punish_false_accuser(TASK, &account(1), &account(11));
		let (gone, all) = (account(11), Preservation::Expendable);
		assert_ok!(<Balances as Mutate<AccountId>>::transfer(&gone, &account(20), FUNDS, all));
		events();
		apply_deferred();
		let failed = Event::PayoutFailed { task: TASK, account: account(11), amount: 8 };
		let punished = Event::Punished {
			task: TASK,
			culprit: account(1),
			fault: Fault::FalseAccusation,
			amount: FALSE_ACCUSATION,
			to_accuser: 0,
			to_victim: 0,
		};
		assert_eq!(events(), [failed, punished]);
		assert_eq!(Burnt::get(), FALSE_ACCUSATION);
		assert_eq!(free(11), 0);
	});
}

/// They are not stake: what a dealer loses, and what a challenger's bond loses, is shared out at once.
#[test]
fn deposits_and_bonds_are_not_deferred() {
	build_and_execute(|| {
		defer();
		assert_hold_deposit(TASK, 11);
		assert_punished(11, Fault::BadDealing, (DEPOSIT, DEPOSIT / 4, 0), || {
			Incentives::punish_dealer(TASK, &account(11), &account(2))
		});
		assert_hold_deposit(TASK, 12);
		assert_forfeit_deposit(TASK, 12, DEPOSIT / 2);
		assert_ok!(Incentives::hold_bond(TASK, &account(13)));
		assert_punished(13, Fault::FalseChallenge, (BOND, 0, BOND / 4), || {
			Incentives::forfeit_bond(TASK, &account(13), &account(14))
		});
		assert!(!apply_deferred());
	});
}

/// Who attested falsely is settled with the fee: who exposed it has its part when the slash is applied.
#[test]
fn who_exposed_a_false_attestation_is_paid_later() {
	build_and_execute(|| {
		assert_open(TASK, 100, 0);
		defer();
		let (seated, reports) = (committee(&[1, 2]), [SeatReport::FalseAttestation; 2]);
		let (exposer, none) = (account(20), panel(&[]));
		let ending = Ending::Completed;
		Incentives::settle_fee(TASK, &seated, &none, &reports, Some(&exposer), ending, HELD);
		assert_eq!(free(20), FUNDS);
		for culprit in [1, 2] {
			let part = FALSE_ATTESTATION / 4;
			assert_punished(culprit, Fault::FalseAttestation, (FALSE_ATTESTATION, part, 0), || {
				apply_deferred();
			});
		}
		assert_eq!(free(20), FUNDS + 2 * (FALSE_ATTESTATION / 4));
		assert_close(TASK, 0);
	});
}
