//! Dealings that do not prove their input valid. All else of them is right: every share opens and fits. The chain takes those
//! whose proof has the task's length, and whoever looks at the proof can challenge them; it refuses the others.

use clap::ValueEnum;
use ostraka_crypto::{
	encoding::IDENTITY,
	messages::DealingBytes,
	seal::SealSecret,
	validity::{prove_witness, Conditions, Form, Relation, Statement, Witness},
	vss::{self, UncheckedCommitments},
	Error, Identity, Plain, PointBytes, Scalar,
};
use ostraka_protocol::{adjudicator::Aggregate, dealer, TaskContext};
use rand_core::OsRng;

/// By how much an entry is too large: more than rows and columns of any test allow.
const TOO_MUCH: u64 = 1_000_000_000;
/// A point of order three: of the curve, not of the group. Its x is zero, its y two.
const ORDER_THREE: PointBytes = {
	let mut bytes = [0; 96];
	bytes[95] = 2;
	bytes
};
/// Bytes of a point.
const POINT: usize = size_of::<PointBytes>();

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
	/// The input is valid, and so is its proof, of another relation: one that asks for nothing
	OtherRelation,
	/// The input is valid, and its proof has a bit that is two
	Two,
	/// The input is valid, and its proof has a wrong product
	WrongProduct,
	/// The input is valid, and its proof is of one with an entry more
	EntryBeyond,
	/// The input is valid, and a point of its proof is outside of the group
	Torsion,
	/// There is no proof: the chain takes no such dealing
	Empty,
}

/// Those that the chain takes, of a relation with products.
pub const FORGED_WITH_PRODUCTS: [ForgedInput; 8] = [
	ForgedInput::OtherVector,
	ForgedInput::OtherDealer,
	ForgedInput::OtherTask,
	ForgedInput::OtherRelation,
	ForgedInput::Two,
	ForgedInput::EntryBeyond,
	ForgedInput::WrongProduct,
	ForgedInput::Torsion,
];
/// Those of any relation.
pub const FORGED_INPUTS: [ForgedInput; 7] = [
	ForgedInput::OtherVector,
	ForgedInput::OtherDealer,
	ForgedInput::OtherTask,
	ForgedInput::OtherRelation,
	ForgedInput::Two,
	ForgedInput::EntryBeyond,
	ForgedInput::Torsion,
];
/// Those with a proof of another length than the task's, which it refuses.
pub const MISSHAPEN_INPUTS: [ForgedInput; 2] = [ForgedInput::Truncated, ForgedInput::Empty];

/// A dealing of a valid input, forged.
///
/// # Errors
/// Those of an honest dealing, `NoFault` if rows could give what is 10^9 too large as well, or if the relation has no product that
/// could be wrong.
pub fn deal(
	ctx: &TaskContext,
	relation: &Relation,
	id: &Identity,
	input: &[Scalar],
	forged: ForgedInput,
) -> Result<DealingBytes, Error> {
	let rng = &mut OsRng;
	if !relation.holds(input) {
		return Err(Error::Unsatisfied);
	}
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
		_ => {},
	}
	let other = nothing(relation)?;
	let proven = if forged == ForgedInput::OtherRelation { &other } else { relation };
	let mut witness = Witness::new(proven, input);
	match forged {
		ForgedInput::Two => make_a_two(relation, &mut witness)?,
		ForgedInput::WrongProduct => {
			*witness.out.first_mut().ok_or(Error::NoFault)? += Scalar::from(1u8);
		},
		ForgedInput::EntryBeyond => witness.input.push(Scalar::from(1u8)),
		_ => {},
	}
	let statement = Statement { task_hash: &task_hash, dealer: &author, commitments: &commitments };
	let mut proof = prove_witness::<Plain, _>(proven, &statement, &witness, &blinding, rng)?;
	match forged {
		ForgedInput::Truncated => proof.truncate(proof.len().saturating_sub(1)),
		ForgedInput::Empty => proof.clear(),
		ForgedInput::Torsion => push_out(&mut proof)?,
		_ => {},
	}
	dealer::assemble(ctx, id, commitments, &shares, &rho, proof, rng)
}

