//! `ostraka result`: what a task found, checked again if asked.

use super::{connect, excluded};
use crate::{
	chain::{account::address, Chain, ChainError},
	cli::{task::TaskArg, Global},
	error::Error,
	onchain::{
		self,
		convictions::exclusions,
		gather::{gather, Bodies},
	},
	output::{self, Output},
	view::{
		command::{self, Flag},
		lines::{hex, progress, state},
		records::Exclusion,
	},
};
use clap::Args;
use ostraka_party::{
	class,
	escape::escaped,
	json::{self, Tree},
	lines::lines,
	request::{
		label,
		rounds::{self, Closeness},
		text,
	},
	title::title,
	validity::Proofs,
	verify::{
		check::Check, meaning, result_outcome, result_sums, transcript::transcript, Verdict,
		Verification,
	},
	words::counted,
};
use ostraka_primitives::{api::TaskInfo, spec::Statistic, task::TaskResult, TaskId};
use ostraka_protocol::statistics::{Outcome, Sum};
use rand_core::OsRng;
use serde::Serialize;
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
	let told = exclusions(&chain, task, &info).await?;
	found.record.excluded = excluded::known(&told, &verification.excluded);
	found.write(Some(&verification), out)?;
	if let (Some(path), false) = (&args.export, out.is_json()) {
		writeln!(out, "the transcript is in {}", path.display())?;
	}
	judged(task, verification.verdict())
}

/// The error of a result that is not right.
fn judged(task: TaskId, verdict: Verdict) -> Result<(), Error> {
	let Some(problem) = verdict.problem() else { return Ok(()) };
	let problem = format!("task {task}: {problem}");
	Err(match verdict {
		Verdict::Unproven | Verdict::Impossible | Verdict::Unexplained => Error::Unproven(problem),
		Verdict::Right | Verdict::Wrong => Error::Failed(problem),
	})
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
	found.record.excluded = excluded::known(&exclusions(chain, task, info).await?, &[]);
	let impossible = found.record.impossible.clone();
	found.write(None, out)?;
	match impossible {
		Some(what) => Err(Error::Failed(format!("the result of task {task}: {what}"))),
		None => Ok(()),
	}
}

/// Most dealers that the command of a second task names one by one.
const MOST_DEALERS: usize = 16;
/// The flag of that command where it names none.
const NO_DEALERS: &str = "--dealers-file";

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

/// The command of a quantile's second task, which divides the bins that matter as a flag says, and leaves as many blocks
/// for accepting.
fn second(info: &TaskInfo, accept: Option<u32>, bins: Flag) -> String {
	let task = &info.task;
	let mut more = Vec::from_iter(accept.and_then(command::accept_within));
	more.push(("--collect", task.windows.collect.to_string()));
	match info.dealers.as_slice() {
		// a settled task names none any more
		dealers if (1..=MOST_DEALERS).contains(&dealers.len()) => {
			more.extend(dealers.iter().map(|dealer| ("--dealer", address(dealer))));
		},
		_ => more.push((NO_DEALERS, "FILE".to_owned())),
	}
	more.push(bins);
	command::again(&task.spec, task.class, more)
}

/// A result, and what it says.
struct Found {
	outcome: Option<Outcome>,
	/// How closely its quantiles are known, and what follows.
	closeness: Option<String>,
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
	/// The command of the task that asks for its quantiles more closely, if one can.
	#[serde(skip_serializing_if = "Option::is_none")]
	second_task: Option<String>,
	accepted_set: String,
	/// The dealings that do not count for a fault, as far as the node tells or the checks do.
	excluded: Vec<Exclusion>,
	/// Whether all that can be checked holds.
	#[serde(skip_serializing_if = "Option::is_none")]
	verified: Option<bool>,
	#[serde(skip_serializing_if = "Option::is_none")]
	verdict: Option<Verdict>,
	/// How many of the inputs that count are proven valid.
	#[serde(skip_serializing_if = "Option::is_none")]
	proofs: Option<Proofs>,
	#[serde(skip_serializing_if = "Option::is_none")]
	checks: Option<Vec<Check>>,
}

