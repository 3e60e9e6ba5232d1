//! Panels of the adversary's: both verifiers are registered, and run by nobody but the test.

use crate::{
	attacks::{published, sent, CHALLENGE},
	play::{dealers, DEALERS},
};
use anyhow::{Context, Result};
use ostraka_adversary::scenarios::{
	a_sleeping_panel, lie, lies_were_exposed, only_the_corrupt_were_slashed, Record,
};
use ostraka_zombienet::network::{Network, Plan, STAKE, VERIFIERS};

/// All compute nodes stand still while the last dealer deals an input that is not valid and both verifiers attest to it. When the
/// nodes go on, a member challenges it: the dealing is excluded, the result is right, the verifiers are slashed, and a part of it is
/// the member's.
pub async fn lying_verifiers() -> Result<()> {
	let plan = Plan { corrupt_panel: true, ..Plan::honest("lying-verifier") };
	let network = Network::start(plan).await?;
	let (scene, chain) = (&network.scene, network.chain());
	// one more than the class asks for, as one is excluded
	let (cohorts, books) = dealers(&network, &[DEALERS + 1]).await?;
	let stages = published(&network, cohorts).await?;
	for node in &network.nodes {
		node.pause()?;
	}
	network.say("the compute nodes stand still");
	lie(scene, &stages[0], &[]).await?;
	network.say("the verifiers have attested to a forged input");
	for node in &network.nodes {
		node.resume()?;
	}
	let exposer = lies_were_exposed(scene, &stages[0]).await?;
	let by = stages[0].seat(&exposer).context("who exposed them has a seat")?;
	network.say(&format!("the member on seat {by} exposed them, the result is right"));
	assert_eq!(sent(&network, CHALLENGE)?.len(), 1, "of one dealing");
	books.add_up(chain).await?;
	let record = Record { false_attestations: 1, ..Record::default() };
	only_the_corrupt_were_slashed(scene, [STAKE; 2], &[record; VERIFIERS]).await?;
	network.stop().await
}

/// Neither verifier does anything: the task waits for the window, completes, and says that nobody of the panel attested.
pub async fn sleeping_panel() -> Result<()> {
	let plan = Plan { corrupt_panel: true, ..Plan::honest("sleeping-panel") };
	let network = Network::start(plan).await?;
	let (scene, chain) = (&network.scene, network.chain());
	let (cohorts, books) = dealers(&network, &[DEALERS]).await?;
	let stages = published(&network, cohorts).await?;
	a_sleeping_panel(scene, &stages[0]).await?;
	network.say("the result is attested by none of the panel, which was absent");
	books.add_up(chain).await?;
	let record = Record { absences: 1, ..Record::default() };
	only_the_corrupt_were_slashed(scene, [STAKE; 2], &[record; VERIFIERS]).await?;
	network.stop().await
}
