//! Commitments from tables of multiples of the generators, for dealers (natively only).
//!
//! A table holds `2^(8w) G` for `w = 0 .. 31`. With it a commitment to `L` values is a single pass of bucket sums over
//! `32 (L + 1)` points, without the doublings and the per-window sums of a multi-scalar multiplication. A generator's
//! table is made at its first use, in a tenth of a millisecond.

use crate::{
	generators::{self, MAX_LENGTH},
	group::{lift, normalize, Curve, Plain},
	scalar::Scalar,
};
use ark_ec::{
	short_weierstrass::{Affine, Bucket, Projective},
	AdditiveGroup, AffineRepr,
};
use ark_ff::{PrimeField, Zero};
use std::{sync::OnceLock, vec::Vec};
use zeroize::Zeroizing;

/// Bits of a digit.
const WINDOW: usize = 8;
/// Digits of a scalar: its 255 bits leave room for the last carry.
const DIGITS: usize = 32;
/// Digits lie in `-128 ..= 127`: their magnitudes fill this many buckets.
const BUCKETS: usize = 1 << (WINDOW - 1);

type Table = Vec<Affine<Plain>>;

/// `H` at 0, `G_l` at `l`.
static TABLES: [OnceLock<Table>; MAX_LENGTH + 1] = [const { OnceLock::new() }; MAX_LENGTH + 1];

fn make_table(base: &Affine<Plain>) -> Table {
	let next = |point: &Projective<Plain>| {
		let mut point = *point;
		for _ in 0..WINDOW {
			point.double_in_place();
		}
		Some(point)
	};
	let multiples: Vec<_> =
		std::iter::successors(Some(base.into_group()), next).take(DIGITS).collect();
	normalize(&multiples)
}

fn table(index: usize) -> &'static [Affine<Plain>] {
	let base = if index == 0 { Some(generators::h()) } else { generators::g(index) };
	match (TABLES.get(index), base) {
		(Some(table), Some(base)) => table.get_or_init(|| make_table(&base)),
		_ => &[],
	}
}

/// Signed digits: `scalar = sum_w digits[w] 256^w`.
fn digits(scalar: &Scalar) -> Zeroizing<[i16; DIGITS]> {
	let mut digits = Zeroizing::new([0i16; DIGITS]);
	let mut carry = 0i16;
	let limbs = Zeroizing::new(scalar.into_bigint().0);
	let bytes = limbs.iter().flat_map(|limb| limb.to_le_bytes());
	for (digit, byte) in digits.iter_mut().zip(bytes) {
		*digit = i16::from(byte) + carry;
		carry = i16::from(*digit >= 128);
		*digit -= carry << WINDOW;
	}
	digits
}

/// `sum_l scalars[l] G_l + scalars[L] H`, for at most 257 scalars.
pub(crate) fn commit<P: Curve>(scalars: &[Scalar]) -> Projective<P> {
	let Some((blinding, values)) = scalars.split_last() else { return Projective::zero() };
	let mut buckets = [Bucket::<Plain>::ZERO; BUCKETS];
	for (index, scalar) in (1..).zip(values).chain([(0, blinding)]) {
		for (digit, point) in digits(scalar).iter().zip(table(index)) {
			let magnitude = usize::from(digit.unsigned_abs());
			// Digit zero wraps around to no bucket.
			let Some(bucket) = buckets.get_mut(magnitude.wrapping_sub(1)) else { continue };
			if *digit > 0 {
				*bucket += point;
			} else {
				*bucket -= point;
			}
		}
	}
	let (mut running, mut sum) = (Bucket::<Plain>::ZERO, Bucket::<Plain>::ZERO);
	for bucket in buckets.iter().rev() {
		running += bucket;
		sum += &running;
	}
	let sum: Projective<Plain> = sum.into();
	lift::<Plain, P>(&sum.into()).into_group()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{group, scalar};
	use ark_ff::AdditiveGroup;
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	#[test]
	fn digits_make_up_the_scalar() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let edges = [Scalar::ZERO, Scalar::from(127u8), Scalar::from(128u8), -Scalar::from(1u8)];
		for scalar in edges.into_iter().chain((0..100).map(|_| scalar::random(&mut rng))) {
			let sum = digits(&scalar).iter().rev().fold(Scalar::ZERO, |sum, digit| {
				assert!((-128..128).contains(digit));
				sum * Scalar::from(256u16) + Scalar::from(i64::from(*digit))
			});
			assert_eq!(sum, scalar);
		}
	}

	#[test]
	fn tables_give_the_sums_of_the_generators() {
		let mut rng = ChaCha20Rng::seed_from_u64(2);
		for length in [1, 2, 9, MAX_LENGTH] {
			let mut scalars: Vec<_> = (0..=length).map(|_| scalar::random(&mut rng)).collect();
			scalars[0] = -Scalar::from(1u8);
			scalars[length / 2] = Scalar::ZERO;
			let bases = generators::bases::<Plain>(length).unwrap();
			assert_eq!(commit::<Plain>(&scalars), group::msm(&bases, &scalars));
		}
		assert!(commit::<Plain>(&[Scalar::ZERO, Scalar::ZERO]).is_zero());
	}
}
