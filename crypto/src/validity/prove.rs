//! The prover.

use super::{
	algebra::{self, Public, Row},
	challenges::{self, After},
	encoding::push_opening,
	hedged::Hedged,
	Relation, Statement, Witness,
};
use crate::{
	curve::Curve,
	encoding::{encode_point, PointBytes},
	error::Error,
	generators, group,
	scalar::Scalar,
};
use alloc::vec::Vec;
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ff::{One, Zero};
use rand_core::{CryptoRng, RngCore};
use zeroize::Zeroizing;

/// Proves that the vector in `C_0` satisfies a relation. `blinding` is its blinding value `b_0`: `C_0` is
/// `sum_l input[l] G_l + blinding H`, which is not checked here. No proof of anything else is accepted.
///
/// # Errors
/// `Length` if the vector has another length than the relation's, `Unsatisfied` if it does not satisfy it.
pub fn prove<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	relation: &Relation,
	statement: &Statement<'_>,
	input: &[Scalar],
	blinding: &Scalar,
	rng: &mut R,
) -> Result<Vec<u8>, Error> {
	Error::length("vector", relation.length(), input.len())?;
	if !relation.holds(input) {
		return Err(Error::Unsatisfied);
	}
	prove_witness::<P, R>(relation, statement, &Witness::new(relation, input), blinding, rng)
}

/// [`prove`] for a witness as it is given. Whether it is one is not looked at: for who plays a cheat, as the steps under
/// a dealing are.
///
/// # Errors
/// `Length` if a list of the witness is longer or shorter than the rows that it stands in.
pub fn prove_witness<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	relation: &Relation,
	statement: &Statement<'_>,
	witness: &Witness,
	blinding: &Scalar,
	rng: &mut R,
) -> Result<Vec<u8>, Error> {
	let layout = relation.layout();
	let operands = layout.p * layout.q;
	Error::length("bits", layout.m * layout.q, witness.bits.len())?;
	for list in [&witness.left, &witness.right, &witness.out] {
		Error::length("operands", operands, list.len())?;
	}
	if witness.input.len() > layout.q {
		return Err(Error::VectorLength);
	}

	let bases = generators::bases::<P>(layout.generators())?;
	let transcript = challenges::statement(relation, statement);
	let secrets = [witness.input.as_slice(), core::slice::from_ref(blinding)];
	let mut hedged = Hedged::new(&secrets, &transcript.clone().digest(), rng);
	let mut draw = || hedged.draw();

	let rows = algebra::first_rows(layout, witness, &mut draw);
	let first = commit(&bases, &rows);
	let after_first = After::first(transcript, &first);
	let (y, z) = after_first.y_and_z();
	let public = Public::new(relation, y, z);
	let coefficient_rows = algebra::coefficient_rows(&public, witness, &rows, &mut draw);
	let coefficients = commit(&bases, &coefficient_rows);
	let x = after_first.coefficients(&coefficients).x();
	let input = Row { values: witness.input.clone(), blinding: *blinding };
	// not in one list: rows that move leave their blinding values behind
	let rows = rows.iter().chain(&coefficient_rows);
	let openings = algebra::open(layout, &public.at(x), rows, &input);

	let mut bytes = Vec::with_capacity(layout.proof_length());
	first.iter().chain(&coefficients).for_each(|point| bytes.extend(point));
	for opening in &openings {
		push_opening(&mut bytes, &opening.values, &opening.blinding);
	}
	Ok(bytes)
}

/// The commitments to rows.
pub(super) fn commit<P: Curve>(bases: &[Affine<P>], rows: &[Row<Scalar>]) -> Vec<PointBytes> {
	let points: Vec<Projective<P>> = rows.iter().map(|row| commit_row(bases, row)).collect();
	group::normalize(&points).iter().map(encode_point).collect()
}

fn commit_row<P: Curve>(bases: &[Affine<P>], row: &Row<Scalar>) -> Projective<P> {
	let Some((h, bases)) = bases.split_last() else { return Projective::zero() };
	let terms = bases.iter().zip(&row.values);
	if row.values.iter().all(|value| value.is_zero() || value.is_one()) {
		// bits: the sum of some generators is soon made
		let sum = group::mul(h, &row.blinding);
		return terms.filter(|(_, bit)| bit.is_one()).fold(sum, |sum, (base, _)| sum + base);
	}
	let mut scalars = Zeroizing::new(Vec::with_capacity(row.values.len() + 1));
	scalars.extend(terms.clone().map(|(_, value)| *value));
	scalars.push(row.blinding);
	let bases: Vec<_> = terms.map(|(base, _)| *base).chain([*h]).collect();
	group::msm(&bases, &scalars)
}
