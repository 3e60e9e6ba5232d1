//! False attestations: who attested to a dealing that everybody could see to be invalid is exposed, whenever that is shown. What is
//! not to be seen without a share exposes nobody.

use super::{
	challenge::{bond_held, bond_released, dealer_punished},
	refusals::refused_both,
	*,
};

/// What dealer 1 has done, if it is its input.
const FORGES: (u32, (u8, DealerFault)) = (1, (1, DealerFault::InvalidInput));

/// Seats 1 and 6, a member and a verifier, attest to dealings with these faults.
fn attested_to(corrupt: &[(u32, (u8, DealerFault))]) -> Scene {
	let scene = Scene::with_panel(3, corrupt);
	scene.verify();
	scene.attest_all([1, 6]);
	BookLog::take();
	scene
}

/// Those who are exposed.
fn liars() -> Vec<u8> {
	let seats = Seats::<Test>::get(TASK).unwrap();
	(1..).zip(seats.iter()).filter(|(_, state)| state.attested_falsely).map(|(j, _)| j).collect()
}

/// These were exposed in one go, and this account is named for it.
#[track_caller]
fn exposed(seats: &[u8], exposer: AccountId) {
	event(Event::AttestedFalsely { task: TASK, seats: seats.to_vec(), exposer });
}

/// How often somebody was.
fn exposures() -> usize {
	let of_kind =
		|event: &RuntimeEvent| matches!(event, RuntimeEvent::Vss(Event::AttestedFalsely { .. }));
	System::events().iter().filter(|record| of_kind(&record.event)).count()
}

/// Nobody was.
#[track_caller]
fn nobody_exposed() {
	assert_eq!(exposures(), 0);
	assert_eq!(liars(), Vec::<u8>::new());
	assert_eq!(Vss::exposer(TASK), None);
}

/// These commit to their shares and reveal them: as many as a result takes.
fn publish_by(scene: &Scene, seats: [u8; 3]) {
	scene.commit_all(seats);
	for seat in seats {
		judged(scene.reveal(seat, &scene.share(seat)));
	}
}

fn publish(scene: &Scene) {
	publish_by(scene, [1, 2, 3]);
}

/// What the result says of the panel and of the inputs.
#[track_caller]
fn marked(panel: u32, attested: u32, disproven: u32) {
	let result = Vss::result(TASK).unwrap();
	assert_eq!((result.panel, result.attested, result.disproven), (panel, attested, disproven));
}

/// The attack: whoever attests without having looked is paid for the word. It is found out as soon as anybody looks.
#[test]
fn who_attested_to_an_invalid_input_is_exposed() {
	build_and_execute(|| {
		let scene = attested_to(&[FORGES]);
		judged(scene.challenge(2, 1));
		assert_eq!(standing(1), Standing::Excluded);
		exposed(&[1, 6], operator(2));
		assert_eq!(liars(), [1, 6]);
		let counters = Vss::counters(TASK);
		assert_eq!((counters.attested, counters.verified), (0, 0), "none stands");
		assert_eq!(Vss::exposer(TASK), Some(operator(2)));
		// Their stake is the fee's to take: it is settled once.
		assert_eq!(money(), vec![dealer_punished(1, operator(2))]);
		use SeatReport::*;
		let expected = vec![FalseAttestation, Idle, Idle, Idle, Idle, FalseAttestation, Idle];
		assert_eq!(Vss::reports(TASK, false), expected);
		assert_eq!(Vss::counters(TASK).disproven, 0, "it does not count");

		// Who attests to what is left is honest, and stays so.
		scene.attest_all([2, 3, 4, 5, 7]);
		assert_eq!(BookLog::get(), vec![Told::Attested(TASK)]);
		scene.freeze();
		publish(&scene);
		scene.assert_result();
		marked(2, 1, 0);
		assert_eq!(liars(), [1, 6]);
		let reports = Vss::reports(TASK, true);
		assert_eq!(reports[..3], [FalseAttestation, Right, Right]);
		assert_eq!(reports[5..], [FalseAttestation, Right]);
	});
}

