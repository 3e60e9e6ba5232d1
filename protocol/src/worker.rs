//! The worker: a compute node opens its shares, checks them and the proofs that inputs are valid, accuses and challenges dealers
//! of wrong ones, and adds up the rest. A verifier has no share: it calls [`commitments`], [`invalid_of_checked`] or [`invalid`],
//! and [`challenge`] alone, none of which takes a secret, and what it finds it can show.
//!
//! # Invariants
//! - A Diffie-Hellman value is computed or revealed only for a dealing whose digest the chain's state holds as accepted.
//!   The functions here cannot see the state: the callers of [`open`] compare [`DealingBytes::digest`] with it first, also
//!   for a dealing that someone handed in later, and [`accuse`] and [`challenge`] ask for an [`AcceptedDigest`].
//! - Nothing is opened of a dealing whose commitments lie outside of the group: the callers of [`open`] call [`commitments`]
//!   first, and [`accuse`] then reveals nothing.

use crate::{
	adjudicator::{checked, judge_challenge, judge_opened, opening_fault, AcceptedDigest, Verdict},
	task::TaskContext,
};
use alloc::vec::Vec;
use ostraka_crypto::{
	messages::{ChallengeBytes, DealingBytes, EvidenceBytes},
	proofs::{self, DleqStatement},
	seal::{Key, PublicKey, SealSecret},
	validity::{self, Item, Relation},
	vss::{self, Commitments, SecretShare, UncheckedCommitments},
	Curve, Error, Hash, Identity, PointBytes, SealKeyBytes,
};
use ostraka_primitives::fault::DealerFault;
use rand_core::{CryptoRng, RngCore};

/// Why a dealing gives no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
	/// The dealer's doing: to be accused.
	Dealer(DealerFault),
	/// The dealing does not belong to the task or the node, so nobody can be accused of it.
	NotOurs(Error),
}

/// Decodes the commitments of many dealings and checks at once that they lie in the group: by random linear combinations, so
/// that a point outside passes with a chance of `2^-64` at most over the draws of `rng`, which must be unknown to the
/// dealers. What comes back is in the order of the dealings. To be called before anything of a dealing is opened.
///
/// # Errors
/// Of each dealing [`Fault`]: `Dealer(OutsideSubgroup)`, or `NotOurs` if its commitments do not decode, which those of an
/// accepted dealing do.
pub fn commitments<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	dealings: &[&DealingBytes],
	rng: &mut R,
) -> Vec<Result<Commitments<P>, Fault>> {
	let decode = |dealing: &&DealingBytes| {
		UncheckedCommitments::from_bytes(&dealing.commitments, ctx.threshold)
	};
	let decoded: Vec<_> = dealings.iter().map(decode).collect();
	let fine: Vec<_> = decoded.iter().filter_map(|decoded| decoded.as_ref().ok()).collect();
	let mut checked = vss::batch_subgroup::<P, R>(&fine, rng).into_iter();
	let fault = |error| match error {
		Error::NotInSubgroup => Fault::Dealer(DealerFault::OutsideSubgroup),
		error => Fault::NotOurs(error),
	};
	let of_each = |decoded: &Result<UncheckedCommitments, Error>| match decoded {
		Err(error) => Err(Fault::NotOurs(*error)),
		// One comes for each that decodes.
		Ok(_) => checked.next().unwrap_or(Err(Error::InvalidProof)).map_err(fault),
	};
	decoded.iter().map(of_each).collect()
}

/// Opens and decodes node `j`'s share of a dealing that the chain has accepted and whose [`commitments`] are in the group.
/// Does not check it against them: [`check`] does that for many at once.
///
/// # Errors
/// [`Fault`].
pub fn open(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	dealer: &Identity,
	dealing: &DealingBytes,
) -> Result<SecretShare, Fault> {
	ctx.check_lengths(dealer, dealing).map_err(Fault::NotOurs)?;
	let sealed = own_sealed(j, dealing).map_err(Fault::NotOurs)?;
	open_sealed(ctx, secret, j, dealer, &dealing.ephemeral, &dealing.commitments, sealed)
}

/// [`open`], for a node that keeps of a dealing only its own sealed share.
///
/// # Errors
/// [`Fault`].
pub fn open_sealed(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	dealer: &Identity,
	ephemeral: &SealKeyBytes,
	commitments: &[PointBytes],
	sealed: &[u8],
) -> Result<SecretShare, Fault> {
	let context = ctx.seal_context(dealer, j, ephemeral, commitments).map_err(Fault::NotOurs)?;
	let public = PublicKey::from_bytes(ephemeral).map_err(Fault::NotOurs)?;
	Key::derive(&secret.dh(&public), &context)
		.open(sealed, ctx.length())
		.map_err(|error| Fault::Dealer(opening_fault(error)))
}

