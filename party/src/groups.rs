//! Groups with enough dealers. The whole vector of a group-by is published, so a group of few dealers tells about each
//! of them: first a task counts the dealers with rows in each group, then the statistic is computed over groups with
//! enough, which every dealer's client checks before it deals. What is counted are the dealers with rows that have a value
//! in every column of the statistic: of many who have a group, one alone may have the column.

use crate::{escape::escaped, request::text};
use alloc::{format, string::String, vec::Vec};
use ostraka_primitives::{
	spec::{Name, Statistic, TaskSpec},
	task::Task,
};
use ostraka_protocol::statistics::{Cell, Outcome, Summary};

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

/// Why no group has enough dealers.
pub fn too_few(contributors: &Outcome, least: u32) -> String {
	let mut text = format!("no group has {least} dealers, which the class asks for");
	let Outcome::Groups { cells, .. } = contributors else { return text };
	let counted = cells.iter().filter_map(|(group, cell)| match cell {
		Cell::Value(Summary::Contributors { contributors }) => Some((contributors, group)),
		_ => None,
	});
	if let Some((most, group)) = counted.max_by_key(|(contributors, _)| *contributors) {
		text.push_str(&format!(" (the most, {most}, has `{}`)", escaped(group)));
	}
	text
}

/// The columns of a statistic that `counting` did not ask for: a dealer that it counted may have no value in them.
pub fn uncounted(spec: &TaskSpec, counting: &TaskSpec) -> Vec<String> {
	let is_counted = |name: &Name| counting.columns.iter().any(|column| column.name == *name);
	let mut names = Vec::new();
	for name in spec.all_columns().map(|column| &column.name).filter(|name| !is_counted(name)) {
		let name = text(name);
		if !names.contains(&name) {
			names.push(name);
		}
	}
	names
}

/// What an earlier task says of a task's groups.
#[derive(Debug, PartialEq, Eq)]
pub enum Count {
	/// Nothing: it is another statistic, over other dealers or by another column.
	Other,
	/// How many dealers they have, but not with values in these columns.
	Without(Vec<String>),
	/// How many dealers they have.
	Counts,
}

/// What an earlier task says of the groups of `task`.
pub fn count(task: &Task, earlier: &Task) -> Count {
	let column = |task: &Task| Some(task.spec.group_by.as_ref()?.column.clone());
	if earlier.spec.statistic != Statistic::Contributors
		|| earlier.cohort != task.cohort
		|| column(earlier) != column(task)
	{
		return Count::Other;
	}
	let uncounted = uncounted(&task.spec, &earlier.spec);
	if uncounted.is_empty() {
		Count::Counts
	} else {
		Count::Without(uncounted)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		fixtures::{self, task},
		request::contributors_first,
	};
	use ostraka_primitives::spec::{Column, Grouping};

	fn column(name: &str) -> Column {
		fixtures::column(name, 0, 9)
	}

	fn spec(statistic: Statistic, columns: &[&str]) -> TaskSpec {
		let grouping = Grouping {
			column: column("g").name,
			groups: vec![column("a").name].try_into().expect("one"),
		};
		let columns = columns.iter().map(|name| column(name)).collect();
		TaskSpec { group_by: Some(grouping), ..fixtures::spec(statistic, columns) }
	}

	#[test]
	fn a_count_without_the_column_is_none() {
		let mean = task(spec(Statistic::Mean, &["x"]));
		let counting = |columns: &[&str]| task(spec(Statistic::Contributors, columns));
		let without =
			|names: &[&str]| Count::Without(names.iter().map(|name| (*name).to_owned()).collect());
		// every dealer with any row in the group: one alone may have an x
		assert_eq!(count(&mean, &counting(&[])), without(&["x"]));
		assert_eq!(count(&mean, &counting(&["y"])), without(&["x"]));
		assert_eq!(count(&mean, &counting(&["x"])), Count::Counts);
		// who has both has an x
		assert_eq!(count(&mean, &counting(&["y", "x"])), Count::Counts);

		let mut regression = spec(Statistic::Regression, &["x", "y"]);
		regression.target = Some(column("z"));
		let mut weighted = spec(Statistic::WeightedMean, &["x"]);
		weighted.weight = Some(column("w"));
		for (spec, last) in [(regression, "z"), (weighted, "w")] {
			let mut columns: Vec<String> =
				spec.columns.iter().map(|column| text(&column.name)).collect();
			let of = |columns: &[String]| {
				counting(&columns.iter().map(String::as_str).collect::<Vec<_>>())
			};
			let task = task(spec);
			assert_eq!(count(&task, &of(&columns)), without(&[last]));
			columns.push(last.to_owned());
			assert_eq!(count(&task, &of(&columns)), Count::Counts);
			assert_eq!(count(&task, &self::task(contributors_first(&task.spec))), Count::Counts);
		}
	}

	#[test]
	fn another_cohort_or_grouping_counts_nothing() {
		let mean = task(spec(Statistic::Mean, &["x"]));
		let mut counting = task(spec(Statistic::Contributors, &["x"]));
		counting.cohort = [8; 32];
		assert_eq!(count(&mean, &counting), Count::Other);
		let mut counting = task(spec(Statistic::Contributors, &["x"]));
		counting.spec.group_by = None;
		assert_eq!(count(&mean, &counting), Count::Other);
		assert_eq!(count(&mean, &mean), Count::Other);
	}
}
