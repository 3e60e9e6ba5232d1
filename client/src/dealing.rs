//! From an encoded input to a dealing on the chain.

use crate::{
	chain::{account::address, calls, state::DealingRecord, Chain, ChainError, Receipt, Signer},
	error::Error,
};
use ostraka_crypto::Plain;
use ostraka_primitives::{
	api::TaskInfo, message::DealingMessage, task::TaskStatus, AccountId, Balance, TaskId,
};
use ostraka_protocol::{
	dealer,
	statistics::Encoded,
	wire::{self, cohort_hash, Published},
	TaskContext, Version,
};
use rand_core::OsRng;

/// Attempts at a dealing that no block takes.
const ATTEMPTS: u32 = 3;
/// What a dealer should have beyond the deposit, for the transaction fee and to stay alive: this part of the deposit,
/// and this multiple of the existential deposit.
const FEE_PART: Balance = 20;
const ALIVE: Balance = 10;

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
			(None, TaskStatus::Drawing { .. }) => {
				chain.next_head(head).await?;
			},
			(None, _) => return Ok(info),
		}
	}
}

/// Whether a task is still the one that its dealer's input was encoded and checked for: after a re-org another task may
/// have its number, with a cohort in which the dealer is alone among accounts of one owner.
///
/// # Errors
/// `Failed` if not, and says what is another.
pub fn unchanged(task: TaskId, checked: &TaskInfo, now: &TaskInfo) -> Result<(), Error> {
	let sorted = |info: &TaskInfo| {
		let mut dealers = info.dealers.clone();
		dealers.sort();
		dealers
	};
	let is_same_cohort = checked.task.cohort == now.task.cohort && sorted(checked) == sorted(now);
	let same = [
		("what it computes", checked.task.spec == now.task.spec),
		("the invited dealers", is_same_cohort),
		("its class", checked.task.class == now.task.class),
		("what its class asks for", checked.task.parameters == now.task.parameters),
		("its version of the protocol", checked.task.protocol == now.task.protocol),
	];
	let others: Vec<&str> =
		same.into_iter().filter(|(_, is_same)| !is_same).map(|(what, _)| what).collect();
	if others.is_empty() {
		return Ok(());
	}
	Err(Error::Failed(format!(
		"task {task} is not the one any more that was encoded and checked: another block won, or the node shows \
		 something else now; nothing is dealt\n  this is not the same: {}\n  look at it with `ostraka task show {task}` \
		 before you deal again",
		others.join(", ")
	)))
}

