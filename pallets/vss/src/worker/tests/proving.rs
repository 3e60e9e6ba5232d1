//! Proofs are most of the work, and come last: what cannot wait goes out whatever they take, and without them.

use super::{accusing::convictions, mock::*, node::*};
use crate::{
	worker::{
		self,
		decide::{Answer, ShareState},
		store::{self, Ledger, Message, SeatKey},
		Summary, WorkerError,
	},
	Call,
};
use ostraka_primitives::{
	fault::DealerFault,
	task::TaskStatus,
	traits::{TaskBook, TaskView},
	BlockNumber, Digest, TaskId,
};

/// Work of a look at a dealing, and of the check of its two commitments and of a share.
pub const SHARE: u32 = 11;
const VERIFYING: TaskStatus = TaskStatus::Verifying { until: 60 };
const COMMIT: Message = Message::Answer(Answer::Commit);
const FORGED: Option<(u8, DealerFault)> = Some((ALL, DealerFault::InvalidInput));

/// A run with so much work.
pub fn run_within(chain: &mut Chain, block: BlockNumber, work: u32) -> Summary {
	chain.state(|| {
		System::set_block_number(block);
		worker::run_within::<Test>(block, work)
	})
}

/// What was sent, by task.
pub fn sent(summary: &Summary) -> Vec<(TaskId, Message)> {
	let mut sent: Vec<_> =
		summary.sent.iter().map(|(task, _, message)| (*task, *message)).collect();
	sent.sort_unstable_by_key(|(task, _)| *task);
	sent
}

/// How many dealings of [`TASK`] the seat knows so much of.
pub fn known(chain: &mut Chain, seat: u8, state: ShareState) -> usize {
	known_of(chain, TASK, seat, state)
}

/// The same, of another task.
pub fn known_of(chain: &mut Chain, task: TaskId, seat: u8, state: ShareState) -> usize {
	let key = SeatKey { task_hash: [task as u8; 32], ..seat_key(seat) };
	let ledger: Ledger = chain.state(|| store::ledger(&key)).unwrap();
	ledger.values().filter(|found| **found == state).count()
}

/// The attack: dealings that are dear to check, in a task that the node's turn begins with, while in others its answer, its
/// attestation, its challenge and its accusation are due.
#[test]
fn a_run_without_work_sends_what_is_due_all_the_same() {
	let node = Node::new(&[1]);
	let mut chain = Chain::empty(&node);
	for task in 10..15 {
		chain.open(task);
	}
	for task in [11, 12] {
		chain.deal(task, 5, 1, None);
		chain.deal(task, 5, 2, None);
	}
	let forged = chain.deal(13, 5, 1, FORGED);
	let wrong = chain.deal(14, 5, 1, Some((1, DealerFault::WrongShare)));
	// It looks at these, while it has the time. Nothing of what it sends comes through.
	chain.run(6);
	node.take_pool();

	for dealer in 1..=12 {
		chain.deal(10, 7, dealer, None);
	}
	chain.freeze(11, 20);
	for task in 12..15 {
		chain.set_status(task, VERIFYING);
	}
	let block = 25;
	assert_eq!(block % 5, 0, "the first task comes first");
	let summary = run_within(&mut chain, block, 1);
	assert_eq!(summary.errors, vec![]);
	let expected = vec![
		(11, COMMIT),
		(12, Message::Attest),
		(13, Message::Challenge(forged)),
		(14, Message::Accuse(wrong)),
	];
	assert_eq!(sent(&summary), expected);
	assert_eq!(node.take_pool().len(), 4);
}

/// A node that comes back after the freeze: what its work would not check, it opens, and answers.
#[test]
fn a_frozen_set_is_answered_over_before_any_proof_is_looked_at() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	for dealer in 1..=6 {
		chain.deal(TASK, 5, dealer, if dealer == 4 { FORGED } else { None });
	}
	chain.freeze(TASK, 20);
	// Enough for six shares, and for no more than two proofs beside them.
	let work = 6 * SHARE + 12;
	assert_eq!(sent(&run_within(&mut chain, 20 + LAG - 1, work)), vec![]);
	assert_eq!(known(&mut chain, 1, ShareState::Unproven), 6, "the answer comes first");
	let summary = run_within(&mut chain, 20 + LAG, 0);
	assert_eq!(sent(&summary), vec![(TASK, COMMIT)]);
	assert_eq!(known(&mut chain, 1, ShareState::Unproven), 6);

	// It is on its way, and there is time for proofs: what is wrong is punished late.
	chain.run(21 + LAG);
	assert_eq!(known(&mut chain, 1, ShareState::Unproven), 0);
	assert_eq!(known(&mut chain, 1, ShareState::Right), 5);
	assert_eq!(known(&mut chain, 1, ShareState::Forged), 1);
	node.take_pool();
	chain.set_status(TASK, TaskStatus::Revealing { until: 90 });
	let revealed = chain.sent(30);
	let reveals = revealed.iter().filter(|sent| matches!(call(sent), Call::reveal_result { .. }));
	assert_eq!(reveals.count(), 1);
	chain.include_all(31, revealed);
	assert_eq!(chain.state(|| Vss::count(TASK)).right_shares, 1);
}

