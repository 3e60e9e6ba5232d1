//! Invariants of the storage, one function each.

use crate::{draw::columns_of, machine::Machine, *};
use alloc::collections::{BTreeMap, BTreeSet};
use frame::deps::sp_runtime::TryRuntimeError;
use ostraka_protocol::{
	statistics::validity::proof_length,
	wire::{cohort_hash, consent_hash},
	Version,
};

fn check(holds: bool, what: &'static str) -> Result<(), TryRuntimeError> {
	holds.then_some(()).ok_or(TryRuntimeError::Other(what))
}

fn is_settled(status: &TaskStatus) -> bool {
	matches!(status, TaskStatus::Settled(_))
}

fn rises<Bound: Get<u32>>(known: &Ring<Bound>) -> bool {
	known.iter().zip(known.iter().skip(1)).all(|(one, next)| one.number < next.number)
}

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	///
	/// # Errors
	/// The first that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_numbers()?;
		Self::try_agenda_order()?;
		Self::try_agenda_members()?;
		Self::try_agenda_blocks()?;
		Self::try_cohorts()?;
		Self::try_conditions()?;
		Self::try_invitations()?;
		Self::try_draws()?;
		Self::try_proofs()?;
		Self::try_open()?;
		Self::try_booked()?;
		Self::try_drawn()?;
		Self::try_settlements()?;
		Self::try_relay()
	}

	/// Every task ever has a state, its number is below the next, and only one that is settled as failed may have no record.
	fn try_numbers() -> Result<(), TryRuntimeError> {
		let next = NextTask::<T>::get();
		for task in Records::<T>::iter_keys() {
			check(task < next, "a record's number is not used yet")?;
			check(Statuses::<T>::contains_key(task), "a record has no state")?;
		}
		for (task, status) in Statuses::<T>::iter() {
			check(task < next, "a state's number is not used yet")?;
			let has_failed = matches!(status, TaskStatus::Settled(Outcome::Failed(_)));
			check(has_failed || Records::<T>::contains_key(task), "a state has no record")?;
		}
		Ok(())
	}

	/// Entries come by block, within the bound.
	fn try_agenda_order() -> Result<(), TryRuntimeError> {
		let agenda = Agenda::<T>::get();
		check(agenda.len() <= T::MaxOpenTasks::get() as usize, "the agenda is too long")?;
		let sorted = agenda.iter().zip(agenda.iter().skip(1)).all(|(one, next)| one.at <= next.at);
		check(sorted, "the agenda is out of order")
	}

	/// Agenda and unsettled tasks are exactly the open tasks, each once; only a task that has ended waits for its settlement.
	fn try_agenda_members() -> Result<(), TryRuntimeError> {
		let (agenda, unsettled) = (Agenda::<T>::get(), Unsettled::<T>::get());
		let listed: BTreeSet<_> =
			agenda.iter().map(|due| due.task).chain(unsettled.iter().copied()).collect();
		check(listed.len() == agenda.len() + unsettled.len(), "a task is listed twice")?;
		check(listed.len() <= T::MaxOpenTasks::get() as usize, "too many tasks are open")?;
		for task in &unsettled {
			let status = Statuses::<T>::get(task);
			let has_ended = matches!(status, Some(TaskStatus::Settling(_)));
			check(has_ended, "a task waits for its settlement that has not ended, or is settled")?;
		}
		let open = Statuses::<T>::iter().filter(|(_, status)| !is_settled(status));
		let open: BTreeSet<_> = open.map(|(task, _)| task).collect();
		check(listed == open, "the open tasks are not those that are listed")
	}

	/// An entry stands where its task's state is due, or later for one that waits for another try;
	/// a draw's never past the block that ends its window.
	fn try_agenda_blocks() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		for due in Agenda::<T>::get() {
			let status = Statuses::<T>::get(due.task).ok_or("an entry's task is unknown")?;
			let holds = match status {
				TaskStatus::Drawing { until } => due.at <= until.saturating_add(1),
				TaskStatus::Collecting { first_by, until } => {
					due.at == first_by.saturating_add(1) || due.at == until.saturating_add(1)
				},
				// From before the list of unsettled tasks, until the next look
				TaskStatus::Settling(_) => due.at <= now + 1,
				_ => Some(due.at) == status.due_at(now),
			};
			check(holds, "an entry stands at the wrong block")?;
			let waits = due.epoch.is_none() || matches!(status, TaskStatus::Drawing { .. });
			check(waits, "a task that is not drawn waits for an epoch")?;
		}
		Ok(())
	}

	/// The cohort of an open task is whole until its settlement frees it; a settled task has none.
	fn try_cohorts() -> Result<(), TryRuntimeError> {
		for (task, record) in Records::<T>::iter() {
			let dealers = Self::dealers(task);
			let recipients = Self::recipients(task);
			let recipient: Vec<_> = record.conditions.sealed_to.into_iter().collect();
			let whole = dealers.len() as u32 == record.invited
				&& cohort_hash(&dealers) == record.cohort
				&& recipients == recipient;
			let (stage, status) = (Self::stage(task), Statuses::<T>::get(task));
			let holds = match (stage, status.as_ref().is_some_and(is_settled)) {
				(_, true) | (Some(Stage::Close), _) => dealers.is_empty() && recipients.is_empty(),
				(Some(Stage::Cohort), _) => {
					dealers.len() as u32 <= record.invited && recipients.len() <= recipient.len()
				},
				_ => whole,
			};
			check(holds, "a cohort has too many or too few dealers, or another recipient")?;
		}
		let owned = Cohorts::<T>::iter_keys().all(|(task, _)| Records::<T>::contains_key(task));
		check(owned, "a cohort belongs to no task")
	}

	/// Who reads the task's result, by its cohort.
	fn recipients(task: TaskId) -> Vec<AccountId> {
		let of_recipients = |(who, entry)| matches!(entry, Invitee::Recipient(_)).then_some(who);
		Cohorts::<T>::iter_prefix(task).filter_map(of_recipients).collect()
	}

	/// The conditions of every task can be met by who is invited; the recipient is none of the dealers.
	fn try_conditions() -> Result<(), TryRuntimeError> {
		for (task, record) in Records::<T>::iter() {
			let Conditions { least_dealers, required, counting, sealed_to } = &record.conditions;
			let possible = record.parameters.least_dealers..=record.invited;
			check(possible.contains(least_dealers), "a task promises what it cannot keep")?;
			let rises = required.iter().zip(required.iter().skip(1)).all(|(one, next)| one < next);
			check(rises, "a task requires a dealer twice")?;
			let earlier = counting.is_none_or(|counting| counting < task);
			check(earlier, "a task was counted by one that came later")?;
			let all = record.invited.saturating_add(sealed_to.is_some().into());
			check(all <= MAX_DEALERS, "a task has more dealings than fit")?;
			if Self::stage(task).is_some() {
				continue;
			}
			let dealers = Self::dealers(task);
			let invited = |dealer| dealers.binary_search(dealer).is_ok();
			let known = dealers.is_empty() || required.iter().all(invited);
			check(known, "a task requires a dealer that is not invited")?;
		}
		Ok(())
	}

	/// An open task has an invitation, with the numbers and the hash of those who accepted.
	fn try_invitations() -> Result<(), TryRuntimeError> {
		for (task, status) in Statuses::<T>::iter() {
			let invitation = Invitations::<T>::get(task);
			check(invitation.is_some() != is_settled(&status), "an invitation is astray")?;
			let Some(invitation) = invitation else { continue };
			let record = Records::<T>::get(task).ok_or("an invitation has no record")?;
			check(invitation.terms == Self::terms(task, &record), "an invitation has other terms")?;
			if Settlements::<T>::contains_key(task) {
				continue;
			}
			let same = invitation.conditions == record.conditions;
			check(same, "an invitation has other conditions")?;
			let accepted = Self::accepted(task);
			check(accepted.len() as u32 == invitation.next_place(), "acceptances are miscounted")?;
			check(consent_hash(&accepted) == invitation.consent, "a consent has another hash")?;
			let is_in = |who: &AccountId| accepted.contains(who);
			let Conditions { required, sealed_to, .. } = &record.conditions;
			let missing = required.iter().filter(|dealer| !is_in(dealer)).count();
			check(missing as u32 == invitation.missing, "required dealers are miscounted")?;
			let sealed = sealed_to.as_ref().is_some_and(is_in);
			check(sealed == invitation.sealed, "a recipient has accepted, or has not")?;
			let mut cohort = Cohorts::<T>::iter_prefix_values(task);
			let in_order = cohort
				.all(|entry| entry.place().is_none_or(|place| (place as usize) < accepted.len()));
			check(in_order, "an acceptance has a place that there is not")?;
		}
		let owned = Invitations::<T>::iter_keys().all(Statuses::<T>::contains_key);
		check(owned, "an invitation belongs to no task")
	}

	/// A plan is kept for exactly the tasks in `Drawing`, barred nodes for those that are not drawn.
	fn try_draws() -> Result<(), TryRuntimeError> {
		for (task, status) in Statuses::<T>::iter() {
			let drawing = matches!(status, TaskStatus::Drawing { .. });
			check(Draws::<T>::contains_key(task) == drawing, "a draw is astray")?;
			let undrawn = drawing || matches!(status, TaskStatus::Inviting { .. });
			check(undrawn || !Barred::<T>::contains_key(task), "barred nodes were not freed")?;
		}
		let plans = Draws::<T>::iter_keys().all(Statuses::<T>::contains_key);
		let barred = Barred::<T>::iter_keys().all(Statuses::<T>::contains_key);
		check(plans && barred, "a draw belongs to no task")
	}

	/// The proofs of a task that is not settled have the length that follows from its spec: by a runtime that derives another
	/// one, no proof of the task would be judged, though dealings are taken.
	fn try_proofs() -> Result<(), TryRuntimeError> {
		for (task, record) in Records::<T>::iter() {
			if Statuses::<T>::get(task).as_ref().is_some_and(is_settled) {
				continue;
			}
			let holds =
				proof_length(&record.spec).is_ok_and(|length| length == record.proof_length);
			check(holds, "a task's proofs have another length than its spec says")?;
			let drawn = DrawnTasks::<T>::get(task);
			let same = drawn.is_none_or(|drawn| drawn.proof_length == record.proof_length);
			check(same, "a task has proofs of two lengths")?;
		}
		Ok(())
	}

	/// Open tasks are counted for their requesters.
	fn try_open() -> Result<(), TryRuntimeError> {
		let mut open = BTreeMap::<_, u32>::new();
		for invitation in Invitations::<T>::iter_values() {
			*open.entry(invitation.requester).or_default() += 1;
		}
		let counted: BTreeMap<_, _> = OpenOf::<T>::iter().collect();
		check(open == counted, "open tasks are miscounted")
	}

	/// The seats of open tasks are booked: of those that are drawn as taken, of the others as waited for.
	fn try_booked() -> Result<(), TryRuntimeError> {
		check(Self::booked_now() == Booked::<T>::get(), "the seats of open tasks are miscounted")
	}

	/// A task has a committee and a panel from the draw to the settlement, with its class's seats, nobody on two of them, and
	/// of its own task hash.
	fn try_drawn() -> Result<(), TryRuntimeError> {
		for (task, status) in Statuses::<T>::iter() {
			let drawn = DrawnTasks::<T>::get(task);
			let Some(record) = Records::<T>::get(task) else {
				check(drawn.is_none(), "a committee has no record")?;
				continue;
			};
			let expected = match status {
				TaskStatus::Inviting { .. }
				| TaskStatus::Drawing { .. }
				| TaskStatus::Settled(_) => false,
				TaskStatus::Settling(_) => record.drawn.is_some(),
				_ => true,
			};
			check(drawn.is_some() == expected, "a committee is missing, or was not freed")?;
			if let Some(drawn) = drawn {
				let seats = usize::from(record.parameters.seats);
				check(drawn.committee.len() == seats, "a committee has another number of seats")?;
				let verifiers = usize::from(record.parameters.verifiers);
				check(drawn.panel.len() == verifiers, "a panel has another number of seats")?;
				let everybody = drawn.committee.iter().chain(drawn.panel.iter());
				let distinct: BTreeSet<_> = everybody.map(|seat| &seat.account).collect();
				check(distinct.len() == seats + verifiers, "somebody has two seats in a task")?;
				let at = record.drawn.clone().ok_or("a committee was drawn at no block")?;
				check(at.task_hash == drawn.task_hash, "a task has two hashes")?;
				check(at.accepted == drawn.accepted, "a task has two numbers of dealers")?;
				let same = record.conditions == drawn.conditions;
				check(same, "a drawn task has other conditions")?;
				let columns = columns_of(&record.spec);
				check(columns == drawn.columns, "a drawn task reads other columns")?;
				let version = Version::from_number(record.protocol)
					.map_err(|_| "a committee was drawn by an unknown version of the protocol")?;
				let again = Self::hash_task(
					task,
					version,
					&record,
					&at.consent,
					at.block,
					&drawn.committee,
					&drawn.panel,
				);
				check(at.task_hash == again, "a task hash does not fit its task")?;
			}
		}
		let owned = DrawnTasks::<T>::iter_keys().all(Statuses::<T>::contains_key);
		check(owned, "a committee belongs to no task")
	}

	/// A settlement is under way for exactly the tasks that settle.
	fn try_settlements() -> Result<(), TryRuntimeError> {
		for (task, status) in Statuses::<T>::iter() {
			let settling = matches!(status, TaskStatus::Settling(_));
			check(Settlements::<T>::contains_key(task) == settling, "a settlement is astray")?;
		}
		let owned = Settlements::<T>::iter_keys().all(Statuses::<T>::contains_key);
		check(owned, "a settlement belongs to no task")
	}

	/// Relay epochs and blocks are kept in their order, none twice.
	fn try_relay() -> Result<(), TryRuntimeError> {
		check(rises(&RelayEpochs::<T>::get()), "relay epochs are out of order")?;
		check(rises(&RelayBlocks::<T>::get()), "relay blocks are out of order")
	}
}
