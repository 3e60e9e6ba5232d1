//! Wrong shares: who accuses, when, and what the chain makes of it.

use super::{mock::*, node::*};
use crate::{
	worker::{
		decide::{rank, Answer, ShareState, ACCUSE_STEP, MIN_ACCUSATIONS},
		store::{self, Message},
	},
	Call, Dealings, Event, Seats, Standing,
};
use ostraka_primitives::{fault::DealerFault, task::TaskStatus, Digest};

pub fn convictions(chain: &mut Chain) -> Vec<(u8, bool)> {
	chain.state(|| {
		let events = System::events().into_iter().map(|record| record.event);
		events
			.filter_map(|event| match event {
				RuntimeEvent::Vss(Event::DealerConvicted { seat, excluded, .. }) => {
					Some((seat.expect("a member's"), excluded))
				},
				RuntimeEvent::Vss(Event::AccuserConvicted { .. }) => panic!("an honest accuser"),
				_ => None,
			})
			.collect()
	})
}

/// The dealings that these transactions accuse.
fn accused(sent: &[Extrinsic]) -> Vec<Digest> {
	sent.iter()
		.map(|transaction| match call(transaction) {
			Call::accuse { digest, .. } => *digest,
			other => panic!("{other:?}"),
		})
		.collect()
}

pub fn standing(chain: &mut Chain, dealer: u8) -> Standing {
	chain.state(|| Dealings::<Test>::get(TASK, account(dealer)).expect("dealt").standing)
}

#[test]
fn a_bad_dealing_is_accused_and_that_very_transaction_convicts_the_dealer() {
	for fault in [
		DealerFault::Unopenable,
		DealerFault::NonCanonicalScalar,
		DealerFault::WrongShare,
		DealerFault::OutsideSubgroup,
	] {
		let node = Node::new(&[2]);
		let mut chain = Chain::new(&node);
		chain.deal(TASK, 5, 1, None);
		let bad = chain.deal(TASK, 5, 2, Some((2, fault)));
		chain.deal(TASK, 5, 3, None);

		let turn = 5 + rank(2, SEATS, &bad) * ACCUSE_STEP;
		if turn > 6 {
			assert!(chain.sent(turn - 1).is_empty(), "its turn has not come");
		}
		let sent = chain.sent(turn.max(6));
		assert_eq!(sent.len(), 1);
		assert!(matches!(call(&sent[0]), Call::accuse { seat: 2, digest, .. } if *digest == bad));
		assert!(chain.sent(turn.max(6) + 1).is_empty(), "sent a short while ago");

		chain.include_all(turn + 2, sent);
		assert_eq!(convictions(&mut chain), vec![(2, true)]);
		assert_eq!(standing(&mut chain, 2), Standing::Excluded);
		assert!(chain.sent(40).is_empty());

		// The task goes on without that dealing.
		chain.freeze(TASK, 50);
		let sent = chain.sent(53);
		assert!(matches!(call(&sent[0]), Call::commit_result { .. }));
		chain.include_all(54, sent);
		chain.set_status(TASK, TaskStatus::Revealing { until: 90 });
		let sent = chain.sent(55);
		chain.include_all(56, sent);
		assert_eq!(chain.state(|| Vss::count(TASK)).right_shares, 1);
	}
}

#[test]
fn each_wrong_share_is_accused_once_by_whom_it_concerns() {
	let node = Node::new(&[1, 2, 3]);
	let mut chain = Chain::new(&node);
	let first = chain.deal(TASK, 5, 1, Some((1, DealerFault::WrongShare)));
	let second = chain.deal(TASK, 5, 2, Some((2, DealerFault::Unopenable)));
	chain.deal(TASK, 5, 3, None);
	let mut accused = Vec::new();
	for block in 6..20 {
		let sent = chain.sent(block);
		for transaction in &sent {
			let Call::accuse { seat, digest, .. } = call(transaction) else {
				panic!("no accusation")
			};
			accused.push((*seat, *digest));
		}
		chain.include_all(block + 1, sent);
	}
	accused.sort_unstable();
	assert_eq!(accused, vec![(1, first), (2, second)]);
}

