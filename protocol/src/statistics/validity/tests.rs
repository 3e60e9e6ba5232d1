//! What rows give satisfies the relation, and what breaks it is impossible.

use super::{super::tests::*, *};
use crate::statistics::{encode, finalize, Cell, FinalizeError, Inconsistency, Outcome, Rows};
use alloc::{
	format,
	string::{String, ToString},
	vec,
	vec::Vec,
};
use ostraka_crypto::{
	encoding::encode_point,
	generators, group, scalar,
	validity::{prove, prove_witness, verify, Statement, Witness, MAX_BITS},
	Scalar,
};
use ostraka_primitives::spec::{MAX_BOUND, MAX_GROUPS, MAX_LENGTH};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, ChaCha8Rng};
use rand_core::{RngCore, SeedableRng};

/// Whether data of one dealer can give a vector, as far as `finalize` tells; zeros are legal.
fn possible(spec: &TaskSpec, vector: &[Scalar]) -> bool {
	match finalize(spec, vector, 1) {
		Ok(Outcome::Groups { cells, together, .. }) => {
			let broken = |cell: &Cell| matches!(cell, Cell::Inconsistent(_));
			together.is_none() && !cells.iter().any(|(_, cell)| broken(cell))
		},
		Ok(_) | Err(FinalizeError::Inconsistent(Inconsistency::NoRows)) => true,
		Err(FinalizeError::Inconsistent(_)) => false,
		Err(other) => panic!("{other}"),
	}
}

/// Whether the relation says exactly what `finalize` does: not of a matrix that must be positive as a whole, nor where the
/// determinant is left out.
fn is_exact(spec: &TaskSpec) -> bool {
	match spec.statistic {
		Statistic::Covariance | Statistic::Correlation => proves_determinant(spec),
		statistic => statistic != Statistic::Regression,
	}
}

/// Tells whether a vector is judged as it must be; returns whether it satisfies the relation.
fn judged(spec: &TaskSpec, relation: &Relation, vector: &[Scalar]) -> bool {
	let (holds, possible) = (relation.holds(vector), possible(spec, vector));
	assert!(holds || !possible, "refused, but possible: {vector:?} of {spec:?}");
	assert!(possible || !holds || !is_exact(spec), "{vector:?} of {spec:?}");
	holds
}

/// A legal vector, from more rows than one in most cases.
fn legal(rng: &mut ChaCha8Rng, spec: &TaskSpec) -> Vec<Scalar> {
	let rows = random_rows(rng, spec, 60.min(spec.max_rows.into()));
	let floor = below(rng, 3) * u64::from(spec.statistic == Statistic::Contributors);
	match encode(spec, rows.iter(), floor) {
		Ok(encoded) => encoded.vector.to_vec(),
		Err(_) => vec![Scalar::from(0u64); spec.length() as usize],
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(96))]

	#[test]
	fn encode_finalize_and_relation_agree(seed: u64) {
		let mut rng = ChaCha8Rng::seed_from_u64(seed);
		for statistic in STATISTICS {
			let spec = random_spec(&mut rng, statistic);
			let relation = relation(&spec).unwrap();
			let length = spec.length() as usize;
			prop_assert_eq!(relation.length(), length);
			let zeros = vec![Scalar::from(0u64); length];
			prop_assert!(judged(&spec, &relation, &zeros));
			let vector = legal(&mut rng, &spec);
			prop_assert!(relation.holds(&vector), "{vector:?} of {spec:?}");
			judged(&spec, &relation, &vector);

			// changed a little, and a lot
			for reach in [1i128, 3, 100, 1 << 40, 1 << 100] {
				let mut changed = vector.clone();
				for _ in 0..1 + below(&mut rng, 2) {
					let by = i128::from(rng.next_u64()) % (2 * reach + 1) - reach;
					changed[below(&mut rng, length as u64) as usize] += Scalar::from(by);
				}
				judged(&spec, &relation, &changed);
			}
			let uniform: Vec<_> = zeros.iter().map(|_| random_scalar(&mut rng)).collect();
			prop_assert!(!judged(&spec, &relation, &uniform));
			let small: Vec<_> =
				zeros.iter().map(|_| Scalar::from(below(&mut rng, 9) as i128 - 1)).collect();
			judged(&spec, &relation, &small);
			// no vector without rows but zeros, whatever is in one entry
			let mut empty = zeros.clone();
			let place = below(&mut rng, length as u64) as usize;
			empty[place] -= Scalar::from(1 + below(&mut rng, 1 << 20));
			prop_assert!(!judged(&spec, &relation, &empty), "{place} of {spec:?}");
		}
	}

	/// For each range a vector just below it and one just above: an entry of a legal vector is moved until the form leaves.
	#[test]
	fn just_outside_each_range(seed: u64) {
		let mut rng = ChaCha8Rng::seed_from_u64(seed);
		for statistic in STATISTICS {
			let spec = random_spec(&mut rng, statistic);
			let relation = relation(&spec).unwrap();
			let vector = legal(&mut rng, &spec);
			for (form, width) in relation.ranges() {
				for place in 0..spec.length() as usize {
					for target in [-Scalar::from(1u64), power_of_two(*width)] {
						if let Some(moved) = moved(form, &vector, place, target) {
							prop_assert!(!judged(&spec, &relation, &moved), "{form:?} of {spec:?}");
						}
					}
				}
			}
		}
	}
}

