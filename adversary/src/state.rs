//! The whole state of a block, and what must hold of it when all tasks are settled.

use codec::Decode;
use ostraka_client::{
	chain::{Chain, ChainError, Head},
	Error,
};
use ostraka_primitives::Balance;
use serde_json::{json, Value};
use std::{collections::BTreeMap, path::Path};
use subxt::ext::frame_decode::storage::encode_storage_key_prefix;

/// Keys asked for at a time.
const PAGE: u32 = 500;
/// Storage that an unsettled task takes, and that nothing is left of in the end.
const OF_TASKS: [(&str, &str); 15] = [
	("Incentives", "Escrows"),
	("Incentives", "Deposits"),
	("Tasks", "Invitations"),
	("Tasks", "Cohorts"),
	("Tasks", "Barred"),
	("Tasks", "Draws"),
	("Tasks", "OpenOf"),
	("Tasks", "DrawnTasks"),
	("Tasks", "Settlements"),
	("Vss", "Sharings"),
	("Vss", "Seats"),
	("Vss", "Dealings"),
	("Vss", "UsedEphemerals"),
	("Vss", "DealtNow"),
	("Vss", "RightShares"),
];

/// A block's state.
pub struct Snapshot {
	block: Head,
	pairs: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Snapshot {
	/// Reads all of it.
	///
	/// # Errors
	/// `Chain`.
	pub async fn read(chain: &Chain, block: Head) -> Result<Self, Error> {
		let at = format!("{:?}", block.hash);
		let unreadable = |text: &str| ChainError::Unreadable(format!("state: `{text}`"));
		let mut pairs = BTreeMap::new();
		let mut after: Option<String> = None;
		loop {
			let keys: Vec<String> =
				chain.link().request("state_getKeysPaged", &("0x", PAGE, &after, &at)).await?;
			let Some(last) = keys.last().cloned() else { break };
			let sets: Vec<ChangeSet> =
				chain.link().request("state_queryStorageAt", &(&keys, &at)).await?;
			for (key, value) in sets.into_iter().flat_map(|set| set.changes) {
				let bytes = |text: &str| {
					let digits = text.strip_prefix("0x").unwrap_or(text);
					hex::decode(digits).map_err(|_| unreadable(text))
				};
				if let Some(value) = value {
					pairs.insert(bytes(&key)?, bytes(&value)?);
				}
			}
			after = Some(last);
		}
		Ok(Self { block, pairs })
	}

	/// Keys and bytes.
	pub fn size(&self) -> Value {
		let bytes: usize = self.pairs.iter().map(|(key, value)| key.len() + value.len()).sum();
		json!({ "block": self.block.number, "keys": self.pairs.len(), "bytes": bytes })
	}

	/// Writes it to a file, for the runtime's `try_state` example.
	///
	/// # Errors
	/// `Failed`.
	pub fn write(&self, path: &Path) -> Result<(), Error> {
		let pairs: Vec<[String; 2]> =
			self.pairs.iter().map(|(key, value)| [hex::encode(key), hex::encode(value)]).collect();
		let text = json!({ "block": self.block.number, "pairs": pairs }).to_string();
		std::fs::write(path, text)
			.map_err(|error| Error::Failed(format!("{}: {error}", path.display())))
	}

	/// The entries of a storage item.
	fn item(&self, pallet: &str, item: &str) -> impl Iterator<Item = (&[u8], &[u8])> {
		let prefix = encode_storage_key_prefix(pallet, item).to_vec();
		let from = self.pairs.range(prefix.clone()..);
		from.take_while(move |(key, _)| key.starts_with(&prefix))
			.map(|(key, value)| (key.as_slice(), value.as_slice()))
	}

	fn issuance(&self) -> Option<Balance> {
		let (_, mut value) = self.item("Balances", "TotalIssuance").next()?;
		Balance::decode(&mut value).ok()
	}

	/// Sums of all accounts: free, and on hold.
	fn accounts(&self) -> Option<(Balance, Balance)> {
		let (mut free, mut reserved) = (0, 0);
		for (_, mut value) in self.item("System", "Account") {
			// counters of references, then the money
			let (_, own, held) = <([u32; 4], Balance, Balance)>::decode(&mut value).ok()?;
			free += own;
			reserved += held;
		}
		Some((free, reserved))
	}

	/// What is on hold for each reason: pallet and number.
	fn holds(&self) -> Option<BTreeMap<[u8; 2], Balance>> {
		let mut sums: BTreeMap<[u8; 2], Balance> = BTreeMap::new();
		for (_, mut value) in self.item("Balances", "Holds") {
			for (reason, amount) in <Vec<([u8; 2], Balance)>>::decode(&mut value).ok()? {
				*sums.entry(reason).or_default() += amount;
			}
		}
		Some(sums)
	}

	/// What does not hold, in words.
	pub fn failures(&self, chain: &Chain, before: &Self) -> Vec<String> {
		let mut failures = Vec::new();
		let (issuance, accounts) = (self.issuance(), self.accounts());
		if issuance.is_none() || issuance != accounts.map(|(free, held)| free + held) {
			failures.push(format!("issuance {issuance:?}, all accounts {accounts:?}"));
		}
		if issuance != before.issuance() {
			failures.push(format!("issuance was {:?} and is {issuance:?}", before.issuance()));
		}
		for (pallet, item) in OF_TASKS {
			let left = self.item(pallet, item).count();
			if left > 0 {
				failures.push(format!("{left} entries of {pallet}.{item} are left"));
			}
		}
		// a list: empty is one byte of zero, or nothing
		for list in ["Agenda", "Unsettled"] {
			if self.item("Tasks", list).any(|(_, value)| value != [0]) {
				failures.push(format!("Tasks.{list} is not empty"));
			}
		}
		let index = |name| chain.metadata().pallet_by_name(name).map(|pallet| pallet.call_index());
		let (registry, holds) = (index("Registry"), self.holds());
		let stakes_only = holds
			.as_ref()
			.is_some_and(|holds| holds.keys().all(|[pallet, _]| Some(*pallet) == registry));
		if !stakes_only {
			failures.push(format!("something other than stakes is on hold: {holds:?}"));
		}
		failures
	}
}

/// One answer of `state_queryStorageAt`.
#[derive(serde::Deserialize)]
struct ChangeSet {
	changes: Vec<(String, Option<String>)>,
}
