//! Selections that a requester could ask for, each refused or left out; the numbers of the rows that it would have told.

use super::{Rules, Tally, What};
use crate::{
	data::{Book, Table},
	fixtures::{column, spec},
	inputs::{own, prepare, Encoding, Prepared, Way},
	Error,
};
use ostraka_crypto::Scalar;
use ostraka_primitives::spec::{Column, Grouping, Statistic, TaskSpec};
use ostraka_protocol::statistics::Row;

const FLOOR: u64 = 50;

fn encoding(floor: u64) -> Encoding {
	Encoding { min_cell: floor, ..Default::default() }
}

fn numbers(statistic: Statistic, columns: &[(&str, i64)]) -> TaskSpec {
	let columns: Vec<Column> = columns.iter().map(|(name, max)| column(name, 0, *max)).collect();
	let mut spec = spec(statistic, columns);
	spec.max_rows = 10_000;
	spec
}

fn dealt(text: &str, spec: &TaskSpec, encoding: &Encoding) -> Result<Prepared, Error> {
	let table = Table::parse("mine.csv", text.as_bytes()).expect("well-formed");
	let book = Book::of_all(&table, "mine.csv");
	prepare(&book, &table, spec, Way::Checked(encoding))
}

/// What is said of rows that are not dealt. It must name no value of theirs.
#[track_caller]
fn refused(text: &str, spec: &TaskSpec, floor: u64) -> String {
	let error = dealt(text, spec, &encoding(floor)).err().expect("it is refused");
	assert!(matches!(error, Error::Floor { .. }), "{error}");
	let said = error.to_string();
	for value in ["987654", "31000", "4992604"] {
		assert!(!said.contains(value), "a value is told: {said}");
	}
	said
}

/// 101 people, one of whom is the chief, earns 987654 and has an illness.
fn staff() -> String {
	let row = |i: u32| match i {
		42 => "987654,1,1,6\n".to_owned(),
		_ => format!("{},0,0,5\n", 31_000 + i * 37),
	};
	format!("salary,is_ceo,ill,shifted\n{}", (0..101).map(row).collect::<String>())
}

#[test]
fn a_weight_of_one_person_is_refused() {
	let mut spec = numbers(Statistic::WeightedMean, &[("salary", 10_000_000)]);
	spec.weight = Some(column("is_ceo", 0, 1));
	let said = refused(&staff(), &spec, FLOOR);
	for part in [
		"mine.csv: column `is_ceo`: one of its 2 distinct values has 1 row",
		"floor of 50",
		"--drop-small-cells",
		"--min-cell",
		"in a policy: floor",
	] {
		assert!(said.contains(part), "`{said}` does not say `{part}`");
	}
}

#[test]
fn a_covariance_with_an_indicator_is_refused() {
	for indicator in ["ill", "shifted"] {
		let spec = numbers(Statistic::Covariance, &[(indicator, 9), ("salary", 10_000_000)]);
		let said = refused(&staff(), &spec, FLOOR);
		assert!(
			said.contains(&format!("column `{indicator}`: one of its 2 distinct values has 1 row"))
		);
	}
}

#[test]
fn a_bin_around_one_salary_is_refused() {
	let mut spec = numbers(Statistic::Histogram, &[("salary", 10_000_000)]);
	spec.edges = vec![987_000, 988_000].try_into().expect("few");
	let said = refused(&staff(), &spec, FLOOR);
	let part = "column `salary`: the bin `987000 <= salary < 988000` has 1 row, fewer than the floor of 50";
	assert!(said.contains(part), "{said}");
	for statistic in [Statistic::Median, Statistic::Quantiles] {
		spec.statistic = statistic;
		if statistic == Statistic::Quantiles {
			spec.quantiles = vec![500].try_into().expect("few");
		}
		assert!(refused(&staff(), &spec, FLOOR).contains("the bin `"));
	}
}

