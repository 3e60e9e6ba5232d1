//! Ostraka, everything verified: the functions that the client, the offchain worker and the runtime call, natively.
//!
//! - client: a dealing, the proof that every value is in range and its own check of shares and proofs included;
//! - chain (server 0): every dealing verified as far as the chain looks at one, and added to the aggregate; the sums checked to
//!   be in the group, once, and frozen; result shares checked, the result reconstructed;
//! - nodes (servers 1 to n): every dealing held against its digest, the commitments of all checked in one batch to be in the
//!   group, the own shares opened and checked in one batch, all proofs checked in one batch; the shares added up, committed to.

use crate::{
	data,
	scheme::{Clock, Outcome, Scheme},
};
use anyhow::{bail, ensure, Result};
use ostraka_crypto::{
	messages::DealingBytes,
	proofs::{verify_rho, verify_signature},
	seal::{self, Key, PublicKey, SealSecret},
	validity::{Conditions, Form, Relation},
	vss::{self, Commitments, SecretShare},
	Error, Hash, Identity, Scalar,
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
	/// What is proven of every vector.
	pub relation: Relation,
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

/// That every one of `length` values has at most so many bits: what the proofs of [`Prio3`](super::prio3::Prio3) say too.
pub fn ranges(length: usize, bits: u32) -> Result<Relation> {
	let mut conditions = Conditions::new(length)?;
	for place in 0..u16::try_from(length)? {
		conditions.range(Form::default().entry(place, 1), bits)?;
	}
	Ok(conditions.finish())
}

/// A dealing as [`dealer::deal`] makes it, its own check included, but for the proof that its input is valid: there is none. The
/// chain takes no such dealing; it is what dealings were before there were proofs.
pub fn without_proof(
	ctx: &TaskContext,
	dealer: &Identity,
	input: &[Scalar],
	rng: &mut ChaCha20Rng,
) -> Result<DealingBytes, Error> {
	let n = ctx.n()?;
	let nodes = ctx.seal_keys.iter().map(PublicKey::from_bytes).collect::<Result<Vec<_>, _>>()?;
	let (shared, shares) = vss::share::<G1, _>(input, ctx.threshold, n, rng)?;
	let rho = SealSecret::random(rng);
	let (commitments, ephemeral) = (shared.to_bytes(), rho.public());
	let mut sealed = Vec::with_capacity(nodes.len());
	let mut opened = Vec::with_capacity(nodes.len());
	for (j, (node, share)) in (1..=n).zip(nodes.iter().zip(&shares)) {
		let context = seal::Context {
			task_hash: &ctx.task_hash,
			dealer,
			j,
			seal_key: node.bytes(),
			ephemeral: &ephemeral,
			commitments: &commitments,
		};
		let key = Key::derive(&rho.dh(node), &context);
		let ciphertext = key.seal(share)?;
		opened.push(key.open(&ciphertext, input.len())?);
		sealed.push(ciphertext);
	}
	if !vss::check_dealing(&shared, &opened, rng) {
		return Err(Error::ShareMismatch);
	}
	let validity = Vec::new();
	let mut dealing = DealingBytes { commitments, ephemeral, proof: [0; 64], sealed, validity };
	dealer::prove(ctx, dealer, &mut dealing, &rho, rng);
	let digest = dealing.digest(&ctx.task_hash, dealer);
	verify_rho(&digest, &dealing.ephemeral, &dealing.proof, verify_signature)?;
	Ok(dealing)
}

impl Ostraka {
	/// A task over vectors of `length` values of a loan's size.
	pub fn new(length: usize) -> Result<Self> {
		Self::of(ranges(length, data::BITS)?)
	}

	/// A task over vectors that satisfy a relation.
	pub fn of(relation: Relation) -> Result<Self> {
		let mut rng = ChaCha20Rng::from_rng(rand_core::OsRng)?;
		let secrets: Vec<_> = (0..N).map(|_| SealSecret::random(&mut rng)).collect();
		let seal_keys = secrets.iter().map(SealSecret::public).collect();
		let length = u16::try_from(relation.length())?;
		let proof_length = u32::try_from(relation.layout().proof_length())?;
		let ctx = TaskContext {
			version: Version::CURRENT,
			task_hash: [7; 32],
			threshold: T,
			length,
			proof_length,
			seal_keys,
			recipient: None,
		};
		Ok(Self { ctx, relation, secrets, rng })
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
		let shares = self.shares(j, uploads, digests)?;
		let proven: Vec<_> =
			uploads.iter().map(|upload| (&upload.dealer, &upload.dealing)).collect();
		let invalid = worker::invalid::<G1, _>(&self.ctx, &self.relation, &proven, &mut self.rng);
		ensure!(invalid.is_empty(), "the dealings {invalid:?} do not prove their input valid");
		Ok(worker::aggregate(&shares)?)
	}

	/// Node `j`'s shares, opened and checked, whatever is proven of the inputs.
	pub fn shares(
		&mut self,
		j: u8,
		uploads: &[Upload],
		digests: &[Hash],
	) -> Result<Vec<SecretShare>> {
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
		Ok(items.into_iter().map(|(_, share)| share).collect())
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
		let Self { ctx, relation, rng, .. } = self;
		let dealing = dealer::deal::<G1, _>(ctx, relation, &dealer, &input, rng)?;
		Ok(Upload { dealer, dealing })
	}

	fn bytes(&self, upload: &Upload) -> usize {
		let DealingBytes { commitments, ephemeral, proof, sealed, validity } = &upload.dealing;
		let sealed: usize = sealed.iter().map(Vec::len).sum();
		96 * commitments.len() + ephemeral.len() + proof.len() + sealed + validity.len()
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
		let proof = scheme.relation.layout().proof_length();
		assert_eq!(scheme.bytes(&uploads[0]), 3 * 96 + 32 + 64 + 5 * (32 * 4 + 16) + proof);
		assert_eq!(scheme.aggregate(&uploads).unwrap().sum, plain_sum(&inputs));
		uploads[1].dealing.sealed[4][7] ^= 1;
		assert!(scheme.aggregate(&uploads).is_err());
	}

	/// Its shares are those of a dealing: what is missing is the proof alone.
	#[test]
	fn a_dealing_without_a_proof_has_all_else() {
		let mut scheme = Ostraka::new(2).unwrap();
		let (dealer, input) = (account(0), [3u64, 4].map(Scalar::from));
		let mut dealing = without_proof(&scheme.ctx, &dealer, &input, &mut scheme.rng).unwrap();
		assert!(dealing.validity.is_empty());
		let refused = adjudicator::verify_dealing(&scheme.ctx, &dealer, &dealing, verify_signature);
		assert!(matches!(refused, Err(Error::Length { what: "proof", .. })));
		dealing.validity = vec![0; scheme.ctx.proof_length as usize];
		let digest = dealing.digest(&scheme.ctx.task_hash, &dealer);
		let upload = Upload { dealer, dealing };
		assert!(scheme.shares(1, &[upload], &[digest]).is_ok());
	}

	/// As with `prio3`, whose client refuses it, and whose servers notice another's proof.
	#[test]
	fn a_value_out_of_range_is_not_proven_and_another_proof_is_noticed() {
		let mut scheme = Ostraka::new(2).unwrap();
		assert!(scheme.upload(0, &[1 << data::BITS, 0]).is_err());
		let mut uploads: Vec<_> =
			(0..2).map(|user| scheme.upload(user, &[65_535, 7]).unwrap()).collect();
		assert_eq!(scheme.aggregate(&uploads).unwrap().sum, [131_070, 14]);
		let other = scheme.upload(2, &[65_535, 7]).unwrap();
		uploads[1].dealing.validity = other.dealing.validity;
		let proven: Vec<_> =
			uploads.iter().map(|upload| (&upload.dealer, &upload.dealing)).collect();
		let Ostraka { ctx, relation, rng, .. } = &mut scheme;
		assert_eq!(worker::invalid::<G1, _>(ctx, relation, &proven, rng), [1]);
	}
}
