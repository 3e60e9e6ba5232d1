//! A quantile in two tasks: the first finds the bin that it lies in, the second divides that bin.
//!
//! A quantile is read off a histogram, and is known no closer than its bin. Equal bins over the range of a skewed column
//! say next to nothing: nearly all rows lie in the first. So without bins of the requester's own the first task has equal
//! bins and, between them, edges at 1, 2 and 5 times every power of ten, whatever the size of the value; the second has as
//! many bins as a vector takes within the bins that matter. What the second asks follows from the first one's published
//! result alone.

use super::bins;
use crate::data::decimal::render;
use ostraka_primitives::spec::{Statistic, TaskSpec, MAX_EDGES, MAX_LENGTH};
use ostraka_protocol::statistics::{self, Cell, Outcome, Quantile, Summary};

/// Equal bins of the first task.
const FIRST: usize = 20;

/// What a requester is told of a first task.
pub const FIRST_NOTE: &str = "its bins are those of a first task: its result says in which bin a quantile lies, and a second \
task divides that bin";

/// The second task, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Second {
	/// The task.
	Task(Box<TaskSpec>),
	/// No bin that matters can be divided: the first result is as close as it gets, for this reason.
	None(&'static str),
}

/// Whether a statistic is read off bins, and known no closer.
pub fn is_read_off_bins(statistic: Statistic) -> bool {
	matches!(statistic, Statistic::Median | Statistic::Quantiles)
}

/// Most edges of a histogram for so many groups.
fn most_edges(groups: usize) -> usize {
	let of_length = (MAX_LENGTH as usize / groups.max(1)).saturating_sub(1);
	of_length.min(MAX_EDGES as usize)
}

/// Most bins that divide a part of a range for so many groups.
pub(super) fn most_bins(groups: usize) -> usize {
	most_edges(groups).saturating_sub(1).max(1)
}

/// Edges of the first task over a range, for so many groups. `None` if the range is too wide, or there are too many groups.
pub fn first_edges(min: i64, max: i64, groups: usize) -> Option<Vec<i64>> {
	let most = most_edges(groups);
	let equal = bins::edges(min, max, FIRST.min(most.checked_sub(1)?))?;
	let (first, last) = (*equal.first()?, *equal.last()?);
	let mut all = equal.clone();
	let mut power = 1i64;
	while let Some(next) = power.checked_mul(10) {
		let sizes = [power, 2 * power, next / 2];
		all.extend(sizes.into_iter().flat_map(|size| [size, -size]));
		power = next;
	}
	all.push(0);
	all.retain(|edge| (first..=last).contains(edge));
	all.sort_unstable();
	all.dedup();
	let mut edges = if all.len() <= most { all } else { equal };
	// no value lies above the first edge beyond the range
	let beyond = edges.iter().filter(|edge| **edge > max).count();
	edges.truncate(edges.len() - beyond.saturating_sub(1));
	Some(edges)
}

/// Edges that divide the bin between two edges into at most so many, of a width of 1, 2 or 5 times a power of ten.
pub fn divided(lower: i64, upper: i64, most: usize) -> Vec<i64> {
	let (low, high) = (i128::from(lower), i128::from(upper));
	let mut power = 1i128;
	let width = loop {
		let widths = [power, 2 * power, 5 * power];
		let enough = widths
			.into_iter()
			.find(|width| (high - low + width - 1) / width <= most.max(1) as i128);
		if let Some(width) = enough {
			break width;
		}
		power *= 10;
	};
	let inner = (1..).map(|i| low + i * width).take_while(|edge| *edge < high);
	let edges = std::iter::once(low).chain(inner).chain(std::iter::once(high));
	edges.filter_map(|edge| i64::try_from(edge).ok()).collect()
}

/// How closely the quantiles of a result are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closeness {
	/// In words.
	pub said: String,
	/// The flag with which the same task divides the bins that matter, and its value; or why no task can.
	pub second: Result<(&'static str, String), &'static str>,
}

