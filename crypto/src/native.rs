//! Group operations by blst, for native programs: the same points and bytes as the curve library's, sooner.
//!
//! Both libraries hold coordinates in Montgomery form of six limbs, so points change hands as they are. Only blst's
//! safe interface is used, whose one multiplication is a multi-scalar multiplication over scalars of one length. What
//! it does not do is done here: in a sum, scalars of very different lengths are multiplied apart, each class by the length
//! of its longest; for a product, the scalar is split in two halves by the curve's endomorphism, which halves the number of
//! doublings. A product is right in the subgroup of prime order only, where the endomorphism is a multiplication; a sum also
//! for other points, unless their order is tiny. Nothing that was not checked to be in the subgroup comes here.
//!
//! Every function returns `None` for a configuration other than [`Plain`]: a hosted one is to use the host.

use crate::{
	curve::{is_native, lift, Curve, Plain},
	endomorphism,
	scalar::Scalar,
};
use alloc::vec::Vec;
use ark_bls12_381::Fq;
use ark_ec::{
	short_weierstrass::{Affine, Projective},
	AffineRepr,
};
use ark_ff::{BigInt, BigInteger, PrimeField, Zero};
use blst::{blst_fp, blst_p1, blst_p1_affine, p1_affines, MultiPoint};
use zeroize::{Zeroize, Zeroizing};

/// Bits of the scalars of each class: powers of indices, coefficients of linear combinations, everything else.
const CLASSES: [u32; 3] = [32, 136, 255];
/// Bits of a half of a scalar.
const HALF: u32 = 128;

/// Terms of one class.
struct Terms {
	bits: u32,
	points: Vec<blst_p1_affine>,
	scalars: Zeroizing<Vec<u8>>,
}

impl Terms {
	/// Room for all at once: a vector that grows leaves its old, unwiped copy behind.
	fn with_room(bits: u32, terms: usize) -> Self {
		let scalars = Zeroizing::new(Vec::with_capacity(bytes_of(bits) * terms));
		Self { bits, points: Vec::with_capacity(terms), scalars }
	}

	fn push(&mut self, point: &Affine<Plain>, limbs: &[u64]) {
		let Some(point) = to_blst(point) else { return };
		let bytes = limbs.iter().flat_map(|limb| limb.to_le_bytes());
		self.points.push(point);
		self.scalars.extend(bytes.take(bytes_of(self.bits)));
	}

	fn sum(&self) -> Projective<Plain> {
		// blst indexes the first element.
		if self.points.is_empty() {
			return Projective::zero();
		}
		from_blst(&self.points.as_slice().mult(&self.scalars, self.bits as usize))
	}
}

fn bytes_of(bits: u32) -> usize {
	bits.div_ceil(8) as usize
}

/// A point in blst's representation, which knows no wiping of its own.
pub(crate) trait Wipe {
	/// Overwrites the coordinates.
	fn wipe(&mut self);
}

impl Wipe for blst_p1_affine {
	fn wipe(&mut self) {
		self.x.l.zeroize();
		self.y.l.zeroize();
	}
}

impl Wipe for blst_p1 {
	fn wipe(&mut self) {
		self.x.l.zeroize();
		self.y.l.zeroize();
		self.z.l.zeroize();
	}
}

/// Points that are overwritten on drop. They must not grow beyond their first room.
pub(crate) struct Wiped<T: Wipe>(pub Vec<T>);

impl<T: Wipe> Drop for Wiped<T> {
	fn drop(&mut self) {
		self.0.iter_mut().for_each(Wipe::wipe);
	}
}

/// Affine points as blst hands them out, overwritten on drop.
pub(crate) struct AffinePoints(p1_affines);

impl AffinePoints {
	pub(crate) fn as_slice(&self) -> &[blst_p1_affine] {
		self.0.as_slice()
	}
}

impl Drop for AffinePoints {
	fn drop(&mut self) {
		self.0[..].iter_mut().for_each(Wipe::wipe);
	}
}

/// blst's form of a point; `None` of the identity.
pub(crate) fn to_blst(point: &Affine<Plain>) -> Option<blst_p1_affine> {
	let (x, y) = point.xy()?;
	Some(blst_p1_affine { x: blst_fp { l: x.0 .0 }, y: blst_fp { l: y.0 .0 } })
}

fn coordinate(value: &blst_fp) -> Fq {
	Fq::new_unchecked(BigInt(value.l))
}

