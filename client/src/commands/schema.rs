//! `ostraka schema`: what commands print with `--json`, as JSON Schema 2020-12.
//!
//! A schema is made of the types that are printed, so it says what they are; tests hold what the tool prints to it. It is closed: an
//! answer has the names that its schema has, and no others. The number of its version stands in its `$id`, and a file in
//! `docs/schemas/` has its text, which a test compares. So whoever changes an answer gives it another number in [`ANSWERS`], and
//! adds the file: `ostraka schema --to docs/schemas` does, and writes over none.

use super::{
	accept, challenge, deal, dealt, dev,
	doctor::checks,
	events::record,
	found, inbox, keyring, log, mask,
	node::{change::Sent, metrics::Listening, slash, supply::Supplied},
	policy::{self, publish::PublishedRecord, show::ShownRecord},
	task::{cancel::Cancelled, init, list, poke::Poked, prices, submit::Submitted},
};
use crate::{
	error::{self, Error},
	output::Output,
	report::Report,
	view::records::{NodeRecord, TaskRecord, UndrawnRecord},
};
use clap::Args;
use schemars::{
	generate::SchemaSettings,
	json_schema,
	transform::{RecursiveTransform, Transform},
	JsonSchema, Schema, SchemaGenerator,
};
use serde::Serialize;
use serde_json::Value;
use std::{
	fs, io,
	path::{Path, PathBuf},
};

const EXAMPLES: &str = "\
Examples:
  ostraka schema
  ostraka schema task show
  ostraka schema error
  ostraka schema --to schemas

The $id of a schema ends with its version. An answer that gets, loses or changes a name gets another version; the release
notes say so. Of `events` a schema describes one line.";

/// The name of what every command says if it fails, on standard error.
const ERROR: &str = "error";

/// Flags of `schema`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct SchemaArgs {
	/// The command whose answer is described, as in `task show`, or `error`, what all say on standard error if they fail; unless given,
	/// a list
	#[arg(value_name = "COMMAND")]
	pub command: Vec<String>,
	/// Write all into this folder, a file each; what is there already stays as it is
	#[arg(long, value_name = "FOLDER", conflicts_with = "command")]
	pub to: Option<PathBuf>,
}

/// What a command prints with `--json`.
pub struct Answer {
	/// The command, as in `task show`.
	pub command: &'static str,
	/// Version of the answer, from 1.
	pub version: u32,
	make: fn(&mut SchemaGenerator) -> Schema,
}

