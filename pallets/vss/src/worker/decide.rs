//! What a worker does with a task, as a pure function of what it sees: the state of one block and its own notes.
//!
//! # Terms
//! - *rank*: a member's place in the queue of those who may accuse one dealing. Everyone can compute it, it differs
//!   from dealing to dealing, and no two members share one, so that one accusation is usually enough.
//! - *answer*: the commitment to a result share, or the result share itself.
//! - *attestation*: the word that the seat's shares of all dealings that count are right.
//!
//! # Invariants
//! - Nothing here depends on which block was looked at before: runs may skip blocks, overlap, and follow a re-org.
//! - An answer is planned only if every dealing of the frozen set was opened and found right.
//! - An attestation is planned only if that is so of every dealing that counts.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use ostraka_primitives::{task::TaskStatus, AccountId, BlockNumber, Digest};

/// Blocks between the turns of two members to accuse one dealing, `δ`.
pub const ACCUSE_STEP: BlockNumber = 2;
/// Accusations that one seat may send in one run however much time is left.
pub const MIN_ACCUSATIONS: usize = 8;
/// Most accusations that one seat sends in one run: nearly three times the pace that the verification window is made for.
/// Of the longest evidence (some 10 kB, some 24 ms to judge) they take three quarters of a block's weight, an eighth of
/// its length, and a thirtieth of the 20 MB that a transaction pool holds unless told otherwise.
pub const MAX_ACCUSATIONS: usize = 64;

/// What the worker found out about its share of one dealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ShareState {
	/// Opened and right; kept in the node's database.
	Right,
	/// Cannot be opened, or does not fit the commitments.
	Wrong,
	/// The node's database lacks the dealing; said so in this block.
	Missing(BlockNumber),
	/// Seen in the state, but not looked at yet.
	Unopened,
}

/// A dealing of the task, as this block's state holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dealing {
	/// Its dealer.
	pub dealer: AccountId,
	/// Its digest.
	pub digest: Digest,
	/// Block in which it was dealt.
	pub dealt_at: BlockNumber,
	/// Whether an accusation of it would still do something: convict its dealer, or after the freeze excuse the seat.
	pub accusable: bool,
	/// Block in which this seat last sent an accusation of it, if it did.
	pub accused_at: Option<BlockNumber>,
	/// What the worker knows of its own share, if it looked.
	pub share: Option<ShareState>,
}

/// Which of a task's dealings a run has before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
	/// All that count.
	All,
	/// Those that count whose share was not known to be right before. Of all others it is.
	Open,
}

/// A seat, as this block's state shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatView {
	/// The seat's number, `j`.
	pub seat: u8,
	/// Seats of the committee, `n`.
	pub seats: u8,
	/// The task's state.
	pub status: TaskStatus,
	/// Its attestation is on chain.
	pub attested: bool,
	/// Its commitment is on chain.
	pub committed: bool,
	/// It has answered for good: revealed, or convicted.
	pub answered: bool,
	/// A valid accusation of its stands: no result share is due from it.
	pub excused: bool,
	/// It may accuse: no false accusation of its stands.
	pub may_accuse: bool,
}

/// An answer of the seat's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub enum Answer {
	/// The commitment to its result share.
	Commit,
	/// The result share.
	Reveal,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
	/// Places of the dealings that are due to be accused, in the order in which to try.
	pub accuse: Vec<usize>,
	/// How many accusations to send of these. What turns out to be impossible does not count.
	pub most: usize,
	/// Whether to attest.
	pub attest: bool,
	/// The answer to send.
	pub answer: Option<Answer>,
}

impl Dealing {
	/// Whether an accusation of it is left to send: it would do something, and none is on its way.
	fn is_left(&self, now: BlockNumber, retry: BlockNumber) -> bool {
		let on_its_way = self.accused_at.is_some_and(|at| is_recent(at, now, retry));
		self.accusable && self.share == Some(ShareState::Wrong) && !on_its_way
	}
}

impl SeatView {
	/// Whether there is anything left to do on this seat in the task's present state.
	pub fn is_busy(&self) -> bool {
		// An excused member owes no answer, but may know of more dealers to convict.
		let accuses_on = self.excused && self.may_accuse;
		match self.status {
			TaskStatus::Collecting { .. } | TaskStatus::Verifying { .. } => !self.answered,
			TaskStatus::Committing { .. } => {
				!self.answered && (accuses_on || (!self.excused && !self.committed))
			},
			TaskStatus::Revealing { .. } => !self.answered && (accuses_on || !self.excused),
			TaskStatus::Inviting { .. }
			| TaskStatus::Drawing { .. }
			| TaskStatus::Settling(_)
			| TaskStatus::Settled(_) => false,
		}
	}

