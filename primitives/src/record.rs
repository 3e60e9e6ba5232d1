//! What the chain's state keeps of a dealing.
//!
//! # Invariants
//! - A record stands only for a dealing that passed the checks at dispatch: whoever finds its digest in state may take `R`
//!   as one whose dealer knows `ρ`.
//! - A standing changes at most once, and never back to [`Standing::Accepted`].
//! - What is disproven stays so, and was convicted of something.

use crate::{BlockNumber, Digest, MAX_SEATS};
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

/// Seats of a task, a bit each: the lowest is that of seat 1.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct SeatSet(u64);

const _: () = assert!(MAX_SEATS <= u64::BITS, "a bit for each seat");

impl SeatSet {
	/// The bit of a 1-based seat; none for a seat that no task has.
	fn bit(seat: u8) -> u64 {
		u32::from(seat).checked_sub(1).and_then(|place| 1u64.checked_shl(place)).unwrap_or(0)
	}

	/// Puts a seat in.
	pub fn insert(&mut self, seat: u8) {
		self.0 |= Self::bit(seat);
	}

	/// Whether a seat is in.
	pub fn contains(&self, seat: u8) -> bool {
		self.0 & Self::bit(seat) != 0
	}

	/// Whether the two have a seat in common.
	pub fn meets(&self, other: Self) -> bool {
		self.0 & other.0 != 0
	}
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
	/// Whether a fault of it was shown that everybody can see.
	pub disproven: bool,
	/// Seats that had attested to it when it was excluded for what not everybody can see. None otherwise.
	pub attested: SeatSet,
}

impl DealingRecord {
	/// Of a dealing that was just taken.
	pub fn taken(digest: Digest, ephemeral: Digest, block: BlockNumber) -> Self {
		let (standing, attested) = (Standing::Accepted, SeatSet::default());
		Self { digest, ephemeral, block, standing, disproven: false, attested }
	}

	/// Whether a challenge would still do something: convict the dealer, say of a dealing that counts that it is invalid, or
	/// expose who attested to one that is out. `standing`: seats whose attestation stands.
	pub fn is_challengeable(&self, standing: SeatSet) -> bool {
		match self.standing {
			Standing::Accepted => true,
			Standing::ConvictedLate => !self.disproven,
			Standing::Excluded => self.attested.meets(standing),
		}
	}

	/// Whether the dealing is in the accepted set.
	pub fn counts(&self) -> bool {
		self.standing != Standing::Excluded
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_set_has_the_seats_that_were_put_in() {
		let mut set = SeatSet::default();
		for seat in [1, 5, MAX_SEATS as u8] {
			set.insert(seat);
		}
		let inside = (0..=u8::MAX).filter(|seat| set.contains(*seat));
		assert!(inside.eq([1, 5, MAX_SEATS as u8]));
		let mut other = SeatSet::default();
		for seat in [0, 2, 65, u8::MAX] {
			other.insert(seat);
		}
		assert!(other.contains(2) && !set.meets(other));
		other.insert(5);
		assert!(set.meets(other));
	}

	#[test]
	fn a_challenge_is_taken_while_it_would_do_something() {
		let (mut one, mut other) = (SeatSet::default(), SeatSet::default());
		one.insert(1);
		other.insert(2);
		let taken = DealingRecord::taken([1; 32], [2; 32], 3);
		assert!(taken.is_challengeable(SeatSet::default()));
		let late = DealingRecord { standing: Standing::ConvictedLate, ..taken };
		assert!(late.is_challengeable(SeatSet::default()));
		assert!(!DealingRecord { disproven: true, ..late }.is_challengeable(one));
		let out = DealingRecord { standing: Standing::Excluded, attested: one, ..taken };
		assert!(out.is_challengeable(one) && !out.is_challengeable(other));
	}
}
