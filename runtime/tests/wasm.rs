//! The runtime's wasm with host calls for group operations, and without: both give the same bytes. And the digest of the
//! metadata that is built into it.
//!
//! A chain is made natively: registrations, dealings, a recipient's mask, accusations, challenges that are right and false,
//! attestations, freezes of sound and of unsound sums, result shares. Then both blobs execute its blocks from the genesis on.
//! Executing a block compares the state's root with the header's, so every byte of state that group operations had a part in is
//! compared, three ways.
//!
//! The first blob is the crate's own. The second is the file that the variable `OSTRAKA_PURE_WASM` names, made by
//! `scripts/runtime_wasm.sh host-call-weights FILE`: without host calls, but with the same weights, as state holds weights
//! and fees. With `SKIP_WASM_BUILD` there is no blob, and nothing to compare.

mod chain;

use chain::{
	account,
	books::outsider,
	challenge::Challenge,
	metadata_digest, pair,
	task::{
		accept, agreed, deal, deal_all, deal_forged, deal_mask, deal_outside, deal_wrongly, drawn,
		input, publish, settled, start, submission, under,
	},
	Chain,
};
use codec::{Decode, Encode};
use cumulus_primitives_proof_size_hostfunction::storage_proof_size;
use ostraka_primitives::task::{FailReason, Outcome, SecurityClass, TaskStatus};
use ostraka_protocol::masking::MaskSeed;
use ostraka_runtime::{Hash, Runtime, RuntimeCall, UncheckedExtrinsic, UNIT, WASM_BINARY};
use sc_executor::WasmExecutor;
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use sp_crypto_ec_utils::HostFunctionsRfc163;
use sp_io::{SubstrateHostFunctions, TestExternalities};
use sp_runtime::transaction_validity::{
	InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError,
};
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

/// Executes all blocks, each of which must lead to the state that its header names. Returns the last one.
fn replay<H: HostFunctions>(blob: &'static [u8], chain: &Chain) -> TestExternalities {
	let executor = WasmExecutor::<H>::builder().build();
	let mut state = TestExternalities::new_empty();
	let built =
		call(&executor, blob, &mut state, "GenesisBuilder_build_state", &chain.config.encode());
	assert_eq!(Result::<(), String>::decode(&mut built.as_slice()), Ok(Ok(())));
	for block in &chain.blocks {
		call(&executor, blob, &mut state, "Core_execute_block", &block.encode());
	}
	state
}

/// The blobs with and without host calls. None with `SKIP_WASM_BUILD`, which is said.
fn blobs() -> Option<(&'static [u8], &'static [u8])> {
	if std::env::var_os("SKIP_WASM_BUILD").is_some() {
		println!("skipped, as the wasm builds are");
		return None;
	}
	let hooked = WASM_BINARY.expect("built unless SKIP_WASM_BUILD is set");
	let file = std::env::var_os("OSTRAKA_PURE_WASM").expect(
		"run scripts/runtime_wasm.sh host-call-weights pure.wasm, and set OSTRAKA_PURE_WASM to that file's full path",
	);
	let pure =
		std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.to_string_lossy()));
	Some((hooked, pure.leak()))
}

/// How many of these calls are in the chain.
fn count(chain: &Chain, wanted: impl Fn(&pallet_vss::Call<Runtime>) -> bool) -> usize {
	let calls = chain.blocks.iter().flat_map(|block| &block.extrinsics);
	let wanted = |call: &&UncheckedExtrinsic| match &call.function {
		RuntimeCall::Vss(call) => wanted(call),
		_ => false,
	};
	calls.filter(wanted).count()
}

