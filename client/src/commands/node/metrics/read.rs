//! Reads of a chain what is told: once for each best block.

use super::{
	super::{
		indexed::{has_copy, is_all_in},
		operators,
	},
	accounts::Accounts,
};
use crate::{
	chain::{layout::Own, Chain, ChainError, Head},
	commands::doctor::checks::{health, is_in_keystore},
	error::Error,
	metrics::{
		reading::{Operator, Reading, Seat, SeatState},
		seen::Seen,
	},
};
use codec::Decode;
use futures::{stream, StreamExt, TryStreamExt};
use ostraka_party::address;
use ostraka_primitives::{api::TaskInfo, record::DealingRecord, AccountId, TaskId, WorkerKey};
use scale_info::meta_type;
use std::{
	collections::{BTreeMap, BTreeSet, VecDeque},
	future::Future,
};
use subxt::ext::{frame_decode::storage::encode_storage_key, scale_value::Value};

/// Requests at a time.
pub(super) const AT_ONCE: usize = 16;
/// Most seats of one operator that are read: more than a node takes.
const MOST_SEATS: u32 = 512;
/// Final blocks whose events are looked through for one reading; who is behind catches up with the next.
const BLOCKS: u32 = 64;
/// Dealings that are looked for in the node's database for one reading, whatever the number of tasks and operators.
const LOOKS: usize = 64;
/// Readings between two looks at which operators' keys the node has.
const LOOK_AGAIN: u32 = 300;
/// Bytes of the hash that stands before a task's number at the end of a key.
const HASH: usize = 8;

/// A task that is open, and what the chain keeps of its seats.
struct Open {
	info: TaskInfo,
	states: Vec<SeatState>,
}

/// Dealers to a task whose dealings are not yet found in the node's database.
#[derive(Default)]
struct Looked {
	/// Not looked for yet.
	left: Vec<AccountId>,
	/// Looked for in vain; those at the front the longest ago.
	missing: VecDeque<AccountId>,
}

impl Looked {
	/// Looks for dealings as long as looks are left: for those not looked for yet, then again for those that are missing. For these
	/// half of a reading's looks stay untouched, so that the missing of one task leave some to the others. `has` says of a
	/// dealer whether nothing of it is missing, and `None` if the node does not say.
	///
	/// Returns whether the node said so of all. Of whom it does not, or is not waited for, nothing changes.
	async fn look<F, R>(&mut self, looks: &mut usize, has: F) -> Result<bool, ChainError>
	where
		F: Fn(AccountId) -> R,
		R: Future<Output = Result<Option<bool>, ChainError>>,
	{
		let again = self.missing.len();
		while let Some(dealer) = self.left.last().filter(|_| *looks > 0).cloned() {
			*looks = looks.saturating_sub(1);
			let Some(is_there) = has(dealer.clone()).await? else { return Ok(false) };
			self.left.pop();
			if !is_there {
				self.missing.push_back(dealer);
			}
		}
		for _ in 0..again {
			let front = self.missing.front().filter(|_| *looks > LOOKS / 2);
			let Some(dealer) = front.cloned() else { break };
			*looks = looks.saturating_sub(1);
			let Some(is_there) = has(dealer.clone()).await? else { return Ok(false) };
			self.missing.pop_front();
			if !is_there {
				self.missing.push_back(dealer);
			}
		}
		Ok(true)
	}
}

/// Reads a chain again and again.
pub struct Reader {
	chain: Chain,
	/// The operators that flags name; where flags name nobody, those whose keys the node has are looked for.
	named: Vec<AccountId>,
	operators: Vec<AccountId>,
	accounts: Accounts,
	readings: u32,
	/// The newest final block whose events were looked through.
	told: Option<u32>,
	/// By task, once its dealings are all in.
	looked: BTreeMap<TaskId, Looked>,
	/// Dealings that may still be looked for in this reading.
	looks: usize,
}

impl Reader {
	/// Reads of this chain what these operators have to do, and how these accounts stand; if nobody is named, what the operators
	/// have to do whose keys the node has.
	///
	/// # Errors
	/// `Usage` if nobody is named, and the node does not say which keys it has; `Chain` (`OtherVersion` if it keeps seats in
	/// another form).
	pub async fn new(
		chain: Chain,
		named: &[AccountId],
		accounts: &[AccountId],
	) -> Result<Self, Error> {
		check(&chain)?;
		let mut reader = Self {
			chain,
			named: named.to_vec(),
			operators: named.to_vec(),
			accounts: Accounts::new(accounts),
			readings: 0,
			told: None,
			looked: BTreeMap::new(),
			looks: LOOKS,
		};
		reader.find().await?;
		Ok(reader)
	}

