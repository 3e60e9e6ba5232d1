//! The agenda, and the hook that works on it.
//!
//! A block's work comes in three parts: what is due on the agenda but draws, then settlements, then draws. A draw begins only if its
//! worst weight is there, a large part of what the hook has in a block (docs/SCALING.md); one after
//! the other they would hold up what is due behind them, and with it the settlements that free the
//! capacity they wait for. A settlement takes what there is, for blocks if it is long, and whoever takes many tasks back makes as many due
//! at once: before looks at draws they would let these come too late for their randomness, which the book remembers for few
//! relay blocks.
//!
//! - A step takes its bound from the meter before it begins, so that no block is overrun, and gives back what it claimed of the
//!   proof in vain when it ends ([`metered`]), so that the next one finds it. Time is never given back.
//! - Entries are looked at oldest first. From the oldest draw on that fits, its weight is kept
//!   back: draws go on in every block, whatever else there is to do.
//! - Settlements take turns: one that is not finished goes behind the others. What comes before them comes to an end, as a task has few
//!   phases, and places are few.
//! - A look at a draw finds out whether its randomness is known, and keeps it: the book remembers
//!   that of few relay blocks, fewer than draws may have to wait for their turn.
//! - A draw that fails, or does not fit, is put off behind what is due by then. What the meter
//!   leaves undone keeps its place, and comes first in the next block. So a draw delays what is due
//!   behind it by a look, dozens of which fit into a block by their bounds.
//! - Of the draws that do not fit into a block the oldest keeps its place, and so has its weight
//!   kept back in the next block; the others are put off to the block in which it should be their
//!   turn, which saves the looks in between.
//! - A draw whose randomness comes with one of the next blocks is looked at in the next block. One that waits for a relay
//!   epoch stands at the end of its window, and is woken by the epoch.
//! - A draw looks whether there are nodes, stake, capacity and verifiers before it pays for the rest, and draws from what it
//!   has seen. Without, it is put off: by [`Config::DrawRetry`] blocks, then twice that, and so on, up to a tenth of its window. Every
//!   draw is tried in the last block of its window.

use crate::{
	machine::{shares_were_due, Machine},
	types::*,
	*,
};
use frame::log;
use ostraka_primitives::traits::Progress;

/// The meter has too little left for the next step. It is taken first in a later block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfWeight;

/// A draw whose randomness is known, and kept.
pub(crate) struct Waiting {
	task: TaskId,
	status: TaskStatus,
	plan: DrawPlan,
	seed: [u8; 32],
}

/// A task to be settled: its end, what comes next, whether anything was released, and its committee and panel, if they were
/// drawn.
pub(crate) struct Settlement {
	pub(crate) outcome: Outcome,
	pub(crate) stage: Stage,
	pub(crate) released: bool,
	pub(crate) drawn: Option<Drawn>,
}

/// What a look at a task leaves to be done.
pub(crate) enum Next {
	/// Nothing in this block.
	Nothing,
	/// Its draw, which comes after everything else.
	Draw(Waiting),
}

/// Takes `weight` from the meter, if it is there.
pub(crate) fn take(meter: &mut WeightMeter, weight: Weight) -> Result<(), OutOfWeight> {
	meter.try_consume(weight).map_err(|()| OutOfWeight)
}

/// Runs a step, which takes its weight from the meter and reads what that is for, and gives back what it claimed of the proof
/// in vain. Steps are not nested: an outer one would give back what an inner one keeps.
pub(crate) fn metered<T: Config, R>(
	meter: &mut WeightMeter,
	step: impl FnOnce(&mut WeightMeter) -> R,
) -> R {
	let reclaim = T::Reclaim::begin(meter);
	let done = step(meter);
	reclaim.end(meter);
	done
}

impl<T: Config> Pallet<T> {
	/// Moves a task into a state: stores it, announces an end, and puts the task's entry where the
	/// state is due. One that has ended waits for its settlement from then on, which takes it out of those that wait.
	pub(crate) fn enter(task: TaskId, status: TaskStatus) {
		Statuses::<T>::insert(task, status);
		if matches!(status, TaskStatus::Settled(_)) {
			return;
		}
		if let TaskStatus::Settling(outcome) = status {
			let (stage, released) = (Stage::default(), Self::was_released(task, outcome));
			Settlements::<T>::insert(task, Remaining { stage, released });
			Self::await_settlement(task);
			Self::deposit_event(match outcome {
				Outcome::Completed => Event::TaskCompleted { task },
				Outcome::Failed(reason) => Event::TaskFailed { task, reason },
			});
		}
		Self::schedule(task, status.due_at(Self::now()));
	}

