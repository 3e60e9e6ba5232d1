//! Policies and sets as clients see them: for the view functions.

use crate::*;
use ostraka_primitives::MAX_DEALERS;

impl<T: Config> Pallet<T> {
	pub(crate) fn allowance_of(dealer: &AccountId, dataset: &Digest) -> Allowance {
		let policy =
			Self::standing(dealer, dataset).map(|standing| standing.now).unwrap_or_default();
		let Some(quota) = &policy.quota else {
			return Allowance { left: None, next_at: None, policy };
		};
		let usage = Self::usage(dealer, dataset, &Histories::<T>::get(dealer));
		let left = usage.left(quota, Self::now());
		let next_at = (left == 0).then(|| usage.admits_from(quota));
		Allowance { left: Some(left), next_at, policy }
	}

	pub(crate) fn nearest_to(mut dealers: Vec<AccountId>) -> Vec<(TaskId, u32)> {
		if dealers.len() > MAX_DEALERS as usize {
			return Vec::new();
		}
		dealers.sort();
		dealers.dedup();
		Self::near_to(&dealers)
	}
}
