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
		Seats::<T>::get(account).iter().map(|seat| seat.task).collect()
	}

	fn describe(account: AccountId, node: Node) -> NodeInfo {
		NodeInfo {
			worker: node.worker,
			seal_key: node.seal_key,
			stake: node.stake,
			unbonding: node.unbonding_total(),
			active: node.active_since.is_some(),
			capacity: node.capacity,
			assigned: Self::assigned(&account),
			completed: node.reputation.completed,
			absences: node.reputation.absences,
			convictions: node.reputation.convictions,
			account,
		}
	}
}
