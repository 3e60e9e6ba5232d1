//! New blocks, as they become best, and the transactions that somebody waits for in them.
//!
//! One task follows the chain for all: it looks at the best block a few times a second, walks back to the last one it
//! knew (so none is missed when numbers are skipped or the connection was away), and looks through bodies only while
//! somebody waits. A poll, not a subscription: it cannot silently stop.

use super::{link::Link, Chain, ChainError};
use codec::Encode;
use std::{
	collections::{HashMap, VecDeque},
	sync::{Arc, Mutex, PoisonError, Weak},
	time::Duration,
};
use subxt::config::substrate::H256;
use tokio::sync::{oneshot, watch};

/// Wait between two looks at the best block.
const POLL: Duration = Duration::from_millis(200);
/// Most blocks that are walked back.
const MOST_BACK: usize = 512;

/// A block that was best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
	/// Its number.
	pub number: u32,
	/// Its hash.
	pub hash: H256,
}

/// Where a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
	/// The block.
	pub block: Head,
	/// The extrinsic's place in it.
	pub index: u32,
}

/// What a waiter learns.
pub type Found = Result<Option<Place>, ChainError>;

struct Waiter {
	/// Last block in which the transaction can be.
	until: u32,
	tell: oneshot::Sender<Found>,
}

/// What the following task shares with those who ask.
pub struct Tracker {
	head: watch::Sender<Head>,
	failure: watch::Sender<Option<ChainError>>,
	reconnects: watch::Sender<u64>,
	waiters: Mutex<HashMap<Vec<u8>, Waiter>>,
	recent: Mutex<VecDeque<Head>>,
}

impl Tracker {
	/// Reads the best block.
	pub async fn start(link: &Link) -> Result<Self, ChainError> {
		let (head, parent) = best(link).await?;
		Ok(Self {
			head: watch::Sender::new(head),
			failure: watch::Sender::new(None),
			reconnects: watch::Sender::new(0),
			waiters: Mutex::default(),
			recent: Mutex::new(parent.into_iter().chain([head]).collect()),
		})
	}
}

/// Follows the chain until nobody holds it any more.
pub fn follow(chain: &Chain) {
	let weak = Arc::downgrade(&chain.0);
	tokio::spawn(async move {
		loop {
			tokio::time::sleep(POLL).await;
			let Some(inner) = Weak::upgrade(&weak) else { break };
			let chain = Chain(inner);
			if let Err(error) = chain.step().await {
				chain.give_up(&error);
				break;
			}
		}
	});
}

impl Chain {
	/// The best block, as of the last look.
	pub fn head(&self) -> Head {
		*self.0.tracker.head.borrow()
	}

	/// Waits for a best block other than `known`.
	///
	/// # Errors
	/// `Gone`, `OtherChain`: the chain is no longer followed. `Still` if none comes for as long as the chain's patience is.
	pub async fn next_head(&self, known: Head) -> Result<Head, ChainError> {
		let mut heads = self.0.tracker.head.subscribe();
		let mut failures = self.0.tracker.failure.subscribe();
		let gone = || ChainError::Gone { url: self.url().to_owned(), seconds: 0 };
		tokio::select! {
			head = heads.wait_for(|head| *head != known) => head.map(|head| *head).map_err(|_| gone()),
			failure = failures.wait_for(Option::is_some) => {
				Err(failure.ok().and_then(|failure| failure.clone()).unwrap_or_else(gone))
			},
			() = tokio::time::sleep(self.0.patience) => {
				Err(ChainError::Still { block: known.number, minutes: self.0.patience.as_secs() / 60 })
			},
		}
	}

	/// Waits for a block of at least that number.
	///
	/// # Errors
	/// As [`Self::next_head`].
	pub async fn wait_for_block(&self, number: u32) -> Result<Head, ChainError> {
		let mut head = self.head();
		while head.number < number {
			head = self.next_head(head).await?;
		}
		Ok(head)
	}

	/// Asks to be told of a transaction when it is in a best block, up to block `until`. To be called before it is sent.
	pub fn expect(&self, extrinsic: &[u8], until: u32) -> oneshot::Receiver<Found> {
		let (tell, told) = oneshot::channel();
		if let Some(error) = self.0.tracker.failure.borrow().clone() {
			let _ = tell.send(Err(error));
			return told;
		}
		self.waiters().insert(extrinsic.to_vec(), Waiter { until, tell });
		told
	}

	/// Number of connections made after the first, which changes once it is known that the same chain answers.
	pub fn reconnects(&self) -> watch::Receiver<u64> {
		self.0.tracker.reconnects.subscribe()
	}

	fn waiters(&self) -> std::sync::MutexGuard<'_, HashMap<Vec<u8>, Waiter>> {
		self.0.tracker.waiters.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// One look at the best block.
	async fn step(&self) -> Result<(), ChainError> {
		let (head, _) = best(&self.0.link).await?;
		let generation = self.0.link.generation().await;
		if *self.0.tracker.reconnects.borrow() != generation {
			self.check_same().await?;
			self.0.tracker.reconnects.send_replace(generation);
		}
		if head == self.head() {
			return Ok(());
		}
		let new = self.new_blocks(head).await?;
		// before the waiters are told: what they read next is to be the state with their transaction in it
		self.0.tracker.head.send_replace(head);
		for block in new {
			self.look_through(block).await?;
		}
		Ok(())
	}

