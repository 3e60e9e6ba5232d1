//! Rows of delimited text, read as a stream.
//!
//! Lines end in a line feed, a carriage return, or both; empty lines are no rows. A cell that begins with a double quote
//! ends at the next one; two in a row stand for one in it, and separators and line breaks in it belong to it. A quote
//! inside a cell that does not begin with one is a character as any other.
//!
//! A quote that nobody closes would make all that follows one cell, and rows would be gone without a word. So such a
//! quote is an error, by the line where it opens: at the end of the file, after more text than a row can have, and where
//! it meets the opening quote of a later cell (it then spans lines, and text follows the quote that closes it).

use super::record::{Place, Record};
use std::io::{self, Read};
use zeroize::Zeroizing;

/// Most bytes of a row.
const MAX_ROW: usize = 16 << 20;
/// Bytes that are read at a time.
const BUFFER: usize = 1 << 16;

/// What is wrong with the form of a file.
#[derive(Debug)]
pub(super) enum FormError {
	/// A quote opens at a line and is not closed.
	OpenQuote {
		/// The line.
		opened: u64,
	},
	/// A quote opens at a line, and the quote that closes it at another one has text behind it.
	Mispaired {
		/// The line where it opens.
		opened: u64,
		/// The line of the quote that would close it.
		closed: u64,
	},
	/// A row is longer than any can be.
	LongRow {
		/// The line that it begins at.
		line: u64,
	},
	/// It cannot be read.
	Io(io::Error),
}

impl From<io::Error> for FormError {
	fn from(error: io::Error) -> Self {
		Self::Io(error)
	}
}

/// A reader of rows.
pub(super) struct Delimited<R> {
	bytes: Bytes<R>,
	separator: u8,
	/// Cells of the header, once it is read: a quoted cell that holds such lines may have swallowed rows.
	columns: usize,
	swallowed: Option<(u64, u64)>,
}

/// Where in a cell the reader is.
#[derive(Clone, Copy, PartialEq)]
enum State {
	/// Before its first byte.
	Start,
	/// In a cell without quotes around it.
	Plain,
	/// Between the quotes.
	Quoted,
	/// Behind a quote that ends the cell, or is the first of two.
	Quote,
	/// Behind the cell's end, in the white space before the separator.
	Closed,
}

/// The lines of a quoted cell that look like rows.
struct Inside {
	opened: u64,
	breaks: u64,
	separators: usize,
	rows: u64,
}

impl<R: Read> Delimited<R> {
	/// Reads the bytes of a text.
	pub fn new(reader: R, separator: u8) -> Self {
		Self { bytes: Bytes::new(reader), separator, columns: 0, swallowed: None }
	}

	/// Passes over the rest of a line.
	pub fn skip_line(&mut self) -> io::Result<()> {
		while let Some(byte) = self.bytes.next()? {
			if byte == b'\n' || (byte == b'\r' && self.bytes.peek()? != Some(b'\n')) {
				break;
			}
		}
		Ok(())
	}

	/// The first quoted cell in which lines look like rows: where it opens and where it closes.
	pub fn swallowed(&self) -> Option<(u64, u64)> {
		self.swallowed
	}

	/// Reads the next row; returns whether there is one.
	pub fn read(&mut self, record: &mut Record) -> Result<bool, FormError> {
		let (line, mut next) = loop {
			let line = self.bytes.line;
			match self.bytes.next()? {
				None => return Ok(false),
				Some(b'\n' | b'\r') => {},
				byte => break (line, byte),
			}
		};
		record.begin(Place::Line(line));
		let mut state = State::Start;
		let mut inside = Inside { opened: line, breaks: 0, separators: 0, rows: 0 };
		loop {
			state = match (state, next) {
				(State::Quoted, None) => {
					return Err(FormError::OpenQuote { opened: inside.opened })
				},
				(State::Quoted, Some(b'"')) => State::Quote,
				(State::Quoted, Some(byte)) => {
					record.push(byte);
					self.look_inside(byte, &mut inside)?;
					State::Quoted
				},
				(State::Quote, Some(b'"')) => {
					record.push(b'"');
					State::Quoted
				},
				(_, None | Some(b'\n' | b'\r')) => {
					self.note(state, &inside);
					record.end_cell();
					if self.columns == 0 {
						self.columns = record.len();
					}
					return Ok(true);
				},
				(_, Some(byte)) if byte == self.separator => {
					self.note(state, &inside);
					record.end_cell();
					State::Start
				},
				(State::Start, Some(b'"')) => {
					inside = Inside { opened: self.bytes.line, breaks: 0, separators: 0, rows: 0 };
					State::Quoted
				},
				(State::Quote | State::Closed, Some(byte @ (b' ' | b'\t'))) => {
					record.push(byte);
					State::Closed
				},
				(State::Quote | State::Closed, Some(_)) if inside.breaks > 0 => {
					let (opened, closed) = (inside.opened, self.bytes.line);
					return Err(FormError::Mispaired { opened, closed });
				},
				(_, Some(byte)) => {
					record.push(byte);
					State::Plain
				},
			};
			if record.size() > MAX_ROW {
				return Err(match state {
					State::Quoted => FormError::OpenQuote { opened: inside.opened },
					_ => FormError::LongRow { line },
				});
			}
			next = self.bytes.next()?;
		}
	}

