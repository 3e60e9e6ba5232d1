//! What was read of a chain as of one block.

use super::account::Account;
use crate::view::lines;
use codec::Decode;
use ostraka_primitives::{
	api::NodeInfo,
	fault::ShareFault,
	role::Role,
	task::{FailReason, Outcome, TaskStatus},
	Balance, Digest, TaskId,
};
use scale_info::TypeInfo;

/// Most operators that are watched at a time.
pub const MOST_OPERATORS: usize = 64;
/// Most seats whose deadline has a series of its own: those whose deadline is the nearest.
pub const MOST_SEATS: usize = 256;

/// All that was read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
	/// Number of the best block.
	pub best: u32,
	/// Number of the newest final block.
	pub last: u32,
	/// The node's peers.
	pub peers: usize,
	/// Whether the node has not caught up with the chain.
	pub is_syncing: bool,
	/// Digits of the token behind the decimal point.
	pub decimals: u8,
	/// What the chain asks for each seat of a node's stake.
	pub seat_stake: Balance,
	/// The operators.
	pub operators: Vec<Operator>,
	/// The accounts that ask for statistics or deal to them.
	pub accounts: Vec<Account>,
}

/// An operator.
#[derive(Clone, Debug)]
pub struct Operator {
	/// Its address.
	pub address: String,
	/// Its node, if it is registered.
	pub node: Option<NodeInfo>,
	/// What its open tasks will pay.
	pub expected_rewards: Balance,
	/// Whether the registered worker key is in the keystore of the node that was asked, if that says so.
	pub has_key: Option<bool>,
	/// The same for all keys that are pinned to its seats.
	pub has_pinned_keys: Option<bool>,
	/// Its seats in tasks that are not settled.
	pub seats: Vec<Seat>,
	/// Dealings to its tasks that are not in the offchain database of the node that was asked, if that says so.
	pub missing_dealings: Option<u64>,
}

/// A seat.
#[derive(Clone, Debug)]
pub struct Seat {
	/// The task.
	pub task: TaskId,
	/// How far the task is.
	pub status: TaskStatus,
	/// Whether it is of the committee.
	pub computes: bool,
	/// What the chain keeps of it; `None` once that is freed.
	pub state: Option<SeatState>,
}

/// What the chain keeps of a seat: `SeatState` of the pallet `Vss`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Decode, TypeInfo)]
pub struct SeatState {
	/// Commitment to its result share.
	pub commitment: Option<Digest>,
	/// How the share that it revealed was found.
	pub answer: Option<Answer>,
	/// A valid accusation of its came late, so it may lack its share.
	pub excused: bool,
	/// It made a false accusation or challenge.
	pub accused_falsely: bool,
	/// It attested.
	pub attested: bool,
	/// What it attested to was shown to be invalid.
	pub attested_falsely: bool,
}

/// How a revealed result share was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub enum Answer {
	/// It fits the aggregate.
	Right,
	/// It does not.
	Wrong(ShareFault),
}

/// What a seat owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
	/// To say that the dealings are right.
	Attestation,
	/// To commit to its result share.
	Commitment,
	/// To reveal it.
	Reveal,
}

/// How a duty stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
	/// It can be done now.
	Due,
	/// It is done.
	Done,
	/// Its phase is over, and it was not done.
	Missed,
}

impl Duty {
	/// All of them, in the order in which they come.
	pub const ALL: [Self; 3] = [Self::Attestation, Self::Commitment, Self::Reveal];

	/// Its name.
	pub const fn label(self) -> &'static str {
		match self {
			Self::Attestation => "attestation",
			Self::Commitment => "commitment",
			Self::Reveal => "reveal",
		}
	}

	/// The stage of a task, as [`stage`] counts them, in which it is due.
	const fn stage(self) -> u8 {
		match self {
			Self::Attestation => 1,
			Self::Commitment => 2,
			Self::Reveal => 3,
		}
	}
}

impl Standing {
	/// All of them.
	pub const ALL: [Self; 3] = [Self::Due, Self::Done, Self::Missed];

	/// Its name.
	pub const fn label(self) -> &'static str {
		match self {
			Self::Due => "due",
			Self::Done => "done",
			Self::Missed => "missed",
		}
	}
}

/// How far a task with seats is: dealing 0, verifying 1, committing 2, revealing 3, over 4. `None` if it has no seats yet, is
/// settled, or ended before result shares were due, when nothing more is owed.
const fn stage(status: &TaskStatus) -> Option<u8> {
	match status {
		TaskStatus::Collecting { .. } => Some(0),
		TaskStatus::Verifying { .. } => Some(1),
		TaskStatus::Committing { .. } => Some(2),
		TaskStatus::Revealing { .. } => Some(3),
		TaskStatus::Settling(Outcome::Completed | Outcome::Failed(FailReason::TooFewShares)) => {
			Some(4)
		},
		_ => None,
	}
}

