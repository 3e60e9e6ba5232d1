//! Slashes and reputation, as other pallets cause them. None of them fails: an account without a
//! node is passed over.
//!
//! # Slashing
//! [`Stakes`] takes stake, on its way out or not, and hands it over; who decides how much and where
//! it goes is the incentives pallet. The unbonding period is longer than the longest task
//! (`integrity_test`), and nobody withdraws below what the classes of its seats ask for, so what a
//! draw counted on is there when a fault is proven.
//!
//! Where [`Config::SlashDeferral`] says so, what a slash takes stays on hold for a while, and Root can give it back: `deferral.rs`.
//!
//! An absence costs little, and the buffer below the least stake is there for it: a node that staked
//! just that stays in selection, and in its class's draws, until its absences are too many.
//!
//! # Every seat is covered
//! A node takes no more seats than its bonded stake can pay [`Config::SeatStake`] for, however large
//! its capacity: with the stake gone, misconduct in the remaining ones would cost nothing. So a
//! slash, or stake sent on its way out, takes free places away. Seats that are held stay, and stake
//! that they need, all of them together, is not withdrawn.

use crate::*;
use frame::traits::Imbalance;
use ostraka_primitives::{fault::Offence, traits::Stakes};

impl<T: Config> Stakes for Pallet<T> {
	type Credit = CreditOf<T>;

	/// A node that falls below what it must keep is chilled. The others lose the free places that
	/// their stake covers no more. All that is the same whether the stake is taken now or later.
	fn slash(offence: &Offence, amount: Balance) -> Option<CreditOf<T>> {
		let account = &offence.culprit;
		let Some(mut node) = Nodes::<T>::get(account) else { return Some(CreditOf::<T>::zero()) };
		let amount = amount.min(node.held());
		let deferred = Self::defer(offence, amount);
		let (taken, credit) = if deferred.is_some() {
			(amount, None)
		} else {
			let (credit, missing) = T::Currency::slash(&HoldReason::Stake.into(), account, amount);
			(amount.saturating_sub(missing), Some(credit))
		};
		if taken == 0 {
			return credit;
		}
		node.take(taken);
		if node.stake < Self::least_to_stay() {
			Self::leave_selection(account, &mut node, ChillCause::Slash);
		}
		Self::store(account, &node);
		let culprit = account.clone();
		Self::deposit_event(match deferred {
			Some((index, at)) => {
				let Offence { task, fault, .. } = *offence;
				Event::SlashDeferred { index, task, culprit, fault, amount, at }
			},
			None => Event::Slashed { operator: culprit, amount: taken, stake: node.stake },
		});
		credit
	}

	/// Counted are the last [`Config::AbsenceWindow`] tasks: an answer now and then does not make up
	/// for being absent from the others.
	fn note_presence(account: &AccountId, present: bool) {
		let Some(mut node) = Nodes::<T>::get(account) else { return };
		if present {
			node.reputation.answered();
			Nodes::<T>::insert(account, node);
			return;
		}
		node.reputation.was_absent();
		let recent = node.reputation.recent_absences(T::AbsenceWindow::get());
		Self::deposit_event(Event::WasAbsent { operator: account.clone(), recent });
		if recent >= T::MaxAbsences::get() {
			Self::leave_selection(account, &mut node, ChillCause::Absences);
		}
		Self::store(account, &node);
	}

	fn note_conviction(account: &AccountId) {
		let Some(mut node) = Nodes::<T>::get(account) else { return };
		node.reputation.was_convicted();
		Self::deposit_event(Event::Convicted {
			operator: account.clone(),
			convictions: node.reputation.convictions,
		});
		Self::leave_selection(account, &mut node, ChillCause::Conviction);
		Self::store(account, &node);
	}
}
