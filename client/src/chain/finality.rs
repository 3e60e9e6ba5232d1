//! What nothing takes back any more: on a parachain the best block can still lose to another, a final one cannot. Waiting
//! for it, and for transactions in it; what a transaction is anchored to.

use super::{
	track::{Found, Place},
	Chain, ChainError, Head,
};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Blocks under the best after which a transaction may be anchored to one where finality lags.
const DEEP: u32 = 16;
/// Between two looks at what is final, while no block comes.
const PAUSE: Duration = Duration::from_secs(1);
/// Default time without a new final block before a wait is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// What a transaction is anchored to, by the numbers of the best and of the newest final block. Not to the best block
/// itself, be it final: the pool may not know it yet.
fn anchored(best: u32, last: u32) -> u32 {
	last.min(best.saturating_sub(1)).max(best.saturating_sub(DEEP))
}

/// Somebody's wait for a block to be final.
struct Wait {
	/// The block that is waited for.
	block: u32,
	/// The newest final block, and since when it is that.
	last: Option<(u32, Instant)>,
	/// Longest time without a newer one.
	patience: Duration,
}

impl Wait {
	fn new(block: u32, patience: Duration) -> Self {
		Self { block, last: None, patience }
	}

	/// Whether there is hope, now that `last` is the newest final block.
	fn goes_on(&mut self, last: u32, now: Instant) -> Result<(), ChainError> {
		match self.last {
			Some((known, since)) if known == last => {
				if now.saturating_duration_since(since) < self.patience {
					return Ok(());
				}
				let minutes = self.patience.as_secs() / 60;
				Err(ChainError::NotFinal { block: self.block, last, minutes })
			},
			_ => {
				self.last = Some((last, now));
				Ok(())
			},
		}
	}
}

impl Chain {
	/// The block that a transaction's validity counts from: the newest final one before the best, or one deep under it. A
	/// transaction names its anchor's hash; were that block to lose to another, no block could have the transaction.
	pub async fn anchor(&self) -> Result<Head, ChainError> {
		let last = self.finalized().await?;
		match anchored(self.head().number, last.number) {
			number if number == last.number => Ok(last),
			number => Ok(Head { number, hash: self.block_hash(number).await? }),
		}
	}

	/// The newest final block.
	pub async fn finalized(&self) -> Result<Head, ChainError> {
		let unreadable = || ChainError::Unreadable("the newest final block".to_owned());
		let hash = self.link().ask(|rpc| async move { rpc.chain_get_finalized_head().await });
		let hash = hash.await?;
		let header = self.link().ask(|rpc| async move { rpc.chain_get_header(Some(hash)).await });
		let header = header.await?.ok_or_else(unreadable)?;
		let number = u32::try_from(header.number).map_err(|_| unreadable())?;
		Ok(Head { number, hash })
	}

	/// Waits until the block of that number is final. Returns the newest final block.
	///
	/// # Errors
	/// `NotFinal`, `Gone`, `OtherChain`.
	pub async fn wait_final(&self, number: u32) -> Result<Head, ChainError> {
		let mut wait = Wait::new(number, self.0.patience);
		loop {
			let last = self.finalized().await?;
			if last.number >= number {
				return Ok(last);
			}
			self.look_later(&mut wait, last).await?;
		}
	}

	/// Waits until a block that was best is final, or has lost to another: whether it is final.
	///
	/// # Errors
	/// `NotFinal`, `Gone`, `OtherChain`.
	pub async fn is_final(&self, block: Head) -> Result<bool, ChainError> {
		let mut wait = Wait::new(block.number, self.0.patience);
		loop {
			let last = self.finalized().await?;
			match self.block_hash(block.number).await {
				Ok(hash) if hash == block.hash && last.number >= block.number => return Ok(true),
				Ok(hash) if hash == block.hash => self.look_later(&mut wait, last).await?,
				// another block, or none yet, is in its place
				Ok(_) | Err(ChainError::Pruned { .. }) => return Ok(false),
				Err(error) => return Err(error),
			}
		}
	}

	/// Waits for the next block, or a second: a block may become final while no other comes.
	async fn look_later(&self, wait: &mut Wait, last: Head) -> Result<(), ChainError> {
		wait.goes_on(last.number, Instant::now())?;
		tokio::select! {
			head = self.next_head(self.head()) => head.map(drop),
			() = tokio::time::sleep(PAUSE) => Ok(()),
		}
	}

	/// [`Self::expect`] for a transaction whose block lost: it may be in one that won already.
	pub async fn expect_again(
		&self,
		extrinsic: &[u8],
		until: u32,
		after: Head,
	) -> Result<oneshot::Receiver<Found>, ChainError> {
		// asked before the look, so that no block is missed in between
		let told = self.expect(extrinsic, until);
		let Some(place) = self.search(extrinsic, after, self.head().number).await? else {
			return Ok(told);
		};
		let (tell, told) = oneshot::channel();
		// the other end is in hand
		let _ = tell.send(Ok(Some(place)));
		Ok(told)
	}

	/// Where a transaction is in the final blocks after one and up to another, once the last of these is final.
	///
	/// # Errors
	/// Those of [`Self::wait_final`].
	pub async fn in_final(
		&self,
		extrinsic: &[u8],
		after: Head,
		until: u32,
	) -> Result<Option<Place>, ChainError> {
		self.wait_final(until).await?;
		self.search(extrinsic, after, until).await
	}

	/// Where a transaction is in the best chain's blocks after one and up to another.
	async fn search(
		&self,
		extrinsic: &[u8],
		after: Head,
		until: u32,
	) -> Result<Option<Place>, ChainError> {
		for number in after.number + 1..=until {
			let block = match self.block_hash(number).await {
				Ok(hash) => Head { number, hash },
				Err(ChainError::Pruned { .. }) => break,
				Err(error) => return Err(error),
			};
			let body = self.body(block).await?;
			if let Some(index) = body.iter().position(|found| found == extrinsic) {
				return Ok(Some(Place { block, index: index as u32 }));
			}
		}
		Ok(None)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn transactions_are_anchored_to_what_hardly_loses() {
		assert_eq!(anchored(100, 97), 97);
		// every block is final at once, and a connection is a block behind
		assert_eq!(anchored(100, 100), 99);
		assert_eq!(anchored(96, 97), 95);
		// finality stands still
		assert_eq!(anchored(100, 40), 100 - DEEP);
		assert_eq!(anchored(5, 0), 0);
		assert_eq!(anchored(0, 0), 0);
	}

	#[test]
	fn a_wait_ends_when_finality_stands_still() {
		let (mut wait, start) = (Wait::new(9, PATIENCE), Instant::now());
		let at = |seconds| start + Duration::from_secs(seconds);
		let all = PATIENCE.as_secs();
		wait.goes_on(5, at(0)).unwrap();
		wait.goes_on(5, at(all - 1)).unwrap();
		wait.goes_on(6, at(all + 1)).unwrap();
		wait.goes_on(6, at(2 * all)).unwrap();
		assert!(matches!(
			wait.goes_on(6, at(2 * all + 1)),
			Err(ChainError::NotFinal { block: 9, last: 6, minutes: 10 })
		));
	}
}
