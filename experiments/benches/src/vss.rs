//! What the parts of dealing and of checking cost.
//!
//! ```text
//! make bench
//! ```
//! - `dealing/L`: polynomials, shares and commitments; then the check of all shares, before they are sent. `dealing/seal`: one
//!   share, its Diffie-Hellman value included; `dealing/sign`: `R` and its proof. What they come to together, beside what cannot
//!   be avoided, is in `make experiments ARGS="--only limits"`.
//! - `check/batch` against `check/one-by-one`, and `subgroup/batch` against `subgroup/one-by-one`: 300 dealings of 8 values,
//!   threshold 2.
//! - `validity/prove/L`, `validity/verify/L`: a proof that the values of a dealing have 32 bits each, and its check by itself;
//!   `validity/batch/L`: that of 300 proofs, `validity/batch of checked/L`: where the commitments were decoded and checked before.
//! - `rho/signature` against `rho/schnorr`: checks of the two forms that the proof of `rho` could have, natively, each with the
//!   decoding of `R` and all that it hashes. The first is what a dealing carries: a signature under `R`, which hosts verify. The
//!   second is Schnorr's proof as it is used at the registration of a key: in a runtime it would be the runtime's own arithmetic.
//!   `rho/equality`: the proof of an accusation, which has a base more.

