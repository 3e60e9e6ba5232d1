//! Panels: who verifies, beside which committee, and what an attacker makes of it.

use super::*;
use std::collections::BTreeSet;

/// A class with a panel.
fn paneled(seats: u8, verifiers: u8) -> ClassParameters {
	ClassParameters { verifiers, ..class(seats, 1) }
}

/// Nodes with these numbers in this role, in selection since block 1, with stake for any number of seats. Now is block 2.
fn nodes(role: Role, numbers: core::ops::RangeInclusive<u8>) {
	System::set_block_number(1);
	for number in numbers {
		admit_as(role, number, 100 * SEAT_STAKE, 100);
	}
	System::set_block_number(2);
}

fn accounts(numbers: core::ops::RangeInclusive<u8>) -> BTreeSet<AccountId> {
	numbers.map(account).collect()
}

fn operators(seats: &[ostraka_primitives::task::Seat]) -> BTreeSet<AccountId> {
	seats.iter().map(|seat| seat.account.clone()).collect()
}

/// Four compute, three verify, three do either.
fn mixed() {
	nodes(Role::Compute, 1..=4);
	nodes(Role::Verify, 5..=7);
	nodes(Role::Both, 8..=10);
}

/// Everybody is drawn for what it does, and for nothing else. [`assert_seated`] looks at seats, places and that nobody has two.
#[test]
fn nodes_are_drawn_for_what_they_do() {
	build_and_execute(|| {
		mixed();
		let (mut members, mut verifiers) = (BTreeSet::new(), BTreeSet::new());
		for task in 0..80 {
			let Seated { committee, panel } = assert_seated(task, paneled(3, 2));
			members.extend(operators(&committee));
			verifiers.extend(operators(&panel));
			assert_all_released(task, &committee, &panel);
		}
		assert_eq!(members, &accounts(1..=4) | &accounts(8..=10));
		assert_eq!(verifiers, accounts(5..=10));
		assert_eq!(Seats::<Test>::iter().count(), 0);
		assert!((1..=10).all(|number| node(&account(number)).assigned == 0));
	});
}

/// The seats of both kinds stay while their task runs, and give back what they took.
#[test]
fn a_panel_is_released_with_its_committee() {
	build_and_execute(|| {
		mixed();
		let first = assert_seated(1, paneled(3, 3));
		let second = assert_seated(2, paneled(3, 3));
		assert_eq!(Seats::<Test>::iter().count(), 12);
		let release = |task| Registry::release(task, &first.committee, &first.panel);
		assert_storage_noop!(release(9));
		assert_all_released(1, &first.committee, &first.panel);
		assert_storage_noop!(release(1));
		assert_eq!(Seats::<Test>::iter().count(), 6);
		assert_all_released(2, &second.committee, &second.panel);
		assert_eq!(Seats::<Test>::iter().count(), 0);
	});
}

/// A committee is the same with a panel beside it and without: verifiers have no say in it.
#[test]
fn a_panel_does_not_move_the_committee() {
	let committee = |verifiers| {
		let mut drawn = Vec::new();
		build_and_execute(|| {
			mixed();
			for task in 0..20 {
				drawn.push(assert_seated(task, paneled(3, verifiers)).committee);
			}
		});
		drawn
	};
	assert_eq!(committee(0), committee(3));
}

/// Five nodes that do either fill a committee of three and a panel of two, each with one seat. A third verifier would have to
/// be a member.
#[test]
fn who_does_either_has_one_seat() {
	build_and_execute(|| {
		nodes(Role::Both, 1..=5);
		for task in 0..30 {
			let Seated { committee, panel } = assert_seated(task, paneled(3, 2));
			assert_eq!(&operators(&committee) | &operators(&panel), accounts(1..=5));
		}
		assert_eq!(can_draw(paneled(3, 3)), Err(DrawError::TooFewVerifiers));
	});
}

/// Most committees would leave a verifier, one would not: so there is no draw, whatever the seed. Were it tried, the seed would
/// decide whether there is one, and whoever does not like the committee could let it fail.
#[test]
fn a_panel_is_certain_before_any_seat_is_given() {
	build_and_execute(|| {
		nodes(Role::Compute, 1..=6);
		nodes(Role::Both, 7..=9);
		let request = request(1, paneled(3, 1), &[]);
		assert_storage_noop!(assert_eq!(
			draw(&request).map(|_| ()),
			Err(DrawError::TooFewVerifiers)
		));
		assert_eq!(can_draw(paneled(3, 0)), Ok(()));
		// one that does nothing else is there whatever happens
		nodes(Role::Verify, 10..=10);
		for task in 0..50 {
			assert_seated(task, paneled(3, 1));
		}
		assert_eq!(can_draw(paneled(3, 2)), Err(DrawError::TooFewVerifiers));
		// and a committee of three leaves one of four
		nodes(Role::Both, 11..=11);
		for task in 50..80 {
			assert_seated(task, paneled(3, 2));
		}
	});
}

