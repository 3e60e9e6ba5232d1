//! The configuration file: profiles, whose keys are flags that neither the command line gives nor the environment.
//!
//! A profile is named by `--profile`, by `OSTRAKA_PROFILE`, or by the file itself (`profile = "NAME"`); else it is the one named
//! `default`. Only a profile that a person names goes for commands that ask no chain, or make one of their own: a demonstration
//! does not end up on a chain that was meant for other work. Relative paths begin in the file's folder. A secret is never in it.

use super::{
	task_file::{chosen, ACCOUNT},
	Cli,
};
use crate::{
	cli::{entry, values, LogFormat},
	error::Error,
};
use clap::{parser::ValueSource, Arg, ArgMatches, Command, CommandFactory, ValueEnum};
use ostraka_party::{escape::escaped, policy};
use serde::Deserialize;
use std::{
	collections::BTreeMap,
	ffi::OsString,
	fs::{File, Metadata},
	io::{self, Read},
	path::{Path, PathBuf},
};

const FILE: &str = "config.toml";
/// The profile that is used if nothing names another.
const DEFAULT: &str = "default";
/// Commands that ask no chain, or make one of their own.
const APART: [&str; 9] =
	["completions", "demo", "dev", "keyring", "man", "reference", "schema", "simulate", "verify"];

/// A configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
	/// The profile that is used if none is named.
	profile: Option<String>,
	#[serde(default)]
	profiles: BTreeMap<String, Profile>,
}

/// What a profile says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Profile {
	url: Option<String>,
	key_file: Option<PathBuf>,
	key_command: Option<String>,
	keyring: Option<String>,
	password_file: Option<PathBuf>,
	policy: Option<PathBuf>,
	log: Option<PathBuf>,
	log_format: Option<String>,
}

/// Where a configuration is looked for if nothing names one; `None` if the environment names no home.
pub fn usual_place() -> Option<PathBuf> {
	Some(policy::usual_place()?.with_file_name(FILE))
}

/// The flags to be added to a command line for its profile.
///
/// # Errors
/// `Usage` if the configuration cannot be read, or has no such profile.
pub fn flags(
	words: &[OsString],
	usual: Option<PathBuf>,
	environment: impl Fn(&str) -> Option<OsString>,
) -> Result<Vec<OsString>, Error> {
	// what is wrong with the words is told when they are read for good
	let lenient = Cli::command().ignore_errors(true).try_get_matches_from(words);
	let Ok(matches) = lenient else { return Ok(Vec::new()) };
	let all = Cli::command();
	let is_apart = matches.subcommand_name().is_some_and(|name| APART.contains(&name));
	let (command, matches) = chosen(&all, &matches);
	let given = Given { all: &all, command, matches, environment };
	// of a command that is not complete there is nothing to say but that
	if command.has_subcommands() {
		return Ok(Vec::new());
	}
	let name = given.text("profile", "OSTRAKA_PROFILE");
	if is_apart && name.is_none() {
		return Ok(Vec::new());
	}
	let file = given.text("config", "OSTRAKA_CONFIG").map(PathBuf::from);
	// one that is there and cannot be read is an error, not none
	let file = file.or_else(|| usual.filter(|path| path.symlink_metadata().is_ok()));
	let Some(file) = file else {
		return match name {
			None => Ok(Vec::new()),
			Some(name) => Err(Error::Usage(format!(
				"there is no profile `{}`, as there is no configuration: name one with --config FILE",
				escaped(&name)
			))),
		};
	};
	let (profile, name) = read(&file, name.as_deref())?;
	let wrong = |what: String| {
		Error::Usage(format!("{}, profile `{}`: {what}", shown(&file), escaped(&name)))
	};
	profile.check().map_err(wrong)?;
	let folder = file.parent().unwrap_or(Path::new(""));
	Ok(given.added(&profile, folder))
}

/// What a command line and the environment say.
struct Given<'a, E> {
	all: &'a Command,
	command: &'a Command,
	matches: &'a ArgMatches,
	environment: E,
}

