//! Accusations: verdicts, times, and what a liar can do.

use super::*;
use ostraka_crypto::{encoding::IDENTITY, vss::UncheckedCommitments, PointBytes};

/// Dealer 1's share for seat 2 is wrong.
fn scene() -> Scene {
	Scene::new(3, &[(1, (2, DealerFault::WrongShare))])
}

fn dealer_punished(seat: u8) -> Money {
	Money::Dealer { task: TASK, dealer: dealer_account(1), accuser: operator(seat) }
}

fn accuser_punished(seat: u8, index: u32) -> Money {
	Money::FalseAccuser { task: TASK, accuser: operator(seat), exposed: dealer_account(index) }
}

#[test]
fn a_right_accusation_excludes_the_dealing() {
	build_and_execute(|| {
		let scene = scene();
		scene.verify();
		let before = Sharings::<Test>::get(TASK).unwrap().aggregate;
		judged(scene.accuse(2, 1));
		assert_eq!(standing(1), Standing::Excluded);
		assert_eq!(money(), vec![dealer_punished(2)]);
		event(Event::DealerConvicted {
			task: TASK,
			dealer: dealer_account(1),
			seat: Some(2),
			accuser: operator(2),
			fault: DealerFault::WrongShare,
			excluded: true,
		});
		assert_eq!(Vss::counters(TASK).excluded, 1);
		assert!(!seat_state(2).excused);

		// The aggregate is the sum over the others.
		let after = Sharings::<Test>::get(TASK).unwrap().aggregate;
		assert_ne!(before, after);
		let mut sum = adjudicator::Aggregate::zero(2);
		for index in [0, 2] {
			sum.add(&commitments(&scene.dealt[index].1.commitments)).unwrap();
		}
		assert_eq!(after.to_vec(), sum.to_bytes());
	});
}

fn commitments(bytes: &[PointBytes]) -> UncheckedCommitments {
	UncheckedCommitments::from_bytes(bytes, 2).unwrap()
}

#[test]
fn a_share_that_does_not_open_convicts_the_dealer() {
	build_and_execute(|| {
		let scene = Scene::new(2, &[(1, (4, DealerFault::Unopenable))]);
		judged(scene.accuse(4, 1));
		assert_eq!(money(), vec![dealer_punished(4)]);
		assert_eq!(standing(1), Standing::Excluded);
	});
}

#[test]
fn accusations_are_judged_while_dealers_still_deal() {
	build_and_execute(|| {
		let scene = scene();
		judged(scene.accuse(2, 1));
		assert_eq!(standing(1), Standing::Excluded);
		// Nor does it matter that the book lags behind the deadline of collecting.
		System::set_block_number(25);
		judged(scene.accuse(3, 0));
		assert_eq!(money(), vec![dealer_punished(2), accuser_punished(3, 0)]);
	});
}

#[test]
fn excluding_all_dealings_leaves_the_identity() {
	build_and_execute(|| {
		let scene =
			Scene::new(2, &[(0, (1, DealerFault::WrongShare)), (1, (1, DealerFault::WrongShare))]);
		judged(scene.accuse(1, 0));
		judged(scene.accuse(1, 1));
		let state = Sharings::<Test>::get(TASK).unwrap();
		assert_eq!(state.aggregate.to_vec(), vec![IDENTITY; 3]);
		assert_eq!(state.accepted(), 0);
	});
}

#[test]
fn a_false_accusation_convicts_its_author_and_ends_its_right() {
	build_and_execute(|| {
		let scene = scene();
		scene.verify();
		judged(scene.accuse(3, 0));
		assert_eq!(standing(0), Standing::Accepted);
		assert_eq!(money(), vec![accuser_punished(3, 0)]);
		event(Event::AccuserConvicted {
			task: TASK,
			seat: Some(3),
			accuser: operator(3),
			dealer: dealer_account(0),
			fault: AccuserFault::FalseAccusation,
		});
		refused(|| scene.accuse(3, 0), Error::AccusationsForfeited);
		refused(|| scene.accuse(3, 1), Error::AccusationsForfeited);
		// Others keep theirs.
		judged(scene.accuse(2, 1));
	});
}

#[test]
fn a_dealer_is_convicted_once() {
	build_and_execute(|| {
		let scene =
			Scene::new(2, &[(1, (2, DealerFault::WrongShare)), (1, (3, DealerFault::WrongShare))]);
		scene.verify();
		judged(scene.accuse(2, 1));
		refused(|| scene.accuse(3, 1), Error::AlreadyConvicted);
		refused(|| scene.accuse(2, 1), Error::AlreadyConvicted);
		assert_eq!(money(), vec![dealer_punished(2)]);
	});
}

