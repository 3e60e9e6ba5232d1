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

/// The prime factors of the cofactor, with the powers in which they divide it.
pub(crate) const COFACTOR: [(u64, u32); 5] =
	[(3, 1), (11, 2), (10_177, 2), (859_267, 2), (52_437_899, 2)];

/// A point of that prime order, which divides the cofactor: on the curve, outside the subgroup. Other seeds give other points.
pub(crate) fn torsion(order: u64, seed: u64) -> Affine<Plain> {
	let others = COFACTOR.into_iter().filter(|(prime, _)| *prime != order);
	let others = others.flat_map(|(prime, power)| core::iter::repeat_n(prime, power as usize));
	let mut candidates = (1 + 1_000 * seed..).filter_map(|x| {
		let point =
			Affine::<Plain>::get_point_from_x_unchecked(Fq::from(x), seed.is_multiple_of(2))?;
		let cleared = multiple(&point.into(), &Scalar::MODULUS.0);
		// of an order that is a power of the prime
		let mut last = others.clone().fold(cleared, |point, prime| multiple(&point, &[prime]));
		let mut next = multiple(&last, &[order]);
		while !next.is_zero() {
			(last, next) = (next, multiple(&next, &[order]));
		}
		(!last.is_zero()).then(|| last.into_affine())
	});
	candidates.next().expect("one of a few points has a part of that order")
}

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
	let terms = points.iter().zip(scalars);
	terms.map(|(point, scalar)| multiple(&(*point).into(), &scalar.into_bigint().0)).sum()
}

fn multiple(point: &Projective<Plain>, factor: &[u64]) -> Projective<Plain> {
	BitIteratorBE::new(factor).fold(Projective::zero(), |sum, bit| {
		let sum: Projective<Plain> = sum.double();
		if bit {
			sum + point
		} else {
			sum
		}
	})
}

/// Points of each prime order have that order, and are not in the subgroup.
#[test]
fn torsion_has_its_order() {
	for (order, _) in COFACTOR {
		for seed in 0..3 {
			let point = torsion(order, seed);
			assert!(point.is_on_curve() && !point.is_zero());
			assert!(multiple(&point.into(), &[order]).is_zero());
		}
	}
	assert!([order_three(), -order_three()].contains(&torsion(3, 0)));
}
