//! Where the secret of an account comes from, and what is not used as one.

use super::{data, fails, keep, ostraka, Data};
use std::process::Command;

/// `//Alice` as polkadot.js exported it under the password `whoisalice` (subxt-signer's tests).
pub(super) const EXPORTED: &str = r#"{
	"encoded": "DumgApKCTqoCty1OZW/8WS+sgo6RdpHhCwAkA2IoDBMAgAAAAQAAAAgAAAB6IG/q24EeVf0JqWqcBd5m2tKq5BlyY84IQ8oamLn9DZe9Ouhgunr7i36J1XxUnTI801axqL/ym1gil0U8440Qvj0lFVKwGuxq38zuifgoj0B3Yru0CI6QKEvQPU5xxj4MpyxdSxP+2PnTzYao0HDH0fulaGvlAYXfqtU89xrx2/z9z7IjSwS3oDFPXRQ9kAdDebtyCVreZ9Otw9v3",
	"encoding": { "content": ["pkcs8", "sr25519"], "type": ["scrypt", "xsalsa20-poly1305"], "version": "3" },
	"address": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
	"meta": { "genesisHash": "", "name": "Alice", "whenCreated": 1718265838755 }
}"#;
const NOT_ANSWERED: &[&str] = &["no chain answers"];

fn secret(text: &str) -> Data {
	let data = data(text);
	keep(&data.file);
	data
}

/// A command that signs, where nobody listens: that it comes so far says that its account is right.
fn cancel(flags: &[&str], key: &Data) -> Command {
	let mut command = ostraka();
	command.args("--url ws://127.0.0.1:1 task cancel 0 --yes --key-file".split_whitespace());
	command.arg(&key.file).args(flags);
	command
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_not_used() {
	use std::os::unix::fs::PermissionsExt;
	let key = data("//Alice\n");
	for (mode, is_used) in [(0o644, false), (0o640, false), (0o602, false), (0o600, true)] {
		let permissions = std::fs::Permissions::from_mode(mode);
		std::fs::set_permissions(&key.file, permissions).expect("it is ours");
		match is_used {
			true => fails(&mut cancel(&[], &key), 3, NOT_ANSWERED),
			false => fails(&mut cancel(&[], &key), 2, &["data.csv: others", "chmod 600"]),
		}
	}
}

#[test]
fn an_account_that_polkadot_js_exported() {
	let key = secret(EXPORTED);
	let [right, wrong] = ["whoisalice\n", "whoisbob\n"].map(secret);
	let with = |password: &Data| {
		let path = password.file.display().to_string();
		cancel(&["--password-file", &path], &key)
	};
	fails(&mut with(&right), 3, NOT_ANSWERED);
	fails(&mut with(&wrong), 2, &["data.csv: the password does not open this account"]);
	// nobody is there to be asked
	fails(&mut cancel(&[], &key), 2, &["it is encrypted", "--password-file FILE"]);
	for text in ["{}", "{", "{\"encoded\": \"AAAA\", \"address\": \"5Grw\"}"] {
		let parts = ["data.csv: this is not an account that can be used", "export it"];
		fails(&mut cancel(&[], &secret(text)), 2, &parts);
	}
	// what signs nothing knows the account without its password
	let mut inbox = ostraka();
	inbox.args(["--url", "ws://127.0.0.1:1", "inbox", "--key-file"]).arg(&key.file);
	fails(&mut inbox, 3, NOT_ANSWERED);
}

#[test]
fn a_program_that_prints_the_secret() {
	let with = |command: &str| {
		let mut cancel = ostraka();
		cancel.args("--url ws://127.0.0.1:1 task cancel 0 --yes --key-command".split_whitespace());
		cancel.arg(command);
		cancel
	};
	fails(&mut with("echo //Alice"), 3, NOT_ANSWERED);
	fails(&mut with("echo no phrase"), 2, &["not usable"]);
	fails(&mut with("false"), 2, &["--key-command: false failed"]);
	fails(&mut with("/no/such/program"), 2, &["cannot be run"]);
	// one flag names the account; the environment's is for where no flag does
	fails(with("echo //Alice").args(["--suri", "//Bob"]), 2, &["cannot be used with"]);
	fails(with("echo //Alice").env("OSTRAKA_SURI", "no phrase"), 3, NOT_ANSWERED);
}

#[test]
fn what_loses_money_is_done_for_a_program_that_says_so() {
	// the chain is asked first what would be lost
	let mut cancel = ostraka();
	cancel.args("--url ws://127.0.0.1:1 task cancel 0 --suri //Alice".split_whitespace());
	fails(&mut cancel, 3, NOT_ANSWERED);
}
