//! Non-interactive proofs of knowledge: Schnorr's for a key and for `rho`, Chaum and Pedersen's for the equality of
//! two discrete logarithms.
//!
//! A proof is `(challenge, response)`, 64 bytes. The verifier recomputes the first message from them and hashes it
//! again. Every challenge covers the whole statement and what the proof is for. A nonce is drawn by HKDF from the
//! secret, the statement and fresh randomness: two proofs share a nonce only if all three are equal.

use crate::{
	curve::Curve,
	encoding::{decode_key, decode_scalar, encode_point, encode_scalar, PointBytes, ScalarBytes},
	error::Error,
	group,
	messages::ProofBytes,
	scalar::{self, Scalar},
	seal::SealSecret,
	transcript::Transcript,
	Hash, Identity,
};
use alloc::vec::Vec;
use ark_ec::short_weierstrass::Affine;
use hkdf::Hkdf;
use rand_core::{CryptoRng, RngCore};
use sha2::Sha256;
use zeroize::Zeroizing;

const KEY_TAG: &str = "ostraka/key/v1";
const RHO_TAG: &str = "ostraka/rho/v1";
const DLEQ_TAG: &str = "ostraka/dleq/v1";
const NONCE_TAG: &str = "ostraka/nonce/v1";

/// A proof: `response = nonce + challenge * secret`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Proof {
	challenge: Scalar,
	response: Scalar,
}

impl Proof {
	fn to_bytes(self) -> ProofBytes {
		let mut bytes = [0u8; 64];
		let (challenge, response) = bytes.split_at_mut(32);
		challenge.copy_from_slice(&encode_scalar(&self.challenge));
		response.copy_from_slice(&encode_scalar(&self.response));
		bytes
	}

	fn from_bytes(bytes: &ProofBytes) -> Result<Self, Error> {
		let decode = |half: &[u8]| {
			let half = ScalarBytes::try_from(half).map_err(|_| Error::NonCanonicalScalar)?;
			decode_scalar(&half)
		};
		let (challenge, response) = bytes.split_at(32);
		Ok(Self { challenge: decode(challenge)?, response: decode(response)? })
	}

	/// Proves knowledge of `secret` with `secret * base` public for each base. `challenge` hashes the statement with
	/// the first messages, which are empty for the nonce's own derivation.
	fn prove<P: Curve, R: RngCore + CryptoRng + ?Sized>(
		secret: &Scalar,
		bases: &[Affine<P>],
		transcript: impl Fn(&[PointBytes]) -> Transcript,
		rng: &mut R,
	) -> Self {
		let nonce = Zeroizing::new(nonce(secret, &transcript(&[]).digest(), rng));
		let first = |base: &Affine<P>| {
			if *base == P::GENERATOR {
				group::mul_generator(&nonce)
			} else {
				group::mul(base, &nonce)
			}
		};
		let firsts: Vec<_> = bases.iter().map(first).collect();
		let firsts: Vec<_> = group::normalize(&firsts).iter().map(encode_point).collect();
		let challenge = transcript(&firsts).challenge();
		Self { challenge, response: *nonce + challenge * secret }
	}

	/// Checks the proof for pairs `(base, secret * base)`.
	fn verify<P: Curve>(
		&self,
		statement: &[(Affine<P>, Affine<P>)],
		transcript: impl Fn(&[PointBytes]) -> Transcript,
	) -> Result<(), Error> {
		let firsts: Vec<_> = statement
			.iter()
			.map(|(base, public)| group::msm(&[*base, -*public], &[self.response, self.challenge]))
			.collect();
		let firsts: Vec<_> = group::normalize(&firsts).iter().map(encode_point).collect();
		(transcript(&firsts).challenge() == self.challenge).then_some(()).ok_or(Error::InvalidProof)
	}
}

fn nonce<R: RngCore + CryptoRng + ?Sized>(
	secret: &Scalar,
	statement: &Hash,
	rng: &mut R,
) -> Scalar {
	let mut fresh = Zeroizing::new([0u8; 32]);
	rng.fill_bytes(fresh.as_mut());
	let mut wide = Zeroizing::new([0u8; 64]);
	let secret = Zeroizing::new(encode_scalar(secret));
	let expanded = Hkdf::<Sha256>::new(Some(fresh.as_ref()), secret.as_ref())
		.expand_multi_info(&[NONCE_TAG.as_bytes(), statement], wide.as_mut());
	if expanded.is_err() {
		// For outputs of more than 255 hashes only; a nonce must never be a constant, so not even then.
		rng.fill_bytes(wide.as_mut());
	}
	scalar::from_wide(&wide)
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
	pub seal_key: &'a PointBytes,
}

