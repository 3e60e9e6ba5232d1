//! Test vectors of the proofs of validity: relations with their names and layouts, statements, and a proof of each, whole, for
//! other verifiers to judge. `snapshots/validity.txt` holds them, one value a line. Every one must be accepted, and what the
//! same seeds give today must be the same. To accept a change that is meant:
//!
//! ```text
//! OSTRAKA_REGENERATE=1 cargo test --release -p ostraka-crypto --test validity_vectors
//! ```

use ostraka_crypto::{
	encoding::{encode_point, encode_scalar},
	generators, group, scalar,
	validity::{prove, verify, Conditions, Form, Relation, Statement},
	Plain, PointBytes, Scalar,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::{collections::BTreeMap, fmt::Write};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/validity.txt");

fn entry(place: u16, coefficient: i128) -> Form {
	Form::default().entry(place, coefficient)
}

/// A bit; a mean's sums; those of a variance, with products; conditions of every kind with products in more than one row; a
/// vector with rows of coefficients of their own length; so many rows of bits that there are two rows of coefficients on each side.
fn cases() -> Vec<(&'static str, Relation, Vec<i128>)> {
	let mut bit = Conditions::new(1).unwrap();
	bit.range(entry(0, 1), 1).unwrap();

	let mut mean = Conditions::new(2).unwrap();
	mean.range(entry(0, 1), 8).unwrap();
	mean.range(entry(0, 50).entry(1, 1), 16).unwrap();
	mean.range(entry(0, 200).entry(1, -1), 16).unwrap();

	let mut variance = Conditions::new(3).unwrap();
	variance.range(entry(0, 1), 7).unwrap();
	variance.range(entry(0, 10_000).entry(1, 150).entry(2, -1), 24).unwrap();
	variance.product(entry(0, 1), entry(2, 1)).unwrap();
	variance.product(entry(1, 1), entry(1, 1)).unwrap();
	variance.range(Form::default().product(0, 1).product(1, -1), 32).unwrap();

	let mut chain = Conditions::new(3).unwrap();
	chain.range(entry(1, 1).entry(0, -3), 5).unwrap();
	chain.zero(Form::constant(7).entry(0, 2).entry(2, -1)).unwrap();
	chain.product(entry(0, 1), entry(1, 1)).unwrap();
	for step in 1..7 {
		let left = Form::constant(i128::from(step)).product(step - 1, 1);
		chain.product(left, entry(2, 1).product(step - 1, -1)).unwrap();
	}

	let mut long = Conditions::new(20).unwrap();
	for place in 0..20 {
		long.range(entry(place, 1), 32).unwrap();
	}
	let values = (0..20).map(|place| place * 0x0102_0304).collect();

	let mut wide = Conditions::new(2).unwrap();
	wide.range(entry(0, 1), 120).unwrap();
	wide.range(entry(1, 1), 120).unwrap();
	wide.range(entry(0, 3).entry(1, 1), 122).unwrap();
	wide.product(entry(0, 1), entry(1, 1)).unwrap();
	wide.product(entry(0, 1), entry(0, 1)).unwrap();
	wide.range(Form::default().product(0, 1), 240).unwrap();
	wide.range(Form::default().product(1, 1), 240).unwrap();
	vec![
		("bit", bit.finish(), vec![1]),
		("mean", mean.finish(), vec![10, 100]),
		("variance", variance.finish(), vec![10, 100, 2_000]),
		("chain", chain.finish(), vec![5, 17, 17]),
		("long", long.finish(), values),
		("wide", wide.finish(), vec![(1 << 120) - 1, 0x0102_0304 << 88]),
	]
}

fn vectors() -> String {
	let mut text = String::new();
	let mut rng = ChaCha20Rng::seed_from_u64(0x0574);
	for (number, (name, relation, values)) in (1..).zip(cases()) {
		let mut line = |what: &str, bytes: &[u8]| {
			writeln!(text, "{name}/{what} = {}", hex::encode(bytes)).unwrap();
		};
		let layout = relation.layout();
		let shape = [layout.length, layout.q, layout.m, layout.p, layout.n, layout.h];
		let values: Vec<Scalar> = values.into_iter().map(Scalar::from).collect();
		let blinding = scalar::random(&mut rng);
		let commit = |values: &[Scalar], blinding: &Scalar| -> PointBytes {
			let bases = generators::bases::<Plain>(values.len()).unwrap();
			let scalars: Vec<_> = values.iter().chain([blinding]).copied().collect();
			encode_point(&group::affine(&group::msm(&bases, &scalars)))
		};
		let commitments = [commit(&values, &blinding), commit(&[blinding], &blinding)];
		let (task_hash, dealer) = ([number; 32], [0x80 + number; 32]);
		let statement =
			Statement { task_hash: &task_hash, dealer: &dealer, commitments: &commitments };
		let proof = prove::<Plain, _>(&relation, &statement, &values, &blinding, &mut rng).unwrap();
		line("relation", relation.id());
		line("layout L q m p n h", &shape.map(|number| u8::try_from(number).unwrap()));
		values.iter().for_each(|value| line("value", &encode_scalar(value)));
		line("blinding", &encode_scalar(&blinding));
		line("task-hash", &task_hash);
		line("dealer", &dealer);
		commitments.iter().for_each(|point| line("commitment", point));
		line("proof", &proof);
	}
	text
}

#[test]
fn vectors_are_what_they_were() {
	let found = vectors();
	if std::env::var_os("OSTRAKA_REGENERATE").is_some() {
		std::fs::write(PATH, found).unwrap();
		return;
	}
	let expected = std::fs::read_to_string(PATH).unwrap();
	for (expected, found) in expected.lines().zip(found.lines()) {
		assert_eq!(expected, found);
	}
	assert_eq!(expected.lines().count(), found.lines().count());
}

/// The committed bytes, not those that are made today.
#[test]
fn committed_proofs_are_accepted() {
	let text = std::fs::read_to_string(PATH).unwrap();
	let mut values: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
	for line in text.lines() {
		let (name, bytes) = line.split_once(" = ").unwrap();
		values.entry(name).or_default().push(hex::decode(bytes).unwrap());
	}
	for (name, relation, _) in cases() {
		let all = |what: &str| &values[format!("{name}/{what}").as_str()];
		let commitments: Vec<PointBytes> =
			all("commitment").iter().map(|point| point.as_slice().try_into().unwrap()).collect();
		let statement = Statement {
			task_hash: all("task-hash")[0].as_slice().try_into().unwrap(),
			dealer: all("dealer")[0].as_slice().try_into().unwrap(),
			commitments: &commitments,
		};
		assert_eq!(relation.id().as_slice(), all("relation")[0]);
		assert_eq!(verify::<Plain>(&relation, &statement, &all("proof")[0]), Ok(()), "{name}");
		for (other, relation, _) in cases().into_iter().filter(|(other, ..)| *other != name) {
			let verdict = verify::<Plain>(&relation, &statement, &all("proof")[0]);
			assert!(verdict.is_err(), "{name} as {other}");
		}
	}
}
