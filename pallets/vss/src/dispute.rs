//! A dealing that somebody disputes, by an accusation or a challenge, and what becomes of who is guilty.
//!
//! | when | dealer guilty | a member guilty |
//! |---|---|---|
//! | until verification ends | deposit slashed, dealing excluded | slashed, disputes nothing more in this task |
//! | later, until result shares are in | deposit slashed (once), dealing counts on | the same |
//!
//! Guilty is first of all a dealer whose commitments are not all in the subgroup of prime order, whatever else is shown:
//! `deal` does not look at that, and the members do.
//!
//! A dealer is convicted once. One whose dealing is excluded cannot be convicted any more: nobody needs its share.

use crate::{
	types::{SeatState, Seats as SeatStates},
	Config, DealingRecord, Dealings, Error, Event, Pallet, Sharings, Standing,
};
use frame::prelude::*;
use ostraka_crypto::vss::UncheckedCommitments;
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	task::{Seat, TaskStatus},
	traits::{Penalties, TaskView},
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
	/// Its seat, of a member.
	pub seat: Option<u8>,
}

/// A member that may dispute dealings.
pub(crate) struct Member {
	/// Its number, from 1 on.
	pub number: u8,
	/// The member.
	pub seat: Seat,
	/// Its state.
	pub state: SeatState,
	/// All members' states.
	pub seats: SeatStates,
}

impl Member {
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

	/// A member that has not lost the right to dispute.
	pub(crate) fn disputing_member(
		task: TaskId,
		number: u8,
		view: &TaskView,
	) -> Result<Member, Error<T>> {
		let (seat, seats, state) = Self::seat(task, number, view)?;
		ensure!(!state.accused_falsely, Error::AccusationsForfeited);
		Ok(Member { number, seat, state, seats })
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

	/// The dealer is guilty: excludes its dealing, unless it is too late for that, and punishes it, unless that was done.
	/// `commitments` are the dealing's.
	pub(crate) fn convict_dealer(
		dispute: &Dispute,
		commitments: &[PointBytes],
		author: Author,
		fault: DealerFault,
	) -> DispatchResult {
		let Dispute { task, view, dealer, record, late, .. } = dispute;
		let (task, late) = (*task, *late);
		if !late {
			let commitments = UncheckedCommitments::from_bytes(commitments, view.threshold)
				.map_err(|_| Error::<T>::Corrupt)?;
			Sharings::<T>::try_mutate_exists(task, |state| -> DispatchResult {
				let state = state.as_mut().ok_or(Error::<T>::Corrupt)?;
				ensure!(state.accepted_set.is_none(), Error::<T>::Corrupt);
				let mut aggregate = Self::decode_aggregate(&state.aggregate)?;
				aggregate.sub(&commitments).map_err(|_| Error::<T>::Corrupt)?;
				state.aggregate = Self::encode_aggregate(&aggregate)?;
				state.excluded = state.excluded.saturating_add(1);
				Ok(())
			})?;
		}
		if record.standing == Standing::Accepted {
			let standing = if late { Standing::ConvictedLate } else { Standing::Excluded };
			Dealings::<T>::insert(task, dealer, DealingRecord { standing, ..*record });
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

	/// The member is guilty: it disputes nothing more, and is no longer waited for. Its stake the caller has slashed.
	pub(crate) fn convict_member(
		dispute: &Dispute,
		member: Member,
		fault: AccuserFault,
	) -> DispatchResult {
		let Dispute { task, view, dealer, .. } = dispute;
		let (author, number, mut seats) = (member.author(), member.number, member.seats);
		Self::change_seat(*task, number, &mut seats, |state| state.accused_falsely = true)?;
		Self::deposit_event(Event::AccuserConvicted {
			task: *task,
			seat: author.seat,
			accuser: author.account,
			dealer: dealer.clone(),
			fault,
		});
		Self::note_progress(*task, &view.status, &seats);
		Ok(())
	}
}
