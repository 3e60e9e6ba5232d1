//! A task's class, committee, panel, windows and states.
//!
//! # Invariants
//! - What a task was submitted with (spec, class, parameters, windows, version) is never changed; a runtime that knows
//!   better applies it to tasks that come after.
//! - The keys of committee and panel are pinned at the draw and bound by `TH`.
//! - Its conditions are the requester's promise to the dealers, who accept them: nobody's dealing can change them.
//! - A task's seats stand in one row: `1 ..= n` is its committee, `n + 1 ..= n + v` its panel.
//! - Enums keep their order, new variants come last: state holds their numbers.

use crate::{
	consent::MAX_REQUIRED,
	spec::{TaskSpec, MAX_LENGTH},
	AccountId, Balance, BlockNumber, Digest, PointBytes, ProtocolVersion, ScalarBytes,
	SealKeyBytes, TaskId, WorkerKey, MAX_COMMITTEE, MAX_PANEL,
};
use codec::{Compact, CompactLen, Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32, U256};

/// How secret the data is, which decides how many nodes hold it.
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
pub enum SecurityClass {
	/// Data whose exposure would be unpleasant.
	Standard,
	/// Data whose exposure would do harm.
	Confidential,
	/// Data whose exposure must not happen.
	Restricted,
}

/// What a class asks for.
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
pub struct ClassParameters {
	/// Seats of the committee, `n`.
	pub seats: u8,
	/// Threshold `t`: any `t` shares reveal nothing, `t + 1` reconstruct.
	pub threshold: u8,
	/// Least stake of who has a seat, as a multiple of the registry's least stake.
	pub stake_factor: u32,
	/// Least number of accepted dealers for a result to be computed.
	pub least_dealers: u32,
	/// Seats of the panel, `v`; there may be none.
	pub verifiers: u8,
}

/// What a task promises its dealers of the accepted set, and who reads its result. Part of the terms and of `TH`.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Conditions {
	/// Least number of accepted dealers for a result to be computed: at least the class's.
	pub least_dealers: u32,
	/// Dealers without whom there is no result, sorted, none twice.
	pub required: BoundedVec<AccountId, ConstU32<MAX_REQUIRED>>,
	/// The task that counted the contributors to the groups: all of its dealers must be in the accepted set, with the data sets
	/// that they had there.
	pub counting: Option<TaskId>,
	/// The recipient, who alone reads the result: it deals a mask that the result is published under.
	pub sealed_to: Option<AccountId>,
}

impl Conditions {
	/// What a class asks for, and nothing else: anybody reads the result.
	pub fn of(parameters: &ClassParameters) -> Self {
		let least_dealers = parameters.least_dealers;
		Self { least_dealers, required: Default::default(), counting: None, sealed_to: None }
	}
}

/// Least number of accepted dealers that a class can ask for.
pub const LEAST_DEALERS: u32 = 3;

impl ClassParameters {
	/// Whether `t >= 1`, `2 t + 1 <= n <= 32`, `v <= 16`, and at least three dealers are asked for. What `k` dealers who
	/// share what they know learn is the sum of the others: a lone dealer's result is its input, and of two each has
	/// the other's by subtraction.
	pub fn is_sound(&self) -> bool {
		let (n, t) = (u32::from(self.seats), u32::from(self.threshold));
		t >= 1
			&& n > 2 * t
			&& n <= MAX_COMMITTEE
			&& self.least_dealers >= LEAST_DEALERS
			&& self.stake_factor >= 1
			&& u32::from(self.verifiers) <= MAX_PANEL
	}

	/// Seats of both kinds, `n + v`.
	pub const fn all_seats(&self) -> u8 {
		self.seats.saturating_add(self.verifiers)
	}
}

/// Lengths of a task's phases, in blocks. A phase's deadline is the block in which it was entered plus its
/// window; a phase ends early when nothing is left to wait for. Verification does when every seat that is still awaited has
/// attested, and then one block later, so that who has attested may still accuse and challenge in the block at hand.
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
pub struct Windows {
	/// For dealers to deal.
	pub collect: BlockNumber,
	/// For committee and panel to check shares and proofs, to accuse and to challenge.
	pub verify: BlockNumber,
	/// For the committee to commit to its result shares, the finality lag included.
	pub commit: BlockNumber,
	/// For the committee to reveal its result shares.
	pub reveal: BlockNumber,
}

/// One seat of a task, its keys pinned. Seat `j` (1-based) is entry `j - 1` of the committee; those of the panel are
/// numbered on from there.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Seat {
	/// The operator's account.
	pub account: AccountId,
	/// Key that signs the worker's messages.
	pub worker: WorkerKey,
	/// `E_j`, which the dealers seal a member's shares to. To a verifier's nothing is sealed.
	pub seal_key: SealKeyBytes,
}

