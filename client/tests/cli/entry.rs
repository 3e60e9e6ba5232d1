//! Secrets of accounts in the operating system's keyring: names of entries everywhere, the keyring itself on Linux, where it is the
//! kernel's and asks nobody.

use super::{fails, ostraka};
use std::process::Command;

/// A command of `ostraka keyring` on an entry.
fn keyring(command: &str, name: &str) -> Command {
	let mut ostraka = ostraka();
	ostraka.args(["keyring", command, name]);
	ostraka
}

#[test]
fn what_is_no_name_is_refused_and_not_repeated() {
	let longer = "a".repeat(65);
	for name in ["", "two words", "//Alice", "bottom drive obey lake", longer.as_str()] {
		for command in ["store", "show", "remove"] {
			let output = keyring(command, name).output().expect("runs");
			let said = String::from_utf8_lossy(&output.stderr);
			assert_eq!(output.status.code(), Some(2), "{said}");
			assert!(said.contains("1 to 64 bytes") && !said.contains("bottom"), "{said}");
		}
	}
	let mut inbox = ostraka();
	inbox.args(["--url", "ws://127.0.0.1:1", "inbox", "--keyring", "two words"]);
	fails(&mut inbox, 2, &["the name of an entry in the keyring has 1 to 64 bytes"]);
	fails(ostraka().args(["keyring", "store"]), 2, &["<NAME>"]);
}

#[cfg(target_os = "linux")]
mod of_the_kernel {
	use super::keyring;
	use crate::{data, fails, json, keep, ostraka, secret::EXPORTED, Data};
	use ::keyring::Entry;
	use serde_json::json as value;
	use std::process::Command;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
	const NOT_ANSWERED: &[&str] = &["no chain answers"];

	/// Does something with an entry by the library, on a thread of its own. A thread that has no keyring of a session gets one by that,
	/// and what it starts then has it too: so the tool is started from one that is as the test was started.
	fn with<T: Send>(
		service: &str,
		name: &str,
		work: impl FnOnce(&Entry) -> ::keyring::Result<T> + Send,
	) -> ::keyring::Result<T> {
		let apart = || {
			// the second finds the keyring that the first may have made
			drop(Entry::new(service, name)?);
			work(&Entry::new(service, name)?)
		};
		std::thread::scope(|scope| scope.spawn(apart).join()).expect("it does not panic")
	}

	/// An entry of a test's own, which is gone at the test's end.
	struct Own {
		name: String,
	}

	impl Own {
		fn put(&self, secret: &[u8]) {
			with("ostraka", &self.name, |entry| entry.set_secret(secret)).expect("it is taken");
		}

		fn holds(&self) -> Vec<u8> {
			with("ostraka", &self.name, Entry::get_secret).expect("it is there")
		}
	}

	impl Drop for Own {
		fn drop(&mut self) {
			// the tool may have removed it
			let _ = with("ostraka", &self.name, Entry::delete_credential);
		}
	}

	/// An entry for a test. Where the kernel refuses keys, as in many containers, the tool has to say that, and there is none. The
	/// library is asked for that, and not the tool.
	fn own(test: &str) -> Option<Own> {
		let name = format!("{test}-{}", std::process::id());
		let taken = with("ostraka-tests", &name, |entry| {
			entry.set_secret(b"a key")?;
			let read = entry.get_secret();
			entry.delete_credential()?;
			read
		});
		match taken {
			Ok(read) => {
				assert_eq!(read, b"a key");
				Some(Own { name })
			},
			Err(refusal) => {
				eprintln!(
					"the kernel refuses keys ({refusal}): only what the tool says of it is tested"
				);
				let parts = ["the keyring of this system cannot be used: ", "--key-file FILE"];
				fails(keyring("store", &name).args(["--suri", "//Alice"]), 1, &parts);
				None
			},
		}
	}

	fn key(text: &str) -> Data {
		let data = data(text);
		keep(&data.file);
		data
	}

	/// A command that signs, where nobody listens: that it comes so far says that its account is right.
	fn cancel(flags: &[&str]) -> Command {
		let mut command = ostraka();
		command.args("--url ws://127.0.0.1:1 task cancel 0 --yes".split_whitespace()).args(flags);
		command
	}