/// A liar that is first in the pool or in the block must not shield a dealer from an honest accuser.
#[test]
fn a_liar_ahead_of_an_honest_accuser_is_convicted_and_changes_nothing() {
	build_and_execute(|| {
		let scene = scene();
		scene.verify();
		// Seat 1's share is right, so seat 1 lies; with its own tag it displaces nobody.
		judged(scene.accuse(1, 1));
		assert_eq!(standing(1), Standing::Accepted);
		judged(scene.accuse(2, 1));
		assert_eq!(standing(1), Standing::Excluded);
		assert_eq!(money(), vec![accuser_punished(1, 1), dealer_punished(2)]);
	});
}

/// The group of keys has no element of small order by which a forged proof could pass. What is left of that attack is `K` in
/// another form than its one: a second form of the right element, or what is none. It would derive another key, which opens
/// nothing, and an honest dealer would be convicted.
#[test]
fn another_form_of_the_right_dh_convicts_the_accuser() {
	build_and_execute(|| {
		let scene = scene();
		scene.verify();
		let (dealer, dealing) = &scene.dealt[0];
		let mut seats = 1u8..;
		let mut accuse_with = |change: &dyn Fn(&mut [u8; 32])| {
			let seat = seats.next().unwrap();
			let secret = fixtures::seal_secret(seat);
			let mut dh = scene.evidence(seat, 0).dh;
			change(&mut dh);
			let mut forged = scene.evidence(seat, 0);
			forged.dh = dh;
			// The proof is made anew for the form that is sent, if there is one for it.
			let made = fixtures::evidence_with(&scene.ctx, seat, dealer, dealing, &secret, dh, 1);
			judged(scene.accuse_with(seat, 0, made.unwrap_or(forged)));
			event(Event::AccuserConvicted {
				task: TASK,
				seat: Some(seat),
				accuser: operator(seat),
				dealer: dealer_account(0),
				fault: AccuserFault::InvalidDh,
			});
		};
		accuse_with(&|dh| dh[31] |= 0x80);
		accuse_with(&|dh| *dh = negated(*dh));
		accuse_with(&|dh| *dh = [0xff; 32]);
		accuse_with(&|dh| *dh = [0; 32]);
		// The field's order, which stands for zero a second time: the identity.
		accuse_with(&|dh| {
			*dh = [0xff; 32];
			(dh[0], dh[31]) = (0xed, 0x7f);
		});
		assert_eq!(standing(0), Standing::Accepted);
		let all: Vec<_> = (1..=5).map(|seat| accuser_punished(seat, 0)).collect();
		assert_eq!(money(), all);
	});
}

/// The other root: the field's order less the number.
fn negated(number: [u8; 32]) -> [u8; 32] {
	let mut borrow = 0i16;
	let mut result = [0; 32];
	for (place, (byte, result)) in number.iter().zip(&mut result).enumerate() {
		let order = match place {
			0 => 0xed,
			31 => 0x7f,
			_ => 0xff,
		};
		let rest = order - i16::from(*byte) - borrow;
		borrow = i16::from(rest < 0);
		*result = rest.rem_euclid(256) as u8;
	}
	result
}

#[test]
fn the_identity_and_a_wrong_dh_convict_the_accuser() {
	build_and_execute(|| {
		let scene = scene();
		let mut evidence = scene.evidence(1, 1);
		evidence.dh = [0; 32];
		judged(scene.accuse_with(1, 1, evidence));
		// Seat 2 is right about the dealer, but lies about K.
		let mut evidence = scene.evidence(2, 1);
		evidence.dh = scene.evidence(2, 0).dh;
		judged(scene.accuse_with(2, 1, evidence));
		let mut evidence = scene.evidence(3, 1);
		evidence.dleq = [0xff; 64];
		judged(scene.accuse_with(3, 1, evidence));
		let all: Vec<_> = [1, 2, 3].into_iter().map(|seat| accuser_punished(seat, 1)).collect();
		assert_eq!(money(), all);
		assert_eq!(standing(1), Standing::Accepted);
	});
}

