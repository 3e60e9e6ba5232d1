//! Seats of the panel: what they look at, whom they challenge, when they attest, and that they have nothing to do with shares.

use super::{
	accusing::{convictions, standing},
	attesting::{named, refuses_wrong_dealings, said},
	mock::*,
	node::*,
	proving::{known, sent},
};
use crate::{
	fixtures,
	worker::{
		decide::{rank, ShareState, ACCUSE_STEP},
		store::{self, Message, MissingDealing},
	},
	Call, Event, SeatState, Seats, Standing,
};
use ostraka_crypto::Scalar;
use ostraka_primitives::{
	fault::DealerFault,
	task::TaskStatus,
	traits::{TaskBook, TaskView},
	BlockNumber, Digest,
};
use ostraka_protocol::wire;

pub const VERIFYING: TaskStatus = TaskStatus::Verifying { until: 60 };
/// Seats of both kinds.
const ROW: u8 = SEATS + VERIFIERS;
/// The panel's first seat.
pub const FIRST: u8 = SEATS + 1;

/// In whose share what is wrong, if anything is.
pub type Fault = Option<(u8, DealerFault)>;

pub const FORGED: Fault = Some((ALL, DealerFault::InvalidInput));
pub const OUTSIDE: Fault = Some((ALL, DealerFault::OutsideSubgroup));

/// A chain that verifies, on which dealers 1, 2 and so on have dealt in block 5, with these faults.
pub fn verifying<const N: usize>(node: &Node, faults: [Fault; N]) -> (Chain, [Digest; N]) {
	let mut chain = Chain::with_panel(node);
	let mut dealer = 0;
	let digests = faults.map(|fault| {
		dealer += 1;
		chain.deal(TASK, 5, dealer, fault)
	});
	chain.set_status(TASK, VERIFYING);
	(chain, digests)
}

/// Seats and dealings of these transactions, which are challenges.
fn challenged(sent: &[Extrinsic]) -> Vec<(u8, Digest)> {
	let of = |transaction: &Extrinsic| match call(transaction) {
		Call::challenge { seat, digest, .. } => (*seat, *digest),
		other => panic!("{other:?}"),
	};
	sent.iter().map(of).collect()
}

/// Changes the state of a seat in [`TASK`].
fn change_seat(seat: u8, change: impl FnOnce(&mut SeatState)) {
	Seats::<Test>::mutate(TASK, |seats| {
		let seats = seats.as_mut().expect("open");
		change(&mut seats[usize::from(seat) - 1]);
	});
}

/// How many verifiers have attested.
fn verified(chain: &mut Chain) -> u32 {
	chain.state(|| Vss::count(TASK)).verified
}

#[test]
fn committee_and_panel_attest_and_end_verification_together() {
	let (mut chain, _) = verifying(&Node::new(&[1, 2, 3, 4, 5]), [None; 3]);
	let mut sent = chain.sent(7);
	let expected = named(&mut chain);
	assert_eq!(said(&sent), (1..=ROW).map(|seat| (seat, expected)).collect::<Vec<_>>());
	assert!(chain.sent(8).is_empty(), "on its way");
	let last = sent.pop().expect("five");
	chain.include_all(9, sent);
	let status = |chain: &mut Chain| chain.state(|| Book::status(TASK));
	assert_eq!(status(&mut chain), Some(VERIFYING), "one is awaited");
	chain.include(9, last);
	assert_eq!(status(&mut chain), Some(TaskStatus::Verifying { until: 9 }));
	let counters = chain.state(|| Vss::count(TASK));
	assert_eq!((counters.attested, counters.verified), (u32::from(SEATS), u32::from(VERIFIERS)));
	for block in [9, 30] {
		assert!(chain.sent(block).is_empty());
	}
}

/// Nobody has sealed anything to a verifier: its seal key is not derived, nor compared, and no share is kept.
#[test]
fn a_verifier_needs_no_seal_key_and_keeps_no_share() {
	let node = Node::new(&[FIRST]);
	let mut chain = Chain::empty(&node);
	let mut view = view_with_panel(TASK);
	view.panel[0].seal_key = pinned_seat(9).seal_key;
	chain.open_with(TASK, view);
	let digest = chain.deal(TASK, 5, 1, None);
	assert_eq!(chain.run(6).errors, vec![]);
	chain.set_status(TASK, VERIFYING);
	let summary = chain.run(7);
	assert_eq!((sent(&summary), summary.errors), (vec![(TASK, Message::Attest)], vec![]));
	assert_eq!(known(&mut chain, FIRST, ShareState::Right), 1);
	assert_eq!(chain.state(|| store::kept_share(&seat_key(FIRST), &digest)), Ok(None));
}

