//! Dealing, and the freeze.

use super::*;
use crate::worker::sweep::{list_key, LANES};
use codec::Decode;
use frame::prelude::Hooks;
use ostraka_crypto::{encoding::IDENTITY, proofs::rho_message, seal::SealSecret, vss};
use ostraka_primitives::{
	message::{indexed_key, IndexedDealing},
	MAX_VALIDITY,
};
use sp_core::{sr25519, Pair};

fn honest(ctx: &TaskContext, index: u32, seed: u64) -> DealingBytes {
	let input = fixtures::input(LENGTH as usize, u64::from(index) + 1);
	fixtures::dealing(ctx, &dealer_account(index), &input, seed).unwrap()
}

fn opened() -> TaskContext {
	open_task(TASK, 5, 2, LENGTH, 3)
}

/// Rejected with this error, changing nothing.
#[track_caller]
fn rejected(ctx: &TaskContext, index: u32, dealing: DealingBytes, error: Error<Test>) {
	assert_noop!(deal(ctx, &dealer_account(index), dealing), error);
}

#[test]
fn a_dealing_is_recorded_counted_and_indexed() {
	let mut ext = new_test_ext();
	let (digest, dealing) = ext.execute_with(|| {
		let ctx = opened();
		let dealing = honest(&ctx, 0, 1);
		let deposits = Deposits::get();
		assert_ok!(deal(&ctx, &dealer_account(0), dealing.clone()));
		let digest = dealing.digest(&ctx.task_hash, dealer_account(0).as_ref());
		let record = Vss::dealing(TASK, dealer_account(0)).unwrap();
		assert_eq!((record.digest, record.block), (digest, 10));
		assert_eq!(record.standing, Standing::Accepted);
		let state = Sharings::<Test>::get(TASK).unwrap();
		assert_eq!(state.aggregate.to_vec(), dealing.commitments);
		assert_eq!(state.dealt, wire::dealt(&[0; 32], &digest));
		assert_eq!(UsedEphemerals::<Test>::get(TASK).len(), 1);
		assert_eq!(Vss::counters(TASK), Counters { dealings: 1, ..Default::default() });
		// Its deposit is on hold since it accepted.
		assert!(deposits.contains(&(TASK, dealer_account(0))));
		assert_eq!((Deposits::get(), money()), (deposits, vec![]));
		event(Event::Dealt { task: TASK, dealer: dealer_account(0), digest, dealings: 1 });
		assert_eq!(BookLog::get(), vec![]);
		Vss::do_try_state().unwrap();
		(digest, dealing)
	});
	ext.persist_offchain_overlay();
	let indexed = ext.offchain_db().get(&indexed_key(&digest)).unwrap();
	let indexed = IndexedDealing::decode(&mut &indexed[..]).unwrap();
	assert_eq!(indexed.dealer, dealer_account(0));
	assert_eq!(dealing_bytes(&indexed.dealing), dealing);
}

/// By it nodes clear their copies some day.
#[test]
fn a_block_leaves_a_list_of_its_dealings_and_nothing_of_it_in_the_state() {
	let mut ext = new_test_ext();
	let listed = ext.execute_with(|| {
		let ctx = opened();
		let dealings = [0, 1].map(|index| honest(&ctx, index, u64::from(index) + 1));
		for (index, dealing) in (0..).zip(&dealings) {
			assert_ok!(deal(&ctx, &dealer_account(index), dealing.clone()));
		}
		rejected(&ctx, 1, honest(&ctx, 1, 3), Error::AlreadyDealt);
		let digests = (0..).zip(&dealings).map(|(index, dealing)| {
			(TASK, dealing.digest(&ctx.task_hash, dealer_account(index).as_ref()))
		});
		let listed: Vec<_> = digests.collect();
		assert_eq!(DealtNow::<Test>::get().to_vec(), listed);
		Vss::on_finalize(10);
		assert!(!DealtNow::<Test>::exists());
		// The next block has none.
		assert_storage_noop!(Vss::on_finalize(11));
		listed
	});
	ext.persist_offchain_overlay();
	let db = ext.offchain_db();
	let lists = |block| -> Vec<Vec<u8>> {
		(0..LANES).filter_map(|lane| db.get(&list_key(block, lane))).collect()
	};
	// Behind the version of the nodes' records.
	assert_eq!(lists(10), vec![(1u8, listed).encode()]);
	assert!(lists(11).is_empty());
}

