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
		MinCollect::set(101);
		integrity();
	});
}

#[test]
#[should_panic(expected = "known at submission")]
fn a_draw_at_submission_is_refused() {
	build_and_execute(|| {
		DrawDelay::set(0);
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
