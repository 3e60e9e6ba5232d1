//! What the processes of a run used, from `/proc`.

use std::path::Path;

/// Ticks a second of the times in `/proc`, on every Linux.
const TICKS: f64 = 100.0;
/// Places in `/proc/N/stat` after the name: user and system time, in ticks.
const TIMES: [usize; 2] = [11, 12];

/// What the processes used together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
	/// Processes.
	pub processes: usize,
	/// Processor time, in seconds.
	pub seconds: f64,
	/// Memory, in MiB.
	pub memory: f64,
}

impl Usage {
	/// Of all processes with the folder among their arguments.
	pub fn of(folder: &Path) -> Self {
		let folder = folder.to_string_lossy();
		let mut usage = Self::default();
		let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
		for process in processes.map(|entry| entry.path()) {
			let Ok(arguments) = std::fs::read(process.join("cmdline")) else { continue };
			if !String::from_utf8_lossy(&arguments).contains(folder.as_ref()) {
				continue;
			}
			let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
			let fields: Vec<&str> = stat
				.rsplit_once(") ")
				.map_or_else(Vec::new, |(_, rest)| rest.split_whitespace().collect());
			let ticks = TIMES.iter().filter_map(|place| fields.get(*place)?.parse::<f64>().ok());
			let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
			let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
			let kib = memory.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
			usage.processes += 1;
			usage.seconds += ticks.sum::<f64>() / TICKS;
			usage.memory += kib.unwrap_or_default() / 1024.0;
		}
		usage
	}
}
