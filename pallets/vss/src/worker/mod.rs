//! The offchain worker of a compute node: checks commitments, opens its sealed shares, checks the proofs that inputs are
//! valid, accuses dealers of wrong shares and challenges wrong proofs, attests where there are none, and answers with
//! commitment and result share. And of a verification node, which has a seat in a task's panel and no shares: checks commitments
//! and proofs, challenges what is wrong, and attests. A node's keys may have seats of both kinds, also in one task.
//!
//! It runs after a block was imported as the best, on every full node that has worker keys in its keystore; there is no
//! authority gate. Runs may skip block numbers, overlap, and follow a re-org, and the node may stop at any point: so
//! a run decides from the state of its block and its own records alone, and every record that two runs could fight over
//! changes by compare-and-set.
//!
//! | file | holds |
//! |---|---|
//! | [`keys`] | worker keys, what they sign, the secrets that follow from a member's |
//! | [`decide`] | what to do, as a pure function of state and records |
//! | [`store`] | the records |
//! | `record` | how a record lies in the database |
//! | `chain` | what a run reads of the block's state |
//! | `look` | what a run has before it of a seat's dealings |
//! | `shares` | checking commitments; a member's opening, checking shares, adding up |
//! | `proofs` | checking proofs |
//! | [`sweep`] | clearing copies of dealings that nobody needs any more |
//! | `send` | calls, signatures, transactions |
//! | `error` | what goes wrong |
//!
//! # What makes it act
//! Every run looks at every task on which a local key has a pinned seat ([`Roster::assignments`]).
//!
//! | task is | member's worker does | verifier's |
//! |---|---|---|
//! | collecting, verifying | checks commitments, many at once; of sound dealings opens and checks its shares; of right shares' dealings checks the proofs; accuses and challenges, when its turn comes | checks commitments, and the proofs of sound dealings; challenges, when its turn comes |
//! | verifying | besides: attests, once its shares of all dealings that count are right and their proofs hold | the same, of commitments and proofs |
//! | committing | opens what it has not yet, and after `Δ` blocks commits; proofs wait until that is on its way. If shares of frozen dealings are wrong: accuses, for its excuse and beyond. If proofs are: challenges, and commits all the same | checks what it has not yet, and challenges |
//! | revealing | reveals; or accuses, as before; then challenges what nobody has | as before |
//! | settled, for [`CLEAR_AFTER`] blocks | frees its records, save the lock, and the node's copies of the dealings | the same |
//!
//! It sends nothing again that the state shows as included, nor within the retry interval of the last attempt. A later
//! attempt carries another block number, and so another hash: the pool and the network drop what they have seen. An attestation
//! alone is sent anew at once where the dealings that it names are others: then the one on its way is void.
//!
//! # What comes first
//! A proof takes the node far longer than a share, and dealers make as many as they are invited. So a run looks at all
//! seats first, for what cannot wait: it opens shares, sends disputes of what is known, attestations and answers; then it
//! checks proofs, as far as its work goes: those of seats with few of them first, and of each in its turn. Attestations
//! and answers go out whatever is left of it, as a seat that is silent is punished, and disputes have work of their own,
//! so that nobody keeps a node from them by dealings that are dear to check. Where the task's relation cannot be had,
//! proofs are left alone, and all the rest is done.
//!
//! # What a run reads
//! Of a seat for which there is nothing new: task, seats, the sharing's state, and one record. All dealings are read
//! where the state's running hash of them is not the one in the seat's *survey* ([`store`]), and for an answer that is due,
//! possible, and not on its way. In between, only those are whose share and proof are not known to be right: to be opened, or
//! disputed, still.
//!
//! # A dealing that is not in the node's database
//! Sealed shares travel in the dealer's extrinsic; offchain indexing copies them to the node's offchain database when
//! it imports the block. A node that was not there (warp-synced, indexing switched off) lacks them; the worker says so
//! in its log, neither answers nor attests for the task, and looks again in every run. The operator supplies the dealing from the
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
//! frees what it noted, as far as a run's work goes. Nodes that index but have no seat in the task, or were away until it was
//! settled, clear theirs by the lists that the chain indexes for each block ([`sweep`]). That runs on every node that runs the
//! worker, with or without keys. What an archive node indexes without a worker stays: ciphertexts, which lie in the block bodies as
//! well.
//!
//! # One key, one node
//! The lock that keeps a seat from answering under two accepted sets lies in the node's database. Two nodes that run
//! the same worker key, or one whose database was wiped while its task was open, do not have it.

pub(crate) mod chain;
pub mod decide;
mod error;
pub mod keys;
mod look;
mod proofs;
mod record;
mod send;
mod shares;
pub mod store;
pub mod sweep;
#[cfg(test)]
mod tests;

