//! Rent of places and seats: what a submission has to name, what is counted, and what it costs to take everything.

use super::{settlement::ended_with, *};
use crate::types::BookedSeats;
use frame::testing_prelude::*;
use ostraka_primitives::{
	api::Quote,
	rent::{Held, Occupancy, Rent},
	task::{FailReason::*, Outcome::*, TaskResult, TaskStatus::*},
	traits::{Escrow, Seed},
};
use SecurityClass::{Confidential, Restricted, Standard};

/// Seats of a Standard task.
const SEATS: u32 = 3;
/// Most blocks that a Standard task of tests holds its seats: its windows, and a block of the hook after each phase. The mask that
/// is reckoned with takes no block more.
const SEATED: BlockNumber = COLLECT + VERIFY + COMMIT + REVEAL + 6;
/// Most blocks that it waits for them. A tenth of them counts.
const WAITING: BlockNumber = ACCEPT + DRAW_BLOCKS;
/// The same of its place, and what counts of its seats.
const LONGEST: Held = Held { place: WAITING + SEATED, seats: SEATED + WAITING / 10, bytes: 0 };

fn quote() -> Quote {
	Tasks::quote(&mean(), Standard, 4, ACCEPT, COLLECT)
}

/// Submits a Standard task with this fee.
fn submit_for(who: AccountId, fee: Balance) -> DispatchResult {
	let (origin, list) = (RuntimeOrigin::signed(who), dealers(4));
	Tasks::submit(origin, mean(), plain(), Standard, list, ACCEPT, COLLECT, fee, REWARD)
}

fn rent(task: TaskId) -> Rent {
	world(|world| world.rented[&task])
}

fn held(task: TaskId) -> Option<Held> {
	world(|world| world.held.get(&task).copied())
}

fn booked(waiting: u32, taken: u32) -> BookedSeats {
	BookedSeats { waiting, taken }
}

#[test]
fn the_quote_is_for_the_work_and_for_the_longest_life() {
	build_and_execute(|| {
		let found = quote();
		assert_eq!(found.work, Fake::least_fee(3, mean().length(), 4));
		// One of eight places: 3 * (8 / 7)², rounded up; three of a thousand seats: 2 * (1000 / 997)²
		let expected = Rent::new(4, 3 * 3, 0, &Held { bytes: found.bytes, ..LONGEST });
		assert_eq!(found.rent, expected);
		assert_eq!(found.rent.most, 4 * 72 + 9 * 54);
		assert_eq!(found.least, found.work + found.rent.most);
		assert_eq!(Tasks::rents_after(SEATS), (4, 3));

		// What was quoted is what is asked for, and kept
		assert_noop!(submit_for(requester(), found.least - 1), Error::<Test>::FeeTooLow);
		assert_ok!(submit_for(requester(), found.least));
		assert_eq!(rent(0), expected);
		// The next one finds it fuller: 3 * (8 / 6)²
		assert_eq!(quote().rent.place, 6);
		assert_noop!(submit_for(requester(), found.least), Error::<Test>::FeeTooLow);
		assert_ok!(submit_for(requester(), quote().least));
	});
}

/// Each of its numbers makes it dearer, but the class's threshold.
#[test]
fn what_lasts_longer_or_seats_more_is_dearer() {
	build_and_execute(|| {
		let quote = |class, invited, accept, collect| {
			Tasks::quote(&mean(), class, invited, accept, collect).rent.most
		};
		let least = quote(Standard, 4, ACCEPT, COLLECT);
		let (place, seats) = (4, 9);
		// To accept, ten blocks are one of the seats, and so is what is begun of ten
		assert_eq!(quote(Standard, 4, ACCEPT + 1, COLLECT), least + place + seats);
		assert_eq!(quote(Standard, 4, ACCEPT + 10, COLLECT), least + 10 * place + seats);
		assert_eq!(quote(Standard, 4, ACCEPT + 11, COLLECT), least + 11 * place + 2 * seats);
		assert_eq!(quote(Standard, 4, ACCEPT, COLLECT + 1), least + place + seats);
		// Ten more who could be accused are one block more
		assert_eq!(quote(Standard, 14, ACCEPT, COLLECT), least + place + seats);
		assert!(quote(Confidential, 4, ACCEPT, COLLECT) > least);
		assert!(quote(Restricted, 4, ACCEPT, COLLECT) > quote(Confidential, 4, ACCEPT, COLLECT));
		ask_for_verifiers(2);
		assert!(quote(Standard, 4, ACCEPT, COLLECT) > least);
	});
}

