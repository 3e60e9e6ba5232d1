//! Weights of the registry's calls.
//!
//! [`WeightInfo`] is what the calls ask for. The runtime brings measured values; `()` is for mocks
//! and counts database operations only.

use frame::weights_prelude::*;

/// Weights of the registry's calls.
pub trait WeightInfo {
	/// Of `register`.
	fn register() -> Weight;
	/// Of `bond`.
	fn bond() -> Weight;
	/// Of `unbond`.
	fn unbond() -> Weight;
	/// Of `withdraw`, of a node with `s` seats, that is not forgotten.
	fn withdraw(s: u32) -> Weight;
	/// Of `chill`.
	fn chill() -> Weight;
	/// Of `activate`.
	fn activate() -> Weight;
	/// Of `rotate_key`.
	fn rotate_key() -> Weight;
	/// Of `set_capacity`.
	fn set_capacity() -> Weight;
	/// Of `deregister`.
	fn deregister() -> Weight;
	/// Of `set_role`.
	fn set_role() -> Weight;
	/// Of `apply_slash`.
	fn apply_slash() -> Weight;
	/// Of `cancel_slash`.
	fn cancel_slash() -> Weight;
}

impl WeightInfo for () {
	fn register() -> Weight {
		RocksDbWeight::get().reads_writes(8, 7)
	}
	fn bond() -> Weight {
		RocksDbWeight::get().reads_writes(4, 4)
	}
	fn unbond() -> Weight {
		RocksDbWeight::get().reads_writes(2, 2)
	}
	fn withdraw(s: u32) -> Weight {
		RocksDbWeight::get().reads_writes(u64::from(s).saturating_add(3), 3)
	}
	fn chill() -> Weight {
		RocksDbWeight::get().reads_writes(2, 2)
	}
	fn activate() -> Weight {
		RocksDbWeight::get().reads_writes(3, 3)
	}
	fn rotate_key() -> Weight {
		RocksDbWeight::get().reads_writes(5, 5)
	}
	fn set_capacity() -> Weight {
		RocksDbWeight::get().reads_writes(2, 2)
	}
	fn deregister() -> Weight {
		RocksDbWeight::get().reads_writes(3, 3)
	}
	fn set_role() -> Weight {
		RocksDbWeight::get().reads_writes(2, 2)
	}
	fn apply_slash() -> Weight {
		RocksDbWeight::get().reads_writes(8, 7)
	}
	fn cancel_slash() -> Weight {
		RocksDbWeight::get().reads_writes(4, 4)
	}
}
