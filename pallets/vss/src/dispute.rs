//! A dealing that somebody disputes, by an accusation or a challenge, and what becomes of who is guilty.
//!
//! | when | dealer guilty | who has a seat guilty |
//! |---|---|---|
//! | until verification ends | deposit slashed, dealing excluded | slashed, disputes nothing more in this task |
//! | later, until result shares are in | deposit slashed (once), dealing counts on | the same |
//!
//! Guilty is first of all a dealer whose commitments are not all in the subgroup of prime order, whatever else is shown:
//! `deal` does not look at that, and committee and panel do.
//!
//! A dealer is convicted once. One whose dealing is excluded cannot be convicted any more: nobody needs its share. What it can
//! still be challenged for, [`challenge`](crate::challenge) says.
//!
//! # Who attested to it
//! A fault of the commitments or of the input is *public*: everybody can see it without a share. Whoever had attested, the author of
//! the dispute not excepted, attested to a set with this dealing in it, and is *exposed*: its attestation is counted no more,
//! and the book slashes it when the task settles. Until then it goes on as before, since the result may need its share. A fault of
//! a share is seen by its member alone, and exposes nobody; where it excludes a dealing, the record keeps who had attested to it, so
//! that a public fault that is shown later exposes these, and nobody who attested to what was left.
//!
//! One exposer is noted, for its part of what is slashed: who exposed most seats by one dispute, and of several the last. So a liar
//! gains nothing by having an accomplice expose one seat before anybody else: to keep another from being noted takes as many seats of
//! its own as that one exposes, and each is slashed several times what it brings.
//!
//! Once verification has ended a public fault changes no number: the dealing counts on, and the result says of how many this is so
//! (`disproven`), whether it is out already or not.

use crate::{
	types::{standing, SeatState, Seats as SeatStates},
	Config, DealingRecord, Dealings, Error, Event, Pallet, Results, Seats, Sharings, Standing,
};
use alloc::vec::Vec;
use frame::prelude::*;
use ostraka_crypto::vss::UncheckedCommitments;
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	task::{Seat, TaskStatus},
	traits::{Penalties, TaskBook, TaskView},
	AccountId, Digest, PointBytes, TaskId,
};
use ostraka_protocol::{adjudicator::AcceptedDigest, wire, TaskContext};

/// A dealing that belongs to the task, and can be disputed.
pub(crate) struct Dispute {
	/// The task's number.
	pub task: TaskId,
	/// The task.
	pub view: TaskView,
	/// The same as the protocol's functions take it.
	pub ctx: TaskContext,
	/// The dealer.
	pub dealer: AccountId,
	/// What the state holds of the dealing.
	pub record: DealingRecord,
	/// Whether verification is over, so that the accepted set stays as it is.
	pub late: bool,
}

/// Who disputes it.
pub(crate) struct Author {
	/// Its account.
	pub account: AccountId,
	/// Its seat, if it disputes from one.
	pub seat: Option<u8>,
}

/// Who has a seat, and may dispute dealings from it.
pub(crate) struct Seated {
	/// Its number, from 1 on.
	pub number: u8,
	/// Account and keys.
	pub seat: Seat,
	/// Its state.
	pub state: SeatState,
	/// All seats' states.
	pub seats: SeatStates,
}

impl Seated {
	/// As the author of a dispute.
	pub fn author(&self) -> Author {
		Author { account: self.seat.account.clone(), seat: Some(self.number) }
	}
}

impl Dispute {
	/// The digest that the state holds.
	pub fn accepted(&self) -> AcceptedDigest {
		AcceptedDigest::of_state(self.record.digest)
	}
}

impl<T: Config> Pallet<T> {
	/// A task in a phase in which dealings can be disputed, and whether it is too late to exclude one.
	pub(crate) fn disputable(task: TaskId) -> Result<(TaskView, bool), Error<T>> {
		let view = Self::task(task)?;
		let late = Self::is_late(&view.status)?;
		Ok((view, late))
	}

	/// Who has this seat, if it has not lost the right to dispute.
	pub(crate) fn disputing_seat(
		task: TaskId,
		number: u8,
		view: &TaskView,
	) -> Result<Seated, Error<T>> {
		let (seat, seats, state) = Self::seat(task, number, view)?;
		ensure!(!state.accused_falsely, Error::AccusationsForfeited);
		Ok(Seated { number, seat, state, seats })
	}

	/// The dealer's dealing, if it is the one with this digest. Whether its standing allows it to be disputed is for the
	/// caller to say.
	pub(crate) fn disputed(
		task: TaskId,
		dealer: &AccountId,
		digest: &Digest,
		(view, late): (TaskView, bool),
	) -> Result<Dispute, Error<T>> {
		let record = Dealings::<T>::get(task, dealer).ok_or(Error::UnknownDealing)?;
		ensure!(record.digest == *digest, Error::DigestMismatch);
		let ctx = wire::context(&view).map_err(|_| Error::UnknownProtocol)?;
		Ok(Dispute { task, view, ctx, dealer: dealer.clone(), record, late })
	}

	/// Why what is shown is not about the dealing.
	pub(crate) fn mismatch(error: ostraka_crypto::Error) -> Error<T> {
		match error {
			ostraka_crypto::Error::Length { .. } => Error::WrongLength,
			_ => Error::DigestMismatch,
		}
	}

