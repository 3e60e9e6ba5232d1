//! What other pallets ask of this one.

use crate::*;
use ostraka_primitives::{
	consent::Agreed,
	task::FailReason,
	traits::{AcceptedSet, Asked, Consent},
};

impl<T: Config> Consent for Pallet<T> {
	fn accept(
		dealer: &AccountId,
		dataset: &Digest,
		asked: &Asked,
	) -> Result<Agreed, DispatchError> {
		Self::agree(dealer, dataset, asked)
	}

	fn dealt(task: TaskId, dealer: &AccountId, agreed: &Agreed) -> DispatchResult {
		Self::note_dealing(task, dealer, agreed)
	}

	fn fell_away(task: TaskId, dealer: &AccountId) {
		Self::forgive(task, dealer);
	}

	fn freeze(set: &AcceptedSet) -> Result<(), FailReason> {
		Self::admit(set)
	}

	fn freeze_weight(dealers: u32) -> Weight {
		T::WeightInfo::freeze(dealers)
	}

	fn unreleased(task: TaskId) {
		Sets::<T>::remove(task);
	}
}
