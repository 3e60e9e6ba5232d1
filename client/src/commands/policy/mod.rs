//! `ostraka policy`: what a dealer's rows may be asked, and what that says of a task.
//!
//! - `publish`: has the chain hold to it.
//! - `show`: what the chain holds an account to, and what it remembers of it.

pub(super) mod publish;
pub(super) mod show;

use super::{
	connect,
	rules::{append, write_lines, Ruling, RulingRecord},
};
use crate::{
	cli::{
		class::ClassName,
		data::FileArgs,
		policy::{LogArgs, PolicyFileArgs},
		statistic::StatisticArgs,
		task::AnyTaskArg,
		Global,
	},
	error::Error,
	output::Output,
	request::build,
	view::lines::hex,
};
use clap::{ArgGroup, Args, Subcommand};
use codec::Encode;
use ostraka_party::{
	audit::{Act, Entry, Step},
	data::Advice,
	policy::{propose, usual_place, Policy, Question},
	title::title,
};
use ostraka_primitives::{spec::TaskSpec, task::TaskStatus, TaskId};
use rand_core::{OsRng, RngCore};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
	fs::{DirBuilder, OpenOptions},
	io::Write,
	path::{Path, PathBuf},
};

const INIT_EXAMPLES: &str = "\
Examples:
  ostraka policy init --data loans.csv
  ostraka policy init --data loans.csv --name loans-2026 --policy loans.toml

Ranges and the most rows are those of the sample, rounded up: put in what a column can hold, not what this file holds. A
policy that is there is left as it is.";

const CHECK_EXAMPLES: &str = "\
Examples:
  ostraka policy check --task 7
  ostraka policy check --statistic mean --columns income --range income=0:250000 --decimals income=2 --class confidential";

/// Flags of `policy`.
#[derive(Args, Debug)]
pub struct PolicyCommandArgs {
	/// The command.
	#[command(subcommand)]
	pub command: PolicyCommand,
}

/// The commands of `policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
	/// Propose a policy from a sample of the data, and write it
	#[command(after_help = INIT_EXAMPLES)]
	Init(InitArgs),
	/// Say what the policy says of a task, rule by rule
	#[command(after_help = CHECK_EXAMPLES)]
	Check(Box<CheckArgs>),
	/// Have the chain hold to the policy, or take that back
	#[command(after_help = publish::EXAMPLES)]
	Publish(publish::PublishArgs),
	/// Show what the chain holds an account to, and what it may still be asked
	#[command(after_help = show::EXAMPLES)]
	Show(show::ShowArgs),
}

/// Flags of `policy init`.
#[derive(Args, Debug)]
#[command(mut_arg("data", |data| data.required(true)))]
pub struct InitArgs {
	/// The sample.
	#[command(flatten)]
	pub file: FileArgs,
	/// Name of the data set [default: that of the file]
	#[arg(long, value_name = "NAME", help_heading = "Policy")]
	pub name: Option<String>,
	/// File to write [default: ostraka/policy.toml in the configuration folder]
	#[arg(long, value_name = "FILE", env = "OSTRAKA_POLICY", help_heading = "Policy")]
	pub policy: Option<PathBuf>,
	/// Where it is logged.
	#[command(flatten)]
	pub log: LogArgs,
}

