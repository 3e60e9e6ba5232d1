//! The typed result of a statistic, and its tree of names and values.
//!
//! Names in [`Outcome::to_named`]: `count`, `sum`, `mean`, `weight_sum`, `weighted_sum`, `variance`, `std`,
//! `means`, `covariance`, `correlation`, `coefficients`, `std_errors`, `r_squared`, `edges`, `counts`,
//! `quantiles`, `median`, `median_bounds`, `contributors`, `group_by`, `groups`. JSON and tables are rendered
//! from that tree, so both say the same.

use super::{error::Inconsistency, number::Number};
use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use num_bigint::BigInt;

/// What a task found.
// few are ever held at once: a box would only be in the reader's way
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
	/// One statistic over all rows.
	Whole(Summary),
	/// There are no groups, and the statistic is not defined on the rows. The data are possible, so the result is as
	/// right as any: one row has no variance, a constant column no correlation, collinear columns no regression, and
	/// where all weights are zero there is no weighted mean.
	Undefined,
	/// The statistic of each group.
	Groups {
		/// The column that names the groups.
		column: String,
		/// The groups in the order of the spec.
		cells: Vec<(String, Cell)>,
		/// What is impossible of those groups together of which each is possible by itself.
		together: Option<Inconsistency>,
	},
}

/// One group's part of an outcome.
// few are ever held at once: a box would only be in the reader's way
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
	/// Its statistic.
	Value(Summary),
	/// It has no rows.
	Empty,
	/// Its statistic is not defined on its rows, as in [`Outcome::Undefined`]. A weighted statistic whose weights may be
	/// zero is not defined where they add up to zero, whether or not there are rows: the sums do not tell.
	Undefined,
	/// No data can give its sums. This says nothing of the other groups.
	Inconsistent(Inconsistency),
}

/// A number with the name of the column it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
	/// The column, or `intercept`.
	pub name: String,
	/// The number.
	pub value: Number,
}

/// A histogram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bins {
	/// Rising edges.
	pub edges: Vec<Number>,
	/// One count more than edges: the first is below the first edge, the last from the last edge up.
	pub counts: Vec<BigInt>,
}

/// A bin's lower and upper edge, `None` where it is open.
pub type Bounds = (Option<Number>, Option<Number>);

/// A quantile read off a histogram: that of the row of rank `⌈qn⌉` in rising order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantile {
	/// `q` in thousandths.
	pub thousandths: u16,
	/// With the row the `i`-th of its bin's `c`: `lower + (upper - lower) (2i - 1) / 2c`, as if the bin's rows
	/// were spread evenly; in an open bin its only edge.
	pub value: Number,
	/// The bin: the row's true value is at least the lower and below the upper edge.
	pub bounds: Bounds,
}

/// A statistic's numbers, in the data's own scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Summary {
	/// Rows with a value.
	Count {
		/// n.
		count: BigInt,
	},
	/// A sum.
	Sum {
		/// n.
		count: BigInt,
		/// Σx.
		sum: Number,
	},
	/// A mean.
	Mean {
		/// n.
		count: BigInt,
		/// Σx.
		sum: Number,
		/// Σx / n.
		mean: Number,
	},
	/// A weighted mean.
	WeightedMean {
		/// Σw.
		weight_sum: Number,
		/// Σwx.
		weighted_sum: Number,
		/// Σwx / Σw.
		mean: Number,
	},
	/// A sample variance, and its root if it was asked for.
	Variance {
		/// n.
		count: BigInt,
		/// Σx.
		sum: Number,
		/// Σx / n.
		mean: Number,
		/// Σ(x - mean)² / (n - 1).
		variance: Number,
		/// Root of the variance, for the statistic `std`.
		std: Option<Number>,
	},
	/// A sample covariance, and Pearson's correlation if it was asked for.
	Covariance {
		/// n.
		count: BigInt,
		/// The two columns' means.
		means: [Named; 2],
		/// Σ(x - mean x)(y - mean y) / (n - 1).
		covariance: Number,
		/// Covariance over the product of the standard deviations, for the statistic `correlation`.
		correlation: Option<Number>,
	},
	/// Ordinary least squares.
	Regression {
		/// n.
		count: BigInt,
		/// The intercept, then one for each column.
		coefficients: Vec<Named>,
		/// Their standard errors with n - k degrees of freedom; `None` if n = k leaves none.
		std_errors: Option<Vec<Named>>,
		/// 1 - residual / total sum of squares; `None` if the target is constant.
		r_squared: Option<Number>,
	},
	/// A histogram.
	Histogram {
		/// n.
		count: BigInt,
		/// The bins.
		bins: Bins,
	},
	/// Quantiles with the histogram that they are read off.
	Quantiles {
		/// n.
		count: BigInt,
		/// The bins.
		bins: Bins,
		/// In the order of the spec.
		quantiles: Vec<Quantile>,
	},
	/// The median with the histogram that it is read off.
	Median {
		/// n.
		count: BigInt,
		/// The bins.
		bins: Bins,
		/// The quantile of 500 thousandths: the lower median if n is even.
		median: Quantile,
	},
	/// A weighted mean of vectors.
	VectorMean {
		/// Σw.
		weight_sum: Number,
		/// Σwx / Σw for each column.
		mean: Vec<Named>,
	},
	/// Dealers with rows enough.
	Contributors {
		/// Their number.
		contributors: BigInt,
	},
}

/// A tree of names and values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
	/// Not defined, or open.
	Null,
	/// A text.
	Text(String),
	/// A number.
	Number(Number),
	/// Values in order.
	List(Vec<Value>),
	/// Names and values in order; no name twice.
	Map(Vec<(String, Value)>),
}

