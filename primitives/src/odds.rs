//! The odds of a committee's capture: how likely a draw gives more than `t` of `n` seats to one who holds a part of the stake.
//!
//! The worst case is counted: the adversary has split its stake into nodes so small that drawing some leaves the rest as
//! large, and below what counts of one account. The honest stake is what the present candidates hold, less the adversary's
//! part, in as many equal nodes as weigh the same: `(Σ s)² / Σ s²`, of what counts of each. Honest nodes are drawn without
//! replacement, so few and large ones make the odds worse.

use crate::Balance;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

/// Fractional bits of a probability.
const FRACTION: u32 = 60;
const ONE: u128 = 1 << FRACTION;
/// Bits that are kept of a sum of stakes.
const STAKE_BITS: u32 = 40;
/// A probability of one, in the unit that [`Odds`] has.
pub const CERTAIN: u64 = 1_000_000_000;

/// What a capture is likely to take, against those who can be drawn now.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo,
)]
pub struct Odds {
	/// Probability that one draw is captured by who holds a fifth of the stake, in billionths.
	pub fifth: u64,
	/// The same by who holds a third.
	pub third: u64,
	/// What drawing until a capture costs who holds a fifth, on average, if the dealers accept every time; none if it never
	/// comes.
	pub price_fifth: Option<Balance>,
	/// The same for who holds a third.
	pub price_third: Option<Balance>,
}

impl Odds {
	/// For candidates with these stakes, of each of which `cap` counts at most, and a class of `seats` with this
	/// threshold; `price` is what one draw costs that comes to nothing.
	pub fn of(
		stakes: impl Iterator<Item = Balance> + Clone,
		cap: Balance,
		seats: u8,
		threshold: u8,
		price: Balance,
	) -> Self {
		let crowd = Crowd::of(stakes, cap);
		let fifth = crowd.capture(1, 5, seats, threshold);
		let third = crowd.capture(1, 3, seats, threshold);
		let until = |odds: u64| {
			let certain = Balance::from(CERTAIN).saturating_mul(price);
			certain.checked_div(odds.into())
		};
		Self { fifth, third, price_fifth: until(fifth), price_third: until(third) }
	}
}

/// The candidates, as their number and their stake.
struct Crowd {
	/// All stake.
	whole: u128,
	/// What counts of it.
	counting: u128,
	/// Number of equal nodes that weigh the same.
	equal: u128,
}

impl Crowd {
	fn of(stakes: impl Iterator<Item = Balance> + Clone, cap: Balance) -> Self {
		let whole = stakes.clone().fold(0, u128::saturating_add);
		let shift = (u128::BITS - whole.leading_zeros()).saturating_sub(STAKE_BITS);
		let scaled = stakes.map(|stake| (stake >> shift, stake.min(cap) >> shift));
		let (mut whole, mut counting, mut squares) = (0u128, 0u128, 0u128);
		for (stake, counts) in scaled {
			whole = whole.saturating_add(stake);
			counting = counting.saturating_add(counts);
			squares = squares.saturating_add(counts.saturating_mul(counts));
		}
		let equal = counting.saturating_mul(counting).checked_div(squares).unwrap_or_default();
		Self { whole, counting, equal }
	}

