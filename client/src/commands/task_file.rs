//! A command line that names a task file: the file's keys are flags that the command line does not give.
//!
//! So a file can say what a command line can, is checked as that is, and nothing else has to know that there are task
//! files. A flag takes the place of its key: of a key with a value for each column that of the same column, of `edges` also
//! `bins` and `between`, of the invited dealers and of the counting task both forms. It cannot take a key away. Keys that a command has no flag for
//! (`fee` in a simulation) are left out.

use super::{usage, Cli};
use crate::error::Error;
use clap::{
	error::ErrorKind, parser::ValueSource, ArgMatches, Command, CommandFactory, FromArgMatches,
};
use ostraka_party::{
	escape::escaped,
	request::{
		names,
		task_file::{Flag, Kind, TaskFile},
		DecimalsArg, RangeArg,
	},
};
use std::{
	ffi::{OsStr, OsString},
	path::{Path, PathBuf},
};

/// The argument of commands that take a task file.
const TASK_FILE: &str = "task_file";
/// Keys whose place a flag takes also where it is another's.
const EXCLUDED: &[(&str, &[&str])] = &[
	("edges", &["bins", "between"]),
	("bins", &["edges"]),
	("between", &["edges"]),
	("dealer", &["dealers-file"]),
	("dealers-file", &["dealer"]),
	("contributors-task", &["counted-by"]),
	("counted-by", &["contributors-task"]),
];

/// Flags that each name the account that signs.
pub(super) const ACCOUNT: [&str; 4] = ["suri", "key-file", "key-command", "keyring"];

/// Reads a command line with a profile's flags, and with the task file that it names. What is wrong with it, and help, is printed as
/// clap does and ends the process, unless it is for a program.
///
/// # Errors
/// `Usage`.
pub(super) fn with_files(
	words: Vec<OsString>,
	profile: Vec<OsString>,
	as_json: bool,
) -> Result<Cli, Error> {
	let task = named(&words)?;
	let words = inserted(words, profile);
	let Some((file, flags)) = task else {
		return read(words).map_err(|error| usage::error(error, as_json));
	};
	let with_flags = inserted(words, flags);
	read(with_flags).map_err(|error| {
		// what is wrong may stand in the file, which clap knows nothing of
		match usage::error(error, true) {
			Error::Usage(message) => {
				Error::Usage(format!("with what {} says as flags: {message}", shown(&file)))
			},
			other => other,
		}
	})
}

/// Reads a whole command line. Two flags do not name the account: the environment may name another, which they go before.
fn read(words: Vec<OsString>) -> Result<Cli, clap::Error> {
	let mut command = Cli::command();
	let mut matches = command.try_get_matches_from_mut(words)?;
	let last = below(&matches);
	let is_in_words =
		|flag: &&str| last.value_source(&flag.replace('-', "_")) == Some(ValueSource::CommandLine);
	let given: Vec<&str> = ACCOUNT.into_iter().filter(is_in_words).collect();
	if let [one, other, ..] = given.as_slice() {
		let said = format!("the argument '--{one}' cannot be used with '--{other}'");
		return Err(command.error(ErrorKind::ArgumentConflict, said));
	}
	Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// What was given to the command that is run.
fn below(matches: &ArgMatches) -> &ArgMatches {
	let mut matches = matches;
	while let Some((_, below)) = matches.subcommand() {
		matches = below;
	}
	matches
}

/// The command that is run, and what was given to it.
pub(super) fn chosen<'a>(
	all: &'a Command,
	matches: &'a ArgMatches,
) -> (&'a Command, &'a ArgMatches) {
	let (mut command, mut matches) = (all, matches);
	while let Some((name, below)) = matches.subcommand() {
		let Some(sub) = command.find_subcommand(name) else { break };
		(command, matches) = (sub, below);
	}
	(command, matches)
}

