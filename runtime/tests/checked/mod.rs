//! An upgrade to this runtime with all that can be checked of it: of a test's state, and of a running chain's from a snapshot.
//!
//! With the feature `try-runtime` the migrations' own checks run around each of them, all of the state has to decode afterwards,
//! and the SDK's pallets' invariants are held besides ours. Without it ours are.
//!
//! A *snapshot* is a file of JSON with `pairs`, a list of `[key, value]` in hexadecimal, also packed by gzip: a block's whole state.
//! `ostraka-adversary soak --snapshot FILE` writes one, and `scripts/pack_snapshot.py` makes a small one of it.

#![allow(dead_code)]

use codec::{Decode, Encode};
use flate2::read::GzDecoder;
use frame_support::{
	traits::{GetStorageVersion, PalletInfoAccess, StorageVersion},
	weights::Weight,
};
use ostraka_runtime::{
	configs::system::RuntimeBlockWeights, Consent, Executive, Incentives, MessageQueue, Network,
	Registry, System, Tasks, Vss, VERSION,
};
use serde_json::Value;
use sp_core::storage::{StateVersion, Storage};
use sp_io::TestExternalities;
use sp_runtime::TryRuntimeError;
use std::{io::Read, path::Path};

/// What a pallet of ours is called, and the version of its storage: of the state, and of this runtime.
pub struct Versions {
	pub pallet: &'static str,
	pub stored: StorageVersion,
	pub present: StorageVersion,
}

impl Versions {
	fn of<P>() -> Self
	where
		P: GetStorageVersion<InCodeStorageVersion = StorageVersion> + PalletInfoAccess,
	{
		let (stored, present) = (P::on_chain_storage_version(), P::in_code_storage_version());
		Self { pallet: P::name(), stored, present }
	}

	/// Of all pallets that have storage of ours.
	pub fn of_all() -> [Self; 6] {
		[
			Self::of::<Network>(),
			Self::of::<Registry>(),
			Self::of::<Tasks>(),
			Self::of::<Vss>(),
			Self::of::<Incentives>(),
			Self::of::<Consent>(),
		]
	}

	/// Those whose state is not this runtime's, in words.
	pub fn due() -> Vec<String> {
		let due = Self::of_all().into_iter().filter(|of| of.stored != of.present);
		due.map(|Self { pallet, stored, present }| {
			format!("{pallet} {} to {}", number(stored), number(present))
		})
		.collect()
	}
}

/// The number that a version is.
fn number(version: StorageVersion) -> u16 {
	u16::decode(&mut version.encode().as_slice()).unwrap_or(u16::MAX)
}

/// Holds the invariants of our own pallets and of the queue of messages. Returns of how many pallets.
pub fn check() -> Result<usize, String> {
	type Check = fn() -> Result<(), TryRuntimeError>;
	let checks: [(&str, Check); 7] = [
		("Network", Network::do_try_state),
		("Registry", Registry::do_try_state),
		("Tasks", Tasks::do_try_state),
		("Vss", Vss::do_try_state),
		("Consent", Consent::do_try_state),
		("Incentives", Incentives::do_try_state),
		("MessageQueue", MessageQueue::do_try_state),
	];
	for (pallet, check) in checks {
		check().map_err(|error| format!("{pallet}: {error:?}"))?;
	}
	Ok(checks.len())
}

/// Does to the state what an upgrade to this runtime does.
#[cfg(not(feature = "try-runtime"))]
pub fn upgrade() -> Result<Weight, String> {
	Ok(Executive::execute_on_runtime_upgrade())
}

/// The same, with the migrations' own checks, all pallets' invariants, and the state's decoding. What they find is also logged,
/// as several faults at once are named nowhere else.
#[cfg(feature = "try-runtime")]
pub fn upgrade() -> Result<Weight, String> {
	use frame_try_runtime::UpgradeCheckSelect;

	sp_tracing::try_init_simple();
	let done = Executive::try_runtime_upgrade(UpgradeCheckSelect::All);
	done.map_err(|error| match check() {
		Ok(_) => format!("{error:?}"),
		Err(ours) => format!("{error:?}; {ours}"),
	})
}

