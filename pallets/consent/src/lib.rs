//! # Consent
//!
//! What dealers allow of their data, and what of it the chain holds: policies, quotas, and how near the accepted sets of two
//! tasks may be. The pallet knows dealers and sets of dealers, nothing of sharings, specs or money but its own deposit.
//!
//! ## Terminology
//! - *data set*: rows of a dealer, named by a *tag* of 32 bytes. Whether the tag says the truth nobody but the dealer knows.
//! - *policy*: what a dealer allows of one data set: a *quota* of tasks in so many blocks, the least cohort, the least difference,
//!   and dealers who must take part.
//! - *tighter*: each field asks for as much or more. Everything else is *looser*.
//! - *history*: the last eight tasks that a dealer dealt to, over whatever data set.
//! - *accepted set*: the dealers whose dealings a frozen task adds up.
//! - *differ*: two sets differ by the dealers who are in one of them alone.
//!
//! ## What holds
//! 1. A policy that holds is at least as tight, field by field, as each one that was set within the last
//!    [`Config::LooseningDelay`] blocks: what is tighter holds at once, what is looser only then.
//! 2. Over one data set a dealer has dealt to no more tasks than the quota that it accepted the last one under, counted since its
//!    policy stands (see below). Who asked does not matter. A dealing that is excluded, or whose task released nothing, does not
//!    count, unless newer ones have pushed it out of the history before.
//! 3. Two tasks with a column and a dealer in common that were both frozen, and whose dealers' histories still know of both, have
//!    the same dealers with the same data sets, or differ by at least as many dealers as the one with the largest demand asks. So
//!    the difference of their results is about so many dealers; or about all of them: the same rows counted under other edges or
//!    caps, which this says nothing of. It is compared when the later one is frozen, whichever was asked, dealt to or drawn first.
//! 4. A task that names another one as the count of its contributors has all of that one's dealers, with the same data sets.
//!
//! A set is remembered from its freeze on, for good if a result share of the task was revealed, whatever becomes of the task. If
//! none was it is forgotten. Revealed is what stands on the chain: shares that are seen outside of it alone, as those that who makes
//! blocks keeps out of them, do not count.
//!
//! ## What no guard stops
//! - *Sybils*: where `k` is the difference that is asked for, `k - 1` fresh accounts, 15 at most, beside a cohort of honest dealers
//!   make a second set that is far enough from that cohort less one of them. Neither `co_dealers` nor a larger cohort helps
//!   there: only knowing who is invited, a quota, noise, and what accounts cost. A requester that owns all dealers but one needs
//!   no second task: against that `co_dealers` and a larger cohort do help.
//! - *Three and more tasks*: sets that differ pairwise by enough dealers can still be added and subtracted to few of them.
//! - *More than eight tasks ago*: a dealer's history holds eight. A set that was frozen before that looks further away than it is.
//!   Dealers who work together push it out of their own histories by eight tasks of their own: each of them who is in both sets then
//!   adds 2 to the difference, so that about `(k - 1) / 2` of them are enough. The quotas of the honest dealers do not
//!   matter.
//! - *Equal sets*: the same dealers with the same data sets pass, whatever the tasks ask. What lies between two edges or two caps
//!   can be about a single row.
//! - *Other tags*: one's own rows under another tag have another policy and quota. The comparison does not look at tags: a dealer in
//!   both sets counts as common, and sets that are the same but for a tag are refused.
//! - *Other names*: a column that is called something else in another task is another column.
//!
//! A single dealer can let a task fail for nothing, where it is to have the same set as an earlier one or that of the task that
//! counted: by another tag alone, or by more than eight dealings in between, after which its entry is gone. And who owns a few dealers of
//! a cohort can have a set of its own that is near frozen first. The later task fails, at its requester's cost, and nobody learns
//! anything.
//!
//! ## A quota when the history is full
//! Tasks over other data sets must not push out the entries that a quota counts. So where there is a policy the blocks of the last
//! eight that were pushed out are kept ([`Forgotten`]), and count as those that were not. No quota counts more than eight. What was
//! pushed out before the dealer had a policy for the data set, or under one that was removed since, is not known.

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
	token::fungible::{hold::Mutate as MutateHold, Mutate},
};
use ostraka_primitives::{
	consent::{Policy, HISTORY, MAX_DIFFERENCE},
	AccountId, Balance, BlockNumber, Digest, TaskId,
};

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod consent;
mod freeze;
mod history;
mod integrity;
#[cfg(test)]
mod mock;
mod policies;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
mod views;
pub mod weights;

