//! The dealer: shares its input vector among a task's committee.
//!
//! [`deal`] is all that an honest dealer needs. Every call draws fresh polynomials and a fresh `rho`: a dealing that was not
//! included is never sent again, a new one is made. Before a dealing is handed out, all `n` sealed shares are opened again
//! and checked.
//!
//! The steps under it are open for who plays a cheat, and for measurements: a cheat is the honest act with one wrong input,
//! so it is made of the same steps. [`assemble`] makes a dealing from shares, commitments and `rho` as they are given,
//! [`sealing_key`] seals other bytes than a share, [`prove`] proves `rho` anew for a dealing that was changed since. None of
//! them checks what it makes.

use crate::task::{expect_length, TaskContext};
use alloc::vec::Vec;
use ostraka_crypto::{
	encoding::{decode_key, encode_point},
	messages::DealingBytes,
	proofs::{self, RhoStatement},
	seal::{Key, SealSecret},
	vss::{self, SecretShare},
	Affine, Curve, Error, Identity, PointBytes, Scalar,
};
use rand_core::{CryptoRng, RngCore};

/// Makes the dealing of `input` (`L` field elements) under the dealer's account.
///
/// # Errors
/// `Length` if the input has another length than the task's, `Parameters`, `VectorLength`, those of
/// [`decode_key`] for a node's key, `ShareMismatch` if the dealing does not withstand its own check (a broken
/// machine).
pub fn deal<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	dealer: &Identity,
	input: &[Scalar],
	rng: &mut R,
) -> Result<DealingBytes, Error> {
	let n = ctx.n()?;
	expect_length("input", ctx.length(), input.len())?;
	let seal_keys = decode_keys::<P>(ctx)?;
	let (commitments, shares) = vss::share::<P, R>(input, ctx.threshold, n, rng)?;
	let rho = SealSecret::random(rng);
	let dealing = Sealing::new(ctx, dealer, commitments.to_bytes(), &rho, &seal_keys)?;
	let sealed = dealing.seal(&shares)?;

	// Room for all at once: a vector that grows leaves its old, unwiped copy behind.
	let mut opened = Vec::with_capacity(sealed.len());
	for (key, sealed) in dealing.keys.iter().zip(&sealed) {
		opened.push(key.open(sealed, input.len())?);
	}
	if opened.len() != usize::from(n) || !vss::check_dealing(&commitments, &opened, rng) {
		return Err(Error::ShareMismatch);
	}
	Ok(dealing.proven::<P, R>(sealed, &rho, rng))
}

/// Makes a dealing of what is given: seals share `j` (at index `j - 1`) to node `j` under `rho`, and proves `rho`.
/// Whether the shares fit the commitments is not looked at: [`deal`] does.
///
/// # Errors
/// `Parameters`, `Length` if there are not `n` shares, those of [`decode_key`] for a node's key.
pub fn assemble<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	dealer: &Identity,
	commitments: Vec<PointBytes>,
	shares: &[SecretShare],
	rho: &SealSecret,
	rng: &mut R,
) -> Result<DealingBytes, Error> {
	expect_length("shares", usize::from(ctx.n()?), shares.len())?;
	let dealing = Sealing::new(ctx, dealer, commitments, rho, &decode_keys::<P>(ctx)?)?;
	let sealed = dealing.seal(shares)?;
	Ok(dealing.proven::<P, R>(sealed, rho, rng))
}

/// The key that seals node `j`'s share in a dealing with these commitments and this `rho`.
///
/// # Errors
/// `Index`, those of [`decode_key`] for the node's key.
pub fn sealing_key<P: Curve>(
	ctx: &TaskContext,
	dealer: &Identity,
	j: u8,
	commitments: &[PointBytes],
	rho: &SealSecret,
) -> Result<Key, Error> {
	let ephemeral = encode_point(&rho.public::<P>());
	let dh = rho.dh(&decode_key::<P>(ctx.seal_key(j)?)?);
	Ok(Key::derive(&dh, &ctx.seal_context(dealer, j, &ephemeral, commitments)?))
}

/// Proves `rho` for a dealing as it stands, in place of the proof that it carries.
pub fn prove<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	ctx: &TaskContext,
	dealer: &Identity,
	dealing: &mut DealingBytes,
	rho: &SealSecret,
	rng: &mut R,
) {
	let statement = RhoStatement {
		task_hash: &ctx.task_hash,
		dealer,
		ephemeral: &dealing.ephemeral,
		commitments: &dealing.commitments,
		sealed_hashes: &dealing.sealed_hashes(),
	};
	dealing.proof = proofs::prove_rho::<P, R>(&statement, rho, rng);
}

fn decode_keys<P: Curve>(ctx: &TaskContext) -> Result<Vec<Affine<P>>, Error> {
	ctx.seal_keys.iter().map(decode_key::<P>).collect()
}

/// A dealing before its shares are sealed.
struct Sealing<'a> {
	ctx: &'a TaskContext,
	dealer: &'a Identity,
	commitments: Vec<PointBytes>,
	ephemeral: PointBytes,
	/// By node.
	keys: Vec<Key>,
}

impl<'a> Sealing<'a> {
	fn new<P: Curve>(
		ctx: &'a TaskContext,
		dealer: &'a Identity,
		commitments: Vec<PointBytes>,
		rho: &SealSecret,
		seal_keys: &[Affine<P>],
	) -> Result<Self, Error> {
		let ephemeral = encode_point(&rho.public::<P>());
		// Room for all at once: a vector that grows leaves its old, unwiped copy behind.
		let mut keys = Vec::with_capacity(seal_keys.len());
		for (j, dh) in (1..=u8::MAX).zip(rho.dh_all(seal_keys).iter()) {
			let context = ctx.seal_context(dealer, j, &ephemeral, &commitments)?;
			keys.push(Key::derive(dh, &context));
		}
		Ok(Self { ctx, dealer, commitments, ephemeral, keys })
	}

	fn seal(&self, shares: &[SecretShare]) -> Result<Vec<Vec<u8>>, Error> {
		self.keys.iter().zip(shares).map(|(key, share)| key.seal(share)).collect()
	}

	fn proven<P: Curve, R: RngCore + CryptoRng + ?Sized>(
		self,
		sealed: Vec<Vec<u8>>,
		rho: &SealSecret,
		rng: &mut R,
	) -> DealingBytes {
		let Self { ctx, dealer, commitments, ephemeral, .. } = self;
		let mut dealing = DealingBytes { commitments, ephemeral, proof: [0; 64], sealed };
		prove::<P, R>(ctx, dealer, &mut dealing, rho, rng);
		dealing
	}
}
