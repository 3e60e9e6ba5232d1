//! Real dealings, evidence, challenges and result shares, right and wrong ones, for tests and benchmarks: what
//! `ostraka-protocol` makes, a cheat's from one wrong input.
//!
//! Tasks compute what [`spec`] says of their length, unless they are given another.
//!
//! Seat `j`, of the committee or of the panel behind it, has the seal secret [`seal_secret`]`(j)` and the worker key
//! [`worker_key`]`(j)`, which lives in the keystore of the environment.

use crate::{authorize::Attempt, Config, Pallet, G1};
use alloc::{vec, vec::Vec};
use codec::Encode;
use ostraka_crypto::{
	encoding::{encode_point, IDENTITY},
	messages::{DealingBytes, EvidenceBytes},
	seal::{ciphertext_len, SealSecret},
	validity::{self, Relation, Witness},
	vss::{self, SecretShare, UncheckedCommitments},
	Affine, Error, Plain, PointBytes, Scalar,
};
use ostraka_primitives::{
	fault::DealerFault,
	message::{ChallengeMessage, DealingMessage},
	spec::{Column, Statistic, TaskSpec},
	task::{Committee, Panel, Seat},
	AccountId, Digest, SealKeyBytes, WorkerKey, WorkerSignature, WORKER_KEY_TYPE,
};
use ostraka_protocol::{
	dealer, statistics,
	wire::{challenge_message, dealing_message},
	worker, TaskContext,
};
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

/// The seat with this number.
fn seat(j: u8) -> Seat {
	Seat { account: operator(j), worker: worker_key(j), seal_key: seal_secret(j).public() }
}

/// A committee of `n` seats.
pub fn committee(n: u8) -> Committee {
	(1..=n).map(seat).collect::<Vec<_>>().try_into().unwrap_or_default()
}

/// A panel of `v` seats, numbered on from a committee of `n`.
pub fn panel(n: u8, v: u8) -> Panel {
	(1..=v).map(|i| seat(n + i)).collect::<Vec<_>>().try_into().unwrap_or_default()
}

/// A column of numbers from `min` to `max`.
pub fn column(name: &str, min: i64, max: i64) -> Column {
	let name = name.as_bytes().to_vec().try_into().unwrap_or_default();
	Column { name, decimals: 0, min, max }
}

/// A statistic whose vectors have this length: counts over as many bins, or a sum, or a count.
pub fn spec(length: u32) -> TaskSpec {
	let (statistic, edges) = match length {
		0 | 1 => (Statistic::Count, Vec::new()),
		2 => (Statistic::Sum, Vec::new()),
		_ => (Statistic::Histogram, (1..i64::from(length)).collect()),
	};
	TaskSpec {
		statistic,
		columns: vec![column("x", 0, 1 << 20)].try_into().unwrap_or_default(),
		target: None,
		weight: None,
		edges: edges.try_into().unwrap_or_default(),
		quantiles: Default::default(),
		group_by: None,
		max_rows: (1 << 20) - 1,
	}
}

/// Bytes of the proofs of a task whose spec is [`spec`] of this length.
pub fn proof_length(length: u32) -> u32 {
	statistics::proof_length(&spec(length)).unwrap_or_default()
}

/// What a task with this spec has its dealers prove.
pub fn relation(spec: &TaskSpec) -> Result<Relation, Error> {
	statistics::relation(spec).map_err(|_| Error::Relation)
}

/// That of a task whose spec is [`spec`].
fn relation_of(ctx: &TaskContext) -> Result<Relation, Error> {
	relation(&spec(ctx.length.into()))
}

/// A vector of `length` numbers that differ, and that rows can give.
pub fn input(length: usize, salt: u64) -> Vec<Scalar> {
	(0..length as u64).map(|l| Scalar::from(1_000 * salt + l + 1)).collect()
}

/// The same as a cheat has it: no rows give a number below zero.
pub fn forged(input: &[Scalar]) -> Vec<Scalar> {
	let mut forged = input.to_vec();
	if let Some(first) = forged.first_mut() {
		*first = -Scalar::from(1u8);
	}
	forged
}

/// An honest dealing.
pub fn dealing(
	ctx: &TaskContext,
	dealer: &AccountId,
	input: &[Scalar],
	seed: u64,
) -> Result<DealingBytes, Error> {
	dealer::deal::<G1, _>(ctx, &relation_of(ctx)?, dealer.as_ref(), input, &mut rng(seed))
}

/// A dealing of zeros, which rows of any task can give. Its proof holds or, for another opening of `C_0`, fails in the very last
/// step of its check, the sum in the group. Its shares are right.
pub fn proven_dealing(
	ctx: &TaskContext,
	relation: &Relation,
	dealer: &AccountId,
	holds: bool,
	seed: u64,
) -> Result<DealingBytes, Error> {
	let zeros = vec![Scalar::from(0u8); ctx.length()];
	let shared = Shared::new(ctx, &zeros, seed)?;
	let off = Scalar::from(u8::from(!holds));
	let proof = shared.prove_off(ctx, relation, dealer, &zeros, off, seed)?;
	shared.seal(ctx, dealer, proof, seed)
}

/// A dealing with these bytes in place of a proof.
pub fn dealing_with_proof(
	ctx: &TaskContext,
	dealer: &AccountId,
	input: &[Scalar],
	proof: Vec<u8>,
	seed: u64,
) -> Result<DealingBytes, Error> {
	Shared::new(ctx, input, seed)?.seal(ctx, dealer, proof, seed)
}

/// `(0, 2)`: on the curve, and of order three.
pub fn order_three() -> Affine<Plain> {
	Affine::new_unchecked(0u64.into(), 2u64.into())
}

