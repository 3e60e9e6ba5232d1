//! Flags, in groups that commands share.

pub mod account;
pub mod class;
pub mod data;
pub mod policy;
pub mod role;
pub mod statistic;
pub mod task;
pub mod values;
pub mod worker_key;

use clap::Args;
use std::path::PathBuf;

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
