//! The requester's side: tasks from submission to their end.

use crate::{
	account::{address, FUNDS, UNIT},
	dealing::{deal, deal_all, invite, number, reaches, show, submit},
	transcript, wait_for, Scene,
};
use ostraka_primitives::{Balance, TaskId};
use serde_json::{json, Value};

const ROWS: &str = "income,region\n1000.25,N\n52000,S\n,S\n99999.99,N\n250000,\n";
/// Of one dealer's rows, in hundredths.
const SUM: i64 = 100_025 + 5_200_000 + 9_999_999 + 25_000_000;

#[track_caller]
fn amount(value: &Value, name: &str) -> Balance {
	let text = value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"));
	text.parse().expect("a whole number")
}

pub fn a_task_to_its_transcript(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let (by, dealers) = (scene.secret(0), (1..5).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = scene.file("rows.csv", ROWS);
	let flags =
		"task submit --class standard --statistic mean --columns income --range income=0:250000 \
	             --decimals income=2 --data-reward 8";
	let said = tool.run(&format!("{flags}{}", invite(&dealers))).by(&by).done();
	said.says(&["mean of income", "4 dealers are invited", "ostraka task watch", "predictable"]);
	let task = said.out.strip_prefix("task ").and_then(|rest| rest.split(':').next());
	let task: TaskId = task.and_then(|number| number.parse().ok()).expect("the task's number");
	let mut watch = tool.run(&format!("task watch {task}")).start();
	reaches(&tool, task, &["collecting"]);

	let shown = tool.run(&format!("task show {task}")).done();
	let dealer = address(&dealers[2]);
	let parts =
		["mean of income", "collecting", "any 1 of them learns nothing", "4 invited, 0 have dealt"];
	shown.says(&parts).says(&[
		&address(&by),
		&dealer,
		"0.00 to 250000.00",
		"task hash",
		"seat 3",
		"predictable",
	]);
	tool.run("task list --last 1000").done().says(&[&format!("│ {task} "), "mean of income"]);
	let listed = tool.run("task list --last 1000").json();
	let listed = listed.as_array().expect("a list").iter().find(|other| other["task"] == task);
	assert_eq!(listed.expect("the task is listed")["requester"], address(&by));

	// what is dealt is shown before, and by --dry-run nothing else happens
	let key = scene.file("dealer.key", &format!("{}\n", dealers[0]));
	let dry = tool
		.run(&format!("deal --task {task} --dry-run"))
		.flag("--key-file", &key)
		.data(&rows)
		.done();
	dry.says(&["4 count", "1 left out for a missing value", "income between 0.00 and 250000.00"]);
	dry.says(&["not shared: the rows themselves, and the columns region", "the same 2 numbers"]);
	assert_eq!(show(&tool, task)["dealings"], 0);

	// all deal, and one of them again
	let first = deal(&tool, task, &dealers[0], &rows).done();
	first.says(&["dealt to task", "a deposit is held until the task is settled"]);
	let held = look.money(&dealers[0]).1;
	assert_eq!(held, look.constant("Incentives", "DealerDeposit"));
	let again = deal(&tool, task, &dealers[0], &rows).done();
	again.says(&["has dealt to task", "already", "nothing was sent"]);
	assert_eq!(look.money(&dealers[0]).1, held, "one deposit for one dealing");
	deal_all(&tool, task, &dealers[1..3], &rows);
	watch.until("collecting");
	let last = tool.run(&format!("deal --task {task}")).by(&dealers[3]).data(&rows).json();
	let expected = json!([true, false, 4, 1, 2]);
	let got =
		["dealt", "already", "rows", "skipped_missing", "numbers"].map(|name| last[name].clone());
	assert_eq!(json!(got), expected);
	let fee = amount(&last, "fee");
	let cancel = tool.run(&format!("task cancel {task}")).by(&by);
	cancel.fails(4, &["Tasks.WrongPhase", "past the phase"]);
	tool.run(&format!("result --task {task}")).fails(1, &["has no result"]);

	// the result, as watched, read, checked again and exported
	let watched = watch.done();
	watched.says(&["mean of income (4 dealers)", "count  16"]);
	for state in ["verifying:", "committing:", "revealing:"] {
		assert!(watched.err.contains(state), "{}", watched.err);
	}
	let result = tool.run(&format!("result --task {task}")).json();
	assert_eq!(result["result"]["count"], 16);
	assert_eq!(result["result"]["sum"], 4.0 * SUM as f64 / 100.0);
	assert_eq!(result["result"]["mean"], SUM as f64 / 400.0);
	assert_eq!(result["dealers"], 4);
	let export = scene.path("transcript.json");
	let run = tool.run(&format!("result --task {task} --verify")).flag("--export", &export);
	run.done().says(&["verified", "mean of income", "the transcript is in"]);
	let text = std::fs::read_to_string(&export).expect("exported");
	transcript::check(&serde_json::from_str(&text).expect("JSON"));

	// what was held comes back, what was earned is paid
	reaches(&tool, task, &["settled"]);
	let (free, held) = look.money(&dealers[3]);
	assert_eq!((free, held), ((FUNDS + 8 / 4) * UNIT - fee, 0));
	assert_eq!(look.money(&by).1, 0, "nothing is left in escrow");
	let verified = tool.run(&format!("result --task {task} --verify")).json();
	assert_eq!(verified["verified"], true);
	let closed = tool.run(&format!("deal --task {task}")).by(&dealers[0]).data(&rows);
	let closed = closed.start().ends(1, &["takes no dealings any more: completed"]);
	assert!(closed.out.contains("not shared"));
	tool.run(&format!("task watch {task}")).done().says(&["count  16"]);
}

pub fn a_cancelled_task_is_refunded(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let (by, dealers) = (scene.secret(0), (1..4).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let flags =
		"--class standard --statistic sum --columns x --range x=0:9 --fee 50 --data-reward 20";
	let draw = look.constant("Incentives", "DrawFee");
	let base = look.constant("Incentives", "BaseFeePerSeat");
	let mut spent = 0;
	// once as soon as may be, and once with a committee and a dealing
	for with_dealing in [false, true] {
		let submitted = submit(&tool, &by, flags, &dealers);
		let task = number(&submitted);
		if with_dealing {
			reaches(&tool, task, &["collecting"]);
			deal_all(&tool, task, &dealers[..1], &rows);
			let other = tool.run(&format!("task cancel {task}")).by(&dealers[0]);
			other.fails(4, &["Tasks.NotRequester", "Only the task's requester"]);
			assert!(look.money(&by).1 >= 70 * UNIT, "fee and reward are in escrow");
		}
		let cancelled = tool.run(&format!("task cancel {task}")).by(&by).json();
		let again = tool.run(&format!("task cancel {task}")).by(&by);
		again.fails(4, &["Tasks.WrongPhase"]);
		let shown = reaches(&tool, task, &["settled"]);
		assert_eq!(shown["outcome"], "failed: the requester cancelled it");
		// the refused second cancel costs its transaction too, which the tool does not state
		let drawn = if shown["drawn_at"].is_null() { 0 } else { 3 * base };
		assert!(drawn > 0 || !with_dealing);
		spent += draw
			+ drawn + amount(&submitted, "transaction_fee")
			+ amount(&cancelled, "transaction_fee");
		let (free, held) = look.money(&by);
		let missing = FUNDS * UNIT - free;
		assert_eq!(held, 0);
		assert!(missing >= spent && missing - spent < UNIT / 50, "{missing} is gone, not {spent}");
		spent = missing;
		assert_eq!(look.money(&dealers[0]).1, 0, "the deposit is back");
		let watch = tool.run(&format!("task watch {task}"));
		watch.fails(1, &["failed: the requester cancelled it"]);
		tool.run(&format!("result --task {task}")).fails(1, &["has no result", "cancelled"]);
		tool.run(&format!("result --task {task} --verify")).fails(1, &["has no result"]);
	}
	let submitted = submit(&tool, &by, flags, &dealers);
	let task = number(&submitted);
	let said = tool.run(&format!("task cancel {task}")).by(&by).done();
	said.says(&["is cancelled, in block", "50 OST", "20 OST", "return"]);
}

pub fn a_task_without_dealings_fails(scene: &Scene) {
	let tool = scene.tool();
	let (by, dealers) = (scene.secret(0), (1..4).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let flags = "--class standard --statistic count --columns x --range x=0:9 --collect 10";
	let task = number(&submit(&tool, &by, flags, &dealers));
	let why = "fewer dealings were accepted than the class asks for";
	let watch = tool.run(&format!("task watch {task} --json")).start();
	let late = wait_for("collecting is not over", || {
		let shown = show(&tool, task);
		let is_over =
			!["drawing", "collecting"].contains(&shown["state"].as_str().unwrap_or_default());
		is_over.then(|| deal(&tool, task, &dealers[0], &rows))
	});
	late.ends(1, &["takes no dealings any more"]);
	let said = watch.ends(1, &[why, "\"code\":1"]);
	let ended: Value = serde_json::from_str(&said.out).expect("the task as JSON");
	assert_eq!(ended["dealings"], 0);
	deal(&tool, task, &dealers[0], &rows).ends(1, &["takes no dealings any more: failed", why]);
	tool.run(&format!("result --task {task}")).fails(1, &["has no result", why]);
	assert_eq!(scene.look().money(&dealers[0]).1, 0);
}
