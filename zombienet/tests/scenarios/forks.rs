//! A fork of the relay chain that takes a block of the parachain back.

use crate::play::{only_these_were_absent, staged, DEALERS};
use anyhow::{Context, Result};
use ostraka_adversary::{
	scene::{named, Books, Stage},
	wait::{self, Phase},
};
use ostraka_client::chain::{Head, Signer};
use ostraka_primitives::{AccountId, Digest};
use ostraka_zombienet::network::{Network, Plan};

/// A block with dealings is replaced by another before it is final. The dealings get in again; no worker lets one into
/// two aggregates; the result and everybody's money are right.
pub async fn a_dealing_is_replaced() -> Result<()> {
	let network = Network::start(Plan { witness: true, ..Plan::honest("re-org") }).await?;
	let chain = network.chain();
	let dealers = network.scene.dealers("//Zombienet//dealer", &[DEALERS]).await?.remove(0);
	let mut accounts: Vec<AccountId> = dealers.iter().map(Signer::account).collect();
	accounts.push(network.scene.requester.account());
	let books = Books::open(chain, &accounts).await?;
	let stage = staged(&network, dealers).await?;

	network.relay.hold_finality().await?;
	chain.wait_for_block(chain.head().number + 2).await?;
	network.say("from here on nothing becomes final");
	let everybody = stage.everybody();
	let dealt = async { Ok(stage.deal(chain, &everybody).await?) };
	let ((), lost) = tokio::try_join!(dealt, replaced(&network, &stage))?;
	wait::until(chain, stage.task, Phase::Verifying).await?;
	let events = stage.completed(chain, &stage.everybody()).await?;
	assert_ne!(
		chain.block_hash(lost.number).await?,
		lost.hash,
		"another block is in its place for good"
	);
	only_these_were_absent(&stage, &events, &[]);
	let mut frozen = named(&events, "Frozen").map(|event| event.field::<Digest>("accepted_set"));
	let set = frozen.next().flatten().context("an accepted set is frozen")?;
	assert!(frozen.next().is_none(), "and one only");
	one_set_only(&network, &set)?;
	books.add_up(chain).await?;
	network.say("the dealings got in again, and the task completed");
	network.stop().await
}

/// Asserts that every worker answered, and under this accepted set only: on whatever fork it was, a dealing is in one of
/// its aggregates.
fn one_set_only(network: &Network, set: &Digest) -> Result<()> {
	let set = hex::encode(set);
	for node in &network.nodes {
		let answers = node.says("under the accepted set")?;
		assert!(!answers.is_empty(), "{} says under which set it answers", node.name);
		for line in answers {
			assert!(line.contains(&set), "{}, another set than {set}: {line}", node.name);
		}
	}
	Ok(())
}

/// Waits for a block with a dealing, and has the relay chain take it back. Answers its number and hash.
async fn replaced(network: &Network, stage: &Stage) -> Result<Head> {
	let chain = network.chain();
	let before = network.relay.best().await?;
	let dealer = stage.dealers[0].account();
	let mut head = chain.head();
	let number = loop {
		match chain.dealing(stage.task, &dealer).await? {
			Some(record) => break record.block,
			None => head = chain.next_head(head).await?,
		}
	};
	let lost = Head { number, hash: chain.block_hash(number).await? };
	let back = network.relay.best().await?.saturating_sub(before) + 1;
	network
		.say(&format!("block {number} holds a dealing; the relay chain goes {back} blocks back"));
	network.relay.fork(back).await?;
	network.say("the relay chain has other blocks in their place");
	// one validator alone gets no block of the parachain in
	network.relay.rejoin().await?;
	while chain.block_hash(number).await.is_ok_and(|hash| hash == lost.hash) {
		head = chain.next_head(head).await?;
	}
	network.say(&format!("another block {number} is in the place of the first"));
	Ok(lost)
}
