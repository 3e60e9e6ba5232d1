//! Random, truncated and oversized bytes: nothing panics, nothing changes.

use super::*;
use codec::{Decode, Encode};
use frame::{deps::sp_runtime::transaction_validity::TransactionSource, traits::Authorize};
use ostraka_primitives::{
	message::{DealingMessage, EvidenceMessage},
	MAX_COMMITMENTS, MAX_COMMITTEE, MAX_SEALED, MAX_VALIDITY,
};
use proptest::prelude::*;

fn runner(test: impl FnOnce(&Scene) -> Result<(), TestCaseError>) -> Result<(), TestCaseError> {
	let mut outcome = Ok(());
	build_and_execute(|| {
		let ctx = open_task(TASK, 5, 2, LENGTH, 3);
		outcome = test(&Scene { ctx, dealt: vec![] });
	});
	outcome
}

fn array<const N: usize>() -> impl Strategy<Value = [u8; N]> {
	proptest::collection::vec(any::<u8>(), N).prop_map(|bytes| bytes.try_into().unwrap())
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	#[test]
	fn random_bytes_as_a_call(bytes in proptest::collection::vec(any::<u8>(), 0..600), call in 0u8..8) {
		// Pallet and call index first, so that the arguments' decoders are reached.
		let bytes = [[1, call].as_slice(), &bytes].concat();
		if let Ok(call) = RuntimeCall::decode(&mut &bytes[..]) {
			runner(|_| {
				let _ = call.authorize(TransactionSource::External);
				Ok(())
			})?;
		}
	}

	#[test]
	fn random_dealings_are_rejected(
		commitments in proptest::collection::vec(array::<96>(), 0..=4),
		ephemeral in array::<32>(),
		proof in array::<64>(),
		sealed in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..=6),
		validity in proptest::collection::vec(any::<u8>(), 0..200),
	) {
		runner(|scene| {
			let dealing = DealingBytes { commitments, ephemeral, proof, sealed, validity };
			let outcome = deal(&scene.ctx, &dealer_account(0), dealing);
			prop_assert!(outcome.is_err());
			prop_assert_eq!(Vss::counters(TASK).dealings, 0);
			Ok(())
		})?;
	}

	#[test]
	fn a_dealing_with_one_bit_flipped_is_rejected(place: proptest::sample::Index, bit in 0u8..8) {
		runner(|scene| {
			let dealer = dealer_account(0);
			let input = fixtures::input(LENGTH as usize, 1);
			let good = fixtures::dealing(&scene.ctx, &dealer, &input, 1).unwrap();
			let mut bytes = dealing_message(good).unwrap().encode();
			let place = place.index(bytes.len());
			bytes[place] ^= 1 << bit;
			if let Ok(message) = DealingMessage::decode(&mut &bytes[..]) {
				let outcome = deal(&scene.ctx, &dealer, dealing_bytes(&message));
				prop_assert!(outcome.is_err());
			}
			Ok(())
		})?;
	}

	#[test]
	fn random_evidence_is_refused(
		dh in array::<32>(),
		dleq in array::<64>(),
		commitments in proptest::collection::vec(array::<96>(), 0..=4),
		ephemeral in array::<32>(),
		sealed_hashes in proptest::collection::vec(array::<32>(), 0..=6),
		sealed in proptest::collection::vec(any::<u8>(), 0..200),
		seat: u8,
		digest in array::<32>(),
	) {
		runner(|scene| {
			let evidence = EvidenceBytes {
				dh,
				dleq,
				commitments,
				ephemeral,
				sealed_hashes,
				validity_hash: digest,
				sealed,
			};
			let signer = seat.clamp(1, 5);
			let mut call =
				accuse_call(&scene.ctx, signer, &dealer_account(0), digest, evidence, now());
			if let Call::accuse { seat: of, .. } = &mut call {
				*of = seat;
			}
			prop_assert!(apply(call).is_err());
			Ok(())
		})?;
	}

	/// Whatever stands in the place of a proof convicts its dealer, unless it is one. Of another length it is not taken.
	#[test]
	fn random_proofs_convict_their_dealers(
		bytes in proptest::collection::vec(any::<u8>(), 1..3_000),
		place: proptest::sample::Index,
		change in 1u8..=255,
	) {
		build_and_execute(|| {
			let mut scene = Scene { ctx: open_task(TASK, 5, 2, LENGTH, 2), dealt: vec![] };
			let input = fixtures::input(LENGTH as usize, 1);
			// By the same draws as below, so that only the change is wrong with it.
			let honest = fixtures::dealing(&scene.ctx, &dealer_account(0), &input, 0).unwrap();
			let mut changed = honest.validity;
			let place = place.index(changed.len());
			changed[place] ^= change;
			let random: Vec<u8> = bytes.iter().copied().cycle().take(changed.len()).collect();
			for (index, proof) in (0u32..).zip([changed, random]) {
				let (dealer, seed) = (dealer_account(index), index.into());
				let dealing =
					fixtures::dealing_with_proof(&scene.ctx, &dealer, &input, proof, seed).unwrap();
				assert_ok!(deal(&scene.ctx, &dealer, dealing.clone()));
				scene.dealt.push((dealer, dealing));
			}
			scene.verify();
			for (index, dealer) in [(0, 0), (1, 1)] {
				judged(scene.challenge(1, index));
				assert_eq!(standing(dealer), Standing::Excluded);
			}
		});
	}

	#[test]
	fn random_shares_convict_or_are_refused(
		bytes in proptest::collection::vec(any::<u8>(), 32 * (LENGTH as usize + 1)),
		mask: bool,
	) {
		let mut bytes = bytes;
		if mask {
			// Below the field's order.
			bytes.chunks_mut(32).for_each(|scalar| scalar[31] &= 0x3f);
		}
		build_and_execute(|| {
			let scene = Scene::new(2, &[]);
			scene.verify();
			let h_a = scene.freeze();
			scene.reveal_phase();
			let applied = apply(reveal_bytes_call(&scene.ctx, 1, h_a, bytes.clone(), now()));
			if mask {
				assert_eq!(applied, Ok(Ok(())));
			}
			match applied {
				Ok(_) => assert_eq!(money(), vec![Money::WrongShare(TASK, operator(1))]),
				Err(_) => assert_eq!(money(), vec![]),
			}
		});
	}
}

