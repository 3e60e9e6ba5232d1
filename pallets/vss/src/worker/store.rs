//! What the worker keeps in the node's offchain database, and how runs that overlap share it.
//!
//! | record | one for each | holds | freed |
//! |---|---|---|---|
//! | book | node | the tasks that have records | with its last task |
//! | ledger | seat | the task's dealings, and what is known of its share of each | after settlement |
//! | share | seat and dealing | the opened share, encrypted | after settlement |
//! | sent | seat and message | block of the last attempt | after settlement |
//! | notice | seat and kind of error | block of the last complaint | after settlement |
//! | lock | seat | the one `h_A` that it answers under | never |
//!
//! A *seat* is a worker key and a task hash, not a task's number: the database does not follow forks, and two forks can
//! give one number to two tasks. All records lie in the persistent storage under a prefix of the pallet's.
//!
//! Settlement removes a task's dealings from the state, so the ledger is also the list by which the node's copies of
//! them are freed. It names all that were seen in the state, opened or not, excluded or not.
//!
//! # Invariants
//! - Whoever reads a record to change it writes by compare-and-set, and gives up (until the next block) if another run
//!   was faster.
//! - The lock is taken before anything of the answer leaves the node, and never let go: were it freed with the rest, a
//!   re-org later than that could draw a second answer over another accepted set, and the difference of the two is the
//!   share of the dealer by which they differ. It is one for a task hash and not one for a dealing because a digest
//!   covers the task hash: no dealing enters two `h_A` if its task has one.

use super::{
	decide::{is_recent, Answer, ShareState},
	WorkerError,
};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, Encode};
use ostraka_primitives::{
	message::{indexed_key, IndexedDealing},
	AccountId, BlockNumber, Digest, TaskId, WorkerKey, MAX_DEALERS,
};
use sp_runtime::offchain::storage::{MutateStorageError, StorageRetrievalError, StorageValueRef};

/// First bytes of every key of the worker's.
const PREFIX: &[u8] = b"ostraka/worker/";
/// Most tasks in the book. Beyond it a task is served all the same, but its records stay.
const MAX_BOOK: usize = 4096;
/// Most dealings in a ledger: a full task's on each of two forks.
const MAX_LEDGER: usize = 2 * MAX_DEALERS as usize;

/// A worker key and a task hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct SeatKey {
	/// The worker key.
	pub worker: WorkerKey,
	/// `TH`.
	pub task_hash: Digest,
}

/// A task that has records.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct BookEntry {
	/// The seat.
	pub seat: SeatKey,
	/// The task's number.
	pub task: TaskId,
	/// Block in which the task was first seen to be gone.
	pub gone_since: Option<BlockNumber>,
}

/// What is known of each dealing's share, by digest.
pub type Ledger = BTreeMap<Digest, ShareState>;

/// Which message a sent-record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub enum Message {
	/// The accusation of a dealing.
	Accuse(Digest),
	/// An answer.
	Answer(Answer),
}

fn key(record: u8, fields: &impl Encode) -> Vec<u8> {
	let mut key = PREFIX.to_vec();
	key.push(record);
	fields.encode_to(&mut key);
	key
}

fn book_key() -> Vec<u8> {
	key(b'b', &())
}
fn ledger_key(seat: &SeatKey) -> Vec<u8> {
	key(b'l', seat)
}
fn share_key(seat: &SeatKey, digest: &Digest) -> Vec<u8> {
	key(b's', &(seat, digest))
}
fn sent_key(seat: &SeatKey, message: &Message) -> Vec<u8> {
	key(b't', &(seat, message))
}
fn notice_key(seat: &SeatKey, kind: u8) -> Vec<u8> {
	key(b'n', &(seat, kind))
}
fn lock_key(seat: &SeatKey) -> Vec<u8> {
	key(b'h', seat)
}

fn clear(key: &[u8]) {
	StorageValueRef::persistent(key).clear();
}

/// Compare-and-set on a record. An unreadable record counts as absent.
fn update<V: Encode + Decode, E: Into<WorkerError>>(
	key: &[u8],
	change: impl FnOnce(Option<V>) -> Result<V, E>,
) -> Result<V, WorkerError> {
	let changed = StorageValueRef::persistent(key)
		.mutate(|old: Result<Option<V>, StorageRetrievalError>| change(old.ok().flatten()));
	changed.map_err(|error| match error {
		MutateStorageError::ConcurrentModification(_) => WorkerError::Busy,
		MutateStorageError::ValueFunctionFailed(error) => error.into(),
	})
}

