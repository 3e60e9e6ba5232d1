//! Attestations: a member has checked its share and the proof of every dealing that counts, and disputes none.
//!
//! An attestation binds its member to nothing but the dealings that it is about, by their running hash: on a fork with
//! others it is refused. Who has attested may still accuse and challenge: it attested to what it knew. When all members that are still
//! awaited have attested, verification ends with the present block; a silent one costs the others the window.

use crate::{types::Seats as SeatStates, Config, Error, Event, Pallet, Sharings};
use frame::prelude::*;
use ostraka_primitives::{
	task::{Seat, TaskStatus},
	traits::TaskView,
	Digest, TaskId,
};

/// An attestation that is due to be taken.
pub(crate) struct Attestation {
	/// The task.
	pub view: TaskView,
	/// The member.
	pub member: Seat,
	/// The members' states.
	seats: SeatStates,
}

impl<T: Config> Pallet<T> {
	/// Everything that an attestation must satisfy, signature apart.
	pub(crate) fn check_attest(
		task: TaskId,
		seat: u8,
		dealt: &Digest,
	) -> Result<Attestation, Error<T>> {
		let view = Self::task(task)?;
		let TaskStatus::Verifying { until } = view.status else { return Err(Error::WrongPhase) };
		ensure!(Self::now() <= until, Error::DeadlinePassed);
		let (member, seats, state) = Self::seat(task, seat, &view)?;
		// Nobody is excused yet: that takes an accusation after the deadline.
		ensure!(state.is_awaited(), Error::AccusationsForfeited);
		ensure!(!state.attested, Error::AlreadyAttested);
		let sharing = Sharings::<T>::get(task).ok_or(Error::Corrupt)?;
		ensure!(sharing.dealt == *dealt, Error::WrongDealings);
		Ok(Attestation { view, member, seats })
	}

	pub(crate) fn do_attest(task: TaskId, seat: u8, dealt: Digest) -> DispatchResult {
		let Attestation { view, member, mut seats } = Self::check_attest(task, seat, &dealt)?;
		Self::change_seat(task, seat, &mut seats, |state| state.attested = true)?;
		let attested = seats.iter().filter(|state| state.attested).count() as u32;
		Self::deposit_event(Event::Attested { task, seat, node: member.account, attested });
		Self::note_progress(task, &view.status, &seats);
		Ok(())
	}
}
