//! `ostraka dev`: a development chain in one go.
//!
//! It readies a folder and a keystore with the workers' keys, starts a node as the chain's, our own or the stock omni node, and
//! registers the nodes that compute and verify by transactions. Then it waits. However it ends, by a signal or by its sudden
//! death, the node is ended and what it wrote is removed (`testbed::guard`), unless flags name a folder for it.

use crate::{
	error::Error,
	output::Output,
	testbed::{
		chain_spec, flags,
		guard::ended_well,
		node,
		process::{connect, Process, Settings},
		workers,
	},
};
use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use std::{ffi::OsString, path::PathBuf};
use tokio::signal::unix::{signal, SignalKind};

const EXAMPLES: &str = "\
Examples:
  ostraka dev
  ostraka dev --node polkadot-omni-node --runtime ostraka_runtime.compact.compressed.wasm
  ostraka dev -- --rpc-port 9950 --base-path ./chain --dev-block-time 6000

Ctrl-C ends the chain, and removes what it wrote unless --base-path is given. Flags after -- are the node's, and win over
those that it is given for a development chain. With --chain the nodes are not registered: whoever brings a chain of
their own brings its nodes too.";

/// Flags of `dev`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct DevArgs {
	/// Node binary: ostraka-node, or the stock polkadot-omni-node of the same SDK or a newer one; the first that is found
	/// beside this program or on the PATH unless given
	#[arg(long, value_name = "PATH", env = "OSTRAKA_NODE")]
	pub node: Option<PathBuf>,
	/// Runtime that the chain begins with, WebAssembly, compressed or not: ostraka-node has one inside, a stock node is given
	/// the one that was built beside this program unless another is named
	#[arg(long, value_name = "FILE", env = "OSTRAKA_RUNTIME")]
	pub runtime: Option<PathBuf>,
	/// Further flags of the node
	#[arg(last = true, value_name = "FLAG")]
	pub flags: Vec<OsString>,
}

/// Runs the command until the chain ends, or a signal ends it.
///
/// # Errors
/// `Usage` if there is no node, no runtime for it, or a port in use; `Chain` if another chain answers; `Failed` if the node does not
/// start, or ends by itself with an error.
pub async fn run(args: &DevArgs, out: &mut Output<'_>) -> Result<(), Error> {
	let node = node::binary(args.node.as_deref())?;
	let runtime = chain_spec::runtime(&node, args.runtime.as_deref())?;
	let port = port(&args.flags)?;
	// before the node starts: from here on no signal is missed
	let hear = |kind| {
		signal(kind).map_err(|error| Error::Failed(format!("signals cannot be heard: {error}")))
	};
	let mut interrupt = hear(SignalKind::interrupt())?;
	let mut terminate = hear(SignalKind::terminate())?;
	let mut hangup = hear(SignalKind::hangup())?;
	let settings = Settings {
		node: &node,
		runtime: runtime.as_deref(),
		port,
		flags: &args.flags,
		has_log_file: false,
	};
	let mut process = Process::start(&settings).await?;
	let serving = serve(process.url().to_owned(), process.registers(), out);
	let ended = tokio::select! {
		// a signal at a terminal is the node's too, and may be what ended it
		biased;
		_ = interrupt.recv() => None,
		_ = terminate.recv() => None,
		_ = hangup.recv() => None,
		status = process.wait() => Some(status?),
		outcome = serving => {
			// it serves until it cannot
			process.end().await?;
			return outcome;
		},
	};
	let status = match ended {
		Some(status) => {
			process.clear().await?;
			status
		},
		None => {
			let status = process.end().await?;
			if ended_well(status) {
				return Ok(());
			}
			status
		},
	};
	if status.success() {
		Ok(())
	} else {
		Err(Error::Failed(format!("the node ended with {status}")))
	}
}

/// Registers the chain's nodes, says so, and waits. Returns only with an error.
async fn serve(url: String, registers: bool, out: &mut Output<'_>) -> Result<(), Error> {
	if registers {
		let chain = connect(&url).await?;
		workers::register(&chain).await?;
		let (compute, verify, operator) = (workers::COMPUTE, workers::VERIFY, workers::OPERATOR);
		out.notes().say(format!(
			"Ostraka: development chain at {url}, {compute} compute nodes registered, and {verify} verifiers"
		));
		out.notes().say(format!(
			"  accounts with money: //Alice (the richest), //Bob, //Charlie, //Dave, //Eve, //Ferdie; the nodes' operators: \
			 {operator}//1 to {operator}//{}",
			compute + verify
		));
		if out.is_json() {
			out.json(&Started { url, compute_nodes: compute, verifiers: verify })?;
		}
	}
	std::future::pending().await
}

/// The port that flags give, else the usual one if that is free, else any that is. A node would silently take another if it is in use.
fn port(words: &[OsString]) -> Result<u16, Error> {
	let Some(word) = flags::value(words, "--rpc-port") else { return node::usual_port() };
	let port = word
		.to_str()
		.and_then(|word| word.parse().ok())
		.ok_or_else(|| Error::Usage(format!("--rpc-port takes a number, not {word:?}")))?;
	if node::is_free(port) {
		Ok(port)
	} else {
		Err(Error::Usage(format!("port {port} is in use: give another --rpc-port")))
	}
}

/// A chain that runs, as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Started {
	/// Where its node answers.
	url: String,
	/// Nodes that compute.
	compute_nodes: u8,
	/// Nodes that verify.
	verifiers: u8,
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::net::TcpListener;

	#[test]
	fn a_port_in_use_is_refused() {
		let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
		let number = taken.local_addr().expect("known").port();
		for flag in [format!("--rpc-port={number}"), "--rpc-port=x".to_owned()] {
			let message = port(&[flag.into()]).err().map(|error| error.to_string());
			assert!(message.is_some_and(|message| message.contains("--rpc-port")));
		}
		drop(taken);
		assert_eq!(port(&[format!("--rpc-port={number}").into()]).ok(), Some(number));
	}

	#[tokio::test]
	async fn a_node_that_ends_by_itself_is_told_by_its_status() {
		for (node, is_right) in [("/bin/false", false), ("/bin/true", true)] {
			let args = DevArgs { node: Some(node.into()), runtime: None, flags: Vec::new() };
			let mut results = Vec::new();
			let mut out = Output::new(&mut results, crate::output::Notes::none(), false);
			let outcome = run(&args, &mut out).await;
			assert_eq!(outcome.is_ok(), is_right, "{node}");
			let message = outcome.err().map(|error| error.to_string()).unwrap_or_default();
			assert_eq!(message.contains("the node ended with"), !is_right, "{message}");
		}
	}
}
