//! Randomness of draws, read of the relay chain.
//!
//! A seed must be unknown to whoever submits a task. The inherent of every block carries a proof of some of the
//! relay chain's state; of it this module takes the *epoch* and the *epoch randomness*, the newest that the relay
//! chain's block production drew, which changes with the epoch. There is none in the first epoch.
//!
//! - Standard and Confidential: the storage root of the relay parent of the block that draws, mixed with the epoch
//!   randomness. A collator that withholds its block can have another try at it, no more.
//! - Restricted: the epoch randomness alone, of the first epoch told of that is at least two after the submission's. It
//!   accumulates the VRF outputs of a whole epoch that began after the submission, and no collator has a say in it.
//!   Everybody knows this seed while the draw waits for nodes, so it stays the task's only one: a later epoch's would be
//!   another try for who can make a draw fail. The task book remembers the epochs of a draw's whole window; a task whose
//!   first one is forgotten, or cannot be told, is not drawn.
//! - On a chain marked insecure no class waits: a development node's mock relay chain is predictable anyway.
//!
//! A collator may leave nodes out of the proof. Then the block draws nothing by its storage root, and counts a
//! submission as one of the next epoch: that can delay a draw, not choose among seeds. If so many blocks leave them out
//! that the next epoch told of is later than the one after that, nobody knows which was the submission's, and it is not
//! drawn.

use crate::{Runtime, Tasks};
use codec::Encode;
use cumulus_pallet_parachain_system::{OnSystemEvent, RelayChainStateProof};
use cumulus_primitives_core::{
	relay_chain::well_known_keys, PersistedValidationData, RelayProofRequest, RelayStorageKey,
};
use frame_support::weights::Weight;
use ostraka_primitives::{task::SecurityClass, traits::DrawEntropy};
use pallet_network::{Relay, RelayView};

/// The relay chain's randomness.
pub struct RelayEntropy;

impl RelayEntropy {
	/// Keys, beside the usual ones, that collators must prove of the relay chain's state.
	pub fn keys_to_prove() -> RelayProofRequest {
		let epoch = RelayStorageKey::Top(well_known_keys::EPOCH_INDEX.to_vec());
		RelayProofRequest { keys: [epoch].into() }
	}
}

impl OnSystemEvent for RelayEntropy {
	/// Runs after [`Self::on_relay_state_proof`] of the same block.
	fn on_validation_data(data: &PersistedValidationData) {
		Relay::<Runtime>::mutate(|view| view.storage_root = data.relay_parent_storage_root.0);
	}

	fn on_validation_code_applied() {}

	fn on_relay_state_proof(proof: &RelayChainStateProof) -> Weight {
		let epoch = proof.read_optional_entry::<u64>(well_known_keys::EPOCH_INDEX);
		let randomness =
			proof.read_optional_entry::<[u8; 32]>(well_known_keys::ONE_EPOCH_AGO_RANDOMNESS);
		Relay::<Runtime>::put(RelayView {
			complete: epoch.is_ok() && randomness.is_ok(),
			..Default::default()
		});
		if let (Ok(Some(epoch)), Ok(Some(randomness))) = (epoch, randomness) {
			Tasks::note_relay_epoch(epoch, randomness);
		}
		<Runtime as frame_system::Config>::DbWeight::get().reads_writes(2, 3)
	}
}

impl DrawEntropy for RelayEntropy {
	fn seed(class: SecurityClass, submitted_epoch: u64) -> Option<[u8; 32]> {
		let input = if class == SecurityClass::Restricted && !Tasks::is_insecure() {
			let first = Tasks::first_relay_epoch(submitted_epoch, submitted_epoch.checked_add(2)?)?;
			(b"ostraka/draw-epoch/v1", first.randomness).encode()
		} else {
			let view = Relay::<Runtime>::get();
			if !view.complete {
				return None;
			}
			let randomness = Tasks::relay_epoch().map(|known| known.randomness);
			(b"ostraka/draw-block/v1", view.storage_root, randomness).encode()
		};
		Some(sp_io::hashing::sha2_256(&input))
	}

	fn epoch() -> u64 {
		let known = Tasks::relay_epoch().map_or(0, |known| known.epoch);
		match Relay::<Runtime>::get().complete {
			true => known,
			false => known.saturating_add(1),
		}
	}
}
