//! What the sharing sees of the book.

use crate::*;
use ostraka_primitives::traits::{TaskBook, TaskView};

impl<T: Config> TaskBook for Pallet<T> {
	fn view(task: TaskId) -> Option<TaskView> {
		let drawn = DrawnTasks::<T>::get(task)?;
		Some(TaskView {
			protocol: drawn.protocol,
			task_hash: drawn.task_hash,
			threshold: drawn.threshold,
			length: drawn.length,
			accepted: drawn.accepted,
			status: Statuses::<T>::get(task)?,
			committee: drawn.committee,
		})
	}

	fn status(task: TaskId) -> Option<TaskStatus> {
		Statuses::<T>::get(task)
	}

	fn has_accepted(task: TaskId, dealer: &AccountId) -> bool {
		Cohorts::<T>::get(task, dealer).flatten().is_some()
	}

	fn all_dealt(task: TaskId) {
		Self::end_collecting(task, true);
	}

	fn all_committed(task: TaskId) {
		Self::end_committing(task, true);
	}

	fn all_revealed(task: TaskId) {
		Self::end_revealing(task);
	}
}
