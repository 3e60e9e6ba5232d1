//! What dealers and compute nodes send to the chain.

use crate::{
	AccountId, BlockNumber, Digest, PointBytes, TaskId, MAX_COMMITMENTS, MAX_COMMITTEE, MAX_SEALED,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32};

/// One sealed share: exactly `32 (L + 1) + 16` bytes.
pub type Sealed = BoundedVec<u8, ConstU32<MAX_SEALED>>;
/// Points `C_0 .. C_t`.
pub type CommitmentBytes = BoundedVec<PointBytes, ConstU32<MAX_COMMITMENTS>>;

/// One dealer's dealing.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DealingMessage {
	/// `C_0 .. C_t`.
	pub commitments: CommitmentBytes,
	/// `R`.
	pub ephemeral: PointBytes,
	/// Proof of `ρ`: challenge and response.
	pub proof: [u8; 64],
	/// Sealed shares, by seat.
	pub sealed: BoundedVec<Sealed, ConstU32<MAX_COMMITTEE>>,
}

/// A dealing as offchain indexing keeps it, under [`indexed_key`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct IndexedDealing {
	/// Who dealt it.
	pub dealer: AccountId,
	/// The dealing.
	pub dealing: DealingMessage,
}

/// Key in a node's offchain database of the dealing with this digest. Keyed by digest, not by task and dealer:
/// that database does not follow forks, and a losing fork's dealing must not shadow the right one.
pub fn indexed_key(digest: &Digest) -> [u8; 48] {
	let mut key = [0u8; 48];
	let (prefix, tail) = key.split_at_mut(16);
	prefix.copy_from_slice(b"ostraka/dealing/");
	tail.copy_from_slice(digest);
	key
}

/// Evidence of an accusation: the accuser opens its own sealed share in public.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct EvidenceMessage {
	/// `K = e_j R`.
	pub dh: PointBytes,
	/// Proof that `K` has the accuser's exponent: challenge and response.
	pub dleq: [u8; 64],
	/// The dealing's `C_0 .. C_t`.
	pub commitments: CommitmentBytes,
	/// The dealing's `R`.
	pub ephemeral: PointBytes,
	/// Hashes of the dealing's sealed shares, by seat.
	pub sealed_hashes: BoundedVec<Digest, ConstU32<MAX_COMMITTEE>>,
	/// The accuser's own sealed share.
	pub sealed: Sealed,
}

/// A result share: `y_j` then `γ_j`, `32 (L + 1)` bytes.
pub type ResultShareBytes = BoundedVec<u8, ConstU32<{ MAX_SEALED - 16 }>>;

/// Domain of the messages that worker keys sign.
pub const WORKER_MESSAGE: &[u8; 17] = b"ostraka/worker/v1";

/// What a worker's signature covers. The payload's SCALE bytes are hashed by the caller.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct WorkerMessage {
	/// [`WORKER_MESSAGE`].
	pub domain: [u8; 17],
	/// Hash of the chain's first block.
	pub genesis: [u8; 32],
	/// `TH`.
	pub task_hash: Digest,
	/// The task.
	pub task: TaskId,
	/// The seat.
	pub seat: u8,
	/// Which call it is.
	pub kind: MessageKind,
	/// SHA-256 of the SCALE bytes of the call's own arguments.
	pub payload: Digest,
	/// Block of the attempt: makes a retry a new transaction.
	pub at: BlockNumber,
}

/// The worker's calls.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum MessageKind {
	/// Accuses a dealer; payload: dealer, digest, evidence.
	Accuse,
	/// Commits to a result share; payload: `h_A`, commitment.
	Commit,
	/// Reveals a result share; payload: `h_A`, result share.
	Reveal,
}
