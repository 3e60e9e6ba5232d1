//! Texts that stand for a missing number.

/// The texts, compared without regard to case, beside the empty cell and what a flag names. A column of text keeps them:
/// there `NA` may be Namibia, and `-` an answer.
pub const MARKERS: [&str; 6] = ["NA", "N/A", "#N/A", "null", "NaN", "-"];

/// Whether a text stands for a missing number.
pub fn is_marker(text: &str) -> bool {
	MARKERS.iter().any(|marker| marker.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
	use super::is_marker;

	#[test]
	fn case_does_not_matter_and_the_rest_does() {
		for text in ["NA", "na", "n/a", "NULL", "nan", "-", "#n/a"] {
			assert!(is_marker(text), "{text}");
		}
		for text in ["", "0", "--", "-nan", "none", "NAN1", ".", "inf"] {
			assert!(!is_marker(text), "{text}");
		}
	}
}
