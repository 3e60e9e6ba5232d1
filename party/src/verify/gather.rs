//! The messages of a task, from block bodies.

use super::{
	check::{Accusation, Dealing, Evidence, Share},
	find::{self, Indices, Lengths},
	fitting::Fitting,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use codec::Encode;
use ostraka_crypto::{
	messages::{self, DealingBytes},
	proofs::{verify_rho, verify_signature},
	validity::Relation,
	vss::UncheckedCommitments,
	Plain,
};
use ostraka_primitives::{
	api::TaskInfo, fault::DealerFault, task::TaskStatus, AccountId, Digest, TaskId,
};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest},
	statistics::relation,
	wire::{dealing_bytes, evidence_bytes},
	worker, TaskContext,
};
use sha2::{Digest as _, Sha256};

/// Blocks for which the task book's hook may lag behind the deadlines.
const LAG: u32 = 64;
/// Blocks after the last right result share in which another is looked for.
pub const QUIET: u32 = 16;
/// How often, and how far each time, the accepted set is searched for while there may be blocks to come. If it is not
/// found then, all blocks are read.
const ATTEMPTS: usize = 8;
const EARLY_BUDGET: usize = 1 << 10;
/// How many of a dealer's dealings are judged while there may be blocks to come: one is what the chain takes.
const EARLY_JUDGED: usize = 8;
/// How many of all dealers': anybody can name every honest dealing in one remark. Who is not among them is judged when all blocks
/// are read.
const EARLY_TOTAL: usize = 32;

/// The last block in which a message of a task can be.
pub fn last_block(info: &TaskInfo, drawn_at: u32) -> u32 {
	let windows = &info.task.windows;
	[windows.collect, windows.verify, windows.commit, windows.reveal, LAG]
		.into_iter()
		.fold(drawn_at, u32::saturating_add)
}

/// The messages of a task that were found so far. No chain: what the chain says of them comes by [`Self::settle`].
pub struct Gathering {
	evidence: Evidence,
	context: TaskContext,
	indices: Indices,
	lengths: Lengths,
	/// Who may deal beside the recipient, if that is known.
	invited: Option<Vec<AccountId>>,
	/// By the hash of a dealing as it was sent: where it stands in the evidence, if it proves anything.
	messages: BTreeMap<Digest, Option<usize>>,
	/// By digest: where a dealing stands.
	digests: BTreeMap<Digest, usize>,
	/// By its place: the blocks whose bodies hold a dealing. Anyone can copy it into another block, before it or after.
	blocks: Vec<BTreeSet<u32>>,
	/// What each dealer proves of its input, if the task has a relation.
	relation: Option<Relation>,
	/// By its place: whether a dealing that was challenged convicts its dealer. Each is judged once.
	challenged: BTreeMap<usize, bool>,
	/// Hashes of the accusations and result shares.
	seen: BTreeSet<Digest>,
	/// By seat and digest: where the accusation stands in the evidence, and whether it is known to convict.
	accused: BTreeMap<(u8, Digest), (usize, bool)>,
	fitting: Option<Fitting>,
	attempts: usize,
	/// Whether something has come since the last attempt that may change its outcome.
	is_news: bool,
}

impl Gathering {
	/// The start, with evidence that has no messages yet. The recipient of a sealed result deals its mask, whether it is among the
	/// `invited` or not, and whether these are known.
	pub fn new(
		evidence: Evidence,
		task_hash: Digest,
		indices: Indices,
		invited: Option<Vec<AccountId>>,
	) -> Self {
		let context = TaskContext { task_hash, ..evidence.context() };
		let relation = relation(&evidence.info.task.spec).ok();
		Self {
			evidence,
			lengths: Lengths::of(&context),
			context,
			indices,
			invited,
			messages: BTreeMap::new(),
			digests: BTreeMap::new(),
			blocks: Vec::new(),
			relation,
			challenged: BTreeMap::new(),
			seen: BTreeSet::new(),
			accused: BTreeMap::new(),
			fitting: None,
			attempts: 0,
			is_news: false,
		}
	}

