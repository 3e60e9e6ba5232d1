//! Every decoder of `ostraka-crypto`, and the aggregate's, on valid bytes with changes. The first byte picks the decoder.

use crate::{
	dealings,
	input::{Input, NEUTRAL},
};
use ostraka_crypto::{
	encoding::{decode_point, decode_scalar, decode_stored_point, encode_point, encode_scalar},
	proofs::{self, DleqStatement, KeyStatement},
	seal::{Context, Key, PublicKey, SealSecret},
	validity::{self, Item},
	vss::{batch_subgroup, Commitments, SecretShare, UncheckedCommitments},
	Error, Plain, PointBytes, Scalar, SealKeyBytes,
};
use ostraka_protocol::adjudicator::Aggregate;
use rand_chacha::{
	rand_core::{CryptoRng, RngCore, SeedableRng},
	ChaCha20Rng,
};

fn rng() -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(1)
}

/// Runs the target.
pub fn run(data: &[u8]) {
	let mut input = Input(data);
	match input.byte() % 11 {
		0 => point(&input.point()),
		1 => scalar(&mut input),
		2 => share(&mut input),
		3 => commitments(&mut input),
		4 => ciphertext(&mut input),
		5 => proof_of_key(&mut input),
		6 => proof_of_equality(&mut input),
		7 => key(&input.key()),
		8 => batch(&mut input),
		9 => proof_of_rho(&mut input),
		_ => proof_of_validity(&mut input),
	}
}

fn point(bytes: &PointBytes) {
	let stored = decode_stored_point::<Plain>(bytes);
	if let Ok(point) = &stored {
		assert_eq!(encode_point(point), *bytes);
	}
	let checked = decode_point::<Plain>(bytes);
	assert!(checked.is_err() || checked == stored);
}

/// Draws the exponent one.
struct One;

impl RngCore for One {
	fn next_u32(&mut self) -> u32 {
		1
	}

	fn next_u64(&mut self) -> u64 {
		1
	}

	fn fill_bytes(&mut self, bytes: &mut [u8]) {
		bytes.fill(0);
		bytes.iter_mut().take(1).for_each(|byte| *byte = 1);
	}

	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_chacha::rand_core::Error> {
		self.fill_bytes(bytes);
		Ok(())
	}
}

impl CryptoRng for One {}

fn key(bytes: &SealKeyBytes) {
	match PublicKey::from_bytes(bytes) {
		Ok(key) => {
			assert_eq!(key.bytes(), bytes);
			// encoded anew, it is the same
			let itself = SealSecret::random(&mut One).dh(&key);
			assert_eq!(*itself, *bytes);
			assert_ne!(*bytes, NEUTRAL);
		},
		Err(error) => assert_eq!(error == Error::Identity, *bytes == NEUTRAL),
	}
}

fn scalar(input: &mut Input) {
	let largest = encode_scalar(&-Scalar::from(1u8));
	let mut bytes = if input.flag() { input.take() } else { largest };
	input.change(&mut bytes);
	if let Ok(scalar) = decode_scalar(&bytes) {
		assert_eq!(encode_scalar(&scalar), bytes);
	}
}

fn share(input: &mut Input) {
	let length = input.below(6);
	let mut share = SecretShare::zero(length);
	share.values.iter_mut().for_each(|value| *value = Scalar::from(input.integer()));
	let mut bytes = share.to_bytes().to_vec();
	input.change(&mut bytes);
	bytes.resize(bytes.len() + usize::from(input.byte() % 4), 0);
	if let Ok(share) = SecretShare::from_bytes(&bytes, length) {
		assert_eq!(share.to_bytes().as_slice(), bytes);
	}
}

fn commitments(input: &mut Input) {
	let points: Vec<PointBytes> = (0..input.below(6)).map(|_| input.point()).collect();
	let threshold = (points.len() as u8).wrapping_sub(1).wrapping_add(input.byte() % 2);
	let unchecked = UncheckedCommitments::from_bytes(&points, threshold);
	let aggregate = Aggregate::from_bytes(&points, threshold);
	assert_eq!(unchecked.is_ok(), aggregate.is_ok());
	let (Ok(unchecked), Ok(mut aggregate)) = (unchecked, aggregate) else {
		assert!(Commitments::<Plain>::from_bytes(&points, threshold).is_err());
		return;
	};
	assert_eq!(unchecked.to_bytes(), points);
	assert_eq!(aggregate.to_bytes(), points);
	let checked = unchecked.check::<Plain>();
	assert_eq!(checked, Commitments::from_bytes(&points, threshold));
	assert_eq!(checked, aggregate.checked());
	assert!(matches!(checked, Ok(_) | Err(Error::NotInSubgroup)));
	assert!(checked.is_err() || checked.unwrap().to_bytes() == points);
	// in and out again
	assert_eq!(aggregate.add(&unchecked), Ok(()));
	assert_eq!(aggregate.sub(&unchecked), Ok(()));
	assert_eq!(aggregate.to_bytes(), points);
	let mut zero = Aggregate::zero(threshold);
	assert_eq!(zero.add(&unchecked), Ok(()));
	assert_eq!(zero, aggregate);
	let other = Aggregate::zero(threshold.wrapping_add(1));
	assert!(other.clone().add(&unchecked).is_err());
}

