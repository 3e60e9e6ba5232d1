//! The users' vectors: amounts of real loans.

use anyhow::{ensure, Context, Result};
use std::path::Path;

/// The column that is added up.
const COLUMN: &str = "loan_amount";
/// Bits of a value: the largest loan is 40,000.
pub const BITS: u32 = 16;

/// The amounts of all loans, in dollars.
pub fn amounts(file: &Path) -> Result<Vec<u64>> {
	let mut reader =
		csv::Reader::from_path(file).with_context(|| format!("cannot read {}", file.display()))?;
	let column = reader.headers()?.iter().position(|name| name == COLUMN);
	let column = column.with_context(|| format!("no column {COLUMN} in {}", file.display()))?;
	let amounts = reader
		.records()
		.map(|record| Ok(record?.get(column).context("a short row")?.parse()?))
		.collect::<Result<Vec<u64>>>()?;
	ensure!(!amounts.is_empty(), "no loans in {}", file.display());
	ensure!(amounts.iter().all(|amount| amount >> BITS == 0), "a loan of more than {BITS} bits");
	Ok(amounts)
}

/// User `u`'s vector is the amounts of `length` loans in a row, beginning at the `u * length`-th, around the table.
pub fn inputs(amounts: &[u64], users: usize, length: usize) -> Vec<Vec<u64>> {
	let of = |user: usize| (0..length).map(move |i| amounts[(user * length + i) % amounts.len()]);
	(0..users).map(|user| of(user).collect()).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_user_has_loans_of_its_own() {
		let loans = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/loans.csv");
		let amounts = amounts(Path::new(loans)).unwrap();
		assert_eq!((amounts.len(), amounts[0], amounts[1]), (9_976, 28_000, 5_000));
		let inputs = inputs(&amounts, 2, 3);
		assert_eq!(inputs.concat(), amounts[..6]);
	}
}
