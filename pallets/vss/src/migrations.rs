//! Migrations of the pallet's storage, one a version.

use crate::{types::SharingState, Config, Pallet, Results, Sharings};
use codec::{Decode, Encode};
use frame::{
	deps::frame_support::{migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade},
	prelude::*,
};
use ostraka_primitives::{
	message::CommitmentBytes,
	record::SeatSet,
	task::{ResultVector, TaskResult},
	AccountId, Digest, PointBytes, ScalarBytes,
};

/// From version 2 to 3: results and open tasks say whom they are sealed to. No task that is there is sealed, and none has a mask.
///
/// It walks all results ever in one block: of a chain with thousands of them it takes more than a block has. Open tasks are
/// carried over so that they can be settled, and for no more: what they follow is no longer served, as the book's migration
/// says.
pub type V2ToV3<T> = VersionedMigration<
	2,
	3,
	unchecked::V2ToV3<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// What version 2 stored.
pub(crate) mod v2 {
	use super::*;

	/// A result that everybody reads.
	#[derive(Encode, Decode)]
	pub struct Published {
		pub accepted_set: Digest,
		pub dealers: u32,
		pub commitment: PointBytes,
		pub vector: ResultVector,
		pub blinding: ScalarBytes,
		pub panel: u32,
		pub attested: u32,
		pub disproven: u32,
	}

	impl Published {
		/// The same result.
		pub fn into_present(self) -> TaskResult {
			TaskResult {
				accepted_set: self.accepted_set,
				dealers: self.dealers,
				commitment: self.commitment,
				vector: self.vector,
				blinding: self.blinding,
				panel: self.panel,
				attested: self.attested,
				disproven: self.disproven,
				sealed_to: None,
			}
		}
	}

	/// An open task whose result everybody will read.
	#[derive(Encode, Decode)]
	pub struct Sharing {
		pub aggregate: CommitmentBytes,
		pub dealings: u32,
		pub excluded: u32,
		pub freed: u32,
		pub dealt: Digest,
		pub accepted_set: Option<Digest>,
		pub excluded_hash: Digest,
		pub exposer: Option<AccountId>,
		pub disproven: u32,
		pub verifiers: u8,
		pub exposed: u32,
		pub finders: SeatSet,
	}

	impl Sharing {
		/// The same task.
		pub fn into_present(self) -> SharingState {
			SharingState {
				aggregate: self.aggregate,
				dealings: self.dealings,
				excluded: self.excluded,
				freed: self.freed,
				dealt: self.dealt,
				accepted_set: self.accepted_set,
				excluded_hash: self.excluded_hash,
				exposer: self.exposer,
				disproven: self.disproven,
				verifiers: self.verifiers,
				exposed: self.exposed,
				finders: self.finders,
				masked: false,
				recipient: None,
			}
		}
	}
}

/// What [`V2ToV3`] does once it has looked at the version. Private, so that no runtime can run it without that.
mod unchecked {
	use super::*;
	#[cfg(feature = "try-runtime")]
	use {alloc::vec::Vec, frame::deps::sp_runtime::TryRuntimeError};

	/// Maps that are walked.
	const MAPS: u64 = 2;

