//! Unbonding stake, and nodes for a draw: for messages that say when, and what is missing.

use super::{layout::Own, Chain, ChainError};
use codec::Decode;
use ostraka_primitives::{
	api::NodeInfo, role::Role, task::ClassParameters, AccountId, Balance, BlockNumber,
	SealKeyBytes, WorkerKey,
};
use scale_info::{meta_type, TypeInfo};
use subxt::ext::scale_value::Value;

/// A part of a node's stake on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub struct Unlock {
	/// How much.
	pub amount: Balance,
	/// First block in which it can be withdrawn.
	pub at: BlockNumber,
}

/// What a node is known for.
#[allow(dead_code)] // not read, but part of what is stored
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
struct Reputation {
	completed: u32,
	absences: u32,
	recent: u32,
	convictions: u32,
}

/// A node as the registry stores it.
#[allow(dead_code)] // not all is read, but all is stored
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
struct Node {
	worker: WorkerKey,
	seal_key: SealKeyBytes,
	capacity: u32,
	stake: Balance,
	unbonding: Vec<Unlock>,
	active_since: Option<BlockNumber>,
	reputation: Reputation,
	assigned: u32,
	pinned: u32,
	role: Role,
}

impl Chain {
	/// The parts of a node's stake that are on their way out, the next first; `None` if the account has no node, or the
	/// chain keeps its nodes in another form. Nothing but messages depends on it, so that is no reason to stop.
	pub async fn unlocks(&self, account: &AccountId) -> Result<Option<Vec<Unlock>>, ChainError> {
		let pallet = self.metadata().pallet_by_name("Registry");
		let entry = pallet.and_then(|pallet| pallet.storage()?.entry_by_name("Nodes"));
		let own = Own::new([meta_type::<Node>()]);
		let known = entry
			.is_some_and(|entry| own.matches(0, self.metadata().types(), entry.value_ty()).is_ok());
		if !known {
			return Ok(None);
		}
		let bytes: &[u8] = account.as_ref();
		let node: Option<Node> =
			self.stored("Registry", "Nodes", vec![Value::from_bytes(bytes)], self.head()).await?;
		Ok(node.map(|node| {
			let mut unlocks = node.unbonding;
			unlocks.sort_by_key(|unlock| unlock.at);
			unlocks
		}))
	}

	/// How many nodes there are for a committee and a panel, in words: what is missing shows in the numbers.
	pub async fn supply_of_nodes(
		&self,
		parameters: &ClassParameters,
	) -> Result<String, ChainError> {
		let least: Balance = self.constant("Registry", "MinStake").unwrap_or_default();
		let buffer: Balance = self.constant("Registry", "AbsenceBuffer").unwrap_or_default();
		let least = least.saturating_mul(parameters.stake_factor.into()).saturating_sub(buffer);
		let seat: Balance = self.constant("Registry", "SeatStake").unwrap_or(1);
		let nodes = self.nodes().await?;
		let supply = Supply { nodes: &nodes, least, seat };
		Ok(supply.words(parameters, &self.token().render(least)))
	}
}

/// Nodes, and what a seat asks of one.
struct Supply<'a> {
	nodes: &'a [NodeInfo],
	/// Least stake of who is drawn.
	least: Balance,
	/// Stake that each seat needs to be covered with.
	seat: Balance,
}

impl Supply<'_> {
	fn words(&self, parameters: &ClassParameters, stake: &str) -> String {
		let committee = format!(
			"the committee needs {} nodes with {stake} of stake each; {}",
			parameters.seats,
			self.of("compute", Role::computes)
		);
		let panel = match parameters.verifiers {
			0 => String::new(),
			verifiers => format!(
				"\n  the panel needs {verifiers} others, of as much stake; {}",
				self.of("verify", Role::verifies)
			),
		};
		let besides = "nodes of the requester and of dealers who accept do not count";
		format!("{committee}{panel}\n  {besides}")
	}

	/// Of all nodes those in selection that do this, of these those with the stake, and of these those with room.
	fn of(&self, what: &str, does: fn(Role) -> bool) -> String {
		let active = || self.nodes.iter().filter(move |node| node.active && does(node.role));
		let staked = || active().filter(move |node| node.stake >= self.least);
		let covers = |stake: Balance| stake.checked_div(self.seat).unwrap_or_default();
		let has_room = |node: &&NodeInfo| {
			Balance::from(node.assigned) < covers(node.stake).min(node.capacity.into())
		};
		format!(
			"of {} nodes {} that {what} are in selection, {} of them have that stake, and {} of those room for another task",
			self.nodes.len(),
			active().count(),
			staked().count(),
			staked().filter(has_room).count()
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;

	#[test]
	fn what_a_draw_lacks_shows_in_the_numbers() {
		// covered for two seats
		let node = |role, stake, assigned| NodeInfo { role, stake, assigned, ..fixtures::node() };
		let nodes = [
			node(Role::Compute, 20, 0),
			node(Role::Compute, 20, 2),
			node(Role::Both, 9, 0),
			node(Role::Verify, 20, 1),
			NodeInfo { active: false, ..node(Role::Verify, 20, 0) },
		];
		let supply = Supply { nodes: &nodes, least: 10, seat: 10 };
		let mut parameters = fixtures::task().task.parameters;
		let words = supply.words(&parameters, "0.01 OST");
		let lines: Vec<&str> = words.lines().map(str::trim).collect();
		assert_eq!(
			lines[0],
			"the committee needs 3 nodes with 0.01 OST of stake each; of 5 nodes 3 that compute are in selection, \
			 2 of them have that stake, and 1 of those room for another task"
		);
		assert_eq!(
			lines[1],
			"the panel needs 2 others, of as much stake; of 5 nodes 2 that verify are in selection, 1 of them have that \
			 stake, and 1 of those room for another task"
		);
		assert!(lines[2].starts_with("nodes of the requester"), "{words}");
		parameters.verifiers = 0;
		assert!(!supply.words(&parameters, "0.01 OST").contains("panel"));
	}
}
