//! Messages that the protocol's own functions refuse to make: well-formed and proven where the chain looks at once,
//! wrong where only a committee member or the result check can see it.

use chacha20poly1305::{aead::Aead, ChaCha20Poly1305, KeyInit, Nonce};
use hkdf::Hkdf;
use ostraka_crypto::{
	encoding::{decode_key, encode_point},
	messages::{hash_sealed, DealingBytes, EvidenceBytes},
	proofs::{self, DleqStatement, RhoStatement},
	scalar,
	seal::{ciphertext_len, Context, Key, SealSecret},
	transcript::Transcript,
	vss, Affine, Error, Hash, Identity, Plain, PointBytes, Scalar,
};
use ostraka_protocol::TaskContext;
use rand_core::{OsRng, RngCore};
use sha2::Sha256;

/// Tag of the sealing keys, as `ostraka-crypto` has it.
const SEAL_TAG: &str = "ostraka/seal/v1";

/// What is wrong with a dealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealingFault {
	/// The share of that seat does not fit the commitments.
	BadShare(u8),
	/// The ciphertext of that seat is noise.
	BadCiphertext(u8),
	/// The share of that seat holds a number above the field's order.
	NonCanonical(u8),
	/// It carries the hash of another task.
	WrongTaskHash,
	/// Its proof of `rho` does not hold.
	NoProof,
}

/// A dealing with a fault. What of it the chain sees at once is right, unless the fault is that it is not.
///
/// # Errors
/// Those of an honest dealing, `Index` if the committee has no such seat.
pub fn deal(
	ctx: &TaskContext,
	dealer: &Identity,
	input: &[Scalar],
	fault: DealingFault,
) -> Result<DealingBytes, Error> {
	let rng = &mut OsRng;
	let (commitments, mut shares) = vss::share::<Plain, _>(input, ctx.threshold, ctx.n()?, rng)?;
	if let DealingFault::BadShare(j) = fault {
		let share = shares.get_mut(place(j)?).ok_or(Error::Index)?;
		share.values.iter_mut().for_each(|value| *value += scalar::random(rng));
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
		let dh = rho.dh(&decode_key::<Plain>(seal_key)?);
		sealed.push(match fault {
			DealingFault::BadCiphertext(victim) if victim == j => {
				let mut noise = vec![0; ciphertext_len(ctx.length())];
				rng.fill_bytes(&mut noise);
				noise
			},
			DealingFault::NonCanonical(victim) if victim == j => {
				let mut bytes = share.to_bytes().to_vec();
				bytes.iter_mut().rev().take(32).for_each(|byte| *byte = 0xff);
				seal_raw(&dh, &context, &bytes)?
			},
			_ => Key::derive(&dh, &context).seal(share)?,
		});
	}
	let victim = match fault {
		DealingFault::BadShare(j)
		| DealingFault::BadCiphertext(j)
		| DealingFault::NonCanonical(j) => place(j)?,
		DealingFault::WrongTaskHash | DealingFault::NoProof => 0,
	};
	if victim >= sealed.len() {
		return Err(Error::Index);
	}
	let mut dealing = DealingBytes { commitments, ephemeral, proof: [0; 64], sealed };
	dealing.proof = prove(ctx, dealer, &dealing, &rho);
	if fault == DealingFault::NoProof {
		// the lowest byte of the response: still a canonical number
		dealing.proof[32] ^= 1;
	}
	Ok(dealing)
}

/// A dealing of one's own that carries another's `R`: its exponent is unknown, hence the proof is of another one, and
/// what is sealed opens for nobody.
///
/// # Errors
/// As [`deal`].
pub fn with_copied_key(
	ctx: &TaskContext,
	dealer: &Identity,
	input: &[Scalar],
	copied: PointBytes,
) -> Result<DealingBytes, Error> {
	let (commitments, shares) = vss::share::<Plain, _>(input, ctx.threshold, ctx.n()?, &mut OsRng)?;
	let commitments = commitments.to_bytes();
	let rho = SealSecret::random(&mut OsRng);
	let mut sealed = Vec::new();
	for ((j, seal_key), share) in (1u8..).zip(&ctx.seal_keys).zip(&shares) {
		let context = Context {
			task_hash: &ctx.task_hash,
			dealer,
			j,
			seal_key,
			ephemeral: &copied,
			commitments: &commitments,
		};
		let dh = rho.dh(&decode_key::<Plain>(seal_key)?);
		sealed.push(Key::derive(&dh, &context).seal(share)?);
	}
	let mut dealing = DealingBytes { commitments, ephemeral: copied, proof: [0; 64], sealed };
	dealing.proof = prove(ctx, dealer, &dealing, &rho);
	Ok(dealing)
}

fn prove(
	ctx: &TaskContext,
	dealer: &Identity,
	dealing: &DealingBytes,
	rho: &SealSecret,
) -> [u8; 64] {
	let sealed_hashes: Vec<Hash> =
		dealing.sealed.iter().map(|sealed| hash_sealed(sealed)).collect();
	let statement = RhoStatement {
		task_hash: &ctx.task_hash,
		dealer,
		ephemeral: &dealing.ephemeral,
		commitments: &dealing.commitments,
		sealed_hashes: &sealed_hashes,
	};
	proofs::prove_rho::<Plain, _>(&statement, rho, &mut OsRng)
}