#[test]
fn a_product_with_few_terms_is_refused() {
	// many weights, and one person alone has a bonus
	let row = |i: u32| format!("{},{}\n", 1 + i, if i == 42 { 987_654 } else { 0 });
	let text = format!("hours,bonus\n{}", (0..101).map(row).collect::<String>());
	let mut spec = numbers(Statistic::Regression, &[("hours", 1_000)]);
	spec.target = Some(column("bonus", 0, 10_000_000));
	assert!(refused(&text, &spec, FLOOR).contains("column `bonus`: one of its 2 distinct values"));
	// five people of as many values: too many to be told apart, but few terms
	let row =
		|i: u32| format!("{},{}\n", 1 + i, if i.is_multiple_of(20) { 900_000 + i } else { 0 });
	let text = format!("hours,bonus\n{}", (0..101).map(row).collect::<String>());
	let said = refused(&text, &spec, FLOOR);
	let part = "columns `hours` and `bonus`: only 6 rows would add to `Σ hours·bonus`, fewer than the floor";
	let alone = "column `bonus`: only 6 rows would add to `Σ bonus`, fewer than the floor of 50";
	assert!(said.contains(part) || said.contains(alone), "{said}");
	let mut weighted = numbers(Statistic::WeightedMean, &[("hours", 1_000)]);
	weighted.weight = Some(column("bonus", 0, 10_000_000));
	assert!(refused(&text, &weighted, FLOOR).contains("column `bonus`: only 6 rows would add to"));
	let mean = numbers(Statistic::Mean, &[("bonus", 10_000_000)]);
	assert!(refused(&text, &mean, FLOOR).contains(alone));
}

/// Three dealers, in whose files the region is what it is at that dealer.
fn regions() -> [(u32, i64); 3] {
	[(70, 1), (55, 2), (90, 4)]
}

fn of_region((rows, region): (u32, i64)) -> String {
	let row = |i: u32| format!("{region},{},{}\n", region * region, 1_000 + i * 7);
	format!("region,square,salary\n{}", (0..rows).map(row).collect::<String>())
}

#[test]
fn a_regression_that_separates_the_dealers_is_refused_by_each() {
	let mut spec = numbers(Statistic::Regression, &[("region", 9), ("square", 99)]);
	spec.target = Some(column("salary", 0, 1_000_000));
	for dealer in regions() {
		let said = refused(&of_region(dealer), &spec, FLOOR);
		for part in
			["column `region`: it has one value in", "--allow-constant region", "constant = true"]
		{
			assert!(said.contains(part), "`{said}` does not say `{part}`");
		}
	}
	// who allows the two columns is told apart, and has said so
	let constants = vec!["region".to_owned(), "square".to_owned()];
	let encoding = Encoding { constants, ..encoding(FLOOR) };
	assert!(dealt(&of_region(regions()[0]), &spec, &encoding).is_ok());
}

#[test]
fn a_column_that_is_one_at_one_dealer_is_refused_there_and_elsewhere() {
	let spec = numbers(Statistic::Covariance, &[("here", 1), ("salary", 1_000_000)]);
	for here in [0, 1] {
		let rows: String = (0..80).map(|i| format!("{here},{}\n", 1_000 + i)).collect();
		let said = refused(&format!("here,salary\n{rows}"), &spec, FLOOR);
		assert!(said.contains("column `here`: it has one value in 80 rows"), "{said}");
	}
}

#[test]
fn what_singles_nobody_out_is_dealt() {
	let row = |i: u32| format!("{},{},{}\n", i % 2, 1 + i % 3, 30_000 + i);
	let text = format!("ill,weight,salary\n{}", (0..600).map(row).collect::<String>());
	let mut weighted = numbers(Statistic::WeightedMean, &[("salary", 1_000_000)]);
	weighted.weight = Some(column("weight", 0, 9));
	let mut regression = numbers(Statistic::Regression, &[("ill", 1), ("weight", 9)]);
	regression.target = Some(column("salary", 0, 1_000_000));
	let mut histogram = numbers(Statistic::Histogram, &[("salary", 1_000_000)]);
	histogram.edges = vec![30_000, 30_300, 40_000].try_into().expect("few");
	for spec in [
		weighted,
		regression,
		histogram,
		numbers(Statistic::Covariance, &[("ill", 1), ("salary", 1_000_000)]),
		numbers(Statistic::Mean, &[("ill", 1)]),
		numbers(Statistic::Std, &[("salary", 1_000_000)]),
		numbers(Statistic::Count, &[("ill", 1)]),
	] {
		let table = Table::parse("mine.csv", text.as_bytes()).expect("well-formed");
		let book = Book::of_all(&table, "mine.csv");
		let own = own(&book, &table, &spec, &encoding(FLOOR));
		assert_eq!(own.expect("nobody is singled out").used, 600, "{:?}", spec.statistic);
	}
}

