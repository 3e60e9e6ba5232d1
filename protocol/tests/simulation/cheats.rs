//! Messages that no honest role makes: well-formed and proven where the chain looks at once, wrong where only a committee
//! member or the result check can see it. Each is the honest act with one wrong input.

use super::scenario::DealerRole;
use ostraka_crypto::{
	encoding::{decode_key, encode_point},
	messages::{DealingBytes, EvidenceBytes},
	scalar,
	seal::{ciphertext_len, SealSecret},
	vss::{self, SecretShare},
	Affine, Hash, Identity, Plain, Scalar,
};
use ostraka_protocol::{dealer, worker, TaskContext};
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};
use std::collections::BTreeSet;

/// `(0, 2)`: a point of the curve of order three.
pub fn order_three() -> Affine<Plain> {
	Affine::new_unchecked(ark_bls12_381::Fq::from(0u8), ark_bls12_381::Fq::from(2u8))
}

/// A dealing under the given `rho`, whose sealed shares for the victims are bad as the role says.
pub fn deal(
	ctx: &TaskContext,
	id: &Identity,
	input: &[Scalar],
	(role, victims): (DealerRole, &BTreeSet<u8>),
	rho: &SealSecret,
	rng: &mut ChaCha20Rng,
) -> DealingBytes {
	let n = ctx.n().unwrap();
	let (commitments, mut shares) = vss::share::<Plain, _>(input, ctx.threshold, n, rng).unwrap();
	let mut commitments = commitments.to_bytes();
	if role == DealerRole::SmallOrderPoint {
		commitments[0] = encode_point(&order_three());
	}
	let wronged: Vec<usize> = victims.iter().map(|j| usize::from(*j) - 1).collect();
	for place in &wronged {
		let share = &mut shares[*place];
		match role {
			DealerRole::BadValue => {
				let place = (rng.next_u32() as usize) % share.length();
				share.values[place] += scalar::random(rng);
			},
			DealerRole::BadBlinding => share.blinding += scalar::random(rng),
			_ => {},
		}
	}
	let mut dealing =
		dealer::assemble::<Plain, _>(ctx, id, commitments.clone(), &shares, rho, rng).unwrap();
	for place in wronged {
		match role {
			DealerRole::Unopenable => {
				let mut noise = vec![0; ciphertext_len(ctx.length())];
				rng.fill_bytes(&mut noise);
				dealing.sealed[place] = noise;
			},
			DealerRole::NonCanonical => {
				let (j, bytes) = (place as u8 + 1, non_canonical(&shares[place]));
				let key = dealer::sealing_key::<Plain>(ctx, id, j, &commitments, rho).unwrap();
				dealing.sealed[place] = key.seal_bytes(&bytes).unwrap();
			},
			_ => {},
		}
	}
	dealer::prove::<Plain, _>(ctx, id, &mut dealing, rho, rng);
	if role == DealerRole::WrongProof {
		dealing.proof[32] ^= 1;
	}
	dealing
}

/// A share's bytes, the last number replaced by one above the field's order.
pub fn non_canonical(share: &SecretShare) -> Vec<u8> {
	let mut bytes = share.to_bytes().to_vec();
	let last = bytes.len() - 32;
	bytes[last..].fill(0xff);
	bytes
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
	worker::evidence::<Plain, _>(ctx, secret, j, digest, dealing, rng).unwrap()
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
	let mut evidence = evidence(ctx, secret, j, digest, dealing, rng);
	let right = decode_key::<Plain>(&evidence.dh).unwrap();
	evidence.dh = encode_point(&(right + order_three()).into());
	worker::prove::<Plain, _>(ctx, secret, j, digest, &mut evidence, rng).unwrap();
	evidence
}
