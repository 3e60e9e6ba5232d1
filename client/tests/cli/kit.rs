//! Numbers of tasks in both forms, lists for spreadsheets, events, and the doctor, as far as that goes without a chain.

use super::{fails, ostraka};
use serde_json::Value;
use std::process::Command;

/// Where nobody listens.
const NOWHERE: &str = "ws://127.0.0.1:1";

fn run(words: &str) -> Command {
	let mut command = ostraka();
	command.args(words.split_whitespace());
	command
}

#[test]
fn a_number_is_given_alone_or_by_its_flag() {
	for command in [
		"task show",
		"task watch",
		"task cancel --suri //Alice",
		"result",
		"challenge --dry-run",
		"node supply",
		"events",
	] {
		for number in ["7", "--task 7", "--task=7"] {
			let words = format!("--url {NOWHERE} {command} {number}");
			fails(&mut run(&words), 3, &["no chain answers"]);
		}
	}
	for command in
		["task show", "result", "challenge", "accept", "deal --data x", "node supply", "events"]
	{
		fails(&mut run(&format!("{command} 7 --task 7")), 2, &["cannot be used with"]);
	}
	for command in [
		"task show",
		"task watch",
		"task cancel",
		"result",
		"challenge",
		"accept",
		"deal --data x",
		"node supply",
	] {
		fails(&mut run(command), 2, &["<TASK|--task <N>>"]);
	}
}

#[test]
fn lists_are_csv_or_json() {
	for list in ["task list", "node list", "node slash list", "inbox --account //Bob"] {
		fails(&mut run(&format!("{list} --csv --json")), 2, &["--csv", "--json"]);
		fails(&mut run(&format!("{list} --csv --url {NOWHERE}")), 3, &["no chain answers"]);
	}
}

#[test]
fn slashes_are_named_by_their_numbers() {
	fails(&mut run("node slash apply --suri //Alice"), 2, &["<NUMBER>"]);
	fails(&mut run("node slash apply 3 --due --suri //Alice"), 2, &["cannot be used with"]);
	fails(&mut run("node slash apply --due"), 2, &["needs an account to sign with"]);
	fails(&mut run("node slash cancel"), 2, &["<NUMBER>"]);
	for command in ["apply --suri //Alice", "cancel"] {
		fails(&mut run(&format!("node slash {command} three")), 2, &["three"]);
	}
	// what signs nothing needs no account
	for command in ["list //Bob", "cancel 3 8"] {
		let words = format!("node slash {command} --url {NOWHERE}");
		fails(&mut run(&words), 3, &["no chain answers"]);
	}
}

#[test]
fn events_of_a_chain_that_is_not_there() {
	let events = |flags: &str| run(&format!("events --url {NOWHERE} {flags}"));
	fails(&mut events("--follow --from 3"), 3, &["no chain answers"]);
	fails(&mut events("--from -1"), 2, &["--from"]);
	fails(&mut events("--keep-going"), 2, &["--exec"]);
	fails(
		&mut events("--exec ./no/such/program"),
		2,
		&["--exec ./no/such/program: there is no such file"],
	);
	for (address, part) in [
		("nonsense", "give https://HOST/PATH"),
		("ftp://localhost/x", "give https://HOST/PATH"),
		("http://example.org/s3cret", "http://example.org is another machine"),
	] {
		fails(&mut events(&format!("--webhook {address}")), 2, &["--webhook: ", part]);
		fails(events("").env("OSTRAKA_WEBHOOK", address), 2, &["--webhook: ", part]);
	}
	fails(&mut events("--webhook http://localhost:1/x --keep-going"), 3, &["no chain answers"]);
	fails(&mut events("7 --json"), 3, &["\"code\":3"]);
}

#[test]
fn a_transcript_is_checked_without_a_chain() {
	let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/transcript.json");
	let output = run("verify").arg(example).output().expect("runs");
	let text = String::from_utf8_lossy(&output.stdout);
	assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
	for part in ["\nconsistent\n", " verifiers\n", "a file can be made up", "h_A "] {
		assert!(text.contains(part), "no `{part}` in {text}");
	}
	fails(&mut run("verify"), 2, &["<FILE>"]);
	fails(&mut run("verify /no/such/transcript"), 2, &["/no/such/transcript: "]);
	fails(&mut run("verify --json /no/such/transcript"), 2, &["\"code\":2"]);
}

