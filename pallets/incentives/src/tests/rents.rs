//! Rent of places and seats, and the price of bytes that stay: what they cost, who gets it, and that prices which change reach
//! nobody who has asked already.

use super::*;
use ostraka_primitives::rent::Occupancy;
use Ending::{Completed, Forfeited, Returned};
use SeatReport::*;

const RENT: Rent = Rent { place: 5, seats: 6, byte: 3, most: 200 };
/// Of [`RENT`] 140 are due for it.
const BLOCKS: Held = Held { place: 16, seats: 10, bytes: 0 };
const DUE: Balance = 140;

const fn none(total: u32) -> Occupancy {
	Occupancy { used: 0, total }
}

/// A task of three members with a fee of 500, of which 200 are kept for rent: a seat earns 100.
fn assert_end(reports: &[SeatReport], ending: Ending, earned: &[Balance], withheld: Balance) {
	assert_open_with_rent(TASK, 500, 90, RENT);
	let treasury = free(39);
	let end = End { reports, verifiers: 0, exposer: None, ending };
	end.assert_settle_with_rent(earned, withheld, BLOCKS, DUE);
	assert!(free(39) >= treasury + DUE);
	assert_close(TASK, 90);
}

#[test]
fn prices_follow_what_is_taken() {
	build_and_execute(|| {
		assert_eq!(Incentives::rents(none(8), none(90)), (PLACE_RENT, SEAT_RENT));
		let half = |total| Occupancy { used: total / 2, total };
		assert_eq!(Incentives::rents(half(8), none(90)), (4 * PLACE_RENT, SEAT_RENT));
		assert_eq!(Incentives::rents(none(8), half(90)), (PLACE_RENT, 4 * SEAT_RENT));
		assert_eq!(Incentives::rents(none(0), none(0)), (100 * PLACE_RENT, 100 * SEAT_RENT));
		// Root changes them: the next one who asks pays what they are then
		PlaceRent::set(&7);
		SeatRent::set(&Balance::MAX);
		assert_eq!(Incentives::rents(none(8), half(90)), (7, Balance::MAX));
	});
}

/// Nobody with a seat earns by it, nor does it come back, whatever became of the task: members who were paid by the block could
/// make it last, and who got it back would hold what it does not use.
#[test]
fn rent_is_due_whatever_the_ending() {
	build_and_execute(|| {
		assert_end(&[Right; 3], Completed, &[100; 3], 0);
		assert_end(&[Right, Silent, Absent], Completed, &[100, 95, 0], 5);
		assert_end(&[Idle; 3], Returned, &[BASE; 3], 0);
		assert_end(&[Idle; 3], Forfeited, &[BASE; 3], 0);
		assert_end(&[Absent; 3], Forfeited, &[0; 3], 0);
		assert_end(&[FalseAttestation; 3], Returned, &[0; 3], 0);
	});
}

/// A task that was never drawn held no seats, and owes its place.
#[test]
fn without_a_draw_the_place_is_due() {
	build_and_execute(|| {
		for ending in [Returned, Forfeited] {
			assert_open_with_rent(TASK, 500, 90, RENT);
			let end = End { reports: &[], verifiers: 0, exposer: None, ending };
			end.assert_settle_with_rent(&[], 0, Held { place: 16, seats: 0, bytes: 0 }, 80);
			assert_close(TASK, 90);
		}
		assert_eq!(free(0), FUNDS - 2 * (DRAW_FEE + 80));
		assert_eq!(free(39), FUNDS + 2 * (DRAW_FEE + 80));
	});
}

/// One block of its place is the least that a task can cost.
#[test]
fn the_shortest_task_pays_a_block() {
	build_and_execute(|| {
		let (place, seats) = Incentives::rents(Occupancy { used: 1, total: 1_000 }, none(90));
		let rent = Rent::new(place, 3 * seats, BYTE_FEE, &Held { place: 30, seats: 20, bytes: 10 });
		assert_open_with_rent(TASK, 500, 0, rent);
		let end = End { reports: &[], verifiers: 0, exposer: None, ending: Returned };
		// A thousandth more than five is six
		end.assert_settle_with_rent(&[], 0, Held { place: 1, seats: 0, bytes: 0 }, PLACE_RENT + 1);
		assert_close(TASK, 0);
	});
}

/// Whatever holds a settlement up: who named its fee pays no more than was kept of it, and seats earn what they were offered.
#[test]
fn a_late_settlement_costs_no_more_than_was_kept() {
	build_and_execute(|| {
		let longest = Held { place: u32::MAX, seats: u32::MAX, bytes: u32::MAX };
		for blocks in [Held { place: 40, ..Held::default() }, longest] {
			assert_open_with_rent(TASK, 500, 90, RENT);
			let end = End { reports: &[Right; 3], verifiers: 1, exposer: None, ending: Completed };
			end.assert_settle_with_rent(&[100; 3], 0, blocks, RENT.most);
			assert_close(TASK, 90);
		}
	});
}

/// A seat is offered, and paid, the same of a task that ends soon and of one that lasts.
#[test]
fn nobody_with_a_seat_gains_by_how_long_it_lasts() {
	build_and_execute(|| {
		for place in [1, 16, 40, 1_000] {
			assert_open_with_rent(TASK, 500, 0, RENT);
			assert_eq!(Incentives::expected_reward(TASK, 3), 100);
			let end = End { reports: &[Right; 3], verifiers: 0, exposer: None, ending: Completed };
			let due = (5 * Balance::from(place)).min(RENT.most);
			end.assert_settle_with_rent(&[100; 3], 0, Held { place, ..Held::default() }, due);
			assert_close(TASK, 0);
		}
	});
}

