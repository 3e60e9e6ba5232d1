//! `ostraka dev` with a runtime from a file: the way the stock omni node is started.

use crate::{
	chain::{ended, free_port, DevChain},
	tool::Tool,
	Scene,
};
use nix::sys::signal::{kill, Signal};
use std::process::Command;

/// Our node is not asked for the runtime that it has inside: it is given one, as a node that has none.
pub fn a_runtime_from_a_file(scene: &Scene) {
	let runtime = scene.path("runtime.wasm");
	let exported = Command::new(&scene.binary)
		.args(["export-genesis-wasm", "--raw", "--chain", "dev"])
		.arg(&runtime)
		.output()
		.expect("the node binary starts");
	assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));

	let port = free_port();
	let start = || {
		let mut command = Command::new(env!("CARGO_BIN_EXE_ostraka"));
		command.arg("dev").arg("--node").arg(&scene.binary).arg("--runtime").arg(&runtime);
		command.args(["--", "--rpc-port", &port.to_string()]);
		command
	};
	let mut chain = DevChain::run(start(), port);
	chain.ready();
	let node = chain.node();
	let line = std::fs::read(format!("/proc/{node}/cmdline")).expect("it runs");
	assert!(String::from_utf8_lossy(&line).contains("/chain.json"), "a specification's file");
	let tool = Tool::new(chain.url());
	let nodes = tool.run("node list").json();
	assert_eq!(nodes.as_array().map(Vec::len), Some(10), "{nodes}");

	// another one does not push it from its port
	let second = start().output().expect("the tool starts");
	assert_eq!(second.status.code(), Some(2));
	let said = String::from_utf8_lossy(&second.stderr).into_owned();
	assert!(said.contains("is in use"), "{said}");

	kill(chain.supervisor(), Signal::SIGINT).expect("it runs");
	let status = chain.wait();
	assert!(status.success(), "{status}: {}", chain.log());
	ended(node);
	assert_eq!(chain.left(), [""; 0]);
}