/// Checks node `j`'s opened shares of many dealings at once and returns the places of the wrong ones, rising. The draws
/// of `rng` must be unknown to the dealers.
pub fn check<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	j: u8,
	items: &[(&Commitments<P>, &SecretShare)],
	rng: &mut R,
) -> Vec<usize> {
	let fits = |(commitments, share): &(&Commitments<P>, &SecretShare)| {
		commitments.0.len() == ctx.commitments() && share.length() == ctx.length()
	};
	if items.iter().all(fits) {
		return vss::batch_check(j, items, rng);
	}
	// Shares of another task's shape are wrong whatever they hold; none comes out of `open`.
	let (places, fitting): (Vec<_>, Vec<_>) =
		items.iter().copied().enumerate().filter(|(_, item)| fits(item)).unzip();
	let wrong: Vec<_> = vss::batch_check(j, &fitting, rng);
	let right = |place: &usize| {
		places.binary_search(place).is_ok_and(|position| wrong.binary_search(&position).is_err())
	};
	(0..items.len()).filter(|place| !right(place)).collect()
}

/// Makes the evidence against an accepted dealing, and judges it as the runtime will. If the commitments lie outside of the
/// group they are the evidence, and nothing is opened ([`unopened`]).
///
/// # Errors
/// `NoFault` if it would not convict the dealer (an honest node must not send it), `DigestMismatch`, and those of
/// [`judge`](crate::adjudicator::judge).
pub fn accuse<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	dealer: &Identity,
	accepted: &AcceptedDigest,
	dealing: &DealingBytes,
	rng: &mut R,
) -> Result<EvidenceBytes, Error> {
	ctx.check_lengths(dealer, dealing)?;
	// Before the secret is touched.
	if dealing.digest(&ctx.task_hash, dealer) != *accepted.hash() {
		return Err(Error::DigestMismatch);
	}
	let Some(commitments) = checked::<P>(&dealing.commitments, ctx.threshold)? else {
		return unopened(j, dealing);
	};
	let evidence = evidence(ctx, secret, j, accepted.hash(), dealing, rng)?;
	match judge_opened(ctx, dealer, j, accepted, &evidence, &commitments)? {
		Verdict::DealerGuilty(_) => Ok(evidence),
		Verdict::AccuserGuilty(_) => Err(Error::NoFault),
	}
}

/// Node `j`'s evidence that reveals nothing: `K` and its proof are zeros, which are no key and no proof. It convicts the dealer
/// of commitments outside of the group, and else its author.
///
/// # Errors
/// `Index`.
pub fn unopened(j: u8, dealing: &DealingBytes) -> Result<EvidenceBytes, Error> {
	Ok(EvidenceBytes {
		dh: [0; 32],
		dleq: [0; 64],
		commitments: dealing.commitments.clone(),
		ephemeral: dealing.ephemeral,
		sealed_hashes: dealing.sealed_hashes(),
		validity_hash: dealing.validity_hash(),
		sealed: own_sealed(j, dealing)?.to_vec(),
	})
}

/// Makes node `j`'s evidence against a dealing, whatever it will show: nobody judges it here. An honest node sends what
/// [`accuse`] returns.
///
/// # Errors
/// `Index`, those of [`PublicKey::from_bytes`] for `R`.
pub fn evidence<R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	dealing: &DealingBytes,
	rng: &mut R,
) -> Result<EvidenceBytes, Error> {
	let mut evidence = unopened(j, dealing)?;
	evidence.dh = *secret.dh(&PublicKey::from_bytes(&dealing.ephemeral)?);
	prove(ctx, secret, j, digest, &mut evidence, rng)?;
	Ok(evidence)
}

/// Proves the `K` of evidence as it stands, in place of the proof that it carries. The proof holds if `K` is right.
///
/// # Errors
/// `Index`, those of [`proofs::prove_dleq`].
pub fn prove<R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	evidence: &mut EvidenceBytes,
	rng: &mut R,
) -> Result<(), Error> {
	let statement = DleqStatement {
		task_hash: &ctx.task_hash,
		digest,
		j,
		seal_key: ctx.seal_key(j)?,
		ephemeral: &evidence.ephemeral,
		dh: &evidence.dh,
	};
	evidence.dleq = proofs::prove_dleq(&statement, secret, rng)?;
	Ok(())
}