fn power_of_two(exponent: u32) -> Scalar {
	(0..exponent).fold(Scalar::from(1u64), |power, _| power + power)
}

/// The vector with one entry moved so that a form of entries has the given value; none unless the form holds that entry once.
fn moved(form: &Form, vector: &[Scalar], place: usize, target: Scalar) -> Option<Vec<Scalar>> {
	let at = |value: Scalar| {
		let mut vector = vector.to_vec();
		vector[place] = value;
		form.value(&vector, &[])
	};
	let (zero, one) = (at(Scalar::from(0u64)), at(Scalar::from(1u64)));
	let slope = one - zero;
	let unit = [1i128, -1].into_iter().map(Scalar::from).find(|unit| *unit == slope)?;
	let mut moved = vector.to_vec();
	moved[place] = (target - zero) * unit;
	Some(moved)
}

fn random_scalar(rng: &mut ChaCha8Rng) -> Scalar {
	let shift = Scalar::from(1u128 << 64);
	(0..4).fold(Scalar::from(0u64), |sum, _| sum * shift + Scalar::from(rng.next_u64()))
}

fn income() -> Column {
	column("income", 0, -50, 1_000)
}

fn age() -> Column {
	column("age", 0, 18, 120)
}

/// A small spec of each statistic, with and without groups.
fn small_specs() -> Vec<TaskSpec> {
	let specs = STATISTICS.into_iter().flat_map(|statistic| {
		let columns = match statistic {
			Statistic::Contributors => vec![],
			Statistic::Covariance | Statistic::Correlation | Statistic::Regression => {
				vec![income(), age()]
			},
			Statistic::WeightedMean => vec![income(), column("weight", 0, 1, 9)],
			Statistic::VectorMean => vec![income(), age(), column("weight", 0, 0, 9)],
			_ => vec![income()],
		};
		let mut spec = spec(statistic, columns);
		if matches!(statistic, Statistic::Histogram | Statistic::Quantiles | Statistic::Median) {
			let quantiles = if statistic == Statistic::Quantiles { &[250, 750][..] } else { &[] };
			spec = with_edges(spec, &[-50, 0, 500, 2_000], quantiles);
		}
		spec.max_rows = 100;
		let groups = grouped(spec.clone(), &["a", "b", "c"]);
		if statistic == Statistic::Contributors {
			let few_rows = TaskSpec { max_rows: 2, ..groups.clone() };
			vec![groups, few_rows]
		} else {
			vec![spec, groups]
		}
	});
	specs.collect()
}

