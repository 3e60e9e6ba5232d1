//! What evidence convicts of, and evidence that convicts nobody.

use super::*;

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
		// the victim sees it
		let commitments = setup.commitments(&dealing).unwrap();
		let opened = worker::open(&setup.ctx, setup.secret(4), 4, &DEALER, &dealing);
		match fault {
			DealerFault::WrongShare => {
				let share = opened.unwrap();
				let items = [(&commitments, &share)];
				assert_eq!(worker::check(&setup.ctx, 4, &items, &mut setup.rng), [0]);
			},
			fault => assert_eq!(opened, Err(worker::Fault::Dealer(fault))),
		}
		// and proves it
		let evidence = setup.accuse(4, &digest, &dealing).unwrap();
		assert_eq!(setup.judge(4, &digest, &evidence), Ok(Verdict::DealerGuilty(fault)));
		// others have nothing to complain of
		assert_eq!(setup.accuse(1, &digest, &dealing), Err(Error::NoFault));
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

	// What is no key in the place of K: whatever stands for its proof.
	for dh in NO_KEYS.into_iter().chain([NEUTRAL]) {
		for dleq in [good.dleq, [0; 64], [0xff; 64]] {
			let evidence = EvidenceBytes { dh, dleq, ..good.clone() };
			assert_eq!(
				setup.judge(2, &digest, &evidence),
				Ok(Verdict::AccuserGuilty(AccuserFault::InvalidDh))
			);
		}
	}

	// Another K, one that the accuser knows the exponent of among them, and broken proofs for the right one.
	let other = SealSecret::random(&mut setup.rng);
	let mut response = good.dleq;
	response[32] ^= 1;
	let wrong = [
		EvidenceBytes { dh: other.public(), ..good.clone() },
		EvidenceBytes { dh: dealing.ephemeral, ..good.clone() },
		EvidenceBytes { dh: setup.ctx.seal_keys[1], ..good.clone() },
		EvidenceBytes { dleq: response, ..good.clone() },
		EvidenceBytes { dleq: [0; 64], ..good.clone() },
		EvidenceBytes { dleq: [0xff; 64], ..good.clone() },
	];
	for evidence in wrong {
		assert_eq!(
			setup.judge(2, &digest, &evidence),
			Ok(Verdict::AccuserGuilty(AccuserFault::WrongDleq))
		);
	}
	// and proven as well as it can be: with the accuser's own exponent, and with that of another node
	let mut evidence = EvidenceBytes { dh: other.public(), ..good };
	let secrets = [setup.secret(2).clone(), other, setup.secret(1).clone()];
	for secret in secrets {
		let (ctx, rng) = (&setup.ctx, &mut setup.rng);
		worker::prove(ctx, &secret, 2, digest.hash(), &mut evidence, rng).unwrap();
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
	change(&|e| e.validity_hash[31] ^= 1);
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
	rotated.seal_keys[1] = new.public();
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

/// Why the proof of `rho` and the digest check exist: a worker refuses to touch a dealing under another digest.
#[test]
fn a_worker_accuses_only_under_the_accepted_digest() {
	let mut setup = setup(1, 3, 2, 7);
	let dealing = setup.cheat(2, None);
	let refused = setup.accuse(2, &AcceptedDigest::of_state([0; 32]), &dealing);
	assert_eq!(refused, Err(Error::DigestMismatch));
}