/// A client that asks before it submits needs not say whether there is a recipient.
#[test]
fn a_sealed_task_needs_no_more_than_was_quoted() {
	build_and_execute(|| {
		PerBlock::set(1);
		for sealed_to in [None, Some(account(5))] {
			let least = quote().least;
			let submit = |fee| {
				let (origin, asked) = (RuntimeOrigin::signed(requester()), plain());
				let asked = Conditions { sealed_to: sealed_to.clone(), ..asked };
				Tasks::submit(origin, mean(), asked, Standard, dealers(4), ACCEPT, COLLECT, fee, 0)
			};
			assert_noop!(submit(least - 1), Error::<Test>::FeeTooLow);
			assert_ok!(submit(least));
		}
		// The mask makes the longest life a block longer, and was reckoned with
		let windows = [0, 1].map(|task| Tasks::task(task).unwrap().windows.verify);
		assert_eq!(windows[0] + 1, windows[1]);
	});
}

/// Whoever asks for the price of what nobody could prove is told one: that it is refused is the submission's to say.
#[test]
fn a_broken_spec_has_a_quote_too() {
	build_and_execute(|| {
		let broken = TaskSpec { columns: Default::default(), ..mean() };
		let found = Tasks::quote(&broken, Standard, u32::MAX, u32::MAX, u32::MAX);
		assert_eq!(found.least, found.work + found.rent.most);
		assert!(found.rent.most > quote().rent.most);
	});
}

/// From the submission to the settlement, whether or not it is drawn.
#[test]
fn seats_are_counted_from_the_submission_to_the_settlement() {
	build_and_execute(|| {
		world(|world| (world.free_seats, world.seed) = (100, Seed::Soon));
		let seats = || Tasks::occupancy().1;
		assert_eq!(seats(), Occupancy { used: 0, total: 100 });
		let (first, second) = (consented(Standard), consented(Confidential));
		let undrawn = submit(Standard).unwrap();
		assert_eq!(Booked::<Test>::get(), booked(3 + 5 + 3, 0));
		assert_eq!(seats(), Occupancy { used: 11, total: 100 });
		assert_eq!(Tasks::occupancy().0, Occupancy { used: 3, total: MAX_OPEN });

		// What is drawn is not free any more: the price of those to come is the same
		let before = quote().rent;
		world(|world| (world.free_seats, world.seed) = (92, Seed::Known([1; 32])));
		run_until(second, |status| matches!(status, Collecting { .. }));
		assert!(matches!(status(first), Collecting { .. }));
		assert_eq!(Booked::<Test>::get(), booked(3, 8));
		assert_eq!(seats(), Occupancy { used: 11, total: 100 });
		assert_eq!(quote().rent, before);

		assert_ok!(cancel(first));
		assert_ok!(cancel(undrawn));
		assert_eq!(Booked::<Test>::get(), booked(3, 8), "they are held until they are settled");
		run_until(first, is_settled);
		run_until(undrawn, is_settled);
		assert_eq!(Booked::<Test>::get(), booked(0, 5));
		run_until(second, is_settled);
		assert_eq!(Booked::<Test>::get(), booked(0, 0));
		assert_eq!(Tasks::occupancy().0, Occupancy { used: 0, total: MAX_OPEN });
	});
}

/// A draw that does not come about books nothing, however often it is tried.
#[test]
fn a_draw_that_fails_takes_no_seat() {
	build_and_execute(|| {
		let task = consented(Standard);
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		for _ in 0..DRAW_BLOCKS {
			next_block(Weight::MAX);
			assert_eq!(Booked::<Test>::get(), booked(SEATS, 0));
		}
		run_until(task, is_settled);
		assert_eq!(Booked::<Test>::get(), booked(0, 0));
		// It held its place all the time, and waited for seats
		let blocks = Tasks::now() - 1;
		let seats = blocks.div_ceil(10);
		assert_eq!(held(task), Some(Held { place: blocks, seats, bytes: 0 }));
	});
}

