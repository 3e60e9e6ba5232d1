//! Worker keys and seal keys: proofs, uniqueness, rotation.

use super::*;

fn attempt(operator: &AccountId, worker: WorkerKey, keys: &Registration) -> DispatchResult {
	register(operator, worker, keys, MIN_STAKE, 1)
}

#[test]
fn a_worker_key_agrees_to_its_operator() {
	build_and_execute(|| {
		let (operator, thief) = (account(1), account(2));
		let worker = pair(1).public();
		let keys = registration(&operator, 1);
		// The whole registration, copied from the pool.
		assert_noop!(attempt(&thief, worker, &keys), Error::WrongWorkerSignature);
		// Someone else's worker key under the thief's own seal key.
		let own = registration(&thief, 2);
		assert_noop!(attempt(&thief, worker, &own), Error::WrongWorkerSignature);
		// An agreement to another seal key.
		let mixed = Registration { signature: keys.signature, ..registration(&operator, 3) };
		assert_noop!(attempt(&operator, worker, &mixed), Error::WrongWorkerSignature);
		// Of another chain.
		let elsewhere = registration_on([9; 32], &operator, 1);
		assert_noop!(attempt(&operator, worker, &elsewhere), Error::WrongWorkerSignature);
		assert_ok!(attempt(&operator, worker, &keys));
	});
}

#[test]
fn a_seal_key_is_proven() {
	build_and_execute(|| {
		let operator = account(1);
		let worker = pair(1).public();
		let keys = registration(&operator, 1);
		let mut flipped = keys;
		flipped.proof[40] ^= 1;
		assert_noop!(attempt(&operator, worker, &flipped), Error::WrongKeyProof);
		let too_big = Registration { proof: [0xff; 64], ..keys };
		assert_noop!(attempt(&operator, worker, &too_big), Error::WrongKeyProof);
		// Proofs for another account, worker key or chain, with agreements that would do.
		for proof in [
			registration(&account(2), 1).proof,
			registration(&operator, 2).proof,
			registration_on([9; 32], &operator, 1).proof,
		] {
			let wrong = Registration { proof, ..keys };
			assert_noop!(attempt(&operator, worker, &wrong), Error::WrongKeyProof);
		}
	});
}

/// A registration with this seal key, to which the worker key agrees.
fn with_seal_key(operator: &AccountId, number: u8, seal_key: [u8; 32]) -> Registration {
	let message = registration_message(&Pallet::genesis(), operator.as_ref(), &seal_key);
	let signature = pair(number).sign(&message).0;
	Registration { seal_key, signature, ..registration(operator, number) }
}

/// RFC 9496, 4.3.1, and the identity: a key that had two forms could be registered twice, and nothing can be sealed to the
/// identity, as everybody knows its secret.
#[test]
fn a_seal_key_has_one_form() {
	let with_first = |first: u8, mut key: [u8; 32]| -> [u8; 32] {
		key[0] = first;
		key
	};
	let small = |number| with_first(number, [0; 32]);
	// `near(0xed)` is the field's order, 2^255 - 19
	let near = |first| {
		let mut key = with_first(first, [0xff; 32]);
		key[31] = 0x7f;
		key
	};
	build_and_execute(|| {
		let operator = account(1);
		let worker = pair(1).public();
		for (what, seal_key) in [
			("the identity", small(0)),
			("the identity's other form, the field's order", near(0xed)),
			("six above the order", near(0xf3)),
			("above the order", [0xff; 32]),
			("negative", small(1)),
			("negative", near(0x01)),
			("negative x y", small(2)),
			("no square", small(8)),
			("y is zero", near(0xec)),
		] {
			let keys = with_seal_key(&operator, 1, seal_key);
			let refused = attempt(&operator, worker, &keys);
			assert_eq!(refused, Err(Error::InvalidSealKey.into()), "{what}");
			assert_eq!(SealKeys::<Test>::iter().count(), 0, "{what}");
		}
		// Four is the form of an element, but nobody has proven to know its secret
		let keys = with_seal_key(&operator, 1, small(4));
		assert_noop!(attempt(&operator, worker, &keys), Error::WrongKeyProof);
	});
}

/// The highest bit of a key carries nothing: set, it must not make another key of it.
#[test]
fn another_form_of_a_taken_key_is_refused() {
	build_and_execute(|| {
		let taken = node(&assert_register(1, MIN_STAKE, 1)).seal_key;
		let operator = account(2);
		let worker = pair(2).public();
		let keys = with_seal_key(&operator, 2, taken);
		assert_noop!(attempt(&operator, worker, &keys), Error::SealKeyTaken);
		let mut other = taken;
		other[31] |= 0x80;
		let keys = with_seal_key(&operator, 2, other);
		assert_noop!(attempt(&operator, worker, &keys), Error::InvalidSealKey);
	});
}

