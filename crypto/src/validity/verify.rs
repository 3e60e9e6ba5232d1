//! The verifier, of one proof and of many.

use super::{
	algebra::Public,
	challenges::{self, After},
	encoding::Proof,
	Relation, Statement,
};
use crate::{
	curve::{lift, Curve, Plain},
	encoding::{decode_on_curve, encode_point, PointBytes},
	error::Error,
	generators,
	group::{self, in_subgroup},
	scalar::{self, Scalar},
	vss::{self, Commitments},
};
use alloc::{vec, vec::Vec};
use ark_ec::short_weierstrass::Affine;
use ark_ff::Zero;
use rand_core::{CryptoRng, RngCore};

/// Checks that the vector in a statement's `C_0` satisfies a relation. Nothing of the statement has been checked.
///
/// # Errors
/// `Length` of the proof or of commitments of which there are none, `NonCanonicalScalar`, `NonCanonicalPoint`, `NotOnCurve`,
/// `NotInSubgroup`, `InvalidProof`. Each of them means that the proof is refused; `C_0` is decoded as the proof is.
pub fn verify<P: Curve>(
	relation: &Relation,
	statement: &Statement<'_>,
	proof: &[u8],
) -> Result<(), Error> {
	Equation::new(relation, statement, proof)?.check::<P>()
}

/// [`verify`] for who has decoded and checked the statement's commitments: neither is done again to `C_0`. Says the same.
///
/// # Errors
/// Those of [`verify`]; `InvalidProof` too if the statement holds the bytes of another `C_0`.
pub fn verify_checked<P: Curve>(
	relation: &Relation,
	statement: &Statement<'_>,
	commitments: &Commitments<P>,
	proof: &[u8],
) -> Result<(), Error> {
	Equation::of_checked(relation, statement, commitments, proof)?.check::<P>()
}

/// A proof and what it is of.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
	/// What is proven.
	pub relation: &'a Relation,
	/// Of what.
	pub statement: Statement<'a>,
	/// The proof.
	pub proof: &'a [u8],
}

/// Checks many proofs at once and returns the places of those that are refused, rising.
///
/// All equations are added up with random 128-bit coefficients, so that one multi-scalar multiplication serves them all, and
/// the points' subgroup is checked in random sums. If either fails, each half is checked by itself. The draws of `rng` must
/// be unknown to the provers: a proof that [`verify`] refuses passes with a chance of `2^-64`.
pub fn batch_verify<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	items: &[Item<'_>],
	rng: &mut R,
) -> Vec<usize> {
	let equation = |item: &Item<'_>| Equation::new(item.relation, &item.statement, item.proof);
	batch::<P, R>(items.iter().map(equation), rng)
}

/// A proof, what it is of, and the statement's commitments, which were decoded and checked.
pub type CheckedItem<'a, P> = (Item<'a>, &'a Commitments<P>);

/// [`batch_verify`] for who has decoded and checked the statements' commitments, as [`verify_checked`] is.
pub fn batch_verify_checked<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	items: &[CheckedItem<'_, P>],
	rng: &mut R,
) -> Vec<usize> {
	let equation = |(item, commitments): &CheckedItem<'_, P>| {
		Equation::of_checked(item.relation, &item.statement, commitments, item.proof)
	};
	batch::<P, R>(items.iter().map(equation), rng)
}

/// The places of the proofs that are refused, rising.
fn batch<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	items: impl Iterator<Item = Result<Equation, Error>>,
	rng: &mut R,
) -> Vec<usize> {
	let mut wrong = Vec::new();
	let mut equations = Vec::with_capacity(items.size_hint().0);
	for (place, item) in items.enumerate() {
		match item {
			Ok(equation) => equations.push((place, equation)),
			Err(_) => wrong.push(place),
		}
	}
	let found = vss::bisect(&equations, |range| match range {
		[] => Some(Vec::new()),
		[(_, equation)] => {
			let right = equation.check::<P>().is_ok();
			Some(if right { Vec::new() } else { vec![0] })
		},
		_ => all_hold::<P, R>(range, rng).then(Vec::new),
	});
	wrong.extend(found.iter().filter_map(|at| equations.get(*at)).map(|(place, _)| *place));
	wrong.sort_unstable();
	wrong
}

/// Whether all equations hold, with points of the subgroup.
fn all_hold<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	equations: &[(usize, Equation)],
	rng: &mut R,
) -> bool {
	let all = || equations.iter().map(|(_, equation)| equation);
	let unchecked: Vec<_> = all().flat_map(Equation::unchecked).copied().collect();
	if !vss::all_inside(&unchecked, rng) {
		return false;
	}
	let most = all().map(|equation| equation.generators.len()).max().unwrap_or_default();
	let Ok(mut points) = generators::bases::<P>(most) else { return false };
	let terms = all().map(|equation| equation.points.len()).sum::<usize>();
	let mut scalars = Vec::with_capacity(points.len() + terms);
	scalars.resize(points.len(), Scalar::zero());
	points.reserve(terms);
	points.extend(all().flat_map(|equation| &equation.points).map(lift::<Plain, P>));
	for equation in all() {
		let coefficient = scalar::random_short(rng);
		let Some((blinding, values)) = scalars.get_mut(..=most).and_then(<[_]>::split_last_mut)
		else {
			return false;
		};
		for (sum, value) in values.iter_mut().zip(&equation.generators) {
			*sum += coefficient * value;
		}
		*blinding += coefficient * equation.blinding;
		scalars.extend(equation.scalars.iter().map(|scalar| coefficient * scalar));
	}
	group::msm(&points, &scalars).is_zero()
}

