//! The registry's invariants, one function each.

use crate::*;
use alloc::collections::{BTreeMap, BTreeSet};
use frame::{deps::sp_runtime::TryRuntimeError, token::fungible::hold::Inspect as _};

impl<T: Config> Pallet<T> {
	/// Checks all invariants.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::selection_mirrors_nodes()?;
		Self::stake_covers_free_places()?;
		Self::active_nodes_hold_the_least_stake()?;
		Self::pending_slashes_are_summed()?;
		Self::stake_is_on_hold()?;
		Self::nodes_without_stake_have_a_reason()?;
		Self::chunks_are_not_empty()?;
		Self::nodes_own_their_keys()?;
		Self::keys_are_in_use()?;
		Self::seal_keys_mirror_keys()?;
		Self::seats_have_owners()?;
		Self::seats_are_counted()
	}

	/// [`Candidates`] is ordered and says of exactly the active nodes what [`Nodes`] says.
	fn selection_mirrors_nodes() -> Result<(), TryRuntimeError> {
		let mut expected: Vec<_> = Nodes::<T>::iter()
			.filter_map(|(account, node)| Candidate::of(&account, &node, T::SeatStake::get()))
			.collect();
		expected.sort_by(|left, right| left.account.cmp(&right.account));
		ensure!(
			Candidates::<T>::get().into_inner() == expected,
			"selection differs from the nodes"
		);
		Ok(())
	}

	/// Where a place is free, bonded stake pays for a fault in it and in each seat that is held.
	fn stake_covers_free_places() -> Result<(), TryRuntimeError> {
		for candidate in Candidates::<T>::get().iter().filter(|candidate| candidate.free > 0) {
			let node = Nodes::<T>::get(&candidate.account).ok_or("a candidate is no node")?;
			let seats = node.assigned.saturating_add(candidate.free);
			let worst = T::SeatStake::get().saturating_mul(seats.into());
			ensure!(worst <= candidate.stake, "a place is free that the stake does not cover");
		}
		Ok(())
	}

	/// The least stake but for what absences may take of it.
	fn active_nodes_hold_the_least_stake() -> Result<(), TryRuntimeError> {
		for (_, node) in Nodes::<T>::iter().filter(|(_, node)| node.active_since.is_some()) {
			ensure!(node.stake >= Self::least_to_stay(), "an active node holds too little");
		}
		Ok(())
	}

	/// [`Pending`] sums up [`PendingSlashes`], of which none is empty. All are of nodes, and no more than there is room for.
	fn pending_slashes_are_summed() -> Result<(), TryRuntimeError> {
		let mut sums = BTreeMap::<AccountId, PendingTotal>::new();
		for (culprit, index, slash) in PendingSlashes::<T>::iter() {
			ensure!(slash.offence.culprit == culprit, "a slash is another's");
			ensure!(slash.amount > 0, "a slash of nothing is pending");
			ensure!(index < NextSlash::<T>::get(), "a slash has a number that is to come");
			let sum = sums.entry(culprit).or_default();
			sum.slashes = sum.slashes.saturating_add(1);
			sum.amount = sum.amount.saturating_add(slash.amount);
		}
		let told: BTreeMap<_, _> = Pending::<T>::iter().collect();
		ensure!(told == sums, "the sum of pending slashes differs from them");
		for (culprit, sum) in sums {
			ensure!(Nodes::<T>::contains_key(culprit), "a slash is pending of nobody");
			ensure!(sum.slashes <= MAX_PENDING, "more slashes are pending than there is room for");
		}
		Ok(())
	}

	/// Bonded stake, stake on its way out and pending slashes are all that is on hold, and nobody without a node has any.
	fn stake_is_on_hold() -> Result<(), TryRuntimeError> {
		let reason = HoldReason::Stake.into();
		let mut stakes: BTreeMap<AccountId, Balance> =
			Nodes::<T>::iter().map(|(account, node)| (account, node.held())).collect();
		for (culprit, total) in Pending::<T>::iter() {
			let stake = stakes.entry(culprit).or_default();
			*stake = stake.saturating_add(total.amount);
		}
		for account in frame_system::Account::<T>::iter_keys() {
			let stake = stakes.remove(&account).unwrap_or_default();
			let on_hold = T::Currency::balance_on_hold(&reason, &account);
			ensure!(on_hold == stake, "stake differs from what is on hold");
		}
		ensure!(stakes.values().all(|stake| *stake == 0), "stake differs from what is on hold");
		Ok(())
	}

	/// Who withdrew the last of its stake is forgotten: a node with nothing on hold has a seat left, or lost its stake
	/// by faults and can be deregistered.
	fn nodes_without_stake_have_a_reason() -> Result<(), TryRuntimeError> {
		for (_, node) in Nodes::<T>::iter().filter(|(_, node)| node.held() == 0) {
			let Reputation { absences, convictions, .. } = node.reputation;
			ensure!(
				absences > 0 || convictions > 0 || node.assigned > 0,
				"a node that withdrew all its stake is still there"
			);
		}
		Ok(())
	}

	/// Chunks on their way out are not empty, and no two are due in one block.
	fn chunks_are_not_empty() -> Result<(), TryRuntimeError> {
		for (_, node) in Nodes::<T>::iter() {
			let blocks: BTreeSet<_> = node.unbonding.iter().map(|chunk| chunk.at).collect();
			ensure!(blocks.len() == node.unbonding.len(), "two chunks are due in one block");
			ensure!(node.unbonding.iter().all(|chunk| chunk.amount > 0), "a chunk is empty");
		}
		Ok(())
	}

	/// Each node's present keys are taken in its name.
	fn nodes_own_their_keys() -> Result<(), TryRuntimeError> {
		for (account, node) in Nodes::<T>::iter() {
			let owner = KeyOwner { account, seal_key: node.seal_key };
			ensure!(Keys::<T>::get(node.worker) == Some(owner), "a node does not own its keys");
		}
		Ok(())
	}

	/// Each taken key is a node's present one, or a former one with seats, and not both.
	fn keys_are_in_use() -> Result<(), TryRuntimeError> {
		for (worker, owner) in Keys::<T>::iter() {
			let node = Nodes::<T>::get(&owner.account).ok_or("a key's owner is not registered")?;
			let is_former = FormerKeys::<T>::contains_key(worker);
			ensure!(is_former != (node.worker == worker), "a key is reserved for nothing");
		}
		Ok(())
	}

	/// [`SealKeys`] is the inverse of [`Keys`].
	fn seal_keys_mirror_keys() -> Result<(), TryRuntimeError> {
		for (worker, owner) in Keys::<T>::iter() {
			ensure!(SealKeys::<T>::get(owner.seal_key) == Some(worker), "a seal key is not taken");
		}
		ensure!(
			SealKeys::<T>::iter().count() == Keys::<T>::iter().count(),
			"a seal key is taken without its worker key"
		);
		Ok(())
	}

	/// Seats belong to registered nodes, under keys of theirs.
	fn seats_have_owners() -> Result<(), TryRuntimeError> {
		for (account, _, seat) in Seats::<T>::iter() {
			ensure!(Nodes::<T>::contains_key(&account), "a seat's owner is not registered");
			let owner = Keys::<T>::get(seat.worker).ok_or("a seat's key is not taken")?;
			ensure!(owner.account == account, "a seat's key is another's");
		}
		Ok(())
	}

	/// Nodes say how many seats they hold, and how many of them under their present key;
	/// [`FormerKeys`] says how many there are under each of the others.
	fn seats_are_counted() -> Result<(), TryRuntimeError> {
		let (mut of_nodes, mut of_keys) = (BTreeMap::new(), BTreeMap::new());
		for (account, _, seat) in Seats::<T>::iter() {
			*of_nodes.entry(account).or_insert(0u32) += 1;
			*of_keys.entry(seat.worker).or_insert(0u32) += 1;
		}
		for (account, node) in Nodes::<T>::iter() {
			let held = of_nodes.remove(&account).unwrap_or_default();
			ensure!(node.assigned == held, "a node holds another number of seats");
			let pinned = of_keys.remove(&node.worker).unwrap_or_default();
			ensure!(node.pinned == pinned, "a node's key has another number of seats");
		}
		let former: BTreeMap<_, _> = FormerKeys::<T>::iter().collect();
		ensure!(former == of_keys, "a former key has another number of seats");
		Ok(())
	}
}
