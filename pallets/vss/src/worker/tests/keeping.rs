//! What the node keeps: sealed shares that are missing or supplied, opened shares, and what becomes of them.

use super::{mock::*, node::*};
use crate::worker::{
	self,
	keys::Secrets,
	store::{self, MissingDealing},
	WorkerError, CLEAR_AFTER, COMPLAIN_EVERY,
};
use crate::{Dealings, Standing};
use ostraka_crypto::vss::SecretShare;
use ostraka_primitives::{
	fault::DealerFault,
	task::{FailReason, Outcome, TaskStatus},
	traits::{TaskBook, TaskView},
};
use ostraka_protocol::{worker_key, UnknownVersion, Version};

/// A task that follows a version of the protocol which this release does not know: its seat stays idle, and says so once
/// in a while.
#[test]
fn a_task_of_an_unknown_protocol_is_left_alone() {
	let node = Node::new(&[2]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, Some((2, DealerFault::WrongShare)));
	let newer = Version::CURRENT.number() + 1;
	chain.state(|| Book::set(TASK, &TaskView { protocol: newer, ..Book::view(TASK).unwrap() }));
	for block in [6, 7, 20] {
		let summary = chain.run(block);
		assert_eq!(summary.errors.len(), 1);
		assert_eq!(summary.errors[0].2, WorkerError::Version(UnknownVersion(newer)));
	}
	assert!(node.take_pool().is_empty());

	chain.state(|| {
		let protocol = Version::CURRENT.number();
		Book::set(TASK, &TaskView { protocol, ..Book::view(TASK).unwrap() });
	});
	assert_eq!(chain.sent(40).len(), 1, "it accuses");
}

#[test]
fn a_missing_sealed_share_is_reported_and_recovered_when_supplied() {
	let mut node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, None);
	let digest = chain.deal(TASK, 6, 2, None);
	let bytes = node.take_indexed(&digest);

	let report = MissingDealing { task: TASK, dealer: account(2), digest, dealt_at: 6 };
	assert_eq!(chain.run(7).missing, vec![report.clone()]);
	assert_eq!(chain.run(8).missing, vec![], "said once");
	chain.freeze(TASK, 20);
	for block in [23, 30] {
		assert!(chain.sent(block).is_empty(), "it cannot answer");
	}
	assert_eq!(chain.run(7 + COMPLAIN_EVERY).missing, vec![report], "said again after a while");

	node.supply(&digest, &bytes);
	assert_eq!(chain.sent(60).len(), 1);
}

#[test]
fn a_supplied_dealing_that_is_another_one_is_not_touched() {
	let mut node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	let first = chain.deal(TASK, 5, 1, None);
	let second = chain.deal(TASK, 6, 2, None);
	let right = node.take_indexed(&second);
	for wrong in [
		node.db.get(&ostraka_primitives::message::indexed_key(&first)).unwrap(),
		vec![],
		vec![0xff; 300],
		right[..right.len() - 1].to_vec(),
	] {
		node.supply(&second, &wrong);
		chain.run(10);
		let known = chain.state(|| store::ledger(&seat_key(1))).unwrap();
		assert!(matches!(known.get(&second), Some(worker::decide::ShareState::Missing(_))));
	}
	chain.freeze(TASK, 20);
	assert!(chain.sent(30).is_empty());
	node.supply(&second, &right);
	assert_eq!(chain.sent(31).len(), 1);
}

#[test]
fn a_dealing_that_the_chain_does_not_hold_is_not_opened() {
	let mut node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	let ctx = chain.context(TASK);
	let bytes = make_dealing(&ctx, &account(4), [1, 2], None, 1);
	let digest = bytes.digest(&ctx.task_hash, account(4).as_ref());
	let copy = ostraka_primitives::message::IndexedDealing {
		dealer: account(4),
		dealing: ostraka_protocol::wire::dealing_message(bytes).unwrap(),
	};
	node.supply(&digest, &codec::Encode::encode(&copy));
	chain.run(10);
	assert!(chain.state(|| store::ledger(&seat_key(1))).unwrap().is_empty());
}

#[test]
fn shares_are_opened_once_and_kept_encrypted() {
	let mut node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	let digest = chain.deal(TASK, 5, 1, None);
	chain.run(6);
	let record = chain.state(|| store::kept_share(&seat_key(1), &digest)).unwrap().expect("kept");
	let secrets =
		chain.state(|| Secrets::derive(&GENESIS, &pinned_seat(1))).expect("the key is there");
	let share = secrets.unwrap(&digest, &record, LENGTH as usize).expect("its own");
	assert!(!record.windows(32).any(|window| window == &share.to_bytes()[..32]));
	assert_eq!(secrets.unwrap(&[1; 32], &record, LENGTH as usize), Err(WorkerError::Cache));

	// What was opened is not needed again.
	node.take_indexed(&digest);
	chain.freeze(TASK, 20);
	assert_eq!(chain.sent(30).len(), 1);
}

