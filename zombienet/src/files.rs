//! What `scripts/zombienet_build.sh` built, and the folder of one run.

use anyhow::{ensure, Context, Result};
use std::{
	path::{Path, PathBuf},
	time::{SystemTime, UNIX_EPOCH},
};

/// Which relay chain and runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
	/// Validators with the host calls of RFC-0163, and the runtime that uses them.
	HostCalls,
	/// Validators without, and the runtime that does all in wasm.
	PureWasm,
}

/// Binaries, runtimes and chain specifications.
#[derive(Clone, Debug)]
pub struct Built {
	release: PathBuf,
	made: PathBuf,
}

impl Built {
	/// What is in the folder that `OSTRAKA_BUILT` names.
	///
	/// # Errors
	/// If the variable is not set, or there is nothing.
	pub fn find() -> Result<Self> {
		let root = std::env::var_os("OSTRAKA_BUILT").map(PathBuf::from).context(
			"OSTRAKA_BUILT does not name the main workspace's target folder: run a scenario by `make zombienet-test \
			 SCENARIO=smoke`",
		)?;
		let built = Self { release: root.join("release"), made: root.join("zombienet") };
		for file in [built.node(), built.tool(), built.relay()] {
			ensure!(
				file.is_file(),
				"{} is not built: run scripts/zombienet_build.sh",
				file.display()
			);
		}
		Ok(built)
	}

	/// The parachain's node.
	pub fn node(&self) -> PathBuf {
		self.release.join("ostraka-node")
	}

	/// The command line tool.
	pub fn tool(&self) -> PathBuf {
		self.release.join("ostraka")
	}

	/// The relay chain's validator.
	pub fn relay(&self) -> PathBuf {
		self.release.join("polkadot")
	}

	/// The relay chain's specification.
	pub fn relay_spec(&self, variant: Variant) -> PathBuf {
		self.made.join(match variant {
			Variant::HostCalls => "relay.json",
			Variant::PureWasm => "relay-pure.json",
		})
	}

	/// The parachain's specification.
	pub fn para_spec(&self, variant: Variant) -> PathBuf {
		self.made.join(match variant {
			Variant::HostCalls => "para.json",
			Variant::PureWasm => "para-pure.json",
		})
	}

	/// The runtime with the next specification version.
	pub fn next_runtime(&self) -> PathBuf {
		self.made.join("next.wasm")
	}

	/// The folder of a run, new and empty.
	///
	/// # Errors
	/// If it cannot be made.
	pub fn run(&self, name: &str) -> Result<Run> {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
		let folder = self.made.join("runs").join(format!("{name}-{now}-{}", std::process::id()));
		std::fs::create_dir_all(&folder)
			.with_context(|| format!("{} cannot be made", folder.display()))?;
		Ok(Run { folder, kept: true })
	}
}

/// The folder of a run. It stays unless the run [`Self::succeeded`].
#[derive(Debug)]
pub struct Run {
	folder: PathBuf,
	kept: bool,
}

impl Run {
	/// The folder.
	pub fn folder(&self) -> &Path {
		&self.folder
	}

	/// Nobody will want to read the logs.
	pub fn succeeded(&mut self) {
		self.kept = std::env::var_os("OSTRAKA_KEEP").is_some();
	}
}

impl Drop for Run {
	fn drop(&mut self) {
		if self.kept {
			eprintln!("the logs are in {}", self.folder.display());
		} else if let Err(error) = std::fs::remove_dir_all(&self.folder) {
			eprintln!("{} is left behind: {error}", self.folder.display());
		}
	}
}
