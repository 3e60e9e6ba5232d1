//! The `ostraka` command line tool.

use clap::Parser;
use ostraka_client::{cli::Cli, commands};
use std::process::ExitCode;

fn main() -> ExitCode {
	let cli = Cli::parse();
	let as_json = cli.global.json;
	match commands::run(cli) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			error.print(as_json);
			ExitCode::from(error.exit_code())
		},
	}
}
