//! The `ostraka` command line tool.

use ostraka_client::commands;
use std::{ffi::OsString, process::ExitCode};

fn main() -> ExitCode {
	let words: Vec<OsString> = std::env::args_os().collect();
	// what is wrong with the words is told to programs as they can read it
	let is_json_log = |two: &[OsString]| two == ["--log-format", "json"].map(OsString::from);
	let as_json = words.iter().skip(1).any(|word| word == "--json" || word == "--log-format=json")
		|| words.windows(2).any(is_json_log);
	let (error, as_json) = match commands::parse(words, as_json) {
		Ok(cli) => {
			let as_json = cli.global.is_for_programs();
			match commands::run(cli) {
				Ok(()) => return ExitCode::SUCCESS,
				Err(error) => (error, as_json),
			}
		},
		Err(error) => (error, as_json),
	};
	if !error.is_reader_gone() {
		// if nobody can be told, the exit code says it
		let _ = error.write(&mut std::io::stderr(), as_json);
	}
	ExitCode::from(error.exit_code())
}
