//! Decimal text to fixed-point integers, exactly and without floats.
//!
//! A number is an optional sign, digits with at most one point, and an optional exponent (`1.5e3`). Anything else is
//! refused, `NaN`, `inf` and digits in groups with a message of their own. A cell of white space is missing, not a number.
//! In a file with a decimal comma the comma stands where otherwise the point does, and a point is refused. No copy of a text stays
//! in memory that is given back.

use crate::words::counted;
use std::fmt;
use zeroize::Zeroizing;

/// Most significant digits that are kept of a number. More of them before the point are refused; behind it they are
/// below everything that a column can hold, and matter for rounding only.
const MAX_DIGITS: usize = 36;
/// Digits behind the point that a number keeps which is cut to [`MAX_DIGITS`].
const LEAST_CUT: i64 = 12;
/// Exponents beyond this magnitude are all alike: no column holds such numbers.
const MAX_EXPONENT: i64 = 1_000_000;
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
	/// Not a number, but one if the comma in it is a decimal comma.
	DecimalComma,
	/// Not a number, but one if its commas, points, blanks or apostrophes are taken out: they group its digits.
	Grouped,
	/// Not a number in a file with a decimal comma: there is a point in it.
	Point,
	/// `NaN` or an infinity.
	NotFinite,
	/// More than 36 digits before the point.
	TooLong,
	/// Larger than any column can hold.
	Huge,
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
			Self::DecimalComma => f.write_str("is not a number: there is a comma in it"),
			Self::Grouped => f.write_str("is not a number: its digits stand in groups"),
			Self::Point => f.write_str(
				"is not a number in a file with a decimal comma: there is a point in it",
			),
			Self::NotFinite => f.write_str("is not a finite number"),
			Self::TooLong => write!(f, "has more than {MAX_DIGITS} digits"),
			Self::Huge => f.write_str("is too large (a column holds 2^62 units at most)"),
			Self::TooManyDecimals { decimals, found } => {
				let found = counted(*found as usize, "decimal");
				write!(f, "has {found} where the column has {decimals}")
			},
			Self::TooLarge { decimals: 0 } => {
				f.write_str("is too large (a column of whole numbers goes up to 2^62, some 4.6e18)")
			},
			Self::TooLarge { decimals } => {
				let decimals = counted(usize::from(*decimals), "decimal");
				write!(f, "is too large for a column of {decimals} (2^62 units at most)")
			},
		}
	}
}

impl std::error::Error for NumberError {}

impl Decimal {
	/// Reads a number with a decimal point. White space around it is ignored.
	///
	/// # Errors
	/// `NotANumber`, `DecimalComma`, `Grouped`, `NotFinite`, `TooLong`, `Huge`.
	pub fn parse(text: &str) -> Result<Self, NumberError> {
		let text = text.trim();
		Self::read(text).map_err(|error| match error {
			NumberError::NotANumber => why_not(text),
			other => other,
		})
	}

	/// Reads a number with a decimal comma. White space around it is ignored.
	///
	/// # Errors
	/// As [`Self::parse`], and `Point`.
	pub fn parse_with_comma(text: &str) -> Result<Self, NumberError> {
		let text = text.trim();
		if !text.contains('.') {
			return Self::read(&with_points(text)).map_err(|error| match error {
				NumberError::NotANumber if is_grouped(text) => NumberError::Grouped,
				other => other,
			});
		}
		Err(match Self::read(text) {
			Ok(_) => NumberError::Point,
			Err(NumberError::NotANumber) if is_grouped(text) => NumberError::Grouped,
			Err(error) => error,
		})
	}