/// It changes no number; the result says so, whether it is out when the challenge comes or not.
#[test]
fn a_late_challenge_exposes_and_marks_the_result() {
	for published in [false, true] {
		build_and_execute(|| {
			let scene = attested_to(&[FORGES]);
			scene.freeze();
			if published {
				publish(&scene);
				marked(2, 1, 0);
			}
			let numbers = Vss::result(TASK).map(|result| result.vector);
			assert_ok!(scene.challenge_with_bond(1));
			exposed(&[1, 6], challenger());
			assert_eq!(standing(1), Standing::ConvictedLate);
			assert_eq!(Vss::counters(TASK).disproven, 1);
			if !published {
				publish(&scene);
			}
			marked(2, 0, 1);
			let result = Vss::result(TASK).unwrap();
			assert_eq!(result.dealers, 3, "it counts on");
			assert!(numbers.is_none_or(|numbers| numbers == result.vector));
			refused_both(&scene, 1, &scene.shown(1), Error::AlreadyConvicted);
			assert_eq!(Vss::exposer(TASK), Some(challenger()));
		});
	}
}

/// The book may lag behind the end of verification: then it is late, too.
#[test]
fn what_is_disproven_before_a_lagging_freeze_counts_as_disproven() {
	build_and_execute(|| {
		let scene = attested_to(&[FORGES]);
		System::set_block_number(31);
		judged(scene.challenge(7, 1));
		exposed(&[1, 6], operator(7));
		scene.freeze();
		publish(&scene);
		marked(2, 0, 1);
	});
}

#[test]
fn commitments_outside_of_the_group_expose_by_accusation_and_challenge() {
	for accused in [false, true] {
		build_and_execute(|| {
			let scene = attested_to(&[(1, (1, DealerFault::OutsideSubgroup))]);
			if accused {
				judged(scene.accuse(2, 1));
			} else {
				judged(scene.challenge(2, 1));
			}
			exposed(&[1, 6], operator(2));
			assert_eq!(liars(), [1, 6]);
		});
	}
	// Late, parts that cancel went unnoticed. The accuser is excused, and those who attested are exposed for it, not anew by
	// each member that wants its excuse.
	build_and_execute(|| {
		let ctx = open_task_with_panel(TASK, (5, 2), 2, LENGTH, 2);
		let mut scene = Scene { ctx, dealt: vec![] };
		let part = fixtures::order_three();
		for (index, part) in (0u32..).zip([part, -part]) {
			let (dealer, seed) = (dealer_account(index), u64::from(index));
			let input = fixtures::input(LENGTH as usize, seed + 1);
			let parts = [(1, part)];
			let dealing =
				fixtures::dealing_outside(&scene.ctx, &dealer, &input, &[], &parts, seed).unwrap();
			assert_ok!(deal(&scene.ctx, &dealer, dealing.clone()));
			scene.dealt.push((dealer, dealing));
		}
		scene.verify();
		scene.attest_all([1, 6]);
		scene.freeze();
		judged(scene.accuse(2, 0));
		exposed(&[1, 6], operator(2));
		assert!(seat_state(2).excused);
		assert_eq!(Vss::counters(TASK).disproven, 1);
		judged(scene.accuse(3, 0));
		assert!(seat_state(3).excused);
		assert_eq!(Vss::counters(TASK).disproven, 1, "the same dealing");
		judged(scene.accuse(4, 1));
		assert_eq!(Vss::counters(TASK).disproven, 2);
		assert_eq!(liars(), [1, 6]);
	});
}