#[test]
fn challenges_a_forged_proof_and_attests_once_the_dealing_is_out() {
	let (mut chain, [_, forged, _]) = verifying(&Node::new(&[FIRST]), [None, FORGED, None]);
	let sent = chain.sent(20);
	assert_eq!(challenged(&sent), vec![(FIRST, forged)]);
	for block in 21..20 + RETRY {
		assert!(chain.sent(block).is_empty(), "it is not judged yet");
	}
	chain.include_all(23, sent);
	assert_eq!(convictions(&mut chain), vec![(FIRST, true)]);
	assert_eq!(standing(&mut chain, 2), Standing::Excluded);
	let sent = chain.sent(24);
	let expected = named(&mut chain);
	assert_eq!(expected.1, wire::excluded(&[0; 32], &forged));
	assert_eq!(said(&sent), vec![(FIRST, expected)]);
	chain.include_all(25, sent);
	assert_eq!(verified(&mut chain), 1);
}

#[test]
fn committee_and_panel_challenge_in_one_order() {
	let node = Node::new(&[1, 2, 3, 4, 5]);
	let mut chain = Chain::with_panel(&node);
	let forged = chain.deal(TASK, 5, 1, FORGED);
	let mut order: Vec<u8> = (1..=ROW).collect();
	order.sort_by_key(|seat| rank(*seat, ROW, &forged));
	assert_eq!(challenged(&chain.sent(6)), vec![(order[0], forged)]);
	// It is lost: the next one steps in.
	let sent = chain.sent(5 + ACCUSE_STEP);
	assert_eq!(challenged(&sent), vec![(order[1], forged)]);
	chain.include_all(8, sent);
	for block in 9..30 {
		assert!(chain.sent(block).is_empty());
	}
	assert_eq!(convictions(&mut chain), vec![(order[1], true)]);
}

/// A member accuses, for what it cannot open. A verifier challenges, as it has no share to accuse of.
#[test]
fn commitments_outside_the_group_are_challenged() {
	let (mut chain, [_, outside, _]) = verifying(&Node::new(&[1, FIRST]), [None, OUTSIDE, None]);
	let (by_panel, by_committee): (Vec<_>, Vec<_>) =
		chain.sent(30).into_iter().partition(|sent| matches!(call(sent), Call::challenge { .. }));
	assert_eq!(challenged(&by_panel), vec![(FIRST, outside)]);
	assert_eq!(by_committee.len(), 1);
	assert!(matches!(call(&by_committee[0]), Call::accuse { seat: 1, .. }));
	assert_eq!(known(&mut chain, 1, ShareState::Wrong), 1);
	for (state, count) in [(ShareState::Forged, 1), (ShareState::Right, 2)] {
		assert_eq!(known(&mut chain, FIRST, state), count);
	}
	chain.include_all(31, by_panel);
	let events = chain.state(System::events);
	let convicts = events.iter().filter(|record| {
		matches!(
			&record.event,
			RuntimeEvent::Vss(Event::DealerConvicted {
				seat: Some(FIRST),
				fault: DealerFault::OutsideSubgroup,
				excluded: true,
				..
			})
		)
	});
	assert_eq!(convicts.count(), 1);
	let sent = chain.sent(32);
	let expected = named(&mut chain);
	assert_eq!(said(&sent), vec![(1, expected), (FIRST, expected)]);
}

/// The attack: parts outside of the group that cancel in the sums, so that nobody is harmed, and nothing shows at the freeze.
/// Each of the dealings is found all the same.
#[test]
fn parts_outside_the_group_that_cancel_are_found() {
	let mut chain = Chain::with_panel(&Node::new(&[FIRST]));
	let (ctx, part) = (chain.context(TASK), fixtures::order_three());
	let mut bad: Vec<Digest> = Vec::new();
	for (dealer, part) in [(1, part), (2, -part)] {
		let (who, input) = (account(dealer), [1u64, 10].map(Scalar::from));
		let bytes = fixtures::dealing_outside(&ctx, &who, &input, &[], &[(1, part)], dealer.into());
		bad.push(chain.deal_bytes(TASK, 5, dealer, bytes.expect("sound")));
	}
	chain.deal(TASK, 5, 3, None);
	let sent = chain.sent(30);
	let mut found: Vec<_> = challenged(&sent).into_iter().map(|(_, digest)| digest).collect();
	found.sort_unstable();
	bad.sort_unstable();
	assert_eq!(found, bad);
	chain.include_all(31, sent);
	assert_eq!(convictions(&mut chain), vec![(FIRST, true), (FIRST, true)]);
}

