//! Sealing: a share encrypted to its node, with keys of Ristretto255 (RFC 9496), base `B`.
//!
//! Node `j` has `E_j = e_j B`. The dealer draws one `rho`, publishes `R = rho B`, and derives a key for each node from
//! the Diffie-Hellman value `rho E_j = e_j R` by HKDF-SHA-256. What the key is bound to ([`Context`]) makes it unique
//! to one share, so ChaCha20-Poly1305 runs with a nonce of zeros.
//!
//! The group's order is prime: an element is its 32 bytes, and none but the identity is of small order. Nothing links it to the
//! group of the commitments.
//!
//! A plaintext is a share's bytes (`32 (L + 1)`), a ciphertext 16 bytes longer.

use crate::{
	encoding::{PointBytes, SealKeyBytes},
	error::Error,
	transcript::Transcript,
	vss::SecretShare,
	Hash, Identity,
};
use alloc::vec::Vec;
use chacha20poly1305::{aead::Aead, ChaCha20Poly1305, KeyInit, Nonce};
use core::fmt;
use curve25519_dalek::{
	constants::RISTRETTO_BASEPOINT_COMPRESSED,
	ristretto::{CompressedRistretto, RistrettoPoint},
	scalar::Scalar as Exponent,
};
use hkdf::Hkdf;
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest, Sha256, Sha512};
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes that the authenticator adds.
const TAG_LENGTH: usize = 16;
const KEY_TAG: &str = "ostraka/seal/v2";
/// `B`.
pub(crate) const BASE: SealKeyBytes = RISTRETTO_BASEPOINT_COMPRESSED.0;
/// The identity, which is no key.
pub(crate) const IDENTITY_KEY: SealKeyBytes = [0; 32];

/// Bytes of a ciphertext of a share of `length` values.
pub const fn ciphertext_len(length: usize) -> usize {
	32 * (length + 1) + TAG_LENGTH
}

/// A secret exponent: a node's `e_j`, or a dealer's `rho`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SealSecret(Exponent);

impl SealSecret {
	/// The secret that belongs to a worker key's signature: a wide reduction of its SHA-512. The signature must be
	/// deterministic, over a message that is signed for nothing else, and is itself as secret as the result.
	pub fn from_signature(signature: &[u8]) -> Self {
		let wide: Zeroizing<[u8; 64]> = Zeroizing::new(Sha512::digest(signature).into());
		Self(Exponent::from_bytes_mod_order_wide(&wide))
	}

	/// Draws a fresh secret.
	pub fn random<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Self {
		let mut wide = Zeroizing::new([0u8; 64]);
		rng.fill_bytes(wide.as_mut());
		Self(Exponent::from_bytes_mod_order_wide(&wide))
	}

	/// The public key `e B`.
	pub fn public(&self) -> SealKeyBytes {
		RistrettoPoint::mul_base(&self.0).compress().to_bytes()
	}

	/// The Diffie-Hellman value of this secret and another's public key. To be computed by a node only for a dealing
	/// that the chain has accepted: the proof of `rho` checked there keeps it from becoming an oracle.
	pub fn dh(&self, public: &PublicKey) -> Zeroizing<SealKeyBytes> {
		let product = Zeroizing::new(self.0 * public.point);
		Zeroizing::new(product.compress().to_bytes())
	}

	pub(crate) fn exponent(&self) -> &Exponent {
		&self.0
	}
}

impl fmt::Debug for SealSecret {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("SealSecret(..)")
	}
}

impl ConstantTimeEq for SealSecret {
	fn ct_eq(&self, other: &Self) -> Choice {
		self.0.ct_eq(&other.0)
	}
}

impl PartialEq for SealSecret {
	fn eq(&self, other: &Self) -> bool {
		self.ct_eq(other).into()
	}
}

impl Eq for SealSecret {}

/// A key that was decoded: a node's `E_j`, a dealing's `R`, or a Diffie-Hellman value `K` that was revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey {
	point: RistrettoPoint,
	bytes: SealKeyBytes,
}

impl PublicKey {
	/// Decodes a key.
	///
	/// # Errors
	/// `NonCanonicalKey`, `Identity`.
	pub fn from_bytes(bytes: &SealKeyBytes) -> Result<Self, Error> {
		let point = CompressedRistretto(*bytes).decompress().ok_or(Error::NonCanonicalKey)?;
		if *bytes == IDENTITY_KEY {
			return Err(Error::Identity);
		}
		Ok(Self { point, bytes: *bytes })
	}

	/// The key's one form.
	pub fn bytes(&self) -> &SealKeyBytes {
		&self.bytes
	}

	pub(crate) fn point(&self) -> &RistrettoPoint {
		&self.point
	}
}

/// What a sealed share belongs to. All of it goes into the key.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
	/// `TH`.
	pub task_hash: &'a Hash,
	/// The dealer's account.
	pub dealer: &'a Identity,
	/// The node's index, 1-based.
	pub j: u8,
	/// `E_j`.
	pub seal_key: &'a SealKeyBytes,
	/// `R`.
	pub ephemeral: &'a SealKeyBytes,
	/// `C_0 .. C_t`.
	pub commitments: &'a [PointBytes],
}

/// The key of one sealed share.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("Key(..)")
	}
}

