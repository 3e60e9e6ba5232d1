//! Worker keys and seal keys: who may claim one, and for how long it stays taken.

use crate::*;
use frame::deps::sp_io;
use ostraka_crypto::{proofs, Error as CryptoError};
use ostraka_protocol::worker_key::registration_message;

impl<T: Config> Pallet<T> {
	/// Checks that the operator may claim these keys: they are free, the worker key agrees, and the
	/// operator knows the seal key's secret. Cheap checks come first.
	pub(crate) fn check_keys(
		operator: &AccountId,
		worker: &WorkerKey,
		seal_key: &SealKeyBytes,
		proof: &[u8; 64],
		signature: &WorkerSignature,
	) -> DispatchResult {
		Self::check_keys_free(worker, seal_key)?;
		let genesis = Self::genesis();
		let account: &[u8; 32] = operator.as_ref();
		let message = registration_message(&genesis, account, seal_key);
		ensure!(
			sp_io::crypto::ed25519_verify(signature, &message, worker),
			Error::<T>::WrongWorkerSignature
		);
		let statement =
			proofs::KeyStatement { genesis: &genesis, account, worker: &worker.0, seal_key };
		proofs::verify_key(&statement, proof).map_err(|error| match error {
			CryptoError::InvalidProof | CryptoError::NonCanonicalScalar => {
				Error::<T>::WrongKeyProof
			},
			_ => Error::<T>::InvalidSealKey,
		})?;
		Ok(())
	}

	/// Checks that nobody has these keys.
	pub(crate) fn check_keys_free(worker: &WorkerKey, seal_key: &SealKeyBytes) -> DispatchResult {
		ensure!(!Keys::<T>::contains_key(worker), Error::<T>::WorkerKeyTaken);
		ensure!(!SealKeys::<T>::contains_key(seal_key), Error::<T>::SealKeyTaken);
		Ok(())
	}

	/// Takes checked keys.
	pub(crate) fn claim_keys(operator: &AccountId, worker: &WorkerKey, seal_key: &SealKeyBytes) {
		let owner = KeyOwner { account: operator.clone(), seal_key: *seal_key };
		Keys::<T>::insert(worker, owner);
		SealKeys::<T>::insert(seal_key, worker);
	}

	/// Gives the node new, checked keys. The former ones are freed if no seat is left under them;
	/// returns whether one is. The caller stores the node.
	pub(crate) fn replace_keys(
		operator: &AccountId,
		node: &mut Node,
		worker: WorkerKey,
		seal_key: SealKeyBytes,
	) -> bool {
		let former = node.worker;
		let seats = node.set_keys(worker, seal_key);
		if seats > 0 {
			FormerKeys::<T>::insert(former, seats);
		} else {
			Self::free_keys(&former);
		}
		Self::claim_keys(operator, &worker, &seal_key);
		seats > 0
	}

	/// Notes that a seat under a former key is given back. The last one frees the key.
	pub(crate) fn leave_former_key(operator: &AccountId, worker: &WorkerKey) {
		let left = FormerKeys::<T>::mutate_exists(worker, |seats| {
			let left = seats.unwrap_or_default().saturating_sub(1);
			*seats = (left > 0).then_some(left);
			left
		});
		if left == 0 {
			Self::free_keys(worker);
			Self::deposit_event(Event::KeyReleased { operator: operator.clone(), worker: *worker });
		}
	}

	/// Hash of the chain's first block. The system pallet prunes all but this one.
	pub(crate) fn genesis() -> [u8; 32] {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()).0
	}

	/// Frees a worker key and its seal key.
	pub(crate) fn free_keys(worker: &WorkerKey) {
		if let Some(owner) = Keys::<T>::take(worker) {
			SealKeys::<T>::remove(owner.seal_key);
		}
	}
}
