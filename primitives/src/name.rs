//! Which characters a name may not hold: a terminal acts on them, or a reader does not see them.
//!
//! Names of columns and groups are the requester's, and a dealer reads them before it consents. A control character can
//! overwrite what stands on the screen, a bidirectional one changes the order in which a line is read, and an invisible
//! one makes two names look the same.

/// Ranges of characters that are not seen or that reorder a line, both ends included: the format characters (general
/// category Cf) that have no glyph, the other default ignorable code points, and the line and paragraph separators,
/// of Unicode 16.
const HIDDEN: [(char, char); 18] = [
	('\u{ad}', '\u{ad}'),       // soft hyphen
	('\u{34f}', '\u{34f}'),     // combining grapheme joiner
	('\u{61c}', '\u{61c}'),     // Arabic letter mark
	('\u{115f}', '\u{1160}'),   // Hangul fillers
	('\u{17b4}', '\u{17b5}'),   // Khmer inherent vowels
	('\u{180b}', '\u{180f}'),   // Mongolian variation selectors and vowel separator
	('\u{200b}', '\u{200f}'),   // zero width space and joiners, marks of direction
	('\u{2028}', '\u{202e}'), // separators of lines and paragraphs, embeddings and overrides of direction
	('\u{2060}', '\u{206f}'), // word joiner, invisible operators, isolates, deprecated format characters
	('\u{3164}', '\u{3164}'), // Hangul filler
	('\u{fe00}', '\u{fe0f}'), // variation selectors
	('\u{feff}', '\u{feff}'), // byte order mark
	('\u{ffa0}', '\u{ffa0}'), // half-width Hangul filler
	('\u{fff0}', '\u{fffb}'), // unassigned and ignored, interlinear annotations
	('\u{13430}', '\u{1343f}'), // Egyptian hieroglyph format controls
	('\u{1bca0}', '\u{1bca3}'), // shorthand format controls
	('\u{1d173}', '\u{1d17a}'), // musical format controls
	('\u{e0000}', '\u{e0fff}'), // tags, variation selectors, unassigned and ignored
];

/// Whether a terminal acts on a character (control characters), or a reader does not see it (format characters,
/// bidirectional and other, and whatever else has no width and no glyph).
pub fn is_hidden(character: char) -> bool {
	character.is_control()
		|| HIDDEN.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_a_terminal_acts_on_is_hidden() {
		let controls = (0..0x20).chain(0x7f..0xa0).filter_map(char::from_u32);
		for control in controls.chain("\u{2028}\u{2029}".chars()) {
			assert!(is_hidden(control), "{control:?}");
		}
	}

	#[test]
	fn what_a_reader_does_not_see_is_hidden() {
		let ranges = [(0x200b, 0x200f), (0x202a, 0x202e), (0x2060, 0x2069), (0xe0020, 0xe007f)];
		let ranges = ranges.into_iter().flat_map(|(first, last)| first..=last);
		let single = [0xad, 0x34f, 0x61c, 0x180e, 0x3164, 0xfe0f, 0xfeff, 0xfff9, 0xe0001, 0xe01ef];
		for code in ranges.chain(single) {
			let character = char::from_u32(code).expect("no surrogate");
			assert!(is_hidden(character), "{character:?}");
		}
	}

	#[test]
	fn letters_of_any_script_are_seen() {
		let names =
			"salary (EUR) #1 Gehälter зарплата 給与 연봉 مرتب משכורת वेतन ค่าจ้าง é \u{e9} 🧾 ½ €";
		assert_eq!(names.chars().find(|character| is_hidden(*character)), None);
	}

	#[test]
	fn the_ranges_rise() {
		assert!(HIDDEN.iter().all(|(first, last)| first <= last));
		assert!(HIDDEN.windows(2).all(|pair| pair[0].1 < pair[1].0));
	}
}
