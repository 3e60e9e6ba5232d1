//! Throughput and latency: tasks of so many dealers and such a length, so many at once, from submission to settlement.
//!
//! The dealings of all tasks of a run are made beforehand and sent together, so that dealers do not wait for each other's
//! arithmetic. Every result is held against that of the pooled rows. All nodes are up, so that no task waits for the
//! whole of a window: verification ends when all members and verifiers have attested. Blocks are of the development chain's
//! pace, one a second or, when they are full, slower; the seven compute nodes, the three verifiers and all dealers share the
//! machine's cores with it. Committees are of the class Confidential, (5, 2), with panels of two.
//!
//! A row of `chain_runs.csv` is an [`ostraka_experiment_rows::Run`].

use crate::{
	blocks::Block,
	charges::{count, median, settled},
	machine,
	stage::{Ready, Stage, Task},
	state,
	table::Table,
};
use anyhow::{Context, Result};
use frame_support::dispatch::DispatchClass;
use indicatif::ProgressBar;
use ostraka_client::testbed::survey::Survey;
use ostraka_experiment_rows::Run;
use ostraka_primitives::task::SecurityClass;
use ostraka_runtime::configs::system::{RuntimeBlockLength, RuntimeBlockWeights};
use std::collections::BTreeMap;

/// The class: committees as in the demonstration.
const CLASS: SecurityClass = SecurityClass::Confidential;
/// Dealers of a task, and lengths, one task at a time.
const DEALERS: [usize; 4] = [10, 50, 100, 200];
const LENGTHS: [u32; 4] = [1, 8, 64, 256];
/// Tasks at once: how many, their dealers, their length. No more dealings than the pool takes, 20 MiB.
const AT_ONCE: [(usize, usize, u32); 7] =
	[(4, 200, 1), (4, 200, 8), (4, 200, 64), (2, 150, 256), (4, 50, 8), (16, 50, 8), (40, 10, 8)];
/// Repetitions.
const RUNS: u32 = 3;
/// From this part on, what a block has counts as used up: one more would not have fitted, or hardly.
const FULL: f64 = 0.97;

/// A combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
	/// Tasks at once.
	tasks: usize,
	/// Dealers of each.
	dealers: usize,
	/// `L`.
	length: u32,
	/// Repetition.
	run: u32,
}

/// What is not in the table yet, repetition by repetition, so that an ended run has something of everything.
pub fn missing(table: &Table<Run>, quick: bool) -> Vec<Plan> {
	let (single, at_once, runs): (Vec<_>, &[_], _) = if quick {
		(vec![(1, 10, 1), (1, 10, 8)], &[(2, 10, 8)], 1)
	} else {
		let of = |length| DEALERS.map(|dealers| (1, dealers, length));
		(LENGTHS.into_iter().flat_map(of).collect(), &AT_ONCE, RUNS)
	};
	let combinations: Vec<_> = single.iter().chain(at_once).copied().collect();
	let all = (1..=runs).flat_map(|run| {
		combinations.iter().map(move |(tasks, dealers, length)| Plan {
			tasks: *tasks,
			dealers: *dealers,
			length: *length,
			run,
		})
	});
	let is_done = |plan: &Plan| {
		table.rows().iter().any(|row| {
			(row.tasks, row.dealers, row.length, row.run)
				== (count(plan.tasks), count(plan.dealers), plan.length, plan.run)
		})
	};
	all.filter(|plan| !is_done(plan)).collect()
}

impl Plan {
	/// Dealers that it takes.
	pub fn all_dealers(&self) -> usize {
		self.tasks * self.dealers
	}

	/// In words.
	pub fn title(&self) -> String {
		let Self { tasks, dealers, length, run } = self;
		format!("{tasks} x {dealers} dealers, L = {length}, run {run}")
	}
}

/// The blocks of a task's steps.
#[derive(Clone, Copy)]
struct Steps {
	accepted: u32,
	drawn: u32,
	collected: u32,
	frozen: u32,
	committed: u32,
	published: u32,
	settled: u32,
}

