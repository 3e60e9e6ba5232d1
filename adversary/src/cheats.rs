//! Messages that no honest role makes: the honest act with one wrong input. Well-formed and proven where the chain looks at
//! once, wrong where only a committee member or the result check can see it.

use crate::forged::{self, outside, ForgedInput};
use ostraka_crypto::{
	messages::{DealingBytes, EvidenceBytes},
	scalar,
	seal::{ciphertext_len, SealSecret},
	validity::{prove, Relation},
	vss, Error, Hash, Identity, Plain, PointBytes, Scalar, SealKeyBytes,
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use ostraka_protocol::{dealer, worker, TaskContext};
use rand_core::{OsRng, RngCore};

/// The identity, which is no Diffie-Hellman value.
const NO_KEY: SealKeyBytes = [0; 32];

/// What is wrong with a dealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealingFault {
	/// What members accuse it of: a fault of the sealed share of that seat, or of the commitments, which are everybody's.
	Accusable(DealerFault, u8),
	/// What anybody can challenge: it does not prove its input valid.
	Input(ForgedInput),
	/// It carries the hash of another task.
	WrongTaskHash,
	/// Its proof of `rho` does not hold.
	NoProof,
}

/// A dealing of a valid input with a fault. What of it the chain sees at once is right, unless the fault is that it is not.
///
/// # Errors
/// Those of an honest dealing, `Index` if the committee has no such seat, `NoFault` if members do not accuse that fault, or
/// rows could give the forged input as well.
pub fn deal(
	ctx: &TaskContext,
	relation: &Relation,
	id: &Identity,
	input: &[Scalar],
	fault: DealingFault,
) -> Result<DealingBytes, Error> {
	let honest = || dealer::deal::<Plain, _>(ctx, relation, id, input, &mut OsRng);
	match fault {
		DealingFault::Accusable(fault, seat) => forge(ctx, relation, id, input, fault, seat),
		DealingFault::Input(forged) => forged::deal(ctx, relation, id, input, forged),
		DealingFault::WrongTaskHash => honest(),
		DealingFault::NoProof => {
			let mut dealing = honest()?;
			// the lowest byte of the response: still a canonical number
			dealing.proof[32] ^= 1;
			Ok(dealing)
		},
	}
}

/// A dealing that members accuse of a fault of that seat's share, or of the commitments; proven all the same.
fn forge(
	ctx: &TaskContext,
	relation: &Relation,
	id: &Identity,
	input: &[Scalar],
	fault: DealerFault,
	seat: u8,
) -> Result<DealingBytes, Error> {
	let rng = &mut OsRng;
	let (commitments, mut shares) = vss::share::<Plain, _>(input, ctx.threshold, ctx.n()?, rng)?;
	let place = usize::from(seat).checked_sub(1).ok_or(Error::Index)?;
	let blinding = vss::secret_blinding(ctx.threshold, &shares)?;
	let share = shares.get_mut(place).ok_or(Error::Index)?;
	if fault == DealerFault::WrongShare {
		share.values.iter_mut().for_each(|value| *value += scalar::random(rng));
	}
	let mut bytes = share.to_bytes().to_vec();
	let (mut commitments, rho) = (commitments.to_bytes(), SealSecret::random(rng));
	if fault == DealerFault::OutsideSubgroup {
		commitments = outside(&commitments, ctx.threshold)?;
	}
	let key = dealer::sealing_key(ctx, id, seat, &commitments, &rho)?;
	let validity = valid(ctx, relation, id, &commitments, input, &blinding)?;
	let mut dealing = dealer::assemble(ctx, id, commitments, &shares, &rho, validity, rng)?;
	let sealed = dealing.sealed.get_mut(place).ok_or(Error::Index)?;
	match fault {
		DealerFault::WrongShare | DealerFault::OutsideSubgroup => {},
		// see `forged`
		DealerFault::InvalidInput => return Err(Error::NoFault),
		DealerFault::Unopenable => {
			sealed.resize(ciphertext_len(ctx.length()), 0);
			rng.fill_bytes(sealed);
		},
		DealerFault::NonCanonicalScalar => {
			bytes.iter_mut().rev().take(32).for_each(|byte| *byte = 0xff);
			*sealed = key.seal_bytes(&bytes)?;
		},
	}
	dealer::prove(ctx, id, &mut dealing, &rho, rng);
	Ok(dealing)
}

/// The proof of a valid input, committed to with that blinding value; of a mask there is none.
fn valid(
	ctx: &TaskContext,
	relation: &Relation,
	id: &Identity,
	commitments: &[PointBytes],
	input: &[Scalar],
	blinding: &Scalar,
) -> Result<Vec<u8>, Error> {
	if ctx.is_mask(id) {
		return Ok(Vec::new());
	}
	prove::<Plain, _>(relation, &ctx.statement(id, commitments), input, blinding, &mut OsRng)
}

