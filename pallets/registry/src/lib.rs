//! # Registry
//!
//! The nodes, those that compute and those that verify: their stake, keys, capacity and reputation,
//! and the draw of committees and panels from them.
//!
//! ## Terminology
//! - *operator*: the account that registered a node and owns its stake. One account, one node, one
//!   seat of a task.
//! - *role*: what a node lets itself be drawn for. *Committees* hold shares and compute; *panels*
//!   beside them judge what everybody can see, and hold nothing.
//! - *worker key*: the ed25519 key that signs the node's messages. *Seal key* `E = e B`, an element
//!   of Ristretto255 (RFC 9496): what dealers seal its shares to. It has one form in bytes, so that
//!   who compares bytes compares keys.
//! - *in selection* (active): takes part in draws. *Chilled*: does not, but still serves the tasks
//!   that it sits on.
//! - *least stake*: of a node that enters selection. A security class asks for a multiple of it.
//!   Who is in may lose the *buffer* of it by absences.
//! - *seat*: a place on a running task's committee or panel. It pins the worker key and seal key of
//!   the draw.
//! - *bonded* stake counts in draws; stake *on its way out* does not, but a slash reaches it until
//!   it is withdrawn.
//! - a *pending* slash took its stake out of all that counts, but not out of the account yet: Root can
//!   still cancel it.
//! - *capacity*: the tasks that an operator wants its node to sit on at a time. *Free* places are
//!   those that it leaves and that the stake covers.
//!
//! ## A node's life
//! 1. `register` holds the stake, checks both keys, and puts the node in selection.
//! 2. The task book draws it ([`ostraka_primitives::traits::Committees`]), and releases it when the
//!    task is settled.
//! 3. `rotate_key` changes its keys for later tasks. The old ones stay reserved until the last seat
//!    under them is given back.
//! 4. Absences, if they are many of its last tasks, and convictions chill it; `activate` brings it
//!    back.
//! 5. To leave: `chill`, `unbond` everything, and `withdraw` after the unbonding period, the last of
//!    which forgets the node. One that slashes left with nothing is forgotten by `deregister`, once none
//!    of them is pending.
//!
//! ## What keeps a draw honest
//! - Only nodes that were in selection, with no less stake and in the same role, before the task was
//!   submitted: nobody can join, grow or choose its seat once the seed can be guessed. `activate`,
//!   `bond` and `set_role` therefore restart a node's `active_since`.
//! - The pick itself gives nobody influence on others' places on a committee, nor on those of nodes
//!   that verify alone; what it gives over those of nodes that do both, [`draw`] says.
//! - Two thirds of the stake that meets the class must be eligible, or the draw waits: of those that
//!   compute, and of those that verify, before the committee takes its part of these.
//! - Before any seat is given it is certain that a panel can be filled beside whatever committee is
//!   drawn.
//! - What counts of one account's stake is capped, there as in the pick.
//! - Selection is not for who came first: in a full one, who enters with more stake displaces the
//!   node with the least.
//!
//! What a slash reaches, and that stake covers every seat, is told in `stakes.rs`; how it is deferred
//! and cancelled, in `deferral.rs`; how seats are stored, in [`types`].

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;

use alloc::vec::Vec;
use frame::{
	prelude::*,
	token::fungible::{
		hold::{Balanced as BalancedHold, Mutate as MutateHold},
		Credit, Mutate,
	},
};
use ostraka_primitives::{
	api::NodeInfo,
	fault::{Fault, PendingSlash},
	role::Role,
	traits::Proceeds,
	AccountId, Balance, BlockNumber, SealKeyBytes, TaskId, WorkerKey, WorkerSignature,
	MAX_ASSIGNMENTS,
};

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod committees;
mod deferral;
pub mod draw;
mod integrity;
mod keys;
pub mod migrations;
#[cfg(test)]
mod mock;
mod operator;
mod selection;
mod stakes;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
mod views;
pub mod weights;

pub use pallet::*;
use types::NewNode;
pub use types::{
	Candidate, ChillCause, GenesisNode, HeldSeat, KeyOwner, Node, PendingTotal, Reputation, Unlock,
	MAX_PENDING, MAX_UNLOCKS,
};
pub use weights::WeightInfo;

