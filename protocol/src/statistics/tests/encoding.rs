//! What `encode` refuses, skips and counts.

use super::*;
use rand_core::SeedableRng;

fn income() -> TaskSpec {
	spec(Statistic::Mean, vec![column("income", 2, 0, 100_000)])
}

#[test]
fn a_value_out_of_range_is_named() {
	let spec = income();
	for value in [-1, 100_001] {
		let rows = table(&spec, &[&[0], &[100_000], &[value]]);
		let error = encode(&spec, rows.iter(), 1).unwrap_err();
		let expected = EncodeError::OutOfRange {
			row: 3,
			column: "income".into(),
			decimals: 2,
			value,
			min: 0,
			max: 100_000,
		};
		assert_eq!(error, expected);
	}
	let rows = table(&spec, &[&[-5]]);
	assert_eq!(
		encode(&spec, rows.iter(), 1).unwrap_err().to_string(),
		"row 1: income = -0.05 is outside its declared range 0.00 to 1000.00"
	);
}

#[test]
fn too_many_rows_no_rows_wrong_rows() {
	let mut spec = income();
	spec.max_rows = 2;
	let rows = table(&spec, &[&[1], &[2], &[3]]);
	assert_eq!(
		encode(&spec, rows.iter(), 1).unwrap_err(),
		EncodeError::TooManyRows { row: 3, max_rows: 2 }
	);
	assert!(encode(&spec, rows.iter().take(2), 1).is_ok());
	assert_eq!(
		encode(&spec, [], 1).unwrap_err(),
		EncodeError::NoRows { skipped_missing: 0, skipped_other_group: 0 }
	);
	let missing = Row { values: &[None], group: None };
	assert_eq!(
		encode(&spec, [missing, missing], 1).unwrap_err(),
		EncodeError::NoRows { skipped_missing: 2, skipped_other_group: 0 }
	);
	let wide = Row { values: &[Some(1), Some(2)], group: None };
	let error = EncodeError::RowWidth { row: 1, expected: 1, found: 2 };
	assert_eq!(encode(&spec, [wide], 1).unwrap_err(), error);
	assert_eq!(Rows::new(&spec).push(&[Some(1), Some(2)], None), Err(error));
	spec.max_rows = 0;
	assert!(matches!(encode(&spec, rows.iter(), 1), Err(EncodeError::Spec(_))));
}

#[test]
fn missing_values_and_other_groups_are_skipped_and_counted() {
	let spec = grouped(income(), &["a", "b"]);
	let mut rows = Rows::new(&spec);
	for (value, group) in [
		(Some(10), Some("a")),
		(None, Some("a")),
		(Some(20), Some("b")),
		(Some(30), Some("c")),
		(Some(40), None),
		(Some(50), Some("b")),
		// out of range, but of a row that does not count
		(Some(-1), Some("c")),
	] {
		rows.push(&[value], group).unwrap();
	}
	let encoded = encode(&spec, rows.iter(), 1).unwrap();
	assert_eq!((encoded.used, encoded.skipped_missing, encoded.skipped_other_group), (3, 2, 2));
	assert_eq!(encoded.per_group_rows, [1, 2]);
	assert_eq!(*encoded.vector, scalars(&[1, 10, 2, 70]));
	// without groups the rows that count are an entry of the vector
	assert_eq!(format!("{encoded:?} {rows:?}"), "Encoded { .. } Rows { width: 1, .. }");
}

#[test]
fn small_cells_are_refused() {
	let spec = grouped(income(), &["a", "b", "c"]);
	let mut rows = Rows::new(&spec);
	for group in ["a", "a", "a", "b", "b"] {
		rows.push(&[Some(1)], Some(group)).unwrap();
	}
	// no rows at all in a group is no small cell
	assert!(encode(&spec, rows.iter(), 2).is_ok());
	let error = encode(&spec, rows.iter(), 3).unwrap_err();
	assert_eq!(error, EncodeError::SmallCell { group: Some("b".into()), rows: 2, floor: 3 });
	assert_eq!(error.to_string(), "group b has 2 rows, fewer than the floor of 3");

	let whole = income();
	let error = encode(&whole, rows.iter(), 6).unwrap_err();
	assert_eq!(error, EncodeError::SmallCell { group: None, rows: 5, floor: 6 });
	assert!(encode(&whole, rows.iter(), 0).is_ok());
}

