//! What is wrong with a command line.

use crate::error::Error;
use clap::error::ErrorKind;

/// Why there is no command to run. Help, which is no error, and errors for people are printed as clap does, and end the
/// process; with `as_json` an error is one like all others.
pub fn error(error: clap::Error, as_json: bool) -> Error {
	if !as_json || !error.use_stderr() {
		error.exit();
	}
	Error::Usage(message(&error))
}

/// The error, without hints for people.
fn message(error: &clap::Error) -> String {
	if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
		return "the command is not complete\n  the same with --help says what there is".to_owned();
	}
	let text = error.render().to_string();
	let text = text.strip_prefix("error: ").unwrap_or(&text);
	let text = text.split("\n\nFor more information").next().unwrap_or(text);
	text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
	use crate::commands::Cli;
	use clap::Parser;

	fn message(words: &str) -> String {
		let words = std::iter::once("ostraka").chain(words.split_whitespace());
		let error = Cli::try_parse_from(words).expect_err("not complete");
		assert!(error.use_stderr());
		super::message(&error)
	}

	#[test]
	fn errors_are_without_what_is_around_them() {
		let said = message("task show abc");
		assert_eq!(said, "invalid value 'abc' for '[TASK]': `abc` is not a task's number");
		let said = message("task submit --statistic meen");
		assert!(said.contains("tip: a similar value exists: 'mean'"), "{said}");
		for words in ["", "task", "--json", "--json task", "task frob"] {
			let said = message(words);
			assert!(!said.starts_with("error") && !said.contains("For more"), "{said}");
			assert!(said.lines().count() < 8, "{said}");
		}
	}
}