pub use pallet::*;
use types::Usage;
pub use types::{AcceptedSetRecord, Allowance, Entry, History, Pending, PushedOut, Standing};
pub use weights::WeightInfo;

/// Most sets that a freeze looks at, beside that of the counting task.
pub const MOST_COMPARED: u32 = HISTORY * MAX_DIFFERENCE as u32;

// The macros expand to `expect`s of their own.
#[allow(clippy::expect_used)]
#[frame::pallet]
pub mod pallet {
	use super::*;

	/// Version of the storage layout.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId = AccountId, RuntimeEvent: From<Event<Self>>>
	{
		/// The overarching hold reason.
		type RuntimeHoldReason: From<HoldReason>;

		/// The token of the deposits.
		type Currency: Mutate<AccountId, Balance = Balance>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>;

		/// What a dealer has on hold for each policy.
		#[pallet::constant]
		type PolicyDeposit: Get<Balance>;

		/// Blocks until what is looser holds.
		type LooseningDelay: Get<BlockNumber>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Policies, by dealer and data set tag. Written by `set_policy` and `remove_policy`; freed by the latter once a removal is
	/// due.
	#[pallet::storage]
	pub type Policies<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Blake2_128Concat, Digest, Standing>;

	/// The last tasks that a dealer dealt to, oldest first. Written when a dealing is taken; an entry goes when its dealing is
	/// excluded, its task ended with nothing released, or eight newer ones came.
	#[pallet::storage]
	pub type Histories<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, History, ValueQuery>;

	/// The blocks of the last dealings over a data set with a policy that its dealer's history has no place for any more, oldest
	/// first. Written when a dealing is taken; freed with the policy.
	#[pallet::storage]
	pub type Forgotten<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		Digest,
		PushedOut,
		ValueQuery,
	>;

	/// The accepted sets of frozen tasks. Written by the freeze; freed if the task ends with nothing released, else never.
	#[pallet::storage]
	pub type Sets<T: Config> = StorageMap<_, Twox64Concat, TaskId, AcceptedSetRecord>;

	/// Why tokens are on hold.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposits of a dealer's policies.
		#[codec(index = 0)]
		Policy,
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A dealer set a policy. What is looser of it than `holds` follows in `LooseningSet`.
		PolicySet {
			/// The dealer.
			dealer: AccountId,
			/// Tag of the data set.
			dataset: Digest,
			/// What holds from now on.
			holds: Policy,
		},
		/// A dealer's policy will be looser.
		LooseningSet {
			/// The dealer.
			dealer: AccountId,
			/// Tag of the data set.
			dataset: Digest,
			/// The policy that will hold; `None`: none will.
			policy: Option<Policy>,
			/// The first block in which it does.
			at: BlockNumber,
		},
		/// A policy is gone, and its deposit went back.
		PolicyRemoved {
			/// The dealer.
			dealer: AccountId,
			/// Tag of the data set.
			dataset: Digest,
		},
		/// A task gets no result: its accepted set is too near to that of another one.
		TooNear {
			/// The task.
			task: TaskId,
			/// The other one, which was frozen before.
			other: TaskId,
			/// How many dealers are in one of the two sets alone. 0: the same dealers, with other data sets.
			differ: u32,
			/// How many would have to be.
			least: u32,
		},
		/// A task gets no result: a dealer of the task that counted its contributors is missing, or dealt another data set.
		NotCounted {
			/// The task.
			task: TaskId,
			/// The one that counted.
			counting: TaskId,
		},
	}

