//! Commitments of dealings: those that were checked, and those that nobody has checked yet.

use crate::{
	curve::{lift, Curve, Plain},
	encoding::{decode_on_curve, decode_point, decode_stored_point, encode_point, PointBytes},
	error::Error,
	group,
};
use alloc::vec::Vec;
use ark_ec::short_weierstrass::Affine;
use core::fmt;

/// The commitments `C_0 .. C_t` of a dealing, or the sums of those of many.
pub struct Commitments<P: Curve>(pub Vec<Affine<P>>);

// By hand: derived, they would ask the same of `P`, which is only a name for the group.
impl<P: Curve> Clone for Commitments<P> {
	fn clone(&self) -> Self {
		Self(self.0.clone())
	}
}

impl<P: Curve> PartialEq for Commitments<P> {
	fn eq(&self, other: &Self) -> bool {
		self.0 == other.0
	}
}

impl<P: Curve> Eq for Commitments<P> {}

impl<P: Curve> fmt::Debug for Commitments<P> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_tuple("Commitments").field(&self.0).finish()
	}
}

impl<P: Curve> Commitments<P> {
	/// The points' encodings.
	pub fn to_bytes(&self) -> Vec<PointBytes> {
		self.0.iter().map(encode_point).collect()
	}

	/// Decodes commitments for a threshold `t`.
	///
	/// # Errors
	/// `Length` if there are not `t + 1`, and those of [`decode_point`].
	pub fn from_bytes(bytes: &[PointBytes], threshold: u8) -> Result<Self, Error> {
		Error::length("commitments", usize::from(threshold) + 1, bytes.len())?;
		bytes.iter().map(decode_point).collect::<Result<_, _>>().map(Self)
	}

	/// Like [`Self::from_bytes`] for bytes that the runtime has checked already, as those of an accepted dealing
	/// whose digest matches. Spares the subgroup checks.
	///
	/// # Errors
	/// `Length`, and those of [`decode_stored_point`].
	pub fn from_stored_bytes(bytes: &[PointBytes], threshold: u8) -> Result<Self, Error> {
		Error::length("commitments", usize::from(threshold) + 1, bytes.len())?;
		bytes.iter().map(decode_stored_point).collect::<Result<_, _>>().map(Self)
	}
}

/// `C_0 .. C_t` of a dealing as it came in: canonical, on the curve, perhaps outside the subgroup of prime order. They may be
/// added up, and nothing else before they are checked: here one by one, or by [`batch_subgroup`](super::batch_subgroup).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UncheckedCommitments(pub(super) Vec<Affine<Plain>>);

impl UncheckedCommitments {
	/// Decodes commitments for a threshold `t`.
	///
	/// # Errors
	/// `Length` if there are not `t + 1`, `NonCanonicalPoint`, `NotOnCurve`.
	pub fn from_bytes(bytes: &[PointBytes], threshold: u8) -> Result<Self, Error> {
		Error::length("commitments", usize::from(threshold) + 1, bytes.len())?;
		bytes.iter().map(decode_on_curve).collect::<Result<_, _>>().map(Self)
	}

	/// The points.
	pub fn points(&self) -> &[Affine<Plain>] {
		&self.0
	}

	/// The points' encodings.
	pub fn to_bytes(&self) -> Vec<PointBytes> {
		self.0.iter().map(encode_point).collect()
	}

	/// Checks each point.
	///
	/// # Errors
	/// `NotInSubgroup`.
	pub fn check<P: Curve>(&self) -> Result<Commitments<P>, Error> {
		let sound = self.0.iter().all(group::in_subgroup);
		sound.then(|| self.checked()).ok_or(Error::NotInSubgroup)
	}

	/// The same points, for who has checked them.
	pub(super) fn checked<P: Curve>(&self) -> Commitments<P> {
		Commitments(self.0.iter().map(lift).collect())
	}
}
