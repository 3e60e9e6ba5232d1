//! What several scenarios do.

use anyhow::{ensure, Context, Result};
use ostraka_adversary::{
	scene::{accounts, named, punished, Books, Stage, ROWS},
	wait::{self, Phase},
};
use ostraka_client::{
	chain::{Chain, Event, Head, Signer},
	request::StatisticName,
	testbed::survey::Survey,
};
use ostraka_primitives::{
	api::TaskInfo, fault::Fault, task::SecurityClass, AccountId, Balance, Digest,
};
use ostraka_zombienet::network::Network;
use std::{collections::BTreeSet, future::Future};

/// Path of the dealers' accounts.
pub const PATH: &str = "//Zombienet//dealer";
/// Dealers of a task, unless it says otherwise.
pub const DEALERS: usize = 5;
/// Blocks for dealing, with the first dealing due in a quarter of them; it ends sooner, when all have dealt.
pub const COLLECT: u32 = 120;
/// Class of the tasks: a committee of five.
pub const CLASS: SecurityClass = SecurityClass::Confidential;

/// Dealers of all cohorts, and the books before they deal.
pub async fn dealers(network: &Network, cohorts: &[usize]) -> Result<(Vec<Vec<Signer>>, Books)> {
	Ok(network.scene.dealers(PATH, cohorts).await?)
}

/// A task on a committee of all five nodes, with dealers of its own, drawn and not yet dealt to; and the books before it.
pub async fn stage(network: &Network) -> Result<(Stage, Books)> {
	let (mut cohorts, books) = dealers(network, &[DEALERS]).await?;
	Ok((staged(network, CLASS, cohorts.remove(0)).await?, books))
}

/// A task of a class, accepted by these dealers, drawn and not yet dealt to.
pub async fn staged(
	network: &Network,
	class: SecurityClass,
	dealers: Vec<Signer>,
) -> Result<Stage> {
	let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len())?;
	let stage = network.scene.stage(class, survey, dealers, COLLECT).await?;
	network.say(&format!("task {} is drawn", stage.task));
	Ok(stage)
}

/// Lets all dealers of a task deal while something else goes on, which waits for the phases after that: by the time that
/// dealings are final, members that are all up have attested, and verification is over.
pub async fn while_all_deal<T>(
	chain: &Chain,
	stage: &Stage,
	meanwhile: impl Future<Output = Result<T>>,
) -> Result<T> {
	let dealt = async { Ok(stage.deal(chain, &stage.everybody()).await?) };
	let ((), found) = tokio::try_join!(dealt, meanwhile)?;
	Ok(found)
}

/// Waits until a task is in a phase.
pub async fn phase(network: &Network, stage: &Stage, phase: Phase) -> Result<TaskInfo> {
	let info = wait::exactly(network.chain(), stage.task, phase).await?;
	network.say(&format!("task {} is {phase:?}", stage.task));
	Ok(info)
}

/// Waits until these accounts' seats have committed, while others have not.
pub async fn committed(network: &Network, stage: &Stage, nodes: &[AccountId]) -> Result<()> {
	let mut waited: BTreeSet<&AccountId> = nodes.iter().collect();
	told(network, stage, "ResultCommitted", |event| {
		let node: Option<AccountId> = event.field("node");
		waited.retain(|account| Some(*account) != node.as_ref());
		waited.is_empty().then_some(())
	})
	.await
}

/// Looks at the task's events of that name, of the sharing, in best blocks, until `look` has what it looks for.
pub async fn told<T>(
	network: &Network,
	stage: &Stage,
	name: &str,
	mut look: impl FnMut(&Event) -> Option<T>,
) -> Result<T> {
	let chain = network.chain();
	let mut head = chain.head();
	let mut seen = stage.info.task.drawn_at.unwrap_or_default();
	loop {
		while seen < head.number {
			seen += 1;
			let hash = chain.block_hash(seen).await?;
			let events = chain.events(Head { number: seen, hash }).await?;
			let mut of_task = events
				.iter()
				.filter(|event| event.is("Vss", name) && event.field("task") == Some(stage.task));
			if let Some(found) = of_task.find_map(&mut look) {
				return Ok(found);
			}
		}
		let status = chain.task_at(stage.task, head).await?.task.status;
		ensure!(wait::phase(&status) < Phase::Ended, "task {} ended before {name}", stage.task);
		head = chain.next_head(head).await?;
	}
}

/// Asserts that the workers of a task's committee answered, and under the accepted set that was frozen for good only: on
/// whatever fork one was, a dealing is in one of its aggregates. Returns the set.
pub fn one_set_only(network: &Network, stage: &Stage, events: &[Event]) -> Result<Digest> {
	let mut frozen = named(events, "Frozen").map(|event| event.field::<Digest>("accepted_set"));
	let set = frozen.next().flatten().context("an accepted set is frozen")?;
	let text = hex::encode(set);
	for (place, node) in network.nodes.iter().enumerate() {
		if stage.seat(&network.operator(place)?).is_none() {
			continue;
		}
		let answers = node.says("under the accepted set")?;
		assert!(!answers.is_empty(), "{} says under which set it answers", node.name);
		for line in answers {
			assert!(line.contains(&text), "{}, another set than {text}: {line}", node.name);
		}
	}
	Ok(set)
}

/// Asserts that all members and verifiers of a task attested, so that its verification ended early.
pub fn verified_early(stage: &Stage, events: &[Event]) {
	let mut nodes: Vec<AccountId> = stage.row().map(|(_, node)| node).collect();
	nodes.sort();
	assert_eq!(accounts(events, "Vss", "Attested", "node"), nodes);
	assert!(events.iter().any(|event| event.is("Tasks", "VerificationComplete")));
}

/// Nodes that were punished for their absence. What they lost stays on hold, so that Root can give it back.
pub fn absent(events: &[Event]) -> Vec<AccountId> {
	let slashed: Vec<Event> = events
		.iter()
		.filter(|event| event.is("Incentives", "Punished") || event.is("Registry", "SlashDeferred"))
		.filter(|event| event.field("fault") == Some(Fault::Absence))
		.cloned()
		.collect();
	for event in &slashed {
		let amount = |field| event.field::<Balance>(field);
		assert!(amount("amount") > Some(0), "an absence costs something");
		// on a network of many nobody has any of it yet
		assert!(event.is("Registry", "SlashDeferred"), "{event:?}");
	}
	punished(&slashed)
}

/// Asserts that every node of the committee but these committed once, revealed a right share once and was paid, that all of the
/// panel were paid, that these alone were punished, for their absence, and that every dealer was paid.
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
	let mut paid = [present, stage.panel().map(|(_, node)| node).collect()].concat();
	paid.sort();
	assert_eq!(accounts(events, "Incentives", "NodePaid", "node"), paid);
	assert_eq!(absent(events), missing);
	assert_eq!(punished(events), missing);
	let mut dealers: Vec<AccountId> = stage.dealers.iter().map(Signer::account).collect();
	dealers.sort();
	assert_eq!(accounts(events, "Incentives", "DealerPaid", "dealer"), dealers);
}
