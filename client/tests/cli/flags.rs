//! Flags that are not as they must be, each with its message before anything is sent; what the help says.

use super::{data, fails, keep, ostraka, GOOD};
use serde_json::Value;

/// Runs the tool, which must refuse its flags, and reads the error as JSON.
#[track_caller]
fn refused_as_json(words: &str) -> String {
	let output = ostraka().args(words.split_whitespace()).output().expect("runs");
	assert_eq!(output.status.code(), Some(2), "{words}");
	assert!(output.stdout.is_empty(), "{words}");
	let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
	assert_eq!(error["code"], 2, "{words}");
	error["error"].as_str().expect("a text").to_owned()
}

#[test]
fn errors_of_flags_are_json_if_asked() {
	for (words, part) in [
		("task show abc --json", "`abc` is not a task's number"),
		("task submit --json --statistic meen", "invalid value 'meen'"),
		("--json deal --task 0", "--data <FILE>"),
		("--json accept", "<TASK|--task <N>>"),
		("accept 0 --json --yes=no", "--yes"),
		("task --json", "<COMMAND>"),
		("--json task", "not complete"),
		("--json --no-such-flag", "--no-such-flag"),
	] {
		let error = refused_as_json(words);
		assert!(error.contains(part), "{words}: {error}");
		assert!(!error.starts_with("error") && !error.contains("For more"), "{words}: {error}");
	}
	let help = ostraka().args(["--json", "task", "--help"]).output().expect("runs");
	assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("Usage:"));
	fails(ostraka().args(["task", "show", "abc"]), 2, &["error: invalid value 'abc'", "--help"]);
}

#[test]
fn completions_and_help() {
	for shell in ["bash", "zsh", "fish"] {
		let output = ostraka().args(["completions", shell]).output().expect("runs");
		assert!(output.status.success() && !output.stdout.is_empty());
	}
	for command in [
		"",
		"node",
		"node register",
		"node role",
		"node slash",
		"verify",
		"task",
		"task submit",
		"accept",
		"deal",
		"result",
		"challenge",
		"simulate",
		"demo",
		"dev",
	] {
		let mut help = ostraka();
		let output = help.args(command.split_whitespace()).arg("--help").output().expect("runs");
		assert!(output.status.success(), "{command}");
	}
}

