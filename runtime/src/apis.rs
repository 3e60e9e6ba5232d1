//! The runtime API: what nodes, wallets and clients ask of the runtime without a transaction.

use crate::{
	configs::{
		collation::{ConsensusHook, RELAY_PARENT_OFFSET},
		prices::{BaseFeePerSeat, ByteFee, DealerDeposit, DrawFee, FeePerElement},
	},
	entropy::RelayEntropy,
	presets, AccountId, AuraId, Balance, Block, BlockNumber, Executive, Incentives,
	InherentDataExt, Nonce, ParachainInfo, ParachainSystem, Registry, Runtime, RuntimeCall,
	RuntimeGenesisConfig, SessionKeys, System, Tasks, TransactionPayment, Vss, SLOT_DURATION,
	VERSION,
};
use alloc::vec::Vec;
use cumulus_primitives_core::{ParaId, RelayProofRequest, VerifySchedulingSignature};
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	weights::Weight,
};
use ostraka_primitives::{
	api::{NodeInfo, Prices, Quote, TaskInfo},
	fault::PendingSlash,
	odds::Odds,
	spec::TaskSpec,
	task::{ClassParameters, SecurityClass, TaskResult},
	traits::TaskBook,
	TaskId,
};
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_runtime::{
	traits::Block as BlockT,
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult,
};
use sp_version::RuntimeVersion;

// The macro writes macros that name this crate and take their imports where they are used.
#[cfg(feature = "runtime-benchmarks")]
#[allow(clippy::crate_in_macro_def)]
mod benches {
	frame_benchmarking::define_benchmarks!(
		[cumulus_pallet_parachain_system, crate::ParachainSystem]
		[cumulus_pallet_weight_reclaim, crate::WeightReclaim]
		[frame_system, frame_system_benchmarking::Pallet::<crate::Runtime>]
		[frame_system_extensions, frame_system_benchmarking::extensions::Pallet::<crate::Runtime>]
		[pallet_balances, crate::Balances]
		[pallet_collator_selection, crate::CollatorSelection]
		[pallet_message_queue, crate::MessageQueue]
		[pallet_multisig, crate::Multisig]
		[pallet_consent, crate::Consent]
		[pallet_network, crate::Network]
		[pallet_parameters, crate::Parameters]
		[pallet_proxy, crate::Proxy]
		[pallet_session, cumulus_pallet_session_benchmarking::Pallet::<crate::Runtime>]
		[pallet_sudo, crate::Sudo]
		[pallet_timestamp, crate::Timestamp]
		[pallet_transaction_payment, crate::TransactionPayment]
		[pallet_tx_pause, crate::TxPause]
		[pallet_utility, crate::Utility]
		[pallet_registry, crate::Registry]
		[pallet_tasks, crate::Tasks]
		[pallet_vss, crate::Vss]
	);
}