	/// Has a task that has ended wait for its settlement, behind the others.
	pub(crate) fn await_settlement(task: TaskId) {
		if Unsettled::<T>::try_append(task).is_err() {
			// `submit` leaves room for one entry an open task. Whoever finds the task pokes it when there is room.
			log::error!(target: "runtime::tasks", "no room for the settlement of task {task}");
		}
	}

	/// Open tasks: those on the agenda and those that wait for their settlement.
	pub(crate) fn count_listed() -> usize {
		let due = Agenda::<T>::decode_len().unwrap_or_default();
		due.saturating_add(Unsettled::<T>::decode_len().unwrap_or_default())
	}

	/// Whether anything of the result of a task that ended so is known. If nothing is though its accepted set was frozen, the set
	/// is compared with none that come.
	fn was_released(task: TaskId, outcome: Outcome) -> bool {
		let due = shares_were_due(outcome);
		let released = due && T::Sharing::is_released(task);
		if due && !released {
			T::Consent::unreleased(task);
		}
		released
	}

	/// Puts the task's only entry behind the others that are due at `at` or before; without `at`,
	/// removes it.
	pub(crate) fn schedule(task: TaskId, at: Option<BlockNumber>) {
		Self::reschedule(task, at.map(|at| Due { at, task, epoch: None }));
	}

	/// [`Self::schedule`], with all that an entry says.
	pub(crate) fn reschedule(task: TaskId, due: Option<Due>) {
		Agenda::<T>::mutate(|agenda| {
			agenda.retain(|due| due.task != task);
			let Some(due) = due else { return };
			let place = agenda.partition_point(|other| other.at <= due.at);
			if agenda.try_insert(place, due).is_err() {
				// `submit` leaves room for one entry an open task. Whoever finds the task pokes it when there is room.
				log::error!(target: "runtime::tasks", "no room in the agenda for task {task}");
			}
		});
	}

	/// Makes due now what waits for a relay epoch that is known. Once an epoch, as the runtime tells of it.
	fn wake() {
		let Some(known) = EpochTold::<T>::take() else { return };
		let now = Self::now();
		Agenda::<T>::mutate(|agenda| {
			for due in agenda.iter_mut() {
				if due.epoch.is_some_and(|epoch| epoch <= known) {
					*due = Due { at: due.at.min(now), task: due.task, epoch: None };
				}
			}
			agenda.sort_by_key(|due| due.at);
		});
	}

	/// The most that the hook takes of a block.
	pub(crate) fn poll_limit() -> Weight {
		T::PollShare::get() * T::BlockWeights::get().max_block
	}

	/// What a look at a draw takes.
	pub(crate) fn look_weight() -> Weight {
		T::WeightInfo::advance().saturating_add(T::WeightInfo::draw_wait())
	}

	/// What a draw takes at its worst, beyond the look: of the candidates, and what follows if there are enough.
	pub(crate) fn draw_weight() -> Weight {
		T::WeightInfo::draw_check().saturating_add(T::WeightInfo::draw())
	}

	/// Draws that fit into a block in which the hook has nothing else to do.
	fn draws_per_block() -> u32 {
		let each = Self::look_weight().saturating_add(Self::draw_weight());
		let fit = Self::poll_limit().checked_div_per_component(&each);
		fit.unwrap_or_default().max(1).saturated_into()
	}

	/// Works on what is due, oldest first, each task once, as far as the meter and the book's own
	/// limit allow.
	pub(crate) fn poll(meter: &mut WeightMeter) {
		let mut own = WeightMeter::with_limit(meter.remaining().min(Self::poll_limit()));
		if own.try_consume(T::WeightInfo::poll()).is_ok() {
			Self::wake();
			// What ends in this block is settled from the next one on
			let ended = Unsettled::<T>::get();
			let (draws, kept) = Self::work(&mut own);
			let mut rest = WeightMeter::with_limit(own.remaining().saturating_sub(kept));
			Self::work_on_settlements(&ended, &mut rest);
			own.consume(rest.consumed());
			Self::work_on_draws(draws, &mut own);
		}
		meter.consume(own.consumed());
	}

