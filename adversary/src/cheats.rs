//! Messages that no honest role makes: the honest act with one wrong input. Well-formed and proven where the chain looks at
//! once, wrong where only a committee member or the result check can see it.

use ostraka_crypto::{
	encoding::IDENTITY,
	messages::{DealingBytes, EvidenceBytes},
	scalar,
	seal::{ciphertext_len, SealSecret},
	vss, Error, Hash, Identity, Plain, PointBytes, Scalar,
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use ostraka_protocol::{dealer, worker, TaskContext};
use rand_core::{OsRng, RngCore};

/// What is wrong with a dealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealingFault {
	/// The sealed share of that seat has that fault.
	Share(DealerFault, u8),
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
	id: &Identity,
	input: &[Scalar],
	fault: DealingFault,
) -> Result<DealingBytes, Error> {
	match fault {
		DealingFault::Share(fault, seat) => deal_to(ctx, id, input, fault, seat),
		DealingFault::WrongTaskHash => dealer::deal::<Plain, _>(ctx, id, input, &mut OsRng),
		DealingFault::NoProof => {
			let mut dealing = dealer::deal::<Plain, _>(ctx, id, input, &mut OsRng)?;
			// the lowest byte of the response: still a canonical number
			dealing.proof[32] ^= 1;
			Ok(dealing)
		},
	}
}

/// A dealing whose sealed share for one seat has a fault.
fn deal_to(
	ctx: &TaskContext,
	id: &Identity,
	input: &[Scalar],
	fault: DealerFault,
	seat: u8,
) -> Result<DealingBytes, Error> {
	let rng = &mut OsRng;
	let (commitments, mut shares) = vss::share::<Plain, _>(input, ctx.threshold, ctx.n()?, rng)?;
	let place = usize::from(seat).checked_sub(1).ok_or(Error::Index)?;
	let share = shares.get_mut(place).ok_or(Error::Index)?;
	if fault == DealerFault::WrongShare {
		share.values.iter_mut().for_each(|value| *value += scalar::random(rng));
	}
	let mut bytes = share.to_bytes().to_vec();
	let (commitments, rho) = (commitments.to_bytes(), SealSecret::random(rng));
	let key = dealer::sealing_key::<Plain>(ctx, id, seat, &commitments, &rho)?;
	let mut dealing = dealer::assemble::<Plain, _>(ctx, id, commitments, &shares, &rho, rng)?;
	let sealed = dealing.sealed.get_mut(place).ok_or(Error::Index)?;
	match fault {
		DealerFault::WrongShare => {},
		DealerFault::Unopenable => {
			sealed.resize(ciphertext_len(ctx.length()), 0);
			rng.fill_bytes(sealed);
		},
		DealerFault::NonCanonicalScalar => {
			bytes.iter_mut().rev().take(32).for_each(|byte| *byte = 0xff);
			*sealed = key.seal_bytes(&bytes)?;
		},
	}
	dealer::prove::<Plain, _>(ctx, id, &mut dealing, &rho, rng);
	Ok(dealing)
}

/// A dealing of one's own that carries another's `R`: its exponent is unknown, hence the proof is of another one, and
/// what is sealed opens for nobody.
///
/// # Errors
/// As [`deal`].
pub fn with_copied_key(
	ctx: &TaskContext,
	id: &Identity,
	input: &[Scalar],
	copied: PointBytes,
) -> Result<DealingBytes, Error> {
	let rng = &mut OsRng;
	let (commitments, shares) = vss::share::<Plain, _>(input, ctx.threshold, ctx.n()?, rng)?;
	let (commitments, rho) = (commitments.to_bytes(), SealSecret::random(rng));
	let mut dealing = dealer::assemble::<Plain, _>(ctx, id, commitments, &shares, &rho, rng)?;
	dealing.ephemeral = copied;
	dealer::prove::<Plain, _>(ctx, id, &mut dealing, &rho, rng);
	Ok(dealing)
}

/// Node `j`'s evidence against a dealing that is right, with a fault; a rightful one as far as the fault is a false
/// accusation.
///
/// # Errors
/// Those of a rightful accusation.
pub fn evidence(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	dealing: &DealingBytes,
	fault: AccuserFault,
) -> Result<EvidenceBytes, Error> {
	let mut evidence = worker::evidence::<Plain, _>(ctx, secret, j, digest, dealing, &mut OsRng)?;
	match fault {
		AccuserFault::FalseAccusation => {},
		AccuserFault::WrongDleq => evidence.dleq[32] ^= 1,
		AccuserFault::InvalidDh => evidence.dh = IDENTITY,
	}
	Ok(evidence)
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_crypto::encoding::encode_point;
	use ostraka_protocol::{
		adjudicator::{judge, verify_dealing, Verdict},
		wire, Version,
	};

	const DEALER: Identity = [7; 32];
	const FAULTS: [DealerFault; 3] =
		[DealerFault::Unopenable, DealerFault::NonCanonicalScalar, DealerFault::WrongShare];

	/// A committee of three with `t = 1`, for vectors of two.
	fn table() -> (TaskContext, Vec<SealSecret>) {
		let secrets: Vec<SealSecret> = (0..3).map(|_| SealSecret::random(&mut OsRng)).collect();
		let seal_keys =
			secrets.iter().map(|secret| encode_point(&secret.public::<Plain>())).collect();
		(wire::context_of(Version::CURRENT, [1; 32], 1, 2, seal_keys), secrets)
	}

	fn input() -> [Scalar; 2] {
		[Scalar::from(3u8), Scalar::from(9u8)]
	}

	fn verdict(fault: DealerFault, accuser: u8) -> Verdict {
		let (ctx, secrets) = table();
		let fault = DealingFault::Share(fault, 2);
		let dealing = deal(&ctx, &DEALER, &input(), fault).expect("made");
		let accepted =
			verify_dealing::<Plain>(&ctx, &DEALER, &dealing).expect("the chain takes it");
		let secret = &secrets[usize::from(accuser) - 1];
		let (digest, honest) = (accepted.digest.hash(), AccuserFault::FalseAccusation);
		let made = evidence(&ctx, secret, accuser, digest, &dealing, honest).expect("made");
		judge::<Plain>(&ctx, &DEALER, accuser, &accepted.digest, &made).expect("judged")
	}

	#[test]
	fn forged_dealings_pass_the_chain_and_convict_their_dealer() {
		for fault in FAULTS {
			assert_eq!(verdict(fault, 2), Verdict::DealerGuilty(fault));
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
		let accepted = verify_dealing::<Plain>(&ctx, &DEALER, &honest).expect("honest").digest;
		for fault in
			[AccuserFault::InvalidDh, AccuserFault::WrongDleq, AccuserFault::FalseAccusation]
		{
			let made =
				evidence(&ctx, &secrets[0], 1, accepted.hash(), &honest, fault).expect("made");
			let verdict = judge::<Plain>(&ctx, &DEALER, 1, &accepted, &made);
			assert_eq!(verdict, Ok(Verdict::AccuserGuilty(fault)));
		}
	}

	#[test]
	fn a_committee_has_no_seat_beyond_its_last() {
		let (ctx, _) = table();
		for j in [0, 4] {
			for fault in FAULTS.map(|fault| DealingFault::Share(fault, j)) {
				assert_eq!(deal(&ctx, &DEALER, &input(), fault).map(|_| ()), Err(Error::Index));
			}
		}
	}
}
