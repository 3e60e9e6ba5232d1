//! What several scenarios do.

use anyhow::Result;
use ostraka_adversary::{
	scene::{accounts, Stage, ROWS},
	stage::Survey,
	wait::{self, Phase},
};
use ostraka_client::{
	chain::{Event, Signer},
	spec::StatisticName,
};
use ostraka_primitives::{
	api::TaskInfo,
	task::{SecurityClass, TaskStatus},
	AccountId,
};
use ostraka_zombienet::network::Network;
use std::collections::BTreeSet;

/// Dealers of a task, unless it says otherwise.
pub const DEALERS: usize = 5;
/// Blocks for dealing; it ends sooner, when all have dealt.
pub const COLLECT: u32 = 60;
/// Class of the tasks: a committee of five.
pub const CLASS: SecurityClass = SecurityClass::Confidential;
/// An absence, as the incentives' events number it.
const ABSENCE: [u8; 1] = [3];

/// A task on a committee of all five nodes, with dealers of its own, drawn and not yet dealt to.
pub async fn stage(network: &Network, path: &str) -> Result<Stage> {
	let dealers = network.scene.dealers(path, &[DEALERS]).await?.remove(0);
	staged(network, dealers).await
}

/// The same with these dealers.
pub async fn staged(network: &Network, dealers: Vec<Signer>) -> Result<Stage> {
	let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len())?;
	let stage = network.scene.stage(CLASS, survey, dealers, COLLECT, None).await?;
	network.say(&format!("task {} is drawn", stage.task));
	Ok(stage)
}

/// Waits until a task is in a phase.
pub async fn phase(network: &Network, stage: &Stage, phase: Phase) -> Result<TaskInfo> {
	let info = wait::exactly(network.chain(), stage.task, phase).await?;
	network.say(&format!("task {} is {phase:?}", stage.task));
	Ok(info)
}

/// Waits until these accounts' seats have committed, while others have not.
pub async fn committed(network: &Network, stage: &Stage, nodes: &[AccountId]) -> Result<()> {
	let chain = network.chain();
	let mut head = chain.head();
	let mut waited: BTreeSet<&AccountId> = nodes.iter().collect();
	let mut seen = stage.info.task.drawn_at.unwrap_or_default();
	loop {
		while seen < head.number {
			seen += 1;
			let hash = chain.block_hash(seen).await?;
			let block = ostraka_client::chain::Head { number: seen, hash };
			for event in chain.events(block).await?.iter() {
				if of(event, stage, "Vss", "ResultCommitted") {
					let node: Option<AccountId> = event.field("node");
					waited.retain(|account| Some(*account) != node.as_ref());
				}
			}
		}
		if waited.is_empty() {
			return Ok(());
		}
		let info = chain.task_at(stage.task, head).await?;
		assert!(
			!matches!(info.task.status, TaskStatus::Settled(_)),
			"task {} ended before {waited:?} committed",
			stage.task
		);
		head = chain.next_head(head).await?;
	}
}

/// Nodes that were punished for their absence.
pub fn absent(events: &[Event]) -> Vec<AccountId> {
	let punished: Vec<Event> = events
		.iter()
		.filter(|event| event.bytes("fault") == Some(ABSENCE.as_slice()))
		.cloned()
		.collect();
	accounts(&punished, "Incentives", "Punished", "culprit")
}

/// Asserts that every node of the committee but these committed once, revealed a right share once and was paid, that
/// these alone were punished, for their absence, and that every dealer was paid.
pub fn only_these_were_absent(stage: &Stage, events: &[Event], missing: &[AccountId]) {
	let mut missing = missing.to_vec();
	missing.sort();
	let mut present: Vec<AccountId> =
		stage.seats().map(|(_, node)| node).filter(|node| !missing.contains(node)).collect();
	present.sort();
	// who was killed may have committed before
	let mut committed = accounts(events, "Vss", "ResultCommitted", "node");
	committed.retain(|node| !missing.contains(node));
	assert_eq!(committed, present);
	assert_eq!(accounts(events, "Vss", "ResultShareRight", "node"), present);
	assert_eq!(accounts(events, "Incentives", "NodePaid", "node"), present);
	assert_eq!(absent(events), missing);
	assert_eq!(accounts(events, "Incentives", "Punished", "culprit"), missing);
	let mut dealers: Vec<AccountId> = stage.dealers.iter().map(Signer::account).collect();
	dealers.sort();
	assert_eq!(accounts(events, "Incentives", "DealerPaid", "dealer"), dealers);
}

/// Whether it is that event, of that task.
pub fn of(event: &Event, stage: &Stage, pallet: &str, name: &str) -> bool {
	event.is(pallet, name) && event.field("task") == Some(stage.task)
}
