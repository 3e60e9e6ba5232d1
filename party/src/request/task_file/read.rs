//! Reading a task file.

use super::{
	keys::{find, keys, near, Key, Kind},
	node::Node,
	TaskFile, TaskFileError, Value,
};
use crate::{data::decimal::Decimal, escape::escaped};
use ostraka_primitives::spec::MAX_DECIMALS;
use toml::Spanned;

/// Flags that a file has no key for.
const NO_KEYS: [&str; 8] =
	["suri", "key-file", "worker-suri", "worker-key-file", "url", "json", "yes", "task-file"];
/// Most digits of a number with a point for which the number that a computer holds is the one that is written.
const EXACT_DIGITS: usize = 15;

impl TaskFile {
	/// Reads the text of a task file.
	///
	/// # Errors
	/// What is wrong with it, and in which line.
	pub fn read(text: &str) -> Result<Self, TaskFileError> {
		let text = text.strip_prefix('\u{feff}').unwrap_or(text);
		let at = |place: usize, reason: String| {
			let before = text.as_bytes().get(..place).unwrap_or_default();
			let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
			TaskFileError { line: Some(line), reason }
		};
		let tree: Node = toml::from_str(text).map_err(|error| {
			let reason = form(error.message());
			match error.span() {
				Some(span) => at(span.start, reason),
				None => TaskFileError { line: None, reason },
			}
		})?;
		let Node::Table(table) = tree else { return Ok(Self::default()) };
		let mut file = Self::default();
		let mut of_columns = Vec::new();
		for (name, node) in &table {
			let place = name.span().start;
			let key = find(name.get_ref()).ok_or_else(|| at(place, unknown(name.get_ref())))?;
			let value = match (key.kind, node) {
				(Kind::Ranges | Kind::Decimals, Node::Table(columns)) => {
					of_columns.extend(columns.iter().map(|(column, _)| (key, column)));
					columns_of(key, columns).map_err(|(place, reason)| at(place, reason))?
				},
				_ => value(key, node)
					.map_err(|reason| at(place, format!("`{}`: {reason}", key.name)))?,
			};
			file.entries.push((key, value));
		}
		let there_are = file.columns();
		for (key, column) in of_columns {
			let name = column.get_ref().as_str();
			// columns may be left to the command line
			if !there_are.is_empty() && !there_are.contains(&name) {
				let meant = meant(near(name, there_are.iter().copied()));
				return Err(at(
					column.span().start,
					format!(
						"`{}` names `{}`, which is no column of this task{meant}",
						key.name,
						escaped(name)
					),
				));
			}
		}
		Ok(file)
	}
}

/// What the parser says, in one line.
fn form(message: &str) -> String {
	if message.contains("$__toml_private") {
		return "a date is no value here: write it in quotes".to_owned();
	}
	let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
	format!("this is no TOML: {}", escaped(&lines.join(", ")))
}

fn unknown(name: &str) -> String {
	let shown = escaped(name);
	if NO_KEYS.contains(&name.replace('_', "-").as_str()) {
		return format!(
			"`{shown}` is no key: it is for the command line alone, as a task file is to be shown to others"
		);
	}
	let meant = meant(near(name, keys().map(|key| key.name)));
	format!("there is no key `{shown}`{meant}")
}

fn meant(near: Option<&str>) -> String {
	near.map_or_else(String::new, |near| format!("; did you mean `{}`?", escaped(near)))
}

/// The value of a key that has one for the whole task.
fn value(key: &Key, node: &Node) -> Result<Value, String> {
	let wanted =
		|what: &str| format!("{what} is wanted, as in {}, and this is {}", key.sample, node.what());
	let list = |what: &str, item: &dyn Fn(&Node) -> Result<String, String>| match node {
		Node::List(items) => items.iter().map(item).collect::<Result<Vec<_>, _>>().map(Value::Many),
		_ => Err(wanted(what)),
	};
	match key.kind {
		Kind::Word(words) => match node {
			Node::Text(word) => self::word(word, words).map(Value::One),
			_ => Err(wanted("a word in quotes")),
		},
		Kind::Text | Kind::Path | Kind::Name => match node {
			Node::Text(text) => text_of(text).map(Value::One),
			_ => Err(wanted("a text in quotes")),
		},
		Kind::Texts | Kind::Names => list("a list of texts", &|item| match item {
			Node::Text(text) => text_of(text),
			_ => Err(wanted("a list of texts in quotes")),
		}),
		Kind::Whole => whole(node).map(Value::One).ok_or_else(|| wanted("a whole number")),
		Kind::Number => number(node).map(Value::One),
		Kind::Numbers => list("a list of numbers", &number),
		Kind::Pair => pair(node, key.sample).map(Value::Many),
		Kind::Switch => match node {
			Node::Switch(is_on) => Ok(Value::Switch(*is_on)),
			_ => Err(wanted("true or false")),
		},
		Kind::Ranges | Kind::Decimals => {
			Err(format!("it has a value for each column, as in {}.{}", key.name, key.sample))
		},
	}
}