/// The second task after a first one's result.
pub fn second(spec: &TaskSpec, outcome: &Outcome) -> Second {
	let bins = wide_bins(spec, outcome);
	let (Some(first), Some(last)) = (spec.edges.first(), spec.edges.last()) else {
		return Second::None("there are no bins");
	};
	if bins.is_empty() {
		return Second::None("every bin that matters is one unit of its column wide");
	}
	// the outer edges stay, and every bin has two of its own
	let room = most_edges(spec.groups() as usize).saturating_sub(2);
	let each = (room / bins.len()).saturating_sub(1);
	if each < 2 {
		return Second::None(
			"there are too many groups or quantiles to divide all their bins in one task: ask for fewer, or give --edges",
		);
	}
	let mut edges: Vec<i64> =
		bins.iter().flat_map(|(lower, upper)| divided(*lower, *upper, each)).collect();
	edges.extend([*first, *last]);
	edges.sort_unstable();
	edges.dedup();
	let mut spec = spec.clone();
	match edges.try_into() {
		Ok(edges) => spec.edges = edges,
		Err(_) => return Second::None("the bins that matter cannot be divided"),
	}
	match spec.validate() {
		Ok(()) => Second::Task(Box::new(spec)),
		Err(_) => Second::None("the bins that matter cannot be divided"),
	}
}

/// How closely a result's quantiles are known; nothing of other statistics, nor where all are known to the unit.
pub fn closeness(spec: &TaskSpec, outcome: &Outcome) -> Option<Closeness> {
	let decimals = spec.columns.first()?.decimals;
	let edge = |units: &i64| render(*units, decimals);
	let bins = wide_bins(spec, outcome);
	let (lower, upper) = bins.iter().max_by_key(|(lower, upper)| upper.saturating_sub(*lower))?;
	let said = format!(
		"a quantile is known no closer than its bin, here from {} to below {}",
		edge(lower),
		edge(upper)
	);
	let second = match (second(spec, outcome), bins.as_slice()) {
		(Second::None(why), _) => Err(why),
		(Second::Task(_), [_]) => Ok(("--between", format!("{}:{}", edge(lower), edge(upper)))),
		(Second::Task(task), _) => {
			Ok(("--edges", task.edges.iter().map(edge).collect::<Vec<_>>().join(",")))
		},
	};
	Some(Closeness { said, second })
}

/// The bins in which quantiles lie, as far as they can be divided.
fn wide_bins(spec: &TaskSpec, outcome: &Outcome) -> Vec<(i64, i64)> {
	let mut bins: Vec<(i64, i64)> = quantiles(outcome)
		.into_iter()
		.filter_map(|(bins, quantile)| bin(spec, bins, quantile))
		.filter(|(lower, upper)| upper.saturating_sub(*lower) > 1)
		.collect();
	bins.sort_unstable();
	bins.dedup();
	bins
}

type Read<'a> = (&'a statistics::Bins, &'a Quantile);

/// The quantiles of an outcome, of all groups.
fn quantiles(outcome: &Outcome) -> Vec<Read<'_>> {
	fn of(summary: &Summary) -> Vec<Read<'_>> {
		match summary {
			Summary::Median { bins, median, .. } => vec![(bins, median)],
			Summary::Quantiles { bins, quantiles, .. } => {
				quantiles.iter().map(|quantile| (bins, quantile)).collect()
			},
			_ => Vec::new(),
		}
	}
	match outcome {
		Outcome::Whole(summary) => of(summary),
		Outcome::Undefined => Vec::new(),
		Outcome::Groups { cells, .. } => cells
			.iter()
			.flat_map(|(_, cell)| match cell {
				Cell::Value(summary) => of(summary),
				_ => Vec::new(),
			})
			.collect(),
	}
}