	/// Looks through an extrinsic.
	pub fn look(&mut self, block: u32, extrinsic: &[u8]) {
		let (task, indices, lengths) = (self.evidence.task, self.indices, self.lengths);
		for found in find::dealings(extrinsic, &indices, task, &self.context.task_hash, lengths) {
			self.dealing(block, found);
		}
		for found in find::accusations(extrinsic, &indices, task, lengths) {
			let place = self.digests.get(&found.digest);
			let accused = place.and_then(|place| self.evidence.dealings.get(*place));
			let is_it = accused.is_some_and(|dealing| dealing.dealer == found.dealer);
			let id = (found.seat, &found.digest, &found.evidence).encode();
			if is_it && self.is_seat(found.seat) && self.is_new(&id) {
				self.accusation(Accusation {
					block,
					seat: found.seat,
					dealer: found.dealer,
					digest: found.digest,
					evidence: evidence_bytes(&found.evidence),
				});
			}
		}
		for found in find::challenges(extrinsic, &indices, task) {
			self.challenge(&found);
		}
		let accepted_set = self.evidence.result.accepted_set;
		for found in find::shares(extrinsic, &indices, task, accepted_set, lengths) {
			if self.is_seat(found.seat) && self.is_new(&(found.seat, &found.share).encode()) {
				let share = found.share.into_inner();
				self.evidence.shares.push(Share { block, seat: found.seat, share });
			}
		}
	}

	fn is_seat(&self, seat: u8) -> bool {
		(1..=self.context.seal_keys.len()).contains(&usize::from(seat))
	}

	fn is_new(&mut self, bytes: &[u8]) -> bool {
		self.seen.insert(Sha256::digest(bytes).into())
	}

	/// Keeps one accusation of a known dealing for each seat, one that convicts if there is one: anybody can write others into a remark,
	/// before it or after. Each is judged once at most, where another follows it.
	fn accusation(&mut self, accusation: Accusation) {
		let Self { evidence, accused, digests, context, .. } = self;
		let next = evidence.accusations.len();
		let (place, convicts) =
			accused.entry((accusation.seat, accusation.digest)).or_insert((next, false));
		if *convicts {
			return;
		}
		let dealing = digests.get(&accusation.digest);
		let dealing = dealing.and_then(|place| evidence.dealings.get(*place));
		if let (Some(kept), Some(dealing)) = (evidence.accusations.get(*place), dealing) {
			*convicts = evidence.accused(context, kept, dealing).is_some();
			if *convicts {
				return;
			}
		}
		match evidence.accusations.get_mut(*place) {
			Some(kept) => *kept = accusation,
			None => evidence.accusations.push(accusation),
		}
		self.is_news = true;
	}

	/// Keeps a dealing that an invited dealer made, once.
	fn dealing(&mut self, block: u32, found: find::FoundDealing) {
		let id: Digest = Sha256::digest(found.dealing.encode()).into();
		let known = match self.messages.get(&id) {
			Some(Some(place)) => Some(*place),
			// nobody who is invited made it
			Some(None) if self.invited.is_some() => return,
			_ => None,
		};
		let place = known.or_else(|| {
			let bytes = dealing_bytes(&found.dealing);
			let (dealer, digest) = self.dealer(found.signer, &bytes)?;
			Some(*self.digests.entry(*digest.hash()).or_insert_with(|| {
				self.evidence.dealings.push(Dealing { dealer, block, digest, bytes, taken: None });
				self.blocks.push(BTreeSet::new());
				self.blocks.len() - 1
			}))
		});
		self.messages.insert(id, place);
		let kept = place.and_then(|place| self.evidence.dealings.get_mut(place));
		if let Some(dealing) = kept.filter(|dealing| dealing.bytes.sealed.is_empty()) {
			// it was thinned out, and may be taken here
			dealing.bytes = dealing_bytes(&found.dealing);
		}
		if let Some(blocks) = place.and_then(|place| self.blocks.get_mut(place)) {
			self.is_news |= blocks.insert(block);
		}
	}

