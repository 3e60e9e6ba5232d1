//! Challenges: verdicts on proofs that inputs are valid, times, bonds, and what a liar can do.

use super::{refusals::refused_both, *};
use frame::prelude::Pays;
use ostraka_crypto::{
	encoding::{encode_point, IDENTITY},
	vss::UncheckedCommitments,
};

/// Dealer 1's input is none that rows could give, and its proof as good as can be.
pub(super) fn scene() -> Scene {
	let scene = Scene::new(3, &[(1, (1, DealerFault::InvalidInput))]);
	scene.verify();
	BookLog::take();
	scene
}

/// Dealings with these in place of a proof; verification.
fn with_proofs(proofs: Vec<Vec<u8>>) -> Scene {
	let ctx = open_task(TASK, 5, 2, LENGTH, proofs.len() as u32);
	let mut scene = Scene { ctx, dealt: vec![] };
	for (index, proof) in (0u32..).zip(proofs) {
		let (dealer, seed) = (dealer_account(index), u64::from(index));
		let input = fixtures::input(LENGTH as usize, seed + 1);
		let dealing =
			fixtures::dealing_with_proof(&scene.ctx, &dealer, &input, proof, seed).unwrap();
		assert_ok!(deal(&scene.ctx, &dealer, dealing.clone()));
		scene.dealt.push((dealer, dealing));
	}
	scene.verify();
	scene
}

pub(super) fn dealer_punished(index: u32, accuser: AccountId) -> Money {
	Money::Dealer { task: TASK, dealer: dealer_account(index), accuser }
}

pub(super) fn member_punished(seat: u8, index: u32) -> Money {
	Money::FalseChallenger { task: TASK, node: operator(seat), dealer: dealer_account(index) }
}

fn convicted(index: u32, seat: Option<u8>, accuser: AccountId, excluded: bool) {
	event(Event::DealerConvicted {
		task: TASK,
		dealer: dealer_account(index),
		seat,
		accuser,
		fault: DealerFault::InvalidInput,
		excluded,
	});
}

pub(super) fn bond_held() -> Money {
	Money::BondHeld(TASK, challenger())
}

pub(super) fn bond_released() -> Money {
	Money::BondReleased(TASK, challenger())
}

fn bond_forfeited(index: u32) -> Money {
	Money::BondForfeited { task: TASK, challenger: challenger(), dealer: dealer_account(index) }
}

/// The sums over these dealings.
fn sums(scene: &Scene, indices: &[usize]) -> Vec<[u8; 96]> {
	let mut sum = adjudicator::Aggregate::zero(2);
	for index in indices {
		let bytes = &scene.dealt[*index].1.commitments;
		sum.add(&UncheckedCommitments::from_bytes(bytes, 2).unwrap()).unwrap();
	}
	sum.to_bytes()
}

#[test]
fn a_forged_proof_excludes_the_dealing() {
	build_and_execute(|| {
		let scene = scene();
		judged(scene.challenge(4, 1));
		assert_eq!(standing(1), Standing::Excluded);
		assert_eq!(money(), vec![dealer_punished(1, operator(4))]);
		convicted(1, Some(4), operator(4), true);
		assert!(!Deposits::get().contains(&(TASK, dealer_account(1))));
		assert!(!seat_state(4).excused);
		assert_eq!(Vss::counters(TASK).excluded, 1);
		let state = Sharings::<Test>::get(TASK).unwrap();
		assert_eq!(state.aggregate.to_vec(), sums(&scene, &[0, 2]));

		scene.freeze();
		scene.commit_all(1..=3);
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		scene.assert_result();
		assert_eq!(Vss::result(TASK).unwrap().dealers, 2);
	});
}

#[test]
fn challenges_are_judged_while_dealers_still_deal() {
	build_and_execute(|| {
		let forged = [(0, (1, DealerFault::InvalidInput)), (1, (1, DealerFault::InvalidInput))];
		let scene = Scene::new(3, &forged);
		judged(scene.challenge(2, 0));
		assert_ok!(scene.challenge_with_bond(1));
		assert_eq!(Sharings::<Test>::get(TASK).unwrap().accepted(), 1);
		// Nor does it matter that the book lags behind the deadline of collecting.
		System::set_block_number(25);
		judged(scene.challenge(3, 2));
		assert_eq!(standing(2), Standing::Accepted);
	});
}

