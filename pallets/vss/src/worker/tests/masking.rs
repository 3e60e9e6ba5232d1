//! Masks: dealings of which no proof is looked at, and everything else.

use super::{
	attesting::{named, said},
	mock::*,
	node::*,
	panel::{FIRST, FORGED, OUTSIDE, VERIFYING},
	proving::known,
};
use crate::{worker::decide::ShareState, Call, Standing};
use ostraka_primitives::{fault::DealerFault, task::TaskStatus};

/// Whom the task is sealed to.
const RECIPIENT: u8 = 9;

/// A chain with a sealed task.
fn sealed(node: &Node) -> Chain {
	let mut chain = Chain::empty(node);
	chain.open_with(TASK, sealed_view(TASK, RECIPIENT));
	chain
}

/// What became of the recipient's dealing.
fn standing(chain: &mut Chain) -> Standing {
	chain.state(|| Vss::dealing(TASK, account(RECIPIENT))).expect("dealt").standing
}

/// A mask is no vector that rows could give, and need not be: whoever has a seat attests to it.
#[test]
fn a_mask_is_attested_to_as_any_dealing() {
	let mut chain = sealed(&Node::new(&[1, 2, 3, 4, 5]));
	chain.deal(TASK, 5, 1, None);
	chain.deal(TASK, 5, RECIPIENT, FORGED);
	chain.deal(TASK, 5, 2, None);
	chain.set_status(TASK, VERIFYING);
	let sent = chain.sent(30);
	let expected = named(&mut chain);
	let all = 1..=SEATS + VERIFIERS;
	assert_eq!(said(&sent), all.map(|seat| (seat, expected)).collect::<Vec<_>>());
	chain.include_all(31, sent);
	for seat in [1, FIRST] {
		assert_eq!(known(&mut chain, seat, ShareState::Right), 3);
	}
	assert!(chain.state(|| Vss::count(TASK)).masked);
}

/// It is known to be right once its commitments and, for a member, its share are: where no proof can be checked, all others wait.
#[test]
fn no_proof_of_a_mask_is_looked_at() {
	let mut chain = sealed(&Node::new(&[1, FIRST]));
	chain.deal(TASK, 5, 1, None);
	chain.deal(TASK, 5, RECIPIENT, None);
	chain.state(Book::forget_specs);
	chain.run(6);
	for seat in [1, FIRST] {
		assert_eq!(known(&mut chain, seat, ShareState::Right), 1);
		assert_eq!(known(&mut chain, seat, ShareState::Unproven), 1);
	}
}

#[test]
fn a_wrong_share_of_a_mask_is_accused() {
	let node = Node::new(&[1]);
	let mut chain = sealed(&node);
	chain.deal(TASK, 5, 1, None);
	let digest = chain.deal(TASK, 5, RECIPIENT, Some((1, DealerFault::WrongShare)));
	chain.set_status(TASK, VERIFYING);
	let mut sent = chain.sent(30);
	let accusation = sent.pop().expect("one");
	assert!(sent.is_empty());
	assert!(matches!(call(&accusation), Call::accuse { seat: 1, digest: of, .. } if *of == digest));
	chain.include(31, accusation);
	assert_eq!(standing(&mut chain), Standing::Excluded);
	assert!(!chain.state(|| Vss::count(TASK)).masked);
	// What is left is right.
	let sent = chain.sent(32);
	assert_eq!(said(&sent), vec![(1, named(&mut chain))]);
}

/// A verifier challenges what lies outside of the group; whatever else a mask is, it challenges nothing.
#[test]
fn a_mask_is_challenged_for_torsion_alone() {
	let node = Node::new(&[FIRST]);
	let mut chain = sealed(&node);
	let digest = chain.deal(TASK, 5, RECIPIENT, OUTSIDE);
	chain.set_status(TASK, VERIFYING);
	let mut sent = chain.sent(30);
	let challenge = sent.pop().expect("one");
	assert!(sent.is_empty());
	assert!(
		matches!(call(&challenge), Call::challenge { seat: FIRST, digest: of, .. } if *of == digest)
	);
	chain.include(31, challenge);
	assert_eq!(standing(&mut chain), Standing::Excluded);
}

/// A result share has the mask's in it.
#[test]
fn a_mask_is_added_up_as_any_dealing() {
	let node = Node::new(&[1, 2, 3]);
	let mut chain = sealed(&node);
	chain.deal(TASK, 5, 1, None);
	chain.deal(TASK, 5, RECIPIENT, FORGED);
	chain.run(6);
	chain.freeze(TASK, 20);
	let sent = chain.sent(20 + LAG);
	assert_eq!(sent.len(), usize::from(SEATS));
	assert!(sent.iter().all(|one| matches!(call(one), Call::commit_result { .. })));
	chain.include_all(21 + LAG, sent);
	chain.set_status(TASK, TaskStatus::Revealing { until: 90 });
	let sent = chain.sent(22 + LAG);
	chain.include_all(23 + LAG, sent);
	let result = chain.state(|| Vss::result(TASK)).expect("published");
	assert_eq!((result.dealers, result.sealed_to), (1, Some(account(RECIPIENT))));
}