/// What the floor does not see, and the threat model says: each of two columns is well filled, and they differ in one row, whose
/// salary is the difference of two sums.
#[test]
fn what_two_columns_tell_together_is_not_seen() {
	let row = |i: u32| {
		let leads = u32::from(i.is_multiple_of(2));
		match i {
			43 => "0,1,987654\n".to_owned(),
			_ => format!("{leads},{leads},{}\n", 31_000 + i * 37),
		}
	};
	let text = format!("ward,house,salary\n{}", (0..201).map(row).collect::<String>());
	let mut spec = numbers(Statistic::Regression, &[("ward", 1), ("house", 1)]);
	spec.target = Some(column("salary", 0, 10_000_000));
	let made = dealt(&text, &spec, &encoding(FLOOR)).expect("each column is fine by itself");
	// behind the six products of 1, ward and house stand those with the salary
	let [of_ward, of_house] = [7, 8].map(|entry: usize| made.encoded.vector[entry]);
	assert_eq!(of_house, of_ward + Scalar::from(987_654u64));
}

#[test]
fn a_floor_of_one_is_none() {
	let mut spec = numbers(Statistic::WeightedMean, &[("salary", 10_000_000)]);
	spec.weight = Some(column("is_ceo", 0, 1));
	for floor in [0, 1] {
		let made = dealt(&staff(), &spec, &encoding(floor)).expect("there is no floor");
		assert_eq!(*made.encoded.vector, [1u64, 987_654].map(Scalar::from));
	}
}

#[test]
fn bins_are_left_out_alone_and_other_numbers_with_their_cell() {
	let dropping = Encoding { drop_small_cells: true, ..encoding(FLOOR) };
	let mut histogram = numbers(Statistic::Histogram, &[("salary", 10_000_000)]);
	histogram.edges = vec![987_000, 988_000].try_into().expect("few");
	let made = dealt(&staff(), &histogram, &dropping).expect("the rest is dealt");
	assert_eq!(*made.encoded.vector, [100u64, 0, 0].map(Scalar::from));
	assert_eq!((made.encoded.used, made.encoded.skipped_small_cell), (100, 1));
	assert!(matches!(made.struck.as_slice(), [one] if one.is_of_bin() && one.rows == 1));

	let text =
		format!("{}\n", staff().trim_end().replace('\n', ",a\n").replacen(",a", ",g", 1)) + "";
	let text = format!("{}{}", text.trim_end(), ",a\n")
		+ &(0..60).map(|i| format!("{},0,{},5,b\n", 100 + i, i)).collect::<String>();
	let mut mean = numbers(Statistic::Covariance, &[("ill", 100), ("salary", 10_000_000)]);
	let names = ["a", "b"].map(|name| column(name, 0, 0).name).to_vec();
	let groups = names.try_into().expect("two");
	mean.group_by = Some(Grouping { column: column("g", 0, 0).name, groups });
	let said = refused(&text, &mean, FLOOR);
	assert!(said.contains("mine.csv: group a: column `ill`: one of its 2"), "{said}");
	let made = dealt(&text, &mean, &dropping).expect("group b is dealt");
	assert_eq!(made.encoded.per_group_rows, [0, 60]);
	assert!(made.encoded.vector[..6].iter().all(|entry| *entry == Scalar::from(0u8)));
	assert_eq!(made.encoded.vector[6], Scalar::from(60u8));
	assert_eq!(made.encoded.skipped_small_cell, 101);
}

#[test]
fn what_is_remembered_does_not_grow_with_the_rows() {
	let spec = numbers(Statistic::Covariance, &[("x", 1_000_000), ("y", 1_000_000)]);
	let mut tally = Tally::new(&spec);
	for i in 0..100_000 {
		tally.push(Row { values: &[Some(i), Some(i % 3)], group: None });
	}
	let rules = Rules { floor: 40_000, constants: &[] };
	let found = tally.findings(&spec, &rules);
	assert_eq!(tally.rows(), 100_000);
	assert!(matches!(&found[0].what, What::Value { column, values: 3 } if column == "y"));
	assert_eq!((found.len(), found[0].rows), (1, 33_333));
}

#[test]
fn bins_of_one_value_each_are_seen() {
	let mut spec = numbers(Statistic::Histogram, &[("ill", 1_000)]);
	spec.edges = vec![0, 1, 2].try_into().expect("few");
	let rows: String = (0..200).map(|i| format!("{}\n", i % 2)).collect();
	let made = dealt(&format!("ill\n{rows}"), &spec, &encoding(FLOOR)).expect("two large bins");
	let grouped = made.as_groups.expect("a group-by of two groups");
	assert_eq!((grouped.groups(), grouped.statistic), (2, Statistic::Count));
	let rows: String = (0..200).map(|i| format!("{i}\n")).collect();
	let made = dealt(&format!("ill\n{rows}"), &spec, &Encoding::default()).expect("no floor");
	assert_eq!(made.as_groups, None);
}
