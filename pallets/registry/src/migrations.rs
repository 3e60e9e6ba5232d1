//! Migrations of the registry's storage, one a version.

use crate::*;
use alloc::collections::BTreeMap;
use frame::deps::frame_support::{
	migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade,
};

/// From version 1 to 2: nodes have a role. Those that are there were registered to compute, and go on to do nothing else until
/// their operators say so. What selection says of them is made anew: the places that a stake leaves free follow from what a
/// seat takes up of it, which is more with panels than before.
///
/// It walks all nodes in one block. Each of them holds the least stake, or did until slashes took it, so that there are
/// never many more than have a place in selection.
pub type V1ToV2<T> = VersionedMigration<
	1,
	2,
	unchecked::V1ToV2<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// What version 1 stored.
pub(crate) mod v1 {
	use super::*;
	use frame::deps::sp_core::ConstU32;

	/// A node without a role.
	#[derive(Encode, Decode)]
	pub struct Node {
		pub worker: WorkerKey,
		pub seal_key: SealKeyBytes,
		pub capacity: u32,
		pub stake: Balance,
		pub unbonding: BoundedVec<Unlock, ConstU32<MAX_UNLOCKS>>,
		pub active_since: Option<BlockNumber>,
		pub reputation: Reputation,
		pub assigned: u32,
		pub pinned: u32,
	}

	impl Node {
		/// The same node, which computes.
		pub fn into_present(self) -> crate::Node {
			crate::Node {
				worker: self.worker,
				seal_key: self.seal_key,
				capacity: self.capacity,
				stake: self.stake,
				unbonding: self.unbonding,
				active_since: self.active_since,
				reputation: self.reputation,
				assigned: self.assigned,
				pinned: self.pinned,
				role: Role::Compute,
			}
		}
	}
}

/// What [`V1ToV2`] does once it has looked at the version. Private, so that no runtime can run it without that.
mod unchecked {
	use super::*;

	pub struct V1ToV2<T>(core::marker::PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for V1ToV2<T> {
		fn on_runtime_upgrade() -> Weight {
			let mut nodes = 0u64;
			// In the order of accounts, as selection is
			let mut selected = BTreeMap::new();
			Nodes::<T>::translate(|operator: AccountId, node: v1::Node| {
				nodes = nodes.saturating_add(1);
				let node = node.into_present();
				if let Some(candidate) = Candidate::of(&operator, &node, T::SeatStake::get()) {
					selected.insert(operator, candidate);
				}
				Some(node)
			});
			let selected: Vec<Candidate> = selected.into_values().collect();
			Candidates::<T>::put(BoundedVec::<_, T::MaxNodes>::truncate_from(selected));
			// The walk reads one key more than there are; selection is written besides.
			let each = nodes.saturating_add(1);
			T::DbWeight::get().reads_writes(each, each)
		}

		/// How many nodes there are.
		#[cfg(feature = "try-runtime")]
		fn pre_upgrade() -> Result<Vec<u8>, frame::deps::sp_runtime::TryRuntimeError> {
			Ok((Nodes::<T>::iter_keys().count() as u64).encode())
		}

		#[cfg(feature = "try-runtime")]
		fn post_upgrade(state: Vec<u8>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			let before = u64::decode(&mut state.as_slice()).map_err(|_| "no number of nodes")?;
			let nodes: Vec<_> = Nodes::<T>::iter_values().collect();
			ensure!(nodes.len() as u64 == before, "a node is lost");
			ensure!(nodes.iter().all(|node| node.role == Role::Compute), "a node has another role");
			Pallet::<T>::do_try_state()
		}
	}
}
