//! Proving that a vector is valid leaves nothing of it in memory that is freed.

// for the allocator
#![allow(unsafe_code)]

// the other tests of wiping use all of it
#[allow(dead_code)]
mod freed;

use freed::{assert_wiped, Recording, Searching, Secrets};
use ostraka_crypto::{
	encoding::encode_point,
	generators, group, scalar,
	validity::{prove, verify, Conditions, Form, Statement},
	Plain, Scalar,
};
use rand_chacha::{rand_core::RngCore, rand_core::SeedableRng, ChaCha20Rng};
use zeroize::Zeroizing;

#[global_allocator]
static ALLOCATOR: Searching = Searching;

/// Long values, as the search takes short ones for what memory is full of.
const BITS: u32 = 120;

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
		let proof = assert_wiped(&mut secrets, || {
			let mut rng = ChaCha20Rng::seed_from_u64(1_000 + run);
			prove::<Plain, _>(&relation, &statement, &values, &blinding, &mut rng).unwrap()
		});
		assert_eq!(verify::<Plain>(&relation, &statement, &proof), Ok(()));
	}
}
