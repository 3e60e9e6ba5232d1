//! The panel: its seats stand behind the committee's. They attest and challenge, and have no share.

use super::{
	challenge::{dealer_punished, member_punished},
	*,
};
use ostraka_primitives::{MAX_COMMITTEE, MAX_PANEL, MAX_SEATS};

/// Nobody cheats; seats 6 and 7 are the panel's; verification lasts until block 30.
fn honest() -> Scene {
	let scene = Scene::with_panel(3, &[]);
	scene.verify();
	BookLog::take();
	scene
}

/// Dealer 1's input is none that rows could give.
fn forged() -> Scene {
	let scene = Scene::with_panel(3, &[(1, (1, DealerFault::InvalidInput))]);
	scene.verify();
	BookLog::take();
	scene
}

#[test]
fn verifiers_attest_and_are_counted_apart() {
	build_and_execute(|| {
		let scene = honest();
		for (seat, attested) in [6, 1, 7, 2].into_iter().zip(1..) {
			judged(scene.attest(seat));
			event(Event::Attested { task: TASK, seat, node: operator(seat), attested });
		}
		let counters = Vss::counters(TASK);
		assert_eq!((counters.attested, counters.verified), (2, 2));
		refused(|| scene.attest(6), Error::AlreadyAttested);
		assert_eq!(money(), vec![]);
	});
}

/// Whoever is the last, verification waits for committee and panel.
#[test]
fn verification_ends_when_both_have_attested() {
	for order in [[1, 2, 3, 4, 5, 6, 7], [6, 7, 5, 4, 3, 2, 1]] {
		build_and_execute(|| {
			let scene = honest();
			let (last, others) = order.split_last().unwrap();
			scene.attest_all(others.iter().copied());
			assert_eq!(BookLog::get(), vec![]);
			judged(scene.attest(*last));
			assert_eq!(BookLog::get(), vec![Told::Attested(TASK)]);
		});
	}
}

/// A panel that sleeps costs the window, and no more: the set is frozen, and the result says that nobody of it attested.
#[test]
fn a_sleeping_panel_costs_the_window() {
	build_and_execute(|| {
		let scene = honest();
		scene.attest_all(1..=5);
		System::set_block_number(31);
		refused(|| scene.attest(6), Error::DeadlinePassed);
		assert_eq!(BookLog::get(), vec![]);
		scene.freeze();
		scene.commit_all(1..=5);
		for seat in 1..=5 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		// Neither committing nor revealing waits for those who have no share.
		assert_eq!(BookLog::get(), vec![Told::Committed(TASK), Told::Revealed(TASK)]);
		scene.assert_result();
		let result = Vss::result(TASK).unwrap();
		assert_eq!((result.panel, result.attested, result.disproven), (2, 0, 0));
		use SeatReport::*;
		let expected = vec![Right, Right, Right, Right, Right, Absent, Absent];
		assert_eq!(Vss::reports(TASK, true), expected);
	});
}

#[test]
fn the_result_says_how_many_of_the_panel_attested() {
	build_and_execute(|| {
		let scene = honest();
		scene.attest_all([2, 7]);
		scene.freeze();
		scene.commit_all(1..=3);
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		let result = Vss::result(TASK).unwrap();
		assert_eq!((result.panel, result.attested, result.disproven), (2, 1, 0));
		scene.assert_result();
	});
}

/// A verifier has no share: what takes one is refused, in every phase, with a member's evidence or share as with its own.
#[test]
fn a_verifier_cannot_accuse_commit_or_reveal() {
	build_and_execute(|| {
		let scene = Scene::with_panel(3, &[(1, (2, DealerFault::WrongShare))]);
		let accuse = |seat| scene.accuse_with(seat, 1, scene.evidence(2, 1));
		refused(|| accuse(6), Error::UnknownSeat);
		scene.verify();
		refused(|| accuse(7), Error::UnknownSeat);
		let h_a = scene.freeze();
		refused(|| accuse(6), Error::UnknownSeat);
		let share = scene.share(3);
		for seat in [6, 7] {
			let call = commit_call(&scene.ctx, seat, h_a, commitment(h_a, seat, &share), now());
			refused(|| apply(call), Error::UnknownSeat);
		}
		scene.reveal_phase();
		for seat in [6, 7] {
			let call = reveal_call(&scene.ctx, seat, h_a, &share, now());
			refused(|| apply(call), Error::UnknownSeat);
		}
		// The member can.
		judged(scene.accuse(2, 1));
	});
}

#[test]
fn a_verifier_speaks_by_its_own_key_and_seat() {
	build_and_execute(|| {
		let scene = honest();
		let named = (dealt(), excluded());
		let sent_as = |signer, of| {
			let mut call = attest_call(&scene.ctx, signer, named, now());
			if let Call::attest { seat, .. } = &mut call {
				*seat = of;
			}
			apply(call)
		};
		for (signer, of) in [(1, 6), (7, 6), (6, 1), (42, 7)] {
			refused(|| sent_as(signer, of), Error::BadSignature);
		}
		for of in [0, 8, 255] {
			refused(|| sent_as(6, of), Error::UnknownSeat);
		}
		let shown = scene.shown(0);
		for of in [0, 8, 255] {
			let (dealer, digest) = (scene.dealer(0), scene.digest(0));
			let mut call = challenge_call(&scene.ctx, 6, &dealer, digest, shown.clone(), now());
			if let Call::challenge { seat, .. } = &mut call {
				*seat = of;
			}
			refused(|| apply(call), Error::UnknownSeat);
		}
		judged(sent_as(6, 6));
	});
}

