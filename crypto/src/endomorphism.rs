//! The curve's endomorphism `(x, y) -> (βx, y)`, which halves the number of doublings of a multiplication.
//!
//! In the subgroup of prime order `r` it is the multiplication by `-z²`, with `z` the curve's parameter. So
//! `k P = a P + b Q` with `Q = z² P` and `k = a + b z²`: two scalars of at most 128 bits, by one division of integers.
//! The curve library has this too, but leaves the scalar and its halves in freed memory.

use crate::{
	curve::{Curve, Plain},
	scalar::Scalar,
};
use ark_ec::{scalar_mul::glv::GLVConfig, short_weierstrass::Affine, AffineRepr};
use ark_ff::PrimeField;
use zeroize::Zeroizing;

/// `z²`.
const Z_SQUARED: u128 = 0xd201_0000_0001_0000 * 0xd201_0000_0001_0000;

/// `a` and `b` with `k = a + b z²`, both below `z²`, as limbs.
pub(crate) fn split(scalar: &Scalar) -> Zeroizing<[[u64; 2]; 2]> {
	let limbs = Zeroizing::new(scalar.into_bigint().0);
	let (mut quotient, mut rest) = (Zeroizing::new(0u128), Zeroizing::new(0u128));
	// long division, bit by bit
	for limb in limbs.iter().rev() {
		for bit in (0..u64::BITS).rev() {
			let overflows = *rest >> 127 == 1;
			*rest = *rest << 1 | u128::from(limb >> bit & 1);
			let fits = overflows || *rest >= Z_SQUARED;
			if fits {
				*rest = rest.wrapping_sub(Z_SQUARED);
			}
			*quotient = *quotient << 1 | u128::from(fits);
		}
	}
	let limbs = |half: u128| [half as u64, (half >> 64) as u64];
	Zeroizing::new([limbs(*rest), limbs(*quotient)])
}

/// `z² P`, for a point of the prime-order subgroup.
pub(crate) fn image<P: Curve>(point: &Affine<P>) -> Affine<P> {
	let (Some((x, y)), Some(beta)) = (point.xy(), Plain::ENDO_COEFFS.first()) else {
		return Affine::identity();
	};
	Affine::new_unchecked(x * beta, -y)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{generators, scalar};
	use ark_ec::CurveGroup;
	use ark_ff::AdditiveGroup;
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	#[test]
	fn halves_are_short_and_make_up_the_scalar() {
		let mut rng = ChaCha20Rng::seed_from_u64(6);
		let square = Scalar::from(Z_SQUARED);
		let one = Scalar::from(1u8);
		let edges = [Scalar::ZERO, one, -one, square, square - one, -square, square * square - one];
		for scalar in edges.into_iter().chain((0..1_000).map(|_| scalar::random(&mut rng))) {
			let halves = split(&scalar).map(|half| u128::from(half[1]) << 64 | u128::from(half[0]));
			assert!(halves.iter().all(|half| *half < Z_SQUARED));
			let [first, second] = halves.map(Scalar::from);
			assert_eq!(first + second * square, scalar);
		}
	}

	#[test]
	fn the_image_is_the_multiple() {
		for point in generators::bases::<Plain>(9).unwrap() {
			let multiple = (point * Scalar::from(Z_SQUARED)).into_affine();
			assert_eq!(image(&point), multiple);
		}
		assert_eq!(image(&Affine::<Plain>::identity()), Affine::identity());
	}
}