	/// Notes a dealing that somebody challenges, and judges it for the search of the accepted set while there may be blocks to
	/// come.
	fn challenge(&mut self, found: &find::FoundChallenge) {
		let Some(place) = self.digests.get(&found.digest).copied() else { return };
		let dealing = self.evidence.dealings.get(place);
		let Some(dealing) = dealing.filter(|dealing| dealing.dealer == found.dealer) else {
			return;
		};
		self.evidence.challenged.insert(found.digest);
		let Some(relation) = &self.relation else { return };
		let is_its = |place: &&usize| {
			self.evidence.dealings.get(**place).is_some_and(|other| other.dealer == found.dealer)
		};
		let is_judged = self.challenged.contains_key(&place);
		let is_enough = self.challenged.len() >= EARLY_TOTAL
			|| self.challenged.keys().filter(is_its).count() >= EARLY_JUDGED;
		if is_judged || is_enough || dealing.taken == Some(false) {
			return;
		}
		let id: &[u8; 32] = dealing.dealer.as_ref();
		let (digest, bytes) = (&dealing.digest, &dealing.bytes);
		let convicts =
			worker::challenge::<Plain>(&self.context, relation, id, digest, bytes).is_ok();
		self.challenged.insert(place, convicts);
		self.is_news |= convicts;
	}

	/// The dealer that a dealing's proof of `ρ` names, and the digest. Sent by a proxy it is that of another account than the
	/// signer. The long parts are hashed once, however many accounts are tried.
	fn dealer(
		&self,
		signer: Option<AccountId>,
		bytes: &DealingBytes,
	) -> Option<(AccountId, AcceptedDigest)> {
		// what is wrong with them is wrong whoever made it
		UncheckedCommitments::from_bytes(&bytes.commitments, self.context.threshold).ok()?;
		let (hashes, validity) = (bytes.sealed_hashes(), bytes.validity_hash());
		let DealingBytes { ephemeral, commitments, proof, .. } = bytes;
		let is_of = |dealer: &&AccountId| {
			let id: &[u8; 32] = (*dealer).as_ref();
			let task_hash = &self.context.task_hash;
			let digest =
				messages::digest(task_hash, id, ephemeral, commitments, &hashes, &validity);
			verify_rho(&digest, ephemeral, proof, verify_signature).is_ok()
		};
		let invited = self.invited.as_deref();
		let recipient = self.evidence.info.task.conditions.sealed_to.as_ref();
		let may_deal = |signer: &AccountId| {
			recipient == Some(signer) || invited.is_none_or(|all| all.contains(signer))
		};
		let signer = signer.filter(may_deal);
		let others = invited.unwrap_or_default().iter().chain(recipient);
		let others = others.filter(|other| Some(*other) != signer.as_ref());
		let dealer = signer.iter().chain(others).find(is_of)?;
		let id: &[u8; 32] = dealer.as_ref();
		let accepted = adjudicator::verify_dealing(&self.context, id, bytes, verify_signature);
		Some((dealer.clone(), accepted.ok()?.digest))
	}

	/// Records what the chain says of the dealings. What stands in no block of the collecting window was not taken, whatever the
	/// node still knows. Of what was not taken the long parts are dropped: dealings may overlap in a body, and be many times longer
	/// together. Where the chain takes one later they come again.
	pub fn settle(&mut self, reported: &Reported) {
		let task = &self.evidence.info.task;
		let collecting =
			task.drawn_at.map(|drawn| drawn..=drawn.saturating_add(task.windows.collect));
		let is_outside =
			|block: &u32| collecting.as_ref().is_some_and(|blocks| !blocks.contains(block));
		for (dealing, blocks) in self.evidence.dealings.iter_mut().zip(&self.blocks) {
			let record = reported.records.get(&dealing.dealer).and_then(Option::as_ref);
			let taken_in = |block: &&u32| {
				let events = reported.events.get(*block).and_then(Option::as_ref);
				events.is_some_and(|digests| digests.contains(dealing.digest.hash()))
			};
			let is_known = |block: &u32| matches!(reported.events.get(block), Some(Some(_)));
			let was_refused = || blocks.iter().all(|block| is_outside(block) || is_known(block));
			let (taken, block) = match (record, blocks.iter().find(taken_in)) {
				(Some(record), _) => {
					(Some(record.digest == *dealing.digest.hash()), Some(record.block))
				},
				(None, Some(block)) => (Some(true), Some(*block)),
				(None, None) => (was_refused().then_some(false), None),
			};
			if let Some(block) = block.filter(|block| blocks.contains(block)) {
				dealing.block = block;
			}
			self.is_news |= dealing.taken != taken;
			dealing.taken = taken;
			if taken == Some(false) {
				dealing.bytes.sealed = Vec::new();
				dealing.bytes.validity = Vec::new();
			}
		}
	}

