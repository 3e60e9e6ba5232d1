//! Ostraka's node: a thin binary over `polkadot-omni-node-lib`.
//!
//! What it adds to the library:
//! - the runtime and its chain specifications ([`chain_spec`]);
//! - `--compute`, which turns on what the worker of a compute node or verifier needs;
//! - `--dev`, which is short for `ostraka dev --node` with this program: the tool runs a whole development chain, its compute nodes and
//!   verifiers included, in one go;
//! - `export-genesis-head` without a database ([`genesis`]).
//!
//! The library reads the arguments of its process by itself. So `--compute` starts this program again, with the library's own flags
//! in its place ([`arguments`]).

mod arguments;
mod chain_spec;
mod genesis;

use anyhow::{Context, Result};
use arguments::Plan;
use polkadot_omni_node_lib::{
	runtime::{AuraConsensusId, BlockNumber, Consensus, Runtime, RuntimeResolver},
	CliConfig, RunConfig,
};
use std::{ffi::OsString, os::unix::process::CommandExt, path::PathBuf, process::Command};

/// The tool that runs development chains.
const TOOL: &str = "ostraka";

fn main() -> Result<()> {
	let arguments = std::env::args_os().skip(1).collect();
	match arguments::plan(arguments) {
		Plan::Library => library(),
		// Both return only if they failed.
		Plan::Again(arguments) => Err(Command::new(own_path()?).args(arguments).exec().into()),
		Plan::Dev(arguments) => develop(arguments),
		Plan::Head(arguments) => genesis::export(arguments),
	}
}

/// Becomes the tool that runs a development chain: the one beside this program, else the one on the `PATH`.
fn develop(arguments: Vec<OsString>) -> Result<()> {
	let program = own_path()?;
	let beside = program.with_file_name(TOOL);
	let tool = if beside.is_file() { beside } else { TOOL.into() };
	let mut command = Command::new(tool);
	command.args(["dev", "--node"]).arg(program).arg("--").args(arguments);
	Err(command.exec()).context(
		"a development chain is run by the command line tool, `ostraka`: put it beside this program, or on the PATH",
	)
}

fn own_path() -> Result<PathBuf> {
	std::env::current_exe().context("this program's own path is unknown")
}

fn library() -> Result<()> {
	let config = RunConfig::new(Box::new(OstrakaRuntime), Box::new(chain_spec::Loader));
	Ok(polkadot_omni_node_lib::run::<OstrakaCli>(config)?)
}

/// What the node has to know of the runtime beforehand.
struct OstrakaRuntime;

impl RuntimeResolver for OstrakaRuntime {
	fn runtime(&self, _: &dyn sc_chain_spec::ChainSpec) -> sc_cli::Result<Runtime> {
		Ok(Runtime::Omni(BlockNumber::U32, Consensus::Aura(AuraConsensusId::Sr25519)))
	}
}

/// What the help and the log say of this program.
struct OstrakaCli;

impl CliConfig for OstrakaCli {
	fn impl_version() -> String {
		env!("CARGO_PKG_VERSION").into()
	}

	fn description(executable: String) -> String {
		format!(
			"Ostraka's node.\n\
			\n\
			{executable} --dev\n\
			    runs a development chain by `ostraka dev`: a block a second, seven compute nodes and three verifiers \
			    with stake and workers, its own base path that is removed at the end (unless --base-path is given). \
			    Other flags are passed on.\n\
			{executable} --compute --chain FILE [parachain flags] [-- relay chain flags]\n\
			    runs a full node that works for the compute nodes and verifiers whose worker keys are in its \
			    keystore: short for --offchain-worker always --enable-offchain-indexing true.\n\
			{executable} key insert --chain FILE --key-type ostr --scheme ed25519 --suri SECRET\n\
			    puts a worker key into the keystore.\n\
			\n\
			Chains known by name: dev, local, production (a template). Flags before -- are for the parachain node, \
			flags after it for the relay chain node."
		)
	}

	fn author() -> String {
		"Ostraka's authors".into()
	}

	fn support_url() -> String {
		concat!(env!("CARGO_PKG_REPOSITORY"), "/issues").into()
	}

	fn copyright_start_year() -> u16 {
		2026
	}
}