/// A class without a panel asks for no verifier, and one with a panel is not content with nodes that compute, nor a committee
/// with nodes that verify.
#[test]
fn each_kind_of_seat_wants_its_own_nodes() {
	build_and_execute(|| {
		nodes(Role::Compute, 1..=5);
		assert_seated(1, paneled(5, 0));
		assert_eq!(can_draw(paneled(3, 1)), Err(DrawError::TooFewVerifiers));
	});
	build_and_execute(|| {
		nodes(Role::Compute, 1..=2);
		nodes(Role::Verify, 3..=9);
		assert_eq!(can_draw(paneled(3, 0)), Err(DrawError::TooFewNodes));
		assert_eq!(can_draw(paneled(3, 3)), Err(DrawError::TooFewNodes));
	});
}

/// A verifier does not judge a dealing of its own, nor for a task of its own.
#[test]
fn requester_and_dealers_do_not_verify() {
	build_and_execute(|| {
		nodes(Role::Compute, 1..=3);
		nodes(Role::Verify, 4..=9);
		let barred = [account(4), account(5)];
		for task in 0..50 {
			let Seated { panel, .. } = draw(&request(task, paneled(3, 2), &barred)).unwrap();
			assert!(panel.iter().all(|seat| !barred.contains(&seat.account)));
		}
		let can = |barred: &[AccountId], verifiers| {
			Registry::can_draw(&request(90, paneled(3, verifiers), barred))
		};
		assert_eq!(can(&barred, 4), Ok(()));
		assert_eq!(can(&barred, 5), Err(DrawError::TooFewVerifiers));
		// Nor can a requester choose its judges by naming the others as dealers.
		let three = [account(4), account(5), account(6)];
		assert_eq!(can(&three, 1), Err(DrawError::TooFewVerifiers));
	});
}

/// Takes a place of the node's, without a draw.
fn take_seat(operator: &AccountId, task: TaskId) {
	let mut taken = node(operator);
	let seat = HeldSeat { worker: taken.worker, least_stake: 100 };
	Seats::<Test>::insert(operator, task, seat);
	taken.take_seat();
	Pallet::store(operator, &taken);
}

/// An attacker fills the others' places by tasks of its own, so that its verifiers are left. The draw waits as soon as more than
/// a third of the stake that verifies is kept away, however much stake computes.
#[test]
fn a_requester_cannot_choose_its_panel_by_filling_places() {
	build_and_execute(|| {
		nodes(Role::Compute, 1..=5);
		System::set_block_number(1);
		for (number, stake) in [(6, 100), (7, 100), (8, 100), (9, 100), (10, 201)] {
			admit_as(Role::Verify, number, stake, 1);
		}
		System::set_block_number(2);
		assert_eq!(can_draw(paneled(3, 2)), Ok(()));
		take_seat(&account(10), 9);
		assert_eq!(can_draw(paneled(3, 2)), Err(DrawError::TooFewVerifiers));
		assert_eq!(can_draw(paneled(3, 0)), Ok(()), "nobody who computes is kept away");
		// At two thirds exactly it is drawn: 400 of 600.
		assert_unbond(&account(10), 1);
		let Seated { panel, .. } = assert_seated(1, paneled(3, 2));
		assert!(!operators(&panel).contains(&account(10)));
		// Two of the other four have no place either now.
		assert_eq!(can_draw(paneled(3, 2)), Err(DrawError::TooFewVerifiers));
	});
}

/// Stake below the class's least one neither verifies nor counts.
#[test]
fn a_panel_asks_for_the_class_of_stake() {
	build_and_execute(|| {
		nodes(Role::Compute, 1..=3);
		System::set_block_number(1);
		let least = 2 * MIN_STAKE - ABSENCE_BUFFER;
		for (number, stake) in [(4, least - 1), (5, least - 1), (6, least - 1), (7, least)] {
			admit_as(Role::Verify, number, stake, 1);
		}
		System::set_block_number(2);
		let demanding = |verifiers| ClassParameters { verifiers, ..class(3, 2) };
		assert_eq!(can_draw(paneled(3, 4)), Ok(()));
		assert_eq!(can_draw(demanding(2)), Err(DrawError::TooFewVerifiers));
		let Seated { panel, .. } = assert_seated(1, demanding(1));
		assert_eq!(operators(&panel), accounts(7..=7));
	});
}

