//! Decimal text to fixed-point integers, exactly and without floats.
//!
//! A number is an optional sign, digits with at most one point, and an optional exponent (`1.5e3`). Anything else is
//! refused, `NaN` and `inf` with a message of their own. A cell of white space is missing, not a number.

use crate::words::counted;
use std::fmt;

/// Most significant digits of a number.
const MAX_DIGITS: usize = 36;
/// Largest magnitude of an exponent.
const MAX_EXPONENT: i32 = 60;
/// Largest magnitude of a fixed-point number, as [`ostraka_primitives::spec::MAX_BOUND`].
pub const MAX_UNITS: i64 = ostraka_primitives::spec::MAX_BOUND;

/// An exact decimal number in lowest terms: `digits * 10^-scale`, `scale` as small as can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
	digits: i128,
	scale: u32,
}

/// Why a text is no usable number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberError {
	/// Not a number at all.
	NotANumber,
	/// `NaN` or an infinity.
	NotFinite,
	/// More than 36 significant digits, or an exponent beyond 60.
	TooLong,
	/// More digits behind the decimal point than the column has.
	TooManyDecimals {
		/// The column's.
		decimals: u8,
		/// The number's.
		found: u32,
	},
	/// Larger than a fixed-point number of so many decimals can be.
	TooLarge {
		/// The column's decimals.
		decimals: u8,
	},
}

impl fmt::Display for NumberError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::NotANumber => f.write_str("is not a number"),
			Self::NotFinite => f.write_str("is not a finite number"),
			Self::TooLong => write!(f, "has more than {MAX_DIGITS} digits"),
			Self::TooManyDecimals { decimals, found } => {
				let found = counted(*found as usize, "decimal");
				write!(f, "has {found} where the column has {decimals}")
			},
			Self::TooLarge { decimals } => {
				write!(f, "is too large for a column of {decimals} decimals (2^62 units at most)")
			},
		}
	}
}

impl std::error::Error for NumberError {}

impl Decimal {
	/// Reads a number. White space around it is ignored.
	///
	/// # Errors
	/// `NotANumber`, `NotFinite`, `TooLong`.
	pub fn parse(text: &str) -> Result<Self, NumberError> {
		let text = text.trim();
		let (negative, unsigned) = match text.strip_prefix('-') {
			Some(rest) => (true, rest),
			None => (false, text.strip_prefix('+').unwrap_or(text)),
		};
		if ["nan", "inf", "infinity"].contains(&unsigned.to_ascii_lowercase().as_str()) {
			return Err(NumberError::NotFinite);
		}
		let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
			Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
			None => (unsigned, 0),
		};
		let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
		let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
		if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
			return Err(NumberError::NotANumber);
		}
		let digits = format!("{whole}{fraction}");
		let significant = digits.trim_start_matches('0');
		let stripped = significant.trim_end_matches('0');
		if stripped.len() > MAX_DIGITS {
			return Err(NumberError::TooLong);
		}
		if stripped.is_empty() {
			return Ok(Self { digits: 0, scale: 0 });
		}
		let trailing = (significant.len() - stripped.len()) as i64;
		// digits behind the point that are left, negative if zeros have to be put back
		let scale = fraction.len() as i64 - trailing - i64::from(exponent);
		let magnitude: i128 = stripped.parse().map_err(|_| NumberError::TooLong)?;
		let digits = if negative { -magnitude } else { magnitude };
		if scale >= 0 {
			let scale = u32::try_from(scale).map_err(|_| NumberError::TooLong)?;
			return Ok(Self { digits, scale });
		}
		let zeros = u32::try_from(-scale).map_err(|_| NumberError::TooLong)?;
		let digits = 10i128.checked_pow(zeros).and_then(|power| digits.checked_mul(power));
		Ok(Self { digits: digits.ok_or(NumberError::TooLong)?, scale: 0 })
	}

	/// Digits behind the decimal point.
	pub fn scale(&self) -> u32 {
		self.scale
	}

	/// The number in units of `10^-decimals`.
	///
	/// # Errors
	/// `TooManyDecimals`, `TooLarge`.
	pub fn to_units(&self, decimals: u8) -> Result<i64, NumberError> {
		let missing = u32::from(decimals)
			.checked_sub(self.scale)
			.ok_or(NumberError::TooManyDecimals { decimals, found: self.scale })?;
		let units = 10i128.checked_pow(missing).and_then(|power| self.digits.checked_mul(power));
		in_bounds(units, decimals)
	}

	/// The number in units of `10^-decimals`, half units rounded to even.
	///
	/// # Errors
	/// `TooLarge`.
	pub fn round_to_units(&self, decimals: u8) -> Result<i64, NumberError> {
		let Some(excess) = self.scale.checked_sub(u32::from(decimals)) else {
			return self.to_units(decimals);
		};
		// 36 digits divided by more than 10^37 are below one half
		let Some(divisor) = 10i128.checked_pow(excess) else { return Ok(0) };
		let (floor, rest) = (self.digits.div_euclid(divisor), self.digits.rem_euclid(divisor));
		let up = match rest.cmp(&(divisor - rest)) {
			std::cmp::Ordering::Less => false,
			std::cmp::Ordering::Equal => floor % 2 != 0,
			std::cmp::Ordering::Greater => true,
		};
		in_bounds(Some(floor + i128::from(up)), decimals)
	}
}

