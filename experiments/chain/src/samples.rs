//! Calls of every size, their contents of no meaning: for what they weigh and how long they are. Proofs are as long as those
//! of the statistics that the chain's tasks compute here ([`edges`]).

use anyhow::{anyhow, Result};
use codec::Encode;
use frame_support::dispatch::DispatchClass;
use frame_system::CheckEra;
use ostraka_client::chain::submit::VALID_FOR;
use ostraka_primitives::{
	consent::{Policy, Quota, HISTORY, MAX_CO_DEALERS, MAX_DIFFERENCE},
	message::{ChallengeMessage, CommitmentBytes, DealingMessage, EvidenceMessage, Sealed},
	spec::{Column, Statistic, TaskSpec},
	task::{Conditions, SecurityClass},
	AccountId, WorkerSignature,
};
use ostraka_protocol::statistics::relation;
use ostraka_runtime::{
	transaction::extension, Address, RuntimeCall, Signature, TxExtension, UncheckedExtrinsic,
};
use sp_runtime::generic::Era;

/// Length of the vector of a task that is submitted.
pub const SUBMITTED_LENGTH: u32 = 8;
/// The column that is counted, and its largest value.
pub const COLUMN: &str = "loan_amount";
const LARGEST: u32 = 40_000;
/// The most rows of a dealer.
pub const MAX_ROWS: u32 = 1_000_000;

/// What a call is about; zero where it does not matter.
#[derive(Clone, Copy, Default)]
pub struct Size {
	/// Seats of the committee, `n`.
	pub seats: u32,
	/// Threshold, `t`.
	pub threshold: u32,
	/// Length of the vector, `L`.
	pub length: u32,
	/// Invited dealers.
	pub dealers: u32,
}

/// Length of a sealed share.
pub fn sealed_bytes(length: u32) -> u32 {
	32 * (length + 1) + 16
}

/// Edges of the histogram with a vector of that length: none for a single number, which is a count.
pub fn edges(length: u32) -> impl Iterator<Item = u32> {
	let edges = length.saturating_sub(1);
	let step = LARGEST.div_ceil(edges.max(1));
	(0..edges).map(move |edge| edge * step)
}

/// What is computed, with a vector of that length.
fn spec(length: u32) -> Result<TaskSpec> {
	let name = list(COLUMN.as_bytes().to_vec())?;
	let column = Column { name, decimals: 0, min: 0, max: LARGEST.into() };
	Ok(TaskSpec {
		statistic: if length > 1 { Statistic::Histogram } else { Statistic::Count },
		columns: list(vec![column])?,
		target: None,
		weight: None,
		edges: list(edges(length).map(i64::from).collect::<Vec<_>>())?,
		quantiles: Default::default(),
		group_by: None,
		max_rows: MAX_ROWS,
	})
}

/// Length of the proof that such a vector is valid.
pub fn proof_bytes(length: u32) -> Result<u32> {
	Ok(u32::try_from(relation(&spec(length)?)?.layout().proof_length())?)
}

/// What a transaction carries: ordinary ones are signed, and valid as long as clients make them; the workers' are not.
pub fn around(class: DispatchClass) -> TxExtension {
	let mut around = extension(0, false);
	if class == DispatchClass::Normal {
		around.0 .5 = CheckEra::from(Era::mortal(VALID_FOR.into(), 1));
	}
	around
}

/// Bytes of an extrinsic in a block.
pub fn bytes(call: RuntimeCall, class: DispatchClass) -> u64 {
	let around = around(class);
	let extrinsic = if class == DispatchClass::Normal {
		let signature = Signature::Sr25519(sp_core::sr25519::Signature::from_raw([0; 64]));
		UncheckedExtrinsic::new_signed(call, Address::Id(account()), signature, around)
	} else {
		UncheckedExtrinsic::new_transaction(call, around)
	};
	extrinsic.encoded_size() as u64
}

/// A list as a call takes it.
fn list<T, B: TryFrom<Vec<T>>>(items: Vec<T>) -> Result<B> {
	let count = items.len();
	B::try_from(items).map_err(|_| anyhow!("no call takes a list of {count} such items"))
}

fn account() -> AccountId {
	AccountId::new([1; 32])
}

fn signature() -> WorkerSignature {
	WorkerSignature::from_raw([0; 64])
}

/// `tasks.submit`: a histogram.
pub fn submit(dealers: u32) -> Result<RuntimeCall> {
	Ok(RuntimeCall::Tasks(pallet_tasks::Call::submit {
		spec: spec(SUBMITTED_LENGTH)?,
		conditions: Conditions {
			least_dealers: 3,
			required: Default::default(),
			counting: None,
			sealed_to: None,
		},
		class: SecurityClass::Standard,
		dealers: list(vec![account(); dealers as usize])?,
		accept: 100,
		collect: 100,
		fee: 1 << 60,
		data_reward: 1 << 60,
	}))
}

