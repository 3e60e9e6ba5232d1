//! Ostraka, everything verified: the functions that the client, the offchain worker and the runtime call, natively.
//!
//! - client: a dealing, its own check included;
//! - chain (server 0): every dealing verified as far as the chain looks at one, and added to the aggregate; the sums checked to
//!   be in the group, once, and frozen; result shares checked, the result reconstructed;
//! - nodes (servers 1 to n): every dealing held against its digest, the commitments of all checked in one batch to be in the
//!   group, the own shares opened and checked in one batch, added up, committed to.

use crate::scheme::{Clock, Outcome, Scheme};
use anyhow::{bail, ensure, Result};
use ostraka_crypto::{
	messages::DealingBytes,
	proofs::verify_signature,
	seal::SealSecret,
	vss::{Commitments, SecretShare},
	Hash, Identity, Scalar,
};
use ostraka_protocol::{
	adjudicator::{self, Aggregate},
	dealer, worker, TaskContext, Version, G1,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

/// Nodes of the committee.
pub const N: u8 = 5;
/// Its threshold.
pub const T: u8 = 2;

/// A task and its committee.
pub struct Ostraka {
	/// What everybody knows.
	pub ctx: TaskContext,
	/// The nodes' seal secrets.
	pub secrets: Vec<SealSecret>,
	/// The source of all randomness.
	pub rng: ChaCha20Rng,
}

/// A dealing and who dealt it.
pub struct Upload {
	/// The dealer's account.
	pub dealer: Identity,
	/// What it sends.
	pub dealing: DealingBytes,
}

/// The account of a user.
pub fn account(user: usize) -> Identity {
	let mut account = [0; 32];
	account[..8].copy_from_slice(&(user as u64).to_le_bytes());
	account
}

/// A small non-negative number of the field.
pub fn to_u64(value: &Scalar) -> Result<u64> {
	let [low, rest @ ..] = ark_ff::PrimeField::into_bigint(*value).0;
	ensure!(rest == [0; 3], "a sum beyond 64 bits");
	Ok(low)
}

impl Ostraka {
	/// A task over vectors of `length` values.
	pub fn new(length: usize) -> Result<Self> {
		let mut rng = ChaCha20Rng::from_rng(rand_core::OsRng)?;
		let secrets: Vec<_> = (0..N).map(|_| SealSecret::random(&mut rng)).collect();
		let seal_keys = secrets.iter().map(SealSecret::public).collect();
		let length = u16::try_from(length)?;
		let version = Version::CURRENT;
		let ctx = TaskContext { version, task_hash: [7; 32], threshold: T, length, seal_keys };
		Ok(Self { ctx, secrets, rng })
	}

	/// What the chain does with the dealings: digests and the aggregate.
	pub fn accept(&self, uploads: &[Upload]) -> Result<(Vec<Hash>, Aggregate)> {
		let mut aggregate = Aggregate::zero(T);
		let mut digests = Vec::with_capacity(uploads.len());
		for Upload { dealer, dealing } in uploads {
			let accepted =
				adjudicator::verify_dealing(&self.ctx, dealer, dealing, verify_signature)?;
			aggregate.add(&accepted.commitments)?;
			digests.push(*accepted.digest.hash());
		}
		Ok((digests, aggregate))
	}

	/// What node `j` does with them: its result share.
	pub fn node(&mut self, j: u8, uploads: &[Upload], digests: &[Hash]) -> Result<SecretShare> {
		let secret = &self.secrets[usize::from(j) - 1];
		for (Upload { dealer, dealing }, digest) in uploads.iter().zip(digests) {
			ensure!(dealing.digest(&self.ctx.task_hash, dealer) == *digest, "another dealing");
		}
		let dealings: Vec<_> = uploads.iter().map(|upload| &upload.dealing).collect();
		let checked = worker::commitments::<G1, _>(&self.ctx, &dealings, &mut self.rng);
		let mut items = Vec::with_capacity(uploads.len());
		for (Upload { dealer, dealing }, commitments) in uploads.iter().zip(checked) {
			let opened = commitments.and_then(|commitments| {
				Ok((commitments, worker::open(&self.ctx, secret, j, dealer, dealing)?))
			});
			match opened {
				Ok(opened) => items.push(opened),
				Err(fault) => bail!("node {j} gets no share of a dealing: {fault:?}"),
			}
		}
		let borrowed: Vec<_> =
			items.iter().map(|(commitments, share)| (commitments, share)).collect();
		let wrong = worker::check(&self.ctx, j, &borrowed, &mut self.rng);
		ensure!(wrong.is_empty(), "node {j} holds wrong shares of the dealings {wrong:?}");
		let shares: Vec<_> = items.into_iter().map(|(_, share)| share).collect();
		Ok(worker::aggregate(&shares)?)
	}

	/// What the chain does with the result shares, by the sums that it has checked.
	pub fn settle(sums: &Commitments<G1>, shares: &[(u8, SecretShare)]) -> Result<Vec<Scalar>> {
		let mut right: Vec<(u8, SecretShare)> = Vec::new();
		for (j, share) in shares {
			let ok = if right.len() <= usize::from(T) {
				adjudicator::check_result_share(sums, *j, share)
			} else {
				adjudicator::lies_on(&right, *j, share)?
			};
			if ok && right.len() <= usize::from(T) {
				right.push((*j, share.clone()));
			}
			ensure!(ok, "node {j}'s result share is wrong");
		}
		ensure!(right.len() > usize::from(T), "too few result shares");
		Ok(adjudicator::reconstruct(&right)?.0)
	}
}

impl Scheme for Ostraka {
	type Upload = Upload;

	fn upload(&mut self, user: usize, input: &[u64]) -> Result<Upload> {
		let dealer = account(user);
		let input: Vec<_> = input.iter().map(|value| Scalar::from(*value)).collect();
		let dealing = dealer::deal::<G1, _>(&self.ctx, &dealer, &input, &mut self.rng)?;
		Ok(Upload { dealer, dealing })
	}

	fn bytes(&self, upload: &Upload) -> usize {
		let DealingBytes { commitments, ephemeral, proof, sealed } = &upload.dealing;
		let sealed: usize = sealed.iter().map(Vec::len).sum();
		96 * commitments.len() + ephemeral.len() + proof.len() + sealed
	}

	fn aggregate(&mut self, uploads: &[Upload]) -> Result<Outcome> {
		let mut clock = Clock::default();
		let (digests, aggregate) = clock.time(0, || self.accept(uploads))?;
		let (h_a, sums) = clock.time(0, || {
			let points = aggregate.to_bytes();
			let h_a = adjudicator::accepted_set_hash(&self.ctx.task_hash, &digests, &points);
			Ok::<_, anyhow::Error>((h_a, aggregate.checked::<G1>()?))
		})?;
		let mut shares = Vec::new();
		for j in 1..=N {
			let share = clock.time(usize::from(j), || {
				let share = self.node(j, uploads, &digests)?;
				adjudicator::result_commitment(&h_a, j, &[j; 32], &share);
				Ok::<_, anyhow::Error>(share)
			})?;
			shares.push((j, share));
		}
		let sum = clock.time(0, || Self::settle(&sums, &shares))?;
		let sum = sum.iter().map(to_u64).collect::<Result<_>>()?;
		Ok(Outcome { sum, server: clock.total(), node: clock.busiest(1) })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::scheme::plain_sum;

	#[test]
	fn the_sum_comes_out_and_a_changed_dealing_is_noticed() {
		let inputs = [vec![1, 2, 3], vec![40_000, 0, 9], vec![5, 5, 5]];
		let mut scheme = Ostraka::new(3).unwrap();
		let mut uploads: Vec<_> =
			(0..3).map(|user| scheme.upload(user, &inputs[user]).unwrap()).collect();
		assert_eq!(scheme.bytes(&uploads[0]), 3 * 96 + 32 + 64 + 5 * (32 * 4 + 16));
		assert_eq!(scheme.aggregate(&uploads).unwrap().sum, plain_sum(&inputs));
		uploads[1].dealing.sealed[4][7] ^= 1;
		assert!(scheme.aggregate(&uploads).is_err());
	}
}
