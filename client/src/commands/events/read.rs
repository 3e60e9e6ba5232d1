//! Which blocks are read: every final one once, and above them, if that is asked for, the best ones, each of which may lose to
//! another that is read in its place.

use crate::chain::{Chain, ChainError, Head};
use std::collections::VecDeque;

/// Most blocks between the newest final one and the best.
const MOST_OPEN: usize = 1 << 16;

/// The best block now: what is final before it is asked for stands under it.
///
/// # Errors
/// `Unreadable`.
pub async fn best(chain: &Chain) -> Result<Head, ChainError> {
	let unreadable = || ChainError::Unreadable("the best block".to_owned());
	let hash = chain.link().ask(|rpc| async move { rpc.chain_get_block_hash(None).await });
	let hash = hash.await?.ok_or_else(unreadable)?;
	let header = chain.link().ask(|rpc| async move { rpc.chain_get_header(Some(hash)).await });
	let header = header.await?.ok_or_else(unreadable)?;
	let number = u32::try_from(header.number).map_err(|_| unreadable())?;
	Ok(Head { number, hash })
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Reader {
	/// The first block that is not read, or not for good.
	next: u32,
	/// Blocks from there on that were read and may lose, in the order of the chain.
	open: VecDeque<Head>,
}

impl Reader {
	/// Reads from a block on.
	pub fn new(from: u32) -> Self {
		Self { next: from, open: VecDeque::new() }
	}

	/// From which block on another reader goes on.
	pub fn resumes(&self) -> u32 {
		self.next
	}

	/// The next block to be read for good, if the newest final one is `last`. With blocks that may lose in hand there is none:
	/// they become final, or lose.
	pub fn next_final(&mut self, last: u32) -> Option<u32> {
		if !self.open.is_empty() || self.next > last {
			return None;
		}
		let next = self.next;
		self.next = next.checked_add(1)?;
		Some(next)
	}

	/// The blocks up to the best one that were not read, oldest first.
	///
	/// # Errors
	/// `Pruned`, `Unreadable` if there are too many.
	pub async fn path(&self, chain: &Chain, head: Head) -> Result<Vec<Head>, ChainError> {
		let mut path = Vec::new();
		let mut block = head;
		while block.number >= self.next && !self.open.contains(&block) {
			if path.len() == MOST_OPEN {
				let text = format!("its best block is {MOST_OPEN} blocks above what was read");
				return Err(ChainError::Unreadable(text));
			}
			path.push(block);
			let hash = block.hash;
			let header =
				chain.link().ask(|rpc| async move { rpc.chain_get_header(Some(hash)).await });
			let pruned = ChainError::Pruned { what: "the header", block: block.number };
			let parent = header.await?.ok_or(pruned)?.parent_hash;
			let Some(number) = block.number.checked_sub(1) else { break };
			block = Head { number, hash: parent };
		}
		path.reverse();
		Ok(path)
	}

	/// Goes over to a path that ends in the best block. Returns the blocks that it replaces, the newest first.
	pub fn turn(&mut self, path: &[Head], head: Head) -> Vec<Head> {
		let from = path.first().map_or(head.number.saturating_add(1), |block| block.number);
		let mut lost = Vec::new();
		while self.open.back().is_some_and(|block| block.number >= from) {
			lost.extend(self.open.pop_back());
		}
		self.open.extend(path);
		lost
	}

	/// Blocks up to the newest final one lose no more.
	pub fn settle(&mut self, last: u32) {
		while self.open.front().is_some_and(|block| block.number <= last) {
			let settled = self.open.pop_front();
			self.next = settled.map_or(self.next, |block| block.number.saturating_add(1));
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use subxt::config::substrate::H256;

	fn block(number: u32, fork: u8) -> Head {
		Head { number, hash: H256([fork; 32]) }
	}

	#[test]
	fn final_blocks_are_read_once_and_in_order() {
		let mut reader = Reader::new(4);
		let read: Vec<u32> = std::iter::from_fn(|| reader.next_final(6)).collect();
		assert_eq!((read, reader.resumes()), (vec![4, 5, 6], 7));
		assert_eq!(reader.next_final(6), None);
		assert_eq!(reader.next_final(7), Some(7));
		assert_eq!(Reader::new(9).next_final(6), None);
	}

	#[test]
	fn a_block_that_loses_is_taken_back_and_another_read_in_its_place() {
		let mut reader = Reader::new(5);
		let (five, six, other, next) = (block(5, 1), block(6, 1), block(6, 2), block(7, 2));
		assert_eq!(reader.turn(&[five, six], six), []);
		// who goes on from here reads what is not final again
		assert_eq!((reader.next_final(4), reader.resumes()), (None, 5));
		assert_eq!(reader.turn(&[other, next], next), [six]);
		assert_eq!(reader.open, [five, other, next]);
		// the best block goes back
		assert_eq!(reader.turn(&[], other), [next]);
		reader.settle(5);
		assert_eq!((reader.resumes(), reader.open.len()), (6, 1));
		reader.settle(9);
		assert_eq!(reader.resumes(), 7);
		assert_eq!(reader.next_final(7), Some(7));
	}
}
