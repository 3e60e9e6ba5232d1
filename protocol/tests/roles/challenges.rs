//! Proofs that inputs are valid: who finds one that does not hold, what a challenge convicts of, and challenges that convict
//! nobody.

use super::{
	torsion::{of_order, shift, ORDERS},
	*,
};
use ostraka_primitives::spec::{Column, Statistic, TaskSpec};
use ostraka_protocol::statistics::validity::relation;

const INVALID: Result<Verdict, Error> = Ok(Verdict::DealerGuilty(DealerFault::InvalidInput));
const OUTSIDE: Result<Verdict, Error> = Ok(Verdict::DealerGuilty(DealerFault::OutsideSubgroup));
const HOLDS: Result<Verdict, Error> = Ok(Verdict::AccuserGuilty(AccuserFault::FalseChallenge));

/// The variance of at most a hundred numbers from -50 to 200.
fn variance() -> TaskSpec {
	let name = b"x".to_vec().try_into().unwrap();
	let column = Column { name, decimals: 0, min: -50, max: 200 };
	TaskSpec {
		statistic: Statistic::Variance,
		columns: vec![column].try_into().unwrap(),
		target: None,
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: None,
		max_rows: 100,
	}
}

/// Five nodes of such a task.
fn committee(seed: u64) -> Setup {
	setup(2, 5, 3, seed).of(relation(&variance()).unwrap())
}

/// What the rows 10, 20 and 30 give.
fn legal() -> Vec<Scalar> {
	[3u32, 60, 1400].map(Scalar::from).to_vec()
}

impl Setup {
	/// A dealing of an input with right shares and the proof that there is of it.
	fn deal_anyhow(&mut self, dealer: &Identity, input: &[Scalar]) -> DealingBytes {
		let (ctx, rng) = (&self.ctx, &mut self.rng);
		let n = ctx.n().unwrap();
		let (points, shares) = vss::share::<Curve, _>(input, ctx.threshold, n, rng).unwrap();
		let (points, rho) = (points.to_bytes(), SealSecret::random(rng));
		let proof = proof(ctx, &self.relation, (dealer, &points), (input, &shares), rng);
		dealer::assemble(ctx, dealer, points, &shares, &rho, proof, rng).unwrap()
	}

	/// The verdict on a challenge of a dealing, as of a state that holds it.
	fn challenged(&self, dealing: &DealingBytes) -> Result<Verdict, Error> {
		let digest = dealing.digest(&self.ctx.task_hash, &DEALER);
		let challenge = worker::challenge_unjudged(dealing);
		self.judge_challenge(&AcceptedDigest::of_state(digest), &challenge)
	}

	/// What a node makes of it that looks first.
	fn challenge(&self, dealing: &DealingBytes) -> Result<ChallengeBytes, Error> {
		let digest = AcceptedDigest::of_state(dealing.digest(&self.ctx.task_hash, &DEALER));
		worker::challenge::<Curve>(&self.ctx, &self.relation, &DEALER, &digest, dealing)
	}

	/// Whether workers find its proof wrong.
	fn is_invalid(&mut self, dealing: &DealingBytes) -> bool {
		let (ctx, relation) = (&self.ctx, &self.relation);
		let found =
			worker::invalid::<Curve, _>(ctx, relation, &[(&DEALER, dealing)], &mut self.rng);
		assert!(found.is_empty() || found == [0]);
		!found.is_empty()
	}
}

