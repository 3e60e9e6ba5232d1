//! The part of Ostraka that the paper times: Shamir shares, sealed under keys that every user and node hold already, summed
//! and reconstructed. No commitments and no checks: a wrong share spoils the sum, and nobody sees whose it was.

use super::ostraka::{to_u64, N, T};
use crate::scheme::{Clock, Outcome, Scheme};
use anyhow::{anyhow, Context, Result};
use chacha20poly1305::{aead::Aead, ChaCha20Poly1305, Key, KeyInit, Nonce};
use ostraka_crypto::{
	encoding::{decode_scalar, encode_scalar},
	polynomial, scalar, Scalar,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use rand_core::RngCore;

/// Users and nodes with their keys.
pub struct SharingOnly {
	length: usize,
	keys: Vec<[Key; N as usize]>,
	rng: ChaCha20Rng,
}

/// The values at `j` of the polynomials whose `k`-th coefficients are in `rows[k]`.
pub fn evaluate(rows: &[Vec<Scalar>], j: u8) -> Vec<Scalar> {
	let x = Scalar::from(j);
	let Some((highest, others)) = rows.split_last() else { return Vec::new() };
	let mut values = highest.clone();
	for row in others.iter().rev() {
		values
			.iter_mut()
			.zip(row)
			.for_each(|(value, coefficient)| *value = *value * x + coefficient);
	}
	values
}

impl SharingOnly {
	/// Vectors of `length` values.
	pub fn new(length: usize) -> Result<Self> {
		Ok(Self { length, keys: Vec::new(), rng: ChaCha20Rng::from_rng(rand_core::OsRng)? })
	}

	/// The sum of node `j`'s shares.
	fn node(&self, j: usize, uploads: &[(usize, Vec<Vec<u8>>)]) -> Result<Vec<Scalar>> {
		let mut sum = vec![Scalar::from(0u8); self.length];
		for (user, sealed) in uploads {
			let cipher = ChaCha20Poly1305::new(&self.keys[*user][j]);
			let plain = cipher
				.decrypt(&Nonce::default(), sealed[j].as_slice())
				.map_err(|_| anyhow!("user {user}'s share does not open"))?;
			for (sum, bytes) in sum.iter_mut().zip(plain.chunks_exact(32)) {
				*sum += decode_scalar(bytes.try_into()?)?;
			}
		}
		Ok(sum)
	}
}

impl Scheme for SharingOnly {
	type Upload = (usize, Vec<Vec<u8>>);

	fn prepare(&mut self, users: usize) -> Result<()> {
		let mut key = || {
			let mut key = Key::default();
			self.rng.fill_bytes(&mut key);
			key
		};
		self.keys = (0..users).map(|_| std::array::from_fn(|_| key())).collect();
		Ok(())
	}

	fn upload(&mut self, user: usize, input: &[u64]) -> Result<Self::Upload> {
		let mut rows = vec![input.iter().map(|value| Scalar::from(*value)).collect::<Vec<_>>()];
		for _ in 0..T {
			rows.push(input.iter().map(|_| scalar::random(&mut self.rng)).collect());
		}
		let keys = self.keys.get(user).context("a user without keys")?;
		let seal = |(j, key): (u8, &Key)| {
			let plain: Vec<u8> = evaluate(&rows, j).iter().flat_map(encode_scalar).collect();
			let cipher = ChaCha20Poly1305::new(key);
			// one message a key, so the nonce may be constant
			cipher.encrypt(&Nonce::default(), plain.as_slice()).map_err(|_| anyhow!("too long"))
		};
		Ok((user, (1..).zip(keys).map(seal).collect::<Result<_>>()?))
	}

	fn bytes(&self, (_, sealed): &Self::Upload) -> usize {
		sealed.iter().map(Vec::len).sum()
	}

	fn aggregate(&mut self, uploads: &[Self::Upload]) -> Result<Outcome> {
		let mut clock = Clock::default();
		let sums = (0..usize::from(N))
			.map(|j| clock.time(j + 1, || self.node(j, uploads)))
			.collect::<Result<Vec<_>>>()?;
		let sum = clock.time(0, || {
			let indices: Vec<u8> = (1..=T + 1).collect();
			let weights = polynomial::lagrange(&indices, 0)?;
			let value = |place: usize| {
				let terms = sums.iter().zip(&weights).map(|(sum, weight)| sum[place] * weight);
				to_u64(&terms.sum())
			};
			(0..self.length).map(value).collect::<Result<_>>()
		})?;
		Ok(Outcome { sum, server: clock.total(), node: clock.busiest(1) })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::scheme::plain_sum;

	#[test]
	fn the_sum_comes_out_and_a_changed_byte_is_noticed() {
		let inputs = [vec![1, 2, 3], vec![40_000, 0, 9], vec![5, 5, 5]];
		let mut scheme = SharingOnly::new(3).unwrap();
		scheme.prepare(3).unwrap();
		let mut uploads: Vec<_> =
			(0..3).map(|user| scheme.upload(user, &inputs[user]).unwrap()).collect();
		assert_eq!(scheme.bytes(&uploads[0]), 5 * (3 * 32 + 16));
		assert_eq!(scheme.aggregate(&uploads).unwrap().sum, plain_sum(&inputs));
		uploads[2].1[1][0] ^= 1;
		assert!(scheme.aggregate(&uploads).is_err());
	}
}
