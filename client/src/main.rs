//! The `ostraka` command line tool.

use clap::Parser;
use ostraka_client::{
	cli::{usage, Cli},
	commands,
};
use std::process::ExitCode;

fn main() -> ExitCode {
	let cli = match Cli::try_parse() {
		Ok(cli) => cli,
		Err(error) => {
			let as_json = std::env::args_os().skip(1).any(|word| word == "--json");
			return usage::report(&error, as_json);
		},
	};
	let as_json = cli.global.json;
	match commands::run(cli) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			error.print(as_json);
			ExitCode::from(error.exit_code())
		},
	}
}
