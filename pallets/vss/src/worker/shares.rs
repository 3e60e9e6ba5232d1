//! Checking commitments, opening a member's sealed shares, checking them, and adding them up. Of this a verifier does the first.
//!
//! # Invariants
//! - For a verifier's seat no secret is derived.
//! - `e_j` meets a dealing only after its bytes were hashed again and gave the digest that this block's state holds as
//!   accepted, wherever the bytes came from.
//! - Nothing of a dealing is opened before its commitments were found in the subgroup of prime order, which the chain has
//!   not looked at. Dealings are taken in batches, as that check and the shares' cost many at once far less than one by one.
//! - A right share is kept, and added up when it is asked for, whatever the proof beside it, which is looked at later
//!   (`proofs`). A mask has no proof: of it nothing is left to look at.

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
use ostraka_primitives::fault::DealerFault;
use ostraka_protocol::{
	wire::dealing_bytes,
	worker::{self, Fault},
};

/// Work of a look into the database.
pub(super) const LOOK: u32 = 1;
/// Work of opening and checking one share, its bytes and commitments not counted.
const OPEN: u32 = 5;
/// Bytes of a dealing that are read and hashed for one unit of work.
pub(super) const BYTES: usize = 16 * 1024;
/// Microseconds that it takes in a batch, in wasm, to read a point and check that it lies in the subgroup: as for a proof's.
const BATCHED: usize = 250;
/// Microseconds of an exact one, by which a batch that holds a bad point finds it.
pub(super) const EXACT: usize = 460;
/// Microseconds that checking a share takes for each entry of the vector, where it is not one of a batch.
const ALONE: usize = 25;
/// Work of checking a result share and of making a message of it, its summands not counted.
const ANSWER: u32 = 10;
/// Work of an accusation, its commitments not counted.
const ACCUSE: u32 = 30;
/// Most dealings of a batch, and bytes of sealed shares and proofs after which it is full: they lie in memory together.
pub(super) const BATCH: usize = 128;
pub(super) const BATCH_BYTES: usize = 4 * 1024 * 1024;
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
	/// Checks the commitments of dealings that are not known yet, opens and checks a member's shares of them, as far as this
	/// run's work goes, and notes the outcome in the ledger and in `dealings`: of right ones that their proofs were not looked
	/// at, unless they have none.
	pub(super) fn open_new(
		&mut self,
		seat: &chain::Seat,
		dealings: &mut [Dealing],
	) -> Result<(), WorkerError> {
		let mut found = Vec::new();
		let (mut batch, mut bytes) = (Vec::new(), 0usize);
		let count = dealings.len();
		// Begun elsewhere in every block: dealings that stay missing do not keep the others from their turn.
		let first = (self.now as usize).checked_rem(count).unwrap_or_default();
		for place in (first..count).chain(0..first) {
			let Some(dealing) = dealings.get(place) else { continue };
			if dealing.share.is_some_and(ShareState::is_opened) {
				continue;
			}
			if !self.take_work(LOOK) {
				log::debug!(target: LOG_TARGET, "task {}: the rest waits for the next block", seat.task);
				break;
			}
			let Ok(copy) = accepted_copy(seat, dealing) else {
				found.extend(self.report_missing(seat, dealing).map(|state| (place, state)));
				continue;
			};
			let size = size(&copy);
			let open = if seat.state.verifies { 0 } else { OPEN };
			self.spend(open.saturating_add((size / BYTES) as u32));
			self.spend(points_work(seat, BATCHED));
			batch.push((place, copy));
			bytes = bytes.saturating_add(size);
			if batch.len() >= BATCH || bytes >= BATCH_BYTES {
				found.extend(self.open_batch(seat, dealings, &batch)?);
				batch.clear();
				bytes = 0;
			}
		}
		found.extend(self.open_batch(seat, dealings, &batch)?);
		note(seat, dealings, found)
	}

	/// Checks the commitments of some dealings together, opens and checks a member's shares of those that are sound.
	fn open_batch(
		&mut self,
		seat: &chain::Seat,
		dealings: &[Dealing],
		batch: &[(usize, DealingBytes)],
	) -> Result<Vec<(usize, ShareState)>, WorkerError> {
		if batch.is_empty() {
			return Ok(Vec::new());
		}
		let secrets = match seat.state.verifies {
			true => None,
			false => Some(self.secrets(seat)?),
		};
		let copies: Vec<&DealingBytes> = batch.iter().map(|(_, copy)| copy).collect();
		let checked = worker::commitments::<G1, _>(&seat.context, &copies, &mut self.rng);
		let (mut found, mut opened) = (Vec::new(), Vec::new());
		for ((place, copy), checked) in batch.iter().zip(checked) {
			let Some(dealing) = dealings.get(*place) else { continue };
			let dealer: &[u8; 32] = dealing.dealer.as_ref();
			let share = checked.and_then(|commitments| {
				let Some(secrets) = &secrets else { return Ok(None) };
				let j = seat.state.seat;
				let share = worker::open(&seat.context, &secrets.seal, j, dealer, copy)?;
				Ok(Some(Opened { dealing, place: *place, commitments, share }))
			});
			match share {
				Ok(Some(share)) => opened.push(share),
				Ok(None) => found.push((*place, sound(seat, dealing))),
				Err(Fault::Dealer(fault)) => {
					if fault == DealerFault::OutsideSubgroup {
						self.spend(points_work(seat, EXACT));
					}
					log::warn!(
						target: LOG_TARGET,
						"task {}: the dealing of dealer {} is bad: {fault:?}",
						seat.task,
						Hex(dealer),
					);
					// Who cannot accuse challenges.
					let state = match seat.state.verifies {
						true => ShareState::Forged,
						false => ShareState::Wrong,
					};
					found.push((*place, state));
				},
				// The chain has checked what this would be about; one odd dealing must not stop the others.
				Err(Fault::NotOurs(error)) => self.complain(seat, error.into()),
			}
		}
		found.extend(self.check_opened(seat, &opened)?);
		Ok(found)
	}

	/// Checks opened shares together, and keeps the right ones.
	fn check_opened(
		&mut self,
		seat: &chain::Seat,
		opened: &[Opened<'_>],
	) -> Result<Vec<(usize, ShareState)>, WorkerError> {
		if opened.is_empty() {
			return Ok(Vec::new());
		}
		let items: Vec<_> = opened.iter().map(|one| (&one.commitments, &one.share)).collect();
		let wrong = worker::check(&seat.context, seat.state.seat, &items, &mut self.rng);
		// A batch that does not hold is taken apart until these are found.
		let found = u32::try_from(wrong.len()).unwrap_or(u32::MAX);
		self.spend(alone_work(seat).saturating_mul(found));
		let secrets = self.secrets(seat)?;
		let mut found = Vec::with_capacity(opened.len());
		for (index, one) in opened.iter().enumerate() {
			let Opened { dealing, place, share, .. } = one;
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
				found.push((*place, sound(seat, dealing)));
			}
		}
		Ok(found)
	}

	/// Reports a dealing that the node lacks, unless that was done a short while ago, or nothing waits for it as it does not count.
	fn report_missing(&mut self, seat: &chain::Seat, dealing: &Dealing) -> Option<ShareState> {
		if !dealing.counts {
			return None;
		}
		if let Some(ShareState::Missing(at)) = dealing.share {
			if is_recent(at, self.now, COMPLAIN_EVERY) {
				return None;
			}
		}
		let so = if seat.state.verifies { "cannot check it" } else { "cannot answer" };
		self.report(seat, dealing, so).then_some(ShareState::Missing(self.now))
	}

	/// Reports one that was looked at before its copy went, at most once in [`COMPLAIN_EVERY`] blocks for a seat.
	pub(super) fn report_lost(&mut self, seat: &chain::Seat, dealing: &Dealing) {
		let kind = WorkerError::NoDealing.kind();
		if store::may_complain(&seat.key, kind, self.now, COMPLAIN_EVERY) {
			self.report(seat, dealing, "can neither check nor challenge its proof");
		}
	}

	/// Says that the node lacks a dealing, and what follows, unless many were reported in this run.
	fn report(&mut self, seat: &chain::Seat, dealing: &Dealing, so: &str) -> bool {
		let task = seat.task;
		let what = if seat.state.verifies { "dealing" } else { "sealed share" };
		if self.summary.missing.iter().filter(|report| report.task == task).count() >= MAX_REPORTS {
			return false;
		}
		log::warn!(
			target: LOG_TARGET,
			"task {task}: this node lacks the {what} of dealer {} (dealing {}, block {}) and \
			 {so}; supply it with `ostraka node supply --task {task}`",
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
		true
	}
}

