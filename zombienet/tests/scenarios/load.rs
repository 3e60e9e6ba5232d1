//! Many tasks at once.

use crate::play::{dealers, only_these_were_absent};
use anyhow::Result;
use futures::future::try_join_all;
use ostraka_client::chain::Head;
use ostraka_primitives::task::SecurityClass;
use ostraka_zombienet::network::{Network, Plan};
use std::{collections::BTreeSet, time::Instant};

/// Tasks.
const TASKS: usize = 20;
/// Dealers of each.
const DEALERS: usize = 10;

/// Twenty tasks over overlapping committees of three.
pub async fn twenty_tasks() -> Result<()> {
	let network = Network::start(Plan::honest("concurrency")).await?;
	let (scene, chain) = (&network.scene, network.chain());
	let (cohorts, books) = dealers(&network, &[DEALERS; TASKS]).await?;
	network.say("the dealers are paid");
	let (began, first) = (Instant::now(), chain.head());
	let stages = scene.publish(SecurityClass::Standard, cohorts).await?;
	network.say("all committees are drawn");
	let committees: BTreeSet<Vec<_>> =
		stages.iter().map(|stage| stage.seats().map(|(_, node)| node).collect()).collect();
	assert!(committees.len() > 1, "the committees differ");
	let places: Vec<usize> = (0..DEALERS).collect();
	try_join_all(stages.iter().map(|stage| stage.deal(chain, &places))).await?;
	network.say("all have dealt");
	let all = try_join_all(stages.iter().map(|stage| stage.completed(chain, &places))).await?;
	for (stage, events) in stages.iter().zip(all) {
		only_these_were_absent(stage, &events, &[]);
	}

	let (last, seconds) = (chain.finalized().await?, began.elapsed().as_secs_f64());
	let mut transactions = 0;
	for number in first.number + 1..=last.number {
		let hash = chain.block_hash(number).await?;
		let events = chain.events(Head { number, hash }).await?;
		let own = ["Tasks", "Vss"];
		let extrinsics: BTreeSet<u32> = events
			.iter()
			.filter(|event| own.contains(&event.pallet.as_str()))
			.filter_map(|event| event.extrinsic)
			.collect();
		transactions += extrinsics.len();
	}
	network.say(&format!(
		"{TASKS} tasks with {DEALERS} dealers each completed in {} blocks, {seconds:.0} s, {transactions} transactions",
		last.number - first.number
	));
	books.add_up(chain).await?;
	network.stop().await
}
