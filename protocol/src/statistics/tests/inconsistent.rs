//! Each condition refuses what it is for, and data on which a statistic is not defined are told apart from impossible ones.

use super::{Inconsistency::*, *};

fn refused(spec: &TaskSpec, sums: &[i128], dealers: u32) -> Inconsistency {
	match finalize(spec, &scalars(sums), dealers) {
		Err(FinalizeError::Inconsistent(what)) => what,
		other => panic!("{sums:?}: {other:?}"),
	}
}

fn x() -> Column {
	column("x", 0, -10, 20)
}

fn small(mut spec: TaskSpec) -> TaskSpec {
	spec.max_rows = 5;
	spec
}

#[test]
fn counts_and_sums() {
	let count = small(spec(Statistic::Count, vec![x()]));
	assert_eq!(refused(&count, &[0], 2), NoRows);
	assert_eq!(refused(&count, &[-1], 2), NegativeCount);
	assert_eq!(refused(&count, &[11], 2), TooManyRows);
	assert_eq!(refused(&count, &[1], 0), TooManyRows);
	assert!(finalize(&count, &scalars(&[10]), 2).is_ok());

	let mean = small(spec(Statistic::Mean, vec![x()]));
	assert_eq!(refused(&mean, &[2, 41], 1), SumOutOfRange);
	assert_eq!(refused(&mean, &[2, -21], 1), SumOutOfRange);
	assert_eq!(refused(&mean, &[0, 1], 1), EmptyCellNotZero);
	assert!(finalize(&mean, &scalars(&[2, 40]), 1).is_ok());
}

#[test]
fn squares() {
	let variance = small(spec(Statistic::Variance, vec![x()]));
	// three times 5/3 has the least squares, 25/3; x² <= 10 x + 200 between -10 and 20 the most
	assert_eq!(refused(&variance, &[3, 5, 8], 1), SquaresTooSmall);
	assert!(finalize(&variance, &scalars(&[3, 5, 9]), 1).is_ok());
	// what no integers give, but numbers: a dealer can have proven it
	assert!(finalize(&variance, &scalars(&[3, 5, 10]), 1).is_ok());
	assert!(finalize(&variance, &scalars(&[3, 5, 650]), 1).is_ok());
	assert_eq!(refused(&variance, &[3, 5, 651], 1), SquaresTooLarge);
	assert_eq!(refused(&variance, &[3, 5, -9], 1), SquaresTooSmall);
	// one row has no variance
	let one = scalars(&[1, 5, 25]);
	assert_eq!(finalize(&variance, &one, 1), Ok(Outcome::Undefined));
	// a constant column has one
	assert!(finalize(&variance, &scalars(&[3, 6, 12]), 1).is_ok());
	let fixed = small(spec(Statistic::Variance, vec![column("x", 0, 4, 4)]));
	assert!(finalize(&fixed, &scalars(&[3, 12, 48]), 1).is_ok());
	assert_eq!(refused(&fixed, &[3, 12, 50], 1), SquaresTooLarge);
}

#[test]
fn products() {
	let correlation = small(spec(Statistic::Correlation, vec![x(), column("y", 0, 0, 4)]));
	// (0, 0), (2, 2), (4, 4)
	assert!(finalize(&correlation, &scalars(&[3, 6, 6, 20, 20, 20]), 1).is_ok());
	assert_eq!(refused(&correlation, &[3, 6, 6, 20, 21, 20], 1), CauchySchwarz);
	assert_eq!(refused(&correlation, &[3, 6, 6, 20, 2, 20], 1), CauchySchwarz);
	assert_eq!(refused(&correlation, &[3, 6, 6, 20, 200, 20], 1), ProductsOutOfRange);
	assert_eq!(refused(&correlation, &[3, 6, 6, 20, -200, 20], 1), ProductsOutOfRange);
	// y constant
	let constant = scalars(&[3, 6, 6, 20, 12, 12]);
	assert_eq!(finalize(&correlation, &constant, 1), Ok(Outcome::Undefined));
}