#[test]
fn keys_are_unique() {
	build_and_execute(|| {
		assert_register(1, MIN_STAKE, 1);
		let other = account(2);
		let taken = pair(1).public();
		assert_noop!(attempt(&other, taken, &registration(&other, 1)), Error::WorkerKeyTaken);
		let seal_key = node(&account(1)).seal_key;
		let keys = Registration { seal_key, ..registration(&other, 2) };
		assert_noop!(attempt(&other, pair(2).public(), &keys), Error::SealKeyTaken);
		// Nor can one rotate to a key that is taken, one's own included.
		assert_register(2, MIN_STAKE, 1);
		for operator in [account(1), account(2)] {
			let keys = registration(&operator, 1);
			let signature = WorkerSignature::from_raw(keys.signature);
			assert_noop!(
				Registry::rotate_key(
					signed(&operator),
					taken,
					keys.seal_key,
					keys.proof,
					signature
				),
				Error::WorkerKeyTaken
			);
		}
	});
}

#[test]
fn rotation_wants_proofs_too() {
	build_and_execute(|| {
		let operator = assert_register(1, MIN_STAKE, 1);
		let rotate = |number: u8, keys: &Registration| {
			let worker = pair(number).public();
			let signature = WorkerSignature::from_raw(keys.signature);
			Registry::rotate_key(signed(&operator), worker, keys.seal_key, keys.proof, signature)
		};
		let keys = registration(&operator, 2);
		let wrong = Registration { signature: [0; 64], ..keys };
		assert_noop!(rotate(2, &wrong), Error::WrongWorkerSignature);
		let wrong = Registration { proof: [0; 64], ..keys };
		assert_noop!(rotate(2, &wrong), Error::WrongKeyProof);
		let wrong = Registration { seal_key: node(&operator).seal_key, ..keys };
		assert_noop!(rotate(2, &wrong), Error::SealKeyTaken);
		let wrong = with_seal_key(&operator, 2, [0; 32]);
		assert_noop!(rotate(2, &wrong), Error::InvalidSealKey);
		assert_ok!(rotate(2, &keys));
	});
}

#[test]
fn rotation_without_seats_frees_the_former_key() {
	build_and_execute(|| {
		let operator = assert_register(1, MIN_STAKE, 1);
		assert_rotate(&operator, 2, false);
		// Free for anybody, and for the operator itself.
		assert_rotate(&operator, 1, false);
		let other = account(2);
		assert_ok!(attempt(&other, pair(2).public(), &registration(&other, 2)));
	});
}

#[test]
fn a_former_key_stays_taken_while_it_has_seats() {
	build_and_execute(|| {
		let operator = assert_register(1, MIN_STAKE, 4);
		admit(2, MIN_STAKE, 4);
		admit(3, MIN_STAKE, 4);
		System::set_block_number(2);
		let first = assert_draw(1, class(3, 1));
		let second = assert_draw(2, class(3, 1));
		let former = assert_rotate(&operator, 11, true);
		let third = assert_draw(3, class(3, 1));
		let present = pair(11).public();
		assert_eq!(Registry::assignments(&former), [1, 2]);
		assert_eq!(Registry::assignments(&present), [3]);
		assert_eq!(Pallet::tasks_of(&operator), [1, 2, 3]);

		let thief = account(4);
		let keys = registration(&thief, 1);
		assert_noop!(attempt(&thief, former, &keys), Error::WorkerKeyTaken);
		events();
		assert_release(1, &first);
		assert_eq!(events(), []);
		assert_noop!(attempt(&thief, former, &keys), Error::WorkerKeyTaken);
		assert_release(2, &second);
		assert_eq!(events(), [Event::KeyReleased { operator: operator.clone(), worker: former }]);
		assert_ok!(attempt(&thief, former, &keys));
		// The present key outlives its seats.
		assert_release(3, &third);
		assert_eq!(Registry::seal_key(&present), Some(node(&operator).seal_key));
		assert_eq!(free(&operator), 4);
	});
}

#[test]
fn unknown_keys_have_no_assignments() {
	build_and_execute(|| {
		assert!(Registry::assignments(&pair(1).public()).is_empty());
		assert_eq!(Registry::seal_key(&pair(1).public()), None);
		assert_eq!(Pallet::key_owner(pair(1).public()), None);
	});
}
