//! Worker keys: from a secret, or from a node's keystore.

use super::account;
use crate::error::Error;
use clap::Args;
use ostraka_primitives::{WorkerKey, WORKER_KEY_TYPE};
use sp_core::{ed25519, Pair};
use std::path::{Path, PathBuf};

/// Which key the node's worker signs with.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct WorkerKeyArgs {
	/// Secret of the worker key: a seed phrase, 0x and 32 bytes, or a path such as //Worker
	#[arg(long, value_name = "SURI", env = "OSTRAKA_WORKER_SURI", hide_env_values = true)]
	pub worker_suri: Option<String>,
	/// File whose first line is that secret
	#[arg(long, value_name = "FILE")]
	pub worker_key_file: Option<PathBuf>,
	/// The node's keystore, with one worker key in it
	#[arg(long, value_name = "DIR")]
	pub keystore: Option<PathBuf>,
}

/// Reads the key.
///
/// # Errors
/// `Usage`; secrets are not repeated.
pub fn read(args: &WorkerKeyArgs) -> Result<ed25519::Pair, Error> {
	let secret = match (&args.worker_suri, &args.worker_key_file, &args.keystore) {
		(Some(secret), _, _) => secret.clone(),
		(_, Some(file), _) => account::first_line(file)?,
		(_, _, Some(directory)) => from_keystore(directory)?,
		(None, None, None) => return Err(Error::Usage("give the worker key".to_owned())),
	};
	ed25519::Pair::from_string(secret.trim(), None).map_err(|_| {
		Error::Usage(
			"the secret of the worker key is not usable\n  give a seed phrase, 0x and 64 hexadecimal digits, or a \
			 path such as //Worker"
				.to_owned(),
		)
	})
}

/// The key's public part.
pub fn public(key: &ed25519::Pair) -> WorkerKey {
	key.public()
}

/// A signature by the key.
pub fn sign(key: &ed25519::Pair, message: &[u8]) -> [u8; 64] {
	key.sign(message).0
}

/// The secret of the one worker key in a keystore: a file named after key type and public key, which holds the secret
/// as a JSON string.
fn from_keystore(directory: &Path) -> Result<String, Error> {
	let wrong = |what: String| Error::Usage(format!("{}: {what}", directory.display()));
	let entries = std::fs::read_dir(directory)
		.map_err(|error| wrong(format!("the keystore cannot be read: {error}")))?;
	let prefix = hex::encode(WORKER_KEY_TYPE.0);
	let mut files: Vec<PathBuf> = entries
		.flatten()
		.map(|entry| entry.path())
		.filter(|path| {
			let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
			name.is_some_and(|name| name.starts_with(&prefix))
		})
		.collect();
	let file = match (files.pop(), files.is_empty()) {
		(Some(file), true) => file,
		(None, _) => {
			return Err(wrong(
				"there is no worker key in it\n  make one with `ostraka-node key insert --key-type ostr --scheme ed25519`"
					.to_owned(),
			))
		},
		(Some(_), false) => {
			return Err(wrong("there is more than one worker key in it: give --worker-key-file".to_owned()))
		},
	};
	let text = std::fs::read_to_string(&file)
		.map_err(|error| wrong(format!("the key file cannot be read: {error}")))?;
	serde_json::from_str(&text)
		.map_err(|_| wrong("the key file is not as a node writes it".to_owned()))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn args(directory: &Path) -> WorkerKeyArgs {
		WorkerKeyArgs {
			worker_suri: None,
			worker_key_file: None,
			keystore: Some(directory.to_owned()),
		}
	}

	#[test]
	fn the_one_key_of_a_keystore_is_read() {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let key = ed25519::Pair::from_string("//Worker", None).expect("a path");
		assert!(read(&args(directory.path())).is_err());
		let name = format!("6f737472{}", hex::encode(key.public()));
		std::fs::write(directory.path().join(name), "\"//Worker\"").expect("written");
		std::fs::write(directory.path().join("61757261ff"), "\"//Other\"").expect("written");
		let found = read(&args(directory.path())).expect("one worker key");
		assert_eq!(found.public(), key.public());
		std::fs::write(directory.path().join("6f737472ee"), "\"//Second\"").expect("written");
		let message = read(&args(directory.path())).err().map(|error| error.to_string());
		assert!(message.is_some_and(|message| message.contains("more than one")));
	}

	#[test]
	fn a_bad_secret_is_not_repeated() {
		let args = WorkerKeyArgs {
			worker_suri: Some("secret words".to_owned()),
			worker_key_file: None,
			keystore: None,
		};
		let message = read(&args).err().map(|error| error.to_string()).unwrap_or_default();
		assert!(message.contains("not usable") && !message.contains("secret words"));
	}
}
