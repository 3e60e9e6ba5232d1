//! Attestations: who may, when, to what; what ends verification, and what does not.

use super::*;

/// Dealer 1's share for seat 2 is wrong; verification lasts until block 30.
fn scene() -> Scene {
	let scene = Scene::new(3, &[(1, (2, DealerFault::WrongShare))]);
	scene.verify();
	BookLog::take();
	scene
}

/// Nobody cheats.
fn honest() -> Scene {
	let scene = Scene::new(3, &[]);
	scene.verify();
	BookLog::take();
	scene
}

/// The book makes the present block the last one.
fn end_verification() {
	assert_eq!(BookLog::take(), vec![Told::Attested(TASK)]);
	set_status(TASK, TaskStatus::Verifying { until: now() });
}

#[test]
fn verification_ends_when_all_have_attested() {
	build_and_execute(|| {
		let scene = honest();
		for (seat, attested) in (1..=5).zip(1..) {
			assert_eq!(BookLog::get(), vec![]);
			judged(scene.attest(seat));
			event(Event::Attested { task: TASK, seat, node: operator(seat), attested });
			assert_eq!(Vss::counters(TASK).attested, attested);
		}
		assert_eq!(BookLog::get(), vec![Told::Attested(TASK)]);
		assert_eq!(money(), vec![]);
	});
}

#[test]
fn a_task_without_dealings_is_attested_to_as_well() {
	build_and_execute(|| {
		let ctx = open_task(TASK, 5, 2, LENGTH, 3);
		let scene = Scene { ctx, dealt: vec![] };
		scene.verify();
		assert_eq!(dealt(), [0; 32]);
		scene.attest_all(1..=5);
		assert_eq!(BookLog::get(), vec![Told::Attested(TASK)]);
	});
}

#[test]
fn a_second_attestation_is_refused() {
	build_and_execute(|| {
		let scene = honest();
		judged(scene.attest(1));
		refused(|| scene.attest(1), Error::AlreadyAttested);
		let again = attest_call(&scene.ctx, 1, (dealt(), excluded()), now() + 1);
		refused(|| apply(again), Error::AlreadyAttested);
		assert_eq!(Vss::counters(TASK).attested, 1);
	});
}

#[test]
fn attestations_are_taken_in_their_window_only() {
	build_and_execute(|| {
		let scene = honest();
		for status in [
			TaskStatus::Collecting { first_by: 15, until: 20 },
			TaskStatus::Inviting { until: 30 },
			TaskStatus::Drawing { until: 30 },
			TaskStatus::Revealing { until: 30 },
			TaskStatus::Settling(Outcome::Completed),
		] {
			set_status(TASK, status);
			refused(|| scene.attest(1), Error::WrongPhase);
		}
		scene.verify();
		System::set_block_number(31);
		refused(|| scene.attest(1), Error::DeadlinePassed);
		System::set_block_number(30);
		judged(scene.attest(1));
		scene.freeze();
		refused(|| scene.attest(2), Error::WrongPhase);
	});
	build_and_execute(|| {
		let scene = honest();
		let unknown = Views::mutate(|views| views.remove(&TASK));
		refused(|| scene.attest(1), Error::UnknownTask);
		Views::mutate(|views| views.insert(TASK, unknown.unwrap()));
	});
}

/// In the last block there is nothing left to end, and the book is not bothered.
#[test]
fn attestations_in_the_last_block_end_nothing() {
	build_and_execute(|| {
		let scene = honest();
		System::set_block_number(30);
		scene.attest_all(1..=5);
		assert_eq!(BookLog::get(), vec![]);
		assert_eq!(Vss::counters(TASK).attested, 5);
	});
}

/// What a fork with other dealings, or the same in another order, makes of an attestation.
#[test]
fn an_attestation_to_other_dealings_is_refused() {
	build_and_execute(|| {
		let scene = honest();
		let digests = [scene.digest(0), scene.digest(1), scene.digest(2)];
		let hash = |order: &[usize]| {
			order.iter().fold([0; 32], |before, index| wire::dealt(&before, &digests[*index]))
		};
		assert_eq!(hash(&[0, 1, 2]), dealt());
		for other in [hash(&[]), hash(&[0, 1]), hash(&[1, 0, 2]), hash(&[0, 1, 2, 2]), digests[2]] {
			let call = attest_call(&scene.ctx, 1, (other, excluded()), now());
			refused(|| apply(call), Error::WrongDealings);
		}
		judged(scene.attest(1));
	});
}

