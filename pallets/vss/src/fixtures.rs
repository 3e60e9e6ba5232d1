//! Real dealings, evidence and result shares, right and wrong ones, for tests and benchmarks: what `ostraka-protocol`
//! makes, a cheat's from one wrong input.
//!
//! Seat `j` has the seal secret [`seal_secret`]`(j)` and the worker key [`worker_key`]`(j)`, which lives in the
//! keystore of the environment.

use crate::{authorize::Attempt, Config, Pallet, G1};
use alloc::{vec, vec::Vec};
use codec::Encode;
use ostraka_crypto::{
	encoding::{encode_point, IDENTITY},
	messages::{DealingBytes, EvidenceBytes},
	seal::{ciphertext_len, SealSecret},
	vss::{self, SecretShare, UncheckedCommitments},
	Affine, Error, Plain, Scalar,
};
use ostraka_primitives::{
	fault::DealerFault,
	message::DealingMessage,
	task::{Committee, Seat},
	AccountId, Digest, SealKeyBytes, WorkerKey, WorkerSignature, WORKER_KEY_TYPE,
};
use ostraka_protocol::{dealer, wire::dealing_message, worker, TaskContext};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

/// A repeatable generator.
pub fn rng(seed: u64) -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(seed)
}

/// An account that no seat has.
pub fn dealer_account(index: u32) -> AccountId {
	AccountId::new(sp_io::hashing::blake2_256(&("dealer", index).encode()))
}

/// The operator of a seat.
pub fn operator(seat: u8) -> AccountId {
	AccountId::new(sp_io::hashing::blake2_256(&("operator", seat).encode()))
}

/// `e_j` of a seat.
pub fn seal_secret(seat: u8) -> SealSecret {
	SealSecret::from_signature(&[seat; 64])
}

/// The worker key of a seat, made in the keystore if it is not there yet.
pub fn worker_key(seat: u8) -> WorkerKey {
	let path = [b"//", [b'0' + seat / 10, b'0' + seat % 10].as_slice()].concat();
	sp_io::crypto::ed25519_generate(WORKER_KEY_TYPE, Some(path))
}

/// A committee of `n` seats.
pub fn committee(n: u8) -> Committee {
	let seat =
		|j| Seat { account: operator(j), worker: worker_key(j), seal_key: seal_secret(j).public() };
	(1..=n).map(seat).collect::<Vec<_>>().try_into().unwrap_or_default()
}

/// A vector of `length` numbers that differ.
pub fn input(length: usize, salt: u64) -> Vec<Scalar> {
	(0..length as u64).map(|l| Scalar::from(1_000 * salt + l + 1)).collect()
}

/// An honest dealing.
pub fn dealing(
	ctx: &TaskContext,
	dealer: &AccountId,
	input: &[Scalar],
	seed: u64,
) -> Result<DealingBytes, Error> {
	dealer::deal::<G1, _>(ctx, dealer.as_ref(), input, &mut rng(seed))
}

/// `(0, 2)`: on the curve, and of order three.
pub fn order_three() -> Affine<Plain> {
	Affine::new_unchecked(0u64.into(), 2u64.into())
}

/// A dealing that the runtime accepts, with a fault in some seats' shares. Of [`DealerFault::OutsideSubgroup`], which is in
/// no seat's share, [`order_three`] is the part of the last commitment.
pub fn faulty_dealing(
	ctx: &TaskContext,
	dealer: &AccountId,
	input: &[Scalar],
	faults: &[(u8, DealerFault)],
	seed: u64,
) -> Result<DealingBytes, Error> {
	let outside = faults.iter().any(|(_, fault)| *fault == DealerFault::OutsideSubgroup);
	let part = outside.then(|| (usize::from(ctx.threshold), order_three()));
	dealing_outside(ctx, dealer, input, faults, part.as_slice(), seed)
}

