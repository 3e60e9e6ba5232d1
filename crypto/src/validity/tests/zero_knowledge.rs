//! What a proof tells: nothing that could not be made up without the vector.
//!
//! [`simulated_proofs_verify`] makes up proofs in the real group for challenges that are chosen beforehand. The other tests count:
//! in a field of three elements, and a group of that order, every choice of all that the prover draws is made once, for two
//! vectors with the same commitment. The same proofs come out, equally often, and they are those that the simulator makes
//! up.

use super::{
	algebra::{self, Public, Row},
	encoding::{push_opening, Proof},
	verify::Equation,
	*,
};
use ark_ff::{AdditiveGroup, Field, Fp64, MontBackend, MontConfig, PrimeField};
use std::collections::BTreeMap;

/// Makes up a proof of a false statement, for challenges that are chosen beforehand.
#[test]
fn simulated_proofs_verify() {
	let mut rng = rng(1);
	for relation in [mean(-50), variance(), chain(9).0] {
		let layout = *relation.layout();
		let length = relation.length();
		// of something that satisfies nothing
		let values: Vec<_> = (0..length).map(|_| scalar::random(&mut rng)).collect();
		assert!(!relation.holds(&values));
		let c0 = commit(&values, &scalar::random(&mut rng));
		let mut draw = || scalar::random(&mut rng);
		let (y, z, x) = (draw(), draw(), draw());
		let public = Public::new(&relation, y, z);
		let simulated = Simulator { layout, public: &public, x }.openings(&mut draw);

		let weights = public.at(x);
		let mut points: Vec<_> =
			(0..layout.points()).map(|_| group::mul_generator::<Plain>(&draw())).collect();
		let bases = generators::bases::<Plain>(layout.generators()).unwrap();
		for (equation, solved) in Simulator::<Scalar>::solved(&layout).into_iter().enumerate() {
			let Row { values, blinding } = &simulated[equation];
			let (h, bases) = bases.split_last().unwrap();
			let mut rest = group::msm(bases, values) + group::mul(h, blinding);
			if equation == 0 {
				rest -= group::mul(&c0, &weights.input);
			}
			for (place, point) in points.iter().enumerate().filter(|(place, _)| *place != solved) {
				rest -= *point * weights.rows[place][equation];
			}
			points[solved] = rest * weights.rows[solved][equation].inverse().unwrap();
		}
		let mut bytes: Vec<u8> = group::normalize(&points).iter().flat_map(encode_point).collect();
		for opening in &simulated {
			push_opening(&mut bytes, &opening.values, &opening.blinding);
		}
		let proof = Proof::from_bytes(&layout, &bytes).unwrap();
		let weights = [draw(), draw(), draw()];
		let equation =
			Equation::with_challenges(&relation, &public, c0, &proof, x, weights).unwrap();
		assert!(equation.vanishes::<Plain>());
		// of another commitment it is none
		let other = commit(&values, &Scalar::zero());
		let equation =
			Equation::with_challenges(&relation, &public, other, &proof, x, weights).unwrap();
		assert!(!equation.vanishes::<Plain>());
	}
}

/// Makes up openings, and says which points are then no longer free.
struct Simulator<'a, F> {
	layout: Layout,
	public: &'a Public<F>,
	x: F,
}

impl<F: PrimeField> Simulator<'_, F> {
	/// The places of the points that the three equations give: `S`, `S'` and the mask of coefficients.
	fn solved(layout: &Layout) -> [usize; 3] {
		let first = layout.first_points();
		[first - 2, first - 1, layout.points() - 1]
	}

	/// Openings of which all is drawn but the first value of the third, which the product gives.
	fn openings(&self, draw: &mut impl FnMut() -> F) -> [Row<F>; 3] {
		let mut openings = self
			.layout
			.openings()
			.map(|length| Row { values: (0..length).map(|_| draw()).collect(), blinding: draw() });
		// that value counts once in the product's
		let [first, second, third] = &mut openings;
		third.values[0] = F::ZERO;
		let values = [first.values.as_slice(), &second.values, &third.values];
		third.values[0] = self.public.product_lacks(self.x, values);
		openings
	}
}

/// The field of three elements.
struct ThreeConfig;

impl MontConfig<1> for ThreeConfig {
	const MODULUS: ark_ff::BigInt<1> = ark_ff::BigInt::new([3]);
	const GENERATOR: Three = Three::new(ark_ff::BigInt::new([2]));
	const TWO_ADIC_ROOT_OF_UNITY: Three = Three::new(ark_ff::BigInt::new([2]));
}

type Three = Fp64<MontBackend<ThreeConfig, 1>>;

/// Generators of a group of three elements, which is the field's own: any that are not zero. The last one is `H`.
fn three_bases() -> Vec<Three> {
	[1u64, 2, 2, 1, 1, 2].map(Three::from).to_vec()
}

