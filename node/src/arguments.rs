//! Which arguments this program takes for itself, what it adds, and what it passes on.
//!
//! Arguments before `--` are the parachain node's, those after it the relay chain node's. If help or the version is
//! asked for, or with a subcommand that opens no database, everything is the library's. Every other start names
//! ParityDB, as this program is built without RocksDB (shims/README.md): the library would look for that first.

use std::ffi::{OsStr, OsString};

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Plan {
	/// Let the library run on this process's arguments.
	Library,
	/// Start again with these arguments.
	Again(Vec<OsString>),
	/// Tell the header of a chain's first block; these are the subcommand and its flags.
	Head(Vec<OsString>),
	/// Have the tool run a development chain with this program; these are the other arguments.
	Dev(Vec<OsString>),
}

/// Decides on arguments, the program's name not among them.
pub fn plan(arguments: Vec<OsString>) -> Plan {
	let own = own(&arguments);
	let subcommand = own.first().filter(|first| !starts_with(first, "-"));
	let asks = ["-h", "--help", "-V", "--version"];
	let asks = own.iter().any(|argument| asks.iter().any(|ask| argument == ask));
	let dev = given(&arguments, "--dev");
	let changed = match subcommand {
		// The library does not know this flag, and would complain instead of helping.
		None if asks => without(arguments.clone(), "--compute"),
		_ if asks => return Plan::Library,
		Some(name) if WITH_DATABASE.iter().any(|each| name == each) => {
			with_defaults(arguments.clone(), &DATABASE)
		},
		Some(name) if HEAD.iter().any(|each| name == each) => return Plan::Head(arguments),
		Some(_) => return Plan::Library,
		// without what is meant for a relay chain's node, as there is none
		None if dev => return Plan::Dev(without(without(own.to_vec(), "--dev"), "--compute")),
		None => {
			let compute: &[Default] = if given(&arguments, "--compute") { &COMPUTE } else { &[] };
			let node = with_defaults(without(arguments.clone(), "--compute"), compute);
			with_relay_database(with_defaults(node, &DATABASE))
		},
	};
	if changed == arguments {
		Plan::Library
	} else {
		Plan::Again(changed)
	}
}

/// Subcommands that open, or remove, the database of a chain.
const WITH_DATABASE: [&str; 6] =
	["check-block", "export-blocks", "export-state", "import-blocks", "purge-chain", "revert"];

/// A subcommand and its other name, which would open a database that it cannot be told the kind of.
const HEAD: [&str; 2] = ["export-genesis-head", "export-genesis-state"];

/// The one kind of database that there is.
const DATABASE: [Default; 1] = [("--database", Some("paritydb"), &["--db"])];

/// Names the database of the relay chain's node too, if one may run in this process: a chain that makes its blocks by
/// itself has none.
fn with_relay_database(arguments: Vec<OsString>) -> Vec<OsString> {
	if given(&arguments, "--dev-block-time") || given(&arguments, "--instant-seal") {
		return arguments;
	}
	let end = own(&arguments).len();
	let (mut node, mut relay) = (arguments, Vec::new());
	relay.extend(node.drain(end..).skip(1));
	node.push("--".into());
	node.extend(with_defaults(relay, &DATABASE));
	node
}

/// A flag, with its value if it takes one, that is added unless it or one of the others is given.
type Default = (&'static str, Option<&'static str>, &'static [&'static str]);

/// What the worker of a compute node or verifier needs: to run although the node makes no blocks, and to find dealings in the
/// offchain database.
const COMPUTE: [Default; 2] =
	[("--offchain-worker", Some("always"), &[]), ("--enable-offchain-indexing", Some("true"), &[])];

/// Adds those of the defaults that are not given.
fn with_defaults(arguments: Vec<OsString>, defaults: &[Default]) -> Vec<OsString> {
	defaults.iter().fold(arguments, |arguments, (flag, value, others)| {
		if given(&arguments, flag) || others.iter().any(|other| given(&arguments, other)) {
			return arguments;
		}
		with(arguments, flag, value.map(OsStr::new))
	})
}

/// Adds a flag before `--`.
fn with(mut arguments: Vec<OsString>, flag: &str, value: Option<&OsStr>) -> Vec<OsString> {
	let end = own(&arguments).len();
	let added = std::iter::once(OsString::from(flag)).chain(value.map(OsString::from));
	arguments.splice(end..end, added);
	arguments
}

