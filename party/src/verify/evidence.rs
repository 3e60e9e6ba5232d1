//! What was gathered of a task.

use crate::mask::Opening;
use alloc::{collections::BTreeSet, vec::Vec};
use ostraka_crypto::messages::{DealingBytes, EvidenceBytes};
use ostraka_primitives::{
	api::TaskInfo,
	task::{Committee, Panel, TaskResult},
	AccountId, Digest, TaskId,
};
use ostraka_protocol::{adjudicator::AcceptedDigest, Version};

/// A dealing whose proof of `ρ` holds. What it proves of its input is bytes here.
#[derive(Clone, Debug)]
pub struct Dealing {
	/// The dealer that the proof of `ρ` names.
	pub dealer: AccountId,
	/// Block whose body holds it.
	pub block: u32,
	/// Its digest, of the proof's check.
	pub digest: AcceptedDigest,
	/// The dealing; read from a transcript, without the sealed shares, of which nothing here is opened.
	pub bytes: DealingBytes,
	/// Whether the chain took it, as far as its state or its events tell.
	pub taken: Option<bool>,
}

/// An accusation.
#[derive(Clone, Debug)]
pub struct Accusation {
	/// Block whose body holds it.
	pub block: u32,
	/// The accuser's seat.
	pub seat: u8,
	/// The accused.
	pub dealer: AccountId,
	/// Digest of the dealing.
	pub digest: Digest,
	/// The evidence.
	pub evidence: EvidenceBytes,
}

/// A result share.
#[derive(Clone, Debug)]
pub struct Share {
	/// Block whose body holds it.
	pub block: u32,
	/// The seat.
	pub seat: u8,
	/// `y_j`, then `γ_j`.
	pub share: Vec<u8>,
}

/// All that was gathered of a task.
#[derive(Clone, Debug)]
pub struct Evidence {
	/// Hash of the chain's first block.
	pub genesis: Digest,
	/// The task.
	pub task: TaskId,
	/// The protocol that it follows.
	pub version: Version,
	/// Its record.
	pub info: TaskInfo,
	/// Its committee, if the node still knows it.
	pub committee: Option<Committee>,
	/// Its panel; empty where the class asks for none, and where the committee is not known.
	pub panel: Panel,
	/// Its result.
	pub result: TaskResult,
	/// What opens the mask of a sealed result, if somebody showed it. Whether it does is checked.
	pub opening: Option<Opening>,
	/// Dealings whose proof of `ρ` holds, in the order of their blocks: of each dealer all that the chain may have taken.
	pub dealings: Vec<Dealing>,
	/// Accusations.
	pub accusations: Vec<Accusation>,
	/// Digests of those of the dealings that somebody challenged. What a challenge shows is in the dealing.
	pub challenged: BTreeSet<Digest>,
	/// Result shares with the result's `h_A`, in the order of their blocks: all that may be a seat's.
	pub shares: Vec<Share>,
}
