//! The `ostraka` command line tool.

use clap::Parser;
use ostraka_client::commands::{self, usage, Cli};
use std::process::ExitCode;

fn main() -> ExitCode {
	let (error, as_json) = match Cli::try_parse() {
		Ok(cli) => {
			let as_json = cli.global.json;
			match commands::run(cli) {
				Ok(()) => return ExitCode::SUCCESS,
				Err(error) => (error, as_json),
			}
		},
		Err(error) => {
			let as_json = std::env::args_os().skip(1).any(|word| word == "--json");
			(usage::error(error, as_json), as_json)
		},
	};
	if !error.is_reader_gone() {
		// if nobody can be told, the exit code says it
		let _ = error.write(&mut std::io::stderr(), as_json);
	}
	ExitCode::from(error.exit_code())
}
