//! From flags and a file to a valid [`TaskSpec`].

use super::{
	bins,
	columns::{column, look},
	label,
	problem::{bounded_name, number, usage, Result, SpecProblem},
	rounds, shown,
	statistic::StatisticRequest,
};
use crate::{
	data::{decimal::Decimal, Table},
	escape::escaped,
};
use ostraka_primitives::spec::{
	Column, Grouping, SpecError, Statistic, TaskSpec, MAX_COLUMNS, MAX_EDGES, MAX_GROUPS,
	MAX_LENGTH, MAX_QUANTILES,
};
use sp_core::bounded::BoundedVec;

/// Bins if neither --bins nor --edges is given.
const DEFAULT_BINS: usize = 20;

/// Builds a spec. Decimals, ranges and groups that the request leaves open come from the table; without one they
/// must be given. `round` says whether longer values may be rounded to the given decimals.
///
/// # Errors
/// What is missing, superfluous or out of range, by flag.
pub fn build(request: &StatisticRequest, table: Option<&Table>, round: bool) -> Result<TaskSpec> {
	let Some(statistic) = request.statistic else {
		return usage("give a statistic with --statistic NAME");
	};
	check_flags(statistic, request)?;
	let mut found = look(statistic, request, table, round)?.into_iter();
	let mut column = |name: &String| column(name, statistic, request, found.next());
	let columns: Vec<Column> = request.columns.iter().map(&mut column).collect::<Result<_>>()?;
	let target = request.target.as_ref().map(&mut column).transpose()?;
	let weight = request.weight.as_ref().map(&mut column).transpose()?;
	if let Some(weight) = weight.as_ref().filter(|weight| weight.min < 0) {
		let name = shown(&weight.name);
		return usage(format!("the weight `{name}` can be negative; weights must not be"));
	}
	let group_by = grouping(request, table)?;
	let groups = group_by.as_ref().map_or(1, |grouping| grouping.groups.len());
	let edges = edges(statistic, request, &columns, groups)?;
	let bounded = |what: &str, most: u32| format!("too many {what}: {most} at most");
	let spec = TaskSpec {
		statistic,
		columns: columns
			.try_into()
			.map_err(|_| SpecProblem::Usage(bounded("columns", MAX_COLUMNS)))?,
		target,
		weight,
		edges: edges.try_into().map_err(|_| SpecProblem::Usage(bounded("edges", MAX_EDGES)))?,
		quantiles: quantiles(request)?
			.try_into()
			.map_err(|_| SpecProblem::Usage(bounded("quantiles", MAX_QUANTILES)))?,
		group_by,
		max_rows: request.max_rows,
	};
	spec.validate().map_err(|error| SpecProblem::Usage(explain(error, &spec)))?;
	Ok(spec)
}

/// The spec that counts the contributors to each group, to be run before a group-by. It has all columns of the statistic,
/// target and weight among them, so that who counts has rows with all of them: a group's sums may be those of one dealer
/// though all have other rows in it. The one spec of which not all fit, a vector mean of [`MAX_COLUMNS`] columns and a
/// weight, has none that counts for it.
pub fn contributors_first(spec: &TaskSpec) -> TaskSpec {
	let mut columns: Vec<Column> = Vec::new();
	for column in spec.all_columns() {
		// a weight may be one of the columns
		if columns.iter().all(|known| known.name != column.name) {
			columns.push(column.clone());
		}
	}
	TaskSpec {
		statistic: Statistic::Contributors,
		columns: BoundedVec::truncate_from(columns),
		target: None,
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: spec.group_by.clone(),
		max_rows: spec.max_rows,
	}
}

