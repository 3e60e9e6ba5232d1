//! A task's result as it is written, with what came of its checks: for `result`, and for `verify`.

use crate::{
	chain::account::address,
	error::Error,
	output::{self, Output},
	view::{
		attested,
		command::{self, Flag},
		lines::hex,
		records::Exclusion,
	},
};
use ostraka_party::{
	attestation::Attestation,
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
	verify::{check::Check, meaning, result_outcome, result_sums, Verdict, Verification},
	words::counted,
};
use ostraka_primitives::{
	api::TaskInfo,
	task::{TaskResult, TaskStatus},
	TaskId,
};
use ostraka_protocol::statistics::{Outcome, Sum};
use schemars::JsonSchema;
use serde::Serialize;

/// Most dealers that the command of a second task names one by one.
const MOST_DEALERS: usize = 16;
/// The flag of that command where it names none.
const NO_DEALERS: &str = "--dealers-file";

/// The error of a result that is not right.
pub(super) fn judged(task: TaskId, verdict: Verdict) -> Result<(), Error> {
	let Some(problem) = verdict.problem() else { return Ok(()) };
	let problem = format!("task {task}: {problem}");
	Err(match verdict {
		Verdict::Unproven | Verdict::Impossible | Verdict::Unexplained | Verdict::Unpinned => {
			Error::Unproven(problem)
		},
		Verdict::Right | Verdict::Sealed | Verdict::Wrong => Error::Failed(problem),
	})
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
	more.extend(command::conditions(&task.parameters, &task.conditions));
	more.push(bins);
	command::again(&task.spec, task.class, more)
}

/// A result, and what it says.
pub(super) struct Found {
	outcome: Option<Outcome>,
	/// How closely its quantiles are known, and what follows.
	closeness: Option<String>,
	sums: Vec<Sum>,
	/// Seats of the committee.
	seats: usize,
	pub record: Record,
}

/// A result as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Record {
	task: TaskId,
	title: String,
	statistic: &'static str,
	columns: Vec<String>,
	target: Option<String>,
	class: &'static str,
	dealers: u32,
	/// Whom it is sealed to.
	#[serde(skip_serializing_if = "Option::is_none")]
	sealed_to: Option<String>,
	/// Of a sealed one: whether the mask is taken off here.
	#[serde(skip_serializing_if = "Option::is_none")]
	opened: Option<bool>,
	result: Tree,
	exact: Tree,
	/// The published vector, exactly; nothing of it while the mask is in it.
	sums: Vec<String>,
	/// What of it no data can give.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub impossible: Option<String>,
	/// The command of the task that asks for its quantiles more closely, if one can.
	#[serde(skip_serializing_if = "Option::is_none")]
	second_task: Option<String>,
	accepted_set: String,
	/// Of a transcript: what it says of its chain.
	#[serde(flatten, skip_serializing_if = "Option::is_none")]
	pub chain: Option<OfFile>,
	/// The dealings that do not count for a fault, as far as the node tells or the checks do.
	pub excluded: Vec<Exclusion>,
	/// What the panel said, and what was found since: `verifiers_attested`, `verifiers`, `disproven`.
	#[serde(flatten)]
	attestation: Attestation,
	/// Members of the committee that attested, as long as the state knows.
	#[serde(skip_serializing_if = "Option::is_none")]
	members_attested: Option<u32>,
	/// Of the dealings that were disproven, those of which the node still tells.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub late: Vec<Exclusion>,
	/// Whether all that can be checked holds.
	#[serde(skip_serializing_if = "Option::is_none")]
	verified: Option<bool>,
	/// The same of a transcript, which may be made up as a whole.
	#[serde(skip_serializing_if = "Option::is_none")]
	consistent: Option<bool>,
	#[serde(skip_serializing_if = "Option::is_none")]
	verdict: Option<Verdict>,
	/// How many of the inputs that count are proven valid.
	#[serde(skip_serializing_if = "Option::is_none")]
	proofs: Option<Proofs>,
	#[serde(skip_serializing_if = "Option::is_none")]
	checks: Option<Vec<Check>>,
}

/// What a transcript says of its chain: of all of it that chain is to be asked.
#[derive(Serialize, JsonSchema)]
pub(super) struct OfFile {
	/// Hash of the chain's first block.
	pub genesis: String,
	pub task_hash: Option<String>,
	pub requester: String,
}

