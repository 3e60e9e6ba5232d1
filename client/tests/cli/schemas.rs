//! The schemas of what is printed with `--json`: those in `docs/schemas/` are those of this tool, and a wrong answer is found.

use super::{json, ostraka, schema::check};
use ostraka_client::commands::schema::{of, ANSWERS};
use serde_json::{json as value, Value};
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schemas");

/// An answer that changes without another version of its schema fails here.
#[test]
fn the_schemas_of_the_documents_are_those_of_the_tool() {
	for answer in ANSWERS {
		let path = Path::new(FOLDER).join(answer.file());
		let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
			panic!("{}: {error}: `ostraka schema --to docs/schemas` writes it", path.display())
		});
		let written: Value = serde_json::from_str(&text).expect("JSON");
		assert!(
			written == answer.schema(),
			"what `{}` answers has changed: give it another version than {} in client/src/commands/schema.rs, and add its file \
			 by `ostraka schema --to docs/schemas`\nthe schema is now: {:#}",
			answer.command,
			answer.version,
			answer.schema()
		);
	}
}

#[test]
fn every_file_of_a_schema_is_of_an_answer_now_or_before() {
	for entry in std::fs::read_dir(FOLDER).expect("docs/schemas is there") {
		let name = entry.expect("read").file_name().into_string().expect("text");
		let parts = name.strip_suffix(".json").and_then(|name| name.rsplit_once(".v"));
		let (stem, version) = parts.unwrap_or_else(|| panic!("{name}: COMMAND.vN.json"));
		let version: u32 = version.parse().unwrap_or_else(|_| panic!("{name}: no version"));
		let command = ANSWERS.iter().find(|answer| answer.command.replace(' ', "-") == stem);
		let last = command.map_or(0, |answer| answer.version);
		assert!((1..=last).contains(&version), "{name}: the last version of `{stem}` is {last}");
	}
}

#[test]
fn the_tool_prints_its_schemas() {
	let listed = json(ostraka().args(["schema", "--json"]));
	assert_eq!(listed.as_array().map(Vec::len), Some(ANSWERS.len()));
	let output = ostraka().args(["schema", "task", "show"]).output().expect("runs");
	let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
	assert_eq!(Some(printed), of("task show").map(|answer| answer.schema()));
}

fn holds(command: &str, answer: &Value) -> Result<(), String> {
	let schema = of(command).expect("described").schema();
	check(&schema, &schema, answer, command)
}

/// The checker finds what it is there for.
#[test]
fn an_answer_that_is_another_is_found() {
	let right = value!({ "task": 7, "put_back": true, "block": 9, "goes_on": null, "transaction_fee": "5" });
	assert_eq!(holds("task poke", &right), Ok(()));
	let wrong = |name: &str, entry: Option<Value>, part: &str| {
		let mut answer = right.clone();
		let entries = answer.as_object_mut().expect("an object");
		match entry {
			Some(entry) => entries.insert(name.to_owned(), entry),
			None => entries.remove(name),
		};
		let problem = holds("task poke", &answer).expect_err(name);
		assert!(problem.contains(part), "{name}: {problem}");
	};
	wrong("task", Some("7".into()), "is no \"integer\"");
	wrong("task", Some((-1).into()), "below 0");
	wrong("block", Some(1.5.into()), "is no \"integer\"");
	wrong("goes_on", Some(true.into()), "goes_on");
	wrong("transaction_fee", Some(5.into()), "is no \"string\"");
	wrong("put_back", None, "\"put_back\" is missing");
	wrong("new", Some(1.into()), "task poke.new: nothing may be here");
}

#[test]
fn an_answer_is_one_form_or_the_other() {
	let already = value!({ "task": 7, "accepted": true, "already": true, "terms": "0x00" });
	assert_eq!(holds("accept", &already), Ok(()));
	let neither = value!({ "task": 7, "accepted": true, "already": true });
	assert!(holds("accept", &neither).is_err_and(|problem| problem.contains("anyOf")));
	// in lists and below
	let check = |status: &str| value!({ "healthy": true, "checks": [{ "check": "clock", "status": status, "says": "right" }] });
	assert_eq!(holds("doctor", &check("ok")), Ok(()));
	assert!(holds("doctor", &check("good")).is_err());
}

#[test]
fn a_schema_that_the_checker_does_not_know_is_refused() {
	for schema in [value!({ "pattern": "a" }), value!({ "$ref": "#/$defs/None" }), value!(3)] {
		assert!(check(&schema, &schema, &"a".into(), "it").is_err(), "{schema}");
	}
	let one = value!({ "oneOf": [{ "type": "string" }, { "const": "a" }] });
	assert!(check(&one, &one, &"a".into(), "it").is_err_and(|problem| problem.contains("2 parts")));
	assert_eq!(check(&one, &one, &"b".into(), "it"), Ok(()));
}
