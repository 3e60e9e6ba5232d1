//! The pallet's invariants, one function each.

use crate::*;
use alloc::collections::BTreeMap;
use frame::{deps::sp_runtime::TryRuntimeError, token::fungible::hold::Inspect as _};

impl<T: Config> Pallet<T> {
	/// Checks all invariants.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::escrows_are_on_hold()?;
		Self::deposits_are_on_hold()?;
		Self::no_bond_is_on_hold()?;
		Self::escrows_are_sound()
	}

	/// A requester has exactly the sum of its escrows on hold.
	fn escrows_are_on_hold() -> Result<(), TryRuntimeError> {
		let escrows = Escrows::<T>::iter().map(|(_, escrow)| {
			let held = escrow.held();
			(escrow.requester, held)
		});
		Self::is_on_hold(HoldReason::Escrow, escrows, "escrows differ from what is on hold")
	}

	/// A dealer has exactly the sum of its deposits on hold.
	fn deposits_are_on_hold() -> Result<(), TryRuntimeError> {
		let deposits = Deposits::<T>::iter().map(|(_, dealer, amount)| (dealer, amount));
		Self::is_on_hold(HoldReason::Deposit, deposits, "deposits differ from what is on hold")
	}

	/// A bond is released or forfeited within the call that holds it.
	fn no_bond_is_on_hold() -> Result<(), TryRuntimeError> {
		Self::is_on_hold(HoldReason::Bond, core::iter::empty(), "a bond outlived its call")
	}

	/// No more of the data reward is left than there was, and a settled fee is gone.
	fn escrows_are_sound() -> Result<(), TryRuntimeError> {
		for (_, escrow) in Escrows::<T>::iter() {
			ensure!(escrow.data_left <= escrow.data_reward, "a data reward grew");
			ensure!(!escrow.settled || escrow.fee == 0, "a settled fee is still there");
		}
		Ok(())
	}

	/// Looks at all accounts that there are: a hold whose escrow or deposit is gone would never be given back.
	fn is_on_hold(
		reason: HoldReason,
		parts: impl Iterator<Item = (AccountId, Balance)>,
		complaint: &'static str,
	) -> Result<(), TryRuntimeError> {
		let mut sums = BTreeMap::<AccountId, Balance>::new();
		for (account, amount) in parts {
			let sum = sums.entry(account).or_default();
			*sum = sum.saturating_add(amount);
		}
		let reason = reason.into();
		for account in frame_system::Account::<T>::iter_keys() {
			let sum = sums.remove(&account).unwrap_or_default();
			ensure!(T::Currency::balance_on_hold(&reason, &account) == sum, complaint);
		}
		ensure!(sums.values().all(|sum| *sum == 0), complaint);
		Ok(())
	}
}
