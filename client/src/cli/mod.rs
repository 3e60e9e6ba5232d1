//! Flags, in groups that commands share.

pub mod account;
pub mod class;
pub mod data;
pub mod entry;
pub mod policy;
pub mod role;
pub mod secret;
pub mod statistic;
pub mod task;
pub mod values;
pub mod worker_key;

pub use crate::output::log::LogFormat;

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
	///
	/// Other users of this machine may see flags: a file, a program, the keyring or the environment keep it better. Without any
	/// of them it is asked for at the terminal.
	#[arg(
		long,
		global = true,
		value_name = "SURI",
		env = "OSTRAKA_SURI",
		hide_env_values = true,
		help_heading = "Connection"
	)]
	pub suri: Option<String>,
	/// File whose first line is that secret, or an account that polkadot.js exported as JSON
	///
	/// It is not used if others can read it.
	#[arg(long, global = true, value_name = "FILE", help_heading = "Connection")]
	pub key_file: Option<PathBuf>,
	/// Program that prints that secret, such as "secret-tool lookup ostraka dealer": words, no shell
	#[arg(long, global = true, value_name = "COMMAND", help_heading = "Connection")]
	pub key_command: Option<String>,
	/// Entry of the operating system's keyring that holds that secret, as `ostraka keyring store NAME` put it there
	///
	/// On Linux this is memory of the kernel: an entry is gone when the machine is started again, and some days after its last
	/// use.
	#[arg(long, global = true, value_name = "NAME", help_heading = "Connection")]
	pub keyring: Option<String>,
	/// File whose first line is the password of an exported account [default: asked for at the terminal]
	#[arg(long, global = true, value_name = "FILE", help_heading = "Connection")]
	pub password_file: Option<PathBuf>,
	/// Configuration [default: ostraka/config.toml in the configuration folder, if it is there]
	#[arg(
		long,
		global = true,
		value_name = "FILE",
		env = "OSTRAKA_CONFIG",
		help_heading = "Configuration"
	)]
	pub config: Option<PathBuf>,
	/// Profile of the configuration: what it says goes for flags that neither are given nor in the environment
	#[arg(
		long,
		global = true,
		value_name = "NAME",
		env = "OSTRAKA_PROFILE",
		help_heading = "Configuration"
	)]
	pub profile: Option<String>,
	/// Log to standard error what is done: -v, -vv with requests, -vvv with what libraries do
	#[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Log")]
	pub verbose: u8,
	/// Form of the log; with json there is one without -v too, and notes and errors are in it
	#[arg(long, global = true, value_name = "FORMAT", value_enum, help_heading = "Log")]
	pub log_format: Option<LogFormat>,
}

impl Global {
	/// Whether errors are written as JSON: to a program that reads the results or the log.
	pub fn is_for_programs(&self) -> bool {
		self.json || self.log_format == Some(LogFormat::Json)
	}
}

/// Flag of commands that ask at a terminal before what nothing undoes.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct YesArg {
	/// Do it without being asked; without a terminal nobody is
	#[arg(long)]
	pub yes: bool,
}
