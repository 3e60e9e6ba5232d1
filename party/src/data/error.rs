//! What is wrong with a data file: always where (file, line, column), what, and what to do about it.

use super::decimal::NumberError;
use crate::words::{counted, is_or_are};
use ostraka_primitives::spec::MAX_DECIMALS;
use std::fmt::Write;

/// A problem with a data file.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
	/// It cannot be opened or read.
	#[error("{file}: cannot be read: {reason}\n  give the path of a CSV file with --data")]
	Unreadable {
		/// The file.
		file: String,
		/// What the system says.
		reason: String,
	},
	/// There is nothing in it, not even a header.
	#[error("{file}: the file is empty\n  its first line must name the columns")]
	Empty {
		/// The file.
		file: String,
	},
	/// There is a header and nothing else.
	#[error("{file}: there is a header but no row of data")]
	NoRows {
		/// The file.
		file: String,
	},
	/// A line has another number of cells than the header.
	#[error(
		"{file}, line {line}: {}, but the header has {expected}\n  a cell with a comma in it must be in double \
		 quotes",
		counted(*.found as usize, "cell")
	)]
	Ragged {
		/// The file.
		file: String,
		/// The line, counted from 1.
		line: u64,
		/// Cells of the header.
		expected: u64,
		/// Cells of the line.
		found: u64,
	},
	/// A cell is not UTF-8.
	#[error("{file}, line {line}: text that is not UTF-8\n  save the file as UTF-8")]
	NotUtf8 {
		/// The file.
		file: String,
		/// The line.
		line: u64,
	},
	/// Something else about the form of the file.
	#[error("{file}: not a CSV file: {reason}")]
	Malformed {
		/// The file.
		file: String,
		/// The reader's words.
		reason: String,
	},
	/// The header is one cell with another separator in it.
	#[error(
		"{file}, line 1: one column, `{header}`: the file seems to be separated by {separator}\n  save it with commas"
	)]
	OtherSeparator {
		/// The file.
		file: String,
		/// The header, shortened.
		header: String,
		/// What seems to separate the cells, in words.
		separator: &'static str,
	},
	/// Two columns have one name.
	#[error("{file}, line 1: there are two columns named `{column}`\n  rename one")]
	DuplicateColumn {
		/// The file.
		file: String,
		/// The name.
		column: String,
	},
	/// A column is not there.
	#[error("{file}: there is no column `{column}`{}", columns_hint(.column, .found))]
	NoColumn {
		/// The file.
		file: String,
		/// The column asked for.
		column: String,
		/// The columns there are.
		found: Vec<String>,
	},
	/// A cell is not a usable number.
	#[error("{file}, line {line}, column `{column}`: `{text}` {problem}{}", number_hint(.column, .problem))]
	Cell {
		/// The file.
		file: String,
		/// The line.
		line: u64,
		/// The column.
		column: String,
		/// The cell, shortened.
		text: String,
		/// What is wrong.
		problem: NumberError,
	},
	/// A value is outside its column's declared range.
	#[error(
		"{file}, line {line}, column `{column}`: {value} is outside its declared range {min} to {max}\n  \
		 correct the cell, or have the task declare a wider range (--range {column}=MIN:MAX)"
	)]
	OutOfRange {
		/// The file.
		file: String,
		/// The line.
		line: u64,
		/// The column.
		column: String,
		/// The value.
		value: String,
		/// Smallest legal value.
		min: String,
		/// Largest legal value.
		max: String,
	},
	/// A column has no value at all.
	#[error("{file}: column `{column}` has no value in any row")]
	NoValue {
		/// The file.
		file: String,
		/// The column.
		column: String,
	},
	/// No row is a given dealer's.
	#[error("{file}: no row has {column} = `{dealer}`{}", values_hint(.found))]
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
	/// A dealer has rows, but none that counts.
	#[error("{file}: no row of {dealer} can be used: {missing} lack a value, {other_group} are of another group")]
	NothingToDeal {
		/// The file.
		file: String,
		/// The dealer.
		dealer: String,
		/// Rows with a missing value.
		missing: u64,
		/// Rows of a group that is not asked for.
		other_group: u64,
	},
	/// Fewer dealers than were asked for, or than the class needs.
	#[error(
		"{file}: there {} {} where {needed} are needed\n  {hint}",
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
		"{file}: column `{column}` names {found} dealers; a task can have {most}\n  split by a column with \
		 fewer values, or take some with --dealers"
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

/// Shortens a cell for a message.
pub(super) fn shorten(text: &str) -> String {
	const MOST: usize = 40;
	if text.chars().count() <= MOST {
		return text.to_owned();
	}
	format!("{}…", text.chars().take(MOST).collect::<String>())
}

fn columns_hint(column: &str, found: &[String]) -> String {
	let mut hint = String::new();
	let alike = found.iter().find(|name| name.trim().eq_ignore_ascii_case(column.trim()));
	if let Some(alike) = alike {
		let _ = write!(hint, "\n  did you mean `{alike}`?");
	}
	let _ = write!(hint, "\n  the columns are: {}", list(found));
	hint
}

fn values_hint(found: &[String]) -> String {
	if found.is_empty() {
		return String::new();
	}
	format!("\n  there are: {}", list(found))
}

fn list(names: &[String]) -> String {
	const MOST: usize = 20;
	let mut text = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
	if names.len() > MOST {
		let _ = write!(text, " and {} more", names.len() - MOST);
	}
	text
}

fn number_hint(column: &str, problem: &NumberError) -> String {
	match problem {
		NumberError::NotANumber => {
			"\n  correct the cell, leave it empty if the value is missing, or name the marker with --missing"
				.to_owned()
		},
		NumberError::NotFinite => "\n  correct the cell, or leave it empty if the value is missing".to_owned(),
		NumberError::TooManyDecimals { found, .. } if *found <= u32::from(MAX_DECIMALS) => {
			format!("\n  declare --decimals {column}={found}, or let values be rounded with --round")
		},
		NumberError::TooManyDecimals { .. } => format!(
			"\n  let values be rounded with --round, to as many decimals as --decimals {column}=N says \
			 ({MAX_DECIMALS} at most)"
		),
		NumberError::TooLarge { .. } => format!("\n  declare fewer decimals with --decimals {column}=N"),
		NumberError::TooLong => "\n  write fewer digits".to_owned(),
	}
}