/// Seals any bytes under a share's key; `Key` itself seals shares only.
fn seal_raw(dh: &Affine<Plain>, context: &Context<'_>, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
	let info = Transcript::of_task(SEAL_TAG, context.task_hash)
		.fixed(context.dealer)
		.u8(context.j)
		.point(context.seal_key)
		.point(context.ephemeral)
		.points(context.commitments)
		.digest();
	let mut key = [0; 32];
	let refused = Error::Length { what: "plaintext", expected: 0, found: plaintext.len() };
	Hkdf::<Sha256>::new(Some(SEAL_TAG.as_bytes()), &encode_point(dh))
		.expand(&info, &mut key)
		.map_err(|_| refused)?;
	ChaCha20Poly1305::new(&key.into()).encrypt(&Nonce::default(), plaintext).map_err(|_| refused)
}

/// Node `j`'s evidence against a dealing, whatever it shows; the proof of `K` holds or not.
///
/// # Errors
/// Those of a rightful accusation.
pub fn evidence(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	dealing: &DealingBytes,
	proof_holds: bool,
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
	let mut dleq = proofs::prove_dleq::<Plain, _>(&statement, secret, &mut OsRng)?;
	if !proof_holds {
		dleq[32] ^= 1;
	}
	Ok(EvidenceBytes {
		dh,
		dleq,
		commitments: dealing.commitments.clone(),
		ephemeral: dealing.ephemeral,
		sealed_hashes: dealing.sealed_hashes(),
		sealed: dealing.sealed.get(place(j)?).cloned().ok_or(Error::Index)?,
	})
}

fn place(j: u8) -> Result<usize, Error> {
	usize::from(j).checked_sub(1).ok_or(Error::Index)
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_protocol::{
		adjudicator::{judge, verify_dealing, AccuserFault, DealerFault, Verdict},
		dealer,
	};

	const DEALER: Identity = [7; 32];

	/// A committee of three with `t = 1`, for vectors of two.
	fn table() -> (TaskContext, Vec<SealSecret>) {
		let secrets: Vec<SealSecret> = (0..3).map(|_| SealSecret::random(&mut OsRng)).collect();
		let seal_keys =
			secrets.iter().map(|secret| encode_point(&secret.public::<Plain>())).collect();
		(TaskContext { task_hash: [1; 32], threshold: 1, length: 2, seal_keys }, secrets)
	}

	fn input() -> [Scalar; 2] {
		[Scalar::from(3u8), Scalar::from(9u8)]
	}

	fn verdict(fault: DealingFault, accuser: u8) -> Verdict {
		let (ctx, secrets) = table();
		let dealing = deal(&ctx, &DEALER, &input(), fault).expect("made");
		let accepted =
			verify_dealing::<Plain>(&ctx, &DEALER, &dealing).expect("the chain takes it");
		let secret = &secrets[usize::from(accuser) - 1];
		let made = evidence(&ctx, secret, accuser, &accepted.digest, &dealing, true).expect("made");
		judge::<Plain>(&ctx, &DEALER, accuser, &accepted.digest, &made).expect("judged")
	}

	#[test]
	fn forged_dealings_pass_the_chain_and_convict_their_dealer() {
		for (fault, found) in [
			(DealingFault::BadShare(2), DealerFault::WrongShare),
			(DealingFault::BadCiphertext(2), DealerFault::Unopenable),
			(DealingFault::NonCanonical(2), DealerFault::NonCanonicalScalar),
		] {
			assert_eq!(verdict(fault, 2), Verdict::DealerGuilty(found));
			let false_accusation = Verdict::AccuserGuilty(AccuserFault::FalseAccusation);
			assert_eq!(
				verdict(fault, 1),
				false_accusation,
				"{fault:?}: the others have right shares"
			);
		}
	}

	#[test]
	fn what_the_chain_sees_at_once_it_refuses() {
		let (ctx, _) = table();
		let no_proof = deal(&ctx, &DEALER, &input(), DealingFault::NoProof).expect("made");
		let honest = dealer::deal::<Plain, _>(&ctx, &[8; 32], &input(), &mut OsRng).expect("made");
		let copied = with_copied_key(&ctx, &DEALER, &input(), honest.ephemeral).expect("made");
		for refused in [no_proof, copied, honest] {
			let verdict = verify_dealing::<Plain>(&ctx, &DEALER, &refused);
			assert_eq!(verdict.map(|_| ()), Err(Error::InvalidProof));
		}
	}

	#[test]
	fn wrong_accusations_convict_their_author() {
		let (ctx, secrets) = table();
		let honest = dealer::deal::<Plain, _>(&ctx, &DEALER, &input(), &mut OsRng).expect("made");
		let digest = honest.digest(&ctx.task_hash, &DEALER);
		for (proof_holds, fault) in
			[(true, AccuserFault::FalseAccusation), (false, AccuserFault::WrongDleq)]
		{
			let made = evidence(&ctx, &secrets[0], 1, &digest, &honest, proof_holds).expect("made");
			let verdict = judge::<Plain>(&ctx, &DEALER, 1, &digest, &made);
			assert_eq!(verdict, Ok(Verdict::AccuserGuilty(fault)));
		}
	}

	#[test]
	fn a_committee_has_no_seat_beyond_its_last() {
		let (ctx, _) = table();
		for j in [0, 4] {
			for fault in [
				DealingFault::BadShare(j),
				DealingFault::BadCiphertext(j),
				DealingFault::NonCanonical(j),
			] {
				assert_eq!(deal(&ctx, &DEALER, &input(), fault).map(|_| ()), Err(Error::Index));
			}
		}
	}
}