/// A committee, ordered by seat.
pub type Committee = BoundedVec<Seat, ConstU32<MAX_COMMITTEE>>;
/// A panel, ordered by seat: entry `i` has the number `n + 1 + i`.
pub type Panel = BoundedVec<Seat, ConstU32<MAX_PANEL>>;

/// What is missing for a draw.
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
pub enum DrawError {
	/// Fewer active nodes, requester and dealers not counted, than seats.
	TooFewNodes,
	/// Enough nodes, but too few with the class's least stake.
	TooLittleStake,
	/// Enough nodes with stake, but too few with free capacity, or those hold less than two thirds of the stake.
	TooLittleCapacity,
	/// Too few nodes that verify, with the class's least stake and a free place, for a panel beside whatever committee is drawn,
	/// or those hold less than two thirds of the stake of all that verify.
	TooFewVerifiers,
}

/// Why a task failed.
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
pub enum FailReason {
	/// No committee could be drawn in time: not enough active nodes, stake or free capacity.
	NoCommittee,
	/// Fewer dealings were accepted than the task promises.
	TooFewDealers,
	/// Fewer than `t + 1` right result shares were revealed.
	TooFewShares,
	/// The requester cancelled it.
	Cancelled,
	/// Fewer invited dealers accepted than the task promises, or a required one or the recipient did not.
	TooFewAcceptances,
	/// No dealing came in the first quarter of the window for dealing.
	NoDealings,
	/// The sum of the commitments lies outside the group, and nobody accused the dealing that put it there. It is seen at the
	/// freeze, and convicts nobody.
	UnsoundCommitments,
	/// The accepted set lacks a dealer that the task requires.
	DealerMissing,
	/// The accepted set lacks a dealer of the task that counted the contributors, or has it with another data set.
	NotCounted,
	/// The accepted set differs from that of an earlier task by too few dealers: the two results would tell about these.
	Differencing,
	/// The recipient's mask did not come, or does not count.
	MaskMissing,
}

impl FailReason {
	/// One plain sentence, for people.
	pub fn explain(&self) -> &'static str {
		match self {
			Self::NoCommittee => "no committee could be drawn in time",
			Self::TooFewDealers => "fewer dealings were accepted than the task promises",
			Self::TooFewShares => "fewer right result shares were revealed than reconstruct",
			Self::Cancelled => "the requester cancelled it",
			Self::TooFewAcceptances => {
				"fewer invited dealers accepted than the task promises, or a required one or the recipient did not"
			},
			Self::NoDealings => "nobody dealt in the first quarter of the window for dealing",
			Self::UnsoundCommitments => {
				"the sum of the commitments lies outside the group, and nobody accused the dealing that put it there"
			},
			Self::DealerMissing => "the accepted set lacks a dealer that the task requires",
			Self::NotCounted => {
				"the accepted set lacks a dealer of the task that counted the contributors, or has it with another data set"
			},
			Self::Differencing => {
				"the accepted set differs from that of an earlier task by too few dealers: the two results would tell about these"
			},
			Self::MaskMissing => "the mask of the result's recipient did not come, or does not count",
		}
	}
}

/// How a task ended.
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
pub enum Outcome {
	/// The result is published.
	Completed,
	/// There is no result.
	Failed(FailReason),
}

/// State of a task. Each variant carries only its own data.
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
pub enum TaskStatus {
	/// Invited dealers accept. Left when all have accepted, at the deadline (for the draw if enough have, else failed), or by
	/// `cancel`.
	Inviting {
		/// Last block in which an acceptance is taken.
		until: BlockNumber,
	},
	/// Waiting for its committee. Left by the draw, by `cancel`, or at `until` (failed).
	Drawing {
		/// Last block in which it is tried.
		until: BlockNumber,
	},
	/// Dealers who accepted deal. Left when all of them have dealt, at the deadline, by `cancel`, or if nobody has dealt by
	/// `first_by`.
	Collecting {
		/// Last block for the first dealing.
		first_by: BlockNumber,
		/// Last block in which a dealing is taken.
		until: BlockNumber,
	},
	/// Committee and panel check, accuse, challenge and attest. Left at the deadline by the freeze (failed, if that finds the sum of the
	/// commitments outside the group).
	Verifying {
		/// Last block in which an accusation or a challenge excludes a dealing and an attestation is taken. It becomes the
		/// block at hand when all that are awaited have attested.
		until: BlockNumber,
	},
	/// The accepted set is frozen, members commit. Left when all have committed, or at the deadline.
	Committing {
		/// Block in which the accepted set was frozen.
		frozen_at: BlockNumber,
		/// Last block in which a commitment is taken.
		until: BlockNumber,
	},
	/// Members reveal. Left when all have answered, or at the deadline.
	Revealing {
		/// Last block in which a result share is taken.
		until: BlockNumber,
	},
	/// Ended; rewards are paid and deposits returned in chunks. Left when nothing is left of it to free.
	Settling(Outcome),
	/// Nothing of it is left but its record and, if it completed, its result; of one that failed before its draw this state alone.
	Settled(Outcome),
}

