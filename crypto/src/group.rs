//! The group: what the crate asks of a curve configuration, and the few operations that it performs.
//!
//! In a runtime, [`Curve`] is a configuration whose `msm` and `mul_projective` go to the host. Only these two do:
//! the library's other names for the same sums stay inside. Everything here therefore goes through them.

use crate::scalar::Scalar;
use alloc::vec::Vec;
use ark_bls12_381::{Fq, Fr};
use ark_ec::{
	short_weierstrass::{Affine, Projective, SWCurveConfig},
	AffineRepr, CurveGroup,
};
use ark_ff::{PrimeField, Zero};

/// Group 1 of BLS12-381, computed in plain Rust.
pub type Plain = ark_bls12_381::g1::Config;

/// A configuration of group 1 of BLS12-381: [`Plain`], or one that hands group operations to the host.
pub trait Curve: SWCurveConfig<BaseField = Fq, ScalarField = Fr> {}

impl<P: SWCurveConfig<BaseField = Fq, ScalarField = Fr>> Curve for P {}

/// The standard generator `P`.
pub fn generator<P: Curve>() -> Affine<P> {
	P::GENERATOR
}

/// The same point under another configuration of the group. Copies coordinates; no arithmetic.
pub fn lift<A: Curve, B: Curve>(point: &Affine<A>) -> Affine<B> {
	point.xy().map_or(Affine::identity(), |(x, y)| Affine::new_unchecked(x, y))
}

/// `scalar * point`, for a point of the prime-order subgroup.
pub fn mul<P: Curve>(point: &Affine<P>, scalar: &Scalar) -> Projective<P> {
	P::mul_projective(&point.into_group(), scalar.into_bigint().as_ref())
}

/// `sum_i scalars[i] * points[i]` over the shorter of the two lists, in one multi-scalar multiplication.
pub fn msm<P: Curve>(points: &[Affine<P>], scalars: &[Scalar]) -> Projective<P> {
	let terms = points.len().min(scalars.len());
	let (Some(points), Some(scalars)) = (points.get(..terms), scalars.get(..terms)) else {
		return Projective::zero();
	};
	// Lengths are equal, which is all that `msm` can complain of.
	P::msm(points, scalars).unwrap_or_default()
}

/// Affine forms at the price of one inversion.
pub fn normalize<P: Curve>(points: &[Projective<P>]) -> Vec<Affine<P>> {
	Projective::<P>::normalize_batch(points)
}
