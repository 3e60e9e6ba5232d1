//! What the pool and blocks take: signatures, ages, tags.

use super::*;
use frame::{
	deps::{
		frame_system,
		sp_runtime::transaction_validity::{TransactionSource, ValidTransaction},
	},
	traits::Authorize,
};

fn validity(call: Call<Test>) -> ValidTransaction {
	let authorized = RuntimeCall::from(call).authorize(TransactionSource::External).unwrap();
	authorized.unwrap().0
}

fn scene() -> Scene {
	let scene = Scene::new(2, &[(1, (2, DealerFault::WrongShare))]);
	scene.verify();
	scene
}

fn accusation(scene: &Scene, seat: u8, index: usize, at: BlockNumber) -> Call<Test> {
	let evidence = scene.evidence(seat, index);
	accuse_call(&scene.ctx, seat, &scene.dealer(index), scene.digest(index), evidence, at)
}

/// What an attestation names.
fn named() -> (Digest, Digest) {
	(dealt(), excluded())
}

fn challenge(scene: &Scene, seat: u8, index: usize, at: BlockNumber) -> Call<Test> {
	let shown = scene.shown(index);
	challenge_call(&scene.ctx, seat, &scene.dealer(index), scene.digest(index), shown, at)
}

#[test]
fn tags_tell_seats_and_dealers_apart_but_not_attempts() {
	build_and_execute(|| {
		let scene = scene();
		let tags = |seat, index, at| validity(accusation(&scene, seat, index, at)).provides;
		assert_eq!(tags(2, 1, 10).len(), 1);
		assert_ne!(tags(2, 1, 10), tags(1, 1, 10));
		assert_ne!(tags(2, 1, 10), tags(2, 0, 10));
		assert_eq!(tags(2, 1, 10), tags(2, 1, 9));

		let accuse = tags(1, 0, 10);
		let tags = |seat, index, at| validity(challenge(&scene, seat, index, at)).provides;
		assert_eq!(tags(2, 1, 10).len(), 1);
		assert_ne!(tags(2, 1, 10), tags(1, 1, 10));
		assert_ne!(tags(2, 1, 10), tags(2, 0, 10));
		assert_eq!(tags(2, 1, 10), tags(2, 1, 9));
		let challenge = tags(1, 0, 10);
		let tags = |seat, at| validity(attest_call(&scene.ctx, seat, named(), at)).provides;
		assert_ne!(tags(1, 10), tags(2, 10));
		assert_eq!(tags(1, 10), tags(1, 9));
		let attest = tags(1, 10);
		let h_a = scene.freeze();
		let tags = |seat, at| validity(commit_call(&scene.ctx, seat, h_a, [1; 32], at)).provides;
		assert_ne!(tags(1, 10), tags(2, 10));
		assert_eq!(tags(1, 10), tags(1, 9));
		let commit = tags(1, 10);
		scene.reveal_phase();
		let share = SecretShare::zero(LENGTH as usize);
		let tags = |seat, at| validity(reveal_call(&scene.ctx, seat, h_a, &share, at)).provides;
		assert_ne!(tags(1, 10), tags(2, 10));
		assert_eq!(tags(1, 10), tags(1, 9));
		let mut all = vec![accuse, challenge, attest, commit, tags(1, 10)];
		all.sort();
		all.dedup();
		assert_eq!(all.len(), 5);
	});
}

#[test]
fn a_later_attempt_displaces_an_earlier_one() {
	build_and_execute(|| {
		let scene = scene();
		let early = validity(accusation(&scene, 2, 1, 9));
		let late = validity(accusation(&scene, 2, 1, 10));
		assert_eq!(late.priority, early.priority + 1);
		assert_eq!(late.priority, 1_000_010);
		assert_eq!(late.longevity, 5);
		assert!(late.propagate);
		assert!(late.requires.is_empty());
	});
}

/// All tasks share a block: disputes of those whose verification is about to end go before others.
#[test]
fn disputes_are_urgent_while_little_is_left_of_verification() {
	build_and_execute(|| {
		let scene = scene();
		// Two attempts take ten blocks.
		for (now, until, urgency) in
			[(10, 21, 0), (10, 20, 10), (10, 10, 10), (11, 10, 0), (30, u32::MAX, 0)]
		{
			System::set_block_number(now);
			set_status(TASK, TaskStatus::Verifying { until });
			let expected = 1_000_000 + u64::from(now) + urgency;
			assert_eq!(validity(accusation(&scene, 2, 1, now)).priority, expected);
			assert_eq!(validity(challenge(&scene, 1, 0, now)).priority, expected);
			// As urgent as a first attempt, and displaced by a second one.
			let again = validity(accusation(&scene, 2, 1, now - 1)).priority;
			assert_eq!(again, expected - 1);
		}
		System::set_block_number(10);
		for status in [
			TaskStatus::Collecting { first_by: 15, until: 12 },
			TaskStatus::Committing { frozen_at: 9, until: 12 },
			TaskStatus::Revealing { until: 12 },
		] {
			set_status(TASK, status);
			assert_eq!(validity(challenge(&scene, 1, 0, 10)).priority, 1_000_010, "{status:?}");
		}
		set_status(TASK, TaskStatus::Collecting { first_by: 15, until: 15 });
	});
}

