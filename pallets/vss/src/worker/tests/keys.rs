//! The node's worker keys.

use crate::worker::{keys::within_limit, Hex};
use ostraka_primitives::{WorkerKey, MAX_ASSIGNMENTS};

fn keys(count: u32) -> Vec<WorkerKey> {
	let key = |number: u32| {
		let mut bytes = [0; 32];
		bytes[..4].copy_from_slice(&number.to_be_bytes());
		WorkerKey::from_raw(bytes)
	};
	(0..count).rev().map(key).collect()
}

#[test]
fn keys_beyond_the_limit_are_left_out_and_the_log_says_so() {
	let (all, warning) = within_limit(keys(MAX_ASSIGNMENTS));
	assert_eq!((all.len(), warning), (MAX_ASSIGNMENTS as usize, None));

	let mut twice = keys(MAX_ASSIGNMENTS);
	twice.extend(keys(3));
	assert_eq!(within_limit(twice), (all.clone(), None), "one key counts once");

	let more = keys(MAX_ASSIGNMENTS + 2);
	let first = Hex(&more[1].0).to_string();
	let (some, warning) = within_limit(more);
	assert_eq!(some, all);
	let warning = warning.expect("two are too many");
	let count = format!("{} worker keys", MAX_ASSIGNMENTS + 2);
	assert!(warning.starts_with(&count) && warning.contains(&first), "{warning}");
}
