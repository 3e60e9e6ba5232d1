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
	/// Places of the dealings that are due to be accused, in the order in which to try.
	pub accuse: Vec<usize>,
	/// How many accusations to send of these. What turns out to be impossible does not count.
	pub most: usize,
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

	/// Plans this block's messages. `dealings` are those that count: accepted before the freeze, the frozen set after
	/// it. `lag` is `Δ`, the blocks to wait after the freeze; `retry` the blocks that a transaction has to be included.
	///
	/// Accusations begin at another place in every block, so that none that fails again and again keeps others back.
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
		let all_right = !dealings.is_empty()
			&& dealings.iter().all(|dealing| dealing.share == Some(ShareState::Right));
		let answer = self.answer_due(now, lag).filter(|_| all_right && !self.excused);
		Plan { accuse, most, answer }
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
		Dealing {
			dealer: [first; 32].into(),
			digest,
			dealt_at: 10,
			accusable: true,
			accused_at: None,
			share,
		}
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

	const COLLECTING: TaskStatus = TaskStatus::Collecting { first_by: 30, until: 100 };
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
		let unseen = [None, Some(ShareState::Unopened), Some(ShareState::Missing(12))];
		for share in unseen.into_iter().chain([Some(ShareState::Wrong)]) {
			let mut dealings = right(3);
			dealings.push(dealing(9, share));
			for status in [COMMITTING, REVEALING] {
				assert_eq!(seat(status).plan(&dealings, 25, LAG, RETRY).answer, None);
			}
		}
		assert_eq!(seat(COMMITTING).plan(&[], 25, LAG, RETRY).answer, None);
	}

	#[test]
	fn has_nothing_to_do_once_included_convicted_or_ended() {
		let idle = [
			SeatView { committed: true, ..seat(COMMITTING) },
			SeatView { answered: true, ..seat(COMMITTING) },
			SeatView { answered: true, ..seat(REVEALING) },
			SeatView { excused: true, may_accuse: false, ..seat(COMMITTING) },
			SeatView { excused: true, may_accuse: false, ..seat(REVEALING) },
			seat(TaskStatus::Inviting { until: 99 }),
			seat(TaskStatus::Drawing { until: 99 }),
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
		// Seat 2 has rank 2 among the accusers of a digest that starts at place 0.
		let plan = |now| seat(COLLECTING).plan(&wrong, now, LAG, RETRY).accuse;
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
		assert_eq!(seat(REVEALING).plan(&wrong, 39, LAG, RETRY).accuse, vec![0]);
		assert_eq!(seat(REVEALING).plan(&wrong, 40, LAG, RETRY), Plan::default(), "too late");
	}

	#[test]
	fn an_excused_member_accuses_on_and_answers_nothing() {
		for status in [COMMITTING, REVEALING] {
			let excused = SeatView { excused: true, ..seat(status) };
			assert_eq!(excused.plan(&right(3), 25, LAG, RETRY), Plan::default());
			let mut dealings = right(3);
			dealings.push(dealing(9, Some(ShareState::Wrong)));
			let plan = Plan { accuse: vec![3], most: 1, answer: None };
			assert_eq!(excused.plan(&dealings, 25, LAG, RETRY), plan);
		}
	}

	#[test]
	fn accuses_nobody_without_the_right_to_or_to_no_effect() {
		let wrong = [dealing(0, Some(ShareState::Wrong))];
		let barred = SeatView { may_accuse: false, ..seat(COLLECTING) };
		assert_eq!(barred.plan(&wrong, 50, LAG, RETRY).accuse, Vec::<usize>::new());
		let spent = [Dealing { accusable: false, ..wrong[0].clone() }];
		assert_eq!(seat(COLLECTING).plan(&spent, 50, LAG, RETRY).accuse, Vec::<usize>::new());
	}

	/// So many wrong shares, dealt in block 0.
	fn flood(count: u16) -> Vec<Dealing> {
		let one = |number: u16| {
			let mut dealing = dealing(0, Some(ShareState::Wrong));
			dealing.digest[..2].copy_from_slice(&number.to_le_bytes());
			Dealing { dealt_at: 0, ..dealing }
		};
		(0..count).map(one).collect()
	}

	#[test]
	fn accuses_as_fast_as_the_time_left_asks_for() {
		let most = |status, count, now| seat(status).plan(&flood(count), now, LAG, RETRY).most;
		assert_eq!(most(COLLECTING, 500, 99), MIN_ACCUSATIONS);
		// Two attempts before the end: twenty blocks less eight.
		let verifying = TaskStatus::Verifying { until: 120 };
		assert_eq!(most(verifying, 40, 100), MIN_ACCUSATIONS);
		assert_eq!(most(verifying, 240, 100), 20);
		assert_eq!(most(verifying, 241, 100), 21);
		assert_eq!(most(verifying, 500, 118), MAX_ACCUSATIONS);
		assert_eq!(most(verifying, 30, 118), 30);
		assert_eq!(most(verifying, 3, 118), 3);
		for status in [COMMITTING, REVEALING] {
			assert_eq!(most(status, 500, 25), MAX_ACCUSATIONS);
		}
	}

	#[test]
	fn what_is_on_its_way_takes_no_place() {
		let mut dealings = flood(12);
		let first = seat(COLLECTING).plan(&dealings, 90, LAG, RETRY);
		assert_eq!((first.accuse.len(), first.most), (12, MIN_ACCUSATIONS));
		for place in first.accuse.into_iter().take(first.most) {
			dealings[place].accused_at = Some(90);
		}
		let second = seat(COLLECTING).plan(&dealings, 91, LAG, RETRY);
		assert_eq!((second.accuse.len(), second.most), (4, 4));
		assert!(second.accuse.iter().all(|place| dealings[*place].accused_at.is_none()));
		// Those that were not included come again when their time is over.
		assert_eq!(seat(COLLECTING).plan(&dealings, 90 + RETRY, LAG, RETRY).accuse.len(), 12);
	}

	#[test]
	fn every_accusation_comes_first_in_some_block() {
		let dealings = flood(12);
		let first = |now| seat(COLLECTING).plan(&dealings, now, LAG, RETRY).accuse[0];
		let mut firsts: Vec<_> = (50..62).map(first).collect();
		firsts.sort_unstable();
		assert_eq!(firsts, (0..12).collect::<Vec<usize>>());
	}

	#[test]
	fn a_flood_of_wrong_shares_is_accused_before_verification_ends() {
		// Room for so many accusations in a block, and the window that the task book gives 512 dealers and 7 seats.
		const ROOM: usize = 32;
		const UNTIL: BlockNumber = 4 + 2 * 7 + 17;
		let seat = SeatView { seats: 7, ..seat(TaskStatus::Verifying { until: UNTIL }) };
		let mut dealings = flood(512);
		let mut pool: Vec<usize> = Vec::new();
		for now in 1..=UNTIL {
			for place in pool.drain(..pool.len().min(ROOM)) {
				dealings[place].accusable = false;
			}
			let plan = seat.plan(&dealings, now, LAG, RETRY);
			for place in plan.accuse.into_iter().take(plan.most) {
				dealings[place].accused_at = Some(now);
				pool.push(place);
			}
		}
		assert!(dealings.iter().all(|dealing| !dealing.accusable));
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