#[test]
fn contributors_say_only_whether_rows_are_enough() {
	let spec = grouped(spec(Statistic::Contributors, vec![]), &["a", "b", "c"]);
	let mut rows = Rows::new(&spec);
	for group in ["a", "a", "a", "b", "b"] {
		rows.push(&[], Some(group)).unwrap();
	}
	for (floor, vector) in [(0, [1, 1, 0]), (2, [1, 1, 0]), (3, [1, 0, 0]), (4, [0, 0, 0])] {
		assert_eq!(*encode(&spec, rows.iter(), floor).unwrap().vector, scalars(&vector));
	}
	let sum = scalars(&[3, 0, 1]);
	let outcome = finalize(&spec, &sum, 3).unwrap();
	let tree = outcome.to_named();
	let groups = tree.get("groups").unwrap();
	assert_eq!(rendered(groups, &["a", "contributors"], Digits::Decimals(0)), "3");
	assert_eq!(rendered(groups, &["b", "contributors"], Digits::Decimals(0)), "0");
	let more_than_dealers = finalize(&spec, &sum, 2).unwrap();
	assert_eq!(more_than_dealers.impossible(), [(Some("a"), Inconsistency::TooManyRows)]);
	assert_eq!(plaintext(&spec, rows.iter()), Err(PlaintextError::WrongStatistic));
}

#[test]
fn layout_is_as_documented() {
	let rows_of = |spec: &TaskSpec, values: &[&[i64]]| {
		encode(spec, table(spec, values).iter(), 1).unwrap().vector.to_vec()
	};
	let wide = |name| column(name, 1, -100, 100);
	let [x, y, z] = ["x", "y", "z"].map(wide);
	let two: &[&[i64]] = &[&[2, 3], &[-4, 5]];
	let covariance = spec(Statistic::Covariance, vec![x.clone(), y.clone()]);
	assert_eq!(rows_of(&covariance, two), scalars(&[2, -2, 8, 20, -14, 34]));
	// (1, x)(1, x)ᵀ, then (1, x) y, then y²
	let regression = spec(Statistic::Regression, vec![x.clone(), y.clone()]);
	assert_eq!(rows_of(&regression, two), scalars(&[2, -2, 20, 8, -14, 34]));
	let weight = column("w", 0, 0, 9);
	let vector_mean = spec(Statistic::VectorMean, vec![x.clone(), y, z, weight]);
	assert_eq!(rows_of(&vector_mean, &[&[1, 2, 3, 2], &[4, 5, 6, 3]]), scalars(&[5, 14, 19, 24]));
	// bins take their lower edge in
	let histogram = with_edges(spec(Statistic::Histogram, vec![x]), &[-1, 0, 5], &[]);
	let values: &[&[i64]] = &[&[-2], &[-1], &[0], &[4], &[5], &[6]];
	assert_eq!(rows_of(&histogram, values), scalars(&[1, 1, 2, 2]));
}

#[test]
fn every_entry_has_a_name_and_the_scale_of_the_data() {
	let named = |spec: &TaskSpec, sums: &[i128]| -> Vec<String> {
		let sums = named_sums(spec, &scalars(sums)).unwrap().into_iter();
		sums.map(|Sum { group, name, value }| {
			format!("{} {name} {value}", group.unwrap_or_default())
		})
		.collect()
	};
	let [x, y] = ["x", "y"].map(|name| column(name, 1, -100, 100));
	let covariance = spec(Statistic::Covariance, vec![x.clone(), y.clone()]);
	let names = [" n 2", " Σ x -0.2", " Σ y 0.8", " Σ x² 0.20", " Σ x·y -0.14", " Σ y² 0.34"];
	assert_eq!(named(&covariance, &[2, -2, 8, 20, -14, 34]), names);
	let regression = spec(Statistic::Regression, vec![x.clone(), y]);
	let names = [" n 2", " Σ x -0.2", " Σ x² 0.20", " Σ y 0.8", " Σ x·y -0.14", " Σ y² 0.34"];
	assert_eq!(named(&regression, &[2, -2, 20, 8, -14, 34]), names);
	let weighted = spec(Statistic::WeightedMean, vec![x.clone(), column("w", 0, 0, 9)]);
	let names = ["a Σ w 5", "a Σ w·x 1.4", "b Σ w 0", "b Σ w·x 0.0"];
	assert_eq!(named(&grouped(weighted, &["a", "b"]), &[5, 14, 0, 0]), names);
	let histogram = with_edges(spec(Statistic::Histogram, vec![x]), &[-1, 0, 5], &[]);
	let names = [" x < -0.1 1", " -0.1 <= x < 0.0 1", " 0.0 <= x < 0.5 2", " x >= 0.5 2"];
	assert_eq!(named(&histogram, &[1, 1, 2, 2]), names);
	for statistic in STATISTICS {
		let spec = random_spec(&mut ChaCha8Rng::seed_from_u64(1), statistic);
		let zeros = vec![Scalar::from(0u64); spec.length() as usize];
		assert_eq!(named_sums(&spec, &zeros).unwrap().len(), zeros.len(), "{statistic:?}");
		let error = FinalizeError::Length { expected: spec.length(), found: zeros.len() - 1 };
		assert_eq!(named_sums(&spec, &zeros[1..]), Err(error));
	}
}
