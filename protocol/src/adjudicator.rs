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
//! - A point is checked to be in the prime-order subgroup once, when it comes in: a dealing's by [`verify_dealing`], a
//!   node's `E_j` at its registration. [`AcceptedDigest`] says of a dealing that this was done.

use crate::task::{expect_length, TaskContext};
use alloc::{vec, vec::Vec};
use core::fmt;
use ostraka_crypto::{
	encoding::{decode_key, decode_point, decode_stored_point},
	group,
	messages::{self, DealingBytes, EvidenceBytes},
	proofs::{self, DleqPoints, DleqStatement, RhoStatement},
	seal::{ciphertext_len, Key},
	transcript::Transcript,
	vss::{self, Commitments, SecretShare},
	Curve, Error, Hash, Identity, PointBytes, Projective, Scalar,
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};

const ACCEPTED_TAG: &str = "ostraka/accepted/v1";
const COMMIT_TAG: &str = "ostraka/commit/v1";

/// The digest of a dealing whose points were checked, as [`verify_dealing`] does. That comes from the function itself, or
/// from the chain's state, which holds the digests of no other dealings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AcceptedDigest(Hash);

impl AcceptedDigest {
	/// A digest that the chain's state holds as accepted. For the runtime and its workers: what a node only says of its
	/// state vouches for nothing.
	pub const fn of_state(digest: Hash) -> Self {
		Self(digest)
	}

	/// The digest.
	pub const fn hash(&self) -> &Hash {
		&self.0
	}
}

/// A dealing that passed all checks at dispatch.
pub struct AcceptedDealing<P: Curve> {
	/// What stands for the dealing from now on.
	pub digest: AcceptedDigest,
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
	Ok(AcceptedDealing { digest: AcceptedDigest(digest), commitments })
}

/// Who is guilty. There is no third possibility once the evidence matches the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// The dealer.
	DealerGuilty(DealerFault),
	/// The accuser.
	AccuserGuilty(AccuserFault),
}

/// Checks that node `j`'s evidence is about the dealing with this digest: lengths, then hashes.
///
/// # Errors
/// `Index`, `Length`, `DigestMismatch`, `Parameters` of a committee that cannot be.
pub fn match_evidence(
	ctx: &TaskContext,
	dealer: &Identity,
	j: u8,
	digest: &Hash,
	evidence: &EvidenceBytes,
) -> Result<(), Error> {
	let n = ctx.n()?;
	ctx.seal_key(j)?;
	expect_length("commitments", ctx.commitments(), evidence.commitments.len())?;
	expect_length("hashes", usize::from(n), evidence.sealed_hashes.len())?;
	expect_length("ciphertext", ciphertext_len(ctx.length()), evidence.sealed.len())?;
	let own_hash = evidence.sealed_hashes.get(usize::from(j).wrapping_sub(1));
	let matches = own_hash == Some(&messages::hash_sealed(&evidence.sealed))
		&& evidence.digest(&ctx.task_hash, dealer) == *digest;
	matches.then_some(()).ok_or(Error::DigestMismatch)
}

/// Judges node `j`'s accusation of an accepted dealing. Of all points only `K` is new, and checked; those of the dealing
/// and `E_j` were checked when they came in, and are only decoded.
///
/// # Errors
/// Those of [`match_evidence`]: the evidence is not about this dealing, and convicts nobody. `NonCanonicalPoint`,
/// `NotOnCurve` do not occur for an accepted dealing and a registered `E_j`.
pub fn judge<P: Curve>(
	ctx: &TaskContext,
	dealer: &Identity,
	j: u8,
	accepted: &AcceptedDigest,
	evidence: &EvidenceBytes,
) -> Result<Verdict, Error> {
	match_evidence(ctx, dealer, j, accepted.hash(), evidence)?;
	// From here on the accuser's signature stands under evidence about a known dealing.
	let commitments = Commitments::<P>::from_stored_bytes(&evidence.commitments, ctx.threshold)?;
	let seal_key = ctx.seal_key(j)?;
	let points = DleqPoints::<P> {
		seal_key: decode_stored_point(seal_key)?,
		ephemeral: decode_stored_point(&evidence.ephemeral)?,
		dh: match decode_key(&evidence.dh) {
			Ok(dh) => dh,
			Err(_) => return Ok(Verdict::AccuserGuilty(AccuserFault::InvalidDh)),
		},
	};
	let statement = DleqStatement {
		task_hash: &ctx.task_hash,
		digest: accepted.hash(),
		j,
		seal_key,
		ephemeral: &evidence.ephemeral,
		dh: &evidence.dh,
	};
	if proofs::verify_dleq_points(&statement, &evidence.dleq, &points).is_err() {
		return Ok(Verdict::AccuserGuilty(AccuserFault::WrongDleq));
	}
	let context = ctx.seal_context(dealer, j, &evidence.ephemeral, &evidence.commitments)?;
	let key = Key::derive(&points.dh, &context);
	Ok(match open_and_check(&key, ctx, &evidence.sealed, j, &commitments) {
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
	let share = key.open(sealed, ctx.length()).map_err(opening_fault)?;
	vss::check_share(commitments, j, &share).then_some(share).ok_or(DealerFault::WrongShare)
}

/// The fault that an error at the opening of a sealed share shows.
pub(crate) fn opening_fault(error: Error) -> DealerFault {
	match error {
		Error::NonCanonicalScalar => DealerFault::NonCanonicalScalar,
		_ => DealerFault::Unopenable,
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
