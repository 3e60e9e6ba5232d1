//! The adjudicator: what the chain checks and computes. Workers and clients call the same functions.
//!
//! # Terms
//! - *accepted set* `A`: the dealings that count; frozen when verification ends, and hashed into `h_A`.
//! - *aggregate*: `C^A_k`, the sums of the accepted dealings' commitments.
//! - *result share* of node `j`: `(y_j, gamma_j)`, the sums of its shares.
//!
//! # Invariants
//! - An `Err` never convicts anyone: it rejects a message that does not belong here.
//! - A verdict follows from the evidence alone, and every verdict names exactly one culprit.

use crate::task::{expect_length, TaskContext};
use alloc::{vec, vec::Vec};
use core::fmt;
use ostraka_crypto::{
	encoding::{decode_key, decode_point},
	group,
	messages::{self, DealingBytes, EvidenceBytes},
	proofs::{self, DleqStatement, RhoStatement},
	seal::{ciphertext_len, Key},
	transcript::Transcript,
	vss::{self, Commitments, SecretShare},
	Curve, Error, Hash, Identity, PointBytes, Projective, Scalar,
};

const ACCEPTED_TAG: &str = "ostraka/accepted/v1";
const COMMIT_TAG: &str = "ostraka/commit/v1";

/// A dealing that passed all checks at dispatch.
pub struct AcceptedDealing<P: Curve> {
	/// What stands for the dealing from now on.
	pub digest: Hash,
	/// Its commitments, to be added to the aggregate.
	pub commitments: Commitments<P>,
}

impl<P: Curve> fmt::Debug for AcceptedDealing<P> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("AcceptedDealing")
			.field("digest", &self.digest)
			.field("commitments", &self.commitments)
			.finish()
	}
}

/// Checks a dealing as far as the chain can: lengths, points, proof of `rho`. Whether the sealed shares are right is
/// for the nodes to see. The caller still has to refuse an `R` that the task has seen, and a second dealing.
///
/// # Errors
/// What is wrong with the dealing.
pub fn verify_dealing<P: Curve>(
	ctx: &TaskContext,
	dealer: &Identity,
	dealing: &DealingBytes,
) -> Result<AcceptedDealing<P>, Error> {
	ctx.check_lengths(dealing)?;
	let sealed_hashes = dealing.sealed_hashes();
	let statement = RhoStatement {
		task_hash: &ctx.task_hash,
		dealer,
		ephemeral: &dealing.ephemeral,
		commitments: &dealing.commitments,
		sealed_hashes: &sealed_hashes,
	};
	let commitments = Commitments::from_bytes(&dealing.commitments, ctx.threshold)?;
	proofs::verify_rho::<P>(&statement, &dealing.proof)?;
	let digest = messages::digest(
		&ctx.task_hash,
		dealer,
		&dealing.ephemeral,
		&dealing.commitments,
		&sealed_hashes,
	);
	Ok(AcceptedDealing { digest, commitments })
}

/// What a dealer did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealerFault {
	/// The sealed share does not open.
	Unopenable,
	/// It holds a number that is not below the field's order.
	NonCanonicalScalar,
	/// It does not fit the commitments.
	WrongShare,
}

/// What an accuser did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccuserFault {
	/// The revealed Diffie-Hellman value is no point of the prime-order subgroup, or the identity.
	InvalidDh,
	/// The proof that it is the right one does not hold.
	WrongDleq,
	/// The share that it opens is right.
	FalseAccusation,
}

/// Who is guilty. There is no third possibility once the evidence matches the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// The dealer.
	DealerGuilty(DealerFault),
	/// The accuser.
	AccuserGuilty(AccuserFault),
}

