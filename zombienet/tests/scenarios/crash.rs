//! Compute nodes that are killed.

use crate::play::{
	self, absent, committed, only_these_were_absent, phase, staged, while_all_deal, CLASS, COLLECT,
	DEALERS,
};
use anyhow::Result;
use ostraka_adversary::{
	scene::{count, punished, Stage, LONG, ROWS},
	wait::Phase,
};
use ostraka_client::{chain::Signer, request::StatisticName, testbed::survey::Survey};
use ostraka_primitives::{
	task::{FailReason, Outcome},
	Balance,
};
use ostraka_zombienet::network::{Network, Plan};

/// Who dies when. No node dies three times, as three absences in its last ten tasks take a node out of selection.
const DEATHS: [(Phase, [usize; 2]); 5] = [
	(Phase::Inviting, [3, 4]),
	(Phase::Collecting, [0, 1]),
	(Phase::Verifying, [2, 3]),
	(Phase::Committing, [4, 0]),
	(Phase::Revealing, [1, 2]),
];

/// Two of five die in each phase in turn: each task completes without them, the dead are penalised, the others paid.
pub async fn two_of_five() -> Result<()> {
	let mut network = Network::start(Plan::honest("crash")).await?;
	let chain = network.chain().clone();
	let (cohorts, books) = play::dealers(&network, &[DEALERS; DEATHS.len()]).await?;
	for ((when, victims), dealers) in DEATHS.into_iter().zip(cohorts) {
		two_die(&mut network, when, victims, dealers).await?;
	}
	books.add_up(&chain).await?;
	network.stop().await
}

async fn two_die(
	network: &mut Network,
	when: Phase,
	victims: [usize; 2],
	dealers: Vec<Signer>,
) -> Result<()> {
	let chain = network.chain().clone();
	let stage = match when {
		Phase::Inviting => undrawn(network, victims, dealers).await?,
		_ => staged(network, CLASS, dealers).await?,
	};
	let dead = [network.operator(victims[0])?, network.operator(victims[1])?];
	if when == Phase::Collecting {
		kill(network, victims).await?;
	}
	let die = async {
		match when {
			Phase::Verifying | Phase::Committing => {
				phase(network, &stage, when).await?;
				kill(network, victims).await?;
			},
			Phase::Revealing => {
				// revealing begins when all have committed: one holds it up until the two can no longer reveal. It waits for
				// finality before it commits, so it has not yet when committing begins
				let holder = (0..network.nodes.len()).find(|place| !victims.contains(place));
				let holder = holder.expect("three are left");
				phase(network, &stage, Phase::Committing).await?;
				network.nodes[holder].pause()?;
				committed(network, &stage, &dead).await?;
				for place in victims {
					network.nodes[place].pause()?;
				}
				let name = &network.nodes[holder].name;
				let what = format!("the two have committed and stand still, {name} is held back");
				network.say(&what);
				network.nodes[holder].resume()?;
				phase(network, &stage, Phase::Revealing).await?;
				kill(network, victims).await?;
			},
			_ => {},
		}
		Ok(())
	};
	while_all_deal(&chain, &stage, die).await?;
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

/// Publishes a task, and kills nodes before anybody has accepted it. They are drawn all the same: nobody knows yet.
async fn undrawn(
	network: &mut Network,
	victims: [usize; 2],
	dealers: Vec<Signer>,
) -> Result<Stage> {
	let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len())?;
	let windows = [LONG, COLLECT];
	let mut stage = network.scene.invited(CLASS, survey, dealers, windows).await?;
	phase(network, &stage, Phase::Inviting).await?;
	kill(network, victims).await?;
	let chain = network.chain();
	stage.accept(chain, &stage.everybody()).await?;
	stage.drawn(chain).await?;
	network.say(&format!("task {} is drawn", stage.task));
	Ok(stage)
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
	let (stage, books) = play::stage(&network).await?;
	let dead = [network.operator(0)?, network.operator(2)?, network.operator(4)?];
	let die = async {
		phase(&network, &stage, Phase::Verifying).await?;
		kill(&mut network, [0, 2, 4]).await
	};
	while_all_deal(&chain, &stage, die).await?;

	let end = stage.ended(&chain).await?;
	assert_eq!(end.outcome, Outcome::Failed(FailReason::TooFewShares));
	let mut dead = dead.to_vec();
	dead.sort();
	assert_eq!(absent(&end.events), dead);
	assert_eq!(punished(&end.events), dead);
	let committing = end.events.iter().find(|event| event.is("Tasks", "CommittingEnded"));
	let committing = committing.expect("committing ended");
	assert_eq!(committing.field("early"), Some(false));
	let deadline: u32 = committing.field("reveal_until").expect("it says when revealing ends");
	assert!(end.settled > deadline, "in block {}, before its deadline {deadline}", end.settled);
	let happened = |name| end.events.iter().filter(|event| event.is("Incentives", name)).count();
	assert_eq!((happened("DepositReturned"), happened("EscrowClosed")), (DEALERS, 1));
	let settled = end.events.iter().find(|event| event.is("Incentives", "FeeSettled"));
	let forfeited: Option<Balance> = settled.and_then(|event| event.field("forfeited"));
	assert_eq!(forfeited, Some(0), "the committee failed, not the requester");
	let threshold = usize::from(stage.info.task.parameters.threshold);
	let revealed = count(&end.events, "ResultShareRight") + count(&end.events, "ResultShareWrong");
	assert!(revealed <= threshold, "{revealed} shares are public, {threshold} reveal nothing");
	for shown in ["DealerConvicted", "AccuserConvicted", "SeatExcused", "ResultPublished"] {
		assert_eq!(count(&end.events, shown), 0, "{shown}");
	}
	assert!(chain.result_at(stage.task, end.head).await?.is_none());
	books.add_up(&chain).await?;
	network.say("the task failed, and nothing is held any more");
	network.stop().await
}
