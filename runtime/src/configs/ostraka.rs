//! Wiring of our own pallets. None knows another: each sees its neighbours through the traits of
//! `ostraka_primitives::traits`.
//!
//! | trait | given by | to |
//! |---|---|---|
//! | `Committees` | registry | tasks |
//! | `Roster` | registry | vss |
//! | `Stakes` | registry | incentives |
//! | `Proceeds` | incentives | registry |
//! | `TaskBook` | tasks | vss |
//! | `Sharing` | vss | tasks |
//! | `Consent` | consent | tasks |
//! | `Escrow` | incentives | tasks, vss |
//! | `Penalties` | incentives | tasks, vss |
//! | `Adjudications` | this runtime's [`AdjudicationsPerBlock`] | tasks |
//! | `DrawEntropy` | this runtime's [`RelayEntropy`] | tasks |
//! | `Reclaim` | this runtime's [`ProofReclaim`] | tasks |
//!
//! Windows count blocks, as many as come in so many slots of the relay chain, of six seconds each; development chains make one a
//! second.

use super::{
	collation::blocks_in,
	next,
	prices::{BaseFeePerSeat, ByteFee, DealerDeposit, DrawFee, FeePerElement, PlaceRent, SeatRent},
	system::{RuntimeBlockWeights, TransactionByteFee, TreasuryAccount},
};
use crate::{
	entropy::RelayEntropy, fees::WeightToFee, weights, Balance, Balances, BlockNumber, Consent,
	Incentives, Registry, Runtime, RuntimeHoldReason, Tasks, Vss, DAYS, MINUTES, UNIT,
};
use cumulus_primitives_proof_size_hostfunction::{
	storage_proof_size::storage_proof_size, PROOF_RECORDING_DISABLED,
};
use frame_support::{
	parameter_types,
	traits::{tokens::imbalance::ResolveTo, ConstU32, Get},
	weights::{Weight, WeightMeter, WeightToFee as _},
};
use ostraka_primitives::{
	task::ClassParameters,
	traits::{Adjudications, Reclaim},
	MAX_VALIDITY,
};
use pallet_network::{Classes, Solo};
use sp_runtime::{transaction_validity::TransactionPriority, Perbill, Permill};

impl pallet_network::Config for Runtime {
	type WeightInfo = weights::Network;
}

/// The security classes, from state: they differ between networks.
pub struct NetworkClasses;

impl Get<[ClassParameters; 3]> for NetworkClasses {
	fn get() -> [ClassParameters; 3] {
		Classes::<Runtime>::get().to_array().map(next::class)
	}
}

/// Slots of the relay chain, 36 seconds, in which it includes and finalizes a block of ours: from its slot on some five.
const FINALITY_SLOTS: BlockNumber = 6;

// However many blocks come in a slot: what is final is the relay chain's to say, and it takes its time.
const _: () =
	assert!(MinCollect::get() > blocks_in(FINALITY_SLOTS), "dealers deal before the draw is final");

/// Blocks after the freeze in which workers wait, so that a re-org to another accepted set is not to be expected. A
/// chain of one process has no forks.
pub struct FinalityLag;

impl Get<BlockNumber> for FinalityLag {
	fn get() -> BlockNumber {
		match Solo::<Runtime>::get() {
			true => 1,
			false => blocks_in(FINALITY_SLOTS),
		}
	}
}

/// Blocks for committing, once the accepted set is final, and as many for revealing. From state: ten minutes, so that an operator's
/// restart or update costs nothing, and a minute on test networks, which have silent nodes on purpose. Who is awaited and stays silent
/// holds a task up so long, twice; where all answer it is a block or two, whatever this is.
pub struct AnswerWindow;

impl Get<BlockNumber> for AnswerWindow {
	fn get() -> BlockNumber {
		next::answer_window(pallet_network::AnswerWindow::<Runtime>::get())
	}
}

