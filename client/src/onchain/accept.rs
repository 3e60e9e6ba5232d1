//! A dealer's consent on a chain: it accepts what a task asks, with a deposit, before the task's committee is drawn.

use super::deal::{bytes, needed, share_of};
use crate::{
	chain::{account::address, calls, Chain, ChainError, Receipt, Signer},
	dealing,
	error::Error,
};
use ostraka_primitives::{api::TaskInfo, task::Task, AccountId, Balance, Digest, TaskId};

/// What a dealer loses of a deposit that accepts and does not deal; `None` if the chain does not say.
pub fn lost_by_silence(chain: &Chain, deposit: Balance) -> Option<Balance> {
	share_of(chain, deposit, "VanishedShare")
}

/// The deposit that an acceptance took, as its event has it.
pub fn held(receipt: &Receipt) -> Option<Balance> {
	receipt.event("Incentives", "DepositHeld")?.field("amount")
}

/// Checks that an account can pay for the acceptance of a task and the dealing that follows, which is as long as the task
/// makes it.
///
/// # Errors
/// `Chain` (`Invalid`) if not.
pub async fn check_money(chain: &Chain, task: &Task, account: &AccountId) -> Result<(), Error> {
	let money = chain.money(account).await?;
	let free = money.free.saturating_sub(money.frozen);
	let needed = needed(chain).await?.saturating_add(chain.fee_of_length(bytes(task)).await?);
	if free >= needed {
		return Ok(());
	}
	Err(Error::Chain(ChainError::Invalid {
		call: "Tasks.accept".to_owned(),
		reason: format!(
			"the account {} has {} and needs {} for the deposit and the fees\n  send tokens to it first; the deposit \
			 comes back when the task is settled",
			address(account),
			chain.token().render(free),
			chain.token().render(needed)
		),
	}))
}

/// Whether an account has accepted a task that is not settled, in a block that is final.
///
/// # Errors
/// `Chain`.
pub async fn has_accepted(chain: &Chain, task: TaskId, account: &AccountId) -> Result<bool, Error> {
	loop {
		let head = chain.head();
		if !chain.task_at(task, head).await?.accepted.contains(account) {
			return Ok(false);
		}
		let last = chain.wait_final(head.number).await?;
		match chain.task_at(task, last).await {
			Ok(info) if info.accepted.contains(account) => return Ok(true),
			// that block lost, or the task is settled meanwhile: the newest one tells
			Ok(_) | Err(ChainError::NoTask(_) | ChainError::Undrawn { .. }) => {},
			Err(error) => return Err(error.into()),
		}
	}
}

/// Accepts what a task asks, for the data set of that tag, and waits until that is final; of a recipient the tag is not looked at.
/// The terms are computed here from what the node shows of the
/// task, which is what the caller has looked at: if the chain's task asks for anything else, it refuses. `None` if it
/// turns out that the account had accepted before.
///
/// # Errors
/// `Failed` if the terms are not those of what the node shows, `Chain`.
pub async fn accept(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	signer: &Signer,
	dataset: &Digest,
) -> Result<Option<Receipt>, Error> {
	dealing::check_terms(chain.genesis(), task, info)?;
	match chain.submit(&calls::accept(task, info.task.terms, *dataset), signer).await {
		Ok(receipt) => Ok(Some(receipt)),
		Err(error) => {
			if error.is_refusal() && has_accepted(chain, task, &signer.account()).await? {
				return Ok(None);
			}
			Err(error.into())
		},
	}
}
