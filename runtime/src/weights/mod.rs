//! Weights, all measured with this runtime. Of our own pallets with group operations, one alias each: measured with the host calls for group operations, or in pure wasm,
//! by what the runtime is built with; what the hook's steps claim of the proof is no less than the sum of their bounds ([`steps`]).
//! The others are in [`common`]. `scripts/weights.sh` writes both sets. `pallet-incentives` has no calls and no weights: what it
//! does is part of the calls and hooks that use it.
//!
//! Times are of one kind of machine. What came since they were taken (`Booked`, prices from state, the list of a block's dealings,
//! pending slashes) was counted on another one, 2.1 to 2.8 times as fast: reads, writes and bounds of the proof are added as they were
//! counted there, times were raised by a fiftieth, and those of new calls are at least two and a half times what was measured. Of
//! `pallet-vss` they are counted in the code: the list of a block's dealings (its proof is claimed once a block, by `on_initialize`),
//! and what a slash reads to know whether it is deferred.

use crate::Runtime;
use measured::{pallet_registry, pallet_tasks, pallet_vss};
use steps::Summed;

#[cfg(feature = "host-call-weights")]
use host_calls as measured;
#[cfg(not(feature = "host-call-weights"))]
use pure_wasm as measured;

pub mod common;
#[cfg(feature = "host-call-weights")]
pub mod host_calls;
#[cfg(not(feature = "host-call-weights"))]
pub mod pure_wasm;
pub mod steps;

/// Of `pallet-consent`.
pub type Consent = Summed<common::pallet_consent::WeightInfo<Runtime>>;
/// Of the SDK's `cumulus-pallet-parachain-system`.
pub type ParachainSystem = Summed<common::cumulus_pallet_parachain_system::WeightInfo<Runtime>>;
/// Of `pallet-network`.
pub type Network = common::pallet_network::WeightInfo<Runtime>;
/// Of `pallet-registry`.
pub type Registry = pallet_registry::WeightInfo<Runtime>;
/// Of `pallet-tasks`.
pub type Tasks = Summed<pallet_tasks::WeightInfo<Runtime>>;
/// Of `pallet-vss`.
pub type Vss = Summed<pallet_vss::WeightInfo<Runtime>>;
