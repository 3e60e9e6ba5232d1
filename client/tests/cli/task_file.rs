//! Task files: written, read, replaced by flags, refused with the line that is wrong.

use super::{data, fails, json, ostraka, with, Data, GOOD, MEAN};
use serde_json::Value;
use std::process::Command;

/// Rows and a task file beside them, which names them.
fn beside(task: &str) -> Data {
	let data = data(GOOD);
	std::fs::write(data.directory.path().join("task.toml"), task).expect("written");
	data
}

const TASK: &str =
	"class = \"standard\"\nstatistic = \"mean\"\ncolumns = [\"x\"]\nrange.x = [0, 9]\n\
                    data = \"data.csv\"\nsplit-by = \"who\"\n";

/// Runs the tool with the task file, from another folder.
fn on(data: &Data, command: &str, flags: &str) -> Command {
	let mut ostraka = ostraka();
	ostraka.current_dir(std::env::temp_dir()).args(command.split_whitespace());
	ostraka.arg(data.directory.path().join("task.toml")).args(flags.split_whitespace());
	ostraka
}

#[test]
fn a_simulation_of_a_file_is_that_of_its_flags() {
	let data = beside(TASK);
	let of_file = json(&mut on(&data, "simulate --task-file", "--json --seed 1"));
	let of_flags =
		json(&mut with(&data, "simulate", &format!("{MEAN} --range x=0:9 --json --seed 1")));
	assert_eq!(of_file["tasks"][0]["result"], of_flags["tasks"][0]["result"]);
	assert_eq!(of_file["tasks"][0]["sums"], of_flags["tasks"][0]["sums"]);
	assert_eq!((&of_file["dealers"], &of_file["class"]), (&3.into(), &"Standard".into()));
}

#[test]
fn a_flag_takes_the_place_of_its_key() {
	let data = beside(TASK);
	let report = json(&mut on(&data, "simulate --task-file", "--json --statistic sum --columns y"));
	assert_eq!(report["tasks"][0]["result"]["sum"], 21);
	let narrow = "--range x=0:5";
	let parts = ["line 7, column `x`: 6", "outside its declared range 0"];
	fails(&mut on(&data, "simulate --task-file", narrow), 2, &parts);
	let other = self::data("who,x\na,1\nb,2\nc,3\n");
	let mut command = on(&data, "simulate --task-file", "--json --data");
	let report = json(command.arg(&other.file));
	assert_eq!(report["rows"], 3);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
	for (text, parts) in [
		(
			"colums = [\"x\"]\n",
			&["task.toml, line 1: there is no key `colums`", "did you mean `columns`?"][..],
		),
		(
			"statistic = \"mean\"\n\nclass = 3\n",
			&["task.toml, line 3: `class`: a word in quotes is wanted"],
		),
		(
			"statistic = \"meen\"\n",
			&["line 1: `statistic`: there is no `meen`; did you mean `mean`?"],
		),
		(
			"columns = [\"x\"]\nrange.y = [0, 1]\n",
			&["line 2: `range` names `y`, which is no column"],
		),
		("suri = \"//Alice\"\n", &["line 1: `suri` is no key", "command line alone"]),
		("statistic = \n", &["line 1: this is no TOML"]),
		(
			"statistic = \"mean\"\ncolumns = [\"x\"]\nrange.x = [9, 0]\n",
			&["--range x: the smaller bound comes first"],
		),
	] {
		let data = beside(text);
		let flags = "--suri //Alice --dealer //Bob";
		fails(&mut on(&data, "task submit", flags), 2, parts);
	}
	let data = beside("colums = [\"x\"]\n");
	let output = on(&data, "task submit", "--json --suri //Alice").output().expect("runs");
	let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
	assert_eq!(error["code"], 2);
	let mut none = ostraka();
	fails(
		none.args(["task", "submit", "no/such.toml"]),
		2,
		&["no/such.toml: the task file cannot be read"],
	);
}

