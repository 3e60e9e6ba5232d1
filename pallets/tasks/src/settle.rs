//! Settlement: pays, returns and frees in stages, each as far as the meter allows.
//!
//! | stage | does | once or in chunks |
//! |---|---|---|
//! | `Fee` | members are paid or punished by their reports; the rest of the fee goes back | once |
//! | `Sharing` | deposits go back, data rewards are paid, dealings are freed | in chunks, by the sharing |
//! | `Cohort` | frees the invited dealers' entries; who accepted and did not deal gets its deposit back, or loses a part of it | in chunks |
//! | `Close` | releases the committee's capacity, closes the escrow, frees the committee | once |
//!
//! A task that never had a committee skips what concerns it. Each stage is stored before the next
//! begins, so that no stage is done twice.

use crate::{
	machine::{dealing_was_over, ending, shares_were_due, Machine},
	poll::{take, OutOfWeight},
	types::*,
	*,
};
use ostraka_primitives::traits::Progress;

impl<T: Config> Pallet<T> {
	/// Settles as much as the meter allows. A task with work left goes behind the others that are
	/// due.
	///
	/// # Errors
	/// Out of weight before anything was done: the task keeps its place.
	pub(crate) fn step_settling(
		task: TaskId,
		outcome: Outcome,
		meter: &mut WeightMeter,
	) -> Result<(), OutOfWeight> {
		let before = Settlements::<T>::get(task).unwrap_or_default();
		let drawn = DrawnTasks::<T>::get(task);
		match Self::settle_stages(task, outcome, before, drawn.as_ref(), meter) {
			Ok(Progress::Done) => Self::close(task, outcome, drawn.as_ref()),
			Ok(Progress::More) => Self::schedule(task, Some(Self::now().saturating_add(1))),
			Err(out) if Settlements::<T>::get(task) == Some(before) => return Err(out),
			Err(_) => Self::schedule(task, Some(Self::now().saturating_add(1))),
		}
		Ok(())
	}

	/// All stages from `stage` on; of the last, which [`Self::close`] does, the weight alone.
	fn settle_stages(
		task: TaskId,
		outcome: Outcome,
		mut stage: Stage,
		drawn: Option<&Drawn>,
		meter: &mut WeightMeter,
	) -> Result<Progress, OutOfWeight> {
		let completed = outcome == Outcome::Completed;
		if stage == Stage::Fee {
			take(meter, T::WeightInfo::settle_fee())?;
			stage = Self::settle_fee(task, outcome, drawn);
		}
		if stage == Stage::Sharing {
			if drawn.is_some() {
				take(meter, T::WeightInfo::settle_sharing())?;
				if T::Sharing::settle(task, completed, meter) == Progress::More {
					return Ok(Progress::More);
				}
			}
			stage = Self::reach(task, Stage::Cohort);
		}
		if stage == Stage::Cohort {
			if Self::free_cohort(task, outcome, meter)? == Progress::More {
				return Ok(Progress::More);
			}
			Self::reach(task, Stage::Close);
		}
		take(meter, T::WeightInfo::close())?;
		Ok(Progress::Done)
	}

	/// The first stage; its weight is paid for already.
	pub(crate) fn settle_fee(task: TaskId, outcome: Outcome, drawn: Option<&Drawn>) -> Stage {
		let ending = ending(outcome, drawn.is_some());
		match drawn {
			Some(drawn) => {
				let reports = T::Sharing::reports(task, shares_were_due(outcome));
				T::Escrow::settle_fee(task, &drawn.committee, &reports, ending);
			},
			None => T::Escrow::settle_fee(task, &Committee::default(), &[], ending),
		}
		Self::reach(task, Stage::Sharing)
	}

	pub(crate) fn reach(task: TaskId, stage: Stage) -> Stage {
		Settlements::<T>::insert(task, stage);
		stage
	}

	/// Frees as many of the cohort's entries as the meter has weight for.
	///
	/// # Errors
	/// Out of weight for a single one.
	fn free_cohort(
		task: TaskId,
		outcome: Outcome,
		meter: &mut WeightMeter,
	) -> Result<Progress, OutOfWeight> {
		let chunk = affordable(T::WeightInfo::free_cohort, meter.remaining());
		if chunk == 0 {
			return Err(OutOfWeight);
		}
		let freed = Self::drain_cohort(task, outcome, chunk);
		meter.consume(T::WeightInfo::free_cohort(freed));
		// Fewer than could be freed were there: that was all
		Ok(if freed < chunk || chunk == MAX_DEALERS { Progress::Done } else { Progress::More })
	}

	/// Frees up to `most` entries of the cohort, and settles the deposits that are left: those of dealers who accepted and
	/// did not deal, as the others' went with their dealings. Returns how many entries there were.
	pub(crate) fn drain_cohort(task: TaskId, outcome: Outcome, most: u32) -> u32 {
		let mut freed: u32 = 0;
		for (dealer, accepted) in Cohorts::<T>::drain_prefix(task).take(most as usize) {
			freed = freed.saturating_add(1);
			if accepted.is_none() {
				continue;
			}
			if dealing_was_over(outcome) {
				T::Penalties::forfeit_deposit(task, &dealer);
			} else {
				T::Penalties::release_deposit(task, &dealer);
			}
		}
		freed
	}

	/// The last stage; its weight is paid for already.
	pub(crate) fn close(task: TaskId, outcome: Outcome, drawn: Option<&Drawn>) {
		if let Some(drawn) = drawn {
			T::Committees::release(task, &drawn.committee);
			DrawnTasks::<T>::remove(task);
		}
		T::Escrow::close(task);
		if let Some(invitation) = Invitations::<T>::take(task) {
			Self::count_open(&invitation.requester, |open| open.saturating_sub(1));
		}
		Settlements::<T>::remove(task);
		if let Ok(settled) = TaskStatus::Settling(outcome).settled() {
			Self::enter(task, settled);
		}
		Self::deposit_event(Event::TaskSettled { task, outcome });
	}
}

/// Most entries, up to a whole cohort, that `cost` lets one free with this weight.
pub(crate) fn affordable(cost: impl Fn(u32) -> Weight, remaining: Weight) -> u32 {
	let base = cost(0);
	if base.any_gt(remaining) {
		return 0;
	}
	let each = cost(1).saturating_sub(base);
	let count = remaining.saturating_sub(base).checked_div_per_component(&each);
	count.map_or(MAX_DEALERS, |count| count.min(MAX_DEALERS.into()) as u32)
}
