//! The results on disk: one row at a time, so that a run that was ended goes on where it stopped.

use crate::stats::Summary;
use anyhow::{Context, Result};
use std::{
	collections::BTreeSet,
	fs,
	path::{Path, PathBuf},
};

/// The timing table's columns.
pub const COLUMNS: [&str; 7] =
	["scheme", "users", "length", "client_ms", "server_ms", "total_ms", "bytes_per_user"];
/// The columns of the table beside it: how sure the figures are, and one server's part.
pub const SPREAD_COLUMNS: [&str; 14] = [
	"scheme",
	"users",
	"length",
	"clients",
	"client_min_ms",
	"client_low_ms",
	"client_high_ms",
	"client_max_ms",
	"server_runs",
	"server_min_ms",
	"server_max_ms",
	"node_ms",
	"machine",
	"versions",
];

/// A measured combination.
#[derive(Clone, Debug)]
pub struct Row {
	/// Scheme.
	pub scheme: String,
	/// Users, `N`.
	pub users: usize,
	/// Values a user, `L`.
	pub length: usize,
	/// The median of the users' client times.
	pub client_ms: f64,
	/// The median of all servers' work together.
	pub server_ms: f64,
	/// `users * client_ms + server_ms`.
	pub total_ms: f64,
	/// Bytes of an upload.
	pub bytes_per_user: usize,
	/// The median work of the busiest server; not in the timing table.
	pub node_ms: f64,
	/// First and third quartile of the client's time; not in the timing table.
	pub client_quartiles: (f64, f64),
	/// Machine and versions; not in the timing table.
	pub measured_on: String,
}

/// The two tables of an experiment.
pub struct Store {
	timing: PathBuf,
	spread: PathBuf,
	done: BTreeSet<(String, usize, usize)>,
}

impl Store {
	/// Opens `<folder>/<name>.csv` and `<folder>/<name>_spread.csv`; with `fresh`, empties them.
	pub fn open(folder: &Path, name: &str, fresh: bool) -> Result<Self> {
		fs::create_dir_all(folder)?;
		let [timing, spread] = [name.to_owned(), format!("{name}_spread")]
			.map(|name| folder.join(format!("{name}.csv")));
		for (file, columns) in [(&timing, COLUMNS.as_slice()), (&spread, &SPREAD_COLUMNS)] {
			if fresh || !file.exists() {
				fs::write(file, columns.join(",") + "\n")?;
			}
		}
		let mut store = Self { timing, spread, done: BTreeSet::new() };
		let rows = store.rows()?;
		store.done = rows.into_iter().map(|row| (row.scheme, row.users, row.length)).collect();
		Ok(store)
	}

	/// Whether a combination is there.
	pub fn has(&self, scheme: &str, users: usize, length: usize) -> bool {
		self.done.contains(&(scheme.to_owned(), users, length))
	}

	/// Adds a row. The spread first: a row counts as done by its place in the timing table.
	pub fn add(
		&mut self,
		row: &Row,
		client: &Summary,
		server: &Summary,
		machine: &Machine,
	) -> Result<()> {
		let key = [row.scheme.clone(), row.users.to_string(), row.length.to_string()];
		let ms = |value: f64| format!("{value:.6}");
		let mut spread = key.to_vec();
		spread.push(client.count.to_string());
		spread.extend([client.min, client.low, client.high, client.max].map(ms));
		spread.push(server.count.to_string());
		spread.extend([server.min, server.max, row.node_ms].map(ms));
		spread.extend([machine.name.clone(), machine.versions.clone()]);
		append(&self.spread, &spread)?;
		let mut timing = key.to_vec();
		timing.extend([row.client_ms, row.server_ms, row.total_ms].map(ms));
		timing.push(row.bytes_per_user.to_string());
		append(&self.timing, &timing)?;
		self.done.insert((row.scheme.clone(), row.users, row.length));
		Ok(())
	}

