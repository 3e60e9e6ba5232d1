//! Holds the invariants of our own pallets against the state of a running chain, from a snapshot file: JSON with
//! `pairs`, a list of `[key, value]` in hexadecimal (`ostraka-adversary soak --snapshot FILE` writes one), packed by gzip if its
//! name ends so. Then upgrades that state to this runtime, and holds them against what comes of it. With the feature `try-runtime`
//! the migrations' own checks run too. What it does the test `snapshot` does to the snapshot that is committed.

#[path = "../tests/checked/mod.rs"]
mod checked;

use checked::Snapshot;
use std::{path::Path, process::ExitCode};

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

fn run() -> Result<String, String> {
	let path = std::env::args_os().nth(1).ok_or("give the snapshot file")?;
	let path = Path::new(&path);
	Snapshot::read(path)?.upgrade().map_err(|error| format!("{}: {error}", path.display()))
}
