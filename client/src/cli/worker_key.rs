//! Worker keys: from a secret, or from a node's keystore.

use super::secret;
use crate::error::Error;
use clap::Args;
use ostraka_primitives::{WorkerKey, WORKER_KEY_TYPE};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
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

/// How an operator makes a worker key.
const INSERT: &str = "`ostraka-node key insert --key-type ostr --scheme ed25519`";

/// Reads the key.
///
/// # Errors
/// `Usage`; secrets are not repeated.
pub fn read(args: &WorkerKeyArgs) -> Result<ed25519::Pair, Error> {
	match (&args.worker_suri, &args.worker_key_file, &args.keystore) {
		(Some(secret), _, _) => pair(secret),
		(_, Some(file), _) => pair(&secret::first_line(file)?),
		(_, _, Some(directory)) => from_keystore(directory),
		(None, None, None) => Err(Error::Usage("give the worker key".to_owned())),
	}
}

fn pair(secret: &str) -> Result<ed25519::Pair, Error> {
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

/// The one worker key in a keystore: a file named after key type and public key, which holds the secret as a JSON string.
/// The key that a node finds is the one that the file is named after, so it must be that of the secret: not that of the
/// same secret in another scheme, nor one that only a password gives.
fn from_keystore(directory: &Path) -> Result<ed25519::Pair, Error> {
	let wrong = |what: String| Error::Usage(format!("{}: {what}", directory.display()));
	let entries = std::fs::read_dir(directory)
		.map_err(|error| wrong(format!("the keystore cannot be read: {error}")))?;
	let prefix = hex::encode(WORKER_KEY_TYPE.0);
	let mut files: Vec<(PathBuf, String)> = entries
		.flatten()
		.filter_map(|entry| {
			let name = entry.file_name().to_string_lossy().into_owned();
			let public = name.strip_prefix(&prefix)?.to_owned();
			Some((entry.path(), public))
		})
		.collect();
	let (file, named) = match (files.pop(), files.is_empty()) {
		(Some(file), true) => file,
		(None, _) => {
			return Err(wrong(format!("there is no worker key in it\n  make one with {INSERT}")))
		},
		(Some(_), false) => {
			return Err(wrong(
				"there is more than one worker key in it: give --worker-key-file".to_owned(),
			))
		},
	};
	let (text, guarded) = secret::look_into(&file)?;
	let secret: String = serde_json::from_str(&text)
		.map_err(|_| wrong("the key file is not as a node writes it".to_owned()))?;
	let key = pair(&secret)?;
	let named = named.to_ascii_lowercase();
	if named == hex::encode(key.public()) {
		return guarded.map(|()| key);
	}
	// that it is another key is said first: another mode of its file would not help
	let schemes = [
		(
			"sr25519",
			sr25519::Pair::from_string(&secret, None).ok().map(|pair| hex::encode(pair.public())),
		),
		(
			"ecdsa",
			ecdsa::Pair::from_string(&secret, None).ok().map(|pair| hex::encode(pair.public())),
		),
	];
	let scheme = schemes.iter().find(|(_, public)| public.as_ref() == Some(&named));
	Err(wrong(match scheme {
		Some((scheme, _)) => format!(
			"the worker key in it is of the scheme {scheme}, and a worker signs with ed25519: no node would find the key \
			 that would be registered\n  remove it, and make one with {INSERT}"
		),
		None => format!(
			"the worker key in it is not that of the secret in its file (ed25519): the keystore has a password, or the file \
			 is damaged or of another scheme\n  a key with a password is given with --worker-key-file, as SECRET///PASSWORD; \
			 else make one with {INSERT}"
		),
	}))
}

#[cfg(test)]
mod tests {
	use super::*;

	/// A file in a keystore, as a node writes it.
	fn write(path: PathBuf, text: &str) {
		std::fs::write(&path, text).expect("written");
		#[cfg(unix)]
		{
			use std::os::unix::fs::PermissionsExt;
			std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
				.expect("it is ours");
		}
	}

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
		write(directory.path().join(name), "\"//Worker\"");
		write(directory.path().join("61757261ff"), "\"//Other\"");
		let found = read(&args(directory.path())).expect("one worker key");
		assert_eq!(found.public(), key.public());
		write(directory.path().join("6f737472ee"), "\"//Second\"");
		let message = read(&args(directory.path())).err().map(|error| error.to_string());
		assert!(message.is_some_and(|message| message.contains("more than one")));
	}

	/// What is said of a keystore whose one worker key has that public key and that secret.
	fn refusal(public: &[u8], secret: &str) -> String {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let name = format!("6f737472{}", hex::encode(public));
		write(directory.path().join(name), &format!("\"{secret}\""));
		let refused = read(&args(directory.path()));
		let message = refused.err().map(|error| error.to_string()).expect("it is refused");
		assert!(!message.contains(secret), "the secret is repeated: {message}");
		message
	}

	#[test]
	fn a_key_of_another_scheme_is_refused() {
		let wrong = sr25519::Pair::from_string("//Worker", None).expect("a path");
		let message = refusal(wrong.public().as_ref(), "//Worker");
		assert!(message.contains("scheme sr25519") && message.contains("ed25519"), "{message}");
		let wrong = ecdsa::Pair::from_string("//Worker", None).expect("a path");
		assert!(refusal(wrong.public().as_ref(), "//Worker").contains("scheme ecdsa"));
	}

	#[test]
	fn a_key_that_only_a_password_gives_is_refused() {
		let phrase =
			"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
		let locked = ed25519::Pair::from_string(phrase, Some("correct horse")).expect("a phrase");
		let message = refusal(locked.public().as_ref(), phrase);
		assert!(message.contains("password") && message.contains("///PASSWORD"), "{message}");
		assert!(refusal(&[7; 32], "//Worker").contains("damaged"));
		assert!(refusal(&[7; 3], "//Worker").contains("not that of the secret"));
	}

	/// What is wrong with the key is said whatever the mode of its file; a right one is not taken from a file that others can read.
	#[cfg(unix)]
	#[test]
	fn a_file_that_others_can_read_is_looked_into_and_not_used() {
		use std::os::unix::fs::PermissionsExt;
		let message = |public: &[u8]| {
			let directory = tempfile::tempdir().expect("a temporary directory");
			let path = directory.path().join(format!("6f737472{}", hex::encode(public)));
			write(path.clone(), "\"//Worker\"");
			std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
			let refused = read(&args(directory.path())).err().map(|error| error.to_string());
			refused.expect("it is refused")
		};
		let other = sr25519::Pair::from_string("//Worker", None).expect("a path");
		assert!(message(other.public().as_ref()).contains("scheme sr25519"));
		let right = ed25519::Pair::from_string("//Worker", None).expect("a path");
		assert!(message(right.public().as_ref()).contains("others on this machine"));
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
