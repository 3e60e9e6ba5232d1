//! Group operations in plain Rust, for programs without blst and without a host that does them: browsers, and runtimes
//! built without host calls.
//!
//! The curve library does the same sums, but copies scalars, their halves and their digits into memory that it frees as it
//! is. Here such copies are wiped. Every function returns `None` for a configuration other than
//! [`Plain`](crate::curve::Plain): a hosted one is to use the host.

use crate::{
	curve::{is_plain, Curve},
	digits::{self, digits},
	endomorphism,
	scalar::Scalar,
};
use alloc::{vec, vec::Vec};
use ark_ec::{
	short_weierstrass::{Affine, Projective},
	AdditiveGroup, AffineRepr,
};
use ark_ff::{PrimeField, Zero};
use zeroize::Zeroizing;

/// Fewest terms for which buckets are better than tables.
const MANY: usize = 32;
/// Bits of a digit where there are tables.
const BITS: usize = 4;
/// Entries of a table: the magnitudes of digits.
const MULTIPLES: usize = 1 << (BITS - 1);

/// `scalar * point`, for a point of the prime-order subgroup.
pub(crate) fn mul<P: Curve>(point: &Affine<P>, scalar: &Scalar) -> Option<Projective<P>> {
	let points = || [*point, endomorphism::image(point)];
	is_plain::<P>().then(|| by_tables(&points(), endomorphism::split(scalar).as_slice()))
}

/// `sum_i scalars[i] * points[i]` over the shorter of the two lists.
pub(crate) fn msm<P: Curve>(points: &[Affine<P>], scalars: &[Scalar]) -> Option<Projective<P>> {
	if !is_plain::<P>() {
		return None;
	}
	let mut limbs = Zeroizing::new(Vec::with_capacity(scalars.len()));
	limbs.extend(scalars.iter().map(|scalar| scalar.into_bigint().0));
	Some(if points.len() < MANY { by_tables(points, &limbs) } else { by_buckets(points, &limbs) })
}

/// The digits of all scalars, one scalar after the other.
fn digits_of<const LIMBS: usize>(scalars: &[[u64; LIMBS]], bits: usize) -> Zeroizing<Vec<i16>> {
	let places = digits::count(LIMBS, bits);
	// room for all at once: a vector that grows leaves its old, unwiped copy behind
	let mut all = Zeroizing::new(Vec::with_capacity(places * scalars.len()));
	for scalar in scalars {
		all.extend(digits(scalar, bits));
	}
	all
}

/// A table of each point's first multiples; digit by digit from above (E. G. Straus, Amer. Math. Monthly 71 (1964)).
fn by_tables<P: Curve, const LIMBS: usize>(
	points: &[Affine<P>],
	scalars: &[[u64; LIMBS]],
) -> Projective<P> {
	let mut tables = Vec::with_capacity(MULTIPLES * points.len());
	for point in points {
		let multiples =
			core::iter::successors(Some(point.into_group()), |last| Some(*last + point));
		tables.extend(multiples.take(MULTIPLES));
	}
	let places = digits::count(LIMBS, BITS);
	let digits = digits_of(scalars, BITS);
	let mut sum = Projective::zero();
	for place in (0..places).rev() {
		for _ in 0..BITS {
			sum.double_in_place();
		}
		let terms = tables.chunks_exact(MULTIPLES).zip(digits.chunks_exact(places));
		for (table, digits) in terms {
			let digit = digits.get(place).copied().unwrap_or_default();
			// digit zero wraps around to no place
			let multiple = table.get(usize::from(digit.unsigned_abs()).wrapping_sub(1));
			match multiple {
				Some(multiple) if digit > 0 => sum += multiple,
				Some(multiple) => sum -= multiple,
				None => {},
			}
		}
	}
	sum
}

/// For each digit's place the points of each digit are added up in a bucket, then the buckets (N. Pippenger, FOCS 1976).
fn by_buckets<P: Curve, const LIMBS: usize>(
	points: &[Affine<P>],
	scalars: &[[u64; LIMBS]],
) -> Projective<P> {
	// so that the buckets cost about as much as the points
	let bits = (points.len().max(1).ilog2() as usize).clamp(3, 13) - 1;
	let places = digits::count(LIMBS, bits);
	let digits = digits_of(scalars, bits);
	// a bucket tells which points have its digit
	let mut buckets = Zeroizing::new(vec![Projective::<P>::zero(); 1 << (bits - 1)]);
	let mut sum = Projective::zero();
	for place in (0..places).rev() {
		for _ in 0..bits {
			sum.double_in_place();
		}
		for (point, digits) in points.iter().zip(digits.chunks_exact(places)) {
			let digit = digits.get(place).copied().unwrap_or_default();
			// digit zero wraps around to no place
			let bucket = buckets.get_mut(usize::from(digit.unsigned_abs()).wrapping_sub(1));
			match bucket {
				Some(bucket) if digit > 0 => *bucket += point,
				Some(bucket) => *bucket -= point,
				None => {},
			}
		}
		// each bucket as often as its digit says
		let mut from_above = Projective::zero();
		for bucket in buckets.iter_mut().rev() {
			from_above += &*bucket;
			sum += &from_above;
			*bucket = Projective::zero();
		}
	}
	sum
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{curve::Plain, reference, scalar};
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	/// Long, short, small and negative scalars, for points of every kind.
	fn terms(count: usize, rng: &mut ChaCha20Rng) -> (Vec<Affine<Plain>>, Vec<Scalar>) {
		let scalars = (0..count).map(|i| match i % 4 {
			0 => scalar::random(rng),
			1 => scalar::random_short(rng),
			2 => Scalar::from(i as u64 / 4),
			_ => -Scalar::from(i as u64),
		});
		(reference::points(count), scalars.collect())
	}

	#[test]
	fn sums_are_those_of_the_curve_library() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		for count in [0, 1, 2, 3, 9, 31, 32, 33, 100, 400] {
			let (points, scalars) = terms(count, &mut rng);
			let expected = reference::sum(&points, &scalars);
			assert_eq!(msm(&points, &scalars), Some(expected), "{count} terms");
		}
	}

	#[test]
	fn sums_are_right_outside_the_subgroup_too() {
		let mut rng = ChaCha20Rng::seed_from_u64(5);
		for count in [2, 40] {
			let points = vec![reference::mixed(); count];
			let scalars: Vec<_> = (0..count).map(|_| scalar::random(&mut rng)).collect();
			assert_eq!(msm(&points, &scalars), Some(reference::sum_by_bits(&points, &scalars)));
		}
	}

	#[test]
	fn products_are_those_of_the_curve_library() {
		let mut rng = ChaCha20Rng::seed_from_u64(2);
		let (_, scalars) = terms(64, &mut rng);
		for scalar in scalars {
			let point = Affine::<Plain>::generator();
			assert_eq!(mul(&point, &scalar), Some(point.into_group() * scalar));
			assert_eq!(mul(&Affine::<Plain>::identity(), &scalar), Some(Projective::zero()));
		}
	}
}
