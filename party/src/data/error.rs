//! What is wrong with a data file: always where (file, line, column), what, and what to do about it.
//!
//! Names and cells are somebody else's: they are made safe to print here, where they enter a message.

use super::{decimal::NumberError, record::Place};
pub use crate::advice::Advice;
use crate::{
	escape::escaped,
	spec::written,
	words::{counted, is_or_are},
};
use ostraka_primitives::spec::MAX_DECIMALS;
use std::fmt::Write;

/// A problem with a data file.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
	/// It cannot be opened or read.
	#[error("{}: cannot be read: {reason}\n  give the path of a data file with --data", escaped(.file))]
	Unreadable {
		/// The file.
		file: String,
		/// What the system says.
		reason: String,
	},
	/// There is nothing in it, not even a header.
	#[error("{}: the file is empty\n  its first line must name the columns", escaped(.file))]
	Empty {
		/// The file.
		file: String,
	},
	/// There is a header and nothing else.
	#[error("{}: there is a header but no row of data", escaped(.file))]
	NoRows {
		/// The file.
		file: String,
	},
	/// A row has another number of cells than the header.
	#[error(
		"{}, {place}: {}, but the header has {expected}{}",
		escaped(.file),
		counted(*.found, "cell"),
		comma_hint(*.has_commas)
	)]
	Ragged {
		/// The file.
		file: String,
		/// The row.
		place: Place,
		/// Cells of the header.
		expected: usize,
		/// Cells of the row.
		found: usize,
		/// Whether commas separate the cells.
		has_commas: bool,
	},
	/// A cell is not in the encoding of the file.
	#[error("{}, {place}: text that is not {encoding}\n  save the file as UTF-8", escaped(.file))]
	NotText {
		/// The encoding.
		encoding: &'static str,
		/// The file.
		file: String,
		/// The row.
		place: Place,
	},
	/// A quote is never closed.
	#[error(
		"{}, line {line}: a double quote opens a cell here and is never closed, so all rows behind it would be lost\n  \
		 close it; a quote that belongs to the text is written twice, in a cell within quotes",
		escaped(.file)
	)]
	OpenQuote {
		/// The file.
		file: String,
		/// The line where it opens.
		line: u64,
	},
	/// A quote meets a later cell's.
	#[error(
		"{}, line {line}: a double quote opens a cell here, and the next one, in line {closed}, has text behind it: the \
		 rows between them would be lost\n  close the quote in line {line}; a quote that belongs to the text is written \
		 twice, in a cell within quotes",
		escaped(.file)
	)]
	Mispaired {
		/// The file.
		file: String,
		/// The line where it opens.
		line: u64,
		/// The line of the next quote.
		closed: u64,
	},
	/// A row has no end.
	#[error("{}, line {line}: a row of more than 16 MiB begins here: this is no table of text", escaped(.file))]
	LongRow {
		/// The file.
		file: String,
		/// The line that it begins at.
		line: u64,
	},
	/// It is not a table of text, nor another kind that is read.
	#[error("{}: this is {what}\n  {advice}", escaped(.file))]
	OtherKind {
		/// The file.
		file: String,
		/// What it is.
		what: String,
		/// What to do.
		advice: String,
	},
	/// There is no sheet of that name.
	#[error("{}: there is no sheet `{}`\n  the sheets are: {}", escaped(.file), escaped(.sheet), list(.found))]
	NoSheet {
		/// The file.
		file: String,
		/// The sheet.
		sheet: String,
		/// The sheets there are.
		found: Vec<String>,
	},
	/// Something else about the form of the file.
	#[error("{}: the file cannot be read: {}", escaped(.file), escaped(.reason))]
	Malformed {
		/// The file.
		file: String,
		/// The reader's words.
		reason: String,
	},
	/// It was another one when it was read before.
	#[error("{}: the file has changed while it was read\n  read it again when nobody writes to it", escaped(.file))]
	Changed {
		/// The file.
		file: String,
	},
	/// The first line names the separator.
	#[error(
		"{}, line 1: `sep={}` is no header: it is the line by which Excel knows the separator\n  give --separator {}, \
		 which passes over it, or delete the line",
		escaped(.file),
		escaped(.separator.encode_utf8(&mut [0; 4])),
		separator_flag(*.separator)
	)]
	SeparatorLine {
		/// The file.
		file: String,
		/// The separator.
		separator: char,
	},
	/// The header is one cell with another separator in it.
	#[error(
		"{}, {place}: one column, `{header}`: the file seems to be separated by {}\n  give --separator {} (and \
		 --decimal-comma if its numbers have one), or save it with commas",
		escaped(.file),
		.separator.0,
		.separator.1
	)]
	OtherSeparator {
		/// The file.
		file: String,
		/// The header's place.
		place: Place,
		/// The header, shortened.
		header: String,
		/// What seems to separate the cells, in words and as a flag has it.
		separator: (&'static str, &'static str),
	},
	/// Two columns have one name.
	#[error("{}, {place}: {}", escaped(.file), twice(.column, *.places))]
	DuplicateColumn {
		/// The file.
		file: String,
		/// The header's place.
		place: Place,
		/// The name.
		column: String,
		/// The two columns, counted from 1.
		places: (usize, usize),
	},
	/// A column is not there.
	#[error("{}: there is no column `{}`{}", escaped(.file), escaped(.column), columns_hint(.column, .found))]
	NoColumn {
		/// The file.
		file: String,
		/// The column asked for.
		column: String,
		/// The columns there are.
		found: Vec<String>,
	},
	/// A cell is not a usable number.
	#[error(
		"{}, {place}, column `{}`: `{text}` {problem}{}",
		escaped(.file),
		escaped(.column),
		number_hint(.column, .problem, *.advice)
	)]
	Cell {
		/// The file.
		file: String,
		/// The row.
		place: Place,
		/// The column.
		column: String,
		/// The cell, shortened.
		text: String,
		/// What is wrong.
		problem: NumberError,
		/// Who reads.
		advice: Advice,
	},
	/// A value is outside its column's declared range.
	#[error(
		"{}, {place}, column `{}`: {value} is outside its declared range {min} to {max}\n  correct the cell, or {}",
		escaped(.file),
		escaped(.column),
		range_hint(.column, *.advice)
	)]
	OutOfRange {
		/// The file.
		file: String,
		/// The row.
		place: Place,
		/// The column.
		column: String,
		/// The value.
		value: String,
		/// Smallest legal value.
		min: String,
		/// Largest legal value.
		max: String,
		/// Who reads.
		advice: Advice,
	},
	/// A value is outside what a policy says that its column can hold.
	#[error(
		"{}, {place}, column `{}`: {value} is outside the policy's range {min} to {max}\n  correct the cell; without --strict it \
		 is made to fit",
		escaped(.file),
		escaped(.column)
	)]
	OutsidePolicy {
		/// The file.
		file: String,
		/// The row.
		place: Place,
		/// The column.
		column: String,
		/// The value.
		value: String,
		/// Smallest value of the policy.
		min: String,
		/// Its largest.
		max: String,
	},
	/// There are more rows than a policy has of a data set.
	#[error(
		"{}: {}, where the policy's `rows` is {most}\n  without --strict the rows beyond are left out",
		escaped(.file),
		counted(*.found, "row")
	)]
	BeyondPolicy {
		/// The file.
		file: String,
		/// Rows there are.
		found: usize,
		/// Most rows of the policy.
		most: u32,
	},
	/// Rounding leaves nothing of a column.
	#[error(
		"{}, column `{}`: rounded to {}, {} 0, and nothing is left of the column\n  give the numbers in a smaller unit",
		escaped(.file),
		escaped(.column),
		counted(usize::from(*.decimals), "decimal"),
		all_become(*.values)
	)]
	RoundedAway {
		/// The file.
		file: String,
		/// The column.
		column: String,
		/// Its decimals.
		decimals: u8,
		/// Values that were not zero.
		values: u64,
	},
	/// A column has no value at all.
	#[error("{}: column `{}` has no value in any row", escaped(.file), escaped(.column))]
	NoValue {
		/// The file.
		file: String,
		/// The column.
		column: String,
	},
	/// A column has more texts than groups or dealers can have.
	#[error("{}: column `{}` has more than {most} different texts", escaped(.file), escaped(.column))]
	TooManyTexts {
		/// The file.
		file: String,
		/// The column.
		column: String,
		/// Most that are told apart.
		most: usize,
	},
	/// No row is a given dealer's.
	#[error(
		"{}: no row has {} = `{}`{}",
		escaped(.file),
		escaped(.column),
		escaped(.dealer),
		values_hint(.found)
	)]
	NoRowsOfDealer {
		/// The file.
		file: String,
		/// The column that names the dealers.
		column: String,
		/// The dealer.
		dealer: String,
		/// Some of the values there are.
		found: Vec<String>,
	},
	/// Fewer dealers than were asked for, or than the class needs.
	#[error(
		"{}: there {} {} where {needed} are needed\n  {hint}",
		escaped(.file),
		is_or_are(*.found),
		counted(*.found, "dealer")
	)]
	TooFewDealers {
		/// The file.
		file: String,
		/// Dealers there are.
		found: usize,
		/// Dealers needed.
		needed: usize,
		/// What to do.
		hint: &'static str,
	},
	/// More dealers than a task can have.
	#[error(
		"{}: column `{}` names {found} dealers; a task can have {most}\n  split by a column with \
		 fewer values, or take some with --dealers",
		escaped(.file),
		escaped(.column)
	)]
	TooManyDealers {
		/// The file.
		file: String,
		/// The column.
		column: String,
		/// Dealers there are.
		found: usize,
		/// Most dealers of a task.
		most: u32,
	},
}

