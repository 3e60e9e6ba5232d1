//! The dealer: shares its input vector among a task's committee.
//!
//! [`deal`] is all that an honest dealer needs, and [`mask`] the recipient of a sealed result. Every call draws fresh polynomials and a fresh `rho`: a dealing that was not
//! included is never sent again, a new one is made. Before a dealing is handed out, all `n` sealed shares are opened again
//! and checked, and both proofs are judged as the chain and the nodes judge them: a fault of the machine, or of the prover, costs
//! no deposit.
//!
//! The steps under it are open for who plays a cheat, and for measurements: a cheat is the honest act with one wrong input,
//! so it is made of the same steps. [`assemble`] makes a dealing from shares, commitments, `rho` and a proof of validity as they
//! are given ([`validity::prove_witness`] makes such a proof of anything, for [`TaskContext::statement`]),
//! [`sealing_key`] seals other bytes than a share, [`prove`] proves `rho` anew for a dealing that was changed since. None of
//! them checks what it makes.

mod keys;

use crate::{
	task::{expect_length, TaskContext},
	worker,
};
use alloc::vec::Vec;
use ostraka_crypto::{
	messages::DealingBytes,
	proofs,
	seal::{Key, PublicKey, SealSecret},
	validity::{self, Relation},
	vss::{self, Commitments, SecretShare},
	Curve, Error, Identity, PointBytes, Scalar, SealKeyBytes,
};
use rand_core::{CryptoRng, RngCore};

/// Makes the dealing of `input` (`L` field elements) under the dealer's account. `relation` is that of the task
/// ([`statistics::validity::relation`](crate::statistics::validity::relation())).
///
/// # Errors
/// `Unsatisfied` if the input is none that rows could give, `Length` if it or the relation has another length than the
/// task's, `Parameters`, `VectorLength`, those of
/// [`PublicKey::from_bytes`] for a node's key, `ShareMismatch` or `InvalidProof` if the dealing does not withstand its own check (a
/// broken machine).
pub fn deal<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	relation: &Relation,
	dealer: &Identity,
	input: &[Scalar],
	rng: &mut R,
) -> Result<DealingBytes, Error> {
	ctx.check_proof_length(dealer, relation.layout().proof_length())?;
	let prove_input = |commitments: &[PointBytes], blinding: &Scalar, rng: &mut R| {
		let statement = ctx.statement(dealer, commitments);
		validity::prove::<P, R>(relation, &statement, input, blinding, rng)
	};
	proven::<P, R>(ctx, relation, dealer, input, rng, prove_input)
}

/// Shares a vector whose validity `prove_input` proves, and checks the proof as each node will.
fn proven<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	relation: &Relation,
	dealer: &Identity,
	input: &[Scalar],
	rng: &mut R,
	prove_input: impl FnOnce(&[PointBytes], &Scalar, &mut R) -> Result<Vec<u8>, Error>,
) -> Result<DealingBytes, Error> {
	let (dealing, commitments) = share_out::<P, R>(ctx, dealer, input, rng, prove_input)?;
	let made = [(dealer, &dealing, &commitments)];
	let refused = worker::invalid_of_checked(ctx, relation, &made, rng);
	refused.is_empty().then_some(dealing).ok_or(Error::InvalidProof)
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
	let made = share_out::<P, R>(ctx, recipient, mask, rng, |_, _, _| Ok(Vec::new()))?;
	Ok(made.0)
}

/// Shares a vector, has its validity proven by `prove_input` from commitments and blinding value, seals the shares, and opens
/// them again. The proof of `rho` is checked, that of validity is not. The commitments come back as points, too: the dealer made
/// them of generators, so there is no subgroup to check.
fn share_out<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	dealer: &Identity,
	input: &[Scalar],
	rng: &mut R,
	prove_input: impl FnOnce(&[PointBytes], &Scalar, &mut R) -> Result<Vec<u8>, Error>,
) -> Result<(DealingBytes, Commitments<P>), Error> {
	let n = ctx.n()?;
	expect_length("input", ctx.length(), input.len())?;
	let seal_keys = keys::decode(&ctx.seal_keys)?;
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
	check_rho(ctx, dealer, &dealing)?;
	Ok((dealing, commitments))
}

