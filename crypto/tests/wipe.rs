//! Nothing of a secret is in memory that is freed: every block is searched when it is freed, while each act of the crate
//! runs. With the feature `blst` as without it.

// for the allocator
#![allow(unsafe_code)]

mod freed;

use ark_ec::AffineRepr;
use ark_ff::{Field, PrimeField};
use freed::{assert_wiped, left_by, Recording, Searching, Secrets};
use ostraka_crypto::{
	encoding::{decode_scalar, encode_point, encode_scalar},
	generators, group,
	messages::ProofBytes,
	proofs::{self, DleqStatement, KeyStatement, RhoStatement},
	scalar,
	seal::{Context, Key, SealSecret},
	vss::{self, SecretShare},
	Affine, Plain, Scalar,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use zeroize::Zeroizing;

#[global_allocator]
static ALLOCATOR: Searching = Searching;

const LENGTH: usize = 8;
const THRESHOLD: u8 = 3;
const NODES: u8 = 7;
/// Repetitions: with blst the first sums of a program are made without tables, later ones with them.
const RUNS: u64 = 24;

fn rng(seed: u64) -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(seed)
}

fn random(count: usize, seed: u64) -> Vec<Scalar> {
	let mut rng = rng(seed);
	(0..count).map(|_| scalar::random(&mut rng)).collect()
}

/// A seeded secret and its exponent.
fn seal_secret(seed: u64) -> (SealSecret, Scalar) {
	(SealSecret::random(&mut rng(seed)), scalar::random(&mut rng(seed)))
}

fn note_share(secrets: &mut Secrets, share: &SecretShare) {
	share.values.iter().for_each(|value| secrets.scalar("a value of a share", value));
	secrets.scalar("an auxiliary share", &share.blinding);
}

/// Drops what the compiler must not spare itself.
fn free<T>(what: T) {
	drop(std::hint::black_box(what));
}

#[test]
fn the_search_finds_what_is_left() {
	let digit_of = |scalar: &Scalar, place: usize, bits: usize| -> u64 {
		let limbs = scalar.into_bigint().0;
		let bit = |place: usize| limbs[place / 64] >> (place % 64) & 1;
		(0..bits).map(|i| bit(bits * place + i) << i).sum()
	};
	// one whose first digits of six bits are below 32, and so the same with signs as without
	let plain = |scalar: &Scalar| (0..2).all(|place| (1..32).contains(&digit_of(scalar, place, 6)));
	let mut drawn = (1..).map(|seed| scalar::random(&mut rng(seed)));
	let secret = drawn.find(plain).expect("one of four");
	let other = scalar::random(&mut rng(0));
	let point = group::affine(&group::mul_generator::<Plain>(&secret));
	let mut secrets = Secrets::default();
	secrets.scalar("scalar", &secret);
	secrets.point("point", &point);
	secrets.picks("picks", &secret, &generators::h());
	secrets.bytes("bytes", b"attack at dawn");
	let mut left = |act: &dyn Fn()| left_by(&mut secrets, act).1;

	assert_eq!(left(&|| free(vec![other, secret])), ["scalar"]);
	assert_eq!(left(&|| free(vec![secret.into_bigint()])), ["scalar"]);
	assert_eq!(left(&|| free(encode_scalar(&secret)[16..].to_vec())), ["scalar"]);
	assert_eq!(left(&|| free(vec![other])), [""; 0]);
	assert_eq!(left(&|| free(Zeroizing::new(vec![secret]))), [""; 0]);
	// a list that grows
	let grow = || {
		let mut list = Zeroizing::new(vec![secret]);
		list.push(other);
		free(list);
	};
	assert_eq!(left(&grow), ["scalar"]);
	// digits of five bits
	let digit = |place: usize| digit_of(&secret, place, 5);
	assert_eq!(left(&|| free((0..40).map(digit).collect::<Vec<u64>>())), ["scalar"]);

	assert_eq!(left(&|| free(vec![point])), ["point"]);
	assert_eq!(left(&|| free(encode_point(&point).to_vec())), ["point"]);
	let jacobian =
		group::mul_generator::<Plain>(&(secret - other)) + group::mul_generator::<Plain>(&other);
	assert!(jacobian.z != ark_bls12_381::Fq::from(1u8));
	assert_eq!(left(&|| free(vec![jacobian])), ["point"]);

	// digits of six bits, as places in a table of multiples
	let pick = |place: usize, digit: u64| {
		let multiple = Scalar::from(digit) * Scalar::from(64u8).pow([place as u64]);
		group::affine(&group::mul(&generators::h(), &multiple))
	};
	let picks = [0, 1].map(|place| pick(place, digit_of(&secret, place, 6)));
	let coordinates = picks.map(|point: Affine<Plain>| [point.x.0 .0, point.y.0 .0]);
	assert_eq!(left(&|| free(vec![coordinates])), ["picks"]);
	assert_eq!(left(&|| free(b"we attack at dawn".to_vec())), ["bytes"]);
}

