//! Tests of the argument, and what they share: relations, statements, commitments.

mod cheats;
mod completeness;
mod encodings;
mod layouts;
mod many;
mod torsion;
#[path = "../../../tests/watched/mod.rs"]
mod watched;
mod zero_knowledge;

use super::*;
use crate::{
	curve::Plain,
	encoding::{encode_point, PointBytes},
	error::Error,
	generators, group,
	scalar::{self, Scalar},
};
use ark_ec::short_weierstrass::Affine;
use ark_ff::Zero;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

const TASK: Hash = [7; 32];
const DEALER: Identity = [9; 32];

fn rng(seed: u64) -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(seed)
}

fn scalars(values: &[i128]) -> Vec<Scalar> {
	values.iter().map(|value| Scalar::from(*value)).collect()
}

/// `sum_l values[l] G_l + blinding H`.
fn commit(values: &[Scalar], blinding: &Scalar) -> Affine<Plain> {
	let bases = generators::bases::<Plain>(values.len()).unwrap();
	let scalars: Vec<_> = values.iter().chain([blinding]).copied().collect();
	group::affine(&group::msm(&bases, &scalars))
}

/// A dealing's commitments to a vector, with the blinding value of the first.
struct Dealt {
	commitments: Vec<PointBytes>,
	blinding: Scalar,
}

impl Dealt {
	fn new(values: &[Scalar], rng: &mut ChaCha20Rng) -> Self {
		let blinding = scalar::random(rng);
		let mut commitments = vec![encode_point(&commit(values, &blinding))];
		for _ in 0..2 {
			commitments.push(encode_point(&commit(&[scalar::random(rng)], &blinding)));
		}
		Self { commitments, blinding }
	}

	fn statement(&self) -> Statement<'_> {
		Statement { task_hash: &TASK, dealer: &DEALER, commitments: &self.commitments }
	}

	fn prove(&self, relation: &Relation, values: &[Scalar], rng: &mut ChaCha20Rng) -> Vec<u8> {
		prove::<Plain, _>(relation, &self.statement(), values, &self.blinding, rng).unwrap()
	}
}

/// Commits to the witness' vector, proves it as it is, and judges the proof.
fn judge(relation: &Relation, witness: &Witness, rng: &mut ChaCha20Rng) -> Result<(), Error> {
	let dealt = Dealt::new(&witness.input, rng);
	let statement = dealt.statement();
	let proof =
		prove_witness::<Plain, _>(relation, &statement, witness, &dealt.blinding, rng).unwrap();
	verify::<Plain>(relation, &statement, &proof)
}

fn entry(place: u16, coefficient: i128) -> Form {
	Form::default().entry(place, coefficient)
}

/// Each entry lies in `[0, 2^width)`.
fn short_entries(length: u16, width: u32) -> Relation {
	let mut conditions = Conditions::new(length.into()).unwrap();
	for place in 0..length {
		conditions.range(entry(place, 1), width).unwrap();
	}
	conditions.finish()
}

/// `(n, S)` of at most 255 values from `lo` to `lo + 250`.
fn mean(lo: i128) -> Relation {
	let mut conditions = Conditions::new(2).unwrap();
	conditions.range(entry(0, 1), 8).unwrap();
	conditions.range(entry(0, -lo).entry(1, 1), 16).unwrap();
	conditions.range(entry(0, lo + 250).entry(1, -1), 16).unwrap();
	conditions.finish()
}

/// `(n, S, Q)` of at most 255 values from -50 to 200.
fn variance() -> Relation {
	let mut conditions = Conditions::new(3).unwrap();
	conditions.range(entry(0, 1), 8).unwrap();
	conditions.range(entry(0, 50).entry(1, 1), 16).unwrap();
	conditions.range(entry(0, 200).entry(1, -1), 16).unwrap();
	conditions.range(entry(0, 10_000).entry(1, 150).entry(2, -1), 24).unwrap();
	let nq = conditions.product(entry(0, 1), entry(2, 1)).unwrap();
	let ss = conditions.product(entry(1, 1), entry(1, 1)).unwrap();
	conditions.range(Form::default().product(nq, 1).product(ss, -1), 32).unwrap();
	conditions.finish()
}

/// Conditions of every kind: with `products` products in a chain, more than there are places in a row if they are many, a zero
/// with a constant, and a range of a product.
fn chain(products: u16) -> (Relation, Vec<Scalar>) {
	let mut conditions = Conditions::new(3).unwrap();
	conditions.range(entry(1, 1).entry(0, -3), 5).unwrap();
	// x_2 = 2 x_0 + 7
	conditions.zero(Form::constant(7).entry(0, 2).entry(2, -1)).unwrap();
	let mut last = conditions.product(entry(0, 1), entry(1, 1)).unwrap();
	for step in 1..products {
		let left = Form::constant(i128::from(step)).product(last, 1);
		last = conditions.product(left, entry(2, 1).product(last, -1)).unwrap();
	}
	conditions.range(Form::constant(4).entry(0, 1), 4).unwrap();
	(conditions.finish(), scalars(&[5, 17, 17]))
}