impl<E: Fn(&str) -> Option<OsString>> Given<'_, E> {
	/// The text of an argument, by the command line or else by the environment, unless it is empty.
	fn text(&self, id: &str, variable: &str) -> Option<String> {
		let raw = self.matches.try_get_raw(id).ok().flatten().and_then(|mut texts| texts.next());
		let given = self.is_in_words(id).then_some(raw).flatten().map(OsString::from);
		let text = given.or_else(|| (self.environment)(variable))?;
		Some(text.to_string_lossy().into_owned()).filter(|text| !text.is_empty())
	}

	fn is_in_words(&self, id: &str) -> bool {
		self.matches.value_source(id) == Some(ValueSource::CommandLine)
	}

	/// The argument of the command that is run, or of all commands, with that flag.
	fn argument(&self, flag: &str) -> Option<&Arg> {
		let mut arguments = self.command.get_arguments().chain(self.all.get_arguments());
		arguments.find(|argument| argument.get_long() == Some(flag))
	}

	fn is_given(&self, argument: &Arg) -> bool {
		let variable = argument.get_env().and_then(|name| name.to_str());
		self.is_in_words(argument.get_id().as_str())
			|| variable.is_some_and(|name| (self.environment)(name).is_some())
	}

	/// The flags of a profile that the command takes, and that nothing else gives.
	fn added(&self, profile: &Profile, folder: &Path) -> Vec<OsString> {
		let is_account_given = ACCOUNT
			.iter()
			.any(|flag| self.argument(flag).is_some_and(|argument| self.is_given(argument)));
		// what opens one account does not open another
		let is_of_account = |flag| ACCOUNT.contains(&flag) || flag == "password-file";
		let path =
			|path: &Option<PathBuf>| path.as_ref().map(|path| folder.join(path).into_os_string());
		let text = |text: &Option<String>| text.as_ref().map(OsString::from);
		let values: [(&str, Option<OsString>); 8] = [
			("url", text(&profile.url)),
			("key-file", path(&profile.key_file)),
			("key-command", text(&profile.key_command)),
			("keyring", text(&profile.keyring)),
			("password-file", path(&profile.password_file)),
			("policy", path(&profile.policy)),
			("log", path(&profile.log)),
			("log-format", text(&profile.log_format)),
		];
		let mut flags = Vec::new();
		for (flag, value) in values {
			let Some((argument, value)) = self.argument(flag).zip(value) else { continue };
			if self.is_given(argument) || (is_account_given && is_of_account(flag)) {
				continue;
			}
			let mut word = OsString::from(format!("--{flag}="));
			word.push(value);
			flags.push(word);
		}
		flags
	}
}

impl Profile {
	/// What can be wrong with it is told with its name, and not as if it had been typed.
	fn check(&self) -> Result<(), String> {
		if let Some(text) = &self.url {
			values::url(text).map_err(|what| format!("url: {what}"))?;
		}
		if let Some(name) = &self.keyring {
			entry::check(name).map_err(|what| format!("keyring: {what}"))?;
		}
		let of_account = [
			("key-file", self.key_file.is_some()),
			("key-command", self.key_command.is_some()),
			("keyring", self.keyring.is_some()),
		];
		let mut given =
			of_account.into_iter().filter_map(|(key, is_given)| is_given.then_some(key));
		if let (Some(one), Some(other)) = (given.next(), given.next()) {
			return Err(format!("{one} and {other} both name the account: give one"));
		}
		match &self.log_format {
			Some(text) if LogFormat::from_str(text, false).is_err() => {
				Err(format!("log-format: `{}` is neither text nor json", escaped(text)))
			},
			_ => Ok(()),
		}
	}
}

