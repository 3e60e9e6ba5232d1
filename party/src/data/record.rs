//! A row of a data file as text, in memory that is wiped when it is given back.

use crate::escape::escaped;
use ostraka_primitives::name::is_hidden;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// Where a row stands in its file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
	/// The line of a text file that it begins at.
	Line(u64),
	/// The row of a sheet, or of a file without lines.
	Row(u64),
}

impl fmt::Display for Place {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Line(number) => write!(f, "line {number}"),
			Self::Row(number) => write!(f, "row {number}"),
		}
	}
}

/// The cells of one row. One record is filled again and again, so that a file is never held as a whole; what it held
/// last is wiped on drop, and so is every piece of memory that it grows out of.
pub struct Record {
	place: Place,
	/// The cells one after the other, a line feed behind each: cell by cell they are UTF-8 if they are together.
	text: Vec<u8>,
	/// Where each cell ends.
	ends: Vec<usize>,
}

impl Default for Record {
	fn default() -> Self {
		Self { place: Place::Line(0), text: Vec::with_capacity(4096), ends: Vec::new() }
	}
}

impl Record {
	/// Begins a new row.
	pub(super) fn begin(&mut self, place: Place) {
		self.place = place;
		self.text.clear();
		self.ends.clear();
	}

	/// Adds a byte to the cell that is being written.
	pub(super) fn push(&mut self, byte: u8) {
		if self.text.len() == self.text.capacity() {
			let mut larger = Vec::with_capacity(2 * self.text.capacity().max(32));
			larger.extend_from_slice(&self.text);
			self.text.zeroize();
			self.text = larger;
		}
		self.text.push(byte);
	}

	/// Ends the cell that is being written. Characters that no name on a chain may have (a terminal's, or invisible ones) are
	/// kept as they are shown: so a group or column of such a name can be asked for, by the name that is read on the screen.
	pub(super) fn end_cell(&mut self) {
		let start = self.ends.last().map_or(0, |end| end + 1);
		let cell = self.text.get(start..).and_then(|cell| std::str::from_utf8(cell).ok());
		// ordinary white space stays: a tab tells of another separator, and a text may have lines
		let is_shown_otherwise =
			|cell: &&str| cell.contains(|c: char| !c.is_ascii_whitespace() && is_hidden(c));
		let cell = cell.map(str::trim).filter(is_shown_otherwise);
		if let Some(shown) = cell.map(|cell| Zeroizing::new(escaped(cell).into_owned())) {
			if let Some(cell) = self.text.get_mut(start..) {
				cell.zeroize();
			}
			self.text.truncate(start);
			shown.bytes().for_each(|byte| self.push(byte));
		}
		self.ends.push(self.text.len());
		self.push(b'\n');
	}

	/// Adds a whole cell.
	pub(super) fn add(&mut self, cell: &str) {
		cell.bytes().for_each(|byte| self.push(byte));
		self.end_cell();
	}

	/// Bytes of its cells.
	pub(super) fn size(&self) -> usize {
		self.text.len()
	}

	/// Whether all cells are UTF-8.
	pub(super) fn is_utf8(&self) -> bool {
		std::str::from_utf8(&self.text).is_ok()
	}

	/// Where it stands.
	pub fn place(&self) -> Place {
		self.place
	}

	/// Number of its cells.
	pub fn len(&self) -> usize {
		self.ends.len()
	}

	/// Whether it has no cells.
	pub fn is_empty(&self) -> bool {
		self.ends.is_empty()
	}

	/// A cell without the white space around it; empty if there is none at this place.
	pub fn cell(&self, column: usize) -> &str {
		let before = column.checked_sub(1).and_then(|before| self.ends.get(before));
		let start = before.map_or(0, |end| end + 1);
		let bytes = self.ends.get(column).and_then(|end| self.text.get(start..*end));
		bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default().trim()
	}

	/// All cells.
	pub fn cells(&self) -> impl Iterator<Item = &str> {
		(0..self.len()).map(|column| self.cell(column))
	}
}

impl Drop for Record {
	fn drop(&mut self) {
		// all of its memory, also what an earlier and longer row left behind
		self.text.zeroize();
	}
}

/// Shows no cell: rows are what nobody is to see.
impl fmt::Debug for Record {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Record")
			.field("place", &self.place)
			.field("len", &self.len())
			.finish_non_exhaustive()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn cells_are_read_as_they_were_added() {
		let mut record = Record::default();
		for _ in 0..2 {
			record.begin(Place::Line(7));
			["a", "", " b\n ", "ü"].into_iter().for_each(|cell| record.add(cell));
			assert_eq!(record.cells().collect::<Vec<_>>(), ["a", "", "b", "ü"]);
			assert_eq!((record.len(), record.cell(4)), (4, ""));
			assert!(record.is_utf8());
		}
		// two halves of a character in two cells are none
		record.begin(Place::Row(1));
		record.push(0xc3);
		record.end_cell();
		record.push(0xbc);
		record.end_cell();
		assert!(!record.is_utf8());
		record.add("secret");
		assert!(!format!("{record:?}").contains("secret"));
	}

	#[test]
	fn hidden_characters_are_kept_as_they_are_shown() {
		let mut record = Record::default();
		record.begin(Place::Line(1));
		["a\u{1b}[31mRED", " 5\r", "two\nlines", "a\tb"]
			.into_iter()
			.for_each(|cell| record.add(cell));
		let cells: Vec<_> = record.cells().collect();
		assert_eq!(cells, ["a\\u{1b}[31mRED", "5", "two\nlines", "a\tb"]);
	}

	#[test]
	fn it_grows() {
		let mut record = Record::default();
		record.begin(Place::Line(1));
		let long = "x".repeat(100_000);
		record.add(&long);
		assert_eq!(record.cell(0), long);
	}
}
