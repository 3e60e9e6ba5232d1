//! Bytes of a proof, and back: the one decoder.
//!
//! A proof is its points, each compressed to 48 bytes, then its scalars, each 32 bytes little-endian. The relation says how many
//! there are. Points: rows of bits, of left operands, of right operands, of products; `S`, `S'`; coefficients below, from
//! the lowest of each row; coefficients above; their mask. Scalars: each opening's values, then its blinding value.
//!
//! A compressed point is `x`, big-endian, with flags in the three highest bits of the first byte: the first is set, the second
//! stands for the identity (`0xc0` and 47 zeros), the third says that `y` is the larger one of the two roots. This is the
//! ZCash specification's compressed form. Each value has exactly one encoding.

use super::layout::{Layout, POINT, SCALAR};
use crate::{
	curve::{Curve, Plain},
	encoding::{decode_coordinate, decode_scalar, encode_coordinate, encode_scalar, ScalarBytes},
	error::Error,
	scalar::Scalar,
};
use alloc::vec::Vec;
use ark_bls12_381::Fq;
use ark_ec::{short_weierstrass::Affine, AffineRepr};
use ark_ff::{PrimeField, Zero};
use core::array;

/// A compressed point.
pub(super) type CompressedPoint = [u8; POINT];

/// Set on every compressed point.
const COMPRESSED: u8 = 0x80;
/// The identity's.
const IDENTITY: u8 = 0x40;
/// The larger root's.
const LARGER: u8 = 0x20;

/// A proof, read but not checked.
pub(super) struct Proof<'a> {
	/// The first message's points.
	pub first: Vec<CompressedPoint>,
	/// The coefficients' points.
	pub coefficients: Vec<CompressedPoint>,
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
		let [first, coefficients] = [first, coefficients].map(compressed);
		Ok(Self { first, coefficients, opening_bytes, openings, blindings })
	}

	/// Decodes all points. They are on the curve, and may lie outside the subgroup.
	///
	/// # Errors
	/// Those of [`decompress`].
	pub(super) fn points(&self) -> Result<Vec<Affine<Plain>>, Error> {
		self.first.iter().chain(&self.coefficients).map(decompress).collect()
	}
}

fn compressed(bytes: &[u8]) -> Vec<CompressedPoint> {
	let points = bytes.chunks_exact(POINT);
	points.map(|point| array::from_fn(|place| point.get(place).copied().unwrap_or(0))).collect()
}

/// Appends an opening.
pub(super) fn push_opening(bytes: &mut Vec<u8>, values: &[Scalar], blinding: &Scalar) {
	values.iter().chain([blinding]).for_each(|value| bytes.extend(encode_scalar(value)));
}

/// Compresses a point.
pub(super) fn compress<P: Curve>(point: &Affine<P>) -> CompressedPoint {
	let mut bytes = [0; POINT];
	let mut flags = COMPRESSED;
	if let Some((x, y)) = point.xy() {
		encode_coordinate(&x, &mut bytes);
		if is_larger(&y) {
			flags |= LARGER;
		}
	} else {
		flags |= IDENTITY;
	}
	let [first, ..] = &mut bytes;
	*first |= flags;
	bytes
}

/// Decompresses a point of the curve, which may lie outside the subgroup.
///
/// # Errors
/// `NonCanonicalPoint`, `NotOnCurve`; `NotInSubgroup` of the two points of order three.
pub(super) fn decompress(bytes: &CompressedPoint) -> Result<Affine<Plain>, Error> {
	let [first, ..] = bytes;
	if first & COMPRESSED == 0 {
		return Err(Error::NonCanonicalPoint);
	}
	if first & IDENTITY != 0 {
		let identity = compress(&Affine::<Plain>::identity());
		return (*bytes == identity).then(Affine::identity).ok_or(Error::NonCanonicalPoint);
	}
	let mut x = *bytes;
	let [first, ..] = &mut x;
	let larger = *first & LARGER != 0;
	*first &= !(COMPRESSED | LARGER);
	let x = decode_coordinate(&x)?;
	// blst's decoder knows these two, and no other, as points outside the subgroup: so does this one
	if x.is_zero() {
		return Err(Error::NotInSubgroup);
	}
	root(bytes, &x, larger).ok_or(Error::NotOnCurve)
}

/// The point over `x` whose `y` is the larger or the smaller root; `bytes` are its own.
#[cfg(feature = "blst")]
fn root(bytes: &CompressedPoint, x: &Fq, _larger: bool) -> Option<Affine<Plain>> {
	let point = blst::min_pk::PublicKey::uncompress(bytes).ok()?;
	let point = blst::blst_p1_affine::from(point);
	Some(Affine::new_unchecked(*x, Fq::new_unchecked(ark_ff::BigInt(point.y.l))))
}

/// The point over `x` whose `y` is the larger or the smaller root.
#[cfg(not(feature = "blst"))]
fn root(_bytes: &CompressedPoint, x: &Fq, larger: bool) -> Option<Affine<Plain>> {
	use ark_ec::short_weierstrass::SWCurveConfig;
	use ark_ff::Field;
	let y = (x.square() * x + Plain::COEFF_B).sqrt()?;
	Some(Affine::new_unchecked(*x, if is_larger(&y) == larger { y } else { -y }))
}

/// Whether a root is larger than its opposite.
fn is_larger(y: &Fq) -> bool {
	y.into_bigint() > Fq::MODULUS_MINUS_ONE_DIV_TWO
}