/// Keys are pinned by the task hash: evidence by the pinned key convicts, evidence by a later one convicts its author,
/// and a later worker key signs nothing.
#[test]
fn a_key_rotated_between_deal_and_accusation_changes_nothing() {
	build_and_execute(|| {
		let scene = scene();
		scene.verify();
		let (dealer, dealing) = &scene.dealt[1];
		let digest = scene.digest(1);

		let call = accuse_call(&scene.ctx, 2, dealer, digest, scene.evidence(2, 1), now());
		let Call::accuse { task, seat, dealer: of, evidence, at, .. } = call else { panic!() };
		let attempt = Attempt { task, seat, kind: MessageKind::Accuse, at };
		let new_key = fixtures::worker_key(42);
		let args = payload(&(&of, &digest, &evidence));
		let signature =
			fixtures::sign::<Test>(&new_key, scene.ctx.task_hash, attempt, args).unwrap();
		let by_new_key = Call::accuse { task, seat, dealer: of, digest, evidence, at, signature };
		refused(|| apply(by_new_key), Error::BadSignature);

		let rotated = fixtures::seal_secret(43);
		let evidence = fixtures::evidence(&scene.ctx, 4, dealer, dealing, &rotated, 1).unwrap();
		judged(scene.accuse_with(4, 1, evidence));
		assert_eq!(money(), vec![accuser_punished(4, 1)]);

		judged(scene.accuse(2, 1));
		assert_eq!(standing(1), Standing::Excluded);
	});
}

#[test]
fn evidence_of_another_dealing_task_or_seat_is_refused() {
	build_and_execute(|| {
		let scene = scene();
		scene.verify();
		// Of another dealing.
		refused(|| scene.accuse_with(2, 1, scene.evidence(2, 0)), Error::DigestMismatch);
		// Of another seat.
		refused(|| scene.accuse_with(3, 1, scene.evidence(2, 1)), Error::DigestMismatch);
		// With a sealed share of its own making.
		let mut forged = scene.evidence(1, 0);
		forged.sealed = vec![7; forged.sealed.len()];
		refused(|| scene.accuse_with(1, 0, forged.clone()), Error::DigestMismatch);
		forged.sealed_hashes[0] = ostraka_crypto::messages::hash_sealed(&forged.sealed);
		refused(|| scene.accuse_with(1, 0, forged), Error::DigestMismatch);
		// With other commitments.
		let mut forged = scene.evidence(1, 0);
		forged.commitments[0] = IDENTITY;
		refused(|| scene.accuse_with(1, 0, forged), Error::DigestMismatch);
		// With a digest that is not in the state.
		let call =
			accuse_call(&scene.ctx, 2, &scene.dealer(1), [9; 32], scene.evidence(2, 1), now());
		refused(|| apply(call), Error::DigestMismatch);
		// Of a dealer that has not dealt.
		let stranger = dealer_account(9);
		let call =
			accuse_call(&scene.ctx, 2, &stranger, scene.digest(1), scene.evidence(2, 1), now());
		refused(|| apply(call), Error::UnknownDealing);
	});
}

/// A dealing that its dealer never sent, with evidence that fits it, convicts nobody.
#[test]
fn a_made_up_dealing_convicts_nobody() {
	build_and_execute(|| {
		let scene = scene();
		let dealer = scene.dealer(0);
		let input = fixtures::input(LENGTH as usize, 9);
		let fault = [(3, DealerFault::WrongShare)];
		let made_up = fixtures::faulty_dealing(&scene.ctx, &dealer, &input, &fault, 9).unwrap();
		let secret = fixtures::seal_secret(3);
		let evidence = fixtures::evidence(&scene.ctx, 3, &dealer, &made_up, &secret, 1).unwrap();
		let digest = made_up.digest(&scene.ctx.task_hash, dealer.as_ref());
		let call = accuse_call(&scene.ctx, 3, &dealer, digest, evidence, now());
		refused(|| apply(call), Error::DigestMismatch);
		assert_eq!(money(), vec![]);
	});
}

#[test]
fn every_length_must_be_exact() {
	build_and_execute(|| {
		let scene = scene();
		let spoil = |spoil: &dyn Fn(&mut EvidenceBytes)| {
			let mut evidence = scene.evidence(2, 1);
			spoil(&mut evidence);
			refused(|| scene.accuse_with(2, 1, evidence), Error::WrongLength);
		};
		spoil(&|evidence| evidence.commitments.truncate(evidence.commitments.len() - 1));
		spoil(&|evidence| evidence.commitments.push(IDENTITY));
		spoil(&|evidence| evidence.sealed_hashes.truncate(evidence.sealed_hashes.len() - 1));
		spoil(&|evidence| evidence.sealed_hashes.push([0; 32]));
		spoil(&|evidence| evidence.sealed.truncate(evidence.sealed.len() - 1));
		spoil(&|evidence| evidence.sealed.push(0));
	});
}