#[test]
fn bins() {
	let histogram =
		small(with_edges(spec(Statistic::Histogram, vec![column("x", 0, 0, 9)]), &[0, 5, 10], &[]));
	assert!(finalize(&histogram, &scalars(&[0, 2, 3, 0]), 1).is_ok());
	assert_eq!(refused(&histogram, &[1, 2, 1, 0], 1), BinOutOfRange);
	assert_eq!(refused(&histogram, &[0, 2, 1, 1], 1), BinOutOfRange);
	assert_eq!(refused(&histogram, &[0, 3, -1, 0], 1), NegativeCount);
	assert_eq!(refused(&histogram, &[0, 3, 3, 0], 1), TooManyRows);
	assert_eq!(refused(&histogram, &[0, 0, 0, 0], 1), NoRows);
}

#[test]
fn weights() {
	let weighted = |min| small(spec(Statistic::WeightedMean, vec![x(), column("w", 0, min, 3)]));
	assert!(finalize(&weighted(1), &scalars(&[15, 300]), 1).is_ok());
	assert_eq!(refused(&weighted(1), &[16, 300], 1), TooManyRows);
	assert_eq!(refused(&weighted(1), &[-1, 0], 1), NegativeCount);
	assert_eq!(refused(&weighted(1), &[15, 301], 1), SumOutOfRange);
	assert_eq!(refused(&weighted(1), &[0, 0], 1), NoRows);
	assert_eq!(refused(&weighted(0), &[0, 1], 1), SumOutOfRange);
	// rows may all have a weight of zero
	assert_eq!(finalize(&weighted(0), &scalars(&[0, 0]), 1), Ok(Outcome::Undefined));
}

/// A group's cell.
fn cell<'a>(outcome: &'a Outcome, group: &str) -> &'a Cell {
	let Outcome::Groups { cells, .. } = outcome else { panic!("groups") };
	&cells.iter().find(|(name, _)| name == group).expect("a group").1
}

#[test]
fn groups() {
	let mean = grouped(small(spec(Statistic::Mean, vec![x()])), &["a", "b"]);
	let outcome = finalize(&mean, &scalars(&[2, 40, 0, 0]), 1).unwrap();
	assert!(matches!(cell(&outcome, "a"), Cell::Value(Summary::Mean { .. })));
	assert_eq!(*cell(&outcome, "b"), Cell::Empty);
	assert_eq!(outcome.to_named().get("group_by"), Some(&Value::Text("group".into())));
	assert_eq!(outcome.to_named().get("groups").unwrap().get("b"), Some(&Value::Null));
	assert!(outcome.is_defined() && outcome.impossible().is_empty());
	assert_eq!(refused(&mean, &[0, 0, 0, 0], 1), NoRows);

	let variance = grouped(small(spec(Statistic::Variance, vec![x()])), &["a", "b"]);
	let outcome = finalize(&variance, &scalars(&[1, 5, 25, 2, 3, 5]), 1).unwrap();
	assert_eq!(*cell(&outcome, "a"), Cell::Undefined);
	assert!(matches!(cell(&outcome, "b"), Cell::Value(_)));
	assert!(!outcome.is_defined() && outcome.impossible().is_empty());
}