/// Of a task that follows a version of the protocol which this runtime does not know no call is taken.
#[test]
fn a_task_of_an_unknown_protocol_is_left_alone() {
	let age = || Views::mutate(|views| views.get_mut(&TASK).unwrap().protocol += 1);
	build_and_execute(|| {
		let ctx = opened();
		let dealing = honest(&ctx, 0, 1);
		age();
		rejected(&ctx, 0, dealing, Error::UnknownProtocol);
	});
	build_and_execute(|| {
		let scene = Scene::new(2, &[(1, (2, DealerFault::WrongShare))]);
		age();
		refused(|| scene.accuse(2, 1), Error::UnknownProtocol);
	});
	build_and_execute(|| {
		let scene = Scene::new(2, &[]);
		scene.verify();
		scene.freeze();
		let share = scene.share(1);
		age();
		refused(|| scene.commit(1, &share), Error::UnknownProtocol);
		scene.reveal_phase();
		refused(|| scene.reveal(1, &share), Error::UnknownProtocol);
	});
}

#[test]
fn the_last_dealer_who_accepted_ends_collecting() {
	build_and_execute(|| {
		let ctx = opened();
		for index in 0..3 {
			assert_eq!(BookLog::get(), vec![]);
			assert_eq!(<Vss as Sharing>::dealings(TASK), index);
			assert_ok!(deal(&ctx, &dealer_account(index), honest(&ctx, index, index.into())));
		}
		assert_eq!(BookLog::get(), vec![Told::Dealt(TASK)]);
		assert_eq!(<Vss as Sharing>::dealings(TASK), 3);
		assert_eq!(<Vss as Sharing>::dealings(TASK + 1), 0);
	});
}

/// A dealing that no longer counts is a dealing.
#[test]
fn excluded_dealings_are_dealings() {
	build_and_execute(|| {
		let scene = Scene::new(2, &[(0, (2, DealerFault::WrongShare))]);
		scene.verify();
		judged(scene.accuse(2, 0));
		assert_eq!(Sharings::<Test>::get(TASK).unwrap().accepted(), 1);
		assert_eq!(<Vss as Sharing>::dealings(TASK), 2);
	});
}

/// What members attest to: another order or another dealing is another hash, an exclusion is not.
#[test]
fn the_running_hash_names_the_dealings_in_their_order() {
	build_and_execute(|| {
		let ctx = opened();
		assert_eq!(dealt(), [0; 32]);
		let mut expected = [0; 32];
		for index in [2, 0, 1] {
			let dealing = honest(&ctx, index, index.into());
			let digest = dealing.digest(&ctx.task_hash, dealer_account(index).as_ref());
			assert_ok!(deal(&ctx, &dealer_account(index), dealing));
			expected = wire::dealt(&expected, &digest);
			assert_eq!(dealt(), expected);
		}
	});
	build_and_execute(|| {
		let scene = Scene::new(3, &[(1, (2, DealerFault::WrongShare))]);
		let before = dealt();
		judged(scene.accuse(2, 1));
		assert_eq!(dealt(), before);
	});
}

#[test]
fn a_second_dealing_is_rejected() {
	build_and_execute(|| {
		let ctx = opened();
		assert_ok!(deal(&ctx, &dealer_account(0), honest(&ctx, 0, 1)));
		rejected(&ctx, 0, honest(&ctx, 0, 2), Error::AlreadyDealt);
	});
}

#[test]
fn a_wrong_task_hash_is_rejected() {
	build_and_execute(|| {
		let ctx = opened();
		let mut other = ctx.clone();
		other.task_hash[0] ^= 1;
		rejected(&other, 0, honest(&ctx, 0, 1), Error::WrongTaskHash);
	});
}

