//! # The task book
//!
//! A requester publishes a task: a statistic, its cohort of invited dealers, a security class, a
//! fee. The book draws its committee and its panel, keeps its deadlines, and drives its settlement; the
//! neighbours do the work of each phase: [`Committees`] (the registry) draws, [`Sharing`] (vss)
//! holds dealings and result shares, [`Consent`] (consent) holds the chain to what dealers allow,
//! [`Escrow`] (incentives) holds and pays money.
//!
//! ## Terms
//! - **Task**: one joint computation, known by a number that is never used twice.
//! - **Cohort**: the accounts invited to deal. A requester may be one of them.
//! - **Conditions**: what is promised to the dealers of the accepted set: how many they are, which of them, those of the task
//!   that counted contributors before; and whom the result is sealed to.
//! - **Recipient**: whom a sealed result is for. It accepts and deals as a dealer does, a mask without a proof, and is counted
//!   among no dealers. It may be the requester.
//! - **Consent**: all who accepted, in their order, and their hash. Only they may deal. [`Consent`] also names the neighbour that
//!   knows what each dealer allows.
//! - **Committee**: the compute nodes drawn for the task; never its requester nor its recipient nor a dealer who accepted.
//! - **Panel**: verification nodes drawn with it, under the same rules and none of them on the committee: they see no share,
//!   check commitments and proofs, challenge, and attest. A class may ask for none.
//! - **Seats** stand in one row: `1 ..= n` is the committee, `n + 1 ..= n + v` the panel.
//! - **Task hash** (`TH`): pins genesis, number, spec, consent, conditions, class, windows and the keys of committee and panel,
//!   at the draw.
//! - **Window**: length of a phase in blocks. A phase's deadline is the last block in which
//!   something may happen in it.
//! - **Agenda**: one entry a task that goes on, with the block from which the hook has to look at it.
//! - **Unsettled**: the tasks that have ended, in the order in which it is their turn to be settled.
//! - **Place**: a task's entry in either, for as long as it is open. It and the seats are rented by the block ([`rent`](ostraka_primitives::rent)).
//!
//! ## A task's way
//! 1. `submit` checks everything, takes fee and data reward into escrow, and puts the task into
//!    `Inviting`.
//! 2. Invited dealers `accept` what is asked, each with a deposit and under what it allows of the data set that it names, and so
//!    does the recipient. All have, or the deadline is over and enough have, with all who are required: `Drawing`. Else the task
//!    has failed, and everything goes back but the draw fee and its rent so far.
//! 3. When randomness has become known that nobody knew at the last acceptance, the hook draws
//!    committee and panel and fixes `TH`: `Collecting`. A draw that finds too few nodes, stake, capacity or verifiers
//!    is tried again, ever less often, with the same randomness, until it is too late.
//! 4. All who accepted have dealt, or the deadline is over: `Verifying`. Nobody has dealt in the first quarter: failed.
//! 5. All members and verifiers that are awaited have attested, or the deadline is over: in the next block the accepted set
//!    is frozen: `Committing`, or, if it does not keep the conditions or is not what its dealers agreed to, or if the sum of the
//!    commitments lies outside the group, failed with nothing released. One that is silent costs the whole window, and no more: without any attestation the
//!    set is frozen all the same.
//! 6. All have committed, or the deadline is over: `Revealing`.
//! 7. All have answered, or the deadline is over: `Settling`, as completed if a result is there,
//!    else as failed.
//! 8. In chunks: members and verifiers are paid, deposits and rests returned, storage freed, committee and panel
//!    released: `Settled`.
//!
//! The state machine itself is [`machine`]. Who has attested may still accuse or challenge in the same block, the last
//! before the freeze: an early end shortens the wait for the silent, and nothing else. How long verification may last follows
//! from the number of seats and of who is invited, and from the length of the proofs that the dealers have to deal
//! ([`Adjudications`]). The requester may `cancel` until collecting ends; from the draw on that, and a set of dealings that does
//! not keep the conditions, cost the whole fee, as another try would be another committee.
//!
//! ## What holds
//! - The hook works in `on_poll`, within the meter it is given and a share of the block of its own;
//!   a step begins only if its bound fits, so the hook may lag. Nothing relies on it alone: every call checks its task's deadline itself.
//! - Agenda and unsettled ones together hold exactly the open tasks, each once; a task that moves takes its
//!   entry along. So no entry is ever stale, and neither can be full while fewer than
//!   `MaxOpenTasks` tasks are open. The agenda is served oldest first. Settlements, which take long and which anybody can make due in any
//!   number, come after it: no deadline and no look at a draw waits for one. One that is not finished goes behind the others. Draws, which
//!   are heavy and may fail, come last in a block: those that do not succeed hold nothing else up. One draw has its weight kept back.
//! - No call makes an open task lose its entry. Should one lose it all the same, as an upgrade may make it, anybody can
//!   `poke` it: it gets the entry that its state asks for, never an earlier one, and nothing else changes (`src/poke.rs`).
//! - A draw's candidates are looked at once: what the look finds is handed on to the draw of the same step.
//! - From the first right result share on a task counts as released, whatever becomes of it. Of one that ends with nothing
//!   released its neighbour forgets the accepted set at the end, and what its dealers dealt with the cohort.
//! - Who holds a place or a seat pays for each block of it, a price that its submission fixed by how full the book was, the task
//!   itself included; never more than the fee that its requester named, however others filled the book meanwhile
//!   (`src/rent.rs`). With it goes a price for each byte that a task leaves for good: of its record from its draw on, and of its
//!   result. The seats of all open tasks are counted, drawn or not: the prices of who takes many places are as if
//!   all were drawn. Until the draw a tenth of the seats' price is due: they are nobody's, but make seats dearer for others.
//! - Left after settlement: the state (at most 9 bytes), and the record (260 bytes with one column and no more conditions than its
//!   class's, 28,218 were everything in it at its longest), which readers of a result need to understand it, and dealers to see
//!   who asks for one draw after the other. Of a task that failed before its draw the record goes too: whoever took it back at
//!   once would leave it for the draw fee alone. The cohort (at most 77 bytes a dealer), the invitation (424 at most), barred nodes
//!   and the draw's plan, committee and panel (96 bytes a seat) and the agenda's entry (at most 17) are
//!   freed.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;

