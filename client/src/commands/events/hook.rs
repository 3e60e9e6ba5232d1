//! The program that is run for each event. What comes from the chain reaches it on its standard input alone: never as an
//! argument, never through a shell.

use crate::{error::Error, output::Notes};
use ostraka_party::escape::escaped;
use std::{
	path::{Path, PathBuf},
	process::Stdio,
	time::Duration,
};
use tokio::{io::AsyncWriteExt, process::Command};

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(60);
/// What of the environment it does not get.
const SECRETS: [&str; 3] = ["OSTRAKA_SURI", "OSTRAKA_WORKER_SURI", "OSTRAKA_WEBHOOK"];

/// A program, and what its failure means.
#[derive(Debug)]
pub struct Hook {
	program: PathBuf,
	keep_going: bool,
	limit: Duration,
}

impl Hook {
	/// A program: a path, or a name that is looked for where commands are.
	///
	/// # Errors
	/// `Usage` if a path leads to no file.
	pub fn new(program: &Path, keep_going: bool) -> Result<Self, Error> {
		let is_path = program.components().count() > 1 || program.is_absolute();
		if is_path && !program.is_file() {
			return Err(Error::Usage(format!(
				"--exec {}: there is no such file\n  it is the path of a program, without arguments: a script can give it some",
				shown(program)
			)));
		}
		Ok(Self { program: program.to_owned(), keep_going, limit: LIMIT })
	}

	/// Runs it with a line on its standard input, and waits for its end.
	///
	/// # Errors
	/// `Failed` if it does, unless the next event is to be told all the same.
	pub async fn call(&self, line: &str, title: &str, notes: &Notes) -> Result<(), Error> {
		let Err(why) = self.run(line).await else { return Ok(()) };
		let what = format!("{} {why}, for {title}", shown(&self.program));
		if self.keep_going {
			notes.say(format!("{what}; the next event is told"));
			return Ok(());
		}
		Err(Error::Failed(format!("{what}\n  --from with that block tells its events again")))
	}

	async fn run(&self, line: &str) -> Result<(), String> {
		let mut command = Command::new(&self.program);
		for name in SECRETS {
			command.env_remove(name);
		}
		let spawned = command
			.stdin(Stdio::piped())
			// standard output is this command's own
			.stdout(std::io::stderr())
			.stderr(Stdio::inherit())
			.kill_on_drop(true)
			.spawn();
		let mut child = spawned.map_err(|error| format!("cannot be run ({error})"))?;
		let input = child.stdin.take();
		let work = async {
			if let Some(mut input) = input {
				// a program need not read what it is told
				let _ = input.write_all(line.as_bytes()).await;
			}
			child.wait().await
		};
		match tokio::time::timeout(self.limit, work).await {
			Ok(Ok(status)) if status.success() => Ok(()),
			Ok(Ok(status)) => Err(format!("failed ({status})")),
			Ok(Err(error)) => Err(format!("cannot be waited for ({error})")),
			Err(_) => Err(format!("took longer than {} s, and was ended", self.limit.as_secs())),
		}
	}
}

fn shown(program: &Path) -> String {
	escaped(&program.display().to_string()).into_owned()
}

#[cfg(all(test, unix))]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt;

	fn script(directory: &Path, text: &str) -> PathBuf {
		let path = directory.join("on event");
		std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("written");
		std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))
			.expect("it is ours");
		path
	}

	async fn call(hook: &Hook, line: &str) -> Result<(), String> {
		let called = hook.call(line, "Tasks.X in block 3", &Notes::none()).await;
		called.map_err(|error| error.to_string())
	}

	#[tokio::test]
	async fn what_the_chain_says_is_read_and_not_run() {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let program = script(
			directory.path(),
			"cat > \"$0.out\"; printf '%s' \"$#${OSTRAKA_SURI-}\" > \"$0.args\"",
		);
		let hook = Hook::new(&program, false).expect("it is there");
		let line = "{\"name\":\"$(touch pwned) `touch pwned`; touch pwned\"}\n";
		call(&hook, line).await.expect("it runs");
		let read = |ending: &str| {
			std::fs::read_to_string(directory.path().join(format!("on event.{ending}")))
				.expect("it wrote")
		};
		assert_eq!(read("out"), line);
		assert_eq!(read("args"), "0", "there is no argument, and no secret");
	}

	#[tokio::test]
	async fn a_program_that_does_not_read_is_no_failure() {
		let hook = Hook::new(Path::new("true"), false).expect("a name");
		let long = "x".repeat(1 << 20);
		call(&hook, &long).await.expect("it ends well");
	}

	#[tokio::test]
	async fn a_failure_ends_it_unless_it_is_to_go_on() {
		let hook = Hook::new(Path::new("false"), false).expect("a name");
		let said = call(&hook, "{}").await.expect_err("it fails");
		assert!(said.contains("false failed") && said.contains("Tasks.X in block 3"), "{said}");
		let hook = Hook::new(Path::new("false"), true).expect("a name");
		call(&hook, "{}").await.expect("it goes on");
		let hook = Hook::new(Path::new("no-such-program-here"), false).expect("a name");
		assert!(call(&hook, "{}").await.expect_err("absent").contains("cannot be run"));
		let said = Hook::new(Path::new("./no/such"), false).err().map(|error| error.to_string());
		assert!(said.is_some_and(|said| said.contains("no such file")));
	}

	#[tokio::test]
	async fn a_program_that_hangs_is_ended() {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let program = script(directory.path(), "exec sleep 600");
		let mut hook = Hook::new(&program, false).expect("it is there");
		hook.limit = Duration::from_millis(200);
		assert!(call(&hook, "{}").await.expect_err("too long").contains("was ended"));
	}
}
