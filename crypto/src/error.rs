//! The crate's one error type. Each variant names what is wrong with the input.

use core::fmt;

/// What is wrong with an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
	/// Something has another length than it must have, in bytes or elements.
	Length {
		/// What has the wrong length.
		what: &'static str,
		/// The length that it must have.
		expected: usize,
		/// The length that it has.
		found: usize,
	},
	/// 32 bytes that are not the little-endian form of a number below the field's order, or below the order of
	/// Ristretto255 in a proof.
	NonCanonicalScalar,
	/// 96 bytes that are not the one form of a point: a flag is set that must not be, or a coordinate is not
	/// below the base field's order.
	NonCanonicalPoint,
	/// 32 bytes that are not the one form of a Ristretto255 element.
	NonCanonicalKey,
	/// Coordinates that do not satisfy the curve's equation.
	NotOnCurve,
	/// A point of the curve outside the subgroup of prime order.
	NotInSubgroup,
	/// The identity where a key stands.
	Identity,
	/// A number of nodes and a threshold that no committee can have: `1 <= t`, `2t + 1 <= n <= 255`.
	Parameters,
	/// A node's index that is zero or above the number of nodes.
	Index,
	/// A node's index that occurs twice.
	DuplicateIndex,
	/// A vector longer than there are generators, or empty.
	VectorLength,
	/// A relation that names what it does not have, or is too large.
	Relation,
	/// A vector that does not satisfy its relation.
	Unsatisfied,
	/// A ciphertext that the key does not open.
	Unopenable,
	/// A proof that does not hold.
	InvalidProof,
	/// Evidence, or a challenge, that does not belong to the dealing's digest.
	DigestMismatch,
	/// A share that does not fit its commitments.
	ShareMismatch,
	/// Evidence, or a challenge, that would not convict the dealer.
	NoFault,
}

impl fmt::Display for Error {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Length { what, expected, found } => {
				write!(f, "{what}: length {found} where {expected} is needed")
			},
			Self::NonCanonicalScalar => f.write_str("scalar is not canonical"),
			Self::NonCanonicalPoint => f.write_str("point is not canonically encoded"),
			Self::NonCanonicalKey => f.write_str("key is not canonically encoded"),
			Self::NotOnCurve => f.write_str("point is not on the curve"),
			Self::NotInSubgroup => f.write_str("point is not in the prime-order subgroup"),
			Self::Identity => f.write_str("the identity stands where a key is needed"),
			Self::Parameters => f.write_str("threshold and number of nodes do not fit together"),
			Self::Index => f.write_str("node index out of range"),
			Self::DuplicateIndex => f.write_str("node index occurs twice"),
			Self::VectorLength => f.write_str("vector is empty or longer than the generators"),
			Self::Relation => f.write_str("relation is too large, or names what is not there"),
			Self::Unsatisfied => f.write_str("vector does not satisfy its relation"),
			Self::Unopenable => f.write_str("sealed share does not open"),
			Self::InvalidProof => f.write_str("proof does not hold"),
			Self::DigestMismatch => f.write_str("evidence does not match the dealing's digest"),
			Self::ShareMismatch => f.write_str("share does not fit the commitments"),
			Self::NoFault => f.write_str("the evidence shows no fault of the dealer"),
		}
	}
}

impl core::error::Error for Error {}

impl Error {
	/// Checks a length.
	pub(crate) fn length(what: &'static str, expected: usize, found: usize) -> Result<(), Self> {
		(expected == found).then_some(()).ok_or(Self::Length { what, expected, found })
	}
}
