//! How much a verifier's seat does in a run, what it reads, and what it keeps.

use super::{
	mock::*,
	node::*,
	panel::{verifying, FIRST, FORGED, OUTSIDE, VERIFYING},
	proving::{known, known_of, run_within, sent, SHARE},
};
use crate::worker::{
	decide::ShareState,
	store::{self, Message},
	ATTEST, CLEAR_AFTER,
};
use ostraka_primitives::Digest;

/// Work of a look at a dealing and of the check of its two commitments.
const CHECK: u32 = 6;
/// Work of finding two commitments outside of the group.
const FIND: u32 = 10;

#[test]
fn checks_as_work_allows_and_attests_at_the_end() {
	let mut chain = Chain::with_panel(&Node::new(&[FIRST]));
	for dealer in 1..=5 {
		chain.deal(TASK, 5, dealer, None);
	}
	assert_eq!(sent(&run_within(&mut chain, 6, 2 * CHECK)), vec![]);
	assert_eq!(known(&mut chain, FIRST, ShareState::Unproven), 2, "no share is opened");
	assert_eq!(known(&mut chain, FIRST, ShareState::Unopened), 3);
	run_within(&mut chain, 7, 3 * CHECK);
	assert_eq!(known(&mut chain, FIRST, ShareState::Unproven), 5);
	chain.set_status(TASK, VERIFYING);
	for (block, left) in (8..).zip((1..5).rev()) {
		// For one proof a run.
		assert_eq!(sent(&run_within(&mut chain, block, 1)), vec![]);
		assert_eq!(known(&mut chain, FIRST, ShareState::Unproven), left);
	}
	assert_eq!(sent(&run_within(&mut chain, 12, 1)), vec![(TASK, Message::Attest)]);
}

/// Two keys of one node with seats in one task: what one of them finds of a proof, the other need not look for.
#[test]
fn seats_of_one_task_check_a_proof_once() {
	let seats = [1, FIRST];
	let mut chain = Chain::with_panel(&Node::new(&seats));
	for dealer in 1..=4 {
		chain.deal(TASK, 5, dealer, if dealer == 2 { FORGED } else { None });
	}
	chain.set_status(TASK, VERIFYING);
	// Just for the commitments and shares.
	assert_eq!(sent(&run_within(&mut chain, 6, 4 * (SHARE + CHECK))), vec![]);
	for seat in seats {
		assert_eq!(known(&mut chain, seat, ShareState::Unproven), 4);
	}
	for (block, left) in (7..).zip((0..4).rev()) {
		// For one proof a run.
		run_within(&mut chain, block, 1);
		for seat in seats {
			assert_eq!(known(&mut chain, seat, ShareState::Unproven), left);
		}
	}
	for seat in seats {
		assert_eq!(known(&mut chain, seat, ShareState::Right), 3);
		assert_eq!(known(&mut chain, seat, ShareState::Forged), 1);
	}
}

/// What is found of a frozen set excludes nothing: under load, it waits for what may still be.
#[test]
fn proofs_of_frozen_sets_come_last() {
	let mut chain = Chain::with_panel(&Node::new(&[FIRST]));
	let frozen = TASK + 1;
	chain.open_with(frozen, view_with_panel(frozen));
	chain.deal(frozen, 5, 1, None);
	for dealer in 1..=3 {
		chain.deal(TASK, 5, dealer, None);
	}
	run_within(&mut chain, 6, 4 * CHECK);
	let unproven = |chain: &mut Chain| {
		[TASK, frozen].map(|task| known_of(chain, task, FIRST, ShareState::Unproven))
	};
	assert_eq!(unproven(&mut chain), [3, 1]);
	chain.set_status(TASK, VERIFYING);
	chain.freeze(frozen, 7);
	for (block, left) in (8..).zip([[2, 1], [1, 1], [0, 1], [0, 0]]) {
		// For one proof a run, and once all are checked that an attestation needs, for that as well.
		let attests = if left == [0, 0] { ATTEST } else { 0 };
		run_within(&mut chain, block, attests + 1);
		assert_eq!(unproven(&mut chain), left, "block {block}");
	}
}

