//! `ostraka task init`: writes a task file. Flags say what is in it; what they leave open is asked at a terminal.

mod ask;
mod draft;
mod guide;

use crate::{
	chain::account,
	cli::{class::ClassName, data::BookArgs, statistic::StatisticArgs, values},
	commands::task_file::word,
	error::Error,
	output::Output,
};
use clap::{Args, Parser};
use ostraka_party::{
	data::{Table, STDIN},
	escape::escaped,
	request::{build, task_file::TaskFile},
	title::title,
	words::counted,
};
use ostraka_primitives::AccountId;
use schemars::JsonSchema;
use serde::Serialize;
use std::{
	ffi::OsString,
	fs::OpenOptions,
	io::{IsTerminal, Write},
	path::{Path, PathBuf},
};

/// Examples, after the help.
pub const EXAMPLES: &str = "\
Examples:
  ostraka task init
  ostraka task init mean.toml --data sample.csv --statistic mean --columns income --dealers-file cohort.txt
  ostraka task init - --statistic mean --columns income --range income=0:250000 --class standard

Without --statistic all is asked, step by step, at a terminal. What a sample shows (ranges,
decimals, groups) is written down, so that it is looked through before it is published. Keys
without a value stand in the file as comments.";

/// Flags of `task init`.
#[derive(Args, Debug)]
pub struct InitArgs {
	/// The file to write; `-` is standard output
	#[arg(value_name = "TASK_FILE", default_value = "task.toml")]
	pub place: PathBuf,
	/// What is computed.
	#[command(flatten)]
	pub request: StatisticArgs,
	/// A sample file, and how a simulation splits it.
	#[command(flatten)]
	pub book: BookArgs,
	/// Security class: decides how many nodes hold the data
	#[arg(long, value_enum, ignore_case = true)]
	pub class: Option<ClassName>,
	/// An invited dealer: an address, 0x and 64 hexadecimal digits, or //Name (given once for each)
	#[arg(long = "dealer", value_name = "ACCOUNT", value_parser = account::parse)]
	pub invited: Vec<AccountId>,
	/// File with an invited dealer on each line
	#[arg(long, value_name = "FILE")]
	pub dealers_file: Option<PathBuf>,
	/// Blocks for accepting
	#[arg(long, value_name = "BLOCKS")]
	pub accept_within: Option<u32>,
	/// Blocks for dealing
	#[arg(long, value_name = "BLOCKS")]
	pub collect: Option<u32>,
	/// Fee for committee, panel and rent, in tokens; the least fee and a tenth of the rent unless given
	#[arg(long, value_name = "TOKENS", allow_negative_numbers = true, value_parser = values::amount)]
	pub fee: Option<String>,
	/// Reward for the accepted dealers together, in tokens
	#[arg(long, value_name = "TOKENS", allow_negative_numbers = true, value_parser = values::amount)]
	pub data_reward: Option<String>,
	/// Write over a file that is there
	#[arg(long)]
	pub force: bool,
}

