//! `ostraka task list`: the newest tasks.

use crate::{
	cli::Global,
	commands::connect,
	error::Error,
	output::{table, Output},
	view::{
		lines::{progress, state},
		records,
	},
};
use clap::Args;
use ostraka_party::{class, title::title};
use ostraka_primitives::{api::TaskInfo, TaskId};

/// Flags of `task list`.
#[derive(Args, Debug)]
pub struct ListArgs {
	/// How many
	#[arg(long, value_name = "N", default_value_t = 20)]
	pub last: u32,
}

/// Runs the command.
///
/// # Errors
/// `Chain`.
pub async fn run(args: &ListArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let count = chain.tasks().await?;
	let mut tasks = Vec::new();
	for task in count.saturating_sub(args.last)..count {
		tasks.push((task, chain.task(task).await?));
	}
	write(&tasks, count, chain.head().number, out)
}

/// Writes some of all tasks, as of a block.
fn write(
	tasks: &[(TaskId, TaskInfo)],
	all: u32,
	block: u32,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if out.is_json() {
		let tasks: Vec<_> = tasks.iter().map(|(task, info)| records::task(*task, info)).collect();
		return out.json(&tasks);
	}
	let mut table = table(&["task", "statistic", "class", "state", "progress"]);
	for (task, info) in tasks {
		table.add_row([
			task.to_string(),
			title(&info.task.spec),
			class::label(info.task.class).to_owned(),
			state(&info.task.status).to_owned(),
			progress(info, block),
		]);
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
		let tasks = [(4, fixtures::task())];
		let text = written(false, |out| write(&tasks, 5, 7, out));
		for part in ["mean of x by g", "Standard", "collecting", "dealings 1 of 3, 13 blocks left"]
		{
			assert!(text.contains(part), "{text}");
		}
		assert!(text.ends_with("\n1 of 5 tasks\n"), "{text}");
	}

	#[test]
	fn json_is_a_list_of_tasks() {
		let tasks = [(4, fixtures::task())];
		let text = written(true, |out| write(&tasks, 5, 7, out));
		let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(list[0]["task"], 4);
		assert_eq!(list[0]["spec"]["columns"][0]["name"], "x");
	}

	#[test]
	fn a_name_makes_no_row_of_its_own() {
		let mut task = fixtures::task();
		task.task.spec.columns[0].name = fixtures::name("x\n9 \u{1b}[1A");
		let text = written(false, |out| write(&[(4, task)], 5, 7, out));
		assert!(text.contains("x\\u{a}9 \\u{1b}[1A"), "{text}");
	}
}
