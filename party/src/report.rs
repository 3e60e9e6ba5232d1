//! What a run of tasks reports of each: its result beside that of the pooled rows.

use crate::{
	attestation::Attestation,
	error::Error,
	escape::escaped,
	json::{self, Tree},
	lines::{exact_lines, lines},
	request::{label, text},
	title::title,
	validity::{what_is_proven, Proofs, NOT_PROVEN},
	verify::{meaning, Verdict},
	words::counted,
};
use alloc::{borrow::ToOwned, format, string::String, vec, vec::Vec};
use ostraka_primitives::spec::TaskSpec;
use ostraka_protocol::statistics::{FinalizeError, Outcome, PlaintextError, Sum};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

/// The phases, in their order. `computing` is a simulation's, which has no blocks to commit and reveal in.
pub const PHASES: [&str; 8] = [
	"inviting",
	"drawing",
	"collecting",
	"verifying",
	"committing",
	"revealing",
	"computing",
	"settling",
];

/// Most numbers of a wrong result that are named.
const MOST_DIFFERENCES: usize = 5;

/// Why a statistic by group is not computed whose groups nobody counted.
pub const NOT_COUNTED: &str = "the task that counts the dealers of each group has no result";

/// A task of a run.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaskReport {
	/// What was computed, in a few words.
	#[serde(skip)]
	pub title: String,
	/// The joint result as lines of name and value, in the statistic's own order.
	#[serde(skip)]
	pub lines: Vec<(String, String)>,
	/// The same from the pooled rows.
	#[serde(skip)]
	pub plaintext_lines: Vec<(String, String)>,
	/// Numbers of which the joint result has others than the pooled rows: name, joint, pooled, exactly.
	#[serde(skip)]
	pub differences: Vec<(String, String, String)>,
	/// What to do, if it was not computed because there is too little data for it.
	#[serde(skip)]
	pub advice: Option<String>,
	/// What a proof about an input says, as [`what_is_proven`] returns it.
	#[serde(skip)]
	pub proven: String,
	/// Number of the task on its chain.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub task: Option<u32>,
	/// The statistic.
	pub statistic: String,
	/// Its columns.
	pub columns: Vec<String>,
	/// The dependent column of a regression.
	pub target: Option<String>,
	/// The weight column.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub weight: Option<String>,
	/// The column of the groups.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub group_by: Option<String>,
	/// Groups left out for having too few dealers.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub left_out: Vec<String>,
	/// Dealers whose dealings are in the result.
	pub accepted: u32,
	/// Rows left out for a missing value.
	pub skipped_missing: u64,
	/// Rows left out as of a group in which their dealer has fewer than its floor.
	#[serde(skip_serializing_if = "is_zero")]
	pub skipped_small_cell: u64,
	/// What people should know of it.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub notes: Vec<String>,
	/// The joint result.
	pub result: Tree,
	/// The published vector, exactly; empty if there is no result.
	pub sums: Vec<String>,
	/// The same from the pooled rows in the clear.
	pub plaintext: Tree,
	/// Whether the two are the same numbers, exactly.
	pub exact: bool,
	/// Whether the result was checked again against the dealers' commitments, and is arithmetically right.
	pub verified: bool,
	/// How many of the dealings that count prove their input valid, if that was checked.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub proofs: Option<Proofs>,
	/// What the panel said of it, if that is known.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub attestation: Option<Attestation>,
	/// What every phase took.
	#[serde(serialize_with = "in_their_order")]
	pub phases: Map<String, Json>,
	/// What was paid, in the token's smallest unit; null without a chain.
	pub fees: Json,
	/// What was earned; null without a chain.
	pub rewards: Json,
	/// Faults and who was convicted of them.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub faults: Vec<FaultReport>,
	/// Why there is no result.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub failure: Option<String>,
}

/// A fault that was played, and what came of it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FaultReport {
	/// The kind.
	pub fault: String,
	/// Who did it.
	pub by: String,
	/// What the adjudicator said.
	pub verdict: String,
}