impl SeatState {
	/// Whether it was convicted of a wrong share.
	pub const fn is_wrong(&self) -> bool {
		matches!(self.answer, Some(Answer::Wrong(_)))
	}

	/// Whether a phase waits for it, as the chain sees that.
	const fn is_awaited(&self) -> bool {
		!self.excused && !self.accused_falsely && !self.is_wrong()
	}

	const fn has_done(&self, duty: Duty) -> bool {
		match duty {
			Duty::Attestation => self.attested,
			Duty::Commitment => self.commitment.is_some(),
			Duty::Reveal => self.answer.is_some(),
		}
	}
}

impl Seat {
	/// The name of what it is for.
	pub const fn role(&self) -> &'static str {
		let role = if self.computes { Role::Compute } else { Role::Verify };
		role.label()
	}

	/// The name of its task's phase.
	pub fn phase(&self) -> &'static str {
		lines::state(&self.status)
	}

	/// Blocks after `best` up to the last one of its task's phase, if that has one.
	pub fn blocks_left(&self, best: u32) -> Option<u32> {
		lines::until(&self.status).map(|until| until.saturating_sub(best))
	}

	/// How a duty stands; `None` if it is not asked of this seat, or not yet, or nobody knows any more.
	pub fn standing(&self, duty: Duty) -> Option<Standing> {
		let (state, stage) = (self.state.as_ref()?, stage(&self.status)?);
		if !self.computes && duty != Duty::Attestation {
			return None;
		}
		if state.has_done(duty) {
			return Some(Standing::Done);
		}
		if !state.is_awaited() || stage < duty.stage() {
			return None;
		}
		Some(if stage == duty.stage() { Standing::Due } else { Standing::Missed })
	}
}

impl Operator {
	/// Duties of its seats that stand so.
	pub fn duties(&self, duty: Duty, standing: Standing) -> usize {
		self.seats.iter().filter(|seat| seat.standing(duty) == Some(standing)).count()
	}

	/// Blocks that are left for the most urgent of the duties of that kind that are due.
	pub fn most_urgent(&self, duty: Duty, best: u32) -> Option<u32> {
		let due = self.seats.iter().filter(|seat| seat.standing(duty) == Some(Standing::Due));
		due.filter_map(|seat| seat.blocks_left(best)).min()
	}
}

impl Reading {
	/// Blocks between the newest final one and the best. The two are asked for one after the other.
	pub fn lag(&self) -> u32 {
		self.best.saturating_sub(self.last)
	}

	/// Seats that a stake covers.
	pub fn covered(&self, stake: Balance) -> Balance {
		stake.checked_div(self.seat_stake).unwrap_or_default()
	}

	/// Tasks that a node can take beside those that it sits on: as its capacity allows and its stake covers.
	pub fn free(&self, node: &NodeInfo) -> Balance {
		self.covered(node.stake).min(node.capacity.into()).saturating_sub(node.assigned.into())
	}

	/// The seats that have a deadline, with their operators' addresses and the blocks that are left, the nearest first; at most
	/// [`MOST_SEATS`].
	pub fn deadlines(&self) -> Vec<(u32, &str, &Seat)> {
		let seats = self.operators.iter().flat_map(|operator| {
			operator.seats.iter().map(move |seat| (operator.address.as_str(), seat))
		});
		let mut deadlines: Vec<_> = seats
			.filter_map(|(address, seat)| Some((seat.blocks_left(self.best)?, address, seat)))
			.collect();
		deadlines.sort_by_key(|(left, ..)| *left);
		deadlines.truncate(MOST_SEATS);
		deadlines
	}
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use crate::fixtures;

	/// A member's seat in a task with that status.
	pub fn seat(task: TaskId, status: TaskStatus) -> Seat {
		Seat { task, status, computes: true, state: Some(SeatState::default()) }
	}

	/// An operator with a node, and a seat in each phase.
	pub fn operator() -> Operator {
		let verifying = seat(1, TaskStatus::Verifying { until: 110 });
		Operator {
			address: "5Operator".to_owned(),
			node: Some(fixtures::node()),
			expected_rewards: 1_500,
			has_key: Some(true),
			has_pinned_keys: Some(false),
			seats: vec![
				Seat { computes: false, ..verifying.clone() },
				verifying,
				seat(2, TaskStatus::Revealing { until: 104 }),
			],
			missing_dealings: Some(2),
		}
	}

	/// A reading of it at block 100.
	pub fn reading() -> Reading {
		Reading {
			best: 100,
			last: 97,
			peers: 8,
			is_syncing: false,
			decimals: 3,
			seat_stake: 400,
			operators: vec![operator()],
			accounts: Vec::new(),
		}
	}

