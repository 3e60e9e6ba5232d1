//! A development chain of the experiment's own, dealers with money on it, and statistics of any length.

use crate::{
	blocks::Clock,
	samples::{edges, COLUMN, MAX_ROWS},
};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use futures::future;
use ostraka_client::{
	chain::{calls, Call, Chain, Signer},
	data::Table,
	dealing,
	inputs::Input,
	onchain::deal::{drawn, make},
	plan::{LOANS, LOANS_NAME},
	request::{StatisticName, StatisticRequest},
	testbed::{
		accounts::fund,
		node::{self, DevNode},
		survey::{self, Survey},
	},
};
use ostraka_primitives::{api::TaskInfo, task::SecurityClass, Balance, TaskId};
use ostraka_runtime::{
	configs::{
		ostraka::{WorstAccuseFee, WorstChallengeFee},
		system::{RuntimeBlockLength, RuntimeBlockWeights},
	},
	presets::TEST_OPERATORS,
};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Nodes of the chain's own, those that compute and those that verify.
const NODES: usize = TEST_OPERATORS.len();
/// What a dealer starts with, in tokens: a deposit that may be lost, and the fees of many dealings.
const DEALER: Balance = 200;
/// Blocks for accepting: more than all dealers' acceptances take.
const ACCEPT: u32 = 120;
/// Blocks for dealing. The first dealing is due in a quarter of them, which is more than the dealers take to prepare.
const COLLECT: u32 = 480;

/// The chain and who plays on it.
pub struct Stage {
	/// The chain.
	pub chain: Chain,
	/// When its blocks came.
	pub clock: Clock,
	node: DevNode,
	requester: Signer,
	dealers: Vec<Signer>,
	loans: Table,
}

/// A drawn task, and its dealers.
pub struct Task {
	/// Its number.
	pub id: TaskId,
	/// As it was after its draw.
	pub info: TaskInfo,
	/// Its dealers.
	pub dealers: Vec<Signer>,
}

/// A dealing that is ready to be sent.
pub struct Ready {
	call: Call,
	signer: Signer,
}

impl Stage {
	/// Starts a chain of the runtime that this program knows, and gives so many dealers money.
	///
	/// # Errors
	/// If the node does not start, or runs another runtime.
	pub async fn start(node: Option<&Path>, dealers: usize) -> Result<Self> {
		let binary = node::binary(node)?;
		let (mut node, chain) = DevNode::start_apart(&binary).await?;
		node.registered(&chain, NODES).await?;
		check(&chain).with_context(|| format!("{} runs another runtime", binary.display()))?;
		let account = |number: usize| {
			let seed = Sha256::digest(format!("ostraka chain experiment, dealer {number}"));
			Signer::from_seed(seed.into())
		};
		let dealers = (0..dealers).map(account).collect::<Result<Vec<_>, _>>()?;
		let requester = Signer::from_secret("//Alice")?;
		let unit = 10u128.pow(u32::from(chain.token().decimals));
		fund(&chain, &requester, &dealers, DEALER * unit).await?;
		let clock = Clock::start(&chain);
		let loans = Table::parse(LOANS_NAME, LOANS)?;
		Ok(Self { chain, clock, node, requester, dealers, loans })
	}

	/// Stops the chain.
	pub async fn stop(self) {
		self.node.stop().await;
	}

	/// A statistic whose vector has that length, and the loans dealt out to so many dealers: their count, or a
	/// histogram of their amounts.
	///
	/// # Errors
	/// If there is none of that length.
	pub fn survey(&self, length: u32, dealers: usize) -> Result<Survey> {
		let edges: Vec<String> = edges(length).map(|edge| edge.to_string()).collect();
		let request = StatisticRequest {
			statistic: Some(match edges.is_empty() {
				true => StatisticName::Count,
				false => StatisticName::Histogram,
			}),
			columns: vec![COLUMN.to_owned()],
			edges,
			max_rows: MAX_ROWS,
			..Default::default()
		};
		let survey = Survey::of(&self.loans, &request, dealers)?;
		ensure!(survey.spec.length() == length, "no statistic of length {length}");
		Ok(survey)
	}

