//! Lists as CSV (RFC 4180), for a spreadsheet: a head of names, a line for each record, each ending in CR and LF.
//!
//! The names are those of the records' JSON, and so are the values: amounts count the token's smallest unit, what is not
//! there is an empty cell. Texts of others are safe in a spreadsheet as they are on a terminal: hidden characters are
//! spelled out (`\u{..}`, so no cell has a line break), and a cell that a spreadsheet would take for a formula has an
//! apostrophe in front. That is a cell which begins with `=`, `+`, `-` or `@` (or their wide forms) and is no number.

use crate::{error::Error, output::Output};
use ostraka_party::escape::escaped;
use serde::Serialize;
use serde_json::Value;

/// Writes records as CSV: of each the values of these names.
///
/// # Errors
/// `Output`; `Failed` if a record has no form in JSON.
pub fn write(
	names: &[&str],
	records: &[impl Serialize],
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let mut text = line(names.iter().map(|name| cell(name)));
	for record in records {
		let record = serde_json::to_value(record)
			.map_err(|error| Error::Failed(format!("this cannot be written as CSV: {error}")))?;
		text.push_str(&line(names.iter().map(|name| match record.get(name) {
			None | Some(Value::Null) => String::new(),
			Some(Value::String(text)) => cell(text),
			Some(other) => cell(&other.to_string()),
		})));
	}
	out.raw(text.as_bytes())
}

fn line(cells: impl Iterator<Item = String>) -> String {
	cells.collect::<Vec<_>>().join(",") + "\r\n"
}

/// A text as a cell.
fn cell(text: &str) -> String {
	let mut text = escaped(text).into_owned();
	if is_formula(&text) {
		text.insert(0, '\'');
	}
	match text.contains([',', '"', '\'', '\r', '\n']) || text.trim().len() != text.len() {
		true => format!("\"{}\"", text.replace('"', "\"\"")),
		false => text,
	}
}

/// Whether a spreadsheet would take a text for a formula.
fn is_formula(text: &str) -> bool {
	let begins = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
	begins && !text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::written;
	use serde_json::json;

	#[test]
	fn records_are_lines_under_their_names() {
		let records = [
			json!({ "task": 4, "title": "mean of a, b", "drawn_at": null, "active": true }),
			json!({ "task": 5, "title": "say \"x\"" }),
		];
		let text =
			written(false, |out| write(&["task", "title", "drawn_at", "active"], &records, out));
		assert_eq!(
			text,
			"task,title,drawn_at,active\r\n4,\"mean of a, b\",,true\r\n5,\"say \"\"x\"\"\",,\r\n"
		);
	}

	#[test]
	fn no_cell_is_a_formula() {
		for (text, expected) in [
			("=1+1", "\"'=1+1\""),
			("+x", "\"'+x\""),
			("-x", "\"'-x\""),
			("@SUM(A1)", "\"'@SUM(A1)\""),
			("-inf", "\"'-inf\""),
			(" =1", "\"' =1\""),
			("＝1+1", "\"'＝1+1\""),
			("=HYPERLINK(\"a\",\"b\")", "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\""),
			// numbers stay numbers
			("-5", "-5"),
			("-0.25", "-0.25"),
			("+7", "+7"),
			("1e3", "1e3"),
			("a=b", "a=b"),
			("", ""),
		] {
			assert_eq!(cell(text), expected, "{text}");
		}
	}

	#[test]
	fn what_nobody_sees_is_spelled_out() {
		let text = cell("a\r\n=1\t\u{1b}[1A\u{202e}");
		assert_eq!(text, "a\\u{d}\\u{a}=1\\u{9}\\u{1b}[1A\\u{202e}");
		// what hides a sign from the eye does not hide it from the rule
		assert_eq!(cell("\t=1"), "\\u{9}=1");
		assert_eq!(cell("\u{a0}=1"), format!("\"'{}\"", escaped("\u{a0}=1")));
	}
}
