//! Committees and panels: the draw against storage, and the seats that follow from it.

use crate::{draw::StakeBounds, selection::Selection, *};
use ostraka_primitives::{
	odds::Odds,
	task::{ClassParameters, Committee, Panel, Seat},
	traits::{Committees, DrawError, DrawRequest, Roster, Seated},
};

impl<T: Config> Pallet<T> {
	/// What the request's class makes of stakes. It asks for a multiple of the least stake of a node
	/// that enters selection, less the buffer: a node that staked just that is not out at its first
	/// absence, of a class any more than of selection.
	fn bounds(parameters: &ClassParameters) -> StakeBounds {
		let entry = T::MinStake::get().saturating_mul(parameters.stake_factor.into());
		StakeBounds {
			least: entry.saturating_sub(T::AbsenceBuffer::get()),
			most: entry.saturating_mul(T::StakeCap::get().into()),
		}
	}

	/// The odds that committee and panel of this class are captured, drawn of the present candidates; `price` is what one draw
	/// costs that comes to nothing.
	pub fn odds(parameters: &ClassParameters, price: Balance) -> Odds {
		let candidates = Candidates::<T>::get();
		let bounds = Self::bounds(parameters);
		let enough = candidates.iter().filter(|node| node.stake >= bounds.least);
		let nodes = enough.map(|node| (node.role, node.stake));
		Odds::of(nodes, bounds.most, parameters, price)
	}

	/// These candidates' nodes.
	fn nodes_of(candidates: &[&Candidate]) -> Result<Vec<(AccountId, Node)>, DrawError> {
		let node = |candidate: &&Candidate| {
			let account = candidate.account.clone();
			Nodes::<T>::get(&account).map(|node| (account, node)).ok_or(DrawError::TooFewNodes)
		};
		candidates.iter().map(node).collect()
	}

	/// Gives back the seat that the operator's node has in the task, if it has one. The caller stores
	/// the node.
	fn give_back(task: TaskId, operator: &AccountId, node: &mut Node) {
		let Some(seat) = Seats::<T>::take(operator, task) else { return };
		if node.leave_seat(&seat.worker) {
			Self::leave_former_key(operator, &seat.worker);
		}
	}
}

/// The seats of these nodes, in their order, with their present keys.
fn seats(nodes: &[(AccountId, Node)]) -> Vec<Seat> {
	let seat = |(account, node): &(AccountId, Node)| Seat {
		account: account.clone(),
		worker: node.worker,
		seal_key: node.seal_key,
	};
	nodes.iter().map(seat).collect()
}

/// Who may sit on one task, and the selection that they are of.
pub struct Eligible<T: Config> {
	task: TaskId,
	parameters: ClassParameters,
	bounds: StakeBounds,
	selection: Selection<T>,
	computing: Vec<Candidate>,
	verifying: Vec<Candidate>,
}

impl<T: Config> Committees for Pallet<T> {
	type Eligible = Eligible<T>;

	/// One read of [`Candidates`].
	fn eligible(request: &DrawRequest) -> Result<Eligible<T>, DrawError> {
		let selection = Selection::<T>::load();
		let bounds = Self::bounds(&request.parameters);
		let (computing, verifying) = draw::for_task(selection.candidates(), request, &bounds)?;
		let own = |nodes: Vec<&Candidate>| nodes.into_iter().cloned().collect();
		let (computing, verifying) = (own(computing), own(verifying));
		let DrawRequest { task, parameters, .. } = *request;
		Ok(Eligible { task, parameters, bounds, selection, computing, verifying })
	}

	/// A read and a write of the node, and a write of its seat, a seat of either kind, and one write of
	/// [`Candidates`]: what was found, with the changes of those drawn. An error changes nothing.
	fn draw(eligible: Eligible<T>, seed: [u8; 32]) -> Result<Seated, DrawError> {
		let Eligible { task, parameters, bounds, mut selection, computing, verifying } = eligible;
		let computing: Vec<_> = computing.iter().collect();
		let verifying: Vec<_> = verifying.iter().collect();
		let members = draw::race(&seed, task, &computing, parameters.seats.into(), &bounds);
		let left = draw::beside(&members, verifying);
		let seed = draw::panel_seed(&seed);
		let verifiers = draw::race(&seed, task, &left, parameters.verifiers.into(), &bounds);

		// All that could go wrong is looked at before the first write. In a sound state nothing
		// does: a candidate is a node, and `n` and `v` are at most what a task has room for.
		let members = Self::nodes_of(&members)?;
		let verifiers = Self::nodes_of(&verifiers)?;
		let seated = Seated {
			committee: seats(&members).try_into().map_err(|_| DrawError::TooFewNodes)?,
			panel: seats(&verifiers).try_into().map_err(|_| DrawError::TooFewVerifiers)?,
		};

		for (account, mut node) in members.into_iter().chain(verifiers) {
			let seat = HeldSeat { worker: node.worker, least_stake: bounds.least };
			Seats::<T>::insert(&account, task, seat);
			node.take_seat();
			selection.update(&account, &node);
			Nodes::<T>::insert(&account, node);
		}
		selection.save();
		Ok(seated)
	}

	/// One read of the node: selection is a copy of what nodes say of themselves.
	fn is_candidate(account: &AccountId) -> bool {
		Nodes::<T>::get(account).is_some_and(|node| node.active_since.is_some())
	}

	/// One read of [`Candidates`]. Of whom a class or a task would bar, the seats are counted too.
	fn free_seats() -> u32 {
		let free = |seats: u32, candidate: &Candidate| seats.saturating_add(candidate.free);
		Candidates::<T>::get().iter().fold(0, free)
	}

	/// A read and a write of the node, and of its seat, a seat of either kind, and of [`Candidates`].
	fn release(task: TaskId, committee: &Committee, panel: &Panel) {
		let mut selection = Selection::<T>::load();
		for seat in committee.iter().chain(panel) {
			// Nobody with a seat is forgotten.
			let Some(mut node) = Nodes::<T>::get(&seat.account).defensive() else { continue };
			Self::give_back(task, &seat.account, &mut node);
			selection.update(&seat.account, &node);
			Nodes::<T>::insert(&seat.account, node);
		}
		selection.save();
	}
}

impl<T: Config> Roster for Pallet<T> {
	/// Reads all seats of the key's operator: for offchain workers.
	fn assignments(worker: &WorkerKey) -> Vec<TaskId> {
		let Some(owner) = Keys::<T>::get(worker) else { return Vec::new() };
		let seats = Self::held_seats(&owner.account).into_iter();
		seats.filter(|(_, seat)| seat.worker == *worker).map(|(task, _)| task).collect()
	}

	fn seal_key(worker: &WorkerKey) -> Option<SealKeyBytes> {
		let owner = Keys::<T>::get(worker)?;
		let node = Nodes::<T>::get(owner.account)?;
		(node.worker == *worker).then_some(owner.seal_key)
	}
}