/// Shortens a cell for a message, and makes it safe to print.
pub(super) fn shorten(text: &str) -> String {
	const MOST: usize = 40;
	if text.chars().count() <= MOST {
		return escaped(text).into_owned();
	}
	format!("{}…", escaped(&text.chars().take(MOST).collect::<String>()))
}

/// A separator as a flag has it.
fn separator_flag(separator: char) -> String {
	match separator {
		'\t' => "tab".to_owned(),
		other => format!("'{}'", escaped(other.encode_utf8(&mut [0; 4]))),
	}
}

fn comma_hint(has_commas: bool) -> &'static str {
	match has_commas {
		true => "\n  a cell with a comma in it must be in double quotes",
		false => "",
	}
}

fn all_become(values: u64) -> String {
	match values {
		1 => "its one value that is not 0 becomes".to_owned(),
		_ => format!("all {values} values that are not 0 become"),
	}
}

fn twice(column: &str, (first, second): (usize, usize)) -> String {
	let problem = format!("there are two columns named `{}`", escaped(column));
	if column.is_empty() {
		format!("{problem}: columns {first} and {second} have no name\n  name them, or delete them")
	} else {
		format!("{problem}: columns {first} and {second}\n  rename one")
	}
}

fn columns_hint(column: &str, found: &[String]) -> String {
	let mut hint = String::new();
	let alike = found.iter().find(|name| name.trim().eq_ignore_ascii_case(column.trim()));
	let _ = match alike {
		Some(alike) => write!(hint, "\n  did you mean `{}`?", escaped(alike)),
		None if found.iter().any(|name| name.contains(',') && name.contains(column)) => {
			write!(hint, "\n  a name with a comma in it is written in double quotes")
		},
		None => Ok(()),
	};
	let _ = write!(hint, "\n  the columns are: {}", list(found));
	hint
}

