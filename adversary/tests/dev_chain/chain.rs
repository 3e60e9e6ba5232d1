//! Chains, with the adversary's nodes on them.

use ostraka_adversary::{
	scene::{units, Scene},
	seat::Corrupt,
};
use ostraka_client::{
	chain::{calls, Chain, Signer},
	testbed::{accounts::accounts, node::DevNode},
};
use ostraka_primitives::{role::Role, Balance};
use std::{ops::Range, path::PathBuf};

/// Nodes of the chain's own: seven compute, the three after them verify.
const NODES: usize = 10;
/// Of those that compute, how many stay in selection where the adversary has two.
const HONEST: usize = 3;
/// How many compute.
const COMPUTE: usize = 7;
/// Path of their operators' accounts.
const OPERATOR: &str = "//Ostraka//operator";
/// Stake of every node, in tokens.
pub const STAKE: Balance = 10_000;

/// A development chain, for as long as the test runs.
pub struct DevChain {
	name: &'static str,
	node: Option<DevNode>,
}

fn node_binary() -> PathBuf {
	let beside = || {
		let own = PathBuf::from(env!("CARGO_BIN_EXE_ostraka-adversary"));
		own.with_file_name("ostraka-node")
	};
	std::env::var_os("OSTRAKA_NODE").map_or_else(beside, PathBuf::from)
}

/// Registers a node of the adversary's for each of these operators.
async fn register(chain: &Chain, operators: &[&str], role: Role) -> Vec<Corrupt> {
	let stake = units(chain, STAKE);
	let registered = operators.iter().map(|operator| async move {
		let worker = format!("//Adversary//worker{operator}");
		Corrupt::register(chain, operator, &worker, stake, role).await
	});
	futures::future::try_join_all(registered).await.expect("registered")
}

impl DevChain {
	/// Starts one with two compute nodes of the adversary's, and as many honest ones in selection as give a committee of five; all
	/// verifiers are honest.
	pub async fn start(name: &'static str) -> (Self, Scene) {
		Self::cast(name, &["//Bob", "//Charlie"], &[], HONEST..COMPUTE).await
	}

	/// Starts one on which the adversary has all nodes in selection: three that compute, the seats of a Standard committee, and two
	/// that verify, those of its panel. No worker acts for any of them.
	pub async fn corrupt_whole(name: &'static str) -> (Self, Scene) {
		Self::cast(name, &["//Bob", "//Charlie", "//Eve"], &["//Ferdie", "//Bob//stash"], 0..NODES)
			.await
	}

	/// Starts one on which all nodes are honest.
	pub async fn honest(name: &'static str) -> (Self, Scene) {
		Self::cast(name, &[], &[], 0..0).await
	}

	/// Starts it, registers nodes of the adversary's with these operators, and takes some of its own out of selection.
	async fn cast(
		name: &'static str,
		corrupt: &[&str],
		verifiers: &[&str],
		chilled: Range<usize>,
	) -> (Self, Scene) {
		let started = DevNode::start_apart(&node_binary()).await;
		let (mut node, chain) = started.expect("the node starts");
		node.registered(&chain, NODES).await.expect("its nodes are registered");
		let corrupt = register(&chain, corrupt, Role::Compute).await;
		let verifiers = register(&chain, verifiers, Role::Verify).await;
		let operators = accounts(OPERATOR, NODES).expect("a path");
		let chill = calls::chill();
		let chilled = operators[chilled].iter().map(|one| chain.submit(&chill, one));
		futures::future::try_join_all(chilled).await.expect("out of selection");
		let account = |path| Signer::from_secret(path).expect("a path");
		let (requester, sponsor) = (account("//Dave"), account("//Alice"));
		let scene = Scene { chain, requester, sponsor, corrupt, verifiers };
		(Self { name, node: Some(node) }, scene)
	}

	/// Stops it.
	pub async fn stop(mut self) {
		if let Some(node) = self.node.take() {
			node.stop().await;
		}
	}
}

impl Drop for DevChain {
	fn drop(&mut self) {
		// the node itself is stopped by its own drop
		let Some(node) = self.node.as_ref().filter(|_| std::thread::panicking()) else { return };
		let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.log", self.name));
		match std::fs::copy(node.log(), &kept) {
			Ok(_) => eprintln!("the node's log: {}", kept.display()),
			Err(error) => eprintln!("the node's log cannot be kept: {error}"),
		}
	}
}