/// A relation whose proofs have the same shape, and that any vector satisfies.
fn nothing(relation: &Relation) -> Result<Relation, Error> {
	let mut conditions = Conditions::new(relation.length())?;
	for (_, width) in relation.ranges() {
		conditions.range(Form::default(), *width)?;
	}
	let layout = relation.layout();
	for _ in 0..layout.p * layout.q {
		conditions.product(Form::default(), Form::default())?;
	}
	Ok(conditions.finish())
}

/// Makes a bit two and the next one zero, where they were zero and one: every form is what it was. Where there are none such, the
/// first bit is two.
fn make_a_two(relation: &Relation, witness: &mut Witness) -> Result<(), Error> {
	let (zero, one) = (Scalar::from(0u8), Scalar::from(1u8));
	let mut rest = witness.bits.as_mut_slice();
	for (_, width) in relation.ranges() {
		let (bits, others) = rest.split_at_mut_checked(*width as usize).ok_or(Error::Relation)?;
		let place = bits.windows(2).position(|pair| pair == [zero, one]);
		if let Some(place) = place {
			(bits[place], bits[place + 1]) = (one + one, zero);
			return Ok(());
		}
		rest = others;
	}
	*witness.bits.first_mut().ok_or(Error::NoFault)? = one + one;
	Ok(())
}

/// The commitments with a point of order three added to `C_t`: on the curve, and outside of the group. A seat whose number is
/// a multiple of three would find that its share fits all the same.
pub(crate) fn outside(commitments: &[PointBytes], threshold: u8) -> Result<Vec<PointBytes>, Error> {
	let mut torsion = vec![IDENTITY; commitments.len()];
	if let Some(last) = torsion.last_mut() {
		*last = ORDER_THREE;
	}
	let mut sums = Aggregate::from_bytes(commitments, threshold)?;
	sums.add(&UncheckedCommitments::from_bytes(&torsion, threshold)?)?;
	Ok(sums.to_bytes())
}

/// Adds a point of small order to the second point of a proof.
fn push_out(proof: &mut [u8]) -> Result<(), Error> {
	let points = proof.get_mut(..2 * POINT).ok_or(Error::InvalidProof)?;
	let (first, second) = points.split_at_mut(POINT);
	let decode = |bytes: &[u8]| PointBytes::try_from(bytes).map_err(|_| Error::InvalidProof);
	let moved = outside(&[decode(first)?, decode(second)?], 1)?;
	second.copy_from_slice(moved.last().ok_or(Error::InvalidProof)?);
	Ok(())
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

	/// As [`relation`], and that the square of the number of rows is that of one of four bits.
	fn with_a_product() -> Relation {
		let mut conditions = Conditions::new(2).expect("two entries");
		let (rows, sum) = (Form::default().entry(0, 1), Form::default().entry(1, 1));
		conditions.range(rows.clone(), 4).expect("a range");
		conditions.range(sum, 8).expect("a range");
		let square = conditions.product(rows.clone(), rows).expect("a product");
		conditions.range(Form::default().product(square, 1), 8).expect("a range");
		conditions.finish()
	}

	#[test]
	fn forged_inputs_pass_the_chain_with_right_shares_and_convict_their_dealer() {
		let ((ctx, secrets), relation) = (table(), with_a_product());
		let proof_length = relation.layout().proof_length() as u32;
		let ctx = TaskContext { proof_length, ..ctx };
		for forged in FORGED_WITH_PRODUCTS {
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
		let mut conditions = Conditions::new(2).expect("two entries");
		conditions.range(Form::default().entry(1, 1), 40).expect("a range");
		let conditions = conditions.finish();
		// nor is there a wrong product where there is none
		for forged in [ForgedInput::OtherVector, ForgedInput::WrongProduct] {
			let made = deal(&ctx, &conditions, &DEALER, &input(), forged);
			assert_eq!(made.map(|_| ()), Err(Error::NoFault), "{forged:?}");
		}
	}
}
