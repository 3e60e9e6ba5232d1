//! A plain connection to another machine: refused before anything goes out, unless the variable says that it is wanted.

use std::process::{Command, Output};

/// An address of a documentation network (RFC 5737): nobody is there.
const ELSEWHERE: &str = "ws://192.0.2.1:9944";

fn run(url: &str, allow: Option<&str>) -> Output {
	let mut command = Command::new(env!("CARGO_BIN_EXE_ostraka"));
	for name in ["OSTRAKA_SURI", "OSTRAKA_URL", "OSTRAKA_ALLOW_PLAIN"] {
		command.env_remove(name);
	}
	command.envs(allow.map(|value| ("OSTRAKA_ALLOW_PLAIN", value)));
	command.args(["--url", url, "task", "list"]).output().expect("runs")
}

#[track_caller]
fn says(output: &Output, parts: &[&str]) {
	let text = String::from_utf8_lossy(&output.stderr);
	assert_eq!(output.status.code(), Some(3), "{text}");
	for part in parts {
		assert!(text.contains(part), "`{text}` does not say `{part}`");
	}
	assert!(output.stdout.is_empty());
}

#[test]
fn a_plain_connection_to_another_machine_is_refused() {
	let parts = [ELSEWHERE, "committee of its own", "wss://", "ssh", "OSTRAKA_ALLOW_PLAIN=1"];
	says(&run(ELSEWHERE, None), &parts);
	says(&run(ELSEWHERE, Some("0")), &parts);
}

#[test]
fn it_is_tried_if_the_variable_says_so() {
	says(&run(ELSEWHERE, Some("1")), &["no chain answers"]);
	says(&run("ws://127.0.0.1:1", None), &["no chain answers"]);
}