	/// Counts the lines within a quoted cell that have as many separators as a row.
	fn look_inside(&mut self, byte: u8, inside: &mut Inside) -> io::Result<()> {
		if byte == self.separator {
			inside.separators += 1;
		} else if byte == b'\n' || (byte == b'\r' && self.bytes.peek()? != Some(b'\n')) {
			let is_row = self.columns > 1 && inside.separators + 1 == self.columns;
			inside.rows += u64::from(is_row && inside.breaks > 0);
			inside.breaks += 1;
			inside.separators = 0;
		}
		Ok(())
	}

	fn note(&mut self, state: State, inside: &Inside) {
		if matches!(state, State::Quote | State::Closed) && inside.rows > 0 {
			self.swallowed.get_or_insert((inside.opened, inside.opened + inside.breaks));
		}
	}
}

/// Bytes of a reader, and the line they are in.
struct Bytes<R> {
	reader: R,
	buffer: Zeroizing<Vec<u8>>,
	start: usize,
	end: usize,
	/// Line of the next byte.
	line: u64,
	after_return: bool,
}

impl<R: Read> Bytes<R> {
	fn new(reader: R) -> Self {
		let buffer = Zeroizing::new(vec![0; BUFFER]);
		Self { reader, buffer, start: 0, end: 0, line: 1, after_return: false }
	}

	fn peek(&mut self) -> io::Result<Option<u8>> {
		while self.start == self.end {
			match self.reader.read(&mut self.buffer) {
				Ok(0) => return Ok(None),
				Ok(read) => (self.start, self.end) = (0, read),
				Err(error) if error.kind() == io::ErrorKind::Interrupted => {},
				Err(error) => return Err(error),
			}
		}
		Ok(self.buffer.get(self.start).copied())
	}

	fn next(&mut self) -> io::Result<Option<u8>> {
		let byte = self.peek()?;
		if let Some(byte) = byte {
			self.start += 1;
			// a carriage return and the line feed behind it end one line
			self.line += u64::from(byte == b'\r' || (byte == b'\n' && !self.after_return));
			self.after_return = byte == b'\r';
		}
		Ok(byte)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// A reader that gives one byte at a time.
	struct Slowly<'a>(&'a [u8]);