/// Blocks from a slash of stake to its application, in which Root can cancel it: a week, in which people find out whether it was
/// an outage or a bug that cost it, and Root can decide. A chain of one process is for trying out, where a slash is seen at once.
pub struct SlashDeferral;

impl Get<BlockNumber> for SlashDeferral {
	fn get() -> BlockNumber {
		match Solo::<Runtime>::get() {
			true => 0,
			false => 7 * DAYS,
		}
	}
}

parameter_types! {
	/// Least stake of a node that enters selection.
	pub const MinStake: Balance = 1_000 * UNIT;
	/// Of it, what absences may take of a node in selection: as many as chill it.
	pub const AbsenceBuffer: Balance = 3 * AbsenceSlash::get();
	/// The most that one seat can cost: a member accuses or challenges falsely once, attests falsely before that, and reveals a
	/// wrong share. A verifier can do the first two.
	pub const SeatStake: Balance =
		FalseAccusationSlash::get() + WrongShareSlash::get() + FalseAttestationSlash::get();
	/// Between `unbond` and `withdraw`: longer than the longest task.
	pub const UnbondingPeriod: BlockNumber = 14 * DAYS;
	/// A week of accepting, a day for the draw and one for dealing, and room for the rest with any classes.
	pub const LongestTask: BlockNumber = 10 * DAYS;
}

impl pallet_registry::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type MinStake = MinStake;
	type AbsenceBuffer = AbsenceBuffer;
	type StakeCap = ConstU32<10>;
	type SeatStake = SeatStake;
	type MaxNodes = ConstU32<1_000>;
	type UnbondingPeriod = UnbondingPeriod;
	type LongestTask = LongestTask;
	type SlashDeferral = SlashDeferral;
	type Proceeds = Incentives;
	type MaxAbsences = ConstU32<3>;
	type AbsenceWindow = ConstU32<10>;
	type WeightInfo = weights::Registry;
}

parameter_types! {
	/// Worst weight of authorizing and judging one accusation.
	pub AccuseWeight: Weight = Vss::worst_accusation();
	/// Worst weight of judging one challenge, of the longest proof that there can be, whoever makes it.
	pub ChallengeWeight: Weight = Vss::worst_challenge(MAX_VALIDITY);
	/// A minute.
	pub const MinAccept: BlockNumber = MINUTES;
	/// A week: people decide whether to accept. No node's seat is taken meanwhile.
	pub const MaxAccept: BlockNumber = 7 * DAYS;
	/// Dealers wait until the draw is final, some five slots of the relay chain, and then need a few: a minute.
	pub const MinCollect: BlockNumber = MINUTES;
	/// Longest window for dealing, in which a committee's seats are taken: who has accepted has its vector ready.
	pub const MaxCollect: BlockNumber = DAYS;
	/// Long enough for the randomness of two relay epochs later, of four hours each.
	pub const DrawWindow: BlockNumber = DAYS;
	/// A minute: nodes and capacity do not come back from one block to the next.
	pub const DrawRetry: BlockNumber = MINUTES;
	/// What the book's hook may take of a block. By their bounds it has room for several draws, or for the heaviest step beside
	/// one; what they do not take of these comes back (docs/SCALING.md).
	pub const PollShare: Perbill = Perbill::from_percent(25);
	/// Of what a step of the hook claimed of the proof and is not recorded when it ends, this much stays claimed: the ways
	/// through the state's trie to keys that are only written are recorded when the state's root is computed.
	pub const UnseenKept: Perbill = Perbill::from_percent(25);
}

/// How many accusations or challenges fit into a quarter of a block. Of the longest proofs it may be one that takes more than a
/// quarter: no window waits for less than one a block. That one fits beside all that the hook may take, a test checks.
pub struct AdjudicationsPerBlock;

