//! RFC 9380's `hash_to_curve` in the suite BLS12381G1_XMD:SHA-256_SSWU_RO_. The generators come from it; nothing
//! calls it at run time, since the table is compiled in.

use crate::curve::Plain;
use ark_bls12_381::G1Projective;
use ark_ec::{
	hashing::{
		curve_maps::wb::WBMap, map_to_curve_hasher::MapToCurveBasedHasher, HashToCurve,
		HashToCurveError,
	},
	short_weierstrass::Affine,
};
use ark_ff::field_hashers::DefaultFieldHasher;
use sha2::Sha256;

/// Hashes a message to a point of the prime-order subgroup whose discrete logarithm nobody knows.
///
/// # Errors
/// Those of the library; none occurs with this curve's parameters.
pub fn hash_to_curve(domain: &[u8], message: &[u8]) -> Result<Affine<Plain>, HashToCurveError> {
	type Hasher =
		MapToCurveBasedHasher<G1Projective, DefaultFieldHasher<Sha256, 128>, WBMap<Plain>>;
	Hasher::new(domain)?.hash(message)
}
