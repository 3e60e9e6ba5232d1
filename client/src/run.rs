//! What `demo` and `simulate` have in common: the dealers of a file, their vectors for a task, and the same
//! statistic over their pooled rows.

use crate::{
	cli::data::FileArgs,
	data::{Book, Dealer, Table},
	error::Error,
	parallel, plan,
	spec::text,
};
use clap::Args;
use ostraka_primitives::spec::{Statistic, TaskSpec};
use ostraka_protocol::statistics::{
	encode, plaintext, plaintext_contributors, EncodeError, Encoded, Outcome, PlaintextError, Row,
	Rows,
};

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
}

/// A dealer's part in a task.
pub struct Input {
	/// The rows that it encodes.
	pub rows: Rows,
	/// Its vector.
	pub encoded: Encoded,
}

/// A dealer's rows and vector for a task.
///
/// # Errors
/// `Data`, `Encode`.
pub fn input(
	dealer: &Dealer,
	table: &Table,
	spec: &TaskSpec,
	round: bool,
	min_cell: u64,
	drop_small_cells: bool,
) -> Result<Input, Error> {
	let mut rows = dealer.share(table, spec, round)?.rows;
	let mut encoded = encode(spec, rows.iter(), min_cell);
	if let (true, Err(EncodeError::SmallCell { .. })) = (drop_small_cells, &encoded) {
		rows = without_small_cells(spec, &rows, min_cell)
			.map_err(|error| Error::encode(&dealer.name, error))?;
		encoded = encode(spec, rows.iter(), min_cell);
	}
	let encoded = encoded.map_err(|error| Error::encode(&dealer.name, error))?;
	Ok(Input { rows, encoded })
}

/// The rows without those of cells below the floor: their group is struck, which leaves them out and has them counted.
fn without_small_cells(spec: &TaskSpec, rows: &Rows, min_cell: u64) -> Result<Rows, EncodeError> {
	let counts = encode(spec, rows.iter(), 1)?.per_group_rows;
	let groups: Vec<String> =
		spec.group_by.iter().flat_map(|grouping| grouping.groups.iter().map(text)).collect();
	let is_small = |group: &str| {
		let place = groups.iter().position(|name| name == group);
		place.and_then(|place| counts.get(place)).is_some_and(|count| *count < min_cell)
	};
	let mut kept = Rows::new(spec);
	for row in rows.iter() {
		let group = row.group.filter(|group| !is_small(group));
		// without groups all rows are the one cell, and none is kept
		if group.is_some() || spec.group_by.is_some() {
			kept.push(row.values, group)?;
		}
	}
	Ok(kept)
}

/// All dealers' parts in a task. A dealer that has no row for it is left out.
///
/// # Errors
/// `Data`, `Encode`.
pub fn inputs<'a>(
	dealers: &'a [Dealer],
	table: &Table,
	spec: &TaskSpec,
	args: &BookArgs,
) -> Result<Vec<(&'a Dealer, Input)>, Error> {
	let made = parallel::map(
		dealers,
		|_, dealer| {
			input(dealer, table, spec, args.file.round, args.min_cell, args.drop_small_cells)
		},
		|| (),
	);
	let mut inputs = Vec::new();
	for (dealer, made) in dealers.iter().zip(made) {
		match made {
			Ok(input) => inputs.push((dealer, input)),
			// the others do without it
			Err(Error::Encode { error: EncodeError::NoRows { .. }, .. }) => {},
			Err(error) => return Err(error),
		}
	}
	Ok(inputs)
}

/// The statistic over pooled rows in the clear.
///
/// # Errors
/// See [`PlaintextError`].
pub fn pooled(spec: &TaskSpec, rows: &[&Rows], min_cell: u64) -> Result<Outcome, PlaintextError> {
	if spec.statistic == Statistic::Contributors {
		return plaintext_contributors(spec, rows.iter().map(|rows| rows.iter()), min_cell);
	}
	let all: Vec<Row<'_>> = rows.iter().flat_map(|rows| rows.iter()).collect();
	plaintext(spec, all)
}
