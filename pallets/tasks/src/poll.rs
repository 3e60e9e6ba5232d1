//! The agenda, and the hook that works on it.
//!
//! A block's work comes in two parts: everything but draws, then draws. A draw takes its worst
//! weight, a large part of what the hook has in a block (docs/SCALING.md), before it can know
//! whether it succeeds; one after the other they would hold up what is due behind them, and with it
//! the settlements that free the capacity they wait for.
//!
//! - Entries are looked at oldest first. From the oldest draw on that fits, its weight is kept
//!   back: draws go on in every block, whatever else there is to do.
//! - A draw that fails, or does not fit, is put off behind what is due by then. What the meter
//!   leaves undone keeps its place, and comes first in the next block. So a draw delays what is due
//!   behind it by a look, hundreds of which fit into a block.
//! - Of the draws that do not fit into a block the oldest keeps its place, and so has its weight
//!   kept back in the next block; the others are put off to the block in which it should be their
//!   turn, which saves the looks in between.
//! - A draw whose randomness is not known yet is tried in the next block, one that failed after
//!   [`Config::DrawRetry`] blocks, and every draw in the last block of its window.

use crate::{machine::Machine, types::*, *};
use frame::log;

/// The meter has too little left for the next step. It is taken first in a later block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfWeight;

/// A draw that waits for its turn: the task, and its state.
type Waiting = (TaskId, TaskStatus);

/// Takes `weight` from the meter, if it is there.
pub(crate) fn take(meter: &mut WeightMeter, weight: Weight) -> Result<(), OutOfWeight> {
	meter.try_consume(weight).map_err(|()| OutOfWeight)
}

impl<T: Config> Pallet<T> {
	/// Moves a task into a state: stores it, announces an end, and puts the task's entry where the
	/// state is due.
	pub(crate) fn enter(task: TaskId, status: TaskStatus) {
		Statuses::<T>::insert(task, status);
		if let TaskStatus::Settling(outcome) = status {
			Settlements::<T>::insert(task, Stage::default());
			Self::deposit_event(match outcome {
				Outcome::Completed => Event::TaskCompleted { task },
				Outcome::Failed(reason) => Event::TaskFailed { task, reason },
			});
		}
		Self::schedule(task, status.due_at(Self::now()));
	}

	/// Puts the task's only entry behind the others that are due at `at` or before; without `at`,
	/// removes it.
	pub(crate) fn schedule(task: TaskId, at: Option<BlockNumber>) {
		Agenda::<T>::mutate(|agenda| {
			agenda.retain(|due| due.task != task);
			let Some(at) = at else { return };
			let place = agenda.partition_point(|due| due.at <= at);
			if agenda.try_insert(place, Due { at, task }).is_err() {
				// `submit` leaves room for one entry an open task.
				log::error!(target: "runtime::tasks", "no room in the agenda for task {task}");
			}
		});
	}

	/// The most that the hook takes of a block.
	pub(crate) fn poll_limit() -> Weight {
		T::PollShare::get() * T::BlockWeights::get().max_block
	}

	/// What a draw takes, beyond the look at its task.
	pub(crate) fn draw_weight() -> Weight {
		T::WeightInfo::draw_wait().saturating_add(T::WeightInfo::draw())
	}

	/// Draws that fit into a block in which the hook has nothing else to do.
	fn draws_per_block() -> u32 {
		let fit = Self::poll_limit().checked_div_per_component(&Self::draw_weight());
		fit.unwrap_or_default().max(1).saturated_into()
	}

	/// Works on what is due, oldest first, each task once, as far as the meter and the book's own
	/// limit allow.
	pub(crate) fn poll(meter: &mut WeightMeter) {
		let mut own = WeightMeter::with_limit(meter.remaining().min(Self::poll_limit()));
		if own.try_consume(T::WeightInfo::poll()).is_ok() {
			let draws = Self::work(&mut own);
			Self::work_on_draws(draws, &mut own);
		}
		meter.consume(own.consumed());
	}

