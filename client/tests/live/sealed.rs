//! Results for their recipient: from the submission to what it reads, what it opens to others, and what becomes of a task whose
//! mask never comes.

use crate::{
	account::{address, FUNDS, UNIT},
	dealing::{accept_all, deal_all, number, reaches, submit},
	tool::{Run, Tool},
	transcript, Scene,
};
use ostraka_primitives::TaskId;
use serde_json::Value;
use std::{
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};

const MEAN: &str = "--class standard --statistic mean --columns x --range x=0:9";

/// The recipient's command, without being asked.
fn mask(tool: &Tool, task: TaskId, by: &str, seed: &Path) -> Run {
	tool.run(&format!("mask {task} --yes")).by(by).flag("--mask-file", seed)
}

/// A result as JSON, read with this flag and file.
#[track_caller]
fn read(tool: &Tool, task: TaskId, flag: &str, file: &Path) -> Value {
	tool.run(&format!("result {task}")).flag(flag, file).json()
}

/// A file that its owner alone can read.
fn kept(scene: &Scene, name: &str, text: &str) -> PathBuf {
	let file = scene.file(name, text);
	std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
	file
}

pub fn a_result_for_its_recipient(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let (by, dealers) = (scene.secret(0), (1..5).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let (recipient, seed) = (scene.secret(5), scene.path("task.seed"));
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let who = address(&recipient);
	let required = address(&dealers[0]);
	let flags = format!("{MEAN} --least-dealers 4 --require {required} --sealed-to {who}");
	let submitted = submit(&tool, &by, &flags, &dealers);
	let sealed_to = Value::from(who.as_str());
	assert_eq!((&submitted["sealed_to"], &submitted["least_dealers"]), (&sealed_to, &4.into()));
	let task = number(&submitted);
	let shown = tool.run(&format!("task show {task}")).done();
	shown.says(&["sealed to", &who, "; it has not accepted", "required", "4 dealers at least"]);

	// nobody else deals the mask, and nothing is dealt without a yes; no seed is left behind
	mask(&tool, task, &by, &seed).start().ends(1, &["sign with the recipient's account"]);
	let asked = tool.run(&format!("mask {task}")).by(&recipient).flag("--mask-file", &seed);
	asked.start().ends(2, &["no terminal", "--yes"]);
	assert!(!seed.exists() && look.money(&recipient).1 == 0);

	// it accepts, and stops waiting for the draw; the seed is there before anything is sent
	let mut waiting = mask(&tool, task, &recipient, &seed).start();
	waiting.until("waits for its dealers");
	waiting.interrupt();
	waiting.ends(130, &["nothing is lost", "goes on with the same mask"]);
	let mode = std::fs::metadata(&seed).expect("it is there").permissions().mode();
	assert_eq!(mode & 0o777, 0o600);
	let written = std::fs::read_to_string(&seed).expect("it is ours");
	let deposit = look.prices().dealer_deposit;
	assert_eq!(look.money(&recipient).1, deposit);

	// drawn, it deals; a second time it sends nothing, and with another seed it says so
	accept_all(&tool, task, &dealers);
	reaches(&tool, task, &["collecting"]);
	let masked = mask(&tool, task, &recipient, &seed).json();
	assert_eq!((&masked["masked"], &masked["already"]), (&true.into(), &false.into()), "{masked}");
	assert!(masked.get("accept_fee").is_none(), "{masked}");
	let before = look.money(&recipient);
	let again = mask(&tool, task, &recipient, &seed).json();
	assert_eq!((&again["already"], &again["block"]), (&true.into(), &masked["block"]), "{again}");
	let other = scene.path("other.seed");
	mask(&tool, task, &recipient, &other).start().ends(1, &["from another seed"]);
	assert_eq!(look.money(&recipient), before, "nothing was sent");
	assert!(!other.exists());
	assert_eq!(std::fs::read_to_string(&seed).expect("it is ours"), written);
	let shown = tool.run(&format!("task show {task}")).done();
	shown.says(&[
		"dealings 0 of 4 and the mask",
		"its mask is there",
		"4 have accepted, 0 have dealt",
	]);
	deal_all(&tool, task, &dealers, &rows);

	// without the seed it is known whose the result is, and that it is right
	let watched = tool.run(&format!("task watch {task}")).json();
	assert_eq!((&watched["sealed_to"], &watched["opened"]), (&sealed_to, &false.into()));
	assert!(watched["result"].is_null() && watched["dealers"] == 4, "{watched}");
	tool.run(&format!("result {task}")).done().says(&["who alone can read it", "--mask-file FILE"]);
	let verified = tool.run(&format!("result {task} --verify")).json();
	assert_eq!((&verified["verified"], &verified["verdict"]), (&true.into(), &"sealed".into()));
	assert!(verified["result"].is_null(), "{verified}");

	// with it, what it says; with another, nothing
	let seen = read(&tool, task, "--mask-file", &seed);
	assert_eq!((&seen["opened"], &seen["verdict"]), (&true.into(), &"right".into()), "{seen}");
	assert_eq!((&seen["result"]["count"], &seen["result"]["mean"]), (&12.into(), &2.0.into()));
	let wrong = kept(scene, "wrong.seed", &format!("{}\n", "ab".repeat(32)));
	let refused = tool.run(&format!("result {task}")).flag("--mask-file", &wrong);
	refused.fails(1, &["does not open the result"]);
	let open_to_all = scene.file("open.seed", &written);
	let refused = tool.run(&format!("result {task}")).flag("--mask-file", &open_to_all);
	refused.fails(2, &["others on this machine can read"]);

	opened_to_everybody(scene, task, &seed, &seen);
	reaches(&tool, task, &["settled"]);
	let (free, held) = look.money(&recipient);
	assert_eq!(held, 0, "its deposit is back");
	assert!(free > (FUNDS - 1) * UNIT, "fees alone are gone: {free}");
	// a task that is settled is read as before
	assert_eq!(read(&tool, task, "--mask-file", &seed)["result"], seen["result"]);
}

/// The recipient opens its result: everybody reads and checks it, from the chain and from a file.
fn opened_to_everybody(scene: &Scene, task: TaskId, seed: &Path, seen: &Value) {
	let tool = scene.tool();
	// who reads by a seed shows it to nobody
	let file = scene.path("sealed.json");
	let export = tool.run(&format!("result {task}")).flag("--mask-file", seed);
	export.flag("--export", &file).done();
	let exported: Value =
		serde_json::from_str(&std::fs::read_to_string(&file).expect("exported")).expect("JSON");
	assert!(exported["result"]["opening"].is_null() && exported["result"]["typed"].is_null());
	transcript::check(&exported);
	let sealed = tool.run(&format!("verify {}", file.display()));
	sealed.done().says(&["consistent, but for what it says, which is sealed"]);

	let opening = scene.path("opening.json");
	let opens = tool.run(&format!("result {task}")).flag("--mask-file", seed);
	opens.flag("--open", &opening).done().says(&["what opens the result is in", "mean   2"]);
	let known = read(&tool, task, "--opening", &opening);
	assert_eq!((&known["result"], &known["verdict"]), (&seen["result"], &"right".into()));
	let from_file =
		tool.run(&format!("verify {}", file.display())).flag("--opening", &opening).json();
	assert_eq!(from_file["result"], seen["result"], "{from_file}");
	assert_eq!(from_file["consistent"], true);

	// what was changed opens nothing
	let text = std::fs::read_to_string(&opening).expect("written");
	let mut changed: Value = serde_json::from_str(&text).expect("JSON");
	changed["values"][0] = changed["values"][1].clone();
	let changed = scene.file("changed.json", &changed.to_string());
	let refused = tool.run(&format!("result {task}")).flag("--opening", &changed);
	refused.fails(1, &["does not open the result"]);
	let refused = tool.run(&format!("verify {}", file.display())).flag("--opening", &changed);
	refused.start().ends(1, &["task"]);

	// and opened it is exported
	let file = scene.path("opened.json");
	let export = tool.run(&format!("result {task}")).flag("--opening", &opening);
	export.flag("--export", &file).done();
	tool.run(&format!("verify {}", file.display())).done().says(&["\nconsistent\n", "mean   2"]);
}

/// The recipient accepts and never deals: the task fails at its cost.
pub fn a_mask_that_never_comes(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let (by, dealers) = (scene.secret(0), (1..4).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let (recipient, seed) = (scene.secret(5), scene.path("task.seed"));
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let flags = format!("{MEAN} --collect 60 --sealed-to {}", address(&recipient));
	let task = number(&submit(&tool, &by, &flags, &dealers));
	let watch = tool.run(&format!("task watch {task}")).start();
	let mut waiting = mask(&tool, task, &recipient, &seed).start();
	waiting.until("waits for its dealers");
	waiting.end();
	accept_all(&tool, task, &dealers);
	reaches(&tool, task, &["collecting"]);
	deal_all(&tool, task, &dealers, &rows);
	let why = "the mask of the result's recipient did not come";
	watch.ends(1, &["no mask yet", why]);
	reaches(&tool, task, &["settled"]);
	let late = mask(&tool, task, &recipient, &seed).start();
	late.ends(1, &["takes no mask of this account any more", why]);
	tool.run(&format!("result {task}")).fails(1, &["has no result", why]);
	let told =
		tool.run(&format!("events {task} --from {}", look.task(task).task.submitted_at)).done();
	told.says(&["Tasks.TaskFailed", "reason MaskMissing: the mask of"]);
	let lost = |secret: &str| {
		let (free, held) = look.money(secret);
		assert_eq!(held, 0, "nothing is held any more");
		FUNDS * UNIT - free
	};
	let recipients = lost(&recipient);
	assert!((5 * UNIT..6 * UNIT).contains(&recipients), "half of the deposit, and a fee");
	assert!(dealers.iter().all(|dealer| lost(dealer) < UNIT), "fees alone");
}
