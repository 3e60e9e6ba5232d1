//! The dealers' rows and vectors for a task, and the same statistic over their pooled rows.

use crate::{
	data::{Dealer, Table},
	error::Error,
	request::text,
};
use ostraka_primitives::spec::{Statistic, TaskSpec};
use ostraka_protocol::statistics::{
	encode, plaintext, plaintext_contributors, EncodeError, Encoded, Outcome, PlaintextError, Row,
	Rows,
};
use rayon::prelude::*;

/// How dealers encode their rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Encoding {
	/// Round values to their column's decimals instead of refusing longer ones.
	pub round: bool,
	/// Fewest rows that a dealer may have in a group, or at all without groups.
	pub min_cell: u64,
	/// Leave rows of smaller groups out instead of refusing them.
	pub drop_small_cells: bool,
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
	encoding: Encoding,
) -> Result<Input, Error> {
	let Encoding { round, min_cell, drop_small_cells } = encoding;
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
	encoding: Encoding,
) -> Result<Vec<(&'a Dealer, Input)>, Error> {
	let made: Vec<_> =
		dealers.par_iter().map(|dealer| input(dealer, table, spec, encoding)).collect();
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
