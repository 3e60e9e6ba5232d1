//! What is remembered of each dealer: the last tasks that it dealt to.

use crate::*;
use ostraka_primitives::consent::Agreed;

impl<T: Config> Pallet<T> {
	/// What counts against a quota of this data set.
	pub(crate) fn usage(dealer: &AccountId, dataset: &Digest, history: &[Entry]) -> Usage {
		Usage::of(history, dataset, &Forgotten::<T>::get(dealer, dataset))
	}

	/// Notes a dealing, unless the quota that its dealer agreed to is spent.
	pub(crate) fn note_dealing(
		task: TaskId,
		dealer: &AccountId,
		agreed: &Agreed,
	) -> DispatchResult {
		let at = Self::now();
		let Agreed { dataset, quota, least_difference } = *agreed;
		let mut history = Histories::<T>::get(dealer);
		history.retain(|entry| entry.task != task);
		if let Some(quota) = &quota {
			let usage = Self::usage(dealer, &dataset, &history);
			ensure!(usage.left(quota, at) > 0, Error::<T>::QuotaSpent);
		}
		if history.is_full() {
			Self::forget(dealer, &history.remove(0));
		}
		let entry = Entry { task, dataset, at, least_difference };
		let _ = history.try_push(entry).defensive_proof("the oldest entry made place");
		Histories::<T>::insert(dealer, history);
		Ok(())
	}

	/// An entry makes place for a newer one. A quota must not be had back by tasks over other data sets that push out the entries
	/// that count against it.
	fn forget(dealer: &AccountId, entry: &Entry) {
		if !Policies::<T>::contains_key(dealer, entry.dataset) {
			return;
		}
		Forgotten::<T>::mutate(dealer, entry.dataset, |blocks| {
			// As many as the largest quota counts are newer: it is spent without the oldest.
			if blocks.is_full() {
				blocks.remove(0);
			}
			let _ = blocks.try_push(entry.at).defensive_proof("the oldest block made place");
		});
	}

	/// Takes a dealing out, unless newer ones have pushed it out already: then the quota counts it still.
	pub(crate) fn forgive(task: TaskId, dealer: &AccountId) {
		Histories::<T>::mutate_exists(dealer, |stored| {
			let Some(history) = stored else { return };
			history.retain(|entry| entry.task != task);
			if history.is_empty() {
				*stored = None;
			}
		});
	}
}
