//! What gives proof back to the task book's hook, against recorders that are missing, fail or go back, against meters that
//! change, and against steps that add more than they claimed.

use frame_support::weights::{Weight, WeightMeter};
use ostraka_primitives::traits::Reclaim;
use ostraka_runtime::configs::ostraka::{ProofReclaim, UnseenKept};
use sp_io::TestExternalities;
use sp_trie::{proof_size_extension::ProofSizeExt, ProofSizeProvider};
use std::sync::{
	atomic::{AtomicUsize, Ordering},
	Arc,
};

/// What a recorder says when it does not record.
const NONE: usize = usize::MAX;
/// What the meter gave, and the recorder saw, before the step of a test.
const BEFORE: u64 = 500;
const SEEN: usize = 1_000;
/// What the meter has.
const LIMIT: u64 = 10_000;

/// A recorder that says what a test wants.
#[derive(Clone)]
struct Recorder(Arc<AtomicUsize>);

impl Recorder {
	fn says(&self, bytes: usize) {
		self.0.store(bytes, Ordering::Relaxed);
	}
}

impl ProofSizeProvider for Recorder {
	fn estimate_encoded_size(&self) -> usize {
		self.0.load(Ordering::Relaxed)
	}
}

/// Runs this with a recorder that has seen [`SEEN`] bytes, and with a meter that has given [`BEFORE`]. Returns what the meter
/// has given in the end.
fn recorded(test: impl FnOnce(&Recorder, &mut WeightMeter)) -> Weight {
	let recorder = Recorder(Arc::new(AtomicUsize::new(SEEN)));
	let mut state = TestExternalities::new_empty();
	state.register_extension(ProofSizeExt::new(recorder.clone()));
	state.execute_with(|| {
		let mut meter = WeightMeter::with_limit(Weight::from_parts(u64::MAX, LIMIT));
		claim(&mut meter, BEFORE);
		test(&recorder, &mut meter);
		meter.consumed()
	})
}

/// Takes so much proof of the meter, and a unit of time.
fn claim(meter: &mut WeightMeter, proof: u64) {
	meter.try_consume(Weight::from_parts(1, proof)).unwrap();
}

/// What stays claimed.
fn kept(claimed: u64, seen: u64) -> u64 {
	seen + UnseenKept::get().mul_ceil(claimed - seen)
}

#[test]
fn what_was_not_seen_comes_back_but_for_a_part() {
	for (claimed, seen) in [(4_000, 0), (4_000, 1_000), (4_000, 3_999), (4_000, 4_000), (1, 0)] {
		let used = recorded(|recorder, meter| {
			let step = ProofReclaim::begin(meter);
			claim(meter, claimed);
			recorder.says(SEEN + seen as usize);
			step.end(meter);
		});
		// Time does not
		assert_eq!(used, Weight::from_parts(2, BEFORE + kept(claimed, seen)), "{claimed}, {seen}");
	}
}

#[test]
fn without_a_recorder_all_stays_claimed() {
	let mut meter = WeightMeter::with_limit(Weight::from_parts(10, LIMIT));
	TestExternalities::new_empty().execute_with(|| {
		let step = ProofReclaim::begin(&meter);
		claim(&mut meter, 4_000);
		step.end(&mut meter);
	});
	assert_eq!(meter.consumed(), Weight::from_parts(1, 4_000));

	// Nor does anything come back by one that begins or ends to record within a step
	for (before, after) in [(NONE, 0), (NONE, SEEN), (SEEN, NONE), (NONE, NONE)] {
		let used = recorded(|recorder, meter| {
			recorder.says(before);
			let step = ProofReclaim::begin(meter);
			claim(meter, 4_000);
			recorder.says(after);
			step.end(meter);
		});
		assert_eq!(used, Weight::from_parts(2, BEFORE + 4_000), "{before}, {after}");
	}
}

/// A recorder can go back where what it saw is undone. That is no reason to get back more than was claimed.
#[test]
fn no_more_comes_back_than_was_claimed() {
	for claimed in [0, 1, 4_000] {
		for seen in [0, SEEN - 1] {
			let used = recorded(|recorder, meter| {
				let step = ProofReclaim::begin(meter);
				claim(meter, claimed);
				recorder.says(seen);
				step.end(meter);
			});
			assert_eq!(used, Weight::from_parts(2, BEFORE + kept(claimed, 0)), "{claimed}, {seen}");
		}
	}
}

/// Nor where a meter has less left because somebody took of its limit.
#[test]
fn a_limit_that_changes_gives_nothing_back() {
	for limit in [5_000, LIMIT, 2 * LIMIT] {
		let used = recorded(|recorder, meter| {
			let step = ProofReclaim::begin(meter);
			claim(meter, 4_000);
			recorder.says(SEEN + 1_000);
			let limit = Weight::from_parts(u64::MAX, limit);
			*meter = WeightMeter::with_consumed_and_limit(meter.consumed(), limit);
			step.end(meter);
		});
		assert_eq!(used.proof_size(), BEFORE + kept(4_000, 1_000), "{limit}");
	}
}

/// A claim that was too small is a wrong weight. The steps after it do not make it worse, as the meter has what it took.
#[test]
fn what_a_step_added_beyond_its_claim_is_taken_of_the_meter() {
	for (seen, used) in [(1_001, 1_001), (3_000, 3_000), (50_000, LIMIT - BEFORE)] {
		let after = recorded(|recorder, meter| {
			let step = ProofReclaim::begin(meter);
			claim(meter, 1_000);
			recorder.says(SEEN + seen);
			step.end(meter);
		});
		assert_eq!(after.proof_size(), BEFORE + used, "{seen}");
	}
}

/// Why steps are not nested. What was recorded stays claimed even then.
#[test]
fn a_step_within_another_would_give_back_twice() {
	let outer = |recorder: &Recorder, meter: &mut WeightMeter, nested: bool| {
		let outer = ProofReclaim::begin(meter);
		claim(meter, 1_000);
		let outer = if nested {
			Some(outer)
		} else {
			outer.end(meter);
			None
		};
		let inner = ProofReclaim::begin(meter);
		claim(meter, 4_000);
		recorder.says(SEEN + 800);
		inner.end(meter);
		if let Some(outer) = outer {
			outer.end(meter);
		}
	};
	let apart = recorded(|recorder, meter| outer(recorder, meter, false)).proof_size();
	let nested = recorded(|recorder, meter| outer(recorder, meter, true)).proof_size();
	assert_eq!(apart, BEFORE + kept(1_000, 0) + kept(4_000, 800));
	assert_eq!(nested, BEFORE + kept(1_000 + kept(4_000, 800), 800));
	assert!(BEFORE + 800 <= nested && nested < apart);
}