#[test]
fn a_doctor_who_meets_no_chain() {
	let output = run(&format!("doctor --url {NOWHERE}")).output().expect("runs");
	assert_eq!(output.status.code(), Some(3));
	let text = String::from_utf8_lossy(&output.stdout);
	assert!(
		text.starts_with("failed    connection   no chain answers at ws://127.0.0.1:1"),
		"{text}"
	);
	assert_eq!(text.lines().count(), 1, "{text}");
	assert!(String::from_utf8_lossy(&output.stderr).contains("make dev"));
	let output = run(&format!("doctor --json --url {NOWHERE}")).output().expect("runs");
	let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
	assert_eq!(
		(&report["healthy"], &report["checks"][0]["status"]),
		(&false.into(), &"failed".into())
	);
	fails(&mut run("doctor --genesis 0x12"), 2, &["`0x12` is not a hash"]);
	fails(&mut run("doctor nobody"), 2, &["is not an account"]);
	fails(&mut run("doctor --worker-suri //W --keystore /tmp"), 2, &["cannot be used with"]);
	fails(&mut run("doctor --suri not-a-phrase"), 2, &["not usable"]);
}

#[test]
fn what_is_new_is_in_the_help() {
	for (command, part) in [
		("", "events"),
		("", "doctor"),
		("", "challenge"),
		("", "verify"),
		("verify", "verify [OPTIONS] <FILE>"),
		("node register", "--role <ROLE>"),
		("node", "role"),
		("node", "check"),
		("node", "slash"),
		("node slash list", "--csv"),
		("node slash apply", "--due"),
		("node slash cancel", "<NUMBER>..."),
		("node check", "--base-path <DIR>"),
		("node metrics", "--listen <ADDRESS:PORT>"),
		("task", "poke"),
		("", "5  a result that is arithmetically right"),
		("challenge", "--dealer <ACCOUNT>"),
		("challenge", "--dry-run"),
		("task", "init"),
		("", "mask"),
		("mask", "--mask-file <FILE>"),
		("result", "--opening <FILE>"),
		("result", "--open <FILE>"),
		("verify", "--opening <FILE>"),
		("task submit", "--least-dealers <N>"),
		("task submit", "--require <ACCOUNT>"),
		("task submit", "--counted-by <N>"),
		("task submit", "--sealed-to <ACCOUNT>"),
		("simulate", "--sealed"),
		("simulate", "missing-mask"),
		("task submit", "[OPTIONS] <TASK_FILE>"),
		("task submit", "--count-first"),
		("simulate", "--task-file <TASK_FILE>"),
		("demo", "--task-file <TASK_FILE>"),
		("demo", "--sealed-to <WHO>"),
		("task list", "--csv"),
		("node list", "--csv"),
		("inbox", "--csv"),
		("task cancel", "--yes"),
		("task submit", "--yes"),
		("policy publish", "--yes"),
		("node register", "--yes"),
		("node bond", "--yes"),
		("node unbond", "--yes"),
		("node rotate", "--yes"),
		("node deregister", "--yes"),
		("", "--key-command <COMMAND>"),
		("", "--keyring <NAME>"),
		("", "keyring"),
		("keyring", "store"),
		("keyring store", "persistent_keyring_expiry"),
		("keyring store", "--yes"),
		("keyring show", "<NAME>"),
		("keyring remove", "--yes"),
		("", "--password-file <FILE>"),
		("", "--profile <NAME>"),
		("", "--config <FILE>"),
		("", "--verbose"),
		("", "--log-format <FORMAT>"),
		("events", "--exec <PROGRAM>"),
		("events", "--webhook <URL>"),
		("deal", "--data <FILE> <TASK|--task <N>>"),
	] {
		let output = run(&format!("{command} --help")).output().expect("runs");
		let text = String::from_utf8_lossy(&output.stdout);
		assert!(output.status.success() && text.contains(part), "{command}: no `{part}` in {text}");
	}
}
