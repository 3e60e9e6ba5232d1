//! What a host is given. Dealings with points outside of the subgroup of prime order, in every place, are judged, checked in
//! batches, added up and settled by arithmetic whose host panics at such a point: accused and not accused, alone and cancelling.

use super::{
	torsion::{of_order, shift, ORDERS},
	unsound::{committee, shifted, Point, NODES, THRESHOLD},
	watched::{host_points, Watched},
	*,
};
use ostraka_crypto::curve::lift;
use ostraka_protocol::masking::{self, Opening};

const OUTSIDE: Verdict = Verdict::DealerGuilty(DealerFault::OutsideSubgroup);

/// A point of this order in each commitment, and one that cancels within the dealing.
fn parts(order: u32) -> Vec<Vec<(usize, Point)>> {
	let (point, opposite) = (of_order(order), -of_order(order));
	let mut parts: Vec<_> = (0..=usize::from(THRESHOLD)).map(|k| vec![(k, point)]).collect();
	parts.push(vec![(0, point), (2, opposite)]);
	parts
}

/// Accused and challenged, by evidence that reveals nothing and by evidence that does: the host is given nothing at all.
#[test]
fn a_dispute_of_torsion_gives_the_host_nothing() {
	for order in ORDERS {
		let mut setup = committee(u64::from(order));
		for by in parts(order) {
			let dealing = shifted(&mut setup, &DEALER, &by);
			let digest = setup.digest(&dealing);
			let before = host_points();
			let Setup { ctx, relation, secrets, rng } = &mut setup;
			let checked = worker::commitments::<Watched, _>(ctx, &[&dealing], rng);
			assert_eq!(checked, [Err(Fault::Dealer(DealerFault::OutsideSubgroup))]);
			let secret = &secrets[1];
			let unopened =
				worker::accuse::<Watched, _>(ctx, secret, 2, &DEALER, &digest, &dealing, rng);
			let opened = worker::evidence(ctx, secret, 2, digest.hash(), &dealing, rng);
			for evidence in [unopened.unwrap(), opened.unwrap()] {
				let verdict = adjudicator::judge::<Watched>(ctx, &DEALER, 2, &digest, &evidence);
				assert_eq!(verdict, Ok(OUTSIDE), "{order}");
			}
			let challenge =
				worker::challenge::<Watched>(ctx, relation, &DEALER, &digest, &dealing).unwrap();
			let verdict = adjudicator::judge_challenge::<Watched>(
				ctx, relation, &DEALER, &digest, &challenge,
			);
			assert_eq!(verdict, Ok(OUTSIDE), "{order}");
			assert_eq!(host_points(), before, "{order}");
		}
	}
}

/// Where nothing is wrong the same judgements multiply, and by the host: the tests of this file do not look past it.
#[test]
fn a_dispute_of_an_honest_dealing_is_computed_by_the_host() {
	let mut setup = committee(1);
	let (_, dealing) = setup.deal(&DEALER);
	let digest = setup.digest(&dealing);
	let evidence = setup.evidence(2, &digest, &dealing);
	let Setup { ctx, relation, .. } = &setup;
	let before = host_points();
	let verdict = adjudicator::judge::<Watched>(ctx, &DEALER, 2, &digest, &evidence);
	assert_eq!(verdict, Ok(Verdict::AccuserGuilty(AccuserFault::FalseAccusation)));
	let between = host_points();
	assert!(between > before);
	let challenge = worker::challenge_unjudged(&dealing);
	let verdict =
		adjudicator::judge_challenge::<Watched>(ctx, relation, &DEALER, &digest, &challenge);
	assert_eq!(verdict, Ok(Verdict::AccuserGuilty(AccuserFault::FalseChallenge)));
	assert!(host_points() > between);
}

