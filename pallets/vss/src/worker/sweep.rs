//! Clears the node's copies of dealings that nobody needs any more, whether the node had a seat in their tasks or none.
//!
//! Offchain indexing gives every node that indexes a copy of every dealing. Who has a seat frees its task's by its ledger
//! (`tidy`); of all others only the chain knows. So it indexes a *list* for each block in which somebody dealt: the tasks and the
//! digests of its dealings. By these a run clears.
//!
//! # Which, and when
//! A block's list is looked at when the block is so and so old: [`CLEAR_AFTER`] blocks, four times that, and so on, and a last
//! time at the longest life of a task and [`CLEAR_AFTER`] on top. What is cleared are copies of tasks that are not open in
//! the state of the run's block; before the last look also only of those that are not in the node's book, as who has a seat
//! waits longer after the settlement. The rest stays in the list, for the next look. So a copy outlives its task by no more than four times
//! the time from the dealing to the task's end, and [`CLEAR_AFTER`] blocks; and none outlives the last look.
//!
//! A *cursor* for each of these ages says which block is next. It never goes back, and a run that finds much to do does as much as
//! its work allows, the oldest first. A database without cursors begins at block 0: whatever the chain had indexed, by imports
//! of years, is found. Blocks without a list (by warp sync, or of the runtimes before this one) take a look-up and no more.
//!
//! # Invariants
//! - No copy of a dealing of a task that is open in the state of the run's block is cleared. Its age would do, as a task that
//!   is older than the longest life has ended on every fork; but a task whose deadlines stand still may get older, so the state is
//!   asked, and the last cursor waits for such a task.
//! - What another fork indexed is cleared as well, by its age. Two forks of one height have different lists, which
//!   lie under different keys but for one in [`LANES`]; where they do not, copies that the one fork has and the other has not
//!   stay.
//! - What comes late (a re-org below a cursor) is found by the next cursor.
//! - Lists shrink and cursors grow; runs that overlap do at worst the same thing twice.

use super::{
	chain,
	record::{read, update, write, Record},
	store, CLEAR_AFTER, LOG_TARGET,
};
use crate::Config;
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use codec::Encode;
use frame::{log, prelude::Get};
use ostraka_primitives::{message::indexed_key, BlockNumber, Digest, TaskId};
use sp_runtime::offchain::storage::StorageValueRef;

/// First bytes of the key of every list.
const LIST: &[u8] = b"ostraka/dealt/";
/// Key of the cursors.
const CURSORS: &[u8] = b"ostraka/worker/c";
/// Lists of one block, each of another fork.
pub const LANES: u8 = 8;
/// Every age at which a block is looked at is so many times the one before.
const LADDER: BlockNumber = 4;
/// Work of looking for a block's lists. Each copy that is cleared adds one.
const LOOK: u32 = 1;

/// The dealings of a block, or those of them whose copies are not cleared yet.
pub type List = Vec<(TaskId, Digest)>;

/// The next block to be looked at, by the age at which it is.
pub type Cursors = BTreeMap<BlockNumber, BlockNumber>;

/// Key in a node's offchain database of one of a block's lists.
pub fn list_key(block: BlockNumber, lane: u8) -> Vec<u8> {
	(block, lane).using_encoded(|place| [LIST, place].concat())
}

/// Which of a block's lists these dealings are: the same on all forks that have the same dealings in it, in whatever order.
fn lane(dealt: &[(TaskId, Digest)]) -> u8 {
	let all = dealt.iter().fold(0u8, |all, (_, [first, ..])| all ^ *first);
	all % LANES
}

/// Has the nodes that index keep the list of a block's dealings: for the block itself to call.
pub(crate) fn index(block: BlockNumber, dealt: &[(TaskId, Digest)]) {
	let key = list_key(block, lane(dealt));
	sp_io::offchain_index::set(&key, &Record::Known(dealt).encode());
}

/// Ages at which blocks are looked at, youngest first.
pub fn ages(longest_task: BlockNumber) -> Vec<BlockNumber> {
	let last = longest_task.saturating_add(CLEAR_AFTER);
	let next = |age: &BlockNumber| age.checked_mul(LADDER);
	let ladder = core::iter::successors(Some(CLEAR_AFTER), next);
	ladder.take_while(|age| *age < last).chain([last]).collect()
}

