//! The dealer's side: own rows to the vector that is dealt.
//!
//! Everything is checked here, before anything is sent: ranges, the cap on rows, and the floor against small
//! cells. The vector's layout is in the head of [`super`].

use super::{
	error::EncodeError,
	rows::{classify, text, Row, Use},
};
use alloc::{vec, vec::Vec};
use core::fmt;
use ostraka_crypto::Scalar;
use ostraka_primitives::spec::{Column, Statistic, TaskSpec};
use zeroize::Zeroizing;

/// A dealer's encoded input.
pub struct Encoded {
	/// The vector to deal, [`TaskSpec::length`] entries. Secret; zeroized on drop.
	pub vector: Zeroizing<Vec<Scalar>>,
	/// Rows that count.
	pub used: u64,
	/// Rows left out for a missing value (the group's name included).
	pub skipped_missing: u64,
	/// Rows left out because their group is not one of the task's.
	pub skipped_other_group: u64,
	/// Rows left out because their cell has fewer than the floor, if such cells are struck.
	pub skipped_small_cell: u64,
	/// Rows that count, by group in the spec's order; one entry without a group-by.
	pub per_group_rows: Vec<u64>,
}

/// Shows no number: of many statistics the rows that count are an entry of the vector.
impl fmt::Debug for Encoded {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Encoded").finish_non_exhaustive()
	}
}

/// Encodes a dealer's rows.
///
/// `min_cell` is the dealer's floor against small cells (the head of [`super`] says what a cell is): a cell
/// with rows, but fewer than the floor, is refused. For [`Statistic::Contributors`] the floor (at least 1)
/// instead decides whether the dealer counts itself in, and nothing is refused.
///
/// # Errors
/// The first thing that is wrong, by row and column.
pub fn encode<'a>(
	spec: &TaskSpec,
	rows: impl IntoIterator<Item = Row<'a>>,
	min_cell: u64,
) -> Result<Encoded, EncodeError> {
	let mut encoder = Encoder::new(spec)?;
	for row in rows {
		encoder.push(row)?;
	}
	encoder.finish(min_cell)
}

/// A dealer's rows on their way into a vector, one after the other: the rows themselves are not kept.
pub struct Encoder<'s> {
	spec: &'s TaskSpec,
	columns: Vec<&'s Column>,
	encoded: Encoded,
	rows: u64,
	values: Zeroizing<Vec<i64>>,
	terms: Zeroizing<Vec<i128>>,
}

impl<'s> Encoder<'s> {
	/// Begins without rows.
	///
	/// # Errors
	/// `Spec`.
	pub fn new(spec: &'s TaskSpec) -> Result<Self, EncodeError> {
		spec.validate()?;
		let columns: Vec<&Column> = spec.all_columns().collect();
		let values = Zeroizing::new(Vec::with_capacity(columns.len()));
		let terms = Zeroizing::new(Vec::with_capacity(spec.length_of_group() as usize));
		let encoded = Encoded {
			vector: Zeroizing::new(vec![Scalar::from(0u64); spec.length() as usize]),
			used: 0,
			skipped_missing: 0,
			skipped_other_group: 0,
			skipped_small_cell: 0,
			per_group_rows: vec![0u64; spec.groups() as usize],
		};
		Ok(Self { spec, columns, encoded, rows: 0, values, terms })
	}

	/// Adds a row.
	///
	/// # Errors
	/// `RowWidth`, `OutOfRange`, `TooManyRows`.
	pub fn push(&mut self, row: Row<'_>) -> Result<(), EncodeError> {
		self.rows = self.rows.saturating_add(1);
		let (number, encoded) = (self.rows, &mut self.encoded);
		if row.values.len() != self.columns.len() {
			let expected = self.columns.len();
			return Err(EncodeError::RowWidth { row: number, expected, found: row.values.len() });
		}
		let cell = match classify(self.spec, row, &mut self.values) {
			Use::Missing => {
				encoded.skipped_missing = encoded.skipped_missing.saturating_add(1);
				return Ok(());
			},
			Use::OtherGroup => {
				encoded.skipped_other_group = encoded.skipped_other_group.saturating_add(1);
				return Ok(());
			},
			Use::Cell(cell) => cell,
		};
		check_ranges(&self.columns, &self.values, number)?;
		let max_rows = self.spec.max_rows;
		if encoded.used >= u64::from(max_rows) {
			return Err(EncodeError::TooManyRows { row: number, max_rows });
		}
		encoded.used = encoded.used.saturating_add(1);
		if let Some(rows) = encoded.per_group_rows.get_mut(cell) {
			*rows = rows.saturating_add(1);
		}
		row_terms(self.spec, &self.values, &mut self.terms);
		let length = self.spec.length_of_group() as usize;
		for (entry, term) in encoded.vector.iter_mut().skip(cell * length).zip(self.terms.iter()) {
			*entry += Scalar::from(*term);
		}
		Ok(())
	}

