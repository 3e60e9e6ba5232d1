//! What the worker keeps in the node's offchain database, and how runs that overlap share it.
//!
//! | record | one for each | holds | freed |
//! |---|---|---|---|
//! | book | node | the tasks that have records | with its last task |
//! | ledger | seat | the task's dealings, and what is known of its share and the proof of each | after settlement |
//! | survey | seat | which dealings are open, of those that the last look at all of them saw | after settlement |
//! | share | seat and dealing | the opened share, encrypted | after settlement |
//! | sent | seat and message | block of the last attempt, and what an attestation was about | after settlement |
//! | notice | seat and kind of error | block of the last complaint | after settlement |
//! | lock | seat | the one `h_A` that it answers under | never |
//! | cursors | node | which block is looked at next for copies to be cleared (`sweep`) | never |
//!
//! A *seat* is a worker key and a task hash, not a task's number: the database does not follow forks, and two forks can
//! give one number to two tasks. All records lie in the persistent storage under a prefix of the pallet's, and begin with
//! the byte of their version (`record`).
//!
//! Settlement removes a task's dealings from the state, so the ledger is also the list by which the node's copies of
//! them are freed. It names all that were seen in the state, opened or not, excluded or not.
//!
//! Reading hundreds of dealings and the ledger in every block would be most of what a node does. So whoever has looked at
//! all dealings notes the *survey*: the state's running hash of them, and the dealers of those whose share or proof is not
//! known to be right. Where the hash in the state is the same, the others' are right, whatever fork it is and whatever has
//! been excluded since, and only the open ones are looked at.
//!
//! # Invariants
//! - Whoever reads a record to change it writes by compare-and-set, and gives up (until the next block) if another run
//!   was faster. Shares and surveys are written as they are: what any run makes of them is true.
//! - The lock is taken before anything of the answer leaves the node, and never let go: were it freed with the rest, a
//!   re-org later than that could draw a second answer over another accepted set, and the difference of the two is the
//!   share of the dealer by which they differ. It is one for a task hash and not one for a dealing because a digest
//!   covers the task hash: no dealing enters two `h_A` if its task has one.

use super::{
	decide::{is_recent, Answer, ShareState},
	record::{read, update, update_strictly, write},
	WorkerError,
};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, Encode};
use ostraka_primitives::{
	message::{indexed_key, IndexedDealing},
	AccountId, BlockNumber, Digest, TaskId, WorkerKey, MAX_DEALERS,
};
use sp_runtime::offchain::storage::StorageValueRef;

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

/// What is known of each dealing's share and proof, by digest; of its commitments and proof, by a verifier.
pub type Ledger = BTreeMap<Digest, ShareState>;

/// What a run found that had looked at all dealings.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Survey {
	/// The state's running hash of the dealings that it saw.
	pub dealt: Digest,
	/// Dealers of those whose share or proof was not known to be right afterwards. Excluded ones are among them: on another
	/// fork they may count.
	pub open: Vec<AccountId>,
}

/// Which message a sent-record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub enum Message {
	/// The accusation of a dealing.
	Accuse(Digest),
	/// An answer.
	Answer(Answer),
	/// The attestation.
	Attest,
	/// The challenge of a dealing.
	Challenge(Digest),
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
fn survey_key(seat: &SeatKey) -> Vec<u8> {
	key(b'v', seat)
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

/// The dealing that the node's database holds under a digest: put there by offchain indexing when the block was
/// imported, or supplied by the operator under the same key. Nothing of it has been checked.
pub fn indexed(digest: &Digest) -> Option<IndexedDealing> {
	StorageValueRef::persistent(&indexed_key(digest)).get().ok().flatten()
}

/// The book. One of another version is empty here: who enters something there says so.
pub fn book() -> Vec<BookEntry> {
	read(&book_key()).ok().flatten().unwrap_or_default()
}

/// Enters seats that have none of their records freed later otherwise.
///
/// # Errors
/// `Busy`; `BookFull`, with all that fit entered; `Record`.
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
		Ok(book)
	})?;
	if full {
		return Err(WorkerError::BookFull);
	}
	Ok(())
}

/// Notes since when tasks are gone (`None`: not gone after all), and strikes out the seats whose records are freed.
///
/// # Errors
/// `Busy`, `Record`.
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
		Ok(book)
	})
	.map(|_| ())
}

/// A seat's ledger.
///
/// # Errors
/// `Record`.
pub fn ledger(seat: &SeatKey) -> Result<Ledger, WorkerError> {
	Ok(read(&ledger_key(seat))?.unwrap_or_default())
}

/// A seat's survey, if one was made.
///
/// # Errors
/// `Record`.
pub fn survey(seat: &SeatKey) -> Result<Option<Survey>, WorkerError> {
	read(&survey_key(seat))
}

/// Keeps a seat's survey.
pub fn keep_survey(seat: &SeatKey, survey: &Survey) {
	write(&survey_key(seat), survey);
}

/// Enters what was found out. Never turns what is opened into `Missing` or `Unproven`, nor anything into `Unopened`: another
/// run may have been luckier.
///
/// # Errors
/// `Busy`, `Record`.
pub fn note(seat: &SeatKey, found: &[(Digest, ShareState)]) -> Result<Ledger, WorkerError> {
	update(&ledger_key(seat), |ledger: Option<Ledger>| {
		let mut ledger = ledger.unwrap_or_default();
		for (digest, state) in found {
			let known = ledger.get(digest);
			let downgrade = match state {
				ShareState::Unopened => known.is_some(),
				ShareState::Missing(_) | ShareState::Unproven => {
					known.is_some_and(|known| known.is_opened())
				},
				ShareState::Right | ShareState::Wrong | ShareState::Forged => false,
			};
			if !downgrade && (known.is_some() || ledger.len() < MAX_LEDGER) {
				ledger.insert(*digest, *state);
			}
		}
		Ok(ledger)
	})
}