/// A requester with nodes of its own in every seat gets none of its rent back by them.
#[test]
fn rent_does_not_come_back_through_nodes_of_ones_own() {
	build_and_execute(|| {
		for ending in [Completed, Returned] {
			let funds = || free(0) + free(1) + free(2) + free(3);
			let before = funds();
			assert_open_with_rent(TASK, 500, 0, RENT);
			settle_for(BLOCKS, ending);
			assert_close(TASK, 0);
			assert_eq!(before - funds(), DRAW_FEE + DUE);
		}
	});
}

/// Settles `TASK` with three members who did their part.
fn settle_for(blocks: Held, ending: Ending) {
	let (members, none) = (committee(&[1, 2, 3]), panel(&[]));
	Incentives::settle_fee(TASK, &members, &none, &[Right; 3], None, ending, blocks);
}

#[test]
fn rent_is_charged_once_and_from_its_own_task() {
	build_and_execute(|| {
		assert_open_with_rent(TASK, 500, 90, RENT);
		assert_open_with_rent(6, 300, 10, RENT);
		settle_for(BLOCKS, Completed);
		assert_eq!(in_escrow(), 90 + 310);
		assert_storage_noop!(settle_for(BLOCKS, Completed));
		assert_storage_noop!(settle_for(Held { place: 99, seats: 99, bytes: 99 }, Forfeited));
		assert_close(TASK, 90);
		assert_close(6, 310);
	});
}

/// Were more kept than there is, the fee is all that can be taken, and no seat is offered anything.
#[test]
fn more_rent_than_fee_takes_the_fee() {
	build_and_execute(|| {
		let longest = Held { place: u32::MAX, seats: u32::MAX, bytes: u32::MAX };
		let rent = Rent::new(Balance::MAX, Balance::MAX, Balance::MAX, &longest);
		assert_eq!(rent.most, Balance::MAX);
		assert_open_with_rent(TASK, 500, 90, rent);
		assert_open(6, 70, 10);
		assert_eq!(Incentives::expected_reward(TASK, 3), 0);
		let end = End { reports: &[Right; 3], verifiers: 0, exposer: None, ending: Completed };
		end.assert_settle_with_rent(&[0; 3], 0, longest, 500);
		assert_close(TASK, 90);
		assert_close(6, 80);
	});
}

/// What a task and a deposit were opened with is theirs to the end.
#[test]
fn a_price_that_changes_reaches_nothing_that_is_open() {
	build_and_execute(|| {
		assert_open_with_rent(TASK, 500, 90, RENT);
		assert_hold_deposit(TASK, 11);
		PlaceRent::set(&1_000);
		SeatRent::set(&1_000);
		BaseFeePerSeat::set(&(2 * BASE));
		DealerDeposit::set(&(3 * DEPOSIT));
		let end = End { reports: &[Idle; 3], verifiers: 0, exposer: None, ending: Returned };
		end.assert_settle_with_rent(&[BASE; 3], 0, BLOCKS, DUE);
		assert_release_deposit(TASK, 11);
		assert_close(TASK, 90);

		// Who comes after it pays as it says
		assert_eq!(Incentives::least_fee(3, 0, 0), 6 * BASE);
		assert_ok!(Incentives::hold_deposit(6, &account(12)));
		assert_eq!(deposit(12), 3 * DEPOSIT);
		Incentives::release_deposit(6, &account(12));
		assert_eq!((free(12), deposit(12)), (FUNDS, 0));
	});
}

/// The bytes that stay are paid for once, whatever the ending and however long it took, and what was kept for more of them goes where
/// the rest of the fee goes.
#[test]
fn bytes_that_stay_are_due_whatever_the_ending() {
	build_and_execute(|| {
		for (bytes, due) in [(0, 80), (1, 83), (30, 170), (40, 200), (u32::MAX, 200)] {
			for ending in [Completed, Returned, Forfeited] {
				let treasury = free(39);
				assert_open_with_rent(TASK, 500, 90, RENT);
				let end = End { reports: &[Right; 3], verifiers: 0, exposer: None, ending };
				let each = if ending == Completed { 100 } else { BASE };
				let held = Held { place: 16, seats: 0, bytes };
				end.assert_settle_with_rent(&[each; 3], 0, held, due);
				assert!(free(39) >= treasury + DRAW_FEE + due);
				assert_close(TASK, 90);
			}
		}
		assert_eq!(Incentives::byte_fee(), BYTE_FEE);
		ByteFee::set(&9);
		assert_eq!(Incentives::byte_fee(), 9);
	});
}

/// Where state for good is free, it is filled for the price of the draws.
#[test]
#[should_panic(expected = "who leaves state for good must pay for it")]
fn bytes_are_not_free() {
	build_and_execute(|| {
		ByteFee::set(&0);
		<Incentives as Hooks<u32>>::integrity_test();
	});
}

/// Were one of them free, it would be held for as long as the book lets it.
#[test]
#[should_panic(expected = "who holds a seat or a place must pay for it")]
fn places_are_not_free() {
	build_and_execute(|| {
		PlaceRent::set(&0);
		<Incentives as Hooks<u32>>::integrity_test();
	});
}

#[test]
#[should_panic(expected = "who holds a seat or a place must pay for it")]
fn seats_are_not_free() {
	build_and_execute(|| {
		SeatRent::set(&0);
		<Incentives as Hooks<u32>>::integrity_test();
	});
}
