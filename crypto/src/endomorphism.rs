//! The curve's endomorphism `(x, y) -> (βx, y)`, which halves the number of doublings of a multiplication.
//!
//! In the subgroup of prime order `r` it is the multiplication by `-z²`, with `z` the curve's parameter. So
//! `k P = a P + b Q` with `Q = z² P` and `k = a + b z²`: two scalars of at most 128 bits, by one division of integers.
//! The curve library has this too, but leaves the scalar and its halves in freed memory.

use crate::{
	curve::{Curve, Plain},
	scalar::Scalar,
};
#[cfg(feature = "blst")]
use ark_ec::short_weierstrass::Projective;
use ark_ec::{scalar_mul::glv::GLVConfig, short_weierstrass::Affine, AffineRepr};
use ark_ff::PrimeField;
#[cfg(feature = "blst")]
use ark_ff::Zero;
#[cfg(feature = "blst")]
use zeroize::Zeroize;
use zeroize::Zeroizing;

/// `z²`.
const Z_SQUARED: u128 = 0xd201_0000_0001_0000 * 0xd201_0000_0001_0000;
/// `2^255 / z²`, rounded down: what a scalar's upper half is multiplied by to be divided.
const RECIPROCAL: u128 = 0xbe35_f678_f00f_d56e_b1fb_7291_7b67_f717;

/// Half of a scalar: a number below `2^127`, with a sign.
#[cfg(feature = "blst")]
#[derive(Clone, Copy, Default, Zeroize)]
pub(crate) struct Half {
	/// The magnitude, least limb first.
	pub limbs: [u64; 2],
	/// Whether the number is negative.
	pub negative: bool,
}

/// `a` and `b` with `k = a + b z²`, both below `z²`, as limbs.
pub(crate) fn split(scalar: &Scalar) -> Zeroizing<[[u64; 2]; 2]> {
	let limbs = Zeroizing::new(scalar.into_bigint().0);
	let halves = Zeroizing::new(divide(&limbs));
	Zeroizing::new(halves.map(limbs_of))
}

/// `a` and `b` with `k = a + b z²`, as short as they can be; those of `-k` are their negatives, so that digits of a small number are
/// few whatever its sign.
#[cfg(feature = "blst")]
pub(crate) fn split_signed(scalar: &Scalar) -> Zeroizing<[Half; 2]> {
	let (mut limbs, opposite) =
		(Zeroizing::new(scalar.into_bigint().0), Zeroizing::new((-*scalar).into_bigint().0));
	let negative = limbs.iter().rev().gt(opposite.iter().rev());
	if negative {
		limbs = opposite;
	}
	let [mut rest, mut quotient] = divide(&limbs);
	let beyond = rest > Z_SQUARED / 2;
	if beyond {
		rest = Z_SQUARED - rest;
		quotient += 1;
	}
	let halves = [
		Half { limbs: limbs_of(rest), negative: negative != beyond },
		Half { limbs: limbs_of(quotient), negative },
	];
	rest.zeroize();
	quotient.zeroize();
	Zeroizing::new(halves)
}

fn limbs_of(half: u128) -> [u64; 2] {
	[half as u64, (half >> 64) as u64]
}

/// Remainder and quotient by `z²` of a number below `2^255` (P. Barrett, CRYPTO '86).
fn divide(limbs: &[u64; 4]) -> [u128; 2] {
	let [a, b, c, d] = limbs.map(u128::from);
	let (low, high) = (a | b << 64, c | d << 64);
	// Too small by two at most.
	let (mut quotient, _) = multiply(high << 1 | low >> 127, RECIPROCAL);
	let (product_high, product) = multiply(quotient, Z_SQUARED);
	let (mut rest, borrow) = low.overflowing_sub(product);
	let mut above = high - product_high - u128::from(borrow);
	for _ in 0..2 {
		if above > 0 || rest >= Z_SQUARED {
			let (less, borrow) = rest.overflowing_sub(Z_SQUARED);
			rest = less;
			above -= u128::from(borrow);
			quotient += 1;
		}
	}
	[rest, quotient]
}

/// The upper and the lower half of a product.
fn multiply(a: u128, b: u128) -> (u128, u128) {
	let halves = |number: u128| (number >> 64, u128::from(number as u64));
	let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
	let (carry, low) = halves(a_low * b_low);
	let (high, middle) = halves(a_high * b_low + carry);
	let (carry, middle) = halves(a_low * b_high + middle);
	(a_high * b_high + high + carry, middle << 64 | low)
}

