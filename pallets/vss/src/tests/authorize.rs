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
		let tags = |seat, at| validity(attest_call(&scene.ctx, seat, dealt(), at)).provides;
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
		let mut all = vec![accuse, attest, commit, tags(1, 10)];
		all.sort();
		all.dedup();
		assert_eq!(all.len(), 4);
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

#[test]
fn attempts_from_the_future_and_from_long_ago_are_refused() {
	build_and_execute(|| {
		let scene = scene();
		refused(|| apply(accusation(&scene, 2, 1, 13)), Error::StaleAttempt);
		refused(|| apply(accusation(&scene, 2, 1, 4)), Error::StaleAttempt);
		refused(|| apply(accusation(&scene, 2, 1, u32::MAX)), Error::StaleAttempt);
		for at in [4, 13] {
			refused(|| apply(attest_call(&scene.ctx, 1, dealt(), at)), Error::StaleAttempt);
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
			assert_eq!(ahead.priority, 1_000_000 + u64::from(at));
		}
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
				Vss::attest(origin, TASK, 1, dealt(), now(), signature),
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
