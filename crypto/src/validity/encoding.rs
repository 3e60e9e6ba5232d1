//! Bytes of a proof, and back.
//!
//! A proof is its points, each 96 bytes, then its scalars, each 32 bytes little-endian, encoded as everywhere ([`crate::encoding`]).
//! The relation says how many there are. Points: rows of bits, of left operands, of right operands, of products; `S`, `S'`;
//! coefficients below, from the lowest of each row; coefficients above; their mask. Scalars: each opening's values, then its
//! blinding value.
//!
//! Points are not compressed: a square root takes whoever judges a proof longer than all else that it does with the point, and rows
//! that are chosen for it (`LENGTHENED` in the layout) make up for the bytes.

use super::layout::{Layout, POINT, SCALAR};
use crate::{
	curve::Plain,
	encoding::{decode_on_curve, decode_scalar, encode_scalar, PointBytes, ScalarBytes},
	error::Error,
	scalar::Scalar,
};
use alloc::vec::Vec;
use ark_ec::short_weierstrass::Affine;
use core::array;

/// A proof, read but not checked.
pub(super) struct Proof<'a> {
	/// The first message's points.
	pub first: Vec<PointBytes>,
	/// The coefficients' points.
	pub coefficients: Vec<PointBytes>,
	/// The openings, as they were sent.
	pub opening_bytes: &'a [u8],
	/// The openings' values.
	pub openings: [Vec<Scalar>; 3],
	/// The openings' blinding values.
	pub blindings: [Scalar; 3],
}

impl<'a> Proof<'a> {
	/// Takes a proof apart. Its points are not decoded yet.
	///
	/// # Errors
	/// `Length`, `NonCanonicalScalar`.
	pub(super) fn from_bytes(layout: &Layout, bytes: &'a [u8]) -> Result<Self, Error> {
		let expected = layout.proof_length();
		let wrong = || Error::Length { what: "proof", expected, found: bytes.len() };
		Error::length("proof", expected, bytes.len())?;
		let (points, opening_bytes) =
			bytes.split_at_checked(POINT * layout.points()).ok_or_else(wrong)?;
		let (first, coefficients) =
			points.split_at_checked(POINT * layout.first_points()).ok_or_else(wrong)?;
		let mut scalars = opening_bytes.chunks_exact(SCALAR).map(|bytes| {
			let bytes = ScalarBytes::try_from(bytes).map_err(|_| Error::NonCanonicalScalar)?;
			decode_scalar(&bytes)
		});
		let mut openings = layout.openings().map(Vec::with_capacity);
		let mut blindings = [Scalar::from(0u8); 3];
		for ((opening, blinding), length) in
			openings.iter_mut().zip(&mut blindings).zip(layout.openings())
		{
			for scalar in scalars.by_ref().take(length) {
				opening.push(scalar?);
			}
			*blinding = scalars.next().ok_or_else(wrong)??;
		}
		let [first, coefficients] = [first, coefficients].map(split);
		Ok(Self { first, coefficients, opening_bytes, openings, blindings })
	}

	/// Decodes all points. They are on the curve, and may lie outside the subgroup.
	///
	/// # Errors
	/// `NonCanonicalPoint`, `NotOnCurve`.
	pub(super) fn points(&self) -> Result<Vec<Affine<Plain>>, Error> {
		self.first.iter().chain(&self.coefficients).map(decode_on_curve).collect()
	}
}

fn split(bytes: &[u8]) -> Vec<PointBytes> {
	let points = bytes.chunks_exact(POINT);
	points.map(|point| array::from_fn(|place| point.get(place).copied().unwrap_or(0))).collect()
}

/// Appends an opening.
pub(super) fn push_opening(bytes: &mut Vec<u8>, values: &[Scalar], blinding: &Scalar) {
	values.iter().chain([blinding]).for_each(|value| bytes.extend(encode_scalar(value)));
}
