//! The roles together, without a chain: whole tasks, every fault that an accusation can name, and every message that
//! must be turned away.

use ostraka_crypto::{
	encoding::{encode_point, IDENTITY},
	generators,
	messages::{DealingBytes, EvidenceBytes},
	scalar,
	seal::{ciphertext_len, SealSecret},
	vss::{self, Commitments, SecretShare},
	Affine, Error, Hash, Identity, Plain, PointBytes, Scalar,
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Aggregate, Verdict},
	dealer, task_hash, worker, Member, TaskContext, TaskHashInput, Version,
};
use proptest::prelude::*;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

mod faults;
mod judging;
mod refusals;
mod results;

type Curve = Plain;

struct Setup {
	ctx: TaskContext,
	secrets: Vec<SealSecret>,
	rng: ChaCha20Rng,
}

/// What a cheat seals for its victim, from the right share; noise if `None`.
type Plaintext<'a> = Option<&'a dyn Fn(SecretShare) -> Vec<u8>>;

const DEALER: Identity = [0xd0; 32];

fn setup(threshold: u8, n: u8, length: u16, seed: u64) -> Setup {
	let mut rng = ChaCha20Rng::seed_from_u64(seed);
	let secrets: Vec<_> = (0..n).map(|_| SealSecret::random(&mut rng)).collect();
	let seal_keys: Vec<PointBytes> =
		secrets.iter().map(|secret| encode_point(&secret.public::<Curve>())).collect();
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
	});
	let version = Version::CURRENT;
	Setup { ctx: TaskContext { version, task_hash, threshold, length, seal_keys }, secrets, rng }
}

impl Setup {
	fn vector(&mut self) -> Vec<Scalar> {
		(0..self.ctx.length).map(|_| scalar::random(&mut self.rng)).collect()
	}

	fn deal(&mut self, dealer: &Identity) -> (Vec<Scalar>, DealingBytes) {
		let input = self.vector();
		let dealing = dealer::deal::<Curve, _>(&self.ctx, dealer, &input, &mut self.rng).unwrap();
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
		let key = dealer::sealing_key::<Curve>(ctx, &DEALER, j, &commitments, &rho).unwrap();
		let mut dealing =
			dealer::assemble::<Curve, _>(ctx, &DEALER, commitments, &shares, &rho, rng).unwrap();
		dealing.sealed[victim] = match plaintext {
			Some(plaintext) => key.seal_bytes(&plaintext(shares[victim].clone())).unwrap(),
			None => vec![0xab; ciphertext_len(ctx.length())],
		};
		dealer::prove::<Curve, _>(ctx, &DEALER, &mut dealing, &rho, rng);
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
		worker::evidence::<Curve, _>(&self.ctx, secret, j, accepted.hash(), dealing, rng).unwrap()
	}

	fn digest(&self, dealing: &DealingBytes) -> AcceptedDigest {
		adjudicator::verify_dealing::<Curve>(&self.ctx, &DEALER, dealing).unwrap().digest
	}

	fn judge(
		&self,
		j: u8,
		accepted: &AcceptedDigest,
		evidence: &EvidenceBytes,
	) -> Result<Verdict, Error> {
		adjudicator::judge::<Curve>(&self.ctx, &DEALER, j, accepted, evidence)
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
		let mut aggregate = Aggregate::<Curve>::zero(t);
		let mut accepted = Vec::new();
		for i in 0..dealers {
			let dealer: Identity = [i as u8; 32];
			let (input, dealing) = setup.deal(&dealer);
			let ok = adjudicator::verify_dealing::<Curve>(&setup.ctx, &dealer, &dealing).unwrap();
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

		let mut results = Vec::new();
		for j in 1..=n {
			let shares: Vec<_> = accepted
				.iter()
				.map(|(dealer, _, dealing, _)| worker::open::<Curve>(&setup.ctx, setup.secret(j), j, dealer, dealing).unwrap())
				.collect();
			let items: Vec<_> = accepted.iter().zip(&shares).map(|((_, _, _, ok), share)| (&ok.commitments, share)).collect();
			prop_assert!(worker::check(&setup.ctx, j, &items, &mut setup.rng).is_empty());
			let share = worker::aggregate(&shares).unwrap();
			prop_assert!(adjudicator::check_result_share(&aggregate, j, &share));
			results.push((j, share));
		}
		let (right, later) = results.split_at(usize::from(t) + 1);
		for (j, share) in later {
			prop_assert_eq!(adjudicator::lies_on(right, *j, share), Ok(true));
			let mut wrong = share.clone();
			wrong.blinding += Scalar::from(1u8);
			prop_assert_eq!(adjudicator::lies_on(right, *j, &wrong), Ok(false));
			prop_assert!(!adjudicator::check_result_share(&aggregate, *j, &wrong));
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

	/// Random bytes in every place of a dealing and of evidence: an error or a verdict against the accuser, no panic.
	#[test]
	fn random_messages_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..400), seed: u64) {
		let mut setup = setup(1, 3, 2, seed);
		let (_, dealing) = setup.deal(&DEALER);
		let digest = setup.digest(&dealing);
		let mut pick = bytes.iter().copied().chain(std::iter::repeat(0));
		let mut take = |count: usize| pick.by_ref().take(count).collect::<Vec<u8>>();
		let mut point = || -> PointBytes { take(96).try_into().unwrap() };
		let mut bad = dealing.clone();
		bad.commitments[0] = point();
		bad.ephemeral = point();
		prop_assert!(adjudicator::verify_dealing::<Curve>(&setup.ctx, &DEALER, &bad).is_err());
		let mut bad = dealing.clone();
		bad.sealed = vec![bytes.clone(); bytes.len() % 5];
		prop_assert!(adjudicator::verify_dealing::<Curve>(&setup.ctx, &DEALER, &bad).is_err());
		let honest = setup.evidence(2, &digest, &dealing);
		let evidence = EvidenceBytes { dh: point(), ..honest.clone() };
		prop_assert_eq!(setup.judge(2, &digest, &evidence), Ok(Verdict::AccuserGuilty(AccuserFault::InvalidDh)));
		let evidence = EvidenceBytes { commitments: vec![point(); 2], sealed: bytes.clone(), ..honest };
		prop_assert!(setup.judge(2, &digest, &evidence).is_err());
		let opened = worker::open::<Curve>(&setup.ctx, setup.secret(2), 2, &DEALER, &bad);
		prop_assert!(opened.is_err());
	}
}
