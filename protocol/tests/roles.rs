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
	dealer, task_hash, worker, Member, TaskContext, TaskHashInput,
};
use proptest::prelude::*;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

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
		spec: b"spec",
		class: 1,
		n,
		threshold,
		deadlines: &[10, 20, 30],
		committee: &committee,
	});
	Setup { ctx: TaskContext { task_hash, threshold, length, seal_keys }, secrets, rng }
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

#[test]
fn every_dealer_fault_is_convicted() {
	let mut setup = setup(2, 5, 3, 1);
	let add_one = |share: SecretShare| {
		let mut share = share;
		share.values[1] += Scalar::from(1u8);
		share.to_bytes().to_vec()
	};
	let wrong_blinding = |share: SecretShare| {
		let mut share = share;
		share.blinding += Scalar::from(1u8);
		share.to_bytes().to_vec()
	};
	let non_canonical = |share: SecretShare| {
		let mut bytes = share.to_bytes().to_vec();
		bytes[32..64].fill(0xff);
		bytes
	};
	let cases: [(DealerFault, Plaintext<'_>); 4] = [
		(DealerFault::WrongShare, Some(&add_one)),
		(DealerFault::WrongShare, Some(&wrong_blinding)),
		(DealerFault::NonCanonicalScalar, Some(&non_canonical)),
		(DealerFault::Unopenable, None),
	];
	for (fault, plaintext) in cases {
		let dealing = setup.cheat(4, plaintext);
		let digest = setup.digest(&dealing);
		let secret = setup.secret(4).clone();
		// the victim sees it
		let opened = worker::open::<Curve>(&setup.ctx, &secret, 4, &DEALER, &dealing);
		match fault {
			DealerFault::WrongShare => {
				let commitments =
					Commitments::<Curve>::from_bytes(&dealing.commitments, 2).unwrap();
				let share = opened.unwrap();
				let items = [(&commitments, &share)];
				assert_eq!(worker::check(&setup.ctx, 4, &items, &mut setup.rng), [0]);
			},
			fault => assert_eq!(opened, Err(worker::Fault::Dealer(fault))),
		}
		// and proves it
		let evidence = worker::accuse::<Curve, _>(
			&setup.ctx,
			&secret,
			4,
			&DEALER,
			&digest,
			&dealing,
			&mut setup.rng,
		)
		.unwrap();
		assert_eq!(setup.judge(4, &digest, &evidence), Ok(Verdict::DealerGuilty(fault)));
		// others have nothing to complain of
		let secret = setup.secret(1).clone();
		let refused = worker::accuse::<Curve, _>(
			&setup.ctx,
			&secret,
			1,
			&DEALER,
			&digest,
			&dealing,
			&mut setup.rng,
		);
		assert_eq!(refused, Err(Error::NoFault));
		let evidence = setup.evidence(1, &digest, &dealing);
		assert_eq!(
			setup.judge(1, &digest, &evidence),
			Ok(Verdict::AccuserGuilty(AccuserFault::FalseAccusation))
		);
	}
}

#[test]
fn every_accuser_fault_is_convicted() {
	let mut setup = setup(1, 3, 2, 2);
	let dealing = setup.cheat(2, None);
	let digest = setup.digest(&dealing);
	let good = setup.evidence(2, &digest, &dealing);
	assert_eq!(setup.judge(2, &digest, &good), Ok(Verdict::DealerGuilty(DealerFault::Unopenable)));

	// A point of order three added to K, or K replaced by what is no key.
	let three: Affine<Curve> =
		Affine::new_unchecked(ark_bls12_381::Fq::from(0u8), ark_bls12_381::Fq::from(2u8));
	let k: Affine<Curve> = ostraka_crypto::encoding::decode_key(&good.dh).unwrap();
	for dh in
		[encode_point(&(k + three).into()), encode_point(&three), IDENTITY, [0; 96], [0xff; 96]]
	{
		let evidence = EvidenceBytes { dh, ..good.clone() };
		assert_eq!(
			setup.judge(2, &digest, &evidence),
			Ok(Verdict::AccuserGuilty(AccuserFault::InvalidDh))
		);
	}

	// Another K, and broken proofs for the right one.
	let wrong = [
		EvidenceBytes { dh: encode_point(&(-k)), ..good.clone() },
		EvidenceBytes { dh: encode_point(&generators::h::<Curve>()), ..good.clone() },
		EvidenceBytes { dleq: [0; 64], ..good.clone() },
		EvidenceBytes { dleq: [0xff; 64], ..good.clone() },
	];
	for evidence in wrong {
		assert_eq!(
			setup.judge(2, &digest, &evidence),
			Ok(Verdict::AccuserGuilty(AccuserFault::WrongDleq))
		);
	}
}

#[test]
fn evidence_that_does_not_match_convicts_nobody() {
	let mut setup = setup(1, 3, 2, 3);
	let dealing = setup.cheat(2, None);
	let digest = setup.digest(&dealing);
	let good = setup.evidence(2, &digest, &dealing);
	let mut changed = Vec::new();
	let mut change = |edit: &dyn Fn(&mut EvidenceBytes)| {
		let mut evidence = good.clone();
		edit(&mut evidence);
		changed.push(evidence);
	};
	change(&|e| e.commitments[0] = IDENTITY);
	change(&|e| e.commitments.swap(0, 1));
	change(&|e| e.ephemeral = e.dh);
	change(&|e| e.sealed_hashes[0][0] ^= 1);
	change(&|e| e.sealed_hashes.swap(0, 1));
	change(&|e| e.sealed[0] ^= 1);
	for evidence in changed {
		assert_eq!(setup.judge(2, &digest, &evidence), Err(Error::DigestMismatch));
	}
	let mut misshapen = Vec::new();
	let mut change = |edit: &dyn Fn(&mut EvidenceBytes)| {
		let mut evidence = good.clone();
		edit(&mut evidence);
		misshapen.push(evidence);
	};
	change(&|e| {
		e.commitments.pop();
	});
	change(&|e| e.commitments.push(IDENTITY));
	change(&|e| {
		e.sealed_hashes.pop();
	});
	change(&|e| e.sealed_hashes.push([0; 32]));
	change(&|e| {
		e.sealed.pop();
	});
	change(&|e| e.sealed.push(0));
	for evidence in misshapen {
		assert!(matches!(setup.judge(2, &digest, &evidence), Err(Error::Length { .. })));
	}
	// another digest, dealer, node, task
	assert_eq!(
		setup.judge(2, &AcceptedDigest::of_state([0; 32]), &good),
		Err(Error::DigestMismatch)
	);
	assert_eq!(setup.judge(1, &digest, &good), Err(Error::DigestMismatch));
	assert_eq!(setup.judge(0, &digest, &good), Err(Error::Index));
	assert_eq!(setup.judge(4, &digest, &good), Err(Error::Index));
	let elsewhere = adjudicator::judge::<Curve>(&setup.ctx, &[0; 32], 2, &digest, &good);
	assert_eq!(elsewhere, Err(Error::DigestMismatch));
	let mut other_task = setup.ctx.clone();
	other_task.task_hash[0] ^= 1;
	let elsewhere = adjudicator::judge::<Curve>(&other_task, &DEALER, 2, &digest, &good);
	assert_eq!(elsewhere, Err(Error::DigestMismatch));
}

/// Keys are pinned to the task: after a rotation, the evidence made with the old key still convicts under the task's
/// context, and a context with the new key has another task hash.
#[test]
fn rotation_does_not_touch_a_running_task() {
	let mut setup = setup(1, 3, 2, 4);
	let dealing = setup.cheat(2, None);
	let digest = setup.digest(&dealing);
	let evidence = setup.evidence(2, &digest, &dealing);
	let mut rotated = setup.ctx.clone();
	let new = SealSecret::random(&mut setup.rng);
	rotated.seal_keys[1] = encode_point(&new.public::<Curve>());
	// Were the runtime to judge by the new key, an honest accuser would be convicted: hence the pinning.
	assert_eq!(
		adjudicator::judge::<Curve>(&rotated, &DEALER, 2, &digest, &evidence),
		Ok(Verdict::AccuserGuilty(AccuserFault::WrongDleq))
	);
	assert_eq!(
		setup.judge(2, &digest, &evidence),
		Ok(Verdict::DealerGuilty(DealerFault::Unopenable))
	);
}

#[test]
fn bad_dealings_are_turned_away() {
	let mut setup = setup(1, 3, 2, 5);
	let (_, good) = setup.deal(&DEALER);
	let verify = |dealing: &DealingBytes| {
		adjudicator::verify_dealing::<Curve>(&setup.ctx, &DEALER, dealing).map(|_| ())
	};
	assert_eq!(verify(&good), Ok(()));
	let refused = |edit: &dyn Fn(&mut DealingBytes)| {
		let mut dealing = good.clone();
		edit(&mut dealing);
		verify(&dealing).unwrap_err()
	};
	let three: Affine<Curve> =
		Affine::new_unchecked(ark_bls12_381::Fq::from(0u8), ark_bls12_381::Fq::from(2u8));
	let three = encode_point(&three);
	assert_eq!(refused(&|d| d.commitments[1] = three), Error::NotInSubgroup);
	assert_eq!(refused(&|d| d.ephemeral = three), Error::NotInSubgroup);
	assert_eq!(refused(&|d| d.ephemeral = IDENTITY), Error::Identity);
	assert_eq!(refused(&|d| d.commitments[0] = [0; 96]), Error::NotOnCurve);
	assert_eq!(refused(&|d| d.commitments[0][0] |= 0x80), Error::NonCanonicalPoint);
	assert_eq!(refused(&|d| d.proof = [0xff; 64]), Error::NonCanonicalScalar);
	assert_eq!(refused(&|d| d.proof = [0; 64]), Error::InvalidProof);
	// legal points in the wrong place, and ciphertexts: all under the proof
	assert_eq!(refused(&|d| d.commitments[0] = IDENTITY), Error::InvalidProof);
	assert_eq!(refused(&|d| d.commitments.swap(0, 1)), Error::InvalidProof);
	assert_eq!(refused(&|d| d.ephemeral = d.commitments[0]), Error::InvalidProof);
	assert_eq!(refused(&|d| d.sealed[2][5] ^= 1), Error::InvalidProof);
	assert_eq!(refused(&|d| d.sealed.swap(0, 1)), Error::InvalidProof);
	let edits: [&dyn Fn(&mut DealingBytes); 6] = [
		&|d| {
			d.commitments.pop();
		},
		&|d| d.commitments.push(IDENTITY),
		&|d| {
			d.sealed.pop();
		},
		&|d| d.sealed.push(d.sealed[0].clone()),
		&|d| {
			d.sealed[1].pop();
		},
		&|d| d.sealed[1].push(0),
	];
	for edit in edits {
		assert!(matches!(refused(edit), Error::Length { .. }));
	}
}

/// A dealing replayed under another account, to another task, or on another chain does not verify: nor does a copied
/// `R` with the copied proof in a dealing of one's own.
#[test]
fn dealings_cannot_be_replayed() {
	let mut setup = setup(1, 3, 2, 6);
	let (_, dealing) = setup.deal(&DEALER);
	let verify = |ctx: &TaskContext, dealer, dealing| {
		adjudicator::verify_dealing::<Curve>(ctx, dealer, dealing).map(|_| ())
	};
	assert_eq!(verify(&setup.ctx, &[0; 32], &dealing), Err(Error::InvalidProof));
	let committee: Vec<_> = (1..=3u8)
		.zip(&setup.ctx.seal_keys)
		.map(|(j, key)| Member { account: [j; 32], worker: [j ^ 0x80; 32], seal_key: *key })
		.collect();
	let base = TaskHashInput {
		genesis: &[7; 32],
		task_id: 3,
		spec: b"spec",
		class: 1,
		n: 3,
		threshold: 1,
		deadlines: &[10, 20, 30],
		committee: &committee,
	};
	assert_eq!(task_hash(&base), setup.ctx.task_hash);
	let mut rotated = committee.clone();
	rotated[0].seal_key = rotated[1].seal_key;
	let mut reworked = committee.clone();
	reworked[2].worker = [0; 32];
	let mut resold = committee.clone();
	resold[2].account = [0; 32];
	let others = [
		TaskHashInput { genesis: &[8; 32], ..base },
		TaskHashInput { task_id: 4, ..base },
		TaskHashInput { spec: b"speck", ..base },
		TaskHashInput { class: 2, ..base },
		TaskHashInput { n: 4, ..base },
		TaskHashInput { threshold: 2, ..base },
		TaskHashInput { deadlines: &[10, 20, 31], ..base },
		TaskHashInput { deadlines: &[10, 20], ..base },
		TaskHashInput { committee: &committee[..2], ..base },
		TaskHashInput { committee: &rotated, ..base },
		TaskHashInput { committee: &reworked, ..base },
		TaskHashInput { committee: &resold, ..base },
	];
	for other in others {
		let ctx = TaskContext { task_hash: task_hash(&other), ..setup.ctx.clone() };
		assert_ne!(ctx.task_hash, setup.ctx.task_hash);
		assert_eq!(verify(&ctx, &DEALER, &dealing), Err(Error::InvalidProof));
	}
	let (_, mut own) = setup.deal(&[0xee; 32]);
	own.ephemeral = dealing.ephemeral;
	own.proof = dealing.proof;
	assert_eq!(verify(&setup.ctx, &[0xee; 32], &own), Err(Error::InvalidProof));
}

/// Why the proof of `rho` and the digest check exist: a worker refuses to touch a dealing under another digest.
#[test]
fn a_worker_accuses_only_under_the_accepted_digest() {
	let mut setup = setup(1, 3, 2, 7);
	let dealing = setup.cheat(2, None);
	let secret = setup.secret(2).clone();
	let refused = worker::accuse::<Curve, _>(
		&setup.ctx,
		&secret,
		2,
		&DEALER,
		&AcceptedDigest::of_state([0; 32]),
		&dealing,
		&mut setup.rng,
	);
	assert_eq!(refused, Err(Error::DigestMismatch));
}

/// Two wrong result shares whose errors cancel at zero: the reconstructed value is right and each share is still found
/// out. Checking the value alone would take both for right and the next honest share for wrong.
#[test]
fn errors_that_cancel_at_zero_are_found() {
	let mut setup = setup(1, 3, 2, 8);
	let (input, dealing) = setup.deal(&DEALER);
	let ok = adjudicator::verify_dealing::<Curve>(&setup.ctx, &DEALER, &dealing).unwrap();
	let mut aggregate = Aggregate::zero(1);
	aggregate.add(&ok.commitments).unwrap();
	let open =
		|j| worker::open::<Curve>(&setup.ctx, setup.secret(j), j, &DEALER, &dealing).unwrap();
	let weights = ostraka_crypto::polynomial::lagrange(&[1, 2], 0).unwrap();
	let (mut a, mut b) = (open(1), open(2));
	a.values[0] += weights[1];
	b.values[0] -= weights[0];
	let (x, gamma) = adjudicator::reconstruct(&[(1, a.clone()), (2, b.clone())]).unwrap();
	assert_eq!(x, input);
	let c0 = aggregate.to_bytes()[0];
	assert_eq!(adjudicator::verify_result::<Curve>(&c0, &x, &gamma), Ok(true));
	assert!(!adjudicator::check_result_share(&aggregate, 1, &a));
	assert!(!adjudicator::check_result_share(&aggregate, 2, &b));
	assert_eq!(adjudicator::lies_on(&[(1, a), (2, b)], 3, &open(3)), Ok(false));
	assert!(adjudicator::check_result_share(&aggregate, 3, &open(3)));
}

/// A share interpolated from others' reveals is right, but its commitment must have been posted before.
#[test]
fn result_commitments_bind_everything() {
	let share = SecretShare { values: vec![Scalar::from(1u8)], blinding: Scalar::from(2u8) };
	let other = SecretShare { values: vec![Scalar::from(2u8)], blinding: Scalar::from(1u8) };
	let base = adjudicator::result_commitment(&[1; 32], 1, &[2; 32], &share);
	assert_ne!(base, adjudicator::result_commitment(&[0; 32], 1, &[2; 32], &share));
	assert_ne!(base, adjudicator::result_commitment(&[1; 32], 2, &[2; 32], &share));
	assert_ne!(base, adjudicator::result_commitment(&[1; 32], 1, &[0; 32], &share));
	assert_ne!(base, adjudicator::result_commitment(&[1; 32], 1, &[2; 32], &other));
	assert_eq!(base, adjudicator::result_commitment(&[1; 32], 1, &[2; 32], &share.clone()));
}

/// Two forks that accepted different dealings have different `h_A`.
#[test]
fn the_accepted_set_hash_binds_everything() {
	let base = adjudicator::accepted_set_hash(&[0; 32], &[[1; 32], [2; 32]], &[IDENTITY]);
	assert_ne!(base, adjudicator::accepted_set_hash(&[1; 32], &[[1; 32], [2; 32]], &[IDENTITY]));
	assert_ne!(base, adjudicator::accepted_set_hash(&[0; 32], &[[1; 32]], &[IDENTITY]));
	assert_ne!(base, adjudicator::accepted_set_hash(&[0; 32], &[[1; 32], [3; 32]], &[IDENTITY]));
	assert_ne!(
		base,
		adjudicator::accepted_set_hash(&[0; 32], &[[1; 32], [2; 32]], &[IDENTITY, IDENTITY])
	);
}

#[test]
fn misfits_are_errors() {
	let mut setup = setup(1, 3, 2, 9);
	let mut aggregate = Aggregate::<Curve>::zero(1);
	let three = Commitments(vec![Affine::identity(); 3]);
	assert!(matches!(aggregate.add(&three), Err(Error::Length { .. })));
	assert!(matches!(aggregate.sub(&three), Err(Error::Length { .. })));
	assert_eq!(aggregate.to_bytes(), [IDENTITY; 2]);
	assert!(Aggregate::<Curve>::from_bytes(&[IDENTITY; 3], 1).is_err());
	let out: Affine<Curve> =
		Affine::new_unchecked(ark_bls12_381::Fq::from(0u8), ark_bls12_381::Fq::from(2u8));
	let out = [encode_point(&out), IDENTITY];
	assert!(Aggregate::<Curve>::from_untrusted_bytes(&out, 1).is_err());
	assert_eq!(
		adjudicator::verify_result::<Curve>(&out[0], &[Scalar::from(1u8)], &Scalar::from(1u8)),
		Err(Error::NotInSubgroup)
	);
	assert_eq!(
		adjudicator::verify_result::<Curve>(&IDENTITY, &[], &Scalar::from(0u8)),
		Err(Error::VectorLength)
	);
	assert!(worker::aggregate(&[]).is_err());
	assert!(worker::aggregate(&[SecretShare::zero(1), SecretShare::zero(2)]).is_err());

	let short = dealer::deal::<Curve, _>(&setup.ctx, &DEALER, &[Scalar::from(1u8)], &mut setup.rng);
	assert!(matches!(short, Err(Error::Length { .. })));
	let mut ctx = setup.ctx.clone();
	ctx.seal_keys[1] = IDENTITY;
	let input = setup.vector();
	let no_key = dealer::deal::<Curve, _>(&ctx, &DEALER, &input, &mut setup.rng);
	assert_eq!(no_key.unwrap_err(), Error::Identity);
	for (threshold, n) in [(0, 3), (2, 3), (1, 0), (1, 256)] {
		let ctx = TaskContext {
			threshold,
			seal_keys: vec![setup.ctx.seal_keys[0]; n],
			..setup.ctx.clone()
		};
		let refused = dealer::deal::<Curve, _>(&ctx, &DEALER, &input, &mut setup.rng);
		assert_eq!(refused.unwrap_err(), Error::Parameters);
	}
	// a share of another shape beside a right one
	let (_, dealing) = setup.deal(&DEALER);
	let share = worker::open::<Curve>(&setup.ctx, setup.secret(1), 1, &DEALER, &dealing).unwrap();
	let commitments = Commitments::from_bytes(&dealing.commitments, 1).unwrap();
	let items = [(&commitments, &SecretShare::zero(1)), (&commitments, &share), (&three, &share)];
	assert_eq!(worker::check(&setup.ctx, 1, &items, &mut setup.rng), [0, 2]);
}

/// Fresh polynomials and a fresh `rho` in every dealing of one input.
#[test]
fn a_retry_is_a_new_dealing() {
	let mut setup = setup(1, 3, 2, 10);
	let input = setup.vector();
	let mut deal =
		|| dealer::deal::<Curve, _>(&setup.ctx, &DEALER, &input, &mut setup.rng).unwrap();
	let (a, b) = (deal(), deal());
	assert_ne!(a.ephemeral, b.ephemeral);
	assert!(a.commitments.iter().all(|point| !b.commitments.contains(point)));
	assert!(a.sealed.iter().zip(&b.sealed).all(|(x, y)| x != y));
}
