//! Honest nodes, compute nodes and verifiers, and committees and panels of such: what the offchain worker does, with the
//! protocol's own functions.

use super::chain::{Chain, Named, Party, Refusal, Standing};
use ostraka_crypto::{
	messages::{ChallengeBytes, DealingBytes, EvidenceBytes},
	seal::SealSecret,
	validity::Relation,
	vss::SecretShare,
	Error, Hash, Identity, Plain,
};
use ostraka_primitives::fault::DealerFault;
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Verdict},
	task_hash, wire,
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
	/// Dealers whose shares are bad, or whose commitments are outside of the group.
	pub bad: BTreeSet<Identity>,
	/// Dealers whose shares are right, and whose proofs do not hold.
	pub forged: BTreeSet<Identity>,
	/// Dealers of whose dealings it has opened something.
	pub opened: BTreeSet<Identity>,
	/// The one accepted set that a dealing may enter. A lock of the worker's, not of the chain's.
	pub locks: BTreeMap<Hash, Hash>,
}

impl Node {
	/// Checks all accepted dealings that it has not seen yet: first that their commitments are in the group, then its shares
	/// of those that are, then the proofs of those whose share is right.
	pub fn examine(&mut self, chain: &Chain, rng: &mut ChaCha20Rng) {
		let new: Vec<(&Identity, &DealingBytes)> = chain
			.records
			.iter()
			.filter(|(id, _)| !self.shares.contains_key(*id))
			.map(|(id, record)| {
				// Before the secret is touched: it is the dealing that the state names.
				assert_eq!(record.body.digest(&chain.ctx.task_hash, id), record.digest);
				(id, &record.body)
			})
			.collect();
		let bodies: Vec<&DealingBytes> = new.iter().map(|(_, body)| *body).collect();
		let checked = worker::commitments::<Plain, _>(&chain.ctx, &bodies, rng);
		let mut opened = Vec::new();
		for ((id, body), points) in new.into_iter().zip(checked) {
			let share = points.and_then(|points| {
				self.opened.insert(*id);
				let share = worker::open(&chain.ctx, &self.secret, self.j, id, body)?;
				Ok((points, share))
			});
			match share {
				Ok((points, share)) => opened.push((*id, points, share)),
				Err(Fault::Dealer(_)) => {
					self.bad.insert(*id);
					self.shares.insert(*id, None);
				},
				Err(Fault::NotOurs(error)) => panic!("an accepted dealing is ours: {error}"),
			}
		}
		let items: Vec<_> = opened.iter().map(|(_, points, share)| (points, share)).collect();
		let wrong = worker::check(&chain.ctx, self.j, &items, rng);
		self.bad.extend(wrong.iter().map(|place| opened[*place].0));
		let right: Vec<(&Identity, &DealingBytes)> = opened
			.iter()
			.filter(|(id, ..)| !self.bad.contains(id))
			.map(|(id, ..)| (id, &chain.records[id].body))
			.collect();
		let invalid = worker::invalid::<Plain, _>(&chain.ctx, &chain.relation, &right, rng);
		self.forged.extend(invalid.iter().map(|place| *right[*place].0));
		self.shares.extend(opened.into_iter().map(|(id, _, share)| (id, Some(share))));
	}

	/// What it attests, if its shares of all dealings that count are right and their proofs hold.
	pub fn attestation(&self, chain: &Chain) -> Option<Named> {
		self.is_content(chain).then(|| seen(chain))
	}

	fn is_content(&self, chain: &Chain) -> bool {
		let is_right = |id: &Identity| !self.bad.contains(id) && !self.forged.contains(id);
		chain.accepted().all(|(id, _)| self.shares.contains_key(id) && is_right(id))
	}

	/// Its result share, if it holds right shares of all dealings that count: also of those whose proof does not hold, which it
	/// could not have excluded in time.
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

