//! The real loan book, one dealer a state, against numbers computed independently with exact fractions in another
//! language (Python's `fractions`).

use super::*;
use std::collections::BTreeMap;

const LOANS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/loans.csv"));

fn income() -> Column {
	column("annual_income", 2, 0, 1_000_000_000)
}

fn debt() -> Column {
	column("debt_to_income", 2, 0, 100_000)
}

fn amount() -> Column {
	column("loan_amount", 0, 0, 100_000)
}

fn rate() -> Column {
	column("interest_rate", 2, 0, 10_000)
}

/// Each state's rows.
fn dealers(spec: &TaskSpec, group: &str) -> Vec<Rows> {
	let mut lines = LOANS.lines();
	let header: Vec<&str> = lines.next().unwrap().split(',').collect();
	let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
	let columns: Vec<(usize, u8)> = spec
		.all_columns()
		.map(|column| (place(core::str::from_utf8(&column.name).unwrap()), column.decimals))
		.collect();
	let mut dealers = BTreeMap::<&str, Rows>::new();
	for line in lines {
		let cells: Vec<&str> = line.split(',').collect();
		let values: Vec<_> = columns
			.iter()
			.map(|(column, decimals)| Some(units(cells[*column], *decimals)))
			.collect();
		let rows = dealers.entry(cells[place("state")]).or_insert_with(|| Rows::new(spec));
		rows.push(&values, Some(cells[place(group)])).unwrap();
	}
	assert_eq!(dealers.len(), 50);
	assert_eq!(dealers.values().map(Rows::len).sum::<usize>(), 9976);
	dealers.into_values().collect()
}

/// The joint result as a tree, after it was found equal to the pooled one.
fn tree(spec: &TaskSpec) -> Value {
	let dealers = dealers(spec, "grade");
	let outcome = joint(spec, &dealers).unwrap();
	assert_eq!(outcome, plaintext(spec, dealers.iter().flat_map(Rows::iter)).unwrap());
	outcome.to_named()
}

#[test]
fn regression_of_the_rate() {
	let tree = tree(&spec(Statistic::Regression, vec![debt(), income(), amount(), rate()]));
	let eighteen = Digits::Decimals(18);
	for (name, coefficient, error) in [
		("intercept", "11.590638585708191433", "0.120661543434452366"),
		("debt_to_income", "0.038919718068999927", "0.003360083187945546"),
		("annual_income", "-0.000008359280777744", "0.000000823086833849"),
		("loan_amount", "0.000045494913316597", "0.000005092308152321"),
	] {
		assert_eq!(rendered(&tree, &["coefficients", name], eighteen), coefficient);
		assert_eq!(rendered(&tree, &["std_errors", name], eighteen), error);
	}
	assert_eq!(rendered(&tree, &["r_squared"], eighteen), "0.033333024675057908");
	assert_eq!(rendered(&tree, &["count"], eighteen), "9976");
}

#[test]
fn mean_and_deviation_of_the_income() {
	let tree = tree(&spec(Statistic::Std, vec![income()]));
	let twelve = Digits::Decimals(12);
	assert_eq!(rendered(&tree, &["mean"], twelve), "79412.738885324779");
	assert_eq!(rendered(&tree, &["variance"], twelve), "4185474018.860213213515");
	assert_eq!(rendered(&tree, &["std"], twelve), "64695.239537853271");
}

#[test]
fn correlation_of_rate_and_debt() {
	let tree = tree(&spec(Statistic::Correlation, vec![rate(), debt()]));
	assert_eq!(rendered(&tree, &["correlation"], Digits::Decimals(18)), "0.141653418948099110");
}

#[test]
fn median_of_the_amount() {
	let edges: Vec<i64> = (0..=40).map(|i| i * 1000).collect();
	let tree = tree(&with_edges(spec(Statistic::Median, vec![amount()]), &edges, &[]));
	// the true median is 14,500
	let Some(Value::List(bounds)) = tree.get("median_bounds") else { panic!("bounds") };
	let edge = |units: i64| Value::Number(Number::decimal(units, 0));
	assert_eq!(*bounds, [edge(14_000), edge(15_000)]);
	let median = rendered(&tree, &["median"], Digits::Decimals(2));
	assert!(median.as_str() > "14000.00" && median.as_str() < "15000.00", "{median}");
}

#[test]
fn mean_rate_by_grade() {
	let tree =
		tree(&grouped(spec(Statistic::Mean, vec![rate()]), &["A", "B", "C", "D", "E", "F", "G"]));
	let groups = tree.get("groups").unwrap();
	for (grade, count, mean) in [
		("A", "2454", "6.741666666667"),
		("B", "3032", "10.523931398417"),
		("C", "2649", "14.176859192148"),
		("D", "1438", "19.115667593880"),
		("E", "334", "25.104161676647"),
		("F", "57", "29.413859649123"),
		("G", "12", "30.802500000000"),
	] {
		assert_eq!(rendered(groups, &[grade, "count"], Digits::Decimals(0)), count);
		assert_eq!(rendered(groups, &[grade, "mean"], Digits::Decimals(12)), mean);
	}
}
