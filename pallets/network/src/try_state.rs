//! The pallet's invariants, one function each.

use crate::*;
use frame::deps::sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks all invariants.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::classes_are_sound()?;
		Self::members_have_a_block_to_answer()
	}

	fn classes_are_sound() -> Result<(), TryRuntimeError> {
		ensure!(Classes::<T>::get().is_sound(), "an unsound class");
		Ok(())
	}

	fn members_have_a_block_to_answer() -> Result<(), TryRuntimeError> {
		ensure!(AnswerWindow::<T>::get() > 0, "no block to answer in");
		Ok(())
	}
}
