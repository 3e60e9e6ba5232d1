//! A committee and a chain, for attacks that are played by hand.

use super::{
	chain::{Chain, Refusal},
	cheats,
	node::{committee, context, Node},
	scenario::{dealer_id, DealerRole},
};
use ostraka_crypto::{
	messages::DealingBytes, scalar, seal::SealSecret, vss::SecretShare, Affine, Plain, Scalar,
};
use ostraka_protocol::{adjudicator::Verdict, dealer};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::collections::BTreeSet;

/// A committee before a chain that collects dealings.
pub struct Table {
	pub nodes: Vec<Node>,
	pub chain: Chain,
	pub rng: ChaCha20Rng,
}

pub fn table(threshold: u8, n: u8, length: usize, least_dealers: usize, seed: u64) -> Table {
	let mut rng = ChaCha20Rng::seed_from_u64(seed);
	let nodes = committee(n, &mut rng);
	let chain = chain(&nodes, threshold, length, least_dealers);
	Table { nodes, chain, rng }
}

pub fn chain(nodes: &[Node], threshold: u8, length: usize, least_dealers: usize) -> Chain {
	let workers = nodes.iter().map(|node| node.worker).collect();
	let ctx = context(1, threshold, length, nodes);
	Chain::new(ctx, workers, (0..8).map(dealer_id), least_dealers)
}

impl Table {
	pub fn vector(&mut self) -> Vec<Scalar> {
		(0..self.chain.ctx.length()).map(|_| scalar::random(&mut self.rng)).collect()
	}

	pub fn make(&mut self, place: usize, input: &[Scalar]) -> DealingBytes {
		let ctx = &self.chain.ctx;
		dealer::deal::<Plain, _>(ctx, &dealer_id(place), input, &mut self.rng).unwrap()
	}

	pub fn deal(&mut self, place: usize, input: &[Scalar]) {
		let dealing = self.make(place, input);
		self.include(place, &dealing);
	}

	pub fn include(&mut self, place: usize, dealing: &DealingBytes) {
		let task_hash = self.chain.ctx.task_hash;
		assert_eq!(self.chain.deal(&dealer_id(place), &task_hash, dealing), Ok(()));
	}

	pub fn cheat(&mut self, place: usize, role: DealerRole, victims: &[u8]) {
		let input = self.vector();
		let victims: BTreeSet<u8> = victims.iter().copied().collect();
		let rho = SealSecret::random(&mut self.rng);
		let (ctx, id) = (&self.chain.ctx, dealer_id(place));
		let dealing = cheats::deal(ctx, &id, &input, (role, &victims), &rho, &mut self.rng);
		self.include(place, &dealing);
	}

	/// A dealing of right shares whose commitments are moved out of the group. Returns its input.
	pub fn shift(&mut self, place: usize, by: &[(usize, Affine<Plain>)]) -> Vec<Scalar> {
		let input = self.vector();
		let (ctx, id) = (&self.chain.ctx, dealer_id(place));
		let dealing = cheats::shifted(ctx, &id, &input, by, &mut self.rng);
		self.include(place, &dealing);
		input
	}

	pub fn examine(&mut self) {
		self.chain.end_collecting();
		for node in &mut self.nodes {
			node.examine(&self.chain, &mut self.rng);
		}
	}

	/// Verification without accusations; all nodes' result shares.
	pub fn shares(&mut self) -> Vec<(u8, SecretShare)> {
		self.examine();
		self.chain.freeze();
		let own = |node: &Node| (node.j, node.result_share(&self.chain).unwrap());
		self.nodes.iter().map(own).collect()
	}

	pub fn commit(&mut self, j: u8, share: &SecretShare) {
		let h_a = self.chain.h_a.unwrap();
		let commitment = self.nodes[usize::from(j) - 1].commitment(&h_a, share);
		assert_eq!(self.chain.commit(j, &h_a, commitment), Ok(()));
	}

	pub fn reveal(&mut self, j: u8, share: &SecretShare) -> Result<bool, Refusal> {
		let h_a = self.chain.h_a.unwrap();
		self.chain.reveal(j, &h_a, &share.to_bytes())
	}

	/// Node `j`'s rightful accusation.
	pub fn accuse(&mut self, j: u8, place: usize) -> Result<Verdict, Refusal> {
		let (node, id) = (&self.nodes[usize::from(j) - 1], dealer_id(place));
		let evidence = node.accusation(&self.chain, &id, &mut self.rng).unwrap();
		let digest = self.chain.records[&id].digest;
		self.chain.accuse(j, &id, &digest, &evidence)
	}
}
