//! Slashes that are deferred: attacks on what is pending, and what Root can undo.

use super::*;
use frame::traits::Imbalance as _;

/// Blocks for which the tests here defer slashes. Less than what unbonding takes.
const DEFERRAL: BlockNumber = 20;

/// Runs a test with slashes deferred, and checks the invariants after it.
fn deferring(test: impl FnOnce()) {
	build_and_execute(|| {
		SlashDeferral::set(&DEFERRAL);
		test();
	});
}

/// Slashes, and checks that the stake counts no more, that it is on hold all the same, and who is told what. Returns the number.
fn assert_deferred(operator: &AccountId, amount: Balance) -> u32 {
	let (before, held, issuance) = (node(operator), on_hold(operator), Balances::total_issuance());
	let total = total(operator);
	let index = NextSlash::<Test>::get();
	events();
	assert!(Registry::slash(&offence(operator), amount).is_none());
	let taken = amount.min(before.held());
	let at = System::block_number() + DEFERRAL;
	let deferred = Event::SlashDeferred {
		index,
		task: 7,
		culprit: operator.clone(),
		fault: Fault::WrongShare,
		amount: taken,
		at,
	};
	assert_eq!(events().last(), Some(&deferred));
	// As if it were gone, but for the money
	let mut expected = before;
	expected.take(taken);
	assert_eq!(node(operator).stake, expected.stake);
	assert_eq!(node(operator).unbonding, expected.unbonding);
	assert_eq!(on_hold(operator), held);
	assert_eq!(Balances::total_issuance(), issuance);
	assert!(shared().is_empty());
	let slash = PendingSlash { offence: offence(operator), amount: taken, at };
	assert_eq!(PendingSlashes::<Test>::get(operator, index), Some(slash));
	let (slashes, amount) = (total.slashes + 1, total.amount + taken);
	assert_eq!(Pending::<Test>::get(operator), Some(PendingTotal { slashes, amount }));
	assert!(Pallet::pending_slashes(operator.clone()).iter().any(|(number, _)| *number == index));
	index
}

fn total(operator: &AccountId) -> PendingTotal {
	Pending::<Test>::get(operator).unwrap_or_default()
}

fn on_hold(operator: &AccountId) -> Balance {
	use frame::token::fungible::hold::Inspect as _;
	Balances::balance_on_hold(&HoldReason::Stake.into(), operator)
}

fn apply(operator: &AccountId, index: u32) -> DispatchResultWithPostInfo {
	Registry::apply_slash(signed(&account(50)), operator.clone(), index)
}

/// Anybody has it applied, free of charge: it is shared out once, as it would have been at once.
fn assert_applied(operator: &AccountId, index: u32, amount: Balance) {
	let (held, issuance) = (on_hold(operator), Balances::total_issuance());
	let before = Nodes::<Test>::get(operator).unwrap();
	events();
	assert_eq!(apply(operator, index).map(|info| info.pays_fee), Ok(Pays::No));
	let slashed = Event::Slashed { operator: operator.clone(), amount, stake: before.stake };
	assert_eq!(events(), [slashed]);
	assert_eq!(shared(), [(offence(operator), amount)]);
	assert_eq!(on_hold(operator), held - amount);
	assert_eq!(Balances::total_issuance(), issuance - amount);
	assert_eq!(node(operator), before);
	assert_eq!(PendingSlashes::<Test>::get(operator, index), None);
}

fn cancel(operator: &AccountId, index: u32) -> DispatchResult {
	Registry::cancel_slash(RuntimeOrigin::root(), operator.clone(), index)
}

fn assert_cancelled(operator: &AccountId, index: u32, amount: Balance) {
	let (held, issuance, before) = (on_hold(operator), Balances::total_issuance(), node(operator));
	events();
	assert_ok!(cancel(operator, index));
	let (culprit, stake) = (operator.clone(), before.stake + amount);
	assert_eq!(events(), [Event::SlashCancelled { index, culprit, amount, stake }]);
	let active_since = before.active_since.map(|_| System::block_number());
	assert_eq!(node(operator), Node { stake, active_since, ..before });
	assert_eq!((on_hold(operator), Balances::total_issuance()), (held, issuance));
	assert!(shared().is_empty());
	assert_eq!(PendingSlashes::<Test>::get(operator, index), None);
}