/// Proves a vector as it is and says whether the proof is accepted.
fn accepted(relation: &Relation, vector: &[Scalar], rng: &mut ChaCha20Rng) -> bool {
	let blinding = scalar::random(rng);
	let bases = generators::bases::<crate::G1>(vector.len()).unwrap();
	let scalars: Vec<_> = vector.iter().chain([&blinding]).copied().collect();
	let commitments = [encode_point(&group::affine(&group::msm(&bases, &scalars)))];
	let statement = Statement { task_hash: &[1; 32], dealer: &[2; 32], commitments: &commitments };
	let proof = if relation.holds(vector) {
		prove::<crate::G1, _>(relation, &statement, vector, &blinding, rng)
	} else {
		let witness = Witness::new(relation, vector);
		prove_witness::<crate::G1, _>(relation, &statement, &witness, &blinding, rng)
	};
	let proof = proof.unwrap();
	assert_eq!(proof.len(), relation.layout().proof_length());
	verify::<crate::G1>(relation, &statement, &proof).is_ok()
}

#[test]
fn proofs_of_legal_vectors_are_accepted_and_of_forged_ones_refused() {
	let mut rng = ChaCha8Rng::seed_from_u64(1);
	let mut draws = ChaCha20Rng::seed_from_u64(2);
	for spec in small_specs() {
		let relation = relation(&spec).unwrap();
		assert_eq!(proof_length(&spec).unwrap() as usize, relation.layout().proof_length());
		let mut vector = legal(&mut rng, &spec);
		while vector.iter().all(|entry| *entry == Scalar::from(0u64)) {
			vector = legal(&mut rng, &spec);
		}
		assert!(accepted(&relation, &vector, &mut draws), "{spec:?}");
		let ranges = relation.ranges();
		for (form, width) in ranges.iter().step_by(1 + ranges.len() / 8) {
			let place = below(&mut rng, vector.len() as u64) as usize;
			let places = (0..vector.len()).cycle().skip(place).take(vector.len());
			for target in [-Scalar::from(1u64), power_of_two(*width)] {
				let mut forged = places.clone().filter_map(|at| moved(form, &vector, at, target));
				if let Some(forged) = forged.next() {
					assert!(!accepted(&relation, &forged, &mut draws), "{form:?} of {spec:?}");
				}
			}
		}
	}
}

/// What no single range catches: a variance below zero, a covariance above its variances, squares of no rows.
#[test]
fn products_and_empty_groups() {
	let mut rng = ChaCha20Rng::seed_from_u64(3);
	let mut variance = spec(Statistic::Variance, vec![income()]);
	variance.max_rows = 100;
	let judge = |spec: &TaskSpec, integers: &[i128], rng: &mut ChaCha20Rng| {
		let (relation, vector) = (relation(spec).unwrap(), scalars(integers));
		assert_eq!(accepted(&relation, &vector, rng), judged(spec, &relation, &vector));
		relation.holds(&vector)
	};
	// n Σx² = (Σx)²
	assert!(judge(&variance, &[10, 100, 1_000], &mut rng));
	assert!(!judge(&variance, &[10, 100, 999], &mut rng));
	assert!(judge(&variance, &[0, 0, 0], &mut rng));
	for squares in [-1, 1, -1_000_000] {
		assert!(!judge(&variance, &[0, 0, squares], &mut rng), "{squares} of no rows");
	}
	let x = column("x", 0, -1_000, 1_000);
	let mut covariance = spec(Statistic::Covariance, vec![x, column("y", 0, -1_000, 1_000)]);
	covariance.max_rows = 100;
	assert!(proves_determinant(&covariance));
	// n, Σx, Σy, Σx², Σxy, Σy²
	assert!(judge(&covariance, &[10, 0, 0, 1_000, 1_000, 1_000], &mut rng));
	assert!(!judge(&covariance, &[10, 0, 0, 1_000, 1_001, 1_000], &mut rng));
	assert!(!judge(&covariance, &[10, 0, 0, 1_000, -1_001, 1_000], &mut rng));
	assert!(!judge(&covariance, &[0, 0, 0, 0, 1, 0], &mut rng));
	// McCormick alone does not see it
	let wide = |name| column(name, 0, -MAX_BOUND, MAX_BOUND);
	let mut far = spec(Statistic::Covariance, vec![wide("x"), wide("y")]);
	far.max_rows = 100;
	assert!(!proves_determinant(&far));
	assert!(judge(&far, &[10, 0, 0, 1_000, 1_000, 1_000], &mut rng));
	assert!(relation(&far).unwrap().holds(&scalars(&[10, 0, 0, 1_000, 1_001, 1_000])));
}

