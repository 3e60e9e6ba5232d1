//! What others see of the book: the sharing, and the runtime's API.

use crate::*;
use ostraka_primitives::traits::{TaskBook, TaskView};

impl<T: Config> Pallet<T> {
	/// A task with its cohort, committee and panel, for the runtime API. The counters are the
	/// sharing's: the runtime fills them in. None of a task that is settled and failed before its draw.
	pub fn task_info(task: TaskId) -> Option<TaskInfo> {
		let seated = DrawnTasks::<T>::get(task).map(|drawn| (drawn.committee, drawn.panel));
		let (committee, panel) = seated.unwrap_or_default();
		Some(TaskInfo {
			task: Self::task(task)?,
			committee,
			dealers: Self::dealers(task),
			accepted: Self::accepted(task),
			dealings: 0,
			excluded: 0,
			attested: 0,
			committed: 0,
			right_shares: 0,
			panel,
			verified: 0,
			disproven: 0,
			masked: false,
		})
	}

	/// Number of this block.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}
}

impl<T: Config> TaskBook for Pallet<T> {
	fn view(task: TaskId) -> Option<TaskView> {
		let drawn = DrawnTasks::<T>::get(task)?;
		Some(TaskView {
			protocol: drawn.protocol,
			task_hash: drawn.task_hash,
			threshold: drawn.threshold,
			length: drawn.length,
			proof_length: drawn.proof_length,
			accepted: drawn.accepted,
			status: Statuses::<T>::get(task)?,
			committee: drawn.committee,
			panel: drawn.panel,
			recipient: drawn.conditions.sealed_to,
		})
	}

	fn status(task: TaskId) -> Option<TaskStatus> {
		Statuses::<T>::get(task)
	}

	fn spec(task: TaskId) -> Option<TaskSpec> {
		Records::<T>::get(task).map(|record| record.spec)
	}

	fn has_accepted(task: TaskId, dealer: &AccountId) -> bool {
		Cohorts::<T>::get(task, dealer).is_some_and(|entry| entry.place().is_some())
	}

	fn dealing(task: TaskId, dealer: &AccountId) -> DispatchResult {
		match Cohorts::<T>::get(task, dealer) {
			Some(Invitee::Dealer(Some(acceptance))) => {
				T::Consent::dealt(task, dealer, &acceptance.agreed)
			},
			Some(Invitee::Recipient(Some(_))) => Ok(()),
			_ => Err(Error::<T>::NotInvited.into()),
		}
	}

	/// Nothing is remembered of a mask.
	fn fell_away(task: TaskId, dealer: &AccountId) {
		if let Some(Invitee::Dealer(_)) = Cohorts::<T>::get(task, dealer) {
			T::Consent::fell_away(task, dealer);
		}
	}

	fn all_dealt(task: TaskId) {
		Self::end_collecting(task, true);
	}

	fn all_attested(task: TaskId) {
		Self::end_verifying(task);
	}

	fn all_committed(task: TaskId) {
		Self::end_committing(task, true);
	}

	fn all_revealed(task: TaskId) {
		Self::end_revealing(task);
	}
}
