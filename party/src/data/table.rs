//! A data file as a table of text that is read row by row, as often as is needed.

use super::{
	columnar,
	decimal::Decimal,
	delimited::{Delimited, FormError},
	error::{shorten, Advice, DataError},
	markers::is_marker,
	record::{Place, Record},
	sheet::{Sheet, SheetError, SheetRows},
	source::{Kind, Source, Unpacked, STDIN},
};
use crate::{escape::escaped, words::counted};
use std::{
	collections::BTreeSet,
	io::{self, Read},
	path::Path,
	sync::Mutex,
};

/// What stands for text in UTF-16 that is none.
const REPLACED: char = '\u{fffd}';
/// Most texts of a column that are told apart.
const MOST_TEXTS: usize = 100_000;

/// How a file is read: what its bytes do not say.
#[derive(Clone, Debug, Default)]
pub struct Reading {
	/// What separates the cells of a text; a comma unless given.
	pub separator: Option<u8>,
	/// Whether numbers have a comma where otherwise a point stands.
	pub decimal_comma: bool,
	/// Texts that stand for a missing value in any column, beside the empty cell.
	pub missing: Vec<String>,
	/// The sheet of a workbook; the first unless given.
	pub sheet: Option<String>,
	/// Who reads, for what an error advises.
	pub advice: Advice,
}

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