	/// Works on what is due on the agenda; at draws it looks. Returns those whose randomness is known,
	/// oldest first, and the weight of one if it was there, which is to be kept for it.
	fn work(meter: &mut WeightMeter) -> (Vec<Waiting>, Weight) {
		let now = Self::now();
		let (mut draws, mut kept) = (Vec::new(), Weight::zero());
		let mut others = WeightMeter::with_limit(meter.remaining());
		for due in Agenda::<T>::get().into_iter().take_while(|due| due.at <= now) {
			let next = metered::<T, _>(&mut others, |meter| {
				take(meter, T::WeightInfo::advance())?;
				Self::step(due.task, meter)
			});
			match next {
				Ok(Next::Nothing) => {},
				Ok(Next::Draw(draw)) => {
					if draws.is_empty() && others.can_consume(Self::draw_weight()) {
						let rest = others.limit().saturating_sub(Self::draw_weight());
						others = WeightMeter::with_consumed_and_limit(others.consumed(), rest);
						kept = Self::draw_weight();
					}
					draws.push(draw);
				},
				// This one and those behind it come first in the next block
				Err(OutOfWeight) => break,
			}
		}
		meter.consume(others.consumed());
		(draws, kept)
	}

	/// Works on the settlements of tasks that have ended. Those that are not finished go behind all others.
	fn work_on_settlements(ended: &[TaskId], meter: &mut WeightMeter) {
		let (mut served, mut unfinished) = (0, Vec::new());
		for task in ended {
			match Self::work_on_settlement(*task, meter) {
				Ok(Progress::Done) => {},
				Ok(Progress::More) => unfinished.push(*task),
				// This one and those behind it come first in the next block
				Err(OutOfWeight) => break,
			}
			served += 1;
		}
		if served == 0 {
			return;
		}
		Unsettled::<T>::mutate(|waiting| {
			let behind = waiting.iter().skip(served).copied();
			*waiting = BoundedVec::truncate_from(behind.chain(unfinished).collect());
		});
	}

	/// Works on one settlement. One that is over, or was never due, is done.
	///
	/// # Errors
	/// Out of weight before anything was done.
	fn work_on_settlement(task: TaskId, meter: &mut WeightMeter) -> Result<Progress, OutOfWeight> {
		let found = metered::<T, _>(meter, |meter| {
			take(meter, T::WeightInfo::advance())?;
			let Some(TaskStatus::Settling(outcome)) = Statuses::<T>::get(task) else {
				return Ok(None);
			};
			let Remaining { stage, released } = Settlements::<T>::get(task).unwrap_or_default();
			let drawn = DrawnTasks::<T>::get(task);
			Ok(Some(Settlement { outcome, stage, released, drawn }))
		})?;
		found.map_or(Ok(Progress::Done), |found| Self::step_settling(task, found, meter))
	}

	/// Draws as many of these as fit. How many that will be in later blocks depends on what they do not take of their bounds:
	/// it is taken to be as many as in this one, and no fewer than their bounds allow.
	fn work_on_draws(draws: Vec<Waiting>, meter: &mut WeightMeter) {
		let (mut tried, mut left_over): (u32, u32) = (0, 0);
		for draw in draws {
			let (task, status) = (draw.task, draw.status);
			if metered::<T, _>(meter, |meter| Self::step_drawing(draw, meter)).is_ok() {
				tried = tried.saturating_add(1);
				continue;
			}
			if left_over > 0 {
				let a_block = Self::draws_per_block().max(tried);
				let turn = left_over.checked_div(a_block).unwrap_or_default();
				Self::put_off(task, status, turn.saturating_add(1));
			}
			left_over = left_over.saturating_add(1);
		}
	}

