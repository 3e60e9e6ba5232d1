//! `ostraka task list`: the newest tasks.

use crate::{
	chain::ChainError,
	cli::Global,
	commands::{connect, csv},
	error::Error,
	output::{table, Output},
	view::{
		lines::{ended, progress, state},
		records,
	},
};
use clap::Args;
use ostraka_party::{class, title::title};
use ostraka_primitives::{
	api::TaskInfo,
	task::{FailReason, Outcome, TaskStatus},
	TaskId,
};
use schemars::JsonSchema;
use serde::Serialize;

/// Flags of `task list`.
#[derive(Args, Debug)]
pub struct ListArgs {
	/// How many
	#[arg(long, value_name = "N", default_value_t = 20)]
	pub last: u32,
	/// Print them as CSV, for a spreadsheet
	#[arg(long, conflicts_with = "json")]
	pub csv: bool,
}

/// What CSV has of a task, by its names in JSON.
const COLUMNS: [&str; 30] = [
	"task",
	"title",
	"state",
	"outcome",
	"until",
	"first_by",
	"requester",
	"class",
	"seats",
	"threshold",
	"verifiers",
	"least_dealers",
	"counting",
	"sealed_to",
	"submitted_at",
	"drawn_at",
	"task_hash",
	"fee",
	"data_reward",
	"terms",
	"invited",
	"accepted",
	"dealings",
	"masked",
	"excluded",
	"disproven",
	"members_attested",
	"verifiers_attested",
	"committed",
	"right_shares",
];

/// Runs the command.
///
/// # Errors
/// `Chain`.
pub async fn run(args: &ListArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let count = chain.tasks().await?;
	let mut tasks = Vec::new();
	for task in count.saturating_sub(args.last)..count {
		let listed = match chain.task(task).await {
			Err(ChainError::Undrawn { reason, .. }) => Err(reason),
			info => Ok(info?),
		};
		tasks.push((task, listed));
	}
	write(&tasks, count, chain.head().number, args.csv, out)
}

/// A task, or why it failed before its draw, which is all that is left of it.
type Listed = Result<TaskInfo, FailReason>;

/// The same as JSON.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::commands) enum Row {
	Task(Box<records::TaskRecord>),
	Undrawn(records::UndrawnRecord),
}

impl Row {
	fn new(task: TaskId, listed: &Listed) -> Self {
		match listed {
			Ok(info) => Self::Task(Box::new(records::task(task, info))),
			Err(reason) => Self::Undrawn(records::undrawn(task, *reason)),
		}
	}
}

/// Writes some of all tasks, as of a block.
fn write(
	tasks: &[(TaskId, Listed)],
	all: u32,
	block: u32,
	as_csv: bool,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if as_csv || out.is_json() {
		let tasks: Vec<_> = tasks.iter().map(|(task, listed)| Row::new(*task, listed)).collect();
		return match as_csv {
			true => csv::write(&COLUMNS, &tasks, out),
			false => out.json(&tasks),
		};
	}
	let mut table = table(&["task", "statistic", "class", "state", "progress"]);
	for (task, listed) in tasks {
		table.add_row(match listed {
			Ok(info) => [
				task.to_string(),
				title(&info.task.spec),
				class::label(info.task.class).to_owned(),
				state(&info.task.status).to_owned(),
				progress(info, block),
			],
			Err(reason) => {
				let outcome = Outcome::Failed(*reason);
				let nothing = || "-".to_owned();
				let state = state(&TaskStatus::Settled(outcome)).to_owned();
				[task.to_string(), nothing(), nothing(), state, ended(outcome)]
			},
		});
	}
	writeln!(out, "{table}")?;
	writeln!(out, "{} of {all} tasks", tasks.len())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};

	#[test]
	fn tasks_are_rows_of_a_table() {
		let tasks = [(4, Ok(fixtures::task()))];
		let text = written(false, |out| write(&tasks, 5, 7, false, out));
		for part in ["mean of x by g", "Standard", "collecting", "dealings 1 of 3, 13 blocks left"]
		{
			assert!(text.contains(part), "{text}");
		}
		assert!(text.ends_with("\n1 of 5 tasks\n"), "{text}");
	}

	#[test]
	fn json_is_a_list_of_tasks() {
		let tasks = [(4, Ok(fixtures::task()))];
		let text = written(true, |out| write(&tasks, 5, 7, false, out));
		let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(list[0]["task"], 4);
		let counted =
			["verifiers", "verifiers_attested", "disproven"].map(|name| list[0][name].clone());
		assert_eq!(serde_json::json!(counted), serde_json::json!([2, 0, 0]));
		assert_eq!(list[0]["panel"], serde_json::json!([]));
		assert_eq!(list[0]["spec"]["columns"][0]["name"], "x");
	}

	#[test]
	fn csv_has_a_line_for_each_task() {
		let mut formula = fixtures::task();
		formula.task.spec.columns[0].name = fixtures::name("=x, \"y\"\n");
		let tasks = [(4, Ok(fixtures::task())), (5, Ok(formula))];
		let text = written(false, |out| write(&tasks, 5, 7, true, out));
		let lines: Vec<&str> = text.split_terminator("\r\n").collect();
		assert_eq!(lines.len(), 3, "{text}");
		assert!(lines[0].starts_with("task,title,state,outcome,until,"), "{text}");
		assert!(lines[1].starts_with("4,mean of x by g,collecting,,20,"), "{text}");
		assert!(lines[2].contains("\"mean of =x, \"\"y\"\"\\u{a} by g\""), "{text}");
		// every name is one of a task's record
		let record = serde_json::to_value(records::task(4, &fixtures::task())).expect("JSON");
		assert!(COLUMNS.iter().all(|name| record.get(name).is_some()), "{record}");
	}

	#[test]
	fn what_failed_before_its_draw_is_listed_with_what_is_left_of_it() {
		let why = "failed: the requester cancelled it";
		let tasks = [(3, Err(FailReason::Cancelled)), (4, Ok(fixtures::task()))];
		let text = written(false, |out| write(&tasks, 5, 7, false, out));
		assert!(text.contains(why) && text.contains("mean of x by g"), "{text}");
		assert!(text.ends_with("\n2 of 5 tasks\n"), "{text}");
		let text = written(true, |out| write(&tasks, 5, 7, false, out));
		let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		let gone = serde_json::json!({ "task": 3, "state": "settled", "outcome": why });
		assert_eq!((&list[0], &list[1]["task"]), (&gone, &4.into()));
		let text = written(false, |out| write(&tasks, 5, 7, true, out));
		let line = text.split_terminator("\r\n").nth(1).expect("a line");
		assert!(line.starts_with(&format!("3,,settled,{why},,")), "{text}");
	}

	#[test]
	fn a_name_makes_no_row_of_its_own() {
		let mut task = fixtures::task();
		task.task.spec.columns[0].name = fixtures::name("x\n9 \u{1b}[1A");
		let text = written(false, |out| write(&[(4, Ok(task))], 5, 7, false, out));
		assert!(text.contains("x\\u{a}9 \\u{1b}[1A"), "{text}");
	}
}
