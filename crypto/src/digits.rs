//! Signed digits of integers, of which multiplications by tables and buckets are made.

/// The digits of an integer, least first: the integer is `sum_w digit_w 2^(bits w)`, with each digit in
/// `-2^(bits - 1) + 1 ..= 2^(bits - 1)`. They are [`count`] many. `bits` is at most 14.
pub(crate) fn digits(limbs: &[u64], bits: usize) -> impl Iterator<Item = i16> + '_ {
	let mut carry = 0i16;
	(0..count(limbs.len(), bits)).map(move |place| {
		let (limb, bit) = (place * bits / 64, place * bits % 64);
		let low = limbs.get(limb).map_or(0, |limb| limb >> bit);
		let high = match limbs.get(limb + 1) {
			Some(next) if bit + bits > 64 => next << (64 - bit),
			_ => 0,
		};
		// the bits of the place and a carry
		let value = ((low | high) & ((1 << bits) - 1)) as i16 + carry;
		carry = i16::from(value > 1 << (bits - 1));
		value - (carry << bits)
	})
}

/// Digits of that many bits in an integer of so many limbs: its bits and the last carry.
pub(crate) const fn count(limbs: usize, bits: usize) -> usize {
	(64 * limbs + 1).div_ceil(bits)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::scalar::{self, Scalar};
	use ark_ff::{AdditiveGroup, PrimeField};
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	#[test]
	fn digits_make_up_the_integer() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let edges = [
			Scalar::ZERO,
			Scalar::from(32u8),
			Scalar::from(33u8),
			Scalar::from(u64::MAX),
			Scalar::from(u128::MAX),
			-Scalar::from(1u8),
		];
		for scalar in edges.into_iter().chain((0..100).map(|_| scalar::random(&mut rng))) {
			let limbs = scalar.into_bigint().0;
			for bits in 2..=14 {
				let digits: Vec<i16> = digits(&limbs, bits).collect();
				assert_eq!(digits.len(), count(4, bits));
				let half = 1i16 << (bits - 1);
				assert!(digits.iter().all(|digit| (1 - half..=half).contains(digit)));
				let base = Scalar::from(1u64 << bits);
				let sum = digits
					.iter()
					.rev()
					.fold(Scalar::ZERO, |sum, digit| sum * base + Scalar::from(*digit));
				assert_eq!(sum, scalar, "{bits} bits");
			}
		}
		let all = digits(&[u64::MAX, u64::MAX], 4)
			.fold((0i32, 1u32), |(sum, places), digit| (sum + i32::from(digit), places + 1));
		// -1 at the lowest place, 1 above the highest
		assert_eq!(all, (0, 34));
	}
}
