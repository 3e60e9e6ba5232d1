//! Dealers and compute nodes that cheat, with the adversary's scenarios.

use anyhow::Result;
use ostraka_adversary::{
	scenarios::{
		self, a_share_that_is_not_what_was_committed, a_wrong_share_and_one_of_another_task,
		forging_and_copying_dealers, shares_whose_errors_cancel_at_zero, COPIER,
	},
	scene::{Books, Stage},
};
use ostraka_client::chain::Signer;
use ostraka_primitives::{task::SecurityClass, AccountId};
use ostraka_zombienet::network::{Network, Plan};

/// Tasks for cohorts of these sizes, and the books before them.
async fn staged(network: &Network, cohorts: &[usize]) -> Result<(Vec<Stage>, Books)> {
	let scene = &network.scene;
	let cohorts = scene.dealers("//Zombienet//dealer", cohorts).await?;
	let mut accounts: Vec<AccountId> = cohorts.iter().flatten().map(Signer::account).collect();
	accounts.push(scene.requester.account());
	let books = Books::open(network.chain(), &accounts).await?;
	let stages = scene.publish(SecurityClass::Confidential, cohorts).await?;
	network.say("the committees are drawn");
	Ok((stages, books))
}

/// Forged dealings are accused by the honest workers themselves; copies are refused.
pub async fn forging_dealers() -> Result<()> {
	let network = Network::start(Plan::honest("forging-dealer")).await?;
	let (stages, books) = staged(&network, &[COPIER + 1]).await?;
	forging_and_copying_dealers(&network.scene, &stages[0]).await?;
	network.say("the forgers are convicted, the copier refused, the result is right");
	books.add_up(network.chain()).await?;
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
	network.stop().await
}

/// Accusations of honest dealers.
pub async fn false_accusers() -> Result<()> {
	let network = Network::start(Plan { corrupt: 2, ..Plan::honest("false-accuser") }).await?;
	let (stages, books) = staged(&network, &[5]).await?;
	scenarios::false_accusers(&network.scene, &stages[0]).await?;
	network.say("the accusers are convicted, the dealers' inputs count");
	books.add_up(network.chain()).await?;
	network.stop().await
}