	/// A look at a task that is due, and the step that it asks for, draws apart: what these start from is returned. The weight of
	/// a mere transition is paid for already.
	pub(crate) fn step(task: TaskId, meter: &mut WeightMeter) -> Result<Next, OutOfWeight> {
		match Statuses::<T>::get(task) {
			Some(status @ TaskStatus::Drawing { .. }) => match status.undrawn(Self::now()) {
				Ok(failed) => {
					Self::forget_draw(task);
					Self::enter(task, failed);
				},
				Err(_) => {
					take(meter, T::WeightInfo::draw_wait())?;
					return Ok(Self::seeded(task, status).map_or(Next::Nothing, Next::Draw));
				},
			},
			Some(TaskStatus::Inviting { .. }) => Self::end_inviting(task, false),
			Some(status @ TaskStatus::Collecting { until, .. }) => {
				Self::step_collecting(task, status, until)
			},
			Some(status @ TaskStatus::Verifying { .. }) => {
				Self::step_verifying(task, status, meter)?
			},
			Some(TaskStatus::Committing { .. }) => Self::end_committing(task, false),
			Some(TaskStatus::Revealing { .. }) => Self::end_revealing(task),
			// It ended before an upgrade to this book, in which such tasks have a list of their own
			Some(TaskStatus::Settling(_)) => {
				Self::schedule(task, None);
				Self::await_settlement(task);
			},
			Some(TaskStatus::Settled(_)) | None => Self::schedule(task, None),
		}
		Ok(Next::Nothing)
	}

	/// The draw of this task, if its randomness is known: its plan keeps it from then on. Any other
	/// is put off.
	pub(crate) fn seeded(task: TaskId, status: TaskStatus) -> Option<Waiting> {
		let Some(mut plan) = Draws::<T>::get(task) else {
			Self::schedule(task, None);
			return None;
		};
		match Self::seed(&plan) {
			Ok(seed) => {
				if plan.seed.replace(seed).is_none() {
					Draws::<T>::insert(task, &plan);
				}
				return Some(Waiting { task, status, plan, seed });
			},
			Err(None) => Self::put_off(task, status, 1),
			Err(Some(epoch)) => Self::wait_for(task, status, epoch),
		}
		None
	}

	/// Draws, or puts the draw off.
	///
	/// # Errors
	/// Out of weight for a draw at its worst: nothing was taken, and nothing changes.
	fn step_drawing(draw: Waiting, meter: &mut WeightMeter) -> Result<(), OutOfWeight> {
		if !meter.can_consume(Self::draw_weight()) {
			return Err(OutOfWeight);
		}
		let Waiting { task, status, plan, seed } = draw;
		take(meter, T::WeightInfo::draw_check())?;
		if let Ok(eligible) = Self::eligible(task, &plan) {
			take(meter, T::WeightInfo::draw())?;
			if Self::draw(task, status, &plan, eligible, &seed) {
				return Ok(());
			}
		}
		Self::back_off(task, status, plan);
		Ok(())
	}

	/// Puts a draw off that found too few nodes, stake, capacity or verifiers.
	pub(crate) fn back_off(task: TaskId, status: TaskStatus, mut plan: DrawPlan) {
		let pause = retry_after(T::DrawRetry::get(), plan.tries, T::DrawWindow::get());
		plan.tries = plan.tries.saturating_add(1);
		Draws::<T>::insert(task, plan);
		Self::put_off(task, status, pause);
	}

	/// Puts a draw off by so many blocks, but not past the last one of its window; from that one to
	/// the next, which ends it.
	fn put_off(task: TaskId, status: TaskStatus, blocks: BlockNumber) {
		let TaskStatus::Drawing { until } = status else { return };
		Self::schedule(task, Some(Self::within_window(until, blocks)));
	}

	/// The block that comes so many after this one, but not past the last one of a draw's window, and later than this one.
	pub(crate) fn within_window(until: BlockNumber, blocks: BlockNumber) -> BlockNumber {
		let now = Self::now();
		now.saturating_add(blocks).min(until.max(now.saturating_add(1)))
	}

	/// Puts a draw off until a relay epoch is known, but not past the last block of its window.
	fn wait_for(task: TaskId, status: TaskStatus, epoch: u64) {
		let TaskStatus::Drawing { until } = status else { return };
		let at = Self::within_window(until, BlockNumber::MAX);
		Self::reschedule(task, Some(Due { at, task, epoch: Some(epoch) }));
	}

	/// Ends collecting at its deadline, or earlier if there is no dealing by then.
	fn step_collecting(task: TaskId, status: TaskStatus, until: BlockNumber) {
		if Self::now() > until {
			Self::end_collecting(task, false);
		} else if T::Sharing::dealings(task) > 0 {
			Self::schedule(task, Some(until.saturating_add(1)));
		} else if let Ok(failed) = status.undealt(Self::now()) {
			Self::enter(task, failed);
		}
	}

