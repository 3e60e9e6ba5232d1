//! What `scripts/zombienet_build.sh` built, and the folder of one run.

use anyhow::{ensure, Context, Result};
use std::{
	ffi::OsString,
	path::{Path, PathBuf},
	time::{SystemTime, UNIX_EPOCH},
};

/// The variable that names the stock `polkadot-omni-node`, which is not built with the rest.
pub const STOCK: &str = "OSTRAKA_STOCK_NODE";
/// The variable that names another runtime to upgrade to than the tests' own.
pub const NEXT: &str = "OSTRAKA_NEXT_RUNTIME";

/// Which program the parachain's nodes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
	/// `ostraka-node`.
	Own(PathBuf),
	/// The stock omni node, which has no short forms of flags.
	Stock(PathBuf),
}

impl Program {
	/// The stock omni node, as [`STOCK`] names it.
	///
	/// # Errors
	/// If that names none.
	fn stock(named: Option<OsString>) -> Result<Self> {
		let path = named.map(PathBuf::from).with_context(|| {
			format!(
				"{STOCK} does not name a polkadot-omni-node: scripts/omni_node.sh builds one, as \
				 omni-node/target/release/polkadot-omni-node in the target folder"
			)
		})?;
		ensure!(path.is_file(), "{STOCK} names {}, which is no file", path.display());
		// nodes are started in folders of their own
		Ok(Self::Stock(std::path::absolute(path)?))
	}

	/// Its file.
	pub fn path(&self) -> &Path {
		match self {
			Self::Own(path) | Self::Stock(path) => path,
		}
	}

	/// Flags by which a node does the work of its worker keys: what `--compute` is short for.
	pub fn compute(&self) -> &'static [&'static str] {
		match self {
			Self::Own(_) => &["--compute"],
			Self::Stock(_) => {
				&["--offchain-worker", "always", "--enable-offchain-indexing", "true"]
			},
		}
	}
}

/// Which relay chain and runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
	/// Validators with the host calls of RFC-0163, and the runtime that uses them.
	HostCalls,
	/// Validators without, and the runtime that does all in wasm.
	PureWasm,
}

/// A variable of the environment; an empty one names nothing.
fn variable(name: &str) -> Option<OsString> {
	std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Binaries, runtimes and chain specifications.
#[derive(Clone, Debug)]
pub struct Built {
	release: PathBuf,
	made: PathBuf,
	node: Program,
	next: Option<PathBuf>,
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
		let release = root.join("release");
		let node = Program::Own(release.join("ostraka-node"));
		let next = variable(NEXT).map(PathBuf::from);
		let built = Self { release, made: root.join("zombienet"), node, next };
		for file in [built.node().path().to_owned(), built.tool(), built.relay()] {
			ensure!(
				file.is_file(),
				"{} is not built: run scripts/zombienet_build.sh",
				file.display()
			);
		}
		Ok(built)
	}

	/// The same, with the stock omni node for the parachain's.
	///
	/// # Errors
	/// If the variable [`STOCK`] names none.
	pub fn on_stock_nodes(self) -> Result<Self> {
		Ok(Self { node: Program::stock(variable(STOCK))?, ..self })
	}

	/// The parachain's node.
	pub fn node(&self) -> &Program {
		&self.node
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

	/// The runtime with the next specification version: the tests' own, unless the variable [`NEXT`] names another.
	pub fn next_runtime(&self) -> PathBuf {
		self.next.clone().unwrap_or_else(|| self.made.join("next.wasm"))
	}

	/// Whether that has the rules of `runtime/src/configs/next.rs` for new tasks: the tests' own has.
	pub fn next_has_other_rules(&self) -> bool {
		self.next.is_none()
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

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn without_a_stock_node_it_says_which_variable_names_one() {
		for named in [None, Some("/no/such/polkadot-omni-node".into())] {
			let error = Program::stock(named).expect_err("there is none");
			assert!(error.to_string().contains(STOCK), "{error}");
		}
	}

	#[test]
	fn a_stock_node_is_given_what_compute_is_short_for() {
		let folder = std::env::current_exe().expect("a path");
		let stock = Program::stock(Some(folder.clone().into())).expect("a file");
		assert_eq!(stock.path(), folder);
		assert!(!stock.compute().contains(&"--compute"), "the library does not know it");
		// as node/src/arguments.rs adds them
		let arguments = include_str!("../../node/src/arguments.rs");
		for flag in stock.compute().chunks(2) {
			let [flag, value] = flag else { panic!("a flag without its value") };
			assert!(arguments.contains(&format!("(\"{flag}\", Some(\"{value}\"), &[])")), "{flag}");
		}
	}
}
