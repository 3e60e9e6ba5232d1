//! A dealer's policy, its floor and its log, from outside: what is refused, and that it is before anything is sent.

use super::{data, fails, json, ostraka, with, Data};
use serde_json::Value;
use std::{
	path::{Path, PathBuf},
	process::Command,
};

const ROWS: &str = "pay,site,is_ceo\n10.50,a,0\n20,a,0\n30,b,0\n40,b,0\n55.25,b,1\n";

/// The tool with no policy but that of a flag, and a log of its own.
fn dealer(data: &Data, words: &str) -> Command {
	let mut command = ostraka();
	command
		.env_remove("OSTRAKA_POLICY")
		.env("XDG_CONFIG_HOME", data.directory.path())
		.env("OSTRAKA_LOG", log(data))
		.args(words.split_whitespace());
	command
}

fn log(data: &Data) -> PathBuf {
	data.directory.path().join("own").join("log.jsonl")
}

fn policy(data: &Data) -> PathBuf {
	data.directory.path().join("ostraka").join("policy.toml")
}

/// Has a policy proposed, at the usual place.
fn proposed() -> Data {
	let data = data(ROWS);
	let mut init = dealer(&data, "policy init --name pay-2026 --json --data");
	let written = json(init.arg(&data.file));
	assert_eq!(written["dataset"], "pay-2026");
	assert_eq!(written["columns"], serde_json::json!(["is_ceo", "pay", "site"]));
	data
}

/// Changes the policy's text.
fn change(data: &Data, from: &str, to: &str) {
	let text = std::fs::read_to_string(policy(data)).expect("it is there");
	assert!(text.contains(from), "{text}");
	std::fs::write(policy(data), text.replace(from, to)).expect("written");
}

const MEAN: &str = "policy check --statistic mean --columns pay --decimals pay=2 --max-rows 1000";

