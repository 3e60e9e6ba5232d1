//! What the registry stores of a node, and the transitions of its stake and reputation. Nothing
//! here knows the pallet's `Config`.
//!
//! # Seats
//! Each is an entry of its own, by operator and task, and how many there are is kept where it is
//! asked for: in [`Node`] those of the operator, and of these those under its present key; in
//! `FormerKeys` those under a former one. So draws, slashes and releases read a node, and its seat
//! of one task if need be, however many others it holds. Only `withdraw` and views look at all.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::deps::{
	sp_core::{Bytes, ConstU32},
	sp_runtime::BoundedVec,
};
use ostraka_primitives::{
	role::Role, AccountId, Balance, BlockNumber, SealKeyBytes, WorkerKey, MAX_ASSIGNMENTS,
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most chunks of stake that one node can have on their way out. A withdrawal clears those that are
/// due.
pub const MAX_UNLOCKS: u32 = 16;

/// Most slashes of one node that Root can still cancel: as many as it can have seats. One more is taken at once.
pub const MAX_PENDING: u32 = MAX_ASSIGNMENTS;

/// Most of a node's last tasks of which is known how they went: bits of [`Reputation::recent`].
pub const MAX_WINDOW: u32 = u32::BITS;

/// A part of the stake on its way out. It stays on hold, and can be slashed, until it is withdrawn.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Unlock {
	/// How much.
	pub amount: Balance,
	/// First block in which it can be withdrawn.
	pub at: BlockNumber,
}

/// Slashes of one node that Root can still cancel. Their stake is no part of [`Node`] any more: it counts in no draw, covers no seat
/// and cannot be withdrawn.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PendingTotal {
	/// How many there are.
	pub slashes: u32,
	/// What all of them come to, on hold with the stake.
	pub amount: Balance,
}

impl PendingTotal {
	/// With one more of this amount; nothing if there is no room for it.
	pub fn with(self, amount: Balance) -> Option<Self> {
		let slashes = self.slashes.saturating_add(1);
		let amount = self.amount.checked_add(amount)?;
		(slashes <= MAX_PENDING).then_some(Self { slashes, amount })
	}

	/// Without one of this amount; nothing if that was the last.
	pub fn without(self, amount: Balance) -> Option<Self> {
		let slashes = self.slashes.saturating_sub(1);
		let amount = self.amount.saturating_sub(amount);
		(slashes > 0).then_some(Self { slashes, amount })
	}
}

/// What a node is known for.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Reputation {
	/// Tasks in which it answered, by a right result share or, of a panel, by attesting.
	pub completed: u32,
	/// Tasks in which it was absent.
	pub absences: u32,
	/// How its last tasks since its activation went, the newest in the lowest bit: 1 for an absence.
	pub recent: u32,
	/// Proven faults.
	pub convictions: u32,
}

impl Reputation {
	/// Notes an answer.
	pub fn answered(&mut self) {
		self.completed = self.completed.saturating_add(1);
		self.recent <<= 1;
	}

	/// Notes an absence.
	pub fn was_absent(&mut self) {
		self.absences = self.absences.saturating_add(1);
		self.recent = (self.recent << 1) | 1;
	}

	/// Absences among its last `window` tasks. Of at most [`MAX_WINDOW`] is known how they went.
	pub fn recent_absences(&self, window: u32) -> u32 {
		let older = u32::MAX.checked_shl(window).unwrap_or_default();
		(self.recent & !older).count_ones()
	}

	/// Notes a proven fault.
	pub fn was_convicted(&mut self) {
		self.convictions = self.convictions.saturating_add(1);
	}
}

