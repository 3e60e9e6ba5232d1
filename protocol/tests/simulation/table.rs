//! A committee and a chain, for attacks that are played by hand.

use super::{
	chain::{Chain, Party, Refusal},
	cheats,
	data::anything,
	node::{challenge_by, committee, context, panel, Node, Verifier},
	scenario::{dealer_id, DealerRole},
};
use ostraka_crypto::{
	messages::DealingBytes, scalar, seal::SealSecret, validity::Relation, vss::SecretShare, Affine,
	Identity, Plain, Scalar,
};
use ostraka_protocol::{
	adjudicator::{self, Verdict},
	dealer,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::collections::BTreeSet;

/// A committee and a panel before a chain that collects dealings.
pub struct Table {
	pub nodes: Vec<Node>,
	pub verifiers: Vec<Verifier>,
	pub chain: Chain,
	pub rng: ChaCha20Rng,
}

/// Of a task that takes any vector.
pub fn table(threshold: u8, n: u8, length: usize, least_dealers: usize, seed: u64) -> Table {
	table_of(anything(length), (threshold, n), least_dealers, seed)
}

/// Of a task with this relation.
pub fn table_of(
	relation: Relation,
	(threshold, n): (u8, u8),
	least_dealers: usize,
	seed: u64,
) -> Table {
	paneled(relation, (threshold, n, 0), least_dealers, seed)
}

/// Of a task with this relation, threshold, and so many members and verifiers.
pub fn paneled(
	relation: Relation,
	(threshold, n, v): (u8, u8, u8),
	least_dealers: usize,
	seed: u64,
) -> Table {
	let mut rng = ChaCha20Rng::seed_from_u64(seed);
	let (nodes, verifiers) = (committee(n, &mut rng), panel(n, v));
	let chain = chain_of((&nodes, &verifiers), relation, threshold, least_dealers);
	Table { nodes, verifiers, chain, rng }
}

pub fn chain(nodes: &[Node], threshold: u8, length: usize, least_dealers: usize) -> Chain {
	chain_of((nodes, &[]), anything(length), threshold, least_dealers)
}

fn chain_of(
	(nodes, verifiers): (&[Node], &[Verifier]),
	relation: Relation,
	threshold: u8,
	least_dealers: usize,
) -> Chain {
	let workers = nodes.iter().map(|node| node.worker).collect();
	let ctx = context(1, threshold, &relation, nodes, verifiers);
	let dealers = (0..40).map(dealer_id);
	Chain::new(ctx, relation, workers, verifiers.len(), dealers, least_dealers)
}

impl Table {
	pub fn vector(&mut self) -> Vec<Scalar> {
		(0..self.chain.ctx.length()).map(|_| scalar::random(&mut self.rng)).collect()
	}

	pub fn make(&mut self, place: usize, input: &[Scalar]) -> DealingBytes {
		let (ctx, relation) = (&self.chain.ctx, &self.chain.relation);
		dealer::deal::<Plain, _>(ctx, relation, &dealer_id(place), input, &mut self.rng).unwrap()
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
		let (ctx, relation, id) = (&self.chain.ctx, &self.chain.relation, dealer_id(place));
		let bad = (role, &victims);
		let dealing = cheats::deal(ctx, relation, &id, &input, bad, &rho, &mut self.rng);
		self.include(place, &dealing);
	}

	/// A dealing of right shares whose commitments are moved out of the group. Returns its input.
	pub fn shift(&mut self, place: usize, by: &[(usize, Affine<Plain>)]) -> Vec<Scalar> {
		let input = self.vector();
		let (ctx, relation, id) = (&self.chain.ctx, &self.chain.relation, dealer_id(place));
		let dealing = cheats::shifted(ctx, relation, &id, &input, by, &mut self.rng);
		self.include(place, &dealing);
		input
	}

	pub fn examine(&mut self) {
		self.chain.end_collecting();
		for node in &mut self.nodes {
			node.examine(&self.chain, &mut self.rng);
		}
		for verifier in &mut self.verifiers {
			verifier.examine(&self.chain, &mut self.rng);
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

	/// What is left of the task once the set is frozen: every node that has a result share answers.
	pub fn answer(&mut self) {
		let own = |node: &Node| Some((node.j, node.result_share(&self.chain)?));
		let shares: Vec<(u8, SecretShare)> = self.nodes.iter().filter_map(own).collect();
		shares.iter().for_each(|(j, share)| self.commit(*j, share));
		self.chain.end_committing();
		for (j, share) in &shares {
			assert_eq!(self.reveal(*j, share), Ok(true));
		}
		self.chain.settle();
	}

	/// The published sum, which opens its commitment.
	pub fn sum(&self) -> Vec<Scalar> {
		let result = self.chain.result.as_ref().expect("the task is completed");
		let (c0, sum, blinding) = (&result.commitment, &result.sum, &result.blinding);
		assert_eq!(adjudicator::verify_result::<Plain>(c0, sum, blinding), Ok(true));
		sum.clone()
	}

	/// Node `j`'s rightful accusation.
	pub fn accuse(&mut self, j: u8, place: usize) -> Result<Verdict, Refusal> {
		let (node, id) = (&self.nodes[usize::from(j) - 1], dealer_id(place));
		let evidence = node.accusation(&self.chain, &id, &mut self.rng).unwrap();
		let digest = self.chain.records[&id].digest;
		self.chain.accuse(j, &id, &digest, &evidence)
	}

	/// Node `j`'s rightful challenge.
	pub fn challenge(&mut self, j: u8, place: usize) -> Result<Verdict, Refusal> {
		self.nodes[usize::from(j) - 1].challenge(&mut self.chain, &dealer_id(place))
	}

	/// That of somebody without a seat.
	pub fn challenge_with_bond(&mut self, who: Identity, place: usize) -> Result<Verdict, Refusal> {
		challenge_by(Party::Bonded(who), &mut self.chain, &dealer_id(place))
	}
}