/// What is known of a dealing whose commitments lie in the group and whose share, a member's, is right: of a mask, everything.
fn sound(seat: &chain::Seat, dealing: &Dealing) -> ShareState {
	match seat.context.is_mask(dealing.dealer.as_ref()) {
		true => ShareState::Right,
		false => ShareState::Unproven,
	}
}

/// Notes what was found in the ledger, and in `dealings` by place.
///
/// # Errors
/// `Busy`, `Record`.
pub(super) fn note(
	seat: &chain::Seat,
	dealings: &mut [Dealing],
	found: Vec<(usize, ShareState)>,
) -> Result<(), WorkerError> {
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

/// Bytes of a dealing that grow with the task.
pub(super) fn size(dealing: &DealingBytes) -> usize {
	let sealed: usize = dealing.sealed.iter().map(Vec::len).sum();
	sealed.saturating_add(dealing.validity.len())
}

/// A dealing whose share was opened.
struct Opened<'a> {
	/// As this block's state holds it.
	dealing: &'a Dealing,
	/// Its place among those of the run.
	place: usize,
	/// Its commitments, which are in the group.
	commitments: Commitments<G1>,
	/// The seat's share.
	share: SecretShare,
}

/// Work of checks of a dealing's commitments that take so many microseconds a point.
pub(super) fn points_work(seat: &chain::Seat, each: usize) -> u32 {
	units(seat.context.commitments().saturating_mul(each))
}

