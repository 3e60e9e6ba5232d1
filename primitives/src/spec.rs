//! What a task computes: the statistic, its columns and their declared ranges.
//!
//! A spec is public and part of the task hash. Numbers are fixed-point: a column with `decimals = 2` holds
//! integers that count hundredths, and `min`/`max` and histogram edges are such integers. From a spec alone
//! follows the length `L` of the vector that every dealer deals ([`TaskSpec::length`]); which entry means
//! what is said by the encoders of `ostraka-protocol`.

use crate::name::is_hidden;
use alloc::collections::BTreeSet;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32};

#[cfg(test)]
mod tests;

/// Longest vector that a dealer can deal.
pub const MAX_LENGTH: u32 = 256;
/// Most columns of a task, the weight and the target not counted: a vector mean of the longest vector.
pub const MAX_COLUMNS: u32 = MAX_LENGTH - 1;
/// Longest name of a column or a group, in bytes of UTF-8.
pub const MAX_NAME: u32 = 64;
/// Most edges of a histogram: `edges + 1` bins, the underflow and the overflow bin included.
pub const MAX_EDGES: u32 = 255;
/// Most groups of a group-by.
pub const MAX_GROUPS: u32 = 64;
/// Most quantiles asked of one histogram.
pub const MAX_QUANTILES: u32 = 16;
/// Most decimals of a column.
pub const MAX_DECIMALS: u8 = 9;
/// Largest magnitude of a declared bound. With at most 2^32 rows a dealer and 2^16 dealers every sum of
/// products stays below 2^(2 * 62 + 48) = 2^172, far below half the field's order (2^254).
pub const MAX_BOUND: i64 = 1 << 62;

/// Name of a regression's constant term among its coefficients; no regressor may take it.
pub const INTERCEPT: &str = "intercept";

/// A name in UTF-8, all of whose characters are seen.
pub type Name = BoundedVec<u8, ConstU32<MAX_NAME>>;

/// The statistics that can be computed.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Statistic {
	/// Number of rows with a value.
	Count,
	/// Sum of a column.
	Sum,
	/// Arithmetic mean of a column.
	Mean,
	/// Mean of a column weighted by another.
	WeightedMean,
	/// Sample variance (`n - 1`).
	Variance,
	/// Sample standard deviation.
	Std,
	/// Sample covariance of two columns.
	Covariance,
	/// Pearson's correlation of two columns.
	Correlation,
	/// Ordinary least squares of the target on the columns, with an intercept.
	Regression,
	/// Counts over the given edges.
	Histogram,
	/// Quantiles read off a histogram, with their bin as error bound.
	Quantiles,
	/// The median read off a histogram.
	Median,
	/// Weighted mean of a vector (federated averaging): one entry a column.
	VectorMean,
	/// Number of dealers with enough rows in each group: run before a group-by.
	Contributors,
}

/// A numeric column and the range its values must lie in.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Column {
	/// Name, UTF-8.
	pub name: Name,
	/// Digits behind the decimal point.
	pub decimals: u8,
	/// Smallest legal value, in units of `10^-decimals`.
	pub min: i64,
	/// Largest legal value, in units of `10^-decimals`.
	pub max: i64,
}

/// A public partition of the rows.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Grouping {
	/// Column whose text names a row's group.
	pub column: Name,
	/// The groups, in the order of their vectors. A row of another group is skipped and counted.
	pub groups: BoundedVec<Name, ConstU32<MAX_GROUPS>>,
}

/// What a task computes.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct TaskSpec {
	/// The statistic.
	pub statistic: Statistic,
	/// Its columns (the regressors of a regression).
	pub columns: BoundedVec<Column, ConstU32<MAX_COLUMNS>>,
	/// The regression's dependent column; of no other statistic.
	pub target: Option<Column>,
	/// The weight of a weighted or vector mean (`min >= 0`); of no other statistic.
	pub weight: Option<Column>,
	/// Rising edges of a histogram, quantiles or median, in units of the column.
	pub edges: BoundedVec<i64, ConstU32<MAX_EDGES>>,
	/// Asked quantiles in thousandths (500 is the median); of `Quantiles` only.
	pub quantiles: BoundedVec<u16, ConstU32<MAX_QUANTILES>>,
	/// Groups, if the statistic is asked for each of several.
	pub group_by: Option<Grouping>,
	/// Most rows that one dealer may encode.
	pub max_rows: u32,
}

/// Why a spec is refused.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum SpecError {
	/// The statistic takes another number of columns.
	WrongColumns,
	/// A target is missing, or given to a statistic that has none.
	WrongTarget,
	/// A weight is missing, or given to a statistic that has none, or can be negative.
	WrongWeight,
	/// Edges are missing, not rising, or given to a statistic that has none.
	WrongEdges,
	/// Quantiles are missing, not within 1 to 999, or given to a statistic that has none.
	WrongQuantiles,
	/// No groups, a group named twice, or groups missing.
	WrongGroups,
	/// A name is empty, not UTF-8, holds a character that is [hidden](is_hidden), or is used twice; or a regressor is named
	/// as the [`INTERCEPT`].
	WrongName,
	/// A column's `min` exceeds its `max`, or a bound or its decimals are out of range.
	WrongRange,
	/// `max_rows` is zero.
	NoRows,
	/// The vector would have more than [`MAX_LENGTH`] entries.
	TooLong,
}

impl Column {
	fn validate(&self) -> Result<(), SpecError> {
		validate_name(&self.name)?;
		let in_bounds = |bound: i64| (-MAX_BOUND..=MAX_BOUND).contains(&bound);
		let ok = self.decimals <= MAX_DECIMALS
			&& self.min <= self.max
			&& in_bounds(self.min)
			&& in_bounds(self.max);
		ok.then_some(()).ok_or(SpecError::WrongRange)
	}
}

