use super::*;
use crate::{commands::Cli, output::written};
use clap::{Command, CommandFactory};
use std::collections::BTreeSet;

/// Commands that print no answer in JSON: what they print is a file's text.
const WITHOUT: [&str; 3] = ["completions", "man", "reference"];

/// Commands without commands below them.
fn leaves(command: &Command, name: &str, found: &mut BTreeSet<String>) {
	let mut below = command.get_subcommands().filter(|one| one.get_name() != "help").peekable();
	if below.peek().is_none() {
		found.insert(name.to_owned());
	}
	for command in below {
		let name = format!("{name} {}", command.get_name());
		leaves(command, name.trim(), found);
	}
}

#[test]
fn every_command_has_a_schema_and_every_schema_a_command() {
	let mut commands = BTreeSet::new();
	leaves(&Cli::command(), "", &mut commands);
	let described: BTreeSet<String> = ANSWERS
		.iter()
		.map(|answer| answer.command)
		.chain(WITHOUT)
		.filter(|command| *command != ERROR)
		.map(str::to_owned)
		.collect();
	assert_eq!(commands, described);
	let sorted = ANSWERS.windows(2).all(|two| two[0].command < two[1].command);
	assert!(sorted, "the list is not in order, or has a command twice");
}

#[test]
fn a_schema_says_which_it_is() {
	let shown = of("task show").expect("described").schema();
	assert_eq!(shown["$id"], "urn:ostraka:task-show:v1");
	assert_eq!(shown["$schema"], "https://json-schema.org/draft/2020-12/schema");
	assert_eq!(shown["title"], "what ostraka task show prints with --json");
	// of a task that failed before its draw less is left
	let task = &shown["$defs"]["TaskRecord"];
	assert_eq!(task["properties"]["task"]["type"], "integer");
	let required = task["required"].as_array().expect("a list");
	assert!(required.contains(&"title".into()), "{shown}");
	assert!(!required.contains(&"capture".into()), "what may be left out is not required: {shown}");
}

/// Goes through a schema, wherever an object is described.
fn objects<'a>(schema: &'a Value, found: &mut Vec<&'a Value>) {
	if schema.get("properties").is_some() {
		found.push(schema);
	}
	match schema {
		Value::Object(entries) => entries.values().for_each(|entry| objects(entry, found)),
		Value::Array(items) => items.iter().for_each(|item| objects(item, found)),
		_ => {},
	}
}

#[test]
fn every_object_is_closed() {
	for answer in ANSWERS {
		let schema = answer.schema();
		let mut found = Vec::new();
		objects(&schema, &mut found);
		assert!(!found.is_empty(), "{}", answer.command);
		for object in found {
			assert_eq!(object["additionalProperties"], false, "{}: {object}", answer.command);
		}
	}
}

#[test]
fn what_is_flattened_stands_among_the_others() {
	let schema = of("verify").expect("described").schema();
	for name in ["genesis", "requester", "verifiers_attested", "verifiers", "disproven"] {
		assert!(schema["properties"].get(name).is_some(), "no {name} in {schema}");
	}
	let required = schema["required"].as_array().expect("a list");
	assert!(required.contains(&"disproven".into()) && !required.contains(&"genesis".into()));
}

#[test]
fn people_see_a_list_and_programs_too() {
	let text = written(false, list);
	assert_eq!(text.lines().count(), ANSWERS.len());
	assert!(text.contains("urn:ostraka:node-show:v"), "{text}");
	let listed: Value = serde_json::from_str(&written(true, list)).expect("JSON");
	assert_eq!((&listed[0]["command"], &listed[0]["version"]), (&"accept".into(), &1.into()));
}

#[test]
fn a_command_is_named_in_words_or_in_one() {
	for words in [vec!["task", "show"], vec!["task show"]] {
		let args = SchemaArgs { command: words.into_iter().map(str::to_owned).collect(), to: None };
		let text = written(false, |out| run(&args, out));
		let schema: Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(schema["$id"], "urn:ostraka:task-show:v1");
	}
	let args = SchemaArgs { command: vec!["completions".to_owned()], to: None };
	let mut results = Vec::new();
	let mut out = Output::new(&mut results, crate::output::Notes::none(), false);
	let refused = run(&args, &mut out).map_err(|error| error.exit_code());
	assert_eq!(refused, Err(2));
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
	let folder = tempfile::tempdir().expect("a folder");
	let to = folder.path().join("schemas");
	write(&to).expect("written");
	assert_eq!(fs::read_dir(&to).expect("there").count(), ANSWERS.len());
	write(&to).expect("the same again");
	let file = to.join("task-show.v1.json");
	fs::write(&file, "{}").expect("written");
	let refused = write(&to).expect_err("another").to_string();
	assert!(
		refused.contains("task-show.v1.json") && refused.contains("another version"),
		"{refused}"
	);
	assert_eq!(fs::read_to_string(&file).expect("there"), "{}");
}
