//! The part of Ostraka that the paper times (`docs/PAPER.md`): Shamir shares, sealed under keys that every user and node
//! hold already, summed and reconstructed. No commitments and no checks: a wrong share spoils the sum, and nobody sees whose it was.

use super::ostraka::{to_u64, N, T};
use crate::scheme::{Clock, Outcome, Scheme};
use anyhow::{anyhow, Context, Result};
use ostraka_crypto::{
	encoding::{decode_scalar, encode_scalar},
	polynomial, scalar, Scalar,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use rand_core::RngCore;
use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey, CHACHA20_POLY1305, NONCE_LEN};

/// Users and nodes with their keys.
pub struct SharingOnly {
	length: usize,
	/// A row for each user, a key for each node.
	keys: Vec<Vec<LessSafeKey>>,
	rng: ChaCha20Rng,
}

/// The nonce of every message: there is one message a key.
fn nonce() -> Nonce {
	Nonce::assume_unique_for_key([0; NONCE_LEN])
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
			let mut sealed = sealed[j].clone();
			let plain = self.keys[*user][j]
				.open_in_place(nonce(), Aad::empty(), &mut sealed)
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
		let mut key = |_| {
			let mut key = [0; 32];
			self.rng.fill_bytes(&mut key);
			let key = UnboundKey::new(&CHACHA20_POLY1305, &key);
			key.map(LessSafeKey::new).map_err(|_| anyhow!("not a key"))
		};
		self.keys = (0..users).map(|_| (0..N).map(&mut key).collect()).collect::<Result<_>>()?;
		Ok(())
	}

	fn upload(&mut self, user: usize, input: &[u64]) -> Result<Self::Upload> {
		let mut rows = vec![input.iter().map(|value| Scalar::from(*value)).collect::<Vec<_>>()];
		for _ in 0..T {
			rows.push(input.iter().map(|_| scalar::random(&mut self.rng)).collect());
		}
		let keys = self.keys.get(user).context("a user without keys")?;
		let seal = |(j, key): (u8, &LessSafeKey)| {
			let size = 32 * input.len() + CHACHA20_POLY1305.tag_len();
			let mut sealed = Vec::with_capacity(size);
			sealed.extend(evaluate(&rows, j).iter().flat_map(encode_scalar));
			key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut sealed)
				.map_err(|_| anyhow!("too long"))?;
			Ok(sealed)
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