fn three_commit(row: &Row<Three>) -> Three {
	let bases = three_bases();
	let (h, bases) = bases.split_last().unwrap();
	assert!(row.values.len() <= bases.len());
	let sum: Three = bases.iter().zip(&row.values).map(|(base, value)| *base * value).sum();
	sum + *h * row.blinding
}

/// A number for each list of elements.
fn number(elements: &[Three]) -> u64 {
	let digits = elements.iter().map(|element| element.into_bigint().0[0]);
	digits.fold(0, |number, digit| 3 * number + digit)
}

/// Draws that run through all lists of elements: those of one number.
fn all_draws(count: u32) -> impl Iterator<Item = Box<dyn FnMut() -> Three>> {
	(0..3u64.pow(count)).map(move |number| {
		let (mut rest, mut left) = (number, count);
		Box::new(move || {
			left = left.checked_sub(1).expect("no more draws than were counted");
			let digit = rest % 3;
			rest /= 3;
			Three::from(digit)
		}) as Box<dyn FnMut() -> Three>
	})
}

struct Toy {
	relation: Relation,
	y: Three,
	z: Three,
	x: Three,
}

impl Toy {
	/// How often each proof comes out for a vector, over all that is drawn.
	fn proofs(&self, value: Three, blinding: Three) -> BTreeMap<u64, u32> {
		let layout = self.relation.layout();
		let witness = Witness::new(&self.relation, &[value]);
		let public = Public::new(&self.relation, self.y, self.z);
		let masks = layout.n - 1;
		let draws = layout.points() + 2 * layout.q + masks;
		let mut seen = BTreeMap::new();
		for mut draw in all_draws(draws as u32) {
			let mut rows = algebra::first_rows(layout, &witness, &mut draw);
			rows.extend(algebra::coefficient_rows(&public, &witness, &rows, &mut draw));
			let input = Row { values: vec![value], blinding };
			let openings = algebra::open(layout, &public.at(self.x), &rows, &input);
			let points = rows.iter().map(three_commit);
			let values = openings.iter().flat_map(|row| row.values.iter().chain([&row.blinding]));
			let proof: Vec<Three> = points.chain(values.copied()).collect();
			*seen.entry(number(&proof)).or_default() += 1;
		}
		seen
	}

	/// How often each proof is made up, over all that the simulator draws.
	fn simulated(&self, c0: Three) -> BTreeMap<u64, u32> {
		let layout = *self.relation.layout();
		let public = Public::new(&self.relation, self.y, self.z);
		let weights = public.at(self.x);
		let simulator = Simulator { layout, public: &public, x: self.x };
		let solved = Simulator::<Three>::solved(&layout);
		// a value of the third opening is drawn in vain
		let draws = layout.scalars() + layout.points() - 3;
		let mut seen = BTreeMap::new();
		for mut draw in all_draws(draws as u32) {
			let openings = simulator.openings(&mut draw);
			let mut points: Vec<Three> = (0..layout.points())
				.map(|place| if solved.contains(&place) { Three::ZERO } else { draw() })
				.collect();
			for (equation, solved) in solved.into_iter().enumerate() {
				let mut rest = three_commit(&openings[equation]);
				if equation == 0 {
					rest -= weights.input * c0;
				}
				for (place, point) in points.iter().enumerate() {
					rest -= *point * weights.rows[place][equation];
				}
				points[solved] = rest * weights.rows[solved][equation].inverse().unwrap();
			}
			let values = openings.iter().flat_map(|row| row.values.iter().chain([&row.blinding]));
			let proof: Vec<Three> = points.into_iter().chain(values.copied()).collect();
			*seen.entry(number(&proof)).or_default() += 1;
		}
		seen.values_mut().for_each(|times| *times /= 3);
		seen
	}
}

fn same_proofs(relation: &Relation, challenges: impl Iterator<Item = [u64; 3]>) {
	let commit = |value, blinding| three_commit(&Row { values: vec![value], blinding });
	let c0 = Three::from(2u64);
	for challenges in challenges {
		let [y, z, x] = challenges.map(Three::from);
		let toy = Toy { relation: relation.clone(), y, z, x };
		let simulated = toy.simulated(c0);
		for value in [0u64, 1].map(Three::from) {
			assert!(relation.holds(&[value]));
			let opens = |blinding: &Three| commit(value, *blinding) == c0;
			let blinding = (0..3u64).map(Three::from).find(opens).unwrap();
			let proofs = toy.proofs(value, blinding);
			assert!(proofs == simulated, "{challenges:?}: {} proofs", proofs.len());
		}
	}
}

#[test]
fn a_bit_stays_hidden() {
	let mut conditions = Conditions::new(1).unwrap();
	conditions.range(entry(0, 1), 1).unwrap();
	let all = (0..8u64).map(|bits| [1 + bits % 2, 1 + bits / 2 % 2, 1 + bits / 4]);
	same_proofs(&conditions.finish(), all);
}
