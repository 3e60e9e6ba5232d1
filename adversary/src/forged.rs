//! Dealings that do not prove their input valid. All else of them is right: every share opens and fits. The chain takes those
//! whose proof has the task's length, and whoever looks at the proof can challenge them; it refuses the others.

use clap::ValueEnum;
use ostraka_crypto::{
	messages::DealingBytes,
	seal::SealSecret,
	validity::{prove, Relation, Statement},
	vss, Error, Identity, Plain, Scalar,
};
use ostraka_protocol::{dealer, TaskContext};
use rand_core::OsRng;

/// By how much an entry is too large: more than rows and columns of any test allow.
const TOO_MUCH: u64 = 1_000_000_000;

/// What is forged of a proof that an input is valid, or of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum ForgedInput {
	/// The input's last entry is 10^9 too large, and the proof is one of the input without that
	OtherVector,
	/// The input is valid, and its proof lacks its last byte: the chain takes no such dealing
	Truncated,
	/// The input is valid, and proven for another dealer
	OtherDealer,
	/// The input is valid, and proven for another task
	OtherTask,
	/// There is no proof: the chain takes no such dealing
	Empty,
}

/// Those that the chain takes.
pub const FORGED_INPUTS: [ForgedInput; 3] =
	[ForgedInput::OtherVector, ForgedInput::OtherDealer, ForgedInput::OtherTask];
/// Those with a proof of another length than the task's, which it refuses.
pub const MISSHAPEN_INPUTS: [ForgedInput; 2] = [ForgedInput::Truncated, ForgedInput::Empty];

/// A dealing of a valid input, forged.
///
/// # Errors
/// Those of an honest dealing, `NoFault` if rows could give what is 10^9 too large as well.
pub fn deal(
	ctx: &TaskContext,
	relation: &Relation,
	id: &Identity,
	input: &[Scalar],
	forged: ForgedInput,
) -> Result<DealingBytes, Error> {
	let rng = &mut OsRng;
	let mut dealt = input.to_vec();
	if forged == ForgedInput::OtherVector {
		*dealt.last_mut().ok_or(Error::VectorLength)? += Scalar::from(TOO_MUCH);
		if relation.holds(&dealt) {
			return Err(Error::NoFault);
		}
	}
	let (commitments, shares) = vss::share::<Plain, _>(&dealt, ctx.threshold, ctx.n()?, rng)?;
	let (commitments, rho) = (commitments.to_bytes(), SealSecret::random(rng));
	let blinding = vss::secret_blinding(ctx.threshold, &shares)?;
	let (mut task_hash, mut author) = (ctx.task_hash, *id);
	match forged {
		ForgedInput::OtherTask => task_hash[0] ^= 1,
		ForgedInput::OtherDealer => author[0] ^= 1,
		ForgedInput::OtherVector | ForgedInput::Truncated | ForgedInput::Empty => {},
	}
	let statement = Statement { task_hash: &task_hash, dealer: &author, commitments: &commitments };
	let mut proof = prove::<Plain, _>(relation, &statement, input, &blinding, rng)?;
	match forged {
		ForgedInput::Truncated => proof.truncate(proof.len().saturating_sub(1)),
		ForgedInput::Empty => proof.clear(),
		ForgedInput::OtherVector | ForgedInput::OtherDealer | ForgedInput::OtherTask => {},
	}
	dealer::assemble(ctx, id, commitments, &shares, &rho, proof, rng)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cheats::tests::{input, relation, table, DEALER};
	use ostraka_crypto::proofs::verify_signature;
	use ostraka_primitives::fault::{AccuserFault, DealerFault};
	use ostraka_protocol::{
		adjudicator::{judge_challenge, verify_dealing, Verdict},
		worker,
	};

	#[test]
	fn forged_inputs_pass_the_chain_with_right_shares_and_convict_their_dealer() {
		let ((ctx, secrets), relation) = (table(), relation());
		for forged in FORGED_INPUTS {
			let dealing = deal(&ctx, &relation, &DEALER, &input(), forged).expect("made");
			let accepted = verify_dealing(&ctx, &DEALER, &dealing, verify_signature);
			let accepted = accepted.expect("the chain takes it").digest;
			let checked = worker::commitments::<Plain, _>(&ctx, &[&dealing], &mut OsRng).remove(0);
			let checked = checked.expect("in the group");
			let share = worker::open(&ctx, &secrets[0], 1, &DEALER, &dealing).expect("it opens");
			let items = [(&checked, &share)];
			assert!(worker::check(&ctx, 1, &items, &mut OsRng).is_empty(), "{forged:?}");

			let dealt = [(&DEALER, &dealing)];
			let found = worker::invalid::<Plain, _>(&ctx, &relation, &dealt, &mut OsRng);
			assert_eq!(found, [0], "{forged:?}");
			let made = worker::challenge::<Plain>(&ctx, &relation, &DEALER, &accepted, &dealing);
			let made = made.expect("to be challenged");
			let verdict = judge_challenge::<Plain>(&ctx, &relation, &DEALER, &accepted, &made);
			assert_eq!(verdict, Ok(Verdict::DealerGuilty(DealerFault::InvalidInput)), "{forged:?}");
		}
	}

	#[test]
	fn proofs_of_another_length_are_refused_and_convict_nobody() {
		let ((ctx, _), relation) = (table(), relation());
		for forged in MISSHAPEN_INPUTS {
			let dealing = deal(&ctx, &relation, &DEALER, &input(), forged).expect("made");
			let expected = ctx.proof_length as usize;
			let found = dealing.validity.len();
			assert!(found < expected, "{forged:?}");
			let refused = verify_dealing(&ctx, &DEALER, &dealing, verify_signature);
			let why = Error::Length { what: "proof", expected, found };
			assert_eq!(refused.map(|_| ()), Err(why), "{forged:?}");
		}
	}

	#[test]
	fn a_challenge_of_an_honest_dealing_convicts_its_author() {
		let ((ctx, _), relation) = (table(), relation());
		let dealing =
			dealer::deal::<Plain, _>(&ctx, &relation, &DEALER, &input(), &mut OsRng).expect("made");
		let accepted = verify_dealing(&ctx, &DEALER, &dealing, verify_signature);
		let accepted = accepted.expect("honest").digest;
		let dealt = [(&DEALER, &dealing)];
		assert!(worker::invalid::<Plain, _>(&ctx, &relation, &dealt, &mut OsRng).is_empty());
		let mut made = worker::challenge_unjudged(&dealing);
		let verdict = judge_challenge::<Plain>(&ctx, &relation, &DEALER, &accepted, &made);
		assert_eq!(verdict, Ok(Verdict::AccuserGuilty(AccuserFault::FalseChallenge)));
		// with another proof it is about no dealing, and convicts nobody
		made.validity[0] ^= 1;
		let verdict = judge_challenge::<Plain>(&ctx, &relation, &DEALER, &accepted, &made);
		assert_eq!(verdict, Err(Error::DigestMismatch));
	}

	#[test]
	fn what_rows_could_give_is_not_forged() {
		let (ctx, _) = table();
		let mut conditions = ostraka_crypto::validity::Conditions::new(2).expect("two entries");
		let entry = ostraka_crypto::validity::Form::default().entry(1, 1);
		conditions.range(entry, 40).expect("a range");
		let forged = ForgedInput::OtherVector;
		let made = deal(&ctx, &conditions.finish(), &DEALER, &input(), forged);
		assert_eq!(made.map(|_| ()), Err(Error::NoFault));
	}
}
