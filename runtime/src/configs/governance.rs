//! Who governs the chain, and what of it can be stood still.
//!
//! Root is the relay chain's: its governance sends an *order*, a downward message of the form
//!
//! ```text
//! UnpaidExecution, Transact with the kind of origin `Superuser`, and possibly SetTopic
//! ```
//!
//! and the call in it runs as Root. Nothing else that comes down is obeyed, and nothing comes from elsewhere: what other
//! parachains send is dropped where it arrives. The executor has no transactor of assets, sends no message, and nobody here
//! can have it run one: there is no `pallet-xcm`.
//!
//! - *Form.* The relay chain puts `DescendOrigin`, `ClearOrigin` or assets before what its users send, so that none of it has
//!   the form of an order. [`OrderWeight`] refuses it for the price of looking at it: were it weighed first, a user could
//!   claim a block's share for each message, and hold orders up.
//! - *Weight.* An order that weighs more than [`MaxOrderWeight`] is refused for good, as any other form is. So no message is
//!   ever put aside as overweight, where it would stay in state until somebody runs it.
//! - *Time.* Orders run at the beginning of a block, before the relay chain's inherent is there. `System.set_code` needs what
//!   that brings, and a runtime is longer than a message may be: an order *authorizes* an upgrade by its hash, and anybody
//!   hands in the code (docs/UPGRADING.md).
//!
//! Root can pause [`PAUSABLE`] calls: those that begin something. It cannot pause what a deadline waits for.

use super::system::RuntimeBlockWeights;
use crate::{
	weights, AccountId, MessageQueue, ParachainInfo, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeOrigin,
};
use cumulus_primitives_core::AggregateMessageOrigin;
use frame_support::{
	parameter_types,
	traits::{ConstU32, Contains, EnqueueWithOrigin, Equals, Everything, Nothing},
	weights::{constants::ExtrinsicBaseWeight, Weight},
};
use frame_system::EnsureRoot;
use pallet_tx_pause::RuntimeCallNameOf;
use sp_runtime::Perbill;
use staging_xcm::latest::prelude::{
	Instruction, InstructionError, InteriorLocation, Location, OriginKind, Parachain, SetTopic,
	Transact, UnpaidExecution, Xcm, XcmError,
};
use staging_xcm_builder::{
	AllowExplicitUnpaidExecutionFrom, FixedWeightBounds, FrameTransactionalProcessor,
	ParentAsSuperuser, ProcessXcmMessage, TrailingSetTopicAsId,
};
use staging_xcm_executor::{traits::WeightBounds, XcmExecutor};

/// Bytes of a page of the queue. A message is a little shorter; a relay chain lets them be 50 KiB long.
const PAGE: u32 = 64 * 1024;
/// Instructions of the longest order.
const INSTRUCTIONS: u32 = 3;

parameter_types! {
	/// Share of a block's time for downward messages. The dearest challenge of a member must fit beside it and the book's hook.
	pub const OrderShare: Perbill = Perbill::from_percent(2);
	/// Share of its proof. All that one block takes in, a sixth of the proof, is gone with the next one even if each message is so
	/// long that it has a page of the queue to itself, which counts as 69,049 bytes: long messages do not hold orders up.
	pub const OrderProofShare: Perbill = Perbill::from_percent(36);
	/// The same as weight.
	pub ServiceWeight: Option<Weight> = Some(Weight::from_parts(
		OrderShare::get() * RuntimeBlockWeights::get().max_block.ref_time(),
		OrderProofShare::get() * RuntimeBlockWeights::get().max_block.proof_size(),
	));
	/// Most that an order may weigh. The rest of the share is for the queue's own work on one message.
	pub MaxOrderWeight: Weight = (OrderShare::get() * RuntimeBlockWeights::get().max_block).saturating_div(2);
	/// Of one instruction, the call within it apart: none of an order's touches state. What goes with any transaction is more.
	pub InstructionWeight: Weight = ExtrinsicBaseWeight::get();
	/// Where downward messages come from, in the queue's words.
	pub const DownwardOrigin: AggregateMessageOrigin = AggregateMessageOrigin::Parent;
	/// The same in XCM's.
	pub const RelayChain: Location = Location::parent();
	/// This chain, seen from the relay chain.
	pub UniversalLocation: InteriorLocation = [Parachain(ParachainInfo::parachain_id().into())].into();
}

/// Queues downward messages.
pub type Downward = EnqueueWithOrigin<MessageQueue, DownwardOrigin>;

/// Runs the orders among them.
pub type Orders = ProcessXcmMessage<AggregateMessageOrigin, XcmExecutor<XcmConfig>, RuntimeCall>;

/// Whether a message has the form of an order.
fn is_order(instructions: &[Instruction<RuntimeCall>]) -> bool {
	let order = match instructions {
		[order @ .., SetTopic(_)] => order,
		order => order,
	};
	matches!(order, [UnpaidExecution { .. }, Transact { origin_kind: OriginKind::Superuser, .. }])
}

/// The SDK's weight of a message whose instructions all weigh the same.
type AnyWeight = FixedWeightBounds<InstructionWeight, RuntimeCall, ConstU32<INSTRUCTIONS>>;

