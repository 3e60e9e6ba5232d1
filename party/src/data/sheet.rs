//! A sheet of a workbook (xlsx, xlsm, xlsb, xls, ods).
//!
//! A workbook holds numbers as doubles, whatever was typed. A number is read as the shortest decimal whose nearest double
//! it is, which is the one that was typed as long as that had at most 15 digits. The sheet is held in memory.

use super::{
	record::{Place, Record},
	source::{Kind, ReadSeek},
};
use calamine::{Data, Ods, Range, Reader, SheetVisible, Xls, Xlsb, Xlsx};
use std::io::{Seek, SeekFrom};

/// A sheet.
pub(super) struct Sheet {
	/// Its name.
	pub name: String,
	/// The visible sheets of its workbook.
	pub all: Vec<String>,
	range: Range<Data>,
}

/// Why there is no sheet.
#[derive(Debug)]
pub(super) enum SheetError {
	/// There is no sheet of that name; the names there are.
	NoSheet(Vec<String>),
	/// The workbook cannot be read.
	Unreadable(String),
}

impl Sheet {
	/// Reads a sheet: the one of that name, else the first that is visible.
	pub fn read(
		mut reader: Box<dyn ReadSeek + '_>,
		kind: Kind,
		name: Option<&str>,
	) -> Result<Self, SheetError> {
		if kind == Kind::Compound {
			return Self::of(Xls::new(reader).map_err(|error| unreadable(&error))?, name);
		}
		// what a zip archive holds shows in its list of parts
		let parts = parts(&mut reader).map_err(|error| unreadable(&error))?;
		let has = |part: &[u8]| parts.windows(part.len()).any(|window| window == part);
		if has(b"xl/workbook.bin") {
			Self::of(Xlsb::new(reader).map_err(|error| unreadable(&error))?, name)
		} else if has(b"xl/") {
			Self::of(Xlsx::new(reader).map_err(|error| unreadable(&error))?, name)
		} else if has(b"content.xml") {
			Self::of(Ods::new(reader).map_err(|error| unreadable(&error))?, name)
		} else {
			Err(SheetError::Unreadable("a zip archive without a workbook in it".to_owned()))
		}
	}

	fn of<'a, B>(mut book: B, name: Option<&str>) -> Result<Self, SheetError>
	where
		B: Reader<Box<dyn ReadSeek + 'a>>,
		B::Error: std::fmt::Display,
	{
		let sheets = book.sheets_metadata().iter();
		let visible = sheets.filter(|sheet| sheet.visible == SheetVisible::Visible);
		let all: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
		let found = match name {
			Some(name) => book.sheet_names().into_iter().find(|other| other == name),
			None => all.first().cloned(),
		};
		let Some(name) = found else { return Err(SheetError::NoSheet(all)) };
		let range = book.worksheet_range(&name).map_err(|error| unreadable(&error))?;
		Ok(Self { name, all, range })
	}

	/// The rows, the header first.
	pub fn rows(&self) -> SheetRows<'_> {
		let first = self.range.start().map_or(1, |(row, _)| u64::from(row) + 1);
		SheetRows { rows: self.range.rows().zip(first..).collect::<Vec<_>>().into_iter() }
	}
}

fn unreadable(error: &impl std::fmt::Display) -> SheetError {
	SheetError::Unreadable(error.to_string())
}

/// The end of a zip archive, which names its parts.
fn parts(reader: &mut Box<dyn ReadSeek + '_>) -> std::io::Result<Vec<u8>> {
	use std::io::Read;
	const LIST: u64 = 1 << 20;
	let length = reader.seek(SeekFrom::End(0))?;
	reader.seek(SeekFrom::Start(length.saturating_sub(LIST)))?;
	let mut list = Vec::new();
	reader.by_ref().take(LIST).read_to_end(&mut list)?;
	reader.seek(SeekFrom::Start(0))?;
	Ok(list)
}

/// The rows of a sheet that are not empty.
pub(super) struct SheetRows<'a> {
	rows: std::vec::IntoIter<(&'a [Data], u64)>,
}

impl SheetRows<'_> {
	/// Reads the next row; returns whether there is one.
	pub fn read(&mut self, record: &mut Record) -> bool {
		let Some((row, number)) =
			self.rows.find(|(row, _)| row.iter().any(|cell| *cell != Data::Empty))
		else {
			return false;
		};
		record.begin(Place::Row(number));
		row.iter().for_each(|cell| record.add(&text(cell)));
		true
	}
}

/// A cell as text.
fn text(cell: &Data) -> String {
	match cell {
		Data::Empty => String::new(),
		Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
		Data::Int(number) => number.to_string(),
		Data::Float(number) => super::float::text(*number),
		Data::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
		Data::Error(error) => error.to_string(),
		Data::DateTime(moment) => {
			let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
			let date = format!("{year:04}-{month:02}-{day:02}");
			match (moment.is_duration(), hour, minute, second) {
				(true, ..) => super::float::text(moment.as_f64()),
				(_, 0, 0, 0) => date,
				_ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
			}
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use calamine::CellErrorType;

	#[test]
	fn cells_become_text() {
		assert_eq!(text(&Data::Float(0.1)), "0.1");
		assert_eq!(text(&Data::Float(11.0 / 10.0)), "1.1");
		assert_eq!(text(&Data::Float(3.0)), "3");
		assert_eq!(text(&Data::Bool(true)), "TRUE");
		assert_eq!(text(&Data::Error(CellErrorType::NA)), "#N/A");
		assert_eq!(text(&Data::Empty), "");
	}

	#[test]
	fn an_archive_without_a_workbook_is_told() {
		for bytes in [
			&b"PK\x03\x04 and something else"[..],
			b"PK\x05\x06",
			b"PK\x03\x04 xl/ and nothing else",
		] {
			let reader = Box::new(std::io::Cursor::new(bytes));
			assert!(matches!(Sheet::read(reader, Kind::Zip, None), Err(SheetError::Unreadable(_))));
		}
		let reader = Box::new(std::io::Cursor::new(&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..]));
		assert!(Sheet::read(reader, Kind::Compound, None).is_err());
	}
}
