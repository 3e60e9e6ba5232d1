//! The lines of a log and the chain of hashes through them.

use super::{error::LogError, Entry};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead};

/// Longest line that is read: far longer than any that is written.
pub(super) const LONGEST: u64 = 1 << 20;
/// What stands before the first line.
pub(super) const NOTHING: [u8; 32] = [0; 32];

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
	/// Hash of the line before.
	pub before: String,
	/// Hash of a torn line between the two.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub torn: Option<String>,
	/// When, in UTC.
	pub time: String,
	/// The tool's version.
	pub version: String,
	/// Name of the user that ran it, as the system has it; empty if it has none. In lines of earlier versions it is what the
	/// environment said.
	pub user: String,
	/// Number of that user, as the system has it; not there in lines of earlier versions.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub uid: Option<u32>,
	/// What was done.
	#[serde(flatten)]
	pub entry: Entry,
}

impl Line {
	/// Reads a line. `None` if it is none, as one that was only begun.
	pub fn parse(bytes: &[u8]) -> Option<Self> {
		serde_json::from_slice(bytes).ok()
	}
}

/// Hash of a line.
pub(super) fn hash(line: &[u8]) -> [u8; 32] {
	Sha256::digest(line).into()
}

/// What a log holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
	/// Whole lines.
	pub lines: u64,
	/// Torn lines that the next line names.
	pub torn: u64,
	/// Whether the last line is torn: the next one will name it.
	pub ends_torn: bool,
	/// Hash of the last whole line; zeros if there is none.
	pub last: [u8; 32],
	/// When the first and the last whole line were written.
	pub times: Option<(String, String)>,
}

/// Reads a log through, line by line, and holds every line against the hash that the next one has of it.
///
/// # Errors
/// `Unreadable`; `Broken` at the first line that does not fit.
pub fn verify(file: &str, reader: impl BufRead) -> Result<Verified, LogError> {
	let mut verified = Verified::default();
	let mut torn: Option<[u8; 32]> = None;
	each(file, reader, |number, bytes, line| {
		let broken = |reason: &str| LogError::Broken {
			file: file.to_owned(),
			line: number,
			reason: reason.to_owned(),
		};
		let Some(line) = line else {
			if torn.is_some() {
				return Err(broken("this line and the one before it are no entries"));
			}
			torn = Some(hash(bytes));
			return Ok(());
		};
		if line.before != hex::encode(verified.last) {
			return Err(broken(
				"it has another hash of the line before: a line was changed, taken out or put in",
			));
		}
		if line.torn != torn.map(hex::encode) {
			return Err(broken(match line.torn {
				Some(_) => "it names a torn line that is not before it",
				None => "the line before is no entry, and this one does not name it",
			}));
		}
		verified.torn += u64::from(torn.take().is_some());
		verified.lines += 1;
		verified.last = hash(bytes);
		let first = verified.times.take().map_or_else(|| line.time.clone(), |(first, _)| first);
		verified.times = Some((first, line.time));
		Ok(())
	})?;
	verified.ends_torn = torn.is_some();
	Ok(verified)
}

/// Calls a function with every line: its number from 1, its bytes, and what it says if it is an entry.
pub(super) fn each(
	file: &str,
	mut reader: impl BufRead,
	mut call: impl FnMut(u64, &[u8], Option<Line>) -> Result<(), LogError>,
) -> Result<(), LogError> {
	let unreadable = |error: io::Error| LogError::unreadable(file, &error);
	let mut bytes = Vec::new();
	for number in 1.. {
		bytes.clear();
		let read = io::Read::take(&mut reader, LONGEST).read_until(b'\n', &mut bytes);
		if read.map_err(unreadable)? == 0 {
			break;
		}
		let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
		call(number, line, Line::parse(line))?;
	}
	Ok(())
}

/// The end of a log, as the next line needs to know it.
pub(super) struct End {
	/// Hash of the last whole line.
	pub before: [u8; 32],
	/// Hash of the torn line behind it.
	pub torn: Option<[u8; 32]>,
	/// Whether its last line has no line break.
	pub is_open: bool,
}

/// The end of a log, by its last bytes; whether these are all of it.
pub(super) fn end(file: &str, bytes: &[u8], is_all: bool) -> Result<End, LogError> {
	let is_open = !bytes.is_empty() && !bytes.ends_with(b"\n");
	let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
	let mut lines = text.rsplit(|byte| *byte == b'\n');
	let last = lines.next().filter(|_| !bytes.is_empty());
	let Some(last) = last else { return Ok(End { before: NOTHING, torn: None, is_open }) };
	if Line::parse(last).is_some() {
		return Ok(End { before: hash(last), torn: None, is_open });
	}
	let torn = Some(hash(last));
	match lines.next() {
		Some(whole) if Line::parse(whole).is_some() => {
			Ok(End { before: hash(whole), torn, is_open })
		},
		None if is_all => Ok(End { before: NOTHING, torn, is_open }),
		_ => Err(LogError::Broken {
			file: file.to_owned(),
			line: 0,
			reason: "its last lines are no entries".to_owned(),
		}),
	}
}
