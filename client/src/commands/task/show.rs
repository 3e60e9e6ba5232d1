//! `ostraka task show`: one task.

use crate::{
	chain::ChainError,
	cli::{task::TaskArg, Global},
	commands::{connect, excluded},
	error::Error,
	onchain::{self, convictions::of_dealings},
	output::Output,
	view::{
		capture::Capture,
		lines::{task_lines, undrawn_lines, INSECURE},
		records,
	},
};
use ostraka_primitives::{
	task::{FailReason, TaskStatus},
	TaskId,
};

/// Runs the command.
///
/// # Errors
/// `Chain`.
pub async fn run(args: &TaskArg, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let info = match chain.task(args.number).await {
		Err(ChainError::Undrawn { task, reason }) => return undrawn(task, reason, out),
		info => info?,
	};
	let odds = onchain::tasks::odds(&chain, &info.task).await?;
	let told = of_dealings(&chain, args.number, &info).await?;
	let (excluded, late) = (excluded::known(&told, &[]), excluded::late(&told));
	if out.is_json() {
		let mut record = records::task(args.number, &info);
		(record.exclusions, record.late) = (excluded, late);
		record.capture = odds.as_ref().map(Capture::from);
		return out.json(&record);
	}
	let block = chain.head().number;
	let mut lines = task_lines(chain.token(), block, args.number, &info, odds.as_ref());
	lines.extend(excluded::lines(info.excluded, &excluded));
	lines.extend(late.iter().map(|one| ("disproven".to_owned(), one.line())));
	out.lines(&lines)?;
	if chain.is_insecure().await? {
		writeln!(out, "{INSECURE}")?;
	}
	let without = match info.task.status {
		TaskStatus::Inviting { .. } => "a committee could not be drawn now",
		TaskStatus::Drawing { .. } => "no committee yet",
		_ => return Ok(()),
	};
	match chain.draw_obstacle(args.number).await? {
		Some(obstacle) => writeln!(out, "{without}: {obstacle}"),
		None => Ok(()),
	}
}

/// Writes all that is left of a task that failed before its draw.
fn undrawn(task: TaskId, reason: FailReason, out: &mut Output<'_>) -> Result<(), Error> {
	match out.is_json() {
		true => out.json(&records::undrawn(task, reason)),
		false => out.lines(&undrawn_lines(task, reason)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::written;

	#[test]
	fn what_failed_before_its_draw_is_shown_as_far_as_it_is_left() {
		let said = |is_json| written(is_json, |out| undrawn(7, FailReason::Cancelled, out));
		let text = said(false);
		for part in ["task   7\n", "settled (failed: the requester cancelled it)", "events 7"] {
			assert!(text.contains(part), "{text}");
		}
		let record: serde_json::Value = serde_json::from_str(&said(true)).expect("JSON");
		let outcome = "failed: the requester cancelled it";
		let left = serde_json::json!({ "task": 7, "state": "settled", "outcome": outcome });
		assert_eq!(record, left);
	}
}
