//! Commitments with parts outside of the subgroup of prime order: `deal` takes them, members accuse, the freeze looks at the
//! sums, and no multiplication ever sees one.

use super::*;
use frame::deps::frame_support::weights::WeightMeter;
use ostraka_crypto::{encoding::IDENTITY, vss::UncheckedCommitments, Affine, Plain, Projective};
use ostraka_primitives::traits::Progress;
use ostraka_protocol::worker;

/// Points of the curve for each in the subgroup: the cofactor.
const COFACTOR: u128 = 0x396c_8c00_5555_e156_8c00_aaab_0000_aaab;
/// The primes that divide it, and how often.
const PRIMES: [(u128, u32); 5] = [(3, 1), (11, 2), (10_177, 2), (859_267, 2), (52_437_899, 2)];

/// `n` times a point, `n` little-endian.
fn times(point: &Affine<Plain>, n: &[u8]) -> Affine<Plain> {
	let mut sum = Projective::<Plain>::default();
	for byte in n.iter().rev() {
		for bit in (0..8).rev() {
			let half = sum;
			sum = half + half;
			if byte >> bit & 1 == 1 {
				sum += point;
			}
		}
	}
	sum.into()
}

/// A point of this order, a prime that divides the cofactor so often.
fn of_order(prime: u128, often: u32) -> Affine<Plain> {
	let rest = COFACTOR / prime.pow(often);
	let point = (1u64..)
		.filter_map(|x| Affine::<Plain>::get_point_from_x_unchecked(x.into(), false))
		.map(|point| times(&times(&point, &field_order()), &rest.to_le_bytes()))
		.find(|point| *point != Affine::identity())
		.unwrap();
	assert!(point.is_on_curve());
	assert_eq!(times(&point, &prime.to_le_bytes()), Affine::identity());
	point
}

/// One of each order.
fn torsion() -> Vec<Affine<Plain>> {
	PRIMES.into_iter().map(|(prime, often)| of_order(prime, often)).collect()
}

/// Three dealings, and verification. These points are added to these dealers' commitments, each at a place.
fn scene(parts: &[(u32, usize, Affine<Plain>)]) -> Scene {
	let ctx = open_task(TASK, 5, 2, LENGTH, 3);
	let mut scene = Scene { ctx, dealt: Vec::new() };
	for index in 0..3 {
		let own = parts.iter().filter(|(of, ..)| *of == index);
		let own: Vec<_> = own.map(|(_, place, part)| (*place, *part)).collect();
		let dealer = dealer_account(index);
		let input = fixtures::input(LENGTH as usize, u64::from(index) + 1);
		let seed = u64::from(index);
		let dealing =
			fixtures::dealing_outside(&scene.ctx, &dealer, &input, &[], &own, seed).unwrap();
		assert_ok!(deal(&scene.ctx, &dealer, dealing.clone()));
		scene.dealt.push((dealer, dealing));
	}
	scene.verify();
	scene
}

/// The evidence of who opens nothing: `K` and its proof are zeros.
fn bare(scene: &Scene, seat: u8, index: usize) -> EvidenceBytes {
	worker::unopened(seat, &scene.dealt[index].1).unwrap()
}

fn convicted(seat: u8, index: u32, excluded: bool) {
	event(Event::DealerConvicted {
		task: TASK,
		dealer: dealer_account(index),
		seat: Some(seat),
		accuser: operator(seat),
		fault: DealerFault::OutsideSubgroup,
		excluded,
	});
}

/// The sums over these dealings.
fn sums(scene: &Scene, indices: &[usize]) -> Vec<[u8; 96]> {
	let mut sum = adjudicator::Aggregate::zero(2);
	for index in indices {
		let bytes = &scene.dealt[*index].1.commitments;
		let commitments = UncheckedCommitments::from_bytes(bytes, 2);
		sum.add(&commitments.unwrap()).unwrap();
	}
	sum.to_bytes()
}

#[test]
fn the_primes_are_those_of_the_cofactor() {
	let product: u128 = PRIMES.iter().map(|(prime, often)| prime.pow(*often)).product();
	assert_eq!(product, COFACTOR);
	assert_eq!(times(&of_order(3, 1), &[2]), -of_order(3, 1));
	let order_three = fixtures::order_three();
	assert!(order_three == of_order(3, 1) || order_three == -of_order(3, 1));
}