/// Weighs orders, up to [`MaxOrderWeight`]. Whatever else there is has no weight, and is refused.
pub struct OrderWeight;

impl WeightBounds<RuntimeCall> for OrderWeight {
	fn weight(message: &mut Xcm<RuntimeCall>, limit: Weight) -> Result<Weight, InstructionError> {
		if !is_order(&message.0) {
			return Err(InstructionError { index: 0, error: XcmError::Barrier });
		}
		AnyWeight::weight(message, limit.min(MaxOrderWeight::get()))
	}

	fn instr_weight(instruction: &mut Instruction<RuntimeCall>) -> Result<Weight, XcmError> {
		AnyWeight::instr_weight(instruction)
	}
}

/// An executor for orders of the relay chain and nothing else.
pub struct XcmConfig;

impl staging_xcm_executor::Config for XcmConfig {
	type RuntimeCall = RuntimeCall;
	type XcmSender = ();
	type XcmEventEmitter = ();
	type AssetTransactor = ();
	type OriginConverter = ParentAsSuperuser<RuntimeOrigin>;
	type IsReserve = Nothing;
	type IsTeleporter = Nothing;
	type Aliasers = Nothing;
	type UniversalLocation = UniversalLocation;
	type Barrier = TrailingSetTopicAsId<AllowExplicitUnpaidExecutionFrom<Equals<RelayChain>>>;
	type Weigher = OrderWeight;
	type Trader = ();
	type ResponseHandler = ();
	type AssetTrap = ();
	type AssetLocker = ();
	type AssetExchanger = ();
	type SubscriptionService = ();
	type PalletInstancesInfo = ();
	type MaxAssetsIntoHolding = ConstU32<0>;
	type FeeManager = ();
	type MessageExporter = ();
	type UniversalAliases = Nothing;
	type CallDispatcher = RuntimeCall;
	// Root is not filtered anywhere else either.
	type SafeCallFilter = Everything;
	type TransactionalProcessor = FrameTransactionalProcessor;
	type HrmpNewChannelOpenRequestHandler = ();
	type HrmpChannelAcceptedHandler = ();
	type HrmpChannelClosingHandler = ();
	type XcmRecorder = ();
}

impl pallet_message_queue::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::common::pallet_message_queue::WeightInfo<Runtime>;
	#[cfg(not(feature = "runtime-benchmarks"))]
	type MessageProcessor = Orders;
	// The queue's own work is measured without that on a message.
	#[cfg(feature = "runtime-benchmarks")]
	type MessageProcessor =
		pallet_message_queue::mock_helpers::NoopMessageProcessor<AggregateMessageOrigin>;
	type Size = u32;
	type QueueChangeHandler = ();
	type QueuePausedQuery = ();
	type HeapSize = ConstU32<PAGE>;
	type MaxStale = ConstU32<8>;
	type ServiceWeight = ServiceWeight;
	type IdleMaxServiceWeight = ();
}

/// Calls that Root may pause, by pallet and name: what begins something. With the first two paused, no task begins or comes to
/// its draw, and those that are drawn end within the longest task's time.
///
/// A list of what may be paused, so that a call that is new is not in it. None of these may be in it:
/// - What a deadline waits for: dealings, accusations, challenges, attestations, result shares. The deadline would go on, and
///   whoever is kept from answering would be slashed for its silence. Workers' calls, which pay no fee, would fail in block
///   after block besides.
/// - What somebody sends these by: batches, proxies, multisigs.
/// - What takes somebody out or guards it: `cancel`, `poke`, `chill`, `unbond`, `withdraw`, `deregister`, `rotate_key`,
///   `set_capacity`, `set_role`, `apply_slash`, `cancel_slash`, policies, transfers.
/// - Inherents, without which there is no block any more, and what an upgrade is handed in by.
pub const PAUSABLE: [(&str, &str); 5] = [
	("Tasks", "submit"),
	("Tasks", "accept"),
	("Registry", "register"),
	("Registry", "bond"),
	("Registry", "activate"),
];

/// All calls but the [`PAUSABLE`]. Of these the look at the pause before they are dispatched is in no weight of their own, as in the
/// SDK: it is taken for a part of what every transaction weighs, and its proof is added as recorded.
pub struct NeverPaused;

impl Contains<RuntimeCallNameOf<Runtime>> for NeverPaused {
	fn contains((pallet, call): &RuntimeCallNameOf<Runtime>) -> bool {
		// The SDK's benchmarks pause a call that no runtime has.
		let pausable = cfg!(feature = "runtime-benchmarks")
			|| PAUSABLE.iter().any(|(of, name)| {
				of.as_bytes() == pallet.as_slice() && name.as_bytes() == call.as_slice()
			});
		!pausable
	}
}

impl pallet_tx_pause::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PauseOrigin = EnsureRoot<AccountId>;
	type UnpauseOrigin = EnsureRoot<AccountId>;
	type WhitelistedCalls = NeverPaused;
	// A call whose name is longer would count as paused: a test looks at all of them.
	type MaxNameLen = ConstU32<64>;
	type WeightInfo = weights::common::pallet_tx_pause::WeightInfo<Runtime>;
}