/// Reads a configuration: the profile of that name, else the one that it uses by itself, with its name.
fn read(path: &Path, name: Option<&str>) -> Result<(Profile, String), Error> {
	let wrong = |what: String| Error::Usage(format!("{}: {what}", shown(path)));
	let unreadable = |error: io::Error| wrong(format!("the configuration cannot be read: {error}"));
	let mut file = File::open(path).map_err(unreadable)?;
	if is_open_to_others(&file.metadata().map_err(unreadable)?) {
		return Err(wrong(format!(
			"others on this machine can write this configuration, which names a chain and programs to run\n  `chmod go-w {}`",
			shown(path)
		)));
	}
	let mut text = String::new();
	file.read_to_string(&mut text).map_err(unreadable)?;
	let mut read: Configuration = toml::from_str(&text).map_err(|error| {
		let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
		let line = before.matches('\n').count() + 1;
		// the line itself is not repeated: somebody may have put a secret there
		let hint = match error.message().starts_with("unknown field `suri`") {
			true => "\n  a secret has no place here: name a file that holds it (key-file), a program that prints it (key-command), \
			         or an entry of the keyring (keyring)",
			false => "",
		};
		wrong(format!("line {line}: {}{hint}", escaped(&error.message().replace('\n', ", "))))
	})?;
	let is_named = name.is_some() || read.profile.is_some();
	let name = name.or(read.profile.as_deref()).unwrap_or(DEFAULT).to_owned();
	match read.profiles.remove(&name) {
		Some(profile) => Ok((profile, name)),
		None if !is_named => Ok((Profile::default(), name)),
		None => {
			let names: Vec<_> = read.profiles.keys().map(|name| escaped(name)).collect();
			let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
			Err(wrong(format!("there is no profile `{}`; there is {there}", escaped(&name))))
		},
	}
}

fn shown(path: &Path) -> String {
	escaped(&path.display().to_string()).into_owned()
}

#[cfg(unix)]
fn is_open_to_others(metadata: &Metadata) -> bool {
	use std::os::unix::fs::PermissionsExt;
	metadata.is_file() && metadata.permissions().mode() & 0o022 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Metadata) -> bool {
	false
}

#[cfg(all(test, unix))]
mod tests {
	use super::*;
	use std::{fs::Permissions, os::unix::fs::PermissionsExt};

	const TWO: &str = "\
profile = \"work\"
[profiles.work]
url = \"wss://work.example\"
key-file = \"keys/work\"
password-file = \"/run/word\"
policy = \"policy.toml\"
log-format = \"json\"
[profiles.home]
key-command = \"pass ostraka\"
";

	/// The flags that are added to a command line, `FOLDER` standing for the configuration's folder.
	fn added(text: &str, words: &str, environment: &[&str]) -> Result<Vec<String>, String> {
		let folder = tempfile::tempdir().expect("a temporary directory");
		let file = folder.path().join(FILE);
		std::fs::write(&file, text).expect("written");
		std::fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("it is ours");
		let words = std::iter::once("ostraka").chain(words.split_whitespace());
		let words: Vec<OsString> = words.map(OsString::from).collect();
		let set = |name: &str| {
			let pair = environment.iter().find_map(|pair| pair.strip_prefix(name));
			pair.and_then(|rest| rest.strip_prefix('=')).map(OsString::from)
		};
		let flags = flags(&words, Some(file), set).map_err(|error| error.to_string())?;
		let folder = folder.path().display().to_string();
		let text = |flag: OsString| flag.to_string_lossy().replace(&folder, "FOLDER");
		Ok(flags.into_iter().map(text).collect())
	}

	fn ok(words: &str, environment: &[&str]) -> Vec<String> {
		added(TWO, words, environment).unwrap_or_else(|error| panic!("{words}: {error}"))
	}

	#[test]
	fn a_profile_says_what_nothing_else_does() {
		let account = ["--key-file=FOLDER/keys/work", "--password-file=/run/word"];
		let [url, json] = ["--url=wss://work.example", "--log-format=json"];
		assert_eq!(ok("task list", &[]), [url, account[0], account[1], json]);
		// of a command that has a policy
		let all = [url, account[0], account[1], "--policy=FOLDER/policy.toml", json];
		assert_eq!(ok("inbox", &[]), all);
		// a flag goes before it, wherever it stands, and so does the environment
		assert_eq!(ok("--url ws://a task list --log-format text", &[]), account);
		assert_eq!(ok("task list", &["OSTRAKA_URL=ws://a"]), [account[0], account[1], json]);
		// and what opens one account does not open another
		assert_eq!(ok("task list --suri //Bob", &[]), [url, json]);
		assert_eq!(ok("task list", &["OSTRAKA_SURI=//Bob"]), [url, json]);
		assert_eq!(ok("task list --key-file other.json", &[]), [url, json]);
	}