/// Checks the proof of `rho` as the chain does.
fn check_rho(ctx: &TaskContext, dealer: &Identity, dealing: &DealingBytes) -> Result<(), Error> {
	let digest = dealing.digest(&ctx.task_hash, dealer);
	let DealingBytes { ephemeral, proof, .. } = dealing;
	proofs::verify_rho(&digest, ephemeral, proof, proofs::verify_signature)
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
	let seal_keys = keys::decode(&ctx.seal_keys)?;
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::task::Version;
	use ostraka_crypto::{
		validity::{Conditions, Form},
		Plain,
	};
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	const DEALER: Identity = [0xd0; 32];

	/// A task of three nodes over two entries of eight bits each.
	fn task(rng: &mut ChaCha20Rng) -> (TaskContext, Relation) {
		let mut conditions = Conditions::new(2).unwrap();
		for entry in 0..2 {
			conditions.range(Form::default().entry(entry, 1), 8).unwrap();
		}
		let relation = conditions.finish();
		let proof_length = u32::try_from(relation.layout().proof_length()).unwrap();
		let seal_keys = [0; 3].map(|_| SealSecret::random(rng).public()).to_vec();
		let ctx = TaskContext {
			version: Version::CURRENT,
			task_hash: [7; 32],
			threshold: 1,
			length: 2,
			proof_length,
			seal_keys,
			recipient: None,
		};
		(ctx, relation)
	}

	/// Deals with a proof that is changed between its making and its check.
	fn deal_with(change: impl FnOnce(&mut Vec<u8>)) -> Result<DealingBytes, Error> {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let (ctx, relation) = task(&mut rng);
		let input = [5u8, 255].map(Scalar::from);
		let prove_input = |commitments: &[PointBytes], blinding: &Scalar, rng: &mut ChaCha20Rng| {
			let statement = ctx.statement(&DEALER, commitments);
			let made = validity::prove::<Plain, _>(&relation, &statement, &input, blinding, rng);
			made.map(|mut proof| {
				change(&mut proof);
				proof
			})
		};
		proven::<Plain, _>(&ctx, &relation, &DEALER, &input, &mut rng, prove_input)
	}

	/// A bit that is another one in the machine's memory, wherever in the proof: in a point, in an opening, in the last byte.
	#[test]
	fn a_proof_that_was_corrupted_is_not_handed_out() {
		let whole = deal_with(|_| ()).expect("an honest dealing").validity;
		for place in [0, 95, 96, whole.len() / 2, whole.len() - 33, whole.len() - 1] {
			for bit in [0, 5] {
				let outcome = deal_with(|proof| proof[place] ^= 1 << bit);
				assert_eq!(outcome, Err(Error::InvalidProof), "byte {place}, bit {bit}");
			}
		}
		let cut = deal_with(|proof| proof.truncate(whole.len() - 1));
		assert_eq!(cut, Err(Error::InvalidProof));
		let empty = deal_with(Vec::clear);
		assert_eq!(empty, Err(Error::InvalidProof));
	}

	/// The same of the proof of `rho`, and of what it signs.
	#[test]
	fn a_proof_of_rho_that_does_not_hold_is_seen() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let (ctx, relation) = task(&mut rng);
		let input = [5u8, 255].map(Scalar::from);
		let made = deal::<Plain, _>(&ctx, &relation, &DEALER, &input, &mut rng).unwrap();
		assert_eq!(check_rho(&ctx, &DEALER, &made), Ok(()));
		let faults: [fn(&mut DealingBytes); 4] = [
			|dealing| dealing.proof[3] ^= 1,
			|dealing| dealing.sealed[2][0] ^= 1,
			|dealing| dealing.validity[0] ^= 1,
			|dealing| dealing.commitments[1][5] ^= 1,
		];
		for fault in faults {
			let mut dealing = made.clone();
			fault(&mut dealing);
			assert_eq!(check_rho(&ctx, &DEALER, &dealing), Err(Error::InvalidProof));
		}
	}
}