/// Without a panel its seats are none.
#[test]
fn an_empty_panel_has_no_seats() {
	build_and_execute(|| {
		let scene = Scene::new(3, &[]);
		scene.verify();
		refused(|| scene.attest(6), Error::UnknownSeat);
		refused(|| scene.challenge(6, 0), Error::UnknownSeat);
		assert_eq!(Vss::reports(TASK, false).len(), 5);
	});
}

/// The committee's alone: what is dealt has no share for a verifier.
#[test]
fn dealings_are_sealed_to_the_committee() {
	build_and_execute(|| {
		let scene = Scene::with_panel(1, &[]);
		assert_eq!(scene.ctx.n().unwrap(), 5);
		assert_eq!(scene.dealt[0].1.sealed.len(), 5);
	});
}

/// A forged input is found by the panel, for free, while dealers still deal, in verification, and too late to exclude.
#[test]
fn a_verifier_challenges_a_forged_input() {
	for (late, expected) in [(false, Standing::Excluded), (true, Standing::ConvictedLate)] {
		build_and_execute(|| {
			let scene = forged();
			if late {
				scene.freeze();
			}
			judged(scene.challenge(6, 1));
			assert_eq!(standing(1), expected);
			assert_eq!(money(), vec![dealer_punished(1, operator(6))]);
			event(Event::DealerConvicted {
				task: TASK,
				dealer: dealer_account(1),
				seat: Some(6),
				accuser: operator(6),
				fault: DealerFault::InvalidInput,
				excluded: !late,
			});
			refused(|| scene.challenge(7, 1), Error::AlreadyConvicted);
		});
	}
	build_and_execute(|| {
		let scene = Scene::with_panel(2, &[(0, (1, DealerFault::InvalidInput))]);
		judged(scene.challenge(7, 0));
		assert_eq!(standing(0), Standing::Excluded);
		scene.verify();
		judged(scene.attest(7));
	});
}

/// It cannot accuse: a commitment outside of the group it challenges.
#[test]
fn a_verifier_challenges_commitments_outside_of_the_group() {
	build_and_execute(|| {
		let scene = Scene::with_panel(2, &[(1, (1, DealerFault::OutsideSubgroup))]);
		scene.verify();
		judged(scene.challenge(7, 1));
		assert_eq!(standing(1), Standing::Excluded);
		scene.freeze();
		assert_eq!(scene.accepted().len(), 1);
	});
}

/// It costs what a member's does, and the seat is waited for no more.
#[test]
fn a_false_challenge_convicts_the_verifier() {
	build_and_execute(|| {
		let scene = honest();
		scene.attest_all(1..=6);
		assert_eq!(BookLog::get(), vec![]);
		judged(scene.challenge(7, 0));
		assert_eq!(BookLog::get(), vec![Told::Attested(TASK)]);
		assert_eq!(standing(0), Standing::Accepted);
		assert_eq!(money(), vec![member_punished(7, 0)]);
		event(Event::AccuserConvicted {
			task: TASK,
			seat: Some(7),
			accuser: operator(7),
			dealer: dealer_account(0),
			fault: AccuserFault::FalseChallenge,
		});
		refused(|| scene.challenge(7, 1), Error::AccusationsForfeited);
		refused(|| scene.attest(7), Error::AccusationsForfeited);
		assert_eq!(Vss::reports(TASK, false)[6], SeatReport::Convicted);
		assert!(!seat_state(7).attested_falsely);
	});
	// Having attested before does not save it.
	build_and_execute(|| {
		let scene = honest();
		judged(scene.attest(6));
		judged(scene.challenge(6, 0));
		assert_eq!(Vss::reports(TASK, false)[5], SeatReport::Convicted);
	});
}

/// A verifier's own false challenge ends neither committing nor revealing, in which it has no part.
#[test]
fn a_late_false_challenge_by_a_verifier_moves_nothing_on() {
	build_and_execute(|| {
		let scene = honest();
		scene.freeze();
		for seat in 1..=4 {
			judged(scene.commit(seat, &scene.share(seat)));
		}
		judged(scene.challenge(6, 0));
		assert_eq!(BookLog::get(), vec![]);
		judged(scene.commit(5, &scene.share(5)));
		assert_eq!(BookLog::get(), vec![Told::Committed(TASK)]);
	});
}

/// The largest committee and the largest panel: every seat has its number, and there is none behind the last.
#[test]
fn all_seats_of_the_largest_task_attest() {
	build_and_execute(|| {
		let both = (MAX_COMMITTEE as u8, MAX_PANEL as u8);
		let ctx = open_task_with_panel(TASK, both, 15, LENGTH, 1);
		let (dealer, input) = (dealer_account(0), fixtures::input(LENGTH as usize, 1));
		let forges = [(1, DealerFault::InvalidInput)];
		let dealing = fixtures::faulty_dealing(&ctx, &dealer, &input, &forges, 1).unwrap();
		assert_ok!(deal(&ctx, &dealer, dealing.clone()));
		let scene = Scene { ctx, dealt: vec![(dealer, dealing)] };
		scene.verify();
		BookLog::take();
		let last = MAX_SEATS as u8;
		scene.attest_all(1..=last);
		assert_eq!(BookLog::get(), vec![Told::Attested(TASK)]);
		refused(|| scene.attest(last + 1), Error::UnknownSeat);
		let counters = Vss::counters(TASK);
		assert_eq!((counters.attested, counters.verified), (MAX_COMMITTEE, MAX_PANEL));
		assert_ok!(scene.challenge_with_bond(0));
		let seats = (1..=last).collect();
		event(Event::AttestedFalsely { task: TASK, seats, exposer: challenger() });
		let all = vec![SeatReport::FalseAttestation; MAX_SEATS as usize];
		assert_eq!(Vss::reports(TASK, false), all);
	});
}
