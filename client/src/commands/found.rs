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
		Verdict::Right | Verdict::Wrong => Error::Failed(problem),
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
#[derive(Serialize)]
pub(super) struct Record {
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
#[derive(Serialize)]
pub(super) struct OfFile {
	/// Hash of the chain's first block.
	pub genesis: String,
	pub task_hash: Option<String>,
	pub requester: String,
}

impl Found {
	/// `accept` is how many blocks the task left for accepting, if that is known.
	pub fn new(task: TaskId, info: &TaskInfo, result: &TaskResult, accept: Option<u32>) -> Self {
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
			result: named.as_ref().map(json::value).unwrap_or_default(),
			exact: named.as_ref().map(json::exact).unwrap_or_default(),
			sums: meaning::exact_sums(&sums),
			impossible: meaning::impossible(&outcome),
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
		Self { outcome: outcome.ok(), closeness: said, sums, seats, record }
	}

	/// Writes it, with the checks if they were made.
	pub fn write(
		mut self,
		verification: Option<&Verification>,
		out: &mut Output<'_>,
	) -> Result<(), Error> {
		if out.is_json() {
			let verdict = verification.map(Verification::verdict);
			let is_right = verdict.map(|verdict| verdict == Verdict::Right);
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
				Verdict::Unproven => "ARITHMETICALLY RIGHT, NOT ALL INPUTS PROVEN",
				Verdict::Impossible => "ARITHMETICALLY RIGHT, BUT NO DATA CAN GIVE IT",
				Verdict::Unexplained =>
					"ARITHMETICALLY RIGHT, BUT NOT KNOWN WHY A DEALING IS LEFT OUT",
				Verdict::Unpinned => "WHAT WAS ASKED IS TIED TO NOTHING",
				Verdict::Wrong => "NOT VERIFIED",
			}
		)
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
mod tests {
	use super::*;
	use crate::{fixtures, output::written};
	use ostraka_party::verify::verdict::{FILE, HASH, POSSIBLE, PROVEN, SET};
	use ostraka_primitives::{spec::Statistic, task::Outcome as TaskOutcome};
	use sp_core::U256;

	fn result(vector: Vec<U256>) -> TaskResult {
		TaskResult {
			accepted_set: [1; 32],
			dealers: 3,
			commitment: [0; 96],
			vector: vector.try_into().expect("short"),
			blinding: [0; 32],
			panel: 2,
			attested: 2,
			disproven: 0,
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
	fn who_attested_is_told_and_what_was_found_since() {
		let told = |status, attested, disproven| {
			let mut info = fixtures::task();
			(info.attested, info.task.status) = (3, status);
			let mut result = result([2u32, 30, 1, 90].map(U256::from).to_vec());
			(result.attested, result.disproven) = (attested, disproven);
			move |is_json| {
				let found = Found::new(7, &info, &result, None);
				written(is_json, |out| found.write(None, out))
			}
		};
		let settling = TaskStatus::Settling(TaskOutcome::Completed);
		let text = told(settling, 2, 0)(false);
		assert!(text.contains("attested by 3 of 3 members and 2 of 2 verifiers\n"), "{text}");
		// of a settled task the record alone is left, which has the panel
		let settled = TaskStatus::Settled(TaskOutcome::Completed);
		let told = told(settled, 0, 1);
		let text = told(false);
		assert!(text.contains("\nattested by 0 of 2 verifiers\n"), "{text}");
		assert!(text.contains("disproven: 1 dealing, found invalid after the freeze"), "{text}");
		let record: serde_json::Value = serde_json::from_str(&told(true)).expect("JSON");
		let names = ["verifiers", "verifiers_attested", "disproven"];
		let counts = names.map(|name| record[name].clone());
		assert_eq!(serde_json::json!(counts), serde_json::json!([2, 0, 1]));
		assert!(record.get("members_attested").is_none() && record.get("late").is_none());
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
		let mut commands = text.lines().map(str::trim).filter(|line| line.starts_with("ostraka "));
		let command = commands.next_back().expect("a command");
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

	/// As the command that reads a file has it.
	fn of_file() -> Found {
		let mut found = found();
		let requester = "5Requester".to_owned();
		let (genesis, task_hash) = ("0x0a".to_owned(), Some("0x0b".to_owned()));
		found.record.chain = Some(OfFile { genesis, task_hash, requester });
		found
	}

	#[test]
	fn a_file_is_consistent_and_not_verified() {
		let right = verification(&[("the shares fit", true), (FILE, true)]);
		let text = written(false, |out| of_file().write(Some(&right), out));
		assert!(text.ends_with("\nconsistent\n"), "{text}");
		assert!(!text.to_lowercase().contains("verified"), "{text}");
		let text = written(true, |out| of_file().write(Some(&right), out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&record["consistent"], &record["verdict"]), (&true.into(), &"right".into()));
		assert!(record.get("verified").is_none());
		assert_eq!(record["requester"], "5Requester");
	}

	#[test]
	fn a_file_without_its_committee_says_what_was_asked_by_itself() {
		let mut open = verification(&[("the shares fit", true), (HASH, true), (FILE, true)]);
		open.checks[1].holds = None;
		assert_eq!(open.verdict(), Verdict::Unpinned);
		let text = written(false, |out| of_file().write(Some(&open), out));
		assert!(text.ends_with("\nWHAT WAS ASKED IS TIED TO NOTHING\n"), "{text}");
		let error = judged(7, open.verdict()).expect_err("not right");
		assert_eq!(error.exit_code(), 5);
		assert!(error.to_string().contains("it is the file's word"), "{error}");
		let text = written(true, |out| of_file().write(Some(&open), out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(
			(&record["consistent"], &record["verdict"]),
			(&false.into(), &"unpinned".into())
		);
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