impl Adjudications for AdjudicationsPerBlock {
	fn per_block(proof_length: u32) -> u32 {
		let dearer = AccuseWeight::get().max(Vss::worst_challenge(proof_length));
		let quarter = RuntimeBlockWeights::get().max_block.saturating_div(4);
		let fit = quarter.checked_div_per_component(&dearer);
		fit.map_or(1, |fit| fit.clamp(1, 1_000) as u32)
	}
}

/// Gives back what a step claimed and the proof's recorder has not seen, [`UnseenKept`] apart. Who makes, imports or validates a
/// block records its reads, and finds the same; without a recorder (runtime APIs, native tests) all stays claimed. What was
/// recorded beyond a claim is taken of the meter too: that would be a wrong weight, which the steps after it must not build on.
pub struct ProofReclaim {
	/// Bytes that were recorded at the beginning.
	recorded: Option<u64>,
	/// Bytes that the meter had given by then. What it has left is of no use: its limit may change.
	claimed: u64,
}

impl ProofReclaim {
	fn recorded() -> Option<u64> {
		Some(storage_proof_size()).filter(|size| *size != PROOF_RECORDING_DISABLED)
	}
}

impl Reclaim for ProofReclaim {
	fn begin(meter: &WeightMeter) -> Self {
		Self { recorded: Self::recorded(), claimed: meter.consumed().proof_size() }
	}

	fn end(self, meter: &mut WeightMeter) {
		let (Some(before), Some(now)) = (self.recorded, Self::recorded()) else { return };
		let recorded = now.saturating_sub(before);
		let claimed = meter.consumed().proof_size().saturating_sub(self.claimed);
		let unseen = claimed.saturating_sub(recorded);
		meter.reclaim_proof_size(unseen.saturating_sub(UnseenKept::get().mul_ceil(unseen)));
		let beyond = recorded.saturating_sub(claimed).min(meter.remaining().proof_size());
		meter.consume(Weight::from_parts(0, beyond));
	}
}

impl pallet_tasks::Config for Runtime {
	type Committees = Registry;
	type Sharing = Vss;
	type Escrow = Incentives;
	type Penalties = Incentives;
	type Consent = Consent;
	type Entropy = RelayEntropy;
	type Classes = NetworkClasses;
	type MaxOpenTasks = ConstU32<1_000>;
	type MaxOpenPerAccount = ConstU32<100>;
	type MinAccept = MinAccept;
	type MaxAccept = MaxAccept;
	type MinCollect = MinCollect;
	type MaxCollect = MaxCollect;
	type DrawWindow = DrawWindow;
	type DrawRetry = DrawRetry;
	type VerifyBase = ConstU32<4>;
	type Adjudications = AdjudicationsPerBlock;
	type FinalityLag = FinalityLag;
	type CommitWindow = AnswerWindow;
	type RevealWindow = AnswerWindow;
	type PollShare = PollShare;
	type Reclaim = ProofReclaim;
	type WeightInfo = weights::Tasks;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}

/// Blocks until what a dealer's policy loosens holds: a day, long enough that who can act in its name for an hour gains nothing by it.
/// A chain of one process is for trying out, where a wait of blocks shows the rule.
pub struct LooseningDelay;

impl Get<BlockNumber> for LooseningDelay {
	fn get() -> BlockNumber {
		match Solo::<Runtime>::get() {
			true => 20,
			false => DAYS,
		}
	}
}

parameter_types! {
	/// What a dealer has on hold for each policy: some hundred bytes of state. No price that Root can change: a policy stays for
	/// years, and the least balance that it asks of a dealer is known beforehand.
	pub const PolicyDeposit: Balance = UNIT;
}

impl pallet_consent::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type PolicyDeposit = PolicyDeposit;
	type LooseningDelay = LooseningDelay;
	type WeightInfo = weights::Consent;
}

parameter_types! {
	/// Above ordinary transactions; the block of the attempt is added, and what is urgent goes first.
	pub const WorkerPriority: TransactionPriority = TransactionPriority::MAX / 2;
	/// Two microseconds to write a kilobyte to a node's offchain database.
	pub const IndexedWeightPerKb: Weight = Weight::from_parts(2_000_000, 0);
}

