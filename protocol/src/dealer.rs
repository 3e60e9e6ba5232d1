//! The dealer: shares its input vector among a task's committee.
//!
//! [`deal`] is all that an honest dealer needs, and [`mask`] the recipient of a sealed result. Every call draws fresh polynomials and a fresh `rho`: a dealing that was not
//! included is never sent again, a new one is made. Before a dealing is handed out, all `n` sealed shares are opened again
//! and checked.
//!
//! The steps under it are open for who plays a cheat, and for measurements: a cheat is the honest act with one wrong input,
//! so it is made of the same steps. [`assemble`] makes a dealing from shares, commitments, `rho` and a proof of validity as they
//! are given ([`validity::prove_witness`] makes such a proof of anything, for [`TaskContext::statement`]),
//! [`sealing_key`] seals other bytes than a share, [`prove`] proves `rho` anew for a dealing that was changed since. None of
//! them checks what it makes.

use crate::task::{expect_length, TaskContext};
use alloc::vec::Vec;
use ostraka_crypto::{
	messages::DealingBytes,
	proofs,
	seal::{Key, PublicKey, SealSecret},
	validity::{self, Relation},
	vss::{self, SecretShare},
	Curve, Error, Identity, PointBytes, Scalar, SealKeyBytes,
};
use rand_core::{CryptoRng, RngCore};

/// Makes the dealing of `input` (`L` field elements) under the dealer's account. `relation` is that of the task
/// ([`statistics::validity::relation`](crate::statistics::validity::relation())).
///
/// # Errors
/// `Unsatisfied` if the input is none that rows could give, `Length` if it or the relation has another length than the
/// task's, `Parameters`, `VectorLength`, those of
/// [`PublicKey::from_bytes`] for a node's key, `ShareMismatch` if the dealing does not withstand its own check (a broken
/// machine).
pub fn deal<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	relation: &Relation,
	dealer: &Identity,
	input: &[Scalar],
	rng: &mut R,
) -> Result<DealingBytes, Error> {
	ctx.check_proof_length(dealer, relation.layout().proof_length())?;
	share_out::<P, R>(ctx, dealer, input, rng, |commitments, blinding, rng| {
		let statement = ctx.statement(dealer, commitments);
		validity::prove::<P, R>(relation, &statement, input, blinding, rng)
	})
}

/// Makes the mask of a sealed result, whose `recipient` the account is: shares a vector that is meant to be uniform
/// ([`masking`](crate::masking)), and proves nothing of it.
///
/// # Errors
/// As [`deal`]; `Length` if the account is not the recipient.
pub fn mask<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	recipient: &Identity,
	mask: &[Scalar],
	rng: &mut R,
) -> Result<DealingBytes, Error> {
	ctx.check_proof_length(recipient, 0)?;
	share_out::<P, R>(ctx, recipient, mask, rng, |_, _, _| Ok(Vec::new()))
}

/// Shares a vector, has its validity proven by `prove` from commitments and blinding value, seals the shares, and opens them
/// again.
fn share_out<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	dealer: &Identity,
	input: &[Scalar],
	rng: &mut R,
	prove_input: impl FnOnce(&[PointBytes], &Scalar, &mut R) -> Result<Vec<u8>, Error>,
) -> Result<DealingBytes, Error> {
	let n = ctx.n()?;
	expect_length("input", ctx.length(), input.len())?;
	let seal_keys = decode_keys(ctx)?;
	let (commitments, shares) = vss::share::<P, R>(input, ctx.threshold, n, rng)?;
	let rho = SealSecret::random(rng);
	let bytes = commitments.to_bytes();
	let blinding = vss::secret_blinding(ctx.threshold, &shares)?;
	let validity = prove_input(&bytes, &blinding, rng)?;
	let sealing = Sealing::new(ctx, dealer, &bytes, &rho);

	// Room for all at once: a vector that grows leaves its old, unwiped copy behind.
	let mut opened = Vec::with_capacity(usize::from(n));
	let sealed = sealing.seal(&seal_keys, &shares, |key, ciphertext| {
		opened.push(key.open(ciphertext, input.len())?);
		Ok(())
	})?;
	if opened.len() != usize::from(n) || !vss::check_dealing(&commitments, &opened, rng) {
		return Err(Error::ShareMismatch);
	}
	let ephemeral = sealing.ephemeral;
	let mut dealing =
		DealingBytes { commitments: bytes, ephemeral, proof: [0; 64], sealed, validity };
	prove(ctx, dealer, &mut dealing, &rho, rng);
	Ok(dealing)
}

