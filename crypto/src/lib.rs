#![doc = include_str!("../README.md")]
//!
//! The crate turns bytes into checked values and back. There are two groups. Commitments are in the first group of BLS12-381, and
//! what computes there is generic over the configuration of the group, so that one text runs as plain Rust and, in a runtime,
//! through the host's curve arithmetic. Keys for sealing, and the proofs about them, are in Ristretto255.
//!
//! # Terms
//! - *dealer*: who shares a vector `x` of `L` field elements among `n` nodes with threshold `t`.
//! - *share* of node `j` (1-based): `s_j = (f_1(j), .., f_L(j))`, with the *auxiliary share* `b(j)` ([`vss`]).
//! - *commitments* `C_0 .. C_t`: `C_k = sum_l f_{l,k} G_l + b_k H`, `t + 1` points whatever `L` is.
//! - *sealed share*: the share encrypted to a node's registered key `E_j` ([`seal`]), with the dealer's `rho`, of which `R` is
//!   public.
//! - *proof of validity*: that the vector in `C_0` is one that data could give ([`validity`]).
//! - *digest* of a dealing: the hash that stands for it on chain ([`messages`]).
//!
//! # Invariants
//! - Every point that comes from bytes is canonical and on the curve. It is in the subgroup of prime order, too, if it is an
//!   [`Affine`] of [`encoding::decode_point`] or in [`vss::Commitments`]; bytes that were stored after that check come through
//!   [`encoding::decode_stored_point`]. What a dealing commits to may wait for the check: as [`vss::UncheckedCommitments`], which
//!   can be added up, and nothing else. Nothing that was not checked reaches the host.
//! - Every key that comes from bytes went through [`seal::PublicKey::from_bytes`]: it is the one form of an element of
//!   Ristretto255, and not the identity.
//! - Secrets ([`vss::SecretShare`], [`seal::SealSecret`], polynomials) are wiped on drop, print nothing of
//!   themselves, and compare in constant time. Multiplications in Ristretto255 by a secret take the same time whatever it is.
//!   Those in the other group do not: neither the host calls nor the library below offer it.
//! - No memory is freed with anything of a secret in it: no scalar, no digit of one, no point that only its holder can
//!   know (`tests/wipe.rs`). What a host does with the scalars of its calls is the host's.
//! - No function panics, whatever the bytes it is given.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
	not(test),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;

mod additions;
pub mod curve;
mod digits;
pub mod encoding;
mod endomorphism;
mod error;
#[cfg(feature = "blst")]
mod fixed_base;
pub mod generators;
pub mod group;
#[cfg(feature = "std")]
pub mod hash_to_curve;
pub mod messages;
#[cfg(feature = "blst")]
mod native;
#[cfg(not(feature = "blst"))]
mod plain;
pub mod polynomial;
pub mod proofs;
#[cfg(test)]
mod reference;
pub mod scalar;
pub mod seal;
pub mod transcript;
pub mod validity;
pub mod vss;

pub use ark_ec::short_weierstrass::{Affine, Projective};
pub use curve::{Curve, Plain};
pub use encoding::{PointBytes, ScalarBytes, SealKeyBytes};
pub use error::Error;
pub use scalar::Scalar;

/// SHA-256 of something.
pub type Hash = [u8; 32];
/// An account or a worker key, as 32 raw bytes.
pub type Identity = [u8; 32];
