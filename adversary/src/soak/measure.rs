//! Memory of the node, size of its database and of the state, over time.

use ostraka_client::{chain::Chain, Error};
use parity_db::{Db, Options};
use serde_json::{json, Value};
use std::{
	fs,
	os::unix::fs::MetadataExt,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

/// Wait between two samples.
const EVERY: Duration = Duration::from_secs(10);
/// How often a copy of the database is made before it is given up: one made while the node writes may be of two states.
const TRIES: u32 = 5;
/// Columns of the node's database, which are in the names of ParityDB's files of values, `table_COLUMN_…`: what offchain workers and
/// offchain indexing keep; the state with its journal; headers, bodies, justifications and what is indexed of bodies.
const OFFCHAIN: [u8; 1] = [9];
const STATE: [u8; 2] = [1, 2];
const BLOCKS: [u8; 5] = [4, 5, 6, 11, 12];

/// Where to look.
#[derive(Clone)]
pub struct Watch {
	/// The node.
	pub node: Option<u32>,
	/// The chain's base path.
	pub base: PathBuf,
}

impl Watch {
	/// Memory of the node and its children, in KiB, as Linux tells it.
	fn memory(&self) -> Option<Memory> {
		let parent = self.node?;
		let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
		let ids = children.split_whitespace().filter_map(|id| id.parse().ok()).chain([parent]);
		let add = |sum: Memory, one: Memory| Memory {
			resident_kib: sum.resident_kib + one.resident_kib,
			own_kib: sum.own_kib + one.own_kib,
		};
		Some(ids.filter_map(memory).fold(Memory::default(), add))
	}
}

/// Memory of a process.
#[derive(Clone, Copy, Default)]
struct Memory {
	/// All that is resident, pages of files among it: the database's are mapped.
	resident_kib: u64,
	/// Without pages of files.
	own_kib: u64,
}

fn memory(process: u32) -> Option<Memory> {
	let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
	let field = |name: &str| -> Option<u64> {
		let line = status.lines().find_map(|line| line.strip_prefix(name))?;
		line.split_whitespace().next()?.parse().ok()
	};
	Some(Memory { resident_kib: field("VmRSS:")?, own_kib: field("RssAnon:")? })
}

/// Bytes that files take on disk: ParityDB makes them longer than what is written to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Disk {
	/// All files.
	all: u64,
	/// Values that offchain workers and offchain indexing keep.
	offchain: u64,
	/// Values of the state.
	state: u64,
	/// Values of blocks.
	blocks: u64,
}

/// What a node's database takes, its values as they are once all that the node has written is in their files. ParityDB gathers
/// changes in its log, up to 64 MiB of them, before it touches these, so a copy is opened, which empties its log.
///
/// # Errors
/// `Failed` if no copy can be opened.
fn settled(base: &Path) -> Result<Disk, Error> {
	let mut sum = disk(base);
	let Some(database) = database(base) else { return Ok(sum) };
	let mut last = String::new();
	for _ in 0..TRIES {
		match copied(&database) {
			Ok(copy) => {
				let Disk { offchain, state, blocks, .. } = disk(copy.path());
				(sum.offchain, sum.state, sum.blocks) = (offchain, state, blocks);
				return Ok(sum);
			},
			Err(error) => last = error,
		}
	}
	Err(Error::Failed(format!("no copy of {} can be opened: {last}", database.display())))
}

/// The folder of a ParityDB below this one.
fn database(directory: &Path) -> Option<PathBuf> {
	if directory.join("metadata").is_file() {
		return Some(directory.to_owned());
	}
	let entries = fs::read_dir(directory).ok()?.flatten();
	entries.filter(|entry| entry.path().is_dir()).find_map(|entry| database(&entry.path()))
}

/// A copy of a ParityDB whose log is empty.
fn copied(database: &Path) -> Result<tempfile::TempDir, String> {
	let copy = tempfile::tempdir().map_err(|error| error.to_string())?;
	for entry in fs::read_dir(database).map_err(|error| error.to_string())?.flatten() {
		let name = entry.file_name();
		if name != "lock" {
			fs::copy(entry.path(), copy.path().join(&name)).map_err(|error| error.to_string())?;
		}
	}
	let metadata = Options::load_metadata(copy.path()).map_err(|error| error.to_string())?;
	let metadata = metadata.ok_or("the copy has no metadata")?;
	let mut options = Options::with_columns(copy.path(), 0);
	options.columns = metadata.columns;
	options.salt = Some(metadata.salt);
	drop(Db::open(&options).map_err(|error| error.to_string())?);
	Ok(copy)
}

