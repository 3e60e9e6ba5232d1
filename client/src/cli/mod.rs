//! The command line.

pub mod class;
pub mod data;
pub mod statistic;
pub mod usage;
pub mod values;

use crate::commands::{
	deal::DealArgs, demo::DemoArgs, node::NodeArgs, result::ResultArgs, simulate::SimulateArgs,
	task::TaskArgs,
};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  ostraka demo                                        50 institutions, a dev chain of its own
  ostraka simulate --faults bad-share=2,wrong-share=1 the protocol without a chain
  ostraka demo --data survey.csv --split-by hospital --statistic correlation --columns dose,response
  ostraka task submit --suri //Alice --statistic mean --columns income --range income=0:250000 \\
      --dealer 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --dealer …
  ostraka deal --suri //Bob --task 7 --data mine.csv
  ostraka result --task 7 --verify

Exit codes:
    0  done
    1  no result, or one that fails the checks; a dealing that was not made
    2  wrong flags or data
    3  chain unreachable, stalled, or of another version
    4  refused by the chain, or no such task or node
  130  interrupted";

/// Joint statistics over data that nobody shows to anyone
#[derive(Debug, Parser)]
#[command(name = "ostraka", version, after_help = EXAMPLES, max_term_width = 110)]
pub struct Cli {
	/// Flags of all commands.
	#[command(flatten)]
	pub global: Global,
	/// The command.
	#[command(subcommand)]
	pub command: Command,
}

/// Flags that every command takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Global {
	/// Print JSON to standard output, and errors as JSON to standard error
	#[arg(long, global = true)]
	pub json: bool,
	/// Where the chain is: a node's web socket [default: ws://127.0.0.1:9944]
	///
	/// A dealer should deal through a node of its own, which shows it the committee. To another machine it takes wss://, or
	/// OSTRAKA_ALLOW_PLAIN=1 in the environment where the way there is safe.
	#[arg(
		long,
		global = true,
		value_name = "URL",
		env = "OSTRAKA_URL",
		value_parser = values::url,
		help_heading = "Connection"
	)]
	pub url: Option<String>,
	/// Secret of the account that signs: a seed phrase, 0x and 32 bytes, or a path such as //Alice
	#[arg(
		long,
		global = true,
		value_name = "SURI",
		env = "OSTRAKA_SURI",
		hide_env_values = true,
		conflicts_with = "key_file",
		help_heading = "Connection"
	)]
	pub suri: Option<String>,
	/// File whose first line is that secret
	#[arg(long, global = true, value_name = "FILE", help_heading = "Connection")]
	pub key_file: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// The operator's side: compute nodes and their stake
	Node(NodeArgs),
	/// The requester's side: tasks
	Task(TaskArgs),
	/// The dealer's side: encode rows and deal them to a task's committee
	Deal(DealArgs),
	/// A task's result
	Result(ResultArgs),
	/// The whole protocol in one process, without a chain
	Simulate(SimulateArgs),
	/// Institutions compute joint statistics on a chain, from CSV rows to verified results
	Demo(DemoArgs),
	/// Print completions for a shell
	Completions {
		/// The shell
		shell: Shell,
	},
}
