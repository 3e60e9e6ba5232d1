//! Benchmarks of the calls and of the hook's steps, with the runtime's real neighbours: registry
//! and agenda are full, committees and panels are the largest, and each step meets its dearest case.

use crate::{conditions::dealers_of, types::*, *};
use alloc::vec::Vec;
use frame::benchmarking::prelude::*;
use machine::Machine;
use ostraka_primitives::{
	consent::{Agreed, MAX_REQUIRED},
	spec::{Column, Grouping, Name, Statistic},
	traits::SeatReport,
};
use ostraka_protocol::{statistics::validity::proof_length, wire::consent};

/// Prepares the neighbours.
pub trait BenchmarkHelper {
	/// Sets the classes with the largest committees and panels, fills the registry with as many active nodes
	/// as a draw may have to look at, all of which compute and verify, with stake and free capacity for every class, and
	/// fills what the book remembers of the relay chain; the randomness of a draw that begins now is not known
	/// yet. One absence puts a node out of selection.
	fn prepare();
	/// Lets the relay chain go on until the randomness of every draw that has begun is known, of
	/// whatever class.
	fn advance_relay();
	/// The operator of a node in selection, always the same one, with what a task with the least
	/// fee and a deposit cost, and more.
	fn candidate() -> AccountId;
	/// Gives an account what a task with the least fee and a deposit cost, and more.
	fn fund(account: &AccountId);
	/// Fills what is remembered of a dealer, with this task as the newest; nothing of it stands against another acceptance. Where
	/// nothing is remembered there is nothing to fill.
	fn remember(_dealer: &AccountId, _task: TaskId) {}
	/// Gives the nodes of members and verifiers other keys than those that the task pins, which are freed with their seats.
	fn rotate_keys(committee: &Committee, panel: &Panel);
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

/// The spec with the relation that is dearest to derive: of every pair of the most columns that a regression can have, with
/// no bound that is zero.
fn dearest_spec() -> TaskSpec {
	let column = |number| Column { min: -1, ..column(number) };
	// A vector of 253 entries
	let columns: Vec<_> = (0..20).map(column).collect();
	TaskSpec {
		statistic: Statistic::Regression,
		columns: columns.try_into().expect("no more than may be"),
		target: Some(column(20)),
		group_by: None,
		..longest_spec()
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
		.max_by_key(|class| Pallet::<T>::parameters(*class).all_seats())
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

/// The least fee of a task with the longest windows, were it submitted now.
fn fee<T: Config>(spec: &TaskSpec, class: SecurityClass, invited: u32) -> Balance {
	let (accept, collect) = (T::MaxAccept::get(), T::MaxCollect::get());
	Pallet::<T>::quote(spec, class, invited, accept, collect).least
}

/// Most dealers beside a recipient.
const MOST: u32 = MAX_DEALERS - 1;

/// The longest cohort of a sealed task. The last of its dealers operates a candidate.
fn cohort<T: Config>() -> Dealers {
	let mut cohort = dealers(MOST - 1).into_inner();
	cohort.push(T::BenchmarkHelper::candidate());
	cohort.try_into().expect("no more than may be")
}

fn recipient() -> AccountId {
	account("recipient", 0, 0)
}

/// As many conditions as there can be, of which the last dealers are required: a class's with a recipient.
fn conditions<T: Config>(class: SecurityClass, dealers: &Dealers) -> Conditions {
	let mut required: Vec<_> = dealers.iter().rev().take(MAX_REQUIRED as usize).cloned().collect();
	required.sort();
	Conditions {
		required: required.try_into().expect("no more than may be"),
		sealed_to: Some(recipient()),
		..Conditions::of(&Pallet::<T>::parameters(class))
	}
}

/// What the longest task counts the contributors to: more than a vector can hold.
fn counted_spec() -> TaskSpec {
	TaskSpec { statistic: Statistic::VectorMean, ..longest_spec() }
}

/// The longest task that has counted, completed.
fn counting<T: Config>() -> Result<TaskId, BenchmarkError> {
	let (spec, class, list) = (longest_spec(), SecurityClass::Standard, dealers(10));
	let task = NextTask::<T>::get();
	let fee = fee::<T>(&spec, class, 10);
	let asked = Conditions { sealed_to: None, ..conditions::<T>(class, &list) };
	let (accept, collect) = (T::MaxAccept::get(), T::MaxCollect::get());
	let who = requester::<T>();
	Pallet::<T>::do_submit(who, spec, asked, class, list, accept, collect, fee, 0)?;
	Statuses::<T>::insert(task, TaskStatus::Settled(Outcome::Completed));
	Ok(task)
}

/// So many barred accounts: nobody who could be drawn, so that every candidate is looked up among
/// all of them, and the draw has all candidates.
fn barred(count: u32) -> BarredNodes {
	BarredNodes::truncate_from((0..count).map(|i| account("barred", i, 0)).collect())
}

/// A task in `Inviting`, with the largest committee and panel, the most dealers and the longest list of barred
/// nodes; all others that may be open are on the agenda after it.
fn submitted<T: Config>(requester: fn() -> AccountId) -> Result<TaskId, BenchmarkError> {
	T::BenchmarkHelper::prepare();
	let (spec, class, list) = (longest_spec(), largest_class::<T>(), cohort::<T>());
	let task = NextTask::<T>::get();
	let (fee, asked) = (fee::<T>(&spec, class, MOST), conditions::<T>(class, &list));
	let (accept, collect) = (T::MaxAccept::get(), T::MaxCollect::get());
	Pallet::<T>::do_submit(requester(), spec, asked, class, list, accept, collect, fee, 0)?;
	Barred::<T>::insert(task, barred(MAX_DEALERS + 1));
	crowd::<T>(0, BlockNumber::MAX, None);
	Ok(task)
}

/// Fills the agenda but for some places, with tasks due in a block that no other is due after, or
/// with this relay epoch.
fn crowd<T: Config>(free: usize, at: BlockNumber, epoch: Option<u64>) {
	let mut agenda = Agenda::<T>::get();
	let mut task = TaskId::MAX;
	while agenda.try_push(Due { at, task, epoch }).is_ok() {
		task -= 1;
	}
	let kept = agenda.len().saturating_sub(free);
	agenda.truncate(kept);
	Agenda::<T>::put(agenda);
}

/// Has as many tasks wait for their settlement as may be open, but for one place.
fn queue<T: Config>() {
	let others = (1..T::MaxOpenTasks::get()).map(|number| TaskId::MAX - TaskId::from(number));
	Unsettled::<T>::put(BoundedVec::truncate_from(others.collect()));
}

/// Has the recipient and the first so many dealers accept, without their deposits.
fn accept_first<T: Config>(task: TaskId, count: u32) -> Result<(), BenchmarkError> {
	let mut invitation = Invitations::<T>::get(task).ok_or("no invitation")?;
	Cohorts::<T>::insert(task, recipient(), Invitee::Recipient(Some(0)));
	invitation.consent = consent(&invitation.consent, &recipient());
	invitation.sealed = true;
	for (place, dealer) in (1..=count).zip(cohort::<T>()) {
		let acceptance = Acceptance { place, agreed: Agreed::default() };
		Cohorts::<T>::insert(task, &dealer, Invitee::Dealer(Some(acceptance)));
		invitation.consent = consent(&invitation.consent, &dealer);
		if invitation.conditions.required.contains(&dealer) {
			invitation.missing -= 1;
		}
	}
	invitation.accepted = count;
	Invitations::<T>::insert(task, invitation);
	Ok(())
}

/// A task in `Drawing`, that all dealers and the recipient have accepted.
fn consented<T: Config>(
	requester: fn() -> AccountId,
) -> Result<(TaskId, TaskStatus), BenchmarkError> {
	let task = submitted::<T>(requester)?;
	accept_first::<T>(task, MOST)?;
	Pallet::<T>::end_inviting(task, true);
	let status = Statuses::<T>::get(task).ok_or("no status")?;
	Ok((task, status))
}

/// A task whose committee and panel are drawn.
fn drawn<T: Config>(requester: fn() -> AccountId) -> Result<TaskId, BenchmarkError> {
	let (task, status) = consented::<T>(requester)?;
	let plan = go_to_draw::<T>(task, status)?;
	let eligible = eligible::<T>(task, &plan)?;
	if !Pallet::<T>::draw(task, status, &plan, eligible, &[1; 32]) {
		return Err("no committee could be drawn".into());
	}
	Ok(task)
}

fn eligible<T: Config>(
	task: TaskId,
	plan: &DrawPlan,
) -> Result<crate::draw::EligibleOf<T>, BenchmarkError> {
	Pallet::<T>::eligible(task, plan).map_err(|_| BenchmarkError::Stop("too few nodes"))
}

/// Goes to the first block of the draw.
fn go_to_draw<T: Config>(task: TaskId, status: TaskStatus) -> Result<DrawPlan, BenchmarkError> {
	let at = status.due_at(Pallet::<T>::now()).ok_or("the task is settled")?;
	frame_system::Pallet::<T>::set_block_number(at.into());
	Draws::<T>::get(task).ok_or(BenchmarkError::Stop("no plan"))
}

/// A task that failed for want of result shares: settling, at a stage.
fn settling<T: Config>(stage: Stage) -> Result<(TaskId, Outcome), BenchmarkError> {
	let task = drawn::<T>(requester::<T>)?;
	let outcome = Outcome::Failed(FailReason::TooFewShares);
	queue::<T>();
	Pallet::<T>::enter(task, TaskStatus::Settling(outcome));
	Settlements::<T>::insert(task, Remaining { stage, released: false });
	Ok((task, outcome))
}

/// What the hook reads before it takes up a settlement, at whatever stage.
fn look<T: Config>(task: TaskId) -> (Option<Remaining>, Option<Drawn>) {
	(Settlements::<T>::get(task), DrawnTasks::<T>::get(task))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// The requester operates a candidate. No spec is both the longest and the dearest to derive a relation of, and the longest
	/// counts, so that none counted for it: one is submitted, and another's derived and looked up besides. There is a recipient
	/// beside the dealers.
	#[benchmark(pov_mode = Measured)]
	fn submit(d: Linear<10, 511>) -> Result<(), BenchmarkError> {
		T::BenchmarkHelper::prepare();
		let (counting, counted) = (counting::<T>()?, counted_spec());
		let has_counted;
		let (spec, class, list) = (longest_spec(), SecurityClass::Standard, dealers(d));
		let dearest = dearest_spec();
		let proven;
		let origin = RawOrigin::Signed(T::BenchmarkHelper::candidate()).into();
		crowd::<T>(1, BlockNumber::MAX, None);
		let (fee, asked) = (fee::<T>(&spec, class, d), conditions::<T>(class, &list));
		let task = NextTask::<T>::get();
		let (window, collect) = (T::MaxAccept::get(), T::MaxCollect::get());

		#[block]
		{
			proven = proof_length(&dearest).is_ok();
			has_counted = Pallet::<T>::has_counted(counting, &counted);
			Pallet::<T>::submit(origin, spec, asked, class, list, window, collect, fee, 1)?;
		}

		assert!(proven && has_counted);
		assert!(matches!(Statuses::<T>::get(task), Some(TaskStatus::Inviting { .. })));
		assert_eq!(Barred::<T>::get(task).len(), 1);
		Ok(())
	}

	/// Before the draw, with the longest list of barred nodes to free.
	#[benchmark(pov_mode = Measured)]
	fn cancel() -> Result<(), BenchmarkError> {
		let task = submitted::<T>(caller::<T>)?;
		queue::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), task);

		assert!(matches!(Statuses::<T>::get(task), Some(TaskStatus::Settling(_))));
		Ok(())
	}

	/// Of the last dealer of the longest cohort, which ends inviting. It is required, and operates a candidate, for
	/// which there is the last place among those who are barred.
	#[benchmark(pov_mode = Measured)]
	fn accept() -> Result<(), BenchmarkError> {
		let task = submitted::<T>(requester::<T>)?;
		accept_first::<T>(task, MOST - 1)?;
		Barred::<T>::insert(task, barred(MAX_DEALERS));
		let dealer = T::BenchmarkHelper::candidate();
		T::BenchmarkHelper::remember(&dealer, TaskId::MAX);
		let terms = Invitations::<T>::get(task).ok_or("no invitation")?.terms;

		#[extrinsic_call]
		_(RawOrigin::Signed(dealer), task, terms, [1; 32]);

		assert!(matches!(Statuses::<T>::get(task), Some(TaskStatus::Drawing { .. })));
		assert_eq!(Barred::<T>::get(task).len() as u32, MAX_DEALERS + 1);
		Ok(())
	}

	/// Of a draw that waits, whose randomness has just become known: no other state has more to read. The others on the agenda,
	/// with one place left, wait for an epoch, and it comes before all of them.
	#[benchmark(pov_mode = Measured)]
	fn poke() -> Result<(), BenchmarkError> {
		let (task, _) = consented::<T>(requester::<T>)?;
		T::BenchmarkHelper::advance_relay();
		Agenda::<T>::kill();
		crowd::<T>(1, BlockNumber::MAX, Some(u64::MAX));

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), task);

