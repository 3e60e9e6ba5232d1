//! Dealings and shapes that are turned away, and what is never dealt twice.

use super::*;

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
		version: Version::CURRENT,
		spec: b"spec",
		class: 1,
		n: 3,
		threshold: 1,
		least_dealers: 10,
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
		// made where its dealer hides among ten, taken where it hides among three
		TaskHashInput { least_dealers: 3, ..base },
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