/// The cap is exact, whatever power of two is near it.
#[test]
fn the_cap_is_exact() {
	for max_rows in [1, 2, 3, 4, 5, 7, 8, 9, 100, u32::MAX] {
		let most = i128::from(max_rows);
		let mut count = spec(Statistic::Count, vec![income()]);
		count.max_rows = max_rows;
		let holds = |spec: &TaskSpec, integers: &[i128]| {
			judged(spec, &relation(spec).unwrap(), &scalars(integers))
		};
		assert!(holds(&count, &[most]) && !holds(&count, &[most + 1]), "{max_rows}");
		let groups = grouped(count.clone(), &["a", "b"]);
		assert!(holds(&groups, &[most - 1, 1]) && !holds(&groups, &[most, 1]), "{max_rows}");
		let histogram =
			with_edges(TaskSpec { statistic: Statistic::Histogram, ..count }, &[0, 10], &[]);
		assert!(holds(&histogram, &[0, most - 1, 1]) && !holds(&histogram, &[1, most, 0]));
		for heaviest in [1, 2, 6, 1_000] {
			let weight = column("w", 0, 0, heaviest);
			let mut weighted = spec(Statistic::WeightedMean, vec![income(), weight]);
			weighted.max_rows = max_rows;
			let most = most * i128::from(heaviest);
			assert!(holds(&weighted, &[most, 0]) && !holds(&weighted, &[most + 1, 0]));
		}
		let contributors = spec(Statistic::Contributors, vec![]);
		let mut contributors = grouped(contributors, &["a", "b", "c"]);
		contributors.max_rows = max_rows;
		assert_eq!(holds(&contributors, &[1, 1, 1]), max_rows >= 3);
	}
}

/// Columns as wide as there can be.
fn widest(count: usize) -> Vec<Column> {
	(0..count).map(|i| column(&format!("c{i}"), 9, -MAX_BOUND, MAX_BOUND)).collect()
}

/// The same, and weights as large as there can be.
fn weighted(count: usize) -> Vec<Column> {
	let mut all = widest(count);
	all.push(column("w", 9, 0, MAX_BOUND));
	all
}

/// A spec with as many groups as there can be, and as many rows.
fn most_of(mut spec: TaskSpec) -> TaskSpec {
	spec.max_rows = u32::MAX;
	let most = (MAX_LENGTH / spec.length_of_group()).min(MAX_GROUPS);
	let names: Vec<_> = (0..most).map(|i| format!("g{i}")).collect();
	let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
	let spec = grouped(spec, &names);
	assert_eq!(spec.validate(), Ok(()));
	spec
}

/// The largest specs have relations, and their legal extremes satisfy them.
#[test]
fn the_largest_specs_are_provable() {
	let edges: Vec<i64> = (0..255).collect();
	let largest = [
		spec(Statistic::Regression, widest(21)),
		spec(Statistic::VectorMean, weighted(255)),
		with_edges(spec(Statistic::Histogram, widest(1)), &edges, &[]),
		most_of(spec(Statistic::Variance, widest(1))),
		most_of(spec(Statistic::Correlation, widest(2))),
		most_of(spec(Statistic::Regression, widest(6))),
		most_of(spec(Statistic::VectorMean, weighted(3))),
	];
	for mut spec in largest {
		spec.max_rows = u32::MAX;
		let relation = relation(&spec).unwrap();
		assert!((190..=MAX_LENGTH).contains(&spec.length()), "{}", spec.length());
		assert_eq!(
			proof_length(&spec).map(|length| length as usize),
			Ok(relation.layout().proof_length())
		);
		// a row at the ends of all ranges, counted as often as rows may be
		for upper in [false, true] {
			let values: Vec<_> = spec
				.all_columns()
				.map(|column| Some(if upper { column.max } else { column.min }))
				.collect();
			let mut rows = Rows::new(&spec);
			rows.push(&values, Some("g0")).unwrap();
			let encoded = encode(&spec, rows.iter(), 1).unwrap();
			let times = Scalar::from(u32::MAX);
			let vector: Vec<_> = encoded.vector.iter().map(|entry| *entry * times).collect();
			assert!(relation.holds(&vector), "{:?}", spec.statistic);
		}
	}
}

