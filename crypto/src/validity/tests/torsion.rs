//! Points outside the subgroup: what a prover could do with them, and that they are refused.

use super::{
	algebra::{self, Public, Row},
	challenges::{self, After},
	encoding::push_opening,
	verify::Equation,
	watched::{host_points, Watched},
	*,
};
use crate::{encoding::decode_on_curve, reference, vss::Commitments};
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

/// Statements and proofs with a part of this order: in each of a proof's points, in two of them so that it cancels, and in `C_0`,
/// of which the proof is right. All hold but for the part.
fn with_parts(
	relation: &Relation,
	values: &[Scalar],
	part: Affine<Plain>,
	rng: &mut ChaCha20Rng,
) -> Vec<(Dealt, Vec<u8>)> {
	let points = relation.layout().points();
	let mut places: Vec<Vec<_>> = (0..points).map(|place| vec![(place, part)]).collect();
	places.push(vec![(0, part), (points - 1, -part)]);
	let mut made = Vec::new();
	for added in places {
		let dealt = Dealt::new(values, rng);
		let proof = prove_with(relation, &dealt, values, &added, rng);
		made.push((dealt, proof));
	}
	let mut dealt = Dealt::new(values, rng);
	let c0 = decode_on_curve(&dealt.commitments[0]).unwrap();
	dealt.commitments[0] = encode_point(&(c0 + part).into_affine());
	let proof = prove_with(relation, &dealt, values, &[], rng);
	made.push((dealt, proof));
	made
}

/// No host is given such a point: a proof is refused before anything of it is multiplied, alone and in batches, which are halved
/// until it is found. The host of this test panics at one.
#[test]
fn a_host_is_given_no_such_point() {
	let mut rng = rng(4);
	let (relation, values) = (short_entries(1, 4), scalars(&[5]));
	for (prime, _) in reference::COFACTOR {
		let forged = with_parts(&relation, &values, reference::torsion(prime, 1), &mut rng);
		let (before, mut checked) = (host_points(), 0);
		for (dealt, proof) in &forged {
			let statement = dealt.statement();
			let verdict = verify::<Watched>(&relation, &statement, proof);
			assert_eq!(verdict, Err(Error::NotInSubgroup), "order {prime}");
			// only who has checked them has such commitments
			if let Ok(commitments) = Commitments::<Watched>::from_bytes(&dealt.commitments, 2) {
				let verdict = verify_checked(&relation, &statement, &commitments, proof);
				assert_eq!(verdict, Err(Error::NotInSubgroup), "order {prime}");
				checked += 1;
			}
		}
		assert_eq!(checked, forged.len() - 1, "all but the one with the part in C_0");
		assert_eq!(host_points(), before, "all of them were refused before");

		let honest = Dealt::new(&values, &mut rng);
		let right = honest.prove(&relation, &values, &mut rng);
		let right_one = Item { relation: &relation, statement: honest.statement(), proof: &right };
		let mut items = Vec::new();
		for (dealt, proof) in &forged {
			items.push(Item { relation: &relation, statement: dealt.statement(), proof });
			items.push(right_one);
		}
		let places: Vec<_> = (0..items.len()).step_by(2).collect();
		assert_eq!(batch_verify::<Watched, _>(&items, &mut rng), places, "order {prime}");
		assert!(host_points() > before, "the right ones were multiplied");
	}
}

/// Were the check left out, the host of these tests would see it.
#[test]
#[should_panic(expected = "outside of the subgroup")]
fn the_host_panics_at_such_a_point() {
	let mut rng = rng(5);
	let (relation, values) = (short_entries(1, 4), scalars(&[5]));
	let dealt = Dealt::new(&values, &mut rng);
	let part = [(0, reference::order_three())];
	let forged = prove_with(&relation, &dealt, &values, &part, &mut rng);
	let equation = Equation::new(&relation, &dealt.statement(), &forged).unwrap();
	assert!(!equation.vanishes::<Watched>());
}

/// So it does at products, of affine points and of others.
#[test]
fn the_host_sees_products_too() {
	let inside: Affine<Watched> = generators::h();
	let outside: Affine<Watched> = crate::curve::lift(&reference::mixed());
	let seven = Scalar::from(7u8);
	let before = host_points();
	let product = group::affine(&group::mul(&inside, &seven));
	assert_eq!(host_points(), before + 1);
	assert_eq!(encode_point(&product), {
		let plain: Affine<Plain> = generators::h();
		encode_point(&group::affine(&group::mul(&plain, &seven)))
	});
	let outcomes: [fn(&Affine<Watched>) -> bool; 3] = [
		|point| group::mul(point, &Scalar::from(7u8)).is_zero(),
		|point| group::msm(&[*point], &[Scalar::from(7u8)]).is_zero(),
		|point| point.mul_bigint([7u64]).is_zero(),
	];
	for outcome in outcomes {
		assert!(std::panic::catch_unwind(move || outcome(&outside)).is_err());
		assert!(!outcome(&inside));
	}
}
