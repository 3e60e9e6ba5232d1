//! The flags of data files.

use crate::{
	data::{Advice, Book, DataError, Reading, Table},
	error::Error,
	inputs::Encoding,
	plan,
	request::names,
};
use clap::Args;
use std::path::PathBuf;

/// How a data file is read.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Data")]
pub struct FileArgs {
	/// Data file, its first row the columns' names: CSV, also gzip, UTF-16; Parquet; Excel, ODS. `-` is standard input
	#[arg(long, value_name = "FILE")]
	pub data: Option<PathBuf>,
	/// What separates the cells of a text file: one character, or `tab` [default: semicolons or tabs where the first rows show
	/// them, which is said; else a comma]
	#[arg(long, value_name = "CHAR", value_parser = parse_separator)]
	pub separator: Option<u8>,
	/// Numbers in the file have a comma where otherwise the decimal point stands; never taken from the file
	#[arg(long)]
	pub decimal_comma: bool,
	/// Sheet of a workbook [default: the first]
	#[arg(long, value_name = "NAME")]
	pub sheet: Option<String>,
	/// Text that stands for a missing value in any column (may be given again); NA, N/A, null, NaN and - do in columns of
	/// numbers
	#[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
	pub missing: Vec<String>,
	/// Round values to their column's decimals instead of refusing longer ones
	#[arg(long)]
	pub round: bool,
}

fn parse_separator(text: &str) -> Result<u8, String> {
	match text.as_bytes() {
		b"tab" | b"\\t" => Ok(b'\t'),
		[byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
		_ => Err("give one character such as ';', or the word tab".to_owned()),
	}
}

impl FileArgs {
	/// How the file is read, and who reads.
	fn reading(&self, advice: Advice) -> Reading {
		Reading {
			separator: self.separator,
			decimal_comma: self.decimal_comma,
			missing: self.missing.clone(),
			sheet: self.sheet.clone(),
			may_be_empty: false,
			advice,
		}
	}

	/// Reads the file, if one is named, for who asks for a statistic.
	///
	/// # Errors
	/// Those of [`Table::read`].
	pub fn table(&self) -> Result<Option<Table>, DataError> {
		self.table_for(Advice::Requester)
	}

	/// Reads the file, if one is named.
	///
	/// # Errors
	/// Those of [`Table::read`].
	pub fn table_for(&self, advice: Advice) -> Result<Option<Table>, DataError> {
		self.data.as_ref().map(|path| Table::read(path, self.reading(advice))).transpose()
	}

	/// Reads the file, if one is named, for a dealer whose policy has it deal whatever there is in it: also no rows.
	///
	/// # Errors
	/// Those of [`Table::read`].
	pub fn table_of_any_rows(&self) -> Result<Option<Table>, DataError> {
		let reading = Reading { may_be_empty: true, ..self.reading(Advice::Dealer) };
		self.data.as_ref().map(|path| Table::read(path, reading)).transpose()
	}

	/// Reads the file; the loan book if none is named.
	///
	/// # Errors
	/// Those of [`Table::read`].
	pub fn table_or_loans(&self) -> Result<Table, DataError> {
		match self.table()? {
			Some(table) => Ok(table),
			None => Table::parse(plan::LOANS_NAME, plan::LOANS),
		}
	}
}

/// The flags of a file that is split among dealers.
#[derive(Args, Clone, Debug, Default)]
pub struct BookArgs {
	/// How the file is read.
	#[command(flatten)]
	pub file: FileArgs,
	/// Column whose text names a row's dealer; rows without one are skipped and counted
	#[arg(long, value_name = "COLUMN", help_heading = "Data")]
	pub split_by: Option<String>,
	/// Number of dealers: those with the most rows; without --split-by the rows are dealt out in turn
	#[arg(long, value_name = "N", help_heading = "Data", value_parser = clap::value_parser!(u32).range(1..=512))]
	pub dealers: Option<u32>,
	/// Fewest rows of a dealer that a group, a bin or another number may single out; 1 is no floor
	#[arg(long, value_name = "ROWS", default_value_t = 1, help_heading = "Data")]
	pub min_cell: u64,
	/// Leave such rows out instead of refusing to deal
	#[arg(long, help_heading = "Data")]
	pub drop_small_cells: bool,
	/// Column that may have one value in all rows of a dealer, which can tell it from the others (may be given again)
	#[arg(long, value_name = "COLUMN", help_heading = "Data", value_parser = names::one)]
	pub allow_constant: Vec<String>,
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
			(Some(column), most) => {
				Book::split(&table, &names::one(column).map_err(Error::Usage)?, most)?
			},
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
		Encoding {
			round: self.file.round,
			min_cell: self.min_cell,
			drop_small_cells: self.drop_small_cells,
			constants: self.allow_constant.clone(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reads_separators() {
		for (text, separator) in
			[(";", b';'), ("tab", b'\t'), ("\\t", b'\t'), ("\t", b'\t'), (",", b','), ("|", b'|')]
		{
			assert_eq!(parse_separator(text), Ok(separator), "{text}");
		}
		for text in ["", ";;", "\"", "é", "comma", "\n"] {
			assert!(parse_separator(text).is_err(), "{text}");
		}
	}
}