/// What a member's share is like is that member's to say.
#[test]
fn a_wrong_share_is_not_the_panels_to_see() {
	let faults = [Some((2, DealerFault::WrongShare)), Some((ALL, DealerFault::Unopenable))];
	let (mut chain, _) = verifying(&Node::new(&[4, 5]), faults);
	let sent = chain.sent(20);
	let expected = named(&mut chain);
	assert_eq!(said(&sent), vec![(4, expected), (5, expected)]);
}

#[test]
fn a_missing_copy_is_reported_and_nothing_attested_to_before_it_is_supplied() {
	let mut node = Node::new(&[FIRST]);
	let (mut chain, [_, digest]) = verifying(&node, [None, FORGED]);
	let copy = node.take_indexed(&digest);
	let report = MissingDealing { task: TASK, dealer: account(2), digest, dealt_at: 5 };
	let summary = chain.run(20);
	assert_eq!((summary.sent, summary.missing), (vec![], vec![report]));
	assert_eq!(summary.errors, vec![]);
	assert_eq!(chain.run(21).missing, vec![], "said once");
	// Another dealing under its key is none.
	let mut other = copy.clone();
	if let Some(last) = other.last_mut() {
		*last ^= 1;
	}
	node.supply(&digest, &other);
	assert!(chain.sent(22).is_empty());
	node.supply(&digest, &copy);
	assert_eq!(challenged(&chain.sent(23)), vec![(FIRST, digest)]);
}

/// It was away while there was time. Nothing is due from it once the set is frozen, and it does not rest before the dealer is
/// convicted.
#[test]
fn answers_nothing_and_challenges_late_until_it_is_judged() {
	let (mut chain, [_, forged]) = verifying(&Node::new(&[FIRST]), [None, FORGED]);
	chain.freeze(TASK, 20);
	let turn = 20 + rank(FIRST, ROW, &forged) * ACCUSE_STEP;
	for block in 20..turn {
		assert!(chain.sent(block).is_empty(), "its turn has not come");
	}
	assert_eq!(known(&mut chain, FIRST, ShareState::Forged), usize::from(turn > 20));
	assert_eq!(challenged(&chain.sent(turn)), vec![(FIRST, forged)]);
	assert!(chain.sent(turn + 1).is_empty());
	// It is lost.
	assert_eq!(challenged(&chain.sent(turn + RETRY)), vec![(FIRST, forged)]);
	chain.set_status(TASK, TaskStatus::Revealing { until: 60 });
	let sent = chain.sent(turn + 2 * RETRY);
	assert_eq!(challenged(&sent), vec![(FIRST, forged)]);
	chain.include_all(turn + 2 * RETRY + 1, sent);
	assert_eq!(convictions(&mut chain), vec![(FIRST, false)]);
	assert_eq!(standing(&mut chain, 2), Standing::ConvictedLate);
	for block in [turn + 3 * RETRY, 59, 60] {
		assert!(chain.sent(block).is_empty());
	}
}

/// The attack: a verifier has attested to an invalid input, and the dealer has itself convicted late of a wrong share that only
/// its accomplice could see. The challenge convicts nobody any more, and exposes who attested.
#[test]
fn an_accomplices_accusation_shields_no_false_attestation() {
	for attested in [false, true] {
		let frozen = |seats: &[u8]| {
			let mut chain = Chain::with_panel(&Node::new(seats));
			let (ctx, dealer) = (chain.context(TASK), account(1));
			let faults = [(2, DealerFault::WrongShare), (ALL, DealerFault::InvalidInput)];
			let input = [1u64, 10].map(Scalar::from);
			let bytes = fixtures::faulty_dealing(&ctx, &dealer, &input, &faults, 1).expect("sound");
			chain.deal_bytes(TASK, 5, 1, bytes);
			chain.state(|| change_seat(ROW, |state| state.attested = attested));
			chain.freeze(TASK, 20);
			chain
		};
		let accusation = frozen(&[2]).sent(21);
		assert!(matches!(call(&accusation[0]), Call::accuse { seat: 2, .. }));
		let mut chain = frozen(&[FIRST]);
		chain.include_all(22, accusation);
		assert_eq!(standing(&mut chain, 1), Standing::ConvictedLate);
		let sent = chain.sent(40);
		assert_eq!(sent.len(), 1, "the dealing counts, whoever attested");
		chain.include_all(41, sent);
		assert_eq!(convictions(&mut chain), vec![(2, false)], "once");
		let exposed = chain.state(|| Seats::<Test>::get(TASK)).expect("open");
		assert_eq!(exposed[usize::from(ROW) - 1].attested_falsely, attested);
		assert!(chain.sent(50).is_empty());
	}
}