	/// The task.
	pub fn task(&self) -> TaskId {
		self.evidence.task
	}

	/// Dealers whose dealing in the state is to be asked for: while the task is not settled, and once each.
	pub fn dealers_to_ask(&self, reported: &Reported) -> BTreeSet<AccountId> {
		if matches!(self.evidence.info.task.status, TaskStatus::Settled(_)) {
			return BTreeSet::new();
		}
		let dealers = self.evidence.dealings.iter().map(|dealing| &dealing.dealer);
		dealers.filter(|dealer| !reported.records.contains_key(*dealer)).cloned().collect()
	}

	/// Blocks whose events are to be asked for, once each.
	pub fn blocks_to_ask(&self, reported: &Reported) -> BTreeSet<u32> {
		let blocks = self.blocks.iter().flatten().copied();
		blocks.filter(|block| !reported.events.contains_key(block)).collect()
	}

	/// Whether [`Self::is_over`] may say so.
	pub fn may_be_over(&self) -> bool {
		let may_try = self.is_news && self.attempts < ATTEMPTS;
		!self.evidence.shares.is_empty() && (self.fitting.is_some() || may_try)
	}

	/// Whether all result shares are there, or enough and no other one came for long. Only those that fit the accepted
	/// dealings are counted: others may be anybody's.
	pub fn is_over(&mut self, to: u32) -> bool {
		if self.fitting.is_none() && self.may_be_over() {
			self.is_news = false;
			self.attempts += 1;
			let mut convicted = self.evidence.convicted(&self.context);
			let challenged = self.challenged.iter().filter(|(_, convicts)| **convicts);
			for (place, _) in challenged {
				// of which of both faults makes no difference to the search
				convicted.entry(*place).or_default().get_or_insert(DealerFault::InvalidInput);
			}
			let accepted =
				self.evidence.accepted(&self.context, &convicted, &BTreeSet::new(), EARLY_BUDGET);
			self.fitting =
				accepted.and_then(|accepted| Fitting::new(&accepted.aggregate, &self.context));
		}
		let Some(fitting) = &mut self.fitting else { return false };
		fitting.look(&self.evidence.shares);
		let places: Vec<usize> = fitting.places().map(|(_, place)| place).collect();
		let blocks =
			places.iter().filter_map(|place| Some(self.evidence.shares.get(*place)?.block));
		let is_quiet = blocks.max().is_some_and(|last| to >= last.saturating_add(QUIET));
		places.len() >= self.context.seal_keys.len()
			|| (is_quiet && places.len() >= self.context.commitments())
	}

	/// Bytes of sealed shares and proofs that are kept.
	#[cfg(test)]
	pub(super) fn kept(&self) -> usize {
		let dealings = self.evidence.dealings.iter().map(|dealing| &dealing.bytes);
		dealings.map(|bytes| bytes.sealed.concat().len() + bytes.validity.len()).sum()
	}

	/// What was gathered, without the dealings that the chain refused.
	pub fn evidence(mut self) -> Evidence {
		self.evidence.dealings.retain(|dealing| dealing.taken != Some(false));
		self.evidence
	}
}

/// A dealing that the state holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
	/// Its digest.
	pub digest: Digest,
	/// Block whose body holds it.
	pub block: u32,
}

/// What the chain says of dealings, as far as the node still knows.
#[derive(Default)]
pub struct Reported {
	/// By block: digests of the dealings that were taken in it, if the node has its events.
	pub events: BTreeMap<u32, Option<BTreeSet<Digest>>>,
	/// By dealer: its dealing in the state, which is there until the settlement.
	pub records: BTreeMap<AccountId, Option<Held>>,
}
