//! Worker keys and seal keys: who may claim one, and for how long it stays taken.

use crate::*;
use frame::deps::sp_io;
use ostraka_crypto::{proofs, Error as CryptoError};
use ostraka_protocol::{worker_key::registration_message, G1};

impl<T: Config> Pallet<T> {
	/// Checks that the operator may claim these keys: they are free, the worker key agrees, and the
	/// operator knows the seal key's secret. Cheap checks come first.
	pub(crate) fn check_keys(
		operator: &AccountId,
		worker: &WorkerKey,
		seal_key: &PointBytes,
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
		proofs::verify_key::<G1>(&statement, proof).map_err(|error| match error {
			CryptoError::InvalidProof | CryptoError::NonCanonicalScalar => {
				Error::<T>::WrongKeyProof
			},
			_ => Error::<T>::InvalidSealKey,
		})?;
		Ok(())
	}

	/// Checks that nobody has these keys.
	pub(crate) fn check_keys_free(worker: &WorkerKey, seal_key: &PointBytes) -> DispatchResult {
		ensure!(!Keys::<T>::contains_key(worker), Error::<T>::WorkerKeyTaken);
		ensure!(!SealKeys::<T>::contains_key(seal_key), Error::<T>::SealKeyTaken);
		Ok(())
	}

	/// Takes checked keys.
	pub(crate) fn claim_keys(operator: &AccountId, worker: &WorkerKey, seal_key: &PointBytes) {
		let owner = KeyOwner { account: operator.clone(), seal_key: *seal_key };
		Keys::<T>::insert(worker, owner);
		SealKeys::<T>::insert(seal_key, worker);
	}

	/// Gives the node new, checked keys. The former ones are freed if no seat is left under them;
	/// answers whether one is. The caller stores the node.
	pub(crate) fn replace_keys(
		operator: &AccountId,
		node: &mut Node,
		worker: WorkerKey,
		seal_key: PointBytes,
	) -> bool {
		let former_has_seats =
			Seats::<T>::get(operator).iter().any(|seat| seat.worker == node.worker);
		if !former_has_seats {
			Self::free_keys(&node.worker);
		}
		Self::claim_keys(operator, &worker, &seal_key);
		node.worker = worker;
		node.seal_key = seal_key;
		former_has_seats
	}

	/// Frees a worker key and its seal key.
	pub(crate) fn free_keys(worker: &WorkerKey) {
		if let Some(owner) = Keys::<T>::take(worker) {
			SealKeys::<T>::remove(owner.seal_key);
		}
	}
}