/// What is left to check of a proof in the group: a sum of generators and points that must vanish, with points of the subgroup.
pub(super) struct Equation {
	/// Scalars of `G_1, G_2, ..`.
	generators: Vec<Scalar>,
	/// That of `H`.
	blinding: Scalar,
	/// The proof's points, then `C_0`: on the curve.
	points: Vec<Affine<Plain>>,
	/// Theirs.
	scalars: Vec<Scalar>,
	/// Whether `C_0` was found to be in the subgroup before. The proof's points never were.
	is_c0_checked: bool,
}

impl Equation {
	/// Checks of a proof all that takes no sum in the group.
	pub(super) fn new(
		relation: &Relation,
		statement: &Statement<'_>,
		proof: &[u8],
	) -> Result<Self, Error> {
		Self::of(relation, statement, proof, decode_on_curve)
	}

	/// The same where the commitments were checked.
	fn of_checked<P: Curve>(
		relation: &Relation,
		statement: &Statement<'_>,
		commitments: &Commitments<P>,
		proof: &[u8],
	) -> Result<Self, Error> {
		// What is hashed is what is summed up: an encoding costs less than the decoding that it spares.
		let c0 = |bytes: &PointBytes| match commitments.0.first() {
			Some(point) if encode_point(point) == *bytes => Ok(lift::<P, Plain>(point)),
			_ => Err(Error::InvalidProof),
		};
		Ok(Self { is_c0_checked: true, ..Self::of(relation, statement, proof, c0)? })
	}

	/// The same with `C_0` as it comes of its bytes.
	fn of(
		relation: &Relation,
		statement: &Statement<'_>,
		proof: &[u8],
		decode: impl FnOnce(&PointBytes) -> Result<Affine<Plain>, Error>,
	) -> Result<Self, Error> {
		let wrong = Error::Length { what: "commitments", expected: 1, found: 0 };
		let c0 = statement.commitments.first().ok_or(wrong)?;
		let proof = Proof::from_bytes(relation.layout(), proof)?;
		let after_first = After::first(challenges::statement(relation, statement), &proof.first);
		let (y, z) = after_first.y_and_z();
		let after_all = after_first.coefficients(&proof.coefficients);
		let weights = after_all.weights(proof.opening_bytes);
		let public = Public::new(relation, y, z);
		let c0 = decode(c0)?;
		Self::with_challenges(relation, &public, c0, &proof, after_all.x(), weights)
	}

	/// The same for challenges as they are given.
	pub(super) fn with_challenges(
		relation: &Relation,
		public: &Public<Scalar>,
		c0: Affine<Plain>,
		proof: &Proof<'_>,
		x: Scalar,
		weights: [Scalar; 3],
	) -> Result<Self, Error> {
		if !public.product_lacks(x, proof.openings.each_ref().map(Vec::as_slice)).is_zero() {
			return Err(Error::InvalidProof);
		}
		let mut generators = vec![Scalar::zero(); relation.layout().generators()];
		let mut blinding = Scalar::zero();
		let openings = proof.openings.iter().zip(&proof.blindings);
		for ((values, of_h), weight) in openings.zip(&weights) {
			for (sum, value) in generators.iter_mut().zip(values) {
				*sum -= *weight * value;
			}
			blinding -= *weight * of_h;
		}
		let at_x = public.at(x);
		let [first, ..] = weights;
		let of_row = |row: &[Scalar; 3]| row.iter().zip(&weights).map(|(a, b)| *a * b).sum();
		let scalars = at_x.rows.iter().map(of_row).chain([first * at_x.input]).collect();
		let mut points = proof.points()?;
		points.push(c0);
		Ok(Self { generators, blinding, points, scalars, is_c0_checked: false })
	}

	/// The points that nobody has found to be in the subgroup yet.
	fn unchecked(&self) -> &[Affine<Plain>] {
		match self.points.split_last() {
			Some((_, of_proof)) if self.is_c0_checked => of_proof,
			_ => &self.points,
		}
	}

	/// Checks the rest.
	fn check<P: Curve>(&self) -> Result<(), Error> {
		if !self.unchecked().iter().all(in_subgroup) {
			return Err(Error::NotInSubgroup);
		}
		self.vanishes::<P>().then_some(()).ok_or(Error::InvalidProof)
	}

	/// Whether the sum vanishes.
	pub(super) fn vanishes<P: Curve>(&self) -> bool {
		let Ok(mut points) = generators::bases::<P>(self.generators.len()) else { return false };
		points.extend(self.points.iter().map(lift::<Plain, P>));
		let scalars = self.generators.iter().chain([&self.blinding]).chain(&self.scalars);
		let scalars: Vec<_> = scalars.copied().collect();
		group::msm(&points, &scalars).is_zero()
	}
}