/// Of every order, at every place, by evidence that opens nothing as by evidence that does: the dealing is out, and the sums
/// are again those of the others.
#[test]
fn a_commitment_outside_the_subgroup_is_taken_accused_and_excluded() {
	for (number, part) in torsion().into_iter().enumerate() {
		for opens in [false, true] {
			build_and_execute(|| {
				let scene = scene(&[(1, number % 3, part)]);
				let state = Sharings::<Test>::get(TASK).unwrap();
				assert_eq!(state.aggregate.to_vec(), sums(&scene, &[0, 1, 2]));
				assert!(!Vss::is_sound(&state.aggregate));
				if opens {
					judged(scene.accuse(4, 1));
				} else {
					judged(scene.accuse_with(4, 1, bare(&scene, 4, 1)));
				}
				convicted(4, 1, true);
				assert_eq!(standing(1), Standing::Excluded);
				let (dealer, accuser) = (dealer_account(1), operator(4));
				assert_eq!(money(), vec![Money::Dealer { task: TASK, dealer, accuser }]);
				let state = Sharings::<Test>::get(TASK).unwrap();
				assert_eq!(state.aggregate.to_vec(), sums(&scene, &[0, 2]));
				scene.freeze();
				scene.commit_all(1..=3);
				for seat in 1..=3 {
					judged(scene.reveal(seat, &scene.share(seat)));
				}
				scene.assert_result();
			});
		}
	}
}

/// The fault is the dealer's whatever else is wrong: its share, or the accuser's own evidence.
#[test]
fn torsion_is_judged_before_all_else() {
	build_and_execute(|| {
		let ctx = open_task(TASK, 5, 2, LENGTH, 1);
		let (dealer, input) = (dealer_account(0), fixtures::input(LENGTH as usize, 1));
		let faults = [(2, DealerFault::WrongShare), (2, DealerFault::OutsideSubgroup)];
		let dealing = fixtures::faulty_dealing(&ctx, &dealer, &input, &faults, 1).unwrap();
		assert_ok!(deal(&ctx, &dealer, dealing.clone()));
		let scene = Scene { ctx, dealt: vec![(dealer, dealing)] };
		judged(scene.accuse(2, 0));
		convicted(2, 0, true);
		let state = Sharings::<Test>::get(TASK).unwrap();
		assert_eq!(state.aggregate.to_vec(), vec![IDENTITY; 3]);
	});
	build_and_execute(|| {
		let scene = scene(&[(0, 0, fixtures::order_three())]);
		let evidence = EvidenceBytes { dh: [0xff; 32], ..scene.evidence(3, 0) };
		judged(scene.accuse_with(3, 0, evidence));
		convicted(3, 0, true);
	});
}

/// Evidence that opens nothing, about a dealing that is sound, convicts who sent it.
#[test]
fn to_cry_torsion_where_there_is_none_is_a_false_accusation() {
	build_and_execute(|| {
		let scene = scene(&[]);
		judged(scene.accuse_with(3, 0, bare(&scene, 3, 0)));
		event(Event::AccuserConvicted {
			task: TASK,
			seat: Some(3),
			accuser: operator(3),
			dealer: dealer_account(0),
			fault: AccuserFault::InvalidDh,
		});
		assert_eq!(standing(0), Standing::Accepted);
		// Nor does it help to put the part in: the evidence is then about another dealing.
		let mut forged = bare(&scene, 4, 0);
		forged.commitments[0] = scene.dealt[1].1.commitments[0];
		refused(|| scene.accuse_with(4, 0, forged), Error::DigestMismatch);
	});
}

/// All members slept, or are corrupt: the freeze finds it, the task fails, and dealers get back what is theirs. Whoever attested
/// did so falsely, whoever shows it; who did not may have looked.
#[test]
fn torsion_that_nobody_accused_fails_the_task_and_exposes_who_attested() {
	for (number, part) in torsion().into_iter().enumerate() {
		build_and_execute(|| {
			let scene = scene(&[(1, number % 3, part)]);
			scene.attest_all(1..=4);
			let before = Sharings::<Test>::get(TASK).unwrap();
			for _ in 0..2 {
				assert_eq!(Vss::freeze(TASK), Frozen::Unsound);
				assert_eq!(Sharings::<Test>::get(TASK).unwrap(), before);
			}
			event(Event::Unsound { task: TASK });
			assert_eq!(Vss::accepted_set(TASK), None);

			let outcome = Outcome::Failed(FailReason::UnsoundCommitments);
			set_status(TASK, TaskStatus::Settling(outcome));
			refused(|| scene.accuse(2, 1), Error::WrongPhase);
			use SeatReport::{FalseAttestation as False, Idle};
			assert_eq!(Vss::reports(TASK, false), vec![False, False, False, False, Idle]);
			assert_eq!(Vss::exposer(TASK), None);
			assert_eq!(Vss::settle(TASK, false, &mut WeightMeter::new()), Progress::Done);
			assert_eq!(Deposits::get(), vec![]);
			let mut released = money();
			released.sort_by_key(|entry| format!("{entry:?}"));
			let mut expected: Vec<_> =
				(0..3).map(|index| Money::Released(TASK, dealer_account(index))).collect();
			expected.sort_by_key(|entry| format!("{entry:?}"));
			assert_eq!(released, expected);
		});
	}
}

