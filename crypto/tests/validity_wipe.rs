//! Proving that a vector is valid leaves nothing of it in memory that is freed.

// for the allocator
#![allow(unsafe_code)]

// the other tests of wiping use all of it
#[allow(dead_code)]
mod freed;

use ark_ff::PrimeField;
use freed::{assert_wiped, Recording, Searching, Secrets};
use hkdf::Hkdf;
use ostraka_crypto::{
	encoding::{decode_stored_point, encode_point, encode_scalar},
	generators, group, scalar,
	transcript::Transcript,
	validity::{prove, verify, Conditions, Form, Relation, Statement},
	Plain, PointBytes, Scalar,
};
use rand_chacha::{rand_core::RngCore, rand_core::SeedableRng, ChaCha20Rng};
use sha2::Sha256;
use zeroize::Zeroizing;

#[global_allocator]
static ALLOCATOR: Searching = Searching;

/// Long values, as the search takes short ones for what memory is full of.
const BITS: u32 = 120;

/// All that the prover draws: blinding values and masks, each of which hides a row.
fn drawn(
	relation: &Relation,
	statement: &Statement<'_>,
	(values, blinding): (&[Scalar], &Scalar),
	fresh: &[u8],
) -> Vec<Scalar> {
	let secrets: Vec<u8> = values.iter().chain([blinding]).flat_map(encode_scalar).collect();
	let key = Hkdf::<Sha256>::new(Some(fresh), &secrets);
	let digest = Transcript::of_task("ostraka/validity/v1", statement.task_hash)
		.fixed(statement.dealer)
		.fixed(relation.id())
		.points(statement.commitments)
		.digest();
	let layout = relation.layout();
	let count = layout.points() + 2 * layout.q + layout.n - 1;
	let draw = |number: u32| {
		let mut wide = [0; 64];
		let info = [b"ostraka/validity/nonce/v1".as_slice(), &digest, &number.to_le_bytes()];
		key.expand_multi_info(&info, &mut wide).unwrap();
		scalar::from_wide(&wide)
	};
	(0..).map(draw).take(count).collect()
}

/// Whether a proof's first row, the lowest bits of the first value, has this blinding value.
fn blinds_the_first_row(
	relation: &Relation,
	value: &Scalar,
	blinding: &Scalar,
	proof: &[u8],
) -> bool {
	let limbs = value.into_bigint().0;
	let mut sum = group::mul(&generators::h::<Plain>(), blinding);
	for place in (0..relation.layout().q).filter(|place| limbs[place / 64] >> (place % 64) & 1 == 1)
	{
		sum += generators::g::<Plain>(place + 1).unwrap();
	}
	let first = <&PointBytes>::try_from(&proof[..96]).unwrap();
	decode_stored_point::<Plain>(first) == Ok(group::affine(&sum))
}

#[test]
fn proving_a_vector_leaves_nothing() {
	let mut conditions = Conditions::new(3).unwrap();
	for place in 0..3 {
		conditions.range(Form::default().entry(place, 1), BITS).unwrap();
	}
	let entry = |place| Form::default().entry(place, 1);
	conditions.product(entry(0), entry(1)).unwrap();
	conditions.range(Form::default().product(0, 1), 2 * BITS).unwrap();
	let relation = conditions.finish();
	for run in 0..24 {
		let mut rng = ChaCha20Rng::seed_from_u64(run);
		let mut draw = || u128::from(rng.next_u64()) << 56 | u128::from(rng.next_u64() >> 8);
		let values = Zeroizing::new((0..3).map(|_| Scalar::from(draw())).collect::<Vec<_>>());
		let blinding = scalar::random(&mut rng);
		let bases = generators::bases::<Plain>(3).unwrap();
		let scalars: Vec<_> = values.iter().chain([&blinding]).copied().collect();
		let commitments = [encode_point(&group::affine(&group::msm(&bases, &scalars)))];
		let statement =
			Statement { task_hash: &[1; 32], dealer: &[2; 32], commitments: &commitments };
		let mut recording = Recording::new(ChaCha20Rng::seed_from_u64(1_000 + run));
		prove::<Plain, _>(&relation, &statement, &values, &blinding, &mut recording).unwrap();

		let mut secrets = Secrets::default();
		values.iter().for_each(|value| secrets.scalar("a value", value));
		secrets.scalar("a product", &(values[0] * values[1]));
		secrets.scalar("the blinding value", &blinding);
		recording.drawn.iter().for_each(|bytes| secrets.bytes("random bytes", bytes));
		let fresh = &recording.drawn[0];
		let drawn = drawn(&relation, &statement, (values.as_slice(), &blinding), fresh);
		drawn.iter().for_each(|scalar| secrets.scalar("what hides a row", scalar));
		let proof = assert_wiped(&mut secrets, || {
			let mut rng = ChaCha20Rng::seed_from_u64(1_000 + run);
			prove::<Plain, _>(&relation, &statement, &values, &blinding, &mut rng).unwrap()
		});
		assert_eq!(verify::<Plain>(&relation, &statement, &proof), Ok(()));
		assert!(blinds_the_first_row(&relation, &values[0], &drawn[0], &proof));
	}
}