#[test]
fn truncated_calls_do_not_decode() {
	build_and_execute(|| {
		let scene = Scene::new(1, &[]);
		let (dealer, dealing) = scene.dealt[0].clone();
		let h_a = [1; 32];
		let calls = [
			Call::<Test>::deal {
				task: TASK,
				task_hash: scene.ctx.task_hash,
				dealing: dealing_message(dealing).unwrap(),
			},
			accuse_call(&scene.ctx, 1, &dealer, scene.digest(0), scene.evidence(1, 0), now()),
			attest_call(&scene.ctx, 1, (dealt(), excluded()), now()),
			challenge_call(&scene.ctx, 1, &dealer, scene.digest(0), scene.shown(0), now()),
			Call::challenge_with_bond {
				task: TASK,
				dealer: dealer.clone(),
				digest: scene.digest(0),
				challenge: scene.shown(0),
			},
			commit_call(&scene.ctx, 1, h_a, [2; 32], now()),
			reveal_call(&scene.ctx, 1, h_a, &scene.share(1), now()),
		];
		for call in calls {
			let bytes = RuntimeCall::from(call).encode();
			assert!(RuntimeCall::decode(&mut &bytes[..]).is_ok());
			for length in (0..bytes.len()).step_by(7).chain([bytes.len() - 1]) {
				assert!(RuntimeCall::decode(&mut &bytes[..length]).is_err());
			}
		}
	});
}

/// Lengths are bounded while decoding, before anything is allocated for them.
#[test]
fn oversized_lists_do_not_decode() {
	let points = |count: u32| vec![[0u8; 96]; count as usize];
	let hashes = |count: u32| vec![[0u8; 32]; count as usize];
	let sealed = |length: u32| vec![0u8; length as usize];
	let dealing = |points: Vec<[u8; 96]>, sealed: Vec<Vec<u8>>, proof: Vec<u8>| {
		let bytes = (points, [0u8; 32], [0u8; 64], sealed, proof).encode();
		DealingMessage::decode(&mut &bytes[..]).is_ok()
	};
	let (n, most) = (MAX_COMMITTEE, MAX_COMMITMENTS);
	let longest = sealed(MAX_VALIDITY);
	assert!(dealing(points(most), vec![sealed(MAX_SEALED); n as usize], longest.clone()));
	assert!(!dealing(points(most + 1), vec![], vec![]));
	assert!(!dealing(points(1), vec![vec![]; n as usize + 1], vec![]));
	assert!(!dealing(points(1), vec![sealed(MAX_SEALED + 1)], vec![]));
	assert!(!dealing(points(1), vec![], sealed(MAX_VALIDITY + 1)));
	let evidence = |points: Vec<[u8; 96]>, hashes: Vec<[u8; 32]>, sealed: Vec<u8>| {
		let bytes = ([0u8; 32], [0u8; 64], points, [0u8; 32], hashes, [0u8; 32], sealed).encode();
		EvidenceMessage::decode(&mut &bytes[..]).is_ok()
	};
	let challenge = |points: Vec<[u8; 96]>, hashes: Vec<[u8; 32]>, proof: Vec<u8>| {
		let bytes = (points, [0u8; 32], hashes, proof).encode();
		ChallengeMessage::decode(&mut &bytes[..]).is_ok()
	};
	assert!(challenge(points(most), hashes(n), longest));
	assert!(!challenge(points(most + 1), hashes(n), vec![]));
	assert!(!challenge(points(1), hashes(n + 1), vec![]));
	assert!(!challenge(points(1), hashes(1), sealed(MAX_VALIDITY + 1)));
	assert!(evidence(points(most), hashes(n), sealed(MAX_SEALED)));
	assert!(!evidence(points(most + 1), hashes(n), sealed(0)));
	assert!(!evidence(points(1), hashes(n + 1), sealed(0)));
	assert!(!evidence(points(1), hashes(1), sealed(MAX_SEALED + 1)));
	let share = |length: u32| ResultShareBytes::decode(&mut &sealed(length).encode()[..]).is_ok();
	assert!(share(MAX_SEALED - 16));
	assert!(!share(MAX_SEALED - 15));
	// A length that promises four gigabytes.
	assert!(ResultShareBytes::decode(&mut &[3, 0xff, 0xff, 0xff, 0xff][..]).is_err());
}