/// A task as the chain keeps it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Task {
	/// Version of the protocol that it follows to its end, whatever the runtime becomes meanwhile.
	pub protocol: ProtocolVersion,
	/// Who asked for it and pays.
	pub requester: AccountId,
	/// What it computes.
	pub spec: TaskSpec,
	/// Its class.
	pub class: SecurityClass,
	/// What the class asked for when the task was submitted.
	pub parameters: ClassParameters,
	/// What it promises its dealers, and who reads its result.
	pub conditions: Conditions,
	/// Its windows.
	pub windows: Windows,
	/// Block in which it was submitted.
	pub submitted_at: BlockNumber,
	/// Number of invited dealers, the recipient not counted.
	pub invited: u32,
	/// SHA-256 of the invited dealers' accounts, sorted, one after the other.
	pub cohort: Digest,
	/// What an invited dealer accepts: the hash of all that was asked.
	pub terms: Digest,
	/// Number of dealers who have accepted, the recipient not counted.
	pub accepted: u32,
	/// Hash of all who have accepted, the recipient among them, in their order: bound by `TH`.
	pub consent: Digest,
	/// Fee for committee and panel, in escrow.
	pub fee: Balance,
	/// Reward for the accepted dealers together, in escrow.
	pub data_reward: Balance,
	/// `TH`, fixed by the draw.
	pub task_hash: Option<Digest>,
	/// Block of the draw.
	pub drawn_at: Option<BlockNumber>,
	/// Its state.
	pub status: TaskStatus,
}

impl SecurityClass {
	/// Its number in the task hash: 0 is `Standard`.
	pub const fn index(self) -> u8 {
		self as u8
	}
}

/// Domain of [`Terms::bytes`].
const TERMS_TAG: &[u8; 16] = b"ostraka/terms/v3";

/// What an invited dealer accepts, besides which task on which chain it is.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
	/// Number of the protocol's version.
	pub protocol: ProtocolVersion,
	/// Who asks.
	pub requester: &'a AccountId,
	/// What is computed.
	pub spec: &'a TaskSpec,
	/// SHA-256 of the invited dealers' accounts, sorted, one after the other.
	pub cohort: &'a Digest,
	/// The class.
	pub class: SecurityClass,
	/// What the class asks for.
	pub parameters: &'a ClassParameters,
	/// What the task promises its dealers, and who reads its result.
	pub conditions: &'a Conditions,
	/// The phases' lengths.
	pub windows: &'a Windows,
	/// Fee for committee and panel.
	pub fee: Balance,
	/// Reward for the accepted dealers together.
	pub data_reward: Balance,
}

impl<'a> Terms<'a> {
	/// Of a task's record.
	pub const fn of(record: &'a Task) -> Self {
		Self {
			protocol: record.protocol,
			requester: &record.requester,
			spec: &record.spec,
			cohort: &record.cohort,
			class: record.class,
			parameters: &record.parameters,
			conditions: &record.conditions,
			windows: &record.windows,
			fee: record.fee,
			data_reward: record.data_reward,
		}
	}

	/// The bytes whose SHA-256 is accepted, of the task with this number on the chain with this genesis.
	pub fn bytes(&self, genesis: &Digest, task: TaskId) -> alloc::vec::Vec<u8> {
		let what = (self.protocol, self.requester, self.spec, self.cohort, self.class);
		let how = (self.parameters, self.conditions, self.windows, self.fee, self.data_reward);
		(TERMS_TAG, genesis, task, what, how).encode()
	}
}

/// What stands in the task hash for the published task: the SCALE bytes of `(spec, consent, conditions)`, so that the same
/// question to others than those who accepted it, or on other conditions, is another task.
pub fn published_bytes(
	spec: &TaskSpec,
	consent: &Digest,
	conditions: &Conditions,
) -> alloc::vec::Vec<u8> {
	(spec, consent, conditions).encode()
}

impl Windows {
	/// What stands in the task hash for the deadlines: the block of the draw, then the windows of collecting,
	/// verifying, committing and revealing.
	pub const fn deadlines(&self, drawn_at: BlockNumber) -> [BlockNumber; 5] {
		[drawn_at, self.collect, self.verify, self.commit, self.reveal]
	}
}

/// A published vector: each entry is a scalar as the number that it is, below the field's order. What is less than zero
/// stands as the order less its amount. The encoding is that of a list of [`ScalarBytes`]; the type lets wallets show
/// numbers.
pub type ResultVector = BoundedVec<U256, ConstU32<MAX_LENGTH>>;

