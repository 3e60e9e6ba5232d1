//! Dealers and compute nodes that cheat, with the adversary's scenarios.

use crate::play::dealers;
use anyhow::Result;
use ostraka_adversary::{
	scenarios::{
		self, a_share_that_is_not_what_was_committed, a_wrong_share_and_one_of_another_task,
		forgers_lost_their_deposits, forging_and_copying_dealers, only_the_corrupt_were_slashed,
		shares_whose_errors_cancel_at_zero, the_exposed_are_made_whole, Record, COPIER, FORGERS,
	},
	scene::{Books, Stage},
};
use ostraka_primitives::task::SecurityClass;
use ostraka_zombienet::network::{Network, Plan, STAKE};
use std::collections::BTreeSet;

/// Tasks for cohorts of these sizes, and the books before them.
async fn staged(network: &Network, cohorts: &[usize]) -> Result<(Vec<Stage>, Books)> {
	let (cohorts, books) = dealers(network, cohorts).await?;
	let stages = network.scene.publish(SecurityClass::Confidential, cohorts).await?;
	network.say("the committees are drawn");
	Ok((stages, books))
}

/// Forged dealings are accused by the honest workers themselves; copies are refused.
pub async fn forging_dealers() -> Result<()> {
	let network = Network::start(Plan::honest("forging-dealer")).await?;
	let (stages, books) = staged(&network, &[COPIER + 1]).await?;
	forging_and_copying_dealers(&network.scene, &stages[0]).await?;
	network.say("the forgers are convicted, the copier refused, the result is right");
	// the workers accuse whom the chain convicts, if more than once, and nobody else
	let mut accused = BTreeSet::new();
	for node in &network.nodes {
		let lines = node.says("sent the accusation of dealing")?;
		accused.extend(
			lines.iter().filter_map(|line| line.split_whitespace().last()).map(str::to_owned),
		);
	}
	assert_eq!(accused.len(), FORGERS.len(), "{accused:?}");
	let ledger = books.add_up(network.chain()).await?;
	forgers_lost_their_deposits(network.chain(), &ledger, &stages[0]);
	only_the_corrupt_were_slashed(&network.scene, [STAKE; 2], &[]).await?;
	network.stop().await
}

/// Wrong result shares: off by one, of another task, cancelling at zero, other than committed.
pub async fn corrupt_nodes() -> Result<()> {
	let network = Network::start(Plan { corrupt: 2, ..Plan::honest("corrupt-node") }).await?;
	let (stages, books) = staged(&network, &[5, 5, 5]).await?;
	tokio::try_join!(
		a_wrong_share_and_one_of_another_task(&network.scene, &stages[0]),
		shares_whose_errors_cancel_at_zero(&network.scene, &stages[1]),
		a_share_that_is_not_what_was_committed(&network.scene, &stages[2]),
	)?;
	network.say("all wrong shares are convicted, the results are right");
	books.add_up(network.chain()).await?;
	let records = [
		Record { wrong: 3, false_accusations: 0, completed: 0 },
		Record { wrong: 2, false_accusations: 0, completed: 1 },
	];
	only_the_corrupt_were_slashed(&network.scene, [STAKE; 2], &records).await?;
	network.stop().await
}

/// Accusations of honest dealers.
pub async fn false_accusers() -> Result<()> {
	let network = Network::start(Plan { corrupt: 2, ..Plan::honest("false-accuser") }).await?;
	let (stages, books) = staged(&network, &[5]).await?;
	scenarios::false_accusers(&network.scene, &stages[0]).await?;
	network.say("the accusers are convicted, the dealers' inputs count");
	let ledger = books.add_up(network.chain()).await?;
	the_exposed_are_made_whole(network.chain(), &ledger, &stages[0]);
	let record = Record { wrong: 0, false_accusations: 1, completed: 0 };
	only_the_corrupt_were_slashed(&network.scene, [STAKE; 2], &[record; 2]).await?;
	network.stop().await
}