/// `z² P`, for a point of the prime-order subgroup.
pub(crate) fn image<P: Curve>(point: &Affine<P>) -> Affine<P> {
	let (Some((x, y)), Some(beta)) = (point.xy(), Plain::ENDO_COEFFS.first()) else {
		return Affine::identity();
	};
	Affine::new_unchecked(x * beta, -y)
}

/// [`image`] of a sum.
#[cfg(feature = "blst")]
pub(crate) fn image_of_sum(point: &Projective<Plain>) -> Projective<Plain> {
	let Some(beta) = Plain::ENDO_COEFFS.first() else { return Projective::zero() };
	Projective::new_unchecked(point.x * beta, -point.y, point.z)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{generators, scalar};
	use ark_ec::CurveGroup;
	use ark_ff::AdditiveGroup;
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	/// Random scalars, and those around which a quotient, a rest or a sign changes.
	fn scalars() -> Vec<Scalar> {
		let mut rng = ChaCha20Rng::seed_from_u64(6);
		let square = Scalar::from(Z_SQUARED);
		let half = Scalar::from(Z_SQUARED / 2);
		let last = -Scalar::from(1u8) / Scalar::from(2u8);
		let mut edges = vec![Scalar::ZERO, square * square, last];
		for factor in [0u128, 1, 2, Z_SQUARED / 2, Z_SQUARED - 2, u128::from(u64::MAX)] {
			edges.extend([square * Scalar::from(factor), square * Scalar::from(factor) + half]);
		}
		let one = Scalar::from(1u8);
		let edges = edges.into_iter().flat_map(|edge| [edge - one, edge, edge + one]);
		let random = (0..1_000).map(|_| scalar::random(&mut rng));
		edges.flat_map(|edge| [edge, -edge]).chain(random).collect()
	}

	fn number(limbs: [u64; 2]) -> u128 {
		u128::from(limbs[1]) << 64 | u128::from(limbs[0])
	}

	#[test]
	fn halves_are_short_and_make_up_the_scalar() {
		let square = Scalar::from(Z_SQUARED);
		for scalar in scalars() {
			let halves = split(&scalar).map(number);
			assert!(halves.iter().all(|half| *half < Z_SQUARED));
			let [first, second] = halves.map(Scalar::from);
			assert_eq!(first + second * square, scalar);
		}
	}

	#[test]
	#[cfg(feature = "blst")]
	fn signed_halves_are_shorter_and_make_up_the_scalar() {
		let square = Scalar::from(Z_SQUARED);
		let value = |half: &Half| {
			let magnitude = Scalar::from(number(half.limbs));
			if half.negative {
				-magnitude
			} else {
				magnitude
			}
		};
		for scalar in scalars() {
			let halves = split_signed(&scalar);
			// sixteen signed digits of eight bits
			assert!(halves.iter().all(|half| half.limbs[1] >> 56 < 0x57), "{scalar}");
			assert_eq!(value(&halves[0]) + value(&halves[1]) * square, scalar);
			let opposite = split_signed(&-scalar);
			assert!(halves.iter().zip(opposite.iter()).all(|(a, b)| value(a) == -value(b)));
		}
		let [first, second] = *split_signed(&-Scalar::from(7u8));
		assert_eq!((first.limbs, first.negative, second.limbs), ([7, 0], true, [0, 0]));
	}

	#[test]
	fn the_reciprocal_is_that() {
		// 2^255 - RECIPROCAL z² is between 0 and z²
		let (high, low) = multiply(RECIPROCAL, Z_SQUARED);
		let rest = (1u128 << 127) - high;
		assert!(rest == 1 && low.wrapping_neg() < Z_SQUARED || rest == 0 && low == 0);
	}

	#[test]
	fn the_image_is_the_multiple() {
		for point in generators::bases::<Plain>(9).unwrap() {
			let multiple = (point * Scalar::from(Z_SQUARED)).into_affine();
			assert_eq!(image(&point), multiple);
			#[cfg(feature = "blst")]
			assert_eq!(image_of_sum(&point.into_group()), multiple);
		}
		assert_eq!(image(&Affine::<Plain>::identity()), Affine::identity());
	}
}
