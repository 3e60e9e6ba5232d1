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

	pub struct V1ToV2<T>(core::marker::PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for V1ToV2<T> {
		fn on_runtime_upgrade() -> Weight {
			let present = |table: Option<v1::Table>| {
				let [standard, confidential, restricted] = table?.map(v1::Class::into_present);
				Some(Table { standard, confidential, restricted })
			};
			// Only what is no table fails; it is then left as it is.
			if Classes::<T>::translate(present).is_err() {
				defensive!("the classes are not those of version 1");
			}
			T::DbWeight::get().reads_writes(1, 1)
		}
	}
}
