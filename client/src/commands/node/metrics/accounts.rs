//! Reads of a chain what is told of accounts that ask for statistics, deal to them or read their results.
//!
//! A task that is settled for good is read once: what is read for each block follows from the number of open tasks. One that
//! failed before its draw leaves its state alone, and so no requester: it is counted for whoever was seen to ask for it.

use super::read::{key, AT_ONCE};
use crate::{
	chain::{Chain, ChainError, Head},
	metrics::account::{reason, Account, Dataset, Ended, Involved, Part, MOST_DATASETS},
	onchain::consent::Duties,
	view::lines::{hex, outcome},
};
use futures::{stream, StreamExt, TryStreamExt};
use ostraka_party::{address, due::Due};
use ostraka_primitives::{
	api::TaskInfo,
	task::{Outcome, TaskStatus},
	AccountId, Balance, TaskId,
};
use std::collections::{BTreeMap, BTreeSet};
use subxt::ext::scale_value::{scale::decode_as_type, At, Value, ValueDef};

/// Newest tasks that are looked through.
const LOOKED_AT: u32 = 512;

/// Reads accounts again and again.
pub struct Accounts {
	named: Vec<AccountId>,
	/// Tasks that are settled as of a final block, the newest [`LOOKED_AT`] alone.
	over: BTreeSet<TaskId>,
	/// Of these, who asked for how many that ended how.
	ended: BTreeMap<AccountId, Ended>,
	/// Who of those that are named asked for the tasks that were not over when they were last read.
	asked: BTreeMap<TaskId, AccountId>,
}

/// A task, and whether it is settled as of a final block.
struct Found {
	task: TaskId,
	info: TaskInfo,
	is_over: bool,
}

/// What is there of a task.
enum Left {
	/// All of it.
	Found(Box<Found>),
	/// How it ended, as of a final block: it failed before its draw.
	Ended(TaskId, Outcome),
}

impl Accounts {
	/// Reads these.
	pub fn new(named: &[AccountId]) -> Self {
		let (over, ended, asked) = Default::default();
		Self { named: named.to_vec(), over, ended, asked }
	}

	/// Whether nobody is named.
	pub fn is_empty(&self) -> bool {
		self.named.is_empty()
	}

	/// Reads all as of a block; `last` is the newest final one.
	///
	/// # Errors
	/// `Chain`.
	pub async fn read(
		&mut self,
		chain: &Chain,
		head: Head,
		last: Head,
	) -> Result<Vec<Account>, ChainError> {
		if self.named.is_empty() {
			return Ok(Vec::new());
		}
		let count = chain.tasks().await?;
		let from = count.saturating_sub(LOOKED_AT);
		self.over.retain(|task| *task >= from);
		self.asked.retain(|task, _| *task >= from);
		let unread: Vec<TaskId> = (from..count).filter(|task| !self.over.contains(task)).collect();
		let read = unread.into_iter().map(|task| task_at(chain, task, head, last));
		let read: Vec<_> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
		let mut found = Vec::new();
		for left in read.into_iter().flatten() {
			match left {
				Left::Found(one) => {
					self.note(&one);
					found.push(*one);
				},
				Left::Ended(task, outcome) => self.note_end(task, outcome),
			}
		}
		let mut accounts = Vec::new();
		for named in &self.named {
			let ended = self.ended.get(named).copied().unwrap_or_default();
			accounts.push(account(chain, named, head, &found, ended).await?);
		}
		Ok(accounts)
	}

	/// Notes who asked for a task, and if it is settled for good how it ended.
	fn note(&mut self, found: &Found) {
		let requester = &found.info.task.requester;
		if self.named.contains(requester) {
			self.asked.insert(found.task, requester.clone());
		}
		if let (true, Some(outcome)) = (found.is_over, outcome(&found.info.task.status)) {
			self.note_end(found.task, outcome);
		}
	}

	/// Notes that a task is settled for good, for whoever is known to have asked for it.
	fn note_end(&mut self, task: TaskId, outcome: Outcome) {
		self.over.insert(task);
		if let Some(requester) = self.asked.remove(&task) {
			self.ended.entry(requester).or_default().note(outcome);
		}
	}
}

const fn is_settled(info: &TaskInfo) -> bool {
	matches!(info.task.status, TaskStatus::Settled(_))
}

