//! Experiment 3: the chain as it was measured. A program of the node's own workspace measures it (`experiments/chain`);
//! here that program is started, and its files are read.

use anyhow::{ensure, Context, Result};
use ostraka_experiment_rows::{Call, Charge, Run};
use serde::de::DeserializeOwned;
use std::{
	path::{Path, PathBuf},
	process::Command,
};

/// Names the measuring program.
const PROGRAM: &str = "OSTRAKA_CHAIN_EXPERIMENT";

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

	/// What ran it, for under a plot's title.
	pub fn note(&self) -> String {
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
