//! The generators `H` and `G_1 .. G_256` of the commitments.
//!
//! Each is the RFC 9380 hash of its name under the domain tag [`DOMAIN`], so nobody knows a linear relation between
//! them, or between them and the standard generator. The table (`table.rs`) is compiled in, since a runtime should
//! not hash to the curve. The test `tests/generators.rs` recomputes it; the same test writes it anew:
//!
//! ```text
//! OSTRAKA_REGENERATE=1 cargo test --release -p ostraka-crypto --test generators
//! ```

mod table;

use crate::{
	curve::{lift, Curve, Plain},
	error::Error,
};
use alloc::vec::Vec;
use ark_bls12_381::Fq;
use ark_ec::short_weierstrass::Affine;
use ark_ff::BigInt;

/// Longest vector that can be committed to.
pub const MAX_LENGTH: usize = 256;

/// Domain tag under which the generators are hashed.
pub const DOMAIN: &[u8] = b"OSTRAKA-V01-CS01-with-BLS12381G1_XMD:SHA-256_SSWU_RO_";

/// The message whose hash is a generator: `"H"`, or `"G"` and the index as a u32 in little-endian form.
pub fn message(index: usize) -> Vec<u8> {
	if index == 0 {
		return b"H".to_vec();
	}
	let index = u32::try_from(index).unwrap_or(u32::MAX);
	[b"G".as_slice(), &index.to_le_bytes()].concat()
}

/// `H`, the base of the blinding values.
pub fn h<P: Curve>() -> Affine<P> {
	let [h, ..] = &table::TABLE;
	point(h)
}

/// `G_l`, for `l` in `1..=256`.
pub fn g<P: Curve>(l: usize) -> Option<Affine<P>> {
	(l >= 1).then(|| table::TABLE.get(l)).flatten().map(point)
}

/// `G_1 .. G_length, H`: the bases of a commitment to `length` values and a blinding value.
///
/// # Errors
/// `VectorLength` if `length` is zero or above [`MAX_LENGTH`].
pub fn bases<P: Curve>(length: usize) -> Result<Vec<Affine<P>>, Error> {
	if length == 0 {
		return Err(Error::VectorLength);
	}
	let values = table::TABLE.get(1..=length).ok_or(Error::VectorLength)?;
	Ok(values.iter().map(point).chain([h()]).collect())
}

/// A row of the table: the limbs of `x`, then of `y`, least significant first, in Montgomery form (times `2^384`),
/// which is how the library holds them: no arithmetic is needed to use it.
fn point<P: Curve>(row: &[[u64; 6]; 2]) -> Affine<P> {
	let [x, y] = row.map(|limbs| Fq::new_unchecked(BigInt(limbs)));
	lift(&Affine::<Plain>::new_unchecked(x, y))
}