fn values_hint(found: &[String]) -> String {
	if found.is_empty() {
		return String::new();
	}
	format!("\n  there are: {}", list(found))
}

/// Names as a flag has them.
fn list(names: &[String]) -> String {
	const MOST: usize = 20;
	let shown = |name: &String| escaped(&written(name)).into_owned();
	let mut text = names.iter().take(MOST).map(shown).collect::<Vec<_>>().join(", ");
	if names.len() > MOST {
		let _ = write!(text, " and {} more", names.len() - MOST);
	}
	text
}

fn range_hint(column: &str, advice: Advice) -> String {
	match advice {
		Advice::Requester => {
			format!("have the task declare a wider range (--range {}=MIN:MAX)", escaped(column))
		},
		Advice::Dealer => "ask the requester for a task with a wider range".to_owned(),
	}
}

fn number_hint(column: &str, problem: &NumberError, advice: Advice) -> String {
	let is_dealer = advice == Advice::Dealer;
	let column = escaped(column);
	let hint = match problem {
		NumberError::NotANumber => {
			"correct the cell, leave it empty if the value is missing, or name the marker with --missing".to_owned()
		},
		NumberError::DecimalComma => {
			"if it is a decimal comma, give --decimal-comma; if it stands between thousands, take it out".to_owned()
		},
		NumberError::Grouped => "write numbers without separators between thousands".to_owned(),
		NumberError::Point => "write it with a comma, or leave --decimal-comma out".to_owned(),
		NumberError::NotFinite => "correct the cell, or leave it empty if the value is missing".to_owned(),
		NumberError::TooManyDecimals { found, .. } if is_dealer && *found <= u32::from(MAX_DECIMALS) => format!(
			"let values be rounded with --round, or ask the requester for a task with {}",
			counted(*found as usize, "decimal")
		),
		NumberError::TooManyDecimals { .. } if is_dealer => "let values be rounded with --round".to_owned(),
		NumberError::TooManyDecimals { found, .. } if *found <= u32::from(MAX_DECIMALS) => {
			format!("declare --decimals {column}={found}, or let values be rounded with --round")
		},
		NumberError::TooManyDecimals { .. } => format!(
			"let values be rounded with --round, to as many decimals as --decimals {column}=N says ({MAX_DECIMALS} at most)"
		),
		NumberError::TooLarge { decimals } if *decimals > 0 && is_dealer => {
			"ask the requester for a task with fewer decimals, or a larger unit".to_owned()
		},
		NumberError::TooLarge { decimals } if *decimals > 0 => {
			format!("declare fewer decimals with --decimals {column}=N, or take a larger unit")
		},
		NumberError::TooLarge { .. } | NumberError::Huge => {
			"take a larger unit; a column of identifiers has no sum and no mean, but it can be counted".to_owned()
		},
		NumberError::TooLong => "write fewer digits".to_owned(),
	};
	format!("\n  {hint}")
}

