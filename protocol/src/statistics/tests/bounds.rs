//! The largest values, the most rows, and the longest vectors.

use super::*;
use ostraka_primitives::spec::{MAX_BOUND, MAX_LENGTH};
use rand_core::SeedableRng;

fn extreme(name: &str) -> Column {
	column(name, 9, -MAX_BOUND, MAX_BOUND)
}

/// As many dealers, each with as many rows, as a sum may ever have: `2^16 (2^32 - 1)`.
const DEALERS: u32 = 1 << 16;

#[test]
fn the_largest_sums_are_lifted_right() {
	let mut spec = spec(Statistic::Variance, vec![extreme("x")]);
	spec.max_rows = u32::MAX;
	let n = (1u128 << 16) * u128::from(u32::MAX);
	let count = Scalar::from(n);
	for bound in [MAX_BOUND, -MAX_BOUND] {
		let value = Scalar::from(i128::from(bound));
		let sum = [count, count * value, count * value * value];
		let Ok(Outcome::Whole(Summary::Variance { mean, variance, sum, .. })) =
			finalize(&spec, &sum, DEALERS)
		else {
			panic!("an outcome")
		};
		let sign = if bound < 0 { "-" } else { "" };
		assert_eq!(mean.render(Digits::Decimals(9)), format!("{sign}4611686018.427387904"));
		assert_eq!(variance.to_string(), "0");
		assert_eq!(sum.to_string(), format!("{sign}1298074214331475452228966.788628480"));
		// one row more than the cap
		let one_more = [count + Scalar::from(1u64), Scalar::from(0u64), Scalar::from(0u64)];
		assert_eq!(
			finalize(&spec, &one_more, DEALERS),
			Err(FinalizeError::Inconsistent(Inconsistency::TooManyRows))
		);
	}
	// half at either end
	let half = Scalar::from(n / 2);
	let square = Scalar::from(i128::from(MAX_BOUND)) * Scalar::from(i128::from(MAX_BOUND));
	let sum = [half + half, Scalar::from(0u64), (half + half) * square];
	assert!(finalize(&spec, &sum, DEALERS).is_ok());
}

#[test]
fn a_regression_over_the_most_rows_has_the_coefficients_of_its_pattern() {
	let mut rng = ChaCha8Rng::seed_from_u64(1);
	let columns: Vec<Column> = ["a", "b", "c", "y"].map(extreme).to_vec();
	let mut spec = spec(Statistic::Regression, columns);
	spec.max_rows = u32::MAX;
	let mut rows = Rows::new(&spec);
	for _ in 0..16 {
		let values: Vec<_> = (0..4)
			.map(|_| {
				Some(
					[-MAX_BOUND, MAX_BOUND, between(&mut rng, -MAX_BOUND, MAX_BOUND)]
						[below(&mut rng, 3) as usize],
				)
			})
			.collect();
		rows.push(&values, None).unwrap();
	}
	let encoded = encode(&spec, rows.iter(), 1).unwrap();
	let Outcome::Whole(Summary::Regression { coefficients, r_squared, .. }) =
		plaintext(&spec, rows.iter()).unwrap()
	else {
		panic!("a fit")
	};
	// every row 2^43 times: 2^47 rows
	let times = Scalar::from(1u64 << 43);
	let sum: Vec<Scalar> = encoded.vector.iter().map(|entry| *entry * times).collect();
	let Outcome::Whole(Summary::Regression {
		count,
		coefficients: many,
		r_squared: many_r,
		std_errors,
	}) = finalize(&spec, &sum, DEALERS).unwrap()
	else {
		panic!("a fit")
	};
	assert_eq!(count, (1u64 << 47).into());
	assert_eq!((many, many_r), (coefficients, r_squared));
	assert!(std_errors.is_some());
}

/// Specs whose vectors have (nearly) the most entries.
fn longest() -> Vec<TaskSpec> {
	let names = |count: usize| (0..count).map(|i| format!("c{i}")).collect::<Vec<_>>();
	let columns =
		|count: usize| names(count).iter().map(|name| column(name, 3, 0, 1000)).collect::<Vec<_>>();
	let edges: Vec<i64> = (0..255).map(|i| i * 4).collect();
	let groups = names(64);
	let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
	vec![
		spec(Statistic::Regression, columns(21)),
		with_edges(spec(Statistic::Median, columns(1)), &edges, &[]),
		with_edges(spec(Statistic::Quantiles, columns(1)), &edges, &[1, 250, 500, 999]),
		grouped(with_edges(spec(Statistic::Histogram, columns(1)), &[0, 5, 500], &[]), &groups),
		grouped(spec(Statistic::Variance, columns(1)), &groups),
		grouped(spec(Statistic::Correlation, columns(2)), &groups[..42]),
		grouped(spec(Statistic::Regression, columns(5)), &groups[..12]),
		grouped(spec(Statistic::VectorMean, columns(65)), &groups[..3]),
	]
}

#[test]
fn the_longest_vectors() {
	let mut rng = ChaCha8Rng::seed_from_u64(2);
	for spec in longest() {
		spec.validate().unwrap();
		assert!((190..=MAX_LENGTH).contains(&spec.length()), "{}", spec.length());
		let dealers: Vec<Rows> = (0..3)
			.map(|_| {
				let mut rows = Rows::new(&spec);
				for _ in 0..300 {
					let values: Vec<_> =
						spec.all_columns().map(|c| Some(between(&mut rng, c.min, c.max))).collect();
					let group = format!("c{}", below(&mut rng, 64));
					rows.push(&values, Some(&group)).unwrap();
				}
				rows
			})
			.collect();
		let outcome = joint(&spec, &dealers).unwrap();
		assert_eq!(outcome, plaintext(&spec, dealers.iter().flat_map(Rows::iter)).unwrap());
	}
}