/// Flags that a statistic needs or has no use for.
fn check_flags(statistic: Statistic, request: &StatisticRequest) -> Result<()> {
	let name = label(statistic);
	let given = request.columns.len();
	let needs = match statistic {
		Statistic::Covariance | Statistic::Correlation if given != 2 => {
			Some("two columns: --columns a,b")
		},
		Statistic::Regression | Statistic::VectorMean if given == 0 => {
			Some("one column or more: --columns a,b,..")
		},
		Statistic::Covariance
		| Statistic::Correlation
		| Statistic::Regression
		| Statistic::VectorMean
		| Statistic::Contributors => None,
		_ if given != 1 => Some("one column: --columns a"),
		_ => None,
	};
	if let Some(needs) = needs {
		return usage(format!("{name} takes {needs} (there are {given})"));
	}
	let has_weight = matches!(statistic, Statistic::WeightedMean | Statistic::VectorMean);
	let has_bins =
		matches!(statistic, Statistic::Histogram | Statistic::Quantiles | Statistic::Median);
	let flags = [
		("--target", request.target.is_some(), statistic == Statistic::Regression, true),
		("--weight", request.weight.is_some(), has_weight, true),
		("--bins", request.bins.is_some(), has_bins, false),
		("--edges", !request.edges.is_empty(), has_bins, false),
		("--between", request.between.is_some(), has_bins, false),
		("--quantiles", !request.quantiles.is_empty(), statistic == Statistic::Quantiles, true),
	];
	for (flag, given, wanted, required) in flags {
		if given && !wanted {
			return usage(format!("{name} has no use for {flag}"));
		}
		if wanted && required && !given {
			return usage(format!("{name} needs {flag}"));
		}
	}
	if statistic == Statistic::Contributors && request.group_by.is_none() {
		return usage(format!("{name} needs --group-by"));
	}
	let named: Vec<&String> =
		request.columns.iter().chain(&request.target).chain(&request.weight).collect();
	let ranges = request.ranges.iter().map(|range| ("--range", &range.column));
	let decimals = request.decimals.iter().map(|arg| ("--decimals", &arg.column));
	for (flag, column) in ranges.chain(decimals) {
		if !named.contains(&column) {
			return usage(format!(
				"{flag} names `{}`, which is no column of this statistic",
				escaped(column)
			));
		}
	}
	Ok(())
}

fn edges(
	statistic: Statistic,
	request: &StatisticRequest,
	columns: &[Column],
	groups: usize,
) -> Result<Vec<i64>> {
	let has_bins = rounds::is_read_off_bins(statistic) || statistic == Statistic::Histogram;
	let Some(column) = columns.first().filter(|_| has_bins) else { return Ok(Vec::new()) };
	let edge = |flag: &str, text: &String| {
		number(flag, None, text)?.to_units(column.decimals).map_err(|error| {
			let name = shown(&column.name);
			let hint = format!("\n  declare --decimals {name}=N for finer edges");
			SpecProblem::Usage(format!("{flag}: `{}` {error}{hint}", escaped(text)))
		})
	};
	let most = MAX_EDGES as usize - 1;
	let count = request.bins.unwrap_or(DEFAULT_BINS);
	if request.edges.is_empty() && !(1..=most).contains(&count) {
		return usage(format!("--bins must be between 1 and {most}"));
	}
	let too_wide = || {
		SpecProblem::Usage("the column's range is too wide for equal bins: give --edges".to_owned())
	};
	if let Some((min, max)) = &request.between {
		let (min, max) = (edge("--between", min)?, edge("--between", max)?);
		if min >= max {
			return usage("--between: the smaller bound comes first, as MIN:MAX");
		}
		let count = request.bins.unwrap_or_else(|| rounds::most_bins(groups));
		return Ok(rounds::divided(min, max, count));
	}
	if request.edges.is_empty() {
		// a quantile without bins of the requester's own is asked for in two rounds
		let two_rounds = request.bins.is_none() && rounds::is_read_off_bins(statistic);
		let first =
			if two_rounds { rounds::first_edges(column.min, column.max, groups) } else { None };
		return first.or_else(|| bins::edges(column.min, column.max, count)).ok_or_else(too_wide);
	}
	let edges: Vec<i64> =
		request.edges.iter().map(|text| edge("--edges", text)).collect::<Result<_>>()?;
	if edges.len() < 2 || edges.windows(2).any(|pair| pair[0] >= pair[1]) {
		return usage("--edges must be two numbers or more, each larger than the one before");
	}
	Ok(edges)
}

fn quantiles(request: &StatisticRequest) -> Result<Vec<u16>> {
	let quantile = |text: &String| {
		let thousandths = Decimal::parse(text).and_then(|number| number.to_units(3)).ok();
		match thousandths
			.and_then(|number| u16::try_from(number).ok())
			.filter(|n| (1..1000).contains(n))
		{
			Some(thousandths) => Ok(thousandths),
			None => usage(format!(
				"--quantiles: `{}` is not between 0 and 1 with at most three decimals",
				escaped(text)
			)),
		}
	};
	request.quantiles.iter().map(quantile).collect()
}