/// Makes a dealing of what is given: seals share `j` (at index `j - 1`) to node `j` under `rho`, and proves `rho`.
/// Whether the shares fit the commitments is not looked at, nor whether the proof of validity holds: [`deal`] does.
///
/// # Errors
/// `Parameters`, `Length` if there are not `n` shares, those of [`PublicKey::from_bytes`] for a node's key.
pub fn assemble<R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	dealer: &Identity,
	commitments: Vec<PointBytes>,
	shares: &[SecretShare],
	rho: &SealSecret,
	validity: Vec<u8>,
	rng: &mut R,
) -> Result<DealingBytes, Error> {
	expect_length("shares", usize::from(ctx.n()?), shares.len())?;
	let seal_keys = decode_keys(ctx)?;
	let sealing = Sealing::new(ctx, dealer, &commitments, rho);
	let sealed = sealing.seal(&seal_keys, shares, |_, _| Ok(()))?;
	let ephemeral = sealing.ephemeral;
	let mut dealing = DealingBytes { commitments, ephemeral, proof: [0; 64], sealed, validity };
	prove(ctx, dealer, &mut dealing, rho, rng);
	Ok(dealing)
}

/// The key that seals node `j`'s share in a dealing with these commitments and this `rho`.
///
/// # Errors
/// `Index`, those of [`PublicKey::from_bytes`] for the node's key.
pub fn sealing_key(
	ctx: &TaskContext,
	dealer: &Identity,
	j: u8,
	commitments: &[PointBytes],
	rho: &SealSecret,
) -> Result<Key, Error> {
	let seal_key = PublicKey::from_bytes(ctx.seal_key(j)?)?;
	Sealing::new(ctx, dealer, commitments, rho).key(j, &seal_key)
}

/// Proves `rho` for a dealing as it stands, in place of the proof that it carries. The proof holds if its `R` is that of
/// `rho`.
pub fn prove<R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	dealer: &Identity,
	dealing: &mut DealingBytes,
	rho: &SealSecret,
	rng: &mut R,
) {
	let digest = dealing.digest(&ctx.task_hash, dealer);
	dealing.proof = proofs::prove_rho(&digest, rho, rng);
}

fn decode_keys(ctx: &TaskContext) -> Result<Vec<PublicKey>, Error> {
	ctx.seal_keys.iter().map(PublicKey::from_bytes).collect()
}

/// What the sealed shares of a dealing have in common.
struct Sealing<'a> {
	ctx: &'a TaskContext,
	dealer: &'a Identity,
	commitments: &'a [PointBytes],
	rho: &'a SealSecret,
	ephemeral: SealKeyBytes,
}

impl<'a> Sealing<'a> {
	fn new(
		ctx: &'a TaskContext,
		dealer: &'a Identity,
		commitments: &'a [PointBytes],
		rho: &'a SealSecret,
	) -> Self {
		Self { ctx, dealer, commitments, rho, ephemeral: rho.public() }
	}

	/// The key of node `j`, whose `E_j` is given.
	fn key(&self, j: u8, seal_key: &PublicKey) -> Result<Key, Error> {
		let context = self.ctx.seal_context(self.dealer, j, &self.ephemeral, self.commitments)?;
		Ok(Key::derive(&self.rho.dh(seal_key), &context))
	}

	/// Seals each node's share. `look` sees every ciphertext beside its key, while that is there.
	fn seal(
		&self,
		seal_keys: &[PublicKey],
		shares: &[SecretShare],
		mut look: impl FnMut(&Key, &[u8]) -> Result<(), Error>,
	) -> Result<Vec<Vec<u8>>, Error> {
		(1..=u8::MAX)
			.zip(seal_keys.iter().zip(shares))
			.map(|(j, (seal_key, share))| {
				let key = self.key(j, seal_key)?;
				let sealed = key.seal(share)?;
				look(&key, &sealed)?;
				Ok(sealed)
			})
			.collect()
	}
}
