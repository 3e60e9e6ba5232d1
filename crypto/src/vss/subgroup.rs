//! Subgroup checks of many points at once.
//!
//! A check of one point costs as much as many additions. So random combinations of all points are checked instead: in each of
//! [`ROUNDS`] rounds every point is added, subtracted or left out, at random.
//!
//! # Soundness
//! The curve's group is the subgroup of prime order times a torsion part, whose order, the cofactor, has the prime factors 3, 11,
//! 10177, 859267 and 52437899: it is odd. Let some point have a torsion part `T` other than the identity, and let all coefficients
//! of a round but this point's be drawn already. The sum's torsion part is then `S`, `S + T` or `S - T`. These are three different
//! elements, since neither `T` nor `2 T` is the identity, and at most one of them is. So the sum is in the subgroup with a
//! probability of at most one third, whatever the other points are, also if torsion parts cancel in the plain sum. All rounds pass
//! with at most `3^-44 < 2^-69`, so also one of the halvings after a failure with less than `2^-64`.
//!
//! That the coefficients come of random words, and so are uniform up to `2^-21` only, moves this by less than a thousandth of a bit.
//!
//! # Cost
//! Four rounds share their additions: with one of 81 combinations of coefficients, up to the sign of all, each point goes to one of
//! forty buckets, and each of the four sums is made of the buckets (as in N. Pippenger, FOCS 1976). So a point costs an addition for
//! every four rounds, and all rounds together some thousand additions and [`ROUNDS`] checks.

use super::{bisect, Commitments, UncheckedCommitments};
use crate::{
	additions,
	curve::{Curve, Plain},
	error::Error,
	group,
};
use alloc::{vec, vec::Vec};
use ark_ec::short_weierstrass::Affine;
use rand_core::{CryptoRng, RngCore};

/// Rounds that share buckets.
const TOGETHER: usize = 4;
/// Random combinations that are checked.
const ROUNDS: usize = 11 * TOGETHER;
/// Coefficients of a point in rounds that share buckets.
const COMBINATIONS: u64 = 3u64.pow(TOGETHER as u32);
/// Those of them that are neither all zero nor another's negative: buckets.
const BUCKETS: usize = COMBINATIONS as usize / 2;
/// Combinations that one random word gives: `81^6` is so far below `2^64` that they are all but uniform.
const DIGITS: usize = 6;
/// Points for which sums are made at once: what they take in memory stays small.
const AT_ONCE: usize = 1024;
/// Fewest points for which combinations are cheaper than a check of each.
const MANY: usize = 64;

/// Checks the commitments of many dealings at once: random linear combinations. Those with a point outside the subgroup are
/// `NotInSubgroup`; they pass with a probability of at most `2^-64` over the draws of `rng`, which must be unknown to the dealers.
/// On failure halves are checked, with draws of their own.
pub fn batch_subgroup<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	items: &[&UncheckedCommitments],
	rng: &mut R,
) -> Vec<Result<Commitments<P>, Error>> {
	let outside = bisect(items, |range| {
		let points = range.iter().map(|item| item.points().len()).sum::<usize>();
		if range.len() <= 1 || points < MANY {
			let sound = |item: &&UncheckedCommitments| item.points().iter().all(group::in_subgroup);
			return Some(
				(0..).zip(range).filter(|(_, item)| !sound(item)).map(|(i, _)| i).collect(),
			);
		}
		let points: Vec<_> = range.iter().flat_map(|item| item.points()).copied().collect();
		all_inside(&points, rng).then(Vec::new)
	});
	let verdict = |(place, item): (usize, &&UncheckedCommitments)| {
		let sound = outside.binary_search(&place).is_err();
		sound.then(|| item.checked()).ok_or(Error::NotInSubgroup)
	};
	items.iter().enumerate().map(verdict).collect()
}

/// Whether all points of the curve are in the subgroup. If not, that is overlooked with a probability of less than `2^-69` over
/// the draws of `rng`, which must be unknown to whoever chose the points.
pub(crate) fn all_inside<R: RngCore + CryptoRng + ?Sized>(
	points: &[Affine<Plain>],
	rng: &mut R,
) -> bool {
	if points.len() < MANY {
		return points.iter().all(group::in_subgroup);
	}
	combinations(points, ROUNDS / TOGETHER, rng).iter().all(group::in_subgroup)
}

