//! What is cleared of other tasks' dealings than those of a node's seats, and when.

use super::{mock::*, node::*};
use crate::worker::{
	sweep::{self, ages, LANES},
	CLEAR_AFTER,
};
use ostraka_primitives::{BlockNumber, Digest, TaskId};
use sp_core::offchain::OffchainStorage;

/// The age of the second look, and of the last.
const SECOND: BlockNumber = 4 * CLEAR_AFTER;
const LAST: BlockNumber = LONGEST + CLEAR_AFTER;

/// An honest dealing, alone in its block.
fn dealt(chain: &mut Chain, task: TaskId, block: BlockNumber, dealer: u8) -> Digest {
	let digest = chain.deal(task, block, dealer, None);
	chain.end_block(block);
	digest
}

fn cursor(chain: &mut Chain, age: BlockNumber) -> Option<BlockNumber> {
	chain.state(sweep::cursors).get(&age).copied()
}

#[test]
fn a_node_without_a_seat_clears_what_is_over() {
	let node = Node::new(&[]);
	let mut chain = Chain::new(&node);
	let digests = [chain.deal(TASK, 5, 1, None), chain.deal(TASK, 5, 2, None)];
	chain.end_block(5);
	chain.settle(TASK, 30);
	assert_eq!(node.lists(5), 1);
	assert_eq!(chain.run(4 + CLEAR_AFTER).swept, 0);
	assert!(digests.iter().all(|digest| node.has_indexed(digest)));
	assert_eq!(chain.run(5 + CLEAR_AFTER).swept, 2);
	assert!(!digests.iter().any(|digest| node.has_indexed(digest)));
	assert_eq!(node.lists(5), 0);
	assert_eq!(chain.run(6 + CLEAR_AFTER).swept, 0);
}

/// Also if it is older than any should be, as its deadlines stood still.
#[test]
fn no_dealing_of_an_open_task_is_cleared_whatever_its_age() {
	let node = Node::new(&[]);
	let mut chain = Chain::new(&node);
	chain.open(TASK + 1);
	let stays = chain.deal(TASK, 5, 1, None);
	let goes = chain.deal(TASK + 1, 5, 2, None);
	chain.end_block(5);
	let goes_later = dealt(&mut chain, TASK + 1, 6, 3);
	chain.settle(TASK + 1, 30);

	assert_eq!(chain.run(5 + CLEAR_AFTER).swept, 1);
	assert!(!node.has_indexed(&goes));
	assert_eq!(chain.run(6 + CLEAR_AFTER).swept, 1);
	assert!(!node.has_indexed(&goes_later));
	for age in ages(LONGEST) {
		for block in [5 + age, 6 + age] {
			assert_eq!(chain.run(block).swept, 0);
			assert!(node.has_indexed(&stays));
		}
	}
	// A few runs, as there is much to catch up.
	for _ in 0..10 {
		assert_eq!(chain.run(500 + LAST).swept, 0);
	}
	assert!(node.has_indexed(&stays));
	assert_eq!(cursor(&mut chain, LAST), Some(5), "the last look waits for it");
	assert_eq!(cursor(&mut chain, CLEAR_AFTER), Some(501 + LONGEST), "the others go on");

	chain.settle(TASK, 501 + LAST);
	assert_eq!(chain.run(501 + LAST).swept, 1);
	assert!(!node.has_indexed(&stays));
	assert_eq!(cursor(&mut chain, LAST), Some(502));
}

#[test]
fn a_task_that_outlasts_a_look_is_cleared_by_the_next() {
	let node = Node::new(&[]);
	let mut chain = Chain::new(&node);
	let digest = dealt(&mut chain, TASK, 5, 1);
	assert_eq!(chain.run(5 + CLEAR_AFTER).swept, 0);
	chain.settle(TASK, 100);
	assert_eq!(chain.run(4 + SECOND).swept, 0);
	assert!(node.has_indexed(&digest));
	assert_eq!(chain.run(5 + SECOND).swept, 1);
	assert!(!node.has_indexed(&digest));
}

#[test]
fn who_had_a_seat_keeps_its_copies_as_long_as_its_records() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	let digest = dealt(&mut chain, TASK, 5, 1);
	chain.run(6);
	chain.settle(TASK, 60);
	chain.run(60);
	let summary = chain.run(5 + CLEAR_AFTER);
	assert_eq!((summary.freed, summary.swept), (0, 0));
	assert!(node.has_indexed(&digest), "a re-org may bring the task back");
	assert_eq!(chain.run(60 + CLEAR_AFTER).freed, 1);
	assert!(!node.has_indexed(&digest));
	assert_eq!(node.lists(5), 1);
	chain.run(5 + SECOND);
	assert_eq!(node.lists(5), 0);
}

