//! The account that the flags name.
//!
//! Its secret comes from a flag, the environment, a file, a program, or whoever sits at the terminal. A file may be an account as
//! polkadot.js exports it, whose password is in a file or typed.

use super::{
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

/// Whether the flags name an account to sign with. If none does, a person may be asked for one.
pub fn is_named(global: &Global) -> bool {
	global.suri.is_some() || global.key_file.is_some() || global.key_command.is_some()
}

/// The account to sign with. A person at a terminal is asked for a secret that no flag names, and for a password.
///
/// # Errors
/// `Usage` if there is none, or one that is not usable.
pub fn signer(global: &Global, notes: &Notes) -> Result<Signer, Error> {
	if let Some(path) = &global.key_file {
		let text = secret::read_file(path)?;
		return match is_json(&text) {
			true => from_json(path, &text, global, notes),
			false => of_line(path, &text),
		};
	}
	let secret = match (&global.key_command, &global.suri) {
		(Some(command), _) => secret::of_command(command)?,
		(None, Some(secret)) => Secret::new(secret.clone()),
		(None, None) => secret::asked("Secret of the account that signs", global, notes)?
			.ok_or_else(|| {
				Error::Usage(
					"this needs an account to sign with: give --key-file FILE, --key-command COMMAND or --suri SECRET, or \
					 set OSTRAKA_SURI"
						.to_owned(),
				)
			})?,
	};
	Ok(Signer::from_secret(&secret)?)
}

/// The account that signs, for what signs nothing: that of an encrypted file is told without its password.
///
/// # Errors
/// As [`signer`].
pub fn named(global: &Global, notes: &Notes) -> Result<AccountId, Error> {
	if let Some(path) = &global.key_file {
		let text = secret::read_file(path)?;
		return match is_json(&text) {
			true => address_in_json(&text).map_err(|error| of_file(path, error.to_string())),
			false => Ok(of_line(path, &text)?.account()),
		};
	}
	Ok(signer(global, notes)?.account())
}

fn is_json(text: &str) -> bool {
	text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

/// The account of a file's first line. The text is what was read of it: a pipe is read once.
fn of_line(path: &Path, text: &str) -> Result<Signer, Error> {
	let secret = secret::line(text).ok_or_else(|| empty(path))?;
	Ok(Signer::from_secret(&secret)?)
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
}