	/// Whether a dispute comes too late to exclude a dealing.
	fn is_late(status: &TaskStatus) -> Result<bool, Error<T>> {
		let now = Self::now();
		match *status {
			TaskStatus::Collecting { .. } => Ok(false),
			// The freeze may lag behind the deadline.
			TaskStatus::Verifying { until } => Ok(now > until),
			TaskStatus::Committing { .. } => Ok(true),
			TaskStatus::Revealing { until } => {
				ensure!(now <= until, Error::DeadlinePassed);
				Ok(true)
			},
			TaskStatus::Inviting { .. }
			| TaskStatus::Drawing { .. }
			| TaskStatus::Settling(_)
			| TaskStatus::Settled(_) => Err(Error::WrongPhase),
		}
	}

	/// The dealer is guilty: excludes its dealing, unless it is too late for that, exposes who attested to it, if they could see
	/// the fault, and punishes it, unless that was done. `commitments` are the dealing's, `seats` the task's states.
	pub(crate) fn convict_dealer(
		dispute: &Dispute,
		commitments: &[PointBytes],
		author: Author,
		fault: DealerFault,
		seats: &mut SeatStates,
	) -> DispatchResult {
		let Dispute { task, dealer, late, .. } = dispute;
		let (task, late) = (*task, *late);
		let mut record = dispute.record;
		let first = record.standing == Standing::Accepted;
		if first && !late {
			Self::exclude(dispute, commitments)?;
		}
		let disproves = fault.is_public() && !record.disproven;
		if disproves {
			Self::disprove(dispute, &author, seats)?;
			record.disproven = true;
		}
		if first {
			record.standing = if late { Standing::ConvictedLate } else { Standing::Excluded };
			if !late {
				record.attested = standing(seats);
			}
		}
		if first || disproves {
			Dealings::<T>::insert(task, dealer, record);
		}
		if first {
			let Author { account: accuser, seat } = author;
			T::Penalties::punish_dealer(task, dealer, &accuser);
			let (dealer, excluded) = (dealer.clone(), !late);
			Self::deposit_event(Event::DealerConvicted {
				task,
				dealer,
				seat,
				accuser,
				fault,
				excluded,
			});
		}
		Ok(())
	}

	/// Takes the dealing out of the aggregate, and says so to the book.
	fn exclude(dispute: &Dispute, commitments: &[PointBytes]) -> DispatchResult {
		let commitments = UncheckedCommitments::from_bytes(commitments, dispute.view.threshold)
			.map_err(|_| Error::<T>::Corrupt)?;
		Sharings::<T>::try_mutate_exists(dispute.task, |state| -> DispatchResult {
			let state = state.as_mut().ok_or(Error::<T>::Corrupt)?;
			ensure!(state.accepted_set.is_none(), Error::<T>::Corrupt);
			let mut aggregate = Self::decode_aggregate(&state.aggregate)?;
			aggregate.sub(&commitments).map_err(|_| Error::<T>::Corrupt)?;
			state.aggregate = Self::encode_aggregate(&aggregate)?;
			state.excluded = state.excluded.saturating_add(1);
			state.excluded_hash = wire::excluded(&state.excluded_hash, &dispute.record.digest);
			state.masked &= !state.is_mask(&dispute.dealer);
			Ok(())
		})?;
		T::Tasks::fell_away(dispute.task, &dispute.dealer);
		Ok(())
	}

	/// Everybody can see that the dealing is invalid: whoever has attested to it did so falsely, and `author` has shown it. What
	/// counts all the same is marked, in a result that is out too.
	fn disprove(dispute: &Dispute, author: &Author, seats: &mut SeatStates) -> DispatchResult {
		let Dispute { task, record, late, .. } = dispute;
		let task = *task;
		let mut exposed = Vec::new();
		for (number, state) in (1u8..).zip(seats.iter_mut()) {
			// Who attested after the exclusion attested to the others.
			let to_it = record.counts() || record.attested.contains(number);
			if to_it && state.attestation_stands() {
				state.attested_falsely = true;
				exposed.push(number);
			}
		}
		let mut sharing = Sharings::<T>::get(task).ok_or(Error::<T>::Corrupt)?;
		let counts_on = *late && record.counts();
		sharing.disproven = sharing.disproven.saturating_add(counts_on.into());
		if let Some(number) = author.seat {
			sharing.finders.insert(number);
		}
		if !exposed.is_empty() {
			Seats::<T>::insert(task, &*seats);
			let count = exposed.len() as u32;
			if count >= sharing.exposed {
				sharing.exposed = count;
				sharing.exposer = Some(author.account.clone());
			}
			let exposer = sharing.exposer.clone().ok_or(Error::<T>::Corrupt)?;
			Self::deposit_event(Event::AttestedFalsely { task, seats: exposed, exposer });
		}
		Results::<T>::mutate_extant(task, |result| {
			result.attested = sharing.attested_by(seats);
			result.disproven = sharing.disproven;
		});
		Sharings::<T>::insert(task, sharing);
		Ok(())
	}

	/// Who has the seat is guilty: it disputes nothing more, and is no longer waited for. Its stake the caller has slashed.
	pub(crate) fn convict_seat(
		dispute: &Dispute,
		seated: Seated,
		fault: AccuserFault,
	) -> DispatchResult {
		let Dispute { task, view, dealer, .. } = dispute;
		let (author, number, mut seats) = (seated.author(), seated.number, seated.seats);
		Self::change_seat(*task, number, &mut seats, |state| state.accused_falsely = true)?;
		Self::deposit_event(Event::AccuserConvicted {
			task: *task,
			seat: author.seat,
			accuser: author.account,
			dealer: dealer.clone(),
			fault,
		});
		Self::note_progress(*task, view, &seats);
		Ok(())
	}
}
