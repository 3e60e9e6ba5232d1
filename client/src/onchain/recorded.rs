//! The dealings in block bodies that a task's state has the records of.
//!
//! Anybody can put bytes into a block that read as a dealing, as many as it holds. A record has the digest, which tells the right one
//! for certain, and the hash of its `R`, of which a task has no two alike: so each find is compared with one record, before
//! anything long of it is hashed.

use crate::chain::{state::DealingRecord, Chain, ChainError};
use futures::{stream, StreamExt, TryStreamExt};
use ostraka_crypto::{messages::DealingBytes, transcript::sha256};
use ostraka_party::verify::find::FoundDealing;
use ostraka_primitives::{AccountId, Digest, TaskId};
use ostraka_protocol::wire::dealing_bytes;
use std::collections::BTreeMap;

/// Records asked for at a time.
const AT_ONCE: usize = 16;

/// The records of these dealers' dealings, of those who have dealt.
///
/// # Errors
/// `Rpc`, `Gone`, `Unreadable`.
pub async fn records(
	chain: &Chain,
	task: TaskId,
	dealers: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<(AccountId, DealingRecord)>, ChainError> {
	let record = |dealer: AccountId| async move {
		let record = chain.dealing(task, &dealer).await?;
		Ok::<_, ChainError>(record.map(|record| (dealer, record)))
	};
	stream::iter(dealers.into_iter().map(record))
		.buffered(AT_ONCE)
		.try_filter_map(|found| futures::future::ready(Ok(found)))
		.try_collect()
		.await
}

/// Records, by what a dealing shows of itself.
pub struct Recorded<'a>(BTreeMap<Digest, &'a (AccountId, DealingRecord)>);

impl<'a> Recorded<'a> {
	/// Of these records.
	pub fn new(records: impl IntoIterator<Item = &'a (AccountId, DealingRecord)>) -> Self {
		Self(records.into_iter().map(|dealt| (dealt.1.ephemeral, dealt)).collect())
	}

	/// The dealing that is found in a block, and its dealer, if it is the one of a record.
	pub fn find(
		&self,
		task_hash: &Digest,
		block: u32,
		found: &FoundDealing,
	) -> Option<(&'a AccountId, DealingBytes)> {
		let (dealer, record) = self.0.get(&sha256(&found.dealing.ephemeral)).copied()?;
		(record.block == block).then_some(())?;
		let bytes = dealing_bytes(&found.dealing);
		(bytes.digest(task_hash, dealer.as_ref()) == record.digest).then_some((dealer, bytes))
	}
}
