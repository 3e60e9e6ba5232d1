//! Committees: the draw against storage, and the seats that follow from it.

use crate::{selection::Selection, *};
use ostraka_primitives::{
	task::{Committee, Seat},
	traits::{Committees, DrawError, DrawRequest, Roster},
};

impl<T: Config> Pallet<T> {
	/// Stake that the request's class asks of a member.
	fn least_stake(request: &DrawRequest) -> Balance {
		T::MinStake::get().saturating_mul(request.parameters.stake_factor.into())
	}

	/// Gives a seat back. Answers how many the operator's node still holds.
	fn give_back(
		task: TaskId,
		operator: &AccountId,
		worker: &WorkerKey,
		present: &WorkerKey,
	) -> u32 {
		let mut seats = Seats::<T>::get(operator);
		seats.retain(|seat| seat.task != task || seat.worker != *worker);
		if worker != present && !seats.iter().any(|seat| seat.worker == *worker) {
			Self::free_keys(worker);
			Self::deposit_event(Event::KeyReleased { operator: operator.clone(), worker: *worker });
		}
		let left = seats.len().saturated_into();
		if seats.is_empty() {
			Seats::<T>::remove(operator);
		} else {
			Seats::<T>::insert(operator, seats);
		}
		left
	}
}

impl<T: Config> Committees for Pallet<T> {
	/// One read of [`Candidates`], and `is_dealer` at most once a candidate.
	fn can_draw(
		request: &DrawRequest,
		is_dealer: impl Fn(&AccountId) -> bool,
	) -> Result<(), DrawError> {
		let candidates = Candidates::<T>::get();
		draw::eligible(&candidates, request, Self::least_stake(request), is_dealer).map(|_| ())
	}

	/// Beyond [`Self::can_draw`]: a read of the node, and a read and a write of its seats, a
	/// member, and one write of [`Candidates`]. An error changes nothing.
	fn draw(
		request: &DrawRequest,
		seed: [u8; 32],
		is_dealer: impl Fn(&AccountId) -> bool,
	) -> Result<Committee, DrawError> {
		let mut selection = Selection::<T>::load();
		let least_stake = Self::least_stake(request);
		let eligible = draw::eligible(selection.candidates(), request, least_stake, is_dealer)?;
		let seats = usize::from(request.parameters.seats);
		let drawn = draw::race(&seed, request.task, &eligible, seats);

		// All that could go wrong is looked at before the first write. In a sound state nothing
		// does: a candidate is a node, its free places are fewer than its list of seats has room
		// for, and `n` is at most the bound of a committee.
		let mut members = Vec::new();
		for candidate in drawn {
			let node = Nodes::<T>::get(&candidate.account).ok_or(DrawError::TooFewNodes)?;
			let mut held = Seats::<T>::get(&candidate.account);
			held.try_push(HeldSeat { task: request.task, worker: node.worker, least_stake })
				.map_err(|_| DrawError::TooLittleCapacity)?;
			members.push((candidate.account.clone(), node, held));
		}
		let committee: Vec<_> = members
			.iter()
			.map(|(account, node, _)| Seat {
				account: account.clone(),
				worker: node.worker,
				seal_key: node.seal_key,
			})
			.collect();
		let committee = Committee::try_from(committee).map_err(|_| DrawError::TooFewNodes)?;

		for (account, node, held) in members {
			let _ = selection
				.sync(&account, &node, held.len().saturated_into())
				.defensive_proof("is in selection");
			Seats::<T>::insert(account, held);
		}
		selection.save();
		Ok(committee)
	}

	fn release(task: TaskId, committee: &Committee) {
		let mut selection = Selection::<T>::load();
		for seat in committee {
			// Nobody with a seat is forgotten.
			let Some(node) = Nodes::<T>::get(&seat.account).defensive() else { continue };
			let left = Self::give_back(task, &seat.account, &seat.worker, &node.worker);
			let _ = selection
				.sync(&seat.account, &node, left)
				.defensive_proof("does not enter selection");
		}
		selection.save();
	}
}

impl<T: Config> Roster for Pallet<T> {
	fn assignments(worker: &WorkerKey) -> Vec<TaskId> {
		let Some(owner) = Keys::<T>::get(worker) else { return Vec::new() };
		let seats = Seats::<T>::get(owner.account);
		seats.iter().filter(|seat| seat.worker == *worker).map(|seat| seat.task).collect()
	}

	fn seal_key(worker: &WorkerKey) -> Option<PointBytes> {
		let owner = Keys::<T>::get(worker)?;
		let node = Nodes::<T>::get(owner.account)?;
		(node.worker == *worker).then_some(owner.seal_key)
	}
}
