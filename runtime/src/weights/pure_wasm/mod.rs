//! Measured in pure wasm, for a relay chain without the host calls (`scripts/weights.sh`).

pub mod pallet_registry;
pub mod pallet_tasks;
pub mod pallet_vss;
