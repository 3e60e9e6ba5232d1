//! Randomness of draws, read of the relay chain.
//!
//! A seed must be unknown until the last dealer has accepted, and nobody may choose it. The inherent of every block carries a
//! proof of some of the relay chain's state; of it this module takes the relay parent's *epoch* with the *epoch
//! randomness*, and the *VRF output* of the relay parent's author, which that author can withhold together with its block, but
//! not choose.
//!
//! - Standard and Confidential: the VRF outputs of the relay blocks that our chain was built on, each hashed with what
//!   those before it gave, up to the first block whose *number* is at least [`RelayDelay`] above that of the relay parent in
//!   whose block inviting ended. Several of our blocks on one relay parent see one output, so how fast our chain is
//!   changes nothing. A chain of outputs and not one alone: an author knows its own for all of its slots an epoch ahead, and
//!   were one enough, its accomplice among the dealers would accept last just before the one that suits.
//! - Restricted: the epoch randomness alone, of the first epoch told of that is at least two later. It
//!   accumulates the VRF outputs of a whole epoch that began after the last acceptance.
//! - Either seed stays the draw's only one: everybody knows it while the draw waits for nodes, so another one would be
//!   another try for who can make a draw fail. The task book remembers what the relay chain said; a draw whose block or epoch
//!   is forgotten is not drawn.
//! - On a chain marked insecure no class waits for epochs, and where its mock relay chain has no VRF outputs the storage root
//!   stands in for them: it is predictable anyway.
//!
//! A collator that leaves what is needed out of the proof makes no valid block. What it can do is withhold its block.

use crate::{Runtime, Tasks};
use codec::Encode;
use cumulus_pallet_parachain_system::{OnSystemEvent, RelayChainStateProof};
use cumulus_primitives_core::{
	relay_chain::well_known_keys, PersistedValidationData, RelayProofRequest, RelayStorageKey,
};
use frame_support::{traits::Get, weights::Weight};
use ostraka_primitives::{
	task::SecurityClass,
	traits::{DrawEntropy, RelayMoment, Seed},
};
use pallet_network::{Relay, RelayView, Solo};
use pallet_tasks::RelayBlocks;

/// Relay blocks from the end of inviting to the first whose VRF output may be the last in a draw's seed. The relay chain's
/// own re-orgs are shorter. A chain of one process has nobody to guard against.
pub struct RelayDelay;

impl Get<u32> for RelayDelay {
	fn get() -> u32 {
		match Solo::<Runtime>::get() {
			true => 1,
			false => 4,
		}
	}
}

/// Bound of the proof of what is kept of the relay chain: five values, the longest of 2,562 bytes, each with its way through
/// the state's trie.
const RELAY_PROOF: u64 = 5 * 1_485 + 2_562 + 1_281;

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
		let number = data.relay_parent_number;
		let view = Relay::<Runtime>::mutate(|view| {
			view.number = number;
			*view
		});
		let mock = Tasks::is_insecure().then_some(data.relay_parent_storage_root.0);
		if let Some(output) = view.author_vrf.or(mock) {
			let before = RelayBlocks::<Runtime>::get().last().map(|known| known.randomness);
			let input = (b"ostraka/relay-blocks/v1", before, number, output).encode();
			Tasks::note_relay_block(number, sp_io::hashing::sha2_256(&input));
		}
	}

	fn on_validation_code_applied() {}

	/// # Panics
	/// If the proof neither holds nor provably lacks what draws need: whoever makes the block may not choose what it shows.
	/// The panic makes the block invalid, as those of cumulus on the other keys do.
	#[allow(clippy::expect_used)]
	fn on_relay_state_proof(proof: &RelayChainStateProof) -> Weight {
		let epoch = proof
			.read_optional_entry::<u64>(well_known_keys::EPOCH_INDEX)
			.expect("the proof holds the relay chain's epoch");
		let randomness = proof
			.read_optional_entry::<[u8; 32]>(well_known_keys::ONE_EPOCH_AGO_RANDOMNESS)
			.expect("the proof holds the relay chain's epoch randomness");
		let author_vrf = proof
			.read_optional_entry::<Option<[u8; 32]>>(well_known_keys::CURRENT_BLOCK_RANDOMNESS)
			.expect("the proof holds the VRF output of the relay parent's author")
			.flatten();
		let epoch_now = epoch.unwrap_or_default();
		Relay::<Runtime>::put(RelayView { epoch: epoch_now, author_vrf, ..Default::default() });
		if let (Some(epoch), Some(randomness)) = (epoch, randomness) {
			Tasks::note_relay_epoch(epoch, randomness);
		}
		<Runtime as frame_system::Config>::DbWeight::get()
			.reads_writes(5, 5)
			.saturating_add(Weight::from_parts(0, RELAY_PROOF))
	}
}

impl DrawEntropy for RelayEntropy {
	fn seed(class: SecurityClass, after: &RelayMoment) -> Seed {
		let input = if class == SecurityClass::Restricted && !Tasks::is_insecure() {
			let least = after.epoch.saturating_add(2);
			let Some(first) = Tasks::first_relay_epoch(after.epoch, least) else {
				return Seed::Epoch(least);
			};
			(b"ostraka/draw-epoch/v1", first.randomness).encode()
		} else {
			let least = after.number.saturating_add(RelayDelay::get());
			let Some(first) = Tasks::first_relay_block(least) else { return Seed::Soon };
			(b"ostraka/draw-block/v2", first.randomness).encode()
		};
		Seed::Known(sp_io::hashing::sha2_256(&input))
	}

	fn moment() -> RelayMoment {
		let RelayView { number, epoch, .. } = Relay::<Runtime>::get();
		RelayMoment { number, epoch }
	}
}
