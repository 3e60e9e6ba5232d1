//! Result shares: commitments, reveals, and the result.
//!
//! Of a sealed task the result is the sum with the recipient's mask in it: nothing here knows the difference, but that the mask is
//! counted as no dealer's.
//!
//! Every share that decides the result is checked on its own against the aggregate. Checking the reconstructed value alone
//! would not do: two wrong shares can cancel at zero, and later right ones would then look wrong.

use crate::{
	types::{seat_index, Answer, Seats as SeatStates, SharingState},
	Config, Error, Event, Pallet, Results, RightShares, Sharings, WeightInfo,
};
use alloc::vec::Vec;
use frame::prelude::*;
use ostraka_crypto::{encoding::encode_scalar, vss::SecretShare};
use ostraka_primitives::{
	fault::ShareFault,
	message::ResultShareBytes,
	task::{ResultVector, Seat, TaskResult, TaskStatus},
	traits::{Penalties, TaskView},
	Digest, TaskId, MAX_COMMITMENTS,
};
use ostraka_protocol::adjudicator;
use sp_core::U256;

/// A member's message about its result share that is due.
pub(crate) struct Turn {
	/// The task.
	pub view: TaskView,
	/// The member.
	pub member: Seat,
	/// The sharing's state.
	sharing: SharingState,
	/// All seats' states.
	seats: SeatStates,
	/// Its own commitment.
	commitment: Option<Digest>,
}

/// How a share was examined, and hence what it weighed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Examination {
	/// By one multi-scalar multiplication.
	Checked,
	/// The same, and it completed the result.
	Deciding,
	/// By interpolation.
	Later,
}

impl<T: Config> Pallet<T> {
	/// Everything that a commitment must satisfy, signature apart.
	pub(crate) fn check_commit(
		task: TaskId,
		seat: u8,
		accepted_set: &Digest,
	) -> Result<Turn, Error<T>> {
		let view = Self::task(task)?;
		let TaskStatus::Committing { until, .. } = view.status else {
			return Err(Error::WrongPhase);
		};
		ensure!(Self::now() <= until, Error::DeadlinePassed);
		let turn = Self::turn(task, seat, accepted_set, view)?;
		ensure!(turn.commitment.is_none(), Error::AlreadyCommitted);
		Ok(turn)
	}

	/// Everything that a revealed share must satisfy to be judged, signature apart. Field elements are read, nothing is
	/// computed.
	pub(crate) fn check_reveal(
		task: TaskId,
		seat: u8,
		accepted_set: &Digest,
		share: &ResultShareBytes,
	) -> Result<(Turn, SecretShare), Error<T>> {
		let view = Self::task(task)?;
		let TaskStatus::Revealing { until } = view.status else { return Err(Error::WrongPhase) };
		ensure!(Self::now() <= until, Error::DeadlinePassed);
		let length = view.length as usize;
		ensure!(share.len() == 32 * (length + 1), Error::WrongLength);
		let turn = Self::turn(task, seat, accepted_set, view)?;
		let answered = seat_index(seat).and_then(|index| turn.seats.get(index)?.answer);
		ensure!(answered.is_none(), Error::AlreadyRevealed);
		let share =
			SecretShare::from_bytes(share, length).map_err(|_| Error::NonCanonicalScalar)?;
		Ok((turn, share))
	}

	fn turn(
		task: TaskId,
		seat: u8,
		accepted_set: &Digest,
		view: TaskView,
	) -> Result<Turn, Error<T>> {
		Self::ensure_member(seat, &view)?;
		let (member, seats, state) = Self::seat(task, seat, &view)?;
		let sharing = Sharings::<T>::get(task).ok_or(Error::Corrupt)?;
		ensure!(sharing.accepted_set == Some(*accepted_set), Error::WrongAcceptedSet);
		Ok(Turn { view, member, sharing, seats, commitment: state.commitment })
	}

	pub(crate) fn do_commit_result(
		task: TaskId,
		seat: u8,
		accepted_set: Digest,
		commitment: Digest,
	) -> DispatchResult {
		let Turn { view, member, mut seats, .. } = Self::check_commit(task, seat, &accepted_set)?;
		Self::change_seat(task, seat, &mut seats, |state| state.commitment = Some(commitment))?;
		let committed = seats.iter().filter(|state| state.commitment.is_some()).count() as u32;
		let node = member.account;
		Self::deposit_event(Event::ResultCommitted { task, seat, node, committed });
		Self::note_progress(task, &view, &seats);
		Ok(())
	}