mod accept;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod book;
mod conditions;
mod draw;
mod integrity;
pub mod machine;
pub mod migrations;
#[cfg(test)]
mod mock;
mod poke;
mod poll;
mod relay;
mod rent;
mod settle;
mod submit;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame::{deps::frame_support::weights::WeightMeter, prelude::*};
use ostraka_primitives::{
	api::TaskInfo,
	spec::TaskSpec,
	task::{
		ClassParameters, Committee, Conditions, FailReason, Outcome, Panel, SecurityClass, Task,
		TaskStatus,
	},
	traits::{
		Adjudications, Committees, Consent, DrawEntropy, DrawError, Escrow, Penalties, Reclaim,
		Sharing,
	},
	AccountId, Balance, BlockNumber, Digest, TaskId, MAX_DEALERS,
};
use types::{
	BarredNodes, DrawPlan, Drawn, Due, Invitation, Invitee, Record, Remaining, Ring, Stage, Told,
	MAX_RELAY_BLOCKS, MAX_RELAY_EPOCHS,
};

/// The invited dealers, as a submission names them.
pub type Dealers = BoundedVec<AccountId, ConstU32<MAX_DEALERS>>;

// The macro's own code unwraps; the calls are one line each, and of the call enum's variants only
// `submit` is large, which has as many arguments as a task has terms.
#[allow(
	clippy::unwrap_used,
	clippy::expect_used,
	clippy::large_enum_variant,
	clippy::too_many_arguments
)]
#[frame::pallet]
pub mod pallet {
	use super::*;

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Version of the storage layout.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(4);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// Draws and releases committees and panels.
		type Committees: Committees;

		/// The sharing protocol. One step of its settlement must fit into [`Config::PollShare`] of
		/// a block.
		type Sharing: Sharing;

		/// What dealers allow.
		type Consent: Consent;

		/// The requester's money.
		type Escrow: Escrow;

		/// The dealers' deposits.
		type Penalties: Penalties;

		/// Randomness for draws.
		type Entropy: DrawEntropy;

		/// What the classes Standard, Confidential and Restricted ask for, in this order. It may be
		/// read from state, so it is no constant of the metadata.
		type Classes: Get<[ClassParameters; 3]>;

		/// Most tasks open at a time.
		#[pallet::constant]
		type MaxOpenTasks: Get<u32>;

		/// Most tasks of one requester open at a time.
		#[pallet::constant]
		type MaxOpenPerAccount: Get<u32>;

