//! Blocks as they are measured: what is in them, what it weighs and costs, and when they came.

use anyhow::{anyhow, Context, Result};
use codec::{Compact, CompactLen, Decode};
use frame_support::{dispatch::DispatchClass, storage::storage_prefix, weights::Weight};
use frame_system::ConsumedWeight;
use ostraka_client::chain::{Chain, Event, Head};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	Balance, TaskId,
};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, PoisonError},
	time::Instant,
};
use tokio::task::JoinHandle;

/// The extrinsics that are measured, by the events that they cause.
const KINDS: [(&str, &[(&str, &str)]); 7] = [
	("submit", &[("Tasks", "TaskSubmitted")]),
	("accept", &[("Tasks", "Accepted")]),
	("deal", &[("Vss", "Dealt")]),
	("accuse", &[("Vss", "DealerConvicted"), ("Vss", "AccuserConvicted"), ("Vss", "SeatExcused")]),
	("attest", &[("Vss", "Attested")]),
	("commit_result", &[("Vss", "ResultCommitted")]),
	("reveal_result", &[("Vss", "ResultShareRight"), ("Vss", "ResultShareWrong")]),
];

/// The call that [`KINDS`] cannot tell from an accusation.
const CHALLENGE: &str = "challenge";

/// An extrinsic of a task.
#[derive(Clone, Debug)]
pub struct Extrinsic {
	/// Which call it is.
	pub call: &'static str,
	/// The task.
	pub task: TaskId,
	/// Its bytes in the block, its length included.
	pub bytes: u64,
	/// What it was charged.
	pub weight: Weight,
	/// The fee that was paid; none for the workers' calls.
	pub fee: Balance,
}

/// A block.
pub struct Block {
	/// Its number.
	pub number: u32,
	/// Bytes of all extrinsics.
	pub bytes: u64,
	/// Weight of the ordinary transactions.
	pub normal: Weight,
	/// The extrinsics of tasks.
	pub extrinsics: Vec<Extrinsic>,
	/// All events.
	pub events: Arc<Vec<Event>>,
}

impl Block {
	/// Reads one.
	///
	/// # Errors
	/// If the node no longer has its state, or something of it cannot be read.
	pub async fn read(chain: &Chain, number: u32) -> Result<Self> {
		let head = Head { number, hash: chain.block_hash(number).await? };
		let lengths: Vec<u64> = chain.body(head).await?.iter().map(|body| whole(body)).collect();
		let events = chain.events(head).await?;
		let weight = storage(chain, "System", "BlockWeight", head).await?.unwrap_or_default();
		let consumed = if weight.is_empty() {
			ConsumedWeight::default()
		} else {
			ConsumedWeight::decode(&mut weight.as_slice())
				.with_context(|| format!("the weight of block {number}"))?
		};
		let mut by_extrinsic: BTreeMap<u32, Vec<&Event>> = BTreeMap::new();
		for event in events.iter() {
			if let Some(index) = event.extrinsic {
				by_extrinsic.entry(index).or_default().push(event);
			}
		}
		let mut extrinsics = Vec::new();
		for (index, events) in by_extrinsic {
			let Some((call, task)) = kind(&events) else { continue };
			let bytes = lengths.get(index as usize).copied();
			let bytes =
				bytes.with_context(|| format!("block {number} has no extrinsic {index}"))?;
			let weight = charged(&events).with_context(|| format!("what {call} was charged"))?;
			extrinsics.push(Extrinsic { call, task, bytes, weight, fee: fee(&events) });
		}
		let normal = *consumed.get(DispatchClass::Normal);
		Ok(Self { number, bytes: lengths.iter().sum(), normal, extrinsics, events })
	}

	/// Whether an event of a task is in it.
	pub fn has(&self, task: TaskId, pallet: &str, name: &str) -> bool {
		self.events
			.iter()
			.any(|event| event.is(pallet, name) && event.field::<TaskId>("task") == Some(task))
	}
}

/// Bytes of an extrinsic with its length in front.
fn whole(body: &[u8]) -> u64 {
	let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
	(body.len() + Compact::<u32>::compact_len(&length)) as u64
}