/// A registered node. Its operator's account is the key it is stored under.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Node {
	/// Present worker key. Seats keep the one they were drawn with.
	pub worker: WorkerKey,
	/// Present `E_j`, which belongs to the worker key.
	pub seal_key: SealKeyBytes,
	/// Tasks that it will sit on at a time, if its stake covers them: see [`Self::most_seats`].
	pub capacity: u32,
	/// Bonded stake: what counts in a draw.
	pub stake: Balance,
	/// Stake on its way out, by block.
	pub unbonding: BoundedVec<Unlock, ConstU32<MAX_UNLOCKS>>,
	/// Block since which it is in selection with at least its present stake, and in its present role;
	/// `None` if it is not in selection.
	pub active_since: Option<BlockNumber>,
	/// What it is known for.
	pub reputation: Reputation,
	/// Seats that it holds.
	pub assigned: u32,
	/// Those of them that are under the present worker key.
	pub pinned: u32,
	/// What it lets itself be drawn for. Seats that it holds are what they were drawn as.
	pub role: Role,
}

/// A node that is about to be admitted.
pub(crate) struct NewNode {
	pub worker: WorkerKey,
	pub seal_key: SealKeyBytes,
	pub stake: Balance,
	pub capacity: u32,
	pub role: Role,
}

impl Node {
	/// Stake on its way out.
	pub fn unbonding_total(&self) -> Balance {
		self.unbonding.iter().fold(0, |sum, chunk| sum.saturating_add(chunk.amount))
	}

	/// All that a slash can reach. What earlier ones took is on hold beside it until they are applied: see [`PendingTotal`].
	pub fn held(&self) -> Balance {
		self.stake.saturating_add(self.unbonding_total())
	}

	/// Seats that it may be given: as many as its capacity allows, and as its bonded stake can pay
	/// `seat_stake` for.
	pub fn most_seats(&self, seat_stake: Balance) -> u32 {
		let covered = self.stake.checked_div(seat_stake).unwrap_or(Balance::MAX);
		self.capacity.min(u32::try_from(covered).unwrap_or(u32::MAX))
	}

	/// Seats that it can take beside those that it holds.
	pub fn free_seats(&self, seat_stake: Balance) -> u32 {
		self.most_seats(seat_stake).saturating_sub(self.assigned)
	}

	/// Notes a seat under the present worker key.
	pub fn take_seat(&mut self) {
		self.assigned = self.assigned.saturating_add(1);
		self.pinned = self.pinned.saturating_add(1);
	}

	/// Notes that a seat under this worker key is given back. Returns whether the key is a former
	/// one.
	pub fn leave_seat(&mut self, worker: &WorkerKey) -> bool {
		self.assigned = self.assigned.saturating_sub(1);
		let is_former = self.worker != *worker;
		if !is_former {
			self.pinned = self.pinned.saturating_sub(1);
		}
		is_former
	}

	/// Takes new keys. Returns how many seats are left under the former ones.
	pub fn set_keys(&mut self, worker: WorkerKey, seal_key: SealKeyBytes) -> u32 {
		self.worker = worker;
		self.seal_key = seal_key;
		core::mem::take(&mut self.pinned)
	}

	/// Moves `amount` of the bonded stake on its way out. Returns `false`, and changes nothing, if
	/// it has no room for one more chunk. Of chunks that are due in the same block one is made.
	pub fn start_unbonding(&mut self, amount: Balance, at: BlockNumber) -> bool {
		let amount = amount.min(self.stake);
		if let Some(chunk) = self.unbonding.iter_mut().find(|chunk| chunk.at == at) {
			chunk.amount = chunk.amount.saturating_add(amount);
		} else if self.unbonding.try_push(Unlock { amount, at }).is_err() {
			return false;
		}
		self.stake = self.stake.saturating_sub(amount);
		true
	}

	/// What can be withdrawn in block `now`.
	pub fn due(&self, now: BlockNumber) -> Balance {
		self.unbonding
			.iter()
			.filter(|chunk| chunk.at <= now)
			.fold(0, |sum, chunk| sum.saturating_add(chunk.amount))
	}

