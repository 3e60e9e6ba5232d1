//! What a table is read from, by the kind of its file, and its rows.

use super::{
	columnar,
	delimited::{Delimited, FormError},
	error::{Advice, DataError},
	record::{Place, Record},
	separator::{self, COMMA},
	sheet::{Sheet, SheetError, SheetRows},
	source::{Kind, Source, Unpacked},
};
use crate::escape::escaped;
use std::io::{self, Read};

/// What stands for text in UTF-16 that is none.
const REPLACED: char = '\u{fffd}';

/// How a file is read: what its bytes do not say.
#[derive(Clone, Debug, Default)]
pub struct Reading {
	/// What separates the cells of a text. Unless given, semicolons or tabs where the first rows show them, else commas.
	pub separator: Option<u8>,
	/// Whether numbers have a comma where otherwise a point stands.
	pub decimal_comma: bool,
	/// Texts that stand for a missing value in any column, beside the empty cell.
	pub missing: Vec<String>,
	/// The sheet of a workbook; the first unless given.
	pub sheet: Option<String>,
	/// Whether a file may have a header and no rows.
	pub may_be_empty: bool,
	/// Who reads, for what an error advises.
	pub advice: Advice,
}

/// What a table is read from.
pub(super) enum Content {
	/// Delimited text; whether its first line is none of its rows, and whether it was in UTF-16.
	Text { source: Source, separator: u8, skips_line: bool, is_wide: bool },
	/// A sheet of a workbook, which is held.
	Sheet { source: Source, sheet: Sheet },
	/// Named columns of a Parquet file.
	Columnar { source: Source, columns: Vec<String> },
}

impl Content {
	/// Finds out what a file is. What people are to know of that is added to the notes.
	pub fn open(
		file: &str,
		source: Source,
		reading: &Reading,
		notes: &mut Vec<String>,
	) -> Result<Self, DataError> {
		let io = |error| unreadable(file, &error);
		let Unpacked { is_packed, kind, .. } = source.unpacked().map_err(io)?;
		let other = |what: &str, advice: &str| DataError::OtherKind {
			file: file.to_owned(),
			what: what.to_owned(),
			advice: advice.to_owned(),
		};
		match kind {
			Kind::Other(what, advice) => Err(other(what, advice)),
			Kind::Parquet | Kind::Zip | Kind::Compound if is_packed => {
				Err(other("a compressed file in a gzip stream", "unpack the gzip stream first"))
			},
			Kind::Parquet => Self::columnar(file, source, notes),
			Kind::Zip | Kind::Compound => Self::sheet(file, source, kind, reading, notes),
			Kind::Blank | Kind::Text => Self::text(file, source, false, reading, notes),
			Kind::Utf16 => Self::text(file, source, true, reading, notes),
		}
	}

	fn text(
		file: &str,
		source: Source,
		is_wide: bool,
		reading: &Reading,
		notes: &mut Vec<String>,
	) -> Result<Self, DataError> {
		let io = |error| unreadable(file, &error);
		let named = separator::named(&separator::first_line(&source).map_err(io)?);
		if let Some(named) = named.filter(|named| reading.separator != Some(*named)) {
			let separator = char::from(named);
			return Err(DataError::SeparatorLine { file: file.to_owned(), separator });
		}
		let separator = match reading.separator {
			Some(separator) => separator,
			None => match separator::shown(&source).map_err(io)? {
				Some((separator, name)) => {
					notes.push(format!(
						"{}: its cells are separated by {name}, as its first rows show; --separator CHAR takes another \
						 separator",
						escaped(file)
					));
					separator
				},
				None => COMMA,
			},
		};
		Ok(Self::Text { source, separator, skips_line: named.is_some(), is_wide })
	}