sp_api::impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block)
		}

		fn initialize_block(
			header: &<Block as BlockT>::Header,
		) -> sp_runtime::ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
		fn execute_view_function(
			id: frame_support::view_functions::ViewFunctionId,
			input: Vec<u8>,
		) -> Result<Vec<u8>, frame_support::view_functions::ViewFunctionDispatchError> {
			Runtime::execute_view_function(id, input)
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(
			data: sp_inherents::InherentData,
		) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: sp_inherents::InherentData,
		) -> sp_inherents::CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			transaction: <Block as BlockT>::Extrinsic,
			block_hash: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, transaction, block_hash)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header)
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(
			owner: Vec<u8>,
			seed: Option<Vec<u8>>,
		) -> sp_session::OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
		fn slot_duration() -> sp_consensus_aura::SlotDuration {
			sp_consensus_aura::SlotDuration::from_millis(SLOT_DURATION)
		}

		fn authorities() -> Vec<AuraId> {
			pallet_aura::Authorities::<Runtime>::get().into_inner()
		}
	}

	impl cumulus_primitives_aura::AuraUnincludedSegmentApi<Block> for Runtime {
		fn can_build_upon(
			included_hash: <Block as BlockT>::Hash,
			slot: cumulus_primitives_aura::Slot,
		) -> bool {
			ConsensusHook::can_build_upon(included_hash, slot)
		}
	}

	impl cumulus_primitives_core::CollectCollationInfo<Block> for Runtime {
		fn collect_collation_info(
			header: &<Block as BlockT>::Header,
		) -> cumulus_primitives_core::CollationInfo {
			ParachainSystem::collect_collation_info(header)
		}
	}

	impl cumulus_primitives_core::GetParachainInfo<Block> for Runtime {
		fn parachain_id() -> ParaId {
			ParachainInfo::parachain_id()
		}
	}

	impl cumulus_primitives_core::RelayParentOffsetApi<Block> for Runtime {
		fn relay_parent_offset() -> u32 {
			RELAY_PARENT_OFFSET
		}

		fn max_claim_queue_offset() -> u8 {
			ParachainSystem::max_claim_queue_offset()
		}
	}

	impl cumulus_primitives_core::SchedulingV3EnabledApi<Block> for Runtime {
		fn scheduling_v3_enabled() -> bool {
			type Verifier =
				<Runtime as cumulus_pallet_parachain_system::Config>::SchedulingSignatureVerifier;
			<Verifier as VerifySchedulingSignature>::V3_SCHEDULING_ENABLED
		}
	}

	impl cumulus_primitives_core::KeyToIncludeInRelayProof<Block> for Runtime {
		fn keys_to_prove() -> RelayProofRequest {
			RelayEntropy::keys_to_prove()
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance>
		for Runtime
	{
		fn query_info(
			transaction: <Block as BlockT>::Extrinsic,
			length: u32,
		) -> pallet_transaction_payment_rpc_runtime_api::RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_info(transaction, length)
		}

		fn query_fee_details(
			transaction: <Block as BlockT>::Extrinsic,
			length: u32,
		) -> pallet_transaction_payment::FeeDetails<Balance> {
			TransactionPayment::query_fee_details(transaction, length)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<
		Block,
		Balance,
		RuntimeCall,
	> for Runtime {
		fn query_call_info(
			call: RuntimeCall,
			length: u32,
		) -> pallet_transaction_payment::RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_call_info(call, length)
		}

		fn query_call_fee_details(
			call: RuntimeCall,
			length: u32,
		) -> pallet_transaction_payment::FeeDetails<Balance> {
			TransactionPayment::query_call_fee_details(call, length)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)?;
			#[cfg(feature = "runtime-benchmarks")]
			crate::benchmarks::found();
			Ok(())
		}

		fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, presets::get)
		}

		fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
			presets::names()
		}
	}

	impl ostraka_primitives::runtime_api::OstrakaApi<Block> for Runtime {
		fn node(account: AccountId) -> Option<NodeInfo> {
			Registry::node_info(&account)
		}

		fn nodes(after: Option<AccountId>) -> Vec<NodeInfo> {
			Registry::nodes(after)
		}

		fn pending_slashes(account: AccountId) -> Vec<(u32, PendingSlash)> {
			Registry::pending_slashes_of(&account)
		}

		fn task(task: TaskId) -> Option<TaskInfo> {
			let counters = Vss::counters(task);
			let info = Tasks::task_info(task)?;
			Some(TaskInfo {
				dealings: counters.dealings,
				excluded: counters.excluded,
				attested: counters.attested,
				committed: counters.committed,
				right_shares: counters.right_shares,
				verified: counters.verified,
				disproven: counters.disproven,
				masked: counters.masked,
				..info
			})
		}

		fn result(task: TaskId) -> Option<TaskResult> {
			Vss::result(task)
		}

		fn expected_rewards(account: AccountId) -> Balance {
			let tasks = Registry::tasks_of(&account).into_iter();
			let seats = |task| Tasks::view(task).map_or(0, |view| view.seats().into());
			Incentives::expected_rewards(tasks.map(|task| (task, seats(task))))
		}

		fn class(class: SecurityClass) -> ClassParameters {
			Tasks::class_parameters(class)
		}

		fn least_fee(
			spec: TaskSpec,
			class: SecurityClass,
			invited: u32,
			accept: BlockNumber,
			collect: BlockNumber,
		) -> Quote {
			Tasks::quote(&spec, class, invited, accept, collect)
		}

		fn prices() -> Prices {
			let (places, seats) = Tasks::occupancy();
			let (place_rent, seat_rent) = Tasks::rents_after(1);
			Prices {
				draw_fee: DrawFee::get(),
				base_fee_per_seat: BaseFeePerSeat::get(),
				fee_per_element: FeePerElement::get(),
				dealer_deposit: DealerDeposit::get(),
				place_rent,
				seat_rent,
				places,
				seats,
				byte_fee: ByteFee::get(),
			}
		}

		fn odds(class: SecurityClass, fee: Balance) -> Odds {
			let parameters = Tasks::class_parameters(class);
			Registry::odds(&parameters, fee.saturating_add(DrawFee::get()))
		}

		fn is_insecure() -> bool {
			Tasks::is_insecure()
		}
	}

	#[cfg(feature = "try-runtime")]
	impl frame_try_runtime::TryRuntime<Block> for Runtime {
		fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
			// A failed check must stop the tool that asks, with a trace.
			let weight = Executive::try_runtime_upgrade(checks).expect("the upgrade's checks hold");
			(weight, crate::configs::system::RuntimeBlockWeights::get().max_block)
		}

		fn execute_block(
			block: <Block as BlockT>::LazyBlock,
			state_root_check: bool,
			signature_check: bool,
			select: frame_try_runtime::TryStateSelect,
		) -> Weight {
			Executive::try_execute_block(block, state_root_check, signature_check, select)
				.expect("the block's checks hold")
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	impl frame_benchmarking::Benchmark<Block> for Runtime {
		fn benchmark_metadata(
			extra: bool,
		) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
			use crate::*;
			use frame_benchmarking::BenchmarkList;
			use frame_support::traits::StorageInfoTrait;

			let mut list = Vec::<BenchmarkList>::new();
			list_benchmarks!(list, extra);
			(list, AllPalletsWithSystem::storage_info())
		}

		fn dispatch_benchmark(
			config: frame_benchmarking::BenchmarkConfig,
		) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
			use crate::*;
			use frame_benchmarking::BenchmarkBatch;
			use frame_support::traits::WhitelistedStorageKeys;
			use sp_storage::TrackedStorageKey;

			let whitelist: Vec<TrackedStorageKey> =
				AllPalletsWithSystem::whitelisted_storage_keys();
			let mut batches = Vec::<BenchmarkBatch>::new();
			let params = (&config, &whitelist);
			add_benchmarks!(params, batches);
			Ok(batches)
		}
	}
}
