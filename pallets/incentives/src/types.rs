//! What the incentives pallet stores of a task's money, and the arithmetic of fees. Nothing here
//! knows the pallet's `Config`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::deps::sp_runtime::Perbill;
use ostraka_primitives::{
	rent::{Held, Rent},
	traits::{Ending, SeatReport},
	AccountId, Balance,
};
use scale_info::TypeInfo;

/// A task's money, on hold in the requester's account.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct TaskEscrow {
	/// Who pays.
	pub requester: AccountId,
	/// What is on hold for rent, committee and panel. Zero once it is settled.
	pub fee: Balance,
	/// Part of the fee that each seat earns also if the task fails, as it was when the task was
	/// submitted.
	pub base_per_seat: Balance,
	/// Reward for the accepted dealers together, as it was at the start.
	pub data_reward: Balance,
	/// What is left of it.
	pub data_left: Balance,
	/// Whether the fee is settled.
	pub settled: bool,
	/// Rent of its place and its seats, and the price of the bytes that it leaves, as they were fixed when the task was submitted.
	pub rent: Rent,
}

impl TaskEscrow {
	/// What is on hold.
	pub fn held(&self) -> Balance {
		self.fee.saturating_add(self.data_left)
	}

	/// Rent that is due for what was held. With what all seats earn it is at most the fee.
	pub fn rent_due(&self, held: &Held) -> Balance {
		self.rent.due(held).min(self.fee)
	}

	/// What each seat of `seats`, of both kinds, can earn: see [`SeatPay`]. `seats` times all of it is at most what the rent
	/// leaves of the fee, were it the most that it can come to: so what a seat earns does not depend on how long the task lasts.
	pub fn pay(&self, seats: u32) -> SeatPay {
		let for_work = self.fee.saturating_sub(self.rent.most);
		let each = for_work.checked_div(seats.into()).unwrap_or_default();
		let base = self.base_per_seat.min(each);
		SeatPay { base, rest: each.saturating_sub(base) }
	}

	/// An accepted dealer's part of the data reward, if `accepted` of them share it.
	pub fn dealer_share(&self, accepted: u32) -> Balance {
		self.data_reward.checked_div(accepted.into()).unwrap_or_default().min(self.data_left)
	}
}

/// What one seat can earn.
///
/// What the rent leaves of the fee is divided by the number of seats of both kinds, not by the number of right answers: nobody must gain by
/// another's fall. What nobody earns goes back to the requester, or is forfeited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatPay {
	/// Whether or not the task completes.
	pub base: Balance,
	/// If it completes, on top.
	pub rest: Balance,
}

/// What comes of one seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earned {
	/// What who sits on it gets.
	pub paid: Balance,
	/// What it would have got, had it not been silent.
	pub withheld: Balance,
}

