//! A dealer that copies from another: the whole dealing, or its `R`. Were either taken, honest accusers would open the
//! other's sealed shares in public.

use crate::{
	cheats, deal,
	seat::dealings,
	transaction::{signed, Outcome},
	wait::{exactly, Phase},
};
use clap::ValueEnum;
use ostraka_client::{
	chain::{calls, Chain, Signer},
	dealing::context,
	Error,
};
use ostraka_crypto::Scalar;
use ostraka_primitives::{AccountId, TaskId};
use ostraka_protocol::wire::dealing_message;

/// What is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
	/// The dealing, byte by byte
	Dealing,
	/// Its R, in a dealing of one's own
	Key,
}

/// Waits until the victim has dealt to a task, and sends a copy.
///
/// # Errors
/// `Failed` if the task takes no dealings any more, `Chain`.
pub async fn copy(
	chain: &Chain,
	task: TaskId,
	signer: &Signer,
	victim: &AccountId,
	what: What,
) -> Result<Outcome, Error> {
	let original = loop {
		let head = chain.head();
		exactly(chain, task, Phase::Collecting).await?;
		let found = dealings(chain, task).await?.into_iter().find(|found| found.dealer == *victim);
		match found {
			Some(found) => break found.bytes,
			None => chain.next_head(head).await?,
		};
	};
	let info = chain.task(task).await?;
	let ctx = context(chain.genesis(), task, &info)?;
	let made = match what {
		What::Dealing => original,
		What::Key => {
			let account: [u8; 32] = signer.account().into();
			let relation = deal::relation(&info.task.spec)?;
			// that of who has no rows, which is valid for every task
			let input = vec![Scalar::from(0u8); ctx.length()];
			cheats::with_copied_key(&ctx, &relation, &account, &input, original.ephemeral)
				.map_err(|error| Error::Failed(format!("the copy cannot be made: {error}")))?
		},
	};
	let message = dealing_message(made)
		.ok_or_else(|| Error::Failed("the dealing is longer than any task allows".to_owned()))?;
	signed(chain, &calls::deal(task, ctx.task_hash, message), signer).await
}