/// Every window is used up, of the draw's more and more: what counts of the seats, with what is begun of a tenth of the waiting,
/// and a hook that comes a block after each window, is no more than was kept.
#[test]
fn who_uses_all_windows_holds_no_more_than_was_kept() {
	for late in 0..DRAW_BLOCKS {
		build_and_execute(|| {
			DrawRetry::set(1);
			let task = submit(Standard).unwrap();
			for dealer in &dealers(4)[..3] {
				assert_ok!(accept(task, dealer));
			}
			world(|world| {
				world.obstacle = Some(DrawError::TooLittleCapacity);
				(world.found, world.has_result) = (Found::First(3), false);
			});
			run_until(task, |status| matches!(status, Drawing { .. }));
			run_to(Tasks::now() + late);
			world(|world| world.obstacle = None);
			run_until(task, |status| matches!(status, Collecting { .. }));
			let waiting = Tasks::now() - 1;
			assert_eq!(waiting, ACCEPT + 2 + late);
			deal_one(task);
			run_until(task, is_settled);
			assert_eq!(status(task), Settled(Failed(TooFewShares)));
			let found = held(task).unwrap();
			assert!(found.place <= LONGEST.place && found.seats <= LONGEST.seats, "{found:?}");
			assert_eq!(found.seats, found.place - waiting + waiting.div_ceil(10));
			assert!(found.place - waiting >= SEATED - 6, "{found:?}: a window was not used");
			assert!(rent(task).due(&found) <= rent(task).most);
		});
	}
}

/// Where more is waited for than there is, and where there is nothing, it is as dear as it gets.
#[test]
fn without_free_seats_the_rent_is_the_dearest() {
	build_and_execute(|| {
		world(|world| world.free_seats = 0);
		assert_eq!(Tasks::rents_after(1).1, 100 * SEAT_RENT);
		world(|world| world.free_seats = 10 * SEATS);
		for _ in 0..4 {
			submit(Standard).unwrap();
		}
		world(|world| world.free_seats = SEATS);
		assert_eq!(Tasks::occupancy().1, Occupancy { used: 4 * SEATS, total: SEATS });
		assert_eq!(Tasks::rents_after(1).1, 100 * SEAT_RENT);
	});
}

/// Audit, 2, and what rents could make worse: somebody fills the book, or takes the seats, between the look and the submission.
/// The submission is refused and costs nothing; what has been submitted owes what it was asked for.
#[test]
fn who_is_overtaken_is_asked_again_and_charged_nothing() {
	for take_seats in [false, true] {
		build_and_execute(|| {
			let early = NextTask::<Test>::get();
			assert_ok!(submit_for(account(2), quote().least));
			let owed = rent(early);
			let look = quote();
			if take_seats {
				world(|world| world.free_seats = 10);
			} else {
				for _ in 0..3 {
					submit(Standard).unwrap();
				}
			}
			assert!(quote().least > look.least);
			assert_noop!(submit_for(account(3), look.least), Error::<Test>::FeeTooLow);
			assert_eq!(OpenOf::<Test>::get(account(3)), 0);
			let paid = |did: &Did| match did {
				Did::Opened { requester, .. } => *requester == account(3),
				_ => false,
			};
			assert!(!world(|world| world.journal.iter().any(paid)));
			// Who names more is taken, and no more than it named can be kept
			let more = quote().least;
			assert_ok!(submit_for(account(3), more));

			assert_eq!(rent(early), owed);
			run_until(early, is_settled);
			assert!(owed.due(&held(early).unwrap()) <= look.rent.most);
		});
	}
}

/// The rent is asked for whatever became of a task, for as long as it held what it rents: no requester, dealer or node changes
/// that but by ending it earlier.
#[test]
fn what_was_held_is_told_whatever_the_ending() {
	build_and_execute(|| {
		for outcome in [
			Completed,
			Failed(TooFewDealers),
			Failed(DealerMissing),
			Failed(NotCounted),
			Failed(Differencing),
			Failed(MaskMissing),
			Failed(TooFewShares),
			Failed(NoDealings),
			Failed(UnsoundCommitments),
			Failed(Cancelled),
			Failed(NoCommittee),
			Failed(TooFewAcceptances),
		] {
			let before = Tasks::now();
			let task = ended_with(outcome);
			let now = Tasks::now();
			let drawn_at = Tasks::task(task).and_then(|task| task.drawn_at);
			let waiting = drawn_at.unwrap_or(now) - before;
			let seats = now - before - waiting + waiting.div_ceil(10);
			let found = held(task).unwrap();
			let record =
				Records::<Test>::get(task).map_or(0, |record| record.encoded_size() as u32);
			let result = TaskResult::bytes(mean().length(), false);
			let bytes = record + if outcome == Completed { result } else { 0 };
			assert_eq!(found, Held { place: now - before, seats, bytes }, "{outcome:?}");
			let undrawn = matches!(outcome, Failed(NoCommittee | TooFewAcceptances));
			assert_eq!(drawn_at.is_none(), undrawn, "{outcome:?}");
			// While the hook does not lag it comes to less than was kept
			let (due, rent) = (rent(task).due(&found), rent(task));
			assert!(0 < due && due < rent.most, "{outcome:?}");
		}
		assert_eq!(Booked::<Test>::get(), booked(0, 0));
	});
}

