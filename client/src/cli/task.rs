//! A task's number, which is given alone or with its flag: `ostraka result 7`, `ostraka result --task 7`.

use super::values;
use clap::{error::ErrorKind, Arg, ArgGroup, ArgMatches, Args, Command, FromArgMatches};
use ostraka_primitives::TaskId;

const NUMBER: &str = "number";
const FLAG: &str = "task";
const GROUP: &str = "which task";

/// Which task a command is about. One of the two forms must be there, and one alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskArg {
	/// Its number.
	pub number: TaskId,
}

/// Which task a command is about that is about all tasks without it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnyTaskArg {
	/// Its number, if one is given.
	pub number: Option<TaskId>,
}

fn with_forms(command: Command, is_required: bool) -> Command {
	let form = |id: &'static str, help: &'static str| {
		Arg::new(id).help(help).allow_negative_numbers(true).value_parser(values::task)
	};
	let group = ArgGroup::new(GROUP).args([NUMBER, FLAG]).required(is_required).multiple(false);
	command
		.arg(form(NUMBER, "The task's number").value_name("TASK"))
		.arg(form(FLAG, "The same as a flag").long(FLAG).value_name("N"))
		.group(group)
}

fn given(matches: &ArgMatches) -> Option<TaskId> {
	[NUMBER, FLAG].iter().find_map(|id| matches.get_one::<TaskId>(id)).copied()
}

impl FromArgMatches for TaskArg {
	fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
		let number = given(matches).ok_or_else(|| {
			clap::Error::raw(ErrorKind::MissingRequiredArgument, "give the task's number\n")
		})?;
		Ok(Self { number })
	}

	fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
		self.number = given(matches).unwrap_or(self.number);
		Ok(())
	}
}

impl Args for TaskArg {
	fn augment_args(command: Command) -> Command {
		with_forms(command, true)
	}

	fn augment_args_for_update(command: Command) -> Command {
		with_forms(command, false)
	}
}

impl FromArgMatches for AnyTaskArg {
	fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
		Ok(Self { number: given(matches) })
	}

	fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
		self.number = given(matches).or(self.number);
		Ok(())
	}
}

impl Args for AnyTaskArg {
	fn augment_args(command: Command) -> Command {
		with_forms(command, false)
	}

	fn augment_args_for_update(command: Command) -> Command {
		with_forms(command, false)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct One {
		#[command(flatten)]
		task: TaskArg,
		#[arg(long)]
		verify: bool,
	}

	#[derive(Parser)]
	struct Any {
		#[command(flatten)]
		task: AnyTaskArg,
	}

	fn one(words: &str) -> Result<One, clap::Error> {
		One::try_parse_from(std::iter::once("show").chain(words.split_whitespace()))
	}

	#[test]
	fn both_forms_mean_the_same() {
		for words in ["7", "--task 7", "--task=7", "7 --verify", "--verify --task 7", " --verify 7"]
		{
			let read = one(words).unwrap_or_else(|error| panic!("{words}: {error}"));
			assert_eq!(read.task, TaskArg { number: 7 }, "{words}");
			assert_eq!(read.verify, words.contains("--verify"));
		}
	}

	#[test]
	fn one_of_them_is_given_and_one_alone() {
		for (words, kind) in [
			("", ErrorKind::MissingRequiredArgument),
			("--verify", ErrorKind::MissingRequiredArgument),
			("7 --task 7", ErrorKind::ArgumentConflict),
			("--task 7 8", ErrorKind::ArgumentConflict),
			("7 8", ErrorKind::UnknownArgument),
			("abc", ErrorKind::ValueValidation),
			("-1", ErrorKind::ValueValidation),
			("--task -1", ErrorKind::ValueValidation),
			("--task", ErrorKind::InvalidValue),
		] {
			assert_eq!(one(words).err().map(|error| error.kind()), Some(kind), "{words}");
		}
		let said = one("").err().map(|error| error.to_string()).unwrap_or_default();
		assert!(said.contains("<TASK|--task <N>>"), "{said}");
	}

	#[test]
	fn a_command_about_all_tasks_takes_none() {
		let any = |words: &str| {
			Any::try_parse_from(std::iter::once("events").chain(words.split_whitespace()))
				.map(|any| any.task.number)
		};
		assert_eq!(any("").expect("none is wanted"), None);
		assert_eq!(any("3").expect("a number"), Some(3));
		assert_eq!(any("--task 3").expect("a flag"), Some(3));
		assert!(any("3 --task 3").is_err());
	}
}