	fn sheet(
		file: &str,
		source: Source,
		kind: Kind,
		reading: &Reading,
		notes: &mut Vec<String>,
	) -> Result<Self, DataError> {
		let reader = source.reader().map_err(|error| unreadable(file, &error))?;
		let asked = reading.sheet.as_deref();
		let sheet = Sheet::read(reader, kind, asked);
		let sheet = sheet.map_err(|error| of_sheet(file, asked, error))?;
		if asked.is_none() && sheet.all.len() > 1 {
			notes.push(format!(
				"{}: sheet `{}` is read, the first of {}; --sheet NAME takes another",
				escaped(file),
				escaped(&sheet.name),
				sheet.all.len()
			));
		}
		Ok(Self::Sheet { source, sheet })
	}

	fn columnar(file: &str, source: Source, notes: &mut Vec<String>) -> Result<Self, DataError> {
		let bytes = source.file().map_err(|error| unreadable(file, &error))?;
		let header = columnar::header(bytes).map_err(|reason| malformed(file, reason))?;
		if !header.nested.is_empty() {
			let names = header.nested.iter().map(|name| escaped(name)).collect::<Vec<_>>();
			notes.push(format!(
				"{}: not read, as nested, repeated or of a type of its own: {}",
				escaped(file),
				names.join(", ")
			));
		}
		Ok(Self::Columnar { source, columns: header.columns })
	}

	/// What separates its cells, if it is text.
	pub fn separator(&self) -> Option<u8> {
		match self {
			Self::Text { separator, .. } => Some(*separator),
			_ => None,
		}
	}

	/// SHA-256 of the bytes that it is read from.
	pub fn hash(&self) -> io::Result<[u8; 32]> {
		let (Self::Text { source, .. }
		| Self::Sheet { source, .. }
		| Self::Columnar { source, .. }) = self;
		source.hash()
	}

	/// The rows from the beginning, the header first. `file` is for messages.
	pub fn records<'a>(&'a self, file: &'a str) -> Result<Records<'a>, DataError> {
		let io = |error| unreadable(file, &error);
		let (inner, is_wide) = match self {
			Self::Text { source, separator, skips_line, is_wide } => {
				let mut reader = Delimited::new(source.text().map_err(io)?, *separator);
				if *skips_line {
					reader.skip_line().map_err(io)?;
				}
				(Inner::Text(Box::new(reader)), *is_wide)
			},
			Self::Sheet { sheet, .. } => (Inner::Sheet(sheet.rows()), false),
			Self::Columnar { source, columns } => {
				let rows = columnar::rows(source.file().map_err(io)?);
				let rows = rows.map_err(|reason| malformed(file, reason))?;
				(Inner::Columnar(Some(columns.as_slice()), Box::new(rows)), false)
			},
		};
		let has_commas = self.separator() == Some(COMMA);
		Ok(Records { file, width: None, has_commas, is_wide, inner })
	}
}

impl std::fmt::Debug for Content {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str(match self {
			Self::Text { .. } => "text",
			Self::Sheet { .. } => "a sheet",
			Self::Columnar { .. } => "columns",
		})
	}
}

/// Rows of a table.
pub(super) struct Records<'a> {
	file: &'a str,
	/// Cells of a row, once the header is read.
	pub width: Option<usize>,
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
	Columnar(Option<&'a [String]>, Box<columnar::ColumnarRows>),
}

impl Records<'_> {
	/// Reads the next row; returns whether there is one.
	pub fn read(&mut self, record: &mut Record) -> Result<bool, DataError> {
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
				None => rows.read(record).map_err(|reason| malformed(self.file, reason))?,
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

	/// The first quoted cell of a text in which lines look like rows: where it opens and where it closes.
	pub fn swallowed(&self) -> Option<(u64, u64)> {
		match &self.inner {
			Inner::Text(reader) => reader.swallowed(),
			_ => None,
		}
	}
}

/// Why a file's bytes cannot be had.
pub(super) fn unreadable(file: &str, error: &io::Error) -> DataError {
	let reason = match error.kind() {
		io::ErrorKind::NotFound => "there is no such file".to_owned(),
		io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
			format!("its compressed content is damaged ({error})")
		},
		_ => error.to_string(),
	};
	DataError::Unreadable { file: file.to_owned(), reason }
}

fn malformed(file: &str, reason: String) -> DataError {
	DataError::Malformed { file: file.to_owned(), reason }
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
