//! The whole network, ready for tasks.

use crate::{
	files::{Built, Run, Variant},
	process::{Node, Setting},
	relay::Relay,
	usage::Usage,
};
use anyhow::{ensure, Context, Result};
use ostraka_adversary::{
	scene::{units, Scene},
	seat::Corrupt,
};
use ostraka_client::chain::{Chain, Head, Signer};
use ostraka_primitives::{role::Role, AccountId, Balance};
use std::time::Instant;
use tokio::process::Command;

/// Compute nodes: as many as a Confidential committee has seats.
pub const NODES: usize = 5;
/// Verifiers, apart from them: as many as a panel has seats.
pub const VERIFIERS: usize = 2;
/// Stake of each, in tokens: enough for every class.
pub const STAKE: Balance = 10_000;
/// Tasks that each takes at a time, unless a plan says otherwise: more than its stake covers.
const CAPACITY: u32 = 64;
/// Path of the operators' accounts, which the genesis preset endows.
const OPERATOR: &str = "//Ostraka//operator";
/// Path of the worker keys that the adversary holds.
const WORKER: &str = "//Zombienet//worker";

/// A network with its compute nodes and verifiers.
pub struct Network {
	/// The chain as a full node without worker sees it, and who plays on it.
	pub scene: Scene,
	/// The compute nodes.
	pub nodes: Vec<Node>,
	/// The verifiers.
	pub verifiers: Vec<Node>,
	/// The relay chain and the collators.
	pub relay: Relay,
	/// What was built.
	pub built: Built,
	observer: Node,
	run: Run,
	began: (Instant, Head),
}

/// How a network is to be.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
	/// The run's name.
	pub name: &'static str,
	/// Which runtime and relay chain.
	pub variant: Variant,
	/// Whether all nodes of the parachain, collators too, are the stock omni node.
	pub stock: bool,
	/// How many of the five compute nodes are the adversary's: registered, but run by nobody.
	pub corrupt: usize,
	/// Whether both verifiers are.
	pub corrupt_panel: bool,
	/// Whether the parachain's nodes ask a full node of the relay chain that is no validator.
	pub witness: bool,
	/// Whether a proxy stands between each collator and the relay chain.
	pub proxied: bool,
	/// Tasks that each honest node takes at a time.
	pub capacity: u32,
}

impl Plan {
	/// Five honest compute nodes, two honest verifiers.
	pub const fn honest(name: &'static str) -> Self {
		Self {
			name,
			variant: Variant::HostCalls,
			stock: false,
			corrupt: 0,
			corrupt_panel: false,
			witness: false,
			proxied: false,
			capacity: CAPACITY,
		}
	}
}

impl Network {
	/// Starts it, and waits until all nodes are registered.
	///
	/// # Errors
	/// If anything does not come up.
	pub async fn start(plan: Plan) -> Result<Self> {
		let built = Built::find()?;
		let built = if plan.stock { built.on_stock_nodes()? } else { built };
		let run = built.run(plan.name)?;
		let began = Instant::now();
		say(began, &format!("{}: logs in {}", plan.name, run.folder().display()));
		let (variant, folder) = (plan.variant, run.folder());
		let relay = Relay::start(&built, variant, folder, plan.witness, plan.proxied).await?;
		say(began, "relay chain and collators are up");
		let setting = Setting::of(&relay, built.node().clone(), run.folder())?;
		let mut observer = Node::new("observer", &setting, false)?;
		observer.start()?;
		let (computing, verifying) =
			(NODES - plan.corrupt, if plan.corrupt_panel { 0 } else { VERIFIERS });
		let mut nodes = started(&setting, "compute", computing).await?;
		let mut verifiers = started(&setting, "verify", verifying).await?;
		let chain = observer.ready().await?;
		for node in nodes.iter_mut().chain(&mut verifiers) {
			node.ready().await?;
		}
		say(began, "compute nodes and verifiers are up");
		chain.wait_final(1).await?;
		say(began, "the parachain's first block is final");

		// operators are numbered: first those of compute nodes, then those of verifiers
		let of_verifiers = NODES + 1..=NODES + VERIFIERS;
		let computing = nodes.iter().zip(1..).map(|(node, number)| (node, number, Role::Compute));
		let verifying = verifiers.iter().zip(of_verifiers.clone());
		let verifying = verifying.map(|(node, number)| (node, number, Role::Verify));
		let capacity = plan.capacity;
		let registered = computing
			.chain(verifying)
			.map(|(node, number, role)| register(&built, &chain, node, number, role, capacity));
		futures::future::try_join_all(registered).await?;
		let mut corrupt = Vec::new();
		for number in NODES - plan.corrupt + 1..=NODES {
			corrupt.push(corrupted(&chain, number, Role::Compute).await?);
		}
		let mut lying = Vec::new();
		for number in of_verifiers.filter(|_| plan.corrupt_panel) {
			lying.push(corrupted(&chain, number, Role::Verify).await?);
		}
		let head = chain.wait_final(chain.head().number).await?;
		let found = chain.nodes_at(head).await?;
		ensure!(found.len() == NODES + VERIFIERS, "not all nodes are registered");
		let stake = units(&chain, STAKE);
		for node in found {
			ensure!(
				node.stake == stake && node.active,
				"{:?} is not staked and active",
				node.account
			);
		}
		let all = format!("{NODES} compute nodes and {VERIFIERS} verifiers");
		say(began, &format!("{all} are registered, at block {}", head.number));
		let scene = Scene {
			chain,
			requester: Signer::from_secret("//Dave")?,
			sponsor: Signer::from_secret("//Alice")?,
			corrupt,
			verifiers: lying,
		};
		let began = (Instant::now(), head);
		Ok(Self { scene, nodes, verifiers, relay, built, observer, run, began })
	}

