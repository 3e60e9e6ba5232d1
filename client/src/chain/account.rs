//! Accounts and the secrets that sign for them.

pub use ostraka_party::address;
use ostraka_primitives::AccountId;
use sp_core::crypto::Ss58Codec;
use std::str::FromStr;
use subxt_signer::{
	polkadot_js_compat::{decrypt_json, Error as JsonError},
	sr25519::Keypair,
	ExposeSecret, SecretUri,
};

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
	/// A file is not an account as polkadot.js exports it.
	#[error(
		"this is not an account that can be used: {0}\n  export it in polkadot.js as JSON, with a password; its kind is sr25519"
	)]
	NotExported(String),
	/// A password does not open an exported account.
	#[error("the password does not open this account, or its file is damaged")]
	NotOpened,
}

/// Least length of an exported account's encrypted part, in base64. What opens it takes 68 bytes of it for granted.
const LEAST_ENCODED: usize = 96;

/// What of an exported account is read without its password.
#[derive(serde::Deserialize)]
struct Exported {
	encoded: String,
	address: String,
}

impl Exported {
	fn read(json: &str) -> Result<Self, AccountError> {
		let wrong = |what: &str| AccountError::NotExported(what.to_owned());
		// what does not parse may be another secret: it is not repeated
		let exported: Self = serde_json::from_str(json.trim_start_matches('\u{feff}'))
			.map_err(|_| wrong("`encoded` and `address` are not in it"))?;
		match exported.encoded.len() < LEAST_ENCODED {
			true => Err(wrong("its `encoded` is too short")),
			false => Ok(exported),
		}
	}
}

/// The account that a file as polkadot.js exports it is of, without its password.
///
/// # Errors
/// `NotExported`.
pub fn address_in_json(json: &str) -> Result<AccountId, AccountError> {
	let exported = Exported::read(json)?;
	AccountId::from_ss58check(exported.address.trim())
		.map_err(|_| AccountError::NotExported("its `address` is none".to_owned()))
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

	/// The account of a file as polkadot.js exports it, which a password opens.
	///
	/// # Errors
	/// `NotExported`, `NotOpened`.
	pub fn from_json(json: &str, password: &str) -> Result<Self, AccountError> {
		Exported::read(json)?;
		let opened = decrypt_json(json.trim_start_matches('\u{feff}'), password);
		let keypair = opened.map_err(|error| match error {
			JsonError::Secretbox(_) | JsonError::InvalidKeys | JsonError::Sr25519(_) => {
				AccountError::NotOpened
			},
			JsonError::Json(_) => AccountError::NotExported("a part is not in it".to_owned()),
			JsonError::UnsupportedEncoding => AccountError::NotExported(
				"it has no password, or is of another kind or version".to_owned(),
			),
			other => AccountError::NotExported(other.to_string()),
		})?;
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
pub(crate) mod tests {
	use super::*;

	/// The account of `//Alice`.
	pub(crate) const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	/// The same, as polkadot.js exported it under the password `whoisalice` (subxt-signer's tests).
	pub(crate) const ALICE_JSON: &str = r#"{
		"encoded": "DumgApKCTqoCty1OZW/8WS+sgo6RdpHhCwAkA2IoDBMAgAAAAQAAAAgAAAB6IG/q24EeVf0JqWqcBd5m2tKq5BlyY84IQ8oamLn9DZe9Ouhgunr7i36J1XxUnTI801axqL/ym1gil0U8440Qvj0lFVKwGuxq38zuifgoj0B3Yru0CI6QKEvQPU5xxj4MpyxdSxP+2PnTzYao0HDH0fulaGvlAYXfqtU89xrx2/z9z7IjSwS3oDFPXRQ9kAdDebtyCVreZ9Otw9v3",
		"encoding": { "content": ["pkcs8", "sr25519"], "type": ["scrypt", "xsalsa20-poly1305"], "version": "3" },
		"address": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
		"meta": { "genesisHash": "", "name": "Alice", "whenCreated": 1718265838755 }
	}"#;

	#[test]
	fn opens_an_exported_account() {
		let opened = Signer::from_json(ALICE_JSON, "whoisalice").expect("its password");
		assert_eq!(address(&opened.account()), ALICE);
		assert_eq!(address_in_json(ALICE_JSON), Ok(opened.account()));
		let refused = |json: &str, password| Signer::from_json(json, password).err();
		assert_eq!(refused(ALICE_JSON, "whoisbob"), Some(AccountError::NotOpened));
		// of another address than its keys
		let of_bob = ALICE_JSON.replace(ALICE, "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty");
		assert_eq!(refused(&of_bob, "whoisalice"), Some(AccountError::NotOpened));
	}

	#[test]
	fn what_was_not_exported_is_refused_and_not_repeated() {
		let encoded = ALICE_JSON.split('"').nth(3).expect("the encrypted part");
		for json in [
			"".to_owned(),
			"{}".to_owned(),
			"bottom drive".to_owned(),
			// too short for what is taken for granted
			ALICE_JSON.replace(encoded, ""),
			ALICE_JSON.replace(encoded, "AAAA"),
			ALICE_JSON.replace(encoded, encoded.get(..95).expect("it is longer")),
			// no base64
			ALICE_JSON.replace(encoded, &"!".repeat(200)),
			// other work than is allowed
			ALICE_JSON.replace(encoded, &"A".repeat(200)),
			ALICE_JSON.replace("sr25519", "ed25519"),
			ALICE_JSON.replace("\"scrypt\"", "\"none\""),
			ALICE_JSON.replace("\"version\": \"3\"", "\"version\": \"2\""),
		] {
			let refused = Signer::from_json(&json, "whoisalice").err();
			assert!(matches!(refused, Some(AccountError::NotExported(_))), "{json}: {refused:?}");
			assert!(refused.is_some_and(|error| !error.to_string().contains("bottom")));
		}
		assert!(address_in_json(&ALICE_JSON.replace(ALICE, "nobody")).is_err());
	}

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
