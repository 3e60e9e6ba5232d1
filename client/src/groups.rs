//! Groups with enough dealers. The whole vector of a group-by is published, so a group of few dealers tells about each
//! of them: first a task counts the dealers with rows in each group, then the statistic is computed over groups with
//! enough, which every dealer's client checks before it deals.

use crate::{
	chain::{Chain, ChainError},
	error::Error,
	spec::text,
	verify::result_outcome,
};
use ostraka_primitives::{
	api::TaskInfo,
	spec::{Statistic, TaskSpec},
	TaskId,
};
use ostraka_protocol::statistics::{Cell, Outcome, Summary};

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

/// The task over the groups to which at least `least` dealers contribute, and the groups left out. `None` if there is no
/// such group.
pub fn with_enough(
	spec: &TaskSpec,
	contributors: &Outcome,
	least: u32,
) -> (Option<TaskSpec>, Vec<String>) {
	let Outcome::Groups { cells, .. } = contributors else { return (None, Vec::new()) };
	let enough = |cell: &Cell| match cell {
		Cell::Value(Summary::Contributors { contributors }) => *contributors >= least.into(),
		_ => false,
	};
	let mut left_out = Vec::new();
	let mut spec = spec.clone();
	let Some(grouping) = &mut spec.group_by else { return (None, Vec::new()) };
	grouping.groups.retain(|group| {
		let group = text(group);
		let keep = cells.iter().any(|(name, cell)| *name == group && enough(cell));
		if !keep {
			left_out.push(group);
		}
		keep
	});
	let none = grouping.groups.is_empty();
	((!none).then_some(spec), left_out)
}

/// Checks that every group of a task has enough dealers, by an earlier task on the chain that counted them over the same
/// cohort. Answers that task's number; `None` if the task has no groups.
///
/// # Errors
/// `Failed` if no task counted them, or a group has too few.
pub async fn check(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<Option<TaskId>, Error> {
	let spec = &info.task.spec;
	let Some(grouping) = &spec.group_by else { return Ok(None) };
	if spec.statistic == Statistic::Contributors {
		return Ok(None);
	}
	for earlier in (task.saturating_sub(SEARCHED)..task).rev() {
		let other = match chain.task(earlier).await {
			Ok(other) => other.task,
			Err(ChainError::NoTask(_)) => continue,
			Err(error) => return Err(error.into()),
		};
		let same_column = |other: &TaskSpec| {
			other.group_by.as_ref().is_some_and(|other| other.column == grouping.column)
		};
		let counts = other.spec.statistic == Statistic::Contributors
			&& other.cohort == info.task.cohort
			&& same_column(&other.spec);
		if !counts {
			continue;
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
			few.join(", "),
			info.task.parameters.least_dealers
		)));
	}
	Err(Error::Failed(format!(
		"task {task} groups by `{}`, and no earlier task over the same dealers has counted those with rows in each \
		 group\n  ask the requester to run `--statistic contributors` first; --unchecked-groups deals all the same",
		text(&grouping.column)
	)))
}