/// A dealing of one's own that carries another's `R`: its exponent is unknown, hence the proof is of another one, and
/// what is sealed opens for nobody.
///
/// # Errors
/// As [`deal`].
pub fn with_copied_key(
	ctx: &TaskContext,
	relation: &Relation,
	id: &Identity,
	input: &[Scalar],
	copied: SealKeyBytes,
) -> Result<DealingBytes, Error> {
	let rng = &mut OsRng;
	let (commitments, shares) = vss::share::<Plain, _>(input, ctx.threshold, ctx.n()?, rng)?;
	let (commitments, rho) = (commitments.to_bytes(), SealSecret::random(rng));
	let blinding = vss::secret_blinding(ctx.threshold, &shares)?;
	let validity = valid(ctx, relation, id, &commitments, input, &blinding)?;
	let mut dealing = dealer::assemble(ctx, id, commitments, &shares, &rho, validity, rng)?;
	dealing.ephemeral = copied;
	dealer::prove(ctx, id, &mut dealing, &rho, rng);
	Ok(dealing)
}

/// What an accusation of a right dealing claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FalseClaim {
	/// That the accuser's share is wrong, with evidence that has this fault; a rightful one as far as the fault is a false
	/// accusation.
	Share(AccuserFault),
	/// That a commitment lies outside of the group. For that an accuser opens nothing.
	Outside,
}

impl FalseClaim {
	/// What its author is convicted of.
	pub fn fault(self) -> AccuserFault {
		match self {
			Self::Share(fault) => fault,
			Self::Outside => AccuserFault::InvalidDh,
		}
	}
}

