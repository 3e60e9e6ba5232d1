//! From what earlier versions stored.

use super::*;
use crate::migrations::{v1, V1ToV2};
use frame::deps::frame_support::storage::unhashed;

/// As version 1 stored the node.
fn old_node(node: Node) -> v1::Node {
	let Node {
		worker,
		seal_key,
		capacity,
		stake,
		unbonding,
		active_since,
		reputation,
		assigned,
		pinned,
		role: _,
	} = node;
	v1::Node {
		worker,
		seal_key,
		capacity,
		stake,
		unbonding,
		active_since,
		reputation,
		assigned,
		pinned,
	}
}

/// As version 1 stored the candidate: without a role.
fn old_candidate(candidate: Candidate) -> impl Encode {
	let Candidate { account, stake, since, free, role: _ } = candidate;
	(account, stake, since, free)
}

/// Puts state back to version 1.
fn go_back() {
	let nodes: Vec<_> = Nodes::<Test>::iter().collect();
	for (operator, node) in nodes {
		unhashed::put(&Nodes::<Test>::hashed_key_for(operator), &old_node(node));
	}
	let candidates: Vec<_> = Candidates::<Test>::get().into_iter().map(old_candidate).collect();
	unhashed::put(&Candidates::<Test>::hashed_key(), &candidates);
	StorageVersion::new(1).put::<Registry>();
}

/// Nodes that are there compute and verify nothing; all else of them is as it was, and draws go on.
#[test]
fn old_nodes_compute() {
	build_and_execute(|| {
		for number in 1..=4 {
			admit_as(Role::Compute, number, 300, 2);
		}
		System::set_block_number(2);
		let seated = assert_seated(1, class(3, 1));
		assert_chill(&account(4));
		assert_unbond(&account(1), 50);
		Registry::note_presence(&account(2), false);
		let nodes: Vec<_> = Nodes::<Test>::iter().collect();
		let candidates = Candidates::<Test>::get();

		go_back();
		V1ToV2::<Test>::on_runtime_upgrade();
		assert_eq!(StorageVersion::get::<Registry>(), 2);
		assert_eq!(Nodes::<Test>::iter().collect::<Vec<_>>(), nodes);
		assert_eq!(Candidates::<Test>::get(), candidates);
		Registry::do_try_state().unwrap();

		// of what is there nobody verifies
		let with_panel = ClassParameters { verifiers: 1, ..class(3, 1) };
		assert_eq!(can_draw(with_panel), Err(DrawError::TooFewVerifiers));
		assert_all_released(1, &seated.committee, &seated.panel);
		assert_draw(2, class(3, 1));

		// a second time it does nothing
		assert_set_role(&account(1), Role::Verify);
		V1ToV2::<Test>::on_runtime_upgrade();
		assert_eq!(node(&account(1)).role, Role::Verify);
	});
}

/// A seat takes up more stake than when the state was written: what it says of free places is of then.
#[test]
fn free_places_follow_from_what_a_seat_takes_up_now() {
	build_and_execute(|| {
		// not in the order of accounts, nor are they stored in it
		for number in [3, 1, 4, 2] {
			admit_as(Role::Compute, number, 300, 10);
		}
		System::set_block_number(2);
		let seated = assert_seated(1, class(3, 1));
		assert_chill(&account(4));
		go_back();
		SeatStake::set(&150);
		V1ToV2::<Test>::on_runtime_upgrade();
		Registry::do_try_state().unwrap();
		let free: Vec<_> = Candidates::<Test>::get()
			.into_iter()
			.map(|candidate| (candidate.account, candidate.free))
			.collect();
		// The stake covers two, and of one that has a seat already one more
		let places = |number: u8| -> u32 {
			let has_seat = seated.committee.iter().any(|seat| seat.account == account(number));
			2 - u32::from(has_seat)
		};
		assert_eq!(free, [1, 2, 3].map(|number| (account(number), places(number))));
	});
}

#[test]
fn a_registry_without_nodes_is_migrated_too() {
	build_and_execute(|| {
		StorageVersion::new(1).put::<Registry>();
		V1ToV2::<Test>::on_runtime_upgrade();
		assert_eq!(StorageVersion::get::<Registry>(), 2);
		assert!(Candidates::<Test>::get().is_empty());
		assert_register(1, MIN_STAKE, 1);
	});
}
