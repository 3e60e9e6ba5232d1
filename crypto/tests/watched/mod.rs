//! A host that watches what it is given: a configuration of the group whose multiplications panic at a point outside of the
//! subgroup of prime order, and count the points. Whatever a runtime's configuration hands to the host comes by here: terms of
//! sums, bases of products, and points whose subgroup is asked for, which there is done by products.
//!
//! For unit tests too, so it names no crate of the project.

use ark_bls12_381::{
	g1::{Config as Plain, G1_GENERATOR_X, G1_GENERATOR_Y},
	Fq, Fr,
};
use ark_ec::{
	short_weierstrass::{Affine, Projective, SWCurveConfig},
	AffineRepr, CurveConfig, CurveGroup,
};
use std::cell::Cell;

thread_local! {
	static HANDED: Cell<usize> = const { Cell::new(0) };
}

/// Points that this thread handed to the host so far.
pub fn host_points() -> usize {
	HANDED.get()
}

/// The configuration.
pub struct Watched;

impl CurveConfig for Watched {
	type BaseField = Fq;
	type ScalarField = Fr;

	const COFACTOR: &'static [u64] = <Plain as CurveConfig>::COFACTOR;
	const COFACTOR_INV: Fr = <Plain as CurveConfig>::COFACTOR_INV;
}

impl SWCurveConfig for Watched {
	type ZeroFlag = <Plain as SWCurveConfig>::ZeroFlag;

	const COEFF_A: Fq = <Plain as SWCurveConfig>::COEFF_A;
	const COEFF_B: Fq = <Plain as SWCurveConfig>::COEFF_B;
	const GENERATOR: Affine<Self> = Affine::new_unchecked(G1_GENERATOR_X, G1_GENERATOR_Y);

	fn msm(bases: &[Affine<Self>], scalars: &[Fr]) -> Result<Projective<Self>, usize> {
		let bases: Vec<_> = bases.iter().map(taken).collect();
		Plain::msm(&bases, scalars).map(given)
	}

	fn mul_projective(base: &Projective<Self>, scalar: &[u64]) -> Projective<Self> {
		Self::mul_affine(&base.into_affine(), scalar)
	}

	fn mul_affine(base: &Affine<Self>, scalar: &[u64]) -> Projective<Self> {
		given(Plain::mul_projective(&taken(base).into_group(), scalar))
	}

	fn is_in_correct_subgroup_assuming_on_curve(item: &Affine<Self>) -> bool {
		Plain::is_in_correct_subgroup_assuming_on_curve(&taken(item))
	}
}

/// A point as the host takes it.
fn taken(point: &Affine<Watched>) -> Affine<Plain> {
	HANDED.set(HANDED.get() + 1);
	let point = point.xy().map_or(Affine::identity(), |(x, y)| Affine::new_unchecked(x, y));
	let inside = Plain::is_in_correct_subgroup_assuming_on_curve(&point);
	assert!(inside, "a point outside of the subgroup was handed to the host");
	point
}

/// What the host gives back.
fn given(point: Projective<Plain>) -> Projective<Watched> {
	Projective::new_unchecked(point.x, point.y, point.z)
}
