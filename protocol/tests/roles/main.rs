//! The roles together, without a chain: whole tasks, every fault that an accusation or a challenge can name, and every message
//! that must be turned away.

use ostraka_crypto::{
	encoding::IDENTITY,
	messages::{ChallengeBytes, DealingBytes, EvidenceBytes},
	proofs::{self, verify_signature},
	scalar,
	seal::{ciphertext_len, SealSecret},
	validity::{self, Conditions, Relation, Witness},
	vss::{self, Commitments, SecretShare, UncheckedCommitments},
	Error, Hash, Identity, Plain, PointBytes, Scalar, SealKeyBytes,
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDealing, AcceptedDigest, Aggregate, Verdict},
	dealer, task_hash,
	worker::{self, Fault},
	Member, TaskContext, TaskHashInput, Version,
};
use proptest::prelude::*;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

mod challenges;
mod faults;
mod host;
mod judging;
mod refusals;
mod results;
#[path = "../torsion/mod.rs"]
mod torsion;
mod unsound;
#[path = "../../../crypto/tests/watched/mod.rs"]
mod watched;

type Curve = Plain;

struct Setup {
	ctx: TaskContext,
	/// Of a task that takes any vector, unless the test says otherwise.
	relation: Relation,
	secrets: Vec<SealSecret>,
	rng: ChaCha20Rng,
}

/// What a cheat seals for its victim, from the right share; noise if `None`.
type Plaintext<'a> = Option<&'a dyn Fn(SecretShare) -> Vec<u8>>;

const DEALER: Identity = [0xd0; 32];
/// The field's order of Ristretto255, `2^255 - 19`: zero in another form.
const ZERO_IN_ANOTHER_FORM: SealKeyBytes = {
	let mut bytes = [0xff; 32];
	bytes[0] = 0xed;
	bytes[31] = 0x7f;
	bytes
};
/// 32 bytes that are no Ristretto255 element: `p + 0`, `p + 1`, the encoding of minus one, and a set top bit.
const NO_KEYS: [SealKeyBytes; 4] = [
	ZERO_IN_ANOTHER_FORM,
	{
		let mut bytes = ZERO_IN_ANOTHER_FORM;
		bytes[0] = 0xee;
		bytes
	},
	{
		let mut bytes = ZERO_IN_ANOTHER_FORM;
		bytes[0] = 0xec;
		bytes
	},
	[0xff; 32],
];
/// The identity of Ristretto255.
const NEUTRAL: SealKeyBytes = [0; 32];

fn setup(threshold: u8, n: u8, length: u16, seed: u64) -> Setup {
	let mut rng = ChaCha20Rng::seed_from_u64(seed);
	let secrets: Vec<_> = (0..n).map(|_| SealSecret::random(&mut rng)).collect();
	let seal_keys: Vec<SealKeyBytes> = secrets.iter().map(SealSecret::public).collect();
	let committee: Vec<_> = (1..=n)
		.zip(&seal_keys)
		.map(|(j, key)| Member { account: [j; 32], worker: [j ^ 0x80; 32], seal_key: *key })
		.collect();
	let task_hash = task_hash(&TaskHashInput {
		genesis: &[7; 32],
		task_id: 3,
		version: Version::CURRENT,
		spec: b"spec",
		class: 1,
		n,
		threshold,
		least_dealers: 10,
		deadlines: &[10, 20, 30],
		committee: &committee,
		panel: &[],
	});
	let relation = Conditions::new(length.into()).unwrap().finish();
	let (version, proof_length) = (Version::CURRENT, proof_length(&relation));
	let recipient = None;
	let ctx =
		TaskContext { version, task_hash, threshold, length, proof_length, seal_keys, recipient };
	Setup { ctx, relation, secrets, rng }
}

/// Bytes of every proof of a relation.
fn proof_length(relation: &Relation) -> u32 {
	relation.layout().proof_length() as u32
}