impl TaskReport {
	/// A report with nothing in it but what the task is.
	pub fn of(spec: &TaskSpec) -> Self {
		Self {
			title: title(spec),
			lines: Vec::new(),
			plaintext_lines: Vec::new(),
			differences: Vec::new(),
			advice: None,
			proven: what_is_proven(spec),
			task: None,
			statistic: label(spec.statistic).to_owned(),
			columns: spec.columns.iter().map(|column| text(&column.name)).collect(),
			target: spec.target.as_ref().map(|target| text(&target.name)),
			weight: spec.weight.as_ref().map(|weight| text(&weight.name)),
			group_by: spec.group_by.as_ref().map(|grouping| text(&grouping.column)),
			left_out: Vec::new(),
			accepted: 0,
			skipped_missing: 0,
			skipped_small_cell: 0,
			notes: Vec::new(),
			result: Tree::default(),
			sums: Vec::new(),
			plaintext: Tree::default(),
			exact: false,
			verified: false,
			proofs: None,
			attestation: None,
			phases: Map::new(),
			fees: Json::Null,
			rewards: Json::Null,
			faults: Vec::new(),
			failure: None,
		}
	}

	/// Records the joint outcome, the sums that it was read from, and the outcome of the pooled rows. Returns the joint one.
	/// A statistic that is not defined on the rows is right if it is so for both.
	///
	/// # Errors
	/// `Failed` if one of them cannot be had.
	pub fn enter(
		&mut self,
		joint: Result<Outcome, FinalizeError>,
		sums: &[Sum],
		pooled: Result<Outcome, PlaintextError>,
	) -> Result<Outcome, Error> {
		let (joint, pooled) = (joint?, pooled?);
		self.compare(&joint, &pooled);
		self.sums = meaning::exact_sums(sums);
		if joint == Outcome::Undefined {
			self.lines = vec![(String::new(), format!("undefined: {}", meaning::UNDEFINED))];
		}
		self.lines.extend(meaning::sums_without_numbers(Some(&joint), sums));
		Ok(joint)
	}

	fn compare(&mut self, joint: &Outcome, pooled: &Outcome) {
		let (named, plaintext) = (joint.to_named(), pooled.to_named());
		self.result = json::value(&named);
		self.plaintext = json::value(&plaintext);
		self.lines = lines(&named);
		self.plaintext_lines = lines(&plaintext);
		self.exact = joint == pooled;
		let (joint, pooled) = (exact_lines(&named), exact_lines(&plaintext));
		self.differences = differences(&joint, &pooled);
	}

	/// What was left out of it, in words, a line each.
	pub fn left_out_lines(&self) -> Vec<String> {
		let rows = |number: u64| counted(usize::try_from(number).unwrap_or(usize::MAX), "row");
		let mut lines = Vec::new();
		if self.skipped_missing > 0 {
			lines.push(format!("{} left out for a missing value", rows(self.skipped_missing)));
		}
		if self.skipped_small_cell > 0 {
			lines.push(format!("{} left out as of a small group", rows(self.skipped_small_cell)));
		}
		if !self.left_out.is_empty() {
			let groups: Vec<_> = self.left_out.iter().map(|group| escaped(group)).collect();
			lines.push(format!(
				"left out, as too few dealers have rows of them: {}",
				groups.join(", ")
			));
		}
		lines
	}

	/// How many of the proofs hold and what that says of the inputs, in words; nothing if they were not checked.
	pub fn proofs_line(&self) -> Option<String> {
		let proofs = self.proofs?;
		let of_which = if proofs.all() { "of each dealing that counts" } else { "of those" };
		let proven = &self.proven;
		Some(format!("{proofs}; {of_which} it is proven that {proven}; {NOT_PROVEN}"))
	}

	/// What of the result itself is not right.
	fn verdict(&self) -> Verdict {
		match self.proofs {
			_ if !self.verified => Verdict::Wrong,
			Some(proofs) if !proofs.all() => Verdict::Unproven,
			_ => Verdict::Right,
		}
	}

	/// Records its fault.
	pub fn fails(&mut self, why: impl Into<String>) {
		self.failure = Some(why.into());
		self.advice = None;
	}

	/// Records why there is too little data to compute it, and what to do.
	pub fn is_not_computed(&mut self, why: impl Into<String>, advice: impl Into<String>) {
		self.failure = Some(why.into());
		self.advice = Some(advice.into());
	}

