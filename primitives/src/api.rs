//! Nodes, tasks and prices as the runtime API and the view functions give them to clients.

use crate::{
	rent::{Occupancy, Rent},
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

/// Prices in force, and how full places and seats are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Prices {
	/// For a draw, paid at the submission and never returned.
	pub draw_fee: Balance,
	/// Base part of the fee, a seat.
	pub base_fee_per_seat: Balance,
	/// Least rest of the fee, a seat, for each entry of each invited dealer's vector.
	pub fee_per_element: Balance,
	/// A dealer's deposit.
	pub dealer_deposit: Balance,
	/// A block of a place, were it taken now.
	pub place_rent: Balance,
	/// A block of one seat, were a task of one seat submitted now.
	pub seat_rent: Balance,
	/// Places of open tasks.
	pub places: Occupancy,
	/// Seats of open tasks, drawn or not, of all that there are.
	pub seats: Occupancy,
	/// A byte of state that a task leaves for good: of its record once it is drawn, and of its result.
	pub byte_fee: Balance,
}

/// Least fee of a task, were it submitted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Quote {
	/// For the work of committee and panel.
	pub work: Balance,
	/// For the place, the seats and the bytes that stay: what is kept of the fee, and the price of a block and of a byte. What is
	/// not used of it goes where the rest of the fee goes.
	pub rent: Rent,
	/// Bytes that are reckoned with, whatever the task's conditions: those of its record and of its result.
	pub bytes: u32,
	/// Work and rent together.
	pub least: Balance,
}
