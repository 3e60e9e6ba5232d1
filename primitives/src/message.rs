//! What dealers and nodes send to the chain.
//!
//! # Invariants
//! - Every list is bounded, so that nothing longer is ever decoded. Whether points, keys and scalars are what they stand
//!   for is not known here: the protocol's decoders say.
//! - A worker's signature binds chain, task, seat, call and arguments: it can be sent nowhere else.
//! - [`MessageKind`] keeps its order, new ones come last: the number is under the signature and in the pool's tag.

use crate::{
	AccountId, BlockNumber, Digest, PointBytes, SealKeyBytes, TaskId, MAX_COMMITMENTS,
	MAX_COMMITTEE, MAX_SEALED, MAX_VALIDITY,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32};

/// One sealed share: exactly `32 (L + 1) + 16` bytes.
pub type Sealed = BoundedVec<u8, ConstU32<MAX_SEALED>>;
/// A proof that an input is valid: how long it is follows from the task.
pub type ValidityBytes = BoundedVec<u8, ConstU32<MAX_VALIDITY>>;
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
	pub ephemeral: SealKeyBytes,
	/// Proof of `ρ`: a signature under `R` over the dealing's digest.
	pub proof: [u8; 64],
	/// Sealed shares, by seat.
	pub sealed: BoundedVec<Sealed, ConstU32<MAX_COMMITTEE>>,
	/// Proof that the input is valid. The chain hashes it, and computes with it where somebody challenges it.
	pub validity: ValidityBytes,
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

/// Evidence of an accusation: the accuser opens its own sealed share in public. Of a dealing whose commitments lie outside
/// the group it opens nothing: the commitments are the evidence, `K` and its proof are zeros.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct EvidenceMessage {
	/// `K = e_j R`.
	pub dh: SealKeyBytes,
	/// Proof that `K` has the accuser's exponent: challenge and response.
	pub dleq: [u8; 64],
	/// The dealing's `C_0 .. C_t`.
	pub commitments: CommitmentBytes,
	/// The dealing's `R`.
	pub ephemeral: SealKeyBytes,
	/// Hashes of the dealing's sealed shares, by seat.
	pub sealed_hashes: BoundedVec<Digest, ConstU32<MAX_COMMITTEE>>,
	/// Hash of the dealing's proof that its input is valid.
	pub validity_hash: Digest,
	/// The accuser's own sealed share.
	pub sealed: Sealed,
}

/// A challenge of a dealing's proof that its input is valid: all that the chain needs to compute the verdict, which it has
/// only the digest of.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ChallengeMessage {
	/// The dealing's `C_0 .. C_t`.
	pub commitments: CommitmentBytes,
	/// The dealing's `R`.
	pub ephemeral: SealKeyBytes,
	/// Hashes of the dealing's sealed shares, by seat.
	pub sealed_hashes: BoundedVec<Digest, ConstU32<MAX_COMMITTEE>>,
	/// The dealing's proof that its input is valid.
	pub validity: ValidityBytes,
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
	/// Says that it has checked every dealing that is not excluded, its share (if it has one), commitments and proof, and
	/// accuses and challenges none; payload: the hashes `dealt` of the dealings and `excluded` of those excluded.
	Attest,
	/// Challenges a dealing's proof; payload: dealer, digest, challenge.
	Challenge,
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec;

	/// Signatures and the pool's tags hold these bytes.
	#[test]
	fn calls_keep_their_numbers() {
		let kinds = [
			MessageKind::Accuse,
			MessageKind::Commit,
			MessageKind::Reveal,
			MessageKind::Attest,
			MessageKind::Challenge,
		];
		assert_eq!(kinds.encode(), [0, 1, 2, 3, 4]);
	}

	/// A key or a Diffie-Hellman value stands in its message as it is, without a length.
	#[test]
	fn keys_take_32_bytes() {
		let evidence = EvidenceMessage {
			dh: [1; 32],
			dleq: [2; 64],
			commitments: Default::default(),
			ephemeral: [3; 32],
			sealed_hashes: Default::default(),
			validity_hash: [4; 32],
			sealed: Default::default(),
		};
		let bytes = evidence.encode();
		assert_eq!(bytes.len(), 32 + 64 + 1 + 32 + 1 + 32 + 1);
		assert!(bytes.starts_with(&[1; 32]));
		assert!(bytes.ends_with(&[&[0][..], &[4; 32], &[0]].concat()));
	}

	/// A proof comes last in a dealing and in a challenge, and none longer than the longest is decoded.
	#[test]
	fn a_proof_is_bounded_and_comes_last() {
		let most = vec![7; MAX_VALIDITY as usize];
		let longer = vec![7; MAX_VALIDITY as usize + 1];
		let dealing = |validity: &[u8]| {
			[&[0][..], &[1; 32], &[2; 64], &[0], validity.encode().as_slice()].concat()
		};
		let read = DealingMessage::decode(&mut &dealing(&most)[..]).unwrap();
		assert_eq!(read.validity.as_slice(), most);
		assert_eq!(read.encode(), dealing(&most));
		assert!(DealingMessage::decode(&mut &dealing(&longer)[..]).is_err());

		let challenge =
			|validity: &[u8]| [&[0][..], &[1; 32], &[0], validity.encode().as_slice()].concat();
		let read = ChallengeMessage::decode(&mut &challenge(&most)[..]).unwrap();
		assert_eq!(read.validity.as_slice(), most);
		assert_eq!(read.encode(), challenge(&most));
		assert!(ChallengeMessage::decode(&mut &challenge(&longer)[..]).is_err());
	}
}