	/// All rows, both tables joined.
	pub fn rows(&self) -> Result<Vec<Row>> {
		let spread = records(&self.spread)?;
		let join = |timing: &csv::StringRecord| {
			let same =
				|other: &&csv::StringRecord| (0..3).all(|column| other[column] == timing[column]);
			// the last one, should a run have been ended between the two tables
			let spread = spread.iter().rev().find(same).context("a row without its spread")?;
			Ok(Row {
				scheme: timing[0].to_owned(),
				users: timing[1].parse()?,
				length: timing[2].parse()?,
				client_ms: timing[3].parse()?,
				server_ms: timing[4].parse()?,
				total_ms: timing[5].parse()?,
				bytes_per_user: timing[6].parse()?,
				node_ms: spread[11].parse()?,
				client_quartiles: (spread[5].parse()?, spread[6].parse()?),
				measured_on: format!("{}; {}", &spread[12], &spread[13]),
			})
		};
		records(&self.timing)?.iter().map(join).collect()
	}
}

fn records(file: &Path) -> Result<Vec<csv::StringRecord>> {
	let mut reader = csv::Reader::from_path(file)?;
	Ok(reader.records().collect::<Result<_, _>>()?)
}

fn append(file: &Path, fields: &[String]) -> Result<()> {
	let file = fs::OpenOptions::new().append(true).open(file)?;
	let mut writer = csv::Writer::from_writer(file);
	writer.write_record(fields)?;
	Ok(writer.flush()?)
}

/// What ran the experiments.
#[derive(Clone, Debug)]
pub struct Machine {
	/// Processor and cores.
	pub name: String,
	/// Compiler and crates.
	pub versions: String,
}

impl Machine {
	/// Asks the system.
	pub fn here() -> Self {
		let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
		let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
		let model = model.map_or("unknown processor", |(_, name)| name);
		let cores = std::thread::available_parallelism().map_or(1, usize::from);
		let rustc = std::process::Command::new("rustc").arg("--version").output();
		let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
		Self {
			name: format!("{model} ({cores} cores)"),
			versions: format!("{}; {}", rustc.unwrap_or_default(), env!("VERSIONS")),
		}
	}

	/// Both, for above a table.
	pub fn note(&self) -> String {
		format!("{}; {}", self.name, self.versions)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::time::Duration;

	#[test]
	fn rows_come_back_and_count_as_done() {
		let folder = std::env::temp_dir().join(format!("ostraka-store-{}", std::process::id()));
		let machine = Machine { name: "a, b".into(), versions: "v".into() };
		let row = Row {
			scheme: "x".into(),
			users: 3,
			length: 8,
			client_ms: 1.5,
			server_ms: 2.,
			total_ms: 6.5,
			bytes_per_user: 10,
			node_ms: 0.5,
			client_quartiles: (1., 2.),
			measured_on: machine.note(),
		};
		let summary = Summary::of(&[Duration::from_millis(1), Duration::from_millis(2)]);
		let mut store = Store::open(&folder, "t", true).unwrap();
		assert!(!store.has("x", 3, 8));
		store.add(&row, &summary, &summary, &machine).unwrap();
		let store = Store::open(&folder, "t", false).unwrap();
		assert!(store.has("x", 3, 8) && !store.has("x", 3, 9));
		let rows = store.rows().unwrap();
		assert_eq!((rows.len(), rows[0].total_ms, rows[0].node_ms), (1, 6.5, 0.5));
		assert_eq!(rows[0].measured_on, "a, b; v");
		let header = fs::read_to_string(folder.join("t.csv")).unwrap();
		assert!(header.starts_with(
			"scheme,users,length,client_ms,server_ms,total_ms,bytes_per_user\nx,3,8,1.500000,"
		));
		assert!(Store::open(&folder, "t", true).unwrap().rows().unwrap().is_empty());
		fs::remove_dir_all(folder).unwrap();
	}
}