/// The attack: more urgent disputes than blocks take, of a task with many forged dealings, while members of other tasks have
/// to answer.
#[test]
fn answers_and_attestations_go_before_the_most_urgent_disputes() {
	build_and_execute(|| {
		let scene = scene();
		set_status(TASK, TaskStatus::Verifying { until: 12 });
		let accused = validity(accusation(&scene, 2, 1, 10)).priority;
		let challenged = validity(challenge(&scene, 1, 0, 10)).priority;
		assert_eq!((accused, challenged), (1_000_020, 1_000_020));
		// As old as an attempt may be.
		let attest = validity(attest_call(&scene.ctx, 1, named(), 5)).priority;
		let h_a = scene.freeze();
		let commit = validity(commit_call(&scene.ctx, 1, h_a, [1; 32], 5)).priority;
		scene.reveal_phase();
		let share = SecretShare::zero(LENGTH as usize);
		let reveal = validity(reveal_call(&scene.ctx, 1, h_a, &share, 5)).priority;
		assert_eq!([attest, commit, reveal], [1_000_025; 3]);
		// A later attempt displaces an earlier one, as with all calls.
		assert_eq!(validity(reveal_call(&scene.ctx, 1, h_a, &share, 6)).priority, reveal + 1);
	});
}

#[test]
fn attempts_from_the_future_and_from_long_ago_are_refused() {
	build_and_execute(|| {
		let scene = scene();
		refused(|| apply(accusation(&scene, 2, 1, 13)), Error::StaleAttempt);
		refused(|| apply(accusation(&scene, 2, 1, 4)), Error::StaleAttempt);
		refused(|| apply(accusation(&scene, 2, 1, u32::MAX)), Error::StaleAttempt);
		for at in [4, 13] {
			refused(|| apply(attest_call(&scene.ctx, 1, named(), at)), Error::StaleAttempt);
			refused(|| apply(challenge(&scene, 1, 0, at)), Error::StaleAttempt);
		}
		judged(apply(accusation(&scene, 2, 1, 5)));
		let h_a = scene.freeze();
		refused(|| apply(commit_call(&scene.ctx, 1, h_a, [1; 32], 13)), Error::StaleAttempt);
		scene.reveal_phase();
		let share = scene.share(1);
		refused(|| apply(reveal_call(&scene.ctx, 1, h_a, &share, 4)), Error::StaleAttempt);
	});
}

/// A peer that has not yet seen the sender's best block would ban what it takes for bad.
#[test]
fn an_attempt_that_is_a_little_ahead_of_a_peer_is_good() {
	build_and_execute(|| {
		let scene = scene();
		for at in [10, 11, 12] {
			let ahead = validity(accusation(&scene, 2, 1, at));
			assert_eq!(ahead.priority, 1_000_010, "{at}: no more than of now");
		}
		assert_eq!(validity(challenge(&scene, 1, 0, 12)).priority, 1_000_010);
		judged(apply(accusation(&scene, 2, 1, 12)));
	});
}

#[test]
fn seats_that_do_not_exist_are_refused() {
	build_and_execute(|| {
		let scene = scene();
		let h_a = scene.freeze();
		for seat in [0, 6, 255] {
			let mut call = commit_call(&scene.ctx, 1, h_a, [1; 32], now());
			if let Call::commit_result { seat: of, .. } = &mut call {
				*of = seat;
			}
			refused(|| apply(call), Error::UnknownSeat);
		}
	});
}

