//! Whose rows are whose, and the rows of a task as its statistic takes them: one after the other, as the file is read.

use super::{
	decimal,
	error::DataError,
	infer::{count, marker_note},
	record::Record,
	table::{Cell, Table},
};
use crate::spec::{is_text, text};
use ostraka_primitives::{
	spec::{Column, TaskSpec},
	MAX_DEALERS,
};
use ostraka_protocol::statistics::Row;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

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
		Ok(Self { dealers, skipped, owners })
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
		Ok(Self { dealers, skipped: 0, owners: Owners::InTurn })
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
		Self { dealers: vec![dealer], skipped: 0, owners: Owners::One }
	}

	/// The rows with a given text in a column for one dealer, of that name; the others are passed over.
	///
	/// # Errors
	/// `NoColumn`, `NoRowsOfDealer`, and those of a file's form.
	pub fn of_value(table: &Table, column: &str, value: &str) -> Result<Self, DataError> {
		let place = table.column(column)?;
		let mut rows = 0;
		table.for_each(|row| {
			rows += u64::from(table.text(row, place) == Some(value));
			Ok::<_, DataError>(())
		})?;
		if rows == 0 {
			return Err(DataError::NoRowsOfDealer {
				file: table.file().to_owned(),
				column: column.to_owned(),
				dealer: value.to_owned(),
				found: table.distinct(column)?,
			});
		}
		let owners =
			Owners::Text { column: place, places: BTreeMap::from([(value.to_owned(), 0)]) };
		let dealer = Dealer { name: value.to_owned(), rows };
		Ok(Self { dealers: vec![dealer], skipped: 0, owners })
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
	/// number in its column's units and within its declared range, missing ones left open. With `round`, values with more
	/// decimals than the column are rounded. Of a column that is only counted any text is a value. Texts that stood for
	/// missing numbers are noted in the table.
	///
	/// # Errors
	/// `NoColumn`, `Cell`, `OutOfRange`, those of a file's form, and those of the function.
	pub fn for_each_row<E: From<DataError>>(
		&self,
		table: &Table,
		spec: &TaskSpec,
		round: bool,
		mut each: impl FnMut(usize, Row<'_>) -> Result<(), E>,
	) -> Result<(), E> {
		let mut columns = Vec::new();
		for column in spec.all_columns() {
			let place = table.column(&text(&column.name))?;
			columns.push(Values { place, column, is_text: is_text(spec, column), round });
		}
		let group = match &spec.group_by {
			Some(grouping) => Some(table.column(&text(&grouping.column))?),
			None => None,
		};
		let mut markers = vec![BTreeMap::new(); columns.len()];
		let mut values = Zeroizing::new(Vec::with_capacity(columns.len()));
		let mut number = 0;
		table.for_each(|row| {
			let owner = self.owner(table, row, number);
			number += 1;
			let Some(owner) = owner else { return Ok(()) };
			values.clear();
			for (column, markers) in columns.iter().zip(&mut markers) {
				values.push(column.value(table, row, markers)?);
			}
			let group = group.and_then(|place| table.text(row, place));
			each(owner, Row { values: &values, group })
		})?;
		for (column, markers) in columns.iter().zip(&markers) {
			marker_note(&text(&column.column.name), markers)
				.into_iter()
				.for_each(|note| table.note(note));
		}
		Ok(())
	}
}

/// A column of a task, in a table.
struct Values<'a> {
	place: usize,
	column: &'a Column,
	is_text: bool,
	round: bool,
}