impl Value {
	/// The value under a name of a map.
	pub fn get(&self, name: &str) -> Option<&Value> {
		match self {
			Self::Map(entries) => {
				entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
			},
			_ => None,
		}
	}
}

impl Outcome {
	/// The outcome as a tree. An empty group is [`Value::Null`]. The text `undefined` stands for a statistic that is not
	/// defined, of a group or of the whole, and the text `impossible` for a group that is [`Cell::Inconsistent`].
	pub fn to_named(&self) -> Value {
		match self {
			Self::Whole(summary) => summary.to_named(),
			Self::Undefined => undefined(),
			Self::Groups { column, cells, .. } => {
				let groups =
					cells.iter().map(|(name, cell)| (name.clone(), cell.to_named())).collect();
				map(vec![("group_by", Value::Text(column.clone())), ("groups", Value::Map(groups))])
			},
		}
	}

	/// What no data can give: by group and why; without a group what is impossible of them together. Empty if the
	/// outcome is one that data can give.
	pub fn impossible(&self) -> Vec<(Option<&str>, Inconsistency)> {
		let Self::Groups { cells, together, .. } = self else { return Vec::new() };
		let groups = cells.iter().filter_map(|(name, cell)| match cell {
			Cell::Inconsistent(what) => Some((Some(name.as_str()), *what)),
			_ => None,
		});
		groups.chain(together.map(|what| (None, what))).collect()
	}

	/// Whether there are numbers for all of it: nothing of it is undefined or impossible.
	pub fn is_defined(&self) -> bool {
		match self {
			Self::Whole(_) => true,
			Self::Undefined => false,
			Self::Groups { cells, .. } => {
				cells.iter().all(|(_, cell)| matches!(cell, Cell::Value(_) | Cell::Empty))
			},
		}
	}
}

impl Cell {
	fn to_named(&self) -> Value {
		match self {
			Self::Value(summary) => summary.to_named(),
			Self::Empty => Value::Null,
			Self::Undefined => undefined(),
			Self::Inconsistent(_) => Value::Text("impossible".to_owned()),
		}
	}
}

fn undefined() -> Value {
	Value::Text("undefined".to_owned())
}

impl Summary {
	/// The summary as a [`Value::Map`].
	pub fn to_named(&self) -> Value {
		let mut entries: Vec<(&str, Value)> = Vec::new();
		match self {
			Self::Count { count } => entries.push(("count", integer(count))),
			Self::Sum { count, sum } => {
				entries.extend([("count", integer(count)), ("sum", number(sum))])
			},
			Self::Mean { count, sum, mean } => entries.extend([
				("count", integer(count)),
				("sum", number(sum)),
				("mean", number(mean)),
			]),
			Self::WeightedMean { weight_sum, weighted_sum, mean } => entries.extend([
				("weight_sum", number(weight_sum)),
				("weighted_sum", number(weighted_sum)),
				("mean", number(mean)),
			]),
			Self::Variance { count, sum, mean, variance, std } => {
				entries.extend([
					("count", integer(count)),
					("sum", number(sum)),
					("mean", number(mean)),
					("variance", number(variance)),
				]);
				entries.extend(std.as_ref().map(|std| ("std", number(std))));
			},
			Self::Covariance { count, means, covariance, correlation } => {
				entries.extend([
					("count", integer(count)),
					("means", by_name(means.as_slice())),
					("covariance", number(covariance)),
				]);
				entries.extend(correlation.as_ref().map(|value| ("correlation", number(value))));
			},
			Self::Regression { count, coefficients, std_errors, r_squared } => entries.extend([
				("count", integer(count)),
				("coefficients", by_name(coefficients)),
				("std_errors", std_errors.as_ref().map_or(Value::Null, |errors| by_name(errors))),
				("r_squared", r_squared.as_ref().map_or(Value::Null, number)),
			]),
			Self::Histogram { count, bins } => {
				entries.push(("count", integer(count)));
				entries.extend(bins.to_named());
			},
			Self::Quantiles { count, bins, quantiles } => {
				entries.push(("count", integer(count)));
				let list = quantiles.iter().map(|quantile| {
					map(vec![
						("quantile", Value::Number(Number::decimal(quantile.thousandths, 3))),
						("value", number(&quantile.value)),
						("bounds", bounds(&quantile.bounds)),
					])
				});
				entries.push(("quantiles", Value::List(list.collect())));
				entries.extend(bins.to_named());
			},
			Self::Median { count, bins, median } => {
				entries.extend([
					("count", integer(count)),
					("median", number(&median.value)),
					("median_bounds", bounds(&median.bounds)),
				]);
				entries.extend(bins.to_named());
			},
			Self::VectorMean { weight_sum, mean } => {
				entries.extend([("weight_sum", number(weight_sum)), ("mean", by_name(mean))])
			},
			Self::Contributors { contributors } => {
				entries.push(("contributors", integer(contributors)))
			},
		}
		map(entries)
	}
}

impl Bins {
	fn to_named(&self) -> [(&'static str, Value); 2] {
		let edges = self.edges.iter().map(number).collect();
		let counts = self.counts.iter().map(integer).collect();
		[("edges", Value::List(edges)), ("counts", Value::List(counts))]
	}
}

fn map(entries: Vec<(&str, Value)>) -> Value {
	Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn integer(value: &BigInt) -> Value {
	Value::Number(Number::Integer(value.clone()))
}

fn number(value: &Number) -> Value {
	Value::Number(value.clone())
}

fn by_name(numbers: &[Named]) -> Value {
	Value::Map(numbers.iter().map(|named| (named.name.clone(), number(&named.value))).collect())
}

fn bounds((lower, upper): &Bounds) -> Value {
	let bound = |edge: &Option<Number>| edge.as_ref().map_or(Value::Null, number);
	Value::List(vec![bound(lower), bound(upper)])
}