/// Nothing changes the accepted set after the freeze, and nobody is excused: who challenges has its share.
#[test]
fn a_challenge_after_the_freeze_convicts_once_and_excuses_nobody() {
	for revealing in [false, true] {
		build_and_execute(|| {
			let scene = scene();
			let h_a = scene.freeze();
			if revealing {
				scene.reveal_phase();
			}
			let before = (Sharings::<Test>::get(TASK), Seats::<Test>::get(TASK));
			judged(scene.challenge(4, 1));
			let mut finders = SeatSet::default();
			finders.insert(4);
			let marked = before.0.map(|state| SharingState { disproven: 1, finders, ..state });
			assert_eq!((Sharings::<Test>::get(TASK), Seats::<Test>::get(TASK)), (marked, before.1));
			assert_eq!(Vss::accepted_set(TASK), Some(h_a));
			assert_eq!(standing(1), Standing::ConvictedLate);
			assert_eq!(money(), vec![dealer_punished(1, operator(4))]);
			convicted(1, Some(4), operator(4), false);
			assert_eq!(Vss::reports(TASK, true), vec![SeatReport::Absent; 5]);
			refused_both(&scene, 1, &scene.shown(1), Error::AlreadyConvicted);
		});
	}
}

/// The vector that was forged is in the result: it was found out too late.
#[test]
fn what_is_convicted_late_counts_on() {
	build_and_execute(|| {
		let scene = scene();
		scene.freeze();
		assert_ok!(scene.challenge_with_bond(1));
		scene.commit_all(1..=3);
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		let input = |index: u64| fixtures::input(LENGTH as usize, index + 1);
		let all = [input(0), fixtures::forged(&input(1)), input(2)];
		let sum = |place| all.iter().map(|vector| vector[place]).sum::<Scalar>();
		let expected: Vec<_> = (0..LENGTH as usize)
			.map(|place| ostraka_crypto::encoding::encode_scalar(&sum(place)))
			.collect();
		assert_eq!(Vss::result(TASK).unwrap().scalars().collect::<Vec<_>>(), expected);
	});
}

/// The book may lag: the deadline alone decides.
#[test]
fn a_challenge_after_the_deadline_is_late_even_before_the_freeze() {
	for (block, expected) in [(30, Standing::Excluded), (31, Standing::ConvictedLate)] {
		build_and_execute(|| {
			let scene = scene();
			System::set_block_number(block);
			judged(scene.challenge(2, 1));
			assert_eq!(standing(1), expected);
		});
		build_and_execute(|| {
			let scene = scene();
			System::set_block_number(block);
			assert_ok!(scene.challenge_with_bond(1));
			assert_eq!(standing(1), expected);
		});
	}
}

#[test]
fn a_false_challenge_convicts_the_member_and_ends_its_right() {
	build_and_execute(|| {
		let scene = scene();
		judged(scene.challenge(3, 0));
		assert_eq!(standing(0), Standing::Accepted);
		assert_eq!(money(), vec![member_punished(3, 0)]);
		event(Event::AccuserConvicted {
			task: TASK,
			seat: Some(3),
			accuser: operator(3),
			dealer: dealer_account(0),
			fault: AccuserFault::FalseChallenge,
		});
		refused(|| scene.challenge(3, 0), Error::AccusationsForfeited);
		refused(|| scene.challenge(3, 1), Error::AccusationsForfeited);
		refused(|| scene.accuse(3, 1), Error::AccusationsForfeited);
		refused(|| scene.attest(3), Error::AccusationsForfeited);
		assert_eq!(Vss::reports(TASK, false)[2], SeatReport::Convicted);
		// Others keep theirs.
		judged(scene.challenge(2, 1));
	});
}

/// Who accused falsely may not challenge either.
#[test]
fn a_false_accusation_ends_the_right_to_challenge() {
	build_and_execute(|| {
		let scene = scene();
		judged(scene.accuse(3, 0));
		refused(|| scene.challenge(3, 1), Error::AccusationsForfeited);
	});
}

