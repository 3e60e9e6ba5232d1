//! Slashes and reputation, as other pallets cause them. None of them fails: an account without a
//! node is passed over.

use crate::*;
use frame::traits::Imbalance;
use ostraka_primitives::traits::Stakes;

impl<T: Config> Stakes for Pallet<T> {
	type Credit = CreditOf<T>;

	/// A node that falls below the least stake is chilled. The others lose the free places that
	/// their stake covers no more.
	fn slash(account: &AccountId, amount: Balance) -> CreditOf<T> {
		let Some(mut node) = Nodes::<T>::get(account) else { return CreditOf::<T>::zero() };
		let amount = amount.min(node.held());
		let (credit, missing) = T::Currency::slash(&HoldReason::Stake.into(), account, amount);
		let taken = amount.saturating_sub(missing);
		if taken == 0 {
			return credit;
		}
		node.take(taken);
		if node.stake < T::MinStake::get() {
			Self::leave_selection(account, &mut node, ChillCause::Slash);
		}
		Self::store_present(account, &node);
		Self::deposit_event(Event::Slashed {
			operator: account.clone(),
			amount: taken,
			stake: node.stake,
		});
		credit
	}

	fn note_presence(account: &AccountId, present: bool) {
		let Some(mut node) = Nodes::<T>::get(account) else { return };
		if present {
			node.reputation.answered();
			Nodes::<T>::insert(account, node);
			return;
		}
		node.reputation.was_absent();
		let in_a_row = node.reputation.absences_in_a_row;
		Self::deposit_event(Event::WasAbsent { operator: account.clone(), in_a_row });
		if in_a_row >= T::MaxAbsences::get() {
			Self::leave_selection(account, &mut node, ChillCause::Absences);
		}
		Self::store_present(account, &node);
	}

	fn note_conviction(account: &AccountId) {
		let Some(mut node) = Nodes::<T>::get(account) else { return };
		node.reputation.was_convicted();
		Self::deposit_event(Event::Convicted {
			operator: account.clone(),
			convictions: node.reputation.convictions,
		});
		Self::leave_selection(account, &mut node, ChillCause::Conviction);
		Self::store_present(account, &node);
	}
}
