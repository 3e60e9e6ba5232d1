//! The runtime's wasm with host calls for group operations, and without: both give the same bytes.
//!
//! A chain is made natively: registrations, dealings, an accusation, result shares. Then both blobs execute its blocks
//! from the genesis on. Executing a block compares the state's root with the header's, so every byte of state that
//! group operations had a part in is compared, three ways.
//!
//! Both blobs are built by `build.rs`, the second only if the variable `OSTRAKA_PURE_WASM` is set. With
//! `SKIP_WASM_BUILD` there is none, and nothing to compare.

mod chain;

use chain::{
	pair,
	task::{deal, deal_wrongly, drawn, input, settled, submit},
	Chain,
};
use codec::{Decode, Encode};
use cumulus_primitives_proof_size_hostfunction::storage_proof_size;
use ostraka_primitives::task::{Outcome, SecurityClass, TaskStatus};
use ostraka_runtime::{pure, WASM_BINARY};
use sc_executor::WasmExecutor;
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use sp_crypto_ec_utils::HostFunctionsRfc163;
use sp_io::{SubstrateHostFunctions, TestExternalities};
use sp_wasm_interface::HostFunctions;

type Plain = (SubstrateHostFunctions, storage_proof_size::HostFunctions);
type WithCurves = (SubstrateHostFunctions, storage_proof_size::HostFunctions, HostFunctionsRfc163);

/// Calls a blob on a state. Fails if the blob imports what the host does not have.
fn call<H: HostFunctions>(
	executor: &WasmExecutor<H>,
	blob: &'static [u8],
	state: &mut TestExternalities,
	method: &str,
	data: &[u8],
) -> Vec<u8> {
	let code = RuntimeCode {
		code_fetcher: &WrappedRuntimeCode(blob.into()),
		hash: sp_io::hashing::blake2_256(blob).to_vec(),
		heap_pages: None,
	};
	let (result, _) = executor.call(&mut state.ext(), &code, method, data, CallContext::Offchain);
	result.unwrap_or_else(|error| panic!("{method}: {error}"))
}

/// Executes all blocks, each of which must lead to the state that its header names.
fn replay<H: HostFunctions>(blob: &'static [u8], chain: &Chain) {
	let executor = WasmExecutor::<H>::builder().build();
	let mut state = TestExternalities::new_empty();
	let built =
		call(&executor, blob, &mut state, "GenesisBuilder_build_state", &chain.config.encode());
	assert_eq!(Result::<(), String>::decode(&mut built.as_slice()), Ok(Ok(())));
	for block in &chain.blocks {
		call(&executor, blob, &mut state, "Core_execute_block", &block.encode());
	}
}

#[test]
fn host_calls_and_pure_wasm_give_the_same_bytes() {
	if std::env::var_os("SKIP_WASM_BUILD").is_some() {
		println!("skipped, as the wasm builds are");
		return;
	}
	let hooked = WASM_BINARY.expect("built unless SKIP_WASM_BUILD is set");
	let pure = pure::WASM_BINARY.expect("build with OSTRAKA_PURE_WASM=1");

	let mut chain = Chain::development();
	chain.register_nodes();
	let alice = pair("//Alice");
	let dealers = ["//Bob", "//Charlie", "//Dave", "//Eve"].map(pair);
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	drawn(&mut chain, task);
	let wrong = deal_wrongly(&mut chain, task, &dealers[3], &input(1, 1), 1);
	chain.submit(&dealers[3], wrong);
	for dealer in &dealers[..3] {
		let call = deal(&mut chain, task, dealer, &input(2, 200));
		chain.submit(dealer, call);
	}
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));

	replay::<WithCurves>(hooked, &chain);
	replay::<Plain>(pure, &chain);
}
