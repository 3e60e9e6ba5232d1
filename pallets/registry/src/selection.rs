//! The list of nodes in selection, kept in step with [`Nodes`].

use crate::*;
use core::cmp::Reverse;

/// [`Candidates`] while it is being changed. Loaded once, saved once.
pub(crate) struct Selection<T: Config>(BoundedVec<Candidate, T::MaxNodes>);

impl<T: Config> Selection<T> {
	pub fn load() -> Self {
		Self(Candidates::<T>::get())
	}

	pub fn save(self) {
		Candidates::<T>::put(self.0);
	}

	pub fn candidates(&self) -> &[Candidate] {
		&self.0
	}

	/// The node's place, or the one that it would have.
	fn find(&self, account: &AccountId) -> Result<usize, usize> {
		self.0.binary_search_by(|candidate| candidate.account.cmp(account))
	}

	/// Brings the node's entry in step with the node. A node without entry gets none.
	pub fn update(&mut self, account: &AccountId, node: &Node) {
		let Ok(index) = self.find(account) else { return };
		let Some(candidate) = Candidate::of(account, node, T::SeatStake::get()) else {
			self.0.remove(index);
			return;
		};
		if let Some(entry) = self.0.get_mut(index) {
			*entry = candidate;
		}
	}

	/// Gives an entry to a node that enters selection. If all are taken, one is made free as
	/// [`Self::make_room`] says; returns whose.
	///
	/// # Errors
	/// `SelectionFull` if none has less stake.
	pub fn enter(
		&mut self,
		account: &AccountId,
		node: &Node,
	) -> Result<Option<AccountId>, Error<T>> {
		let Some(candidate) = Candidate::of(account, node, T::SeatStake::get()) else {
			return Ok(None);
		};
		let displaced = if self.0.is_full() { Some(self.make_room(node.stake)?) } else { None };
		let (Ok(index) | Err(index)) = self.find(account);
		self.0.try_insert(index, candidate).map_err(|_| Error::<T>::SelectionFull)?;
		Ok(displaced)
	}

	/// Takes away the entry with the least stake, of equals one of the last to come, if that is less
	/// than `stake`. Returns whose it was.
	fn make_room(&mut self, stake: Balance) -> Result<AccountId, Error<T>> {
		let (index, _) = self
			.0
			.iter()
			.enumerate()
			.min_by_key(|(_, candidate)| (candidate.stake, Reverse(candidate.since)))
			.filter(|(_, candidate)| candidate.stake < stake)
			.ok_or(Error::<T>::SelectionFull)?;
		Ok(self.0.remove(index).account)
	}
}

impl<T: Config> Pallet<T> {
	/// Least stake of a node that stays in selection: the buffer is for absences to take.
	pub(crate) fn least_to_stay() -> Balance {
		T::MinStake::get().saturating_sub(T::AbsenceBuffer::get())
	}

	/// Writes a node that does not enter selection, and its entry if it is in or leaves.
	pub(crate) fn store(account: &AccountId, node: &Node) {
		let mut selection = Selection::<T>::load();
		selection.update(account, node);
		selection.save();
		Nodes::<T>::insert(account, node);
	}

	/// Writes a node that enters selection. In a full one it takes the place of a node with less
	/// stake, which keeps its stake and its seats.
	///
	/// # Errors
	/// `SelectionFull` if none has less.
	pub(crate) fn enter(account: &AccountId, node: &Node) -> DispatchResult {
		let mut selection = Selection::<T>::load();
		let displaced = selection.enter(account, node)?;
		selection.save();
		Nodes::<T>::insert(account, node);
		if let Some(displaced) = displaced {
			Nodes::<T>::mutate(&displaced, |node| {
				if let Some(node) = node {
					node.active_since = None;
				}
			});
			Self::deposit_event(Event::Displaced { node: displaced, by: account.clone() });
		}
		Ok(())
	}

	/// Takes the node out of selection, if it is in. The caller stores it.
	pub(crate) fn leave_selection(account: &AccountId, node: &mut Node, cause: ChillCause) {
		if node.active_since.take().is_some() {
			Self::deposit_event(Event::Chilled { operator: account.clone(), cause });
		}
	}
}
