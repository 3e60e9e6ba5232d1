//! Committing and revealing: once, in time, again only when it must, for every task and every key.

use super::{mock::*, node::*};
use crate::{
	worker::{self, decide::Answer, store::Message, Summary, WorkerError},
	Call, Results, SharingState, Sharings,
};
use codec::Encode;
use ostraka_primitives::task::{Outcome, TaskStatus};
use std::sync::atomic::Ordering;

const COMMIT: Message = Message::Answer(Answer::Commit);
const REVEAL: Message = Message::Answer(Answer::Reveal);

/// A chain whose accepted set of two dealings is frozen in block 20.
fn frozen(node: &Node) -> Chain {
	let mut chain = Chain::new(node);
	chain.deal(TASK, 5, 1, None);
	chain.deal(TASK, 6, 2, None);
	assert_eq!(chain.run(10).sent, vec![]);
	chain.freeze(TASK, 20);
	chain
}

fn sent_by(summary: &Summary) -> Vec<Message> {
	summary.sent.iter().map(|(_, _, message)| *message).collect()
}

#[test]
fn commits_after_the_lag_and_reveals_each_once() {
	let mut chain = frozen(&Node::new(&[1]));
	assert!(chain.sent(20 + LAG - 1).is_empty());

	let sent = chain.sent(20 + LAG);
	assert!(matches!(call(&sent[0]), Call::commit_result { task: TASK, seat: 1, at: 23, .. }));
	assert_eq!(sent.len(), 1);
	assert!(chain.sent(20 + LAG).is_empty(), "the same block again");
	assert!(chain.sent(21 + LAG).is_empty(), "the next block");
	chain.include_all(24, sent);
	assert!(chain.sent(40).is_empty(), "it is included");

	chain.set_status(TASK, TaskStatus::Revealing { until: 60 });
	let sent = chain.sent(41);
	assert!(matches!(call(&sent[0]), Call::reveal_result { task: TASK, seat: 1, .. }));
	assert!(chain.sent(42).is_empty());
	chain.include_all(42, sent);
	assert!(chain.sent(55).is_empty());
	let counters = chain.state(|| Vss::count(TASK));
	assert_eq!((counters.committed, counters.right_shares), (1, 1));
}

#[test]
fn three_workers_bring_a_task_to_its_result() {
	let mut chain = frozen(&Node::new(&[1, 2, 3]));
	let sent = chain.sent(23);
	assert_eq!(sent.len(), 3);
	chain.include_all(24, sent);
	chain.set_status(TASK, TaskStatus::Revealing { until: 60 });
	let sent = chain.sent(25);
	assert_eq!(sent.len(), 3);
	chain.include_all(26, sent);

	let result = chain.state(|| Results::<Test>::get(TASK)).expect("published");
	let scalar = |value: u64| ostraka_crypto::encoding::encode_scalar(&value.into());
	assert_eq!(result.scalars().collect::<Vec<_>>(), vec![scalar(1 + 2), scalar(10 + 20)]);
	assert_eq!(chain.state(|| Vss::count(TASK)).right_shares, 3);
}

#[test]
fn acts_once_although_blocks_are_skipped() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, None);
	chain.deal(TASK, 6, 2, None);
	chain.freeze(TASK, 20);
	// Its first look at the task is far into the window: opens, checks and commits in one run.
	let sent = chain.sent(37);
	assert_eq!(sent.len(), 1);
	chain.include_all(38, sent);
	assert!(chain.sent(45).is_empty());
}

#[test]
fn does_not_commit_when_the_window_is_over() {
	let mut chain = frozen(&Node::new(&[1]));
	assert!(chain.sent(71).is_empty());
}

#[test]
fn of_runs_that_overlap_one_acts() {
	let node = Node::new(&[1]);
	let mut first = frozen(&node);
	let mut second = frozen(&node);
	// The second run comes between the first one's read of the record and its write.
	*node.interloper.lock().unwrap() = Some(Box::new(move || {
		assert_eq!(sent_by(&second.run(23)), vec![COMMIT]);
	}));
	let summary = first.run(23);
	assert_eq!(summary.sent, vec![]);
	assert_eq!(summary.errors.len(), 1);
	assert_eq!(summary.errors[0].2, WorkerError::Busy);
	assert_eq!(node.take_pool().len(), 1);
}