#[test]
fn host_calls_and_pure_wasm_give_the_same_bytes() {
	use pallet_vss::Call;
	let Some((hooked, pure)) = blobs() else { return };
	let (mut chain, alice, dealers) = start(6);
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	drawn(&mut chain, task);
	let wrong = deal_wrongly(&mut chain, task, &dealers[3], &input(1, 1), 1);
	chain.submit(&dealers[3], wrong);
	let outside = deal_outside(&mut chain, task, &dealers[4], &input(1, 1));
	chain.submit(&dealers[4], outside);
	let forged = deal_forged(&mut chain, task, &dealers[5], &input(1, 1_000_000_000));
	chain.submit(&dealers[5], forged);
	let right = deal(&mut chain, task, &dealers[0], &input(1, 100));
	let challenge = Challenge::of(&dealers[0], &right);
	chain.submit(&dealers[0], right);
	chain.submit(&outsider(), challenge.with_bond());
	deal_all(&mut chain, task, &dealers[1..3]);
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));
	assert_eq!(count(&chain, |call| matches!(call, Call::attest { .. })), 5);
	// Of what lies outside the group a member accuses, and a verifier challenges
	let accused = count(&chain, |call| matches!(call, Call::accuse { .. }));
	let challenged = count(&chain, |call| matches!(call, Call::challenge { .. }));
	assert!(accused >= 1 && challenged >= 1 && accused + challenged >= 3);
	assert_eq!(count(&chain, |call| matches!(call, Call::challenge_with_bond { .. })), 1);

	// A mask is added up as a dealing is, and has no proof
	let recipient = outsider();
	let call = submission(&mut chain, SecurityClass::Standard, &dealers[..3], 0);
	let call = under(call, |conditions| conditions.sealed_to = Some(account(&recipient)));
	let task = publish(&mut chain, &alice, call);
	accept(&mut chain, task, &dealers[..3]);
	accept(&mut chain, task, std::slice::from_ref(&recipient));
	drawn(&mut chain, task);
	let seed = MaskSeed::from_bytes([7; 32]);
	let (mask, _) = deal_mask(&mut chain, task, &recipient, &seed);
	chain.submit(&recipient, mask);
	deal_all(&mut chain, task, &dealers[..3]);
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));

	// Nobody looks at the next one's dealings but the freeze.
	chain.workers = false;
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers[..3], 0);
	drawn(&mut chain, task);
	let outside = deal_outside(&mut chain, task, &dealers[0], &input(1, 1));
	chain.submit(&dealers[0], outside);
	deal_all(&mut chain, task, &dealers[1..3]);
	let unsound = Outcome::Failed(FailReason::UnsoundCommitments);
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(unsound));

	replay::<WithCurves>(hooked, &chain);
	replay::<Plain>(pure, &chain);
}

/// What a node's pool says of a transaction on top of the chain.
fn validate<H: HostFunctions>(
	blob: &'static [u8],
	state: &mut TestExternalities,
	transaction: &UncheckedExtrinsic,
	parent: Hash,
) -> TransactionValidity {
	let executor = WasmExecutor::<H>::builder().build();
	let question = (TransactionSource::External, transaction, parent).encode();
	let method = "TaggedTransactionQueue_validate_transaction";
	let answer = call(&executor, blob, state, method, &question);
	TransactionValidity::decode(&mut answer.as_slice()).unwrap()
}

/// A hardware wallet signs the digest of the metadata by which it showed the transaction. The blob holds the right one:
/// that of the metadata which it serves itself, computed here by another program than the one that built it.
fn checks_what_a_wallet_showed<H: HostFunctions>(blob: &'static [u8]) {
	let mut chain = Chain::development();
	chain.block(Vec::new());
	let mut state = replay::<H>(blob, &chain);
	let digest = {
		let executor = WasmExecutor::<H>::builder().build();
		let version = 15u32.encode();
		let served = call(&executor, blob, &mut state, "Metadata_metadata_at_version", &version);
		let served = Option::<Vec<u8>>::decode(&mut served.as_slice()).unwrap().unwrap();
		metadata_digest(&served)
	};
	let parent = chain.blocks.last().unwrap().header.hash();
	let bob = pair("//Bob");
	let transfer = || {
		let dest = account(&pair("//Charlie")).into();
		RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { dest, value: UNIT })
	};
	let mut signed = |digest| {
		let transaction = chain.signed_over(&bob, transfer(), digest);
		validate::<H>(blob, &mut state, &transaction, parent)
	};
	let refused = Err(TransactionValidityError::from(InvalidTransaction::BadProof));
	assert!(signed(Some(digest)).is_ok(), "{:?}", signed(Some(digest)));
	assert_eq!(signed(Some([0; 32])), refused);
	let mut nearly = digest;
	nearly[31] ^= 1;
	assert_eq!(signed(Some(nearly)), refused);
	// Who does not ask for it is not asked.
	assert!(signed(None).is_ok());
}

#[test]
fn a_transaction_shown_by_the_right_metadata_is_taken_and_by_another_refused() {
	let Some((hooked, pure)) = blobs() else { return };
	checks_what_a_wallet_showed::<WithCurves>(hooked);
	checks_what_a_wallet_showed::<Plain>(pure);
}