/// The dealing that the node's database holds under a digest: put there by offchain indexing when the block was
/// imported, or supplied by the operator under the same key. Nothing of it has been checked.
pub fn indexed(digest: &Digest) -> Option<IndexedDealing> {
	StorageValueRef::persistent(&indexed_key(digest)).get().ok().flatten()
}

/// The book.
pub fn book() -> Vec<BookEntry> {
	StorageValueRef::persistent(&book_key()).get().ok().flatten().unwrap_or_default()
}

/// Enters seats that have none of their records freed later otherwise.
///
/// # Errors
/// `Busy`; `BookFull`, with all that fit entered.
pub fn enter(new: &[(SeatKey, TaskId)]) -> Result<(), WorkerError> {
	let mut full = false;
	update(&book_key(), |book: Option<Vec<BookEntry>>| {
		let mut book = book.unwrap_or_default();
		for (seat, task) in new {
			if book.iter().any(|entry| entry.seat == *seat) {
				continue;
			}
			if book.len() >= MAX_BOOK {
				full = true;
				break;
			}
			book.push(BookEntry { seat: *seat, task: *task, gone_since: None });
		}
		Ok::<_, WorkerError>(book)
	})?;
	if full {
		return Err(WorkerError::BookFull);
	}
	Ok(())
}

/// Notes since when tasks are gone (`None`: not gone after all), and strikes out the seats whose records are freed.
///
/// # Errors
/// `Busy`.
pub fn settle_book(
	gone: &BTreeMap<SeatKey, Option<BlockNumber>>,
	freed: &[SeatKey],
) -> Result<(), WorkerError> {
	update(&book_key(), |book: Option<Vec<BookEntry>>| {
		let mut book = book.unwrap_or_default();
		book.retain(|entry| !freed.contains(&entry.seat));
		for entry in &mut book {
			if let Some(since) = gone.get(&entry.seat) {
				entry.gone_since = *since;
			}
		}
		Ok::<_, WorkerError>(book)
	})
	.map(|_| ())
}

/// A seat's ledger.
pub fn ledger(seat: &SeatKey) -> Ledger {
	StorageValueRef::persistent(&ledger_key(seat)).get().ok().flatten().unwrap_or_default()
}

/// Enters what was found out. Never turns `Right` or `Wrong` into `Missing`, nor anything into `Unopened`: another run
/// may have been luckier.
///
/// # Errors
/// `Busy`.
pub fn note(seat: &SeatKey, found: &[(Digest, ShareState)]) -> Result<Ledger, WorkerError> {
	update(&ledger_key(seat), |ledger: Option<Ledger>| {
		let mut ledger = ledger.unwrap_or_default();
		for (digest, state) in found {
			let known = ledger.get(digest);
			let downgrade = match state {
				ShareState::Unopened => known.is_some(),
				ShareState::Missing(_) => {
					matches!(known, Some(ShareState::Right | ShareState::Wrong))
				},
				ShareState::Right | ShareState::Wrong => false,
			};
			if !downgrade && (known.is_some() || ledger.len() < MAX_LEDGER) {
				ledger.insert(*digest, *state);
			}
		}
		Ok::<_, WorkerError>(ledger)
	})
}

/// The ledger, with these dealings in it.
///
/// # Errors
/// `Busy`.
pub fn list(
	seat: &SeatKey,
	digests: impl IntoIterator<Item = Digest>,
) -> Result<Ledger, WorkerError> {
	let ledger = ledger(seat);
	let new: Vec<_> = digests
		.into_iter()
		.filter(|digest| !ledger.contains_key(digest))
		.map(|digest| (digest, ShareState::Unopened))
		.collect();
	if new.is_empty() {
		return Ok(ledger);
	}
	note(seat, &new)
}

/// Forgets what is known of a share, so that it is opened again.
///
/// # Errors
/// `Busy`.
pub fn forget(seat: &SeatKey, digest: &Digest) -> Result<(), WorkerError> {
	clear(&share_key(seat, digest));
	update(&ledger_key(seat), |ledger: Option<Ledger>| {
		let mut ledger = ledger.unwrap_or_default();
		ledger.remove(digest);
		Ok::<_, WorkerError>(ledger)
	})
	.map(|_| ())
}

