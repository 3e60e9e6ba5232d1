//! What everybody knows of a task once its committee and its panel are drawn, and the hash `TH` that pins all of it.

use alloc::vec::Vec;
use core::fmt;
use ostraka_crypto::{
	messages::DealingBytes,
	seal,
	transcript::{sha256, Transcript},
	validity::Statement,
	vss, Error, Hash, Identity, PointBytes, SealKeyBytes,
};
use ostraka_primitives::ProtocolVersion;

const TASK_TAG: &str = "ostraka/task/v5";
const SPEC_TAG: &str = "ostraka/spec/v1";

/// A version of the protocol: which transcripts, decoders and rules a task follows. A task's record pins the one that was
/// current when it was submitted, and `TH` covers it, so an upgrade that brings another leaves open tasks alone: code that
/// differs between versions asks [`TaskContext::version`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
	/// Shares are sealed on Ristretto255, `R` signs the dealing, and a dealing proves that its input is valid. A committee
	/// checks shares, commitments and proofs, a panel beside it commitments and proofs; who attests names the dealings and
	/// the exclusions that it knew of. A task has conditions, and a result can be sealed to a recipient, who deals a mask without
	/// a proof. No task of a version before it is open on any chain.
	V6,
}

impl Version {
	/// That of tasks which are submitted now.
	pub const CURRENT: Self = Self::V6;

	/// As records name it.
	pub const fn number(self) -> ProtocolVersion {
		match self {
			Self::V6 => 6,
		}
	}

	/// The version that a record names.
	///
	/// # Errors
	/// [`UnknownVersion`] of a later one, or of one that is no longer served.
	pub const fn from_number(number: ProtocolVersion) -> Result<Self, UnknownVersion> {
		match number {
			6 => Ok(Self::V6),
			_ => Err(UnknownVersion(number)),
		}
	}
}

/// A task follows a version of the protocol that this software does not know: it must not touch the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownVersion(pub ProtocolVersion);

impl fmt::Display for UnknownVersion {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let (theirs, ours) = (self.0, Version::CURRENT.number());
		write!(
			f,
			"the task follows version {theirs} of the protocol, this software knows version {ours}"
		)
	}
}

impl core::error::Error for UnknownVersion {}

/// Who has a seat in a task, as pinned at the draw. Its index `j` is its place in the row of seats, counted from 1: the
/// committee's, then the panel's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
	/// The operator's account.
	pub account: Identity,
	/// The worker key.
	pub worker: Identity,
	/// `E_j`. To a verifier's nothing is sealed; it is pinned with the rest of what the node registered.
	pub seal_key: SealKeyBytes,
}

/// All that the task hash covers.
#[derive(Clone, Copy, Debug)]
pub struct TaskHashInput<'a> {
	/// The chain's genesis hash.
	pub genesis: &'a Hash,
	/// The task's number.
	pub task_id: u32,
	/// The protocol that it follows.
	pub version: Version,
	/// What was published: `ostraka_primitives::task::published_bytes`, the SCALE bytes of spec, consent and
	/// conditions.
	pub spec: &'a [u8],
	/// The security class.
	pub class: u8,
	/// Nodes in the committee.
	pub n: u8,
	/// Threshold.
	pub threshold: u8,
	/// Least number of accepted dealers, by the task's conditions: what a dealer hides among.
	pub least_dealers: u32,
	/// Block of the draw and the phases' windows: `ostraka_primitives::task::Windows::deadlines`.
	pub deadlines: &'a [u32],
	/// The committee, in the order of its indices.
	pub committee: &'a [Member],
	/// The panel, in the order of its indices, which go on from the committee's.
	pub panel: &'a [Member],
}

/// The task hash `TH`.
pub fn task_hash(input: &TaskHashInput<'_>) -> Hash {
	sha256(&task_hash_preimage(input))
}

/// The bytes whose SHA-256 is the task hash.
pub fn task_hash_preimage(input: &TaskHashInput<'_>) -> Vec<u8> {
	let mut transcript = Transcript::recorded(TASK_TAG)
		.fixed(input.genesis)
		.u32(input.task_id)
		.u16(input.version.number())
		.fixed(&Transcript::new(SPEC_TAG).variable(input.spec).digest())
		.u8(input.class)
		.u8(input.n)
		.u8(input.threshold)
		.u32(input.least_dealers)
		.count(input.deadlines.len());
	for deadline in input.deadlines {
		transcript = transcript.u32(*deadline);
	}
	let mut indices = 1u8..=u8::MAX;
	for seats in [input.committee, input.panel] {
		transcript = transcript.count(seats.len());
		// The slice is asked first: a range that is asked in vain has gone on.
		for (member, j) in seats.iter().zip(&mut indices) {
			transcript = transcript
				.u8(j)
				.fixed(&member.account)
				.fixed(&member.worker)
				.fixed(&member.seal_key);
		}
	}
	transcript.into_bytes()
}

