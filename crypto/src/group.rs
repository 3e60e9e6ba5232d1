//! The few group operations that the crate performs.
//!
//! In a runtime, `msm` and `mul_projective` of the configuration go to the host. Only these two do: the library's other
//! names for the same sums stay inside. Everything here therefore goes through them. Operations of [`Plain`] are blst's with
//! the feature `blst`, and this crate's own without; both wipe what they copy of a scalar.

use crate::{
	curve::{Curve, Plain},
	scalar::Scalar,
};
use alloc::vec::Vec;
use ark_ec::{
	short_weierstrass::{Affine, Projective},
	AffineRepr, CurveGroup,
};
use ark_ff::{PrimeField, Zero};
use zeroize::Zeroizing;

/// `scalar * point`, for a point of the prime-order subgroup.
pub fn mul<P: Curve>(point: &Affine<P>, scalar: &Scalar) -> Projective<P> {
	#[cfg(feature = "blst")]
	if let Some(product) = crate::native::mul(point, scalar) {
		return product;
	}
	#[cfg(not(feature = "blst"))]
	if let Some(product) = crate::plain::mul(point, scalar) {
		return product;
	}
	P::mul_projective(&point.into_group(), scalar.into_bigint().as_ref())
}

/// `scalar * P`, for the standard generator.
pub fn mul_generator<P: Curve>(scalar: &Scalar) -> Projective<P> {
	mul(&P::GENERATOR, scalar)
}

/// `sum_i scalars[i] * points[i]` over the shorter of the two lists, in one multi-scalar multiplication.
pub fn msm<P: Curve>(points: &[Affine<P>], scalars: &[Scalar]) -> Projective<P> {
	let terms = points.len().min(scalars.len());
	let (Some(points), Some(scalars)) = (points.get(..terms), scalars.get(..terms)) else {
		return Projective::zero();
	};
	#[cfg(feature = "blst")]
	if let Some(sum) = crate::native::msm(points, scalars) {
		return sum;
	}
	#[cfg(not(feature = "blst"))]
	if let Some(sum) = crate::plain::msm(points, scalars) {
		return sum;
	}
	// Lengths are equal, which is all that `msm` can complain of.
	P::msm(points, scalars).unwrap_or_default()
}

/// Affine forms at the price of one inversion. Of the points nothing but these is left in memory; they are the caller's to
/// wipe.
pub fn normalize<P: Curve>(points: &[Projective<P>]) -> Vec<Affine<P>> {
	#[cfg(feature = "blst")]
	if let Some(points) = crate::native::normalize(points) {
		return points;
	}
	Projective::<P>::normalize_batch(points)
}

/// The affine form of one point.
pub fn affine<P: Curve>(point: &Projective<P>) -> Affine<P> {
	let points = Zeroizing::new(normalize(core::slice::from_ref(point)));
	points.first().copied().unwrap_or_default()
}

/// Whether a point of the curve is in the subgroup of prime order. In native arithmetic, whatever the configuration that
/// the point is meant for: nothing outside the subgroup may reach the host.
pub(crate) fn in_subgroup(point: &Affine<Plain>) -> bool {
	#[cfg(feature = "blst")]
	return crate::native::in_subgroup(point);
	#[cfg(not(feature = "blst"))]
	<Plain as ark_ec::short_weierstrass::SWCurveConfig>::is_in_correct_subgroup_assuming_on_curve(
		point,
	)
}
