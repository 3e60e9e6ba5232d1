//! Results for their recipient: the mask that a result is published under, how it is opened, and how it is taken off.
//!
//! The recipient deals a vector `m` that is uniform in `F^L`, as one more dealing, so that `X + m` is what the committee
//! computes and the chain publishes. `X + m` is uniform whatever `X` is, and so are it and the shares of any `t` members
//! together: who lacks `m` learns nothing of `X`. Everything about the dealing is drawn from a seed that the recipient keeps,
//! by ChaCha20 under a key that is bound to task and recipient; so what hides `X` is that generator, and nothing else.
//!
//! # Invariants
//! - Of one seed, task and recipient there is one mask and, for one committee, one dealing, bit for bit: to make it again, after
//!   an interruption, tells nobody more.
//! - [`Opening`] fits one commitment alone, as Pedersen commitments bind: who publishes it cannot choose what the result is
//!   then.

use crate::{
	adjudicator, dealer,
	task::{expect_length, TaskContext},
};
use alloc::vec::Vec;
use ostraka_crypto::{
	messages::DealingBytes, scalar, transcript::sha256, vss, Curve, Error, Hash, Identity,
	PointBytes, Scalar,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, RngCore, SeedableRng};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Domain of the key that a mask is drawn by.
const MASK_TAG: &[u8] = b"ostraka/mask/v1";

/// What a recipient keeps to read its results: 32 bytes. Who has them reads them too.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct MaskSeed([u8; 32]);

/// Shows no secret.
impl core::fmt::Debug for MaskSeed {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("MaskSeed(..)")
	}
}

impl MaskSeed {
	/// Draws a fresh one.
	pub fn random<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Self {
		let mut seed = Self([0; 32]);
		rng.fill_bytes(&mut seed.0);
		seed
	}

	/// The seed with these bytes.
	pub const fn from_bytes(bytes: [u8; 32]) -> Self {
		Self(bytes)
	}

	/// Its bytes.
	pub const fn bytes(&self) -> &[u8; 32] {
		&self.0
	}

	/// What the recipient's dealing to the task is drawn from: first the mask, then all that sharing and sealing it takes.
	fn rng(&self, task_hash: &Hash, recipient: &Identity) -> ChaCha20Rng {
		let mut bytes = Zeroizing::new([0u8; MASK_TAG.len() + 96]);
		let parts = [MASK_TAG, &self.0, task_hash, recipient].into_iter().flatten();
		bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
		let key = Zeroizing::new(sha256(bytes.as_slice()));
		ChaCha20Rng::from_seed(*key)
	}
}

/// What opens a mask's `C_0`: with it everybody reads the result.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Opening {
	/// `m`, `L` entries.
	pub vector: Vec<Scalar>,
	/// Its blinding value.
	pub blinding: Scalar,
}

/// Shows no secret.
impl core::fmt::Debug for Opening {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.debug_struct("Opening").field("length", &self.vector.len()).finish_non_exhaustive()
	}
}

/// A mask: what is dealt, and what opens it.
#[derive(Clone, Debug)]
pub struct Mask {
	/// What opens it.
	pub opening: Opening,
	/// The dealing.
	pub dealing: DealingBytes,
}

fn draw(length: usize, rng: &mut ChaCha20Rng) -> Zeroizing<Vec<Scalar>> {
	Zeroizing::new((0..length).map(|_| scalar::random(rng)).collect())
}

/// The recipient's mask for a task whose committee is drawn.
///
/// # Errors
/// Those of [`dealer::mask`].
pub fn derive<P: Curve>(
	seed: &MaskSeed,
	ctx: &TaskContext,
	recipient: &Identity,
) -> Result<Mask, Error> {
	let mut rng = seed.rng(&ctx.task_hash, recipient);
	let vector = draw(ctx.length(), &mut rng);
	let dealing = dealer::mask::<P, _>(ctx, recipient, &vector, &mut rng)?;
	let opening = opening::<P>(seed, &ctx.task_hash, recipient, ctx.threshold, ctx.length())?;
	Ok(Mask { opening, dealing })
}

/// What opens the recipient's mask for a task of this threshold and length `L`. It takes no committee: a task that was settled long
/// ago can be read.
///
/// # Errors
/// `VectorLength`, `Parameters` of a threshold that no task has.
pub fn opening<P: Curve>(
	seed: &MaskSeed,
	task_hash: &Hash,
	recipient: &Identity,
	threshold: u8,
	length: usize,
) -> Result<Opening, Error> {
	vss::check_length(length)?;
	let mut rng = seed.rng(task_hash, recipient);
	let mut vector = draw(length, &mut rng);
	// What is drawn does not depend on how many shares are made of it.
	let fewest = threshold.saturating_mul(2).saturating_add(1);
	let (_, shares) = vss::share::<P, _>(&vector, threshold, fewest, &mut rng)?;
	let blinding = vss::secret_blinding(threshold, &shares)?;
	Ok(Opening { vector: core::mem::take(&mut *vector), blinding: *blinding })
}

