//! Re-orgs: two chains are two forks, the node and its database are one.

use super::{mock::*, node::*};
use crate::{
	worker::{store, WorkerError},
	Call,
};
use ostraka_primitives::task::TaskStatus;

#[test]
fn answers_again_on_the_fork_that_won() {
	let node = Node::new(&[1]);
	let fork = |node: &Node| {
		let mut chain = Chain::new(node);
		chain.deal(TASK, 5, 1, None);
		chain.deal(TASK, 5, 2, None);
		chain.freeze(TASK, 20);
		chain
	};
	let (mut losing, mut winning) = (fork(&node), fork(&node));
	let sent = losing.sent(23);
	losing.include_all(24, sent);
	assert!(losing.sent(30).is_empty());
	// The other fork is a little behind, has the same accepted set, and lacks the commitment.
	assert!(winning.sent(22).is_empty(), "too early, whatever the other fork's height was");
	let sent = winning.sent(23 + RETRY);
	assert_eq!(sent.len(), 1);
	winning.include_all(28, sent);
	assert!(winning.sent(40).is_empty());
}

#[test]
fn a_losing_forks_dealing_does_not_shadow_the_right_one() {
	let node = Node::new(&[1]);
	let (mut losing, mut winning) = (Chain::new(&node), Chain::new(&node));
	let right = winning.deal_seeded(TASK, 5, 1, None, 1);
	// The node sees the losing fork's block last: the same dealer, another dealing.
	let wrong = losing.deal_seeded(TASK, 6, 1, None, 2);
	assert_ne!(right, wrong);
	losing.run(7);
	let other = winning.deal(TASK, 7, 2, None);
	assert!(node.has_indexed(&right) && node.has_indexed(&wrong) && node.has_indexed(&other));
	winning.freeze(TASK, 20);
	let sent = winning.sent(23);
	winning.include_all(24, sent);
	winning.set_status(TASK, TaskStatus::Revealing { until: 60 });
	let sent = winning.sent(30);
	winning.include_all(31, sent);
	assert_eq!(winning.state(|| Vss::count(TASK)).right_shares, 1);
}

#[test]
fn a_losing_forks_settlement_leaves_the_winning_fork_its_dealings() {
	let node = Node::new(&[1]);
	let (mut losing, mut winning) = (Chain::new(&node), Chain::new(&node));
	for dealer in 1..=2 {
		let digest = losing.deal(TASK, 5, dealer, None);
		assert_eq!(winning.deal(TASK, 5, dealer, None), digest);
	}
	// A side block, imported before the worker has opened anything.
	losing.settle(TASK, 6);
	winning.freeze(TASK, 20);
	assert_eq!(winning.run(21).missing, vec![]);
	let sent = winning.sent(23);
	winning.include_all(24, sent);
	winning.set_status(TASK, TaskStatus::Revealing { until: 60 });
	let sent = winning.sent(30);
	winning.include_all(31, sent);
	assert_eq!(winning.state(|| Vss::count(TASK)).right_shares, 1);
}

/// Two forks of one task whose accepted sets differ by one dealer.
fn forks_that_differ(node: &Node) -> (Chain, Chain) {
	let (mut more, mut fewer) = (Chain::new(node), Chain::new(node));
	for dealer in 1..=3 {
		more.deal(TASK, 5, dealer, None);
	}
	for dealer in 1..=2 {
		fewer.deal(TASK, 5, dealer, None);
	}
	more.freeze(TASK, 20);
	fewer.freeze(TASK, 20);
	(more, fewer)
}

#[test]
fn two_forks_with_different_accepted_sets_never_both_get_a_share() {
	for swapped in [false, true] {
		let node = Node::new(&[1]);
		let (more, fewer) = forks_that_differ(&node);
		let (mut first, mut second) = if swapped { (fewer, more) } else { (more, fewer) };
		let sent = first.sent(23);
		let Call::commit_result { accepted_set: locked, .. } = *call(&sent[0]) else {
			panic!("not a commitment")
		};
		for status in [
			TaskStatus::Committing { frozen_at: 20, until: 90 },
			TaskStatus::Revealing { until: 90 },
		] {
			second.set_status(TASK, status);
			for block in [40, 41, 60] {
				let summary = second.run(block);
				assert_eq!(summary.sent, vec![]);
				assert_eq!(summary.errors.len(), 1);
				assert_eq!(summary.errors[0].2, WorkerError::Locked { held: locked });
			}
		}
		assert!(node.take_pool().is_empty());
		// The first one is still served.
		first.set_status(TASK, TaskStatus::Revealing { until: 90 });
		assert_eq!(first.sent(70).len(), 1);
	}
}

/// It fails in every block, for as long as the task lasts: so nothing is added up for it.
#[test]
fn a_locked_seat_adds_nothing_up_for_another_set() {
	let node = Node::new(&[1]);
	let (mut first, mut second) = forks_that_differ(&node);
	assert_eq!(first.sent(23).len(), 1);
	second.state(|| {
		let ledger = store::ledger(&seat_key(1)).unwrap();
		assert_eq!(ledger.len(), 3);
		// Who adds these up says so, and forgets them.
		ledger.keys().for_each(|digest| store::keep_share(&seat_key(1), digest, &[]));
	});
	for block in [40, 41] {
		let summary = second.run(block);
		assert!(matches!(summary.errors[..], [(TASK, _, WorkerError::Locked { .. })]), "{block}");
	}
	assert_eq!(second.state(|| store::ledger(&seat_key(1))).unwrap().len(), 3);
}

#[test]
fn the_lock_outlives_everything_else() {
	let node = Node::new(&[1]);
	let (mut first, mut second) = forks_that_differ(&node);
	assert_eq!(first.sent(23).len(), 1);
	first.state(|| Book::forget(TASK));
	first.run(30);
	assert_eq!(first.run(30 + crate::worker::CLEAR_AFTER).freed, 1);
	// All is gone but the lock; the other fork's dealings have to be supplied.
	second.set_status(TASK, TaskStatus::Revealing { until: 900 });
	for dealer in 1..=2 {
		let ctx = second.context(TASK);
		let who = account(dealer);
		let seed = u64::from(TASK) * 1000 + u64::from(dealer);
		let bytes = make_dealing(&ctx, &who, [dealer.into(), u64::from(dealer) * 10], None, seed);
		let digest = bytes.digest(&ctx.task_hash, who.as_ref());
		let copy = ostraka_primitives::message::IndexedDealing {
			dealer: who,
			dealing: ostraka_protocol::wire::dealing_message(bytes).unwrap(),
		};
		second.node.supply(&digest, &codec::Encode::encode(&copy));
	}
	let summary = second.run(200);
	assert_eq!(summary.missing, vec![]);
	assert!(matches!(summary.errors[0].2, WorkerError::Locked { .. }));
	assert!(node.take_pool().is_empty());
}

#[test]
fn follows_a_re_org_to_a_lower_block() {
	let node = Node::new(&[1]);
	let fork = |node: &Node| {
		let mut chain = Chain::new(node);
		chain.deal(TASK, 5, 1, None);
		chain.freeze(TASK, 10);
		chain
	};
	let (mut high, mut low) = (fork(&node), fork(&node));
	assert_eq!(high.sent(55).len(), 1);
	// What it sent lies in the future now, and may never come.
	assert_eq!(low.sent(20).len(), 1);
}
