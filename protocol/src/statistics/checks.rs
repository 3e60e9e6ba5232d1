//! Conditions that every sum of honest vectors meets: data within the declared ranges, of no more rows than the dealers
//! may have. They are necessary and cheap, not sufficient. Of variances they are what each dealer proves of its own
//! vector ([`validity`](super::validity)), and sums of such vectors meet them.

use super::error::Inconsistency;
use num_bigint::BigInt;
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

/// Σx² of `n > 0` numbers of the column's range that sum to `sum`: the variance is not negative, and no sum of squares
/// lies above the chord between the range's ends. Nothing that integers meet besides (their parity, say) is asked: dealers do not
/// prove it, and sums of vectors that meet this meet it too, so that none of them can make the others' result impossible.
pub(super) fn squares(n: &BigInt, sum: &BigInt, squares: &BigInt, column: &Column) -> Check {
	require(n * squares >= sum * sum, Inconsistency::SquaresTooSmall)?;
	let (min, max) = (BigInt::from(column.min), BigInt::from(column.max));
	let most = (&min + &max) * sum - min * max * n;
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