/// The shortest life that there is: taken back in the block of its submission. It is a block, and never free.
#[test]
fn a_task_of_one_block_pays_for_it() {
	build_and_execute(|| {
		world(|world| world.rents = (1, 1));
		let task = submit(Standard).unwrap();
		assert_ok!(cancel(task));
		next_block(Weight::MAX);
		assert!(is_settled(status(task)));
		// A tenth of a block, rounded up
		assert_eq!(held(task), Some(Held { place: 1, seats: 1, bytes: 0 }));
		let owed = rent(task);
		assert!(owed.due(&held(task).unwrap()) > Balance::from(SEATS));
	});
}

/// Whoever stuffs the blocks so that the hook comes to nothing makes no task pay more than was kept.
#[test]
fn a_hook_that_lags_costs_no_more_than_was_kept() {
	build_and_execute(|| {
		let task = consented(Standard);
		run_until(task, |status| matches!(status, Collecting { .. }));
		for _ in 0..2 * LONGEST.place {
			next_block(Weight::zero());
		}
		run_until(task, is_settled);
		let found = held(task).unwrap();
		assert!(found.place > LONGEST.place && found.seats > LONGEST.seats);
		assert_eq!(rent(task).due(&found), rent(task).most);
	});
}

/// At prices that nobody could pay a task is refused, and nothing overflows.
#[test]
fn prices_without_bound_are_refused() {
	build_and_execute(|| {
		world(|world| world.rents = (Balance::MAX, Balance::MAX));
		let found = quote();
		assert_eq!((found.rent.most, found.least), (Balance::MAX, Balance::MAX));
		assert_noop!(submit_for(requester(), Balance::MAX - 1), Error::<Test>::FeeTooLow);
		for rents in [(0, Balance::MAX), (Balance::MAX, 0), (Balance::MAX / 50, 0)] {
			world(|world| world.rents = rents);
			assert_eq!(quote().least, Balance::MAX);
		}
	});
}

/// Audit, 2: one who takes all places paid of each what the first one cost. Now the last tenth costs as much as all others, and
/// the seats get dearer with every task, though no dealer accepts and none is drawn.
#[test]
fn to_take_every_place_gets_dearer_with_each() {
	const PLACES: u32 = 100;
	build_and_execute(|| {
		MaxOpenTasks::set(PLACES);
		MaxOpenPerAccount::set(PLACES);
		let rents: Vec<_> = (0..PLACES).map(|_| rent(submit(Standard).unwrap())).collect();
		assert!(rents.windows(2).all(|pair| pair[0].place <= pair[1].place));
		assert!(rents.windows(2).all(|pair| pair[0].seats <= pair[1].seats));
		assert_noop!(submit(Standard), Error::<Test>::TooManyOpenTasks);

		let cost = |rents: &[Rent]| rents.iter().map(|rent| rent.place).sum::<Balance>();
		let flat = Balance::from(PLACES) * PLACE_RENT;
		assert!(cost(&rents) > 15 * flat, "{} for {flat}", cost(&rents));
		let (most, last) = rents.split_at(90);
		assert!(cost(last) >= cost(most));
		assert!(last.iter().all(|rent| rent.place == 100 * PLACE_RENT));
		// Three hundred of a thousand seats are waited for
		assert_eq!(Booked::<Test>::get(), booked(PLACES * SEATS, 0));
		assert_eq!(rents[99].seats, 3 * 5);
		// An honest task after it pays for what others hold until they let go
		for task in 0..PLACES {
			assert_ok!(cancel(task));
		}
		run_until(PLACES - 1, is_settled);
		run_to(Tasks::now() + 10);
		assert_eq!(Tasks::rents_after(SEATS), (4, 3));
	});
}
