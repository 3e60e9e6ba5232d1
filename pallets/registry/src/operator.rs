//! What an operator's calls do.

use crate::*;
use frame::token::Precision;

impl<T: Config> Pallet<T> {
	/// This block's number.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	pub(crate) fn known(operator: &AccountId) -> Result<Node, Error<T>> {
		Nodes::<T>::get(operator).ok_or(Error::<T>::NotRegistered)
	}

	fn check_capacity(capacity: u32) -> DispatchResult {
		ensure!((1..=MAX_ASSIGNMENTS).contains(&capacity), Error::<T>::InvalidCapacity);
		Ok(())
	}

	pub(crate) fn do_register(
		operator: AccountId,
		node: &NewNode,
		proof: &[u8; 64],
		signature: &WorkerSignature,
	) -> DispatchResult {
		Self::check_new_node(&operator, node)?;
		Self::check_keys(&operator, &node.worker, &node.seal_key, proof, signature)?;
		Self::admit(&operator, node)?;
		let NewNode { worker, stake, capacity, role, .. } = *node;
		Self::deposit_event(Event::Registered { operator, worker, stake, capacity, role });
		Ok(())
	}

	/// As [`Self::do_register`], without proofs.
	pub(crate) fn admit_genesis(node: &GenesisNode) -> DispatchResult {
		let seal_key = SealKeyBytes::try_from(node.seal_key.as_ref())
			.map_err(|_| Error::<T>::InvalidSealKey)?;
		let GenesisNode { worker, stake, capacity, role, .. } = *node;
		let new = NewNode { worker, seal_key, stake, capacity, role };
		Self::check_new_node(&node.account, &new)?;
		Self::check_keys_free(&worker, &seal_key)?;
		Self::admit(&node.account, &new)
	}

	fn check_new_node(operator: &AccountId, node: &NewNode) -> DispatchResult {
		ensure!(!Nodes::<T>::contains_key(operator), Error::<T>::AlreadyRegistered);
		ensure!(node.stake >= T::MinStake::get(), Error::<T>::BelowLeastStake);
		Self::check_capacity(node.capacity)
	}

	/// Holds the stake of a new node whose claims are checked, and puts it in selection.
	pub(crate) fn admit(operator: &AccountId, node: &NewNode) -> DispatchResult {
		let NewNode { worker, seal_key, stake, capacity, role } = *node;
		T::Currency::hold(&HoldReason::Stake.into(), operator, stake)?;
		Self::claim_keys(operator, &worker, &seal_key);
		let node = Node {
			worker,
			seal_key,
			capacity,
			stake,
			unbonding: BoundedVec::new(),
			active_since: Some(Self::now()),
			reputation: Reputation::default(),
			assigned: 0,
			pinned: 0,
			role,
		};
		Self::enter(operator, &node)
	}

	pub(crate) fn do_bond(operator: AccountId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		let mut node = Self::known(&operator)?;
		T::Currency::hold(&HoldReason::Stake.into(), &operator, amount)?;
		node.stake = node.stake.saturating_add(amount);
		// With the seed in sight, more stake could be put where it wins.
		node.active_since = node.active_since.map(|_| Self::now());
		let stake = node.stake;
		Self::store(&operator, &node);
		Self::deposit_event(Event::Bonded { operator, amount, stake });
		Ok(())
	}

	pub(crate) fn do_unbond(operator: AccountId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		let mut node = Self::known(&operator)?;
		let left = node.stake.checked_sub(amount).ok_or(Error::<T>::NotEnoughStake)?;
		// The buffer is for absences, not to take out.
		ensure!(
			node.active_since.is_none() || left >= T::MinStake::get(),
			Error::<T>::BelowLeastStake
		);
		let at = Self::now().saturating_add(T::UnbondingPeriod::get());
		ensure!(node.start_unbonding(amount, at), Error::<T>::TooManyUnlocks);
		Self::store(&operator, &node);
		Self::deposit_event(Event::Unbonding { operator, amount, at, stake: left });
		Ok(())
	}

	/// Returns what it cost: more if nothing of the node is left. Then it is forgotten, or, if Root could still give stake back to
	/// it, stays until it is deregistered.
	pub(crate) fn do_withdraw(operator: AccountId) -> Result<Weight, DispatchError> {
		let mut node = Self::known(&operator)?;
		let now = Self::now();
		let due = node.due(now);
		ensure!(due > 0, Error::<T>::NothingToWithdraw);
		// The unbonding period alone keeps the stake longer than a task runs; this holds also when
		// tasks settle late.
		let amount = due.min(node.held().saturating_sub(Self::needed(&operator, &node)));
		ensure!(amount > 0, Error::<T>::StakeNeeded);
		node.withdraw(amount, now);
		T::Currency::release(&HoldReason::Stake.into(), &operator, amount, Precision::Exact)?;
		Self::deposit_event(Event::Withdrawn { operator: operator.clone(), amount });
		let cost = T::WeightInfo::withdraw(node.assigned);
		// A seat needs stake, so that a node without stake has none; asked all the same.
		if !node.is_empty() || node.assigned > 0 {
			// Bonded stake and selection are as they were.
			Nodes::<T>::insert(&operator, node);
			return Ok(cost);
		}
		if Self::has_pending(&operator) {
			Nodes::<T>::insert(&operator, node);
		} else {
			Self::forget(operator, node.worker);
		}
		Ok(cost.saturating_add(T::WeightInfo::deregister()))
	}

	/// Stake that the seats of the operator's node need: what the most demanding class asks of who has
	/// a seat, and in all of them together what a fault in each can cost. Reads all of them, of
	/// which there are at most [`MAX_ASSIGNMENTS`].
	fn needed(operator: &AccountId, node: &Node) -> Balance {
		let of_class = Seats::<T>::iter_prefix_values(operator).map(|seat| seat.least_stake).max();
		let of_faults = T::SeatStake::get().saturating_mul(node.assigned.into());
		of_class.unwrap_or_default().max(of_faults)
	}

	pub(crate) fn do_chill(operator: AccountId) -> DispatchResult {
		let mut node = Self::known(&operator)?;
		ensure!(node.active_since.is_some(), Error::<T>::NotActive);
		Self::leave_selection(&operator, &mut node, ChillCause::Operator);
		Self::store(&operator, &node);
		Ok(())
	}

	pub(crate) fn do_activate(operator: AccountId) -> DispatchResult {
		let mut node = Self::known(&operator)?;
		ensure!(node.active_since.is_none(), Error::<T>::AlreadyActive);
		ensure!(node.stake >= T::MinStake::get(), Error::<T>::BelowLeastStake);
		node.active_since = Some(Self::now());
		node.reputation.recent = 0;
		Self::enter(&operator, &node)?;
		Self::deposit_event(Event::Activated { operator });
		Ok(())
	}

	pub(crate) fn do_rotate_key(
		operator: AccountId,
		worker: WorkerKey,
		seal_key: SealKeyBytes,
		proof: &[u8; 64],
		signature: &WorkerSignature,
	) -> DispatchResult {
		let mut node = Self::known(&operator)?;
		Self::check_keys(&operator, &worker, &seal_key, proof, signature)?;
		let former = node.worker;
		let former_has_seats = Self::replace_keys(&operator, &mut node, worker, seal_key);
		// Keys play no part in selection.
		Nodes::<T>::insert(&operator, node);
		Self::deposit_event(Event::KeyRotated { operator, worker, former, former_has_seats });
		Ok(())
	}

	pub(crate) fn do_set_capacity(operator: AccountId, capacity: u32) -> DispatchResult {
		Self::check_capacity(capacity)?;
		let mut node = Self::known(&operator)?;
		node.capacity = capacity;
		Self::store(&operator, &node);
		Self::deposit_event(Event::CapacitySet { operator, capacity });
		Ok(())
	}

	pub(crate) fn do_set_role(operator: AccountId, role: Role) -> DispatchResult {
		let mut node = Self::known(&operator)?;
		node.role = role;
		// With the seed in sight, the seats that suit could be chosen.
		node.active_since = node.active_since.map(|_| Self::now());
		Self::store(&operator, &node);
		Self::deposit_event(Event::RoleSet { operator, role });
		Ok(())
	}

	pub(crate) fn do_deregister(operator: AccountId) -> DispatchResult {
		let node = Self::known(&operator)?;
		ensure!(node.active_since.is_none(), Error::<T>::StillActive);
		ensure!(node.held() == 0, Error::<T>::StillBonded);
		ensure!(node.assigned == 0, Error::<T>::StillAssigned);
		ensure!(!Self::has_pending(&operator), Error::<T>::SlashPending);
		Self::forget(operator, node.worker);
		Ok(())
	}

	/// Forgets a node that has neither stake, nor seats, nor slashes that could be cancelled, and is not in selection.
	fn forget(operator: AccountId, worker: WorkerKey) {
		Self::free_keys(&worker);
		Nodes::<T>::remove(&operator);
		Self::deposit_event(Event::Deregistered { operator, worker });
	}
}
