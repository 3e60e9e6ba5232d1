//! Points outside the subgroup: what a prover could do with them, and that they are refused.

use super::{
	algebra::{self, Public, Row},
	challenges::{self, After},
	encoding::push_opening,
	verify::Equation,
	*,
};
use crate::{encoding::decode_on_curve, reference};
use ark_ec::{AffineRepr, CurveGroup};

/// An honest proof but for something that is added to its points before they are hashed.
fn prove_with(
	relation: &Relation,
	dealt: &Dealt,
	values: &[Scalar],
	added: &[(usize, Affine<Plain>)],
	rng: &mut ChaCha20Rng,
) -> Vec<u8> {
	let layout = relation.layout();
	let witness = Witness::new(relation, values);
	let bases = generators::bases::<Plain>(layout.generators()).unwrap();
	let commit = |rows: &[Row<Scalar>], from: usize| -> Vec<PointBytes> {
		let points = prove::commit(&bases, rows);
		let points = points.iter().enumerate().map(|(place, bytes)| {
			let point = decode_on_curve(bytes).unwrap().into_group();
			let parts = added.iter().filter(|(at, _)| *at == from + place);
			encode_point(&parts.fold(point, |sum, (_, part)| sum + part).into_affine())
		});
		points.collect()
	};
	let mut draw = || scalar::random(rng);
	let mut rows = algebra::first_rows(layout, &witness, &mut draw);
	let first = commit(&rows, 0);
	let after_first = After::first(challenges::statement(relation, &dealt.statement()), &first);
	let (y, z) = after_first.y_and_z();
	let public = Public::new(relation, y, z);
	let others = algebra::coefficient_rows(&public, &witness, &rows, &mut draw);
	let coefficients = commit(&others, rows.len());
	rows.extend(others);
	let x = after_first.coefficients(&coefficients).x();
	let input = Row { values: values.to_vec(), blinding: dealt.blinding };
	let openings = algebra::open(layout, &public.at(x), &rows, &input);
	let mut bytes: Vec<u8> = first.iter().chain(&coefficients).flatten().copied().collect();
	for opening in &openings {
		push_opening(&mut bytes, &opening.values, &opening.blinding);
	}
	bytes
}

#[test]
fn a_part_of_any_order_is_refused() {
	let mut rng = rng(1);
	let (relation, values) = (variance(), scalars(&[10, 100, 2_000]));
	let dealt = Dealt::new(&values, &mut rng);
	let statement = dealt.statement();
	let honest = prove_with(&relation, &dealt, &values, &[], &mut rng);
	assert_eq!(verify::<Plain>(&relation, &statement, &honest), Ok(()));
	let points = relation.layout().points();
	for (number, (prime, _)) in reference::COFACTOR.into_iter().enumerate() {
		let part = reference::torsion(prime, 1);
		for place in [number, points - 1 - number] {
			let forged = prove_with(&relation, &dealt, &values, &[(place, part)], &mut rng);
			let verdict = verify::<Plain>(&relation, &statement, &forged);
			assert_eq!(verdict, Err(Error::NotInSubgroup), "order {prime} at {place}");
			// two that cancel in a plain sum
			let pair = [(place, part), ((place + 1) % points, -part)];
			let forged = prove_with(&relation, &dealt, &values, &pair, &mut rng);
			let verdict = verify::<Plain>(&relation, &statement, &forged);
			assert_eq!(verdict, Err(Error::NotInSubgroup), "order {prime} at {place}");
		}
	}
}

/// What the check of the subgroup is for: without it, a third of the proofs with a part of order three pass.
#[test]
fn without_the_check_small_orders_pass() {
	let mut rng = rng(2);
	let (relation, values) = (short_entries(1, 4), scalars(&[5]));
	let dealt = Dealt::new(&values, &mut rng);
	let statement = dealt.statement();
	let part = [(0, reference::order_three())];
	let mut passed = 0;
	for _ in 0..45 {
		let forged = prove_with(&relation, &dealt, &values, &part, &mut rng);
		let equation = Equation::new(&relation, &statement, &forged).unwrap();
		passed += usize::from(equation.vanishes::<Plain>());
		let verdict = verify::<Plain>(&relation, &statement, &forged);
		assert_eq!(verdict, Err(Error::NotInSubgroup));
	}
	assert!((5..=27).contains(&passed), "{passed} of 45 satisfy the equation");
}

/// The same in a batch that is large enough for sums.
#[test]
fn in_a_batch_too() {
	let mut rng = rng(3);
	let (relation, values) = (short_entries(1, 4), scalars(&[5]));
	let count = 50;
	let dealt: Vec<_> = (0..count).map(|_| Dealt::new(&values, &mut rng)).collect();
	let part = reference::order_three();
	let proofs: Vec<_> = (0..count)
		.map(|place| {
			let added = if place == 17 { &[(3, part)][..] } else { &[] };
			prove_with(&relation, &dealt[place], &values, added, &mut rng)
		})
		.collect();
	assert!(count * relation.layout().points() > 256, "more than are checked one by one");
	let items = dealt.iter().zip(&proofs).map(|(dealt, proof)| Item {
		relation: &relation,
		statement: dealt.statement(),
		proof,
	});
	let items: Vec<_> = items.collect();
	assert_eq!(batch_verify::<Plain, _>(&items, &mut rng), [17]);
}