/// Plays a combination, and writes its row. `dealt` counts dealings.
///
/// # Errors
/// If the chain does otherwise than expected.
pub async fn run(
	stage: &Stage,
	plan: Plan,
	table: &mut Table<Run>,
	bar: &ProgressBar,
	dealt: &ProgressBar,
) -> Result<()> {
	let (chain, title) = (&stage.chain, plan.title());
	let survey = stage.survey(plan.length, plan.dealers)?;
	let before = chain.head().number;
	bar.set_message(format!("{title}: acceptances, draw"));
	let tasks = stage.publish(&vec![(CLASS, &survey); plan.tasks]).await?;
	bar.set_message(format!("{title}: preparing dealings"));
	let mut ready: Vec<Ready> = Vec::new();
	for task in &tasks {
		ready.extend(stage.prepare(task, &survey, plan.dealers).await?);
	}
	bar.set_message(format!("{title}: dealing"));
	dealt.set_length(ready.len() as u64);
	dealt.set_position(0);
	stage.send(&ready, || dealt.inc(1)).await?;
	bar.set_message(format!("{title}: verification, result, settlement"));
	let mut last = before;
	for task in &tasks {
		last = last.max(settled(stage, task, &survey, plan.dealers).await?);
	}
	let mut blocks = Vec::new();
	for number in before + 1..=last {
		blocks.push(Block::read(chain, number).await?);
	}
	let mut row = measured(stage, plan, &tasks, &survey, &blocks)?;
	if let [task] = tasks.as_slice() {
		let steps = steps(task, &blocks)?;
		let earlier = state::bytes(chain, before).await? as i64;
		row.state_open = Some(state::bytes(chain, steps.collected).await? as i64 - earlier);
		row.state_left = Some(state::bytes(chain, steps.settled).await? as i64 - earlier);
	}
	table.add(row)
}

fn steps(task: &Task, blocks: &[Block]) -> Result<Steps> {
	let block = |pallet: &str, name: &str| {
		let found = blocks.iter().find(|block| block.has(task.id, pallet, name));
		found.map(|block| block.number).with_context(|| format!("task {}: no {name}", task.id))
	};
	Ok(Steps {
		accepted: block("Tasks", "InvitingEnded")?,
		drawn: block("Tasks", "CommitteeDrawn")?,
		collected: block("Tasks", "CollectingEnded")?,
		frozen: block("Tasks", "AcceptedSetFrozen")?,
		committed: block("Tasks", "CommittingEnded")?,
		published: block("Vss", "ResultPublished")?,
		settled: block("Tasks", "TaskSettled")?,
	})
}

/// The block with most dealings.
struct Busiest {
	/// Their number.
	dealings: usize,
	/// Parts of what it has for ordinary transactions that are used: reference time, proof, length.
	shares: [f64; 3],
}

impl Busiest {
	fn of(blocks: &[Block], dealings: &BTreeMap<u32, usize>) -> Self {
		let weights = RuntimeBlockWeights::get();
		let most = weights.get(DispatchClass::Normal).max_total.unwrap_or(weights.max_block);
		let longest = *RuntimeBlockLength::get().max.get(DispatchClass::Normal);
		let count = dealings.values().copied().max().unwrap_or_default();
		let block = blocks.iter().find(|block| dealings.get(&block.number) == Some(&count));
		let share = |used: u64, most: u64| used as f64 / most as f64;
		let shares = block.map_or([0.; 3], |block| {
			[
				share(block.normal.ref_time(), most.ref_time()),
				share(block.normal.proof_size(), most.proof_size()),
				share(block.bytes, longest.into()),
			]
		});
		Self { dealings: count, shares }
	}

	/// What kept more from being in it.
	fn bound(&self) -> &'static str {
		let full = self.shares.iter().zip(["ref time", "proof size", "length"]);
		let fullest = full.max_by(|one, other| one.0.total_cmp(other.0));
		fullest.filter(|(share, _)| **share >= FULL).map_or("demand", |(_, name)| name)
	}
}