/// A published result, kept for good: anyone can check `Σ X_l G_l + γ_0 H == C^A_0`.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct TaskResult {
	/// `h_A`, which names the accepted set.
	pub accepted_set: Digest,
	/// Number of accepted dealers; a mask is no dealer's.
	pub dealers: u32,
	/// `C^A_0`.
	pub commitment: PointBytes,
	/// The aggregate vector `X`; of a sealed task `X + m`, with the recipient's mask `m`.
	pub vector: ResultVector,
	/// `γ_0`, the sum of the dealings' blinding values.
	pub blinding: ScalarBytes,
	/// Seats of the panel.
	pub panel: u32,
	/// Of them, those that attested to a set in which nothing was shown to be invalid since.
	pub attested: u32,
	/// Dealings that count and were found invalid after the end of verification: they change no number.
	pub disproven: u32,
	/// The recipient, whose mask the vector is published under.
	pub sealed_to: Option<AccountId>,
}

impl TaskResult {
	/// Bytes of the result of a task with a vector of this length, sealed to somebody or not, as it is stored.
	pub fn bytes(length: u32, sealed: bool) -> u32 {
		let recipient = Option::<AccountId>::max_encoded_len();
		let varying = ResultVector::max_encoded_len().saturating_add(recipient);
		let others = Self::max_encoded_len().saturating_sub(varying);
		let recipient = if sealed { recipient } else { 1 };
		let count = Compact::<u32>::compact_len(&length);
		let entries = length.saturating_mul(core::mem::size_of::<ScalarBytes>() as u32);
		entries.saturating_add(others.saturating_add(recipient).saturating_add(count) as u32)
	}

	/// The vector's entries as scalars' bytes. What comes from another's state may not be canonical.
	pub fn scalars(&self) -> impl Iterator<Item = ScalarBytes> + '_ {
		self.vector.iter().map(U256::to_little_endian)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::{vec, vec::Vec};

	const CLASS: ClassParameters =
		ClassParameters { seats: 3, threshold: 1, stake_factor: 1, least_dealers: 3, verifiers: 2 };

	/// What its requester pays for is what is stored.
	#[test]
	fn the_bytes_of_a_result_are_those_of_its_encoding() {
		for length in [0, 1, 8, 63, 64, 255, MAX_LENGTH] {
			for sealed_to in [None, Some(AccountId::new([7; 32]))] {
				let sealed = sealed_to.is_some();
				let vector = vec![U256::zero(); length as usize];
				let result = TaskResult {
					accepted_set: [0; 32],
					dealers: 3,
					commitment: [0; 96],
					vector: vector.try_into().unwrap(),
					blinding: [0; 32],
					panel: 2,
					attested: 1,
					disproven: 0,
					sealed_to,
				};
				let bytes = result.encoded_size() as u32;
				assert_eq!(TaskResult::bytes(length, sealed), bytes, "{length}, {sealed}");
			}
		}
		// Of a spec that nobody checked
		assert!(TaskResult::bytes(u32::MAX, true) >= TaskResult::bytes(MAX_LENGTH, true));
	}

	#[test]
	fn a_panel_may_be_empty_and_is_bounded() {
		let class = |verifiers| ClassParameters { verifiers, ..CLASS };
		assert!([0, 1, 16].into_iter().all(|verifiers| class(verifiers).is_sound()));
		assert!([17, 255].into_iter().all(|verifiers| !class(verifiers).is_sound()));
		assert_eq!([0, 2, 255].map(|verifiers| class(verifiers).all_seats()), [3, 5, 255]);
	}

	#[test]
	fn a_class_asks_for_three_dealers_at_least() {
		let class = |least_dealers| ClassParameters { least_dealers, ..CLASS };
		for unsound in [0, 1, 2] {
			assert!(!class(unsound).is_sound(), "{unsound} dealers know each other's inputs");
		}
		assert!(class(3).is_sound());
	}

	/// State that exists holds these bytes.
	#[test]
	fn reasons_keep_their_numbers() {
		let reasons = [
			FailReason::NoCommittee,
			FailReason::TooFewDealers,
			FailReason::TooFewShares,
			FailReason::Cancelled,
			FailReason::TooFewAcceptances,
			FailReason::NoDealings,
			FailReason::UnsoundCommitments,
			FailReason::DealerMissing,
			FailReason::NotCounted,
			FailReason::Differencing,
			FailReason::MaskMissing,
		];
		assert_eq!(reasons.encode(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		let told: Vec<_> = reasons.iter().map(FailReason::explain).collect();
		assert!(told.iter().all(|text| told.iter().filter(|other| *other == text).count() == 1));
	}
}
