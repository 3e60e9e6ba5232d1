//! Vectors that satisfy a relation have proofs that are accepted.

use super::*;
use ark_ff::Field;
use proptest::prelude::*;
use rand_core::RngCore;

fn accepted(relation: &Relation, values: &[Scalar], rng: &mut ChaCha20Rng) {
	assert!(relation.holds(values));
	let dealt = Dealt::new(values, rng);
	let proof = dealt.prove(relation, values, rng);
	assert_eq!(proof.len(), relation.layout().proof_length());
	assert_eq!(verify::<Plain>(relation, &dealt.statement(), &proof), Ok(()));
}

#[test]
fn moments_of_data() {
	let mut rng = rng(1);
	for count in [0, 1, 2, 40, 255] {
		let data: Vec<i128> = (0..count).map(|_| i128::from(rng.next_u32() % 251) - 50).collect();
		let sum: i128 = data.iter().sum();
		accepted(&mean(-50), &scalars(&[count, sum]), &mut rng);
		let squares = data.iter().map(|x| x * x).sum();
		accepted(&variance(), &scalars(&[count, sum, squares]), &mut rng);
	}
	for extreme in [-50, 200] {
		accepted(&mean(-50), &scalars(&[255, 255 * extreme]), &mut rng);
		let moments = [255, 255 * extreme, 255 * extreme * extreme];
		accepted(&variance(), &scalars(&moments), &mut rng);
	}
}

#[test]
fn conditions_of_every_kind() {
	let mut rng = rng(2);
	for (products, rows) in [(1, 1), (5, 1), (6, 2), (40, 8)] {
		let (relation, values) = chain(products);
		assert_eq!(relation.layout().p, rows, "{products} products");
		accepted(&relation, &values, &mut rng);
	}
}

#[test]
fn relations_at_the_edges() {
	let mut rng = rng(3);
	// no bits at all, or no condition
	let mut nothing = Conditions::new(1).unwrap();
	accepted(&nothing.clone().finish(), &[scalar::random(&mut rng)], &mut rng);
	nothing.range(entry(0, 1), 0).unwrap();
	accepted(&nothing.finish(), &[Scalar::zero()], &mut rng);
	// the widest range
	let top = -Scalar::from(1u8);
	let mut wide = Conditions::new(1).unwrap();
	wide.range(entry(0, 1), MAX_WIDTH).unwrap();
	let wide = wide.finish();
	assert!(!wide.holds(&[top]));
	accepted(&wide, &[Scalar::from(2u8).pow([249])], &mut rng);
	// the longest vector, with few bits and with many
	for width in [1, 32] {
		let values: Vec<_> = (0..256u32).map(|i| Scalar::from(i % 2)).collect();
		accepted(&short_entries(256, width), &values, &mut rng);
	}
	assert_eq!(
		prove::<Plain, _>(
			&wide,
			&Dealt::new(&[top], &mut rng).statement(),
			&[top],
			&Scalar::zero(),
			&mut rng
		),
		Err(Error::Unsatisfied)
	);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	#[test]
	fn random_vectors(seed: u64, length in 1u16..20, width in 1u32..60) {
		let mut rng = rng(seed);
		let values: Vec<_> =
			(0..length).map(|_| Scalar::from(rng.next_u64() >> (64 - width))).collect();
		accepted(&short_entries(length, width), &values, &mut rng);
	}
}

#[test]
fn proofs_are_fresh_and_hedged() {
	let relation = mean(0);
	let values = scalars(&[3, 5]);
	let dealt = Dealt::new(&values, &mut rng(4));
	let one = dealt.prove(&relation, &values, &mut rng(5));
	assert_ne!(one, dealt.prove(&relation, &values, &mut rng(6)));
	// the same randomness is the same proof of the same; of anything else nothing is the same
	assert_eq!(one, dealt.prove(&relation, &values, &mut rng(5)));
	let other_task = Statement { task_hash: &[8; 32], ..dealt.statement() };
	let other = prove::<Plain, _>(&relation, &other_task, &values, &dealt.blinding, &mut rng(5));
	for (one, other) in one.chunks(16).zip(other.unwrap().chunks(16)) {
		assert_ne!(one, other);
	}
}