fn wait(blocks: BlockNumber) {
	System::set_block_number(System::block_number() + blocks);
}

#[test]
fn a_deferred_slash_is_applied_when_it_is_due() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		let index = assert_deferred(&operator, 200);
		wait(DEFERRAL);
		assert_applied(&operator, index, 200);
		assert_eq!(Pending::<Test>::get(&operator), None);
	});
}

#[test]
fn what_is_not_deferred_is_taken_at_once_as_before() {
	build_and_execute(|| {
		let operator = assert_register(1, 1000, 1);
		drop(slash(&operator, 200));
		assert_eq!((on_hold(&operator), node(&operator).stake), (800, 800));
		assert_eq!(Pending::<Test>::get(&operator), None);
		assert_eq!(NextSlash::<Test>::get(), 0);
	});
}

/// What was deferred stays so, whatever is done with what follows.
#[test]
fn slashes_of_both_kinds_do_not_get_in_each_others_way() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		let index = assert_deferred(&operator, 200);
		SlashDeferral::set(&0);
		drop(slash(&operator, 300));
		assert_eq!((on_hold(&operator), node(&operator).stake), (700, 500));
		wait(DEFERRAL);
		assert_applied(&operator, index, 200);
	});
}

#[test]
fn nobody_applies_a_slash_early_or_twice() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		let index = assert_deferred(&operator, 200);
		wait(DEFERRAL - 1);
		assert_noop!(apply(&operator, index), Error::SlashNotDue);
		wait(1);
		// Neither another number nor another node's
		assert_noop!(apply(&operator, index + 1), Error::NoSuchSlash);
		assert_noop!(apply(&account(2), index), Error::NoSuchSlash);
		assert_applied(&operator, index, 200);
		assert_noop!(apply(&operator, index), Error::NoSuchSlash);
		assert_noop!(cancel(&operator, index), Error::NoSuchSlash);
		assert_eq!(on_hold(&operator), 800);
	});
}

#[test]
fn root_cancels_a_slash_once_and_nobody_else_does() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		let index = assert_deferred(&operator, 200);
		for origin in [signed(&operator), signed(&account(40)), RuntimeOrigin::none()] {
			assert_noop!(
				Registry::cancel_slash(origin, operator.clone(), index),
				DispatchError::BadOrigin
			);
		}
		wait(3);
		assert_cancelled(&operator, index, 200);
		assert_noop!(cancel(&operator, index), Error::NoSuchSlash);
		wait(DEFERRAL);
		assert_noop!(apply(&operator, index), Error::NoSuchSlash);
		assert_eq!(node(&operator).stake, 1000);
	});
}

/// Root comes late: as long as nobody had it applied, it can be cancelled.
#[test]
fn a_slash_that_is_due_can_still_be_cancelled() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		let index = assert_deferred(&operator, 200);
		wait(10 * DEFERRAL);
		assert_cancelled(&operator, index, 200);
	});
}

/// A slash hits who is on its way out. All the rest goes; what is pending neither goes nor is forgotten.
#[test]
fn who_unbonds_and_withdraws_does_not_get_what_is_pending() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		assert_chill(&operator);
		assert_unbond(&operator, 1000);
		wait(UNBONDING - 1);
		let index = assert_deferred(&operator, 200);
		Registry::note_conviction(&operator);
		wait(1);
		assert_withdraw(&operator, 800);
		assert_eq!((on_hold(&operator), node(&operator).held()), (200, 0));
		assert_noop!(Registry::withdraw(signed(&operator)), Error::NothingToWithdraw);
		assert_noop!(Registry::unbond(signed(&operator), 1), Error::NotEnoughStake);
		assert_noop!(Registry::deregister(signed(&operator)), Error::SlashPending);
		wait(DEFERRAL);
		assert_noop!(Registry::deregister(signed(&operator)), Error::SlashPending);
		assert_applied(&operator, index, 200);
		assert_eq!(on_hold(&operator), 0);
		assert_deregister(&operator);
	});
}

