//! The command line tool from outside: every bad input has its message and its exit code, before anything is sent; the
//! simulation gives the JSON that is promised.

#[path = "cli/entry.rs"]
mod entry;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/flags.rs"]
mod flags;
#[path = "cli/kit.rs"]
mod kit;
#[path = "cli/policy.rs"]
mod policy;
#[path = "cli/profile.rs"]
mod profile;
#[path = "cli/reference.rs"]
mod reference;
#[path = "schema/mod.rs"]
mod schema;
#[path = "cli/schemas.rs"]
mod schemas;
#[path = "cli/secret.rs"]
mod secret;
#[path = "cli/task_file.rs"]
mod task_file;
#[path = "cli/told.rs"]
mod told;

use serde_json::Value;
use std::{
	path::{Path, PathBuf},
	process::{Command, Stdio},
};
use tempfile::TempDir;

/// A directory with one data file.
struct Data {
	directory: TempDir,
	file: PathBuf,
}

fn data(bytes: impl AsRef<[u8]>) -> Data {
	let directory = TempDir::new().expect("a temporary directory");
	let file = directory.path().join("data.csv");
	std::fs::write(&file, bytes).expect("written");
	Data { directory, file }
}

fn ostraka() -> Command {
	let mut command = Command::new(env!("CARGO_BIN_EXE_ostraka"));
	for name in [
		"OSTRAKA_SURI",
		"OSTRAKA_URL",
		"OSTRAKA_NODE",
		"OSTRAKA_WORKER_SURI",
		"OSTRAKA_POLICY",
		"OSTRAKA_LOG",
		"OSTRAKA_CONFIG",
		"OSTRAKA_WEBHOOK",
		"OSTRAKA_PROFILE",
	] {
		command.env_remove(name);
	}
	// nor what the machine's user has set up
	command.env("XDG_CONFIG_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-configuration"));
	command
}

/// Lets nobody but the user read a file, as of one with a secret in it.
#[cfg(unix)]
fn keep(file: &Path) {
	use std::os::unix::fs::PermissionsExt;
	std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
}

#[cfg(not(unix))]
fn keep(_: &Path) {}

/// Runs the tool with a file and more flags, given as words.
fn with(data: &Data, command: &str, flags: &str) -> Command {
	let mut ostraka = ostraka();
	ostraka
		.args(command.split_whitespace())
		.arg("--data")
		.arg(&data.file)
		.args(flags.split_whitespace());
	ostraka
}

#[track_caller]
fn fails(command: &mut Command, code: i32, expected: &[&str]) {
	let output = command.output().expect("runs");
	let text = String::from_utf8_lossy(&output.stderr);
	assert_eq!(output.status.code(), Some(code), "{text}");
	for part in expected {
		assert!(text.contains(part), "`{text}` does not say `{part}`");
	}
	assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
	schema::said(command.get_args(), "", &text);
}

#[track_caller]
fn json(command: &mut Command) -> Value {
	let output = command.output().expect("runs");
	let errors = String::from_utf8_lossy(&output.stderr);
	let text = String::from_utf8_lossy(&output.stdout);
	assert!(output.status.success(), "{errors}{text}");
	schema::said(command.get_args(), &text, &errors);
	serde_json::from_str(&text).expect("JSON")
}

const GOOD: &str = "who,x,y,g\na,1.5,1,p\na,2,2,q\nb,3,2,p\nb,4.25,5,q\nc,5,4,p\nc,6,7,q\n,9,9,p\n";
const MEAN: &str = "--split-by who --class standard --statistic mean --columns x";

#[test]
fn a_file_that_is_not_there() {
	let data = data(GOOD);
	let gone = data.directory.path().join("other.csv");
	let mut command = ostraka();
	command.arg("simulate").arg("--data").arg(gone).args(MEAN.split_whitespace());
	fails(&mut command, 2, &["other.csv", "there is no such file", "--data"]);
}

