//! Weights of our own pallets, one alias each. `pallet-incentives` has no calls and no weights: what it does is part of
//! the calls and hooks that use it.

/// Of `pallet-registry`.
pub type Registry = ();
/// Of `pallet-tasks`.
pub type Tasks = ();
/// Of `pallet-vss`.
pub type Vss = ();
