//! Ostraka beside its peers: the tables of `docs/results/{indicators,timing,sizes,limits}.md`.

use super::digits;
use crate::{
	indicators::{Column, Indicator},
	limits::Line,
	stats::slope,
	store::Row,
};
use anyhow::Result;
use std::{collections::BTreeMap, fmt::Write, path::Path};

/// What the rows were measured on.
pub fn measured_on(rows: &[Row]) -> String {
	let mut notes: Vec<&str> = rows.iter().map(|row| row.measured_on.as_str()).collect();
	notes.sort_unstable();
	notes.dedup();
	format!("{}. One thread.", notes.join(". Some rows: "))
}

fn lengths(rows: &[Row]) -> Vec<usize> {
	let mut lengths: Vec<_> = rows.iter().map(|row| row.length).collect();
	lengths.sort_unstable();
	lengths.dedup();
	lengths
}

/// Experiment 2: one table a length, at the largest number of users, with the slope over all.
pub fn timing(rows: &[Row]) -> String {
	let mut text = String::new();
	for length in lengths(rows) {
		let mut of: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
		for row in rows.iter().filter(|row| row.length == length) {
			of.entry(&row.scheme).or_default().push(row);
		}
		let most = of.values().flatten().map(|row| row.users).max().unwrap_or_default();
		let _ = write!(
			text,
			"\nL = {length}, N = {most}:\n\n| scheme | client, ms (quartiles) | busiest server, ms | all servers, ms | total, ms | \
			 slope, ms a user | bytes a user |\n|---|---|---|---|---|---|---|\n"
		);
		let mut lines: Vec<_> = of
			.values()
			.filter_map(|rows| {
				let row = rows.iter().find(|row| row.users == most)?;
				let points: Vec<_> =
					rows.iter().map(|row| (row.users as f64, row.total_ms)).collect();
				Some((row, slope(&points)))
			})
			.collect();
		lines.sort_by(|a, b| a.0.total_ms.total_cmp(&b.0.total_ms));
		for (row, slope) in lines {
			let _ = writeln!(
				text,
				"| {} | {} ({} to {}) | {} | {} | {} | {} | {} |",
				row.scheme,
				digits(row.client_ms),
				digits(row.client_quartiles.0),
				digits(row.client_quartiles.1),
				digits(row.node_ms),
				digits(row.server_ms),
				digits(row.total_ms),
				digits(slope),
				row.bytes_per_user
			);
		}
	}
	text + "\n"
}

/// A plain table of all rows, against `users` and `length`.
pub fn sizes(rows: &[Row]) -> String {
	let mut text = String::from(
		"\n| scheme | L | N | client, ms | a server's time a user, ms | all servers, s | bytes a user |\n|---|---|---|---|---|---|---|\n",
	);
	let mut rows: Vec<_> = rows.iter().collect();
	rows.sort_by_key(|row| (row.length, row.users, row.scheme.clone()));
	for row in rows {
		let _ = writeln!(
			text,
			"| {} | {} | {} | {} | {} | {} | {} |",
			row.scheme,
			row.length,
			row.users,
			digits(row.client_ms),
			digits(row.node_ms / row.users as f64),
			digits(row.server_ms / 1e3),
			row.bytes_per_user
		);
	}
	text + "\n"
}

/// Experiment 1: definitions, the table, and what each cell rests on.
pub fn indicators(columns: &[Column]) -> String {
	let mut text = String::from("\n");
	for indicator in Indicator::ALL {
		let _ = writeln!(text, "- **{indicator}**: {}", indicator.definition());
	}
	text += "\n| |";
	columns.iter().for_each(|column| text += &format!(" {} |", column.name));
	text += "\n|---|";
	columns.iter().for_each(|_| text += "---|");
	for (place, indicator) in Indicator::ALL.iter().enumerate() {
		let _ = write!(text, "\n| {indicator} |");
		for column in columns {
			text += if column.findings[place].met { " met |" } else { " not met |" };
		}
	}
	text += "\n| met |";
	columns.iter().for_each(|column| text += &format!(" {} |", column.met()));
	text += "\n\nWhat each cell rests on:\n";
	for column in columns {
		let _ = writeln!(text, "\n*{}* ({}):", column.name, column.deployment);
		for (indicator, finding) in Indicator::ALL.iter().zip(&column.findings) {
			let met = if finding.met { "met" } else { "not met" };
			let _ = writeln!(text, "- {indicator}, {met}: {}.", finding.evidence);
		}
	}
	text + "\n"
}

/// The indicators as CSV.
pub fn indicators_csv(columns: &[Column], file: &Path) -> Result<()> {
	let mut writer = csv::Writer::from_path(file)?;
	writer.write_record(["indicator", "scheme", "deployment", "met", "evidence"])?;
	for column in columns {
		for (indicator, finding) in Indicator::ALL.iter().zip(&column.findings) {
			let met = finding.met.to_string();
			let fields =
				[&indicator.to_string(), column.name, column.deployment, &met, &finding.evidence];
			writer.write_record(fields)?;
		}
	}
	Ok(writer.flush()?)
}

/// The distance to the limit: one table an operation.
pub fn limits(lines: &[Line]) -> String {
	let mut operations: Vec<&str> = Vec::new();
	for line in lines {
		if !operations.contains(&line.operation.as_str()) {
			operations.push(&line.operation);
		}
	}
	let mut text = String::new();
	for operation in operations {
		let mut header = String::new();
		let mut body = String::new();
		for line in lines.iter().filter(|line| line.operation == operation) {
			header = String::from("| size | ours, µs (fastest to slowest) |");
			let (low, high) = (digits(line.spread.0), digits(line.spread.1));
			let _ = write!(body, "| {} | {} ({low} to {high}) |", line.size, digits(line.ours));
			for (name, other) in &line.others {
				let _ = write!(header, " {name}, µs | ours over {name} |");
				let _ = write!(body, " {} | {} |", digits(*other), digits(line.ours / other));
			}
			body += "\n";
		}
		let rule = "---|".repeat(header.matches('|').count() - 1);
		let _ = write!(text, "\n{operation}:\n\n{header}\n|{rule}\n{body}");
	}
	text + "\n"
}
