//! Groups with enough dealers. The whole vector of a group-by is published, so a group of few dealers tells about each
//! of them: first a task counts the dealers with rows in each group, then the statistic is computed over groups with
//! enough, which every dealer's client checks before it deals. What is counted are the dealers with rows that have a value
//! in every column of the statistic: of many who have a group, one alone may have the column.

use crate::{
	escape::escaped,
	floor::{has_bins, MOST_BINS},
	request::text,
};
use alloc::{format, string::String, vec, vec::Vec};
use ostraka_primitives::{
	spec::{Column, Grouping, Name, Statistic, TaskSpec},
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

/// What a counting task says of a task's groups.
#[derive(Debug, PartialEq, Eq)]
pub enum Count {
	/// Nothing: it is another statistic, or by another column.
	Other,
	/// How many dealers they have, but not with values in these columns.
	Without(Vec<String>),
	/// How many dealers they have.
	Counts,
}

/// What a task says of the groups of another that names it for them in its conditions. Its cohort may be another: there is no result
/// unless all of its dealers are in the accepted set, with the data sets that they had there.
pub fn count(task: &Task, counting: &Task) -> Count {
	let column = |task: &Task| Some(task.spec.group_by.as_ref()?.column.clone());
	if counting.spec.statistic != Statistic::Contributors || column(counting) != column(task) {
		return Count::Other;
	}
	let uncounted = uncounted(&task.spec, &counting.spec);
	if uncounted.is_empty() {
		Count::Counts
	} else {
		Count::Without(uncounted)
	}
}

/// The group-by that a statistic read off bins comes to, if its column has these values and no others: with no more values
/// than bins each bin may be one value, and what holds for the groups of a column holds for its bins. `None` of other
/// statistics, and of a column of more values, or of one alone.
pub fn of_bins(spec: &TaskSpec, values: &[i64]) -> Option<TaskSpec> {
	let most = MOST_BINS.min(spec.edges.len().saturating_add(1));
	let column = spec.columns.first().filter(|_| has_bins(spec.statistic))?;
	if spec.group_by.is_some() || !(2..=most).contains(&values.len()) {
		return None;
	}
	let groups: Vec<Name> = values
		.iter()
		.map(|units| written_number(*units, column.decimals).into_bytes().try_into().ok())
		.collect::<Option<_>>()?;
	let grouping = Grouping { column: column.name.clone(), groups: groups.try_into().ok()? };
	let column = Column { decimals: 0, min: 0, max: 0, ..column.clone() };
	Some(TaskSpec {
		statistic: Statistic::Count,
		columns: vec![column].try_into().ok()?,
		target: None,
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: Some(grouping),
		max_rows: spec.max_rows,
	})
}

/// The same, if the task's declared range alone has so few values.
pub fn of_declared_bins(spec: &TaskSpec) -> Option<TaskSpec> {
	let column = spec.columns.first()?;
	of_bins(spec, &between(column.min, column.max)?)
}

/// All values from one to another, if they are no more than a task can have groups.
pub fn between(min: i64, max: i64) -> Option<Vec<i64>> {
	let values = i128::from(max) - i128::from(min) + 1;
	(1..=MOST_BINS as i128).contains(&values).then(|| (min..=max).collect())
}

/// A number as short as it can be written: a group is named so in a file.
fn written_number(units: i64, decimals: u8) -> String {
	let scale = 10i128.pow(u32::from(decimals.min(18)));
	let magnitude = i128::from(units).abs();
	let sign = if units < 0 { "-" } else { "" };
	let fraction = format!("{:0width$}", magnitude % scale, width = usize::from(decimals));
	let (whole, fraction) = (magnitude / scale, fraction.trim_end_matches('0'));
	let point = if fraction.is_empty() { "" } else { "." };
	format!("{sign}{whole}{point}{fraction}")
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
	fn another_grouping_counts_nothing_and_another_cohort_may() {
		let mean = task(spec(Statistic::Mean, &["x"]));
		let mut counting = task(spec(Statistic::Contributors, &["x"]));
		counting.cohort = [8; 32];
		// the chain holds the accepted set of a task to the dealers of the one that it names
		assert_eq!(count(&mean, &counting), Count::Counts);
		counting.spec.group_by = None;
		assert_eq!(count(&mean, &counting), Count::Other);
		assert_eq!(count(&mean, &mean), Count::Other);
	}

	#[test]
	fn bins_that_hold_one_value_each_are_groups() {
		let mut histogram =
			fixtures::spec(Statistic::Histogram, vec![fixtures::column("x", 1, 15)]);
		histogram.columns[0].min = -5;
		histogram.edges = vec![0, 5, 10].try_into().expect("few");
		// 21 values, four bins
		assert_eq!(of_declared_bins(&histogram), None);
		let grouped = of_bins(&histogram, &[-5, 0, 12]).expect("three values");
		assert_eq!(grouped.validate(), Ok(()));
		let groups: Vec<String> =
			grouped.group_by.iter().flat_map(|grouping| grouping.groups.iter().map(text)).collect();
		assert_eq!(groups, ["-0.5", "0", "1.2"]);
		assert_eq!(of_bins(&histogram, &[1, 2, 3, 4, 5]), None);
		assert_eq!(of_bins(&histogram, &[1]), None);
		(histogram.columns[0].min, histogram.columns[0].max) = (0, 1);
		assert!(of_declared_bins(&histogram).is_some());
		let counting = contributors_first(&grouped);
		assert_eq!(count(&task(grouped), &task(counting)), Count::Counts);
		histogram.statistic = Statistic::Mean;
		assert_eq!(of_declared_bins(&histogram), None);
	}
}