#[test]
fn an_impossible_group_hides_no_other() {
	let mean = grouped(small(spec(Statistic::Mean, vec![x()])), &["a", "b", "c"]);
	let read = |sums: &[i128]| finalize(&mean, &scalars(sums), 1).unwrap();
	// one dealer dealt -1 rows of b
	let outcome = read(&[2, 40, -1, 0, 3, 6]);
	assert_eq!(*cell(&outcome, "b"), Cell::Inconsistent(NegativeCount));
	let alone = read(&[2, 40, 0, 0, 3, 6]);
	for group in ["a", "c"] {
		assert_eq!(cell(&outcome, group), cell(&alone, group));
	}
	assert_eq!(outcome.impossible(), [(Some("b"), NegativeCount)]);
	assert!(!outcome.is_defined());
	let tree = outcome.to_named();
	assert_eq!(tree.get("groups").unwrap().get("b"), Some(&Value::Text("impossible".into())));

	// more rows than all groups may have are the group's, not theirs
	assert_eq!(read(&[2, 40, 99, 0, 3, 6]).impossible(), [(Some("b"), TooManyRows)]);
	assert_eq!(read(&[2, 40, 0, 1, 3, 6]).impossible(), [(Some("b"), EmptyCellNotZero)]);
	assert_eq!(read(&[3, 3, 2, 100, 0, 0]).impossible(), [(Some("b"), SumOutOfRange)]);
	// each keeps the cap, all together do not
	assert_eq!(read(&[3, 3, 3, 3, 0, 0]).impossible(), [(None, TooManyRows)]);
	// a group without rows is left
	assert_eq!(read(&[-1, 0, -1, 0, 0, 0]).impossible().len(), 2);
	// nothing is left
	assert_eq!(refused(&mean, &[99, 0, -1, 0, 0, 7], 1), TooManyRows);

	// contributors and bins, whose groups have no mean
	let counted = grouped(small(spec(Statistic::Contributors, vec![])), &["a", "b"]);
	let outcome = finalize(&counted, &scalars(&[4, 2]), 3).unwrap();
	assert_eq!(outcome.impossible(), [(Some("a"), TooManyRows)]);
	let bins = with_edges(spec(Statistic::Histogram, vec![column("x", 0, 0, 9)]), &[0, 5, 10], &[]);
	let bins = grouped(small(bins), &["a", "b"]);
	let outcome = finalize(&bins, &scalars(&[0, -1, 3, 0, 0, 1, 1, 0]), 1).unwrap();
	assert_eq!(outcome.impossible(), [(Some("a"), NegativeCount)]);
}

