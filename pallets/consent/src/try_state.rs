//! The pallet's invariants, one function each.

use crate::*;
use alloc::collections::{BTreeMap, BTreeSet};
use frame::{deps::sp_runtime::TryRuntimeError, token::fungible::hold::Inspect as _};
use ostraka_primitives::MAX_DEALERS;

impl<T: Config> Pallet<T> {
	/// Checks all invariants.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::deposits_are_on_hold()?;
		Self::policies_are_sound()?;
		Self::what_holds_is_tightest()?;
		Self::forgotten_has_a_policy()?;
		Self::histories_are_sound()?;
		Self::sets_are_sound()?;
		Self::sets_have_all_their_dealers()
	}

	/// A dealer has exactly the sum of its policies' deposits on hold.
	fn deposits_are_on_hold() -> Result<(), TryRuntimeError> {
		let mut sums = BTreeMap::<AccountId, Balance>::new();
		for (dealer, _, standing) in Policies::<T>::iter() {
			let sum = sums.entry(dealer).or_default();
			*sum = sum.saturating_add(standing.deposit);
		}
		let reason = HoldReason::Policy.into();
		for account in frame_system::Account::<T>::iter_keys() {
			let sum = sums.remove(&account).unwrap_or_default();
			ensure!(
				T::Currency::balance_on_hold(&reason, &account) == sum,
				"deposits of policies differ from what is on hold"
			);
		}
		ensure!(sums.is_empty(), "a policy of an account that is not there");
		Ok(())
	}

	/// What holds and what will is within bounds, with co-dealers in order.
	fn policies_are_sound() -> Result<(), TryRuntimeError> {
		for (_, _, standing) in Policies::<T>::iter() {
			let next = standing.next.and_then(|(policy, _)| policy);
			for policy in [Some(standing.now), next].into_iter().flatten() {
				ensure!(policy.is_sound(), "an unsound policy");
				ensure!(policy.co_dealers.is_sorted(), "co-dealers out of order");
			}
		}
		Ok(())
	}

	/// What holds is at least as tight as what is to follow.
	fn what_holds_is_tightest() -> Result<(), TryRuntimeError> {
		for (_, _, standing) in Policies::<T>::iter() {
			if let Some((Some(policy), _)) = &standing.next {
				ensure!(
					crate::types::stricter(&standing.now, policy).as_ref() == Some(&standing.now),
					"a policy is held back that is tighter"
				);
			}
		}
		Ok(())
	}

	/// What was pushed out is kept for the sake of a policy, oldest first, and came before what was not.
	fn forgotten_has_a_policy() -> Result<(), TryRuntimeError> {
		for (dealer, dataset, blocks) in Forgotten::<T>::iter() {
			ensure!(!blocks.is_empty(), "a list of forgotten dealings without one");
			ensure!(blocks.is_sorted(), "forgotten dealings out of order");
			let history = Histories::<T>::get(&dealer);
			let is_newer = |entry: &Entry| blocks.last().is_none_or(|last| *last <= entry.at);
			ensure!(
				history.iter().filter(|entry| entry.dataset == dataset).all(is_newer),
				"a forgotten dealing is newer than one that is remembered"
			);
			ensure!(
				Policies::<T>::contains_key(dealer, dataset),
				"a forgotten dealing without a policy"
			);
		}
		Ok(())
	}

	/// No history is empty; the others have each task once, oldest first.
	fn histories_are_sound() -> Result<(), TryRuntimeError> {
		for (_, history) in Histories::<T>::iter() {
			ensure!(!history.is_empty(), "an empty history");
			ensure!(history.is_sorted_by_key(|entry| entry.at), "a history out of order");
			let tasks: BTreeSet<_> = history.iter().map(|entry| entry.task).collect();
			ensure!(tasks.len() == history.len(), "a task twice in a history");
			let is_sound = |entry: &Entry| entry.least_difference <= MAX_DIFFERENCE;
			ensure!(history.iter().all(is_sound), "an entry asks for too great a difference");
		}
		Ok(())
	}

	/// A set has as many dealers as there can be, and asks for a difference that there can be.
	fn sets_are_sound() -> Result<(), TryRuntimeError> {
		for (_, set) in Sets::<T>::iter() {
			ensure!(set.dealers <= MAX_DEALERS, "a set has too many dealers");
			ensure!(set.least_difference <= MAX_DIFFERENCE, "a set asks for too much");
		}
		Ok(())
	}

	/// No more dealers remember a frozen task than its set has: each that fell away was taken out.
	fn sets_have_all_their_dealers() -> Result<(), TryRuntimeError> {
		let mut remembered = BTreeMap::<TaskId, u32>::new();
		for (_, history) in Histories::<T>::iter() {
			for entry in history {
				let count = remembered.entry(entry.task).or_default();
				*count = count.saturating_add(1);
			}
		}
		for (task, count) in remembered {
			if let Some(set) = Sets::<T>::get(task) {
				ensure!(count <= set.dealers, "a dealer that is not in a set remembers its task");
			}
		}
		Ok(())
	}
}
