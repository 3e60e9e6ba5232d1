//! Storage and constants.

use super::{calls::Mismatch, layout::Own, Chain, ChainError, Head};
use codec::{Decode, DecodeAll};
pub use ostraka_primitives::record::{DealingRecord, Standing};
use ostraka_primitives::{task::TaskStatus, AccountId, Balance, TaskId};
use scale_info::meta_type;
use std::time::Duration;
use subxt::{
	ext::{frame_decode::storage::encode_storage_key_prefix, scale_value::Value},
	metadata::Metadata,
	storage,
};

/// How long a block takes if the chain does not say.
const USUAL_BLOCK: Duration = Duration::from_secs(6);

/// An account's money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Decode)]
struct AccountInfo {
	_nonce: u32,
	_consumers: u32,
	_providers: u32,
	_sufficients: u32,
	free: Balance,
	reserved: Balance,
	frozen: Balance,
}

/// What an account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
	/// What it can spend, the existential deposit included.
	pub free: Balance,
	/// What is on hold: stakes, deposits, escrow.
	pub reserved: Balance,
	/// What of `free` may be used for fees only.
	pub frozen: Balance,
}

/// Holds the types of this module against a chain's metadata.
pub(super) fn check(metadata: &Metadata) -> Result<(), Mismatch> {
	let own = Own::new([meta_type::<DealingRecord>(), meta_type::<TaskStatus>()]);
	let pallet = |name: &str| {
		let absent = || Mismatch::Absent(format!("it has no pallet `{name}`"));
		metadata.pallet_by_name(name).ok_or_else(absent)
	};
	for (place, name, item) in [(0, "Vss", "Dealings"), (1, "Tasks", "Statuses")] {
		let differs = |what: String| Mismatch::Differs(format!("storage {name}.{item}: {what}"));
		let entry = pallet(name)?.storage().and_then(|storage| storage.entry_by_name(item));
		let entry = entry.ok_or_else(|| differs("it is not there".to_owned()))?;
		own.matches(place, metadata.types(), entry.value_ty()).map_err(differs)?;
	}
	Ok(())
}

impl Chain {
	/// First 32 bytes of the keys of a storage item.
	pub(super) fn storage_prefix(&self, pallet: &str, item: &str) -> [u8; 32] {
		encode_storage_key_prefix(pallet, item)
	}

	/// A value of a block's state.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn storage_at(&self, key: &[u8], block: Head) -> Result<Option<Vec<u8>>, ChainError> {
		let hash = block.hash;
		let value = self
			.0
			.link
			.ask(|rpc| async move { rpc.state_get_storage(key, Some(hash)).await })
			.await;
		value.map_err(|error| pruned(error, block.number))
	}

	/// Writes into the node's own offchain database, where its workers read. The node must allow unsafe RPC methods.
	pub async fn set_offchain(&self, key: &[u8], value: &[u8]) -> Result<(), ChainError> {
		let hex = |bytes: &[u8]| format!("0x{}", hex::encode(bytes));
		let (key, value) = (hex(key), hex(value));
		self.0.link.request("offchain_localStorageSet", &("PERSISTENT", key, value)).await
	}

	/// What the node's own offchain database has under a key, in hexadecimal. The node must allow unsafe RPC methods.
	pub async fn offchain(&self, key: &[u8]) -> Result<Option<String>, ChainError> {
		let key = format!("0x{}", hex::encode(key));
		self.0.link.request("offchain_localStorageGet", &("PERSISTENT", key)).await
	}

	/// A decoded value of a block's state, under keys.
	pub(super) async fn stored<T: Decode>(
		&self,
		pallet: &'static str,
		item: &'static str,
		keys: Vec<Value>,
		block: Head,
	) -> Result<Option<T>, ChainError> {
		let unreadable =
			|error: String| ChainError::Unreadable(format!("{pallet}.{item}: {error}"));
		let address = storage::dynamic::<Vec<Value>, Value>(pallet, item);
		let entry = self.0.client.storage().entry(address);
		let key = entry
			.and_then(|entry| entry.fetch_key(keys))
			.map_err(|error| unreadable(error.to_string()))?;
		let value = self.storage_at(&key, block).await?;
		value
			.map(|bytes| {
				T::decode(&mut bytes.as_slice()).map_err(|error| unreadable(error.to_string()))
			})
			.transpose()
	}

	/// What the state holds of a dealer's dealing to an unsettled task.
	pub async fn dealing(
		&self,
		task: TaskId,
		dealer: &AccountId,
	) -> Result<Option<DealingRecord>, ChainError> {
		let account: &[u8] = dealer.as_ref();
		let keys = vec![Value::u128(task.into()), Value::from_bytes(account)];
		self.stored("Vss", "Dealings", keys, self.head()).await
	}

	/// Where a task is in its life, as of a block: all that is left of one that failed before its draw.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn status(
		&self,
		task: TaskId,
		block: Head,
	) -> Result<Option<TaskStatus>, ChainError> {
		self.stored("Tasks", "Statuses", vec![Value::u128(task.into())], block).await
	}

	/// Number of tasks ever.
	pub async fn tasks(&self) -> Result<u32, ChainError> {
		let number = self.stored("Tasks", "NextTask", Vec::new(), self.head()).await?;
		Ok(number.unwrap_or_default())
	}

	/// What an account has.
	pub async fn money(&self, account: &AccountId) -> Result<Money, ChainError> {
		self.money_at(account, self.head()).await
	}

	/// What an account has as of a block.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn money_at(&self, account: &AccountId, block: Head) -> Result<Money, ChainError> {
		let bytes: &[u8] = account.as_ref();
		let keys = vec![Value::from_bytes(bytes)];
		let info: Option<AccountInfo> = self.stored("System", "Account", keys, block).await?;
		let info = info.unwrap_or_default();
		Ok(Money { free: info.free, reserved: info.reserved, frozen: info.frozen })
	}

	/// How long a block takes, as the chain is meant to run: a development chain makes its blocks faster.
	pub fn block_time(&self) -> Duration {
		let millis: Option<u64> = self.constant("Aura", "SlotDuration");
		millis.filter(|millis| *millis > 0).map_or(USUAL_BLOCK, Duration::from_millis)
	}

	/// A constant of a pallet; `None` if there is none, or of another type.
	pub fn constant<T: Decode>(&self, pallet: &str, name: &str) -> Option<T> {
		let constant = self.metadata().pallet_by_name(pallet)?.constant_by_name(name)?;
		T::decode_all(&mut constant.value()).ok()
	}
}

/// Names a refusal that comes of a pruned state.
pub(super) fn pruned(error: ChainError, block: u32) -> ChainError {
	match error {
		ChainError::Rpc(message)
			if message.contains("discarded") || message.contains("UnknownBlock") =>
		{
			ChainError::Pruned { what: "the state", block }
		},
		other => other,
	}
}
