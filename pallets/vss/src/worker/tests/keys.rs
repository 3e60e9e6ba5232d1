//! The node's worker keys.

use crate::worker::{keys, Hex, LOG_TARGET};
use frame::{log, testing_prelude::TestState};
use ostraka_primitives::{MAX_ASSIGNMENTS, WORKER_KEY_TYPE};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use std::sync::Mutex;

/// Keeps what the worker logs as errors.
struct Listener(Mutex<Vec<String>>);

impl log::Log for Listener {
	fn enabled(&self, metadata: &log::Metadata) -> bool {
		metadata.target() == LOG_TARGET
	}
	fn log(&self, record: &log::Record) {
		if self.enabled(record.metadata()) {
			self.0.lock().expect("not poisoned").push(record.args().to_string());
		}
	}
	fn flush(&self) {}
}

static LISTENER: Listener = Listener(Mutex::new(Vec::new()));

#[test]
fn keys_beyond_the_limit_are_left_out_and_the_log_says_so() {
	log::set_logger(&LISTENER).expect("no other test listens");
	log::set_max_level(log::LevelFilter::Error);
	let keystore = MemoryKeystore::new();
	let said = |keystore: &MemoryKeystore| {
		let mut state = TestState::new_empty();
		state.register_extension(KeystoreExt::new(keystore.clone()));
		let keys = state.execute_with(keys::local);
		let mut said = LISTENER.0.lock().expect("not poisoned");
		said.retain(|line| line.contains("worker keys in the keystore"));
		(keys, core::mem::take(&mut *said))
	};
	for number in 0..MAX_ASSIGNMENTS {
		keystore.ed25519_generate_new(WORKER_KEY_TYPE, Some(&format!("//{number}"))).unwrap();
	}
	let (all, silence) = said(&keystore);
	assert_eq!((all.len(), silence.len()), (MAX_ASSIGNMENTS as usize, 0));

	keystore.ed25519_generate_new(WORKER_KEY_TYPE, Some("//one more")).unwrap();
	let (some, lines) = said(&keystore);
	assert_eq!(some.len(), MAX_ASSIGNMENTS as usize);
	let mut there = keystore.ed25519_public_keys(WORKER_KEY_TYPE);
	there.sort_unstable();
	let [line] = lines.as_slice() else { panic!("{lines:?}") };
	let left_out = Hex(&there.last().expect("257 keys").0).to_string();
	assert!(line.starts_with("257 worker keys") && line.contains(&left_out), "{line}");
}
