//! The messages of a task, read from a node's block bodies.

use crate::{
	chain::{calls::indices, Chain, ChainError, Head},
	verify::{
		find::{self, Indices, Lengths},
		gather::{last_block, Gathering, Held, Reported, QUIET},
		Evidence,
	},
};
use futures::{stream, StreamExt, TryStreamExt};
use ostraka_crypto::seal::PublicKey;
use ostraka_primitives::{api::TaskInfo, task::TaskResult, AccountId, Digest, TaskId};
use ostraka_protocol::{
	wire::{cohort_hash, consent_hash},
	TaskContext, Version,
};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};
use tokio::sync::Mutex;

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

/// What `pick` makes of a task's dealings in a range of blocks, whatever they are worth: each is shown once, and kept only there.
///
/// # Errors
/// `Pruned`, `Unreadable` if the chain has no such calls.
pub async fn scan_dealings<T>(
	chain: &Chain,
	bodies: &Bodies,
	task: TaskId,
	context: &TaskContext,
	(from, to): (u32, u32),
	mut pick: impl FnMut(u32, find::FoundDealing) -> Option<T>,
) -> Result<Vec<T>, ChainError> {
	let indices = indices(chain.metadata())
		.ok_or_else(|| ChainError::Unreadable("the calls are unknown".to_owned()))?;
	let lengths = Lengths::of(context);
	let mut picked = Vec::new();
	for (number, body) in bodies.range(chain, from, to).await? {
		for extrinsic in body.iter() {
			let task_hash = &context.task_hash;
			let found = find::dealings(extrinsic, &indices, task, task_hash, lengths);
			picked.extend(found.filter_map(|dealing| pick(number, dealing)));
		}
	}
	Ok(picked)
}

/// Gathers a task's messages.
///
/// # Errors
/// `Pruned` if the node no longer has the bodies.
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
	let indices = indices(chain.metadata()).ok_or_else(|| unreadable("the calls are unknown"))?;
	let at_draw = at_draw(chain, task, info, drawn_at).await;
	let at_draw = at_draw.as_ref().unwrap_or(info);
	let committee = &at_draw.committee;
	// The registry has checked them; that these are those is the node's word.
	if !committee.iter().all(|seat| PublicKey::from_bytes(&seat.seal_key).is_ok()) {
		return Err(unreadable("the committee that the node shows has a seal key that is no key"));
	}
	let evidence = Evidence {
		genesis: *chain.genesis(),
		task,
		version,
		info: info.clone(),
		committee: (!committee.is_empty()).then(|| committee.clone()),
		panel: at_draw.panel.clone(),
		result: result.clone(),
		opening: None,
		dealings: Vec::new(),
		accusations: Vec::new(),
		challenged: BTreeSet::new(),
		shares: Vec::new(),
	};
	let may_deal = may_deal(chain, at_draw, &indices, bodies).await?;
	let mut gathering = Gathering::new(evidence, task_hash, indices, may_deal);
	let mut reported = Reported::default();
	let end = chain.head().number.min(last_block(info, drawn_at));
	let mut from = drawn_at;
	while from <= end {
		let to = end.min(from.saturating_add(QUIET - 1));
		for (number, body) in bodies.range(chain, from, to).await? {
			for extrinsic in body.iter() {
				gathering.look(number, extrinsic);
			}
			// after each block: of what the chain did not take nothing long is to stay
			ask(&mut reported, chain, &gathering).await?;
			gathering.settle(&reported);
		}
		if gathering.may_be_over() && gathering.is_over(to) {
			break;
		}
		from = to.saturating_add(1);
	}
	Ok(gathering.evidence())
}

/// Asks for what has not been asked for yet.
async fn ask(
	reported: &mut Reported,
	chain: &Chain,
	gathering: &Gathering,
) -> Result<(), ChainError> {
	let task = gathering.task();
	for dealer in gathering.dealers_to_ask(reported) {
		// settlement may begin meanwhile: then there is no record to compare with
		let record = chain.dealing(task, &dealer).await.unwrap_or_default();
		let held = record.map(|record| Held { digest: record.digest, block: record.block });
		reported.records.insert(dealer, held);
	}
	for block in gathering.blocks_to_ask(reported) {
		let digests = taken(chain, block).await?;
		reported.events.insert(block, digests);
	}
	Ok(())
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

/// The dealers whose dealings may be among the task's: those who accepted, if the node still has them, else those who were
/// invited.
async fn may_deal(
	chain: &Chain,
	info: &TaskInfo,
	indices: &Indices,
	bodies: &Bodies,
) -> Result<Option<Vec<AccountId>>, ChainError> {
	if !info.accepted.is_empty() && consent_hash(&info.accepted) == info.task.consent {
		return Ok(Some(info.accepted.clone()));
	}
	invited(chain, info, indices, bodies).await
}

/// The invited dealers: from the state, or from the submission in its block's body. Either is believed for the record's
/// hash of them. `None` if neither has them.
///
/// # Errors
/// `Rpc`, `Gone`, `Unreadable`.
pub async fn invited(
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
	let mut cohorts = extrinsics.flat_map(|extrinsic| {
		let (spec, conditions) = (&record.spec, &record.conditions);
		find::cohorts(extrinsic, indices, spec, conditions, record.class, record.invited)
	});
	Ok(cohorts.find(|dealers| is_it(dealers.as_slice())).map(|dealers| dealers.into_inner()))
}
