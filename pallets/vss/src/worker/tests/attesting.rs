//! Attesting: once all is right, again only when it must, and never to what another fork has.

use super::{mock::*, node::*};
use crate::{
	authorize::error_index,
	worker::{store::Message, WorkerError},
	Call, Error, Sharings,
};
use frame::deps::sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};
use ostraka_primitives::{
	fault::DealerFault, task::TaskStatus, traits::TaskBook, BlockNumber, Digest,
};
use ostraka_protocol::wire;

const VERIFYING: TaskStatus = TaskStatus::Verifying { until: 60 };

/// A chain that verifies, on which these have dealt honestly in block 5.
fn verifying(node: &Node, dealers: impl IntoIterator<Item = u8>) -> Chain {
	let mut chain = Chain::new(node);
	for dealer in dealers {
		chain.deal(TASK, 5, dealer, None);
	}
	chain.set_status(TASK, VERIFYING);
	chain
}

/// What an attestation names: the hashes of the dealings, and of the excluded ones.
pub fn named(chain: &mut Chain) -> (Digest, Digest) {
	let sharing = chain.state(|| Sharings::<Test>::get(TASK)).expect("open");
	(sharing.dealt, sharing.excluded_hash)
}

fn attested(chain: &mut Chain) -> u32 {
	chain.state(|| Vss::count(TASK)).attested
}

/// Seats and hashes of these transactions, which are attestations.
pub fn said(sent: &[Extrinsic]) -> Vec<(u8, (Digest, Digest))> {
	let said = sent.iter().map(|transaction| match call(transaction) {
		Call::attest { seat, dealt, excluded, .. } => (*seat, (*dealt, *excluded)),
		other => panic!("{other:?}"),
	});
	let mut said: Vec<_> = said.collect();
	said.sort_unstable();
	said
}

/// The chain refuses this attestation, as it is about other dealings than the chain's.
pub fn refuses_wrong_dealings(chain: &mut Chain, block: BlockNumber, attestation: Extrinsic) {
	assert!(matches!(call(&attestation), Call::attest { .. }));
	let why = error_index(&Error::<Test>::WrongDealings);
	let refused = chain.try_include(block, attestation).expect_err("refused");
	let expected = TransactionValidityError::Invalid(InvalidTransaction::Custom(why));
	assert_eq!(refused, expected);
}

#[test]
fn attests_once_when_nobody_deals_any_more_and_all_is_right() {
	let node = Node::new(&[1, 2, 3]);
	let mut chain = Chain::new(&node);
	for dealer in 1..=3 {
		chain.deal(TASK, 5, dealer, None);
	}
	assert!(chain.sent(6).is_empty(), "there may be more");
	chain.set_status(TASK, VERIFYING);
	let sent = chain.sent(7);
	let expected = named(&mut chain);
	assert_eq!(said(&sent), vec![(1, expected), (2, expected), (3, expected)]);
	assert!(chain.sent(8).is_empty(), "on its way");
	chain.include_all(9, sent);
	assert_eq!(attested(&mut chain), 3);
	let status = chain.state(|| Book::status(TASK));
	assert_eq!(status, Some(TaskStatus::Verifying { until: 9 }), "the next block freezes");
	for block in [9, 7 + RETRY, 30] {
		assert!(chain.sent(block).is_empty());
	}
}

#[test]
fn attests_that_there_are_no_dealings() {
	let mut chain = verifying(&Node::new(&[2]), []);
	assert_eq!(said(&chain.sent(7)), vec![(2, ([0; 32], [0; 32]))]);
}

#[test]
fn does_not_attest_in_the_last_block() {
	let mut chain = verifying(&Node::new(&[1]), [1, 2]);
	for block in [60, 61] {
		assert!(chain.sent(block).is_empty(), "it could not be included any more");
	}
	assert_eq!(chain.sent(59).len(), 1);
}

#[test]
fn accuses_first_and_attests_to_what_is_left() {
	let node = Node::new(&[2]);
	let mut chain = verifying(&node, [1, 3]);
	chain.set_status(TASK, TaskStatus::Collecting { first_by: 100, until: 100 });
	let bad = chain.deal(TASK, 6, 2, Some((2, DealerFault::WrongShare)));
	chain.set_status(TASK, VERIFYING);
	let sent = chain.sent(20);
	assert_eq!(sent.len(), 1);
	assert!(matches!(call(&sent[0]), Call::accuse { digest, .. } if *digest == bad));
	for block in 21..20 + RETRY {
		assert!(chain.sent(block).is_empty(), "it is not judged yet");
	}
	chain.include_all(24, sent);
	let sent = chain.sent(25);
	let expected = named(&mut chain);
	assert_eq!(expected.1, wire::excluded(&[0; 32], &bad));
	assert_eq!(said(&sent), vec![(2, expected)]);
	chain.include_all(26, sent);
	assert_eq!(attested(&mut chain), 1);
}

/// What another member's share is like is that member's to say.
#[test]
fn attests_for_itself_alone() {
	let node = Node::new(&[1, 3]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, Some((2, DealerFault::WrongShare)));
	chain.set_status(TASK, VERIFYING);
	let expected = named(&mut chain);
	assert_eq!(said(&chain.sent(20)), vec![(1, expected), (3, expected)]);
}

#[test]
fn does_not_attest_to_what_it_lacks() {
	let mut node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, None);
	let digest = chain.deal(TASK, 5, 2, None);
	let copy = node.take_indexed(&digest);
	chain.set_status(TASK, VERIFYING);
	for block in [7, 8, 30] {
		assert!(chain.sent(block).is_empty());
	}
	node.supply(&digest, &copy);
	assert_eq!(chain.sent(31).len(), 1);
}