		/// Shortest window for accepting, in blocks.
		#[pallet::constant]
		type MinAccept: Get<BlockNumber>;

		/// Longest window for accepting, in blocks.
		#[pallet::constant]
		type MaxAccept: Get<BlockNumber>;

		/// Shortest window for dealing, in blocks.
		#[pallet::constant]
		type MinCollect: Get<BlockNumber>;

		/// Longest window for dealing, in blocks.
		#[pallet::constant]
		type MaxCollect: Get<BlockNumber>;

		/// Blocks over which a draw is tried; must be longer than the longest wait for a class's
		/// randomness.
		#[pallet::constant]
		type DrawWindow: Get<BlockNumber>;

		/// Blocks from the first try to draw that found too few nodes, stake, capacity or verifiers to the next one; each pause
		/// after it is twice as long, up to a tenth of the window. A draw's last block always gets a try.
		#[pallet::constant]
		type DrawRetry: Get<BlockNumber>;

		/// Fixed part of the verification window, in blocks.
		#[pallet::constant]
		type VerifyBase: Get<BlockNumber>;

		/// How many accusations or challenges a quarter of a block takes.
		type Adjudications: Adjudications;

		/// Blocks after the freeze in which workers wait for finality. It may be read from state,
		/// so it is no constant of the metadata.
		type FinalityLag: Get<BlockNumber>;

		/// Window for committing, in blocks, the finality lag not counted. It may be read from state, so
		/// it is no constant of the metadata.
		type CommitWindow: Get<BlockNumber>;

		/// Window for revealing, in blocks. It may be read from state too.
		type RevealWindow: Get<BlockNumber>;

		/// Share of a block that the hook may take at most.
		#[pallet::constant]
		type PollShare: Get<Perbill>;

		/// Gives back what a step of the hook claimed of the proof in vain, for the steps after it.
		type Reclaim: Reclaim;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;

