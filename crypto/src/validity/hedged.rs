//! What a prover draws. As the nonces of the other proofs, it is derived from the secrets, the statement and fresh randomness:
//! two proofs share a value only if all three are equal, and then they are the same proof.

use crate::{
	encoding::encode_scalar,
	scalar::{self, Scalar},
	Hash,
};
use alloc::vec::Vec;
use hkdf::Hkdf;
use rand_core::{CryptoRng, RngCore};
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE_TAG: &str = "ostraka/validity/nonce/v1";

/// A stream of uniform scalars.
pub(super) struct Hedged<'r, R: ?Sized> {
	key: Hkdf<Sha256>,
	statement: Hash,
	drawn: u32,
	rng: &'r mut R,
}

impl<'r, R: RngCore + CryptoRng + ?Sized> Hedged<'r, R> {
	/// The stream for secrets, a statement and the fresh randomness that `rng` gives.
	pub(super) fn new(secrets: &[&[Scalar]], statement: &Hash, rng: &'r mut R) -> Self {
		let mut fresh = Zeroizing::new([0u8; 32]);
		rng.fill_bytes(fresh.as_mut());
		// room for all at once: a vector that grows leaves its old, unwiped copy behind
		let count = secrets.iter().map(|list| list.len()).sum::<usize>();
		let mut bytes = Zeroizing::new(Vec::with_capacity(32 * count));
		for secret in secrets.iter().copied().flatten() {
			bytes.extend_from_slice(Zeroizing::new(encode_scalar(secret)).as_ref());
		}
		let key = Hkdf::new(Some(fresh.as_ref()), &bytes);
		Self { key, statement: *statement, drawn: 0, rng }
	}

	/// The next scalar.
	pub(super) fn draw(&mut self) -> Scalar {
		let mut wide = Zeroizing::new([0u8; 64]);
		let number = self.drawn.to_le_bytes();
		self.drawn = self.drawn.wrapping_add(1);
		let info = [NONCE_TAG.as_bytes(), &self.statement, &number];
		if self.key.expand_multi_info(&info, wide.as_mut()).is_err() {
			// For outputs of more than 255 hashes only; a mask must never be a constant, so not even then.
			self.rng.fill_bytes(wide.as_mut());
		}
		scalar::from_wide(&wide)
	}
}