	/// What is not right with it, in words; nothing if it has a result that is right in every respect.
	pub fn problem(&self) -> Option<String> {
		let title = match self.task {
			Some(task) => format!("task {task}, {}", self.title),
			None => self.title.clone(),
		};
		Some(match (&self.failure, &self.advice) {
			(Some(why), Some(advice)) => format!("{title}: not computed: {why}\n  {advice}"),
			(Some(why), None) => format!("{title}: failed: {why}"),
			(None, _) if !self.exact => format!(
				"{title}: the joint result is not that of the pooled rows{}",
				self.differences_text()
			),
			(None, _) => format!("{title}: {}", self.verdict().problem()?),
		})
	}

	fn differences_text(&self) -> String {
		let line = |(name, joint, pooled): &(String, String, String)| {
			format!("\n  {name}: {joint} jointly, {pooled} from the pooled rows")
		};
		let mut text: String = self.differences.iter().take(MOST_DIFFERENCES).map(line).collect();
		if self.differences.len() > MOST_DIFFERENCES {
			let more = self.differences.len() - MOST_DIFFERENCES;
			text.push_str(&format!("\n  and {} more", counted(more, "number")));
		}
		text
	}

	/// Records what a phase took. Phases of the same name are added up.
	pub fn phase(&mut self, name: &str, blocks: Option<u32>, seconds: f64) {
		let before = self.phases.get(name);
		let of = |key: &str| {
			before.and_then(|phase| phase.get(key)).and_then(Json::as_f64).unwrap_or(0.0)
		};
		let seconds = ((of("seconds") + seconds) * 1000.0 + 0.5) as u64 as f64 / 1000.0;
		let blocks =
			blocks.map(|blocks| f64::from(blocks) + of("blocks")).map(|blocks| blocks as u64);
		let phase = serde_json::json!({ "blocks": blocks, "seconds": seconds });
		self.phases.insert(name.to_owned(), phase);
	}
}

/// Checks that every task is right.
///
/// # Errors
/// `Failed`, with what is not right with each of the others.
pub fn check(tasks: &[TaskReport]) -> Result<(), Error> {
	let problems: Vec<String> = tasks.iter().filter_map(TaskReport::problem).collect();
	if problems.is_empty() {
		Ok(())
	} else {
		Err(Error::Failed(problems.join("\n")))
	}
}

/// The lines whose values are not the same.
fn differences(
	joint: &[(String, String)],
	pooled: &[(String, String)],
) -> Vec<(String, String, String)> {
	let value_of = |lines: &[(String, String)], name: &String| {
		let line = lines.iter().find(|(other, _)| other == name);
		line.map_or_else(|| "nothing".to_owned(), |(_, value)| value.clone())
	};
	let only_pooled =
		pooled.iter().filter(|(name, _)| joint.iter().all(|(other, _)| other != name));
	let names = joint.iter().chain(only_pooled).map(|(name, _)| name);
	names
		.map(|name| (name.clone(), value_of(joint, name), value_of(pooled, name)))
		.filter(|(_, joint, pooled)| joint != pooled)
		.collect()
}

fn is_zero(number: &u64) -> bool {
	*number == 0
}