/// Nobody but its member can know that a share is wrong.
#[test]
fn a_fault_that_is_not_public_exposes_nobody() {
	for fault in [DealerFault::WrongShare, DealerFault::Unopenable, DealerFault::NonCanonicalScalar]
	{
		for late in [false, true] {
			build_and_execute(|| {
				let scene = attested_to(&[(1, (2, fault))]);
				if late {
					scene.freeze();
				}
				judged(scene.accuse(2, 1));
				assert_ne!(standing(1), Standing::Accepted);
				nobody_exposed();
				assert_eq!(Vss::counters(TASK).disproven, 0);
			});
		}
	}
}

#[test]
fn a_false_challenge_exposes_nobody() {
	build_and_execute(|| {
		let scene = attested_to(&[]);
		judged(scene.challenge(2, 1));
		assert_ok!(scene.challenge_with_bond(0));
		nobody_exposed();
		scene.freeze();
		judged(scene.challenge(3, 2));
		nobody_exposed();
		assert_eq!(Vss::counters(TASK).disproven, 0);
	});
}

/// Where nobody has attested there is nobody to expose, and nobody has a part of it.
#[test]
fn without_attestations_nobody_is_exposed() {
	build_and_execute(|| {
		let scene = Scene::with_panel(3, &[FORGES]);
		judged(scene.challenge(2, 1));
		nobody_exposed();
	});
	build_and_execute(|| {
		let scene = Scene::with_panel(3, &[FORGES]);
		scene.verify();
		scene.freeze();
		publish(&scene);
		judged(scene.challenge(7, 1));
		nobody_exposed();
		marked(2, 0, 1);
		refused_both(&scene, 1, &scene.shown(1), Error::AlreadyConvicted);
	});
}

/// To find out oneself what one has attested to is no way out of it.
#[test]
fn who_challenges_what_it_attested_to_is_exposed_with_the_others() {
	build_and_execute(|| {
		let scene = attested_to(&[FORGES]);
		judged(scene.challenge(6, 1));
		exposed(&[1, 6], operator(6));
		assert_eq!(Vss::reports(TASK, false)[5], SeatReport::FalseAttestation);
	});
}

/// The attack: a liar attests early, and has an accomplice expose it, so that nobody else earns by showing the lies of the others.
/// Who exposes as many is named instead; one that exposes fewer is not.
#[test]
fn who_exposed_most_is_named() {
	let cases: [(&[u8], &[u8], bool); 3] =
		[(&[1], &[3, 7], false), (&[1, 6], &[3, 7], false), (&[1, 6], &[3], true)];
	for (early, late, first_stays) in cases {
		build_and_execute(|| {
			let scene = Scene::with_panel(3, &[(0, FORGES.1), FORGES]);
			scene.verify();
			scene.attest_all(early.iter().copied());
			judged(scene.challenge(2, 0));
			exposed(early, operator(2));
			// To these the exclusion told nothing: dealer 1's input is as bad.
			scene.attest_all(late.iter().copied());
			assert_ok!(scene.challenge_with_bond(1));
			let named = if first_stays { operator(2) } else { challenger() };
			exposed(late, named.clone());
			assert_eq!(liars().len(), early.len() + late.len());
			assert_eq!(Vss::exposer(TASK), Some(named));
		});
	}
}

/// A second invalid dealing, once all are exposed, changes nothing for them.
#[test]
fn nobody_is_exposed_twice() {
	build_and_execute(|| {
		let scene = attested_to(&[(0, FORGES.1), FORGES]);
		scene.freeze();
		judged(scene.challenge(2, 0));
		assert_eq!(exposures(), 1);
		judged(scene.challenge(3, 1));
		assert_eq!(exposures(), 1);
		assert_eq!(Vss::exposer(TASK), Some(operator(2)));
		publish(&scene);
		marked(2, 0, 2);
	});
}

