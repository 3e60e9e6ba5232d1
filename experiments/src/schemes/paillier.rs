//! Paillier's cryptosystem in its usual deployment: users encrypt to the key holder, an aggregator multiplies the
//! ciphertexts, the key holder decrypts the product. One value a ciphertext, or as many as fit.
//!
//! By `fast-paillier` over GMP. The primes are not safe primes: what encryption and decryption cost does not depend on it, and a
//! key takes a second instead of minutes.

use crate::{
	data,
	scheme::{Clock, Outcome, Scheme},
};
use anyhow::{anyhow, ensure, Result};
use fast_paillier::{backend::Integer, Ciphertext, DecryptionKey, EncryptionKey};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

/// Users whose sum must fit in a slot of a packed plaintext.
const MOST_USERS: u32 = 300;

/// Aggregator and key holder.
pub struct Paillier {
	length: usize,
	/// Bits of a slot, and slots of a plaintext.
	slot: (u32, usize),
	/// Bits of the modulus.
	bits: u32,
	secret: DecryptionKey,
	public: EncryptionKey,
	rng: ChaCha20Rng,
}

impl Paillier {
	/// Vectors of `length` values under a modulus of `bits` bits.
	pub fn new(length: usize, bits: u32, packed: bool) -> Result<Self> {
		let mut rng = ChaCha20Rng::from_rng(rand_core::OsRng)?;
		let secret = loop {
			let [p, q] = [(); 2].map(|()| Integer::generate_prime(&mut rng, bits / 2));
			let modulus = (&p * &q).significant_bits();
			match DecryptionKey::from_primes(p, q) {
				Ok(key) if modulus == u64::from(bits) => break key,
				_ => continue,
			}
		};
		let public = secret.encryption_key().clone();
		let width = data::BITS + (MOST_USERS - 1).ilog2() + 1;
		// Plaintexts are below half of the modulus.
		let slots = if packed { ((bits - 2) / width) as usize } else { 1 };
		Ok(Self { length, slot: (width, slots), bits, secret, public, rng })
	}
}

/// A number as the crate holds it.
pub fn number(value: u64) -> Integer {
	Integer::from_bytes_msf(&value.to_be_bytes())
}

fn failed(error: fast_paillier::Error) -> anyhow::Error {
	anyhow!("{error:?}")
}

impl Scheme for Paillier {
	type Upload = Vec<Ciphertext>;

	fn upload(&mut self, _user: usize, input: &[u64]) -> Result<Self::Upload> {
		let (width, slots) = self.slot;
		let mut encrypt = |values: &[u64]| {
			let plain = values
				.iter()
				.rev()
				.fold(Integer::zero(), |packed, value| (packed << width) + number(*value));
			self.public.encrypt_with_random(&mut self.rng, &plain).map_err(failed)
		};
		input.chunks(slots).map(|values| Ok(encrypt(values)?.0)).collect()
	}

	fn bytes(&self, upload: &Self::Upload) -> usize {
		upload.len() * (2 * self.bits as usize).div_ceil(8)
	}

	fn aggregate(&mut self, uploads: &[Self::Upload]) -> Result<Outcome> {
		let mut clock = Clock::default();
		let (width, slots) = self.slot;
		ensure!(slots == 1 || uploads.len() <= MOST_USERS as usize, "a slot may overflow");
		let sums = clock.time(0, || {
			let (first, others) = uploads.split_first().ok_or_else(|| anyhow!("no uploads"))?;
			let mut sums = first.clone();
			for upload in others {
				for (sum, ciphertext) in sums.iter_mut().zip(upload) {
					*sum = self.public.oadd(sum, ciphertext).map_err(failed)?;
				}
			}
			Ok::<_, anyhow::Error>(sums)
		})?;
		let sum = clock.time(1, || {
			let mut values = Vec::with_capacity(self.length);
			for sum in &sums {
				let plain = self.secret.decrypt(sum).map_err(failed)?;
				ensure!(plain.cmp0().is_ge(), "a negative sum");
				let digits = Digits::of(&plain);
				let here = slots.min(self.length - values.len());
				let limit = if slots == 1 { 64 } else { width };
				for place in 0..here {
					values.push(digits.bits(place * width as usize, limit as usize)?);
				}
				ensure!(slots > 1 || digits.0.len() <= 8, "a sum beyond 64 bits");
			}
			Ok(values)
		})?;
		Ok(Outcome { sum, server: clock.total(), node: clock.busiest(0) })
	}
}

/// A number's bytes, least significant first.
struct Digits(Vec<u8>);

impl Digits {
	fn of(number: &Integer) -> Self {
		Self(number.to_bytes_lsf())
	}

	/// `count` bits from bit `from` on.
	fn bits(&self, from: usize, count: usize) -> Result<u64> {
		ensure!(count <= 64, "a slot beyond 64 bits");
		let bit = |place: usize| self.0.get(place / 8).map_or(0, |byte| byte >> (place % 8) & 1);
		Ok((0..count).rev().fold(0, |value, place| value << 1 | u64::from(bit(from + place))))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::scheme::plain_sum;

	#[test]
	fn the_sum_comes_out_packed_or_not() {
		let inputs: Vec<_> = (0..4u64).map(|user| vec![user, 40_000, 65_535 - user]).collect();
		for packed in [false, true] {
			let mut scheme = Paillier::new(3, 512, packed).unwrap();
			let mut uploads: Vec<_> =
				inputs.iter().map(|input| scheme.upload(0, input).unwrap()).collect();
			assert_eq!(scheme.bytes(&uploads[0]), if packed { 128 } else { 3 * 128 });
			assert_eq!(scheme.aggregate(&uploads).unwrap().sum, plain_sum(&inputs));
			// another ciphertext in its place is not noticed, and spoils the sum
			uploads[1] = uploads[0].clone();
			assert_ne!(scheme.aggregate(&uploads).unwrap().sum, plain_sum(&inputs));
		}
	}
}