/// Whether this opens the `C_0` of a mask's commitments.
///
/// # Errors
/// Those of [`adjudicator::verify_result`].
pub fn opens<P: Curve>(c0: &PointBytes, opening: &Opening) -> Result<bool, Error> {
	adjudicator::verify_result::<P>(c0, &opening.vector, &opening.blinding)
}

/// `X`, from the published `X + m` and `m`.
///
/// # Errors
/// `Length` if they have different lengths.
pub fn unmask(masked: &[Scalar], mask: &[Scalar]) -> Result<Vec<Scalar>, Error> {
	expect_length("mask", masked.len(), mask.len())?;
	Ok(masked.iter().zip(mask).map(|(masked, mask)| *masked - mask).collect())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::Version;
	use ostraka_crypto::{seal::SealSecret, Plain};

	const RECIPIENT: Identity = [9; 32];

	fn context(length: u16) -> TaskContext {
		let mut rng = ChaCha20Rng::from_seed([4; 32]);
		TaskContext {
			version: Version::CURRENT,
			task_hash: [1; 32],
			threshold: 1,
			length,
			proof_length: 7,
			seal_keys: (0..3).map(|_| SealSecret::random(&mut rng).public()).collect(),
			recipient: Some(RECIPIENT),
		}
	}

	#[test]
	fn a_mask_can_be_made_again_and_opened() {
		let (seed, ctx) = (MaskSeed::from_bytes([7; 32]), context(3));
		let mask = derive::<Plain>(&seed, &ctx, &RECIPIENT).unwrap();
		let again = derive::<Plain>(&seed, &ctx, &RECIPIENT).unwrap();
		assert_eq!((&mask.dealing, &mask.opening), (&again.dealing, &again.opening));
		assert!(mask.dealing.validity.is_empty());
		let c0 = &mask.dealing.commitments[0];
		assert_eq!(opens::<Plain>(c0, &mask.opening), Ok(true));
		// without the committee
		let known = opening::<Plain>(&seed, &ctx.task_hash, &RECIPIENT, 1, 3).unwrap();
		assert_eq!(known, mask.opening);

		let mut wrong = mask.opening.clone();
		wrong.vector[2] += Scalar::from(1u8);
		assert_eq!(opens::<Plain>(c0, &wrong), Ok(false));
		let mut wrong = mask.opening.clone();
		wrong.blinding += Scalar::from(1u8);
		assert_eq!(opens::<Plain>(c0, &wrong), Ok(false));
	}

	/// Nothing is drawn twice: another task, recipient or seed has another mask in every entry, and another dealing.
	#[test]
	fn another_task_has_another_mask() {
		let (seed, ctx) = (MaskSeed::from_bytes([7; 32]), context(3));
		let mask = derive::<Plain>(&seed, &ctx, &RECIPIENT).unwrap();
		let other = [8; 32];
		let others = [
			(seed.clone(), TaskContext { task_hash: [2; 32], ..ctx.clone() }, RECIPIENT),
			(seed, TaskContext { recipient: Some(other), ..ctx.clone() }, other),
			(MaskSeed::from_bytes([6; 32]), ctx, RECIPIENT),
		];
		for (seed, ctx, recipient) in others {
			let another = derive::<Plain>(&seed, &ctx, &recipient).unwrap();
			let pairs = mask.opening.vector.iter().zip(&another.opening.vector);
			assert!(pairs.into_iter().all(|(one, other)| one != other));
			assert_ne!(mask.opening.blinding, another.opening.blinding);
			assert_ne!(mask.dealing.ephemeral, another.dealing.ephemeral);
		}
	}

	#[test]
	fn a_mask_is_the_recipients_alone() {
		let (seed, ctx) = (MaskSeed::from_bytes([7; 32]), context(1));
		assert!(derive::<Plain>(&seed, &ctx, &[8; 32]).is_err(), "another's");
		let unsealed = TaskContext { recipient: None, ..ctx };
		assert!(
			derive::<Plain>(&seed, &unsealed, &RECIPIENT).is_err(),
			"of a task that is not sealed"
		);
	}

	#[test]
	fn what_is_masked_comes_off_again() {
		let [x, m] = [[3u8, 0, 200], [5, 1, 9]].map(|numbers| numbers.map(Scalar::from));
		let masked: Vec<Scalar> = x.iter().zip(&m).map(|(x, m)| *x + m).collect();
		assert_eq!(unmask(&masked, &m), Ok(x.to_vec()));
		assert!(unmask(&masked, &m[..2]).is_err());
	}

	#[test]
	fn a_seed_is_not_shown() {
		let seed = MaskSeed::from_bytes([0xab; 32]);
		assert_eq!(alloc::format!("{seed:?}"), "MaskSeed(..)");
		assert_eq!(seed.bytes(), &[0xab; 32]);
	}
}
