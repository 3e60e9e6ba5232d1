//! Deposits, slashes, and who gets a part of them.

use crate::*;
use frame::{
	token::{fungible::Balanced as _, Precision},
	traits::Imbalance,
};
use ostraka_primitives::{
	fault::Offence,
	traits::{Penalties, Proceeds},
};

/// Who is guilty of what, and who gets a part of what it costs.
fn offence(
	task: TaskId,
	culprit: &AccountId,
	fault: Fault,
	accuser: Option<&AccountId>,
	victim: Option<&AccountId>,
) -> Offence {
	let (culprit, accuser, victim) = (culprit.clone(), accuser.cloned(), victim.cloned());
	Offence { task, culprit, fault, accuser, victim }
}

impl<T: Config> Pallet<T> {
	/// Shares out what was taken from who is guilty. Nobody gets a part of its own slash.
	fn punish(offence: &Offence, credit: CreditOf<T>) {
		let Offence { task, culprit, fault, accuser, victim } = offence;
		let amount = credit.peek();
		let (to_accuser, credit) = Self::make_whole(
			*task,
			culprit,
			credit,
			accuser.as_ref(),
			T::AccuserShare::get().mul_floor(amount),
		);
		let (to_victim, credit) = Self::make_whole(
			*task,
			culprit,
			credit,
			victim.as_ref(),
			T::VictimShare::get().mul_floor(amount),
		);
		T::Slash::on_unbalanced(credit);
		Self::deposit_event(Event::Punished {
			task: *task,
			culprit: culprit.clone(),
			fault: *fault,
			amount,
			to_accuser,
			to_victim,
		});
	}

	/// Gives `part` of the credit to `account`. Returns what it got, and what is left of the
	/// credit.
	fn make_whole(
		task: TaskId,
		culprit: &AccountId,
		credit: CreditOf<T>,
		account: Option<&AccountId>,
		part: Balance,
	) -> (Balance, CreditOf<T>) {
		let Some(account) = account.filter(|account| *account != culprit) else {
			return (0, credit);
		};
		let (part, rest) = credit.split(part);
		let amount = part.peek();
		if amount == 0 {
			return (0, rest.merge(part));
		}
		match T::Currency::resolve(account, part) {
			Ok(()) => (amount, rest),
			Err(part) => {
				let account = account.clone();
				Self::deposit_event(Event::PayoutFailed { task, account, amount });
				(0, rest.merge(part))
			},
		}
	}

	fn requester(task: TaskId) -> Option<AccountId> {
		Escrows::<T>::get(task).map(|escrow| escrow.requester)
	}

	/// Slashes a node's stake; `note` says what it is known for then. What was taken is shared out at once; if it is deferred,
	/// once it is taken.
	fn punish_node(offence: &Offence, amount: Balance, note: impl FnOnce(&AccountId)) {
		let credit = T::Stakes::slash(offence, amount);
		note(&offence.culprit);
		if let Some(credit) = credit {
			Self::punish(offence, credit);
		}
	}

	/// There is no victim: a requester must not be paid for asking when nodes are known to be down.
	pub(crate) fn punish_absence(task: TaskId, node: &AccountId) {
		let offence = offence(task, node, Fault::Absence, None, None);
		let note = |node: &AccountId| T::Stakes::note_presence(node, false);
		Self::punish_node(&offence, T::AbsenceSlash::get(), note);
	}

	/// Part of it goes to who exposed it. There is no victim: a requester whose own account dealt the invalid input would earn
	/// by who believed it.
	pub(crate) fn punish_false_attestation(
		task: TaskId,
		node: &AccountId,
		exposer: Option<&AccountId>,
	) {
		let offence = offence(task, node, Fault::FalseAttestation, exposer, None);
		Self::punish_node(&offence, T::FalseAttestationSlash::get(), T::Stakes::note_conviction);
	}

	/// A false claim against a dealer costs who has a seat stake.
	fn punish_false_claim(task: TaskId, node: &AccountId, fault: Fault, dealer: &AccountId) {
		let offence = offence(task, node, fault, None, Some(dealer));
		Self::punish_node(&offence, T::FalseAccusationSlash::get(), T::Stakes::note_conviction);
	}