/// The signature covers everything: no field can be changed, and nothing can be replayed elsewhere.
#[test]
fn a_signature_binds_every_field() {
	build_and_execute(|| {
		let scene = scene();
		type Field = Box<dyn Fn(&mut Call<Test>)>;
		let spoil = |call: &Call<Test>, fields: Vec<Field>| {
			for change in fields {
				let mut call = call.clone();
				change(&mut call);
				refused(|| apply(call), Error::BadSignature);
			}
		};

		// Another seat's right accusation, sent by a third.
		let call = accusation(&scene, 2, 1, now());
		spoil(
			&call,
			vec![
				Box::new(|call| {
					if let Call::accuse { at, .. } = call {
						*at -= 1
					}
				}),
				Box::new(|call| {
					if let Call::accuse { evidence, .. } = call {
						evidence.dleq[0] ^= 1
					}
				}),
				Box::new(|call| {
					if let Call::accuse { evidence, .. } = call {
						evidence.dh[31] ^= 1
					}
				}),
				Box::new(|call| {
					if let Call::accuse { signature, .. } = call {
						signature.0[0] ^= 1
					}
				}),
			],
		);

		// A challenge of a proof that holds: who sends another's would have it convicted.
		let call = challenge(&scene, 2, 0, now());
		let other = (scene.dealer(1), scene.digest(1), scene.shown(1));
		spoil(
			&call,
			vec![
				Box::new(|call| {
					if let Call::challenge { at, .. } = call {
						*at -= 1
					}
				}),
				Box::new(|call| {
					if let Call::challenge { seat, .. } = call {
						*seat = 3
					}
				}),
				Box::new(|call| {
					if let Call::challenge { signature, .. } = call {
						signature.0[0] ^= 1
					}
				}),
				Box::new(move |call| {
					if let Call::challenge { dealer, digest, challenge, .. } = call {
						*dealer = other.0.clone();
						*digest = other.1;
						*challenge = other.2.clone();
					}
				}),
			],
		);

		let h_a = scene.freeze();
		let call = commit_call(&scene.ctx, 1, h_a, [1; 32], now());
		spoil(
			&call,
			vec![
				Box::new(|call| {
					if let Call::commit_result { seat, .. } = call {
						*seat = 2
					}
				}),
				Box::new(|call| {
					if let Call::commit_result { commitment, .. } = call {
						commitment[31] ^= 1
					}
				}),
				Box::new(|call| {
					if let Call::commit_result { at, .. } = call {
						*at -= 1
					}
				}),
			],
		);
		scene.reveal_phase();
		let call = reveal_call(&scene.ctx, 1, h_a, &scene.share(1), now());
		spoil(
			&call,
			vec![
				Box::new(|call| {
					if let Call::reveal_result { share, .. } = call {
						share[0] ^= 1
					}
				}),
				Box::new(|call| {
					if let Call::reveal_result { seat, .. } = call {
						*seat = 2
					}
				}),
				Box::new(|call| {
					if let Call::reveal_result { at, .. } = call {
						*at -= 1
					}
				}),
			],
		);
		assert_eq!(money(), vec![]);
		judged(apply(call));
	});
}

/// A commitment's signature is no reveal's, another task's is not this one's, and neither is another chain's.
#[test]
fn a_signature_cannot_be_replayed_to_another_call_task_or_chain() {
	build_and_execute(|| {
		let scene = scene();
		let h_a = scene.freeze();
		let commitment = [1; 32];
		let args = payload(&(&h_a, &commitment));
		let key = fixtures::worker_key(1);
		let at = now();
		let attempt = Attempt { task: TASK, seat: 1, kind: MessageKind::Commit, at };
		let send = |signature| {
			let accepted_set = h_a;
			apply(Call::commit_result {
				task: TASK,
				seat: 1,
				accepted_set,
				commitment,
				at,
				signature,
			})
		};
		let sign =
			|task_hash, attempt| fixtures::sign::<Test>(&key, task_hash, attempt, args).unwrap();
		let task_hash = scene.ctx.task_hash;
		for other in [
			Attempt { kind: MessageKind::Reveal, ..attempt },
			Attempt { task: TASK + 1, ..attempt },
			Attempt { seat: 2, ..attempt },
		] {
			refused(|| send(sign(task_hash, other)), Error::BadSignature);
		}
		refused(|| send(sign([0; 32], attempt)), Error::BadSignature);

		let genesis = frame_system::BlockHash::<Test>::get(0);
		frame_system::BlockHash::<Test>::insert(0, frame::prelude::H256([1; 32]));
		let of_another_chain = sign(task_hash, attempt);
		frame_system::BlockHash::<Test>::insert(0, genesis);
		refused(|| send(of_another_chain), Error::BadSignature);
		judged(send(sign(task_hash, attempt)));
	});
}

#[test]
fn members_calls_need_authorization() {
	build_and_execute(|| {
		let scene = scene();
		let h_a = scene.freeze();
		let signature = ostraka_primitives::WorkerSignature::default();
		for origin in
			[RuntimeOrigin::root(), RuntimeOrigin::none(), RuntimeOrigin::signed(operator(1))]
		{
			assert_noop!(
				Vss::commit_result(origin.clone(), TASK, 1, h_a, [1; 32], now(), signature),
				DispatchError::BadOrigin
			);
			assert_noop!(
				Vss::attest(origin.clone(), TASK, 1, dealt(), excluded(), now(), signature),
				DispatchError::BadOrigin
			);
			let (dealer, digest, shown) = (scene.dealer(0), scene.digest(0), scene.shown(0));
			assert_noop!(
				Vss::challenge(origin, TASK, 1, dealer, digest, shown, now(), signature),
				DispatchError::BadOrigin
			);
		}
		// A bond is an account's.
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let (dealer, digest, shown) = (scene.dealer(0), scene.digest(0), scene.shown(0));
			assert_noop!(
				Vss::challenge_with_bond(origin, TASK, dealer, digest, shown),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn refusals_name_the_error() {
	build_and_execute(|| {
		assert_eq!(error_index(&Error::<Test>::UnknownTask), 0);
		assert_eq!(error_index(&Error::<Test>::WrongPhase), 1);
		assert_eq!(error_index(&Error::<Test>::BadSignature), 21);
		assert_eq!(error_index(&Error::<Test>::WrongDealings), 24);
		assert_eq!(error_index(&Error::<Test>::AlreadyAttested), 25);
	});
}