/// What all files below a directory take.
fn disk(directory: &Path) -> Disk {
	let mut sum = Disk::default();
	for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
		// one that was removed meanwhile takes nothing
		let Ok(data) = entry.metadata() else { continue };
		if data.is_dir() {
			let below = disk(&entry.path());
			sum.all += below.all;
			sum.offchain += below.offchain;
			sum.state += below.state;
			sum.blocks += below.blocks;
			continue;
		}
		// of 512 bytes each, whatever the disk's are
		let bytes = data.blocks() * 512;
		sum.all += bytes;
		match column(&entry.file_name().to_string_lossy()) {
			Some(column) if OFFCHAIN.contains(&column) => sum.offchain += bytes,
			Some(column) if STATE.contains(&column) => sum.state += bytes,
			Some(column) if BLOCKS.contains(&column) => sum.blocks += bytes,
			_ => {},
		}
	}
	sum
}

/// The column of a file of ParityDB's that holds values.
fn column(file: &str) -> Option<u8> {
	file.strip_prefix("table_")?.split('_').next()?.parse().ok()
}

/// What was seen at one time.
struct Sample {
	seconds: u64,
	block: u32,
	/// Dealings that the chain has taken since the beginning, and tasks that it has settled.
	done: Done,
	memory: Option<Memory>,
	disk: Disk,
	state_bytes: Option<u64>,
}

/// What had happened by then.
#[derive(Clone, Copy)]
pub struct Done {
	/// Dealings taken.
	pub dealings: u64,
	/// Tasks settled.
	pub settled: u64,
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
	/// `Chain`, `Failed`.
	pub async fn take(&mut self, chain: &Chain, watch: &Watch, done: Done) -> Result<(), Error> {
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
			done,
			memory: watch.memory(),
			disk: settled(&watch.base)?,
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
				"dealings": sample.done.dealings,
				"settled": sample.done.settled,
				"resident_kib": sample.memory.map(|memory| memory.resident_kib),
				"own_kib": sample.memory.map(|memory| memory.own_kib),
				"database_bytes": sample.disk.all,
				"offchain_bytes": sample.disk.offchain,
				"state_on_disk_bytes": sample.disk.state,
				"blocks_bytes": sample.disk.blocks,
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
		let memory = memory(std::process::id()).expect("this process has memory");
		assert!(memory.own_kib > 100 && memory.own_kib <= memory.resident_kib);
		let directory = tempfile::tempdir().expect("a temporary directory");
		let full = directory.path().join("full");
		fs::create_dir(&full).expect("made");
		let files = ["table_09_05", "table_01_00", "table_05_0f", "index_09_16", "metadata"];
		for file in files {
			fs::write(full.join(file), [1; 20_000]).expect("written");
		}
		// longer than what is in it
		let long = fs::File::create(full.join("table_09_06")).expect("made");
		long.set_len(1 << 30).expect("no disk is needed for it");
		let found = disk(directory.path());
		for bytes in [found.offchain, found.state, found.blocks] {
			assert!((20_000..100_000).contains(&bytes), "{found:?}");
		}
		assert!((100_000..500_000).contains(&found.all), "{found:?}");
	}

	/// What a node has written is in the log of its database, and in no file of values.
	#[test]
	fn what_is_in_the_log_is_counted() {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let full = directory.path().join("chains/x/paritydb/full");
		fs::create_dir_all(&full).expect("made");
		let db = Db::open_or_create(&Options::with_columns(&full, 13)).expect("a database");
		let entry = |number: u32| (9, number.to_le_bytes().to_vec(), Some(vec![7; 2_000]));
		db.commit((0..100).map(entry)).expect("written");
		// written to the log by a thread of the database's
		let begun = Instant::now();
		while settled(directory.path()).expect("readable").offchain < 200_000 {
			assert!(begun.elapsed() < Duration::from_secs(60), "nothing comes");
			std::thread::sleep(Duration::from_millis(50));
		}
		assert_eq!(disk(directory.path()).offchain, 0);
		drop(db);
	}

	#[test]
	fn a_file_of_values_names_its_column() {
		assert_eq!(column("table_09_1f"), Some(9));
		assert_eq!(column("table_12_00"), Some(12));
		for other in ["index_09_16", "log0", "table_", "metadata"] {
			assert_eq!(column(other), None);
		}
	}
}
