//! The tables of `docs/results/` and of `docs/SCALING.md`, between the markers of those pages.

pub mod bulletproofs;
pub mod chain;
pub mod scaling;
pub mod schemes;
pub mod targets;

use anyhow::{Context, Result};
use std::{fs, path::Path};

/// Puts `text` between the markers of a section.
///
/// # Errors
/// If the page cannot be read or written, or has no such section.
pub fn update(file: &Path, section: &str, text: &str) -> Result<()> {
	let old =
		fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
	let (open, close) = (
		format!("<!-- experiments: {section} -->\n"),
		format!("<!-- end of experiments: {section} -->"),
	);
	let missing = |marker: &str| format!("{} has no marker {marker}", file.display());
	let (before, rest) = old.split_once(&open).with_context(|| missing(&open))?;
	let (_, after) = rest.split_once(&close).with_context(|| missing(&close))?;
	let new = format!("{before}{open}{text}{close}{after}");
	fs::write(file, new).with_context(|| format!("cannot write {}", file.display()))
}

/// The first line of a section: the command that makes it, and what it was measured on.
pub fn made_by(part: &str, measured_on: &str) -> String {
	format!("\n`make experiments ARGS=\"--only {part}\"`. {measured_on}\n")
}

/// Three significant digits.
pub fn digits(value: f64) -> String {
	let decimals =
		if value == 0. { 0 } else { (2 - value.abs().log10().floor() as i32).clamp(0, 5) };
	format!("{value:.*}", decimals as usize)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_section_is_replaced_and_nothing_else() {
		let file = std::env::temp_dir().join(format!("ostraka-tables-{}.md", std::process::id()));
		let text = "a\n<!-- experiments: x -->\nold\n<!-- end of experiments: x -->\nb\n";
		fs::write(&file, text).unwrap();
		update(&file, "x", "new\n").unwrap();
		assert_eq!(fs::read_to_string(&file).unwrap(), text.replace("old", "new"));
		assert!(update(&file, "y", "").is_err());
		fs::remove_file(file).unwrap();
	}

	#[test]
	fn every_section_that_is_written_has_its_place() {
		let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
		for (page, section) in crate::SECTIONS {
			let text = fs::read_to_string(docs.join(page)).unwrap();
			for marker in ["experiments", "end of experiments"] {
				let marker = format!("<!-- {marker}: {section} -->");
				assert_eq!(text.matches(&marker).count(), 1, "{page}: {marker}");
			}
		}
	}

	#[test]
	fn figures_have_three_digits() {
		assert_eq!(
			[0.012_34, 1.234_5, 123.45, 123_456., 0.].map(digits),
			["0.0123", "1.23", "123", "123456", "0"]
		);
	}
}
