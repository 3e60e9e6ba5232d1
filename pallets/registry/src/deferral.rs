//! Slashes that are taken later, so that Root can undo what was nobody's fault: an outage of the network, or a bug that makes
//! honest nodes answer wrongly.
//!
//! # What is deferred
//! Slashes of stake, for [`Config::SlashDeferral`] blocks; on a chain where that is nothing, none. Reputation and selection are as
//! if the stake were gone, at once: what is chilled stays so until its operator activates it. Deposits and bonds are not stake, and
//! not deferred.
//!
//! # Where the stake is
//! It leaves [`Node`] when it is slashed. From then on it counts in no draw, covers no seat, and neither `unbond` nor `withdraw`
//! reaches it; nor does another slash, so that none is taken twice. It stays on hold in the operator's account, beside what the node
//! has, and [`Pending`] is the sum. Until all of it is decided the node stays registered: nobody leaves and comes back clean.
//!
//! # How it ends
//! From its block on anybody may have a slash applied, free of charge: then it is shared out as it would have been at once. Who had
//! a part of it has a reason to, and so has an operator that wants to leave. Until it is applied, however late, Root can cancel it:
//! the stake is bonded again.
//!
//! A node has at most [`MAX_PENDING`] such slashes. One more is taken at once; so an operator may want to have those applied that are
//! due.

use crate::*;
use frame::traits::Imbalance;
use ostraka_primitives::fault::Offence;

impl<T: Config> Pallet<T> {
	/// Sets `amount` of the culprit's stake apart, of which the caller knows that it is on hold. Returns the slash's number, and the
	/// block from which on it can be applied; nothing if it is to be taken at once. The caller takes it out of the node.
	pub(crate) fn defer(offence: &Offence, amount: Balance) -> Option<(u32, BlockNumber)> {
		let wait = T::SlashDeferral::get();
		if wait == 0 || amount == 0 {
			return None;
		}
		let culprit = &offence.culprit;
		let total = Pending::<T>::get(culprit).unwrap_or_default().with(amount)?;
		let index = NextSlash::<T>::get();
		let next = index.checked_add(1)?;
		let at = Self::now().saturating_add(wait);
		NextSlash::<T>::put(next);
		Pending::<T>::insert(culprit, total);
		let slash = PendingSlash { offence: offence.clone(), amount, at };
		PendingSlashes::<T>::insert(culprit, index, slash);
		Some((index, at))
	}

	/// Whether stake of the operator's node is on hold that Root could give back to it.
	pub(crate) fn has_pending(operator: &AccountId) -> bool {
		Pending::<T>::contains_key(operator)
	}

	/// Strikes a slash out. Its stake is on hold for nothing then: the caller takes it or gives it back.
	fn strike(culprit: &AccountId, index: u32, amount: Balance) {
		PendingSlashes::<T>::remove(culprit, index);
		Pending::<T>::mutate_exists(culprit, |total| {
			*total = total.and_then(|total| total.without(amount));
		});
	}

	pub(crate) fn do_apply_slash(culprit: AccountId, index: u32) -> DispatchResult {
		let slash = PendingSlashes::<T>::get(&culprit, index).ok_or(Error::<T>::NoSuchSlash)?;
		ensure!(slash.at <= Self::now(), Error::<T>::SlashNotDue);
		Self::strike(&culprit, index, slash.amount);
		let reason = HoldReason::Stake.into();
		let (credit, _) = T::Currency::slash(&reason, &culprit, slash.amount);
		let stake = Nodes::<T>::get(&culprit).map_or(0, |node| node.stake);
		let amount = credit.peek();
		Self::deposit_event(Event::Slashed { operator: culprit, amount, stake });
		T::Proceeds::share_out(&slash.offence, credit);
		Ok(())
	}

	pub(crate) fn do_cancel_slash(culprit: AccountId, index: u32) -> DispatchResult {
		let slash = PendingSlashes::<T>::get(&culprit, index).ok_or(Error::<T>::NoSuchSlash)?;
		let mut node = Self::known(&culprit)?;
		let amount = slash.amount;
		Self::strike(&culprit, index, amount);
		node.stake = node.stake.saturating_add(amount);
		// As with stake that is added: with the seed in sight, Root could put more where it wins.
		node.active_since = node.active_since.map(|_| Self::now());
		let stake = node.stake;
		Self::store(&culprit, &node);
		Self::deposit_event(Event::SlashCancelled { index, culprit, amount, stake });
		Ok(())
	}
}
