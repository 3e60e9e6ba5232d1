//! What a worker does with a task, as a pure function of what it sees: the state of one block and its own notes.
//!
//! # Terms
//! - *member*, *verifier*: who has a seat in the committee, or in the panel. A verifier has no shares: of a dealing it sees
//!   what everybody sees, commitments and proof. It challenges and attests, and neither accuses nor answers.
//! - *dispute*: an accusation of a dealing whose share is wrong, or a challenge of one whose proof is. A verifier that finds
//!   commitments outside of the group challenges, as it cannot accuse.
//! - *rank*: a seat's place in the queue of those who may dispute one dealing. Everyone can compute it, it differs
//!   from dealing to dealing, and no two seats share one, so that one dispute is usually enough.
//! - *answer*: the commitment to a result share, or the result share itself.
//! - *attestation*: the word that of all dealings that count the commitments lie in the group and the proofs hold, and, of a
//!   member, that its shares are right.
//!
//! # Invariants
//! - Nothing here depends on which block was looked at before: runs may skip blocks, overlap, and follow a re-org.
//! - An answer is planned only if the seat's share of every dealing of the frozen set was opened and found right. Proofs are
//!   not asked for: nothing that is found of them changes the frozen set any more, and an answer that is late is punished.
//! - An attestation is planned only if every dealing that counts was found to be right in all that the seat can see of it.
//! - No answer is planned for a verifier, nor an accusation, as nothing is [`ShareState::Wrong`] for it.
//!
//! # Late punishment is best effort
//! Before the freeze every dispute is repeated until it is in a block, or the time is over. Afterwards nothing that is
//! disputed changes the result, and answers go first: a member that has committed rests until shares are due, and one that
//! has revealed is done, so a late challenge of its that got lost is not repeated. A verifier owes no answer: it looks at what
//! it has not seen yet and challenges until shares are in. Ranks count from the freeze on, and not beyond
//! the commitment; where shares are due already all seats challenge at once, and all but the first in vain. Whoever wants
//! a dealer punished that late can challenge with a bond.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use frame::prelude::Weight;
use ostraka_primitives::{task::TaskStatus, AccountId, BlockNumber, Digest};

/// Blocks between the turns of two seats to dispute one dealing, `δ`.
pub const ACCUSE_STEP: BlockNumber = 2;
/// Disputes that one seat may send in one run however much time is left.
pub const MIN_ACCUSATIONS: usize = 8;
/// Most disputes that one seat sends in one run: of accusations, nearly three times the pace that the verification window is
/// made for. Of the longest evidence (some 10 kB, some 24 ms to judge) they take three quarters of a block's weight, an
/// eighth of its length, and a thirtieth of the 20 MB that a transaction pool holds unless told otherwise. Of challenges there
/// may be fewer: [`most_challenges`].
pub const MAX_ACCUSATIONS: usize = 64;

/// What the worker found out about its share of one dealing, and about the dealing's proof. A verifier has no share: for it
/// the commitments, which lie in the group, take the place of a share that is opened, right and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ShareState {
	/// Opened and right, and the dealing's proof holds, or it is a mask and has none; kept in the node's database.
	Right,
	/// Cannot be opened, or does not fit the commitments, or these lie outside of the group. Never for a verifier.
	Wrong,
	/// The node's database lacks the dealing; said so in this block.
	Missing(BlockNumber),
	/// Seen in the state, but not looked at yet.
	Unopened,
	/// Opened and right, and kept, but the dealing's proof does not hold. For a verifier also: its commitments lie outside of
	/// the group, whatever the proof.
	Forged,
	/// Opened and right, and kept; the dealing's proof was not looked at yet.
	Unproven,
}

impl ShareState {
	/// Whether the seat can add the share up: a dealing whose proof was disputed too late, or by nobody, is in the set, and
	/// what its proof is like changes no share.
	pub const fn adds_up(self) -> bool {
		matches!(self, Self::Right | Self::Forged | Self::Unproven)
	}

