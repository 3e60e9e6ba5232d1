//! Benchmarks of the calls and of the hook's steps, with the runtime's real neighbours: registry
//! and agenda are full, committees are the largest, and each step meets its dearest case.

use crate::{types::*, *};
use alloc::vec::Vec;
use frame::benchmarking::prelude::*;
use machine::Machine;
use ostraka_primitives::spec::{Column, Grouping, Name, Statistic};

/// Prepares the neighbours.
pub trait BenchmarkHelper {
	/// Sets the classes with the largest committees, fills the registry with as many active nodes
	/// as a draw may have to look at, with stake and free capacity for every class, and makes the
	/// randomness for draws known. One absence puts a node out of selection.
	fn prepare();
	/// Gives an account what a task with the least fee costs, and more.
	fn fund(account: &AccountId);
	/// Gives the members' nodes other keys than those that the committee pins, which are freed with
	/// its seats.
	fn rotate_keys(committee: &Committee);
}

/// A name of the greatest length, unlike those of other numbers only at its end.
fn name(number: u32) -> Name {
	let width = ostraka_primitives::spec::MAX_NAME as usize;
	alloc::format!("{number:x>width$}").into_bytes().try_into().expect("as long as a name may be")
}

fn column(number: u32) -> Column {
	Column { name: name(number), decimals: 9, min: 0, max: i64::from(u32::MAX) }
}

/// The spec that takes longest to check and to store: the most columns and groups.
fn longest_spec() -> TaskSpec {
	let columns: Vec<_> = (0..ostraka_primitives::spec::MAX_COLUMNS).map(column).collect();
	let groups: Vec<_> = (0..ostraka_primitives::spec::MAX_GROUPS).map(name).collect();
	TaskSpec {
		statistic: Statistic::Contributors,
		columns: columns.try_into().expect("no more than may be"),
		target: None,
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: Some(Grouping {
			column: name(9999),
			groups: groups.try_into().expect("no more than may be"),
		}),
		max_rows: u32::MAX,
	}
}

fn dealers(count: u32) -> Dealers {
	let dealers: Vec<_> = (0..count).map(|i| account("dealer", i, 0)).collect();
	dealers.try_into().expect("no more than may be")
}

/// The class with the most seats.
fn largest_class<T: Config>() -> SecurityClass {
	[SecurityClass::Standard, SecurityClass::Confidential, SecurityClass::Restricted]
		.into_iter()
		.max_by_key(|class| Pallet::<T>::parameters(*class).seats)
		.expect("there are classes")
}

/// The requester of a call, whose account the fee has touched already.
fn caller<T: Config>() -> AccountId {
	let caller = whitelisted_caller();
	T::BenchmarkHelper::fund(&caller);
	caller
}

/// The requester of a task that the hook works on.
fn requester<T: Config>() -> AccountId {
	let requester = account("requester", 0, 0);
	T::BenchmarkHelper::fund(&requester);
	requester
}

fn fee<T: Config>(spec: &TaskSpec, class: SecurityClass, invited: u32) -> Balance {
	T::Escrow::least_fee(Pallet::<T>::parameters(class).seats, spec.length(), invited)
}

/// A task in `Drawing`, with the largest committee and the most dealers; all others that may be
/// open are on the agenda after it.
fn submitted<T: Config>(requester: fn() -> AccountId) -> Result<TaskId, BenchmarkError> {
	T::BenchmarkHelper::prepare();
	let (spec, class, list) = (longest_spec(), largest_class::<T>(), dealers(MAX_DEALERS));
	let task = NextTask::<T>::get();
	let fee = fee::<T>(&spec, class, MAX_DEALERS);
	let collect = T::MaxCollect::get();
	Pallet::<T>::do_submit(requester(), spec, class, list, collect, fee, 0)?;
	crowd::<T>(0, BlockNumber::MAX);
	Ok(task)
}

