//! Migrations of the pallet's storage, one a version.

use crate::{
	types::{SeatState, SharingState},
	Answer, Config, DealingRecord, Dealings, Pallet, Results, Seats, Sharings, Standing,
};
use codec::{Decode, Encode};
use frame::{
	deps::frame_support::{migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade},
	prelude::*,
};
use ostraka_primitives::{
	message::CommitmentBytes,
	record::SeatSet,
	task::{ResultVector, TaskResult},
	BlockNumber, Digest, PointBytes, ScalarBytes, MAX_COMMITTEE,
};
use sp_core::{bounded::BoundedVec, ConstU32};

/// From version 1 to 2: results say what became of their panel and of inputs that were disproven, and open tasks keep what that
/// takes. No task that is there has a panel, and nothing about it was disproven by the rules of then.
///
/// It walks all results ever in one block: of a chain with thousands of them it takes more than a block has. Open tasks are
/// carried over so that they can be settled, and for no more: what they follow is no longer served, as the book's migration
/// says.
pub type V1ToV2<T> = VersionedMigration<
	1,
	2,
	unchecked::V1ToV2<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// What version 1 stored.
pub(crate) mod v1 {
	use super::*;

	/// A result without a panel.
	#[derive(Encode, Decode)]
	pub struct Published {
		pub accepted_set: Digest,
		pub dealers: u32,
		pub commitment: PointBytes,
		pub vector: ResultVector,
		pub blinding: ScalarBytes,
	}

	impl Published {
		/// The same result.
		pub fn into_present(self) -> TaskResult {
			let Self { accepted_set, dealers, commitment, vector, blinding } = self;
			let (panel, attested, disproven) = (0, 0, 0);
			TaskResult {
				accepted_set,
				dealers,
				commitment,
				vector,
				blinding,
				panel,
				attested,
				disproven,
			}
		}
	}

	/// An open task without a panel.
	#[derive(Encode, Decode)]
	pub struct Sharing {
		pub aggregate: CommitmentBytes,
		pub dealings: u32,
		pub excluded: u32,
		pub freed: u32,
		pub dealt: Digest,
		pub accepted_set: Option<Digest>,
	}

	impl Sharing {
		/// The same task. In which order dealings were excluded is not known any more, and nobody attests to it.
		pub fn into_present(self) -> SharingState {
			SharingState {
				aggregate: self.aggregate,
				dealings: self.dealings,
				excluded: self.excluded,
				freed: self.freed,
				dealt: self.dealt,
				accepted_set: self.accepted_set,
				excluded_hash: Digest::default(),
				exposer: None,
				disproven: 0,
				verifiers: 0,
				exposed: 0,
				finders: SeatSet::default(),
			}
		}
	}

	/// A member's state.
	#[derive(Encode, Decode)]
	pub struct Seat {
		pub commitment: Option<Digest>,
		pub answer: Option<Answer>,
		pub excused: bool,
		pub accused_falsely: bool,
		pub attested: bool,
	}

	impl Seat {
		/// The same state.
		pub fn into_present(self) -> SeatState {
			let Self { commitment, answer, excused, accused_falsely, attested } = self;
			SeatState {
				commitment,
				answer,
				excused,
				accused_falsely,
				attested,
				attested_falsely: false,
			}
		}
	}

	/// The members' states, by seat.
	pub type Seats = BoundedVec<Seat, ConstU32<MAX_COMMITTEE>>;

	/// A dealing.
	#[derive(Encode, Decode)]
	pub struct Dealing {
		pub digest: Digest,
		pub ephemeral: Digest,
		pub block: BlockNumber,
		pub standing: Standing,
	}

	impl Dealing {
		/// The same dealing.
		pub fn into_present(self) -> DealingRecord {
			let Self { digest, ephemeral, block, standing } = self;
			DealingRecord { standing, ..DealingRecord::taken(digest, ephemeral, block) }
		}
	}
}

/// What [`V1ToV2`] does once it has looked at the version. Private, so that no runtime can run it without that.
mod unchecked {
	use super::*;
	#[cfg(feature = "try-runtime")]
	use {alloc::vec::Vec, frame::deps::sp_runtime::TryRuntimeError};

	/// Maps that are walked.
	const MAPS: u64 = 4;

