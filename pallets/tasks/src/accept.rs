//! Inviting: what an acceptance checks and does, and what follows when inviting ends.
//!
//! The recipient of a sealed result accepts as the dealers do: it deals too, and without its mask there is no result.
//!
//! The draw waits for consent and takes randomness that comes after it. So who asks cannot try again until a committee
//! suits: each try needs the same dealers to accept again.

use crate::{machine::Machine, types::*, *};
use ostraka_primitives::traits::{Asked, Seed};
use ostraka_protocol::wire::consent;

impl<T: Config> Pallet<T> {
	/// See [`Pallet::accept`]. The deposit, last, may still be refused.
	pub(crate) fn do_accept(
		who: AccountId,
		task: TaskId,
		terms: Digest,
		dataset: Digest,
	) -> DispatchResult {
		let status = Statuses::<T>::get(task).ok_or(Error::<T>::UnknownTask)?;
		let TaskStatus::Inviting { until } = status else {
			return Err(Error::<T>::WrongPhase.into());
		};
		ensure!(Self::now() <= until, Error::<T>::DeadlineOver);
		let entry = Cohorts::<T>::get(task, &who).ok_or(Error::<T>::NotInvited)?;
		ensure!(entry.place().is_none(), Error::<T>::AlreadyAccepted);
		let mut invitation = Invitations::<T>::get(task).ok_or(Error::<T>::UnknownTask)?;
		ensure!(invitation.terms == terms, Error::<T>::OtherTerms);
		let entry = Self::accepted_as(entry, task, &who, &dataset, &mut invitation)?;
		T::Penalties::hold_deposit(task, &who)?;

		Cohorts::<T>::insert(task, &who, entry);
		invitation.consent = consent(&invitation.consent, &who);
		if T::Committees::is_candidate(&who) {
			Self::bar(task, &who);
		}
		let (accepted, all) = (invitation.accepted, invitation.is_complete());
		Invitations::<T>::insert(task, invitation);
		Self::deposit_event(Event::Accepted { task, dealer: who, accepted });
		if all {
			Self::end_inviting(task, true);
		}
		Ok(())
	}

	/// The entry of this account once it has accepted, which the invitation counts: of a dealer if what it allows admits the
	/// task.
	///
	/// # Errors
	/// What the dealer does not allow.
	fn accepted_as(
		entry: Invitee,
		task: TaskId,
		who: &AccountId,
		dataset: &Digest,
		invitation: &mut Invitation,
	) -> Result<Invitee, DispatchError> {
		let place = invitation.next_place();
		let Invitee::Dealer(_) = entry else {
			invitation.sealed = true;
			return Ok(Invitee::Recipient(Some(place)));
		};
		let Conditions { least_dealers, required, counting, .. } = &invitation.conditions;
		let asked = Asked { task, least_dealers: *least_dealers, required, counting: *counting };
		let agreed = T::Consent::accept(who, dataset, &asked)?;
		if required.contains(who) {
			invitation.missing = invitation.missing.saturating_sub(1);
		}
		invitation.accepted = invitation.accepted.saturating_add(1);
		Ok(Invitee::Dealer(Some(Acceptance { place, agreed })))
	}

	/// Keeps a candidate off the task's committee and panel.
	fn bar(task: TaskId, candidate: &AccountId) {
		Barred::<T>::mutate(task, |barred| {
			if !barred.contains(candidate) {
				// There is room for the requester, and for every dealer and the recipient.
				let _ = barred.try_push(candidate.clone());
			}
		});
	}

	/// Ends inviting, if the task is in it: towards the draw if enough have accepted.
	pub(crate) fn end_inviting(task: TaskId, early: bool) {
		let (Some(status), Some(invitation)) =
			(Statuses::<T>::get(task), Invitations::<T>::get(task))
		else {
			return;
		};
		let enough = invitation.is_enough();
		let Ok(next) = status.invited(Self::now(), T::DrawWindow::get(), early, enough) else {
			return;
		};
		if let TaskStatus::Drawing { until } = next {
			Draws::<T>::insert(task, invitation.plan(T::Entropy::moment()));
			let accepted = invitation.accepted;
			Self::deposit_event(Event::InvitingEnded { task, early, accepted, draw_until: until });
		} else {
			Barred::<T>::remove(task);
		}
		Self::enter(task, next);
	}

	/// The plan's randomness, or what it waits for.
	///
	/// # Errors
	/// It is not known yet: the relay epoch that it comes with, if it is an epoch's.
	pub(crate) fn seed(plan: &DrawPlan) -> Result<[u8; 32], Option<u64>> {
		if let Some(seed) = plan.seed {
			return Ok(seed);
		}
		match T::Entropy::seed(plan.class, &plan.after) {
			Seed::Known(seed) => Ok(seed),
			Seed::Soon => Err(None),
			Seed::Epoch(epoch) => Err(Some(epoch)),
		}
	}
}
