//! What a worker does with a task, as a pure function of what it sees: the state of one block and its own notes.
//!
//! # Terms
//! - *rank*: a member's place in the queue of those who may accuse one dealing. Everyone can compute it, it differs
//!   from dealing to dealing, and no two members share one, so that one accusation is usually enough.
//! - *answer*: the commitment to a result share, or the result share itself.
//!
//! # Invariants
//! - Nothing here depends on which block was looked at before: runs may skip blocks, overlap, and follow a re-org.
//! - An answer is planned only if every dealing of the frozen set was opened and found right.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use ostraka_primitives::{task::TaskStatus, AccountId, BlockNumber, Digest};

/// Blocks between the turns of two members to accuse one dealing, `δ`.
pub const ACCUSE_STEP: BlockNumber = 2;
/// Most accusations that one seat sends in one run.
pub const MAX_ACCUSATIONS: usize = 8;

/// What the worker found out about its share of one dealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ShareState {
	/// Opened and right; kept in the node's database.
	Right,
	/// Cannot be opened, or does not fit the commitments.
	Wrong,
	/// The node's database lacks the dealing; said so in this block.
	Missing(BlockNumber),
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
	/// Whether an accusation of it would still do something for this seat: exclude it, or after the freeze excuse the
	/// seat.
	pub accusable: bool,
	/// What the worker knows of its own share, if it looked.
	pub share: Option<ShareState>,
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
	/// Places of the dealings to accuse.
	pub accuse: Vec<usize>,
	/// The answer to send.
	pub answer: Option<Answer>,
}

impl SeatView {
	/// Whether there is anything left to do on this seat in the task's present state.
	pub fn is_busy(&self) -> bool {
		match self.status {
			TaskStatus::Collecting { .. } | TaskStatus::Verifying { .. } => !self.answered,
			TaskStatus::Committing { .. } => !self.answered && !self.excused && !self.committed,
			TaskStatus::Revealing { .. } => !self.answered && !self.excused,
			TaskStatus::Drawing { .. } | TaskStatus::Settling(_) | TaskStatus::Settled(_) => false,
		}
	}

	/// Plans this block's messages. `dealings` are those that count: accepted before the freeze, the frozen set after
	/// it. `lag` is `Δ`, the blocks to wait after the freeze; `retry` the blocks that a transaction has to be included.
	pub fn plan(
		&self,
		dealings: &[Dealing],
		now: BlockNumber,
		lag: BlockNumber,
		retry: BlockNumber,
	) -> Plan {
		if !self.is_busy() {
			return Plan::default();
		}
		let wrong = dealings.iter().enumerate().filter(|(_, dealing)| {
			self.may_accuse && dealing.accusable && dealing.share == Some(ShareState::Wrong)
		});
		let due = wrong.filter(|(_, dealing)| self.accuses_from(dealing, retry) <= now);
		let all_right = !dealings.is_empty()
			&& dealings.iter().all(|dealing| dealing.share == Some(ShareState::Right));
		Plan {
			accuse: due.map(|(place, _)| place).take(MAX_ACCUSATIONS).collect(),
			answer: self.answer_due(now, lag).filter(|_| all_right),
		}
	}

