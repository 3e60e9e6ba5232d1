//! Checking the proofs beside right shares, which is most of a worker's work: in batches, after all that cannot wait.
//!
//! A member looks at a proof where its share is right: a wrong share is reason enough to accuse its dealer. A verifier looks at
//! it where the commitments lie in the group, which a member found when it opened the share.

use super::{
	chain::{self, G1},
	decide::{Dealing, ShareState},
	shares::{
		accepted_copy, note, points_work, size, units, BATCH, BATCH_BYTES, BYTES, EXACT, LOOK,
	},
	Hex, Run, WorkerError, LOG_TARGET,
};
use crate::Config;
use alloc::vec::Vec;
use frame::log;
use ostraka_crypto::{messages::DealingBytes, validity::Relation};
use ostraka_protocol::worker;

/// Microseconds that a point of a proof is taken to need in a batch, in wasm, to be read, checked and multiplied: three times
/// what it needs natively.
const PROVEN: usize = 250;
/// The same for a scalar of a proof.
const SCALAR: usize = 5;

impl<T: Config> Run<T> {
	/// Checks proofs that were not looked at, as far as this run's work goes, and notes the outcome in the ledger and in
	/// `dealings`.
	///
	/// # Errors
	/// `Relation`: then no proof is looked at. `Busy`, `Record`.
	pub(super) fn check_proofs(
		&mut self,
		seat: &chain::Seat,
		dealings: &mut [Dealing],
	) -> Result<(), WorkerError> {
		let relation = self.relation(seat)?;
		let (mut found, mut batch, mut bytes) = (Vec::new(), Vec::new(), 0usize);
		let count = dealings.len();
		// Begun elsewhere in every block, as shares are.
		let first = (self.now as usize).checked_rem(count).unwrap_or_default();
		let mut waits = false;
		for place in (first..count).chain(0..first) {
			let Some(dealing) = dealings.get(place) else { continue };
			if dealing.share != Some(ShareState::Unproven) {
				continue;
			}
			// Another seat of this node on the same task has asked: a proof says the same to all.
			if let Some(state) = self.judged.get(&dealing.digest) {
				found.push((place, *state));
				continue;
			}
			if !self.take_work(LOOK) {
				waits = true;
				continue;
			}
			let Ok(copy) = accepted_copy(seat, dealing) else {
				self.report_lost(seat, dealing);
				continue;
			};
			let size = size(&copy);
			let read = u32::try_from(size / BYTES).unwrap_or(u32::MAX);
			self.spend(proof_work(&relation, PROVEN).saturating_add(read));
			batch.push((place, copy));
			bytes = bytes.saturating_add(size);
			if batch.len() >= BATCH || bytes >= BATCH_BYTES {
				found.extend(self.prove_batch(seat, &relation, dealings, &batch));
				batch.clear();
				bytes = 0;
			}
		}
		if waits {
			log::debug!(target: LOG_TARGET, "task {}: other proofs wait for the next block", seat.task);
		}
		found.extend(self.prove_batch(seat, &relation, dealings, &batch));
		note(seat, dealings, found)
	}

	/// Checks the proofs of some dealings together.
	fn prove_batch(
		&mut self,
		seat: &chain::Seat,
		relation: &Relation,
		dealings: &[Dealing],
		batch: &[(usize, DealingBytes)],
	) -> Vec<(usize, ShareState)> {
		if batch.is_empty() {
			return Vec::new();
		}
		let mut places = Vec::with_capacity(batch.len());
		let mut proven: Vec<(&[u8; 32], &DealingBytes)> = Vec::with_capacity(batch.len());
		for (place, copy) in batch {
			if let Some(dealing) = dealings.get(*place) {
				places.push(*place);
				proven.push((dealing.dealer.as_ref(), copy));
			}
		}
		let invalid = worker::invalid::<G1, _>(&seat.context, relation, &proven, &mut self.rng);
		let mut found = Vec::with_capacity(places.len());
		for (index, place) in places.into_iter().enumerate() {
			let Some(dealing) = dealings.get(place) else { continue };
			let mut state = ShareState::Right;
			if invalid.binary_search(&index).is_ok() {
				// It was looked for among the others.
				self.spend(proof_work(relation, EXACT));
				log::warn!(
					target: LOG_TARGET,
					"task {}: the proof of dealer {} that its input is valid does not hold",
					seat.task,
					Hex(dealing.dealer.as_ref()),
				);
				state = ShareState::Forged;
			}
			self.judged.insert(dealing.digest, state);
			found.push((place, state));
		}
		found
	}
}

/// Work of the check of a proof whose points take so many microseconds each.
fn proof_work(relation: &Relation, each: usize) -> u32 {
	let layout = relation.layout();
	let scalars = layout.scalars().saturating_mul(SCALAR);
	units(layout.points().saturating_mul(each).saturating_add(scalars))
}

/// Work of a challenge, which is judged here first as well.
pub(super) fn challenge_work(seat: &chain::Seat, relation: &Relation) -> u32 {
	points_work(seat, EXACT).saturating_add(proof_work(relation, EXACT))
}