/// The book is kept by work; what it cannot free goes by its age.
#[test]
fn the_last_look_asks_no_book() {
	let mut node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	let digest = dealt(&mut chain, TASK, 5, 1);
	chain.run(6);
	// Written by a release that is not there any more: the seat is never freed.
	let seat = codec::Encode::encode(&seat_key(1));
	let ledger = [b"ostraka/worker/l".as_slice(), seat.as_slice()].concat();
	node.db.set(b"", &ledger, &[9, 1]);
	chain.settle(TASK, 60);
	for age in ages(LONGEST) {
		assert!(node.has_indexed(&digest));
		assert_eq!(chain.run(5 + age).freed, 0);
	}
	assert!(!node.has_indexed(&digest));
}

#[test]
fn what_a_lost_fork_indexed_is_cleared_by_its_age() {
	let node = Node::new(&[]);
	let (mut lost, mut best) = (Chain::new(&node), Chain::new(&node));
	let first = dealt(&mut lost, TASK, 5, 1);
	// Of the same height, and in another list.
	let ctx = best.context(TASK);
	let bytes = (1..)
		.map(|seed| make_dealing(&ctx, &account(2), [2, 20], None, seed))
		.find(|bytes| {
			let digest = bytes.digest(&ctx.task_hash, account(2).as_ref());
			digest[0] % LANES != first[0] % LANES
		})
		.expect("one of many");
	let second = best.deal_bytes(TASK, 5, 2, bytes);
	best.end_block(5);
	assert_eq!(node.lists(5), 2);
	assert_eq!(best.run(5 + CLEAR_AFTER).swept, 0, "the task is open");
	best.settle(TASK, 100);
	assert_eq!(best.run(5 + SECOND).swept, 2);
	assert!(!node.has_indexed(&first) && !node.has_indexed(&second));
}

/// A re-org to a lower block takes no cursor back, and what it brings below one is found by the next look.
#[test]
fn what_comes_below_a_cursor_is_found_by_the_next() {
	let node = Node::new(&[]);
	let mut chain = Chain::new(&node);
	chain.run(50 + CLEAR_AFTER);
	assert_eq!(cursor(&mut chain, CLEAR_AFTER), Some(51));
	let digest = dealt(&mut chain, TASK, 40, 1);
	chain.settle(TASK, 45);
	for block in [41, 40 + CLEAR_AFTER, 51 + CLEAR_AFTER] {
		assert_eq!(chain.run(block).swept, 0);
		assert!(cursor(&mut chain, CLEAR_AFTER) >= Some(51));
	}
	assert_eq!(chain.run(40 + SECOND).swept, 1);
	assert!(!node.has_indexed(&digest));
}

/// It was stopped, or has synced blocks of years: the oldest come first, and no run does more than its work.
#[test]
fn a_node_that_was_away_catches_up_as_far_as_its_work_goes() {
	const NOW: BlockNumber = 5_000;
	let node = Node::new(&[]);
	let mut chain = Chain::new(&node);
	for (dealer, block) in (1..).zip([5, 50, 90]) {
		dealt(&mut chain, TASK, block, dealer);
	}
	chain.settle(TASK, 95);
	let mut run = |work| chain.state(|| sweep::run::<Test>(NOW, work));
	// Nineteen blocks and a copy.
	assert_eq!(run(20), 1);
	assert_eq!(run(0), 0);
	let swept: usize = (0..30).map(|_| run(200)).sum();
	assert_eq!(swept, 2);
	let cursors = chain.state(sweep::cursors);
	assert_eq!(cursors.len(), ages(LONGEST).len());
	assert!(cursors.iter().all(|(age, next)| *next == NOW - age + 1), "{cursors:?}");
}

#[test]
fn a_run_goes_on_where_the_last_one_stopped() {
	let node = Node::new(&[]);
	let mut chain = Chain::new(&node);
	chain.state(|| sweep::run::<Test>(5_000, 20));
	assert_eq!(cursor(&mut chain, LAST), Some(20));
	assert_eq!(
		cursor(&mut chain, CLEAR_AFTER),
		Some(20),
		"no block is looked at twice for nothing"
	);
	// Another fork's state, and the node was started again.
	let mut chain = Chain::empty(&node);
	chain.state(|| sweep::run::<Test>(5_000, 20));
	assert_eq!(cursor(&mut chain, LAST), Some(40));
}

#[test]
fn cursors_of_another_version_are_left_alone() {
	let mut node = Node::new(&[]);
	let mut chain = Chain::new(&node);
	let digest = dealt(&mut chain, TASK, 5, 1);
	chain.settle(TASK, 30);
	let newer = [9, 1, 2, 3];
	node.db.set(b"", b"ostraka/worker/c", &newer);
	assert_eq!(chain.run(5 + CLEAR_AFTER).swept, 0);
	assert!(node.has_indexed(&digest));
	assert_eq!(node.db.get(b"ostraka/worker/c"), Some(newer.to_vec()));
	// The release that knows them is gone for good, or comes back.
	node.db.remove(b"", b"ostraka/worker/c");
	assert_eq!(chain.run(6 + CLEAR_AFTER).swept, 1);
}