/// Removes a flag that takes no value.
fn without(arguments: Vec<OsString>, flag: &str) -> Vec<OsString> {
	let end = own(&arguments).len();
	let keep = |(index, argument): &(usize, OsString)| *index >= end || argument != flag;
	arguments.into_iter().enumerate().filter(keep).map(|(_, argument)| argument).collect()
}

/// Whether a flag is given, as `--flag` or `--flag=value`.
fn given(arguments: &[OsString], flag: &str) -> bool {
	let with_value = format!("{flag}=");
	own(arguments).iter().any(|argument| argument == flag || starts_with(argument, &with_value))
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

	/// What a start comes to when this program has started again as often as it wants to.
	fn finally(line: &str) -> Vec<OsString> {
		let mut arguments = words(line);
		for _ in 0..2 {
			match plan(arguments.clone()) {
				Plan::Again(again) => arguments = again,
				Plan::Library => return arguments,
				Plan::Dev(_) | Plan::Head(_) => panic!("not the node: {line}"),
			}
		}
		panic!("starts again and again: {line}");
	}

	#[test]
	fn what_is_not_ours_is_the_librarys() {
		for line in [
			"key insert --dev --compute",
			"--help --dev",
			"purge-chain --help",
			"chain-spec-builder create -r x.wasm",
			"export-genesis-head --help",
			"export-genesis-wasm --chain x",
			"--chain dev --database paritydb --dev-block-time 1000",
			"--chain x --db=paritydb -- --dev --database paritydb",
			"--database auto -- --compute --db auto",
		] {
			assert_eq!(plan(words(line)), Plan::Library, "{line}");
		}
	}

	#[test]
	fn every_start_that_opens_a_database_names_paritydb() {
		for (line, expected) in [
			("", "--database paritydb -- --database paritydb"),
			("--chain x", "--chain x --database paritydb -- --database paritydb"),
			(
				"--collator -- --chain y",
				"--collator --database paritydb -- --chain y --database paritydb",
			),
			("-- --database auto", "--database paritydb -- --database auto"),
			("--db auto --", "--db auto -- --database paritydb"),
			("--chain dev --instant-seal", "--chain dev --instant-seal --database paritydb"),
			("purge-chain -y --chain x", "purge-chain -y --chain x --database paritydb"),
			("export-blocks --to 9 file", "export-blocks --to 9 file --database paritydb"),
			("export-state 7", "export-state 7 --database paritydb"),
			("import-blocks file --database=auto", "import-blocks file --database=auto"),
			("check-block 7", "check-block 7 --database paritydb"),
			("revert 3", "revert 3 --database paritydb"),
		] {
			assert_eq!(finally(line), words(expected), "{line}");
		}
	}

	#[test]
	fn the_first_header_is_told_without_a_database() {
		for line in ["export-genesis-head --chain x --raw file", "export-genesis-state"] {
			assert_eq!(plan(words(line)), Plan::Head(words(line)), "{line}");
		}
	}

	#[test]
	fn compute_turns_worker_and_indexing_on() {
		assert_eq!(
			finally("--compute --chain x -- --chain y"),
			words(
				"--chain x --offchain-worker always --enable-offchain-indexing true \
				--database paritydb -- --chain y --database paritydb"
			)
		);
		assert_eq!(
			finally("--chain x --offchain-worker=never --compute"),
			words(
				"--chain x --offchain-worker=never --enable-offchain-indexing true \
				--database paritydb -- --database paritydb"
			)
		);
	}

	#[test]
	fn help_is_given_also_with_compute() {
		assert_eq!(plan(words("--compute -V")), Plan::Again(words("-V")));
		assert_eq!(finally("--compute -V"), words("-V"));
		assert_eq!(plan(words("--dev --compute --help")), Plan::Again(words("--dev --help")));
		assert_eq!(plan(words("--dev --help")), Plan::Library);
	}

	#[test]
	fn dev_keeps_the_other_arguments() {
		assert_eq!(
			plan(words("--rpc-port 1 --dev --compute -lx=debug -- --dev")),
			Plan::Dev(words("--rpc-port 1 -lx=debug"))
		);
	}
}