		/// Prepares the neighbours for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: benchmarking::BenchmarkHelper;
	}

	/// Number of the next task. Written by `submit`.
	#[pallet::storage]
	pub type NextTask<T> = StorageValue<_, TaskId, ValueQuery>;

	/// What was asked. Written by `submit` and by the draw; kept for good, but of a task that failed before its draw freed by the
	/// settlement.
	#[pallet::storage]
	pub type Records<T> = StorageMap<_, Twox64Concat, TaskId, Record>;

	/// State of every task ever; moved along by calls and by the hook; kept for good.
	#[pallet::storage]
	pub type Statuses<T> = StorageMap<_, Twox64Concat, TaskId, TaskStatus>;

	/// Who is invited to open tasks: dealers, each with its acceptance once it has accepted, and the recipient of a sealed
	/// result. Written by `submit` and `accept`, freed by the settlement.
	#[pallet::storage]
	pub type Cohorts<T> = StorageDoubleMap<
		_,
		Twox64Concat,
		TaskId,
		Blake2_128Concat,
		AccountId,
		Invitee,
		OptionQuery,
	>;

	/// How far the inviting of open tasks has come. Written by `submit` and `accept`, freed by the settlement.
	#[pallet::storage]
	pub type Invitations<T> = StorageMap<_, Twox64Concat, TaskId, Invitation>;

	/// Candidates that may not sit on a task that is not drawn yet. Written by `submit` and `accept`, freed by the draw, or
	/// when the task ends without one; most tasks have none.
	#[pallet::storage]
	pub type Barred<T> = StorageMap<_, Twox64Concat, TaskId, BarredNodes, ValueQuery>;

	/// Draws that wait. Written when inviting ends and by tries, freed by the draw, or at the end of its window.
	#[pallet::storage]
	pub type Draws<T> = StorageMap<_, Twox64Concat, TaskId, DrawPlan>;

	/// Number of open tasks of an account that has any. Written by `submit` and by the settlement.
	#[pallet::storage]
	pub type OpenOf<T> = StorageMap<_, Blake2_128Concat, AccountId, u32, ValueQuery>;

	/// Seats of all open tasks. Written by `submit`, by the draw and by the settlement.
	#[pallet::storage]
	pub type Booked<T> = StorageValue<_, types::BookedSeats, ValueQuery>;

	/// Committee, panel and parameters of drawn tasks. Written by the draw, freed by the settlement.
	#[pallet::storage]
	pub type DrawnTasks<T> = StorageMap<_, Twox64Concat, TaskId, Drawn>;

	/// How far settlements have come. Written when a task ends, freed when it is settled.
	#[pallet::storage]
	pub type Settlements<T> = StorageMap<_, Twox64Concat, TaskId, Remaining>;

	/// The tasks that go on, by the block from which the hook has to look at them. Written with every
	/// change of state.
	#[pallet::storage]
	pub type Agenda<T: Config> = StorageValue<_, BoundedVec<Due, T::MaxOpenTasks>, ValueQuery>;

	/// The tasks that have ended and are not settled, in the order of their turns. Written when a task ends, and as it is settled.
	#[pallet::storage]
	pub type Unsettled<T: Config> =
		StorageValue<_, BoundedVec<TaskId, T::MaxOpenTasks>, ValueQuery>;

	/// The newest relay epochs that the runtime told of, in their order. Written when one becomes
	/// known; the oldest is then forgotten if it is one too many.
	#[pallet::storage]
	pub type RelayEpochs<T> = StorageValue<_, Ring<ConstU32<MAX_RELAY_EPOCHS>>, ValueQuery>;

	/// The newest relay blocks that the runtime told of, in their order. Written in each block with a new relay parent;
	/// the oldest is then forgotten if it is one too many.
	#[pallet::storage]
	pub type RelayBlocks<T> = StorageValue<_, Ring<ConstU32<MAX_RELAY_BLOCKS>>, ValueQuery>;

	/// The newest relay epoch, until the hook has woken the draws that wait for it.
	#[pallet::storage]
	pub type EpochTold<T> = StorageValue<_, u64>;

	/// Whether draws are predictable. Written by genesis alone.
	#[pallet::storage]
	pub type Insecure<T> = StorageValue<_, bool, ValueQuery>;

	/// Genesis of the task book.
	#[pallet::genesis_config]
	#[derive(frame::deps::frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Marks a chain whose randomness is predictable (a dev chain): for trying out only.
		pub insecure: bool,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			if self.insecure {
				Insecure::<T>::put(true);
			}
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A task was published and its fee taken into escrow.
		TaskSubmitted {
			/// The task.
			task: TaskId,
			/// Who asked for it.
			requester: AccountId,
			/// Its class.
			class: SecurityClass,
			/// Number of invited dealers.
			dealers: u32,
			/// Fee for rent, committee and panel.
			fee: Balance,
			/// Reward for the accepted dealers together.
			data_reward: Balance,
			/// Last block in which an acceptance is taken.
			accept_until: BlockNumber,
		},
		/// An invited dealer, or the recipient, accepted what is asked; its deposit is on hold.
		Accepted {
			/// The task.
			task: TaskId,
			/// The dealer, or the recipient.
			dealer: AccountId,
			/// Number of dealers who have accepted, the recipient not counted.
			accepted: u32,
		},
		/// Enough dealers have accepted: a committee and a panel are drawn.
		InvitingEnded {
			/// The task.
			task: TaskId,
			/// Whether all invited have accepted before the deadline.
			early: bool,
			/// Number of dealers who have accepted, the recipient not counted.
			accepted: u32,
			/// Last block in which a draw is tried.
			draw_until: BlockNumber,
		},
		/// A task's committee and panel were drawn: the dealers who accepted may deal.
		CommitteeDrawn {
			/// The task.
			task: TaskId,
			/// `TH`, which dealings must carry.
			task_hash: Digest,
			/// The members' accounts, by seat.
			members: Vec<AccountId>,
			/// Last block for the first dealing.
			first_by: BlockNumber,
			/// Last block in which a dealing is taken.
			collect_until: BlockNumber,
			/// The verifiers' accounts, by seat: their numbers go on from the members'.
			panel: Vec<AccountId>,
		},
		/// Dealing is over: the committee checks its shares, and with the panel the dealers' proofs.
		CollectingEnded {
			/// The task.
			task: TaskId,
			/// Whether all who accepted have dealt before the deadline.
			early: bool,
			/// Last block in which an accusation or a challenge excludes a dealing, unless all attest before.
			verify_until: BlockNumber,
		},
		/// All members and verifiers that are awaited have attested: this is the last block in which an accusation or a
		/// challenge excludes a dealing, and the next one freezes the accepted set.
		VerificationComplete {
			/// The task.
			task: TaskId,
		},
		/// The accepted set is frozen: members commit to their result shares.
		AcceptedSetFrozen {
			/// The task.
			task: TaskId,
			/// Number of accepted dealers; a mask is no dealer's.
			accepted: u32,
			/// Last block in which a commitment is taken.
			commit_until: BlockNumber,
		},
		/// Committing is over: members reveal their result shares.
		CommittingEnded {
			/// The task.
			task: TaskId,
			/// Whether all members have committed before the deadline.
			early: bool,
			/// Last block in which a result share is taken.
			reveal_until: BlockNumber,
		},
		/// A task's result is published.
		TaskCompleted {
			/// The task.
			task: TaskId,
		},
		/// A task ended without a result.
		TaskFailed {
			/// The task.
			task: TaskId,
			/// Why.
			reason: FailReason,
		},
		/// A task is settled: everybody is paid, and only its record and its result are left; of one that failed before its draw
		/// not even the record.
		TaskSettled {
			/// The task.
			task: TaskId,
			/// How it ended.
			outcome: Outcome,
		},
		/// An open task that had fallen off the agenda is on it again.
		PutBack {
			/// The task.
			task: TaskId,
			/// Block from which the hook has to look at it; one that is over if it should have been looked at before.
			at: BlockNumber,
		},
	}

	/// Why a call was refused, and what to do.
	#[pallet::error]
	pub enum Error<T> {
		/// The spec's statistic takes another number of columns.
		WrongColumns,
		/// The spec lacks the regression's target, or gives one to a statistic that has none.
		WrongTarget,
		/// The spec lacks a weight column, gives one to a statistic that has none, or lets it be
		/// negative.
		WrongWeight,
		/// The spec's edges are missing, not rising, out of range, or given to a statistic that has
		/// none.
		WrongEdges,
		/// The spec's quantiles are missing, not within 1 to 999 thousandths, or given to a
		/// statistic that has none.
		WrongQuantiles,
		/// The spec's groups are missing, or one is named twice.
		WrongGroups,
		/// A name in the spec is empty, not UTF-8, holds control, bidirectional or invisible characters, or is used twice.
		WrongName,
		/// A column's smallest value exceeds its largest, or its bounds or decimals are out of
		/// range.
		WrongRange,
		/// The spec lets a dealer encode no row at all.
		NoRows,
		/// The spec's vector is too long: fewer columns, edges or groups.
		SpecTooLong,
		/// Fewer dealers are invited than the class needs for a result.
		TooFewDealers,
		/// A dealer is invited twice.
		DuplicateDealer,
		/// The window for accepting is shorter than `MinAccept` blocks, or that for dealing than `MinCollect`.
		WindowTooShort,
		/// The window for accepting is longer than `MaxAccept` blocks, or that for dealing than `MaxCollect`.
		WindowTooLong,
		/// The fee is below the least fee for this class, vector, number of dealers and windows, at the rents of now.
		FeeTooLow,
		/// Too many tasks are open: try again when some are settled.
		TooManyOpenTasks,
		/// Too few active compute nodes for this class, requester and dealers not counted.
		TooFewNodes,
		/// Too few compute nodes have the stake that this class asks for.
		TooLittleStake,
		/// Too few compute nodes with enough stake have room for another task.
		TooLittleCapacity,
		/// The numbers of tasks are used up.
		NoTaskNumbers,
		/// There is no such task.
		UnknownTask,
		/// Only the task's requester may do this.
		NotRequester,
		/// The task is past the phase in which this is possible.
		WrongPhase,
		/// The phase's last block is over.
		DeadlineOver,
		/// The account is neither one of the invited dealers nor the recipient, or has not accepted.
		NotInvited,
		/// The dealer, or the recipient, has accepted already.
		AlreadyAccepted,
		/// The task asks for something else than what is accepted: look at it again.
		OtherTerms,
		/// The requester has as many open tasks as one account may have: try again when some are settled.
		TooManyOfRequester,
		/// What the spec's dealers would have to prove of their inputs is too much for one proof: fewer columns or groups,
		/// or narrower ranges.
		Unprovable,
		/// Too few nodes verify to be sure of a panel whatever committee is drawn, requester and dealers not counted.
		TooFewVerifiers,
		/// The task is on the agenda, and looked at when it is due; or it is settled. There is nothing to put back.
		NothingToDo,
		/// The least number of accepted dealers is below the class's, or more than are invited.
		WrongLeast,
		/// The required dealers are not sorted, one is named twice, or one is not invited.
		WrongRequired,
		/// The spec has neither groups nor bins whose contributors another task counts, or that task is none, is not completed, is
		/// sealed, or follows an earlier version of the protocol; or it counted by another column, not over all of the spec's
		/// groups and columns, or rows that the spec does not have: in a wider range, with other decimals, or more of a dealer.
		WrongCounting,
		/// The recipient is one of the invited dealers: an account deals an input or a mask.
		RecipientDeals,
		/// With the recipient's mask there would be more dealings than a task can have: invite a dealer less.
		TooManyDealers,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_poll(_now: BlockNumberFor<T>, meter: &mut WeightMeter) {
			Self::poll(meter);
		}

		fn integrity_test() {
			Self::check_parameters();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(
			_now: BlockNumberFor<T>,
		) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Publish a task: a joint statistic over the data of the invited dealers.
		///
		/// Takes `fee` (for the rent of the task's place and seats, for the bytes that it leaves for good, and what that leaves for
		/// committee and panel, evenly by seats) and `data_reward` (for the accepted dealers together, may be 0) into escrow and charges
		/// the draw fee. The dealers have `accept` blocks to accept; then a committee and a panel are drawn, and they have `collect` blocks to deal. What is
		/// left of fee and reward comes back when the task is settled. Nothing is charged beside them: rents that rose since the
		/// requester looked refuse the task.
		///
		/// - `spec`: what is computed, over which columns with which declared ranges.
		/// - `conditions`: what is promised to the dealers of the accepted set (how many, which of them, those of the task that
		///   counted the contributors to the spec's groups), and whom the result is sealed to, if to anybody. A set that does not
		///   keep them has no result, and costs the whole fee. The recipient may be the requester, and is no dealer.
		/// - `class`: how secret the data is; decides how many nodes hold it, how many besides check its proofs, and how many
		///   dealers are needed.
		/// - `dealers`: the accounts that may deal, each once, in any order. The requester may be
		///   one of them.
		/// - `accept`: window for accepting, in blocks; it ends early when all have accepted.
		/// - `collect`: window for dealing, in blocks.
		///
		/// ## Dispatch Origin
		/// Signed by the requester. A node that the requester, or a dealer or recipient who accepted, operates is barred from
		/// committee and panel.
		///
		/// ## Errors
		/// The first broken rule of the spec; `TooFewDealers`, `DuplicateDealer`, `WindowTooShort`,
		/// `WindowTooLong`, `FeeTooLow`, `TooManyOpenTasks`, `TooManyOfRequester`; `WrongLeast`, `RecipientDeals`,
		/// `TooManyDealers`, `WrongRequired`, `WrongCounting` of the conditions; `Unprovable` if no proof could say of a
		/// dealer's input what the spec asks of it; `TooFewNodes`, `TooLittleStake`,
		/// `TooLittleCapacity` or `TooFewVerifiers` if they could not be drawn now; what the escrow returns if the
		/// requester cannot pay.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::submit(dealers.len() as u32))]
		pub fn submit(
			origin: OriginFor<T>,
			spec: TaskSpec,
			conditions: Conditions,
			class: SecurityClass,
			dealers: Dealers,
			accept: BlockNumber,
			collect: BlockNumber,
			fee: Balance,
			data_reward: Balance,
		) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_submit(
				requester,
				spec,
				conditions,
				class,
				dealers,
				accept,
				collect,
				fee,
				data_reward,
			)
		}

		/// Take a task back before its dealing is over.
		///
		/// Deposits and the data reward are returned in full. So is the fee before the draw; after it none of it comes
		/// back: another try would be another committee.
		///
		/// ## Dispatch Origin
		/// Signed by the task's requester.
		///
		/// ## Errors
		/// `UnknownTask`, `NotRequester`, `WrongPhase` once dealing is over, and while its committee is
		/// drawn; `DeadlineOver` if the phase's last block is over but the next phase has not begun.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::cancel())]
		pub fn cancel(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel(who, task)
		}

		/// Accept what a task asks, as a dealer who is invited to it, or as the recipient of its result: to deal once its
		/// committee is drawn, the recipient a mask.
		///
		/// Takes a deposit. It comes back with the dealing's settlement, or if the task fails before its
		/// dealing is over; who accepts and does not deal loses a part of it. A node that the dealer or recipient operates is
		/// barred from committee and panel.
		///
		/// - `terms`: hash of what is asked, as the task has it.
		/// - `dataset`: tag of the data set that the dealer is to deal; it must be what the dealer's policy for it admits. Of the
		///   recipient it is not looked at.
		///
		/// ## Dispatch Origin
		/// Signed by an invited dealer, or by the recipient.
		///
		/// ## Errors
		/// `UnknownTask`, `WrongPhase` once inviting is over, `DeadlineOver` if its last block is over but the next phase
		/// has not begun, `NotInvited`, `AlreadyAccepted`, `OtherTerms`; what the dealer's policy does not allow; what the escrow
		/// returns if the deposit is lacking.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::accept())]
		pub fn accept(
			origin: OriginFor<T>,
			task: TaskId,
			terms: Digest,
			dataset: Digest,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_accept(who, task, terms, dataset)
		}

		/// Put an open task back that has fallen off the agenda, so that nothing ends its phases any more.
		///
		/// It will be looked at when its state is due, and in the next block if that is over. Nothing else about it changes.
		/// Pays no fee if the task was put back; pays it otherwise.
		///
		/// ## Dispatch Origin
		/// Signed by anybody.
		///
		/// ## Errors
		/// `UnknownTask`; `NothingToDo` if the task is on the agenda, or settled; `TooManyOpenTasks` if the agenda has no
		/// room: again when some are settled.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::poke())]
		pub fn poke(origin: OriginFor<T>, task: TaskId) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_poke(task)?;
			Ok(Pays::No.into())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A task; none that is settled and failed before its draw, of which the state alone is left.
		pub fn task(task: TaskId) -> Option<Task> {
			let record = Records::<T>::get(task)?;
			let terms = Self::terms(task, &record);
			let inviting = Invitations::<T>::get(task);
			Some(record.with_status(Statuses::<T>::get(task)?, terms, inviting.as_ref()))
		}

		/// The committee of a task, by seat; empty before the draw and after the settlement.
		pub fn committee(task: TaskId) -> Committee {
			DrawnTasks::<T>::get(task).map(|drawn| drawn.committee).unwrap_or_default()
		}

		/// The panel of a task, by seat; empty before the draw and after the settlement, and where its class asks for none.
		pub fn panel(task: TaskId) -> Panel {
			DrawnTasks::<T>::get(task).map(|drawn| drawn.panel).unwrap_or_default()
		}

		/// The invited dealers of an open task, sorted; the recipient is none of them.
		pub fn dealers(task: TaskId) -> Vec<AccountId> {
			let cohort = Cohorts::<T>::iter_prefix(task).take(MAX_DEALERS as usize);
			let of_dealers = |(who, entry)| matches!(entry, Invitee::Dealer(_)).then_some(who);
			let mut dealers: Vec<_> = cohort.filter_map(of_dealers).collect();
			dealers.sort();
			dealers
		}

		/// All who have accepted, the recipient among them, in the order in which they did.
		pub fn accepted(task: TaskId) -> Vec<AccountId> {
			let cohort = Cohorts::<T>::iter_prefix(task).take(MAX_DEALERS as usize);
			let mut accepted: Vec<_> =
				cohort.filter_map(|(who, entry)| Some((entry.place()?, who))).collect();
			accepted.sort();
			accepted.into_iter().map(|(_, who)| who).collect()
		}

		/// The open tasks, by the block in which they are looked at next; after them those that have ended and are not settled.
		pub fn open_tasks() -> Vec<TaskId> {
			let listed = Agenda::<T>::get().into_iter().map(|due| due.task);
			listed.chain(Unsettled::<T>::get()).collect()
		}

		/// What a committee and a panel for this task would lack now; nothing if they could be drawn, or are drawn
		/// already.
		pub fn draw_obstacle(task: TaskId) -> Option<DrawError> {
			Self::obstacle(task)
		}

		/// What a class asks for.
		pub fn class_parameters(class: SecurityClass) -> ClassParameters {
			Self::parameters(class)
		}

		/// The newest relay epoch that the runtime told of.
		pub fn relay_epoch() -> Option<Told> {
			RelayEpochs::<T>::get().last().copied()
		}

		/// Whether this chain's draws are predictable: for trying out only.
		pub fn is_insecure() -> bool {
			Insecure::<T>::get()
		}

		/// Most blocks from a task's submission to its end, if the hook does not lag; its
		/// settlement comes after.
		pub fn longest_task() -> BlockNumber {
			Self::longest_life()
		}
	}
}
