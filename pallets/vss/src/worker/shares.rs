//! Opening a seat's sealed shares, checking them, and adding them up.
//!
//! # Invariant
//! `e_j` meets a dealing only after its bytes were hashed again and gave the digest that this block's state holds as
//! accepted, wherever the bytes came from.

use super::{
	chain::{self, G1},
	decide::{is_recent, Dealing, ShareState},
	keys::Secrets,
	store::{self, MissingDealing},
	Hex, Run, WorkerError, COMPLAIN_EVERY, LOG_TARGET,
};
use crate::Config;
use alloc::vec::Vec;
use frame::log;
use ostraka_crypto::{
	messages::DealingBytes,
	seal::ciphertext_len,
	vss::{Commitments, SecretShare},
};
use ostraka_protocol::{
	wire::dealing_bytes,
	worker::{self, Fault},
};

/// Work of a look into the database.
const LOOK: u32 = 1;
/// Work of opening and checking one share, its bytes not counted.
const OPEN: u32 = 10;
/// Bytes of a dealing that are read and hashed for one unit of work.
const BYTES: usize = 16 * 1024;
/// Work of checking a result share and of making a message of it, its summands not counted.
const ANSWER: u32 = 10;
/// Most missing dealings that one run reports for one seat.
const MAX_REPORTS: usize = 8;

/// The node's copy of an accepted dealing.
///
/// # Errors
/// `NoDealing` if there is none, or it is another one.
pub(super) fn accepted_copy(
	seat: &chain::Seat,
	dealing: &Dealing,
) -> Result<DealingBytes, WorkerError> {
	let copy = store::indexed(&dealing.digest).ok_or(WorkerError::NoDealing)?;
	let bytes = dealing_bytes(&copy.dealing);
	let digest = bytes.digest(&seat.context.task_hash, dealing.dealer.as_ref());
	if digest != dealing.digest {
		return Err(WorkerError::NoDealing);
	}
	Ok(bytes)
}

impl<T: Config> Run<T> {
	/// Opens and checks the shares that are not known yet, as far as this run's work goes, and notes the outcome in
	/// the ledger and in `dealings`.
	pub(super) fn open_new(
		&mut self,
		seat: &chain::Seat,
		dealings: &mut [Dealing],
	) -> Result<(), WorkerError> {
		let mut found = Vec::new();
		let mut opened: Vec<(usize, Commitments<G1>, SecretShare)> = Vec::new();
		let count = dealings.len();
		// Begun elsewhere in every block: dealings that stay missing do not keep the others from their turn.
		let first = (self.now as usize).checked_rem(count).unwrap_or_default();
		for place in (first..count).chain(0..first) {
			let Some(dealing) = dealings.get(place) else { continue };
			if matches!(dealing.share, Some(ShareState::Right | ShareState::Wrong)) {
				continue;
			}
			if !self.take_work(LOOK) {
				log::debug!(target: LOG_TARGET, "task {}: the rest waits for the next block", seat.task);
				break;
			}
			let Ok(bytes) = accepted_copy(seat, dealing) else {
				found.extend(self.report_missing(seat, dealing).map(|state| (place, state)));
				continue;
			};
			let size: usize = bytes.sealed.iter().map(Vec::len).sum();
			self.take_work(OPEN.saturating_add((size / BYTES) as u32));
			let secrets = self.secrets(seat)?;
			let (j, dealer) = (seat.state.seat, dealing.dealer.as_ref());
			match worker::open::<G1>(&seat.context, &secrets.seal, j, dealer, &bytes) {
				Ok(share) => {
					let threshold = seat.context.threshold;
					let commitments =
						Commitments::from_stored_bytes(&bytes.commitments, threshold)?;
					opened.push((place, commitments, share));
				},
				Err(Fault::Dealer(fault)) => {
					log::warn!(
						target: LOG_TARGET,
						"task {}: the share of dealer {} does not open ({fault:?})",
						seat.task,
						Hex(dealer),
					);
					found.push((place, ShareState::Wrong));
				},
				// The chain has checked what this would be about; one odd dealing must not stop the others.
				Err(Fault::NotOurs(error)) => self.complain(seat, error.into()),
			}
		}
		found.extend(self.check_opened(seat, dealings, &opened)?);
		if found.is_empty() {
			return Ok(());
		}
		let mut notes = Vec::with_capacity(found.len());
		for (place, state) in found {
			if let Some(dealing) = dealings.get_mut(place) {
				dealing.share = Some(state);
				notes.push((dealing.digest, state));
			}
		}
		store::note(&seat.key, &notes).map(|_| ())
	}

