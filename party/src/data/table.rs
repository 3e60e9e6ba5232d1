//! A CSV file as a table of text, every row with the line it came from.

use super::error::{shorten, DataError};
use csv::{ByteRecord, ReaderBuilder, StringRecord};
use std::path::Path;

/// A table of text with named columns.
#[derive(Clone, Debug)]
pub struct Table {
	file: String,
	columns: Vec<String>,
	rows: Vec<TextRow>,
	missing: Vec<String>,
}

/// A row of text.
#[derive(Clone, Debug)]
pub struct TextRow {
	/// Line of the file that it starts at, counted from 1.
	pub line: u64,
	cells: StringRecord,
}

impl TextRow {
	/// A cell without the white space around it; empty if there is none at this place.
	pub fn cell(&self, column: usize) -> &str {
		self.cells.get(column).unwrap_or_default().trim()
	}
}

impl Table {
	/// Reads a file.
	///
	/// # Errors
	/// `Unreadable`, and those of [`Self::parse`].
	pub fn read(path: &Path) -> Result<Self, DataError> {
		let file = path.display().to_string();
		match std::fs::read(path) {
			Ok(bytes) => Self::parse(&file, &bytes),
			Err(error) => {
				let reason = match error.kind() {
					std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
					_ => error.to_string(),
				};
				Err(DataError::Unreadable { file, reason })
			},
		}
	}

	/// Reads the bytes of a file: comma-separated, first line the columns' names. `file` is its name in messages.
	///
	/// # Errors
	/// `Empty`, `NoRows`, `Ragged`, `NotUtf8`, `OtherSeparator`, `DuplicateColumn`, `Malformed`.
	pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, DataError> {
		let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
		let file = file.to_owned();
		if bytes.iter().all(u8::is_ascii_whitespace) {
			return Err(DataError::Empty { file });
		}
		let mut reader = ReaderBuilder::new().from_reader(bytes);
		let header =
			reader.byte_headers().map_err(|error| of_reader(&file, bytes, &error))?.clone();
		let header = text(&file, 1, header)?;
		let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
		if let Some(separator) = other_separator(&columns) {
			let header = shorten(&columns.concat());
			return Err(DataError::OtherSeparator { file, header, separator });
		}
		for (i, name) in columns.iter().enumerate() {
			if columns.iter().skip(i + 1).any(|other| other == name) {
				return Err(DataError::DuplicateColumn { file, column: name.clone() });
			}
		}
		let mut rows = Vec::new();
		for record in reader.byte_records() {
			let record = record.map_err(|error| of_reader(&file, bytes, &error))?;
			let line = record.position().map_or(0, |position| line_of(bytes, position));
			rows.push(TextRow { line, cells: text(&file, line, record)? });
		}
		if rows.is_empty() {
			return Err(DataError::NoRows { file });
		}
		Ok(Self { file, columns, rows, missing: Vec::new() })
	}

	/// Names texts that stand for a missing value, beside the empty cell.
	pub fn with_missing(mut self, markers: &[String]) -> Self {
		self.missing = markers.to_vec();
		self
	}

	/// The file's name, for messages.
	pub fn file(&self) -> &str {
		&self.file
	}

	/// The columns' names.
	pub fn columns(&self) -> &[String] {
		&self.columns
	}

	/// The rows.
	pub fn rows(&self) -> &[TextRow] {
		&self.rows
	}

	/// Place of a column.
	///
	/// # Errors
	/// `NoColumn`.
	pub fn column(&self, name: &str) -> Result<usize, DataError> {
		self.columns.iter().position(|column| column == name).ok_or_else(|| DataError::NoColumn {
			file: self.file.clone(),
			column: name.to_owned(),
			found: self.columns.clone(),
		})
	}

	/// A cell's text, `None` if it is missing.
	pub fn value<'a>(&self, row: &'a TextRow, column: usize) -> Option<&'a str> {
		let cell = row.cell(column);
		let missing = cell.is_empty() || self.missing.iter().any(|marker| marker == cell);
		(!missing).then_some(cell)
	}

	/// The distinct texts of a column, sorted; missing ones left out.
	///
	/// # Errors
	/// `NoColumn`.
	pub fn distinct(&self, name: &str) -> Result<Vec<String>, DataError> {
		let column = self.column(name)?;
		let mut values: Vec<String> =
			self.rows.iter().filter_map(|row| self.value(row, column)).map(str::to_owned).collect();
		values.sort_unstable();
		values.dedup();
		Ok(values)
	}
}

