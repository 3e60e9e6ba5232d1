//! Measured with the host calls for group operations (`scripts/weights.sh`).

pub mod pallet_registry;
pub mod pallet_tasks;
pub mod pallet_vss;
