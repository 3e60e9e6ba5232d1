//! Weights of the pallet's calls.
//!
//! [`WeightInfo`] is what the calls ask for. The runtime brings measured values; `()` is for mocks
//! and counts database operations only.

use frame::weights_prelude::*;

/// Weights of the pallet's calls.
pub trait WeightInfo {
	/// Of `set_classes`.
	fn set_classes() -> Weight;
}

impl WeightInfo for () {
	fn set_classes() -> Weight {
		RocksDbWeight::get().writes(1)
	}
}