#[test]
fn a_dealer_deals_what_rows_could_give_and_nothing_else() {
	let mut setup = committee(1);
	let Setup { ctx, relation, rng, .. } = &mut setup;
	let mut deal = |input: &[u32]| {
		let input: Vec<_> = input.iter().copied().map(Scalar::from).collect();
		dealer::deal::<Curve, _>(ctx, relation, &DEALER, &input, rng)
	};
	let made = deal(&[3, 60, 1400]).unwrap();
	assert_eq!(deal(&[0, 0, 0]).unwrap().validity.len(), made.validity.len());
	// more rows than there may be, a larger sum than three rows have, squares below the mean's
	for input in [[101, 0, 0], [3, 601, 120_401], [3, 60, 1199], [0, 0, 1]] {
		assert_eq!(deal(&input), Err(Error::Unsatisfied), "{input:?}");
	}
	assert!(setup.verify(&made).is_ok());
	assert!(!setup.is_invalid(&made));
	assert_eq!(setup.challenged(&made), HOLDS);
	assert_eq!(setup.challenge(&made), Err(Error::NoFault));
	// the relation of another task's vectors
	let other = Conditions::new(2).unwrap().finish();
	let Setup { ctx, rng, .. } = &mut setup;
	let made = dealer::deal::<Curve, _>(ctx, &other, &DEALER, &legal(), rng);
	assert!(matches!(made, Err(Error::Length { what: "proof", .. })), "{made:?}");
}

/// Whatever is wrong with it: one verdict, by whoever looks.
#[test]
fn every_proof_that_does_not_hold_convicts_its_dealer() {
	let mut setup = committee(2);
	let honest = setup.deal_anyhow(&DEALER, &legal());
	assert_eq!(setup.challenged(&honest), HOLDS);
	let forged = [3u32, 60, 1199].map(Scalar::from);
	let mut dealings = vec![setup.deal_anyhow(&DEALER, &forged)];
	let other = setup.deal_anyhow(&DEALER, &legal());
	let mut with = |validity: &[u8]| {
		dealings.push(DealingBytes { validity: validity.to_vec(), ..honest.clone() });
	};
	let proof = &honest.validity;
	// another dealing's of the same dealer, a byte out of its place, noise
	with(&other.validity);
	with(&[&proof[1..], &proof[..1]].concat());
	with(&vec![0; proof.len()]);
	with(&vec![0xff; proof.len()]);
	for place in (0..proof.len()).step_by(97) {
		let mut changed = proof.clone();
		changed[place] ^= 1;
		with(&changed);
	}
	for dealing in &dealings {
		assert!(setup.is_invalid(dealing));
		assert_eq!(setup.challenged(dealing), INVALID);
		let challenge = setup.challenge(dealing).unwrap();
		assert_eq!(challenge, worker::challenge_unjudged(dealing));
	}
	// a share is right whatever the proof says: there is nothing to accuse of
	let forged = &dealings[0];
	let digest = setup.digest(forged);
	assert_eq!(setup.accuse(3, &digest, forged), Err(Error::NoFault));
}

/// What has another length than the task's proofs is turned away at dispatch. Where a state held it all the same, workers would
/// find it wrong, and a challenge convicts nobody.
#[test]
fn a_proof_of_another_length_is_not_taken_and_convicts_nobody() {
	let mut setup = committee(6);
	let honest = setup.deal_anyhow(&DEALER, &legal());
	let (proof, rho) = (honest.validity.as_slice(), SealSecret::random(&mut setup.rng));
	let expected = proof.len();
	let others = [
		Vec::new(),
		proof[..expected - 1].to_vec(),
		proof[1..].to_vec(),
		proof[..expected - 96].to_vec(),
		[proof, &[0]].concat(),
		[proof, proof].concat(),
	];
	for validity in others {
		let found = validity.len();
		let refused = Error::Length { what: "proof", expected, found };
		let mut dealing = DealingBytes { validity, ephemeral: rho.public(), ..honest.clone() };
		dealer::prove(&setup.ctx, &DEALER, &mut dealing, &rho, &mut setup.rng);
		assert_eq!(setup.verify(&dealing).map(|_| ()), Err(refused));
		assert!(setup.is_invalid(&dealing));
		assert_eq!(setup.challenged(&dealing), Err(refused));
		assert_eq!(setup.challenge(&dealing), Err(refused));
		// nor is anything opened of it
		let digest = AcceptedDigest::of_state(dealing.digest(&setup.ctx.task_hash, &DEALER));
		assert_eq!(setup.accuse(3, &digest, &dealing), Err(refused));
		let opened = worker::open(&setup.ctx, setup.secret(3), 3, &DEALER, &dealing);
		assert_eq!(opened, Err(Fault::NotOurs(refused)));
	}
	assert!(setup.verify(&honest).is_ok());
}