/// Judges node `j`'s accusation of a dealing that the chain holds as accepted under `digest`.
///
/// # Errors
/// `Index`, `Length`, `DigestMismatch`: the evidence is not about this dealing, and convicts nobody. Errors of the
/// points in the dealing itself cannot occur for one that [`verify_dealing`] accepted.
pub fn judge<P: Curve>(
	ctx: &TaskContext,
	dealer: &Identity,
	j: u8,
	digest: &Hash,
	evidence: &EvidenceBytes,
) -> Result<Verdict, Error> {
	let n = ctx.n()?;
	let seal_key = ctx.seal_key(j)?;
	expect_length("commitments", ctx.commitments(), evidence.commitments.len())?;
	expect_length("hashes", usize::from(n), evidence.sealed_hashes.len())?;
	expect_length("ciphertext", ciphertext_len(ctx.length()), evidence.sealed.len())?;
	let own_hash = evidence.sealed_hashes.get(usize::from(j).wrapping_sub(1));
	if own_hash != Some(&messages::hash_sealed(&evidence.sealed))
		|| evidence.digest(&ctx.task_hash, dealer) != *digest
	{
		return Err(Error::DigestMismatch);
	}
	// From here on the accuser's signature stands under evidence about a known dealing.
	let commitments = Commitments::<P>::from_bytes(&evidence.commitments, ctx.threshold)?;
	if decode_key::<P>(&evidence.dh).is_err() {
		return Ok(Verdict::AccuserGuilty(AccuserFault::InvalidDh));
	}
	let statement = DleqStatement {
		task_hash: &ctx.task_hash,
		digest,
		j,
		seal_key,
		ephemeral: &evidence.ephemeral,
		dh: &evidence.dh,
	};
	let dh = match proofs::verify_dleq::<P>(&statement, &evidence.dleq) {
		Ok(dh) => dh,
		Err(Error::InvalidProof | Error::NonCanonicalScalar) => {
			return Ok(Verdict::AccuserGuilty(AccuserFault::WrongDleq));
		},
		// `E_j` or `R`, neither of which is the accuser's doing
		Err(error) => return Err(error),
	};
	let context = ctx.seal_context(dealer, j, &evidence.ephemeral, &evidence.commitments)?;
	Ok(match open_and_check(&Key::derive(&dh, &context), ctx, &evidence.sealed, j, &commitments) {
		Ok(_) => Verdict::AccuserGuilty(AccuserFault::FalseAccusation),
		Err(fault) => Verdict::DealerGuilty(fault),
	})
}

/// Opens a sealed share and checks it against the commitments.
fn open_and_check<P: Curve>(
	key: &Key,
	ctx: &TaskContext,
	sealed: &[u8],
	j: u8,
	commitments: &Commitments<P>,
) -> Result<SecretShare, DealerFault> {
	let share = key.open(sealed, ctx.length()).map_err(DealerFault::from_opening)?;
	vss::check_share(commitments, j, &share).then_some(share).ok_or(DealerFault::WrongShare)
}

impl DealerFault {
	/// The fault that an error at the opening of a sealed share shows.
	pub(crate) fn from_opening(error: Error) -> Self {
		match error {
			Error::NonCanonicalScalar => Self::NonCanonicalScalar,
			_ => Self::Unopenable,
		}
	}
}

/// The running sums `C^A_0 .. C^A_t` of the accepted dealings' commitments.
pub struct Aggregate<P: Curve>(Vec<Projective<P>>);

// By hand: derived, they would ask the same of `P`, which is only a name for the group.
impl<P: Curve> Clone for Aggregate<P> {
	fn clone(&self) -> Self {
		Self(self.0.clone())
	}
}

impl<P: Curve> PartialEq for Aggregate<P> {
	fn eq(&self, other: &Self) -> bool {
		self.0 == other.0
	}
}

impl<P: Curve> Eq for Aggregate<P> {}

impl<P: Curve> fmt::Debug for Aggregate<P> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_tuple("Aggregate").field(&self.0).finish()
	}
}

impl<P: Curve> Aggregate<P> {
	/// The sums over no dealing.
	pub fn zero(threshold: u8) -> Self {
		Self(vec![Projective::default(); usize::from(threshold) + 1])
	}

	/// Counts a dealing in.
	///
	/// # Errors
	/// `Length` if its threshold is another; nothing changes then.
	pub fn add(&mut self, commitments: &Commitments<P>) -> Result<(), Error> {
		expect_length("commitments", self.0.len(), commitments.0.len())?;
		self.0.iter_mut().zip(&commitments.0).for_each(|(sum, point)| *sum += point);
		Ok(())
	}