/// A Jacobian point; both libraries mean the same by its coordinates.
fn from_blst(point: &blst_p1) -> Projective<Plain> {
	let z = coordinate(&point.z);
	if z.is_zero() {
		return Projective::zero();
	}
	Projective::new_unchecked(coordinate(&point.x), coordinate(&point.y), z)
}

/// The opposite of a point.
pub(crate) fn negated(point: &blst_p1_affine) -> blst_p1_affine {
	blst_p1_affine { x: point.x, y: blst_fp { l: (-coordinate(&point.y)).0 .0 } }
}

/// [`endomorphism::image`] of a point other than the identity.
pub(crate) fn image(point: &blst_p1_affine) -> blst_p1_affine {
	let point = Affine::new_unchecked(coordinate(&point.x), coordinate(&point.y));
	to_blst(&endomorphism::image(&point)).unwrap_or_default()
}

/// The sum of points.
pub(crate) fn sum(points: &[blst_p1_affine]) -> Projective<Plain> {
	if points.is_empty() {
		return Projective::zero();
	}
	from_blst(&points.add())
}

/// Affine forms in blst's representation; the identity is all zeros, as it is for [`sum`].
pub(crate) fn affine(points: &[Projective<Plain>]) -> Option<AffinePoints> {
	let jacobian = points.iter().map(|point| blst_p1 {
		x: blst_fp { l: point.x.0 .0 },
		y: blst_fp { l: point.y.0 .0 },
		z: blst_fp { l: point.z.0 .0 },
	});
	let jacobian = Wiped(jacobian.collect());
	// blst indexes the first element.
	(!jacobian.0.is_empty()).then(|| AffinePoints(p1_affines::from(&jacobian.0)))
}

/// Whether a point of the curve is in the subgroup of prime order.
pub(crate) fn in_subgroup(point: &Affine<Plain>) -> bool {
	to_blst(point).is_none_or(|point| [point].validate().is_ok())
}

/// `scalar * point`, for a point of the prime-order subgroup.
pub(crate) fn mul<P: Curve>(point: &Affine<P>, scalar: &Scalar) -> Option<Projective<P>> {
	if !is_native::<P>() {
		return None;
	}
	let point = lift::<P, Plain>(point);
	let mut halves = Terms::with_room(HALF, 2);
	for (half, point) in
		endomorphism::split(scalar).iter().zip([point, endomorphism::image(&point)])
	{
		halves.push(&point, half);
	}
	Some(relabel(&halves.sum()))
}

/// `sum_i scalars[i] * points[i]` over the shorter of the two lists.
pub(crate) fn msm<P: Curve>(points: &[Affine<P>], scalars: &[Scalar]) -> Option<Projective<P>> {
	if !is_native::<P>() {
		return None;
	}
	let mut terms = Zeroizing::new(Vec::with_capacity(scalars.len()));
	terms.extend(scalars.iter().map(|scalar| {
		let integer = scalar.into_bigint();
		(integer.0, integer.num_bits())
	}));
	let (mut sum, mut above) = (Projective::zero(), 0);
	for longest in CLASSES {
		let members = terms
			.iter()
			.zip(points)
			.filter(|(term, _)| (above..longest).contains(&term.1.wrapping_sub(1)));
		let longest_member = members.clone().map(|((_, bits), _)| *bits).max().unwrap_or_default();
		let mut class = Terms::with_room(longest_member, members.clone().count());
		for ((limbs, _), point) in members {
			class.push(&lift(point), limbs);
		}
		sum += class.sum();
		above = longest;
	}
	Some(relabel(&sum))
}

/// Affine forms at the price of one inversion.
pub(crate) fn normalize<P: Curve>(points: &[Projective<P>]) -> Option<Vec<Affine<P>>> {
	if !is_native::<P>() {
		return None;
	}
	let points: Zeroizing<Vec<_>> = Zeroizing::new(points.iter().map(relabel).collect());
	let Some(affine) = affine(&points) else { return Some(Vec::new()) };
	let from = |point: &blst_p1_affine| {
		let (x, y) = (coordinate(&point.x), coordinate(&point.y));
		// (0, 0) is not on the curve; it stands for the identity.
		if x.is_zero() && y.is_zero() {
			Affine::identity()
		} else {
			Affine::new_unchecked(x, y)
		}
	};
	Some(affine.as_slice().iter().map(from).collect())
}

