//! Which arithmetic the chain's own code uses for the group of the commitments. Keys, `R` and `K` are in another one, which
//! is plain Rust everywhere; the one thing there that a host does is the check of a signature, and that is the caller's to
//! pass ([`crate::adjudicator::verify_dealing`]).
//!
//! In a runtime (`substrate_runtime`), with the feature `host-calls`, [`G1`] hands multiplications and multi-scalar
//! multiplications to the host (RFC-0163). Without the feature, for a relay chain that does not offer those calls, it
//! is plain Rust; natively too, or blst with the cryptography crate's feature of that name. All give the same bytes, for
//! points of the subgroup of prime order: no other is ever handed to it.

#[cfg(all(substrate_runtime, feature = "host-calls"))]
pub use sp_crypto_ec_utils::bls12_381::G1Config as G1;

#[cfg(not(all(substrate_runtime, feature = "host-calls")))]
pub use ostraka_crypto::Plain as G1;