#[test]
fn runs_at_the_same_time_send_one_transaction() {
	for _ in 0..4 {
		let node = Node::new(&[1]);
		let mut later = frozen(&node);
		let chains: Vec<_> = (0..3).map(|_| frozen(&node)).collect();
		let threads: Vec<_> = chains
			.into_iter()
			.map(|mut chain| std::thread::spawn(move || chain.run(23).sent.len()))
			.collect();
		let sent: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
		// Each may lose to another somewhere on the way, but no two send.
		assert!(sent <= 1);
		later.run(24);
		assert_eq!(node.take_pool().len(), 1);
	}
}

#[test]
fn a_transaction_that_vanished_is_sent_again_with_a_new_hash() {
	let mut chain = frozen(&Node::new(&[1]));
	let first = chain.sent(23).remove(0);
	assert!(chain.sent(23 + RETRY - 1).is_empty());
	let second = chain.sent(23 + RETRY).remove(0);
	assert_ne!(first.encode(), second.encode());
	let said = |call: &Call<Test>| match call {
		Call::commit_result { accepted_set, commitment, .. } => (*accepted_set, *commitment),
		other => panic!("{other:?}"),
	};
	assert_eq!(said(call(&first)), said(call(&second)), "only the attempt differs");
	chain.include(23 + RETRY + 1, second);
	assert!(chain.sent(23 + 3 * RETRY).is_empty());
}

#[test]
fn when_the_pool_refuses_it_tries_again_in_the_next_block() {
	let node = Node::new(&[1]);
	let mut chain = frozen(&node);
	node.refusing.store(true, Ordering::Relaxed);
	let summary = chain.run(23);
	assert_eq!(summary.errors[0].2, WorkerError::Refused);
	assert_eq!(summary.sent, vec![]);
	node.refusing.store(false, Ordering::Relaxed);
	assert_eq!(chain.sent(24).len(), 1);
}

#[test]
fn survives_a_restart_at_any_point() {
	let node = Node::new(&[1]);
	// Nothing but the node's database is left of what was before: each run is a process of its own.
	assert_eq!(frozen(&node).run(23).sent.len(), 1);
	assert_eq!(frozen(&node).run(24).sent.len(), 0, "it remembers what it sent");
	assert_eq!(frozen(&node).run(23 + RETRY).sent.len(), 1);

	// Stopped after the share was kept and before the ledger said so, or the other way round.
	for record in [b'l', b's'] {
		let node = Node::new(&[1]);
		let mut chain = frozen(&node);
		chain.state(|| {
			let key = seat_key(1);
			let digests: Vec<_> = worker::store::ledger(&key).unwrap().into_keys().collect();
			assert_eq!(digests.len(), 2);
			let full =
				|fields: Vec<u8>| [b"ostraka/worker/".to_vec(), vec![record], fields].concat();
			let lost = match record {
				b'l' => full(key.encode()),
				_ => full((key, digests[0]).encode()),
			};
			assert!(node.db.get(&lost).is_some());
			sp_io::offchain::local_storage_clear(sp_core::offchain::StorageKind::PERSISTENT, &lost);
		});
		// A lost share is found out when it is needed, and opened again one run later.
		let sent = chain.sent(23).len() + chain.sent(24).len();
		assert_eq!(sent, 1);
	}
}

#[test]
fn serves_many_tasks_in_one_block() {
	let node = Node::new(&[1, 2]);
	let mut chain = Chain::empty(&node);
	for task in 10..22 {
		chain.open(task);
		for dealer in 1..=3 {
			chain.deal(task, 5, dealer, None);
		}
		chain.freeze(task, 20);
	}
	let summary = chain.run(30);
	assert_eq!(summary.errors, vec![]);
	let mut sent: Vec<_> = summary.sent.iter().map(|(task, key, _)| (*task, *key)).collect();
	sent.sort_unstable();
	sent.dedup();
	assert_eq!(sent.len(), 2 * 12);
	chain.include_all(31, node.take_pool());
	assert_eq!(chain.sent(31 + RETRY).len(), 0);
}

#[test]
fn work_that_does_not_fit_one_run_goes_on_in_the_next() {
	let node = Node::new(&[1]);
	let mut chain = Chain::empty(&node);
	for task in 10..13 {
		chain.open(task);
		for dealer in 1..=4 {
			chain.deal(task, 5, dealer, None);
		}
		chain.freeze(task, 20);
	}
	// Room for three of twelve shares a run. Sums and proofs take what is left.
	let mut runs = 0;
	let mut sent = 0;
	while sent < 3 {
		let summary = chain.state(|| worker::run_within::<Test>(30 + runs, 30));
		assert_eq!(summary.errors, vec![]);
		sent += summary.sent.len();
		runs += 1;
		assert!(runs < 10);
	}
	assert!(runs >= 4);
	assert_eq!(node.take_pool().len(), 3);
}

