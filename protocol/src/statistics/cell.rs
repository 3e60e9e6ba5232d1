//! Why the sums of one cell give no statistic, and the divisions that find out.

use super::{
	error::Inconsistency,
	number::{pow10, ratio, Number},
};
use num_bigint::BigInt;
use num_rational::BigRational;
use ostraka_primitives::spec::Column;

/// Why a cell with rows has no statistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoSummary {
	/// The data are possible, but the statistic is not defined on them: a determinant or a variance that is divided by is
	/// zero, or there is but one row where two are needed.
	Undefined,
	/// No data can give these sums.
	Inconsistent(Inconsistency),
	/// The sums are not as many as the statistic has.
	Shape,
}

impl From<Inconsistency> for NoSummary {
	fn from(what: Inconsistency) -> Self {
		Self::Inconsistent(what)
	}
}

/// A quotient whose divisor of zero means that the statistic is not defined.
pub(super) fn divide(numerator: BigInt, divisor: BigInt) -> Result<BigRational, NoSummary> {
	ratio(numerator, divisor).ok_or(NoSummary::Undefined)
}

/// `sum / n` in the data's scale.
pub(super) fn mean(n: &BigInt, sum: &BigInt, column: &Column) -> Result<Number, NoSummary> {
	divide(sum.clone(), n * pow10(u32::from(column.decimals))).map(Number::Ratio)
}