use crate::Config;
use alloc::{collections::BTreeMap, format, rc::Rc, vec::Vec};
use core::{fmt, marker::PhantomData};
use decide::{Answer, Dispute, Extent, Plan, ShareState, MAX_ACCUSATIONS};
pub use error::WorkerError;
use frame::{log, prelude::*};
use keys::Secrets;
use look::Look;
use ostraka_crypto::validity::Relation;
use ostraka_primitives::{
	task::TaskStatus,
	traits::{Roster, TaskBook},
	AccountId, BlockNumber, Digest, TaskId, WorkerKey, MAX_ASSIGNMENTS,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use store::{Message, MissingDealing, SeatKey};

/// Target of the worker's log.
pub const LOG_TARGET: &str = "ostraka::worker";
/// Blocks between a task's end and the deletion of its records.
pub const CLEAR_AFTER: BlockNumber = 64;
/// Blocks between two complaints about the same thing.
pub const COMPLAIN_EVERY: BlockNumber = 50;
/// Work of one run, in units of about 0.1 ms; what is left goes to the next run.
const WORK: u32 = 5_000;
/// Work that a run has for disputes, however much it has done: enough for a challenge of the longest proof, which is judged
/// here first, or for dozens of accusations.
const DISPUTE_WORK: u32 = 4_000;
/// Work that a run has for freeing records, however much it has done: else a node that is always busy would keep them all.
const FREE_WORK: u32 = 1_000;
/// Work that a run has for sweeping, however much it has done, for the same reason.
const SWEEP_WORK: u32 = 1_000;
/// Work of freeing a seat's records. Each dealing of its task adds one.
const FREE: u32 = 3;
/// Work of an attestation.
const ATTEST: u32 = 5;

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
	/// Copies of dealings that were swept.
	pub swept: usize,
	/// Units of work that were done for seats and their records, of about 0.1 ms on an older machine, sweeping apart.
	pub work: u32,
}

/// Runs the worker on the state of block `now`: the pallet's `offchain_worker` hook.
pub fn run<T: Config>(now: BlockNumberFor<T>) {
	let began = sp_io::offchain::timestamp();
	let summary = run_at::<T>(now.saturated_into());
	if summary != Summary::default() {
		let took = sp_io::offchain::timestamp().diff(&began).millis();
		log::debug!(
			target: LOG_TARGET,
			"block {now:?}: {} units of work in {took} ms; {} sent, {} missing, {} errors, {} freed, {} swept",
			summary.work,
			summary.sent.len(),
			summary.missing.len(),
			summary.errors.len(),
			summary.freed,
			summary.swept,
		);
	}
}

/// [`run`], with a report.
pub fn run_at<T: Config>(now: BlockNumber) -> Summary {
	run_within::<T>(now, WORK)
}

/// [`run_at`], with so much work at most.
fn run_within<T: Config>(now: BlockNumber, work: u32) -> Summary {
	let mut summary = serve::<T>(now, work);
	// After what has deadlines.
	summary.swept = sweep::run::<T>(now, SWEEP_WORK);
	summary
}

