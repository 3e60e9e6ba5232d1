//! What differs from one Ostraka network to the next, and the relay parent of each block.
//!
//! One runtime serves all networks, so that they share one metadata. What a development chain does differently is
//! state that its genesis preset sets: small committees ([`Classes`]), and, if it has no forks, a short wait for
//! finality ([`Solo`]).
//!
//! Terms: the *relay parent* is the relay-chain block that a parachain block is built in the context of; its
//! *storage root* reaches this runtime by the inherent of every block.
//!
//! # Invariants
//!
//! - [`Relay`] is rewritten in every block, before any transaction.
//! - [`Classes`] holds sound parameters only.

pub use pallet::*;

use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::*;
use ostraka_primitives::{task::ClassParameters, MAX_DEALERS};
use scale_info::TypeInfo;

/// What this block knows of its relay parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct RelayView {
	/// Storage root of the relay parent.
	pub storage_root: [u8; 32],
	/// Whether the block's proof held, or provably lacked, the relay chain's epoch and its randomness.
	pub complete: bool,
}

/// Parameters of the three security classes.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Table {
	/// Of Standard.
	pub standard: ClassParameters,
	/// Of Confidential.
	pub confidential: ClassParameters,
	/// Of Restricted.
	pub restricted: ClassParameters,
}

impl Table {
	/// Whether each class is sound by itself, and can have as many dealers as it needs.
	pub fn is_sound(&self) -> bool {
		self.to_array().iter().all(|class| class.is_sound() && class.least_dealers <= MAX_DEALERS)
	}

	/// As a list, in the classes' order.
	pub fn to_array(self) -> [ClassParameters; 3] {
		[self.standard, self.confidential, self.restricted]
	}
}

const fn class(seats: u8, threshold: u8, stake_factor: u32, least_dealers: u32) -> ClassParameters {
	ClassParameters { seats, threshold, stake_factor, least_dealers }
}

/// Classes of a production network. With a fifth of the stake corrupt, a committee is captured with probability
/// 3 % at (7, 3) and 0.009 % at (31, 15).
pub const PRODUCTION: Table = Table {
	standard: class(7, 3, 1, 3),
	confidential: class(13, 6, 2, 5),
	restricted: class(31, 15, 5, 10),
};

/// Classes of a development chain, which seven nodes can serve.
pub const DEVELOPMENT: Table = Table {
	standard: class(3, 1, 1, 3),
	confidential: class(5, 2, 2, 5),
	restricted: class(7, 3, 5, 10),
};

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {}

	/// Whether one process makes all blocks: such a chain has no forks, and workers wait one block
	/// instead of until it is final. Written by genesis, never after.
	#[pallet::storage]
	pub type Solo<T> = StorageValue<_, bool, ValueQuery>;

	/// Parameters of the security classes, for tasks submitted from now on. Written by genesis and by
	/// `set_classes`.
	#[pallet::storage]
	pub type Classes<T> = StorageValue<_, Table, ValueQuery, ProductionClasses>;

	/// What this block knows of its relay parent. Written once a block by the inherent; never freed.
	#[pallet::storage]
	pub type Relay<T> = StorageValue<_, RelayView, ValueQuery>;

	/// The classes of a network that nobody configured.
	pub struct ProductionClasses;

	impl Get<Table> for ProductionClasses {
		fn get() -> Table {
			PRODUCTION
		}
	}

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Whether this is a chain for trying out, with the small committees of [`DEVELOPMENT`].
		pub development: bool,
		/// Whether one process makes all blocks, see [`Solo`].
		pub solo: bool,
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Solo::<T>::put(self.solo);
			Classes::<T>::put(if self.development { DEVELOPMENT } else { PRODUCTION });
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The security classes changed, for tasks submitted from now on.
		ClassesSet {
			/// The new parameters.
			classes: Table,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// A class needs `t >= 1`, `2 t + 1 <= n <= 32`, 2 to 512 dealers and a stake factor of at least one.
		UnsoundClass,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Sets the parameters of the security classes. Tasks that exist keep theirs.
		///
		/// ## Dispatch Origin
		/// Root.
		///
		/// ## Errors
		/// [`Error::UnsoundClass`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::DbWeight::get().writes(1))]
		pub fn set_classes(origin: OriginFor<T>, classes: Table) -> DispatchResult {
			ensure_root(origin)?;
			ensure!(classes.is_sound(), Error::<T>::UnsoundClass);
			Classes::<T>::put(classes);
			Self::deposit_event(Event::ClassesSet { classes });
			Ok(())
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}

impl<T: Config> Pallet<T> {
	/// The module's invariants.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		ensure!(Classes::<T>::get().is_sound(), "an unsound class");
		Ok(())
	}
}