/// What was asked, read as flags are.
#[derive(Parser)]
struct Asked {
	#[command(flatten)]
	args: InitArgs,
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Data`; `Failed` if the file cannot be written.
pub async fn run(args: &InitArgs, out: &mut Output<'_>) -> Result<(), Error> {
	if !args.force && args.place.exists() {
		return Err(Error::Usage(format!(
			"{}: this file is there already\n  give another name, or --force to write over it",
			shown(&args.place)
		)));
	}
	let asked;
	let args = match args.request.statistic {
		Some(_) => args,
		None => {
			asked = guided(args, out).await?;
			&asked
		},
	};
	let table = args.book.file.table()?;
	let request = args.request.request(table.as_ref())?;
	let spec = build(&request, table.as_ref(), args.book.file.round)?;
	let task = draft::of(args, &request, Some(&spec))?;
	let notes = table.as_ref().map(Table::notes).unwrap_or_default();
	let text = task.write(&head(args, &title(&spec), &notes));
	// what is written is what was meant
	match TaskFile::read(&text) {
		Ok(read) if read.flags().len() == task.flags().len() => {},
		Ok(_) => return Err(Error::Failed("the task cannot be written as a file".to_owned())),
		Err(error) => return Err(Error::Failed(format!("the task cannot be written: {error}"))),
	}
	if args.place.as_os_str() == STDIN {
		return out.raw(text.as_bytes());
	}
	write(&args.place, &text, args.force)?;
	if out.is_json() {
		return out.json(&Written {
			file: args.place.display().to_string(),
			title: title(&spec),
			length: spec.length(),
			notes,
		});
	}
	let file = shown(&args.place);
	writeln!(
		out,
		"{file}: {}, {} of each dealer",
		title(&spec),
		counted(spec.length() as usize, "number")
	)?;
	for note in &notes {
		writeln!(out, "  {note}")?;
	}
	writeln!(
		out,
		"  look it through: all of it but the file of rows is public once it is published"
	)?;
	if args.book.split_by.is_some() || args.book.dealers.is_some() {
		writeln!(out, "  `ostraka simulate --task-file {file}` plays it without a chain")?;
	}
	writeln!(out, "  `ostraka task submit {file}` publishes it")
}

/// Asks for what flags leave open.
async fn guided(args: &InitArgs, out: &Output<'_>) -> Result<InitArgs, Error> {
	let is_answered = !out.is_json() && std::io::stdin().is_terminal();
	let is_data = args.book.file.data.as_ref().is_some_and(|path| path.as_os_str() == STDIN);
	if !is_answered || is_data {
		return Err(Error::Usage(
			"give a statistic with --statistic NAME, its --columns, and --data SAMPLE or --range: they are asked for at a \
			 terminal only"
				.to_owned(),
		));
	}
	let given = draft::of(args, &args.request.request(None)?, None)?;
	let file = args.book.file.clone();
	let read = move |path: &Path| {
		let mut file = file.clone();
		file.data = Some(path.to_owned());
		file.table()
	};
	let mut terminal = ask::Terminal { notes: out.notes().clone() };
	// on a thread of its own, so that Ctrl-C is heard meanwhile
	let asked = tokio::task::spawn_blocking(move || guide::guide(given, &read, &mut terminal));
	let asked = asked.await.map_err(|error| Error::Failed(error.to_string()))??;
	reread(&asked, args)
}

/// What was asked, read as flags are.
fn reread(asked: &TaskFile, args: &InitArgs) -> Result<InitArgs, Error> {
	let mut words = vec![OsString::from("init")];
	words.extend(asked.flags().iter().map(|flag| word(flag, Path::new(""))));
	words.extend([OsString::from("--"), args.place.clone().into_os_string()]);
	let read = Asked::try_parse_from(words).map_err(|error| Error::Usage(error.to_string()))?;
	Ok(InitArgs { force: args.force, ..read.args })
}

/// The comment at a file's head.
fn head(args: &InitArgs, title: &str, notes: &[String]) -> Vec<String> {
	let file = match args.place.as_os_str() == STDIN {
		true => "task.toml".to_owned(),
		false => args.place.display().to_string(),
	};
	let mut head = vec![
		format!("A task file of ostraka: {title}."),
		"Keys have the names of flags; a flag on the command line takes the place of its key."
			.to_owned(),
		format!("To play it without a chain: ostraka simulate --task-file {file}"),
		format!("To publish it: ostraka task submit {file}"),
		"No secret belongs here: who signs is named on the command line (--key-file, --suri)."
			.to_owned(),
	];
	head.extend(notes.iter().map(|note| format!("Of the sample: {note}")));
	head
}

fn write(place: &Path, text: &str, over: bool) -> Result<(), Error> {
	let failed = |error: std::io::Error| {
		Error::Failed(format!("{}: cannot be written: {error}", shown(place)))
	};
	let mut options = OpenOptions::new();
	match over {
		true => options.write(true).create(true).truncate(true),
		// not over one that came meanwhile either
		false => options.write(true).create_new(true),
	};
	options.open(place).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}

fn shown(place: &Path) -> String {
	escaped(&place.display().to_string()).into_owned()
}

/// A task file that was written, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Written {
	file: String,
	title: String,
	/// Numbers of each dealing.
	length: u32,
	/// What people should know of the rows that were looked at.
	notes: Vec<String>,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::{written, Notes};
	use ostraka_party::request::task_file::Value;

	fn args(words: &str) -> InitArgs {
		let words = std::iter::once("init").chain(words.split_whitespace());
		Asked::try_parse_from(words).expect("well-formed").args
	}

	fn run(args: &InitArgs, is_json: bool) -> String {
		let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
		written(is_json, |out| runtime.block_on(super::run(args, out)))
	}

	#[test]
	fn flags_are_written_as_a_file_and_the_sample_with_them() {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let (sample, place) =
			(directory.path().join("sample.csv"), directory.path().join("mean.toml"));
		std::fs::write(&sample, "who,x,g\na,1.5,p\nb,813,q\nc,NA,q\n").expect("written");
		let words = format!(
			"{} --data {} --statistic mean --columns x --group-by g --dealer //Bob --fee 2.5 --split-by who",
			place.display(),
			sample.display()
		);
		let said = run(&args(&words), false);
		assert!(said.contains("mean of x by g, 4 numbers of each dealer"), "{said}");
		assert!(
			said.contains("taken as missing: `NA`") && said.contains("simulate --task-file"),
			"{said}"
		);
		let text = std::fs::read_to_string(&place).expect("written");
		for line in [
			"range.x = [0, 820]",
			"decimals.x = 1",
			"groups = [\"p\", \"q\"]",
			"class = \"confidential\"",
			"fee = 2.5",
			"split-by = \"who\"",
			"# data-reward = 0",
			"dealer = [\"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\"]",
		] {
			assert!(text.lines().any(|other| other == line), "no `{line}` in {text}");
		}
		let (mut results, again) = (Vec::new(), args(&words));
		let mut out = Output::new(&mut results, Notes::none(), false);
		let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
		let refused = runtime.block_on(super::run(&again, &mut out));
		let refused = refused.map_err(|error| (error.exit_code(), error.to_string()));
		assert!(refused.is_err_and(|(code, said)| code == 2 && said.contains("--force")));
		let record = run(&args(&format!("{words} --force")), true);
		let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
		assert_eq!((&record["length"], &record["title"]), (&4.into(), &"mean of x by g".into()));
	}

	#[test]
	fn standard_output_gets_the_file_alone() {
		let text =
			run(&args("- --statistic sum --columns x --range x=0:9 --class standard"), false);
		let file = TaskFile::read(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
		assert_eq!(file.get("class"), Some(&Value::One("standard".to_owned())));
		assert!(text.starts_with("# A task file of ostraka: sum of x.\n"), "{text}");
	}

	#[test]
	fn what_was_asked_is_read_as_flags_are() {
		let mut asked = TaskFile::default();
		asked.set("statistic", Value::One("mean".to_owned()));
		asked.set("columns", Value::Many(vec!["Income, net".to_owned()]));
		let bounds = ["-1", "5"].map(str::to_owned).to_vec();
		asked.set("range", Value::Columns(vec![("Income, net".to_owned(), bounds)]));
		asked.set("data", Value::One("-odd.csv".to_owned()));
		let read = reread(&asked, &args("--force other.toml")).expect("well-formed");
		assert_eq!((read.place.to_str(), read.force), (Some("other.toml"), true));
		assert_eq!(read.book.file.data, Some(PathBuf::from("-odd.csv")));
		let request = read.request.request(None).expect("names");
		assert_eq!(
			(request.columns[0].as_str(), request.ranges[0].min.as_str()),
			("Income, net", "-1")
		);
	}

	#[test]
	fn a_program_is_not_asked() {
		let mut results = Vec::new();
		let mut out = Output::new(&mut results, Notes::none(), true);
		let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
		let asked = runtime.block_on(super::run(&args("no-such-place.toml"), &mut out));
		assert!(asked.is_err_and(|error| error.exit_code() == 2));
	}
}