/// Fills the agenda but for some places, with tasks due in a block that no other is due after.
fn crowd<T: Config>(free: usize, at: BlockNumber) {
	let mut agenda = Agenda::<T>::get();
	let mut task = TaskId::MAX;
	while agenda.try_push(Due { at, task }).is_ok() {
		task -= 1;
	}
	let kept = agenda.len().saturating_sub(free);
	agenda.truncate(kept);
	Agenda::<T>::put(agenda);
}

/// A task whose committee is drawn.
fn drawn<T: Config>(requester: fn() -> AccountId) -> Result<TaskId, BenchmarkError> {
	let task = submitted::<T>(requester)?;
	let status = go_to_draw::<T>(task)?;
	let record = Records::<T>::get(task).ok_or("no record")?;
	if !Pallet::<T>::draw(task, status, record, &[1; 32]) {
		return Err("no committee could be drawn".into());
	}
	Ok(task)
}

/// Goes to the first block of the draw.
fn go_to_draw<T: Config>(task: TaskId) -> Result<TaskStatus, BenchmarkError> {
	let status = Statuses::<T>::get(task).ok_or("no status")?;
	let at = status.due_at(0).ok_or("the task is settled")?;
	frame_system::Pallet::<T>::set_block_number(at.into());
	Ok(status)
}

/// A task that failed as all of its members were absent: settling, at a stage.
fn settling<T: Config>(stage: Stage) -> Result<(TaskId, Outcome), BenchmarkError> {
	let task = drawn::<T>(requester::<T>)?;
	let outcome = Outcome::Failed(FailReason::TooFewShares);
	Pallet::<T>::enter(task, TaskStatus::Settling(outcome));
	Settlements::<T>::insert(task, stage);
	Ok((task, outcome))
}

