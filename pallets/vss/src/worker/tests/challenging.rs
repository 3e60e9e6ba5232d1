//! Forged proofs beside right shares: who challenges, when, and what becomes of the dealing.

use super::{
	accusing::{convictions, standing},
	mock::*,
	node::*,
};
use crate::{
	fixtures,
	worker::{
		decide::{rank, ShareState, ACCUSE_STEP},
		store::{self, Message},
		WorkerError,
	},
	Call, Standing,
};
use frame::prelude::Weight;
use ostraka_crypto::Scalar;
use ostraka_primitives::{fault::DealerFault, task::TaskStatus, BlockNumber, Digest};

const VERIFYING: TaskStatus = TaskStatus::Verifying { until: 60 };

/// The fault; it is in no seat's share.
const FORGED: Option<(u8, DealerFault)> = Some((ALL, DealerFault::InvalidInput));

/// A chain that verifies, on which dealer 2 has dealt what it cannot prove, between two honest ones.
fn verifying(node: &Node) -> (Chain, Digest) {
	let mut chain = Chain::new(node);
	chain.deal(TASK, 5, 1, None);
	let forged = chain.deal(TASK, 5, 2, FORGED);
	chain.deal(TASK, 5, 3, None);
	chain.set_status(TASK, VERIFYING);
	(chain, forged)
}

/// Seats and dealings of the challenges among these transactions.
fn challenges(sent: &[Extrinsic]) -> Vec<(u8, Digest)> {
	let of = |transaction: &Extrinsic| match call(transaction) {
		Call::challenge { seat, digest, .. } => Some((*seat, *digest)),
		_ => None,
	};
	sent.iter().filter_map(of).collect()
}

/// How many of these transactions are answers.
fn answers(sent: &[Extrinsic]) -> usize {
	let is_answer = |transaction: &&Extrinsic| {
		matches!(call(transaction), Call::commit_result { .. } | Call::reveal_result { .. })
	};
	sent.iter().filter(is_answer).count()
}

#[test]
fn finds_a_forged_proof_among_honest_ones_and_convicts_its_dealer() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	let right = [1, 2, 3, 5, 6].map(|dealer| chain.deal(TASK, 5, dealer, None));
	let forged = chain.deal(TASK, 5, 4, FORGED);
	let sent = chain.sent(30);
	assert_eq!((challenges(&sent), sent.len()), (vec![(1, forged)], 1));

	let ledger = chain.state(|| store::ledger(&seat_key(1))).unwrap();
	let kept = |digest: &Digest| store::kept_share(&seat_key(1), digest).unwrap().is_some();
	for digest in &right {
		assert_eq!(ledger.get(digest), Some(&ShareState::Right));
	}
	assert_eq!(ledger.get(&forged), Some(&ShareState::Forged));
	// Its share is right: it may be asked for.
	assert!(right.iter().chain([&forged]).all(|digest| chain.state(|| kept(digest))));

	chain.include_all(31, sent);
	assert_eq!(convictions(&mut chain), vec![(1, true)]);
	assert_eq!(standing(&mut chain, 4), Standing::Excluded);
	chain.freeze(TASK, 40);
	let sent = chain.sent(43);
	chain.include_all(44, sent);
	chain.set_status(TASK, TaskStatus::Revealing { until: 90 });
	let sent = chain.sent(45);
	chain.include_all(46, sent);
	assert_eq!(chain.state(|| Vss::count(TASK)).right_shares, 1, "its sum is over the others");
}

#[test]
fn challenges_in_turn_and_spares_a_second_challenge() {
	let node = Node::new(&[1, 2, 3]);
	let mut chain = Chain::new(&node);
	let forged = chain.deal(TASK, 5, 1, FORGED);
	let mut order: Vec<u8> = (1..=SEATS).collect();
	order.sort_by_key(|seat| rank(*seat, SEATS, &forged));
	assert_eq!(challenges(&chain.sent(6)), vec![(order[0], forged)]);
	// It is lost: the next one steps in.
	let sent = chain.sent(5 + ACCUSE_STEP);
	assert_eq!(challenges(&sent), vec![(order[1], forged)]);
	chain.include_all(8, sent);
	for block in 9..30 {
		assert!(chain.sent(block).is_empty());
	}
	assert_eq!(convictions(&mut chain), vec![(order[1], true)]);
}

