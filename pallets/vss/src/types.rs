//! What the pallet keeps of a task. Nothing here knows the pallet's `Config`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use ostraka_primitives::{
	fault::ShareFault, message::CommitmentBytes, record::SeatSet, AccountId, Digest, MAX_DEALERS,
	MAX_SEATS,
};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32};

/// What the state keeps of a task's sharing.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SharingState {
	/// `C^A_0 .. C^A_t`: sums over the dealings that count. On the curve; in the subgroup of prime order only once the
	/// accepted set is frozen, which checks them.
	pub aggregate: CommitmentBytes,
	/// Dealings taken.
	pub dealings: u32,
	/// Dealings excluded.
	pub excluded: u32,
	/// Dealings whose record is freed already, at settlement.
	pub freed: u32,
	/// Running hash of the dealings' digests in the order in which they were taken, zeros before the first. Exclusions
	/// leave it alone. Who attests names it.
	pub dealt: Digest,
	/// `h_A`, once the accepted set is frozen.
	pub accepted_set: Option<Digest>,
	/// Running hash of the excluded dealings' digests in the order in which they were excluded, zeros before the first.
	/// Who attests names it beside [`Self::dealt`].
	pub excluded_hash: Digest,
	/// Who showed that somebody had attested to a dealing whose input or commitments are invalid: of several, who exposed most
	/// seats by one dispute, and of these the last.
	pub exposer: Option<AccountId>,
	/// Dealings that count and were shown after the end of verification to be invalid, in a way that everybody can see.
	pub disproven: u32,
	/// Seats of the panel, `v`: the last ones of the row.
	pub verifiers: u8,
	/// How many seats [`Self::exposer`] exposed by one dispute.
	pub exposed: u32,
	/// Seats that showed a dealing to be invalid in a way that everybody can see.
	pub finders: SeatSet,
	/// Whether one of the dealings that count is the recipient's mask.
	pub masked: bool,
	/// Whom the result is sealed to. Its dealing is the mask: it proves nothing, and it is no dealer's.
	pub recipient: Option<AccountId>,
}

impl SharingState {
	/// Dealings that count, the mask among them.
	pub fn counting(&self) -> u32 {
		self.dealings.saturating_sub(self.excluded)
	}

	/// Dealers whose dealings count. The mask is none of these.
	pub fn accepted(&self) -> u32 {
		self.counting().saturating_sub(self.masked.into())
	}

	/// Whether this account's dealing is the mask.
	pub fn is_mask(&self, dealer: &AccountId) -> bool {
		self.recipient.as_ref() == Some(dealer)
	}

	/// The states of the committee, then those of the panel.
	pub fn parts<'a>(&self, seats: &'a [SeatState]) -> (&'a [SeatState], &'a [SeatState]) {
		let members = seats.len().saturating_sub(self.verifiers.into());
		seats.split_at_checked(members).unwrap_or_default()
	}

	/// Of the panel, those whose attestation stands: nothing in the set that it is about was shown to be invalid since.
	pub fn attested_by(&self, seats: &[SeatState]) -> u32 {
		let (_, panel) = self.parts(seats);
		panel.iter().filter(|state| state.attestation_stands()).count() as u32
	}
}

/// How a revealed result share was found.
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
pub enum Answer {
	/// It fits the aggregate.
	Right,
	/// It does not.
	Wrong(ShareFault),
}

/// What the state keeps of a seat in a task, a member's or a verifier's.
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
pub struct SeatState {
	/// Commitment to its result share. Members alone have one.
	pub commitment: Option<Digest>,
	/// How the share that it revealed was found.
	pub answer: Option<Answer>,
	/// A valid accusation of its came after verification had ended, so it may lack its share.
	pub excused: bool,
	/// It made a false accusation or challenge, and may make none in this task any more.
	pub accused_falsely: bool,
	/// It said that all dealings that count are in the group, that their proofs hold and, a member, that its shares of them
	/// are right.
	pub attested: bool,
	/// A dealing that counted when it attested was shown since to be invalid, in a way that everybody can see, or the freeze found the
	/// sums outside of the group.
	pub attested_falsely: bool,
}

impl SeatState {
	/// Whether it revealed a wrong share.
	pub fn is_convicted(&self) -> bool {
		matches!(self.answer, Some(Answer::Wrong(_)))
	}

	/// Whether it revealed a right share.
	pub fn is_right(&self) -> bool {
		self.answer == Some(Answer::Right)
	}

	/// Whether it attested, and nothing in the set that this was about was shown to be invalid since.
	pub fn attestation_stands(&self) -> bool {
		self.attested && !self.attested_falsely
	}

	/// Whether a phase waits for it: not for members that may lack their share, nor for those that lied about a dealing or a
	/// share. Who attested falsely still has its shares, which the result may need.
	pub fn is_awaited(&self) -> bool {
		!self.excused && !self.accused_falsely && !self.is_convicted()
	}
}

/// What the state remembers of every `R` that a task has seen: the first bytes of its SHA-256. To hit another's costs some
/// 2^128 trials.
pub type EphemeralTag = [u8; 16];

/// Those of all dealings of a task, in the order in which they were taken.
pub type Ephemerals = BoundedVec<EphemeralTag, ConstU32<MAX_DEALERS>>;

/// Seats whose attestation stands.
pub fn standing(seats: &[SeatState]) -> SeatSet {
	let mut standing = SeatSet::default();
	for (number, state) in (1u8..).zip(seats) {
		if state.attestation_stands() {
			standing.insert(number);
		}
	}
	standing
}

/// The seats' states, in one row: the committee's, then the panel's.
pub type Seats = BoundedVec<SeatState, ConstU32<MAX_SEATS>>;

/// How far a task is, for clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Counters {
	/// Dealings taken.
	pub dealings: u32,
	/// Dealings excluded by a valid accusation or challenge.
	pub excluded: u32,
	/// Members whose attestation stands.
	pub attested: u32,
	/// Members that have committed.
	pub committed: u32,
	/// Right result shares.
	pub right_shares: u32,
	/// Verifiers whose attestation stands.
	pub verified: u32,
	/// Dealings that count and were found invalid after the end of verification.
	pub disproven: u32,
	/// Whether the recipient's mask is among the dealings, and was not excluded.
	pub masked: bool,
}

/// Index of a 1-based seat.
pub fn seat_index(seat: u8) -> Option<usize> {
	usize::from(seat).checked_sub(1)
}
