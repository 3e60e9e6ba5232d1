//! Whose rows are whose, and the rows of a task as its statistic takes them: one after the other, as the file is read.

use super::{
	decimal::{self, Decimal, NumberError},
	error::DataError,
	infer::{count, marker_note},
	record::Record,
	sample::{Sample, Seed},
	table::{Cell, Table},
};
use crate::spec::{is_text, text};
use ostraka_primitives::{
	spec::{Column, TaskSpec},
	MAX_DEALERS,
};
use ostraka_protocol::statistics::{self, Row};
use std::collections::BTreeMap;

/// One dealer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dealer {
	/// Its name.
	pub name: String,
	/// Number of its rows.
	pub rows: u64,
}

/// A table split among dealers.
#[derive(Clone, Debug)]
pub struct Book {
	/// The dealers, by name.
	pub dealers: Vec<Dealer>,
	/// Rows of nobody: their split column is empty.
	pub skipped: u64,
	owners: Owners,
	/// Most rows of the first dealer, and what chooses which.
	most: Option<(u64, Seed)>,
}

/// Whose a row is.
#[derive(Clone, Debug)]
enum Owners {
	/// All are the one dealer's.
	One,
	/// They go round.
	InTurn,
	/// A column's text names a dealer, by its place.
	Text { column: usize, places: BTreeMap<String, usize> },
}

impl Book {
	/// One dealer for each text of a column. Rows without one are skipped and counted. `most` keeps only so many
	/// dealers, those with the most rows.
	///
	/// # Errors
	/// `NoColumn`, `NoValue`, `TooManyDealers`, and those of a file's form.
	pub fn split(table: &Table, by: &str, most: Option<usize>) -> Result<Self, DataError> {
		let column = table.column(by)?;
		let mut counts: BTreeMap<String, u64> = BTreeMap::new();
		let mut skipped = 0;
		table.for_each(|row| {
			match table.text(row, column) {
				Some(name) => count(&mut counts, name),
				None => skipped += 1,
			}
			Ok::<_, DataError>(())
		})?;
		let file = || table.file().to_owned();
		if counts.is_empty() {
			return Err(DataError::NoValue { file: file(), column: by.to_owned() });
		}
		let mut dealers: Vec<Dealer> =
			counts.into_iter().map(|(name, rows)| Dealer { name, rows }).collect();
		if let Some(most) = most {
			if dealers.len() < most {
				return Err(DataError::TooFewDealers {
					file: file(),
					found: dealers.len(),
					needed: most,
					hint: "ask for fewer with --dealers, or split by another column",
				});
			}
			dealers.sort_by_key(|dealer| std::cmp::Reverse(dealer.rows));
			dealers.truncate(most);
			dealers.sort_by(|left, right| left.name.cmp(&right.name));
		}
		if dealers.len() > MAX_DEALERS as usize {
			return Err(DataError::TooManyDealers {
				file: file(),
				column: by.to_owned(),
				found: dealers.len(),
				most: MAX_DEALERS,
			});
		}
		let names = dealers.iter().map(|dealer| dealer.name.clone());
		let owners = Owners::Text { column, places: names.zip(0..).collect() };
		Ok(Self { dealers, skipped, owners, most: None })
	}

	/// The rows dealt out in turn to so many dealers.
	///
	/// # Errors
	/// `TooFewDealers` if there are fewer rows than dealers.
	pub fn deal_out(table: &Table, dealers: usize) -> Result<Self, DataError> {
		let (rows, number) = (table.rows(), dealers.max(1) as u64);
		if rows < dealers as u64 {
			return Err(DataError::TooFewDealers {
				file: table.file().to_owned(),
				found: usize::try_from(rows).unwrap_or(usize::MAX),
				needed: dealers,
				hint: "every dealer needs a row: ask for fewer with --dealers",
			});
		}
		let width = dealers.to_string().len();
		let dealer = |i: u64| Dealer {
			name: format!("dealer-{:0width$}", i + 1),
			rows: rows / number + u64::from(i < rows % number),
		};
		let dealers = (0..dealers as u64).map(dealer).collect();
		Ok(Self { dealers, skipped: 0, owners: Owners::InTurn, most: None })
	}

	/// Checks that there are as many dealers as a class asks for.
	///
	/// # Errors
	/// `TooFewDealers`.
	pub fn check_dealers(&self, table: &Table, needed: u32) -> Result<(), DataError> {
		if self.dealers.len() >= needed as usize {
			return Ok(());
		}
		Err(DataError::TooFewDealers {
			file: table.file().to_owned(),
			found: self.dealers.len(),
			needed: needed as usize,
			hint: "the class asks for so many: take a lower --class, or another split",
		})
	}

	/// All rows for one dealer.
	pub fn of_all(table: &Table, name: &str) -> Self {
		let dealer = Dealer { name: name.to_owned(), rows: table.rows() };
		Self { dealers: vec![dealer], skipped: 0, owners: Owners::One, most: None }
	}