impl pallet_vss::Config for Runtime {
	type Tasks = Tasks;
	type Penalties = Incentives;
	type Escrow = Incentives;
	type Roster = Registry;
	type RetryInterval = ConstU32<4>;
	type FinalityLag = FinalityLag;
	type BasePriority = WorkerPriority;
	type LongestTask = LongestTask;
	type IndexedWeightPerKb = IndexedWeightPerKb;
	type WeightInfo = weights::Vss;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}

parameter_types! {
	/// Of the longest evidence, were an accusation to pay for its weight and its length.
	pub WorstAccuseFee: Balance = WeightToFee::weight_to_fee(&AccuseWeight::get())
		.saturating_add(LONGEST_EVIDENCE.saturating_mul(TransactionByteFee::get()));
	/// Of the longest proof, while blocks are not full. Who has a seat pays none, nor does who convicts a dealer; a false
	/// challenge pays it, and one that comes second.
	pub WorstChallengeFee: Balance = WeightToFee::weight_to_fee(&ChallengeWeight::get())
		.saturating_add(LONGEST_CHALLENGE.saturating_mul(TransactionByteFee::get()));
	/// Half of the least deposit of a dealer, which two right challenges bring. More than the fee of the dearest.
	pub const ChallengeBond: Balance = 5 * UNIT;
	/// A tenth of the least stake.
	pub const FalseAccusationSlash: Balance = 100 * UNIT;
	/// A tenth of the least stake: more than looking saves, and as much as a false claim costs. Due at the settlement, for a
	/// dealing that is shown to be invalid at any time before.
	pub const FalseAttestationSlash: Balance = 100 * UNIT;
	/// A fifth of the least stake.
	pub const WrongShareSlash: Balance = 200 * UNIT;
	/// A hundredth of the least stake: a node can be offline without ill will.
	pub const AbsenceSlash: Balance = 10 * UNIT;
	/// A twentieth of what a right share earns, for a member that never said that it had checked its own: its silence costs the
	/// others the window of verification. A verifier that says nothing is absent.
	pub const SilentCut: Perbill = Perbill::from_percent(5);
	/// Of the deposit of who accepted and did not deal: holding a committee's seats with one's own accounts must cost.
	pub const VanishedShare: Permill = Permill::from_percent(50);
	/// A quarter, the most that sabotage among one's own accounts may bring back.
	pub const SlashShare: Permill = Permill::from_percent(25);
}

/// Bytes of an accusation with the longest vector and the largest committee, with room to spare.
const LONGEST_EVIDENCE: Balance = 16 * 1024;
/// Bytes of a challenge with the longest proof, the most commitments and the largest committee, with room to spare.
const LONGEST_CHALLENGE: Balance = MAX_VALIDITY as Balance + 8 * 1024;

impl pallet_incentives::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Stakes = Registry;
	type Fees = ResolveTo<TreasuryAccount, Balances>;
	type Slash = ResolveTo<TreasuryAccount, Balances>;
	type DrawFee = DrawFee;
	type BaseFeePerSeat = BaseFeePerSeat;
	type FeePerElement = FeePerElement;
	type DealerDeposit = DealerDeposit;
	type SeatRent = SeatRent;
	type PlaceRent = PlaceRent;
	type ByteFee = ByteFee;
	type WorstAccuseFee = WorstAccuseFee;
	type WorstChallengeFee = WorstChallengeFee;
	type ChallengeBond = ChallengeBond;
	type FalseAccusationSlash = FalseAccusationSlash;
	type FalseAttestationSlash = FalseAttestationSlash;
	type WrongShareSlash = WrongShareSlash;
	type AbsenceSlash = AbsenceSlash;
	type SilentCut = SilentCut;
	type VanishedShare = VanishedShare;
	type AccuserShare = SlashShare;
	type VictimShare = SlashShare;
}
