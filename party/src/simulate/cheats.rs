//! What dealers and nodes who cheat send: the honest act with one wrong input. Well-formed and properly proven where the
//! chain looks at once, wrong where only a committee member or the result check can see it.

use ostraka_crypto::{
	messages::{DealingBytes, EvidenceBytes},
	seal::SealSecret,
	vss, Error, Hash, Identity, Plain, Scalar,
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use ostraka_protocol::{dealer, worker, TaskContext};
use rand_chacha::ChaCha20Rng;

/// A dealing whose sealed share for node `victim` has that fault, with a proof that holds.
///
/// # Errors
/// Those of an honest dealing, `Index` if there is no such node.
pub fn deal(
	ctx: &TaskContext,
	id: &Identity,
	input: &[Scalar],
	fault: DealerFault,
	victim: u8,
	rng: &mut ChaCha20Rng,
) -> Result<DealingBytes, Error> {
	let (commitments, mut shares) = vss::share::<Plain, _>(input, ctx.threshold, ctx.n()?, rng)?;
	let place = usize::from(victim).checked_sub(1).ok_or(Error::Index)?;
	let share = shares.get_mut(place).ok_or(Error::Index)?;
	if fault == DealerFault::WrongShare {
		share.blinding += Scalar::from(1u8);
	}
	let mut no_scalars = share.to_bytes().to_vec();
	no_scalars.fill(0xff);
	let (commitments, rho) = (commitments.to_bytes(), SealSecret::random(rng));
	let key = dealer::sealing_key::<Plain>(ctx, id, victim, &commitments, &rho)?;
	let mut dealing = dealer::assemble::<Plain, _>(ctx, id, commitments, &shares, &rho, rng)?;
	let sealed = dealing.sealed.get_mut(place).ok_or(Error::Index)?;
	match fault {
		DealerFault::WrongShare => {},
		DealerFault::NonCanonicalScalar => *sealed = key.seal_bytes(&no_scalars)?,
		DealerFault::Unopenable => sealed.iter_mut().take(1).for_each(|byte| *byte ^= 1),
	}
	dealer::prove::<Plain, _>(ctx, id, &mut dealing, &rho, rng);
	Ok(dealing)
}

/// Node `j`'s accusation of a dealing that is right, with that fault.
///
/// # Errors
/// Those of a rightful accusation.
pub fn accuse(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	dealing: &DealingBytes,
	fault: AccuserFault,
	rng: &mut ChaCha20Rng,
) -> Result<EvidenceBytes, Error> {
	let mut evidence = worker::evidence::<Plain, _>(ctx, secret, j, digest, dealing, rng)?;
	match fault {
		AccuserFault::FalseAccusation => {},
		AccuserFault::WrongDleq => evidence.dleq[0] ^= 1,
		AccuserFault::InvalidDh => evidence.dh = ostraka_crypto::encoding::IDENTITY,
	}
	Ok(evidence)
}
