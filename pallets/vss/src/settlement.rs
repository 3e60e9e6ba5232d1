//! The sharing protocol as the task book drives it: opening, freezing, reporting, and settling in chunks.

use crate::{
	types::{SeatState, SharingState},
	Config, DealingRecord, Dealings, Pallet, Results, RightShares, Seats, Sharings, Standing,
	UsedEphemerals, WeightInfo,
};
use alloc::{vec, vec::Vec};
use codec::MaxEncodedLen;
use frame::{deps::frame_support::weights::WeightMeter, log, prelude::*};
use ostraka_primitives::{
	record::SeatSet,
	traits::{Escrow, Frozen, Opening, Penalties, Progress, SeatReport, Sharing},
	AccountId, Digest, TaskId, MAX_COMMITTEE, MAX_SEATS,
};
use ostraka_protocol::adjudicator::Aggregate;

impl<T: Config> Sharing for Pallet<T> {
	fn open(task: TaskId, opening: &Opening) {
		let Opening { threshold, seats, verifiers, ref recipient } = *opening;
		let aggregate = Self::encode_aggregate(&Aggregate::zero(threshold));
		let states = vec![SeatState::default(); usize::from(seats)].try_into();
		// A class is sound before it is stored, so all of it fits.
		let (Ok(aggregate), Ok(states), true) = (aggregate, states, verifiers < seats) else {
			log::error!(target: crate::LOG_TARGET, "task {task} opened with unsound parameters");
			return;
		};
		let state = SharingState {
			aggregate,
			dealings: 0,
			excluded: 0,
			freed: 0,
			dealt: Digest::default(),
			accepted_set: None,
			excluded_hash: Digest::default(),
			exposer: None,
			disproven: 0,
			verifiers,
			exposed: 0,
			finders: SeatSet::default(),
			masked: false,
			recipient: recipient.clone(),
		};
		Sharings::<T>::insert(task, state);
		Seats::<T>::insert::<_, crate::types::Seats>(task, states);
	}

	fn freeze(task: TaskId) -> Frozen {
		Self::do_freeze(task)
	}

	fn freeze_weight(dealings: u32, threshold: u8) -> Weight {
		// Of sums outside of the group: whoever attested is exposed.
		let states = SeatState::max_encoded_len().saturating_mul(MAX_SEATS as usize);
		T::WeightInfo::freeze(dealings, threshold.into())
			.saturating_add(T::DbWeight::get().reads_writes(1, 1))
			.saturating_add(Weight::from_parts(0, states as u64))
	}

	fn dealings(task: TaskId) -> u32 {
		Sharings::<T>::get(task).map_or(0, |state| state.dealings)
	}

	fn has_result(task: TaskId) -> bool {
		Results::<T>::contains_key(task)
	}

	fn is_released(task: TaskId) -> bool {
		let some_right = |seats: crate::types::Seats| seats.iter().any(SeatState::is_right);
		Self::has_result(task) || Seats::<T>::get(task).is_some_and(some_right)
	}

	fn reports(task: TaskId, due: bool) -> Vec<SeatReport> {
		let (Some(sharing), Some(seats)) = (Sharings::<T>::get(task), Seats::<T>::get(task)) else {
			return Vec::new();
		};
		let (committee, _) = sharing.parts(&seats);
		let (frozen, is_sound) = (sharing.accepted_set.is_some(), sharing.disproven == 0);
		let members = committee.iter().map(|state| report(state, due));
		let numbered = (1u8..).zip(seats.iter()).skip(committee.len());
		let verifiers = numbered.map(|(number, state)| {
			let owes = frozen && is_sound && !sharing.finders.contains(number);
			report_of_verifier(state, owes)
		});
		members.chain(verifiers).collect()
	}

	fn exposer(task: TaskId) -> Option<AccountId> {
		Sharings::<T>::get(task)?.exposer
	}