/// A quantile's bin in units of the column; `None` if it is open.
fn bin(spec: &TaskSpec, bins: &statistics::Bins, quantile: &Quantile) -> Option<(i64, i64)> {
	let (Some(lower), Some(upper)) = &quantile.bounds else { return None };
	let edge = |bound| {
		let place = bins.edges.iter().position(|edge| edge == bound)?;
		spec.edges.get(place).copied()
	};
	Some((edge(lower)?, edge(upper)?))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_primitives::spec::Grouping;
	use ostraka_protocol::statistics::{plaintext, Rows};
	use proptest::prelude::*;

	fn median(edges: Vec<i64>) -> TaskSpec {
		let mut spec = fixtures::spec(Statistic::Median, vec![fixtures::column("x", 0, 4_000_000)]);
		spec.edges = edges.try_into().expect("few");
		spec.max_rows = 1000;
		spec
	}

	fn outcome(spec: &TaskSpec, values: &[i64]) -> Outcome {
		let mut rows = Rows::new(spec);
		values.iter().for_each(|value| rows.push(&[Some(*value)], None).expect("one column"));
		plaintext(spec, rows.iter()).expect("values")
	}

	fn bounds(spec: &TaskSpec, outcome: &Outcome) -> (i64, i64) {
		let read = quantiles(outcome);
		bin(spec, read[0].0, read[0].1).expect("within the edges")
	}

	#[test]
	fn a_skewed_column_is_known_closely_after_two_tasks() {
		let mut values: Vec<i64> = (0..400).map(|i| 1 + i * 4).collect();
		values.extend([1893; 5]);
		values.extend((0..400).map(|i| 2000 + i * 9_000));
		let first = median(first_edges(0, 4_000_000, 1).expect("covers"));
		let found = outcome(&first, &values);
		assert_eq!(bounds(&first, &found), (1000, 2000));
		let Second::Task(spec) = second(&first, &found) else { panic!("it can be divided") };
		let (lower, upper) = bounds(&spec, &outcome(&spec, &values));
		assert!(lower <= 1893 && 1893 < upper && upper - lower <= 5, "{lower} {upper}");
		assert_eq!(spec.validate(), Ok(()));
	}

	#[test]
	fn a_bin_of_one_unit_is_as_close_as_it_gets() {
		let spec = median(vec![0, 1, 2, 10]);
		assert!(
			matches!(second(&spec, &outcome(&spec, &[1, 1, 1])), Second::None(why) if why.contains("one unit"))
		);
		assert_eq!(closeness(&spec, &outcome(&spec, &[1, 1, 1])), None);
		let known = closeness(&spec, &outcome(&spec, &[5, 5, 1])).expect("a wide bin");
		assert!(known.said.contains("from 2 to below 10"), "{known:?}");
		assert_eq!(known.second, Ok(("--between", "2:10".to_owned())));
	}

	#[test]
	fn several_quantiles_divide_several_bins() {
		let mut spec = median(first_edges(0, 1000, 1).expect("covers"));
		spec.statistic = Statistic::Quantiles;
		spec.quantiles = vec![100, 500, 900].try_into().expect("few");
		let values: Vec<i64> = (0..1000).collect();
		let found = outcome(&spec, &values);
		let Second::Task(second) = second(&spec, &found) else { panic!("they can be divided") };
		let edges: Vec<String> = second.edges.iter().map(i64::to_string).collect();
		let known = closeness(&spec, &found).expect("wide bins");
		assert_eq!(known.second, Ok(("--edges", edges.join(","))));
		for (bins, quantile) in quantiles(&outcome(&second, &values)) {
			let (lower, upper) = bin(&second, bins, quantile).expect("within the edges");
			assert!(upper - lower <= 2, "{lower} {upper}");
		}
	}

	#[test]
	fn many_groups_leave_no_room() {
		assert_eq!(most_edges(1), 255);
		assert_eq!(most_edges(64), 3);
		let mut spec = median(vec![0, 500, 1000]);
		let names = (0..64).map(|i| fixtures::column(&format!("g{i}"), 0, 0).name);
		let groups = names.collect::<Vec<_>>().try_into().expect("few");
		spec.group_by = Some(Grouping { column: fixtures::column("g", 0, 0).name, groups });
		let mut rows = Rows::new(&spec);
		(0..9).for_each(|i| rows.push(&[Some(i)], Some("g0")).expect("one column"));
		let known = closeness(&spec, &plaintext(&spec, rows.iter()).expect("values"));
		let second = known.expect("a wide bin").second;
		assert!(second.as_ref().is_err_and(|why| why.contains("too many groups")), "{second:?}");
		assert_eq!(first_edges(0, 1000, 64).map(|edges| edges.len()), Some(3));
		assert_eq!(first_edges(0, 1000, 200), None);
	}

	proptest! {
		#[test]
		fn first_edges_cover_the_range(a in -1i64 << 58..1 << 58, b in -1i64 << 58..1 << 58, groups in 1usize..65) {
			let (min, max) = (a.min(b), a.max(b));
			let edges = first_edges(min, max, groups).expect("a range with room around it");
			prop_assert!(edges.len() <= most_edges(groups));
			prop_assert!(edges.windows(2).all(|pair| pair[0] < pair[1]));
			prop_assert!(edges[0] <= min && max < edges[edges.len() - 1]);
			prop_assert!(edges.len() < 3 || edges[edges.len() - 2] <= max);
		}

		#[test]
		fn a_divided_bin_is_covered(lower in -1i64 << 60..1 << 60, width in 1i64..1 << 60, most in 1usize..254) {
			let edges = divided(lower, lower + width, most);
			prop_assert!(edges.len() <= most + 1);
			prop_assert_eq!((edges[0], edges[edges.len() - 1]), (lower, lower + width));
			prop_assert!(edges.windows(2).all(|pair| pair[0] < pair[1]));
		}
	}
}