	/// Accuses all whose shares are bad and challenges all whose proofs do not hold, as an honest worker does: who is convicted
	/// already is left alone. Returns how many it convicted.
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
			let outside = verdict == Ok(Verdict::DealerGuilty(DealerFault::OutsideSubgroup));
			assert_eq!(outside, !self.opened.contains(id), "nothing of it is opened");
			assert_eq!(outside, evidence.dh == [0; 32], "nothing of it is revealed");
			convicted += 1;
		}
		for id in &self.forged {
			if chain.records[id].standing != Standing::Accepted {
				continue;
			}
			let verdict = self.challenge(chain, id);
			assert_eq!(verdict, Ok(Verdict::DealerGuilty(DealerFault::InvalidInput)));
			convicted += 1;
		}
		convicted
	}

	/// Sends a rightful challenge.
	pub fn challenge(&self, chain: &mut Chain, id: &Identity) -> Result<Verdict, Refusal> {
		challenge_by(Party::Node(self.j), chain, id)
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

/// A verifier with what it knows, none of which is secret.
pub struct Verifier {
	pub j: u8,
	/// Dealers whose dealings it has examined.
	seen: BTreeSet<Identity>,
	/// Dealers whose commitments are outside of the group.
	pub outside: BTreeSet<Identity>,
	/// Dealers whose proofs do not hold.
	pub forged: BTreeSet<Identity>,
}

impl Verifier {
	/// Checks all accepted dealings that it has not seen yet: that their commitments are in the group, then the proofs of those
	/// that are.
	pub fn examine(&mut self, chain: &Chain, rng: &mut ChaCha20Rng) {
		let new = chain.records.iter().filter(|(id, _)| !self.seen.contains(*id));
		let new: Vec<(&Identity, &DealingBytes)> =
			new.map(|(id, record)| (id, &record.body)).collect();
		let bodies: Vec<&DealingBytes> = new.iter().map(|(_, body)| *body).collect();
		let checked = worker::commitments::<Plain, _>(&chain.ctx, &bodies, rng);
		let mut sound = Vec::new();
		for ((id, body), points) in new.into_iter().zip(checked) {
			self.seen.insert(*id);
			match points {
				Ok(_) => sound.push((id, body)),
				Err(Fault::Dealer(fault)) => {
					assert_eq!(fault, DealerFault::OutsideSubgroup);
					self.outside.insert(*id);
				},
				Err(Fault::NotOurs(error)) => panic!("an accepted dealing is ours: {error}"),
			}
		}
		let invalid = worker::invalid::<Plain, _>(&chain.ctx, &chain.relation, &sound, rng);
		self.forged.extend(invalid.iter().map(|place| *sound[*place].0));
	}

	/// Dealers of whom it has something to show.
	pub fn found(&self) -> impl Iterator<Item = (&Identity, DealerFault)> {
		let outside = self.outside.iter().map(|id| (id, DealerFault::OutsideSubgroup));
		outside.chain(self.forged.iter().map(|id| (id, DealerFault::InvalidInput)))
	}

	/// What it attests, if it has nothing to show of the dealings that count.
	pub fn attestation(&self, chain: &Chain) -> Option<Named> {
		let is_fine = |id: &Identity| !self.outside.contains(id) && !self.forged.contains(id);
		let is_content = chain.accepted().all(|(id, _)| self.seen.contains(id) && is_fine(id));
		is_content.then(|| seen(chain))
	}

	/// Sends a rightful challenge.
	pub fn challenge(&self, chain: &mut Chain, id: &Identity) -> Result<Verdict, Refusal> {
		challenge_by(Party::Node(self.j), chain, id)
	}
}

/// What an attestation names, as a node that has seen the whole chain reckons.
fn seen(chain: &Chain) -> Named {
	let dealt = chain.order.iter().fold([0; 32], |hash, digest| wire::dealt(&hash, digest));
	let excluded = |hash, digest: &Hash| wire::excluded(&hash, digest);
	(dealt, chain.exclusions.iter().fold([0; 32], excluded))
}

/// Sends a rightful challenge in somebody's name.
pub fn challenge_by(author: Party, chain: &mut Chain, id: &Identity) -> Result<Verdict, Refusal> {
	let challenge = challenge(chain, id).unwrap();
	let digest = chain.records[id].digest;
	chain.challenge(author, id, &digest, &challenge)
}

/// The challenge that anybody can make of a dealing, judged before it is sent.
fn challenge(chain: &Chain, id: &Identity) -> Result<ChallengeBytes, Error> {
	let record = &chain.records[id];
	let accepted = AcceptedDigest::of_state(record.digest);
	worker::challenge::<Plain>(&chain.ctx, &chain.relation, id, &accepted, &record.body)
}

/// The context of a task with the given number, of one committee and one panel: its dealers prove a relation.
pub fn context(
	task_id: u32,
	threshold: u8,
	relation: &Relation,
	nodes: &[Node],
	verifiers: &[Verifier],
) -> TaskContext {
	let committee: Vec<Member> = nodes
		.iter()
		.map(|node| Member {
			account: [node.j; 32],
			worker: node.worker,
			seal_key: node.secret.public(),
		})
		.collect();
	let panel: Vec<Member> = verifiers
		.iter()
		.map(|Verifier { j, .. }| Member {
			account: [*j; 32],
			worker: [*j | 0x80; 32],
			seal_key: [*j | 0x40; 32],
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
		panel: &panel,
	});
	let seal_keys = committee.iter().map(|member| member.seal_key).collect();
	TaskContext {
		version: Version::CURRENT,
		task_hash,
		threshold,
		length: relation.length() as u16,
		proof_length: relation.layout().proof_length() as u32,
		seal_keys,
		recipient: None,
	}
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
			forged: BTreeSet::new(),
			opened: BTreeSet::new(),
			locks: BTreeMap::new(),
		})
		.collect()
}

/// Verifiers `n + 1 ..= n + v`.
pub fn panel(n: u8, verifiers: u8) -> Vec<Verifier> {
	let none = BTreeSet::new;
	(n + 1..=n + verifiers)
		.map(|j| Verifier { j, seen: none(), outside: none(), forged: none() })
		.collect()
}