/// Also late, where nothing but its own state changes.
#[test]
fn a_false_challenge_after_the_freeze_convicts_the_member() {
	build_and_execute(|| {
		let scene = scene();
		scene.freeze();
		let before = Sharings::<Test>::get(TASK);
		judged(scene.challenge(3, 0));
		assert_eq!(money(), vec![member_punished(3, 0)]);
		assert!(seat_state(3).accused_falsely);
		assert_eq!(Sharings::<Test>::get(TASK), before);
	});
}

/// A liar that is first in the pool or in the block does not shield a dealer from an honest challenger.
#[test]
fn liars_ahead_of_an_honest_challenger_change_nothing() {
	build_and_execute(|| {
		let scene = scene();
		judged(scene.challenge(1, 0));
		judged(scene.accuse(2, 1));
		judged(scene.challenge(4, 1));
		assert_eq!(standing(1), Standing::Excluded);
		let liar =
			Money::FalseAccuser { task: TASK, accuser: operator(2), exposed: dealer_account(1) };
		assert_eq!(money(), vec![member_punished(1, 0), liar, dealer_punished(1, operator(4))]);
	});
}

#[test]
fn with_a_bond_anybody_challenges() {
	build_and_execute(|| {
		let scene = scene();
		assert_ok!(scene.challenge_with_bond(1));
		assert_eq!(standing(1), Standing::Excluded);
		let punished = dealer_punished(1, challenger());
		assert_eq!(money(), vec![bond_held(), bond_released(), punished]);
		convicted(1, None, challenger(), true);
		let state = Sharings::<Test>::get(TASK).unwrap();
		assert_eq!(state.aggregate.to_vec(), sums(&scene, &[0, 2]));
		refused_both(&scene, 1, &scene.shown(1), Error::AlreadyConvicted);
	});
}

/// What a right challenge brings is not eaten up by a fee.
#[test]
fn who_convicts_a_dealer_with_a_bond_pays_no_fee() {
	build_and_execute(|| {
		let scene = scene();
		for (index, pays) in [(1, Pays::No), (0, Pays::Yes)] {
			let (dealer, digest) = (scene.dealer(index), scene.digest(index));
			let origin = RuntimeOrigin::signed(challenger());
			let shown = scene.shown(index);
			let judged = Vss::challenge_with_bond(origin, TASK, dealer, digest, shown);
			assert_eq!(judged.unwrap().pays_fee, pays);
		}
	});
}

/// It costs the bond, and no right: each challenge has its own.
#[test]
fn a_false_challenge_costs_the_bond() {
	build_and_execute(|| {
		let scene = scene();
		let before = (Sharings::<Test>::get(TASK), Seats::<Test>::get(TASK));
		for index in [0, 2] {
			assert_ok!(scene.challenge_with_bond(index as usize));
			assert_eq!(standing(index), Standing::Accepted);
			event(Event::AccuserConvicted {
				task: TASK,
				seat: None,
				accuser: challenger(),
				dealer: dealer_account(index),
				fault: AccuserFault::FalseChallenge,
			});
		}
		let both = vec![bond_held(), bond_forfeited(0), bond_held(), bond_forfeited(2)];
		assert_eq!(money(), both);
		assert_eq!((Sharings::<Test>::get(TASK), Seats::<Test>::get(TASK)), before);
		assert_eq!(BookLog::get(), vec![]);
	});
}

#[test]
fn without_the_means_for_a_bond_nothing_is_judged() {
	build_and_execute(|| {
		let scene = scene();
		Means::set(false);
		for index in 0..3 {
			let broke = DispatchError::Token(TokenError::FundsUnavailable);
			assert_noop!(scene.challenge_with_bond(index), broke);
		}
		assert_eq!((standing(1), money()), (Standing::Accepted, vec![]));
		Means::set(true);
		assert_ok!(scene.challenge_with_bond(1));
	});
}

