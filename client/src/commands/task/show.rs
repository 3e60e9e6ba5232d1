//! `ostraka task show`: one task.

use crate::{
	cli::{task::TaskArg, Global},
	commands::{connect, excluded},
	error::Error,
	onchain::{self, convictions::of_dealings},
	output::Output,
	view::{
		capture::Capture,
		lines::{task_lines, INSECURE},
		records,
	},
};
use ostraka_primitives::task::TaskStatus;

/// Runs the command.
///
/// # Errors
/// `Chain`.
pub async fn run(args: &TaskArg, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let info = chain.task(args.number).await?;
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
