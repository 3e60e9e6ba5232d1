//! A data file as a table of text that is read row by row, as often as is needed.

use super::{
	content::{unreadable, Content, Reading},
	decimal::{Decimal, NumberError},
	error::{shorten, Advice, DataError},
	markers::is_marker,
	record::{Place, Record},
	separator::{self, COMMA},
	source::{Source, STDIN},
};
use crate::{escape::escaped, words::counted};
use std::{collections::BTreeSet, path::Path, sync::Mutex};

/// Most texts of a column that are told apart.
const MOST_TEXTS: usize = 100_000;

/// A table of text with named columns.
#[derive(Debug)]
pub struct Table {
	file: String,
	columns: Vec<String>,
	rows: u64,
	content: Content,
	reading: Reading,
	notes: Mutex<Vec<String>>,
}

/// A cell of a numeric column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
	/// There is nothing in it, or a text that a flag names.
	Missing,
	/// A text that stands for a missing number.
	Marker(&'a str),
	/// A number.
	Number(Decimal),
}

impl Table {
	/// Reads a file, or standard input if the path is `-`. Its whole form is checked.
	///
	/// # Errors
	/// `Unreadable`, and those of [`Self::parse`].
	pub fn read(path: &Path, reading: Reading) -> Result<Self, DataError> {
		let file = match path.as_os_str() == STDIN {
			true => "standard input".to_owned(),
			false => path.display().to_string(),
		};
		match Source::open(path) {
			Ok(source) => Self::of(file, source, reading),
			Err(error) => Err(unreadable(&file, &error)),
		}
	}

	/// Reads the bytes of a file; its first row names the columns. `file` is its name in messages.
	///
	/// # Errors
	/// Those of a file's form: `Empty`, `NoRows`, `Ragged`, `NotUtf8`, `OpenQuote`, `OtherSeparator`, `OtherKind` and so on.
	pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, DataError> {
		Self::parse_with(file, bytes, Reading::default())
	}

	/// [`Self::parse`], told how.
	///
	/// # Errors
	/// As [`Self::parse`].
	pub fn parse_with(file: &str, bytes: &[u8], reading: Reading) -> Result<Self, DataError> {
		Self::of(file.to_owned(), Source::memory(bytes), reading)
	}

	fn of(file: String, source: Source, reading: Reading) -> Result<Self, DataError> {
		let mut notes = Vec::new();
		let content = Content::open(&file, source, &reading, &mut notes)?;
		let mut table =
			Self { file, columns: Vec::new(), rows: 0, content, reading, notes: Mutex::new(notes) };
		table.look_through()?;
		Ok(table)
	}

	/// Reads the header, and all rows for their form.
	fn look_through(&mut self) -> Result<(), DataError> {
		let file = self.file.clone();
		let mut record = Record::default();
		let mut records = self.content.records(&self.file)?;
		if !records.read(&mut record)? {
			return Err(DataError::Empty { file });
		}
		let columns: Vec<String> = record.cells().map(str::to_owned).collect();
		let place = record.place();
		let is_blank = columns.iter().all(String::is_empty);
		let is_asked_for = self.reading.separator == Some(COMMA);
		if let (Some(separator), [header], false) =
			(self.content.separator(), columns.as_slice(), is_asked_for)
		{
			if let Some(separator) = separator::other(header, separator) {
				let header = shorten(header);
				return Err(DataError::OtherSeparator { file, place, header, separator });
			}
		}
		records.width = Some(columns.len());
		let mut rows = 0;
		while records.read(&mut record)? {
			rows += 1;
		}
		let swallowed = records.swallowed();
		drop(records);
		if is_blank && rows == 0 {
			return Err(DataError::Empty { file });
		}
		check_names(&file, place, &columns)?;
		if rows == 0 && !self.reading.may_be_empty {
			return Err(DataError::NoRows { file });
		}
		if let Some((opened, closed)) = swallowed {
			self.note(format!(
				"{}, line {opened}: the quoted cell that begins here ends in line {closed}, and lines in it look like rows: \
				 see that its quotes are right",
				escaped(&self.file)
			));
		}
		(self.columns, self.rows) = (columns, rows);
		Ok(())
	}

	/// Calls a function with every row.
	///
	/// # Errors
	/// Those of the file's form, `Changed`, and those of the function.
	pub fn for_each<E: From<DataError>>(
		&self,
		mut each: impl FnMut(&Record) -> Result<(), E>,
	) -> Result<(), E> {
		let mut record = Record::default();
		let mut records = self.content.records(&self.file)?;
		records.read(&mut record)?;
		if !record.cells().eq(self.columns.iter().map(String::as_str)) {
			return Err(self.changed().into());
		}
		records.width = Some(self.columns.len());
		let mut rows = 0u64;
		while records.read(&mut record)? {
			each(&record)?;
			rows += 1;
		}
		if rows == self.rows {
			Ok(())
		} else {
			Err(self.changed().into())
		}
	}

