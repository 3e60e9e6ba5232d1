//! Conditions that every sum of honest vectors meets: integer data within the declared ranges, of no more rows
//! than the dealers may have. They are necessary and cheap, not sufficient; where a tight bound is as cheap
//! as a loose one (sums of squares of integers), the tight one is taken.

use super::error::Inconsistency;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};
use ostraka_primitives::spec::Column;

pub(super) type Check = Result<(), Inconsistency>;

fn require(condition: bool, otherwise: Inconsistency) -> Check {
	condition.then_some(()).ok_or(otherwise)
}

/// `0 <= n <= cap`.
pub(super) fn count(n: &BigInt, cap: &BigInt) -> Check {
	require(!n.is_negative(), Inconsistency::NegativeCount)?;
	require(n <= cap, Inconsistency::TooManyRows)
}

/// Every sum over no rows is zero.
pub(super) fn all_zero(sums: &[BigInt]) -> Check {
	require(sums.iter().all(Zero::is_zero), Inconsistency::EmptyCellNotZero)
}

/// `n min <= Σx <= n max`; also for weighted sums, with Σw for n.
pub(super) fn sum(n: &BigInt, sum: &BigInt, column: &Column) -> Check {
	let within = (n * column.min..=n * column.max).contains(sum);
	require(within, Inconsistency::SumOutOfRange)
}

/// Σx² of `n > 0` integers of the column's range that sum to `sum` (which [`sum`] has checked): least if they are
/// as equal as can be, most if as many as can be are at the ends. Also `x² ≡ x (mod 2)`.
pub(super) fn squares(n: &BigInt, sum: &BigInt, squares: &BigInt, column: &Column) -> Check {
	let (low, above) = sum.div_mod_floor(n);
	let high = &low + 1u8;
	let least = (n - &above) * &low * &low + &above * &high * &high;
	require(*squares >= least, Inconsistency::SquaresTooSmall)?;
	require((squares - sum).is_even(), Inconsistency::SquaresTooSmall)?;

	let (min, max) = (BigInt::from(column.min), BigInt::from(column.max));
	let width = &max - &min;
	let most = if width.is_zero() {
		n * &min * &min
	} else {
		// `at_max` values at the upper end, one between, the rest at the lower end
		let (at_max, rest) = (sum - n * &min).div_mod_floor(&width);
		let between = &min + &rest;
		// the one between stands for a value at the lower end, which it equals if the rest is zero
		&at_max * &max * &max + (n - &at_max) * &min * &min + &between * &between - &min * &min
	};
	require(*squares <= most, Inconsistency::SquaresTooLarge)
}

/// The sums over one column.
pub(super) struct Moments<'a> {
	pub column: &'a Column,
	/// Σx.
	pub sum: &'a BigInt,
	/// Σx².
	pub squares: &'a BigInt,
}

impl Moments<'_> {
	/// `n Σx² - (Σx)²`, which is n(n - 1) sample variances.
	pub(super) fn spread(&self, n: &BigInt) -> BigInt {
		n * self.squares - self.sum * self.sum
	}

	/// Checks sum and sum of squares.
	pub(super) fn check(&self, n: &BigInt) -> Check {
		sum(n, self.sum, self.column)?;
		squares(n, self.sum, self.squares, self.column)
	}
}

/// `n Σxy - Σx Σy`.
pub(super) fn joint_spread(n: &BigInt, x: &Moments, y: &Moments, products: &BigInt) -> BigInt {
	n * products - x.sum * y.sum
}

/// Σxy: `Σ(x - a)(y - b)` has a known sign for each pair of ends `a`, `b` of the ranges (McCormick), and
/// Cauchy-Schwarz.
pub(super) fn products(n: &BigInt, x: &Moments, y: &Moments, products: &BigInt) -> Check {
	let corner = |a: i64, b: i64| products - y.sum * a - x.sum * b + n * a * b;
	let (x_ends, y_ends) = ((x.column.min, x.column.max), (y.column.min, y.column.max));
	let within = !corner(x_ends.0, y_ends.0).is_negative()
		&& !corner(x_ends.1, y_ends.1).is_negative()
		&& !corner(x_ends.0, y_ends.1).is_positive()
		&& !corner(x_ends.1, y_ends.0).is_positive();
	require(within, Inconsistency::ProductsOutOfRange)?;
	let joint = joint_spread(n, x, y, products);
	let ok = &joint * &joint <= x.spread(n) * y.spread(n);
	require(ok, Inconsistency::CauchySchwarz)
}

/// Counts over edges: none negative, together at most the cap, none in a bin that the range excludes. Returns n.
pub(super) fn bins(
	counts: &[BigInt],
	edges: &[i64],
	column: &Column,
	cap: &BigInt,
) -> Result<BigInt, Inconsistency> {
	let lowers = core::iter::once(None).chain(edges.iter().map(Some));
	let uppers = edges.iter().map(Some).chain(core::iter::once(None));
	for ((bin, lower), upper) in counts.iter().zip(lowers).zip(uppers) {
		require(!bin.is_negative(), Inconsistency::NegativeCount)?;
		let outside = lower.is_some_and(|lower| *lower > column.max)
			|| upper.is_some_and(|upper| *upper <= column.min);
		require(!outside || bin.is_zero(), Inconsistency::BinOutOfRange)?;
	}
	let n: BigInt = counts.iter().sum();
	count(&n, cap)?;
	Ok(n)
}
