//! Nothing of a secret is in memory that is freed: every block is searched when it is freed, while each act of the crate
//! runs. With the feature `blst` as without it.

// for the allocator
#![allow(unsafe_code)]

mod freed;

use ark_ff::{Field, PrimeField};
use curve25519_dalek::{
	constants::RISTRETTO_BASEPOINT_TABLE, ristretto::CompressedRistretto,
	scalar::Scalar as Exponent,
};
use freed::{assert_wiped, left_by, Recording, Searching, Secrets};
use hkdf::Hkdf;
use ostraka_crypto::{
	encoding::{encode_point, encode_scalar},
	generators, group,
	messages::ProofBytes,
	proofs::{self, DleqStatement, KeyStatement},
	scalar,
	seal::{Context, Key, PublicKey, SealSecret},
	vss::{self, SecretShare, UncheckedCommitments},
	Plain, Scalar, SealKeyBytes,
};
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use schnorrkel::{context::SigningTranscript, signing_context};
use sha2::Sha256;
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
fn seal_secret(seed: u64) -> (SealSecret, Exponent) {
	let mut wide = [0; 64];
	rng(seed).fill_bytes(&mut wide);
	(SealSecret::random(&mut rng(seed)), Exponent::from_bytes_mod_order_wide(&wide))
}

fn key(bytes: &SealKeyBytes) -> PublicKey {
	PublicKey::from_bytes(bytes).unwrap()
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
	let (secret, other) = (scalar::random(&mut rng(1)), scalar::random(&mut rng(0)));
	let exponent = Exponent::from_bytes_mod_order([7; 32]);
	// first digits of eight bits that are the same with signs as without; a first half, and a second one
	let short = Scalar::from(0x1234_5678_9abc_def0_1122_3344_5566_7711u128);
	let square = Scalar::from(0xd201_0000_0001_0000u128.pow(2));
	let point = group::affine(&group::mul_generator::<Plain>(&secret));
	let mut secrets = Secrets::default();
	secrets.scalar("scalar", &secret);
	secrets.point("point", &point);
	secrets.exponent("exponent", exponent.as_bytes());
	secrets.picks("picks", &short, &generators::h());
	secrets.picks("picks of a second half", &(short * square), &generators::h());
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

	assert_eq!(left(&|| free(vec![exponent])), ["exponent"]);
	assert_eq!(left(&|| free(Zeroizing::new(vec![exponent]))), [""; 0]);
	let nibbles = exponent.as_bytes().iter().flat_map(|byte| [byte & 15, byte >> 4]);
	assert_eq!(left(&|| free(nibbles.clone().collect::<Vec<u8>>())), ["exponent"]);

	// digits of eight bits, as places in a table of multiples
	let pick = |place: usize, factor: Scalar| {
		let digit = Scalar::from(digit_of(&short, place, 8));
		let multiple = digit * Scalar::from(256u16).pow([place as u64]) * factor;
		let point = group::affine(&group::mul(&generators::h::<Plain>(), &multiple));
		[point.x.0 .0, point.y.0 .0]
	};
	let picks = |factor| free(vec![[0, 1].map(|place| pick(place, factor))]);
	// from the table both halves pick the same
	let both = ["picks", "picks of a second half"];
	assert_eq!(left(&|| picks(Scalar::from(1u8))), both);
	assert_eq!(left(&|| picks(square)), ["picks of a second half"]);
	assert_eq!(left(&|| free(b"we attack at dawn".to_vec())), ["bytes"]);
}

/// Sums of few and of many terms, a product, and the affine form of a secret point, each by itself.
#[test]
fn arithmetic_leaves_nothing() {
	for count in [1, LENGTH, 40] {
		for run in 0..RUNS / 3 {
			let scalars = Zeroizing::new(random(count, 500 + run));
			let points = generators::bases::<Plain>(count).unwrap();
			let product = group::mul(&generators::h::<Plain>(), &scalars[0]);
			let mut secrets = Secrets::default();
			scalars.iter().for_each(|scalar| secrets.scalar("a scalar", scalar));
			secrets.point("a product", &group::affine(&product));
			assert_wiped(&mut secrets, || {
				free(group::msm(&points, &scalars));
				free(group::mul(&generators::h::<Plain>(), &scalars[0]));
				free(group::affine(&product));
			});
		}
	}
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
		let bases = generators::bases::<Plain>(LENGTH).unwrap();
		let unblinded = group::affine(&group::msm(&bases[..LENGTH], &input));
		secrets.point("a commitment to the input without its blinding value", &unblinded);
		shares.iter().for_each(|share| note_share(&mut secrets, share));
		assert_wiped(&mut secrets, || {
			let made = vss::share::<Plain, _>(&input, THRESHOLD, NODES, &mut rng(run)).unwrap();
			drop(vss::secret_blinding(THRESHOLD, &made.1).unwrap());
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
				let unchecked =
					UncheckedCommitments::from_bytes(&commitments.to_bytes(), THRESHOLD);
				drop(vss::batch_subgroup::<Plain, _>(&[&unchecked.unwrap()], &mut rng));
				drop(vss::interpolate(&held[..4], 5).unwrap());
				drop(vss::reconstruct(&held[..4]).unwrap());
			});
		}
	}
}

