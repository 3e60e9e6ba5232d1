//! The log: what the tool does, on standard error, for who looks into it (`-v`) and for programs that read logs
//! (`--log-format json`). No secret is ever in it.

use clap::ValueEnum;
use ostraka_party::escape::{escaped, escaped_json};
use std::{
	borrow::Cow,
	io::{self, Write},
};
use tracing::{level_filters::LevelFilter, Dispatch};
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt};

/// This crate, as its events name it.
const OURS: &str = "ostraka_client";

/// A form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
	/// Lines for people
	#[default]
	Text,
	/// A JSON object a line
	Json,
}

/// Begins to log, if the flags ask for it.
pub fn start(verbose: u8, format: Option<LogFormat>) {
	let format = format.unwrap_or_default();
	if verbose == 0 && format == LogFormat::Text {
		return;
	}
	// whoever began before, a program around this library, keeps its own
	let _ = tracing::dispatcher::set_global_default(dispatch(verbose, format, io::stderr));
}

fn dispatch<W: Write + 'static>(
	verbose: u8,
	format: LogFormat,
	to: impl Fn() -> W + Clone + Send + Sync + 'static,
) -> Dispatch {
	let (ours, others) = match verbose {
		0 => (LevelFilter::INFO, LevelFilter::WARN),
		1 => (LevelFilter::DEBUG, LevelFilter::WARN),
		2 => (LevelFilter::TRACE, LevelFilter::INFO),
		_ => (LevelFilter::TRACE, LevelFilter::TRACE),
	};
	let levels = Targets::new().with_default(others).with_target(OURS, ours);
	let as_json = format == LogFormat::Json;
	let safe = move || Safe { to: to(), as_json };
	let text = (!as_json).then(|| fmt::layer().with_ansi(false).with_writer(safe.clone()));
	let json = as_json.then(|| fmt::layer().json().flatten_event(true).with_writer(safe));
	Dispatch::new(tracing_subscriber::registry().with(levels).with(text).with(json))
}

/// Keeps what a terminal acts on from it: an event may tell what others wrote. Each event comes in one piece.
struct Safe<W> {
	to: W,
	as_json: bool,
}

impl<W: Write> Write for Safe<W> {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		let text: Cow<'_, str> = String::from_utf8_lossy(bytes);
		// nor can it make a line that looks like an event of its own
		let line = text.strip_suffix('\n').unwrap_or(&text);
		let safe = if self.as_json { escaped_json(line) } else { escaped(line) };
		self.to.write_all(format!("{safe}\n").as_bytes())?;
		Ok(bytes.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		self.to.flush()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::Notes;
	use serde_json::Value;
	use std::sync::{Arc, Mutex, PoisonError};

	#[derive(Clone, Default)]
	struct Kept(Arc<Mutex<Vec<u8>>>);

	impl Write for Kept {
		fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
			self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
		}

		fn flush(&mut self) -> io::Result<()> {
			Ok(())
		}
	}

	/// What a log of that kind has of what is done.
	fn logged(verbose: u8, format: LogFormat, work: impl FnOnce()) -> String {
		let kept = Kept::default();
		let to = kept.clone();
		let dispatch = dispatch(verbose, format, move || to.clone());
		tracing::dispatcher::with_default(&dispatch, work);
		let bytes = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
		String::from_utf8(bytes).expect("text")
	}

	fn all() {
		tracing::info!("an info");
		tracing::debug!(task = 7, "a debug");
		tracing::trace!("a trace");
		tracing::info!(target: "another", "an info of another");
		tracing::trace!(target: "another", "a trace of another");
	}

	#[test]
	fn each_v_tells_more() {
		let lines: Vec<usize> =
			(0..4).map(|v| logged(v, LogFormat::Text, all).lines().count()).collect();
		assert_eq!(lines, [1, 2, 4, 5]);
		let text = logged(1, LogFormat::Text, all);
		assert!(text.contains("DEBUG") && text.contains("a debug task=7"), "{text}");
	}

	#[test]
	fn each_event_is_an_object() {
		let text = logged(1, LogFormat::Json, all);
		let events: Vec<Value> =
			text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
		assert_eq!(events.len(), 2, "{text}");
		assert_eq!((&events[1]["message"], &events[1]["task"]), (&"a debug".into(), &7.into()));
		assert_eq!(events[1]["level"], "DEBUG");
		assert!(events.iter().all(|event| event["timestamp"].is_string()));
	}

	#[test]
	fn notes_are_in_it() {
		let text = logged(0, LogFormat::Json, || Notes::logged().say("connected again"));
		let event: Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(
			(&event["message"], &event["level"]),
			(&"connected again".into(), &"INFO".into())
		);
	}

	#[test]
	fn an_event_moves_no_cursor() {
		let work = || tracing::info!("a\u{1b}[2J\u{202e}b\nc");
		let text = logged(1, LogFormat::Text, work);
		assert!(text.contains("a\\u{1b}[2J\\u{202e}b\\u{a}c\n"), "{text}");
		let text = logged(0, LogFormat::Json, work);
		assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
		let event: Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(event["message"], "a\u{1b}[2J\u{202e}b\nc");
	}
}
