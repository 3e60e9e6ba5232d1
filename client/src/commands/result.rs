//! `ostraka result`: what a task found, checked again if asked.

use super::connect;
use crate::{
	chain::Chain,
	cli::{values, Global},
	error::Error,
	onchain::gather::{gather, Bodies},
	output::{self, Output},
	view::lines::{hex, progress, state},
};
use clap::Args;
use ostraka_party::{
	class,
	escape::escaped,
	json::{self, Tree},
	lines::lines,
	request::{label, rounds, text},
	title::title,
	verify::{check::Check, meaning, result_outcome, result_sums, transcript::transcript},
	words::counted,
};
use ostraka_primitives::{api::TaskInfo, task::TaskResult, TaskId};
use ostraka_protocol::statistics::{Outcome, Sum};
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
pub async fn run(args: &ResultArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let info = chain.task(args.task).await?;
	if !args.verify && args.export.is_none() {
		return print(&chain, args.task, &info, out).await;
	}
	let result = published(&chain, args.task, &info).await?;
	let evidence = gather(&chain, args.task, &info, &result, &Bodies::default()).await?;
	let verification = evidence.check();
	if let Some(path) = &args.export {
		let text = serde_json::to_string_pretty(&transcript(&evidence, &verification))
			.map_err(|error| Error::Failed(error.to_string()))?;
		std::fs::write(path, text + "\n")
			.map_err(|error| Error::Failed(format!("{}: {error}", path.display())))?;
	}
	let found = Found::new(args.task, &info, &result);
	found.write(Some(&verification.checks), verification.is_right(), out)?;
	if let (Some(path), false) = (&args.export, out.is_json()) {
		writeln!(out, "the transcript is in {}", path.display())?;
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
	let found = Found::new(task, info, &result);
	let impossible = found.record.impossible.clone();
	found.write(None, false, out)?;
	match impossible {
		Some(what) => Err(Error::Failed(format!("the result of task {task}: {what}"))),
		None => Ok(()),
	}
}

/// A result, and what it says.
struct Found {
	outcome: Option<Outcome>,
	/// How closely its quantiles are known.
	advice: Option<String>,
	sums: Vec<Sum>,
	record: Record,
}

/// A result as JSON.
#[derive(Serialize)]
struct Record {
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

impl Found {
	fn new(task: TaskId, info: &TaskInfo, result: &TaskResult) -> Self {
		let spec = &info.task.spec;
		let outcome = result_outcome(spec, result);
		let named = outcome.as_ref().map(Outcome::to_named).ok();
		let advice = outcome.as_ref().ok().and_then(|outcome| rounds::advice(spec, outcome));
		let sums = result_sums(spec, result).unwrap_or_default();
		let record = Record {
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
			accepted_set: hex(result.accepted_set),
			verified: None,
			checks: None,
		};
		Self { outcome: outcome.ok(), advice, sums, record }
	}

	/// Writes it, with the checks if they were made, and whether they are right.
	fn write(
		mut self,
		checks: Option<&[Check]>,
		is_right: bool,
		out: &mut Output<'_>,
	) -> Result<(), Error> {
		if out.is_json() {
			self.record.verified = checks.map(|_| is_right);
			self.record.checks = checks.map(<[Check]>::to_vec);
			return out.json(&self.record);
		}
		let dealers = counted(self.record.dealers as usize, "dealer");
		writeln!(out, "task {}: {} ({dealers})", self.record.task, self.record.title)?;
		match &self.outcome {
			Some(Outcome::Undefined) => writeln!(out, "undefined: {}", meaning::UNDEFINED)?,
			Some(outcome) => out.lines(&lines(&outcome.to_named()))?,
			None => {},
		}
		if let Some(advice) = &self.advice {
			writeln!(out, "{advice}")?;
		}
		if let Some(impossible) = &self.record.impossible {
			writeln!(out, "{}", escaped(impossible))?;
		}
		let sums = meaning::sums_without_numbers(self.outcome.as_ref(), &self.sums);
		if !sums.is_empty() {
			writeln!(out, "the sums that were published:")?;
			out.lines(&sums)?;
		}
		let Some(checks) = checks else { return Ok(()) };
		let mut table = output::table(&["check", "holds", ""]);
		for check in checks {
			let holds = match check.holds {
				Some(true) => "yes",
				Some(false) => "NO",
				None => "not checked",
			};
			table.add_row([check.what, holds, &check.detail]);
		}
		writeln!(out, "{table}")?;
		writeln!(out, "{}", if is_right { "verified" } else { "NOT VERIFIED" })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};
	use sp_core::U256;

	/// Two groups of (rows, sum), in units of a tenth.
	fn of(vector: [u32; 4]) -> Found {
		let vector = vector.map(U256::from).to_vec();
		let result = TaskResult {
			accepted_set: [1; 32],
			dealers: 3,
			commitment: [0; 96],
			vector: vector.try_into().expect("short"),
			blinding: [0; 32],
		};
		Found::new(7, &fixtures::task(), &result)
	}

	fn found() -> Found {
		of([2, 30, 1, 90])
	}

	#[test]
	fn a_result_is_lines_of_its_numbers() {
		let text = written(false, |out| found().write(None, false, out));
		assert!(text.starts_with("task 7: mean of x by g (3 dealers)\n"), "{text}");
		assert!(text.contains("1.5") && text.contains('9'), "{text}");
		assert!(!text.to_lowercase().contains("verified"), "{text}");
	}

	#[test]
	fn a_check_that_fails_is_shown() {
		let detail = "1 of 3".to_owned();
		let checks = [Check { what: "the shares fit", holds: Some(false), detail }];
		let text = written(false, |out| found().write(Some(&checks), false, out));
		assert!(text.contains("the shares fit") && text.contains("NO "), "{text}");
		assert!(text.ends_with("NOT VERIFIED\n"), "{text}");
	}

	#[test]
	fn a_group_that_no_data_can_give_is_told_with_its_sums() {
		// one row whose value is beyond the declared range
		let text = written(false, |out| of([2, 30, 1, 91]).write(None, false, out));
		assert!(text.contains("1.5"), "the other group: {text}");
		assert!(text.contains("group b is impossible"), "{text}");
		assert!(text.contains("the sums that were published:\nb: "), "{text}");
	}

	#[test]
	fn json_says_whether_it_was_checked() {
		let text = written(true, |out| found().write(None, false, out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(record["dealers"], 3);
		assert!(record.get("verified").is_none() && record.get("checks").is_none());
		let text = written(true, |out| found().write(Some(&[]), true, out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(record["verified"], true);
	}
}
