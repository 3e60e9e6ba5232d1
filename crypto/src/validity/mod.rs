//! Proofs that the vector in a dealing's `C_0` is one that data could give, without telling which.
//!
//! A *relation* ([`Relation`]) is a list of conditions on a vector `x` of `L` field elements, known to all: an affine form of `x`
//! lies in `[0, 2^k)`, a form is zero, and products of forms of which further forms are made. The dealer proves that the vector
//! which it committed to in `C_0 = sum_l x_l G_l + b_0 H` satisfies the relation. The proof is zero-knowledge, needs no
//! generators but those of the commitments and no set-up, and grows with the square root of the ranges' bits.
//!
//! Protocol, encodings and the proofs of what is claimed here: `docs/VALIDITY.md`. Sources: J. Groth, "Linear algebra with
//! sub-linear zero-knowledge arguments", CRYPTO 2009; J. Bootle, A. Cerulli, P. Chaidos, J. Groth, C. Petit, "Efficient
//! zero-knowledge arguments for arithmetic circuits in the discrete log setting", EUROCRYPT 2016.
//!
//! # Terms
//! - *layout* ([`Layout`]): how many rows a relation's bits and products stand in, and how long they are. A function of the
//!   relation, which both sides compute.
//! - *row*: values committed to in one point with a blinding value, under `G_1, G_2, ..` and `H`.
//! - *opening*: the sum of rows with public weights, in the clear. There are three.
//!
//! # Invariants
//! - A verdict is a function of the relation, the statement and the proof's bytes: [`verify`] draws nothing. [`batch_verify`]
//!   says the same of each proof, up to a chance of `2^-64` over its own draws.
//! - No point of a proof reaches a host's arithmetic before it was found to be in the subgroup of prime order, nor does `C_0`.
//!   [`verify_checked`] and [`batch_verify_checked`] take a `C_0` that was, as the type of their commitments says.
//! - What the prover knows is wiped, and all that it draws is hedged: derived from its secrets, the statement and fresh
//!   randomness.

mod algebra;
mod challenges;
mod encoding;
mod hedged;
mod layout;
mod prove;
mod relation;
mod verify;
mod witness;

#[cfg(test)]
mod tests;

pub use layout::Layout;
pub use prove::{prove, prove_witness};
pub use relation::{Conditions, Form, Relation, MAX_BITS, MAX_FORMS, MAX_WIDTH};
pub use verify::{batch_verify, batch_verify_checked, verify, verify_checked, CheckedItem, Item};
pub use witness::Witness;

use crate::{encoding::PointBytes, Hash, Identity};

/// What a proof is bound to besides its relation: the dealing that it is part of.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
	/// `TH`.
	pub task_hash: &'a Hash,
	/// The dealer's account.
	pub dealer: &'a Identity,
	/// `C_0 .. C_t`, all of them. The proof is about what is in `C_0`; the others are hashed, not decoded.
	pub commitments: &'a [PointBytes],
}
