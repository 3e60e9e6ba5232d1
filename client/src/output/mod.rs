//! What the tool prints: results to standard output, as JSON or as tables; progress and errors to standard error.

pub mod progress;

use comfy_table::{presets, ContentArrangement, Table};
use serde::Serialize;

/// Prints a value as indented JSON.
pub fn print_json(value: &impl Serialize) {
	match serde_json::to_string_pretty(value) {
		Ok(text) => println!("{text}"),
		Err(error) => eprintln!("this cannot be written as JSON: {error}"),
	}
}

/// Columns of the terminal, as far as the environment tells.
fn width() -> u16 {
	const USUAL: u16 = 140;
	std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(USUAL)
}

/// An empty table under these heads.
pub fn table(heads: &[&str]) -> Table {
	let mut table = Table::new();
	table
		.load_preset(presets::UTF8_FULL_CONDENSED)
		.set_content_arrangement(ContentArrangement::Dynamic)
		.set_width(width())
		.set_header(heads);
	table
}
