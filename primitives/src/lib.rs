#![doc = include_str!("../README.md")]
//!
//! | module | holds |
//! |---|---|
//! | [`spec`] | what a task computes |
//! | [`name`] | which characters a name may not hold |
//! | [`task`] | a task's class, conditions, committee, panel, windows and states |
//! | [`consent`] | what dealers allow |
//! | [`role`] | what a node registers for |
//! | [`message`] | what dealers and nodes send |
//! | [`fault`] | what they are convicted of |
//! | [`record`] | what state keeps of a dealing |
//! | [`odds`] | how likely committee and panel are captured |
//! | [`rent`] | what places and seats cost by the block |
//! | [`api`] | nodes and tasks, as clients see them |
//! | `traits` | the pallets' view of each other |
//! | `runtime_api` | the runtime API for clients |
//!
//! The last two are there with the feature `runtime` alone: they stand on crates that a browser cannot load.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(test),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;

pub mod api;
pub mod consent;
pub mod fault;
pub mod message;
pub mod name;
pub mod odds;
pub mod record;
pub mod rent;
pub mod role;
#[cfg(feature = "runtime")]
pub mod runtime_api;
pub mod spec;
pub mod task;
#[cfg(feature = "runtime")]
pub mod traits;

/// Amount of the native token, in its smallest unit.
pub type Balance = u128;
/// Number of a parachain block. All deadlines and windows count these.
pub type BlockNumber = u32;
/// An account.
pub type AccountId = sp_core::crypto::AccountId32;
/// A version of the protocol, as a task's record names it: `ostraka-protocol` knows what each means.
pub type ProtocolVersion = u16;
/// Number of a task; never used twice.
pub type TaskId = u32;
/// A 32-byte SHA-256 value: task hash, digest of a dealing, `h_A`, commitment to a result share.
pub type Digest = [u8; 32];
/// An uncompressed point of G1: `x ‖ y`, big-endian, 96 bytes.
pub type PointBytes = [u8; 96];
/// A Ristretto255 element in its one form (RFC 9496), 32 bytes, never the identity: `E_j`, `R`, `K`.
///
/// This and [`PointBytes`] are bytes as they came: what they stand for is known only to who has decoded them.
pub type SealKeyBytes = [u8; 32];
/// A scalar: 32 bytes, little-endian, canonical.
pub type ScalarBytes = [u8; 32];
/// A node's ed25519 key, held in its keystore under [`WORKER_KEY_TYPE`].
pub type WorkerKey = sp_core::ed25519::Public;
/// A signature by a [`WorkerKey`].
pub type WorkerSignature = sp_core::ed25519::Signature;

/// Keystore key type of worker keys.
pub const WORKER_KEY_TYPE: sp_core::crypto::KeyTypeId = sp_core::crypto::KeyTypeId(*b"ostr");

/// Most seats of a committee, `n`.
pub const MAX_COMMITTEE: u32 = 32;
/// Most seats of a panel, `v`.
pub const MAX_PANEL: u32 = 16;
/// Most seats of a task, of both kinds: `n + v`. Fits the `u8` that numbers them.
pub const MAX_SEATS: u32 = MAX_COMMITTEE + MAX_PANEL;
/// Most points of a dealing's commitments, `t + 1`, as `n >= 2 t + 1`.
pub const MAX_COMMITMENTS: u32 = 16;
/// Most dealers that one task can invite, the recipient of a sealed result counted with them.
pub const MAX_DEALERS: u32 = 512;
/// Longest sealed share: `32 (L + 1) + 16` bytes.
pub const MAX_SEALED: u32 = 32 * (spec::MAX_LENGTH + 1) + 16;
/// Longest proof that an input is valid, in bytes: that of the largest spec, with room for conditions that a later version adds.
pub const MAX_VALIDITY: u32 = 96 * 1024;
/// Most tasks that one node can sit on at a time.
pub const MAX_ASSIGNMENTS: u32 = 256;