fn in_their_order<S: Serializer>(
	phases: &Map<String, Json>,
	serializer: S,
) -> Result<S::Ok, S::Error> {
	let known = PHASES.iter().filter_map(|name| Some((*name, phases.get(*name)?)));
	serializer.collect_map(known)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_crypto::Scalar;
	use ostraka_primitives::spec::Statistic;
	use ostraka_protocol::statistics::{named_sums, plaintext, Rows};

	fn spec() -> TaskSpec {
		fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 1, 100)])
	}

	fn outcome(values: &[i64]) -> Outcome {
		let mut rows = Rows::new(&spec());
		for value in values {
			rows.push(&[Some(*value)], None).expect("one column");
		}
		plaintext(&spec(), rows.iter()).expect("a mean")
	}

	#[test]
	fn a_result_that_is_right_has_no_problem() {
		let mut task = TaskReport::of(&spec());
		task.compare(&outcome(&[10, 20]), &outcome(&[10, 20]));
		let said = task.problem().expect("it was not checked");
		assert_eq!(said, "mean of x: the result does not withstand the checks");
		task.verified = true;
		assert_eq!(task.problem(), None);
		task.proofs = Some(Proofs { hold: 2, of: 2 });
		assert!(check(&[task]).is_ok());
	}

	#[test]
	fn what_is_proven_is_said_and_what_is_not() {
		let mut task = TaskReport::of(&spec());
		assert_eq!(task.proofs_line(), None);
		task.proofs = Some(Proofs { hold: 2, of: 2 });
		let line = task.proofs_line().expect("checked");
		assert_eq!(
			line,
			"proofs of valid input: 2 of 2 hold; of each dealing that counts it is proven that its count and sum are such as at \
			 most 9 rows within the declared range can give; whether its numbers are true to its data no proof can say"
		);
		task.compare(&outcome(&[10, 20]), &outcome(&[10, 20]));
		(task.verified, task.proofs) = (true, Some(Proofs { hold: 1, of: 2 }));
		let said = task.problem().expect("one is not proven");
		assert!(said.starts_with("mean of x: the result is arithmetically right"), "{said}");
		assert!(said.contains("not all proven"), "{said}");
		assert!(task
			.proofs_line()
			.is_some_and(|line| line.contains("1 of 2 hold; of those it is")));
		let json = serde_json::to_value(&task).expect("JSON");
		assert_eq!(json["proofs"], serde_json::json!({ "hold": 1, "of": 2 }));
		// worse is said first
		task.verified = false;
		assert!(task.problem().is_some_and(|said| said.ends_with("does not withstand the checks")));
	}

	#[test]
	fn a_wrong_result_is_shown_beside_the_right_one() {
		let mut task = TaskReport::of(&spec());
		task.task = Some(7);
		task.compare(&outcome(&[10, 25]), &outcome(&[10, 27]));
		let said = task.problem().expect("it is wrong");
		assert!(said.starts_with("task 7, mean of x: the joint result is not that of"), "{said}");
		assert!(said.contains("sum: 3.5 jointly, 3.7 from the pooled rows"), "{said}");
		assert!(!said.contains("count"), "{said}");
	}

	#[test]
	fn what_is_not_defined_on_the_rows_is_no_wrong_result() {
		let spec = fixtures::spec(Statistic::Variance, vec![fixtures::column("x", 1, 100)]);
		let sums = named_sums(&spec, &[1, 10, 100].map(Scalar::from)).expect("three sums");
		let mut task = TaskReport::of(&spec);
		let (joint, pooled) = (Ok(Outcome::Undefined), Ok(Outcome::Undefined));
		assert_eq!(task.enter(joint, &sums, pooled).expect("both are had"), Outcome::Undefined);
		assert!(task.exact);
		assert_eq!(task.sums, ["1", "1.0", "1.00"]);
		assert_eq!(task.result.to_json(), "undefined");
		let names: Vec<&str> = task.lines.iter().map(|(name, _)| name.as_str()).collect();
		assert_eq!(names, ["", "n", "Σ x", "Σ x²"]);
		assert!(task.problem().is_some_and(|said| said.contains("withstand the checks")));
		task.verified = true;
		assert_eq!(task.problem(), None);

		let mut task = TaskReport::of(&spec);
		task.enter(Ok(Outcome::Undefined), &sums, Ok(outcome(&[10]))).expect("both are had");
		let said = task.problem().expect("it is wrong");
		assert!(said.contains("mean: nothing jointly, 1"), "{said}");
	}

	#[test]
	fn people_are_told_what_was_left_out() {
		let mut task = TaskReport::of(&spec());
		assert!(task.left_out_lines().is_empty());
		(task.skipped_missing, task.skipped_small_cell) = (1, 2);
		task.left_out = vec!["q\u{1b}[2J".to_owned(), "r".to_owned()];
		let lines = task.left_out_lines().join("; ");
		for part in [
			"1 row left out for a missing",
			"2 rows left out as of a small",
			"left out, as",
			"q\\u{1b}[2J, r",
		] {
			assert!(lines.contains(part), "`{lines}` does not say `{part}`");
		}
	}

	#[test]
	fn too_little_data_is_no_wrong_result() {
		let (mut few, mut broken) = (TaskReport::of(&spec()), TaskReport::of(&spec()));
		few.is_not_computed("no group has 5 dealers", "take a lower --class");
		broken.fails("node 2 got away with wrong-share");
		let both = check(&[few, broken]).expect_err("neither is right");
		assert!(matches!(both, Error::Failed(_)));
		assert_eq!(
			both.to_string(),
			"mean of x: not computed: no group has 5 dealers\n  take a lower --class\nmean of x: failed: node 2 got \
			 away with wrong-share"
		);
	}
}