/// The proof that belongs to a dealing of an input, whether it holds or not.
fn proof(
	ctx: &TaskContext,
	relation: &Relation,
	(dealer, commitments): (&Identity, &[PointBytes]),
	(input, shares): (&[Scalar], &[SecretShare]),
	rng: &mut ChaCha20Rng,
) -> Vec<u8> {
	let (statement, witness) = (ctx.statement(dealer, commitments), Witness::new(relation, input));
	let blinding = vss::secret_blinding(ctx.threshold, shares).unwrap();
	validity::prove_witness::<Curve, _>(relation, &statement, &witness, &blinding, rng).unwrap()
}

impl Setup {
	/// The same committee, for vectors that satisfy a relation.
	fn of(mut self, relation: Relation) -> Self {
		self.ctx.proof_length = proof_length(&relation);
		Self { relation, ..self }
	}

	fn vector(&mut self) -> Vec<Scalar> {
		(0..self.ctx.length).map(|_| scalar::random(&mut self.rng)).collect()
	}

	fn deal(&mut self, dealer: &Identity) -> (Vec<Scalar>, DealingBytes) {
		let input = self.vector();
		let (ctx, relation, rng) = (&self.ctx, &self.relation, &mut self.rng);
		let dealing = dealer::deal::<Curve, _>(ctx, relation, dealer, &input, rng).unwrap();
		(input, dealing)
	}

	fn secret(&self, j: u8) -> &SealSecret {
		&self.secrets[usize::from(j) - 1]
	}

	/// A dealing whose sealed share for node `j` holds the given plaintext, or noise: all the rest is as it must be.
	fn cheat(&mut self, j: u8, plaintext: Plaintext<'_>) -> DealingBytes {
		let (input, ctx) = (self.vector(), &self.ctx);
		let (rng, victim) = (&mut self.rng, usize::from(j) - 1);
		let (commitments, shares) =
			vss::share::<Curve, _>(&input, ctx.threshold, ctx.n().unwrap(), rng).unwrap();
		let (commitments, rho) = (commitments.to_bytes(), SealSecret::random(rng));
		let key = dealer::sealing_key(ctx, &DEALER, j, &commitments, &rho).unwrap();
		let proof = proof(ctx, &self.relation, (&DEALER, &commitments), (&input, &shares), rng);
		let mut dealing =
			dealer::assemble(ctx, &DEALER, commitments, &shares, &rho, proof, rng).unwrap();
		dealing.sealed[victim] = match plaintext {
			Some(plaintext) => key.seal_bytes(&plaintext(shares[victim].clone())).unwrap(),
			None => vec![0xab; ciphertext_len(ctx.length())],
		};
		dealer::prove(ctx, &DEALER, &mut dealing, &rho, rng);
		dealing
	}

	/// Evidence as a liar makes it: everything true, whatever it shows.
	fn evidence(
		&mut self,
		j: u8,
		accepted: &AcceptedDigest,
		dealing: &DealingBytes,
	) -> EvidenceBytes {
		let secret = &self.secrets[usize::from(j) - 1];
		let rng = &mut self.rng;
		worker::evidence(&self.ctx, secret, j, accepted.hash(), dealing, rng).unwrap()
	}

	fn verify(&self, dealing: &DealingBytes) -> Result<AcceptedDealing, Error> {
		adjudicator::verify_dealing(&self.ctx, &DEALER, dealing, verify_signature)
	}

	fn digest(&self, dealing: &DealingBytes) -> AcceptedDigest {
		self.verify(dealing).unwrap().digest
	}

	/// Node `j`'s accusation as an honest node makes it.
	fn accuse(
		&mut self,
		j: u8,
		accepted: &AcceptedDigest,
		dealing: &DealingBytes,
	) -> Result<EvidenceBytes, Error> {
		let secret = &self.secrets[usize::from(j) - 1];
		let rng = &mut self.rng;
		worker::accuse::<Curve, _>(&self.ctx, secret, j, &DEALER, accepted, dealing, rng)
	}

	/// The commitments of one dealing as a node checks them.
	fn commitments(&mut self, dealing: &DealingBytes) -> Result<Commitments<Curve>, Fault> {
		let mut checked = worker::commitments(&self.ctx, &[dealing], &mut self.rng);
		assert_eq!(checked.len(), 1);
		checked.remove(0)
	}

