//! # Network
//!
//! What differs from one Ostraka network to the next, and the relay parent of each block.
//!
//! One runtime serves all networks, so that they share one metadata. What a development chain does
//! differently is state that its genesis preset sets: small committees and panels ([`Classes`]), short
//! windows for members to answer in ([`AnswerWindow`]), and, if it has no forks, a short wait for
//! finality ([`Solo`]).
//!
//! ## Terminology
//! - *relay parent*: the relay-chain block that a parachain block is built in the context of. Its
//!   *number*, *epoch* and the *VRF output* of its author reach the runtime by the inherent of every block.
//! - *class*: Standard, Confidential or Restricted; its *parameters* say how many seats its committee
//!   and its panel have, which threshold, how much stake and how many dealers a task of it has.
//!
//! ## What holds
//! - [`Relay`] is rewritten in every block, before any transaction.
//! - [`Classes`] holds sound parameters only.
//! - [`AnswerWindow`] is a block at least.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;

use frame::prelude::*;
use ostraka_primitives::BlockNumber;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod migrations;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
pub mod weights;

pub use pallet::*;
pub use types::{RelayView, Table, DEVELOPMENT, DEVELOPMENT_WINDOW, PRODUCTION, PRODUCTION_WINDOW};
pub use weights::WeightInfo;

// The macros expand to `expect`s of their own.
#[allow(clippy::expect_used)]
#[frame::pallet]
pub mod pallet {
	use super::*;

	/// Version of the storage layout.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Whether one process makes all blocks: such a chain has no forks, and workers wait one block
	/// instead of until it is final. Written by genesis, never after.
	#[pallet::storage]
	pub type Solo<T> = StorageValue<_, bool, ValueQuery>;

	/// Parameters of the security classes, for tasks submitted from now on. Written by genesis and
	/// by `set_classes`.
	#[pallet::storage]
	pub type Classes<T> = StorageValue<_, Table, ValueQuery, ProductionClasses>;

	/// Blocks that members have for committing to a result share, the wait for finality not counted, and as many for
	/// revealing it, in tasks submitted from now on. A phase ends earlier once all have answered. Written by genesis, never
	/// after; a network whose genesis knew of none has production's.
	#[pallet::storage]
	pub type AnswerWindow<T> = StorageValue<_, BlockNumber, ValueQuery, ProductionWindow>;

	/// What this block knows of its relay parent. Written by the inherent of each block; never
	/// freed.
	#[pallet::storage]
	pub type Relay<T> = StorageValue<_, RelayView, ValueQuery>;

	/// The classes of a network that nobody configured.
	pub struct ProductionClasses;

	impl Get<Table> for ProductionClasses {
		fn get() -> Table {
			PRODUCTION
		}
	}

	/// The window of a network that nobody configured.
	pub struct ProductionWindow;

	impl Get<BlockNumber> for ProductionWindow {
		fn get() -> BlockNumber {
			PRODUCTION_WINDOW
		}
	}

	/// What a network starts with.
	#[pallet::genesis_config]
	#[derive(DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Whether this is a chain for trying out, with the small committees of [`DEVELOPMENT`]
		/// and the window of [`DEVELOPMENT_WINDOW`].
		pub development: bool,
		/// Whether one process makes all blocks, see [`Solo`].
		pub solo: bool,
		#[doc(hidden)]
		#[serde(skip)]
		pub marker: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Solo::<T>::put(self.solo);
			let (classes, window) = match self.development {
				true => (DEVELOPMENT, DEVELOPMENT_WINDOW),
				false => (PRODUCTION, PRODUCTION_WINDOW),
			};
			Classes::<T>::put(classes);
			AnswerWindow::<T>::put(window);
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The security classes changed, for tasks submitted from now on.
		ClassesSet {
			/// The new parameters.
			classes: Table,
		},
	}

	/// Why a call was refused, and what to do.
	#[pallet::error]
	pub enum Error<T> {
		/// A class needs `t >= 1`, `2 t + 1 <= n <= 32`, at most 16 verifiers, 3 to 512 dealers and a
		/// stake factor of at least one. Give it those.
		UnsoundClass,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Sets the parameters of the security classes. Tasks that exist keep theirs.
		///
		/// ## Dispatch Origin
		/// Root.
		///
		/// ## Errors
		/// `UnsoundClass`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set_classes())]
		pub fn set_classes(origin: OriginFor<T>, classes: Table) -> DispatchResult {
			ensure_root(origin)?;
			ensure!(classes.is_sound(), Error::<T>::UnsoundClass);
			Classes::<T>::put(classes);
			Self::deposit_event(Event::ClassesSet { classes });
			Ok(())
		}
	}
}
