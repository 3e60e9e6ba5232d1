//! What proofs of the same ranges cost as Bulletproofs, in sums of our group: their numbers of terms, and sums of as many terms to
//! be timed. No such proof is made.
//!
//! Counted is the aggregated range proof of B. Bünz, J. Bootle, D. Boneh, A. Poelstra, P. Wuille, G. Maxwell, "Bulletproofs: Short
//! proofs for confidential transactions and more", IEEE S&P 2018: `m` values of `n` bits, each committed to by itself (section 4.3),
//! its inner-product argument (Protocol 2), and its verification by one sum, of one proof and of many (section 6). That a dealing has
//! its values in one commitment would cost it an argument more, which is left out; so are hashes and the field's arithmetic, on both
//! sides.

use anyhow::Result;
use ostraka_crypto::{group, scalar, validity::Relation, Affine, Plain, Scalar};
use rand_chacha::ChaCha20Rng;
use std::hint::black_box;

/// Bytes of a point and of a scalar, in the encoding that our proofs have.
const POINT: usize = 96;
const SCALAR: usize = 32;

/// What a proof takes: its size, and the sums that it is made and checked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
	/// Points of the proof.
	pub points: usize,
	/// Its scalars.
	pub scalars: usize,
	/// Additions of single generators that making it takes, for bits.
	pub additions: usize,
	/// Terms of all sums that making it takes.
	pub made: usize,
	/// Terms of the one sum that it is checked by alone.
	pub checked: usize,
	/// Terms that it adds to the sum that many are checked by.
	pub of_many: usize,
}

impl Cost {
	/// Of one of our proofs, whose layout it follows from.
	pub fn ours(relation: &Relation) -> Self {
		let layout = relation.layout();
		let (q, m, p) = (layout.q, layout.m, layout.p);
		let points = layout.points();
		// rows of bits under generators, and `H` each; masks and operands; rows of coefficients and their mask
		let made = m + (2 + 3 * p) * (q + 1) + (2 * layout.h + 1) * (layout.n + 1);
		// those of the proof, and `C_0`
		let of_many = points + 1;
		let checked = q.max(layout.n) + 1 + of_many;
		Self { points, scalars: layout.scalars(), additions: m * q, made, checked, of_many }
	}

	/// Of a Bulletproof of so many values of so many bits, a power of two together.
	pub fn bulletproof(values: usize, bits: usize) -> Self {
		let all = (values * bits).next_power_of_two();
		let rounds = all.ilog2() as usize;
		let points = 2 * rounds + 4;
		// `A` has a generator or another for each bit, and a blinding term; `S` is under all; `T_1` and `T_2` have two terms each
		let vectors = 1 + (2 * all + 1) + 2 * 2;
		// of a round over vectors of length `k`: `L` and `R` of `k + 1` terms each, and `k` generators of two terms each, of which
		// the last round makes none
		let left_and_right = 2 * (2 * all - 2) + 2 * rounds;
		let folded = 2 * (2 * all).saturating_sub(4);
		Self {
			points,
			scalars: 5,
			additions: all,
			made: vectors + left_and_right + folded,
			// the two vectors of generators, two more, the proof's points and the commitments
			checked: 2 * all + 2 + points + values,
			of_many: points + values,
		}
	}

	/// Bytes of the proof.
	pub fn bytes(&self) -> usize {
		POINT * self.points + SCALAR * self.scalars
	}
}

/// Points and numbers for sums of as many terms as Bulletproofs have.
pub struct Sums {
	cost: Cost,
	points: Vec<Affine<Plain>>,
	scalars: Vec<Scalar>,
	/// Length of the vectors.
	all: usize,
}

impl Sums {
	/// For so many values of so many bits.
	pub fn of(values: usize, bits: usize, rng: &mut ChaCha20Rng) -> Self {
		let cost = Cost::bulletproof(values, bits);
		let most = cost.checked;
		let points = super::points(most, rng);
		let scalars = (0..most).map(|_| scalar::random(rng)).collect();
		Self { cost, points, scalars, all: (values * bits).next_power_of_two() }
	}

