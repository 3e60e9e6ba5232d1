//! The list of nodes in selection, kept in step with [`Nodes`].

use crate::*;

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

	/// Brings the node's entry in step with the node, `assigned` of whose places are taken. Free are
	/// those of the others that its capacity and its stake allow.
	///
	/// # Errors
	/// `SelectionFull`, and only if the node had no entry and is to have one.
	pub fn sync(
		&mut self,
		account: &AccountId,
		node: &Node,
		assigned: u32,
	) -> Result<(), Error<T>> {
		let found = self.0.binary_search_by(|candidate| candidate.account.cmp(account));
		let Some(since) = node.active_since else {
			if let Ok(index) = found {
				self.0.remove(index);
			}
			return Ok(());
		};
		let candidate = Candidate {
			account: account.clone(),
			stake: node.stake,
			since,
			free: node.most_seats(T::SeatStake::get()).saturating_sub(assigned),
		};
		match found {
			Ok(index) => {
				if let Some(entry) = self.0.get_mut(index) {
					*entry = candidate;
				}
				Ok(())
			},
			Err(index) => {
				self.0.try_insert(index, candidate).map_err(|_| Error::<T>::SelectionFull)
			},
		}
	}
}

impl<T: Config> Pallet<T> {
	/// How many seats the operator's node holds.
	pub(crate) fn assigned(account: &AccountId) -> u32 {
		Seats::<T>::decode_len(account).unwrap_or_default().saturated_into()
	}

	/// Writes the node and its entry in selection.
	///
	/// # Errors
	/// `SelectionFull`, and only if the node is to enter selection.
	pub(crate) fn store(account: &AccountId, node: &Node) -> DispatchResult {
		let mut selection = Selection::<T>::load();
		selection.sync(account, node, Self::assigned(account))?;
		selection.save();
		Nodes::<T>::insert(account, node);
		Ok(())
	}

	/// [`Self::store`] for a node that does not enter selection, which cannot fail.
	pub(crate) fn store_present(account: &AccountId, node: &Node) {
		let _ = Self::store(account, node).defensive_proof("does not enter selection");
	}

	/// Takes the node out of selection, if it is in. The caller stores it.
	pub(crate) fn leave_selection(account: &AccountId, node: &mut Node, cause: ChillCause) {
		if node.active_since.take().is_some() {
			Self::deposit_event(Event::Chilled { operator: account.clone(), cause });
		}
	}
}
