//! How a record lies in the node's database: a byte for its version, then its SCALE bytes.
//!
//! A record of another version was written by another release: an upgrade that was taken back, or one that a fork does not
//! have yet. It is left as it is, and whoever asks for it says so: to take it for absent would be to overwrite what that
//! release needs when it comes back.

use super::WorkerError;
use codec::{Decode, Encode, Error, Input, Output};
use sp_runtime::offchain::storage::{MutateStorageError, StorageRetrievalError, StorageValueRef};

/// Version of the records that this release writes.
pub(super) const VERSION: u8 = 1;

/// A record as it lies there.
#[derive(Debug)]
pub(super) enum Record<V> {
	/// Of this version.
	Known(V),
	/// Of another one, whose bytes mean nothing here.
	Unknown(u8),
}

impl<V: Encode> Encode for Record<V> {
	fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
		match self {
			Self::Known(value) => (VERSION, value).encode_to(output),
			// Never written.
			Self::Unknown(version) => version.encode_to(output),
		}
	}
}

impl<V: Decode> Decode for Record<V> {
	fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
		match input.read_byte()? {
			VERSION => V::decode(input).map(Self::Known),
			version => Ok(Self::Unknown(version)),
		}
	}
}

/// A record. One of this version that cannot be read counts as absent.
///
/// # Errors
/// `Record` of another version.
pub(super) fn read<V: Decode>(key: &[u8]) -> Result<Option<V>, WorkerError> {
	match StorageValueRef::persistent(key).get() {
		Ok(Some(Record::Known(value))) => Ok(Some(value)),
		Ok(Some(Record::Unknown(version))) => Err(WorkerError::Record(version)),
		Ok(None) | Err(_) => Ok(None),
	}
}

/// Writes a record that two runs need not fight over: whichever writes last is right.
pub(super) fn write<V: Encode>(key: &[u8], value: V) {
	StorageValueRef::persistent(key).set(&Record::Known(value));
}

/// Compare-and-set on a record. One of this version that cannot be read counts as absent.
///
/// # Errors
/// `Busy` if another run was faster, `Record` of another version, those of `change`.
pub(super) fn update<V: Encode + Decode>(
	key: &[u8],
	change: impl FnOnce(Option<V>) -> Result<V, WorkerError>,
) -> Result<V, WorkerError> {
	update_strictly(key, |old| change(old.ok().flatten()))
}

/// [`update`], for who must know of a record that cannot be read.
///
/// # Errors
/// Those of [`update`].
pub(super) fn update_strictly<V: Encode + Decode>(
	key: &[u8],
	change: impl FnOnce(Result<Option<V>, StorageRetrievalError>) -> Result<V, WorkerError>,
) -> Result<V, WorkerError> {
	let changed = StorageValueRef::persistent(key).mutate(
		|old: Result<Option<Record<V>>, StorageRetrievalError>| {
			let old = match old {
				Ok(Some(Record::Unknown(version))) => return Err(WorkerError::Record(version)),
				Ok(Some(Record::Known(value))) => Ok(Some(value)),
				Ok(None) => Ok(None),
				Err(error) => Err(error),
			};
			change(old).map(Record::Known)
		},
	);
	match changed {
		Ok(Record::Known(value)) => Ok(value),
		Ok(Record::Unknown(version)) => Err(WorkerError::Record(version)),
		Err(MutateStorageError::ConcurrentModification(_)) => Err(WorkerError::Busy),
		Err(MutateStorageError::ValueFunctionFailed(error)) => Err(error),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_record_begins_with_its_version() {
		let bytes = Record::Known(7u32).encode();
		assert_eq!(bytes, [VERSION, 7, 0, 0, 0]);
		assert!(matches!(Record::<u32>::decode(&mut &bytes[..]), Ok(Record::Known(7))));
		let newer = [VERSION + 1, 0xff];
		assert!(matches!(
			Record::<u32>::decode(&mut &newer[..]),
			Ok(Record::Unknown(version)) if version == VERSION + 1
		));
		assert!(Record::<u32>::decode(&mut &bytes[..4]).is_err());
		assert!(Record::<u32>::decode(&mut &[][..]).is_err());
	}
}