	/// Why an operation was refused, and what to do.
	#[pallet::error]
	pub enum Error<T> {
		/// A quota needs 1 to 8 tasks and at least one block, a difference is 16 at most, and no co-dealer is named twice. Give
		/// it those.
		UnsoundPolicy,
		/// What holds until the new policy does, and the new one, name more than 8 co-dealers together. Take some away first, and
		/// add the others when that is due.
		TooManyCoDealers,
		/// The caller has no policy for this data set. Look at its tag.
		NoPolicy,
		/// The policy is on its way out and still holds. Call again from the block on that `LooseningSet` named.
		NotYet,
		/// The dealer's quota for this data set is spent. Wait for the block that `allowance` names.
		QuotaSpent,
		/// The task promises fewer dealers than the dealer's policy asks for. Ask for a task with more `least_dealers`.
		TooFewDealersAsked,
		/// The task does not require a dealer without whom this one's policy admits nothing. Ask for a task that does.
		CoDealerNotRequired,
		/// The task that counted the contributors knows the dealer with another data set: with this one there would be no result.
		/// Accept with the one that was counted.
		OtherDataset,
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
		/// Sets what the caller allows of a data set. Each field that is tighter than before holds at once, each that is looser
		/// `LooseningDelay` blocks later. It replaces what was to hold later until now, a removal too.
		///
		/// ## Dispatch Origin
		/// Signed by the dealer. The first policy for a data set needs `PolicyDeposit` free.
		///
		/// - `dataset`: the data set's tag;
		/// - `policy`: what is allowed; co-dealers in any order.
		///
		/// ## Errors
		/// `UnsoundPolicy`, `TooManyCoDealers`, or the currency's if the deposit is not there.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set_policy())]
		pub fn set_policy(origin: OriginFor<T>, dataset: Digest, policy: Policy) -> DispatchResult {
			let dealer = ensure_signed(origin)?;
			Self::do_set_policy(dealer, dataset, policy)
		}

		/// Removes what the caller allows of a data set: the policy holds for `LooseningDelay` more blocks. From then on a second
		/// call frees it and gives the deposit back.
		///
		/// ## Dispatch Origin
		/// Signed by the dealer.
		///
		/// - `dataset`: the data set's tag.
		///
		/// ## Errors
		/// `NoPolicy`, `NotYet`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::remove_policy())]
		pub fn remove_policy(origin: OriginFor<T>, dataset: Digest) -> DispatchResult {
			let dealer = ensure_signed(origin)?;
			Self::do_remove_policy(dealer, dataset)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// How a dealer's policy for a data set stands now: what holds, and what will.
		pub fn policy(dealer: AccountId, dataset: Digest) -> Option<Standing> {
			Self::standing(&dealer, &dataset)
		}

		/// What an account may still be asked about a data set. Tasks that it accepted and has not dealt to do not count yet.
		pub fn allowance(dealer: AccountId, dataset: Digest) -> Allowance {
			Self::allowance_of(&dealer, &dataset)
		}

		/// The last tasks that an account dealt to, oldest first.
		pub fn history(dealer: AccountId) -> Vec<Entry> {
			Histories::<T>::get(dealer).into_inner()
		}

		/// The accepted set of a frozen task.
		pub fn accepted_set(task: TaskId) -> Option<AcceptedSetRecord> {
			Sets::<T>::get(task)
		}

		/// The tasks that a set of exactly these dealers would differ from by 1 to 15 of them, and by how many. Nothing for more
		/// than 512.
		pub fn nearest(dealers: Vec<AccountId>) -> Vec<(TaskId, u32)> {
			Self::nearest_to(dealers)
		}
	}
}
