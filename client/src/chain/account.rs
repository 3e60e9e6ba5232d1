//! Accounts and the secrets that sign for them.

pub use ostraka_party::address;
use ostraka_primitives::AccountId;
use sp_core::crypto::Ss58Codec;
use std::str::FromStr;
use subxt_signer::{sr25519::Keypair, ExposeSecret, SecretUri};

/// Why there is no account to sign with. The secret is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
	/// A secret is none.
	#[error(
		"the secret of the account is not usable: {0}\n  give a seed phrase, 0x and 64 hexadecimal digits, or a path \
		 such as //Alice"
	)]
	Unusable(String),
	/// 32 bytes that are no secret.
	#[error("these bytes are no secret: {0}")]
	NoSecret(String),
}

/// An account that can sign.
#[derive(Clone)]
pub struct Signer {
	keypair: Keypair,
}

impl Signer {
	/// The account of a secret: a seed phrase, `0x` and 32 bytes in hexadecimal, or a derivation path of the development
	/// phrase such as `//Alice`; with `//path` and `///password` if wanted.
	///
	/// # Errors
	/// `Unusable`.
	pub fn from_secret(secret: &str) -> Result<Self, AccountError> {
		let wrong = AccountError::Unusable;
		let uri = SecretUri::from_str(secret.trim()).map_err(|error| wrong(error.to_string()))?;
		// an empty phrase is the development phrase, which `//Alice` means and a blank file does not
		if secret.trim().is_empty() || uri.phrase.expose_secret().is_empty() {
			return Err(wrong("it is empty".to_owned()));
		}
		let keypair = Keypair::from_uri(&uri).map_err(|error| wrong(error.to_string()))?;
		Ok(Self { keypair })
	}

	/// The account of 32 secret bytes.
	///
	/// # Errors
	/// `NoSecret`.
	pub fn from_seed(seed: [u8; 32]) -> Result<Self, AccountError> {
		let keypair = Keypair::from_secret_key(seed)
			.map_err(|error| AccountError::NoSecret(error.to_string()))?;
		Ok(Self { keypair })
	}

	/// The account.
	pub fn account(&self) -> AccountId {
		AccountId::new(self.keypair.public_key().0)
	}

	/// The key pair, for signing.
	pub fn keypair(&self) -> &Keypair {
		&self.keypair
	}
}

/// Reads an account: an SS58 address, `0x` and 64 hexadecimal digits, or a path such as `//Alice`.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str) -> Result<AccountId, String> {
	let text = text.trim();
	if let Some(digits) = text.strip_prefix("0x") {
		let bytes = hex::decode(digits).map_err(|error| format!("`{text}`: {error}"))?;
		let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| format!("`{text}`: not 32 bytes"))?;
		return Ok(AccountId::new(bytes));
	}
	if text.starts_with("//") {
		return Signer::from_secret(text)
			.map(|signer| signer.account())
			.map_err(|error| error.to_string());
	}
	AccountId::from_ss58check(text).map_err(|_| {
		format!("`{text}` is not an account: give an SS58 address, 0x and 64 hexadecimal digits, or //Name")
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	#[test]
	fn reads_secrets() {
		let alice = Signer::from_secret("//Alice").expect("a path").account();
		assert_eq!(address(&alice), ALICE);
		let seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
		assert_eq!(Signer::from_secret(seed).expect("a seed").account(), alice);
		for secret in ["", "  ", "0x12", "not a phrase at all", "bottom drive obey lake"] {
			let message = Signer::from_secret(secret).err().map(|error| error.to_string());
			let message = message.unwrap_or_else(|| panic!("`{secret}` is no secret"));
			assert!(message.contains("not usable") && !message.contains("bottom"), "{message}");
		}
	}

	#[test]
	fn reads_accounts() {
		let alice = parse(ALICE).expect("an address");
		assert_eq!(parse("//Alice"), Ok(alice.clone()));
		assert_eq!(parse(&format!("0x{}", hex::encode(alice.clone()))), Ok(alice));
		for text in ["", "5Grw", "0x", "0xzz", "Alice"] {
			assert!(parse(text).is_err(), "{text}");
		}
	}
}
