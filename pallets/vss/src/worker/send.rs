//! Accusations, challenges, attestations and answers: what goes into them, and how they reach the pool.
//!
//! # Invariants
//! - An accusation or a challenge is judged here first, by the function that the runtime judges with: an honest worker
//!   never sends one that would convict itself.
//! - An attestation names the dealings that it is about by two running hashes, of those that were taken and of those that were
//!   excluded: on a fork where either differs it is refused. Both are of the state that it was decided on, so it never speaks
//!   for a dealing that was excluded there.
//! - An answer is sent only if the accepted set of this block's state hashes to its `h_A`, the sum fits the aggregate,
//!   and the seat is locked to this `h_A`.
//! - That the pool takes a transaction proves nothing. It counts as done when a block's state shows it.

use super::{
	chain::{self, Hashes, G1},
	decide::{Answer, Dealing},
	keys,
	shares::{accepted_copy, add_up},
	store::{self, Message},
	Hex, Run, WorkerError, LOG_TARGET,
};
use crate::{authorize::payload, Call, Config};
use frame::{log, prelude::*};
use ostraka_crypto::vss::Commitments;
use ostraka_primitives::{
	message::{MessageKind, ResultShareBytes, WorkerMessage, WORKER_MESSAGE},
	BlockNumber, Digest, WorkerSignature,
};
use ostraka_protocol::{
	adjudicator::{accepted_set_hash, check_result_share, result_commitment, AcceptedDigest},
	wire::{challenge_message, evidence_message},
	worker,
};

impl<T: Config> Run<T> {
	/// Accuses the dealer of a wrong share or of commitments outside of the group, unless that was sent recently.
	///
	/// # Errors
	/// `NoDealing` if the node's copy of the dealing is gone, which the next run reports; those of the keystore, the pool
	/// and the protocol's functions.
	pub(super) fn accuse(
		&mut self,
		seat: &chain::Seat,
		dealing: &Dealing,
		retry: BlockNumber,
	) -> Result<(), WorkerError> {
		let (dealer, digest) = (dealing.dealer.clone(), dealing.digest);
		let message = Message::Accuse(digest);
		let sent = store::send_once(&seat.key, &message, (), self.now, retry, || {
			let bytes = accepted_copy(seat, dealing)?;
			let secrets = self.secrets(seat)?;
			let evidence = worker::accuse::<G1, _>(
				&seat.context,
				&secrets.seal,
				seat.state.seat,
				dealer.as_ref(),
				&AcceptedDigest::of_state(digest),
				&bytes,
				&mut self.rng,
			)?;
			let evidence = evidence_message(evidence).ok_or(WorkerError::TooLong)?;
			let payload = payload(&(&dealer, &digest, &evidence));
			let signature = self.sign(seat, MessageKind::Accuse, payload)?;
			let (task, seat, at) = (seat.task, seat.state.seat, self.now);
			let dealer = dealer.clone();
			self.submit(Call::accuse { task, seat, dealer, digest, evidence, at, signature })
		});
		self.disputed(seat, message, &digest, sent)
	}

	/// Challenges the dealing's proof that its input is valid, or, of a verifier, commitments outside of the group, unless that
	/// was sent recently.
	///
	/// # Errors
	/// Those of [`Self::accuse`], and `Relation`. What is known of the share stays if the copy is gone.
	pub(super) fn challenge(
		&mut self,
		seat: &chain::Seat,
		dealing: &Dealing,
		retry: BlockNumber,
	) -> Result<(), WorkerError> {
		let (dealer, digest) = (dealing.dealer.clone(), dealing.digest);
		let message = Message::Challenge(digest);
		let sent = store::send_once(&seat.key, &message, (), self.now, retry, || {
			let relation = self.relation(seat)?;
			let bytes = accepted_copy(seat, dealing)?;
			let challenge = worker::challenge::<G1>(
				&seat.context,
				&relation,
				dealer.as_ref(),
				&AcceptedDigest::of_state(digest),
				&bytes,
			)?;
			let challenge = challenge_message(challenge).ok_or(WorkerError::TooLong)?;
			let payload = payload(&(&dealer, &digest, &challenge));
			let signature = self.sign(seat, MessageKind::Challenge, payload)?;
			let (task, seat, at) = (seat.task, seat.state.seat, self.now);
			let dealer = dealer.clone();
			self.submit(Call::challenge { task, seat, dealer, digest, challenge, at, signature })
		});
		self.disputed(seat, message, &digest, sent)
	}

	/// What follows from the attempt to dispute a dealing.
	fn disputed(
		&mut self,
		seat: &chain::Seat,
		message: Message,
		digest: &Digest,
		sent: Result<bool, WorkerError>,
	) -> Result<(), WorkerError> {
		// A wrong share is worth nothing. One beside a wrong proof is right: the frozen set may ask for it, and without a copy
		// it could not be opened again.
		let lost =
			matches!(sent, Err(WorkerError::NoDealing)) && matches!(message, Message::Accuse(_));
		if lost || matches!(sent, Err(WorkerError::Protocol(_))) {
			// The ledger is wrong about this dealing, or the copy that was looked at is gone: look again.
			store::forget(&seat.key, digest)?;
		}
		if sent? {
			self.note_sent(seat, message);
		}
		Ok(())
	}

