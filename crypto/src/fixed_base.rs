//! Multiples of the generators from tables, for programs that deal often (natively only).
//!
//! A table holds `d 64^w G` for `w = 0 .. 42` and `d = 1 .. 32`: 132 KB. With it a commitment to `L` values is one sum
//! of at most `43 (L + 1)` affine points, which blst adds up pair by pair with shared inversions: no doublings, no
//! buckets. A generator's table takes a millisecond to make, so a program that deals once is done sooner
//! without: tables are made when a program has used the generators for [`WORTHWHILE`] sums.

use crate::{
	curve::{Curve, Plain},
	digits::{self, digits},
	generators::{self, MAX_LENGTH},
	native::{self, Wiped},
	scalar::Scalar,
};
use alloc::vec::Vec;
use ark_ec::{
	short_weierstrass::{Affine, Projective},
	AdditiveGroup, AffineRepr,
};
use ark_ff::PrimeField;
use blst::{blst_fp, blst_p1_affine};
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// Bits of a digit.
const WINDOW: usize = 6;
/// Digits of a scalar: its 255 bits and the last carry.
const DIGITS: usize = digits::count(4, WINDOW);
/// Digits lie in `-31 ..= 32`: their magnitudes fill this many places.
const MULTIPLES: usize = 1 << (WINDOW - 1);
/// Sums before tables are made: those of some eight dealings.
const WORTHWHILE: usize = 32;

type Table = Vec<blst_p1_affine>;

/// `H` at 0, `G_l` at `l`, the standard generator last.
static TABLES: [OnceLock<Table>; MAX_LENGTH + 2] = [const { OnceLock::new() }; MAX_LENGTH + 2];
/// Sums asked for so far.
static SUMS: AtomicUsize = AtomicUsize::new(0);

/// Place of the standard generator.
const STANDARD: usize = MAX_LENGTH + 1;

fn make_table(base: &Affine<Plain>) -> Table {
	let mut multiples = Vec::with_capacity(DIGITS * MULTIPLES);
	let mut power: Projective<Plain> = base.into_group();
	for _ in 0..DIGITS {
		let mut multiple = power;
		multiples.push(multiple);
		for _ in 1..MULTIPLES {
			multiple += power;
			multiples.push(multiple);
		}
		power = multiple.double();
	}
	native::affine(&multiples).map(|points| points.as_slice().to_vec()).unwrap_or_default()
}

fn table(index: usize) -> &'static [blst_p1_affine] {
	let base = match index {
		0 => Some(generators::h()),
		STANDARD => Some(Affine::generator()),
		_ => generators::g(index),
	};
	match (TABLES.get(index), base) {
		(Some(table), Some(base)) => table.get_or_init(|| make_table(&base)),
		_ => &[],
	}
}

/// `sum_i scalars[i] T_i` over the tables `T_i`.
fn sum<'a, P: Curve>(terms: impl Iterator<Item = (usize, &'a Scalar)>) -> Projective<P> {
	// The tables are public, so the points that are picked are the scalars.
	let mut points: Wiped<blst_p1_affine> = Wiped(Vec::with_capacity(terms.size_hint().0 * DIGITS));
	for (index, scalar) in terms {
		let limbs = Zeroizing::new(scalar.into_bigint().0);
		let rows = table(index).chunks_exact(MULTIPLES);
		for (digit, row) in digits(limbs.as_slice(), WINDOW).zip(rows) {
			// Digit zero wraps around to no place.
			let magnitude = usize::from(digit.unsigned_abs());
			let Some(point) = row.get(magnitude.wrapping_sub(1)) else { continue };
			points.0.push(if digit > 0 { *point } else { negated(point) });
		}
	}
	native::relabel(&native::sum(&points.0))
}

fn negated(point: &blst_p1_affine) -> blst_p1_affine {
	let y = -ark_bls12_381::Fq::new_unchecked(ark_ff::BigInt(point.y.l));
	blst_p1_affine { x: point.x, y: blst_fp { l: y.0 .0 } }
}

/// Counts a use; whether tables are there, or worth making.
fn worthwhile() -> bool {
	SUMS.load(Ordering::Relaxed) >= WORTHWHILE || SUMS.fetch_add(1, Ordering::Relaxed) >= WORTHWHILE
}

/// `sum_l scalars[l] G_l + scalars[L] H`, for at most 257 scalars. `None` where another way is better.
pub(crate) fn commit<P: Curve>(scalars: &[Scalar]) -> Option<Projective<P>> {
	let (blinding, values) = scalars.split_last()?;
	worthwhile().then(|| sum((1..).zip(values).chain([(0, blinding)])))
}

/// `scalar * P`. `None` where another way is better.
pub(crate) fn mul_generator<P: Curve>(scalar: &Scalar) -> Option<Projective<P>> {
	worthwhile().then(|| sum([(STANDARD, scalar)].into_iter()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{group, scalar};
	use ark_ff::Zero;
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	#[test]
	fn tables_give_the_sums_of_the_generators() {
		let mut rng = ChaCha20Rng::seed_from_u64(2);
		for length in [1, 2, 9, MAX_LENGTH] {
			let mut scalars: Vec<_> = (0..=length).map(|_| scalar::random(&mut rng)).collect();
			scalars[0] = -Scalar::from(1u8);
			scalars[length / 2] = Scalar::ZERO;
			let bases = generators::bases::<Plain>(length).unwrap();
			let (blinding, values) = scalars.split_last().unwrap();
			let by_tables = sum::<Plain>((1..).zip(values).chain([(0, blinding)]));
			assert_eq!(by_tables, group::msm(&bases, &scalars));
		}
		let zero = Scalar::ZERO;
		assert!(sum::<Plain>([(0, &zero), (1, &zero)].into_iter()).is_zero());
	}

	#[test]
	fn with_and_without_tables_products_are_the_same() {
		let mut rng = ChaCha20Rng::seed_from_u64(3);
		for _ in 0..2 * WORTHWHILE {
			let scalar = scalar::random(&mut rng);
			let expected = group::mul(&Affine::<Plain>::generator(), &scalar);
			assert_eq!(group::mul_generator::<Plain>(&scalar), expected);
			let bases = generators::bases::<Plain>(1).unwrap();
			let scalars = [scalar, -scalar];
			assert_eq!(
				commit::<Plain>(&scalars).unwrap_or_else(|| group::msm(&bases, &scalars)),
				group::msm(&bases, &scalars)
			);
		}
		assert!(commit::<Plain>(&[Scalar::ZERO, Scalar::ZERO]).is_some_and(|sum| sum.is_zero()));
	}
}
