//! Non-interactive proofs of knowledge in Ristretto255: Schnorr's for a key, Chaum and Pedersen's for the equality of two
//! discrete logarithms, and for `rho` a signature.
//!
//! The first two are `(challenge, response)`, 64 bytes: two canonical scalars of the group's order, little-endian. The verifier
//! recomputes the first messages from them and hashes them again. Every challenge covers the whole statement and what the proof
//! is for.
//!
//! The proof of `rho` is a signature under `R` in the scheme and the context (`substrate`) that every host verifies: sr25519,
//! Schnorr's once more, whose challenge covers the key. It signs the dealing's digest, which covers task, dealer, `R`,
//! commitments and ciphertexts. Only who knows `rho` can make it, also where `R` is the public key of somebody's account: that
//! key signs nothing else of 46 bytes under this tag, as a transaction's payload holds two hashes and wallets wrap messages.
//!
//! A nonce is drawn by HKDF from the secret, the statement and fresh randomness, the signature's once more by its own library:
//! two proofs share a nonce only if all three are equal, also with a generator of randomness that gives zeros.

use crate::{
	encoding::SealKeyBytes,
	error::Error,
	messages::{ProofBytes, PROOF_LENGTH},
	seal::{PublicKey, SealSecret, BASE, IDENTITY_KEY},
	transcript::Transcript,
	Hash, Identity,
};
use alloc::vec::Vec;
use curve25519_dalek::{
	ristretto::RistrettoPoint, scalar::Scalar as Exponent, traits::VartimeMultiscalarMul,
};
use hkdf::Hkdf;
use rand_core::{CryptoRng, RngCore};
use schnorrkel::{context::attach_rng, signing_context, SecretKey, Signature};
use sha2::Sha256;
use zeroize::Zeroizing;

const KEY_TAG: &str = "ostraka/key/v2";
const RHO_TAG: &str = "ostraka/rho/v2";
const DLEQ_TAG: &str = "ostraka/dleq/v2";
const NONCE_TAG: &str = "ostraka/nonce/v2";
/// The signing context in which hosts verify sr25519.
const SIGNING_CONTEXT: &[u8] = b"substrate";
/// Bytes of what a proof of `rho` signs: its tag and a hash.
const RHO_MESSAGE: usize = RHO_TAG.len() + 32;

/// A proof: `response = nonce + challenge * secret`.
#[derive(Clone, Copy)]
struct Proof {
	challenge: Exponent,
	response: Exponent,
}

impl Proof {
	fn to_bytes(self) -> ProofBytes {
		let mut bytes = [0u8; PROOF_LENGTH];
		let (challenge, response) = bytes.split_at_mut(32);
		challenge.copy_from_slice(self.challenge.as_bytes());
		response.copy_from_slice(self.response.as_bytes());
		bytes
	}

	fn from_bytes(bytes: &ProofBytes) -> Result<Self, Error> {
		let decode = |half: &[u8]| {
			let half = <[u8; 32]>::try_from(half).map_err(|_| Error::NonCanonicalScalar)?;
			Option::from(Exponent::from_canonical_bytes(half)).ok_or(Error::NonCanonicalScalar)
		};
		let (challenge, response) = bytes.split_at(32);
		Ok(Self { challenge: decode(challenge)?, response: decode(response)? })
	}

	/// Proves knowledge of `secret`, with `secret * B` public, and `secret * base` for the other base, if there is one.
	/// `transcript` is the statement with the first messages, which are none for the nonce's own derivation.
	fn prove<R: RngCore + CryptoRng + ?Sized>(
		secret: &SealSecret,
		base: Option<&PublicKey>,
		transcript: impl Fn(&[SealKeyBytes]) -> Transcript,
		rng: &mut R,
	) -> Self {
		let wide = hedged(secret, &transcript(&[]).digest(), rng);
		let nonce = Zeroizing::new(Exponent::from_bytes_mod_order_wide(&wide));
		let first = RistrettoPoint::mul_base(&nonce);
		let second = base.map(|base| *nonce * base.point());
		let challenge = challenge([first].into_iter().chain(second), transcript);
		Self { challenge, response: *nonce + challenge * secret.exponent() }
	}