/// A relation that is not the one that the chain took dealings by, as its proofs have another length, is that of other software:
/// nobody is convicted by it, whatever the dealing and whoever challenges.
#[test]
fn a_relation_with_proofs_of_another_length_convicts_nobody() {
	let mut setup = committee(7);
	let honest = setup.deal_anyhow(&DEALER, &legal());
	let forged = setup.deal_anyhow(&DEALER, &[3u32, 60, 1199].map(Scalar::from));
	let mut outside = honest.clone();
	shift(&mut outside.commitments[0], &of_order(3));
	let expected = setup.ctx.proof_length as usize;
	let others = [
		Conditions::new(3).unwrap().finish(),
		relation(&TaskSpec { max_rows: 100_000, ..variance() }).unwrap(),
	];
	for (dealing, verdict) in [(honest, HOLDS), (forged, INVALID), (outside, OUTSIDE)] {
		assert_eq!(setup.challenged(&dealing), verdict);
		let digest = AcceptedDigest::of_state(dealing.digest(&setup.ctx.task_hash, &DEALER));
		let challenge = worker::challenge_unjudged(&dealing);
		for other in &others {
			let found = other.layout().proof_length();
			let refused = Error::Length { what: "proof", expected, found };
			let judged = adjudicator::judge_challenge::<Curve>(
				&setup.ctx, other, &DEALER, &digest, &challenge,
			);
			assert_eq!(judged, Err(refused));
			let made = worker::challenge::<Curve>(&setup.ctx, other, &DEALER, &digest, &dealing);
			assert_eq!(made, Err(refused));
		}
		// nor by the right one in a task of other proofs
		let ctx = TaskContext { proof_length: 0, ..setup.ctx.clone() };
		let (own, refused) =
			(&setup.relation, Error::Length { what: "proof", expected: 0, found: expected });
		let judged = adjudicator::judge_challenge::<Curve>(&ctx, own, &DEALER, &digest, &challenge);
		assert_eq!(judged, Err(refused));
	}
}

/// Replayed by another dealer, in another task, for another relation.
#[test]
fn a_proof_is_of_one_dealer_task_and_relation() {
	let mut setup = committee(3);
	let dealing = setup.deal_anyhow(&DEALER, &legal());
	let other = [0xee; 32];
	let digest = AcceptedDigest::of_state(dealing.digest(&setup.ctx.task_hash, &other));
	let challenge = worker::challenge_unjudged(&dealing);
	let judge = |ctx: &TaskContext, relation: &Relation, dealer: &Identity, digest| {
		adjudicator::judge_challenge::<Curve>(ctx, relation, dealer, &digest, &challenge)
	};
	assert_eq!(judge(&setup.ctx, &setup.relation, &other, digest), INVALID);
	let elsewhere = TaskContext { task_hash: [9; 32], ..setup.ctx.clone() };
	let digest = AcceptedDigest::of_state(dealing.digest(&elsewhere.task_hash, &DEALER));
	assert_eq!(judge(&elsewhere, &setup.relation, &DEALER, digest), INVALID);
	// that of a task with a row less: proofs have the same shape
	let fewer = relation(&TaskSpec { max_rows: 99, ..variance() }).unwrap();
	assert_eq!(fewer.layout(), setup.relation.layout());
	let digest = setup.digest(&dealing);
	assert_eq!(judge(&setup.ctx, &fewer, &DEALER, digest), INVALID);
	assert_eq!(judge(&setup.ctx, &setup.relation, &DEALER, digest), HOLDS);
	// and of a task with longer vectors nothing is said at all
	let longer = Conditions::new(4).unwrap().finish();
	let error = Error::Length { what: "relation", expected: 3, found: 4 };
	assert_eq!(judge(&setup.ctx, &longer, &DEALER, digest), Err(error));
}

