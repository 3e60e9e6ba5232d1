//! Wiring of the general-purpose pallets: system, time, money and its helpers.

use crate::{
	fees::{FeesToPot, SlowAdjustingFeeUpdate, WeightToFee},
	weights, AccountId, Aura, Balance, Balances, Block, Nonce, OriginCaller, PalletInfo, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeFreezeReason, RuntimeHoldReason, RuntimeOrigin, RuntimeTask,
	System, TxPause, EXISTENTIAL_DEPOSIT, MICROUNIT, MILLIUNIT, UNIT, VERSION,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstU32, ConstU64, ConstU8, InstanceFilter, VariantCountOf},
	weights::{
		constants::{
			BlockExecutionWeight, ExtrinsicBaseWeight, ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND,
		},
		ConstantMultiplier, Weight,
	},
	PalletId,
};
use frame_system::limits::{BlockLength, BlockWeights};
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{AccountIdConversion, AccountIdLookup, BlakeTwo256},
	Perbill,
};
use sp_version::RuntimeVersion;

/// Share of a block's weight that ordinary transactions may fill. With [`OPERATIONAL_SHARE`] and what the book's hook may take
/// (`PollShare`) that is the whole block, whatever order its author puts them in.
pub const NORMAL_SHARE: Perbill = Perbill::from_percent(50);

/// Share of a block's weight that is kept for operational transactions, such as the workers'. They get it also where all else
/// has filled the block.
pub const OPERATIONAL_SHARE: Perbill = Perbill::from_percent(25);

/// Share of a block's length that ordinary transactions may fill.
const NORMAL_LENGTH_SHARE: Perbill = Perbill::from_percent(75);

/// Share of a block that `on_initialize` hooks are expected to take.
const AVERAGE_ON_INITIALIZE_RATIO: Perbill = Perbill::from_percent(5);

/// Two seconds of execution, and a proof of validity as large as the relay chain takes.
pub const MAXIMUM_BLOCK_WEIGHT: Weight = Weight::from_parts(
	WEIGHT_REF_TIME_PER_SECOND.saturating_mul(2),
	cumulus_primitives_core::relay_chain::MAX_POV_SIZE as u64,
);

/// Longest block, in bytes.
pub const MAXIMUM_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

parameter_types! {
	pub const BlockHashCount: u32 = 4096;
	pub const Version: RuntimeVersion = VERSION;
	pub const SS58Prefix: u16 = 42;
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(MAXIMUM_BLOCK_LENGTH)
		.modify_max_length_for_class(DispatchClass::Normal, |m| *m = NORMAL_LENGTH_SHARE * *m)
		.build();
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::builder()
		.base_block(BlockExecutionWeight::get())
		.for_class(DispatchClass::all(), |weights| {
			weights.base_extrinsic = ExtrinsicBaseWeight::get();
		})
		.for_class(DispatchClass::Normal, |weights| {
			weights.max_total = Some(NORMAL_SHARE * MAXIMUM_BLOCK_WEIGHT);
		})
		.for_class(DispatchClass::Operational, |weights| {
			weights.max_total = Some(MAXIMUM_BLOCK_WEIGHT);
			weights.reserved = Some(OPERATIONAL_SHARE * MAXIMUM_BLOCK_WEIGHT);
		})
		.avg_block_initialization(AVERAGE_ON_INITIALIZE_RATIO)
		.build_or_panic();
}

#[derive_impl(frame_system::config_preludes::ParaChainDefaultConfig)]
impl frame_system::Config for Runtime {
	type AccountId = AccountId;
	type Lookup = AccountIdLookup<AccountId, ()>;
	type Nonce = Nonce;
	type Hash = crate::Hash;
	type Hashing = BlakeTwo256;
	type Block = Block;
	type BlockHashCount = BlockHashCount;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<Balance>;
	// No node of this chain can open another database.
	type DbWeight = ParityDbWeight;
	type BaseCallFilter = TxPause;
	type SystemWeightInfo = weights::common::frame_system::WeightInfo<Runtime>;
	type ExtensionsWeightInfo = weights::common::frame_system_extensions::WeightInfo<Runtime>;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type SS58Prefix = SS58Prefix;
	type OnSetCode = cumulus_pallet_parachain_system::ParachainSetCode<Self>;
	type MaxConsumers = ConstU32<16>;
	type SingleBlockMigrations = crate::Migrations;
	// One that takes several blocks would keep calls out while deadlines, which are block numbers, go on: docs/UPGRADING.md.
	type MultiBlockMigrator = ();
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = Aura;
	// Several blocks may share a slot.
	type MinimumPeriod = ConstU64<0>;
	type WeightInfo = weights::common::pallet_timestamp::WeightInfo<Runtime>;
}

parameter_types! {
	pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
	/// Owner of the treasury account.
	pub const TreasuryPalletId: PalletId = PalletId(*b"ost/trsy");
	/// Receives what slashes leave after accusers, challengers and the harmed; only root spends from it.
	pub TreasuryAccount: AccountId = TreasuryPalletId::get().into_account_truncating();
}

impl pallet_balances::Config for Runtime {
	type MaxLocks = ConstU32<50>;
	type Balance = Balance;
	type RuntimeEvent = RuntimeEvent;
	type DustRemoval = ();
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
	type WeightInfo = weights::common::pallet_balances::WeightInfo<Runtime>;
	type MaxReserves = ConstU32<50>;
	type ReserveIdentifier = [u8; 8];
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type DoneSlashHandler = ();
}

