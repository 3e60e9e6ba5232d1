//! Judging accusations.
//!
//! | when | dealer guilty | accuser guilty |
//! |---|---|---|
//! | until verification ends | deposit slashed, dealing excluded | slashed, accuses no more in this task |
//! | later, until result shares are in | deposit slashed (once), dealing counts on, accuser excused | the same |
//!
//! Guilty is first of all a dealer whose commitments are not all in the subgroup of prime order, whatever the rest of the
//! evidence holds: `deal` does not look at that, and the members do.
//!
//! A dealer is convicted once. One whose dealing is excluded cannot be accused any more: nobody needs its share. One who
//! was convicted late can, by members that are not excused yet, since they too may lack the share that the frozen set
//! asks of them; each gains its own excuse, and the dealer loses nothing more.

use crate::{
	Config, DealingRecord, Dealings, Error, Event, Pallet, Sharings, Standing, WeightInfo, G1,
};
use frame::prelude::*;
use ostraka_crypto::{messages::EvidenceBytes, vss::UncheckedCommitments};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	message::EvidenceMessage,
	spec::MAX_LENGTH,
	task::{Seat, TaskStatus},
	traits::{Penalties, TaskView},
	AccountId, Digest, TaskId, MAX_COMMITMENTS,
};
use ostraka_protocol::{
	adjudicator::{judge, match_evidence, AcceptedDigest, Verdict},
	wire, TaskContext,
};

/// An accusation that belongs to the task and to an accepted dealing, and is due to be judged.
pub(crate) struct Accusation {
	/// The task.
	pub view: TaskView,
	/// The same as the protocol's functions take it.
	ctx: TaskContext,
	/// The accuser.
	pub member: Seat,
	/// The members' states.
	seats: crate::types::Seats,
	/// The accused dealing.
	record: DealingRecord,
	/// The evidence, which matches the record's digest.
	evidence: EvidenceBytes,
	/// Whether verification is over, so that the accepted set stays as it is.
	late: bool,
}

impl<T: Config> Pallet<T> {
	/// Everything that an accusation must satisfy to be judged, signature apart. Hashes, but no group operations.
	pub(crate) fn check_accusation(
		task: TaskId,
		seat: u8,
		dealer: &AccountId,
		digest: &Digest,
		evidence: &EvidenceMessage,
	) -> Result<Accusation, Error<T>> {
		let view = Self::task(task)?;
		let late = Self::is_late(&view.status)?;
		let (member, seats, state) = Self::seat(task, seat, &view)?;
		ensure!(!state.accused_falsely, Error::AccusationsForfeited);
		let record = Dealings::<T>::get(task, dealer).ok_or(Error::UnknownDealing)?;
		ensure!(record.digest == *digest, Error::DigestMismatch);
		match record.standing {
			Standing::Accepted => {},
			Standing::ConvictedLate if !state.excused => {},
			Standing::ConvictedLate | Standing::Excluded => return Err(Error::AlreadyConvicted),
		}
		// Evidence about another dealing must not reach dispatch: it would be rejected there, for free and at a price.
		let ctx = wire::context(&view).map_err(|_| Error::UnknownProtocol)?;
		let evidence = wire::evidence_bytes(evidence);
		match_evidence(&ctx, dealer.as_ref(), seat, digest, &evidence).map_err(
			|error| match error {
				ostraka_crypto::Error::Length { .. } => Error::WrongLength,
				_ => Error::DigestMismatch,
			},
		)?;
		Ok(Accusation { view, ctx, member, seats, record, evidence, late })
	}

	pub(crate) fn do_accuse(
		task: TaskId,
		seat: u8,
		dealer: AccountId,
		digest: Digest,
		evidence: EvidenceMessage,
	) -> DispatchResult {
		let accusation = Self::check_accusation(task, seat, &dealer, &digest, &evidence)?;
		let Accusation { ctx, record, evidence, .. } = &accusation;
		let accepted = AcceptedDigest::of_state(record.digest);
		match judge::<G1>(ctx, dealer.as_ref(), seat, &accepted, evidence) {
			Ok(Verdict::DealerGuilty(fault)) => {
				Self::convict_dealer(task, seat, dealer, fault, accusation)
			},
			Ok(Verdict::AccuserGuilty(fault)) => {
				Self::convict_accuser(task, seat, dealer, fault, accusation)
			},
			// Not for evidence that matches the digest.
			Err(_) => Err(Error::<T>::DigestMismatch.into()),
		}
	}

	/// Worst weight of one accusation, authorization included: what the verification window is measured by.
	pub fn worst_accusation() -> Weight {
		let (length, threshold) = (MAX_LENGTH, MAX_COMMITMENTS - 1);
		crate::weights::worst_accuse::<T::WeightInfo>(length, threshold)
			.saturating_add(T::WeightInfo::authorize_accuse(length, threshold))
	}

	/// Whether an accusation comes too late to exclude a dealing.
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

	fn convict_dealer(
		task: TaskId,
		seat: u8,
		dealer: AccountId,
		fault: DealerFault,
		accusation: Accusation,
	) -> DispatchResult {
		let Accusation { view, member, mut seats, mut record, evidence, late, .. } = accusation;
		let accuser = member.account;
		if !late {
			let commitments =
				UncheckedCommitments::from_bytes(&evidence.commitments, view.threshold)
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
			record.standing = if late { Standing::ConvictedLate } else { Standing::Excluded };
			Dealings::<T>::insert(task, &dealer, record);
			T::Penalties::punish_dealer(task, &dealer, &accuser);
			Self::deposit_event(Event::DealerConvicted {
				task,
				dealer: dealer.clone(),
				seat,
				accuser: accuser.clone(),
				fault,
				excluded: !late,
			});
		}
		if late {
			Self::change_seat(task, seat, &mut seats, |state| state.excused = true)?;
			Self::deposit_event(Event::SeatExcused { task, seat, node: accuser, dealer });
		}
		Self::note_progress(task, &view.status, &seats);
		Ok(())
	}

	fn convict_accuser(
		task: TaskId,
		seat: u8,
		dealer: AccountId,
		fault: AccuserFault,
		accusation: Accusation,
	) -> DispatchResult {
		let Accusation { view, member, mut seats, .. } = accusation;
		let accuser = member.account;
		Self::change_seat(task, seat, &mut seats, |state| state.accused_falsely = true)?;
		T::Penalties::punish_false_accuser(task, &accuser, &dealer);
		Self::deposit_event(Event::AccuserConvicted { task, seat, accuser, dealer, fault });
		Self::note_progress(task, &view.status, &seats);
		Ok(())
	}
}
