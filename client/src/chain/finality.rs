//! What nothing takes back any more: on a parachain the best block can still lose to another, a final one cannot.

use super::{
	track::{Found, Place},
	Chain, ChainError, Head,
};
use tokio::sync::oneshot;

impl Chain {
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
