//! What the figures were measured on.

/// Processor, cores and memory.
pub fn name() -> String {
	let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
	let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
	let model = model.map_or("unknown processor", |(_, name)| name);
	let cores = std::thread::available_parallelism().map_or(1, usize::from);
	let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
	let kib = memory.lines().find_map(|line| {
		line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse::<u64>().ok()
	});
	let memory = kib.map_or_else(String::new, |kib| format!(", {} GiB", kib.div_ceil(1 << 20)));
	format!("{model} ({cores} cores{memory})")
}

/// Compiler and crates.
pub fn versions() -> &'static str {
	env!("VERSIONS")
}