#[test]
fn an_attestation_that_vanished_is_sent_again() {
	let node = Node::new(&[1]);
	let mut chain = verifying(&node, [1, 2]);
	let first = chain.sent(7);
	assert!(chain.sent(6 + RETRY).is_empty());
	let second = chain.sent(7 + RETRY);
	assert_eq!(said(&first), said(&second));
	chain.include_all(8 + RETRY, second);
	assert!(chain.sent(7 + 3 * RETRY).is_empty());
	// The first one comes through late: refused, and without consequences.
	let late = chain.try_include(9 + RETRY, first.into_iter().next().expect("sent"));
	assert!(late.is_err());
	assert_eq!(attested(&mut chain), 1);
}

/// Nothing but the node's database is left of what was before.
#[test]
fn remembers_over_a_restart_what_it_sent() {
	let node = Node::new(&[1]);
	let run = |block: BlockNumber| verifying(&node, [1, 2]).run(block).sent;
	assert!(matches!(run(7)[..], [(TASK, _, Message::Attest)]));
	assert_eq!(run(8), vec![]);
	assert_eq!(run(7 + RETRY).len(), 1);
}

#[test]
fn of_two_seats_in_one_keystore_each_attests_for_itself() {
	let node = Node::new(&[1, 3]);
	let mut chain = verifying(&node, [1, 2]);
	let mut sent = chain.sent(7);
	assert_eq!(sent.len(), 2);
	// One is included, one is lost: only the lost one comes again.
	sent.retain(|sent| matches!(call(sent), Call::attest { seat: 1, .. }));
	chain.include_all(8, sent);
	let again = chain.sent(7 + RETRY);
	assert_eq!(said(&again).iter().map(|(seat, _)| *seat).collect::<Vec<_>>(), vec![3]);
	chain.include_all(8 + RETRY, again);
	assert_eq!(attested(&mut chain), 2);
}

/// What a member of another seat accuses is out, and the attestation that was on its way names it no more: it is void, and the
/// seat does not wait for its time to be over.
#[test]
fn after_an_exclusion_it_attests_anew_at_once() {
	let node = Node::new(&[1, 2]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, None);
	let bad = chain.deal(TASK, 5, 2, Some((2, DealerFault::WrongShare)));
	chain.set_status(TASK, VERIFYING);
	let (attestation, accusation): (Vec<_>, Vec<_>) = chain
		.sent(20)
		.into_iter()
		.partition(|sent| matches!(call(sent), Call::attest { seat: 1, .. }));
	assert_eq!((attestation.len(), accusation.len()), (1, 1));
	assert!(chain.sent(21).is_empty(), "both are on their way");
	chain.include_all(22, accusation);
	for transaction in attestation {
		refuses_wrong_dealings(&mut chain, 22, transaction);
	}
	let sent = chain.sent(22);
	let expected = named(&mut chain);
	assert_eq!(expected.1, wire::excluded(&[0; 32], &bad));
	assert_eq!(said(&sent), vec![(1, expected), (2, expected)]);
	assert!(chain.sent(23).is_empty(), "said once");
	chain.include_all(24, sent);
	assert_eq!(attested(&mut chain), 2);
}

/// An attestation to the dealings of one fork says nothing on the other, where the seat looks and speaks anew.
#[test]
fn an_attestation_does_not_cross_to_a_fork_with_other_dealings() {
	let node = Node::new(&[1]);
	let (mut losing, mut winning) = (verifying(&node, [1, 2]), verifying(&node, [2, 3]));
	let (first, other) = (named(&mut losing), named(&mut winning));
	assert_ne!(first, other);
	let sent = losing.sent(7);
	assert_eq!(said(&sent), vec![(1, first)]);
	for transaction in sent {
		assert!(winning.try_include(8, transaction).is_err());
	}
	assert_eq!(attested(&mut winning), 0);
	let again = winning.sent(7 + RETRY);
	assert_eq!(said(&again), vec![(1, other)]);
	winning.include_all(8 + RETRY, again);
	assert_eq!(attested(&mut winning), 1);
}

/// On one fork a dealing is excluded, on the other it counts: the hash of the dealings is the same, what is known of them
/// must not be.
#[test]
fn an_exclusion_of_another_fork_hides_nothing() {
	let node = Node::new(&[1]);
	let fork = || {
		let mut chain = Chain::new(&node);
		chain.deal(TASK, 5, 1, None);
		let bad = chain.deal(TASK, 5, 2, Some((1, DealerFault::WrongShare)));
		chain.set_status(TASK, VERIFYING);
		(chain, bad)
	};
	let ((mut first, bad), (mut second, _)) = (fork(), fork());
	assert_eq!(named(&mut first), named(&mut second));
	let sent = first.sent(20);
	first.include_all(21, sent);
	assert_eq!(said(&first.sent(22)).len(), 1, "there, all that counts is right");
	// The re-org takes the accusation back. It is sent again when its time is over, and nothing is attested to.
	let sent = second.sent(20 + RETRY);
	assert_eq!(sent.len(), 1);
	assert!(matches!(call(&sent[0]), Call::accuse { digest, .. } if *digest == bad));
}

/// A key to which nobody has sealed a share has checked none.
#[test]
fn does_not_attest_with_another_seal_key() {
	let node = Node::new(&[1]);
	let mut chain = Chain::empty(&node);
	let mut view = view(TASK);
	view.committee[0].seal_key = pinned_seat(9).seal_key;
	view.status = VERIFYING;
	chain.open_with(TASK, view);
	for block in [7, 8] {
		let summary = chain.run(block);
		assert_eq!(summary.sent, vec![]);
		assert_eq!(summary.errors[0].2, WorkerError::WrongSealKey);
	}
	assert!(node.take_pool().is_empty());
}
