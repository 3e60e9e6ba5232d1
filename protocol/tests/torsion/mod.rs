//! Points of the curve of small order: on the curve, outside the subgroup of prime order. A point of the subgroup with one of
//! these added is outside as well, and no sum of such tells where it lies before somebody asks.

use ostraka_crypto::{
	encoding::{decode_stored_point, encode_point},
	group, Affine, Plain, PointBytes, Projective,
};

/// The cofactor: what the curve's order is of the subgroup's.
const COFACTOR: u128 = 0x396c_8c00_5555_e156_8c00_aaab_0000_aaab;
/// The subgroup's order, limbs rising.
const SUBGROUP: [u64; 4] =
	[0xffff_ffff_0000_0001, 0x53bd_a402_fffe_5bfe, 0x3339_d808_09a1_d805, 0x73ed_a753_299d_7d48];
/// The primes that divide the cofactor: three once, the others twice.
pub const ORDERS: [u32; 5] = [3, 11, 10_177, 859_267, 52_437_899];

/// A point of this order, one of [`ORDERS`]. By additions alone: the curve library's multiplications are right in the subgroup
/// only.
pub fn of_order(order: u32) -> Affine<Plain> {
	let order = u128::from(order);
	let power = if order == 3 { order } else { order * order };
	let on_curve =
		(1u8..).filter_map(|x| Affine::<Plain>::get_point_from_x_unchecked(x.into(), false));
	for point in on_curve {
		let mut point = times(&times(&point.into(), &SUBGROUP), &limbs(COFACTOR / power));
		if point == Projective::default() {
			continue;
		}
		while times(&point, &limbs(order)) != Projective::default() {
			point = times(&point, &limbs(order));
		}
		return group::affine(&point);
	}
	unreachable!("every other number is the x of a point")
}

/// The same point with another one added.
pub fn shift(bytes: &mut PointBytes, by: &Affine<Plain>) {
	let point = decode_stored_point::<Plain>(bytes).expect("on the curve");
	*bytes = encode_point(&group::affine(&(Projective::from(point) + by)));
}

fn limbs(number: u128) -> [u64; 2] {
	[number as u64, (number >> 64) as u64]
}

fn times(point: &Projective<Plain>, limbs: &[u64]) -> Projective<Plain> {
	let bits = limbs.iter().rev().flat_map(|limb| (0..64).rev().map(move |bit| limb >> bit & 1));
	bits.fold(Projective::default(), |sum, bit| {
		let twice = sum + sum;
		if bit == 1 {
			twice + point
		} else {
			twice
		}
	})
}
