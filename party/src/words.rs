//! Plurals.

use alloc::{format, string::String};

/// A number and what it counts: `1 dealer`, `2 dealers`.
pub fn counted(number: usize, what: &str) -> String {
	let s = if number == 1 { "" } else { "s" };
	format!("{number} {what}{s}")
}

/// `is` of one, `are` of more.
pub fn is_or_are(number: usize) -> &'static str {
	if number == 1 {
		"is"
	} else {
		"are"
	}
}

/// `learns` of one, `learn` of more.
pub fn learn_or_learns(number: usize) -> &'static str {
	if number == 1 {
		"learns"
	} else {
		"learn"
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn one_is_not_many() {
		let counted = [0, 1, 2].map(|number| counted(number, "dealer"));
		assert_eq!(counted, ["0 dealers", "1 dealer", "2 dealers"]);
		assert_eq!([1, 2].map(is_or_are), ["is", "are"]);
		assert_eq!([1, 2].map(learn_or_learns), ["learns", "learn"]);
	}
}