impl SeatPay {
	/// What a seat with this report has earned of a task that ended so. Of what a right share earns a silent member lacks
	/// `cut`, rounded up, so that silence is never free.
	pub fn earned(&self, report: SeatReport, ending: Ending, cut: Perbill) -> Earned {
		let whole = match report {
			SeatReport::Right | SeatReport::Silent if ending == Ending::Completed => {
				self.base.saturating_add(self.rest)
			},
			SeatReport::Right | SeatReport::Silent | SeatReport::Excused | SeatReport::Idle => {
				self.base
			},
			SeatReport::Uncommitted
			| SeatReport::Absent
			| SeatReport::Convicted
			| SeatReport::FalseAttestation => 0,
		};
		let withheld =
			if report == SeatReport::Silent { cut.mul_ceil(whole).min(whole) } else { 0 };
		Earned { paid: whole.saturating_sub(withheld), withheld }
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn escrow(fee: Balance, base_per_seat: Balance, data_reward: Balance) -> TaskEscrow {
		TaskEscrow {
			requester: AccountId::new([0; 32]),
			fee,
			base_per_seat,
			data_reward,
			data_left: data_reward,
			settled: false,
			rent: Rent::default(),
		}
	}

	const REPORTS: [SeatReport; 8] = [
		SeatReport::Right,
		SeatReport::Silent,
		SeatReport::Uncommitted,
		SeatReport::Excused,
		SeatReport::Absent,
		SeatReport::Idle,
		SeatReport::Convicted,
		SeatReport::FalseAttestation,
	];

	#[test]
	fn a_seat_earns_by_its_report() {
		let pay = SeatPay { base: 30, rest: 70 };
		let cut = Perbill::from_percent(5);
		let paid = |ending| REPORTS.map(|report| pay.earned(report, ending, cut).paid);
		let withheld = |ending| REPORTS.map(|report| pay.earned(report, ending, cut).withheld);
		assert_eq!(paid(Ending::Completed), [100, 95, 0, 30, 0, 30, 0, 0]);
		assert_eq!(withheld(Ending::Completed), [0, 5, 0, 0, 0, 0, 0, 0]);
		for ending in [Ending::Returned, Ending::Forfeited] {
			assert_eq!(paid(ending), [30, 28, 0, 30, 0, 30, 0, 0]);
			assert_eq!(withheld(ending), [0, 2, 0, 0, 0, 0, 0, 0]);
		}
	}

	#[test]
	fn silence_is_never_free_and_costs_no_more_than_all() {
		let earned = |base, cut| {
			let pay = SeatPay { base, rest: 0 };
			let Earned { paid, withheld } = pay.earned(SeatReport::Silent, Ending::Returned, cut);
			(paid, withheld)
		};
		let least = Perbill::from_parts(1);
		assert_eq!(earned(0, least), (0, 0));
		assert_eq!(earned(1, least), (0, 1));
		assert_eq!(earned(1_000_000_001, least), (999_999_999, 2));
		assert_eq!(earned(Balance::MAX, Perbill::one()), (0, Balance::MAX));
	}

	#[test]
	fn without_seats_or_dealers_nothing_is_shared() {
		assert_eq!(escrow(10, 1, 10).pay(0), SeatPay { base: 0, rest: 0 });
		assert_eq!(escrow(10, 1, 10).dealer_share(0), 0);
	}

	proptest! {
		/// Of a seat that earned as much as a right one, not a unit is lost.
		#[test]
		fn a_silent_member_and_its_cut_are_a_right_one(
			base: u64, rest: u64, parts in 0u32..=1_000_000_000,
		) {
			let pay = SeatPay { base: base.into(), rest: rest.into() };
			let cut = Perbill::from_parts(parts);
			for ending in [Ending::Completed, Ending::Returned, Ending::Forfeited] {
				let right = pay.earned(SeatReport::Right, ending, cut);
				let silent = pay.earned(SeatReport::Silent, ending, cut);
				prop_assert_eq!(right.withheld, 0);
				prop_assert_eq!(silent.paid + silent.withheld, right.paid);
				prop_assert_eq!(silent.withheld > 0, parts > 0 && right.paid > 0);
			}
		}

		#[test]
		fn seats_share_no_more_than_the_fee(fee: Balance, base: Balance, seats in 0u32..=48) {
			let pay = escrow(fee, base, 0).pay(seats);
			let each = pay.base.checked_add(pay.rest).unwrap();
			let all = each.checked_mul(seats.into()).unwrap();
			prop_assert!(all <= fee);
			prop_assert!(seats == 0 || fee - all < seats.into());
			prop_assert!(pay.base <= base);
		}

		/// What is kept for rent is nobody's who has a seat, and both together are at most the fee: whatever was held, and were
		/// more to be kept than there is.
		#[test]
		fn rent_and_seats_share_no_more_than_the_fee(
			fee: Balance, base: Balance, seats in 0u32..=48,
			place: u64, all_seats: u64, byte: u64, most: Balance, blocks: u32, drawn: u32, bytes: u32,
		) {
			let (place, all_seats, byte) = (place.into(), all_seats.into(), byte.into());
			let rent = Rent { place, seats: all_seats, byte, most };
			let escrow = TaskEscrow { rent, ..escrow(fee, base, 0) };
			let pay = escrow.pay(seats);
			let each = pay.base.checked_add(pay.rest).unwrap();
			let all = each.checked_mul(seats.into()).unwrap();
			prop_assert!(all <= fee.saturating_sub(most));
			let due = escrow.rent_due(&Held { place: blocks, seats: drawn, bytes });
			prop_assert!(due <= most && due <= fee);
			prop_assert!(all.checked_add(due).is_some_and(|sum| sum <= fee));
		}

		#[test]
		fn dealers_share_no_more_than_the_reward(reward: Balance, accepted in 1u32..=512) {
			let share = escrow(0, 0, reward).dealer_share(accepted);
			let all = share.checked_mul(accepted.into()).unwrap();
			prop_assert!(all <= reward && reward - all < accepted.into());
		}
	}
}
