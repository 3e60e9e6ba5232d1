//! A recorder of the proof, of which a test says by how much a neighbour's work lets it grow, and a [`Reclaim`] that gives back
//! what it did not see.

use super::world;
use crate::*;
use frame::deps::frame_support::weights::WeightMeter;

/// Gives three quarters of what the recorder did not see back. Without a recorder, as all tests begin, nothing.
pub struct Unseen {
	recorded: Option<u64>,
	claimed: u64,
}

impl Reclaim for Unseen {
	fn begin(meter: &WeightMeter) -> Self {
		let recorded = world(|world| {
			assert!(!core::mem::replace(&mut world.in_step, true), "a step within a step");
			world.recorded
		});
		Self { recorded, claimed: meter.consumed().proof_size() }
	}

	fn end(self, meter: &mut WeightMeter) {
		let now = world(|world| {
			world.in_step = false;
			world.recorded
		});
		let (Some(before), Some(now)) = (self.recorded, now) else { return };
		let claimed = meter.consumed().proof_size() - self.claimed;
		let unseen = claimed.saturating_sub(now - before);
		meter.reclaim_proof_size(unseen - unseen.div_ceil(4));
	}
}

/// The recorder grows by so many times what a neighbour's work lets it grow by.
pub fn grow(times: u64) {
	world(|world| {
		let more = times * world.grows;
		world.recorded = world.recorded.map(|recorded| recorded + more);
	});
}