	impl Read for Slowly<'_> {
		fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
			let length = self.0.len().min(1);
			self.0.read(&mut buffer[..length])
		}
	}

	type Rows = Vec<(u64, Vec<String>)>;

	fn rows_of(reader: impl Read) -> Result<(Rows, Option<(u64, u64)>), FormError> {
		let mut reader = Delimited::new(reader, b',');
		let (mut record, mut rows) = (Record::default(), Rows::new());
		while reader.read(&mut record)? {
			let Place::Line(line) = record.place() else { panic!("text has lines") };
			rows.push((line, record.cells().map(str::to_owned).collect()));
		}
		Ok((rows, reader.swallowed()))
	}

	fn rows(text: &str) -> Rows {
		rows_of(text.as_bytes()).expect("well-formed").0
	}

	fn cells(rows: &Rows) -> Vec<Vec<&str>> {
		rows.iter().map(|(_, cells)| cells.iter().map(String::as_str).collect()).collect()
	}

	#[test]
	fn cells_quotes_and_empty_lines() {
		let rows = rows("a,b\n\n1,\"x, \"\"y\"\"\"\r\n\r\n,\n\"2\" ,z\"z\"\nlast,");
		let expected = [
			vec!["a", "b"],
			vec!["1", "x, \"y\""],
			vec!["", ""],
			vec!["2", "z\"z\""],
			vec!["last", ""],
		];
		assert_eq!(cells(&rows), expected);
		assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3, 5, 6, 7]);
	}

	#[test]
	fn every_end_of_a_line_counts() {
		for text in ["a\nb\n\nc", "a\rb\r\rc", "a\r\nb\r\n\r\nc", "a\r\nb\n\rc"] {
			let lines: Vec<u64> = rows(text).iter().map(|(line, _)| *line).collect();
			assert_eq!(lines, [1, 2, 4], "{text:?}");
		}
		let rows = rows("a,\"x\ry\r\nz\nw\"\nb,c\n");
		assert_eq!((rows[0].0, rows[1].0), (1, 5));
		assert_eq!(rows[0].1[1], "x\ry\r\nz\nw");
	}

	#[test]
	fn a_quote_that_is_not_closed_is_told_where_it_opens() {
		let opened = |text: &str| match rows_of(text.as_bytes()) {
			Err(FormError::OpenQuote { opened }) => opened,
			other => panic!("{text:?}: {other:?}"),
		};
		assert_eq!(opened("a,b\n1,2\n3,\"left\n4,5\n6,7\n"), 3);
		assert_eq!(opened("\"a,b\n1,2\n"), 1);
		assert_eq!(opened("a,b\n1,\""), 2);
		assert_eq!(opened("a,b\n\"x\ny\",\"z\n"), 3);
		assert_eq!(opened("a,b\r1,\"2\r3,4\r"), 2);
	}

	#[test]
	fn a_quote_that_meets_a_later_cell_is_told() {
		let text = "a,b\n1,\"left ward\n2,ok\n3,\"right, ward\"\n4,ok\n";
		let error = rows_of(text.as_bytes()).expect_err("two rows are gone");
		assert!(matches!(error, FormError::Mispaired { opened: 2, closed: 4 }), "{error:?}");
		// within a line nothing is swallowed
		assert_eq!(cells(&rows("\"a\"b,c\n")), [["ab", "c"]]);
	}

	#[test]
	fn lines_in_a_cell_that_look_like_rows_are_noted() {
		let swallowed = |text: &str| rows_of(text.as_bytes()).expect("well-formed").1;
		assert_eq!(swallowed("a,b\n1,\"6\n2,3\n4,5\"\n6,7\n"), Some((2, 4)));
		assert_eq!(swallowed("a,b\n1,\"two\nlines, and\n more\n\"\n"), Some((2, 5)));
		assert_eq!(swallowed("a,b\n1,\"two\nlines\"\n"), None);
		assert_eq!(swallowed("a\n\"x\ny\nz\"\n"), None);
	}

	#[test]
	fn a_row_without_end_is_refused() {
		let endless = || io::repeat(b'x').take(1 << 30);
		assert!(matches!(rows_of(endless()), Err(FormError::LongRow { line: 1 })));
		let quoted = b"a,b\n\"".chain(endless());
		assert!(matches!(rows_of(quoted), Err(FormError::OpenQuote { opened: 2 })));
	}

	proptest! {
		#[test]
		fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
			let whole = rows_of(bytes.as_slice());
			let slowly = rows_of(Slowly(&bytes));
			prop_assert_eq!(format!("{whole:?}"), format!("{slowly:?}"));
		}

		#[test]
		fn what_a_writer_wrote_is_read(
			rows in proptest::collection::vec(proptest::collection::vec("[a-c\",\r\n;]{1,6}", 2..3), 1..6),
		) {
			let mut writer = csv::WriterBuilder::new()
				.quote_style(csv::QuoteStyle::Always)
				.from_writer(Vec::new());
			rows.iter().for_each(|row| writer.write_record(row).expect("written"));
			let written = writer.into_inner().expect("flushed");
			let (read, _) = rows_of(written.as_slice()).expect("well-formed");
			let read: Vec<Vec<String>> = read.into_iter().map(|(_, cells)| cells).collect();
			let trimmed: Vec<Vec<String>> =
				rows.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).collect();
			prop_assert_eq!(read, trimmed);
		}
	}
}