	/// Checks the proof of `public`'s logarithm, which is also that of `other`'s second key to the base of its first.
	fn verify(
		&self,
		public: &PublicKey,
		other: Option<[&PublicKey; 2]>,
		transcript: impl Fn(&[SealKeyBytes]) -> Transcript,
	) -> Result<(), Error> {
		let Self { challenge: claimed, response } = self;
		let negated = -claimed;
		let first =
			RistrettoPoint::vartime_double_scalar_mul_basepoint(&negated, public.point(), response);
		let second = other.map(|[base, product]| {
			let points = [base.point(), product.point()];
			RistrettoPoint::vartime_multiscalar_mul([response, &negated], points)
		});
		let found = challenge([first].into_iter().chain(second), transcript);
		(found == *claimed).then_some(()).ok_or(Error::InvalidProof)
	}
}

fn challenge(
	firsts: impl Iterator<Item = RistrettoPoint>,
	transcript: impl Fn(&[SealKeyBytes]) -> Transcript,
) -> Exponent {
	let firsts: Vec<_> = firsts.map(|first| first.compress().to_bytes()).collect();
	Exponent::from_bytes_mod_order_wide(&transcript(&firsts).wide())
}

/// Secret bytes for a nonce, from the secret, what is proven, and fresh randomness.
fn hedged<const BYTES: usize, R: RngCore + CryptoRng + ?Sized>(
	secret: &SealSecret,
	statement: &[u8],
	rng: &mut R,
) -> Zeroizing<[u8; BYTES]> {
	let mut fresh = Zeroizing::new([0u8; 32]);
	rng.fill_bytes(fresh.as_mut());
	let mut bytes = Zeroizing::new([0u8; BYTES]);
	let expanded = Hkdf::<Sha256>::new(Some(fresh.as_ref()), secret.exponent().as_bytes())
		.expand_multi_info(&[NONCE_TAG.as_bytes(), statement], bytes.as_mut());
	if expanded.is_err() {
		// For outputs of more than 255 hashes only; a nonce must never be a constant, so not even then.
		rng.fill_bytes(bytes.as_mut());
	}
	bytes
}

/// Who registers a seal key, and where.
#[derive(Clone, Copy, Debug)]
pub struct KeyStatement<'a> {
	/// The chain's genesis hash.
	pub genesis: &'a Hash,
	/// The operator's account.
	pub account: &'a Identity,
	/// The worker key.
	pub worker: &'a Identity,
	/// `E`.
	pub seal_key: &'a SealKeyBytes,
}

impl KeyStatement<'_> {
	fn transcript(&self, firsts: &[SealKeyBytes]) -> Transcript {
		Transcript::new(KEY_TAG)
			.fixed(self.genesis)
			.fixed(self.account)
			.fixed(self.worker)
			.fixed(&BASE)
			.fixed(self.seal_key)
			.keys(firsts)
	}
}

/// Proves knowledge of the secret behind a seal key, at its registration.
pub fn prove_key<R: RngCore + CryptoRng + ?Sized>(
	statement: &KeyStatement<'_>,
	secret: &SealSecret,
	rng: &mut R,
) -> ProofBytes {
	Proof::prove(secret, None, |firsts| statement.transcript(firsts), rng).to_bytes()
}

/// Checks a registration.
///
/// # Errors
/// Those of [`PublicKey::from_bytes`] for `E`, `NonCanonicalScalar`, `InvalidProof`.
pub fn verify_key(statement: &KeyStatement<'_>, proof: &ProofBytes) -> Result<(), Error> {
	let seal_key = PublicKey::from_bytes(statement.seal_key)?;
	let proof = Proof::from_bytes(proof)?;
	proof.verify(&seal_key, None, |firsts| statement.transcript(firsts))
}