/// Does what is to be done for the seats of the node's keys, and for the records of those that it had.
fn serve<T: Config>(now: BlockNumber, work: u32) -> Summary {
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
		reserve: DISPUTE_WORK,
		known: book.iter().map(|entry| entry.seat).collect(),
		seen: Vec::new(),
		secrets: BTreeMap::new(),
		relations: BTreeMap::new(),
		judged: BTreeMap::new(),
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
	let mut unproven = Vec::new();
	for (worker, task) in seats {
		match chain::seat::<T>(task, &worker) {
			Ok(Some(seat)) => match run.attend(&seat) {
				Ok(Some(look)) => unproven.push((seat, look)),
				Ok(None) => {},
				Err(error) => run.complain(&seat, error),
			},
			Ok(None) => {},
			Err(unserved) => run.leave_alone(task, &unserved),
		}
	}
	look::order(&mut unproven, now);
	for (seat, look) in unproven {
		if let Err(error) = run.prove(&seat, look) {
			run.complain(&seat, error);
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
	/// Work left for disputes alone.
	reserve: u32,
	/// Seats in the book.
	known: Vec<SeatKey>,
	/// Seats that this block's state has.
	seen: Vec<SeatKey>,
	/// Secrets derived in this run.
	secrets: BTreeMap<(WorkerKey, AccountId), Rc<Secrets>>,
	/// Relations derived in this run.
	relations: BTreeMap<TaskId, Rc<Relation>>,
	/// Dealings whose proofs were judged in this run, which seats of one task share: `Right` or `Forged`.
	judged: BTreeMap<Digest, ShareState>,
	summary: Summary,
	_config: PhantomData<T>,
}

impl<T: Config> Run<T> {
	/// Does for one seat what cannot wait: all but checking proofs. Returns what there is to look at where proofs are to be
	/// checked.
	fn attend(&mut self, seat: &chain::Seat) -> Result<Option<Look>, WorkerError> {
		self.seen.push(seat.key);
		let over = matches!(seat.state.status, TaskStatus::Settling(_));
		if !over && !seat.state.is_busy() {
			return Ok(None);
		}
		let new = !self.known.contains(&seat.key);
		if new {
			self.enter(seat)?;
		}
		let Some(mut look) = Look::take::<T>(seat, false)? else { return Ok(None) };
		if over {
			return Ok(None);
		}
		if new && !seat.state.verifies {
			// Checks its key before anything else. Nobody has sealed anything to a verifier's.
			self.secrets(seat)?;
		}
		self.open_new(seat, &mut look.dealings)?;
		look.keep(seat);
		let (lag, retry) = (chain::finality_lag::<T>(), chain::retry_interval::<T>());
		if look.extent == Extent::Open && look.adds_up() && self.answers(seat, lag, retry) {
			let Some(all) = Look::take::<T>(seat, true)? else { return Ok(None) };
			look = all;
			self.open_new(seat, &mut look.dealings)?;
			look.keep(seat);
		}
		let plan = self.dispute(seat, &mut look);
		if plan.attest {
			self.spend(ATTEST);
			self.attest(seat, look.hashes, retry)?;
		}
		if let Some(answer) = plan.answer {
			let counted = look.counted();
			self.spend(shares::sum_work(seat, counted.len()));
			self.answer(seat, &counted, answer, retry)?;
		}
		Ok(self.proves(seat, &look).then_some(look))
	}

	/// Checks proofs beside right shares, as far as work goes, and sends what follows.
	fn prove(&mut self, seat: &chain::Seat, mut look: Look) -> Result<(), WorkerError> {
		self.check_proofs(seat, &mut look.dealings)?;
		look.keep(seat);
		if self.dispute(seat, &mut look).attest {
			self.spend(ATTEST);
			self.attest(seat, look.hashes, chain::retry_interval::<T>())?;
		}
		Ok(())
	}

	/// Whether there are proofs to be checked now.
	fn proves(&self, seat: &chain::Seat, look: &Look) -> bool {
		let answer = match seat.state.status {
			TaskStatus::Committing { .. } => Some(Answer::Commit),
			TaskStatus::Revealing { .. } => Some(Answer::Reveal),
			_ => None,
		};
		let sent = |answer| store::sent_at(&seat.key, &Message::Answer(answer)).is_some();
		look.unproven() > 0 && seat.state.looks_at_proofs(&look.dealings, answer.is_some_and(sent))
	}

	/// Sends the disputes that are due, and says what else is.
	fn dispute(&mut self, seat: &chain::Seat, look: &mut Look) -> Plan {
		let (lag, retry) = (chain::finality_lag::<T>(), chain::retry_interval::<T>());
		let Look { dealings, extent, tried, disputes, challenges, .. } = look;
		for dealing in dealings.iter_mut() {
			let message = match dealing.dispute() {
				Some(Dispute::Accuse) => Message::Accuse(dealing.digest),
				Some(Dispute::Challenge) => Message::Challenge(dealing.digest),
				None => continue,
			};
			dealing.disputed_at = store::sent_at(&seat.key, &message);
		}
		let plan = seat.state.plan(dealings, *extent, self.now, lag, retry);
		let dealings: &[decide::Dealing] = dealings;
		let most = disputes.saturating_add(plan.most).min(MAX_ACCUSATIONS);
		let most_challenges = chain::most_challenges::<T>(seat);
		for dealing in plan.dispute.iter().filter_map(|place| dealings.get(*place)) {
			let Some(dispute) = dealing.dispute() else { continue };
			if *disputes >= most {
				break;
			}
			// Of challenges enough may have gone, and accusations still go.
			let enough = dispute == Dispute::Challenge && *challenges >= most_challenges;
			if enough || tried.contains(&dealing.digest) {
				continue;
			}
			let work = match dispute {
				Dispute::Accuse => shares::accuse_work(seat),
				Dispute::Challenge => match self.relation(seat) {
					Ok(relation) => proofs::challenge_work(seat, &relation),
					Err(error) => {
						*challenges = most_challenges;
						self.complain(seat, error);
						continue;
					},
				},
			};
			let before = (self.work, self.reserve, self.summary.work);
			if !self.take_dispute_work(work) {
				break;
			}
			tried.insert(dealing.digest);
			let disputed = match dispute {
				Dispute::Accuse => self.accuse(seat, dealing, retry),
				Dispute::Challenge => self.challenge(seat, dealing, retry),
			};
			if disputed != Err(WorkerError::NoDealing) {
				*disputes = disputes.saturating_add(1);
				*challenges = challenges.saturating_add(usize::from(dispute == Dispute::Challenge));
			} else {
				// What cannot be sent for want of a copy takes no other's place, nor work that was not done: it is tried again
				// in every run.
				(self.work, self.reserve, self.summary.work) = before;
				self.take_dispute_work(shares::LOOK);
				if dispute == Dispute::Challenge {
					self.report_lost(seat, dealing);
				}
			}
			if let Err(error) = disputed {
				self.complain(seat, error);
			}
		}
		plan
	}

	/// Whether an answer is due that is not on its way.
	fn answers(&self, seat: &chain::Seat, lag: BlockNumber, retry: BlockNumber) -> bool {
		seat.state.answer_due(self.now, lag).is_some_and(|answer| {
			let sent = store::sent_at(&seat.key, &Message::Answer(answer));
			sent.is_none_or(|at| !decide::is_recent(at, self.now, retry))
		})
	}

	/// Takes work from what this run has left. The last piece may be larger than that.
	fn take_work(&mut self, work: u32) -> bool {
		let left = self.work > 0;
		if left {
			self.spend(work);
		}
		left
	}

	/// Takes work that is done whatever is left.
	fn spend(&mut self, work: u32) {
		self.work = self.work.saturating_sub(work);
		self.summary.work = self.summary.work.saturating_add(work);
	}

	/// Takes work for a dispute: when nothing else is left, of what is kept for these.
	fn take_dispute_work(&mut self, work: u32) -> bool {
		if self.take_work(work) {
			return true;
		}
		let left = self.reserve > 0;
		if left {
			self.reserve = self.reserve.saturating_sub(work);
			self.summary.work = self.summary.work.saturating_add(work);
		}
		left
	}

	/// Enters a seat in the book.
	fn enter(&mut self, seat: &chain::Seat) -> Result<(), WorkerError> {
		match store::enter(&[(seat.key, seat.task)]) {
			Ok(()) => self.known.push(seat.key),
			// Served all the same.
			Err(error @ (WorkerError::BookFull | WorkerError::Record(_))) => {
				self.complain(seat, error)
			},
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
		let secrets = Rc::new(Secrets::derive(&self.genesis, &seat.pinned)?);
		self.secrets.insert(key, secrets.clone());
		secrets.check(&seat.pinned)?;
		Ok(secrets)
	}

	/// What the dealers of the seat's task prove, derived once a run.
	fn relation(&mut self, seat: &chain::Seat) -> Result<Rc<Relation>, WorkerError> {
		if let Some(relation) = self.relations.get(&seat.task) {
			return Ok(relation.clone());
		}
		let relation = Rc::new(chain::relation::<T>(seat)?);
		self.relations.insert(seat.task, relation.clone());
		Ok(relation)
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
			self.complain_of(task, Some(*seat), key, error);
		}
		self.complain_of(task, Some(*seat), key, (*error).into());
	}

	/// Logs what went wrong, not in every block.
	fn complain(&mut self, seat: &chain::Seat, error: WorkerError) {
		self.complain_of(seat.task, Some(seat.state.seat), &seat.key, error);
	}

	/// [`Self::complain`], of a seat that cannot be served, or whose number nobody knows any more.
	fn complain_of(&mut self, task: TaskId, seat: Option<u8>, key: &SeatKey, error: WorkerError) {
		self.summary.errors.push((task, key.worker, error));
		let (worker, seat) = (Hex(&key.worker.0), seat.map(|j| format!(", seat {j}")));
		let seat = seat.unwrap_or_default();
		if error == WorkerError::Busy {
			log::debug!(target: LOG_TARGET, "task {task}{seat}: {error}");
		} else if store::may_complain(key, error.kind(), self.now, COMPLAIN_EVERY) {
			log::error!(target: LOG_TARGET, "task {task}{seat}, worker key {worker}: {error}");
		}
	}

	/// Frees the records of tasks that ended, or that were drawn on a fork only, [`CLEAR_AFTER`] blocks later.
	fn tidy(&mut self, book: &[store::BookEntry]) {
		self.work = self.work.max(FREE_WORK);
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
					if self.now - since >= CLEAR_AFTER && self.take_work(FREE) {
						match store::free(&entry.seat) {
							Ok(dealings) => {
								self.spend(dealings);
								freed.push(entry.seat);
							},
							Err(error) => self.complain_of(entry.task, None, &entry.seat, error),
						}
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
