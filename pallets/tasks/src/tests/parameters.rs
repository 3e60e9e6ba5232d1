//! `integrity_test` and genesis.

use crate::{mock::*, types::*, *};
use frame::testing_prelude::*;

fn integrity() {
	<Tasks as Hooks<BlockNumber>>::integrity_test();
}

#[test]
fn the_mock_has_integrity() {
	build_and_execute(integrity);
}

#[test]
#[should_panic(expected = "unsound parameters")]
fn a_class_of_which_half_could_reconstruct_is_refused() {
	build_and_execute(|| {
		let mut classes = Classes::get();
		classes[1].threshold = 3;
		Classes::set(classes);
		integrity();
	});
}

#[test]
#[should_panic(expected = "unsound parameters")]
fn a_class_with_more_verifiers_than_fit_is_refused() {
	build_and_execute(|| {
		ask_for_verifiers(17);
		integrity();
	});
}

#[test]
fn the_largest_panels_have_integrity() {
	build_and_execute(|| {
		ask_for_verifiers(16);
		integrity();
	});
}

#[test]
#[should_panic(expected = "more dealers than fit")]
fn a_class_that_needs_too_many_dealers_is_refused() {
	build_and_execute(|| {
		let mut classes = Classes::get();
		classes[2].least_dealers = MAX_DEALERS + 1;
		Classes::set(classes);
		integrity();
	});
}

#[test]
#[should_panic(expected = "lacks room for every accusation")]
fn a_challenge_that_no_block_has_room_for_is_refused() {
	build_and_execute(|| {
		PerLongest::set(Some(0));
		integrity();
	});
}

#[test]
#[should_panic(expected = "longer proofs would be judged faster")]
fn more_challenges_of_longer_proofs_are_refused() {
	build_and_execute(|| {
		PerLongest::set(Some(PerBlock::get() + 1));
		integrity();
	});
}

#[test]
#[should_panic(expected = "MinCollect exceeds MaxCollect")]
fn windows_in_the_wrong_order_are_refused() {
	build_and_execute(|| {
		MinCollect::set(MAX_COLLECT + 1);
		integrity();
	});
}

#[test]
#[should_panic(expected = "MinAccept exceeds MaxAccept")]
fn windows_for_accepting_in_the_wrong_order_are_refused() {
	build_and_execute(|| {
		MinAccept::set(MAX_ACCEPT + 1);
		integrity();
	});
}

#[test]
#[should_panic(expected = "a block to accept")]
fn no_time_to_accept_is_refused() {
	build_and_execute(|| {
		MinAccept::set(0);
		integrity();
	});
}

#[test]
#[should_panic(expected = "no account could ask")]
fn no_task_an_account_is_refused() {
	build_and_execute(|| {
		MaxOpenPerAccount::set(0);
		integrity();
	});
}

#[test]
#[should_panic(expected = "due again at once")]
fn a_draw_that_does_not_back_off_is_refused() {
	build_and_execute(|| {
		DrawRetry::set(0);
		integrity();
	});
}

#[test]
#[should_panic(expected = "not be tried again in its window")]
fn a_back_off_past_the_window_is_refused() {
	build_and_execute(|| {
		DrawRetry::set(DRAW_BLOCKS + 1);
		integrity();
	});
}

#[test]
#[should_panic(expected = "freeze does not fit")]
fn a_share_too_small_for_a_freeze_is_refused() {
	build_and_execute(|| {
		// 500 units: enough for all but the freeze of 512 dealings with the largest threshold
		PollShare::set(Perbill::from_rational(50_000u64, 10_000_000));
		integrity();
	});
}

/// What is remembered of the dealers is looked at in the same step.
#[test]
#[should_panic(expected = "freeze does not fit")]
fn a_share_too_small_for_what_dealers_agreed_to_is_refused() {
	build_and_execute(|| {
		// 536 units: the sharing's part of the freeze fits alone, with 534
		PollShare::set(Perbill::from_rational(53_600u64, 10_000_000));
		integrity();
	});
}

#[test]
#[should_panic(expected = "freeze does not fit beside a draw")]
fn a_share_too_small_for_a_freeze_beside_a_draw_is_refused() {
	build_and_execute(|| {
		// 560 units: the freeze's 538 fit, but not while the 44 of a draw wait
		PollShare::set(Perbill::from_rational(56_000u64, 10_000_000));
		integrity();
	});
}

#[test]
fn the_longest_task_has_every_window_at_its_longest() {
	build_and_execute(|| {
		// Of the longest proofs a block's quarter takes one
		let verify = verify_window(VERIFY_BASE, 7, MAX_DEALERS, 1);
		let windows = MAX_ACCEPT + DRAW_BLOCKS + MAX_COLLECT + verify + COMMIT + REVEAL;
		// And a block of the hook for each
		assert_eq!(Tasks::longest_task(), windows + 6);
		// Verifiers wait and challenge as members do
		ask_for_verifiers(4);
		assert_eq!(Tasks::longest_task(), windows + 6 + 4 * 2 + 4);
	});
}

#[test]
fn genesis_marks_an_insecure_chain() {
	build_and_execute(|| assert!(!Tasks::is_insecure()));
	let genesis = pallet_tasks_genesis(true);
	let mut ext = TestState::new(genesis);
	ext.execute_with(|| assert!(Tasks::is_insecure()));
}

fn pallet_tasks_genesis(insecure: bool) -> frame::deps::sp_core::storage::Storage {
	let tasks = GenesisConfig { insecure, ..Default::default() };
	RuntimeGenesisConfig { tasks, ..Default::default() }.build_storage().unwrap()
}