	/// Whether the share was opened, or shown to be wrong: whether the dealing was looked at, its proof apart.
	pub const fn is_opened(self) -> bool {
		matches!(self, Self::Right | Self::Wrong | Self::Forged | Self::Unproven)
	}
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
	/// Whether it counts. What was excluded is here only where a challenge would expose somebody.
	pub counts: bool,
	/// Whether an accusation of it would still do something: convict its dealer, or after the freeze excuse the seat.
	pub accusable: bool,
	/// Whether a challenge of it would still do something: convict its dealer, expose who attested to it, or say of what counts
	/// that it is invalid.
	pub challengeable: bool,
	/// Block in which this seat last sent the dispute of it that is due, if it did.
	pub disputed_at: Option<BlockNumber>,
	/// What the worker knows of its own share, if it looked.
	pub share: Option<ShareState>,
}

/// Which of a task's dealings a run has before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
	/// All that count.
	All,
	/// Those that count whose share and proof were not known to be right before. Of all others they are.
	Open,
}

/// A seat, as this block's state shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatView {
	/// The seat's number, `j`.
	pub seat: u8,
	/// Seats of committee and panel, `n + v`.
	pub seats: u8,
	/// It is one of the panel's: it has no shares, and answers nothing.
	pub verifies: bool,
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
	/// It may accuse and challenge: no false dispute of its stands.
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

/// How a dealing is disputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispute {
	/// Its share is wrong.
	Accuse,
	/// Its proof is.
	Challenge,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
	/// Places of the dealings that are due to be disputed, in the order in which to try.
	pub dispute: Vec<usize>,
	/// How many disputes to send of these. What turns out to be impossible does not count.
	pub most: usize,
	/// Whether to attest.
	pub attest: bool,
	/// The answer to send.
	pub answer: Option<Answer>,
}

impl Dealing {
	/// The dispute of it that would do something, by what is known. A wrong share is accused, whatever the proof.
	pub fn dispute(&self) -> Option<Dispute> {
		match self.share? {
			ShareState::Wrong => self.accusable.then_some(Dispute::Accuse),
			ShareState::Forged => self.challengeable.then_some(Dispute::Challenge),
			ShareState::Right
			| ShareState::Missing(_)
			| ShareState::Unopened
			| ShareState::Unproven => None,
		}
	}

	/// Whether a dispute of it is left to send: it would do something, and none is on its way.
	fn is_left(&self, now: BlockNumber, retry: BlockNumber) -> bool {
		let on_its_way = self.disputed_at.is_some_and(|at| is_recent(at, now, retry));
		self.dispute().is_some() && !on_its_way
	}

	/// Whether this is known of the share.
	fn share_is(&self, is: fn(ShareState) -> bool) -> bool {
		self.share.is_some_and(is)
	}
}

impl SeatView {
	/// Whether there is anything left to do on this seat in the task's present state.
	pub fn is_busy(&self) -> bool {
		let answers = !self.excused && !self.verifies;
		// Who owes no answer may know of more dealers to convict.
		let disputes_on = self.may_accuse && !answers;
		match self.status {
			// A member opens its shares whether it may dispute or not.
			TaskStatus::Collecting { .. } | TaskStatus::Verifying { .. } => {
				!self.answered && (self.may_accuse || !self.verifies)
			},
			TaskStatus::Committing { .. } => {
				!self.answered && (disputes_on || (answers && !self.committed))
			},
			TaskStatus::Revealing { .. } => !self.answered && (disputes_on || answers),
			TaskStatus::Inviting { .. }
			| TaskStatus::Drawing { .. }
			| TaskStatus::Settling(_)
			| TaskStatus::Settled(_) => false,
		}
	}

