//! Challenges that are not judged: by members, whose signature is in `authorize`'s tests, and with a bond, which is then not
//! touched.

use super::{challenge::scene, *};
use ostraka_crypto::encoding::IDENTITY;
use ostraka_primitives::MAX_VALIDITY;

/// Refused by the pool as a member's challenge, and rejected as one with a bond, which is not touched.
#[track_caller]
pub(super) fn refused_both(
	scene: &Scene,
	index: usize,
	shown: &ChallengeMessage,
	error: Error<Test>,
) {
	let before = money();
	assert_noop!(scene.bond_on(index, shown.clone()), DispatchError::from(error_of(&error)));
	refused(|| scene.challenge_with(1, index, shown.clone()), error);
	assert_eq!(money(), before);
}

/// The same error again: it is no `Clone`.
fn error_of(error: &Error<Test>) -> Error<Test> {
	codec::Decode::decode(&mut &error.encode()[..]).unwrap()
}

#[test]
fn what_is_about_another_dealing_is_refused() {
	build_and_execute(|| {
		let scene = scene();
		let refused = |shown: &ChallengeMessage| {
			refused_both(&scene, 1, shown, Error::DigestMismatch);
		};
		// Another dealing's, or the accepted one's with something else in it.
		refused(&scene.shown(0));
		let spoil = |spoil: &dyn Fn(&mut ChallengeMessage)| {
			let mut shown = scene.shown(1);
			spoil(&mut shown);
			refused(&shown);
		};
		spoil(&|shown| shown.validity[0] ^= 1);
		spoil(&|shown| shown.validity.iter_mut().for_each(|byte| *byte = 0));
		spoil(&|shown| shown.commitments[2] = IDENTITY);
		spoil(&|shown| shown.sealed_hashes[4][0] ^= 1);
		spoil(&|shown| shown.ephemeral[0] ^= 1);
		// A proof that convicts, in a dealing that its dealer never sent.
		let (dealer, input) = (scene.dealer(0), fixtures::input(LENGTH as usize, 9));
		let fault = [(1, DealerFault::InvalidInput)];
		let made_up = fixtures::faulty_dealing(&scene.ctx, &dealer, &input, &fault, 9).unwrap();
		let shown = fixtures::challenge(&made_up).unwrap();
		refused_both(&scene, 0, &shown, Error::DigestMismatch);
		let digest = made_up.digest(&scene.ctx.task_hash, dealer.as_ref());
		let call = challenge_call(&scene.ctx, 3, &dealer, digest, shown.clone(), now());
		super::refused(|| apply(call), Error::DigestMismatch);
		let origin = RuntimeOrigin::signed(challenger());
		let bonded = Vss::challenge_with_bond(origin, TASK, dealer, digest, shown);
		assert_noop!(bonded, Error::<Test>::DigestMismatch);
	});
}

#[test]
fn who_has_not_dealt_is_not_challenged() {
	build_and_execute(|| {
		let scene = scene();
		let (stranger, digest, shown) = (dealer_account(9), scene.digest(1), scene.shown(1));
		let call = challenge_call(&scene.ctx, 2, &stranger, digest, shown.clone(), now());
		refused(|| apply(call), Error::UnknownDealing);
		let origin = RuntimeOrigin::signed(challenger());
		let bonded = Vss::challenge_with_bond(origin, TASK, stranger, digest, shown);
		assert_noop!(bonded, Error::<Test>::UnknownDealing);
	});
}

/// A runtime that derives something else from the spec than the one that took the task: its proofs have another length, and
/// none would hold.
#[test]
fn by_another_relation_nobody_is_judged() {
	build_and_execute(|| {
		let scene = scene();
		let mut other = fixtures::spec(LENGTH);
		other.max_rows = 1;
		assert_eq!(other.length(), LENGTH);
		let proofs = ostraka_protocol::statistics::proof_length(&other).unwrap();
		assert_ne!(proofs, scene.ctx.proof_length);
		Specs::mutate(|specs| specs.insert(TASK, other));
		for index in 0..3 {
			let unknown = Error::<Test>::UnknownProtocol;
			assert_eq!(scene.challenge(1, index), Ok(Err(unknown.into())));
			assert_noop!(scene.challenge_with_bond(index), Error::<Test>::UnknownProtocol);
			assert_eq!(standing(index as u32), Standing::Accepted);
		}
		assert!(!seat_state(1).accused_falsely);

		Specs::mutate(|specs| specs.insert(TASK, fixtures::spec(LENGTH)));
		judged(scene.challenge(1, 1));
		assert_eq!(standing(1), Standing::Excluded);
	});
}

