//! `ostraka log`: the log of what a dealer accepted and dealt.

use crate::{cli::policy::LogArgs, error::Error, output::Output, view::lines::hex};
use clap::{Args, Subcommand};
use ostraka_party::{audit::Verified, words::counted};
use schemars::JsonSchema;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  ostraka log verify
  ostraka log verify --log /srv/ostraka/log.jsonl --json

Every line has the hash of the one before it, so a line that was changed, taken out or put in shows. The end of a log does
not show by itself: keep the hash of its last line elsewhere from time to time, and compare.";

/// Flags of `log`.
#[derive(Args, Debug)]
pub struct LogCommandArgs {
	/// The command.
	#[command(subcommand)]
	pub command: LogCommand,
}

/// The commands of `log`.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
	/// Check that no line was changed, taken out or put in
	#[command(after_help = EXAMPLES)]
	Verify(LogArgs),
}

/// Runs the command.
///
/// # Errors
/// `Log` if the log cannot be read, or is not whole.
pub fn run(args: &LogCommandArgs, out: &mut Output<'_>) -> Result<(), Error> {
	let LogCommand::Verify(args) = &args.command;
	let log = args.log()?;
	let verified = log.verify().map_err(ostraka_party::Error::from)?;
	write(&log.path().display().to_string(), &verified, out)
}

fn write(file: &str, verified: &Verified, out: &mut Output<'_>) -> Result<(), Error> {
	let (first, last) = verified.times.clone().unzip();
	if out.is_json() {
		return out.json(&Record {
			file,
			lines: verified.lines,
			torn: verified.torn,
			ends_torn: verified.ends_torn,
			last: hex(verified.last),
			from: first,
			to: last,
		});
	}
	let number = usize::try_from(verified.lines).unwrap_or(usize::MAX);
	writeln!(out, "{file}: {}, each as the next one has it", counted(number, "line"))?;
	if let (Some(first), Some(last)) = (first, last) {
		writeln!(out, "  from {first} to {last}")?;
	}
	if verified.torn > 0 {
		let torn = usize::try_from(verified.torn).unwrap_or(usize::MAX);
		writeln!(
			out,
			"  {} only begun when the tool or the machine stopped, each named by the next",
			counted(torn, "line")
		)?;
	}
	if verified.ends_torn {
		writeln!(out, "  the last line was only begun; the next one will name it")?;
	}
	writeln!(out, "  the last line has the hash {}", hex(verified.last))
}

/// A log that holds, as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Record<'a> {
	file: &'a str,
	lines: u64,
	torn: u64,
	ends_torn: bool,
	/// Hash of the last line.
	last: String,
	from: Option<String>,
	to: Option<String>,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::written;

	#[test]
	fn a_log_that_holds_is_told_with_its_last_hash() {
		let times = Some(("2026-01-01T00:00:00Z".to_owned(), "2026-01-02T00:00:00Z".to_owned()));
		let verified = Verified { lines: 3, torn: 1, ends_torn: true, last: [7; 32], times };
		let text = written(false, |out| write("log.jsonl", &verified, out));
		for part in ["log.jsonl: 3 lines", "1 line only begun", "next one will name it", "0x0707"] {
			assert!(text.contains(part), "`{text}` does not say `{part}`");
		}
		let text = written(true, |out| write("log.jsonl", &verified, out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&record["lines"], &record["to"]), (&3.into(), &"2026-01-02T00:00:00Z".into()));
	}
}
