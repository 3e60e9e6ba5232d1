//! What a transaction costs, and where its fee goes.

use crate::{Balance, Balances, CollatorSelection, MILLIUNIT};
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Balanced, Credit},
		OnUnbalanced,
	},
	weights::{constants::ExtrinsicBaseWeight, Weight},
};
use pallet_transaction_payment::{Multiplier, TargetedFeeAdjustment};
use sp_runtime::{traits::Bounded, FixedPointNumber, Perquintill};

parameter_types! {
	/// Blocks a quarter full leave the fee as it is.
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	/// At most a quarter up in a day of full blocks.
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(75, 1_000_000);
	pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 10u128);
	pub MaximumMultiplier: Multiplier = Bounded::max_value();
}

/// Moves the fee of weight with the blocks' fullness, slowly.
pub type SlowAdjustingFeeUpdate<R> = TargetedFeeAdjustment<
	R,
	TargetBlockFullness,
	AdjustmentVariable,
	MinimumMultiplier,
	MaximumMultiplier,
>;

/// Price of weight: that of its scarcer part.
pub struct WeightToFee;

impl frame_support::weights::WeightToFee for WeightToFee {
	type Balance = Balance;

	fn weight_to_fee(weight: &Weight) -> Balance {
		/// A tenth of a milliunit for ten kilobytes of proof.
		const PROOF: (Balance, Balance) = (MILLIUNIT / 10, 10_000);
		let base = Balance::from(ExtrinsicBaseWeight::get().ref_time()).max(1);
		// A milliunit for ten times the work that any transaction takes.
		let time = Balance::from(weight.ref_time()).saturating_mul(MILLIUNIT / 10) / base;
		let proof = Balance::from(weight.proof_size()).saturating_mul(PROOF.0) / PROOF.1;
		time.max(proof)
	}
}

/// Sends fees and tips to the pot that pays collators.
pub struct FeesToPot;

impl OnUnbalanced<Credit<crate::AccountId, Balances>> for FeesToPot {
	fn on_nonzero_unbalanced(amount: Credit<crate::AccountId, Balances>) {
		let pot = CollatorSelection::account_id();
		// A fee too small to open the pot's account is burnt: dropping a credit does that.
		drop(<Balances as Balanced<crate::AccountId>>::resolve(&pot, amount));
	}
}
