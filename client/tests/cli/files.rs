//! Files that people have: how each is read, or what is said of it.

use super::{data, fails, json, ostraka, with, MEAN};
use flate2::{write::GzEncoder, Compression};
use serde_json::Value;
use std::{
	io::Write,
	process::{Command, Stdio},
};

const PLAIN: &str = "who,x,g\na,1.5,p\nb,2,p\nc,3,q\n";

/// The sum of a simulation's last task, after a check that it is exact and verified.
#[track_caller]
fn sum(command: &mut Command) -> Value {
	let report = json(command);
	let task = report["tasks"].as_array().and_then(|tasks| tasks.last()).expect("a task");
	assert_eq!((&task["exact"], &task["verified"]), (&Value::from(true), &Value::from(true)));
	task["result"]["sum"].clone()
}

fn mean_of(bytes: impl AsRef<[u8]>) -> Value {
	sum(&mut with(&data(bytes), "simulate", &format!("{MEAN} --json")))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
	let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
	encoder.write_all(bytes).expect("in memory");
	encoder.finish().expect("in memory")
}

#[test]
fn a_quote_that_is_never_closed_swallows_no_rows() {
	let rows =
		"who,x,note\na,10,ok\nb,20,ok\nc,30,ok\nb,40,\"left ward 3\nc,500,ok\na,600,ok\nb,700,ok\n";
	fails(
		&mut with(&data(rows), "simulate", MEAN),
		2,
		&["data.csv, line 5", "quote", "never closed"],
	);
	// where a later quoted cell would close it
	let later = rows.replace("a,600,ok", "a,600,\"ok\"");
	fails(&mut with(&data(&later), "simulate", MEAN), 2, &["data.csv, line 5", "quote", "line 7"]);
	// in the middle of a row, in the header, in a compressed file
	let middle = "who,note,x\na,ok,1\nb,\"ok,2\nc,ok,3\n";
	fails(&mut with(&data(middle), "simulate", MEAN), 2, &["line 3", "quote"]);
	let header = "who,\"x\na,1\nb,2\nc,3\n";
	fails(&mut with(&data(header), "simulate", MEAN), 2, &["line 1", "quote"]);
	fails(&mut with(&data(gzip(rows.as_bytes())), "simulate", MEAN), 2, &["line 5", "quote"]);
	// a cell of several lines is none of these
	let lines = "who,x,note\na,1,\"two\nlines, and \"\"more\"\"\"\nb,2,ok\nc,3,ok\n";
	assert_eq!(mean_of(lines), 6);
}

#[test]
fn lines_end_in_any_way() {
	for end in ["\r", "\r\n", "\n"] {
		assert_eq!(mean_of(PLAIN.replace('\n', end)), 6.5);
		let bad = "who,x\na,1\nb,2\nc,five\n".replace('\n', end);
		fails(&mut with(&data(bad), "simulate", MEAN), 2, &["line 4", "`five` is not a number"]);
	}
}

#[test]
fn marks_encodings_and_compression() {
	let marked = format!("\u{feff}{PLAIN}");
	let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
	let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
	for bytes in [marked.as_bytes(), &little, &big, &gzip(PLAIN.as_bytes()), &gzip(&little)] {
		assert_eq!(mean_of(bytes), 6.5);
	}
	let cut = &gzip(PLAIN.as_bytes())[..30];
	fails(
		&mut with(&data(cut), "simulate", MEAN),
		2,
		&["data.csv", "compressed content is damaged"],
	);
	let unmarked: Vec<u8> = PLAIN.encode_utf16().flat_map(u16::to_le_bytes).collect();
	fails(&mut with(&data(unmarked), "simulate", MEAN), 2, &["UTF-16", "byte order mark"]);
}

#[test]
fn what_is_no_table_is_told() {
	for (bytes, what) in [
		(&b"%PDF-1.7\n..."[..], "a PDF document"),
		(b"<!DOCTYPE html><table>", "a web page"),
		(b"[{\"x\": 1}]", "JSON"),
		(b"PK\x03\x04\x14\0[Content_Types].xml", "workbook"),
		(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "workbook"),
		(b"PAR1 and nothing else PAR1", "cannot be read"),
		(b"\x28\xb5\x2f\xfd....", "zstd"),
	] {
		let output = with(&data(bytes), "simulate", MEAN).output().expect("runs");
		let said = String::from_utf8_lossy(&output.stderr);
		assert_eq!(output.status.code(), Some(2), "{said}");
		assert!(said.contains("data.csv") && said.contains(what), "{said}");
		assert!(!said.contains("save the file as UTF-8"), "{said}");
	}
}

