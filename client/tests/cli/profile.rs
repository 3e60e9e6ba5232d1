//! The configuration file, and the log.

use super::{fails, keep, ostraka};
use serde_json::Value;
use std::{path::PathBuf, process::Command};
use tempfile::TempDir;

/// A configuration of that text, and a command line that goes by it.
struct Configured {
	directory: TempDir,
	file: PathBuf,
}

fn configured(text: &str) -> Configured {
	let directory = TempDir::new().expect("a temporary directory");
	let file = directory.path().join("ostraka").join("config.toml");
	std::fs::create_dir_all(directory.path().join("ostraka")).expect("a folder");
	std::fs::write(&file, text).expect("written");
	keep(&file);
	Configured { directory, file }
}

impl Configured {
	fn run(&self, words: &str) -> Command {
		let mut command = ostraka();
		command.env("XDG_CONFIG_HOME", self.directory.path()).args(words.split_whitespace());
		command
	}
}

/// Two places where nobody listens, and one key.
const TWO: &str = "\
profile = \"one\"
[profiles.one]
url = \"ws://127.0.0.1:1\"
key-file = \"one.key\"
[profiles.two]
url = \"ws://127.0.0.1:2\"
";
const ONE: &str = "no chain answers at ws://127.0.0.1:1";
const OTHER: &str = "no chain answers at ws://127.0.0.1:2";
const THIRD: &str = "no chain answers at ws://127.0.0.1:3";

#[test]
fn flags_go_before_the_environment_and_that_before_the_profile() {
	let it = configured(TWO);
	fails(&mut it.run("task list"), 3, &[ONE]);
	fails(&mut it.run("task list --profile two"), 3, &[OTHER]);
	fails(it.run("task list").env("OSTRAKA_PROFILE", "two"), 3, &[OTHER]);
	fails(it.run("task list --profile one").env("OSTRAKA_PROFILE", "two"), 3, &[ONE]);
	fails(it.run("task list").env("OSTRAKA_URL", "ws://127.0.0.1:3"), 3, &[THIRD]);
	let mut both = it.run("task list --url ws://127.0.0.1:2");
	fails(both.env("OSTRAKA_URL", "ws://127.0.0.1:3"), 3, &[OTHER]);
	// a file that is named takes the place of the usual one
	let mut named = ostraka();
	named.args(["task", "list", "--profile", "two", "--config"]).arg(&it.file);
	fails(&mut named, 3, &[OTHER]);
	let gone = it.directory.path().join("gone.toml");
	fails(it.run("task list --config").arg(gone), 2, &["gone.toml: the configuration"]);
}

#[test]
fn the_account_of_a_profile_is_that_of_its_folder() {
	let it = configured(TWO);
	fails(&mut it.run("task cancel 0"), 2, &["ostraka/one.key: the key file cannot be read"]);
	let key = it.directory.path().join("ostraka").join("one.key");
	std::fs::write(&key, "//Alice\n").expect("written");
	keep(&key);
	fails(&mut it.run("task cancel 0"), 3, &[ONE]);
	// of a profile without one nobody signs
	fails(&mut it.run("task cancel 0 --profile two"), 2, &["needs an account to sign with"]);
	// the environment's goes before it
	fails(it.run("task cancel 0").env("OSTRAKA_SURI", "no phrase"), 2, &["not usable"]);
}

#[test]
fn a_configuration_that_is_not_right() {
	let wrong = configured("[profiles.one]\ncolor = 1\n");
	let said = ["config.toml: line 2: ", "`color`", "`url`"];
	fails(&mut wrong.run("task list"), 2, &said);
	fails(&mut wrong.run("--json task list"), 2, &["\"code\":2", "color"]);
	fails(&mut configured(TWO).run("task list --profile three"), 2, &["there is one, two"]);
	// what asks no chain does without it
	let output = wrong.run("completions bash").output().expect("runs");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_log_tells_what_is_done() {
	let said = |flags: &str| {
		let words = format!("{flags} events --follow --url ws://127.0.0.1:1");
		let output = ostraka().args(words.split_whitespace()).output().expect("runs");
		assert_eq!(output.status.code(), Some(3));
		assert!(output.stdout.is_empty());
		String::from_utf8(output.stderr).expect("text")
	};
	assert!(said("").starts_with("error: no chain answers"));
	assert!(said("-v").contains("DEBUG ostraka_client"));
	for line in said("-vv --log-format json").lines() {
		let event: Value = serde_json::from_str(line).expect("an object a line");
		assert!(event["message"].is_string() || event["code"] == 3, "{line}");
	}
	fails(ostraka().args(["task", "list", "--log-format", "xml"]), 2, &["xml", "text, json"]);
}
