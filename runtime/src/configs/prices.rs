//! What tasks cost, as far as Root can change it without an upgrade: `Parameters.set_parameter`, of the SDK's
//! `pallet-parameters`.
//!
//! | price | least | unless set | most |
//! |---|---|---|---|
//! | [`DrawFee`] | 0.05 | 0.5 | 50 |
//! | [`BaseFeePerSeat`] | 0.01 | 0.1 | 10 |
//! | [`FeePerElement`] | 0.00001 | 0.001 | 1 |
//! | [`DealerDeposit`] | 10 | 10 | 1,000 |
//! | [`SeatRent`], a block | 0.000004 | 0.00004 | 0.004 |
//! | [`PlaceRent`], a block | 0.000002 | 0.00002 | 0.002 |
//! | [`ByteFee`], a byte | 0.00001 | 0.0001 | 0.01 |
//!
//! ## Invariants
//! - *Bounds*: the price in force is what Root has set, moved to the nearer end of its range if it lies outside of it. So neither
//!   a wrong order nor a wrong entry in state makes holding the network free, or shuts everybody out.
//! - *No task changes its price*: what is on hold of a task and of its dealers, the base part of its seats, its rent and the price
//!   of its bytes are stored with it. A price holds for tasks that are submitted, and deposits for acceptances that are made, from
//!   then on. Whoever has looked before pays the fee that it named, or is refused. Draw fee and deposit nobody names: they are
//!   those of the block that takes the call, and Root alone changes them, within their bounds.
//!
//! ## What stays a constant
//! Slashes and the bond of a challenge: a seat's stake must cover what its seats can cost together
//! ([`SeatStake`](super::ostraka::SeatStake)), and stake that is there does not grow by an order. The least deposit of a dealer is
//! four times what the dearest accusation or challenge costs, and twice the bond, also at the lower bound.

use crate::{AccountId, Balance, Runtime, RuntimeEvent, MICROUNIT, MILLIUNIT, UNIT};
use frame_support::{
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	traits::{AsEnsureOriginWithArg, Get},
};
use frame_system::EnsureRoot;

/// Declares prices: what each is unless set, and its bounds.
macro_rules! prices {
	($($(#[$doc:meta])* $price:ident = $default:expr, within $least:expr, $most:expr;)*) => {$(
		$(#[$doc])*
		pub struct $price;

		impl $price {
			/// What it is unless Root has set it.
			pub const DEFAULT: Balance = $default;
			/// The least that it can come to.
			pub const LEAST: Balance = $least;
			/// The most.
			pub const MOST: Balance = $most;

			/// What is in force.
			pub fn get() -> Balance {
				let set = <parameters::prices::$price as Get<Balance>>::get();
				set.clamp(Self::LEAST, Self::MOST)
			}
		}

		// Also what `clamp` asks for.
		const _: () = assert!(
			0 < $price::LEAST
				&& $price::LEAST <= $price::DEFAULT
				&& $price::DEFAULT <= $price::MOST
		);

		impl Get<Balance> for $price {
			fn get() -> Balance {
				Self::get()
			}
		}
	)*};
}

prices! {
	/// Price of a draw: a read of all candidates, and whatever comes of it. The record that stays is paid for by its bytes.
	DrawFee = UNIT / 2, within UNIT / 20, 50 * UNIT;
	/// What each seat earns also by a task that fails.
	BaseFeePerSeat = UNIT / 10, within UNIT / 100, 10 * UNIT;
	/// Least of the rest, a seat, for each entry of each invited dealer's vector.
	FeePerElement = MILLIUNIT, within MILLIUNIT / 100, UNIT;
	/// A dealer's deposit.
	DealerDeposit = 10 * UNIT, within 10 * UNIT, 1_000 * UNIT;
	/// Rent of a seat, a block, while all are free.
	SeatRent = 40 * MICROUNIT, within 4 * MICROUNIT, 4_000 * MICROUNIT;
	/// Rent of a place in the agenda, a block, while all are free.
	PlaceRent = 20 * MICROUNIT, within 2 * MICROUNIT, 2_000 * MICROUNIT;
	/// A byte of what a task leaves for good: its record, from its draw on, and its result. As much as a byte is on hold for of what
	/// comes back ([`deposit`](super::system::deposit)); this never does. So a mean over one column, of 260 bytes and a result of 242,
	/// pays a tenth of the draw fee for them, and the longest record alone nearly six times the draw fee.
	ByteFee = MILLIUNIT / 10, within MILLIUNIT / 100, 10 * MILLIUNIT;
}

/// What Root sets, as it is set: read the types of the same names outside, which keep to the bounds.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod parameters {
	use super::*;

	/// Prices of tasks.
	#[dynamic_pallet_params]
	#[codec(index = 0)]
	pub mod prices {
		/// Price of a draw.
		#[codec(index = 0)]
		pub static DrawFee: Balance = crate::configs::prices::DrawFee::DEFAULT;
		/// Base part of the fee, a seat.
		#[codec(index = 1)]
		pub static BaseFeePerSeat: Balance = crate::configs::prices::BaseFeePerSeat::DEFAULT;
		/// Least of the rest, a seat, for each entry of each invited dealer's vector.
		#[codec(index = 2)]
		pub static FeePerElement: Balance = crate::configs::prices::FeePerElement::DEFAULT;
		/// A dealer's deposit.
		#[codec(index = 3)]
		pub static DealerDeposit: Balance = crate::configs::prices::DealerDeposit::DEFAULT;
		/// Rent of a seat, a block.
		#[codec(index = 4)]
		pub static SeatRent: Balance = crate::configs::prices::SeatRent::DEFAULT;
		/// Rent of a place in the agenda, a block.
		#[codec(index = 5)]
		pub static PlaceRent: Balance = crate::configs::prices::PlaceRent::DEFAULT;
		/// A byte of what a task leaves for good.
		#[codec(index = 6)]
		pub static ByteFee: Balance = crate::configs::prices::ByteFee::DEFAULT;
	}
}

/// All prices are as long as this one.
#[cfg(feature = "runtime-benchmarks")]
impl Default for RuntimeParameters {
	fn default() -> Self {
		use parameters::prices::{DrawFee, Parameters};
		Self::Prices(Parameters::DrawFee(DrawFee, Some(Balance::MAX)))
	}
}

impl pallet_parameters::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeParameters = RuntimeParameters;
	type AdminOrigin = AsEnsureOriginWithArg<EnsureRoot<AccountId>>;
	type WeightInfo = crate::weights::common::pallet_parameters::WeightInfo<Runtime>;
}
