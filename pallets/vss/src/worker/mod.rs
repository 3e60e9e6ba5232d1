//! The offchain worker of a compute node: opens its sealed shares, accuses dealers of wrong ones, and answers with
//! commitment and result share.
//!
//! It runs after a block was imported as the best, on every full node that has worker keys in its keystore; there is no
//! authority gate. Runs may skip block numbers, overlap, and follow a re-org, and the node may stop at any point: so
//! a run decides from the state of its block and its own records alone, and every record that two runs could fight over
//! changes by compare-and-set.
//!
//! | file | holds |
//! |---|---|
//! | [`keys`] | worker keys, what they sign, the secrets that follow from them |
//! | [`decide`] | what to do, as a pure function of state and records |
//! | [`store`] | the records |
//! | `chain` | what a run reads of the block's state |
//! | `shares` | opening, checking, adding up |
//! | `send` | calls, signatures, transactions |
//!
//! # What makes it act
//! Every run looks at every task on which a local key has a pinned seat ([`Roster::assignments`]).
//!
//! | task is | worker does |
//! |---|---|
//! | collecting, verifying | opens and checks the shares of accepted dealings; accuses, when its turn comes |
//! | committing | after `Δ` blocks: commits. If shares of frozen dealings are wrong: accuses, for its excuse and beyond |
//! | revealing | reveals; or accuses, as before |
//! | settled, for [`CLEAR_AFTER`] blocks | frees its records, save the lock, and the node's copies of the dealings |
//!
//! It sends nothing again that the state shows as included, nor within the retry interval of the last attempt. A later
//! attempt carries another block number, and so another hash: the pool and the network drop what they have seen.
//!
//! # A dealing that is not in the node's database
//! Sealed shares travel in the dealer's extrinsic; offchain indexing copies them to the node's offchain database when
//! it imports the block. A node that was not there (warp-synced, indexing switched off) lacks them; the worker says so
//! in its log, does not answer for the task, and looks again in every run. The operator supplies the dealing from the
//! block's body: the SCALE bytes of an [`IndexedDealing`](ostraka_primitives::message::IndexedDealing), under
//! [`indexed_key`](ostraka_primitives::message::indexed_key), by the node's RPC `offchain_localStorageSet("PERSISTENT",
//! key, value)` (an unsafe method: local connections only). Indexing writes, that RPC, and the worker's reads all put
//! one prefix (`storage`) before the key, and none around the value. A supplied copy is believed no more than an
//! indexed one: it is used only if it hashes to the digest in the block's state.
//!
//! # How long copies stay
//! Nothing but this worker frees them. The block that settles a task must not: offchain indexing takes effect with every
//! block that is imported, so that a side block would take from a member what it needs on the fork that wins. While a
//! task lasts, the worker notes the digests of its dealings; when the task has been gone for [`CLEAR_AFTER`] blocks, it
//! frees what it noted, a few seats a run. What stays are copies in databases of nodes that index but have no seat in
//! the task, or were away until it was settled: ciphertexts, which lie in the block bodies as well.
//!
//! # One key, one node
//! The lock that keeps a seat from answering under two accepted sets lies in the node's database. Two nodes that run
//! the same worker key, or one whose database was wiped while its task was open, do not have it.

pub(crate) mod chain;
pub mod decide;
pub mod keys;
mod send;
mod shares;
pub mod store;
#[cfg(test)]
mod tests;

use crate::Config;
use alloc::{collections::BTreeMap, rc::Rc, vec::Vec};
use core::{fmt, marker::PhantomData};
use decide::ShareState;
use frame::{log, prelude::*};
use keys::Secrets;
use ostraka_primitives::{
	task::TaskStatus,
	traits::{Roster, TaskBook},
	AccountId, BlockNumber, Digest, TaskId, WorkerKey, MAX_ASSIGNMENTS,
};
use ostraka_protocol::UnknownVersion;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use store::{Message, MissingDealing, SeatKey};

/// Target of the worker's log.
pub const LOG_TARGET: &str = "ostraka::worker";
/// Blocks between a task's end and the deletion of its records.
pub const CLEAR_AFTER: BlockNumber = 64;
/// Blocks between two complaints about the same thing.
pub const COMPLAIN_EVERY: BlockNumber = 50;
/// Most tasks whose records one run frees.
const MAX_FREED: usize = 4;
/// Work of one run, in units of about 0.1 ms; what is left goes to the next run.
const WORK: u32 = 5_000;
/// Work of an accusation.
const ACCUSE_WORK: u32 = 30;