	/// The rows with a given text in a column for one dealer, of that name; the others are passed over.
	///
	/// # Errors
	/// `NoColumn`, `NoRowsOfDealer`, and those of a file's form.
	pub fn of_value(table: &Table, column: &str, value: &str) -> Result<Self, DataError> {
		let book = Self::of_value_if_any(table, column, value)?;
		if book.rows() == 0 {
			return Err(DataError::NoRowsOfDealer {
				file: table.file().to_owned(),
				column: column.to_owned(),
				dealer: value.to_owned(),
				found: table.distinct(column)?,
			});
		}
		Ok(book)
	}

	/// The same, also where no row has that text.
	///
	/// # Errors
	/// `NoColumn`, and those of a file's form.
	pub fn of_value_if_any(table: &Table, column: &str, value: &str) -> Result<Self, DataError> {
		let place = table.column(column)?;
		let mut rows = 0;
		table.for_each(|row| {
			rows += u64::from(table.text(row, place) == Some(value));
			Ok::<_, DataError>(())
		})?;
		let owners =
			Owners::Text { column: place, places: BTreeMap::from([(value.to_owned(), 0)]) };
		let dealer = Dealer { name: value.to_owned(), rows };
		Ok(Self { dealers: vec![dealer], skipped: 0, owners, most: None })
	}

	/// Leaves rows of a book of one dealer out, so that at most so many are left. Which ones follows from the seed and from
	/// how many there are, and from nothing that is in them.
	#[must_use]
	pub fn at_most(mut self, rows: u64, seed: Seed) -> Self {
		self.most = Some((rows, seed));
		self
	}

	/// Rows that [`Self::at_most`] leaves out.
	pub fn left_out(&self) -> u64 {
		self.most.as_ref().map_or(0, |(most, _)| self.rows().saturating_sub(*most))
	}

	/// Rows of all dealers together.
	pub fn rows(&self) -> u64 {
		self.dealers.iter().map(|dealer| dealer.rows).sum()
	}

	/// Place of the dealer whose a row is, the `number`-th of the table.
	fn owner(&self, table: &Table, row: &Record, number: u64) -> Option<usize> {
		match &self.owners {
			Owners::One => Some(0),
			Owners::InTurn => usize::try_from(number % self.dealers.len().max(1) as u64).ok(),
			Owners::Text { column, places } => {
				table.text(row, *column).and_then(|name| places.get(name)).copied()
			},
		}
	}

	/// Calls a function with every dealer's rows as a task's statistic takes them, in the order of the file: every value a
	/// number in its column's units, missing ones left open. Of a column that is only counted any text is a value. Texts that
	/// stood for missing numbers are noted in the table. Returns what became of cells that are not as they were declared.
	///
	/// # Errors
	/// `NoColumn`, those of a file's form, and those of the function; `Cell`, `OutOfRange`, `OutsidePolicy` if cells are
	/// [checked](Cells::Checked).
	pub fn for_each_row<E: From<DataError>>(
		&self,
		table: &Table,
		spec: &TaskSpec,
		cells: Cells<'_>,
		mut each: impl FnMut(usize, Row<'_>) -> Result<(), E>,
	) -> Result<Fits, E> {
		let mut columns = Vec::new();
		for (number, column) in spec.all_columns().enumerate() {
			let place = table.column(&text(&column.name))?;
			let way = match cells {
				Cells::Checked { round, limits } => {
					Way::Checked { round, limits: limits.get(number).copied() }
				},
				Cells::Fitted(limits) => {
					Way::Fitted(limits.get(number).copied().unwrap_or(Limits {
						min: column.min,
						max: column.max,
						clips: true,
					}))
				},
			};
			columns.push(Values { place, column, is_text: is_text(spec, column), way });
		}
		let group = match &spec.group_by {
			Some(grouping) => Some(table.column(&text(&grouping.column))?),
			None => None,
		};
		let mut sample =
			self.most.as_ref().map(|(most, seed)| Sample::new(*most, self.rows(), seed));
		let mut fits = Fits::default();
		let mut markers = vec![BTreeMap::new(); columns.len()];
		let mut values = statistics::Cells::with_capacity(columns.len());
		let mut number = 0;
		table.for_each(|row| {
			let owner = self.owner(table, row, number);
			number += 1;
			let Some(owner) = owner else { return Ok(()) };
			if sample.as_mut().is_some_and(|sample| !sample.takes_next()) {
				return Ok(());
			}
			values.clear();
			for (column, markers) in columns.iter().zip(&mut markers) {
				values.push(column.value(table, row, markers, &mut fits)?);
			}
			let group = group.and_then(|place| table.text(row, place));
			each(owner, Row { values: &values, group })
		})?;
		for (column, markers) in columns.iter().zip(&markers) {
			marker_note(&text(&column.column.name), markers)
				.into_iter()
				.for_each(|note| table.note(note));
		}
		Ok(fits)
	}
}

/// What is done with cells that are not as their column is declared.
#[derive(Clone, Copy, Debug)]
pub enum Cells<'a> {
	/// They are errors; with `round`, values with more decimals than their column are rounded instead.
	Checked {
		/// Whether values are rounded.
		round: bool,
		/// Between what values must lie beside their declared range, by place of the column in the spec: a policy's. None of a
		/// column that has no place here.
		limits: &'a [Limits],
	},
	/// None is an error: values are brought within limits, by place of the column in the spec, and rounded; what is no number
	/// counts as missing.
	Fitted(&'a [Limits]),
}

/// Between what a column's values are to lie, in its units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
	/// Smallest value.
	pub min: i64,
	/// Largest value.
	pub max: i64,
	/// Whether a value outside becomes the nearest of the two, or counts as missing.
	pub clips: bool,
}