/// The attack: dealings outside of the group, which cost whoever looks for them more than others do. It is counted, and leaves the
/// proofs of others to the next run.
#[test]
fn finding_what_lies_outside_the_group_is_counted() {
	for (spare, right) in [(0, 0), (1, 1)] {
		let mut chain = Chain::with_panel(&Node::new(&[FIRST]));
		for (dealer, fault) in [(1, OUTSIDE), (2, None), (3, OUTSIDE)] {
			chain.deal(TASK, 5, dealer, fault);
		}
		// Nobody's turn to dispute has come.
		let summary = run_within(&mut chain, 4, 3 * CHECK + 2 * FIND + spare);
		assert_eq!((summary.sent, summary.errors), (vec![], vec![]));
		assert_eq!(known(&mut chain, FIRST, ShareState::Forged), 2);
		assert_eq!(known(&mut chain, FIRST, ShareState::Right), right);
	}
}

/// A run without work sends a verifier's challenge and its attestation all the same.
#[test]
fn a_run_without_work_sends_what_is_due() {
	let node = Node::new(&[FIRST]);
	let mut chain = Chain::with_panel(&node);
	let other = TASK + 1;
	chain.open_with(other, view_with_panel(other));
	let bad = chain.deal(TASK, 5, 1, OUTSIDE);
	chain.deal(other, 5, 1, None);
	// It looks at these, while it has the time. Nothing of what it sends comes through.
	chain.run(6);
	node.take_pool();
	for dealer in 2..=4 {
		chain.deal(TASK, 7, dealer, None);
	}
	for task in [TASK, other] {
		chain.set_status(task, VERIFYING);
	}
	let summary = run_within(&mut chain, 25, 0);
	assert_eq!(sent(&summary), vec![(TASK, Message::Challenge(bad)), (other, Message::Attest)]);
}

#[test]
fn a_verifier_with_nothing_new_reads_no_dealing() {
	let mut chain = Chain::with_panel(&Node::new(&[FIRST]));
	let digests: Vec<Digest> = (1..=6).map(|dealer| chain.deal(TASK, 5, dealer, None)).collect();
	assert_eq!(chain.run_watched(6, &digests).1, digests, "all are new");
	chain.set_status(TASK, VERIFYING);
	let (summary, read) = chain.run_watched(7, &digests);
	assert_eq!((summary.sent.len(), read), (1, vec![]));
	// Of a frozen set a member would read all now, for its answer.
	chain.freeze(TASK, 20);
	for block in [20, 20 + LAG, 30] {
		let (summary, read) = chain.run_watched(block, &digests);
		assert_eq!((summary.sent.len(), read), (0, vec![]));
	}
}

#[test]
fn a_verifiers_records_are_freed() {
	let node = Node::new(&[FIRST]);
	let (mut chain, digests) = verifying(&node, [None, FORGED, OUTSIDE]);
	chain.run(20);
	let challenges = digests.map(Message::Challenge);
	let sent_at = |message: &Message| store::sent_at(&seat_key(FIRST), message);
	assert_eq!(chain.state(|| challenges.each_ref().map(sent_at)), [None, Some(20), Some(20)]);
	chain.settle(TASK, 40);
	chain.run(40);
	assert_eq!(chain.run(39 + CLEAR_AFTER).freed, 0);
	assert_eq!(chain.run(40 + CLEAR_AFTER).freed, 1);
	assert_eq!(chain.state(|| challenges.each_ref().map(sent_at)), [None; 3]);
	assert!(digests.iter().all(|digest| !node.has_indexed(digest)));
	assert!(chain.state(|| store::ledger(&seat_key(FIRST))).unwrap().is_empty());
	assert_eq!(chain.state(store::book), vec![]);
}