	fn settle(task: TaskId, completed: bool, meter: &mut WeightMeter) -> Progress {
		let Some(mut state) = Sharings::<T>::get(task) else { return Progress::Done };
		let freed_before = state.freed;
		// One walk: begun anew for each, it would pass by all that this block has freed before.
		let mut dealings = Dealings::<T>::drain_prefix(task);
		while state.freed < state.dealings {
			if meter.try_consume(T::WeightInfo::settle_dealing()).is_err() {
				if state.freed != freed_before {
					Sharings::<T>::insert(task, &state);
				}
				return Progress::More;
			}
			let Some((dealer, record)) = dealings.next() else { break };
			// A mask is given, not sold.
			let is_paid = completed && !state.is_mask(&dealer);
			Self::settle_dealing(task, &dealer, &record, is_paid, state.accepted());
			state.freed = state.freed.saturating_add(1);
		}
		if meter.try_consume(T::WeightInfo::settle_task()).is_err() {
			Sharings::<T>::insert(task, &state);
			return Progress::More;
		}
		Self::free_task(task);
		Progress::Done
	}

	fn settle_weight() -> Weight {
		T::WeightInfo::settle_dealing().max(T::WeightInfo::settle_task())
	}
}

impl<T: Config> Pallet<T> {
	/// Settles one dealing, whose record is freed: returns the deposit of a dealer that was not convicted and pays its part of the data reward.
	/// The reward is split by the number of dealers whose dealings counted (`accepted`); the part of a dealer convicted late goes
	/// back to the requester, so that no dealer gains by another's conviction. Of a mask the deposit returns, and nothing is paid.
	/// Who accepted and has not dealt has no dealing, and keeps its deposit on hold: what becomes of it the task book says.
	///
	/// The nodes' copies of its sealed shares are left alone. Offchain indexing takes effect with every block that a node
	/// imports, the best or not: clearing them here would let a side block that settles the task take the shares from
	/// honest members that need them on the fork that wins. Workers free their copies later ([`crate::worker`]).
	pub(crate) fn settle_dealing(
		task: TaskId,
		dealer: &AccountId,
		record: &DealingRecord,
		is_paid: bool,
		accepted: u32,
	) {
		if record.standing == Standing::Accepted {
			T::Penalties::release_deposit(task, dealer);
			if is_paid {
				T::Escrow::pay_dealer(task, dealer, accepted);
			}
		}
	}

	/// Frees what is left of a task once its dealings are.
	pub(crate) fn free_task(task: TaskId) {
		let _ = RightShares::<T>::clear_prefix(task, MAX_COMMITTEE, None);
		UsedEphemerals::<T>::remove(task);
		Seats::<T>::remove(task);
		Sharings::<T>::remove(task);
	}
}

/// How a member did. A false accuser counts as convicted even if it then revealed a right share. Who did all but attest
/// made the others wait. A false attestation stands above all else: it is punished with the fee, which other faults were before.
fn report(state: &SeatState, due: bool) -> SeatReport {
	if state.attested_falsely {
		SeatReport::FalseAttestation
	} else if state.is_convicted() || state.accused_falsely {
		SeatReport::Convicted
	} else if state.is_right() && state.commitment.is_some() {
		if state.attested {
			SeatReport::Right
		} else {
			SeatReport::Silent
		}
	} else if state.is_right() {
		SeatReport::Uncommitted
	} else if state.excused {
		SeatReport::Excused
	} else if due {
		SeatReport::Absent
	} else {
		SeatReport::Idle
	}
}

/// How a verifier did, whose part ends with the freeze. `owes`: whether it owed an attestation, which nobody does to a set that
/// was shown to be invalid, nor who has shown that a dealing was: it may have waited for others to be.
fn report_of_verifier(state: &SeatState, owes: bool) -> SeatReport {
	if state.attested_falsely {
		SeatReport::FalseAttestation
	} else if state.accused_falsely {
		SeatReport::Convicted
	} else if state.attested {
		SeatReport::Right
	} else if owes {
		SeatReport::Absent
	} else {
		SeatReport::Idle
	}
}
