//! The flags of data files.

use crate::{
	data::{DataError, Table},
	plan,
};
use clap::Args;
use std::path::PathBuf;

/// How a CSV file is read.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Data")]
pub struct FileArgs {
	/// CSV file: comma-separated, first line the columns' names
	#[arg(long, value_name = "FILE")]
	pub data: Option<PathBuf>,
	/// Text that stands for a missing value, beside the empty cell (may be given again)
	#[arg(long, value_name = "TEXT")]
	pub missing: Vec<String>,
	/// Round values to their column's decimals instead of refusing longer ones
	#[arg(long)]
	pub round: bool,
}

impl FileArgs {
	/// Reads the file, if one is named.
	///
	/// # Errors
	/// Those of [`Table::read`].
	pub fn table(&self) -> Result<Option<Table>, DataError> {
		let table = self.data.as_ref().map(|path| Table::read(path)).transpose()?;
		Ok(table.map(|table| table.with_missing(&self.missing)))
	}

	/// Reads the file; the loan book if none is named.
	///
	/// # Errors
	/// Those of [`Table::read`].
	pub fn table_or_loans(&self) -> Result<Table, DataError> {
		match self.table()? {
			Some(table) => Ok(table),
			None => Table::parse(plan::LOANS_NAME, plan::LOANS)
				.map(|table| table.with_missing(&self.missing)),
		}
	}
}
