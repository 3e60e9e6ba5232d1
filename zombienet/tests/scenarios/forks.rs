//! A fork of the relay chain that takes blocks of the parachain back.

use crate::play::{dealers, one_set_only, only_these_were_absent, staged, told, DEALERS};
use anyhow::{Context, Result};
use ostraka_adversary::{scene::Stage, transaction::hand_in};
use ostraka_client::{
	chain::{calls, Head},
	dealing,
	onchain::deal::make,
	testbed::survey,
};
use ostraka_primitives::{task::SecurityClass, Digest};
use ostraka_zombienet::network::{Network, Plan};

/// The dealer whose first dealing only the losing fork can have.
const LATE: usize = 4;
/// Blocks of the parachain after which what comes is on the losing fork only.
const APART: u32 = 3;

/// What was on the fork that lost.
struct Lost {
	/// The block with the late dealer's dealing.
	block: Head,
	/// The accepted set that was frozen there.
	set: Digest,
}

/// Blocks with dealings, up to the freeze of the set that they make, are replaced by others before they are final. All
/// but one of the dealings get in again, in place of the last comes another: no worker lets a dealing into two
/// aggregates; the result and everybody's money are right.
pub async fn a_dealing_is_replaced() -> Result<()> {
	let network = Network::start(Plan { witness: true, ..Plan::honest("re-org") }).await?;
	let chain = network.chain();
	let (mut cohorts, books) = dealers(&network, &[DEALERS]).await?;
	// the smaller the committee, the sooner comes the freeze, and the shorter is the fork
	let stage = staged(&network, SecurityClass::Standard, cohorts.remove(0)).await?;

	network.relay.hold_finality().await?;
	network.say("from here on nothing becomes final");
	let others: Vec<usize> = stage.everybody().into_iter().filter(|place| *place != LATE).collect();
	let dealt = async { Ok(stage.deal(chain, &others).await?) };
	let ((), lost) = tokio::try_join!(dealt, replaced(&network, &stage))?;
	let events = stage.completed(chain, &stage.everybody()).await?;
	assert_ne!(
		chain.block_hash(lost.block.number).await?,
		lost.block.hash,
		"another block is in its place for good"
	);
	only_these_were_absent(&stage, &events, &[]);
	let set = one_set_only(&network, &stage, &events)?;
	assert_ne!(set, lost.set, "the dealings in it are others");
	books.add_up(chain).await?;
	network.say("the dealings got in again, and the task completed under another set");
	network.stop().await
}

/// Has the late dealer deal such that the winning fork cannot have it, waits for the freeze that follows, has the relay
/// chain take all of it back, and the dealer deal anew.
async fn replaced(network: &Network, stage: &Stage) -> Result<Lost> {
	let (chain, dealer) = (network.chain(), &stage.dealers[LATE]);
	let account = dealer.account();
	let before = network.relay.best().await?;
	chain.wait_for_block(chain.head().number + APART).await?;
	let number = chain.head().number - 1;
	let anchor = Head { number, hash: chain.block_hash(number).await? };
	let ctx = dealing::context(chain.genesis(), stage.task, &stage.info)?;
	let (spec, input) = (&stage.info.task.spec, &stage.survey.inputs[LATE].encoded);
	let message = make(&ctx, spec, &account, input)?;
	let call = calls::deal(stage.task, ctx.task_hash, message);
	let nonce = chain.nonce(&account).await?;
	hand_in(chain, &chain.sign(&call, dealer, nonce, anchor)?)
		.await?
		.map_err(anyhow::Error::msg)?;

	let set = told(network, stage, "Frozen", |event| event.field("accepted_set")).await?;
	let record = chain.dealing(stage.task, &account).await?.context("all have dealt")?;
	let block = Head { number: record.block, hash: chain.block_hash(record.block).await? };
	let back = network.relay.best().await?.saturating_sub(before) + 1;
	network
		.say(&format!("all dealt, and the set is frozen; the relay chain goes {back} blocks back"));
	network.relay.fork(back).await?;
	network.say("the relay chain has other blocks in their place");
	// one validator alone gets no block of the parachain in
	network.relay.rejoin().await?;
	let mut head = chain.head();
	while chain.block_hash(block.number).await.is_ok_and(|hash| hash == block.hash) {
		head = chain.next_head(head).await?;
	}
	network.say(&format!("another block {} is in the place of the first", block.number));
	// the pool forgets a transaction that names a block of a fork that lost
	while chain.nonce(&account).await? > nonce {
		head = chain.next_head(head).await?;
	}
	survey::deal(chain, stage.task, &[(dealer, &stage.survey.inputs[LATE].encoded)]).await?;
	network.say("the last dealer has dealt anew");
	Ok(Lost { block, set })
}
