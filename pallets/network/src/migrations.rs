//! Migrations of the pallet's storage, one a version.

use crate::*;
use frame::deps::frame_support::{
	migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade,
};

/// From version 1 to 2: classes say how many verifiers a task has. Those of a chain that exists go on without any: none of
/// its nodes verifies yet, and a panel that nobody can fill would stop all draws. Root asks for panels by `set_classes` once
/// enough nodes do.
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
	use ostraka_primitives::task::ClassParameters;

	/// A class without a panel.
	#[derive(Clone, Copy, Encode, Decode)]
	pub struct Class {
		pub seats: u8,
		pub threshold: u8,
		pub stake_factor: u32,
		pub least_dealers: u32,
	}

	impl Class {
		/// The same class.
		pub fn into_present(self) -> ClassParameters {
			let Self { seats, threshold, stake_factor, least_dealers } = self;
			ClassParameters { seats, threshold, stake_factor, least_dealers, verifiers: 0 }
		}
	}

	/// Standard, Confidential, Restricted.
	pub type Table = [Class; 3];
}

/// What [`V1ToV2`] does once it has looked at the version. Private, so that no runtime can run it without that.
mod unchecked {
	use super::*;
	#[cfg(feature = "try-runtime")]
	use {
		alloc::vec::Vec,
		codec::DecodeAll,
		frame::deps::{frame_support::storage::unhashed, sp_runtime::TryRuntimeError},
	};

	/// The same classes.
	fn into_present(table: v1::Table) -> Table {
		let [standard, confidential, restricted] = table.map(v1::Class::into_present);
		Table { standard, confidential, restricted }
	}

	pub struct V1ToV2<T>(core::marker::PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for V1ToV2<T> {
		fn on_runtime_upgrade() -> Weight {
			// Only what is no table fails; it is then left as it is.
			if Classes::<T>::translate(|table: Option<v1::Table>| table.map(into_present)).is_err()
			{
				defensive!("the classes are not those of version 1");
			}
			T::DbWeight::get().reads_writes(1, 1)
		}

		/// The classes, or nothing where nobody ever set any. To the byte: what is longer is of another version.
		#[cfg(feature = "try-runtime")]
		fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
			let stored = unhashed::get_raw(&Classes::<T>::hashed_key());
			let table = stored.map(|bytes| v1::Table::decode_all(&mut bytes.as_slice()));
			let table = table.transpose().map_err(|_| "the classes are not those of version 1")?;
			Ok(table.encode())
		}

		#[cfg(feature = "try-runtime")]
		fn post_upgrade(state: Vec<u8>) -> Result<(), TryRuntimeError> {
			let before = <Option<v1::Table>>::decode_all(&mut state.as_slice());
			let before = before.map_err(|_| "no classes of version 1")?;
			let same = match before {
				Some(table) => Classes::<T>::get() == into_present(table),
				None => !Classes::<T>::exists(),
			};
			ensure!(same, "a class is not what it was, or asks for verifiers");
			Pallet::<T>::do_try_state()
		}
	}
}