/// The task file that a command line names, if it names one, and the flags to be added for it.
fn named(words: &[OsString]) -> Result<Option<(PathBuf, Vec<OsString>)>, Error> {
	// what is wrong with the words is told when they are read for good
	let lenient = Cli::command().ignore_errors(true).try_get_matches_from(words);
	let Ok(matches) = lenient else { return Ok(None) };
	let all = Cli::command();
	let (command, matches) = chosen(&all, &matches);
	let Some(file) = matches.try_get_one::<PathBuf>(TASK_FILE).ok().flatten() else {
		return Ok(None);
	};
	let text = std::fs::read_to_string(file).map_err(|error| {
		Error::Usage(format!("{}: the task file cannot be read: {error}", shown(file)))
	})?;
	let task =
		TaskFile::read(&text).map_err(|error| Error::Usage(format!("{}, {error}", shown(file))))?;
	let folder = file.parent().unwrap_or(Path::new(""));
	let words = added(&task, command, matches).map(|flag| word(&flag, folder)).collect();
	Ok(Some((file.clone(), words)))
}

/// The flags of a file that a command takes, and that its command line does not replace.
fn added<'a>(
	task: &TaskFile,
	command: &'a Command,
	matches: &'a ArgMatches,
) -> impl Iterator<Item = Flag> + 'a {
	let id = move |flag: &str| {
		let argument = command.get_arguments().find(|argument| argument.get_long() == Some(flag));
		argument.map(|argument| argument.get_id().as_str())
	};
	let is_given = move |flag: &str| {
		id(flag).is_some_and(|id| matches.value_source(id) == Some(ValueSource::CommandLine))
	};
	let of_columns = given_columns(matches);
	let used = used_columns(task, matches, &is_given);
	task.flags().into_iter().filter(move |flag| {
		let name = flag.key.name;
		if id(name).is_none() {
			return false;
		}
		let excluded = EXCLUDED.iter().filter(|(_, others)| others.contains(&name));
		if excluded.into_iter().any(|(other, _)| is_given(other)) {
			return false;
		}
		match &flag.column {
			Some(column) => {
				let is_replaced = of_columns.contains(&(name, column.clone()));
				used.contains(column) && !is_replaced
			},
			None => !is_given(name),
		}
	})
}

/// The columns that a command line has ranges and decimals for, each with the flag.
fn given_columns(matches: &ArgMatches) -> Vec<(&'static str, String)> {
	let mut given = Vec::new();
	let ranges = matches.try_get_many::<RangeArg>("ranges").ok().flatten();
	given.extend(ranges.into_iter().flatten().map(|range| ("range", range.column.clone())));
	let decimals = matches.try_get_many::<DecimalsArg>("decimals").ok().flatten();
	given.extend(decimals.into_iter().flatten().map(|arg| ("decimals", arg.column.clone())));
	given
}

/// The columns that the statistic has, by the command line where it says so, else by the file.
fn used_columns(
	task: &TaskFile,
	matches: &ArgMatches,
	is_given: &impl Fn(&str) -> bool,
) -> Vec<String> {
	let mut used = Vec::new();
	for name in ["columns", "target", "weight"] {
		if !is_given(name) {
			used.extend(task.columns_of(name).into_iter().map(str::to_owned));
			continue;
		}
		let texts = matches.try_get_raw(name).ok().flatten();
		for text in texts.into_iter().flatten().filter_map(OsStr::to_str) {
			// a name with a comma in it, or a list of names
			used.push(text.trim().to_owned());
			used.extend(names::list(text).unwrap_or_default());
		}
	}
	used
}

/// A flag as a word of a command line. A relative path begins in the task file's folder.
pub(super) fn word(flag: &Flag, folder: &Path) -> OsString {
	let mut word = OsString::from(format!("--{}", flag.key.name));
	if let Some(value) = &flag.value {
		word.push("=");
		match flag.key.kind {
			Kind::Path if value != "-" => word.push(folder.join(value)),
			_ => word.push(value),
		}
	}
	word
}

/// The words with flags behind them: before a `--`, behind which nothing is a flag.
fn inserted(mut words: Vec<OsString>, flags: Vec<OsString>) -> Vec<OsString> {
	let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
	words.splice(end..end, flags);
	words
}

