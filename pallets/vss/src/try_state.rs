//! What must hold of the pallet's state between any two blocks: one function an invariant.

use crate::{
	dealing::ephemeral_tag,
	types::{SeatState, SharingState},
	Config, Dealings, Pallet, Results, RightShares, Seats, Sharings, Standing, UsedEphemerals, G1,
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*};
use ostraka_crypto::encoding::{decode_scalar, IDENTITY};
use ostraka_primitives::{task::TaskStatus, traits::TaskBook, Digest, TaskId};
use ostraka_protocol::adjudicator::verify_result;

type Check = Result<(), TryRuntimeError>;

impl<T: Config> Pallet<T> {
	/// Checks all invariants.
	///
	/// # Errors
	/// The first one that is broken.
	pub fn do_try_state() -> Check {
		Self::nothing_without_its_task()?;
		for (task, state) in Sharings::<T>::iter() {
			Self::dealings_are_counted(task, &state)?;
			Self::ephemerals_belong_to_dealings(task, &state)?;
			Self::dealers_have_accepted(task, &state)?;
			Self::mask_is_the_recipients(task, &state)?;
			Self::aggregate_is_sound(&state)?;
			Self::seats_fit(task, &state)?;
			Self::exposed_have_attested(task, &state)?;
			Self::right_shares_are_kept(task, &state)?;
			Self::frozen_when_due(task, &state)?;
			Self::result_fits(task, &state)?;
		}
		Self::results_verify()
	}

	/// Everything of a task is freed with it, its result apart.
	fn nothing_without_its_task() -> Check {
		let known = |task: TaskId| Sharings::<T>::contains_key(task);
		ensure!(Dealings::<T>::iter_keys().all(|(task, _)| known(task)), "dealing without task");
		ensure!(Seats::<T>::iter_keys().all(known), "seats without task");
		ensure!(RightShares::<T>::iter_keys().all(|(task, _)| known(task)), "share without task");
		ensure!(UsedEphemerals::<T>::iter_keys().all(known), "used keys without task");
		Ok(())
	}

	/// Each dealing has its own `R`, and no other is remembered. They are forgotten with the task, not with the dealings.
	fn ephemerals_belong_to_dealings(task: TaskId, state: &SharingState) -> Check {
		let used = UsedEphemerals::<T>::get(task);
		ensure!(used.len() as u32 == state.dealings, "an R belongs to two dealings, or to none");
		let different: BTreeSet<_> = used.iter().copied().collect();
		ensure!(different.len() == used.len(), "an R was used twice");
		let all = Dealings::<T>::iter_prefix_values(task)
			.all(|record| different.contains(&ephemeral_tag(&record.ephemeral)));
		ensure!(all, "dealing without its R");
		Ok(())
	}

	fn dealings_are_counted(task: TaskId, state: &SharingState) -> Check {
		let records = || Dealings::<T>::iter_prefix_values(task);
		let left = state.dealings.checked_sub(state.freed).ok_or("more freed than dealt")?;
		ensure!(records().count() as u32 == left, "dealings miscounted");
		let excluded = records().filter(|record| record.standing == Standing::Excluded).count();
		let fits = if state.freed == 0 {
			excluded as u32 == state.excluded
		} else {
			excluded as u32 <= state.excluded
		};
		ensure!(fits, "exclusions miscounted");
		Ok(())
	}

	/// No more have dealt than have accepted, the recipient among them.
	fn dealers_have_accepted(task: TaskId, state: &SharingState) -> Check {
		let Some(view) = T::Tasks::view(task) else { return Ok(()) };
		ensure!(state.dealings <= view.awaited(), "more dealings than acceptances");
		ensure!(state.recipient == view.recipient, "sealed to another than the book says");
		Ok(())
	}

