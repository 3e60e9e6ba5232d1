//! The messages of a task, from block bodies.

use super::check::{Accusation, Dealing, Evidence, Fitting, Share};
use crate::chain::{
	find::{self, Indices},
	state::DealingRecord,
	Chain, ChainError, Head,
};
use codec::Encode;
use futures::{stream, StreamExt, TryStreamExt};
use ostraka_crypto::{encoding::decode_key, messages::DealingBytes, Error, Plain};
use ostraka_primitives::{
	api::TaskInfo,
	task::{TaskResult, TaskStatus},
	AccountId, Digest, TaskId,
};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest},
	wire::{cohort_hash, dealing_bytes, evidence_bytes},
	TaskContext, Version,
};
use sha2::{Digest as _, Sha256};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};
use tokio::sync::Mutex;

/// Blocks for which the task book's hook may lag behind the deadlines.
const LAG: u32 = 64;
/// Blocks after the last right result share in which another is looked for.
const QUIET: u32 = 16;
/// Bodies asked for at a time.
const AT_ONCE: usize = 8;
/// How often, and how far each time, the accepted set is searched for while there may be blocks to come. If it is not
/// found then, all blocks are read.
const ATTEMPTS: usize = 8;
const EARLY_BUDGET: usize = 1 << 10;

type Body = Arc<Vec<Vec<u8>>>;

/// Block bodies, each read once however many tasks are checked.
#[derive(Default)]
pub struct Bodies(Mutex<BTreeMap<u32, Body>>);

impl Bodies {
	/// Bodies of a range of blocks of the best chain.
	async fn range(
		&self,
		chain: &Chain,
		from: u32,
		to: u32,
	) -> Result<Vec<(u32, Body)>, ChainError> {
		let read = |number: u32| async move {
			if let Some(body) = self.0.lock().await.get(&number) {
				return Ok::<_, ChainError>((number, body.clone()));
			}
			let body = Arc::new(chain.body_of(number).await?);
			self.0.lock().await.insert(number, body.clone());
			Ok((number, body))
		};
		stream::iter(from..=to).map(read).buffered(AT_ONCE).try_collect().await
	}
}

/// The dealings of a task in a range of blocks, whatever they are worth.
///
/// # Errors
/// `Pruned`, and those of a request.
pub async fn scan_dealings(
	chain: &Chain,
	bodies: &Bodies,
	indices: &Indices,
	task: TaskId,
	task_hash: &Digest,
	(from, to): (u32, u32),
) -> Result<Vec<(u32, find::FoundDealing)>, ChainError> {
	let mut found = Vec::new();
	for (number, body) in bodies.range(chain, from, to).await? {
		for extrinsic in body.iter() {
			let dealings = find::dealings(extrinsic, indices, task, task_hash);
			found.extend(dealings.into_iter().map(|dealing| (number, dealing)));
		}
	}
	Ok(found)
}

/// Gathers a task's messages.
///
/// # Errors
/// `Pruned` if the node no longer has the bodies, and those of a request.
pub async fn gather(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	result: &TaskResult,
	bodies: &Bodies,
) -> Result<Evidence, ChainError> {
	let record = &info.task;
	let unreadable = |what: &str| ChainError::Unreadable(format!("task {task}: {what}"));
	let task_hash =
		record.task_hash.ok_or_else(|| unreadable("it has a result and no task hash"))?;
	let version =
		Version::from_number(record.protocol).map_err(|error| unreadable(&error.to_string()))?;
	let drawn_at = record.drawn_at.ok_or_else(|| unreadable("it has a result and no draw"))?;
	let indices =
		Indices::new(chain.metadata()).ok_or_else(|| unreadable("the calls are unknown"))?;
	let at_draw = at_draw(chain, task, info, drawn_at).await;
	let at_draw = at_draw.as_ref().unwrap_or(info);
	let committee = &at_draw.committee;
	// The registry has checked them; that these are those is the node's word.
	if !committee.iter().all(|seat| decode_key::<Plain>(&seat.seal_key).is_ok()) {
		return Err(unreadable("the committee that the node shows has a seal key that is no key"));
	}
	let evidence = Evidence {
		genesis: *chain.genesis(),
		task,
		version,
		info: info.clone(),
		committee: (!committee.is_empty()).then(|| committee.clone()),
		result: result.clone(),
		dealings: Vec::new(),
		accusations: Vec::new(),
		shares: Vec::new(),
	};
	let invited = invited(chain, at_draw, &indices, bodies).await?;
	let mut gathering = Gathering::new(evidence, task_hash, indices, invited);
	let mut word = Word::default();
	let end = chain.head().number.min(last_block(info, drawn_at));
	let mut from = drawn_at;
	while from <= end {
		let to = end.min(from.saturating_add(QUIET - 1));
		for (number, body) in bodies.range(chain, from, to).await? {
			for extrinsic in body.iter() {
				gathering.look(number, extrinsic);
			}
		}
		if gathering.may_be_over() {
			word.ask(chain, &gathering).await?;
			gathering.settle(&word);
			if gathering.is_over(to) {
				break;
			}
		}
		from = to.saturating_add(1);
	}
	word.ask(chain, &gathering).await?;
	gathering.settle(&word);
	Ok(gathering.evidence())
}

