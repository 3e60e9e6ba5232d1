//! `ostraka keyring`: secrets of accounts in the operating system's keyring, each under a name, by which `--keyring NAME` uses it.
//!
//! - `store`: puts one in.
//! - `show`: says whose it is.
//! - `remove`: takes it out.

pub(super) mod remove;
pub(super) mod show;
pub(super) mod store;

use crate::{cli::Global, error::Error, output::Output};
use clap::{Args, Subcommand};

/// Flags of `keyring`.
#[derive(Args, Debug)]
pub struct KeyringCommandArgs {
	/// The command.
	#[command(subcommand)]
	pub command: KeyringCommand,
}

/// The commands of `keyring`.
#[derive(Debug, Subcommand)]
pub enum KeyringCommand {
	/// Put the secret of an account into the keyring, under a name
	#[command(after_help = store::EXAMPLES)]
	Store(store::StoreArgs),
	/// Say which account a secret in the keyring is of; the secret itself is not shown
	#[command(after_help = show::EXAMPLES)]
	Show(show::ShowArgs),
	/// Take a secret out of the keyring
	#[command(after_help = remove::EXAMPLES)]
	Remove(remove::RemoveArgs),
}

/// Runs the command.
///
/// # Errors
/// `Usage` if there is no such entry, or no secret; `Failed` if the keyring cannot be used, or the answer is no.
pub async fn run(
	args: &KeyringCommandArgs,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	match &args.command {
		KeyringCommand::Store(args) => store::run(args, global, out).await,
		KeyringCommand::Show(args) => show::run(args, out),
		KeyringCommand::Remove(args) => remove::run(args, out).await,
	}
}
