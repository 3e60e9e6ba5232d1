//! An entry of the operating system's keyring: the secret of an account, under a name.
//!
//! On Linux the keyring is the kernel's (keyrings(7)): memory of the kernel, which is not swapped out. An entry is a key of the type
//! `user` in two keyrings. That of the login session ends with it; a process without one gets one of its own. The user's persistent
//! one is given up a while after its last use (`/proc/sys/kernel/keys/persistent_keyring_expiry`, three days unless somebody sets
//! another time); a kernel may have none. Each use puts the entry into both again. All are gone when the machine is started again.
//! What runs as the same user can read an entry, and so can root.
//!
//! macOS has the keychain, and Windows its credentials, both until they are removed. Of other systems no keyring is known here.

use super::secret::Secret;
use crate::{chain::Signer, error::Error};
use keyring::Error as Refusal;
use ostraka_party::escape::escaped;
use ostraka_primitives::AccountId;
use zeroize::Zeroizing;

/// What the tool's entries have beside their names, apart from those of other programs.
const SERVICE: &str = "ostraka";
/// Most bytes of a name. A seed phrase or 32 bytes in hexadecimal are none: whoever mistakes one for a name is refused.
const LONGEST: usize = 64;
/// Whether a keyring is known. On another system the library would forget an entry at the program's end.
const IS_KNOWN: bool = cfg!(any(target_os = "linux", target_os = "macos", target_os = "windows"));

/// An entry of the keyring, whether it is there or not.
pub struct Entry {
	name: String,
	inner: keyring::Entry,
}

/// What an entry holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Held {
	/// It is not there.
	Nothing,
	/// The secret of an account.
	Account(AccountId),
	/// What is no secret of an account.
	Other,
}

/// Checks the name of an entry.
///
/// # Errors
/// What a name is. The text itself may be a secret, and is not repeated.
pub fn check(name: &str) -> Result<(), String> {
	let is_of_names = |character: char| character.is_alphanumeric() || "-_.@+".contains(character);
	match (1..=LONGEST).contains(&name.len()) && name.chars().all(is_of_names) {
		true => Ok(()),
		false => Err(format!(
			"the name of an entry in the keyring has 1 to {LONGEST} bytes: letters, digits, and any of - _ . @ +"
		)),
	}
}

impl Entry {
	/// The entry of a name.
	///
	/// # Errors
	/// `Usage` if that is no name; `Failed` if the keyring cannot be used.
	pub fn open(name: &str) -> Result<Self, Error> {
		check(name).map_err(Error::Usage)?;
		if !IS_KNOWN {
			return Err(unusable("none is known of this system"));
		}
		let opened = || keyring::Entry::new(SERVICE, name).map_err(|refusal| refused(&refusal));
		// On Linux a process without a session's keyring gets one where the persistent keyring is linked to it, which is after the
		// library has looked for one. What the first call returns then names a keyring whose keys the process does not possess: it
		// could put a key there, and neither read nor keep it. The second call finds the session's.
		drop(opened()?);
		Ok(Self { name: name.to_owned(), inner: opened()? })
	}

	/// Its name, as it is shown.
	pub fn name(&self) -> String {
		escaped(&self.name).into_owned()
	}

	/// What it holds.
	///
	/// # Errors
	/// `Failed` if the keyring cannot be used.
	pub fn held(&self) -> Result<Held, Error> {
		Ok(match self.read()? {
			Some(bytes) => {
				secret_in(&bytes).map_or(Held::Other, |(_, account)| Held::Account(account))
			},
			None => Held::Nothing,
		})
	}

	/// The secret that it holds, and whose that is.
	///
	/// # Errors
	/// `Usage` if it is not there, or holds no secret of an account; `Failed` if the keyring cannot be used.
	pub fn secret(&self) -> Result<(Secret, AccountId), Error> {
		let bytes = self.read()?.ok_or_else(|| self.missing())?;
		secret_in(&bytes).ok_or_else(|| {
			let name = self.name();
			Error::Usage(format!(
				"entry `{name}` of the keyring holds no secret of an account\n  `ostraka keyring store {name}` puts one in \
				 its place"
			))
		})
	}

	/// Puts a secret into it, in place of what it holds.
	///
	/// # Errors
	/// `Failed` if the keyring cannot be used.
	pub fn put(&self, secret: &Secret) -> Result<(), Error> {
		self.inner.set_secret(secret.as_bytes()).map_err(|refusal| refused(&refusal))
	}

	/// Removes it.
	///
	/// # Errors
	/// `Usage` if it is not there; `Failed` if the keyring cannot be used.
	pub fn remove(&self) -> Result<(), Error> {
		match self.inner.delete_credential() {
			Ok(()) => Ok(()),
			Err(Refusal::NoEntry) => Err(self.missing()),
			Err(refusal) => Err(refused(&refusal)),
		}
	}

	/// What is said of an entry that is not there.
	pub fn missing(&self) -> Error {
		let name = self.name();
		let why = match cfg!(target_os = "linux") {
			true => "; one that was there is gone once the machine is started again, and some days after its last use",
			false => "",
		};
		Error::Usage(format!(
			"there is no entry `{name}` in the keyring\n  `ostraka keyring store {name}` puts a secret there{why}"
		))
	}

	/// The bytes in it; `None` if it is not there.
	fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
		match self.inner.get_secret() {
			Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
			Err(Refusal::NoEntry) => Ok(None),
			Err(refusal) => Err(refused(&refusal)),
		}
	}

	/// One that is kept in the memory of a test.
	#[cfg(test)]
	pub(crate) fn mock(name: &str) -> Self {
		let credential = Box::new(keyring::mock::MockCredential::default());
		Self { name: name.to_owned(), inner: keyring::Entry::new_with_credential(credential) }
	}
}