impl KeyStatement<'_> {
	fn transcript(&self, generator: &PointBytes, firsts: &[PointBytes]) -> Transcript {
		Transcript::new(KEY_TAG)
			.fixed(self.genesis)
			.fixed(self.account)
			.fixed(self.worker)
			.point(generator)
			.point(self.seal_key)
			.points(firsts)
	}
}

/// Proves knowledge of the secret behind a seal key, at its registration.
pub fn prove_key<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	statement: &KeyStatement<'_>,
	secret: &SealSecret,
	rng: &mut R,
) -> ProofBytes {
	let generator = encode_point(&P::GENERATOR);
	let transcript = |firsts: &[PointBytes]| statement.transcript(&generator, firsts);
	Proof::prove::<P, R>(secret.scalar(), &[P::GENERATOR], transcript, rng).to_bytes()
}

/// Checks a registration.
///
/// # Errors
/// Those of [`decode_key`] for `E`, `NonCanonicalScalar`, `InvalidProof`.
pub fn verify_key<P: Curve>(statement: &KeyStatement<'_>, proof: &ProofBytes) -> Result<(), Error> {
	let proof = Proof::from_bytes(proof)?;
	let seal_key = decode_key::<P>(statement.seal_key)?;
	let generator = encode_point(&P::GENERATOR);
	let transcript = |firsts: &[PointBytes]| statement.transcript(&generator, firsts);
	proof.verify(&[(P::GENERATOR, seal_key)], transcript)
}

/// The dealing that an `R` belongs to.
#[derive(Clone, Copy, Debug)]
pub struct RhoStatement<'a> {
	/// `TH`.
	pub task_hash: &'a Hash,
	/// The dealer's account.
	pub dealer: &'a Identity,
	/// `R`.
	pub ephemeral: &'a PointBytes,
	/// `C_0 .. C_t`.
	pub commitments: &'a [PointBytes],
	/// The hashes of the sealed shares.
	pub sealed_hashes: &'a [Hash],
}

impl RhoStatement<'_> {
	fn transcript(&self, generator: &PointBytes, firsts: &[PointBytes]) -> Transcript {
		Transcript::of_task(RHO_TAG, self.task_hash)
			.fixed(self.dealer)
			.point(generator)
			.point(self.ephemeral)
			.points(firsts)
			.points(self.commitments)
			.hashes(self.sealed_hashes)
	}
}

/// Proves knowledge of `rho` in `R = rho P`. Without this proof a copied `R` would turn honest accusers into a
/// decryption oracle.
pub fn prove_rho<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	statement: &RhoStatement<'_>,
	rho: &SealSecret,
	rng: &mut R,
) -> ProofBytes {
	let generator = encode_point(&P::GENERATOR);
	let transcript = |firsts: &[PointBytes]| statement.transcript(&generator, firsts);
	Proof::prove::<P, R>(rho.scalar(), &[P::GENERATOR], transcript, rng).to_bytes()
}

/// Checks the proof of `rho`.
///
/// # Errors
/// Those of [`decode_key`] for `R`, `NonCanonicalScalar`, `InvalidProof`.
pub fn verify_rho<P: Curve>(statement: &RhoStatement<'_>, proof: &ProofBytes) -> Result<(), Error> {
	let proof = Proof::from_bytes(proof)?;
	let ephemeral = decode_key::<P>(statement.ephemeral)?;
	let generator = encode_point(&P::GENERATOR);
	let transcript = |firsts: &[PointBytes]| statement.transcript(&generator, firsts);
	proof.verify(&[(P::GENERATOR, ephemeral)], transcript)
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
	pub seal_key: &'a PointBytes,
	/// `R`.
	pub ephemeral: &'a PointBytes,
	/// `K`.
	pub dh: &'a PointBytes,
}

impl DleqStatement<'_> {
	fn transcript(&self, generator: &PointBytes, firsts: &[PointBytes]) -> Transcript {
		Transcript::of_task(DLEQ_TAG, self.task_hash)
			.fixed(self.digest)
			.u8(self.j)
			.point(generator)
			.point(self.seal_key)
			.point(self.ephemeral)
			.point(self.dh)
			.points(firsts)
	}
}

/// Proves `log_P E_j = log_R K`.
///
/// # Errors
/// Those of [`decode_key`] for `R`.
pub fn prove_dleq<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	statement: &DleqStatement<'_>,
	secret: &SealSecret,
	rng: &mut R,
) -> Result<ProofBytes, Error> {
	let ephemeral = decode_key::<P>(statement.ephemeral)?;
	let generator = encode_point(&P::GENERATOR);
	let transcript = |firsts: &[PointBytes]| statement.transcript(&generator, firsts);
	Ok(Proof::prove::<P, R>(secret.scalar(), &[P::GENERATOR, ephemeral], transcript, rng)
		.to_bytes())
}

