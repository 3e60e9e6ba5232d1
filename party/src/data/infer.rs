//! What a file's values need: decimals and range of its columns.

use super::{
	decimal::{Decimal, NumberError, MAX_UNITS},
	error::{shorten, DataError},
	record::{Place, Record},
	table::{cells_of, Cell, Table},
};
use crate::{escape::escaped, words::counted};
use ostraka_primitives::spec::MAX_DECIMALS;
use std::collections::BTreeMap;
use zeroize::{Zeroize, Zeroizing};

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

/// What a column turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
	/// A column of numbers.
	Numbers(Facts),
	/// A column of text.
	Text,
}

/// A column that is looked through.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
	/// Its name.
	pub name: &'a str,
	/// Its decimals; as many as the longest value has unless given.
	pub decimals: Option<u8>,
	/// Whether it is taken for a column of text if a cell is no number, instead of refusing the cell.
	pub may_be_text: bool,
}

/// Looks the values of columns through, in one reading of the file: as many decimals as the longest value has (unless they
/// are given), and the smallest and the largest value. With `round`, values with more decimals than their column are
/// rounded instead of refused. What people should know is noted in the table: texts that stood for missing numbers, values
/// that were rounded.
///
/// # Errors
/// `NoColumn`, `Cell`, `NoValue`, `RoundedAway`.
pub fn facts(table: &Table, wanted: &[Wanted<'_>], round: bool) -> Result<Vec<Found>, DataError> {
	let mut columns = Vec::new();
	for column in wanted {
		columns.push(Column::new(table.column(column.name)?, column));
	}
	if columns.is_empty() {
		return Ok(Vec::new());
	}
	table
		.for_each(|row| columns.iter_mut().try_for_each(|column| column.look(table, row, round)))?;
	columns.iter().zip(wanted).map(|(column, wanted)| column.found(table, wanted.name)).collect()
}

/// A column while it is looked through.
struct Column {
	place: usize,
	decimals: Option<u8>,
	may_be_text: bool,
	/// The cell that makes it a column of text.
	text: Option<(Place, Zeroizing<String>)>,
	values: u64,
	not_zero: u64,
	/// Digits behind the point of the longest value.
	longest: u32,
	/// Smallest and largest value, in units of the most decimals that a column can have.
	min: i128,
	max: i128,
	/// For every number of decimals the first cell that is too large for a column of so many.
	too_large: [Option<(Place, Zeroizing<String>)>; MAX_DECIMALS as usize + 1],
	markers: BTreeMap<String, u64>,
	rounded: u64,
	rounded_to_zero: u64,
}

impl Column {
	fn new(place: usize, wanted: &Wanted<'_>) -> Self {
		Self {
			place,
			decimals: wanted.decimals,
			may_be_text: wanted.may_be_text,
			text: None,
			values: 0,
			not_zero: 0,
			longest: 0,
			min: i128::MAX,
			max: i128::MIN,
			too_large: Default::default(),
			markers: BTreeMap::new(),
			rounded: 0,
			rounded_to_zero: 0,
		}
	}

	fn look(&mut self, table: &Table, row: &Record, round: bool) -> Result<(), DataError> {
		let Some(text) = table.text(row, self.place) else { return Ok(()) };
		if self.text.is_some() {
			self.values += 1;
			return Ok(());
		}
		let number = match table.try_number(row, self.place) {
			Ok(Cell::Number(number)) => number,
			Ok(Cell::Missing) => return Ok(()),
			Ok(Cell::Marker(marker)) => {
				count(&mut self.markers, marker);
				return Ok(());
			},
			Err(_) if self.may_be_text => {
				// of a column of text the markers are texts too
				self.values += 1 + self.markers.values().sum::<u64>();
				self.text = Some((row.place(), Zeroizing::new(shorten(text))));
				return Ok(());
			},
			Err(problem) => {
				return Err(table.cell_error(row.place(), self.place, text, problem));
			},
		};
		let wrong = |problem| table.cell_error(row.place(), self.place, text, problem);
		let most = self.decimals.unwrap_or(MAX_DECIMALS);
		if number.scale() > u32::from(most) {
			if !round {
				let found = number.scale();
				return Err(wrong(NumberError::TooManyDecimals { decimals: most, found }));
			}
			self.rounded += 1;
			let is_gone = number.wide_units(most) == Some(0) && !number.is_zero();
			self.rounded_to_zero += u64::from(is_gone);
		}
		self.enter(number, most, row.place(), text);
		Ok(())
	}

	fn enter(&mut self, number: Decimal, most: u8, place: Place, text: &str) {
		self.values += 1;
		self.not_zero += u64::from(!number.is_zero());
		self.longest = self.longest.max(number.scale());
		// rounded to the column's decimals first: these are what is encoded
		let factor = 10i128.pow(u32::from(MAX_DECIMALS - most));
		let units = number.wide_units(most).and_then(|units| units.checked_mul(factor));
		for (decimals, first) in (0u8..).zip(&mut self.too_large) {
			let bound = i128::from(MAX_UNITS) * 10i128.pow(u32::from(MAX_DECIMALS - decimals));
			if first.is_none() && units.is_none_or(|units| units.abs() > bound) {
				*first = Some((place, Zeroizing::new(text.to_owned())));
			}
		}
		if let Some(units) = units {
			self.min = self.min.min(units);
			self.max = self.max.max(units);
		}
	}

	fn found(&self, table: &Table, name: &str) -> Result<Found, DataError> {
		let (file, column) = (table.file().to_owned(), name.to_owned());
		if self.values == 0 {
			return Err(DataError::NoValue { file, column });
		}
		if let Some((place, text)) = &self.text {
			table.note(format!(
				"column `{}` is taken as text: `{}` in {place} is no number",
				escaped(name),
				text.as_str()
			));
			return Ok(Found::Text);
		}
		let longest = u8::try_from(self.longest).map_or(MAX_DECIMALS, |n| n.min(MAX_DECIMALS));
		let decimals = self.decimals.unwrap_or(longest);
		if let Some(Some((place, text))) = self.too_large.get(usize::from(decimals)) {
			let problem = NumberError::TooLarge { decimals };
			return Err(table.cell_error(*place, self.place, text, problem));
		}
		if self.not_zero > 0 && self.rounded_to_zero == self.not_zero {
			return Err(DataError::RoundedAway { file, column, decimals, values: self.not_zero });
		}
		self.note(table, name, decimals);
		let factor = 10i128.pow(u32::from(MAX_DECIMALS - decimals));
		let units = |wide: i128| i64::try_from(wide / factor).unwrap_or_default();
		Ok(Found::Numbers(Facts { decimals, min: units(self.min), max: units(self.max) }))
	}

	fn note(&self, table: &Table, name: &str, decimals: u8) {
		if let Some(note) = marker_note(name, &self.markers) {
			table.note(note);
		}
		if self.rounded > 0 {
			let decimals = counted(usize::from(decimals), "decimal");
			let to_zero = match self.rounded_to_zero {
				0 => String::new(),
				gone => format!(", {gone} of them to 0"),
			};
			table.note(format!(
				"column `{}`: {} of {} values are rounded to {decimals}{to_zero}",
				escaped(name),
				self.rounded,
				self.values
			));
		}
	}
}

/// The extremes are cells.
impl Drop for Column {
	fn drop(&mut self) {
		self.min.zeroize();
		self.max.zeroize();
	}
}

/// Counts a text.
pub(crate) fn count(texts: &mut BTreeMap<String, u64>, text: &str) {
	match texts.get_mut(text) {
		Some(count) => *count += 1,
		None => {
			texts.insert(text.to_owned(), 1);
		},
	}
}

/// Says which texts of a column stood for missing numbers; nothing if none did.
pub fn marker_note(column: &str, markers: &BTreeMap<String, u64>) -> Option<String> {
	let texts: Vec<String> = markers
		.iter()
		.map(|(text, count)| format!("`{}` in {}", escaped(text), cells_of(*count)))
		.collect();
	let column = escaped(column);
	(!texts.is_empty())
		.then(|| format!("column `{column}`: taken as missing: {}", texts.join(", ")))
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

	fn look(table: &Table, decimals: Option<u8>, round: bool) -> Result<Facts, DataError> {
		match facts(table, &[Wanted { name: "x", decimals, may_be_text: false }], round)?.as_slice()
		{
			[Found::Numbers(facts)] => Ok(*facts),
			other => panic!("{other:?}"),
		}
	}

	#[test]
	fn finds_decimals_and_range() {
		let table = table("90000.0,a\n18.01,b\n,c\n-3e-1,d\n");
		let found = look(&table, None, false).expect("numbers");
		assert_eq!(found, Facts { decimals: 2, min: -30, max: 9_000_000 });
		assert_eq!(look(&table, Some(3), false).expect("numbers").max, 90_000_000);
		assert!(table.notes().is_empty());
	}

	#[test]
	fn columns_are_looked_through_together() {
		let table = table("1,2.5\n-7,3\n");
		let wanted = ["y", "x"].map(|name| Wanted { name, decimals: None, may_be_text: false });
		let found = facts(&table, &wanted, false).expect("numbers");
		let expected = [(1, 25, 30), (0, -7, 1)]
			.map(|(decimals, min, max)| Found::Numbers(Facts { decimals, min, max }));
		assert_eq!(found, expected);
	}

	#[test]
	fn rounds_only_when_asked() {
		let table = table("0.1234567890123,a\n");
		let refused = look(&table, None, false).expect_err("thirteen decimals").to_string();
		assert!(refused.contains("line 2") && refused.contains("--round"), "{refused}");
		assert_eq!(look(&table, None, true).expect("rounded").min, 123_456_789);
		assert_eq!(look(&table, Some(2), true).expect("rounded").min, 12);
		assert!(table
			.notes()
			.iter()
			.any(|note| note.contains("1 of 1 values are rounded to 2 decimals")));
	}

	#[test]
	fn a_column_of_which_rounding_leaves_nothing_is_refused() {
		let message = look(&table("1e-12,a\n-2e-12,b\n0,c\n"), None, true).expect_err("all zero");
		assert!(message.to_string().contains("all 2 values that are not 0"), "{message}");
		let message = look(&table("0.3,a\n"), Some(0), true).expect_err("all zero").to_string();
		assert!(message.contains("its one value"), "{message}");
		let some = table("1e-12,a\n2.22e-101,b\n5,c\n");
		assert_eq!(look(&some, None, true).expect("5 is left").max, 5_000_000_000);
		assert!(some.notes()[0].contains("2 of 3 values are rounded to 9 decimals, 2 of them to 0"));
		// zeros are no values that were rounded away
		assert_eq!(look(&table("0,a\n0.00,b\n"), None, true).expect("zeros").max, 0);
	}

	#[test]
	fn the_first_number_that_is_too_large_is_named() {
		let ids = table("3266119658877827603,a\n9104209908849226329,b\n9999999999999999999,c\n");
		let message = look(&ids, None, false).expect_err("too large").to_string();
		assert!(message.contains("line 3") && message.contains("too large"), "{message}");
		// whether it is depends on the decimals of a later value
		let later = table("4611686018427387904,a\n0.5,b\n");
		let message = look(&later, None, false).expect_err("too large").to_string();
		assert!(message.contains("line 2") && message.contains("1 decimal ("), "{message}");
		assert_eq!(
			look(&table("4611686018427387904,a\n"), None, false).expect("fits").max,
			MAX_UNITS
		);
		let wide = format!("1,a\n1{},b\n", "0".repeat(38));
		assert!(look(&table(&wide), None, false)
			.expect_err("huge")
			.to_string()
			.contains("too large"));
	}

	#[test]
	fn markers_are_missing_and_noted() {
		let table = table("1,a\nNA,b\nnull,c\nNA,d\n-,e\n2,f\n");
		assert_eq!(
			look(&table, None, false).expect("numbers"),
			Facts { decimals: 0, min: 1, max: 2 }
		);
		let note = "column `x`: taken as missing: `-` in 1 cell, `NA` in 2 cells, `null` in 1 cell";
		assert_eq!(table.notes(), [note]);
	}

	#[test]
	fn a_column_of_text_can_be_taken_as_such() {
		let table = table("NA,I10\n7,\n,E11\n");
		let wanted = ["x", "y"].map(|name| Wanted { name, decimals: None, may_be_text: true });
		let found = facts(&table, &wanted, false).expect("anything goes");
		assert_eq!(found, [Found::Numbers(Facts { decimals: 0, min: 7, max: 7 }), Found::Text]);
		assert!(table.notes().iter().any(|note| note.contains("`I10` in line 2 is no number")));
	}

	#[test]
	fn says_where_a_bad_cell_is() {
		let table = table("1,a\n2x,b\n");
		let message = look(&table, None, false).expect_err("2x").to_string();
		assert!(
			message.contains("data.csv, line 3, column `x`: `2x` is not a number"),
			"{message}"
		);
		let absent = Wanted { name: "z", decimals: None, may_be_text: false };
		let absent = facts(&table, &[absent], false);
		assert!(matches!(absent, Err(DataError::NoColumn { .. })));
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