	/// Strikes the rows of every cell that has fewer than the floor, and counts them. Contributors have no such cells:
	/// there the floor decides whether a dealer counts.
	pub fn strike_small_cells(&mut self, floor: u64) {
		if self.spec.statistic == Statistic::Contributors {
			return;
		}
		let length = self.spec.length_of_group() as usize;
		let encoded = &mut self.encoded;
		for (cell, rows) in encoded.per_group_rows.iter_mut().enumerate() {
			if (1..floor).contains(rows) {
				let entries = encoded.vector.iter_mut().skip(cell * length).take(length);
				entries.for_each(|entry| *entry = Scalar::from(0u64));
				encoded.used = encoded.used.saturating_sub(*rows);
				encoded.skipped_small_cell = encoded.skipped_small_cell.saturating_add(*rows);
				*rows = 0;
			}
		}
	}

	/// The vector of all rows, checked against the floor as [`encode`] says.
	///
	/// # Errors
	/// `NoRows`, `SmallCell`.
	pub fn finish(self, min_cell: u64) -> Result<Encoded, EncodeError> {
		let Self { spec, mut encoded, .. } = self;
		if encoded.used == 0 {
			let Encoded { skipped_missing, skipped_other_group, .. } = encoded;
			return Err(EncodeError::NoRows { skipped_missing, skipped_other_group });
		}
		if spec.statistic == Statistic::Contributors {
			for (entry, rows) in encoded.vector.iter_mut().zip(&encoded.per_group_rows) {
				*entry = Scalar::from(u64::from(*rows >= min_cell.max(1)));
			}
		} else {
			check_cells(spec, &encoded.per_group_rows, min_cell)?;
		}
		Ok(encoded)
	}
}

fn check_ranges(columns: &[&Column], values: &[i64], row: u64) -> Result<(), EncodeError> {
	let outside = columns
		.iter()
		.zip(values)
		.find(|(column, value)| !(column.min..=column.max).contains(value));
	match outside {
		None => Ok(()),
		Some((column, value)) => Err(EncodeError::OutOfRange {
			row,
			column: text(&column.name),
			decimals: column.decimals,
			value: *value,
			min: column.min,
			max: column.max,
		}),
	}
}

fn check_cells(spec: &TaskSpec, rows: &[u64], floor: u64) -> Result<(), EncodeError> {
	let small = rows.iter().enumerate().find(|(_, rows)| (1..floor).contains(rows));
	match small {
		None => Ok(()),
		Some((cell, rows)) => {
			let group = spec.group_by.as_ref().and_then(|grouping| grouping.groups.get(cell));
			Err(EncodeError::SmallCell { group: group.map(text), rows: *rows, floor })
		},
	}
}

/// One row's summands. No product overflows: declared bounds are at most 2^62.
fn row_terms(spec: &TaskSpec, values: &[i64], terms: &mut Vec<i128>) {
	terms.clear();
	let wide = || values.iter().map(|value| i128::from(*value));
	match (spec.statistic, values) {
		(Statistic::Count, _) => terms.push(1),
		(Statistic::Sum | Statistic::Mean, _) => {
			terms.push(1);
			terms.extend(wide());
		},
		(Statistic::Variance | Statistic::Std, _) => {
			terms.push(1);
			terms.extend(wide());
			terms.extend(wide().map(|x| x * x));
		},
		(Statistic::Covariance | Statistic::Correlation, _) => {
			terms.push(1);
			terms.extend(wide());
			upper_triangle(&Zeroizing::new(wide().collect::<Vec<_>>()), terms);
		},
		(Statistic::Regression, [regressors @ .., target]) => {
			let target = i128::from(*target);
			let z: Vec<i128> =
				core::iter::once(1).chain(regressors.iter().map(|x| i128::from(*x))).collect();
			let z = Zeroizing::new(z);
			upper_triangle(&z, terms);
			terms.extend(z.iter().map(|z| z * target));
			terms.push(target * target);
		},
		(Statistic::WeightedMean | Statistic::VectorMean, [entries @ .., weight]) => {
			let weight = i128::from(*weight);
			terms.push(weight);
			terms.extend(entries.iter().map(|x| i128::from(*x) * weight));
		},
		(Statistic::Histogram | Statistic::Quantiles | Statistic::Median, [x, ..]) => {
			let bin = spec.edges.partition_point(|edge| edge <= x);
			terms.extend((0..=spec.edges.len()).map(|i| i128::from(i == bin)));
		},
		// contributors have no summands; the others' rows have the width of a valid spec
		_ => {},
	}
}

/// `z_i z_j` for `i <= j`, row by row.
fn upper_triangle(z: &[i128], terms: &mut Vec<i128>) {
	for (i, left) in z.iter().enumerate() {
		terms.extend(z.iter().skip(i).map(|right| left * right));
	}
}
