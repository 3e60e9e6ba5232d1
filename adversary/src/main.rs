//! The `ostraka-adversary` command line tool.

use clap::Parser;
use ostraka_adversary::cli::{self, Cli};
use ostraka_client::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
	let cli = Cli::parse();
	match run(&cli) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			// nobody is there to tell if standard error is gone
			let _ = error.write(&mut std::io::stderr(), cli.json);
			ExitCode::from(error.exit_code())
		},
	}
}

fn run(cli: &Cli) -> Result<(), Error> {
	let runtime = tokio::runtime::Builder::new_multi_thread()
		.enable_all()
		.build()
		.map_err(|error| Error::Failed(format!("no threads can be started: {error}")))?;
	let result = runtime.block_on(cli::run(cli));
	// a task that still waits for the node is not waited for
	runtime.shutdown_background();
	result
}