	#[test]
	fn a_secret_is_stored_shown_used_and_removed() {
		let Some(own) = own("whole") else { return };
		let name = own.name.as_str();
		let gone = ["there is no entry `whole-", "`ostraka keyring store whole-"];
		fails(&mut cancel(&["--keyring", name]), 2, &gone);
		let alice = key("//Alice\n");
		let stored = json(keyring("store", name).args(["--json", "--key-file"]).arg(&alice.file));
		assert_eq!(stored, value!({ "name": name, "account": ALICE, "replaced": false }));
		assert_eq!(own.holds(), b"//Alice");
		let shown = keyring("show", name).output().expect("runs");
		assert_eq!(String::from_utf8_lossy(&shown.stdout), format!("{ALICE}\n"));
		assert!(shown.status.success() && shown.stderr.is_empty());
		let shown = json(keyring("show", name).arg("--json"));
		assert_eq!(shown, value!({ "name": name, "account": ALICE }));

		fails(&mut cancel(&["--keyring", name]), 3, NOT_ANSWERED);
		// one flag names the account; the environment's is for where no flag does
		let both = ["--keyring", name, "--suri", "//Bob"];
		fails(&mut cancel(&both), 2, &["cannot be used with"]);
		fails(cancel(&["--keyring", name]).env("OSTRAKA_SURI", "no phrase"), 3, NOT_ANSWERED);

		let gone_then = json(keyring("remove", name).args(["--json", "--yes"]));
		assert_eq!(gone_then, value!({ "name": name, "account": ALICE }));
		fails(&mut keyring("show", name), 2, &gone);
		fails(keyring("remove", name).arg("--yes"), 2, &gone);
		fails(&mut cancel(&["--keyring", name]), 2, &gone);
	}

	#[test]
	fn another_secret_is_lost_only_if_somebody_says_so() {
		let Some(own) = own("another") else { return };
		let name = own.name.as_str();
		let store = |flags: &[&str]| {
			let mut command = keyring("store", name);
			command.args(flags);
			command
		};
		json(&mut store(&["--json", "--suri", "//Alice"]));
		// the same again loses nothing
		let stored = json(&mut store(&["--json", "--suri", "//Alice"]));
		assert_eq!(stored["replaced"], true);
		let stays = ["` stays as it is", "--yes"];
		fails(&mut store(&["--suri", "//Bob"]), 2, &stays);
		fails(&mut store(&["--json", "--suri", "//Bob"]), 2, &stays);
		fails(&mut keyring("remove", name), 2, &["` is not removed", "--yes"]);
		assert_eq!(own.holds(), b"//Alice");
		let stored = json(&mut store(&["--json", "--suri", "//Bob", "--yes"]));
		assert_eq!(stored, value!({ "name": name, "account": BOB, "replaced": true }));
		assert_eq!(own.holds(), b"//Bob");
	}

	#[test]
	fn what_another_program_put_there_is_not_repeated() {
		let Some(own) = own("other") else { return };
		let name = own.name.as_str();
		own.put(b"bottom drive obey lake");
		for mut command in [keyring("show", name), cancel(&["--keyring", name])] {
			let output = command.output().expect("runs");
			let said = String::from_utf8_lossy(&output.stderr);
			assert_eq!(output.status.code(), Some(2), "{said}");
			assert!(said.contains("holds no secret of an account"), "{said}");
			assert!(output.stdout.is_empty() && !said.contains("bottom"), "{said}");
		}
		let stays = ["` stays as it is", "--yes"];
		fails(keyring("store", name).args(["--suri", "//Alice"]), 2, &stays);
		let removed = json(keyring("remove", name).args(["--json", "--yes"]));
		assert_eq!(removed, value!({ "name": name, "account": null }));
	}

	#[test]
	fn what_cannot_be_stored_is_told_with_its_reason() {
		let Some(own) = own("refused") else { return };
		let name = own.name.as_str();
		let exported = key(EXPORTED);
		let parts = ["data.csv: this account was exported from polkadot.js", "seed phrase"];
		fails(keyring("store", name).arg("--key-file").arg(&exported.file), 2, &parts);
		fails(keyring("store", name).args(["--suri", "no phrase"]), 2, &["not usable"]);
		// nobody is there to be asked
		fails(&mut keyring("store", name), 2, &["this needs a secret to store", "--key-file FILE"]);
		fails(&mut keyring("show", name), 2, &["there is no entry"]);
	}

	#[test]
	fn a_profile_names_an_entry() {
		let Some(own) = own("profile") else { return };
		let name = own.name.as_str();
		let configuration =
			key(&format!("[profiles.default]\nurl = \"ws://127.0.0.1:1\"\nkeyring = \"{name}\"\n"));
		let by_profile = |words: &str| {
			let mut command = ostraka();
			command.args(words.split_whitespace()).arg("--config").arg(&configuration.file);
			command
		};
		fails(&mut by_profile("task cancel 0 --yes"), 2, &["there is no entry `profile-"]);
		// the profile that names the entry is not where its secret comes from
		let store = format!("keyring store {name} --json --profile default");
		fails(&mut by_profile(&store), 2, &["this needs a secret to store"]);
		json(by_profile(&store).env("OSTRAKA_SURI", "//Alice"));
		fails(&mut by_profile("task cancel 0 --yes"), 3, NOT_ANSWERED);
	}
}
