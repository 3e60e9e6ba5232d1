//! Additions of affine points in batches, with one inversion for all of a batch: half the price of additions one by one.
//!
//! For public points only: nothing is wiped. They may lie outside the subgroup, be equal, opposite, or the identity.

use crate::curve::Plain;
use alloc::vec::Vec;
use ark_bls12_381::Fq;
use ark_ec::{short_weierstrass::Affine, AffineRepr};
use ark_ff::{AdditiveGroup, Field, Zero};

/// Adds to each point its partner.
pub(crate) fn add_each(points: &mut [Affine<Plain>], partners: &[Affine<Plain>]) {
	// All denominators are inverted at the price of one: each has the product of those before it.
	let mut products = Vec::with_capacity(points.len());
	let mut product = Fq::ONE;
	for (point, partner) in points.iter().zip(partners) {
		products.push(product);
		if let Some(denominator) = denominator(point, partner) {
			product *= denominator;
		}
	}
	let Some(mut inverse) = product.inverse() else { return };
	for ((point, partner), product) in points.iter_mut().zip(partners).zip(&products).rev() {
		match denominator(point, partner) {
			Some(denominator) => {
				*point = chord(point, partner, &(inverse * product));
				inverse *= denominator;
			},
			None if point.is_zero() => *point = *partner,
			None if partner.is_zero() => {},
			None => *point = Affine::identity(),
		}
	}
}

/// The sum of each list of points. There are as many inversions as the longest list can be halved.
pub(crate) fn sums(mut lists: Vec<Vec<Affine<Plain>>>) -> Vec<Affine<Plain>> {
	loop {
		let halves: Vec<_> = lists.iter().map(|list| list.len() / 2).collect();
		let pairs = halves.iter().sum();
		if pairs == 0 {
			return lists.iter().map(|list| list.first().copied().unwrap_or_default()).collect();
		}
		let (mut points, mut partners) = (Vec::with_capacity(pairs), Vec::with_capacity(pairs));
		for (list, half) in lists.iter_mut().zip(&halves) {
			points.extend(list.iter().take(*half));
			partners.extend(list.drain(list.len() - half..));
		}
		add_each(&mut points, &partners);
		let mut sums = points.iter();
		for (list, half) in lists.iter_mut().zip(&halves) {
			list.iter_mut().take(*half).zip(&mut sums).for_each(|(point, sum)| *point = *sum);
		}
	}
}

/// What the slope through two points is divided by. None where there is no slope: one is the identity, or they are opposite.
fn denominator(a: &Affine<Plain>, b: &Affine<Plain>) -> Option<Fq> {
	if a.is_zero() || b.is_zero() {
		return None;
	}
	let difference = b.x - a.x;
	if !difference.is_zero() {
		return Some(difference);
	}
	// no point is of order two
	(a.y == b.y).then(|| a.y.double())
}

/// `a + b`, by the inverse of their [`denominator`].
fn chord(a: &Affine<Plain>, b: &Affine<Plain>, inverse: &Fq) -> Affine<Plain> {
	let rise = if a.x == b.x {
		let square = a.x.square();
		square.double() + square
	} else {
		b.y - a.y
	};
	let slope = rise * inverse;
	let x = slope.square() - a.x - b.x;
	Affine::new_unchecked(x, slope * (a.x - x) - a.y)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::reference;
	use ark_ec::{short_weierstrass::Projective, CurveGroup};

	/// Points in the subgroup and outside of it, the identity, and opposites.
	fn kinds() -> Vec<Affine<Plain>> {
		let three = reference::order_three();
		let mut kinds = reference::points(24);
		kinds.extend([three, -three, reference::mixed(), reference::torsion(11, 1)]);
		kinds
	}

	#[test]
	fn all_pairs_are_added() {
		let kinds = kinds();
		let pairs: Vec<_> =
			kinds.iter().flat_map(|a| kinds.iter().map(move |b| (*a, *b))).collect();
		let (mut points, partners): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
		add_each(&mut points, &partners);
		for ((a, b), sum) in pairs.iter().zip(&points) {
			assert_eq!(*sum, (*a + *b).into_affine());
		}
		add_each(&mut [], &[]);
	}

	#[test]
	fn lists_are_added_up() {
		let kinds = kinds();
		let mut lists: Vec<Vec<_>> = (0..60)
			.map(|length| (0..length).map(|i| kinds[i * (i + length) % kinds.len()]).collect())
			.collect();
		lists.push(vec![kinds[0]; 32]);
		let expected: Vec<_> =
			lists.iter().map(|list| list.iter().sum::<Projective<Plain>>().into_affine()).collect();
		assert_eq!(sums(lists), expected);
		assert!(sums(Vec::new()).is_empty());
	}
}
