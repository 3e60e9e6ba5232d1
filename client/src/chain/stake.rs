//! Unbonding stake, and nodes for a committee: for messages that say when, and what is missing.

use super::{layout::Own, Chain, ChainError};
use codec::Decode;
use ostraka_primitives::{
	task::ClassParameters, AccountId, Balance, BlockNumber, SealKeyBytes, WorkerKey,
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

	/// How many nodes there are for a committee, in words: what is missing shows in the numbers.
	pub async fn supply_of_nodes(
		&self,
		parameters: &ClassParameters,
	) -> Result<String, ChainError> {
		let least: Balance = self.constant("Registry", "MinStake").unwrap_or_default();
		let buffer: Balance = self.constant("Registry", "AbsenceBuffer").unwrap_or_default();
		let least = least.saturating_mul(parameters.stake_factor.into()).saturating_sub(buffer);
		let nodes = self.nodes().await?;
		let active: Vec<_> = nodes.iter().filter(|node| node.active).collect();
		let staked: Vec<_> = active.iter().filter(|node| node.stake >= least).collect();
		let seat: Balance = self.constant("Registry", "SeatStake").unwrap_or(1);
		let covers = |stake: Balance| stake.checked_div(seat).unwrap_or_default();
		let room = |assigned: u32, capacity: u32, stake: Balance| {
			Balance::from(assigned) < covers(stake).min(capacity.into())
		};
		let free =
			staked.iter().filter(|node| room(node.assigned, node.capacity, node.stake)).count();
		Ok(format!(
			"the committee needs {} nodes with {} of stake each; of {} nodes {} are in selection, {} of them have that \
			 stake, and {free} of those room for another task (nodes of the requester and of dealers who accept do not count)",
			parameters.seats,
			self.token().render(least),
			nodes.len(),
			active.len(),
			staked.len(),
		))
	}
}