#[test]
fn a_challenge_that_vanished_is_sent_again() {
	let node = Node::new(&[2]);
	let (mut chain, forged) = verifying(&node);
	let first = chain.sent(20);
	assert_eq!(challenges(&first), vec![(2, forged)]);
	assert!(chain.sent(19 + RETRY).is_empty());
	let second = chain.sent(20 + RETRY);
	assert_eq!(challenges(&second), vec![(2, forged)]);
	chain.include_all(21 + RETRY, second);
	assert_eq!(convictions(&mut chain), vec![(2, true)]);
	// The first attempt comes through late: refused, and without consequences.
	for transaction in first {
		assert!(chain.try_include(22 + RETRY, transaction).is_err());
	}
}

#[test]
fn challenges_first_and_attests_once_the_dealing_is_out() {
	let node = Node::new(&[2]);
	let (mut chain, forged) = verifying(&node);
	let sent = chain.sent(20);
	assert_eq!((challenges(&sent), sent.len()), (vec![(2, forged)], 1));
	for block in 21..20 + RETRY {
		assert!(chain.sent(block).is_empty(), "it is not judged yet");
	}
	chain.include_all(23, sent);
	let sent = chain.sent(24);
	assert_eq!(sent.len(), 1);
	assert!(matches!(call(&sent[0]), Call::attest { seat: 2, .. }));
	chain.include_all(25, sent);
	assert_eq!(chain.state(|| Vss::count(TASK)).attested, 1);
}

/// Unlike a share, a proof is everybody's to check.
#[test]
fn nobody_attests_to_a_forged_proof() {
	let node = Node::new(&[1, 2, 3]);
	let (mut chain, forged) = verifying(&node);
	let sent = chain.sent(30);
	let mut seats: Vec<_> = challenges(&sent).into_iter().map(|(seat, _)| seat).collect();
	seats.sort_unstable();
	assert_eq!((seats, sent.len()), (vec![1, 2, 3], 3), "all turns have come");
	assert!(challenges(&sent).iter().all(|(_, digest)| *digest == forged));
}

/// A wrong share is reason enough, and a member that needs an excuse gets one by an accusation only.
#[test]
fn a_wrong_share_is_accused_whatever_the_proof() {
	let node = Node::new(&[1, 2]);
	let mut chain = Chain::new(&node);
	let (ctx, dealer) = (chain.context(TASK), account(1));
	let faults = [(2, DealerFault::WrongShare), (2, DealerFault::InvalidInput)];
	let input = [1u64, 10].map(Scalar::from);
	let bytes = fixtures::faulty_dealing(&ctx, &dealer, &input, &faults, 1).unwrap();
	let digest = chain.deal_bytes(TASK, 5, 1, bytes);
	let sent = chain.sent(30);
	assert_eq!((challenges(&sent), sent.len()), (vec![(1, digest)], 2));
	assert!(sent.iter().any(|sent| matches!(call(sent), Call::accuse { seat: 2, .. })));
	let state = |seat| store::ledger(&seat_key(seat)).unwrap().get(&digest).copied();
	assert_eq!(chain.state(|| state(1)), Some(ShareState::Forged));
	assert_eq!(chain.state(|| state(2)), Some(ShareState::Wrong));
}

/// Of a dealing with anything in place of a proof there is nothing to look at, and it stops nothing.
#[test]
fn what_is_no_proof_is_challenged() {
	let node = Node::new(&[3]);
	let mut chain = Chain::new(&node);
	let ctx = chain.context(TASK);
	let mut bad: Vec<Digest> = Vec::new();
	for (dealer, byte) in [(1, 0), (2, 0xff)] {
		let (who, proof) = (account(dealer), vec![byte; ctx.proof_length as usize]);
		let input = [1u64, 10].map(Scalar::from);
		let bytes = fixtures::dealing_with_proof(&ctx, &who, &input, proof, dealer.into()).unwrap();
		bad.push(chain.deal_bytes(TASK, 5, dealer, bytes));
	}
	chain.deal(TASK, 5, 3, None);
	let sent = chain.sent(30);
	let mut found: Vec<_> = challenges(&sent).into_iter().map(|(_, digest)| digest).collect();
	found.sort_unstable();
	bad.sort_unstable();
	assert_eq!(found, bad);
	chain.include_all(31, sent);
	assert_eq!(convictions(&mut chain).len(), 2);
}