/// The ledger, with these dealings in it.
///
/// # Errors
/// `Busy`, `Record`.
pub fn list(
	seat: &SeatKey,
	digests: impl IntoIterator<Item = Digest>,
) -> Result<Ledger, WorkerError> {
	let ledger = ledger(seat)?;
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
/// `Busy`, `Record`.
pub fn forget(seat: &SeatKey, digest: &Digest) -> Result<(), WorkerError> {
	clear(&share_key(seat, digest));
	clear(&survey_key(seat));
	update(&ledger_key(seat), |ledger: Option<Ledger>| {
		let mut ledger = ledger.unwrap_or_default();
		ledger.remove(digest);
		Ok(ledger)
	})
	.map(|_| ())
}

/// Keeps an opened share, which the caller has encrypted.
pub fn keep_share(seat: &SeatKey, digest: &Digest, record: &[u8]) {
	write(&share_key(seat, digest), record);
}

/// An opened share, encrypted.
///
/// # Errors
/// `Record`.
pub fn kept_share(seat: &SeatKey, digest: &Digest) -> Result<Option<Vec<u8>>, WorkerError> {
	read(&share_key(seat, digest))
}

/// Runs `send` unless the message was sent recently, and `about` the same, so that of runs that overlap one sends. If `send`
/// fails, the next run may try again.
///
/// Returns whether it was sent.
///
/// # Errors
/// `Busy`, `Record`, and those of `send`.
pub fn send_once<A: Encode + Decode + PartialEq>(
	seat: &SeatKey,
	message: &Message,
	about: A,
	now: BlockNumber,
	retry: BlockNumber,
	send: impl FnOnce() -> Result<(), WorkerError>,
) -> Result<bool, WorkerError> {
	let key = sent_key(seat, message);
	let taken = update(&key, |last: Option<(BlockNumber, A)>| match last {
		Some((at, was)) if was == about && is_recent(at, now, retry) => {
			Err(WorkerError::SentRecently)
		},
		_ => Ok((now, about)),
	});
	match taken {
		Ok(_) => {},
		Err(WorkerError::SentRecently) => return Ok(false),
		Err(error) => return Err(error),
	}
	send().map(|()| true).inspect_err(|_| clear(&key))
}

/// Block in which a message was last sent, if ever.
pub fn sent_at(seat: &SeatKey, message: &Message) -> Option<BlockNumber> {
	// Of a record of another version who sends will hear.
	read(&sent_key(seat, message)).ok().flatten()
}

/// Looks whether the seat may answer under `h_A`, and locks nothing.
///
/// # Errors
/// `Locked` if it is locked to another one, `Record`.
pub fn check_lock(seat: &SeatKey, accepted_set: &Digest) -> Result<(), WorkerError> {
	match read::<Digest>(&lock_key(seat))? {
		Some(held) if held != *accepted_set => Err(WorkerError::Locked { held }),
		// One that cannot be read is for `lock` to refuse.
		_ => Ok(()),
	}
}

/// Locks the seat to `h_A`, for good.
///
/// # Errors
/// `Locked` if it is locked to another one, `Busy`, `LockUnreadable`, `Record`.
pub fn lock(seat: &SeatKey, accepted_set: &Digest) -> Result<(), WorkerError> {
	// Unlike all other records, one that cannot be read is not absent: what the seat may have answered is unknown.
	let locked = update_strictly(&lock_key(seat), |held: Result<Option<Digest>, _>| match held {
		Ok(Some(held)) if held != *accepted_set => Err(WorkerError::Locked { held }),
		Ok(_) => Ok(*accepted_set),
		Err(_) => Err(WorkerError::LockUnreadable),
	});
	locked.map(|_| ())
}

/// Whether it is time to complain again of one kind of trouble with a seat; notes that it was done.
pub fn may_complain(seat: &SeatKey, kind: u8, now: BlockNumber, every: BlockNumber) -> bool {
	let taken = update(&notice_key(seat, kind), |last: Option<BlockNumber>| match last {
		Some(at) if is_recent(at, now, every) => Err(WorkerError::SentRecently),
		_ => Ok(now),
	});
	match taken {
		// Nothing can be noted there: by the block's number, so that not every block says it.
		Err(WorkerError::Record(_)) => now.checked_rem(every) == Some(0),
		taken => taken.is_ok(),
	}
}

/// Frees a seat's records, and the node's copies of its task's dealings. Its lock stays. The ledger goes last: if the
/// node stops in between, the next run does the rest. Returns how many dealings there were.
///
/// # Errors
/// `Record`: then nothing is freed.
pub fn free(seat: &SeatKey) -> Result<u32, WorkerError> {
	let ledger = ledger(seat)?;
	for digest in ledger.keys() {
		clear(&share_key(seat, digest));
		clear(&sent_key(seat, &Message::Accuse(*digest)));
		clear(&sent_key(seat, &Message::Challenge(*digest)));
		clear(&indexed_key(digest));
	}
	for message in
		[Message::Answer(Answer::Commit), Message::Answer(Answer::Reveal), Message::Attest]
	{
		clear(&sent_key(seat, &message));
	}
	for kind in 0..WorkerError::KINDS {
		clear(&notice_key(seat, kind));
	}
	clear(&survey_key(seat));
	clear(&ledger_key(seat));
	Ok(u32::try_from(ledger.len()).unwrap_or(u32::MAX))
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
