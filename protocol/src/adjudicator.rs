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
//! - A dealing's commitments may lie outside of the subgroup of prime order: at dispatch they are decoded and added up, and
//!   nothing else. Who checks shares checks them, [`judge`] does where they are disputed, and at the freeze the sums are
//!   checked ([`Aggregate::checked`]). So nothing that was not checked reaches a multiplication: [`UncheckedCommitments`] and
//!   [`Aggregate`] offer none, and what does asks for [`Commitments`].
//! - A proof that an input is valid is hashed at dispatch, and nothing else. [`judge_challenge`] checks one, where somebody
//!   disputes it.
//! - `R` is proven when its dealing comes in, `E_j` at its registration. [`AcceptedDigest`] says of a dealing that this was
//!   done.

use crate::task::{expect_length, TaskContext};
use alloc::{vec, vec::Vec};
use ostraka_crypto::{
	encoding::{decode_point, encode_point},
	group,
	messages::{self, ChallengeBytes, DealingBytes, EvidenceBytes},
	proofs::{self, DleqStatement, SignatureCheck},
	seal::{ciphertext_len, Key, PublicKey},
	transcript::Transcript,
	validity::{self, Relation},
	vss::{self, Commitments, SecretShare, UncheckedCommitments},
	Curve, Error, Hash, Identity, Plain, PointBytes, Projective, Scalar,
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};

const ACCEPTED_TAG: &str = "ostraka/accepted/v1";
const COMMIT_TAG: &str = "ostraka/commit/v1";

/// The digest of a dealing that passed [`verify_dealing`]: its commitments decode, and its dealer knows `rho`. That comes from
/// the function itself, or from the chain's state, which holds the digests of no other dealings.
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
#[derive(Clone, Debug)]
pub struct AcceptedDealing {
	/// What stands for the dealing from now on.
	pub digest: AcceptedDigest,
	/// Its commitments, to be added to the aggregate.
	pub commitments: UncheckedCommitments,
}

/// Checks a dealing as far as the chain can: lengths, points as far as they are added up, proof of `rho`. Whether the
/// commitments are in the group, the sealed shares right and the input valid is for the nodes to see. `verify` checks an sr25519
/// signature: in a runtime the host's, elsewhere [`proofs::verify_signature`]. The caller still has to refuse an `R` that the
/// task has seen, and a second dealing.
///
/// # Errors
/// What is wrong with the dealing: those of [`TaskContext::check_lengths`], [`UncheckedCommitments::from_bytes`] and
/// [`proofs::verify_rho`].
pub fn verify_dealing(
	ctx: &TaskContext,
	dealer: &Identity,
	dealing: &DealingBytes,
	verify: SignatureCheck,
) -> Result<AcceptedDealing, Error> {
	ctx.check_lengths(dealer, dealing)?;
	let commitments = UncheckedCommitments::from_bytes(&dealing.commitments, ctx.threshold)?;
	let digest = dealing.digest(&ctx.task_hash, dealer);
	proofs::verify_rho(&digest, &dealing.ephemeral, &dealing.proof, verify)?;
	Ok(AcceptedDealing { digest: AcceptedDigest(digest), commitments })
}

/// Who is guilty. There is no third possibility once the evidence, or the challenge, matches the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// The dealer.
	DealerGuilty(DealerFault),
	/// The accuser, or who challenged.
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

/// Judges node `j`'s accusation of an accepted dealing. Commitments outside of the group convict the dealer, whatever else
/// the evidence holds: who accuses of them reveals nothing.
///
/// # Errors
/// Those of [`match_evidence`]: the evidence is not about this dealing, and convicts nobody. `NonCanonicalPoint`,
/// `NotOnCurve`, `NonCanonicalKey` and `Identity` do not occur for an accepted dealing and a registered `E_j`.
pub fn judge<P: Curve>(
	ctx: &TaskContext,
	dealer: &Identity,
	j: u8,
	accepted: &AcceptedDigest,
	evidence: &EvidenceBytes,
) -> Result<Verdict, Error> {
	match_evidence(ctx, dealer, j, accepted.hash(), evidence)?;
	// From here on the accuser's signature stands under evidence about a known dealing.
	match checked::<P>(&evidence.commitments, ctx.threshold)? {
		Some(commitments) => judge_opened(ctx, dealer, j, accepted, evidence, &commitments),
		None => Ok(Verdict::DealerGuilty(DealerFault::OutsideSubgroup)),
	}
}

