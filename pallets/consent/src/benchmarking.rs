//! Benchmarks of the calls, and of a freeze that looks at as much as one can.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::{Pallet as ConsentPallet, *};
use frame::{benchmarking::prelude::*, token::fungible::Inspect};
use ostraka_primitives::{
	consent::{ColumnSet, Quota, MAX_CO_DEALERS},
	task::FailReason,
	traits::{AcceptedSet, Consent},
	MAX_DEALERS,
};

const DATASET: Digest = [7; 32];
/// The task that is frozen.
const TASK: TaskId = 1;
/// Tasks of the dealers' histories, from this number on.
const EARLIER: TaskId = 1_000;
/// Tasks of other dealers, from this number on.
const OTHERS: TaskId = 1_000_000;

/// A dealer with what a policy costs.
fn dealer<T: Config>() -> AccountId {
	let dealer: AccountId = whitelisted_caller();
	let funds = T::Currency::minimum_balance().saturating_add(T::PolicyDeposit::get());
	T::Currency::mint_into(&dealer, funds.saturating_mul(2)).unwrap();
	dealer
}

/// The longest policy.
fn policy() -> Policy {
	let co_dealers: Vec<AccountId> =
		(0..MAX_CO_DEALERS).map(|index| account("co-dealer", index, 0)).collect();
	Policy {
		quota: Some(Quota { tasks: HISTORY as u8, blocks: BlockNumber::MAX }),
		least_cohort: MAX_DEALERS,
		least_difference: MAX_DIFFERENCE,
		co_dealers: co_dealers.try_into().unwrap(),
	}
}

/// So many dealers with full histories: the task that is frozen, and no other one twice.
fn cohort<T: Config>(count: u32) -> Vec<AccountId> {
	let others = HISTORY - 1;
	let remember = |index: u32| {
		let dealer: AccountId = account("dealer", index, 0);
		let first = EARLIER + index * others;
		let tasks = (first..first + others).chain([TASK]);
		let entries =
			tasks.map(|task| Entry { task, dataset: DATASET, at: 0, least_difference: 0 });
		Histories::<T>::insert(&dealer, History::truncate_from(entries.collect()));
		dealer
	};
	(0..count).map(remember).collect()
}

/// Gives a dealer the most that its next acceptance and dealing over this data set can meet and still be taken: a policy with a
/// quota, and a full history whose oldest entry is of another data set with a policy. As many were pushed out of it as are kept. For what accepting and dealing cost, which
/// is part of other pallets' benchmarks. No deposit is held.
pub fn fill_history<T: Config>(dealer: &AccountId, dataset: Digest) {
	const OTHER: Digest = [8; 32];
	let policy =
		Policy { quota: Some(Quota { tasks: HISTORY as u8, blocks: 1 }), ..Policy::default() };
	let standing = Standing { now: policy, next: None, deposit: 0 };
	let entries = (EARLIER..EARLIER + HISTORY).map(|task| Entry {
		task,
		dataset: OTHER,
		at: 0,
		least_difference: 0,
	});
	Histories::<T>::insert(dealer, History::truncate_from(entries.collect()));
	for dataset in [dataset, OTHER] {
		Policies::<T>::insert(dealer, dataset, &standing);
		Forgotten::<T>::insert(dealer, dataset, pushed_out());
	}
}

/// As many as are kept of a data set.
fn pushed_out() -> PushedOut {
	PushedOut::truncate_from(alloc::vec![0; HISTORY as usize])
}

fn record<T: Config>(tasks: core::ops::Range<TaskId>) {
	let set = AcceptedSetRecord {
		dealers: MAX_DEALERS,
		least_difference: 0,
		columns: ColumnSet::default(),
	};
	tasks.for_each(|task| Sets::<T>::insert(task, &set));
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// The first policy of a data set, whose deposit is held.
	#[benchmark(pov_mode = Measured)]
	fn set_policy() {
		let dealer = dealer::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(dealer.clone()), DATASET, policy());

		assert_eq!(Policies::<T>::get(dealer, DATASET).unwrap().deposit, T::PolicyDeposit::get());
	}

	/// The second call, which frees the policy.
	#[benchmark(pov_mode = Measured)]
	fn remove_policy() {
		let dealer = dealer::<T>();
		let origin = RawOrigin::Signed(dealer.clone());
		ConsentPallet::<T>::set_policy(origin.clone().into(), DATASET, policy()).unwrap();
		ConsentPallet::<T>::remove_policy(origin.clone().into(), DATASET).unwrap();
		Forgotten::<T>::insert(&dealer, DATASET, pushed_out());
		let now = System::<T>::block_number();
		System::<T>::set_block_number(now + T::LooseningDelay::get().into());

		#[extrinsic_call]
		_(origin, DATASET);

		assert!(!Policies::<T>::contains_key(&dealer, DATASET));
		assert!(!Forgotten::<T>::contains_key(&dealer, DATASET));
	}

	/// As many other tasks as so many dealers can remember. How many of them are looked at is the most in a cohort of 16 and falls from
	/// there on: the most is looked at besides, so that no cohort costs more.
	#[benchmark(pov_mode = Measured)]
	fn freeze(d: Linear<1, MAX_DEALERS>) {
		let dealers = cohort::<T>(d);
		record::<T>(EARLIER..EARLIER + d * (HISTORY - 1));
		record::<T>(OTHERS..OTHERS + MOST_COMPARED + 1);
		let set = AcceptedSet {
			task: TASK,
			dealers: &dealers,
			columns: ColumnSet::default(),
			counting: None,
		};
		let frozen: Result<(), FailReason>;
		let mut looked_at = 0;

		#[block]
		{
			frozen = <ConsentPallet<T> as Consent>::freeze(&set);
			for task in OTHERS..OTHERS + MOST_COMPARED + 1 {
				looked_at += u32::from(Sets::<T>::get(task).is_some());
			}
		}

		assert_eq!(frozen, Ok(()));
		assert_eq!(looked_at, MOST_COMPARED + 1);
		assert_eq!(Sets::<T>::get(TASK).unwrap().dealers, d);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
