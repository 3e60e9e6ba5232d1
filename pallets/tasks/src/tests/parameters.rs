//! `integrity_test`, genesis, and what the runtime tells of the relay chain.

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
#[should_panic(expected = "exceed a quarter of a block")]
fn too_many_accusations_a_block_are_refused() {
	build_and_execute(|| {
		AccusationsPerBlock::set(51);
		integrity();
	});
}

#[test]
#[should_panic(expected = "no accusation would fit")]
fn no_accusations_a_block_are_refused() {
	build_and_execute(|| {
		AccusationsPerBlock::set(0);
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
		// 500 units: enough for all but the freeze of 512 dealings
		PollShare::set(Perbill::from_rational(50_000u64, 10_000_000));
		integrity();
	});
}

#[test]
#[should_panic(expected = "freeze does not fit beside a draw")]
fn a_share_too_small_for_a_freeze_beside_a_draw_is_refused() {
	build_and_execute(|| {
		// 560 units: the freeze's 519 fit, but not while the 44 of a draw wait
		PollShare::set(Perbill::from_rational(56_000u64, 10_000_000));
		integrity();
	});
}

#[test]
fn the_longest_task_has_every_window_at_its_longest() {
	build_and_execute(|| {
		let verify = verify_window(VERIFY_BASE, 7, MAX_DEALERS, 10);
		let windows = MAX_ACCEPT + DRAW_BLOCKS + MAX_COLLECT + verify + COMMIT + REVEAL;
		// And a block of the hook for each
		assert_eq!(Tasks::longest_task(), windows + 6);
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

#[test]
fn the_first_of_the_relay_epochs_stays_the_first() {
	build_and_execute(|| {
		let first = |since, least| Tasks::first_relay_epoch(since, least);
		let note = |epoch: u64| assert!(Tasks::note_relay_epoch(epoch, [epoch as u8; 32]));
		let known = |epoch: u64| Some(RelayEpoch { epoch, randomness: [epoch as u8; 32] });
		assert_eq!(first(0, 2), None);
		for epoch in [3, 4, 5, 6, 9] {
			note(epoch);
		}
		assert_eq!(first(3, 5), known(5));
		assert_eq!(first(4, 6), known(6));
		// The relay chain skips epochs
		assert_eq!(first(6, 8), known(9));
		// Not there yet
		assert_eq!(first(8, 10), None);
		// Nothing was told of from `since` to then, so it may not be the first
		assert_eq!(first(7, 9), None);
		assert_eq!(first(1, 3), None);
		for epoch in 10..10 + u64::from(MAX_RELAY_EPOCHS) - 5 {
			note(epoch);
			assert_eq!(first(3, 5), known(5));
		}
		// All places are taken: with 3 and 4 forgotten nobody knows that 5 was the first
		note(100);
		assert_eq!(first(3, 5), known(5));
		note(101);
		assert_eq!(first(3, 5), None);
		assert_eq!(first(5, 7), known(9));
		assert_eq!(RelayEpochs::<Test>::get().len(), MAX_RELAY_EPOCHS as usize);
	});
}

#[test]
fn the_newest_relay_epoch_is_kept() {
	build_and_execute(|| {
		assert_eq!(Tasks::relay_epoch(), None);
		assert!(Tasks::note_relay_epoch(0, [1; 32]));
		assert!(Tasks::note_relay_epoch(4, [4; 32]));
		assert!(!Tasks::note_relay_epoch(4, [5; 32]));
		assert!(!Tasks::note_relay_epoch(3, [3; 32]));
		assert_eq!(Tasks::relay_epoch(), Some(RelayEpoch { epoch: 4, randomness: [4; 32] }));
	});
}

#[test]
fn the_first_of_the_relay_blocks_stays_the_first() {
	build_and_execute(|| {
		let first = Tasks::first_relay_block;
		let note = |number: u32| Tasks::note_relay_block(number, [number as u8; 32]);
		let known = |number: u32| Some(RelayBlock { number, randomness: [number as u8; 32] });
		assert_eq!(first(0), None);
		for number in [3, 4, 7] {
			note(number);
		}
		assert_eq!(first(4), known(4));
		// Blocks that no block of ours was built on
		assert_eq!(first(5), known(7));
		assert_eq!(first(7), known(7));
		// Not there yet
		assert_eq!(first(8), None);
		// Nothing was told of before, so it may not be the first
		assert_eq!(first(3), None);
		assert_eq!(first(0), None);

		let places = MAX_RELAY_BLOCKS - 3;
		for number in 8..8 + places {
			note(number);
			assert_eq!(first(4), known(4));
		}
		assert_eq!(RelayBlocks::<Test>::get().len(), MAX_RELAY_BLOCKS as usize);
		// All places are taken: with 3 forgotten nobody knows that 4 was the first
		note(100);
		assert_eq!(first(4), None);
		assert_eq!(first(5), known(7));
		note(101);
		assert_eq!(first(5), None);
		assert_eq!(first(8), known(8));
		assert_eq!(first(8 + places), known(100));
		assert_eq!(RelayBlocks::<Test>::get().len(), MAX_RELAY_BLOCKS as usize);
	});
}

/// Several blocks on one relay parent see what the first of them saw, and an older one changes nothing.
#[test]
fn only_newer_relay_blocks_are_noted() {
	build_and_execute(|| {
		Tasks::note_relay_block(5, [5; 32]);
		Tasks::note_relay_block(6, [6; 32]);
		let before = RelayBlocks::<Test>::get();
		for number in [6, 5, 1] {
			Tasks::note_relay_block(number, [9; 32]);
		}
		assert_eq!(RelayBlocks::<Test>::get(), before);
		let known = RelayBlock { number: 6, randomness: [6; 32] };
		assert_eq!(Tasks::first_relay_block(6), Some(known));
	});
}

/// The hook has to wake draws once an epoch.
#[test]
fn a_new_epoch_is_told_once() {
	build_and_execute(|| {
		assert!(Tasks::note_relay_epoch(4, [4; 32]));
		assert_eq!(EpochTold::<Test>::get(), Some(4));
		next_block(Weight::zero());
		assert_eq!(EpochTold::<Test>::get(), Some(4), "without weight it is kept");
		next_block(Weight::MAX);
		assert_eq!(EpochTold::<Test>::get(), None);
		assert!(!Tasks::note_relay_epoch(4, [5; 32]));
		assert_eq!(EpochTold::<Test>::get(), None);
	});
}
