//! What the parameters must be, checked when a runtime is built.

use crate::*;

impl<T: Config> Pallet<T> {
	/// See `integrity_test` of the pallet's hooks. Panics name what does not hold.
	pub(crate) fn check_parameters() {
		assert!(T::PolicyDeposit::get() > 0, "policies would fill the state for nothing");
		assert!(T::LooseningDelay::get() > 0, "a policy could be loosened just before a task");
	}
}
