//! `ostraka completions`.

use super::Cli;
use crate::{error::Error, output::Output};
use clap::CommandFactory;
use clap_complete::Shell;

/// Prints completions for a shell.
///
/// # Errors
/// `Output`.
pub fn run(shell: Shell, out: &mut Output<'_>) -> Result<(), Error> {
	let mut script = Vec::new();
	clap_complete::generate(shell, &mut Cli::command(), "ostraka", &mut script);
	out.raw(&script)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::written;

	#[test]
	fn every_shell_has_a_script_that_names_the_commands() {
		for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
			let script = written(false, |out| run(shell, out));
			for command in ["simulate", "deal", "completions"] {
				assert!(script.contains(command), "{shell} lacks {command}");
			}
		}
	}
}
