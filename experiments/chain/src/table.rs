//! A CSV file of rows, written one at a time, so that a run that was ended goes on where it stopped.

use anyhow::{Context, Result};
use serde::{de::DeserializeOwned, Serialize};
use std::{
	fs::{self, OpenOptions},
	path::{Path, PathBuf},
};

/// The file, and what is in it.
pub struct Table<T> {
	file: PathBuf,
	rows: Vec<T>,
}

impl<T: Serialize + DeserializeOwned> Table<T> {
	/// Opens `<folder>/<name>.csv`; with `fresh`, empties it.
	///
	/// # Errors
	/// If it cannot be read, or was written by another version of this program.
	pub fn open(folder: &Path, name: &str, fresh: bool) -> Result<Self> {
		fs::create_dir_all(folder)
			.with_context(|| format!("{} cannot be made", folder.display()))?;
		let file = folder.join(format!("{name}.csv"));
		if fresh && file.exists() {
			fs::remove_file(&file)
				.with_context(|| format!("{} cannot be removed", file.display()))?;
		}
		let mut table = Self { file, rows: Vec::new() };
		if table.file.exists() {
			let rows = table.read();
			table.rows = rows.with_context(|| {
				format!(
					"{}: not as this program writes it; begin anew with --fresh",
					table.file.display()
				)
			})?;
		}
		Ok(table)
	}

	fn read(&self) -> Result<Vec<T>> {
		let mut reader = csv::Reader::from_path(&self.file)?;
		Ok(reader.deserialize().collect::<Result<_, _>>()?)
	}

	/// Adds a row. The first one brings the columns' names with it.
	///
	/// # Errors
	/// If it cannot be written.
	pub fn add(&mut self, row: T) -> Result<()> {
		let write = || -> Result<()> {
			let file = OpenOptions::new().create(true).append(true).open(&self.file)?;
			let is_empty = file.metadata()?.len() == 0;
			let mut writer = csv::WriterBuilder::new().has_headers(is_empty).from_writer(file);
			writer.serialize(&row)?;
			Ok(writer.flush()?)
		};
		write().with_context(|| format!("{} cannot be written", self.file.display()))?;
		self.rows.push(row);
		Ok(())
	}

	/// The rows.
	pub fn rows(&self) -> &[T] {
		&self.rows
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde::Deserialize;

	#[derive(Debug, PartialEq, Serialize, Deserialize)]
	struct Row {
		name: String,
		value: Option<u32>,
	}

	#[test]
	fn rows_come_back_with_one_header() {
		let folder = tempfile::tempdir().expect("a temporary directory");
		let row = |value| Row { name: "a, b".to_owned(), value };
		let mut table = Table::open(folder.path(), "t", false).expect("opened");
		table.add(row(Some(1))).expect("written");
		let mut table: Table<Row> = Table::open(folder.path(), "t", false).expect("opened");
		table.add(row(None)).expect("written");
		let table: Table<Row> = Table::open(folder.path(), "t", false).expect("opened");
		assert_eq!(table.rows(), [row(Some(1)), row(None)]);
		let text = std::fs::read_to_string(folder.path().join("t.csv")).expect("read");
		assert_eq!(text, "name,value\n\"a, b\",1\n\"a, b\",\n");
		let table: Table<Row> = Table::open(folder.path(), "t", true).expect("opened");
		assert!(table.rows().is_empty());
	}

	#[test]
	fn another_programs_file_is_refused() {
		let folder = tempfile::tempdir().expect("a temporary directory");
		std::fs::write(folder.path().join("t.csv"), "x\n1\n").expect("written");
		let message = Table::<Row>::open(folder.path(), "t", false).err().map(|e| e.to_string());
		assert!(message.is_some_and(|message| message.contains("--fresh")));
	}
}
