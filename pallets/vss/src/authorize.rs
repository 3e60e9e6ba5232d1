//! Which calls of members and verifiers the pool and blocks take.
//!
//! Checks run from cheap to dear: age of the attempt, phase and deadline, seat, duplicates, lengths, hashes, and last the
//! ed25519 signature. Group operations wait for dispatch.
//!
//! - *Tag*: `(task, call, seat)`, with the dealer for accusations and challenges. A seat's calls can displace only its own: a liar's
//!   accusation of a dealer does not keep an honest member's out of the pool.
//! - *Priority* grows with the block of the attempt, so that a retry displaces its predecessor, but not beyond the
//!   present one: who is ahead gains nothing by it. The block is not in the tag, and an attempt is forgotten after
//!   [`Config::RetryInterval`] blocks. Accusations and challenges that would exclude a dealing have as much more as two
//!   attempts take, once verification lasts no longer than that: blocks are shared by all tasks, and those of other
//!   tasks have time still, or come too late anyway. Answers and attestations go before all of these: they are small,
//!   and else enough dear disputes of one task would make the members of others late, who are punished.

use crate::{Config, Error, Pallet};
use codec::Encode;
use frame::{deps::sp_runtime::transaction_validity::TransactionValidityWithRefund, prelude::*};
use ostraka_primitives::{
	message::{
		ChallengeMessage, EvidenceMessage, MessageKind, ResultShareBytes, WorkerMessage,
		WORKER_MESSAGE,
	},
	task::{Seat, TaskStatus},
	traits::TaskView,
	AccountId, BlockNumber, Digest, TaskId, WorkerSignature,
};

/// Prefix of the calls' tags in the pool.
const TAG_PREFIX: &str = "OstrakaVss";

/// Blocks that an attempt may be ahead: a peer that is behind the sender would else take a good attempt for a bad one,
/// ban it, and think less of who sent it.
const AHEAD: BlockNumber = 2;

/// What one attempt of a seat's call is, arguments of the call itself apart.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
	/// The task.
	pub task: TaskId,
	/// The seat.
	pub seat: u8,
	/// The call.
	pub kind: MessageKind,
	/// Block of the attempt.
	pub at: BlockNumber,
}

/// What stands for the call's own arguments under the signature: SHA-256 of their SCALE bytes, in order. They are
/// `(dealer, digest, evidence)`, `(dealer, digest, challenge)`, `(dealt, excluded)`, `(accepted_set, commitment)` or
/// `(accepted_set, share)`.
pub fn payload(arguments: &impl Encode) -> Digest {
	sp_io::hashing::sha2_256(&arguments.encode())
}

