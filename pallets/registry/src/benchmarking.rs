//! Benchmarks of the registry's calls, each at its worst: selection full, so that who enters
//! displaces another node, nodes with as many seats and chunks on their way out as there can be, no
//! two alike, keys proven in earnest.
//!
//! A runtime's genesis state may have a full selection already, of nodes with stake for as many seats as a node can have, and
//! with all the chunks on their way out.
//!
//! What draws, slashes and releases cost is part of the other pallets' benchmarks, for which the
//! runtime fills the registry itself, with [`hold_seats`] and [`outdate_key`].

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::{Pallet as Registry, *};
use frame::{benchmarking::prelude::*, deps::sp_io, token::fungible::Inspect as _};
use ostraka_primitives::{fault::Offence, WORKER_KEY_TYPE};
use ostraka_protocol::worker_key::{self, Registration};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

/// Most seats of the operator that is measured.
const MOST_SEATS: u32 = MAX_ASSIGNMENTS - 1;

/// Stake of the operator that is measured: as each seat takes up no more than the least stake, it
/// covers [`MOST_SEATS`], and more to unbond of. More than that of any other node.
fn stake<T: Config>() -> Balance {
	T::MinStake::get().saturating_mul(Balance::from(MAX_ASSIGNMENTS) + 1)
}

fn fund<T: Config>(operator: &AccountId) {
	let amount = T::Currency::minimum_balance().saturating_add(stake::<T>().saturating_mul(4));
	T::Currency::mint_into(operator, amount).unwrap();
}

/// A worker key and a seal key, of this number, that are not keys.
fn keys(number: &[u8]) -> (WorkerKey, SealKeyBytes) {
	let bytes = sp_io::hashing::sha2_256(number);
	(WorkerKey::from_raw(bytes), bytes)
}

/// How many nodes are in selection.
fn candidates<T: Config>() -> u32 {
	Candidates::<T>::decode_len().unwrap_or_default() as u32
}

/// Puts nodes with different stakes, hardly more than the least one, and the greatest capacity in
/// selection until there are `count`. The first, which has the least, has the most chunks on their
/// way out.
fn fill_selection<T: Config>(count: u32) {
	let present = candidates::<T>();
	for index in present..count {
		let operator: AccountId = account("node", index, 0);
		fund::<T>(&operator);
		let (worker, seal_key) = keys(&index.to_le_bytes());
		let stake = T::MinStake::get().saturating_add(MAX_UNLOCKS.saturating_add(index).into());
		let (capacity, role) = (MAX_ASSIGNMENTS, Role::Both);
		let node = NewNode { worker, seal_key, stake, capacity, role };
		Registry::<T>::admit(&operator, &node).unwrap();
		if index == present {
			unbond_in_chunks::<T>(&operator, MAX_UNLOCKS);
		}
	}
}

/// Gives the node so many seats under its present key, in tasks of nobody, no two alike.
pub fn hold_seats<T: Config>(operator: &AccountId, seats: u32) {
	let mut node = Nodes::<T>::get(operator).unwrap();
	for number in 0..seats {
		let least_stake = T::MinStake::get().saturating_add(number.into());
		let seat = HeldSeat { worker: node.worker, least_stake };
		Seats::<T>::insert(operator, TaskId::MAX - number, seat);
		node.take_seat();
	}
	Registry::<T>::store(operator, &node);
}

/// Makes the node's key a former one, which the next seat given back under it frees.
pub fn outdate_key<T: Config>(operator: &AccountId) {
	let mut node = Nodes::<T>::get(operator).unwrap();
	let former = node.worker;
	let (worker, seal_key) = keys(&former.0);
	Registry::<T>::replace_keys(operator, &mut node, worker, seal_key);
	FormerKeys::<T>::insert(former, 1);
	Nodes::<T>::insert(operator, node);
}

/// A worker key of the benchmark's keystore, and its registration by the operator.
fn registration<T: Config>(operator: &AccountId, seed: u8) -> (WorkerKey, Registration) {
	let seed_phrase = alloc::format!("//{seed}").into_bytes();
	let worker = sp_io::crypto::ed25519_generate(WORKER_KEY_TYPE, Some(seed_phrase));
	let sign = |message: &[u8]| {
		let signature = sp_io::crypto::ed25519_sign(WORKER_KEY_TYPE, &worker, message)?;
		Some(signature.0)
	};
	let genesis = Registry::<T>::genesis();
	let mut rng = ChaCha20Rng::from_seed([seed; 32]);
	let made = worker_key::register(&genesis, operator.as_ref(), &worker.0, sign, &mut rng);
	(worker, made.unwrap())
}

