//! What a requester asked before: whether it asks the same dealer for the same columns again, and how many of its tasks came
//! to nothing after their draw.
//!
//! Each task has a committee of its own. Whoever may ask again and again has one that suits it in the end, and reads what is
//! dealt to that one. So a dealer accepts no second task of a requester over the same columns within a day, unless it says
//! otherwise.

use super::gather::{invited, Bodies};
use crate::{
	chain::{calls::indices, Chain, ChainError},
	error::Error,
	request::text,
};
use futures::{future, stream, StreamExt, TryStreamExt};
use ostraka_primitives::{
	api::TaskInfo,
	spec::{Statistic, TaskSpec},
	task::{Outcome, Task, TaskStatus},
	AccountId, BlockNumber, TaskId,
};
use std::{collections::BTreeSet, time::Duration};

/// Most earlier tasks that are looked at, whoever asked for them.
const SEARCHED: u32 = 1_024;
/// Of these, how many are asked for at a time.
const AT_ONCE: usize = 16;
/// How long a requester's task stands in the way of its next one.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a requester asked before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
	/// Number of its tasks that were looked at; those that failed before their draw are gone.
	pub tasks: u32,
	/// Of these, how many ended without a result though their committee was drawn.
	pub came_to_nothing: u32,
	/// Its newest task that asks this dealer for columns of the present one, and these columns.
	pub same: Option<(TaskId, Vec<String>)>,
}

/// Looks at a requester's tasks before one that a dealer is to accept.
///
/// # Errors
/// `Chain`.
pub async fn look(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	account: &AccountId,
) -> Result<Earlier, Error> {
	let now = chain.head().number;
	let since = now.saturating_sub(blocks_of(DAY, chain.block_time()));
	let requester = &info.task.requester;
	// of what failed before its draw nothing is left: nobody had a committee by it
	let read = |number: TaskId| async move {
		let found = chain.task_if_any(number, chain.head()).await?;
		Ok::<_, ChainError>(found.map(|found| (number, found)))
	};
	let found: Vec<(TaskId, TaskInfo)> = stream::iter((task.saturating_sub(SEARCHED)..task).rev())
		.map(read)
		.buffered(AT_ONCE)
		.try_filter_map(|found| {
			let of_requester = |(_, other): &(_, TaskInfo)| other.task.requester == *requester;
			future::ready(Ok(found.filter(of_requester)))
		})
		.try_collect()
		.await?;
	let mut earlier = Earlier {
		tasks: found.len() as u32,
		came_to_nothing: found.iter().filter(|(_, other)| came_to_nothing(&other.task)).count()
			as u32,
		same: None,
	};
	let bodies = Bodies::default();
	for (number, other) in &found {
		let columns = asked_again(&info.task, (*number, &other.task), since);
		if !columns.is_empty() && was_asked(chain, &info.task, other, account, &bodies).await? {
			earlier.same = Some((*number, columns));
			break;
		}
	}
	Ok(earlier)
}

/// Blocks that come within a time.
fn blocks_of(time: Duration, each: Duration) -> BlockNumber {
	let blocks = time.as_millis().checked_div(each.as_millis()).unwrap_or_default();
	blocks.try_into().unwrap_or(BlockNumber::MAX)
}

/// Whether a dealer was asked by an earlier task too, or may have been: the node does not tell any more.
async fn was_asked(
	chain: &Chain,
	task: &Task,
	earlier: &TaskInfo,
	account: &AccountId,
	bodies: &Bodies,
) -> Result<bool, ChainError> {
	if earlier.task.cohort == task.cohort {
		return Ok(true);
	}
	let Some(indices) = indices(chain.metadata()) else { return Ok(true) };
	let dealers = invited(chain, earlier, &indices, bodies).await?;
	Ok(dealers.is_none_or(|dealers| dealers.contains(account)))
}

/// Whether a task's committee was drawn, and it ended without a result.
fn came_to_nothing(task: &Task) -> bool {
	task.drawn_at.is_some() && matches!(ended(task), Some(Outcome::Failed(_)))
}

fn ended(task: &Task) -> Option<Outcome> {
	match task.status {
		TaskStatus::Settling(outcome) | TaskStatus::Settled(outcome) => Some(outcome),
		_ => None,
	}
}

