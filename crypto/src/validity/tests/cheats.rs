//! Each kind of cheat is refused.

use super::*;
use ark_ec::CurveGroup;
use ark_ff::One;

const REFUSED: Result<(), Error> = Err(Error::InvalidProof);

/// Vectors just outside each condition, proven with the lowest bits of values that have more.
#[test]
fn vectors_just_outside() {
	let mut rng = rng(1);
	let outside: [(Relation, &[&[i128]]); 4] = [
		(
			mean(-50),
			&[&[256, 0], &[-1, 0], &[10, 2_001], &[10, -501], &[0, 1], &[0, -1], &[300, 5]],
		),
		(
			variance(),
			&[
				&[10, 100, 999],
				&[10, 100, 115_001],
				&[10, 2_001, 500_000],
				&[1, 5, 24],
				&[1, 5, 1_001_000],
			],
		),
		(chain(3).0, &[&[5, 17, 18], &[5, 14, 17], &[5, 47, 17], &[-5, -14, -3], &[12, 37, 31]]),
		(short_entries(2, 32), &[&[1 << 32, 0], &[0, -1], &[i128::MAX, 0]]),
	];
	for (relation, vectors) in outside {
		for values in vectors {
			let values = scalars(values);
			assert!(!relation.holds(&values), "{values:?}");
			let witness = Witness::new(&relation, &values);
			assert_eq!(judge(&relation, &witness, &mut rng), REFUSED, "{values:?}");
		}
	}
}

/// What each wrong value in a witness is for: a sum of bits that is right although a bit is 2, a recomposition, an unused bit,
/// operands and products, places beyond the products.
#[test]
fn witnesses_that_are_none() {
	let mut rng = rng(2);
	let (relation, values) = chain(3);
	let layout = relation.layout();
	let last = layout.m * layout.q - 1;
	assert!(relation.bits() <= last && layout.q > 3, "there are places that nothing uses");
	let one = Scalar::one();
	let cheats: [fn(&mut Witness, usize); 9] = [
		|witness, _| {
			witness.bits[0] += Scalar::from(2u8);
			witness.bits[1] -= Scalar::one();
		},
		|witness, _| witness.bits[0] = Scalar::one() - witness.bits[0],
		|witness, last| witness.bits[last] = Scalar::one(),
		|witness, last| witness.bits[last] = -Scalar::one(),
		|witness, _| witness.out[0] += Scalar::one(),
		|witness, _| witness.left[1] += Scalar::one(),
		|witness, _| {
			// a product of wrong operands
			witness.right[0] += Scalar::one();
			witness.out[0] = witness.left[0] * witness.right[0];
		},
		|witness, _| witness.out[3] = Scalar::one(),
		|witness, _| witness.input[1] += Scalar::one(),
	];
	let honest = Witness::new(&relation, &values);
	assert_eq!(judge(&relation, &honest, &mut rng), Ok(()));
	for (number, cheat) in cheats.iter().enumerate() {
		let mut witness = Witness::new(&relation, &values);
		cheat(&mut witness, last);
		assert_eq!(judge(&relation, &witness, &mut rng), REFUSED, "cheat {number}");
	}
	// where no condition looks, values are free: a product of places beyond the relation's
	let mut witness = Witness::new(&relation, &values);
	witness.left[3] = one;
	witness.right[3] = one;
	witness.out[3] = one;
	assert_eq!(judge(&relation, &witness, &mut rng), Ok(()));
}

/// The bits of a value above the field's order would be those of a small one; the width forbids it.
#[test]
fn values_do_not_wrap() {
	let mut conditions = Conditions::new(1).unwrap();
	assert_eq!(conditions.range(entry(0, 1), MAX_WIDTH + 1), Err(Error::Relation));
	conditions.range(entry(0, -1), MAX_WIDTH).unwrap();
	let witness = Witness::new(&conditions.finish(), &[Scalar::one()]);
	let mut conditions = Conditions::new(1).unwrap();
	conditions.range(entry(0, -1), MAX_WIDTH).unwrap();
	assert_eq!(judge(&conditions.finish(), &witness, &mut rng(3)), REFUSED);
}

#[test]
fn entries_that_the_vector_does_not_have() {
	let mut rng = rng(4);
	let (relation, values) = (mean(-50), scalars(&[10, 100]));
	// proven with what is committed
	let mut witness = Witness::new(&relation, &values);
	witness.input.push(Scalar::from(5u8));
	assert_eq!(judge(&relation, &witness, &mut rng), REFUSED);
	// added to a commitment whose proof is honest
	for place in [3, relation.layout().q, relation.layout().q + 1, 256] {
		let mut dealt = Dealt::new(&values, &mut rng);
		let beyond = commit(&values, &dealt.blinding) + generators::g::<Plain>(place).unwrap();
		dealt.commitments[0] = encode_point(&beyond.into_affine());
		let proof = dealt.prove(&relation, &values, &mut rng);
		assert_eq!(verify::<Plain>(&relation, &dealt.statement(), &proof), REFUSED, "G_{place}");
	}
	let mut witness = Witness::new(&relation, &values);
	witness.input.resize(relation.layout().q + 1, Scalar::zero());
	let dealt = Dealt::new(&values, &mut rng);
	let statement = dealt.statement();
	let proof =
		prove_witness::<Plain, _>(&relation, &statement, &witness, &dealt.blinding, &mut rng);
	assert_eq!(proof, Err(Error::VectorLength));
	witness.bits.pop();
	let proof =
		prove_witness::<Plain, _>(&relation, &statement, &witness, &dealt.blinding, &mut rng);
	assert!(matches!(proof, Err(Error::Length { .. })));
}

