//! What `demo` and `simulate` report, as JSON and as a table.

use crate::{
	chain::Token,
	output::{
		self,
		json::{self, Tree},
	},
	plan::title,
	spec::{label, text},
};
use ostraka_primitives::spec::TaskSpec;
use ostraka_protocol::statistics::Outcome;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

/// The phases, in their order. `computing` is a simulation's, which has no blocks to commit and reveal in.
const PHASES: [&str; 7] =
	["drawing", "collecting", "verifying", "committing", "revealing", "computing", "settling"];

/// A whole run.
#[derive(Debug, Serialize)]
pub struct Report {
	/// Dealers of the run.
	pub dealers: usize,
	/// Rows of all dealers together.
	pub rows: u64,
	/// Rows of nobody: their split column is empty.
	pub skipped_rows: u64,
	/// The security class.
	pub class: String,
	/// The token that fees and rewards are in; amounts count its smallest unit.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub token: Option<Token>,
	/// The tasks.
	pub tasks: Vec<TaskReport>,
}

/// A task of a run.
#[derive(Debug, Serialize)]
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
	/// The joint result.
	pub result: Tree,
	/// The same from the pooled rows in the clear.
	pub plaintext: Tree,
	/// Whether the two are the same numbers, exactly.
	pub exact: bool,
	/// Whether the result was checked again against the dealers' commitments.
	pub verified: bool,
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
			task: None,
			statistic: label(spec.statistic).to_owned(),
			columns: spec.columns.iter().map(|column| text(&column.name)).collect(),
			target: spec.target.as_ref().map(|target| text(&target.name)),
			weight: spec.weight.as_ref().map(|weight| text(&weight.name)),
			group_by: spec.group_by.as_ref().map(|grouping| text(&grouping.column)),
			left_out: Vec::new(),
			accepted: 0,
			skipped_missing: 0,
			result: Tree::default(),
			plaintext: Tree::default(),
			exact: false,
			verified: false,
			phases: Map::new(),
			fees: Json::Null,
			rewards: Json::Null,
			faults: Vec::new(),
			failure: None,
		}
	}

	/// Enters the joint outcome and that of the pooled rows.
	pub fn compare(&mut self, joint: &Outcome, pooled: &Outcome) {
		let (named, plaintext) = (joint.to_named(), pooled.to_named());
		self.result = json::value(&named);
		self.plaintext = json::value(&plaintext);
		self.lines = output::lines(&named);
		self.plaintext_lines = output::lines(&plaintext);
		self.exact = joint == pooled;
	}

	/// Whether the task has a result that is right in every respect.
	pub fn is_right(&self) -> bool {
		self.failure.is_none() && self.exact && self.verified
	}

	/// Enters what a phase took. Phases of the same name are added up.
	pub fn phase(&mut self, name: &str, blocks: Option<u32>, seconds: f64) {
		let before = self.phases.get(name);
		let of = |key: &str| {
			before.and_then(|phase| phase.get(key)).and_then(Json::as_f64).unwrap_or(0.0)
		};
		let seconds = ((of("seconds") + seconds) * 1000.0).round() / 1000.0;
		let blocks =
			blocks.map(|blocks| f64::from(blocks) + of("blocks")).map(|blocks| blocks as u64);
		let phase = serde_json::json!({ "blocks": blocks, "seconds": seconds });
		self.phases.insert(name.to_owned(), phase);
	}
}

impl Report {
	/// Whether every task is right.
	pub fn is_right(&self) -> bool {
		self.tasks.iter().all(TaskReport::is_right)
	}

	/// Prints the report: JSON, or tables for people.
	pub fn print(&self, as_json: bool) {
		if as_json {
			output::print_json(self);
			return;
		}
		println!(
			"{} dealers, {} rows{}, class {}",
			self.dealers,
			self.rows,
			match self.skipped_rows {
				0 => String::new(),
				skipped => format!(" ({skipped} skipped: no institution)"),
			},
			self.class
		);
		let mut table = output::table(&["task", "statistic", "", "joint", "plaintext", "equal"]);
		for task in &self.tasks {
			let number = task.task.map_or_else(|| "-".to_owned(), |task| task.to_string());
			if let Some(failure) = &task.failure {
				table.add_row([&number, &task.title, "failed", failure, "", "no"]);
				continue;
			}
			for (i, (name, value)) in task.lines.iter().enumerate() {
				let pooled = task.plaintext_lines.iter().find(|(other, _)| other == name);
				let pooled = pooled.map_or("", |(_, value)| value.as_str());
				let equal = if i == 0 { yes_no(task.exact) } else { "" };
				let first = |text: &str| if i == 0 { text.to_owned() } else { String::new() };
				table.add_row([
					&first(&number),
					&first(&task.title),
					name.as_str(),
					value,
					pooled,
					equal,
				]);
			}
		}
		println!("{table}");
		self.print_phases();
		self.print_faults();
	}

	fn print_phases(&self) {
		let mut names = PHASES.to_vec();
		names.retain(|name| self.tasks.iter().any(|task| task.phases.contains_key(*name)));
		let has_money = self.tasks.iter().any(|task| !task.fees.is_null());
		let symbol = self.token.as_ref().map_or("", |token| token.symbol.as_str());
		let (fees, rewards) = (format!("fees {symbol}"), format!("rewards {symbol}"));
		let mut heads = vec!["task", "statistic", "dealers"];
		heads.extend(&names);
		if has_money {
			heads.extend([fees.as_str(), rewards.as_str()]);
		}
		heads.push("verified");
		let mut table = output::table(&heads);
		for task in &self.tasks {
			let number = task.task.map_or_else(|| "-".to_owned(), |task| task.to_string());
			let by =
				task.group_by.as_ref().map_or_else(String::new, |column| format!(" by {column}"));
			let mut row =
				vec![number, format!("{}{by}", task.statistic), task.accepted.to_string()];
			row.extend(
				names.iter().map(|name| task.phases.get(*name).map_or(String::new(), phase_text)),
			);
			if has_money {
				row.extend([&task.fees, &task.rewards].map(|amounts| self.money(amounts)));
			}
			row.push(yes_no(task.verified).to_owned());
			table.add_row(row);
		}
		println!("{table}");
	}

	/// The total of a set of amounts.
	fn money(&self, amounts: &Json) -> String {
		let total = amounts.get("total").map(output::scalar).unwrap_or_default();
		match (&self.token, total.parse()) {
			(Some(token), Ok(amount)) => token.short(amount),
			_ => total,
		}
	}

	fn print_faults(&self) {
		if self.tasks.iter().all(|task| task.faults.is_empty()) {
			return;
		}
		let mut table = output::table(&["statistic", "fault", "by", "verdict"]);
		for task in &self.tasks {
			for fault in &task.faults {
				table.add_row([&task.title, &fault.fault, &fault.by, &fault.verdict]);
			}
		}
		println!("{table}");
	}
}

fn in_their_order<S: Serializer>(
	phases: &Map<String, Json>,
	serializer: S,
) -> Result<S::Ok, S::Error> {
	let known = PHASES.iter().filter_map(|name| Some((*name, phases.get(*name)?)));
	serializer.collect_map(known)
}

fn yes_no(yes: bool) -> &'static str {
	if yes {
		"yes"
	} else {
		"NO"
	}
}

fn phase_text(phase: &Json) -> String {
	let seconds = phase.get("seconds").and_then(Json::as_f64).unwrap_or(0.0);
	match phase.get("blocks").and_then(Json::as_u64) {
		Some(blocks) => format!("{blocks} blk\n{seconds:.1} s"),
		None => format!("{seconds:.3} s"),
	}
}
