//! A recipient's act on a chain once it has accepted, and the committee is drawn: it deals the mask of its sealed result.

use super::deal::dealt;
use crate::{
	chain::{calls, state::DealingRecord, Chain, ChainError, Receipt, Signer},
	error::Error,
};
use ostraka_crypto::{messages::DealingBytes, Plain};
use ostraka_party::mask::MaskSeed;
use ostraka_primitives::{AccountId, TaskId};
use ostraka_protocol::{masking, wire, TaskContext};

/// Attempts at a dealing that no block takes.
const ATTEMPTS: u32 = 3;

/// The mask that a seed gives for a task: always the same one.
///
/// # Errors
/// `Failed` if the task has no such recipient, or the protocol refuses the committee's keys.
pub fn make(
	ctx: &TaskContext,
	recipient: &AccountId,
	seed: &MaskSeed,
) -> Result<DealingBytes, Error> {
	masking::derive::<Plain>(seed, ctx, recipient.as_ref())
		.map(|mask| mask.dealing)
		.map_err(|error| Error::Failed(format!("no mask can be made: {error}")))
}

/// Whether a dealing in the chain's state is the mask that a seed gives for the task.
///
/// # Errors
/// Those of [`make`].
pub fn is_of(
	ctx: &TaskContext,
	recipient: &AccountId,
	seed: &MaskSeed,
	record: &DealingRecord,
) -> Result<bool, Error> {
	let dealing = make(ctx, recipient, seed)?;
	Ok(dealing.digest(&ctx.task_hash, recipient.as_ref()) == record.digest)
}

/// Deals the mask, and waits until its block is final. One that no block takes is sent again as it is: of one seed and task there
/// is one mask, so that nothing is told by it that was not told before. `None` if it turns out that the account had dealt before.
///
/// # Errors
/// `Chain`, `Failed`.
pub async fn deal(
	chain: &Chain,
	task: TaskId,
	ctx: &TaskContext,
	seed: &MaskSeed,
	signer: &Signer,
) -> Result<Option<Receipt>, Error> {
	let account = signer.account();
	let dealing = tokio::task::block_in_place(|| make(ctx, &account, seed))?;
	let message = wire::dealing_message(dealing)
		.ok_or_else(|| Error::Failed("the mask is longer than any task allows".to_owned()))?;
	let call = calls::deal(task, ctx.task_hash, message);
	let mut attempt = 1;
	loop {
		match chain.submit(&call, signer).await {
			Ok(receipt) => return Ok(Some(receipt)),
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
	use ostraka_crypto::{seal::SealSecret, transcript::sha256};
	use ostraka_protocol::Version;
	use rand_core::OsRng;

	/// A context of three seats, sealed to the account of sevens.
	fn context() -> TaskContext {
		let seal_keys = (0..3).map(|_| SealSecret::random(&mut OsRng).public()).collect();
		let recipient = AccountId::new([7; 32]);
		wire::context_of(Version::CURRENT, [8; 32], 1, 2, 5, seal_keys, Some(&recipient))
	}

	#[test]
	fn a_mask_on_the_chain_is_known_by_its_seed() {
		let (ctx, account) = (context(), AccountId::new([7; 32]));
		let [seed, other] = [[1; 32], [2; 32]].map(MaskSeed::from_bytes);
		let dealing = make(&ctx, &account, &seed).expect("it is the recipient");
		assert!(dealing.validity.is_empty(), "a mask proves nothing");
		let digest = dealing.digest(&ctx.task_hash, account.as_ref());
		let record = DealingRecord::taken(digest, sha256(&dealing.ephemeral), 5);
		assert!(is_of(&ctx, &account, &seed, &record).expect("it can be made"));
		assert!(!is_of(&ctx, &account, &other, &record).expect("it can be made"));
		assert!(make(&ctx, &AccountId::new([6; 32]), &seed).is_err(), "another's");
	}
}
