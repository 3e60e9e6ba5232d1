//! What a policy says of a task: from the task and the chain, never from a row.

use super::model::{Dataset, Policy};
use crate::{
	account::address,
	class,
	data::decimal::render,
	escape::escaped,
	request::{is_text, label, text},
	words::counted,
};
use ostraka_primitives::{
	spec::{Column, TaskSpec},
	task::{Conditions, SecurityClass},
	AccountId,
};
use serde::Serialize;

/// A task, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
	/// What it computes.
	pub spec: &'a TaskSpec,
	/// Its class.
	pub class: Option<SecurityClass>,
	/// Who asks.
	pub requester: Option<&'a AccountId>,
	/// What it promises its dealers, and who reads its result.
	pub conditions: Option<&'a Conditions>,
	/// Fewest dealings that it takes, if its conditions are not known.
	pub least_dealers: Option<u32>,
	/// Who is invited.
	pub invited: Option<&'a [AccountId]>,
	/// Who has accepted, once that is fixed.
	pub accepted: Option<&'a [AccountId]>,
	/// Tasks over the data set that were accepted or dealt to within the policy's period, this one not counted; unknown where it is
	/// not asked whether to accept.
	pub spent: Option<u32>,
}

impl<'a> Question<'a> {
	/// Of a spec alone.
	pub fn of(spec: &'a TaskSpec) -> Self {
		Self {
			spec,
			class: None,
			requester: None,
			conditions: None,
			least_dealers: None,
			invited: None,
			accepted: None,
			spent: None,
		}
	}
}

/// A line of what a policy says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Line {
	/// The rule's name in the file.
	pub rule: &'static str,
	/// What it says.
	pub says: Says,
	/// Why, safe to print.
	pub why: String,
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Says {
	/// The task may be accepted.
	Yes,
	/// It may not.
	No,
	/// That cannot be told from here.
	Open,
}

impl Says {
	/// In a word.
	pub fn word(self) -> &'static str {
		match self {
			Self::Yes => "yes",
			Self::No => "NO",
			Self::Open => "open",
		}
	}

	fn of(is_allowed: bool) -> Self {
		if is_allowed {
			Self::Yes
		} else {
			Self::No
		}
	}
}

/// Whether no rule says no.
pub fn is_allowed(lines: &[Line]) -> bool {
	lines.iter().all(|line| line.says != Says::No)
}

/// The rules that say no, in words; nothing if there are none.
pub fn refusal(lines: &[Line]) -> Option<String> {
	let no = lines.iter().filter(|line| line.says == Says::No);
	let reasons: Vec<String> = no.map(|line| format!("{}: {}", line.rule, line.why)).collect();
	(!reasons.is_empty()).then(|| reasons.join("\n  "))
}

impl Policy {
	/// What the policy says of a task over a data set, a line a rule.
	pub fn says(&self, dataset: &Dataset, question: &Question<'_>) -> Vec<Line> {
		let spec = question.spec;
		let mut lines = vec![line("dataset", Says::Yes, dataset_text(dataset))];
		for column in spec.all_columns() {
			let (says, why) = match of_column(dataset, spec, column) {
				Ok(why) => (Says::Yes, why),
				Err(why) => (Says::No, why),
			};
			lines.push(line("columns", says, why));
		}
		if let Some(grouping) = &spec.group_by {
			let name = text(&grouping.column);
			let is_there = dataset.columns.contains_key(&name);
			let which = if is_there { "is" } else { "is not" };
			let why = format!("`{}`, which the task groups by, {which} among them", escaped(&name));
			lines.push(line("columns", Says::of(is_there), why));
		}
		let why = format!(
			"the task takes {} a dealer, the policy has {} at most",
			rows(spec.max_rows),
			rows(dataset.rows)
		);
		lines.push(line("rows", Says::of(spec.max_rows >= dataset.rows), why));
		lines.push(line("floor", Says::Yes, floor_text(dataset.floor)));
		let is_outside =
			if dataset.clips { "becomes the nearest bound" } else { "counts as missing" };
		let why =
			format!("a value outside its range {is_outside}; what is no number counts as missing");
		lines.push(line("clip", Says::Yes, why));
		if let Some(recipient) = question.conditions.and_then(|all| all.sealed_to.as_ref()) {
			let why = format!("the result is sealed to {}, who alone reads it", address(recipient));
			lines.push(line("sealed_to", Says::Yes, why));
		}
		self.of_requester(question, &mut lines);
		self.of_dealers(question, &mut lines);
		self.of_time(question, &mut lines);
		lines
	}

	fn of_requester(&self, question: &Question<'_>, lines: &mut Vec<Line>) {
		let allow = &self.allow;
		let named: Vec<_> = allow.classes.iter().map(|class| class::label(*class)).collect();
		let named = named.join(", ");
		lines.push(match question.class {
			Some(class) => {
				let is_among = allow.classes.contains(&class);
				line("classes", Says::of(is_among), format!("{} of {named}", class::label(class)))
			},
			None => line("classes", Says::Open, named),
		});
		let statistic = question.spec.statistic;
		lines.push(match &allow.statistics {
			None => line("statistics", Says::Yes, format!("{} of any", label(statistic))),
			Some(all) => {
				let named: Vec<_> = all.iter().map(|statistic| label(*statistic)).collect();
				let why = format!("{} of {}", label(statistic), named.join(", "));
				line("statistics", Says::of(all.contains(&statistic)), why)
			},
		});
		lines.push(match (&allow.requesters, question.requester) {
			(None, _) => line("requesters", Says::Yes, "any".to_owned()),
			(Some(all), Some(requester)) => {
				let is_among = all.contains(requester);
				let is = if is_among { "is" } else { "is not" };
				let why = format!("{} {is} one of the {} named", address(requester), all.len());
				line("requesters", Says::of(is_among), why)
			},
			(Some(all), None) => line("requesters", Says::Open, format!("one of {}", all.len())),
		});
	}