/// A block's whole state.
pub struct Snapshot(Storage);

impl Snapshot {
	/// Reads it from a file.
	pub fn read(path: &Path) -> Result<Self, String> {
		let of_file = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
		let mut file = std::fs::read(path).map_err(|error| of_file(&error))?;
		if path.extension().is_some_and(|end| end == "gz") {
			let packed = std::mem::take(&mut file);
			GzDecoder::new(packed.as_slice())
				.read_to_end(&mut file)
				.map_err(|error| of_file(&error))?;
		}
		let snapshot: Value = serde_json::from_slice(&file).map_err(|error| of_file(&error))?;
		let pairs = snapshot["pairs"].as_array().ok_or_else(|| of_file(&"it has no pairs"))?;
		let mut storage = Storage::default();
		for pair in pairs {
			let bytes = |place: usize| pair[place].as_str().and_then(hex);
			let (Some(key), Some(value)) = (bytes(0), bytes(1)) else {
				return Err(of_file(&"a pair is not in hexadecimal"));
			};
			storage.top.insert(key, value);
		}
		Ok(Self(storage))
	}

	/// Looks into it.
	pub fn look<R>(self, look: impl FnOnce() -> R) -> R {
		TestExternalities::new(self.0).execute_with(look)
	}

	/// Upgrades it to this runtime. Returns in words what it was and what was done. A state of an older runtime is migrated; of
	/// one of this runtime nothing may be due, and nothing may change.
	pub fn upgrade(self) -> Result<String, String> {
		self.changed_and_upgraded(|| ())
	}

	/// The same, after something was done to it.
	pub fn changed_and_upgraded(self, change: impl FnOnce()) -> Result<String, String> {
		let keys = self.0.top.len();
		self.look(|| {
			change();
			let number = System::block_number();
			if number == 0 {
				return Err("it is of no chain's state: it has no block number".into());
			}
			let done = upgrade_from(System::last_runtime_upgrade_spec_version())?;
			let with = match cfg!(feature = "try-runtime") {
				true => "with all checks of try-runtime",
				false => "without the checks of try-runtime",
			};
			Ok(format!("block {number}, {keys} keys, {with}: {done}"))
		})
	}
}

/// Upgrades the state from the runtime of this version.
fn upgrade_from(version: u32) -> Result<String, String> {
	let present = VERSION.spec_version;
	if version > present {
		return Err(format!("it is of runtime {version}, which is newer than this one, {present}"));
	}
	let due = Versions::due();
	if version == present {
		if !due.is_empty() {
			let due = due.join(", ");
			return Err(format!(
				"it is of this runtime, {present}, and yet migrations are due: {due}"
			));
		}
		// Of another one it may not even decode before it is migrated
		check()?;
	}
	let root = || sp_io::storage::root(StateVersion::V1);
	let before = root();
	let weight = upgrade()?;
	let left = Versions::due();
	if !left.is_empty() {
		return Err(format!("no migration has done {}", left.join(", ")));
	}
	let checked = check().map_err(|error| format!("after the upgrade: {error}"))?;
	if weight.any_gt(RuntimeBlockWeights::get().max_block) {
		return Err(format!("the upgrade takes more than a block: {weight}"));
	}
	let did = if version < present {
		let due = if due.is_empty() { "of no pallet".to_owned() } else { due.join(", ") };
		format!("upgraded from runtime {version} to {present}, migrated {due}, by {weight}")
	} else if root() == before {
		format!("of this runtime, {present}: no migration is due, and an upgrade changes nothing")
	} else {
		return Err("an upgrade to the runtime that it is of changes it".into());
	};
	Ok(format!("{did}; the invariants of {checked} pallets of ours hold"))
}

fn hex(text: &str) -> Option<Vec<u8>> {
	let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
	let pairs = digits.chunks(2).map(|pair| {
		let digit = |place: usize| (*pair.get(place)? as char).to_digit(16);
		u8::try_from(digit(0)? * 16 + digit(1)?).ok()
	});
	pairs.collect()
}