	/// Publishes a task for each survey, all at the same time, each with dealers of its own, lets these accept, and waits
	/// until all committees and panels are drawn.
	///
	/// # Errors
	/// If there are too few dealers, or the chain refuses.
	pub async fn publish(&self, surveys: &[(SecurityClass, &Survey)]) -> Result<Vec<Task>> {
		let chain = &self.chain;
		let mut rest = self.dealers.as_slice();
		let mut submissions = Vec::new();
		for (class, survey) in surveys {
			let dealers = rest.split_at_checked(survey.inputs.len()).context("too few dealers")?;
			rest = dealers.1;
			submissions.push(async move {
				let who = &self.requester;
				let id = survey.publish(chain, who, *class, dealers.0, ACCEPT, COLLECT).await?;
				Ok::<_, ostraka_client::Error>((id, dealers.0))
			});
		}
		let published = future::try_join_all(submissions).await?;
		let accepted = published.iter().map(|(id, dealers)| async move {
			let dealers: Vec<&Signer> = dealers.iter().collect();
			survey::accept(chain, *id, &dealers).await
		});
		future::try_join_all(accepted).await?;
		let mut tasks = Vec::new();
		for (id, dealers) in published {
			let info = drawn(chain, id).await?;
			tasks.push(Task { id, info, dealers: dealers.to_vec() });
		}
		Ok(tasks)
	}

	/// Makes the dealings of a task's first dealers, on all cores.
	///
	/// # Errors
	/// If the chain's task is not what it says, or no dealing can be made.
	pub async fn prepare(
		&self,
		task: &Task,
		survey: &Survey,
		dealers: usize,
	) -> Result<Vec<Ready>> {
		let chain = &self.chain;
		let context = dealing::context(chain.genesis(), task.id, &task.info)?;
		let dealers: Vec<&Signer> = task.dealers.iter().take(dealers).collect();
		let parts: Vec<_> = dealers.iter().copied().zip(&survey.inputs).collect();
		let spec = &task.info.task.spec;
		let deal = |(signer, input): &(&Signer, &Input)| {
			make(&context, spec, &signer.account(), &input.encoded)
		};
		let made: Vec<_> = tokio::task::block_in_place(|| parts.par_iter().map(deal).collect());
		let ready = made.into_iter().zip(dealers);
		ready
			.map(|(message, signer)| {
				let call = calls::deal(task.id, context.task_hash, message?);
				Ok(Ready { call, signer: signer.clone() })
			})
			.collect()
	}

	/// Sends dealings, all at the same time, and waits until all are in blocks. `done` is called after each.
	///
	/// # Errors
	/// If the chain refuses one.
	pub async fn send(&self, dealings: &[Ready], done: impl Fn()) -> Result<()> {
		let done = &done;
		let sent = dealings.iter().map(|Ready { call, signer }| async move {
			let receipt = self.chain.submit(call, signer).await;
			done();
			receipt
		});
		future::try_join_all(sent).await?;
		Ok(())
	}
}

/// Holds what the chain says of its limits and weights against the runtime that this program was built with.
fn check(chain: &Chain) -> Result<()> {
	let constant = |pallet: &str, name: &str| {
		let constant = chain.metadata().pallet_by_name(pallet)?.constant_by_name(name)?;
		Some(constant.value().to_vec())
	};
	for (pallet, name, own) in [
		("System", "BlockWeights", RuntimeBlockWeights::get().encode()),
		("System", "BlockLength", RuntimeBlockLength::get().encode()),
		// follow from the weights of accusations and of challenges
		("Incentives", "WorstAccuseFee", WorstAccuseFee::get().encode()),
		("Incentives", "WorstChallengeFee", WorstChallengeFee::get().encode()),
	] {
		ensure!(constant(pallet, name) == Some(own), "its {pallet}.{name} is another");
	}
	Ok(())
}