/// Keeps an opened share, which the caller has encrypted.
pub fn keep_share(seat: &SeatKey, digest: &Digest, record: &[u8]) {
	sp_io::offchain::local_storage_set(
		sp_core::offchain::StorageKind::PERSISTENT,
		&share_key(seat, digest),
		record,
	);
}

/// An opened share, encrypted.
pub fn kept_share(seat: &SeatKey, digest: &Digest) -> Option<Vec<u8>> {
	sp_io::offchain::local_storage_get(
		sp_core::offchain::StorageKind::PERSISTENT,
		&share_key(seat, digest),
	)
}

/// Runs `send` unless the message was sent recently, so that of runs that overlap one sends. If `send` fails, the next
/// run may try again.
///
/// Answers whether it was sent.
///
/// # Errors
/// `Busy`, and those of `send`.
pub fn send_once(
	seat: &SeatKey,
	message: &Message,
	now: BlockNumber,
	retry: BlockNumber,
	send: impl FnOnce() -> Result<(), WorkerError>,
) -> Result<bool, WorkerError> {
	let key = sent_key(seat, message);
	let taken = update(&key, |last: Option<BlockNumber>| match last {
		Some(at) if is_recent(at, now, retry) => Err(WorkerError::SentRecently),
		_ => Ok(now),
	});
	match taken {
		Ok(_) => {},
		Err(WorkerError::SentRecently) => return Ok(false),
		Err(error) => return Err(error),
	}
	send().map(|()| true).inspect_err(|_| clear(&key))
}

/// Block in which an accusation was last sent, if ever.
pub fn accused_at(seat: &SeatKey, digest: &Digest) -> Option<BlockNumber> {
	let key = sent_key(seat, &Message::Accuse(*digest));
	StorageValueRef::persistent(&key).get().ok().flatten()
}

/// Locks the seat to `h_A`, for good.
///
/// # Errors
/// `Locked` if it is locked to another one, `Busy`, `LockUnreadable`.
pub fn lock(seat: &SeatKey, accepted_set: &Digest) -> Result<(), WorkerError> {
	let locked = StorageValueRef::persistent(&lock_key(seat)).mutate(
		|old: Result<Option<Digest>, StorageRetrievalError>| match old {
			Ok(None) => Ok(*accepted_set),
			Ok(Some(held)) if held == *accepted_set => Ok(held),
			Ok(Some(held)) => Err(WorkerError::Locked { held }),
			// Unlike all other records: what the seat may have answered is unknown.
			Err(StorageRetrievalError::Undecodable) => Err(WorkerError::LockUnreadable),
		},
	);
	match locked {
		Ok(_) => Ok(()),
		Err(MutateStorageError::ConcurrentModification(_)) => Err(WorkerError::Busy),
		Err(MutateStorageError::ValueFunctionFailed(error)) => Err(error),
	}
}

/// Whether it is time to complain again of one kind of trouble with a seat; notes that it was done.
pub fn may_complain(seat: &SeatKey, kind: u8, now: BlockNumber, every: BlockNumber) -> bool {
	let taken = update(&notice_key(seat, kind), |last: Option<BlockNumber>| match last {
		Some(at) if is_recent(at, now, every) => Err(WorkerError::SentRecently),
		_ => Ok(now),
	});
	taken.is_ok()
}

/// Frees a seat's records, and the node's copies of its task's dealings. Its lock stays. The ledger goes last: if the
/// node stops in between, the next run does the rest.
pub fn free(seat: &SeatKey) {
	for digest in ledger(seat).keys() {
		clear(&share_key(seat, digest));
		clear(&sent_key(seat, &Message::Accuse(*digest)));
		clear(&indexed_key(digest));
	}
	for answer in [Answer::Commit, Answer::Reveal] {
		clear(&sent_key(seat, &Message::Answer(answer)));
	}
	for kind in 0..WorkerError::KINDS {
		clear(&notice_key(seat, kind));
	}
	clear(&ledger_key(seat));
}

/// What a report about a missing dealing names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingDealing {
	/// The task.
	pub task: TaskId,
	/// The dealer.
	pub dealer: AccountId,
	/// The dealing's digest.
	pub digest: Digest,
	/// Block whose body has the dealing.
	pub dealt_at: BlockNumber,
}