/// [`faulty_dealing`], with these points added to these commitments. Its shares fit what the commitments were before.
pub fn dealing_outside(
	ctx: &TaskContext,
	dealer: &AccountId,
	input: &[Scalar],
	faults: &[(u8, DealerFault)],
	parts: &[(usize, Affine<Plain>)],
	seed: u64,
) -> Result<DealingBytes, Error> {
	let dealer = dealer.as_ref();
	let (commitments, mut shares) =
		vss::share::<G1, _>(input, ctx.threshold, ctx.n()?, &mut rng(seed))?;
	let commitments = UncheckedCommitments::from_bytes(&commitments.to_bytes(), ctx.threshold)?;
	let mut points = commitments.points().to_vec();
	for (place, part) in parts {
		if let Some(point) = points.get_mut(*place) {
			*point = (*point + *part).into();
		}
	}
	let commitments: Vec<_> = points.iter().map(encode_point).collect();
	for (seat, share) in (1u8..).zip(&mut shares) {
		if faults.contains(&(seat, DealerFault::WrongShare)) {
			share.blinding += Scalar::from(1u8);
		}
	}
	let rho = SealSecret::random(&mut rng(!seed));
	let mut dealing =
		dealer::assemble(ctx, dealer, commitments.clone(), &shares, &rho, &mut rng(seed))?;
	for (seat, sealed) in (1u8..).zip(&mut dealing.sealed) {
		if faults.contains(&(seat, DealerFault::Unopenable)) {
			*sealed = vec![7; ciphertext_len(ctx.length())];
		}
		if faults.contains(&(seat, DealerFault::NonCanonicalScalar)) {
			let key = dealer::sealing_key(ctx, dealer, seat, &commitments, &rho)?;
			*sealed = key.seal_bytes(&vec![0xff; 32 * (ctx.length() + 1)])?;
		}
	}
	dealer::prove(ctx, dealer, &mut dealing, &rho, &mut rng(seed));
	Ok(dealing)
}

/// A dealing of zeros whose commitments are all the identity. Hides nothing, but is legal.
pub fn identity_dealing(
	ctx: &TaskContext,
	dealer: &AccountId,
	seed: u64,
) -> Result<DealingBytes, Error> {
	let commitments = vec![IDENTITY; ctx.commitments()];
	let shares = vec![SecretShare::zero(ctx.length()); usize::from(ctx.n()?)];
	let rng = &mut rng(seed);
	let rho = SealSecret::random(rng);
	dealer::assemble(ctx, dealer.as_ref(), commitments, &shares, &rho, rng)
}

/// Evidence of a seat against a dealing, right or not: nobody judges it before it is sent.
pub fn evidence(
	ctx: &TaskContext,
	seat: u8,
	dealer: &AccountId,
	dealing: &DealingBytes,
	secret: &SealSecret,
	seed: u64,
) -> Result<EvidenceBytes, Error> {
	let digest = dealing.digest(&ctx.task_hash, dealer.as_ref());
	worker::evidence(ctx, secret, seat, &digest, dealing, &mut rng(seed))
}

/// [`evidence`] with a Diffie-Hellman value of the accuser's choice.
pub fn evidence_with(
	ctx: &TaskContext,
	seat: u8,
	dealer: &AccountId,
	dealing: &DealingBytes,
	secret: &SealSecret,
	dh: SealKeyBytes,
	seed: u64,
) -> Result<EvidenceBytes, Error> {
	let mut evidence = evidence(ctx, seat, dealer, dealing, secret, seed)?;
	evidence.dh = dh;
	let digest = dealing.digest(&ctx.task_hash, dealer.as_ref());
	worker::prove(ctx, secret, seat, &digest, &mut evidence, &mut rng(seed))?;
	Ok(evidence)
}

/// The result share of a seat over these dealings.
pub fn result_share(
	ctx: &TaskContext,
	seat: u8,
	dealings: &[(AccountId, DealingBytes)],
) -> Result<SecretShare, Error> {
	let secret = seal_secret(seat);
	let mut shares = Vec::new();
	for (dealer, dealing) in dealings {
		let share = worker::open(ctx, &secret, seat, dealer.as_ref(), dealing);
		shares.push(share.map_err(|_| Error::Unopenable)?);
	}
	worker::aggregate(&shares)
}

/// A dealing as the call takes it.
pub fn message(dealing: DealingBytes) -> Result<DealingMessage, Error> {
	dealing_message(dealing).ok_or(Error::VectorLength)
}

/// A seat's signature under an attempt, by a key of the keystore.
pub fn sign<T: Config>(
	key: &WorkerKey,
	task_hash: Digest,
	attempt: Attempt,
	payload: Digest,
) -> Option<WorkerSignature> {
	let message = Pallet::<T>::worker_message(task_hash, attempt, payload).encode();
	sp_io::crypto::ed25519_sign(WORKER_KEY_TYPE, key, &message)
}