#[test]
fn answers_nothing_when_the_state_contradicts_itself() {
	let node = Node::new(&[1]);
	let mut chain = frozen(&node);
	let sharing = chain.state(|| Sharings::<Test>::get(TASK)).expect("open");
	// Another `h_A` than that of the accepted dealings.
	chain.state(|| {
		let accepted_set = Some([1; 32]);
		Sharings::<Test>::insert(TASK, SharingState { accepted_set, ..sharing.clone() });
	});
	assert_eq!(chain.run(30).errors[0].2, WorkerError::AcceptedSet);
	// Another aggregate, under its own right hash: a share over it would be punished as wrong.
	chain.state(|| {
		let mut wrong = sharing.clone();
		wrong.aggregate[0] = wrong.aggregate[1];
		let hash = Vss::counted(TASK, &[TASK as u8; 32], &wrong.aggregate).1;
		wrong.accepted_set = Some(hash);
		Sharings::<Test>::insert(TASK, wrong);
	});
	assert_eq!(chain.run(31).errors[0].2, WorkerError::ResultShare);
	assert!(node.take_pool().is_empty());
	// Neither took the lock.
	chain.state(|| Sharings::<Test>::insert(TASK, sharing));
	assert_eq!(chain.sent(32).len(), 1);
}

#[test]
fn two_workers_in_one_keystore_answer_each_for_itself() {
	let node = Node::new(&[1, 3]);
	let mut chain = frozen(&node);
	let sent = chain.sent(23);
	let mut said: Vec<_> = sent
		.iter()
		.map(|transaction| match call(transaction) {
			Call::commit_result { seat, commitment, .. } => (*seat, *commitment),
			other => panic!("{other:?}"),
		})
		.collect();
	said.sort_unstable();
	assert_eq!((said[0].0, said[1].0), (1, 3));
	assert_ne!(said[0].1, said[1].1);
	// One is included, one is lost: only the lost one comes again.
	let lost =
		sent.iter().position(|sent| matches!(call(sent), Call::commit_result { seat: 3, .. }));
	let included = sent[1 - lost.unwrap()].clone();
	chain.include(24, included);
	let again = chain.sent(23 + RETRY);
	assert_eq!(again.len(), 1);
	assert!(matches!(call(&again[0]), Call::commit_result { seat: 3, .. }));
}

#[test]
fn who_did_not_commit_reveals_all_the_same() {
	let mut chain = frozen(&Node::new(&[2]));
	chain.set_status(TASK, TaskStatus::Revealing { until: 60 });
	assert_eq!(sent_by(&chain.run(50)), vec![REVEAL]);
}

#[test]
fn does_nothing_without_a_seat() {
	let node = Node::new(&[9]);
	let mut chain = frozen(&node);
	assert_eq!(chain.run(23), Summary::default());
	assert!(node.take_pool().is_empty());
	assert_eq!(chain.state(worker::store::book), vec![]);
}

#[test]
fn does_nothing_in_tasks_that_are_over() {
	let mut chain = frozen(&Node::new(&[1]));
	chain.set_status(TASK, TaskStatus::Settling(Outcome::Completed));
	assert!(chain.sent(30).is_empty());
}

#[test]
fn leaves_a_task_alone_whose_seal_key_is_not_its_own() {
	let node = Node::new(&[1]);
	let mut chain = Chain::empty(&node);
	let mut view = view(TASK);
	view.committee[0].seal_key = pinned_seat(9).seal_key;
	chain.open_with(TASK, view);
	chain.deal(TASK, 5, 1, None);
	chain.deal(TASK, 5, 2, None);
	// A task with the right key goes on beside it.
	chain.open(TASK + 1);
	chain.deal(TASK + 1, 5, 1, None);
	chain.freeze(TASK, 20);
	chain.freeze(TASK + 1, 20);
	for block in [10, 23, 24] {
		let summary = chain.run(block);
		assert!(summary.errors.contains(&(TASK, pinned_seat(1).worker, WorkerError::WrongSealKey)));
	}
	let sent = node.take_pool();
	assert_eq!(sent.len(), 1);
	assert!(matches!(call(&sent[0]), Call::commit_result { task, .. } if *task == TASK + 1));
}