fn validate_name(name: &Name) -> Result<(), SpecError> {
	let is_seen = |text: &str| !text.is_empty() && !text.chars().any(is_hidden);
	let ok = core::str::from_utf8(name).is_ok_and(is_seen);
	ok.then_some(()).ok_or(SpecError::WrongName)
}

fn all_distinct<'a>(mut names: impl Iterator<Item = &'a Name>) -> bool {
	let mut seen = BTreeSet::new();
	names.all(|name| seen.insert(name.as_slice()))
}

impl Statistic {
	/// Smallest and largest number of columns.
	fn columns(self) -> (usize, usize) {
		match self {
			Self::Covariance | Self::Correlation => (2, 2),
			Self::Regression | Self::VectorMean => (1, MAX_COLUMNS as usize),
			Self::Contributors => (0, MAX_COLUMNS as usize),
			_ => (1, 1),
		}
	}

	fn has_edges(self) -> bool {
		matches!(self, Self::Histogram | Self::Quantiles | Self::Median)
	}

	fn has_weight(self) -> bool {
		matches!(self, Self::WeightedMean | Self::VectorMean)
	}
}

impl TaskSpec {
	/// Entries of the vector of one group (or of the whole, without groups).
	pub fn length_of_group(&self) -> u32 {
		let columns = self.columns.len() as u32;
		match self.statistic {
			Statistic::Count | Statistic::Contributors => 1,
			Statistic::Sum | Statistic::Mean | Statistic::WeightedMean => 2,
			Statistic::Variance | Statistic::Std => 3,
			Statistic::Covariance | Statistic::Correlation => 6,
			// Gram matrix of (1, x_1, .., x_d), upper triangle; X'y; y'y
			Statistic::Regression => {
				let d = columns + 1;
				d * (d + 1) / 2 + d + 1
			},
			Statistic::Histogram | Statistic::Quantiles | Statistic::Median => {
				self.edges.len() as u32 + 1
			},
			Statistic::VectorMean => columns + 1,
		}
	}

	/// Number of groups; 1 without a group-by.
	pub fn groups(&self) -> u32 {
		self.group_by.as_ref().map_or(1, |grouping| grouping.groups.len() as u32)
	}

	/// Length `L` of a dealer's vector, in field elements: the groups' vectors one after the other. Does not
	/// overflow: every factor is bounded by its type.
	pub fn length(&self) -> u32 {
		self.groups() * self.length_of_group()
	}

	/// Checks every rule that a spec must keep.
	///
	/// # Errors
	/// The first rule that is broken.
	pub fn validate(&self) -> Result<(), SpecError> {
		let (fewest, most) = self.statistic.columns();
		if !(fewest..=most).contains(&self.columns.len()) {
			return Err(SpecError::WrongColumns);
		}
		if self.target.is_some() != (self.statistic == Statistic::Regression) {
			return Err(SpecError::WrongTarget);
		}
		if self.weight.is_some() != self.statistic.has_weight()
			|| self.weight.as_ref().is_some_and(|weight| weight.min < 0)
		{
			return Err(SpecError::WrongWeight);
		}
		for column in self.all_columns() {
			column.validate()?;
		}
		if !all_distinct(self.columns.iter().chain(&self.target).map(|column| &column.name)) {
			return Err(SpecError::WrongName);
		}
		if self.statistic == Statistic::Regression
			&& self.columns.iter().any(|column| column.name.as_slice() == INTERCEPT.as_bytes())
		{
			return Err(SpecError::WrongName);
		}
		self.validate_edges()?;
		self.validate_quantiles()?;
		self.validate_groups()?;
		if self.max_rows == 0 {
			return Err(SpecError::NoRows);
		}
		if self.length() > MAX_LENGTH {
			return Err(SpecError::TooLong);
		}
		Ok(())
	}

	/// Columns, then target, then weight.
	pub fn all_columns(&self) -> impl Iterator<Item = &Column> {
		self.columns.iter().chain(&self.target).chain(&self.weight)
	}

	fn validate_edges(&self) -> Result<(), SpecError> {
		let rising = self.edges.iter().zip(self.edges.iter().skip(1)).all(|(one, next)| one < next);
		let in_bounds = self.edges.iter().all(|edge| (-MAX_BOUND..=MAX_BOUND).contains(edge));
		let enough = self.edges.len() >= 2;
		let ok = if self.statistic.has_edges() {
			enough && rising && in_bounds
		} else {
			self.edges.is_empty()
		};
		ok.then_some(()).ok_or(SpecError::WrongEdges)
	}

	fn validate_quantiles(&self) -> Result<(), SpecError> {
		let ok = if self.statistic == Statistic::Quantiles {
			!self.quantiles.is_empty() && self.quantiles.iter().all(|q| (1..1000).contains(q))
		} else {
			self.quantiles.is_empty()
		};
		ok.then_some(()).ok_or(SpecError::WrongQuantiles)
	}

	fn validate_groups(&self) -> Result<(), SpecError> {
		let Some(grouping) = &self.group_by else {
			let ok = self.statistic != Statistic::Contributors;
			return ok.then_some(()).ok_or(SpecError::WrongGroups);
		};
		validate_name(&grouping.column)?;
		for group in &grouping.groups {
			validate_name(group)?;
		}
		let ok = !grouping.groups.is_empty() && all_distinct(grouping.groups.iter());
		ok.then_some(()).ok_or(SpecError::WrongGroups)
	}
}
