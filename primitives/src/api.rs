//! The runtime API for clients that have no metadata of view functions (polkadot.js among them).

use crate::{
	spec::TaskSpec,
	task::{ClassParameters, Committee, SecurityClass, Task, TaskResult},
	AccountId, Balance, PointBytes, TaskId, WorkerKey,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// A compute node, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct NodeInfo {
	/// The operator.
	pub account: AccountId,
	/// Its worker key.
	pub worker: WorkerKey,
	/// Its `E_j`.
	pub seal_key: PointBytes,
	/// Bonded stake.
	pub stake: Balance,
	/// Stake on its way out.
	pub unbonding: Balance,
	/// Whether it is in selection.
	pub active: bool,
	/// Tasks it will sit on at a time.
	pub capacity: u32,
	/// Tasks it sits on.
	pub assigned: u32,
	/// Result shares accepted, over its life.
	pub completed: u32,
	/// Absences, over its life.
	pub absences: u32,
	/// Convictions, over its life.
	pub convictions: u32,
}

/// A task, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct TaskInfo {
	/// The task.
	pub task: Task,
	/// Its committee; empty before the draw.
	pub committee: Committee,
	/// Its cohort: invited dealers.
	pub dealers: Vec<AccountId>,
	/// Dealings in the chain's state.
	pub dealings: u32,
	/// Dealings excluded by a valid accusation.
	pub excluded: u32,
	/// Members that have committed.
	pub committed: u32,
	/// Right result shares so far.
	pub right_shares: u32,
}

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
		/// Whether the chain's draws are predictable (a dev chain's mock randomness): for trying out only.
		fn is_insecure() -> bool;
	}
}
