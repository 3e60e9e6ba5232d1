//! The `ostraka` command line tool.

use clap::Parser;
use ostraka_client::{
	cli::{usage, Cli},
	commands,
};
use std::process::ExitCode;

/// Exit code of a program whose reader went away: 128 and the number of the signal that ends others over it.
const NO_READER: i32 = 141;

/// Whoever reads the output may stop (`ostraka task list | head`). That ends the tool, and is no panic to tell of.
fn end_with_the_reader() {
	let usual = std::panic::take_hook();
	std::panic::set_hook(Box::new(move |panic| {
		let text = panic.payload().downcast_ref::<String>();
		if text.is_some_and(|text| text.contains("Broken pipe")) {
			std::process::exit(NO_READER);
		}
		usual(panic);
	}));
}

fn main() -> ExitCode {
	end_with_the_reader();
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
