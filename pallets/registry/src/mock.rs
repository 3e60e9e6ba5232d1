//! A chain of system, balances and registry. Incentives are the tests, which call the traits
//! themselves. What a deferred slash took is burnt, and told.

use crate as pallet_registry;
use crate::*;
use core::cell::RefCell;
use frame::{testing_prelude::*, traits::Imbalance};
use ostraka_primitives::fault::Offence;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};

pub const MIN_STAKE: Balance = 100;
/// What an absence costs.
pub const ABSENCE: Balance = 5;
/// Three absences.
pub const ABSENCE_BUFFER: Balance = 3 * ABSENCE;
/// What counts of a stake is at most 1000, in a class that asks for the least one.
pub const STAKE_CAP: u32 = 10;
/// The least stake covers five seats.
pub const SEAT_STAKE: Balance = 20;
pub const FUNDS: Balance = 1_000_000;
pub const MAX_NODES: u32 = 12;
pub const UNBONDING: BlockNumber = 50;
pub const MAX_ABSENCES: u32 = 3;
pub const ABSENCE_WINDOW: u32 = 10;

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
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Registry = pallet_registry;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
}

parameter_types! {
	pub storage LongestTask: BlockNumber = 40;
	pub storage SeatStake: Balance = SEAT_STAKE;
	pub storage AbsenceBuffer: Balance = ABSENCE_BUFFER;
	pub storage AbsenceWindow: u32 = ABSENCE_WINDOW;
	pub storage StakeCap: u32 = STAKE_CAP;
	pub storage SlashDeferral: BlockNumber = 0;
}

thread_local! {
	static SHARED: RefCell<Vec<(Offence, Balance)>> = const { RefCell::new(Vec::new()) };
}

/// What was shared out since the last call.
pub fn shared() -> Vec<(Offence, Balance)> {
	SHARED.with(|shared| shared.take())
}

/// Burns what is shared out, and notes it.
pub struct Burn;

impl Proceeds<CreditOf<Test>> for Burn {
	fn share_out(offence: &Offence, credit: CreditOf<Test>) {
		SHARED.with(|shared| shared.borrow_mut().push((offence.clone(), credit.peek())));
	}
}

impl Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type MinStake = ConstU128<MIN_STAKE>;
	type AbsenceBuffer = AbsenceBuffer;
	type StakeCap = StakeCap;
	type SeatStake = SeatStake;
	type MaxNodes = ConstU32<MAX_NODES>;
	type UnbondingPeriod = ConstU32<UNBONDING>;
	type LongestTask = LongestTask;
	type SlashDeferral = SlashDeferral;
	type Proceeds = Burn;
	type MaxAbsences = ConstU32<MAX_ABSENCES>;
	type AbsenceWindow = AbsenceWindow;
	type WeightInfo = ();
}

/// An operator's account, funded for numbers below 60.
pub fn account(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

/// State of a chain with these genesis nodes, at block 1.
pub fn with_genesis(nodes: Vec<GenesisNode>) -> TestState {
	let balances = (0..60).map(|number| (account(number), FUNDS)).collect();
	let config = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		registry: pallet_registry::GenesisConfig { nodes, ..Default::default() },
		..Default::default()
	};
	let mut state = TestState::new(config.build_storage().unwrap());
	state.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	state.execute_with(|| {
		System::set_block_number(1);
		shared();
	});
	state
}

/// State for benchmarks.
pub fn new_test_ext() -> TestState {
	with_genesis(Vec::new())
}

/// Runs a test at block 1 of an empty chain and checks the invariants after it.
pub fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Registry::do_try_state().unwrap();
	});
}

/// The pallet's events since the last call.
pub fn events() -> Vec<Event<Test>> {
	let events = System::events();
	System::reset_events();
	events
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Registry(event) => Some(event),
			_ => None,
		})
		.collect()
}
