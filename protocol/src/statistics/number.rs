//! Exact numbers, and their printing to a stated number of digits without floats.
//!
//! Rounding: a [`Number::Ratio`] is rounded half to even; a [`Number::Root`] is truncated (the floor of its
//! magnitude's square root at the asked digit). [`Number::Integer`] and [`Number::Decimal`] print exactly.

use alloc::{
	format,
	string::{String, ToString},
};
use core::fmt;
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// An exact real number. Equality is exact: two numbers computed in different ways are equal only if they are
/// the same number in the same form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
	/// A count.
	Integer(BigInt),
	/// `units * 10^-decimals`: a sum or an edge.
	Decimal {
		/// The number in units of `10^-decimals`.
		units: BigInt,
		/// Digits behind the decimal point.
		decimals: u8,
	},
	/// A fraction in lowest terms.
	Ratio(BigRational),
	/// A signed square root of a fraction that is not negative.
	Root {
		/// Whether the number is below zero.
		negative: bool,
		/// Its square, in lowest terms.
		radicand: BigRational,
	},
}

/// How many digits a fraction or a root is printed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
	/// So many behind the decimal point.
	Decimals(u8),
	/// At least so many that count: as many behind the decimal point as the number's size asks for. (A
	/// coefficient of a large regressor is small, and would print as zero to a fixed number of decimals.)
	Significant(u8),
}

impl Number {
	/// `units * 10^-decimals`.
	pub(super) fn decimal(units: impl Into<BigInt>, decimals: u8) -> Self {
		Self::Decimal { units: units.into(), decimals }
	}

	/// `±√radicand`; `None` if the radicand is negative. Zero has no sign.
	pub(super) fn root(negative: bool, radicand: BigRational) -> Option<Self> {
		let negative = negative && !radicand.is_zero();
		(!radicand.is_negative()).then_some(Self::Root { negative, radicand })
	}

	/// Decimal notation to the given digits.
	pub fn render(&self, digits: Digits) -> String {
		match self {
			Self::Integer(value) => value.to_string(),
			Self::Decimal { units, decimals } => fixed_point(units, u32::from(*decimals)),
			Self::Ratio(ratio) => {
				let decimals = decimals_of(digits, || exponent(ratio));
				fixed_point(&round_half_even(ratio, decimals), decimals)
			},
			Self::Root { negative, radicand } => {
				// 10^e <= r < 10^(e+1) puts √r between 10^⌊e/2⌋ and 10^(⌊e/2⌋+1)
				let decimals = decimals_of(digits, || exponent(radicand).div_euclid(2));
				let magnitude = floor_root(radicand, decimals);
				fixed_point(&if *negative { -magnitude } else { magnitude }, decimals)
			},
		}
	}
}

/// The exact form: `12`, `3.50`, `-7/3`, `sqrt(2/3)`.
impl fmt::Display for Number {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Integer(_) | Self::Decimal { .. } => {
				f.write_str(&self.render(Digits::Decimals(0)))
			},
			Self::Ratio(ratio) => write!(f, "{ratio}"),
			Self::Root { negative, radicand } => {
				write!(f, "{}sqrt({radicand})", if *negative { "-" } else { "" })
			},
		}
	}
}

/// `10^exponent`.
pub(super) fn pow10(exponent: u32) -> BigInt {
	BigInt::from(10u8).pow(exponent)
}

/// `numerator / denominator`, `None` for a denominator of zero.
pub(super) fn ratio(numerator: BigInt, denominator: BigInt) -> Option<BigRational> {
	(!denominator.is_zero()).then(|| BigRational::new(numerator, denominator))
}

/// `units * 10^-decimals` in decimal notation.
pub(super) fn fixed_point(units: &BigInt, decimals: u32) -> String {
	let digits = units.magnitude().to_string();
	let sign = if units.sign() == Sign::Minus { "-" } else { "" };
	let decimals = decimals as usize;
	if decimals == 0 {
		return format!("{sign}{digits}");
	}
	// at least one digit before the point
	let padded = format!("{digits:0>width$}", width = decimals.saturating_add(1));
	let (whole, fraction) = padded.split_at(padded.len().saturating_sub(decimals));
	format!("{sign}{whole}.{fraction}")
}

fn decimals_of(digits: Digits, exponent: impl FnOnce() -> i64) -> u32 {
	match digits {
		Digits::Decimals(decimals) => u32::from(decimals),
		Digits::Significant(digits) => {
			let behind = i64::from(digits.max(1)).saturating_sub(1).saturating_sub(exponent());
			u32::try_from(behind.max(0)).unwrap_or(u32::MAX)
		},
	}
}

/// `⌊log10 |value|⌋`, 0 for zero.
fn exponent(value: &BigRational) -> i64 {
	if value.is_zero() {
		return 0;
	}
	let (numerator, denominator) = (value.numer().abs(), value.denom());
	let length = |number: &BigInt| number.magnitude().to_string().len() as i64;
	// the quotient of numbers of a and b digits lies between 10^(a-b-1) and 10^(a-b+1)
	let guess = length(&numerator) - length(denominator);
	let shift = pow10(u32::try_from(guess.unsigned_abs()).unwrap_or(u32::MAX));
	let reached = if guess >= 0 {
		numerator >= denominator * shift
	} else {
		numerator * shift >= *denominator
	};
	if reached {
		guess
	} else {
		guess - 1
	}
}

/// `value * 10^decimals`, rounded half to even.
fn round_half_even(value: &BigRational, decimals: u32) -> BigInt {
	let denominator = value.denom();
	// a reduced fraction's denominator is positive
	let (floor, rest) = (value.numer() * pow10(decimals)).div_mod_floor(denominator);
	let up = match (rest * 2u8).cmp(denominator) {
		core::cmp::Ordering::Less => false,
		core::cmp::Ordering::Equal => floor.is_odd(),
		core::cmp::Ordering::Greater => true,
	};
	if up {
		floor + BigInt::one()
	} else {
		floor
	}
}

/// `⌊√value * 10^decimals⌋`. The root's floor is the floor's root, so no digit is lost.
fn floor_root(value: &BigRational, decimals: u32) -> BigInt {
	let square = value.numer() * pow10(decimals.saturating_mul(2)) / value.denom();
	// a radicand is never negative, and `sqrt` of a negative number would panic
	BigInt::from(square.magnitude().sqrt())
}
