#![doc = include_str!("../README.md")]
//!
//! # Modules
//! One a role. Its functions take what they must know and return what they have to say.
//!
//! - [`task`]: what everybody knows of a task once its seats are drawn, and the hash that pins it.
//! - [`dealer`]: from an input vector to a dealing.
//! - [`masking`]: the recipient of a sealed result draws its mask, opens it, and takes it off.
//! - [`worker`]: a compute node opens, checks, accuses, challenges, aggregates; a verifier checks and challenges.
//! - [`adjudicator`]: the chain verifies dealings, judges accusations and challenges, keeps the aggregate, checks and
//!   reconstructs.
//! - [`worker_key`]: what a node's one key signs at registration, and its seal secret.
//! - [`wire`]: from the chain's messages and records to what the roles take, and back.
//! - [`statistics`]: from rows to an input vector, what is proven of it, and from the aggregate to a typed result.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
	not(test),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;

pub mod adjudicator;
// `substrate_runtime` is set by the wasm builder.
#[allow(unexpected_cfgs)]
mod curve;
pub mod dealer;
pub mod masking;
pub mod statistics;
pub mod task;
pub mod wire;
pub mod worker;
pub mod worker_key;

pub use curve::G1;
pub use ostraka_crypto::Error;
pub use task::{task_hash, Member, TaskContext, TaskHashInput, UnknownVersion, Version};
