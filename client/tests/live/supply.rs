//! A node that executed its blocks without offchain indexing lacks the sealed shares that were dealt in them: its workers
//! say so, `ostraka node supply` hands them over, and they take part.

use crate::{
	account::{secret, Look, EACH},
	chain::DevChain,
	dealing::{deal_all, drawn, number, reaches, submit},
	node::ends_with_its_supervisor,
	tool::Tool,
	wait_for, Scene,
};
use serde_json::Value;

/// Right answers of all nodes in a role: result shares of those that compute, attestations of those that verify.
#[track_caller]
fn completed(tool: &Tool, role: &str) -> u64 {
	let nodes = tool.run("node list").json();
	let nodes = nodes.as_array().expect("a list").iter().filter(|node| node["role"] == role);
	nodes.map(|node| node["completed"].as_u64().expect("a number")).sum()
}

pub fn missed_dealings_are_supplied(scene: &Scene) {
	let mut chain = DevChain::start(&scene.binary, &["--enable-offchain-indexing=false"]);
	chain.ready();
	let tool = Tool::new(chain.url());
	Look::new(chain.url()).fund(std::iter::once("supply"));
	let accounts: Vec<String> = (0..EACH).map(|number| secret("supply", number)).collect();
	let (by, dealers) = (&accounts[0], &accounts[1..5]);
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let flags = "--class standard --statistic mean --columns x --range x=0:9";
	let task = number(&submit(&tool, by, flags, dealers));
	let early = tool.run(&format!("node supply --task {task}")).start().said();
	assert!(
		early.err.contains("has no committee yet") || early.out.contains("0 of 0 dealings"),
		"{early:?}"
	);
	drawn(&tool, task, dealers);

	deal_all(&tool, task, &dealers[..3], &rows);
	let advice = format!("supply it with `ostraka node supply --task {task}`");
	let log = wait_for("the workers do not miss the dealings", || {
		let log = chain.log();
		(log.matches(&advice).count() >= 9).then_some(log)
	});
	assert!(log.contains("this node lacks the sealed share of dealer 0x"), "{log}");
	let supplied = tool.run(&format!("node supply --task {task}")).json();
	assert_eq!(supplied["supplied"].as_array().map(Vec::len), Some(3), "{supplied}");

	// the last one ends the dealing: from now on the workers have until the commitments' deadline
	deal_all(&tool, task, &dealers[3..], &rows);
	let said = tool.run(&format!("node supply --task {task}")).done();
	said.says(&[&format!(
		"4 of 4 dealings of task {task} are in the node's offchain database now"
	)]);
	let result: Value = tool.run(&format!("task watch {task}")).json();
	assert_eq!(result["dealers"], 4, "{result}\n{}", chain.log());
	assert_eq!(result["result"]["mean"], 2.0);
	reaches(&tool, task, &["settled"]);
	let answered = ["compute", "verify"].map(|role| completed(&tool, role));
	assert_eq!(answered, [3, 2], "every member has answered, and every verifier: {}", chain.log());
	let verified = tool.run(&format!("result --task {task} --verify")).json();
	assert_eq!(verified["verified"], true);
	ends_with_its_supervisor(chain);
}
