//! Weights of the pallet's calls, and of a freeze.
//!
//! [`WeightInfo`] is what is asked for. The runtime brings measured values; `()` is for mocks
//! and counts database operations only.

use crate::MOST_COMPARED;
use frame::weights_prelude::*;

/// Weights of the pallet's calls, and of a freeze.
pub trait WeightInfo {
	/// Of `set_policy`.
	fn set_policy() -> Weight;
	/// Of `remove_policy`.
	fn remove_policy() -> Weight;
	/// Of comparing a set of `d` dealers with those before it, and recording it.
	fn freeze(d: u32) -> Weight;
}

impl WeightInfo for () {
	fn set_policy() -> Weight {
		RocksDbWeight::get().reads_writes(3, 3)
	}
	fn remove_policy() -> Weight {
		RocksDbWeight::get().reads_writes(3, 4)
	}
	fn freeze(d: u32) -> Weight {
		// The histories, the sets, and that of the counting task.
		let reads = u64::from(d).saturating_add(MOST_COMPARED.into()).saturating_add(1);
		RocksDbWeight::get().reads_writes(reads, 1)
	}
}
