//! Where commands write: results to one place, as JSON or as lines and tables; notes on what goes on to another, and
//! questions, which a person at a terminal answers.
//!
//! All text passes through here on its way to a terminal. Names and other texts of others are made safe where they are
//! put into a line ([`escaped`](ostraka_party::escape::escaped)); here, once more, every character that a terminal acts
//! on, but for line breaks.

pub mod log;
pub mod progress;

use crate::error::Error;
use comfy_table::{presets, ContentArrangement, Table};
use ostraka_party::escape::{escaped_json, escaped_lines};
use schemars::JsonSchema;
use serde::Serialize;
use std::{
	fmt,
	io::{IsTerminal, Write},
	sync::{Arc, Mutex, PoisonError},
};

/// Where a command writes.
pub struct Output<'a> {
	results: &'a mut dyn Write,
	notes: Notes,
	is_json: bool,
	farewell: Farewell,
}

impl<'a> Output<'a> {
	/// Writes results to `results`, as JSON if `is_json`, and notes to `notes`.
	pub fn new(results: &'a mut dyn Write, notes: Notes, is_json: bool) -> Self {
		Self { results, notes, is_json, farewell: Farewell::default() }
	}

	/// Whether results are JSON.
	pub fn is_json(&self) -> bool {
		self.is_json
	}

	/// Where notes go.
	pub fn notes(&self) -> &Notes {
		&self.notes
	}

	/// What is said if the command is interrupted.
	pub fn farewell(&self) -> &Farewell {
		&self.farewell
	}

	/// Asks whoever sits at the terminal a question, and waits for the answer. `None` if nobody does: there is no terminal,
	/// or it is a program that reads JSON.
	///
	/// # Errors
	/// `Failed` if the terminal cannot be read.
	async fn ask(&self, question: &str) -> Result<Option<bool>, Error> {
		if self.is_json || !std::io::stdin().is_terminal() {
			return Ok(None);
		}
		self.notes.prompt(format!("{question} [y/N] "));
		// on a thread of its own, so that Ctrl-C is heard meanwhile
		let read = tokio::task::spawn_blocking(|| {
			let mut line = String::new();
			std::io::stdin().read_line(&mut line).map(|_| line)
		});
		let unread = |error: String| Error::Failed(format!("the answer cannot be read: {error}"));
		let line = read.await.map_err(|error| unread(error.to_string()))?;
		Ok(Some(is_yes(&line.map_err(|error| unread(error.to_string()))?)))
	}

	/// Asks before what nothing undoes whether to go on, unless `is_agreed` says so. Where nobody can be asked it goes on: a script
	/// has said what it wants. `otherwise` says what is not done.
	///
	/// # Errors
	/// `Failed` if the answer is no, or the terminal cannot be read.
	pub async fn agree(
		&self,
		is_agreed: bool,
		question: &str,
		otherwise: &str,
	) -> Result<(), Error> {
		match is_agreed {
			true => Ok(()),
			false => unless_no(self.ask(question).await?, otherwise),
		}
	}

	/// Asks before what is done only on a yes. Where nobody can be asked that is refused: `otherwise` says what is not done, and
	/// `how` what to give to have it done unasked.
	///
	/// # Errors
	/// `Usage` if nobody can be asked; `Failed` if the answer is no, or the terminal cannot be read.
	pub async fn must_agree(
		&self,
		question: &str,
		otherwise: &str,
		how: &str,
	) -> Result<(), Error> {
		only_on_yes(self.ask(question).await?, otherwise, how)
	}

	/// What `write!` and `writeln!` call: writes text.
	///
	/// # Errors
	/// `Output`.
	pub fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> Result<(), Error> {
		Ok(self.results.write_all(escaped_lines(&text.to_string()).as_bytes())?)
	}