	/// There is a mask exactly if the recipient's dealing counts, and it is not counted among the dealers'.
	fn mask_is_the_recipients(task: TaskId, state: &SharingState) -> Check {
		ensure!(!state.masked || state.counting() > 0, "a mask, and no dealing that counts");
		let recipient = state.recipient.as_ref();
		ensure!(!state.masked || recipient.is_some(), "a mask of nobody");
		if state.freed == 0 {
			let record = recipient.and_then(|recipient| Dealings::<T>::get(task, recipient));
			let counts = record.is_some_and(|record| record.counts());
			ensure!(state.masked == counts, "the mask is miscounted");
		}
		Ok(())
	}

	/// The aggregate decodes, and once it is frozen it is in the subgroup; over no dealing it is the identity. The running
	/// hashes have begun with the first dealing, and with the first exclusion.
	fn aggregate_is_sound(state: &SharingState) -> Check {
		Self::decode_aggregate(&state.aggregate).map_err(|_| "aggregate does not decode")?;
		let checked = state.accepted_set.is_none() || Self::is_sound(&state.aggregate);
		ensure!(checked, "frozen aggregate outside of the subgroup");
		let begun = state.dealt != Digest::default();
		ensure!(begun == (state.dealings > 0), "the dealings' hash is another's");
		let begun = state.excluded_hash != Digest::default();
		ensure!(begun == (state.excluded > 0), "the exclusions' hash is another's");
		let empty = state.counting() > 0 || state.aggregate.iter().all(|point| *point == IDENTITY);
		ensure!(empty, "aggregate over no dealing is not the identity");
		Ok(())
	}

	/// As many states as seats of both kinds, enough of the committee's for the threshold, and result shares of members alone,
	/// after the freeze.
	fn seats_fit(task: TaskId, state: &SharingState) -> Check {
		let seats = Seats::<T>::get(task).ok_or("task without seats")?;
		let (committee, panel) = state.parts(&seats);
		if let Some(view) = T::Tasks::view(task) {
			let both = (view.committee.len(), view.panel.len());
			ensure!(both == (committee.len(), panel.len()), "not a state for each seat");
		}
		ensure!(panel.len() == usize::from(state.verifiers), "the panel is larger than all seats");
		let threshold = state.aggregate.len().checked_sub(1).ok_or("no commitments")?;
		let enough = threshold >= 1 && committee.len() > 2 * threshold;
		ensure!(enough, "too few members for the threshold");
		let has_share =
			|seat: &SeatState| seat.commitment.is_some() || seat.answer.is_some() || seat.excused;
		ensure!(!panel.iter().any(has_share), "a verifier with a share");
		let early = seats.iter().any(|seat| seat.commitment.is_some() || seat.answer.is_some());
		ensure!(!early || state.accepted_set.is_some(), "result share before the freeze");
		let collecting = matches!(T::Tasks::status(task), Some(TaskStatus::Collecting { .. }));
		let attested = seats.iter().any(|seat| seat.attested);
		ensure!(!(collecting && attested), "attestation before verification");
		Ok(())
	}

	/// Whoever is exposed had attested, and somebody is named for it, unless the sums lie outside of the group. What is disproven
	/// belongs to somebody who was convicted, and is counted if it counts; none but excluded dealings keep who had attested.
	fn exposed_have_attested(task: TaskId, state: &SharingState) -> Check {
		let seats = Seats::<T>::get(task).ok_or("task without seats")?;
		let mut exposed = seats.iter().filter(|seat| seat.attested_falsely).peekable();
		let somebody = exposed.peek().is_some();
		ensure!(state.exposer.is_none() || somebody, "exposer of nobody");
		ensure!(state.exposer.is_some() == (state.exposed > 0), "exposer of an unknown number");
		let unsound = || state.accepted_set.is_none() && !Self::is_sound(&state.aggregate);
		ensure!(state.exposer.is_some() || !somebody || unsound(), "exposed by nobody");
		ensure!(exposed.all(|seat| seat.attested), "exposed without an attestation");
		if state.freed == 0 {
			let mut counted = 0;
			for record in Dealings::<T>::iter_prefix_values(task) {
				let convicted = record.standing != Standing::Accepted;
				ensure!(convicted || !record.disproven, "disproven, and not convicted");
				ensure!(
					!record.counts() || record.attested == Default::default(),
					"what counts keeps who had attested to it"
				);
				counted += u32::from(record.counts() && record.disproven);
			}
			ensure!(state.disproven == counted, "the disproven are miscounted");
		}
		Ok(())
	}