use ark_ec::CurveGroup;
use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion};
use ostraka_crypto::{
	encoding::{decode_point, encode_point},
	generators, group,
	proofs::{self, DleqStatement, KeyStatement},
	scalar,
	seal::{Context, Key, PublicKey, SealSecret},
	validity::{
		batch_verify, batch_verify_checked, prove, verify, Conditions, Form, Item, Statement,
	},
	vss::{self, Commitments, SecretShare, UncheckedCommitments},
	Plain, Scalar,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::{hint::black_box, time::Duration};

/// Nodes and threshold of a dealing.
const N: u8 = 7;
const T: u8 = 3;
/// Those of the dealings that a node checks.
const CHECKED: (u8, u8) = (5, 2);

fn scalars(count: usize, rng: &mut ChaCha20Rng) -> Vec<Scalar> {
	(0..count).map(|_| scalar::random(rng)).collect()
}

fn public(secret: &SealSecret) -> PublicKey {
	PublicKey::from_bytes(&secret.public()).unwrap()
}

fn dealing(c: &mut Criterion) {
	let mut rng = ChaCha20Rng::seed_from_u64(1);
	let mut bench = c.benchmark_group("dealing");
	bench.measurement_time(Duration::from_secs(10)).sample_size(30);
	for length in [8, 64, 256] {
		let input = scalars(length, &mut rng);
		bench.bench_function(BenchmarkId::new("share", length), |b| {
			b.iter(|| vss::share::<Plain, _>(black_box(&input), T, N, &mut rng).unwrap())
		});
		let (commitments, shares) = vss::share::<Plain, _>(&input, T, N, &mut rng).unwrap();
		bench.bench_function(BenchmarkId::new("check", length), |b| {
			b.iter(|| assert!(vss::check_dealing(&commitments, black_box(&shares), &mut rng)))
		});
	}
	let (commitments, shares) =
		vss::share::<Plain, _>(&scalars(8, &mut rng), T, N, &mut rng).unwrap();
	let commitments = commitments.to_bytes();
	let (rho, node) = (SealSecret::random(&mut rng), public(&SealSecret::random(&mut rng)));
	let ephemeral = rho.public();
	let context = Context {
		task_hash: &[1; 32],
		dealer: &[2; 32],
		j: 1,
		seal_key: node.bytes(),
		ephemeral: &ephemeral,
		commitments: &commitments,
	};
	bench.bench_function("seal", |b| {
		b.iter(|| Key::derive(&rho.dh(black_box(&node)), &context).seal(&shares[0]).unwrap())
	});
	bench.bench_function("sign", |b| {
		b.iter(|| (black_box(&rho).public(), proofs::prove_rho(&[3; 32], &rho, &mut rng)))
	});
}

/// So many dealings' commitments, and the first node's shares.
fn dealt(count: usize, rng: &mut ChaCha20Rng) -> Vec<(Commitments<Plain>, SecretShare)> {
	let (n, t) = CHECKED;
	let dealing = |_| {
		let input = scalars(8, rng);
		let (commitments, mut shares) = vss::share::<Plain, _>(&input, t, n, rng).unwrap();
		(commitments, shares.remove(0))
	};
	(0..count).map(dealing).collect()
}

fn checking(c: &mut Criterion) {
	let mut rng = ChaCha20Rng::seed_from_u64(2);
	let dealings = dealt(300, &mut rng);
	let items: Vec<_> = dealings.iter().map(|(c, s)| (c, s)).collect();
	let mut bench = c.benchmark_group("check");
	bench.measurement_time(Duration::from_secs(10)).sample_size(20);
	bench.bench_function("one-by-one", |b| {
		b.iter(|| {
			assert!(items.iter().all(|(commitments, share)| vss::check_share(
				commitments,
				1,
				share
			)))
		})
	});
	bench.bench_function("batch", |b| {
		b.iter(|| assert!(vss::batch_check(1, &items, &mut rng).is_empty()))
	});
	for wrong in [1, 10] {
		let mut spoilt = dealings.clone();
		for place in 0..wrong {
			spoilt[place * 29].1.blinding += Scalar::from(1u8);
		}
		let items: Vec<_> = spoilt.iter().map(|(c, s)| (c, s)).collect();
		bench.bench_function(BenchmarkId::new("batch, wrong shares", wrong), |b| {
			b.iter(|| assert_eq!(vss::batch_check(1, &items, &mut rng).len(), wrong))
		});
	}
}

fn subgroup(c: &mut Criterion) {
	let mut rng = ChaCha20Rng::seed_from_u64(4);
	let dealings: Vec<UncheckedCommitments> = dealt(300, &mut rng)
		.iter()
		.map(|(commitments, _)| {
			UncheckedCommitments::from_bytes(&commitments.to_bytes(), CHECKED.1).unwrap()
		})
		.collect();
	let items: Vec<&UncheckedCommitments> = dealings.iter().collect();
	let mut bench = c.benchmark_group("subgroup");
	bench.measurement_time(Duration::from_secs(10)).sample_size(20);
	bench.bench_function("one-by-one", |b| {
		b.iter(|| assert!(items.iter().all(|item| item.check::<Plain>().is_ok())))
	});
	bench.bench_function("batch", |b| {
		b.iter(|| {
			let checked = vss::batch_subgroup::<Plain, _>(&items, &mut rng);
			assert!(checked.iter().all(Result::is_ok))
		})
	});
}

fn validity(c: &mut Criterion) {
	let mut rng = ChaCha20Rng::seed_from_u64(5);
	let mut bench = c.benchmark_group("validity");
	bench.measurement_time(Duration::from_secs(10)).sample_size(20);
	for length in [8u16, 64] {
		let mut conditions = Conditions::new(length.into()).unwrap();
		for place in 0..length {
			conditions.range(Form::default().entry(place, 1), 32).unwrap();
		}
		let relation = conditions.finish();
		let input: Vec<_> = (0..length).map(|value| Scalar::from(3 * value)).collect();
		let (commitments, shares) = vss::share::<Plain, _>(&input, T, N, &mut rng).unwrap();
		let blinding = vss::secret_blinding(T, &shares).unwrap();
		let bytes = commitments.to_bytes();
		let statement = Statement { task_hash: &[1; 32], dealer: &[2; 32], commitments: &bytes };
		bench.bench_function(BenchmarkId::new("prove", length), |b| {
			b.iter(|| {
				let input = black_box(&input);
				prove::<Plain, _>(&relation, &statement, input, &blinding, &mut rng).unwrap()
			})
		});
		let proof = prove::<Plain, _>(&relation, &statement, &input, &blinding, &mut rng).unwrap();
		bench.bench_function(BenchmarkId::new("verify", length), |b| {
			b.iter(|| verify::<Plain>(&relation, &statement, black_box(&proof)).unwrap())
		});
		let items = vec![Item { relation: &relation, statement, proof: &proof }; 300];
		bench.bench_function(BenchmarkId::new("batch", length), |b| {
			b.iter(|| assert!(batch_verify::<Plain, _>(black_box(&items), &mut rng).is_empty()))
		});
		let items: Vec<_> = items.iter().map(|item| (*item, &commitments)).collect();
		bench.bench_function(BenchmarkId::new("batch of checked", length), |b| {
			b.iter(|| {
				let items = black_box(&items);
				assert!(batch_verify_checked::<Plain, _>(items, &mut rng).is_empty())
			})
		});
	}
}

fn rho(c: &mut Criterion) {
	let mut rng = ChaCha20Rng::seed_from_u64(6);
	let mut bench = c.benchmark_group("rho");
	let (digest, secret) = ([3; 32], SealSecret::random(&mut rng));
	let public = secret.public();

	let proof = proofs::prove_rho(&digest, &secret, &mut rng);
	bench.bench_function("signature", |b| {
		b.iter(|| {
			let verify = proofs::verify_signature;
			assert!(proofs::verify_rho(black_box(&digest), &public, &proof, verify).is_ok())
		})
	});

	let statement =
		KeyStatement { genesis: &digest, account: &[1; 32], worker: &[2; 32], seal_key: &public };
	let proof = proofs::prove_key(&statement, &secret, &mut rng);
	bench.bench_function("schnorr", |b| {
		b.iter(|| assert!(proofs::verify_key(black_box(&statement), &proof).is_ok()))
	});

	let ephemeral = SealSecret::random(&mut rng).public();
	let dh = *secret.dh(&PublicKey::from_bytes(&ephemeral).unwrap());
	let statement = DleqStatement {
		task_hash: &[1; 32],
		digest: &digest,
		j: 1,
		seal_key: &public,
		ephemeral: &ephemeral,
		dh: &dh,
	};
	let proof = proofs::prove_dleq(&statement, &secret, &mut rng).unwrap();
	bench.bench_function("equality", |b| {
		b.iter(|| assert!(proofs::verify_dleq(black_box(&statement), &proof).is_ok()))
	});
}

fn single(c: &mut Criterion) {
	let mut rng = ChaCha20Rng::seed_from_u64(3);
	let mut bench = c.benchmark_group("single");
	let point = generators::bases::<Plain>(1).unwrap()[0];
	let bytes = encode_point(&point);
	bench.bench_function("decode a point", |b| b.iter(|| decode_point::<Plain>(black_box(&bytes))));
	bench.bench_function("multiply a point", |b| {
		b.iter_batched(
			|| scalar::random(&mut rng),
			|scalar| group::mul(&point, &scalar).into_affine(),
			BatchSize::SmallInput,
		)
	});
	let key = public(&SealSecret::random(&mut rng));
	bench.bench_function("decode a key", |b| {
		b.iter(|| PublicKey::from_bytes(black_box(key.bytes())))
	});
	bench.bench_function("multiply a key", |b| {
		b.iter_batched(
			|| SealSecret::random(&mut rng),
			|secret| secret.dh(&key),
			BatchSize::SmallInput,
		)
	});
}

criterion_group!(benches, dealing, checking, subgroup, validity, rho, single);
criterion_main!(benches);
