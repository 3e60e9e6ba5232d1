//! Tasks published on a chain.

use crate::{
	chain::{calls, Chain, ChainError, Receipt, Signer},
	error::Error,
};
use ostraka_primitives::{spec::TaskSpec, task::SecurityClass, AccountId, Balance, TaskId};

/// A task to be published.
pub struct Submission<'a> {
	/// What it computes.
	pub spec: &'a TaskSpec,
	/// Its class.
	pub class: SecurityClass,
	/// The dealers that it invites.
	pub dealers: Vec<AccountId>,
	/// Blocks for dealing.
	pub collect: u32,
	/// Reward for the accepted dealers together; as much as the fee unless given.
	pub data_reward: Option<Balance>,
}

impl Submission<'_> {
	/// Publishes the task for the least fee. Returns its number and the transaction's fee.
	///
	/// # Errors
	/// `Usage` if it invites more dealers than a task can; `Chain`.
	pub async fn send(
		self,
		chain: &Chain,
		requester: &Signer,
		nonce: Option<u64>,
	) -> Result<(TaskId, Balance), Error> {
		let Self { spec, class, dealers, collect, data_reward } = self;
		let fee = chain.least_fee(spec, class, dealers.len() as u32).await?;
		let invited = calls::Dealers::try_from(dealers)
			.map_err(|_| Error::Usage("more dealers than a task can invite".to_owned()))?;
		let reward = data_reward.unwrap_or(fee);
		let call = calls::submit(spec.clone(), class, invited, collect, fee, reward);
		let receipt = chain.submit(&call, requester, nonce).await?;
		Ok((number(&receipt)?, receipt.fee))
	}
}

/// The number of the task that a transaction published.
///
/// # Errors
/// `Unreadable` if it published none.
pub fn number(receipt: &Receipt) -> Result<TaskId, ChainError> {
	let event = receipt.event("Tasks", "TaskSubmitted");
	event.and_then(|event| event.field("task")).ok_or_else(|| {
		ChainError::Unreadable("the task was submitted, but its number cannot be read".to_owned())
	})
}