impl Found {
	/// `accept` is what [`accept_window`] returns.
	fn new(task: TaskId, info: &TaskInfo, result: &TaskResult, accept: Option<u32>) -> Self {
		let spec = &info.task.spec;
		let outcome = result_outcome(spec, result);
		let named = outcome.as_ref().map(Outcome::to_named).ok();
		let known = outcome.as_ref().ok().and_then(|outcome| rounds::closeness(spec, outcome));
		let (said, second_task) = match known {
			Some(Closeness { said, second: Ok(bins) }) => {
				(Some(said), Some(second(info, accept, bins)))
			},
			Some(Closeness { said, second: Err(why) }) => (Some(format!("{said}: {why}")), None),
			None => (None, None),
		};
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
			second_task,
			accepted_set: hex(result.accepted_set),
			excluded: Vec::new(),
			verified: None,
			verdict: None,
			proofs: None,
			checks: None,
		};
		Self { outcome: outcome.ok(), closeness: said, sums, record }
	}

	/// Writes it, with the checks if they were made.
	fn write(
		mut self,
		verification: Option<&Verification>,
		out: &mut Output<'_>,
	) -> Result<(), Error> {
		if out.is_json() {
			let verdict = verification.map(Verification::verdict);
			self.record.verified = verdict.map(|verdict| verdict == Verdict::Right);
			self.record.verdict = verdict;
			self.record.proofs = verification.and_then(|made| made.proofs);
			self.record.checks = verification.map(|made| made.checks.clone());
			return out.json(&self.record);
		}
		let dealers = counted(self.record.dealers as usize, "dealer");
		writeln!(out, "task {}: {} ({dealers})", self.record.task, self.record.title)?;
		match &self.outcome {
			Some(Outcome::Undefined) => writeln!(out, "undefined: {}", meaning::UNDEFINED)?,
			Some(outcome) => out.lines(&lines(&outcome.to_named()))?,
			None => {},
		}
		if let Some(closeness) = &self.closeness {
			writeln!(out, "{closeness}")?;
		}
		if let Some(second) = &self.record.second_task {
			let file = if second.contains(NO_DEALERS) { ", one on each line of FILE" } else { "" };
			writeln!(
				out,
				"a second task asks more closely, over the same dealers{file}:\n  {second}"
			)?;
		}
		if let Some(impossible) = &self.record.impossible {
			writeln!(out, "{}", escaped(impossible))?;
		}
		let sums = meaning::sums_without_numbers(self.outcome.as_ref(), &self.sums);
		if !sums.is_empty() {
			writeln!(out, "the sums that were published:")?;
			out.lines(&sums)?;
		}
		for exclusion in &self.record.excluded {
			writeln!(out, "excluded: {}", exclusion.line())?;
		}
		let Some(verification) = verification else { return Ok(()) };
		let mut table = output::table(&["check", "holds", ""]);
		for check in &verification.checks {
			let holds = match check.holds {
				Some(true) => "yes",
				Some(false) => "NO",
				None => "not checked",
			};
			table.add_row([check.what, holds, &check.detail]);
		}
		writeln!(out, "{table}")?;
		writeln!(
			out,
			"{}",
			match verification.verdict() {
				Verdict::Right => "verified",
				Verdict::Unproven => "ARITHMETICALLY RIGHT, NOT ALL INPUTS PROVEN",
				Verdict::Impossible => "ARITHMETICALLY RIGHT, BUT NO DATA CAN GIVE IT",
				Verdict::Unexplained =>
					"ARITHMETICALLY RIGHT, BUT NOT KNOWN WHY A DEALING IS LEFT OUT",
				Verdict::Wrong => "NOT VERIFIED",
			}
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};
	use ostraka_party::verify::verdict::{POSSIBLE, PROVEN, SET};
	use sp_core::U256;

	fn result(vector: Vec<U256>) -> TaskResult {
		TaskResult {
			accepted_set: [1; 32],
			dealers: 3,
			commitment: [0; 96],
			vector: vector.try_into().expect("short"),
			blinding: [0; 32],
		}
	}

	/// Two groups of (rows, sum), in units of a tenth.
	fn of(vector: [u32; 4]) -> Found {
		Found::new(7, &fixtures::task(), &result(vector.map(U256::from).to_vec()), None)
	}

	fn found() -> Found {
		of([2, 30, 1, 90])
	}

	#[test]
	fn a_result_is_lines_of_its_numbers() {
		let text = written(false, |out| found().write(None, out));
		assert!(text.starts_with("task 7: mean of x by g (3 dealers)\n"), "{text}");
		assert!(text.contains("1.5") && text.contains('9'), "{text}");
		assert!(!text.to_lowercase().contains("verified"), "{text}");
	}

	/// What came of these checks, by what was checked and whether it holds.
	fn verification(checks: &[(&'static str, bool)]) -> Verification {
		let check = |&(what, holds): &(&'static str, bool)| Check {
			what,
			holds: Some(holds),
			detail: "1 of 3".to_owned(),
		};
		Verification {
			checks: checks.iter().map(check).collect(),
			accepted: vec![[1; 32]],
			aggregate: Vec::new(),
			right: Vec::new(),
			dealings: Vec::new(),
			shares: Vec::new(),
			proofs: Some(Proofs { hold: 2, of: 3 }),
			excluded: Vec::new(),
			outcome: Ok(Outcome::Undefined),
		}
	}

	#[test]
	fn a_check_that_fails_is_shown() {
		let verification = verification(&[("the shares fit", false)]);
		let text = written(false, |out| found().write(Some(&verification), out));
		assert!(text.contains("the shares fit") && text.contains("NO "), "{text}");
		assert!(text.ends_with("NOT VERIFIED\n"), "{text}");
		let error = judged(7, verification.verdict()).expect_err("wrong");
		assert_eq!(error.exit_code(), 1);
		assert!(error.to_string().contains("does not withstand the checks"), "{error}");
	}

	#[test]
	fn a_right_sum_that_is_not_right_otherwise_is_told_apart() {
		for (what, holds, verdict, words) in [
			(PROVEN, Some(false), "unproven", "NOT ALL INPUTS PROVEN"),
			(POSSIBLE, Some(false), "impossible", "BUT NO DATA CAN GIVE IT"),
			(SET, None, "unexplained", "BUT NOT KNOWN WHY A DEALING IS LEFT OUT"),
		] {
			let mut verification = verification(&[("the shares fit", true), (what, true)]);
			verification.checks[1].holds = holds;
			let text = written(false, |out| found().write(Some(&verification), out));
			assert!(text.ends_with(&format!("ARITHMETICALLY RIGHT, {words}\n")), "{text}");
			let error = judged(7, verification.verdict()).expect_err("not right");
			assert_eq!(error.exit_code(), 5, "{what}");
			assert!(error.to_string().contains("arithmetically right"), "{error}");
			let text = written(true, |out| found().write(Some(&verification), out));
			let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
			assert_eq!((&record["verified"], &record["verdict"]), (&false.into(), &verdict.into()));
			assert_eq!(record["proofs"], serde_json::json!({ "hold": 2, "of": 3 }));
		}
	}

	#[test]
	fn a_dealing_that_does_not_count_is_named_with_who_found_it() {
		let mut found = found();
		found.record.excluded = vec![Exclusion {
			dealer: "5F".to_owned(),
			fault: Some("InvalidInput, it does not hold".to_owned()),
			by: Some("5G".to_owned()),
			seat: Some(2),
			block: Some(8),
		}];
		let text = written(false, |out| found.write(None, out));
		let line =
			"excluded: 5F: InvalidInput, it does not hold; found by seat 2 (5G) in block 8\n";
		assert!(text.contains(line), "{text}");
	}

	#[test]
	fn a_group_that_no_data_can_give_is_told_with_its_sums() {
		// one row whose value is beyond the declared range
		let text = written(false, |out| of([2, 30, 1, 91]).write(None, out));
		assert!(text.contains("1.5"), "the other group: {text}");
		assert!(text.contains("group b is impossible"), "{text}");
		assert!(text.contains("the sums that were published:\nb: "), "{text}");
	}

	/// Blocks that the median leaves for accepting.
	const ACCEPT: u32 = 20;

	/// A median over bins, of which each has so many rows.
	fn median(edges: &[i64], rows: &[u32]) -> Found {
		let mut info = fixtures::task();
		info.task.spec.statistic = Statistic::Median;
		info.task.spec.group_by = None;
		info.task.spec.edges = edges.to_vec().try_into().expect("few");
		let vector: Vec<U256> = rows.iter().copied().map(U256::from).collect();
		Found::new(7, &info, &result(vector), Some(ACCEPT))
	}

	#[test]
	fn a_quantile_of_a_wide_bin_is_told_with_the_command_that_divides_it() {
		let found = || median(&[0, 20, 90], &[0, 1, 4, 0]);
		let text = written(false, |out| found().write(None, out));
		assert!(text.contains("here from 2.0 to below 9.0\n"), "{text}");
		let command = text.lines().last().expect("a command").trim();
		assert!(
			command.starts_with("ostraka task submit --statistic median --columns x "),
			"{text}"
		);
		let flags = " --class standard --accept-within 20 --collect 1 --dealer 5";
		assert!(command.contains(flags), "{text}");
		assert!(command.ends_with(" --between 2.0:9.0"), "{text}");
		let text = written(true, |out| found().write(None, out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(record["second_task"], command);
		// a bin of one unit says it all
		let text = written(false, |out| median(&[0, 20, 21], &[0, 1, 4, 0]).write(None, out));
		assert!(!text.contains("task submit"), "{text}");
	}

	#[test]
	fn a_settled_tasks_dealers_are_in_a_file() {
		let mut info = fixtures::task();
		info.dealers.clear();
		let command = second(&info, Some(command::ACCEPT_WITHIN), ("--between", "1:2".to_owned()));
		assert!(!command.contains("--accept-within"), "{command}");
		assert!(command.ends_with(" --dealers-file FILE --between 1:2"), "{command}");
	}

	#[test]
	fn json_says_whether_it_was_checked() {
		let text = written(true, |out| found().write(None, out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(record["dealers"], 3);
		assert!(record.get("verified").is_none() && record.get("checks").is_none());
		let verification = verification(&[("the shares fit", true)]);
		let text = written(true, |out| found().write(Some(&verification), out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&record["verified"], &record["verdict"]), (&true.into(), &"right".into()));
		assert!(judged(7, verification.verdict()).is_ok());
	}
}
