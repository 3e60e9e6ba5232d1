//! Writing a task file: every key has its place and its comment, those without a value as a comment too.

use super::{
	keys::{Kind, PARTS},
	TaskFile, Value,
};
use crate::escape::escaped;
use ostraka_primitives::name::is_hidden;
use std::fmt::Write;

/// Longest line of a comment or a list; a longer list has an item on each line.
const WIDTH: usize = 100;

impl TaskFile {
	/// The text of a task file that says this, with these lines of comment at its head.
	pub fn write(&self, head: &[String]) -> String {
		let mut text = String::new();
		for line in head {
			comment(&mut text, line);
		}
		for part in PARTS {
			text.push('\n');
			comment(&mut text, &format!("--- {}.", part.says));
			for key in part.keys {
				text.push('\n');
				comment(&mut text, key.says);
				match self.get(key.name) {
					Some(Value::Columns(columns)) => {
						for (column, numbers) in columns {
							let value = match key.kind {
								Kind::Ranges => list(numbers.iter().map(|number| bare(number))),
								_ => numbers.first().cloned().unwrap_or_default(),
							};
							push(&mut text, &format!("{}.{} = {value}", key.name, name(column)));
						}
					},
					Some(value) => {
						push(&mut text, &format!("{} = {}", key.name, one(key.kind, value)));
					},
					None if matches!(key.kind, Kind::Ranges | Kind::Decimals) => {
						push(&mut text, &format!("# {}.{}", key.name, key.sample));
					},
					None => push(&mut text, &format!("# {} = {}", key.name, key.sample)),
				}
			}
		}
		text
	}
}

fn push(text: &mut String, line: &str) {
	text.push_str(line);
	text.push('\n');
}

fn comment(text: &mut String, line: &str) {
	let line = escaped(line);
	let mut rest = line.trim_end();
	while let Some(end) = longest(rest) {
		let (first, after) = rest.split_at(end);
		push(text, &format!("# {first}"));
		rest = after.trim_start();
	}
	push(text, format!("# {rest}").trim_end());
}

/// Where a line that is too long is broken: at the last blank that is not too far behind, if there is one.
fn longest(line: &str) -> Option<usize> {
	let (end, _) = line.char_indices().nth(WIDTH)?;
	let (first, _) = line.split_at(end);
	first.trim_start().rfind(' ').map(|_| first.rfind(' ').unwrap_or(end))
}

/// A value that is no column's.
fn one(kind: Kind, value: &Value) -> String {
	let is_number = matches!(kind, Kind::Whole | Kind::Number | Kind::Numbers | Kind::Pair);
	let item = |text: &String| if is_number { bare(text) } else { quoted(text) };
	match value {
		Value::One(text) => item(text),
		Value::Many(texts) => list(texts.iter().map(item)),
		Value::Switch(is_on) => is_on.to_string(),
		Value::Columns(_) => String::new(),
	}
}

fn list(items: impl Iterator<Item = String>) -> String {
	let items: Vec<String> = items.collect();
	let line = format!("[{}]", items.join(", "));
	if line.chars().count() <= WIDTH {
		return line;
	}
	format!("[\n{}]", items.iter().map(|item| format!("\t{item},\n")).collect::<String>())
}

/// A number without quotes, if it is read as the same number then.
fn bare(number: &str) -> String {
	let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
	let digits = whole.strip_prefix('-').unwrap_or(whole);
	let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
	let has_no_zeros_in_front = digits == "0" || !digits.starts_with('0');
	let is_short = digits.len() + fraction.len() <= 15;
	// a zero behind the point, or before it with a sign, is one that reading drops
	let ends = !number.contains('.') || !fraction.ends_with('0');
	let is_same = is_digits(digits) && is_digits(fraction) && has_no_zeros_in_front && ends;
	match is_same && is_short && number != "-0" {
		true => number.to_owned(),
		false => quoted(number),
	}
}

/// A column's name as part of a key.
fn name(text: &str) -> String {
	let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
	match !text.is_empty() && text.chars().all(is_bare) {
		true => text.to_owned(),
		false => quoted(text),
	}
}

/// A text in quotes. What a terminal acts on, and what nobody sees, is spelled out.
fn quoted(text: &str) -> String {
	let mut quoted = String::from('"');
	for character in text.chars() {
		match character {
			'"' | '\\' => quoted.extend(['\\', character]),
			'\t' => quoted.push_str("\\t"),
			_ if is_hidden(character) => {
				// a text takes all that is written into it
				let _ = write!(quoted, "\\U{:08X}", u32::from(character));
			},
			_ => quoted.push(character),
		}
	}
	quoted.push('"');
	quoted
}

#[cfg(test)]
mod tests {
	use super::{super::keys, *};
	use proptest::prelude::*;

	fn texts(texts: &[&str]) -> Vec<String> {
		texts.iter().map(|text| (*text).to_owned()).collect()
	}

