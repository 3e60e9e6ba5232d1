//! Lists of names, as flags have them.
//!
//! Names are separated by commas. A name with a comma or a double quote in it is written in double quotes, a quote in it
//! twice, as in CSV. White space around a name does not count, as it does not count around a cell.

use crate::escape::escaped;

/// Reads a list of names.
///
/// # Errors
/// What is wrong with it.
pub fn list(text: &str) -> Result<Vec<String>, String> {
	let wrong = |what: &str| format!("`{}`: {what}", escaped(text));
	let mut names = Vec::new();
	let mut rest = text;
	loop {
		let start = rest.trim_start();
		let (name, after) = match start.strip_prefix('"') {
			Some(quoted) => {
				let (name, after) =
					unquote(quoted).ok_or_else(|| wrong("a double quote is not closed"))?;
				let after = after.trim_start();
				if !after.is_empty() && !after.starts_with(',') {
					return Err(wrong("there is text behind a name in double quotes"));
				}
				(name, after)
			},
			None => {
				let end = start.find(',').unwrap_or(start.len());
				let (name, after) = start.split_at(end);
				(name.to_owned(), after)
			},
		};
		let name = name.trim();
		if name.is_empty() {
			return Err(wrong("a name is empty"));
		}
		names.push(name.to_owned());
		match after.strip_prefix(',') {
			Some(after) => rest = after,
			None => return Ok(names),
		}
	}
}

/// Reads one name, in double quotes or without: without them a comma belongs to it.
///
/// # Errors
/// What is wrong with it.
pub fn one(text: &str) -> Result<String, String> {
	let text = text.trim();
	if !text.starts_with('"') {
		return Ok(text.to_owned());
	}
	match list(text)?.as_slice() {
		[name] => Ok(name.clone()),
		_ => Err(format!("`{}`: one name is wanted here", escaped(text))),
	}
}

/// Reads a list of columns. If a text as a whole names one of the columns that there are, it means that one, commas and all.
///
/// # Errors
/// What is wrong with it; that it can be read in two ways.
pub fn columns(text: &str, there_are: &[String]) -> Result<Vec<String>, String> {
	let is_there = |name: &String| there_are.contains(name);
	let whole = text.trim().to_owned();
	if !whole.contains(',') || !is_there(&whole) {
		return list(text);
	}
	match list(text) {
		Ok(names) if names.len() > 1 && names.iter().all(is_there) => Err(format!(
			"`{}` is one column, and there are columns of these names too: write names in double quotes",
			escaped(text)
		)),
		_ => Ok(vec![whole]),
	}
}

/// The text before the closing quote, and what is behind it.
fn unquote(text: &str) -> Option<(String, &str)> {
	let mut name = String::new();
	let mut rest = text;
	loop {
		let (before, after) = rest.split_once('"')?;
		name.push_str(before);
		match after.strip_prefix('"') {
			Some(after) => {
				name.push('"');
				rest = after;
			},
			None => return Some((name, after)),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn names(names: &[&str]) -> Vec<String> {
		names.iter().map(|name| (*name).to_owned()).collect()
	}

	#[test]
	fn commas_separate_names_and_quotes_hold_them() {
		for (text, expected) in [
			("a", &["a"][..]),
			("n, s", &["n", "s"]),
			("\"Income, net (EUR)\"", &["Income, net (EUR)"]),
			("age, \"Income, net\" ,x", &["age", "Income, net", "x"]),
			("\"6\"\" pipe\"", &["6\" pipe"]),
			("6\" pipe,b", &["6\" pipe", "b"]),
			("\"Trantor, CA\",Rome", &["Trantor, CA", "Rome"]),
		] {
			assert_eq!(list(text), Ok(names(expected)), "{text}");
		}
		for (text, expected) in [
			("", "empty"),
			("a,,b", "empty"),
			("a,", "empty"),
			("\"a", "not closed"),
			("\"a\"b,c", "behind a name"),
			("\" \"", "empty"),
		] {
			let message = list(text).expect_err(text);
			assert!(message.contains(expected), "{message}");
		}
		assert_eq!(one("Income, net").as_deref(), Ok("Income, net"));
		assert_eq!(one(" \"Income, net\" ").as_deref(), Ok("Income, net"));
		assert!(one("\"a\",\"b\"").is_err());
	}

	#[test]
	fn a_column_as_a_whole_comes_first_unless_it_can_be_read_in_two_ways() {
		let there_are = names(&["clinic", "Income, net (EUR)", "a", "b", "a,b"]);
		let read = |text| columns(text, &there_are);
		assert_eq!(read("Income, net (EUR)"), Ok(names(&["Income, net (EUR)"])));
		assert_eq!(read("\"Income, net (EUR)\",a"), Ok(names(&["Income, net (EUR)", "a"])));
		assert_eq!(read("a, clinic"), Ok(names(&["a", "clinic"])));
		assert!(read("a,b").expect_err("two ways").contains("double quotes"));
		assert_eq!(read("\"a,b\""), Ok(names(&["a,b"])));
		assert_eq!(read("\"a\",\"b\""), Ok(names(&["a", "b"])));
	}
}