/// Random combinations of points with coefficients -1, 0 and 1: four times as many as asked for.
fn combinations<R: RngCore + CryptoRng + ?Sized>(
	points: &[Affine<Plain>],
	fours: usize,
	rng: &mut R,
) -> Vec<Affine<Plain>> {
	let words = core::iter::repeat_with(|| rng.next_u64());
	let mut digits = words.flat_map(|word| {
		core::iter::successors(Some(word), |word| Some(word / COMBINATIONS)).take(DIGITS)
	});
	let mut buckets = vec![Affine::<Plain>::identity(); fours * BUCKETS];
	for points in points.chunks(AT_ONCE) {
		let mut lists: Vec<_> = buckets.iter().map(|bucket| vec![*bucket]).collect();
		for point in points {
			for (lists, digit) in lists.chunks_exact_mut(BUCKETS).zip(&mut digits) {
				let combination = (digit % COMBINATIONS) as isize - BUCKETS as isize;
				// zero wraps around to no place
				let Some(list) = lists.get_mut(combination.unsigned_abs().wrapping_sub(1)) else {
					continue;
				};
				list.push(if combination > 0 { *point } else { -*point });
			}
		}
		buckets = additions::sums(lists);
	}
	let lists = buckets.chunks_exact(BUCKETS).flat_map(|buckets| {
		(0..TOGETHER as u32).map(move |round| {
			let terms =
				(1..).zip(buckets).filter_map(move |(combination, bucket)| {
					match coefficient(combination, round) {
						0 => None,
						1 => Some(*bucket),
						_ => Some(-*bucket),
					}
				});
			terms.collect()
		})
	});
	additions::sums(lists.collect())
}