	/// Probability, in billionths, that more than `threshold` of `seats` go to who holds `part / of` of the stake.
	fn capture(&self, part: u128, of: u128, seats: u8, threshold: u8) -> u64 {
		let corrupt = self.whole.saturating_mul(part).saturating_mul(self.equal);
		let honest_each = self.counting.saturating_mul(of.saturating_sub(part));
		// By the number of honest nodes drawn so far.
		let mut drawn = [0u128; 256];
		if let Some(none) = drawn.first_mut() {
			*none = ONE;
		}
		for draw in 0..usize::from(seats) {
			let mut next = [0u128; 256];
			for (honest, probability) in drawn.iter().enumerate().take(draw.saturating_add(1)) {
				let left = self.equal.saturating_sub(honest as u128);
				let all = corrupt.saturating_add(honest_each.saturating_mul(left));
				let to_corrupt = ratio(corrupt, all);
				let to_honest = ONE.saturating_sub(to_corrupt);
				if let Some(same) = next.get_mut(honest) {
					*same = same.saturating_add(product(*probability, to_corrupt));
				}
				if let Some(more) = next.get_mut(honest.saturating_add(1)) {
					*more = more.saturating_add(product(*probability, to_honest));
				}
			}
			drawn = next;
		}
		let most_honest = usize::from(seats.saturating_sub(threshold));
		let captured =
			drawn.iter().take(most_honest).fold(0, |sum: u128, p| sum.saturating_add(*p));
		u64::try_from(product(captured.min(ONE), CERTAIN.into())).unwrap_or(CERTAIN)
	}
}

/// `part / all` as a probability; one if there is nothing else.
fn ratio(part: u128, all: u128) -> u128 {
	let shift = (u128::BITS - all.leading_zeros()).saturating_sub(u128::BITS - FRACTION - 1);
	let (part, all) = (part >> shift, all >> shift);
	(part << FRACTION).checked_div(all).unwrap_or(ONE).min(ONE)
}

/// Product of a probability and a number.
fn product(probability: u128, number: u128) -> u128 {
	probability.saturating_mul(number) >> FRACTION
}

#[cfg(test)]
mod tests {
	use super::*;

	fn odds(stakes: &[Balance], cap: Balance, seats: u8, threshold: u8) -> (f64, f64) {
		let odds = Odds::of(stakes.iter().copied(), cap, seats, threshold, 1_000);
		(odds.fifth as f64 / 1e9, odds.third as f64 / 1e9)
	}

	fn near(found: f64, expected: f64) -> bool {
		(found - expected).abs() <= 0.03 * expected
	}

	/// The table of DESIGN, which is the binomial's: many small equal nodes.
	#[test]
	fn many_small_nodes_give_the_binomial() {
		let stakes = [1_000_000_000_000_000; 1_000];
		for (seats, threshold, fifth, third) in [
			(3, 1, 0.104, 0.259),
			(5, 2, 0.0579, 0.2099),
			(7, 3, 0.0333, 0.1733),
			(13, 6, 0.0070, 0.1035),
		] {
			let found = odds(&stakes, Balance::MAX, seats, threshold);
			assert!(
				near(found.0, fifth) && near(found.1, third),
				"({seats}, {threshold}): {found:?}"
			);
		}
		let (fifth, _) = odds(&stakes, Balance::MAX, 31, 15);
		assert!((0.00007..0.00010).contains(&fifth), "{fifth}");
	}

	#[test]
	fn few_large_nodes_are_worse_and_a_cap_costs_whoever_does_not_split() {
		let (many, few) = ([10; 400], [200; 20]);
		let (small, _) = odds(&many, Balance::MAX, 31, 15);
		let (large, _) = odds(&few, Balance::MAX, 31, 15);
		assert!(large > 10.0 * small, "{small} and {large}");
		let (capped, _) = odds(&few, 50, 31, 15);
		assert!(capped > large);
	}

	#[test]
	fn a_price_is_what_the_tries_cost() {
		let odds = Odds::of([5u128; 500].into_iter(), 5, 7, 3, 1_000);
		let expected = 1_000 * u128::from(CERTAIN) / u128::from(odds.fifth);
		assert_eq!(odds.price_fifth, Some(expected));
		assert!(odds.price_third < odds.price_fifth);
	}

	#[test]
	fn nothing_overflows() {
		for stakes in [&[][..], &[0], &[Balance::MAX; 3], &[1, Balance::MAX]] {
			for (seats, threshold) in [(3, 1), (31, 15), (255, 127), (0, 0)] {
				let odds = Odds::of(stakes.iter().copied(), 7, seats, threshold, Balance::MAX);
				assert!(odds.fifth <= CERTAIN && odds.third <= CERTAIN, "{odds:?}");
			}
		}
	}
}
