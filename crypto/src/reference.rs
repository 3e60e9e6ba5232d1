//! What the group operations are held against: the curve library's own arithmetic, on points of every kind. Some of them only
//! a missing subgroup check lets in.

use crate::{curve::Plain, generators, scalar::Scalar};
use alloc::vec::Vec;
use ark_bls12_381::Fq;
use ark_ec::{
	short_weierstrass::{Affine, Projective},
	AdditiveGroup, AffineRepr, CurveGroup,
};
use ark_ff::{BitIteratorBE, PrimeField, Zero};

/// A point of order three: on the curve, outside the subgroup of prime order.
pub(crate) fn order_three() -> Affine<Plain> {
	Affine::new_unchecked(Fq::ZERO, Fq::from(2u8))
}

/// The generator and a point of order three, added: outside the subgroup, of a large order.
pub(crate) fn mixed() -> Affine<Plain> {
	(order_three() + Affine::<Plain>::generator()).into_affine()
}

/// So many points of the subgroup, with identities, opposites and doubles among them.
pub(crate) fn points(count: usize) -> Vec<Affine<Plain>> {
	let bases = generators::bases::<Plain>(256).unwrap();
	let point = |i: usize| match i % 17 {
		5 => Affine::identity(),
		6 => -bases[i % 250],
		7 => bases[(i + 1) % 250],
		_ => bases[i % 250],
	};
	(0..count).map(point).collect()
}

/// The curve library's own sum, term by term.
pub(crate) fn sum(points: &[Affine<Plain>], scalars: &[Scalar]) -> Projective<Plain> {
	points.iter().zip(scalars).map(|(point, scalar)| point.into_group() * scalar).sum()
}

/// The sum bit by bit, without the endomorphism: right outside the subgroup too.
pub(crate) fn sum_by_bits(points: &[Affine<Plain>], scalars: &[Scalar]) -> Projective<Plain> {
	let product = |(point, scalar): (&Affine<Plain>, &Scalar)| {
		let bits = BitIteratorBE::new(scalar.into_bigint());
		bits.fold(Projective::<Plain>::zero(), |sum, bit| {
			let sum = sum.double();
			if bit {
				sum + point
			} else {
				sum
			}
		})
	};
	points.iter().zip(scalars).map(product).sum()
}