/// A point's coefficient in one of the rounds that share buckets: a digit of the combination, in balanced ternary.
fn coefficient(combination: i64, round: u32) -> i64 {
	// the digits of 40 are all one: with them added, digits lie between 0 and 2
	(combination + BUCKETS as i64) / 3i64.pow(round) % 3 - 1
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{generators, reference};
	use ark_ec::{AffineRepr, CurveGroup};
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	type Points = Vec<Affine<Plain>>;

	/// Dealings of three good points each: different ones, equal ones, opposite ones and identities.
	fn dealings(count: usize) -> Vec<Points> {
		reference::points(3 * count).chunks(3).map(<[_]>::to_vec).collect()
	}

	fn plus(point: &mut Affine<Plain>, other: Affine<Plain>) {
		*point = (*point + other).into_affine();
	}

	/// The places of the dealings that do not pass. Those that do come back as they are.
	fn outside(dealings: &[Points], seed: u64) -> Vec<usize> {
		let mut rng = ChaCha20Rng::seed_from_u64(seed);
		let items: Vec<_> = dealings.iter().cloned().map(UncheckedCommitments).collect();
		let verdicts = batch_subgroup::<Plain, _>(&items.iter().collect::<Vec<_>>(), &mut rng);
		assert_eq!(verdicts.len(), dealings.len());
		for (verdict, item) in verdicts.iter().zip(&items) {
			assert_eq!(*verdict, item.check::<Plain>());
			assert!(verdict.as_ref().is_ok_and(|checked| checked.0 == item.0) || verdict.is_err());
		}
		let wrong = verdicts.iter().enumerate().filter(|(_, verdict)| verdict.is_err());
		wrong.map(|(place, _)| place).collect()
	}

	#[test]
	fn points_of_the_subgroup_pass() {
		for count in [0, 1, 2, 21, 22, 43, 100, 300] {
			assert_eq!(outside(&dealings(count), 1), [0; 0]);
		}
		// all the identity, all the same, none at all
		for points in [vec![Affine::identity(); 4], vec![generators::h(); 2], Vec::new()] {
			assert_eq!(outside(&vec![points; 50], 2), [0; 0]);
		}
		// one dealing with many points
		assert_eq!(outside(&[reference::points(128)], 3), [0; 0]);
	}

	/// Torsion of each prime order that divides the cofactor, alone and mixed with a good point, in few dealings and in many.
	#[test]
	fn torsion_of_each_order_is_found() {
		for (order, _) in reference::COFACTOR {
			let torsion = reference::torsion(order, 1);
			for count in [1, 30, 150] {
				let mut dealings = dealings(count);
				let place = 7 % count;
				dealings[place][1] = torsion;
				assert_eq!(outside(&dealings, order), [place], "alone, of order {order}");
				dealings[place][1] = (generators::h::<Plain>() + torsion).into_affine();
				assert_eq!(outside(&dealings, order), [place], "mixed, of order {order}");
				dealings[place].reverse();
				let last = count - 1;
				plus(&mut dealings[last][2], -torsion);
				let mut places = vec![place, last];
				places.dedup();
				assert_eq!(outside(&dealings, order), places, "in two, of order {order}");
			}
		}
		let mut many = vec![reference::points(128)];
		plus(&mut many[0][127], reference::torsion(52_437_899, 2));
		assert_eq!(outside(&many, 1), [0]);
	}

	/// Torsion parts that vanish in the sum of all points, and of every coefficient: between two dealings, in three, and within one.
	#[test]
	fn cancelling_torsion_is_found() {
		for (order, _) in reference::COFACTOR {
			let torsion = reference::torsion(order, 1);
			let mut dealings = dealings(60);
			plus(&mut dealings[3][0], torsion);
			plus(&mut dealings[50][0], -torsion);
			let all: Points = dealings.concat();
			let sum: ark_ec::short_weierstrass::Projective<Plain> = all.iter().sum();
			assert!(group::in_subgroup(&sum.into_affine()));
			assert_eq!(outside(&dealings, 2 * order), [3, 50]);
			// neighbours in a table
			plus(&mut dealings[50][1], torsion);
			assert_eq!(outside(&dealings, 3 * order), [3, 50]);
			// three times the same, of order three nothing in the sum
			for place in [3, 20, 50] {
				dealings[place] = vec![torsion; 3];
			}
			assert_eq!(outside(&dealings, 5 * order), [3, 20, 50]);
		}
	}

	#[test]
	fn all_can_be_outside() {
		let torsion = reference::torsion(3, 1);
		let mut dealings = dealings(70);
		dealings.iter_mut().for_each(|points| plus(&mut points[2], torsion));
		assert_eq!(outside(&dealings, 6), (0..70).collect::<Vec<_>>());
	}

	/// The argument's bound, and that a round comes near it: a point of order three passes one time in three.
	#[test]
	fn a_round_misses_one_in_three() {
		// with 16 halvings
		assert!(3u128.pow(ROUNDS as u32) > 16 << 64);
		let mut rng = ChaCha20Rng::seed_from_u64(7);
		let three = reference::order_three();
		for place in [0, 1, 2, 3, 9] {
			let mut points = reference::points(10);
			plus(&mut points[place], three);
			let sums = combinations(&points, 225, &mut rng);
			assert_eq!(sums.len(), 900);
			let passed = sums.iter().filter(|sum| group::in_subgroup(sum)).count();
			assert!((220..=380).contains(&passed), "{passed} of 900 pass");
		}
		// two that cancel pass if their coefficients are the same
		let sums = combinations(&[three, -three], 225, &mut rng);
		let passed = sums.iter().filter(|sum| sum.is_zero()).count();
		assert!((220..=380).contains(&passed), "{passed} of 900 pass");
	}

	/// Every coefficient of every point occurs as often as every other, in every round of four, and by itself.
	#[test]
	fn coefficients_are_uniform() {
		let mut rng = ChaCha20Rng::seed_from_u64(8);
		let bases = generators::bases::<Plain>(2).unwrap();
		let mut seen = [[0; 9]; TOGETHER];
		let sums = combinations(&bases[..2], 900, &mut rng);
		let nine: Vec<_> = [-1i8, 0, 1]
			.into_iter()
			.flat_map(|a| [-1i8, 0, 1].map(|b| [a, b]))
			.map(|coefficients| {
				let terms =
					coefficients.iter().zip(&bases).map(|(coefficient, base)| match coefficient {
						0 => Affine::identity(),
						1 => *base,
						_ => -*base,
					});
				terms.sum::<ark_ec::short_weierstrass::Projective<Plain>>().into_affine()
			})
			.collect();
		for (place, sum) in sums.iter().enumerate() {
			let which = nine.iter().position(|other| other == sum).expect("one of nine");
			seen[place % TOGETHER][which] += 1;
		}
		assert!(seen.iter().flatten().all(|count| (60..=140).contains(count)), "{seen:?}");
	}

	/// The digits of a combination make it up.
	#[test]
	fn coefficients_are_digits() {
		for combination in -(BUCKETS as i64)..=BUCKETS as i64 {
			let digits = (0..TOGETHER as u32).map(|round| coefficient(combination, round));
			assert!(digits.clone().all(|digit| (-1..=1).contains(&digit)));
			let value = digits.rev().fold(0, |value, digit| 3 * value + digit);
			assert_eq!(value, combination);
		}
	}
}
