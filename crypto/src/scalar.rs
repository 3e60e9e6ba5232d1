//! Scalars: elements of the group's field, how they are drawn, and how secret ones are compared.

use ark_bls12_381::Fr;
use ark_ff::{AdditiveGroup, Field};
use rand_core::{CryptoRng, RngCore};
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

/// An element of the scalar field of BLS12-381 (order `r`, 255 bits).
pub type Scalar = Fr;

/// Reduces 64 bytes (little-endian) modulo `r`. The result of uniform bytes is uniform up to `2^-257`.
pub fn from_wide(bytes: &[u8; 64]) -> Scalar {
	// Horner's rule over 128-bit digits: a few multiplications, where the library's own reduction goes byte by byte.
	let shift = Scalar::from(u128::MAX) + Scalar::ONE;
	bytes.rchunks_exact(16).fold(Scalar::ZERO, |sum, chunk| {
		let mut digit = Zeroizing::new([0u8; 16]);
		digit.copy_from_slice(chunk);
		sum * shift + Scalar::from(u128::from_le_bytes(*digit))
	})
}

/// Draws a uniform scalar.
pub fn random<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Scalar {
	let mut bytes = Zeroizing::new([0u8; 64]);
	rng.fill_bytes(bytes.as_mut());
	from_wide(&bytes)
}

/// Draws a uniform scalar below `2^128`: the coefficient of a random linear combination, as secret and half as
/// dear as a full one.
pub fn random_short<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Scalar {
	let mut bytes = [0u8; 16];
	rng.fill_bytes(&mut bytes);
	let scalar = Scalar::from(u128::from_le_bytes(bytes));
	bytes.zeroize();
	scalar
}

/// Constant-time equality.
pub fn ct_eq(a: &Scalar, b: &Scalar) -> Choice {
	a.0 .0.ct_eq(&b.0 .0)
}

#[cfg(test)]
mod tests {
	use super::*;
	use ark_ff::PrimeField;
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	#[test]
	fn wide_bytes_reduce_as_in_the_curve_library() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let random = (0..100).map(|_| {
			let mut bytes = [0u8; 64];
			rng.fill_bytes(&mut bytes);
			bytes
		});
		let edges = [[0; 64], [0xff; 64], std::array::from_fn(|place| u8::from(place == 63))];
		for bytes in random.chain(edges) {
			assert_eq!(from_wide(&bytes), Scalar::from_le_bytes_mod_order(&bytes));
		}
	}
}
