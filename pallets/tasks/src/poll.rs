//! The agenda, and the hook that works on it.

use crate::{machine::Machine, types::*, *};
use frame::log;

/// The meter has too little left for the next step. It is taken first in a later block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfWeight;

/// Takes `weight` from the meter, if it is there.
pub(crate) fn take(meter: &mut WeightMeter, weight: Weight) -> Result<(), OutOfWeight> {
	meter.try_consume(weight).map_err(|()| OutOfWeight)
}

impl<T: Config> Pallet<T> {
	/// Moves a task into a state: stores it, announces an end, and puts the task's entry where the state is due.
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

	/// Puts the task's only entry behind the others that are due at `at` or before; without `at`, removes it.
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

	/// Works on what is due, oldest first, each task once, as far as the meter and the book's own limit allow.
	pub(crate) fn poll(meter: &mut WeightMeter) {
		let mut own = WeightMeter::with_limit(meter.remaining().min(Self::poll_limit()));
		// what does not fit now comes first in the next block
		let _later: Result<(), OutOfWeight> = Self::work(&mut own);
		meter.consume(own.consumed());
	}

	fn work(meter: &mut WeightMeter) -> Result<(), OutOfWeight> {
		take(meter, T::WeightInfo::poll())?;
		let now = Self::now();
		for due in Agenda::<T>::get().into_iter().take_while(|due| due.at <= now) {
			take(meter, T::WeightInfo::advance())?;
			Self::step(due.task, meter)?;
		}
		Ok(())
	}

	/// One step of a task that is due. The weight of a mere transition is paid for already.
	pub(crate) fn step(task: TaskId, meter: &mut WeightMeter) -> Result<(), OutOfWeight> {
		match Statuses::<T>::get(task) {
			Some(status @ TaskStatus::Drawing { .. }) => Self::step_drawing(task, status, meter)?,
			Some(TaskStatus::Collecting { .. }) => Self::end_collecting(task, false),
			Some(status @ TaskStatus::Verifying { .. }) => {
				Self::step_verifying(task, status, meter)?
			},
			Some(TaskStatus::Committing { .. }) => Self::end_committing(task, false),
			Some(TaskStatus::Revealing { .. }) => Self::end_revealing(task),
			Some(TaskStatus::Settling(outcome)) => Self::step_settling(task, outcome, meter)?,
			Some(TaskStatus::Settled(_)) | None => Self::schedule(task, None),
		}
		Ok(())
	}

	/// Draws, waits for another block, or gives up.
	fn step_drawing(
		task: TaskId,
		status: TaskStatus,
		meter: &mut WeightMeter,
	) -> Result<(), OutOfWeight> {
		let now = Self::now();
		if let Ok(failed) = status.undrawn(now) {
			Self::enter(task, failed);
			return Ok(());
		}
		take(meter, T::WeightInfo::draw_wait())?;
		let Some(record) = Records::<T>::get(task) else {
			Self::schedule(task, None);
			return Ok(());
		};
		let drawn = match T::Entropy::seed(record.class, record.submitted_epoch) {
			Some(randomness) => {
				take(meter, T::WeightInfo::draw())?;
				Self::draw(task, status, record, &randomness)
			},
			None => false,
		};
		if !drawn {
			Self::schedule(task, Some(now.saturating_add(1)));
		}
		Ok(())
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