#[test]
fn another_opening_of_the_commitment() {
	let mut rng = rng(5);
	let (relation, values) = (mean(-50), scalars(&[10, 100]));
	let dealt = Dealt::new(&values, &mut rng);
	let wrong_blinding = dealt.blinding + Scalar::one();
	let statement = dealt.statement();
	for (values, blinding) in [(&values, wrong_blinding), (&scalars(&[11, 100]), dealt.blinding)] {
		let proof = prove::<Plain, _>(&relation, &statement, values, &blinding, &mut rng).unwrap();
		assert_eq!(verify::<Plain>(&relation, &statement, &proof), REFUSED);
	}
}

#[test]
fn proofs_of_something_else() {
	let mut rng = rng(6);
	let (relation, values) = (mean(-50), scalars(&[10, 100]));
	let dealt = Dealt::new(&values, &mut rng);
	let statement = dealt.statement();
	let proof = dealt.prove(&relation, &values, &mut rng);
	assert_eq!(verify::<Plain>(&relation, &statement, &proof), Ok(()));

	let other = Dealt::new(&values, &mut rng);
	let (swapped, shorter, longer) = (
		[dealt.commitments[0], dealt.commitments[2], dealt.commitments[1]],
		&dealt.commitments[..2],
		[dealt.commitments.as_slice(), &other.commitments[1..2]].concat(),
	);
	let wrong = [
		Statement { task_hash: &[8; 32], ..statement },
		Statement { dealer: &[8; 32], ..statement },
		Statement { task_hash: &DEALER, dealer: &TASK, ..statement },
		Statement { commitments: &other.commitments, ..statement },
		Statement { commitments: &swapped, ..statement },
		Statement { commitments: shorter, ..statement },
		Statement { commitments: &longer, ..statement },
	];
	for (number, wrong) in wrong.iter().enumerate() {
		assert_eq!(verify::<Plain>(&relation, wrong, &proof), REFUSED, "statement {number}");
	}
	let none = Statement { commitments: &[], ..statement };
	assert!(matches!(verify::<Plain>(&relation, &none, &proof), Err(Error::Length { .. })));

	// of the same shape, and true of the vector, but others
	for lo in [-51, -49] {
		assert!(mean(lo).holds(&values) && mean(lo).layout() == relation.layout());
		assert_eq!(verify::<Plain>(&mean(lo), &statement, &proof), REFUSED);
	}
	assert_ne!(
		verify::<Plain>(&variance(), &statement, &proof),
		Ok(()),
		"another shape is another length"
	);
}

/// Every condition, coefficient, constant and width, and their order, is in the relation's name.
#[test]
fn relations_have_names_of_their_own() {
	let conditions = |change: usize| {
		let one = |at: usize| i128::from(change == at);
		let mut conditions = Conditions::new(if change == 1 { 4 } else { 3 }).unwrap();
		let form = Form::constant(one(2)).entry(if change == 3 { 1 } else { 0 }, 1 + one(4));
		conditions.range(form, if change == 5 { 9 } else { 8 }).unwrap();
		if change == 6 {
			conditions.zero(entry(1, 1)).unwrap();
		} else {
			conditions.range(entry(1, 1), 0).unwrap();
		}
		let (left, right) = (entry(1, 1), entry(2, 1));
		let (left, right) = if change == 7 { (right, left) } else { (left, right) };
		conditions.product(left, right).unwrap();
		let last = if change == 8 { entry(0, 1) } else { Form::default().product(0, 1) };
		conditions.zero(last).unwrap();
		conditions.finish()
	};
	let names: std::collections::BTreeSet<Hash> = (0..9).map(|i| *conditions(i).id()).collect();
	assert_eq!(names.len(), 9);
	assert_eq!(conditions(0).id(), conditions(10).id());
}

#[test]
fn conditions_on_what_is_not_there() {
	let mut conditions = Conditions::new(2).unwrap();
	assert_eq!(conditions.range(entry(2, 1), 1), Err(Error::Relation));
	assert_eq!(conditions.zero(Form::default().product(0, 1)), Err(Error::Relation));
	assert_eq!(
		conditions.product(entry(0, 1), Form::default().product(0, 1)),
		Err(Error::Relation)
	);
	assert_eq!(conditions.product(entry(0, 1), entry(1, 1)), Ok(0));
	conditions.zero(Form::default().product(0, 1)).unwrap();
	for length in [0, 257] {
		assert_eq!(Conditions::new(length).err(), Some(Error::VectorLength));
	}
	for _ in 0..MAX_FORMS - 1 {
		conditions.zero(entry(0, 1)).unwrap();
	}
	assert_eq!(conditions.zero(entry(0, 1)), Err(Error::Relation));
	let wide = Conditions::new(1).unwrap();
	let mut wide = (0..MAX_BITS / 250).fold(wide, |mut wide, _| {
		wide.range(entry(0, 1), 250).unwrap();
		wide
	});
	assert_eq!(wide.range(entry(0, 1), 250), Err(Error::Relation));
	wide.range(entry(0, 1), (MAX_BITS % 250) as u32).unwrap();
	assert_eq!(wide.range(entry(0, 1), 1), Err(Error::Relation));
}
