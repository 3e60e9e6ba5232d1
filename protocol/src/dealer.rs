//! The dealer: shares its input vector among a task's committee.
//!
//! Every call draws fresh polynomials and a fresh `rho`: a dealing that was not included is never sent again, a new one
//! is made. Before a dealing is handed out, all `n` sealed shares are opened again and checked.

use crate::task::TaskContext;
use alloc::vec::Vec;
use ostraka_crypto::{
	encoding::{decode_key, encode_point},
	messages::{hash_sealed, DealingBytes},
	proofs::{self, RhoStatement},
	seal::{Key, SealSecret},
	vss, Affine, Curve, Error, Identity, Scalar,
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
	crate::task::expect_length("input", ctx.length(), input.len())?;
	let seal_keys =
		ctx.seal_keys.iter().map(decode_key::<P>).collect::<Result<Vec<Affine<P>>, _>>()?;

	let (commitments, shares) = vss::share::<P, R>(input, ctx.threshold, n, rng)?;
	let commitment_bytes = commitments.to_bytes();
	let rho = SealSecret::random(rng);
	let ephemeral = encode_point(&rho.public::<P>());
	let keys = (1..=n)
		.zip(rho.dh_all(&seal_keys))
		.map(|(j, dh)| {
			let context = ctx.seal_context(dealer, j, &ephemeral, &commitment_bytes)?;
			Ok(Key::derive(&dh, &context))
		})
		.collect::<Result<Vec<_>, Error>>()?;
	let sealed = keys
		.iter()
		.zip(&shares)
		.map(|(key, share)| key.seal(share))
		.collect::<Result<Vec<_>, _>>()?;

	let opened = keys
		.iter()
		.zip(&sealed)
		.map(|(key, sealed)| key.open(sealed, input.len()))
		.collect::<Result<Vec<_>, _>>()?;
	if opened.len() != usize::from(n) || !vss::check_dealing(&commitments, &opened, rng) {
		return Err(Error::ShareMismatch);
	}

	let sealed_hashes: Vec<_> = sealed.iter().map(|sealed| hash_sealed(sealed)).collect();
	let statement = RhoStatement {
		task_hash: &ctx.task_hash,
		dealer,
		ephemeral: &ephemeral,
		commitments: &commitment_bytes,
		sealed_hashes: &sealed_hashes,
	};
	let proof = proofs::prove_rho::<P, R>(&statement, &rho, rng);
	Ok(DealingBytes { commitments: commitment_bytes, ephemeral, proof, sealed })
}
