//! Sealing: a share encrypted to its node.
//!
//! Node `j` has `E_j = e_j P`. The dealer draws one `rho`, publishes `R = rho P`, and derives a key for each node from
//! the Diffie-Hellman value `rho E_j = e_j R` by HKDF-SHA-256. What the key is bound to ([`Context`]) makes it unique
//! to one share, so ChaCha20-Poly1305 runs with a nonce of zeros.
//!
//! A plaintext is a share's bytes (`32 (L + 1)`), a ciphertext 16 bytes longer.

use crate::{
	curve::Curve,
	encoding::{encode_point, PointBytes},
	error::Error,
	group,
	scalar::{self, Scalar},
	transcript::Transcript,
	vss::SecretShare,
	Hash, Identity,
};
use alloc::vec::Vec;
use ark_ec::short_weierstrass::Affine;
use chacha20poly1305::{aead::Aead, ChaCha20Poly1305, KeyInit, Nonce};
use core::fmt;
use hkdf::Hkdf;
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest, Sha256, Sha512};
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes that the authenticator adds.
const TAG_LENGTH: usize = 16;
const KEY_TAG: &str = "ostraka/seal/v1";

/// Bytes of a ciphertext of a share of `length` values.
pub const fn ciphertext_len(length: usize) -> usize {
	32 * (length + 1) + TAG_LENGTH
}

/// A secret exponent: a node's `e_j`, or a dealer's `rho`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SealSecret(Scalar);

impl SealSecret {
	/// The secret that belongs to a worker key's signature: a wide reduction of its SHA-512. The signature must be
	/// deterministic, over a message that is signed for nothing else, and is itself as secret as the result.
	pub fn from_signature(signature: &[u8]) -> Self {
		let wide: Zeroizing<[u8; 64]> = Zeroizing::new(Sha512::digest(signature).into());
		Self(scalar::from_wide(&wide))
	}

	/// Draws a fresh secret.
	pub fn random<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Self {
		Self(scalar::random(rng))
	}

	/// The public key `e P`.
	pub fn public<P: Curve>(&self) -> Affine<P> {
		group::affine(&group::mul_generator(&self.0))
	}

	/// The Diffie-Hellman value of this secret and another's public key. To be computed by a node only for a dealing
	/// that the chain has accepted: the proof of `rho` checked there keeps it from becoming an oracle.
	pub fn dh<P: Curve>(&self, public: &Affine<P>) -> Affine<P> {
		group::affine(&group::mul(public, &self.0))
	}

	/// The Diffie-Hellman values with many keys, at the price of one inversion. Each opens its share.
	pub fn dh_all<P: Curve>(&self, publics: &[Affine<P>]) -> Zeroizing<Vec<Affine<P>>> {
		let products = publics.iter().map(|public| group::mul(public, &self.0));
		let points: Zeroizing<Vec<_>> = Zeroizing::new(products.collect());
		Zeroizing::new(group::normalize(&points))
	}

	pub(crate) fn scalar(&self) -> &Scalar {
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
		scalar::ct_eq(&self.0, &other.0)
	}
}

impl PartialEq for SealSecret {
	fn eq(&self, other: &Self) -> bool {
		self.ct_eq(other).into()
	}
}

impl Eq for SealSecret {}

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
	pub seal_key: &'a PointBytes,
	/// `R`.
	pub ephemeral: &'a PointBytes,
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
	pub fn derive<P: Curve>(dh: &Affine<P>, context: &Context<'_>) -> Self {
		let info = Transcript::of_task(KEY_TAG, context.task_hash)
			.fixed(context.dealer)
			.u8(context.j)
			.point(context.seal_key)
			.point(context.ephemeral)
			.points(context.commitments)
			.digest();
		let secret = Zeroizing::new(encode_point(dh));
		let mut key = Self([0u8; 32]);
		// Fails for outputs of more than 255 hashes only; were it to fail, the key of zeros would open nothing.
		let _unreachable = Hkdf::<Sha256>::new(Some(KEY_TAG.as_bytes()), secret.as_ref())
			.expand(&info, &mut key.0);
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