	/// The file's name, for messages.
	pub fn file(&self) -> &str {
		&self.file
	}

	/// The columns' names.
	pub fn columns(&self) -> &[String] {
		&self.columns
	}

	/// Number of rows, the header not counted.
	pub fn rows(&self) -> u64 {
		self.rows
	}

	/// Who reads.
	pub fn advice(&self) -> Advice {
		self.reading.advice
	}

	/// What people are to know about how the file was read, a line each.
	pub fn notes(&self) -> Vec<String> {
		self.notes.lock().map(|notes| notes.clone()).unwrap_or_default()
	}

	/// SHA-256 of the file's bytes, as they are: compressed, if they are.
	///
	/// # Errors
	/// `Unreadable`.
	pub fn hash(&self) -> Result<[u8; 32], DataError> {
		self.content.hash().map_err(|error| unreadable(&self.file, &error))
	}

	/// Checks that the file is still the one that had this [hash](Self::hash), so that what was read in between is of it.
	///
	/// # Errors
	/// `Changed` if it is not; `Unreadable`.
	pub fn check_unchanged(&self, hash: &[u8; 32]) -> Result<(), DataError> {
		match self.hash()? == *hash {
			true => Ok(()),
			false => Err(self.changed()),
		}
	}

	fn changed(&self) -> DataError {
		DataError::Changed { file: self.file.clone() }
	}

	/// Adds to the notes, once.
	pub(crate) fn note(&self, note: String) {
		if let Ok(mut notes) = self.notes.lock() {
			if !notes.contains(&note) {
				notes.push(note);
			}
		}
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
	pub fn text<'a>(&self, row: &'a Record, column: usize) -> Option<&'a str> {
		let cell = row.cell(column);
		let missing = cell.is_empty() || self.reading.missing.iter().any(|marker| marker == cell);
		(!missing).then_some(cell)
	}

	/// A cell of a numeric column.
	///
	/// # Errors
	/// `Cell`.
	pub fn number<'a>(&self, row: &'a Record, column: usize) -> Result<Cell<'a>, DataError> {
		self.try_number(row, column)
			.map_err(|problem| self.cell_error(row.place(), column, row.cell(column), problem))
	}

	/// The same, for who does not show the cell.
	pub(super) fn try_number<'a>(
		&self,
		row: &'a Record,
		column: usize,
	) -> Result<Cell<'a>, NumberError> {
		let Some(text) = self.text(row, column) else { return Ok(Cell::Missing) };
		if is_marker(text) {
			return Ok(Cell::Marker(text));
		}
		let number = match self.reading.decimal_comma && self.content.separator().is_some() {
			true => Decimal::parse_with_comma(text),
			false => Decimal::parse(text),
		};
		number.map(Cell::Number)
	}

	/// What is wrong with a cell.
	pub(super) fn cell_error(
		&self,
		place: Place,
		column: usize,
		text: &str,
		problem: NumberError,
	) -> DataError {
		DataError::Cell {
			file: self.file.clone(),
			place,
			column: self.columns.get(column).cloned().unwrap_or_default(),
			text: shorten(text),
			problem,
			advice: self.reading.advice,
		}
	}

	/// The distinct texts of a column, sorted; missing ones left out.
	///
	/// # Errors
	/// `NoColumn`, `TooManyTexts`.
	pub fn distinct(&self, name: &str) -> Result<Vec<String>, DataError> {
		let column = self.column(name)?;
		let mut texts = BTreeSet::new();
		self.for_each(|row| {
			if let Some(text) = self.text(row, column) {
				if !texts.contains(text) {
					texts.insert(text.to_owned());
				}
			}
			if texts.len() > MOST_TEXTS {
				return Err(DataError::TooManyTexts {
					file: self.file.clone(),
					column: name.to_owned(),
					most: MOST_TEXTS,
				});
			}
			Ok(())
		})?;
		Ok(texts.into_iter().collect())
	}
}

/// No two columns may have one name.
fn check_names(file: &str, place: Place, columns: &[String]) -> Result<(), DataError> {
	for (i, name) in columns.iter().enumerate() {
		let other = columns.iter().skip(i + 1).position(|other| other == name);
		if let Some(after) = other {
			return Err(DataError::DuplicateColumn {
				file: file.to_owned(),
				place,
				column: name.clone(),
				places: (i + 1, i + after + 2),
			});
		}
	}
	Ok(())
}

/// How many, of what: for notes.
pub(crate) fn cells_of(number: u64) -> String {
	counted(usize::try_from(number).unwrap_or(usize::MAX), "cell")
}

#[cfg(test)]
mod tests;
