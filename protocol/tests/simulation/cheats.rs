//! Messages that no honest role makes: well-formed and proven where the chain looks at once, wrong where only a committee
//! member or the result check can see it. Each is the honest act with one wrong input.

use super::{
	scenario::DealerRole,
	torsion::{of_order, shift},
};
use ostraka_crypto::{
	messages::{DealingBytes, EvidenceBytes},
	scalar,
	seal::{ciphertext_len, SealSecret},
	vss::{self, SecretShare},
	Affine, Hash, Identity, Plain, PointBytes, Scalar, SealKeyBytes,
};
use ostraka_protocol::{dealer, worker, TaskContext};
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};
use std::collections::BTreeSet;

/// 32 bytes that are no Ristretto255 element: the field's order, which is zero in another form.
pub const NO_KEY: SealKeyBytes = {
	let mut bytes = [0xff; 32];
	bytes[0] = 0xed;
	bytes[31] = 0x7f;
	bytes
};

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
	match role {
		DealerRole::Torsion => shift(&mut commitments[0], &of_order(3)),
		DealerRole::OppositeTorsion => shift(&mut commitments[0], &-of_order(3)),
		_ => {},
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
	let mut dealing = dealer::assemble(ctx, id, commitments.clone(), &shares, rho, rng).unwrap();
	for place in wronged {
		match role {
			DealerRole::Unopenable => {
				let mut noise = vec![0; ciphertext_len(ctx.length())];
				rng.fill_bytes(&mut noise);
				dealing.sealed[place] = noise;
			},
			DealerRole::NonCanonical => {
				let (j, bytes) = (place as u8 + 1, non_canonical(&shares[place]));
				let key = dealer::sealing_key(ctx, id, j, &commitments, rho).unwrap();
				dealing.sealed[place] = key.seal_bytes(&bytes).unwrap();
			},
			_ => {},
		}
	}
	match role {
		DealerRole::NoKeyEphemeral => dealing.ephemeral = NO_KEY,
		// that of somebody who has signed something else
		DealerRole::ForeignEphemeral => dealing.ephemeral = ctx.seal_keys[0],
		_ => {},
	}
	dealer::prove(ctx, id, &mut dealing, rho, rng);
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
	worker::evidence(ctx, secret, j, digest, dealing, rng).unwrap()
}

/// A dealing of right shares whose commitments are moved out of the group by these points.
pub fn shifted(
	ctx: &TaskContext,
	id: &Identity,
	input: &[Scalar],
	by: &[(usize, Affine<Plain>)],
	rng: &mut ChaCha20Rng,
) -> DealingBytes {
	let n = ctx.n().unwrap();
	let (commitments, shares) = vss::share::<Plain, _>(input, ctx.threshold, n, rng).unwrap();
	let mut commitments: Vec<PointBytes> = commitments.to_bytes();
	by.iter().for_each(|(k, point)| shift(&mut commitments[*k], point));
	let rho = SealSecret::random(rng);
	dealer::assemble(ctx, id, commitments, &shares, &rho, rng).unwrap()
}