/// The attack in time: the accomplice's accusation excludes the dealing. Whoever looks challenges it all the same, as long as that
/// exposes somebody, and attests to what is left.
#[test]
fn an_accusation_in_time_shields_no_false_attestation() {
	for attested in [false, true] {
		let verifying = |seats: &[u8]| {
			let mut chain = Chain::with_panel(&Node::new(seats));
			let (ctx, dealer) = (chain.context(TASK), account(1));
			let faults = [(2, DealerFault::WrongShare), (ALL, DealerFault::InvalidInput)];
			let input = [1u64, 10].map(Scalar::from);
			let bytes = fixtures::faulty_dealing(&ctx, &dealer, &input, &faults, 1).expect("sound");
			chain.deal_bytes(TASK, 5, 1, bytes);
			chain.deal(TASK, 5, 2, None);
			chain.set_status(TASK, VERIFYING);
			chain.state(|| change_seat(ROW, |state| state.attested = attested));
			chain
		};
		let accusation = verifying(&[2]).sent(20);
		assert!(matches!(call(&accusation[0]), Call::accuse { seat: 2, .. }));
		let mut chain = verifying(&[FIRST]);
		chain.include_all(21, accusation);
		assert_eq!(standing(&mut chain, 1), Standing::Excluded);
		let sent = chain.sent(22);
		let count = |is: fn(&Call<Test>) -> bool| sent.iter().filter(|one| is(call(one))).count();
		assert_eq!(count(|call| matches!(call, Call::challenge { .. })), usize::from(attested));
		assert_eq!(count(|call| matches!(call, Call::attest { .. })), 1);
		chain.include_all(23, sent);
		let seats = chain.state(|| Seats::<Test>::get(TASK)).expect("open");
		assert_eq!(seats[usize::from(ROW) - 1].attested_falsely, attested);
		assert!(seats[usize::from(FIRST) - 1].attestation_stands());
		assert_eq!(convictions(&mut chain), vec![(2, true)], "once");
		assert!(chain.sent(40).is_empty());
	}
}

/// A false challenge bars the seat; the worker makes none, but the key may have been used elsewhere.
#[test]
fn a_barred_verifier_rests() {
	let (mut chain, _) = verifying(&Node::new(&[FIRST]), [None, FORGED]);
	chain.state(|| change_seat(FIRST, |state| state.accused_falsely = true));
	for block in [20, 30] {
		let summary = chain.run(block);
		assert_eq!((summary.sent, summary.errors), (vec![], vec![]));
	}
}

/// Nothing but the node's database is left of what was before.
#[test]
fn remembers_over_a_restart_what_it_found_and_sent() {
	for fault in [FORGED, OUTSIDE] {
		let node = Node::new(&[FIRST]);
		let run = |block: BlockNumber| sent(&verifying(&node, [None, fault]).0.run(block));
		assert!(matches!(run(20)[..], [(TASK, Message::Challenge(_))]));
		assert_eq!(run(21), vec![]);
		assert!(matches!(run(20 + RETRY)[..], [(TASK, Message::Challenge(_))]));
	}
	let node = Node::new(&[FIRST]);
	let run = |block: BlockNumber| sent(&verifying(&node, [None; 2]).0.run(block));
	assert_eq!(run(7), vec![(TASK, Message::Attest)]);
	assert_eq!(run(8), vec![]);
	assert_eq!(run(7 + RETRY), vec![(TASK, Message::Attest)]);
}