/// Every answer, by its command.
pub const ANSWERS: &[Answer] = &[
	answer("accept", 1, either::<accept::Accepted<'static>, accept::Already>),
	answer("challenge", 1, one::<challenge::Record>),
	answer("deal", 1, either::<dealt::Summary<'static>, deal::Already>),
	answer("demo", 1, one::<Report>),
	answer("dev", 1, one::<dev::Started>),
	answer("doctor", 1, one::<checks::Report<'static>>),
	answer(ERROR, 1, one::<error::Record>),
	answer("events", 1, either::<record::Record, record::Lost>),
	answer("inbox", 1, one::<Vec<inbox::Record<'static>>>),
	answer("keyring remove", 1, one::<keyring::remove::Removed>),
	answer("keyring show", 1, one::<keyring::show::Shown>),
	answer("keyring store", 1, one::<keyring::store::Stored>),
	answer("log verify", 1, one::<log::Record<'static>>),
	answer("mask", 1, one::<mask::Masked>),
	answer("node activate", 1, one::<Sent>),
	answer("node bond", 1, one::<Sent>),
	answer("node capacity", 1, one::<Sent>),
	answer("node check", 1, one::<checks::Report<'static>>),
	answer("node chill", 1, one::<Sent>),
	answer("node deregister", 1, one::<Sent>),
	answer("node list", 1, one::<Vec<NodeRecord>>),
	answer("node metrics", 1, one::<Listening>),
	answer("node register", 1, one::<Sent>),
	answer("node role", 1, one::<Sent>),
	answer("node rotate", 1, one::<Sent>),
	answer("node show", 1, one::<NodeRecord>),
	answer("node slash apply", 1, one::<Vec<slash::apply::Record>>),
	answer("node slash cancel", 1, one::<slash::cancel::Record>),
	answer("node slash list", 1, one::<Vec<slash::list::Record>>),
	answer("node supply", 1, one::<Supplied>),
	answer("node unbond", 1, one::<Sent>),
	answer("node withdraw", 1, one::<Sent>),
	answer("policy check", 1, one::<policy::Checked<'static>>),
	answer("policy init", 1, one::<policy::Written>),
	answer("policy publish", 1, one::<Vec<PublishedRecord>>),
	answer("policy show", 1, one::<ShownRecord>),
	answer("result", 1, one::<found::Record>),
	answer("schema", 1, one::<Vec<Listed>>),
	answer("simulate", 1, one::<Report>),
	answer("task cancel", 1, one::<Cancelled>),
	answer("task init", 1, one::<init::Written>),
	answer("task list", 1, one::<Vec<list::Row>>),
	answer("task poke", 1, one::<Poked>),
	answer("task prices", 1, one::<prices::Record>),
	// of a task that failed before its draw only this is left
	answer("task show", 1, either::<TaskRecord, UndrawnRecord>),
	answer("task submit", 1, one::<Submitted>),
	// a task that failed has no result
	answer("task watch", 1, either::<found::Record, list::Row>),
	answer("verify", 1, one::<found::Record>),
];

const fn answer(
	command: &'static str,
	version: u32,
	make: fn(&mut SchemaGenerator) -> Schema,
) -> Answer {
	Answer { command, version, make }
}

/// The schema of a type.
fn one<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
	T::json_schema(generator)
}

/// That of an answer which is of one type or of another.
fn either<A: JsonSchema, B: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
	let either = [generator.subschema_for::<A>(), generator.subschema_for::<B>()];
	json_schema!({ "anyOf": either })
}

/// The answer of a command, if it has one.
pub fn of(command: &str) -> Option<&'static Answer> {
	ANSWERS.iter().find(|answer| answer.command == command)
}

impl Answer {
	/// What names it and its version: `urn:ostraka:task-show:v1`.
	pub fn id(&self) -> String {
		format!("urn:ostraka:{}:v{}", self.name(), self.version)
	}

	/// Its file's name: `task-show.v1.json`.
	pub fn file(&self) -> String {
		format!("{}.v{}.json", self.name(), self.version)
	}

	fn name(&self) -> String {
		self.command.replace(' ', "-")
	}

	/// Its schema.
	pub fn schema(&self) -> Value {
		let settings = SchemaSettings::draft2020_12().for_serialize();
		let dialect = settings.meta_schema.clone();
		let mut generator = settings.into_generator();
		let mut schema = (self.make)(&mut generator);
		let definitions = generator.take_definitions(false);
		if !definitions.is_empty() {
			schema.insert("$defs".to_owned(), definitions.into());
		}
		RecursiveTransform(close).transform(&mut schema);
		schema.insert("$schema".to_owned(), dialect.as_deref().into());
		schema.insert("$id".to_owned(), self.id().into());
		let title = match self.command {
			ERROR => "what ostraka says if a command fails".to_owned(),
			command => format!("what ostraka {command} prints with --json"),
		};
		schema.insert("title".to_owned(), title.into());
		schema.to_value()
	}
}

/// An object has no names but those that it is described with.
fn close(schema: &mut Schema) {
	let Some(object) = schema.as_object_mut() else { return };
	if object.contains_key("properties") && !object.contains_key("additionalProperties") {
		object.insert("additionalProperties".to_owned(), false.into());
	}
}

/// Runs the command.
///
/// # Errors
/// `Usage` if there is no such command, or it has no answer in JSON; `Failed` if a file cannot be written, or has another schema of
/// the same version.
pub fn run(args: &SchemaArgs, out: &mut Output<'_>) -> Result<(), Error> {
	if let Some(folder) = &args.to {
		return write(folder);
	}
	if args.command.is_empty() {
		return list(out);
	}
	let command = args.command.join(" ");
	let answer = of(&command).ok_or_else(|| {
		Error::Usage(format!(
			"no answer in JSON is known of `{command}`\n  `ostraka schema` lists those that are"
		))
	})?;
	out.raw(text(&answer.schema())?.as_bytes())
}

/// A schema as text.
fn text(schema: &Value) -> Result<String, Error> {
	serde_json::to_string_pretty(schema)
		.map(|text| text + "\n")
		.map_err(|error| Error::Failed(format!("this cannot be written as JSON: {error}")))
}

/// What there is a schema of, as JSON.
#[derive(Serialize, JsonSchema)]
struct Listed {
	command: &'static str,
	version: u32,
	/// The schema's `$id`.
	id: String,
}

fn list(out: &mut Output<'_>) -> Result<(), Error> {
	let listed = ANSWERS.iter().map(|answer| Listed {
		command: answer.command,
		version: answer.version,
		id: answer.id(),
	});
	if out.is_json() {
		return out.json(&listed.collect::<Vec<_>>());
	}
	out.lines(&listed.map(|one| (one.command.to_owned(), one.id)).collect::<Vec<_>>())
}

/// Writes a file for each answer that has none.
fn write(folder: &Path) -> Result<(), Error> {
	let failed =
		|path: &Path, error: io::Error| Error::Failed(format!("{}: {error}", path.display()));
	fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
	for answer in ANSWERS {
		let path = folder.join(answer.file());
		let schema = answer.schema();
		match fs::read(&path) {
			Ok(bytes) => {
				if serde_json::from_slice::<Value>(&bytes).ok().as_ref() != Some(&schema) {
					return Err(Error::Failed(format!(
						"{}: version {} of what `{}` answers is another there, and stays as it is\n  another answer has another \
						 version: client/src/commands/schema.rs has the numbers",
						path.display(),
						answer.version,
						answer.command
					)));
				}
			},
			Err(error) if error.kind() == io::ErrorKind::NotFound => {
				fs::write(&path, text(&schema)?).map_err(|error| failed(&path, error))?;
			},
			Err(error) => return Err(failed(&path, error)),
		}
	}
	Ok(())
}

#[cfg(test)]
mod tests;