/// Many dealings at once, those with a part among others, one of which holds a wrong share: what is multiplied was checked.
#[test]
fn a_batch_gives_the_host_what_was_checked() {
	let mut setup = committee(2);
	let mut dealings = Vec::new();
	for (place, order) in (0..30).zip(ORDERS.into_iter().cycle()) {
		dealings.push(match place % 3 {
			1 => shifted(&mut setup, &DEALER, &[(0, of_order(order))]),
			_ => setup.deal(&DEALER).1,
		});
	}
	let outside: Vec<usize> = (1..30).step_by(3).collect();
	let Setup { ctx, relation, secrets, rng } = &mut setup;
	let bodies: Vec<&DealingBytes> = dealings.iter().collect();
	let before = host_points();
	let checked = worker::commitments::<Watched, _>(ctx, &bodies, rng);
	assert_eq!(host_points(), before, "points are checked in plain arithmetic");
	let sound: Vec<_> = checked
		.iter()
		.zip(&dealings)
		.filter_map(|(points, d)| Some((points.as_ref().ok()?, d)))
		.collect();
	assert_eq!(sound.len(), dealings.len() - outside.len());

	let open = sound.iter().map(|(_, dealing)| worker::open(ctx, &secrets[1], 2, &DEALER, dealing));
	let mut shares: Vec<SecretShare> = open.collect::<Result<_, _>>().unwrap();
	shares[7].values[0] += Scalar::from(1u8);
	let items: Vec<_> = sound.iter().map(|(points, _)| *points).zip(&shares).collect();
	assert_eq!(worker::check(ctx, 2, &items, rng), [7]);
	let proven: Vec<_> = sound.iter().map(|(points, d)| (&DEALER, *d, *points)).collect();
	assert!(worker::invalid_of_checked(ctx, relation, &proven, rng).is_empty());

	// who does not hold the points has `C_0` checked with the proofs
	let all: Vec<_> = dealings.iter().map(|dealing| (&DEALER, dealing)).collect();
	assert_eq!(worker::invalid::<Watched, _>(ctx, relation, &all, rng), outside);
	assert!(host_points() > before);
}

/// Points of small order in a proof: in each of its points, judged and in a batch.
#[test]
fn torsion_in_a_proof_is_not_given_to_the_host() {
	let mut setup = committee(3);
	let (_, honest) = setup.deal(&DEALER);
	let Setup { ctx, relation, rng, .. } = &mut setup;
	let mut forged = Vec::new();
	for (place, order) in (0..relation.layout().points()).zip(ORDERS.into_iter().cycle()) {
		let mut dealing = honest.clone();
		let bytes = &mut dealing.validity[96 * place..96 * (place + 1)];
		let mut point: PointBytes = (&*bytes).try_into().unwrap();
		shift(&mut point, &of_order(order));
		bytes.copy_from_slice(&point);
		forged.push(dealing);
	}
	assert!(!forged.is_empty());
	for dealing in &forged {
		let digest = AcceptedDigest::of_state(dealing.digest(&ctx.task_hash, &DEALER));
		let challenge = worker::challenge_unjudged(dealing);
		let verdict =
			adjudicator::judge_challenge::<Watched>(ctx, relation, &DEALER, &digest, &challenge);
		assert_eq!(verdict, Ok(Verdict::DealerGuilty(DealerFault::InvalidInput)));
	}
	forged.push(honest);
	let all: Vec<_> = forged.iter().map(|dealing| (&DEALER, dealing)).collect();
	let wrong: Vec<usize> = (0..forged.len() - 1).collect();
	assert_eq!(worker::invalid::<Watched, _>(ctx, relation, &all, rng), wrong);
}