	/// The chain.
	pub fn chain(&self) -> &Chain {
		&self.chain
	}

	/// The operators.
	pub fn operators(&self) -> &[AccountId] {
		&self.operators
	}

	/// Goes on from the final blocks, the dealings and the settled tasks that another reader has looked for.
	pub fn after(mut self, before: Self) -> Self {
		self.told = before.told;
		self.looked = before.looked;
		self.accounts = before.accounts;
		self
	}

	async fn find(&mut self) -> Result<(), Error> {
		if self.named.is_empty() && self.accounts.is_empty() {
			let found = operators::found(&self.chain).await?;
			self.operators = found.into_iter().map(|node| node.account).collect();
		}
		Ok(())
	}

	/// Reads as of a block, and notes what happened in the blocks that have become final since.
	///
	/// # Errors
	/// `Usage`, `Chain`.
	pub async fn read(&mut self, head: Head, seen: &mut Seen) -> Result<Reading, Error> {
		self.readings = self.readings.wrapping_add(1);
		self.looks = LOOKS;
		if self.readings.is_multiple_of(LOOK_AGAIN) {
			self.find().await?;
		}
		let chain = self.chain.clone();
		let last = chain.finalized().await?;
		self.follow(last, seen).await?;
		let health = health(&chain).await?;
		let mut open = BTreeMap::new();
		let mut operators = Vec::new();
		for account in self.operators.clone() {
			operators.push(self.operator(&account, head, &mut open).await?);
		}
		self.looked.retain(|task, _| open.contains_key(task));
		Ok(Reading {
			best: head.number,
			last: last.number,
			peers: health.peers,
			is_syncing: health.is_syncing,
			decimals: chain.token().decimals,
			seat_stake: chain.constant("Registry", "SeatStake").unwrap_or_default(),
			operators,
			accounts: self.accounts.read(&chain, head, last).await?,
		})
	}

	/// Looks through the events of blocks that have become final. From the start on: those before are not counted.
	async fn follow(&mut self, last: Head, seen: &mut Seen) -> Result<(), ChainError> {
		let from = self.told.unwrap_or(last.number);
		for number in (from.saturating_add(1)..=last.number).take(BLOCKS as usize) {
			let events = match self.chain.block_hash(number).await {
				Ok(hash) => self.chain.events(Head { number, hash }).await,
				Err(error) => Err(error),
			};
			match events {
				Ok(events) => seen.note(number, &events, |who| self.operators.contains(who)),
				// nobody knows any more
				Err(ChainError::Pruned { .. }) => {},
				Err(error) => return Err(error),
			}
			self.told = Some(number);
		}
		self.told = self.told.or(Some(from));
		Ok(())
	}

	async fn operator(
		&mut self,
		account: &AccountId,
		head: Head,
		open: &mut BTreeMap<TaskId, Open>,
	) -> Result<Operator, ChainError> {
		let chain = self.chain.clone();
		let tasks = seats_of(&chain, account, head).await?;
		let unread: Vec<TaskId> =
			tasks.iter().copied().filter(|task| !open.contains_key(task)).collect();
		let read = unread.into_iter().map(|task| task_at(&chain, task, head));
		let read: Vec<_> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
		open.extend(read.into_iter().flatten());
		let (mut seats, mut keys) = (Vec::new(), BTreeSet::new());
		let mut missing = Some(0u64);
		for task in tasks {
			let Some(found) = open.get(&task) else { continue };
			let Some((seat, key)) = seat(task, found, account) else { continue };
			if let (Some(so_far), true) = (missing, is_all_in(&seat.status)) {
				let more = self.missing(task, &found.info).await?;
				missing = more.map(|more| so_far.saturating_add(more));
			}
			seats.push(seat);
			keys.insert(key);
		}
		let node = chain.node(account).await?;
		let (expected_rewards, has_key) = match &node {
			Some(node) => (
				chain.expected_rewards(account).await?,
				is_in_keystore(&chain, &node.worker).await?,
			),
			None => (0, None),
		};
		Ok(Operator {
			address: address(account),
			node,
			expected_rewards,
			has_key,
			has_pinned_keys: has_all(&chain, &keys).await?,
			seats,
			// of a node that says nothing of its keys nobody knows what it has
			missing_dealings: missing.filter(|_| has_key.is_some()),
		})
	}