parameter_types! {
	/// Price of a byte of a transaction. A dealing of a few kilobytes costs some hundredths of a unit.
	pub const TransactionByteFee: Balance = 10 * MICROUNIT;
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = pallet_transaction_payment::FungibleAdapter<Balances, FeesToPot>;
	type WeightToFee = WeightToFee;
	type LengthToFee = ConstantMultiplier<Balance, TransactionByteFee>;
	type FeeMultiplierUpdate = SlowAdjustingFeeUpdate<Self>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightInfo = weights::common::pallet_transaction_payment::WeightInfo<Runtime>;
}

impl cumulus_pallet_weight_reclaim::Config for Runtime {
	type WeightInfo = weights::common::cumulus_pallet_weight_reclaim::WeightInfo<Runtime>;
}

impl pallet_utility::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = weights::common::pallet_utility::WeightInfo<Runtime>;
}

/// Deposit for `items` entries of state that hold `bytes` bytes together.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
	items as Balance * UNIT / 10 + bytes as Balance * MILLIUNIT / 10
}

parameter_types! {
	pub const MultisigDepositBase: Balance = deposit(1, 88);
	pub const MultisigDepositFactor: Balance = deposit(0, 32);
	pub const ProxyDepositBase: Balance = deposit(1, 40);
	pub const ProxyDepositFactor: Balance = deposit(0, 33);
	pub const AnnouncementDepositBase: Balance = deposit(1, 48);
	pub const AnnouncementDepositFactor: Balance = deposit(0, 66);
}

impl pallet_multisig::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type DepositBase = MultisigDepositBase;
	type DepositFactor = MultisigDepositFactor;
	type MaxSignatories = ConstU32<100>;
	type WeightInfo = weights::common::pallet_multisig::WeightInfo<Runtime>;
	type BlockNumberProvider = System;
}

/// What a proxy may do for its principal. Each type but [`ProxyType::Any`] is a list of what it may do, so that a
/// call that is new is in none of them. `Multisig` is in none either: its calls run others under an account's
/// origin that no proxy's filter sees.
#[derive(
	Copy,
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ProxyType {
	/// Anything.
	#[default]
	Any,
	/// What neither spends, nor binds, nor puts at risk any of the principal's money: remarks, session keys, rejecting
	/// announced proxy calls, poking tasks that stand still, and when a node takes tasks, how many, and which seats.
	NonTransfer,
	/// Rejecting announced proxy calls.
	CancelProxy,
	/// A node's operation: its keys, capacity, role and activity. Whoever has the keys can lose the stake by misconduct,
	/// but stake comes and goes by the principal alone.
	Operator,
	/// Accepting tasks and dealing in them, so that the account that holds an institution's money can stay offline. An
	/// acceptance puts a deposit at risk. Challenging others' dealings, which puts a bond at risk, is none of it.
	Dealer,
}

/// Several calls at once, each of which has to pass the filter by itself.
fn is_batch(call: &RuntimeCall) -> bool {
	matches!(
		call,
		RuntimeCall::Utility(
			pallet_utility::Call::batch { .. }
				| pallet_utility::Call::batch_all { .. }
				| pallet_utility::Call::force_batch { .. }
		)
	)
}

/// Rejecting announced calls of other proxies.
fn is_cancelling(call: &RuntimeCall) -> bool {
	matches!(call, RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. }))
}

/// When a node takes tasks, how many, and whether it computes or verifies in them.
fn is_activity(call: &RuntimeCall) -> bool {
	use pallet_registry::Call;
	matches!(
		call,
		RuntimeCall::Registry(
			Call::chill { .. }
				| Call::activate { .. }
				| Call::set_capacity { .. }
				| Call::set_role { .. }
		)
	)
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		match self {
			Self::Any => true,
			Self::NonTransfer => {
				is_batch(call)
					|| is_cancelling(call)
					|| is_activity(call)
					|| matches!(
						call,
						RuntimeCall::Session(..)
							| RuntimeCall::Tasks(pallet_tasks::Call::poke { .. })
							| RuntimeCall::System(
								frame_system::Call::remark { .. }
									| frame_system::Call::remark_with_event { .. }
							)
					)
			},
			Self::CancelProxy => is_batch(call) || is_cancelling(call),
			Self::Operator => {
				is_activity(call)
					|| matches!(
						call,
						RuntimeCall::Registry(pallet_registry::Call::rotate_key { .. })
					)
			},
			Self::Dealer => matches!(
				call,
				RuntimeCall::Tasks(pallet_tasks::Call::accept { .. })
					| RuntimeCall::Vss(pallet_vss::Call::deal { .. })
			),
		}
	}

	/// By what [`Self::filter`] lets through.
	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(Self::Any, _) => true,
			(Self::NonTransfer, Self::NonTransfer | Self::CancelProxy)
			| (Self::CancelProxy, Self::CancelProxy)
			| (Self::Operator, Self::Operator)
			| (Self::Dealer, Self::Dealer) => true,
			(Self::NonTransfer | Self::CancelProxy | Self::Operator | Self::Dealer, _) => false,
		}
	}
}

impl pallet_proxy::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type ProxyType = ProxyType;
	type ProxyDepositBase = ProxyDepositBase;
	type ProxyDepositFactor = ProxyDepositFactor;
	type MaxProxies = ConstU32<32>;
	type WeightInfo = weights::common::pallet_proxy::WeightInfo<Runtime>;
	type MaxPending = ConstU32<32>;
	type CallHasher = BlakeTwo256;
	type AnnouncementDepositBase = AnnouncementDepositBase;
	type AnnouncementDepositFactor = AnnouncementDepositFactor;
	type BlockNumberProvider = System;
}

/// Only test presets set its key; in production there is none, and Root is the relay chain's
/// ([`governance`](super::governance)).
impl pallet_sudo::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type WeightInfo = weights::common::pallet_sudo::WeightInfo<Runtime>;
}