/// The columns that a task asks for and an earlier one of the same requester asked for too, in block `since` or later.
/// None if the earlier one ended before its draw, as nobody had a committee by it; none either if it completed, and the present
/// one names it as the count of its groups' dealers, which takes two tasks.
fn asked_again(task: &Task, (number, earlier): (TaskId, &Task), since: BlockNumber) -> Vec<String> {
	let was_never_drawn = ended(earlier).is_some() && earlier.drawn_at.is_none();
	let has_counted = task.conditions.counting == Some(number)
		&& earlier.spec.statistic == Statistic::Contributors
		&& ended(earlier) == Some(Outcome::Completed);
	if earlier.submitted_at < since || was_never_drawn || has_counted {
		return Vec::new();
	}
	let before = columns(&earlier.spec);
	columns(&task.spec).into_iter().filter(|column| before.contains(column)).collect()
}

/// Names of the columns whose values go into a vector; of a count of contributors without any, the groups' column.
fn columns(spec: &TaskSpec) -> BTreeSet<String> {
	let mut names: BTreeSet<String> = spec.all_columns().map(|column| text(&column.name)).collect();
	if names.is_empty() {
		names.extend(spec.group_by.iter().map(|grouping| text(&grouping.column)));
	}
	names
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_primitives::task::FailReason;

	/// A mean of x by g, submitted in block 5.
	fn task() -> Task {
		fixtures::task().task
	}

	fn ended_with(outcome: Outcome) -> Task {
		Task { status: TaskStatus::Settled(outcome), ..task() }
	}

	const NO_DEALINGS: Outcome = Outcome::Failed(FailReason::NoDealings);

	#[test]
	fn a_second_task_over_the_same_column_is_seen() {
		let mut earlier = task();
		assert_eq!(asked_again(&task(), (3, &earlier), 5), ["x"]);
		assert_eq!(asked_again(&task(), (3, &ended_with(Outcome::Completed)), 5), ["x"]);
		assert_eq!(asked_again(&task(), (3, &ended_with(NO_DEALINGS)), 5), ["x"]);
		assert!(asked_again(&task(), (3, &earlier), 6).is_empty(), "more than a day ago");
		// whatever the statistic, and wherever in it the column stands
		earlier.spec.statistic = Statistic::WeightedMean;
		earlier.spec.weight = Some(earlier.spec.columns[0].clone());
		earlier.spec.columns[0].name = fixtures::name("y");
		assert_eq!(asked_again(&task(), (3, &earlier), 5), ["x"]);
		earlier.spec.weight = None;
		assert!(
			asked_again(&task(), (3, &earlier), 5).is_empty(),
			"another column by the same groups"
		);
	}

	#[test]
	fn a_task_without_a_committee_is_no_try() {
		let mut earlier = ended_with(Outcome::Failed(FailReason::TooFewAcceptances));
		earlier.drawn_at = None;
		assert!(asked_again(&task(), (3, &earlier), 5).is_empty());
		assert!(!came_to_nothing(&earlier));
		// one that still waits for its committee may get one
		earlier.status = TaskStatus::Drawing { until: 9 };
		assert_eq!(asked_again(&task(), (3, &earlier), 5), ["x"]);
	}

	#[test]
	fn a_count_of_the_groups_comes_before_the_task() {
		let mut counting = ended_with(Outcome::Completed);
		counting.spec.statistic = Statistic::Contributors;
		let mut task = task();
		// it is one if the task names it, and holds its dealers to it
		assert_eq!(asked_again(&task, (3, &counting), 5), ["x"]);
		task.conditions.counting = Some(3);
		assert!(asked_again(&task, (3, &counting), 5).is_empty());
		assert_eq!(asked_again(&task, (2, &counting), 5), ["x"], "another one");
		assert_eq!(asked_again(&counting, (3, &counting), 5), ["x"], "a second count");
		counting.status = TaskStatus::Settled(NO_DEALINGS);
		assert_eq!(asked_again(&task, (3, &counting), 5), ["x"], "a count without a result");
		counting.spec.columns = Default::default();
		assert_eq!(asked_again(&counting, (3, &counting), 5), ["g"]);
		let mean = ended_with(Outcome::Completed);
		assert_eq!(asked_again(&task, (3, &mean), 5), ["x"], "it counted nothing");
	}

	#[test]
	fn what_came_to_nothing_was_drawn() {
		assert!(came_to_nothing(&ended_with(NO_DEALINGS)));
		assert!(!came_to_nothing(&ended_with(Outcome::Completed)));
		assert!(!came_to_nothing(&task()));
	}

	#[test]
	fn a_day_is_so_many_blocks() {
		assert_eq!(blocks_of(DAY, Duration::from_secs(6)), 14_400);
		assert_eq!(blocks_of(DAY, Duration::ZERO), 0);
	}
}
