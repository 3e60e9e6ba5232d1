//! What a set-up makes once. All repetitions at one point of a benchmark's grid are one call into the runtime, in one memory:
//! state is wiped after each, this is not. So a dealing, which takes up to a second to make in wasm, is made once for all of them.

use alloc::{collections::BTreeMap, vec::Vec};
use codec::Encode;
use spin::Mutex;

/// Values by what they were made of.
pub struct Memo<V>(Mutex<BTreeMap<Vec<u8>, V>>);

impl<V: Clone> Memo<V> {
	/// With nothing in it.
	pub const fn new() -> Self {
		Self(Mutex::new(BTreeMap::new()))
	}

	/// The value that was made of these parameters, which must determine it; `make` makes it if there is none.
	///
	/// # Errors
	/// Those of `make`.
	pub fn get_or<E>(&self, of: impl Encode, make: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
		let key = of.encode();
		if let Some(made) = self.0.lock().get(&key) {
			return Ok(made.clone());
		}
		let made = make()?;
		self.0.lock().insert(key, made.clone());
		Ok(made)
	}
}