	/// Writes a value as indented JSON. What is written so is described by a schema: `commands::schema` has the one of every
	/// command.
	///
	/// # Errors
	/// `Output`; `Failed` if the value has no form in JSON.
	pub fn json(&mut self, value: &(impl Serialize + JsonSchema)) -> Result<(), Error> {
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
pub struct Notes(To);

#[derive(Clone)]
enum To {
	Nobody,
	/// The log, for programs that read logs.
	Log,
	Writer(Arc<Mutex<dyn Write + Send>>),
}

impl Notes {
	/// To a writer, which many may share.
	pub fn to(writer: impl Write + Send + 'static) -> Self {
		Self(To::Writer(Arc::new(Mutex::new(writer))))
	}

	/// To nobody.
	pub fn none() -> Self {
		Self(To::Nobody)
	}

	/// To the log.
	pub fn logged() -> Self {
		Self(To::Log)
	}

	/// Writes a line.
	pub fn say(&self, text: impl fmt::Display) {
		match &self.0 {
			To::Log => tracing::info!("{text}"),
			_ => self.write(&format!("{}\n", escaped_lines(&text.to_string()))),
		}
	}

	/// Writes a question, behind which the answer is typed.
	pub(crate) fn prompt(&self, text: impl fmt::Display) {
		match &self.0 {
			To::Log => tracing::info!("{text}"),
			_ => self.write(&escaped_lines(&text.to_string())),
		}
	}

	fn write(&self, text: &str) {
		let To::Writer(writer) = &self.0 else { return };
		let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
		// nothing is lost if the reader is gone
		let _ = writer.write_all(text.as_bytes()).and_then(|()| writer.flush());
	}
}

/// What is to be known of where a command stands, should it be interrupted there: shared with who hears of Ctrl-C.
#[derive(Clone, Default)]
pub struct Farewell(Arc<Mutex<Option<String>>>);

impl Farewell {
	/// From now on this is to be said.
	pub fn is(&self, text: String) {
		*self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
	}

	/// The error of a command that is interrupted now.
	pub fn error(&self) -> Error {
		let text = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
		text.map_or(Error::Interrupted, Error::Stopped)
	}
}

/// Goes on unless somebody was asked and has not said yes.
fn unless_no(answer: Option<bool>, otherwise: &str) -> Result<(), Error> {
	match answer {
		Some(false) => {
			Err(Error::Failed(format!("{otherwise}: the answer was no, and nothing was sent")))
		},
		Some(true) | None => Ok(()),
	}
}

/// Goes on only if somebody was asked and has said yes.
fn only_on_yes(answer: Option<bool>, otherwise: &str, how: &str) -> Result<(), Error> {
	match answer {
		None => Err(Error::Usage(format!(
			"{otherwise}, as there is no terminal to ask at (with --json nobody is asked): give {how}"
		))),
		answered => unless_no(answered, otherwise),
	}
}

/// Whether an answer is a yes: anything else, and nothing at all, is none.
fn is_yes(line: &str) -> bool {
	matches!(line.trim().to_lowercase().as_str(), "y" | "yes")
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
	fn only_a_yes_is_one() {
		for line in ["y\n", "Y", " yes \r\n", "YES"] {
			assert!(is_yes(line), "{line}");
		}
		for line in ["", "\n", "n\n", "yep", "y y", "j"] {
			assert!(!is_yes(line), "{line}");
		}
	}

	#[tokio::test]
	async fn a_program_is_not_asked() {
		let mut results = Vec::<u8>::new();
		let asked = Output::new(&mut results, Notes::none(), true).ask("accept?").await;
		assert!(matches!(asked, Ok(None)));
	}

	#[tokio::test]
	async fn what_nothing_undoes_is_done_unless_somebody_says_no() {
		assert!(unless_no(Some(true), "it is not done").is_ok());
		assert!(unless_no(None, "it is not done").is_ok(), "nobody was asked");
		let error = unless_no(Some(false), "it is not done").expect_err("no");
		assert_eq!(error.to_string(), "it is not done: the answer was no, and nothing was sent");
		assert_eq!(error.exit_code(), 1);
		let mut results = Vec::<u8>::new();
		let out = Output::new(&mut results, Notes::none(), true);
		for is_agreed in [true, false] {
			assert!(out.agree(is_agreed, "do it?", "it is not done").await.is_ok());
		}
	}

	#[tokio::test]
	async fn what_needs_a_yes_is_refused_where_nobody_is_asked() {
		let after = |answer| only_on_yes(answer, "it is not done", "--yes to have it done");
		assert!(after(Some(true)).is_ok());
		let no = after(Some(false)).expect_err("no");
		assert_eq!(no.to_string(), "it is not done: the answer was no, and nothing was sent");
		assert_eq!(no.exit_code(), 1);
		let mut results = Vec::<u8>::new();
		let out = Output::new(&mut results, Notes::none(), true);
		let asked = out.must_agree("do it?", "it is not done", "--yes to have it done").await;
		for unasked in [after(None).expect_err("nobody"), asked.expect_err("a program")] {
			assert_eq!(
				unasked.to_string(),
				"it is not done, as there is no terminal to ask at (with --json nobody is asked): give --yes to have it done"
			);
			assert_eq!(unasked.exit_code(), 2);
		}
	}

	#[test]
	fn an_interrupted_command_says_where_it_stands() {
		let farewell = Farewell::default();
		assert_eq!(farewell.clone().error().to_string(), "interrupted");
		farewell.clone().is("nothing is lost".to_owned());
		let error = farewell.error();
		assert_eq!(error.to_string(), "interrupted: nothing is lost");
		assert_eq!(error.exit_code(), 130);
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
