//! The requester's money: into escrow, and out of it.

use crate::*;
use frame::{
	deps::frame_support::storage::with_storage_layer,
	token::{fungible::Balanced as _, tokens::Restriction, Fortitude, Precision, Preservation},
	traits::Imbalance,
};
use ostraka_primitives::{
	rent::{Held, Occupancy, Rent},
	task::{Committee, Panel},
	traits::{Ending, Escrow, SeatReport},
};

impl<T: Config> Pallet<T> {
	/// Pays from what the requester has on hold. Returns whether it was paid; if not, nothing has
	/// changed.
	fn pay(task: TaskId, requester: &AccountId, to: &AccountId, amount: Balance) -> bool {
		let reason = HoldReason::Escrow.into();
		let paid = with_storage_layer(|| {
			if to == requester {
				return T::Currency::release(&reason, requester, amount, Precision::Exact);
			}
			T::Currency::transfer_on_hold(
				&reason,
				requester,
				to,
				amount,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Force,
			)
		});
		if paid.is_err() {
			let account = to.clone();
			Self::deposit_event(Event::PayoutFailed { task, account, amount });
		}
		paid.is_ok()
	}

	/// Gives the requester back what it has on hold.
	fn give_back(requester: &AccountId, amount: Balance) {
		// What is on hold is at least the sum of the escrows, and its owner can always have it.
		let _ = T::Currency::release(
			&HoldReason::Escrow.into(),
			requester,
			amount,
			Precision::BestEffort,
		)
		.defensive_proof("an escrow is on hold");
	}

	/// Takes from what the requester has on hold, and hands it to `To`. Returns how much.
	fn hand_over<To: OnUnbalanced<CreditOf<T>>>(requester: &AccountId, amount: Balance) -> Balance {
		if amount == 0 {
			return 0;
		}
		let (credit, _) = T::Currency::slash(&HoldReason::Escrow.into(), requester, amount);
		let taken = credit.peek();
		To::on_unbalanced(credit);
		taken
	}
}

impl<T: Config> Escrow for Pallet<T> {
	/// `seats * (BaseFeePerSeat + FeePerElement * length * invited)`, of seats of both kinds: each checks that many
	/// entries.
	fn least_fee(seats: u8, length: u32, invited: u32) -> Balance {
		let entries = Balance::from(length).saturating_mul(invited.into());
		T::FeePerElement::get()
			.saturating_mul(entries)
			.saturating_add(T::BaseFeePerSeat::get())
			.saturating_mul(seats.into())
	}

	fn rents(places: Occupancy, seats: Occupancy) -> (Balance, Balance) {
		(places.price(T::PlaceRent::get()), seats.price(T::SeatRent::get()))
	}

	fn byte_fee() -> Balance {
		T::ByteFee::get()
	}

	/// Called within a dispatch, which undoes all of it if it fails.
	fn open(
		task: TaskId,
		requester: &AccountId,
		fee: Balance,
		data_reward: Balance,
		rent: Rent,
	) -> DispatchResult {
		ensure!(!Escrows::<T>::contains_key(task), Error::<T>::EscrowExists);
		let whole = fee.checked_add(data_reward).ok_or(Error::<T>::TooMuch)?;
		let draw_fee = T::DrawFee::get();
		let credit = T::Currency::withdraw(
			requester,
			draw_fee,
			Precision::Exact,
			Preservation::Preserve,
			Fortitude::Polite,
		)?;
		T::Currency::hold(&HoldReason::Escrow.into(), requester, whole)?;
		T::Fees::on_unbalanced(credit);
		let escrow = TaskEscrow {
			requester: requester.clone(),
			fee,
			base_per_seat: T::BaseFeePerSeat::get(),
			data_reward,
			data_left: data_reward,
			settled: false,
			rent,
		};
		Escrows::<T>::insert(task, escrow);
		Self::deposit_event(Event::EscrowOpened {
			task,
			requester: requester.clone(),
			fee,
			data_reward,
			draw_fee,
			rent: rent.most,
		});
		Ok(())
	}

	/// A seat without a report is neither paid nor punished. Settles once: later calls do nothing.
	fn settle_fee(
		task: TaskId,
		committee: &Committee,
		panel: &Panel,
		reports: &[SeatReport],
		exposer: Option<&AccountId>,
		ending: Ending,
		held: Held,
	) {
		let Some(mut escrow) = Escrows::<T>::get(task) else { return };
		if escrow.settled {
			return;
		}
		let rent = Self::hand_over::<T::Fees>(&escrow.requester, escrow.rent_due(&held));
		let seats = committee.len().saturating_add(panel.len());
		let pay = escrow.pay(seats.saturated_into());
		let (mut paid, mut withheld): (Balance, Balance) = (0, 0);
		for (seat, report) in committee.iter().chain(panel.iter()).zip(reports) {
			let earned = pay.earned(*report, ending, T::SilentCut::get());
			let amount = earned.paid;
			if amount > 0 && Self::pay(task, &escrow.requester, &seat.account, amount) {
				paid = paid.saturating_add(amount);
				let node = seat.account.clone();
				Self::deposit_event(Event::NodePaid { task, node, amount });
			}
			withheld = withheld.saturating_add(earned.withheld);
			match report {
				SeatReport::Right | SeatReport::Silent | SeatReport::Uncommitted => {
					T::Stakes::note_presence(&seat.account, true)
				},
				SeatReport::Absent => Self::punish_absence(task, &seat.account),
				SeatReport::FalseAttestation => {
					Self::punish_false_attestation(task, &seat.account, exposer)
				},
				SeatReport::Excused | SeatReport::Idle | SeatReport::Convicted => {},
			}
		}
		let withheld = Self::hand_over::<T::Slash>(&escrow.requester, withheld);
		let taken = rent.saturating_add(paid).saturating_add(withheld);
		let left = escrow.fee.saturating_sub(taken);
		// Without a committee there was no draw that it could be forfeited for.
		let forfeits = ending == Ending::Forfeited && !committee.is_empty();
		let forfeited =
			if forfeits { Self::hand_over::<T::Fees>(&escrow.requester, left) } else { 0 };
		let returned = left.saturating_sub(forfeited);
		Self::give_back(&escrow.requester, returned);
		Self::deposit_event(Event::FeeSettled {
			task,
			requester: escrow.requester.clone(),
			paid,
			returned,
			forfeited,
			withheld,
			rent,
		});
		escrow.fee = 0;
		escrow.settled = true;
		Escrows::<T>::insert(task, escrow);
	}

	fn pay_dealer(task: TaskId, dealer: &AccountId, accepted: u32) {
		let Some(mut escrow) = Escrows::<T>::get(task) else { return };
		let amount = escrow.dealer_share(accepted);
		if amount > 0 && Self::pay(task, &escrow.requester, dealer, amount) {
			escrow.data_left = escrow.data_left.saturating_sub(amount);
			Escrows::<T>::insert(task, escrow);
			let dealer = dealer.clone();
			Self::deposit_event(Event::DealerPaid { task, dealer, amount });
		}
	}

	/// A fee that was not settled goes back too.
	fn close(task: TaskId) {
		let Some(escrow) = Escrows::<T>::take(task) else { return };
		let returned = escrow.held();
		Self::give_back(&escrow.requester, returned);
		Self::deposit_event(Event::EscrowClosed { task, requester: escrow.requester, returned });
	}
}
