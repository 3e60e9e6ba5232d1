//! Settlement: pays, returns and frees in stages, each as far as the meter allows.
//!
//! | stage | does | once or in chunks |
//! |---|---|---|
//! | `Fee` | the rent of place and seats is taken, and the price of the bytes that stay; members and verifiers are paid or punished by their reports; the rest of the fee goes back | once |
//! | `Sharing` | deposits go back, data rewards are paid, dealings are freed | in chunks, by the sharing |
//! | `Cohort` | frees the entries of who is invited; who accepted and did not deal gets its deposit back, or loses a part of it; of a task that released nothing what is remembered of its dealers is forgotten | in chunks |
//! | `Close` | releases the capacity of committee and panel, closes the escrow, frees both; of a task that failed before its draw the record too | once |
//!
//! A task that never had a committee skips what concerns it. Each stage is stored before the next
//! begins, so that no stage is done twice. What a stage, or a chunk of one, claimed of the proof in vain it gives back when it
//! ends: the next chunk of the block has it, and is smaller.

use crate::{
	machine::{dealing_was_over, ending, shares_were_due, Machine},
	poll::{metered, take, OutOfWeight, Settlement},
	types::*,
	*,
};
use ostraka_primitives::traits::Progress;

impl<T: Config> Pallet<T> {
	/// Settles as much as the meter allows.
	///
	/// # Errors
	/// Out of weight before anything was done.
	pub(crate) fn step_settling(
		task: TaskId,
		settlement: Settlement,
		meter: &mut WeightMeter,
	) -> Result<Progress, OutOfWeight> {
		let before = settlement.stage;
		match Self::settle_stages(task, settlement, meter) {
			Err(_) if Self::stage(task) != Some(before) => Ok(Progress::More),
			settled => settled,
		}
	}

	/// All stages from the one that comes next on.
	fn settle_stages(
		task: TaskId,
		settlement: Settlement,
		meter: &mut WeightMeter,
	) -> Result<Progress, OutOfWeight> {
		let Settlement { outcome, mut stage, released, drawn } = settlement;
		let drawn = drawn.as_ref();
		if stage == Stage::Fee {
			stage = metered::<T, _>(meter, |meter| {
				let paid = take(meter, T::WeightInfo::settle_fee());
				paid.map(|()| Self::settle_fee(task, outcome, drawn))
			})?;
		}
		if stage == Stage::Sharing {
			if drawn.is_some() && Self::settle_sharing(task, outcome, meter)? == Progress::More {
				return Ok(Progress::More);
			}
			stage = Self::reach(task, Stage::Cohort);
		}
		if stage == Stage::Cohort {
			if Self::free_cohort(task, outcome, released, meter)? == Progress::More {
				return Ok(Progress::More);
			}
			Self::reach(task, Stage::Close);
		}
		metered::<T, _>(meter, |meter| {
			take(meter, T::WeightInfo::close())?;
			Self::close(task, outcome, drawn);
			Ok(Progress::Done)
		})
	}

	/// The first stage; its weight is paid for already.
	pub(crate) fn settle_fee(task: TaskId, outcome: Outcome, drawn: Option<&Drawn>) -> Stage {
		let ending = ending(outcome, drawn.is_some());
		let held = Self::held(task, outcome);
		match drawn {
			Some(drawn) => {
				let reports = T::Sharing::reports(task, shares_were_due(outcome));
				let exposer = T::Sharing::exposer(task);
				let Drawn { committee, panel, .. } = drawn;
				let by = exposer.as_ref();
				T::Escrow::settle_fee(task, committee, panel, &reports, by, ending, held);
			},
			None => {
				let (committee, panel) = (Committee::default(), Panel::default());
				T::Escrow::settle_fee(task, &committee, &panel, &[], None, ending, held);
			},
		}
		Self::reach(task, Stage::Sharing)
	}

	pub(crate) fn reach(task: TaskId, stage: Stage) -> Stage {
		Settlements::<T>::mutate(task, |left| {
			left.get_or_insert_default().stage = stage;
		});
		stage
	}

	/// The stage that a task's settlement has come to.
	pub(crate) fn stage(task: TaskId) -> Option<Stage> {
		Settlements::<T>::get(task).map(|left| left.stage)
	}

