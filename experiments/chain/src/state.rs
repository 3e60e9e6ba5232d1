//! Bytes of state that tasks take: keys and values, without the inner nodes of the trie.

use crate::blocks::{prefix, unhex};
use anyhow::Result;
use ostraka_client::chain::{Chain, Head};
use serde::Deserialize;

/// Storage that tasks take. Accounts, which dealers have anyway, are not in it; their holds are.
const OF_TASKS: [(&str, &str); 23] = [
	("Tasks", "Records"),
	("Tasks", "Statuses"),
	("Tasks", "Invitations"),
	("Tasks", "Cohorts"),
	("Tasks", "Barred"),
	("Tasks", "Draws"),
	("Tasks", "OpenOf"),
	("Tasks", "DrawnTasks"),
	("Tasks", "Settlements"),
	("Tasks", "Agenda"),
	("Tasks", "Unsettled"),
	("Vss", "Sharings"),
	("Vss", "Seats"),
	("Vss", "Dealings"),
	("Vss", "UsedEphemerals"),
	("Vss", "RightShares"),
	("Vss", "Results"),
	("Consent", "Histories"),
	("Consent", "Sets"),
	("Registry", "Seats"),
	("Incentives", "Escrows"),
	("Incentives", "Deposits"),
	("Balances", "Holds"),
];
/// Keys that are asked for at a time.
const PAGE: u32 = 500;

/// One answer of `state_queryStorageAt`.
#[derive(Deserialize)]
struct ChangeSet {
	changes: Vec<(String, Option<String>)>,
}

/// Bytes of all of it, as of a block.
///
/// # Errors
/// If the node no longer has the block's state, or does not answer.
pub async fn bytes(chain: &Chain, number: u32) -> Result<u64> {
	let block = Head { number, hash: chain.block_hash(number).await? };
	let mut sum = 0;
	for (pallet, item) in OF_TASKS {
		sum += bytes_of(chain, &prefix(pallet, item), block).await?;
	}
	Ok(sum)
}

async fn bytes_of(chain: &Chain, prefix: &[u8], block: Head) -> Result<u64> {
	let (prefix, at) = (format!("0x{}", hex::encode(prefix)), format!("{:?}", block.hash));
	let mut sum = 0;
	let mut after: Option<String> = None;
	loop {
		let page = (&prefix, PAGE, &after, &at);
		let keys: Vec<String> = chain.link().request("state_getKeysPaged", &page).await?;
		let Some(last) = keys.last().cloned() else { return Ok(sum) };
		let sets: Vec<ChangeSet> =
			chain.link().request("state_queryStorageAt", &(&keys, &at)).await?;
		for (key, value) in sets.into_iter().flat_map(|set| set.changes) {
			if let Some(value) = value {
				sum += (unhex(&key)?.len() + unhex(&value)?.len()) as u64;
			}
		}
		after = Some(last);
	}
}
