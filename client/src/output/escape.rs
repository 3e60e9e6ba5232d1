//! Text of others, made safe to print.
//!
//! Names and titles in a chain's state, bytes of block bodies, and headers and cells of files are somebody else's. Printed
//! as they are, they could move the cursor, overwrite or hide lines, or look like another name. Every such text goes
//! through [`escaped`] on its way to a terminal; JSON escapes control characters by its own rules.

use ostraka_primitives::name::is_hidden;
use std::borrow::Cow;

/// A text with every character that a terminal acts on, or that a reader does not see, as `\u{..}`. A line break is such
/// a character, so the result is one line. Borrows if there is nothing to escape. A backslash stays, so the result is
/// for reading, not for parsing.
pub fn escaped(text: &str) -> Cow<'_, str> {
	if !text.chars().any(is_hidden) {
		return Cow::Borrowed(text);
	}
	let mut safe = String::with_capacity(2 * text.len());
	for character in text.chars() {
		if is_hidden(character) {
			safe.extend(character.escape_unicode());
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