/// Challenges of many dealings leave a quarter of a block to others, and wrong shares are accused beside them.
#[test]
fn sends_as_many_challenges_as_three_quarters_of_a_block_take() {
	let node = Node::new(&[2]);
	let mut chain = Chain::new(&node);
	for dealer in 1..=5 {
		chain.deal(TASK, 5, dealer, FORGED);
	}
	let wrong = chain.deal(TASK, 5, 6, Some((2, DealerFault::WrongShare)));
	let each = chain.state(|| Vss::worst_challenge(fixtures::proof_length(LENGTH)));
	MaxBlock::set(each * 4);
	let mut found = Vec::new();
	for block in [30, 31, 32] {
		let sent = chain.sent(block);
		let of_block = challenges(&sent);
		assert_eq!(of_block.len(), [3, 2, 0][block as usize - 30], "block {block}");
		assert_eq!(sent.len() - of_block.len(), usize::from(block == 30), "block {block}");
		if block == 30 {
			let accused = sent.iter().find_map(|sent| match call(sent) {
				Call::accuse { digest, .. } => Some(*digest),
				_ => None,
			});
			assert_eq!(accused, Some(wrong));
		}
		found.extend(of_block);
	}
	found.sort_unstable();
	found.dedup();
	assert_eq!(found.len(), 5);
	MaxBlock::set(Weight::MAX);
}

/// Nothing but the node's database is left of what was before.
#[test]
fn remembers_over_a_restart_what_it_found_and_sent() {
	let node = Node::new(&[1]);
	let run = |block: BlockNumber| verifying(&node).0.run(block).sent;
	assert!(matches!(run(20)[..], [(TASK, _, Message::Challenge(_))]));
	assert_eq!(run(21), vec![]);
	assert!(matches!(run(20 + RETRY)[..], [(TASK, _, Message::Challenge(_))]));
}

/// On one fork the dealer has dealt what it cannot prove, on the other it was honest.
#[test]
fn a_challenge_does_not_cross_to_a_fork_with_another_dealing() {
	let node = Node::new(&[1]);
	let fork = |fault, seed| {
		let mut chain = Chain::new(&node);
		let digest = chain.deal_seeded(TASK, 5, 1, fault, seed);
		chain.set_status(TASK, VERIFYING);
		(chain, digest)
	};
	let ((mut losing, forged), (mut winning, honest)) = (fork(FORGED, 1), fork(None, 2));
	assert_ne!(forged, honest);
	let sent = losing.sent(20);
	assert_eq!(challenges(&sent), vec![(1, forged)]);
	for transaction in sent {
		assert!(winning.try_include(21, transaction).is_err());
	}
	assert_eq!(standing(&mut winning, 1), Standing::Accepted);
	let sent = winning.sent(22);
	assert!(matches!(call(&sent[0]), Call::attest { .. }));
	winning.include_all(23, sent);
	assert_eq!(convictions(&mut winning), vec![]);
}

/// On one fork the dealing is excluded, on the other it counts: what is known of it must not be forgotten.
#[test]
fn an_exclusion_of_another_fork_hides_nothing() {
	let node = Node::new(&[1]);
	let ((mut first, forged), (mut second, _)) = (verifying(&node), verifying(&node));
	let sent = first.sent(20);
	first.include_all(21, sent);
	assert!(matches!(call(&first.sent(22)[0]), Call::attest { .. }), "there, all that counts is");
	let sent = second.sent(20 + RETRY);
	assert_eq!((challenges(&sent), sent.len()), (vec![(1, forged)], 1));
}

