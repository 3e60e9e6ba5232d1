//! Multiples of the generators from tables, for programs that deal often (natively only).
//!
//! A scalar is two halves of 127 bits by the curve's [endomorphism], and a half is sixteen signed digits of eight bits. A table
//! holds `d 256^w G` for `w = 0 .. 15` and `d = 1 .. 128`: 196 KB. Both halves pick from it, the second one's sum is mapped by
//! the endomorphism. So a commitment to `L` values is a sum of at most `32 (L + 1)` affine points, which blst adds up pair by pair
//! with shared inversions: no doublings, no buckets. A generator's table takes a millisecond to make, so a program that deals
//! once is done sooner without: tables are made when a program has used the generators for [`WORTHWHILE`] sums.

use crate::{
	additions,
	curve::{is_native, Curve, Plain},
	digits::digits,
	endomorphism,
	generators::{self, MAX_LENGTH},
	group,
	native::{self, Wiped},
	scalar::Scalar,
};
use alloc::{vec, vec::Vec};
use ark_ec::{
	short_weierstrass::{Affine, Projective},
	AdditiveGroup, AffineRepr,
};
use blst::blst_p1_affine;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::OnceLock;

/// Bits of a digit.
const WINDOW: usize = 8;
/// Digits of half a scalar: its 127 bits and the last carry.
const DIGITS: usize = 128 / WINDOW;
/// Digits lie in `-127 ..= 128`: their magnitudes fill this many places.
const MULTIPLES: usize = 1 << (WINDOW - 1);
/// Sums before tables are made: those of some eight dealings.
const WORTHWHILE: usize = 32;
/// Points of second halves from which on it is cheaper to map their sum than each of them.
const MANY: usize = 256;

type Table = Vec<blst_p1_affine>;

/// `H` at 0, `G_l` at `l`.
static TABLES: [OnceLock<Table>; MAX_LENGTH + 1] = [const { OnceLock::new() }; MAX_LENGTH + 1];
/// Sums asked for so far.
static SUMS: AtomicUsize = AtomicUsize::new(0);

fn make_table(base: &Affine<Plain>) -> Table {
	let doubles = core::iter::successors(Some(base.into_group()), |last| Some(last.double()));
	let doubles: Vec<_> = doubles.take(WINDOW * DIGITS).collect();
	let doubles = group::normalize(&doubles);
	let mut multiples = vec![Affine::<Plain>::identity(); MULTIPLES * DIGITS];
	for (row, powers) in multiples.chunks_exact_mut(MULTIPLES).zip(doubles.chunks_exact(WINDOW)) {
		for (exponent, power) in powers.iter().enumerate() {
			if let Some(multiple) = row.get_mut((1 << exponent) - 1) {
				*multiple = *power;
			}
		}
	}
	// from all below a power of two, all between it and the next one
	for exponent in 1..WINDOW - 1 {
		let power = 1 << exponent;
		let rows = || multiples.chunks_exact(MULTIPLES);
		let mut sums: Vec<_> = rows().flat_map(|row| row.iter().take(power - 1)).copied().collect();
		let powers = rows().filter_map(|row| row.get(power - 1));
		let powers: Vec<_> =
			powers.flat_map(|power_of| core::iter::repeat_n(*power_of, power - 1)).collect();
		additions::add_each(&mut sums, &powers);
		let rows = multiples.chunks_exact_mut(MULTIPLES);
		for (row, sums) in rows.zip(sums.chunks_exact(power - 1)) {
			row.iter_mut().skip(power).zip(sums).for_each(|(multiple, sum)| *multiple = *sum);
		}
	}
	multiples.iter().filter_map(native::to_blst).collect()
}

fn table(index: usize) -> &'static [blst_p1_affine] {
	let base = if index == 0 { Some(generators::h()) } else { generators::g(index) };
	match (TABLES.get(index), base) {
		(Some(table), Some(base)) => table.get_or_init(|| make_table(&base)),
		_ => &[],
	}
}

/// `sum_i scalars[i] T_i` over the tables `T_i`.
fn sum<'a, P: Curve>(terms: impl Iterator<Item = (usize, &'a Scalar)>) -> Projective<P> {
	// The tables are public, so the points that are picked are the scalars.
	let room = terms.size_hint().0 * DIGITS;
	let mut picks = [2 * room, room].map(|room| Wiped(Vec::<blst_p1_affine>::with_capacity(room)));
	for (index, scalar) in terms {
		let rows = table(index).chunks_exact(MULTIPLES);
		for (half, picks) in endomorphism::split_signed(scalar).iter().zip(&mut picks) {
			for (digit, row) in digits(&half.limbs, WINDOW).zip(rows.clone()) {
				// Digit zero wraps around to no place.
				let magnitude = usize::from(digit.unsigned_abs());
				let Some(point) = row.get(magnitude.wrapping_sub(1)) else { continue };
				let negative = (digit < 0) != half.negative;
				picks.0.push(if negative { native::negated(point) } else { *point });
			}
		}
	}
	let [mut first, second] = picks;
	let sum = if second.0.len() < MANY {
		first.0.extend(second.0.iter().map(native::image));
		native::sum(&first.0)
	} else {
		native::sum(&first.0) + endomorphism::image_of_sum(&native::sum(&second.0))
	};
	native::relabel(&sum)
}

/// Counts a use; whether tables are there, or worth making.
fn worthwhile() -> bool {
	SUMS.load(Ordering::Relaxed) >= WORTHWHILE || SUMS.fetch_add(1, Ordering::Relaxed) >= WORTHWHILE
}

/// `sum_l scalars[l] G_l + scalars[L] H`, for at most 257 scalars. `None` where another way is better.
pub(crate) fn commit<P: Curve>(scalars: &[Scalar]) -> Option<Projective<P>> {
	let (blinding, values) = scalars.split_last()?;
	(is_native::<P>() && worthwhile()).then(|| sum((1..).zip(values).chain([(0, blinding)])))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::scalar;
	use ark_ff::Zero;
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	#[test]
	fn a_table_holds_the_multiples() {
		let base = generators::h::<Plain>();
		let table = make_table(&base);
		assert_eq!(table.len(), MULTIPLES * DIGITS);
		let mut power = base.into_group();
		for row in table.chunks_exact(MULTIPLES) {
			let mut multiple = power;
			for entry in row {
				assert_eq!(native::to_blst(&multiple.into()), Some(*entry));
				multiple += power;
			}
			power = (0..WINDOW).fold(power, |power, _| power.double());
		}
	}

	#[test]
	fn tables_give_the_sums_of_the_generators() {
		let mut rng = ChaCha20Rng::seed_from_u64(2);
		// both ways to treat the second halves
		for length in [1, 2, 9, MANY / DIGITS - 1, MAX_LENGTH] {
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
	fn with_and_without_tables_sums_are_the_same() {
		let mut rng = ChaCha20Rng::seed_from_u64(3);
		for _ in 0..2 * WORTHWHILE {
			let scalar = scalar::random(&mut rng);
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
