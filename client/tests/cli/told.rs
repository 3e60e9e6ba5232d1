//! What people are told of what was left out, rounded or refused, and what is kept from their terminal.

use super::{data, fails, json, keep, ostraka, with, Data, GOOD, MEAN};
use serde_json::Value;
use std::process::Command;

/// What a command that ends well prints to standard output.
#[track_caller]
fn said(command: &mut Command) -> String {
	let output = command.output().expect("runs");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	String::from_utf8(output.stdout).expect("text")
}

fn simulated(data: &Data, flags: &str) -> String {
	said(&mut with(data, "simulate", flags))
}

#[test]
fn markers_of_a_missing_number() {
	let file = data("who,x\na,1\na,NA\nb,2\nb,n/a\nc,3\nc,null\nc,NaN\nc,-\nc,\nc,?\n");
	fails(&mut with(&file, "simulate", MEAN), 2, &["line 11", "`?` is not a number", "--missing"]);
	let report = json(&mut with(&file, "simulate", &format!("{MEAN} --json --missing ?")));
	let task = &report["tasks"][0];
	assert_eq!((&task["skipped_missing"], &task["result"]["sum"]), (&7.into(), &6.into()));
	let note = report["notes"][0].as_str().expect("a note");
	for part in ["`x`", "taken as missing", "`NA` in 1 cell", "`n/a` in 1 cell", "`-` in 1 cell"] {
		assert!(note.contains(part), "`{note}` does not say `{part}`");
	}
	let text = simulated(&file, &format!("{MEAN} --missing ?"));
	assert!(
		text.contains("7 rows left out for a missing value") && text.contains("`NA`"),
		"{text}"
	);
}

#[test]
fn a_column_of_text_keeps_its_texts() {
	// NA is a dealer and a group here
	let rows = ["a", "b", "NA"].map(|who| format!("{who},1,NA\n{who},2,-\n"));
	let file = data(format!("who,x,g\n{}", rows.concat()));
	let report = json(&mut with(&file, "simulate", &format!("{MEAN} --json --group-by g")));
	assert_eq!(report["dealers"], 3);
	assert_eq!(report["tasks"][1]["result"]["groups"]["NA"]["sum"], 3);
	assert_eq!(report["tasks"][1]["result"]["groups"]["-"]["sum"], 6);
}

#[test]
fn a_dealer_without_values() {
	let file = data("who,x\na,1\nb,2\nc,3\nd,\nd,\n");
	let report = json(&mut with(&file, "simulate", &format!("{MEAN} --json")));
	assert_eq!(report["tasks"][0]["skipped_missing"], 2);
	assert_eq!(report["tasks"][0]["result"]["sum"], 6);
	let text = simulated(&file, MEAN);
	assert!(text.contains("2 rows left out for a missing value"), "{text}");
	assert!(text.contains("1 dealer without a row that can be used: d"), "{text}");
}

#[test]
fn groups_that_are_left_out() {
	let file = data("who,x,g\na,1,p\nb,2,p\nc,3,p\na,5,q\nb,6,q\n");
	let text = simulated(&file, &format!("{MEAN} --group-by g"));
	assert!(text.contains("left out, as too few dealers have rows of them: q"), "{text}");
}

#[test]
fn what_a_dealer_would_refuse() {
	let text = simulated(&data("who,x\na,1\nb,2\nc,6\n"), MEAN);
	for part in ["3 of 3 dealers with fewer than 3 rows", "`ostraka deal` refuses", "--min-cell"] {
		assert!(text.contains(part), "`{text}` does not say `{part}`");
	}
	let enough = data("who,x\na,1\na,1\na,1\nb,2\nb,2\nb,2\nc,6\nc,6\nc,6\n");
	assert!(!simulated(&enough, MEAN).contains("fewer than"));
	fails(
		&mut with(&data("who,x\na,1\nb,2\nc,6\n"), "simulate", &format!("{MEAN} --min-cell 3")),
		2,
		&["a: there is 1 row, fewer than the floor of 3"],
	);
}