	/// Plans this block's messages. `dealings` are those that count (accepted before the freeze, the frozen set after
	/// it), to this `extent`, and those that are only left to be challenged. `lag` is `Δ`, the blocks to wait after the freeze;
	/// `retry` the blocks that a transaction has to be included.
	///
	/// Disputes begin at another place in every block, so that none that fails again and again keeps others back.
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
		let may_accuse = self.may_accuse && self.takes_disputes(now);
		let left: Vec<(usize, &Dealing)> = dealings
			.iter()
			.enumerate()
			.filter(|(_, dealing)| may_accuse && dealing.is_left(now, retry))
			.collect();
		let due = left.iter().filter(|(_, dealing)| self.disputes_from(dealing, retry) <= now);
		let mut dispute: Vec<usize> = due.map(|(place, _)| *place).collect();
		if let Some(first) = (now as usize).checked_rem(dispute.len()) {
			dispute.rotate_left(first);
		}
		let most = self.pace(left.len(), now, retry).min(dispute.len());
		let counted = || dealings.iter().filter(|dealing| dealing.counts);
		let all = |is: fn(ShareState) -> bool| counted().all(|dealing| dealing.share_is(is));
		let attest = self.attestation_due(now) && all(|share| share == ShareState::Right);
		let adds_up =
			extent == Extent::All && counted().next().is_some() && all(ShareState::adds_up);
		let answer = self.answer_due(now, lag).filter(|_| adds_up);
		Plan { dispute, most, attest, answer }
	}

	/// Whether a dispute sent now can still be included.
	fn takes_disputes(&self, now: BlockNumber) -> bool {
		match self.status {
			TaskStatus::Revealing { until } => now < until,
			_ => true,
		}
	}

	/// How many disputes to send in this run, of so many that are left.
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
		if self.excused || self.verifies {
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

	/// Whether the set is frozen: what is found now excludes nothing.
	pub const fn is_frozen(&self) -> bool {
		matches!(self.status, TaskStatus::Committing { .. } | TaskStatus::Revealing { .. })
	}

	/// Whether proofs are looked at now. Once the set is frozen they wait until the answer that this phase asks for is
	/// `on_its_way`, unless the seat owes none, or cannot give any.
	pub fn looks_at_proofs(&self, dealings: &[Dealing], on_its_way: bool) -> bool {
		let wrong = |dealing: &Dealing| {
			dealing.counts && dealing.share_is(|share| share == ShareState::Wrong)
		};
		let owes_none = self.excused || self.verifies;
		!self.is_frozen() || on_its_way || owes_none || dealings.iter().any(wrong)
	}

	/// First block in which this seat disputes the dealing.
	///
	/// Its turn comes `rank · δ` blocks after the dealing, but early enough for two attempts before verification ends. After
	/// the freeze it accuses at once, as there each accuser needs an excuse of its own; who challenges has none to gain, and
	/// waits for its turn from the freeze on, as long as that is known.
	fn disputes_from(&self, dealing: &Dealing, retry: BlockNumber) -> BlockNumber {
		let rank = rank(self.seat, self.seats, &dealing.digest);
		let turn = |from: BlockNumber| from.saturating_add(rank.saturating_mul(ACCUSE_STEP));
		match self.status {
			TaskStatus::Collecting { .. } => turn(dealing.dealt_at),
			TaskStatus::Verifying { until } => turn(dealing.dealt_at).min(last_call(until, retry)),
			TaskStatus::Committing { frozen_at, .. }
				if dealing.dispute() == Some(Dispute::Challenge) =>
			{
				turn(frozen_at)
			},
			_ => 0,
		}
	}
}

/// Most challenges that one seat sends in one run, of dealings of one task: what takes three quarters of a block of this weight,
/// if judging `each` takes so much. One in any case. The longest proofs (some 80 kB, some half a second to judge) are
/// challenged one by one or two; beyond that a run's challenges would keep accusations, which have no other way, from the
/// block after it.
pub fn most_challenges(block: Weight, each: Weight) -> usize {
	let most = block.saturating_sub(block.saturating_div(4));
	let fit = most.checked_div_per_component(&each).unwrap_or(u64::MAX);
	usize::try_from(fit).unwrap_or(usize::MAX).clamp(1, MAX_ACCUSATIONS)
}

/// Last block that leaves time for two attempts before verification ends.
fn last_call(until: BlockNumber, retry: BlockNumber) -> BlockNumber {
	until.saturating_sub(retry.saturating_mul(2))
}

/// A seat's rank among those who dispute a dealing: the seats in a row, begun at a place that the digest gives.
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
