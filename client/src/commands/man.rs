//! `ostraka man`: every command as a page for `man`, section 1.
//!
//! The pages are made of clap's own tree of commands, like `--help` and docs/CLI.md. They bear no date, so that two releases of the
//! same source hold the same pages.

use super::Cli;
use crate::error::Error;
use clap::{Args, CommandFactory};
use std::{fs, io, path::PathBuf};

/// Flags of `man`.
#[derive(Args, Debug)]
pub struct ManArgs {
	/// The folder to write the pages into; it is made if it is not there
	#[arg(long, value_name = "FOLDER")]
	pub out: PathBuf,
}

/// Writes a page for each command that is not hidden: `ostraka.1`, `ostraka-task-submit.1`.
///
/// # Errors
/// `Failed` if the folder cannot be written.
pub fn run(args: &ManArgs) -> Result<(), Error> {
	let folder = &args.out;
	let unwritten =
		|error: io::Error| Error::Failed(format!("--out {}: {error}", folder.display()));
	fs::create_dir_all(folder).map_err(unwritten)?;
	clap_mangen::generate_to(Cli::command(), folder).map_err(unwritten)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Command;

	/// The pages that there must be for a command and those below it.
	fn expected(command: &Command, name: &str, names: &mut Vec<String>) {
		names.push(format!("{name}.1"));
		for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
			expected(below, &format!("{name}-{}", below.get_name()), names);
		}
	}

	#[test]
	fn every_command_that_is_not_hidden_has_a_page() {
		let folder = tempfile::tempdir().unwrap();
		let out = folder.path().join("man/man1");
		run(&ManArgs { out: out.clone() }).unwrap();
		let mut names = Vec::new();
		expected(&Cli::command(), "ostraka", &mut names);
		names.sort();
		let entries = fs::read_dir(&out).unwrap();
		let mut written: Vec<String> =
			entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
		written.sort();
		assert_eq!(written, names);
		for hidden in ["ostraka-man.1", "ostraka-reference.1"] {
			assert!(!names.iter().any(|name| name == hidden), "{hidden}");
		}

		let page = fs::read_to_string(out.join("ostraka-node-register.1")).unwrap();
		for part in [".TH ostraka-node-register 1", ".SH NAME", ".SH SYNOPSIS", r"\-\-stake"] {
			assert!(page.contains(part), "{part} is missing in:\n{page}");
		}
		// what the page of all commands says of exit codes
		let page = fs::read_to_string(out.join("ostraka.1")).unwrap();
		assert!(page.contains("Exit codes:") && page.contains("simulate"), "{page}");
	}

	#[test]
	fn two_runs_write_the_same() {
		let folder = tempfile::tempdir().unwrap();
		let read = |name: &str| {
			let out = folder.path().join(name);
			run(&ManArgs { out: out.clone() }).unwrap();
			fs::read(out.join("ostraka-task-submit.1")).unwrap()
		};
		assert_eq!(read("one"), read("two"));
	}

	#[test]
	fn a_file_in_the_folders_place_is_named() {
		let file = tempfile::NamedTempFile::new().unwrap();
		let error = run(&ManArgs { out: file.path().to_owned() }).unwrap_err();
		assert!(error.to_string().contains(&file.path().display().to_string()), "{error}");
	}
}
