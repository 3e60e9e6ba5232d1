//! Nodes as clients see them: for the runtime API and the view functions.

use crate::*;

impl<T: Config> Pallet<T> {
	/// The operator's node.
	pub fn node_info(account: &AccountId) -> Option<NodeInfo> {
		Nodes::<T>::get(account).map(|node| Self::describe(account.clone(), node))
	}

	/// Up to [`NODES_PAGE`] nodes in the order of storage, which is by hash and stable: those after
	/// the given operator's, or the first ones. The last one's account asks for the next page.
	pub fn nodes(after: Option<AccountId>) -> Vec<NodeInfo> {
		let nodes = match after {
			Some(account) => Nodes::<T>::iter_from(Nodes::<T>::hashed_key_for(account)),
			None => Nodes::<T>::iter(),
		};
		nodes.take(NODES_PAGE).map(|(account, node)| Self::describe(account, node)).collect()
	}

	/// The tasks that the operator's node sits on, under whichever worker key.
	pub fn tasks_of(account: &AccountId) -> Vec<TaskId> {
		Self::held_seats(account).into_iter().map(|(task, _)| task).collect()
	}

	/// The seats that the operator's node holds, by task. They are read one by one, up to
	/// [`MAX_ASSIGNMENTS`].
	pub(crate) fn held_seats(account: &AccountId) -> Vec<(TaskId, HeldSeat)> {
		let mut seats: Vec<_> = Seats::<T>::iter_prefix(account).collect();
		seats.sort_unstable_by_key(|(task, _)| *task);
		seats
	}

	/// Slashes of the operator's node that Root can still cancel, by their numbers: at most [`MAX_PENDING`], read one by one.
	///
	/// [`MAX_PENDING`]: crate::types::MAX_PENDING
	pub fn pending_slashes_of(account: &AccountId) -> Vec<(u32, PendingSlash)> {
		let mut slashes: Vec<_> = PendingSlashes::<T>::iter_prefix(account).collect();
		slashes.sort_unstable_by_key(|(index, _)| *index);
		slashes
	}

	fn describe(account: AccountId, node: Node) -> NodeInfo {
		NodeInfo {
			worker: node.worker,
			seal_key: node.seal_key,
			stake: node.stake,
			unbonding: node.unbonding_total(),
			active: node.active_since.is_some(),
			capacity: node.capacity,
			assigned: node.assigned,
			completed: node.reputation.completed,
			absences: node.reputation.absences,
			convictions: node.reputation.convictions,
			role: node.role,
			account,
		}
	}
}
