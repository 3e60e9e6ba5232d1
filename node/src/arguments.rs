//! Which arguments this program takes for itself, and what it passes on.
//!
//! Only arguments before `--` are looked at: those after it are the relay chain node's. With a subcommand, or if help
//! or the version is asked for, everything is the library's.

use std::ffi::{OsStr, OsString};

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Plan {
	/// Let the library run on this process's arguments.
	Library,
	/// Start again with these arguments.
	Again(Vec<OsString>),
	/// Run a development chain; these are the other arguments.
	Dev(Vec<OsString>),
}

/// Decides on arguments, the program's name not among them.
pub fn plan(arguments: Vec<OsString>) -> Plan {
	let own = own(&arguments);
	let subcommand = own.first().is_some_and(|first| !starts_with(first, "-"));
	let asks = ["-h", "--help", "-V", "--version"];
	let asks = own.iter().any(|argument| asks.iter().any(|ask| argument == ask));
	if subcommand || (asks && !given(&arguments, "--compute")) {
		return Plan::Library;
	}
	if asks {
		// the library does not know this flag, and would complain instead of helping
		return Plan::Again(without(arguments, "--compute"));
	}
	let (dev, compute) = (given(&arguments, "--dev"), given(&arguments, "--compute"));
	let rest = without(without(arguments, "--dev"), "--compute");
	match (dev, compute) {
		(true, _) => Plan::Dev(rest),
		(false, true) => Plan::Again(with_defaults(rest, &COMPUTE)),
		(false, false) => Plan::Library,
	}
}

/// A flag, with its value if it takes one, that is added unless it or one of the others is given.
pub type Default = (&'static str, Option<&'static str>, &'static [&'static str]);

/// What a compute node's worker needs: to run although the node makes no blocks, and to find dealings in the
/// offchain database.
const COMPUTE: [Default; 2] =
	[("--offchain-worker", Some("always"), &[]), ("--enable-offchain-indexing", Some("true"), &[])];

/// What a development chain needs. It listens to nobody but local RPC clients, keeps all state, so that results can
/// be verified from the chain however long ago they were, and lets a client follow many transactions at a time.
pub const DEVELOPMENT: [Default; 14] = [
	("--chain", Some("dev"), &[]),
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

/// Adds those of the defaults that are not given.
pub fn with_defaults(arguments: Vec<OsString>, defaults: &[Default]) -> Vec<OsString> {
	defaults.iter().fold(arguments, |arguments, (flag, value, others)| {
		if given(&arguments, flag) || others.iter().any(|other| given(&arguments, other)) {
			return arguments;
		}
		with(arguments, flag, value.map(OsStr::new))
	})
}

/// Adds a flag before `--`.
pub fn with(mut arguments: Vec<OsString>, flag: &str, value: Option<&OsStr>) -> Vec<OsString> {
	let end = own(&arguments).len();
	let added = std::iter::once(OsString::from(flag)).chain(value.map(OsString::from));
	arguments.splice(end..end, added);
	arguments
}

/// Removes a flag that takes no value.
pub fn without(arguments: Vec<OsString>, flag: &str) -> Vec<OsString> {
	let end = own(&arguments).len();
	let keep = |(index, argument): &(usize, OsString)| *index >= end || argument != flag;
	arguments.into_iter().enumerate().filter(keep).map(|(_, argument)| argument).collect()
}

/// Whether a flag is given, as `--flag` or `--flag=value`.
pub fn given(arguments: &[OsString], flag: &str) -> bool {
	let with_value = format!("{flag}=");
	own(arguments).iter().any(|argument| argument == flag || starts_with(argument, &with_value))
}

/// The value of a flag, given as `--flag value` or `--flag=value`; of the last if it is given several times.
pub fn value(arguments: &[OsString], flag: &str) -> Option<OsString> {
	let with_value = format!("{flag}=");
	let own = own(arguments);
	own.iter()
		.enumerate()
		.filter_map(|(index, argument)| match argument.to_str() {
			Some(text) if text == flag => own.get(index + 1).cloned(),
			Some(text) => text.strip_prefix(&with_value).map(OsString::from),
			None => None,
		})
		.next_back()
}

/// The arguments before `--`.
fn own(arguments: &[OsString]) -> &[OsString] {
	let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
	arguments.get(..end).unwrap_or_default()
}

fn starts_with(argument: &OsStr, prefix: &str) -> bool {
	argument.as_encoded_bytes().starts_with(prefix.as_bytes())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn words(line: &str) -> Vec<OsString> {
		line.split_whitespace().map(OsString::from).collect()
	}

	#[test]
	fn what_is_not_ours_is_the_librarys() {
		for line in [
			"",
			"key insert --dev --compute",
			"--help --dev",
			"--chain dev --dev-block-time 1000",
			"--chain x -- --dev",
			"-- --compute",
		] {
			assert_eq!(plan(words(line)), Plan::Library, "{line}");
		}
	}

	#[test]
	fn compute_turns_worker_and_indexing_on() {
		assert_eq!(
			plan(words("--compute --chain x -- --chain y")),
			Plan::Again(words(
				"--chain x --offchain-worker always --enable-offchain-indexing true -- --chain y"
			))
		);
		assert_eq!(
			plan(words("--chain x --offchain-worker=never --compute")),
			Plan::Again(words("--chain x --offchain-worker=never --enable-offchain-indexing true"))
		);
	}

	#[test]
	fn help_is_given_also_with_compute() {
		assert_eq!(plan(words("--compute -V")), Plan::Again(words("-V")));
		assert_eq!(plan(words("--dev --compute --help")), Plan::Again(words("--dev --help")));
		assert_eq!(plan(words("--dev --help")), Plan::Library);
	}

	#[test]
	fn starting_again_does_not_start_again() {
		let Plan::Again(again) = plan(words("--compute --chain x")) else { panic!("not again") };
		assert_eq!(plan(again), Plan::Library);
		let development = with_defaults(words("--rpc-port 1"), &DEVELOPMENT);
		assert_eq!(plan(development), Plan::Library);
	}

	#[test]
	fn dev_keeps_the_other_arguments() {
		assert_eq!(
			plan(words("--rpc-port 1 --dev --compute -lx=debug")),
			Plan::Dev(words("--rpc-port 1 -lx=debug"))
		);
	}

	#[test]
	fn given_arguments_win_over_defaults() {
		let arguments = with_defaults(words("--instant-seal --pruning 9 --chain=x"), &DEVELOPMENT);
		for flag in ["--dev-block-time", "--state-pruning"] {
			assert!(!given(&arguments, flag), "{flag}");
		}
		assert_eq!(value(&arguments, "--chain"), Some("x".into()));
		assert_eq!(value(&arguments, "--database"), Some("paritydb".into()));
	}

	#[test]
	fn values_are_found_in_both_forms() {
		assert_eq!(value(&words("--rpc-port 1 --rpc-port=2"), "--rpc-port"), Some("2".into()));
		assert_eq!(value(&words("--rpc-port"), "--rpc-port"), None);
		assert_eq!(value(&words("-- --rpc-port 1"), "--rpc-port"), None);
		assert_eq!(value(&words("--rpc-ports 1"), "--rpc-port"), None);
	}
}