impl Values<'_> {
	fn value(
		&self,
		table: &Table,
		row: &Record,
		markers: &mut BTreeMap<String, u64>,
	) -> Result<Option<i64>, DataError> {
		let Some(text) = table.text(row, self.place) else { return Ok(None) };
		if self.is_text {
			return Ok(Some(0));
		}
		let number = match table.number(row, self.place)? {
			Cell::Number(number) => number,
			Cell::Missing => return Ok(None),
			Cell::Marker(marker) => {
				count(markers, marker);
				return Ok(None);
			},
		};
		let Column { decimals, min, max, .. } = *self.column;
		let units = match self.round {
			true => number.round_to_units(decimals),
			false => number.to_units(decimals),
		};
		let wrong = |problem| table.cell_error(row.place(), self.place, text, problem);
		let units = units.map_err(wrong)?;
		if (min..=max).contains(&units) {
			return Ok(Some(units));
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
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_primitives::spec::Statistic;

	fn table(text: &str) -> Table {
		Table::parse("data.csv", text.as_bytes()).expect("well-formed")
	}

	fn spec(min: i64, max: i64) -> TaskSpec {
		let mut column = fixtures::column("x", 1, max);
		column.min = min;
		fixtures::spec(Statistic::Mean, vec![column])
	}

	type Owned = Vec<(usize, Vec<Option<i64>>)>;

	fn owned(book: &Book, table: &Table, spec: &TaskSpec) -> Result<Owned, DataError> {
		let mut rows = Owned::new();
		book.for_each_row(table, spec, false, |owner, row| {
			rows.push((owner, row.values.to_vec()));
			Ok::<_, DataError>(())
		})?;
		Ok(rows)
	}

	#[test]
	fn splits_by_a_column_and_counts_rows_of_nobody() {
		let table = table("who,x\nb,1\na,2\n,3\nb,4\n  ,5\n");
		let book = Book::split(&table, "who", None).expect("two dealers");
		assert_eq!((book.skipped, book.rows()), (2, 3));
		let names: Vec<_> = book.dealers.iter().map(|d| (d.name.as_str(), d.rows)).collect();
		assert_eq!(names, [("a", 1), ("b", 2)]);
		let rows = owned(&book, &table, &spec(0, 100)).expect("in range");
		assert_eq!(rows, [(1, vec![Some(10)]), (0, vec![Some(20)]), (1, vec![Some(40)])]);
		let one = Book::split(&table, "who", Some(1)).expect("one dealer");
		assert_eq!(one.dealers[0].name, "b");
		assert_eq!(owned(&one, &table, &spec(0, 100)).expect("in range").len(), 2);
		assert!(matches!(
			Book::split(&table, "who", Some(3)),
			Err(DataError::TooFewDealers { .. })
		));
		assert!(matches!(Book::split(&table, "whom", None), Err(DataError::NoColumn { .. })));
	}

	#[test]
	fn refuses_a_split_among_nobody_or_too_many() {
		assert!(matches!(
			Book::split(&table("who,x\n,1\n"), "who", None),
			Err(DataError::NoValue { .. })
		));
		let many: String = (0..600).map(|i| format!("d{i},1\n")).collect();
		assert!(matches!(
			Book::split(&table(&format!("who,x\n{many}")), "who", None),
			Err(DataError::TooManyDealers { found: 600, .. })
		));
	}

	#[test]
	fn deals_rows_out_in_turn() {
		let table = table("x\n1\n2\n3\n4\n5\n");
		let book = Book::deal_out(&table, 2).expect("enough rows");
		assert_eq!(book.dealers.iter().map(|dealer| dealer.rows).collect::<Vec<_>>(), [3, 2]);
		let rows = owned(&book, &table, &spec(0, 100)).expect("in range");
		assert_eq!(rows.iter().map(|(owner, _)| *owner).collect::<Vec<_>>(), [0, 1, 0, 1, 0]);
		assert_eq!(book.rows(), 5);
		assert!(matches!(Book::deal_out(&table, 6), Err(DataError::TooFewDealers { .. })));
	}

	#[test]
	fn finds_one_dealers_rows() {
		let table = table("who,x\na,1\nb,2\n");
		let book = Book::of_value(&table, "who", "b").expect("b is there");
		assert_eq!(owned(&book, &table, &spec(0, 100)).expect("in range"), [(0, vec![Some(20)])]);
		let message = Book::of_value(&table, "who", "c").expect_err("no c").to_string();
		assert!(message.contains("no row has who = `c`") && message.contains("a, b"), "{message}");
	}

	#[test]
	fn checks_every_value_against_its_range() {
		let table = table("x\n1.5\n\n-2\n\" \"\nN/A\n");
		let all = Book::of_all(&table, "all");
		let rows = owned(&all, &table, &spec(-20, 15)).expect("in range");
		let values: Vec<_> = rows.iter().map(|(_, values)| values[0]).collect();
		assert_eq!(values, [Some(15), Some(-20), None, None]);
		assert_eq!(table.notes(), ["column `x`: taken as missing: `N/A` in 1 cell"]);
		let message = owned(&all, &table, &spec(0, 15)).expect_err("-2").to_string();
		assert!(
			message.contains("line 4, column `x`: -2.0 is outside its declared range 0.0 to 1.5"),
			"{message}"
		);
	}

	#[test]
	fn of_a_column_that_is_only_counted_any_text_is_a_value() {
		let table = table("who,x\na,I10\na,NA\na,\nb,7\n");
		let column = fixtures::column("x", 0, 0);
		let spec = fixtures::spec(Statistic::Count, vec![column]);
		let all = Book::of_all(&table, "all");
		let rows = owned(&all, &table, &spec).expect("any text");
		let values: Vec<_> = rows.iter().map(|(_, values)| values[0]).collect();
		assert_eq!(values, [Some(0), Some(0), None, Some(0)]);
	}
}