/// The attack: a dealer with a forged input gives an accomplice in the committee a wrong share. Its accusation after the freeze
/// convicts the dealer, and nobody could challenge it any more: who attested would be safe.
#[test]
fn a_late_accusation_by_an_accomplice_shields_nobody() {
	build_and_execute(|| {
		let scene = attested_to(&[(1, (2, DealerFault::WrongShare)), FORGES]);
		scene.freeze();
		judged(scene.accuse(2, 1));
		nobody_exposed();
		assert_eq!(standing(1), Standing::ConvictedLate);
		publish_by(&scene, [1, 3, 4]);
		marked(2, 1, 0);
		assert_ok!(scene.challenge_with_bond(1));
		exposed(&[1, 6], challenger());
		marked(2, 0, 1);
		// The dealer has lost what it had, and the bond comes back.
		let expected = vec![dealer_punished(1, operator(2)), bond_held(), bond_released()];
		assert_eq!(money(), expected);
		refused_both(&scene, 1, &scene.shown(1), Error::AlreadyConvicted);
	});
	// A false one of such a dealer is as false as any.
	build_and_execute(|| {
		let scene = attested_to(&[(1, (2, DealerFault::WrongShare))]);
		scene.freeze();
		judged(scene.accuse(2, 1));
		judged(scene.challenge(7, 1));
		assert!(seat_state(7).accused_falsely);
		nobody_exposed();
	});
}

/// The same with nobody left to be exposed, so that the result looks right: its marks can still be had, once.
#[test]
fn a_late_accusation_by_an_accomplice_hides_no_invalid_input() {
	build_and_execute(|| {
		let scene = Scene::with_panel(3, &[(1, (2, DealerFault::WrongShare)), FORGES]);
		scene.verify();
		scene.freeze();
		judged(scene.accuse(2, 1));
		publish_by(&scene, [1, 3, 4]);
		marked(2, 0, 0);
		assert_ok!(scene.challenge_with_bond(1));
		marked(2, 0, 1);
		nobody_exposed();
		let expected = vec![dealer_punished(1, operator(2)), bond_held(), bond_released()];
		assert_eq!(money(), expected);
		refused_both(&scene, 1, &scene.shown(1), Error::AlreadyConvicted);
	});
}

/// The attack in time: liars attest, and when a challenge shows in the pool, the accomplice's accusation goes before it. The
/// dealing is out, and who had attested to it is exposed all the same; who attests to what is left is not, and no number changes.
#[test]
fn an_accusation_in_time_by_an_accomplice_shields_nobody() {
	for frozen in [false, true] {
		build_and_execute(|| {
			let scene = attested_to(&[(1, (2, DealerFault::WrongShare)), FORGES]);
			judged(scene.accuse(2, 1));
			assert_eq!(standing(1), Standing::Excluded);
			nobody_exposed();
			scene.attest_all([3, 7]);
			if frozen {
				scene.freeze();
			}
			let sums = Sharings::<Test>::get(TASK).unwrap().aggregate;
			if frozen {
				judged(scene.challenge(4, 1));
				exposed(&[1, 6], operator(4));
			} else {
				assert_ok!(scene.challenge_with_bond(1));
				exposed(&[1, 6], challenger());
				let expected = vec![dealer_punished(1, operator(2)), bond_held(), bond_released()];
				assert_eq!(money(), expected, "the dealer pays once");
			}
			assert_eq!(liars(), [1, 6]);
			assert_eq!(Vss::counters(TASK).disproven, 0, "it does not count");
			assert_eq!(Sharings::<Test>::get(TASK).unwrap().aggregate, sums);
			refused_both(&scene, 1, &scene.shown(1), Error::AlreadyConvicted);
			if !frozen {
				scene.freeze();
			}
			publish(&scene);
			scene.assert_result();
			marked(2, 1, 0);
		});
	}
	// A false one of such a dealing is as false as any.
	build_and_execute(|| {
		let scene = attested_to(&[(1, (2, DealerFault::WrongShare))]);
		judged(scene.accuse(2, 1));
		judged(scene.challenge(7, 1));
		assert!(seat_state(7).accused_falsely);
		nobody_exposed();
	});
	// Where nobody had attested before it is over: the dealing harms nobody, and who attests since is honest.
	build_and_execute(|| {
		let scene = Scene::with_panel(3, &[(1, (2, DealerFault::WrongShare)), FORGES]);
		scene.verify();
		judged(scene.accuse(2, 1));
		scene.attest_all([1, 6]);
		refused_both(&scene, 1, &scene.shown(1), Error::AlreadyConvicted);
	});
}