fn in_bounds(units: Option<i128>, decimals: u8) -> Result<i64, NumberError> {
	units
		.and_then(|units| i64::try_from(units).ok())
		.filter(|units| (-MAX_UNITS..=MAX_UNITS).contains(units))
		.ok_or(NumberError::TooLarge { decimals })
}

fn parse_exponent(text: &str) -> Result<i32, NumberError> {
	let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
	if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
		return Err(NumberError::NotANumber);
	}
	text.parse()
		.ok()
		.filter(|exponent: &i32| exponent.abs() <= MAX_EXPONENT)
		.ok_or(NumberError::TooLong)
}

/// Fixed-point units in decimal notation.
pub fn render(units: i64, decimals: u8) -> String {
	let decimals = usize::from(decimals);
	let sign = if units < 0 { "-" } else { "" };
	let digits = format!("{:0>width$}", units.unsigned_abs(), width = decimals + 1);
	let (whole, fraction) = digits.split_at(digits.len() - decimals);
	let point = if decimals == 0 { "" } else { "." };
	format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn units(text: &str, decimals: u8) -> Result<i64, NumberError> {
		Decimal::parse(text)?.to_units(decimals)
	}

	#[test]
	fn reads_decimals_exactly() {
		assert_eq!(units("0.1", 1), Ok(1));
		assert_eq!(units("90000.0", 0), Ok(90000));
		assert_eq!(units(" -18.01 ", 2), Ok(-1801));
		assert_eq!(units("+.5", 3), Ok(500));
		assert_eq!(units("7.", 0), Ok(7));
		assert_eq!(units("-0.00", 0), Ok(0));
		assert_eq!(units("000123.4500", 2), Ok(12345));
	}

	#[test]
	fn reads_exponents_exactly() {
		assert_eq!(units("1.5e3", 0), Ok(1500));
		assert_eq!(units("1500E-3", 1), Ok(15));
		assert_eq!(units("2e0", 0), Ok(2));
		assert_eq!(units("0e60", 0), Ok(0));
		assert_eq!(units("1e-9", 9), Ok(1));
		assert_eq!(Decimal::parse("1e61"), Err(NumberError::TooLong));
		assert_eq!(Decimal::parse("1e999999999999"), Err(NumberError::TooLong));
	}

	#[test]
	fn refuses_what_is_no_number() {
		for text in
			["", " ", "abc", "1,000", "1.2.3", "--1", "1e", "e5", "0x10", "1_0", ".", "-", "٣"]
		{
			assert_eq!(Decimal::parse(text), Err(NumberError::NotANumber), "{text}");
		}
		for text in ["NaN", "nan", "inf", "-inf", "Infinity", "+INF"] {
			assert_eq!(Decimal::parse(text), Err(NumberError::NotFinite), "{text}");
		}
	}

	#[test]
	fn bounds_decimals_and_size() {
		assert_eq!(units("0.123", 2), Err(NumberError::TooManyDecimals { decimals: 2, found: 3 }));
		assert_eq!(units("4611686018427387904", 0), Ok(1 << 62));
		assert_eq!(units("4611686018427387905", 0), Err(NumberError::TooLarge { decimals: 0 }));
		assert_eq!(units("5e18", 1), Err(NumberError::TooLarge { decimals: 1 }));
		assert_eq!(Decimal::parse(&"1".repeat(37)), Err(NumberError::TooLong));
		assert_eq!(units(&format!("{}1", "0".repeat(400)), 0), Ok(1));
	}

	#[test]
	fn rounds_half_to_even() {
		let round = |text: &str| Decimal::parse(text).and_then(|number| number.round_to_units(1));
		assert_eq!(round("0.25"), Ok(2));
		assert_eq!(round("0.35"), Ok(4));
		assert_eq!(round("-0.25"), Ok(-2));
		assert_eq!(round("-0.3500001"), Ok(-4));
		assert_eq!(round("1e-50"), Ok(0));
		assert_eq!(round("12"), Ok(120));
	}

	proptest! {
		#[test]
		fn what_is_rendered_is_read_back(value in -MAX_UNITS..=MAX_UNITS, decimals in 0u8..=9) {
			prop_assert_eq!(units(&render(value, decimals), decimals), Ok(value));
		}

		#[test]
		fn no_text_panics(text in "\\PC*") {
			let _ = Decimal::parse(&text).map(|number| (number.to_units(9), number.round_to_units(0)));
		}

		#[test]
		fn numeric_looking_text_does_not_panic(text in "[-+]?[0-9.]{0,50}([eE][-+]?[0-9]{0,4})?") {
			let _ = Decimal::parse(&text).map(|number| (number.to_units(0), number.round_to_units(9)));
		}
	}
}
