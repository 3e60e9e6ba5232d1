//! What the runtime tells of the relay chain: kept in order, and never answered with something else.

use super::*;
use frame::testing_prelude::*;

/// What is answered of a block or epoch whose randomness is its number.
fn told(number: u64) -> Option<Told> {
	Some(Told { number, randomness: [number as u8; 32] })
}

#[test]
fn the_first_of_the_relay_epochs_stays_the_first() {
	build_and_execute(|| {
		let first = |since, least| Tasks::first_relay_epoch(since, least);
		let note = |epoch: u64| assert!(Tasks::note_relay_epoch(epoch, [epoch as u8; 32]));
		let known = told;
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
		assert_eq!(RelayEpochs::<Test>::get().iter().count(), MAX_RELAY_EPOCHS as usize);
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
		assert_eq!(Tasks::relay_epoch(), told(4));
	});
}

#[test]
fn the_first_of_the_relay_blocks_stays_the_first() {
	build_and_execute(|| {
		let first = Tasks::first_relay_block;
		let note = |number: u32| Tasks::note_relay_block(number, [number as u8; 32]);
		let known = |number: u32| told(number.into());
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
		assert_eq!(RelayBlocks::<Test>::get().iter().count(), MAX_RELAY_BLOCKS as usize);
		// All places are taken: with 3 forgotten nobody knows that 4 was the first
		note(100);
		assert_eq!(first(4), None);
		assert_eq!(first(5), known(7));
		note(101);
		assert_eq!(first(5), None);
		assert_eq!(first(8), known(8));
		assert_eq!(first(8 + places), known(100));
		assert_eq!(RelayBlocks::<Test>::get().iter().count(), MAX_RELAY_BLOCKS as usize);
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
		assert_eq!(Tasks::first_relay_block(6), told(6));
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
