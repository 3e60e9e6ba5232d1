//! The upgrade of a chain that has run: of the state at the end of a soak, which is committed. What was done to it by then is in
//! there: settled tasks, their results, convicted nodes, stakes on their way out.
//!
//! A state of an older runtime is migrated to this one; of one of this runtime no migration may be due. Which it is the first test
//! prints. With the feature `try-runtime` the migrations' own checks run, and those of the SDK's pallets.

mod checked;

use checked::{Snapshot, Versions};
use frame_support::traits::StorageVersion;
use frame_system::{LastRuntimeUpgrade, LastRuntimeUpgradeInfo};
use ostraka_primitives::TaskId;
use ostraka_runtime::{Runtime, Tasks, VERSION};
use pallet_tasks::{Booked, Records, Statuses};
use pallet_vss::Results;
use std::path::Path;

const SOAK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/soak.json.gz");

fn soak() -> Snapshot {
	Snapshot::read(Path::new(SOAK)).unwrap_or_else(|error| {
		panic!(
			"{error}\nThat file is the state at the end of a soak. Make it by\n\
			OSTRAKA_SOAK_SNAPSHOT=runtime/tests/snapshots/soak.json.gz make soak"
		)
	})
}

/// Says that the state is of another runtime than it is.
fn of_runtime(spec_version: u32) {
	let spec_name = VERSION.spec_name;
	LastRuntimeUpgrade::<Runtime>::put(LastRuntimeUpgradeInfo {
		spec_version: spec_version.into(),
		spec_name,
	});
}

#[test]
fn the_state_at_the_end_of_a_soak_can_be_upgraded() {
	println!("{}", soak().upgrade().unwrap());
}

/// A state in which nothing happened would prove nothing.
#[test]
fn the_soak_has_left_something() {
	let (tasks, results) = soak().look(|| {
		(Statuses::<Runtime>::iter_keys().count(), Results::<Runtime>::iter_keys().count())
	});
	assert!(tasks >= 20 && results >= 10, "{tasks} tasks, {results} results: take a longer soak");
}

/// The same state one migration back, as a runtime before this one would have left it: it is migrated, and that is said.
#[test]
fn an_older_state_is_migrated() {
	let done = soak().changed_and_upgraded(|| {
		of_runtime(VERSION.spec_version - 1);
		Booked::<Runtime>::kill();
		StorageVersion::new(3).put::<Tasks>();
		assert!(Versions::due().iter().any(|due| due.starts_with("Tasks 3 to ")));
	});
	let done = done.unwrap();
	assert!(done.contains("upgraded from runtime ") && done.contains("Tasks 3 to "), "{done}");
}

/// What must not be upgraded, what should have been migrated, what no migration begins from, and what is lost.
#[test]
fn a_state_with_a_fault_is_refused() {
	fn refused(change: fn(), why: &str) {
		let error = soak().changed_and_upgraded(change).unwrap_err();
		assert!(error.contains(why), "{error}");
	}
	refused(|| of_runtime(VERSION.spec_version + 1), "newer than this one");
	refused(
		|| {
			of_runtime(VERSION.spec_version);
			StorageVersion::new(3).put::<Tasks>();
		},
		"and yet migrations are due",
	);
	// The pallets' own check comes first where it is compiled
	let unknown = match cfg!(feature = "try-runtime") {
		true => "Missing runtime upgrade",
		false => "no migration has done Tasks 0 to ",
	};
	refused(
		|| {
			of_runtime(VERSION.spec_version - 1);
			StorageVersion::new(0).put::<Tasks>();
		},
		unknown,
	);
	refused(
		|| {
			let completed = |task: &TaskId| Results::<Runtime>::contains_key(task);
			let task = Statuses::<Runtime>::iter_keys().find(completed).unwrap();
			Records::<Runtime>::remove(task);
		},
		"a state has no record",
	);
}

/// What none of our invariants looks at does not decode.
#[cfg(feature = "try-runtime")]
#[test]
fn a_state_that_does_not_decode_is_refused() {
	use frame_support::storage::unhashed;

	let done = soak().changed_and_upgraded(|| {
		unhashed::put_raw(&pallet_network::Solo::<Runtime>::hashed_key(), &[7]);
	});
	assert!(done.unwrap_err().contains("try_decode_entire_state"));
}
