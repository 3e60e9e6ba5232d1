//! What nothing takes back any more: on a parachain the best block can still lose to another, a final one cannot.

use super::{
	track::{Found, Place},
	Chain, ChainError, Head,
};
use tokio::sync::oneshot;

/// Blocks under the best after which one is taken for final where finality lags.
const DEEP: u32 = 16;

/// What a transaction is anchored to, by the numbers of the best and of the newest final block.
fn anchored(best: u32, last: u32) -> u32 {
	last.max(best.saturating_sub(DEEP))
}

impl Chain {
	/// The block that a transaction's validity counts from: the newest final one, or one deep under the best. A
	/// transaction names its anchor's hash; were that block to lose to another, no block could have the transaction.
	///
	/// # Errors
	/// Those of a request.
	pub async fn anchor(&self) -> Result<Head, ChainError> {
		let last = self.finalized().await?;
		match anchored(self.head().number, last.number) {
			number if number == last.number => Ok(last),
			number => Ok(Head { number, hash: self.block_hash(number).await? }),
		}
	}

	/// The newest final block.
	///
	/// # Errors
	/// Those of a request.
	pub async fn finalized(&self) -> Result<Head, ChainError> {
		let unreadable = || ChainError::Unreadable("the newest final block".to_owned());
		let hash = self.link().ask(|rpc| async move { rpc.chain_get_finalized_head().await });
		let hash = hash.await?;
		let header = self.link().ask(|rpc| async move { rpc.chain_get_header(Some(hash)).await });
		let header = header.await?.ok_or_else(unreadable)?;
		let number = u32::try_from(header.number).map_err(|_| unreadable())?;
		Ok(Head { number, hash })
	}

	/// Waits until the block of that number is final. Answers the newest final block.
	///
	/// # Errors
	/// `Gone`, `OtherChain`, and those of a request.
	pub async fn wait_final(&self, number: u32) -> Result<Head, ChainError> {
		let mut head = self.head();
		loop {
			let last = self.finalized().await?;
			if last.number >= number {
				return Ok(last);
			}
			head = self.next_head(head).await?;
		}
	}

	/// Waits until a block that was best is final, or has lost to another: whether it is final.
	///
	/// # Errors
	/// `Gone`, `OtherChain`, and those of a request.
	pub async fn is_final(&self, block: Head) -> Result<bool, ChainError> {
		let mut head = self.head();
		loop {
			let last = self.finalized().await?;
			match self.block_hash(block.number).await {
				Ok(hash) if hash == block.hash && last.number >= block.number => return Ok(true),
				Ok(hash) if hash == block.hash => head = self.next_head(head).await?,
				// another block, or none yet, is in its place
				Ok(_) | Err(ChainError::Pruned { .. }) => return Ok(false),
				Err(error) => return Err(error),
			}
		}
	}

	/// [`Self::expect`] for a transaction whose block lost: it may be in one that won already.
	pub(super) async fn expect_again(
		&self,
		extrinsic: &[u8],
		until: u32,
		after: Head,
	) -> Result<oneshot::Receiver<Found>, ChainError> {
		// asked before the look, so that no block is missed in between
		let told = self.expect(extrinsic, until);
		let head = self.head();
		for number in after.number + 1..=head.number {
			let block = match self.block_hash(number).await {
				Ok(hash) => Head { number, hash },
				Err(ChainError::Pruned { .. }) => break,
				Err(error) => return Err(error),
			};
			let body = self.body(block).await?;
			if let Some(index) = body.iter().position(|found| found == extrinsic) {
				let (tell, told) = oneshot::channel();
				// the other end is in hand
				let _ = tell.send(Ok(Some(Place { block, index: index as u32 })));
				return Ok(told);
			}
		}
		Ok(told)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn transactions_are_anchored_to_what_hardly_loses() {
		assert_eq!(anchored(100, 97), 97);
		assert_eq!(anchored(100, 100), 100);
		// a connection that is a block behind
		assert_eq!(anchored(96, 97), 97);
		// finality stands still
		assert_eq!(anchored(100, 40), 100 - DEEP);
		assert_eq!(anchored(5, 0), 0);
	}
}