/// An operator with a proven node in a full selection, which holds so many seats.
fn operator<T: Config>(seats: u32) -> AccountId {
	fill_selection::<T>(T::MaxNodes::get().saturating_sub(1));
	let operator: AccountId = whitelisted_caller();
	fund::<T>(&operator);
	let (worker, made) = registration::<T>(&operator, 1);
	Registry::<T>::register(
		RawOrigin::Signed(operator.clone()).into(),
		worker,
		made.seal_key,
		made.proof,
		WorkerSignature::from_raw(made.signature),
		stake::<T>(),
		MAX_ASSIGNMENTS,
		Role::Both,
	)
	.unwrap();
	hold_seats::<T>(&operator, seats);
	operator
}

/// Sends stake on its way out in as many chunks as given, the first one now.
fn unbond_in_chunks<T: Config>(operator: &AccountId, chunks: u32) {
	let mut node = Nodes::<T>::get(operator).unwrap();
	for chunk in 0..chunks {
		let at = Registry::<T>::now().saturating_add(T::UnbondingPeriod::get());
		assert!(node.start_unbonding(1, at.saturating_add(chunk)));
	}
	Registry::<T>::store(operator, &node);
}

/// Takes all of the node's stake, as slashes do that are not deferred or were applied.
fn ruin<T: Config>(operator: &AccountId) {
	let mut node = Nodes::<T>::get(operator).unwrap();
	drop(T::Currency::slash(&HoldReason::Stake.into(), operator, node.held()));
	node.take(node.held());
	Registry::<T>::leave_selection(operator, &mut node, ChillCause::Slash);
	Registry::<T>::store(operator, &node);
}

/// An operator who makes no call, whose node is in a full selection and has as many slashes pending as there can be, all of them
/// due. Of each an accuser and a victim, who exist, have a part.
fn culprit<T: Config>() -> AccountId {
	fill_selection::<T>(T::MaxNodes::get().saturating_sub(1));
	let culprit: AccountId = account("culprit", 0, 0);
	fund::<T>(&culprit);
	let (worker, seal_key) = keys(b"culprit");
	let (stake, capacity, role) = (stake::<T>(), MAX_ASSIGNMENTS, Role::Both);
	let node = NewNode { worker, seal_key, stake, capacity, role };
	Registry::<T>::admit(&culprit, &node).unwrap();
	unbond_in_chunks::<T>(&culprit, MAX_UNLOCKS);
	let accuser: AccountId = account("accuser", 0, 0);
	let victim: AccountId = account("victim", 0, 0);
	fund::<T>(&accuser);
	fund::<T>(&victim);

	let mut node = Nodes::<T>::get(&culprit).unwrap();
	let amount = T::MinStake::get() / 2;
	for index in 0..MAX_PENDING {
		let offence = Offence {
			task: index,
			culprit: culprit.clone(),
			fault: Fault::WrongShare,
			accuser: Some(accuser.clone()),
			victim: Some(victim.clone()),
		};
		let slash = PendingSlash { offence, amount, at: Registry::<T>::now() };
		PendingSlashes::<T>::insert(&culprit, index, slash);
		node.take(amount);
	}
	let amount = amount.saturating_mul(MAX_PENDING.into());
	Pending::<T>::insert(&culprit, PendingTotal { slashes: MAX_PENDING, amount });
	NextSlash::<T>::put(MAX_PENDING);
	Registry::<T>::store(&culprit, &node);
	culprit
}