/// It would come back without its record, and with its keys free.
#[test]
fn nobody_registers_anew_while_a_slash_is_pending() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		let index = assert_deferred(&operator, 1000);
		Registry::note_conviction(&operator);
		assert_noop!(Registry::deregister(signed(&operator)), Error::SlashPending);
		let keys = registration(&operator, 2);
		assert_noop!(
			register(&operator, pair(2).public(), &keys, 1000, 1),
			Error::AlreadyRegistered
		);
		wait(DEFERRAL);
		assert_applied(&operator, index, 1000);
		assert_deregister(&operator);
		assert_register(1, 1000, 1);
	});
}

#[test]
fn who_left_nothing_but_a_pending_slash_gets_it_back_and_leaves() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		assert_chill(&operator);
		assert_unbond(&operator, 600);
		wait(UNBONDING);
		let index = assert_deferred(&operator, 400);
		Registry::note_conviction(&operator);
		assert_withdraw(&operator, 600);
		assert_cancelled(&operator, index, 400);
		assert_unbond(&operator, 400);
		wait(UNBONDING);
		assert_leave(&operator, 400);
	});
}

#[test]
fn a_slash_takes_no_more_than_there_is() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		assert_unbond(&operator, 300);
		let index = assert_deferred(&operator, Balance::MAX);
		assert_eq!(total(&operator).amount, 1000);
		// There is nothing left: neither to take nor to defer
		assert_eq!(slash(&operator, 5).peek(), 0);
		assert_eq!(total(&operator).slashes, 1);
		Registry::note_conviction(&operator);
		wait(DEFERRAL);
		assert_applied(&operator, index, 1000);
	});
}

/// The second finds what the first left, and takes nothing that it took.
#[test]
fn two_slashes_of_more_than_there_is_take_all_of_it_once() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		let first = assert_deferred(&operator, 700);
		let second = assert_deferred(&operator, 700);
		assert_eq!(total(&operator), PendingTotal { slashes: 2, amount: 1000 });
		Registry::note_conviction(&operator);
		wait(DEFERRAL);
		assert_applied(&operator, second, 300);
		assert_applied(&operator, first, 700);
		assert_eq!(on_hold(&operator), 0);
	});
}

#[test]
fn one_of_two_is_cancelled_and_the_other_applied() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		let first = assert_deferred(&operator, 100);
		let second = assert_deferred(&operator, 200);
		assert_cancelled(&operator, first, 100);
		wait(DEFERRAL);
		assert_applied(&operator, second, 200);
		assert_eq!((node(&operator).stake, on_hold(&operator)), (800, 800));
	});
}

/// None is lost: what there is no room for is taken at once.
#[test]
fn beyond_the_bound_slashes_are_not_deferred() {
	deferring(|| {
		let operator = assert_register(1, 1000, 1);
		let first = assert_deferred(&operator, 1);
		for _ in 1..MAX_PENDING {
			assert!(Registry::slash(&offence(&operator), 1).is_none());
		}
		let held = on_hold(&operator);
		assert_eq!(total(&operator).slashes, MAX_PENDING);
		assert_eq!(slash(&operator, 5).peek(), 5);
		assert_eq!(on_hold(&operator), held - 5);
		assert_eq!(total(&operator).slashes, MAX_PENDING);
		// Another node has room of its own
		assert_deferred(&assert_register(2, 1000, 1), 5);
		// One that is applied makes room
		wait(DEFERRAL);
		assert_applied(&operator, first, 1);
		assert_deferred(&operator, 5);
	});
}

#[test]
fn when_the_numbers_are_used_up_slashes_are_not_deferred() {
	new_test_ext().execute_with(|| {
		SlashDeferral::set(&DEFERRAL);
		let operator = assert_register(1, 1000, 1);
		NextSlash::<Test>::put(u32::MAX);
		assert_eq!(slash(&operator, 5).peek(), 5);
		assert_eq!(Pending::<Test>::get(&operator), None);
		assert_ok!(Registry::do_try_state());
	});
}