#[test]
fn sealing_and_opening_leaves_nothing() {
	for run in 0..RUNS {
		let nodes: Vec<(SealSecret, Exponent)> =
			(0..NODES).map(|j| seal_secret(1000 * run + u64::from(j))).collect();
		let publics: Vec<_> = nodes.iter().map(|(secret, _)| secret.public()).collect();
		let (rho, exponent) = seal_secret(1000 * run + 100);
		let ephemeral = rho.public();
		let input = random(LENGTH, run);
		let (commitments, shares) =
			vss::share::<Plain, _>(&input, THRESHOLD, NODES, &mut rng(run)).unwrap();
		let commitments = commitments.to_bytes();

		let mut secrets = Secrets::default();
		secrets.exponent("rho", exponent.as_bytes());
		for (_, exponent) in &nodes {
			secrets.exponent("a node's secret", exponent.as_bytes());
		}
		for public in &publics {
			secrets.bytes("a Diffie-Hellman value", rho.dh(&key(public)).as_ref());
		}
		shares.iter().for_each(|share| note_share(&mut secrets, share));
		assert_wiped(&mut secrets, || {
			assert_eq!(rho.public(), ephemeral);
			for (((j, seal_key), share), (secret, _)) in
				(1..).zip(&publics).zip(&shares).zip(&nodes)
			{
				assert_eq!(secret.public(), *seal_key);
				let context = Context {
					task_hash: &[1; 32],
					dealer: &[2; 32],
					j,
					seal_key,
					ephemeral: &ephemeral,
					commitments: &commitments,
				};
				let sealed = Key::derive(&rho.dh(&key(seal_key)), &context).seal(share).unwrap();
				// on the heap, too, which a list of keys would be
				let opening = Box::new(Key::derive(&secret.dh(&key(&ephemeral)), &context));
				assert!(opening.open(&sealed, LENGTH).unwrap() == *share);
				assert!(opening.open(&sealed, LENGTH + 1).is_err());
				free(vec![secret.clone()]);
				free(vec![secret.dh(&key(&ephemeral))]);
			}
		});
	}
}

/// The nonce of a proof by the secret that it proves: the response less the challenge times the secret.
fn nonce(proof: &ProofBytes, secret: &Exponent) -> Exponent {
	let half = |half: &[u8]| Exponent::from_canonical_bytes(half.try_into().unwrap()).unwrap();
	half(&proof[32..]) - half(&proof[..32]) * secret
}

/// That of a signature, whose challenge is not in it.
fn nonce_of_signature(digest: &[u8; 32], signature: &ProofBytes, secret: &Exponent) -> Exponent {
	let mut transcript = signing_context(b"substrate").bytes(&proofs::rho_message(digest));
	let public = schnorrkel::PublicKey::from_point(secret * RISTRETTO_BASEPOINT_TABLE);
	transcript.proto_name(b"Schnorr-sig");
	transcript.commit_point(b"sign:pk", public.as_compressed());
	let [first, response] = [&signature[..32], &signature[32..]];
	let mut response: [u8; 32] = response.try_into().unwrap();
	response[31] &= 0x7f;
	let first = CompressedRistretto::from_slice(first).unwrap();
	transcript.commit_point(b"sign:R", &first);
	let challenge = transcript.challenge_scalar(b"sign:c");
	let nonce = Exponent::from_canonical_bytes(response).unwrap() - challenge * secret;
	assert_eq!((&nonce * RISTRETTO_BASEPOINT_TABLE).compress(), first);
	nonce
}

#[test]
fn proving_leaves_nothing() {
	let (genesis, account, worker, task_hash, digest) =
		([1; 32], [2; 32], [3; 32], [4; 32], [5; 32]);
	for run in 0..RUNS {
		let (secret, exponent) = seal_secret(run);
		let own = secret.public();
		let (rho, rho_exponent) = seal_secret(100 + run);
		let ephemeral = rho.public();
		let dh = *secret.dh(&key(&ephemeral));
		let of_key =
			KeyStatement { genesis: &genesis, account: &account, worker: &worker, seal_key: &own };
		let dleq = DleqStatement {
			task_hash: &task_hash,
			digest: &digest,
			j: 1,
			seal_key: &own,
			ephemeral: &ephemeral,
			dh: &dh,
		};
		let prove = || {
			[
				proofs::prove_key(&of_key, &secret, &mut rng(run)),
				proofs::prove_dleq(&dleq, &secret, &mut rng(run)).unwrap(),
				proofs::prove_rho(&digest, &rho, &mut rng(run)),
			]
		};
		let mut secrets = Secrets::default();
		secrets.exponent("the proven secret", exponent.as_bytes());
		secrets.exponent("rho", rho_exponent.as_bytes());
		let [of_secret, of_equality, of_rho] = prove();
		for proof in [of_secret, of_equality] {
			secrets.exponent("a nonce", nonce(&proof, &exponent).as_bytes());
		}
		let of_signature = nonce_of_signature(&digest, &of_rho, &rho_exponent);
		secrets.exponent("a signature's nonce", of_signature.as_bytes());
		let mut fresh = [0; 32];
		rng(run).fill_bytes(&mut fresh);
		let mut seed = [0; 32];
		Hkdf::<Sha256>::new(Some(&fresh), rho_exponent.as_bytes())
			.expand_multi_info(&[b"ostraka/nonce/v2", &proofs::rho_message(&digest)], &mut seed)
			.unwrap();
		secrets.bytes("the seed of a nonce", &seed);
		assert_eq!(assert_wiped(&mut secrets, prove), [of_secret, of_equality, of_rho]);
	}
}