#[test]
fn what_is_rounded_away() {
	let gone = data("who,x\na,1e-12\nb,2e-12\nc,4e-12\n");
	fails(&mut with(&gone, "simulate", MEAN), 2, &["line 2", "decimals", "--round"]);
	let flags = format!("{MEAN} --round");
	fails(
		&mut with(&gone, "simulate", &flags),
		2,
		&["column `x`", "nothing is left", "smaller unit"],
	);
	let some = data("who,x\na,9.3494547075363499e-310\nb,0.5\nc,4.9e-324\n");
	let report = json(&mut with(&some, "simulate", &format!("{flags} --json")));
	assert_eq!(report["tasks"][0]["result"]["sum"], 0.5);
	let note = report["notes"][0].as_str().expect("a note");
	assert!(note.contains("2 of 3 values are rounded to 9 decimals, 2 of them to 0"), "{note}");
	let tiny = data("who,x\na,2.5e-8\nb,2.22e-101\nc,3e-9\n");
	let refused = with(&tiny, "simulate", MEAN).output().expect("runs");
	let error = String::from_utf8_lossy(&refused.stderr);
	assert!(error.contains("line 3") && error.contains("`2.22e-101` has 103 decimals"), "{error}");
	assert!(!error.contains("fewer digits"), "{error}");
	let report = json(&mut with(&tiny, "simulate", &format!("{flags} --json")));
	assert_eq!(report["tasks"][0]["result"]["sum"], 2.8e-8);
}

#[test]
fn numbers_that_are_no_numbers_yet() {
	for (cell, parts) in [
		("9104209908849226329", &["too large", "larger unit"][..]),
		("1e400", &["`1e400` is too large"]),
		("\"1,234,567\"", &["in groups", "without separators between thousands"]),
		("1'234", &["in groups"]),
		("\"1,5\"", &["there is a comma in it", "--decimal-comma"]),
	] {
		let file = data(format!("who,x\na,1\nb,{cell}\nc,3\n"));
		let output = with(&file, "simulate", MEAN).output().expect("runs");
		let error = String::from_utf8_lossy(&output.stderr);
		assert_eq!(output.status.code(), Some(2), "{error}");
		for part in parts.iter().chain(&["line 3"]) {
			assert!(error.contains(part), "`{error}` does not say `{part}`");
		}
		assert!(!error.contains("fewer decimals"), "{error}");
	}
}

#[test]
fn edges_may_be_finer_than_the_values() {
	let file = data("who,age\na,17\nb,18\nc,64\na,65\nb,30\nc,40\n");
	let flags = "--split-by who --class standard --json --statistic histogram --columns age --edges 0,17.5,64.5,120";
	let report = json(&mut with(&file, "simulate", flags));
	assert_eq!(report["tasks"][0]["result"]["counts"], serde_json::json!([0, 1, 4, 1, 0]));
	let fixed = format!("{flags} --decimals age=0");
	fails(
		&mut with(&file, "simulate", &fixed),
		2,
		&["--edges: `17.5` has 1 decimal", "--decimals age=N"],
	);
}

/// A column in which most values are small and some very large.
fn skewed() -> Data {
	let who = ["a", "b", "c"];
	let small = (0..401).map(|i| (i % 3, 1 + i * 9));
	let large = (0..400).map(|i| (i % 3, 4_000 + i * 9_900));
	let row = |(i, value): (usize, usize)| format!("{},{value}\n", who[i]);
	data(format!("who,x\n{}", small.chain(large).map(row).collect::<String>()))
}

#[test]
fn a_median_without_bins_is_asked_for_twice() {
	let file = skewed();
	let flags = "--split-by who --class standard --statistic median --columns x";
	let report = json(&mut with(&file, "simulate", &format!("{flags} --json")));
	let tasks = report["tasks"].as_array().expect("tasks");
	assert_eq!(tasks.len(), 2);
	let true_median = 1.0 + 400.0 * 9.0;
	for (task, width) in tasks.iter().zip([3000.0, 20.0]) {
		let bound = |i: usize| task["result"]["median_bounds"][i].as_f64().expect("a bound");
		assert!(bound(0) <= true_median && true_median < bound(1), "{task}");
		assert!(bound(1) - bound(0) <= width, "{task}");
		assert_eq!((&task["exact"], &task["verified"]), (&true.into(), &true.into()));
	}
	// wide enough for no line to be broken
	let text = said(with(&file, "simulate", flags).env("COLUMNS", "400"));
	assert!(
		text.contains("first: which bin") && text.contains("second: within that bin"),
		"{text}"
	);
	assert!(text.contains("median_bounds"), "{text}");
	// bins of one's own are asked for once
	let own = json(&mut with(&file, "simulate", &format!("{flags} --bins 50 --json")));
	assert_eq!(own["tasks"].as_array().map(Vec::len), Some(1));
	// and so is a part of the range
	let part = json(&mut with(
		&file,
		"simulate",
		&format!("{flags} --between 3000:4000 --bins 100 --json"),
	));
	assert_eq!(part["tasks"][0]["result"]["median_bounds"], serde_json::json!([3600, 3610]));
}

