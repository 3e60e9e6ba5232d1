//! A requester that draws until a committee suits it.

use crate::play::{self, only_these_were_absent, CLASS, COLLECT, DEALERS, PATH};
use anyhow::{ensure, Context, Result};
use futures::future::try_join_all;
use ostraka_adversary::{
	scenarios::{a_requester_that_draws_again, each_draw_cost_the_fee},
	scene::{LONG, ROWS},
};
use ostraka_client::{request::StatisticName, testbed::survey::Survey};
use ostraka_primitives::TaskId;
use ostraka_zombienet::network::{Network, Plan};
use std::process::Output;
use tokio::process::Command;

/// Draws before the dealers use the tool.
const DRAWS: usize = 2;

/// Dealers that accept whatever they are asked let a requester draw again, which costs it the whole fee each time. Dealers
/// that accept by the tool do not: it refuses the next task over the same column. If they know why they are asked again,
/// and say so, that one completes.
pub async fn a_requester_draws_again() -> Result<()> {
	let network = Network::start(Plan::honest("redraw")).await?;
	let (scene, chain) = (&network.scene, network.chain());
	let (mut cohorts, books) = play::dealers(&network, &[DEALERS]).await?;
	let cohort = cohorts.remove(0);
	let drawn = a_requester_that_draws_again(scene, CLASS, &cohort, DRAWS).await?;
	network.say(&format!("{DRAWS} committees are drawn, and taken back"));

	let survey = Survey::new(ROWS, StatisticName::Variance, "value", DEALERS)?;
	let mut stage = scene.invited(CLASS, survey, cohort, [LONG, COLLECT]).await?;
	for place in 0..DEALERS {
		let output = accept(&network, stage.task, place, &[]).await?;
		let said = String::from_utf8_lossy(&output.stderr);
		ensure!(output.status.code() == Some(1), "to be refused by the tool: {said}");
		assert!(said.contains("--again"), "and it says what accepts all the same: {said}");
	}
	assert!(chain.task(stage.task).await?.accepted.is_empty());
	network.say("the tool accepts for no dealer");

	let again = (0..DEALERS).map(|place| accept(&network, stage.task, place, &["--again"]));
	for output in try_join_all(again).await? {
		let said = String::from_utf8_lossy(&output.stderr);
		ensure!(output.status.success(), "accepted with --again: {said}");
	}
	stage.drawn(chain).await?;
	network.say("with --again it does, and the committee is drawn");
	stage.deal(chain, &stage.everybody()).await?;
	let events = stage.completed(chain, &stage.everybody()).await?;
	only_these_were_absent(&stage, &events, &[]);
	let ledger = books.add_up(chain).await?;
	each_draw_cost_the_fee(chain, &ledger, &drawn).await?;
	network.say("the requester lost the fee of each draw but the last");
	network.stop().await
}

/// A dealer that has no policy accepts by the command line tool.
async fn accept(network: &Network, task: TaskId, place: usize, more: &[&str]) -> Result<Output> {
	Command::new(network.built.tool())
		.args(["accept", &task.to_string(), "--url", network.chain().url(), "--yes", "--no-policy"])
		.args(["--suri", &format!("{PATH}//{}", place + 1)])
		.args(more)
		.output()
		.await
		.context("the command line tool cannot be started")
}