/// What everybody knows of a task once it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskContext {
	/// The protocol that the task follows.
	pub version: Version,
	/// `TH`.
	pub task_hash: Hash,
	/// `t`: any `t + 1` nodes reconstruct, any `t` learn nothing.
	pub threshold: u8,
	/// `L`, the length of every dealer's vector.
	pub length: u16,
	/// Bytes of every dealer's proof that its vector is valid, which follow from the spec.
	pub proof_length: u32,
	/// `E_1 .. E_n`, of the committee alone: to a panel nothing is sealed.
	pub seal_keys: Vec<SealKeyBytes>,
	/// Whom the result is sealed to. Its dealing is the mask, which proves nothing of its vector.
	pub recipient: Option<Identity>,
}

impl TaskContext {
	/// The number of nodes.
	///
	/// # Errors
	/// `Parameters` if number and threshold do not fit together.
	pub fn n(&self) -> Result<u8, Error> {
		let n = u8::try_from(self.seal_keys.len()).map_err(|_| Error::Parameters)?;
		vss::check_parameters(self.threshold, n)?;
		Ok(n)
	}

	/// `L`.
	pub fn length(&self) -> usize {
		usize::from(self.length)
	}

	/// Number of commitments of a dealing, `t + 1`.
	pub fn commitments(&self) -> usize {
		usize::from(self.threshold) + 1
	}

	/// `E_j`.
	///
	/// # Errors
	/// `Index` if there is no node `j`.
	pub fn seal_key(&self, j: u8) -> Result<&SealKeyBytes, Error> {
		let index = usize::from(j).checked_sub(1).ok_or(Error::Index)?;
		self.seal_keys.get(index).ok_or(Error::Index)
	}

	/// Whether this account's dealing is the mask.
	pub fn is_mask(&self, dealer: &Identity) -> bool {
		self.recipient.as_ref() == Some(dealer)
	}

	/// Bytes of this account's proof that its vector is valid; a mask has none.
	pub fn proof_length_of(&self, dealer: &Identity) -> u32 {
		match self.is_mask(dealer) {
			true => 0,
			false => self.proof_length,
		}
	}

	/// Checks every length of a dealer's dealing. To be called before anything of it is decoded.
	///
	/// # Errors
	/// `Parameters`, `VectorLength`, `Length`.
	pub fn check_lengths(&self, dealer: &Identity, dealing: &DealingBytes) -> Result<(), Error> {
		let n = self.n()?;
		vss::check_length(self.length())?;
		expect_length("commitments", self.commitments(), dealing.commitments.len())?;
		expect_length("sealed shares", usize::from(n), dealing.sealed.len())?;
		self.check_proof_length(dealer, dealing.validity.len())?;
		let expected = seal::ciphertext_len(self.length());
		dealing
			.sealed
			.iter()
			.try_for_each(|sealed| expect_length("ciphertext", expected, sealed.len()))
	}

	/// Checks the length of a dealer's proof of validity, without which no dealing is taken and none is judged.
	///
	/// # Errors
	/// `Length`.
	pub(crate) fn check_proof_length(&self, dealer: &Identity, found: usize) -> Result<(), Error> {
		expect_proof(self.proof_length_of(dealer), found)
	}

	/// Checks that proofs of this length are those that the task's dealers deal.
	///
	/// # Errors
	/// `Length`.
	pub(crate) fn check_relation_length(&self, found: usize) -> Result<(), Error> {
		expect_proof(self.proof_length, found)
	}

	/// What the proof of validity in a dealing with these commitments is of.
	pub const fn statement<'a>(
		&'a self,
		dealer: &'a Identity,
		commitments: &'a [PointBytes],
	) -> Statement<'a> {
		Statement { task_hash: &self.task_hash, dealer, commitments }
	}

	/// What the sealed share of node `j` is bound to.
	pub(crate) fn seal_context<'a>(
		&'a self,
		dealer: &'a Identity,
		j: u8,
		ephemeral: &'a SealKeyBytes,
		commitments: &'a [PointBytes],
	) -> Result<seal::Context<'a>, Error> {
		let seal_key = self.seal_key(j)?;
		Ok(seal::Context {
			task_hash: &self.task_hash,
			dealer,
			j,
			seal_key,
			ephemeral,
			commitments,
		})
	}
}

fn expect_proof(expected: u32, found: usize) -> Result<(), Error> {
	expect_length("proof", usize::try_from(expected).unwrap_or(usize::MAX), found)
}

pub(crate) fn expect_length(
	what: &'static str,
	expected: usize,
	found: usize,
) -> Result<(), Error> {
	(expected == found).then_some(()).ok_or(Error::Length { what, expected, found })
}
