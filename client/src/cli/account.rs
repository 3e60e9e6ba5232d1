//! The account that the flags name.
//!
//! Its secret comes from a flag, the environment, a file, a program, the operating system's keyring, or whoever sits at the
//! terminal. A file may be an account as polkadot.js exports it, whose password is in a file or typed.

use super::{
	entry::Entry,
	secret::{self, empty, Secret},
	Global,
};
use crate::{
	chain::{account::address_in_json, Signer},
	error::Error,
	output::Notes,
};
use ostraka_party::escape::escaped;
use ostraka_primitives::AccountId;
use std::path::Path;

/// What a secret is read for.
#[derive(Clone, Copy)]
enum For<'a> {
	/// To sign.
	Signing,
	/// To be put into the keyring's entry of this name.
	Entry(&'a str),
}

/// What the flags name an account by.
enum Source<'a> {
	Secret(Secret),
	/// A file as polkadot.js exports an account, with its text: a pipe is read once.
	Exported {
		path: &'a Path,
		text: Secret,
	},
}

/// Whether the flags name an account to sign with. If none does, a person may be asked for one.
pub fn is_named(global: &Global) -> bool {
	global.suri.is_some()
		|| global.key_file.is_some()
		|| global.key_command.is_some()
		|| global.keyring.is_some()
}

/// The account to sign with. A person at a terminal is asked for a secret that no flag names, and for a password.
///
/// # Errors
/// `Usage` if there is none, or one that is not usable; `Failed` if the keyring that is named cannot be used.
pub fn signer(global: &Global, notes: &Notes) -> Result<Signer, Error> {
	match source(For::Signing, global, notes)? {
		Source::Secret(secret) => Ok(Signer::from_secret(&secret)?),
		Source::Exported { path, text } => from_json(path, &text, global, notes),
	}
}

/// The account that signs, for what signs nothing: that of an encrypted file is told without its password.
///
/// # Errors
/// As [`signer`].
pub fn named(global: &Global, notes: &Notes) -> Result<AccountId, Error> {
	match source(For::Signing, global, notes)? {
		Source::Secret(secret) => Ok(Signer::from_secret(&secret)?.account()),
		Source::Exported { path, text } => {
			address_in_json(&text).map_err(|error| of_file(path, error.to_string()))
		},
	}
}

/// A secret to be put into the keyring's entry of that name, and its account.
///
/// # Errors
/// As [`signer`]; `Usage` too for a file as polkadot.js exports an account.
pub fn to_keep(name: &str, global: &Global, notes: &Notes) -> Result<(Secret, AccountId), Error> {
	match source(For::Entry(name), global, notes)? {
		Source::Secret(secret) => {
			let account = Signer::from_secret(&secret)?.account();
			Ok((Secret::new(secret.trim().to_owned()), account))
		},
		// its password opens the key alone, and no form of a secret that is read again gives that key
		Source::Exported { path, .. } => Err(of_file(
			path,
			"this account was exported from polkadot.js: what its password opens is a key, and the keyring holds the secret \
			 that a key is made of\n  store its seed phrase, or sign with --key-file FILE and --password-file FILE"
				.to_owned(),
		)),
	}
}

/// Reads what the flags name, or asks.
fn source<'a>(purpose: For<'_>, global: &'a Global, notes: &Notes) -> Result<Source<'a>, Error> {
	if let Some(path) = &global.key_file {
		let text = secret::read_file(path)?;
		return match is_json(&text) {
			true => Ok(Source::Exported { path, text }),
			false => secret::line(&text).map(Source::Secret).ok_or_else(|| empty(path)),
		};
	}
	// an entry is not filled from itself: a profile may name it before it is there
	let is_other = |name: &&str| !matches!(purpose, For::Entry(own) if own == *name);
	let entry = global.keyring.as_deref().filter(is_other);
	let secret = match (entry, &global.key_command, &global.suri) {
		(Some(name), _, _) => Entry::open(name)?.secret()?.0,
		(None, Some(command), _) => secret::of_command(command)?,
		(None, None, Some(secret)) => Secret::new(secret.clone()),
		(None, None, None) => secret::asked(&purpose.question(), global, notes)?
			.ok_or_else(|| Error::Usage(purpose.missing()))?,
	};
	Ok(Source::Secret(secret))
}

impl For<'_> {
	/// What a person is asked.
	fn question(self) -> String {
		match self {
			Self::Signing => "Secret of the account that signs".to_owned(),
			Self::Entry(name) => format!("Secret to store as `{}`", escaped(name)),
		}
	}

	/// What is said if nobody can be asked.
	fn missing(self) -> String {
		let (what, ways) = match self {
			Self::Signing => (
				"an account to sign with",
				"--key-file FILE, --key-command COMMAND, --keyring NAME",
			),
			Self::Entry(_) => ("a secret to store", "--key-file FILE, --key-command COMMAND"),
		};
		format!("this needs {what}: give {ways} or --suri SECRET, or set OSTRAKA_SURI")
	}
}