/// Why a worker did not do what it wanted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerError {
	/// The keystore has the key, but does not sign with it.
	Signing,
	/// The key's `E_j` is not the one that the task pinned.
	WrongSealKey,
	/// Another run changed the record in between.
	Busy,
	/// It was sent a short while ago.
	SentRecently,
	/// More tasks have records than the book takes.
	BookFull,
	/// The record of an opened share cannot be read.
	Cache,
	/// The record of the lock cannot be read.
	LockUnreadable,
	/// The seat has answered, or was about to, under another accepted set.
	Locked {
		/// The `h_A` it is locked to.
		held: Digest,
	},
	/// The accepted set in the state does not hash to the `h_A` in the state.
	AcceptedSet,
	/// The sum of the seat's own shares does not fit the aggregate.
	ResultShare,
	/// The node's copy of a dealing is missing or is not the accepted one.
	NoDealing,
	/// Something is longer than the call takes.
	TooLong,
	/// The transaction pool refused.
	Refused,
	/// The protocol's functions refused.
	Protocol(ostraka_protocol::Error),
	/// The task follows a version of the protocol that is not known here.
	Version(UnknownVersion),
}

impl WorkerError {
	/// Tells complaints apart in their records.
	const KINDS: u8 = 16;

	fn kind(&self) -> u8 {
		match self {
			Self::Signing => 0,
			Self::WrongSealKey => 1,
			Self::Busy => 2,
			Self::SentRecently => 3,
			Self::BookFull => 4,
			Self::Cache => 5,
			Self::LockUnreadable => 6,
			Self::Locked { .. } => 7,
			Self::AcceptedSet => 8,
			Self::ResultShare => 9,
			Self::NoDealing => 10,
			Self::TooLong => 11,
			Self::Refused => 12,
			Self::Protocol(_) => 13,
			Self::Version(_) => 14,
		}
	}
}

impl fmt::Display for WorkerError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Signing => f.write_str("the keystore does not sign with this key"),
			Self::WrongSealKey => f.write_str(
				"the seal key that follows from this worker key is not the one that was registered; \
				 the task is left alone",
			),
			Self::Busy => f.write_str("another run of the worker was faster"),
			Self::SentRecently => f.write_str("it was sent a short while ago"),
			Self::BookFull => f.write_str("too many tasks have records; this one's will stay"),
			Self::Cache => f.write_str("the record of an opened share cannot be read"),
			Self::LockUnreadable => {
				f.write_str("the record of its accepted set cannot be read; nothing is answered")
			},
			Self::Locked { held } => write!(
				f,
				"this seat is bound to another accepted set ({}); to answer under a second one could \
				 give a dealer's share away",
				Hex(held)
			),
			Self::AcceptedSet => f.write_str("the accepted set does not fit its hash"),
			Self::ResultShare => {
				f.write_str("the sum of its own shares does not fit the aggregate; nothing is sent")
			},
			Self::NoDealing => f.write_str("the node's database lacks the dealing"),
			Self::TooLong => f.write_str("a field is longer than its call takes"),
			Self::Refused => f.write_str("the transaction pool refused the transaction"),
			Self::Protocol(error) => write!(f, "{error}"),
			Self::Version(error) => write!(f, "{error}; the task is left alone"),
		}
	}
}

impl From<ostraka_protocol::Error> for WorkerError {
	fn from(error: ostraka_protocol::Error) -> Self {
		Self::Protocol(error)
	}
}

impl From<UnknownVersion> for WorkerError {
	fn from(error: UnknownVersion) -> Self {
		Self::Version(error)
	}
}

/// Prints bytes: accounts and keys print nothing of themselves in a runtime.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("0x")?;
		self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
	}
}

/// What one run did; for tests, the log says the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
	/// Messages handed to the pool.
	pub sent: Vec<(TaskId, WorkerKey, Message)>,
	/// Dealings reported missing.
	pub missing: Vec<MissingDealing>,
	/// What went wrong.
	pub errors: Vec<(TaskId, WorkerKey, WorkerError)>,
	/// Seats whose records were freed.
	pub freed: usize,
}

