//! What steps claim of the proof in vain comes back within the block. That no step is within another, where it would come back
//! twice, the mock checks whenever the hook runs.

use super::{
	settlement::{ended, stage},
	*,
};
use crate::types::Stage;
use ostraka_primitives::task::{Outcome::*, TaskStatus::*};
use SecurityClass::Standard;

/// Bytes of a unit.
const UNIT: u64 = 100;
/// Of what a look at a draw claims, a quarter is kept at least. Looking at the agenda gives nothing back.
const LOOK: u64 = UNIT;
const WAIT: u64 = 4 * UNIT / 4;
/// And of a draw.
const DRAW: u64 = 40 * UNIT / 4;

/// The proof is recorded, and grows by so much with each thing that a neighbour does.
fn record(grows: u64) {
	world(|world| {
		world.recorded = Some(0);
		world.grows = grows;
	});
}

/// So much time, and so much proof.
fn limit(time: u64, proof: u64) -> Weight {
	Weight::from_parts(units(time).ref_time(), units(proof).proof_size())
}

fn drawn_of(tasks: &[TaskId]) -> usize {
	tasks.iter().filter(|task| matches!(status(**task), Collecting { .. })).count()
}

#[test]
fn a_draw_leaves_what_it_did_not_take_to_the_next_one() {
	build_and_execute(|| {
		// The looks at all eight leave a share of 100 units with enough for one draw
		let tasks: Vec<_> = (0..MAX_OPEN).map(|_| consented(Standard)).collect();
		set_share(100);
		assert_eq!(next_block(Weight::MAX), units(1 + 8 * 4 + 40));
		assert_eq!(drawn_of(&tasks), 1);
	});
	build_and_execute(|| {
		let tasks: Vec<_> = (0..MAX_OPEN).map(|_| consented(Standard)).collect();
		set_share(100);
		record(0);
		// The last one begins with 41 units left. Each takes its whole time
		let proof = LOOK + 8 * WAIT + 6 * DRAW;
		let used = Weight::from_parts(units(1 + 8 * 4 + 6 * 40).ref_time(), proof);
		assert_eq!(next_block(Weight::MAX), used);
		assert_eq!(drawn_of(&tasks), 6);
		next_block(Weight::MAX);
		assert_eq!(drawn_of(&tasks), 8);
	});
}

/// What was recorded stays claimed, beside the quarter of the rest.
#[test]
fn what_is_recorded_does_not_come_back() {
	for (grows, kept) in [(0, DRAW), (500, 1_000 + 3_000 / 4), (2_000, 4_000), (5_000, 4_000)] {
		build_and_execute(|| {
			consented(Standard);
			record(grows);
			assert_eq!(next_block(Weight::MAX).proof_size(), LOOK + WAIT + kept, "{grows}");
		});
	}
}

#[test]
fn draws_that_do_not_fit_wait_for_as_many_as_a_block_had() {
	build_and_execute(|| {
		let tasks: Vec<_> = (0..MAX_OPEN).map(|_| consented(Standard)).collect();
		// By its bounds a block has room for one
		set_share(60);
		record(0);
		for drawn in [2, 4, 6, 8] {
			let used = next_block(Weight::MAX).proof_size();
			assert_eq!(drawn_of(&tasks), drawn);
			// No block looks at more than it can draw, but the first
			let looks = if drawn == 2 { 8 } else { 2 };
			assert_eq!(used, LOOK + looks * WAIT + 2 * DRAW);
		}
	});
}

/// A weight that is kept back for a draw is that of its bound, whatever came back before.
#[test]
fn a_draw_still_needs_its_bound_to_begin() {
	build_and_execute(|| {
		let task = consented(Standard);
		record(0);
		let begins = LOOK + WAIT + 40 * UNIT;
		next_block(Weight::from_parts(u64::MAX, begins - 1));
		assert_eq!(drawn_of(&[task]), 0);
		next_block(Weight::from_parts(u64::MAX, begins));
		assert_eq!(drawn_of(&[task]), 1);
	});
}

#[test]
fn a_settlement_goes_on_with_what_came_back() {
	build_and_execute(|| {
		let task = ended(20);
		world(|world| world.settle_steps = 100);
		record(0);
		// Without a recorder, 15 of the sharing's steps
		let used = next_block(limit(1_000, 60));
		assert_eq!(status(task), Settled(Completed));
		assert_eq!(journal(task)[4..], settled_drawn(task, true, Ending::Completed));
		// The whole time; a quarter of the look, the fee, three chunks of the sharing, the cohort, the close
		let time = units(1 + 2 + 40 + 2 + 100 + 21 + 10).ref_time();
		let quarters = [2, 40, 2 + 46, 36, 18, 21, 10].map(|claimed| claimed * UNIT / 4);
		let proof = LOOK + quarters.into_iter().sum::<u64>();
		assert_eq!(used, Weight::from_parts(time, proof));
	});
}

#[test]
fn chunks_get_smaller_until_nothing_fits() {
	build_and_execute(|| {
		let task = ended(20);
		world(|world| world.settle_steps = 0);
		next_block(units(1 + 2 + 40 + 2));
		assert_eq!(stage(task), Some(Stage::Cohort));
		record(0);
		next_block(limit(1_000, 1 + 2 + 6));
		assert_eq!(Tasks::dealers(task).len(), 20 - (6 + 4 + 3 + 2 + 1 + 1));
		assert_eq!(stage(task), Some(Stage::Cohort));
	});
}

#[test]
fn time_does_not_come_back() {
	build_and_execute(|| {
		let task = ended(20);
		world(|world| world.settle_steps = 100);
		record(0);
		let time = 1 + 2 + 40 + 2 + 50;
		let used = next_block(limit(time, 1_000));
		assert_eq!(used.ref_time(), units(time).ref_time());
		assert_eq!(world(|world| world.steps_done[&task]), 50);
		assert_eq!(stage(task), Some(Stage::Sharing));
	});
}

/// What steps take of the proof is what was recorded, all told, and never less, whatever each of them reads.
#[test]
fn a_block_claims_at_least_what_was_recorded() {
	for grows in [1, 30, 70, 99, 100] {
		build_and_execute(|| {
			let settling = ended(20);
			world(|world| world.settle_steps = 30);
			let tasks: Vec<_> = (0..4).map(|_| consented(Standard)).collect();
			record(grows);
			let used = next_block(Weight::MAX).proof_size();
			let recorded = world(|world| world.recorded).unwrap();
			assert!(is_settled(status(settling)) && drawn_of(&tasks) == 4);
			assert!(recorded >= 30 * grows && used >= recorded, "{used} for {recorded}");
		});
	}
}