#[test]
fn an_attestation_by_another_key_is_refused() {
	build_and_execute(|| {
		let scene = honest();
		let (at, dealt, excluded) = (now(), dealt(), excluded());
		let attempt = Attempt { task: TASK, seat: 1, kind: MessageKind::Attest, at };
		let send =
			|signature| apply(Call::attest { task: TASK, seat: 1, dealt, excluded, at, signature });
		let sign = |key, task_hash, attempt| {
			let key = fixtures::worker_key(key);
			let payload = payload(&(dealt, excluded));
			send(fixtures::sign::<Test>(&key, task_hash, attempt, payload).unwrap())
		};
		let task_hash = scene.ctx.task_hash;
		// Another member's, and one of nobody's.
		refused(|| sign(2, task_hash, attempt), Error::BadSignature);
		refused(|| sign(42, task_hash, attempt), Error::BadSignature);
		// Its own, under another message: of another task, seat, kind or block.
		for other in [
			Attempt { task: TASK + 1, ..attempt },
			Attempt { seat: 2, ..attempt },
			Attempt { kind: MessageKind::Commit, ..attempt },
			Attempt { at: at - 1, ..attempt },
		] {
			refused(|| sign(1, task_hash, other), Error::BadSignature);
		}
		refused(|| sign(1, [1; 32], attempt), Error::BadSignature);
		// Or over the dealings alone, whatever was excluded.
		let key = fixtures::worker_key(1);
		let alone = fixtures::sign::<Test>(&key, task_hash, attempt, payload(&dealt)).unwrap();
		refused(|| send(alone), Error::BadSignature);
		assert_eq!(sign(1, task_hash, attempt), Ok(Ok(())));
	});
}

/// Two tasks of the same committee without dealings have the same hash of them: the signature tells them apart.
#[test]
fn an_attestation_cannot_be_replayed_to_another_task() {
	build_and_execute(|| {
		let other = open_task(TASK + 1, 5, 2, LENGTH, 3);
		let ctx = open_task(TASK, 5, 2, LENGTH, 3);
		for task in [TASK, TASK + 1] {
			set_status(task, TaskStatus::Verifying { until: 30 });
		}
		let call = attest_call(&ctx, 1, ([0; 32], [0; 32]), now());
		let mut replayed = call.clone();
		if let Call::attest { task, .. } = &mut replayed {
			*task += 1;
		}
		refused(|| apply(replayed), Error::BadSignature);
		// Nor does the other task's hash under this one's number help.
		let crossed = attest_call(&other, 1, ([0; 32], [0; 32]), now());
		refused(|| apply(crossed), Error::BadSignature);
		judged(apply(call));
	});
}

#[test]
fn a_convicted_member_does_not_attest_and_is_not_awaited() {
	build_and_execute(|| {
		let scene = honest();
		judged(scene.accuse(3, 0));
		refused(|| scene.attest(3), Error::AccusationsForfeited);
		for seat in [1, 2, 4] {
			judged(scene.attest(seat));
			assert_eq!(BookLog::get(), vec![]);
		}
		judged(scene.attest(5));
		end_verification();
		assert_eq!(Vss::reports(TASK, false)[2], SeatReport::Convicted);
	});
}

/// It lies when all others have attested: who was waited for is waited for no more.
#[test]
fn convicting_the_last_who_was_awaited_ends_verification() {
	build_and_execute(|| {
		let scene = honest();
		scene.attest_all([1, 2, 3, 4]);
		assert_eq!(BookLog::get(), vec![]);
		judged(scene.accuse(5, 2));
		end_verification();
	});
}

/// Corrupt members are in a hurry, and cannot hurry the others: nothing ends before the honest one is through.
#[test]
fn who_still_checks_is_waited_for() {
	build_and_execute(|| {
		let scene = scene();
		scene.attest_all([1, 3, 4, 5]);
		System::set_block_number(29);
		assert_eq!(BookLog::get(), vec![]);
		judged(scene.accuse(2, 1));
		assert_eq!(standing(1), Standing::Excluded);
		assert_eq!(BookLog::get(), vec![], "it may have more to say");
		judged(scene.attest(2));
		end_verification();
		scene.freeze();
		assert_eq!(scene.accepted().len(), 2);
	});
}

