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
use futures::{stream, StreamExt, TryStreamExt};
use ostraka_primitives::{
	api::TaskInfo,
	spec::{Statistic, TaskSpec},
	task::{Outcome, Task, TaskStatus},
	AccountId, BlockNumber, TaskId,
};
use std::{collections::BTreeSet, future::Future, pin::pin, time::Duration};

/// Earlier tasks that are looked at however long ago they were submitted, whoever asked for them: for the number of those that
/// came to nothing.
const LEAST: u32 = 1_024;
/// Most that are looked at to see a whole day. Numbers of tasks that failed before their draw count, as anybody can use up many
/// of them.
pub const MOST: u32 = 100_000;
/// Of these, how many are asked for, and held in memory, at a time.
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
	/// Whether no such task was found, and a part of the day was not looked at: the chain took more than [`MOST`] tasks since.
	pub is_cut: bool,
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
	let read = |number: TaskId| async move { chain.task_if_any(number, chain.head()).await };
	let may_ask = |other: TaskInfo| async move {
		was_asked(chain, &info.task, &other, account, &Bodies::default()).await
	};
	Ok(search((task, &info.task), since, read, may_ask).await?)
}

/// Goes back from a task to the first one that was submitted before block `since`. `read` reads a task; `may_ask` says whether
/// the dealer was asked by one.
///
/// The bound is a block and no number of tasks: numbers are cheap. Who submits a thousand tasks that nobody accepts would push
/// its first one out of sight, and ask the same again.
///
/// # Errors
/// Those of `read` and `may_ask`.
async fn search<R, A>(
	(task, asking): (TaskId, &Task),
	since: BlockNumber,
	read: impl Fn(TaskId) -> R,
	may_ask: impl Fn(TaskInfo) -> A,
) -> Result<Earlier, ChainError>
where
	R: Future<Output = Result<Option<TaskInfo>, ChainError>>,
	A: Future<Output = Result<bool, ChainError>>,
{
	let lowest = task.saturating_sub(MOST);
	let numbered = |number: TaskId| {
		let found = read(number);
		async move { found.await.map(|found| (number, found)) }
	};
	let mut records = pin!(stream::iter((lowest..task).rev()).map(numbered).buffered(AT_ONCE));
	let mut earlier = Earlier::default();
	let mut is_day_over = false;
	while let Some((number, found)) = records.try_next().await? {
		let is_known = is_day_over || earlier.same.is_some();
		if is_known && task.saturating_sub(number) > LEAST {
			break;
		}
		// of what failed before its draw nothing is left: nobody had a committee by it
		let Some(other) = found else { continue };
		// numbers are given in the order of submission
		is_day_over |= other.task.submitted_at < since;
		if other.task.requester != asking.requester {
			continue;
		}
		earlier.tasks = earlier.tasks.saturating_add(1);
		if came_to_nothing(&other.task) {
			earlier.came_to_nothing = earlier.came_to_nothing.saturating_add(1);
		}
		if earlier.same.is_none() {
			let columns = asked_again(asking, (number, &other.task), since);
			if !columns.is_empty() && may_ask(other).await? {
				earlier.same = Some((number, columns));
			}
		}
	}
	// before task 0 there is none
	earlier.is_cut = lowest > 0 && !is_day_over && earlier.same.is_none();
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
	use std::cell::Cell;

	/// A mean of x by g, submitted in block 5.
	fn task() -> Task {
		fixtures::task().task
	}

	fn ended_with(outcome: Outcome) -> Task {
		Task { status: TaskStatus::Settled(outcome), ..task() }
	}

	const NO_DEALINGS: Outcome = Outcome::Failed(FailReason::NoDealings);

	/// The first block of the day.
	const SINCE: BlockNumber = 100;

	/// A task of the requester, or of another one, that was submitted in a block.
	fn submitted(is_same: bool, submitted_at: BlockNumber) -> TaskInfo {
		let mut info = fixtures::task();
		info.task.submitted_at = submitted_at;
		if !is_same {
			info.task.requester = AccountId::new([8; 32]);
		}
		info
	}

	/// What is found before a task on a chain with these records, and the lowest number that was asked for.
	async fn searched(
		number: TaskId,
		book: impl Fn(TaskId) -> Option<TaskInfo>,
	) -> (Earlier, TaskId) {
		let lowest = Cell::new(number);
		let read = |number: TaskId| {
			lowest.set(lowest.get().min(number));
			let found = book(number);
			async move { Ok(found) }
		};
		let asking = task();
		let earlier = search((number, &asking), SINCE, read, |_| async { Ok(true) }).await;
		(earlier.expect("all is read"), lowest.get())
	}

	#[tokio::test]
	async fn tasks_that_nobody_accepts_push_none_out_of_sight() {
		let first = |number: TaskId| (number == 0).then(|| submitted(true, SINCE));
		let found = |earlier: &Earlier| earlier.same.as_ref().map(|(number, _)| *number);
		// of those that failed before their draw nothing is left
		let (earlier, _) = searched(5_001, first).await;
		assert_eq!((found(&earlier), earlier.tasks, earlier.is_cut), (Some(0), 1, false));
		// nor do tasks that were drawn, of the requester or of others
		let others = |number: TaskId| {
			let mut info = submitted(number == 0 || number % 2 == 1, SINCE);
			if number > 0 {
				info.task.spec.columns[0].name = fixtures::name("y");
			}
			Some(info)
		};
		let (earlier, _) = searched(5_001, others).await;
		assert_eq!((found(&earlier), earlier.tasks), (Some(0), 2_501));
	}

	#[tokio::test]
	async fn the_search_ends_with_the_day() {
		let book = |number: TaskId| {
			Some(match number {
				4_990.. => submitted(false, SINCE),
				_ => submitted(true, SINCE - 1),
			})
		};
		let (earlier, lowest) = searched(5_000, book).await;
		let expected = Earlier { tasks: LEAST - 10, ..Earlier::default() };
		assert_eq!(earlier, expected, "for the number of those that came to nothing");
		assert!(lowest >= 5_000 - LEAST - 2 * AT_ONCE as u32, "{lowest} is of no use");
		// a task that stands in the way is enough
		let (earlier, lowest) = searched(5_000, |_| Some(submitted(true, SINCE))).await;
		assert_eq!(earlier.same.map(|(number, _)| number), Some(4_999));
		assert!(lowest >= 5_000 - LEAST - 2 * AT_ONCE as u32, "{lowest} is of no use");
	}

	#[tokio::test]
	async fn a_day_of_too_many_tasks_is_told() {
		assert!(!searched(MOST, |_| None).await.0.is_cut, "all there ever was");
		let (earlier, lowest) = searched(MOST + 1, |_| None).await;
		assert_eq!((earlier.is_cut, lowest), (true, 1));
		let yesterday = |number: TaskId| (number == 1).then(|| submitted(true, SINCE - 1));
		assert!(!searched(MOST + 1, yesterday).await.0.is_cut);
		let today = |number: TaskId| (number == 1).then(|| submitted(true, SINCE));
		let (earlier, _) = searched(MOST + 1, today).await;
		assert!(earlier.same.is_some() && !earlier.is_cut, "that is told");
	}

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
