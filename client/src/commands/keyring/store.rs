//! `ostraka keyring store`: puts the secret of an account into the keyring.

use crate::{
	cli::{
		account::to_keep,
		entry::{Entry, Held},
		secret::Secret,
		Global,
	},
	error::Error,
	output::Output,
};
use clap::Args;
use ostraka_party::address;
use ostraka_primitives::AccountId;
use schemars::JsonSchema;
use serde::Serialize;

/// Examples for the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ostraka keyring store work                        asks for the secret, and does not show what is typed
  ostraka keyring store work --key-file work.key
  ostraka inbox --keyring work

Where the secret is then, and how long:
  Linux    in memory of the kernel (man 7 keyrings), which is not swapped out: until the machine is started again, or three days
           have passed since its last use (the seconds in /proc/sys/kernel/keys/persistent_keyring_expiry) and the login sessions
           that used it have ended; if the kernel has no persistent keyrings, until the login session has ended
  macOS    in the keychain, until it is removed
  Windows  among the credentials of the user, until it is removed

On Linux what runs as the same user can read it, and so can root. A secret that has to survive a start of the machine there
comes by --key-command from a program that keeps it, such as secret-tool. Keep the seed phrase elsewhere too.";

/// Flags of `keyring store`.
#[derive(Args, Debug)]
pub struct StoreArgs {
	/// Name of the entry: up to 64 bytes, letters, digits, and any of - _ . @ +
	#[arg(value_name = "NAME")]
	pub name: String,
	/// Replace what the entry holds without being asked
	#[arg(long)]
	pub yes: bool,
}

/// Runs the command.
///
/// # Errors
/// `Usage` if there is no secret, or nobody said that another may be replaced; `Failed` if the keyring cannot be used, or the
/// answer is no.
pub(super) async fn run(
	args: &StoreArgs,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	// a keyring that cannot be used is told before anybody types
	let entry = Entry::open(&args.name)?;
	let held = entry.held()?;
	let (secret, account) = to_keep(&args.name, global, out.notes())?;
	if let Some(question) = question(&entry, &held, &account) {
		if !args.yes {
			let otherwise = format!("entry `{}` stays as it is", entry.name());
			out.must_agree(&question, &otherwise, "--yes to replace it").await?;
		}
	}
	put(&entry, &held, &secret, &account, out)
}

/// What is asked before another secret is replaced; `None` if none is.
fn question(entry: &Entry, held: &Held, account: &AccountId) -> Option<String> {
	let what = match held {
		Held::Account(other) if other != account => format!("the secret of {}", address(other)),
		Held::Other => "what is no secret of an account".to_owned(),
		Held::Account(_) | Held::Nothing => return None,
	};
	Some(format!(
		"Entry `{}` of the keyring holds {what}, which nothing brings back. Replace it?",
		entry.name()
	))
}

fn put(
	entry: &Entry,
	held: &Held,
	secret: &Secret,
	account: &AccountId,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	entry.put(secret)?;
	let stored =
		Stored { name: entry.name(), account: address(account), replaced: *held != Held::Nothing };
	if out.is_json() {
		return out.json(&stored);
	}
	writeln!(out, "the secret of {} is in the keyring, as `{}`", stored.account, stored.name)?;
	if cfg!(target_os = "linux") {
		out.notes().say(
			"  in memory alone: it is gone when this machine is started again, and some days after its last use; \
			 `ostraka keyring store --help` says more",
		);
	}
	Ok(())
}

/// A secret that was put in, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Stored {
	/// Name of the entry.
	name: String,
	/// Whose secret it is.
	account: String,
	/// Whether the entry was there before.
	replaced: bool,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		chain::{account::tests::ALICE, Signer},
		output::written,
	};

	fn account(secret: &str) -> AccountId {
		Signer::from_secret(secret).expect("a path").account()
	}

	#[test]
	fn who_replaces_another_secret_is_asked() {
		let entry = Entry::mock("work");
		let (alice, bob) = (account("//Alice"), account("//Bob"));
		assert_eq!(question(&entry, &Held::Nothing, &alice), None);
		assert_eq!(question(&entry, &Held::Account(alice.clone()), &alice), None);
		let asked = question(&entry, &Held::Account(alice), &bob).expect("it is another");
		assert!(asked.contains("`work`") && asked.contains(ALICE), "{asked}");
		let asked = question(&entry, &Held::Other, &bob).expect("it is something");
		assert!(asked.contains("no secret of an account"), "{asked}");
	}

	#[test]
	fn what_was_stored_is_told_by_its_address() {
		let entry = Entry::mock("work");
		let (secret, alice) = (Secret::new("//Alice".to_owned()), account("//Alice"));
		let text = written(false, |out| put(&entry, &Held::Nothing, &secret, &alice, out));
		assert_eq!(text, format!("the secret of {ALICE} is in the keyring, as `work`\n"));
		let held = entry.held().expect("read");
		assert_eq!(held, Held::Account(alice.clone()));
		let text = written(true, |out| put(&entry, &held, &secret, &alice, out));
		assert!(!text.contains("//Alice"), "{text}");
		let stored: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		let expected = serde_json::json!({ "name": "work", "account": ALICE, "replaced": true });
		assert_eq!(stored, expected);
	}
}
