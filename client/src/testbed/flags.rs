//! Flags of a development chain's node: those of polkadot-omni-node-lib, which every omni node is made of.

use std::ffi::{OsStr, OsString};

/// A flag, with its value if it takes one, that is added unless it or one of the others is given.
type Default = (&'static str, Option<&'static str>, &'static [&'static str]);

/// What a development chain needs. It listens to nobody but local RPC clients, keeps all state, so that results can be verified
/// from the chain however long ago they were, lets a client follow many transactions at a time, and works for the worker keys
/// in its keystore.
const DEVELOPMENT: [Default; 13] = [
	("--dev-block-time", Some("1000"), &["--instant-seal"]),
	("--name", Some("ostraka-dev"), &[]),
	("--database", Some("paritydb"), &["--db"]),
	("--offchain-worker", Some("always"), &[]),
	("--enable-offchain-indexing", Some("true"), &[]),
	("--state-pruning", Some("archive"), &["--pruning"]),
	("--blocks-pruning", Some("archive"), &[]),
	("--rpc-cors", Some("all"), &[]),
	("--rpc-message-buffer-capacity-per-connection", Some("1024"), &[]),
	("--listen-addr", Some("/ip4/127.0.0.1/tcp/0"), &["--port"]),
	("--no-mdns", None, &[]),
	("--no-telemetry", None, &["--telemetry-url"]),
	("--no-prometheus", None, &["--prometheus-port", "--prometheus-external"]),
];

/// Adds what a development chain needs and is not given.
pub fn with_defaults(flags: &mut Vec<OsString>) {
	for (flag, value, others) in DEVELOPMENT {
		if !given(flags, flag) && !others.iter().any(|other| given(flags, other)) {
			add(flags, flag, value.map(OsStr::new));
		}
	}
}

/// Adds a flag.
pub fn add(flags: &mut Vec<OsString>, flag: &str, value: Option<&OsStr>) {
	flags.push(flag.into());
	flags.extend(value.map(OsString::from));
}

/// Whether a flag is given, as `--flag` or `--flag=value`.
pub fn given(flags: &[OsString], flag: &str) -> bool {
	flags.iter().any(|word| word == flag || joined(word, flag).is_some())
}

/// The value of a flag, given as `--flag value` or `--flag=value`; of the last if it is given several times.
pub fn value(flags: &[OsString], flag: &str) -> Option<OsString> {
	let mut values = flags.iter().enumerate().filter_map(|(place, word)| {
		if word == flag {
			flags.get(place + 1).cloned()
		} else {
			joined(word, flag).map(OsString::from)
		}
	});
	values.next_back()
}

/// The value in `--flag=value`.
fn joined<'a>(word: &'a OsStr, flag: &str) -> Option<&'a str> {
	word.to_str()?.strip_prefix(flag)?.strip_prefix('=')
}

#[cfg(test)]
mod tests {
	use super::*;

	fn words(line: &str) -> Vec<OsString> {
		line.split_whitespace().map(OsString::from).collect()
	}

	#[test]
	fn given_flags_win_over_defaults() {
		let mut flags = words("--instant-seal --pruning 9 --offchain-worker=never");
		with_defaults(&mut flags);
		for flag in ["--dev-block-time", "--state-pruning"] {
			assert!(!given(&flags, flag), "{flag}");
		}
		assert_eq!(value(&flags, "--offchain-worker"), Some("never".into()));
		assert_eq!(value(&flags, "--database"), Some("paritydb".into()));
		let once = flags.clone();
		with_defaults(&mut flags);
		assert_eq!(flags, once);
	}

	#[test]
	fn values_are_found_in_both_forms() {
		assert_eq!(value(&words("--rpc-port 1 --rpc-port=2"), "--rpc-port"), Some("2".into()));
		assert_eq!(value(&words("--rpc-port=2 --rpc-port 1"), "--rpc-port"), Some("1".into()));
		assert_eq!(value(&words("--rpc-port"), "--rpc-port"), None);
		assert_eq!(value(&words("--rpc-ports 1"), "--rpc-port"), None);
		assert!(!given(&words("--rpc-ports=1"), "--rpc-port"));
	}
}
