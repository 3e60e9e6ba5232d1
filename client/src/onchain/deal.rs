//! A dealer's acts on a chain once it has accepted: it waits for the draw, deals, and waits until that is final.

use crate::{
	chain::{calls, state::DealingRecord, Chain, ChainError, Receipt, Signer},
	dealing,
	error::Error,
};
use ostraka_crypto::seal::ciphertext_len;
use ostraka_primitives::{
	api::TaskInfo,
	message::DealingMessage,
	spec::TaskSpec,
	task::{ClassParameters, Task, TaskStatus},
	AccountId, Balance, PointBytes, TaskId,
};
use ostraka_protocol::{
	statistics::{proof_length, Encoded},
	TaskContext,
};
use rand_core::OsRng;
use std::time::{Duration, Instant};

/// Attempts at a dealing that no block takes.
const ATTEMPTS: u32 = 3;
/// What a dealer should have beyond the deposit, for the transaction fees and to stay alive: this part of the deposit,
/// and this multiple of the existential deposit.
const FEE_PART: Balance = 20;
const ALIVE: Balance = 10;
/// What counts as all of something, in the chain's shares.
const WHOLE: Balance = 1_000_000;
/// Bytes of a transaction around the shares, commitments and proof of a dealing, more rather than less.
const ENVELOPE: u32 = 512;

/// A dealing that is on the chain for good.
#[derive(Clone, Debug)]
pub struct Dealt {
	/// Its transaction.
	pub receipt: Receipt,
	/// What proves that its input is valid.
	pub proof: Proof,
}

/// A dealing's proof that its input is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
	/// Its bytes.
	pub bytes: usize,
	/// How long it took to make it and the rest of its dealing.
	pub took: Duration,
}

/// Waits until a task is drawn in a block that is final, or ends before. A draw on a fork that loses names another
/// committee: the chain would refuse what is sealed for it.
///
/// # Errors
/// `Chain`.
pub async fn drawn(chain: &Chain, task: TaskId) -> Result<TaskInfo, Error> {
	loop {
		let head = chain.head();
		let info = chain.task_at(task, head).await?;
		match (info.task.drawn_at, &info.task.status) {
			(Some(block), _) => {
				let last = chain.wait_final(block).await?;
				// the draw as it is for good, the phase as it is by now
				let (fixed, now) = (chain.task_at(task, last).await?, chain.task(task).await?);
				if fixed.task.drawn_at.is_some() && fixed.task.task_hash == now.task.task_hash {
					return Ok(now);
				}
				chain.next_head(head).await?;
			},
			(None, TaskStatus::Inviting { .. } | TaskStatus::Drawing { .. }) => {
				chain.next_head(head).await?;
			},
			(None, _) => return Ok(info),
		}
	}
}

/// What is held of a dealer that accepts now, until the task is settled.
///
/// # Errors
/// `Chain`.
pub async fn deposit(chain: &Chain) -> Result<Balance, ChainError> {
	Ok(chain.prices().await?.dealer_deposit)
}

/// The share of a dealer's deposit that a constant of the chain states; `None` if it has no such constant.
pub(super) fn share_of(chain: &Chain, deposit: Balance, constant: &str) -> Option<Balance> {
	let share: u32 = chain.constant("Incentives", constant)?;
	Some(deposit.saturating_mul(share.into()) / WHOLE)
}

/// Bytes of the transaction that deals to a task.
pub fn bytes(task: &Task) -> u32 {
	let ClassParameters { seats, threshold, .. } = task.parameters;
	let sealed = ciphertext_len(task.spec.length() as usize).saturating_mul(seats.into());
	let points = (usize::from(threshold) + 1).saturating_mul(size_of::<PointBytes>());
	let proof = proof_length(&task.spec).unwrap_or_default();
	let bytes = u32::try_from(sealed.saturating_add(points)).unwrap_or(u32::MAX);
	bytes.saturating_add(proof).saturating_add(ENVELOPE)
}

/// What a dealer has to hold free for one task, which it accepts and deals to: more than that for one whose dealings are long
/// ([`bytes`]).
///
/// # Errors
/// `Chain`.
pub async fn needed(chain: &Chain) -> Result<Balance, ChainError> {
	let deposit = deposit(chain).await?;
	let existential: Balance = chain.constant("Balances", "ExistentialDeposit").unwrap_or_default();
	let alive = existential.saturating_mul(ALIVE);
	Ok(deposit.saturating_add(deposit / FEE_PART).saturating_add(alive))
}

/// Makes a dealing to a task that computes `spec`, with the system's randomness.
///
/// # Errors
/// Those of [`dealing::make`].
pub fn make(
	ctx: &TaskContext,
	spec: &TaskSpec,
	account: &AccountId,
	input: &Encoded,
) -> Result<DealingMessage, Error> {
	Ok(dealing::make(ctx, spec, account, input, &mut OsRng)?)
}

/// An account's dealing, once it is in a final block; `None` if there is none, or the task is settled.
///
/// # Errors
/// `Chain`.
pub async fn dealt(
	chain: &Chain,
	task: TaskId,
	account: &AccountId,
) -> Result<Option<DealingRecord>, Error> {
	while let Some(record) = chain.dealing(task, account).await? {
		chain.wait_final(record.block).await?;
		if chain.dealing(task, account).await?.is_some_and(|now| now.block == record.block) {
			return Ok(Some(record));
		}
	}
	Ok(None)
}

/// Deals: makes a dealing, sends it, waits until its block is final. A dealing that no block takes is never sent again, a fresh one
/// is made; before that, and whenever the chain says that the account has dealt, the state is asked. `None` if it turns
/// out that the account had dealt before.
///
/// # Errors
/// `Chain`, `Failed`.
pub async fn deal(
	chain: &Chain,
	task: TaskId,
	ctx: &TaskContext,
	spec: &TaskSpec,
	input: &Encoded,
	signer: &Signer,
) -> Result<Option<Dealt>, Error> {
	let account = signer.account();
	let mut attempt = 1;
	loop {
		let began = Instant::now();
		let message = tokio::task::block_in_place(|| make(ctx, spec, &account, input))?;
		let proof = Proof { bytes: message.validity.len(), took: began.elapsed() };
		let call = calls::deal(task, ctx.task_hash, message);
		match chain.submit(&call, signer).await {
			Ok(receipt) => return Ok(Some(Dealt { receipt, proof })),
			Err(error) => {
				if error.is_refusal() && dealt(chain, task, &account).await?.is_some() {
					return Ok(None);
				}
				let again = matches!(error, ChainError::NotIncluded { .. }) && attempt < ATTEMPTS;
				if !again {
					return Err(error.into());
				}
				attempt += 1;
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;

	#[test]
	fn a_dealing_is_as_long_as_its_shares_points_and_proof() {
		let task = fixtures::task().task;
		let proof = proof_length(&task.spec).expect("a valid spec");
		// three shares of four entries and a blinding value each, two points
		let rest = 3 * (32 * 5 + 16) + 2 * 96;
		assert_eq!(bytes(&task), rest + proof + ENVELOPE);
	}
}
