//! A whole task over separate processes, on the relay chain with host calls and on one without, and on the stock omni node.

use crate::play::{dealers, only_these_were_absent, verified_early, COLLECT, DEALERS};
use anyhow::Result;
use ostraka_client::{request::StatisticName, testbed::survey::Survey};
use ostraka_primitives::task::SecurityClass;
use ostraka_zombienet::{
	files::Variant,
	network::{Network, Plan},
};

/// Real loans.
const LOANS: &str = include_str!("../../../examples/loans.csv");
/// Rows of it that are taken, the head with the columns' names among them.
const ROWS: usize = 2_501;
/// Most seconds between blocks. They come every six, but none at the first relay block of a session, which is every tenth.
const PACE: f64 = 7.5;

/// Validators and runtime with host calls.
pub async fn with_host_calls() -> Result<()> {
	whole_task(Plan::honest("smoke")).await
}

/// Validators and runtime without.
pub async fn without_host_calls() -> Result<()> {
	whole_task(Plan { variant: Variant::PureWasm, ..Plan::honest("pure-wasm") }).await
}

/// The parachain's nodes are the stock omni node, which the environment names.
pub async fn on_the_stock_node() -> Result<()> {
	whole_task(Plan { stock: true, ..Plan::honest("stock-node") }).await
}

/// Five dealers on real rows: verification ends when all members have attested, the result equals that of the pooled rows,
/// everybody is paid, and the money adds up.
async fn whole_task(plan: Plan) -> Result<()> {
	let network = Network::start(plan).await?;
	let (scene, chain) = (&network.scene, network.chain());
	let rows: String = LOANS.lines().take(ROWS).flat_map(|line| [line, "\n"]).collect();
	let survey = Survey::new(&rows, StatisticName::Variance, "interest_rate", DEALERS)?;
	let (mut cohorts, books) = dealers(&network, &[DEALERS]).await?;

	let class = SecurityClass::Confidential;
	let stage = scene.stage(class, survey, cohorts.remove(0), COLLECT).await?;
	network.say(&format!("task {} is drawn", stage.task));
	stage.deal(chain, &stage.everybody()).await?;
	network.say("all have dealt");
	let events = stage.completed(chain, &stage.everybody()).await?;
	network.say("the result is that of the pooled rows, and verified");

	only_these_were_absent(&stage, &events, &[]);
	verified_early(&stage, &events);
	books.add_up(chain).await?;
	let pace = network.pace().await?;
	assert!(pace < PACE, "{pace:.1} s between blocks");
	network.stop().await
}
