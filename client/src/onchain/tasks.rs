//! Tasks published on a chain.

use crate::{
	chain::{calls, Chain, ChainError, Head, Receipt, Signer},
	error::Error,
};
use ostraka_primitives::{
	odds::Odds,
	spec::TaskSpec,
	task::{Conditions, SecurityClass, Task, TaskStatus},
	AccountId, Balance, TaskId,
};

/// A task to be published.
pub struct Submission<'a> {
	/// What it computes.
	pub spec: &'a TaskSpec,
	/// What it promises its dealers, and who reads its result; what its class asks for and nothing else unless given.
	pub conditions: Option<Conditions>,
	/// Its class.
	pub class: SecurityClass,
	/// The dealers that it invites.
	pub dealers: Vec<AccountId>,
	/// Blocks for accepting.
	pub accept: u32,
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
		let Self { spec, conditions, class, dealers, accept, collect, data_reward } = self;
		let conditions = match conditions {
			Some(conditions) => conditions,
			None => Conditions::of(&chain.class(class).await?),
		};
		// a mask is checked as a dealing is: no less than what the chain can ask
		let invited = dealers.len() as u32 + u32::from(conditions.sealed_to.is_some());
		let fee = chain.least_fee(spec, class, invited).await?;
		let invited = calls::Dealers::try_from(dealers)
			.map_err(|_| Error::Usage("more dealers than a task can invite".to_owned()))?;
		let reward = data_reward.unwrap_or(fee);
		let (spec, dealers) = (spec.clone(), invited);
		let call = calls::submit(spec, conditions, class, dealers, accept, collect, fee, reward);
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

/// The odds of a capture, were a task's committee drawn of the nodes that can be drawn now; `None` if the task has ended.
///
/// # Errors
/// `Chain`.
pub async fn odds(chain: &Chain, task: &Task) -> Result<Option<Odds>, ChainError> {
	match task.status {
		TaskStatus::Settling(_) | TaskStatus::Settled(_) => Ok(None),
		_ => chain.odds(task.class, task.fee).await.map(Some),
	}
}

/// Blocks that a task left for accepting, by the event of its submission, as no state has them; `None` if the node no
/// longer has that event.
///
/// # Errors
/// `Rpc`, `Gone`, `Unreadable`.
pub async fn accept_window(
	chain: &Chain,
	id: TaskId,
	task: &Task,
) -> Result<Option<u32>, ChainError> {
	let number = task.submitted_at;
	let events = match chain.block_hash(number).await {
		Ok(hash) => chain.events(Head { number, hash }).await,
		Err(error) => Err(error),
	};
	let events = match events {
		Ok(events) => events,
		Err(ChainError::Pruned { .. }) => return Ok(None),
		Err(error) => return Err(error),
	};
	let submitted = events.iter().find(|event| {
		event.is("Tasks", "TaskSubmitted") && event.field::<TaskId>("task") == Some(id)
	});
	let until = submitted.and_then(|event| event.field::<u32>("accept_until"));
	Ok(until.and_then(|until| until.checked_sub(number)))
}