/// A dealing counts on one fork and is excluded on the other: an attestation of either says nothing on the other, so that nobody
/// is held to a dealing that it had seen excluded.
#[test]
fn an_attestation_does_not_cross_an_exclusion() {
	let node = Node::new(&[2, FIRST]);
	let fork = || verifying(&node, [None, Some((2, DealerFault::WrongShare))]).0;
	let (mut first, mut second) = (fork(), fork());
	let (attestation, accusation): (Vec<_>, Vec<_>) = first
		.sent(20)
		.into_iter()
		.partition(|sent| matches!(call(sent), Call::attest { seat: FIRST, .. }));
	assert_eq!((attestation.len(), accusation.len()), (1, 1));
	// The re-org: what was sent on the way to it is void.
	first.include_all(21, accusation);
	for transaction in attestation.clone() {
		refuses_wrong_dealings(&mut first, 21, transaction);
	}
	// And it is said anew at once, of what is left.
	let again = first.sent(22);
	let expected = named(&mut first);
	assert_eq!(said(&again), vec![(2, expected), (FIRST, expected)]);
	for transaction in again.clone() {
		refuses_wrong_dealings(&mut second, 22, transaction);
	}
	assert_ne!(expected, named(&mut second));
	second.include_all(23, attestation);
	assert_eq!((verified(&mut first), verified(&mut second)), (0, 1));
	first.include_all(23, again);
	assert_eq!(verified(&mut first), 1);
}

/// On one fork the dealer has dealt what it cannot prove, on the other it was honest.
#[test]
fn a_challenge_does_not_cross_to_a_fork_with_another_dealing() {
	let node = Node::new(&[FIRST]);
	let fork = |fault, seed| {
		let mut chain = Chain::with_panel(&node);
		let digest = chain.deal_seeded(TASK, 5, 1, fault, seed);
		chain.set_status(TASK, VERIFYING);
		(chain, digest)
	};
	let ((mut losing, forged), (mut winning, _)) = (fork(FORGED, 1), fork(None, 2));
	let sent = losing.sent(20);
	assert_eq!(challenged(&sent), vec![(FIRST, forged)]);
	for transaction in sent {
		assert!(winning.try_include(21, transaction).is_err());
	}
	let sent = winning.sent(22);
	assert_eq!(said(&sent), vec![(FIRST, named(&mut winning))]);
	winning.include_all(23, sent);
	assert_eq!(convictions(&mut winning), vec![]);
}

/// On one fork a challenge is judged, on the other it is not: what is known of the dealing must not be forgotten.
#[test]
fn an_exclusion_of_another_fork_hides_nothing() {
	let node = Node::new(&[FIRST]);
	let fork = || verifying(&node, [None, OUTSIDE]);
	let ((mut first, [_, bad]), (mut second, _)) = (fork(), fork());
	let sent = first.sent(20);
	first.include_all(21, sent);
	assert_eq!(said(&first.sent(22)).len(), 1, "there, all that counts is right");
	assert_eq!(challenged(&second.sent(20 + RETRY)), vec![(FIRST, bad)]);
}

/// Two operators' keys, each with a seat in both tasks: a member's in one, a verifier's in the other.
#[test]
fn one_keystore_has_both_roles() {
	let node = Node::new(&[1, FIRST]);
	let mut chain = Chain::with_panel(&node);
	let other = TASK + 1;
	let [one, two, three, first] = [1, 2, 3, FIRST].map(pinned_seat);
	let committee = vec![first.clone(), two, three].try_into().expect("fits");
	let panel = vec![one.clone()].try_into().expect("fits");
	chain.open_with(other, TaskView { committee, panel, ..view(other) });
	for task in [TASK, other] {
		for dealer in 1..=2 {
			chain.deal(task, 5, dealer, None);
		}
		chain.set_status(task, VERIFYING);
	}
	let attestations = chain.sent(7);
	assert_eq!(attestations.len(), 4);
	chain.include_all(8, attestations);
	for task in [TASK, other] {
		let counters = chain.state(|| Vss::count(task));
		assert_eq!((counters.attested, counters.verified), (1, 1));
		chain.freeze(task, 20);
	}
	// Who has a share answers.
	let mut said = Vec::new();
	for (block, status) in [(20 + LAG, None), (30, Some(TaskStatus::Revealing { until: 90 }))] {
		if let Some(status) = status {
			chain.set_status(TASK, status);
			chain.set_status(other, status);
		}
		let summary = chain.run(block);
		assert_eq!(summary.errors, vec![]);
		said.extend(summary.sent.iter().map(|(task, worker, _)| (*task, *worker)));
		chain.include_all(block + 1, node.take_pool());
	}
	said.sort_unstable_by_key(|(task, _)| *task);
	let (member, others) = (one.worker, first.worker);
	assert_eq!(said, vec![(TASK, member), (TASK, member), (other, others), (other, others)]);
	for task in [TASK, other] {
		assert_eq!(chain.state(|| Vss::count(task)).right_shares, 1);
	}
}
