//! Putting a task back that has fallen off the agenda.
//!
//! The hook looks at what is on the agenda, or waits for its settlement, and at nothing else: an open task without an entry stands still, and with it its
//! escrow, its dealers' deposits and its seats' stake. A call that moves it gives it an entry again, if there is room; but most
//! ends of phases are the hook's alone. No call takes an open task's entry away. What can:
//!
//! - An agenda that does not decode reads as empty, and is overwritten as the next task moves: after an upgrade that lowers
//!   [`Config::MaxOpenTasks`] below what is open, or that changes entries and migrates none.
//! - A task whose status does not decode counts as unknown, and loses its entry at its next look.
//! - A draw without its plan loses its entry, as nothing says what to draw: all it can still do is end with its window.
//! - An agenda without room takes no entry of a task that had none.
//!
//! # Invariants
//! A poke moves no task and changes nothing but the agenda and the list of what is not settled. The entry stands where the task's state says, or later, never
//! earlier: so nobody gains a look before its time by it, and one on the agenda stays where it is.

use crate::{machine::Machine, poll::retry_after, *};

impl<T: Config> Pallet<T> {
	/// See [`Pallet::poke`].
	pub(crate) fn do_poke(task: TaskId) -> DispatchResult {
		let status = Statuses::<T>::get(task).ok_or(Error::<T>::UnknownTask)?;
		let (agenda, unsettled) = (Agenda::<T>::get(), Unsettled::<T>::get());
		let is_listed = agenda.iter().any(|due| due.task == task) || unsettled.contains(&task);
		ensure!(!is_listed, Error::<T>::NothingToDo);
		let has_ended = matches!(status, TaskStatus::Settling(_));
		let due = Self::place(task, status);
		ensure!(has_ended || due.is_some(), Error::<T>::NothingToDo);
		let listed = agenda.len().saturating_add(unsettled.len());
		ensure!(listed < T::MaxOpenTasks::get() as usize, Error::<T>::TooManyOpenTasks);
		let at = match due {
			Some(due) => due.at,
			None => Self::now(),
		};
		match due {
			Some(due) => Self::reschedule(task, Some(due)),
			None => Self::await_settlement(task),
		}
		Self::deposit_event(Event::PutBack { task, at });
		Ok(())
	}

	/// The entry of a task in this state on the agenda, by what is stored of it alone. One that is overdue keeps its block, so that the
	/// next look finds it; a task that has ended has none.
	fn place(task: TaskId, status: TaskStatus) -> Option<Due> {
		let due = |at: BlockNumber| Due { at, task, epoch: None };
		match status {
			TaskStatus::Drawing { until } => {
				Some(Self::place_of_draw(task, until).unwrap_or(due(until.saturating_add(1))))
			},
			// There is a dealing: nothing ends it before its deadline
			TaskStatus::Collecting { until, .. } if T::Sharing::dealings(task) > 0 => {
				Some(due(until.saturating_add(1)))
			},
			_ => status.due_at(Self::now()).map(due),
		}
	}

	/// The entry of a draw that may still succeed: none if its window is over, or nothing says how to draw. When it was last
	/// tried nobody noted, so that a pause after a try counts from now.
	fn place_of_draw(task: TaskId, until: BlockNumber) -> Option<Due> {
		let plan = Draws::<T>::get(task).filter(|_| Self::now() <= until)?;
		let (blocks, epoch) = match Self::seed(&plan) {
			Ok(_) => (pause(plan.tries, T::DrawRetry::get(), T::DrawWindow::get()), None),
			Err(None) => (1, None),
			Err(epoch) => (BlockNumber::MAX, epoch),
		};
		Some(Due { at: Self::within_window(until, blocks), task, epoch })
	}
}

/// Blocks to the next try of a draw that has had so many.
fn pause(tries: u8, least: BlockNumber, window: BlockNumber) -> BlockNumber {
	tries.checked_sub(1).map_or(1, |before| retry_after(least, before, window))
}

#[cfg(test)]
mod tests {
	use super::pause;

	/// As after the try itself.
	#[test]
	fn a_pause_is_that_of_the_last_try() {
		let pauses: Vec<_> = (0..6).map(|tries| pause(tries, 10, 1_000)).collect();
		assert_eq!(pauses, [1, 10, 20, 40, 80, 100]);
		assert_eq!(pause(u8::MAX, 10, 1_000), 100);
	}
}