#[test]
fn a_median_that_is_known_exactly_is_asked_for_once() {
	let file = data("who,x\na,1\nb,2\nc,3\n");
	let flags = "--split-by who --class standard --statistic median --columns x";
	let report = json(&mut with(&file, "simulate", &format!("{flags} --json")));
	assert_eq!(report["tasks"].as_array().map(Vec::len), Some(1));
	let note = report["tasks"][0]["notes"].to_string();
	assert!(note.contains("asked for once: every bin that matters is one unit"), "{note}");
}

#[test]
fn quantiles_by_group_are_asked_for_more_closely() {
	let rows: String = (0..90)
		.map(|i| format!("{},{},{}\n", ["a", "b", "c"][i % 3], i * 97, ["p", "q"][i / 3 % 2]))
		.collect();
	let file = data(format!("who,x,g\n{rows}"));
	let flags =
		"--split-by who --class standard --json --statistic quantiles --quantiles 0.25,0.75 --columns x --group-by g";
	let report = json(&mut with(&file, "simulate", flags));
	let tasks = report["tasks"].as_array().expect("tasks");
	assert_eq!(tasks.len(), 3);
	let width = |task: &Value| {
		let bounds = &task["result"]["groups"]["p"]["quantiles"][0]["bounds"];
		bounds[1].as_f64().expect("a bound") - bounds[0].as_f64().expect("a bound")
	};
	assert!(width(&tasks[2]) < width(&tasks[1]) / 5.0, "{} {}", tasks[1], tasks[2]);
	assert!(tasks.iter().all(|task| task["exact"] == true && task["verified"] == true));
}

#[test]
fn nothing_of_a_file_moves_the_cursor() {
	let cell = data("who,x\na,1\nb,\u{1b}[2J\u{1b}[1;1H2\nc,3\n");
	let output = with(&cell, "simulate", MEAN).output().expect("runs");
	let error = String::from_utf8_lossy(&output.stderr);
	assert!(error.contains("line 3") && error.contains("is not a number"), "{error}");
	assert!(!error.contains('\u{1b}'), "{error:?}");
	let rows = ["a", "b", "c", "d"].map(|who| format!("{who}\u{9b}2J,a\u{1b}[31mRED\u{202e},1\n"));
	let group = data(format!("who,g\u{1b}[0m,x\n{}", rows.concat()));
	let mut command = with(&group, "simulate", MEAN);
	let text = said(
		command.args(["--group-by", "g\\u{1b}[0m", "--faults", "bad-share"]).env("COLUMNS", "200"),
	);
	assert!(text.contains("RED"), "{text}");
	assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\r']), "{text:?}");
	let text = said(with(&group, "simulate", MEAN).args(["--group-by", "g\\u{1b}[0m", "--json"]));
	assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
	let missing = data(GOOD);
	let mut command =
		with(&missing, "simulate", "--split-by who --class standard --statistic mean");
	let output = command.args(["--columns", "x\u{1b}]0;title\u{7}"]).output().expect("runs");
	assert!(!output.stderr.contains(&0x1b), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_file_of_dealers_with_a_byte_order_mark() {
	let file = data("\u{feff}5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\n//Bob\n//Charlie\n");
	let mut command = ostraka();
	command.args(
		"--url ws://127.0.0.1:1 task submit --suri //Alice --class standard".split_whitespace(),
	);
	command.args("--statistic mean --columns x --range x=0:100 --dealers-file".split_whitespace());
	fails(command.arg(&file.file), 3, &["no chain answers"]);
}

#[test]
fn every_address_of_this_machine_is_this_machine() {
	for url in ["ws://0.0.0.0:1", "ws://[::]:1"] {
		let output = ostraka().args(["--url", url, "task", "list"]).output().expect("runs");
		let error = String::from_utf8_lossy(&output.stderr);
		assert_eq!(output.status.code(), Some(3), "{error}");
		assert!(
			error.contains("no chain answers") && !error.contains("another machine"),
			"{error}"
		);
	}
}

#[test]
fn a_keystore_that_holds_another_key() {
	use sp_core::{crypto::Pair, ed25519, sr25519};
	let phrase = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
	let scheme = sr25519::Pair::from_string("//Wrong", None).expect("a path").public().0.to_vec();
	let locked =
		ed25519::Pair::from_string(phrase, Some("horse")).expect("a phrase").public().0.to_vec();
	for (public, secret, said) in [(scheme, "//Wrong", "scheme"), (locked, phrase, "password")] {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let name = format!("6f737472{}", hex::encode(public));
		let file = directory.path().join(name);
		std::fs::write(&file, format!("\"{secret}\"")).expect("written");
		keep(&file);
		let mut command = ostraka();
		command.args(
			"--url ws://127.0.0.1:1 node register --suri //Operator --stake 2000"
				.split_whitespace(),
		);
		fails(command.arg("--keystore").arg(directory.path()), 2, &[said]);
	}
}
