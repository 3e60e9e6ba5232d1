//! Lifted ElGamal in its usual deployment: users encrypt `v G` to the key holder, an aggregator adds up the ciphertexts, the
//! key holder decrypts the sums to `V G` and searches for `V`.
//!
//! By `elastic-elgamal` over Ristretto. Its table of logarithms is a full one, so the search here is by baby steps and
//! giant steps; the table of baby steps is made before the clock starts.

use crate::scheme::{Clock, Outcome, Scheme};
use anyhow::{Context, Result};
use curve25519_dalek::{
	constants::RISTRETTO_BASEPOINT_TABLE, traits::Identity, RistrettoPoint, Scalar,
};
use elastic_elgamal::{group::Ristretto, Ciphertext, Keypair};
use std::collections::HashMap;

/// Baby steps.
const BABY_STEPS: u64 = 1 << 16;

/// Finds small logarithms to Ristretto's base point.
pub struct Logarithms {
	baby: HashMap<[u8; 32], u64>,
}

impl Logarithms {
	/// Makes the table.
	pub fn new() -> Self {
		let step = half_of(1);
		let next = |point: &RistrettoPoint| Some(point + step);
		let steps = std::iter::successors(Some(RistrettoPoint::identity()), next);
		let points: Vec<_> = steps.take(BABY_STEPS as usize).collect();
		let encoded = RistrettoPoint::double_and_compress_batch(&points);
		Self { baby: encoded.iter().map(|point| point.to_bytes()).zip(0..).collect() }
	}

	/// The logarithm, if it is at most `most`.
	pub fn find(&self, point: &RistrettoPoint, most: u64) -> Option<u64> {
		const STRIDE: u64 = 256;
		let giants = most / BABY_STEPS + 1;
		let giant = half_of(BABY_STEPS);
		let half = Scalar::from(2u8).invert();
		let mut at = point * half;
		for first in (0..giants).step_by(STRIDE as usize) {
			let points: Vec<_> = (first..giants.min(first + STRIDE))
				.map(|_| {
					let here = at;
					at -= giant;
					here
				})
				.collect();
			let encoded = RistrettoPoint::double_and_compress_batch(&points);
			for (place, point) in (first..).zip(encoded) {
				if let Some(baby) = self.baby.get(&point.to_bytes()) {
					return Some(place * BABY_STEPS + baby).filter(|found| *found <= most);
				}
			}
		}
		None
	}
}

/// `value / 2` times the base point: what compression in batches takes for `value` times it.
fn half_of(value: u64) -> RistrettoPoint {
	let half = Scalar::from(2u8).invert() * Scalar::from(value);
	&half * RISTRETTO_BASEPOINT_TABLE
}

/// Aggregator and key holder.
pub struct ElGamal {
	keys: Keypair<Ristretto>,
	logarithms: Logarithms,
	/// No user's value is larger.
	most: u64,
}

impl ElGamal {
	/// Values of at most `most`.
	pub fn new(most: u64) -> Self {
		Self { keys: Keypair::generate(&mut rand::rng()), logarithms: Logarithms::new(), most }
	}
}

/// Reads a ciphertext.
pub fn decode(bytes: &[u8]) -> Result<Ciphertext<Ristretto>> {
	let point = |half: &[u8]| {
		let compressed = curve25519_dalek::ristretto::CompressedRistretto::from_slice(half).ok()?;
		compressed.decompress()
	};
	let (random, blinded) = bytes.split_at_checked(32).context("a short ciphertext")?;
	let random = point(random).context("no point")?;
	Ok(Ciphertext::from_elements(random, point(blinded).context("no point")?))
}

impl Scheme for ElGamal {
	type Upload = Vec<Vec<u8>>;

	fn upload(&mut self, _user: usize, input: &[u64]) -> Result<Self::Upload> {
		let mut rng = rand::rng();
		let encrypt = |value: &u64| self.keys.public().encrypt(*value, &mut rng).to_bytes();
		Ok(input.iter().map(encrypt).collect())
	}

	fn bytes(&self, upload: &Self::Upload) -> usize {
		upload.iter().map(Vec::len).sum()
	}

	fn aggregate(&mut self, uploads: &[Self::Upload]) -> Result<Outcome> {
		let mut clock = Clock::default();
		let sums = clock.time(0, || {
			let length = uploads.first().map_or(0, Vec::len);
			let mut sums = vec![Ciphertext::<Ristretto>::zero(); length];
			for upload in uploads {
				for (sum, bytes) in sums.iter_mut().zip(upload) {
					*sum += decode(bytes)?;
				}
			}
			Ok::<_, anyhow::Error>(sums)
		})?;
		let most = self.most * uploads.len() as u64;
		let decrypt = |sum: &Ciphertext<Ristretto>| {
			let point = self.keys.secret().decrypt_to_element(*sum);
			self.logarithms.find(&point, most).context("no logarithm within the bound")
		};
		let sum = clock.time(1, || sums.iter().map(decrypt).collect::<Result<_>>())?;
		Ok(Outcome { sum, server: clock.total(), node: clock.busiest(0) })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::scheme::plain_sum;

	#[test]
	fn logarithms_are_found_up_to_the_bound() {
		let logarithms = Logarithms::new();
		for value in [0, 1, BABY_STEPS - 1, BABY_STEPS, 20_000_000] {
			let point = half_of(2 * value);
			assert_eq!(logarithms.find(&point, 20_000_000), Some(value));
			assert_eq!(logarithms.find(&point, value), Some(value));
		}
		assert_eq!(logarithms.find(&half_of(2 * 70_001), 70_000), None);
	}

	#[test]
	fn the_sum_comes_out_and_garbage_does_not_decode() {
		let inputs: Vec<_> = (0..4u64).map(|user| vec![user, 40_000, 65_535 - user]).collect();
		let mut scheme = ElGamal::new(65_535);
		let mut uploads: Vec<_> =
			inputs.iter().map(|input| scheme.upload(0, input).unwrap()).collect();
		assert_eq!(scheme.bytes(&uploads[0]), 3 * 64);
		assert_eq!(scheme.aggregate(&uploads).unwrap().sum, plain_sum(&inputs));
		uploads[2][0] = vec![0xff; 64];
		assert!(scheme.aggregate(&uploads).is_err());
	}
}
