//! Committees: who is drawn, how often, and when a draw waits.

use super::*;
use frame::traits::Imbalance;

/// Nodes `1..` with these stakes, in selection since block 1; now is block 2.
fn nodes(stakes: &[Balance], capacity: u32) {
	for (index, stake) in stakes.iter().enumerate() {
		admit(index as u8 + 1, *stake, capacity);
	}
	System::set_block_number(2);
}

fn outcome(parameters: ClassParameters) -> Result<(), DrawError> {
	let can = can_draw(parameters);
	let candidates = Candidates::<Test>::get();
	// A draw fails exactly if it was said to, and then leaves nothing.
	if can.is_err() {
		let drawn = draw(&request(1, parameters, &[]));
		assert_eq!(drawn.map(|_| ()), can);
		assert_eq!(Candidates::<Test>::get(), candidates);
		assert_eq!(Seats::<Test>::iter().count(), 0);
	}
	can
}

#[test]
fn members_hold_distinct_seats_until_release() {
	build_and_execute(|| {
		nodes(&[100; 7], 2);
		let first = assert_draw(1, class(5, 1));
		let second = assert_draw(2, class(5, 1));
		assert_ne!(first, second);
		let mut accounts: Vec<_> = first.iter().map(|seat| &seat.account).collect();
		accounts.sort();
		accounts.dedup();
		assert_eq!(accounts.len(), 5);
		assert_release(1, &first);
		assert_release(2, &second);
		assert!((1..=7).all(|number| free(&account(number)) == 2));
		assert_eq!(Seats::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_seed_gives_one_committee() {
	let draw = || {
		let mut drawn = None;
		build_and_execute(|| {
			nodes(&[100, 200, 300, 400, 500], 1);
			drawn = Some(assert_draw(1, class(3, 1)));
		});
		drawn.unwrap()
	};
	assert_eq!(draw(), draw());
}

/// What was found eligible is all that the draw needs: it looks at no candidate again, and leaves those that are not
/// drawn as they were found.
#[test]
fn a_draw_takes_the_list_that_it_is_given() {
	build_and_execute(|| {
		nodes(&[100, 200, 300, 400, 500], 1);
		let request = request(1, class(3, 1), &[]);
		let eligible = Registry::eligible(&request).unwrap();
		let found = Candidates::<Test>::take();
		let committee = Registry::draw(eligible, seed(1)).unwrap().committee;
		assert_eq!(committee.len(), 3);
		let after = Candidates::<Test>::get();
		assert_eq!(after.len(), 5);
		for (before, after) in found.iter().zip(after) {
			let taken = u32::from(committee.iter().any(|seat| seat.account == before.account));
			assert_eq!(after, Candidate { free: before.free - taken, ..before.clone() });
		}
	});
}

#[test]
fn seats_follow_stake() {
	build_and_execute(|| {
		let stakes = [100, 200, 300, 400, 1000];
		nodes(&stakes, 8);
		let rounds = 3000;
		let mut first_seats = [0u32; 5];
		for task in 0..rounds {
			let committee = assert_draw(task, class(3, 1));
			let winner = AsRef::<[u8; 32]>::as_ref(&committee[0].account)[0];
			first_seats[usize::from(winner) - 1] += 1;
			Registry::release(task, &committee, &Panel::default());
		}
		for (stake, seats) in stakes.iter().zip(first_seats) {
			let expected = f64::from(rounds) * *stake as f64 / 2000.0;
			// Five standard deviations.
			let deviation = (f64::from(seats) - expected).abs();
			assert!(deviation < 5.0 * expected.sqrt(), "{stake}: {seats} for {expected}");
		}
	});
}

#[test]
fn newcomers_wait_for_the_next_task() {
	build_and_execute(|| {
		nodes(&[100; 3], 1);
		// Registered, activated or grown in the submission's block: too late.
		let late = account(1);
		assert_bond(&late, 1);
		assert_eq!(outcome(class(3, 1)), Err(DrawError::TooFewNodes));
		assert_chill(&account(2));
		assert_activate(&account(2));
		assert_eq!(outcome(class(3, 1)), Err(DrawError::TooFewNodes));
		admit(4, 100, 1);
		assert_eq!(outcome(class(3, 1)), Err(DrawError::TooFewNodes));
		System::set_block_number(3);
		assert_eq!(outcome(class(3, 1)), Ok(()));
	});
}

#[test]
fn chilled_nodes_are_not_drawn() {
	build_and_execute(|| {
		nodes(&[100 * SEAT_STAKE; 4], 100);
		assert_chill(&account(2));
		for task in 0..50 {
			let committee = assert_draw(task, class(3, 1));
			assert!(committee.iter().all(|seat| seat.account != account(2)));
		}
	});
}

#[test]
fn stake_below_the_class_does_not_count() {
	build_and_execute(|| {
		// A class asks for less than it seems, as absences may have taken some.
		let least = 200 - ABSENCE_BUFFER;
		nodes(&[100, 100, 100, least - 1, least, 200], 10);
		assert_eq!(outcome(class(3, 1)), Ok(()));
		assert_eq!(outcome(class(3, 2)), Err(DrawError::TooLittleStake));
		admit(7, 200, 10);
		System::set_block_number(3);
		let committee = assert_draw(1, class(3, 2));
		assert!(committee.iter().all(|seat| node(&seat.account).stake >= least));
		// Stake on its way out does not count either.
		assert_unbond(&account(7), ABSENCE_BUFFER);
		assert_eq!(can_draw(class(3, 2)), Ok(()));
		assert_unbond(&account(7), 1);
		assert_eq!(can_draw(class(3, 2)), Err(DrawError::TooLittleStake));
	});
}

#[test]
fn who_is_barred_is_not_drawn() {
	build_and_execute(|| {
		nodes(&[100 * SEAT_STAKE; 6], 100);
		let barred = [account(1), account(2)];
		for task in 0..60 {
			let request = request(task, class(4, 1), &barred);
			let committee = draw(&request).unwrap().committee;
			assert!(committee.iter().all(|seat| !barred.contains(&seat.account)));
		}
		assert_eq!(
			Registry::can_draw(&request(60, class(5, 1), &barred)),
			Err(DrawError::TooFewNodes)
		);
	});
}

/// All operators are named as dealers, and all may sit: only who accepts is barred. Acceptances of
/// more than a third of the stake make the draw wait.
#[test]
fn a_requester_cannot_choose_by_naming_dealers() {
	build_and_execute(|| {
		nodes(&[100; 9], 1);
		let mut drawn: Vec<AccountId> = Vec::new();
		for task in 0..60 {
			let committee = assert_draw(task, class(3, 1));
			drawn.extend(committee.iter().map(|seat| seat.account.clone()));
			assert_release(task, &committee);
		}
		drawn.sort();
		drawn.dedup();
		assert_eq!(drawn.len(), 9);

		let accepted: Vec<_> = (1..=4).map(account).collect();
		let can = |barred: &[AccountId]| Registry::can_draw(&request(60, class(3, 1), barred));
		assert_eq!(can(&accepted[..3]), Ok(()));
		assert_eq!(can(&accepted), Err(DrawError::TooLittleCapacity));
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

#[test]
fn a_requester_cannot_choose_by_filling_capacity() {
	build_and_execute(|| {
		// One large node without a place left: the others hold less than two thirds.
		nodes(&[100, 100, 100, 100, 201], 1);
		assert_eq!(outcome(class(3, 1)), Ok(()));
		take_seat(&account(5), 9);
		assert_eq!(can_draw(class(3, 1)), Err(DrawError::TooLittleCapacity));
		// At two thirds exactly it is drawn: 400 of 600.
		assert_unbond(&account(5), 1);
		assert_eq!(can_draw(class(3, 1)), Ok(()));
	});
}

/// Most of the stake in one account, none of whose places is free, stopped all draws. Now it counts
/// ten times the least stake: 1000 of 4300.
#[test]
fn a_whale_without_a_free_place_stops_no_draw() {
	build_and_execute(|| {
		let mut stakes = [300; MAX_NODES as usize];
		stakes[0] = 100_000;
		nodes(&stakes, 1);
		take_seat(&account(1), 9);
		assert_eq!(free(&account(1)), 0);
		let committee = assert_draw(1, class(3, 1));
		assert!(committee.iter().all(|seat| seat.account != account(1)));
		// Of a class that asks for more, more counts: 3000 of 6300.
		assert_eq!(can_draw(class(3, 3)), Err(DrawError::TooLittleCapacity));
	});
}

/// Who staked just what a class asks for is drawn for it after an absence as before.
#[test]
fn an_absence_does_not_shut_out_of_a_class() {
	build_and_execute(|| {
		nodes(&[2 * MIN_STAKE; 3], 1);
		for number in 1..=3 {
			drop(slash(&account(number), ABSENCE));
			Registry::note_presence(&account(number), false);
		}
		assert_draw(1, class(3, 2));
	});
}

#[test]
fn a_draw_waits_for_free_capacity() {
	build_and_execute(|| {
		nodes(&[100; 4], 1);
		let committee = assert_draw(7, class(3, 1));
		assert_eq!(can_draw(class(3, 1)), Err(DrawError::TooLittleCapacity));
		assert_release(7, &committee);
		assert_eq!(can_draw(class(3, 1)), Ok(()));
		assert_eq!(outcome(class(5, 1)), Err(DrawError::TooFewNodes));
	});
}

#[test]
fn a_node_takes_no_more_seats_than_its_stake_covers() {
	build_and_execute(|| {
		nodes(&[5 * SEAT_STAKE; 3], MAX_ASSIGNMENTS);
		let all_free = |places| (1..=3).all(|number| free(&account(number)) == places);
		assert!(all_free(5));
		let first = assert_draw(1, class(3, 1));
		for task in 2..=5 {
			assert_draw(task, class(3, 1));
		}
		assert!(all_free(0));
		assert_eq!(can_draw(class(3, 1)), Err(DrawError::TooLittleCapacity));
		// Five seats, and stake for a fault in each.
		for _ in 0..5 {
			assert_eq!(slash(&account(1), SEAT_STAKE).peek(), SEAT_STAKE);
		}
		assert_eq!(node(&account(1)).held(), 0);
		// More stake, or a task that is settled, makes room.
		assert_bond(&account(2), 2 * SEAT_STAKE - 1);
		assert_eq!(free(&account(2)), 1);
		assert_release(1, &first);
		assert_eq!((free(&account(2)), free(&account(3))), (2, 1));
	});
}

/// As many as all candidates together can take, whoever they are: rents follow from it.
#[test]
fn free_seats_are_those_of_all_candidates() {
	build_and_execute(|| {
		assert_eq!(Registry::free_seats(), 0);
		nodes(&[5 * SEAT_STAKE; 3], 2);
		admit_as(Role::Verify, 4, 5 * SEAT_STAKE, 2);
		// Stake for five
		admit_as(Role::Compute, 5, 5 * SEAT_STAKE, MAX_ASSIGNMENTS);
		System::set_block_number(3);
		assert_eq!(Registry::free_seats(), 3 * 2 + 2 + 5);
		let committee = assert_draw(1, class(3, 1));
		assert_eq!(Registry::free_seats(), 13 - 3);
		// Who is out of selection takes none, but what it has taken is given back
		assert_chill(&account(4));
		assert_eq!(Registry::free_seats(), 10 - 2);
		assert_activate(&account(4));
		assert_release(1, &committee);
		assert_eq!(Registry::free_seats(), 13);
		assert_bond(&account(5), SEAT_STAKE);
		assert_eq!(Registry::free_seats(), 14);
	});
}

#[test]
fn release_of_an_unknown_task_changes_nothing() {
	build_and_execute(|| {
		nodes(&[100; 3], 2);
		let committee = assert_draw(1, class(3, 1));
		let release = |task| Registry::release(task, &committee, &Panel::default());
		assert_storage_noop!(release(2));
		assert_release(1, &committee);
		assert_storage_noop!(release(1));
	});
}
