//! The contributors to a task's groups, as earlier tasks of the chain counted them.

use crate::{
	chain::{Chain, ChainError},
	error::Error,
	groups::{count, with_enough, Count},
	request::shown,
	verify::result_outcome,
};
use ostraka_party::escape::escaped;
use ostraka_primitives::{api::TaskInfo, spec::Statistic, TaskId};
use ostraka_protocol::statistics::Outcome;

/// Most earlier tasks that are searched for a count of contributors.
const SEARCHED: u32 = 256;

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
	Ok(result_outcome(&info.task.spec, &result)?)
}

/// Checks that every group of a task has enough dealers, by an earlier task on the chain that counted them over the same
/// cohort and all columns of this one. Returns that task's number; `None` if the task has no groups.
///
/// # Errors
/// `Failed` if no task counted them, or a group has too few.
pub async fn check(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<Option<TaskId>, Error> {
	let spec = &info.task.spec;
	let Some(grouping) = &spec.group_by else { return Ok(None) };
	if spec.statistic == Statistic::Contributors {
		return Ok(None);
	}
	let mut without = None;
	for earlier in (task.saturating_sub(SEARCHED)..task).rev() {
		let other = match chain.task(earlier).await {
			Ok(other) => other.task,
			Err(ChainError::NoTask(_)) => continue,
			Err(error) => return Err(error.into()),
		};
		match count(&info.task, &other) {
			Count::Counts => {},
			Count::Without(columns) => {
				without = without.or(Some((earlier, columns)));
				continue;
			},
			Count::Other => continue,
		}
		let Some(result) = chain.result(earlier).await? else { continue };
		let counted = result_outcome(&other.spec, &result)?;
		let (_, few) = with_enough(spec, &counted, info.task.parameters.least_dealers);
		if few.is_empty() {
			return Ok(Some(earlier));
		}
		return Err(Error::Failed(format!(
			"task {task} asks for groups with too few dealers: {} (by task {earlier}, which counted them; {} are \
			 needed)\n  such a group's numbers would tell about each of its dealers, so nothing is dealt",
			few.iter().map(|name| escaped(name)).collect::<Vec<_>>().join(", "),
			info.task.parameters.least_dealers
		)));
	}
	let without = without.map_or_else(String::new, |(earlier, columns)| {
		format!(
			" (task {earlier} counted them whether or not they have a value of {})",
			columns.iter().map(|name| escaped(name)).collect::<Vec<_>>().join(", ")
		)
	});
	let columns: Vec<String> = spec.all_columns().map(|column| shown(&column.name)).collect();
	Err(Error::Failed(format!(
		"task {task} groups by `{}`, and no earlier task over the same dealers has counted those with rows in each \
		 group that have all its columns{without}\n  ask the requester to run `--statistic contributors` with --columns {} \
		 first; --unchecked-groups deals all the same",
		shown(&grouping.column),
		columns.join(",")
	)))
}