/// Neither does it count in a draw, nor is it a reason to take part in one.
#[test]
fn stake_of_a_pending_slash_counts_in_no_draw() {
	deferring(|| {
		for number in 1..=4 {
			admit(number, 2 * MIN_STAKE, 2);
		}
		let slashed = assert_deferred(&account(1), MIN_STAKE - ABSENCE_BUFFER);
		let stakes = || -> Vec<Balance> {
			Candidates::<Test>::get().iter().map(|candidate| candidate.stake).collect()
		};
		let left = MIN_STAKE + ABSENCE_BUFFER;
		assert_eq!(stakes(), [left, 2 * MIN_STAKE, 2 * MIN_STAKE, 2 * MIN_STAKE]);
		System::set_block_number(2);
		// Of a class that asks for what it had before
		let seated = assert_draw(1, class(3, 2));
		assert!(seated.iter().all(|seat| seat.account != account(1)));
		assert_release(1, &seated);
		// What Root gives back counts for tasks that are submitted later only
		let before = request(2, class(4, 2), &[]);
		assert_cancelled(&account(1), slashed, MIN_STAKE - ABSENCE_BUFFER);
		assert!(Registry::can_draw(&before).is_err());
		wait(1);
		assert_draw(3, class(4, 2));
		assert_eq!(stakes(), [2 * MIN_STAKE; 4]);
	});
}

/// With it, faults in more seats than it can pay for would cost nothing.
#[test]
fn stake_of_a_pending_slash_covers_no_seat() {
	deferring(|| {
		let operator = assert_register(1, 10 * SEAT_STAKE, 12);
		assert_eq!(free(&operator), 10);
		let index = assert_deferred(&operator, 1);
		assert_eq!(free(&operator), 9);
		assert_cancelled(&operator, index, 1);
		assert_eq!(free(&operator), 10);
	});
}

/// The stake that seats need stays, and none of it is what is pending.
#[test]
fn stake_of_a_pending_slash_is_not_what_seats_need() {
	deferring(|| {
		for number in 1..=3 {
			admit(number, 2 * MIN_STAKE, 1);
		}
		System::set_block_number(2);
		let committee = assert_draw(1, class(3, 1));
		let operator = account(1);
		assert_chill(&operator);
		assert_unbond(&operator, 2 * MIN_STAKE);
		assert_deferred(&operator, MIN_STAKE);
		Registry::note_conviction(&operator);
		wait(UNBONDING);
		// The class asks for the least stake less the buffer
		assert_withdraw(&operator, ABSENCE_BUFFER);
		assert_noop!(Registry::withdraw(signed(&operator)), Error::StakeNeeded);
		assert_release(1, &committee);
		assert_withdraw(&operator, MIN_STAKE - ABSENCE_BUFFER);
		assert_eq!(on_hold(&operator), MIN_STAKE);
	});
}

/// Out of selection at once, and back only by its operator, whatever Root gives back.
#[test]
fn a_deferred_slash_chills_at_once_and_its_end_does_not_undo_it() {
	deferring(|| {
		let operator = assert_register(1, MIN_STAKE, 1);
		let index = assert_deferred(&operator, ABSENCE_BUFFER + 1);
		assert!(!is_candidate(&operator));
		assert_noop!(Registry::activate(signed(&operator)), Error::BelowLeastStake);
		assert_cancelled(&operator, index, ABSENCE_BUFFER + 1);
		assert!(!is_candidate(&operator));
		assert_activate(&operator);
	});
}

#[test]
#[should_panic(expected = "before it is decided what it loses")]
fn slashes_are_decided_before_stake_is_out() {
	build_and_execute(|| {
		SlashDeferral::set(&UNBONDING);
		<Registry as Hooks<BlockNumber>>::integrity_test();
	});
}

#[test]
fn try_state_sees_a_sum_that_differs_from_what_is_pending() {
	new_test_ext().execute_with(|| {
		SlashDeferral::set(&DEFERRAL);
		let operator = assert_register(1, 1000, 1);
		let index = assert_deferred(&operator, 200);
		assert_ok!(Registry::do_try_state());
		let complaint = |says: &'static str| {
			assert_eq!(Registry::do_try_state(), Err(says.into()));
		};
		Pending::<Test>::insert(&operator, PendingTotal { slashes: 1, amount: 199 });
		complaint("the sum of pending slashes differs from them");
		Pending::<Test>::remove(&operator);
		complaint("the sum of pending slashes differs from them");
		PendingSlashes::<Test>::remove(&operator, index);
		complaint("stake differs from what is on hold");
	});
}