/// The last block in which a message of a task can be.
pub(super) fn last_block(info: &TaskInfo, drawn_at: u32) -> u32 {
	let windows = &info.task.windows;
	[windows.collect, windows.verify, windows.commit, windows.reveal, LAG]
		.into_iter()
		.fold(drawn_at, u32::saturating_add)
}

/// The messages of a task that were found so far. No chain: what the chain says of them comes by [`Self::settle`].
pub(super) struct Gathering {
	evidence: Evidence,
	context: TaskContext,
	indices: Indices,
	/// Who may deal, if that is known.
	invited: Option<Vec<AccountId>>,
	/// By the hash of a dealing as it was sent: where it stands in the evidence, if it proves anything.
	messages: BTreeMap<Digest, Option<usize>>,
	/// By digest: where a dealing stands.
	digests: BTreeMap<Digest, usize>,
	/// By its place: the blocks whose bodies hold a dealing. Anyone can copy it into another block, before it or after.
	blocks: Vec<BTreeSet<u32>>,
	/// Hashes of the accusations and result shares.
	seen: BTreeSet<Digest>,
	fitting: Option<Fitting>,
	attempts: usize,
	/// Whether something has come since the last attempt that may change its outcome.
	is_news: bool,
}

impl Gathering {
	/// The start, with evidence that has no messages yet.
	pub(super) fn new(
		evidence: Evidence,
		task_hash: Digest,
		indices: Indices,
		invited: Option<Vec<AccountId>>,
	) -> Self {
		let context = TaskContext { task_hash, ..evidence.context() };
		Self {
			evidence,
			context,
			indices,
			invited,
			messages: BTreeMap::new(),
			digests: BTreeMap::new(),
			blocks: Vec::new(),
			seen: BTreeSet::new(),
			fitting: None,
			attempts: 0,
			is_news: false,
		}
	}

