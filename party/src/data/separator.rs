//! What separates the cells of a text: what a flag names, else what its first rows show, else a comma.
//!
//! Semicolons and tabs are taken where the first rows leave no doubt, and it is said: each of these rows, the header among
//! them, has as many cells as the others, two at least, and no other separator splits them like that, commas first of all.
//! Where there is doubt, a header that is one cell with another separator in it is refused, with the flag that settles it.
//! A decimal comma is never taken from what a file shows: `1,234` may be a thousand and more.

use super::{
	delimited::{Delimited, FormError},
	record::Record,
	source::Source,
};
use std::io::{self, Read};
use zeroize::Zeroizing;

/// What separates cells unless something else is given or shown.
pub(super) const COMMA: u8 = b',';
/// What is taken if the first rows show it, and its name.
const SHOWN: [(u8, &str); 2] = [(b';', "semicolons"), (b'\t', "tabs")];
/// Rows that are looked at, the header among them.
const ROWS: usize = 100;

/// The separator other than a comma that the first rows show, and its name; `None` if they show none, or leave doubt.
pub(super) fn shown(source: &Source) -> io::Result<Option<(u8, &'static str)>> {
	if splits(source, COMMA)? {
		return Ok(None);
	}
	let mut found = None;
	for (separator, name) in SHOWN {
		if splits(source, separator)? {
			if found.is_some() {
				return Ok(None);
			}
			found = Some((separator, name));
		}
	}
	Ok(found)
}

/// Whether a separator splits the first rows into as many cells each, two at least.
fn splits(source: &Source, separator: u8) -> io::Result<bool> {
	let mut reader = Delimited::new(source.text()?, separator);
	let (mut record, mut width) = (Record::default(), None);
	for _ in 0..ROWS {
		match reader.read(&mut record) {
			Ok(true) => {},
			Ok(false) => break,
			Err(FormError::Io(error)) => return Err(error),
			Err(_) => return Ok(false),
		}
		let expected = *width.get_or_insert(record.len());
		if record.len() < 2 || record.len() != expected {
			return Ok(false);
		}
	}
	Ok(width.is_some())
}

/// Bytes of the first line that are looked at.
const LINE: usize = 64;

/// The first line, as far as is looked. There is room for all of it at once, and for what stands behind it: a vector that grows
/// leaves its old, unwiped copy behind.
pub(super) fn first_line(source: &Source) -> io::Result<Zeroizing<Vec<u8>>> {
	let mut line: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(LINE));
	source.text()?.take(LINE as u64).read_to_end(&mut line)?;
	let end = line.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(line.len());
	line.truncate(end);
	Ok(line)
}

/// The separator that a first line names, as Excel writes and reads it: `sep=;`.
pub(super) fn named(line: &[u8]) -> Option<u8> {
	let line = line.strip_prefix(b"\"").unwrap_or(line);
	let line = line.strip_suffix(b"\"").unwrap_or(line);
	let (name, separator) = line.split_at_checked(4)?;
	match separator {
		[separator] if name.eq_ignore_ascii_case(b"sep=") => Some(*separator),
		_ => None,
	}
}

/// What separates the cells of a header that is one cell, if it looks like that: in words, and as a flag has it.
pub(super) fn other(header: &str, separator: u8) -> Option<(&'static str, &'static str)> {
	let found = [
		(';', "semicolons", "';'"),
		('\t', "tabs", "tab"),
		('|', "bars", "'|'"),
		(',', "commas", "','"),
	];
	let is_other = |sign: char| sign != char::from(separator) && header.contains(sign);
	found.into_iter().find(|(sign, ..)| is_other(*sign)).map(|(_, words, flag)| (words, flag))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn of(text: &str) -> Option<u8> {
		shown(&Source::memory(text.as_bytes())).expect("in memory").map(|(separator, _)| separator)
	}

	#[test]
	fn first_rows_that_leave_no_doubt_show_it() {
		assert_eq!(of("a;b\n1,5;2\n3;4,5\n"), Some(b';'));
		assert_eq!(of("a\tb\n1\t2\n"), Some(b'\t'));
		// commas in quotes, in names and in numbers are cells' own
		assert_eq!(of("a;\"b, c\"\n1;2\n"), Some(b';'));
		assert_eq!(of("a;\"two\nlines\"\n\n1;2\n"), Some(b';'));
	}

	#[test]
	fn where_there_is_doubt_nothing_is_shown() {
		for text in [
			// commas do it
			"a,b\n1,2\n",
			"a;b,c\n1;2,3\n",
			// a column of texts
			"a\n1;2\n",
			"a;b\n1\n2\n",
			// rows of other lengths
			"a;b\n1;2\n1;2;3\n",
			// both do it
			"a;b\tc;d\n1;2\t3;4\n",
			// bars are not looked for
			"a|b\n1|2\n",
			// a quote that is not closed
			"a;b\n1;\"2\n",
			"",
		] {
			assert_eq!(of(text), None, "{text:?}");
		}
	}

	#[test]
	fn only_first_rows_are_looked_at() {
		let long = format!("a;b\n{}1\n", "1;2\n".repeat(ROWS));
		assert_eq!(of(&long), Some(b';'));
	}
}