#[test]
fn who_has_not_accepted_cannot_deal() {
	build_and_execute(|| {
		let ctx = opened();
		rejected(&ctx, 3, honest(&ctx, 3, 1), Error::NotAccepted);
		// Nor does another task's acceptance help.
		open_task(TASK + 1, 5, 2, LENGTH, 4);
		rejected(&ctx, 3, honest(&ctx, 3, 1), Error::NotAccepted);
	});
}

#[test]
fn dealings_are_taken_only_while_collecting_until_the_deadline() {
	build_and_execute(|| {
		let ctx = opened();
		assert_ok!(deal(&ctx, &dealer_account(2), honest(&ctx, 2, 3)));
		System::set_block_number(21);
		rejected(&ctx, 0, honest(&ctx, 0, 1), Error::DeadlinePassed);
		System::set_block_number(20);
		assert_ok!(deal(&ctx, &dealer_account(0), honest(&ctx, 0, 1)));
		for status in [
			TaskStatus::Inviting { until: 30 },
			TaskStatus::Drawing { until: 30 },
			TaskStatus::Verifying { until: 30 },
			TaskStatus::Settling(Outcome::Failed(FailReason::Cancelled)),
		] {
			set_status(TASK, status);
			rejected(&ctx, 1, honest(&ctx, 1, 1), Error::WrongPhase);
		}
		set_status(TASK, TaskStatus::Collecting { first_by: 15, until: 20 });
		let message = dealing_message(honest(&ctx, 1, 1)).unwrap();
		let origin = RuntimeOrigin::signed(dealer_account(1));
		let unknown = Vss::deal(origin, TASK + 1, ctx.task_hash, message.clone());
		assert_noop!(unknown, Error::<Test>::UnknownTask);
		let unsigned = Vss::deal(RuntimeOrigin::none(), TASK, ctx.task_hash, message);
		assert_noop!(unsigned, DispatchError::BadOrigin);
	});
}

/// Who is first must be so in time; the others have until the end.
#[test]
fn the_first_dealing_has_a_deadline_of_its_own() {
	build_and_execute(|| {
		let ctx = opened();
		System::set_block_number(16);
		rejected(&ctx, 0, honest(&ctx, 0, 1), Error::DeadlinePassed);
		System::set_block_number(15);
		assert_ok!(deal(&ctx, &dealer_account(0), honest(&ctx, 0, 1)));
		System::set_block_number(16);
		assert_ok!(deal(&ctx, &dealer_account(1), honest(&ctx, 1, 2)));
	});
}

/// A copied `R` would make honest accusers of the copy reveal the Diffie-Hellman values of the original.
#[test]
fn a_copied_ephemeral_is_rejected_even_with_a_valid_proof() {
	build_and_execute(|| {
		let ctx = opened();
		let share = |dealer: &AccountId, rho: &SealSecret, seed| {
			let input = fixtures::input(LENGTH as usize, seed);
			let mut rng = fixtures::rng(seed);
			let (commitments, shares) = vss::share::<G1, _>(&input, 2, 5, &mut rng).unwrap();
			let (dealer, commitments) = (dealer.as_ref(), commitments.to_bytes());
			// The chain does not look at proofs of validity.
			let proof = vec![7; ctx.proof_length as usize];
			dealer::assemble(&ctx, dealer, commitments, &shares, rho, proof, &mut rng).unwrap()
		};
		let rho = fixtures::seal_secret(77);
		let original = share(&dealer_account(0), &rho, 1);
		assert_ok!(deal(&ctx, &dealer_account(0), original.clone()));

		// Without knowing rho: the proof fails, used or not.
		let mut copy = honest(&ctx, 1, 5);
		copy.ephemeral = original.ephemeral;
		rejected(&ctx, 1, copy.clone(), Error::EphemeralReused);
		let used = UsedEphemerals::<Test>::take(TASK);
		rejected(&ctx, 1, copy, Error::InvalidProof);
		UsedEphemerals::<Test>::insert(TASK, used);
		// By colluding dealers that both know rho.
		rejected(&ctx, 1, share(&dealer_account(1), &rho, 2), Error::EphemeralReused);
		assert_ok!(deal(
			&ctx,
			&dealer_account(1),
			share(&dealer_account(1), &fixtures::seal_secret(78), 2)
		));
	});
}

