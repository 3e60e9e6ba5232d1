//! Each condition refuses what it is for, and singular data are told apart from impossible ones.

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
	// 1, 2, 2 is the most even split of 5, with squares 9; -10, -5, 20 the most uneven
	assert_eq!(refused(&variance, &[3, 5, 7], 1), SquaresTooSmall);
	assert!(finalize(&variance, &scalars(&[3, 5, 9]), 1).is_ok());
	assert_eq!(refused(&variance, &[3, 5, 10], 1), SquaresTooSmall);
	assert!(finalize(&variance, &scalars(&[3, 5, 525]), 1).is_ok());
	assert_eq!(refused(&variance, &[3, 5, 527], 1), SquaresTooLarge);
	assert_eq!(refused(&variance, &[3, 5, -9], 1), SquaresTooSmall);
	// one row has no variance
	let one = scalars(&[1, 5, 25]);
	assert_eq!(finalize(&variance, &one, 1), Err(FinalizeError::Singular));
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
	assert_eq!(finalize(&correlation, &constant, 1), Err(FinalizeError::Singular));
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
	assert_eq!(finalize(&weighted(0), &scalars(&[0, 0]), 1), Err(FinalizeError::Singular));
}

#[test]
fn groups() {
	let mean = grouped(small(spec(Statistic::Mean, vec![x()])), &["a", "b"]);
	let outcome = finalize(&mean, &scalars(&[2, 40, 0, 0]), 1).unwrap();
	let Outcome::Groups { cells, column } = &outcome else { panic!("groups") };
	assert_eq!(column, "group");
	assert!(matches!(cells[0], (_, Cell::Value(Summary::Mean { .. }))));
	assert_eq!(cells[1], ("b".into(), Cell::Empty));
	assert_eq!(outcome.to_named().get("groups").unwrap().get("b"), Some(&Value::Null));
	assert_eq!(refused(&mean, &[2, 40, 0, 1], 1), EmptyCellNotZero);
	assert_eq!(refused(&mean, &[0, 0, 0, 0], 1), NoRows);
	// each keeps the cap, both together do not
	assert_eq!(refused(&mean, &[3, 3, 3, 3], 1), TooManyRows);
	assert_eq!(refused(&mean, &[3, 3, 2, 100], 1), SumOutOfRange);

	let variance = grouped(small(spec(Statistic::Variance, vec![x()])), &["a", "b"]);
	let outcome = finalize(&variance, &scalars(&[1, 5, 25, 2, 3, 5]), 1).unwrap();
	let Outcome::Groups { cells, .. } = &outcome else { panic!("groups") };
	assert_eq!(cells[0].1, Cell::Undefined);
	assert!(matches!(cells[1].1, Cell::Value(_)));
}

#[test]
fn regression() {
	let line = small(spec(Statistic::Regression, vec![x(), column("y", 0, -50, 50)]));
	let sums =
		|rows: &[&[i64]]| encode(&line, table(&line, rows).iter(), 1).unwrap().vector.to_vec();
	// x constant
	let flat = sums(&[&[3, 1], &[3, 2], &[3, 4]]);
	assert_eq!(finalize(&line, &flat, 1), Err(FinalizeError::Singular));
	// one row
	assert_eq!(finalize(&line, &sums(&[&[3, 1]]), 1), Err(FinalizeError::Singular));
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
	assert_eq!(finalize(&plane, &collinear.vector, 1), Err(FinalizeError::Singular));
	let mut broken = collinear.vector.to_vec();
	broken[8] += Scalar::from(1u64);
	assert_eq!(finalize(&plane, &broken, 1), Err(FinalizeError::Inconsistent(NotPositive)));
}