#[cfg(test)]
mod tests {
	use super::*;

	fn cell(problem: NumberError, advice: Advice) -> String {
		let (file, column, text) = ("d.csv".to_owned(), "x".to_owned(), "1".to_owned());
		DataError::Cell { file, place: Place::Line(2), column, text, problem, advice }.to_string()
	}

	#[test]
	fn a_dealer_is_not_told_of_flags_that_it_does_not_have() {
		let problems = [
			NumberError::TooManyDecimals { decimals: 1, found: 2 },
			NumberError::TooManyDecimals { decimals: 1, found: 30 },
			NumberError::TooLarge { decimals: 0 },
			NumberError::TooLarge { decimals: 3 },
			NumberError::Huge,
			NumberError::TooLong,
		];
		for problem in problems {
			let message = cell(problem.clone(), Advice::Dealer);
			assert!(!message.contains("--decimals") && !message.contains("--range"), "{message}");
			assert!(cell(problem, Advice::Requester).contains("\n  "));
		}
		let message = cell(NumberError::TooManyDecimals { decimals: 1, found: 2 }, Advice::Dealer);
		assert!(message.contains("--round") && message.contains("ask the requester"), "{message}");
		assert!(!range_hint("x", Advice::Dealer).contains("--range"));
	}

	#[test]
	fn an_integer_that_is_too_large_is_not_told_to_have_fewer_decimals() {
		for problem in [NumberError::TooLarge { decimals: 0 }, NumberError::Huge] {
			let message = cell(problem, Advice::Requester);
			assert!(
				message.contains("too large") && !message.contains("fewer decimals"),
				"{message}"
			);
		}
		let message = cell(NumberError::TooLarge { decimals: 1 }, Advice::Requester);
		assert!(message.contains("1 decimal (") && message.contains("fewer decimals"), "{message}");
	}

	#[test]
	fn names_with_commas_are_listed_as_they_are_written() {
		let names = ["a".to_owned(), "Income, net".to_owned(), "6\" pipe".to_owned()];
		assert_eq!(list(&names), "a, \"Income, net\", \"6\"\" pipe\"");
		assert!(columns_hint("Income", &names).contains("in double quotes"));
	}
}
