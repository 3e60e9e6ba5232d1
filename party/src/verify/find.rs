//! The protocol's messages in block bodies.
//!
//! A message is found by the head of its call (pallet, call, task, and the task hash or `h_A` that it carries) anywhere
//! in an extrinsic's bytes, so that it makes no difference whether it was sent alone, in a batch or through a proxy,
//! and the envelope need not be understood. Anyone can put such bytes into a block, in a remark for instance. What is found
//! this way is believed only for what it proves: a dealing by its proof, which covers the task hash and the dealer; the
//! whole set of dealings by `h_A`; a result share by the aggregate; a cohort by its hash. Nothing that is found may stand
//! in the way of what comes after it.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use ostraka_primitives::{
	message::{DealingMessage, EvidenceMessage, ResultShareBytes},
	spec::TaskSpec,
	task::SecurityClass,
	AccountId, Digest, TaskId, MAX_DEALERS,
};
use sp_core::{bounded::BoundedVec, ConstU32};

/// The dealers that a task invites.
pub type Dealers = BoundedVec<AccountId, ConstU32<MAX_DEALERS>>;

/// Pallet and call, as they stand in an extrinsic.
pub type CallIndex = [u8; 2];

/// The calls to look for.
#[derive(Clone, Copy, Debug)]
pub struct Indices {
	/// `Vss.deal`.
	pub deal: CallIndex,
	/// `Vss.accuse`.
	pub accuse: CallIndex,
	/// `Vss.reveal_result`.
	pub reveal: CallIndex,
	/// `Tasks.submit`.
	pub submit: CallIndex,
}

impl Indices {
	/// Reads them by a lookup of a pallet's call in a chain's metadata.
	pub fn new(index: impl Fn(&str, &str) -> Option<CallIndex>) -> Option<Self> {
		Some(Self {
			deal: index("Vss", "deal")?,
			accuse: index("Vss", "accuse")?,
			reveal: index("Vss", "reveal_result")?,
			submit: index("Tasks", "submit")?,
		})
	}
}

/// A dealing in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDealing {
	/// The account that signed the extrinsic, if one did.
	pub signer: Option<AccountId>,
	/// The dealing.
	pub dealing: DealingMessage,
}

/// An accusation in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAccusation {
	/// The accuser's seat.
	pub seat: u8,
	/// The accused.
	pub dealer: AccountId,
	/// Digest of the dealing.
	pub digest: Digest,
	/// The evidence.
	pub evidence: EvidenceMessage,
}

/// A result share in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundShare {
	/// The seat.
	pub seat: u8,
	/// `y_j`, then `γ_j`.
	pub share: ResultShareBytes,
}

/// The messages behind a pattern. What one takes up is not searched again, so that all of them together are no longer
/// than the bytes: else a pattern repeated within a message would make a long one of each of its bytes.
fn messages<T: Decode>(bytes: &[u8], pattern: &[u8]) -> Vec<T> {
	let mut found = Vec::new();
	let mut rest = bytes;
	while let Some(start) = rest.windows(pattern.len()).position(|window| window == pattern) {
		let mut behind = rest.get(start + pattern.len()..).unwrap_or_default();
		rest = match T::decode(&mut behind) {
			Ok(message) => {
				found.push(message);
				behind
			},
			Err(_) => rest.get(start + 1..).unwrap_or_default(),
		};
	}
	found
}

/// The account that signed an extrinsic (version 4, address form `Id`).
fn signer(extrinsic: &[u8]) -> Option<AccountId> {
	match extrinsic {
		[0x84, 0, rest @ ..] => AccountId::decode(&mut &*rest).ok(),
		_ => None,
	}
}

/// The dealings of a task.
pub fn dealings(
	extrinsic: &[u8],
	indices: &Indices,
	task: TaskId,
	task_hash: &Digest,
) -> Vec<FoundDealing> {
	let pattern = (indices.deal, task, task_hash).encode();
	messages(extrinsic, &pattern)
		.into_iter()
		.map(|dealing| FoundDealing { signer: signer(extrinsic), dealing })
		.collect()
}

/// The accusations in a task.
pub fn accusations(extrinsic: &[u8], indices: &Indices, task: TaskId) -> Vec<FoundAccusation> {
	let pattern = (indices.accuse, task).encode();
	messages::<(u8, AccountId, Digest, EvidenceMessage)>(extrinsic, &pattern)
		.into_iter()
		.map(|(seat, dealer, digest, evidence)| FoundAccusation { seat, dealer, digest, evidence })
		.collect()
}