/// What is remembered of an `R` is forgotten with its task: another task's dealings are not held against it, and one task
/// has room for as many as may deal.
#[test]
fn used_ephemerals_are_a_tasks_own() {
	build_and_execute(|| {
		let ctx = opened();
		let dealing = honest(&ctx, 0, 1);
		assert_ok!(deal(&ctx, &dealer_account(0), dealing.clone()));
		let hash = sp_io::hashing::sha2_256(&dealing.ephemeral);
		assert_eq!(UsedEphemerals::<Test>::get(TASK)[0][..], hash[..16]);
		open_task(TASK + 1, 5, 2, LENGTH, 3);
		assert!(UsedEphemerals::<Test>::get(TASK + 1).is_empty());
		let capacity = types::Ephemerals::bound();
		assert_eq!(capacity, ostraka_primitives::MAX_DEALERS as usize);
	});
}

/// `R` may be anybody's account: who cannot sign for it cannot deal with it, and what a wallet signs for others it wraps.
/// Its owner can: it knows the secret that `R` stands for, as every dealer does.
#[test]
fn somebody_elses_account_is_no_ephemeral() {
	build_and_execute(|| {
		let ctx = opened();
		let owner = sr25519::Pair::from_string("//Alice", None).unwrap();
		let mut dealing = honest(&ctx, 0, 1);
		dealing.ephemeral = owner.public().0;
		rejected(&ctx, 0, dealing.clone(), Error::InvalidProof);
		let message = rho_message(&dealing.digest(&ctx.task_hash, dealer_account(0).as_ref()));
		dealing.proof = owner.sign(&[b"<Bytes>".as_slice(), &message, b"</Bytes>"].concat()).0;
		rejected(&ctx, 0, dealing.clone(), Error::InvalidProof);
		// Nor does what it signed for another dealer, or for other shares.
		let of_another = rho_message(&dealing.digest(&ctx.task_hash, dealer_account(1).as_ref()));
		dealing.proof = owner.sign(&of_another).0;
		rejected(&ctx, 0, dealing.clone(), Error::InvalidProof);
		dealing.proof = owner.sign(&message).0;
		let mut other = dealing.clone();
		other.sealed[0][0] ^= 1;
		rejected(&ctx, 0, other, Error::InvalidProof);
		assert_ok!(deal(&ctx, &dealer_account(0), dealing));
	});
}

#[test]
fn a_dealing_belongs_to_its_dealer() {
	build_and_execute(|| {
		let ctx = opened();
		rejected(&ctx, 1, honest(&ctx, 0, 1), Error::InvalidProof);
	});
}

#[test]
fn a_dealing_cannot_be_replayed_to_another_task_or_chain() {
	build_and_execute(|| {
		let ctx = opened();
		let dealing = honest(&ctx, 0, 1);
		let replay = |from: &TaskContext| {
			assert_ne!(from.task_hash, ctx.task_hash);
			let dealing = honest(from, 0, 1);
			// As it was sent there, and with the hash that this task asks for.
			rejected(from, 0, dealing.clone(), Error::WrongTaskHash);
			rejected(&ctx, 0, dealing, Error::InvalidProof);
		};
		replay(&wire::context(&view_of(TASK + 1, 5, 2, LENGTH, 3, Vss::genesis())).unwrap());
		replay(&wire::context(&view_of(TASK, 5, 2, LENGTH, 3, [1; 32])).unwrap());
		assert_ok!(deal(&ctx, &dealer_account(0), dealing));
	});
}

