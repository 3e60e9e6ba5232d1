//! A chain of system and this pallet.

use crate as pallet_network;
use crate::*;
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
	pub type Network = pallet_network;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
}

impl Config for Test {
	type WeightInfo = ();
}

/// State of a chain with this genesis, at block 1.
pub fn with_genesis(development: bool, solo: bool) -> TestState {
	let network = pallet_network::GenesisConfig { development, solo, ..Default::default() };
	let config = RuntimeGenesisConfig { network, ..Default::default() };
	let mut state = TestState::new(config.build_storage().unwrap());
	state.execute_with(|| System::set_block_number(1));
	state
}

/// State for benchmarks.
#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> TestState {
	with_genesis(false, false)
}

/// Runs a test on a development chain and checks the invariants after it.
pub fn build_and_execute(test: impl FnOnce()) {
	with_genesis(true, true).execute_with(|| {
		test();
		Network::do_try_state().unwrap();
	});
}