impl<T: Config> Pallet<T> {
	/// Hash of the chain's first block, which the signature covers.
	pub fn genesis() -> Digest {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::default());
		<Digest>::try_from(hash.as_ref()).unwrap_or_default()
	}

	/// What the seat's worker key signs: the SCALE bytes of this.
	pub fn worker_message(task_hash: Digest, attempt: Attempt, payload: Digest) -> WorkerMessage {
		let Attempt { task, seat, kind, at } = attempt;
		let domain = *WORKER_MESSAGE;
		let genesis = Self::genesis();
		WorkerMessage { domain, genesis, task_hash, task, seat, kind, payload, at }
	}

	#[allow(clippy::too_many_arguments)]
	pub(crate) fn authorize_accuse(
		_source: TransactionSource,
		task: &TaskId,
		seat: &u8,
		dealer: &AccountId,
		digest: &Digest,
		evidence: &EvidenceMessage,
		at: &BlockNumber,
		signature: &WorkerSignature,
	) -> TransactionValidityWithRefund {
		let attempt = Attempt { task: *task, seat: *seat, kind: MessageKind::Accuse, at: *at };
		let checked = || -> Result<BlockNumber, Error<T>> {
			Self::check_age(*at)?;
			let accusation = Self::check_accusation(*task, *seat, dealer, digest, evidence)?;
			let payload = payload(&(dealer, digest, evidence));
			let (view, member) = (&accusation.dispute.view, &accusation.member.seat);
			Self::check_signature(attempt, view, member, payload, signature)?;
			Ok(Self::urgency(&view.status))
		};
		Self::validity(checked(), attempt, (task, MessageKind::Accuse, seat, dealer))
	}

	#[allow(clippy::too_many_arguments)]
	pub(crate) fn authorize_challenge(
		_source: TransactionSource,
		task: &TaskId,
		seat: &u8,
		dealer: &AccountId,
		digest: &Digest,
		challenge: &ChallengeMessage,
		at: &BlockNumber,
		signature: &WorkerSignature,
	) -> TransactionValidityWithRefund {
		let attempt = Attempt { task: *task, seat: *seat, kind: MessageKind::Challenge, at: *at };
		let checked = || -> Result<BlockNumber, Error<T>> {
			Self::check_age(*at)?;
			let (found, author) = Self::check_challenge(*task, *seat, dealer, digest, challenge)?;
			let payload = payload(&(dealer, digest, challenge));
			let view = &found.dispute.view;
			Self::check_signature(attempt, view, &author.seat, payload, signature)?;
			Ok(Self::urgency(&view.status))
		};
		Self::validity(checked(), attempt, (task, MessageKind::Challenge, seat, dealer))
	}

	pub(crate) fn authorize_attest(
		_source: TransactionSource,
		task: &TaskId,
		seat: &u8,
		dealt: &Digest,
		excluded: &Digest,
		at: &BlockNumber,
		signature: &WorkerSignature,
	) -> TransactionValidityWithRefund {
		let attempt = Attempt { task: *task, seat: *seat, kind: MessageKind::Attest, at: *at };
		let checked = || -> Result<BlockNumber, Error<T>> {
			Self::check_age(*at)?;
			let attestation = Self::check_attest(*task, *seat, dealt, excluded)?;
			let payload = payload(&(dealt, excluded));
			let (view, author) = (&attestation.view, &attestation.author);
			Self::check_signature(attempt, view, author, payload, signature)?;
			Ok(Self::answers_first())
		};
		Self::validity(checked(), attempt, (task, MessageKind::Attest, seat))
	}

	pub(crate) fn authorize_commit_result(
		_source: TransactionSource,
		task: &TaskId,
		seat: &u8,
		accepted_set: &Digest,
		commitment: &Digest,
		at: &BlockNumber,
		signature: &WorkerSignature,
	) -> TransactionValidityWithRefund {
		let attempt = Attempt { task: *task, seat: *seat, kind: MessageKind::Commit, at: *at };
		let checked = || -> Result<BlockNumber, Error<T>> {
			Self::check_age(*at)?;
			let turn = Self::check_commit(*task, *seat, accepted_set)?;
			let payload = payload(&(accepted_set, commitment));
			Self::check_signature(attempt, &turn.view, &turn.member, payload, signature)?;
			Ok(Self::answers_first())
		};
		Self::validity(checked(), attempt, (task, MessageKind::Commit, seat))
	}

	pub(crate) fn authorize_reveal_result(
		_source: TransactionSource,
		task: &TaskId,
		seat: &u8,
		accepted_set: &Digest,
		share: &ResultShareBytes,
		at: &BlockNumber,
		signature: &WorkerSignature,
	) -> TransactionValidityWithRefund {
		let attempt = Attempt { task: *task, seat: *seat, kind: MessageKind::Reveal, at: *at };
		let checked = || -> Result<BlockNumber, Error<T>> {
			Self::check_age(*at)?;
			let (turn, _) = Self::check_reveal(*task, *seat, accepted_set, share)?;
			let payload = payload(&(accepted_set, share));
			Self::check_signature(attempt, &turn.view, &turn.member, payload, signature)?;
			Ok(Self::answers_first())
		};
		Self::validity(checked(), attempt, (task, MessageKind::Reveal, seat))
	}

	/// The attempt must be of a block not longer ago than the retry interval, nor more than [`AHEAD`] to come.
	fn check_age(at: BlockNumber) -> Result<(), Error<T>> {
		let now = Self::now();
		let fresh =
			at <= now.saturating_add(AHEAD) && now.saturating_sub(at) <= T::RetryInterval::get();
		ensure!(fresh, Error::StaleAttempt);
		Ok(())
	}

	fn check_signature(
		attempt: Attempt,
		view: &TaskView,
		author: &Seat,
		payload: Digest,
		signature: &WorkerSignature,
	) -> Result<(), Error<T>> {
		let message = Self::worker_message(view.task_hash, attempt, payload).encode();
		let good = sp_io::crypto::ed25519_verify(signature, &message, &author.worker);
		ensure!(good, Error::BadSignature);
		Ok(())
	}

	/// Blocks by which a dispute of a task in this state is more urgent than others: those of two attempts, while
	/// verification has no more than that left.
	fn urgency(status: &TaskStatus) -> BlockNumber {
		let attempts = T::RetryInterval::get().saturating_mul(2);
		let left = match status {
			TaskStatus::Verifying { until } => until.checked_sub(&Self::now()),
			_ => None,
		};
		match left {
			Some(left) if left <= attempts => attempts,
			_ => 0,
		}
	}

	/// Blocks by which an answer or an attestation goes before disputes, however urgent these are and however old it is:
	/// urgency is two attempts, and age no more than one.
	fn answers_first() -> BlockNumber {
		T::RetryInterval::get().saturating_mul(4)
	}

	/// What the pool makes of a call: `checked` is by how many blocks it goes before others, or why it is refused.
	fn validity(
		checked: Result<BlockNumber, Error<T>>,
		attempt: Attempt,
		tag: impl Encode,
	) -> TransactionValidityWithRefund {
		let urgency = checked.map_err(|error| InvalidTransaction::Custom(error_index(&error)))?;
		let block = attempt.at.min(Self::now());
		let above = TransactionPriority::from(block).saturating_add(urgency.into());
		ValidTransaction::with_tag_prefix(TAG_PREFIX)
			.priority(T::BasePriority::get().saturating_add(above))
			.and_provides(tag)
			.longevity(T::RetryInterval::get().into())
			.propagate(true)
			.build()
			.map(|valid| (valid, Weight::zero()))
	}
}

/// The error's index, as in the metadata.
pub(crate) fn error_index<T>(error: &Error<T>) -> u8 {
	error.encode().first().copied().unwrap_or_default()
}
