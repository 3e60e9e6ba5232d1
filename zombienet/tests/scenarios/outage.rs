//! Processes that stop and come back, are cut off, or lose their database.

use crate::play::{self, committed, one_set_only, only_these_were_absent, phase, verified_early};
use anyhow::{ensure, Result};
use ostraka_adversary::{
	scene::{accounts, Stage},
	wait::Phase,
};
use ostraka_client::chain::Chain;
use ostraka_primitives::AccountId;
use ostraka_zombienet::{
	network::{Network, Plan},
	relay::COLLATORS,
};
use tokio::process::Command;

/// Blocks for which a process is away.
const AWAY: u32 = 3;

/// The places of all dealers but the last, and its own.
fn split(stage: &Stage) -> (Vec<usize>, [usize; 1]) {
	let others = stage.all_but_last();
	let last = others.len();
	(others, [last])
}

/// A collator and a compute node stop and start again; another compute node is cut off across two phases. Each worker
/// resumes and acts once, and nobody is slashed. Who was cut off did not attest: it is paid less.
pub async fn restart() -> Result<()> {
	let mut network = Network::start(Plan::honest("restart")).await?;
	let chain = network.chain().clone();
	let collator = network.relay.node(COLLATORS[0])?;
	collator.pause().await?;
	network.say("a collator stands still");
	let (stage, books) = play::stage(&network).await?;
	let (others, last) = split(&stage);
	stage.deal(&chain, &others).await?;
	network.relay.node(COLLATORS[0])?.restart(None).await?;
	network.say("the collator starts again");

	// before the last dealing, to which neither can attest then: so verification lasts
	network.nodes[0].stop().await?;
	network.nodes[1].pause()?;
	network.say("a compute node is stopped, another one cut off");
	stage.deal(&chain, &last).await?;
	phase(&network, &stage, Phase::Verifying).await?;
	let stopped = chain.head().number;
	chain.wait_for_block(stopped + AWAY).await?;
	network.nodes[0].start()?;
	network.nodes[0].ready().await?;
	network.say("the stopped one is back");
	phase(&network, &stage, Phase::Committing).await?;
	// it misses the freeze, the wait for finality that follows, and all others' commitments
	let present: Vec<AccountId> = (0..network.nodes.len())
		.filter(|place| *place != 1)
		.map(|place| network.operator(place))
		.collect::<Result<_>>()?;
	committed(&network, &stage, &present).await?;
	network.nodes[1].resume()?;
	let info = phase(&network, &stage, Phase::Committing).await?;
	network.say(&format!("the one that was cut off is back; {:?}", info.task.status));

	let events = stage.completed(&chain, &stage.everybody()).await?;
	only_these_were_absent(&stage, &events, &[]);
	one_set_only(&network, &stage, &events)?;
	let silent = network.operator(1)?;
	assert!(!accounts(&events, "Vss", "Attested", "node").contains(&silent));
	let ledger = books.add_up(&chain).await?;
	assert!(ledger.withheld(stage.task) > 0, "who did not attest is paid less");
	network.say("each worker committed once and revealed once");

	let restarted = Chain::connect(network.relay.node(COLLATORS[0])?.ws_uri()).await?;
	restarted.wait_for_block(chain.head().number).await?;
	network.relay.node(COLLATORS[1])?.pause().await?;
	chain.wait_for_block(chain.head().number + AWAY).await?;
	network.relay.node(COLLATORS[1])?.resume().await?;
	network.say("the collator that was restarted makes blocks, alone if need be");
	network.stop().await
}

/// A worker loses its offchain database: the operator hands it the sealed shares again, and it takes part. All wait for it
/// meanwhile, as it cannot attest.
pub async fn lost_database() -> Result<()> {
	let mut network = Network::start(Plan::honest("lost-database")).await?;
	let chain = network.chain().clone();
	let (stage, books) = play::stage(&network).await?;
	let tool = network.built.tool();
	let (others, last) = split(&stage);
	stage.deal(&chain, &others).await?;
	let dealt = chain.finalized().await?;
	let own = network.nodes[0].ready().await?;
	own.wait_for_block(dealt.number).await?;
	network.nodes[0].kill().await?;
	network.nodes[0].forget()?;
	network.say("a worker has all shares but the last, and loses its database");
	// back with the whole chain, but, as after a warp sync, with nothing in its offchain database
	let node = &mut network.nodes[0];
	node.start_with(&["--enable-offchain-indexing", "false"])?;
	node.ready().await?.wait_for_block(dealt.number).await?;
	node.kill().await?;
	node.start()?;
	let own = node.ready().await?;
	let node = &network.nodes[0];
	stage.deal(&chain, &last).await?;
	phase(&network, &stage, Phase::Verifying).await?;
	own.wait_for_block(chain.head().number + 1).await?;
	let warned = node.says("lacks the sealed share")?;
	network.say(&format!("the worker lacks the shares: {}", warned.first().map_or("", |l| l)));

	let output = Command::new(tool)
		.args(["node", "supply", "--task", &stage.task.to_string(), "--url", &node.url()])
		.output()
		.await?;
	let said = String::from_utf8_lossy(&output.stdout);
	ensure!(output.status.success(), "supply: {}", String::from_utf8_lossy(&output.stderr));
	network.say(&format!("supplied: {}", said.trim()));
	let all = stage.dealers.len();
	assert!(said.contains(&format!("{all} of {all}")), "all of them: {said}");
	assert!(!warned.is_empty(), "the worker names what it lacks");
	let events = stage.completed(&chain, &stage.everybody()).await?;
	only_these_were_absent(&stage, &events, &[]);
	verified_early(&stage, &events);
	books.add_up(&chain).await?;
	network.say("the worker took part");
	network.stop().await
}
