//! Histograms that are a group-by by another name: what holds for groups holds for their bins.

use super::groups;
use crate::{chain::Chain, error::Error, request::shown};
use ostraka_primitives::{api::TaskInfo, spec::TaskSpec, TaskId};

/// Checks that every value of a column that is counted in bins of one value each has enough dealers, as
/// [`groups::check`] checks groups: by the task that the conditions name. `as_groups` is the group-by that the task comes
/// to, if it does.
///
/// # Errors
/// `Failed` if the conditions name no task that counted them, or a value has too few dealers; `Chain`.
pub async fn check(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	as_groups: Option<&TaskSpec>,
) -> Result<(), Error> {
	let Some(spec) = as_groups else { return Ok(()) };
	let mut grouped = info.clone();
	grouped.task.spec = spec.clone();
	match groups::check(chain, task, &grouped).await {
		Ok(()) => Ok(()),
		Err(Error::Failed(reason)) => {
			let flags = spec.group_by.as_ref().map_or_else(String::new, |grouping| {
				let values: Vec<String> = grouping.groups.iter().map(shown).collect();
				format!(" --group-by {} --groups {}", shown(&grouping.column), values.join(","))
			});
			Err(Error::Failed(format!(
				"task {task} counts in bins of one value each, which is to group by these values (as{flags} would)\n  {reason}"
			)))
		},
		Err(error) => Err(error),
	}
}
