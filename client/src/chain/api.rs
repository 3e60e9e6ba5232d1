//! The runtime API, typed.

use super::{calls::Mismatch, layout::Own, state::pruned, Chain, ChainError, Head};
use codec::{Decode, DecodeAll, Encode};
use ostraka_primitives::{
	api::{NodeInfo, Prices, Quote, TaskInfo},
	fault::PendingSlash,
	odds::Odds,
	spec::TaskSpec,
	task::{ClassParameters, DrawError, Outcome, SecurityClass, TaskResult, TaskStatus},
	AccountId, Balance, BlockNumber, TaskId,
};
use scale_info::{meta_type, MetaType};
use std::{collections::BTreeSet, future::Future};
use subxt::metadata::Metadata;

const API: &str = "OstrakaApi";
/// Most nodes that are listed; a chain has some thousand at most.
const MOST_NODES: usize = 1 << 16;

/// The methods that are called, with their arguments and what they return.
fn forms() -> Vec<(&'static str, Vec<MetaType>, MetaType)> {
	vec![
		("node", vec![meta_type::<AccountId>()], meta_type::<Option<NodeInfo>>()),
		("nodes", vec![meta_type::<Option<AccountId>>()], meta_type::<Vec<NodeInfo>>()),
		("task", vec![meta_type::<TaskId>()], meta_type::<Option<TaskInfo>>()),
		("result", vec![meta_type::<TaskId>()], meta_type::<Option<TaskResult>>()),
		(
			"pending_slashes",
			vec![meta_type::<AccountId>()],
			meta_type::<Vec<(u32, PendingSlash)>>(),
		),
		("expected_rewards", vec![meta_type::<AccountId>()], meta_type::<Balance>()),
		("class", vec![meta_type::<SecurityClass>()], meta_type::<ClassParameters>()),
		(
			"least_fee",
			vec![
				meta_type::<TaskSpec>(),
				meta_type::<SecurityClass>(),
				meta_type::<u32>(),
				meta_type::<BlockNumber>(),
				meta_type::<BlockNumber>(),
			],
			meta_type::<Quote>(),
		),
		("prices", vec![], meta_type::<Prices>()),
		("odds", vec![meta_type::<SecurityClass>(), meta_type::<Balance>()], meta_type::<Odds>()),
		("is_insecure", vec![], meta_type::<bool>()),
	]
}

/// Holds the methods against a chain's metadata.
pub(super) fn check(metadata: &Metadata) -> Result<(), Mismatch> {
	let api = metadata
		.runtime_api_trait_by_name(API)
		.ok_or(Mismatch::Absent(format!("it has no runtime API `{API}`")))?;
	for (name, arguments, answer) in forms() {
		let differs = |what: String| Mismatch::Differs(format!("{API}.{name}: {what}"));
		let method = api.method_by_name(name).ok_or(differs("it is not there".to_owned()))?;
		let theirs: Vec<u32> = method.inputs().map(|input| input.id).collect();
		if theirs.len() != arguments.len() {
			return Err(differs(format!("it takes {} arguments", theirs.len())));
		}
		let own = Own::new(arguments.into_iter().chain([answer]));
		for (place, id) in theirs.into_iter().chain([method.output_ty()]).enumerate() {
			own.matches(place, metadata.types(), id).map_err(differs)?;
		}
	}
	Ok(())
}

impl Chain {
	async fn call<T: Decode>(
		&self,
		method: &str,
		arguments: impl Encode,
		block: Head,
	) -> Result<T, ChainError> {
		let function = format!("{API}_{method}");
		let arguments = arguments.encode();
		let (function, arguments, hash) = (function.as_str(), arguments.as_slice(), block.hash);
		let answer = self
			.0
			.link
			.ask(|rpc| async move { rpc.state_call(function, Some(arguments), Some(hash)).await })
			.await
			.map_err(|error| pruned(error, block.number))?;
		T::decode_all(&mut answer.as_slice())
			.map_err(|error| ChainError::Unreadable(format!("{function}: {error}")))
	}

	/// A node.
	pub async fn node(&self, account: &AccountId) -> Result<Option<NodeInfo>, ChainError> {
		self.call("node", account, self.head()).await
	}

	/// All nodes.
	pub async fn nodes(&self) -> Result<Vec<NodeInfo>, ChainError> {
		self.nodes_at(self.head()).await
	}

