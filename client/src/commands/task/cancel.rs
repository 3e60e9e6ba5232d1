//! `ostraka task cancel`: takes a task back.

use crate::{
	chain::{calls, ChainError, Token},
	cli::{account, task::TaskArg, Global},
	commands::connect,
	error::Error,
	output::Output,
};
use clap::Args;
use ostraka_primitives::{
	task::{Task, TaskStatus},
	TaskId,
};
use schemars::JsonSchema;
use serde::Serialize;

/// Flags of `task cancel`.
#[derive(Args, Debug)]
pub struct CancelArgs {
	/// Which task.
	#[command(flatten)]
	pub task: TaskArg,
	/// Take it back without being asked
	#[arg(long)]
	pub yes: bool,
}

/// Why a task is not taken back while its committee is drawn, and what to do.
const BEING_DRAWN: &str =
	"its committee is being drawn, which some can foresee: who could take back a draw that does not suit would draw again \
	 and again\n  wait until it is drawn (`ostraka task watch`); from then on taking it back costs its whole fee";

/// Runs the command.
///
/// # Errors
/// `Usage`, `Chain`; `Failed` if the answer is no.
pub async fn run(args: &CancelArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let task = args.task.number;
	let signer = account::signer(global, out.notes())?;
	let chain = connect(global, out).await?;
	let before = chain.task(task).await.map_err(|error| error.of_call("Tasks.cancel"))?.task;
	if !args.yes {
		let question = question(task, &before, chain.token());
		let otherwise = format!("task {task} is not taken back");
		out.must_agree(&question, &otherwise, "--yes to take it back").await?;
	}
	let receipt = match chain.submit(&calls::cancel(task), &signer).await {
		Err(error) if is_wrong_phase(&error) => {
			let now = chain.task(task).await.map(|info| info.task.status);
			let is_drawing = now
				.iter()
				.chain([&before.status])
				.any(|status| matches!(status, TaskStatus::Drawing { .. }));
			let error = if is_drawing { error.with_hint(BEING_DRAWN) } else { error };
			return Err(error.into());
		},
		receipt => receipt?,
	};
	let cancelled = Cancelled {
		task,
		cancelled: true,
		block: receipt.block.number,
		transaction_fee: receipt.fee.to_string(),
	};
	write(&cancelled, &before, chain.token(), out)
}

/// What is asked before a task is taken back, which nothing undoes.
fn question(task: TaskId, before: &Task, token: &Token) -> String {
	let lost = match before.status {
		TaskStatus::Inviting { .. } => {
			"The price of its draw is lost, and its rent so far".to_owned()
		},
		_ => format!("Its fee, {}, is lost, as its committee was drawn", token.render(before.fee)),
	};
	format!("{lost}. Take task {task} back?")
}

fn is_wrong_phase(error: &ChainError) -> bool {
	matches!(error, ChainError::Refused { name, .. } if name == "Tasks.WrongPhase")
}

/// A task that was taken back, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Cancelled {
	task: TaskId,
	cancelled: bool,
	block: u32,
	transaction_fee: String,
}

/// Writes what was done, and what of a task's money returns, by what the task was before.
fn write(
	cancelled: &Cancelled,
	before: &Task,
	token: &Token,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if out.is_json() {
		return out.json(cancelled);
	}
	writeln!(out, "task {} is cancelled, in block {}", cancelled.task, cancelled.block)?;
	let (fee, reward) = (token.render(before.fee), token.render(before.data_reward));
	match before.status {
		TaskStatus::Inviting { .. } => writeln!(
			out,
			"  its fee, {fee}, and its data reward, {reward}, return to you, but its rent so far; the price of the draw \
			 does not"
		),
		_ => writeln!(
			out,
			"  its data reward, {reward}, returns to you; its fee, {fee}, does not, as its committee was drawn"
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};

	fn said(is_json: bool, before: &Task) -> String {
		let transaction_fee = "12".to_owned();
		let cancelled = Cancelled { task: 3, cancelled: true, block: 8, transaction_fee };
		written(is_json, |out| write(&cancelled, before, &fixtures::token(), out))
	}

	#[test]
	fn what_returns_depends_on_the_draw() {
		let mut task = fixtures::task().task;
		let text = said(false, &task);
		assert!(text.starts_with("task 3 is cancelled, in block 8\n"), "{text}");
		assert!(text.contains("its fee, 1.5 OST, does not, as its committee was drawn"), "{text}");
		// a task that was being drawn is taken back only once it is drawn
		task.status = TaskStatus::Drawing { until: 9 };
		assert!(said(false, &task).contains("does not, as its committee was drawn"));
		task.status = TaskStatus::Inviting { until: 9 };
		let text = said(false, &task);
		assert!(text.contains("its data reward, 2 OST, return to you, but its rent"), "{text}");
	}

	#[test]
	fn a_person_is_asked_with_what_is_lost() {
		let mut task = fixtures::task().task;
		let asked = question(3, &task, &fixtures::token());
		assert_eq!(
			asked,
			"Its fee, 1.5 OST, is lost, as its committee was drawn. Take task 3 back?"
		);
		task.status = TaskStatus::Inviting { until: 9 };
		let asked = question(3, &task, &fixtures::token());
		let lost = "The price of its draw is lost, and its rent so far. ";
		assert!(asked.starts_with(lost), "{asked}");
	}

	#[test]
	fn json_says_what_it_cost() {
		let record: serde_json::Value =
			serde_json::from_str(&said(true, &fixtures::task().task)).expect("JSON");
		assert_eq!(
			(&record["cancelled"], &record["transaction_fee"]),
			(&true.into(), &"12".into())
		);
	}
}
