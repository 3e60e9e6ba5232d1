//! Text of others, made safe to print.
//!
//! Names and titles in a chain's state, bytes of block bodies, and headers and cells of files are somebody else's. Printed
//! as they are, they could move the cursor, overwrite or hide lines, or look like another name. Every such text goes
//! through [`escaped`] on its way to a terminal; JSON escapes control characters by its own rules.

use alloc::{borrow::Cow, format, string::String};
use ostraka_primitives::name::is_hidden;

/// A text with every character that a terminal acts on, or that a reader does not see, as `\u{..}`. A line break is such
/// a character, so the result is one line. Borrows if there is nothing to escape. A backslash stays, so the result is
/// for reading, not for parsing.
pub fn escaped(text: &str) -> Cow<'_, str> {
	spelled(text, is_hidden, |character, safe| safe.extend(character.escape_unicode()))
}

/// A text of several lines: as [`escaped`], but line breaks stay.
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
	spelled(text, is_hidden_in_lines, |character, safe| safe.extend(character.escape_unicode()))
}

/// JSON text with the hidden characters of its strings as escapes of JSON: the same value. Outside strings JSON has no
/// hidden characters but line breaks.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
	spelled(json, is_hidden_in_lines, |character, safe| {
		for unit in character.encode_utf16(&mut [0; 2]) {
			safe.push_str(&format!("\\u{unit:04x}"));
		}
	})
}

fn is_hidden_in_lines(character: char) -> bool {
	character != '\n' && is_hidden(character)
}

fn spelled(
	text: &str,
	is_spelled: impl Fn(char) -> bool,
	spell: impl Fn(char, &mut String),
) -> Cow<'_, str> {
	if !text.chars().any(&is_spelled) {
		return Cow::Borrowed(text);
	}
	let mut safe = String::with_capacity(2 * text.len());
	for character in text.chars() {
		if is_spelled(character) {
			spell(character, &mut safe);
		} else {
			safe.push(character);
		}
	}
	Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_is_seen_stays_as_it_is() {
		let text = "Gehälter (€) \\ 給与 «a, b»";
		assert!(matches!(escaped(text), Cow::Borrowed(same) if same == text));
	}

	#[test]
	fn no_cursor_moves() {
		assert_eq!(escaped("\u{1b}[5A\u{1b}[Jtask 7"), "\\u{1b}[5A\\u{1b}[Jtask 7");
		assert_eq!(escaped("a\r\nb\tc\u{7f}\u{9b}2J"), "a\\u{d}\\u{a}b\\u{9}c\\u{7f}\\u{9b}2J");
	}

	#[test]
	fn line_breaks_stay_where_lines_are_meant() {
		assert_eq!(escaped_lines("a\n  b\r\u{1b}c"), "a\n  b\\u{d}\\u{1b}c");
		assert!(matches!(escaped_lines("a\nb"), Cow::Borrowed("a\nb")));
	}

	#[test]
	fn json_stays_the_same_value() {
		let value = serde_json::json!({ "a\u{9b}": ["\u{202e}\u{e0041}", "\u{1b}\n", "é"] });
		let text = serde_json::to_string_pretty(&value).expect("JSON");
		let safe = escaped_json(&text);
		assert!(!safe.chars().any(|c| c != '\n' && is_hidden(c)), "{safe}");
		assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).expect("JSON"), value);
	}

	#[test]
	fn no_line_is_reordered() {
		assert_eq!(escaped("pay\u{202e}\u{2066}x"), "pay\\u{202e}\\u{2066}x");
	}

	#[test]
	fn no_two_names_look_the_same() {
		for invisible in ["\u{200b}", "\u{ad}", "\u{feff}", "\u{3164}", "\u{e0041}"] {
			let name = format!("sal{invisible}ary");
			assert_ne!(escaped(&name), "salary");
			assert!(escaped(&name).is_ascii(), "{}", escaped(&name));
		}
	}
}
