//! `ostraka task show`: one task.

use super::OneArgs;
use crate::{
	cli::Global,
	commands::connect,
	error::Error,
	output::Output,
	view::{
		lines::{task_lines, INSECURE},
		records,
	},
};
use ostraka_primitives::task::TaskStatus;

/// Runs the command.
///
/// # Errors
/// `Chain`.
pub async fn run(args: &OneArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let info = chain.task(args.task).await?;
	if out.is_json() {
		return out.json(&records::task(args.task, &info));
	}
	out.lines(&task_lines(chain.token(), chain.head().number, args.task, &info))?;
	if chain.is_insecure().await? {
		writeln!(out, "{INSECURE}")?;
	}
	if let TaskStatus::Drawing { .. } = info.task.status {
		if let Some(obstacle) = chain.draw_obstacle(args.task).await? {
			writeln!(out, "no committee yet: {obstacle}")?;
		}
	}
	Ok(())
}