/// Work of finding a wrong share among others.
fn alone_work(seat: &chain::Seat) -> u32 {
	OPEN.saturating_add(units(seat.context.length().saturating_mul(ALONE)))
}

/// Units of work, each a tenth of a millisecond.
pub(super) fn units(microseconds: usize) -> u32 {
	u32::try_from(microseconds.div_ceil(100)).unwrap_or(u32::MAX)
}

/// Work of an accusation, which is judged here first, its commitments before all else.
pub(super) fn accuse_work(seat: &chain::Seat) -> u32 {
	ACCUSE.saturating_add(points_work(seat, EXACT))
}

/// Work of a result share over so many dealings.
pub(super) fn sum_work(seat: &chain::Seat, dealings: usize) -> u32 {
	let bytes = dealings.saturating_mul(ciphertext_len(seat.context.length()));
	ANSWER.saturating_add(dealings as u32 / 8).saturating_add((bytes / BYTES) as u32)
}

/// The seat's result share: the sum of its shares of the frozen set.
///
/// # Errors
/// `Cache` if a kept share cannot be read; it is then opened again in the next run. `Record` if another release kept it.
pub(super) fn add_up(
	seat: &chain::Seat,
	secrets: &Secrets,
	dealings: &[Dealing],
) -> Result<SecretShare, WorkerError> {
	let length = seat.context.length();
	let mut sum = SecretShare::zero(length);
	for dealing in dealings {
		let digest = &dealing.digest;
		let share = store::kept_share(&seat.key, digest)?
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
