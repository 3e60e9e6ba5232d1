//! Wiring of what makes the runtime a parachain's: inherents from the relay chain, Aura, sessions, collators.
//!
//! One setting serves a development chain with one block a second and a real relay chain. The parachain's slot is
//! the relay chain's: the consensus hook compares the two, whatever the pace of blocks.

use super::governance::Downward;
use crate::{
	entropy::RelayEntropy, weights, AccountId, Aura, AuraId, Balance, Balances, BlockNumber,
	CollatorSelection, ParachainInfo, Runtime, RuntimeEvent, Session, SessionKeys,
	EXISTENTIAL_DEPOSIT, HOURS, SLOT_DURATION,
};
use cumulus_pallet_parachain_system::RelayNumberMonotonicallyIncreases;
use frame_support::{
	parameter_types,
	traits::{ConstBool, ConstU32, ConstU64},
	weights::Weight,
	PalletId,
};
use frame_system::EnsureRoot;
use sp_runtime::traits::OpaqueKeys;

/// How far behind the relay chain's tip the relay parent is.
pub const RELAY_PARENT_OFFSET: u32 = 0;
/// Blocks that may be built on one relay parent.
pub const BLOCK_PROCESSING_VELOCITY: u32 = 1;
/// Blocks that come in so many slots of the relay chain, as many as may: what must not take less time than that is counted by this,
/// so that it lasts as long when blocks come faster.
pub const fn blocks_in(slots: BlockNumber) -> BlockNumber {
	slots.saturating_mul(BLOCK_PROCESSING_VELOCITY)
}
/// Blocks that may wait for inclusion.
pub const UNINCLUDED_SEGMENT_CAPACITY: u32 = 3;

/// Bounds the pace of blocks against the relay chain's slots.
pub type ConsensusHook = cumulus_pallet_aura_ext::FixedVelocityConsensusHook<
	Runtime,
	{ SLOT_DURATION as u32 },
	BLOCK_PROCESSING_VELOCITY,
	UNINCLUDED_SEGMENT_CAPACITY,
>;

parameter_types! {
	/// Downward messages wait in a queue with a share of the block of its own, and from other parachains there are none:
	/// cumulus has nothing to reserve.
	pub const NoWeight: Weight = Weight::zero();
}

impl cumulus_pallet_parachain_system::Config for Runtime {
	type WeightInfo = weights::ParachainSystem;
	type RuntimeEvent = RuntimeEvent;
	type OnSystemEvent = RelayEntropy;
	type SelfParaId = ParachainInfo;
	type DmpQueue = Downward;
	type ReservedDmpWeight = NoWeight;
	type OutboundXcmpMessageSource = ();
	type XcmpMessageHandler = ();
	type ReservedXcmpWeight = NoWeight;
	type CheckAssociatedRelayNumber = RelayNumberMonotonicallyIncreases;
	type ConsensusHook = ConsensusHook;
	type RelayParentOffset = ConstU32<RELAY_PARENT_OFFSET>;
	type SchedulingSignatureVerifier = ();
}

impl staging_parachain_info::Config for Runtime {}

impl cumulus_pallet_aura_ext::Config for Runtime {}

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type DisabledValidators = ();
	type MaxAuthorities = ConstU32<100_000>;
	type AllowMultipleBlocksPerSlot = ConstBool<true>;
	type SlotDuration = ConstU64<SLOT_DURATION>;
}

impl pallet_authorship::Config for Runtime {
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Aura>;
	type EventHandler = (CollatorSelection,);
}

parameter_types! {
	pub const SessionPeriod: u32 = 6 * HOURS;
	pub const SessionOffset: u32 = 0;
	/// None, on purpose. Keys are two entries of some 100 bytes, one pair an account, and an account that has keys cannot be closed. By
	/// their fee (some 3 milliunits, most of it for length) they fill the state for no less than new accounts do, which a deposit on keys
	/// alone would leave the cheaper way. And it would bind the principal's money by a `NonTransfer` proxy, which may set keys.
	pub const SessionKeyDeposit: Balance = 0;
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = pallet_collator_selection::IdentityCollator;
	type ShouldEndSession = pallet_session::PeriodicSessions<SessionPeriod, SessionOffset>;
	type NextSessionRotation = pallet_session::PeriodicSessions<SessionPeriod, SessionOffset>;
	type SessionManager = CollatorSelection;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = ();
	type WeightInfo = weights::common::pallet_session::WeightInfo<Runtime>;
	type Currency = Balances;
	type KeyDeposit = SessionKeyDeposit;
}

parameter_types! {
	/// Receives transaction fees; collators are paid from it, a half of it a block.
	pub const PotId: PalletId = PalletId(*b"ost/cpot");
}

/// Least bond of a collator candidate.
pub const CANDIDACY_BOND: Balance = 1_000_000 * EXISTENTIAL_DEPOSIT;

impl pallet_collator_selection::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type UpdateOrigin = EnsureRoot<AccountId>;
	type PotId = PotId;
	type MaxCandidates = ConstU32<100>;
	type MinEligibleCollators = ConstU32<1>;
	type MaxInvulnerables = ConstU32<20>;
	// A collator that authors nothing for a session is out.
	type KickThreshold = SessionPeriod;
	type ValidatorId = AccountId;
	type ValidatorIdOf = pallet_collator_selection::IdentityCollator;
	type ValidatorRegistration = Session;
	type WeightInfo = weights::common::pallet_collator_selection::WeightInfo<Runtime>;
}