/// Flags of `policy check`.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("asked").required(true).args(["number", "task", "statistic"])))]
pub struct CheckArgs {
	/// A task of a chain.
	#[command(flatten)]
	pub task: AnyTaskArg,
	/// A task that nobody has asked yet.
	#[command(flatten)]
	pub request: StatisticArgs,
	/// Its security class
	#[arg(long, value_enum, ignore_case = true, requires = "statistic")]
	pub class: Option<ClassName>,
	/// The policy.
	#[command(flatten)]
	pub policy: PolicyFileArgs,
	/// Where it is logged.
	#[command(flatten)]
	pub log: LogArgs,
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Data`, `Policy`, `Log`; `Chain`; `Failed` if the policy does not allow the task.
pub async fn run(
	args: &PolicyCommandArgs,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	match &args.command {
		PolicyCommand::Init(args) => init(args, out),
		PolicyCommand::Check(args) => match args.task.number {
			Some(task) => check_task(args, task, global, out).await,
			None => check_flags(args, out),
		},
		PolicyCommand::Publish(args) => publish::run(args, global, out).await,
		PolicyCommand::Show(args) => show::run(args, global, out).await,
	}
}

fn init(args: &InitArgs, out: &mut Output<'_>) -> Result<(), Error> {
	let path = args.policy.clone().or_else(usual_place).ok_or_else(|| {
		Error::Usage("there is no place for the policy: name one with --policy FILE".to_owned())
	})?;
	if path.symlink_metadata().is_ok() {
		return Err(Error::Usage(format!(
			"{}: there is a policy already, which is left as it is\n  name another file with --policy FILE",
			path.display()
		)));
	}
	let log = args.log.log()?;
	let table = args.file.table_for(Advice::Dealer)?;
	let (Some(table), Some(data)) = (table, &args.file.data) else {
		return Err(Error::Usage("name a file with a sample of your rows: --data FILE".to_owned()));
	};
	let name = match &args.name {
		Some(name) => name.clone(),
		None => name_of(data),
	};
	// the policy's folder may be another one
	let file = data.canonicalize().unwrap_or_else(|_| data.clone());
	let mut secret = [0u8; 32];
	OsRng.fill_bytes(&mut secret);
	let text = propose(&table, &name, &file.display().to_string(), &secret)?;
	// what it proposes is a policy, whatever the names in the file are
	let policy = Policy::parse(&path, &text).map_err(ostraka_party::Error::from)?;
	write_new(&path, &text).map_err(|error| {
		Error::Usage(format!("{}: the policy cannot be written: {error}", path.display()))
	})?;
	let entry = Entry {
		policy: Some(hex(policy.hash)),
		dataset: Some(name.clone()),
		..Entry::of(Act::Policy, Step::Done)
	};
	append(&log, entry, out.notes())?;
	if out.is_json() {
		let columns = policy.datasets.values().flat_map(|dataset| dataset.columns.keys().cloned());
		return out.json(&Written {
			file: path.display().to_string(),
			policy: hex(policy.hash),
			dataset: name,
			columns: columns.collect(),
			notes: table.notes(),
		});
	}
	for note in table.notes() {
		writeln!(out, "{note}")?;
	}
	writeln!(
		out,
		"{}: a policy over the data set {name}, proposed from {} rows\n  read it, and put in what the columns can hold and \
		 who may ask; `ostraka policy check --task N` says what it says of a task",
		path.display(),
		table.rows()
	)
}

/// A data set's name, from its file's.
fn name_of(file: &Path) -> String {
	let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
	let plain = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' };
	let name: String = stem.chars().take(40).map(plain).collect();
	match name.trim_matches('-') {
		"" => "data".to_owned(),
		name => name.to_owned(),
	}
}

/// Writes a file that must not be there yet, which nobody else can read.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
	let (mut folders, mut options) = (DirBuilder::new(), OpenOptions::new());
	folders.recursive(true);
	options.write(true).create_new(true);
	#[cfg(unix)]
	{
		// a folder that others can write would not do either
		std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
		std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
	}
	if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
		folders.create(folder)?;
	}
	options.open(path)?.write_all(text.as_bytes())
}

/// What the policy says of a task of a chain.
async fn check_task(
	args: &CheckArgs,
	task: TaskId,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let (policy, log) = (args.policy.read_some()?, args.log.log()?);
	let chain = connect(global, out).await?;
	let info = chain.task(task).await?;
	let spec = &info.task.spec;
	let dataset = policy.dataset(args.policy.dataset.as_deref(), None, spec);
	let dataset = dataset.map_err(ostraka_party::Error::from)?;
	let is_inviting = matches!(info.task.status, TaskStatus::Inviting { .. });
	let ruling = Ruling::of(&policy, dataset, &chain, (task, &info), &log, is_inviting, None)?;
	if out.is_json() {
		out.json(&Checked { task: Some(task), title: title(spec), ruling: ruling.record() })?;
	} else {
		writeln!(out, "task {task}: {}", title(spec))?;
		ruling.write(out)?;
	}
	let refusal = ruling.refusal(task, false);
	let entry = Entry {
		genesis: Some(hex(chain.genesis())),
		task: Some(task),
		terms: Some(hex(info.task.terms)),
		..looked(&ruling, spec, refusal.is_none())
	};
	append(&log, entry, out.notes())?;
	refusal.map_or(Ok(()), Err)
}

/// A look at what the policy says, for the log.
fn looked(ruling: &Ruling<'_>, spec: &TaskSpec, is_allowed: bool) -> Entry {
	let step = if is_allowed { Step::Done } else { Step::Refused };
	Entry {
		spec: Some(hex(Sha256::digest(spec.encode()))),
		policy: Some(hex(ruling.policy.hash)),
		dataset: Some(ruling.dataset.name.clone()),
		..Entry::of(Act::Policy, step)
	}
}

/// What the policy says of a task that flags describe.
fn check_flags(args: &CheckArgs, out: &mut Output<'_>) -> Result<(), Error> {
	let (policy, log) = (args.policy.read_some()?, args.log.log()?);
	let spec = build(&args.request.request(None)?, None, false)?;
	let dataset = policy.dataset(args.policy.dataset.as_deref(), None, &spec);
	let dataset = dataset.map_err(ostraka_party::Error::from)?;
	let question = Question { class: args.class.map(Into::into), ..Question::of(&spec) };
	let lines = policy.says(dataset, &question);
	let ruling = Ruling { policy: &policy, dataset, lines };
	if out.is_json() {
		out.json(&Checked { task: None, title: title(&spec), ruling: ruling.record() })?;
	} else {
		writeln!(out, "{}", title(&spec))?;
		writeln!(out, "what the policy says ({}):", policy.file)?;
		write_lines(&ruling.lines, out)?;
	}
	let refusal = ostraka_party::policy::refusal(&ruling.lines);
	append(&log, looked(&ruling, &spec, refusal.is_none()), out.notes())?;
	match refusal {
		Some(reasons) => Err(Error::Failed(format!("the policy does not allow it\n  {reasons}"))),
		None => Ok(()),
	}
}

/// A policy that was written, as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Written {
	file: String,
	/// SHA-256 of it.
	policy: String,
	dataset: String,
	columns: Vec<String>,
	#[serde(skip_serializing_if = "Vec::is_empty")]
	notes: Vec<String>,
}

/// What a policy says, as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Checked<'a> {
	task: Option<TaskId>,
	title: String,
	#[serde(flatten)]
	ruling: RulingRecord<'a>,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::written;
	use clap::Parser;
	use std::ffi::OsString;

	const POLICY: &str = r#"
[dataset.pay-2026]
file = "pay.csv"
rows = 1000
floor = 5
clip = true

[dataset.pay-2026.columns.pay]
decimals = 0
range = [0, 100]

[allow]
classes = ["any"]
requesters = ["any"]
statistics = ["any"]
"#;

	#[derive(Parser)]
	struct Checking {
		#[command(flatten)]
		check: CheckArgs,
	}

	/// Every look is logged, of a task that nobody has asked yet too, and what the policy said.
	#[test]
	fn a_look_at_the_policy_is_logged() {
		let folder = tempfile::tempdir().expect("a folder");
		let [policy, log] = ["policy.toml", "log.jsonl"].map(|name| folder.path().join(name));
		write_new(&policy, POLICY).expect("written");
		let check = |range: &str| {
			let words = "check --statistic mean --columns pay --max-rows 1000 --range";
			let words = words.split(' ').chain([range, "--policy"]).map(OsString::from);
			let files = [policy.clone().into(), "--log".into(), log.clone().into()];
			let checking = Checking::try_parse_from(words.chain(files)).expect("flags");
			let mut said = Ok(());
			written(false, |out| {
				said = check_flags(&checking.check, out);
				Ok(())
			});
			said
		};
		assert!(check("pay=0:500").is_ok());
		assert!(check("pay=0:99").is_err(), "it does not contain the policy's range");
		let text = std::fs::read_to_string(&log).expect("a log");
		let lines: Vec<serde_json::Value> =
			text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
		let steps: Vec<_> = lines.iter().map(|line| line["step"].as_str()).collect();
		assert_eq!(steps, [Some("done"), Some("refused")]);
		for line in &lines {
			assert_eq!((&line["act"], &line["dataset"]), (&"policy".into(), &"pay-2026".into()));
			assert!(line["policy"].is_string() && line["spec"].is_string(), "{line}");
		}
		assert!(!text.contains("pay\""), "the name of a column is in the log: {text}");
	}

	#[test]
	fn a_data_set_is_named_after_its_file() {
		for (file, name) in [
			("loans.csv", "loans"),
			("/data/My loans (2026).csv.gz", "My-loans--2026--csv"),
			("-", "data"),
			("給与.csv", "data"),
		] {
			assert_eq!(name_of(Path::new(file)), name);
		}
	}

	#[test]
	fn a_policy_that_is_there_is_not_written_over() {
		let folder = tempfile::tempdir().expect("a folder");
		let path = folder.path().join("new").join("policy.toml");
		write_new(&path, "one").expect("written");
		assert!(write_new(&path, "two").is_err());
		assert_eq!(std::fs::read_to_string(&path).expect("there"), "one");
	}
}
