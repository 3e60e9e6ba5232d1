//! What all calls ask of a task: the block, the task as the book has it, a seat's keys and state, how far all are, and
//! whether the phase has anything left to wait for.
//!
//! Seats stand in one row, the committee's before the panel's. Both kinds attest and challenge; what takes a share (accusing,
//! committing, revealing) is the committee's alone, and so is what these phases wait for.

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

	/// Who has a seat and is not convicted of a wrong share, with all seats' states and its own.
	pub(crate) fn seat(
		task: TaskId,
		seat: u8,
		view: &TaskView,
	) -> Result<(Seat, SeatStates, SeatState), Error<T>> {
		let index = seat_index(seat).ok_or(Error::UnknownSeat)?;
		let member = view.seat(seat).cloned().ok_or(Error::UnknownSeat)?;
		let seats = Seats::<T>::get(task).ok_or(Error::Corrupt)?;
		let state = *seats.get(index).ok_or(Error::Corrupt)?;
		ensure!(!state.is_convicted(), Error::SeatConvicted);
		Ok((member, seats, state))
	}

	/// Nobody but a member has a share.
	pub(crate) fn ensure_member(seat: u8, view: &TaskView) -> Result<(), Error<T>> {
		ensure!(view.computes(seat), Error::UnknownSeat);
		Ok(())
	}

	/// Changes one seat's state and writes all of them.
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

	/// Tells the task book when a phase has nothing left to wait for. Verification waits for committee and panel, the others
	/// for the committee. Revealing waits for members that need not answer too, as long as the result may depend on them.
	/// Verification has a last block in any case, in which to end early means nothing.
	pub(crate) fn note_progress(task: TaskId, view: &TaskView, seats: &SeatStates) {
		let done = |states: &[SeatState], has_done: fn(&SeatState) -> bool| {
			states.iter().all(|state| has_done(state) || !state.is_awaited())
		};
		// The states are as many as the seats, since the task was opened.
		let committee = seats.get(..view.committee.len()).unwrap_or(seats);
		let all_answered = || committee.iter().all(|state| state.answer.is_some());
		match view.status {
			TaskStatus::Verifying { until }
				if Self::now() < until && done(seats, |state| state.attested) =>
			{
				T::Tasks::all_attested(task)
			},
			TaskStatus::Committing { .. }
				if done(committee, |state| state.commitment.is_some()) =>
			{
				T::Tasks::all_committed(task)
			},
			TaskStatus::Revealing { .. }
				if done(committee, |state| state.answer.is_some())
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
		let (committee, _) = sharing.parts(&seats);
		let count = |has: fn(&SeatState) -> bool| {
			committee.iter().filter(|state| has(state)).count() as u32
		};
		Counters {
			dealings: sharing.dealings,
			excluded: sharing.excluded,
			attested: count(SeatState::attestation_stands),
			committed: count(|state| state.commitment.is_some()),
			right_shares: count(SeatState::is_right),
			verified: sharing.attested_by(&seats),
			disproven: sharing.disproven,
			masked: sharing.masked,
		}
	}
}