	pub(crate) fn do_reveal_result(
		task: TaskId,
		seat: u8,
		accepted_set: Digest,
		bytes: ResultShareBytes,
	) -> DispatchResultWithPostInfo {
		let (mut turn, share) = Self::check_reveal(task, seat, &accepted_set, &bytes)?;
		let (answer, examination) = Self::examine(task, seat, &accepted_set, &turn, share, bytes)?;
		Self::change_seat(task, seat, &mut turn.seats, |state| state.answer = Some(answer))?;
		let node = turn.member.account.clone();
		match answer {
			Answer::Right => {
				let right_shares =
					turn.seats.iter().filter(|state| state.is_right()).count() as u32;
				Self::deposit_event(Event::ResultShareRight { task, seat, node, right_shares });
				if examination == Examination::Deciding {
					Self::publish(task, accepted_set, &turn)?;
				}
			},
			Answer::Wrong(fault) => {
				T::Penalties::punish_wrong_share(task, &node);
				Self::deposit_event(Event::ResultShareWrong { task, seat, node, fault });
			},
		}
		Self::note_progress(task, &turn.view, &turn.seats);

		let (length, threshold) = (turn.view.length, u32::from(turn.view.threshold));
		let weight = match (examination, answer) {
			(Examination::Checked, Answer::Right) => {
				T::WeightInfo::reveal_result_checked(length, threshold)
			},
			(Examination::Checked, Answer::Wrong(_)) => {
				T::WeightInfo::reveal_result_wrong(length, threshold)
			},
			(Examination::Deciding, _) => T::WeightInfo::reveal_result_deciding(length, threshold),
			(Examination::Later, Answer::Right) => {
				T::WeightInfo::reveal_result_later(length, threshold)
			},
			(Examination::Later, Answer::Wrong(_)) => {
				T::WeightInfo::reveal_result_wrong_later(length, threshold)
			},
		};
		Ok(Some(weight).into())
	}

	/// Judges a share. Keeps it if it is right and among the first `t + 1`.
	fn examine(
		task: TaskId,
		seat: u8,
		accepted_set: &Digest,
		turn: &Turn,
		share: SecretShare,
		bytes: ResultShareBytes,
	) -> Result<(Answer, Examination), Error<T>> {
		let worker = &turn.member.worker.0;
		let as_committed = turn.commitment.is_none_or(|commitment| {
			commitment == adjudicator::result_commitment(accepted_set, seat, worker, &share)
		});
		if !as_committed {
			return Ok((Answer::Wrong(ShareFault::NotAsCommitted), Examination::Checked));
		}
		let needed = usize::from(turn.view.threshold) + 1;
		let right = turn.seats.iter().filter(|state| state.is_right()).count();
		let (fits, examination) = if right < needed {
			let sums = Self::frozen_sums(&turn.sharing)?;
			let fits = adjudicator::check_result_share(&sums, seat, &share);
			if fits {
				RightShares::<T>::insert(task, seat, bytes);
			}
			let deciding = fits && right + 1 == needed;
			(fits, if deciding { Examination::Deciding } else { Examination::Checked })
		} else {
			let right = Self::right_shares(task, turn.view.length as usize)?;
			let fits = adjudicator::lies_on(&right, seat, &share).map_err(|_| Error::Corrupt)?;
			(fits, Examination::Later)
		};
		let answer = if fits { Answer::Right } else { Answer::Wrong(ShareFault::DoesNotFit) };
		Ok((answer, examination))
	}

	/// The right shares that are kept, at most `t + 1`.
	pub(crate) fn right_shares(
		task: TaskId,
		length: usize,
	) -> Result<Vec<(u8, SecretShare)>, Error<T>> {
		RightShares::<T>::iter_prefix(task)
			.take(MAX_COMMITMENTS as usize)
			.map(|(seat, bytes)| Ok((seat, SecretShare::from_bytes(&bytes, length)?)))
			.collect::<Result<_, ostraka_crypto::Error>>()
			.map_err(|_| Error::Corrupt)
	}

	/// Reconstructs and stores the result from `t + 1` right shares, with what is known of the inputs so far.
	fn publish(task: TaskId, accepted_set: Digest, turn: &Turn) -> DispatchResult {
		let right = Self::right_shares(task, turn.view.length as usize)?;
		let (values, blinding) =
			adjudicator::reconstruct(&right).map_err(|_| Error::<T>::Corrupt)?;
		let number = |value| U256::from_little_endian(&encode_scalar(value));
		let vector: Vec<_> = values.iter().map(number).collect();
		let vector = ResultVector::try_from(vector).map_err(|_| Error::<T>::Corrupt)?;
		let dealers = turn.sharing.accepted();
		let result = TaskResult {
			accepted_set,
			dealers,
			commitment: *turn.sharing.aggregate.first().ok_or(Error::<T>::Corrupt)?,
			vector: vector.clone(),
			blinding: encode_scalar(&blinding),
			panel: turn.sharing.verifiers.into(),
			attested: turn.sharing.attested_by(&turn.seats),
			disproven: turn.sharing.disproven,
			sealed_to: turn.sharing.recipient.clone(),
		};
		Results::<T>::insert(task, result);
		Self::deposit_event(Event::ResultPublished { task, accepted_set, dealers, vector });
		Ok(())
	}
}
