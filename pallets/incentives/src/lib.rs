//! # Incentives
//!
//! The money of tasks: escrow, rewards, deposits, penalties. Other pallets say what happened; this
//! one alone decides amounts.
//!
//! ## Terminology
//! - *escrow*: a task's fee and data reward, on hold in the requester's account until the task is
//!   settled.
//! - *draw fee*: paid at submission and never returned, as a draw costs the chain the same whatever
//!   comes of the task.
//! - *rent*: what a task's place in the book and its seats cost by the block, as long as it holds them. Its prices are fixed at
//!   the submission, by how full places and seats are then ([`Occupancy`]), and the most that it can come to is kept of the fee.
//! - *bytes*: what a task leaves in the state for good, its record once it is drawn and its result, has a price by the byte
//!   ([`Config::ByteFee`]). It is fixed, kept and taken with the rent, and is part of it wherever rent is named below.
//! - *seat*: a member's on the committee, or a verifier's on the panel. What is not kept of the fee for rent is divided evenly by
//!   the seats of both kinds.
//! - *base part*: what each seat earns also when the task fails. The *rest* is earned by a member's
//!   committed, right result share in time, and by a verifier's attestation.
//! - *data reward*: split evenly among the accepted dealers of a task that completed.
//! - *deposit*: a dealer's, on hold from its acceptance until the task is settled.
//! - *bond*: of who challenges a dealing without a seat, on hold while the challenge is judged, within one call.
//!
//! ## Who gets what of a task
//! | seat | on completion | on failure |
//! |---|---|---|
//! | attested, committed, right result share | base + rest | base |
//! | the same without an attestation (*silent*) | the same less [`Config::SilentCut`] | the same less [`Config::SilentCut`] |
//! | verifier that attested | base + rest | base |
//! | excused by a valid accusation, or had nothing to do | base | base |
//! | right result share without a commitment | nothing | nothing |
//! | absent: no result share of a member, no attestation of a verifier | nothing, and is slashed | the same |
//! | attested falsely | nothing, and is slashed | the same |
//! | convicted | nothing; was slashed when it was | the same |
//!
//! *Attested falsely* has who attested to a dealing that was then shown to have commitments outside the group or an invalid
//! input, or to a set whose sums the freeze found outside the group: all can be seen without a share, so that who attests to them has not looked. It is slashed when the task is settled,
//! [`Config::FalseAttestationSlash`] once a task, and out of selection.
//!
//! All that nobody earned, remainders of divisions included, goes by the task's [`Ending`]:
//!
//! | ending | what nobody earned |
//! |---|---|
//! | completed; failed before its draw, or by its committee | goes back to the requester |
//! | failed after its draw, by its requester or for want of dealings | goes to [`Config::Fees`] |
//!
//! The rent of the blocks that were held is due whatever the ending, and goes to [`Config::Fees`]: who has a seat and was paid by
//! the block could make a task last, and a requester that got it back could hold what it does not use. What is kept for rent
//! and not due is nobody's either, and goes as the table says.
//!
//! So who wants another draw, as the committee of this one does not suit, pays a whole fee for it.
//! What nobody earned of the data reward always goes back.
//!
//! What a silent member lacks goes neither to the requester nor to the other members, but to
//! [`Config::Slash`]: nobody gains by a member's silence, nor by keeping its attestation out of
//! blocks.
//!
//! ## Who gets what of a slash
//! At most a quarter goes to who proved the fault, by an accusation or a challenge, and at most a quarter to the victim: the
//! requester of a bad dealing or a wrong share, or the dealer whom a false accusation or challenge was against. All else, at
//! least half, goes to [`Config::Slash`]: sabotage among one's own accounts costs. Nobody has a part of its own slash.
//!
//! Who has a seat and challenges falsely loses what a false accusation costs; who has none loses its bond. So a challenge is
//! never free of risk, and one that is right pays more than it costs: a quarter of a deposit covers the fee of the dearest.
//! Of what false attesters lose a part goes to who exposed them: planting an invalid input to catch those who do not look
//! can be a living, and looking costs nobody anything but the work.
//!
//! Who was absent, who attested falsely, and who accepted and did not deal, has no victim: else a requester would earn by
//! aiming at nodes that are down or by its own dealers' invalid inputs, or get back a part of what its own accounts lose. Of a
//! deposit for which there is no dealing only [`Config::VanishedShare`] is slashed; the rest goes back.
//!
//! ## When a slash is shared out
//! Deposits and bonds at once. Stake when the registry has taken it: at once or, where slashes are deferred so that Root can cancel
//! them, later. Then `Registry.SlashDeferred` tells of the fault, and `Punished` only of the money. Who gets a part is fixed when
//! the fault is proven; how much, by the shares when it is taken. What is cancelled nobody has a part of.
//!
//! ## Prices
//! The draw fee, the parts of the least fee, both rents, the price of a byte and a dealer's deposit may be read from state, so that
//! they can be changed while the chain runs. What a task or a deposit was opened with is stored with it: a change reaches none that is open. Slashes
//! are constants: they follow from what a seat puts at risk, which the registry relies on when it says how many seats a stake
//! covers.
//!
//! [`Ending`]: ostraka_primitives::traits::Ending
//! [`Occupancy`]: ostraka_primitives::rent::Occupancy
//!
//! ## Nothing fails half way
//! Settlement runs in blocks' hooks, where nobody could handle an error. A payment to an account
//! that cannot receive it (it would stay below the existential deposit) stays in the escrow and
//! goes where the rest goes; a part of a slash for such an account goes to
//! [`Config::Slash`]. `PayoutFailed` tells. Operations on a task or deposit that is not there do
//! nothing.
//!
//! The pallet has no calls, and so no weights of its own: what it does is part of the calls and
//! hooks of the pallets that use it.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;

