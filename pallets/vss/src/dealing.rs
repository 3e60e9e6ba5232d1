//! Taking a dealing, and freezing the accepted set.
//!
//! Invariants: the aggregate is the sum of the commitments of the dealings that count; an `R` serves once a task; after
//! the freeze neither changes; who has dealt had accepted, so there are no more dealings than acceptances.

use crate::{
	Config, DealingRecord, Dealings, Error, Event, Pallet, Sharings, Standing, UsedEphemerals,
	WeightInfo, G1,
};
use alloc::vec::Vec;
use codec::Encode;
use frame::{log, prelude::*};
use ostraka_primitives::{
	message::{indexed_key, CommitmentBytes, DealingMessage, IndexedDealing},
	task::TaskStatus,
	traits::TaskBook,
	AccountId, Digest, TaskId, MAX_DEALERS,
};
use ostraka_protocol::{
	adjudicator::{self, Aggregate},
	wire,
};

impl<T: Config> Pallet<T> {
	/// Weight of a dealing: by kilobytes of sealed shares, as their hashes are what grows with seats and length.
	pub(crate) fn deal_weight(dealing: &DealingMessage) -> Weight {
		let bytes: usize = dealing.sealed.iter().map(|sealed| sealed.len()).sum();
		let kilobytes = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
		T::WeightInfo::deal(crate::weights::threshold_of(dealing.commitments.len()), kilobytes)
			.saturating_add(T::IndexedWeightPerKb::get().saturating_mul(kilobytes.into()))
	}

	pub(crate) fn do_deal(
		task: TaskId,
		task_hash: Digest,
		dealer: AccountId,
		message: DealingMessage,
	) -> DispatchResult {
		let view = Self::task(task)?;
		let TaskStatus::Collecting { first_by, until } = view.status else {
			return Err(Error::<T>::WrongPhase.into());
		};
		let block = Self::now();
		ensure!(block <= until, Error::<T>::DeadlinePassed);
		ensure!(task_hash == view.task_hash, Error::<T>::WrongTaskHash);
		ensure!(T::Tasks::has_accepted(task, &dealer), Error::<T>::NotAccepted);
		ensure!(!Dealings::<T>::contains_key(task, &dealer), Error::<T>::AlreadyDealt);
		let ephemeral = sp_io::hashing::sha2_256(&message.ephemeral);
		ensure!(!UsedEphemerals::<T>::contains_key(task, ephemeral), Error::<T>::EphemeralReused);
		let mut state = Sharings::<T>::get(task).ok_or(Error::<T>::Corrupt)?;
		// After that the task has failed, even if its book has not got to it yet.
		ensure!(state.dealings > 0 || block <= first_by, Error::<T>::DeadlinePassed);

		let accepted = adjudicator::verify_dealing::<G1>(
			&wire::context(&view).map_err(|_| Error::<T>::UnknownProtocol)?,
			dealer.as_ref(),
			&wire::dealing_bytes(&message),
		)
		.map_err(Self::dealing_error)?;
		let digest = *accepted.digest.hash();
		let mut aggregate = Self::decode_aggregate(&state.aggregate)?;
		aggregate.add(&accepted.commitments).map_err(|_| Error::<T>::Corrupt)?;
		state.aggregate = Self::encode_aggregate(&aggregate)?;
		state.dealings = state.dealings.saturating_add(1);

		let record = DealingRecord { digest, ephemeral, block, standing: Standing::Accepted };
		Dealings::<T>::insert(task, &dealer, record);
		UsedEphemerals::<T>::insert(task, ephemeral, ());
		Sharings::<T>::insert(task, &state);
		Self::deposit_event(Event::Dealt {
			task,
			dealer: dealer.clone(),
			digest,
			dealings: state.dealings,
		});
		let indexed = IndexedDealing { dealer, dealing: message };
		sp_io::offchain_index::set(&indexed_key(&digest), &indexed.encode());
		if state.dealings >= view.accepted {
			T::Tasks::all_dealt(task);
		}
		Ok(())
	}

	/// Freezes the accepted set: sorts its digests and fixes `h_A`. Answers how many dealings are in it. A second
	/// freeze changes nothing.
	pub(crate) fn do_freeze(task: TaskId) -> u32 {
		let (Some(view), Some(mut state)) = (T::Tasks::view(task), Sharings::<T>::get(task)) else {
			log::error!(target: crate::LOG_TARGET, "freeze of unknown task {task}");
			return 0;
		};
		if state.accepted_set.is_none() {
			let accepted_set = Self::accepted_set_hash(task, &view.task_hash, &state.aggregate);
			state.accepted_set = Some(accepted_set);
			Sharings::<T>::insert(task, &state);
			Self::deposit_event(Event::Frozen { task, accepted: state.accepted(), accepted_set });
		}
		state.accepted()
	}

	/// `h_A` over the dealings that count.
	pub(crate) fn accepted_set_hash(
		task: TaskId,
		task_hash: &Digest,
		aggregate: &CommitmentBytes,
	) -> Digest {
		let digests: Vec<Digest> = Dealings::<T>::iter_prefix_values(task)
			.take(MAX_DEALERS as usize)
			.filter(DealingRecord::counts)
			.map(|record| record.digest)
			.collect();
		adjudicator::accepted_set_hash(task_hash, &digests, aggregate)
	}

	/// The aggregate as points. It was written by [`Self::encode_aggregate`], hence its points are not checked again.
	pub(crate) fn decode_aggregate(bytes: &CommitmentBytes) -> Result<Aggregate<G1>, Error<T>> {
		let threshold = u8::try_from(bytes.len().saturating_sub(1)).map_err(|_| Error::Corrupt)?;
		Aggregate::from_bytes(bytes, threshold).map_err(|_| Error::Corrupt)
	}

	/// The aggregate as the state keeps it.
	pub(crate) fn encode_aggregate(aggregate: &Aggregate<G1>) -> Result<CommitmentBytes, Error<T>> {
		aggregate.to_bytes().try_into().map_err(|_| Error::Corrupt)
	}

	fn dealing_error(error: ostraka_crypto::Error) -> Error<T> {
		use ostraka_crypto::Error as Crypto;
		match error {
			Crypto::Length { .. } | Crypto::VectorLength | Crypto::Parameters => Error::WrongLength,
			Crypto::NonCanonicalScalar => Error::NonCanonicalScalar,
			Crypto::NonCanonicalPoint
			| Crypto::NotOnCurve
			| Crypto::NotInSubgroup
			| Crypto::Identity => Error::InvalidPoint,
			_ => Error::InvalidProof,
		}
	}
}