/// Node `j`'s evidence against a dealing that is right.
///
/// # Errors
/// Those of a rightful accusation, `NoFault` if no accusation has that fault.
pub fn evidence(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	dealing: &DealingBytes,
	claim: FalseClaim,
) -> Result<EvidenceBytes, Error> {
	let FalseClaim::Share(fault) = claim else { return worker::unopened(j, dealing) };
	let mut evidence = worker::evidence(ctx, secret, j, digest, dealing, &mut OsRng)?;
	match fault {
		AccuserFault::FalseAccusation => {},
		// a challenge has no such evidence
		AccuserFault::FalseChallenge => return Err(Error::NoFault),
		AccuserFault::WrongDleq => evidence.dleq[32] ^= 1,
		AccuserFault::InvalidDh => evidence.dh = NO_KEY,
	}
	Ok(evidence)
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use ostraka_crypto::{
		proofs::verify_signature,
		validity::{Conditions, Form},
	};
	use ostraka_protocol::{
		adjudicator::{judge, verify_dealing, Verdict},
		wire,
		worker::Fault,
		Version,
	};

	pub(crate) const DEALER: Identity = [7; 32];
	/// Those of one seat's share.
	const FAULTS: [DealerFault; 3] =
		[DealerFault::Unopenable, DealerFault::NonCanonicalScalar, DealerFault::WrongShare];
	const CLAIMS: [FalseClaim; 4] = [
		FalseClaim::Share(AccuserFault::InvalidDh),
		FalseClaim::Share(AccuserFault::WrongDleq),
		HONEST,
		FalseClaim::Outside,
	];
	/// Evidence as an honest member makes it.
	const HONEST: FalseClaim = FalseClaim::Share(AccuserFault::FalseAccusation);

	/// A committee of three with `t = 1`, for vectors of two.
	pub(crate) fn table() -> (TaskContext, Vec<SealSecret>) {
		let secrets: Vec<SealSecret> = (0..3).map(|_| SealSecret::random(&mut OsRng)).collect();
		let seal_keys = secrets.iter().map(SealSecret::public).collect();
		let proof_length = relation().layout().proof_length() as u32;
		(wire::context_of(Version::CURRENT, [1; 32], 1, 2, proof_length, seal_keys, None), secrets)
	}

	pub(crate) fn input() -> [Scalar; 2] {
		[Scalar::from(3u8), Scalar::from(9u8)]
	}

	/// Of at most 15 rows of values below 16: their number and their sum.
	pub(crate) fn relation() -> Relation {
		let mut conditions = Conditions::new(2).expect("two entries");
		let (rows, sum) = (Form::default().entry(0, 1), Form::default().entry(1, 1));
		conditions.range(rows, 4).expect("a range");
		conditions.range(sum, 8).expect("a range");
		conditions.finish()
	}

	fn forged(ctx: &TaskContext, fault: DealingFault) -> Result<DealingBytes, Error> {
		deal(ctx, &relation(), &DEALER, &input(), fault)
	}

	fn honest(ctx: &TaskContext, id: &Identity) -> DealingBytes {
		let made = dealer::deal::<Plain, _>(ctx, &relation(), id, &input(), &mut OsRng);
		made.expect("made")
	}

	/// What comes of an accusation of a forged dealing.
	fn verdict(fault: DealerFault, accuser: u8, claim: FalseClaim) -> Verdict {
		let (ctx, secrets) = table();
		let dealing = forged(&ctx, DealingFault::Accusable(fault, 2)).expect("made");
		let accepted = verify_dealing(&ctx, &DEALER, &dealing, verify_signature);
		let accepted = accepted.expect("the chain takes it").digest;
		let secret = &secrets[usize::from(accuser) - 1];
		let made = evidence(&ctx, secret, accuser, accepted.hash(), &dealing, claim).expect("made");
		judge::<Plain>(&ctx, &DEALER, accuser, &accepted, &made).expect("judged")
	}

	#[test]
	fn forged_dealings_pass_the_chain_and_convict_their_dealer() {
		for fault in FAULTS {
			assert_eq!(verdict(fault, 2, HONEST), Verdict::DealerGuilty(fault));
			let false_accusation = Verdict::AccuserGuilty(AccuserFault::FalseAccusation);
			assert_eq!(
				verdict(fault, 1, HONEST),
				false_accusation,
				"{fault:?}: the others have right shares"
			);
		}
	}

	/// A recipient whose mask has a wrong share is convicted as a dealer is; nobody else is taken without a proof.
	#[test]
	fn bad_masks_pass_the_chain_and_convict_their_recipient() {
		let (ctx, secrets) = table();
		let sealed = TaskContext { recipient: Some(DEALER), ..ctx.clone() };
		for fault in FAULTS {
			let mask = forged(&sealed, DealingFault::Accusable(fault, 2)).expect("made");
			assert!(mask.validity.is_empty());
			let accepted = verify_dealing(&sealed, &DEALER, &mask, verify_signature);
			let accepted = accepted.expect("the chain takes it").digest;
			let made = evidence(&sealed, &secrets[1], 2, accepted.hash(), &mask, HONEST);
			let made = made.expect("made");
			let verdict = judge::<Plain>(&sealed, &DEALER, 2, &accepted, &made);
			assert_eq!(verdict, Ok(Verdict::DealerGuilty(fault)));
			let refused = verify_dealing(&ctx, &DEALER, &mask, verify_signature);
			assert!(matches!(refused.map(|_| ()), Err(Error::Length { .. })), "{fault:?}");
		}
	}

	/// Members find it before they open anything, and whoever accuses convicts its dealer, whatever the evidence holds.
	#[test]
	fn commitments_outside_the_group_convict_their_dealer_whoever_accuses() {
		let fault = DealerFault::OutsideSubgroup;
		let (ctx, _) = table();
		let dealing = forged(&ctx, DealingFault::Accusable(fault, 1)).expect("made");
		let found = worker::commitments::<Plain, _>(&ctx, &[&dealing], &mut OsRng);
		let found: Vec<_> = found.into_iter().map(|found| found.map(|_| ())).collect();
		assert_eq!(found, [Err(Fault::Dealer(fault))]);
		for accuser in 1..=3 {
			for claim in CLAIMS {
				assert_eq!(verdict(fault, accuser, claim), Verdict::DealerGuilty(fault));
			}
		}
	}

	#[test]
	fn what_the_chain_sees_at_once_it_refuses() {
		let (ctx, _) = table();
		let no_proof = forged(&ctx, DealingFault::NoProof).expect("made");
		let honest = honest(&ctx, &[8; 32]);
		let copied = with_copied_key(&ctx, &relation(), &DEALER, &input(), honest.ephemeral);
		let copied = copied.expect("made");
		for refused in [no_proof, copied, honest] {
			let verdict = verify_dealing(&ctx, &DEALER, &refused, verify_signature);
			assert_eq!(verdict.map(|_| ()), Err(Error::InvalidProof));
		}
	}

	#[test]
	fn wrong_accusations_convict_their_author() {
		let (ctx, secrets) = table();
		let honest = honest(&ctx, &DEALER);
		let accepted = verify_dealing(&ctx, &DEALER, &honest, verify_signature);
		let accepted = accepted.expect("honest").digest;
		for claim in CLAIMS {
			let made =
				evidence(&ctx, &secrets[0], 1, accepted.hash(), &honest, claim).expect("made");
			let verdict = judge::<Plain>(&ctx, &DEALER, 1, &accepted, &made);
			assert_eq!(verdict, Ok(Verdict::AccuserGuilty(claim.fault())));
		}
	}

	#[test]
	fn a_committee_has_no_seat_beyond_its_last() {
		let (ctx, _) = table();
		for j in [0, 4] {
			for fault in FAULTS.map(|fault| DealingFault::Accusable(fault, j)) {
				assert_eq!(forged(&ctx, fault).map(|_| ()), Err(Error::Index));
			}
		}
	}

	/// Neither an invalid input nor a false challenge is a matter of a seat's share.
	#[test]
	fn what_is_challenged_is_not_accused() {
		let (ctx, secrets) = table();
		let fault = DealingFault::Accusable(DealerFault::InvalidInput, 1);
		assert_eq!(forged(&ctx, fault).map(|_| ()), Err(Error::NoFault));
		let honest = honest(&ctx, &DEALER);
		let digest = honest.digest(&ctx.task_hash, &DEALER);
		let claim = FalseClaim::Share(AccuserFault::FalseChallenge);
		let made = evidence(&ctx, &secrets[0], 1, &digest, &honest, claim);
		assert_eq!(made.map(|_| ()), Err(Error::NoFault));
	}
}