	/// Gives a dealer back what it has on hold.
	fn return_deposit(task: TaskId, dealer: &AccountId, amount: Balance) {
		let _ = T::Currency::release(
			&HoldReason::Deposit.into(),
			dealer,
			amount,
			Precision::BestEffort,
		)
		.defensive_proof("a deposit is on hold");
		let dealer = dealer.clone();
		Self::deposit_event(Event::DepositReturned { task, dealer, amount });
	}
}

/// As it would have been shared out at once. An account that is gone by then gets nothing: its part goes where the rest goes.
impl<T: Config> Proceeds<CreditOf<T>> for Pallet<T> {
	fn share_out(offence: &Offence, credit: CreditOf<T>) {
		Self::punish(offence, credit);
	}
}

impl<T: Config> Penalties for Pallet<T> {
	fn hold_deposit(task: TaskId, dealer: &AccountId) -> DispatchResult {
		ensure!(!Deposits::<T>::contains_key(task, dealer), Error::<T>::DepositExists);
		let amount = T::DealerDeposit::get();
		T::Currency::hold(&HoldReason::Deposit.into(), dealer, amount)?;
		Deposits::<T>::insert(task, dealer, amount);
		let dealer = dealer.clone();
		Self::deposit_event(Event::DepositHeld { task, dealer, amount });
		Ok(())
	}

	fn release_deposit(task: TaskId, dealer: &AccountId) {
		let Some(amount) = Deposits::<T>::take(task, dealer) else { return };
		Self::return_deposit(task, dealer, amount);
	}

	/// There is no victim: who invites its own accounts must not get back what they lose.
	fn forfeit_deposit(task: TaskId, dealer: &AccountId) {
		let Some(amount) = Deposits::<T>::take(task, dealer) else { return };
		let part = T::VanishedShare::get().mul_ceil(amount);
		let (credit, _) = T::Currency::slash(&HoldReason::Deposit.into(), dealer, part);
		let left = amount.saturating_sub(credit.peek());
		Self::punish(&offence(task, dealer, Fault::NoDealing, None, None), credit);
		if left > 0 {
			Self::return_deposit(task, dealer, left);
		}
	}

	/// The victim is the requester.
	fn punish_dealer(task: TaskId, dealer: &AccountId, accuser: &AccountId) {
		let Some(amount) = Deposits::<T>::take(task, dealer) else { return };
		let (credit, _) = T::Currency::slash(&HoldReason::Deposit.into(), dealer, amount);
		let requester = Self::requester(task);
		let fault = Fault::BadDealing;
		let offence = offence(task, dealer, fault, Some(accuser), requester.as_ref());
		Self::punish(&offence, credit);
	}

	fn punish_false_accuser(task: TaskId, accuser: &AccountId, exposed: &AccountId) {
		Self::punish_false_claim(task, accuser, Fault::FalseAccusation, exposed);
	}

	fn punish_false_challenger(task: TaskId, node: &AccountId, dealer: &AccountId) {
		Self::punish_false_claim(task, node, Fault::FalseChallenge, dealer);
	}

	fn punish_wrong_share(task: TaskId, node: &AccountId) {
		let requester = Self::requester(task);
		let offence = offence(task, node, Fault::WrongShare, None, requester.as_ref());
		Self::punish_node(&offence, T::WrongShareSlash::get(), T::Stakes::note_conviction);
	}

	/// No event tells of it: the bond is on hold only while its challenge is judged.
	fn hold_bond(_: TaskId, challenger: &AccountId) -> DispatchResult {
		T::Currency::hold(&HoldReason::Bond.into(), challenger, T::ChallengeBond::get())
	}

	fn release_bond(_: TaskId, challenger: &AccountId) {
		let _ = T::Currency::release(
			&HoldReason::Bond.into(),
			challenger,
			T::ChallengeBond::get(),
			Precision::BestEffort,
		)
		.defensive_proof("a bond is on hold");
	}

	/// The victim is the dealer. A bond that is not there costs nothing.
	fn forfeit_bond(task: TaskId, challenger: &AccountId, dealer: &AccountId) {
		let reason = HoldReason::Bond.into();
		let (credit, _) = T::Currency::slash(&reason, challenger, T::ChallengeBond::get());
		let fault = Fault::FalseChallenge;
		Self::punish(&offence(task, challenger, fault, None, Some(dealer)), credit);
	}
}
