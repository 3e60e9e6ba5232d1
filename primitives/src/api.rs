//! Nodes and tasks as the runtime API and the view functions give them to clients.

use crate::{
	role::Role,
	task::{Committee, Panel, Task},
	AccountId, Balance, SealKeyBytes, WorkerKey,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// A node, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct NodeInfo {
	/// The operator.
	pub account: AccountId,
	/// Its worker key.
	pub worker: WorkerKey,
	/// Its `E_j`.
	pub seal_key: SealKeyBytes,
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
	/// Tasks in which it answered, by a result share or, of a panel, by attesting; over its life.
	pub completed: u32,
	/// Absences, over its life.
	pub absences: u32,
	/// Convictions, over its life.
	pub convictions: u32,
	/// What it lets itself be drawn for.
	pub role: Role,
}

/// A task, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct TaskInfo {
	/// The task.
	pub task: Task,
	/// Its committee; empty before the draw.
	pub committee: Committee,
	/// Its cohort: invited dealers, sorted; empty once it is settled.
	pub dealers: Vec<AccountId>,
	/// Those who have accepted, the recipient among them, in the order in which they did; empty once it is settled.
	pub accepted: Vec<AccountId>,
	/// Dealings in the chain's state, a mask among them.
	pub dealings: u32,
	/// Dealings excluded by a valid accusation or challenge.
	pub excluded: u32,
	/// Members whose attestation stands.
	pub attested: u32,
	/// Members that have committed.
	pub committed: u32,
	/// Right result shares so far.
	pub right_shares: u32,
	/// Its panel; empty before the draw, and where its class asks for none.
	pub panel: Panel,
	/// Verifiers whose attestation stands.
	pub verified: u32,
	/// Dealings that count and were found invalid after the end of verification.
	pub disproven: u32,
	/// Whether the recipient's mask is among the dealings, and was not excluded.
	pub masked: bool,
}