	/// All nodes as of a block.
	///
	/// # Errors
	/// `Pruned`, `Unreadable` if there is no end to them.
	pub async fn nodes_at(&self, head: Head) -> Result<Vec<NodeInfo>, ChainError> {
		pages(|after| self.call("nodes", after, head)).await
	}

	/// A task.
	///
	/// # Errors
	/// `NoTask`, `Undrawn`.
	pub async fn task(&self, task: TaskId) -> Result<TaskInfo, ChainError> {
		self.task_at(task, self.head()).await
	}

	/// A task as of a block.
	///
	/// # Errors
	/// `NoTask`, `Undrawn`, `Pruned`.
	pub async fn task_at(&self, task: TaskId, block: Head) -> Result<TaskInfo, ChainError> {
		match self.task_if_any(task, block).await? {
			Some(info) => Ok(info),
			None => Err(match self.status(task, block).await? {
				Some(TaskStatus::Settled(Outcome::Failed(reason))) => {
					ChainError::Undrawn { task, reason }
				},
				_ => ChainError::NoTask(task),
			}),
		}
	}

	/// A task as of a block; `None` if there is none, or its state is all that is left of it.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn task_if_any(
		&self,
		task: TaskId,
		block: Head,
	) -> Result<Option<TaskInfo>, ChainError> {
		self.call("task", task, block).await
	}

	/// A published result.
	pub async fn result(&self, task: TaskId) -> Result<Option<TaskResult>, ChainError> {
		self.result_at(task, self.head()).await
	}

	/// A result that was published by a block.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn result_at(
		&self,
		task: TaskId,
		block: Head,
	) -> Result<Option<TaskResult>, ChainError> {
		self.call("result", task, block).await
	}

	/// Slashes of an account's node that Root can still cancel, by their numbers.
	pub async fn pending_slashes(
		&self,
		account: &AccountId,
	) -> Result<Vec<(u32, PendingSlash)>, ChainError> {
		self.pending_slashes_at(account, self.head()).await
	}

	/// Slashes of an account's node that Root can still cancel as of a block, by their numbers.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn pending_slashes_at(
		&self,
		account: &AccountId,
		block: Head,
	) -> Result<Vec<(u32, PendingSlash)>, ChainError> {
		self.call("pending_slashes", account, block).await
	}

	/// What an account will be paid by unsettled tasks, if they complete and it does its part.
	pub async fn expected_rewards(&self, account: &AccountId) -> Result<Balance, ChainError> {
		self.call("expected_rewards", account, self.head()).await
	}

	/// What the chain asks of tasks of a class.
	pub async fn class(&self, class: SecurityClass) -> Result<ClassParameters, ChainError> {
		self.call("class", class, self.head()).await
	}

	/// Least fee of a task that invites so many dealers, and leaves them so many blocks for accepting and for dealing, were it
	/// published now. It rises as the chain fills.
	pub async fn least_fee(
		&self,
		spec: &TaskSpec,
		class: SecurityClass,
		invited: u32,
		(accept, collect): (BlockNumber, BlockNumber),
	) -> Result<Quote, ChainError> {
		self.call("least_fee", (spec, class, invited, accept, collect), self.head()).await
	}

	/// Prices in force, and how full the chain is.
	pub async fn prices(&self) -> Result<Prices, ChainError> {
		self.call("prices", (), self.head()).await
	}

	/// The odds that a committee of a class, drawn of the nodes that can be drawn now, is captured, and what that costs who
	/// asks for a task with this fee again and again; and those that its panel is.
	pub async fn odds(&self, class: SecurityClass, fee: Balance) -> Result<Odds, ChainError> {
		self.call("odds", (class, fee), self.head()).await
	}

	/// What keeps a task from its committee, in words; `None` if nothing does, or the chain does not tell.
	pub async fn draw_obstacle(&self, task: TaskId) -> Result<Option<&'static str>, ChainError> {
		let pallet = self.metadata().pallet_by_name("Tasks");
		let Some(view) = pallet.and_then(|pallet| pallet.view_function_by_name("draw_obstacle"))
		else {
			return Ok(None);
		};
		let arguments = (view.query_id(), task.encode()).encode();
		let (function, arguments) =
			("RuntimeViewFunction_execute_view_function", arguments.as_slice());
		let head = self.head();
		let answer = self
			.0
			.link
			.ask(
				|rpc| async move { rpc.state_call(function, Some(arguments), Some(head.hash)).await },
			)
			.await
			.map_err(|error| pruned(error, head.number))?;
		let unreadable =
			|error: codec::Error| ChainError::Unreadable(format!("draw_obstacle: {error}"));
		let answer: Result<Vec<u8>, u8> =
			Decode::decode(&mut answer.as_slice()).map_err(unreadable)?;
		let Ok(bytes) = answer else { return Ok(None) };
		let obstacle = <Option<DrawError>>::decode(&mut bytes.as_slice()).map_err(unreadable)?;
		Ok(obstacle.map(|obstacle| match obstacle {
			DrawError::TooFewNodes => "too few compute nodes are active",
			DrawError::TooLittleStake => {
				"too few compute nodes have the stake that the class asks for"
			},
			DrawError::TooLittleCapacity => {
				"too few compute nodes with enough stake have room for another task"
			},
			DrawError::TooFewVerifiers => {
				"too few nodes that verify have enough stake and room for another task, beside those that may be on the committee"
			},
		}))
	}

	/// Whether the chain's draws are predictable: a chain to try things out on.
	pub async fn is_insecure(&self) -> Result<bool, ChainError> {
		self.call("is_insecure", (), self.head()).await
	}
}

