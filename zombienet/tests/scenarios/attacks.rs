//! Dealers and compute nodes that cheat, with the adversary's scenarios.

use crate::play::dealers;
use anyhow::{Context, Result};
use ostraka_adversary::{
	scenarios::{
		self, a_false_challenge_costs_the_bond, a_share_that_is_not_what_was_committed,
		a_wrong_share_and_one_of_another_task, false_challengers, forgers_lost_their_deposits,
		forging_and_copying_dealers, invalid_inputs_cost_deposits, only_the_corrupt_were_slashed,
		shares_whose_errors_cancel_at_zero, Record, COPIER, FORGERS, INVALID, VALID,
	},
	scene::{Books, Stage},
};
use ostraka_client::chain::Signer;
use ostraka_primitives::task::SecurityClass;
use ostraka_zombienet::network::{Network, Plan, STAKE};
use std::collections::BTreeSet;

/// What workers say when they have sent one; the dealing's digest follows.
const ACCUSATION: &str = "sent the accusation of dealing";
pub const CHALLENGE: &str = "sent the challenge of dealing";

/// Tasks for cohorts of these sizes, and the books before them.
async fn staged(network: &Network, cohorts: &[usize]) -> Result<(Vec<Stage>, Books)> {
	let (cohorts, books) = dealers(network, cohorts).await?;
	Ok((published(network, cohorts).await?, books))
}

/// Tasks for these cohorts.
pub async fn published(network: &Network, cohorts: Vec<Vec<Signer>>) -> Result<Vec<Stage>> {
	let stages = network.scene.publish(SecurityClass::Confidential, cohorts).await?;
	network.say("the committees are drawn");
	Ok(stages)
}

/// What the workers say that they have sent of the kind, each dealing once, however often it was sent.
pub fn sent(network: &Network, what: &str) -> Result<BTreeSet<String>> {
	let mut dealings = BTreeSet::new();
	for node in network.nodes.iter().chain(&network.verifiers) {
		let lines = node.says(what)?;
		dealings.extend(
			lines.iter().filter_map(|line| line.split_whitespace().last()).map(str::to_owned),
		);
	}
	Ok(dealings)
}

/// Forged dealings are accused by the honest workers themselves; copies are refused.
pub async fn forging_dealers() -> Result<()> {
	let network = Network::start(Plan::honest("forging-dealer")).await?;
	let (stages, books) = staged(&network, &[COPIER + 1]).await?;
	forging_and_copying_dealers(&network.scene, &stages[0]).await?;
	network.say("the forgers are convicted, the copier refused, the result is right");
	// the workers dispute whom the chain convicts, if more than once, and nobody else. Commitments outside of the group are
	// accused by members or challenged by verifiers, whoever is quicker, or both
	let (accused, challenged) = (sent(&network, ACCUSATION)?, sent(&network, CHALLENGE)?);
	assert_eq!(accused.union(&challenged).count(), FORGERS.len(), "{accused:?}, {challenged:?}");
	assert!(challenged.len() <= 1, "a verifier sees one of them only: {challenged:?}");
	let ledger = books.add_up(network.chain()).await?;
	forgers_lost_their_deposits(&ledger, &stages[0]);
	only_the_corrupt_were_slashed(&network.scene, [STAKE; 2], &[]).await?;
	network.stop().await
}

/// Inputs that are not proven valid are challenged by the honest workers themselves, or by who is quicker; who challenges what
/// is valid is convicted.
pub async fn forged_inputs() -> Result<()> {
	let network = Network::start(Plan { corrupt: 2, ..Plan::honest("forged-input") }).await?;
	let (scene, chain) = (&network.scene, network.chain());
	let (mut cohorts, books) = dealers(&network, &[VALID.len() + INVALID.len(), 5, 2]).await?;
	let outsiders = cohorts.pop().context("the last accounts")?;
	let stages = published(&network, cohorts).await?;
	tokio::try_join!(
		scenarios::forged_inputs(scene, &stages[0], &outsiders[0]),
		false_challengers(scene, &stages[1], &scene.corrupt[0], &outsiders[1]),
	)?;
	network.say("the forgers and the false challengers are convicted, the results are right");
	// one may have been somebody else's to challenge; nobody lacks a share
	let challenged = sent(&network, CHALLENGE)?.len();
	assert!((INVALID.len() - 1..=INVALID.len()).contains(&challenged), "{challenged}");
	assert_eq!(sent(&network, ACCUSATION)?.len(), 0);
	let ledger = books.add_up(chain).await?;
	invalid_inputs_cost_deposits(&ledger, &stages[0]);
	a_false_challenge_costs_the_bond(chain, &ledger, &outsiders[1]);
	let record = Record { false_accusations: 1, completed: 1, ..Record::default() };
	only_the_corrupt_were_slashed(scene, [STAKE; 2], &[record]).await?;
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
		Record { wrong: 3, ..Record::default() },
		Record { wrong: 2, completed: 1, ..Record::default() },
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
	books.add_up(network.chain()).await?;
	// here slashes wait for a week, and with them what makes a dealer whole
	let pending = network.chain().all_pending_slashes(network.chain().head()).await?;
	for dealer in &stages[0].dealers[..2] {
		let victim = Some(dealer.account());
		let of_dealer = pending.iter().filter(|(_, slash)| slash.offence.victim == victim);
		assert_eq!(of_dealer.count(), 1, "{pending:?}");
	}
	let record = Record { false_accusations: 1, ..Record::default() };
	only_the_corrupt_were_slashed(&network.scene, [STAKE; 2], &[record; 2]).await?;
	network.stop().await
}
