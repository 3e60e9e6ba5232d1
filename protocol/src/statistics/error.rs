//! Why rows have no vector, and a vector or pooled rows no outcome.

use super::number::fixed_point;
use alloc::{
	format,
	string::{String, ToString},
};
use core::fmt;
use num_bigint::BigInt;
use ostraka_primitives::spec::SpecError;

/// Why rows cannot be dealt. Rows are numbered from 1, a file's header not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EncodeError {
	/// The spec is not valid.
	Spec(SpecError),
	/// A row has another number of values than the spec has columns.
	RowWidth {
		/// The row.
		row: u64,
		/// Columns of the spec.
		expected: usize,
		/// Values of the row.
		found: usize,
	},
	/// A value is outside its column's declared range.
	OutOfRange {
		/// The row.
		row: u64,
		/// Name of the column.
		column: String,
		/// Digits behind the decimal point of the numbers that follow.
		decimals: u8,
		/// The value, in units of the column.
		value: i64,
		/// Smallest legal value.
		min: i64,
		/// Largest legal value.
		max: i64,
	},
	/// More rows count than the task lets one dealer encode.
	TooManyRows {
		/// The first row too many.
		row: u64,
		/// The task's cap.
		max_rows: u32,
	},
	/// No row counts.
	NoRows {
		/// Rows left out for a missing value.
		skipped_missing: u64,
		/// Rows left out for their group.
		skipped_other_group: u64,
	},
	/// A cell has fewer rows of this dealer than the floor, and more than none.
	SmallCell {
		/// The group; `None` if the task has no groups and the cell is all rows.
		group: Option<String>,
		/// Own rows in it.
		rows: u64,
		/// The floor.
		floor: u64,
	},
}

impl fmt::Display for EncodeError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Spec(error) => write!(f, "the task's specification is not valid: {error:?}"),
			Self::RowWidth { row, expected, found } => {
				write!(f, "row {row} has {found} values, the task has {expected} columns")
			},
			Self::OutOfRange { row, column, decimals, value, min, max } => {
				let [value, min, max] = [value, min, max]
					.map(|units| fixed_point(&BigInt::from(*units), u32::from(*decimals)));
				write!(
					f,
					"row {row}: {column} = {value} is outside its declared range {min} to {max}"
				)
			},
			Self::TooManyRows { row, max_rows } => {
				write!(f, "row {row} exceeds the {max_rows} rows that a dealer may encode")
			},
			Self::NoRows { skipped_missing, skipped_other_group } => write!(
				f,
				"no row to encode ({skipped_missing} with a missing value, {skipped_other_group} of \
				 another group)"
			),
			Self::SmallCell { group: Some(group), rows, floor } => {
				let rows = if *rows == 1 { "1 row".to_string() } else { format!("{rows} rows") };
				write!(f, "group {group} has {rows}, fewer than the floor of {floor}")
			},
			Self::SmallCell { group: None, rows, floor } => {
				let rows = if *rows == 1 { "is 1 row".into() } else { format!("are {rows} rows") };
				write!(f, "there {rows}, fewer than the floor of {floor}")
			},
		}
	}
}

impl core::error::Error for EncodeError {}

impl From<SpecError> for EncodeError {
	fn from(error: SpecError) -> Self {
		Self::Spec(error)
	}
}

/// Why a sum has no outcome. That a statistic is not defined on the data is an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalizeError {
	/// The spec is not valid.
	Spec(SpecError),
	/// The vector has another length than the spec says.
	Length {
		/// By the spec.
		expected: u32,
		/// Entries of the vector.
		found: usize,
	},
	/// No data can give this vector, or that of any group.
	Inconsistent(Inconsistency),
}

impl fmt::Display for FinalizeError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Spec(error) => write!(f, "the task's specification is not valid: {error:?}"),
			Self::Length { expected, found } => {
				write!(f, "the result has {found} entries, the task's vector {expected}")
			},
			Self::Inconsistent(what) => write!(f, "no data can give this result: {what}"),
		}
	}
}

impl core::error::Error for FinalizeError {}

impl From<SpecError> for FinalizeError {
	fn from(error: SpecError) -> Self {
		Self::Spec(error)
	}
}

impl From<Inconsistency> for FinalizeError {
	fn from(what: Inconsistency) -> Self {
		Self::Inconsistent(what)
	}
}

/// Which condition a sum breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inconsistency {
	/// There are no rows at all.
	NoRows,
	/// A count is negative.
	NegativeCount,
	/// More rows than the dealers may have together, or more contributors than dealers.
	TooManyRows,
	/// A cell without rows has a sum that is not zero.
	EmptyCellNotZero,
	/// A sum is outside what its count and the column's range allow.
	SumOutOfRange,
	/// A sum of squares is below the least that count and sum allow: the variance would be negative.
	SquaresTooSmall,
	/// A sum of squares is above the most that count, sum and range allow.
	SquaresTooLarge,
	/// A sum of products is outside what counts, sums and ranges allow.
	ProductsOutOfRange,
	/// Cauchy-Schwarz: the covariance is larger than the variances allow.
	CauchySchwarz,
	/// A bin that lies outside the column's range is not empty.
	BinOutOfRange,
	/// The matrix of sums of products has a negative minor.
	NotPositive,
	/// The sums of products have a rank that so few rows cannot have.
	RankAboveRows,
}

impl fmt::Display for Inconsistency {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::NoRows => "there are no rows",
			Self::NegativeCount => "a count is negative",
			Self::TooManyRows => "more rows than the dealers may have",
			Self::EmptyCellNotZero => "a sum over no rows is not zero",
			Self::SumOutOfRange => "a sum is out of range",
			Self::SquaresTooSmall => "a sum of squares is too small (negative variance)",
			Self::SquaresTooLarge => "a sum of squares is too large for the range",
			Self::ProductsOutOfRange => "a sum of products is out of range",
			Self::CauchySchwarz => "a covariance exceeds its variances",
			Self::BinOutOfRange => "a bin outside the declared range is not empty",
			Self::NotPositive => "the matrix of sums of products has a negative minor",
			Self::RankAboveRows => "the rank of the sums of products exceeds the rows",
		})
	}
}

/// Why pooled rows have no outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaintextError {
	/// The spec is not valid.
	Spec(SpecError),
	/// A row (from 1) has another number of values than the spec has columns.
	RowWidth {
		/// The row.
		row: u64,
		/// Columns of the spec.
		expected: usize,
		/// Values of the row.
		found: usize,
	},
	/// Contributors are counted over dealers, not pooled rows, and nothing else is: the wrong one of the two
	/// functions was called.
	WrongStatistic,
	/// No row counts.
	NoRows,
}

impl fmt::Display for PlaintextError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Spec(error) => write!(f, "the task's specification is not valid: {error:?}"),
			Self::RowWidth { row, expected, found } => {
				write!(f, "row {row} has {found} values, the task has {expected} columns")
			},
			Self::WrongStatistic => {
				f.write_str("contributors, and only they, are counted over dealers instead of rows")
			},
			Self::NoRows => f.write_str(
				"no row counts: each lacks a value, or is of a group that the task does not have",
			),
		}
	}
}

impl core::error::Error for PlaintextError {}

impl From<SpecError> for PlaintextError {
	fn from(error: SpecError) -> Self {
		Self::Spec(error)
	}
}
