//! A dealing without its proof beside the group operations that it cannot avoid, and beside the whole of it; the proof that an
//! input is valid, made and checked, beside the sharing that it comes with.

use super::{bulletproofs::Sums, compare, consume, Line};
use crate::{
	data,
	scheme::Scheme,
	schemes::ostraka::{account, ranges, without_proof, Ostraka},
};
use anyhow::{ensure, Context, Result};
use ostraka_crypto::{
	generators, group, scalar,
	seal::{PublicKey, SealSecret},
	validity::{batch_verify, prove, verify, Item, Statement},
	vss, Plain, Scalar,
};
use ostraka_protocol::{dealer, worker, TaskContext, Version, G1};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::{cell::RefCell, hint::black_box, time::Duration};

/// What a dealing without its proof is compared under, and what it is held against there.
pub const DEALING: &str = "dealing without its proof, n = 7, t = 3";
/// See [`DEALING`].
pub const BARE: &str = "bare";
/// Nodes and threshold of that dealing.
const N: u8 = 7;
const T: u8 = 3;
/// Dealings after which the tables that dealers make are there.
const WARM: usize = 20;

/// Making a dealing without its proof, and what a node does with one of many.
pub const SHARED: &str = "dealing without its proof, n = 5, t = 2";
/// See [`SHARED`].
pub const HELD: &str = "a node's part of a dealing without its proof, 300 at once";
/// What they are held against.
const WHOLE: &str = "with its proof";

/// Making a proof and checking one of many.
pub const PROOF: &str = "proof of 32-bit values";
/// See [`PROOF`].
pub const CHECK: &str = "check of such a proof, 300 at once";
/// Making one again, beside what a Bulletproof takes.
const BESIDE: &str = "such a proof again";
/// Checking one by itself, as a dealer does with its own and the chain with one that is challenged.
const ALONE: &str = "check of such a proof alone";
/// What they are held against.
const SHARING: &str = "sharing";
const SHARE: &str = "check of a share";
const BULLETPROOF: &str = "the sums of a Bulletproof";
/// Bits of the values.
pub const BITS: u32 = 32;
/// Proofs that are checked at once.
pub const TOGETHER: usize = 300;
/// Of the task that everything here is for.
const TASK_HASH: [u8; 32] = [7; 32];

/// What a dealer does for a dealing, its own check included, but for the proof that its input is valid, beside the group
/// operations that it cannot avoid, by what the libraries have for them: the `t + 1` commitments and the check, a multi-scalar
/// multiplication each over `length + 1` generators; a Diffie-Hellman value for each node; `R`, and the nonce of its proof.
pub fn dealing(length: usize, budget: Duration, rng: &mut ChaCha20Rng) -> Result<Line> {
	let seal_keys: Vec<_> = (0..N).map(|_| SealSecret::random(rng).public()).collect();
	let nodes = seal_keys.iter().map(PublicKey::from_bytes).collect::<Result<Vec<_>, _>>()?;
	let ctx = TaskContext {
		version: Version::CURRENT,
		task_hash: TASK_HASH,
		threshold: T,
		length: u16::try_from(length)?,
		proof_length: 0,
		seal_keys,
		recipient: None,
	};
	let mut scalars = |count: usize| (0..count).map(|_| scalar::random(rng)).collect::<Vec<_>>();
	let input = scalars(length);
	let rows: Vec<Vec<Scalar>> = (0..=T + 1).map(|_| scalars(length + 1)).collect();
	let bases = generators::bases::<Plain>(length)?;
	let rho = SealSecret::random(rng);
	for _ in 0..WARM {
		without_proof(&ctx, &[1; 32], &input, rng)?;
	}
	Ok(compare(
		DEALING,
		length,
		budget,
		vec![
			("ours", Box::new(|| consume(without_proof(&ctx, &[1; 32], black_box(&input), rng)))),
			(
				BARE,
				Box::new(|| {
					for row in &rows {
						consume(group::msm(&bases, black_box(row)));
					}
					for node in &nodes {
						consume(rho.dh(black_box(node)));
					}
					for _ in 0..2 {
						consume(black_box(&rho).public());
					}
				}),
			),
		],
	))
}

/// A dealing without its proof beside the whole of it; then, for one of many dealings, what a node does with it but for the proof
/// beside all that it does. In the committee that schemes are timed with.
pub fn apart(
	length: usize,
	together: usize,
	budget: Duration,
	rng: &mut ChaCha20Rng,
) -> Result<[Line; 2]> {
	let (relation, mut scheme) = (ranges(length, data::BITS)?, Ostraka::new(length)?);
	let small: Vec<u64> = (0..length as u64).collect();
	let input: Vec<_> = small.iter().map(|value| Scalar::from(*value)).collect();
	let uploads = (0..together.max(WARM))
		.map(|user| scheme.upload(user, &small))
		.collect::<Result<Vec<_>>>()?;
	let uploads = uploads.get(..together).context("too few dealings")?;
	let (digests, _) = scheme.accept(uploads)?;
	scheme.node(1, uploads, &digests)?;
	let (ctx, dealer) = (scheme.ctx.clone(), account(0));
	let mut other = ChaCha20Rng::from_rng(&mut *rng)?;
	let made = compare(
		SHARED,
		length,
		budget,
		vec![
			("ours", Box::new(|| consume(without_proof(&ctx, &dealer, black_box(&input), rng)))),
			(
				WHOLE,
				Box::new(|| {
					let input = black_box(&input);
					consume(dealer::deal::<G1, _>(&ctx, &relation, &dealer, input, &mut other))
				}),
			),
		],
	);
	let scheme = RefCell::new(scheme);
	let held = compare(
		HELD,
		length,
		budget,
		vec![
			(
				"ours",
				Box::new(|| {
					let shares = scheme.borrow_mut().shares(1, black_box(uploads), &digests);
					consume(shares.map(|shares| worker::aggregate(&shares)));
				}),
			),
			(
				WHOLE,
				Box::new(|| consume(scheme.borrow_mut().node(1, black_box(uploads), &digests))),
			),
		],
	);
	Ok([made, held.each(together)])
}

