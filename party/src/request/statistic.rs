//! What a requester asks for.

use alloc::{string::String, vec::Vec};

/// A statistic, by name.
pub use ostraka_primitives::spec::Statistic as StatisticName;

/// What is computed over which columns.
#[derive(Clone, Debug, Default)]
pub struct StatisticRequest {
	/// What to compute.
	pub statistic: Option<StatisticName>,
	/// Its columns (the regressors of a regression).
	pub columns: Vec<String>,
	/// Dependent column of a regression.
	pub target: Option<String>,
	/// Weight column of a weighted mean or a vector mean.
	pub weight: Option<String>,
	/// Number of equal bins of a histogram, quantiles or median. Without bins of its own a quantile is asked for in two
	/// tasks ([`super::rounds`]).
	pub bins: Option<usize>,
	/// Rising edges of the bins; values below the first and from the last up have bins of their own.
	pub edges: Vec<String>,
	/// The part of the range that the equal bins divide, as MIN and MAX; all of it unless given.
	pub between: Option<(String, String)>,
	/// Quantiles to read, between 0 and 1, to three decimals.
	pub quantiles: Vec<String>,
	/// Column whose text groups the rows: one result a group.
	pub group_by: Option<String>,
	/// The groups; all texts of the column in the file if empty.
	pub groups: Vec<String>,
	/// Declared ranges of columns, which are public; inferred from the file unless given.
	pub ranges: Vec<RangeArg>,
	/// Digits behind columns' decimal points; inferred from the file unless given.
	pub decimals: Vec<DecimalsArg>,
	/// Most rows that one dealer may encode.
	pub max_rows: u32,
}

/// A column's declared range, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeArg {
	/// The column.
	pub column: String,
	/// Smallest legal value.
	pub min: String,
	/// Largest legal value.
	pub max: String,
}

/// A column's decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecimalsArg {
	/// The column.
	pub column: String,
	/// Digits behind the decimal point.
	pub decimals: u8,
}
