//! The requester's side: tasks from submission to their end.

use crate::{
	account::{address, FUNDS, UNIT},
	dealing::{accept, accept_all, deal, deal_all, drawn, invite, number, reaches, show, submit},
	transcript, wait_for, Scene,
};
use ostraka_primitives::{Balance, TaskId};
use serde_json::{json, Value};
use std::{fs::Permissions, os::unix::fs::PermissionsExt};

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
	said.says(&["capture: ", " % a draw for a fifth of the stake (some ", "panel: all of it "]);
	let task = said.out.strip_prefix("task ").and_then(|rest| rest.split(':').next());
	let task: TaskId = task.and_then(|number| number.parse().ok()).expect("the task's number");
	said.says(&[&format!("ostraka accept {task}")]);
	let mut watch = tool.run(&format!("task watch {task}")).start();
	tool.run("task list --last 1000").done().says(&[&format!("│ {task} "), "mean of income"]);
	let listed = tool.run("task list --last 1000").json();
	let listed = listed.as_array().expect("a list").iter().find(|other| other["task"] == task);
	assert_eq!(listed.expect("the task is listed")["requester"], address(&by));

	// what is asked and what would be dealt is shown before, and by --dry-run nothing else happens
	let key = scene.file("dealer.key", &format!("{}\n", dealers[0]));
	std::fs::set_permissions(&key, Permissions::from_mode(0o600)).expect("its owner");
	let dry = tool
		.run(&format!("deal --task {task} --dry-run"))
		.flag("--key-file", &key)
		.data(&rows)
		.done();
	dry.says(&["4 count", "1 left out for a missing value", "income between 0.00 and 250000.00"]);
	dry.says(&["not shared: the rows themselves, and the columns region", "the same 2 numbers"]);
	dry.says(&["what is asked:", "to accept", "10 OST, held until the task is settled; 5 OST"]);
	dry.says(&["capture ", " % a draw for a fifth of the stake (some "]);
	assert_eq!(show(&tool, task)["accepted"], 0);

	// three accept, one of them twice
	let asked = tool.run(&format!("accept {task}")).by(&dealers[0]).start();
	let others = [address(&by), address(&dealers[3])];
	asked.ends(2, &["asked by", &others[0], &others[1], "capture ", "no terminal", "--yes"]);
	assert_eq!(look.money(&dealers[0]).1, 0, "nobody has said yes");
	let yes = tool.run(&format!("accept {task} --yes")).by(&dealers[0]);
	yes.done().says(&["no task of this requester is known", "ostraka deal --task"]);
	let held = look.money(&dealers[0]).1;
	assert_eq!(held, look.prices().dealer_deposit);
	let again = tool.run(&format!("accept {task} --yes")).by(&dealers[0]).done();
	again.says(&["has accepted", "already", "nothing was sent"]);
	assert_eq!(look.money(&dealers[0]).1, held, "one deposit for one acceptance");
	accept_all(&tool, task, &dealers[1..3]);
	let shown = tool.run(&format!("task show {task}")).done();
	shown.says(&["inviting (accepted 3 of 4", "4 invited, 3 have accepted, 0 have dealt"]);

	// the fourth accepts, waits for the draw and deals in one go
	let last = tool.run(&format!("deal --task {task} --yes")).by(&dealers[3]).data(&rows).json();
	let expected = json!([true, false, 4, 1, 2]);
	let got =
		["dealt", "already", "rows", "skipped_missing", "numbers"].map(|name| last[name].clone());
	assert_eq!(json!(got), expected);
	let fees = amount(&last, "accept_fee") + amount(&last, "fee");
	assert!(last["proof"]["bytes"].as_u64() > Some(1_000), "{last}");
	// its proof holds: there is nothing to challenge
	let judged = tool.run(&format!("challenge {task}")).by(&by).json();
	assert_eq!((&judged["wrong"], &judged["dealings"][0]["holds"]), (&0.into(), &true.into()));
	let shown = tool.run(&format!("task show {task}")).done();
	let parts = [
		"mean of income",
		"collecting (dealings 1 of 4",
		"any 1 of them learns nothing",
		"4 invited, 4 have accepted, 1 have dealt",
		", were it drawn now",
	];
	let dealer = address(&dealers[2]);
	shown.says(&parts).says(&[
		&address(&by),
		&dealer,
		"0.00 to 250000.00",
		"task hash",
		"seat 3",
		"predictable",
	]);

	// the others deal, and one of them again
	let first = deal(&tool, task, &dealers[0], &rows).done();
	first.says(&["dealt to task", "a deposit is held until the task is settled"]);
	first.says(&["proof of valid input: ", " bytes, made with its dealing in "]);
	let again = deal(&tool, task, &dealers[0], &rows).done();
	again.says(&["has dealt to task", "already", "nothing was sent"]);
	assert_eq!(look.money(&dealers[0]).1, held, "one deposit for one task");
	watch.until("collecting");
	deal_all(&tool, task, &dealers[1..3], &rows);
	let cancel = tool.run(&format!("task cancel --yes {task}")).by(&by);
	cancel.fails(4, &["Tasks.WrongPhase", "past the phase"]);
	tool.run(&format!("result --task {task}")).fails(1, &["has no result"]);

	// the result, as watched, read, checked again and exported
	let watched = watch.done();
	watched.says(&["mean of income (4 dealers)", "count  16"]);
	let block = |state: &str| {
		let line = watched.err.lines().find(|line| line.contains(state));
		let line = line.unwrap_or_else(|| panic!("no {state} in {}", watched.err));
		let number = line.split_once("block ").and_then(|(_, line)| line.split_once(':'));
		number.and_then(|(number, _)| number.parse::<u64>().ok()).expect("a block's number")
	};
	let [verifying, committing, revealing] = ["verifying:", "committing:", "revealing:"].map(block);
	assert!(verifying < committing && committing < revealing, "{}", watched.err);
	let attested =
		watched.err.contains(" of 3 members and ") && watched.err.contains(" of 2 verifiers");
	assert!(attested, "{}", watched.err);
	watched.says(&[" of 2 verifiers\n"]);
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

	// who has the file alone finds the same, and that it was changed
	let from_file = tool.run(&format!("verify {}", export.display())).json();
	assert_eq!((&from_file["verdict"], &from_file["exact"]), (&"right".into(), &result["exact"]));
	assert_eq!(from_file["proofs"], json!({ "hold": 4, "of": 4 }));
	let mut changed: Value = serde_json::from_str(&text).expect("JSON");
	changed["result"]["values"][1] = changed["result"]["values"][0].clone();
	let changed = scene.file("changed.json", &changed.to_string());
	let checked = tool.run(&format!("verify {}", changed.display())).start();
	checked.ends(1, &["NOT VERIFIED", "does not withstand the checks"]);

	// what was held comes back, what was earned is paid
	let settled = reaches(&tool, task, &["settled"]);
	assert!(settled["capture"].is_null(), "there is nothing left to capture: {settled}");
	let window = settled["windows"]["verify"].as_u64().expect("a number");
	assert!(committing - verifying < window, "all members attested, so it did not take {window}");
	let (free, held) = look.money(&dealers[3]);
	assert_eq!((free, held), ((FUNDS + 8 / 4) * UNIT - fees, 0));
	assert_eq!(look.money(&by).1, 0, "nothing is left in escrow");
	let verified = tool.run(&format!("result --task {task} --verify")).json();
	assert_eq!((&verified["verified"], &verified["verdict"]), (&true.into(), &"right".into()));
	assert_eq!(verified["proofs"], json!({ "hold": 4, "of": 4 }));
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
	let draw = look.prices().draw_fee;
	let mut spent = 0;
	// once as soon as may be, and once with a committee and a dealing
	for with_dealing in [false, true] {
		let submitted = submit(&tool, &by, flags, &dealers);
		let task = number(&submitted);
		if with_dealing {
			drawn(&tool, task, &dealers);
			deal_all(&tool, task, &dealers[..1], &rows);
			let other = tool.run(&format!("task cancel --yes {task}")).by(&dealers[0]);
			other.fails(4, &["Tasks.NotRequester", "Only the task's requester"]);
			assert!(look.money(&by).1 >= 70 * UNIT, "fee and reward are in escrow");
		}
		let cancelled = tool.run(&format!("task cancel --yes {task}")).by(&by).json();
		let again = tool.run(&format!("task cancel --yes {task}")).by(&by);
		// by the chain, or, if nothing but its state is left already, by the tool
		again.fails(4, &[if with_dealing { "Tasks.WrongPhase" } else { "Tasks." }]);
		let shown = reaches(&tool, task, &["settled"]);
		assert_eq!(shown["outcome"], "failed: the requester cancelled it");
		// the refused second cancel costs its transaction too, which the tool does not state, and its rent for some blocks
		assert_eq!(shown["drawn_at"].is_null(), !with_dealing);
		// another committee would cost all of it again
		let fee = if with_dealing { 50 * UNIT } else { 0 };
		spent += draw
			+ fee + amount(&submitted, "transaction_fee")
			+ amount(&cancelled, "transaction_fee");
		let (free, held) = look.money(&by);
		let missing = FUNDS * UNIT - free;
		assert_eq!(held, 0);
		assert!(missing >= spent && missing - spent < UNIT / 50, "{missing} is gone, not {spent}");
		spent = missing;
		for dealer in &dealers {
			let (free, held) = look.money(dealer);
			assert_eq!(held, 0, "the deposit is back");
			assert!(free > (FUNDS - 1) * UNIT, "fees alone are gone: {free}");
		}
		let watch = tool.run(&format!("task watch {task}"));
		watch.fails(1, &["failed: the requester cancelled it"]);
		tool.run(&format!("result --task {task}")).fails(1, &["has no result", "cancelled"]);
		tool.run(&format!("result --task {task} --verify")).fails(1, &["has no result"]);
	}
	let submitted = submit(&tool, &by, flags, &dealers);
	let task = number(&submitted);
	let said = tool.run(&format!("task cancel --yes {task}")).by(&by).done();
	said.says(&["is cancelled, in block", "50 OST", "20 OST", "return"]);
}

