//! What the crate asks of a curve configuration. Whatever computes in the group stands on this.
//!
//! In a runtime, [`Curve`] is a configuration whose `msm` and `mul_projective` go to the host. [`Plain`]'s operations are
//! blst's with the feature `blst`, and this crate's own without.

use ark_bls12_381::{Fq, Fr};
use ark_ec::{
	short_weierstrass::{Affine, SWCurveConfig},
	AffineRepr,
};
use core::any::TypeId;

/// Group 1 of BLS12-381, computed in plain Rust, or by blst with the feature of that name.
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

/// Whether operations under this configuration are native code's (blst's). Single additions are then cheap beside terms of
/// a multi-scalar multiplication. In a runtime they are not: they stay inside, where the host does the latter.
pub(crate) fn is_native<P: Curve>() -> bool {
	cfg!(feature = "blst") && is_plain::<P>()
}

/// Whether a configuration is [`Plain`], not one that uses a host.
pub(crate) fn is_plain<P: Curve>() -> bool {
	TypeId::of::<P>() == TypeId::of::<Plain>()
}
