//! Relations between the parameters, checked when a runtime is built.

use crate::{types::MAX_WINDOW, *};

impl<T: Config> Pallet<T> {
	/// See `integrity_test` of the pallet's hooks. Panics name the relation that does not hold.
	pub(crate) fn check_parameters() {
		assert!(T::MinStake::get() > 0, "a draw by stake needs stakes above zero");
		assert!(T::StakeCap::get() > 0, "no stake would count in a draw");
		assert!(T::SeatStake::get() > 0, "a fault in a seat would cost nothing");
		assert!(
			T::SeatStake::get() <= Self::least_to_stay(),
			"a node with the least stake could take no seat"
		);
		assert!(T::MaxNodes::get() > 0, "nobody could be in selection");
		assert!(T::MaxAbsences::get() > 0, "every node would count as absent too often");
		assert!(
			T::MaxAbsences::get() <= T::AbsenceWindow::get(),
			"no node would ever count as absent too often"
		);
		assert!(T::AbsenceWindow::get() <= MAX_WINDOW, "nobody remembers so many tasks");
		assert!(
			T::UnbondingPeriod::get() > T::LongestTask::get(),
			"a member could withdraw its stake before its task's faults are proven"
		);
		// What a slash takes is set apart when it is proven, so that no withdrawal reaches it however long it is deferred. But who
		// leaves when its task begins must know what it loses before the rest of its stake is out.
		assert!(
			T::SlashDeferral::get() < T::UnbondingPeriod::get(),
			"who leaves would have its stake before it is decided what it loses"
		);
	}
}
