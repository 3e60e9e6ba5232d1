//! What the runtime tells of the relay chain, which draws take their randomness from.

use crate::*;

impl<T: Config> Pallet<T> {
	/// For the runtime, which reads the relay chain's state: keeps the epoch and the randomness that became known with it, if
	/// it is newer than those kept. Returns whether it was.
	pub fn note_relay_epoch(epoch: u64, randomness: [u8; 32]) -> bool {
		let mut known = RelayEpochs::<T>::get();
		let newer = known.note(epoch, randomness);
		if newer {
			RelayEpochs::<T>::put(known);
			EpochTold::<T>::put(epoch);
		}
		newer
	}

	/// For the runtime, which reads the relay chain's state: keeps the randomness of this relay block, if it is newer than
	/// those kept.
	pub fn note_relay_block(number: u32, randomness: [u8; 32]) {
		let mut known = RelayBlocks::<T>::get();
		if known.note(number.into(), randomness) {
			RelayBlocks::<T>::put(known);
		}
	}

	/// For the runtime: the first relay epoch from `least` on that it told of, if it told of one from `since` on before; see
	/// [`types::Ring::first_from`].
	pub fn first_relay_epoch(since: u64, least: u64) -> Option<Told> {
		RelayEpochs::<T>::get().first_from(since, least)
	}

	/// For the runtime: the first relay block with at least this number that it told of; see [`types::Ring::first_from`].
	/// Of those before it any one will do: it tells of every relay parent whose author has an output.
	pub fn first_relay_block(least: u32) -> Option<Told> {
		RelayBlocks::<T>::get().first_from(0, least.into())
	}
}
