//! The contributors to a task's groups, as the task that its conditions name counted them.

use crate::{
	chain::Chain,
	error::Error,
	groups::{count, with_enough, Count},
	request::shown,
	verify::result_outcome,
};
use ostraka_party::{address, escape::escaped};
use ostraka_primitives::{api::TaskInfo, spec::Statistic, task::Task, TaskId};
use ostraka_protocol::statistics::Outcome;

/// The contributors to each group, as a completed task counted them.
///
/// # Errors
/// `Failed` if the task has no such result, `Chain`.
pub async fn counted(chain: &Chain, task: TaskId) -> Result<Outcome, Error> {
	let info = chain.task(task).await?;
	if info.task.spec.statistic != Statistic::Contributors {
		return Err(Error::Usage(format!("task {task} does not count contributors")));
	}
	let result = chain.result(task).await?;
	let result = result.ok_or_else(|| Error::Failed(format!("task {task} has no result yet")))?;
	if let Some(recipient) = &result.sealed_to {
		return Err(Error::Failed(format!(
			"the result of task {task} is sealed to {}: nobody else can tell how many dealers its groups have",
			address(recipient)
		)));
	}
	Ok(result_outcome(&info.task.spec, &result)?)
}

/// Checks that every group of a task has enough dealers, by the task that its conditions name: the chain holds the accepted set to
/// the dealers whom that one counted. A count of who was merely invited too says nothing: who does not accept is no dealer of a
/// group.
///
/// # Errors
/// `Failed` if the conditions name no task that counted them, or a group has too few; `Chain`.
pub async fn check(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<(), Error> {
	let Some(counting) = named(task, &info.task)? else { return Ok(()) };
	let other = chain.task(counting).await?.task;
	check_counts(task, &info.task, counting, &other)?;
	let outcome = counted(chain, counting).await?;
	enough(task, &info.task, counting, &outcome)
}

/// The task that a task's conditions name for the dealers of its groups; `None` if it has none to count.
fn named(task: TaskId, asked: &Task) -> Result<Option<TaskId>, Error> {
	let Some(grouping) = &asked.spec.group_by else { return Ok(None) };
	if asked.spec.statistic == Statistic::Contributors {
		return Ok(None);
	}
	if let Some(counting) = asked.conditions.counting {
		return Ok(Some(counting));
	}
	let mut columns: Vec<String> = Vec::new();
	for column in asked.spec.all_columns().map(|column| shown(&column.name)) {
		if !columns.contains(&column) {
			columns.push(column);
		}
	}
	Err(Error::Failed(format!(
		"task {task} groups by `{}` and names no task that counted the dealers of its groups: a group could be one dealer's, \
		 and nothing is dealt\n  ask the requester to count them by `--statistic contributors` with --columns {} first, and to \
		 name that task with --contributors-task N (or --counted-by N); --unchecked-groups deals all the same",
		shown(&grouping.column),
		columns.join(",")
	)))
}

/// Whether the task that the conditions name counted the dealers of these groups, with values in all columns. Its cohort may be
/// another one: the freeze sees to it that those whom it counted are there.
fn check_counts(task: TaskId, asked: &Task, counting: TaskId, other: &Task) -> Result<(), Error> {
	let names = |columns: Vec<String>| {
		columns.iter().map(|name| escaped(name).into_owned()).collect::<Vec<_>>().join(", ")
	};
	let why = match count(asked, other) {
		Count::Counts => return Ok(()),
		Count::Other => "does not count the dealers of these groups".to_owned(),
		Count::Without(columns) => {
			format!("counted them whether or not they have a value of {}", names(columns))
		},
	};
	Err(Error::Failed(format!(
		"task {task} names task {counting} for the dealers of its groups, which {why}; nothing is dealt\n  ask the requester \
		 for a task that names another"
	)))
}

/// Whether each group of a task has as many dealers as it promises, as another counted them.
fn enough(task: TaskId, asked: &Task, counting: TaskId, counted: &Outcome) -> Result<(), Error> {
	let least = asked.conditions.least_dealers;
	let (_, few) = with_enough(&asked.spec, counted, least);
	if few.is_empty() {
		return Ok(());
	}
	Err(Error::Failed(format!(
		"task {task} asks for groups with too few dealers: {} (by task {counting}, which counted them; {least} are needed)\n  \
		 such a group's numbers would tell about each of its dealers, so nothing is dealt",
		few.iter().map(|name| escaped(name)).collect::<Vec<_>>().join(", ")
	)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_protocol::statistics::{Cell, Summary};

	fn counting() -> Task {
		let mut task = fixtures::task().task;
		task.spec.statistic = Statistic::Contributors;
		task
	}

	fn outcome(dealers: [u64; 2]) -> Outcome {
		let cells = ["a", "b"].into_iter().zip(dealers).map(|(group, contributors)| {
			let contributors = contributors.into();
			(group.to_owned(), Cell::Value(Summary::Contributors { contributors }))
		});
		Outcome::Groups { column: "g".to_owned(), cells: cells.collect(), together: None }
	}

	#[test]
	fn the_task_that_is_named_counts_these_groups() {
		let task = fixtures::task().task;
		assert!(check_counts(7, &task, 3, &counting()).is_ok());
		// the chain holds the accepted set to its dealers, whoever is invited beside them
		let other_cohort = Task { cohort: [1; 32], ..counting() };
		assert!(check_counts(7, &task, 3, &other_cohort).is_ok());
		let error = check_counts(7, &task, 3, &task).expect_err("a mean").to_string();
		assert!(error.contains("names task 3") && error.contains("does not count"), "{error}");
		let mut without = counting();
		without.spec.columns = Default::default();
		let error = check_counts(7, &task, 3, &without).expect_err("x is not counted").to_string();
		assert!(error.contains("whether or not they have a value of x"), "{error}");
	}

	#[test]
	fn groups_that_no_task_is_named_for_are_counted_by_none() {
		let mut task = fixtures::task().task;
		// whoever counted the same cohort: it may have been counted with dealers who do not accept
		let error = named(7, &task).expect_err("none is named").to_string();
		for part in ["names no task", "--columns x", "--contributors-task N", "--counted-by N"] {
			assert!(error.contains(part), "{error}");
		}
		task.conditions.counting = Some(3);
		assert!(matches!(named(7, &task), Ok(Some(3))));
		task.conditions.counting = None;
		task.spec.statistic = Statistic::Contributors;
		assert!(matches!(named(7, &task), Ok(None)), "it counts them itself");
		task.spec = fixtures::task().task.spec;
		task.spec.group_by = None;
		assert!(matches!(named(7, &task), Ok(None)));
	}

	#[test]
	fn a_group_needs_as_many_dealers_as_the_task_promises() {
		let mut task = fixtures::task().task;
		assert!(enough(7, &task, 3, &outcome([3, 4])).is_ok());
		task.conditions.least_dealers = 4;
		let error = enough(7, &task, 3, &outcome([3, 4])).expect_err("a has 3").to_string();
		assert!(error.contains("too few dealers: a (by task 3") && error.contains("4 are needed"));
	}
}