/// What the hook reads before it takes up a settlement, at whatever stage.
fn look<T: Config>(task: TaskId) -> (Option<Stage>, Option<Drawn>) {
	(Settlements::<T>::get(task), DrawnTasks::<T>::get(task))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn submit(d: Linear<10, MAX_DEALERS>) -> Result<(), BenchmarkError> {
		T::BenchmarkHelper::prepare();
		let (spec, class, list) = (longest_spec(), SecurityClass::Standard, dealers(d));
		let caller = caller::<T>();
		crowd::<T>(1, BlockNumber::MAX);
		let fee = fee::<T>(&spec, class, d);
		let task = NextTask::<T>::get();
		let collect = T::MaxCollect::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), spec, class, list, collect, fee, 1);

		assert!(matches!(Statuses::<T>::get(task), Some(TaskStatus::Drawing { .. })));
		Ok(())
	}

	#[benchmark]
	fn cancel() -> Result<(), BenchmarkError> {
		let task = drawn::<T>(caller::<T>)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), task);

		assert!(matches!(Statuses::<T>::get(task), Some(TaskStatus::Settling(_))));
		Ok(())
	}

	#[benchmark]
	fn poll() {
		crowd::<T>(0, 0);
		let due;

		#[block]
		{
			due = Agenda::<T>::get()
				.into_iter()
				.take_while(|due| due.at <= Pallet::<T>::now())
				.count();
		}

		assert_eq!(due, T::MaxOpenTasks::get() as usize);
	}

	/// The end of revealing, which writes the most, and the look at the committee that the ends of
	/// the other phases take.
	#[benchmark]
	fn advance() -> Result<(), BenchmarkError> {
		let task = drawn::<T>(requester::<T>)?;
		Pallet::<T>::enter(task, TaskStatus::Revealing { until: 0 });

		#[block]
		{
			core::hint::black_box(DrawnTasks::<T>::get(task));
			Pallet::<T>::step(task, &mut WeightMeter::new()).map_err(|_| "out of weight")?;
		}

		assert!(matches!(Statuses::<T>::get(task), Some(TaskStatus::Settling(_))));
		Ok(())
	}

	#[benchmark]
	fn draw_wait() -> Result<(), BenchmarkError> {
		let task = submitted::<T>(requester::<T>)?;

		#[block]
		{
			let record = Records::<T>::get(task).ok_or("no record")?;
			core::hint::black_box(T::Entropy::seed(record.class, record.submitted_epoch));
			Pallet::<T>::schedule(task, Some(1));
		}

		Ok(())
	}

	/// The candidates are looked up among the dealers: all of that look at the same part of the
	/// state, of which the proof has every node once.
	#[benchmark(pov_mode = MaxEncodedLen { Tasks::Cohorts: Measured })]
	fn draw() -> Result<(), BenchmarkError> {
		let task = submitted::<T>(requester::<T>)?;
		let status = go_to_draw::<T>(task)?;
		let record = Records::<T>::get(task).ok_or("no record")?;
		let drawn;

		#[block]
		{
			drawn = Pallet::<T>::draw(task, status, record, &[1; 32]);
		}

		assert!(drawn);
		Ok(())
	}

	#[benchmark]
	fn freeze() -> Result<(), BenchmarkError> {
		let task = drawn::<T>(requester::<T>)?;
		Pallet::<T>::enter(task, TaskStatus::Verifying { until: 0 });

		#[block]
		{
			// The look at the status, which is part of every step, included
			Pallet::<T>::step(task, &mut WeightMeter::new()).map_err(|_| "out of weight")?;
		}

		assert!(!matches!(Statuses::<T>::get(task), Some(TaskStatus::Verifying { .. })));
		Ok(())
	}

	/// Every member is slashed and, as it was absent too often, leaves selection: dearer than
	/// paying it.
	#[benchmark]
	fn settle_fee() -> Result<(), BenchmarkError> {
		let (task, outcome) = settling::<T>(Stage::Fee)?;

		#[block]
		{
			let (_, drawn) = look::<T>(task);
			Pallet::<T>::settle_fee(task, outcome, drawn.as_ref());
		}

		assert_eq!(Settlements::<T>::get(task), Some(Stage::Sharing));
		Ok(())
	}

	#[benchmark]
	fn settle_sharing() -> Result<(), BenchmarkError> {
		let (task, _) = settling::<T>(Stage::Sharing)?;

		#[block]
		{
			look::<T>(task);
			// What the sharing does it takes from the meter itself
			core::hint::black_box(T::Sharing::settle(task, false, &mut WeightMeter::new()));
			Pallet::<T>::reach(task, Stage::Cohort);
			Pallet::<T>::schedule(task, Some(1));
		}

		assert_eq!(Settlements::<T>::get(task), Some(Stage::Cohort));
		Ok(())
	}

	#[benchmark]
	fn free_cohort(d: Linear<0, MAX_DEALERS>) -> Result<(), BenchmarkError> {
		let (task, _) = settling::<T>(Stage::Cohort)?;

		#[block]
		{
			look::<T>(task);
			Pallet::<T>::drain_cohort(task, d);
			Pallet::<T>::reach(task, Stage::Close);
		}

		assert_eq!(Cohorts::<T>::iter_key_prefix(task).count() as u32, MAX_DEALERS - d);
		Ok(())
	}

	/// All members have rotated their keys since the draw, and hold no other seat under the former
	/// ones.
	#[benchmark]
	fn close() -> Result<(), BenchmarkError> {
		let (task, outcome) = settling::<T>(Stage::Close)?;
		let drawn = DrawnTasks::<T>::get(task).ok_or("no committee")?;
		T::BenchmarkHelper::rotate_keys(&drawn.committee);

		#[block]
		{
			let (_, drawn) = look::<T>(task);
			Pallet::<T>::close(task, outcome, drawn.as_ref());
		}

		assert_eq!(Statuses::<T>::get(task), Some(TaskStatus::Settled(outcome)));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
