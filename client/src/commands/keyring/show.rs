//! `ostraka keyring show`: says which account a secret in the keyring is of.

use crate::{cli::entry::Entry, error::Error, output::Output};
use clap::Args;
use ostraka_party::address;
use schemars::JsonSchema;
use serde::Serialize;

/// Examples for the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ostraka keyring show work
  ostraka policy show --account \"$(ostraka keyring show work)\"";

/// Flags of `keyring show`.
#[derive(Args, Debug)]
pub struct ShowArgs {
	/// Name of the entry
	#[arg(value_name = "NAME")]
	pub name: String,
}

/// Runs the command.
///
/// # Errors
/// `Usage` if there is no such entry, or no secret of an account in it; `Failed` if the keyring cannot be used.
pub(super) fn run(args: &ShowArgs, out: &mut Output<'_>) -> Result<(), Error> {
	show(&Entry::open(&args.name)?, out)
}

fn show(entry: &Entry, out: &mut Output<'_>) -> Result<(), Error> {
	let (_, account) = entry.secret()?;
	let shown = Shown { name: entry.name(), account: address(&account) };
	if out.is_json() {
		return out.json(&shown);
	}
	writeln!(out, "{}", shown.account)
}

/// Whose secret an entry holds, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Shown {
	/// Name of the entry.
	name: String,
	/// Whose secret it holds.
	account: String,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{chain::account::tests::ALICE, cli::secret::Secret, output::written};

	#[test]
	fn the_address_is_shown_and_never_the_secret() {
		let entry = Entry::mock("work");
		entry.put(&Secret::new("//Alice".to_owned())).expect("put in");
		assert_eq!(written(false, |out| show(&entry, out)), format!("{ALICE}\n"));
		let text = written(true, |out| show(&entry, out));
		let shown: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(shown, serde_json::json!({ "name": "work", "account": ALICE }));
	}
}