#[test]
fn a_dealer_is_convicted_once_whoever_was_first() {
	build_and_execute(|| {
		let both = [(1, (2, DealerFault::WrongShare)), (1, (2, DealerFault::InvalidInput))];
		let scene = Scene::new(2, &both);
		judged(scene.accuse(2, 1));
		refused_both(&scene, 1, &scene.shown(1), Error::AlreadyConvicted);
		assert_eq!(money(), vec![dealer_punished(1, operator(2))]);
	});
	build_and_execute(|| {
		let both = [(1, (2, DealerFault::WrongShare)), (1, (2, DealerFault::InvalidInput))];
		let scene = Scene::new(2, &both);
		judged(scene.challenge(3, 1));
		refused(|| scene.accuse(2, 1), Error::AlreadyConvicted);
		assert_eq!(money(), vec![dealer_punished(1, operator(3))]);
	});
}

/// The frozen set asks for a share that the member does not have: a challenge by another does not take its excuse away.
#[test]
fn after_a_late_challenge_members_are_excused_by_accusations() {
	build_and_execute(|| {
		let both = [(1, (2, DealerFault::WrongShare)), (1, (2, DealerFault::InvalidInput))];
		let scene = Scene::new(2, &both);
		scene.verify();
		scene.freeze();
		assert_ok!(scene.challenge_with_bond(1));
		judged(scene.accuse(2, 1));
		assert!(seat_state(2).excused);
		let punished = dealer_punished(1, challenger());
		assert_eq!(money(), vec![bond_held(), bond_released(), punished], "punished once");
		// The other way round it is over.
		refused_both(&scene, 1, &scene.shown(1), Error::AlreadyConvicted);
	});
}

/// It lies when all others have attested: who was waited for is waited for no more.
#[test]
fn convicting_the_last_who_was_awaited_ends_verification() {
	build_and_execute(|| {
		let scene = scene();
		scene.attest_all([1, 2, 3, 4]);
		assert_eq!(BookLog::get(), vec![]);
		judged(scene.challenge(5, 0));
		assert_eq!(BookLog::get(), vec![Told::Attested(TASK)]);
	});
}

/// A false one with a bond concerns no seat, and ends nothing; a right one leaves who has challenged awaited.
#[test]
fn who_challenged_rightly_is_waited_for_and_may_attest() {
	build_and_execute(|| {
		let scene = scene();
		scene.attest_all([1, 3, 4, 5]);
		assert_ok!(scene.challenge_with_bond(0));
		assert_eq!(BookLog::get(), vec![]);
		let before = dealt();
		judged(scene.challenge(2, 1));
		assert_eq!(dealt(), before);
		assert_eq!(BookLog::get(), vec![], "it may have more to say");
		assert!(
			seat_state(1).attested,
			"the others' word, false as it is, is not waited for again"
		);
		judged(scene.attest(2));
		assert_eq!(BookLog::get(), vec![Told::Attested(TASK)]);
	});
}

/// It attested before it had looked, which costs it, and may be right all the same.
#[test]
fn who_has_attested_may_challenge_in_the_last_block() {
	build_and_execute(|| {
		let scene = scene();
		scene.attest_all(1..=5);
		assert_eq!(BookLog::take(), vec![Told::Attested(TASK)]);
		set_status(TASK, TaskStatus::Verifying { until: now() });
		judged(scene.challenge(2, 1));
		assert_eq!(standing(1), Standing::Excluded);
		assert!(seat_state(2).attested && seat_state(2).attested_falsely);
		assert_eq!(BookLog::get(), vec![], "it is told once");
	});
}

/// As long as the task's proofs are, and none.
#[test]
fn what_is_no_proof_does_not_hold() {
	build_and_execute(|| {
		let ctx = open_task(TASK, 5, 2, LENGTH, 1);
		let input = fixtures::input(LENGTH as usize, 1);
		let right = fixtures::dealing(&ctx, &dealer_account(0), &input, 0).unwrap().validity;
		let (zeros, ones) = (vec![0; right.len()], vec![0xff; right.len()]);
		let mut shifted = right.clone();
		shifted.rotate_left(1);
		let mut changed = right.clone();
		*changed.last_mut().unwrap() ^= 1;
		let scene = with_proofs(vec![zeros, ones, shifted, changed, right]);
		judged(scene.challenge(1, 0));
		assert_ok!(scene.challenge_with_bond(1));
		judged(scene.challenge(2, 2));
		judged(scene.challenge(2, 3));
		for index in 0..4 {
			assert_eq!(standing(index), Standing::Excluded);
		}
		// The last dealer's is the first one's: it names another account.
		judged(scene.challenge(3, 4));
		assert_eq!(standing(4), Standing::Excluded);
	});
}