#[test]
fn every_length_must_be_exact() {
	build_and_execute(|| {
		let ctx = opened();
		let good = honest(&ctx, 0, 1);
		let spoil = |spoil: &dyn Fn(&mut DealingBytes)| {
			let mut dealing = good.clone();
			spoil(&mut dealing);
			rejected(&ctx, 0, dealing, Error::WrongLength);
		};
		spoil(&|dealing| dealing.commitments.truncate(dealing.commitments.len() - 1));
		spoil(&|dealing| dealing.commitments.push(IDENTITY));
		spoil(&|dealing| dealing.commitments.clear());
		spoil(&|dealing| dealing.sealed.truncate(dealing.sealed.len() - 1));
		spoil(&|dealing| dealing.sealed.push(dealing.sealed[0].clone()));
		spoil(&|dealing| dealing.sealed[4].truncate(100));
		spoil(&|dealing| dealing.sealed[0].push(0));
		spoil(&|dealing| dealing.sealed[2].clear());
	});
}

/// Points outside of the subgroup of prime order are not among them: those the members find.
#[test]
fn bad_points_and_scalars_are_rejected() {
	build_and_execute(|| {
		let ctx = opened();
		let good = honest(&ctx, 0, 1);
		let spoil = |error: Error<Test>, spoil: &dyn Fn(&mut DealingBytes)| {
			let mut dealing = good.clone();
			spoil(&mut dealing);
			rejected(&ctx, 0, dealing, error);
		};
		let mut off_curve = [0; 96];
		off_curve[95] = 3;
		for bad in [off_curve, [0xff; 96], [0; 96]] {
			spoil(Error::InvalidPoint, &|dealing| dealing.commitments[1] = bad);
		}
		// The identity; then what is no element's form: too large, negative, no square.
		spoil(Error::InvalidPoint, &|dealing| dealing.ephemeral = [0; 32]);
		let (mut negative, mut no_square) = ([0; 32], [0; 32]);
		negative[0] = 1;
		no_square[0] = 8;
		let mut flagged = good.ephemeral;
		flagged[31] |= 0x80;
		for bad in [[0xff; 32], negative, no_square, flagged] {
			spoil(Error::InvalidProof, &|dealing| dealing.ephemeral = bad);
		}
		spoil(Error::InvalidProof, &|dealing| dealing.proof = [0xff; 64]);
		spoil(Error::InvalidProof, &|dealing| dealing.proof = [0; 64]);
		// Without the mark by which the hosts' signatures are told from those of an old kind.
		spoil(Error::InvalidProof, &|dealing| dealing.proof[63] &= 0x7f);
		spoil(Error::InvalidProof, &|dealing| dealing.sealed[3][0] ^= 1);
		spoil(Error::InvalidProof, &|dealing| dealing.validity[9] ^= 1);
		spoil(Error::WrongLength, &|dealing| dealing.validity.push(0));
		spoil(Error::WrongLength, &|dealing| dealing.validity.clear());
		spoil(Error::InvalidProof, &|dealing| dealing.commitments.swap(0, 1));
		spoil(Error::InvalidProof, &|dealing| dealing.commitments[0] = IDENTITY);
	});
}

#[test]
fn identity_commitments_are_legal() {
	build_and_execute(|| {
		let ctx = opened();
		let dealing = fixtures::identity_dealing(&ctx, &dealer_account(0), 1).unwrap();
		assert_eq!(dealing.commitments, vec![IDENTITY; 3]);
		assert_ok!(deal(&ctx, &dealer_account(0), dealing));
		assert_ok!(deal(&ctx, &dealer_account(1), honest(&ctx, 1, 2)));
	});
}

#[test]
fn the_freeze_counts_what_is_accepted_and_happens_once() {
	build_and_execute(|| {
		let scene = Scene::new(3, &[(1, (2, DealerFault::WrongShare))]);
		judged(scene.accuse(2, 1));
		scene.verify();
		let h_a = scene.freeze();
		let digests = [scene.digest(2), scene.digest(0)];
		let aggregate = Sharings::<Test>::get(TASK).unwrap().aggregate;
		let expected = adjudicator::accepted_set_hash(&scene.ctx.task_hash, &digests, &aggregate);
		assert_eq!(h_a, expected);
		event(Event::Frozen { task: TASK, accepted: 2, accepted_set: h_a });
		assert_storage_noop!(assert_eq!(
			frozen(),
			BTreeSet::from([scene.dealer(0), scene.dealer(2)])
		));
	});
}