/// What a command says of itself.
fn help(command: &str) -> String {
	let output = ostraka().args(command.split_whitespace()).arg("--help").output().expect("runs");
	String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_help_says_what_is_needed_and_what_there_is() {
	assert!(help("deal").contains("--data <FILE> <TASK|--task <N>>"));
	for flag in ["--yes", "--again", "--unchecked-groups"] {
		assert!(help("deal").contains(flag) && help("accept").contains(flag), "{flag}");
	}
	assert!(help("task submit").contains("[OPTIONS] --statistic <NAME>"));
	assert!(help("task submit").contains("--accept-within <BLOCKS>"));
	assert!(!help("simulate").contains("[OPTIONS] --"));
	for kind in [
		"bad-share",
		"outside-group",
		"forged-input",
		"false-challenge",
		"silent-dealer",
		"uncommitted",
		"silent-node",
	] {
		assert!(help("simulate").contains(&format!("\n  {kind} ")), "{kind}");
	}
	assert!(help("").contains("130  interrupted"));
}

#[test]
fn what_is_no_web_socket_is_refused_before_the_chain() {
	for url in ["127.0.0.1:9944", "nonsense", "http://127.0.0.1:9944", "ws://"] {
		let expected = format!("`{url}` is not a web socket address: give ws://HOST:PORT");
		fails(ostraka().args(["--url", url, "task", "list"]), 2, &[&expected]);
		fails(ostraka().args(["task", "list"]).env("OSTRAKA_URL", url), 2, &[&expected]);
		let supply = ["node", "supply", "--task", "0", "--from", url];
		fails(ostraka().args(supply), 2, &[&expected]);
	}
}

#[test]
fn amounts_and_numbers_are_refused_before_the_chain() {
	let submit = "task submit --statistic mean --columns x --range x=0:9 --dealer //Bob";
	let commands = [
		"node register --worker-suri //W --stake".to_owned(),
		"node bond".to_owned(),
		"node unbond".to_owned(),
		format!("{submit} --fee"),
		format!("{submit} --data-reward"),
		"demo --data-reward".to_owned(),
	];
	for command in commands {
		for (value, problem) in [
			("abc", "`abc` is not an amount of tokens"),
			("1e3", "`1e3` is not an amount of tokens"),
			("-1", "`-1` must not be negative"),
			("-0.5", "`-0.5` must not be negative"),
		] {
			let mut ostraka = ostraka();
			ostraka.args(command.split_whitespace()).args([value, "--suri", "//Alice"]);
			fails(&mut ostraka, 2, &[problem]);
		}
	}
	let commands = [
		"task show",
		"task show --task",
		"task watch",
		"task cancel",
		"result",
		"result --task",
		"challenge",
		"challenge --task",
		"deal --data x --task",
		"accept",
		"accept --task",
		"node supply",
		"events",
	];
	for command in commands {
		for value in ["abc", "-1", "4294967296"] {
			let mut ostraka = ostraka();
			ostraka.args(command.split_whitespace()).args([value, "--suri", "//Alice"]);
			fails(&mut ostraka, 2, &[&format!("`{value}` is not a task's number")]);
		}
	}
}

#[test]
fn a_wrong_key() {
	let data = data(GOOD);
	let submit = ["task", "cancel", "0"];
	fails(ostraka().args(["accept", "0", "--yes"]), 2, &["needs an account to sign with"]);
	fails(ostraka().args(submit), 2, &["needs an account to sign with", "OSTRAKA_SURI"]);
	fails(ostraka().args(submit).args(["--suri", "not a phrase"]), 2, &["not usable"]);
	fails(ostraka().args(submit).args(["--suri", "0x12"]), 2, &["not usable"]);
	let file = data.directory.path().join("key");
	fails(ostraka().args(submit).arg("--key-file").arg(&file), 2, &["key file cannot be read"]);
	std::fs::write(&file, "\n").expect("written");
	keep(&file);
	fails(ostraka().args(submit).arg("--key-file").arg(&file), 2, &["first line is empty"]);
}

#[test]
fn a_task_that_cannot_be_submitted_is_refused_before_the_chain() {
	let submit = |flags: &str| {
		let mut command = ostraka();
		command.args(["task", "submit", "--suri", "//Alice"]).args(flags.split_whitespace());
		command
	};
	let mean = "--statistic mean --columns x";
	fails(&mut submit("--dealer //Bob"), 2, &["--statistic"]);
	fails(&mut submit(mean), 2, &["give --range x=MIN:MAX"]);
	fails(&mut submit(&format!("{mean} --range x=0:9 --dealer nobody")), 2, &["is not an account"]);
	let twice = format!("{mean} --range x=0:9 --dealer //Bob --dealer //Bob");
	fails(&mut submit(&twice), 2, &["invited twice"]);
	let nobody = format!("{mean} --range x=0:9");
	fails(&mut submit(&nobody), 2, &["nobody is invited", "--dealer ACCOUNT", "--dealers-file"]);
	let empty = data("# nobody\n");
	let mut command = submit(&nobody);
	fails(command.arg("--dealers-file").arg(&empty.file), 2, &["data.csv: no dealer is in it"]);
	let file = data("//Bob\n# a comment\n\nwrong\n");
	let mut command = submit(&format!("{mean} --range x=0:9"));
	fails(command.arg("--dealers-file").arg(&file.file), 2, &["line 4", "not an account"]);
}

#[test]
fn conditions_are_flags() {
	let submit = |flags: &str| {
		let mut command = ostraka();
		command.args(["task", "submit", "--suri", "//Alice", "--url", "ws://127.0.0.1:1"]);
		let mean = "--statistic mean --columns x --range x=0:9 --dealer //Bob";
		command.args(mean.split_whitespace()).args(flags.split_whitespace());
		command
	};
	for flags in [
		"--least-dealers 5 --require //Bob --require //Dave --sealed-to self",
		"--sealed-to //Bob",
		"--group-by g --groups a,b --counted-by 7",
		// of bins that hold one value each
		"--counted-by 7",
	] {
		fails(&mut submit(flags), 3, &["no chain answers"]);
	}
	let by_both = "--group-by g --groups a --counted-by 7 --contributors-task 7";
	for (flags, part) in [
		("--sealed-to nobody", "is not an account"),
		("--require nobody", "is not an account"),
		("--least-dealers many", "--least-dealers"),
		(by_both, "cannot be used with"),
	] {
		fails(&mut submit(flags), 2, &[part]);
	}
}

#[test]
fn a_mask_needs_a_file_of_its_own() {
	let mask = |flags: &str| {
		let mut command = ostraka();
		command.args(["mask", "7", "--suri", "//Bob", "--url", "ws://127.0.0.1:1"]);
		command.args(flags.split_whitespace());
		command
	};
	fails(&mut mask("--yes"), 2, &["--mask-file <FILE>"]);
	// what is no seed is told before a chain is asked
	let other = data("x\n1\n");
	fails(mask("--mask-file").arg(&other.file), 2, &["data.csv: "]);
	let new = other.directory.path().join("new.seed");
	fails(mask("--mask-file").arg(&new), 3, &["no chain answers"]);
	assert!(!new.exists(), "nothing is to be sent");
	let result = |flags: &str| {
		let mut command = ostraka();
		command.args(["result", "7"]).args(flags.split_whitespace());
		command
	};
	fails(&mut result("--open a.json"), 2, &["--mask-file"]);
	fails(&mut result("--mask-file a --opening b"), 2, &["cannot be used with"]);
	let mut verify = ostraka();
	verify.args(["verify", "/no/such/transcript", "--opening", "/no/such/opening"]);
	fails(&mut verify, 2, &["/no/such/transcript: "]);
}

#[test]
fn a_dealing_needs_a_file() {
	fails(ostraka().args(["deal", "--suri", "//Bob", "--task", "0"]), 2, &["--data <FILE>"]);
	let mut only = ostraka();
	only.args(["deal", "--suri", "//Bob", "--task", "0", "--only", "x"]);
	fails(&mut only, 2, &["COLUMN=TEXT"]);
}

#[test]
fn a_challenge_needs_an_account_unless_nothing_is_sent() {
	fails(ostraka().args(["challenge", "0"]), 2, &["needs an account to sign with"]);
	fails(ostraka().args(["challenge", "0", "--yes"]), 2, &["needs an account to sign with"]);
	let wrong = ["challenge", "0", "--dry-run", "--dealer", "nobody"];
	fails(ostraka().args(wrong), 2, &["`nobody` is not an account"]);
	let dry = ["challenge", "0", "--dry-run", "--url", "ws://127.0.0.1:1"];
	fails(ostraka().args(dry), 3, &["no chain answers"]);
}

#[test]
fn a_registration_needs_one_worker_key() {
	let register = ["node", "register", "--suri", "//Bob", "--stake", "1"];
	fails(ostraka().args(register), 2, &["--worker-suri"]);
	let both = ["--worker-suri", "//W", "--keystore", "/tmp"];
	fails(ostraka().args(register).args(both), 2, &["cannot be used with"]);
}