/// A dealing's commitments if all of them are in the group.
pub(crate) fn checked<P: Curve>(
	commitments: &[PointBytes],
	threshold: u8,
) -> Result<Option<Commitments<P>>, Error> {
	match UncheckedCommitments::from_bytes(commitments, threshold)?.check::<P>() {
		Ok(commitments) => Ok(Some(commitments)),
		Err(Error::NotInSubgroup) => Ok(None),
		Err(error) => Err(error),
	}
}

/// [`judge`], of evidence that is about the dealing, whose commitments were checked.
pub(crate) fn judge_opened<P: Curve>(
	ctx: &TaskContext,
	dealer: &Identity,
	j: u8,
	accepted: &AcceptedDigest,
	evidence: &EvidenceBytes,
	commitments: &Commitments<P>,
) -> Result<Verdict, Error> {
	let statement = DleqStatement {
		task_hash: &ctx.task_hash,
		digest: accepted.hash(),
		j,
		seal_key: ctx.seal_key(j)?,
		ephemeral: &evidence.ephemeral,
		dh: &evidence.dh,
	};
	match proofs::verify_dleq(&statement, &evidence.dleq) {
		Ok(()) => {},
		Err(Error::NonCanonicalScalar | Error::InvalidProof) => {
			return Ok(Verdict::AccuserGuilty(AccuserFault::WrongDleq));
		},
		// One of the keys is none. Of the three `K` alone is new.
		Err(error) => {
			return match PublicKey::from_bytes(&evidence.dh) {
				Ok(_) => Err(error),
				Err(_) => Ok(Verdict::AccuserGuilty(AccuserFault::InvalidDh)),
			};
		},
	}
	let context = ctx.seal_context(dealer, j, &evidence.ephemeral, &evidence.commitments)?;
	let key = Key::derive(&evidence.dh, &context);
	Ok(match open_and_check(&key, ctx, &evidence.sealed, j, commitments) {
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

/// Checks that a challenge is about the dealing with this digest: lengths, then hashes.
///
/// # Errors
/// `Length`, `DigestMismatch`, `Parameters` of a committee that cannot be.
pub fn match_challenge(
	ctx: &TaskContext,
	dealer: &Identity,
	digest: &Hash,
	challenge: &ChallengeBytes,
) -> Result<(), Error> {
	let n = ctx.n()?;
	expect_length("commitments", ctx.commitments(), challenge.commitments.len())?;
	expect_length("hashes", usize::from(n), challenge.sealed_hashes.len())?;
	ctx.check_proof_length(dealer, challenge.validity.len())?;
	let matches = challenge.digest(&ctx.task_hash, dealer) == *digest;
	matches.then_some(()).ok_or(Error::DigestMismatch)
}

/// Judges a challenge of an accepted dealing, whoever it comes from. `relation` is that of the task
/// ([`statistics::validity::relation`](crate::statistics::validity::relation())). Commitments outside of the group convict the
/// dealer, whatever its proof says: what is proven is a claim about elements of the group. A mask proves nothing, so nothing else
/// can be wrong with it.
///
/// # Errors
/// Those of [`match_challenge`]: the challenge is not about this dealing, and convicts nobody. `Length` of a relation that is
/// not the task's: of another vector, or with proofs of another length than those that the chain has taken. `NonCanonicalPoint`
/// and `NotOnCurve` do not occur for an accepted dealing.
pub fn judge_challenge<P: Curve>(
	ctx: &TaskContext,
	relation: &Relation,
	dealer: &Identity,
	accepted: &AcceptedDigest,
	challenge: &ChallengeBytes,
) -> Result<Verdict, Error> {
	expect_length("relation", ctx.length(), relation.length())?;
	ctx.check_relation_length(relation.layout().proof_length())?;
	match_challenge(ctx, dealer, accepted.hash(), challenge)?;
	let Some(commitments) = checked::<P>(&challenge.commitments, ctx.threshold)? else {
		return Ok(Verdict::DealerGuilty(DealerFault::OutsideSubgroup));
	};
	if ctx.is_mask(dealer) {
		// whatever vector it has is a mask
		return Ok(Verdict::AccuserGuilty(AccuserFault::FalseChallenge));
	}
	let statement = ctx.statement(dealer, &challenge.commitments);
	let proof = &challenge.validity;
	Ok(match validity::verify_checked(relation, &statement, &commitments, proof) {
		Ok(()) => Verdict::AccuserGuilty(AccuserFault::FalseChallenge),
		// whatever is wrong with it
		Err(_) => Verdict::DealerGuilty(DealerFault::InvalidInput),
	})
}

/// The running sums `C^A_0 .. C^A_t` of the accepted dealings' commitments. Nobody has checked what they are sums of, so they
/// are sums on the curve, in plain arithmetic. Parts outside of the group that cancel are harmless: only the sums are used
/// afterwards, and these are checked when the set is frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate(Vec<Projective<Plain>>);

impl Aggregate {
	/// The sums over no dealing.
	pub fn zero(threshold: u8) -> Self {
		Self(vec![Projective::default(); usize::from(threshold) + 1])
	}

	/// Counts a dealing in.
	///
	/// # Errors
	/// `Length` if its threshold is another; nothing changes then.
	pub fn add(&mut self, commitments: &UncheckedCommitments) -> Result<(), Error> {
		let points = commitments.points();
		expect_length("commitments", self.0.len(), points.len())?;
		self.0.iter_mut().zip(points).for_each(|(sum, point)| *sum += point);
		Ok(())
	}

	/// Takes a dealing out that was counted in.
	///
	/// # Errors
	/// `Length` if its threshold is another; nothing changes then.
	pub fn sub(&mut self, commitments: &UncheckedCommitments) -> Result<(), Error> {
		let points = commitments.points();
		expect_length("commitments", self.0.len(), points.len())?;
		self.0.iter_mut().zip(points).for_each(|(sum, point)| *sum -= point);
		Ok(())
	}

	/// The sums' encodings, at the price of one inversion.
	pub fn to_bytes(&self) -> Vec<PointBytes> {
		group::normalize(&self.0).iter().map(encode_point).collect()
	}

	/// Reads sums from bytes, the chain's state or a node's word for it.
	///
	/// # Errors
	/// Those of [`UncheckedCommitments::from_bytes`].
	pub fn from_bytes(bytes: &[PointBytes], threshold: u8) -> Result<Self, Error> {
		let sums = UncheckedCommitments::from_bytes(bytes, threshold)?;
		Ok(Self(sums.points().iter().map(|point| (*point).into()).collect()))
	}

	/// The sums as commitments, each checked to be in the group.
	///
	/// # Errors
	/// `NotInSubgroup`.
	pub fn checked<P: Curve>(&self) -> Result<Commitments<P>, Error> {
		let threshold = u8::try_from(self.0.len().saturating_sub(1)).unwrap_or(u8::MAX);
		Commitments::from_bytes(&self.to_bytes(), threshold)
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

/// Whether node `j`'s result share fits the accepted dealings' sums, which were checked: those of [`Aggregate::checked`], or
/// of a frozen aggregate in state ([`Commitments::from_stored_bytes`]). One multi-scalar multiplication of `L + t + 2` terms.
pub fn check_result_share<P: Curve>(
	commitments: &Commitments<P>,
	j: u8,
	share: &SecretShare,
) -> bool {
	vss::check_share(commitments, j, share)
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
