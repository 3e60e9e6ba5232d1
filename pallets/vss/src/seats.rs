//! What all calls ask of a task: the block, the task as the book has it, a member's place and state, how far all are, and
//! whether the phase has anything left to wait for.

use crate::{
	types::{seat_index, SeatState, Seats as SeatStates},
	Config, Counters, Error, Pallet, Results, Seats, Sharings,
};
use frame::prelude::*;
use ostraka_primitives::{
	task::{Seat, TaskStatus},
	traits::{TaskBook, TaskView},
	BlockNumber, TaskId,
};
use ostraka_protocol::Version;

impl<T: Config> Pallet<T> {
	/// Number of the present block.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	/// An open task whose committee is drawn, of a version of the protocol that is known here.
	pub(crate) fn task(task: TaskId) -> Result<TaskView, Error<T>> {
		let view = T::Tasks::view(task).ok_or(Error::UnknownTask)?;
		Version::from_number(view.protocol).map_err(|_| Error::UnknownProtocol)?;
		Ok(view)
	}

	/// A member that is not convicted of a wrong share, with all members' states and its own.
	pub(crate) fn seat(
		task: TaskId,
		seat: u8,
		view: &TaskView,
	) -> Result<(Seat, SeatStates, SeatState), Error<T>> {
		let index = seat_index(seat).ok_or(Error::UnknownSeat)?;
		let member = view.committee.get(index).cloned().ok_or(Error::UnknownSeat)?;
		let seats = Seats::<T>::get(task).ok_or(Error::Corrupt)?;
		let state = *seats.get(index).ok_or(Error::Corrupt)?;
		ensure!(!state.is_convicted(), Error::SeatConvicted);
		Ok((member, seats, state))
	}

	/// Changes one member's state and writes all of them.
	pub(crate) fn change_seat(
		task: TaskId,
		seat: u8,
		seats: &mut SeatStates,
		change: impl FnOnce(&mut SeatState),
	) -> DispatchResult {
		let state = seat_index(seat).and_then(|index| seats.get_mut(index));
		change(state.ok_or(Error::<T>::Corrupt)?);
		Seats::<T>::insert(task, &*seats);
		Ok(())
	}

	/// Tells the task book when a phase has nothing left to wait for. Revealing waits for members that need not answer
	/// too, as long as the result may depend on them. Verification has a last block in any case, in which to end early
	/// means nothing.
	pub(crate) fn note_progress(task: TaskId, status: &TaskStatus, seats: &SeatStates) {
		let done = |has_done: fn(&SeatState) -> bool| {
			seats.iter().all(|state| has_done(state) || !state.is_awaited())
		};
		let all_answered = || seats.iter().all(|state| state.answer.is_some());
		match *status {
			TaskStatus::Verifying { until }
				if Self::now() < until && done(|state| state.attested) =>
			{
				T::Tasks::all_attested(task)
			},
			TaskStatus::Committing { .. } if done(|state| state.commitment.is_some()) => {
				T::Tasks::all_committed(task)
			},
			TaskStatus::Revealing { .. }
				if done(|state| state.answer.is_some())
					&& (Results::<T>::contains_key(task) || all_answered()) =>
			{
				T::Tasks::all_revealed(task)
			},
			_ => {},
		}
	}

	/// How far the task is.
	pub(crate) fn count(task: TaskId) -> Counters {
		let (Some(sharing), Some(seats)) = (Sharings::<T>::get(task), Seats::<T>::get(task)) else {
			return Default::default();
		};
		Counters {
			dealings: sharing.dealings,
			excluded: sharing.excluded,
			attested: seats.iter().filter(|state| state.attested).count() as u32,
			committed: seats.iter().filter(|state| state.commitment.is_some()).count() as u32,
			right_shares: seats.iter().filter(|state| state.is_right()).count() as u32,
		}
	}
}
