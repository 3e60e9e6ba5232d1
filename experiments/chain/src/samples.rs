//! Calls of every size, their contents of no meaning: for what they weigh and how long they are.

use anyhow::{anyhow, Result};
use codec::Encode;
use frame_support::dispatch::DispatchClass;
use frame_system::CheckEra;
use ostraka_client::chain::submit::VALID_FOR;
use ostraka_primitives::{
	message::{DealingMessage, EvidenceMessage, Sealed},
	spec::{Column, Statistic, TaskSpec},
	task::SecurityClass,
	AccountId, WorkerSignature,
};
use ostraka_runtime::{
	transaction::extension, Address, RuntimeCall, Signature, TxExtension, UncheckedExtrinsic,
};
use sp_runtime::generic::Era;

/// Length of the vector of a task that is submitted.
pub const SUBMITTED_LENGTH: u32 = 8;

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
	let column = Column { name: list(b"loan_amount".to_vec())?, decimals: 0, min: 0, max: 40_000 };
	let spec = TaskSpec {
		statistic: Statistic::Histogram,
		columns: list(vec![column])?,
		target: None,
		weight: None,
		edges: list((1..i64::from(SUBMITTED_LENGTH)).collect::<Vec<_>>())?,
		quantiles: Default::default(),
		group_by: None,
		max_rows: 1_000,
	};
	Ok(RuntimeCall::Tasks(pallet_tasks::Call::submit {
		spec,
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
	RuntimeCall::Tasks(pallet_tasks::Call::accept { task: 0, terms: [0; 32] })
}

/// `vss.deal`.
pub fn deal(size: Size) -> Result<RuntimeCall> {
	let sealed: Sealed = list(vec![0u8; sealed_bytes(size.length) as usize])?;
	let dealing = DealingMessage {
		commitments: list(vec![[0u8; 96]; size.threshold as usize + 1])?,
		ephemeral: [0; 32],
		proof: [0; 64],
		sealed: list(vec![sealed; size.seats as usize])?,
	};
	Ok(RuntimeCall::Vss(pallet_vss::Call::deal { task: 0, task_hash: [0; 32], dealing }))
}

/// `vss.accuse`.
pub fn accuse(size: Size) -> Result<RuntimeCall> {
	let evidence = EvidenceMessage {
		dh: [0; 32],
		dleq: [0; 64],
		commitments: list(vec![[0u8; 96]; size.threshold as usize + 1])?,
		ephemeral: [0; 32],
		sealed_hashes: list(vec![[0u8; 32]; size.seats as usize])?,
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

/// `vss.attest`.
pub fn attest() -> RuntimeCall {
	RuntimeCall::Vss(pallet_vss::Call::attest {
		task: 0,
		seat: 1,
		dealt: [0; 32],
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
