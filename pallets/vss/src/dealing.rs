//! Taking a dealing, and freezing the accepted set.
//!
//! # Invariants
//! - The aggregate is the sum of the commitments of the dealings that count, and `dealt` the running hash of all that were
//!   taken.
//! - An `R` serves once a task.
//! - After the freeze none of these changes.
//! - Who has dealt had accepted, so there are no more dealings than acceptances.
//! - The dealing of whom the result is sealed to, and no other, is a mask: it has no proof, and its vector is whatever it is. It is
//!   added up, excluded, attested to and hashed as any, and counted among the accepted dealers nowhere.
//! - A dealing's proof that its input is valid is bytes here: as many as the task's proofs have, hashed, and perhaps wrong
//!   ([`challenge`](crate::challenge)).
//! - The list of a block's dealings is empty between two blocks.
//! - A dealing's commitments are on the curve, and perhaps outside of the subgroup of prime order: until the freeze they
//!   are added up and nothing else. [`Aggregate`] has no configuration of a curve, so that no multiplication, and with it
//!   no host call, can be asked of them; what the freeze has checked comes out of [`Pallet::frozen_sums`].

use crate::{
	types::{EphemeralTag, SharingState},
	worker, Config, DealingRecord, Dealings, DealtNow, Error, Event, Pallet, Seats, Sharings,
	UsedEphemerals, WeightInfo, G1,
};
use alloc::vec::Vec;
use codec::Encode;
use frame::{log, prelude::*};
use ostraka_crypto::vss::Commitments;
use ostraka_primitives::{
	message::{indexed_key, CommitmentBytes, DealingMessage, IndexedDealing},
	task::TaskStatus,
	traits::{Frozen, TaskBook},
	AccountId, BlockNumber, Digest, TaskId, MAX_DEALERS,
};
use ostraka_protocol::{
	adjudicator::{self, Aggregate},
	wire,
};
use sp_core::sr25519;

/// Bytes of proof of a value that is not there, in a state of millions: its siblings on five levels of the trie.
const LIST_PROOF: u64 = 3_000;

impl<T: Config> Pallet<T> {
	/// Weight of a dealing: by kilobytes of sealed shares and of the proof of validity, as their hashes are what grows with
	/// seats, length and relation. Its place in the block's list is measured with it.
	pub(crate) fn deal_weight(dealing: &DealingMessage) -> Weight {
		let sealed: usize = dealing.sealed.iter().map(|sealed| sealed.len()).sum();
		let bytes = sealed.saturating_add(dealing.validity.len());
		let kilobytes = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
		T::WeightInfo::deal(crate::weights::threshold_of(dealing.commitments.len()), kilobytes)
			.saturating_add(T::IndexedWeightPerKb::get().saturating_mul(kilobytes.into()))
	}

	/// Weight of [`Self::index_dealt`], the dealings apart: the list is looked up in every block.
	pub(crate) fn index_weight() -> Weight {
		T::DbWeight::get().reads_writes(1, 1).saturating_add(Weight::from_parts(0, LIST_PROOF))
	}

	/// Has the nodes that index keep a list of the dealings of this block, by which they clear their copies of them some day.
	/// Nothing of it stays in the state.
	pub(crate) fn index_dealt(block: BlockNumber) {
		let dealt = DealtNow::<T>::get();
		if dealt.is_empty() {
			return;
		}
		DealtNow::<T>::kill();
		worker::sweep::index(block, &dealt);
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
		let mut used = UsedEphemerals::<T>::get(task);
		let tag = ephemeral_tag(&ephemeral);
		ensure!(!used.contains(&tag), Error::<T>::EphemeralReused);
		let mut state = Sharings::<T>::get(task).ok_or(Error::<T>::Corrupt)?;
		// After that the task has failed, even if its book has not got to it yet.
		ensure!(state.dealings > 0 || block <= first_by, Error::<T>::DeadlinePassed);

		let accepted = adjudicator::verify_dealing(
			&wire::context(&view).map_err(|_| Error::<T>::UnknownProtocol)?,
			dealer.as_ref(),
			&wire::dealing_bytes(&message),
			host_verifies,
		)
		.map_err(Self::dealing_error)?;
		let digest = *accepted.digest.hash();
		let mut aggregate = Self::decode_aggregate(&state.aggregate)?;
		aggregate.add(&accepted.commitments).map_err(|_| Error::<T>::Corrupt)?;
		state.aggregate = Self::encode_aggregate(&aggregate)?;
		state.dealings = state.dealings.saturating_add(1);
		state.dealt = wire::dealt(&state.dealt, &digest);
		state.masked |= state.is_mask(&dealer);
		used.try_push(tag).map_err(|_| Error::<T>::Corrupt)?;
		T::Tasks::dealing(task, &dealer)?;

		let record = DealingRecord::taken(digest, ephemeral, block);
		Dealings::<T>::insert(task, &dealer, record);
		UsedEphemerals::<T>::insert(task, used);
		Sharings::<T>::insert(task, &state);
		Self::deposit_event(Event::Dealt {
			task,
			dealer: dealer.clone(),
			digest,
			dealings: state.dealings,
		});
		let indexed = IndexedDealing { dealer, dealing: message };
		sp_io::offchain_index::set(&indexed_key(&digest), &indexed.encode());
		if DealtNow::<T>::try_append((task, digest)).is_err() {
			log::error!(target: crate::LOG_TARGET, "a dealing more than a block's list takes");
		}
		if state.dealings >= view.awaited() {
			T::Tasks::all_dealt(task);
		}
		Ok(())
	}