/// The values of a key that has one for each column; where something is wrong, and what.
fn columns_of(key: &Key, columns: &[(Spanned<String>, Node)]) -> Result<Value, (usize, String)> {
	let mut values = Vec::new();
	for (column, node) in columns {
		let name = column.get_ref();
		let numbers = match key.kind {
			Kind::Ranges => pair(node, "[0, 250000]"),
			_ => digits(node).map(|digits| vec![digits]),
		};
		let wrong =
			|reason| (column.span().start, format!("`{}.{}`: {reason}", key.name, escaped(name)));
		let name = text_of(name).map_err(wrong)?;
		values.push((name, numbers.map_err(wrong)?));
	}
	Ok(Value::Columns(values))
}

fn word(word: &str, words: &[&str]) -> Result<String, String> {
	match words.iter().find(|known| known.eq_ignore_ascii_case(word)) {
		Some(known) => Ok((*known).to_owned()),
		None => Err(format!(
			"there is no `{}`{}\n  there are: {}",
			escaped(word),
			meant(near(word, words.iter().copied())),
			words.join(", ")
		)),
	}
}

/// A text that is there: blanks around it do not count, as they do not count around a cell.
fn text_of(text: &str) -> Result<String, String> {
	match text.trim() {
		// a tab may be what separates cells
		"" if text == "\t" => Ok(text.to_owned()),
		"" => Err("it is empty; leave the key out".to_owned()),
		text => Ok(text.to_owned()),
	}
}

fn whole(node: &Node) -> Option<String> {
	match node {
		Node::Whole(number) => u32::try_from(*number).ok().map(|number| number.to_string()),
		_ => None,
	}
}

fn digits(node: &Node) -> Result<String, String> {
	let digits = whole(node)
		.filter(|digits| digits.parse::<u8>().is_ok_and(|digits| digits <= MAX_DECIMALS));
	digits.ok_or_else(|| format!("a whole number from 0 to {MAX_DECIMALS} is wanted"))
}

fn pair(node: &Node, sample: &str) -> Result<Vec<String>, String> {
	match node {
		Node::List(bounds) if bounds.len() == 2 => bounds.iter().map(number).collect(),
		_ => Err(format!("two numbers are wanted, the smaller one first, as in {sample}")),
	}
}

