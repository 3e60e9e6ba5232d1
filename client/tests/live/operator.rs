//! The operator's side: `ostraka node`, and `ostraka-node key`.

use crate::{
	account::{address, FUNDS, UNIT},
	dealing::{accept_all, deal, drawn, invite, number, reaches, show, submit},
	tool::Tool,
	Scene,
};
use ostraka_client::{chain::Signer, testbed::accounts::fund};
use serde_json::{json, Value};
use std::process::Command;

/// Runs a subcommand of the node binary, which must end well.
#[track_caller]
fn node(scene: &Scene, arguments: &[&str]) -> String {
	let output = Command::new(&scene.binary).args(arguments).output().expect("it starts");
	let errors = String::from_utf8_lossy(&output.stderr);
	assert!(output.status.success(), "ostraka-node {arguments:?}: {errors}");
	String::from_utf8(output.stdout).expect("text")
}

/// A worker key, made as docs/OPERATOR.md says: its secret phrase and its public part.
fn worker_key(scene: &Scene) -> (String, String) {
	let made = node(scene, &["key", "generate", "--scheme", "ed25519", "--output-type", "json"]);
	let made: Value = serde_json::from_str(&made).expect("JSON");
	let text = |name: &str| made[name].as_str().expect("a text").to_owned();
	(text("secretPhrase"), text("publicKey"))
}

fn operator(number: usize) -> String {
	format!("//Ostraka//operator//{number}")
}

#[track_caller]
fn stake(tool: &Tool, by: &str) -> Value {
	tool.run("node show").by(by).json()
}

pub fn a_node_from_key_to_chill(scene: &Scene) {
	let (tool, by) = (scene.tool(), scene.secret(0));
	let own = address(&by);
	tool.run("node show").by(&by).fails(4, &[&own, "has no node", "ostraka node list"]);

	let (phrase, public) = worker_key(scene);
	let base = scene.path("base").display().to_string();
	let insert = ["key", "insert", "--base-path", &base, "--chain", "dev", "--key-type", "ostr"];
	node(scene, &[&insert[..], &["--scheme", "ed25519", "--suri", &phrase]].concat());
	let keystore = scene.path("base/chains/ostraka_dev/keystore");
	let register = "node register --stake 2000 --capacity 4 --role verify";
	let said = tool.run(register).by(&by).flag("--keystore", &keystore).done();
	said.says(&[
		"Registry.register is in block",
		&own,
		"in selection",
		"2000 OST",
		"0 of 4",
		"verify: it verifies",
		&public,
	]);
	let again = tool.run(register).by(&by).flag("--worker-suri", "//live//another");
	again.fails(4, &["Registry.AlreadyRegistered", "Use another account"]);

	let listed = tool.run("node list").json();
	let nodes = listed.as_array().expect("a list");
	assert_eq!(nodes.len(), 11);
	let roles = |role: &str| nodes.iter().filter(|node| node["role"] == role).count();
	assert_eq!(["compute", "verify", "both"].map(roles), [7, 4, 0]);
	let listed = nodes.iter().find(|node| node["account"] == own).expect("the new node");
	assert_eq!(listed["worker"], public);
	tool.run("node list").done().says(&[&own, "2000 OST", "0/4", "11 nodes"]);
	tool.run(&format!("node show {own}")).done().says(&["expected rewards", &public]);

	// stake: in, out, and not yet back
	tool.run("node bond 500.5").by(&by).done().says(&["Registry.bond is in block", "2500.5 OST"]);
	tool.run("node withdraw").by(&by).fails(4, &["no stake is on its way out", "node unbond"]);
	let below = tool.run("node unbond 2000").by(&by);
	below.fails(4, &["Registry.BelowLeastStake", "`chill` first"]);
	tool.run("node unbond 3000").by(&by).fails(4, &["Registry.NotEnoughStake"]);
	tool.run("node unbond 0").by(&by).fails(4, &["Registry.ZeroAmount"]);
	tool.run("node unbond 300").by(&by).done().says(&["2200.5 OST", "300 OST from block"]);
	let early = tool.run("node withdraw").by(&by);
	early.fails(4, &["nothing is due yet", "300 OST can be withdrawn from block", "is at block"]);
	let shown = stake(&tool, &by);
	assert_eq!(shown["stake"], (22_005 * UNIT / 10).to_string());
	assert_eq!(shown["unbonding"], (300 * UNIT).to_string());
	assert_eq!(shown["pending_slashes"].as_array().map(Vec::len), Some(0));
	no_slash_waits(&tool, &by, &own);
	let (free, held) = scene.look().money(&by);
	assert_eq!(held, 25_005 * UNIT / 10, "what is on its way out is still held");
	assert!(free < FUNDS * UNIT - held);

	// in and out of selection
	tool.run("node activate").by(&by).fails(4, &["Registry.AlreadyActive"]);
	tool.run("node deregister").by(&by).fails(4, &["Registry.StillActive", "`chill` first"]);
	tool.run("node capacity 8").by(&by).done().says(&["0 of 8"]);
	for role in ["compute", "verify", "both"] {
		let said = tool.run(&format!("node role {role}")).by(&by).done();
		said.says(&["Registry.set_role is in block", &format!("{role}: it ")]);
		assert_eq!(stake(&tool, &by)["role"], role);
	}
	tool.run("node chill").by(&by).done().says(&["not in selection"]);
	tool.run("node chill").by(&by).fails(4, &["Registry.NotActive"]);
	tool.run("node activate").by(&by).done().says(&["in selection"]);
	let (phrase, public) = worker_key(scene);
	let rotate = tool.run("node rotate").by(&by).flag("--worker-suri", phrase);
	rotate.done().says(&["Registry.rotate_key is in block", &public]);
	let said = tool.run("node chill").by(&by).json();
	assert_eq!(said["node"]["active"], json!(false));
	assert_eq!(said["call"], "Registry.chill");
	tool.run("node deregister").by(&by).fails(4, &["Registry.StillBonded", "`unbond`"]);
}