/// Verifies an sr25519 signature in the context `substrate`: [`verify_signature`], or a runtime's host call.
pub type SignatureCheck = fn(signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool;

/// Verifies a signature as hosts do, natively.
pub fn verify_signature(signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool {
	match (Signature::from_bytes(signature), schnorrkel::PublicKey::from_bytes(public)) {
		(Ok(signature), Ok(public)) => {
			public.verify_simple(SIGNING_CONTEXT, message, &signature).is_ok()
		},
		_ => false,
	}
}

/// What a proof of `rho` signs: `ostraka/rho/v2` and the dealing's digest.
pub fn rho_message(digest: &Hash) -> [u8; RHO_MESSAGE] {
	let mut message = [0u8; RHO_MESSAGE];
	let (tag, hash) = message.split_at_mut(RHO_TAG.len());
	tag.copy_from_slice(RHO_TAG.as_bytes());
	hash.copy_from_slice(digest);
	message
}

/// Proves knowledge of `rho` in `R = rho B` for the dealing of that digest. Without this proof a copied `R` would turn honest
/// accusers into a decryption oracle.
pub fn prove_rho<R: RngCore + CryptoRng + ?Sized>(
	digest: &Hash,
	rho: &SealSecret,
	rng: &mut R,
) -> ProofBytes {
	let message = rho_message(digest);
	let seed: Zeroizing<[u8; 32]> = hedged(rho, &message, rng);
	let mut bytes = Zeroizing::new([0u8; 64]);
	let (exponent, nonce_seed) = bytes.split_at_mut(32);
	exponent.copy_from_slice(rho.exponent().as_bytes());
	nonce_seed.copy_from_slice(seed.as_ref());
	// Not the form that is multiplied by eight. An exponent is canonical, so it is taken; zeros would prove nothing.
	let Ok(key) = SecretKey::from_bytes(bytes.as_ref()) else { return [0; PROOF_LENGTH] };
	let transcript = attach_rng(signing_context(SIGNING_CONTEXT).bytes(&message), rng);
	key.sign(transcript, &key.to_public()).to_bytes()
}

/// Checks the proof of `rho` of the dealing of that digest. `verify` refuses an `R` that is not canonical.
///
/// # Errors
/// `Identity` (under that key anybody can sign), `InvalidProof`.
pub fn verify_rho(
	digest: &Hash,
	ephemeral: &SealKeyBytes,
	proof: &ProofBytes,
	verify: SignatureCheck,
) -> Result<(), Error> {
	if *ephemeral == IDENTITY_KEY {
		return Err(Error::Identity);
	}
	verify(proof, &rho_message(digest), ephemeral).then_some(()).ok_or(Error::InvalidProof)
}

/// The accusation that a Diffie-Hellman value is revealed in.
#[derive(Clone, Copy, Debug)]
pub struct DleqStatement<'a> {
	/// `TH`.
	pub task_hash: &'a Hash,
	/// The accused dealing's digest.
	pub digest: &'a Hash,
	/// The accuser's index, 1-based.
	pub j: u8,
	/// `E_j`.
	pub seal_key: &'a SealKeyBytes,
	/// `R`.
	pub ephemeral: &'a SealKeyBytes,
	/// `K`.
	pub dh: &'a SealKeyBytes,
}

impl DleqStatement<'_> {
	fn transcript(&self, firsts: &[SealKeyBytes]) -> Transcript {
		Transcript::of_task(DLEQ_TAG, self.task_hash)
			.fixed(self.digest)
			.u8(self.j)
			.fixed(&BASE)
			.fixed(self.seal_key)
			.fixed(self.ephemeral)
			.fixed(self.dh)
			.keys(firsts)
	}
}

/// Proves `log_B E_j = log_R K`.
///
/// # Errors
/// Those of [`PublicKey::from_bytes`] for `R`.
pub fn prove_dleq<R: RngCore + CryptoRng + ?Sized>(
	statement: &DleqStatement<'_>,
	secret: &SealSecret,
	rng: &mut R,
) -> Result<ProofBytes, Error> {
	let ephemeral = PublicKey::from_bytes(statement.ephemeral)?;
	let transcript = |firsts: &[SealKeyBytes]| statement.transcript(firsts);
	Ok(Proof::prove(secret, Some(&ephemeral), transcript, rng).to_bytes())
}

/// Checks that `log_B E_j = log_R K`. Nothing of the statement has been checked. The group has no element of small order, so
/// that there is nothing which a challenge could make vanish.
///
/// # Errors
/// Those of [`PublicKey::from_bytes`] for `E_j`, `R`, `K`, `NonCanonicalScalar`, `InvalidProof`.
pub fn verify_dleq(statement: &DleqStatement<'_>, proof: &ProofBytes) -> Result<(), Error> {
	let seal_key = PublicKey::from_bytes(statement.seal_key)?;
	let ephemeral = PublicKey::from_bytes(statement.ephemeral)?;
	let dh = PublicKey::from_bytes(statement.dh)?;
	let transcript = |firsts: &[SealKeyBytes]| statement.transcript(firsts);
	Proof::from_bytes(proof)?.verify(&seal_key, Some([&ephemeral, &dh]), transcript)
}
