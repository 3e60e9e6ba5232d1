//! Attestations: who has a seat has checked commitments and proof of every dealing that counts and, a member, its share of
//! it, and disputes none.
//!
//! An attestation is about the dealings that were taken, less those that were excluded: it names both by their running hashes.
//! On a fork with others it is refused, and so is one that was under way while a dealing was excluded. So it never speaks for a
//! dealing that its author had seen excluded, nor is an honest one about a dealing that its author had not seen.
//!
//! Who has attested may still accuse and challenge: it attested to what it knew. When all seats of both kinds that are still
//! awaited have attested, verification ends with the present block; a silent one costs the others the window.
//!
//! An attestation can be shown to be false, as long as disputes are judged: by a dealing that counted then and is invalid in a way
//! that everybody can see ([`dispute`](crate::dispute)). A share that was wrong shows nothing: only its member could know.

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
	/// Who attests.
	pub author: Seat,
	/// All seats' states.
	seats: SeatStates,
}

impl<T: Config> Pallet<T> {
	/// Everything that an attestation must satisfy, signature apart.
	pub(crate) fn check_attest(
		task: TaskId,
		seat: u8,
		dealt: &Digest,
		excluded: &Digest,
	) -> Result<Attestation, Error<T>> {
		let view = Self::task(task)?;
		let TaskStatus::Verifying { until } = view.status else { return Err(Error::WrongPhase) };
		ensure!(Self::now() <= until, Error::DeadlinePassed);
		let (author, seats, state) = Self::seat(task, seat, &view)?;
		// Nobody is excused yet: that takes an accusation after the deadline.
		ensure!(state.is_awaited(), Error::AccusationsForfeited);
		ensure!(!state.attested, Error::AlreadyAttested);
		let sharing = Sharings::<T>::get(task).ok_or(Error::Corrupt)?;
		let named = sharing.dealt == *dealt && sharing.excluded_hash == *excluded;
		ensure!(named, Error::WrongDealings);
		Ok(Attestation { view, author, seats })
	}

	pub(crate) fn do_attest(
		task: TaskId,
		seat: u8,
		dealt: Digest,
		excluded: Digest,
	) -> DispatchResult {
		let Attestation { view, author, mut seats } =
			Self::check_attest(task, seat, &dealt, &excluded)?;
		Self::change_seat(task, seat, &mut seats, |state| state.attested = true)?;
		let attested = seats.iter().filter(|state| state.attested).count() as u32;
		Self::deposit_event(Event::Attested { task, seat, node: author.account, attested });
		Self::note_progress(task, &view, &seats);
		Ok(())
	}
}
