//! Experiment 3: the chain. A program of the node's own workspace measures (`experiments/chain`, which says what the
//! columns of its files mean); here it is started, and its files become tables and plots.

mod results;
mod scaling;

pub use results::{
	calls, dealers, latency, latency_lines, left_open, throughput, throughput_lines,
};
pub use scaling::{dealing, limits, steps};

use anyhow::{ensure, Context, Result};
use serde::{de::DeserializeOwned, Deserialize};
use std::{
	path::{Path, PathBuf},
	process::Command,
};

/// Names the measuring program.
const PROGRAM: &str = "OSTRAKA_CHAIN_EXPERIMENT";

/// A row of `chain_calls.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
	pub call: String,
	pub variant: String,
	pub class: String,
	pub seats: u32,
	pub threshold: u32,
	pub length: u32,
	pub dealers: u32,
	pub bytes: f64,
	pub ref_ms: f64,
	pub proof_bytes: f64,
	pub calls_a_block: u64,
	pub bound: String,
}

/// A row of `chain_charges.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Charge {
	pub call: String,
	pub seats: u32,
	pub threshold: u32,
	pub length: u32,
	pub count: u32,
	pub bytes: u64,
	pub bytes_min: u64,
	pub bytes_max: u64,
	pub ref_ms: f64,
	pub ref_ms_min: f64,
	pub ref_ms_max: f64,
	pub proof_bytes: f64,
	pub fee: f64,
	pub fee_min: f64,
	pub fee_max: f64,
	pub deposit: f64,
}

/// A row of `chain_runs.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Run {
	pub tasks: u32,
	pub dealers: u32,
	pub length: u32,
	pub seats: u32,
	pub threshold: u32,
	pub dealings: u32,
	pub deal_blocks: u32,
	pub deal_seconds: f64,
	pub busiest_block: u32,
	pub ref_share: f64,
	pub proof_share: f64,
	pub length_share: f64,
	pub bound: String,
	pub draw_blocks: u32,
	pub verify_blocks: f64,
	pub verify_seconds: f64,
	pub commit_blocks: f64,
	pub commit_seconds: f64,
	pub reveal_blocks: f64,
	pub reveal_seconds: f64,
	pub result_blocks: f64,
	pub result_seconds: f64,
	pub result_blocks_max: u32,
	pub whole_seconds: f64,
	pub state_open: Option<f64>,
	pub state_left: Option<f64>,
	pub machine: String,
	pub versions: String,
}

/// All files.
pub struct Chain {
	/// Weights, without a chain.
	pub calls: Vec<Call>,
	/// What the chain charged.
	pub charges: Vec<Charge>,
	/// Throughput and latency.
	pub runs: Vec<Run>,
}

impl Chain {
	/// Reads the files of a folder; one that is not there is empty.
	pub fn read(folder: &Path) -> Result<Self> {
		Ok(Self {
			calls: rows(&folder.join("chain_calls.csv"))?,
			charges: rows(&folder.join("chain_charges.csv"))?,
			runs: rows(&folder.join("chain_runs.csv"))?,
		})
	}

	/// What ran it.
	pub fn note(&self) -> String {
		let first = self.runs.first();
		first.map_or_else(String::new, |run| format!("{}; {}", run.machine, run.versions))
	}

	/// The same for under a plot's title.
	pub fn short_note(&self) -> String {
		self.runs.first().map_or_else(String::new, |run| {
			format!("{}. Medians; the spread is in the CSV.\n{}", run.machine, run.versions)
		})
	}
}

fn rows<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>> {
	if !file.exists() {
		return Ok(Vec::new());
	}
	let read = || -> Result<Vec<T>> {
		let mut reader = csv::Reader::from_path(file)?;
		Ok(reader.deserialize().collect::<Result<_, _>>()?)
	};
	read().with_context(|| format!("{}", file.display()))
}

/// Runs the measuring program.
pub fn measure(out: &Path, quick: bool, fresh: bool) -> Result<()> {
	let program = std::env::var_os(PROGRAM).map(PathBuf::from);
	let program = program.filter(|program| program.is_file()).with_context(|| {
		format!(
			"{PROGRAM} names no program: `make experiments` builds it; without it, leave this part out (--only), or \
			 make its tables from earlier measurements (--tables)"
		)
	})?;
	let mut command = Command::new(&program);
	command.arg("--out").arg(out);
	for (flag, given) in [("--quick", quick), ("--fresh", fresh)] {
		if given {
			command.arg(flag);
		}
	}
	let status =
		command.status().with_context(|| format!("{} cannot be run", program.display()))?;
	ensure!(status.success(), "{} failed ({status})", program.display());
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn other_columns_are_left_alone_and_absent_files_are_empty() {
		let folder = std::env::temp_dir().join(format!("ostraka-chain-{}", std::process::id()));
		std::fs::create_dir_all(&folder).unwrap();
		let text = "call,variant,class,seats,threshold,length,dealers,bytes,ref_ms,proof_bytes,calls_a_block,bound,new\n\
		            deal,host,normal,7,3,8,0,2800,4.5,13000,330,ref time,x\n";
		std::fs::write(folder.join("chain_calls.csv"), text).unwrap();
		let chain = Chain::read(&folder).unwrap();
		assert_eq!((chain.calls.len(), chain.runs.len()), (1, 0));
		assert_eq!((chain.calls[0].ref_ms, chain.note().as_str()), (4.5, ""));
		std::fs::write(folder.join("chain_calls.csv"), "call\nx\n").unwrap();
		assert!(Chain::read(&folder).is_err());
		std::fs::remove_dir_all(folder).unwrap();
	}
}
