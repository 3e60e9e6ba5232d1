//! What the chain's state keeps of a dealing.
//!
//! # Invariants
//! - A record stands only for a dealing that passed the checks at dispatch: whoever finds its digest in state may take `R`
//!   as one whose dealer knows `ρ`.
//! - A standing changes at most once, and never back to [`Standing::Accepted`].

use crate::{BlockNumber, Digest};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How a dealing stands.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Standing {
	/// It counts.
	Accepted,
	/// Its dealer was convicted before the freeze: it does not count.
	Excluded,
	/// Its dealer was convicted after verification had ended: it still counts, as nothing changes the accepted set then.
	ConvictedLate,
}

/// What the state keeps of a dealing.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct DealingRecord {
	/// Digest of the dealing.
	pub digest: Digest,
	/// SHA-256 of its `R`: the key under which the task remembers it as used.
	pub ephemeral: Digest,
	/// Block whose body holds the dealing.
	pub block: BlockNumber,
	/// How it stands.
	pub standing: Standing,
}

impl DealingRecord {
	/// Whether the dealing is in the accepted set.
	pub fn counts(&self) -> bool {
		self.standing != Standing::Excluded
	}
}