/// Only the sums are used after the freeze. Parts that cancel there harm nobody: the shares are right, the result is too.
#[test]
fn torsion_that_cancels_is_harmless() {
	for (number, part) in torsion().into_iter().enumerate() {
		build_and_execute(|| {
			let place = number % 3;
			let scene = scene(&[(0, place, part), (2, place, -part)]);
			scene.attest_all(1..=5);
			scene.freeze();
			scene.commit_all(1..=5);
			for seat in 1..=5 {
				judged(scene.reveal(seat, &scene.share(seat)));
			}
			scene.assert_result();
			assert_eq!(Vss::reports(TASK, true), vec![SeatReport::Right; 5]);
			assert_eq!(money(), vec![]);
		});
	}
}

/// At two places they do not cancel, whatever they add up to together.
#[test]
fn torsion_cancels_only_at_one_place() {
	build_and_execute(|| {
		let part = of_order(11, 2);
		let scene = scene(&[(0, 0, part), (2, 1, -part)]);
		assert_eq!(Vss::freeze(TASK), Frozen::Unsound);
		judged(scene.accuse(1, 0));
		assert_eq!(Vss::freeze(TASK), Frozen::Unsound);
		judged(scene.accuse(1, 2));
		scene.freeze();
		assert_eq!(scene.accepted().len(), 1);
	});
}

/// One of two that cancel is accused: with it out, the other's part stands in the sums alone.
#[test]
fn half_of_what_cancels_does_not() {
	build_and_execute(|| {
		let part = of_order(10_177, 2);
		let scene = scene(&[(0, 2, part), (1, 2, -part)]);
		judged(scene.accuse_with(1, 0, bare(&scene, 1, 0)));
		assert_eq!(Vss::freeze(TASK), Frozen::Unsound);
		judged(scene.accuse_with(2, 1, bare(&scene, 2, 1)));
		scene.freeze();
		scene.commit_all(1..=3);
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		scene.assert_result();
	});
}

/// Nothing changes the set after the freeze; what went unnoticed because it cancelled convicts its dealers all the same.
#[test]
fn torsion_that_is_accused_after_the_freeze_convicts_late() {
	build_and_execute(|| {
		let part = fixtures::order_three();
		let scene = scene(&[(0, 1, part), (1, 1, -part)]);
		scene.freeze();
		let before = Sharings::<Test>::get(TASK).unwrap();
		judged(scene.accuse_with(5, 0, bare(&scene, 5, 0)));
		convicted(5, 0, false);
		assert_eq!(standing(0), Standing::ConvictedLate);
		assert!(seat_state(5).excused);
		judged(scene.accuse(4, 1));
		convicted(4, 1, false);
		let mut finders = SeatSet::default();
		finders.insert(4);
		finders.insert(5);
		let after = SharingState { disproven: 2, finders, ..before };
		assert_eq!(Sharings::<Test>::get(TASK).unwrap(), after);
	});
}

/// Points that may be multiplied come out of the state only once the freeze has checked them. Before that, the type that
/// they come in knows no curve's configuration, so that neither a multiplication nor a host call can be asked for.
#[test]
fn nothing_is_multiplied_before_the_freeze_has_checked_it() {
	build_and_execute(|| {
		let scene = scene(&[(1, 0, fixtures::order_three())]);
		let sums = || Vss::frozen_sums(&Sharings::<Test>::get(TASK).unwrap());
		assert!(matches!(sums(), Err(Error::Corrupt)));
		assert_eq!(Vss::freeze(TASK), Frozen::Unsound);
		assert!(matches!(sums(), Err(Error::Corrupt)));
		judged(scene.accuse(1, 1));
		assert!(matches!(sums(), Err(Error::Corrupt)));
		scene.freeze();
		let frozen = UncheckedCommitments::from_bytes(&sums().unwrap().to_bytes(), 2).unwrap();
		assert!(frozen.check::<Plain>().is_ok());
	});
}
