//! What a proof of validity costs: its bytes, the prover's time, a node's time for each of a batch, and that of one proof by
//! itself. For vectors of 8 and of 64 values of 32 bits.
//!
//! ```text
//! cargo run --release -p ostraka-crypto --features blst --example validity_cost
//! ```

use ostraka_crypto::{
	encoding::encode_point,
	generators, group, scalar,
	validity::{batch_verify, prove, verify, Conditions, Form, Item, Relation, Statement},
	Plain, Scalar,
};
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use std::time::{Duration, Instant};

const BATCH: usize = 300;
const BITS: u32 = 32;
/// Repetitions, of which the median is shown.
const REPEATED: usize = 9;

fn relation(length: u16) -> Relation {
	let mut conditions = Conditions::new(usize::from(length)).expect("a short vector");
	for place in 0..length {
		conditions.range(Form::default().entry(place, 1), BITS).expect("a short range");
	}
	conditions.finish()
}

fn milliseconds(mut times: Vec<Duration>) -> f64 {
	times.sort_unstable();
	times[times.len() / 2].as_secs_f64() * 1_000.0
}

fn main() {
	let mut rng = ChaCha20Rng::from_entropy();
	let (task_hash, dealer) = ([1; 32], [2; 32]);
	println!("| L | bits | proof, bytes | prover, ms | node, each of {BATCH}, ms | alone, ms |");
	println!("|---|---|---|---|---|---|");
	for length in [8, 64] {
		let relation = relation(length);
		let blinding = scalar::random(&mut rng);
		let values: Vec<_> = (0..length).map(|_| Scalar::from(rng.next_u32())).collect();
		let bases = generators::bases::<Plain>(values.len()).expect("a short vector");
		let scalars: Vec<_> = values.iter().chain([&blinding]).copied().collect();
		let commitments = [encode_point(&group::affine(&group::msm(&bases, &scalars)))];
		let statement =
			Statement { task_hash: &task_hash, dealer: &dealer, commitments: &commitments };

		let (mut proving, mut proofs) = (Vec::new(), Vec::new());
		for _ in 0..BATCH {
			let start = Instant::now();
			let proof = prove::<Plain, _>(&relation, &statement, &values, &blinding, &mut rng);
			proving.push(start.elapsed());
			proofs.push(proof.expect("a right vector"));
		}
		let items: Vec<_> =
			proofs.iter().map(|proof| Item { relation: &relation, statement, proof }).collect();
		let batches = (0..REPEATED).map(|_| {
			let start = Instant::now();
			assert!(batch_verify::<Plain, _>(&items, &mut rng).is_empty());
			start.elapsed() / BATCH as u32
		});
		let batches = milliseconds(batches.collect());
		let single = proofs.iter().take(20).map(|proof| {
			let start = Instant::now();
			assert_eq!(verify::<Plain>(&relation, &statement, proof), Ok(()));
			start.elapsed()
		});
		let single = milliseconds(single.collect());
		println!(
			"| {length} | {} | {} | {:.2} | {batches:.3} | {single:.2} |",
			relation.bits(),
			relation.layout().proof_length(),
			milliseconds(proving),
		);
	}
}
