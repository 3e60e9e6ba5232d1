//! The messages of a task, from block bodies.

use super::check::{Accusation, Dealing, Evidence, Share};
use crate::chain::{
	find::{self, Indices},
	Chain, ChainError, Head,
};
use futures::{stream, StreamExt, TryStreamExt};
use ostraka_crypto::{messages::DealingBytes, messages::EvidenceBytes, Plain};
use ostraka_primitives::{
	api::TaskInfo,
	message::{DealingMessage, EvidenceMessage},
	task::{Committee, TaskResult, TaskStatus},
	AccountId, Digest, TaskId,
};
use ostraka_protocol::{adjudicator, TaskContext};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};
use tokio::sync::Mutex;

/// Blocks for which the task book's hook may lag behind the deadlines.
const LAG: u32 = 64;
/// Blocks after the last result share in which another is looked for.
const QUIET: u32 = 16;
/// Bodies asked for at a time.
const AT_ONCE: usize = 8;

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
	let drawn_at = record.drawn_at.ok_or_else(|| unreadable("it has a result and no draw"))?;
	let indices =
		Indices::new(chain.metadata()).ok_or_else(|| unreadable("the calls are unknown"))?;
	let committee = committee(chain, task, info, drawn_at).await;
	let context = context(info, &task_hash);

	let windows = &record.windows;
	let length = windows.collect + windows.verify + windows.commit + windows.reveal + LAG;
	let end = chain.head().number.min(drawn_at.saturating_add(length));
	let mut found = Messages::default();
	let mut from = drawn_at;
	while from <= end {
		let to = end.min(from + QUIET - 1);
		for (number, body) in bodies.range(chain, from, to).await? {
			for extrinsic in body.iter() {
				found.look(number, extrinsic, &indices, task, &task_hash, &result.accepted_set);
			}
		}
		let all = found.shares.len() >= usize::from(record.parameters.seats);
		let quiet = found.last_share.is_some_and(|last| to >= last + QUIET);
		if all || quiet {
			break;
		}
		from = to + 1;
	}
	let dealings = dealings(chain, task, info, &context, found.dealings).await?;
	Ok(Evidence {
		genesis: *chain.genesis(),
		task,
		info: info.clone(),
		committee,
		result: result.clone(),
		dealings,
		accusations: found.accusations,
		shares: found.shares,
	})
}

/// What was found so far.
#[derive(Default)]
struct Messages {
	dealings: Vec<(u32, find::FoundDealing)>,
	accusations: Vec<Accusation>,
	shares: Vec<Share>,
	last_share: Option<u32>,
}

impl Messages {
	fn look(
		&mut self,
		block: u32,
		extrinsic: &[u8],
		indices: &Indices,
		task: TaskId,
		task_hash: &Digest,
		accepted_set: &Digest,
	) {
		let dealings = find::dealings(extrinsic, indices, task, task_hash);
		self.dealings.extend(dealings.into_iter().map(|dealing| (block, dealing)));
		for found in find::accusations(extrinsic, indices, task) {
			self.accusations.push(Accusation {
				block,
				seat: found.seat,
				dealer: found.dealer,
				digest: found.digest,
				evidence: evidence_bytes(found.evidence),
			});
		}
		for found in find::shares(extrinsic, indices, task, accepted_set) {
			// the first of a seat is the one that was judged
			if self.shares.iter().all(|share| share.seat != found.seat) {
				let share = found.share.into_inner();
				self.shares.push(Share { block, seat: found.seat, share });
				self.last_share = Some(block);
			}
		}
	}
}

/// The dealings whose proof holds, one a dealer, with the dealer that the proof names.
async fn dealings(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	context: &TaskContext,
	found: Vec<(u32, find::FoundDealing)>,
) -> Result<Vec<Dealing>, ChainError> {
	let mut proven = Vec::new();
	for (block, found) in found {
		let bytes = dealing_bytes(found.dealing);
		// sent by a proxy, a dealing is that of another account than the signer; the proof knows
		let proves = |dealer: &&AccountId| {
			let id: &[u8; 32] = AsRef::as_ref(*dealer);
			adjudicator::verify_dealing::<Plain>(context, id, &bytes).is_ok()
		};
		let Some(dealer) = found.signer.iter().chain(&info.dealers).find(proves).cloned() else {
			continue;
		};
		let digest = bytes.digest(&context.task_hash, dealer.as_ref());
		proven.push(Dealing { dealer, block, digest, bytes });
	}
	// A dealing that the chain refused (no deposit, too late) is told by the events, while the node has them.
	let mut refused: BTreeSet<Digest> = BTreeSet::new();
	let is_settled = matches!(info.task.status, TaskStatus::Settled(_));
	for block in proven.iter().map(|dealing| dealing.block).collect::<BTreeSet<_>>() {
		let Some(taken) = taken(chain, block).await? else { continue };
		let of_block = proven.iter().filter(|dealing| dealing.block == block);
		refused.extend(
			of_block.map(|dealing| dealing.digest).filter(|digest| !taken.contains(digest)),
		);
	}
	if !is_settled {
		for dealing in &proven {
			let record = chain.dealing(task, &dealing.dealer).await;
			// settlement may begin meanwhile: then there is no record to compare with
			if let Ok(Some(record)) = record {
				if record.digest != dealing.digest {
					refused.insert(dealing.digest);
				}
			}
		}
	}
	let mut dealers = BTreeSet::new();
	proven.retain(|dealing| {
		!refused.contains(&dealing.digest) && dealers.insert(dealing.dealer.clone())
	});
	Ok(proven)
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

/// The committee: from the present state, or, once the task is settled, from that of the draw if the node has it.
async fn committee(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	drawn_at: u32,
) -> Option<Committee> {
	if !info.committee.is_empty() {
		return Some(info.committee.clone());
	}
	let hash = chain.block_hash(drawn_at).await.ok()?;
	let then = chain.task_at(task, Head { number: drawn_at, hash }).await.ok()?;
	(!then.committee.is_empty()).then_some(then.committee)
}

/// What a dealing's check needs. The seal keys themselves do not matter for it, only their number.
pub(super) fn context(info: &TaskInfo, task_hash: &Digest) -> TaskContext {
	let parameters = &info.task.parameters;
	let mut seal_keys: Vec<_> = info.committee.iter().map(|seat| seat.seal_key).collect();
	seal_keys.resize(usize::from(parameters.seats), [0; 96]);
	TaskContext {
		task_hash: *task_hash,
		threshold: parameters.threshold,
		length: u16::try_from(info.task.spec.length()).unwrap_or(u16::MAX),
		seal_keys,
	}
}

/// A message as the protocol's functions take it.
pub fn dealing_bytes(message: DealingMessage) -> DealingBytes {
	DealingBytes {
		commitments: message.commitments.into_inner(),
		ephemeral: message.ephemeral,
		proof: message.proof,
		sealed: message.sealed.into_iter().map(|sealed| sealed.into_inner()).collect(),
	}
}

fn evidence_bytes(message: EvidenceMessage) -> EvidenceBytes {
	EvidenceBytes {
		dh: message.dh,
		dleq: message.dleq,
		commitments: message.commitments.into_inner(),
		ephemeral: message.ephemeral,
		sealed_hashes: message.sealed_hashes.into_inner(),
		sealed: message.sealed.into_inner(),
	}
}