	fn judge(
		&self,
		j: u8,
		accepted: &AcceptedDigest,
		evidence: &EvidenceBytes,
	) -> Result<Verdict, Error> {
		adjudicator::judge::<Curve>(&self.ctx, &DEALER, j, accepted, evidence)
	}

	fn judge_challenge(
		&self,
		accepted: &AcceptedDigest,
		challenge: &ChallengeBytes,
	) -> Result<Verdict, Error> {
		let Self { ctx, relation, .. } = self;
		adjudicator::judge_challenge::<Curve>(ctx, relation, &DEALER, accepted, challenge)
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(10))]

	/// Dealings in, shares opened and checked, result shares checked, interpolated, reconstructed, verified.
	#[test]
	fn a_task_computes_the_sum(
		(t, n) in (1u8..=4).prop_flat_map(|t| (Just(t), 2 * t + 1..=9)),
		length in 1u16..6,
		dealers in 1usize..6,
		excluded: usize,
		seed: u64,
	) {
		let mut setup = setup(t, n, length, seed);
		let mut aggregate = Aggregate::zero(t);
		let mut accepted = Vec::new();
		for i in 0..dealers {
			let dealer: Identity = [i as u8; 32];
			let (input, dealing) = setup.deal(&dealer);
			let ok = adjudicator::verify_dealing(&setup.ctx, &dealer, &dealing, verify_signature).unwrap();
			prop_assert_eq!(*ok.digest.hash(), dealing.digest(&setup.ctx.task_hash, &dealer));
			aggregate.add(&ok.commitments).unwrap();
			// state holds bytes
			aggregate = Aggregate::from_bytes(&aggregate.to_bytes(), t).unwrap();
			accepted.push((dealer, input, dealing, ok));
		}
		if dealers > 1 {
			let (_, _, _, ok) = accepted.remove(excluded % dealers);
			aggregate.sub(&ok.commitments).unwrap();
		}
		let digests: Vec<Hash> = accepted.iter().map(|(_, _, _, ok)| *ok.digest.hash()).collect();
		let h_a = adjudicator::accepted_set_hash(&setup.ctx.task_hash, &digests, &aggregate.to_bytes());
		let reversed: Vec<Hash> = digests.iter().rev().copied().collect();
		prop_assert_eq!(adjudicator::accepted_set_hash(&setup.ctx.task_hash, &reversed, &aggregate.to_bytes()), h_a);
		let sums = aggregate.checked::<Curve>().unwrap();
		prop_assert_eq!(&Commitments::<Curve>::from_stored_bytes(&aggregate.to_bytes(), t).unwrap(), &sums);

		let mut results = Vec::new();
		for j in 1..=n {
			let bodies: Vec<&DealingBytes> = accepted.iter().map(|(_, _, dealing, _)| dealing).collect();
			let points: Vec<Commitments<Curve>> = worker::commitments(&setup.ctx, &bodies, &mut setup.rng)
				.into_iter()
				.collect::<Result<_, _>>()
				.unwrap();
			let shares: Vec<_> = accepted
				.iter()
				.map(|(dealer, _, dealing, _)| worker::open(&setup.ctx, setup.secret(j), j, dealer, dealing).unwrap())
				.collect();
			let items: Vec<_> = points.iter().zip(&shares).collect();
			prop_assert!(worker::check(&setup.ctx, j, &items, &mut setup.rng).is_empty());
			let proven: Vec<_> = accepted.iter().map(|(dealer, _, dealing, _)| (dealer, dealing)).collect();
			let invalid = worker::invalid::<Curve, _>(&setup.ctx, &setup.relation, &proven, &mut setup.rng);
			prop_assert!(invalid.is_empty());
			let share = worker::aggregate(&shares).unwrap();
			prop_assert!(adjudicator::check_result_share(&sums, j, &share));
			results.push((j, share));
		}
		let (right, later) = results.split_at(usize::from(t) + 1);
		for (j, share) in later {
			prop_assert_eq!(adjudicator::lies_on(right, *j, share), Ok(true));
			let mut wrong = share.clone();
			wrong.blinding += Scalar::from(1u8);
			prop_assert_eq!(adjudicator::lies_on(right, *j, &wrong), Ok(false));
			prop_assert!(!adjudicator::check_result_share(&sums, *j, &wrong));
		}
		let (x, gamma) = adjudicator::reconstruct(right).unwrap();
		let expected: Vec<Scalar> = (0..usize::from(length))
			.map(|l| accepted.iter().map(|(_, input, _, _)| input[l]).sum())
			.collect();
		prop_assert_eq!(&x, &expected);
		let c0 = aggregate.to_bytes()[0];
		prop_assert_eq!(adjudicator::verify_result::<Curve>(&c0, &x, &gamma), Ok(true));
		prop_assert_eq!(adjudicator::verify_result::<Curve>(&c0, &x, &(gamma + Scalar::from(1u8))), Ok(false));
		let mut changed = x.clone();
		changed[0] += Scalar::from(1u8);
		prop_assert_eq!(adjudicator::verify_result::<Curve>(&c0, &changed, &gamma), Ok(false));
	}

	/// Random bytes in every place of a dealing, of evidence and of a challenge: an error or a verdict against the accuser, no
	/// panic.
	#[test]
	fn random_messages_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..400), seed: u64) {
		let mut setup = setup(1, 3, 2, seed);
		let (_, dealing) = setup.deal(&DEALER);
		let digest = setup.digest(&dealing);
		let mut pick = bytes.iter().copied().chain(std::iter::repeat(0));
		let mut take = |count: usize| pick.by_ref().take(count).collect::<Vec<u8>>();
		let mut bad = dealing.clone();
		bad.commitments[0] = take(96).try_into().unwrap();
		bad.ephemeral = take(32).try_into().unwrap();
		prop_assert!(setup.verify(&bad).is_err());
		prop_assert!(matches!(setup.commitments(&bad), Err(Fault::NotOurs(_))));
		let mut bad = dealing.clone();
		bad.ephemeral = take(32).try_into().unwrap();
		prop_assert!(setup.verify(&bad).is_err());
		let mut bad = dealing.clone();
		bad.sealed = vec![bytes.clone(); bytes.len() % 5];
		prop_assert!(setup.verify(&bad).is_err());
		let honest = setup.evidence(2, &digest, &dealing);
		let evidence = EvidenceBytes { dh: take(32).try_into().unwrap(), ..honest.clone() };
		// one of some sixteen strings of 32 bytes is an element
		prop_assert!(matches!(
			setup.judge(2, &digest, &evidence),
			Ok(Verdict::AccuserGuilty(AccuserFault::InvalidDh | AccuserFault::WrongDleq))
		));
		let point = take(96).try_into().unwrap();
		let evidence = EvidenceBytes { commitments: vec![point; 2], sealed: bytes.clone(), ..honest };
		prop_assert!(setup.judge(2, &digest, &evidence).is_err());
		let opened = worker::open(&setup.ctx, setup.secret(2), 2, &DEALER, &bad);
		prop_assert!(opened.is_err());
		let honest = worker::challenge_unjudged(&dealing);
		for challenge in [
			ChallengeBytes { validity: bytes.clone(), ..honest.clone() },
			ChallengeBytes { commitments: vec![point; 2], ..honest.clone() },
			ChallengeBytes { sealed_hashes: vec![take(32).try_into().unwrap(); 3], ..honest.clone() },
			ChallengeBytes { ephemeral: take(32).try_into().unwrap(), ..honest },
		] {
			prop_assert!(setup.judge_challenge(&digest, &challenge).is_err());
		}
		// of a dealing that holds such bytes: none is taken, unless they are as many as a proof's
		let (expected, found) = (dealing.validity.len(), bytes.len());
		let mut filled = bytes.clone();
		filled.resize(expected, 0);
		for (validity, answer) in [
			(bytes, Err(Error::Length { what: "proof", expected, found })),
			(filled, Ok(Verdict::DealerGuilty(DealerFault::InvalidInput))),
		] {
			let forged = DealingBytes { validity, ..dealing.clone() };
			let digest = AcceptedDigest::of_state(forged.digest(&setup.ctx.task_hash, &DEALER));
			let verdict = setup.judge_challenge(&digest, &worker::challenge_unjudged(&forged));
			prop_assert_eq!(verdict, answer);
		}
	}
}