/// A chain of one process takes slashes at once.
fn no_slash_waits(tool: &Tool, by: &str, own: &str) {
	for of in ["", own] {
		let list = format!("node slash list {of}");
		tool.run(&list).done().says(&["no slash waits"]);
		assert_eq!(tool.run(&list).json(), json!([]));
	}
	tool.run("node slash list --csv").done().says(&["index,account,task,fault,amount,"]);
	let due = "node slash apply --due";
	tool.run(due).by(by).done().says(&["no slash is due"]);
	assert_eq!(tool.run(due).by(by).json(), json!([]));
	let none = ["no slash waits with the number 7", "ostraka node slash list"];
	tool.run("node slash apply 7 --yes").by(by).fails(4, &none);
	tool.run("node slash cancel 7").fails(4, &none);
}

pub fn registrations_refused(scene: &Scene) {
	let (tool, by) = (scene.tool(), scene.secret(0));
	let register = |by: &str, worker: &str, more: &str| {
		tool.run(&format!("node register {more}")).by(by).flag("--worker-suri", worker)
	};
	let poor = scene.secret(99);
	let unfunded = register(&poor, "//live//w", "--stake 1000");
	unfunded.fails(4, &[&address(&poor), "cannot pay the fee", "send tokens to it first"]);
	let taken = register(&by, "//Ostraka//worker//1", "--stake 1000");
	taken.fails(4, &["Registry.WorkerKeyTaken", "Make a new one"]);
	register(&by, "//live//w", "--stake 10").fails(2, &["10 OST", "least stake", "1000 OST"]);
	let rich = register(&by, "//live//w", "--stake 50000");
	rich.fails(4, &["Registry.register", &address(&by), "free"]);
	register(&by, "//live//w", "--stake 1e3").fails(2, &["is not an amount of tokens"]);
	register(&by, "not a secret", "--stake 1000").fails(2, &["worker key is not usable"]);
	register(&by, "//live//w", "--stake 1000 --capacity 0").fails(2, &["--capacity"]);
	register(&by, "//live//w", "--stake 1000 --capacity 257").fails(2, &["--capacity"]);
	register(&by, "//live//w", "--stake 1000 --role judge").fails(2, &["--role", "verify"]);
	register("no secret", "//live//w", "--stake 1000").fails(2, &["account is not usable"]);
	let commands =
		["bond 1", "unbond 1", "withdraw", "chill", "activate", "role verify", "deregister"];
	for command in commands {
		let refused = tool.run(&format!("node {command}")).by(&by);
		refused.fails(4, &["Registry.NotRegistered", "Call `register` first"]);
	}
	assert_eq!(scene.look().money(&by).1, 0, "nothing is held of who is not registered");
}

