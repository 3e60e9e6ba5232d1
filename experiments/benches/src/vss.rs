//! What dealing and batch checking cost beside the group operations that they cannot avoid.
//!
//! ```text
//! make bench
//! ```
//! - `deal/L`: polynomials, commitments, `R`, sealed shares, their opening and check, the proof; against `bare/L`: the
//!   `t + 1` multi-scalar multiplications over `L + 1` generators, the check's one, and the `n + 2` scalar
//!   multiplications (`R`, the proof's nonce, one Diffie-Hellman value a node), by the curve library alone.
//! - `check/batch` against `check/one-by-one`: 300 dealings of 8 values, threshold 2.

use ark_ec::CurveGroup;
use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion};
use ostraka_crypto::{
	encoding::{decode_point, encode_point},
	generators, group,
	messages::hash_sealed,
	proofs::{self, RhoStatement},
	scalar,
	seal::{Context, Key, SealSecret},
	vss::{self, Commitments, SecretShare},
	Affine, Plain, Scalar,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::{hint::black_box, time::Duration};

const N: u8 = 7;
const T: u8 = 3;

fn scalars(count: usize, rng: &mut ChaCha20Rng) -> Vec<Scalar> {
	(0..count).map(|_| scalar::random(rng)).collect()
}

/// The steps of a dealing.
fn deal(input: &[Scalar], nodes: &[Affine<Plain>], rng: &mut ChaCha20Rng) -> [u8; 64] {
	let (commitments, shares) = vss::share::<Plain, _>(input, T, N, rng).unwrap();
	let commitment_bytes = commitments.to_bytes();
	let rho = SealSecret::random(rng);
	let ephemeral = encode_point(&rho.public::<Plain>());
	let keys: Vec<_> = (1u8..)
		.zip(rho.dh_all(nodes).iter().zip(nodes))
		.map(|(j, (dh, node))| {
			let context = Context {
				task_hash: &[1; 32],
				dealer: &[2; 32],
				j,
				seal_key: &encode_point(node),
				ephemeral: &ephemeral,
				commitments: &commitment_bytes,
			};
			Key::derive(dh, &context)
		})
		.collect();
	let sealed: Vec<_> =
		keys.iter().zip(&shares).map(|(key, share)| key.seal(share).unwrap()).collect();
	let opened: Vec<_> = keys
		.iter()
		.zip(&sealed)
		.map(|(key, sealed)| key.open(sealed, input.len()).unwrap())
		.collect();
	assert!(vss::check_dealing(&commitments, &opened, rng));
	let sealed_hashes: Vec<_> = sealed.iter().map(|sealed| hash_sealed(sealed)).collect();
	let statement = RhoStatement {
		task_hash: &[1; 32],
		dealer: &[2; 32],
		ephemeral: &ephemeral,
		commitments: &commitment_bytes,
		sealed_hashes: &sealed_hashes,
	};
	proofs::prove_rho::<Plain, _>(&statement, &rho, rng)
}

fn dealing(c: &mut Criterion) {
	let mut rng = ChaCha20Rng::seed_from_u64(1);
	let nodes: Vec<Affine<Plain>> =
		(0..N).map(|_| SealSecret::random(&mut rng).public::<Plain>()).collect();
	let mut bench = c.benchmark_group("dealing");
	bench.measurement_time(Duration::from_secs(10)).sample_size(30);
	for length in [8, 64, 256] {
		let input = scalars(length, &mut rng);
		let bases = generators::bases::<Plain>(length).unwrap();
		let rows: Vec<_> = (0..=T + 1).map(|_| scalars(length + 1, &mut rng)).collect();
		let exponents = scalars(usize::from(N) + 2, &mut rng);
		bench.bench_function(BenchmarkId::new("bare", length), |b| {
			b.iter(|| {
				for row in &rows {
					let _ = black_box(group::msm(&bases, row));
				}
				for (exponent, point) in exponents.iter().zip(nodes.iter().cycle()) {
					let _ = black_box(group::mul(point, exponent));
				}
			})
		});
		bench.bench_function(BenchmarkId::new("deal", length), |b| {
			b.iter(|| black_box(deal(&input, &nodes, &mut rng)))
		});
	}
}

fn checking(c: &mut Criterion) {
	let mut rng = ChaCha20Rng::seed_from_u64(2);
	let dealings: Vec<(Commitments<Plain>, SecretShare)> = (0..300)
		.map(|_| {
			let input = scalars(8, &mut rng);
			let (commitments, mut shares) = vss::share::<Plain, _>(&input, 2, 5, &mut rng).unwrap();
			(commitments, shares.remove(0))
		})
		.collect();
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

fn single(c: &mut Criterion) {
	let mut rng = ChaCha20Rng::seed_from_u64(3);
	let mut bench = c.benchmark_group("single");
	let point = SealSecret::random(&mut rng).public::<Plain>();
	let bytes = encode_point(&point);
	bench.bench_function("decode a point", |b| b.iter(|| decode_point::<Plain>(black_box(&bytes))));
	bench.bench_function("multiply a point", |b| {
		b.iter_batched(
			|| scalar::random(&mut rng),
			|scalar| group::mul(&point, &scalar).into_affine(),
			BatchSize::SmallInput,
		)
	});
}

criterion_group!(benches, dealing, checking, single);
criterion_main!(benches);
