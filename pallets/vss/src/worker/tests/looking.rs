//! What a run reads, what it frees, and what it makes of records that another release wrote.

use super::{mock::*, node::*};
use crate::worker::{
	decide::Answer,
	store::{self, Message, Survey},
	WorkerError, CLEAR_AFTER,
};
use codec::Encode;
use ostraka_primitives::{
	fault::DealerFault, message::indexed_key, task::TaskStatus, Digest, TaskId,
};
use sp_core::offchain::OffchainStorage;

/// A chain on which so many have dealt honestly in block 5, and their dealings.
fn dealt(node: &Node, dealers: u8) -> (Chain, Vec<Digest>) {
	let mut chain = Chain::new(node);
	let digests = (1..=dealers).map(|dealer| chain.deal(TASK, 5, dealer, None)).collect();
	(chain, digests)
}

#[test]
fn a_run_with_nothing_new_reads_no_dealing() {
	let (mut chain, mut digests) = dealt(&Node::new(&[1]), 12);
	assert_eq!(chain.run_watched(6, &digests).1, digests, "all are new");
	for block in [7, 8] {
		assert!(chain.run_watched(block, &digests).1.is_empty());
	}
	digests.push(chain.deal(TASK, 9, 13, None));
	assert_eq!(chain.run_watched(9, &digests).1, digests, "one is new");
	assert!(chain.run_watched(10, &digests).1.is_empty());

	// Its attestation names all of them, and asks for none.
	chain.set_status(TASK, TaskStatus::Verifying { until: 60 });
	let (summary, read) = chain.run_watched(11, &digests);
	assert_eq!((summary.sent.len(), read), (1, vec![]));

	// The sum is over all of them.
	chain.freeze(TASK, 20);
	assert!(chain.run_watched(20 + LAG - 1, &digests).1.is_empty());
	let (summary, read) = chain.run_watched(20 + LAG, &digests);
	assert_eq!((summary.sent.len(), read), (1, digests.clone()));
	assert!(chain.run_watched(21 + LAG, &digests).1.is_empty(), "it is on its way");
	assert_eq!(chain.run_watched(20 + LAG + RETRY, &digests).1, digests, "it comes again");
}

#[test]
fn a_run_with_nothing_new_looks_up_no_more_for_many_dealings_than_for_few() {
	let looked_up = |dealers| {
		let node = Node::new(&[1]);
		let (mut chain, _) = dealt(&node, dealers);
		chain.end_block(5);
		chain.run(6);
		// By block 69 that of the dealings is swept for the first time.
		[7, 8, 5 + CLEAR_AFTER].map(|block| {
			node.take_reads();
			chain.run(block);
			node.take_reads()
		})
	};
	let few = looked_up(2);
	assert_eq!(looked_up(12), few);
	assert!(few[0] < 20, "{few:?}");
}

#[test]
fn of_many_dealings_only_the_open_ones_are_read() {
	let mut node = Node::new(&[1]);
	let (mut chain, mut digests) = dealt(&node, 10);
	let wrong = chain.deal(TASK, 5, 11, Some((1, DealerFault::WrongShare)));
	let missing = chain.deal(TASK, 5, 12, None);
	digests.extend([wrong, missing]);
	let copy = node.take_indexed(&missing);
	assert_eq!(chain.run_watched(6, &digests).1, digests);
	assert_eq!(chain.run_watched(7, &digests).1, vec![wrong, missing]);

	// An answer that is due and cannot be given asks for no more.
	chain.freeze(TASK, 20);
	assert_eq!(chain.run_watched(30, &digests).1, vec![wrong, missing]);
	node.supply(&missing, &copy);
	assert_eq!(chain.run_watched(31, &digests).1, vec![wrong, missing]);
	assert_eq!(chain.run_watched(32, &digests).1, vec![wrong]);
}

/// A survey says which dealings it was made over, and what it leaves open.
#[test]
fn a_survey_is_of_the_dealings_that_the_state_has() {
	let node = Node::new(&[1]);
	let (mut chain, _) = dealt(&node, 2);
	chain.deal(TASK, 5, 3, Some((1, DealerFault::Unopenable)));
	chain.run(6);
	let dealt = chain.state(|| crate::Sharings::<Test>::get(TASK)).unwrap().dealt;
	let survey = chain.state(|| store::survey(&seat_key(1))).unwrap();
	assert_eq!(survey, Some(Survey { dealt, open: vec![account(3)] }));
}

