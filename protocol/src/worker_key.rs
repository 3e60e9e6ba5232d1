//! What a worker key signs at its registration, and how the seal secret comes from it: the one definition that the
//! registry, the offchain worker, genesis presets and clients share.
//!
//! A node holds one ed25519 key. From it follow:
//! - `e_j`, its *seal secret*: a wide reduction of the SHA-512 of the key's signature over [`seal_key_message`].
//!   ed25519 signatures are deterministic (RFC 8032), so nothing but the key has to be kept;
//! - `E_j = e_j B`, a Ristretto255 element, registered with a proof of `e_j` and the key's signature over [`registration_message`].
//!
//! # Invariants
//! - A message that starts with [`SEAL_KEY_DOMAIN`] is signed to derive `e_j` and for nothing else, and its
//!   signature is as secret as `e_j`. The domains of all other messages differ from it in their first bytes.
//! - Signing is a closure: where the key lies (keystore, file, memory) is the caller's business.

use alloc::vec::Vec;
use ostraka_crypto::{
	messages::ProofBytes,
	proofs::{self, KeyStatement},
	seal::SealSecret,
	Hash, Identity, SealKeyBytes,
};
use rand_core::{CryptoRng, RngCore};
use zeroize::Zeroizing;

/// First bytes of the message whose signature is the source of `e_j`.
pub const SEAL_KEY_DOMAIN: &[u8; 19] = b"ostraka/seal-key/v2";
/// First bytes of the message by which a worker key agrees to its registration.
pub const REGISTRATION_DOMAIN: &[u8; 21] = b"ostraka/worker-key/v2";

/// An ed25519 signature.
pub type SignatureBytes = [u8; 64];

/// The message whose signature gives `e_j`: domain, genesis hash, account.
pub fn seal_key_message(genesis: &Hash, account: &Identity) -> Vec<u8> {
	[SEAL_KEY_DOMAIN.as_slice(), genesis, account].concat()
}

/// The message by which the worker key agrees to be registered by `account` with this `E_j`: domain, genesis hash,
/// account, `E_j`. These are also the SCALE bytes of that tuple.
pub fn registration_message(
	genesis: &Hash,
	account: &Identity,
	seal_key: &SealKeyBytes,
) -> Vec<u8> {
	[REGISTRATION_DOMAIN.as_slice(), genesis, account, seal_key].concat()
}

/// `e_j` from the key's signature over [`seal_key_message`]. The signature is wiped.
pub fn seal_secret(signature: SignatureBytes) -> SealSecret {
	SealSecret::from_signature(Zeroizing::new(signature).as_slice())
}

/// What an operator registers beside its worker key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
	/// `E_j`.
	pub seal_key: SealKeyBytes,
	/// Proof of `e_j`, bound to genesis, account and worker key.
	pub proof: ProofBytes,
	/// The worker key's signature over [`registration_message`].
	pub signature: SignatureBytes,
}

/// Makes a registration. `sign` signs with the worker key; `None` if it cannot, and then there is no registration.
pub fn register<R: RngCore + CryptoRng + ?Sized>(
	genesis: &Hash,
	account: &Identity,
	worker: &Identity,
	mut sign: impl FnMut(&[u8]) -> Option<SignatureBytes>,
	rng: &mut R,
) -> Option<Registration> {
	let secret = seal_secret(sign(&seal_key_message(genesis, account))?);
	let seal_key = secret.public();
	let statement = KeyStatement { genesis, account, worker, seal_key: &seal_key };
	let proof = proofs::prove_key(&statement, &secret, rng);
	let signature = sign(&registration_message(genesis, account, &seal_key))?;
	Some(Registration { seal_key, proof, signature })
}

#[cfg(test)]
mod tests {
	use super::*;
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	/// Stands for a deterministic signature: distinct messages give distinct bytes.
	fn sign(message: &[u8]) -> Option<SignatureBytes> {
		let mut signature = [7u8; 64];
		for (index, byte) in message.iter().enumerate() {
			let slot = &mut signature[index % 64];
			*slot = slot.rotate_left(3) ^ byte;
		}
		Some(signature)
	}

	#[test]
	fn a_registration_proves_its_key_and_is_bound_to_account_and_chain() {
		let (genesis, account, worker) = ([1u8; 32], [2u8; 32], [3u8; 32]);
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let made = register(&genesis, &account, &worker, sign, &mut rng).unwrap();
		let statement = KeyStatement {
			genesis: &genesis,
			account: &account,
			worker: &worker,
			seal_key: &made.seal_key,
		};
		assert_eq!(proofs::verify_key(&statement, &made.proof), Ok(()));
		for other in [
			KeyStatement { genesis: &[9; 32], ..statement },
			KeyStatement { account: &[9; 32], ..statement },
			KeyStatement { worker: &[9; 32], ..statement },
		] {
			assert!(proofs::verify_key(&other, &made.proof).is_err());
		}
		let elsewhere = register(&[9; 32], &account, &worker, sign, &mut rng).unwrap();
		assert_ne!(elsewhere.seal_key, made.seal_key);
	}

	#[test]
	fn a_key_that_does_not_sign_registers_nothing() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let none = register(&[1; 32], &[2; 32], &[3; 32], |_| None, &mut rng);
		assert_eq!(none, None);
	}

	#[test]
	fn messages_are_their_domain_and_fields_in_a_row() {
		let message = seal_key_message(&[1; 32], &[2; 32]);
		assert_eq!(message.len(), 19 + 64);
		assert!(message.starts_with(b"ostraka/seal-key/v2\x01"));
		let message = registration_message(&[1; 32], &[2; 32], &[3; 32]);
		assert_eq!(message.len(), 21 + 64 + 32);
		assert!(message.starts_with(b"ostraka/worker-key/v2\x01"));
	}
}