#[test]
fn records_are_freed_some_blocks_after_settlement() {
	let node = Node::new(&[1, 2]);
	let mut chain = Chain::new(&node);
	let digests = [chain.deal(TASK, 5, 1, None), chain.deal(TASK, 5, 2, None)];
	chain.freeze(TASK, 20);
	chain.run(23);
	assert_eq!(chain.state(store::book).len(), 2);
	chain.state(|| Book::forget(TASK));
	chain.run(40);
	assert_eq!(chain.run(39 + CLEAR_AFTER).freed, 0);
	assert!(node.has_indexed(&digests[0]));
	assert_eq!(chain.run(40 + CLEAR_AFTER).freed, 2);
	for digest in digests {
		assert!(!node.has_indexed(&digest));
		for j in [1, 2] {
			assert_eq!(chain.state(|| store::kept_share(&seat_key(j), &digest)), Ok(None));
		}
	}
	assert!(chain.state(|| store::ledger(&seat_key(1))).unwrap().is_empty());
	assert_eq!(chain.state(store::book), vec![]);
}

const CANCELLED: TaskStatus = TaskStatus::Settling(Outcome::Failed(FailReason::Cancelled));

#[test]
fn copies_that_were_never_opened_are_freed_too() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	// In these runs no work is left for them.
	let unopened = chain.deal(TASK, 5, 1, None);
	chain.state(|| worker::run_within::<Test>(6, 0));
	let excluded = chain.deal(TASK, 7, 2, None);
	chain.state(|| {
		Dealings::<Test>::mutate(TASK, account(2), |record| {
			record.as_mut().expect("dealt").standing = Standing::Excluded;
		});
		worker::run_within::<Test>(8, 0)
	});
	// In the block in which the task is cancelled.
	let last = chain.deal(TASK, 9, 3, None);
	chain.set_status(TASK, CANCELLED);
	chain.run(9);
	chain.settle(TASK, 10);
	chain.run(10);
	let digests = [unopened, excluded, last];
	assert_eq!(chain.run(9 + CLEAR_AFTER).freed, 0);
	assert!(digests.iter().all(|digest| node.has_indexed(digest)));
	assert_eq!(chain.run(10 + CLEAR_AFTER).freed, 1);
	assert!(!digests.iter().any(|digest| node.has_indexed(digest)));
	assert!(chain.state(|| store::ledger(&seat_key(1))).unwrap().is_empty());
}

#[test]
fn a_seat_first_seen_when_its_task_ended_frees_its_copies() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	let digest = chain.deal(TASK, 5, 1, None);
	chain.set_status(TASK, CANCELLED);
	assert_eq!(chain.run(10).errors, vec![]);
	chain.settle(TASK, 11);
	chain.run(11);
	assert_eq!(chain.run(11 + CLEAR_AFTER).freed, 1);
	assert!(!node.has_indexed(&digest));
}

#[test]
fn a_seat_with_another_seal_key_frees_its_copies() {
	let node = Node::new(&[1]);
	let mut chain = Chain::empty(&node);
	let mut view = view(TASK);
	view.committee[0].seal_key = pinned_seat(9).seal_key;
	chain.open_with(TASK, view);
	let digest = chain.deal(TASK, 5, 1, None);
	assert_eq!(chain.run(6).errors.len(), 1);
	chain.settle(TASK, 7);
	chain.run(7);
	assert_eq!(chain.run(7 + CLEAR_AFTER).freed, 1);
	assert!(!node.has_indexed(&digest));
}

#[test]
fn a_task_that_came_back_by_a_re_org_keeps_its_records() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, None);
	chain.run(6);
	let view = chain.state(|| <Book as ostraka_primitives::traits::TaskBook>::view(TASK)).unwrap();
	chain.state(|| Book::forget(TASK));
	chain.run(30);
	chain.state(|| Book::set(TASK, &view));
	chain.run(31);
	chain.state(|| Book::forget(TASK));
	chain.run(80);
	assert_eq!(chain.run(30 + CLEAR_AFTER).freed, 0, "counted from the second time");
	assert_eq!(chain.run(80 + CLEAR_AFTER).freed, 1);
}

#[test]
fn messages_and_the_seal_key_have_different_first_bytes() {
	let message = ostraka_primitives::message::WORKER_MESSAGE;
	for domain in [&worker_key::SEAL_KEY_DOMAIN[..], &worker_key::REGISTRATION_DOMAIN[..]] {
		let shared = message.len().min(domain.len());
		assert_ne!(message[..shared], domain[..shared]);
	}
	assert_ne!(worker_key::SEAL_KEY_DOMAIN[..10], worker_key::REGISTRATION_DOMAIN[..10]);
}

#[test]
fn zero_is_a_share_like_any_other() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	let secrets = chain.state(|| Secrets::derive(&GENESIS, &pinned_seat(1))).unwrap();
	let zero = SecretShare::zero(3);
	let record = secrets.wrap(&[5; 32], &zero).unwrap();
	assert_eq!(secrets.unwrap(&[5; 32], &record, 3), Ok(zero));
	assert_eq!(secrets.unwrap(&[5; 32], &record, 2), Err(WorkerError::Cache));
}
