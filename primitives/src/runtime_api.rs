//! The runtime API for clients that have no metadata of view functions (polkadot.js among them).

use crate::{
	api::{NodeInfo, TaskInfo},
	odds::Odds,
	spec::TaskSpec,
	task::{ClassParameters, SecurityClass, TaskResult},
	AccountId, Balance, TaskId,
};
use alloc::vec::Vec;

sp_api::decl_runtime_apis! {
	/// Read access to nodes, tasks, results and rewards.
	pub trait OstrakaApi {
		/// A node by its operator's account.
		fn node(account: AccountId) -> Option<NodeInfo>;
		/// A page of up to 256 registered nodes, in the order of storage: the first ones without an account, else those
		/// that follow that operator's. The last one's account asks for the next page; an empty page is the end.
		fn nodes(after: Option<AccountId>) -> Vec<NodeInfo>;
		/// A task.
		fn task(task: TaskId) -> Option<TaskInfo>;
		/// A published result.
		fn result(task: TaskId) -> Option<TaskResult>;
		/// What this account will be paid by unsettled tasks, if they complete and it does its part. Nothing of it is
		/// earned yet.
		fn expected_rewards(account: AccountId) -> Balance;
		/// What a class asks of tasks that are submitted now.
		fn class(class: SecurityClass) -> ClassParameters;
		/// Least fee of a task with this spec and class that invites so many dealers.
		fn least_fee(spec: TaskSpec, class: SecurityClass, invited: u32) -> Balance;
		/// How likely a committee of this class, drawn of the nodes that can be drawn now, is captured by who holds a fifth or
		/// a third of the stake, and what that costs on average where a task with this fee is asked for again and again.
		fn odds(class: SecurityClass, fee: Balance) -> Odds;
		/// Whether the chain's draws are predictable (a dev chain's mock randomness): for trying out only.
		fn is_insecure() -> bool;
	}
}
