//! Experiment 3: the chain. What it carries, how long it takes, what it weighs and costs: see `docs/results/chain.md` and
//! `docs/SCALING.md`, whose tables `make experiments` fills in from the files that this program writes.
//!
//! | part | measures | file |
//! |---|---|---|
//! | [`weights`] | calls and hooks, by host calls and in pure wasm, against a block's limits | `chain_calls.csv` |
//! | [`charges`] | what is charged for each call: bytes, weight, fee | `chain_charges.csv` |
//! | [`runs`] | dealings and tasks a second, latency, state | `chain_runs.csv` |
//!
//! All but the first run on a development chain that the program starts and stops. What is in the files already is not
//! measured again. The columns of the files are the fields of `ostraka_experiment_rows`.

mod blocks;
mod charges;
mod machine;
mod runs;
mod samples;
mod stage;
mod state;
mod table;
mod weights;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use ostraka_client::output::progress::Progress;
use stage::Stage;
use std::{path::PathBuf, process::ExitCode};
use table::Table;

/// A part of the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
	/// Weights of calls and hooks, without a chain
	Calls,
	/// What is charged for each call
	Charges,
	/// Throughput and latency
	Runs,
}

/// Measures the chain. The whole takes about an hour; nothing else should run meanwhile.
#[derive(Parser)]
struct Args {
	/// Folder for the files
	#[arg(long, value_name = "FOLDER", default_value = "experiments/out")]
	out: PathBuf,
	/// Small sizes, one repetition
	#[arg(long)]
	quick: bool,
	/// Measure again what was measured before
	#[arg(long)]
	fresh: bool,
	/// Only these parts
	#[arg(long, value_enum, value_delimiter = ',')]
	only: Vec<Part>,
	/// The node binary; the one beside this program unless given
	#[arg(long, value_name = "PATH", env = "OSTRAKA_NODE")]
	node: Option<PathBuf>,
}

impl Args {
	fn wants(&self, part: Part) -> bool {
		self.only.is_empty() || self.only.contains(&part)
	}
}

fn main() -> ExitCode {
	match start() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::FAILURE
		},
	}
}

fn start() -> Result<()> {
	let args = Args::parse();
	let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
	let result = runtime.block_on(async {
		tokio::select! {
			result = run(&args) => result,
			_ = tokio::signal::ctrl_c() => Err(ostraka_client::Error::Interrupted.into()),
		}
	});
	// a task that still waits for the node is not waited for
	runtime.shutdown_background();
	result
}

async fn run(args: &Args) -> Result<()> {
	if args.wants(Part::Calls) {
		let mut table = Table::open(&args.out, "chain_calls", true)?;
		weights::rows()?.into_iter().try_for_each(|row| table.add(row))?;
	}
	let mut charged =
		Table::open(&args.out, "chain_charges", args.fresh && args.wants(Part::Charges))?;
	let mut measured = Table::open(&args.out, "chain_runs", args.fresh && args.wants(Part::Runs))?;
	let charges = args.wants(Part::Charges) && !charges::is_done(&charged);
	let plans =
		if args.wants(Part::Runs) { runs::missing(&measured, args.quick) } else { Vec::new() };
	let dealers = plans.iter().map(runs::Plan::all_dealers);
	let dealers = dealers.chain(charges.then(|| charges::dealers(args.quick))).max();
	let Some(dealers) = dealers else { return Ok(()) };

	let progress = Progress::new(false);
	let bar = progress.bar("the chain", (plans.len() + usize::from(charges)) as u64);
	bar.set_message("a development chain starts");
	let stage = Stage::start(args.node.as_deref(), dealers).await?;
	let done = |what: &str| {
		bar.inc(1);
		match progress.is_shown() {
			true => progress.say(&format!("{what}: done")),
			false => println!("{what}: done"),
		}
	};
	if charges {
		charges::run(&stage, args.quick, &mut charged, &bar).await?;
		done("what is charged for each call");
	}
	let dealt = progress.bar("dealings", 0);
	for plan in plans {
		runs::run(&stage, plan, &mut measured, &bar, &dealt).await?;
		done(&plan.title());
	}
	progress.clear();
	stage.stop().await;
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_flags_are_as_documented() {
		let args = Args::parse_from(["experiment", "--quick", "--only", "calls,runs"]);
		assert!(args.quick && !args.fresh && args.wants(Part::Runs) && !args.wants(Part::Charges));
		assert!(Args::parse_from(["experiment"]).wants(Part::Charges));
	}
}