	/// Checks opened shares together, and keeps the right ones.
	fn check_opened(
		&mut self,
		seat: &chain::Seat,
		dealings: &[Dealing],
		opened: &[(usize, Commitments<G1>, SecretShare)],
	) -> Result<Vec<(usize, ShareState)>, WorkerError> {
		if opened.is_empty() {
			return Ok(Vec::new());
		}
		let items: Vec<_> =
			opened.iter().map(|(_, commitments, share)| (commitments, share)).collect();
		let wrong = worker::check(&seat.context, seat.state.seat, &items, &mut self.rng);
		let secrets = self.secrets(seat)?;
		let mut found = Vec::with_capacity(opened.len());
		for (index, (place, _, share)) in opened.iter().enumerate() {
			let Some(dealing) = dealings.get(*place) else { continue };
			if wrong.binary_search(&index).is_ok() {
				log::warn!(
					target: LOG_TARGET,
					"task {}: the share of dealer {} does not fit its commitments",
					seat.task,
					Hex(dealing.dealer.as_ref()),
				);
				found.push((*place, ShareState::Wrong));
			} else {
				// Before the ledger says so: if the node stops in between, the share is opened again.
				store::keep_share(
					&seat.key,
					&dealing.digest,
					&secrets.wrap(&dealing.digest, share)?,
				);
				found.push((*place, ShareState::Right));
			}
		}
		Ok(found)
	}

	/// Reports a dealing that the node lacks, unless that was done a short while ago.
	fn report_missing(&mut self, seat: &chain::Seat, dealing: &Dealing) -> Option<ShareState> {
		if let Some(ShareState::Missing(at)) = dealing.share {
			if is_recent(at, self.now, COMPLAIN_EVERY) {
				return None;
			}
		}
		let task = seat.task;
		if self.summary.missing.iter().filter(|report| report.task == task).count() >= MAX_REPORTS {
			return None;
		}
		log::warn!(
			target: LOG_TARGET,
			"task {task}: this node lacks the sealed share of dealer {} (dealing {}, block {}) and \
			 cannot answer; supply it with `ostraka node supply --task {task}`",
			Hex(dealing.dealer.as_ref()),
			Hex(&dealing.digest),
			dealing.dealt_at,
		);
		self.summary.missing.push(MissingDealing {
			task,
			dealer: dealing.dealer.clone(),
			digest: dealing.digest,
			dealt_at: dealing.dealt_at,
		});
		Some(ShareState::Missing(self.now))
	}
}

/// Work of a result share over so many dealings.
pub(super) fn sum_work(seat: &chain::Seat, dealings: usize) -> u32 {
	let bytes = dealings.saturating_mul(ciphertext_len(seat.context.length()));
	ANSWER.saturating_add(dealings as u32 / 8).saturating_add((bytes / BYTES) as u32)
}

/// The seat's result share: the sum of its shares of the frozen set.
///
/// # Errors
/// `Cache` if a kept share cannot be read; it is then opened again in the next run.
pub(super) fn add_up(
	seat: &chain::Seat,
	secrets: &Secrets,
	dealings: &[Dealing],
) -> Result<SecretShare, WorkerError> {
	let length = seat.context.length();
	let mut sum = SecretShare::zero(length);
	for dealing in dealings {
		let digest = &dealing.digest;
		let share = store::kept_share(&seat.key, digest)
			.ok_or(WorkerError::Cache)
			.and_then(|record| secrets.unwrap(digest, &record, length));
		match share {
			Ok(share) => sum.add(&share)?,
			Err(error) => {
				store::forget(&seat.key, digest)?;
				return Err(error);
			},
		}
	}
	Ok(sum)
}