/// All shares are opened before a proof is looked at, and a seat that has not seen all proofs attests to nothing.
#[test]
fn proofs_are_checked_as_work_allows_and_attested_to_at_the_end() {
	let node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	for dealer in 1..=5 {
		chain.deal(TASK, 5, dealer, None);
	}
	chain.set_status(TASK, VERIFYING);
	// Just for the shares.
	assert_eq!(sent(&run_within(&mut chain, 6, 5 * SHARE)), vec![]);
	assert_eq!(known(&mut chain, 1, ShareState::Unproven), 5);
	let (mut block, mut before) = (7, 5);
	while before > 1 {
		// For one proof a run.
		assert_eq!(sent(&run_within(&mut chain, block, 1)), vec![]);
		let left = known(&mut chain, 1, ShareState::Unproven);
		assert_eq!(left, before - 1);
		(block, before) = (block + 1, left);
	}
	assert_eq!(sent(&run_within(&mut chain, block, 1)), vec![(TASK, Message::Attest)]);
	assert_eq!(known(&mut chain, 1, ShareState::Right), 5);
}

/// The attack: wrong shares in large batches, which take long to be told from the others.
#[test]
fn finding_a_wrong_share_is_work() {
	let node = Node::new(&[1, 2]);
	let mut chain = Chain::new(&node);
	chain.deal(TASK, 5, 1, Some((ALL, DealerFault::WrongShare)));
	// Neither seat may accuse, so that nothing else takes work.
	chain.state(|| {
		crate::Seats::<Test>::mutate_extant(TASK, |seats| {
			seats.iter_mut().for_each(|seat| seat.accused_falsely = true);
		});
	});
	let mut found = |block| {
		// More than opening one share takes.
		run_within(&mut chain, block, SHARE + 1);
		[1, 2].map(|seat| known(&mut chain, seat, ShareState::Wrong)).iter().sum::<usize>()
	};
	assert_eq!(found(6), 1);
	assert_eq!(found(7), 2);
}

/// The attack: a task with many dealings, and idle seats behind whose turn its own comes. Who has little to check does not wait
/// for all of it, and it is not kept waiting either.
#[test]
fn a_task_with_many_proofs_keeps_no_other_from_attesting() {
	let node = Node::new(&[1]);
	let mut chain = Chain::empty(&node);
	let (many, few) = (10, 11);
	for task in 10..16 {
		chain.open(task);
	}
	for dealer in 1..=5 {
		chain.deal(many, 5, dealer, None);
	}
	chain.deal(few, 5, 1, None);
	// Just for the shares.
	run_within(&mut chain, 6, 6 * SHARE);
	assert_eq!(known_of(&mut chain, many, 1, ShareState::Unproven), 5);
	assert_eq!(known_of(&mut chain, few, 1, ShareState::Unproven), 1);
	for task in [many, few] {
		chain.set_status(task, VERIFYING);
	}
	// For one proof a run.
	assert_eq!(sent(&run_within(&mut chain, 23, 1)), vec![], "the other's turn");
	assert_eq!(known_of(&mut chain, many, 1, ShareState::Unproven), 4);
	// Here, too, it would come first of all seats.
	assert_eq!(sent(&run_within(&mut chain, 24, 1)), vec![(few, Message::Attest)]);
	assert_eq!(known_of(&mut chain, many, 1, ShareState::Unproven), 4);
}

/// A dispute that cannot be sent comes again in every run. Nothing is judged for it, and it takes no work from other seats.
#[test]
fn a_dispute_without_a_copy_takes_no_work_from_others() {
	for fault in [FORGED, Some((1, DealerFault::WrongShare))] {
		let mut node = Node::new(&[1]);
		let mut chain = Chain::new(&node);
		let bad = chain.deal(TASK, 5, 1, fault);
		chain.set_status(TASK, VERIFYING);
		assert_eq!(chain.run(20).sent.len(), 1);
		let other = TASK + 1;
		chain.open(other);
		chain.deal(other, 21, 2, None);
		// For one share.
		run_within(&mut chain, 21, SHARE);
		assert_eq!(known_of(&mut chain, other, 1, ShareState::Unproven), 1);

		node.take_indexed(&bad);
		let summary = run_within(&mut chain, 20 + RETRY, 2);
		let errors: Vec<_> = summary.errors.iter().map(|(_, _, error)| *error).collect();
		assert_eq!((summary.sent, errors), (vec![], vec![WorkerError::NoDealing]));
		assert_eq!(known_of(&mut chain, other, 1, ShareState::Right), 1, "{fault:?}");
	}
}

/// What is known of a share is not unlearned by a run that knows less.
#[test]
fn a_slower_run_takes_back_no_verdict() {
	let mut chain = Chain::new(&Node::new(&[]));
	let digest: Digest = [1; 32];
	chain.state(|| {
		let note = |state| store::note(&seat_key(1), &[(digest, state)]).unwrap()[&digest];
		assert_eq!(note(ShareState::Missing(3)), ShareState::Missing(3));
		assert_eq!(note(ShareState::Unproven), ShareState::Unproven);
		assert_eq!(note(ShareState::Missing(4)), ShareState::Unproven);
		for state in [ShareState::Right, ShareState::Forged, ShareState::Wrong] {
			assert_eq!(note(state), state);
			assert_eq!(note(ShareState::Unproven), state);
		}
	});
}

