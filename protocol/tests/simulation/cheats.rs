//! Messages that no honest role makes: well-formed and proven where the chain looks at once, wrong where only a committee
//! member, who checks proofs, or the result check can see it. Each is the honest act with one wrong input.

use super::{
	scenario::DealerRole,
	torsion::{of_order, shift},
};
use ostraka_crypto::{
	messages::{DealingBytes, EvidenceBytes},
	scalar,
	seal::{ciphertext_len, SealSecret},
	validity::{self, Relation, Witness},
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

/// The proof of what is given, whether it is so or not: of the vector that the shares are of.
pub fn prove(
	ctx: &TaskContext,
	relation: &Relation,
	(id, commitments): (&Identity, &[PointBytes]),
	(witness, shares): (&Witness, &[SecretShare]),
	rng: &mut ChaCha20Rng,
) -> Vec<u8> {
	let blinding = vss::secret_blinding(ctx.threshold, shares).unwrap();
	let statement = ctx.statement(id, commitments);
	validity::prove_witness::<Plain, _>(relation, &statement, witness, &blinding, rng).unwrap()
}

/// The witness of a valid input but for one bit, which is two and makes up for the next one: all forms are what they must be. If
/// there is no such bit, the first one is two.
pub fn with_a_two(relation: &Relation, input: &[Scalar]) -> Witness {
	let mut witness = Witness::new(relation, input);
	let (zero, one) = (Scalar::from(0u8), Scalar::from(1u8));
	let mut start = 0;
	for (_, width) in relation.ranges() {
		let end = start + *width as usize;
		let bits = &mut witness.bits[start..end];
		if let Some(place) = bits.windows(2).position(|pair| pair == [zero, one]) {
			(bits[place], bits[place + 1]) = (one + one, zero);
			return witness;
		}
		start = end;
	}
	witness.bits[0] = one + one;
	witness
}

/// A dealing under the given `rho`, whose sealed shares for the victims, or its proof, are bad as the role says. A mask has no
/// proof, as an honest one.
pub fn deal(
	ctx: &TaskContext,
	relation: &Relation,
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
	let witness = match role {
		DealerRole::WrongBit => with_a_two(relation, input),
		_ => Witness::new(relation, input),
	};
	let author = if role == DealerRole::ForeignProof { &[0; 32] } else { id };
	let mut proof = prove(ctx, relation, (author, &commitments), (&witness, &shares), rng);
	if role == DealerRole::NoProof || ctx.is_mask(id) {
		proof.clear();
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
		dealer::assemble(ctx, id, commitments.clone(), &shares, rho, proof, rng).unwrap();
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

/// A dealing of right shares whose commitments are moved out of the group by these points, and proven as they then stand.
pub fn shifted(
	ctx: &TaskContext,
	relation: &Relation,
	id: &Identity,
	input: &[Scalar],
	by: &[(usize, Affine<Plain>)],
	rng: &mut ChaCha20Rng,
) -> DealingBytes {
	let n = ctx.n().unwrap();
	let (commitments, shares) = vss::share::<Plain, _>(input, ctx.threshold, n, rng).unwrap();
	let mut commitments: Vec<PointBytes> = commitments.to_bytes();
	by.iter().for_each(|(k, point)| shift(&mut commitments[*k], point));
	let (rho, witness) = (SealSecret::random(rng), Witness::new(relation, input));
	let mut proof = prove(ctx, relation, (id, &commitments), (&witness, &shares), rng);
	if ctx.is_mask(id) {
		proof.clear();
	}
	dealer::assemble(ctx, id, commitments, &shares, &rho, proof, rng).unwrap()
}
