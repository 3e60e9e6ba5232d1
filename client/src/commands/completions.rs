//! `ostraka completions`.

use crate::cli::Cli;
use clap::CommandFactory;
use clap_complete::Shell;

/// Prints completions for a shell.
pub fn run(shell: Shell) {
	clap_complete::generate(shell, &mut Cli::command(), "ostraka", &mut std::io::stdout());
}
