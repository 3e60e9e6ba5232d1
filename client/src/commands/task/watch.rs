//! `ostraka task watch`: follows a task to its end.

use crate::{
	chain::{Chain, ChainError},
	cli::{task::TaskArg, Global},
	commands::{connect, result},
	error::Error,
	onchain::convictions::{between, of_dealings},
	output::{progress::Progress, Output},
	view::{
		lines::{ended, outcome, progress, state},
		records,
	},
};
use ostraka_party::title::title;
use ostraka_primitives::{
	api::TaskInfo,
	task::{Outcome, TaskStatus},
	TaskId,
};

/// Runs the command. Whatever becomes of the connection meanwhile, the state is read anew at every block.
///
/// # Errors
/// `Chain`; `Failed` if the task fails.
pub async fn run(args: &TaskArg, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let followed = follow(&chain, args.number, out).await;
	// between two looks it can have failed before its draw, and been settled
	if let (Err(Error::Chain(ChainError::Undrawn { task, reason })), true) =
		(&followed, out.is_json())
	{
		out.json(&records::undrawn(*task, *reason))?;
	}
	followed
}

/// Follows a task to its end.
async fn follow(chain: &Chain, task: TaskId, out: &mut Output<'_>) -> Result<(), Error> {
	let bars = Progress::new(out.is_json());
	let mut info = chain.task(task).await?;
	let bar = bars.spinner(&format!("task {task}, {}:", title(&info.task.spec)));
	let mut head = chain.head();
	let mut said = "";
	let say = |line: &str| match bars.is_shown() {
		true => bars.say(line),
		false => out.notes().say(line),
	};
	// what was decided before is told first, then what is while this watches
	let before = of_dealings(chain, task, &info).await?;
	before.iter().rev().for_each(|conviction| say(&conviction.line()));
	let mut told = head.number;
	let how = loop {
		let line = progress_line(chain, task, &info, head.number).await?;
		let state = state(&info.task.status);
		bar.set_message(format!("{state}: {line}"));
		// without a terminal a line for every step
		if !bars.is_shown() && state != said {
			said = state;
			out.notes().say(format!("block {}: {said}: {line}", head.number));
		}
		if let Some(outcome) = outcome(&info.task.status) {
			break outcome;
		}
		head = chain.next_head(head).await?;
		info = chain.task(task).await?;
		let new = (told.saturating_add(1), head.number);
		let convictions = between(chain, task, new, |_| false).await?;
		convictions.iter().rev().for_each(|conviction| say(&conviction.line()));
		told = told.max(head.number);
	};
	bars.clear();
	match how {
		Outcome::Completed => result::print(chain, task, &info, out).await,
		Outcome::Failed(_) => {
			if out.is_json() {
				out.json(&records::task(task, &info))?;
			}
			Err(Error::Failed(format!("task {task} {}", ended(how))))
		},
	}
}

/// How far a task is; of one without a committee, what it lacks.
async fn progress_line(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	block: u32,
) -> Result<String, ChainError> {
	let line = progress(info, block);
	if let TaskStatus::Drawing { .. } = info.task.status {
		if let Some(obstacle) = chain.draw_obstacle(task).await? {
			return Ok(format!("{line}: {obstacle}"));
		}
	}
	Ok(line)
}