/// The same point under another configuration of the group.
pub(crate) fn relabel<A: Curve, B: Curve>(point: &Projective<A>) -> Projective<B> {
	if point.is_zero() {
		return Projective::zero();
	}
	Projective::new_unchecked(point.x, point.y, point.z)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{group, reference, scalar};
	use ark_ec::{short_weierstrass::SWCurveConfig, AdditiveGroup, CurveGroup, PrimeGroup};
	use ark_ff::Field;
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	/// Scalars of every class and its edges, for points of every kind.
	fn terms(count: usize, rng: &mut ChaCha20Rng) -> (Vec<Affine<Plain>>, Vec<Scalar>) {
		let edges = [0u32, 1, 31, 32, 33, 127, 128, 129, 135, 136, 137, 254];
		let two = Scalar::from(2u8);
		let scalars: Vec<_> = (0..count)
			.map(|i| match i % 4 {
				0 => scalar::random(rng),
				1 => scalar::random_short(rng),
				2 => two.pow([u64::from(edges[i / 4 % edges.len()])]) - Scalar::from(i % 2 == 0),
				_ => -Scalar::from(i as u64),
			})
			.collect();
		(reference::points(count), scalars)
	}

	#[test]
	fn sums_are_those_of_the_curve_library() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		for count in [0, 1, 2, 3, 9, 31, 32, 100, 400] {
			let (points, scalars) = terms(count, &mut rng);
			let expected = reference::sum(&points, &scalars);
			assert_eq!(msm(&points, &scalars), Some(expected), "{count} terms");
		}
	}

	/// What a missing subgroup check would let happen can be shown with either library.
	#[test]
	fn sums_are_right_outside_the_subgroup_too() {
		let mut rng = ChaCha20Rng::seed_from_u64(5);
		let mixed = reference::mixed();
		let points = [mixed, (reference::order_three() + mixed).into_affine()];
		for scalars in [[0, 1].map(|_| scalar::random(&mut rng)), [1u8, 5].map(Scalar::from)] {
			assert_eq!(msm(&points, &scalars), Some(reference::sum_by_bits(&points, &scalars)));
		}
	}

	#[test]
	fn products_are_those_of_the_curve_library() {
		let mut rng = ChaCha20Rng::seed_from_u64(2);
		let (_, scalars) = terms(64, &mut rng);
		for scalar in scalars {
			let point = Affine::<Plain>::generator();
			assert_eq!(mul(&point, &scalar), Some(point.into_group() * scalar));
			assert_eq!(mul(&Affine::<Plain>::identity(), &scalar), Some(Projective::zero()));
		}
	}

	#[test]
	fn affine_forms_are_those_of_the_curve_library() {
		let mut rng = ChaCha20Rng::seed_from_u64(3);
		let generator = Projective::<Plain>::generator();
		let mut points: Vec<_> =
			(0..20).map(|_| (generator * scalar::random(&mut rng)).double()).collect();
		points[3] = Projective::zero();
		points[19] = Projective::zero();
		assert_eq!(normalize(&points), Some(Projective::normalize_batch(&points)));
		assert_eq!(normalize::<Plain>(&[]), Some(Vec::new()));
		assert_eq!(normalize(&points[3..4]), Some(vec![Affine::<Plain>::identity()]));
		let affine: Vec<_> = points.iter().map(|point| point.into_affine()).collect();
		let in_blst: Vec<_> = affine.iter().filter_map(to_blst).collect();
		assert_eq!(sum(&in_blst), points.iter().sum::<Projective<Plain>>());
		assert_eq!(sum(&[in_blst[0]; 40]), points[0] * Scalar::from(40u8));
	}

	#[test]
	fn the_subgroup_check_is_that_of_the_curve_library() {
		let (three, mixed) = (reference::order_three(), reference::mixed());
		let generator = Affine::<Plain>::generator();
		for point in [three, generator, mixed, Affine::identity()] {
			assert_eq!(
				in_subgroup(&point),
				Plain::is_in_correct_subgroup_assuming_on_curve(&point)
			);
		}
		assert!(!in_subgroup(&mixed) && !in_subgroup(&three) && in_subgroup(&generator));
		assert!(group::mul(&generator, &scalar::random_short(&mut ChaCha20Rng::seed_from_u64(4)))
			.into_affine()
			.is_on_curve());
	}
}