/// What a slash took.
pub type CreditOf<T> = Credit<AccountId, <T as Config>::Currency>;

/// Most nodes in one answer of `nodes`.
pub const NODES_PAGE: usize = 256;

// The macros expand to `expect`s of their own.
#[allow(clippy::expect_used)]
#[frame::pallet]
pub mod pallet {
	use super::*;

	/// Version of the storage layout.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId = AccountId, Hash = H256, RuntimeEvent: From<Event<Self>>>
	{
		/// The overarching hold reason.
		type RuntimeHoldReason: From<HoldReason>;

		/// The token that is staked.
		type Currency: Mutate<AccountId, Balance = Balance>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>
			+ BalancedHold<AccountId>;

		/// Least stake of a node that enters selection.
		#[pallet::constant]
		type MinStake: Get<Balance>;

		/// Part of it that absences may take of a node in selection.
		#[pallet::constant]
		type AbsenceBuffer: Get<Balance>;

		/// What counts of a stake in draws: so many times what the class asks for, at most.
		#[pallet::constant]
		type StakeCap: Get<u32>;

		/// Stake that each seat takes up: the most that a fault in one can cost. At most `MinStake`
		/// less the buffer, so that every node in selection can take a seat.
		#[pallet::constant]
		type SeatStake: Get<Balance>;

		/// Most nodes in selection. Not to be lowered below the number that there are.
		#[pallet::constant]
		type MaxNodes: Get<u32>;

		/// Blocks between `unbond` and `withdraw`.
		#[pallet::constant]
		type UnbondingPeriod: Get<BlockNumber>;

		/// Most blocks from a task's submission to the end of its settlement.
		#[pallet::constant]
		type LongestTask: Get<BlockNumber>;

		/// Blocks from a slash to its application, in which Root can cancel it; none where it is taken at once. Less than
		/// `UnbondingPeriod`. It may be read from state, so it is no constant of the metadata.
		type SlashDeferral: Get<BlockNumber>;

		/// Who shares out what a slash took that was deferred.
		type Proceeds: Proceeds<CreditOf<Self>>;

		/// Absences among its last `AbsenceWindow` tasks that chill a node.
		#[pallet::constant]
		type MaxAbsences: Get<u32>;

		/// How many of a node's last tasks are looked at for absences: 32 at most.
		#[pallet::constant]
		type AbsenceWindow: Get<u32>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// The registered nodes, by operator. Written by all of the operator's calls, by slashes and
	/// reputation; freed by the last withdrawal, or by `deregister`.
	#[pallet::storage]
	pub type Nodes<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Node>;

	/// The nodes in selection, ordered by account: [`Nodes`] with `active_since`, reduced to what a
	/// draw reads. Written with [`Nodes`], as stake, capacity and seats decide on the places that
	/// are free.
	#[pallet::storage]
	pub type Candidates<T: Config> =
		StorageValue<_, BoundedVec<Candidate, <T as Config>::MaxNodes>, ValueQuery>;

	/// The worker keys that are taken: each node's present one, and former ones with seats. Written
	/// by `register` and `rotate_key`; freed with the node, or, for a former key, when its last
	/// seat is given back.
	#[pallet::storage]
	pub type Keys<T: Config> = StorageMap<_, Blake2_128Concat, WorkerKey, KeyOwner>;

	/// The worker key that each taken seal key belongs to. Written and freed with [`Keys`].
	#[pallet::storage]
	pub type SealKeys<T: Config> = StorageMap<_, Blake2_128Concat, SealKeyBytes, WorkerKey>;

	/// How many seats are left under each former worker key. Written by `rotate_key`; freed with the
	/// last of them.
	#[pallet::storage]
	pub type FormerKeys<T: Config> = StorageMap<_, Blake2_128Concat, WorkerKey, u32>;

	/// The seats that nodes hold, by operator and task. Written by draws; freed when their tasks are
	/// settled.
	#[pallet::storage]
	pub type Seats<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Twox64Concat, TaskId, HeldSeat>;

	/// Slashes that Root can still cancel, by operator and number. Written when they are proven; freed when they are applied or
	/// cancelled.
	#[pallet::storage]
	pub type PendingSlashes<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Twox64Concat, u32, PendingSlash>;

	/// The sums of [`PendingSlashes`], by operator: what is on hold beside what [`Nodes`] says. Written with them; freed with the
	/// last.
	#[pallet::storage]
	pub type Pending<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, PendingTotal>;

	/// Number of the next slash that is deferred. No number is given twice.
	#[pallet::storage]
	pub type NextSlash<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Why tokens are on hold.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Stake of a node, stake on its way out and stake that a pending slash took included.
		#[codec(index = 0)]
		Stake,
	}