#[test]
fn looks_again_before_its_turn_and_spares_a_second_accusation() {
	let node = Node::new(&[1, 2, 3]);
	let mut chain = Chain::new(&node);
	let bad = chain.deal(TASK, 5, 1, Some((ALL, DealerFault::WrongShare)));
	let mut order: Vec<u8> = (1..=SEATS).collect();
	order.sort_by_key(|seat| rank(*seat, SEATS, &bad));
	// Only the first in the queue speaks at first.
	let sent = chain.sent(6);
	assert_eq!(sent.len(), 1);
	assert!(matches!(call(&sent[0]), Call::accuse { seat, .. } if *seat == order[0]));
	// It is lost: the next one steps in, and the first one tries again when its interval is over.
	let sent = chain.sent(5 + ACCUSE_STEP);
	assert_eq!(sent.len(), 1);
	assert!(matches!(call(&sent[0]), Call::accuse { seat, .. } if *seat == order[1]));
	chain.include_all(8, sent);
	// The dealing is out: nobody has a reason to accuse any more.
	for block in 9..30 {
		assert!(chain.sent(block).is_empty());
	}
	assert_eq!(convictions(&mut chain), vec![(order[1], true)]);
}

#[test]
fn accuses_after_the_freeze_for_its_excuse() {
	let node = Node::new(&[1, 2]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, None);
	let bad = chain.deal(TASK, 5, 2, Some((ALL, DealerFault::WrongShare)));
	// It was away while there was time.
	chain.freeze(TASK, 20);
	let sent = chain.sent(21);
	assert_eq!(sent.len(), 2, "each needs an excuse of its own");
	assert!(sent
		.iter()
		.all(|sent| matches!(call(sent), Call::accuse { digest, .. } if *digest == bad)));
	chain.include_all(22, sent);
	assert_eq!(convictions(&mut chain).len(), 1, "the dealer is convicted once");
	assert_eq!(standing(&mut chain, 2), Standing::ConvictedLate);
	let excused: Vec<bool> = chain.state(|| {
		Seats::<Test>::get(TASK).expect("open").iter().map(|seat| seat.excused).collect()
	});
	assert_eq!(excused, vec![true, true, false]);
	chain.set_status(TASK, TaskStatus::Revealing { until: 60 });
	for block in [23, 30, 40] {
		assert!(chain.sent(block).is_empty(), "nothing is due from it");
	}
}

#[test]
fn accuses_nobody_when_all_shares_are_right() {
	let node = Node::new(&[1, 2, 3]);
	let mut chain = Chain::new(&node);
	for dealer in 1..=6 {
		chain.deal(TASK, 5, dealer, None);
	}
	for block in [6, 20] {
		assert!(chain.sent(block).is_empty());
	}
	chain.set_status(TASK, TaskStatus::Verifying { until: 40 });
	for block in [21, 30, 39, 40, 41] {
		let sent = chain.sent(block);
		assert!(sent.iter().all(|sent| matches!(call(sent), Call::attest { .. })));
	}
}

/// Of six dealings, two lie outside of the group, and a third one's share is wrong: each is found, and nothing is opened of
/// the two, neither for the worker's own use nor for the chain to see.
#[test]
fn nothing_is_opened_of_a_dealing_outside_the_group() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	let outside =
		[2, 5].map(|dealer| chain.deal(TASK, 5, dealer, Some((ALL, DealerFault::OutsideSubgroup))));
	let wrong = chain.deal(TASK, 5, 3, Some((1, DealerFault::WrongShare)));
	let right = [1, 4, 6].map(|dealer| chain.deal(TASK, 5, dealer, None));
	let sent = chain.sent(30);
	let mut said = accused(&sent);
	said.sort_unstable();
	let mut expected = vec![outside[0], outside[1], wrong];
	expected.sort_unstable();
	assert_eq!(said, expected);
	for transaction in &sent {
		let Call::accuse { digest, evidence, .. } = call(transaction) else { unreachable!() };
		let reveals = evidence.dh != [0; 32] || evidence.dleq != [0; 64];
		assert_eq!(reveals, *digest == wrong);
	}
	let ledger = chain.state(|| store::ledger(&seat_key(1))).unwrap();
	let kept = |digest: &Digest| store::kept_share(&seat_key(1), digest).unwrap().is_some();
	for digest in outside.iter().chain([&wrong]) {
		assert_eq!(ledger.get(digest), Some(&ShareState::Wrong));
		assert!(!chain.state(|| kept(digest)));
	}
	for digest in &right {
		assert_eq!(ledger.get(digest), Some(&ShareState::Right));
		assert!(chain.state(|| kept(digest)));
	}
	chain.include_all(31, sent);
	assert_eq!(convictions(&mut chain).len(), 3);
	chain.freeze(TASK, 40);
	assert_eq!(chain.sent(43).len(), 1, "its sum is over the others");
}