fn shown(file: &Path) -> String {
	escaped(&file.display().to_string()).into_owned()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		cli::values::Recipient,
		commands::{
			task::{submit::SubmitArgs, TaskCommand},
			Command as Chosen,
		},
	};
	use ostraka_party::request::task_file::keys;

	const FILE: &str = "statistic = \"mean\"\ncolumns = [\"x\"]\nrange.x = [-1, 9.5]\nclass = \"standard\"\n\
	                    dealers-file = \"cohort.txt\"\ncollect = 40\ndata = \"rows.csv\"\nsplit-by = \"who\"\nround = true\n";

	/// What the command line comes to, with `FILE` for the file's path in it.
	fn read(text: &str, words: &str) -> Result<(tempfile::TempDir, Cli), Error> {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let file = directory.path().join("task.toml");
		std::fs::write(&file, text).expect("written");
		let words = std::iter::once("ostraka").chain(words.split_whitespace());
		let words = words.map(|word| match word {
			"FILE" => file.clone().into_os_string(),
			word => word.into(),
		});
		with_files(words.collect(), Vec::new(), true).map(|cli| (directory, cli))
	}

	fn submitted(text: &str, words: &str) -> (tempfile::TempDir, SubmitArgs) {
		let read = read(text, &format!("task submit FILE {words}"));
		let (directory, cli) = read.unwrap_or_else(|error| panic!("{words}: {error}"));
		match cli.command {
			Chosen::Task(args) => match args.command {
				TaskCommand::Submit(args) => (directory, *args),
				other => panic!("{other:?}"),
			},
			other => panic!("{other:?}"),
		}
	}

	#[test]
	fn a_file_is_read_as_its_flags() {
		let (directory, args) = submitted(FILE, "--json");
		let request = args.request.request(None).expect("names");
		assert_eq!(
			(request.columns.as_slice(), request.max_rows),
			(&["x".to_owned()][..], 1_000_000)
		);
		assert_eq!((request.ranges[0].min.as_str(), request.ranges[0].max.as_str()), ("-1", "9.5"));
		assert_eq!((args.collect, args.accept_within, args.file.round), (40, 300, true));
		// paths begin where the file lies
		assert_eq!(args.dealers_file, Some(directory.path().join("cohort.txt")));
		assert_eq!(args.file.data, Some(directory.path().join("rows.csv")));
	}

	#[test]
	fn a_flag_takes_the_place_of_its_key() {
		let (_directory, args) = submitted(
			FILE,
			"--statistic median --collect 50 --range x=0:5 --dealer //Bob --class restricted --data other.csv",
		);
		let request = args.request.request(None).expect("names");
		assert_eq!(request.statistic.map(crate::request::label), Some("median"));
		assert_eq!((request.ranges.len(), request.ranges[0].max.as_str()), (1, "5"));
		assert_eq!((args.collect, args.dealers.len(), args.dealers_file), (50, 1, None));
		assert_eq!(args.file.data, Some(PathBuf::from("other.csv")));
		// a default that is given is given
		let (_directory, args) = submitted(FILE, "--collect 300");
		assert_eq!(args.collect, 300);
	}

	#[test]
	fn ranges_of_columns_that_are_not_asked_for_are_left_out() {
		let text = format!("{FILE}weight = \"w\"\nrange.w = [0, 1]\ndecimals.w = 1\n");
		let (_directory, args) = submitted(&text, "--columns y,z --range z=0:3");
		let request = args.request.request(None).expect("names");
		let names: Vec<&str> = request.ranges.iter().map(|range| range.column.as_str()).collect();
		assert_eq!(names, ["z", "w"]);
		assert_eq!(request.decimals.len(), 1);
	}

	#[test]
	fn bins_of_one_form_replace_those_of_another() {
		let text = "statistic = \"histogram\"\ncolumns = [\"x\"]\nedges = [0, 1]\n";
		let (_directory, args) = submitted(text, "--bins 5");
		assert_eq!((args.request.bins, args.request.edges.len()), (Some(5), 0));
		let text = "statistic = \"histogram\"\ncolumns = [\"x\"]\nbins = 5\nbetween = [0, 9]\n";
		let (_directory, args) = submitted(text, "--bins 6");
		assert_eq!((args.request.bins, args.request.between.is_some()), (Some(6), true));
		let (_directory, args) = submitted(text, "--edges 0,5,9");
		assert_eq!((args.request.bins, args.request.between), (None, None));
	}

	#[test]
	fn conditions_are_read_as_their_flags() {
		let bob = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
		let text = format!(
			"{FILE}least-dealers = 4\nrequire = [\"{bob}\", \"//Dave\"]\nsealed-to = \"self\"\ngroup-by = \"g\"\n\
			 groups = [\"a\"]\ncontributors-task = 7\n"
		);
		let (_directory, args) = submitted(&text, "");
		let conditions = &args.conditions;
		assert_eq!((conditions.least_dealers, conditions.required.len()), (Some(4), 2));
		assert_eq!(conditions.sealed_to, Some(Recipient::Signer));
		assert_eq!((args.contributors_task, conditions.counted_by), (Some(7), None));
		let (_directory, args) =
			submitted(&text, "--counted-by 8 --require //Eve --sealed-to //Bob");
		let conditions = &args.conditions;
		assert_eq!((args.contributors_task, conditions.counted_by), (None, Some(8)));
		assert_eq!(conditions.required.len(), 1);
		assert!(matches!(conditions.sealed_to, Some(Recipient::Account(_))));
	}

	#[test]
	fn what_is_wrong_names_the_file() {
		let refusal = |text: &str, words: &str| {
			let error = read(text, words).err().map(|error| error.to_string());
			error.unwrap_or_else(|| panic!("{words} is right"))
		};
		let said = refusal("colums = [\"x\"]\n", "task submit FILE");
		assert!(said.contains("task.toml, line 1: there is no key `colums`"), "{said}");
		let said = refusal("fee = -1\nstatistic = \"mean\"\n", "task submit FILE");
		assert!(
			said.contains("task.toml says as flags") && said.contains("not be negative"),
			"{said}"
		);
		let said = refusal(FILE, "task submit no/such/file.toml");
		assert!(said.contains("no/such/file.toml: the task file cannot be read"), "{said}");
		// what is wrong with the words is told as ever
		let said = refusal(FILE, "task submit FILE --collect many");
		assert!(said.contains("invalid value 'many' for '--collect <BLOCKS>'"), "{said}");
		assert!(read(FILE, "task submit FILE --no-such-flag").is_err());
		assert!(read(FILE, "task list").is_ok());
	}

	#[test]
	fn one_flag_names_the_account() {
		let said = |words: &str| {
			let words = std::iter::once("ostraka").chain(words.split_whitespace());
			super::read(words.map(OsString::from).collect()).err().map(|error| error.to_string())
		};
		for words in [
			"task list --suri //Alice --key-file key",
			"--key-file key task list --key-command cat",
			"--suri //Alice --key-command cat inbox",
			"--keyring work task list --key-file key",
			"inbox --suri //Alice --keyring work",
		] {
			let said = said(words);
			assert!(said.is_some_and(|said| said.contains("cannot be used with")), "{words}");
		}
		for words in ["--suri //Alice task list", "task list --key-file key --password-file word"] {
			assert_eq!(said(words), None, "{words}");
		}
	}

	#[test]
	fn behind_a_double_hyphen_nothing_is_a_flag() {
		let words = ["a", "--", "b"].map(OsString::from).to_vec();
		assert_eq!(inserted(words, vec!["--x".into()]), ["a", "--x", "--", "b"]);
	}

	#[test]
	fn every_key_is_a_flag_of_a_command_that_takes_files() {
		let mut all = Cli::command();
		all.build();
		let task = all.find_subcommand("task").expect("a command");
		let submit = task.find_subcommand("submit").expect("a command");
		let simulate = all.find_subcommand("simulate").expect("a command");
		for key in keys() {
			let has = |command: &Command| {
				let argument = command.get_arguments().find(|arg| arg.get_long() == Some(key.name));
				argument.map(|arg| arg.get_num_args().is_some_and(|most| most.takes_values()))
			};
			let of = has(submit).or(has(simulate));
			assert_eq!(of, Some(key.kind != Kind::Switch), "{}", key.name);
		}
		// a flag that says what is asked, of whom and for what is a key
		let others = [
			"json",
			"url",
			"suri",
			"key-file",
			"key-command",
			"keyring",
			"password-file",
			"config",
			"profile",
			"verbose",
			"log-format",
			"help",
			"version",
			"count-first",
			"faults",
			"sealed",
			"seed",
			"production",
			"task-file",
			"yes",
		];
		for command in [submit, simulate] {
			for argument in command.get_arguments().filter_map(clap::Arg::get_long) {
				let is_key = keys().any(|key| key.name == argument);
				assert!(is_key != others.contains(&argument), "{argument}");
			}
		}
	}
}
