//! `ostraka result`: what a task found, checked again if asked.

use super::show;
use crate::{
	chain::Chain,
	class,
	cli::{values, Global},
	error::Error,
	output::{
		self,
		json::{self, Tree},
	},
	plan::title,
	spec::{label, text},
	verify::{self, check::Check, meaning, transcript::transcript, Bodies, Verification},
	words::counted,
};
use clap::Args;
use ostraka_primitives::{api::TaskInfo, task::TaskResult, TaskId};
use ostraka_protocol::statistics::Outcome;
use serde::Serialize;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  ostraka result --task 7
  ostraka result --task 7 --verify --json
  ostraka result --task 7 --export transcript.json";

/// Flags of `result`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ResultArgs {
	/// The task
	#[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::task)]
	pub task: TaskId,
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
/// `Chain`; `Failed` if there is no result, no data can give it, or it does not withstand the checks.
pub async fn run(args: &ResultArgs, global: &Global) -> Result<(), Error> {
	let chain = super::connect(global).await?;
	let info = chain.task(args.task).await?;
	if !args.verify && args.export.is_none() {
		return print(&chain, args.task, &info, global).await;
	}
	let result = published(&chain, args.task, &info).await?;
	let evidence = verify::gather(&chain, args.task, &info, &result, &Bodies::default()).await?;
	let verification = evidence.check();
	if let Some(path) = &args.export {
		let text = serde_json::to_string_pretty(&transcript(&evidence, &verification))
			.map_err(|error| Error::Failed(error.to_string()))?;
		std::fs::write(path, text + "\n")
			.map_err(|error| Error::Failed(format!("{}: {error}", path.display())))?;
	}
	let mut report = report(args.task, &info, &result);
	report.verified = Some(verification.is_right());
	report.checks = Some(verification.checks.clone());
	if global.json {
		output::print_json(&report);
	} else {
		print_report(&report, &info, &result);
		print_checks(&verification);
		if let Some(path) = &args.export {
			println!("the transcript is in {}", path.display());
		}
	}
	if verification.is_right() {
		Ok(())
	} else {
		Err(Error::Failed(format!(
			"the result of task {} does not withstand the checks",
			args.task
		)))
	}
}

/// The published result.
async fn published(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<TaskResult, Error> {
	chain.result(task).await?.ok_or_else(|| {
		let how = show::progress(info, chain.head().number);
		Error::Failed(format!(
			"task {task} has no result: {} ({how})",
			show::state(&info.task.status)
		))
	})
}

/// Prints a task's result: all that is published of it, also where no data can give it.
///
/// # Errors
/// As [`run`].
pub async fn print(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	global: &Global,
) -> Result<(), Error> {
	let result = published(chain, task, info).await?;
	let report = report(task, info, &result);
	if global.json {
		output::print_json(&report);
	} else {
		print_report(&report, info, &result);
	}
	match report.impossible {
		Some(impossible) => Err(Error::Failed(format!("the result of task {task}: {impossible}"))),
		None => Ok(()),
	}
}

/// A result as JSON.
#[derive(Serialize)]
struct Report {
	task: TaskId,
	title: String,
	statistic: &'static str,
	columns: Vec<String>,
	target: Option<String>,
	class: &'static str,
	dealers: u32,
	result: Tree,
	exact: Tree,
	/// The published vector, exactly.
	sums: Vec<String>,
	/// What of it no data can give.
	#[serde(skip_serializing_if = "Option::is_none")]
	impossible: Option<String>,
	accepted_set: String,
	#[serde(skip_serializing_if = "Option::is_none")]
	verified: Option<bool>,
	#[serde(skip_serializing_if = "Option::is_none")]
	checks: Option<Vec<Check>>,
}

fn report(task: TaskId, info: &TaskInfo, result: &TaskResult) -> Report {
	let spec = &info.task.spec;
	let outcome = verify::result_outcome(spec, result);
	let named = outcome.as_ref().map(Outcome::to_named).ok();
	let sums = verify::result_sums(spec, result).unwrap_or_default();
	Report {
		task,
		title: title(spec),
		statistic: label(spec.statistic),
		columns: spec.columns.iter().map(|column| text(&column.name)).collect(),
		target: spec.target.as_ref().map(|target| text(&target.name)),
		class: class::label(info.task.class),
		dealers: result.dealers,
		result: named.as_ref().map(json::value).unwrap_or_default(),
		exact: named.as_ref().map(json::exact).unwrap_or_default(),
		sums: meaning::exact_sums(&sums),
		impossible: meaning::impossible(&outcome),
		accepted_set: show::hex(result.accepted_set),
		verified: None,
		checks: None,
	}
}

fn print_report(report: &Report, info: &TaskInfo, result: &TaskResult) {
	let dealers = counted(report.dealers as usize, "dealer");
	println!("task {}: {} ({dealers})", report.task, report.title);
	let outcome = verify::result_outcome(&info.task.spec, result).ok();
	match &outcome {
		Some(Outcome::Undefined) => println!("undefined: {}", meaning::UNDEFINED),
		Some(outcome) => show::print_lines(&output::lines(&outcome.to_named())),
		None => {},
	}
	if let Some(impossible) = &report.impossible {
		println!("{impossible}");
	}
	let sums = verify::result_sums(&info.task.spec, result).unwrap_or_default();
	let sums = meaning::sums_without_numbers(outcome.as_ref(), &sums);
	if !sums.is_empty() {
		println!("the sums that were published:");
		show::print_lines(&sums);
	}
}

fn print_checks(verification: &Verification) {
	let mut table = output::table(&["check", "holds", ""]);
	for check in &verification.checks {
		let holds = match check.holds {
			Some(true) => "yes",
			Some(false) => "NO",
			None => "not checked",
		};
		table.add_row([check.what, holds, &check.detail]);
	}
	println!("{table}");
	println!("{}", if verification.is_right() { "verified" } else { "NOT VERIFIED" });
}