	/// Nodes that the chain starts with, in selection from block 0: for development networks. **Their
	/// keys are not checked**: see [`GenesisNode`].
	#[pallet::genesis_config]
	#[derive(DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The nodes.
		pub nodes: Vec<GenesisNode>,
		#[doc(hidden)]
		#[serde(skip)]
		pub marker: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for node in &self.nodes {
				let admitted = Pallet::<T>::admit_genesis(node);
				assert!(admitted.is_ok(), "genesis node {:?}: {admitted:?}", node.account);
			}
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A node was registered and is in selection.
		Registered {
			/// Its operator.
			operator: AccountId,
			/// Its worker key.
			worker: WorkerKey,
			/// Its stake.
			stake: Balance,
			/// Tasks that it takes at a time.
			capacity: u32,
			/// What it lets itself be drawn for.
			role: Role,
		},
		/// Stake was added.
		Bonded {
			/// The operator.
			operator: AccountId,
			/// How much was added.
			amount: Balance,
			/// Bonded stake now.
			stake: Balance,
		},
		/// Stake is on its way out.
		Unbonding {
			/// The operator.
			operator: AccountId,
			/// How much.
			amount: Balance,
			/// First block in which it can be withdrawn.
			at: BlockNumber,
			/// Bonded stake now.
			stake: Balance,
		},
		/// Stake was given back.
		Withdrawn {
			/// The operator.
			operator: AccountId,
			/// How much.
			amount: Balance,
		},
		/// A node left selection.
		Chilled {
			/// Its operator.
			operator: AccountId,
			/// Why.
			cause: ChillCause,
		},
		/// A node is in selection again.
		Activated {
			/// Its operator.
			operator: AccountId,
		},
		/// A node left selection, as it was full and another one entered with more stake. Its stake
		/// and its seats are as they were.
		Displaced {
			/// Its operator.
			node: AccountId,
			/// The other one's.
			by: AccountId,
		},
		/// A node has new keys.
		KeyRotated {
			/// Its operator.
			operator: AccountId,
			/// The new worker key.
			worker: WorkerKey,
			/// The former one.
			former: WorkerKey,
			/// Whether the former one still has seats. Its secret must be kept until `KeyReleased`.
			former_has_seats: bool,
		},
		/// A former worker key has no seats left: its secret can be deleted.
		KeyReleased {
			/// The operator.
			operator: AccountId,
			/// The key.
			worker: WorkerKey,
		},
		/// A node's capacity changed.
		CapacitySet {
			/// Its operator.
			operator: AccountId,
			/// Tasks that it takes at a time.
			capacity: u32,
		},
		/// A node left for good.
		Deregistered {
			/// Its operator.
			operator: AccountId,
			/// Its last worker key.
			worker: WorkerKey,
		},
		/// Stake was taken.
		Slashed {
			/// The operator.
			operator: AccountId,
			/// How much.
			amount: Balance,
			/// Bonded stake now.
			stake: Balance,
		},
		/// A node was absent from a task that ended.
		WasAbsent {
			/// Its operator.
			operator: AccountId,
			/// Absences among its last `AbsenceWindow` tasks.
			recent: u32,
		},
		/// A node was convicted.
		Convicted {
			/// Its operator.
			operator: AccountId,
			/// Convictions over its life.
			convictions: u32,
		},
		/// A node is drawn for something else from now on.
		RoleSet {
			/// Its operator.
			operator: AccountId,
			/// What it lets itself be drawn for.
			role: Role,
		},
		/// A fault cost a node stake, which stays on hold for now. It is taken by `apply_slash`, which `Slashed` tells, or given back
		/// by `cancel_slash`.
		SlashDeferred {
			/// The slash's number.
			index: u32,
			/// The task.
			task: TaskId,
			/// The node's operator.
			culprit: AccountId,
			/// What for.
			fault: Fault,
			/// How much.
			amount: Balance,
			/// First block in which it can be applied.
			at: BlockNumber,
		},
		/// Root gave back what a slash had taken.
		SlashCancelled {
			/// The slash's number.
			index: u32,
			/// The node's operator.
			culprit: AccountId,
			/// How much.
			amount: Balance,
			/// Bonded stake now.
			stake: Balance,
		},
	}

	/// Why a call was refused, and what to do.
	#[pallet::error]
	pub enum Error<T> {
		/// This account has a node already. Use another account, or `rotate_key` to change this
		/// node's keys.
		AlreadyRegistered,
		/// This account has no node. Call `register` first.
		NotRegistered,
		/// Another registration, or a former key with unfinished tasks, has this worker key. Make a
		/// new one.
		WorkerKeyTaken,
		/// Another registration, or a former key with unfinished tasks, has this seal key. Make a
		/// new worker key and derive its own.
		SealKeyTaken,
		/// The worker key's signature does not cover this genesis, account and seal key. Sign those
		/// with that key.
		WrongWorkerSignature,
		/// The seal key is not the one form of a Ristretto255 element other than the identity. Derive
		/// it again from the worker key.
		InvalidSealKey,
		/// The proof of the seal key does not hold for this genesis, account and worker key. Make
		/// it for those.
		WrongKeyProof,
		/// The stake is below the least stake of a node in selection. Stake more; to go below,
		/// `chill` first.
		BelowLeastStake,
		/// More than the bonded stake. Ask for less.
		NotEnoughStake,
		/// The amount is zero. Name one.
		ZeroAmount,
		/// Capacity is between 1 and 256. To take no tasks, `chill`.
		InvalidCapacity,
		/// The node is in selection already.
		AlreadyActive,
		/// The node is not in selection.
		NotActive,
		/// All places in selection are taken, by nodes with no less stake. Stake more, or try again
		/// when one has left.
		SelectionFull,
		/// Too many chunks of stake on their way out. `withdraw` those that are due, or wait.
		TooManyUnlocks,
		/// No stake is due. Wait for the block that `Unbonding` named.
		NothingToWithdraw,
		/// The node's unfinished tasks need all the stake that is due. Withdraw when one is settled.
		StakeNeeded,
		/// The node is in selection. `chill` first.
		StillActive,
		/// The node has stake. `unbond` and `withdraw` it first.
		StillBonded,
		/// The node sits on unfinished tasks. Wait until they are settled.
		StillAssigned,
		/// Slashes of the node are pending, which Root could still cancel. `apply_slash` each once it is due.
		SlashPending,
		/// No slash with this number is pending of this operator's node. It was applied or cancelled already, or is another's.
		NoSuchSlash,
		/// The slash can still be cancelled. Wait for the block that `SlashDeferred` named.
		SlashNotDue,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			Self::check_parameters();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers the caller's node and puts it in selection. If that is full, the node with the
		/// least stake leaves it.
		///
		/// ## Dispatch Origin
		/// Signed by the operator, who must have `stake` free beyond the existential deposit.
		///
		/// - `worker`: the node's ed25519 worker key;
		/// - `seal_key`: `E = e B`, 32 bytes, an element of Ristretto255 as RFC 9496 encodes it;
		/// - `proof`: of `e`, bound to this chain's genesis, the operator and the worker key;
		/// - `worker_signature`: the worker key's over `"ostraka/worker-key/v2"`, genesis,
		///   operator, seal key: without it anybody could take another's worker key;
		/// - `stake`: to hold; at least `MinStake`;
		/// - `capacity`: tasks to take at a time; `SeatStake` of the stake covers one;
		/// - `role`: whether it computes, verifies, or does either as it is drawn.
		///
		/// ## Errors
		/// `AlreadyRegistered`, `BelowLeastStake`, `InvalidCapacity`, `WorkerKeyTaken`,
		/// `SealKeyTaken`, `WrongWorkerSignature`, `InvalidSealKey`, `WrongKeyProof`,
		/// `SelectionFull` of nodes with no less stake, or the currency's if the stake is not there.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register())]
		// One account's whole claim, signed at once.
		#[allow(clippy::too_many_arguments)]
		pub fn register(
			origin: OriginFor<T>,
			worker: WorkerKey,
			seal_key: SealKeyBytes,
			proof: [u8; 64],
			worker_signature: WorkerSignature,
			stake: Balance,
			capacity: u32,
			role: Role,
		) -> DispatchResult {
			let operator = ensure_signed(origin)?;
			let node = NewNode { worker, seal_key, stake, capacity, role };
			Self::do_register(operator, &node, &proof, &worker_signature)
		}

		/// Adds to the stake. Draws of tasks that were submitted before pass the node over.
		///
		/// ## Dispatch Origin
		/// Signed by the operator.
		///
		/// ## Errors
		/// `ZeroAmount`, `NotRegistered`, or the currency's if the amount is not there.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::bond())]
		pub fn bond(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
			Self::do_bond(ensure_signed(origin)?, amount)
		}

		/// Sends bonded stake on its way out: due after `UnbondingPeriod` blocks, until then it
		/// counts in no draw but can be slashed.
		///
		/// ## Dispatch Origin
		/// Signed by the operator.
		///
		/// ## Errors
		/// `ZeroAmount`, `NotRegistered`, `NotEnoughStake`, `BelowLeastStake` of a node in
		/// selection, which keeps `MinStake` whole, `TooManyUnlocks`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::unbond())]
		pub fn unbond(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
			Self::do_unbond(ensure_signed(origin)?, amount)
		}

		/// Gives back the stake that is due, as far as the node's seats do not need it: so much stays
		/// as the classes of its seats ask for, and `SeatStake` for each seat. A node that is not in
		/// selection and has nothing left, not even a pending slash, is forgotten, and its keys are free
		/// again.
		///
		/// ## Dispatch Origin
		/// Signed by the operator.
		///
		/// ## Errors
		/// `NotRegistered`, `NothingToWithdraw`, `StakeNeeded` if its seats need all that is due.
		#[pallet::call_index(3)]
		#[pallet::weight(
			T::WeightInfo::withdraw(MAX_ASSIGNMENTS).saturating_add(T::WeightInfo::deregister())
		)]
		pub fn withdraw(origin: OriginFor<T>) -> DispatchResultWithPostInfo {
			let cost = Self::do_withdraw(ensure_signed(origin)?)?;
			Ok(Some(cost).into())
		}

		/// Takes the node out of selection. It still serves the tasks that it sits on.
		///
		/// ## Dispatch Origin
		/// Signed by the operator.
		///
		/// ## Errors
		/// `NotRegistered`, `NotActive`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::chill())]
		pub fn chill(origin: OriginFor<T>) -> DispatchResult {
			Self::do_chill(ensure_signed(origin)?)
		}

		/// Puts the node in selection again, for tasks that are submitted from the next block on. If
		/// selection is full, the node with the least stake leaves it. Former absences are forgiven.
		///
		/// ## Dispatch Origin
		/// Signed by the operator.
		///
		/// ## Errors
		/// `NotRegistered`, `AlreadyActive`, `BelowLeastStake`, `SelectionFull` of nodes with no less
		/// stake.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::activate())]
		pub fn activate(origin: OriginFor<T>) -> DispatchResult {
			Self::do_activate(ensure_signed(origin)?)
		}

		/// Gives the node new keys for later draws. The tasks that it sits on keep the former ones,
		/// whose secret must be kept until `KeyReleased`. Arguments as in `register`.
		///
		/// ## Dispatch Origin
		/// Signed by the operator.
		///
		/// ## Errors
		/// `NotRegistered`, `WorkerKeyTaken`, `SealKeyTaken`, `WrongWorkerSignature`,
		/// `InvalidSealKey`, `WrongKeyProof`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::rotate_key())]
		pub fn rotate_key(
			origin: OriginFor<T>,
			worker: WorkerKey,
			seal_key: SealKeyBytes,
			proof: [u8; 64],
			worker_signature: WorkerSignature,
		) -> DispatchResult {
			let operator = ensure_signed(origin)?;
			Self::do_rotate_key(operator, worker, seal_key, &proof, &worker_signature)
		}

		/// Sets how many tasks the node takes at a time, as far as its stake covers them:
		/// `SeatStake` each. Tasks above it that it sits on already stay.
		///
		/// ## Dispatch Origin
		/// Signed by the operator.
		///
		/// ## Errors
		/// `InvalidCapacity`, `NotRegistered`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::set_capacity())]
		pub fn set_capacity(origin: OriginFor<T>, capacity: u32) -> DispatchResult {
			Self::do_set_capacity(ensure_signed(origin)?, capacity)
		}

		/// Forgets a node that slashes left without stake. It must be chilled and without seats, and none
		/// of the slashes may be pending. Its keys are free again.
		///
		/// ## Dispatch Origin
		/// Signed by the operator.
		///
		/// ## Errors
		/// `NotRegistered`, `StillActive`, `StillBonded`, `StillAssigned`, `SlashPending`.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::deregister())]
		pub fn deregister(origin: OriginFor<T>) -> DispatchResult {
			Self::do_deregister(ensure_signed(origin)?)
		}

		/// Sets what the node lets itself be drawn for: it computes, verifies, or does either. Draws of
		/// tasks that were submitted before pass the node over; the seats that it holds stay.
		///
		/// ## Dispatch Origin
		/// Signed by the operator.
		///
		/// ## Errors
		/// `NotRegistered`.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::set_role())]
		pub fn set_role(origin: OriginFor<T>, role: Role) -> DispatchResult {
			Self::do_set_role(ensure_signed(origin)?, role)
		}

		/// Takes what a pending slash set apart, and shares it out. Free of charge if it does.
		///
		/// ## Dispatch Origin
		/// Signed by anybody.
		///
		/// - `culprit`: the node's operator;
		/// - `index`: the slash's number, as `SlashDeferred` named it.
		///
		/// ## Errors
		/// `NoSuchSlash`, `SlashNotDue`.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::apply_slash())]
		pub fn apply_slash(
			origin: OriginFor<T>,
			culprit: AccountId,
			index: u32,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_apply_slash(culprit, index)?;
			Ok(Pays::No.into())
		}

		/// Gives a node back what a pending slash took: it is bonded again. Draws of tasks that were submitted before pass the node
		/// over. Its reputation, and whether it is in selection, stay as they are.
		///
		/// ## Dispatch Origin
		/// Root.
		///
		/// - `culprit`, `index`: as in `apply_slash`.
		///
		/// ## Errors
		/// `NoSuchSlash`.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::cancel_slash())]
		pub fn cancel_slash(
			origin: OriginFor<T>,
			culprit: AccountId,
			index: u32,
		) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_cancel_slash(culprit, index)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A node by its operator's account.
		pub fn node(account: AccountId) -> Option<NodeInfo> {
			Self::node_info(&account)
		}

		/// A page of up to 256 registered nodes, in the order of storage: the first ones without an
		/// account, else those that follow that operator's. The last one's account asks for the next
		/// page; an empty page is the end.
		pub fn nodes_after(after: Option<AccountId>) -> Vec<NodeInfo> {
			Self::nodes(after)
		}

		/// Who a worker key belongs to, and the seal key registered with it.
		pub fn key_owner(worker: WorkerKey) -> Option<KeyOwner> {
			Keys::<T>::get(worker)
		}

		/// Slashes of an operator's node that Root can still cancel, by their numbers.
		pub fn pending_slashes(account: AccountId) -> Vec<(u32, PendingSlash)> {
			Self::pending_slashes_of(&account)
		}

		/// The seats that an operator's node holds, by task.
		pub fn seats(account: AccountId) -> Vec<(TaskId, HeldSeat)> {
			Self::held_seats(&account)
		}
	}
}
