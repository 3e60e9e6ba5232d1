//! Relations between the parameters, checked when a runtime is built.

use crate::{types::verify_window, *};
use ostraka_primitives::{MAX_COMMITMENTS, MAX_VALIDITY};

/// The largest threshold that a class may come to have.
const MAX_THRESHOLD: u8 = (MAX_COMMITMENTS - 1) as u8;

impl<T: Config> Pallet<T> {
	/// See `integrity_test` of the pallet's hooks. Panics name the relation that does not hold.
	pub(crate) fn check_parameters() {
		Self::check_classes();
		Self::check_windows();
		Self::check_weights();
	}

	fn check_classes() {
		for class in T::Classes::get() {
			assert!(class.is_sound(), "a class has unsound parameters: {class:?}");
			assert!(class.least_dealers <= MAX_DEALERS, "a class needs more dealers than fit");
		}
		assert!(T::MaxOpenTasks::get() > 0, "no task can be open");
	}

	fn check_windows() {
		assert!(T::MinCollect::get() > 0, "dealers need a block");
		assert!(T::MinCollect::get() <= T::MaxCollect::get(), "MinCollect exceeds MaxCollect");
		assert!(T::MinAccept::get() > 0, "dealers need a block to accept");
		assert!(T::MinAccept::get() <= T::MaxAccept::get(), "MinAccept exceeds MaxAccept");
		assert!(T::MaxOpenPerAccount::get() > 0, "no account could ask");
		assert!(T::DrawWindow::get() > 0, "a draw needs a block");
		assert!(T::DrawRetry::get() > 0, "a draw that failed would be due again at once");
		assert!(
			T::DrawRetry::get() <= T::DrawWindow::get(),
			"a draw that failed would not be tried again in its window"
		);
		assert!(T::CommitWindow::get() > 0, "members need a block to commit");
		assert!(T::RevealWindow::get() > 0, "members need a block to reveal");
		assert!(Self::longest_life() < BlockNumber::MAX / 2, "the windows are too long");

		let shortest = T::Adjudications::per_block(0);
		let longest = T::Adjudications::per_block(MAX_VALIDITY);
		assert!(longest <= shortest, "longer proofs would be judged faster");
		// Whoever counts them may say one where a quarter of a block takes none: that one fits into a block at all is for the
		// runtime to check, which knows its weight.
		for per_block in [shortest, longest] {
			for class in T::Classes::get() {
				for invited in [class.least_dealers, MAX_DEALERS] {
					let window =
						verify_window(T::VerifyBase::get(), class.all_seats(), invited, per_block);
					let adjudications = u32::from(class.all_seats()).saturating_add(invited);
					assert!(
						window.saturating_mul(per_block) >= adjudications,
						"the verification window lacks room for every accusation and challenge"
					);
				}
			}
		}
	}

	fn check_weights() {
		// A step that does not fit into the hook's share would never be taken.
		let before = T::WeightInfo::poll().saturating_add(T::WeightInfo::advance());
		let freeze = Self::freeze_weight(MAX_DEALERS, MAX_DEALERS, MAX_THRESHOLD);
		for (name, step) in [
			("draw", T::WeightInfo::draw_wait().saturating_add(Self::draw_weight())),
			("freeze", freeze),
			("settle_fee", T::WeightInfo::settle_fee()),
			(
				"settle_sharing",
				T::WeightInfo::settle_sharing().saturating_add(T::Sharing::settle_weight()),
			),
			("free_cohort", T::WeightInfo::free_cohort(1)),
			("close", T::WeightInfo::close()),
		] {
			assert!(
				before.saturating_add(step).all_lte(Self::poll_limit()),
				"the step {name} does not fit into the hook's share of a block"
			);
			// While an older draw waits, at which there was a look, its weight is kept back: `work`.
			let draw = Self::look_weight().saturating_add(Self::draw_weight());
			let beside = before.saturating_add(step).saturating_add(draw);
			assert!(
				name == "draw" || beside.all_lte(Self::poll_limit()),
				"the step {name} does not fit beside a draw"
			);
		}
	}
}
