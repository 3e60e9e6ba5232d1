//! Collators that leave the seed of draws out of what they prove of the relay chain.

use crate::play::{phase, CLASS, COLLECT, DEALERS};
use anyhow::{bail, ensure, Context, Result};
use codec::Decode;
use ostraka_adversary::{
	scene::{LONG, ROWS},
	wait::Phase,
};
use ostraka_client::{
	chain::{Chain, Signer},
	request::StatisticName,
	testbed::survey::Survey,
};
use ostraka_zombienet::{
	network::{Network, Plan},
	proxy::Proxy,
	relay::COLLATORS,
};
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};

/// Blocks among which each collator has to have made one.
const BOTH: u32 = 10;
/// Blocks that a collator makes alone.
const ALONE: u32 = 3;
/// Blocks of the relay chain for which ours stands still.
const STILL: u32 = 6;
/// Attempts of a collator without the seed, after which what it made before is in the relay chain, or lost.
const ATTEMPTS: u32 = 2;
/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// What the runtime says of a proof without the seed.
const LACKS: &str = "the proof holds the VRF output of the relay parent's author";
/// How a header's Aura slot begins, in hexadecimal: a digest for before the block, of `aura`, of eight bytes.
const SLOT: &str = "0x066175726120";
/// Accounts that the genesis preset endows, and that do nothing else here: the dealers.
const ENDOWED: [&str; DEALERS] = ["//Alice", "//Bob", "//Charlie", "//Eve", "//Ferdie"];

/// Each collator in turn leaves the seed out, and makes no block: only the other does. When both leave it out the chain stands
/// still. When both are honest again it goes on, and a committee is drawn.
pub async fn collators_withhold_the_seed() -> Result<()> {
	let network =
		Network::start(Plan { proxied: true, ..Plan::honest("withheld-entropy") }).await?;
	let (scene, chain) = (&network.scene, network.chain());
	let (first, second) = (network.relay.proxy(0)?, network.relay.proxy(1)?);
	both(chain, chain.finalized().await?.number.saturating_sub(BOTH)).await?;
	for (proxy, name) in [first, second].into_iter().zip(COLLATORS) {
		ensure!(proxy.asked() > 0 && proxy.withheld() == 0, "{name} proves the seed");
		ensure!(!complains(&network, name).await?, "{name} has nothing to complain of");
	}
	network.say("behind honest proxies both collators make blocks");

	first.withhold(true);
	let of_second = alone(chain, first).await?;
	ensure!(complains(&network, COLLATORS[0]).await?, "the first collator says why it makes none");
	network.say("the first collator leaves the seed out, and makes no block; the second does");

	second.withhold(true);
	stands_still(&network, [first, second]).await?;
	ensure!(complains(&network, COLLATORS[1]).await?, "the second collator says why it makes none");
	network.say(&format!("both leave it out: no block for {STILL} blocks of the relay chain"));

	first.withhold(false);
	let survey = Survey::new(ROWS, StatisticName::Variance, "value", DEALERS)?;
	let dealers: Vec<Signer> =
		ENDOWED.into_iter().map(Signer::from_secret).collect::<Result<_, _>>()?;
	let published = async { Ok(scene.invited(CLASS, survey, dealers, [LONG, COLLECT]).await?) };
	let (of_first, mut stage) = tokio::try_join!(alone(chain, second), published)?;
	ensure!(of_first != of_second, "who is honest again makes the blocks, and not who is not");
	network.say("the first collator is honest again, and makes blocks; the second does not");

	second.withhold(false);
	let honest = chain.head().number;
	stage.accept(chain, &stage.everybody()).await?;
	stage.drawn(chain).await?;
	phase(&network, &stage, Phase::Collecting).await?;
	both(chain, honest).await?;
	network.say("both are honest again: a committee is drawn, and both make blocks");
	network.stop().await
}

/// Waits until both collators have made final blocks after this one.
async fn both(chain: &Chain, after: u32) -> Result<()> {
	let mut authors = BTreeSet::new();
	for number in after + 1..=after + BOTH {
		chain.wait_final(number).await?;
		authors.insert(author(chain, number).await?);
		if authors.len() == COLLATORS.len() {
			return Ok(());
		}
	}
	bail!("one collator alone has made {BOTH} blocks after block {after}")
}

/// Waits until a collator tries without the seed, and blocks after that are final. Asserts that it went on trying, and that they are all
/// the other's. Returns which one that is.
async fn alone(chain: &Chain, proxy: &Proxy) -> Result<u64> {
	let before = proxy.withheld();
	tried(proxy, before + ATTEMPTS).await;
	let first = chain.head().number + 1;
	chain.wait_final(first + ALONE - 1).await?;
	let mut authors = BTreeSet::new();
	for number in first..first + ALONE {
		authors.insert(author(chain, number).await?);
	}
	ensure!(proxy.withheld() > before + ATTEMPTS, "who leaves the seed out does not try any more");
	let author = authors.pop_first().context("there are blocks")?;
	ensure!(authors.is_empty(), "who left the seed out has made one of {ALONE} blocks");
	Ok(author)
}

/// Waits until both collators try without the seed, and asserts that for so many blocks of the relay chain no block is made, though
/// they go on trying.
async fn stands_still(network: &Network, proxies: [&Proxy; 2]) -> Result<()> {
	let chain = network.chain();
	let before = proxies.map(Proxy::withheld);
	for (proxy, before) in proxies.into_iter().zip(before) {
		tried(proxy, before + ATTEMPTS).await;
	}
	let (last, begin) = (chain.head().number, network.relay.best().await?);
	while network.relay.best().await? < begin + STILL {
		tokio::time::sleep(PAUSE).await;
		// a fork of the relay chain may take one back
		let best = chain.head().number;
		ensure!(best <= last, "block {best} is made, though both collators leave the seed out");
	}
	for (proxy, before) in proxies.into_iter().zip(before) {
		ensure!(proxy.withheld() > before + ATTEMPTS, "a collator does not try any more");
	}
	Ok(())
}

/// Waits until a collator got so many proofs without the seed.
async fn tried(proxy: &Proxy, times: u32) {
	while proxy.withheld() < times {
		tokio::time::sleep(PAUSE).await;
	}
}

/// Whether the runtime has told a collator what its proof lacks.
async fn complains(network: &Network, collator: &str) -> Result<bool> {
	Ok(network.relay.node(collator)?.logs().await?.contains(LACKS))
}

/// Who made a block, by the place among the collators: Aura's slots are theirs in turn.
async fn author(chain: &Chain, number: u32) -> Result<u64> {
	let hash = format!("{:?}", chain.block_hash(number).await?);
	let header: Value = chain.link().request("chain_getHeader", &[hash]).await?;
	let logs = header["digest"]["logs"].as_array().context("a header has digests")?;
	let mut slots = logs.iter().filter_map(Value::as_str).filter_map(|log| log.strip_prefix(SLOT));
	let slot = slots.next().context("a header has its slot")?;
	let slot = u64::decode(&mut hex::decode(slot)?.as_slice())?;
	Ok(slot % COLLATORS.len() as u64)
}