	fn read(text: &str) -> Result<Self, NumberError> {
		let (negative, unsigned) = match text.strip_prefix('-') {
			Some(rest) => (true, rest),
			None => (false, text.strip_prefix('+').unwrap_or(text)),
		};
		if ["nan", "inf", "infinity"].iter().any(|name| unsigned.eq_ignore_ascii_case(name)) {
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
		let mut joined = Zeroizing::new(String::new());
		let digits = if fraction.is_empty() {
			whole
		} else {
			joined.reserve_exact(whole.len() + fraction.len());
			joined.push_str(whole);
			joined.push_str(fraction);
			joined.as_str()
		};
		let significant = digits.trim_start_matches('0');
		let stripped = significant.trim_end_matches('0');
		if stripped.is_empty() {
			return Ok(Self { digits: 0, scale: 0 });
		}
		let trailing = (significant.len() - stripped.len()) as i64;
		// digits behind the point that are left, negative if zeros have to be put back
		let scale = fraction.len() as i64 - trailing - exponent;
		let (stripped, scale, has_more) = match stripped.split_at_checked(MAX_DIGITS) {
			Some((kept, rest)) if !rest.is_empty() => {
				let scale = scale - rest.len() as i64;
				// what is cut off must lie behind every digit that a column can hold
				if scale < LEAST_CUT {
					return Err(NumberError::TooLong);
				}
				(kept, scale, true)
			},
			_ => (stripped, scale, false),
		};
		let mut magnitude: i128 = stripped.parse().map_err(|_| NumberError::TooLong)?;
		// what was cut off is not nothing: a half that is more than a half is rounded up
		if has_more && magnitude % 5 == 0 {
			magnitude += 1;
		}
		let digits = if negative { -magnitude } else { magnitude };
		if scale >= 0 {
			let scale = u32::try_from(scale).map_err(|_| NumberError::Huge)?;
			return Ok(Self { digits, scale });
		}
		let zeros = u32::try_from(-scale).map_err(|_| NumberError::Huge)?;
		let digits = 10i128.checked_pow(zeros).and_then(|power| digits.checked_mul(power));
		Ok(Self { digits: digits.ok_or(NumberError::Huge)?, scale: 0 })
	}

	/// The number in units of `10^-decimals`, as large as it may be; digits behind them are rounded, halves to even.
	/// `None` beyond `2^127`.
	pub(super) fn wide_units(&self, decimals: u8) -> Option<i128> {
		match self.scale.checked_sub(u32::from(decimals)) {
			Some(excess) => Some(self.rounded(excess)),
			None => {
				let missing = u32::from(decimals) - self.scale;
				10i128.checked_pow(missing).and_then(|power| self.digits.checked_mul(power))
			},
		}
	}

	/// Whether it is zero.
	pub fn is_zero(&self) -> bool {
		self.digits == 0
	}

	/// Whether it is below zero.
	pub fn is_negative(&self) -> bool {
		self.digits < 0
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
		in_bounds(Some(self.rounded(excess)), decimals)
	}

	/// The digits without the last `excess` of them, half units rounded to even.
	fn rounded(&self, excess: u32) -> i128 {
		// 36 digits divided by more than 10^37 are below one half
		let Some(divisor) = 10i128.checked_pow(excess) else { return 0 };
		let (floor, rest) = (self.digits.div_euclid(divisor), self.digits.rem_euclid(divisor));
		let up = match rest.cmp(&(divisor - rest)) {
			std::cmp::Ordering::Less => false,
			std::cmp::Ordering::Equal => floor % 2 != 0,
			std::cmp::Ordering::Greater => true,
		};
		floor + i128::from(up)
	}
}

fn in_bounds(units: Option<i128>, decimals: u8) -> Result<i64, NumberError> {
	units
		.and_then(|units| i64::try_from(units).ok())
		.filter(|units| (-MAX_UNITS..=MAX_UNITS).contains(units))
		.ok_or(NumberError::TooLarge { decimals })
}

fn parse_exponent(text: &str) -> Result<i64, NumberError> {
	let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
	if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
		return Err(NumberError::NotANumber);
	}
	let magnitude =
		unsigned.parse().map_or(MAX_EXPONENT, |exponent: i64| exponent.min(MAX_EXPONENT));
	Ok(if text.starts_with('-') { -magnitude } else { magnitude })
}

/// A text with points where commas stand.
fn with_points(text: &str) -> Zeroizing<String> {
	let mut points = Zeroizing::new(String::with_capacity(text.len()));
	points.extend(text.chars().map(|character| if character == ',' { '.' } else { character }));
	points
}

/// Why a text that is no number is none: one comma may be a decimal comma, and digits may stand in groups.
fn why_not(text: &str) -> NumberError {
	let is_number = |text: &str| Decimal::read(text).is_ok();
	match text.split_once(',') {
		Some((_, rest)) if !rest.contains(',') && is_number(&with_points(text)) => {
			NumberError::DecimalComma
		},
		_ if is_grouped(text) => NumberError::Grouped,
		_ => NumberError::NotANumber,
	}
}