/// A proof says whose it is, of which task, and for which commitments.
#[test]
fn a_proof_of_another_dealer_task_or_dealing_does_not_hold() {
	build_and_execute(|| {
		let ctx = open_task(TASK, 5, 2, LENGTH, 4);
		let input = |seed| fixtures::input(LENGTH as usize, seed + 1);
		let made = |ctx: &TaskContext, index, seed| {
			fixtures::dealing(ctx, &dealer_account(index), &input(seed), seed).unwrap().validity
		};
		let mut other = ctx.clone();
		other.task_hash[0] ^= 1;
		let own = made(&ctx, 3, 3);
		let scene = with_proofs(vec![made(&ctx, 1, 0), made(&other, 1, 1), made(&ctx, 2, 9), own]);
		for index in 0..3 {
			judged(scene.challenge(1, index as usize));
			assert_eq!(standing(index), Standing::Excluded);
		}
		judged(scene.challenge(2, 3));
		assert_eq!(standing(3), Standing::Accepted);
		assert!(seat_state(2).accused_falsely);
	});
}

/// Outside of the group there is nothing to prove: the dealer is guilty whatever its proof says.
#[test]
fn commitments_outside_the_subgroup_convict_the_dealer() {
	for place in 0..3 {
		build_and_execute(|| {
			let ctx = open_task(TASK, 5, 2, LENGTH, 1);
			let (dealer, input) = (dealer_account(0), fixtures::input(LENGTH as usize, 1));
			let part = [(place, fixtures::order_three())];
			let dealing = fixtures::dealing_outside(&ctx, &dealer, &input, &[], &part, 1).unwrap();
			assert_ok!(deal(&ctx, &dealer, dealing.clone()));
			let scene = Scene { ctx, dealt: vec![(dealer, dealing)] };
			scene.verify();
			assert_ok!(scene.challenge_with_bond(0));
			event(Event::DealerConvicted {
				task: TASK,
				dealer: dealer_account(0),
				seat: None,
				accuser: challenger(),
				fault: DealerFault::OutsideSubgroup,
				excluded: true,
			});
			let state = Sharings::<Test>::get(TASK).unwrap();
			assert_eq!(state.aggregate.to_vec(), vec![IDENTITY; 3]);
		});
	}
}

/// Nor is a point of the proof taken that is outside of it.
#[test]
fn a_proof_with_a_point_outside_the_subgroup_does_not_hold() {
	build_and_execute(|| {
		let ctx = open_task(TASK, 5, 2, LENGTH, 1);
		let input = fixtures::input(LENGTH as usize, 1);
		let mut proof = fixtures::dealing(&ctx, &dealer_account(0), &input, 0).unwrap().validity;
		let outside = encode_point(&fixtures::order_three());
		proof[..outside.len()].copy_from_slice(&outside);
		let scene = with_proofs(vec![proof]);
		judged(scene.challenge(1, 0));
		convicted(0, Some(1), operator(1), true);
	});
}

/// An identity as `C_0` hides nothing, and is proven like any other.
#[test]
fn a_dealing_of_nothing_is_proven() {
	build_and_execute(|| {
		let ctx = open_task(TASK, 5, 2, LENGTH, 1);
		let dealer = dealer_account(0);
		let dealing = fixtures::identity_dealing(&ctx, &dealer, 1).unwrap();
		assert_ok!(deal(&ctx, &dealer, dealing.clone()));
		let scene = Scene { ctx, dealt: vec![(dealer, dealing)] };
		judged(scene.challenge(1, 0));
		assert_eq!(money(), vec![member_punished(1, 0)]);
	});
}