/// Nobody accuses: the freeze finds the sums outside before the host is given any of them, and what is left once the dealing is
/// excluded is settled by the host.
#[test]
fn a_freeze_gives_the_host_checked_sums_alone() {
	for order in ORDERS {
		let mut setup = committee(4 + u64::from(order));
		let (_, honest) = setup.deal(&DEALER);
		let mut aggregate = Aggregate::zero(THRESHOLD);
		aggregate.add(&setup.verify(&honest).unwrap().commitments).unwrap();
		let before = host_points();
		for by in parts(order) {
			let dealing = shifted(&mut setup, &DEALER, &by);
			let commitments = setup.verify(&dealing).unwrap().commitments;
			aggregate.add(&commitments).unwrap();
			assert_eq!(aggregate.checked::<Watched>(), Err(Error::NotInSubgroup), "{order}");
			aggregate.sub(&commitments).unwrap();
		}
		assert_eq!(host_points(), before, "{order}");
		let sums = aggregate.checked::<Watched>().expect("in the group");
		let share = worker::open(&setup.ctx, setup.secret(1), 1, &DEALER, &honest).unwrap();
		assert!(adjudicator::check_result_share(&sums, 1, &share));
		assert!(!adjudicator::check_result_share(&sums, 2, &share));
		assert!(host_points() > before);
	}
}

/// Parts that cancel between two dealers: each dealing is outside, their sums are not, and the sums are all that the host sees.
#[test]
fn torsion_that_cancels_does_not_reach_the_host() {
	for order in ORDERS {
		let mut setup = committee(5 + u64::from(order));
		let point = of_order(order);
		let parts = [[(0, point), (1, point)], [(0, -point), (1, -point)]];
		let dealings = parts.map(|by| shifted(&mut setup, &DEALER, &by));
		let mut aggregate = Aggregate::zero(THRESHOLD);
		for dealing in &dealings {
			aggregate.add(&setup.verify(dealing).unwrap().commitments).unwrap();
			let checked = worker::commitments::<Watched, _>(&setup.ctx, &[dealing], &mut setup.rng);
			assert_eq!(checked, [Err(Fault::Dealer(DealerFault::OutsideSubgroup))]);
		}
		let before = host_points();
		let sums = aggregate.checked::<Watched>().expect("in the group");
		let mut right = Vec::new();
		for j in 1..=NODES {
			let open = |dealing| worker::open(&setup.ctx, setup.secret(j), j, &DEALER, dealing);
			let own: Vec<_> = dealings.iter().map(open).collect::<Result<_, _>>().unwrap();
			let share = worker::aggregate(&own).unwrap();
			assert!(adjudicator::check_result_share(&sums, j, &share));
			right.push((j, share));
		}
		let (x, gamma) = adjudicator::reconstruct(&right[..=usize::from(THRESHOLD)]).unwrap();
		let c0 = aggregate.to_bytes()[0];
		assert_eq!(adjudicator::verify_result::<Watched>(&c0, &x, &gamma), Ok(true));
		assert!(host_points() > before);
	}
}

/// A published result, or a mask's opening, of a `C_0` that is outside: refused before the host is asked.
#[test]
fn a_result_of_torsion_is_not_computed() {
	let mut setup = committee(6);
	let (vector, dealing) = setup.deal(&DEALER);
	let opening = Opening { vector, blinding: Scalar::from(1u8) };
	let before = host_points();
	for order in ORDERS {
		let mut c0 = dealing.commitments[0];
		shift(&mut c0, &of_order(order));
		let result = adjudicator::verify_result::<Watched>(&c0, &opening.vector, &opening.blinding);
		assert_eq!(result, Err(Error::NotInSubgroup));
		assert_eq!(masking::opens::<Watched>(&c0, &opening), Err(Error::NotInSubgroup));
	}
	assert_eq!(host_points(), before);
	assert_eq!(masking::opens::<Watched>(&dealing.commitments[0], &opening), Ok(false));
	assert!(host_points() > before);
}

/// Were points taken for checked that are not, the host of these tests would see it.
#[test]
#[should_panic(expected = "outside of the subgroup")]
fn the_host_panics_at_a_point_that_nobody_checked() {
	let commitments = Commitments::<Watched>(vec![lift(&of_order(3)); 3]);
	assert!(!vss::check_share(&commitments, 1, &SecretShare::zero(3)));
}