	/// Freezes the accepted set: checks that the sums of the commitments lie in the subgroup of prime order, which nobody
	/// has done before, sorts the digests and fixes `h_A`. Returns whose dealings count, the recipient's among them. Sums that
	/// do not are said, and whoever attested is exposed. A second freeze changes nothing.
	pub(crate) fn do_freeze(task: TaskId) -> Frozen {
		let (Some(view), Some(mut state)) = (T::Tasks::view(task), Sharings::<T>::get(task)) else {
			log::error!(target: crate::LOG_TARGET, "freeze of unknown task {task}");
			return Frozen::Sound(Vec::new());
		};
		let is_first = state.accepted_set.is_none();
		if is_first && !Self::is_sound(&state.aggregate) {
			Self::deposit_event(Event::Unsound { task });
			Self::expose_all(task);
			return Frozen::Unsound;
		}
		let (dealers, accepted_set) = Self::counted(task, &view.task_hash, &state.aggregate);
		if is_first {
			state.accepted_set = Some(accepted_set);
			Sharings::<T>::insert(task, &state);
			Self::deposit_event(Event::Frozen { task, accepted: state.accepted(), accepted_set });
		}
		Frozen::Sound(dealers)
	}

	/// The sums lie outside of the group: some dealing that counts does. What anybody attested to contains it, as exclusions
	/// only take out, so no attestation is true. Nobody has shown it, and nobody is named.
	fn expose_all(task: TaskId) {
		Seats::<T>::mutate_extant(task, |seats| {
			for state in seats.iter_mut() {
				state.attested_falsely = state.attested;
			}
		});
	}

	/// Whether all sums lie in the subgroup of prime order, by an exact check of each. Parts outside of it that cancel in
	/// the sums do no harm: only the sums are used from then on.
	pub(crate) fn is_sound(aggregate: &CommitmentBytes) -> bool {
		Self::decode_aggregate(aggregate).is_ok_and(|sums| sums.checked::<G1>().is_ok())
	}

	/// Whose dealings count, and `h_A` over these, in one walk.
	pub(crate) fn counted(
		task: TaskId,
		task_hash: &Digest,
		aggregate: &CommitmentBytes,
	) -> (Vec<AccountId>, Digest) {
		let (dealers, digests): (Vec<AccountId>, Vec<Digest>) = Dealings::<T>::iter_prefix(task)
			.take(MAX_DEALERS as usize)
			.filter(|(_, record)| record.counts())
			.map(|(dealer, record)| (dealer, record.digest))
			.unzip();
		(dealers, adjudicator::accepted_set_hash(task_hash, &digests, aggregate))
	}

	/// The sums as the freeze has checked them, to be multiplied.
	pub(crate) fn frozen_sums(state: &SharingState) -> Result<Commitments<G1>, Error<T>> {
		ensure!(state.accepted_set.is_some(), Error::Corrupt);
		let threshold = threshold(&state.aggregate).ok_or(Error::Corrupt)?;
		Commitments::from_stored_bytes(&state.aggregate, threshold).map_err(|_| Error::Corrupt)
	}

	/// The aggregate as points that may be added up.
	pub(crate) fn decode_aggregate(bytes: &CommitmentBytes) -> Result<Aggregate, Error<T>> {
		let threshold = threshold(bytes).ok_or(Error::Corrupt)?;
		Aggregate::from_bytes(bytes, threshold).map_err(|_| Error::Corrupt)
	}

	/// The aggregate as the state keeps it.
	pub(crate) fn encode_aggregate(aggregate: &Aggregate) -> Result<CommitmentBytes, Error<T>> {
		aggregate.to_bytes().try_into().map_err(|_| Error::Corrupt)
	}

	fn dealing_error(error: ostraka_crypto::Error) -> Error<T> {
		use ostraka_crypto::Error as Crypto;
		match error {
			Crypto::Length { .. } | Crypto::VectorLength | Crypto::Parameters => Error::WrongLength,
			Crypto::NonCanonicalPoint | Crypto::NotOnCurve | Crypto::Identity => {
				Error::InvalidPoint
			},
			_ => Error::InvalidProof,
		}
	}
}

/// What the task remembers of an `R`, from its SHA-256.
pub(crate) fn ephemeral_tag(hash: &Digest) -> EphemeralTag {
	hash.first_chunk().copied().unwrap_or_default()
}

/// `t` of sums over `t + 1` coefficients.
fn threshold(sums: &CommitmentBytes) -> Option<u8> {
	u8::try_from(sums.len().checked_sub(1)?).ok()
}

/// The proof of `ρ` by the host, which takes a fraction of what it takes in here.
fn host_verifies(signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool {
	let signature = sr25519::Signature::from_raw(*signature);
	sp_io::crypto::sr25519_verify(&signature, message, &sr25519::Public::from_raw(*public))
}
