//! A node's own copies of dealings, which its worker reads: whether one is there.

use crate::{
	chain::{Chain, ChainError},
	commands::doctor::judge::{Part, Status},
};
use ostraka_party::address;
use ostraka_primitives::{message::indexed_key, task::TaskStatus, Digest};

/// Newest tasks that are looked through for a dealing.
const LOOKED_AT: u32 = 64;
/// Dealers of a task that are asked for theirs.
const DEALERS: usize = 32;

/// Whether the offchain database of the node that answers has the dealing with that digest; `None` if it does not say.
///
/// # Errors
/// `Gone`, `Unreadable`.
pub async fn has_copy(chain: &Chain, digest: &Digest) -> Result<Option<bool>, ChainError> {
	match chain.offchain(&indexed_key(digest)).await {
		Ok(copy) => Ok(Some(copy.is_some())),
		Err(ChainError::Rpc(_)) => Ok(None),
		Err(error) => Err(error),
	}
}

/// Whether the node indexes: a dealing that the chain's state has is in its database.
///
/// # Errors
/// `Rpc`, `Gone`, `Unreadable`.
pub async fn check(chain: &Chain) -> Result<Part, ChainError> {
	let count = chain.tasks().await?;
	for task in (count.saturating_sub(LOOKED_AT)..count).rev() {
		let Some(info) = chain.task_if_any(task, chain.head()).await? else { continue };
		if info.dealings == 0 || !is_kept(&info.task.status) {
			continue;
		}
		for dealer in info.accepted.iter().take(DEALERS) {
			let Some(record) = chain.dealing(task, dealer).await? else { continue };
			let has = has_copy(chain, &record.digest).await?;
			return Ok(judge(chain.url(), &format!("{} to task {task}", address(dealer)), has));
		}
	}
	Ok((Status::Skipped, "no task has a dealing now that could be looked for".to_owned()))
}

/// Whether a worker keeps the dealings to a task: not for long once that has ended.
const fn is_kept(status: &TaskStatus) -> bool {
	matches!(status, TaskStatus::Collecting { .. }) || is_all_in(status)
}

/// Whether all dealings to a task are in, and its result is still to be computed.
pub const fn is_all_in(status: &TaskStatus) -> bool {
	matches!(
		status,
		TaskStatus::Verifying { .. } | TaskStatus::Committing { .. } | TaskStatus::Revealing { .. }
	)
}

fn judge(url: &str, whose: &str, has: Option<bool>) -> Part {
	match has {
		Some(true) => (Status::Ok, format!("the dealing of {whose} is in the offchain database")),
		Some(false) => (
			Status::Failed,
			format!(
				"the dealing of {whose} is not in the offchain database: start the node with --compute; \
				 `ostraka node supply` brings what it missed"
			),
		),
		None => (
			Status::Skipped,
			format!("the node at {url} does not say what it has: that takes --rpc-methods unsafe"),
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_primitives::task::Outcome;

	#[test]
	fn copies_are_looked_for_as_long_as_they_are_kept() {
		assert!(is_kept(&fixtures::task().task.status));
		assert!(is_kept(&TaskStatus::Revealing { until: 1 }));
		assert!(!is_kept(&TaskStatus::Settling(Outcome::Completed)));
		assert!(!is_kept(&fixtures::inviting().task.status));
	}

	#[test]
	fn dealings_are_looked_for_when_they_are_all_in() {
		assert!(!is_all_in(&fixtures::task().task.status));
		assert!(is_all_in(&TaskStatus::Verifying { until: 1 }));
		assert!(!is_all_in(&fixtures::inviting().task.status));
	}

	#[test]
	fn a_copy_is_there_or_not_or_nobody_says() {
		let of = |has| judge("ws://node", "5Dealer to task 7", has);
		assert_eq!(of(Some(true)).0, Status::Ok);
		let (status, says) = of(Some(false));
		assert!(status == Status::Failed && says.contains("node supply"), "{says}");
		let (status, says) = of(None);
		assert!(status == Status::Skipped && says.contains("unsafe"), "{says}");
	}
}