	/// Plans this block's messages. `dealings` are those that count (accepted before the freeze, the frozen set after
	/// it), to this `extent`. `lag` is `Δ`, the blocks to wait after the freeze; `retry` the blocks that a transaction has
	/// to be included.
	///
	/// Accusations begin at another place in every block, so that none that fails again and again keeps others back.
	pub fn plan(
		&self,
		dealings: &[Dealing],
		extent: Extent,
		now: BlockNumber,
		lag: BlockNumber,
		retry: BlockNumber,
	) -> Plan {
		if !self.is_busy() {
			return Plan::default();
		}
		let may_accuse = self.may_accuse && self.takes_accusations(now);
		let left: Vec<(usize, &Dealing)> = dealings
			.iter()
			.enumerate()
			.filter(|(_, dealing)| may_accuse && dealing.is_left(now, retry))
			.collect();
		let due = left.iter().filter(|(_, dealing)| self.accuses_from(dealing, retry) <= now);
		let mut accuse: Vec<usize> = due.map(|(place, _)| *place).collect();
		if let Some(first) = (now as usize).checked_rem(accuse.len()) {
			accuse.rotate_left(first);
		}
		let most = self.pace(left.len(), now, retry).min(accuse.len());
		let all_right = dealings.iter().all(|dealing| dealing.share == Some(ShareState::Right));
		let attest = self.attestation_due(now) && all_right;
		let adds_up = extent == Extent::All && !dealings.is_empty() && all_right;
		let answer = self.answer_due(now, lag).filter(|_| adds_up);
		Plan { accuse, most, attest, answer }
	}

	/// Whether an accusation sent now can still be included.
	fn takes_accusations(&self, now: BlockNumber) -> bool {
		match self.status {
			TaskStatus::Revealing { until } => now < until,
			_ => true,
		}
	}

	/// How many accusations to send in this run, of so many that are left.
	fn pace(&self, left: usize, now: BlockNumber, retry: BlockNumber) -> usize {
		let blocks = match self.status {
			// The whole window is yet to come, and dealers need the blocks.
			TaskStatus::Collecting { .. } => return MIN_ACCUSATIONS,
			TaskStatus::Verifying { until } => last_call(until, retry).saturating_sub(now),
			// When the others have answered, the next block may end the phase.
			_ => 0,
		};
		left.div_ceil(blocks.max(1) as usize).clamp(MIN_ACCUSATIONS, MAX_ACCUSATIONS)
	}

	/// Whether the task waits for the seat's attestation, and one that is sent now can still be included.
	fn attestation_due(&self, now: BlockNumber) -> bool {
		let TaskStatus::Verifying { until } = self.status else { return false };
		now < until && !self.attested && self.may_accuse && !self.excused
	}

	/// The answer that the task waits for from this seat.
	pub fn answer_due(&self, now: BlockNumber, lag: BlockNumber) -> Option<Answer> {
		if self.excused {
			return None;
		}
		match self.status {
			TaskStatus::Committing { frozen_at, until } => {
				let settled_down = now >= frozen_at.saturating_add(lag);
				(settled_down && now <= until).then_some(Answer::Commit)
			},
			TaskStatus::Revealing { until } => (now <= until).then_some(Answer::Reveal),
			_ => None,
		}
	}

	/// First block in which this seat accuses the dealing.
	///
	/// Its turn comes `rank · δ` blocks after the dealing, but early enough for two attempts before verification ends;
	/// after the freeze at once, as there each accuser needs an excuse of its own.
	fn accuses_from(&self, dealing: &Dealing, retry: BlockNumber) -> BlockNumber {
		let rank = rank(self.seat, self.seats, &dealing.digest);
		let turn = dealing.dealt_at.saturating_add(rank.saturating_mul(ACCUSE_STEP));
		match self.status {
			TaskStatus::Collecting { .. } => turn,
			TaskStatus::Verifying { until } => turn.min(last_call(until, retry)),
			_ => 0,
		}
	}
}

/// Last block that leaves time for two attempts before verification ends.
fn last_call(until: BlockNumber, retry: BlockNumber) -> BlockNumber {
	until.saturating_sub(retry.saturating_mul(2))
}

/// A seat's rank among the accusers of a dealing: the seats in a row, begun at a place that the digest gives.
pub fn rank(seat: u8, seats: u8, digest: &Digest) -> u32 {
	let [a, b, c, d, ..] = *digest;
	let seats = u32::from(seats.max(1));
	let start = u32::from_le_bytes([a, b, c, d]) % seats;
	(u32::from(seat).saturating_add(seats - start)) % seats
}

/// Whether something sent in block `at` has still time to be included. Also right after a re-org, when `at` may lie
/// ahead of `now`.
pub fn is_recent(at: BlockNumber, now: BlockNumber, retry: BlockNumber) -> bool {
	at.abs_diff(now) < retry
}