	/// Works on everything but draws. Answers those, oldest first, and leaves the weight of one if
	/// it was there.
	fn work(meter: &mut WeightMeter) -> Vec<Waiting> {
		let now = Self::now();
		let mut draws = Vec::new();
		let mut others = WeightMeter::with_limit(meter.remaining());
		for due in Agenda::<T>::get().into_iter().take_while(|due| due.at <= now) {
			let stepped = take(&mut others, T::WeightInfo::advance())
				.and_then(|()| Self::step(due.task, &mut others));
			match stepped {
				Ok(None) => {},
				Ok(Some(status)) => {
					if draws.is_empty() && others.can_consume(Self::draw_weight()) {
						let rest = others.limit().saturating_sub(Self::draw_weight());
						others = WeightMeter::with_consumed_and_limit(others.consumed(), rest);
					}
					draws.push((due.task, status));
				},
				// This one and those behind it come first in the next block
				Err(OutOfWeight) => break,
			}
		}
		meter.consume(others.consumed());
		draws
	}

	/// Draws as many of these as fit.
	fn work_on_draws(draws: Vec<Waiting>, meter: &mut WeightMeter) {
		let mut left_over: u32 = 0;
		for (task, status) in draws {
			if Self::step_drawing(task, status, meter).is_ok() {
				continue;
			}
			if left_over > 0 {
				let turn = left_over.checked_div(Self::draws_per_block()).unwrap_or_default();
				Self::put_off(task, status, turn.saturating_add(1));
			}
			left_over = left_over.saturating_add(1);
		}
	}

	/// One step of a task that is due. The weight of a mere transition is paid for already. Of a
	/// task that waits for its draw the state is answered: a draw is no step of this.
	pub(crate) fn step(
		task: TaskId,
		meter: &mut WeightMeter,
	) -> Result<Option<TaskStatus>, OutOfWeight> {
		match Statuses::<T>::get(task) {
			Some(status @ TaskStatus::Drawing { .. }) => match status.undrawn(Self::now()) {
				Ok(failed) => Self::enter(task, failed),
				Err(_) => return Ok(Some(status)),
			},
			Some(TaskStatus::Collecting { .. }) => Self::end_collecting(task, false),
			Some(status @ TaskStatus::Verifying { .. }) => {
				Self::step_verifying(task, status, meter)?
			},
			Some(TaskStatus::Committing { .. }) => Self::end_committing(task, false),
			Some(TaskStatus::Revealing { .. }) => Self::end_revealing(task),
			Some(TaskStatus::Settling(outcome)) => Self::step_settling(task, outcome, meter)?,
			Some(TaskStatus::Settled(_)) | None => Self::schedule(task, None),
		}
		Ok(None)
	}

	/// Draws, or puts the draw off.
	///
	/// # Errors
	/// Out of weight for a draw at its worst: nothing was taken, and nothing changes.
	fn step_drawing(
		task: TaskId,
		status: TaskStatus,
		meter: &mut WeightMeter,
	) -> Result<(), OutOfWeight> {
		if !meter.can_consume(Self::draw_weight()) {
			return Err(OutOfWeight);
		}
		take(meter, T::WeightInfo::draw_wait())?;
		let Some(record) = Records::<T>::get(task) else {
			Self::schedule(task, None);
			return Ok(());
		};
		let Some(randomness) = T::Entropy::seed(record.class, record.submitted_epoch) else {
			Self::put_off(task, status, 1);
			return Ok(());
		};
		take(meter, T::WeightInfo::draw())?;
		if !Self::draw(task, status, record, &randomness) {
			Self::put_off(task, status, T::DrawRetry::get());
		}
		Ok(())
	}

	/// Puts a draw off by so many blocks, but not past the last one of its window; from that one to
	/// the next, which ends it.
	fn put_off(task: TaskId, status: TaskStatus, blocks: BlockNumber) {
		let TaskStatus::Drawing { until, .. } = status else { return };
		let now = Self::now();
		let last = until.max(now.saturating_add(1));
		Self::schedule(task, Some(now.saturating_add(blocks).min(last)));
	}

	/// Freezes the accepted set.
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
		let weight =
			T::WeightInfo::freeze().saturating_add(T::Sharing::freeze_weight(drawn.invited));
		take(meter, weight)?;
		let accepted = T::Sharing::freeze(task);
		if let Ok(next) = status.frozen(now, &drawn.windows, accepted, drawn.least_dealers) {
			if let TaskStatus::Committing { until, .. } = next {
				Self::deposit_event(Event::AcceptedSetFrozen {
					task,
					accepted,
					commit_until: until,
				});
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
