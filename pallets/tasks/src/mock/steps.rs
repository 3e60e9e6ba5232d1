//! What tests do, a step each.

use super::*;
use frame::deps::frame_support::weights::WeightMeter;
use ostraka_primitives::{
	spec::{Column, Statistic},
	traits::TaskBook,
};
use std::collections::BTreeSet;

pub fn account(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

/// Dealers have numbers from 100, requesters are below 10; those between have nodes.
pub fn dealers(count: u32) -> Dealers {
	let dealer = |i: u32| {
		let mut bytes = [100u8; 32];
		bytes[..4].copy_from_slice(&(i + 100).to_le_bytes());
		AccountId::new(bytes)
	};
	// Unsorted, as users would
	let list: Vec<_> = (0..count).rev().map(dealer).collect();
	list.try_into().unwrap()
}

pub fn column(name: &str) -> Column {
	Column {
		name: name.as_bytes().to_vec().try_into().unwrap(),
		decimals: 2,
		min: 0,
		max: 1_000_000,
	}
}

pub fn mean() -> TaskSpec {
	TaskSpec {
		statistic: Statistic::Mean,
		columns: vec![column("annual_income")].try_into().unwrap(),
		target: None,
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: None,
		max_rows: 1000,
	}
}

pub const FEE: Balance = 1_000_000;
pub const REWARD: Balance = 500;

/// The account that submits in tests.
pub fn requester() -> AccountId {
	account(1)
}

/// Submits a task of a class with as many dealers as it needs, and one more.
pub fn submit(class: SecurityClass) -> Result<TaskId, DispatchError> {
	let invited = Tasks::class_parameters(class).least_dealers + 1;
	submit_with(class, dealers(invited))
}

pub fn submit_with(class: SecurityClass, dealers: Dealers) -> Result<TaskId, DispatchError> {
	submit_as(requester(), class, dealers)
}

pub fn submit_as(
	who: AccountId,
	class: SecurityClass,
	dealers: Dealers,
) -> Result<TaskId, DispatchError> {
	submit_all(who, mean(), conditions(class), class, dealers)
}

/// Submits a task, with the windows and the money of every task in tests.
pub fn submit_all(
	who: AccountId,
	spec: TaskSpec,
	conditions: Conditions,
	class: SecurityClass,
	dealers: Dealers,
) -> Result<TaskId, DispatchError> {
	let (task, origin) = (NextTask::<Test>::get(), RuntimeOrigin::signed(who));
	Tasks::submit(origin, spec, conditions, class, dealers, ACCEPT, COLLECT, FEE, REWARD)?;
	Ok(task)
}

/// What a class asks for, and nothing else.
pub fn conditions(class: SecurityClass) -> Conditions {
	Conditions::of(&Tasks::class_parameters(class))
}

/// [`conditions`] of the class that most tests ask for.
pub fn plain() -> Conditions {
	conditions(SecurityClass::Standard)
}

/// Submits a Standard task with four dealers on these conditions.
pub fn submit_on(conditions: Conditions) -> Result<TaskId, DispatchError> {
	submit_spec_on(mean(), conditions)
}

/// As [`submit_on`], of this spec.
pub fn submit_spec_on(spec: TaskSpec, conditions: Conditions) -> Result<TaskId, DispatchError> {
	submit_all(requester(), spec, conditions, SecurityClass::Standard, dealers(4))
}

/// Tag of the data set that dealers name in tests.
pub const DATASET: Digest = [6; 32];

/// Has every class ask for so many verifiers from now on.
pub fn ask_for_verifiers(count: u8) {
	Classes::mutate(|classes| classes.iter_mut().for_each(|class| class.verifiers = count));
}

/// What the task asks of its dealers.
pub fn terms(task: TaskId) -> Digest {
	Tasks::task(task).expect("the task is known").terms
}

/// A dealer, or the recipient, accepts what the task asks.
pub fn accept(task: TaskId, who: &AccountId) -> DispatchResult {
	Tasks::accept(RuntimeOrigin::signed(who.clone()), task, terms(task), DATASET)
}

/// All invited dealers accept, in their order, and the recipient after them.
pub fn accept_all(task: TaskId) {
	let recipient = Tasks::task(task).and_then(|task| task.conditions.sealed_to);
	for who in Tasks::dealers(task).into_iter().chain(recipient) {
		assert_ok!(accept(task, &who));
	}
}

/// Submits a task that all invited dealers accept at once: it is in `Drawing`.
pub fn consented(class: SecurityClass) -> TaskId {
	let task = submit(class).unwrap();
	accept_all(task);
	assert_eq!(status(task), TaskStatus::Drawing { until: Tasks::now() + DrawWindow::get() });
	task
}

/// The sharing takes a dealing. It does not end collecting.
pub fn deal(task: TaskId, dealer: &AccountId) {
	assert!(<Tasks as TaskBook>::has_accepted(task, dealer));
	let status = status(task);
	assert!(matches!(status, TaskStatus::Collecting { until, .. } if Tasks::now() <= until));
	world(|world| world.dealt.entry(task).or_default().insert(dealer.clone()));
}

/// One of those who accepted deals.
pub fn deal_one(task: TaskId) {
	deal(task, &Tasks::accepted(task)[0]);
}

/// All who accepted deal, which ends collecting.
pub fn deal_all(task: TaskId) {
	for dealer in Tasks::accepted(task) {
		deal(task, &dealer);
	}
	Tasks::all_dealt(task);
}

/// Dealers who have dealt.
pub fn dealt(task: TaskId) -> BTreeSet<AccountId> {
	world(|world| world.dealt.get(&task).cloned().unwrap_or_default())
}

/// What became of a dealer's deposit.
pub fn deposit(task: TaskId, dealer: &AccountId) -> Option<Deposit> {
	world(|world| world.deposits.get(&(task, dealer.clone())).copied())
}

pub fn cancel(task: TaskId) -> DispatchResult {
	Tasks::cancel(RuntimeOrigin::signed(requester()), task)
}

/// Somebody without a part in any task pokes one. A `Pays::No` says that it was right.
pub fn poke(task: TaskId) -> DispatchResultWithPostInfo {
	Tasks::poke(RuntimeOrigin::signed(account(9)), task)
}

/// The task falls off the agenda, or out of those that wait for their settlement. Returns the entry that it had; of one that waits it
/// is due now.
pub fn fall_off(task: TaskId) -> Due {
	let entry = *entries(task).first().expect("it is listed");
	Agenda::<Test>::mutate(|agenda| agenda.retain(|due| due.task != task));
	Unsettled::<Test>::mutate(|waiting| waiting.retain(|other| *other != task));
	entry
}

/// The task's entries: on the agenda, or, due now, among those that wait for their settlement.
pub fn entries(task: TaskId) -> Vec<Due> {
	let waits = |task| Due { at: Tasks::now(), task, epoch: None };
	let due =
		Agenda::<Test>::get().into_iter().chain(Unsettled::<Test>::get().into_iter().map(waits));
	due.filter(|due| due.task == task).collect()
}

pub fn status(task: TaskId) -> TaskStatus {
	Statuses::<Test>::get(task).expect("the task is known")
}

/// The hook's share of a block becomes so many units.
pub fn set_share(units_a_block: u64) {
	let (share, block) = (units(units_a_block), Limits::get().max_block);
	PollShare::set(Perbill::from_rational(share.proof_size(), block.proof_size()));
}

/// The next block, with this weight for the hook. Returns what the hook took.
pub fn next_block(limit: Weight) -> Weight {
	let used = poll_block(limit);
	Tasks::do_try_state().unwrap();
	used
}

/// [`next_block`] without a look at the invariants.
pub fn poll_block(limit: Weight) -> Weight {
	let now = Tasks::now() + 1;
	System::set_block_number(now);
	let mut meter = WeightMeter::with_limit(limit);
	<Tasks as Hooks<BlockNumber>>::on_poll(now, &mut meter);
	meter.consumed()
}

/// Blocks up to `block`, with all the weight that the hook may take.
pub fn run_to(block: BlockNumber) {
	while Tasks::now() < block {
		next_block(Weight::MAX);
	}
}

/// Blocks until the task is in a state; fails if that takes too long.
pub fn run_until(task: TaskId, reached: impl Fn(TaskStatus) -> bool) {
	let limit = Tasks::now() + Tasks::longest_task() + 20;
	while !reached(status(task)) {
		assert!(Tasks::now() < limit, "stuck in {:?}", status(task));
		next_block(Weight::MAX);
	}
}

pub fn is_settled(status: TaskStatus) -> bool {
	matches!(status, TaskStatus::Settled(_))
}

pub fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet::<Event<Test>>()
}