/// Values of [`BITS`] bits.
fn values(count: usize) -> Vec<Scalar> {
	(0..count as u64).map(|place| Scalar::from(u64::from(u32::MAX) - 3 * place)).collect()
}

/// A proof that the values of a vector have so many bits beside the sharing of the vector; then, a proof, the check of many
/// proofs at once beside that of one node's shares of as many dealings; then making a proof, and checking it by itself, each beside
/// the sums of a Bulletproof.
pub fn proofs(
	length: usize,
	together: usize,
	budget: Duration,
	rng: &mut ChaCha20Rng,
) -> Result<[Line; 4]> {
	let (relation, input) = (ranges(length, BITS)?, values(length));
	let sums = Sums::of(length, BITS as usize, rng);
	let shared = (0..together.max(WARM))
		.map(|_| vss::share::<G1, _>(&input, T, N, rng))
		.collect::<Result<Vec<_>, _>>()?;
	let dealt: Vec<_> = shared
		.iter()
		.take(together)
		.enumerate()
		.map(|(user, (commitments, _))| (account(user), commitments.to_bytes()))
		.collect();
	let statements: Vec<_> = dealt
		.iter()
		.map(|(dealer, commitments)| Statement { task_hash: &TASK_HASH, dealer, commitments })
		.collect();
	let mut proofs = Vec::with_capacity(together);
	for (statement, (_, shares)) in statements.iter().zip(&shared) {
		let blinding = vss::secret_blinding(T, shares)?;
		proofs.push(prove::<G1, _>(&relation, statement, &input, &blinding, rng)?);
	}
	let items: Vec<_> = statements
		.iter()
		.zip(&proofs)
		.map(|(statement, proof)| Item { relation: &relation, statement: *statement, proof })
		.collect();
	let shares: Vec<_> = shared
		.iter()
		.take(together)
		.filter_map(|(commitments, shares)| Some((commitments, shares.first()?)))
		.collect();
	ensure!(batch_verify::<G1, _>(&items, rng).is_empty(), "proofs do not hold");
	ensure!(vss::batch_check(1, &shares, rng).is_empty(), "shares do not fit");

	let (statement, (_, first)) =
		statements.first().zip(shared.first()).context("nothing is proven")?;
	let blinding = vss::secret_blinding(T, first)?;
	let mut other = ChaCha20Rng::from_rng(&mut *rng)?;
	let made = compare(
		PROOF,
		length,
		budget,
		vec![
			(
				"ours",
				Box::new(|| {
					let input = black_box(&input);
					consume(prove::<G1, _>(&relation, statement, input, &blinding, rng))
				}),
			),
			(
				SHARING,
				Box::new(|| consume(vss::share::<G1, _>(black_box(&input), T, N, &mut other))),
			),
		],
	);
	// apart from the sharing: a run of it takes so long that there would be few of either
	let beside = compare(
		BESIDE,
		length,
		budget,
		vec![
			(
				"ours",
				Box::new(|| {
					let input = black_box(&input);
					consume(prove::<G1, _>(&relation, statement, input, &blinding, rng))
				}),
			),
			(BULLETPROOF, Box::new(|| consume(sums.make()))),
		],
	);
	let proof = proofs.first().context("nothing is proven")?;
	ensure!(verify::<G1>(&relation, statement, proof).is_ok(), "a proof does not hold alone");
	let alone = compare(
		ALONE,
		length,
		budget,
		vec![
			("ours", Box::new(|| consume(verify::<G1>(&relation, statement, black_box(proof))))),
			(BULLETPROOF, Box::new(|| sums.check())),
		],
	);
	let checked = compare(
		CHECK,
		length,
		budget,
		vec![
			("ours", Box::new(|| consume(batch_verify::<G1, _>(black_box(&items), rng)))),
			(SHARE, Box::new(|| consume(vss::batch_check(1, black_box(&shares), &mut other)))),
		],
	);
	Ok([made, checked.each(together), beside, alone])
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn dealings_are_timed_apart_from_their_proofs() {
		let mut rng = ChaCha20Rng::seed_from_u64(5);
		let [made, held] = apart(2, 3, Duration::ZERO, &mut rng).unwrap();
		assert_eq!([made.operation.as_str(), held.operation.as_str()], [SHARED, HELD]);
		for line in [made, held] {
			assert_eq!((line.size, line.others.len()), (2, 1));
			assert!(line.ours > 0. && line.others[0].1 > line.ours, "a proof takes time: {line:?}");
		}
	}

	#[test]
	fn proofs_are_compared_with_their_sharing_one_by_one() {
		let mut rng = ChaCha20Rng::seed_from_u64(3);
		let [made, checked, beside, alone] = proofs(2, 4, Duration::ZERO, &mut rng).unwrap();
		let lines = [&made, &checked, &beside, &alone];
		assert_eq!(lines.map(|line| line.operation.as_str()), [PROOF, CHECK, BESIDE, ALONE]);
		assert!(lines.iter().all(|line| line.size == 2 && line.others.len() == 1));
		assert!(lines.iter().all(|line| line.ours > 0.));
		let whole = Line { ours: 8., spread: (4., 12.), others: vec![(SHARE, 2.)], ..made };
		let one = whole.each(4);
		assert_eq!((one.ours, one.spread, one.others), (2., (1., 3.), vec![(SHARE, 0.5)]));
	}
}