	#[test]
	fn a_profile_is_named_by_a_flag_the_environment_or_the_file() {
		let home = ["--key-command=pass ostraka"];
		assert_eq!(ok("task list --profile home", &[]), home);
		assert_eq!(ok("task list", &["OSTRAKA_PROFILE=home"]), home);
		assert_eq!(ok("--profile home task list", &["OSTRAKA_PROFILE=work"]), home);
		let text = "[profiles.default]\nkeyring = \"work\"\n";
		assert_eq!(added(text, "task list", &[]), Ok(vec!["--keyring=work".to_owned()]));
		assert_eq!(added(text, "task list --key-file other", &[]), Ok(Vec::new()));
		assert_eq!(
			added(TWO, "task list --keyring other", &[]),
			Ok(vec!["--url=wss://work.example".to_owned(), "--log-format=json".to_owned()])
		);
		let text = "[profiles.default]\nurl = \"ws://a\"\n";
		assert_eq!(added(text, "task list", &[]), Ok(vec!["--url=ws://a".to_owned()]));
		// nothing is named, and nothing is there
		assert_eq!(added("[profiles.a]\n", "task list", &[]), Ok(Vec::new()));
	}

	#[test]
	fn what_makes_a_chain_of_its_own_goes_by_a_profile_that_a_person_names() {
		for command in
			["demo", "simulate", "verify a.json", "completions bash", "schema", "keyring show a"]
		{
			assert!(ok(command, &[]).is_empty(), "{command}");
		}
		assert_eq!(
			ok("demo --profile work", &[]).first().map(String::as_str),
			Some("--url=wss://work.example")
		);
		// of what is not complete, or asks for help, nothing is read
		for words in ["task", "task --help", "--version"] {
			assert_eq!(added("nonsense", words, &[]), Ok(Vec::new()), "{words}");
		}
	}

	#[test]
	fn what_is_wrong_is_named() {
		let cases: [(&str, &str, &[&str]); 11] = [
			("colour = 1\n", "task list", &["config.toml: line 1: ", "`colour`"]),
			("[profiles.a]\n\nurls = \"ws://a\"\n", "task list", &["line 3: ", "`urls`", "`url`"]),
			("[profiles.a]\nsuri = \"bottom\"\n", "task list", &["line 2: ", "`suri`", "key-file"]),
			("[profiles.a\n", "task list", &["config.toml: line "]),
			("[profiles.a]\n", "task list --profile b", &["no profile `b`; there is a"]),
			("profile = \"b\"\n", "task list", &["no profile `b`; there is none"]),
			("[profiles.default]\nurl = \"a\"\n", "task list", &["profile `default`: url: `a`"]),
			("[profiles.default]\nlog-format = \"x\"\n", "inbox", &["log-format: `x`"]),
			("[profiles.default]\nkey-file = \"a\"\nkey-command = \"b\"\n", "inbox", &["give one"]),
			(
				"[profiles.default]\nkeyring = \"a\"\nkey-command = \"b\"\n",
				"inbox",
				&["keyring both", "give one"],
			),
			(
				"[profiles.default]\nkeyring = \"bottom drive\"\n",
				"inbox",
				&["profile `default`: keyring: the name"],
			),
		];
		for (text, words, parts) in cases {
			let said = added(text, words, &[]).expect_err(text);
			assert!(parts.iter().all(|part| said.contains(part)), "{text}: {said}");
			assert!(!said.contains("bottom"), "{said}");
		}
		let words = ["ostraka", "inbox", "--profile", "a"].map(OsString::from);
		let said = flags(&words, None, |_| None).err().map(|error| error.to_string());
		assert!(said.is_some_and(|said| said.contains("no configuration")));
	}

	#[test]
	fn a_configuration_that_others_can_write_is_not_used() {
		let file = tempfile::NamedTempFile::new().expect("a temporary file");
		for (mode, is_used) in [(0o600, true), (0o644, true), (0o664, false), (0o606, false)] {
			std::fs::set_permissions(file.path(), Permissions::from_mode(mode))
				.expect("it is ours");
			let read = read(file.path(), None).map_err(|error| error.to_string());
			assert_eq!(read.is_ok(), is_used, "{mode:o}");
			assert!(read.err().is_none_or(|said| said.contains("chmod go-w")));
		}
	}
}