use frame::{
	prelude::*,
	token::fungible::{
		hold::{Balanced as BalancedHold, Mutate as MutateHold},
		Credit, Mutate,
	},
};
use ostraka_primitives::{fault::Fault, traits::Stakes, AccountId, Balance, TaskId};

mod escrow;
pub mod migrations;
#[cfg(test)]
mod mock;
mod penalties;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;

pub use pallet::*;
pub use types::{Earned, SeatPay, TaskEscrow};

/// Tokens on their way.
pub type CreditOf<T> = Credit<AccountId, <T as Config>::Currency>;

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
		frame_system::Config<AccountId = AccountId, RuntimeEvent: From<Event<Self>>>
	{
		/// The overarching hold reason.
		type RuntimeHoldReason: From<HoldReason>;

		/// The token that is paid in.
		type Currency: Mutate<AccountId, Balance = Balance>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>
			+ BalancedHold<AccountId>;

		/// The stakes of nodes.
		type Stakes: Stakes<Credit = CreditOf<Self>>;

		/// Where draw fees, rents, prices of bytes and forfeited fees go: to nobody who could be the requester's friend, as a collator
		/// could.
		type Fees: OnUnbalanced<CreditOf<Self>>;

		/// Where the part of slashes goes that nobody is made whole with, and what silent members lack: burnt, or
		/// the treasury's.
		type Slash: OnUnbalanced<CreditOf<Self>>;

		/// Fee for a draw. Like the other prices, up to the deposit, it may be read from state, so it is no constant of the
		/// metadata.
		type DrawFee: Get<Balance>;

		/// Base part of the fee, a seat.
		type BaseFeePerSeat: Get<Balance>;

		/// Least rest of the fee, a seat, for each entry of each invited dealer's vector.
		type FeePerElement: Get<Balance>;

		/// Rent of a seat, a block, where all seats are free.
		type SeatRent: Get<Balance>;

		/// Rent of a place in the book, a block, where all places are free.
		type PlaceRent: Get<Balance>;

		/// Price of a byte of state that a task leaves for good.
		type ByteFee: Get<Balance>;

		/// A dealer's deposit.
		type DealerDeposit: Get<Balance>;

		/// Highest transaction fee that an accusation could cost.
		#[pallet::constant]
		type WorstAccuseFee: Get<Balance>;

		/// Highest transaction fee that a challenge could cost while blocks are not full. Who convicts a dealer pays none,
		/// whatever the fees are.
		#[pallet::constant]
		type WorstChallengeFee: Get<Balance>;

		/// What who has no seat puts at risk by a challenge.
		#[pallet::constant]
		type ChallengeBond: Get<Balance>;

		/// Stake that a false accusation or challenge costs who has a seat.
		#[pallet::constant]
		type FalseAccusationSlash: Get<Balance>;

		/// Stake that a wrong result share costs.
		#[pallet::constant]
		type WrongShareSlash: Get<Balance>;

		/// Stake that it costs to have attested to a dealing that is shown to be invalid. What a seat puts at risk must cover it
		/// beside a false claim and a wrong result share: all three can come of one task.
		#[pallet::constant]
		type FalseAttestationSlash: Get<Balance>;

		/// Stake that an absence costs.
		#[pallet::constant]
		type AbsenceSlash: Get<Balance>;

		/// Part of what a right share earns that a member lacks which never attested, so that the task waited
		/// for it.
		#[pallet::constant]
		type SilentCut: Get<Perbill>;

		/// Part of a slash for the accuser.
		#[pallet::constant]
		type AccuserShare: Get<Permill>;

		/// Part of a slash for the victim.
		#[pallet::constant]
		type VictimShare: Get<Permill>;

		/// Part of its deposit that a dealer loses who accepted and did not deal.
		#[pallet::constant]
		type VanishedShare: Get<Permill>;
	}

	/// Money of the tasks. Written when a task is submitted and as it is paid out; freed when it is
	/// settled.
	#[pallet::storage]
	pub type Escrows<T: Config> = StorageMap<_, Twox64Concat, TaskId, TaskEscrow>;

	/// Deposits of dealers. Written when a dealer accepts; freed when it is punished or the task is
	/// settled.
	#[pallet::storage]
	pub type Deposits<T: Config> =
		StorageDoubleMap<_, Twox64Concat, TaskId, Blake2_128Concat, AccountId, Balance>;

	/// Why tokens are on hold.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Fee and data reward of a requester's tasks.
		#[codec(index = 0)]
		Escrow,
		/// Deposits of a dealer.
		#[codec(index = 1)]
		Deposit,
		/// Bond of who challenges a dealing.
		#[codec(index = 2)]
		Bond,
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A task's money is on hold, and its draw fee paid.
		EscrowOpened {
			/// The task.
			task: TaskId,
			/// Who pays.
			requester: AccountId,
			/// For rent, committee and panel.
			fee: Balance,
			/// For the dealers.
			data_reward: Balance,
			/// For the draw.
			draw_fee: Balance,
			/// What of the fee is kept for rent and for the bytes that stay: the most that both can come to.
			rent: Balance,
		},
		/// A node was paid.
		NodePaid {
			/// The task.
			task: TaskId,
			/// The node's operator.
			node: AccountId,
			/// How much.
			amount: Balance,
		},
		/// A dealer was paid.
		DealerPaid {
			/// The task.
			task: TaskId,
			/// The dealer.
			dealer: AccountId,
			/// How much.
			amount: Balance,
		},
		/// The fee is settled.
		FeeSettled {
			/// The task.
			task: TaskId,
			/// The requester.
			requester: AccountId,
			/// What committee and panel got.
			paid: Balance,
			/// What went back to the requester.
			returned: Balance,
			/// What the requester lost besides, as it or its dealers let the task fail.
			forfeited: Balance,
			/// What silent members lacked of what they earned: it goes where slashes go.
			withheld: Balance,
			/// Rent of the place and the seats, for the blocks that they were held, and the price of the bytes that stay.
			rent: Balance,
		},
		/// A task's money is settled whole.
		EscrowClosed {
			/// The task.
			task: TaskId,
			/// The requester.
			requester: AccountId,
			/// What went back to it just now.
			returned: Balance,
		},
		/// An account could not receive what it was to get. Of an escrow it goes where the rest
		/// goes, of a slash it goes the way of the greater part.
		PayoutFailed {
			/// The task.
			task: TaskId,
			/// The account.
			account: AccountId,
			/// How much.
			amount: Balance,
		},
		/// A dealer's deposit is on hold.
		DepositHeld {
			/// The task.
			task: TaskId,
			/// The dealer.
			dealer: AccountId,
			/// How much.
			amount: Balance,
		},
		/// A dealer's deposit went back, or what is left of it.
		DepositReturned {
			/// The task.
			task: TaskId,
			/// The dealer.
			dealer: AccountId,
			/// How much.
			amount: Balance,
		},
		/// Somebody was punished: what was taken is shared out. Of stake whose slash was deferred this comes when it is applied.
		Punished {
			/// The task.
			task: TaskId,
			/// Who.
			culprit: AccountId,
			/// What for.
			fault: Fault,
			/// What was taken: deposit, stake or bond.
			amount: Balance,
			/// What the accuser or challenger got of it: of a false attestation, who exposed it.
			to_accuser: Balance,
			/// What the victim got of it: the requester, or the dealer whom a false claim was against.
			to_victim: Balance,
		},
	}

	/// Why an operation was refused, and what to do.
	#[pallet::error]
	pub enum Error<T> {
		/// This task has an escrow already. Task numbers are used once.
		EscrowExists,
		/// This dealer has a deposit in this task already. A dealer accepts once a task.
		DepositExists,
		/// Fee and data reward together are more than there can be. Offer less.
		TooMuch,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let quarter = Permill::from_percent(25);
			assert!(T::AccuserShare::get() <= quarter, "an accuser gets at most a quarter");
			assert!(T::VictimShare::get() <= quarter, "a victim gets at most a quarter");
			assert!(
				T::DealerDeposit::get() / 4 >= T::WorstAccuseFee::get(),
				"a deposit is at least four times what an accusation costs"
			);
			assert!(
				T::DealerDeposit::get() / 4 >= T::WorstChallengeFee::get(),
				"a deposit is at least four times what a challenge costs"
			);
			assert!(
				T::ChallengeBond::get() >= T::WorstChallengeFee::get(),
				"a bond is at least what a challenge costs"
			);
			assert!(T::ChallengeBond::get() > 0, "a false challenge must cost");
			assert!(
				T::SeatRent::get() > 0 && T::PlaceRent::get() > 0,
				"who holds a seat or a place must pay for it"
			);
			assert!(T::ByteFee::get() > 0, "who leaves state for good must pay for it");
			assert!(T::DealerDeposit::get() > 0, "a bad dealing must cost");
			assert!(
				!T::VanishedShare::get().is_zero(),
				"an acceptance without a dealing must cost"
			);
			assert!(!T::SilentCut::get().is_zero(), "a silence must cost");
			assert!(T::SilentCut::get() < Perbill::one(), "a right share must be paid");
			assert!(
				T::FalseAccusationSlash::get() > 0 && T::WrongShareSlash::get() > 0,
				"a proven fault must cost"
			);
			assert!(
				T::FalseAttestationSlash::get() > T::BaseFeePerSeat::get(),
				"a false attestation must cost more than the base part that it is paid with"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A task's money, while the task is not settled.
		pub fn escrow(task: TaskId) -> Option<TaskEscrow> {
			Escrows::<T>::get(task)
		}

		/// A dealer's deposit in a task.
		pub fn deposit(task: TaskId, dealer: AccountId) -> Option<Balance> {
			Deposits::<T>::get(task, dealer)
		}

		/// What a seat of an unsettled task with `seats` of them, committee and panel together, earns if the task completes
		/// and it did all its work in time: base part and rest.
		pub fn expected_reward(task: TaskId, seats: u32) -> Balance {
			let escrow = Escrows::<T>::get(task);
			escrow.map_or(0, |escrow| {
				let pay = escrow.pay(seats);
				pay.base.saturating_add(pay.rest)
			})
		}
	}
}

impl<T: Config> Pallet<T> {
	/// What an operator would earn by the unsettled tasks that it sits on, each with its number of
	/// seats, if all goes well: the sum of [`Self::expected_reward`]. Nothing of it is owed before
	/// the tasks end.
	pub fn expected_rewards(tasks: impl IntoIterator<Item = (TaskId, u32)>) -> Balance {
		tasks.into_iter().fold(0, |sum: Balance, (task, seats)| {
			sum.saturating_add(Self::expected_reward(task, seats))
		})
	}
}