impl Found {
	/// `is_opened`: of a sealed result, whether its mask is taken off in `result`. That it names no recipient says nothing: a file or
	/// a node can leave that out. `accept` is how many blocks the task left for accepting, if that is known. Of a result that is
	/// sealed to somebody still nothing is said but that; one whose mask is taken off says so.
	pub fn new(
		task: TaskId,
		info: &TaskInfo,
		result: &TaskResult,
		is_opened: bool,
		accept: Option<u32>,
	) -> Self {
		let spec = &info.task.spec;
		let recipient = result.sealed_to.as_ref().or(info.task.conditions.sealed_to.as_ref());
		let is_masked = recipient.is_some() && !is_opened;
		let outcome = (!is_masked).then(|| result_outcome(spec, result));
		let right = outcome.as_ref().and_then(|outcome| outcome.as_ref().ok());
		let named = right.map(Outcome::to_named);
		let known = right.and_then(|outcome| rounds::closeness(spec, outcome));
		let (said, second_task) = match known {
			Some(Closeness { said, second: Ok(bins) }) => {
				(Some(said), Some(second(info, accept, bins)))
			},
			Some(Closeness { said, second: Err(why) }) => (Some(format!("{said}: {why}")), None),
			None => (None, None),
		};
		let sums = match is_masked {
			true => Vec::new(),
			false => result_sums(spec, result).unwrap_or_default(),
		};
		let members_attested = match info.task.status {
			TaskStatus::Settled(_) => None,
			_ => Some(info.attested),
		};
		let record = Record {
			task,
			title: title(spec),
			statistic: label(spec.statistic),
			columns: spec.columns.iter().map(|column| text(&column.name)).collect(),
			target: spec.target.as_ref().map(|target| text(&target.name)),
			class: class::label(info.task.class),
			dealers: result.dealers,
			sealed_to: recipient.map(address),
			opened: recipient.map(|_| !is_masked),
			result: named.as_ref().map(json::value).unwrap_or_default(),
			exact: named.as_ref().map(json::exact).unwrap_or_default(),
			sums: meaning::exact_sums(&sums),
			impossible: outcome.as_ref().and_then(meaning::impossible),
			second_task,
			accepted_set: hex(result.accepted_set),
			chain: None,
			excluded: Vec::new(),
			attestation: result.into(),
			members_attested,
			late: Vec::new(),
			verified: None,
			consistent: None,
			verdict: None,
			proofs: None,
			checks: None,
		};
		let seats = usize::from(info.task.parameters.seats);
		Self { outcome: outcome.and_then(Result::ok), closeness: said, sums, seats, record }
	}

	/// Writes it, with the checks if they were made.
	pub fn write(
		mut self,
		verification: Option<&Verification>,
		out: &mut Output<'_>,
	) -> Result<(), Error> {
		if out.is_json() {
			let verdict = verification.map(Verification::verdict);
			let is_right = verdict.map(|verdict| verdict.problem().is_none());
			match self.record.chain {
				Some(_) => self.record.consistent = is_right,
				None => self.record.verified = is_right,
			}
			self.record.verdict = verdict;
			self.record.proofs = verification.and_then(|made| made.proofs);
			self.record.checks = verification.map(|made| made.checks.clone());
			return out.json(&self.record);
		}
		let dealers = counted(self.record.dealers as usize, "dealer");
		writeln!(out, "task {}: {} ({dealers})", self.record.task, self.record.title)?;
		if let Some(said) = self.seal() {
			writeln!(out, "{said}")?;
		}
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
		self.write_attested(out)?;
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
				Verdict::Right if self.record.chain.is_some() => "consistent",
				Verdict::Right => "verified",
				Verdict::Sealed if self.record.chain.is_some() =>
					"consistent, but for what it says, which is sealed",
				Verdict::Sealed => "verified, but for what it says, which is sealed",
				Verdict::Unproven => "ARITHMETICALLY RIGHT, NOT ALL INPUTS PROVEN",
				Verdict::Impossible => "ARITHMETICALLY RIGHT, BUT NO DATA CAN GIVE IT",
				Verdict::Unexplained =>
					"ARITHMETICALLY RIGHT, BUT NOT KNOWN WHY A DEALING IS LEFT OUT",
				Verdict::Unpinned => "WHAT WAS ASKED IS TIED TO NOTHING",
				Verdict::Wrong => "NOT VERIFIED",
			}
		)
	}

	/// That it is sealed, and who reads it how.
	fn seal(&self) -> Option<String> {
		let Record { task, sealed_to, opened, .. } = &self.record;
		let recipient = sealed_to.as_ref()?;
		Some(match opened {
			Some(true) => format!("sealed to {recipient}, and read here by what opens its mask"),
			_ => format!(
				"sealed to {recipient}, who alone can read it: `ostraka result {task} --mask-file FILE`, or whoever has what it \
				 opened the result by: `--opening FILE`; --verify checks all that it rests on"
			),
		})
	}

	/// Says who attested to the inputs, and what was found of them since.
	fn write_attested(&self, out: &mut Output<'_>) -> Result<(), Error> {
		let record = &self.record;
		let members = record.members_attested.map(|attested| (attested as usize, self.seats));
		let said = &record.attestation;
		let verifiers = (said.attested as usize, said.panel as usize);
		if let Some(said) = attested::attested(members, verifiers) {
			writeln!(out, "{said}")?;
		}
		if let Some(said) = attested::disproven(said.disproven) {
			writeln!(out, "disproven: {said}")?;
		}
		for late in &record.late {
			writeln!(out, "disproven: {}", late.line())?;
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests;
