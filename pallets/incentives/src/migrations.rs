//! Migrations of the pallet's storage, one a version.

use crate::*;
use frame::deps::frame_support::{
	migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade,
};
use ostraka_primitives::rent::Rent;

/// From version 1 to 2: escrows say what rent is kept of their fees. Of those that are there none is: their requesters were
/// asked for none, and all that they are charged for is the work.
///
/// It walks the escrows of open tasks, of which there are as many as the task book has places.
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

	/// A task's money, without rent.
	#[derive(Encode, Decode)]
	pub struct TaskEscrow {
		pub requester: AccountId,
		pub fee: Balance,
		pub base_per_seat: Balance,
		pub data_reward: Balance,
		pub data_left: Balance,
		pub settled: bool,
	}

	impl TaskEscrow {
		/// The same money, of which none is kept for rent.
		pub fn into_present(self) -> crate::TaskEscrow {
			crate::TaskEscrow {
				requester: self.requester,
				fee: self.fee,
				base_per_seat: self.base_per_seat,
				data_reward: self.data_reward,
				data_left: self.data_left,
				settled: self.settled,
				rent: Rent::default(),
			}
		}
	}
}

/// What [`V1ToV2`] does once it has looked at the version. Private, so that no runtime can run it without that.
mod unchecked {
	use super::*;
	#[cfg(feature = "try-runtime")]
	use alloc::vec::Vec;

	pub struct V1ToV2<T>(core::marker::PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for V1ToV2<T> {
		fn on_runtime_upgrade() -> Weight {
			let mut escrows = 0u64;
			Escrows::<T>::translate_values(|escrow: v1::TaskEscrow| {
				escrows = escrows.saturating_add(1);
				Some(escrow.into_present())
			});
			// The walk reads one key more than there are.
			T::DbWeight::get().reads_writes(escrows.saturating_add(1), escrows)
		}

		/// How many escrows there are.
		#[cfg(feature = "try-runtime")]
		fn pre_upgrade() -> Result<Vec<u8>, frame::deps::sp_runtime::TryRuntimeError> {
			Ok((Escrows::<T>::iter_keys().count() as u64).encode())
		}

		#[cfg(feature = "try-runtime")]
		fn post_upgrade(state: Vec<u8>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			let before = u64::decode(&mut state.as_slice()).map_err(|_| "no number of escrows")?;
			let escrows: Vec<_> = Escrows::<T>::iter_values().collect();
			ensure!(escrows.len() as u64 == before, "an escrow is lost");
			let free = escrows.iter().all(|escrow| escrow.rent == Rent::default());
			ensure!(free, "an escrow keeps rent that nobody was asked for");
			Pallet::<T>::do_try_state()
		}
	}
}
