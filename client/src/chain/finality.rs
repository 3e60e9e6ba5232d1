//! What nothing takes back any more: on a parachain the best block can still lose to another, a final one cannot.

use super::{Chain, ChainError, Head};

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
}