/// A dealing of whose commitments [`commitments`] found that they are in the group: its dealer, its bytes, the points.
pub type CheckedDealing<'a, P> = (&'a Identity, &'a DealingBytes, &'a Commitments<P>);

/// Checks the proofs of many dealings that their inputs are valid, and returns the places of those that are refused, rising:
/// their dealers are to be challenged. A mask has none, and is not refused. What was decoded and checked of the commitments is
/// not decoded and checked again. The draws of `rng` must be unknown to the dealers.
pub fn invalid_of_checked<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	relation: &Relation,
	dealings: &[CheckedDealing<'_, P>],
	rng: &mut R,
) -> Vec<usize> {
	let places = proving(ctx, dealings.iter().map(|(dealer, ..)| *dealer));
	let items: Vec<_> = places
		.iter()
		.filter_map(|place| dealings.get(*place))
		.map(|(dealer, dealing, commitments)| (item(ctx, relation, dealer, dealing), *commitments))
		.collect();
	let refused = validity::batch_verify_checked(&items, rng);
	refused.into_iter().filter_map(|at| places.get(at).copied()).collect()
}

/// [`invalid_of_checked`] for who does not hold the points: decodes every `C_0` again, and checks it. For dealings whose
/// [`commitments`] are in the group: what it says of others is nothing to challenge them of.
pub fn invalid<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	relation: &Relation,
	dealings: &[(&Identity, &DealingBytes)],
	rng: &mut R,
) -> Vec<usize> {
	let places = proving(ctx, dealings.iter().map(|(dealer, _)| *dealer));
	let items: Vec<_> = places
		.iter()
		.filter_map(|place| dealings.get(*place))
		.map(|(dealer, dealing)| item(ctx, relation, dealer, dealing))
		.collect();
	let refused = validity::batch_verify::<P, R>(&items, rng);
	refused.into_iter().filter_map(|at| places.get(at).copied()).collect()
}

/// The places of dealings that prove something, by their dealers: of all but the mask.
fn proving<'a>(ctx: &TaskContext, dealers: impl Iterator<Item = &'a Identity>) -> Vec<usize> {
	dealers.enumerate().filter(|(_, dealer)| !ctx.is_mask(dealer)).map(|(place, _)| place).collect()
}

/// A dealing's proof, and what it is of.
fn item<'a>(
	ctx: &'a TaskContext,
	relation: &'a Relation,
	dealer: &'a Identity,
	dealing: &'a DealingBytes,
) -> Item<'a> {
	let statement = ctx.statement(dealer, &dealing.commitments);
	Item { relation, statement, proof: &dealing.validity }
}

/// Makes the challenge of an accepted dealing, and judges it as the runtime will. It needs no secret: anybody can make it.
///
/// # Errors
/// `NoFault` if it would convict its author, `DigestMismatch`, and those of [`judge_challenge`].
pub fn challenge<P: Curve>(
	ctx: &TaskContext,
	relation: &Relation,
	dealer: &Identity,
	accepted: &AcceptedDigest,
	dealing: &DealingBytes,
) -> Result<ChallengeBytes, Error> {
	let challenge = challenge_unjudged(dealing);
	match judge_challenge::<P>(ctx, relation, dealer, accepted, &challenge)? {
		Verdict::DealerGuilty(_) => Ok(challenge),
		Verdict::AccuserGuilty(_) => Err(Error::NoFault),
	}
}

/// The challenge of a dealing, whatever it will show: nobody judges it here. An honest node sends what [`challenge`] returns.
pub fn challenge_unjudged(dealing: &DealingBytes) -> ChallengeBytes {
	ChallengeBytes {
		commitments: dealing.commitments.clone(),
		ephemeral: dealing.ephemeral,
		sealed_hashes: dealing.sealed_hashes(),
		validity: dealing.validity.clone(),
	}
}

/// Adds up a node's shares of the accepted dealings: its result share.
///
/// # Errors
/// `Length` if there are none, or of different lengths.
pub fn aggregate(shares: &[SecretShare]) -> Result<SecretShare, Error> {
	let Some((first, others)) = shares.split_first() else {
		return Err(Error::Length { what: "shares", expected: 1, found: 0 });
	};
	let mut sum = first.clone();
	others.iter().try_for_each(|share| sum.add(share))?;
	Ok(sum)
}

/// The sealed share of node `j`.
fn own_sealed(j: u8, dealing: &DealingBytes) -> Result<&[u8], Error> {
	let index = usize::from(j).checked_sub(1).ok_or(Error::Index)?;
	dealing.sealed.get(index).map(Vec::as_slice).ok_or(Error::Index)
}