#[test]
fn a_task_that_a_file_leaves_open_is_refused_before_the_chain() {
	let data = beside("columns = [\"x\"]\nrange.x = [0, 9]\ndealer = [\"//Bob\"]\n");
	fails(&mut on(&data, "task submit", "--suri //Alice"), 2, &["--statistic"]);
	let data = beside("statistic = \"mean\"\ncolumns = [\"x\"]\nrange.x = [0, 9]\n");
	fails(&mut on(&data, "task submit", "--suri //Alice"), 2, &["nobody is invited"]);
	let data = beside("statistic = \"mean\"\ncolumns = [\"x\"]\nrange.x = [0, 9]\nfee = -1\n");
	fails(
		&mut on(&data, "task submit", "--suri //Alice"),
		2,
		&["task.toml says as flags", "negative"],
	);
	// all is there but the chain
	let data = beside(
		"statistic = \"mean\"\ncolumns = [\"x\"]\nrange.x = [0, 9]\ndealer = [\"//Bob\"]\ndealers-file = \"cohort.txt\"\n",
	);
	std::fs::write(data.directory.path().join("cohort.txt"), "//Dave\n").expect("written");
	let flags = "--suri //Alice --url ws://127.0.0.1:1";
	fails(&mut on(&data, "task submit", flags), 3, &["no chain answers"]);
	let first = format!("{flags} --count-first");
	fails(&mut on(&data, "task submit", &first), 2, &["--group-by"]);
}

#[test]
fn a_demo_reads_a_file_too() {
	let data = beside(&format!("{TASK}data-reward = 2\ncollect = 50\nfee = 1\n"));
	let node = "--node /no/such/node";
	fails(&mut on(&data, "demo --task-file", node), 2, &["there is no node binary"]);
	let data = beside(&TASK.replace("[\"x\"]", "[\"z\"]").replace("range.x = [0, 9]\n", ""));
	fails(&mut on(&data, "demo --task-file", node), 2, &["no column `z`"]);
	// it signs for the requester, and could open nothing that is sealed to another
	let data = beside(&format!("{TASK}sealed-to = \"self\"\n"));
	fails(&mut on(&data, "demo --task-file", node), 2, &["there is no node binary"]);
	let data = beside(&format!("{TASK}sealed-to = \"//Bob\"\n"));
	let parts = ["task.toml says as flags", "invalid value '//Bob'", "requester, nobody"];
	fails(&mut on(&data, "demo --task-file", node), 2, &parts);
	for who in ["requester", "nobody"] {
		let flags = format!("{node} --sealed-to {who}");
		fails(&mut on(&data, "demo --task-file", &flags), 2, &["there is no node binary"]);
	}
}

#[test]
fn a_file_that_is_written_can_be_simulated() {
	let data = data(GOOD);
	let place = data.directory.path().join("mean.toml");
	let flags = "--class standard --statistic mean --columns x --group-by g --split-by who --dealer //Bob --fee 2.5";
	let mut init = with(&data, "task init", flags);
	let record = json(init.arg("--json").arg(&place));
	assert_eq!((&record["title"], &record["length"]), (&"mean of x by g".into(), &4.into()));
	let text = std::fs::read_to_string(&place).expect("written");
	for line in [
		"statistic = \"mean\"",
		"group-by = \"g\"",
		"groups = [\"p\", \"q\"]",
		"decimals.x = 2",
		"fee = 2.5",
		"# weight = \"hours\"",
		"dealer = [\"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\"]",
	] {
		assert!(text.lines().any(|other| other == line), "no `{line}` in {text}");
	}
	assert!(text.contains("ostraka task submit") && text.contains("No secret"), "{text}");
	// not over what somebody wrote
	fails(with(&data, "task init", flags).arg(&place), 2, &["is there already", "--force"]);
	assert_eq!(std::fs::read_to_string(&place).expect("it is there"), text);
	let mut simulate = ostraka();
	simulate.args(["simulate", "--json", "--task-file"]).arg(&place);
	let report = json(&mut simulate);
	assert_eq!(report["tasks"][1]["result"]["groups"]["q"]["count"], 3);
}

#[test]
fn without_a_terminal_flags_say_all() {
	let mut init = ostraka();
	init.current_dir(std::env::temp_dir()).args(["task", "init", "ostraka-no-such-place.toml"]);
	fails(init.stdin(std::process::Stdio::null()), 2, &["--statistic NAME", "at a terminal only"]);
	let init = |flags: &str| {
		let mut command = ostraka();
		command.args(["task", "init", "-"]).args(flags.split_whitespace());
		command
	};
	fails(&mut init("--statistic mean --columns x"), 2, &["give --range x=MIN:MAX"]);
	let output = init("--statistic mean --columns x --range x=0:9.5").output().expect("runs");
	let text = String::from_utf8(output.stdout).expect("text");
	assert!(output.status.success() && text.contains("\nrange.x = [0, 9.5]\n"), "{text}");
}
