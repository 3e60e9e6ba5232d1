//! Compute nodes that are killed.

use crate::play::{absent, committed, only_these_were_absent, phase, stage, staged, DEALERS};
use anyhow::Result;
use ostraka_adversary::{
	scene::{count, Books},
	wait::Phase,
};
use ostraka_client::chain::Signer;
use ostraka_primitives::{
	task::{FailReason, Outcome},
	AccountId,
};
use ostraka_zombienet::network::{Network, Plan};

/// Two of five die in each phase in turn: each task completes without them. No node dies three times, as three absences
/// in a row take a node out of selection.
pub async fn two_of_five() -> Result<()> {
	let mut network = Network::start(Plan::honest("crash")).await?;
	for (when, victims) in [
		(Phase::Collecting, [0, 1]),
		(Phase::Verifying, [2, 3]),
		(Phase::Committing, [4, 0]),
		(Phase::Revealing, [1, 2]),
	] {
		two_die(&mut network, when, victims).await?;
	}
	network.stop().await
}

async fn two_die(network: &mut Network, when: Phase, victims: [usize; 2]) -> Result<()> {
	let chain = network.chain().clone();
	let stage = stage(network, &format!("//Zombienet//{when:?}")).await?;
	let dead = [network.operator(victims[0])?, network.operator(victims[1])?];
	if when == Phase::Collecting {
		kill(network, victims).await?;
	}
	stage.deal(&chain, &stage.everybody()).await?;
	match when {
		Phase::Verifying | Phase::Committing => {
			phase(network, &stage, when).await?;
			kill(network, victims).await?;
		},
		Phase::Revealing => {
			// revealing begins when all have committed: one holds it up until the two are dead
			let holder = (0..network.nodes.len()).find(|place| !victims.contains(place));
			let holder = holder.expect("three are left");
			phase(network, &stage, Phase::Verifying).await?;
			network.nodes[holder].pause()?;
			committed(network, &stage, &dead).await?;
			phase(network, &stage, Phase::Committing).await?;
			let name = &network.nodes[holder].name;
			network.say(&format!("the two have committed, {name} is held back"));
			kill(network, victims).await?;
			network.nodes[holder].resume()?;
		},
		_ => {},
	}
	let events = stage.completed(&chain, &stage.everybody()).await?;
	only_these_were_absent(&stage, &events, &dead);
	network.say(&format!("task {} completed without the two that died {when:?}", stage.task));
	for place in victims {
		network.nodes[place].start()?;
		let restarted = network.nodes[place].ready().await?;
		restarted.wait_for_block(chain.head().number).await?;
	}
	Ok(())
}

async fn kill(network: &mut Network, victims: impl IntoIterator<Item = usize>) -> Result<()> {
	for place in victims {
		network.nodes[place].kill().await?;
		network.say(&format!("{} is killed", network.nodes[place].name));
	}
	Ok(())
}

/// Three of five die: the task fails at its deadline, everybody else gets back what was held, and no more shares than
/// reveal nothing are ever published.
pub async fn three_of_five() -> Result<()> {
	let mut network = Network::start(Plan::honest("too-many-crashes")).await?;
	let chain = network.chain().clone();
	let dealers = network.scene.dealers("//Zombienet//dealer", &[DEALERS]).await?.remove(0);
	let mut accounts: Vec<AccountId> = dealers.iter().map(Signer::account).collect();
	accounts.push(network.scene.requester.account());
	let books = Books::open(&chain, &accounts).await?;
	let stage = staged(&network, dealers).await?;
	stage.deal(&chain, &stage.everybody()).await?;
	phase(&network, &stage, Phase::Verifying).await?;
	let dead = [network.operator(0)?, network.operator(2)?, network.operator(4)?];
	kill(&mut network, [0, 2, 4]).await?;

	let end = stage.ended(&chain).await?;
	assert_eq!(end.outcome, Outcome::Failed(FailReason::TooFewShares));
	let mut dead = dead.to_vec();
	dead.sort();
	assert_eq!(absent(&end.events), dead);
	let threshold = usize::from(stage.info.task.parameters.threshold);
	let revealed = count(&end.events, "ResultShareRight") + count(&end.events, "ResultShareWrong");
	assert!(revealed <= threshold, "{revealed} shares are public, {threshold} reveal nothing");
	assert_eq!(count(&end.events, "ResultPublished"), 0);
	assert!(chain.result(stage.task).await?.is_none());
	books.add_up(&chain).await?;
	for account in accounts {
		assert_eq!(chain.money(&account).await?.reserved, 0, "{account:?}");
	}
	network.say("the task failed, and nothing is held any more");
	network.stop().await
}
