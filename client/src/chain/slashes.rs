//! Slashes that Root can still cancel, of all nodes, and who is Root: for orders that cancel them.

use super::{state::pruned, Chain, ChainError, Head};
use futures::{stream, StreamExt, TryStreamExt};
use ostraka_primitives::{fault::PendingSlash, AccountId};
use std::future::Future;

/// Keys asked for at a time: as many as a node gives.
const PAGE: u32 = 1_000;
/// Most nodes with pending slashes that are listed; a chain has some thousand nodes at most.
const MOST_NODES: usize = 1 << 16;
/// Nodes whose slashes are asked for at a time.
const AT_ONCE: usize = 16;

/// A slash that Root can still cancel, with its number. The chain gives no number twice, whichever nodes it slashes.
pub type NumberedSlash = (u32, PendingSlash);

impl Chain {
	/// Slashes of all nodes that Root can still cancel, by their numbers.
	///
	/// # Errors
	/// `Pruned`, `Unreadable` if there is no end to them.
	pub async fn all_pending_slashes(&self, block: Head) -> Result<Vec<NumberedSlash>, ChainError> {
		let of = |account: AccountId| async move { self.pending_slashes_at(&account, block).await };
		let mut asked =
			stream::iter(self.slashed(block).await?.into_iter().map(of)).buffered(AT_ONCE);
		let mut all = Vec::new();
		while let Some(slashes) = asked.try_next().await? {
			all.extend(slashes);
		}
		all.sort_unstable_by_key(|(number, _)| *number);
		Ok(all)
	}

	/// Operators of the nodes with slashes that Root can still cancel.
	async fn slashed(&self, block: Head) -> Result<Vec<AccountId>, ChainError> {
		let prefix = self.storage_prefix("Registry", "Pending");
		let (prefix, hash) = (prefix.as_slice(), block.hash);
		let page = |after: Option<Vec<u8>>| async move {
			let after = after.as_deref();
			self.link()
				.ask(|rpc| async move {
					rpc.state_get_keys_paged(prefix, PAGE, after, Some(hash)).await
				})
				.await
				.map_err(|error| pruned(error, block.number))
		};
		let keys = pages(page).await?;
		// the account stands at the key's end, whatever hash is before it
		let accounts = keys.iter().filter_map(|key| key.last_chunk::<32>().copied());
		Ok(accounts.map(AccountId::new).collect())
	}

	/// The account that is Root by the pallet `Sudo`, on a chain to try things out on; `None` where there is none.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn sudo_key(&self, block: Head) -> Result<Option<AccountId>, ChainError> {
		match self.metadata().pallet_by_name("Sudo") {
			Some(_) => self.stored("Sudo", "Key", Vec::new(), block).await,
			None => Ok(None),
		}
	}

	/// The number that the relay chain knows the chain by; `None` if the chain does not say.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn parachain(&self, block: Head) -> Result<Option<u32>, ChainError> {
		match self.metadata().pallet_by_name("ParachainInfo") {
			Some(_) => self.stored("ParachainInfo", "ParachainId", Vec::new(), block).await,
			None => Ok(None),
		}
	}
}

/// All keys, page by page: each is asked for by the last key of the one before, until one is not full.
///
/// # Errors
/// `Unreadable` if there are more than [`MOST_NODES`].
async fn pages<F>(ask: impl Fn(Option<Vec<u8>>) -> F) -> Result<Vec<Vec<u8>>, ChainError>
where
	F: Future<Output = Result<Vec<Vec<u8>>, ChainError>>,
{
	let mut keys: Vec<Vec<u8>> = Vec::new();
	loop {
		let page = ask(keys.last().cloned()).await?;
		let is_last = page.len() < PAGE as usize;
		keys.extend(page);
		if is_last {
			return Ok(keys);
		}
		if keys.len() > MOST_NODES {
			return Err(ChainError::Unreadable(format!(
				"it lists more than {MOST_NODES} nodes with pending slashes"
			)));
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::cell::Cell;

	fn keys(from: u32, until: u32) -> Vec<Vec<u8>> {
		(from..until).map(|number| number.to_be_bytes().to_vec()).collect()
	}

	/// The number of the key that follows.
	fn next(after: Option<Vec<u8>>) -> u32 {
		let after = after.map(|key| u32::from_be_bytes(key.try_into().expect("four bytes")));
		after.map_or(0, |number| number + 1)
	}

	#[tokio::test]
	async fn keys_come_page_by_page() {
		for (there_are, pages_asked) in [(0, 1), (7, 1), (PAGE, 2), (2 * PAGE + 5, 3)] {
			let asked = Cell::new(0);
			let read = pages(|after| {
				asked.set(asked.get() + 1);
				let from = next(after);
				async move { Ok(keys(from, there_are.min(from + PAGE))) }
			});
			assert_eq!(read.await.expect("an end"), keys(0, there_are));
			assert_eq!(asked.get(), pages_asked, "{there_are} keys");
		}
	}

	#[tokio::test]
	async fn keys_without_an_end_are_an_error() {
		let read = pages(|after| {
			let from = next(after);
			async move { Ok(keys(from, from + PAGE)) }
		});
		let error = read.await.expect_err("no end").to_string();
		assert!(error.contains("more than 65536 nodes"), "{error}");
	}
}