/// The result shares of a task with that accepted set.
pub fn shares(
	extrinsic: &[u8],
	indices: &Indices,
	task: TaskId,
	accepted_set: &Digest,
) -> Vec<FoundShare> {
	let pattern = (indices.reveal, task).encode();
	messages::<(u8, Digest, ResultShareBytes)>(extrinsic, &pattern)
		.into_iter()
		.filter(|(_, set, _)| set == accepted_set)
		.map(|(seat, _, share)| FoundShare { seat, share })
		.collect()
}

/// The cohorts that submissions of a spec under a class name.
pub fn cohorts(
	extrinsic: &[u8],
	indices: &Indices,
	spec: &TaskSpec,
	class: SecurityClass,
) -> Vec<Dealers> {
	messages(extrinsic, &(indices.submit, spec, class).encode())
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::spec::Statistic;
	use proptest::prelude::*;

	const INDICES: Indices =
		Indices { deal: [9, 0], accuse: [9, 1], reveal: [9, 3], submit: [8, 0] };

	fn message() -> DealingMessage {
		DealingMessage {
			commitments: vec![[1; 96], [2; 96]].try_into().expect("two"),
			ephemeral: [3; 32],
			proof: [4; 64],
			sealed: vec![vec![5; 80].try_into().expect("short")].try_into().expect("one"),
		}
	}

	#[test]
	fn a_dealing_is_found_alone_and_in_a_batch() {
		let call = (INDICES.deal, 7u32, [8u8; 32], message()).encode();
		let alone = [vec![0x84, 0], vec![6; 32], vec![1; 70], call.clone()].concat();
		let found = dealings(&alone, &INDICES, 7, &[8; 32]);
		assert_eq!(
			found,
			[FoundDealing { signer: Some(AccountId::new([6; 32])), dealing: message() }]
		);
		let batch = [vec![0x84, 0], vec![6; 32], vec![40, 2, 8], call.clone(), call].concat();
		assert_eq!(dealings(&batch, &INDICES, 7, &[8; 32]).len(), 2);
		assert!(dealings(&alone, &INDICES, 8, &[8; 32]).is_empty());
		assert!(dealings(&alone, &INDICES, 7, &[9; 32]).is_empty());
	}

	#[test]
	fn a_result_share_is_found_with_its_accepted_set() {
		let share: ResultShareBytes = vec![1; 64].try_into().expect("short");
		let call =
			(INDICES.reveal, 7u32, 2u8, [8u8; 32], share.clone(), 100u32, [0u8; 64]).encode();
		let extrinsic = [vec![0x45, 0, 0, 1], call].concat();
		assert_eq!(shares(&extrinsic, &INDICES, 7, &[8; 32]), [FoundShare { seat: 2, share }]);
		assert!(shares(&extrinsic, &INDICES, 7, &[7; 32]).is_empty());
	}

	#[test]
	fn a_cohort_is_found_with_its_spec() {
		let spec = |max_rows| TaskSpec {
			statistic: Statistic::Contributors,
			columns: Default::default(),
			target: None,
			weight: None,
			edges: Default::default(),
			quantiles: Default::default(),
			group_by: None,
			max_rows,
		};
		let dealers: Dealers =
			vec![AccountId::new([1; 32]), AccountId::new([2; 32])].try_into().expect("two");
		let class = SecurityClass::Confidential;
		let call = (INDICES.submit, spec(7), class, &dealers, 50u32, 300u32, 1u128, 0u128).encode();
		let extrinsic = [vec![0x84, 0, 1, 1], call].concat();
		assert_eq!(cohorts(&extrinsic, &INDICES, &spec(7), class), [dealers]);
		assert!(cohorts(&extrinsic, &INDICES, &spec(8), class).is_empty());
		assert!(cohorts(&extrinsic, &INDICES, &spec(7), SecurityClass::Standard).is_empty());
	}

	#[test]
	fn a_pattern_within_a_message_makes_no_second_one() {
		let pattern = (INDICES.reveal, 7u32, 2u8, [8u8; 32]).encode();
		let nested: ResultShareBytes =
			[pattern.clone(), vec![4, 9]].concat().try_into().expect("short");
		let extrinsic = [pattern.clone(), nested.encode(), pattern, vec![4, 5]].concat();
		let found = shares(&extrinsic, &INDICES, 7, &[8; 32]);
		assert_eq!(found.len(), 2);
		assert_eq!(found[1].share.as_slice(), [5]);
	}

	proptest! {
		#[test]
		fn random_bytes_hold_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
			prop_assert!(dealings(&bytes, &INDICES, 7, &[8; 32]).is_empty());
			let headed = [(INDICES.accuse, 7u32).encode(), bytes].concat();
			let _ = accusations(&headed, &INDICES, 7);
			let _ = shares(&headed, &INDICES, 7, &[0; 32]);
		}
	}
}