/// A single member that is silent costs the window, and no more.
#[test]
fn one_silent_member_costs_the_window() {
	build_and_execute(|| {
		let scene = honest();
		scene.attest_all([1, 2, 3, 4]);
		System::set_block_number(31);
		assert_eq!(BookLog::get(), vec![]);
		scene.freeze();
		assert_eq!(scene.accepted().len(), 3);
	});
}

/// It attested to what it knew; what it finds out in the last block it may still say.
#[test]
fn who_has_attested_may_accuse_in_the_last_block() {
	build_and_execute(|| {
		let scene = scene();
		scene.attest_all(1..=5);
		end_verification();
		judged(scene.accuse(2, 1));
		assert_eq!(standing(1), Standing::Excluded);
		assert!(!seat_state(2).excused && seat_state(2).attested);
		assert_eq!(BookLog::get(), vec![], "it is told once");
		// In the same block another one lies: it is convicted, and that ends nothing either.
		judged(scene.accuse(3, 0));
		assert_eq!(BookLog::get(), vec![]);
		scene.freeze();
		assert_eq!(scene.accepted().len(), 2);
	});
}

/// One block later it is too late to exclude, whatever the window was.
#[test]
fn an_accusation_after_the_early_end_is_late() {
	build_and_execute(|| {
		let scene = scene();
		scene.attest_all(1..=5);
		end_verification();
		System::set_block_number(now() + 1);
		judged(scene.accuse(2, 1));
		assert_eq!(standing(1), Standing::ConvictedLate);
		assert!(seat_state(2).excused);
		scene.freeze();
		assert_eq!(scene.accepted().len(), 3);
		assert_eq!(BookLog::get(), vec![]);
	});
}

/// The dealing is convicted while the others attest: what they said of the others holds, and of a share they could not know.
#[test]
fn an_exclusion_leaves_attestations_standing() {
	build_and_execute(|| {
		let scene = scene();
		scene.attest_all([1, 3]);
		judged(scene.accuse(2, 1));
		assert_eq!(Vss::counters(TASK).attested, 2);
		scene.attest_all([2, 4, 5]);
		end_verification();
	});
}

/// Who attests says of which dealings: one more is excluded meanwhile, and the word would be about another set.
#[test]
fn an_exclusion_voids_attestations_that_are_under_way() {
	build_and_execute(|| {
		let scene = scene();
		let hashes = (dealt(), excluded());
		assert_eq!(hashes.1, [0; 32]);
		let under_way = attest_call(&scene.ctx, 1, hashes, now());
		judged(scene.accuse(2, 1));
		assert_eq!(dealt(), hashes.0, "the dealings are the same");
		assert_eq!(excluded(), wire::excluded(&[0; 32], &scene.digest(1)));
		refused(|| apply(under_way), Error::WrongDealings);
		judged(scene.attest(1));
	});
}

/// A node that saw a dealing excluded on one fork says nothing of it on another, where it counts: its attestation would be shown
/// there to be false. Nor do exclusions in another order, or of others, stand for these.
#[test]
fn an_attestation_to_other_exclusions_is_refused() {
	build_and_execute(|| {
		let invalid = |index| (index, (1, DealerFault::InvalidInput));
		let scene = Scene::new(3, &[invalid(0), invalid(1)]);
		scene.verify();
		let hash = |order: &[usize]| {
			order
				.iter()
				.fold([0; 32], |before, index| wire::excluded(&before, &scene.digest(*index)))
		};
		let refuse = |orders: &[&[usize]]| {
			for &order in orders {
				let call = attest_call(&scene.ctx, 1, (dealt(), hash(order)), now());
				refused(|| apply(call), Error::WrongDealings);
			}
		};
		refuse(&[&[0], &[1], &[0, 1]]);
		judged(scene.challenge(2, 1));
		refuse(&[&[], &[0], &[0, 1], &[1, 0]]);
		judged(scene.challenge(2, 0));
		refuse(&[&[], &[1], &[0, 1], &[1, 0, 1]]);
		assert_eq!(excluded(), hash(&[1, 0]));
		// The hashes in each other's place are no others' either.
		let exchanged = attest_call(&scene.ctx, 1, (excluded(), dealt()), now());
		refused(|| apply(exchanged), Error::WrongDealings);
		judged(scene.attest(1));
	});
}
