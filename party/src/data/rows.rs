//! Who has which rows, and a dealer's rows as a task's statistic takes them.

use super::{
	decimal,
	error::DataError,
	infer::{cell_error, number},
	table::{Table, TextRow},
};
use ostraka_primitives::{
	spec::{Column, TaskSpec},
	MAX_DEALERS,
};
use ostraka_protocol::statistics::Rows;
use std::collections::BTreeMap;

/// One dealer's rows.
#[derive(Clone, Debug)]
pub struct Dealer {
	/// Its name.
	pub name: String,
	/// Places of its rows in the table.
	pub rows: Vec<usize>,
}

/// A table split among dealers.
#[derive(Clone, Debug)]
pub struct Book {
	/// The dealers, by name.
	pub dealers: Vec<Dealer>,
	/// Rows of nobody: their split column is empty.
	pub skipped: u64,
}

/// A dealer's rows, checked against a task.
#[derive(Clone, Debug)]
pub struct Share {
	/// The rows.
	pub rows: Rows,
	/// Cells without a value, over all columns of the task.
	pub missing_cells: u64,
}

impl Book {
	/// One dealer for each text of a column. Rows without one are skipped and counted. `most` keeps only so many
	/// dealers, those with the most rows.
	///
	/// # Errors
	/// `NoColumn`, `NoValue`, `TooManyDealers`.
	pub fn split(table: &Table, by: &str, most: Option<usize>) -> Result<Self, DataError> {
		let column = table.column(by)?;
		let mut dealers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
		let mut skipped = 0;
		for (place, row) in table.rows().iter().enumerate() {
			match table.value(row, column) {
				Some(name) => dealers.entry(name).or_default().push(place),
				None => skipped += 1,
			}
		}
		let file = || table.file().to_owned();
		if dealers.is_empty() {
			return Err(DataError::NoValue { file: file(), column: by.to_owned() });
		}
		let mut dealers: Vec<Dealer> = dealers
			.into_iter()
			.map(|(name, rows)| Dealer { name: name.to_owned(), rows })
			.collect();
		if let Some(most) = most {
			if dealers.len() < most {
				return Err(DataError::TooFewDealers {
					file: file(),
					found: dealers.len(),
					needed: most,
					hint: "ask for fewer with --dealers, or split by another column",
				});
			}
			dealers.sort_by_key(|dealer| std::cmp::Reverse(dealer.rows.len()));
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
		Ok(Self { dealers, skipped })
	}

	/// The rows dealt out in turn to so many dealers.
	///
	/// # Errors
	/// `TooFewDealers` if there are fewer rows than dealers.
	pub fn deal_out(table: &Table, dealers: usize) -> Result<Self, DataError> {
		let rows = table.rows().len();
		if rows < dealers {
			return Err(DataError::TooFewDealers {
				file: table.file().to_owned(),
				found: rows,
				needed: dealers,
				hint: "every dealer needs a row: ask for fewer with --dealers",
			});
		}
		let width = dealers.to_string().len();
		let dealer = |i: usize| Dealer {
			name: format!("dealer-{:0width$}", i + 1),
			rows: (i..rows).step_by(dealers.max(1)).collect(),
		};
		Ok(Self { dealers: (0..dealers).map(dealer).collect(), skipped: 0 })
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

	/// Rows of all dealers together.
	pub fn rows(&self) -> u64 {
		self.dealers.iter().map(|dealer| dealer.rows.len() as u64).sum()
	}
}

impl Dealer {
	/// All rows of a table.
	pub fn of_all(table: &Table, name: &str) -> Self {
		Self { name: name.to_owned(), rows: (0..table.rows().len()).collect() }
	}

	/// The rows with a given text in a column.
	///
	/// # Errors
	/// `NoColumn`, `NoRowsOfDealer`.
	pub fn of_value(table: &Table, column: &str, value: &str) -> Result<Self, DataError> {
		let place = table.column(column)?;
		let is_own = |(_, row): &(usize, &TextRow)| table.value(row, place) == Some(value);
		let rows: Vec<usize> =
			table.rows().iter().enumerate().filter(is_own).map(|(place, _)| place).collect();
		if rows.is_empty() {
			return Err(DataError::NoRowsOfDealer {
				file: table.file().to_owned(),
				column: column.to_owned(),
				dealer: value.to_owned(),
				found: table.distinct(column)?,
			});
		}
		Ok(Self { name: value.to_owned(), rows })
	}

	/// The dealer's rows as the task's statistic takes them: every value a number in its column's units and within its
	/// declared range, missing ones left open. With `round`, values with more decimals than the column are rounded.
	///
	/// # Errors
	/// `NoColumn`, `Cell`, `OutOfRange`.
	pub fn share(&self, table: &Table, spec: &TaskSpec, round: bool) -> Result<Share, DataError> {
		let mut columns = Vec::new();
		for column in spec.all_columns() {
			let name = String::from_utf8_lossy(&column.name).into_owned();
			columns.push((table.column(&name)?, name, column));
		}
		let group = match &spec.group_by {
			Some(grouping) => Some(table.column(&String::from_utf8_lossy(&grouping.column))?),
			None => None,
		};
		let mut share = Share { rows: Rows::new(spec), missing_cells: 0 };
		let mut values = Vec::with_capacity(columns.len());
		for row in self.rows.iter().filter_map(|place| table.rows().get(*place)) {
			values.clear();
			for (place, name, column) in &columns {
				let value = value(table, row, *place, name, column, round)?;
				share.missing_cells += u64::from(value.is_none());
				values.push(value);
			}
			let group = group.and_then(|place| table.value(row, place));
			// the width is the spec's, so the row is taken
			let _ = share.rows.push(&values, group);
		}
		Ok(share)
	}
}

fn value(
	table: &Table,
	row: &TextRow,
	place: usize,
	name: &str,
	column: &Column,
	round: bool,
) -> Result<Option<i64>, DataError> {
	let Some(text) = table.value(row, place) else { return Ok(None) };
	let number = number(table, row.line, name, text)?;
	let units = if round {
		number.round_to_units(column.decimals)
	} else {
		number.to_units(column.decimals)
	};
	let units = units.map_err(|problem| cell_error(table, row.line, name, text, problem))?;
	if (column.min..=column.max).contains(&units) {
		return Ok(Some(units));
	}
	Err(DataError::OutOfRange {
		file: table.file().to_owned(),
		line: row.line,
		column: name.to_owned(),
		value: decimal::render(units, column.decimals),
		min: decimal::render(column.min, column.decimals),
		max: decimal::render(column.max, column.decimals),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::spec::Statistic;

	fn table(text: &str) -> Table {
		Table::parse("data.csv", text.as_bytes()).expect("well-formed")
	}

	fn spec(min: i64, max: i64) -> TaskSpec {
		let name = |text: &str| text.as_bytes().to_vec().try_into().expect("short");
		TaskSpec {
			statistic: Statistic::Mean,
			columns: vec![Column { name: name("x"), decimals: 1, min, max }]
				.try_into()
				.expect("one column"),
			target: None,
			weight: None,
			edges: Default::default(),
			quantiles: Default::default(),
			group_by: None,
			max_rows: 100,
		}
	}

	#[test]
	fn splits_by_a_column_and_counts_rows_of_nobody() {
		let table = table("who,x\nb,1\na,2\n,3\nb,4\n  ,5\n");
		let book = Book::split(&table, "who", None).expect("two dealers");
		assert_eq!(book.skipped, 2);
		let names: Vec<_> =
			book.dealers.iter().map(|d| (d.name.as_str(), d.rows.clone())).collect();
		assert_eq!(names, [("a", vec![1]), ("b", vec![0, 3])]);
		let one = Book::split(&table, "who", Some(1)).expect("one dealer");
		assert_eq!(one.dealers[0].name, "b");
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
		assert_eq!(book.dealers[0].rows, [0, 2, 4]);
		assert_eq!(book.dealers[1].rows, [1, 3]);
		assert_eq!(book.rows(), 5);
		assert!(matches!(Book::deal_out(&table, 6), Err(DataError::TooFewDealers { .. })));
	}

	#[test]
	fn finds_one_dealers_rows() {
		let table = table("who,x\na,1\nb,2\n");
		assert_eq!(Dealer::of_value(&table, "who", "b").expect("b is there").rows, [1]);
		let message = Dealer::of_value(&table, "who", "c").expect_err("no c").to_string();
		assert!(message.contains("no row has who = `c`") && message.contains("a, b"), "{message}");
	}

	#[test]
	fn checks_every_value_against_its_range() {
		let table = table("x\n1.5\n\n-2\n\" \"\n");
		let all = Dealer::of_all(&table, "all");
		let share = all.share(&table, &spec(-20, 15), false).expect("in range");
		let values: Vec<_> = share.rows.iter().map(|row| row.values[0]).collect();
		assert_eq!(values, [Some(15), Some(-20), None]);
		assert_eq!(share.missing_cells, 1);
		let message = all.share(&table, &spec(0, 15), false).expect_err("-2").to_string();
		assert!(
			message.contains("line 4, column `x`: -2.0 is outside its declared range 0.0 to 1.5"),
			"{message}"
		);
	}
}
