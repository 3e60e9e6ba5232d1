//! Commitments outside of the subgroup of prime order. They are taken at dispatch; the members see them before they open
//! anything, an accusation convicts their dealer and reveals nothing, and where nobody accuses the freeze finds them.

use super::{
	torsion::{of_order, shift, ORDERS},
	*,
};
use rand_chacha::rand_core::{CryptoRng, RngCore};

pub(super) const THRESHOLD: u8 = 2;
pub(super) const NODES: u8 = 5;
const OUTSIDE: DealerFault = DealerFault::OutsideSubgroup;

/// Of which nothing may be drawn.
struct Untouched;

impl RngCore for Untouched {
	fn next_u32(&mut self) -> u32 {
		unreachable!("nothing is drawn")
	}

	fn next_u64(&mut self) -> u64 {
		unreachable!("nothing is drawn")
	}

	fn fill_bytes(&mut self, _: &mut [u8]) {
		unreachable!("nothing is drawn")
	}

	fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), rand_chacha::rand_core::Error> {
		unreachable!("nothing is drawn")
	}
}

impl CryptoRng for Untouched {}

pub(super) fn committee(seed: u64) -> Setup {
	setup(THRESHOLD, NODES, 3, seed)
}

/// A dealing of right shares, with these points added to commitments: sealed and proven as it must be.
pub(super) fn shifted(setup: &mut Setup, dealer: &Identity, by: &[(usize, Point)]) -> DealingBytes {
	let input = setup.vector();
	let (ctx, rng) = (&setup.ctx, &mut setup.rng);
	let (commitments, shares) = vss::share::<Curve, _>(&input, THRESHOLD, NODES, rng).unwrap();
	let mut commitments = commitments.to_bytes();
	by.iter().for_each(|(k, point)| shift(&mut commitments[*k], point));
	let rho = SealSecret::random(rng);
	let proof = proof(ctx, &setup.relation, (dealer, &commitments), (&input, &shares), rng);
	dealer::assemble(ctx, dealer, commitments, &shares, &rho, proof, rng).unwrap()
}

pub(super) type Point = ostraka_crypto::Affine<Plain>;

/// Every small order, in every commitment: each member sees it, convicts the dealer of it, and opens nothing.
#[test]
fn torsion_of_each_order_is_accused_and_reveals_nothing() {
	for (order, k) in ORDERS.into_iter().flat_map(|order| [0, 1, 2].map(|k| (order, k))) {
		let mut setup = committee(u64::from(order));
		let dealing = shifted(&mut setup, &DEALER, &[(k, of_order(order))]);
		let accepted = setup.verify(&dealing).expect("nobody looks at dispatch");
		assert_eq!(setup.commitments(&dealing), Err(Fault::Dealer(OUTSIDE)), "{order} in C_{k}");
		for j in 1..=NODES {
			let evidence = setup.accuse(j, &accepted.digest, &dealing).unwrap();
			assert_eq!((evidence.dh, evidence.dleq), (NEUTRAL, [0; 64]));
			let verdict = setup.judge(j, &accepted.digest, &evidence);
			assert_eq!(verdict, Ok(Verdict::DealerGuilty(OUTSIDE)));
		}
	}
}

/// An accusation of such a dealing touches neither the secret nor `R`: it is made where both could not be used, and draws
/// nothing.
#[test]
fn an_accusation_of_torsion_touches_no_secret() {
	let mut setup = committee(1);
	let mut dealing = shifted(&mut setup, &DEALER, &[(1, of_order(11))]);
	dealing.ephemeral = NO_KEYS[0];
	let digest = AcceptedDigest::of_state(dealing.digest(&setup.ctx.task_hash, &DEALER));
	let (ctx, secret) = (&setup.ctx, setup.secret(3));
	let evidence =
		worker::accuse::<Curve, _>(ctx, secret, 3, &DEALER, &digest, &dealing, &mut Untouched);
	let evidence = evidence.unwrap();
	assert_eq!(evidence, worker::unopened(3, &dealing).unwrap());
	assert_eq!(setup.judge(3, &digest, &evidence), Ok(Verdict::DealerGuilty(OUTSIDE)));
	assert_eq!(worker::unopened(0, &dealing), Err(Error::Index));
	assert_eq!(worker::unopened(NODES + 1, &dealing), Err(Error::Index));
}

/// What reveals nothing convicts of nothing else: a node that claims torsion where there is none, or leaves its `K` out against
/// a dealer who has wronged it otherwise, is convicted itself.
#[test]
fn a_false_claim_of_torsion_convicts_the_accuser() {
	let mut setup = committee(2);
	let (_, honest) = setup.deal(&DEALER);
	let unopenable = setup.cheat(2, None);
	for dealing in [honest, unopenable] {
		let digest = setup.digest(&dealing);
		let evidence = worker::unopened(2, &dealing).unwrap();
		let verdict = setup.judge(2, &digest, &evidence);
		assert_eq!(verdict, Ok(Verdict::AccuserGuilty(AccuserFault::InvalidDh)));
	}
	// Nor can it bring commitments of its own.
	let (_, honest) = setup.deal(&DEALER);
	let digest = setup.digest(&honest);
	let mut evidence = worker::unopened(2, &honest).unwrap();
	shift(&mut evidence.commitments[0], &of_order(3));
	assert_eq!(setup.judge(2, &digest, &evidence), Err(Error::DigestMismatch));
}