#[test]
fn a_file_with_other_separators() {
	for (text, separator) in
		[("who;x\na;1,5\nb;2\nc;3\n", "semicolons"), ("who\tx\na\t1,5\nb\t2\nc\t3\n", "tabs")]
	{
		let data = data(text);
		// the separator shows in the first rows; whether a comma in a number is a decimal one shows in none
		let parts = ["line 2, column `x`", "`1,5`", "--decimal-comma"];
		fails(&mut with(&data, "simulate", MEAN), 2, &parts);
		let report = json(&mut with(&data, "simulate", &format!("{MEAN} --decimal-comma --json")));
		assert_eq!(report["tasks"][0]["result"]["sum"], 6.5);
		let note = report["notes"][0].as_str().expect("a note");
		assert!(note.contains(separator) && note.contains("--separator"), "{note}");
	}
	let given = format!("{MEAN} --decimal-comma --separator ; --json");
	let report = json(&mut with(&data("who;x\na;1,5\nb;2\nc;3\n"), "simulate", &given));
	assert_eq!((&report["tasks"][0]["result"]["sum"], report.get("notes")), (&6.5.into(), None));
	let text = with(&data("who;x\na;1\nb;2\nc;3\n"), "simulate", MEAN).output().expect("runs");
	assert!(String::from_utf8_lossy(&text.stdout).contains("separated by semicolons"));
	// where rows do not bear it out, nothing is taken for it
	for (text, separator) in [("who;x\na;1\nb\nc;3\n", "semicolons"), ("who|x\na|1\nb|2\n", "bars")]
	{
		let parts =
			["data.csv, line 1: one column, `who", separator, "--separator", "save it with commas"];
		fails(&mut with(&data(text), "simulate", MEAN), 2, &parts);
	}
}

#[test]
fn the_line_by_which_excel_knows_a_separator() {
	let comma = data("sep=,\r\nwho,x\r\na,1\r\nb,2\r\nc,6\r\n");
	fails(&mut with(&comma, "simulate", MEAN), 2, &["line 1", "sep=", "--separator ','"]);
	assert_eq!(sum(&mut with(&comma, "simulate", &format!("{MEAN} --json --separator ,"))), 9);
	let semicolon = data("sep=;\nwho;x\na;1\nb;2\nc;6\n");
	fails(&mut with(&semicolon, "simulate", MEAN), 2, &["line 1", "sep=;", "--separator ';'"]);
	assert_eq!(sum(&mut with(&semicolon, "simulate", &format!("{MEAN} --json --separator ;"))), 9);
}

#[test]
fn standard_input() {
	for bytes in [PLAIN.as_bytes().to_vec(), gzip(PLAIN.as_bytes())] {
		let mut command = ostraka();
		command.args(["simulate", "--data", "-", "--json"]).args(MEAN.split_whitespace());
		command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
		let mut tool = command.spawn().expect("it starts");
		tool.stdin.take().expect("a pipe").write_all(&bytes).expect("it reads");
		let output = tool.wait_with_output().expect("it ends");
		assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
		let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
		assert_eq!(report["tasks"][0]["result"]["sum"], 6.5);
	}
	let mut command = ostraka();
	command.args(["simulate", "--data", "-"]).args(MEAN.split_whitespace()).stdin(Stdio::null());
	fails(&mut command, 2, &["standard input: the file is empty"]);
}

#[cfg(unix)]
#[test]
fn what_can_be_read_once_only() {
	let directory = tempfile::tempdir().expect("a temporary directory");
	let pipe = directory.path().join("pipe");
	let made = Command::new("mkfifo").arg(&pipe).status();
	assert!(made.is_ok_and(|status| status.success()), "no pipe");
	let writer = {
		let pipe = pipe.clone();
		std::thread::spawn(move || std::fs::write(pipe, PLAIN).expect("somebody reads"))
	};
	let mut command = ostraka();
	command.args(["simulate", "--json", "--data"]).arg(&pipe).args(MEAN.split_whitespace());
	assert_eq!(sum(&mut command), 6.5);
	writer.join().expect("written");
}

#[test]
fn names_that_are_empty_or_there_twice() {
	fails(
		&mut with(&data("who,x,x\na,1,2\n"), "simulate", MEAN),
		2,
		&["two columns named `x`", "2 and 3"],
	);
	let empty = data("who,x,,\na,1,,\n");
	fails(&mut with(&empty, "simulate", MEAN), 2, &["line 1", "columns 3 and 4 have no name"]);
}

#[test]
fn columns_whose_names_have_commas() {
	let file = data("clinic,\"Income, net (EUR)\",age\nA,10.5,1\nB,20,2\nC,30,4\n");
	let run = |columns: &str| {
		let mut command = with(&file, "simulate", "--split-by clinic --class standard --json");
		command.args(["--statistic", "mean", "--columns", columns]);
		command
	};
	for columns in ["Income, net (EUR)", "\"Income, net (EUR)\"", " \"Income, net (EUR)\" "] {
		assert_eq!(sum(&mut run(columns)), 60.5, "{columns}");
	}
	let mut two =
		with(&file, "simulate", "--split-by clinic --class standard --json --statistic covariance");
	let report = json(two.args(["--columns", "age, \"Income, net (EUR)\""]));
	assert_eq!(report["tasks"][0]["columns"][1], "Income, net (EUR)");
	fails(&mut run("\"Income"), 2, &["--columns", "not closed"]);
	// the quotes are those of a JSON string
	fails(&mut run("Income"), 2, &["\\\"Income, net (EUR)\\\"", "double quotes"]);
	let mut range = run("\"Income, net (EUR)\"");
	assert_eq!(sum(range.args(["--range", "\"Income, net (EUR)\"=0:100"])), 60.5);
}

