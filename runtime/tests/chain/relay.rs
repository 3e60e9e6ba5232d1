//! What the relay chain says, in tests: to a collator, and to the runtime.

use super::{Chain, RELAY_EPOCH};
use codec::{Decode, Encode};
use cumulus_pallet_parachain_system::{OnSystemEvent, RelayChainStateProof};
use cumulus_primitives_core::{
	relay_chain::{well_known_keys::CURRENT_BLOCK_RANDOMNESS, HeadData},
	PersistedValidationData,
};
use cumulus_primitives_parachain_inherent::{ParachainInherentData, INHERENT_IDENTIFIER};
use cumulus_test_relay_sproof_builder::RelayStateSproofBuilder;
use ostraka_runtime::{entropy::RelayEntropy, ParachainInfo, Tasks, SLOT_DURATION};
use sp_inherents::InherentData;
use std::collections::BTreeSet;

impl Chain {
	/// What a collator says of the relay chain, in whose newest block our included block is.
	pub(super) fn inherents(&mut self) -> InherentData {
		let (para_id, insecure) =
			self.look(|| (ParachainInfo::parachain_id(), Tasks::is_insecure()));
		let vrf = (!insecure).then(|| vrf_output(self.relay));
		let mut state = relay_state(self.relay, vrf);
		state.para_id = para_id;
		state.included_para_head = Some(HeadData(self.included.encode()));
		state.dmq_mqc_head = self.downward.head();
		// Were its leaf short, it would stand within a node that other keys need.
		if let Some(key) = self.left_out {
			state.additional_key_values.push(([key, b"/beside"].concat(), vec![1; 64]));
		}
		let (root, mut proof) = state.into_state_root_and_proof();
		if let Some(key) = self.left_out {
			// All of a key but the prefix that others share stands in one node.
			let own = &key[17..];
			let nodes = proof.into_nodes().into_iter();
			let others = nodes.filter(|node| !node.windows(own.len()).any(|part| part == own));
			let others: BTreeSet<Vec<u8>> = others.collect();
			proof = Decode::decode(&mut others.encode().as_slice()).unwrap();
		}
		let relay = ParachainInherentData {
			validation_data: PersistedValidationData {
				parent_head: HeadData(self.parent.encode()),
				relay_parent_number: self.relay as u32,
				relay_parent_storage_root: root,
				max_pov_size: 5 * 1024 * 1024,
			},
			relay_chain_state: proof,
			downward_messages: self.downward.messages(),
			horizontal_messages: Default::default(),
			relay_parent_descendants: Default::default(),
			collator_peer_id: None,
		};
		let mut data = InherentData::new();
		data.put_data(INHERENT_IDENTIFIER, &relay).unwrap();
		data.put_data(*b"timstap0", &(self.relay * SLOT_DURATION)).unwrap();
		data
	}
}

/// The VRF output of a relay block's author.
fn vrf_output(relay: u64) -> [u8; 32] {
	sp_io::hashing::blake2_256(&(b"vrf", relay).encode())
}

/// State of a relay chain after the block with this number, whose author had this VRF output.
fn relay_state(number: u64, vrf: Option<[u8; 32]>) -> RelayStateSproofBuilder {
	let epoch = number / RELAY_EPOCH;
	let vrf = vrf.map(|output| (CURRENT_BLOCK_RANDOMNESS.to_vec(), Some(output).encode()));
	RelayStateSproofBuilder {
		current_slot: number.into(),
		current_epoch: epoch,
		randomness: sp_io::hashing::blake2_256(&epoch.encode()).into(),
		additional_key_values: vrf.into_iter().collect(),
		..Default::default()
	}
}

/// Tells the runtime of a relay parent, as the inherent of a block does.
pub fn tell_relay(number: u32, vrf: Option<[u8; 32]>) {
	let para_id = ParachainInfo::parachain_id();
	let (root, proof) = relay_state(number.into(), vrf).into_state_root_and_proof();
	let proof = RelayChainStateProof::new(para_id, root, proof).unwrap();
	<RelayEntropy as OnSystemEvent>::on_relay_state_proof(&proof);
	<RelayEntropy as OnSystemEvent>::on_validation_data(&PersistedValidationData {
		parent_head: HeadData(Vec::new()),
		relay_parent_number: number,
		relay_parent_storage_root: root,
		max_pov_size: 5 * 1024 * 1024,
	});
}
