//! Real dealings, evidence and result shares, right and wrong ones, for tests and benchmarks. Whatever an honest role
//! makes is made by `ostraka-protocol`; what a cheat makes is put together here.
//!
//! Seat `j` has the seal secret [`seal_secret`]`(j)` and the worker key [`worker_key`]`(j)`, which lives in the
//! keystore of the environment.

use crate::{authorize::Attempt, types::dealing_message, Config, Pallet, G1};
use alloc::{vec, vec::Vec};
use codec::Encode;
use ostraka_crypto::{
	encoding::{decode_key, encode_point},
	messages::{hash_sealed, DealingBytes, EvidenceBytes},
	proofs::{prove_dleq, prove_rho, DleqStatement, RhoStatement},
	seal::{ciphertext_len, Context, Key, SealSecret},
	vss::{self, Commitments, SecretShare},
	Affine, Error, Scalar,
};
use ostraka_primitives::{
	message::DealingMessage,
	task::{Committee, Seat},
	AccountId, Digest, WorkerKey, WorkerSignature, WORKER_KEY_TYPE,
};
use ostraka_protocol::{dealer, worker, TaskContext};
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
	let seat = |j| Seat {
		account: operator(j),
		worker: worker_key(j),
		seal_key: encode_point(&seal_secret(j).public::<G1>()),
	};
	(1..=n).map(seat).collect::<Vec<_>>().try_into().unwrap_or_default()
}

/// A vector of `length` numbers that differ.
pub fn input(length: usize, salt: u64) -> Vec<Scalar> {
	(0..length as u64).map(|l| Scalar::from(1_000 * salt + l + 1)).collect()
}

/// What a dealer does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corruption {
	/// The seat's sealed share does not fit the commitments.
	WrongShare(u8),
	/// The seat's sealed share does not open.
	Unopenable(u8),
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

/// A dealing that the runtime accepts, with some shares wrong.
pub fn corrupt_dealing(
	ctx: &TaskContext,
	dealer: &AccountId,
	input: &[Scalar],
	corruptions: &[Corruption],
	seed: u64,
) -> Result<DealingBytes, Error> {
	let (commitments, mut shares) =
		vss::share::<G1, _>(input, ctx.threshold, ctx.n()?, &mut rng(seed))?;
	for corruption in corruptions {
		if let Corruption::WrongShare(seat) = corruption {
			if let Some(share) = shares.get_mut(usize::from(*seat) - 1) {
				share.blinding += Scalar::from(1u8);
			}
		}
	}
	let rho = SealSecret::random(&mut rng(!seed));
	let mut dealing = assemble(ctx, dealer, &commitments, &shares, &rho, seed)?;
	for corruption in corruptions {
		if let Corruption::Unopenable(seat) = corruption {
			if let Some(sealed) = dealing.sealed.get_mut(usize::from(*seat) - 1) {
				*sealed = vec![7; ciphertext_len(ctx.length())];
			}
		}
	}
	prove(ctx, dealer, &mut dealing, &rho, seed);
	Ok(dealing)
}

/// Seals the given shares under the given `rho`, and proves it.
pub fn assemble(
	ctx: &TaskContext,
	dealer: &AccountId,
	commitments: &Commitments<G1>,
	shares: &[SecretShare],
	rho: &SealSecret,
	seed: u64,
) -> Result<DealingBytes, Error> {
	let commitments = commitments.to_bytes();
	let ephemeral = encode_point(&rho.public::<G1>());
	let sealed = (1u8..)
		.zip(shares)
		.map(|(j, share)| {
			let seal_key = ctx.seal_key(j)?;
			let (task_hash, dealer) = (&ctx.task_hash, dealer.as_ref());
			let (ephemeral, commitments) = (&ephemeral, commitments.as_slice());
			let context = Context { task_hash, dealer, j, seal_key, ephemeral, commitments };
			Key::derive(&rho.dh::<G1>(&decode_key(seal_key)?), &context).seal(share)
		})
		.collect::<Result<Vec<_>, Error>>()?;
	let mut dealing = DealingBytes { commitments, ephemeral, proof: [0; 64], sealed };
	prove(ctx, dealer, &mut dealing, rho, seed);
	Ok(dealing)
}

/// Proves a dealing's `rho` anew.
pub fn prove(
	ctx: &TaskContext,
	dealer: &AccountId,
	dealing: &mut DealingBytes,
	rho: &SealSecret,
	seed: u64,
) {
	let sealed_hashes: Vec<_> = dealing.sealed.iter().map(|sealed| hash_sealed(sealed)).collect();
	let statement = RhoStatement {
		task_hash: &ctx.task_hash,
		dealer: dealer.as_ref(),
		ephemeral: &dealing.ephemeral,
		commitments: &dealing.commitments,
		sealed_hashes: &sealed_hashes,
	};
	dealing.proof = prove_rho::<G1, _>(&statement, rho, &mut rng(seed));
}

/// A dealing of zeros whose commitments are all the identity. Hides nothing, but is legal.
pub fn identity_dealing(
	ctx: &TaskContext,
	dealer: &AccountId,
	seed: u64,
) -> Result<DealingBytes, Error> {
	let commitments = Commitments(vec![Affine::identity(); ctx.commitments()]);
	let shares = vec![SecretShare::zero(ctx.length()); usize::from(ctx.n()?)];
	assemble(ctx, dealer, &commitments, &shares, &SealSecret::random(&mut rng(seed)), seed)
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
	let dh = encode_point(&secret.dh::<G1>(&decode_key(&dealing.ephemeral)?));
	evidence_with(ctx, seat, dealer, dealing, secret, dh, seed)
}

/// [`evidence`] with a Diffie-Hellman value of the accuser's choice.
pub fn evidence_with(
	ctx: &TaskContext,
	seat: u8,
	dealer: &AccountId,
	dealing: &DealingBytes,
	secret: &SealSecret,
	dh: ostraka_crypto::PointBytes,
	seed: u64,
) -> Result<EvidenceBytes, Error> {
	let digest = dealing.digest(&ctx.task_hash, dealer.as_ref());
	let statement = DleqStatement {
		task_hash: &ctx.task_hash,
		digest: &digest,
		j: seat,
		seal_key: ctx.seal_key(seat)?,
		ephemeral: &dealing.ephemeral,
		dh: &dh,
	};
	Ok(EvidenceBytes {
		dh,
		dleq: prove_dleq::<G1, _>(&statement, secret, &mut rng(seed))?,
		commitments: dealing.commitments.clone(),
		ephemeral: dealing.ephemeral,
		sealed_hashes: dealing.sealed_hashes(),
		sealed: dealing.sealed.get(usize::from(seat) - 1).cloned().unwrap_or_default(),
	})
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
		let share = worker::open::<G1>(ctx, &secret, seat, dealer.as_ref(), dealing);
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
