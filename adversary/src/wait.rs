//! Waiting for a task to come as far as an attack needs it.

use ostraka_client::{
	chain::{Chain, ChainError, Head},
	Error,
};
use ostraka_primitives::{
	api::TaskInfo,
	task::{Outcome, TaskStatus},
	TaskId,
};

/// A task's phases, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
	/// Dealers accept.
	Inviting,
	/// It waits for its committee.
	Drawing,
	/// Dealers deal.
	Collecting,
	/// Members check and accuse.
	Verifying,
	/// Members commit.
	Committing,
	/// Members reveal.
	Revealing,
	/// It has ended.
	Ended,
}

/// The phase of a state.
pub fn phase(status: &TaskStatus) -> Phase {
	match status {
		TaskStatus::Inviting { .. } => Phase::Inviting,
		TaskStatus::Drawing { .. } => Phase::Drawing,
		TaskStatus::Collecting { .. } => Phase::Collecting,
		TaskStatus::Verifying { .. } => Phase::Verifying,
		TaskStatus::Committing { .. } => Phase::Committing,
		TaskStatus::Revealing { .. } => Phase::Revealing,
		TaskStatus::Settling(_) | TaskStatus::Settled(_) => Phase::Ended,
	}
}

/// Waits until a task is in a phase, or later. Returns it as it is then.
///
/// # Errors
/// `Chain`.
pub async fn until(chain: &Chain, task: TaskId, at_least: Phase) -> Result<TaskInfo, Error> {
	let mut head = chain.head();
	loop {
		let info = chain.task_at(task, head).await?;
		if phase(&info.task.status) >= at_least {
			return Ok(info);
		}
		head = chain.next_head(head).await?;
	}
}

/// Waits until a task is in exactly that phase.
///
/// # Errors
/// `Failed` if it is past it, `Chain`.
pub async fn exactly(chain: &Chain, task: TaskId, wanted: Phase) -> Result<TaskInfo, Error> {
	let info = until(chain, task, wanted).await?;
	match phase(&info.task.status) {
		found if found == wanted => Ok(info),
		found => Err(Error::Failed(format!("task {task} is past {wanted:?}: it is {found:?}"))),
	}
}

/// Waits until a task is settled in a block that is final. Returns how it ended, and the newest final block.
///
/// # Errors
/// `Chain`.
pub async fn settled(chain: &Chain, task: TaskId) -> Result<(Outcome, Head), Error> {
	let mut head = chain.head();
	loop {
		if end(chain, task, head).await?.is_some() {
			let last = chain.wait_final(head.number).await?;
			if let Some(outcome) = end(chain, task, last).await? {
				return Ok((outcome, last));
			}
		}
		head = chain.next_head(head).await?;
	}
}

/// How a task ended, if it is settled in this block.
async fn end(chain: &Chain, task: TaskId, block: Head) -> Result<Option<Outcome>, Error> {
	match chain.task_at(task, block).await.map(|info| info.task.status) {
		Ok(TaskStatus::Settled(outcome)) => Ok(Some(outcome)),
		Ok(_) => Ok(None),
		// it failed before its draw, and nothing else is left of it
		Err(ChainError::Undrawn { reason, .. }) => Ok(Some(Outcome::Failed(reason))),
		Err(error) => Err(error.into()),
	}
}