/// What a dealer deals under. The task hash is computed here from what the node shows, and compared with the one that it
/// shows: the two fit together, and a dealing under that hash counts for this committee, cohort and spec or, if the
/// chain's task is another one, for none.
///
/// This is no check of the node. One that shows a committee of its own shows a task hash to go with it, and reads what is
/// sealed to that committee; that the chain then refuses the dealing comes too late. The node has to be trusted for it: a
/// dealer deals through its own (`docs/THREAT_MODEL.md`).
///
/// # Errors
/// `Failed` if the chain's task hash is not that of what the chain shows.
pub fn context(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<TaskContext, Error> {
	let record = &info.task;
	let wrong = |what: &str| Error::Failed(format!("task {task}: {what}; nothing is dealt"));
	let published = record.task_hash.ok_or_else(|| wrong("it has no task hash yet"))?;
	let version = Version::from_number(record.protocol)
		.map_err(|error| wrong(&format!("{error}; take a newer release of ostraka")))?;
	let drawn = Published::of(record).ok_or_else(|| wrong("it has no committee yet"))?;
	if cohort_hash(&info.dealers) != record.cohort {
		return Err(wrong("the invited dealers are not those that its record names"));
	}
	if drawn.hash(chain.genesis(), task, &info.committee) != published {
		return Err(wrong("its task hash does not cover what the node shows of it"));
	}
	let (threshold, length) = (record.parameters.threshold, record.spec.length());
	let seal_keys = wire::seal_keys(&info.committee);
	Ok(wire::context_of(version, published, threshold, length, seal_keys))
}

/// What a dealer has to hold free for one dealing.
pub fn needed(chain: &Chain) -> Balance {
	let deposit: Balance = chain.constant("Incentives", "DealerDeposit").unwrap_or_default();
	let existential: Balance = chain.constant("Balances", "ExistentialDeposit").unwrap_or_default();
	deposit.saturating_add(deposit / FEE_PART).saturating_add(existential.saturating_mul(ALIVE))
}

/// Checks that an account can pay for a dealing.
///
/// # Errors
/// `Chain` (`Invalid`) if not.
pub async fn check_money(chain: &Chain, account: &AccountId) -> Result<(), Error> {
	let (money, needed) = (chain.money(account).await?, needed(chain));
	let free = money.free.saturating_sub(money.frozen);
	if free >= needed {
		return Ok(());
	}
	Err(Error::Chain(ChainError::Invalid {
		call: "Vss.deal".to_owned(),
		reason: format!(
			"the account {} has {} and needs {} for the deposit and the fee\n  send tokens to it first; the deposit \
			 comes back when the task is settled",
			address(account),
			chain.token().render(free),
			chain.token().render(needed)
		),
	}))
}

/// Makes a dealing.
///
/// # Errors
/// `Failed` if the protocol refuses the input or the committee's keys.
pub fn make(
	ctx: &TaskContext,
	account: &AccountId,
	input: &Encoded,
) -> Result<DealingMessage, Error> {
	let id: &[u8; 32] = account.as_ref();
	let bytes = dealer::deal::<Plain, _>(ctx, id, &input.vector, &mut OsRng)
		.map_err(|error| Error::Failed(format!("no dealing can be made: {error}")))?;
	wire::dealing_message(bytes)
		.ok_or_else(|| Error::Failed("the dealing is longer than any task allows".to_owned()))
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
	input: &Encoded,
	signer: &Signer,
	nonce: Option<u64>,
) -> Result<Option<Receipt>, Error> {
	let account = signer.account();
	let mut attempt = 1;
	loop {
		let message = tokio::task::block_in_place(|| make(ctx, &account, input))?;
		let call = calls::deal(task, ctx.task_hash, message);
		match chain.submit(&call, signer, nonce.filter(|_| attempt == 1)).await {
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
	use crate::fixtures;
	use ostraka_primitives::{
		spec::Statistic,
		task::{SecurityClass, Task},
	};

	fn info() -> TaskInfo {
		let dealers: Vec<AccountId> = [1, 2, 3].map(|byte| AccountId::new([byte; 32])).to_vec();
		let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 1, 9)]);
		let task = Task { cohort: cohort_hash(&dealers), ..fixtures::task(spec) };
		TaskInfo {
			task,
			committee: Default::default(),
			dealers,
			dealings: 0,
			excluded: 0,
			committed: 0,
			right_shares: 0,
		}
	}

	#[test]
	fn a_task_goes_on_as_it_was() {
		let checked = info();
		let mut now = checked.clone();
		now.task.status = TaskStatus::Collecting { until: 20 };
		now.task.task_hash = Some([1; 32]);
		now.task.drawn_at = Some(7);
		now.dealings = 1;
		now.dealers.reverse();
		unchanged(4, &checked, &now).expect("the same task");
	}

	#[test]
	fn another_task_under_its_number_is_seen() {
		let differs = |change: fn(&mut TaskInfo), what: &str| {
			let checked = info();
			let mut now = checked.clone();
			change(&mut now);
			let error = unchanged(4, &checked, &now).expect_err("another task");
			assert_eq!(error.exit_code(), 1);
			let text = error.to_string();
			assert!(text.contains("nothing is dealt") && text.contains(what), "{text}");
		};
		let invite = |now: &mut TaskInfo, bytes: [u8; 3]| {
			now.dealers = bytes.map(|byte| AccountId::new([byte; 32])).to_vec();
			now.task.cohort = cohort_hash(&now.dealers);
		};
		differs(|now| now.task.spec.statistic = Statistic::Sum, "what it computes");
		differs(|now| now.task.spec.columns[0].decimals = 2, "what it computes");
		differs(|now| now.task.spec.max_rows = 8, "what it computes");
		differs(|now| now.task.cohort = [8; 32], "the invited dealers");
		differs(|now| now.dealers.truncate(2), "the invited dealers");
		differs(|now| now.task.class = SecurityClass::Confidential, "its class");
		differs(|now| now.task.parameters.threshold = 2, "what its class asks for");
		differs(|now| now.task.parameters.least_dealers = 2, "what its class asks for");
		// a victim and two sybils
		let checked = info();
		let mut now = checked.clone();
		invite(&mut now, [1, 7, 8]);
		assert!(unchanged(4, &checked, &now).is_err());
	}
}