#[test]
fn a_policy_is_proposed_and_says_what_may_be_asked() {
	let data = proposed();
	let text = std::fs::read_to_string(policy(&data)).expect("it is there");
	assert!(
		text.contains("[dataset.pay-2026.columns.pay]\ndecimals = 2\nrange = [0.00, 100.00]"),
		"{text}"
	);
	assert!(!text.contains("55.25"), "{text}");
	let said =
		json(&mut dealer(&data, &format!("{MEAN} --range pay=0:500 --class restricted --json")));
	assert_eq!((&said["allowed"], &said["dataset"]), (&true.into(), &"pay-2026".into()));
	for (flags, part) in [
		(
			"--range pay=0:99",
			"`pay` from 0.00 to 100.00; the task has 0.00 to 99.00, which does not contain it",
		),
		("--range pay=0:500 --class standard", "classes: Standard of Confidential, Restricted"),
	] {
		let output = dealer(&data, &format!("{MEAN} {flags}")).output().expect("runs");
		let (shown, error) =
			(String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
		assert_eq!(output.status.code(), Some(1), "{error}");
		assert!(error.contains(part) && shown.contains("  NO  "), "{error}{shown}");
	}
	let other = "policy check --statistic mean --columns bonus --range bonus=0:9";
	let output = dealer(&data, other).output().expect("runs");
	assert!(String::from_utf8_lossy(&output.stderr).contains("`bonus` is not among them"));
	// it is not written over
	let mut again = dealer(&data, "policy init --data");
	fails(again.arg(&data.file), 2, &["there is a policy already"]);
	// nor asked nothing
	fails(&mut dealer(&data, "policy check"), 2, &["--task"]);
	fails(
		&mut dealer(&data, "policy check --task 0 --statistic mean"),
		2,
		&["cannot be used with"],
	);
	fails(
		dealer(&data, MEAN).args(["--range", "pay=0:500", "--dataset", "x"]),
		2,
		&["no data set `x`"],
	);
}

#[test]
fn without_a_policy_it_is_said_where_one_is_looked_for() {
	let data = data(ROWS);
	let flags = format!("{MEAN} --range pay=0:500");
	fails(
		&mut dealer(&data, &flags),
		2,
		&["there is no policy", "policy.toml", "ostraka policy init"],
	);
}

#[test]
fn a_policy_that_is_none_stops_the_dealer_before_the_chain() {
	let data = proposed();
	let deal = |data: &Data| {
		let mut deal = dealer(data, "deal --task 0 --suri //Bob --url ws://127.0.0.1:1 --data");
		deal.arg(&data.file);
		deal
	};
	fails(&mut deal(&data), 3, &["no chain answers"]);
	change(&data, "clip = true", "clip = false");
	fails(&mut deal(&data), 2, &["`clip` is true, or \"skip\""]);
	fails(deal(&data).arg("--no-policy"), 3, &["no chain answers"]);
	fails(deal(&data).args(["--no-policy", "--dataset", "pay-2026"]), 2, &["there is none"]);
	let accept = "accept 0 --yes --suri //Bob --url ws://127.0.0.1:1";
	fails(&mut dealer(&data, accept), 2, &["`clip` is true"]);
	fails(&mut dealer(&data, &format!("{accept} --no-policy")), 3, &["no chain answers"]);
	let inbox = "inbox --account //Bob --url ws://127.0.0.1:1";
	fails(&mut dealer(&data, inbox), 2, &["`clip` is true"]);
	let elsewhere = data.directory.path().join("none.toml");
	let mut named = dealer(&data, inbox);
	fails(named.env("OSTRAKA_POLICY", &elsewhere), 2, &["none.toml", "there is no such file"]);
}

#[cfg(unix)]
#[test]
fn a_policy_that_others_can_write_stops_the_dealer() {
	use std::os::unix::fs::PermissionsExt;
	let data = proposed();
	let mode = |mode| {
		let permissions = std::fs::Permissions::from_mode(mode);
		std::fs::set_permissions(policy(&data), permissions).expect("it is ours");
	};
	let made = policy(&data).metadata().expect("it is there").permissions().mode();
	assert_eq!(made & 0o777, 0o600, "a secret is in it");
	for (bits, code) in [(0o600, 3), (0o644, 3), (0o664, 2), (0o606, 2)] {
		mode(bits);
		let mut deal = dealer(&data, "deal --task 0 --suri //Bob --url ws://127.0.0.1:1 --data");
		let output = deal.arg(&data.file).output().expect("runs");
		let error = String::from_utf8_lossy(&output.stderr);
		assert_eq!(output.status.code(), Some(code), "{bits:o}: {error}");
		assert_eq!(error.contains("others on this machine can write"), code == 2, "{error}");
	}
}

#[test]
fn under_a_policy_a_file_may_be_empty() {
	let data = proposed();
	std::fs::write(&data.file, "pay,site,is_ceo\n").expect("written");
	let deal = "deal --task 0 --suri //Bob --url ws://127.0.0.1:1 --data";
	fails(dealer(&data, deal).arg(&data.file), 3, &["no chain answers"]);
	fails(dealer(&data, deal).arg(&data.file).arg("--strict"), 2, &["no row of data"]);
	fails(dealer(&data, deal).arg(&data.file).arg("--no-policy"), 2, &["no row of data"]);
}

fn verify(path: &Path) -> Command {
	let mut command = ostraka();
	command.args(["log", "verify", "--log"]).arg(path);
	command
}

#[test]
fn a_log_that_was_changed_is_found_out() {
	let data = proposed();
	for name in ["b", "c"] {
		let file = data.directory.path().join(format!("{name}.toml"));
		let mut init = dealer(&data, "policy init --data");
		init.arg(&data.file).arg("--policy").arg(file);
		assert!(init.status().expect("runs").success());
	}
	let path = log(&data);
	let said = json(verify(&path).arg("--json"));
	assert_eq!((&said["lines"], &said["ends_torn"]), (&3.into(), &false.into()));
	let text = std::fs::read_to_string(&path).expect("text");
	for value in ["55.25", "10.5", "is_ceo"] {
		assert!(!text.contains(value), "a value, or a name of a column, is in the log: {text}");
	}
	let lines: Vec<Value> =
		text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
	assert_eq!((&lines[0]["act"], &lines[0]["dataset"]), (&"policy".into(), &"pay-2026".into()));
	// torn, which is no change
	std::fs::write(&path, &text.as_bytes()[..text.len() - 20]).expect("written");
	let said = json(verify(&path).arg("--json"));
	assert_eq!((&said["lines"], &said["ends_torn"]), (&2.into(), &true.into()));
	// one fewer, and another version
	let without: Vec<&str> =
		text.lines().enumerate().filter(|(i, _)| *i != 1).map(|(_, line)| line).collect();
	std::fs::write(&path, without.join("\n") + "\n").expect("written");
	fails(&mut verify(&path), 2, &["log.jsonl, line 2", "taken out"]);
	std::fs::write(&path, text.replacen("pay-2026", "pay-2025", 1)).expect("written");
	fails(&mut verify(&path), 2, &["log.jsonl, line 2", "changed"]);
	fails(&mut verify(&path.with_extension("none")), 2, &["there is no such file"]);
}

/// Who ran the tool is what the system says of the process: an environment that is empty, as a timer's, or that names somebody
/// else, changes nothing.
#[test]
fn a_log_names_the_user_that_the_system_has() {
	use std::os::unix::fs::MetadataExt;
	let data = data(ROWS);
	for (file, somebody) in [("a.toml", None), ("b.toml", Some("mallory"))] {
		let mut init = dealer(&data, "policy init --data");
		init.arg(&data.file).arg("--policy").arg(data.directory.path().join(file));
		for name in ["USER", "LOGNAME", "USERNAME"] {
			match somebody {
				Some(somebody) => init.env(name, somebody),
				None => init.env_remove(name),
			};
		}
		assert!(init.status().expect("runs").success());
	}
	let text = std::fs::read_to_string(log(&data)).expect("text");
	let lines: Vec<Value> =
		text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
	// what the test makes itself belongs to the same user
	let uid = data.directory.path().metadata().expect("a folder").uid();
	for line in &lines {
		assert_eq!(line["uid"], uid, "{line}");
		assert_ne!(line["user"], "mallory");
	}
	assert_eq!((lines.len(), &lines[0]["user"]), (2, &lines[1]["user"]));
}

/// Rows of three dealers with as many people each, of whom one is the chief.
fn staff() -> Data {
	let row = |i: u32| {
		format!("{},{},{}\n", ["a", "b", "c"][i as usize % 3], 1000 + i * 7, u32::from(i < 3))
	};
	data(format!("who,salary,is_ceo\n{}", (0..90).map(row).collect::<String>()))
}

#[test]
fn a_simulation_shows_what_a_dealers_floor_refuses() {
	let data = staff();
	let simulate = |flags: &str| {
		with(&data, "simulate", &format!("--split-by who --class standard --min-cell 5 {flags}"))
	};
	let weighted = "--statistic weighted-mean --columns salary --weight is_ceo";
	let parts =
		["a: column `is_ceo`: one of its 2 distinct values has 1 row", "floor of 5", "--min-cell"];
	fails(&mut simulate(weighted), 2, &parts);
	let covariance = "--statistic covariance --columns is_ceo,salary";
	fails(&mut simulate(covariance), 2, &["column `is_ceo`: one of its 2 distinct values"]);
	let histogram = "--statistic histogram --columns salary --edges 0,1003,1010,9000";
	fails(&mut simulate(histogram), 2, &["the bin `0 <= salary < 1003` has 1 row"]);
	let left_out = json(&mut simulate(&format!("{histogram} --drop-small-cells --json")));
	assert_eq!(left_out["tasks"][0]["exact"], true);
	assert_eq!(left_out["tasks"][0]["result"]["counts"][1], 0);
	// without a floor it is dealt, and said
	let open = format!("--split-by who --class standard {weighted}");
	let report = json(&mut with(&data, "simulate", &format!("{open} --json")));
	let note = report["tasks"][0]["notes"].to_string();
	assert!(note.contains("3 of 3 dealers whose numbers would single out"), "{note}");
}

#[test]
fn a_demo_refuses_what_a_dealers_floor_refuses_before_there_is_a_chain() {
	let demo = |data: &Data, flags: &str| {
		let floor = "--split-by who --class standard --min-cell 5";
		let mut demo = with(data, "demo", &format!("{floor} {flags}"));
		demo.args(["--node", "/no/such/node"]);
		demo
	};
	let staff = staff();
	let weighted = "--statistic weighted-mean --columns salary --weight is_ceo";
	let parts =
		["a: column `is_ceo`: one of its 2 distinct values has 1 row", "floor of 5", "--min-cell"];
	fails(&mut demo(&staff, weighted), 2, &parts);
	let covariance = "--statistic covariance --columns is_ceo,salary";
	fails(&mut demo(&staff, covariance), 2, &["column `is_ceo`: one of its 2 distinct values"]);
	let histogram = "--statistic histogram --columns salary --edges 0,1003,1010,9000";
	let parts = ["the bin `0 <= salary < 1003` has 1 row", "--drop-small-cells"];
	fails(&mut demo(&staff, histogram), 2, &parts);
	// what the second of two tasks would be refused for as well: a has one row of q
	let row = |who: &str, i: u32, ward: &str| format!("{who},{},{ward}\n", 1000 + i * 7);
	let rows = |who: &str| {
		let of_q = if who == "a" { 1 } else { 6 };
		let all = (0..6).map(|i| row(who, i, "p")).chain((0..of_q).map(|i| row(who, i, "q")));
		all.collect::<String>()
	};
	let wards = data(format!("who,salary,ward\n{}", ["a", "b", "c", "d"].map(rows).concat()));
	let mean = "--statistic mean --columns salary --group-by ward";
	fails(&mut demo(&wards, mean), 2, &["a: group q has 1 row, fewer than the floor of 5"]);
	// what is left out, or allowed, keeps nobody from a chain
	for (data, flags) in [(&staff, histogram), (&wards, mean)] {
		let mut left_out = demo(data, &format!("{flags} --drop-small-cells"));
		fails(&mut left_out, 2, &["there is no node binary"]);
	}
}

#[test]
fn a_column_that_tells_the_dealers_apart_is_refused_unless_it_is_allowed() {
	let row = |i: u32| {
		let who = i % 3;
		format!("{},{},{}\n", ["a", "b", "c"][who as usize], 1 + who, 1000 + i * 7)
	};
	let data = data(format!("who,region,salary\n{}", (0..90).map(row).collect::<String>()));
	let flags = "--split-by who --class standard --min-cell 5 --statistic covariance --columns region,salary";
	let parts = ["column `region`: it has one value in 30 rows", "--allow-constant region"];
	fails(&mut with(&data, "simulate", flags), 2, &parts);
	let demo = format!("{flags} --node /no/such/node");
	fails(&mut with(&data, "demo", &demo), 2, &parts);
	let allowed = format!("{flags} --allow-constant region");
	let report = json(&mut with(&data, "simulate", &format!("{allowed} --json")));
	assert_eq!(report["tasks"][0]["exact"], true);
	let demo = format!("{allowed} --node /no/such/node");
	fails(&mut with(&data, "demo", &demo), 2, &["there is no node binary"]);
}

#[test]
fn what_is_published_is_looked_at_before_the_chain() {
	let data = proposed();
	let flags = "--suri //Bob --url ws://127.0.0.1:1";
	let publish = |more: &str| dealer(&data, &format!("policy publish {flags} {more}"));
	fails(&mut publish(""), 3, &["no chain answers"]);
	fails(&mut publish("--dataset pay-2026"), 3, &["no chain answers"]);
	let parts = ["there is no data set `pay-2025`", "the data sets are: pay-2026"];
	fails(&mut publish("--dataset pay-2025"), 2, &parts);
	// what is taken back need not be in the file any more
	fails(&mut publish("--dataset pay-2025 --remove"), 3, &["no chain answers"]);
	fails(dealer(&data, "policy publish").env_remove("OSTRAKA_SURI"), 2, &["--suri", "--key-file"]);
	let show = "policy show --account //Bob --url ws://127.0.0.1:1";
	fails(&mut dealer(&data, show), 3, &["no chain answers"]);
	// more tasks than the chain remembers
	change(&data, "per_period = 4", "per_period = 9");
	fails(&mut publish(""), 2, &["per_period"]);
	std::fs::remove_file(policy(&data)).expect("it is there");
	fails(&mut publish(""), 2, &["there is no policy", "ostraka policy init"]);
	fails(&mut publish("--remove"), 2, &["--dataset NAME"]);
}

#[test]
fn the_help_says_how_a_dealer_goes_without_a_policy() {
	for command in ["deal", "accept"] {
		let output = ostraka().args([command, "--help"]).output().expect("runs");
		let help = String::from_utf8(output.stdout).expect("text");
		for flag in ["--policy", "--no-policy", "--dataset", "--log"] {
			assert!(help.contains(flag), "{command}: {flag}");
		}
	}
	for command in
		["policy init", "policy check", "policy publish", "policy show", "log verify", "inbox"]
	{
		let mut help = ostraka();
		let output = help.args(command.split_whitespace()).arg("--help").output().expect("runs");
		assert!(output.status.success(), "{command}");
	}
}
