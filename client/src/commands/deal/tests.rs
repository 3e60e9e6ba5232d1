//! What is said, and which rows are not dealt.

use super::*;
use crate::{fixtures, output::written};
use clap::Parser;
use std::{
	ffi::OsString,
	path::{Path, PathBuf},
};
use tempfile::TempDir;

#[test]
fn a_file_that_changed_is_told() {
	let text = changed(7, "loans-2026");
	for part in ["data set loans-2026 has changed since task 7", "give the data set another name"] {
		assert!(text.contains(part), "`{text}` does not say `{part}`");
	}
}

#[test]
fn a_dealing_that_is_there_is_not_sent_again() {
	let text = written(false, |out| already(7, 5, out));
	assert!(text.contains("task 7 already, in block 5: nothing was sent"), "{text}");
}

#[derive(Debug, Parser)]
struct Words {
	#[command(flatten)]
	args: DealArgs,
}

fn args(file: &Path, flags: &str) -> DealArgs {
	let fixed = ["deal", "--task", "7", "--min-cell", "1", "--data"].map(OsString::from);
	let flags = flags.split_whitespace().map(OsString::from);
	let words = fixed.into_iter().chain([file.as_os_str().to_owned()]).chain(flags);
	Words::try_parse_from(words).expect("well-formed").args
}

fn write(folder: &TempDir, rows: &str) -> PathBuf {
	let file = folder.path().join("mine.csv");
	std::fs::write(&file, format!("x,g\n{rows}")).expect("written");
	file
}

/// An export writes over the file between its hash and its rows, with as many rows: what is logged and what is dealt would be of two
/// files.
#[test]
fn a_file_that_is_written_over_while_it_is_read_is_not_dealt() {
	let folder = tempfile::tempdir().expect("a folder");
	let file = write(&folder, "1,a\n2,a\n3,b\n");
	let args = args(&file, "--no-policy");
	let table = args.table(None).expect("a table");
	let hash = table.hash().expect("bytes");
	let spec = fixtures::task().task.spec;
	let deal = || {
		let prepared = args.prepare(&table, &hash, &spec, None);
		prepared.map(|(_, prepared)| prepared.encoded.used).map_err(|error| error.to_string())
	};
	assert_eq!(deal(), Ok(3));
	write(&folder, "1,a\n2,a\n4,b\n");
	let error = deal().expect_err("another file");
	assert!(error.contains("the file has changed while it was read"), "{error}");
}

const POLICY: &str = "\
[dataset.pay]
file = \"mine.csv\"
rows = 6
floor = 1
clip = true
[dataset.pay.columns.x]
decimals = 1
range = [0, 5]
[dataset.pay.columns.g]
text = true
[allow]
classes = [\"standard\"]
requesters = [\"any\"]
statistics = [\"any\"]
";

/// A task may ask for a wider range and more rows than the policy has: checked rows are held to the policy's all the same.
#[test]
fn strictly_no_row_outside_the_policy_is_dealt() {
	let folder = tempfile::tempdir().expect("a folder");
	let policy = Policy::parse(&folder.path().join("policy.toml"), POLICY).expect("well-formed");
	let ruling = Ruling { policy: &policy, dataset: &policy.datasets["pay"], lines: Vec::new() };
	let spec = fixtures::task().task.spec;
	let deal = |rows: &str, flags: &str| {
		let args = args(&write(&folder, rows), flags);
		let table = args.table(Some(&policy)).expect("a table");
		let hash = table.hash().expect("bytes");
		let prepared = args.prepare(&table, &hash, &spec, Some(&ruling));
		prepared.map(|(_, prepared)| prepared.encoded.used).map_err(|error| error.to_string())
	};
	assert_eq!(deal("1,a\n2,a\n5,b\n", "--strict"), Ok(3));
	let outside = "1,a\n2,a\n9,b\n";
	let error = deal(outside, "--strict").expect_err("the task takes it, the policy does not");
	let part = "line 4, column `x`: 9.0 is outside the policy's range 0.0 to 5.0";
	assert!(error.contains(part), "{error}");
	assert_eq!(deal(outside, ""), Ok(3), "made to fit");
	let many = "1,a\n2,a\n3,a\n4,a\n1,b\n2,b\n3,b\n";
	let error = deal(many, "--strict").expect_err("one too many");
	assert!(error.contains("7 rows, where the policy's `rows` is 6"), "{error}");
	assert_eq!(deal(many, ""), Ok(6), "one is left out");
}