fn wait<T: Config>(blocks: BlockNumber) {
	let now = System::<T>::block_number();
	System::<T>::set_block_number(now + blocks.into());
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Another node is displaced.
	#[benchmark(pov_mode = Measured)]
	fn register() {
		fill_selection::<T>(T::MaxNodes::get());
		let operator: AccountId = whitelisted_caller();
		fund::<T>(&operator);
		let (worker, made) = registration::<T>(&operator, 1);
		let signature = WorkerSignature::from_raw(made.signature);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(operator.clone()),
			worker,
			made.seal_key,
			made.proof,
			signature,
			stake::<T>(),
			MAX_ASSIGNMENTS,
			Role::Both,
		);

		assert!(Nodes::<T>::get(operator).unwrap().active_since.is_some());
		assert_eq!(candidates::<T>(), T::MaxNodes::get());
	}

	#[benchmark(pov_mode = Measured)]
	fn bond() {
		let operator = operator::<T>(MOST_SEATS);
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()), 1000);

		let bonded = stake::<T>() - Balance::from(MAX_UNLOCKS) + 1000;
		assert_eq!(Nodes::<T>::get(operator).unwrap().stake, bonded);
	}

	#[benchmark(pov_mode = Measured)]
	fn unbond() {
		let operator = operator::<T>(MOST_SEATS);
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS - 1);
		wait::<T>(MAX_UNLOCKS);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()), 1);

		let unbonding = Nodes::<T>::get(operator).unwrap().unbonding;
		assert_eq!(unbonding.len() as u32, MAX_UNLOCKS);
	}

	/// Of a node with `s` seats.
	#[benchmark(pov_mode = Measured)]
	fn withdraw(s: Linear<0, MOST_SEATS>) {
		let operator = operator::<T>(s);
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS);
		wait::<T>(T::UnbondingPeriod::get() + MAX_UNLOCKS);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()));

		assert!(Nodes::<T>::get(operator).unwrap().unbonding.is_empty());
	}

	#[benchmark(pov_mode = Measured)]
	fn chill() {
		let operator = operator::<T>(MOST_SEATS);
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()));

		assert_eq!(Nodes::<T>::get(operator).unwrap().active_since, None);
	}

	/// Another node is displaced.
	#[benchmark(pov_mode = Measured)]
	fn activate() {
		let operator = operator::<T>(MOST_SEATS);
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS);
		Registry::<T>::chill(RawOrigin::Signed(operator.clone()).into()).unwrap();
		fill_selection::<T>(T::MaxNodes::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()));

		assert!(Nodes::<T>::get(operator).unwrap().active_since.is_some());
		assert_eq!(candidates::<T>(), T::MaxNodes::get());
	}

	/// No seat is under the present key, so that it is freed.
	#[benchmark(pov_mode = Measured)]
	fn rotate_key() {
		let operator = operator::<T>(0);
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS);
		let (worker, made) = registration::<T>(&operator, 2);
		let signature = WorkerSignature::from_raw(made.signature);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()), worker, made.seal_key, made.proof, signature);

		assert_eq!(Nodes::<T>::get(operator).unwrap().worker, worker);
	}

	#[benchmark(pov_mode = Measured)]
	fn set_capacity() {
		let operator = operator::<T>(MOST_SEATS);
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()), 1);

		assert_eq!(Nodes::<T>::get(operator).unwrap().capacity, 1);
	}

	/// Of a node that slashes left without stake; the last withdrawal does the same.
	#[benchmark(pov_mode = Measured)]
	fn deregister() {
		let operator = operator::<T>(0);
		ruin::<T>(&operator);
		assert_eq!(Nodes::<T>::get(&operator).unwrap().active_since, None);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()));

		assert!(!Nodes::<T>::contains_key(operator));
	}

	/// Of a node in selection, whose entry changes too.
	#[benchmark(pov_mode = Measured)]
	fn set_role() {
		let operator = operator::<T>(MOST_SEATS);
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS);
		wait::<T>(1);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()), Role::Verify);

		let node = Nodes::<T>::get(operator).unwrap();
		assert_eq!(node.role, Role::Verify);
		assert_eq!(node.active_since, Some(Registry::<T>::now()));
	}

	/// Shared out by the runtime's own rules, among a treasury and two that exist.
	#[benchmark(pov_mode = Measured)]
	fn apply_slash() {
		let culprit = culprit::<T>();
		let caller: AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), culprit.clone(), 0);

		assert_eq!(Pending::<T>::get(culprit).unwrap().slashes, MAX_PENDING - 1);
	}

	/// Of a node in selection, whose entry changes too.
	#[benchmark(pov_mode = Measured)]
	fn cancel_slash() {
		let culprit = culprit::<T>();
		let before = Nodes::<T>::get(&culprit).unwrap().stake;

		#[extrinsic_call]
		_(RawOrigin::Root, culprit.clone(), 0);

		assert_eq!(Pending::<T>::get(&culprit).unwrap().slashes, MAX_PENDING - 1);
		assert!(Nodes::<T>::get(culprit).unwrap().stake > before);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