	/// Forgets `amount` of what is due in block `now`, that which was due first at first.
	pub fn withdraw(&mut self, amount: Balance, now: BlockNumber) {
		let mut rest = amount;
		for chunk in self.unbonding.iter_mut().filter(|chunk| chunk.at <= now) {
			let taken = rest.min(chunk.amount);
			chunk.amount = chunk.amount.saturating_sub(taken);
			rest = rest.saturating_sub(taken);
		}
		self.unbonding.retain(|chunk| chunk.amount > 0);
	}

	/// Whether it holds nothing, and can have no say in any draw.
	pub fn is_empty(&self) -> bool {
		self.held() == 0 && self.active_since.is_none()
	}

	/// Forgets `amount` that a slash took: bonded stake first, then the chunks that would leave
	/// last.
	pub fn take(&mut self, amount: Balance) {
		let from_bond = amount.min(self.stake);
		self.stake = self.stake.saturating_sub(from_bond);
		let mut rest = amount.saturating_sub(from_bond);
		for chunk in self.unbonding.iter_mut().rev() {
			let taken = rest.min(chunk.amount);
			chunk.amount = chunk.amount.saturating_sub(taken);
			rest = rest.saturating_sub(taken);
		}
		self.unbonding.retain(|chunk| chunk.amount > 0);
	}
}

/// A seat that a node holds in a running task.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct HeldSeat {
	/// The pinned worker key: the node's own at the draw.
	pub worker: WorkerKey,
	/// Stake that the task's class asks of who has a seat.
	pub least_stake: Balance,
}

/// Who a worker key belongs to.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct KeyOwner {
	/// The operator.
	pub account: AccountId,
	/// The `E_j` registered with it.
	pub seal_key: SealKeyBytes,
}

/// A node in selection, as the draw sees it. A copy of what the draw needs of [`Node`], so that a
/// draw reads one value and not every node.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Candidate {
	/// The operator.
	pub account: AccountId,
	/// Bonded stake; above zero.
	pub stake: Balance,
	/// Block since which it is in selection with at least this stake, and in this role.
	pub since: BlockNumber,
	/// Tasks that it can take on now, by its capacity and by its stake.
	pub free: u32,
	/// What it lets itself be drawn for.
	pub role: Role,
}

impl Candidate {
	/// The operator's node, if it is in selection.
	pub fn of(account: &AccountId, node: &Node, seat_stake: Balance) -> Option<Self> {
		let since = node.active_since?;
		let free = node.free_seats(seat_stake);
		let (stake, role) = (node.stake, node.role);
		Some(Self { account: account.clone(), stake, since, free, role })
	}
}

/// Why a node left selection.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ChillCause {
	/// Its operator asked for it.
	Operator,
	/// It was absent too often in its last tasks.
	Absences,
	/// It was convicted.
	Conviction,
	/// A slash left it less than a node in selection must keep.
	Slash,
}

/// A node that the chain starts with, for development networks.
///
/// Its keys are not checked: neither the proof of the seal key nor the worker key's agreement is asked
/// for, so that who writes a genesis needs no node's secret. It can give the chain any state anyway, so
/// nothing is lost. Uniqueness, stake and capacity are checked as ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisNode {
	/// The operator, who must hold the stake and the existential deposit.
	pub account: AccountId,
	/// Its worker key.
	pub worker: WorkerKey,
	/// Its `E_j`: 32 bytes, in hexadecimal.
	pub seal_key: Bytes,
	/// Its stake.
	pub stake: Balance,
	/// Tasks that it will sit on at a time.
	pub capacity: u32,
	/// What it lets itself be drawn for: `compute`, `verify` or, if nothing is said, `both`.
	#[serde(default = "whatever_comes", with = "RoleName")]
	pub role: Role,
}

fn whatever_comes() -> Role {
	Role::Both
}

/// [`Role`] in JSON. The crate that defines it knows no JSON.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Role", rename_all = "camelCase")]
enum RoleName {
	Compute,
	Verify,
	Both,
}
