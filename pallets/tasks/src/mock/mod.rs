//! A chain with the task book among fake neighbours.
//!
//! | module | holds |
//! |---|---|
//! | [`neighbours`] | the fakes, what they answer, and a journal of what the book asked of them |
//! | [`consent`] | of these the one that knows what dealers allow |
//! | [`recorder`] | a recorder of the proof, and what gives back what it did not see |
//! | [`steps`] | what tests do: submit, accept, deal, let blocks pass |

mod consent;
mod neighbours;
mod recorder;
mod steps;

pub use consent::*;
pub use neighbours::*;
pub use recorder::Unseen;
pub use steps::*;

use crate::{self as pallet_tasks, *};
use frame::testing_prelude::*;

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
	ClassParameters { seats, threshold, stake_factor, least_dealers, verifiers: 0 }
}

/// Without panels: tests that are about them say how many verifiers a class asks for.
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
	pub static PerBlock: u32 = 10;
	pub static PerLongest: Option<u32> = None;
	pub static MinAccept: BlockNumber = LEAST_ACCEPT;
	pub static MinCollect: BlockNumber = LEAST_COLLECT;
	pub static MaxOpenTasks: u32 = MAX_OPEN;
	pub static MaxOpenPerAccount: u32 = MAX_OPEN;
	pub static DrawWindow: BlockNumber = DRAW_BLOCKS;
	pub static DrawRetry: BlockNumber = RETRY;
	pub static PollShare: Perbill = Perbill::from_percent(25);
}

/// Parameters as they are before a test changes them.
fn reset_parameters() {
	Classes::set(TEST_CLASSES);
	PerBlock::set(10);
	PerLongest::set(None);
	MinAccept::set(LEAST_ACCEPT);
	MinCollect::set(LEAST_COLLECT);
	MaxOpenTasks::set(MAX_OPEN);
	MaxOpenPerAccount::set(MAX_OPEN);
	DrawWindow::set(DRAW_BLOCKS);
	DrawRetry::set(RETRY);
	PollShare::set(Perbill::from_percent(25));
}

impl Config for Test {
	type Committees = Fake;
	type Sharing = Fake;
	type Consent = Fake;
	type Escrow = Fake;
	type Penalties = Fake;
	type Entropy = Fake;
	type Classes = Classes;
	type MaxOpenTasks = MaxOpenTasks;
	type MaxOpenPerAccount = MaxOpenPerAccount;
	type MinAccept = MinAccept;
	type MaxAccept = ConstU32<MAX_ACCEPT>;
	type MinCollect = MinCollect;
	type MaxCollect = ConstU32<MAX_COLLECT>;
	type DrawWindow = DrawWindow;
	type DrawRetry = DrawRetry;
	type VerifyBase = ConstU32<VERIFY_BASE>;
	type Adjudications = Fake;
	type FinalityLag = ConstU32<3>;
	type CommitWindow = ConstU32<6>;
	type RevealWindow = ConstU32<REVEAL>;
	type PollShare = PollShare;
	type Reclaim = Unseen;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Fake;
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