	/// Has the sharing settle its part, as far as the meter allows.
	///
	/// # Errors
	/// Out of weight before it could begin.
	fn settle_sharing(
		task: TaskId,
		outcome: Outcome,
		meter: &mut WeightMeter,
	) -> Result<Progress, OutOfWeight> {
		let completed = outcome == Outcome::Completed;
		let chunk = |meter: &mut WeightMeter| T::Sharing::settle(task, completed, meter);
		let first = metered::<T, _>(meter, |meter| {
			take(meter, T::WeightInfo::settle_sharing()).map(|()| chunk(meter))
		})?;
		Ok(if first == Progress::Done { first } else { in_chunks::<T>(meter, chunk) })
	}

	/// Frees as many of the cohort's entries as the meter has weight for.
	///
	/// # Errors
	/// Out of weight for a single one.
	fn free_cohort(
		task: TaskId,
		outcome: Outcome,
		released: bool,
		meter: &mut WeightMeter,
	) -> Result<Progress, OutOfWeight> {
		if affordable(T::WeightInfo::free_cohort, meter.remaining()) == 0 {
			return Err(OutOfWeight);
		}
		Ok(in_chunks::<T>(meter, |meter| Self::free_entries(task, outcome, released, meter)))
	}

	fn free_entries(
		task: TaskId,
		outcome: Outcome,
		released: bool,
		meter: &mut WeightMeter,
	) -> Progress {
		let chunk = affordable(T::WeightInfo::free_cohort, meter.remaining());
		if chunk == 0 {
			return Progress::More;
		}
		let freed = Self::drain_cohort(task, outcome, released, chunk);
		meter.consume(T::WeightInfo::free_cohort(freed));
		// Fewer than could be freed were there: that was all
		if freed < chunk || chunk == MAX_DEALERS {
			Progress::Done
		} else {
			Progress::More
		}
	}

	/// Frees up to `most` entries of the cohort, and settles the deposits that are left: those of dealers, and of a recipient,
	/// who accepted and did not deal, as the others' went with their dealings. If nothing was `released`, the task counts for no
	/// dealer. Returns how many entries there were.
	pub(crate) fn drain_cohort(task: TaskId, outcome: Outcome, released: bool, most: u32) -> u32 {
		let mut freed: u32 = 0;
		for (who, entry) in Cohorts::<T>::drain_prefix(task).take(most as usize) {
			freed = freed.saturating_add(1);
			if entry.place().is_none() {
				continue;
			}
			if matches!(entry, Invitee::Dealer(_)) && !released {
				T::Consent::fell_away(task, &who);
			}
			if dealing_was_over(outcome) {
				T::Penalties::forfeit_deposit(task, &who);
			} else {
				T::Penalties::release_deposit(task, &who);
			}
		}
		freed
	}

	/// The last stage; its weight is paid for already. Of a task that failed before its draw only the state is left, which says
	/// why: it had no committee, nothing was dealt to it, and nobody refers to it.
	pub(crate) fn close(task: TaskId, outcome: Outcome, drawn: Option<&Drawn>) {
		if let Some(drawn) = drawn {
			T::Committees::release(task, &drawn.committee, &drawn.panel);
			DrawnTasks::<T>::remove(task);
		} else if matches!(outcome, Outcome::Failed(_)) {
			Records::<T>::remove(task);
		}
		T::Escrow::close(task);
		if let Some(invitation) = Invitations::<T>::take(task) {
			Self::count_open(&invitation.requester, |open| open.saturating_sub(1));
			let seats = invitation.parameters.all_seats();
			Booked::<T>::mutate(|booked| booked.release(seats, drawn.is_some()));
		}
		Settlements::<T>::remove(task);
		if let Ok(settled) = TaskStatus::Settling(outcome).settled() {
			Self::enter(task, settled);
		}
		Self::deposit_event(Event::TaskSettled { task, outcome });
	}
}

/// Most chunks of a stage in a block, of which each has what came back of the one before it, three quarters at most: after so
/// many it is a tenth of the first. Each also has to go past all entries that those before it freed.
const CHUNKS: u32 = 8;

/// Repeats a chunk until nothing is left, or the meter has too little for another: one that takes no time, of which none is
/// given back, has done nothing.
fn in_chunks<T: Config>(
	meter: &mut WeightMeter,
	chunk: impl Fn(&mut WeightMeter) -> Progress,
) -> Progress {
	for _ in 0..CHUNKS {
		let before = meter.consumed().ref_time();
		let progress = metered::<T, _>(meter, &chunk);
		if progress == Progress::Done || meter.consumed().ref_time() == before {
			return progress;
		}
	}
	Progress::More
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
