//! Bytes to points and scalars, and back: the one decoder of everything that comes from outside.
//!
//! A point is 96 bytes: `x`, then `y`, each 48 bytes big-endian. The identity is `0x40` and 95 zeros; no other flag
//! is ever set (this is the uncompressed form of the ZCash specification). A scalar is 32 bytes little-endian. Each
//! value has exactly one encoding.
//!
//! The curve libraries' own decoders are not used: uncompressed decoding never checks the curve's equation there,
//! 96 zero bytes pass as a point, and the host-backed types accept stray flags that the plain ones refuse.
//!
//! Keys for sealing are of another group: [`PublicKey`](crate::seal::PublicKey) decodes them.

use crate::{
	curve::{lift, Curve, Plain},
	error::Error,
	group::in_subgroup,
	scalar::Scalar,
};
use ark_bls12_381::{Fq, Fr};
use ark_ec::{
	short_weierstrass::{Affine, SWCurveConfig},
	AffineRepr,
};
use ark_ff::{BigInt, Field, PrimeField};

/// Length of an encoded coordinate.
const COORDINATE: usize = 48;
/// The identity's first byte; all others are zero.
const IDENTITY_FLAG: u8 = 0x40;
/// The three bits of the first byte that no coordinate reaches.
const FLAGS: u8 = 0xe0;

/// An encoded point.
pub type PointBytes = [u8; 96];
/// An element of Ristretto255 in its one form (RFC 9496), never the identity: a node's key `E_j`, a dealing's `R`, a
/// Diffie-Hellman value `K`.
pub type SealKeyBytes = [u8; 32];
/// An encoded scalar.
pub type ScalarBytes = [u8; 32];

/// The identity, encoded.
pub const IDENTITY: PointBytes = {
	let mut bytes = [0u8; 96];
	bytes[0] = IDENTITY_FLAG;
	bytes
};

/// Decodes a point; the identity is legal.
///
/// # Errors
/// `NonCanonicalPoint`, `NotOnCurve`, `NotInSubgroup`.
pub fn decode_point<P: Curve>(bytes: &PointBytes) -> Result<Affine<P>, Error> {
	let point = decode_on_curve(bytes)?;
	if !in_subgroup(&point) {
		return Err(Error::NotInSubgroup);
	}
	Ok(lift(&point))
}

/// Decodes a point that went through [`decode_point`] before its bytes were stored, or was encoded from a sum of
/// such points. Spares the subgroup check, which in a runtime is dearer than all the rest.
///
/// # Errors
/// `NonCanonicalPoint`, `NotOnCurve`.
pub fn decode_stored_point<P: Curve>(bytes: &PointBytes) -> Result<Affine<P>, Error> {
	decode_on_curve(bytes).map(|point| lift(&point))
}

/// Encodes a point.
pub fn encode_point<P: Curve>(point: &Affine<P>) -> PointBytes {
	let Some((x, y)) = point.xy() else { return IDENTITY };
	let mut bytes = [0u8; 96];
	let (x_bytes, y_bytes) = bytes.split_at_mut(COORDINATE);
	encode_coordinate(&x, x_bytes);
	encode_coordinate(&y, y_bytes);
	bytes
}

/// Decodes a scalar.
///
/// # Errors
/// `NonCanonicalScalar` if the number is not below the field's order.
pub fn decode_scalar(bytes: &ScalarBytes) -> Result<Scalar, Error> {
	let mut limbs = [0u64; 4];
	for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
		*limb = chunk.iter().rev().fold(0, |limb, byte| limb << 8 | u64::from(*byte));
	}
	Fr::from_bigint(BigInt(limbs)).ok_or(Error::NonCanonicalScalar)
}

/// Encodes a scalar.
pub fn encode_scalar(scalar: &Scalar) -> ScalarBytes {
	let mut bytes = [0u8; 32];
	for (chunk, limb) in bytes.chunks_exact_mut(8).zip(scalar.into_bigint().0) {
		chunk.copy_from_slice(&limb.to_le_bytes());
	}
	bytes
}

/// Decodes a point of the curve, which may lie outside the subgroup.
pub(crate) fn decode_on_curve(bytes: &PointBytes) -> Result<Affine<Plain>, Error> {
	let [first, ..] = bytes;
	if first & FLAGS != 0 {
		return if *bytes == IDENTITY {
			Ok(Affine::identity())
		} else {
			Err(Error::NonCanonicalPoint)
		};
	}
	let (x, y) = bytes.split_at(COORDINATE);
	let (x, y) = (decode_coordinate(x)?, decode_coordinate(y)?);
	// Stated here and not left to `is_on_curve`, which takes (0, 0) for the identity.
	if y.square() != x.square() * x + Plain::COEFF_B {
		return Err(Error::NotOnCurve);
	}
	Ok(Affine::new_unchecked(x, y))
}

fn decode_coordinate(bytes: &[u8]) -> Result<Fq, Error> {
	let mut limbs = [0u64; 6];
	for (limb, chunk) in limbs.iter_mut().rev().zip(bytes.chunks_exact(8)) {
		*limb = chunk.iter().fold(0, |limb, byte| limb << 8 | u64::from(*byte));
	}
	Fq::from_bigint(BigInt(limbs)).ok_or(Error::NonCanonicalPoint)
}

fn encode_coordinate(coordinate: &Fq, bytes: &mut [u8]) {
	for (chunk, limb) in bytes.chunks_exact_mut(8).zip(coordinate.into_bigint().0.iter().rev()) {
		chunk.copy_from_slice(&limb.to_be_bytes());
	}
}