	fn of_dealers(&self, question: &Question<'_>, lines: &mut Vec<Line>) {
		let Self { allow, .. } = self;
		let least = allow.least_cohort;
		let promised = question.conditions.map(|conditions| conditions.least_dealers);
		lines.push(match promised.or(question.least_dealers) {
			Some(promised) => {
				let why = format!(
					"the task takes no fewer than {}, the policy asks for {least}",
					dealers(promised)
				);
				line("least_cohort", Says::of(promised >= least), why)
			},
			None => line("least_cohort", Says::Open, dealers(least)),
		});
		if allow.co_dealers.is_empty() {
			return;
		}
		let absent = |from: &[AccountId]| {
			let absent = allow.co_dealers.iter().filter(|dealer| !from.contains(dealer));
			absent.map(address).collect::<Vec<_>>()
		};
		let all = counted(allow.co_dealers.len(), "dealer");
		let required = question.conditions.map(|conditions| conditions.required.as_slice());
		let unrequired = required.map(absent).unwrap_or_default();
		let (says, why) = match (question.accepted, question.invited) {
			_ if !unrequired.is_empty() => {
				(Says::No, format!("the task does not require {}", unrequired.join(", ")))
			},
			(Some(accepted), _) => match absent(accepted).as_slice() {
				[] => (Says::Yes, format!("all {all} named have accepted")),
				absent => (Says::No, format!("not accepted by {}", absent.join(", "))),
			},
			(None, _) if required.is_some() => (
				Says::Yes,
				format!("all {all} named are required: without one of them there is no result"),
			),
			(None, Some(invited)) => match absent(invited).as_slice() {
				[] => (
					Says::Yes,
					format!("all {all} named are invited; looked at again when the task is drawn"),
				),
				absent => (Says::No, format!("not invited: {}", absent.join(", "))),
			},
			(None, None) => (Says::Open, format!("{all} named")),
		};
		lines.push(line("co_dealers", says, why));
	}

	fn of_time(&self, question: &Question<'_>, lines: &mut Vec<Line>) {
		if let Some((most, blocks)) = self.allow.quota {
			let most_tasks = counted(most as usize, "task");
			let rule = format!("{most_tasks} over one data set in {blocks} blocks");
			lines.push(match question.spent {
				Some(spent) => {
					let why = format!("{rule}; {spent} so far");
					line("per_period", Says::of(spent < most), why)
				},
				None => line(
					"per_period",
					Says::Open,
					format!("{rule}; counted when a task is accepted"),
				),
			});
		}
		if let Some(least) = self.allow.least_difference {
			let why = format!(
				"tasks over one data set whose dealers differ, differ by {}; who takes part in the end is known to the \
				 chain alone, which holds to what is published (`ostraka policy publish`)",
				dealers(least)
			);
			lines.push(line("least_difference", Says::Open, why));
		}
	}
}

fn line(rule: &'static str, says: Says, why: String) -> Line {
	Line { rule, says, why }
}

fn rows(number: u32) -> String {
	counted(number as usize, "row")
}

fn dealers(number: u32) -> String {
	counted(number as usize, "dealer")
}

fn dataset_text(dataset: &Dataset) -> String {
	let file = dataset.path.display().to_string();
	let mut text = format!("`{}`, the file {}", escaped(&dataset.name), escaped(&file));
	if let Some((column, value)) = &dataset.only {
		text.push_str(&format!(", its rows with {} = {}", escaped(column), escaped(value)));
	}
	text
}

fn floor_text(floor: u64) -> String {
	match floor {
		0 | 1 => "none: the numbers may single out a row".to_owned(),
		_ => format!(
			"{floor} rows; groups, bins and numbers that would single out fewer are left out, as zeros"
		),
	}
}

/// Whether a column may be asked for so.
fn of_column(dataset: &Dataset, spec: &TaskSpec, column: &Column) -> Result<String, String> {
	let name = text(&column.name);
	let shown = escaped(&name);
	let Some(rule) = dataset.columns.get(&name) else {
		return Err(format!("`{shown}` is not among them"));
	};
	if is_text(spec, column) {
		return Ok(format!("`{shown}`, of which only rows are counted"));
	}
	let Some(numbers) = &rule.numbers else {
		return Err(format!("`{shown}` is a column of text: its values cannot be computed with"));
	};
	let own = |units| render(units, numbers.decimals);
	let asked = |units| render(units, column.decimals);
	if column.decimals < numbers.decimals {
		return Err(format!(
			"`{shown}` has {}, and the task asks for {}",
			counted(numbers.decimals.into(), "decimal"),
			column.decimals
		));
	}
	let ranges = format!(
		"`{shown}` from {} to {}; the task has {} to {}",
		own(numbers.min),
		own(numbers.max),
		asked(column.min),
		asked(column.max)
	);
	match numbers.in_units_of(column) {
		Some(_) => Ok(ranges),
		None => Err(format!("{ranges}, which does not contain it")),
	}
}