/// `tasks.accept`.
pub fn accept() -> RuntimeCall {
	RuntimeCall::Tasks(pallet_tasks::Call::accept { task: 0, terms: [0; 32], dataset: [0; 32] })
}

/// `consent.set_policy`: with as many co-dealers as there can be.
pub fn set_policy() -> Result<RuntimeCall> {
	let policy = Policy {
		quota: Some(Quota { tasks: HISTORY as u8, blocks: 1 }),
		least_cohort: 3,
		least_difference: MAX_DIFFERENCE,
		co_dealers: list(vec![account(); MAX_CO_DEALERS as usize])?,
	};
	Ok(RuntimeCall::Consent(pallet_consent::Call::set_policy { dataset: [0; 32], policy }))
}

/// `consent.remove_policy`.
pub fn remove_policy() -> RuntimeCall {
	RuntimeCall::Consent(pallet_consent::Call::remove_policy { dataset: [0; 32] })
}

fn commitments(size: Size) -> Result<CommitmentBytes> {
	list(vec![[0u8; 96]; size.threshold as usize + 1])
}

/// `vss.deal`, with a proof of so many bytes.
pub fn deal(size: Size, proof: u32) -> Result<RuntimeCall> {
	let sealed: Sealed = list(vec![0u8; sealed_bytes(size.length) as usize])?;
	let dealing = DealingMessage {
		commitments: commitments(size)?,
		ephemeral: [0; 32],
		proof: [0; 64],
		sealed: list(vec![sealed; size.seats as usize])?,
		validity: list(vec![0u8; proof as usize])?,
	};
	Ok(RuntimeCall::Vss(pallet_vss::Call::deal { task: 0, task_hash: [0; 32], dealing }))
}

/// `vss.accuse`.
pub fn accuse(size: Size) -> Result<RuntimeCall> {
	let evidence = EvidenceMessage {
		dh: [0; 32],
		dleq: [0; 64],
		commitments: commitments(size)?,
		ephemeral: [0; 32],
		sealed_hashes: list(vec![[0u8; 32]; size.seats as usize])?,
		validity_hash: [0; 32],
		sealed: list(vec![0u8; sealed_bytes(size.length) as usize])?,
	};
	Ok(RuntimeCall::Vss(pallet_vss::Call::accuse {
		task: 0,
		seat: 1,
		dealer: account(),
		digest: [0; 32],
		evidence,
		at: 1,
		signature: signature(),
	}))
}

fn shown(size: Size) -> Result<ChallengeMessage> {
	Ok(ChallengeMessage {
		commitments: commitments(size)?,
		ephemeral: [0; 32],
		sealed_hashes: list(vec![[0u8; 32]; size.seats as usize])?,
		validity: list(vec![0u8; proof_bytes(size.length)? as usize])?,
	})
}

/// `vss.challenge`.
pub fn challenge(size: Size) -> Result<RuntimeCall> {
	Ok(RuntimeCall::Vss(pallet_vss::Call::challenge {
		task: 0,
		seat: 1,
		dealer: account(),
		digest: [0; 32],
		challenge: shown(size)?,
		at: 1,
		signature: signature(),
	}))
}

/// `vss.challenge_with_bond`.
pub fn challenge_with_bond(size: Size) -> Result<RuntimeCall> {
	Ok(RuntimeCall::Vss(pallet_vss::Call::challenge_with_bond {
		task: 0,
		dealer: account(),
		digest: [0; 32],
		challenge: shown(size)?,
	}))
}

/// `vss.attest`.
pub fn attest() -> RuntimeCall {
	RuntimeCall::Vss(pallet_vss::Call::attest {
		task: 0,
		seat: 1,
		dealt: [0; 32],
		excluded: [0; 32],
		at: 1,
		signature: signature(),
	})
}

/// `vss.commit_result`.
pub fn commit() -> RuntimeCall {
	RuntimeCall::Vss(pallet_vss::Call::commit_result {
		task: 0,
		seat: 1,
		accepted_set: [0; 32],
		commitment: [0; 32],
		at: 1,
		signature: signature(),
	})
}

/// `vss.reveal_result`.
pub fn reveal(length: u32) -> Result<RuntimeCall> {
	Ok(RuntimeCall::Vss(pallet_vss::Call::reveal_result {
		task: 0,
		seat: 1,
		accepted_set: [0; 32],
		share: list(vec![0u8; 32 * (length as usize + 1)])?,
		at: 1,
		signature: signature(),
	}))
}