	/// How many of a task's dealings the node's database lacks, of those looked for so far; `None` if the node does not say. Those
	/// found are not looked for again.
	async fn missing(&mut self, task: TaskId, info: &TaskInfo) -> Result<Option<u64>, ChainError> {
		let looked = self
			.looked
			.entry(task)
			.or_insert_with(|| Looked { left: info.accepted.clone(), missing: VecDeque::new() });
		let chain = &self.chain;
		let has = |dealer: AccountId| async move {
			match chain.dealing(task, &dealer).await?.filter(DealingRecord::counts) {
				Some(record) => has_copy(chain, &record.digest).await,
				None => Ok(Some(true)),
			}
		};
		let is_told = looked.look(&mut self.looks, has).await?;
		Ok(is_told.then_some(looked.missing.len() as u64))
	}
}

/// Holds what is decoded here against the chain's metadata.
fn check(chain: &Chain) -> Result<(), ChainError> {
	let other = |what: String| ChainError::OtherVersion { url: chain.url().to_owned(), what };
	let pallet = chain.metadata().pallet_by_name("Vss");
	let entry = pallet.and_then(|pallet| pallet.storage()?.entry_by_name("Seats"));
	let entry = entry.ok_or_else(|| other("there is no storage Vss.Seats".to_owned()))?;
	Own::new([meta_type::<Vec<SeatState>>()])
		.matches(0, chain.metadata().types(), entry.value_ty())
		.map_err(|difference| other(format!("storage Vss.Seats: {difference}")))
}

/// The key of a value in a chain's state, or what the keys of many begin with.
pub(super) fn key(
	chain: &Chain,
	pallet: &str,
	item: &str,
	parts: Vec<Value>,
) -> Result<Vec<u8>, ChainError> {
	let metadata = chain.metadata();
	encode_storage_key(pallet, item, parts, metadata, metadata.types())
		.map_err(|error| ChainError::Unreadable(format!("{pallet}.{item}: {error}")))
}

/// The tasks in which an operator has seats that are not given back.
async fn seats_of(
	chain: &Chain,
	account: &AccountId,
	head: Head,
) -> Result<Vec<TaskId>, ChainError> {
	let bytes: &[u8] = account.as_ref();
	let prefix = key(chain, "Registry", "Seats", vec![Value::from_bytes(bytes)])?;
	let (start, hash) = (prefix.as_slice(), head.hash);
	let keys = chain
		.link()
		.ask(
			|rpc| async move { rpc.state_get_keys_paged(start, MOST_SEATS, None, Some(hash)).await },
		)
		.await?;
	let task = |key: &Vec<u8>| {
		let mut number = key.get(prefix.len() + HASH..)?;
		TaskId::decode(&mut number).ok().filter(|_| number.is_empty())
	};
	let tasks: Option<Vec<TaskId>> = keys.iter().map(task).collect();
	tasks.ok_or_else(|| ChainError::Unreadable("the keys of Registry.Seats".to_owned()))
}

/// A task, and the states of its seats; `None` if it is settled and gone.
async fn task_at(
	chain: &Chain,
	task: TaskId,
	head: Head,
) -> Result<Option<(TaskId, Open)>, ChainError> {
	let Some(info) = chain.task_if_any(task, head).await? else { return Ok(None) };
	let key = key(chain, "Vss", "Seats", vec![Value::u128(task.into())])?;
	let bytes = chain.storage_at(&key, head).await?;
	// freed in the course of the settlement
	let states = match bytes {
		Some(bytes) => Vec::<SeatState>::decode(&mut bytes.as_slice())
			.map_err(|error| ChainError::Unreadable(format!("Vss.Seats: {error}")))?,
		None => Vec::new(),
	};
	Ok(Some((task, Open { info, states })))
}

/// An operator's seat in a task, and the key that is pinned to it.
fn seat(task: TaskId, open: &Open, account: &AccountId) -> Option<(Seat, WorkerKey)> {
	let row = open.info.committee.iter().chain(&open.info.panel);
	let (place, held) = row.enumerate().find(|(_, held)| held.account == *account)?;
	let seat = Seat {
		task,
		status: open.info.task.status,
		computes: place < open.info.committee.len(),
		state: open.states.get(place).cloned(),
	};
	Some((seat, held.worker))
}