/// Many dealings in one batch: each is told apart, by its place, from those that are outside and from those that are none.
#[test]
fn a_batch_names_the_dealings_that_are_outside() {
	let mut setup = committee(3);
	let mut dealings = Vec::new();
	let mut expected = Vec::new();
	for (place, order) in (0..40).zip(ORDERS.into_iter().cycle()) {
		let (dealing, error) = match place % 4 {
			1 => {
				let by = [(place % 3, of_order(order))];
				(shifted(&mut setup, &DEALER, &by), Some(Fault::Dealer(OUTSIDE)))
			},
			3 => {
				let (_, mut dealing) = setup.deal(&DEALER);
				dealing.commitments[0] = [0; 96];
				(dealing, Some(Fault::NotOurs(Error::NotOnCurve)))
			},
			_ => (setup.deal(&DEALER).1, None),
		};
		dealings.push(dealing);
		expected.push(error);
	}
	// opposite parts in two dealings, and in two commitments of one, do not hide each other
	let (point, opposite) = (of_order(10_177), -of_order(10_177));
	for by in [vec![(0, point)], vec![(0, opposite)], vec![(1, point), (2, opposite)]] {
		dealings.push(shifted(&mut setup, &DEALER, &by));
		expected.push(Some(Fault::Dealer(OUTSIDE)));
	}
	let bodies: Vec<&DealingBytes> = dealings.iter().collect();
	let checked = worker::commitments::<Curve, _>(&setup.ctx, &bodies, &mut setup.rng);
	assert_eq!(checked.len(), dealings.len());
	for ((checked, dealing), expected) in checked.into_iter().zip(&dealings).zip(expected) {
		match checked {
			Ok(points) => {
				assert_eq!(expected, None);
				assert_eq!(points.to_bytes(), dealing.commitments);
			},
			Err(fault) => assert_eq!(Some(fault), expected),
		}
	}
	assert!(worker::commitments::<Curve, _>(&setup.ctx, &[], &mut setup.rng).is_empty());
}

/// Nobody accuses: the sums are outside, the freeze says so, and the dealing counted out again leaves them as they were.
#[test]
fn torsion_that_nobody_accuses_is_found_at_the_freeze() {
	let mut setup = committee(4);
	for order in ORDERS {
		let mut aggregate = Aggregate::zero(THRESHOLD);
		let (_, honest) = setup.deal(&DEALER);
		aggregate.add(&setup.verify(&honest).unwrap().commitments).unwrap();
		let before = aggregate.to_bytes();
		assert!(aggregate.checked::<Curve>().is_ok());
		let outside = shifted(&mut setup, &DEALER, &[(2, of_order(order))]);
		let commitments = setup.verify(&outside).unwrap().commitments;
		aggregate.add(&commitments).unwrap();
		// as state holds it
		let frozen = Aggregate::from_bytes(&aggregate.to_bytes(), THRESHOLD).unwrap();
		assert_eq!(frozen, aggregate);
		assert_eq!(frozen.checked::<Curve>(), Err(Error::NotInSubgroup), "{order}");
		aggregate.sub(&commitments).unwrap();
		assert_eq!(aggregate.to_bytes(), before);
		assert!(aggregate.checked::<Curve>().is_ok());
	}
}

/// Parts that cancel between two dealers do no harm: the sums are those of the same dealings without them, and the sums of the
/// shares fit.
#[test]
fn torsion_that_cancels_is_harmless() {
	for order in ORDERS {
		let mut setup = committee(5 + u64::from(order));
		let point = of_order(order);
		let parts = [[(0, point), (2, point)], [(0, -point), (2, -point)]];
		let dealers: [Identity; 2] = [[1; 32], [2; 32]];
		let dealings: Vec<DealingBytes> = dealers
			.iter()
			.zip(&parts)
			.map(|(dealer, by)| shifted(&mut setup, dealer, by))
			.collect();
		let mut aggregate = Aggregate::zero(THRESHOLD);
		for (dealer, dealing) in dealers.iter().zip(&dealings) {
			let verified =
				adjudicator::verify_dealing(&setup.ctx, dealer, dealing, verify_signature).unwrap();
			aggregate.add(&verified.commitments).unwrap();
			assert_eq!(setup.commitments(dealing), Err(Fault::Dealer(OUTSIDE)), "members see it");
		}
		let sums = aggregate.checked::<Curve>().expect("in the group");
		// what an absent-minded committee would answer
		let shares: Vec<(u8, SecretShare)> = (1..=NODES)
			.map(|j| {
				let open = |(dealer, dealing): (&Identity, &DealingBytes)| {
					worker::open(&setup.ctx, setup.secret(j), j, dealer, dealing).unwrap()
				};
				let own: Vec<_> = dealers.iter().zip(&dealings).map(open).collect();
				(j, worker::aggregate(&own).unwrap())
			})
			.collect();
		for (j, share) in &shares {
			assert!(adjudicator::check_result_share(&sums, *j, share));
			let mut wrong = share.clone();
			wrong.values[0] += Scalar::from(1u8);
			assert!(!adjudicator::check_result_share(&sums, *j, &wrong));
		}
		let (x, gamma) = adjudicator::reconstruct(&shares[..3]).unwrap();
		let c0 = aggregate.to_bytes()[0];
		assert_eq!(adjudicator::verify_result::<Curve>(&c0, &x, &gamma), Ok(true));

		// One of them excluded, the other one's part is left over.
		let first = UncheckedCommitments::from_bytes(&dealings[0].commitments, THRESHOLD).unwrap();
		aggregate.sub(&first).unwrap();
		assert_eq!(aggregate.checked::<Curve>(), Err(Error::NotInSubgroup));
	}
}