	/// Takes a dealing out that was counted in.
	///
	/// # Errors
	/// `Length` if its threshold is another; nothing changes then.
	pub fn sub(&mut self, commitments: &Commitments<P>) -> Result<(), Error> {
		expect_length("commitments", self.0.len(), commitments.0.len())?;
		self.0.iter_mut().zip(&commitments.0).for_each(|(sum, point)| *sum -= point);
		Ok(())
	}

	/// The sums as commitments, at the price of one inversion.
	pub fn commitments(&self) -> Commitments<P> {
		Commitments(group::normalize(&self.0))
	}

	/// The sums' encodings.
	pub fn to_bytes(&self) -> Vec<PointBytes> {
		self.commitments().to_bytes()
	}

	/// Reads sums that [`Self::to_bytes`] wrote into the chain's state. For bytes from elsewhere use
	/// [`Self::from_untrusted_bytes`].
	///
	/// # Errors
	/// `Length`, and those of [`ostraka_crypto::encoding::decode_stored_point`].
	pub fn from_bytes(bytes: &[PointBytes], threshold: u8) -> Result<Self, Error> {
		Commitments::from_stored_bytes(bytes, threshold).map(Self::from)
	}

	/// Reads sums that someone sent.
	///
	/// # Errors
	/// `Length`, and those of [`decode_point`].
	pub fn from_untrusted_bytes(bytes: &[PointBytes], threshold: u8) -> Result<Self, Error> {
		Commitments::from_bytes(bytes, threshold).map(Self::from)
	}
}

impl<P: Curve> From<Commitments<P>> for Aggregate<P> {
	fn from(commitments: Commitments<P>) -> Self {
		Self(commitments.0.into_iter().map(Into::into).collect())
	}
}

/// `h_A`, the hash of the frozen accepted set. The digests may come in any order.
pub fn accepted_set_hash(task_hash: &Hash, digests: &[Hash], aggregate: &[PointBytes]) -> Hash {
	let mut sorted = digests.to_vec();
	sorted.sort_unstable();
	Transcript::of_task(ACCEPTED_TAG, task_hash).hashes(&sorted).points(aggregate).digest()
}

/// What node `j` posts before it reveals its result share. It covers the worker key, so that a copied commitment is of
/// no use to another node.
pub fn result_commitment(h_a: &Hash, j: u8, worker: &Identity, share: &SecretShare) -> Hash {
	Transcript::of_task(COMMIT_TAG, h_a).u8(j).fixed(worker).variable(&share.to_bytes()).digest()
}

/// Whether node `j`'s result share fits the aggregate. One multi-scalar multiplication of `L + t + 2` terms.
pub fn check_result_share<P: Curve>(aggregate: &Aggregate<P>, j: u8, share: &SecretShare) -> bool {
	vss::check_share(&aggregate.commitments(), j, share)
}

/// Whether a result share lies on the polynomials through `t + 1` right ones. Field arithmetic only.
///
/// # Errors
/// `Index`, `DuplicateIndex` or `Length` if the right shares do not fit together; `Length` if the new one has another
/// length than they.
pub fn lies_on(right: &[(u8, SecretShare)], j: u8, share: &SecretShare) -> Result<bool, Error> {
	let expected = vss::interpolate(right, j)?;
	expect_length("share", expected.length(), share.length())?;
	Ok(expected == *share)
}

/// The aggregate vector `X` and its blinding value `gamma_0`, from `t + 1` right result shares.
///
/// # Errors
/// `Index`, `DuplicateIndex`, `Length` if the shares do not fit together.
pub fn reconstruct(right: &[(u8, SecretShare)]) -> Result<(Vec<Scalar>, Scalar), Error> {
	let secret = vss::reconstruct(right)?;
	Ok((secret.values.clone(), secret.blinding))
}

/// Whether a published result opens `C^A_0`: `sum_l X_l G_l + gamma_0 H == C^A_0`. Anyone can ask this, also after
/// settlement.
///
/// # Errors
/// Those of [`decode_point`], `VectorLength`.
pub fn verify_result<P: Curve>(
	c0: &PointBytes,
	x: &[Scalar],
	gamma_0: &Scalar,
) -> Result<bool, Error> {
	vss::check_length(x.len())?;
	Ok(vss::check_opening::<P>(&decode_point(c0)?, x, gamma_0))
}
