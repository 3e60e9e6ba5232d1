//! Inviting: what an acceptance checks and does, and what follows when inviting ends.
//!
//! The draw waits for consent and takes randomness that comes after it. So who asks cannot try again until a committee
//! suits: each try needs the same dealers to accept again.

use crate::{machine::Machine, types::*, *};
use ostraka_primitives::traits::Seed;
use ostraka_protocol::wire::consent;

impl<T: Config> Pallet<T> {
	/// See [`Pallet::accept`]. The deposit, last, may still be refused.
	pub(crate) fn do_accept(dealer: AccountId, task: TaskId, terms: Digest) -> DispatchResult {
		let status = Statuses::<T>::get(task).ok_or(Error::<T>::UnknownTask)?;
		let TaskStatus::Inviting { until } = status else {
			return Err(Error::<T>::WrongPhase.into());
		};
		ensure!(Self::now() <= until, Error::<T>::DeadlineOver);
		let entry = Cohorts::<T>::get(task, &dealer).ok_or(Error::<T>::NotInvited)?;
		ensure!(entry.is_none(), Error::<T>::AlreadyAccepted);
		let mut invitation = Invitations::<T>::get(task).ok_or(Error::<T>::UnknownTask)?;
		ensure!(invitation.terms == terms, Error::<T>::OtherTerms);
		T::Penalties::hold_deposit(task, &dealer)?;

		Cohorts::<T>::insert(task, &dealer, Some(invitation.accepted));
		invitation.accepted = invitation.accepted.saturating_add(1);
		invitation.consent = consent(&invitation.consent, &dealer);
		if T::Committees::is_candidate(&dealer) {
			Self::bar(task, &dealer);
		}
		let (accepted, all) = (invitation.accepted, invitation.accepted >= invitation.invited);
		Invitations::<T>::insert(task, invitation);
		Self::deposit_event(Event::Accepted { task, dealer, accepted });
		if all {
			Self::end_inviting(task, true);
		}
		Ok(())
	}

	/// Keeps a candidate off the task's committee and panel.
	fn bar(task: TaskId, candidate: &AccountId) {
		Barred::<T>::mutate(task, |barred| {
			if !barred.contains(candidate) {
				// There is room for the requester and every dealer.
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
		let enough = invitation.accepted >= invitation.parameters.least_dealers;
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
