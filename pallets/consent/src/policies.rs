//! Policies: how they are set, what of them holds, and what they say to a task.

use crate::*;
use frame::token::Precision;
use ostraka_primitives::{consent::Agreed, traits::Asked};

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	/// How the dealer's policy stands in this block.
	pub(crate) fn standing(dealer: &AccountId, dataset: &Digest) -> Option<Standing> {
		Policies::<T>::get(dealer, dataset).map(|standing| standing.settled(Self::now()))
	}

	pub(crate) fn do_set_policy(
		dealer: AccountId,
		dataset: Digest,
		mut policy: Policy,
	) -> DispatchResult {
		ensure!(policy.is_sound(), Error::<T>::UnsoundPolicy);
		// So that two that name the same are the same.
		policy.co_dealers.sort();
		let present = match Self::standing(&dealer, &dataset) {
			Some(standing) => standing,
			None => {
				let deposit = T::PolicyDeposit::get();
				T::Currency::hold(&HoldReason::Policy.into(), &dealer, deposit)?;
				Standing { now: Policy::default(), next: None, deposit }
			},
		};
		let standing =
			present.set(policy, Self::loose_from()).ok_or(Error::<T>::TooManyCoDealers)?;
		Self::deposit_event(Event::PolicySet {
			dealer: dealer.clone(),
			dataset,
			holds: standing.now.clone(),
		});
		if let Some((policy, at)) = standing.next.clone() {
			Self::deposit_event(Event::LooseningSet {
				dealer: dealer.clone(),
				dataset,
				policy,
				at,
			});
		}
		Policies::<T>::insert(dealer, dataset, standing);
		Ok(())
	}

	pub(crate) fn do_remove_policy(dealer: AccountId, dataset: Digest) -> DispatchResult {
		let mut standing = Self::standing(&dealer, &dataset).ok_or(Error::<T>::NoPolicy)?;
		if standing.is_removed(Self::now()) {
			let reason = HoldReason::Policy.into();
			T::Currency::release(&reason, &dealer, standing.deposit, Precision::Exact)?;
			Policies::<T>::remove(&dealer, dataset);
			Forgotten::<T>::remove(&dealer, dataset);
			Self::deposit_event(Event::PolicyRemoved { dealer, dataset });
			return Ok(());
		}
		ensure!(!matches!(standing.next, Some((None, _))), Error::<T>::NotYet);
		let at = Self::loose_from();
		standing.next = Some((None, at));
		Policies::<T>::insert(&dealer, dataset, standing);
		Self::deposit_event(Event::LooseningSet { dealer, dataset, policy: None, at });
		Ok(())
	}

	/// First block in which holds what is looser and was set in this one.
	fn loose_from() -> BlockNumber {
		Self::now().saturating_add(T::LooseningDelay::get())
	}

	/// What an acceptance agrees to, if the policy admits the task.
	pub(crate) fn agree(
		dealer: &AccountId,
		dataset: &Digest,
		asked: &Asked,
	) -> Result<Agreed, DispatchError> {
		let policy =
			Self::standing(dealer, dataset).map(|standing| standing.now).unwrap_or_default();
		let history = Histories::<T>::get(dealer);
		if let Some(quota) = &policy.quota {
			ensure!(
				Self::usage(dealer, dataset, &history).left(quota, Self::now()) > 0,
				Error::<T>::QuotaSpent
			);
		}
		ensure!(asked.least_dealers >= policy.least_cohort, Error::<T>::TooFewDealersAsked);
		ensure!(
			policy.co_dealers.iter().all(|dealer| asked.required.contains(dealer)),
			Error::<T>::CoDealerNotRequired
		);
		let is_counted = |entry: &&Entry| Some(entry.task) == asked.counting;
		let counted = history.iter().find(is_counted);
		ensure!(
			counted.is_none_or(|counted| counted.dataset == *dataset),
			Error::<T>::OtherDataset
		);
		Ok(Agreed {
			dataset: *dataset,
			quota: policy.quota,
			least_difference: policy.least_difference,
		})
	}
}