/// A dealing that the runtime accepts, of the recipient a mask, with a fault in some seats' shares. Two faults are in no seat's share: of
/// [`DealerFault::OutsideSubgroup`], [`order_three`] is the part of the last commitment; of [`DealerFault::InvalidInput`] the
/// vector is [`forged`], and its proof as good as can be.
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

/// [`faulty_dealing`], with these points added to these commitments. Its shares fit what the commitments were before; its
/// proof is made for what they are.
pub fn dealing_outside(
	ctx: &TaskContext,
	dealer: &AccountId,
	input: &[Scalar],
	faults: &[(u8, DealerFault)],
	parts: &[(usize, Affine<Plain>)],
	seed: u64,
) -> Result<DealingBytes, Error> {
	let forges = faults.iter().any(|(_, fault)| *fault == DealerFault::InvalidInput);
	let input = if forges { forged(input) } else { input.to_vec() };
	let mut shared = Shared::new(ctx, &input, seed)?;
	let commitments = UncheckedCommitments::from_bytes(&shared.commitments, ctx.threshold)?;
	let mut points = commitments.points().to_vec();
	for (place, part) in parts {
		if let Some(point) = points.get_mut(*place) {
			*point = (*point + *part).into();
		}
	}
	shared.commitments = points.iter().map(encode_point).collect();
	let proof = shared.prove(ctx, &relation_of(ctx)?, dealer, &input, seed)?;
	for (seat, share) in (1u8..).zip(&mut shared.shares) {
		if faults.contains(&(seat, DealerFault::WrongShare)) {
			share.blinding += Scalar::from(1u8);
		}
	}
	let mut dealing = shared.seal(ctx, dealer, proof, seed)?;
	for (seat, sealed) in (1u8..).zip(&mut dealing.sealed) {
		if faults.contains(&(seat, DealerFault::Unopenable)) {
			*sealed = vec![7; ciphertext_len(ctx.length())];
		}
		if faults.contains(&(seat, DealerFault::NonCanonicalScalar)) {
			let Shared { commitments, rho, .. } = &shared;
			let key = dealer::sealing_key(ctx, dealer.as_ref(), seat, commitments, rho)?;
			*sealed = key.seal_bytes(&vec![0xff; 32 * (ctx.length() + 1)])?;
		}
	}
	dealer::prove(ctx, dealer.as_ref(), &mut dealing, &shared.rho, &mut rng(seed));
	Ok(dealing)
}

/// What a dealer makes its dealing of.
struct Shared {
	commitments: Vec<PointBytes>,
	shares: Vec<SecretShare>,
	rho: SealSecret,
}

impl Shared {
	fn new(ctx: &TaskContext, input: &[Scalar], seed: u64) -> Result<Self, Error> {
		let (commitments, shares) =
			vss::share::<G1, _>(input, ctx.threshold, ctx.n()?, &mut rng(seed))?;
		let rho = SealSecret::random(&mut rng(!seed));
		Ok(Self { commitments: commitments.to_bytes(), shares, rho })
	}

	/// Before a share is spoiled: the proof is made with what they share. A mask has none.
	fn prove(
		&self,
		ctx: &TaskContext,
		relation: &Relation,
		dealer: &AccountId,
		input: &[Scalar],
		seed: u64,
	) -> Result<Vec<u8>, Error> {
		if ctx.is_mask(dealer.as_ref()) {
			return Ok(Vec::new());
		}
		self.prove_off(ctx, relation, dealer, input, Scalar::from(0u8), seed)
	}

	/// [`Self::prove`] with a blinding value that is off by so much.
	fn prove_off(
		&self,
		ctx: &TaskContext,
		relation: &Relation,
		dealer: &AccountId,
		input: &[Scalar],
		off: Scalar,
		seed: u64,
	) -> Result<Vec<u8>, Error> {
		let blinding = *vss::secret_blinding(ctx.threshold, &self.shares)? + off;
		let statement = ctx.statement(dealer.as_ref(), &self.commitments);
		let witness = Witness::new(relation, input);
		let rng = &mut rng(seed);
		validity::prove_witness::<G1, _>(relation, &statement, &witness, &blinding, rng)
	}

	fn seal(
		&self,
		ctx: &TaskContext,
		dealer: &AccountId,
		proof: Vec<u8>,
		seed: u64,
	) -> Result<DealingBytes, Error> {
		let Self { commitments, shares, rho } = self;
		let (dealer, rng) = (dealer.as_ref(), &mut rng(seed));
		dealer::assemble(ctx, dealer, commitments.clone(), shares, rho, proof, rng)
	}
}

/// A dealing of zeros whose commitments are all the identity. Hides nothing, but is legal, and its proof holds.
pub fn identity_dealing(
	ctx: &TaskContext,
	dealer: &AccountId,
	seed: u64,
) -> Result<DealingBytes, Error> {
	let commitments = vec![IDENTITY; ctx.commitments()];
	let shares = vec![SecretShare::zero(ctx.length()); usize::from(ctx.n()?)];
	let shared = Shared { commitments, shares, rho: SealSecret::random(&mut rng(!seed)) };
	let zeros = vec![Scalar::from(0u8); ctx.length()];
	let proof = shared.prove(ctx, &relation_of(ctx)?, dealer, &zeros, seed)?;
	shared.seal(ctx, dealer, proof, seed)
}

/// The challenge of a dealing, right or not.
pub fn challenge(dealing: &DealingBytes) -> Result<ChallengeMessage, Error> {
	challenge_message(worker::challenge_unjudged(dealing)).ok_or(Error::VectorLength)
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
