//! A chain with fake neighbours: they answer as a test tells them, and keep a journal of what the
//! book asked of them.

use crate::{self as pallet_tasks, *};
use frame::{deps::frame_support::weights::WeightMeter, testing_prelude::*};
use ostraka_primitives::{
	spec::{Column, Statistic},
	task::Seat,
	traits::{DrawRequest, Progress, SeatReport},
	WorkerKey,
};
use std::{cell::RefCell, collections::BTreeMap};

#[frame_construct_runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Tasks = pallet_tasks;
}

parameter_types! {
	pub Limits: frame_system::limits::BlockWeights = frame_system::limits::BlockWeights::simple_max(
		Weight::from_parts(2_000_000_000_000, 10_000_000)
	);
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type BlockWeights = Limits;
}

const fn class(seats: u8, threshold: u8, stake_factor: u32, least_dealers: u32) -> ClassParameters {
	ClassParameters { seats, threshold, stake_factor, least_dealers }
}

pub const DRAW_WINDOW: BlockNumber = 10;
pub const RETRY: BlockNumber = 4;
pub const COLLECT: BlockNumber = 20;
pub const VERIFY_BASE: BlockNumber = 4;
/// Finality lag and window together.
pub const COMMIT: BlockNumber = 9;
pub const REVEAL: BlockNumber = 6;
pub const MAX_OPEN: u32 = 8;

parameter_types! {
	pub static Classes: [ClassParameters; 3] =
		[class(3, 1, 1, 3), class(5, 2, 2, 5), class(7, 3, 5, 10)];
	pub static AccusationsPerBlock: u32 = 10;
	pub static MinCollect: BlockNumber = 5;
	pub static DrawDelay: BlockNumber = 2;
	pub static DrawRetry: BlockNumber = RETRY;
	pub AccuseWeight: Weight = Weight::from_parts(10_000_000_000, 50_000);
	pub static PollShare: Perbill = Perbill::from_percent(25);
}

impl Config for Test {
	type Committees = Fake;
	type Sharing = Fake;
	type Escrow = Fake;
	type Entropy = Fake;
	type Classes = Classes;
	type MaxOpenTasks = ConstU32<MAX_OPEN>;
	type MinCollect = MinCollect;
	type MaxCollect = ConstU32<100>;
	type DrawDelay = DrawDelay;
	type DrawWindow = ConstU32<DRAW_WINDOW>;
	type DrawRetry = DrawRetry;
	type VerifyBase = ConstU32<VERIFY_BASE>;
	type AccusationsPerBlock = AccusationsPerBlock;
	type AccuseWeight = AccuseWeight;
	type FinalityLag = ConstU32<3>;
	type CommitWindow = ConstU32<6>;
	type RevealWindow = ConstU32<REVEAL>;
	type PollShare = PollShare;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Fake;
}

/// What the book asked of its neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
	/// Took money into escrow.
	Opened { task: TaskId, requester: AccountId, fee: Balance, data_reward: Balance },
	/// Drew a committee with this seed.
	Drew { task: TaskId, seed: [u8; 32] },
	/// Opened the sharing.
	Shared { task: TaskId, threshold: u8, seats: u8 },
	/// Froze the accepted set.
	Froze { task: TaskId },
	/// Paid the members by this many reports; `due` as the reports were asked for.
	Paid { task: TaskId, seats: usize, reports: usize, due: Option<bool>, completed: bool },
	/// Finished the sharing's settlement.
	Freed { task: TaskId, completed: bool },
	/// Released the committee.
	Released { task: TaskId, seats: usize },
	/// Closed the escrow.
	Closed { task: TaskId },
}

impl Did {
	pub fn task(&self) -> TaskId {
		match self {
			Self::Opened { task, .. }
			| Self::Drew { task, .. }
			| Self::Shared { task, .. }
			| Self::Froze { task }
			| Self::Paid { task, .. }
			| Self::Freed { task, .. }
			| Self::Released { task, .. }
			| Self::Closed { task } => *task,
		}
	}
}

/// What the neighbours answer.
#[derive(Clone, Debug)]
pub struct World {
	pub seed: Option<[u8; 32]>,
	pub epoch: u64,
	pub obstacle: Option<DrawError>,
	pub accepted: u32,
	pub has_result: bool,
	/// Steps that the sharing's settlement of a task takes, each of one [`units`].
	pub settle_steps: u64,
	pub steps_done: BTreeMap<TaskId, u64>,
	pub reports_due: BTreeMap<TaskId, bool>,
	pub broke: bool,
	/// Classes and epochs that seeds were asked for.
	pub asked: Vec<(SecurityClass, u64)>,
	pub journal: Vec<Did>,
}

impl Default for World {
	fn default() -> Self {
		Self {
			seed: Some([7; 32]),
			epoch: 1,
			obstacle: None,
			accepted: 4,
			has_result: true,
			settle_steps: 3,
			steps_done: BTreeMap::new(),
			reports_due: BTreeMap::new(),
			broke: false,
			asked: Vec::new(),
			journal: Vec::new(),
		}
	}
}

thread_local! {
	static WORLD: RefCell<World> = RefCell::new(World::default());
}

/// Reads or changes the neighbours' answers.
pub fn world<R>(f: impl FnOnce(&mut World) -> R) -> R {
	WORLD.with(|world| f(&mut world.borrow_mut()))
}

