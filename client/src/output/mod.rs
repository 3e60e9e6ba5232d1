//! Where commands write: results to one place, as JSON or as lines and tables; notes on what goes on to another.
//!
//! All text passes through here on its way to a terminal. Names and other texts of others are made safe where they are
//! put into a line ([`escaped`](ostraka_party::escape::escaped)); here, once more, every character that a terminal acts
//! on, but for line breaks.

pub mod progress;

use crate::error::Error;
use comfy_table::{presets, ContentArrangement, Table};
use ostraka_party::escape::{escaped_json, escaped_lines};
use serde::Serialize;
use std::{
	fmt,
	io::Write,
	sync::{Arc, Mutex, PoisonError},
};

/// Where a command writes.
pub struct Output<'a> {
	results: &'a mut dyn Write,
	notes: Notes,
	is_json: bool,
}

impl<'a> Output<'a> {
	/// Writes results to `results`, as JSON if `is_json`, and notes to `notes`.
	pub fn new(results: &'a mut dyn Write, notes: Notes, is_json: bool) -> Self {
		Self { results, notes, is_json }
	}

	/// Whether results are JSON.
	pub fn is_json(&self) -> bool {
		self.is_json
	}

	/// Where notes go.
	pub fn notes(&self) -> &Notes {
		&self.notes
	}

	/// What `write!` and `writeln!` call: writes text.
	///
	/// # Errors
	/// `Output`.
	pub fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> Result<(), Error> {
		Ok(self.results.write_all(escaped_lines(&text.to_string()).as_bytes())?)
	}

	/// Writes a value as indented JSON.
	///
	/// # Errors
	/// `Output`; `Failed` if the value has no form in JSON.
	pub fn json(&mut self, value: &impl Serialize) -> Result<(), Error> {
		let text = serde_json::to_string_pretty(value)
			.map_err(|error| Error::Failed(format!("this cannot be written as JSON: {error}")))?;
		Ok(self.results.write_all(format!("{}\n", escaped_json(&text)).as_bytes())?)
	}

	/// Writes bytes of the tool's own, as they are.
	///
	/// # Errors
	/// `Output`.
	pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
		Ok(self.results.write_all(bytes)?)
	}

	/// Writes lines of name and value, the values one below the other.
	///
	/// # Errors
	/// `Output`.
	pub fn lines(&mut self, lines: &[(String, String)]) -> Result<(), Error> {
		let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
		for (name, value) in lines {
			writeln!(self, "{name:<width$}  {value}")?;
		}
		Ok(())
	}
}

/// Where notes go: lines for people on what goes on. Nothing of a command's result depends on them, so a note that
/// cannot be written is dropped.
#[derive(Clone)]
pub struct Notes(Option<Arc<Mutex<dyn Write + Send>>>);

impl Notes {
	/// To a writer, which many may share.
	pub fn to(writer: impl Write + Send + 'static) -> Self {
		Self(Some(Arc::new(Mutex::new(writer))))
	}

	/// To nobody.
	pub fn none() -> Self {
		Self(None)
	}

	/// Writes a line.
	pub fn say(&self, text: impl fmt::Display) {
		let Some(writer) = &self.0 else { return };
		let line = format!("{}\n", escaped_lines(&text.to_string()));
		let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
		// nothing is lost if the reader is gone
		let _ = writer.write_all(line.as_bytes());
	}
}

/// Columns of the terminal, as far as the environment tells.
fn width() -> u16 {
	const USUAL: u16 = 140;
	std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(USUAL)
}

/// An empty table under these heads.
pub fn table(heads: &[&str]) -> Table {
	let mut table = Table::new();
	table
		.load_preset(presets::UTF8_FULL_CONDENSED)
		.set_content_arrangement(ContentArrangement::Dynamic)
		.set_width(width())
		.set_header(heads);
	table
}

/// What a command writes, for unit tests.
#[cfg(test)]
pub(crate) fn written(
	is_json: bool,
	run: impl FnOnce(&mut Output<'_>) -> Result<(), Error>,
) -> String {
	let mut results = Vec::new();
	let mut out = Output::new(&mut results, Notes::none(), is_json);
	run(&mut out).expect("it can be written");
	String::from_utf8(results).expect("text")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn no_control_character_reaches_a_terminal() {
		let text = written(false, |out| writeln!(out, "a\u{1b}[2J\r\u{9b}1A\nb\u{202e}"));
		assert_eq!(text, "a\\u{1b}[2J\\u{d}\\u{9b}1A\nb\\u{202e}\n");
	}

	#[test]
	fn hidden_characters_in_json_are_escapes_of_json() {
		let value = serde_json::json!({ "name": "a\u{9b}\u{202e}\u{e0041}\n" });
		let text = written(true, |out| out.json(&value));
		assert_eq!(text, "{\n  \"name\": \"a\\u009b\\u202e\\udb40\\udc41\\n\"\n}\n");
		assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
	}

	#[test]
	fn values_stand_one_below_the_other() {
		let lines = [("a".to_owned(), "1".to_owned()), ("long".to_owned(), "2".to_owned())];
		assert_eq!(written(false, |out| out.lines(&lines)), "a     1\nlong  2\n");
	}

	#[test]
	fn a_reader_that_goes_away_is_an_error_of_its_own() {
		struct Gone;
		impl Write for Gone {
			fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
				Err(std::io::ErrorKind::BrokenPipe.into())
			}
			fn flush(&mut self) -> std::io::Result<()> {
				Ok(())
			}
		}
		let error =
			writeln!(Output::new(&mut Gone, Notes::to(Gone), false), "text").expect_err("gone");
		assert!(error.is_reader_gone());
		assert_eq!(error.exit_code(), 141);
		Notes::to(Gone).say("a note is dropped");
	}
}