	/// The most that a freeze takes, of so many dealers and dealings, a mask among these.
	pub(crate) fn freeze_weight(dealers: u32, dealings: u32, threshold: u8) -> Weight {
		T::WeightInfo::freeze()
			.saturating_add(T::Sharing::freeze_weight(dealings, threshold))
			.saturating_add(T::Consent::freeze_weight(dealers))
	}

	/// Freezes the accepted set, if verification is over.
	fn step_verifying(
		task: TaskId,
		status: TaskStatus,
		meter: &mut WeightMeter,
	) -> Result<(), OutOfWeight> {
		let now = Self::now();
		let Some(drawn) = DrawnTasks::<T>::get(task) else { return Ok(()) };
		if status.may_freeze(now).is_err() {
			return Ok(());
		}
		let deal = drawn.accepted.saturating_add(drawn.conditions.sealed_to.is_some().into());
		take(meter, Self::freeze_weight(drawn.accepted, deal, drawn.threshold))?;
		let found = Self::accepted_set(task, &drawn, T::Sharing::freeze(task));
		if let Ok(next) = status.frozen(now, &drawn.windows, found.map(|_| ())) {
			if let (TaskStatus::Committing { until: commit_until, .. }, Ok(accepted)) =
				(next, found)
			{
				Self::deposit_event(Event::AcceptedSetFrozen { task, accepted, commit_until });
			}
			Self::enter(task, next);
		}
		Ok(())
	}

	/// Ends collecting, if the task is in it.
	pub(crate) fn end_collecting(task: TaskId, early: bool) {
		let Some((status, drawn)) = Self::running(task) else { return };
		if let Ok(next @ TaskStatus::Verifying { until }) =
			status.dealt(Self::now(), &drawn.windows)
		{
			Self::enter(task, next);
			Self::deposit_event(Event::CollectingEnded { task, early, verify_until: until });
		}
	}

	/// Makes this block the last one of verification, if the task is in it and has longer.
	pub(crate) fn end_verifying(task: TaskId) {
		let Some(status) = Statuses::<T>::get(task) else { return };
		if let Ok(next) = status.attested(Self::now()) {
			Self::enter(task, next);
			Self::deposit_event(Event::VerificationComplete { task });
		}
	}

	/// Ends committing, if the task is in it.
	pub(crate) fn end_committing(task: TaskId, early: bool) {
		let Some((status, drawn)) = Self::running(task) else { return };
		if let Ok(next @ TaskStatus::Revealing { until }) =
			status.committed(Self::now(), &drawn.windows)
		{
			Self::enter(task, next);
			Self::deposit_event(Event::CommittingEnded { task, early, reveal_until: until });
		}
	}

	/// Ends revealing, if the task is in it.
	pub(crate) fn end_revealing(task: TaskId) {
		let Some(status @ TaskStatus::Revealing { .. }) = Statuses::<T>::get(task) else { return };
		if let Ok(next) = status.revealed(T::Sharing::has_result(task)) {
			Self::enter(task, next);
		}
	}

	fn running(task: TaskId) -> Option<(TaskStatus, Drawn)> {
		Some((Statuses::<T>::get(task)?, DrawnTasks::<T>::get(task)?))
	}
}

/// Blocks from a try to draw to the next one: twice as many as the last time, up to a tenth of the window.
pub(crate) fn retry_after(least: BlockNumber, tries: u8, window: BlockNumber) -> BlockNumber {
	let factor = 1u32.checked_shl(tries.into()).unwrap_or(u32::MAX);
	least.saturating_mul(factor).min(window.div_ceil(10).max(least))
}

#[cfg(test)]
mod tests {
	use super::retry_after;

	#[test]
	fn tries_get_rarer() {
		let pauses: Vec<_> = (0..6).map(|tries| retry_after(10, tries, 1_000)).collect();
		assert_eq!(pauses, [10, 20, 40, 80, 100, 100]);
		assert_eq!(retry_after(10, u8::MAX, 1_000), 100);
		assert_eq!(retry_after(10, 3, 20), 10);
	}
}
