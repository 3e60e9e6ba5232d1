//! What the pallet keeps of a task, and how messages become the byte-level structs of `ostraka-protocol`. Nothing
//! here knows the pallet's `Config`.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use ostraka_crypto::messages::{DealingBytes, EvidenceBytes};
use ostraka_primitives::{
	message::{CommitmentBytes, DealingMessage, EvidenceMessage},
	task::Committee,
	traits::TaskView,
	BlockNumber, Digest, MAX_COMMITTEE,
};
use ostraka_protocol::{adjudicator, TaskContext};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32};

/// How a dealing stands.
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
pub enum Standing {
	/// It counts.
	Accepted,
	/// Its dealer was convicted before the freeze: it does not count.
	Excluded,
	/// Its dealer was convicted after verification had ended: it still counts, as nothing changes the accepted set then.
	ConvictedLate,
}

/// What the state keeps of a dealing.
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
pub struct DealingRecord {
	/// Digest of the dealing.
	pub digest: Digest,
	/// SHA-256 of its `R`: the key under which the task remembers it as used.
	pub ephemeral: Digest,
	/// Block whose body holds the dealing.
	pub block: BlockNumber,
	/// How it stands.
	pub standing: Standing,
}

impl DealingRecord {
	/// Whether the dealing is in the accepted set.
	pub fn counts(&self) -> bool {
		self.standing != Standing::Excluded
	}
}

/// What the state keeps of a task's sharing.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SharingState {
	/// `C^A_0 .. C^A_t`: sums over the dealings that count.
	pub aggregate: CommitmentBytes,
	/// Dealings taken.
	pub dealings: u32,
	/// Dealings excluded.
	pub excluded: u32,
	/// Dealings whose record is freed already, at settlement.
	pub freed: u32,
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

/// What is wrong with a result share.
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
pub enum ShareFault {
	/// It is not the one that the member committed to.
	NotAsCommitted,
	/// It does not fit the aggregate's commitments.
	DoesNotFit,
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
	/// It made a false accusation, and may make none in this task any more.
	pub accused_falsely: bool,
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

/// The members' states, by seat.
pub type Seats = BoundedVec<SeatState, ConstU32<MAX_COMMITTEE>>;

/// What a dealer was convicted of.
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
pub enum DealerFault {
	/// The sealed share does not open.
	Unopenable,
	/// It holds a number that is not below the field's order.
	NonCanonicalScalar,
	/// It does not fit the commitments.
	WrongShare,
}

impl From<adjudicator::DealerFault> for DealerFault {
	fn from(fault: adjudicator::DealerFault) -> Self {
		match fault {
			adjudicator::DealerFault::Unopenable => Self::Unopenable,
			adjudicator::DealerFault::NonCanonicalScalar => Self::NonCanonicalScalar,
			adjudicator::DealerFault::WrongShare => Self::WrongShare,
		}
	}
}

/// What an accuser was convicted of.
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
pub enum AccuserFault {
	/// Its Diffie-Hellman value is no point of the prime-order subgroup, or the identity.
	InvalidDh,
	/// The proof of that value does not hold.
	WrongDleq,
	/// The share that it opened is right.
	FalseAccusation,
}

impl From<adjudicator::AccuserFault> for AccuserFault {
	fn from(fault: adjudicator::AccuserFault) -> Self {
		match fault {
			adjudicator::AccuserFault::InvalidDh => Self::InvalidDh,
			adjudicator::AccuserFault::WrongDleq => Self::WrongDleq,
			adjudicator::AccuserFault::FalseAccusation => Self::FalseAccusation,
		}
	}
}

/// How far a task is, for clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Counters {
	/// Dealings taken.
	pub dealings: u32,
	/// Dealings excluded by a valid accusation.
	pub excluded: u32,
	/// Members that have committed.
	pub committed: u32,
	/// Right result shares.
	pub right_shares: u32,
}

/// Index of a 1-based seat.
pub fn seat_index(seat: u8) -> Option<usize> {
	usize::from(seat).checked_sub(1)
}

/// The seal keys of a committee, by seat.
pub fn seal_keys(committee: &Committee) -> Vec<ostraka_primitives::PointBytes> {
	committee.iter().map(|seat| seat.seal_key).collect()
}

/// The view as `ostraka-protocol` takes it.
pub fn task_context(view: &TaskView) -> TaskContext {
	TaskContext {
		task_hash: view.task_hash,
		threshold: view.threshold,
		// Above what any spec allows, and refused there.
		length: u16::try_from(view.length).unwrap_or(u16::MAX),
		seal_keys: seal_keys(&view.committee),
	}
}

/// A dealing as `ostraka-protocol` takes it.
pub fn dealing_bytes(message: &DealingMessage) -> DealingBytes {
	DealingBytes {
		commitments: message.commitments.to_vec(),
		ephemeral: message.ephemeral,
		proof: message.proof,
		sealed: message.sealed.iter().map(|sealed| sealed.to_vec()).collect(),
	}
}

/// Evidence as `ostraka-protocol` takes it.
pub fn evidence_bytes(message: &EvidenceMessage) -> EvidenceBytes {
	EvidenceBytes {
		dh: message.dh,
		dleq: message.dleq,
		commitments: message.commitments.to_vec(),
		ephemeral: message.ephemeral,
		sealed_hashes: message.sealed_hashes.to_vec(),
		sealed: message.sealed.to_vec(),
	}
}

/// A dealing as the call takes it; `None` if something of it is longer than any task allows.
pub fn dealing_message(bytes: DealingBytes) -> Option<DealingMessage> {
	let sealed = bytes
		.sealed
		.into_iter()
		.map(|sealed| sealed.try_into().ok())
		.collect::<Option<Vec<_>>>()?;
	Some(DealingMessage {
		commitments: bytes.commitments.try_into().ok()?,
		ephemeral: bytes.ephemeral,
		proof: bytes.proof,
		sealed: sealed.try_into().ok()?,
	})
}

/// Evidence as the call takes it; `None` if something of it is longer than any task allows.
pub fn evidence_message(bytes: EvidenceBytes) -> Option<EvidenceMessage> {
	Some(EvidenceMessage {
		dh: bytes.dh,
		dleq: bytes.dleq,
		commitments: bytes.commitments.try_into().ok()?,
		ephemeral: bytes.ephemeral,
		sealed_hashes: bytes.sealed_hashes.try_into().ok()?,
		sealed: bytes.sealed.try_into().ok()?,
	})
}