/// Nothing changes the accepted set after the freeze.
#[test]
fn an_accusation_after_the_freeze_slashes_and_excuses() {
	for revealing in [false, true] {
		build_and_execute(|| {
			let scene = scene();
			scene.verify();
			let h_a = scene.freeze();
			if revealing {
				scene.reveal_phase();
			}
			let before = Sharings::<Test>::get(TASK).unwrap();
			judged(scene.accuse(2, 1));
			assert_eq!(Sharings::<Test>::get(TASK).unwrap(), before);
			assert_eq!(Vss::accepted_set(TASK), Some(h_a));
			assert_eq!(standing(1), Standing::ConvictedLate);
			assert!(seat_state(2).excused);
			assert_eq!(money(), vec![dealer_punished(2)]);
			event(Event::SeatExcused {
				task: TASK,
				seat: 2,
				node: operator(2),
				dealer: dealer_account(1),
			});
			let reports = Vss::reports(TASK, true);
			assert_eq!(reports[1], SeatReport::Excused);
			assert_eq!(reports[0], SeatReport::Absent);
		});
	}
}

/// The book may lag: the deadline alone decides.
#[test]
fn an_accusation_after_the_deadline_is_late_even_before_the_freeze() {
	build_and_execute(|| {
		let scene = scene();
		scene.verify();
		System::set_block_number(31);
		judged(scene.accuse(2, 1));
		assert_eq!(standing(1), Standing::ConvictedLate);
		assert!(seat_state(2).excused);
		scene.freeze();
		assert_eq!(scene.accepted().len(), 3);
	});
	build_and_execute(|| {
		let scene = scene();
		scene.verify();
		System::set_block_number(30);
		judged(scene.accuse(2, 1));
		assert_eq!(standing(1), Standing::Excluded);
	});
}

/// Whoever lacks its share must be excused, also if another member convicted the dealer first.
#[test]
fn a_late_convicted_dealer_can_be_accused_for_an_excuse_only() {
	build_and_execute(|| {
		let scene =
			Scene::new(3, &[(1, (2, DealerFault::WrongShare)), (1, (3, DealerFault::Unopenable))]);
		scene.verify();
		scene.freeze();
		judged(scene.accuse(2, 1));
		judged(scene.accuse(3, 1));
		assert!(seat_state(3).excused);
		assert_eq!(money(), vec![dealer_punished(2)], "the dealer is punished once");
		refused(|| scene.accuse(3, 1), Error::AlreadyConvicted);
		// A member that has its share gets no excuse this way.
		judged(scene.accuse(4, 1));
		assert!(!seat_state(4).excused);
		assert_eq!(money(), vec![dealer_punished(2), accuser_punished(4, 1)]);
	});
}

#[test]
fn accusations_end_with_the_phases() {
	build_and_execute(|| {
		let scene = scene();
		scene.verify();
		scene.freeze();
		scene.reveal_phase();
		System::set_block_number(51);
		refused(|| scene.accuse(2, 1), Error::DeadlinePassed);
		for status in [
			TaskStatus::Inviting { until: 99 },
			TaskStatus::Drawing { until: 99 },
			TaskStatus::Settling(Outcome::Completed),
			TaskStatus::Settled(Outcome::Completed),
		] {
			set_status(TASK, status);
			refused(|| scene.accuse(2, 1), Error::WrongPhase);
		}
	});
}

#[test]
fn an_excuse_or_a_conviction_ends_the_waiting() {
	build_and_execute(|| {
		let scene = scene();
		scene.verify();
		scene.freeze();
		for seat in [1, 4, 5] {
			judged(scene.commit(seat, &scene.share(seat)));
		}
		assert_eq!(BookLog::get(), vec![Told::Dealt(TASK)]);
		judged(scene.accuse(2, 1));
		assert_eq!(BookLog::get(), vec![Told::Dealt(TASK)]);
		judged(scene.accuse(3, 0));
		assert_eq!(BookLog::get(), vec![Told::Dealt(TASK), Told::Committed(TASK)]);

		scene.reveal_phase();
		for seat in [1, 4] {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		assert_eq!(BookLog::get().len(), 2);
		judged(scene.reveal(5, &scene.share(5)));
		assert_eq!(BookLog::get().last(), Some(&Told::Revealed(TASK)));
		scene.assert_result();
	});
}
