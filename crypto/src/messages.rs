//! The byte-level messages of a dealing, of an accusation and of a challenge, and the digest that ties them together. Nothing in
//! them has been checked.

use crate::{
	encoding::{PointBytes, SealKeyBytes},
	transcript::{sha256, Transcript},
	Hash, Identity,
};
use alloc::vec::Vec;

const DIGEST_TAG: &str = "ostraka/dealing/v3";

/// Length of an encoded proof.
pub const PROOF_LENGTH: usize = 64;
/// An encoded proof: of [`crate::proofs`], what it is depends on the proof.
pub type ProofBytes = [u8; PROOF_LENGTH];

/// What a dealer sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealingBytes {
	/// `C_0 .. C_t`.
	pub commitments: Vec<PointBytes>,
	/// `R`.
	pub ephemeral: SealKeyBytes,
	/// Proof of `rho`: a signature under `R` over the digest.
	pub proof: ProofBytes,
	/// The sealed shares of nodes `1 .. n`.
	pub sealed: Vec<Vec<u8>>,
	/// Proof that what is in `C_0` is valid ([`crate::validity`]).
	pub validity: Vec<u8>,
}

impl DealingBytes {
	/// The hashes of the sealed shares.
	pub fn sealed_hashes(&self) -> Vec<Hash> {
		self.sealed.iter().map(|ciphertext| hash_sealed(ciphertext)).collect()
	}

	/// The hash of the proof of validity.
	pub fn validity_hash(&self) -> Hash {
		hash_validity(&self.validity)
	}

	/// The dealing's digest.
	pub fn digest(&self, task_hash: &Hash, dealer: &Identity) -> Hash {
		let hashes = self.sealed_hashes();
		let Self { ephemeral, commitments, .. } = self;
		digest(task_hash, dealer, ephemeral, commitments, &hashes, &self.validity_hash())
	}
}

/// What a node reveals to accuse a dealer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceBytes {
	/// `K = e_j R`.
	pub dh: SealKeyBytes,
	/// Proof that `log_B E_j = log_R K`.
	pub dleq: ProofBytes,
	/// The dealing's `C_0 .. C_t`.
	pub commitments: Vec<PointBytes>,
	/// The dealing's `R`.
	pub ephemeral: SealKeyBytes,
	/// The hashes of all sealed shares.
	pub sealed_hashes: Vec<Hash>,
	/// The hash of the dealing's proof of validity.
	pub validity_hash: Hash,
	/// The accuser's own sealed share.
	pub sealed: Vec<u8>,
}

impl EvidenceBytes {
	/// The digest of the dealing that the evidence is about.
	pub fn digest(&self, task_hash: &Hash, dealer: &Identity) -> Hash {
		let Self { ephemeral, commitments, sealed_hashes, validity_hash, .. } = self;
		digest(task_hash, dealer, ephemeral, commitments, sealed_hashes, validity_hash)
	}
}

/// What somebody shows to challenge a dealing: all that its proof of validity is judged by. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeBytes {
	/// The dealing's `C_0 .. C_t`.
	pub commitments: Vec<PointBytes>,
	/// The dealing's `R`.
	pub ephemeral: SealKeyBytes,
	/// The hashes of all sealed shares.
	pub sealed_hashes: Vec<Hash>,
	/// The dealing's proof of validity.
	pub validity: Vec<u8>,
}

impl ChallengeBytes {
	/// The digest of the dealing that the challenge is about.
	pub fn digest(&self, task_hash: &Hash, dealer: &Identity) -> Hash {
		let Self { commitments, ephemeral, sealed_hashes, validity } = self;
		let validity_hash = hash_validity(validity);
		digest(task_hash, dealer, ephemeral, commitments, sealed_hashes, &validity_hash)
	}
}

/// Hash of a sealed share: plain SHA-256.
pub fn hash_sealed(ciphertext: &[u8]) -> Hash {
	sha256(ciphertext)
}

/// Hash of a proof of validity: plain SHA-256.
pub fn hash_validity(proof: &[u8]) -> Hash {
	sha256(proof)
}

/// The digest of a dealing: `Hash(TH, dealer, R, C_0 .. C_t, [Hash(ct_j)], Hash(proof of validity))`.
pub fn digest(
	task_hash: &Hash,
	dealer: &Identity,
	ephemeral: &SealKeyBytes,
	commitments: &[PointBytes],
	sealed_hashes: &[Hash],
	validity_hash: &Hash,
) -> Hash {
	Transcript::of_task(DIGEST_TAG, task_hash)
		.fixed(dealer)
		.fixed(ephemeral)
		.points(commitments)
		.hashes(sealed_hashes)
		.fixed(validity_hash)
		.digest()
}