		let agenda = Agenda::<T>::get();
		assert_eq!(agenda.first().map(|due| due.task), Some(task));
		assert_eq!(agenda.len() as u32, T::MaxOpenTasks::get());
		Ok(())
	}

	/// All that may be open waits for the epoch that was told.
	#[benchmark(pov_mode = Measured)]
	fn poll() {
		crowd::<T>(0, BlockNumber::MAX, Some(1));
		queue::<T>();
		EpochTold::<T>::put(1);
		// With weight for nothing else
		let mut meter = WeightMeter::with_limit(T::WeightInfo::poll());

		#[block]
		{
			Pallet::<T>::poll(&mut meter);
		}

		let now = Pallet::<T>::now();
		assert!(Agenda::<T>::get().iter().all(|due| due.at == now && due.epoch.is_none()));
		assert!(EpochTold::<T>::get().is_none());
	}

	/// The end of revealing, which writes the most, and what the ends of the other phases read and
	/// write besides.
	#[benchmark(pov_mode = Measured)]
	fn advance() -> Result<(), BenchmarkError> {
		let task = drawn::<T>(requester::<T>)?;
		queue::<T>();
		Pallet::<T>::enter(task, TaskStatus::Revealing { until: 0 });
		Barred::<T>::insert(task, barred(MAX_DEALERS + 1));

		#[block]
		{
			core::hint::black_box(DrawnTasks::<T>::get(task));
			core::hint::black_box(T::Sharing::dealings(task));
			let invitation = Invitations::<T>::get(task).ok_or("no invitation")?;
			Draws::<T>::insert(task, invitation.plan(T::Entropy::moment()));
			Pallet::<T>::forget_draw(task);
			Pallet::<T>::step(task, &mut WeightMeter::new()).map_err(|_| "out of weight")?;
		}

		assert!(matches!(Statuses::<T>::get(task), Some(TaskStatus::Settling(_))));
		Ok(())
	}

	/// The randomness has just become known and is kept, but the draw does not fit and is put off.
	#[benchmark(pov_mode = Measured)]
	fn draw_wait() -> Result<(), BenchmarkError> {
		let (task, status) = consented::<T>(requester::<T>)?;
		T::BenchmarkHelper::advance_relay();
		let known;

		#[block]
		{
			known = Pallet::<T>::seeded(task, status).is_some();
			Pallet::<T>::schedule(task, Some(1));
		}

		assert!(known);
		Ok(())
	}

	/// To sift the candidates takes as long whether or not there are enough.
	#[benchmark(pov_mode = Measured)]
	fn draw_check() -> Result<(), BenchmarkError> {
		let (task, status) = consented::<T>(requester::<T>)?;
		let mut plan = go_to_draw::<T>(task, status)?;
		plan.seed = Some([1; 32]);
		let checked;

		#[block]
		{
			checked = Pallet::<T>::eligible(task, &plan).is_ok();
			Pallet::<T>::back_off(task, status, plan);
		}

		assert!(checked);
		assert_eq!(Draws::<T>::get(task).map(|plan| plan.tries), Some(1));
		Ok(())
	}

	/// What is eligible was looked up before, and is `draw_check`.
	#[benchmark(pov_mode = Measured)]
	fn draw() -> Result<(), BenchmarkError> {
		let (task, status) = consented::<T>(requester::<T>)?;
		let plan = go_to_draw::<T>(task, status)?;
		let eligible = eligible::<T>(task, &plan)?;
		let drawn;

		#[block]
		{
			drawn = Pallet::<T>::draw(task, status, &plan, eligible, &[1; 32]);
		}

		assert!(drawn);
		Ok(())
	}

	/// Of a sealed task, whose mask is missing; whether the longest set keeps the conditions is looked at besides.
	#[benchmark(pov_mode = Measured)]
	fn freeze() -> Result<(), BenchmarkError> {
		let task = drawn::<T>(requester::<T>)?;
		Pallet::<T>::enter(task, TaskStatus::Verifying { until: 0 });
		let conditions = DrawnTasks::<T>::get(task).ok_or("no committee")?.conditions;
		let mut who = cohort::<T>().into_inner();
		who.push(recipient());
		let kept;

		#[block]
		{
			kept = dealers_of(&conditions, who).is_ok();
			// The look at the status, which is part of every step, included
			Pallet::<T>::step(task, &mut WeightMeter::new()).map_err(|_| "out of weight")?;
		}

		assert!(kept);
		assert!(!matches!(Statuses::<T>::get(task), Some(TaskStatus::Verifying { .. })));
		Ok(())
	}

	/// Every member and verifier attested falsely: it is slashed, leaves selection, and who exposed it has its part. That is
	/// dearer than paying it, and than an absence that puts it out. What the sharing would have to report is taken as said. The
	/// task held its place for a block, and owes rent.
	#[benchmark(pov_mode = Measured)]
	fn settle_fee() -> Result<(), BenchmarkError> {
		let (task, outcome) = settling::<T>(Stage::Fee)?;
		let exposer: AccountId = account("exposer", 0, 0);
		T::BenchmarkHelper::fund(&exposer);
		let ending = machine::ending(outcome, true);
		let held;

		#[block]
		{
			let (_, drawn) = look::<T>(task);
			let Drawn { committee, panel, .. } = drawn.ok_or("no committee")?;
			core::hint::black_box(T::Sharing::reports(task, true));
			core::hint::black_box(T::Sharing::exposer(task));
			let seats = committee.len().saturating_add(panel.len());
			let reports = alloc::vec![SeatReport::FalseAttestation; seats];
			held = Pallet::<T>::held(task, outcome);
			let by = Some(&exposer);
			T::Escrow::settle_fee(task, &committee, &panel, &reports, by, ending, held);
			Pallet::<T>::reach(task, Stage::Sharing);
		}

		assert!(held.place > 0);
		assert_eq!(Pallet::<T>::stage(task), Some(Stage::Sharing));
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn settle_sharing() -> Result<(), BenchmarkError> {
		let (task, _) = settling::<T>(Stage::Sharing)?;

		#[block]
		{
			look::<T>(task);
			// What the sharing does it takes from the meter itself
			core::hint::black_box(T::Sharing::settle(task, false, &mut WeightMeter::new()));
			Pallet::<T>::reach(task, Stage::Cohort);
			Unsettled::<T>::mutate(|waiting| waiting.as_mut().rotate_left(1));
		}

		assert_eq!(Pallet::<T>::stage(task), Some(Stage::Cohort));
		Ok(())
	}

	/// All have accepted and not dealt, and lose a part of their deposits. Nothing was released, so that what is remembered of the
	/// dealers is looked up.
	#[benchmark(pov_mode = Measured)]
	fn free_cohort(d: Linear<0, MAX_DEALERS>) -> Result<(), BenchmarkError> {
		let (task, outcome) = settling::<T>(Stage::Cohort)?;
		for dealer in cohort::<T>().into_iter().chain([recipient()]) {
			T::BenchmarkHelper::fund(&dealer);
			T::BenchmarkHelper::remember(&dealer, task);
			T::Penalties::hold_deposit(task, &dealer)?;
		}

		#[block]
		{
			look::<T>(task);
			Pallet::<T>::drain_cohort(task, outcome, false, d);
			Pallet::<T>::reach(task, Stage::Close);
		}

		assert_eq!(Cohorts::<T>::iter_key_prefix(task).count() as u32, MAX_DEALERS - d);
		Ok(())
	}

	/// All members and verifiers have rotated their keys since the draw, and hold no other seat under the former
	/// ones.
	#[benchmark(pov_mode = Measured)]
	fn close() -> Result<(), BenchmarkError> {
		let (task, outcome) = settling::<T>(Stage::Close)?;
		let drawn = DrawnTasks::<T>::get(task).ok_or("no committee")?;
		T::BenchmarkHelper::rotate_keys(&drawn.committee, &drawn.panel);

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