/// Where the next runs go on.
pub fn cursors() -> Cursors {
	read(CURSORS).ok().flatten().unwrap_or_default()
}

/// Clears what nobody needs, as far as so much work goes. Returns how many copies it cleared, or found cleared.
pub(super) fn run<T: Config>(now: BlockNumber, mut work: u32) -> usize {
	// Of another release: it is left to that one.
	let Ok(before) = read::<Cursors>(CURSORS) else { return 0 };
	let before = before.unwrap_or_default();
	let mut needs = Needs::default();
	let (mut after, mut swept) = (Cursors::new(), 0usize);
	// An older look has been at all blocks below.
	let mut done = 0;
	for (place, age) in ages(T::LongestTask::get()).into_iter().rev().enumerate() {
		let is_last = place == 0;
		let mut next = before.get(&age).copied().unwrap_or_default().max(done);
		while work > 0 && next.checked_add(age).is_some_and(|due| due <= now) {
			let (cleared, is_needed) = look::<T>(next, is_last, &mut needs);
			work = work.saturating_sub(LOOK.saturating_add(cleared));
			swept = swept.saturating_add(cleared as usize);
			if is_last && is_needed {
				break;
			}
			next = next.saturating_add(1);
		}
		after.insert(age, next);
		done = next;
	}
	if after != before {
		// If another run was faster, the next one looks at the same blocks again.
		let moved = update(CURSORS, |held: Option<Cursors>| {
			let held = held.unwrap_or_default();
			let later = |(age, next): (BlockNumber, BlockNumber)| {
				(age, held.get(&age).map_or(next, |held| next.max(*held)))
			};
			Ok(after.into_iter().map(later).collect::<Cursors>())
		});
		if moved.is_err() {
			log::debug!(target: LOG_TARGET, "blocks are swept again: another run was faster");
		}
	}
	swept
}

/// Looks at a block's lists. Returns how many copies are gone, and whether some are still needed.
fn look<T: Config>(block: BlockNumber, is_last: bool, needs: &mut Needs) -> (u32, bool) {
	let (mut cleared, mut is_needed) = (0u32, false);
	for lane in 0..LANES {
		let key = list_key(block, lane);
		// One of another version is another release's.
		let Ok(Some(list)) = read::<List>(&key) else { continue };
		let (needed, gone): (List, List) =
			list.into_iter().partition(|(task, _)| needs.of::<T>(*task, is_last));
		for (_, digest) in &gone {
			StorageValueRef::persistent(&indexed_key(digest)).clear();
		}
		cleared = cleared.saturating_add(u32::try_from(gone.len()).unwrap_or(u32::MAX));
		if needed.is_empty() {
			StorageValueRef::persistent(&key).clear();
		} else {
			is_needed = true;
			if !gone.is_empty() {
				write(&key, &needed);
			}
		}
	}
	(cleared, is_needed)
}

/// Whose dealings are needed still, as far as this run has asked.
#[derive(Default)]
struct Needs {
	open: BTreeMap<TaskId, bool>,
	book: Option<BTreeSet<TaskId>>,
}

impl Needs {
	/// Whether a task's are: it is open, or, before the last look, in the book.
	fn of<T: Config>(&mut self, task: TaskId, is_last: bool) -> bool {
		if *self.open.entry(task).or_insert_with(|| chain::is_open::<T>(task)) {
			return true;
		}
		let in_book = || store::book().into_iter().map(|entry| entry.task).collect();
		!is_last && self.book.get_or_insert_with(in_book).contains(&task)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn ages_grow_by_four_up_to_the_longest_task_and_a_while() {
		assert_eq!(ages(2000), [64, 256, 1024, 2064]);
		assert_eq!(ages(144_000), [64, 256, 1024, 4096, 16_384, 65_536, 144_064]);
		assert_eq!(ages(0), [64]);
		assert_eq!(ages(BlockNumber::MAX).last(), Some(&BlockNumber::MAX));
	}

	#[test]
	fn a_list_lies_by_what_it_names() {
		let (a, b) = ((1, [3; 32]), (2, [6; 32]));
		assert_eq!(lane(&[a, b]), lane(&[b, a]));
		assert_ne!(lane(&[a]), lane(&[b]));
		assert_eq!(list_key(258, 7), [LIST, &[2, 1, 0, 0, 7]].concat());
	}
}