	/// The first `t + 1` right shares are kept, and no others.
	fn right_shares_are_kept(task: TaskId, state: &SharingState) -> Check {
		let seats = Seats::<T>::get(task).ok_or("task without seats")?;
		let right = seats.iter().filter(|seat| seat.is_right()).count();
		let kept = RightShares::<T>::iter_key_prefix(task).count();
		ensure!(kept == right.min(state.aggregate.len()), "right shares miscounted");
		let all_right = RightShares::<T>::iter_key_prefix(task).all(|seat| {
			usize::from(seat)
				.checked_sub(1)
				.and_then(|i| seats.get(i))
				.is_some_and(|s| s.is_right())
		});
		ensure!(all_right, "a kept share is not a right one");
		Ok(())
	}

	/// `h_A` is there when the phase asks for it, and is the hash of what the state holds.
	fn frozen_when_due(task: TaskId, state: &SharingState) -> Check {
		let Some(view) = T::Tasks::view(task) else { return Ok(()) };
		match view.status {
			TaskStatus::Collecting { .. } | TaskStatus::Verifying { .. } => {
				ensure!(state.accepted_set.is_none(), "frozen too early");
			},
			TaskStatus::Committing { .. } | TaskStatus::Revealing { .. } => {
				ensure!(state.accepted_set.is_some(), "not frozen");
			},
			_ => {},
		}
		if let (Some(accepted_set), 0) = (state.accepted_set, state.freed) {
			let (_, again) = Self::counted(task, &view.task_hash, &state.aggregate);
			ensure!(again == accepted_set, "the accepted set changed after the freeze");
		}
		Ok(())
	}

	/// A result exists exactly if `t + 1` right shares do, and is about the frozen set.
	fn result_fits(task: TaskId, state: &SharingState) -> Check {
		let seats = Seats::<T>::get(task).ok_or("task without seats")?;
		let right = seats.iter().filter(|seat| seat.is_right()).count();
		let result = Results::<T>::get(task);
		ensure!(
			result.is_some() == (right >= state.aggregate.len()),
			"result missing or unfounded"
		);
		if let Some(result) = result {
			ensure!(Some(result.accepted_set) == state.accepted_set, "result of another set");
			ensure!(
				Some(&result.commitment) == state.aggregate.first(),
				"result of another aggregate"
			);
			ensure!(result.dealers == state.accepted(), "result of other dealers");
			ensure!(result.sealed_to == state.recipient, "result sealed to another");
			ensure!(result.sealed_to.is_none() || state.masked, "sealed result without its mask");
			let attested = state.attested_by(&seats);
			let marks = (u32::from(state.verifiers), attested, state.disproven);
			let told = (result.panel, result.attested, result.disproven);
			ensure!(told == marks, "result tells another story of its inputs");
		}
		Ok(())
	}

	/// Every result, settled tasks' included, opens its commitment, and no more attested or are disproven than there are.
	fn results_verify() -> Check {
		for result in Results::<T>::iter_values() {
			ensure!(result.attested <= result.panel, "more attested than have a seat");
			let counting = result.dealers.saturating_add(result.sealed_to.is_some().into());
			ensure!(result.disproven <= counting, "more disproven than count");
			let values = result.scalars().map(|bytes| decode_scalar(&bytes));
			let values = values.collect::<Result<Vec<_>, _>>();
			let values = values.map_err(|_| "result is not canonical")?;
			let blinding =
				decode_scalar(&result.blinding).map_err(|_| "result is not canonical")?;
			let good = verify_result::<G1>(&result.commitment, &values, &blinding);
			ensure!(good == Ok(true), "result does not open its commitment");
		}
		Ok(())
	}
}