/// A message holds the longest proof of any spec, and not much more: of each statistic and number of columns the one with the
/// widest ranges, the most rows and the most groups. That of a regression on as many columns as fit is the longest. The proofs of
/// the largest relation that can be made would not fit.
#[test]
fn the_longest_proof_fits_into_a_message() {
	let mut lengths = Vec::new();
	for statistic in STATISTICS {
		let specs: Vec<TaskSpec> = match statistic {
			Statistic::Regression => (2..=21).map(|count| spec(statistic, widest(count))).collect(),
			Statistic::VectorMean => {
				(1..=255).map(|count| spec(statistic, weighted(count))).collect()
			},
			Statistic::WeightedMean => vec![spec(statistic, weighted(1))],
			Statistic::Covariance | Statistic::Correlation => {
				// of the second kind the determinant is proven too
				let narrow = |name| column(name, 0, 0, (1 << 30) - 1);
				let narrow = spec(statistic, vec![narrow("x"), narrow("y")]);
				assert!(proves_determinant(&TaskSpec { max_rows: u32::MAX, ..narrow.clone() }));
				vec![spec(statistic, widest(2)), narrow]
			},
			Statistic::Histogram | Statistic::Quantiles | Statistic::Median => {
				let quantiles: &[u16] =
					if statistic == Statistic::Quantiles { &[500] } else { &[] };
				let of = |edges: i64| {
					let edges: Vec<_> = (0..edges).collect();
					with_edges(spec(statistic, widest(1)), &edges, quantiles)
				};
				(2..=255).map(of).collect()
			},
			Statistic::Contributors => vec![spec(statistic, vec![])],
			_ => vec![spec(statistic, widest(1))],
		};
		let longest = specs
			.into_iter()
			.map(most_of)
			.map(|spec| (proof_length(&spec).unwrap(), spec.length_of_group()));
		lengths.push((longest.max().unwrap(), statistic));
	}
	lengths.sort_by_key(|((bytes, _), _)| *bytes);
	let ((longest, entries), statistic) = *lengths.last().unwrap();
	assert_eq!((statistic, entries), (Statistic::Regression, 253), "{lengths:?}");
	let room = MAX_VALIDITY.checked_sub(longest).unwrap();
	assert!((1_024..=20 * 1_024).contains(&room), "{room} bytes are left over");

	let mut conditions = Conditions::new(MAX_LENGTH as usize).unwrap();
	let mut left = MAX_BITS as u32;
	while left > 0 {
		let width = left.min(MAX_WIDTH);
		conditions.range(entry(0, 1), width).unwrap();
		left -= width;
	}
	assert!(conditions.range(entry(0, 1), 1).is_err(), "all bits are taken");
	assert!(conditions.finish().layout().proof_length() > MAX_VALIDITY as usize);
}

#[test]
fn a_spec_that_is_not_valid_has_no_relation() {
	let mut empty = spec(Statistic::Mean, vec![income()]);
	empty.max_rows = 0;
	assert_eq!(relation(&empty), Err(Unprovable::Spec(SpecError::NoRows)));
	assert_eq!(proof_length(&empty), Err(Unprovable::Spec(SpecError::NoRows)));
	assert!(Unprovable::TooLarge.to_string().contains("too large"));
}

/// Relations are part of what is signed and hashed: those of known specs keep their names.
#[test]
fn relations_keep_their_names() {
	let found: String = small_specs()
		.iter()
		.map(|spec| {
			let relation = relation(spec).unwrap();
			let groups = spec.groups();
			let (id, bits) = (hex::encode(relation.id()), relation.bits());
			format!("{:?} of {groups}: {id} {bits}\n", spec.statistic)
		})
		.collect();
	let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/statistics/validity/relations.txt");
	if std::env::var_os("OSTRAKA_REGENERATE").is_some() {
		std::fs::write(path, &found).unwrap();
	}
	assert_eq!(found, std::fs::read_to_string(path).unwrap());
}