/// All seats lie, and an outsider looks: it is late, and all are exposed.
#[test]
fn an_outsider_exposes_a_corrupt_committee_and_panel() {
	build_and_execute(|| {
		let scene = Scene::with_panel(3, &[FORGES]);
		scene.verify();
		scene.attest_all(1..=7);
		set_status(TASK, TaskStatus::Verifying { until: now() });
		System::set_block_number(now() + 1);
		scene.freeze();
		assert_ok!(scene.challenge_with_bond(1));
		exposed(&[1, 2, 3, 4, 5, 6, 7], challenger());
		publish(&scene);
		marked(2, 0, 1);
		assert_eq!(Vss::reports(TASK, true), vec![SeatReport::FalseAttestation; 7]);
	});
}

/// The result needs their shares, and phases wait for them as ever. Whatever else they do, this is what is reported.
#[test]
fn who_is_exposed_is_awaited_and_reported_for_that_above_all() {
	build_and_execute(|| {
		let scene = attested_to(&[FORGES]);
		judged(scene.challenge(2, 1));
		// Another fault on top: a false challenge by the verifier, a wrong share by the member.
		judged(scene.challenge(6, 0));
		scene.freeze();
		for seat in 2..=5 {
			judged(scene.commit(seat, &scene.share(seat)));
		}
		assert_eq!(BookLog::get(), vec![]);
		let mut bad = scene.share(1);
		bad.values[0] += Scalar::from(1u8);
		judged(scene.commit(1, &bad));
		assert_eq!(BookLog::get(), vec![Told::Committed(TASK)]);
		scene.reveal_phase();
		judged(scene.reveal(1, &bad));
		assert!(seat_state(1).is_convicted() && seat_state(6).accused_falsely);
		let reports = Vss::reports(TASK, true);
		assert_eq!([reports[0], reports[5]], [SeatReport::FalseAttestation; 2]);
	});
}

/// When the last result share is due it is over: what nobody has shown by then costs nobody.
#[test]
fn nobody_is_exposed_after_the_last_phase() {
	build_and_execute(|| {
		let scene = attested_to(&[FORGES]);
		scene.freeze();
		publish(&scene);
		System::set_block_number(51);
		refused_both(&scene, 1, &scene.shown(1), Error::DeadlinePassed);
		set_status(TASK, TaskStatus::Settling(Outcome::Completed));
		refused_both(&scene, 1, &scene.shown(1), Error::WrongPhase);
		nobody_exposed();
		marked(2, 1, 0);
	});
}

/// A conviction in the block in which others attest: they name the dealings without it, or are refused.
#[test]
fn a_late_word_in_the_block_of_an_exclusion_convicts_no_honest_verifier() {
	build_and_execute(|| {
		let scene = attested_to(&[FORGES]);
		// Written by a node that had not seen the challenge, and by one that had seen it on another fork.
		let unseen = attest_call(&scene.ctx, 7, (dealt(), excluded()), now());
		let seen = (dealt(), wire::excluded(&excluded(), &scene.digest(1)));
		let seen = attest_call(&scene.ctx, 7, seen, now());
		refused(|| apply(seen.clone()), Error::WrongDealings);
		judged(scene.challenge(2, 1));
		refused(|| apply(unseen), Error::WrongDealings);
		judged(apply(seen));
		assert_eq!(liars(), [1, 6]);
	});
}
