//! Ostraka's parachain runtime: joint statistics over secret-shared data, on polkadot-sdk's FRAME.
//!
//! | module | holds |
//! |---|---|
//! | [`configs`] | the pallets' configuration: what comes with the SDK, what makes a parachain, who governs, and our own |
//! | [`entropy`] | randomness of draws, read of the relay chain |
//! | [`transaction`] | a transaction's extensions, and how a worker makes one |
//! | [`fees`] | what a transaction costs and where its fee goes |
//! | [`apis`] | the runtime API |
//! | [`presets`] | genesis of a development chain, a local test network and a production network |
//! | [`weights`] | weights of our own pallets |
//!
//! One runtime serves all networks: what differs is in state, set by the genesis preset.

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "512"]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarks;
pub mod configs;
pub mod entropy;
pub mod fees;
pub mod presets;
pub mod transaction;
pub mod weights;

use alloc::vec::Vec;
use sp_runtime::{
	generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

pub use sp_consensus_aura::sr25519::AuthorityId as AuraId;
pub use transaction::{TxExtension, UncheckedExtrinsic};

/// Signature of a transaction.
pub type Signature = MultiSignature;
/// An account.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// Amount of the native token, in its smallest unit.
pub type Balance = ostraka_primitives::Balance;
/// Number of a block.
pub type BlockNumber = ostraka_primitives::BlockNumber;
/// Number of an account's transaction.
pub type Nonce = u32;
/// Hash of a block or of state.
pub type Hash = sp_core::H256;
/// How accounts are named in transactions.
pub type Address = MultiAddress<AccountId, ()>;
/// Head of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What the token is called.
pub const TOKEN_SYMBOL: &str = "OST";
/// Decimals of the token: its smallest unit is `10^-12`.
pub const TOKEN_DECIMALS: u8 = 12;
/// The token.
pub const UNIT: Balance = 1_000_000_000_000;
/// A thousandth of it.
pub const MILLIUNIT: Balance = UNIT / 1_000;
/// A millionth of it.
pub const MICROUNIT: Balance = MILLIUNIT / 1_000;
/// Least balance of an account.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLIUNIT;

/// Length of a slot of Aura, in milliseconds: the relay chain's. A development chain makes blocks faster than
/// that; its clock then runs ahead.
pub const SLOT_DURATION: u64 = 6_000;
/// Blocks a minute, at as many a slot as may be.
pub const MINUTES: BlockNumber =
	configs::collation::blocks_in(60_000 / (SLOT_DURATION as BlockNumber));
/// Blocks an hour.
pub const HOURS: BlockNumber = MINUTES * 60;
/// Blocks a day.
pub const DAYS: BlockNumber = HOURS * 24;

impl_opaque_keys! {
	/// What a collator signs blocks with.
	pub struct SessionKeys {
		pub aura: Aura,
	}
}

/// Declares the version: the attribute, which also writes it into the wasm blob, takes literals only.
macro_rules! version {
	($spec_version:tt) => {
		/// This runtime's version. `spec_version` grows with every release, `transaction_version` with every one that
		/// changes a call's encoding or the transaction extensions.
		#[sp_version::runtime_version]
		pub const VERSION: RuntimeVersion = RuntimeVersion {
			spec_name: alloc::borrow::Cow::Borrowed("ostraka"),
			impl_name: alloc::borrow::Cow::Borrowed("ostraka"),
			authoring_version: 1,
			spec_version: $spec_version,
			impl_version: 0,
			apis: apis::RUNTIME_API_VERSIONS,
			transaction_version: 6,
			system_version: 1,
		};
	};
}

#[cfg(not(feature = "next-spec-version"))]
version!(1_007);
// What a test upgrades to: the runtime one version on, with other rules for tasks submitted from then on ([`configs::next`]).
#[cfg(feature = "next-spec-version")]
version!(1_008);

/// Migrations that an upgrade to this version runs, in order. Each looks at its pallet's storage version first, and does nothing
/// on a chain that has done it.
pub type Migrations = (
	pallet_network::migrations::V1ToV2<Runtime>,
	pallet_registry::migrations::V1ToV2<Runtime>,
	pallet_tasks::migrations::V2ToV3<Runtime>,
	pallet_tasks::migrations::V3ToV4<Runtime>,
	pallet_vss::migrations::V2ToV3<Runtime>,
	pallet_incentives::migrations::V1ToV2<Runtime>,
);

/// Executes blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type ParachainSystem = cumulus_pallet_parachain_system;
	#[runtime::pallet_index(2)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(3)]
	pub type ParachainInfo = staging_parachain_info;
	#[runtime::pallet_index(4)]
	pub type WeightReclaim = cumulus_pallet_weight_reclaim;
	#[runtime::pallet_index(5)]
	pub type Network = pallet_network;

	#[runtime::pallet_index(10)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(11)]
	pub type TransactionPayment = pallet_transaction_payment;

	// The order of these five matters and must not change.
	#[runtime::pallet_index(20)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(21)]
	pub type CollatorSelection = pallet_collator_selection;
	#[runtime::pallet_index(22)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(23)]
	pub type Aura = pallet_aura;
	#[runtime::pallet_index(24)]
	pub type AuraExt = cumulus_pallet_aura_ext;

	#[runtime::pallet_index(30)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(31)]
	pub type Multisig = pallet_multisig;
	#[runtime::pallet_index(32)]
	pub type Proxy = pallet_proxy;
	#[runtime::pallet_index(33)]
	pub type Sudo = pallet_sudo;
	#[runtime::pallet_index(34)]
	pub type MessageQueue = pallet_message_queue;
	#[runtime::pallet_index(35)]
	pub type TxPause = pallet_tx_pause;

	#[runtime::pallet_index(50)]
	pub type Registry = pallet_registry;
	#[runtime::pallet_index(51)]
	pub type Tasks = pallet_tasks;
	#[runtime::pallet_index(52)]
	pub type Vss = pallet_vss;
	#[runtime::pallet_index(53)]
	pub type Incentives = pallet_incentives;
	#[runtime::pallet_index(54)]
	pub type Consent = pallet_consent;
	#[runtime::pallet_index(55)]
	pub type Parameters = pallet_parameters;
}

cumulus_pallet_parachain_system::register_validate_block! {
	Runtime = Runtime,
	BlockExecutor = cumulus_pallet_aura_ext::BlockExecutor::<Runtime, Executive>,
}
