//! `ostraka task poke`: puts a task back that fell off the chain's agenda.

use crate::{
	chain::{calls, ChainError},
	cli::{account, task::TaskArg, Global},
	commands::connect,
	error::Error,
	output::Output,
};
use ostraka_primitives::{
	task::{Task, TaskStatus},
	TaskId,
};
use schemars::JsonSchema;
use serde::Serialize;

/// What it means that there was nothing to do.
const NOT_FORGOTTEN: &str =
	"the chain has not forgotten it: it waits for its phase to end (`ostraka task show`), and under load a few blocks longer";

/// Runs the command.
///
/// # Errors
/// `Usage`, `Chain`.
pub async fn run(args: &TaskArg, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let signer = account::signer(global, out.notes())?;
	let chain = connect(global, out).await?;
	let found = chain.task(args.number).await.map_err(|error| error.of_call("Tasks.poke"))?;
	may_stand_still(args.number, &found.task)?;
	let receipt = match chain.submit(&calls::poke(args.number), &signer).await {
		Err(error) if is_of_no_use(&error) => return Err(error.with_hint(NOT_FORGOTTEN).into()),
		receipt => receipt?,
	};
	let poked = Poked {
		task: args.number,
		put_back: true,
		block: receipt.block.number,
		goes_on: receipt.event("Tasks", "PutBack").and_then(|event| event.field("at")),
		transaction_fee: receipt.fee.to_string(),
	};
	write(&poked, out)
}

/// Refuses what the chain would refuse for a fee: a settled task has nowhere to go.
fn may_stand_still(number: TaskId, task: &Task) -> Result<(), ChainError> {
	match task.status {
		TaskStatus::Settled(_) => Err(ChainError::Invalid {
			call: "Tasks.poke".to_owned(),
			reason: format!("task {number} is settled, and there is nothing left to do in it"),
		}),
		_ => Ok(()),
	}
}

fn is_of_no_use(error: &ChainError) -> bool {
	matches!(error, ChainError::Refused { name, .. } if name == "Tasks.NothingToDo")
}

/// A task that was put back, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Poked {
	task: TaskId,
	put_back: bool,
	block: u32,
	/// Block from which the chain looks at it, if the chain says so.
	goes_on: Option<u32>,
	transaction_fee: String,
}

fn write(poked: &Poked, out: &mut Output<'_>) -> Result<(), Error> {
	if out.is_json() {
		return out.json(poked);
	}
	let block = poked.block;
	writeln!(out, "task {} is back on the chain's agenda, in block {block}", poked.task)?;
	match poked.goes_on {
		Some(at) if at > block.saturating_add(1) => {
			writeln!(out, "  its phase lasts: the chain looks at it in block {at}")
		},
		_ => writeln!(out, "  it goes on with the next block"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};
	use ostraka_primitives::task::Outcome;

	fn said(is_json: bool, goes_on: Option<u32>) -> String {
		let transaction_fee = "0".to_owned();
		let poked = Poked { task: 3, put_back: true, block: 8, goes_on, transaction_fee };
		written(is_json, |out| write(&poked, out))
	}

	#[test]
	fn what_is_overdue_goes_on_at_once() {
		for goes_on in [None, Some(5), Some(9)] {
			let text = said(false, goes_on);
			assert!(
				text.starts_with("task 3 is back on the chain's agenda, in block 8\n"),
				"{text}"
			);
			assert!(text.ends_with("  it goes on with the next block\n"), "{text}");
		}
		assert!(said(false, Some(10)).ends_with("the chain looks at it in block 10\n"));
	}

	#[test]
	fn json_says_when_and_for_how_much() {
		let record: serde_json::Value = serde_json::from_str(&said(true, Some(10))).expect("JSON");
		assert_eq!((&record["put_back"], &record["goes_on"]), (&true.into(), &10.into()));
		assert_eq!(record["transaction_fee"], "0");
	}

	#[test]
	fn a_settled_task_is_refused_before_it_costs_anything() {
		let mut task = fixtures::task().task;
		assert!(may_stand_still(3, &task).is_ok());
		task.status = TaskStatus::Settling(Outcome::Completed);
		assert!(may_stand_still(3, &task).is_ok());
		task.status = TaskStatus::Settled(Outcome::Completed);
		let refused = may_stand_still(3, &task).expect_err("settled");
		assert!(refused.is_refusal() && refused.to_string().contains("task 3 is settled"));
	}

	#[test]
	fn a_refusal_says_what_the_task_waits_for() {
		let refused = |name: &str| {
			let docs = "The chain's words.".to_owned();
			ChainError::Refused { call: "Tasks.poke".to_owned(), name: name.to_owned(), docs }
		};
		assert!(is_of_no_use(&refused("Tasks.NothingToDo")));
		assert!(!is_of_no_use(&refused("Tasks.TooManyOpenTasks")));
		let said = refused("Tasks.NothingToDo").with_hint(NOT_FORGOTTEN).to_string();
		assert!(said.contains("The chain's words.\n  the chain has not forgotten it"), "{said}");
	}
}
