//! What dealers and nodes who cheat send: well-formed and properly proven where the chain looks at once, wrong where
//! only a committee member or the result check can see it.

use super::faults::FaultKind;
use ostraka_crypto::{
	encoding::{decode_key, encode_point},
	messages::{hash_sealed, DealingBytes, EvidenceBytes},
	proofs::{self, DleqStatement, RhoStatement},
	seal::{Context, Key, SealSecret},
	vss, Error, Hash, Identity, Plain, Scalar,
};
use ostraka_protocol::TaskContext;
use rand_chacha::ChaCha20Rng;

/// A dealing whose share for node `victim` is bad in the given way, with a proof that holds.
///
/// # Errors
/// Those of an honest dealing.
pub fn deal(
	ctx: &TaskContext,
	dealer: &Identity,
	input: &[Scalar],
	kind: FaultKind,
	victim: u8,
	rng: &mut ChaCha20Rng,
) -> Result<DealingBytes, Error> {
	let (commitments, mut shares) = vss::share::<Plain, _>(input, ctx.threshold, ctx.n()?, rng)?;
	let place = usize::from(victim).checked_sub(1).ok_or(Error::Index)?;
	let wronged = shares.get_mut(place).ok_or(Error::Index)?;
	if kind == FaultKind::BadShare {
		wronged.blinding += Scalar::from(1u8);
	}
	let commitments = commitments.to_bytes();
	let rho = SealSecret::random(rng);
	let ephemeral = encode_point(&rho.public::<Plain>());
	let mut sealed = Vec::new();
	for ((j, seal_key), share) in (1u8..).zip(&ctx.seal_keys).zip(&shares) {
		let context = Context {
			task_hash: &ctx.task_hash,
			dealer,
			j,
			seal_key,
			ephemeral: &ephemeral,
			commitments: &commitments,
		};
		let key = Key::derive(&rho.dh(&decode_key::<Plain>(seal_key)?), &context);
		sealed.push(key.seal(share)?);
	}
	if kind == FaultKind::Unopenable {
		if let Some(byte) = sealed.get_mut(place).and_then(|sealed| sealed.first_mut()) {
			*byte ^= 1;
		}
	}
	let sealed_hashes: Vec<Hash> = sealed.iter().map(|sealed| hash_sealed(sealed)).collect();
	let statement = RhoStatement {
		task_hash: &ctx.task_hash,
		dealer,
		ephemeral: &ephemeral,
		commitments: &commitments,
		sealed_hashes: &sealed_hashes,
	};
	let mut proof = proofs::prove_rho::<Plain, _>(&statement, &rho, rng);
	if kind == FaultKind::Malformed {
		proof[0] ^= 1;
	}
	Ok(DealingBytes { commitments, ephemeral, proof, sealed })
}

/// Node `j`'s accusation of a dealing that is right: with a proof that holds, or not.
///
/// # Errors
/// Those of a rightful accusation.
pub fn accuse(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	dealing: &DealingBytes,
	kind: FaultKind,
	rng: &mut ChaCha20Rng,
) -> Result<EvidenceBytes, Error> {
	let dh = encode_point(&secret.dh(&decode_key::<Plain>(&dealing.ephemeral)?));
	let statement = DleqStatement {
		task_hash: &ctx.task_hash,
		digest,
		j,
		seal_key: ctx.seal_key(j)?,
		ephemeral: &dealing.ephemeral,
		dh: &dh,
	};
	let mut dleq = proofs::prove_dleq::<Plain, _>(&statement, secret, rng)?;
	if kind == FaultKind::WrongProof {
		dleq[0] ^= 1;
	}
	let place = usize::from(j).checked_sub(1).ok_or(Error::Index)?;
	Ok(EvidenceBytes {
		dh,
		dleq,
		commitments: dealing.commitments.clone(),
		ephemeral: dealing.ephemeral,
		sealed_hashes: dealing.sealed_hashes(),
		sealed: dealing.sealed.get(place).cloned().ok_or(Error::Index)?,
	})
}
