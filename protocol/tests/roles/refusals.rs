//! Dealings and shapes that are turned away, and what is never dealt twice.

use super::{torsion, *};

#[test]
fn bad_dealings_are_turned_away() {
	let mut setup = setup(1, 3, 2, 5);
	let (_, good) = setup.deal(&DEALER);
	let verify = |dealing: &DealingBytes| setup.verify(dealing).map(|_| ());
	assert_eq!(verify(&good), Ok(()));
	let refused = |edit: &dyn Fn(&mut DealingBytes)| {
		let mut dealing = good.clone();
		edit(&mut dealing);
		verify(&dealing).unwrap_err()
	};
	for key in NO_KEYS {
		assert_eq!(refused(&|d| d.ephemeral = key), Error::InvalidProof);
	}
	assert_eq!(refused(&|d| d.ephemeral = NEUTRAL), Error::Identity);
	assert_eq!(refused(&|d| d.commitments[0] = [0; 96]), Error::NotOnCurve);
	assert_eq!(refused(&|d| d.commitments[0][0] |= 0x80), Error::NonCanonicalPoint);
	for broken in [[0xff; 64], [0; 64]] {
		assert_eq!(refused(&|d| d.proof = broken), Error::InvalidProof);
	}
	for place in [0, 31, 32, 63] {
		assert_eq!(refused(&|d| d.proof[place] ^= 1), Error::InvalidProof);
	}
	// Outside of the group is no reason to refuse: under the proof it is.
	let shift = |d: &mut DealingBytes| torsion::shift(&mut d.commitments[1], &torsion::of_order(3));
	assert_eq!(refused(&shift), Error::InvalidProof);
	// legal points in the wrong place, and ciphertexts: all under the proof
	assert_eq!(refused(&|d| d.commitments[0] = IDENTITY), Error::InvalidProof);
	assert_eq!(refused(&|d| d.commitments.swap(0, 1)), Error::InvalidProof);
	assert_eq!(refused(&|d| d.ephemeral = setup.ctx.seal_keys[0]), Error::InvalidProof);
	assert_eq!(refused(&|d| d.sealed[2][5] ^= 1), Error::InvalidProof);
	assert_eq!(refused(&|d| d.sealed.swap(0, 1)), Error::InvalidProof);
	// the proof of validity too: nobody looks into it
	assert_eq!(refused(&|d| d.validity[0] ^= 1), Error::InvalidProof);
	let edits: [&dyn Fn(&mut DealingBytes); 9] = [
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
		&|d| d.validity.clear(),
		&|d| d.validity.push(0),
		&|d| {
			d.validity.pop();
		},
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
		adjudicator::verify_dealing(ctx, dealer, dealing, verify_signature).map(|_| ())
	};
	assert_eq!(verify(&setup.ctx, &[0; 32], &dealing), Err(Error::InvalidProof));
	let committee: Vec<_> = (1..=3u8)
		.zip(&setup.ctx.seal_keys)
		.map(|(j, key)| Member { account: [j; 32], worker: [j ^ 0x80; 32], seal_key: *key })
		.collect();
	let base = TaskHashInput {
		genesis: &[7; 32],
		task_id: 3,
		version: Version::CURRENT,
		spec: b"spec",
		class: 1,
		n: 3,
		threshold: 1,
		least_dealers: 10,
		deadlines: &[10, 20, 30],
		committee: &committee,
		panel: &[],
	};
	assert_eq!(task_hash(&base), setup.ctx.task_hash);
	let mut rotated = committee.clone();
	rotated[0].seal_key = rotated[1].seal_key;
	let mut reworked = committee.clone();
	reworked[2].worker = [0; 32];
	let mut resold = committee.clone();
	resold[2].account = [0; 32];
	let watched = [Member { account: [4; 32], worker: [0x84; 32], seal_key: [5; 32] }];
	let others = [
		TaskHashInput { genesis: &[8; 32], ..base },
		TaskHashInput { task_id: 4, ..base },
		TaskHashInput { spec: b"speck", ..base },
		TaskHashInput { class: 2, ..base },
		TaskHashInput { n: 4, ..base },
		TaskHashInput { threshold: 2, ..base },
		// made where its dealer hides among ten, taken where it hides among three
		TaskHashInput { least_dealers: 3, ..base },
		TaskHashInput { deadlines: &[10, 20, 31], ..base },
		TaskHashInput { deadlines: &[10, 20], ..base },
		TaskHashInput { committee: &committee[..2], ..base },
		TaskHashInput { committee: &rotated, ..base },
		TaskHashInput { committee: &reworked, ..base },
		TaskHashInput { committee: &resold, ..base },
		// watched by somebody
		TaskHashInput { panel: &watched, ..base },
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

/// Under the identity anybody's proof holds: it is refused as a key.
#[test]
fn the_identity_is_no_r() {
	let mut setup = setup(1, 3, 2, 11);
	let (_, mut dealing) = setup.deal(&DEALER);
	dealing.ephemeral = NEUTRAL;
	// the response zero to the first message zero; the top bit marks the scheme
	dealing.proof = [0; 64];
	dealing.proof[63] = 0x80;
	let digest = dealing.digest(&setup.ctx.task_hash, &DEALER);
	let message = proofs::rho_message(&digest);
	assert!(verify_signature(&dealing.proof, &message, &NEUTRAL), "the equation holds");
	assert_eq!(setup.verify(&dealing).map(|_| ()), Err(Error::Identity));
}

/// Somebody's public account, or another node's key, in the place of `R`: its owner has signed much, but not this dealing. So
/// nobody makes a node reveal what is sealed, or was sent, to that key.
#[test]
fn r_cannot_be_a_key_of_another() {
	let mut setup = setup(1, 3, 2, 12);
	let (_, good) = setup.deal(&DEALER);
	let owner = SealSecret::random(&mut setup.rng);
	let mut dealing = DealingBytes { ephemeral: owner.public(), ..good };
	let digest = dealing.digest(&setup.ctx.task_hash, &DEALER);
	let verify = |dealing: &DealingBytes| setup.verify(dealing).map(|_| ());
	let elsewhere = TaskContext { task_hash: [9; 32], ..setup.ctx.clone() };
	let other_task = dealing.digest(&elsewhere.task_hash, &DEALER);
	let other_dealer = dealing.digest(&setup.ctx.task_hash, &[0; 32]);
	let rng = &mut setup.rng.clone();
	let others = [[0; 32], [0xff; 32], other_task, other_dealer];
	// what the owner has signed, and what the dealer can
	let mut proofs: Vec<_> =
		others.iter().map(|other| proofs::prove_rho(other, &owner, rng)).collect();
	proofs.push(proofs::prove_rho(&digest, &SealSecret::random(rng), rng));
	proofs.push(dealing.proof);
	for proof in proofs {
		dealing.proof = proof;
		assert_eq!(verify(&dealing), Err(Error::InvalidProof));
	}
	// With the owner's consent it would be no other's key.
	dealing.proof = proofs::prove_rho(&digest, &owner, rng);
	assert_eq!(verify(&dealing), Ok(()));
}

/// The caller's check decides, and is asked for the dealing's own message under `R`.
#[test]
fn the_proof_is_what_the_host_says() {
	let mut setup = setup(1, 3, 2, 13);
	let (_, dealing) = setup.deal(&DEALER);
	let no = |_: &[u8; 64], _: &[u8], _: &[u8; 32]| false;
	let refused = adjudicator::verify_dealing(&setup.ctx, &DEALER, &dealing, no);
	assert_eq!(refused.map(|_| ()), Err(Error::InvalidProof));
	let own = |_: &[u8; 64], message: &[u8], _: &[u8; 32]| {
		message.len() == 46 && message.starts_with(b"ostraka/rho/v2")
	};
	assert!(adjudicator::verify_dealing(&setup.ctx, &DEALER, &dealing, own).is_ok());
}

#[test]
fn misfits_are_errors() {
	let mut setup = setup(1, 3, 2, 9);
	let mut aggregate = Aggregate::zero(1);
	let three = UncheckedCommitments::from_bytes(&[IDENTITY; 3], 2).unwrap();
	assert!(matches!(aggregate.add(&three), Err(Error::Length { .. })));
	assert!(matches!(aggregate.sub(&three), Err(Error::Length { .. })));
	assert_eq!(aggregate.to_bytes(), [IDENTITY; 2]);
	assert!(Aggregate::from_bytes(&[IDENTITY; 3], 1).is_err());
	let mut flagged = IDENTITY;
	flagged[0] |= 0x80;
	assert_eq!(Aggregate::from_bytes(&[[0; 96], IDENTITY], 1), Err(Error::NotOnCurve));
	assert_eq!(Aggregate::from_bytes(&[flagged, IDENTITY], 1), Err(Error::NonCanonicalPoint));
	let mut out = IDENTITY;
	torsion::shift(&mut out, &torsion::of_order(3));
	let unsound = Aggregate::from_bytes(&[out, IDENTITY], 1).unwrap();
	assert_eq!(unsound.checked::<Curve>(), Err(Error::NotInSubgroup));
	assert_eq!(
		adjudicator::verify_result::<Curve>(&out, &[Scalar::from(1u8)], &Scalar::from(1u8)),
		Err(Error::NotInSubgroup)
	);
	assert_eq!(
		adjudicator::verify_result::<Curve>(&IDENTITY, &[], &Scalar::from(0u8)),
		Err(Error::VectorLength)
	);
	assert!(worker::aggregate(&[]).is_err());
	assert!(worker::aggregate(&[SecretShare::zero(1), SecretShare::zero(2)]).is_err());

	let (relation, one) = (setup.relation.clone(), [Scalar::from(1u8)]);
	let short = dealer::deal::<Curve, _>(&setup.ctx, &relation, &DEALER, &one, &mut setup.rng);
	assert!(matches!(short, Err(Error::Length { .. })));
	let mut ctx = setup.ctx.clone();
	let input = setup.vector();
	for (key, error) in [(NEUTRAL, Error::Identity), (NO_KEYS[0], Error::NonCanonicalKey)] {
		ctx.seal_keys[1] = key;
		let no_key = dealer::deal::<Curve, _>(&ctx, &relation, &DEALER, &input, &mut setup.rng);
		assert_eq!(no_key.unwrap_err(), error);
		let rho = SealSecret::random(&mut setup.rng);
		let no_key = dealer::sealing_key(&ctx, &DEALER, 2, &[], &rho);
		assert_eq!(no_key.map(|_| ()), Err(error));
	}
	for (threshold, n) in [(0, 3), (2, 3), (1, 0), (1, 256)] {
		let ctx = TaskContext {
			threshold,
			seal_keys: vec![setup.ctx.seal_keys[0]; n],
			..setup.ctx.clone()
		};
		let refused = dealer::deal::<Curve, _>(&ctx, &relation, &DEALER, &input, &mut setup.rng);
		assert_eq!(refused.unwrap_err(), Error::Parameters);
	}
	// a share of another shape beside a right one
	let (_, dealing) = setup.deal(&DEALER);
	let share = worker::open(&setup.ctx, setup.secret(1), 1, &DEALER, &dealing).unwrap();
	let commitments = setup.commitments(&dealing).unwrap();
	let three = three.check().unwrap();
	let items = [(&commitments, &SecretShare::zero(1)), (&commitments, &share), (&three, &share)];
	assert_eq!(worker::check(&setup.ctx, 1, &items, &mut setup.rng), [0, 2]);
}

/// Fresh polynomials and a fresh `rho` in every dealing of one input.
#[test]
fn a_retry_is_a_new_dealing() {
	let mut setup = setup(1, 3, 2, 10);
	let input = setup.vector();
	let Setup { ctx, relation, rng, .. } = &mut setup;
	let mut deal = || dealer::deal::<Curve, _>(ctx, relation, &DEALER, &input, rng).unwrap();
	let (a, b) = (deal(), deal());
	assert_ne!(a.ephemeral, b.ephemeral);
	assert!(a.commitments.iter().all(|point| !b.commitments.contains(point)));
	assert!(a.sealed.iter().zip(&b.sealed).all(|(x, y)| x != y));
	assert!(a.validity.chunks(32).zip(b.validity.chunks(32)).all(|(x, y)| x != y));
}