/// The secret of an account in an entry's bytes, and whose it is. Another program may have put it there, with a line break behind.
fn secret_in(bytes: &[u8]) -> Option<(Secret, AccountId)> {
	let text = std::str::from_utf8(bytes).ok()?.trim();
	let account = Signer::from_secret(text).ok()?.account();
	Some((Secret::new(text.to_owned()), account))
}

fn refused(refusal: &Refusal) -> Error {
	match refusal {
		// the kernel's refusals, and a session's keyring that was revoked, come as if there were no entry
		Refusal::NoEntry => {
			unusable("it is closed to this program, or its login session has ended")
		},
		Refusal::PlatformFailure(what) | Refusal::NoStorageAccess(what) => {
			unusable(&what.to_string())
		},
		other => unusable(&other.to_string()),
	}
}

fn unusable(why: &str) -> Error {
	Error::Failed(format!(
		"the keyring of this system cannot be used: {}\n  many containers have none; --key-file FILE and --key-command COMMAND \
		 do without it",
		escaped(why)
	))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::account::tests::ALICE;
	use keyring::mock::MockCredential;
	use ostraka_party::address;
	use std::io;

	fn holding(bytes: &[u8]) -> Entry {
		let entry = Entry::mock("work");
		entry.inner.set_secret(bytes).expect("it takes all");
		entry
	}

	/// The next call of the keyring fails with this.
	fn refuse(entry: &Entry, refusal: Refusal) {
		let mock = entry.inner.get_credential().downcast_ref::<MockCredential>();
		mock.expect("it is one").set_error(refusal);
	}

	#[test]
	fn a_secret_that_was_put_in_is_there_until_it_is_removed() {
		let entry = Entry::mock("work");
		assert_eq!(entry.held().expect("read"), Held::Nothing);
		entry.put(&Secret::new("//Alice".to_owned())).expect("put in");
		let (secret, account) = entry.secret().expect("it is there");
		assert_eq!((secret.as_str(), address(&account).as_str()), ("//Alice", ALICE));
		assert_eq!(entry.held().expect("read"), Held::Account(account));
		entry.remove().expect("it is there");
		assert_eq!(entry.held().expect("read"), Held::Nothing);
		for error in [entry.remove().err(), entry.secret().err()] {
			let error = error.expect("it is gone");
			assert_eq!(error.exit_code(), 2);
			let said = error.to_string();
			assert!(said.contains("no entry `work`"), "{said}");
			assert!(said.contains("`ostraka keyring store work`"), "{said}");
		}
	}

	#[test]
	fn what_another_program_put_in_is_read_or_refused_and_not_repeated() {
		let (secret, _) = holding(b" //Alice\n").secret().expect("it is one");
		assert_eq!(secret.as_str(), "//Alice");
		for bytes in [&b"bottom drive obey lake"[..], b"\xff\xfe", b"\n", b""] {
			let entry = holding(bytes);
			assert_eq!(entry.held().expect("read"), Held::Other);
			let error = entry.secret().expect_err("it is none");
			let said = error.to_string();
			assert_eq!(error.exit_code(), 2, "{said}");
			assert!(said.contains("holds no secret of an account"), "{said}");
			assert!(!said.contains("bottom"), "{said}");
		}
	}

	#[test]
	fn a_keyring_that_cannot_be_used_is_told_with_its_reason() {
		let entry = holding(b"//Alice");
		let shut = || Refusal::PlatformFailure(Box::new(io::Error::other("keyctl\u{1b}[2J")));
		let said = |outcome: Result<(), Error>| {
			let error = outcome.expect_err("it is shut");
			assert_eq!(error.exit_code(), 1);
			let said = error.to_string();
			assert!(said.starts_with("the keyring of this system cannot be used: "), "{said}");
			assert!(said.contains("--key-file FILE"), "{said}");
			assert!(!said.contains("//Alice") && !said.contains('\u{1b}'), "{said}");
			said
		};
		refuse(&entry, shut());
		assert!(said(entry.held().map(drop)).contains("used: keyctl\\u{1b}[2J\n"));
		refuse(&entry, shut());
		said(entry.secret().map(drop));
		refuse(&entry, shut());
		said(entry.remove());
		// a secret that is not taken is not in an entry, whatever the reason is called
		let secret = Secret::new("//Alice".to_owned());
		for refusal in [shut(), Refusal::NoEntry, Refusal::TooLong("secret".to_owned(), 8)] {
			refuse(&entry, refusal);
			said(entry.put(&secret));
		}
	}

	#[test]
	fn a_name_is_short_and_plain() {
		let longest = "a".repeat(LONGEST);
		for name in ["work", "dealer.2", "a@b", "x-y_z+1", "Klinik-Süd", longest.as_str()] {
			assert_eq!(check(name), Ok(()), "{name}");
		}
		let longer = "a".repeat(LONGEST + 1);
		let seed = format!("0x{}", "0".repeat(64));
		let phrase = "bottom drive obey lake";
		for name in [
			"",
			"a b",
			"a\0",
			"a\u{1b}[2J",
			"a\u{202e}b",
			"//Alice",
			phrase,
			longer.as_str(),
			seed.as_str(),
		] {
			let said = check(name).err().unwrap_or_else(|| panic!("{name:?}"));
			assert!(said.contains("1 to 64 bytes") && !said.contains("bottom"), "{said}");
			assert!(Entry::open(name).is_err_and(|error| error.exit_code() == 2), "{name:?}");
		}
	}
}