/// With the seed in sight a node could choose the kind of seat that suits. Who sets its role is passed over by draws of tasks
/// that were submitted before, or in the same block.
#[test]
fn a_role_does_not_change_for_a_draw_at_hand() {
	build_and_execute(|| {
		nodes(Role::Compute, 1..=4);
		nodes(Role::Verify, 5..=5);
		let before = request(1, paneled(3, 2), &[]);
		assert_eq!(Registry::can_draw(&before), Err(DrawError::TooFewVerifiers));
		assert_set_role(&account(4), Role::Both);
		assert_eq!(Registry::can_draw(&before), Err(DrawError::TooFewVerifiers));
		System::set_block_number(3);
		assert_eq!(Registry::can_draw(&before), Err(DrawError::TooFewVerifiers), "nor later");
		// The worst committee has number 4.
		assert_eq!(can_draw(paneled(3, 2)), Err(DrawError::TooFewVerifiers));
		assert_set_role(&account(4), Role::Verify);
		System::set_block_number(4);
		let Seated { committee, panel } = assert_seated(2, paneled(3, 2));
		assert_eq!((operators(&committee), operators(&panel)), (accounts(1..=3), accounts(4..=5)));
	});
}

/// Of a node that is not in selection too; and what it was drawn for it goes on to do.
#[test]
fn a_role_is_for_draws_to_come() {
	build_and_execute(|| {
		nodes(Role::Compute, 1..=3);
		nodes(Role::Verify, 4..=5);
		let seated = assert_seated(1, paneled(3, 2));
		assert_set_role(&account(1), Role::Verify);
		assert_set_role(&account(4), Role::Compute);
		assert_eq!(Pallet::tasks_of(&account(1)), [1]);
		assert_eq!(Pallet::tasks_of(&account(4)), [1]);
		assert_all_released(1, &seated.committee, &seated.panel);
		System::set_block_number(3);
		let Seated { committee, panel } = assert_seated(2, paneled(3, 2));
		let (members, verifiers) = (operators(&committee), operators(&panel));
		assert!(members.contains(&account(4)) && verifiers.contains(&account(1)));
		assert_chill(&account(2));
		assert_set_role(&account(2), Role::Both);
		assert!(!is_candidate(&account(2)));
		assert_activate(&account(2));
		assert_eq!(node(&account(2)).role, Role::Both);
	});
}

/// A panel's are those of a draw from the nodes that verify, beside the committee.
#[test]
fn the_odds_of_a_panel_are_of_who_verifies() {
	build_and_execute(|| {
		nodes(Role::Compute, 1..=5);
		nodes(Role::Verify, 6..=9);
		let odds = Pallet::odds(&paneled(3, 2), 1);
		let panel = odds.panel.expect("a class with a panel");
		// Of each stake half counts, and of the adversary's all: a third and a half, twice in a row. No honest member is missing.
		assert!(panel.fifth.abs_diff(111_111_111) < 5 && panel.third.abs_diff(250_000_000) < 5);
		nodes(Role::Compute, 10..=10);
		let more = Pallet::odds(&paneled(3, 2), 1);
		let of_more = more.panel.expect("a class with a panel");
		assert_eq!((of_more.fifth, of_more.third), (panel.fifth, panel.third));
		assert!(more.fifth < odds.fifth && of_more.both_fifth < panel.both_fifth);
		nodes(Role::Both, 11..=12);
		let missing = Pallet::odds(&paneled(3, 2), 1).panel.expect("a class with a panel");
		assert!(missing.fifth > panel.fifth, "two may be on the committee");
		assert_eq!(Pallet::odds(&paneled(3, 0), 1).panel, None);
	});
}

/// The odds of a committee's capture are those of a draw from the nodes that compute.
#[test]
fn verifiers_do_not_dilute_the_odds() {
	build_and_execute(|| {
		nodes(Role::Compute, 1..=5);
		let before = Pallet::odds(&class(3, 1), 1);
		nodes(Role::Verify, 6..=9);
		assert_eq!(Pallet::odds(&class(3, 1), 1), before);
		nodes(Role::Both, 10..=11);
		assert_ne!(Pallet::odds(&class(3, 1), 1), before);
	});
}

#[test]
fn try_state_sees_a_candidate_in_another_role() {
	new_test_ext().execute_with(|| {
		let operator = assert_register(1, MIN_STAKE, 1);
		Nodes::<Test>::mutate(&operator, |node| node.as_mut().unwrap().role = Role::Verify);
		let complaint = "selection differs from the nodes";
		assert_eq!(Registry::do_try_state(), Err(complaint.into()));
	});
}