fn measured(
	stage: &Stage,
	plan: Plan,
	tasks: &[Task],
	survey: &Survey,
	blocks: &[Block],
) -> Result<Run> {
	let seconds = |from: u32, to: u32| {
		let between = stage.clock.between(from, to);
		between.with_context(|| format!("blocks {from} to {to} were not seen"))
	};
	let of_tasks = |call: &str| {
		let extrinsics = blocks.iter().flat_map(|block| {
			block.extrinsics.iter().map(move |extrinsic| (block.number, extrinsic))
		});
		extrinsics
			.filter(|(_, one)| one.call == call && tasks.iter().any(|task| task.id == one.task))
			.collect::<Vec<_>>()
	};
	let deals = of_tasks("deal");
	let mut by_block: BTreeMap<u32, usize> = BTreeMap::new();
	deals.iter().for_each(|(block, _)| *by_block.entry(*block).or_default() += 1);
	let first = *by_block.keys().next().context("no dealings")?;
	let last = *by_block.keys().next_back().context("no dealings")?;
	let busiest = Busiest::of(blocks, &by_block);
	let [ref_share, proof_share, length_share] = busiest.shares;
	let submitted = of_tasks("submit").iter().map(|(block, _)| *block).min();
	let submitted = submitted.context("no submission")?;

	let all = tasks.iter().map(|task| steps(task, blocks)).collect::<Result<Vec<_>>>()?;
	let span = |from: fn(&Steps) -> u32, to: fn(&Steps) -> u32| -> Result<(f64, f64)> {
		let in_blocks = all.iter().map(|steps| f64::from(to(steps) - from(steps))).collect();
		let in_seconds =
			all.iter().map(|steps| seconds(from(steps), to(steps))).collect::<Result<_>>()?;
		Ok((middle(in_blocks), middle(in_seconds)))
	};
	let (verify_blocks, verify_seconds) = span(|steps| steps.collected, |steps| steps.frozen)?;
	let (commit_blocks, commit_seconds) = span(|steps| steps.frozen, |steps| steps.committed)?;
	let (reveal_blocks, reveal_seconds) = span(|steps| steps.committed, |steps| steps.published)?;
	let (result_blocks, result_seconds) = span(|steps| steps.collected, |steps| steps.published)?;
	let (settle_blocks, settle_seconds) = span(|steps| steps.published, |steps| steps.settled)?;
	let latest = |of: fn(&Steps) -> u32| all.iter().map(of).max().unwrap_or_default();
	let (accepted, drawn) = (latest(|steps| steps.accepted), latest(|steps| steps.drawn));
	let published = latest(|steps| steps.published);
	let unit = 10f64.powi(i32::from(stage.chain.token().decimals));
	let parameters = &tasks.first().context("no task")?.info.task.parameters;
	Ok(Run {
		tasks: count(plan.tasks),
		dealers: count(plan.dealers),
		length: survey.spec.length(),
		run: plan.run,
		seats: parameters.seats.into(),
		threshold: parameters.threshold.into(),
		dealings: count(deals.len()),
		deal_blocks: last - first + 1,
		deal_seconds: seconds(first - 1, last)?,
		busiest_block: count(busiest.dealings),
		ref_share,
		proof_share,
		length_share,
		bound: busiest.bound().to_owned(),
		accept_blocks: accepted - submitted,
		accept_seconds: seconds(submitted, accepted)?,
		draw_blocks: drawn.saturating_sub(accepted),
		draw_seconds: seconds(accepted, drawn)?,
		verify_blocks,
		verify_seconds,
		commit_blocks,
		commit_seconds,
		reveal_blocks,
		reveal_seconds,
		result_blocks,
		result_seconds,
		result_blocks_max: latest(|steps| steps.published - steps.collected),
		settle_blocks,
		settle_seconds,
		whole_blocks: published - submitted,
		whole_seconds: seconds(submitted, published)?,
		bytes: middle(deals.iter().map(|(_, one)| one.bytes as f64).collect()) as u64,
		fee: middle(deals.iter().map(|(_, one)| one.fee as f64 / unit).collect()),
		state_open: None,
		state_left: None,
		machine: machine::name(),
		versions: machine::versions().to_owned(),
	})
}

fn middle(mut values: Vec<f64>) -> f64 {
	values.sort_by(f64::total_cmp);
	median(&values)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::samples::proof_bytes;
	use frame_support::weights::Weight;

	fn block(number: u32, bytes: u64, ref_time: u64, proof: u64) -> Block {
		let normal = Weight::from_parts(ref_time, proof);
		Block { number, bytes, normal, extrinsics: Vec::new(), events: Default::default() }
	}

	#[test]
	fn what_fills_a_block_bounds() {
		let (second, mib) = (1_000_000_000_000, 1 << 20);
		let dealings = BTreeMap::from([(1, 5), (2, 9)]);
		let of = |bytes, ref_time, proof| {
			let blocks = [block(1, 9, 9, 9), block(2, bytes, ref_time, proof)];
			Busiest::of(&blocks, &dealings)
		};
		let full = of(mib, second, mib);
		assert_eq!((full.dealings, full.bound()), (9, "ref time"));
		assert_eq!(full.shares, [1., 1. / 5., 1. / 3.75]);
		assert_eq!(of(3_900_000, second / 2, mib).bound(), "length");
		assert_eq!(of(mib, second / 2, 5_200_000).bound(), "proof size");
		assert_eq!(of(mib, second / 2, mib).bound(), "demand");
	}

	#[test]
	fn nothing_is_missing_twice_and_the_pool_takes_all() {
		let folder = tempfile::tempdir().expect("a temporary directory");
		let table = Table::open(folder.path(), "t", false).expect("opened");
		let plans = missing(&table, false);
		assert_eq!(plans.len(), 3 * (16 + 7));
		assert!(plans.iter().enumerate().all(|(place, plan)| !plans[..place].contains(plan)));
		let bytes = |plan: &Plan| {
			let proof = proof_bytes(plan.length).expect("a statistic") as usize;
			plan.all_dealers() * (5 * (32 * (plan.length as usize + 1) + 150) + proof)
		};
		assert!(plans.iter().all(|plan| bytes(plan) < 20 << 20));
		assert_eq!(missing(&table, true).len(), 3);
	}
}