#[test]
fn a_challenge_that_does_not_match_convicts_nobody() {
	let mut setup = committee(4);
	let legal = setup.deal_anyhow(&DEALER, &legal());
	let forged = setup.deal_anyhow(&DEALER, &[3u32, 60, 1199].map(Scalar::from));
	for (dealing, foreign) in [(&legal, &forged), (&forged, &legal)] {
		let digest = setup.digest(dealing);
		let good = worker::challenge_unjudged(dealing);
		let judge = |edit: &dyn Fn(&mut ChallengeBytes)| {
			let mut challenge = good.clone();
			edit(&mut challenge);
			setup.judge_challenge(&digest, &challenge)
		};
		let mismatches: [&dyn Fn(&mut ChallengeBytes); 7] = [
			&|c| c.commitments[0] = IDENTITY,
			&|c| c.commitments.swap(0, 1),
			&|c| c.ephemeral[31] ^= 1,
			&|c| c.sealed_hashes[4][0] ^= 1,
			&|c| c.sealed_hashes.swap(0, 1),
			&|c| c.validity[0] ^= 1,
			&|c| c.validity.clone_from(&foreign.validity),
		];
		for edit in mismatches {
			assert_eq!(judge(edit), Err(Error::DigestMismatch));
		}
		let misshapen: [&dyn Fn(&mut ChallengeBytes); 6] = [
			&|c| c.commitments.truncate(2),
			&|c| c.commitments.push(IDENTITY),
			&|c| c.sealed_hashes.truncate(4),
			&|c| c.sealed_hashes.push([0; 32]),
			&|c| c.validity.push(0),
			&|c| c.validity.clear(),
		];
		for edit in misshapen {
			assert!(matches!(judge(edit), Err(Error::Length { .. })));
		}
		assert_eq!(
			setup.judge_challenge(&AcceptedDigest::of_state([0; 32]), &good),
			Err(Error::DigestMismatch)
		);
		let (ctx, relation) = (&setup.ctx, &setup.relation);
		let judge = |ctx: &TaskContext, dealer: &Identity| {
			adjudicator::judge_challenge::<Curve>(ctx, relation, dealer, &digest, &good)
		};
		assert_eq!(judge(ctx, &[0; 32]), Err(Error::DigestMismatch));
		let elsewhere = TaskContext { task_hash: [9; 32], ..ctx.clone() };
		assert_eq!(judge(&elsewhere, &DEALER), Err(Error::DigestMismatch));
		// nor does a node make one about a dealing that the state does not hold
		let unknown = AcceptedDigest::of_state([0; 32]);
		let made = worker::challenge::<Curve>(ctx, relation, &DEALER, &unknown, dealing);
		assert_eq!(made, Err(Error::DigestMismatch));
	}
	// bytes that a dealing cannot hold as commitments: an error, were a state to hold its digest
	for (point, error) in [([0; 96], Error::NotOnCurve), ([0xff; 96], Error::NonCanonicalPoint)] {
		let mut dealing = forged.clone();
		dealing.commitments[2] = point;
		assert_eq!(setup.challenged(&dealing), Err(error));
	}
	let no_committee = TaskContext { threshold: 3, ..setup.ctx.clone() };
	let digest = forged.digest(&no_committee.task_hash, &DEALER);
	let challenge = worker::challenge_unjudged(&forged);
	let matched = adjudicator::match_challenge(&no_committee, &DEALER, &digest, &challenge);
	assert_eq!(matched, Err(Error::Parameters));
}

