//! A chain with fake neighbours: they answer as a test tells them, and keep a journal of what the
//! book asked of them.

use crate::{self as pallet_tasks, *};
use frame::{deps::frame_support::weights::WeightMeter, testing_prelude::*};
use ostraka_primitives::{
	spec::{Column, Statistic},
	task::Seat,
	traits::{DrawRequest, Ending, Progress, RelayMoment, SeatReport, Seed, TaskBook},
	WorkerKey,
};
use std::{
	cell::RefCell,
	collections::{BTreeMap, BTreeSet},
};

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

const TEST_CLASSES: [ClassParameters; 3] =
	[class(3, 1, 1, 3), class(5, 2, 2, 5), class(7, 3, 5, 10)];

/// The window for accepting that tests ask for.
pub const ACCEPT: BlockNumber = 10;
pub const LEAST_ACCEPT: BlockNumber = 2;
pub const MAX_ACCEPT: BlockNumber = 50;
pub const DRAW_BLOCKS: BlockNumber = 10;
pub const RETRY: BlockNumber = 4;
/// The window for dealing that tests ask for.
pub const COLLECT: BlockNumber = 20;
/// Of it, the part in which somebody has to deal.
pub const FIRST: BlockNumber = 5;
pub const LEAST_COLLECT: BlockNumber = 5;
pub const MAX_COLLECT: BlockNumber = 100;
pub const VERIFY_BASE: BlockNumber = 4;
/// Finality lag and window together.
pub const COMMIT: BlockNumber = 9;
pub const REVEAL: BlockNumber = 6;
pub const MAX_OPEN: u32 = 8;

parameter_types! {
	pub static Classes: [ClassParameters; 3] = TEST_CLASSES;
	pub static AccusationsPerBlock: u32 = 10;
	pub static MinAccept: BlockNumber = LEAST_ACCEPT;
	pub static MinCollect: BlockNumber = LEAST_COLLECT;
	pub static MaxOpenPerAccount: u32 = MAX_OPEN;
	pub static DrawWindow: BlockNumber = DRAW_BLOCKS;
	pub static DrawRetry: BlockNumber = RETRY;
	pub AccuseWeight: Weight = Weight::from_parts(10_000_000_000, 50_000);
	pub static PollShare: Perbill = Perbill::from_percent(25);
}

/// Parameters as they are before a test changes them.
fn reset_parameters() {
	Classes::set(TEST_CLASSES);
	AccusationsPerBlock::set(10);
	MinAccept::set(LEAST_ACCEPT);
	MinCollect::set(LEAST_COLLECT);
	MaxOpenPerAccount::set(MAX_OPEN);
	DrawWindow::set(DRAW_BLOCKS);
	DrawRetry::set(RETRY);
	PollShare::set(Perbill::from_percent(25));
}

impl Config for Test {
	type Committees = Fake;
	type Sharing = Fake;
	type Escrow = Fake;
	type Penalties = Fake;
	type Entropy = Fake;
	type Classes = Classes;
	type MaxOpenTasks = ConstU32<MAX_OPEN>;
	type MaxOpenPerAccount = MaxOpenPerAccount;
	type MinAccept = MinAccept;
	type MaxAccept = ConstU32<MAX_ACCEPT>;
	type MinCollect = MinCollect;
	type MaxCollect = ConstU32<MAX_COLLECT>;
	type DrawWindow = DrawWindow;
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
	/// Drew a committee with this seed, from all but these.
	Drew { task: TaskId, seed: [u8; 32], barred: Vec<AccountId> },
	/// Opened the sharing.
	Shared { task: TaskId, threshold: u8, seats: u8 },
	/// Froze the accepted set.
	Froze { task: TaskId },
	/// Paid the members by this many reports; `due` as the reports were asked for.
	Paid { task: TaskId, seats: usize, reports: usize, due: Option<bool>, ending: Ending },
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

/// A dealer's deposit, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deposit {
	Held,
	Returned,
	Forfeited,
}

/// What the neighbours answer.
#[derive(Clone, Debug)]
pub struct World {
	/// What who asks for a seed is answered.
	pub seed: Seed,
	/// Where the relay chain is.
	pub moment: RelayMoment,
	pub obstacle: Option<DrawError>,
	/// Accounts with a node in selection: all of them may be drawn.
	pub candidates: BTreeSet<AccountId>,
	/// Accounts that were looked up among these.
	pub looked_up: Vec<AccountId>,
	/// Looks whether a committee could be drawn, and their blocks.
	pub checks: Vec<(TaskId, BlockNumber)>,
	/// Dealers who have dealt.
	pub dealt: BTreeMap<TaskId, BTreeSet<AccountId>>,
	/// Dealings in the accepted set.
	pub accepted: u32,
	pub has_result: bool,
	/// Steps that the sharing's settlement of a task takes, each of one [`units`].
	pub settle_steps: u64,
	pub steps_done: BTreeMap<TaskId, u64>,
	pub reports_due: BTreeMap<TaskId, bool>,
	/// Whether nobody has the money for fees and deposits.
	pub broke: bool,
	pub deposits: BTreeMap<(TaskId, AccountId), Deposit>,
	/// Classes and moments that seeds were asked for.
	pub asked: Vec<(SecurityClass, RelayMoment)>,
	pub journal: Vec<Did>,
}