	/// The chain, as the observing full node sees it.
	pub fn chain(&self) -> &Chain {
		&self.scene.chain
	}

	/// The account of a compute node's operator, by the node's place.
	///
	/// # Errors
	/// If there is no such account.
	pub fn operator(&self, place: usize) -> Result<AccountId> {
		Ok(Signer::from_secret(&format!("{OPERATOR}//{}", place + 1))?.account())
	}

	/// Says what has come about, with the time since the network was ready.
	pub fn say(&self, what: &str) {
		say(self.began.0, what);
	}

	/// Seconds between final blocks since the network was ready.
	///
	/// # Errors
	/// If the chain does not answer.
	pub async fn pace(&self) -> Result<f64> {
		let last = self.chain().finalized().await?;
		let blocks = last.number.saturating_sub(self.began.1.number).max(1);
		Ok(self.began.0.elapsed().as_secs_f64() / f64::from(blocks))
	}

	/// Says how fast blocks came, and what the processes used; then stops all of it. To be called at the end of a scenario
	/// that held; otherwise the logs stay.
	///
	/// # Errors
	/// If a process cannot be stopped.
	pub async fn stop(mut self) -> Result<()> {
		let usage = Usage::of(self.run.folder());
		let last = self.chain().finalized().await?;
		let seconds = self.began.0.elapsed().as_secs_f64();
		let blocks = last.number.saturating_sub(self.began.1.number);
		self.say(&format!(
			"{blocks} blocks in {seconds:.0} s, one every {:.1} s; {} processes used {:.0} s of processor time and hold \
			 {:.0} MiB",
			self.pace().await?,
			usage.processes,
			usage.seconds,
			usage.memory,
		));
		for node in self.nodes.iter_mut().chain(&mut self.verifiers).filter(|node| node.runs()) {
			node.kill().await?;
		}
		self.observer.kill().await?;
		self.relay.stop().await?;
		self.run.succeeded();
		Ok(())
	}
}

/// Nodes of a kind with a worker key each, on their way up.
async fn started(setting: &Setting, kind: &str, count: usize) -> Result<Vec<Node>> {
	let mut nodes = Vec::new();
	for number in 1..=count {
		let mut node = Node::new(&format!("{kind}-{number}"), setting, true)?;
		node.make_key().await?;
		node.start()?;
		nodes.push(node);
	}
	Ok(nodes)
}

/// Registers a node of the adversary's.
async fn corrupted(chain: &Chain, number: usize, role: Role) -> Result<Corrupt> {
	let (operator, worker) = (format!("{OPERATOR}//{number}"), format!("{WORKER}//{number}"));
	let stake = units(chain, STAKE);
	Ok(Corrupt::register(chain, &operator, &worker, stake, role).await?)
}

/// Registers a node by the command line tool, as an operator does.
async fn register(
	built: &Built,
	chain: &Chain,
	node: &Node,
	number: usize,
	role: Role,
	capacity: u32,
) -> Result<()> {
	let operator = format!("{OPERATOR}//{number}");
	let output = Command::new(built.tool())
		.args(["node", "register", "--url", chain.url(), "--suri", &operator])
		.args(["--role", role.label()])
		.arg("--keystore")
		.arg(node.keystore())
		.args(["--stake", &STAKE.to_string(), "--capacity", &capacity.to_string()])
		.output()
		.await
		.context("the command line tool cannot be started")?;
	let said = String::from_utf8_lossy(&output.stderr);
	ensure!(output.status.success(), "{} is not registered: {said}", node.name);
	Ok(())
}

fn say(since: Instant, what: &str) {
	eprintln!("[{:>4} s] {what}", since.elapsed().as_secs());
}
