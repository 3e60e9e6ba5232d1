//! What the fuzz targets do with their input.
//!
//! Random bytes get past no proof and no checksum. So most targets begin with something valid, a dealing, evidence, a proof,
//! a spec, and let the input say what is changed in it: the empty input changes nothing, and a byte more is a change
//! more. What must then be so is asserted, beside that nothing panics:
//!
//! | target | asserted |
//! |---|---|
//! | [`decoders`] | what decodes encodes to the same bytes; many subgroup checks at once say what each alone says; a changed proof or ciphertext does not hold |
//! | [`dealings`] | behind the proof of ρ, exactly the dealer, or the mask's recipient, of a wrong share or of commitments outside of the group is convicted, and exactly the accuser of a right one or with a wrong `K` |
//! | [`challenge`] | behind the digest, exactly the dealer of an input that it does not prove valid is convicted, or of commitments outside of the group, and else exactly who challenged it; of a mask nothing is asked to be proven |
//! | [`messages`] | what SCALE decodes encodes to the same bytes and keeps its bounds; a task's conditions and a dealer's policy among it |
//! | [`statistics`] | the joint result is that of the pooled rows; any vector has an outcome or an error, and every number prints |

pub mod challenge;
pub mod dealings;
pub mod decoders;
pub mod input;
pub mod messages;
pub mod seeds;
pub mod statistics;
#[path = "../../protocol/tests/torsion/mod.rs"]
mod torsion;

/// A target's name, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// The targets.
pub const TARGETS: [Target; 5] = [
	("decoders", decoders::run),
	("dealings", dealings::run),
	("challenge", challenge::run),
	("messages", messages::run),
	("statistics", statistics::run),
];