impl Key {
	/// Derives the key from the Diffie-Hellman value.
	pub fn derive(dh: &SealKeyBytes, context: &Context<'_>) -> Self {
		let info = Transcript::of_task(KEY_TAG, context.task_hash)
			.fixed(context.dealer)
			.u8(context.j)
			.fixed(context.seal_key)
			.fixed(context.ephemeral)
			.points(context.commitments)
			.digest();
		let mut key = Self([0u8; 32]);
		// Fails for outputs of more than 255 hashes only; were it to fail, the key of zeros would open nothing.
		let _unreachable =
			Hkdf::<Sha256>::new(Some(KEY_TAG.as_bytes()), dh).expand(&info, &mut key.0);
		key
	}

	/// Encrypts a share.
	///
	/// # Errors
	/// `Length` if the cipher refuses the plaintext's length, which no share reaches.
	pub fn seal(&self, share: &SecretShare) -> Result<Vec<u8>, Error> {
		self.seal_bytes(&share.to_bytes())
	}

	/// Encrypts any bytes. An honest dealer seals shares only, by [`Self::seal`]; what opens to something else convicts
	/// its dealer. A key serves one plaintext: with two, their difference is open to all.
	///
	/// # Errors
	/// As of [`Self::seal`].
	pub fn seal_bytes(&self, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
		self.cipher().encrypt(&Nonce::default(), plaintext).map_err(|_| Error::Length {
			what: "plaintext",
			expected: 0,
			found: plaintext.len(),
		})
	}

	/// Decrypts a share of `length` values.
	///
	/// # Errors
	/// `Length` of a ciphertext of the wrong length, `Unopenable`, `NonCanonicalScalar`.
	pub fn open(&self, ciphertext: &[u8], length: usize) -> Result<SecretShare, Error> {
		Error::length("ciphertext", ciphertext_len(length), ciphertext.len())?;
		let plaintext = self.cipher().decrypt(&Nonce::default(), ciphertext);
		let plaintext = Zeroizing::new(plaintext.map_err(|_| Error::Unopenable)?);
		SecretShare::from_bytes(&plaintext, length)
	}

	fn cipher(&self) -> ChaCha20Poly1305 {
		ChaCha20Poly1305::new((&self.0).into())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::proofs::{
		prove_dleq, prove_key, prove_rho, verify_dleq, verify_key, verify_rho, verify_signature,
		DleqStatement, KeyStatement,
	};
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	fn secret(exponent: u8) -> SealSecret {
		SealSecret(Exponent::from(exponent))
	}

	/// The multiples of the base as RFC 9496 has them, appendix A.1.
	#[test]
	fn public_keys_are_multiples_of_the_base() {
		let multiples = [
			"0000000000000000000000000000000000000000000000000000000000000000",
			"e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
			"6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
			"94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
			"da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57",
		];
		for (exponent, multiple) in (0..).zip(multiples) {
			assert_eq!(hex::encode(secret(exponent).public()), multiple);
		}
		assert_eq!(BASE, secret(1).public());
		let two = PublicKey::from_bytes(&secret(2).public()).unwrap();
		assert_eq!(*secret(2).dh(&two), secret(4).public());
	}

	/// A secret of zero comes of no draw and no signature. Were there one, all that is made with it would be refused.
	#[test]
	fn a_secret_of_zero_is_of_no_use() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let (zero, one) = (secret(0), secret(1));
		let public = zero.public();
		assert_eq!(public, IDENTITY_KEY);
		assert_eq!(PublicKey::from_bytes(&public), Err(Error::Identity));
		let statement = KeyStatement {
			genesis: &[1; 32],
			account: &[2; 32],
			worker: &[3; 32],
			seal_key: &public,
		};
		let proof = prove_key(&statement, &zero, &mut rng);
		assert_eq!(verify_key(&statement, &proof), Err(Error::Identity));
		let proof = prove_rho(&[1; 32], &zero, &mut rng);
		let verdict = verify_rho(&[1; 32], &public, &proof, verify_signature);
		assert_eq!(verdict, Err(Error::Identity));
		let ephemeral = one.public();
		let dh = *zero.dh(&PublicKey::from_bytes(&ephemeral).unwrap());
		assert_eq!(dh, IDENTITY_KEY);
		let statement = DleqStatement {
			task_hash: &[1; 32],
			digest: &[2; 32],
			j: 1,
			seal_key: &public,
			ephemeral: &ephemeral,
			dh: &dh,
		};
		let proof = prove_dleq(&statement, &zero, &mut rng).unwrap();
		assert_eq!(verify_dleq(&statement, &proof), Err(Error::Identity));
		let statement = DleqStatement { seal_key: &ephemeral, ..statement };
		assert_eq!(verify_dleq(&statement, &proof), Err(Error::Identity));
	}

	/// Secrets of one and two are as good as any to the proofs: what they protect is all that they lose.
	#[test]
	fn small_secrets_prove_like_others() {
		let mut rng = ChaCha20Rng::seed_from_u64(2);
		for exponent in [1, 2] {
			let small = secret(exponent);
			let public = small.public();
			let statement = KeyStatement {
				genesis: &[1; 32],
				account: &[2; 32],
				worker: &[3; 32],
				seal_key: &public,
			};
			let proof = prove_key(&statement, &small, &mut rng);
			assert_eq!(verify_key(&statement, &proof), Ok(()));
			let proof = prove_rho(&[1; 32], &small, &mut rng);
			assert_eq!(verify_rho(&[1; 32], &public, &proof, verify_signature), Ok(()));
		}
	}
}