	pub struct V1ToV2<T>(core::marker::PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for V1ToV2<T> {
		fn on_runtime_upgrade() -> Weight {
			let mut entries = 0u64;
			Results::<T>::translate_values(|result: v1::Published| {
				entries = entries.saturating_add(1);
				Some(result.into_present())
			});
			Sharings::<T>::translate_values(|sharing: v1::Sharing| {
				entries = entries.saturating_add(1);
				Some(sharing.into_present())
			});
			Seats::<T>::translate_values(|seats: v1::Seats| {
				entries = entries.saturating_add(1);
				let seats = seats.into_iter().map(v1::Seat::into_present);
				Some(BoundedVec::truncate_from(seats.collect()))
			});
			Dealings::<T>::translate_values(|dealing: v1::Dealing| {
				entries = entries.saturating_add(1);
				Some(dealing.into_present())
			});
			// Each walk reads one key more than there are.
			T::DbWeight::get().reads_writes(entries.saturating_add(MAPS), entries)
		}

		/// How many results there are.
		#[cfg(feature = "try-runtime")]
		fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
			Ok((Results::<T>::iter_keys().count() as u64).encode())
		}

		#[cfg(feature = "try-runtime")]
		fn post_upgrade(state: Vec<u8>) -> Result<(), TryRuntimeError> {
			let before = u64::decode(&mut state.as_slice()).map_err(|_| "no number of results")?;
			let left = Results::<T>::iter_values().count() as u64;
			ensure!(left == before, "a result is lost");
			Pallet::<T>::do_try_state()
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, mock::*};
	use frame::{deps::frame_support::storage::unhashed, testing_prelude::assert_ok};
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
			panel: 0,
			attested: 0,
			disproven: 0,
		}
	}

	/// Puts state back to version 1.
	fn go_back() {
		for (task, result) in Results::<Test>::iter().collect::<Vec<_>>() {
			let TaskResult { accepted_set, dealers, commitment, vector, blinding, .. } = result;
			let old = v1::Published { accepted_set, dealers, commitment, vector, blinding };
			unhashed::put(&Results::<Test>::hashed_key_for(task), &old);
		}
		for (task, state) in Sharings::<Test>::iter().collect::<Vec<_>>() {
			let old = v1::Sharing {
				aggregate: state.aggregate,
				dealings: state.dealings,
				excluded: state.excluded,
				freed: state.freed,
				dealt: state.dealt,
				accepted_set: state.accepted_set,
			};
			unhashed::put(&Sharings::<Test>::hashed_key_for(task), &old);
		}
		for (task, seats) in Seats::<Test>::iter().collect::<Vec<_>>() {
			let old = |state: SeatState| v1::Seat {
				commitment: state.commitment,
				answer: state.answer,
				excused: state.excused,
				accused_falsely: state.accused_falsely,
				attested: state.attested,
			};
			let old: Vec<_> = seats.into_iter().map(old).collect();
			unhashed::put(&Seats::<Test>::hashed_key_for(task), &old);
		}
		for (task, dealer, record) in Dealings::<Test>::iter().collect::<Vec<_>>() {
			let DealingRecord { digest, ephemeral, block, standing, .. } = record;
			let old = v1::Dealing { digest, ephemeral, block, standing };
			unhashed::put(&Dealings::<Test>::hashed_key_for(task, dealer), &old);
		}
		StorageVersion::new(1).put::<Vss>();
	}

	/// A settled task's result is what it was; so is an open task, which can be settled.
	#[test]
	fn results_and_open_tasks_are_carried_over() {
		build_and_execute(|| {
			let length = 3;
			let ctx = open_task(TASK, 5, 2, length, 2);
			for index in 0..2 {
				let (dealer, seed) = (fixtures::dealer_account(index), u64::from(index) + 1);
				let input = fixtures::input(length as usize, seed);
				let made = fixtures::dealing(&ctx, &dealer, &input, seed).unwrap();
				let (origin, made) =
					(RuntimeOrigin::signed(dealer), dealing_message(made).unwrap());
				assert_ok!(Vss::deal(origin, TASK, ctx.task_hash, made));
			}
			set_status(TASK, TaskStatus::Verifying { until: 20 });
			Seats::<Test>::mutate_extant(TASK, |seats| {
				seats[0].attested = true;
				seats[1].accused_falsely = true;
			});
			Dealings::<Test>::mutate(TASK, fixtures::dealer_account(1), |record| {
				record.as_mut().unwrap().standing = Standing::ConvictedLate;
			});
			Results::<Test>::insert(SETTLED, result());
			let stored = || {
				(
					Results::<Test>::iter().collect::<Vec<_>>(),
					Sharings::<Test>::iter().collect::<Vec<_>>(),
					Seats::<Test>::iter().collect::<Vec<_>>(),
					Dealings::<Test>::iter().collect::<Vec<_>>(),
				)
			};
			let before = stored();
			assert_eq!((before.0.len(), before.1.len(), before.3.len()), (1, 1, 2));
			go_back();
			V1ToV2::<Test>::on_runtime_upgrade();
			assert_eq!(StorageVersion::get::<Vss>(), 2);
			assert_eq!(stored(), before);
			assert_ok!(Vss::do_try_state());
			assert_eq!(Vss::result(SETTLED), Some(result()));

			let failed = Outcome::Failed(FailReason::TooFewDealers);
			set_status(TASK, TaskStatus::Settling(failed));
			let mut meter = frame::deps::frame_support::weights::WeightMeter::new();
			assert_eq!(Vss::settle(TASK, false, &mut meter), Progress::Done);
			assert_eq!(Sharings::<Test>::iter().count(), 0);

			// a second time it does nothing, also to what has a panel
			let marked = TaskResult { panel: 2, attested: 1, disproven: 1, ..result() };
			Results::<Test>::insert(TASK, &marked);
			V1ToV2::<Test>::on_runtime_upgrade();
			assert_eq!(Vss::result(TASK), Some(marked));
		});
	}
}