/// All nodes, page by page: each is asked for by the last operator of the one before, until one has nothing new.
///
/// # Errors
/// `Unreadable` if there are more than [`MOST_NODES`].
async fn pages<F>(ask: impl Fn(Option<AccountId>) -> F) -> Result<Vec<NodeInfo>, ChainError>
where
	F: Future<Output = Result<Vec<NodeInfo>, ChainError>>,
{
	let mut nodes: Vec<NodeInfo> = Vec::new();
	let mut known = BTreeSet::new();
	loop {
		let page = ask(nodes.last().map(|node| node.account.clone())).await?;
		let before = nodes.len();
		// a page may start with the node that it was asked to come after
		nodes.extend(page.into_iter().filter(|node| known.insert(node.account.clone())));
		if nodes.len() == before {
			return Ok(nodes);
		}
		if nodes.len() > MOST_NODES {
			return Err(ChainError::Unreadable(format!("it lists more than {MOST_NODES} nodes")));
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::role::Role;
	use sp_core::ed25519;
	use std::cell::Cell;

	fn node(number: u64) -> NodeInfo {
		let mut account = [0; 32];
		account[..8].copy_from_slice(&number.to_be_bytes());
		NodeInfo {
			account: AccountId::new(account),
			worker: ed25519::Public::from_raw([0; 32]),
			seal_key: [0; 32],
			stake: 0,
			unbonding: 0,
			active: true,
			capacity: 1,
			assigned: 0,
			completed: 0,
			absences: 0,
			convictions: 0,
			role: Role::Both,
		}
	}

	/// The place of a node that [`node`] made.
	fn number(account: &AccountId) -> u64 {
		let bytes: &[u8] = account.as_ref();
		u64::from_be_bytes(bytes[..8].try_into().expect("eight bytes"))
	}

	#[tokio::test]
	async fn nodes_come_page_by_page() {
		let asked = Cell::new(0);
		let nodes = pages(|after| {
			asked.set(asked.get() + 1);
			// the node that was named comes again
			let from = after.map_or(0, |account| number(&account));
			async move { Ok((from..600u64.min(from + 256)).map(node).collect()) }
		});
		let nodes = nodes.await.expect("an end");
		let numbers: Vec<u64> = nodes.iter().map(|node| number(&node.account)).collect();
		assert_eq!(numbers, (0..600).collect::<Vec<_>>());
		assert_eq!(asked.get(), 4);
	}

	#[tokio::test]
	async fn nodes_without_an_end_are_an_error() {
		let asked = Cell::new(0);
		let nodes = pages(|after| {
			asked.set(asked.get() + 1);
			let from = after.map_or(0, |account| number(&account) + 1);
			async move { Ok((from..from + 256).map(node).collect()) }
		});
		let error = nodes.await.expect_err("no end");
		assert!(error.to_string().contains("more than 65536 nodes"), "{error}");
		assert!(asked.get() <= MOST_NODES / 256 + 1);
	}
}
