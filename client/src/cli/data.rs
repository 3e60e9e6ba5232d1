//! The flags of data files.

use crate::{
	data::{Book, DataError, Table},
	error::Error,
	inputs::Encoding,
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

/// The flags of a file that is split among dealers.
#[derive(Args, Clone, Debug, Default)]
pub struct BookArgs {
	/// How the file is read.
	#[command(flatten)]
	pub file: FileArgs,
	/// Column whose text names a row's dealer; rows without one are skipped
	#[arg(long, value_name = "COLUMN", help_heading = "Data")]
	pub split_by: Option<String>,
	/// Number of dealers: those with the most rows; without --split-by the rows are dealt out in turn
	#[arg(long, value_name = "N", help_heading = "Data", value_parser = clap::value_parser!(u32).range(1..=512))]
	pub dealers: Option<u32>,
	/// Fewest rows that a dealer may have in a group (or at all, without groups)
	#[arg(long, value_name = "ROWS", default_value_t = 1, help_heading = "Data")]
	pub min_cell: u64,
	/// Leave rows of smaller groups out instead of refusing to deal
	#[arg(long, help_heading = "Data")]
	pub drop_small_cells: bool,
}

impl BookArgs {
	/// Reads the file and splits it.
	///
	/// # Errors
	/// `Data`, `Usage`.
	pub fn read(&self) -> Result<(Table, Book), Error> {
		let table = self.file.table_or_loans()?;
		let most = self.dealers.map(|dealers| dealers as usize);
		let by = match (&self.split_by, &self.file.data) {
			(Some(column), _) => Some(column.as_str()),
			(None, None) => Some(plan::LOANS_SPLIT),
			(None, Some(_)) => None,
		};
		let book = match (by, most) {
			(Some(column), most) => Book::split(&table, column, most)?,
			(None, Some(dealers)) => Book::deal_out(&table, dealers)?,
			(None, None) => {
				return Err(Error::Usage(
					"say whose rows are whose with --split-by COLUMN, or deal them out with --dealers N".to_owned(),
				))
			},
		};
		Ok((table, book))
	}

	/// How the dealers encode.
	pub fn encoding(&self) -> Encoding {
		let Self { file, min_cell, drop_small_cells, .. } = self;
		Encoding { round: file.round, min_cell: *min_cell, drop_small_cells: *drop_small_cells }
	}
}