pub fn a_task_without_dealings_fails(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let (by, dealers) = (scene.secret(0), (1..4).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let flags = "--class standard --statistic count --columns x --range x=0:9 --collect 60";
	let task = number(&submit(&tool, &by, flags, &dealers));
	let why = "nobody dealt in the first quarter of the window for dealing";
	let watch = tool.run(&format!("task watch {task} --json")).start();
	let shown = drawn(&tool, task, &dealers);
	assert!(shown["first_by"].as_u64() < shown["until"].as_u64(), "{shown}");
	let late = wait_for("collecting is not over", || {
		let shown = show(&tool, task);
		let is_over = shown["state"] != "collecting";
		is_over.then(|| deal(&tool, task, &dealers[0], &rows))
	});
	late.ends(1, &["takes no dealings any more"]);
	let said = watch.ends(1, &[why, "\"code\":1"]);
	let ended: Value = serde_json::from_str(&said.out).expect("the task as JSON");
	assert_eq!(ended["dealings"], 0);
	reaches(&tool, task, &["settled"]);
	deal(&tool, task, &dealers[0], &rows).ends(1, &["takes no dealings any more: failed", why]);
	tool.run(&format!("result --task {task}")).fails(1, &["has no result", why]);
	for dealer in &dealers {
		let (free, held) = look.money(dealer);
		let lost = FUNDS * UNIT - free;
		assert_eq!(held, 0);
		assert!((5 * UNIT..6 * UNIT).contains(&lost), "half of the deposit, and a fee: {lost}");
	}
	// the next dealer that is asked is told
	let again = number(&submit(&tool, &by, flags, &dealers));
	let told = accept(&tool, again, &dealers[0]).done();
	told.says(&["of 1 earlier task of this requester 1 is without a result after a committee"]);
	tool.run(&format!("task cancel --yes {again}")).by(&by).done();
}

pub fn a_dealer_that_vanishes(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let (by, dealers) = (scene.secret(0), (1..5).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let flags = "--class standard --statistic mean --columns x --range x=0:9 --collect 80";
	let task = number(&submit(&tool, &by, flags, &dealers));
	drawn(&tool, task, &dealers);
	deal_all(&tool, task, &dealers[..3], &rows);
	let result = tool.run(&format!("task watch {task}")).json();
	assert_eq!((&result["dealers"], &result["result"]["mean"]), (&3.into(), &2.0.into()));
	reaches(&tool, task, &["settled"]);
	let verified = tool.run(&format!("result --task {task} --verify")).json();
	assert_eq!(verified["verified"], true);
	let lost = |dealer: &String| {
		let (free, held) = look.money(dealer);
		assert_eq!(held, 0, "nothing is held of who dealt, nor of who did not");
		FUNDS * UNIT - free
	};
	assert!((5 * UNIT..6 * UNIT).contains(&lost(&dealers[3])), "half of the deposit, and a fee");
	assert!(dealers[..3].iter().all(|dealer| lost(dealer) < UNIT), "fees alone");
}

pub fn too_few_acceptances(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let (by, dealers) = (scene.secret(0), (1..5).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let flags =
		"--class standard --statistic sum --columns x --range x=0:9 --fee 50 --data-reward 20 \
	             --accept-within 40";
	let submitted = submit(&tool, &by, flags, &dealers);
	let task = number(&submitted);
	let why = "fewer invited dealers accepted than the task promises";
	let watch = tool.run(&format!("task watch {task}")).start();
	// one of the two waits for the others, and learns that they did not come
	let mut waiting = deal(&tool, task, &dealers[0], &rows);
	accept_all(&tool, task, &dealers[1..2]);
	waiting.until("waits for its other dealers: accepted 2 of 4");
	waiting.ends(1, &["failed: ", why]);
	watch.ends(1, &["inviting: accepted", why]);
	let left = reaches(&tool, task, &["settled"]);
	assert_eq!(left.as_object().map(serde_json::Map::len), Some(3), "its state is left: {left}");
	assert!(left["outcome"].as_str().is_some_and(|outcome| outcome.contains(why)), "{left}");
	accept(&tool, task, &dealers[2]).ends(1, &["nothing else is left of it", why]);
	let listed = tool.run("task list --last 1000").json();
	let is_left = |listed: &Value| *listed == left;
	assert!(listed.as_array().is_some_and(|listed| listed.iter().any(is_left)), "{listed}");
	for dealer in &dealers[..2] {
		let (free, held) = look.money(dealer);
		assert_eq!(held, 0);
		assert!(free > (FUNDS - 1) * UNIT, "the whole deposit is back: {free}");
	}
	let (free, held) = look.money(&by);
	let draw = look.prices().draw_fee;
	let spent = draw + amount(&submitted, "transaction_fee");
	let rent = FUNDS * UNIT - spent - free;
	assert_eq!(held, 0);
	assert!((1..UNIT / 50).contains(&rent), "fee and reward are back, but the rent: {rent}");
	// no committee was drawn, so this was no try: the same is accepted without more ado
	let again = number(&submit(&tool, &by, flags, &dealers));
	tool.run(&format!("accept {again} --yes")).by(&dealers[0]).done();
	tool.run(&format!("task cancel --yes {again}")).by(&by).done();
}