/// Commitments outside of the group are that fault, whatever the proof: one that was made for them, and one that holds of none.
#[test]
fn commitments_are_judged_before_the_proof() {
	for (order, k) in ORDERS.into_iter().zip([0, 1, 2].into_iter().cycle()) {
		let mut setup = committee(u64::from(order));
		let input = legal();
		let (ctx, rng) = (&setup.ctx, &mut setup.rng);
		let (points, shares) = vss::share::<Curve, _>(&input, 2, 5, rng).unwrap();
		let mut points = points.to_bytes();
		shift(&mut points[k], &of_order(order));
		let rho = SealSecret::random(rng);
		let made = proof(ctx, &setup.relation, (&DEALER, &points), (&input, &shares), rng);
		let none = vec![0; made.len()];
		for proof in [made, none] {
			let (ctx, rng, points) = (&setup.ctx, &mut setup.rng, points.clone());
			let dealing =
				dealer::assemble(ctx, &DEALER, points, &shares, &rho, proof, rng).unwrap();
			assert!(setup.verify(&dealing).is_ok(), "nobody looks at dispatch");
			assert_eq!(setup.challenged(&dealing), OUTSIDE, "{order} in C_{k}");
			assert!(setup.challenge(&dealing).is_ok());
		}
	}
}

/// Many at once: each is named by its place, whoever dealt it.
#[test]
fn a_batch_names_the_dealings_that_are_invalid() {
	let mut setup = committee(5);
	let dealers: Vec<Identity> = (1..=24).map(|number| [number; 32]).collect();
	let forged = [3u32, 60, 1199].map(Scalar::from);
	let mut dealings = Vec::new();
	let mut expected = Vec::new();
	for (place, dealer) in dealers.iter().enumerate() {
		let mut dealing = match place % 7 {
			3 => setup.deal_anyhow(dealer, &forged),
			// another's name
			5 => setup.deal_anyhow(&DEALER, &legal()),
			_ => setup.deal_anyhow(dealer, &legal()),
		};
		// no chain takes it, and a batch does not stumble over it
		if place == 20 {
			dealing.validity.pop();
		}
		if matches!(place % 7, 3 | 5) || place == 20 {
			expected.push(place);
		}
		dealings.push(dealing);
	}
	let items: Vec<_> = dealers.iter().zip(&dealings).collect();
	let Setup { ctx, relation, rng, .. } = &mut setup;
	let invalid = worker::invalid::<Curve, _>(ctx, relation, &items, rng);
	assert_eq!(invalid, expected);
	let honest: Vec<_> = items
		.iter()
		.enumerate()
		.filter(|(at, _)| !expected.contains(at))
		.map(|(_, i)| *i)
		.collect();
	assert!(worker::invalid::<Curve, _>(ctx, relation, &honest, rng).is_empty());
	assert!(worker::invalid::<Curve, _>(ctx, relation, &[], rng).is_empty());

	// who holds the points that it checked is told the same
	let bodies: Vec<&DealingBytes> = dealings.iter().collect();
	let points: Vec<Commitments<Curve>> =
		worker::commitments(ctx, &bodies, rng).into_iter().collect::<Result<_, _>>().unwrap();
	let checked: Vec<_> = dealers
		.iter()
		.zip(&dealings)
		.zip(&points)
		.map(|((dealer, dealing), points)| (dealer, dealing, points))
		.collect();
	assert_eq!(worker::invalid_of_checked(ctx, relation, &checked, rng), expected);
	// points of another dealing are no proof's
	let mut exchanged = checked.clone();
	exchanged[0].2 = &points[1];
	let refused = worker::invalid_of_checked(ctx, relation, &exchanged, rng);
	assert_eq!((refused[0], &refused[1..]), (0, &expected[..]));
	// a mask proves nothing, and moves no other's place
	ctx.recipient = Some(dealers[3]);
	expected.retain(|place| *place != 3);
	assert_eq!(worker::invalid_of_checked(ctx, relation, &checked, rng), expected);
	assert_eq!(worker::invalid::<Curve, _>(ctx, relation, &items, rng), expected);
}
