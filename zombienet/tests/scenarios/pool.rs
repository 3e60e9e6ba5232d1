//! Transactions that get lost on their way.

use crate::play::{self, only_these_were_absent, phase, while_all_deal};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use ostraka_adversary::{
	scene::Stage,
	transaction::general_bytes,
	wait::{self, Phase},
};
use ostraka_client::chain::{strip_length, Call, Chain};
use ostraka_zombienet::{
	network::{Network, Plan},
	relay::COLLATORS,
};
use std::{collections::BTreeSet, time::Duration};

/// Between two looks at the pools.
const PAUSE: Duration = Duration::from_millis(50);

/// A worker's commitment is taken out of every pool, and banned there, before a block takes it. The same bytes would be
/// refused for half an hour; the retry has a new hash, and gets in.
pub async fn lost_transactions() -> Result<()> {
	let network = Network::start(Plan::honest("lost-transactions")).await?;
	let chain = network.chain();
	let (stage, books) = play::stage(&network).await?;
	let seat = stage.seat(&network.operator(0)?).context("every node has a seat")?;
	let mut pools = vec![chain.clone()];
	for node in &network.nodes {
		pools.push(Chain::connect(&node.url()).await?);
	}
	for name in COLLATORS {
		pools.push(Chain::connect(network.relay.node(name)?.ws_uri()).await?);
	}
	// how a commitment of that seat begins, whatever it commits to
	let start = Call::encoded("Vss", "commit_result", (stage.task, seat).encode());
	let start = general_bytes(chain, &start)?;
	let loses = async {
		phase(&network, &stage, Phase::Committing).await?;
		lose(chain, &stage, &pools, &start).await
	};
	let lost = while_all_deal(chain, &stage, loses).await?;
	network.say(&format!("seat {seat}'s first commitment is out of {} pools", pools.len()));

	let events = stage.completed(chain, &stage.everybody()).await?;
	only_these_were_absent(&stage, &events, &[]);
	books.add_up(chain).await?;
	let included = included(chain, &stage.info.task.drawn_at.unwrap_or_default(), &start).await?;
	assert_eq!(included.len(), 1, "one commitment of the seat is in a block");
	assert!(!lost.contains(&included[0]), "and it is another than the lost one");
	network.say("its retry, with another hash, is in a block");
	network.stop().await
}

/// Takes the first transaction that begins so out of all pools, until one holds the next.
async fn lose(
	chain: &Chain,
	stage: &Stage,
	pools: &[Chain],
	start: &[u8],
) -> Result<BTreeSet<Vec<u8>>> {
	let mut lost: BTreeSet<Vec<u8>> = BTreeSet::new();
	loop {
		let status = chain.task(stage.task).await?.task.status;
		ensure!(wait::phase(&status) == Phase::Committing, "it is {status:?}, and none was lost");
		let mut next = false;
		for pool in pools {
			let pending: Vec<String> =
				pool.link().request("author_pendingExtrinsics", &[(); 0]).await?;
			for text in pending {
				let bytes = hex::decode(text.trim_start_matches("0x"))?;
				let transaction = strip_length(&bytes).to_vec();
				if !transaction.starts_with(start) {
					continue;
				}
				if lost.is_empty() || lost.contains(&transaction) {
					let what = serde_json::json!([[{ "extrinsic": text }]]);
					let _: Vec<String> =
						pool.link().request("author_removeExtrinsic", &what).await?;
					lost.insert(transaction);
				} else {
					next = true;
				}
			}
		}
		if next {
			return Ok(lost);
		}
		tokio::time::sleep(PAUSE).await;
	}
}

/// All transactions in blocks that begin so.
async fn included(chain: &Chain, from: &u32, start: &[u8]) -> Result<Vec<Vec<u8>>> {
	let mut found = Vec::new();
	for number in *from..=chain.finalized().await?.number {
		let body = chain.body_of(number).await?;
		found.extend(body.into_iter().filter(|bytes| bytes.starts_with(start)));
	}
	Ok(found)
}