/// Checks that `log_P E_j = log_R K` and returns `K`. Nothing of the statement has been checked.
///
/// # Errors
/// Those of [`decode_key`] for `E_j`, `R`, `K`, `NonCanonicalScalar`, `InvalidProof`.
pub fn verify_dleq<P: Curve>(
	statement: &DleqStatement<'_>,
	proof: &ProofBytes,
) -> Result<Affine<P>, Error> {
	let seal_key = decode_key::<P>(statement.seal_key)?;
	let ephemeral = decode_key::<P>(statement.ephemeral)?;
	let dh = decode_key::<P>(statement.dh)?;
	verify_dleq_points(statement, proof, &DleqPoints { seal_key, ephemeral, dh })?;
	Ok(dh)
}

/// The points of a [`DleqStatement`], decoded by who knows which of them were checked before, when their bytes were
/// stored. `K` never was: it comes with the accusation, and through [`decode_key`]. With a point of order three added to
/// it, a forged proof would pass one time in three.
pub struct DleqPoints<P: Curve> {
	/// `E_j`.
	pub seal_key: Affine<P>,
	/// `R`.
	pub ephemeral: Affine<P>,
	/// `K`.
	pub dh: Affine<P>,
}

/// [`verify_dleq`] for points that are decoded already.
///
/// # Errors
/// `NonCanonicalScalar`, `InvalidProof`.
pub fn verify_dleq_points<P: Curve>(
	statement: &DleqStatement<'_>,
	proof: &ProofBytes,
	points: &DleqPoints<P>,
) -> Result<(), Error> {
	let generator = encode_point(&P::GENERATOR);
	let transcript = |firsts: &[PointBytes]| statement.transcript(&generator, firsts);
	let pairs = [(P::GENERATOR, points.seal_key), (points.ephemeral, points.dh)];
	Proof::from_bytes(proof)?.verify(&pairs, transcript)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{curve::Plain, reference, scalar::Scalar};
	use ark_ec::short_weierstrass::SWCurveConfig;
	use ark_ff::{BigInteger, PrimeField};
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	/// Chaum and Pedersen's proof for `K + T`, `T = (0, 2)` of order three, by a prover who hopes that the challenge is
	/// divisible by three: then `c T` vanishes and the verifier's equations hold.
	fn forge(
		statement: &DleqStatement<'_>,
		secret: &SealSecret,
		ephemeral: &Affine<Plain>,
		rng: &mut ChaCha20Rng,
	) -> ProofBytes {
		let nonce = scalar::random(rng);
		let firsts = group::normalize(&[
			group::mul(&Plain::GENERATOR, &nonce),
			group::mul(ephemeral, &nonce),
		]);
		let firsts: Vec<_> = firsts.iter().map(encode_point).collect();
		let challenge = statement.transcript(&encode_point(&Plain::GENERATOR), &firsts).challenge();
		Proof { challenge, response: nonce + challenge * secret.scalar() }.to_bytes()
	}

	/// What the subgroup check of `K` is for: without it, a third of the forgeries of a wrong `K` pass.
	#[test]
	fn small_order_dh_is_refused_where_the_equations_would_hold() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let secret = SealSecret::random(&mut rng);
		let seal_key = secret.public::<Plain>();
		let ephemeral = SealSecret::random(&mut rng).public::<Plain>();
		let wrong: Affine<Plain> = (secret.dh(&ephemeral) + reference::order_three()).into();
		let (seal_key_bytes, ephemeral_bytes, dh) =
			(encode_point(&seal_key), encode_point(&ephemeral), encode_point(&wrong));
		let statement = DleqStatement {
			task_hash: &[1; 32],
			digest: &[2; 32],
			j: 1,
			seal_key: &seal_key_bytes,
			ephemeral: &ephemeral_bytes,
			dh: &dh,
		};
		let mut passed = 0;
		for _ in 0..60 {
			let proof = forge(&statement, &secret, &ephemeral, &mut rng);
			let points = DleqPoints { seal_key, ephemeral, dh: wrong };
			let bare = verify_dleq_points(&statement, &proof, &points);
			let challenge: Scalar = Proof::from_bytes(&proof).unwrap().challenge;
			let divisible = challenge
				.into_bigint()
				.to_bytes_be()
				.iter()
				.fold(0u32, |rest, byte| (rest * 256 + u32::from(*byte)) % 3)
				== 0;
			assert_eq!(bare.is_ok(), divisible);
			passed += u32::from(bare.is_ok());
			assert_eq!(
				verify_dleq::<Plain>(&statement, &proof).map(|_| ()),
				Err(Error::NotInSubgroup)
			);
		}
		assert!((8..=32).contains(&passed), "{passed} of 60 forgeries satisfy the equations");
	}
}
