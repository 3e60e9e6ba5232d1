//! Commitments, result shares, and the result.

use super::*;
use ostraka_crypto::vss::UncheckedCommitments;

/// Three honest dealings to which all members attested, frozen, waiting for commitments.
fn frozen() -> Scene {
	let scene = Scene::new(3, &[]);
	scene.verify();
	scene.attest_all(1..=5);
	scene.freeze();
	scene
}

fn wrong(mut share: SecretShare, by: u64) -> SecretShare {
	share.values[0] += Scalar::from(by);
	share
}

#[test]
fn committed_and_right_shares_give_the_result() {
	build_and_execute(|| {
		let scene = frozen();
		scene.commit_all(1..=5);
		let told = vec![Told::Dealt(TASK), Told::Attested(TASK), Told::Committed(TASK)];
		assert_eq!(BookLog::get(), told);
		for seat in [5, 2] {
			judged(scene.reveal(seat, &scene.share(seat)));
			assert!(!Vss::has_result(TASK));
		}
		judged(scene.reveal(3, &scene.share(3)));
		assert!(Vss::has_result(TASK));
		scene.assert_result();
		let accepted_set = Vss::accepted_set(TASK).unwrap();
		let vector = Vss::result(TASK).unwrap().vector;
		event(Event::ResultPublished { task: TASK, accepted_set, dealers: 3, vector });
		for seat in [1, 4] {
			assert_eq!(BookLog::get().len(), 3);
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		assert_eq!(BookLog::get().last(), Some(&Told::Revealed(TASK)));
		assert_eq!(Vss::reports(TASK, true), vec![SeatReport::Right; 5]);
		assert_eq!(RightShares::<Test>::iter_prefix(TASK).count(), 3);
		let expected = Counters {
			dealings: 3,
			attested: 5,
			committed: 5,
			right_shares: 5,
			..Counters::default()
		};
		assert_eq!(Vss::counters(TASK), expected);
		assert_eq!(money(), vec![]);
	});
}

#[test]
fn the_result_leaves_excluded_dealings_out() {
	build_and_execute(|| {
		let scene = Scene::new(3, &[(1, (2, DealerFault::WrongShare))]);
		scene.verify();
		judged(scene.accuse(2, 1));
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
fn a_dealer_convicted_late_stays_in_the_result() {
	build_and_execute(|| {
		let scene = Scene::new(3, &[(1, (2, DealerFault::WrongShare))]);
		scene.verify();
		scene.freeze();
		judged(scene.accuse(2, 1));
		scene.commit_all([1, 3, 4]);
		for seat in [1, 3, 4] {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		scene.assert_result();
		assert_eq!(Vss::result(TASK).unwrap().dealers, 3);
	});
}

#[test]
fn another_accepted_set_is_refused_and_not_punished() {
	build_and_execute(|| {
		let scene = frozen();
		// What a fork without dealer 2 would have frozen.
		let digests = [scene.digest(0), scene.digest(1)];
		let mut sum = adjudicator::Aggregate::zero(2);
		for (_, dealing) in &scene.dealt[..2] {
			let commitments = UncheckedCommitments::from_bytes(&dealing.commitments, 2);
			sum.add(&commitments.unwrap()).unwrap();
		}
		let other = adjudicator::accepted_set_hash(&scene.ctx.task_hash, &digests, &sum.to_bytes());
		let share = fixtures::result_share(&scene.ctx, 1, &scene.dealt[..2]).unwrap();
		let call = commit_call(&scene.ctx, 1, other, commitment(other, 1, &share), now());
		refused(|| apply(call), Error::WrongAcceptedSet);
		scene.reveal_phase();
		refused(
			|| apply(reveal_call(&scene.ctx, 1, other, &share, now())),
			Error::WrongAcceptedSet,
		);
		assert_eq!(money(), vec![]);
	});
}

#[test]
fn a_wrong_share_convicts_and_the_task_goes_on() {
	build_and_execute(|| {
		let scene = frozen();
		let bad = wrong(scene.share(1), 1);
		judged(scene.commit(1, &bad));
		scene.commit_all(2..=5);
		judged(scene.reveal(1, &bad));
		assert_eq!(money(), vec![Money::WrongShare(TASK, operator(1))]);
		event(Event::ResultShareWrong {
			task: TASK,
			seat: 1,
			node: operator(1),
			fault: ShareFault::DoesNotFit,
		});
		refused(|| scene.reveal(1, &scene.share(1)), Error::SeatConvicted);
		refused(|| scene.accuse(1, 0), Error::SeatConvicted);
		for seat in 2..=4 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		scene.assert_result();
		judged(scene.reveal(5, &scene.share(5)));
		assert_eq!(BookLog::get().last(), Some(&Told::Revealed(TASK)));
		let mut reports = vec![SeatReport::Right; 5];
		reports[0] = SeatReport::Convicted;
		assert_eq!(Vss::reports(TASK, true), reports);
	});
}

/// The reconstructed value would come out right, and the honest members after them would look wrong.
#[test]
fn wrong_shares_that_cancel_at_zero_are_both_found() {
	build_and_execute(|| {
		let scene = frozen();
		// At zero, the weights of seats 1, 2, 3 are 3, -3, 1.
		let cancelling = [(1, wrong(scene.share(1), 5)), (2, wrong(scene.share(2), 5))];
		let with_third = [cancelling[0].clone(), cancelling[1].clone(), (3, scene.share(3))];
		let (values, _) = adjudicator::reconstruct(&with_third).unwrap();
		let values: Vec<_> = values.iter().map(ostraka_crypto::encoding::encode_scalar).collect();
		assert_eq!(values, scene.expected(), "the two errors cancel");
		for (seat, share) in &cancelling {
			judged(scene.commit(*seat, share));
		}
		scene.commit_all(3..=5);
		for (seat, share) in &cancelling {
			judged(scene.reveal(*seat, share));
		}
		for seat in 3..=5 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		scene.assert_result();
		let wrong = |seat| Money::WrongShare(TASK, operator(seat));
		assert_eq!(money(), vec![wrong(1), wrong(2)]);
	});
}

#[test]
fn a_wrong_share_after_the_result_is_found_by_interpolation() {
	build_and_execute(|| {
		let scene = frozen();
		let mut bad = scene.share(4);
		bad.blinding += Scalar::from(1u8);
		judged(scene.commit(4, &bad));
		scene.commit_all([1, 2, 3]);
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		let result = Vss::result(TASK).unwrap();
		judged(scene.reveal(4, &bad));
		assert_eq!(money(), vec![Money::WrongShare(TASK, operator(4))]);
		assert_eq!(Vss::result(TASK), Some(result));
	});
}

#[test]
fn a_right_share_that_was_not_committed_convicts() {
	build_and_execute(|| {
		let scene = frozen();
		judged(scene.commit(1, &wrong(scene.share(1), 1)));
		scene.reveal_phase();
		judged(scene.reveal(1, &scene.share(1)));
		assert_eq!(money(), vec![Money::WrongShare(TASK, operator(1))]);
		event(Event::ResultShareWrong {
			task: TASK,
			seat: 1,
			node: operator(1),
			fault: ShareFault::NotAsCommitted,
		});
	});
}

/// A commitment covers seat, worker key and accepted set: another member's is of no use.
#[test]
fn a_copied_commitment_convicts() {
	build_and_execute(|| {
		let scene = frozen();
		let h_a = Vss::accepted_set(TASK).unwrap();
		let of_seat_1 = commitment(h_a, 1, &scene.share(1));
		judged(scene.commit(1, &scene.share(1)));
		judged(apply(commit_call(&scene.ctx, 2, h_a, of_seat_1, now())));
		scene.reveal_phase();
		judged(scene.reveal(1, &scene.share(1)));
		judged(scene.reveal(2, &scene.share(2)));
		assert_eq!(money(), vec![Money::WrongShare(TASK, operator(2))]);
	});
}

/// Who computed nothing can interpolate its share once `t + 1` others are out. It is right, and it is not paid.
#[test]
fn an_interpolated_share_is_right_but_not_paid() {
	build_and_execute(|| {
		let scene = frozen();
		scene.commit_all(1..=3);
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		let right: Vec<_> = (1..=3).map(|seat| (seat, scene.share(seat))).collect();
		let free = ostraka_crypto::vss::interpolate(&right, 4).unwrap();
		judged(scene.reveal(4, &free));
		use SeatReport::*;
		assert_eq!(Vss::reports(TASK, true), vec![Right, Right, Right, Uncommitted, Absent]);
	});
}

#[test]
fn uncommitted_shares_still_complete_the_task() {
	build_and_execute(|| {
		let scene = frozen();
		scene.reveal_phase();
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		scene.assert_result();
	});
}

#[test]
fn a_member_commits_and_reveals_once() {
	build_and_execute(|| {
		let scene = frozen();
		let share = scene.share(1);
		judged(scene.commit(1, &share));
		refused(|| scene.commit(1, &share), Error::AlreadyCommitted);
		refused(|| scene.commit(1, &wrong(scene.share(1), 1)), Error::AlreadyCommitted);
		scene.reveal_phase();
		judged(scene.reveal(1, &share));
		refused(|| scene.reveal(1, &share), Error::AlreadyRevealed);
		refused(|| scene.reveal(1, &wrong(scene.share(1), 1)), Error::AlreadyRevealed);
	});
}

#[test]
fn result_shares_have_their_phases_and_deadlines() {
	build_and_execute(|| {
		let scene = frozen();
		let share = scene.share(1);
		refused(|| scene.reveal(1, &share), Error::WrongPhase);
		System::set_block_number(41);
		refused(|| scene.commit(1, &share), Error::DeadlinePassed);
		System::set_block_number(40);
		judged(scene.commit(1, &share));
		scene.reveal_phase();
		refused(|| scene.commit(2, &scene.share(2)), Error::WrongPhase);
		System::set_block_number(51);
		refused(|| scene.reveal(1, &share), Error::DeadlinePassed);
		System::set_block_number(50);
		judged(scene.reveal(1, &share));
		set_status(TASK, TaskStatus::Settling(Outcome::Completed));
		refused(|| scene.reveal(2, &scene.share(2)), Error::WrongPhase);
		let view = Views::mutate(|views| views.remove(&TASK));
		refused(|| scene.reveal(2, &share), Error::UnknownTask);
		Views::mutate(|views| views.insert(TASK, view.unwrap()));
	});
}

#[test]
fn shares_that_are_no_shares_are_refused_not_judged() {
	build_and_execute(|| {
		let scene = frozen();
		scene.reveal_phase();
		let h_a = Vss::accepted_set(TASK).unwrap();
		let bytes = scene.share(1).to_bytes().to_vec();
		let reveal =
			|bytes: &[u8]| apply(reveal_bytes_call(&scene.ctx, 1, h_a, bytes.to_vec(), now()));
		refused(|| reveal(&bytes[..bytes.len() - 1]), Error::WrongLength);
		refused(|| reveal(&[bytes.as_slice(), &[0]].concat()), Error::WrongLength);
		refused(|| reveal(&[]), Error::WrongLength);
		for place in [0, bytes.len() - 32] {
			let mut bad = bytes.clone();
			bad[place..place + 32].fill(0xff);
			refused(|| reveal(&bad), Error::NonCanonicalScalar);
		}
		// A share is its value: the order added to a number is refused too.
		let mut bad = bytes.clone();
		let order = field_order();
		let mut carry = 0u16;
		for (byte, add) in bad[..32].iter_mut().zip(order) {
			let sum = u16::from(*byte) + u16::from(add) + carry;
			*byte = sum as u8;
			carry = sum >> 8;
		}
		if carry == 0 {
			refused(|| reveal(&bad), Error::NonCanonicalScalar);
		}
		assert_eq!(money(), vec![]);
		judged(reveal(&bytes));
	});
}

#[test]
fn revealing_waits_for_excused_members_as_long_as_the_result_may_need_them() {
	build_and_execute(|| {
		// Seats 3, 4, 5 lack a share; two of them say so.
		let scene =
			Scene::new(2, &[(1, (4, DealerFault::WrongShare)), (1, (5, DealerFault::WrongShare))]);
		scene.verify();
		scene.freeze();
		judged(scene.accuse(4, 1));
		judged(scene.accuse(5, 1));
		scene.commit_all(1..=3);
		assert_eq!(BookLog::get().last(), Some(&Told::Committed(TASK)));
		let bad = wrong(scene.share(3), 1);
		judged(scene.reveal(1, &scene.share(1)));
		judged(scene.reveal(2, &scene.share(2)));
		judged(scene.reveal(3, &bad));
		assert_eq!(BookLog::get().last(), Some(&Told::Committed(TASK)), "4 and 5 may still help");
	});
}

#[test]
fn weights_follow_what_was_done() {
	build_and_execute(|| {
		let scene = frozen();
		scene.reveal_phase();
		let h_a = Vss::accepted_set(TASK).unwrap();
		let mut seen = Vec::new();
		for seat in 1..=5 {
			let share = scene.share(seat);
			let share = if seat == 5 { wrong(share, 1) } else { share };
			let share = ResultShareBytes::try_from(share.to_bytes().to_vec()).unwrap();
			let post = Vss::do_reveal_result(TASK, seat, h_a, share).unwrap();
			seen.push(post.actual_weight.unwrap());
		}
		type W = ();
		let checked = <W as WeightInfo>::reveal_result_checked(LENGTH, 2);
		let deciding = <W as WeightInfo>::reveal_result_deciding(LENGTH, 2);
		let later = <W as WeightInfo>::reveal_result_later(LENGTH, 2);
		let wrong_later = <W as WeightInfo>::reveal_result_wrong_later(LENGTH, 2);
		assert_eq!(seen, vec![checked, checked, deciding, later, wrong_later]);
		let worst = crate::weights::worst_reveal::<W>(LENGTH);
		assert!(seen.iter().all(|weight| weight.all_lte(worst)));
	});
}