/// A number as text, exactly as it is written.
fn number(node: &Node) -> Result<String, String> {
	let text = match node {
		Node::Whole(number) => number.to_string(),
		Node::Float(number) => {
			let text = number.to_string();
			let digits: String = text.chars().filter(char::is_ascii_digit).collect();
			if digits.trim_matches('0').len() > EXACT_DIGITS {
				return Err(format!(
					"a number with so many digits ({text}) is written in quotes, or it would be rounded"
				));
			}
			text
		},
		Node::Text(text) => text.trim().to_owned(),
		_ => return Err(format!("a number is wanted, and this is {}", node.what())),
	};
	Decimal::parse(&text).map_err(|error| format!("`{}` {error}", escaped(&text)))?;
	Ok(text)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn refusal(text: &str) -> String {
		TaskFile::read(text).expect_err("something is wrong").to_string()
	}

	#[test]
	fn an_unknown_key_is_told_with_its_line_and_the_near_one() {
		let text = "# a comment\nstatistic = \"mean\"\n\ncolums = [\"x\"]\n";
		assert_eq!(refusal(text), "line 4: there is no key `colums`; did you mean `columns`?");
		assert_eq!(refusal("frobnicate = 1\n"), "line 1: there is no key `frobnicate`");
		let table = "statistic = \"mean\"\n[rnage]\nx = [0, 1]\n";
		assert_eq!(refusal(table), "line 2: there is no key `rnage`; did you mean `range`?");
		// what comes behind a table's head belongs to the table
		let below = "columns = [\"x\"]\n[range]\nx = [0, 1]\nfee = 2\n";
		assert!(refusal(below).starts_with("line 4: `range.fee`: two numbers are wanted"));
		assert_eq!(refusal("\u{feff}\"a\\u001bb\" = 1\n"), "line 1: there is no key `a\\u{1b}b`");
	}

	#[test]
	fn secrets_are_no_keys() {
		for name in ["suri", "key-file", "key_file", "url"] {
			let said = refusal(&format!("\n{name} = \"//Alice\"\n"));
			assert!(said.starts_with("line 2: `") && said.contains("command line alone"), "{said}");
			assert!(!said.contains("//Alice"), "{said}");
		}
	}

	#[test]
	fn values_of_another_kind_are_told_with_their_line() {
		for (line, parts) in [
			(
				"statistic = \"meen\"",
				&["there is no `meen`", "did you mean `mean`?", "vector-mean"][..],
			),
			("statistic = 1", &["`statistic`: a word in quotes is wanted", "this is a number"]),
			("class = \"secret\"", &["there is no `secret`", "confidential"]),
			(
				"columns = \"x\"",
				&["a list of texts is wanted, as in [\"income\"]", "this is a text"],
			),
			("columns = [1]", &["a list of texts in quotes"]),
			("columns = [\" \"]", &["it is empty"]),
			("target = [\"x\"]", &["a text in quotes", "this is a list"]),
			("bins = -1", &["a whole number is wanted"]),
			("bins = 1.5", &["a whole number is wanted"]),
			("bins = 5000000000", &["a whole number is wanted"]),
			("fee = true", &["a number is wanted, and this is true or false"]),
			("fee = \"much\"", &["`much` is not a number"]),
			("fee = inf", &["is not a finite number"]),
			("least-dealers = \"8\"", &["`least-dealers`: a whole number is wanted"]),
			("require = \"//Bob\"", &["`require`: a list of texts is wanted"]),
			("counted-by = -1", &["a whole number is wanted"]),
			("sealed-to = [\"self\"]", &["`sealed-to`: a text in quotes", "this is a list"]),
			("edges = [1, \"x\"]", &["`x` is not a number"]),
			(
				"between = [1]",
				&["two numbers are wanted, the smaller one first, as in [1000, 2000]"],
			),
			("round = \"yes\"", &["true or false is wanted"]),
			("range = 1", &["a value for each column, as in range.income = [0, 250000]"]),
			("range.x = 3", &["`range.x`: two numbers are wanted"]),
			("decimals.x = 10", &["`decimals.x`: a whole number from 0 to 9"]),
			("decimals.x = 1.5", &["`decimals.x`: a whole number from 0 to 9"]),
			("max-rows = 1979-05-27", &["a date is no value here"]),
			("fee = 123456789.123456789", &["so many digits", "in quotes"]),
		] {
			let said = refusal(&format!("# first\n{line}\n"));
			assert!(said.starts_with("line 2: "), "{line}: {said}");
			for part in parts {
				assert!(said.contains(part), "{line}: `{said}` does not say `{part}`");
			}
		}
	}

	#[test]
	fn what_is_no_toml_is_told_with_its_line() {
		for text in ["a\n\"b", "statistic = \"mean\"\nstatistic = \"sum\"\n", "x = 1\n= 2\n"] {
			let said = refusal(text);
			assert!(said.starts_with("line ") && said.contains("no TOML"), "{said}");
			assert_eq!(said.lines().count(), 1, "{said}");
		}
	}

	#[test]
	fn a_range_of_no_column_is_told() {
		let text = "columns = [\"income\"]\nweight = \"hours\"\nrange.hours = [0, 9]\nrange.incom = [0, 9]\n";
		assert_eq!(
			refusal(text),
			"line 4: `range` names `incom`, which is no column of this task; did you mean `income`?"
		);
		assert!(refusal("columns = [\"x\"]\ndecimals.z = 1\n")
			.starts_with("line 2: `decimals` names `z`"));
		// columns may be left to the command line
		assert!(TaskFile::read("range.z = [0, 1]\n").is_ok());
	}

	#[test]
	fn numbers_are_what_is_written() {
		let file = TaskFile::read(
			"edges = [0.1, 1_000, 2.50, -3, \"123456789.123456789\", 1e3, 0x10]\nfee = \" 7 \"\nseparator = \"\\t\"\n",
		)
		.expect("well-formed");
		let edges = ["0.1", "1000", "2.5", "-3", "123456789.123456789", "1000", "16"];
		assert_eq!(file.get("edges"), Some(&Value::Many(edges.map(str::to_owned).to_vec())));
		assert_eq!(file.get("fee"), Some(&Value::One("7".to_owned())));
		assert_eq!(file.get("separator"), Some(&Value::One("\t".to_owned())));
	}

	#[test]
	fn an_empty_file_says_nothing() {
		for text in ["", "\n# nothing\n", "\u{feff}"] {
			assert_eq!(TaskFile::read(text), Ok(TaskFile::default()));
		}
	}

	#[test]
	fn every_sample_is_a_value() {
		for key in keys() {
			let text = match key.kind {
				Kind::Ranges | Kind::Decimals => format!("{}.{}\n", key.name, key.sample),
				_ => format!("{} = {}\n", key.name, key.sample),
			};
			let file = TaskFile::read(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
			assert_eq!(
				file.flags().len(),
				file.entries
					.iter()
					.map(|(_, value)| match value {
						Value::Many(names) if key.kind == Kind::Names => names.len(),
						_ => 1,
					})
					.sum::<usize>()
			);
		}
	}

	proptest! {
		#[test]
		fn any_text_is_read_or_refused(text in "(\\PC|[\n\"'=\\[\\].#{}]){0,60}") {
			let read = TaskFile::read(&text);
			prop_assert!(read.is_ok() || !read.unwrap_err().reason.is_empty());
		}

		#[test]
		fn any_value_of_a_key_is_read_or_refused(key in 0..keys().count(), value in "[-+0-9a-z.\"\\[\\], ]{1,12}") {
			let name = keys().nth(key).map_or("", |key| key.name);
			if let Err(error) = TaskFile::read(&format!("\n{name} = {value}\n")) {
				prop_assert!(error.line.is_some_and(|line| line >= 2), "{error}");
			}
		}
	}
}