/// What separates the cells of a header that has no comma in it, if it looks like that.
fn other_separator(columns: &[String]) -> Option<&'static str> {
	match columns {
		[header] if header.contains(';') => Some("semicolons"),
		[header] if header.contains('\t') => Some("tabs"),
		_ => None,
	}
}

fn text(file: &str, line: u64, record: ByteRecord) -> Result<StringRecord, DataError> {
	StringRecord::from_byte_record(record)
		.map_err(|_| DataError::NotUtf8 { file: file.to_owned(), line })
}

/// Line of a record. The reader's position lies before the empty lines that it skipped.
fn line_of(bytes: &[u8], position: &csv::Position) -> u64 {
	let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
	let skipped = bytes.iter().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n'));
	position.line() + skipped.filter(|byte| **byte == b'\n').count() as u64
}

fn of_reader(file: &str, bytes: &[u8], error: &csv::Error) -> DataError {
	let file = file.to_owned();
	match error.kind() {
		csv::ErrorKind::UnequalLengths { pos, expected_len, len } => DataError::Ragged {
			file,
			line: pos.as_ref().map_or(0, |position| line_of(bytes, position)),
			expected: *expected_len,
			found: *len,
		},
		_ => DataError::Malformed { file, reason: error.to_string() },
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn parse(text: &str) -> Result<Table, DataError> {
		Table::parse("data.csv", text.as_bytes())
	}

	#[test]
	fn reads_names_lines_and_cells() {
		let table = parse("\u{feff}a, b\n1,\"x,\ny\"\n\n 2 ,z\n").expect("well-formed");
		assert_eq!(table.columns(), ["a", "b"]);
		let lines: Vec<u64> = table.rows().iter().map(|row| row.line).collect();
		assert_eq!(lines, [2, 5]);
		assert_eq!(table.rows()[1].cell(0), "2");
		assert_eq!(table.distinct("b").expect("b is there"), ["x,\ny", "z"]);
	}

	#[test]
	fn names_what_is_wrong() {
		assert!(matches!(parse(""), Err(DataError::Empty { .. })));
		assert!(matches!(parse(" \n"), Err(DataError::Empty { .. })));
		assert!(matches!(parse("a,b\n"), Err(DataError::NoRows { .. })));
		let ragged = parse("a,b\n1,2\n1,2,3\n");
		assert!(matches!(ragged, Err(DataError::Ragged { line: 3, expected: 2, found: 3, .. })));
		assert!(matches!(parse("a,a\n1,2\n"), Err(DataError::DuplicateColumn { .. })));
		let latin = Table::parse("data.csv", b"a\nok\n\xff\n");
		assert!(matches!(latin, Err(DataError::NotUtf8 { line: 3, .. })));
		let absent = parse("Income\n1\n").and_then(|table| table.column("income"));
		let message = absent.expect_err("another case").to_string();
		assert!(message.contains("did you mean `Income`?"), "{message}");
	}

	#[test]
	fn another_separator_is_named() {
		for (text, parts) in [
			("a;b\n1;2\n", ["`a;b`", "semicolons"]),
			// decimal commas would make the lines longer than the header
			("a;b\n1,5;2,5\n", ["`a;b`", "semicolons"]),
			("a\tb\n", ["`a\tb`", "tabs"]),
		] {
			let message = parse(text).expect_err(text).to_string();
			assert!(message.starts_with("data.csv, line 1: one column"), "{message}");
			assert!(parts.iter().all(|part| message.contains(part)), "{message}");
			assert!(message.contains("save it with commas"), "{message}");
		}
		assert!(parse("a;b,c\n1,2\n").is_ok());
		assert!(parse("a\n1;2\n").is_ok());
	}

	#[test]
	fn one_is_not_many() {
		let message = parse("a,b\n1\n").expect_err("ragged").to_string();
		assert!(message.contains("line 2: 1 cell, but the header has 2"), "{message}");
	}

	#[test]
	fn markers_stand_for_missing_values() {
		let table = parse("a\nNA\n1\n").expect("well-formed").with_missing(&["NA".to_owned()]);
		let values: Vec<_> = table.rows().iter().map(|row| table.value(row, 0)).collect();
		assert_eq!(values, [None, Some("1")]);
	}

	proptest! {
		#[test]
		fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
			let _ = Table::parse("random", &bytes);
		}
	}
}