	/// Looks through an extrinsic.
	pub(super) fn look(&mut self, block: u32, extrinsic: &[u8]) {
		let (task, indices) = (self.evidence.task, self.indices);
		for found in find::dealings(extrinsic, &indices, task, &self.context.task_hash) {
			self.dealing(block, found);
		}
		for found in find::accusations(extrinsic, &indices, task) {
			let place = self.digests.get(&found.digest);
			let accused = place.and_then(|place| self.evidence.dealings.get(*place));
			let is_it = accused.is_some_and(|dealing| dealing.dealer == found.dealer);
			let id = (found.seat, &found.digest, &found.evidence).encode();
			if is_it && self.is_seat(found.seat) && self.is_new(&id) {
				self.is_news = true;
				self.evidence.accusations.push(Accusation {
					block,
					seat: found.seat,
					dealer: found.dealer,
					digest: found.digest,
					evidence: evidence_bytes(&found.evidence),
				});
			}
		}
		let length = 32 * (self.context.length() + 1);
		for found in find::shares(extrinsic, &indices, task, &self.evidence.result.accepted_set) {
			let may_be = found.share.len() == length && self.is_seat(found.seat);
			if may_be && self.is_new(&(found.seat, &found.share).encode()) {
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
		if let Some(blocks) = place.and_then(|place| self.blocks.get_mut(place)) {
			self.is_news |= blocks.insert(block);
		}
	}

	/// The dealer that a dealing's proof names, and the digest. Sent by a proxy it is that of another account than the
	/// signer.
	fn dealer(
		&self,
		signer: Option<AccountId>,
		bytes: &DealingBytes,
	) -> Option<(AccountId, AcceptedDigest)> {
		let invited = self.invited.as_deref();
		let is_invited = |signer: &AccountId| invited.is_none_or(|all| all.contains(signer));
		let signer = signer.filter(is_invited);
		let others = invited.unwrap_or_default().iter();
		let others = others.filter(|other| Some(*other) != signer.as_ref());
		for dealer in signer.iter().chain(others) {
			let id: &[u8; 32] = dealer.as_ref();
			match adjudicator::verify_dealing::<Plain>(&self.context, id, bytes) {
				Ok(accepted) => return Some((dealer.clone(), accepted.digest)),
				Err(Error::InvalidProof) => {},
				// what is wrong with it is wrong whoever made it
				Err(_) => return None,
			}
		}
		None
	}

	/// Enters what the chain says of the dealings.
	pub(super) fn settle(&mut self, word: &Word) {
		for (dealing, blocks) in self.evidence.dealings.iter_mut().zip(&self.blocks) {
			let record = word.records.get(&dealing.dealer).and_then(Option::as_ref);
			let taken_in = |block: &&u32| {
				let events = word.events.get(*block).and_then(Option::as_ref);
				events.is_some_and(|digests| digests.contains(dealing.digest.hash()))
			};
			let are_known =
				|| blocks.iter().all(|block| matches!(word.events.get(block), Some(Some(_))));
			let (taken, block) = match (record, blocks.iter().find(taken_in)) {
				(Some(record), _) => {
					(Some(record.digest == *dealing.digest.hash()), Some(record.block))
				},
				(None, Some(block)) => (Some(true), Some(*block)),
				(None, None) => (are_known().then_some(false), None),
			};
			if let Some(block) = block.filter(|block| blocks.contains(block)) {
				dealing.block = block;
			}
			self.is_news |= dealing.taken != taken;
			dealing.taken = taken;
		}
	}

	/// Whether [`Self::is_over`] may say so.
	pub(super) fn may_be_over(&self) -> bool {
		let may_try = self.is_news && self.attempts < ATTEMPTS;
		!self.evidence.shares.is_empty() && (self.fitting.is_some() || may_try)
	}

	/// Whether all result shares are there, or enough and no other one came for long. Only those that fit the accepted
	/// dealings are counted: others may be anybody's.
	pub(super) fn is_over(&mut self, to: u32) -> bool {
		if self.fitting.is_none() && self.may_be_over() {
			self.is_news = false;
			self.attempts += 1;
			let convicted = self.evidence.convicted(&self.context);
			let accepted = self.evidence.accepted(&self.context, &convicted, EARLY_BUDGET);
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

	/// What was gathered, without the dealings that the chain refused.
	pub(super) fn evidence(mut self) -> Evidence {
		self.evidence.dealings.retain(|dealing| dealing.taken != Some(false));
		self.evidence
	}
}

/// What the chain says of dealings, as far as the node still knows.
#[derive(Default)]
pub(super) struct Word {
	/// By block: digests of the dealings that were taken in it, if the node has its events.
	pub(super) events: BTreeMap<u32, Option<BTreeSet<Digest>>>,
	/// By dealer: its dealing in the state, which is there until the settlement.
	pub(super) records: BTreeMap<AccountId, Option<DealingRecord>>,
}

impl Word {
	/// Asks what has not been asked yet.
	async fn ask(&mut self, chain: &Chain, gathering: &Gathering) -> Result<(), ChainError> {
		let evidence = &gathering.evidence;
		let is_settled = matches!(evidence.info.task.status, TaskStatus::Settled(_));
		let dealers = evidence.dealings.iter().map(|dealing| &dealing.dealer);
		let dealers: BTreeSet<&AccountId> =
			dealers.filter(|dealer| !is_settled && !self.records.contains_key(*dealer)).collect();
		for dealer in dealers {
			// settlement may begin meanwhile: then there is no record to compare with
			let record = chain.dealing(evidence.task, dealer).await.unwrap_or_default();
			self.records.insert(dealer.clone(), record);
		}
		let blocks = gathering.blocks.iter().flatten().copied();
		let blocks: BTreeSet<u32> =
			blocks.filter(|block| !self.events.contains_key(block)).collect();
		for block in blocks {
			let digests = taken(chain, block).await?;
			self.events.insert(block, digests);
		}
		Ok(())
	}
}

/// Digests of the dealings that a block took; `None` if the node no longer has its events.
async fn taken(chain: &Chain, number: u32) -> Result<Option<BTreeSet<Digest>>, ChainError> {
	let hash = chain.block_hash(number).await?;
	match chain.events(Head { number, hash }).await {
		Ok(events) => {
			let dealt = events.iter().filter(|event| event.is("Vss", "Dealt"));
			Ok(Some(dealt.filter_map(|event| event.field("digest")).collect()))
		},
		Err(ChainError::Pruned { .. }) => Ok(None),
		Err(error) => Err(error),
	}
}

/// The task as of its draw, if the node still has that state, and the present one no longer has committee and cohort.
async fn at_draw(chain: &Chain, task: TaskId, info: &TaskInfo, drawn_at: u32) -> Option<TaskInfo> {
	if !info.committee.is_empty() && !info.dealers.is_empty() {
		return None;
	}
	let hash = chain.block_hash(drawn_at).await.ok()?;
	chain.task_at(task, Head { number: drawn_at, hash }).await.ok()
}

/// The invited dealers: from the state, or from the submission in its block's body. Either is believed for the record's
/// hash of them. `None` if neither has them.
async fn invited(
	chain: &Chain,
	info: &TaskInfo,
	indices: &Indices,
	bodies: &Bodies,
) -> Result<Option<Vec<AccountId>>, ChainError> {
	let record = &info.task;
	let is_it = |dealers: &[AccountId]| cohort_hash(dealers) == record.cohort;
	if is_it(&info.dealers) {
		return Ok(Some(info.dealers.clone()));
	}
	let found = match bodies.range(chain, record.submitted_at, record.submitted_at).await {
		Ok(found) => found,
		Err(ChainError::Pruned { .. }) => return Ok(None),
		Err(error) => return Err(error),
	};
	let extrinsics = found.iter().flat_map(|(_, body)| body.iter());
	let mut cohorts = extrinsics
		.flat_map(|extrinsic| find::cohorts(extrinsic, indices, &record.spec, record.class));
	Ok(cohorts.find(|dealers| is_it(dealers.as_slice())).map(|dealers| dealers.into_inner()))
}