fn grouping(request: &StatisticRequest, table: Option<&Table>) -> Result<Option<Grouping>> {
	let Some(column) = &request.group_by else { return Ok(None) };
	let groups = match table {
		_ if !request.groups.is_empty() => {
			// an absent column is an error now, not at the first dealer
			if let Some(table) = table {
				table.column(column)?;
			}
			request.groups.clone()
		},
		Some(table) => table.distinct(column)?,
		None => {
			return usage(
				"name the groups with --groups, or give a file to infer them from with --data",
			)
		},
	};
	if groups.len() > MAX_GROUPS as usize {
		return usage(format!(
			"column `{}` has {} groups, {MAX_GROUPS} at most can be told apart: name some with --groups",
			escaped(column),
			groups.len()
		));
	}
	let names = groups.iter().map(|group| bounded_name(group)).collect::<Result<Vec<_>>>()?;
	let groups = names
		.try_into()
		.map_err(|_| SpecProblem::Usage(format!("too many groups: {MAX_GROUPS} at most")))?;
	Ok(Some(Grouping { column: bounded_name(column)?, groups }))
}

/// What a broken rule means for the flags.
fn explain(error: SpecError, spec: &TaskSpec) -> String {
	let name = label(spec.statistic);
	match error {
		SpecError::WrongColumns => format!("{name} takes another number of columns"),
		SpecError::WrongTarget => format!("--target is for a regression, and a regression needs it ({name})"),
		SpecError::WrongWeight => {
			format!("--weight is for weighted means, must be there and not negative ({name})")
		},
		SpecError::WrongEdges => "the edges must rise, two at least".to_owned(),
		SpecError::WrongQuantiles => "quantiles lie between 0 and 1".to_owned(),
		SpecError::WrongGroups => "there are no groups, or one is named twice".to_owned(),
		SpecError::WrongName => {
			"a column or group has no name, or one with control or invisible characters in it, or a column is named twice (a \
			 target is no regressor)"
				.to_owned()
		},
		SpecError::WrongRange => "a column's range or decimals are out of bounds".to_owned(),
		SpecError::NoRows => "--max-rows must be at least 1".to_owned(),
		SpecError::TooLong => format!(
			"the vector would have {} entries, {MAX_LENGTH} at most can be dealt: take fewer columns, bins or groups",
			spec.length()
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::request::{text, DecimalsArg, RangeArg, StatisticName};

	fn table() -> Table {
		Table::parse("data.csv", b"x,y,w,g\n1.5,1,2,a\n-3,20,0,b\n4.25,300,1,a\n")
			.expect("well-formed")
	}

	fn request(statistic: StatisticName, columns: &[&str]) -> StatisticRequest {
		StatisticRequest {
			statistic: Some(statistic),
			columns: columns.iter().map(|name| (*name).to_owned()).collect(),
			max_rows: 1000,
			..Default::default()
		}
	}

	fn range(column: &str, min: &str, max: &str) -> RangeArg {
		RangeArg { column: column.to_owned(), min: min.to_owned(), max: max.to_owned() }
	}

	fn refusal(request: &StatisticRequest, table: Option<&Table>) -> String {
		build(request, table, false).expect_err("bad request").to_string()
	}

	#[test]
	fn infers_what_is_left_open() {
		let spec =
			build(&request(StatisticName::Mean, &["x"]), Some(&table()), false).expect("valid");
		let column = &spec.columns[0];
		assert_eq!((column.decimals, column.min, column.max), (2, -300, 430));
		assert_eq!(spec.length(), 2);
	}

	#[test]
	fn flags_come_before_what_the_file_says() {
		let mut request = request(StatisticName::Histogram, &["y"]);
		request.ranges = vec![range("y", "0", "1000.5")];
		request.edges = ["0", "10.5", "1e2"].map(str::to_owned).to_vec();
		let spec = build(&request, Some(&table()), false).expect("valid");
		let column = &spec.columns[0];
		assert_eq!((column.decimals, column.min, column.max), (1, 0, 10005));
		assert_eq!(spec.edges.as_slice(), [0, 105, 1000]);
		request.decimals = vec![DecimalsArg { column: "y".to_owned(), decimals: 0 }];
		assert!(refusal(&request, Some(&table())).contains("--range y: a bound has 1 decimal "));
	}

	#[test]
	fn needs_no_file_if_all_is_given() {
		let mut request = request(StatisticName::Mean, &["x"]);
		assert!(refusal(&request, None).contains("give --range x=MIN:MAX"));
		request.ranges = vec![range("x", "-1", "2.50")];
		let spec = build(&request, None, false).expect("valid");
		assert_eq!(
			(spec.columns[0].decimals, spec.columns[0].min, spec.columns[0].max),
			(1, -10, 25)
		);
		request.group_by = Some("g".to_owned());
		assert!(refusal(&request, None).contains("--groups"));
	}

	#[test]
	fn groups_are_the_texts_of_the_column() {
		let mut request = request(StatisticName::Mean, &["x"]);
		request.group_by = Some("g".to_owned());
		let spec = build(&request, Some(&table()), false).expect("valid");
		let groups: Vec<String> =
			spec.group_by.iter().flat_map(|grouping| grouping.groups.iter().map(text)).collect();
		assert_eq!(groups, ["a", "b"]);
		assert_eq!(spec.length(), 4);
		assert_eq!(contributors_first(&spec).validate(), Ok(()));
	}

	#[test]
	fn says_which_flag_is_wrong() {
		let table = table();
		let with = |statistic, columns: &[&str], change: fn(&mut StatisticRequest)| {
			let mut request = request(statistic, columns);
			change(&mut request);
			refusal(&request, Some(&table))
		};
		let cases = [
			(with(StatisticName::Covariance, &["x"], |_| ()), "takes two columns"),
			(with(StatisticName::Mean, &["x", "y"], |_| ()), "takes one column"),
			(with(StatisticName::Regression, &["x"], |_| ()), "needs --target"),
			(
				with(StatisticName::Mean, &["x"], |r| r.target = Some("y".into())),
				"no use for --target",
			),
			(with(StatisticName::WeightedMean, &["x"], |_| ()), "needs --weight"),
			(
				with(StatisticName::WeightedMean, &["y"], |r| r.weight = Some("x".into())),
				"can be negative",
			),
			(with(StatisticName::Quantiles, &["x"], |_| ()), "needs --quantiles"),
			(
				with(StatisticName::Quantiles, &["x"], |r| r.quantiles = vec!["1".into()]),
				"not between 0 and 1",
			),
			(
				with(StatisticName::Histogram, &["x"], |r| r.bins = Some(0)),
				"--bins must be between",
			),
			(
				with(StatisticName::Histogram, &["x"], |r| r.edges = vec!["1".into(), "1".into()]),
				"each larger",
			),
			(
				with(StatisticName::Histogram, &["x"], |r| r.edges = vec!["a".into(), "1".into()]),
				"not a number",
			),
			(with(StatisticName::Mean, &["x"], |r| r.bins = Some(3)), "no use for --bins"),
			(with(StatisticName::Mean, &["z"], |_| ()), "there is no column `z`"),
			(with(StatisticName::Mean, &["g"], |_| ()), "`a` is not a number"),
			(
				with(StatisticName::Mean, &["x"], |r| r.ranges = vec![range("x", "2", "1")]),
				"smaller bound comes first",
			),
			(
				with(StatisticName::Mean, &["x"], |r| r.ranges = vec![range("q", "1", "2")]),
				"no column of this statistic",
			),
			(with(StatisticName::Mean, &["x"], |r| r.max_rows = 0), "--max-rows"),
			(with(StatisticName::Contributors, &[], |_| ()), "needs --group-by"),
			(with(StatisticName::Correlation, &["x", "x"], |_| ()), "named twice"),
		];
		for (message, expected) in cases {
			assert!(message.contains(expected), "`{message}` does not say `{expected}`");
		}
	}

	#[test]
	fn contributors_have_rows_with_all_columns() {
		let counting = |request: StatisticRequest| {
			let request = StatisticRequest { group_by: Some("g".to_owned()), ..request };
			let spec = build(&request, Some(&table()), false).expect("valid");
			let counting = contributors_first(&spec);
			assert_eq!(counting.validate(), Ok(()));
			assert_eq!(counting.group_by, spec.group_by);
			counting.columns.iter().map(|column| text(&column.name)).collect::<Vec<_>>()
		};
		let regression = StatisticRequest {
			target: Some("y".to_owned()),
			..request(StatisticName::Regression, &["w", "x"])
		};
		assert_eq!(counting(regression), ["w", "x", "y"]);
		let weighted = |columns: &[&str]| StatisticRequest {
			weight: Some("w".to_owned()),
			..request(StatisticName::VectorMean, columns)
		};
		assert_eq!(counting(weighted(&["x", "y"])), ["x", "y", "w"]);
		assert_eq!(counting(weighted(&["w", "x"])), ["w", "x"]);
	}

	#[test]
	fn the_longest_vector_is_bounded() {
		let mut request = request(StatisticName::Histogram, &["y"]);
		request.bins = Some(254);
		request.group_by = Some("g".to_owned());
		assert!(refusal(&request, Some(&table())).contains("256 at most"));
	}
}
