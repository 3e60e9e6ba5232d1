//! `ostraka result`: what a task found, checked again if asked.

use super::{
	connect, excluded,
	found::{judged, Found},
};
use crate::{
	chain::{Chain, ChainError},
	cli::{task::TaskArg, Global},
	error::Error,
	onchain::{
		self,
		convictions::of_dealings,
		gather::{gather, Bodies},
	},
	output::Output,
	view::lines::{progress, state},
};
use clap::Args;
use ostraka_party::verify::transcript::transcript;
use ostraka_primitives::{api::TaskInfo, spec::Statistic, task::TaskResult, TaskId};
use rand_core::OsRng;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  ostraka result 7
  ostraka result 7 --verify --json
  ostraka result --task 7 --export transcript.json

--verify computes everything again from block bodies, and judges the proofs of the dealings. A result that is the sum of what was
dealt ends with the exit code 5, and it is said so, if the proof of a dealing among it does not hold, if no data can give it all
the same, or if nothing tells why a dealing does not count.";

/// Flags of `result`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ResultArgs {
	/// The task.
	#[command(flatten)]
	pub task: TaskArg,
	/// Check the result again, from chain data alone
	#[arg(long)]
	pub verify: bool,
	/// Write the transcript, for others to check
	#[arg(long, value_name = "FILE")]
	pub export: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// `Chain`; `Failed` if there is no result, it does not withstand the checks or, unchecked, no data can give it; `Unproven` if it is
/// arithmetically right and no more.
pub async fn run(args: &ResultArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let task = args.task.number;
	let info = chain.task(task).await?;
	if !args.verify && args.export.is_none() {
		return print(&chain, task, &info, out).await;
	}
	let result = published(&chain, task, &info).await?;
	let evidence = gather(&chain, task, &info, &result, &Bodies::default()).await?;
	let verification = tokio::task::block_in_place(|| evidence.check(&mut OsRng));
	if let Some(path) = &args.export {
		let text = serde_json::to_string_pretty(&transcript(&evidence, &verification))
			.map_err(|error| Error::Failed(error.to_string()))?;
		std::fs::write(path, text + "\n")
			.map_err(|error| Error::Failed(format!("{}: {error}", path.display())))?;
	}
	let accept = accept_window(&chain, task, &info).await?;
	let mut found = Found::new(task, &info, &result, accept);
	let told = of_dealings(&chain, task, &info).await?;
	found.record.excluded = excluded::known(&told, &verification.excluded);
	found.record.late = excluded::late(&told);
	found.write(Some(&verification), out)?;
	if let (Some(path), false) = (&args.export, out.is_json()) {
		writeln!(out, "the transcript is in {}", path.display())?;
	}
	judged(task, verification.verdict())
}

/// The published result.
async fn published(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<TaskResult, Error> {
	chain.result(task).await?.ok_or_else(|| {
		let how = progress(info, chain.head().number);
		Error::Failed(format!("task {task} has no result: {} ({how})", state(&info.task.status)))
	})
}

/// Writes a task's result: all that is published of it, also where no data can give it.
///
/// # Errors
/// As [`run`].
pub async fn print(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let result = published(chain, task, info).await?;
	let accept = accept_window(chain, task, info).await?;
	let mut found = Found::new(task, info, &result, accept);
	let told = of_dealings(chain, task, info).await?;
	found.record.excluded = excluded::known(&told, &[]);
	found.record.late = excluded::late(&told);
	let impossible = found.record.impossible.clone();
	found.write(None, out)?;
	match impossible {
		Some(what) => Err(Error::Failed(format!("the result of task {task}: {what}"))),
		None => Ok(()),
	}
}

/// Blocks that a task left for accepting, if a second task may follow it, and the node still tells.
async fn accept_window(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
) -> Result<Option<u32>, ChainError> {
	match info.task.spec.statistic {
		Statistic::Quantiles | Statistic::Median => {
			onchain::tasks::accept_window(chain, task, &info.task).await
		},
		_ => Ok(None),
	}
}
