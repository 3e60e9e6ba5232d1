//! An honest compute node, and committees of such: what the offchain worker does, with the protocol's own functions.

use super::chain::{Chain, Standing};
use ostraka_crypto::{
	encoding::encode_point, messages::EvidenceBytes, seal::SealSecret, vss::SecretShare, Error,
	Hash, Identity, Plain,
};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Verdict},
	task_hash,
	worker::{self, Fault},
	Member, TaskContext, TaskHashInput, Version,
};
use rand_chacha::ChaCha20Rng;
use std::collections::{BTreeMap, BTreeSet};

/// A compute node with what it knows.
pub struct Node {
	pub j: u8,
	pub secret: SealSecret,
	pub worker: Identity,
	/// Its shares of the dealings that it has examined, as far as they open.
	shares: BTreeMap<Identity, Option<SecretShare>>,
	/// Dealers whose shares are bad.
	pub bad: BTreeSet<Identity>,
	/// The one accepted set that a dealing may enter. A lock of the worker's, not of the chain's.
	pub locks: BTreeMap<Hash, Hash>,
}

impl Node {
	/// Opens and checks its shares of all accepted dealings that it has not seen yet.
	pub fn examine(&mut self, chain: &Chain, rng: &mut ChaCha20Rng) {
		let mut opened = Vec::new();
		for (id, record) in &chain.records {
			if self.shares.contains_key(id) {
				continue;
			}
			// Before the secret is touched: it is the dealing that the state names.
			assert_eq!(record.body.digest(&chain.ctx.task_hash, id), record.digest);
			match worker::open::<Plain>(&chain.ctx, &self.secret, self.j, id, &record.body) {
				Ok(share) => opened.push((*id, &record.commitments, share)),
				Err(Fault::Dealer(_)) => {
					self.bad.insert(*id);
					self.shares.insert(*id, None);
				},
				Err(Fault::NotOurs(error)) => panic!("an accepted dealing is ours: {error}"),
			}
		}
		let items: Vec<_> = opened.iter().map(|(_, points, share)| (*points, share)).collect();
		let wrong = worker::check(&chain.ctx, self.j, &items, rng);
		self.bad.extend(wrong.iter().map(|place| opened[*place].0));
		self.shares.extend(opened.into_iter().map(|(id, _, share)| (id, Some(share))));
	}

	/// Its result share, if it holds right shares of all dealings that count.
	pub fn result_share(&self, chain: &Chain) -> Option<SecretShare> {
		let shares: Option<Vec<SecretShare>> = chain
			.accepted()
			.map(|(id, _)| if self.bad.contains(id) { None } else { self.shares.get(id)?.clone() })
			.collect();
		Some(worker::aggregate(&shares?).unwrap())
	}

	/// Enters all accepted dealings into an accepted set, unless one has entered another.
	pub fn lock(&mut self, chain: &Chain) -> bool {
		let h_a = chain.h_a.unwrap();
		let digests: Vec<Hash> = chain.accepted().map(|(_, record)| record.digest).collect();
		let free =
			digests.iter().all(|digest| self.locks.get(digest).is_none_or(|set| *set == h_a));
		if free {
			self.locks.extend(digests.into_iter().map(|digest| (digest, h_a)));
		}
		free
	}

	/// Accuses all whose shares are bad, as an honest worker does: who is convicted already is left alone. Returns how
	/// many it convicted.
	pub fn accuse_all(&self, chain: &mut Chain, rng: &mut ChaCha20Rng) -> usize {
		let mut convicted = 0;
		for id in &self.bad {
			let record = &chain.records[id];
			if record.standing != Standing::Accepted {
				continue;
			}
			let (digest, evidence) = (record.digest, self.accusation(chain, id, rng).unwrap());
			let verdict = chain.accuse(self.j, id, &digest, &evidence);
			assert!(matches!(verdict, Ok(Verdict::DealerGuilty(_))), "{verdict:?}");
			convicted += 1;
		}
		convicted
	}

	/// A rightful accusation.
	pub fn accusation(
		&self,
		chain: &Chain,
		id: &Identity,
		rng: &mut ChaCha20Rng,
	) -> Result<EvidenceBytes, Error> {
		let record = &chain.records[id];
		let (accepted, body) = (AcceptedDigest::of_state(record.digest), &record.body);
		worker::accuse::<Plain, _>(&chain.ctx, &self.secret, self.j, id, &accepted, body, rng)
	}

	pub fn commitment(&self, h_a: &Hash, share: &SecretShare) -> Hash {
		adjudicator::result_commitment(h_a, self.j, &self.worker, share)
	}
}

/// The context of a task with the given number, of one committee.
pub fn context(task_id: u32, threshold: u8, length: usize, nodes: &[Node]) -> TaskContext {
	let committee: Vec<Member> = nodes
		.iter()
		.map(|node| Member {
			account: [node.j; 32],
			worker: node.worker,
			seal_key: encode_point(&node.secret.public::<Plain>()),
		})
		.collect();
	let task_hash = task_hash(&TaskHashInput {
		genesis: &[7; 32],
		task_id,
		version: Version::CURRENT,
		spec: b"stands for a spec",
		class: 0,
		n: nodes.len() as u8,
		threshold,
		least_dealers: 3,
		deadlines: &[10, 20, 30, 40],
		committee: &committee,
	});
	let seal_keys = committee.iter().map(|member| member.seal_key).collect();
	let version = Version::CURRENT;
	TaskContext { version, task_hash, threshold, length: length as u16, seal_keys }
}

/// Nodes `1 ..= n` with fresh secrets.
pub fn committee(n: u8, rng: &mut ChaCha20Rng) -> Vec<Node> {
	(1..=n)
		.map(|j| Node {
			j,
			secret: SealSecret::random(rng),
			worker: [j | 0x80; 32],
			shares: BTreeMap::new(),
			bad: BTreeSet::new(),
			locks: BTreeMap::new(),
		})
		.collect()
}
