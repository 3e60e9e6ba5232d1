//! What a run reads of its block's state. Nothing here writes, and nothing else of the worker's reads the state.

use super::{
	decide::{self, Dealing, SeatView},
	store::SeatKey,
	WorkerError,
};
use crate::{
	types::{self, seat_index},
	Config, DealingRecord, Dealings, Pallet, Seats, Sharings, Standing,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use frame::prelude::Get;
use ostraka_crypto::validity::Relation;
use ostraka_primitives::{
	message::CommitmentBytes, record::SeatSet, task::Seat as PinnedSeat, traits::TaskBook,
	AccountId, BlockNumber, Digest, TaskId, WorkerKey, MAX_DEALERS,
};
use ostraka_protocol::{statistics, wire, TaskContext, UnknownVersion};

pub use ostraka_protocol::G1;

/// A local key's seat in a task, in its committee or in its panel.
#[derive(Clone, Debug)]
pub struct Seat {
	/// The task.
	pub task: TaskId,
	/// What the seat's records go by.
	pub key: SeatKey,
	/// The seat as the task pinned it.
	pub pinned: PinnedSeat,
	/// What the protocol's functions ask for.
	pub context: TaskContext,
	/// How far task and seat are.
	pub state: SeatView,
	/// Seats whose attestation stands. A dealer that was convicted of a wrong share shields who attested to its invalid input,
	/// unless its proof is challenged too.
	pub standing: SeatSet,
}

/// Hash of the chain's first block.
pub fn genesis<T: Config>() -> Digest {
	Pallet::<T>::genesis()
}

/// `Δ`, in blocks.
pub fn finality_lag<T: Config>() -> BlockNumber {
	T::FinalityLag::get()
}

/// Blocks until an attempt is repeated.
pub fn retry_interval<T: Config>() -> BlockNumber {
	T::RetryInterval::get()
}

/// Challenges of dealings of the seat's task that one run may send.
pub fn most_challenges<T: Config>(seat: &Seat) -> usize {
	let each = Pallet::<T>::worst_challenge(seat.context.proof_length);
	decide::most_challenges(T::BlockWeights::get().max_block, each)
}

/// A seat in a task that follows a version of the protocol which this runtime does not know: it stays idle.
#[derive(Clone, Copy, Debug)]
pub struct Unserved {
	/// What the seat's records go by.
	pub key: SeatKey,
	/// Its number, `j`.
	pub seat: u8,
	/// Which version.
	pub error: UnknownVersion,
}

/// The seat that this key has in this task, if the task is open and its seats are drawn.
///
/// # Errors
/// [`Unserved`].
pub fn seat<T: Config>(task: TaskId, worker: &WorkerKey) -> Result<Option<Seat>, Unserved> {
	let Some(view) = T::Tasks::view(task) else { return Ok(None) };
	let key = SeatKey { worker: *worker, task_hash: view.task_hash };
	let row = view.committee.iter().chain(&view.panel);
	let found = (1u8..=u8::MAX).zip(row).find(|(_, seat)| seat.worker == *worker);
	let Some((seat, pinned)) = found else { return Ok(None) };
	let context = wire::context(&view).map_err(|error| Unserved { key, seat, error })?;
	let states = Seats::<T>::get(task).unwrap_or_default();
	let Some(state) = seat_index(seat).and_then(|index| states.get(index)) else {
		return Ok(None);
	};
	let standing = types::standing(&states);
	let state = SeatView {
		seat,
		seats: view.seats(),
		verifies: !view.computes(seat),
		attested: state.attested,
		committed: state.commitment.is_some(),
		answered: state.answer.is_some(),
		excused: state.excused,
		may_accuse: !state.accused_falsely,
		status: view.status,
	};
	Ok(Some(Seat { task, key, pinned: pinned.clone(), context, state, standing }))
}

/// What the dealers of a seat's task prove of their vectors. Only if its proofs have the length of those that the chain has
/// taken: a runtime that derives something else from the task's spec must judge nobody by it.
///
/// # Errors
/// `Relation`.
pub fn relation<T: Config>(seat: &Seat) -> Result<Relation, WorkerError> {
	let relation = T::Tasks::spec(seat.task).and_then(|spec| statistics::relation(&spec).ok());
	let fits = |relation: &Relation| {
		let proof = u32::try_from(relation.layout().proof_length());
		relation.length() == seat.context.length() && proof == Ok(seat.context.proof_length)
	};
	relation.filter(fits).ok_or(WorkerError::Relation)
}

/// Whether a task is open and its seats are drawn: dealings to it may be needed.
pub fn is_open<T: Config>(task: TaskId) -> bool {
	Sharings::<T>::contains_key(task)
}

/// What an attestation names: the running hashes of a task's dealings, and of those that were excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Hashes {
	/// Of all dealings.
	pub dealt: Digest,
	/// Of the excluded ones.
	pub excluded: Digest,
}

/// Those of this block's state.
pub fn hashes<T: Config>(task: TaskId) -> Option<Hashes> {
	let sharing = Sharings::<T>::get(task)?;
	Some(Hashes { dealt: sharing.dealt, excluded: sharing.excluded_hash })
}

/// Dealings as the state has them.
#[derive(Debug, Default)]
pub struct Found {
	/// Those that count, and those of the excluded ones that shield somebody who attested to them. Nothing is known of their
	/// shares yet.
	pub open: Vec<Dealing>,
	/// Dealers and digests of all others that were excluded.
	pub excluded: Vec<(AccountId, Digest)>,
}

/// All dealings of a task.
pub fn dealings<T: Config>(seat: &Seat) -> Found {
	sort(seat, Dealings::<T>::iter_prefix(seat.task).take(MAX_DEALERS as usize))
}

/// Those of these dealers.
pub fn dealings_of<T: Config>(seat: &Seat, dealers: &[AccountId]) -> Found {
	let record =
		|dealer: &AccountId| Some((dealer.clone(), Dealings::<T>::get(seat.task, dealer)?));
	sort(seat, dealers.iter().filter_map(record))
}

fn sort(seat: &Seat, records: impl Iterator<Item = (AccountId, DealingRecord)>) -> Found {
	let mut found = Found::default();
	for (dealer, record) in records {
		let (counts, challengeable) = (record.counts(), record.is_challengeable(seat.standing));
		if !counts && !challengeable {
			found.excluded.push((dealer, record.digest));
			continue;
		}
		let accusable = match record.standing {
			Standing::Accepted => true,
			Standing::ConvictedLate => !seat.state.excused,
			Standing::Excluded => false,
		};
		found.open.push(Dealing {
			dealer,
			digest: record.digest,
			dealt_at: record.block,
			counts,
			accusable,
			challengeable,
			disputed_at: None,
			share: None,
		});
	}
	found
}

/// `h_A` and the aggregate, once the accepted set is frozen, and the aggregate checked with it.
pub fn frozen<T: Config>(task: TaskId) -> Option<(Digest, CommitmentBytes)> {
	let sharing = Sharings::<T>::get(task)?;
	Some((sharing.accepted_set?, sharing.aggregate))
}