/// What is there of a task as of a block; of one that is gone in it only if that is final.
async fn task_at(
	chain: &Chain,
	task: TaskId,
	head: Head,
	last: Head,
) -> Result<Option<Left>, ChainError> {
	let Some(info) = chain.task_if_any(task, head).await? else {
		return Ok(match chain.status(task, last).await? {
			Some(TaskStatus::Settled(outcome)) => Some(Left::Ended(task, outcome)),
			_ => None,
		});
	};
	let is_over = is_settled(&info)
		&& chain.task_if_any(task, last).await?.is_some_and(|info| is_settled(&info));
	Ok(Some(Left::Found(Box::new(Found { task, info, is_over }))))
}

async fn account(
	chain: &Chain,
	account: &AccountId,
	head: Head,
	found: &[Found],
	ended: Ended,
) -> Result<Account, ChainError> {
	let mut tasks = Vec::new();
	let mut duties = Duties {
		block: head.number,
		history: chain.history(account, head).await?,
		accepted: Vec::new(),
	};
	for Found { task, info, .. } in found.iter().filter(|found| !is_settled(&found.info)) {
		for part in Part::ALL.into_iter().filter(|part| part.is_of(account, info)) {
			let has_dealt = match info.task.status {
				TaskStatus::Collecting { .. } if part != Part::Requester => {
					chain.dealing(*task, account).await?.is_some()
				},
				_ => false,
			};
			let involved = involved(*task, info, part, account, has_dealt);
			// it will count against a quota once it is dealt to
			if part == Part::Dealer && matches!(involved.due, Due::Deal { .. } | Due::Wait) {
				let acceptance = chain.acceptance(*task, account, head).await?;
				duties.accepted.extend(acceptance.map(|given| (*task, given.agreed.dataset)));
			}
			tasks.push(involved);
		}
	}
	let mut datasets = Vec::new();
	for tag in chain.datasets(account, head).await?.into_iter().take(MOST_DATASETS) {
		let left = duties.of(chain, account, &tag, None).await?.left();
		datasets.push(Dataset { tag: hex(tag), left });
	}
	Ok(Account {
		address: address(account),
		free: chain.money_at(account, head).await?.free,
		held: held(chain, account, head).await?,
		tasks,
		ended,
		history: duties.history.len(),
		datasets,
	})
}

/// An account's part in a task that is not settled.
fn involved(
	task: TaskId,
	info: &TaskInfo,
	part: Part,
	account: &AccountId,
	has_dealt: bool,
) -> Involved {
	let status = info.task.status;
	let (due, promised) = match part {
		Part::Requester => (Due::Nothing, (info.task.fee, info.task.data_reward)),
		Part::Dealer | Part::Recipient => {
			let has_accepted = info.accepted.contains(account);
			(Due::of(&status, has_accepted, has_dealt, info.dealings), (0, 0))
		},
	};
	Involved { task, status, part, due, promised }
}

/// What is on hold of an account, by the reasons' labels.
async fn held(
	chain: &Chain,
	account: &AccountId,
	head: Head,
) -> Result<BTreeMap<&'static str, Balance>, ChainError> {
	let unreadable = |what: String| ChainError::Unreadable(format!("Balances.Holds: {what}"));
	let metadata = chain.metadata();
	let pallet = metadata.pallet_by_name("Balances");
	let entry = pallet.and_then(|pallet| pallet.storage()?.entry_by_name("Holds"));
	let entry = entry.ok_or_else(|| unreadable("it is not there".to_owned()))?;
	let bytes: &[u8] = account.as_ref();
	let key = key(chain, "Balances", "Holds", vec![Value::from_bytes(bytes)])?;
	let mut held = BTreeMap::new();
	if let Some(bytes) = chain.storage_at(&key, head).await? {
		let holds = decode_as_type(&mut bytes.as_slice(), entry.value_ty(), metadata.types())
			.map_err(|error| unreadable(error.to_string()))?;
		add_holds(&holds, &mut held);
	}
	Ok(held)
}

