//! The faults, each named once. The chain convicts of them, its events and its state carry them, and whoever plays a cheat
//! names by them what it does.
//!
//! An enum's variants keep their order: state and events of blocks that exist already hold their numbers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What is wrong with a dealer's sealed share.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum DealerFault {
	/// The sealed share does not open.
	Unopenable,
	/// It holds a number that is not below the field's order.
	NonCanonicalScalar,
	/// It does not fit the commitments.
	WrongShare,
}

/// What is wrong with an accusation.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum AccuserFault {
	/// The revealed Diffie-Hellman value is no point of the prime-order subgroup, or the identity.
	InvalidDh,
	/// The proof of that value does not hold.
	WrongDleq,
	/// The share that it opens is right.
	FalseAccusation,
}

/// What is wrong with a result share.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ShareFault {
	/// It is not the one that the member committed to.
	NotAsCommitted,
	/// It does not fit the aggregate's commitments.
	DoesNotFit,
}

/// What somebody is punished for.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Fault {
	/// A dealer dealt a share that does not fit its commitments, or cannot be opened.
	BadDealing,
	/// A node accused a dealer wrongly.
	FalseAccusation,
	/// A node revealed a wrong result share, or another than it had committed to.
	WrongShare,
	/// A node revealed nothing.
	Absence,
	/// Accepted, and did not deal.
	NoDealing,
}

#[cfg(test)]
mod tests {
	use super::*;

	/// State and events that exist hold these bytes.
	#[test]
	fn faults_keep_their_numbers() {
		let dealer =
			[DealerFault::Unopenable, DealerFault::NonCanonicalScalar, DealerFault::WrongShare];
		assert_eq!(dealer.encode(), [0, 1, 2]);
		let accuser =
			[AccuserFault::InvalidDh, AccuserFault::WrongDleq, AccuserFault::FalseAccusation];
		assert_eq!(accuser.encode(), [0, 1, 2]);
		assert_eq!([ShareFault::NotAsCommitted, ShareFault::DoesNotFit].encode(), [0, 1]);
		let punished = [
			Fault::BadDealing,
			Fault::FalseAccusation,
			Fault::WrongShare,
			Fault::Absence,
			Fault::NoDealing,
		];
		assert_eq!(punished.encode(), [0, 1, 2, 3, 4]);
	}
}