	/// The answer that the task waits for.
	fn answer_due(&self, now: BlockNumber, lag: BlockNumber) -> Option<Answer> {
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
			TaskStatus::Verifying { until } => {
				turn.min(until.saturating_sub(retry.saturating_mul(2)))
			},
			_ => 0,
		}
	}
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

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::task::{FailReason, Outcome};
	use proptest::prelude::*;

	const LAG: BlockNumber = 3;
	const RETRY: BlockNumber = 4;

	fn dealing(first: u8, share: Option<ShareState>) -> Dealing {
		let mut digest = [0; 32];
		digest[0] = first;
		Dealing { dealer: [first; 32].into(), digest, dealt_at: 10, accusable: true, share }
	}

	fn seat(status: TaskStatus) -> SeatView {
		SeatView {
			seat: 2,
			seats: 5,
			status,
			committed: false,
			answered: false,
			excused: false,
			may_accuse: true,
		}
	}

	fn right(count: u8) -> Vec<Dealing> {
		(0..count).map(|first| dealing(first, Some(ShareState::Right))).collect()
	}

	const COMMITTING: TaskStatus = TaskStatus::Committing { frozen_at: 20, until: 30 };
	const REVEALING: TaskStatus = TaskStatus::Revealing { until: 40 };

	#[test]
	fn commits_only_after_the_lag_and_within_the_window() {
		let answer = |now| seat(COMMITTING).plan(&right(3), now, LAG, RETRY).answer;
		assert_eq!(answer(22), None);
		assert_eq!(answer(23), Some(Answer::Commit));
		assert_eq!(answer(30), Some(Answer::Commit));
		assert_eq!(answer(31), None);
	}

	#[test]
	fn reveals_in_its_window_whether_it_committed_or_not() {
		for committed in [false, true] {
			let seat = SeatView { committed, ..seat(REVEALING) };
			assert_eq!(seat.plan(&right(3), 35, LAG, RETRY).answer, Some(Answer::Reveal));
			assert_eq!(seat.plan(&right(3), 41, LAG, RETRY).answer, None);
		}
	}

	#[test]
	fn answers_nothing_while_a_share_is_missing_wrong_or_unseen() {
		for share in [None, Some(ShareState::Missing(12)), Some(ShareState::Wrong)] {
			let mut dealings = right(3);
			dealings.push(dealing(9, share));
			for status in [COMMITTING, REVEALING] {
				assert_eq!(seat(status).plan(&dealings, 25, LAG, RETRY).answer, None);
			}
		}
		assert_eq!(seat(COMMITTING).plan(&[], 25, LAG, RETRY).answer, None);
	}

	#[test]
	fn has_nothing_to_do_once_included_convicted_excused_or_ended() {
		let idle = [
			SeatView { committed: true, ..seat(COMMITTING) },
			SeatView { answered: true, ..seat(COMMITTING) },
			SeatView { answered: true, ..seat(REVEALING) },
			SeatView { excused: true, ..seat(COMMITTING) },
			SeatView { excused: true, ..seat(REVEALING) },
			seat(TaskStatus::Drawing { from: 1, until: 99 }),
			seat(TaskStatus::Settling(Outcome::Completed)),
			seat(TaskStatus::Settled(Outcome::Failed(FailReason::TooFewShares))),
		];
		for seat in idle {
			assert!(!seat.is_busy());
			assert_eq!(seat.plan(&right(3), 25, LAG, RETRY), Plan::default());
		}
	}

	#[test]
	fn accuses_in_turn_before_the_freeze() {
		let wrong = [dealing(0, Some(ShareState::Wrong))];
		let collecting = TaskStatus::Collecting { until: 100 };
		// Seat 2 has rank 2 among the accusers of a digest that starts at place 0.
		let plan = |now| seat(collecting).plan(&wrong, now, LAG, RETRY).accuse;
		assert_eq!(plan(13), Vec::<usize>::new());
		assert_eq!(plan(14), vec![0]);
	}

	#[test]
	fn accuses_in_time_for_two_attempts_before_verification_ends() {
		let mut late = dealing(0, Some(ShareState::Wrong));
		late.dealt_at = 50;
		let verifying = TaskStatus::Verifying { until: 60 };
		let plan = |now| seat(verifying).plan(&[late.clone()], now, LAG, RETRY).accuse;
		assert_eq!(plan(51), Vec::<usize>::new());
		assert_eq!(plan(52), vec![0]);
	}

	#[test]
	fn accuses_at_once_after_the_freeze() {
		let wrong = [dealing(3, Some(ShareState::Wrong))];
		for status in [COMMITTING, REVEALING] {
			assert_eq!(seat(status).plan(&wrong, 20, LAG, RETRY).accuse, vec![0]);
		}
	}

	#[test]
	fn accuses_nobody_without_the_right_to_or_to_no_effect() {
		let wrong = [dealing(0, Some(ShareState::Wrong))];
		let collecting = TaskStatus::Collecting { until: 100 };
		let barred = SeatView { may_accuse: false, ..seat(collecting) };
		assert_eq!(barred.plan(&wrong, 50, LAG, RETRY).accuse, Vec::<usize>::new());
		let spent = [Dealing { accusable: false, ..wrong[0].clone() }];
		assert_eq!(seat(collecting).plan(&spent, 50, LAG, RETRY).accuse, Vec::<usize>::new());
	}

	#[test]
	fn accusations_of_one_run_are_capped() {
		let wrong: Vec<_> = (0..40).map(|first| dealing(first, Some(ShareState::Wrong))).collect();
		let plan = seat(TaskStatus::Collecting { until: 100 }).plan(&wrong, 90, LAG, RETRY);
		assert_eq!(plan.accuse.len(), MAX_ACCUSATIONS);
	}

	proptest! {
		#[test]
		fn ranks_of_one_dealing_are_a_permutation(digest: [u8; 32], seats in 1u8..=32) {
			let mut ranks: Vec<_> = (1..=seats).map(|seat| rank(seat, seats, &digest)).collect();
			ranks.sort_unstable();
			prop_assert_eq!(ranks, (0..u32::from(seats)).collect::<Vec<_>>());
		}

		#[test]
		fn something_is_recent_for_the_retry_interval_on_both_sides(at: u32, now: u32, retry in 1u32..100) {
			let distance = (i64::from(at) - i64::from(now)).unsigned_abs();
			prop_assert_eq!(is_recent(at, now, retry), distance < u64::from(retry));
		}

		#[test]
		fn an_answer_never_rests_on_anything_but_right_shares(
			states in proptest::collection::vec(0u8..4, 0..12),
			now in 0u32..60,
			revealing: bool,
		) {
			let share = |state| match state {
				0 => Some(ShareState::Right),
				1 => Some(ShareState::Wrong),
				2 => Some(ShareState::Missing(1)),
				_ => None,
			};
			let dealings: Vec<_> = states.iter().zip(0u8..).map(|(s, i)| dealing(i, share(*s))).collect();
			let status = if revealing { REVEALING } else { COMMITTING };
			let plan = seat(status).plan(&dealings, now, LAG, RETRY);
			if plan.answer.is_some() {
				prop_assert!(!states.is_empty() && states.iter().all(|state| *state == 0));
			}
		}
	}
}