/// The same with a proof that was cut, or lengthened by zeros, to so many bytes.
pub(super) fn resized(mut shown: ChallengeMessage, length: usize) -> ChallengeMessage {
	let mut proof = shown.validity.into_inner();
	proof.resize(length, 0);
	shown.validity = proof.try_into().unwrap();
	shown
}

#[test]
fn every_length_must_be_exact() {
	build_and_execute(|| {
		let scene = scene();
		let spoil = |spoil: &dyn Fn(&mut ChallengeMessage)| {
			let mut shown = scene.shown(1);
			spoil(&mut shown);
			refused_both(&scene, 1, &shown, Error::WrongLength);
		};
		spoil(&|shown| shown.commitments.truncate(2));
		spoil(&|shown| shown.commitments.try_push(IDENTITY).unwrap());
		spoil(&|shown| shown.commitments.truncate(0));
		spoil(&|shown| shown.sealed_hashes.truncate(4));
		spoil(&|shown| shown.sealed_hashes.try_push([0; 32]).unwrap());
		let right = scene.shown(1).validity.len();
		for length in [0, 1, right - 1, right + 1, MAX_VALIDITY as usize] {
			refused_both(&scene, 1, &resized(scene.shown(1), length), Error::WrongLength);
		}
		assert!(right + 1 < MAX_VALIDITY as usize);
		judged(scene.challenge(1, 1));
	});
}

#[test]
fn challenges_end_with_the_phases() {
	build_and_execute(|| {
		let scene = scene();
		let shown = scene.shown(1);
		scene.freeze();
		scene.reveal_phase();
		System::set_block_number(51);
		refused_both(&scene, 1, &shown, Error::DeadlinePassed);
		for status in [
			TaskStatus::Inviting { until: 99 },
			TaskStatus::Drawing { until: 99 },
			TaskStatus::Settling(Outcome::Completed),
			TaskStatus::Settled(Outcome::Completed),
		] {
			set_status(TASK, status);
			refused_both(&scene, 1, &shown, Error::WrongPhase);
		}
		set_status(TASK, TaskStatus::Revealing { until: 60 });
		let view = Views::mutate(|views| views.remove(&TASK)).unwrap();
		refused_both(&scene, 1, &shown, Error::UnknownTask);
		let newer = ostraka_primitives::traits::TaskView { protocol: 99, ..view.clone() };
		Views::mutate(|views| views.insert(TASK, newer));
		refused_both(&scene, 1, &shown, Error::UnknownProtocol);
		Views::mutate(|views| views.insert(TASK, view));
		judged(scene.challenge(1, 1));
	});
}

#[test]
fn who_has_no_seat_or_is_convicted_has_no_free_challenge() {
	build_and_execute(|| {
		let scene = scene();
		scene.freeze();
		scene.reveal_phase();
		judged(scene.reveal(1, &SecretShare::zero(LENGTH as usize)));
		refused(|| scene.challenge(1, 1), Error::SeatConvicted);
		for seat in [0, 6, 255] {
			let (dealer, digest) = (scene.dealer(1), scene.digest(1));
			let mut call = challenge_call(&scene.ctx, 2, &dealer, digest, scene.shown(1), now());
			if let Call::challenge { seat: of, .. } = &mut call {
				*of = seat;
			}
			refused(|| apply(call), Error::UnknownSeat);
		}
	});
}

/// The relation is the task's: without one, or by another task's, nobody is convicted.
#[test]
fn a_state_without_a_relation_convicts_nobody() {
	let other = fixtures::spec(LENGTH + 1);
	for (spec, error) in [(None, Error::Corrupt), (Some(other), Error::UnknownProtocol)] {
		build_and_execute(|| {
			let scene = scene();
			Specs::mutate(|specs| match &spec {
				Some(spec) => specs.insert(TASK, spec.clone()),
				None => specs.remove(&TASK),
			});
			let error: Error<Test> = error;
			assert_eq!(scene.challenge(1, 1), Ok(Err(error.into())));
			assert_eq!((standing(1), money()), (Standing::Accepted, vec![]));
			assert!(!seat_state(1).accused_falsely);
		});
	}
}