#[test]
fn groups_are_trimmed_and_quoted() {
	let rows =
		["A", "B", "C"].map(|who| format!("{who},n,1\n{who},s,10\n{who},\"Trantor, CA\",5\n"));
	let file = data(format!("who,ward,x\n{}", rows.concat()));
	let groups = |groups: &str| {
		let mut command =
			with(&file, "simulate", &format!("{MEAN} --json --group-by ward --groups"));
		let report = json(command.arg(groups));
		let task = report["tasks"][1].clone();
		assert!(task.get("left_out").is_none(), "{task}");
		task["result"]["groups"].clone()
	};
	assert_eq!(groups("n, s")["s"]["mean"], 10.0);
	assert_eq!(groups("\"Trantor, CA\",n")["Trantor, CA"]["mean"], 5.0);
}

#[test]
fn a_count_needs_no_number() {
	let file = data("who,diagnosis,ward\na,I10,n\na,,n\nb,NA,n\nc,J45,n\n");
	let flags = "--split-by who --class standard --json --statistic count --columns diagnosis";
	let report = json(&mut with(&file, "simulate", flags));
	assert_eq!(report["tasks"][0]["result"]["count"], 3);
	assert_eq!(report["tasks"][0]["exact"], true);
	let note = report["notes"][0].as_str().expect("a note");
	assert!(note.contains("`diagnosis` is taken as text") && note.contains("`I10`"), "{note}");
	let report = json(&mut with(&file, "simulate", &format!("{flags} --group-by ward")));
	assert_eq!(report["tasks"][1]["result"]["groups"]["n"]["count"], 3);
	// a column of numbers is counted as one
	let numbers = data("who,x\na,1\na,NA\nb,2\nc,0\n");
	let flags = "--split-by who --class standard --json --statistic count --columns x";
	assert_eq!(json(&mut with(&numbers, "simulate", flags))["tasks"][0]["result"]["count"], 3);
	let mean = flags.replace("count", "mean").replace("--columns x", "--columns diagnosis");
	fails(&mut with(&file, "simulate", &mean), 2, &["`I10` is not a number"]);
}

/// A file of the tests' own.
fn example(name: &str) -> std::path::PathBuf {
	std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

#[test]
fn workbooks() {
	let flags = "--split-by clinic --class standard --statistic mean --columns dose";
	for (name, missing) in
		[("visits.xlsx", 2), ("visits.xls", 2), ("visits.xlsb", 2), ("visits.ods", 1)]
	{
		let run = |more: &str| {
			let mut command = ostraka();
			command.args(["simulate", "--data"]).arg(example(name)).args(flags.split_whitespace());
			command.args(more.split_whitespace());
			command
		};
		let report = json(&mut run("--json"));
		let task = &report["tasks"][0];
		assert_eq!(task["skipped_missing"], missing, "{name}");
		// the shortest decimals of the doubles: 0.1, 1.1, 2.5
		assert_eq!(task["result"]["sum"], 3.7, "{name}");
		assert_eq!((&task["exact"], &task["result"]["count"]), (&true.into(), &3.into()));
		fails(&mut run("--sheet none"), 2, &[name, "no sheet `none`", "the sheets are: visits"]);
	}
	for name in ["visits.xlsx", "visits.xls", "visits.xlsb"] {
		let mut other = ostraka();
		other.args(["simulate", "--data"]).arg(example(name)).args(flags.split_whitespace());
		let place = format!("{name}, row 6, column `dose`");
		fails(other.args(["--sheet", "other"]), 2, &[&place, "`bad`"]);
	}
	let mut first = ostraka();
	first.args(["simulate", "--json", "--data"]).arg(example("visits.xlsx"));
	let report = json(first.args(flags.split_whitespace()));
	let note = report["notes"][0].as_str().expect("a note");
	assert!(note.contains("sheet `visits` is read, the first of 2"), "{note}");
}

#[test]
fn parquet_of_another_writer() {
	let run = |column: &str| {
		let mut command = ostraka();
		command.args(["simulate", "--json", "--data"]).arg(example("visits.parquet"));
		command.args("--split-by clinic --class standard --statistic mean".split_whitespace());
		command.args(["--columns", column]);
		command
	};
	let report = json(&mut run("dose"));
	let task = &report["tasks"][0];
	// the shortest decimals of the doubles; a NaN and nothing at all are missing
	assert_eq!((&task["result"]["sum"], &task["skipped_missing"]), (&3.7.into(), &2.into()));
	let note = report["notes"][0].as_str().expect("a note");
	assert!(note.contains("not read, as nested") && note.contains("tags"), "{note}");
	// decimals are exact
	assert_eq!(sum(&mut run("cost")), 1_234_580.35);
	fails(&mut run("day"), 2, &["row 1, column `day`", "`2024-02-28` is not a number"]);
	fails(&mut run("tags"), 2, &["no column `tags`"]);
}