/// How many cells were not as they were declared, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fits {
	/// Outside the limits, and made the nearest of them.
	pub clipped: u64,
	/// Outside the limits, and taken as missing.
	pub outside: u64,
	/// No number, and taken as missing.
	pub no_number: u64,
	/// With more decimals than the column, and rounded.
	pub rounded: u64,
}

/// A column of a task, in a table.
struct Values<'a> {
	place: usize,
	column: &'a Column,
	is_text: bool,
	way: Way,
}

/// What is done with a cell that is not as the column is declared.
#[derive(Clone, Copy)]
enum Way {
	Checked { round: bool, limits: Option<Limits> },
	Fitted(Limits),
}

impl Values<'_> {
	fn value(
		&self,
		table: &Table,
		row: &Record,
		markers: &mut BTreeMap<String, u64>,
		fits: &mut Fits,
	) -> Result<Option<i64>, DataError> {
		let Some(text) = table.text(row, self.place) else { return Ok(None) };
		if self.is_text {
			return Ok(Some(0));
		}
		let number = match (table.try_number(row, self.place), self.way) {
			(Ok(Cell::Number(number)), _) => number,
			(Ok(Cell::Missing), _) => return Ok(None),
			(Ok(Cell::Marker(marker)), _) => {
				count(markers, marker);
				return Ok(None);
			},
			(Err(NumberError::Huge | NumberError::TooLong), Way::Fitted(limits)) => {
				return Ok(limits.of_outside(text.starts_with('-'), fits));
			},
			(Err(_), Way::Fitted(_)) => {
				fits.no_number += 1;
				return Ok(None);
			},
			(Err(problem), Way::Checked { .. }) => {
				return Err(table.cell_error(row.place(), self.place, text, problem));
			},
		};
		match self.way {
			Way::Checked { round, limits } => {
				let units = self.checked(table, row, text, number, round)?;
				self.within(table, row, units, limits).map(Some)
			},
			Way::Fitted(limits) => Ok(self.fitted(number, limits, fits)),
		}
	}

	fn checked(
		&self,
		table: &Table,
		row: &Record,
		text: &str,
		number: Decimal,
		round: bool,
	) -> Result<i64, DataError> {
		let Column { decimals, min, max, .. } = *self.column;
		let units = match round {
			true => number.round_to_units(decimals),
			false => number.to_units(decimals),
		};
		let wrong = |problem| table.cell_error(row.place(), self.place, text, problem);
		let units = units.map_err(wrong)?;
		if (min..=max).contains(&units) {
			return Ok(units);
		}
		Err(DataError::OutOfRange {
			file: table.file().to_owned(),
			place: row.place(),
			column: crate::spec::text(&self.column.name),
			value: decimal::render(units, decimals),
			min: decimal::render(min, decimals),
			max: decimal::render(max, decimals),
			advice: table.advice(),
		})
	}

	/// A checked value, if it lies within a policy's limits.
	fn within(
		&self,
		table: &Table,
		row: &Record,
		units: i64,
		limits: Option<Limits>,
	) -> Result<i64, DataError> {
		let Some(Limits { min, max, .. }) = limits else { return Ok(units) };
		if (min..=max).contains(&units) {
			return Ok(units);
		}
		let decimals = self.column.decimals;
		Err(DataError::OutsidePolicy {
			file: table.file().to_owned(),
			place: row.place(),
			column: crate::spec::text(&self.column.name),
			value: decimal::render(units, decimals),
			min: decimal::render(min, decimals),
			max: decimal::render(max, decimals),
		})
	}

	fn fitted(&self, number: Decimal, limits: Limits, fits: &mut Fits) -> Option<i64> {
		let Limits { min, max, .. } = limits;
		let decimals = self.column.decimals;
		fits.rounded += u64::from(number.scale() > u32::from(decimals));
		let units = number.wide_units(decimals).and_then(|units| i64::try_from(units).ok());
		match units {
			Some(units) if (min..=max).contains(&units) => Some(units),
			Some(units) => limits.of_outside(units < min, fits),
			// what no column can hold is on the far side of its limit too
			None => limits.of_outside(number.is_negative(), fits),
		}
	}
}

impl Limits {
	/// What becomes of a value outside.
	fn of_outside(self, is_below: bool, fits: &mut Fits) -> Option<i64> {
		if !self.clips {
			fits.outside += 1;
			return None;
		}
		fits.clipped += 1;
		Some(if is_below { self.min } else { self.max })
	}
}

#[cfg(test)]
mod tests;
