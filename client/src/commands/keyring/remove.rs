//! `ostraka keyring remove`: takes a secret out of the keyring.

use crate::{
	cli::entry::{Entry, Held},
	error::Error,
	output::Output,
};
use clap::Args;
use ostraka_party::address;
use schemars::JsonSchema;
use serde::Serialize;

/// Examples for the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ostraka keyring remove work
  ostraka keyring remove work --yes";

/// Flags of `keyring remove`.
#[derive(Args, Debug)]
pub struct RemoveArgs {
	/// Name of the entry
	#[arg(value_name = "NAME")]
	pub name: String,
	/// Remove it without being asked
	#[arg(long)]
	pub yes: bool,
}

/// Runs the command.
///
/// # Errors
/// `Usage` if there is no such entry, or nobody said yes; `Failed` if the keyring cannot be used, or the answer is no.
pub(super) async fn run(args: &RemoveArgs, out: &mut Output<'_>) -> Result<(), Error> {
	let entry = Entry::open(&args.name)?;
	let held = entry.held()?;
	if held == Held::Nothing {
		return Err(entry.missing());
	}
	if !args.yes {
		let otherwise = format!("entry `{}` is not removed", entry.name());
		out.must_agree(&question(&entry, &held), &otherwise, "--yes to remove it").await?;
	}
	remove(&entry, held, out)
}

/// What is asked before an entry is removed.
fn question(entry: &Entry, held: &Held) -> String {
	let what = match held {
		Held::Account(account) => format!("the secret of {}", address(account)),
		Held::Other | Held::Nothing => "what is no secret of an account".to_owned(),
	};
	format!(
		"Entry `{}` of the keyring holds {what}, which nothing brings back. Remove it?",
		entry.name()
	)
}

fn remove(entry: &Entry, held: Held, out: &mut Output<'_>) -> Result<(), Error> {
	entry.remove()?;
	let account = match held {
		Held::Account(account) => Some(address(&account)),
		Held::Other | Held::Nothing => None,
	};
	let removed = Removed { name: entry.name(), account };
	if out.is_json() {
		return out.json(&removed);
	}
	match &removed.account {
		Some(account) => {
			writeln!(
				out,
				"the secret of {account} is out of the keyring: it was `{}`",
				removed.name
			)
		},
		None => writeln!(out, "`{}` is out of the keyring", removed.name),
	}
}

/// An entry that was removed, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Removed {
	/// Name of the entry.
	name: String,
	/// Whose secret it held; null if it held none of an account.
	account: Option<String>,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{chain::account::tests::ALICE, cli::secret::Secret, output::written};

	#[test]
	fn what_was_removed_is_told_by_its_address() {
		let entry = Entry::mock("work");
		let put = |text: &str| {
			entry.put(&Secret::new(text.to_owned())).expect("put in");
			entry.held().expect("read")
		};
		let held = put("//Alice");
		assert!(question(&entry, &held).contains(ALICE));
		let text = written(false, |out| remove(&entry, held, out));
		assert_eq!(text, format!("the secret of {ALICE} is out of the keyring: it was `work`\n"));
		assert_eq!(entry.held().expect("read"), Held::Nothing);
		let held = put("bottom drive");
		assert!(!question(&entry, &held).contains("bottom"));
		let text = written(true, |out| remove(&entry, held, out));
		let removed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(removed, serde_json::json!({ "name": "work", "account": null }));
		assert_eq!(entry.held().expect("read"), Held::Nothing);
	}
}