fn note(did: Did) {
	world(|world| world.journal.push(did));
}

/// What the book asked of its neighbours about a task.
pub fn journal(task: TaskId) -> Vec<Did> {
	world(|world| world.journal.iter().filter(|did| did.task() == task).cloned().collect())
}

/// The neighbours' weight of one step, as `weights.rs` counts.
pub fn units(count: u64) -> Weight {
	Weight::from_parts(1_000_000, 100).saturating_mul(count)
}

/// All neighbours in one.
pub struct Fake;

impl Committees for Fake {
	fn can_draw(_: &DrawRequest, _: impl Fn(&AccountId) -> bool) -> Result<(), DrawError> {
		world(|world| world.obstacle).map_or(Ok(()), Err)
	}

	fn draw(
		request: &DrawRequest,
		seed: [u8; 32],
		is_dealer: impl Fn(&AccountId) -> bool,
	) -> Result<Committee, DrawError> {
		Self::can_draw(request, &is_dealer)?;
		let nodes = (0..u8::MAX).map(|i| account(i.wrapping_add(seed[0])));
		let seats: Vec<_> = nodes
			.filter(|node| !is_dealer(node) && node != request.requester)
			.take(request.parameters.seats.into())
			.map(|account| Seat {
				worker: WorkerKey::from_raw(*account.as_ref()),
				seal_key: [account.as_ref() as &[u8]; 3].concat().try_into().unwrap(),
				account,
			})
			.collect();
		note(Did::Drew { task: request.task, seed });
		Ok(seats.try_into().unwrap())
	}

	fn release(task: TaskId, committee: &Committee) {
		note(Did::Released { task, seats: committee.len() });
	}
}

impl Sharing for Fake {
	fn open(task: TaskId, threshold: u8, seats: u8) {
		note(Did::Shared { task, threshold, seats });
	}

	fn freeze(task: TaskId) -> u32 {
		note(Did::Froze { task });
		world(|world| world.accepted)
	}

	fn freeze_weight(dealings: u32) -> Weight {
		units(dealings.into())
	}

	fn has_result(_: TaskId) -> bool {
		world(|world| world.has_result)
	}

	fn reports(task: TaskId, due: bool) -> Vec<SeatReport> {
		world(|world| world.reports_due.insert(task, due));
		let seats = DrawnTasks::<Test>::get(task).unwrap().committee.len();
		vec![SeatReport::Right; seats]
	}

	fn settle(task: TaskId, completed: bool, meter: &mut WeightMeter) -> Progress {
		let (done, steps) = world(|world| {
			let steps = world.settle_steps;
			let done = world.steps_done.entry(task).or_default();
			while *done < steps && meter.try_consume(units(1)).is_ok() {
				*done += 1;
			}
			(*done, steps)
		});
		if done < steps {
			return Progress::More;
		}
		note(Did::Freed { task, completed });
		Progress::Done
	}

	fn settle_weight() -> Weight {
		units(1)
	}
}

impl Escrow for Fake {
	fn least_fee(seats: u8, length: u32, invited: u32) -> Balance {
		(u32::from(seats) * 100 + length + invited).into()
	}

	fn open(
		task: TaskId,
		requester: &AccountId,
		fee: Balance,
		data_reward: Balance,
	) -> DispatchResult {
		ensure!(!world(|world| world.broke), TokenError::FundsUnavailable);
		note(Did::Opened { task, requester: requester.clone(), fee, data_reward });
		Ok(())
	}

	fn settle_fee(task: TaskId, committee: &Committee, reports: &[SeatReport], completed: bool) {
		let due = world(|world| world.reports_due.get(&task).copied());
		let (seats, reports) = (committee.len(), reports.len());
		note(Did::Paid { task, seats, reports, due, completed });
	}

	fn pay_dealer(_: TaskId, _: &AccountId, _: u32) {}

	fn close(task: TaskId) {
		note(Did::Closed { task });
	}
}

impl DrawEntropy for Fake {
	fn seed(class: SecurityClass, submitted_epoch: u64) -> Option<[u8; 32]> {
		world(|world| {
			world.asked.push((class, submitted_epoch));
			world.seed
		})
	}

	fn epoch() -> u64 {
		world(|world| world.epoch)
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl benchmarking::BenchmarkHelper for Fake {
	fn prepare() {}
	fn fund(_: &AccountId) {}
	fn rotate_keys(_: &Committee) {}
}

pub fn account(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

/// Dealers have numbers from 100, requesters are below 10.
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
	let task = NextTask::<Test>::get();
	let origin = RuntimeOrigin::signed(requester());
	Tasks::submit(origin, mean(), class, dealers, COLLECT, FEE, REWARD)?;
	Ok(task)
}

pub fn status(task: TaskId) -> TaskStatus {
	Statuses::<Test>::get(task).expect("the task is known")
}

/// The next block, with this weight for the hook. Answers what the hook took.
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

pub fn new_test_ext() -> TestState {
	world(|world| *world = World::default());
	let storage = RuntimeGenesisConfig::default().build_storage().unwrap();
	let mut ext = TestState::new(storage);
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs a test; every invariant of the storage must hold at its end.
pub fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Tasks::do_try_state().unwrap();
	});
}