#[test]
fn sharing_leaves_nothing() {
	for run in 0..RUNS {
		let input = Zeroizing::new(random(LENGTH, 100 + run));
		let mut recording = Recording::new(rng(run));
		let (_, shares) = vss::share::<Plain, _>(&input, THRESHOLD, NODES, &mut recording).unwrap();
		let mut secrets = Secrets::default();
		input.iter().for_each(|value| secrets.scalar("the input", value));
		let coefficients = recording.scalars();
		assert_eq!(coefficients.len(), usize::from(THRESHOLD + 1) * (LENGTH + 1));
		for (place, coefficient) in coefficients.iter().enumerate() {
			secrets.scalar("a coefficient", coefficient);
			let base = match (place + 1) % (LENGTH + 1) {
				0 => generators::h(),
				index => generators::g(index).unwrap(),
			};
			secrets.picks("picks of a coefficient", coefficient, &base);
		}
		for (value, index) in input.iter().zip(1..) {
			secrets.picks("picks of the input", value, &generators::g(index).unwrap());
		}
		recording.drawn.iter().for_each(|bytes| secrets.bytes("random bytes", bytes));
		shares.iter().for_each(|share| note_share(&mut secrets, share));
		assert_wiped(&mut secrets, || {
			let made = vss::share::<Plain, _>(&input, THRESHOLD, NODES, &mut rng(run));
			drop(made.unwrap());
		});
	}
}

#[test]
fn checking_and_adding_shares_leaves_nothing() {
	// lists short and long
	for (length, run) in [1, LENGTH, 40].into_iter().zip(0..) {
		for run in 10 * run..10 * run + RUNS / 3 {
			let deal = |seed| {
				let input = random(length, seed);
				vss::share::<Plain, _>(&input, THRESHOLD, NODES, &mut rng(seed)).unwrap()
			};
			let dealings = [deal(2 * run), deal(2 * run + 1)];
			let mut secrets = Secrets::default();
			for (_, shares) in &dealings {
				shares.iter().for_each(|share| note_share(&mut secrets, share));
			}
			let [(commitments, shares), (others, other_shares)] = &dealings;
			let held: Vec<(u8, SecretShare)> = (1..).zip(shares.iter().cloned()).collect();
			assert_wiped(&mut secrets, || {
				let mut rng = rng(run);
				assert!(vss::check_share(commitments, 2, &shares[1]));
				assert!(vss::check_dealing(commitments, shares, &mut rng));
				let items = [(commitments, &shares[1]), (others, &other_shares[1])];
				assert_eq!(vss::batch_check(2, &items, &mut rng), [0usize; 0]);
				let items = [(commitments, &shares[1]), (others, &other_shares[2])];
				assert_eq!(vss::batch_check(2, &items, &mut rng), [1]);
				let mut sum = SecretShare::zero(length);
				shares.iter().for_each(|share| sum.add(share).unwrap());
				let bytes = shares[0].to_bytes();
				assert!(SecretShare::from_bytes(&bytes, length).unwrap() == shares[0]);
				drop(vss::interpolate(&held[..4], 5).unwrap());
				drop(vss::reconstruct(&held[..4]).unwrap());
			});
		}
	}
}