/// A statistic, its columns, and rows on which it is not defined.
type Way<'a> = (Statistic, Vec<Column>, &'a [&'a [i64]]);

#[test]
fn undefined_means_the_same_with_groups_as_without() {
	let [u, v, y] = ["u", "v", "y"].map(|name| column(name, 0, -100, 100));
	let line = vec![u.clone(), y.clone()];
	let plane = vec![u.clone(), v.clone(), y];
	let pair = vec![u.clone(), v];
	let weighted = vec![u.clone(), column("w", 0, 0, 3)];
	// every way in which possible data have no statistic
	let ways: [Way; 11] = [
		(Statistic::Variance, vec![u.clone()], &[&[5]]),
		(Statistic::Std, vec![u], &[&[5]]),
		(Statistic::Covariance, pair.clone(), &[&[5, 6]]),
		(Statistic::Correlation, pair.clone(), &[&[5, 6]]),
		(Statistic::Correlation, pair.clone(), &[&[5, 6], &[5, 7], &[5, 9]]),
		(Statistic::Correlation, pair, &[&[5, 6], &[4, 6], &[3, 6]]),
		(Statistic::Regression, line.clone(), &[&[3, 1]]),
		(Statistic::Regression, line, &[&[3, 1], &[3, 2], &[3, 4]]),
		(Statistic::Regression, plane, &[&[1, 2, 3], &[2, 4, -5], &[4, 8, 9], &[5, 10, 0]]),
		(Statistic::WeightedMean, weighted.clone(), &[&[5, 0], &[6, 0]]),
		(Statistic::VectorMean, weighted, &[&[5, 0], &[6, 0]]),
	];
	for (statistic, columns, rows) in ways {
		let spec = spec(statistic, columns);
		let rows = table(&spec, rows);
		let outcome = joint(&spec, core::slice::from_ref(&rows)).unwrap();
		assert_eq!(outcome, Outcome::Undefined, "{statistic:?}");
		assert_eq!(plaintext(&spec, rows.iter()), Ok(Outcome::Undefined), "{statistic:?}");
		assert!(outcome.impossible().is_empty() && !outcome.is_defined());
		let undefined = Value::Text("undefined".into());
		assert_eq!(outcome.to_named(), undefined);

		let spec = grouped(spec, &["a"]);
		let mut of_a = Rows::new(&spec);
		rows.iter().for_each(|row| of_a.push(row.values, Some("a")).unwrap());
		let outcome = joint(&spec, core::slice::from_ref(&of_a)).unwrap();
		assert_eq!(*cell(&outcome, "a"), Cell::Undefined, "{statistic:?}");
		assert_eq!(plaintext(&spec, of_a.iter()), Ok(outcome.clone()), "{statistic:?}");
		assert_eq!(outcome.to_named().get("groups").unwrap().get("a"), Some(&undefined));
	}
}

#[test]
fn regression() {
	let line = small(spec(Statistic::Regression, vec![x(), column("y", 0, -50, 50)]));
	let sums =
		|rows: &[&[i64]]| encode(&line, table(&line, rows).iter(), 1).unwrap().vector.to_vec();
	// x constant
	let flat = sums(&[&[3, 1], &[3, 2], &[3, 4]]);
	assert_eq!(finalize(&line, &flat, 1), Ok(Outcome::Undefined));
	// one row
	assert_eq!(finalize(&line, &sums(&[&[3, 1]]), 1), Ok(Outcome::Undefined));
	// as many rows as coefficients: an exact fit, no standard errors
	let Ok(Outcome::Whole(Summary::Regression { std_errors, r_squared, .. })) =
		finalize(&line, &sums(&[&[3, 1], &[4, 6]]), 1)
	else {
		panic!("a fit")
	};
	assert_eq!(std_errors, None);
	assert_eq!(r_squared.unwrap().to_string(), "1");
	// a constant target has no R²
	let Ok(Outcome::Whole(Summary::Regression { r_squared, .. })) =
		finalize(&line, &sums(&[&[3, 1], &[4, 1], &[5, 1]]), 1)
	else {
		panic!("a fit")
	};
	assert_eq!(r_squared, None);

	// two regressors with a matrix that is positive for each pair, but not as a whole: correlations 1/2 of each
	// with the target and -1/2 between them would be the edge; here they are -0.9
	let plane = small(spec(
		Statistic::Regression,
		vec![column("u", 0, -100, 100), column("v", 0, -100, 100), column("y", 0, -100, 100)],
	));
	let broken = [4, 0, 0, 400, -360, 400, 0, 360, 360, 400];
	assert_eq!(refused(&plane, &broken, 1), NotPositive);
	// a matrix of full rank over two rows: u² v² - (uv)² > 0 needs three
	let broken = [2, 0, 0, 200, 20, 200, 0, 0, 0, 200];
	assert_eq!(refused(&plane, &broken, 1), RankAboveRows);
	// three rows are fitted exactly
	let fitted =
		encode(&plane, table(&plane, &[&[1, 2, 3], &[4, 5, 5], &[7, 1, 9]]).iter(), 1).unwrap();
	assert!(finalize(&plane, &fitted.vector, 1).is_ok());
	let mut broken = fitted.vector.to_vec();
	broken[9] += Scalar::from(2u64);
	assert_eq!(finalize(&plane, &broken, 1), Err(FinalizeError::Inconsistent(RankAboveRows)));
	// collinear columns with a target that does not lie in their span
	let collinear =
		encode(&plane, table(&plane, &[&[1, 2, 3], &[2, 4, -5], &[4, 8, 9]]).iter(), 1).unwrap();
	assert_eq!(finalize(&plane, &collinear.vector, 1), Ok(Outcome::Undefined));
	let mut broken = collinear.vector.to_vec();
	broken[8] += Scalar::from(1u64);
	assert_eq!(finalize(&plane, &broken, 1), Err(FinalizeError::Inconsistent(NotPositive)));
}