	pub struct V2ToV3<T>(core::marker::PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for V2ToV3<T> {
		fn on_runtime_upgrade() -> Weight {
			let mut entries = 0u64;
			Results::<T>::translate_values(|result: v2::Published| {
				entries = entries.saturating_add(1);
				Some(result.into_present())
			});
			Sharings::<T>::translate_values(|sharing: v2::Sharing| {
				entries = entries.saturating_add(1);
				Some(sharing.into_present())
			});
			// Each walk reads one key more than there are.
			T::DbWeight::get().reads_writes(entries.saturating_add(MAPS), entries)
		}

		/// How many results and open tasks there are.
		#[cfg(feature = "try-runtime")]
		fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
			let (results, tasks) =
				(Results::<T>::iter_keys().count(), Sharings::<T>::iter_keys().count());
			Ok((results as u64, tasks as u64).encode())
		}

		#[cfg(feature = "try-runtime")]
		fn post_upgrade(state: Vec<u8>) -> Result<(), TryRuntimeError> {
			let before = <(u64, u64)>::decode(&mut state.as_slice());
			let before = before.map_err(|_| "no numbers of results and tasks")?;
			let (results, tasks) =
				(Results::<T>::iter_values().count(), Sharings::<T>::iter_values().count());
			ensure!((results as u64, tasks as u64) == before, "a result or a task is lost");
			Pallet::<T>::do_try_state()
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, mock::*};
	use frame::{
		deps::frame_support::{storage::unhashed, weights::WeightMeter},
		testing_prelude::assert_ok,
	};
	use ostraka_crypto::encoding::IDENTITY;
	use ostraka_primitives::{
		task::{FailReason, Outcome, TaskStatus},
		traits::{Progress, Sharing},
		TaskId,
	};
	use ostraka_protocol::wire::dealing_message;

	const TASK: TaskId = 7;
	/// Another, which is settled.
	const SETTLED: TaskId = 3;

	/// A result of a settled task: over nothing, which opens.
	fn result() -> TaskResult {
		TaskResult {
			accepted_set: [3; 32],
			dealers: 3,
			commitment: IDENTITY,
			vector: ResultVector::truncate_from(vec![0u8.into(); 2]),
			blinding: [0; 32],
			panel: 2,
			attested: 1,
			disproven: 1,
			sealed_to: None,
		}
	}

	/// Puts state back to version 2.
	fn go_back() {
		for (task, result) in Results::<Test>::iter().collect::<Vec<_>>() {
			let old = v2::Published {
				accepted_set: result.accepted_set,
				dealers: result.dealers,
				commitment: result.commitment,
				vector: result.vector,
				blinding: result.blinding,
				panel: result.panel,
				attested: result.attested,
				disproven: result.disproven,
			};
			unhashed::put(&Results::<Test>::hashed_key_for(task), &old);
		}
		for (task, state) in Sharings::<Test>::iter().collect::<Vec<_>>() {
			let old = v2::Sharing {
				aggregate: state.aggregate,
				dealings: state.dealings,
				excluded: state.excluded,
				freed: state.freed,
				dealt: state.dealt,
				accepted_set: state.accepted_set,
				excluded_hash: state.excluded_hash,
				exposer: state.exposer,
				disproven: state.disproven,
				verifiers: state.verifiers,
				exposed: state.exposed,
				finders: state.finders,
			};
			unhashed::put(&Sharings::<Test>::hashed_key_for(task), &old);
		}
		StorageVersion::new(2).put::<Vss>();
	}

	/// A settled task's result is what it was; so is an open task, which can be settled.
	#[test]
	fn results_and_open_tasks_are_carried_over() {
		build_and_execute(|| {
			let length = 3;
			let ctx = open_task_with_panel(TASK, (5, 2), 2, length, 2);
			for index in 0..2 {
				let (dealer, seed) = (fixtures::dealer_account(index), u64::from(index) + 1);
				let input = fixtures::input(length as usize, seed);
				let made = fixtures::dealing(&ctx, &dealer, &input, seed).unwrap();
				let (origin, made) =
					(RuntimeOrigin::signed(dealer), dealing_message(made).unwrap());
				assert_ok!(Vss::deal(origin, TASK, ctx.task_hash, made));
			}
			set_status(TASK, TaskStatus::Verifying { until: 20 });
			Sharings::<Test>::mutate_extant(TASK, |state| state.finders.insert(2));
			Results::<Test>::insert(SETTLED, result());
			let stored = || {
				(
					Results::<Test>::iter().collect::<Vec<_>>(),
					Sharings::<Test>::iter().collect::<Vec<_>>(),
				)
			};
			let before = stored();
			assert_eq!((before.0.len(), before.1.len()), (1, 1));
			go_back();
			assert!(Results::<Test>::get(SETTLED).is_none(), "not what is stored now");
			V2ToV3::<Test>::on_runtime_upgrade();
			assert_eq!(StorageVersion::get::<Vss>(), 3);
			assert_eq!(stored(), before);
			assert_ok!(Vss::do_try_state());
			assert_eq!(Vss::result(SETTLED), Some(result()));
			assert!(!Vss::counters(TASK).masked);

			let failed = Outcome::Failed(FailReason::TooFewDealers);
			set_status(TASK, TaskStatus::Settling(failed));
			assert_eq!(Vss::settle(TASK, false, &mut WeightMeter::new()), Progress::Done);
			assert_eq!(Sharings::<Test>::iter().count(), 0);

			// a second time it does nothing, also to what is sealed
			let sealed = TaskResult { sealed_to: Some(fixtures::dealer_account(9)), ..result() };
			Results::<Test>::insert(TASK, &sealed);
			V2ToV3::<Test>::on_runtime_upgrade();
			assert_eq!(Vss::result(TASK), Some(sealed));
		});
	}
}