fn is_json(text: &str) -> bool {
	text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

fn of_file(path: &Path, what: String) -> Error {
	Error::Usage(format!("{}: {what}", escaped(&path.display().to_string())))
}

/// The account of a file as polkadot.js exports it.
fn from_json(path: &Path, text: &str, global: &Global, notes: &Notes) -> Result<Signer, Error> {
	// what is no such account is told before anybody types
	address_in_json(text).map_err(|error| of_file(path, error.to_string()))?;
	let password = match &global.password_file {
		Some(file) => secret::first_line(file)?,
		None => {
			let what = format!("Password of {}", escaped(&path.display().to_string()));
			secret::asked(&what, global, notes)?.ok_or_else(|| {
				of_file(
					path,
					"it is encrypted, and there is no terminal to ask for its password at: give --password-file FILE"
						.to_owned(),
				)
			})?
		},
	};
	Signer::from_json(text, &password).map_err(|error| of_file(path, error.to_string()))
}

#[cfg(all(test, unix))]
mod tests {
	use super::*;
	use crate::chain::account::tests::{ALICE, ALICE_JSON};
	use ostraka_party::address;
	use std::{fs::Permissions, os::unix::fs::PermissionsExt, path::PathBuf};

	fn file(directory: &Path, name: &str, text: &str) -> PathBuf {
		let path = directory.join(name);
		std::fs::write(&path, text).expect("written");
		std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("it is ours");
		path
	}

	fn of(global: &Global) -> Result<String, String> {
		let signer = signer(global, &Notes::none());
		signer.map(|signer| address(&signer.account())).map_err(|error| error.to_string())
	}

	#[test]
	fn an_account_comes_from_a_flag_a_file_or_a_program() {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let key = file(directory.path(), "key", "//Alice\n");
		let none = Global { json: true, ..Global::default() };
		for global in [
			Global { suri: Some("//Alice".to_owned()), ..none.clone() },
			Global { key_file: Some(key.clone()), ..none.clone() },
			Global { key_command: Some(format!("cat {}", key.display())), ..none.clone() },
			// a file or a program takes the place of the environment's secret
			Global { key_file: Some(key), suri: Some("//Bob".to_owned()), ..none.clone() },
		] {
			assert!(is_named(&global));
			assert_eq!(of(&global).as_deref(), Ok(ALICE));
		}
		assert!(is_named(&Global { keyring: Some("work".to_owned()), ..none.clone() }));
		assert!(!is_named(&none));
		assert!(of(&none).is_err_and(|said| said.contains("needs an account to sign with")));
	}

	#[test]
	fn an_exported_account_is_opened_by_its_password() {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let key = file(directory.path(), "alice.json", ALICE_JSON);
		let with = |password: Option<PathBuf>| Global {
			json: true,
			key_file: Some(key.clone()),
			password_file: password,
			..Global::default()
		};
		let right = file(directory.path(), "right", "whoisalice\n");
		assert_eq!(of(&with(Some(right))).as_deref(), Ok(ALICE));
		let wrong = file(directory.path(), "wrong", "whoisbob\n");
		let said = of(&with(Some(wrong))).expect_err("not its password");
		assert!(said.contains("alice.json: ") && !said.contains("whoisbob"), "{said}");
		let said = of(&with(None)).expect_err("nobody is asked");
		assert!(said.contains("--password-file"), "{said}");
		// whose it is stands in it
		let told = named(&with(None), &Notes::none()).expect("its address");
		assert_eq!(address(&told), ALICE);
	}

	#[test]
	fn what_is_stored_is_a_secret_that_is_read_again() {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let none = Global { json: true, ..Global::default() };
		let kept = |global: &Global| to_keep("work", global, &Notes::none());
		let key = file(directory.path(), "key", " //Alice \nmore\n");
		for global in [
			Global { key_file: Some(key.clone()), ..none.clone() },
			Global { suri: Some(" //Alice\n".to_owned()), ..none.clone() },
			// the entry itself is not where its secret comes from
			Global {
				keyring: Some("work".to_owned()),
				suri: Some("//Alice".to_owned()),
				..none.clone()
			},
		] {
			let (secret, account) = kept(&global).expect("a secret");
			assert_eq!((secret.as_str(), address(&account).as_str()), ("//Alice", ALICE));
		}
		let said = |global: &Global| kept(global).err().map(|error| error.to_string());
		let exported = file(directory.path(), "alice.json", ALICE_JSON);
		let password = file(directory.path(), "word", "whoisalice\n");
		let exported =
			Global { key_file: Some(exported), password_file: Some(password), ..none.clone() };
		assert!(said(&exported).is_some_and(|said| said.contains("alice.json: this account was")));
		assert!(said(&none).is_some_and(|said| said.starts_with("this needs a secret to store")));
		let wrong = Global { suri: Some("bottom drive".to_owned()), ..none };
		let said = said(&wrong).expect("no secret");
		assert!(said.contains("not usable") && !said.contains("bottom"), "{said}");
	}
}