/// Adds up all that reads as `{ id: Pallet(Reason), amount }`, however it is wrapped.
fn add_holds<T>(value: &Value<T>, held: &mut BTreeMap<&'static str, Balance>) {
	let amount = value.at("amount").and_then(Value::as_u128);
	if let (Some(ValueDef::Variant(id)), Some(amount)) =
		(value.at("id").map(|id| &id.value), amount)
	{
		let name = match id.values.at(0).map(|inner| &inner.value) {
			Some(ValueDef::Variant(inner)) => inner.name.as_str(),
			_ => "",
		};
		let sum = held.entry(reason(&id.name, name)).or_default();
		*sum = sum.saturating_add(amount);
	} else if let ValueDef::Composite(parts) = &value.value {
		parts.values().for_each(|part| add_holds(part, held));
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_primitives::task::FailReason;
	use subxt::ext::scale_value::Composite;

	fn hold(pallet: &str, reason: &str, amount: u128) -> Value<()> {
		let reason = Value::variant(reason, Composite::Unnamed(Vec::new()));
		let id = Value::unnamed_variant(pallet, [reason]);
		Value::named_composite([("id", id), ("amount", Value::u128(amount))])
	}

	#[test]
	fn holds_are_summed_by_their_reason() {
		let holds = Value::unnamed_composite([Value::unnamed_composite([
			hold("Incentives", "Escrow", 5),
			hold("Incentives", "Deposit", 7),
			hold("Session", "Keys", 1),
			hold("Council", "Seat", 2),
		])]);
		let mut held = BTreeMap::new();
		add_holds(&holds, &mut held);
		assert_eq!(held, BTreeMap::from([("escrow", 5), ("deposit", 7), ("other", 3)]));
		let mut none = BTreeMap::new();
		add_holds(&Value::unnamed_composite([Value::u128(3)]), &mut none);
		assert!(none.is_empty());
	}

	#[test]
	fn a_part_knows_what_waits_for_it_and_what_it_promised() {
		let info = fixtures::task();
		let dealer = AccountId::new([2; 32]);
		let of = |part, has_dealt| involved(7, &info, part, &dealer, has_dealt);
		assert_eq!(of(Part::Dealer, false).due, Due::Deal { until: 20, first_by: None });
		assert_eq!(of(Part::Dealer, true).due, Due::Nothing);
		assert_eq!(of(Part::Dealer, false).promised, (0, 0));
		let requester = of(Part::Requester, false);
		assert_eq!((requester.due, requester.promised), (Due::Nothing, (1_500, 2_000)));
		let inviting = fixtures::inviting();
		let asked = involved(7, &inviting, Part::Dealer, &dealer, false);
		assert_eq!(asked.due, Due::Answer { until: 20 });
	}

	#[test]
	fn what_ended_is_counted_once_for_whoever_is_named() {
		let requester = AccountId::new([9; 32]);
		let mut accounts = Accounts::new(std::slice::from_ref(&requester));
		let mut info = fixtures::task();
		info.task.status = TaskStatus::Settled(Outcome::Completed);
		let found = |task, info: &TaskInfo| Found { task, info: info.clone(), is_over: true };
		accounts.note(&found(1, &info));
		info.task.requester = AccountId::new([8; 32]);
		accounts.note(&found(2, &info));
		assert_eq!(accounts.over, BTreeSet::from([1, 2]));
		let expected = BTreeMap::from([(requester, Ended { completed: 1, failed: 0 })]);
		assert_eq!(accounts.ended, expected);
	}

	#[test]
	fn what_failed_before_its_draw_is_counted_for_who_was_seen_to_ask_for_it() {
		let (requester, other) = (AccountId::new([9; 32]), AccountId::new([8; 32]));
		let mut accounts = Accounts::new(std::slice::from_ref(&requester));
		let mut inviting = fixtures::inviting();
		for (task, whose) in [(1, &requester), (2, &other)] {
			inviting.task.requester = whose.clone();
			let found = Found { task, info: inviting.clone(), is_over: false };
			// seen in two blocks
			accounts.note(&found);
			accounts.note(&found);
		}
		assert!(accounts.over.is_empty() && accounts.ended.is_empty());
		let failed = Outcome::Failed(FailReason::Cancelled);
		for task in [1, 2, 3] {
			accounts.note_end(task, failed);
		}
		assert_eq!(accounts.over, BTreeSet::from([1, 2, 3]));
		let expected = BTreeMap::from([(requester, Ended { completed: 0, failed: 1 })]);
		assert_eq!(accounts.ended, expected);
		assert!(accounts.asked.is_empty());
	}
}