#[test]
fn an_accusation_that_vanished_is_sent_again() {
	let node = Node::new(&[2]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, Some((2, DealerFault::WrongShare)));
	chain.set_status(TASK, TaskStatus::Verifying { until: 60 });
	let first = chain.run(20);
	assert!(matches!(first.sent[..], [(TASK, _, Message::Accuse(_))]));
	assert_eq!(chain.run(20 + RETRY - 1).sent, vec![]);
	assert_eq!(chain.run(20 + RETRY).sent.len(), 1);
	let sent = node.take_pool();
	chain.include(25, sent[1].clone());
	assert_eq!(convictions(&mut chain), vec![(2, true)]);
	// The first attempt comes through late: refused, and without consequences.
	let late = sent[0].clone();
	assert!(chain.try_include(26, late).is_err());
}

#[test]
fn accusations_not_yet_included_leave_room_for_others() {
	let node = Node::new(&[2]);
	let mut chain = Chain::new(&node);
	let deal = |dealer| chain.deal(TASK, 5, dealer, Some((2, DealerFault::WrongShare)));
	let mut bad: Vec<Digest> = (1..=MIN_ACCUSATIONS as u8 + 2).map(deal).collect();
	// All are due, and nothing is included.
	let mut said = accused(&chain.sent(40));
	assert_eq!(said.len(), MIN_ACCUSATIONS);
	said.extend(accused(&chain.sent(41)));
	said.sort_unstable();
	bad.sort_unstable();
	assert_eq!(said, bad);
	assert!(chain.sent(42).is_empty());
}

#[test]
fn a_wrong_share_whose_dealing_is_gone_keeps_no_other_back() {
	let mut node = Node::new(&[2]);
	let mut chain = Chain::new(&node);
	for dealer in 1..=MIN_ACCUSATIONS as u8 + 2 {
		chain.deal(TASK, 5, dealer, Some((2, DealerFault::WrongShare)));
	}
	// All are opened. What is due already gets lost.
	chain.sent(6);
	let digests: Vec<Digest> = chain
		.state(|| Dealings::<Test>::iter_prefix_values(TASK).map(|record| record.digest).collect());
	let (last, gone) = digests.split_last().expect("not empty");
	let copies: Vec<_> = gone.iter().map(|digest| node.take_indexed(digest)).collect();
	let sent = chain.sent(40);
	assert_eq!(accused(&sent), vec![*last]);
	chain.include_all(41, sent);
	assert_eq!(convictions(&mut chain), vec![(2, true)]);

	// The others are reported, and accused when they are supplied.
	assert!(!chain.run(42).missing.is_empty());
	for (digest, copy) in gone.iter().zip(&copies) {
		node.supply(digest, copy);
	}
	let mut said = accused(&chain.sent(43));
	said.extend(accused(&chain.sent(44)));
	said.sort_unstable();
	let mut expected = gone.to_vec();
	expected.sort_unstable();
	assert_eq!(said, expected);
}

#[test]
fn an_excused_seat_accuses_on_and_does_not_answer() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, None);
	for dealer in 2..=3 {
		chain.deal(TASK, 5, dealer, Some((1, DealerFault::WrongShare)));
	}
	chain.freeze(TASK, 20);
	let mut sent = chain.sent(21);
	assert_eq!(sent.len(), 2);
	// One excuses it, the other is lost.
	chain.include(22, sent.remove(0));
	assert!(chain.sent(23).is_empty());
	let again = chain.sent(21 + RETRY);
	assert_eq!(accused(&again), accused(&sent));
	chain.include_all(22 + RETRY, again);
	assert_eq!(convictions(&mut chain), vec![(1, false), (1, false)]);
	for dealer in 2..=3 {
		assert_eq!(standing(&mut chain, dealer), Standing::ConvictedLate);
	}
	chain.set_status(TASK, TaskStatus::Revealing { until: 60 });
	for block in [30, 40] {
		assert!(chain.sent(block).is_empty(), "nothing is due from it");
	}
}

#[test]
fn does_not_answer_over_a_wrong_share() {
	let node = Node::new(&[2]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, Some((2, DealerFault::Unopenable)));
	chain.deal(TASK, 5, 2, None);
	chain.freeze(TASK, 20);
	let summary = chain.run(30);
	assert!(!summary
		.sent
		.iter()
		.any(|(_, _, message)| *message == Message::Answer(Answer::Commit)));
}
