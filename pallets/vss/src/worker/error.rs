//! What goes wrong.

use super::Hex;
use core::fmt;
use ostraka_primitives::Digest;
use ostraka_protocol::UnknownVersion;

/// Why a worker did not do what it wanted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerError {
	/// The keystore has the key, but does not sign with it.
	Signing,
	/// The key's `E_j` is not the one that the task pinned.
	WrongSealKey,
	/// Another run changed the record in between.
	Busy,
	/// It was sent a short while ago.
	SentRecently,
	/// More tasks have records than the book takes.
	BookFull,
	/// The record of an opened share cannot be read.
	Cache,
	/// The record of the lock cannot be read.
	LockUnreadable,
	/// The seat has answered, or was about to, under another accepted set.
	Locked {
		/// The `h_A` it is locked to.
		held: Digest,
	},
	/// The accepted set in the state does not hash to the `h_A` in the state.
	AcceptedSet,
	/// The sum of the seat's own shares does not fit the aggregate.
	ResultShare,
	/// The node's copy of a dealing is missing or is not the accepted one.
	NoDealing,
	/// Something is longer than the call takes.
	TooLong,
	/// The transaction pool refused.
	Refused,
	/// The protocol's functions refused.
	Protocol(ostraka_protocol::Error),
	/// The task follows a version of the protocol that is not known here.
	Version(UnknownVersion),
	/// A record in the node's database is of a version that is not known here.
	Record(u8),
	/// What the task's dealers prove does not follow from the state.
	Relation,
}

impl WorkerError {
	/// Tells complaints apart in their records.
	pub(super) const KINDS: u8 = 17;

	pub(super) fn kind(&self) -> u8 {
		match self {
			Self::Signing => 0,
			Self::WrongSealKey => 1,
			Self::Busy => 2,
			Self::SentRecently => 3,
			Self::BookFull => 4,
			Self::Cache => 5,
			Self::LockUnreadable => 6,
			Self::Locked { .. } => 7,
			Self::AcceptedSet => 8,
			Self::ResultShare => 9,
			Self::NoDealing => 10,
			Self::TooLong => 11,
			Self::Refused => 12,
			Self::Protocol(_) => 13,
			Self::Version(_) => 14,
			Self::Record(_) => 15,
			Self::Relation => 16,
		}
	}
}

impl fmt::Display for WorkerError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Signing => f.write_str("the keystore does not sign with this key"),
			Self::WrongSealKey => f.write_str(
				"the seal key that follows from this worker key is not the one that was registered; \
				 the task is left alone",
			),
			Self::Busy => f.write_str("another run of the worker was faster"),
			Self::SentRecently => f.write_str("it was sent a short while ago"),
			Self::BookFull => f.write_str("too many tasks have records; this one's will stay"),
			Self::Cache => f.write_str("the record of an opened share cannot be read"),
			Self::LockUnreadable => {
				f.write_str("the record of its accepted set cannot be read; nothing is answered")
			},
			Self::Locked { held } => write!(
				f,
				"this seat is bound to another accepted set ({}); to answer under a second one could \
				 give a dealer's share away",
				Hex(held)
			),
			Self::AcceptedSet => f.write_str("the accepted set does not fit its hash"),
			Self::ResultShare => {
				f.write_str("the sum of its own shares does not fit the aggregate; nothing is sent")
			},
			Self::NoDealing => f.write_str("the node's database lacks the dealing"),
			Self::TooLong => f.write_str("a field is longer than its call takes"),
			Self::Refused => f.write_str("the transaction pool refused the transaction"),
			Self::Protocol(error) => write!(f, "{error}"),
			Self::Version(error) => write!(f, "{error}; the task is left alone"),
			Self::Relation => {
				f.write_str("what the task's dealers prove does not follow from the state")
			},
			Self::Record(version) => write!(
				f,
				"a record in the node's database is of version {version}, which this runtime does not \
				 know; it is left alone"
			),
		}
	}
}

impl From<ostraka_protocol::Error> for WorkerError {
	fn from(error: ostraka_protocol::Error) -> Self {
		Self::Protocol(error)
	}
}

impl From<UnknownVersion> for WorkerError {
	fn from(error: UnknownVersion) -> Self {
		Self::Version(error)
	}
}