impl Default for World {
	fn default() -> Self {
		Self {
			seed: Seed::Known([7; 32]),
			moment: RelayMoment { number: 1, epoch: 1 },
			obstacle: None,
			candidates: (10..100).map(account).collect(),
			looked_up: Vec::new(),
			checks: Vec::new(),
			dealt: BTreeMap::new(),
			accepted: 4,
			has_result: true,
			settle_steps: 3,
			steps_done: BTreeMap::new(),
			reports_due: BTreeMap::new(),
			broke: false,
			deposits: BTreeMap::new(),
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

/// Candidates that may sit on the task, or what is missing.
fn eligible(request: &DrawRequest) -> Result<Vec<AccountId>, DrawError> {
	let may_sit = |node: &AccountId| !request.barred.contains(node);
	let nodes: Vec<_> =
		world(|world| world.candidates.iter().filter(|node| may_sit(node)).cloned().collect());
	ensure!(nodes.len() >= usize::from(request.parameters.seats), DrawError::TooFewNodes);
	world(|world| world.obstacle).map_or(Ok(nodes), Err)
}

impl Committees for Fake {
	fn can_draw(request: &DrawRequest) -> Result<(), DrawError> {
		world(|world| world.checks.push((request.task, Tasks::now())));
		eligible(request).map(|_| ())
	}

	fn draw(request: &DrawRequest, seed: [u8; 32]) -> Result<Committee, DrawError> {
		let nodes = eligible(request)?;
		let first = usize::from(seed[0]) % nodes.len();
		let members = nodes.iter().cloned().cycle().skip(first);
		let seats: Vec<_> = members
			.take(request.parameters.seats.into())
			.map(|account| Seat {
				worker: WorkerKey::from_raw(*account.as_ref()),
				seal_key: [account.as_ref() as &[u8]; 3].concat().try_into().unwrap(),
				account,
			})
			.collect();
		note(Did::Drew { task: request.task, seed, barred: request.barred.to_vec() });
		Ok(seats.try_into().unwrap())
	}

	fn is_candidate(account: &AccountId) -> bool {
		world(|world| {
			world.looked_up.push(account.clone());
			world.candidates.contains(account)
		})
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

	fn dealings(task: TaskId) -> u32 {
		world(|world| world.dealt.get(&task).map_or(0, |dealt| dealt.len() as u32))
	}

	fn has_result(_: TaskId) -> bool {
		world(|world| world.has_result)
	}

	fn reports(task: TaskId, due: bool) -> Vec<SeatReport> {
		world(|world| world.reports_due.insert(task, due));
		let seats = DrawnTasks::<Test>::get(task).unwrap().committee.len();
		vec![SeatReport::Right; seats]
	}

	/// At its end the deposits go back of those who dealt.
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
		for dealer in dealt(task) {
			Self::release_deposit(task, &dealer);
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

	fn settle_fee(task: TaskId, committee: &Committee, reports: &[SeatReport], ending: Ending) {
		let due = world(|world| world.reports_due.get(&task).copied());
		let (seats, reports) = (committee.len(), reports.len());
		note(Did::Paid { task, seats, reports, due, ending });
	}

	fn pay_dealer(_: TaskId, _: &AccountId, _: u32) {}

	fn close(task: TaskId) {
		note(Did::Closed { task });
	}
}

/// A deposit on hold comes to its end; others stay as they are.
fn end_deposit(task: TaskId, dealer: &AccountId, end: Deposit) {
	world(|world| {
		let deposit = world.deposits.get_mut(&(task, dealer.clone()));
		if let Some(deposit) = deposit.filter(|deposit| **deposit == Deposit::Held) {
			*deposit = end;
		}
	});
}

impl Penalties for Fake {
	fn hold_deposit(task: TaskId, dealer: &AccountId) -> Result<(), DispatchError> {
		ensure!(!world(|world| world.broke), TokenError::FundsUnavailable);
		let deposit = (task, dealer.clone());
		let before = world(|world| world.deposits.insert(deposit, Deposit::Held));
		assert_eq!(before, None, "a dealer accepts once");
		Ok(())
	}

	fn release_deposit(task: TaskId, dealer: &AccountId) {
		end_deposit(task, dealer, Deposit::Returned);
	}

	fn forfeit_deposit(task: TaskId, dealer: &AccountId) {
		end_deposit(task, dealer, Deposit::Forfeited);
	}

	fn punish_dealer(_: TaskId, _: &AccountId, _: &AccountId) {}

	fn punish_false_accuser(_: TaskId, _: &AccountId, _: &AccountId) {}

	fn punish_wrong_share(_: TaskId, _: &AccountId) {}
}

impl DrawEntropy for Fake {
	fn seed(class: SecurityClass, after: &RelayMoment) -> Seed {
		world(|world| {
			world.asked.push((class, *after));
			world.seed
		})
	}

	fn moment() -> RelayMoment {
		world(|world| world.moment)
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl benchmarking::BenchmarkHelper for Fake {
	fn prepare() {
		world(|world| world.seed = Seed::Soon);
	}

	fn advance_relay() {
		world(|world| world.seed = Seed::Known([7; 32]));
	}

	fn candidate() -> AccountId {
		account(10)
	}

	fn fund(_: &AccountId) {}

	fn rotate_keys(_: &Committee) {}
}

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
	let task = NextTask::<Test>::get();
	let origin = RuntimeOrigin::signed(who);
	Tasks::submit(origin, mean(), class, dealers, ACCEPT, COLLECT, FEE, REWARD)?;
	Ok(task)
}

/// What the task asks of its dealers.
pub fn terms(task: TaskId) -> Digest {
	Tasks::task(task).expect("the task is known").terms
}

/// A dealer accepts what the task asks.
pub fn accept(task: TaskId, dealer: &AccountId) -> DispatchResult {
	Tasks::accept(RuntimeOrigin::signed(dealer.clone()), task, terms(task))
}

/// All invited dealers accept, in their order.
pub fn accept_all(task: TaskId) {
	let terms = terms(task);
	for dealer in Tasks::dealers(task) {
		assert_ok!(Tasks::accept(RuntimeOrigin::signed(dealer), task, terms));
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
	reset_parameters();
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