	/// Attests to the dealings with these hashes, unless that was sent recently. One that was sent of others is void here, and
	/// stands for nothing: an exclusion must not cost the seat its attestation.
	///
	/// # Errors
	/// Those of the keystore and the pool; `WrongSealKey` of a member's key to which nobody has sealed a share.
	pub(super) fn attest(
		&mut self,
		seat: &chain::Seat,
		hashes: Hashes,
		retry: BlockNumber,
	) -> Result<(), WorkerError> {
		let message = Message::Attest;
		let sent = store::send_once(&seat.key, &message, hashes, self.now, retry, || {
			if !seat.state.verifies {
				self.secrets(seat)?;
			}
			let Hashes { dealt, excluded } = hashes;
			let payload = payload(&(dealt, excluded));
			let signature = self.sign(seat, MessageKind::Attest, payload)?;
			let (task, seat, at) = (seat.task, seat.state.seat, self.now);
			self.submit(Call::attest { task, seat, dealt, excluded, at, signature })
		});
		if sent? {
			self.note_sent(seat, message);
		}
		Ok(())
	}

	/// Commits to the result share, or reveals it, unless that was sent recently.
	pub(super) fn answer(
		&mut self,
		seat: &chain::Seat,
		dealings: &[Dealing],
		answer: Answer,
		retry: BlockNumber,
	) -> Result<(), WorkerError> {
		let message = Message::Answer(answer);
		let sent = store::send_once(&seat.key, &message, (), self.now, retry, || {
			let (accepted_set, aggregate) =
				chain::frozen::<T>(seat.task).ok_or(WorkerError::AcceptedSet)?;
			let digests: alloc::vec::Vec<Digest> =
				dealings.iter().map(|dealing| dealing.digest).collect();
			if accepted_set_hash(&seat.key.task_hash, &digests, &aggregate) != accepted_set {
				return Err(WorkerError::AcceptedSet);
			}
			// Before anything is added up: after a re-org to another set this fails in every block.
			store::check_lock(&seat.key, &accepted_set)?;
			let secrets = self.secrets(seat)?;
			let share = add_up(seat, &secrets, dealings)?;
			let sums = Commitments::<G1>::from_stored_bytes(&aggregate, seat.context.threshold)?;
			let j = seat.state.seat;
			if !check_result_share(&sums, j, &share) {
				return Err(WorkerError::ResultShare);
			}
			store::lock(&seat.key, &accepted_set)?;
			let (task, seat_number, at) = (seat.task, j, self.now);
			let call = match answer {
				Answer::Reveal => {
					let share = ResultShareBytes::try_from(share.to_bytes().to_vec())
						.map_err(|_| WorkerError::TooLong)?;
					let payload = payload(&(&accepted_set, &share));
					let signature = self.sign(seat, MessageKind::Reveal, payload)?;
					Call::reveal_result {
						task,
						seat: seat_number,
						accepted_set,
						share,
						at,
						signature,
					}
				},
				Answer::Commit => {
					let worker = &seat.key.worker.0;
					let commitment = result_commitment(&accepted_set, j, worker, &share);
					let payload = payload(&(&accepted_set, &commitment));
					let signature = self.sign(seat, MessageKind::Commit, payload)?;
					Call::commit_result {
						task,
						seat: seat_number,
						accepted_set,
						commitment,
						at,
						signature,
					}
				},
			};
			self.submit(call)
		});
		if sent? {
			self.note_sent(seat, message);
		}
		Ok(())
	}

	/// Signs a call's arguments, in this block.
	fn sign(
		&self,
		seat: &chain::Seat,
		kind: MessageKind,
		payload: Digest,
	) -> Result<WorkerSignature, WorkerError> {
		let message = WorkerMessage {
			domain: *WORKER_MESSAGE,
			genesis: self.genesis,
			task_hash: seat.key.task_hash,
			task: seat.task,
			seat: seat.state.seat,
			kind,
			payload,
			at: self.now,
		};
		keys::sign(&seat.key.worker, &message)
	}

	fn submit(&self, call: Call<T>) -> Result<(), WorkerError> {
		let transaction = T::create_authorized_transaction(call.into());
		SubmitTransaction::<T, Call<T>>::submit_transaction(transaction)
			.map_err(|()| WorkerError::Refused)
	}

	fn note_sent(&mut self, seat: &chain::Seat, message: Message) {
		let (task, number) = (seat.task, seat.state.seat);
		match message {
			Message::Accuse(digest) => log::info!(
				target: LOG_TARGET,
				"task {task}, seat {number}: sent the accusation of dealing {}",
				Hex(&digest),
			),
			Message::Challenge(digest) => log::info!(
				target: LOG_TARGET,
				"task {task}, seat {number}: sent the challenge of dealing {}",
				Hex(&digest),
			),
			Message::Attest => log::info!(
				target: LOG_TARGET,
				"task {task}, seat {number}: sent its attestation: {}, all proofs hold",
				match seat.state.verifies {
					true => "all commitments are in the group",
					false => "all its shares are right",
				},
			),
			Message::Answer(answer) => log::info!(
				target: LOG_TARGET,
				"task {task}, seat {number}: sent its {}, under the accepted set {}",
				match answer {
					Answer::Commit => "commitment to its result share",
					Answer::Reveal => "result share",
				},
				Hex(&chain::frozen::<T>(task).map(|(set, _)| set).unwrap_or_default()),
			),
		}
		self.summary.sent.push((task, seat.key.worker, message));
	}
}