/// The copy of a dealing went between the look at its share and that at its proof.
#[test]
fn a_proof_whose_copy_is_gone_is_reported_and_looked_at_when_supplied() {
	let mut node = Node::new(&[1]);
	let mut chain = Chain::new(&node);
	let digest = chain.deal(TASK, 5, 1, FORGED);
	chain.set_status(TASK, VERIFYING);
	// For one share.
	run_within(&mut chain, 6, SHARE);
	assert_eq!(known(&mut chain, 1, ShareState::Unproven), 1);
	let copy = node.take_indexed(&digest);
	let summary = chain.run(20);
	assert_eq!((summary.sent, summary.errors), (vec![], vec![]));
	assert_eq!(summary.missing.len(), 1);
	assert_eq!(chain.run(21).missing, vec![], "said once");
	assert_eq!(known(&mut chain, 1, ShareState::Unproven), 1, "its share is kept");
	node.supply(&digest, &copy);
	assert_eq!(sent(&chain.run(22)), vec![(TASK, Message::Challenge(digest))]);
}

/// A chain on which dealer 2 cannot prove what it dealt, and the share of dealer 3 for seat 1 is wrong.
fn dealt(node: &Node) -> (Chain, [Digest; 2]) {
	let mut chain = Chain::new(node);
	chain.deal(TASK, 5, 1, None);
	let forged = chain.deal(TASK, 5, 2, FORGED);
	let wrong = chain.deal(TASK, 5, 3, Some((1, DealerFault::WrongShare)));
	chain.set_status(TASK, VERIFYING);
	(chain, [forged, wrong])
}

/// What the dealers prove follows from the task's spec: without it nobody is challenged, and nothing attested to, but wrong
/// shares are accused, and the answer is given.
#[test]
fn without_a_relation_it_opens_accuses_and_answers() {
	let node = Node::new(&[1, 2]);
	let (mut chain, [forged, wrong]) = dealt(&node);
	chain.state(Book::forget_specs);
	let summary = chain.run(20);
	assert_eq!(sent(&summary), vec![(TASK, Message::Accuse(wrong))]);
	let errors: Vec<_> = summary.errors.iter().map(|(_, _, error)| *error).collect();
	assert_eq!(errors, vec![WorkerError::Relation; 2], "each seat says so");
	chain.include_all(21, node.take_pool());
	assert_eq!(convictions(&mut chain), vec![(1, true)]);
	let state = chain.state(|| store::ledger(&seat_key(1))).unwrap().get(&forged).copied();
	assert_eq!(state, Some(ShareState::Unproven));
	assert_eq!(chain.run(30).sent, vec![]);

	chain.freeze(TASK, 40);
	let summary = chain.run(40 + LAG);
	assert_eq!(sent(&summary), vec![(TASK, COMMIT), (TASK, COMMIT)]);
	chain.include_all(41 + LAG, node.take_pool());
	chain.set_status(TASK, TaskStatus::Revealing { until: 90 });
	chain.run(50);
	chain.include_all(51, node.take_pool());
	assert_eq!(chain.state(|| Vss::count(TASK)).right_shares, 2);
}

/// A challenge that is known to be due, too: it waits, and its dealing is not forgotten.
#[test]
fn without_a_relation_what_is_forged_is_neither_challenged_nor_forgotten() {
	let node = Node::new(&[2]);
	let (mut chain, [forged, _]) = dealt(&node);
	assert_eq!(sent(&chain.run(20)), vec![(TASK, Message::Challenge(forged))]);
	chain.state(Book::forget_specs);
	let summary = chain.run(20 + RETRY);
	assert_eq!(summary.sent, vec![]);
	assert_eq!(summary.errors[0].2, WorkerError::Relation);
	assert_eq!(known(&mut chain, 2, ShareState::Forged), 1);
}

/// A runtime that derives another relation than the one that the task was taken with: by its own, every proof would be wrong.
/// It convicts nobody, and leaves the rest as it is.
#[test]
fn by_a_relation_with_proofs_of_another_length_nobody_is_judged() {
	let node = Node::new(&[1]);
	let (mut chain, _) = dealt(&node);
	// Shares alone.
	run_within(&mut chain, 6, 37);
	assert_eq!(known(&mut chain, 1, ShareState::Unproven), 2);
	chain.state(|| {
		let view = Book::view(TASK).unwrap();
		Book::set(TASK, &TaskView { proof_length: view.proof_length + 32, ..view });
	});
	let summary = chain.run(20);
	assert!(!summary.sent.iter().any(|(_, _, sent)| matches!(sent, Message::Challenge(_))));
	assert!(summary.errors.iter().any(|(_, _, error)| *error == WorkerError::Relation));
	assert_eq!(known(&mut chain, 1, ShareState::Unproven), 2);
	assert_eq!(known(&mut chain, 1, ShareState::Forged), 0);
}