/// Runs the worker on the state of block `now`: the pallet's `offchain_worker` hook.
pub fn run<T: Config>(now: BlockNumberFor<T>) {
	let summary = run_at::<T>(now.saturated_into());
	if summary != Summary::default() {
		log::debug!(
			target: LOG_TARGET,
			"block {now:?}: {} sent, {} missing, {} errors, {} freed",
			summary.sent.len(),
			summary.missing.len(),
			summary.errors.len(),
			summary.freed,
		);
	}
}

/// [`run`], with a report.
pub fn run_at<T: Config>(now: BlockNumber) -> Summary {
	run_within::<T>(now, WORK)
}

/// [`run_at`], with so much work at most.
fn run_within<T: Config>(now: BlockNumber, work: u32) -> Summary {
	let keys = keys::local();
	let book = store::book();
	if keys.is_empty() && book.is_empty() {
		return Summary::default();
	}
	let mut run = Run::<T> {
		now,
		genesis: chain::genesis::<T>(),
		rng: ChaCha20Rng::from_seed(sp_io::offchain::random_seed()),
		work,
		known: book.iter().map(|entry| entry.seat).collect(),
		seen: Vec::new(),
		secrets: BTreeMap::new(),
		summary: Summary::default(),
		_config: PhantomData,
	};
	let mut seats: Vec<(WorkerKey, TaskId)> = Vec::new();
	for key in keys {
		let tasks = T::Roster::assignments(&key).into_iter().take(MAX_ASSIGNMENTS as usize);
		seats.extend(tasks.map(|task| (key, task)));
	}
	// Another seat goes first in every block, so that none is starved when the work does not fit one run.
	if let Some(first) = (now as usize).checked_rem(seats.len()) {
		seats.rotate_left(first);
	}
	for (worker, task) in seats {
		match chain::seat::<T>(task, &worker) {
			Ok(Some(seat)) => {
				if let Err(error) = run.attend(&seat) {
					run.complain(&seat, error);
				}
			},
			Ok(None) => {},
			Err(unserved) => run.leave_alone(task, &unserved),
		}
	}
	run.tidy(&book);
	run.summary
}

/// One run.
struct Run<T> {
	now: BlockNumber,
	genesis: Digest,
	rng: ChaCha20Rng,
	/// Work left.
	work: u32,
	/// Seats in the book.
	known: Vec<SeatKey>,
	/// Seats that this block's state has.
	seen: Vec<SeatKey>,
	/// Secrets derived in this run.
	secrets: BTreeMap<(WorkerKey, AccountId), Rc<Secrets>>,
	summary: Summary,
	_config: PhantomData<T>,
}

impl<T: Config> Run<T> {
	/// Does what there is to do for one seat.
	fn attend(&mut self, seat: &chain::Seat) -> Result<(), WorkerError> {
		self.seen.push(seat.key);
		let over = matches!(seat.state.status, TaskStatus::Settling(_));
		if !over && !seat.state.is_busy() {
			return Ok(());
		}
		let new = !self.known.contains(&seat.key);
		if new {
			self.enter(seat)?;
		}
		let (mut dealings, excluded) = chain::dealings::<T>(seat);
		let digests = dealings.iter().map(|dealing| dealing.digest).chain(excluded);
		let ledger = store::list(&seat.key, digests)?;
		if over {
			return Ok(());
		}
		if new {
			// Checks its key before anything else.
			self.secrets(seat)?;
		}
		for dealing in &mut dealings {
			dealing.share = ledger.get(&dealing.digest).copied();
		}
		self.open_new(seat, &mut dealings)?;
		for dealing in &mut dealings {
			if dealing.accusable && dealing.share == Some(ShareState::Wrong) {
				dealing.accused_at = store::accused_at(&seat.key, &dealing.digest);
			}
		}
		let (lag, retry) = (chain::finality_lag::<T>(), chain::retry_interval::<T>());
		let plan = seat.state.plan(&dealings, self.now, lag, retry);
		let mut left = plan.most;
		for dealing in plan.accuse.iter().filter_map(|place| dealings.get(*place)) {
			if left == 0 || !self.take_work(ACCUSE_WORK) {
				break;
			}
			let accused = self.accuse(seat, dealing, retry);
			// What cannot be sent for want of a copy does not take another's place.
			if accused != Err(WorkerError::NoDealing) {
				left = left.saturating_sub(1);
			}
			if let Err(error) = accused {
				self.complain(seat, error);
			}
		}
		match plan.answer {
			Some(answer) if self.take_work(shares::sum_work(seat, dealings.len())) => {
				self.answer(seat, &dealings, answer, retry)
			},
			_ => Ok(()),
		}
	}

