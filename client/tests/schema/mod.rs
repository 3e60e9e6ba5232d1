//! Holds what the tool prints with `--json` to the schema of its command: every test that reads JSON passes through here.
//!
//! The checker knows what the schemas use of JSON Schema 2020-12, and refuses a schema that uses more.

use clap::CommandFactory;
use ostraka_client::commands::{schema, Cli};
use serde_json::{Map, Value};
use std::ffi::{OsStr, OsString};

/// Checks what a command line, without the program's name, has printed, if it asks for JSON.
#[track_caller]
pub fn said<'a>(words: impl Iterator<Item = &'a OsStr>, out: &str, err: &str) {
	let words: Vec<OsString> = words.map(OsStr::to_owned).collect();
	if !words.iter().any(|word| word == "--json") {
		return;
	}
	let command = command(&words);
	match command.as_str() {
		// an event a line
		"events" => out.lines().for_each(|line| answers(&command, line)),
		_ if out.is_empty() => {},
		_ => answers(&command, out),
	}
	if serde_json::from_str::<Value>(err).is_ok_and(|error| error.get("code").is_some()) {
		answers("error", err);
	}
}

/// The command that words call, as in `task show`.
fn command(words: &[OsString]) -> String {
	let all = std::iter::once(OsString::from("ostraka")).chain(words.iter().cloned());
	// who asks for help calls none
	let Ok(matches) = Cli::command().ignore_errors(true).try_get_matches_from(all) else {
		return String::new();
	};
	let (mut names, mut below) = (Vec::new(), &matches);
	while let Some((name, next)) = below.subcommand() {
		names.push(name);
		below = next;
	}
	names.join(" ")
}

#[track_caller]
fn answers(command: &str, text: &str) {
	let answer = schema::of(command);
	let schema = answer.unwrap_or_else(|| panic!("`{command}` has no schema")).schema();
	let value: Value = serde_json::from_str(text)
		.unwrap_or_else(|error| panic!("`{command}` prints no JSON ({error}): {text}"));
	if let Err(problem) = check(&schema, &schema, &value, command) {
		panic!("what `{command}` prints is not what its schema says: {problem}\n{text}");
	}
}

/// Checks a value against a part of a schema.
pub fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
	let rules = match schema {
		Value::Bool(true) => return Ok(()),
		Value::Bool(false) => return Err(format!("{at}: nothing may be here")),
		Value::Object(rules) => rules,
		other => return Err(format!("{at}: no schema: {other}")),
	};
	for (keyword, rule) in rules {
		match keyword.as_str() {
			// these only tell
			"$schema" | "$id" | "$defs" | "title" | "description" | "format" => {},
			"$ref" => {
				let place = rule.as_str().and_then(|place| place.strip_prefix('#'));
				let part = place.and_then(|place| root.pointer(place));
				check(root, part.ok_or(format!("{at}: {rule} leads nowhere"))?, value, at)?;
			},
			"type" => {
				let named = rule.as_array().map_or(std::slice::from_ref(rule), Vec::as_slice);
				if !named.iter().any(|name| name.as_str().is_some_and(|name| is_a(value, name))) {
					return Err(format!("{at}: {value} is no {rule}"));
				}
			},
			"const" => {
				if value != rule {
					return Err(format!("{at}: {value} is not {rule}"));
				}
			},
			"enum" => {
				if !rule.as_array().is_some_and(|values| values.contains(value)) {
					return Err(format!("{at}: {value} is none of {rule}"));
				}
			},
			"minimum" => {
				if value.as_f64().zip(rule.as_f64()).is_some_and(|(value, least)| value < least) {
					return Err(format!("{at}: {value} is below {rule}"));
				}
			},
			"maximum" => {
				if value.as_f64().zip(rule.as_f64()).is_some_and(|(value, most)| value > most) {
					return Err(format!("{at}: {value} is above {rule}"));
				}
			},
			"items" => {
				for (index, item) in value.as_array().into_iter().flatten().enumerate() {
					check(root, rule, item, &format!("{at}[{index}]"))?;
				}
			},
			"required" => {
				let names = rule.as_array().ok_or(format!("{at}: no list of names: {rule}"))?;
				let lacks = |name: &&Value| {
					value.is_object() && name.as_str().is_none_or(|name| value.get(name).is_none())
				};
				if let Some(name) = names.iter().find(lacks) {
					return Err(format!("{at}: {name} is missing"));
				}
			},
			"properties" => {
				for (name, part) in rule.as_object().into_iter().flatten() {
					if let Some(entry) = value.get(name) {
						check(root, part, entry, &format!("{at}.{name}"))?;
					}
				}
			},
			"additionalProperties" => {
				for (name, entry) in value.as_object().into_iter().flatten() {
					if !is_described(rules, name) {
						check(root, rule, entry, &format!("{at}.{name}"))?;
					}
				}
			},
			"anyOf" | "oneOf" => one_of(root, (keyword, rule), value, at)?,
			other => return Err(format!("{at}: the checker does not know the keyword {other}")),
		}
	}
	Ok(())
}

fn is_described(rules: &Map<String, Value>, name: &str) -> bool {
	rules.get("properties").is_some_and(|properties| properties.get(name).is_some())
}

/// Whether one part at least holds, of `oneOf` no other.
fn one_of(
	root: &Value,
	(keyword, rule): (&str, &Value),
	value: &Value,
	at: &str,
) -> Result<(), String> {
	let parts = rule.as_array().ok_or(format!("{at}: no list: {rule}"))?;
	let problems: Vec<String> =
		parts.iter().filter_map(|part| check(root, part, value, at).err()).collect();
	match parts.len() - problems.len() {
		0 => Err(format!("{at}: nothing of {keyword} holds: {}", problems.join("; "))),
		1 => Ok(()),
		_ if keyword == "anyOf" => Ok(()),
		more => Err(format!("{at}: {more} parts of oneOf hold")),
	}
}

/// Whether a value is of a type.
fn is_a(value: &Value, name: &str) -> bool {
	match name {
		"null" => value.is_null(),
		"boolean" => value.is_boolean(),
		"integer" => value.is_i64() || value.is_u64(),
		"number" => value.is_number(),
		"string" => value.is_string(),
		"array" => value.is_array(),
		"object" => value.is_object(),
		_ => false,
	}
}