	/// The blocks of the best chain that were not in it before, oldest first.
	async fn new_blocks(&self, head: Head) -> Result<Vec<Head>, ChainError> {
		let is_known = |hash: H256| {
			let recent = self.0.tracker.recent.lock().unwrap_or_else(PoisonError::into_inner);
			recent.iter().any(|block| block.hash == hash)
		};
		let mut new = Vec::new();
		let mut block = head;
		while new.len() < MOST_BACK && !is_known(block.hash) {
			new.push(block);
			let hash = block.hash;
			let header = self
				.0
				.link
				.ask(|rpc| async move { rpc.chain_get_header(Some(hash)).await })
				.await?;
			let Some(header) = header else { break };
			let Some(number) = block.number.checked_sub(1) else { break };
			block = Head { number, hash: header.parent_hash };
		}
		new.reverse();
		let mut recent = self.0.tracker.recent.lock().unwrap_or_else(PoisonError::into_inner);
		replace(&mut recent, &new, head);
		Ok(new)
	}

	/// Tells the waiters whose transaction is in the block, or can no longer come.
	async fn look_through(&self, block: Head) -> Result<(), ChainError> {
		if self.waiters().is_empty() {
			return Ok(());
		}
		let body = self.body(block).await?;
		let mut waiters = self.waiters();
		for (index, extrinsic) in (0u32..).zip(body.iter()) {
			let with_length = extrinsic.encode();
			let waiter = waiters.remove(extrinsic).or_else(|| waiters.remove(&with_length));
			if let Some(waiter) = waiter {
				// who no longer waits is not told
				let _ = waiter.tell.send(Ok(Some(Place { block, index })));
			}
		}
		let late: Vec<Vec<u8>> = waiters
			.iter()
			.filter(|(_, waiter)| waiter.until < block.number)
			.map(|(extrinsic, _)| extrinsic.clone())
			.collect();
		for extrinsic in late {
			if let Some(waiter) = waiters.remove(&extrinsic) {
				let _ = waiter.tell.send(Ok(None));
			}
		}
		Ok(())
	}

	/// The chain is no longer followed: everybody who waits is told.
	fn give_up(&self, error: &ChainError) {
		self.0.tracker.failure.send_replace(Some(error.clone()));
		for (_, waiter) in self.waiters().drain() {
			let _ = waiter.tell.send(Err(error.clone()));
		}
	}
}

/// Puts blocks that are best now, oldest first, behind those that they follow. What they replace is forgotten: if it wins
/// its place back, it is new again, and looked through again.
fn replace(recent: &mut VecDeque<Head>, new: &[Head], head: Head) {
	let from = new.first().map_or(head.number.saturating_add(1), |block| block.number);
	recent.retain(|known| known.number < from);
	recent.extend(new);
	let excess = recent.len().saturating_sub(MOST_BACK);
	recent.drain(..excess);
}

/// The best block, and its parent.
async fn best(link: &Link) -> Result<(Head, Option<Head>), ChainError> {
	let unreadable = || ChainError::Unreadable("the best block".to_owned());
	let hash = link.ask(|rpc| async move { rpc.chain_get_block_hash(None).await }).await?;
	let hash = hash.ok_or_else(unreadable)?;
	let header = link.ask(|rpc| async move { rpc.chain_get_header(Some(hash)).await }).await?;
	let header = header.ok_or_else(unreadable)?;
	let number = u32::try_from(header.number).map_err(|_| unreadable())?;
	let parent = number.checked_sub(1).map(|number| Head { number, hash: header.parent_hash });
	Ok((Head { number, hash }, parent))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn block(number: u32, fork: u8) -> Head {
		Head { number, hash: H256([fork; 32]) }
	}

	#[test]
	fn a_block_that_loses_and_wins_again_is_new_again() {
		let (four, lost, winner, next) = (block(4, 0), block(5, 1), block(5, 2), block(6, 3));
		let mut recent = VecDeque::from([four, lost]);
		replace(&mut recent, &[winner], winner);
		assert_eq!(recent, [four, winner]);
		// the walk back from the sixth meets no block that is known before the fourth
		replace(&mut recent, &[lost, next], next);
		assert_eq!(recent, [four, lost, next]);
	}

	#[test]
	fn a_best_block_that_goes_back_takes_what_came_after_it_along() {
		let mut recent = VecDeque::from([block(4, 0), block(5, 1), block(6, 2)]);
		replace(&mut recent, &[], block(5, 1));
		assert_eq!(recent, [block(4, 0), block(5, 1)]);
	}

	#[test]
	fn not_all_blocks_are_kept() {
		let many: Vec<Head> = (0..2 * MOST_BACK as u32).map(|number| block(number, 0)).collect();
		let mut recent = VecDeque::new();
		replace(&mut recent, &many, many[many.len() - 1]);
		assert_eq!(recent.len(), MOST_BACK);
		assert_eq!(recent.back(), many.last());
	}
}