#[test]
fn a_task_without_dealings_freezes_to_nothing() {
	build_and_execute(|| {
		opened();
		set_status(TASK, TaskStatus::Verifying { until: 30 });
		assert_eq!(Vss::freeze(TASK), Frozen::Sound(vec![]));
		assert_storage_noop!(assert_eq!(Vss::freeze(TASK + 1), Frozen::Sound(vec![])));
		set_status(TASK, TaskStatus::Settling(Outcome::Failed(FailReason::TooFewDealers)));
	});
}

#[test]
fn a_dealing_weighs_by_its_kilobytes() {
	build_and_execute(|| {
		let ctx = open_task(TASK, 5, 2, 64, 3);
		let input = fixtures::input(64, 1);
		// 5 shares of 32 * 65 + 16 bytes are 10,480, which is 784 less than 11 kilobytes.
		let longest = MAX_VALIDITY as usize;
		let most = 11 + MAX_VALIDITY / 1024;
		for (proof, kilobytes) in [(0, 11), (784, 11), (785, 12), (longest, most)] {
			let (dealer, proof) = (dealer_account(0), vec![0; proof]);
			let dealing = fixtures::dealing_with_proof(&ctx, &dealer, &input, proof, 1).unwrap();
			let weight = Vss::deal_weight(&dealing_message(dealing).unwrap());
			let expected = <() as WeightInfo>::deal(2, kilobytes);
			let indexed = IndexedWeightPerKb::get() * u64::from(kilobytes);
			assert_eq!(weight, expected + indexed, "{kilobytes}");
		}
	});
}

/// Nothing of a proof is looked at when its dealing comes in, but that it has the task's length and is under the digest: to say
/// that it does not hold is for others.
#[test]
fn a_dealing_is_taken_whatever_the_bytes_of_its_proof() {
	build_and_execute(|| {
		let ctx = opened();
		let length = ctx.proof_length as usize;
		let input = fixtures::input(LENGTH as usize, 1);
		for (index, proof) in (0..).zip([vec![0; length], vec![0xff; length]]) {
			let dealer = dealer_account(index);
			let dealing =
				fixtures::dealing_with_proof(&ctx, &dealer, &input, proof, index.into()).unwrap();
			assert_ok!(deal(&ctx, &dealer, dealing));
		}
		let fault = [(1, DealerFault::InvalidInput)];
		let dealer = dealer_account(2);
		let forged = fixtures::faulty_dealing(&ctx, &dealer, &input, &fault, 9).unwrap();
		assert_ok!(deal(&ctx, &dealer, forged));
		assert_eq!(Vss::counters(TASK).dealings, 3);
	});
}

/// A challenge must bring the proof: one that is longer than the task's proofs would cost more than its window counts on. Who
/// dealt it is not convicted, keeps its deposit on hold, and may deal again.
#[test]
fn a_proof_of_another_length_than_the_tasks_is_not_taken() {
	build_and_execute(|| {
		let ctx = opened();
		let (dealer, input) = (dealer_account(0), fixtures::input(LENGTH as usize, 1));
		let honest = honest(&ctx, 0, 1);
		let (right, deposits) = (honest.validity.clone(), Deposits::get());
		assert_eq!(right.len(), ctx.proof_length as usize);
		let longer = [right.as_slice(), &[0]].concat();
		let shorter = right[..right.len() - 1].to_vec();
		let longest = vec![0; MAX_VALIDITY as usize];
		for proof in [vec![], shorter, longer, longest] {
			let dealing = fixtures::dealing_with_proof(&ctx, &dealer, &input, proof, 2).unwrap();
			rejected(&ctx, 0, dealing, Error::WrongLength);
		}
		assert_eq!((Deposits::get(), money()), (deposits, vec![]));
		assert_ok!(deal(&ctx, &dealer, honest));
	});
}