/// Restricted tasks need all seven nodes that compute, and all three that verify: with one barred there are too few, with a
/// poor one instead too little stake, with a busy one too little capacity, and without a verifier no panel.
pub fn what_a_committee_lacks(scene: &Scene) {
	let tool = scene.tool();
	let dealers: Vec<String> = (10..20).map(|number| scene.secret(number)).collect();
	pay(scene, &scene.secret(2), &dealers);
	let flags = "--class restricted --statistic mean --columns x --range x=0:9 --collect 1200";
	let refused = |by: &str, parts: &[&str]| {
		let parts = [parts, &["the committee needs 7 nodes with 4970 OST"]].concat();
		tool.run(&format!("task submit {flags}{}", invite(&dealers))).by(by).fails(4, &parts)
	};
	// the first operator's own node may not sit on its committee
	let barred = operator(1);
	refused(&barred, &["Tasks.TooFewNodes", "Too few active compute nodes"]);
	let poor = scene.secret(0);
	let register = tool.run("node register --stake 1000").by(&poor);
	register.flag("--worker-suri", "//live//poor").done();
	let lacking = "8 that compute are in selection, 7 of them have that stake";
	refused(&barred, &["Tasks.TooLittleStake", lacking]);
	tool.run("node chill").by(&poor).done();

	// a verifier less, be it out of selection or drawn for something else now
	for (takes, gives) in [("chill", "activate"), ("role compute", "role verify")] {
		let verifier = operator(8);
		tool.run(&format!("node {takes}")).by(&verifier).done();
		let lacking = ["Tasks.TooFewVerifiers", "the panel needs 3 others", "2 that verify"];
		refused(&scene.secret(1), &lacking);
		tool.run(&format!("node {gives}")).by(&verifier).done();
	}

	// two tasks, and a node that takes one: when both are accepted, the second waits for its committee
	tool.run("node capacity 1").by(&operator(7)).done();
	let by = scene.secret(1);
	let [first, second] = [0; 2].map(|_| number(&submit(&tool, &by, flags, &dealers)));
	drawn(&tool, first, &dealers);
	let shown = tool.run(&format!("task show {second}")).done();
	shown.says(&["inviting", "a committee could not be drawn now", "room for another task"]);
	accept_all(&tool, second, &dealers);
	let shown = tool.run(&format!("task show {second}")).done();
	shown.says(&["drawing", "no committee yet", "room for another task"]);
	// nobody takes back a draw whose committee some may know
	let cancel = tool.run(&format!("task cancel --yes {second}")).by(&by);
	cancel.fails(4, &["Tasks.WrongPhase", "is being drawn", "costs its whole fee"]);
	assert_eq!(show(&tool, second)["state"], "drawing");
	refused(&by, &["Tasks.TooLittleCapacity", "room for another task"]);
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let mut watch = tool.run(&format!("task watch {second}")).start();
	watch.until("room for another task");
	let mut dealing = deal(&tool, second, &dealers[0], &rows);
	dealing.until("waits for its committee");
	// room again: it is drawn after all
	tool.run(&format!("task cancel --yes {first}")).by(&by).done();
	watch.until("collecting");
	dealing.done().says(&["dealt to task"]);
	tool.run("node capacity 64").by(&operator(7)).done();
	tool.run(&format!("task cancel --yes {second}")).by(&by).done();
	watch.ends(1, &["the requester cancelled it"]);
	let task = number(&submit(&tool, &by, flags, &dealers));
	let shown = drawn(&tool, task, &dealers);
	assert_eq!(shown["committee"].as_array().map(Vec::len), Some(7));
	assert_eq!(shown["panel"].as_array().map(Vec::len), Some(3));
	tool.run(&format!("task cancel --yes {task}")).by(&by).done();
	for task in [first, second, task] {
		reaches(&tool, task, &["settled"]);
	}
	assert_eq!(show(&tool, first)["outcome"], "failed: the requester cancelled it");
}

/// Gives accounts what three dealings need.
fn pay(scene: &Scene, from: &str, to: &[String]) {
	let signer = |secret: &str| Signer::from_secret(secret).expect("a derivation path");
	let (from, to) = (signer(from), to.iter().map(|to| signer(to)).collect::<Vec<_>>());
	scene
		.look()
		.ask(|chain| async move { fund(&chain, &from, &to, 50 * UNIT).await })
		.expect("paid");
}
