//! Worker keys: the ed25519 keys of the node's keystore, what they sign, and the secrets that follow from one.
//!
//! # Invariants
//! - A key signs two things here: [`WorkerMessage`]s, whose first field is their domain, and the seal-key message of
//!   [`ostraka_protocol::worker_key`]. There is no way to sign free bytes.
//! - The signature over the seal-key message leaves this file only as the secrets made of it.

use super::{Hex, WorkerError, LOG_TARGET};
use alloc::{format, string::String, vec::Vec};
use chacha20poly1305::{aead::Aead, ChaCha20Poly1305, KeyInit, Nonce};
use codec::Encode;
use frame::log;
use ostraka_crypto::{seal::SealSecret, transcript::Transcript, vss::SecretShare};
use ostraka_primitives::{
	message::WorkerMessage, task::Seat, Digest, SealKeyBytes, WorkerKey, WorkerSignature,
	MAX_ASSIGNMENTS,
};
use ostraka_protocol::worker_key;
use sp_application_crypto::RuntimeAppPublic;
use zeroize::{Zeroize, Zeroizing};

mod app {
	use ostraka_primitives::WORKER_KEY_TYPE;
	use sp_application_crypto::{app_crypto, ed25519};
	app_crypto!(ed25519, WORKER_KEY_TYPE);
}

/// A worker key in its application type: the keystore finds it under
/// [`ostraka_primitives::WORKER_KEY_TYPE`].
pub type WorkerId = app::Public;

sp_application_crypto::with_pair! {
	/// A worker's key pair.
	pub type WorkerPair = app::Pair;
}

const CACHE_TAG: &str = "ostraka/share-cache/v1";

/// Most worker keys that one node works for.
const MAX_KEYS: usize = MAX_ASSIGNMENTS as usize;

/// The worker keys of this node, in a fixed order. Of more than [`MAX_KEYS`] the others are left out, and the log says so.
pub fn local() -> Vec<WorkerKey> {
	let (keys, left_out) = within_limit(WorkerId::all().into_iter().map(WorkerKey::from).collect());
	if let Some(warning) = left_out {
		log::error!(target: LOG_TARGET, "{warning}");
	}
	keys
}

/// The keys that a node works for, and what to say of the others.
pub(super) fn within_limit(mut keys: Vec<WorkerKey>) -> (Vec<WorkerKey>, Option<String>) {
	keys.sort_unstable();
	keys.dedup();
	let warning = keys.get(MAX_KEYS).map(|first| {
		let (found, first) = (keys.len(), Hex(&first.0));
		format!(
			"{found} worker keys in the keystore: this node works for the first {MAX_KEYS}, those from {first} on do nothing"
		)
	});
	keys.truncate(MAX_KEYS);
	(keys, warning)
}

/// Signs a message of the worker's.
///
/// # Errors
/// `Signing` if the keystore does not.
pub fn sign(key: &WorkerKey, message: &WorkerMessage) -> Result<WorkerSignature, WorkerError> {
	let signature = WorkerId::from(*key).sign(&message.encode()).ok_or(WorkerError::Signing)?;
	Ok(signature.into())
}

/// What a worker key keeps to itself in the tasks of one account.
pub struct Secrets {
	/// `e_j`.
	pub seal: SealSecret,
	/// `E_j`.
	public: SealKeyBytes,
	/// Key of the opened shares that the node's database keeps.
	cache: Zeroizing<[u8; 32]>,
}

impl Secrets {
	/// Derives the secrets of a seat.
	///
	/// # Errors
	/// `Signing`.
	pub fn derive(genesis: &Digest, seat: &Seat) -> Result<Self, WorkerError> {
		let message = worker_key::seal_key_message(genesis, seat.account.as_ref());
		let signed = WorkerId::from(seat.worker).sign(&message).ok_or(WorkerError::Signing)?;
		let mut signed = WorkerSignature::from(signed);
		let signature = Zeroizing::new(signed.0);
		signed.0.zeroize();
		let cache = Transcript::new(CACHE_TAG).fixed(signature.as_slice()).digest();
		let seal = worker_key::seal_secret(*signature);
		let public = seal.public();
		Ok(Self { seal, public, cache: Zeroizing::new(cache) })
	}

	/// Holds `E_j` against the one that the task pinned.
	///
	/// # Errors
	/// `WrongSealKey`.
	pub fn check(&self, seat: &Seat) -> Result<(), WorkerError> {
		if self.public != seat.seal_key {
			return Err(WorkerError::WrongSealKey);
		}
		Ok(())
	}

	/// Encrypts an opened share for the node's database: neither a copy of that database, nor what a storage engine
	/// leaves behind after a deletion, nor the node's debug log of offchain writes gives it away without the worker key.
	///
	/// # Errors
	/// `Cache` if the cipher refuses the length, which no share reaches.
	pub fn wrap(&self, digest: &Digest, share: &SecretShare) -> Result<Vec<u8>, WorkerError> {
		let plaintext = share.to_bytes();
		let cipher = self.cipher(digest);
		cipher.encrypt(&Nonce::default(), plaintext.as_slice()).map_err(|_| WorkerError::Cache)
	}

	/// Undoes [`Self::wrap`].
	///
	/// # Errors
	/// `Cache` if the record is not what [`Self::wrap`] made for this digest.
	pub fn unwrap(
		&self,
		digest: &Digest,
		record: &[u8],
		length: usize,
	) -> Result<SecretShare, WorkerError> {
		let plaintext = self.cipher(digest).decrypt(&Nonce::default(), record);
		let plaintext = Zeroizing::new(plaintext.map_err(|_| WorkerError::Cache)?);
		SecretShare::from_bytes(&plaintext, length).map_err(|_| WorkerError::Cache)
	}

	/// One key a digest, and a digest has one share: the nonce of zeros is never used for two plaintexts.
	fn cipher(&self, digest: &Digest) -> ChaCha20Poly1305 {
		let key = Transcript::new(CACHE_TAG).fixed(self.cache.as_slice()).fixed(digest).digest();
		ChaCha20Poly1305::new((&*Zeroizing::new(key)).into())
	}
}