/// Whether a text is a number whose digits stand in groups: a number without these characters, each between two digits.
fn is_grouped(text: &str) -> bool {
	const BETWEEN: [char; 8] = [',', '.', ' ', '\'', '_', '\u{a0}', '\u{202f}', '\u{2019}'];
	let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
	let is_digit = |character: Option<char>| character.is_some_and(|c| c.is_ascii_digit());
	// room for all at once: a vector that grows leaves its old, unwiped copy behind
	let mut characters: Zeroizing<Vec<char>> = Zeroizing::new(Vec::with_capacity(unsigned.len()));
	characters.extend(unsigned.chars());
	let marks = characters.iter().filter(|c| BETWEEN.contains(c)).count();
	let all_fit = characters.iter().enumerate().all(|(i, c)| {
		let before = i.checked_sub(1).and_then(|i| characters.get(i)).copied();
		is_digit(Some(*c))
			|| (BETWEEN.contains(c) && is_digit(before) && is_digit(characters.get(i + 1).copied()))
	});
	marks > 0 && all_fit
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
		assert_eq!(units("0e999999999999", 0), Ok(0));
		assert_eq!(Decimal::parse("1e61"), Err(NumberError::Huge));
		assert_eq!(Decimal::parse("1e999999999999"), Err(NumberError::Huge));
	}

	#[test]
	fn a_tiny_number_has_many_decimals_and_is_not_long() {
		let tiny = Decimal::parse("2.22e-101").expect("a number");
		let problem = NumberError::TooManyDecimals { decimals: 9, found: 103 };
		assert_eq!(tiny.to_units(9), Err(problem));
		assert_eq!(tiny.round_to_units(9), Ok(0));
		for denormal in ["9.3494547075363499e-310", "4.9e-324", "-4.9e-324", "1e-999999999999"] {
			let denormal = Decimal::parse(denormal).expect("a number");
			assert!(matches!(denormal.to_units(9), Err(NumberError::TooManyDecimals { .. })));
			assert_eq!(denormal.round_to_units(9), Ok(0));
		}
	}

	#[test]
	fn digits_beyond_all_columns_matter_for_rounding_only() {
		let round = |text: &str| Decimal::parse(text).and_then(|number| number.round_to_units(1));
		let third = format!("0.{}", "3".repeat(60));
		assert_eq!(round(&third), Ok(3));
		assert!(matches!(units(&third, 9), Err(NumberError::TooManyDecimals { decimals: 9, .. })));
		// a half, and a half and a very little
		assert_eq!(round(&format!("0.25{}", "0".repeat(60))), Ok(2));
		assert_eq!(round(&format!("0.25{}1", "0".repeat(60))), Ok(3));
		assert_eq!(round(&format!("-0.25{}1", "0".repeat(60))), Ok(-3));
		assert_eq!(units(&format!("1{}", "0".repeat(60)), 0), Err(NumberError::Huge));
	}

	#[test]
	fn refuses_what_is_no_number() {
		for text in [
			"", " ", "abc", "1.2.3.", "--1", "1e", "e5", "0x10", "1__0", ".", "-", "٣", "5 mg",
			",5,",
		] {
			assert_eq!(Decimal::parse(text), Err(NumberError::NotANumber), "{text}");
		}
		for text in ["NaN", "nan", "inf", "-inf", "Infinity", "+INF"] {
			assert_eq!(Decimal::parse(text), Err(NumberError::NotFinite), "{text}");
		}
	}

	#[test]
	fn commas_and_groups_are_told() {
		for text in ["1,5", "1,000", "-0,25", "1,5e3", ",5"] {
			assert_eq!(Decimal::parse(text), Err(NumberError::DecimalComma), "{text}");
		}
		for text in [
			"1,000,000",
			"1,234.5",
			"1.234.567",
			"1 234",
			"1'234",
			"1.234,5",
			"-1\u{a0}000",
			"1_000",
		] {
			assert_eq!(Decimal::parse(text), Err(NumberError::Grouped), "{text}");
		}
	}

	#[test]
	fn reads_decimal_commas() {
		let units = |text: &str, decimals| Decimal::parse_with_comma(text)?.to_units(decimals);
		assert_eq!(units("1,5", 1), Ok(15));
		assert_eq!(units(" -0,25 ", 2), Ok(-25));
		assert_eq!(units("1,5e3", 0), Ok(1500));
		assert_eq!(units("12", 0), Ok(12));
		assert_eq!(units("1.5", 1), Err(NumberError::Point));
		for text in ["1.234,5", "1.234.567", "1 234,5", "1,234,567"] {
			assert_eq!(units(text, 1), Err(NumberError::Grouped), "{text}");
		}
		for text in ["", "a,b", ",", "1,5,"] {
			assert_eq!(units(text, 1), Err(NumberError::NotANumber), "{text}");
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
			let _ = Decimal::parse_with_comma(&text).map(|number| number.wide_units(9));
		}
	}
}