	/// Takes work from what this run has left. The last piece may be larger than that.
	fn take_work(&mut self, work: u32) -> bool {
		let left = self.work > 0;
		self.work = self.work.saturating_sub(work);
		left
	}

	/// Enters a seat in the book.
	fn enter(&mut self, seat: &chain::Seat) -> Result<(), WorkerError> {
		match store::enter(&[(seat.key, seat.task)]) {
			Ok(()) => self.known.push(seat.key),
			// Served all the same.
			Err(WorkerError::BookFull) => self.complain(seat, WorkerError::BookFull),
			Err(error) => return Err(error),
		}
		Ok(())
	}

	/// The seat's secrets, derived once a run.
	fn secrets(&mut self, seat: &chain::Seat) -> Result<Rc<Secrets>, WorkerError> {
		let key = (seat.key.worker, seat.pinned.account.clone());
		if let Some(secrets) = self.secrets.get(&key) {
			secrets.check(&seat.pinned)?;
			return Ok(secrets.clone());
		}
		let secrets = Rc::new(Secrets::derive::<chain::G1>(&self.genesis, &seat.pinned)?);
		self.secrets.insert(key, secrets.clone());
		secrets.check(&seat.pinned)?;
		Ok(secrets)
	}

	/// Says that a seat's task is not one for this release.
	fn leave_alone(&mut self, task: TaskId, unserved: &chain::Unserved) {
		let chain::Unserved { key, seat, error } = unserved;
		self.seen.push(*key);
		// The book frees what complaints leave behind.
		let entered = match self.known.contains(key) {
			true => Ok(()),
			false => store::enter(&[(*key, task)]),
		};
		if let Err(error) = entered {
			self.complain_of(task, *seat, key, error);
		}
		self.complain_of(task, *seat, key, (*error).into());
	}

	/// Logs what went wrong, not in every block.
	fn complain(&mut self, seat: &chain::Seat, error: WorkerError) {
		self.complain_of(seat.task, seat.state.seat, &seat.key, error);
	}

	/// [`Self::complain`], of a seat that cannot be served.
	fn complain_of(&mut self, task: TaskId, number: u8, key: &SeatKey, error: WorkerError) {
		self.summary.errors.push((task, key.worker, error));
		let worker = Hex(&key.worker.0);
		if error == WorkerError::Busy {
			log::debug!(target: LOG_TARGET, "task {task}, seat {number}: {error}");
		} else if store::may_complain(key, error.kind(), self.now, COMPLAIN_EVERY) {
			log::error!(target: LOG_TARGET, "task {task}, seat {number}, worker key {worker}: {error}");
		}
	}

	/// Frees the records of tasks that ended, or that were drawn on a fork only, [`CLEAR_AFTER`] blocks later.
	fn tidy(&mut self, book: &[store::BookEntry]) {
		let mut gone = BTreeMap::new();
		let mut freed = Vec::new();
		for entry in book {
			let lives = self.seen.contains(&entry.seat)
				|| T::Tasks::view(entry.task)
					.is_some_and(|view| view.task_hash == entry.seat.task_hash);
			match entry.gone_since {
				None if lives => {},
				Some(_) if lives => {
					gone.insert(entry.seat, None);
				},
				Some(since) if since <= self.now => {
					if self.now - since >= CLEAR_AFTER && freed.len() < MAX_FREED {
						store::free(&entry.seat);
						freed.push(entry.seat);
					}
				},
				// Not seen before, or seen on a chain that was longer.
				_ => {
					gone.insert(entry.seat, Some(self.now));
				},
			}
		}
		if gone.is_empty() && freed.is_empty() {
			return;
		}
		// If another run was faster, the next one finds the same again.
		match store::settle_book(&gone, &freed) {
			Ok(()) => self.summary.freed = freed.len(),
			Err(error) => {
				log::debug!(target: LOG_TARGET, "settled tasks are struck out later: {error}")
			},
		}
	}
}
