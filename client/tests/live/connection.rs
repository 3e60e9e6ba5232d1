//! Chains that are not there, and what is no Ostraka chain.

use crate::{
	chain::free_port,
	other_chain::{refuses_connections, NoNode, Patched},
	tool::Tool,
	Scene,
};
use std::net::TcpListener;

/// A command for each way that the tool uses a chain.
const COMMANDS: [&str; 9] = [
	"task list",
	"task show 0",
	"task watch 0",
	"task cancel 0 --suri //Alice",
	"accept 0 --suri //Bob --yes",
	"node list",
	"node chill --suri //Alice",
	"node supply --task 0",
	"result --task 0",
];

pub fn no_chain_answers(scene: &Scene) {
	let tool = Tool::new(&format!("ws://127.0.0.1:{}", free_port()));
	for command in COMMANDS {
		tool.run(command).fails(3, &["no chain answers at ws://127.0.0.1:", "make dev", "--url"]);
	}
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	tool.run("deal --task 0 --suri //Bob").data(&rows).fails(3, &["no chain answers"]);
	let submit =
		"task submit --suri //Alice --class standard --statistic mean --columns x --range x=0:9 \
	              --dealer //Bob --dealer //Charlie --dealer //Dave";
	tool.run(submit).fails(3, &["no chain answers"]);
	let register = "node register --suri //Bob --worker-suri //W --stake 1000";
	tool.run(register).fails(3, &["no chain answers"]);
	let json = tool.run("task list --json").fails(3, &["\"code\":3"]);
	let error: serde_json::Value = serde_json::from_str(&json).expect("an error as JSON");
	assert!(error["error"].as_str().is_some_and(|error| error.contains("no chain answers")));
	for url in ["nowhere", "ws://", "http://127.0.0.1:1"] {
		Tool::new(url).run("task list").fails(2, &["is not a web socket address", url]);
	}
}

pub fn what_answers_is_no_node(_: &Scene) {
	// takes connections, and closes each at once
	let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
	let url = format!("ws://{}", listener.local_addr().expect("its address"));
	let server = refuses_connections(listener);
	Tool::new(&url).run("task list").fails(3, &["no chain answers at", &url]);
	server.stop();
	// speaks JSON-RPC over a web socket, and knows no method of a node
	let other = NoNode::start();
	for command in
		["task list", "node list", "node supply --task 0", "task cancel 0 --suri //Alice"]
	{
		let parts = ["is not an Ostraka chain", "does not answer as a node does", other.url()];
		Tool::new(other.url()).run(command).fails(3, &parts);
	}
}

pub fn another_chain_answers(scene: &Scene) {
	// a node of a chain without our pallets, and one of a chain of ours with another call
	for (from, to, parts) in [
		("Registry", "Registra", ["is not an Ostraka chain", "no pallet `Registry`"]),
		("data_reward", "data_rewald", ["speaks another version", "Tasks.submit"]),
	] {
		let other = Patched::start(&scene.url, from, to);
		for command in COMMANDS {
			Tool::new(other.url()).run(command).fails(3, &parts);
		}
	}
}
