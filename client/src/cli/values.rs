//! The forms of flags' values. What can be wrong with them is said before anything else happens.

use crate::chain;
use ostraka_primitives::{AccountId, TaskId};

/// Reads the address of a node's web socket.
///
/// # Errors
/// What is wrong with it.
pub fn url(text: &str) -> Result<String, String> {
	let text = text.trim();
	let is_socket = ["ws://", "wss://"].iter().any(|scheme| {
		text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
	});
	// asked only whether it is an address at all
	if is_socket && subxt::rpcs::utils::url_is_secure(text).is_ok() {
		return Ok(text.to_owned());
	}
	Err(format!("`{text}` is not a web socket address: give ws://HOST:PORT or wss://HOST"))
}

/// Reads an amount of tokens as far as that goes without a chain, which knows how many decimals they have.
///
/// # Errors
/// What is wrong with it.
pub fn amount(text: &str) -> Result<String, String> {
	chain::token::amount_parts(text).map(|_| text.trim().to_owned())
}

/// Reads a task's number.
///
/// # Errors
/// What is wrong with it.
pub fn task(text: &str) -> Result<TaskId, String> {
	text.trim().parse().map_err(|_| format!("`{text}` is not a task's number"))
}

/// Whom a result is sealed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
	/// The account that signs.
	Signer,
	/// This one.
	Account(AccountId),
}

impl Recipient {
	/// The account, if that one signs.
	pub fn account(&self, signer: &AccountId) -> AccountId {
		match self {
			Self::Signer => signer.clone(),
			Self::Account(account) => account.clone(),
		}
	}
}

/// Reads whom a result is sealed to: `self`, or an account.
///
/// # Errors
/// What is wrong with it.
pub fn recipient(text: &str) -> Result<Recipient, String> {
	match text.trim() {
		"self" => Ok(Recipient::Signer),
		other => chain::account::parse(other)
			.map(Recipient::Account)
			.map_err(|error| format!("{error}, or self for the account that signs")),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reads_recipients() {
		let bob = chain::account::parse("//Bob").expect("a path");
		let signer = AccountId::new([1; 32]);
		assert_eq!(recipient(" self "), Ok(Recipient::Signer));
		assert_eq!(recipient("//Bob"), Ok(Recipient::Account(bob.clone())));
		assert_eq!(Recipient::Signer.account(&signer), signer);
		assert_eq!(Recipient::Account(bob.clone()).account(&signer), bob);
		let said = recipient("nobody").expect_err("no account");
		assert!(said.contains("`nobody` is not an account") && said.contains("self"), "{said}");
	}

	#[test]
	fn reads_web_socket_addresses() {
		for text in [
			"ws://127.0.0.1:9944",
			"wss://rpc.example.org",
			"WS://localhost:1",
			"ws://[::1]:9944/path",
			" ws://a ",
		] {
			assert_eq!(url(text), Ok(text.trim().to_owned()));
		}
		for text in [
			"",
			"127.0.0.1:9944",
			"localhost",
			"http://127.0.0.1:9944",
			"ws:/a",
			"ws://",
			"wss://:9944",
			"ws://a:70000",
			"ws://a:b",
			"ws://a b",
			"wé",
		] {
			let message = url(text).expect_err(text);
			assert!(message.starts_with(&format!("`{text}` is not a web socket")), "{message}");
		}
	}

	#[test]
	fn reads_amounts() {
		for text in ["0", "12.5", ".5", "7.", " 3 "] {
			assert_eq!(amount(text), Ok(text.trim().to_owned()));
		}
		for text in ["", ".", "abc", "1e3", "1,5", "+1", "1.2.3"] {
			let message = amount(text).expect_err(text);
			assert!(message.contains("is not an amount of tokens"), "{message}");
		}
		for text in ["-1", "-0.5"] {
			assert_eq!(amount(text), Err(format!("`{text}` must not be negative")));
		}
	}

	#[test]
	fn reads_numbers_of_tasks() {
		assert_eq!(task("7"), Ok(7));
		for text in ["", "abc", "-1", "1.5", "4294967296"] {
			assert_eq!(task(text), Err(format!("`{text}` is not a task's number")));
		}
	}
}