/// Whether all these keys are in the node's keystore; `None` if there are none, or it does not say.
async fn has_all(chain: &Chain, keys: &BTreeSet<WorkerKey>) -> Result<Option<bool>, ChainError> {
	let mut all = None;
	for key in keys {
		match is_in_keystore(chain, key).await? {
			Some(has) => all = Some(all.unwrap_or(true) && has),
			None => return Ok(None),
		}
	}
	Ok(all)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_primitives::task::Seat as Held;

	fn held(byte: u8) -> Held {
		Held {
			account: AccountId::new([byte; 32]),
			worker: WorkerKey::from_raw([byte + 100; 32]),
			seal_key: [0; 32],
		}
	}

	#[test]
	fn a_seat_is_found_in_the_row_of_committee_and_panel() {
		let mut info = fixtures::task();
		info.committee = vec![held(1), held(2)].try_into().expect("few");
		info.panel = vec![held(3)].try_into().expect("few");
		let verifier = SeatState { attested: true, ..SeatState::default() };
		let states = vec![SeatState::default(), SeatState::default(), verifier.clone()];
		let mut open = Open { info, states };
		let of = |open: &Open, byte| seat(7, open, &AccountId::new([byte; 32]));
		let (member, key) = of(&open, 2).expect("a member");
		assert!(member.computes && member.state == Some(SeatState::default()));
		assert_eq!(key, WorkerKey::from_raw([102; 32]));
		let (third, _) = of(&open, 3).expect("a verifier");
		assert!(!third.computes && third.state == Some(verifier));
		assert!(of(&open, 4).is_none());
		// what the settlement has freed is not made up
		open.states.clear();
		assert_eq!(of(&open, 3).map(|(seat, _)| seat.state), Some(None));
	}

	fn looked(left: std::ops::RangeInclusive<u8>, missing: u8) -> Looked {
		let account = |byte: u8| AccountId::new([byte; 32]);
		let missing = (200..).take(usize::from(missing)).map(account).collect();
		Looked { left: left.map(account).collect(), missing }
	}

	#[tokio::test]
	async fn whom_the_node_says_nothing_of_is_looked_for_again() {
		let mut looked = looked(1..=5, 2);
		let mut looks = LOOKS;
		let unsaid = AccountId::new([3; 32]);
		let has = |dealer: AccountId| {
			let said = (dealer != unsaid).then_some(false);
			async move { Ok::<_, ChainError>(said) }
		};
		assert!(!looked.look(&mut looks, has).await.expect("it answers"));
		assert_eq!((looked.left.len(), looked.missing.len(), looks), (3, 4, LOOKS - 3));
		assert!(looked.left.contains(&unsaid));
		let fails = |_: AccountId| async { Err(ChainError::Unreadable("it".to_owned())) };
		assert!(looked.look(&mut looks, fails).await.is_err());
		assert_eq!((looked.left.len(), looked.missing.len()), (3, 4));
		// it says so again: what is missing is told, and what is there no more
		assert!(looked.look(&mut looks, |_| async { Ok(Some(false)) }).await.expect("it answers"));
		assert_eq!((looked.left.len(), looked.missing.len()), (0, 7));
		assert!(!looked.look(&mut looks, |_| async { Ok(None) }).await.expect("it answers"));
		assert_eq!(looked.missing.len(), 7);
		assert!(looked.look(&mut looks, |_| async { Ok(Some(true)) }).await.expect("it answers"));
		assert!(looked.missing.is_empty());
	}

	#[tokio::test]
	async fn a_reading_looks_for_so_many_dealings_whatever_the_tasks() {
		let mut tasks = [looked(1..=100, 0), looked(101..=150, 40)];
		let mut lefts = Vec::new();
		for _ in 0..3 {
			let mut looks = LOOKS;
			let asked = std::cell::Cell::new(0);
			let has = |_: AccountId| {
				asked.set(asked.get() + 1);
				async { Ok::<_, ChainError>(Some(false)) }
			};
			for task in &mut tasks {
				assert!(task.look(&mut looks, has).await.expect("it answers"));
			}
			assert!(asked.get() <= LOOKS && asked.get() == LOOKS - looks);
			lefts.push((tasks[0].left.len(), tasks[1].left.len()));
		}
		// the hundred that are missing of the one leave looks to the other
		assert_eq!(lefts, [(36, 50), (0, 22), (0, 0)]);
		assert_eq!((tasks[0].missing.len(), tasks[1].missing.len()), (100, 90));
	}
}