	#[test]
	fn a_duty_is_due_in_its_phase_and_missed_after_it() {
		use Duty::{Attestation, Commitment, Reveal};
		use Standing::{Done, Due, Missed};
		let standings = |seat: &Seat| Duty::ALL.map(|duty| seat.standing(duty));
		let at = |status| standings(&seat(7, status));
		assert_eq!(at(TaskStatus::Collecting { first_by: 1, until: 2 }), [None; 3]);
		assert_eq!(at(TaskStatus::Verifying { until: 2 }), [Some(Due), None, None]);
		let committing = TaskStatus::Committing { frozen_at: 1, until: 2 };
		assert_eq!(at(committing), [Some(Missed), Some(Due), None]);
		let revealing = TaskStatus::Revealing { until: 2 };
		assert_eq!(at(revealing), [Some(Missed), Some(Missed), Some(Due)]);
		assert_eq!(at(TaskStatus::Settling(Outcome::Completed)), [Some(Missed); 3]);
		// nothing was due in a task that came to nothing
		let nothing = Outcome::Failed(FailReason::NoDealings);
		assert_eq!(at(TaskStatus::Settling(nothing)), [None; 3]);
		assert_eq!(at(TaskStatus::Settled(Outcome::Completed)), [None; 3]);

		let mut seat = seat(7, revealing);
		seat.state = Some(SeatState {
			commitment: Some([1; 32]),
			answer: Some(Answer::Right),
			attested: true,
			..SeatState::default()
		});
		assert_eq!(standings(&seat), [Some(Done); 3]);
		// of a verifier nothing but its word is asked
		seat.computes = false;
		assert_eq!(seat.standing(Attestation), Some(Done));
		assert_eq!([Commitment, Reveal].map(|duty| seat.standing(duty)), [None; 2]);
		seat.state = None;
		assert_eq!(standings(&seat), [None; 3]);
	}

	#[test]
	fn nothing_is_due_of_who_is_not_awaited() {
		for state in [
			SeatState { excused: true, ..SeatState::default() },
			SeatState { accused_falsely: true, ..SeatState::default() },
		] {
			let mut seat = seat(7, TaskStatus::Revealing { until: 2 });
			seat.state = Some(state);
			assert_eq!(Duty::ALL.map(|duty| seat.standing(duty)), [None; 3]);
		}
		let mut seat = seat(7, TaskStatus::Committing { frozen_at: 1, until: 2 });
		// who attested falsely still has its share, which the result may need
		seat.state = Some(SeatState { attested_falsely: true, ..SeatState::default() });
		assert_eq!(seat.standing(Duty::Commitment), Some(Standing::Due));
	}

	#[test]
	fn the_nearest_deadlines_are_told_first_and_no_more_than_a_bound() {
		let mut reading = reading();
		let left: Vec<u32> = reading.deadlines().iter().map(|(left, ..)| *left).collect();
		assert_eq!(left, [4, 10, 10]);
		assert_eq!(reading.operators[0].most_urgent(Duty::Attestation, 100), Some(10));
		assert_eq!(reading.operators[0].most_urgent(Duty::Commitment, 100), None);
		// a deadline that has passed is none below zero
		assert_eq!(reading.operators[0].most_urgent(Duty::Reveal, 200), Some(0));
		let many = (0..1_000).map(|task| seat(task, TaskStatus::Revealing { until: 2_000 - task }));
		reading.operators[0].seats = many.collect();
		let deadlines = reading.deadlines();
		assert_eq!((deadlines.len(), deadlines[0].2.task), (MOST_SEATS, 999));
	}

	#[test]
	fn places_are_those_that_capacity_and_stake_leave() {
		let (reading, mut node) = (reading(), fixtures::node());
		// 5,000 cover twelve, of which one is taken
		assert_eq!((reading.covered(node.stake), reading.free(&node)), (12, 11));
		node.capacity = 4;
		assert_eq!(reading.free(&node), 3);
		node.assigned = 9;
		assert_eq!(reading.free(&node), 0);
		let unknown = Reading { seat_stake: 0, ..reading };
		assert_eq!(unknown.covered(5_000), 0);
	}

	#[test]
	fn a_seat_is_read_as_the_chain_keeps_it() {
		let bytes = [&[1][..], &[9; 32], &[1, 1, 0], &[0, 1, 0, 1]].concat();
		let state = SeatState::decode(&mut bytes.as_slice());
		let expected = SeatState {
			commitment: Some([9; 32]),
			answer: Some(Answer::Wrong(ShareFault::NotAsCommitted)),
			excused: false,
			accused_falsely: true,
			attested: false,
			attested_falsely: true,
		};
		assert_eq!(state, Ok(expected));
	}
}