/// The call that events tell of, and its task.
fn kind(events: &[&Event]) -> Option<(&'static str, TaskId)> {
	KINDS.iter().find_map(|(call, names)| {
		let is = |event: &&&Event| names.iter().any(|(pallet, name)| event.is(pallet, name));
		let event = events.iter().find(is)?;
		let call = if is_of_a_proof(event) { CHALLENGE } else { *call };
		Some((call, event.field("task")?))
	})
}

/// Whether somebody was convicted by a proof that an input is valid: challenges have the events of accusations.
fn is_of_a_proof(event: &Event) -> bool {
	match event.name.as_str() {
		"DealerConvicted" => event.field("fault") == Some(DealerFault::InvalidInput),
		"AccuserConvicted" => event.field("fault") == Some(AccuserFault::FalseChallenge),
		_ => false,
	}
}

fn charged(events: &[&Event]) -> Option<Weight> {
	let success = events.iter().find(|event| event.is("System", "ExtrinsicSuccess"))?;
	// the weight comes first
	Weight::decode(&mut success.bytes("dispatch_info")?).ok()
}

fn fee(events: &[&Event]) -> Balance {
	let paid = events.iter().filter(|event| event.is("TransactionPayment", "TransactionFeePaid"));
	paid.filter_map(|event| event.field::<Balance>("actual_fee")).sum()
}

/// First bytes of a storage item's keys.
pub fn prefix(pallet: &str, item: &str) -> Vec<u8> {
	storage_prefix(pallet.as_bytes(), item.as_bytes()).to_vec()
}

/// A storage value of a block, in bytes.
async fn storage(chain: &Chain, pallet: &str, item: &str, block: Head) -> Result<Option<Vec<u8>>> {
	let key = format!("0x{}", hex::encode(prefix(pallet, item)));
	let at = format!("{:?}", block.hash);
	let value: Option<String> = chain.link().request("state_getStorage", &(key, at)).await?;
	value.map(|text| unhex(&text)).transpose()
}

/// Bytes from the hexadecimal text that nodes answer.
pub fn unhex(text: &str) -> Result<Vec<u8>> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	hex::decode(digits).map_err(|_| anyhow!("the node's answer is not in hexadecimal: `{text}`"))
}

/// When each block was seen, to within the fifth of a second in which the client looks for new ones.
pub struct Clock {
	seen: Arc<Mutex<BTreeMap<u32, Instant>>>,
	follower: JoinHandle<()>,
}

impl Drop for Clock {
	fn drop(&mut self) {
		self.follower.abort();
	}
}

impl Clock {
	/// Starts with the present block.
	pub fn start(chain: &Chain) -> Self {
		let seen = Arc::new(Mutex::new(BTreeMap::new()));
		let mut head = chain.head();
		note(&seen, head.number);
		let follower = tokio::spawn({
			let (chain, seen) = (chain.clone(), seen.clone());
			async move {
				// without a connection there is nothing to note: whoever waits for the chain is told why
				while let Ok(next) = chain.next_head(head).await {
					(head.number + 1..=next.number).for_each(|number| note(&seen, number));
					head = next;
				}
			}
		});
		Self { seen, follower }
	}

	/// Seconds between two blocks, if both were seen.
	pub fn between(&self, from: u32, to: u32) -> Option<f64> {
		let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
		let (from, to) = (seen.get(&from)?, seen.get(&to)?);
		Some(to.saturating_duration_since(*from).as_secs_f64())
	}
}

fn note(seen: &Mutex<BTreeMap<u32, Instant>>, number: u32) {
	let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
	seen.entry(number).or_insert_with(Instant::now);
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_extrinsic_counts_with_its_length() {
		assert_eq!([whole(&[0; 63]), whole(&[0; 64]), whole(&[0; 16_384])], [64, 66, 16_388]);
	}

	#[test]
	fn the_nodes_answers_are_hexadecimal() {
		assert_eq!(unhex("0x01ff").expect("hexadecimal"), [1, 255]);
		assert!(unhex("0x1").is_err() && unhex("null").is_err());
	}

	#[test]
	fn blocks_that_were_not_seen_have_no_time() {
		let seen = Arc::new(Mutex::new(BTreeMap::new()));
		note(&seen, 3);
		note(&seen, 5);
		let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
		let clock = Clock { seen, follower: runtime.spawn(async {}) };
		assert!(clock.between(3, 5).is_some_and(|seconds| seconds < 1.));
		assert_eq!(clock.between(3, 4), None);
	}
}
