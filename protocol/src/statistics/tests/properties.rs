//! The joint result equals the pooled plaintext; no vector makes `finalize` panic.

use super::*;
use proptest::prelude::*;
use rand_core::{RngCore, SeedableRng};

/// Deals random rows from several dealers and compares; says whether there was an outcome.
fn joint_equals_plaintext(seed: u64, statistic: Statistic) -> bool {
	let mut rng = ChaCha8Rng::seed_from_u64(seed);
	let spec = random_spec(&mut rng, statistic);
	let most = [0, 1, 3, 40][below(&mut rng, 4) as usize];
	let dealers: Vec<Rows> =
		(0..1 + below(&mut rng, 5)).map(|_| random_rows(&mut rng, &spec, most)).collect();
	let min_cell = if statistic == Statistic::Contributors { below(&mut rng, 4) } else { 1 };

	let mut sum = vec![Scalar::from(0u64); spec.length() as usize];
	let (mut accepted, mut used) = (0, 0);
	for rows in &dealers {
		match encode(&spec, rows.iter(), min_cell) {
			Ok(encoded) => {
				add(&mut sum, &encoded.vector);
				accepted += 1;
				used += encoded.used;
				let skipped = encoded.skipped_missing + encoded.skipped_other_group;
				assert_eq!(encoded.used + skipped, rows.len() as u64);
				assert_eq!(encoded.per_group_rows.iter().sum::<u64>(), encoded.used);
			},
			Err(EncodeError::NoRows { skipped_missing, skipped_other_group }) => {
				assert_eq!(skipped_missing + skipped_other_group, rows.len() as u64);
			},
			Err(error) => panic!("{error}"),
		}
	}
	let joint = finalize(&spec, &sum, accepted).map_err(|error| match error {
		FinalizeError::Inconsistent(Inconsistency::NoRows) => PlaintextError::NoRows,
		other => panic!("seed {seed}: {other}"),
	});
	let plain = if statistic == Statistic::Contributors {
		plaintext_contributors(&spec, dealers.iter().map(Rows::iter), min_cell)
	} else {
		plaintext(&spec, dealers.iter().flat_map(Rows::iter))
	};
	// with no dealer at all there is no cap under which weights could vanish
	assert_eq!(joint, plain, "seed {seed}: {used} rows of {accepted} dealers, {spec:?}");
	joint.is_ok_and(|outcome| outcome != Outcome::Undefined)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(96))]

	#[test]
	fn joint_equals_pooled(seed: u64) {
		for statistic in STATISTICS {
			joint_equals_plaintext(seed, statistic);
		}
	}

	#[test]
	fn finalize_survives_any_vector(seed: u64) {
		let mut rng = ChaCha8Rng::seed_from_u64(seed);
		for statistic in STATISTICS {
			let mut spec = random_spec(&mut rng, statistic);
			let length = spec.length() as usize;
			let dealers = below(&mut rng, 100) as u32;

			// uniform field elements are never data
			let uniform: Vec<Scalar> = (0..length).map(|_| random_scalar(&mut rng)).collect();
			let outcome = finalize(&spec, &uniform, dealers);
			prop_assert!(matches!(outcome, Err(FinalizeError::Inconsistent(_))), "{outcome:?}");

			// small ones may be
			let reach = [2u64, 20, 1 << 20][below(&mut rng, 3) as usize];
			let small: Vec<Scalar> = (0..length)
				.map(|_| Scalar::from(below(&mut rng, reach) as i128 - reach as i128 / 8))
				.collect();
			let _ = finalize(&spec, &small, dealers);

			// a few entries of an honest sum replaced
			let rows = random_rows(&mut rng, &spec, 30);
			if let Ok(encoded) = encode(&spec, rows.iter(), 1) {
				let mut vector = encoded.vector.to_vec();
				for _ in 0..1 + below(&mut rng, 3) {
					let place = below(&mut rng, length as u64) as usize;
					vector[place] += Scalar::from(below(&mut rng, 5) as i128 - 2);
				}
				let _ = finalize(&spec, &vector, 1);
				vector.truncate(below(&mut rng, length as u64) as usize);
				let error = FinalizeError::Length { expected: length as u32, found: vector.len() };
				prop_assert_eq!(finalize(&spec, &vector, 1), Err(error));
			}

			// a spec that was not validated
			break_spec(&mut rng, &mut spec);
			let longer: Vec<Scalar> =
				(0..spec.length()).map(|_| Scalar::from(below(&mut rng, 4))).collect();
			let _ = finalize(&spec, &longer, dealers);
			let _ = plaintext(&spec, random_rows_of_any_width(&mut rng).iter());
			let _ = encode(&spec, random_rows_of_any_width(&mut rng).iter(), 2);
		}
	}

	#[test]
	fn a_changed_sum_of_squares_is_noticed(seed: u64) {
		let mut rng = ChaCha8Rng::seed_from_u64(seed);
		let spec = spec(Statistic::Variance, vec![column("x", 0, -50, 50)]);
		let mut rows = random_rows(&mut rng, &spec, 50);
		rows.push(&[Some(7)], None).unwrap();
		let vector = encode(&spec, rows.iter(), 1).unwrap().vector;
		// above the chord between the ends of the range
		let mut changed = vector.to_vec();
		changed[2] += Scalar::from(51 * 2_500);
		prop_assert!(matches!(finalize(&spec, &changed, 1), Err(FinalizeError::Inconsistent(_))));
		// a negative variance
		let mut changed = vector.to_vec();
		changed[2] = -changed[2];
		prop_assert!(matches!(finalize(&spec, &changed, 1), Err(FinalizeError::Inconsistent(_))));
	}
}

#[test]
fn random_data_mostly_have_an_outcome() {
	for statistic in STATISTICS {
		let outcomes = (0..200).filter(|seed| joint_equals_plaintext(*seed, statistic)).count();
		assert!(outcomes >= 60, "{statistic:?}: {outcomes} of 200");
	}
}

fn random_scalar(rng: &mut ChaCha8Rng) -> Scalar {
	let limbs: Vec<Scalar> = (0..4).map(|_| Scalar::from(rng.next_u64())).collect();
	let shift = Scalar::from(1u128 << 64);
	limbs.iter().fold(Scalar::from(0u64), |sum, limb| sum * shift + limb)
}

fn break_spec(rng: &mut ChaCha8Rng, spec: &mut TaskSpec) {
	match below(rng, 9) {
		0 => spec.columns.clear(),
		1 => spec.target = None,
		2 => spec.weight = Some(column("w", 0, -1, 1)),
		3 => spec.edges.clear(),
		4 => spec.quantiles = vec![0, 1000, 65_535].try_into().unwrap(),
		5 => spec.max_rows = 0,
		6 => spec.statistic = STATISTICS[below(rng, 14) as usize],
		7 => spec.group_by = Some(Grouping { column: name("g"), groups: Default::default() }),
		_ => spec.columns.iter_mut().for_each(|column| column.min = i64::MIN),
	}
}

fn random_rows_of_any_width(rng: &mut ChaCha8Rng) -> Rows {
	let width = below(rng, 4);
	let columns = (0..width).map(|i| column(&format!("c{i}"), 0, i64::MIN, i64::MAX)).collect();
	let mut shape = spec(Statistic::Contributors, columns);
	shape.max_rows = 10;
	random_rows(rng, &shape, 5)
}
