//! Messages that the protocol's own functions refuse to make: well-formed and proven where the chain looks at once,
//! wrong where only a committee member or the result check can see it.

use super::scenario::DealerRole;
use ostraka_crypto::{
	encoding::{decode_key, encode_point},
	messages::{hash_sealed, DealingBytes, EvidenceBytes, ProofBytes},
	proofs::{self, DleqStatement, RhoStatement},
	scalar,
	seal::{ciphertext_len, Context, Key, SealSecret},
	transcript::Transcript,
	vss::{self, SecretShare},
	Affine, Hash, Identity, Plain, PointBytes, Scalar,
};
use ostraka_protocol::TaskContext;
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};
use std::collections::BTreeSet;

/// `(0, 2)`: a point of the curve of order three.
pub fn order_three() -> Affine<Plain> {
	Affine::new_unchecked(ark_bls12_381::Fq::from(0u8), ark_bls12_381::Fq::from(2u8))
}

/// A dealing under the given `rho`, whose sealed shares for the victims are bad as the role says.
pub fn deal(
	ctx: &TaskContext,
	dealer: &Identity,
	input: &[Scalar],
	(role, victims): (DealerRole, &BTreeSet<u8>),
	rho: &SealSecret,
	rng: &mut ChaCha20Rng,
) -> DealingBytes {
	let n = ctx.n().unwrap();
	let (commitments, shares) = vss::share::<Plain, _>(input, ctx.threshold, n, rng).unwrap();
	let mut commitments = commitments.to_bytes();
	if role == DealerRole::SmallOrderPoint {
		commitments[0] = encode_point(&order_three());
	}
	let ephemeral = encode_point(&rho.public::<Plain>());
	let mut sealed = Vec::new();
	for ((j, seal_key), mut share) in (1u8..).zip(&ctx.seal_keys).zip(shares) {
		let context = Context {
			task_hash: &ctx.task_hash,
			dealer,
			j,
			seal_key,
			ephemeral: &ephemeral,
			commitments: &commitments,
		};
		let dh = rho.dh(&decode_key::<Plain>(seal_key).unwrap());
		let key = Key::derive(&dh, &context);
		sealed.push(match role {
			DealerRole::BadValue if victims.contains(&j) => {
				let place = (rng.next_u32() as usize) % share.length();
				share.values[place] += scalar::random(rng);
				key.seal(&share).unwrap()
			},
			DealerRole::BadBlinding if victims.contains(&j) => {
				share.blinding += scalar::random(rng);
				key.seal(&share).unwrap()
			},
			DealerRole::Unopenable if victims.contains(&j) => {
				let mut noise = vec![0; ciphertext_len(ctx.length())];
				rng.fill_bytes(&mut noise);
				noise
			},
			DealerRole::NonCanonical if victims.contains(&j) => {
				seal_raw(&dh, &context, &non_canonical(&share))
			},
			_ => key.seal(&share).unwrap(),
		});
	}
	let sealed_hashes: Vec<Hash> = sealed.iter().map(|sealed| hash_sealed(sealed)).collect();
	let statement = RhoStatement {
		task_hash: &ctx.task_hash,
		dealer,
		ephemeral: &ephemeral,
		commitments: &commitments,
		sealed_hashes: &sealed_hashes,
	};
	let mut proof = proofs::prove_rho::<Plain, _>(&statement, rho, rng);
	if role == DealerRole::WrongProof {
		proof[32] ^= 1;
	}
	DealingBytes { commitments, ephemeral, proof, sealed }
}

/// A share's bytes, the last number replaced by one above the field's order.
pub fn non_canonical(share: &SecretShare) -> Vec<u8> {
	let mut bytes = share.to_bytes().to_vec();
	let last = bytes.len() - 32;
	bytes[last..].fill(0xff);
	bytes
}

/// Seals any bytes under a share's key; `Key` itself seals shares only.
fn seal_raw(dh: &Affine<Plain>, context: &Context<'_>, plaintext: &[u8]) -> Vec<u8> {
	use chacha20poly1305::{aead::Aead, ChaCha20Poly1305, KeyInit, Nonce};
	let info = Transcript::of_task("ostraka/seal/v1", context.task_hash)
		.fixed(context.dealer)
		.u8(context.j)
		.point(context.seal_key)
		.point(context.ephemeral)
		.points(context.commitments)
		.digest();
	let mut key = [0; 32];
	hkdf::Hkdf::<sha2::Sha256>::new(Some(b"ostraka/seal/v1"), &encode_point(dh))
		.expand(&info, &mut key)
		.unwrap();
	ChaCha20Poly1305::new(&key.into()).encrypt(&Nonce::default(), plaintext).unwrap()
}

/// Evidence of node `j` against a dealing, whatever it shows: `K` and its proof are right.
pub fn evidence(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	dealing: &DealingBytes,
	rng: &mut ChaCha20Rng,
) -> EvidenceBytes {
	let dh = encode_point(&secret.dh(&decode_key::<Plain>(&dealing.ephemeral).unwrap()));
	EvidenceBytes {
		dh,
		dleq: prove(ctx, secret, j, digest, dealing, &dh, rng),
		commitments: dealing.commitments.clone(),
		ephemeral: dealing.ephemeral,
		sealed_hashes: dealing.sealed_hashes(),
		sealed: dealing.sealed[usize::from(j) - 1].clone(),
	}
}

/// The same with a point of order three added to `K`, proven as well as that can be.
pub fn small_order_evidence(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	dealing: &DealingBytes,
	rng: &mut ChaCha20Rng,
) -> EvidenceBytes {
	let honest = evidence(ctx, secret, j, digest, dealing, rng);
	let right = decode_key::<Plain>(&honest.dh).unwrap();
	let dh = encode_point(&(right + order_three()).into());
	let dleq = prove(ctx, secret, j, digest, dealing, &dh, rng);
	EvidenceBytes { dh, dleq, ..honest }
}

fn prove(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	dealing: &DealingBytes,
	dh: &PointBytes,
	rng: &mut ChaCha20Rng,
) -> ProofBytes {
	let statement = DleqStatement {
		task_hash: &ctx.task_hash,
		digest,
		j,
		seal_key: ctx.seal_key(j).unwrap(),
		ephemeral: &dealing.ephemeral,
		dh,
	};
	proofs::prove_dleq::<Plain, _>(&statement, secret, rng).unwrap()
}