/// What a table is read from.
enum Content {
	Text { source: Source, separator: u8, skips_line: bool, is_wide: bool },
	Sheet(Sheet),
	Columnar(Source),
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
		let io = |error| unreadable(&file, &error);
		let Unpacked { is_packed, kind, .. } = source.unpacked().map_err(io)?;
		let other = |what: &str, advice: &str| DataError::OtherKind {
			file: file.clone(),
			what: what.to_owned(),
			advice: advice.to_owned(),
		};
		let mut notes = Vec::new();
		let content = match kind {
			Kind::Other(what, advice) => return Err(other(what, advice)),
			Kind::Parquet | Kind::Zip | Kind::Compound if is_packed => {
				return Err(other(
					"a compressed file in a gzip stream",
					"unpack the gzip stream first",
				))
			},
			Kind::Parquet => Content::Columnar(source),
			Kind::Zip | Kind::Compound => {
				let reader = source.reader().map_err(io)?;
				let sheet = Sheet::read(reader, kind, reading.sheet.as_deref());
				let sheet =
					sheet.map_err(|error| of_sheet(&file, reading.sheet.as_deref(), error))?;
				if reading.sheet.is_none() && sheet.all.len() > 1 {
					notes.push(format!(
						"{}: sheet `{}` is read, the first of {}; --sheet NAME takes another",
						escaped(&file),
						escaped(&sheet.name),
						sheet.all.len()
					));
				}
				Content::Sheet(sheet)
			},
			Kind::Blank | Kind::Text | Kind::Utf16 => {
				let separator = reading.separator.unwrap_or(b',');
				let head = first_line(&source).map_err(io)?;
				let skips_line = match separator_line(&head) {
					Some(named) if reading.separator == Some(named) => true,
					Some(separator) => {
						return Err(DataError::SeparatorLine {
							file,
							separator: char::from(separator),
						})
					},
					None => false,
				};
				Content::Text { source, separator, skips_line, is_wide: kind == Kind::Utf16 }
			},
		};
		let mut table =
			Self { file, columns: Vec::new(), rows: 0, content, reading, notes: Mutex::new(notes) };
		table.look_through()?;
		Ok(table)
	}

	/// Reads the header, and all rows for their form.
	fn look_through(&mut self) -> Result<(), DataError> {
		let file = self.file.clone();
		let mut record = Record::default();
		let mut records = self.begin()?;
		if !records.read(&mut record)? {
			return Err(DataError::Empty { file });
		}
		let columns: Vec<String> = record.cells().map(str::to_owned).collect();
		let place = record.place();
		let is_blank = columns.iter().all(String::is_empty);
		let is_asked_for = self.reading.separator == Some(b',');
		if let (Content::Text { separator, .. }, [header], false) =
			(&self.content, columns.as_slice(), is_asked_for)
		{
			if let Some(separator) = other_separator(header, *separator) {
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
		if rows == 0 {
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

	/// The rows from the beginning, the header first where it is a row.
	fn begin(&self) -> Result<Records<'_>, DataError> {
		let io = |error| unreadable(&self.file, &error);
		let damaged = |reason| DataError::Malformed { file: self.file.clone(), reason };
		let (inner, has_commas, is_wide) = match &self.content {
			Content::Text { source, separator, skips_line, is_wide } => {
				let mut reader = Delimited::new(source.text().map_err(io)?, *separator);
				if *skips_line {
					reader.skip_line().map_err(io)?;
				}
				(Inner::Text(Box::new(reader)), *separator == b',', *is_wide)
			},
			Content::Sheet(sheet) => (Inner::Sheet(sheet.rows()), false, false),
			Content::Columnar(source) => {
				let header = columnar::header(source.file().map_err(io)?).map_err(damaged)?;
				if !header.nested.is_empty() {
					let names = header.nested.iter().map(|name| escaped(name)).collect::<Vec<_>>();
					self.note(format!(
						"{}: not read, as nested, repeated or of a type of its own: {}",
						escaped(&self.file),
						names.join(", ")
					));
				}
				let rows = columnar::rows(source.file().map_err(io)?).map_err(damaged)?;
				(Inner::Columnar(Some(header.columns), Box::new(rows)), false, false)
			},
		};
		Ok(Records { file: &self.file, width: None, has_commas, is_wide, inner })
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
		let mut records = self.begin()?;
		records.read(&mut record)?;
		records.width = Some(self.columns.len());
		let mut rows = 0u64;
		while records.read(&mut record)? {
			each(&record)?;
			rows += 1;
		}
		if rows == self.rows {
			Ok(())
		} else {
			Err(DataError::Changed { file: self.file.clone() }.into())
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
		let Some(text) = self.text(row, column) else { return Ok(Cell::Missing) };
		if is_marker(text) {
			return Ok(Cell::Marker(text));
		}
		let number =
			match self.reading.decimal_comma && matches!(self.content, Content::Text { .. }) {
				true => Decimal::parse_with_comma(text),
				false => Decimal::parse(text),
			};
		number
			.map(Cell::Number)
			.map_err(|problem| self.cell_error(row.place(), column, text, problem))
	}

	/// What is wrong with a cell.
	pub(super) fn cell_error(
		&self,
		place: Place,
		column: usize,
		text: &str,
		problem: super::decimal::NumberError,
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

impl std::fmt::Debug for Content {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str(match self {
			Self::Text { .. } => "text",
			Self::Sheet(_) => "a sheet",
			Self::Columnar(_) => "columns",
		})
	}
}

/// Rows of a table.
struct Records<'a> {
	file: &'a str,
	/// Cells of a row, once the header is read.
	width: Option<usize>,
	/// Whether a comma in a cell has to be in quotes.
	has_commas: bool,
	/// Whether the text was in UTF-16: what could not be decoded is a character of its own.
	is_wide: bool,
	inner: Inner<'a>,
}

enum Inner<'a> {
	Text(Box<Delimited<Box<dyn Read + 'a>>>),
	Sheet(SheetRows<'a>),
	/// The names come before the rows.
	Columnar(Option<Vec<String>>, Box<columnar::ColumnarRows>),
}

impl Records<'_> {
	fn read(&mut self, record: &mut Record) -> Result<bool, DataError> {
		let file = || self.file.to_owned();
		let is_read = match &mut self.inner {
			Inner::Text(reader) => {
				let is_read = reader.read(record).map_err(|error| of_form(self.file, error))?;
				let is_damaged = self.is_wide && record.cells().any(|cell| cell.contains(REPLACED));
				if is_read && (is_damaged || !record.is_utf8()) {
					let encoding = if self.is_wide { "UTF-16" } else { "UTF-8" };
					return Err(DataError::NotText {
						encoding,
						file: file(),
						place: record.place(),
					});
				}
				is_read
			},
			Inner::Sheet(rows) => rows.read(record),
			Inner::Columnar(names, rows) => match names.take() {
				Some(names) => {
					record.begin(Place::Row(0));
					names.iter().for_each(|name| record.add(name));
					true
				},
				None => rows
					.read(record)
					.map_err(|reason| DataError::Malformed { file: file(), reason })?,
			},
		};
		match self.width {
			Some(expected) if is_read && record.len() != expected => Err(DataError::Ragged {
				file: file(),
				place: record.place(),
				expected,
				found: record.len(),
				has_commas: self.has_commas,
			}),
			_ => Ok(is_read),
		}
	}

	fn swallowed(&self) -> Option<(u64, u64)> {
		match &self.inner {
			Inner::Text(reader) => reader.swallowed(),
			_ => None,
		}
	}
}

/// The first line, as far as is looked.
fn first_line(source: &Source) -> io::Result<Vec<u8>> {
	let mut line = Vec::new();
	source.text()?.take(64).read_to_end(&mut line)?;
	let end = line.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(line.len());
	line.truncate(end);
	Ok(line)
}

/// The separator that a first line names, as Excel writes and reads it: `sep=;`.
fn separator_line(line: &[u8]) -> Option<u8> {
	let line = line.strip_prefix(b"\"").unwrap_or(line);
	let line = line.strip_suffix(b"\"").unwrap_or(line);
	let (name, separator) = line.split_at_checked(4)?;
	match separator {
		[separator] if name.eq_ignore_ascii_case(b"sep=") => Some(*separator),
		_ => None,
	}
}

/// What separates the cells of a header that is one cell, if it looks like that: in words, and as a flag has it.
fn other_separator(header: &str, separator: u8) -> Option<(&'static str, &'static str)> {
	let found = [
		(';', "semicolons", "';'"),
		('\t', "tabs", "tab"),
		('|', "bars", "'|'"),
		(',', "commas", "','"),
	];
	let is_other = |sign: char| sign != char::from(separator) && header.contains(sign);
	found.into_iter().find(|(sign, ..)| is_other(*sign)).map(|(_, words, flag)| (words, flag))
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

fn unreadable(file: &str, error: &io::Error) -> DataError {
	let reason = match error.kind() {
		io::ErrorKind::NotFound => "there is no such file".to_owned(),
		io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
			format!("its compressed content is damaged ({error})")
		},
		_ => error.to_string(),
	};
	DataError::Unreadable { file: file.to_owned(), reason }
}

fn of_sheet(file: &str, asked: Option<&str>, error: SheetError) -> DataError {
	let file = file.to_owned();
	match error {
		SheetError::NoSheet(found) => {
			DataError::NoSheet { file, sheet: asked.unwrap_or_default().to_owned(), found }
		},
		SheetError::Unreadable(reason) => DataError::OtherKind {
			file,
			what: format!("a workbook or another archive that cannot be read: {reason}"),
			advice: "open it in a spreadsheet program and save the table as xlsx or CSV".to_owned(),
		},
	}
}

fn of_form(file: &str, error: FormError) -> DataError {
	let name = file.to_owned();
	match error {
		FormError::OpenQuote { opened } => DataError::OpenQuote { file: name, line: opened },
		FormError::Mispaired { opened, closed } => {
			DataError::Mispaired { file: name, line: opened, closed }
		},
		FormError::LongRow { line } => DataError::LongRow { file: name, line },
		FormError::Io(error) => unreadable(file, &error),
	}
}

/// How many, of what: for notes.
pub(crate) fn cells_of(number: u64) -> String {
	counted(usize::try_from(number).unwrap_or(usize::MAX), "cell")
}

#[cfg(test)]
mod tests;