/// It was away while there was time. The set is frozen with the dealing in it: the seat has its share, and answers.
#[test]
fn answers_over_a_frozen_set_with_a_forged_dealing_and_challenges_late() {
	// A node whose turn comes second: after the freeze, and before it answers.
	let (_, forged) = verifying(&Node::new(&[]));
	let seat = (1..=SEATS).find(|seat| rank(*seat, SEATS, &forged) == 1).unwrap();
	let (mut chain, _) = verifying(&Node::new(&[seat]));
	chain.freeze(TASK, 20);
	let mut all = Vec::new();
	for block in 20..=24 {
		let sent = chain.sent(block);
		// It looks at proofs when its answer is on its way: its turn has come by then.
		let due = block == 20 + LAG;
		let expected = if due { vec![(seat, forged)] } else { vec![] };
		assert_eq!(challenges(&sent), expected, "block {block}");
		assert_eq!(answers(&sent), usize::from(due), "block {block}");
		all.extend(sent);
	}
	chain.include_all(25, all);
	assert_eq!(convictions(&mut chain), vec![(seat, false)]);
	assert_eq!(standing(&mut chain, 2), Standing::ConvictedLate);
	chain.set_status(TASK, TaskStatus::Revealing { until: 90 });
	let sent = chain.sent(30);
	assert_eq!((challenges(&sent), answers(&sent)), (vec![], 1), "once is enough");
	chain.include_all(31, sent);
	assert_eq!(chain.state(|| Vss::count(TASK)).right_shares, 1);
}

#[test]
fn after_the_freeze_the_first_in_rank_challenges_for_all() {
	let node = Node::new(&[1, 2, 3]);
	let (mut chain, forged) = verifying(&node);
	// They knew before, and nothing of what was sent came through.
	chain.run(5);
	node.take_pool();
	chain.freeze(TASK, 20);
	let first = (1..=SEATS).find(|seat| rank(*seat, SEATS, &forged) == 0).unwrap();
	let sent = chain.sent(20);
	assert_eq!((challenges(&sent), sent.len()), (vec![(first, forged)], 1));
	chain.include_all(21, sent);
	for block in [21, 22, 24, 30] {
		assert_eq!(challenges(&chain.sent(block)), vec![]);
	}
	assert_eq!(convictions(&mut chain), vec![(first, false)]);
}

/// It comes back when shares are due already, and nobody has said anything.
#[test]
fn reveals_and_challenges_at_once_what_nobody_has_challenged() {
	let node = Node::new(&[3]);
	let (mut chain, forged) = verifying(&node);
	chain.freeze(TASK, 20);
	chain.set_status(TASK, TaskStatus::Revealing { until: 60 });
	let sent = chain.sent(50);
	assert_eq!((challenges(&sent), answers(&sent)), (vec![(3, forged)], 1));
	chain.include_all(51, sent);
	assert_eq!(convictions(&mut chain), vec![(3, false)]);
	assert_eq!(chain.state(|| Vss::count(TASK)).right_shares, 1);
}

/// Its share is right, and the frozen set asks for it.
#[test]
fn a_forged_dealing_whose_copy_is_gone_is_reported_and_its_share_is_kept() {
	let mut node = Node::new(&[2]);
	let (mut chain, forged) = verifying(&node);
	assert_eq!(challenges(&chain.sent(20)), vec![(2, forged)]);
	let copy = node.take_indexed(&forged);
	let summary = chain.run(20 + RETRY);
	assert_eq!((summary.sent, summary.missing.len(), summary.errors.len()), (vec![], 1, 1));
	assert_eq!(summary.errors[0].2, WorkerError::NoDealing);
	assert_eq!(summary.missing[0].digest, forged);
	assert_eq!(chain.run(21 + RETRY).missing, vec![], "said once");

	chain.freeze(TASK, 30);
	assert_eq!(answers(&chain.sent(30 + LAG)), 1);
	node.supply(&forged, &copy);
	assert_eq!(challenges(&chain.sent(31 + LAG)), vec![(2, forged)]);
	node.take_indexed(&forged);
	chain.set_status(TASK, TaskStatus::Revealing { until: 90 });
	let sent = chain.sent(40);
	assert_eq!(answers(&sent), 1);
	chain.include_all(41, sent);
	assert_eq!(chain.state(|| Vss::count(TASK)).right_shares, 1);
}

/// What is freed at the end names challenges as well.
#[test]
fn records_of_challenges_are_freed() {
	let node = Node::new(&[1]);
	let (mut chain, forged) = verifying(&node);
	let message = Message::Challenge(forged);
	chain.run(20);
	assert_eq!(chain.state(|| store::sent_at(&seat_key(1), &message)), Some(20));
	chain.state(|| Book::forget(TASK));
	chain.run(30);
	assert_eq!(chain.run(30 + crate::worker::CLEAR_AFTER).freed, 1);
	assert_eq!(chain.state(|| store::sent_at(&seat_key(1), &message)), None);
}
