//! Memory of the node, size of its database and of the state, over time.

use ostraka_client::{chain::Chain, Error};
use serde_json::{json, Value};
use std::{
	fs,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

/// Wait between two samples.
const EVERY: Duration = Duration::from_secs(30);

/// Where to look.
#[derive(Clone)]
pub struct Watch {
	/// The node.
	pub node: Option<u32>,
	/// The chain's base path.
	pub base: PathBuf,
}

impl Watch {
	/// Resident memory of the node and its children, in KiB, as Linux tells it.
	fn resident(&self) -> Option<u64> {
		let parent = self.node?;
		let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
		let ids = children.split_whitespace().filter_map(|id| id.parse().ok()).chain([parent]);
		Some(ids.filter_map(resident).sum())
	}
}

fn resident(process: u32) -> Option<u64> {
	let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
	let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
	line.split_whitespace().next()?.parse().ok()
}

/// Bytes of all files below a directory.
fn size(directory: &Path) -> u64 {
	let entries = fs::read_dir(directory).into_iter().flatten().flatten();
	let sizes = entries.map(|entry| match entry.metadata() {
		Ok(data) if data.is_dir() => size(&entry.path()),
		Ok(data) => data.len(),
		// removed meanwhile
		Err(_) => 0,
	});
	sizes.sum()
}

/// What was seen at one time.
struct Sample {
	seconds: u64,
	block: u32,
	resident_kib: Option<u64>,
	database_bytes: u64,
	state_bytes: Option<u64>,
}

/// All that was seen.
#[derive(Default)]
pub struct Samples {
	begun: Option<Instant>,
	next: Option<Instant>,
	taken: Vec<Sample>,
}

impl Samples {
	/// Takes a sample if it is time.
	///
	/// # Errors
	/// `Chain`.
	pub async fn take(&mut self, chain: &Chain, watch: &Watch) -> Result<(), Error> {
		let now = Instant::now();
		if self.next.is_some_and(|next| now < next) {
			return Ok(());
		}
		let begun = *self.begun.get_or_insert(now);
		self.next = Some(now + EVERY);
		let state_bytes = chain.link().request("state_getStorageSize", &("0x",)).await?;
		self.taken.push(Sample {
			seconds: (now - begun).as_secs(),
			block: chain.head().number,
			resident_kib: watch.resident(),
			database_bytes: size(&watch.base),
			state_bytes,
		});
		Ok(())
	}

	/// As JSON, oldest first.
	pub fn json(&self) -> Value {
		let sample = |sample: &Sample| {
			json!({
				"seconds": sample.seconds,
				"block": sample.block,
				"resident_kib": sample.resident_kib,
				"database_bytes": sample.database_bytes,
				"state_bytes": sample.state_bytes,
			})
		};
		self.taken.iter().map(sample).collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_process_has_memory_and_a_directory_a_size() {
		assert!(resident(std::process::id()).is_some_and(|kib| kib > 100));
		let directory = tempfile::tempdir().expect("a temporary directory");
		fs::create_dir(directory.path().join("a")).expect("made");
		fs::write(directory.path().join("a/b"), [0; 300]).expect("written");
		fs::write(directory.path().join("c"), [0; 5]).expect("written");
		assert_eq!(size(directory.path()), 305);
	}
}
