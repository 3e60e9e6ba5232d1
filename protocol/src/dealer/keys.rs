//! A committee's seal keys, decoded.
//!
//! The same nodes are drawn for task after task, and a program that deals often meets the same keys. With `std` it keeps those
//! that it has decoded, by their bytes: what comes of bytes is the same every time. Keys are public, so nothing is wiped. Without
//! `std` every committee is decoded.

use alloc::vec::Vec;
use ostraka_crypto::{seal::PublicKey, Error, SealKeyBytes};

/// Decodes keys.
///
/// # Errors
/// Those of [`PublicKey::from_bytes`].
pub(super) fn decode(keys: &[SealKeyBytes]) -> Result<Vec<PublicKey>, Error> {
	#[cfg(feature = "std")]
	if let Ok(mut known) = known::KEYS.lock() {
		return keys.iter().map(|bytes| known.key(bytes)).collect();
	}
	keys.iter().map(PublicKey::from_bytes).collect()
}

#[cfg(feature = "std")]
mod known {
	use super::{Error, PublicKey, SealKeyBytes};
	use alloc::collections::BTreeMap;
	use std::sync::Mutex;

	/// Most keys that are kept: those of many committees, in less than 200 KB.
	pub(super) const MOST: usize = 512;

	pub(super) static KEYS: Mutex<Known> = Mutex::new(Known(BTreeMap::new()));

	/// Decoded keys by their bytes, at most [`MOST`].
	pub(super) struct Known(pub(super) BTreeMap<SealKeyBytes, PublicKey>);

	impl Known {
		/// A key, decoded now if it is none of those that are kept.
		pub(super) fn key(&mut self, bytes: &SealKeyBytes) -> Result<PublicKey, Error> {
			if let Some(key) = self.0.get(bytes) {
				return Ok(*key);
			}
			// what is no key is not kept
			let key = PublicKey::from_bytes(bytes)?;
			if self.0.len() >= MOST {
				self.0.clear();
			}
			self.0.insert(*bytes, key);
			Ok(key)
		}
	}
}

#[cfg(all(test, feature = "std"))]
mod tests {
	use super::{
		known::{Known, MOST},
		*,
	};
	use alloc::collections::BTreeMap;
	use ostraka_crypto::seal::SealSecret;
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	/// 32 bytes that are no key, and the identity.
	const NO_KEYS: [SealKeyBytes; 2] = [[0xff; 32], [0; 32]];

	fn keys(count: usize) -> Vec<SealKeyBytes> {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		(0..count).map(|_| SealSecret::random(&mut rng).public()).collect()
	}

	#[test]
	fn a_known_key_is_what_its_bytes_decode_to() {
		let keys = keys(5);
		let expected: Result<Vec<_>, _> = keys.iter().map(PublicKey::from_bytes).collect();
		assert!(expected.is_ok());
		for _ in 0..2 {
			assert_eq!(decode(&keys), expected);
		}
		let reversed: Vec<_> = keys.iter().rev().copied().collect();
		let expected = expected.map(|mut keys| {
			keys.reverse();
			keys
		});
		assert_eq!(decode(&reversed), expected);
	}

	/// Among known keys too, every time.
	#[test]
	fn what_is_no_key_is_refused_and_not_kept() {
		let mut keys = keys(3);
		assert!(decode(&keys).is_ok());
		let mut known = Known(BTreeMap::new());
		for no_key in NO_KEYS {
			let error = PublicKey::from_bytes(&no_key);
			assert!(error.is_err());
			keys[1] = no_key;
			for _ in 0..2 {
				assert_eq!(decode(&keys).map(|_| ()), error.map(|_| ()));
				assert_eq!(known.key(&no_key), error);
			}
		}
		assert!(known.0.is_empty());
	}

	#[test]
	fn no_more_are_kept_than_there_is_room_for() {
		let mut known = Known(BTreeMap::new());
		for bytes in keys(MOST + 3) {
			assert_eq!(known.key(&bytes), PublicKey::from_bytes(&bytes));
			assert!(known.0.contains_key(&bytes) && known.0.len() <= MOST);
		}
		assert_eq!(known.0.len(), 3, "the first ones went at once");
	}
}
