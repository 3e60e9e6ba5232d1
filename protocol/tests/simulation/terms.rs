//! Where a task stands, and what becomes of messages, dealings and parties.

use ostraka_crypto::{Error, Identity};
use ostraka_primitives::fault::{AccuserFault, DealerFault};

/// Where the task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
	Collecting,
	Verifying,
	Committing,
	Revealing,
	Completed,
	Failed(Failure),
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
	/// The sums of the commitments are outside of the group.
	UnsoundCommitments,
	/// The task is sealed, and its recipient's mask did not come or does not count.
	MaskMissing,
	TooFewDealers,
	TooFewShares,
}

/// Why a message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
	WrongPhase,
	WrongTaskHash,
	NotAccepted,
	DealtBefore,
	CopiedEphemeral,
	UnknownDealing,
	AlreadyConvicted,
	Forfeited,
	WrongDealings,
	AlreadyAttested,
	WrongAcceptedSet,
	AlreadyCommitted,
	AlreadyRevealed,
	UnknownSeat,
	Protocol(Error),
}

/// Somebody who can be punished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
	Dealer(Identity),
	/// A member, or a verifier: by seat.
	Node(u8),
	/// Who has no seat, and a bond.
	Bonded(Identity),
}

/// What for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Penalty {
	Dealer(DealerFault),
	Accuser(AccuserFault),
	WrongShare,
	NotAsCommitted,
	Absent,
	FalseAttestation,
}

/// What became of an accepted dealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
	Accepted,
	/// Convicted before the freeze.
	Excluded,
	/// Convicted after the freeze: it counts on.
	ConvictedLate,
}
