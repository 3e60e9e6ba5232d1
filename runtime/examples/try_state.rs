//! Holds the invariants of our own pallets against the state of a running chain, from a snapshot file: JSON with
//! `pairs`, a list of `[key, value]` in hexadecimal (`ostraka-adversary soak --snapshot FILE` writes one). Then upgrades that state
//! to this runtime, and holds them against what comes of it. With the feature `try-runtime` the migrations' own checks run too.

use frame_support::weights::Weight;
use ostraka_runtime::{
	configs::system::RuntimeBlockWeights, Consent, Incentives, MessageQueue, Network, Registry,
	System, Tasks, Vss,
};
use serde_json::Value;
use sp_core::storage::Storage;
use std::{error::Error, process::ExitCode};

fn main() -> ExitCode {
	match run() {
		Ok(said) => {
			println!("{said}");
			ExitCode::SUCCESS
		},
		Err(error) => {
			eprintln!("error: {error}");
			ExitCode::FAILURE
		},
	}
}

fn run() -> Result<String, Box<dyn Error>> {
	let path = std::env::args().nth(1).ok_or("give the snapshot file")?;
	let file = std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
	let snapshot: Value = serde_json::from_slice(&file)?;
	let pairs = snapshot["pairs"].as_array().ok_or("the snapshot has no pairs")?;
	let mut storage = Storage::default();
	for pair in pairs {
		let bytes =
			|place: usize| pair[place].as_str().and_then(hex).ok_or("a pair is not in hexadecimal");
		storage.top.insert(bytes(0)?, bytes(1)?);
	}
	sp_io::TestExternalities::new(storage).execute_with(|| {
		let number = System::block_number();
		if number == 0 {
			return Err("the snapshot is of no chain's state: it has no block number".into());
		}
		let checked = check()?;
		let weight = upgrade()?;
		if weight.any_gt(RuntimeBlockWeights::get().max_block) {
			return Err(format!("the upgrade takes more than a block: {weight}").into());
		}
		check().map_err(|error| format!("after the upgrade: {error}"))?;
		Ok(format!(
			"block {number}: {} keys, the invariants of {checked} pallets hold, and after an upgrade of {weight} too",
			pairs.len(),
		))
	})
}

/// Holds all invariants. Returns of how many pallets.
fn check() -> Result<usize, String> {
	type Check = fn() -> Result<(), sp_runtime::TryRuntimeError>;
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
fn upgrade() -> Result<Weight, String> {
	use frame_support::traits::{BeforeAllRuntimeMigrations, OnRuntimeUpgrade};
	use ostraka_runtime::{AllPalletsWithSystem, Migrations};
	let before = AllPalletsWithSystem::before_all_runtime_migrations();
	Ok(before.saturating_add(Migrations::on_runtime_upgrade()))
}

/// The same, with the migrations' checks.
#[cfg(feature = "try-runtime")]
fn upgrade() -> Result<Weight, String> {
	use frame_try_runtime::UpgradeCheckSelect;
	let done = ostraka_runtime::Executive::try_runtime_upgrade(UpgradeCheckSelect::All);
	done.map_err(|error| format!("{error:?}"))
}

fn hex(text: &str) -> Option<Vec<u8>> {
	let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
	let pairs = digits.chunks(2).map(|pair| {
		let digit = |place: usize| (*pair.get(place)? as char).to_digit(16);
		u8::try_from(digit(0)? * 16 + digit(1)?).ok()
	});
	pairs.collect()
}
