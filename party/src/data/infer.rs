//! What a file's values need: decimals and range of a column.

use super::{
	decimal::{Decimal, NumberError, MAX_UNITS},
	error::{shorten, DataError},
	table::Table,
};
use ostraka_primitives::spec::MAX_DECIMALS;

/// What the values of a column have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
	/// Digits behind the decimal point.
	pub decimals: u8,
	/// Smallest value, in units of `10^-decimals`.
	pub min: i64,
	/// Largest value.
	pub max: i64,
}

/// Reads one cell as a number.
///
/// # Errors
/// `Cell`.
pub fn number(table: &Table, line: u64, column: &str, text: &str) -> Result<Decimal, DataError> {
	Decimal::parse(text).map_err(|problem| cell_error(table, line, column, text, problem))
}

pub(super) fn cell_error(
	table: &Table,
	line: u64,
	column: &str,
	text: &str,
	problem: NumberError,
) -> DataError {
	let (file, column) = (table.file().to_owned(), column.to_owned());
	DataError::Cell { file, line, column, text: shorten(text), problem }
}

/// Looks a column's values through: as many decimals as the longest value has (unless `decimals` says so), and the
/// smallest and the largest value. With `round`, longer values are rounded instead of refused.
///
/// # Errors
/// `NoColumn`, `Cell`, `NoValue`.
pub fn facts(
	table: &Table,
	name: &str,
	decimals: Option<u8>,
	round: bool,
) -> Result<Facts, DataError> {
	let column = table.column(name)?;
	let mut numbers = Vec::new();
	for row in table.rows() {
		if let Some(text) = table.value(row, column) {
			numbers.push((row.line, text, number(table, row.line, name, text)?));
		}
	}
	let longest = numbers.iter().map(|(_, _, number)| number.scale()).max();
	let longest = longest.ok_or_else(|| DataError::NoValue {
		file: table.file().to_owned(),
		column: name.to_owned(),
	})?;
	let decimals =
		decimals.unwrap_or(u8::try_from(longest).map_or(MAX_DECIMALS, |n| n.min(MAX_DECIMALS)));
	let mut facts = Facts { decimals, min: i64::MAX, max: i64::MIN };
	for (line, text, number) in numbers {
		let units = if round { number.round_to_units(decimals) } else { number.to_units(decimals) };
		let units = units.map_err(|problem| cell_error(table, line, name, text, problem))?;
		facts.min = facts.min.min(units);
		facts.max = facts.max.max(units);
	}
	Ok(facts)
}

impl Facts {
	/// A range around the values, widened to round numbers: a declared range is public, and the very smallest and
	/// largest value may be somebody's. A column without negative values gets none.
	pub fn widened(&self) -> (i64, i64) {
		let width = i128::from(self.max) - i128::from(self.min);
		let size = width.max(i128::from(self.max.unsigned_abs())).max(1);
		// a tenth of the leading digit's place: at most two digits that count are kept
		let mut step = 1i128;
		while step * 100 <= size {
			step *= 10;
		}
		let (min, max) = (i128::from(self.min), i128::from(self.max));
		let floor = min.div_euclid(step) * step;
		let ceiling = -(-max).div_euclid(step) * step;
		let bound = i128::from(MAX_UNITS);
		let clamp = |value: i128| i64::try_from(value.clamp(-bound, bound)).unwrap_or(MAX_UNITS);
		(clamp(floor), clamp(ceiling))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn table(values: &str) -> Table {
		Table::parse("data.csv", format!("x,y\n{values}").as_bytes()).expect("well-formed")
	}

	#[test]
	fn finds_decimals_and_range() {
		let table = table("90000.0,a\n18.01,b\n,c\n-3e-1,d\n");
		let found = facts(&table, "x", None, false).expect("numbers");
		assert_eq!(found, Facts { decimals: 2, min: -30, max: 9_000_000 });
		assert_eq!(facts(&table, "x", Some(3), false).expect("numbers").max, 90_000_000);
	}

	#[test]
	fn rounds_only_when_asked() {
		let table = table("0.1234567890123,a\n");
		let refused = facts(&table, "x", None, false).expect_err("thirteen decimals").to_string();
		assert!(refused.contains("line 2") && refused.contains("--round"), "{refused}");
		assert_eq!(facts(&table, "x", None, true).expect("rounded").min, 123_456_789);
		assert_eq!(facts(&table, "x", Some(2), true).expect("rounded").min, 12);
	}

	#[test]
	fn says_where_a_bad_cell_is() {
		let table = table("1,a\n2x,b\n");
		let message = facts(&table, "x", None, false).expect_err("2x").to_string();
		assert!(
			message.contains("data.csv, line 3, column `x`: `2x` is not a number"),
			"{message}"
		);
		assert!(matches!(facts(&table, "z", None, false), Err(DataError::NoColumn { .. })));
	}

	#[test]
	fn widens_to_round_numbers() {
		let widened = |min, max| Facts { decimals: 0, min, max }.widened();
		assert_eq!(widened(1000, 40000), (1000, 40000));
		assert_eq!(widened(1013, 39_812), (1000, 40000));
		assert_eq!(widened(-7, 3), (-7, 3));
		assert_eq!(widened(-731, 318), (-800, 400));
		assert_eq!(widened(0, 0), (0, 0));
		assert_eq!(widened(1_999_999, 2_000_001), (1_900_000, 2_100_000));
	}

	proptest! {
		#[test]
		fn the_widened_range_holds_all_values(a in -MAX_UNITS..=MAX_UNITS, b in -MAX_UNITS..=MAX_UNITS) {
			let facts = Facts { decimals: 0, min: a.min(b), max: a.max(b) };
			let (min, max) = facts.widened();
			prop_assert!(min <= facts.min && facts.max <= max);
			prop_assert!(min >= -MAX_UNITS && max <= MAX_UNITS);
			prop_assert!(facts.min < 0 || min >= 0);
		}
	}
}
