//! Benchmarks of the registry's calls, each at its worst: selection full, the operator's node with
//! as many seats and chunks on their way out as there can be, keys proven in earnest.
//!
//! What draws, slashes and releases cost is part of the other pallets' benchmarks, for which the
//! runtime fills the registry itself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::{Pallet as Registry, *};
use frame::{benchmarking::prelude::*, deps::sp_io, token::fungible::Inspect as _};
use ostraka_primitives::{traits::Stakes, WORKER_KEY_TYPE};
use ostraka_protocol::{
	worker_key::{self, Registration},
	G1,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

/// Stake of the operator that is measured: as each seat takes up no more than the least stake, it
/// covers all those that the node holds, and one more to unbond of.
fn stake<T: Config>() -> Balance {
	T::MinStake::get().saturating_mul(MAX_ASSIGNMENTS.into())
}

fn fund<T: Config>(operator: &AccountId) {
	let amount = T::Currency::minimum_balance().saturating_add(stake::<T>().saturating_mul(4));
	T::Currency::mint_into(operator, amount).unwrap();
}

/// Puts nodes with the least stake and the greatest capacity in selection until there are `count`.
/// Their keys are not keys.
fn fill_selection<T: Config>(count: u32) {
	let present = Candidates::<T>::decode_len().unwrap_or_default() as u32;
	for index in present..count {
		let operator: AccountId = account("node", index, 0);
		fund::<T>(&operator);
		let worker = WorkerKey::from_raw(sp_io::hashing::sha2_256(&index.to_le_bytes()));
		let mut seal_key = [0u8; 96];
		seal_key[..32].copy_from_slice(&worker.0);
		let stake = T::MinStake::get();
		Registry::<T>::admit(&operator, worker, seal_key, stake, MAX_ASSIGNMENTS).unwrap();
	}
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
	let made =
		worker_key::register::<G1, _>(&genesis, operator.as_ref(), &worker.0, sign, &mut rng);
	(worker, made.unwrap())
}

/// An operator with a proven node in a full selection, all of whose seats but one are taken, in
/// tasks of the least stake.
fn operator<T: Config>() -> AccountId {
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
	)
	.unwrap();
	let least_stake = T::MinStake::get();
	let seats = (1..MAX_ASSIGNMENTS).map(|task| HeldSeat { task, worker, least_stake });
	Seats::<T>::insert(&operator, BoundedVec::truncate_from(seats.collect()));
	let node = Nodes::<T>::get(&operator).unwrap();
	Registry::<T>::store(&operator, &node).unwrap();
	operator
}

/// Sends stake on its way out in as many chunks as given, the first one now.
fn unbond_in_chunks<T: Config>(operator: &AccountId, chunks: u32) {
	let mut node = Nodes::<T>::get(operator).unwrap();
	for chunk in 0..chunks {
		let at = Registry::<T>::now().saturating_add(T::UnbondingPeriod::get());
		assert!(node.start_unbonding(1, at.saturating_add(chunk)));
	}
	Nodes::<T>::insert(operator, &node);
	Registry::<T>::store(operator, &node).unwrap();
}

fn wait<T: Config>(blocks: BlockNumber) {
	let now = System::<T>::block_number();
	System::<T>::set_block_number(now + blocks.into());
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() {
		fill_selection::<T>(T::MaxNodes::get().saturating_sub(1));
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
		);

		assert_eq!(Nodes::<T>::get(operator).unwrap().worker, worker);
	}

	#[benchmark]
	fn bond() {
		let operator = operator::<T>();
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()), 1000);

		let bonded = stake::<T>() - Balance::from(MAX_UNLOCKS) + 1000;
		assert_eq!(Nodes::<T>::get(operator).unwrap().stake, bonded);
	}

	#[benchmark]
	fn unbond() {
		let operator = operator::<T>();
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS - 1);
		wait::<T>(MAX_UNLOCKS);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()), 1);

		let unbonding = Nodes::<T>::get(operator).unwrap().unbonding;
		assert_eq!(unbonding.len() as u32, MAX_UNLOCKS);
	}

	#[benchmark]
	fn withdraw() {
		let operator = operator::<T>();
		unbond_in_chunks::<T>(&operator, MAX_UNLOCKS);
		wait::<T>(T::UnbondingPeriod::get() + MAX_UNLOCKS);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()));

		assert!(Nodes::<T>::get(operator).unwrap().unbonding.is_empty());
	}

	#[benchmark]
	fn chill() {
		let operator = operator::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()));

		assert_eq!(Nodes::<T>::get(operator).unwrap().active_since, None);
	}

	#[benchmark]
	fn activate() {
		let operator = operator::<T>();
		Registry::<T>::chill(RawOrigin::Signed(operator.clone()).into()).unwrap();

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()));

		assert!(Nodes::<T>::get(operator).unwrap().active_since.is_some());
	}

	/// No seat is under the present key, so that all are looked at and the key is freed.
	#[benchmark]
	fn rotate_key() {
		let operator = operator::<T>();
		Seats::<T>::mutate(&operator, |seats| {
			for seat in seats.iter_mut() {
				seat.worker = WorkerKey::default();
			}
		});
		let (worker, made) = registration::<T>(&operator, 2);
		let signature = WorkerSignature::from_raw(made.signature);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()), worker, made.seal_key, made.proof, signature);

		assert_eq!(Nodes::<T>::get(operator).unwrap().worker, worker);
	}

	#[benchmark]
	fn set_capacity() {
		let operator = operator::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()), 1);

		assert_eq!(Nodes::<T>::get(operator).unwrap().capacity, 1);
	}

	/// Of a node that slashes left without stake; the last withdrawal does the same.
	#[benchmark]
	fn deregister() {
		let operator = operator::<T>();
		Seats::<T>::remove(&operator);
		drop(<Registry<T> as Stakes>::slash(&operator, Balance::MAX));
		assert_eq!(Nodes::<T>::get(&operator).unwrap().active_since, None);

		#[extrinsic_call]
		_(RawOrigin::Signed(operator.clone()));

		assert!(!Nodes::<T>::contains_key(operator));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
