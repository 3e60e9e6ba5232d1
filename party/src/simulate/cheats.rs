//! What dealers and nodes who cheat send: the honest act with one wrong input. Well-formed and properly proven where the
//! chain looks at once, wrong where only a committee member or the result check can see it.

use ostraka_crypto::{
	encoding,
	messages::{DealingBytes, EvidenceBytes},
	seal::SealSecret,
	validity::{self, Relation, Witness},
	vss::{self, UncheckedCommitments},
	Error, Hash, Identity, Plain, PointBytes, Scalar,
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use ostraka_protocol::{adjudicator::Aggregate, dealer, worker, TaskContext};
use rand_chacha::ChaCha20Rng;

/// A dealing with that fault, of its commitments or of its sealed share for node `victim`, properly proven to be the dealer's.
/// With `InvalidInput` nothing of it is changed: its fault is that the relation refuses the input, whose proof then does not hold.
/// A mask has no proof of validity, as an honest one.
///
/// # Errors
/// Those of an honest dealing, `Index` if there is no such node.
pub fn deal(
	ctx: &TaskContext,
	relation: &Relation,
	id: &Identity,
	input: &[Scalar],
	fault: DealerFault,
	victim: u8,
	rng: &mut ChaCha20Rng,
) -> Result<DealingBytes, Error> {
	let (commitments, mut shares) = vss::share::<Plain, _>(input, ctx.threshold, ctx.n()?, rng)?;
	let blinding = vss::secret_blinding(ctx.threshold, &shares)?;
	let place = usize::from(victim).checked_sub(1).ok_or(Error::Index)?;
	let share = shares.get_mut(place).ok_or(Error::Index)?;
	if fault == DealerFault::WrongShare {
		share.blinding += Scalar::from(1u8);
	}
	let mut no_scalars = share.to_bytes().to_vec();
	no_scalars.fill(0xff);
	let (mut commitments, rho) = (commitments.to_bytes(), SealSecret::random(rng));
	if fault == DealerFault::OutsideSubgroup {
		commitments = outside(&commitments, ctx.threshold)?;
	}
	let proof = if ctx.is_mask(id) {
		Vec::new()
	} else {
		let (statement, witness) = (ctx.statement(id, &commitments), Witness::new(relation, input));
		validity::prove_witness::<Plain, _>(relation, &statement, &witness, &blinding, rng)?
	};
	let key = dealer::sealing_key(ctx, id, victim, &commitments, &rho)?;
	let mut dealing = dealer::assemble(ctx, id, commitments, &shares, &rho, proof, rng)?;
	let sealed = dealing.sealed.get_mut(place).ok_or(Error::Index)?;
	match fault {
		DealerFault::WrongShare | DealerFault::OutsideSubgroup | DealerFault::InvalidInput => {},
		DealerFault::NonCanonicalScalar => *sealed = key.seal_bytes(&no_scalars)?,
		DealerFault::Unopenable => sealed.iter_mut().take(1).for_each(|byte| *byte ^= 1),
	}
	dealer::prove(ctx, id, &mut dealing, &rho, rng);
	Ok(dealing)
}

/// The input with 2^200 added to its last entry: no rows give it, whatever the statistic, as the ranges of every relation hold
/// each entry below that.
pub fn forged(input: &[Scalar]) -> Vec<Scalar> {
	let mut input = input.to_vec();
	let half = Scalar::from(1u128 << 100);
	input.iter_mut().rev().take(1).for_each(|last| *last += half * half);
	input
}

/// The commitments with a point of order three added to `C_t`. Nodes whose number is a multiple of three would find that
/// their shares fit all the same.
fn outside(commitments: &[PointBytes], threshold: u8) -> Result<Vec<PointBytes>, Error> {
	let mut order_three: PointBytes = [0; 96];
	order_three[95] = 2;
	let mut torsion = vec![encoding::IDENTITY; commitments.len()];
	torsion.iter_mut().rev().take(1).for_each(|last| *last = order_three);
	let mut sums = Aggregate::zero(threshold);
	sums.add(&UncheckedCommitments::from_bytes(commitments, threshold)?)?;
	sums.add(&UncheckedCommitments::from_bytes(&torsion, threshold)?)?;
	Ok(sums.to_bytes())
}

/// Node `j`'s accusation of a dealing that is right, with that fault.
///
/// # Errors
/// Those of a rightful accusation.
pub fn accuse(
	ctx: &TaskContext,
	secret: &SealSecret,
	j: u8,
	digest: &Hash,
	dealing: &DealingBytes,
	fault: AccuserFault,
	rng: &mut ChaCha20Rng,
) -> Result<EvidenceBytes, Error> {
	let mut evidence = worker::evidence(ctx, secret, j, digest, dealing, rng)?;
	match fault {
		// a challenge shows no share: as an accusation it is a false one
		AccuserFault::FalseAccusation | AccuserFault::FalseChallenge => {},
		AccuserFault::WrongDleq => evidence.dleq[0] ^= 1,
		AccuserFault::InvalidDh => evidence.dh = [0; 32],
	}
	Ok(evidence)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures::{column, spec};
	use ostraka_primitives::spec::Statistic;
	use ostraka_protocol::statistics::relation;
	use rand_chacha::rand_core::SeedableRng;

	#[test]
	fn no_relation_holds_of_a_forged_input() {
		for statistic in [Statistic::Count, Statistic::Sum, Statistic::Variance] {
			let relation = relation(&spec(statistic, vec![column("x", 0, 9)])).expect("valid");
			let zeros = vec![Scalar::from(0u8); relation.length()];
			assert!(relation.holds(&zeros) && !relation.holds(&forged(&zeros)), "{statistic:?}");
		}
	}

	#[test]
	fn commitments_outside_the_group_add_up_to_some_within() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let (honest, _) =
			vss::share::<Plain, _>(&[Scalar::from(7u8)], 2, 5, &mut rng).expect("well-formed");
		let bytes = outside(&honest.to_bytes(), 2).expect("points");
		let unchecked = UncheckedCommitments::from_bytes(&bytes, 2).expect("on the curve");
		assert_eq!(unchecked.check::<Plain>().err(), Some(Error::NotInSubgroup));
		assert_eq!(bytes[..2], honest.to_bytes()[..2]);
		let mut sums = Aggregate::zero(2);
		for _ in 0..3 {
			sums.add(&unchecked).expect("one threshold");
		}
		assert!(sums.checked::<Plain>().is_ok(), "three times a point of order three is nothing");
	}
}