	#[test]
	fn a_file_without_values_shows_every_key_as_a_comment() {
		let text = TaskFile::default().write(&texts(&["A task", "of nobody"]));
		assert!(text.starts_with("# A task\n# of nobody\n\n# --- What is computed."), "{text}");
		assert_eq!(TaskFile::read(&text), Ok(TaskFile::default()));
		let commented: Vec<&str> = text.lines().filter(|line| line.contains(" = ")).collect();
		assert_eq!(commented.len(), keys().count());
		// with the marks taken away it is a file that says all, with each key at its place
		let all: String = text
			.lines()
			.map(|line| match line.strip_prefix("# ") {
				Some(bare) if bare.contains(" = ") => format!("{bare}\n"),
				_ => format!("{line}\n"),
			})
			.collect();
		let all = all.replace("income", "x").replace("\"hours\"", "\"x\"");
		let file = TaskFile::read(&all).unwrap_or_else(|error| panic!("{error}: {all}"));
		assert!(keys().all(|key| file.get(key.name).is_some()));
	}

	#[test]
	fn a_long_comment_is_broken_at_blanks() {
		let word = "x".repeat(60);
		let long = [format!("  {word} {word} {word}"), "y".repeat(150), String::new()];
		let text = TaskFile::default().write(&long);
		let expected =
			format!("#   {word}\n# {word}\n# {word}\n# {}\n#\n\n# --- What", "y".repeat(150));
		assert!(text.starts_with(&expected), "{text}");
	}

	#[test]
	fn values_stand_where_their_keys_do() {
		let mut file = TaskFile::default();
		file.set("round", Value::Switch(true));
		file.set("statistic", Value::One("mean".to_owned()));
		file.set("columns", Value::Many(texts(&["Income, net", "x\u{1b}\"\\\u{202e}"])));
		let range = ("Income, net".to_owned(), texts(&["-1.5", "250000"]));
		let other = ("x\u{1b}\"\\\u{202e}".to_owned(), texts(&["1.50", "-0"]));
		file.set("range", Value::Columns(vec![range, other]));
		let text = file.write(&[]);
		for line in [
			"statistic = \"mean\"",
			"columns = [\"Income, net\", \"x\\U0000001B\\\"\\\\\\U0000202E\"]",
			"range.\"Income, net\" = [-1.5, 250000]",
			"range.\"x\\U0000001B\\\"\\\\\\U0000202E\" = [\"1.50\", \"-0\"]",
			"round = true",
			"# target = \"income\"",
		] {
			assert!(text.lines().any(|other| other == line), "no `{line}` in {text}");
		}
		assert!(!text.contains(['\u{1b}', '\u{202e}']));
		assert_eq!(written_and_read(&file), sorted(&file));
	}

	#[test]
	fn a_long_list_has_a_line_for_each_item() {
		let mut file = TaskFile::default();
		let accounts: Vec<String> = (0..20).map(|i| format!("//Dealer number {i}")).collect();
		file.set("dealer", Value::Many(accounts));
		let text = file.write(&[]);
		assert!(text.contains("dealer = [\n\t\"//Dealer number 0\",\n"), "{text}");
		assert!(text.lines().all(|line| line.chars().count() <= WIDTH + 2), "{text}");
		assert_eq!(written_and_read(&file), sorted(&file));
	}

	/// As a file has its keys.
	fn sorted(file: &TaskFile) -> TaskFile {
		let entries = keys().filter_map(|key| Some((key, file.get(key.name)?.clone())));
		TaskFile { entries: entries.collect() }
	}

	fn written_and_read(file: &TaskFile) -> TaskFile {
		let text = file.write(&[]);
		TaskFile::read(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
	}

	fn number() -> impl Strategy<Value = String> {
		"-?(0|[1-9][0-9]{0,9})(\\.[0-9]{0,8}[1-9])?".prop_filter("no zero with a sign", |text| {
			!text.trim_matches(['-', '0', '.']).is_empty() || !text.starts_with('-')
		})
	}

	fn text() -> impl Strategy<Value = String> {
		"\\PC{0,6}[a-z\"\\\\\u{0}-\u{1f}\u{202e}]\\PC{0,3}"
			.prop_map(|text| text.trim().to_owned())
			.prop_filter("not empty", |text| !text.is_empty())
	}

	proptest! {
		#[test]
		fn what_is_written_is_read_as_the_same(
			names in prop::collection::vec(text(), 1..4),
			bounds in prop::collection::vec((number(), number()), 4),
			numbers in prop::collection::vec(number(), 0..5),
			whole: u32,
			is_on: bool,
		) {
			let mut names = names;
			names.sort();
			names.dedup();
			let mut file = TaskFile::default();
			let ranges: Vec<_> =
				names.iter().cloned().zip(bounds.iter().map(|(a, b)| vec![a.clone(), b.clone()])).collect();
			file.set("columns", Value::Many(names.clone()));
			file.set("range", Value::Columns(ranges));
			file.set("edges", Value::Many(numbers));
			file.set("max-rows", Value::One(whole.to_string()));
			file.set("round", Value::Switch(is_on));
			file.set("sheet", Value::One(names[0].clone()));
			prop_assert_eq!(written_and_read(&file), sorted(&file));
		}
	}
}
