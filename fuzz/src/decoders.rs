//! Every decoder of `ostraka-crypto`, and the aggregate's, on valid bytes with changes. The first byte picks the decoder.

use crate::input::Input;
use ostraka_crypto::{
	encoding::{
		decode_key, decode_point, decode_scalar, decode_stored_point, encode_point, encode_scalar,
	},
	generators,
	proofs::{self, DleqStatement, KeyStatement},
	seal::{Context, Key, SealSecret},
	vss::{Commitments, SecretShare},
	Error, Plain, PointBytes, Scalar,
};
use ostraka_protocol::adjudicator::Aggregate;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

fn rng() -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(1)
}

/// Runs the target.
pub fn run(data: &[u8]) {
	let mut input = Input(data);
	match input.byte() % 7 {
		0 => point(&input.point()),
		1 => scalar(&mut input),
		2 => share(&mut input),
		3 => commitments(&mut input),
		4 => ciphertext(&mut input),
		5 => proof_of_key(&mut input),
		_ => proof_of_equality(&mut input),
	}
}

fn point(bytes: &PointBytes) {
	let stored = decode_stored_point::<Plain>(bytes);
	if let Ok(point) = &stored {
		assert_eq!(encode_point(point), *bytes);
	}
	let checked = decode_point::<Plain>(bytes);
	assert!(checked.is_err() || checked == stored);
	let key = decode_key::<Plain>(bytes);
	assert!(key.is_err() || key == checked);
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
	let commitments = Commitments::<Plain>::from_bytes(&points, threshold);
	let aggregate = Aggregate::<Plain>::from_untrusted_bytes(&points, threshold);
	assert_eq!(commitments.is_ok(), aggregate.is_ok());
	let (Ok(commitments), Ok(mut aggregate)) = (commitments, aggregate) else { return };
	assert_eq!(commitments.to_bytes(), points);
	assert_eq!(aggregate.to_bytes(), points);
	assert_eq!(Aggregate::from_bytes(&points, threshold).as_ref(), Ok(&aggregate));
	// in and out again
	assert_eq!(aggregate.add(&commitments), Ok(()));
	assert_eq!(aggregate.sub(&commitments), Ok(()));
	assert_eq!(aggregate.to_bytes(), points);
	let mut zero = Aggregate::<Plain>::zero(threshold);
	assert_eq!(zero.add(&commitments), Ok(()));
	assert_eq!(zero, aggregate);
	let other = Aggregate::<Plain>::zero(threshold.wrapping_add(1));
	assert!(other.clone().add(&commitments).is_err());
}

fn ciphertext(input: &mut Input) {
	let h = encode_point(&generators::h::<Plain>());
	let context = Context {
		task_hash: &[0; 32],
		dealer: &[0; 32],
		j: 1,
		seal_key: &h,
		ephemeral: &h,
		commitments: &[],
	};
	let key = Key::derive(&generators::h::<Plain>(), &context);
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
	let mut seal_key = encode_point(&secret.public::<Plain>());
	let statement = |seal_key| KeyStatement {
		genesis: &[0; 32],
		account: &[1; 32],
		worker: &[2; 32],
		seal_key,
	};
	let mut proof = proofs::prove_key::<Plain, _>(&statement(&seal_key), &secret, &mut rng());
	let is_changed = input.change(&mut proof) | input.change(&mut seal_key);
	let holds = proofs::verify_key::<Plain>(&statement(&seal_key), &proof).is_ok();
	assert_eq!(holds, !is_changed);
}

fn proof_of_equality(input: &mut Input) {
	let secret = SealSecret::random(&mut rng());
	let ephemeral = SealSecret::from_signature(&[7; 64]).public::<Plain>();
	let mut points = [
		encode_point(&secret.public::<Plain>()),
		encode_point(&ephemeral),
		encode_point(&secret.dh(&ephemeral)),
	];
	let mut proof =
		proofs::prove_dleq::<Plain, _>(&equality(&points), &secret, &mut rng()).unwrap();
	let mut is_changed = input.change(&mut proof);
	for point in &mut points {
		if input.byte() % 4 == 1 {
			let other = input.point();
			is_changed |= other != *point;
			*point = other;
		}
		is_changed |= input.change(point);
	}
	let holds = proofs::verify_dleq::<Plain>(&equality(&points), &proof).is_ok();
	assert_eq!(holds, !is_changed);
}

fn equality([seal_key, ephemeral, dh]: &[PointBytes; 3]) -> DleqStatement<'_> {
	DleqStatement { task_hash: &[0; 32], digest: &[1; 32], j: 1, seal_key, ephemeral, dh }
}
