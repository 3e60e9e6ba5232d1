//! The chain, with the adversary's nodes on it.

use ostraka_adversary::{
	scene::{units, Scene},
	seat::Corrupt,
};
use ostraka_client::{
	chain::{calls, Signer},
	testbed::{accounts::accounts, node::DevNode},
};
use ostraka_primitives::Balance;
use std::path::PathBuf;

/// Compute nodes of the chain's own.
const NODES: usize = 7;
/// Of these, how many stay in selection.
const HONEST: usize = 3;
/// Path of their operators' accounts.
const OPERATOR: &str = "//Ostraka//operator";
/// Stake of every node, in tokens.
pub const STAKE: Balance = 10_000;

/// A development chain, for as long as the test runs.
pub struct DevChain(Option<DevNode>);

fn node_binary() -> PathBuf {
	let beside = || {
		let own = PathBuf::from(env!("CARGO_BIN_EXE_ostraka-adversary"));
		own.with_file_name("ostraka-node")
	};
	std::env::var_os("OSTRAKA_NODE").map_or_else(beside, PathBuf::from)
}

impl DevChain {
	/// Starts it, registers the adversary's nodes, and leaves as many honest ones in selection as give a committee of five.
	pub async fn start() -> (Self, Scene) {
		let started = DevNode::start_apart(&node_binary()).await;
		let (mut node, chain) = started.expect("the node starts");
		node.registered(&chain, NODES).await.expect("its nodes are registered");
		let stake = units(&chain, STAKE);
		let (first, second) = tokio::try_join!(
			Corrupt::register(&chain, "//Bob", "//Adversary//worker//1", stake),
			Corrupt::register(&chain, "//Charlie", "//Adversary//worker//2", stake),
		)
		.expect("registered");
		let operators = accounts(OPERATOR, NODES).expect("a path");
		let chill = calls::chill();
		let chilled = operators[HONEST..].iter().map(|one| chain.submit(&chill, one, None));
		futures::future::try_join_all(chilled).await.expect("out of selection");
		let account = |path| Signer::from_secret(path).expect("a path");
		let scene = Scene {
			chain,
			requester: account("//Dave"),
			sponsor: account("//Alice"),
			corrupt: vec![first, second],
		};
		(Self(Some(node)), scene)
	}

	/// Stops it.
	pub async fn stop(mut self) {
		if let Some(node) = self.0.take() {
			node.stop().await;
		}
	}
}

impl Drop for DevChain {
	fn drop(&mut self) {
		// the node itself is stopped by its own drop
		let Some(node) = self.0.as_ref().filter(|_| std::thread::panicking()) else { return };
		let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("dev_chain.log");
		match std::fs::copy(node.log(), &kept) {
			Ok(_) => eprintln!("the node's log: {}", kept.display()),
			Err(error) => eprintln!("the node's log cannot be kept: {error}"),
		}
	}
}
