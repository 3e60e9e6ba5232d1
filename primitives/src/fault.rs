//! The faults, each named once. The chain convicts of them, its events and its state carry them, and whoever plays a cheat
//! names by them what it does.
//!
//! # Invariants
//! - An enum's variants keep their order, new ones come last: state and events of blocks that exist already hold their
//!   numbers.
//! - Each is proven by bytes that anyone can judge again: there is none that rests on somebody's word.

use crate::{AccountId, Balance, BlockNumber, TaskId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What is wrong with a dealing: with the accuser's sealed share in it, with the commitments, or with the input.
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
	/// A commitment lies outside the subgroup of prime order.
	OutsideSubgroup,
	/// The proof that its input is valid does not hold.
	InvalidInput,
}

impl DealerFault {
	/// Whether everybody can see it, without a share: whoever attested to such a dealing did not look.
	pub const fn is_public(&self) -> bool {
		match self {
			Self::OutsideSubgroup | Self::InvalidInput => true,
			Self::Unopenable | Self::NonCanonicalScalar | Self::WrongShare => false,
		}
	}
}

/// What is wrong with an accusation or a challenge.
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
	/// The revealed Diffie-Hellman value is not the one form of a group element, or it is the identity.
	InvalidDh,
	/// The proof of that value does not hold.
	WrongDleq,
	/// The share that it opens is right.
	FalseAccusation,
	/// The proof that it challenges holds.
	FalseChallenge,
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
	/// A dealer dealt commitments outside the group, a share that does not fit them or cannot be opened, or an input that it
	/// does not prove valid.
	BadDealing,
	/// A node accused a dealer wrongly.
	FalseAccusation,
	/// A node revealed a wrong result share, or another than it had committed to.
	WrongShare,
	/// A node revealed nothing.
	Absence,
	/// Accepted, and did not deal.
	NoDealing,
	/// Somebody challenged a dealing whose proof holds.
	FalseChallenge,
	/// A node attested to a dealing whose commitments lie outside the group, or whose input is not valid.
	FalseAttestation,
}

/// A fault that costs a node stake, and who gets a part of what it costs.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Offence {
	/// The task.
	pub task: TaskId,
	/// The node's operator.
	pub culprit: AccountId,
	/// What for.
	pub fault: Fault,
	/// Who proved it.
	pub accuser: Option<AccountId>,
	/// Whom it harmed.
	pub victim: Option<AccountId>,
}

/// Stake that a fault cost already, and that stays on hold until it is taken, so that Root can still give it back.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PendingSlash {
	/// The fault.
	pub offence: Offence,
	/// How much.
	pub amount: Balance,
	/// First block in which it can be taken.
	pub at: BlockNumber,
}

#[cfg(test)]
mod tests {
	use super::*;

	/// State and events that exist hold these bytes.
	#[test]
	fn faults_keep_their_numbers() {
		let dealer = [
			DealerFault::Unopenable,
			DealerFault::NonCanonicalScalar,
			DealerFault::WrongShare,
			DealerFault::OutsideSubgroup,
			DealerFault::InvalidInput,
		];
		assert_eq!(dealer.encode(), [0, 1, 2, 3, 4]);
		let accuser = [
			AccuserFault::InvalidDh,
			AccuserFault::WrongDleq,
			AccuserFault::FalseAccusation,
			AccuserFault::FalseChallenge,
		];
		assert_eq!(accuser.encode(), [0, 1, 2, 3]);
		assert_eq!([ShareFault::NotAsCommitted, ShareFault::DoesNotFit].encode(), [0, 1]);
		let punished = [
			Fault::BadDealing,
			Fault::FalseAccusation,
			Fault::WrongShare,
			Fault::Absence,
			Fault::NoDealing,
			Fault::FalseChallenge,
			Fault::FalseAttestation,
		];
		assert_eq!(punished.encode(), [0, 1, 2, 3, 4, 5, 6]);
	}

	/// What takes a share to be seen exposes nobody who attested.
	#[test]
	fn commitments_and_proofs_are_public() {
		assert!([DealerFault::OutsideSubgroup, DealerFault::InvalidInput]
			.iter()
			.all(DealerFault::is_public));
		let secret =
			[DealerFault::Unopenable, DealerFault::NonCanonicalScalar, DealerFault::WrongShare];
		assert!(!secret.iter().any(DealerFault::is_public));
	}
}
