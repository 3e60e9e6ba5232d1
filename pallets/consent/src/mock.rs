//! A chain of system, balances and consent. Tasks and sharings are the tests, which call the trait themselves.

use crate as pallet_consent;
use crate::*;
use frame::testing_prelude::*;

pub const FUNDS: Balance = 1_000_000;
pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const DEPOSIT: Balance = 300;
pub const DAY: BlockNumber = 100;

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
	pub type Consents = pallet_consent;
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
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
}

parameter_types! {
	pub storage PolicyDeposit: Balance = DEPOSIT;
	pub storage LooseningDelay: BlockNumber = DAY;
}

impl Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type PolicyDeposit = PolicyDeposit;
	type LooseningDelay = LooseningDelay;
	type WeightInfo = ();
}

/// Accounts below 40 are funded, others do not exist.
pub fn account(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

pub fn new_test_ext() -> TestState {
	let balances = (0..40).map(|number| (account(number), FUNDS)).collect();
	let config = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	};
	let mut state = TestState::new(config.build_storage().unwrap());
	state.execute_with(|| System::set_block_number(1));
	state
}

/// Runs a test and checks the invariants after it.
pub fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Consents::do_try_state().unwrap();
	});
}

/// The pallet's events since the last call.
pub fn events() -> Vec<Event<Test>> {
	let events = System::events();
	System::reset_events();
	events
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Consents(event) => Some(event),
			_ => None,
		})
		.collect()
}
