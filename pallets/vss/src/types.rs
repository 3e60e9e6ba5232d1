//! What the pallet keeps of a task. Nothing here knows the pallet's `Config`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use ostraka_primitives::{
	fault::ShareFault, message::CommitmentBytes, Digest, MAX_COMMITTEE, MAX_DEALERS,
};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32};

/// What the state keeps of a task's sharing.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SharingState {
	/// `C^A_0 .. C^A_t`: sums over the dealings that count. On the curve; in the subgroup of prime order only once the
	/// accepted set is frozen, which checks them.
	pub aggregate: CommitmentBytes,
	/// Dealings taken.
	pub dealings: u32,
	/// Dealings excluded.
	pub excluded: u32,
	/// Dealings whose record is freed already, at settlement.
	pub freed: u32,
	/// Running hash of the dealings' digests in the order in which they were taken, zeros before the first. Exclusions
	/// leave it alone. Members attest to it.
	pub dealt: Digest,
	/// `h_A`, once the accepted set is frozen.
	pub accepted_set: Option<Digest>,
}

impl SharingState {
	/// Dealings that count.
	pub fn accepted(&self) -> u32 {
		self.dealings.saturating_sub(self.excluded)
	}
}

/// How a revealed result share was found.
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
pub enum Answer {
	/// It fits the aggregate.
	Right,
	/// It does not.
	Wrong(ShareFault),
}

/// What the state keeps of a member in a task.
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
pub struct SeatState {
	/// Commitment to its result share.
	pub commitment: Option<Digest>,
	/// How the share that it revealed was found.
	pub answer: Option<Answer>,
	/// A valid accusation of its came after verification had ended, so it may lack its share.
	pub excused: bool,
	/// It made a false accusation or challenge, and may make none in this task any more.
	pub accused_falsely: bool,
	/// It said that its shares of all dealings that count are right, and their proofs hold.
	pub attested: bool,
}

impl SeatState {
	/// Whether it revealed a wrong share.
	pub fn is_convicted(&self) -> bool {
		matches!(self.answer, Some(Answer::Wrong(_)))
	}

	/// Whether it revealed a right share.
	pub fn is_right(&self) -> bool {
		self.answer == Some(Answer::Right)
	}

	/// Whether a phase waits for it: not for members that may lack their share, nor for those proven to cheat.
	pub fn is_awaited(&self) -> bool {
		!self.excused && !self.accused_falsely && !self.is_convicted()
	}
}

/// What the state remembers of every `R` that a task has seen: the first bytes of its SHA-256. To hit another's costs some
/// 2^128 trials.
pub type EphemeralTag = [u8; 16];

/// Those of all dealings of a task, in the order in which they were taken.
pub type Ephemerals = BoundedVec<EphemeralTag, ConstU32<MAX_DEALERS>>;

/// The members' states, by seat.
pub type Seats = BoundedVec<SeatState, ConstU32<MAX_COMMITTEE>>;

/// How far a task is, for clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Counters {
	/// Dealings taken.
	pub dealings: u32,
	/// Dealings excluded by a valid accusation or challenge.
	pub excluded: u32,
	/// Members that have attested.
	pub attested: u32,
	/// Members that have committed.
	pub committed: u32,
	/// Right result shares.
	pub right_shares: u32,
}

/// Index of a 1-based seat.
pub fn seat_index(seat: u8) -> Option<usize> {
	usize::from(seat).checked_sub(1)
}