/// Commitments of more dealings than are checked one by one, a few of them different.
fn batch(input: &mut Input) {
	let (dealings, of_each) = (24 + input.below(24), 1 + input.below(4));
	let commitments = |input: &mut Input| {
		let points: Vec<PointBytes> = (0..of_each).map(|_| input.point()).collect();
		UncheckedCommitments::from_bytes(&points, of_each as u8 - 1).ok()
	};
	let few: Vec<UncheckedCommitments> = (0..3).filter_map(|_| commitments(input)).collect();
	if few.is_empty() {
		return;
	}
	let alone: Vec<_> = few.iter().map(|points| points.check::<Plain>()).collect();
	let picks: Vec<usize> = (0..dealings).map(|_| input.below(few.len())).collect();
	let items: Vec<&UncheckedCommitments> = picks.iter().map(|pick| &few[*pick]).collect();
	let together = batch_subgroup::<Plain, _>(&items, &mut rng());
	assert_eq!(together.len(), items.len());
	for (together, pick) in together.iter().zip(picks) {
		assert_eq!(*together, alone[pick]);
	}
}

fn ciphertext(input: &mut Input) {
	let dh = SealSecret::random(&mut rng()).public();
	let context = Context {
		task_hash: &[0; 32],
		dealer: &[0; 32],
		j: 1,
		seal_key: &dh,
		ephemeral: &dh,
		commitments: &[],
	};
	let key = Key::derive(&dh, &context);
	let length = 1 + input.below(4);
	let mut plaintext = SecretShare::zero(length).to_bytes().to_vec();
	let is_share = !input.change(&mut plaintext)
		|| plaintext.chunks(32).all(|chunk| decode_scalar(&chunk.try_into().unwrap()).is_ok());
	let mut sealed = key.seal_bytes(&plaintext).unwrap();
	let is_changed = input.change(&mut sealed);
	let opened = key.open(&sealed, length);
	match (is_changed, is_share) {
		(true, _) => assert_eq!(opened, Err(Error::Unopenable)),
		(false, true) => assert_eq!(opened.unwrap().to_bytes().as_slice(), plaintext),
		(false, false) => assert_eq!(opened, Err(Error::NonCanonicalScalar)),
	}
	assert!(key.open(&sealed, length + 1).is_err());
}

fn proof_of_key(input: &mut Input) {
	let secret = SealSecret::random(&mut rng());
	let mut seal_key = secret.public();
	let mut proof = proofs::prove_key(&registration(&seal_key), &secret, &mut rng());
	let is_changed = input.change(&mut proof) | input.change(&mut seal_key);
	let holds = proofs::verify_key(&registration(&seal_key), &proof).is_ok();
	assert_eq!(holds, !is_changed);
}

fn registration(seal_key: &SealKeyBytes) -> KeyStatement<'_> {
	KeyStatement { genesis: &[0; 32], account: &[1; 32], worker: &[2; 32], seal_key }
}

fn proof_of_rho(input: &mut Input) {
	let rho = SealSecret::random(&mut rng());
	let (mut digest, mut ephemeral): ([u8; 32], SealKeyBytes) = (input.take(), rho.public());
	let mut proof = proofs::prove_rho(&digest, &rho, &mut rng());
	let is_changed =
		input.change(&mut proof) | input.change(&mut ephemeral) | input.change(&mut digest);
	let verify = proofs::verify_signature;
	let holds = proofs::verify_rho(&digest, &ephemeral, &proof, verify).is_ok();
	assert_eq!(holds, !is_changed);
	// under any key, the identity too
	let other = input.key();
	let holds = proofs::verify_rho(&digest, &other, &proof, verify).is_ok();
	assert!(!holds || other == rho.public());
}

/// The honest dealing's proof of validity, longer, shorter or with changes: of one that is none, a batch says what is said of it
/// alone.
fn proof_of_validity(input: &mut Input) {
	let (honest, relation) = (dealings::honest(), dealings::relation());
	let mut proof = honest.validity.clone();
	input.change(&mut proof);
	match input.byte() % 4 {
		1 => proof.truncate(input.below(proof.len() + 1)),
		2 => proof.push(input.byte()),
		3 => proof = input.0.to_vec(),
		_ => {},
	}
	let statement = dealings::context().statement(&dealings::DEALER, &honest.commitments);
	let holds = validity::verify::<Plain>(relation, &statement, &proof).is_ok();
	assert_eq!(holds, proof == honest.validity);
	let item = |proof| Item { relation, statement, proof };
	let items = [item(&honest.validity), item(&proof), item(&honest.validity)];
	let refused = validity::batch_verify::<Plain, _>(&items, &mut rng());
	assert_eq!(refused, if holds { vec![] } else { vec![1] });
}

fn proof_of_equality(input: &mut Input) {
	let secret = SealSecret::random(&mut rng());
	let ephemeral = SealSecret::from_signature(&[7; 64]).public();
	let dh = *secret.dh(&PublicKey::from_bytes(&ephemeral).unwrap());
	let mut keys = [secret.public(), ephemeral, dh];
	let mut proof = proofs::prove_dleq(&equality(&keys), &secret, &mut rng()).unwrap();
	let mut is_changed = input.change(&mut proof);
	for key in &mut keys {
		if input.byte() % 4 == 1 {
			let other = input.key();
			is_changed |= other != *key;
			*key = other;
		}
		is_changed |= input.change(key);
	}
	let holds = proofs::verify_dleq(&equality(&keys), &proof).is_ok();
	assert_eq!(holds, !is_changed);
}

fn equality([seal_key, ephemeral, dh]: &[SealKeyBytes; 3]) -> DleqStatement<'_> {
	DleqStatement { task_hash: &[0; 32], digest: &[1; 32], j: 1, seal_key, ephemeral, dh }
}