#[test]
fn a_reader_that_goes_away() {
	let mut command = ostraka();
	command.args(["completions", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped());
	let mut tool = command.spawn().expect("it starts");
	drop(tool.stdout.take());
	let said = tool.wait_with_output().expect("it ends");
	assert_eq!(said.status.code(), Some(141));
	assert!(said.stderr.is_empty(), "{}", String::from_utf8_lossy(&said.stderr));
}

#[test]
fn a_directory_instead_of_a_file() {
	let data = data(GOOD);
	let mut command = ostraka();
	command.arg("simulate").arg("--data").arg(data.directory.path()).args(MEAN.split_whitespace());
	fails(&mut command, 2, &["cannot be read"]);
}

#[test]
fn an_empty_file_and_one_without_rows() {
	fails(&mut with(&data(""), "simulate", MEAN), 2, &["data.csv", "empty"]);
	fails(&mut with(&data("who,x\n"), "simulate", MEAN), 2, &["data.csv", "no row of data"]);
}

#[test]
fn a_ragged_file() {
	let data = data("who,x\na,1\nb,2,3\n");
	fails(&mut with(&data, "simulate", MEAN), 2, &["data.csv, line 3: 3 cells", "header has 2"]);
	let short = self::data("who,x\na,1\nb\n");
	fails(&mut with(&short, "simulate", MEAN), 2, &["data.csv, line 3: 1 cell, but"]);
}

#[test]
fn bytes_that_are_no_text() {
	fails(&mut with(&data(b"who,x\na,\xff\xfe\n"), "simulate", MEAN), 2, &["line 2", "UTF-8"]);
}

#[test]
fn two_columns_of_one_name() {
	fails(&mut with(&data("who,x,x\na,1,2\n"), "simulate", MEAN), 2, &["two columns named `x`"]);
}

#[test]
fn a_column_that_is_not_there() {
	let data = data(GOOD);
	let wrong = "--split-by who --class standard --statistic mean --columns X";
	fails(
		&mut with(&data, "simulate", wrong),
		2,
		&["no column `X`", "did you mean `x`?", "who, x, y, g"],
	);
	let wrong = "--split-by whom --class standard --statistic mean --columns x";
	fails(&mut with(&data, "simulate", wrong), 2, &["no column `whom`"]);
	let wrong = "--split-by who --class standard --statistic mean --columns x --group-by h";
	fails(&mut with(&data, "simulate", wrong), 2, &["no column `h`"]);
}

#[test]
fn a_cell_that_is_no_number() {
	let data = data("who,x\na,1\nb,two\nc,3\n");
	let parts = ["data.csv, line 3, column `x`: `two` is not a number", "--missing"];
	fails(&mut with(&data, "simulate", MEAN), 2, &parts);
}

#[test]
fn infinity() {
	for text in ["inf", "-Infinity", "-NaN"] {
		let data = data(format!("who,x\na,1\nb,2\nc,{text}\n"));
		let parts = ["line 4, column `x`", text, "is not a finite number"];
		fails(&mut with(&data, "simulate", MEAN), 2, &parts);
	}
}

#[test]
fn a_value_outside_its_declared_range() {
	let data = data(GOOD);
	let flags = format!("{MEAN} --range x=0:5");
	let parts = ["line 7, column `x`: 6", "outside its declared range 0", "--range x=MIN:MAX"];
	fails(&mut with(&data, "simulate", &flags), 2, &parts);
}

#[test]
fn more_decimals_than_declared() {
	let data = data(GOOD);
	let flags = format!("{MEAN} --decimals x=1");
	fails(&mut with(&data, "simulate", &flags), 2, &["`4.25` has 2 decimals", "--round"]);
	let report = json(&mut with(&data, "simulate", &format!("{flags} --round --json")));
	assert_eq!(report["tasks"][0]["exact"], true);
}

#[test]
fn a_number_too_large_or_too_long() {
	let large = data("who,x\na,1\nb,99999999999999999999\nc,3\n");
	fails(&mut with(&large, "simulate", MEAN), 2, &["line 3", "too large"]);
	let long = data(format!("who,x\na,1\nb,{}\nc,3\n", "1".repeat(60)));
	fails(&mut with(&long, "simulate", MEAN), 2, &["line 3", "more than 36 digits", "…"]);
	let power = data("who,x\na,1\nb,1e500\nc,3\n");
	fails(&mut with(&power, "simulate", MEAN), 2, &["line 3", "`1e500`"]);
}

#[test]
fn too_few_dealers() {
	let data = data(GOOD);
	let flags = "--split-by who --class confidential --statistic mean --columns x";
	fails(&mut with(&data, "simulate", flags), 2, &["3 dealers where 5 are needed", "--class"]);
	let one = self::data("who,x\na,1\n");
	fails(&mut with(&one, "simulate", MEAN), 2, &["there is 1 dealer where 3 are needed"]);
	let flags = format!("{MEAN} --dealers 9");
	fails(&mut with(&data, "simulate", &flags), 2, &["3 dealers where 9 are needed"]);
	let flags = "--dealers 50 --class standard --statistic mean --columns x";
	fails(&mut with(&data, "simulate", flags), 2, &["every dealer needs a row"]);
}

#[test]
fn too_many_dealers() {
	let rows: String = (0..600).map(|i| format!("d{i},1\n")).collect();
	let data = data(format!("who,x\n{rows}"));
	fails(&mut with(&data, "simulate", MEAN), 2, &["600 dealers", "512"]);
}

#[test]
fn nobody_says_whose_rows_are_whose() {
	let flags = "--class standard --statistic mean --columns x";
	fails(&mut with(&data(GOOD), "simulate", flags), 2, &["--split-by COLUMN", "--dealers N"]);
}

#[test]
fn a_column_without_any_value() {
	let data = data("who,x\na,\nb,\nc,\n");
	fails(&mut with(&data, "simulate", MEAN), 2, &["column `x` has no value"]);
}

#[test]
fn a_group_with_too_few_rows() {
	let flags = format!("{MEAN} --min-cell 3");
	fails(
		&mut with(&data(GOOD), "simulate", &flags),
		2,
		&["2 rows", "floor of 3", "--drop-small-cells"],
	);
}

#[test]
fn more_rows_than_allowed() {
	let flags = format!("{MEAN} --max-rows 1");
	fails(&mut with(&data(GOOD), "simulate", &flags), 2, &["exceeds the 1 rows", "--max-rows"]);
}

#[test]
fn an_unknown_statistic_or_the_wrong_columns() {
	let data = data(GOOD);
	let cases = [
		("--statistic mode --columns x", "invalid value 'mode'"),
		("--statistic covariance --columns x", "takes two columns"),
		("--statistic mean --columns x,y", "takes one column"),
		("--statistic regression --columns x", "needs --target"),
		("--statistic weighted-mean --columns x", "needs --weight"),
		("--statistic quantiles --columns x", "needs --quantiles"),
		("--statistic mean --columns x --target y", "no use for --target"),
		("--statistic histogram --columns x --edges 1,1", "each larger"),
		("--statistic histogram --columns x --bins 300", "between 1 and 254"),
		("--statistic mean --columns x --range z=0:1", "no column of this statistic"),
		("--statistic mean --columns x --range x=1", "COLUMN=MIN:MAX"),
		("--statistic mean --columns x --decimals x=12", "N from 0 to 9"),
		("--columns x", "--statistic"),
	];
	for (flags, expected) in cases {
		let flags = format!("--split-by who --class standard {flags}");
		fails(&mut with(&data, "simulate", &flags), 2, &[expected]);
	}
}

#[test]
fn unknown_faults_and_too_many() {
	let data = data(GOOD);
	let faults = |faults: &str| format!("{MEAN} --faults {faults}");
	fails(&mut with(&data, "simulate", &faults("bribe")), 2, &["no fault `bribe`", "wrong-share"]);
	fails(
		&mut with(&data, "simulate", &faults("bad-share=4")),
		2,
		&["more faults than there are dealers"],
	);
	fails(&mut with(&data, "simulate", &faults("silent-node=2")), 2, &["no result", "1 at most"]);
}

#[test]
fn another_file_without_a_statistic() {
	let flags = "--split-by who --class standard";
	fails(
		&mut with(&data(GOOD), "simulate", flags),
		2,
		&["annual_income", "say which with --statistic"],
	);
}

#[test]
fn errors_are_json_if_asked() {
	let data = data("");
	let mut command = with(&data, "simulate", &format!("{MEAN} --json"));
	let output = command.output().expect("runs");
	let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
	schema::said(command.get_args(), "", &String::from_utf8_lossy(&output.stderr));
	assert_eq!(error["code"], 2);
	assert!(error["error"].as_str().is_some_and(|text| text.contains("empty")), "{error}");
}

#[test]
fn a_simulation_equals_the_pooled_rows() {
	let report = json(&mut with(&data(GOOD), "simulate", &format!("{MEAN} --json --seed 1")));
	assert_eq!(report["dealers"], 3);
	assert_eq!(report["rows"], 6);
	assert_eq!(report["skipped_rows"], 1);
	assert_eq!(report["class"], "Standard");
	let task = &report["tasks"][0];
	assert_eq!(task["statistic"], "mean");
	assert_eq!(task["columns"][0], "x");
	assert_eq!(task["target"], Value::Null);
	assert_eq!(task["result"]["count"], 6);
	assert_eq!(task["result"]["sum"], 21.75);
	assert_eq!(task["result"]["mean"], 3.625);
	assert_eq!(task["result"], task["plaintext"]);
	assert_eq!((task["exact"].as_bool(), task["verified"].as_bool()), (Some(true), Some(true)));
	for key in ["phases", "fees", "rewards"] {
		assert!(task.get(key).is_some(), "{key}");
	}
}

#[test]
fn every_statistic_runs() {
	let data = data(GOOD);
	let cases = [
		("count --columns x", "count"),
		("sum --columns x", "sum"),
		("weighted-mean --columns x --weight y", "mean"),
		("variance --columns x", "variance"),
		("std --columns x", "std"),
		("covariance --columns x,y", "covariance"),
		("correlation --columns x,y", "correlation"),
		("regression --columns x --target y", "coefficients"),
		("histogram --columns x --bins 3", "counts"),
		("quantiles --columns x --bins 3 --quantiles 0.25,0.5", "quantiles"),
		("median --columns x --edges 0,2,4,8", "median_bounds"),
		("vector-mean --columns x,y --weight y", "mean"),
	];
	for (flags, key) in cases {
		let flags = format!("--split-by who --class standard --json --statistic {flags}");
		let report = json(&mut with(&data, "simulate", &flags));
		let task = &report["tasks"][0];
		assert!(task["result"].get(key).is_some(), "{flags}: {task}");
		assert_eq!(task["exact"], true, "{flags}");
	}
	let regression =
		"--split-by who --class standard --json --statistic regression --columns x --target y";
	let report = json(&mut with(&data, "simulate", regression));
	let coefficients = &report["tasks"][0]["result"]["coefficients"];
	assert!(coefficients["intercept"].is_number() && coefficients["x"].is_number());
}

#[test]
fn a_group_by_counts_its_dealers_first() {
	let flags = format!("{MEAN} --group-by g --json");
	let report = json(&mut with(&data(GOOD), "simulate", &flags));
	assert_eq!(report["tasks"][0]["statistic"], "contributors");
	assert_eq!(report["tasks"][0]["result"]["groups"]["p"]["contributors"], 3);
	assert_eq!(report["tasks"][1]["result"]["groups"]["q"]["count"], 3);
}

#[test]
fn groups_with_too_few_dealers_are_left_out() {
	let data = data("who,x,g\na,1,p\nb,2,p\nc,3,p\nc,4,rare\n");
	let flags = format!("{MEAN} --group-by g --json");
	let report = json(&mut with(&data, "simulate", &flags));
	let task = &report["tasks"][1];
	assert_eq!(task["left_out"][0], "rare");
	assert_eq!(task["result"]["groups"].as_object().map(serde_json::Map::len), Some(1));
}

/// Runs a simulation that has no result of its last task; returns what it says of the reason.
#[track_caller]
fn not_computed(data: &Data, flags: &str) -> (String, Value) {
	let mut command = with(data, "simulate", &format!("{flags} --json"));
	let output = command.output().expect("runs");
	assert_eq!(output.status.code(), Some(1), "{flags}");
	let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
	schema::said(command.get_args(), &out, &err);
	let error: Value = serde_json::from_str(&err).expect("JSON");
	let report: Value = serde_json::from_str(&out).expect("JSON");
	let last = report["tasks"].as_array().and_then(|tasks| tasks.last()).expect("a task").clone();
	assert_eq!(last["result"], Value::Null, "{flags}");
	let error = error["error"].as_str().expect("a text").to_owned();
	assert!(!error.contains("pooled"), "{flags}: {error}");
	(error, last)
}

#[test]
fn too_few_dealers_in_every_group_is_no_wrong_result() {
	let data = data("who,x,g\na,1,p\nb,2,p\nc,3,q\nd,4,q\ne,5,q\nf,6,r\n");
	let flags = "--split-by who --statistic mean --columns x --group-by g";
	let (error, task) = not_computed(&data, flags);
	for part in [
		"mean of x by g: not computed",
		"no group has 5 dealers",
		"(the most, 3, has `q`)",
		"--class",
		"--groups",
		"more dealers",
	] {
		assert!(error.contains(part), "`{error}` does not say `{part}`");
	}
	assert_eq!(task["left_out"].as_array().map(Vec::len), Some(3));
	let report = json(&mut with(&data, "simulate", &format!("{flags} --class standard --json")));
	assert_eq!(report["tasks"][1]["exact"], true);
}

#[test]
fn too_few_rows_is_no_wrong_result() {
	let few = data("who,x,y\na,1,2\nb,,2\nc,,2\n");
	let (error, _) = not_computed(&few, MEAN);
	assert!(error.contains("mean of x: not computed: 1 dealing accepted"), "{error}");
}

#[test]
fn a_statistic_that_is_not_defined_on_the_rows_is_a_right_result() {
	let constant = data("who,x,y\na,1,2\nb,2,2\nc,3,2\n");
	let flags = "--split-by who --class standard --statistic correlation --columns x,y";
	let report = json(&mut with(&constant, "simulate", &format!("{flags} --json")));
	let task = &report["tasks"][0];
	for (key, value) in [("result", "undefined"), ("plaintext", "undefined")] {
		assert_eq!(task[key], value, "{task}");
	}
	for key in ["exact", "verified"] {
		assert_eq!(task[key], true, "{task}");
	}
	assert_eq!(task["sums"], serde_json::json!(["3", "6", "6", "14", "12", "12"]));
	let output = with(&constant, "simulate", flags).output().expect("runs");
	let shown = String::from_utf8(output.stdout).expect("UTF-8");
	assert!(output.status.success() && shown.contains("not defined on these"), "{shown}");
	assert!(shown.contains("Σ x·y"), "{shown}");
}

#[test]
fn missing_cells_are_skipped_and_counted() {
	let data = data("who,x\na,1\na,\nb,2\nb,NA\nc,3\n");
	let report = json(&mut with(&data, "simulate", &format!("{MEAN} --missing NA --json")));
	assert_eq!(report["tasks"][0]["skipped_missing"], 2);
	assert_eq!(report["tasks"][0]["result"]["count"], 3);
}

#[test]
fn faults_are_found_and_their_authors_named() {
	let rows: String = (0..24).map(|i| format!("d{},{i}\n", i % 8)).collect();
	let data = data(format!("who,x\n{rows}"));
	let flags = "--split-by who --statistic mean --columns x --json \
	             --faults bad-share=1,unopenable=1,malformed=1,wrong-share=1,false-accusation=1";
	let report = json(&mut with(&data, "simulate", flags));
	let task = &report["tasks"][0];
	assert_eq!(task["accepted"], 5);
	assert_eq!(task["faults"].as_array().map(Vec::len), Some(5));
	assert_eq!(task["exact"], true);
}

#[test]
fn a_forged_input_does_not_count_and_the_others_are_proven() {
	let rows: String = (0..24).map(|i| format!("d{},{i}\n", i % 8)).collect();
	let data = data(format!("who,x\n{rows}"));
	let flags =
		"--split-by who --statistic mean --columns x --faults forged-input=2,false-challenge=1";
	let report = json(&mut with(&data, "simulate", &format!("{flags} --json")));
	let task = &report["tasks"][0];
	assert_eq!((&task["accepted"], &task["exact"]), (&6.into(), &true.into()));
	assert_eq!(task["proofs"], serde_json::json!({ "hold": 6, "of": 6 }));
	let faults = task["faults"].as_array().expect("a list");
	let of = |kind: &str| faults.iter().filter(|fault| fault["fault"] == kind).count();
	assert_eq!((of("forged-input"), of("false-challenge")), (2, 1), "{task}");
	let output = with(&data, "simulate", flags).output().expect("runs");
	let text = String::from_utf8_lossy(&output.stdout);
	assert!(text.contains("mean of x: proofs of valid input: 6 of 6 hold"), "{text}");
}

#[test]
fn a_chain_that_is_not_there() {
	// a port that nobody listens on: it was free a moment ago
	let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
	let url = format!("ws://{}", listener.local_addr().expect("bound"));
	drop(listener);
	for command in [
		"task list",
		"node list",
		"result --task 0",
		"challenge 0",
		"node bond 1",
		"node role verify",
		"node slash list",
		"node slash apply 0",
		"node slash cancel 0",
		"task cancel 0",
		"accept 0",
	] {
		let mut ostraka = ostraka();
		ostraka.args(["--url", &url, "--suri", "//Alice"]).args(command.split_whitespace());
		fails(&mut ostraka, 3, &["no chain answers", &url, "--url"]);
	}
	let mut demo = ostraka();
	fails(demo.args(["demo", "--url", &url]), 3, &["no chain answers"]);
}

#[test]
fn something_that_is_no_chain() {
	let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
	let url = format!("ws://{}", listener.local_addr().expect("bound"));
	std::thread::spawn(move || {
		for stream in listener.incoming().flatten() {
			use std::io::Write;
			let mut stream = stream;
			let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
		}
	});
	fails(ostraka().args(["--url", &url, "task", "list"]), 3, &["no chain answers"]);
}

#[test]
fn a_demo_reads_its_data_before_it_starts_a_chain() {
	let data = data("who,x\na,1\nb,two\n");
	fails(&mut with(&data, "demo", MEAN), 2, &["line 3", "is not a number"]);
	let good = self::data(GOOD);
	let mut none = with(&good, "demo", MEAN);
	fails(none.args(["--node", "/no/such/node"]), 2, &["there is no node binary"]);
}