/// Nothing of a task is read while it is settled, if all of its dealings are known.
#[test]
fn a_task_that_is_settled_is_not_read_again() {
	let (mut chain, digests) = dealt(&Node::new(&[1]), 6);
	chain.run(6);
	let outcome = ostraka_primitives::task::Outcome::Completed;
	chain.set_status(TASK, TaskStatus::Settling(outcome));
	assert!(chain.run_watched(7, &digests).1.is_empty());
}

#[test]
fn one_run_frees_as_much_as_its_work_allows() {
	let node = Node::new(&[1, 2]);
	let mut chain = Chain::empty(&node);
	let tasks: Vec<TaskId> = (10..30).collect();
	for task in &tasks {
		chain.open(*task);
		chain.deal(*task, 5, 1, None);
	}
	chain.run(6);
	assert_eq!(chain.state(store::book).len(), 40);
	for task in &tasks {
		chain.state(|| Book::forget(*task));
	}
	chain.run(7);
	// Even if nothing is left of its work for anything else.
	let summary = chain.state(|| crate::worker::run_within::<Test>(7 + CLEAR_AFTER, 0));
	assert_eq!(summary.freed, 40);
	assert_eq!(chain.state(store::book), vec![]);
}

/// What a seat's records lie under.
fn record(kind: u8, fields: impl Encode) -> Vec<u8> {
	[b"ostraka/worker/".as_slice(), &[kind], fields.encode().as_slice()].concat()
}

/// A byte of another version, and what a release that is not written yet may have put behind it.
const NEWER: [u8; 4] = [9, 1, 2, 3];

#[test]
fn records_of_another_version_are_left_alone_and_said() {
	let (_, digests) = dealt(&Node::new(&[1]), 2);
	let key = seat_key(1);
	let commit = Message::Answer(Answer::Commit);
	for (what, record) in [
		("ledger", record(b'l', key)),
		("survey", record(b'v', key)),
		("share", record(b's', (key, digests[0]))),
		("sent", record(b't', (key, commit))),
		("lock", record(b'h', key)),
	] {
		let mut node = Node::new(&[1]);
		let (mut chain, _) = dealt(&node, 2);
		chain.run(6);
		chain.freeze(TASK, 20);
		let before = node.db.get(&record);
		node.db.set(b"", &record, &NEWER);
		for block in [30, 31] {
			let summary = chain.run(block);
			assert_eq!(summary.sent, vec![], "{what}");
			assert!(summary.errors.iter().all(|error| error.2 == WorkerError::Record(9)), "{what}");
			assert_eq!(summary.errors.len(), 1, "{what}");
			assert_eq!(node.db.get(&record), Some(NEWER.to_vec()), "{what}");
		}
		// The release that knows it comes back.
		match before {
			Some(before) => node.db.set(b"", &record, &before),
			None => node.db.remove(b"", &record),
		}
		assert_eq!(chain.sent(32).len(), 1, "{what}");
	}
}

/// Without the book a seat is served all the same; its records stay where they are.
#[test]
fn a_book_of_another_version_is_left_alone_and_said() {
	let mut node = Node::new(&[1]);
	let (mut chain, digests) = dealt(&node, 2);
	let book = record(b'b', ());
	node.db.set(b"", &book, &NEWER);
	let summary = chain.run(6);
	assert_eq!(summary.errors[0].2, WorkerError::Record(9));
	chain.freeze(TASK, 20);
	assert_eq!(chain.sent(23).len(), 1);
	chain.state(|| Book::forget(TASK));
	chain.run(30);
	assert_eq!(chain.run(30 + CLEAR_AFTER).freed, 0);
	assert_eq!(node.db.get(&book), Some(NEWER.to_vec()));
	assert!(node.db.get(&indexed_key(&digests[0])).is_some());
}

/// To free without knowing what would leave copies behind for good.
#[test]
fn a_seat_whose_ledger_is_of_another_version_is_not_freed() {
	let mut node = Node::new(&[1]);
	let (mut chain, digests) = dealt(&node, 2);
	chain.run(6);
	let ledger = record(b'l', seat_key(1));
	let before = node.db.get(&ledger).expect("kept");
	node.db.set(b"", &ledger, &NEWER);
	chain.state(|| Book::forget(TASK));
	chain.run(7);
	let summary = chain.run(7 + CLEAR_AFTER);
	assert_eq!((summary.freed, summary.errors[0].2), (0, WorkerError::Record(9)));
	assert_eq!(chain.state(store::book).len(), 1);
	node.db.set(b"", &ledger, &before);
	assert_eq!(chain.run(8 + CLEAR_AFTER).freed, 1);
	assert!(node.db.get(&indexed_key(&digests[0])).is_none());
}