#[test]
fn sealing_and_opening_leaves_nothing() {
	for run in 0..RUNS {
		let nodes: Vec<(SealSecret, Scalar)> =
			(0..NODES).map(|j| seal_secret(1000 * run + u64::from(j))).collect();
		let publics: Vec<Affine<Plain>> = nodes.iter().map(|(secret, _)| secret.public()).collect();
		let (rho, exponent) = seal_secret(1000 * run + 100);
		let ephemeral = rho.public::<Plain>();
		let ephemeral_bytes = encode_point(&ephemeral);
		let input = random(LENGTH, run);
		let (commitments, shares) =
			vss::share::<Plain, _>(&input, THRESHOLD, NODES, &mut rng(run)).unwrap();
		let commitments = commitments.to_bytes();

		let mut secrets = Secrets::default();
		secrets.scalar("rho", &exponent);
		secrets.picks("picks of rho", &exponent, &Affine::generator());
		for (_, exponent) in &nodes {
			secrets.scalar("a node's secret", exponent);
			secrets.picks("picks of a node's secret", exponent, &Affine::generator());
		}
		rho.dh_all(&publics).iter().for_each(|dh| secrets.point("a Diffie-Hellman value", dh));
		shares.iter().for_each(|share| note_share(&mut secrets, share));
		assert_wiped(&mut secrets, || {
			assert_eq!(rho.public::<Plain>(), ephemeral);
			let dhs = rho.dh_all(&publics);
			for (((j, dh), share), (secret, _)) in (1..).zip(dhs.iter()).zip(&shares).zip(&nodes) {
				let seal_key = encode_point(&secret.public::<Plain>());
				let context = Context {
					task_hash: &[1; 32],
					dealer: &[2; 32],
					j,
					seal_key: &seal_key,
					ephemeral: &ephemeral_bytes,
					commitments: &commitments,
				};
				let sealed = Key::derive(dh, &context).seal(share).unwrap();
				let key = Key::derive(&secret.dh(&ephemeral), &context);
				assert!(key.open(&sealed, LENGTH).unwrap() == *share);
				assert!(key.open(&sealed, LENGTH + 1).is_err());
			}
		});
	}
}

/// The nonce of a proof by the secret that it proves: the response less the challenge times the secret.
fn nonce(proof: &ProofBytes, secret: &Scalar) -> Scalar {
	let half = |half: &[u8]| decode_scalar(half.try_into().unwrap()).unwrap();
	half(&proof[32..]) - half(&proof[..32]) * secret
}

#[test]
fn proving_leaves_nothing() {
	let (genesis, account, worker, task_hash) = ([1; 32], [2; 32], [3; 32], [4; 32]);
	for run in 0..RUNS {
		let (secret, exponent) = seal_secret(run);
		let own = encode_point(&secret.public::<Plain>());
		let (rho, rho_exponent) = seal_secret(100 + run);
		let ephemeral_point = rho.public::<Plain>();
		let ephemeral = encode_point(&ephemeral_point);
		let dh = encode_point(&secret.dh(&ephemeral_point));
		let key =
			KeyStatement { genesis: &genesis, account: &account, worker: &worker, seal_key: &own };
		let of_rho = RhoStatement {
			task_hash: &task_hash,
			dealer: &account,
			ephemeral: &ephemeral,
			commitments: &[own],
			sealed_hashes: &[genesis],
		};
		let dleq = DleqStatement {
			task_hash: &task_hash,
			digest: &genesis,
			j: 1,
			seal_key: &own,
			ephemeral: &ephemeral,
			dh: &dh,
		};
		let prove = || {
			[
				proofs::prove_key::<Plain, _>(&key, &secret, &mut rng(run)),
				proofs::prove_rho::<Plain, _>(&of_rho, &rho, &mut rng(run)),
				proofs::prove_dleq::<Plain, _>(&dleq, &secret, &mut rng(run)).unwrap(),
			]
		};
		let mut secrets = Secrets::default();
		let exponents = [exponent, rho_exponent, exponent];
		for (proof, exponent) in prove().iter().zip(&exponents) {
			secrets.scalar("the proven secret", exponent);
			let nonce = nonce(proof, exponent);
			secrets.scalar("a nonce", &nonce);
			secrets.picks("picks of a nonce", &nonce, &Affine::generator());
		}
		let proofs = assert_wiped(&mut secrets, prove);
		assert_eq!(proofs::verify_rho::<Plain>(&of_rho, &proofs[1]), Ok(()));
	}
}