	fn sum(&self, terms: std::ops::Range<usize>) {
		let (points, scalars) = (&self.points[terms.clone()], &self.scalars[terms]);
		let _ = black_box(group::msm(black_box(points), black_box(scalars)));
	}

	/// The sums that making a proof takes; returns how many terms they had.
	pub fn make(&self) -> usize {
		let first = group::mul(&self.points[0], &self.scalars[0]);
		let bits = &self.points[..self.all];
		let _ = black_box(bits.iter().fold(first, |sum, point| sum + point));
		let mut terms = 1;
		let mut add = |range: std::ops::Range<usize>| {
			terms += range.len();
			self.sum(range);
		};
		add(0..2 * self.all + 1);
		add(0..2);
		add(0..2);
		let mut length = self.all;
		while length > 1 {
			add(0..length + 1);
			add(0..length + 1);
			if length > 2 {
				(0..length).for_each(|place| add(2 * place..2 * place + 2));
			}
			length /= 2;
		}
		terms
	}

	/// The sum that a proof is checked by alone.
	pub fn check(&self) {
		self.sum(0..self.cost.checked);
	}
}

/// Ours and theirs for so many values of so many bits.
///
/// # Errors
/// Those of [`ranges`](crate::schemes::ostraka::ranges).
pub fn both(values: usize, bits: u32) -> Result<[Cost; 2]> {
	let relation = crate::schemes::ostraka::ranges(values, bits)?;
	Ok([Cost::ours(&relation), Cost::bulletproof(values, bits as usize)])
}

#[cfg(test)]
mod tests {
	use super::*;
	use rand_chacha::rand_core::SeedableRng;

	/// The paper's figures: `2 (log2 n + log2 m) + 4` points and five scalars; a sum of `2 n + 2 log2 n + 7` terms for one value.
	#[test]
	fn a_bulletproof_is_as_large_as_the_paper_says() {
		for (values, bits, rounds) in [(1, 64, 6), (8, 32, 8), (64, 32, 11), (2, 64, 7)] {
			let cost = Cost::bulletproof(values, bits);
			assert_eq!((cost.points, cost.scalars), (2 * rounds + 4, 5));
			let one_value = 2 * values * bits + 2 * rounds + 7;
			assert_eq!(cost.checked, one_value + values - 1);
		}
		// a proof of one value of 64 bits in a group with points of 32 bytes: 672 bytes
		let cost = Cost::bulletproof(1, 64);
		assert_eq!(32 * (cost.points + cost.scalars), 672);
	}

	/// As `docs/VALIDITY.md` counts them.
	#[test]
	fn ours_are_counted_as_documented() {
		let [eight, _] = both(8, 32).unwrap();
		assert_eq!((eight.points, eight.scalars, eight.bytes()), (13, 77, 3_712));
		assert_eq!((eight.made, eight.additions), (107, 256));
		assert_eq!((eight.checked, eight.of_many), (47, 14));
		let [many, _] = both(64, 32).unwrap();
		assert_eq!((many.points, many.scalars, many.bytes()), (30, 196, 9_152));
		assert_eq!((many.made, many.additions), (275, 2_070));
		assert_eq!((many.checked, many.of_many), (122, 31));
	}

	#[test]
	fn as_many_terms_are_added_up_as_are_counted() {
		let mut rng = ChaCha20Rng::seed_from_u64(9);
		for (values, bits) in [(1, 2), (1, 4), (2, 8), (3, 4)] {
			let sums = Sums::of(values, bits, &mut rng);
			assert_eq!(sums.make(), sums.cost.made, "{values} of {bits} bits");
			sums.check();
			assert_eq!(sums.points.len(), sums.cost.checked);
		}
	}
}
