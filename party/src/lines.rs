//! Outcomes as lines of name and value.

use crate::{escape::escaped, json};
use alloc::{
	borrow::ToOwned,
	format,
	string::{String, ToString},
	vec::Vec,
};
use ostraka_protocol::statistics::Value;
use serde_json::Value as Json;

/// Longest list that is shown on one line.
const MOST_ITEMS: usize = 60;

/// A tree of names as lines of name and value, safe to print: what is nested becomes `outer.inner`.
pub fn lines(value: &Value) -> Vec<(String, String)> {
	let mut lines = Vec::new();
	walk("", value, &|value| scalar(&json::value(value).to_json()), &mut lines);
	lines
}

/// The same with every number exact, as [`json::exact`] writes it.
pub fn exact_lines(value: &Value) -> Vec<(String, String)> {
	let mut lines = Vec::new();
	walk("", value, &|value| scalar(&json::exact(value).to_json()), &mut lines);
	lines
}

fn walk(
	name: &str,
	value: &Value,
	text: &impl Fn(&Value) -> String,
	lines: &mut Vec<(String, String)>,
) {
	match value {
		Value::Map(entries) if !entries.is_empty() => {
			for (key, entry) in entries {
				let key = escaped(key);
				let name = if name.is_empty() { key.into_owned() } else { format!("{name}.{key}") };
				walk(&name, entry, text, lines);
			}
		},
		Value::List(items) if items.iter().any(|item| matches!(item, Value::Map(_))) => {
			for (i, item) in items.iter().enumerate() {
				walk(&format!("{name}[{i}]"), item, text, lines);
			}
		},
		_ => lines.push((escaped(name).into_owned(), escaped(&text(value)).into_owned())),
	}
}

/// A value without structure as text, safe to print.
pub fn scalar(value: &Json) -> String {
	match value {
		Json::Null => "-".to_owned(),
		Json::String(text) => escaped(text).into_owned(),
		Json::Array(items) => {
			let mut text = items.iter().take(MOST_ITEMS).map(scalar).collect::<Vec<_>>().join(" ");
			if items.len() > MOST_ITEMS {
				text.push_str(" …");
			}
			text
		},
		Json::Number(number) if number.is_f64() => {
			number.as_f64().map_or_else(String::new, decimal)
		},
		other => other.to_string(),
	}
}

/// A number with ten digits that count: enough to read, the exact ones are compared elsewhere.
fn decimal(number: f64) -> String {
	const DIGITS: i32 = 10;
	if number == 0.0 || !number.is_finite() {
		return number.to_string();
	}
	let scientific = format!("{number:.9e}");
	let exponent =
		scientific.rsplit_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok());
	let Some(exponent @ -9..16) = exponent else { return scientific };
	let decimals = usize::try_from(DIGITS - 1 - exponent).unwrap_or(0);
	let text = format!("{number:.decimals$}");
	if text.contains('.') {
		text.trim_end_matches('0').trim_end_matches('.').to_owned()
	} else {
		text
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn numbers_are_shown_with_ten_digits() {
		let shown = [1.0 / 3.0, 79_412.738_885_324_78, 0.0, 2.5, 1e-12, 1e20, -1234.0]
			.map(|number| scalar(&Json::from(number)));
		let expected = [
			"0.3333333333",
			"79412.73889",
			"0",
			"2.5",
			"1.000000000e-12",
			"1.000000000e20",
			"-1234",
		];
		assert_eq!(shown, expected);
	}

	#[test]
	fn names_and_texts_of_others_are_safe_to_print() {
		let value = Value::Map(vec![("g\n\u{1b}".to_owned(), Value::Text("\u{202e}x".to_owned()))]);
		let expected = [("g\\u{a}\\u{1b}".to_owned(), "\\u{202e}x".to_owned())];
		assert_eq!(lines(&value), expected);
	}

	#[test]
	fn nested_names_are_joined() {
		let text = |text: &str| Value::Text(text.to_owned());
		let map = |name: &str, value| Value::Map(vec![(name.to_owned(), value)]);
		let list = Value::List(vec![text("1"), text("2")]);
		let value = Value::Map(vec![
			("b".to_owned(), map("c", list)),
			("a".to_owned(), Value::Null),
			("e".to_owned(), Value::List(vec![map("f", text("x"))])),
		]);
		let texts: Vec<String> =
			lines(&value).iter().map(|(name, value)| format!("{name}={value}")).collect();
		assert_eq!(texts, ["b.c=1 2", "a=-", "e[0].f=x"]);
		let coloured = map("a\u{1b}[31mRED", text("\u{202e}x"));
		assert_eq!(lines(&coloured), [("a\\u{1b}[31mRED".to_owned(), "\\u{202e}x".to_owned())]);
	}
}
